/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rushes-scene.h"

G_BEGIN_DECLS

#define RUSHES_TYPE_QUEUE (rushes_queue_get_type ())
G_DECLARE_FINAL_TYPE (RushesQueue, rushes_queue, RUSHES, QUEUE, GObject)

RushesQueue *rushes_queue_new (void);
gboolean rushes_queue_add (RushesQueue *self, RushesScene *scene, const char *output);

G_END_DECLS
