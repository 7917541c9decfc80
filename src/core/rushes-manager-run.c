/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-manager-private.h"

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
void
manager_renew_launchers (RushesManager *self)
{
  g_autoptr (RushesLauncher) launcher = make_launcher (self);

  rushes_inspector_set_launcher (self->inspector, launcher);
  renew_launcher (self);
  manager_refresh_later (self);
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
  manager_refresh_later (self);
}

static void
frame_started_cb (RushesManager *self, RushesScene *scene, guint frame, guint client)
{
  guint position;
  RushesActivity *activity = find_activity (self, client, &position);

  if (activity != NULL)
    rushes_activity_set_frame (activity, scene, frame);
  manager_refresh_later (self);
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
    g_object_notify (G_OBJECT (self), "lost-place");
  manager_emit_warning (self, scene, text);
}

static void
trouble_cb (RushesManager *self)
{
  g_object_notify (G_OBJECT (self), "trouble");
}

/* ---- Runs ------------------------------------------------------------ */

static void
set_error (RushesManager *self, const GError *error)
{
  if (self->error == NULL && error == NULL)
    return;
  g_clear_error (&self->error);
  self->error = error != NULL ? g_error_copy (error) : NULL;
  g_object_notify (G_OBJECT (self), "error");
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
  manager_set_state (self, RUSHES_MANAGER_IDLE);
  g_object_notify (G_OBJECT (self), "trouble");
  g_object_notify (G_OBJECT (self), "lost-place");
  g_object_notify (G_OBJECT (self), "jobs-reason");
  manager_refresh (self);
  manager_refresh_later (self); /* for the reserve: who stops may be about to quit */
  manager_emit_run_ended (self, by_user);
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

guint
manager_get_frame_timeout (RushesManager *self)
{
  return self->frame_timeout_auto ? RUSHES_FRAME_TIMEOUT_AUTO : self->frame_timeout;
}

static void
jobs_reason_cb (RushesManager *self)
{
  g_object_notify (G_OBJECT (self), "jobs-reason");
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

void
manager_cluster_changed (RushesManager *self)
{
  g_autoptr (RushesLauncher) launcher = NULL;
  g_autoptr (GError) error = NULL;

  manager_refresh_later (self);
  if (self->pool == NULL)
    return;
  leave_cluster (self);
  if (rushes_cluster_get_enabled (self->cluster))
    {
      launcher = make_launcher_on_cluster (self);
      if (rushes_launcher_check (launcher, &error))
        join_cluster (self, launcher);
      else
        manager_emit_warning (self, NULL, error->message);
    }
  g_object_notify (G_OBJECT (self), "lost-place");
  g_object_set (self->pool, "jobs", manager_get_jobs (self), NULL);
}

void
manager_cluster_jobs_changed (RushesManager *self)
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
  if ((manager_get_jobs (self) > 0 && !rushes_launcher_check (self->launcher, &error)) ||
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
  g_object_set (self->pool, "jobs", manager_get_jobs (self), "order", self->order, "start-timeout",
                self->start_timeout, "frame-timeout", manager_get_frame_timeout (self),
                "max-attempts", self->max_attempts, NULL);
  if (on_cluster != NULL)
    join_cluster (self, on_cluster);
  g_signal_connect_swapped (self->pool, "client-changed", G_CALLBACK (client_changed_cb), self);
  g_signal_connect_swapped (self->pool, "frame-started", G_CALLBACK (frame_started_cb), self);
  g_signal_connect_swapped (self->pool, "frame-ended", G_CALLBACK (frame_ended_cb), self);
  g_signal_connect_swapped (self->pool, "warning", G_CALLBACK (warning_cb), self);
  g_signal_connect_swapped (self->pool, "notify::trouble", G_CALLBACK (trouble_cb), self);
  g_signal_connect_swapped (self->pool, "notify::jobs-reason", G_CALLBACK (jobs_reason_cb), self);
  manager_set_state (self, RUSHES_MANAGER_RENDERING);
  manager_update_reserve (self);
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

  manager_refresh_later (self);
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
  manager_refresh (self);
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
  manager_set_state (self, RUSHES_MANAGER_PAUSING);
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
  manager_set_state (self, RUSHES_MANAGER_STOPPING);
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

void
manager_reconsider (RushesManager *self)
{
  if (self->pool != NULL)
    rushes_pool_reconsider (self->pool);
  manager_refresh_later (self);
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
  manager_reconsider (self);
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
  manager_reconsider (self);
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
  manager_reconsider (self);
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
  manager_reconsider (self);
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
  manager_reconsider (self);
}
