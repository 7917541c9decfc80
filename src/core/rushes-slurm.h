/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rushes-slurm-queue.h"

G_BEGIN_DECLS

#define RUSHES_TYPE_SLURM (rushes_slurm_get_type ())
G_DECLARE_FINAL_TYPE (RushesSlurm, rushes_slurm, RUSHES, SLURM, GObject)

RushesSlurm *rushes_slurm_new (void);
RushesSlurm *rushes_slurm_copy (RushesSlurm *self);
gboolean rushes_slurm_check (RushesSlurm *self, GError **error);
void rushes_slurm_add_argv (RushesSlurm *self, GStrvBuilder *argv, const char *ticket);
void rushes_slurm_add_submit_argv (RushesSlurm *self,
                                   GStrvBuilder *argv,
                                   guint clients,
                                   const char *ticket);
RushesSlurmQueue *rushes_slurm_get_queue (RushesSlurm *self);
gboolean rushes_slurm_exclude (RushesSlurm *self, const char *node);
void rushes_slurm_include (RushesSlurm *self, const char *node);
gboolean rushes_slurm_is_inside (RushesSlurm *self);

G_END_DECLS
