/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-pool-private.h"
#include "rushes-thread.h"

/* Scenes at work: from the opening of the folder until the last frame is done
 * or given up. */

/* What is left to do when nothing of a scene is in any client's hand, nor in a
 * thread's. */
typedef struct
{
  RushesPool *pool;
  RushesScene *scene;   /* (owned) */
  char *folder;         /* (owned) */
  RushesOutput *output; /* (owned) (nullable) */
} Leaving;

static void
leaving_free (Leaving *leaving)
{
  g_clear_object (&leaving->scene);
  g_clear_pointer (&leaving->folder, g_free);
  g_clear_pointer (&leaving->output, rushes_output_unref);
  g_free (leaving);
}

/* The scene may be taken to work again. */
static void
let_go (Leaving *leaving)
{
  rushes_scene_set_in_use (leaving->scene, FALSE);
  g_hash_table_remove (leaving->pool->folders, leaving->folder);
  if (leaving->pool->passed_over)
    rushes_pool_reconsider (leaving->pool);
}

static gboolean
finish_thread (gpointer data, GCancellable *cancellable, GError **error)
{
  Leaving *leaving = data;
  gboolean finished = rushes_output_finish (leaving->output, error);

  /* Whoever hears of it may open the folder again. */
  g_clear_pointer (&leaving->output, rushes_output_unref);
  return finished;
}

static void
finish_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  RushesPool *pool = RUSHES_POOL (object);
  Leaving *leaving = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  pool->n_flights--;
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    pool_emit_warning (pool, leaving->scene, error->message);
  let_go (leaving);
  pool_dispatch (pool);
}

static void
work_clear (gpointer data)
{
  PoolWork *work = data;
  Leaving *leaving = g_new0 (Leaving, 1);
  g_autoptr (GTask) task = NULL;

  g_clear_pointer (&work->blind_node, g_free);
  leaving->pool = work->pool;
  leaving->scene = g_steal_pointer (&work->scene);
  leaving->folder = g_steal_pointer (&work->folder);
  leaving->output = rushes_scene_steal_left_output (leaving->scene);
  if (leaving->output == NULL)
    {
      let_go (leaving);
      leaving_free (leaving);
      return;
    }

  task = g_task_new (leaving->pool, NULL, finish_cb, NULL);
  g_task_set_source_tag (task, work_clear);
  g_task_set_task_data (task, leaving, (GDestroyNotify) leaving_free);
  leaving->pool->n_flights++;
  rushes_thread_run (task, finish_thread);
}

void
pool_work_unref (PoolWork *work)
{
  g_rc_box_release_full (work, work_clear);
}

/* Whether its scene has ended; it may even have been queued again since, for work
 * that has not begun. */
gboolean
pool_work_is_over (PoolWork *work)
{
  RushesSceneState state = rushes_scene_get_state (work->scene);

  return state != RUSHES_SCENE_LOADING && state != RUSHES_SCENE_RENDERING;
}

/* What to look at when all is there: before, nobody knows what the others show. */
static void
warn_of_blanks (PoolWork *work)
{
  RushesBlanks *blanks = rushes_scene_get_blanks (work->scene);
  g_autofree char *black = rushes_blanks_describe (blanks, RUSHES_BLANK_BLACK);
  g_autofree char *transparent = rushes_blanks_describe (blanks, RUSHES_BLANK_TRANSPARENT);

  if (black != NULL)
    pool_emit_warning (work->pool, work->scene, black);
  if (transparent != NULL)
    pool_emit_warning (work->pool, work->scene, transparent);
}

/* After anything that changed the scene: the scheduler's numbers follow its
 * frames, and a scene that has ended leaves the list. */
void
pool_work_update (PoolWork *work)
{
  G_GNUC_UNUSED g_autoptr (PoolWork) guard = g_rc_box_acquire (work);
  RushesPool *self = work->pool;

  rushes_scene_settle (work->scene);
  if (!pool_work_is_over (work))
    {
      if (rushes_scene_get_state (work->scene) != RUSHES_SCENE_RENDERING)
        return;
      work->numbers.known = TRUE;
      work->numbers.pending =
          rushes_scene_get_paused (work->scene)
              ? 0
              : rushes_frames_count (rushes_scene_get_frames (work->scene), RUSHES_FRAME_PENDING);
      return;
    }

  for (guint i = 0; i < self->workers->len; i++)
    {
      PoolWorker *worker = g_ptr_array_index (self->workers, i);

      if (worker->work == work && worker->n_calls == 0)
        pool_worker_leave (worker);
    }
  if (g_ptr_array_remove (self->works, work))
    warn_of_blanks (work);
}

/* The scene as a whole cannot be rendered. */
void
pool_work_fail (PoolWork *work, const GError *error)
{
  g_autoptr (PoolWork) guard = g_rc_box_acquire (work);

  if (!pool_work_is_over (guard))
    rushes_scene_fail (guard->scene, error);
  pool_work_update (guard);
}

static void
bind_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (PoolWork) work = user_data;
  g_autoptr (GError) error = NULL;

  work->pool->n_flights--;
  work->binding = FALSE;
  if (rushes_scene_bind_finish (work->scene, result, &error))
    pool_work_update (work);
  else
    pool_work_fail (work, error);
  pool_dispatch (work->pool);
}

/* Finds out which frames there are and which are done. */
void
pool_work_bind (PoolWork *work, const RushesInfo *info)
{
  work->pool->n_flights++;
  work->binding = TRUE;
  rushes_scene_bind_async (work->scene, info, bind_cb, g_rc_box_acquire (work));
}

/* @error: (nullable): why the scene cannot be rendered. */
static void
opened (PoolWork *work, const GError *error)
{
  if (error != NULL)
    pool_work_fail (work, error);
  else if (!pool_work_is_over (work))
    {
      const RushesInfo *recorded =
          rushes_output_get_recorded_info (rushes_scene_get_output (work->scene));

      /* Known from an earlier run: perhaps nothing is left to do, and then no
       * client need load it. */
      if (recorded != NULL)
        pool_work_bind (work, recorded);
      else
        work->numbers.known = FALSE;
    }
  pool_dispatch (work->pool);
}

typedef struct
{
  RushesLauncher *launcher; /* (owned) */
  char *path;               /* (owned) */
  char *folder;             /* (owned) */
  GError *error;            /* (owned) (nullable): of the opening */
} Reaching;

static void
reaching_free (gpointer data)
{
  Reaching *reaching = data;

  g_clear_object (&reaching->launcher);
  g_clear_pointer (&reaching->path, g_free);
  g_clear_pointer (&reaching->folder, g_free);
  g_clear_error (&reaching->error);
  g_free (reaching);
}

static gboolean
reach_thread (gpointer data, GCancellable *cancellable, GError **error)
{
  Reaching *reaching = data;

  /* That clients see other files than we do explains what did not open. */
  if (!rushes_launcher_reach (reaching->launcher, reaching->path, reaching->folder, error))
    return FALSE;
  if (reaching->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&reaching->error));
  return FALSE;
}

static void
reach_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (PoolWork) work = user_data;
  g_autoptr (GError) error = NULL;

  work->pool->n_flights--;
  g_task_propagate_boolean (G_TASK (result), &error);
  opened (work, error);
}

/* (nullable): the one whose clients may see other files than we do. */
static RushesLauncher *
find_host_launcher (RushesPool *self)
{
  for (guint i = 0; i < self->places->len; i++)
    {
      PoolPlace *place = g_ptr_array_index (self->places, i);

      if (rushes_launcher_has_host (place->launcher))
        return place->launcher;
    }
  return NULL;
}

/* Do clients on a host see the scene and its folder? @error: (transfer full). */
static void
reach (PoolWork *work, RushesLauncher *launcher, GError *error)
{
  g_autoptr (GTask) task = g_task_new (work->pool, NULL, reach_cb, g_rc_box_acquire (work));
  Reaching *reaching = g_new0 (Reaching, 1);

  g_task_set_source_tag (task, reach);
  reaching->launcher = g_object_ref (launcher);
  reaching->path = g_strdup (rushes_scene_get_path (work->scene));
  reaching->folder = g_strdup (work->folder);
  reaching->error = error;
  g_task_set_task_data (task, reaching, reaching_free);
  work->pool->n_flights++;
  rushes_thread_run (task, reach_thread);
}

static void
open_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (PoolWork) work = user_data;
  RushesLauncher *launcher = find_host_launcher (work->pool);
  g_autoptr (GError) error = NULL;

  work->pool->n_flights--;
  rushes_scene_open_finish (work->scene, result, &error);
  if (launcher != NULL)
    reach (work, launcher, g_steal_pointer (&error));
  else
    opened (work, error);
}

/* Takes @scene to work: opens its folder. */
void
pool_work_open (RushesPool *pool, RushesScene *scene)
{
  PoolWork *work = g_rc_box_new0 (PoolWork);

  work->pool = pool;
  work->scene = g_object_ref (scene);
  work->folder = g_strdup (rushes_scene_get_folder (scene));
  /* Nothing to do there until its folder is open. */
  work->numbers.known = TRUE;
  g_ptr_array_add (pool->works, work);
  pool->n_flights++;
  rushes_scene_set_in_use (scene, TRUE);
  g_hash_table_add (pool->folders, g_strdup (work->folder));
  rushes_scene_open_async (scene, pool->trust, open_cb, g_rc_box_acquire (work));
}
