/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-error.h"
#include "rushes-pool-private.h"
#include "rushes-thread.h"
#include "rushes-verbs.h"

/* Frames of one client that may wait to be checked: it goes on rendering
 * meanwhile, but not past a disk that cannot follow. */
#define MAX_COMMITS 2

/* The next frame is sent ahead when the way there takes more than this, in
 * seconds, and more than this share of a frame. */
#define SHORTEST_WAY 0.005
#define SMALLEST_WAY 0.01

/* A client is replaced when its memory has grown past this many times what it
 * was after its first frame of the scene, plus slack for caches. */
#define GROWTH_FACTOR 2
#define GROWTH_SLACK  (G_GUINT64_CONSTANT (1) << 30)

static void send_ahead (PoolWorker *worker);

/* Clients at work: from the start of the process until it is gone and its last
 * call has returned. */

static void
hand_clear (PoolHand *hand)
{
  g_clear_pointer (&hand->work, pool_work_unref);
  g_clear_pointer (&hand->output, rushes_output_unref);
  g_clear_pointer (&hand->poses, g_variant_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PoolHand, hand_clear)

/* Leaves @hand empty. */
static PoolHand
take_hand (PoolHand *hand)
{
  PoolHand taken = *hand;

  *hand = (PoolHand){ 0 };
  return taken;
}

static void
worker_clear (gpointer data)
{
  PoolWorker *worker = data;

  g_clear_object (&worker->client);
  g_clear_pointer (&worker->work, pool_work_unref);
  hand_clear (&worker->hand);
  hand_clear (&worker->ahead);
}

void
pool_worker_unref (PoolWorker *worker)
{
  g_rc_box_release_full (worker, worker_clear);
}

gboolean
pool_worker_is_idle (PoolWorker *worker)
{
  return !worker->gone && worker->n_calls == 0 &&
         rushes_client_get_state (worker->client) == RUSHES_CLIENT_READY;
}

/* Whether nothing more is to be begun in this run. */
static gboolean
is_ending (RushesPool *self)
{
  return self->draining || self->stopping;
}

/* The client no longer counts for its scene. */
void
pool_worker_leave (PoolWorker *worker)
{
  if (worker->work == NULL)
    return;

  worker->work->numbers.clients--;
  rushes_scene_set_n_clients (worker->work->scene, worker->work->numbers.clients);
  worker->baseline = 0;
  g_clear_pointer (&worker->work, pool_work_unref);
}

static void
join_work (PoolWorker *worker, PoolWork *work)
{
  pool_worker_leave (worker);
  worker->work = g_rc_box_acquire (work);
  work->numbers.clients++;
  rushes_scene_set_n_clients (work->scene, work->numbers.clients);
}

static void
begin_leaving (PoolWorker *worker)
{
  /* The dead leave by themselves, and some have left. */
  if (worker->leaving || rushes_client_get_state (worker->client) == RUSHES_CLIENT_DEAD)
    return;
  worker->leaving = TRUE;
  worker->place->n_leaving++;
  worker->pool->n_leaving++;
}

/* Ends the client: after its call, or @now. */
void
pool_worker_stop (PoolWorker *worker, gboolean now)
{
  begin_leaving (worker);
  rushes_client_stop (worker->client, now);
}

/* From now on the client is somebody else's, or dead. */
static void
forget_worker (PoolWorker *worker)
{
  RushesPool *self = worker->pool;
  G_GNUC_UNUSED g_autoptr (PoolWorker) guard = g_rc_box_acquire (worker);

  worker->gone = TRUE;
  pool_worker_leave (worker);
  g_signal_handlers_disconnect_by_data (worker->client, worker);
  worker->place->n_workers--;
  if (worker->leaving)
    {
      worker->place->n_leaving--;
      self->n_leaving--;
    }
  g_ptr_array_remove (self->workers, worker);
  pool_emit_client_changed (self, worker->client);
}

/* There is nothing left to do for the client: somebody may keep it for later. */
void
pool_worker_let_go (PoolWorker *worker)
{
  RushesPool *self = worker->pool;

  if (worker->gone)
    return;
  if (!worker->leaving && self->reserve != NULL &&
      rushes_reserve_give_back (self->reserve, worker->place->launcher, worker->client))
    forget_worker (worker);
  else
    pool_worker_stop (worker, FALSE);
}

/* Ends the client, which is of no use. */
void
pool_worker_dismiss (PoolWorker *worker, const GError *cause)
{
  begin_leaving (worker);
  rushes_client_dismiss (worker->client, cause);
}

/* Whether @error is for want of memory, and the pool now needs less of it. */
static gboolean
forgive (PoolWorker *worker, PoolWork *work, const GError *error)
{
  if (!g_error_matches (error, RUSHES_ERROR, RUSHES_ERROR_OUT_OF_MEMORY))
    return FALSE;
  /* Once for a call, and for the death that ended it. */
  if (!worker->forgiven)
    worker->forgiven = pool_place_shrink (worker->place, work != NULL ? work->scene : NULL);

  return worker->forgiven;
}

/* ---- Frames ---------------------------------------------------------- */

/* Whether the cluster ended the client, and not for what it had in hand. When its
 * time was up before any frame was done, that limit may be too short for one. */
static gboolean
was_taken_away (PoolWorker *worker, const GError *error)
{
  return g_error_matches (error, RUSHES_ERROR, RUSHES_ERROR_TAKEN_AWAY) ||
         (worker->n_frames > 0 && g_error_matches (error, RUSHES_ERROR, RUSHES_ERROR_TIME_LIMIT));
}

static void
frame_failed (const PoolHand *hand, PoolWorker *worker, double seconds, const GError *error)
{
  PoolWork *work = hand->work;
  RushesPool *self = work->pool;
  RushesClient *client = worker->client;
  guint number = rushes_client_get_number (client);
  g_autofree char *evidence = rushes_client_get_evidence (client);
  g_autoptr (GError) gone = NULL;
  gboolean final;

  rushes_client_note (client, "frame %u failed: %s", hand->frame, error->message);
  if (g_error_matches (error, RUSHES_ERROR, RUSHES_ERROR_FILE_CHANGED))
    {
      /* That makes every further frame wrong, not only this one. */
      pool_work_fail (work, error);
      return;
    }
  if ((g_error_matches (error, RUSHES_ERROR, RUSHES_ERROR_NOT_WRITABLE) ||
       g_error_matches (error, RUSHES_ERROR, RUSHES_ERROR_RENDER_FAILED)) &&
      !rushes_output_check_folders (hand->output, &gone))
    {
      /* Blender has many words for that, and none of them is clear. */
      pool_work_fail (work, gone);
      return;
    }
  if (g_error_matches (error, RUSHES_ERROR, RUSHES_ERROR_DISK_FULL))
    {
      /* Nobody's fault, and no other client would fare better. */
      rushes_scene_give_back_frame (work->scene, hand->index);
      pool_work_update (work);
      pool_wait_for_room (self, hand->output);
      return;
    }
  if (was_taken_away (worker, error) || forgive (worker, work, error))
    {
      /* It goes to another one as if nothing had been. */
      rushes_scene_give_back_frame (work->scene, hand->index);
      pool_emit_frame_ended (self, work->scene, hand->frame, number, seconds, error, FALSE);
      pool_work_update (work);
      return;
    }

  final = rushes_scene_fail_frame (work->scene, hand->index, number, self->max_attempts, error,
                                   rushes_client_get_log_path (client), evidence);
  pool_emit_frame_ended (self, work->scene, hand->frame, number, seconds, error, final);
  /* A folder that cannot be written is no trouble of one frame. */
  if (g_error_matches (error, RUSHES_ERROR, RUSHES_ERROR_NOT_WRITABLE) &&
      (++work->n_unwritable >= self->max_attempts || final))
    pool_work_fail (work, error);
  else
    pool_work_update (work);
}

/* A frame on its way from staging to its final names. */
typedef struct
{
  PoolHand hand;
  PoolWorker *worker; /* (owned): to blame if it is not whole */
  double seconds;
  RushesBlank blank;
  guint n_left;  /* frames after this one, whose room is to be foreseen; or 0 */
  char *warning; /* (owned) (nullable): that there is none */
} Commit;

static void
commit_free (Commit *commit)
{
  hand_clear (&commit->hand);
  g_clear_pointer (&commit->worker, pool_worker_unref);
  g_clear_pointer (&commit->warning, g_free);
  g_free (commit);
}

static gboolean
commit_thread (gpointer data, GCancellable *cancellable, GError **error)
{
  Commit *commit = data;

  if (!rushes_output_commit (commit->hand.output, commit->hand.frame, commit->hand.client,
                             commit->hand.poses, error))
    return FALSE;
  if (commit->n_left > 0)
    commit->warning = rushes_output_foresee (commit->hand.output, commit->n_left);
  return TRUE;
}

static void
commit_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  RushesPool *self = RUSHES_POOL (object);
  Commit *commit = g_task_get_task_data (G_TASK (result));
  /* Taken, not shared: the task outlives this by a moment. */
  g_auto (PoolHand) hand = take_hand (&commit->hand);
  g_autoptr (PoolWorker) worker = g_steal_pointer (&commit->worker);
  PoolWork *work = hand.work;
  g_autoptr (GError) error = NULL;

  self->n_flights--;
  worker->n_commits--;
  if (g_task_propagate_boolean (G_TASK (result), &error))
    {
      /* When its scene ends here, the folder must be free. */
      g_clear_pointer (&hand.output, rushes_output_unref);
      rushes_estimator_add (&self->estimator, g_get_monotonic_time ());
      rushes_scene_finish_frame (work->scene, hand.index, commit->seconds, commit->blank);
      worker->n_frames++;
      work->n_unwritable = 0;
      pool_place_frame_done (worker->place, work, commit->seconds);
      pool_emit_frame_ended (self, work->scene, hand.frame,
                             rushes_client_get_number (worker->client), commit->seconds, NULL,
                             TRUE);
      if (commit->warning != NULL && !work->foreseen)
        {
          work->foreseen = TRUE;
          pool_emit_warning (self, work->scene, commit->warning);
        }
      pool_work_update (work);
      /* A frame in the middle of a scene changes nothing for other clients; the
       * last one of a run that is being stopped ends the run. */
      if (!pool_work_is_over (work) && !is_ending (self))
        {
          if (pool_worker_is_idle (worker))
            pool_worker_next (worker);
          else
            send_ahead (worker);
          return;
        }
    }
  else
    frame_failed (&hand, worker, commit->seconds, error);

  pool_dispatch (self);
}

/* Off the main loop: a slow disk holds up this frame only, and the client goes
 * on with the next. */
static void
commit_frame (PoolWorker *worker, PoolHand *hand, double seconds, RushesBlank blank)
{
  RushesPool *self = worker->pool;
  RushesFrames *frames = rushes_scene_get_frames (hand->work->scene);
  g_autoptr (GTask) task = g_task_new (self, NULL, commit_cb, NULL);
  Commit *commit = g_new0 (Commit, 1);

  g_task_set_source_tag (task, commit_frame);
  commit->worker = g_rc_box_acquire (worker);
  commit->seconds = seconds;
  commit->blank = blank;
  if (!hand->work->foreseen)
    commit->n_left = rushes_frames_count (frames, RUSHES_FRAME_PENDING) +
                     rushes_frames_count (frames, RUSHES_FRAME_RENDERING) - 1;
  commit->hand = take_hand (hand);
  g_task_set_task_data (task, commit, (GDestroyNotify) commit_free);
  self->n_flights++;
  worker->n_commits++;
  rushes_thread_run (task, commit_thread);
}

/* ---- Calls ---------------------------------------------------------- */

/* The process is gone and its last call has returned. */
static void
worker_gone (PoolWorker *worker)
{
  RushesPool *self = worker->pool;
  G_GNUC_UNUSED g_autoptr (PoolWorker) guard = g_rc_box_acquire (worker);
  const GError *cause = rushes_client_get_cause (worker->client);

  forgive (worker, worker->work, cause);
  forget_worker (worker);

  if (!worker->useful && !worker->forgiven &&
      !g_error_matches (cause, RUSHES_ERROR, RUSHES_ERROR_STOPPED))
    pool_place_start_failed (worker->place, worker->client);
  pool_dispatch (self);
}

static void
client_state_cb (RushesClient *client, GParamSpec *pspec, gpointer user_data)
{
  PoolWorker *worker = user_data;

  /* A call under way returns first, and deals with its frame. */
  if (rushes_client_get_state (client) == RUSHES_CLIENT_DEAD && worker->n_calls == 0)
    worker_gone (worker);
}

static void
situation_cb (RushesClient *client, GParamSpec *pspec, gpointer user_data)
{
  PoolWorker *worker = user_data;

  pool_emit_client_changed (worker->pool, client);
}

/* How many seconds it took. A call that was sent ahead begins where the one before
 * it ends. */
static double
time_call (PoolWorker *worker)
{
  gint64 now = g_get_monotonic_time ();
  double seconds = (double) (now - worker->began) / G_USEC_PER_SEC;

  worker->began = now;
  return seconds;
}

static void
begin_call (PoolWorker *worker)
{
  if (worker->n_calls++ == 0)
    {
      worker->forgiven = FALSE;
      worker->began = g_get_monotonic_time ();
    }
}

/* After all that follows from it is done: until then the client is not idle, nor
 * gone, whatever happens meanwhile. */
static void
end_call (PoolWorker *worker)
{
  if (--worker->n_calls == 0 && worker->work != NULL && pool_work_is_over (worker->work))
    pool_worker_leave (worker);
}

/* What is next for the client. */
static void
call_ended (PoolWorker *worker)
{
  if (rushes_client_get_state (worker->client) != RUSHES_CLIENT_DEAD)
    pool_dispatch (worker->pool);
  else if (worker->n_calls == 0)
    worker_gone (worker);
}

/* A running mean that follows changes: the last handful counts the most. */
static double
blend_in (double mean, double seconds)
{
  return mean > 0 ? mean + (seconds - mean) / 4 : seconds;
}

static gboolean
has_outgrown (PoolWorker *worker)
{
  guint64 memory = rushes_client_get_memory (worker->client);

  if (memory == 0)
    return FALSE;
  if (worker->baseline == 0)
    worker->baseline = memory;

  return memory > GROWTH_FACTOR * worker->baseline + GROWTH_SLACK;
}

/* After how many seconds of silence a client that works at @pace is ended. */
static guint
get_timeout (RushesPool *self, const RushesPace *pace)
{
  return self->frame_timeout == RUSHES_FRAME_TIMEOUT_AUTO
             ? rushes_pace_get_patience (pace, self->shortest_patience)
             : self->frame_timeout;
}

/* Frames that were begun before anything was known are judged by it too. */
static void
take_pace (PoolWork *work, double seconds)
{
  RushesPool *self = work->pool;
  gboolean was_known = rushes_pace_is_known (&work->pace);

  rushes_pace_add (&work->pace, seconds);
  if (was_known || !rushes_pace_is_known (&work->pace))
    return;

  for (guint i = 0; i < self->workers->len; i++)
    {
      PoolWorker *worker = g_ptr_array_index (self->workers, i);

      if (worker->hand.work == work &&
          rushes_client_get_state (worker->client) == RUSHES_CLIENT_BUSY)
        rushes_client_set_timeout (worker->client, get_timeout (self, &work->pace));
    }
}

/* What a call takes beyond what the client says: the way there and back. Of one
 * that was sent ahead nothing of it is seen. */
static void
take_round_trip (PoolWorker *worker, GVariant *reply, double seconds)
{
  double rendering;

  if (!worker->was_ahead && g_variant_lookup (reply, "seconds", "d", &rendering))
    worker->place->round_trip = blend_in (worker->place->round_trip, MAX (seconds - rendering, 0));
}

static void
frame_rendered (PoolWorker *worker, PoolHand *hand, GVariant *reply, double seconds)
{
  RushesWork *numbers = &hand->work->numbers;

  numbers->frame_seconds = blend_in (numbers->frame_seconds, seconds);
  hand->poses = g_variant_lookup_value (reply, "poses", NULL);
  take_round_trip (worker, reply, seconds);
  take_pace (hand->work, seconds);
  commit_frame (worker, hand, seconds, rushes_blank_from_reply (reply));
  if (has_outgrown (worker))
    {
      rushes_client_note (worker->client, "client replaced: its memory has grown");
      pool_worker_stop (worker, FALSE);
    }
}

/* The client comes to the frame that was sent ahead. */
static void
shift_hands (PoolWorker *worker)
{
  RushesPool *self = worker->pool;

  worker->was_ahead = worker->ahead.work != NULL;
  worker->hand = take_hand (&worker->ahead);
  if (!worker->was_ahead || rushes_client_get_state (worker->client) != RUSHES_CLIENT_BUSY)
    return;

  rushes_client_set_timeout (worker->client, get_timeout (self, &worker->hand.work->pace));
  /* It was sent before its scene ended: nobody waits for it. */
  if (!pool_work_is_over (worker->hand.work))
    pool_emit_frame_started (self, worker->hand.work->scene, worker->hand.frame,
                             rushes_client_get_number (worker->client));
}

static void
render_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (PoolWorker) worker = user_data;
  g_auto (PoolHand) hand = take_hand (&worker->hand);
  g_autoptr (PoolWork) work = g_rc_box_acquire (hand.work);
  RushesClient *client = RUSHES_CLIENT (object);
  double seconds = time_call (worker);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = rushes_client_call_finish (client, result, &error);

  if (reply != NULL && !pool_work_is_over (work))
    frame_rendered (worker, &hand, reply, seconds);
  else
    rushes_output_discard (hand.output, hand.frame, hand.client);

  if (g_error_matches (error, RUSHES_ERROR, RUSHES_ERROR_STOPPED) && !pool_work_is_over (work))
    {
      rushes_scene_give_back_frame (work->scene, hand.index);
      pool_work_update (work);
    }
  else if (reply == NULL && !pool_work_is_over (work))
    frame_failed (&hand, worker, seconds, error);
  /* Its folder must be free when its scene ends. */
  hand_clear (&hand);
  shift_hands (worker);
  end_call (worker);

  /* The usual case, without a look at everybody else. Not when the scene has
   * failed meanwhile: with it the run may be over, and nobody else would notice. */
  if (reply == NULL || pool_work_is_over (work) || is_ending (worker->pool))
    call_ended (worker);
  else if (pool_worker_is_idle (worker))
    pool_worker_next (worker);
  else if (worker->hand.work != NULL)
    send_ahead (worker);
  else
    call_ended (worker);
}

/* Takes a frame of the scene that the client has loaded. */
static gboolean
take_frame (PoolWorker *worker, PoolHand *hand)
{
  RushesScene *scene = worker->work->scene;
  guint number = rushes_client_get_number (worker->client);

  if (!rushes_scene_take_frame (scene, number, &hand->index))
    return FALSE;

  worker->work->numbers.pending--;
  hand->work = g_rc_box_acquire (worker->work);
  hand->frame = rushes_frames_get_number (rushes_scene_get_frames (scene), hand->index);
  hand->output = rushes_output_ref (rushes_scene_get_output (scene));
  hand->client = number;
  return TRUE;
}

static void
call_render_frame (PoolWorker *worker, const PoolHand *hand)
{
  GVariant *files = rushes_output_list_staging (hand->output, hand->frame, hand->client);

  begin_call (worker);
  rushes_client_call_async (
      worker->client, "render_frame", rushes_verbs_for_frame (hand->frame, files),
      get_timeout (worker->pool, &hand->work->pace), render_cb, g_rc_box_acquire (worker));
}

/* Whether the client would wait for us between two frames. Near the end of a scene
 * a frame is better off with somebody who can begin it now. */
static gboolean
is_far (PoolWorker *worker, const RushesWork *numbers)
{
  double way = worker->place->round_trip;

  return way > SHORTEST_WAY && way > SMALLEST_WAY * numbers->frame_seconds &&
         numbers->pending > numbers->clients;
}

/* Tells a busy client of the frame after the one in hand. */
static void
send_ahead (PoolWorker *worker)
{
  RushesPool *self = worker->pool;
  PoolWork *work = worker->work;

  if (worker->hand.work == NULL || worker->hand.work != work || worker->ahead.work != NULL ||
      !rushes_client_can_call (worker->client))
    return;
  if (is_ending (self) || self->trouble != NULL || worker->leaving ||
      worker->n_commits >= MAX_COMMITS || pool_place_has_too_many (worker->place))
    return;

  if (!pool_work_is_over (work) && is_far (worker, &work->numbers) &&
      take_frame (worker, &worker->ahead))
    call_render_frame (worker, &worker->ahead);
}

static void
render_frame (PoolWorker *worker)
{
  worker->was_ahead = FALSE;
  call_render_frame (worker, &worker->hand);
  pool_emit_frame_started (worker->pool, worker->hand.work->scene, worker->hand.frame,
                           rushes_client_get_number (worker->client));
  send_ahead (worker);
}

static void
progress_cb (RushesClient *client, guint frame, double fraction, gpointer user_data)
{
  PoolWorker *worker = user_data;

  if (worker->hand.work != NULL && worker->hand.frame == frame)
    rushes_scene_report_frame (worker->hand.work->scene, worker->hand.index, fraction);
}

/* What a client found in a scene that it has just loaded. */
static gboolean
take_info (PoolWorker *worker, GVariant *reply, GError **error)
{
  RushesPool *self = worker->pool;
  PoolWork *work = worker->work;
  g_autoptr (RushesInfo) info = NULL;

  info = rushes_info_from_reply (rushes_client_get_blender_version (worker->client), reply, error);
  if (info == NULL)
    return FALSE;
  if (!rushes_output_check_blender (rushes_scene_get_output (work->scene), info->blender, error))
    return FALSE;

  if (!work->warned)
    for (guint i = 0; info->warnings != NULL && info->warnings[i] != NULL; i++)
      pool_emit_warning (self, work->scene, info->warnings[i]);
  work->warned = TRUE;

  /* Whoever hears a warning may stop the scene for it. */
  if (!work->numbers.known && !work->binding && !pool_work_is_over (work))
    pool_work_bind (work, info);
  return TRUE;
}

/* A node does not see the scene's files. That may be the node's fault, or the
 * scene's: that of the scene if the next one does not either. */
static void
not_shared (PoolWorker *worker, PoolWork *work, const GError *error)
{
  const char *node = rushes_client_get_node (worker->client);

  /* Others have found that out meanwhile. */
  if (work->numbers.at_home)
    return;
  if (work->shared || work->blind_node == NULL || g_str_equal (work->blind_node, node))
    {
      if (!work->shared && work->blind_node == NULL)
        work->blind_node = g_strdup (node);
      pool_place_leave_out (worker->place, worker, error);
      return;
    }

  rushes_slurm_include (rushes_launcher_get_slurm (worker->place->launcher), work->blind_node);
  work->numbers.at_home = TRUE;
  if (pool_has_home (work->pool))
    pool_emit_warning (work->pool, work->scene, error->message);
  else
    pool_work_fail (work, error);
}

static void
load_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (PoolWorker) worker = user_data;
  g_autoptr (PoolWork) work = g_rc_box_acquire (worker->work);
  double seconds = time_call (worker);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = rushes_verbs_run_finish (RUSHES_CLIENT (object), result, &error);

  /* Blender starts; if it dies of this scene, others are not to suffer. */
  worker->useful = TRUE;
  if (reply != NULL)
    {
      work->shared = work->shared || pool_place_is_remote (worker->place);
      pool_place_start_succeeded (worker->place);
      work->numbers.load_seconds = blend_in (work->numbers.load_seconds, seconds);
    }

  if (!pool_work_is_over (work) && (reply == NULL || !take_info (worker, reply, &error)))
    {
      gboolean alive = rushes_client_get_state (worker->client) == RUSHES_CLIENT_READY;

      pool_worker_leave (worker);
      if (g_error_matches (error, RUSHES_ERROR, RUSHES_ERROR_NOT_SHARED))
        not_shared (worker, work, error);
      /* Blender's word is final; a death may be chance, until it repeats. */
      else if (!g_error_matches (error, RUSHES_ERROR, RUSHES_ERROR_STOPPED) &&
               !was_taken_away (worker, error) && !forgive (worker, work, error) &&
               (alive || ++work->load_failures >= work->pool->max_attempts))
        pool_work_fail (work, error);
    }

  end_call (worker);
  call_ended (worker);
}

static void
load_work (PoolWorker *worker, PoolWork *work)
{
  RushesScene *scene = work->scene;
  const RushesPace unknown = { 0 };
  g_autoptr (GPtrArray) calls = NULL;

  calls = rushes_verbs_for_load (rushes_scene_get_path (scene), rushes_scene_get_folder (scene),
                                 rushes_scene_get_applied_settings (scene),
                                 rushes_scene_get_applied_trust (scene));
  if (pool_place_is_remote (worker->place))
    rushes_verbs_add_access (calls, rushes_scene_get_path (scene),
                             rushes_output_get_blend_size (rushes_scene_get_output (scene)),
                             rushes_scene_get_folder (scene),
                             rushes_output_get_witness (rushes_scene_get_output (scene)));
  join_work (worker, work);
  rushes_client_note (worker->client, "loading %s", rushes_scene_get_path (scene));
  begin_call (worker);
  rushes_verbs_run_async (worker->client, calls, get_timeout (worker->pool, &unknown), load_cb,
                          g_rc_box_acquire (worker));
}

static PoolWork *
choose_work (PoolWorker *worker)
{
  RushesPool *self = worker->pool;

  /* The numbers are the first that a PoolWork holds. */
  return (PoolWork *) rushes_scheduler_choose ((const RushesWork *const *) self->works->pdata,
                                               self->works->len, (const RushesWork *) worker->work,
                                               self->order, pool_place_is_remote (worker->place));
}

/* Gives a ready client of a run that is not ending something to do, or lets it
 * wait, or go. */
void
pool_worker_next (PoolWorker *worker)
{
  RushesPool *self = worker->pool;
  PoolWork *work;

  g_assert (worker->n_calls == 0);

  if (pool_place_has_too_many (worker->place))
    {
      pool_worker_stop (worker, FALSE);
      return;
    }

  if (self->trouble != NULL || worker->n_commits >= MAX_COMMITS)
    return;

  /* Some may have been stopped a moment ago. */
  while ((work = choose_work (worker)) != NULL && pool_work_is_over (work))
    pool_work_update (work);
  if (work == NULL)
    return;

  if (work != worker->work)
    load_work (worker, work);
  else if (!work->numbers.known)
    {
      /* Loaded, and its frames are being counted: a matter of milliseconds. */
    }
  else if (take_frame (worker, &worker->hand))
    render_frame (worker);
  else
    {
      rushes_client_note (worker->client, "client replaced: another one shall try these frames");
      pool_worker_stop (worker, FALSE);
    }
}

static void
start_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (PoolWorker) worker = user_data;
  RushesClient *client = RUSHES_CLIENT (object);

  if (rushes_client_start_finish (client, result, NULL))
    {
      worker->place->started_once = TRUE;
      pool_emit_client_changed (worker->pool, client);
    }
  end_call (worker);
  call_ended (worker);
}

/* One that has been started ahead, or one that is to be started. */
static RushesClient *
get_client (PoolPlace *place)
{
  RushesPool *self = place->pool;
  RushesClient *client =
      self->reserve != NULL ? rushes_reserve_take (self->reserve, place->launcher) : NULL;
  guint number;

  if (client != NULL)
    return client;
  number = self->reserve != NULL ? rushes_reserve_make_number (self->reserve) : ++self->last_client;
  return rushes_client_new (place->launcher, number, self->log_dir);
}

/* Adds a client to the pool. */
void
pool_worker_start (PoolPlace *place)
{
  RushesPool *self = place->pool;
  PoolWorker *worker = g_rc_box_new0 (PoolWorker);

  worker->pool = self;
  worker->place = place;
  place->n_workers++;
  worker->client = get_client (place);
  g_ptr_array_add (self->workers, worker);
  g_signal_connect (worker->client, "notify::state", G_CALLBACK (client_state_cb), worker);
  g_signal_connect (worker->client, "notify::situation", G_CALLBACK (situation_cb), worker);
  g_signal_connect (worker->client, "progress", G_CALLBACK (progress_cb), worker);
  begin_call (worker);
  rushes_client_start_async (worker->client, self->start_timeout, start_cb,
                             g_rc_box_acquire (worker));
  pool_emit_client_changed (self, worker->client);
}
