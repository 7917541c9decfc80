/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * RushesFound:
 * @paths: (element-type filename): absolute paths of .blend files, sorted, each once
 * @rejected: (element-type utf8): what was given and is no scene, a sentence each
 *
 * What rushes_search_async() found.
 */
typedef struct
{
  GPtrArray *paths;
  GPtrArray *rejected;
} RushesFound;

void rushes_search_async (GPtrArray *files,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
RushesFound *rushes_search_finish (GAsyncResult *result, GError **error);
void rushes_found_free (RushesFound *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushesFound, rushes_found_free)

G_END_DECLS
