/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "rushes-scene.h"

G_BEGIN_DECLS

#define RUSHES_TYPE_SCENE_ROW (rushes_scene_row_get_type ())
G_DECLARE_FINAL_TYPE (RushesSceneRow, rushes_scene_row, RUSHES, SCENE_ROW, GtkBox)

RushesScene *rushes_scene_row_get_scene (RushesSceneRow *self);
void rushes_scene_row_show_menu (RushesSceneRow *self);

G_END_DECLS
