/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "rushes-runs.h"

G_BEGIN_DECLS

#define RUSHES_TYPE_RUNS_WINDOW (rushes_runs_window_get_type ())
G_DECLARE_FINAL_TYPE (RushesRunsWindow, rushes_runs_window, RUSHES, RUNS_WINDOW, AdwWindow)

RushesRunsWindow *rushes_runs_window_new (GtkWindow *parent, RushesRuns *runs);

G_END_DECLS
