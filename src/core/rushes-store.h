/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rushes-queue.h"

G_BEGIN_DECLS

#define RUSHES_TYPE_STORE (rushes_store_get_type ())
G_DECLARE_FINAL_TYPE (RushesStore, rushes_store, RUSHES, STORE, GObject)

RushesStore *rushes_store_new (const char *path, RushesQueue *queue);
char *rushes_store_load (RushesStore *self);
gboolean rushes_store_flush (RushesStore *self, GError **error);

GPtrArray *rushes_store_parse (const char *text, gsize size, guint *n_damaged);

G_END_DECLS
