/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "rushes-activity.h"
#include "rushes-manager.h"

G_BEGIN_DECLS

char *rushes_text_duration (double seconds);
char *rushes_text_rate (double frames_per_second);
char *rushes_text_size (guint width, guint height);
char *rushes_text_scene (RushesScene *scene);
const char *rushes_text_scene_icon (RushesScene *scene);
const char *rushes_text_scene_state (RushesScene *scene);
char *rushes_text_totals (RushesManager *manager);
char *rushes_text_run (RushesRun *run);
char *rushes_text_jobs (guint here, gboolean automatic, guint on_cluster, gboolean compact);
char *rushes_text_places (guint here, gboolean automatic, guint on_cluster);
char *rushes_text_client (RushesActivity *activity);
char *rushes_text_activity (RushesActivity *activity);
char *rushes_text_plan (RushesScene *scene);

G_END_DECLS
