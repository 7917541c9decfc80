/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rushes-activity.h"
#include "rushes-cluster.h"
#include "rushes-cluster-check.h"
#include "rushes-inspector.h"
#include "rushes-pool.h"
#include "rushes-queue.h"
#include "rushes-runs.h"
#include "rushes-search.h"

G_BEGIN_DECLS

/**
 * RushesManagerState:
 * @RUSHES_MANAGER_IDLE: nothing is being rendered
 * @RUSHES_MANAGER_RENDERING: clients are at work
 * @RUSHES_MANAGER_PAUSING: frames in hand are being finished
 * @RUSHES_MANAGER_STOPPING: clients are being ended
 */
typedef enum
{
  RUSHES_MANAGER_IDLE,
  RUSHES_MANAGER_RENDERING,
  RUSHES_MANAGER_PAUSING,
  RUSHES_MANAGER_STOPPING,
} RushesManagerState;

/**
 * RushesTotals:
 * @frames: of all scenes, as far as it is known
 * @done: of them
 * @failed: of them
 * @progress: 0 to 1, frames in hand included by their parts
 * @memory: bytes that all clients take
 * @startable: how many scenes would be rendered now
 *
 * All scenes of the queue together.
 */
typedef struct
{
  guint64 frames;
  guint64 done;
  guint64 failed;
  double progress;
  guint64 memory;
  guint startable;
} RushesTotals;

#define RUSHES_TYPE_MANAGER (rushes_manager_get_type ())
G_DECLARE_FINAL_TYPE (RushesManager, rushes_manager, RUSHES, MANAGER, GObject)

RushesManager *rushes_manager_new (const char *data_dir, const char *log_dir);
RushesQueue *rushes_manager_get_queue (RushesManager *self);
GListModel *rushes_manager_get_activities (RushesManager *self);
RushesInspector *rushes_manager_get_inspector (RushesManager *self);
RushesCluster *rushes_manager_get_cluster (RushesManager *self);
RushesRuns *rushes_manager_get_runs (RushesManager *self);
RushesManagerState rushes_manager_get_state (RushesManager *self);
const RushesTotals *rushes_manager_get_totals (RushesManager *self);
double rushes_manager_get_rate (RushesManager *self);
double rushes_manager_get_seconds_left (RushesManager *self);
const GError *rushes_manager_get_lost_place (RushesManager *self);
const GError *rushes_manager_get_trouble (RushesManager *self);
const GError *rushes_manager_get_error (RushesManager *self);
const char *rushes_manager_get_log_dir (RushesManager *self);

char *rushes_manager_load (RushesManager *self);
void rushes_manager_save (RushesManager *self);

void rushes_manager_add_files_async (RushesManager *self,
                                     GPtrArray *files,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
GPtrArray *rushes_manager_add_files_finish (RushesManager *self,
                                            GAsyncResult *result,
                                            guint *n_added,
                                            GError **error);
void rushes_manager_remove (RushesManager *self, RushesScene *scene);
void rushes_manager_remove_many (RushesManager *self, const guint *positions, guint n);
void rushes_manager_restore (RushesManager *self, RushesScene *scene, guint position);
void rushes_manager_restore_many (RushesManager *self, GPtrArray *scenes, const guint *positions);
RushesScene *rushes_manager_duplicate (RushesManager *self, RushesScene *scene);
void rushes_manager_set_output (RushesManager *self, RushesScene *scene, const char *output);
void rushes_manager_set_trusted (RushesManager *self, RushesScene *scene, gboolean trusted);
void rushes_manager_inspect (RushesManager *self, RushesScene *scene);

void rushes_manager_start (RushesManager *self);
void rushes_manager_pause (RushesManager *self);
void rushes_manager_stop (RushesManager *self);
gboolean rushes_manager_has_work (RushesManager *self);
char *rushes_manager_explain_jobs (RushesManager *self);
RushesClusterCheck *rushes_manager_make_cluster_check (RushesManager *self);
void rushes_manager_go_on (RushesManager *self);
void rushes_manager_pause_scene (RushesManager *self, RushesScene *scene, gboolean paused);
void rushes_manager_stop_scene (RushesManager *self, RushesScene *scene);
void rushes_manager_retry_failed (RushesManager *self, RushesScene *scene);
void rushes_manager_redo_blanks (RushesManager *self, RushesScene *scene);
void rushes_manager_render_again (RushesManager *self, RushesScene *scene, RushesExisting existing);

G_END_DECLS
