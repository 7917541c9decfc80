/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "rushes-manager.h"

G_BEGIN_DECLS

#define RUSHES_TYPE_WINDOW (rushes_window_get_type ())
G_DECLARE_FINAL_TYPE (RushesWindow, rushes_window, RUSHES, WINDOW, AdwApplicationWindow)

RushesWindow *
rushes_window_new (GtkApplication *application, RushesManager *manager, GSettings *settings);
void rushes_window_add_files (RushesWindow *self, GPtrArray *files);
void rushes_window_tell (RushesWindow *self, const char *text);

G_END_DECLS
