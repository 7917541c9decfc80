/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

gboolean rushes_slurm_command_is_outside (void);
GError *rushes_slurm_command_make_missing_error (const char *program);
void rushes_slurm_command_async (const char *const *argv,
                                 const char *input,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
char *rushes_slurm_command_finish (GAsyncResult *result, GError **error);

G_END_DECLS
