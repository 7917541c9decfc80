/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gdk/gdk.h>

#include "rushes-inspector.h"

G_BEGIN_DECLS

void rushes_picture_load_async (RushesInspector *inspector,
                                const char *path,
                                guint size,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
GdkTexture *rushes_picture_load_finish (GAsyncResult *result, GError **error);
void rushes_picture_trim_cache (void);

G_END_DECLS
