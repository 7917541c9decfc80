/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "rushes-events.h"
#include "rushes-slurm-queue.h"

G_BEGIN_DECLS

/**
 * RushesRunState:
 * @RUSHES_RUN_UNKNOWN: nobody has looked yet
 * @RUSHES_RUN_WAITING: it waits for the cluster
 * @RUSHES_RUN_RENDERING: it renders
 * @RUSHES_RUN_STOPPING: it has been told to stop
 * @RUSHES_RUN_FINISHED: it came to its end, whatever failed in it
 * @RUSHES_RUN_STOPPED: somebody stopped it before that
 * @RUSHES_RUN_FAILED: it ended before it could say how
 *
 * What a run is at.
 */
typedef enum
{
  RUSHES_RUN_UNKNOWN,
  RUSHES_RUN_WAITING,
  RUSHES_RUN_RENDERING,
  RUSHES_RUN_STOPPING,
  RUSHES_RUN_FINISHED,
  RUSHES_RUN_STOPPED,
  RUSHES_RUN_FAILED,
} RushesRunState;

/* What a run ends with that was stopped: 128 + SIGINT, as shells have it. */
#define RUSHES_RUN_INTERRUPTED 130

/* What every ticket of a run begins with. */
#define RUSHES_RUN_TICKET "rushes-run-"

#define RUSHES_TYPE_RUN (rushes_run_get_type ())
G_DECLARE_FINAL_TYPE (RushesRun, rushes_run, RUSHES, RUN, GObject)

RushesRun *rushes_run_new (RushesSlurmQueue *queue,
                           const char *job,
                           const char *ticket,
                           const char *events,
                           const char *const *names);
RushesRun *rushes_run_from_json (RushesSlurmQueue *queue, JsonNode *node);
JsonNode *rushes_run_to_json (RushesRun *self);
void rushes_run_find_async (RushesSlurmQueue *queue,
                            const char *job,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
RushesRun *rushes_run_find_finish (GAsyncResult *result, GError **error);

void rushes_run_follow (RushesRun *self);
void rushes_run_stop_async (RushesRun *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean rushes_run_stop_finish (RushesRun *self, GAsyncResult *result, GError **error);

const char *rushes_run_get_job (RushesRun *self);
const char *rushes_run_get_ticket (RushesRun *self);
const char *rushes_run_get_title (RushesRun *self);
const char *rushes_run_get_folder (RushesRun *self);
gint64 rushes_run_get_submitted (RushesRun *self);
RushesRunState rushes_run_get_state (RushesRun *self);
gboolean rushes_run_is_ended (RushesRun *self);
const RushesEventsTotals *rushes_run_get_totals (RushesRun *self);
const char *rushes_run_get_situation (RushesRun *self);
const GError *rushes_run_get_error (RushesRun *self);
const char *rushes_run_get_log (RushesRun *self);
int rushes_run_get_exit_code (RushesRun *self);

G_END_DECLS
