/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "rushes-runs.h"

G_BEGIN_DECLS

#define RUSHES_TYPE_RUN_ROW (rushes_run_row_get_type ())
G_DECLARE_FINAL_TYPE (RushesRunRow, rushes_run_row, RUSHES, RUN_ROW, GtkListBoxRow)

RushesRunRow *rushes_run_row_new (RushesRuns *runs, RushesRun *run);

G_END_DECLS
