/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "rushes-manager.h"

G_BEGIN_DECLS

#define RUSHES_TYPE_LOG_VIEW (rushes_log_view_get_type ())
G_DECLARE_FINAL_TYPE (RushesLogView, rushes_log_view, RUSHES, LOG_VIEW, AdwBin)

void rushes_log_view_set_manager (RushesLogView *self, RushesManager *manager);
void rushes_log_view_set_scene (RushesLogView *self, RushesScene *scene);

G_END_DECLS
