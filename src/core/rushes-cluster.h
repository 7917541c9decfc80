/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rushes-launcher.h"

G_BEGIN_DECLS

#define RUSHES_TYPE_CLUSTER (rushes_cluster_get_type ())
G_DECLARE_FINAL_TYPE (RushesCluster, rushes_cluster, RUSHES, CLUSTER, GObject)

RushesCluster *rushes_cluster_new (void);
gboolean rushes_cluster_get_enabled (RushesCluster *self);
guint rushes_cluster_get_jobs (RushesCluster *self);
RushesSlurm *rushes_cluster_get_slurm (RushesCluster *self);
RushesLauncher *rushes_cluster_make_launcher (RushesCluster *self, const char *blender);

G_END_DECLS
