/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rushes-run.h"
#include "rushes-slurm.h"

G_BEGIN_DECLS

/**
 * RushesSubmission:
 * @slurm: (owned): what is wanted of the cluster, for each client
 * @clients: how many of them
 * @output: (owned): the folder for the results
 * @arguments: (owned): what rushes-cli is told after "render"
 * @input: (owned) (nullable): what it reads
 * @names: (owned): of the scenes
 *
 * A run that is to be.
 */
typedef struct
{
  RushesSlurm *slurm;
  guint clients;
  char *output;
  char **arguments;
  char *input;
  char **names;
} RushesSubmission;

void rushes_submission_free (RushesSubmission *submission);

#define RUSHES_TYPE_RUNS (rushes_runs_get_type ())
G_DECLARE_FINAL_TYPE (RushesRuns, rushes_runs, RUSHES, RUNS, GObject)

RushesRuns *rushes_runs_new (const char *folder);
RushesSlurmQueue *rushes_runs_get_queue (RushesRuns *self);
void rushes_runs_load (RushesRuns *self);
RushesRun *rushes_runs_read (RushesRuns *self, const char *job);
void rushes_runs_forget (RushesRuns *self, RushesRun *run);
void rushes_runs_submit_async (RushesRuns *self,
                               RushesSubmission *submission,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
RushesRun *rushes_runs_submit_finish (RushesRuns *self, GAsyncResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushesSubmission, rushes_submission_free)

G_END_DECLS
