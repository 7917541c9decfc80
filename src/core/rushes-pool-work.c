/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-pool-private.h"

/* Scenes at work: from the opening of the folder until the last frame is done
 * or given up. */

static void
work_clear (gpointer data)
{
  PoolWork *work = data;

  /* Nothing of it is in any client's hand, nor in a thread's. */
  rushes_scene_set_in_use (work->scene, FALSE);
  g_hash_table_remove (work->pool->folders, work->folder);
  if (work->pool->passed_over)
    rushes_pool_reconsider (work->pool);
  g_clear_object (&work->scene);
  g_clear_pointer (&work->folder, g_free);
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

/* After anything that changed the scene: the scheduler's numbers follow its
 * frames, and a scene that has ended leaves the list. */
void
pool_work_update (PoolWork *work)
{
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
  g_ptr_array_remove (self->works, work);
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

static void
open_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (PoolWork) work = user_data;
  g_autoptr (GError) error = NULL;

  work->pool->n_flights--;
  if (!rushes_scene_open_finish (work->scene, result, &error))
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
  rushes_scene_open_async (scene, open_cb, g_rc_box_acquire (work));
}
