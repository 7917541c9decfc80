/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rushes-client.h"
#include "rushes-scene.h"

G_BEGIN_DECLS

#define RUSHES_TYPE_ACTIVITY (rushes_activity_get_type ())
G_DECLARE_FINAL_TYPE (RushesActivity, rushes_activity, RUSHES, ACTIVITY, GObject)

RushesActivity *rushes_activity_new (RushesClient *client);
guint rushes_activity_get_number (RushesActivity *self);
RushesScene *rushes_activity_get_scene (RushesActivity *self);
guint rushes_activity_get_frame (RushesActivity *self);
guint64 rushes_activity_get_memory (RushesActivity *self);
RushesClientState rushes_activity_get_state (RushesActivity *self);
const char *rushes_activity_get_node (RushesActivity *self);
const char *rushes_activity_get_situation (RushesActivity *self);
void rushes_activity_set_frame (RushesActivity *self, RushesScene *scene, guint frame);
void rushes_activity_refresh (RushesActivity *self);

G_END_DECLS
