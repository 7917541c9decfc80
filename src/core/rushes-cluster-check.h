/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rushes-launcher.h"

G_BEGIN_DECLS

#define RUSHES_TYPE_CLUSTER_CHECK (rushes_cluster_check_get_type ())
G_DECLARE_FINAL_TYPE (RushesClusterCheck, rushes_cluster_check, RUSHES, CLUSTER_CHECK, GObject)

RushesClusterCheck *
rushes_cluster_check_new (RushesLauncher *launcher, guint start_timeout, const char *log_dir);
const char *rushes_cluster_check_get_findings (RushesClusterCheck *self);
const char *rushes_cluster_check_get_situation (RushesClusterCheck *self);
void rushes_cluster_check_run_async (RushesClusterCheck *self,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
gboolean
rushes_cluster_check_run_finish (RushesClusterCheck *self, GAsyncResult *result, GError **error);

G_END_DECLS
