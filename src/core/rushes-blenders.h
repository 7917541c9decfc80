/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

void rushes_blenders_find_async (GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
GPtrArray *rushes_blenders_find_finish (GAsyncResult *result, GError **error);
void rushes_blender_ask_version_async (const char *blender,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
char *rushes_blender_ask_version_finish (GAsyncResult *result, GError **error);
char *rushes_blender_parse_version (const char *output);

G_END_DECLS
