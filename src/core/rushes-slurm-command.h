/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

void rushes_slurm_command_async (const char *const *argv,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
char *rushes_slurm_command_finish (GAsyncResult *result, GError **error);

G_END_DECLS
