/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "rushes-enums.h"
#include "rushes-error.h"
#include "rushes-log.h"
#include "rushes-manager.h"
#include "rushes-store.h"
#include "rushes-thread.h"

/* Numbers for people: four times a second is as good as any. */
#define REFRESH_MS 250

/* What the main loop can spare at a time; whoever shows new scenes takes more of
 * it than we. */
#define SLICE_USEC   4000
#define SLICE_SCENES 25

/**
 * RushesManager:
 *
 * Everything a desktop program needs of the engine in one object: the queue and
 * its file, the pool while it runs, the inspector beside it, the reserve of clients
 * that are ready before they are needed, and the totals. It
 * decides what "start", "pause" and "start over" mean; whoever shows it binds to
 * its properties.
 */
struct _RushesManager
{
  GObject parent_instance;

  RushesQueue *queue;         /* (owned) */
  RushesStore *store;         /* (owned) */
  RushesInspector *inspector; /* (owned) */
  RushesReserve *reserve;     /* (owned) */
  RushesLauncher *launcher;   /* (owned): of the clients of the next run */
  RushesTrust *trust;         /* (owned) */
  GListStore *activities;     /* (owned) (element-type RushesActivity) */
  char *log_dir;              /* (owned): of this session */
  RushesCluster *cluster;     /* (owned) */
  RushesRuns *runs;           /* (owned): those that a cluster renders without us */
  RushesPool *pool;           /* (owned) (nullable): while it runs */
  RushesLauncher *on_cluster; /* (owned) (nullable): that of its clients there */
  RushesManagerState state;
  gboolean by_user; /* who ended the scene that ended last */
  GError *error;    /* (owned) (nullable): why the last run could not be */
  RushesTotals totals;
  guint refresh_id;

  char *blender;       /* (owned) (nullable): %NULL: the one on the search path */
  char *output_folder; /* (owned) (nullable): %NULL: beside each scene */
  guint jobs;
  gboolean jobs_auto;
  RushesOrder order;
  guint start_timeout;
  guint frame_timeout;
  gboolean frame_timeout_auto;
  guint max_attempts;
  gboolean factory_startup;
  gboolean sandbox;
  gboolean keep_ready;
};

enum
{
  PROP_0,
  PROP_QUEUE,
  PROP_ACTIVITIES,
  PROP_CLUSTER,
  PROP_BLENDER,
  PROP_OUTPUT_FOLDER,
  PROP_JOBS,
  PROP_JOBS_AUTO,
  PROP_JOBS_REASON,
  PROP_ORDER,
  PROP_START_TIMEOUT,
  PROP_FRAME_TIMEOUT,
  PROP_FRAME_TIMEOUT_AUTO,
  PROP_MAX_ATTEMPTS,
  PROP_FACTORY_STARTUP,
  PROP_SANDBOX,
  PROP_KEEP_READY,
  PROP_STATE,
  PROP_ERROR,
  PROP_TROUBLE,
  PROP_LOST_PLACE,
  /* From here on: what is notified together, now and then. */
  PROP_PROGRESS,
  PROP_N_FRAMES,
  PROP_N_DONE,
  PROP_N_FAILED,
  PROP_N_STARTABLE,
  PROP_RATE,
  PROP_SECONDS_LEFT,
  PROP_MEMORY,
  N_PROPS
};

enum
{
  RUN_ENDED,
  WARNING,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (RushesManager, rushes_manager, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
set_state (RushesManager *self, RushesManagerState state)
{
  if (self->state == state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

/* ---- Totals ---------------------------------------------------------- */

static void
count (RushesManager *self)
{
  const RushesSums *sums = rushes_queue_get_sums (self->queue);
  RushesTotals totals = {
    .frames = sums->frames, .done = sums->done, .failed = sums->failed, .startable = sums->startable
  };

  if (sums->frames > 0)
    totals.progress = MIN ((double) sums->rendered / 1000 / (double) sums->frames, 1);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->activities)); i++)
    {
      g_autoptr (RushesActivity) activity =
          g_list_model_get_item (G_LIST_MODEL (self->activities), i);

      totals.memory += rushes_activity_get_memory (activity);
    }
  self->totals = totals;
}

static void
refresh (RushesManager *self)
{
  g_clear_handle_id (&self->refresh_id, g_source_remove);
  count (self);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->activities)); i++)
    {
      g_autoptr (RushesActivity) activity =
          g_list_model_get_item (G_LIST_MODEL (self->activities), i);

      rushes_activity_refresh (activity);
    }
  g_object_freeze_notify (G_OBJECT (self));
  for (guint i = PROP_PROGRESS; i < N_PROPS; i++)
    g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
  g_object_thaw_notify (G_OBJECT (self));
}

static guint
get_jobs (RushesManager *self)
{
  if (self->jobs_auto)
    return RUSHES_JOBS_AUTO;
  /* Somebody has to work. */
  return rushes_cluster_get_enabled (self->cluster) ? self->jobs : MAX (self->jobs, 1);
}

/* Clients are ready when somebody is likely to want them: there is something to be
 * rendered, and the first look at it does not wait for a Blender of its own. Those
 * that are there when all is done stay for a while. */
static void
update_reserve (RushesManager *self)
{
  guint jobs = get_jobs (self) == RUSHES_JOBS_AUTO ? 1 : get_jobs (self);
  gboolean has_scenes = g_list_model_get_n_items (G_LIST_MODEL (self->queue)) > 0;
  /* What a sandbox shows is decided when a run begins. */
  guint most =
      self->keep_ready && has_scenes && !rushes_launcher_needs_share (self->launcher) ? jobs : 0;
  gboolean likely = self->state == RUSHES_MANAGER_IDLE && self->totals.startable > 0 &&
                    !rushes_inspector_is_starting (self->inspector);

  rushes_reserve_set_bounds (self->reserve, likely ? most : 0, most);
}

static gboolean
refresh_cb (gpointer user_data)
{
  RushesManager *self = user_data;

  self->refresh_id = 0;
  refresh (self);
  update_reserve (self);
  return G_SOURCE_REMOVE;
}

static void
refresh_later (RushesManager *self)
{
  if (self->refresh_id == 0)
    self->refresh_id = g_timeout_add (REFRESH_MS, refresh_cb, self);
}

static void
scene_changed_cb (RushesManager *self, RushesScene *scene, GParamSpec *pspec)
{
  RushesSceneState state = rushes_scene_get_state (scene);

  if (g_str_equal (pspec->name, "state") &&
      (state == RUSHES_SCENE_FINISHED || state == RUSHES_SCENE_FAILED))
    self->by_user = FALSE;
  refresh_later (self);
}

/* ---- Clients --------------------------------------------------------- */

static const char *
get_blender (RushesManager *self)
{
  return self->blender != NULL ? self->blender : "blender";
}

static RushesLauncher *
make_launcher (RushesManager *self)
{
  RushesLauncher *launcher = rushes_launcher_new (get_blender (self));

  g_object_set (launcher, "factory-startup", self->factory_startup, "sandbox", self->sandbox,
                "background", TRUE, NULL);
  return launcher;
}

static RushesLauncher *
make_launcher_on_cluster (RushesManager *self)
{
  RushesLauncher *launcher = rushes_cluster_make_launcher (self->cluster, get_blender (self));

  g_object_set (launcher, "factory-startup", self->factory_startup, "sandbox", self->sandbox, NULL);
  return launcher;
}

static void
renew_launcher (RushesManager *self)
{
  g_clear_object (&self->launcher);
  self->launcher = make_launcher (self);
  rushes_reserve_set_launcher (self->reserve, self->launcher);
}

/* What starts clients has changed: the inspector's, and those of the next run. What
 * a sandbox shows to one is not for the others. */
static void
renew_launchers (RushesManager *self)
{
  g_autoptr (RushesLauncher) launcher = make_launcher (self);

  rushes_inspector_set_launcher (self->inspector, launcher);
  renew_launcher (self);
  refresh_later (self);
}

static RushesActivity *
find_activity (RushesManager *self, guint number, guint *position)
{
  GListModel *list = G_LIST_MODEL (self->activities);

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (RushesActivity) activity = g_list_model_get_item (list, i);

      if (rushes_activity_get_number (activity) == number)
        {
          *position = i;
          return activity;
        }
    }
  return NULL;
}

static void
client_changed_cb (RushesManager *self, RushesClient *client)
{
  guint position;
  RushesActivity *known = find_activity (self, rushes_client_get_number (client), &position);

  if (!rushes_pool_has_client (self->pool, client))
    {
      if (known != NULL)
        g_list_store_remove (self->activities, position);
    }
  else if (known == NULL)
    {
      g_autoptr (RushesActivity) activity = rushes_activity_new (client);

      g_list_store_append (self->activities, activity);
    }
  refresh_later (self);
}

static void
frame_started_cb (RushesManager *self, RushesScene *scene, guint frame, guint client)
{
  guint position;
  RushesActivity *activity = find_activity (self, client, &position);

  if (activity != NULL)
    rushes_activity_set_frame (activity, scene, frame);
  refresh_later (self);
}

static void
frame_ended_cb (RushesManager *self, RushesScene *scene, guint frame, guint client)
{
  guint position;
  RushesActivity *activity = find_activity (self, client, &position);

  if (activity != NULL && rushes_activity_get_frame (activity) == frame &&
      rushes_activity_get_scene (activity) == scene)
    rushes_activity_set_frame (activity, NULL, 0);
}

static void
warning_cb (RushesManager *self, RushesScene *scene, const char *text)
{
  if (scene == NULL)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOST_PLACE]);
  g_signal_emit (self, signals[WARNING], 0, scene, text);
}

static void
trouble_cb (RushesManager *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TROUBLE]);
}

/* ---- Runs ------------------------------------------------------------ */

static void
set_error (RushesManager *self, const GError *error)
{
  if (self->error == NULL && error == NULL)
    return;
  g_clear_error (&self->error);
  self->error = error != NULL ? g_error_copy (error) : NULL;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
}

static void
run_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RushesManager) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean by_user = self->state != RUSHES_MANAGER_RENDERING || self->by_user;

  rushes_pool_run_finish (RUSHES_POOL (object), result, &error);
  g_signal_handlers_disconnect_by_data (self->pool, self);
  g_clear_object (&self->pool);
  g_clear_object (&self->on_cluster);
  g_list_store_remove_all (self->activities);
  set_error (self, error);
  set_state (self, RUSHES_MANAGER_IDLE);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TROUBLE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOST_PLACE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_JOBS_REASON]);
  refresh (self);
  refresh_later (self); /* for the reserve: who stops may be about to quit */
  g_signal_emit (self, signals[RUN_ENDED], 0, by_user);
}

static void
requeue_startable (RushesManager *self)
{
  GListModel *list = G_LIST_MODEL (self->queue);

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (list, i);

      if (rushes_scene_is_startable (scene) && rushes_scene_is_ended (scene))
        rushes_scene_requeue (scene);
    }
}

/* What a sandbox has to show: each scene, and where its results go. */
static void
share (RushesLauncher *launcher, RushesScene *scene)
{
  g_autofree char *source = g_path_get_dirname (rushes_scene_get_path (scene));
  g_autofree char *output = g_path_get_dirname (rushes_scene_get_folder (scene));

  /* A folder that cannot be made is the scene's trouble, in its turn. */
  if (rushes_scene_is_ended (scene) || g_mkdir_with_parents (output, 0755) != 0)
    return;
  rushes_launcher_share (launcher, source, FALSE);
  rushes_launcher_share (launcher, output, TRUE);
}

static void
share_queued (RushesManager *self, RushesLauncher *launcher)
{
  GListModel *list = G_LIST_MODEL (self->queue);

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (list, i);

      share (launcher, scene);
    }
}

static guint
get_frame_timeout (RushesManager *self)
{
  return self->frame_timeout_auto ? RUSHES_FRAME_TIMEOUT_AUTO : self->frame_timeout;
}

static void
jobs_reason_cb (RushesManager *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_JOBS_REASON]);
}

/* ---- The cluster ------------------------------------------------------ */

/* Clients that are there finish their frames, those that wait for it are gone. */
static void
leave_cluster (RushesManager *self)
{
  if (self->on_cluster != NULL)
    rushes_pool_set_place (self->pool, self->on_cluster, 0);
  g_clear_object (&self->on_cluster);
}

static void
join_cluster (RushesManager *self, RushesLauncher *launcher)
{
  g_set_object (&self->on_cluster, launcher);
  if (rushes_launcher_needs_share (launcher))
    share_queued (self, launcher);
  rushes_pool_set_place (self->pool, launcher, rushes_cluster_get_jobs (self->cluster));
}

static void
cluster_changed_cb (RushesManager *self)
{
  g_autoptr (RushesLauncher) launcher = NULL;
  g_autoptr (GError) error = NULL;

  refresh_later (self);
  if (self->pool == NULL)
    return;
  leave_cluster (self);
  if (rushes_cluster_get_enabled (self->cluster))
    {
      launcher = make_launcher_on_cluster (self);
      if (rushes_launcher_check (launcher, &error))
        join_cluster (self, launcher);
      else
        g_signal_emit (self, signals[WARNING], 0, NULL, error->message);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOST_PLACE]);
  g_object_set (self->pool, "jobs", get_jobs (self), NULL);
}

static void
cluster_jobs_cb (RushesManager *self)
{
  if (self->on_cluster != NULL)
    rushes_pool_set_place (self->pool, self->on_cluster, rushes_cluster_get_jobs (self->cluster));
}

/**
 * rushes_manager_make_cluster_check:
 * @self: a manager
 *
 * Returns: (transfer full): a check of #RushesManager:cluster as it is wanted now,
 *   whether it is used or not
 */
RushesClusterCheck *
rushes_manager_make_cluster_check (RushesManager *self)
{
  g_autoptr (RushesLauncher) launcher = NULL;
  g_autofree char *log_dir = NULL;

  g_return_val_if_fail (RUSHES_IS_MANAGER (self), NULL);

  launcher = make_launcher_on_cluster (self);
  log_dir = g_build_filename (self->log_dir, "cluster-check", NULL);
  return rushes_cluster_check_new (launcher, self->start_timeout, log_dir);
}

/* ---- Beginnings ------------------------------------------------------- */

static void
run (RushesManager *self)
{
  g_autoptr (RushesLauncher) on_cluster = NULL;
  g_autoptr (GError) error = NULL;

  if (rushes_cluster_get_enabled (self->cluster))
    on_cluster = make_launcher_on_cluster (self);
  /* Better to say that at once than to fail every scene for it. */
  if ((get_jobs (self) > 0 && !rushes_launcher_check (self->launcher, &error)) ||
      (on_cluster != NULL && !rushes_launcher_check (on_cluster, &error)))
    {
      set_error (self, error);
      return;
    }
  set_error (self, NULL);
  self->by_user = FALSE;
  requeue_startable (self);
  if (rushes_launcher_needs_share (self->launcher))
    {
      /* Without what it showed in the runs before. */
      renew_launcher (self);
      share_queued (self, self->launcher);
    }

  self->pool = rushes_pool_new (self->launcher, G_LIST_MODEL (self->queue), self->log_dir);
  rushes_pool_set_trust (self->pool, self->trust);
  rushes_pool_set_reserve (self->pool, self->reserve);
  g_object_set (self->pool, "jobs", get_jobs (self), "order", self->order, "start-timeout",
                self->start_timeout, "frame-timeout", get_frame_timeout (self), "max-attempts",
                self->max_attempts, NULL);
  if (on_cluster != NULL)
    join_cluster (self, on_cluster);
  g_signal_connect_swapped (self->pool, "client-changed", G_CALLBACK (client_changed_cb), self);
  g_signal_connect_swapped (self->pool, "frame-started", G_CALLBACK (frame_started_cb), self);
  g_signal_connect_swapped (self->pool, "frame-ended", G_CALLBACK (frame_ended_cb), self);
  g_signal_connect_swapped (self->pool, "warning", G_CALLBACK (warning_cb), self);
  g_signal_connect_swapped (self->pool, "notify::trouble", G_CALLBACK (trouble_cb), self);
  g_signal_connect_swapped (self->pool, "notify::jobs-reason", G_CALLBACK (jobs_reason_cb), self);
  set_state (self, RUSHES_MANAGER_RENDERING);
  update_reserve (self);
  rushes_pool_run_async (self->pool, run_cb, g_object_ref (self));
}

/**
 * rushes_manager_expect_start:
 * @self: a manager
 *
 * To be called when the user is back: clients are got ready as they would be for
 * scenes that are new, if they have left since.
 */
void
rushes_manager_expect_start (RushesManager *self)
{
  g_return_if_fail (RUSHES_IS_MANAGER (self));

  refresh_later (self);
}

/**
 * rushes_manager_start:
 * @self: a manager
 *
 * Renders every scene that is not finished and not paused. What failed as a
 * whole gets another chance.
 */
void
rushes_manager_start (RushesManager *self)
{
  g_return_if_fail (RUSHES_IS_MANAGER (self));

  if (self->state == RUSHES_MANAGER_RENDERING)
    {
      requeue_startable (self);
      rushes_pool_reconsider (self->pool);
    }
  else if (self->state == RUSHES_MANAGER_IDLE)
    run (self);
  refresh (self);
}

/**
 * rushes_manager_pause:
 * @self: a manager
 *
 * Finishes the frames in hand and begins no more. rushes_manager_start() goes
 * on where it was.
 */
void
rushes_manager_pause (RushesManager *self)
{
  g_return_if_fail (RUSHES_IS_MANAGER (self));

  if (self->state != RUSHES_MANAGER_RENDERING)
    return;
  set_state (self, RUSHES_MANAGER_PAUSING);
  rushes_pool_drain (self->pool);
}

/**
 * rushes_manager_stop:
 * @self: a manager
 *
 * Ends every client now: the frames in hand are lost, those that are done stay.
 */
void
rushes_manager_stop (RushesManager *self)
{
  g_return_if_fail (RUSHES_IS_MANAGER (self));

  if (self->pool == NULL)
    return;
  set_state (self, RUSHES_MANAGER_STOPPING);
  rushes_pool_stop (self->pool);
}

/**
 * rushes_manager_explain_jobs:
 * @self: a manager
 *
 * Returns: (transfer full) (nullable): #RushesManager:jobs-reason
 */
char *
rushes_manager_explain_jobs (RushesManager *self)
{
  g_return_val_if_fail (RUSHES_IS_MANAGER (self), NULL);

  return self->pool != NULL ? rushes_pool_explain_jobs (self->pool) : NULL;
}

/**
 * rushes_manager_has_work:
 * @self: a manager
 *
 * Returns: whether there is anything that would be lost or put off if the
 *   program ended now. When there is not, Blenders may yet take a moment to end.
 */
gboolean
rushes_manager_has_work (RushesManager *self)
{
  GListModel *list;

  g_return_val_if_fail (RUSHES_IS_MANAGER (self), FALSE);

  if (self->state == RUSHES_MANAGER_IDLE || self->state == RUSHES_MANAGER_STOPPING)
    return FALSE;
  list = G_LIST_MODEL (self->queue);
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (list, i);
      RushesSceneState state = rushes_scene_get_state (scene);

      if (state == RUSHES_SCENE_LOADING || state == RUSHES_SCENE_RENDERING ||
          (state == RUSHES_SCENE_QUEUED && !rushes_scene_get_paused (scene)))
        return TRUE;
    }
  return FALSE;
}

/**
 * rushes_manager_go_on:
 * @self: a manager
 *
 * Goes on after #RushesManager:trouble without waiting for its end.
 */
void
rushes_manager_go_on (RushesManager *self)
{
  g_return_if_fail (RUSHES_IS_MANAGER (self));

  if (self->pool != NULL)
    rushes_pool_resume (self->pool);
}

static void
reconsider (RushesManager *self)
{
  if (self->pool != NULL)
    rushes_pool_reconsider (self->pool);
  refresh_later (self);
}

/**
 * rushes_manager_pause_scene:
 * @self: a manager
 * @scene: one of its scenes
 * @paused: whether to hold it back
 *
 * Holds one scene back, after its frames in hand, or lets it go on.
 */
void
rushes_manager_pause_scene (RushesManager *self, RushesScene *scene, gboolean paused)
{
  g_return_if_fail (RUSHES_IS_MANAGER (self));
  g_return_if_fail (RUSHES_IS_SCENE (scene));

  self->by_user = paused;
  rushes_scene_set_paused (scene, paused);
  if (!paused && rushes_scene_get_state (scene) == RUSHES_SCENE_STOPPED)
    rushes_scene_requeue (scene);
  reconsider (self);
}

/**
 * rushes_manager_stop_scene:
 * @self: a manager
 * @scene: one of its scenes
 *
 * Ends work on one scene now; its frames in hand are lost.
 */
void
rushes_manager_stop_scene (RushesManager *self, RushesScene *scene)
{
  g_return_if_fail (RUSHES_IS_MANAGER (self));
  g_return_if_fail (RUSHES_IS_SCENE (scene));

  if (rushes_scene_is_ended (scene))
    return;
  self->by_user = TRUE;
  rushes_scene_set_paused (scene, TRUE);
  rushes_scene_stop (scene);
  reconsider (self);
}

/**
 * rushes_manager_retry_failed:
 * @self: a manager
 * @scene: one of its scenes
 *
 * Gives the failed frames of @scene another chance, at once if anything is
 * being rendered, else at the next start.
 */
void
rushes_manager_retry_failed (RushesManager *self, RushesScene *scene)
{
  g_return_if_fail (RUSHES_IS_MANAGER (self));
  g_return_if_fail (RUSHES_IS_SCENE (scene));

  rushes_scene_set_paused (scene, FALSE);
  rushes_scene_retry_failed (scene);
  reconsider (self);
}

/**
 * rushes_manager_redo_blanks:
 * @self: a manager
 * @scene: one of its scenes
 *
 * Renders anew the frames of @scene that suspiciously show nothing, at once if
 * anything is being rendered, else at the next start. Does nothing while the
 * scene itself is being rendered.
 */
void
rushes_manager_redo_blanks (RushesManager *self, RushesScene *scene)
{
  g_return_if_fail (RUSHES_IS_MANAGER (self));
  g_return_if_fail (RUSHES_IS_SCENE (scene));

  if (!rushes_scene_is_ended (scene))
    return;
  rushes_scene_set_paused (scene, FALSE);
  rushes_scene_redo_blanks (scene);
  reconsider (self);
}

/**
 * rushes_manager_render_again:
 * @self: a manager
 * @scene: one of its scenes
 * @existing: what to do with the frames that are there
 *
 * Queues a scene from the beginning, with the settings that it has now, and
 * looks into its file again. One that is being rendered is stopped for that.
 */
void
rushes_manager_render_again (RushesManager *self, RushesScene *scene, RushesExisting existing)
{
  g_return_if_fail (RUSHES_IS_MANAGER (self));
  g_return_if_fail (RUSHES_IS_SCENE (scene));

  rushes_scene_set_paused (scene, FALSE);
  rushes_scene_stop (scene);
  rushes_scene_set_existing (scene, existing);
  rushes_scene_requeue (scene);
  rushes_inspector_add (self->inspector, scene);
  reconsider (self);
}

/* ---- The queue ------------------------------------------------------- */

/* Where the folder of @path's results is made. */
static char *
choose_output (RushesManager *self, const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);

  if (self->output_folder != NULL)
    return g_strdup (self->output_folder);
  return g_build_filename (folder, "renders", NULL);
}

typedef struct
{
  RushesFound *found; /* (owned) (nullable): since the search is over */
  guint next;         /* of its paths */
  guint n_added;
  guint n_doubles;
  const char *double_name; /* (nullable): the last of them; of @found */
} Adding;

static void
adding_free (Adding *adding)
{
  g_clear_pointer (&adding->found, rushes_found_free);
  g_free (adding);
}

static void
note_doubles (Adding *adding)
{
  GPtrArray *notes = adding->found->rejected;

  if (adding->n_doubles == 1)
    {
      g_autofree char *name = g_filename_display_basename (adding->double_name);

      g_ptr_array_add (notes, g_strdup_printf (_ ("“%s” is in the queue already"), name));
    }
  else if (adding->n_doubles > 1)
    g_ptr_array_add (
        notes, g_strdup_printf (ngettext ("%u scene is in the queue already",
                                          "%u scenes are in the queue already", adding->n_doubles),
                                adding->n_doubles));
}

static RushesScene *
make_scene (RushesManager *self, const char *path, RushesSettings *settings)
{
  RushesScene *scene = rushes_scene_new (path, settings);
  g_autofree char *output = choose_output (self, path);
  g_autofree char *folder = g_build_filename (output, rushes_scene_get_name (scene), NULL);

  rushes_scene_set_folder (scene, folder);
  return scene;
}

/* Thousands of scenes take longer than a window may stand still. */
static gboolean
add_cb (gpointer user_data)
{
  GTask *task = user_data;
  RushesManager *self = g_task_get_source_object (task);
  Adding *adding = g_task_get_task_data (task);
  GPtrArray *paths = adding->found->paths;
  gint64 until = g_get_monotonic_time () + SLICE_USEC;
  g_autoptr (RushesSettings) settings = rushes_settings_new ();
  g_autoptr (GPtrArray) scenes = g_ptr_array_new_with_free_func (g_object_unref);

  while (adding->next < paths->len && scenes->len < SLICE_SCENES && g_get_monotonic_time () < until)
    {
      const char *path = g_ptr_array_index (paths, adding->next++);

      if (rushes_queue_has_path (self->queue, path))
        {
          adding->double_name = path;
          adding->n_doubles++;
        }
      else
        g_ptr_array_add (scenes, make_scene (self, path, settings));
    }
  rushes_queue_append_many (self->queue, scenes);
  for (guint i = 0; i < scenes->len; i++)
    rushes_inspector_add (self->inspector, g_ptr_array_index (scenes, i));
  adding->n_added += scenes->len;
  if (adding->next < paths->len)
    return G_SOURCE_CONTINUE;

  note_doubles (adding);
  if (self->pool != NULL)
    rushes_pool_reconsider (self->pool);
  g_task_return_boolean (task, TRUE);
  return G_SOURCE_REMOVE;
}

static void
search_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Adding *adding = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  adding->found = rushes_search_finish (result, &error);
  if (adding->found == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, add_cb, g_steal_pointer (&task), g_object_unref);
}

/**
 * rushes_manager_add_files_async:
 * @self: a manager
 * @files: (element-type GFile): scenes, and folders to look for scenes in
 * @callback: (scope async): called when they are in the queue
 * @user_data: for @callback
 *
 * Appends scenes and has them inspected.
 */
void
rushes_manager_add_files_async (RushesManager *self,
                                GPtrArray *files,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  GTask *task;

  g_return_if_fail (RUSHES_IS_MANAGER (self));
  g_return_if_fail (files != NULL);

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, rushes_manager_add_files_async);
  g_task_set_task_data (task, g_new0 (Adding, 1), (GDestroyNotify) adding_free);
  rushes_search_async (files, NULL, search_cb, task);
}

/**
 * rushes_manager_add_files_finish:
 * @self: a manager
 * @result: what the callback was given
 * @n_added: (out): how many scenes are new in the queue
 * @error: return location for a #GError
 *
 * Returns: (transfer full) (element-type utf8) (nullable): what was not added
 *   and why, a sentence each
 */
GPtrArray *
rushes_manager_add_files_finish (RushesManager *self,
                                 GAsyncResult *result,
                                 guint *n_added,
                                 GError **error)
{
  Adding *adding;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  adding = g_task_get_task_data (G_TASK (result));
  *n_added = adding->n_added;
  return g_steal_pointer (&adding->found->rejected);
}

/**
 * rushes_manager_remove:
 * @self: a manager
 * @scene: one of its scenes
 *
 * Takes a scene out of the queue; if it is being rendered that is stopped.
 * Frames on disk stay.
 */
void
rushes_manager_remove (RushesManager *self, RushesScene *scene)
{
  guint position;

  g_return_if_fail (RUSHES_IS_MANAGER (self));
  g_return_if_fail (RUSHES_IS_SCENE (scene));

  if (rushes_queue_find (self->queue, scene, &position))
    rushes_manager_remove_many (self, &position, 1);
}

/**
 * rushes_manager_remove_many:
 * @self: a manager
 * @positions: (array length=n): of scenes in the queue, from the first to the
 *   last
 * @n: how many
 *
 * As rushes_manager_remove() for each of them.
 */
void
rushes_manager_remove_many (RushesManager *self, const guint *positions, guint n)
{
  g_return_if_fail (RUSHES_IS_MANAGER (self));

  self->by_user = TRUE;
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (RushesScene) scene =
          g_list_model_get_item (G_LIST_MODEL (self->queue), positions[i]);

      rushes_inspector_remove (self->inspector, scene);
      if (rushes_scene_get_state (scene) != RUSHES_SCENE_QUEUED)
        rushes_scene_stop (scene);
    }
  rushes_queue_remove_many (self->queue, positions, n);
  if (self->pool != NULL)
    rushes_pool_reconsider (self->pool);
}

/**
 * rushes_manager_restore:
 * @self: a manager
 * @scene: a scene that was removed
 * @position: where it was
 *
 * Undoes rushes_manager_remove().
 */
void
rushes_manager_restore (RushesManager *self, RushesScene *scene, guint position)
{
  g_autoptr (GPtrArray) scenes = g_ptr_array_new ();

  g_ptr_array_add (scenes, scene);
  rushes_manager_restore_many (self, scenes, &position);
}

/**
 * rushes_manager_restore_many:
 * @self: a manager
 * @scenes: (element-type RushesScene): scenes that were removed
 * @positions: (array): where they were, from the first to the last
 *
 * Undoes rushes_manager_remove_many(). What was being rendered then goes on if
 * anything is being rendered.
 */
void
rushes_manager_restore_many (RushesManager *self, GPtrArray *scenes, const guint *positions)
{
  g_return_if_fail (RUSHES_IS_MANAGER (self));
  g_return_if_fail (scenes != NULL);

  /* They were stopped by that, not by anybody who wants them to wait. */
  for (guint i = 0; i < scenes->len; i++)
    if (rushes_scene_get_state (g_ptr_array_index (scenes, i)) == RUSHES_SCENE_STOPPED)
      rushes_scene_requeue (g_ptr_array_index (scenes, i));
  rushes_queue_insert_many (self->queue, scenes, positions);
  for (guint i = 0; i < scenes->len; i++)
    if (rushes_scene_get_report (g_ptr_array_index (scenes, i)) == NULL)
      rushes_inspector_add (self->inspector, g_ptr_array_index (scenes, i));
  reconsider (self);
}

/**
 * rushes_manager_duplicate:
 * @self: a manager
 * @scene: one of its scenes
 *
 * Queues the same file once more, below the first, with the same settings and a
 * folder of its own.
 *
 * Returns: (transfer none): the new scene
 */
RushesScene *
rushes_manager_duplicate (RushesManager *self, RushesScene *scene)
{
  g_autoptr (RushesScene) copy = NULL;
  guint position = 0;

  g_return_val_if_fail (RUSHES_IS_MANAGER (self), NULL);
  g_return_val_if_fail (RUSHES_IS_SCENE (scene), NULL);

  copy = rushes_scene_new (rushes_scene_get_path (scene), rushes_scene_get_settings (scene));
  /* The queue finds a folder beside this one, which is taken. */
  rushes_scene_set_folder (copy, rushes_scene_get_folder (scene));
  rushes_scene_set_report (copy, rushes_scene_get_report (scene),
                           rushes_scene_get_report_error (scene));
  rushes_queue_find (self->queue, scene, &position);
  rushes_queue_insert (self->queue, position + 1, copy);
  if (rushes_scene_get_report (copy) == NULL)
    rushes_inspector_add (self->inspector, copy);
  reconsider (self);
  return copy;
}

/**
 * rushes_manager_set_output:
 * @self: a manager
 * @scene: one of its scenes
 * @output: (nullable): folder that the scene's own is made in; %NULL: where it
 *   would be for a new scene
 *
 * Does nothing while the scene is being worked on.
 */
void
rushes_manager_set_output (RushesManager *self, RushesScene *scene, const char *output)
{
  g_autofree char *chosen = NULL;

  g_return_if_fail (RUSHES_IS_MANAGER (self));
  g_return_if_fail (RUSHES_IS_SCENE (scene));

  if (rushes_scene_get_in_use (scene))
    return;
  chosen = output != NULL ? g_strdup (output) : choose_output (self, rushes_scene_get_path (scene));
  rushes_queue_place (self->queue, scene, chosen);
}

/**
 * rushes_manager_inspect:
 * @self: a manager
 * @scene: one of its scenes
 *
 * Looks into the scene's file again.
 */
void
rushes_manager_inspect (RushesManager *self, RushesScene *scene)
{
  g_return_if_fail (RUSHES_IS_MANAGER (self));
  g_return_if_fail (RUSHES_IS_SCENE (scene));

  rushes_inspector_add (self->inspector, scene);
}

typedef struct
{
  RushesTrust *trust; /* (owned) */
  char *path;         /* (owned) */
  gboolean trusted;
} Trusting;

static void
trusting_free (Trusting *trusting)
{
  g_clear_pointer (&trusting->trust, rushes_trust_unref);
  g_clear_pointer (&trusting->path, g_free);
  g_free (trusting);
}

static void
trust_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Trusting *trusting = task_data;
  g_autoptr (GError) error = NULL;

  if (trusting->trusted ? rushes_trust_grant (trusting->trust, trusting->path, &error)
                        : rushes_trust_withdraw (trusting->trust, trusting->path, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
trust_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  RushesManager *self = RUSHES_MANAGER (object);
  const Trusting *trusting = g_task_get_task_data (G_TASK (result));
  GListModel *list = G_LIST_MODEL (self->queue);
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_signal_emit (self, signals[WARNING], 0, NULL, error->message);
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (list, i);

      if (g_str_equal (rushes_scene_get_path (scene), trusting->path))
        rushes_inspector_add (self->inspector, scene);
    }
}

/**
 * rushes_manager_set_trusted:
 * @self: a manager
 * @scene: one of its scenes
 * @trusted: whether scripts in its file may run, as long as it stays as it is
 *
 * Notes that for good, and looks into the file again. What is being rendered
 * goes on as it was begun.
 */
void
rushes_manager_set_trusted (RushesManager *self, RushesScene *scene, gboolean trusted)
{
  g_autoptr (GTask) task = NULL;
  Trusting *trusting;

  g_return_if_fail (RUSHES_IS_MANAGER (self));
  g_return_if_fail (RUSHES_IS_SCENE (scene));

  task = g_task_new (self, NULL, trust_cb, NULL);
  trusting = g_new0 (Trusting, 1);
  g_task_set_source_tag (task, rushes_manager_set_trusted);
  trusting->trust = rushes_trust_ref (self->trust);
  trusting->path = g_strdup (rushes_scene_get_path (scene));
  trusting->trusted = trusted;
  g_task_set_task_data (task, trusting, (GDestroyNotify) trusting_free);
  rushes_thread_run (task, trust_thread);
}

/**
 * rushes_manager_load:
 * @self: a manager
 *
 * Fills the queue with the scenes of the last session, and saves it from here
 * on whenever it changes.
 *
 * Returns: (transfer full) (nullable): what the user should be told
 */
char *
rushes_manager_load (RushesManager *self)
{
  GListModel *list;
  char *notice;

  g_return_val_if_fail (RUSHES_IS_MANAGER (self), NULL);

  notice = rushes_store_load (self->store);
  list = G_LIST_MODEL (self->queue);
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (list, i);
      const RushesReport *report = rushes_scene_get_report (scene);

      /* Trust may have fallen away with the file meanwhile. */
      if (report == NULL || report->scripts != NULL)
        rushes_inspector_add (self->inspector, scene);
    }
  refresh (self);
  refresh_later (self);
  return notice;
}

/**
 * rushes_manager_save:
 * @self: a manager
 *
 * Saves the queue now, at the end of the program, and ends the inspector and the
 * reserve.
 */
void
rushes_manager_save (RushesManager *self)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (RUSHES_IS_MANAGER (self));

  rushes_inspector_stop (self->inspector);
  rushes_reserve_stop (self->reserve);
  if (!rushes_store_flush (self->store, &error))
    g_message ("The queue could not be saved: %s", error->message);
}

/* ---- The object ------------------------------------------------------ */

static void
rushes_manager_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  RushesManager *self = RUSHES_MANAGER (object);

  switch (id)
    {
    case PROP_QUEUE:
      g_value_set_object (value, self->queue);
      break;
    case PROP_ACTIVITIES:
      g_value_set_object (value, self->activities);
      break;
    case PROP_CLUSTER:
      g_value_set_object (value, self->cluster);
      break;
    case PROP_BLENDER:
      g_value_set_string (value, self->blender);
      break;
    case PROP_OUTPUT_FOLDER:
      g_value_set_string (value, self->output_folder);
      break;
    case PROP_JOBS:
      g_value_set_uint (value, self->jobs);
      break;
    case PROP_JOBS_AUTO:
      g_value_set_boolean (value, self->jobs_auto);
      break;
    case PROP_JOBS_REASON:
      g_value_take_string (value, rushes_manager_explain_jobs (self));
      break;
    case PROP_ORDER:
      g_value_set_enum (value, self->order);
      break;
    case PROP_START_TIMEOUT:
      g_value_set_uint (value, self->start_timeout);
      break;
    case PROP_FRAME_TIMEOUT:
      g_value_set_uint (value, self->frame_timeout);
      break;
    case PROP_FRAME_TIMEOUT_AUTO:
      g_value_set_boolean (value, self->frame_timeout_auto);
      break;
    case PROP_MAX_ATTEMPTS:
      g_value_set_uint (value, self->max_attempts);
      break;
    case PROP_FACTORY_STARTUP:
      g_value_set_boolean (value, self->factory_startup);
      break;
    case PROP_SANDBOX:
      g_value_set_boolean (value, self->sandbox);
      break;
    case PROP_KEEP_READY:
      g_value_set_boolean (value, self->keep_ready);
      break;
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, self->error);
      break;
    case PROP_TROUBLE:
      g_value_set_boxed (value, rushes_manager_get_trouble (self));
      break;
    case PROP_LOST_PLACE:
      g_value_set_boxed (value, rushes_manager_get_lost_place (self));
      break;
    case PROP_PROGRESS:
      g_value_set_double (value, self->totals.progress);
      break;
    case PROP_N_FRAMES:
      g_value_set_uint64 (value, self->totals.frames);
      break;
    case PROP_N_DONE:
      g_value_set_uint64 (value, self->totals.done);
      break;
    case PROP_N_FAILED:
      g_value_set_uint64 (value, self->totals.failed);
      break;
    case PROP_N_STARTABLE:
      g_value_set_uint (value, self->totals.startable);
      break;
    case PROP_RATE:
      g_value_set_double (value, rushes_manager_get_rate (self));
      break;
    case PROP_SECONDS_LEFT:
      g_value_set_double (value, rushes_manager_get_seconds_left (self));
      break;
    case PROP_MEMORY:
      g_value_set_uint64 (value, self->totals.memory);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

/* An empty text is one that was cleared. */
static gboolean
take_string (char **field, const GValue *value)
{
  const char *text = g_value_get_string (value);

  if (text != NULL && *text == '\0')
    text = NULL;
  if (g_strcmp0 (*field, text) == 0)
    return FALSE;
  g_free (*field);
  *field = g_strdup (text);
  return TRUE;
}

static gboolean
take_uint (guint *field, const GValue *value)
{
  if (*field == g_value_get_uint (value))
    return FALSE;
  *field = g_value_get_uint (value);
  return TRUE;
}

/* What a running pool may be told while it runs. */
static void
pass_on (RushesManager *self, const char *name, guint value)
{
  if (self->pool != NULL)
    g_object_set (self->pool, name, value, NULL);
}

static void
jobs_changed (RushesManager *self)
{
  pass_on (self, "jobs", get_jobs (self));
  refresh_later (self);
}

static void
rushes_manager_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  RushesManager *self = RUSHES_MANAGER (object);
  gboolean changed = FALSE;

  switch (id)
    {
    case PROP_BLENDER:
      changed = take_string (&self->blender, value);
      if (changed)
        renew_launchers (self);
      break;
    case PROP_OUTPUT_FOLDER:
      changed = take_string (&self->output_folder, value);
      break;
    case PROP_JOBS:
      changed = take_uint (&self->jobs, value);
      if (changed)
        jobs_changed (self);
      break;
    case PROP_JOBS_AUTO:
      changed = self->jobs_auto != g_value_get_boolean (value);
      self->jobs_auto = g_value_get_boolean (value);
      if (changed)
        {
          jobs_changed (self);
          g_object_notify_by_pspec (object, properties[PROP_JOBS_REASON]);
        }
      break;
    case PROP_ORDER:
      changed = (int) self->order != g_value_get_enum (value);
      self->order = (RushesOrder) g_value_get_enum (value);
      if (changed)
        pass_on (self, "order", self->order);
      break;
    case PROP_START_TIMEOUT:
      changed = take_uint (&self->start_timeout, value);
      rushes_inspector_set_start_timeout (self->inspector, self->start_timeout);
      rushes_reserve_set_start_timeout (self->reserve, self->start_timeout);
      break;
    case PROP_FRAME_TIMEOUT:
      changed = take_uint (&self->frame_timeout, value);
      if (changed)
        pass_on (self, "frame-timeout", get_frame_timeout (self));
      break;
    case PROP_FRAME_TIMEOUT_AUTO:
      changed = self->frame_timeout_auto != g_value_get_boolean (value);
      self->frame_timeout_auto = g_value_get_boolean (value);
      if (changed)
        pass_on (self, "frame-timeout", get_frame_timeout (self));
      break;
    case PROP_MAX_ATTEMPTS:
      changed = take_uint (&self->max_attempts, value);
      if (changed)
        pass_on (self, "max-attempts", self->max_attempts);
      break;
    case PROP_FACTORY_STARTUP:
      changed = self->factory_startup != g_value_get_boolean (value);
      self->factory_startup = g_value_get_boolean (value);
      if (changed)
        renew_launchers (self);
      break;
    case PROP_SANDBOX:
      changed = self->sandbox != g_value_get_boolean (value);
      self->sandbox = g_value_get_boolean (value);
      if (changed)
        renew_launchers (self);
      break;
    case PROP_KEEP_READY:
      changed = self->keep_ready != g_value_get_boolean (value);
      self->keep_ready = g_value_get_boolean (value);
      if (changed)
        refresh_later (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }

  if (changed)
    g_object_notify_by_pspec (object, pspec);
}

static void
rushes_manager_finalize (GObject *object)
{
  RushesManager *self = RUSHES_MANAGER (object);

  /* A run holds a reference. */
  g_assert (self->pool == NULL);

  g_clear_handle_id (&self->refresh_id, g_source_remove);
  g_signal_handlers_disconnect_by_data (self->queue, self);
  g_clear_object (&self->store);
  g_signal_handlers_disconnect_by_data (self->inspector, self);
  rushes_inspector_stop (self->inspector);
  g_clear_object (&self->inspector);
  rushes_reserve_stop (self->reserve);
  g_clear_object (&self->reserve);
  g_clear_object (&self->launcher);
  g_clear_pointer (&self->trust, rushes_trust_unref);
  g_clear_object (&self->activities);
  g_signal_handlers_disconnect_by_data (self->cluster, self);
  g_clear_object (&self->cluster);
  g_clear_object (&self->runs);
  g_clear_object (&self->queue);
  g_clear_error (&self->error);
  g_clear_pointer (&self->log_dir, g_free);
  g_clear_pointer (&self->blender, g_free);
  g_clear_pointer (&self->output_folder, g_free);

  G_OBJECT_CLASS (rushes_manager_parent_class)->finalize (object);
}

static void
rushes_manager_class_init (RushesManagerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  const GParamFlags writable = readable | G_PARAM_WRITABLE;

  object_class->get_property = rushes_manager_get_property;
  object_class->set_property = rushes_manager_set_property;
  object_class->finalize = rushes_manager_finalize;

  /**
   * RushesManager:queue:
   *
   * The scenes.
   */
  properties[PROP_QUEUE] = g_param_spec_object ("queue", NULL, NULL, RUSHES_TYPE_QUEUE, readable);
  /**
   * RushesManager:activities:
   *
   * What each client does, a #GListModel of #RushesActivity.
   */
  properties[PROP_ACTIVITIES] =
      g_param_spec_object ("activities", NULL, NULL, G_TYPE_LIST_MODEL, readable);
  /**
   * RushesManager:cluster:
   *
   * Where clients work besides this computer, if they do. It may be changed at any
   * time.
   */
  properties[PROP_CLUSTER] =
      g_param_spec_object ("cluster", NULL, NULL, RUSHES_TYPE_CLUSTER, readable);
  /**
   * RushesManager:blender:
   *
   * The Blender to start; %NULL: the one on the search path. It holds for
   * clients of the next run.
   */
  properties[PROP_BLENDER] = g_param_spec_string ("blender", NULL, NULL, NULL, writable);
  /**
   * RushesManager:output-folder:
   *
   * Where the folders of new scenes are made; %NULL: in "renders" beside each.
   */
  properties[PROP_OUTPUT_FOLDER] =
      g_param_spec_string ("output-folder", NULL, NULL, NULL, writable);
  /**
   * RushesManager:jobs:
   *
   * How many clients may work on this computer at once, at once. 0 is 1 unless there
   * is a cluster to work on.
   */
  properties[PROP_JOBS] = g_param_spec_uint ("jobs", NULL, NULL, 0, 4096, 1, writable);
  /**
   * RushesManager:jobs-auto:
   *
   * Whether that number is found out instead.
   */
  properties[PROP_JOBS_AUTO] = g_param_spec_boolean ("jobs-auto", NULL, NULL, FALSE, writable);
  /**
   * RushesManager:jobs-reason:
   *
   * How many that are and why, for the user; %NULL while nothing is rendered, or if
   * the number is fixed.
   */
  properties[PROP_JOBS_REASON] =
      g_param_spec_string ("jobs-reason", NULL, NULL, NULL,
                           G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * RushesManager:order:
   *
   * How clients go through the queue.
   */
  properties[PROP_ORDER] = g_param_spec_enum ("order", NULL, NULL, RUSHES_TYPE_ORDER,
                                              RUSHES_ORDER_SIDE_BY_SIDE, writable);
  /**
   * RushesManager:start-timeout:
   *
   * As #RushesPool:start-timeout.
   */
  properties[PROP_START_TIMEOUT] =
      g_param_spec_uint ("start-timeout", NULL, NULL, 0, 86400, 30, writable);
  /**
   * RushesManager:frame-timeout:
   *
   * As #RushesPool:frame-timeout.
   */
  properties[PROP_FRAME_TIMEOUT] =
      g_param_spec_uint ("frame-timeout", NULL, NULL, 0, G_MAXUINT, 0, writable);
  /**
   * RushesManager:frame-timeout-auto:
   *
   * Whether #RushesManager:frame-timeout is found by what frames take.
   */
  properties[PROP_FRAME_TIMEOUT_AUTO] =
      g_param_spec_boolean ("frame-timeout-auto", NULL, NULL, FALSE, writable);
  /**
   * RushesManager:max-attempts:
   *
   * As #RushesPool:max-attempts.
   */
  properties[PROP_MAX_ATTEMPTS] =
      g_param_spec_uint ("max-attempts", NULL, NULL, 1, 1000, 3, writable);
  /**
   * RushesManager:factory-startup:
   *
   * As #RushesLauncher:factory-startup.
   */
  properties[PROP_FACTORY_STARTUP] =
      g_param_spec_boolean ("factory-startup", NULL, NULL, FALSE, writable);
  /**
   * RushesManager:sandbox:
   *
   * As #RushesLauncher:sandbox; clients write to the folders of their scenes'
   * results, as far as they are known when a client starts.
   */
  properties[PROP_SANDBOX] = g_param_spec_boolean ("sandbox", NULL, NULL, FALSE, writable);
  /**
   * RushesManager:keep-ready:
   *
   * Whether clients are started before rushes_manager_start() needs them, and stay
   * for a while after a run.
   */
  properties[PROP_KEEP_READY] = g_param_spec_boolean ("keep-ready", NULL, NULL, TRUE, writable);
  /**
   * RushesManager:state:
   *
   * What happens to the queue.
   */
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, RUSHES_TYPE_MANAGER_STATE,
                                              RUSHES_MANAGER_IDLE, readable);
  /**
   * RushesManager:error:
   *
   * Why nothing could be rendered at all.
   */
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, readable);
  /**
   * RushesManager:trouble:
   *
   * As #RushesPool:trouble.
   */
  properties[PROP_TROUBLE] = g_param_spec_boxed ("trouble", NULL, NULL, G_TYPE_ERROR, readable);
  /**
   * RushesManager:lost-place:
   *
   * As rushes_pool_get_lost_place().
   */
  properties[PROP_LOST_PLACE] =
      g_param_spec_boxed ("lost-place", NULL, NULL, G_TYPE_ERROR, readable);
  /**
   * RushesManager:progress:
   *
   * How much of the queue is rendered, 0 to 1.
   */
  properties[PROP_PROGRESS] = g_param_spec_double ("progress", NULL, NULL, 0, 1, 0, readable);
  /**
   * RushesManager:n-frames:
   *
   * Frames of all scenes, as far as it is known.
   */
  properties[PROP_N_FRAMES] =
      g_param_spec_uint64 ("n-frames", NULL, NULL, 0, G_MAXUINT64, 0, readable);
  /**
   * RushesManager:n-done:
   *
   * How many of them are in place.
   */
  properties[PROP_N_DONE] = g_param_spec_uint64 ("n-done", NULL, NULL, 0, G_MAXUINT64, 0, readable);
  /**
   * RushesManager:n-failed:
   *
   * How many of them were given up.
   */
  properties[PROP_N_FAILED] =
      g_param_spec_uint64 ("n-failed", NULL, NULL, 0, G_MAXUINT64, 0, readable);
  /**
   * RushesManager:n-startable:
   *
   * How many scenes rushes_manager_start() would begin.
   */
  properties[PROP_N_STARTABLE] =
      g_param_spec_uint ("n-startable", NULL, NULL, 0, G_MAXUINT, 0, readable);
  /**
   * RushesManager:rate:
   *
   * Frames a second of late; 0: nothing can be said.
   */
  properties[PROP_RATE] = g_param_spec_double ("rate", NULL, NULL, 0, G_MAXDOUBLE, 0, readable);
  /**
   * RushesManager:seconds-left:
   *
   * Until everything is done; negative: not known.
   */
  properties[PROP_SECONDS_LEFT] =
      g_param_spec_double ("seconds-left", NULL, NULL, -1, G_MAXDOUBLE, -1, readable);
  /**
   * RushesManager:memory:
   *
   * Bytes that all clients take together, as they said last.
   */
  properties[PROP_MEMORY] = g_param_spec_uint64 ("memory", NULL, NULL, 0, G_MAXUINT64, 0, readable);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * RushesManager::run-ended:
   * @self: the manager
   * @by_user: whether the user paused or stopped it, or the last scene of it
   *
   * No client is at work. What became of each scene is for the scenes to say.
   */
  signals[RUN_ENDED] = g_signal_new ("run-ended", RUSHES_TYPE_MANAGER, G_SIGNAL_RUN_LAST, 0, NULL,
                                     NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
  /**
   * RushesManager::warning:
   * @self: the manager
   * @scene: (nullable): the scene, if it is about one
   * @text: what the user should know
   */
  signals[WARNING] = g_signal_new ("warning", RUSHES_TYPE_MANAGER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 2, RUSHES_TYPE_SCENE, G_TYPE_STRING);
}

static void
rushes_manager_init (RushesManager *self)
{
  self->queue = rushes_queue_new ();
  self->activities = g_list_store_new (RUSHES_TYPE_ACTIVITY);
  self->cluster = rushes_cluster_new ();
  self->runs = rushes_runs_new (NULL);
  g_signal_connect_swapped (self->cluster, "changed", G_CALLBACK (cluster_changed_cb), self);
  g_signal_connect_swapped (self->cluster, "notify::jobs", G_CALLBACK (cluster_jobs_cb), self);
  self->jobs = 1;
  self->start_timeout = 30;
  self->max_attempts = 3;
  self->keep_ready = TRUE;
  g_signal_connect_swapped (self->queue, "items-changed", G_CALLBACK (refresh_later), self);
  g_signal_connect_swapped (self->queue, "scene-changed", G_CALLBACK (scene_changed_cb), self);
}

/**
 * rushes_manager_new:
 * @data_dir: folder of the saved queue
 * @log_dir: (nullable): folder of this session's logs; %NULL: one in the user's
 *   state folder
 *
 * Returns: (transfer full): a manager with an empty queue
 */
RushesManager *
rushes_manager_new (const char *data_dir, const char *log_dir)
{
  RushesManager *self;
  g_autofree char *path = NULL;
  g_autofree char *trust_path = NULL;

  g_return_val_if_fail (data_dir != NULL, NULL);

  self = g_object_new (RUSHES_TYPE_MANAGER, NULL);
  self->log_dir = log_dir != NULL ? g_strdup (log_dir) : rushes_log_make_run_dir (NULL);
  trust_path = g_build_filename (data_dir, "trust.json", NULL);
  self->trust = rushes_trust_new (trust_path);
  self->inspector = rushes_inspector_new (self->log_dir);
  rushes_inspector_set_trust (self->inspector, self->trust);
  g_signal_connect_swapped (self->inspector, "notify::starting", G_CALLBACK (refresh_later), self);
  self->reserve = rushes_reserve_new (self->log_dir);
  renew_launchers (self);
  path = g_build_filename (data_dir, "queue.jsonl", NULL);
  self->store = rushes_store_new (path, self->queue);
  return self;
}

RushesQueue *
rushes_manager_get_queue (RushesManager *self)
{
  return self->queue;
}

GListModel *
rushes_manager_get_activities (RushesManager *self)
{
  return G_LIST_MODEL (self->activities);
}

RushesInspector *
rushes_manager_get_inspector (RushesManager *self)
{
  return self->inspector;
}

RushesReserve *
rushes_manager_get_reserve (RushesManager *self)
{
  return self->reserve;
}

RushesCluster *
rushes_manager_get_cluster (RushesManager *self)
{
  return self->cluster;
}

RushesRuns *
rushes_manager_get_runs (RushesManager *self)
{
  return self->runs;
}

RushesManagerState
rushes_manager_get_state (RushesManager *self)
{
  return self->state;
}

/**
 * rushes_manager_get_totals:
 * @self: a manager
 *
 * Returns: (transfer none): all scenes together, a moment ago at most
 */
const RushesTotals *
rushes_manager_get_totals (RushesManager *self)
{
  return &self->totals;
}

double
rushes_manager_get_rate (RushesManager *self)
{
  return self->pool != NULL ? rushes_pool_get_rate (self->pool) : 0;
}

double
rushes_manager_get_seconds_left (RushesManager *self)
{
  const RushesSums *sums = rushes_queue_get_sums (self->queue);
  double left = (double) sums->left / 1000;

  if (self->pool == NULL || sums->counted == 0)
    return -1;
  /* Scenes whose frames nobody has counted yet are taken for average ones. */
  left += sums->uncounted * (double) sums->frames / sums->counted;
  return rushes_pool_estimate (self->pool, left);
}

/**
 * rushes_manager_get_trouble:
 * @self: a manager
 *
 * Returns: (transfer none) (nullable): why no frame is begun for now
 */
const GError *
rushes_manager_get_trouble (RushesManager *self)
{
  return self->pool != NULL ? rushes_pool_get_trouble (self->pool) : NULL;
}

/**
 * rushes_manager_get_lost_place:
 * @self: a manager
 *
 * Returns: (transfer none) (nullable): why others have to do the work of a place
 */
const GError *
rushes_manager_get_lost_place (RushesManager *self)
{
  return self->pool != NULL ? rushes_pool_get_lost_place (self->pool) : NULL;
}

/**
 * rushes_manager_get_error:
 * @self: a manager
 *
 * Returns: (transfer none) (nullable): why nothing could be rendered at all
 */
const GError *
rushes_manager_get_error (RushesManager *self)
{
  return self->error;
}

/**
 * rushes_manager_get_log_dir:
 * @self: a manager
 *
 * Returns: (transfer none): folder of this session's logs
 */
const char *
rushes_manager_get_log_dir (RushesManager *self)
{
  return self->log_dir;
}
