/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * RushesThreadFunc:
 * @data: (nullable): the task data, which is the thread's for so long
 * @cancellable: (nullable): the task's
 * @error: return location for a #GError
 *
 * What is done in a thread. Its results stay in @data.
 *
 * Returns: whether it succeeded
 */
typedef gboolean (*RushesThreadFunc) (gpointer data, GCancellable *cancellable, GError **error);

void rushes_thread_run (GTask *task, RushesThreadFunc func);

G_END_DECLS
