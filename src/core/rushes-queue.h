/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rushes-tally.h"

G_BEGIN_DECLS

#define RUSHES_TYPE_QUEUE (rushes_queue_get_type ())
G_DECLARE_FINAL_TYPE (RushesQueue, rushes_queue, RUSHES, QUEUE, GObject)

RushesQueue *rushes_queue_new (void);
gboolean rushes_queue_add (RushesQueue *self, RushesScene *scene, const char *output);
void rushes_queue_insert (RushesQueue *self, guint position, RushesScene *scene);
void rushes_queue_append_many (RushesQueue *self, GPtrArray *scenes);
void rushes_queue_insert_many (RushesQueue *self, GPtrArray *scenes, const guint *positions);
void rushes_queue_remove (RushesQueue *self, guint position);
void rushes_queue_remove_many (RushesQueue *self, const guint *positions, guint n);
void rushes_queue_move (RushesQueue *self, guint from, guint to);
void rushes_queue_place (RushesQueue *self, RushesScene *scene, const char *output);
gboolean rushes_queue_has_path (RushesQueue *self, const char *path);
gboolean rushes_queue_find (RushesQueue *self, RushesScene *scene, guint *position);
const RushesSums *rushes_queue_get_sums (RushesQueue *self);

G_END_DECLS
