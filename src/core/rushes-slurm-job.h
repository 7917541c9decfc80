/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rushes-slurm-queue.h"

G_BEGIN_DECLS

#define RUSHES_TYPE_SLURM_JOB (rushes_slurm_job_get_type ())
G_DECLARE_FINAL_TYPE (RushesSlurmJob, rushes_slurm_job, RUSHES, SLURM_JOB, GObject)

RushesSlurmJob *rushes_slurm_job_new (RushesSlurmQueue *queue, const char *ticket);
void rushes_slurm_job_watch (RushesSlurmJob *self);
void rushes_slurm_job_unwatch (RushesSlurmJob *self);
gboolean rushes_slurm_job_is_running (RushesSlurmJob *self);
gboolean rushes_slurm_job_is_known (RushesSlurmJob *self);
char *rushes_slurm_job_describe (RushesSlurmJob *self);
GError *rushes_slurm_job_explain (RushesSlurmJob *self);
void rushes_slurm_job_explain_async (RushesSlurmJob *self,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
GError *rushes_slurm_job_explain_finish (RushesSlurmJob *self, GAsyncResult *result);

char *rushes_slurm_describe (const RushesSlurmEntry *entry);
GError *rushes_slurm_explain (const RushesSlurmEntry *entry);

G_END_DECLS
