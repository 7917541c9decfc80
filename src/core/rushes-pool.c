/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "rushes-enums.h"
#include "rushes-error.h"
#include "rushes-estimator.h"
#include "rushes-pool.h"
#include "rushes-verbs.h"

/* Scenes that are open besides one for each client: enough that no client waits
 * for the disk, few enough for the limit on open files. */
#define OPEN_AHEAD 4

/* Starts in a row that may fail before the fault is not chance, and the pause
 * after each. */
#define MAX_START_FAILURES 3
#define START_PAUSE_MS     500

/* Frames of one client that may wait to be checked: it goes on rendering
 * meanwhile, but not past a disk that cannot follow. */
#define MAX_COMMITS 2

/* A client is replaced when its memory has grown past this many times what it
 * was after its first frame of the scene, plus slack for caches. */
#define GROWTH_FACTOR 2
#define GROWTH_SLACK  (G_GUINT64_CONSTANT (1) << 30)

/**
 * RushesPool:
 *
 * Keeps clients busy with the scenes of a queue. It opens scenes, starts and
 * replaces clients, asks the scheduler who does what, takes results and gives
 * frames back when a client fails. Everything runs in the main loop of the
 * thread that called rushes_pool_run_async().
 */
struct _RushesPool
{
  GObject parent_instance;

  RushesLauncher *launcher; /* (owned) */
  GListModel *scenes;       /* (owned) */
  char *log_dir;            /* (owned) */
  guint jobs;
  RushesOrder order;
  RushesExisting existing;
  guint start_timeout; /* in seconds; 0: none */
  guint frame_timeout; /* in seconds; 0: none */
  guint max_attempts;

  GTask *task;          /* (owned) (nullable): while it runs */
  GPtrArray *works;     /* (owned) (element-type Work): open, unfinished, in order */
  GPtrArray *workers;   /* (owned) (element-type Worker): clients not yet dead */
  guint n_leaving;      /* workers on their way out */
  guint next_scene;     /* position of the first scene not yet opened */
  guint n_flights;      /* operations on files under way: opening, binding, committing */
  guint last_client;    /* number of the newest client */
  guint start_failures; /* in a row */
  GError *fatal;        /* (owned) (nullable): why no client can be had at all */
  gboolean started_once;
  guint pause_id;
  guint added_id;        /* notices that scenes were added */
  gulong scenes_handler; /* while it runs */
  gboolean draining;
  gboolean stopping;
  RushesEstimator estimator;
};

/* A scene at work. */
typedef struct
{
  RushesWork numbers; /* first: the scheduler reads them in place */
  RushesPool *pool;   /* outlives it: a run ends after its last flight */
  RushesScene *scene; /* (owned) */
  gboolean opened;
  gboolean binding;
  gboolean warned; /* its warnings were passed on */
  guint load_failures;
} Work;

/* A client and what it does. */
typedef struct
{
  RushesPool *pool;
  RushesClient *client; /* (owned) */
  Work *work;           /* (owned) (nullable): the scene that it has, or is loading */
  gboolean busy;        /* a call, or the start, is under way */
  gboolean leaving;     /* gets no more work */
  gboolean useful;      /* it has tried to load a scene in its life */
  gint64 began;         /* when the call under way began */
  guint64 baseline;     /* bytes after its first frame of the scene; 0: none yet */
  guint n_commits;      /* its frames that are being checked */

  RushesOutput *output; /* (owned) (nullable): of the frame in hand */
  char *staging;        /* (owned) (nullable): where that frame is written */
  guint index;
  guint frame;
} Worker;

enum
{
  PROP_0,
  PROP_JOBS,
  PROP_ORDER,
  PROP_EXISTING,
  PROP_START_TIMEOUT,
  PROP_FRAME_TIMEOUT,
  PROP_MAX_ATTEMPTS,
  PROP_N_CLIENTS,
  N_PROPS
};

enum
{
  CLIENT_CHANGED,
  FRAME_STARTED,
  FRAME_ENDED,
  WARNING,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (RushesPool, rushes_pool, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void dispatch (RushesPool *self);
static void worker_next (Worker *worker);

/* ---- Scenes ---------------------------------------------------------- */

static void
work_clear (gpointer data)
{
  Work *work = data;

  g_clear_object (&work->scene);
}

static void
work_unref (Work *work)
{
  g_rc_box_release_full (work, work_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Work, work_unref)

static void
worker_clear (gpointer data)
{
  Worker *worker = data;

  g_clear_object (&worker->client);
  g_clear_pointer (&worker->work, work_unref);
  g_clear_pointer (&worker->output, rushes_output_unref);
  g_clear_pointer (&worker->staging, g_free);
}

static void
worker_unref (Worker *worker)
{
  g_rc_box_release_full (worker, worker_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Worker, worker_unref)

static gboolean
is_idle (Worker *worker)
{
  return !worker->busy && rushes_client_get_state (worker->client) == RUSHES_CLIENT_READY;
}

static void
worker_leave_work (Worker *worker)
{
  if (worker->work == NULL)
    return;

  worker->work->numbers.clients--;
  worker->baseline = 0;
  g_clear_pointer (&worker->work, work_unref);
}

static void
worker_join_work (Worker *worker, Work *work)
{
  worker_leave_work (worker);
  worker->work = g_rc_box_acquire (work);
  work->numbers.clients++;
}

/* After anything that changed the scene: the scheduler's numbers follow its
 * frames, and a scene that has ended leaves the list. */
static void
update_work (Work *work)
{
  RushesPool *self = work->pool;

  if (!rushes_scene_settle (work->scene))
    {
      work->numbers.known = rushes_scene_get_state (work->scene) == RUSHES_SCENE_RENDERING;
      if (work->numbers.known)
        work->numbers.pending =
            rushes_frames_count (rushes_scene_get_frames (work->scene), RUSHES_FRAME_PENDING);
      return;
    }

  for (guint i = 0; i < self->workers->len; i++)
    {
      Worker *worker = g_ptr_array_index (self->workers, i);

      if (worker->work == work && !worker->busy)
        worker_leave_work (worker);
    }
  g_ptr_array_remove (self->works, work);
}

static void
fail_work (Work *work, const GError *error)
{
  g_autoptr (Work) guard = g_rc_box_acquire (work);

  rushes_scene_fail (guard->scene, error);
  update_work (guard);
}

static void
bind_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Work) work = user_data;
  g_autoptr (GError) error = NULL;

  work->pool->n_flights--;
  work->binding = FALSE;
  if (rushes_scene_bind_finish (work->scene, result, &error))
    update_work (work);
  else
    fail_work (work, error);
  dispatch (work->pool);
}

static void
bind_work (Work *work, const RushesInfo *info)
{
  work->pool->n_flights++;
  work->binding = TRUE;
  rushes_scene_bind_async (work->scene, info, bind_cb, g_rc_box_acquire (work));
}

static void
open_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Work) work = user_data;
  g_autoptr (GError) error = NULL;

  work->pool->n_flights--;
  if (!rushes_scene_open_finish (work->scene, result, &error))
    fail_work (work, error);
  else if (!rushes_scene_is_ended (work->scene))
    {
      const RushesInfo *recorded =
          rushes_output_get_recorded_info (rushes_scene_get_output (work->scene));

      work->opened = TRUE;
      /* Known from an earlier run: perhaps nothing is left to do, and then no
       * client need load it. */
      if (recorded != NULL)
        bind_work (work, recorded);
      else
        work->numbers.known = FALSE;
    }
  dispatch (work->pool);
}

static void
open_ahead (RushesPool *self)
{
  guint limit = self->jobs + OPEN_AHEAD;
  guint unclaimed = 0;

  for (guint i = 0; i < self->works->len; i++)
    if (((Work *) g_ptr_array_index (self->works, i))->numbers.clients == 0)
      unclaimed++;

  while (unclaimed < limit && self->next_scene < g_list_model_get_n_items (self->scenes))
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (self->scenes, self->next_scene++);
      Work *work;

      if (rushes_scene_get_state (scene) != RUSHES_SCENE_QUEUED)
        continue;
      work = g_rc_box_new0 (Work);
      work->pool = self;
      work->scene = g_steal_pointer (&scene);
      /* Nothing to do there until its folder is open. */
      work->numbers.known = TRUE;
      g_ptr_array_add (self->works, work);
      unclaimed++;
      self->n_flights++;
      rushes_scene_open_async (work->scene, self->existing, open_cb, g_rc_box_acquire (work));
    }
}

/* ---- Frames ---------------------------------------------------------- */

static void
frame_failed (Work *work,
              guint index,
              guint frame,
              RushesClient *client,
              double seconds,
              const GError *error)
{
  RushesPool *self = work->pool;
  guint number = rushes_client_get_number (client);
  gboolean final;

  rushes_client_note (client, "frame %u failed: %s", frame, error->message);
  if (g_error_matches (error, RUSHES_ERROR, RUSHES_ERROR_FILE_CHANGED))
    {
      /* That makes every further frame wrong, not only this one. */
      fail_work (work, error);
      return;
    }

  final = rushes_scene_fail_frame (work->scene, index, number, self->max_attempts, error,
                                   rushes_client_get_log_path (client));
  g_signal_emit (self, signals[FRAME_ENDED], 0, work->scene, frame, number, seconds, error, final);
  update_work (work);
}

/* A picture on its way from staging to its final name. */
typedef struct
{
  Work *work;           /* (owned) */
  Worker *worker;       /* (owned): to blame if it is not whole */
  RushesOutput *output; /* (owned) */
  char *staging;        /* (owned) */
  guint index;
  guint frame;
  double seconds;
} Commit;

static void
commit_free (Commit *commit)
{
  g_clear_pointer (&commit->work, work_unref);
  g_clear_pointer (&commit->worker, worker_unref);
  g_clear_pointer (&commit->output, rushes_output_unref);
  g_clear_pointer (&commit->staging, g_free);
  g_free (commit);
}

static void
commit_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Commit *commit = task_data;
  g_autoptr (GError) error = NULL;

  if (rushes_output_commit (commit->output, commit->frame, commit->staging, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
commit_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  RushesPool *self = RUSHES_POOL (object);
  Commit *commit = g_task_get_task_data (G_TASK (result));
  /* Taken, not shared: the thread may be the one that frees the task, and their
   * reference counts are for the main loop only. */
  g_autoptr (Work) work = g_steal_pointer (&commit->work);
  g_autoptr (Worker) worker = g_steal_pointer (&commit->worker);
  g_autoptr (GError) error = NULL;

  self->n_flights--;
  worker->n_commits--;
  /* When its scene ends here, the folder must be free. */
  g_clear_pointer (&commit->output, rushes_output_unref);

  if (g_task_propagate_boolean (G_TASK (result), &error))
    {
      rushes_estimator_add (&self->estimator, g_get_monotonic_time ());
      rushes_scene_finish_frame (work->scene, commit->index);
      g_signal_emit (self, signals[FRAME_ENDED], 0, work->scene, commit->frame,
                     rushes_client_get_number (worker->client), commit->seconds, NULL, TRUE);
      update_work (work);
      /* A frame in the middle of a scene changes nothing for other clients; the
       * last one of a run that is being stopped ends the run. */
      if (!rushes_scene_is_ended (work->scene) && !self->draining && !self->stopping)
        {
          if (is_idle (worker))
            worker_next (worker);
          return;
        }
    }
  else
    frame_failed (work, commit->index, commit->frame, worker->client, commit->seconds, error);

  dispatch (self);
}

/* Off the main loop: a slow disk holds up this frame only, and the client goes
 * on with the next. */
static void
commit_frame (Worker *worker, double seconds)
{
  RushesPool *self = worker->pool;
  g_autoptr (GTask) task = g_task_new (self, NULL, commit_cb, NULL);
  Commit *commit = g_new0 (Commit, 1);

  g_task_set_source_tag (task, commit_frame);
  commit->work = g_rc_box_acquire (worker->work);
  commit->worker = g_rc_box_acquire (worker);
  commit->output = g_steal_pointer (&worker->output);
  commit->staging = g_steal_pointer (&worker->staging);
  commit->index = worker->index;
  commit->frame = worker->frame;
  commit->seconds = seconds;
  g_task_set_task_data (task, commit, (GDestroyNotify) commit_free);
  self->n_flights++;
  worker->n_commits++;
  g_task_run_in_thread (task, commit_thread);
}

/* ---- Clients --------------------------------------------------------- */

static void
worker_stop (Worker *worker, gboolean now)
{
  if (!worker->leaving)
    {
      worker->leaving = TRUE;
      worker->pool->n_leaving++;
    }
  rushes_client_stop (worker->client, now);
}

/* Gives up: every scene that has not ended fails for the same reason. */
static void
fail_everything (RushesPool *self, RushesClient *client)
{
  const GError *cause = rushes_client_get_cause (client);
  const char *log = rushes_client_get_log_path (client);

  self->fatal = g_error_new (RUSHES_ERROR, RUSHES_ERROR_COULD_NOT_START,
                             _ ("No Blender could be started: %s (log: %s)"), cause->message,
                             log != NULL ? log : "-");
  for (guint i = 0; i < g_list_model_get_n_items (self->scenes); i++)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (self->scenes, i);

      rushes_scene_fail (scene, self->fatal);
    }
  while (self->works->len > 0)
    update_work (g_ptr_array_index (self->works, self->works->len - 1));
  self->next_scene = g_list_model_get_n_items (self->scenes);
}

static gboolean
pause_cb (gpointer user_data)
{
  RushesPool *self = user_data;

  self->pause_id = 0;
  dispatch (self);
  return G_SOURCE_REMOVE;
}

static gpointer
copy_worker (gconstpointer worker, gpointer user_data)
{
  return g_rc_box_acquire ((gpointer) worker);
}

/* A client that ends before it was of any use. A Blender that has never worked
 * is given up soon, one that has worked only when nothing else is left. */
static void
start_failed (RushesPool *self, RushesClient *client)
{
  const GError *error = rushes_client_get_cause (client);

  self->start_failures++;
  if (self->stopping || self->fatal != NULL)
    return;

  if (self->start_failures >= MAX_START_FAILURES ||
      (!self->started_once && g_error_matches (error, RUSHES_ERROR, RUSHES_ERROR_TIMED_OUT)))
    {
      if (!self->started_once || self->workers->len == self->n_leaving)
        {
          fail_everything (self, client);
          return;
        }
    }
  if (self->pause_id == 0)
    self->pause_id = g_timeout_add (START_PAUSE_MS * self->start_failures, pause_cb, self);
}

/* The process is gone and its last call has returned. */
static void
worker_gone (Worker *worker)
{
  RushesPool *self = worker->pool;
  G_GNUC_UNUSED g_autoptr (Worker) guard = g_rc_box_acquire (worker);
  const GError *cause = rushes_client_get_cause (worker->client);

  worker_leave_work (worker);
  g_signal_handlers_disconnect_by_data (worker->client, worker);
  if (worker->leaving)
    self->n_leaving--;
  g_ptr_array_remove (self->workers, worker);
  g_signal_emit (self, signals[CLIENT_CHANGED], 0, worker->client);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_CLIENTS]);

  if (!worker->useful && !g_error_matches (cause, RUSHES_ERROR, RUSHES_ERROR_STOPPED))
    start_failed (self, worker->client);
  dispatch (self);
}

static void
client_state_cb (RushesClient *client, GParamSpec *pspec, gpointer user_data)
{
  Worker *worker = user_data;

  /* A call under way returns first, and deals with its frame. */
  if (rushes_client_get_state (client) == RUSHES_CLIENT_DEAD && !worker->busy)
    worker_gone (worker);
}

/* After every call: what is next for this client. */
static void
call_ended (Worker *worker)
{
  if (rushes_client_get_state (worker->client) == RUSHES_CLIENT_DEAD)
    worker_gone (worker);
  else
    dispatch (worker->pool);
}

static double
end_call (Worker *worker)
{
  worker->busy = FALSE;
  return (double) (g_get_monotonic_time () - worker->began) / G_USEC_PER_SEC;
}

static void
begin_call (Worker *worker)
{
  worker->busy = TRUE;
  worker->began = g_get_monotonic_time ();
}

/* A running mean that follows changes: the last handful counts the most. */
static double
blend_in (double mean, double seconds)
{
  return mean > 0 ? mean + (seconds - mean) / 4 : seconds;
}

static gboolean
has_outgrown (Worker *worker, GVariant *reply)
{
  gint64 memory = 0;

  g_variant_lookup (reply, "memory", "x", &memory);
  if (memory <= 0)
    return FALSE;
  if (worker->baseline == 0)
    worker->baseline = (guint64) memory;

  return (guint64) memory > GROWTH_FACTOR * worker->baseline + GROWTH_SLACK;
}

static void
frame_rendered (Worker *worker, double seconds, GVariant *reply)
{
  RushesWork *numbers = &worker->work->numbers;

  numbers->frame_seconds = blend_in (numbers->frame_seconds, seconds);
  commit_frame (worker, seconds);
  if (has_outgrown (worker, reply))
    {
      rushes_client_note (worker->client, "client replaced: its memory has grown");
      worker_stop (worker, FALSE);
    }
}

static void
render_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Worker) worker = user_data;
  g_autoptr (Work) work = g_rc_box_acquire (worker->work);
  RushesClient *client = RUSHES_CLIENT (object);
  double seconds = end_call (worker);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = rushes_client_call_finish (client, result, &error);

  if (reply != NULL && !rushes_scene_is_ended (work->scene))
    frame_rendered (worker, seconds, reply);
  else
    rushes_output_discard (worker->output, worker->staging);
  g_clear_pointer (&worker->output, rushes_output_unref);
  g_clear_pointer (&worker->staging, g_free);

  if (rushes_scene_is_ended (work->scene))
    worker_leave_work (worker);
  else if (g_error_matches (error, RUSHES_ERROR, RUSHES_ERROR_STOPPED))
    {
      rushes_scene_give_back_frame (work->scene, worker->index);
      update_work (work);
    }
  else if (reply == NULL)
    frame_failed (work, worker->index, worker->frame, client, seconds, error);

  /* The usual case, without a look at everybody else. Not when the scene has
   * failed meanwhile: with it the run may be over, and nobody else would notice. */
  if (reply != NULL && is_idle (worker) && !rushes_scene_is_ended (work->scene))
    worker_next (worker);
  else
    call_ended (worker);
}

static void
render_frame (Worker *worker)
{
  RushesScene *scene = worker->work->scene;
  guint number = rushes_client_get_number (worker->client);

  worker->frame = rushes_frames_get_number (rushes_scene_get_frames (scene), worker->index);
  worker->output = rushes_output_ref (rushes_scene_get_output (scene));
  worker->staging = rushes_output_get_staging_name (worker->output, worker->frame, number);
  begin_call (worker);
  rushes_client_call_async (worker->client, "render_frame",
                            rushes_verbs_for_frame (worker->frame, worker->staging),
                            worker->pool->frame_timeout, render_cb, g_rc_box_acquire (worker));
  g_signal_emit (worker->pool, signals[FRAME_STARTED], 0, scene, worker->frame, number);
}

static void
progress_cb (RushesClient *client, guint frame, double fraction, gpointer user_data)
{
  Worker *worker = user_data;

  if (worker->output != NULL && worker->frame == frame)
    rushes_scene_report_frame (worker->work->scene, worker->index, fraction);
}

/* What a client found in a scene that it has just loaded. */
static gboolean
take_info (Worker *worker, GVariant *reply, GError **error)
{
  RushesPool *self = worker->pool;
  Work *work = worker->work;
  g_autoptr (RushesInfo) info = NULL;

  info = rushes_info_from_reply (rushes_client_get_blender_version (worker->client), reply, error);
  if (info == NULL)
    return FALSE;
  if (!rushes_output_check_blender (rushes_scene_get_output (work->scene), info->blender, error))
    return FALSE;

  if (!work->warned)
    for (guint i = 0; info->warnings != NULL && info->warnings[i] != NULL; i++)
      g_signal_emit (self, signals[WARNING], 0, work->scene, info->warnings[i]);
  work->warned = TRUE;

  if (!work->numbers.known && !work->binding)
    bind_work (work, info);
  return TRUE;
}

static void
load_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Worker) worker = user_data;
  g_autoptr (Work) work = g_rc_box_acquire (worker->work);
  double seconds = end_call (worker);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = rushes_verbs_run_finish (RUSHES_CLIENT (object), result, &error);

  if (reply != NULL)
    {
      worker->useful = TRUE;
      worker->pool->start_failures = 0;
      work->numbers.load_seconds = blend_in (work->numbers.load_seconds, seconds);
    }

  if (rushes_scene_is_ended (work->scene))
    worker_leave_work (worker);
  else if (reply == NULL || !take_info (worker, reply, &error))
    {
      gboolean alive = rushes_client_get_state (worker->client) == RUSHES_CLIENT_READY;

      /* Blender starts; if it dies of this scene, others are not to suffer. */
      worker->useful = TRUE;
      worker_leave_work (worker);
      /* Blender's word is final; a death may be chance, until it repeats. */
      if (!g_error_matches (error, RUSHES_ERROR, RUSHES_ERROR_STOPPED) &&
          (alive || ++work->load_failures >= work->pool->max_attempts))
        fail_work (work, error);
    }

  call_ended (worker);
}

static void
load_work (Worker *worker, Work *work)
{
  RushesScene *scene = work->scene;
  g_autoptr (GPtrArray) calls = NULL;

  calls = rushes_verbs_for_load (rushes_scene_get_path (scene), rushes_scene_get_folder (scene),
                                 rushes_scene_get_settings (scene));
  worker_join_work (worker, work);
  rushes_client_note (worker->client, "loading %s", rushes_scene_get_path (scene));
  begin_call (worker);
  rushes_verbs_run_async (worker->client, calls, worker->pool->frame_timeout, load_cb,
                          g_rc_box_acquire (worker));
}

/* Gives a ready client something to do, or lets it wait, or go. */
static void
worker_next (Worker *worker)
{
  RushesPool *self = worker->pool;
  guint position = 0;
  int loaded = RUSHES_SCHEDULER_NOTHING;
  int chosen;
  Work *work;

  g_assert (!worker->busy);

  if (self->draining || self->stopping || self->workers->len - self->n_leaving > self->jobs)
    {
      worker_stop (worker, FALSE);
      return;
    }

  if (worker->n_commits >= MAX_COMMITS)
    return;

  if (worker->work != NULL && g_ptr_array_find (self->works, worker->work, &position))
    loaded = (int) position;
  chosen = rushes_scheduler_choose ((const RushesWork *const *) self->works->pdata,
                                    self->works->len, loaded, self->order);
  if (chosen == RUSHES_SCHEDULER_NOTHING)
    return;

  work = g_ptr_array_index (self->works, chosen);
  if (work != worker->work)
    load_work (worker, work);
  else if (!work->numbers.known)
    {
      /* Loaded, and its frames are being counted: a matter of milliseconds. */
    }
  else if (rushes_scene_take_frame (work->scene, rushes_client_get_number (worker->client),
                                    &worker->index))
    {
      work->numbers.pending--;
      render_frame (worker);
    }
  else
    {
      rushes_client_note (worker->client, "client replaced: another one shall try these frames");
      worker_stop (worker, FALSE);
    }
}

static void
start_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Worker) worker = user_data;
  RushesClient *client = RUSHES_CLIENT (object);

  end_call (worker);
  if (rushes_client_start_finish (client, result, NULL))
    {
      worker->pool->started_once = TRUE;
      g_signal_emit (worker->pool, signals[CLIENT_CHANGED], 0, client);
    }
  call_ended (worker);
}

static void
start_client (RushesPool *self)
{
  Worker *worker = g_rc_box_new0 (Worker);

  worker->pool = self;
  worker->client = rushes_client_new (self->launcher, ++self->last_client, self->log_dir);
  g_ptr_array_add (self->workers, worker);
  g_signal_connect (worker->client, "notify::state", G_CALLBACK (client_state_cb), worker);
  g_signal_connect (worker->client, "progress", G_CALLBACK (progress_cb), worker);
  begin_call (worker);
  rushes_client_start_async (worker->client, self->start_timeout, start_cb,
                             g_rc_box_acquire (worker));
  g_signal_emit (self, signals[CLIENT_CHANGED], 0, worker->client);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_CLIENTS]);
}

/* How many clients could be of use now, up to the job count. */
static guint
count_useful_clients (RushesPool *self)
{
  guint64 useful = 0;

  for (guint i = 0; i < self->works->len && useful < self->jobs; i++)
    {
      Work *work = g_ptr_array_index (self->works, i);

      if (work->numbers.known)
        useful += work->numbers.pending + work->numbers.clients;
      else if (work->opened && !work->binding)
        useful = self->jobs;
      else
        useful += work->numbers.clients;
    }

  return (guint) MIN (useful, self->jobs);
}

/* ---- The run --------------------------------------------------------- */

static gboolean
is_over (RushesPool *self)
{
  return self->draining || self->stopping ||
         (self->works->len == 0 && self->next_scene >= g_list_model_get_n_items (self->scenes));
}

static gboolean
added_cb (gpointer user_data)
{
  RushesPool *self = user_data;

  self->added_id = 0;
  dispatch (self);
  return G_SOURCE_REMOVE;
}

/* Scenes may be added by whoever listens to us, in the midst of anything: they
 * are looked at later, all at once. */
static void
scenes_changed_cb (RushesPool *self)
{
  if (self->added_id == 0)
    self->added_id = g_idle_add (added_cb, self);
}

static void
end_run (RushesPool *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  g_clear_signal_handler (&self->scenes_handler, self->scenes);
  g_clear_handle_id (&self->added_id, g_source_remove);
  g_clear_handle_id (&self->pause_id, g_source_remove);
  for (guint i = 0; i < g_list_model_get_n_items (self->scenes); i++)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (self->scenes, i);

      rushes_scene_stop (scene);
    }
  g_ptr_array_set_size (self->works, 0);
  if (self->fatal != NULL)
    g_task_return_error (task, g_steal_pointer (&self->fatal));
  else
    g_task_return_boolean (task, TRUE);
}

/* Brings everything to where it should be: the one place that starts work.
 * Called after whatever may have made a client idle, or a scene need one. */
static void
dispatch (RushesPool *self)
{
  g_autoptr (GPtrArray) workers = NULL;
  gboolean over;

  if (self->task == NULL)
    return;

  if (!self->draining && !self->stopping)
    open_ahead (self);
  over = is_over (self);

  /* A copy: what happens to one client may take another off the list. */
  workers = g_ptr_array_copy (self->workers, copy_worker, NULL);
  g_ptr_array_set_free_func (workers, (GDestroyNotify) worker_unref);
  for (guint i = 0; i < workers->len; i++)
    {
      Worker *worker = g_ptr_array_index (workers, i);

      if (self->stopping || (over && !worker->busy))
        worker_stop (worker, self->stopping);
      else if (is_idle (worker))
        worker_next (worker);
    }

  if (!over && self->pause_id == 0)
    while (self->workers->len - self->n_leaving < count_useful_clients (self))
      start_client (self);

  if (self->task != NULL && over && self->workers->len == 0 && self->n_flights == 0)
    end_run (self);
}

/**
 * rushes_pool_run_async:
 * @self: a pool that does not run
 * @callback: (scope async): called when no client is left
 * @user_data: for @callback
 *
 * Renders every queued scene. What became of each is for the scenes to say.
 */
void
rushes_pool_run_async (RushesPool *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (RUSHES_IS_POOL (self));
  g_return_if_fail (self->task == NULL);

  self->task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (self->task, rushes_pool_run_async);
  self->next_scene = 0;
  self->start_failures = 0;
  self->started_once = FALSE;
  self->draining = FALSE;
  self->stopping = FALSE;
  self->scenes_handler = g_signal_connect_swapped (self->scenes, "items-changed",
                                                   G_CALLBACK (scenes_changed_cb), self);
  rushes_estimator_start (&self->estimator, g_get_monotonic_time ());

  dispatch (self);
}

/**
 * rushes_pool_run_finish:
 * @self: a pool
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Returns: whether there were clients to render with, or none were needed;
 *   otherwise %RUSHES_ERROR_COULD_NOT_START, which every scene then failed with
 */
gboolean
rushes_pool_run_finish (RushesPool *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * rushes_pool_drain:
 * @self: a pool
 *
 * Lets clients finish the frames in hand and starts no new ones.
 */
void
rushes_pool_drain (RushesPool *self)
{
  g_return_if_fail (RUSHES_IS_POOL (self));

  self->draining = TRUE;
  dispatch (self);
}

/**
 * rushes_pool_stop:
 * @self: a pool
 *
 * Ends every client now; frames in hand are given back.
 */
void
rushes_pool_stop (RushesPool *self)
{
  g_return_if_fail (RUSHES_IS_POOL (self));

  self->stopping = TRUE;
  dispatch (self);
}

/* ---- The object ------------------------------------------------------ */

static void
rushes_pool_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  RushesPool *self = RUSHES_POOL (object);

  switch (id)
    {
    case PROP_JOBS:
      g_value_set_uint (value, self->jobs);
      break;
    case PROP_ORDER:
      g_value_set_enum (value, self->order);
      break;
    case PROP_EXISTING:
      g_value_set_enum (value, self->existing);
      break;
    case PROP_START_TIMEOUT:
      g_value_set_uint (value, self->start_timeout);
      break;
    case PROP_FRAME_TIMEOUT:
      g_value_set_uint (value, self->frame_timeout);
      break;
    case PROP_MAX_ATTEMPTS:
      g_value_set_uint (value, self->max_attempts);
      break;
    case PROP_N_CLIENTS:
      g_value_set_uint (value, rushes_pool_get_n_clients (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
rushes_pool_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  RushesPool *self = RUSHES_POOL (object);

  switch (id)
    {
    case PROP_JOBS:
      self->jobs = g_value_get_uint (value);
      dispatch (self);
      break;
    case PROP_ORDER:
      self->order = g_value_get_enum (value);
      break;
    case PROP_EXISTING:
      self->existing = g_value_get_enum (value);
      break;
    case PROP_START_TIMEOUT:
      self->start_timeout = g_value_get_uint (value);
      break;
    case PROP_FRAME_TIMEOUT:
      self->frame_timeout = g_value_get_uint (value);
      break;
    case PROP_MAX_ATTEMPTS:
      self->max_attempts = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
rushes_pool_finalize (GObject *object)
{
  RushesPool *self = RUSHES_POOL (object);

  /* The task of a run holds a reference. */
  g_assert (self->task == NULL && self->workers->len == 0);

  g_clear_object (&self->launcher);
  g_clear_object (&self->scenes);
  g_clear_pointer (&self->log_dir, g_free);
  g_clear_pointer (&self->works, g_ptr_array_unref);
  g_clear_pointer (&self->workers, g_ptr_array_unref);
  g_clear_error (&self->fatal);

  G_OBJECT_CLASS (rushes_pool_parent_class)->finalize (object);
}

static void
rushes_pool_class_init (RushesPoolClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS;

  object_class->get_property = rushes_pool_get_property;
  object_class->set_property = rushes_pool_set_property;
  object_class->finalize = rushes_pool_finalize;

  /**
   * RushesPool:jobs:
   *
   * How many clients may work at once. Fewer lets clients finish their frames.
   */
  properties[PROP_JOBS] = g_param_spec_uint ("jobs", NULL, NULL, 1, 4096, 1, flags);
  /**
   * RushesPool:order:
   *
   * How clients go through the queue.
   */
  properties[PROP_ORDER] =
      g_param_spec_enum ("order", NULL, NULL, RUSHES_TYPE_ORDER, RUSHES_ORDER_SIDE_BY_SIDE, flags);
  /**
   * RushesPool:existing:
   *
   * What to do with frames that are there already.
   */
  properties[PROP_EXISTING] = g_param_spec_enum ("existing", NULL, NULL, RUSHES_TYPE_EXISTING,
                                                 RUSHES_EXISTING_RESUME, flags);
  /**
   * RushesPool:start-timeout:
   *
   * Seconds until a started client must be ready; 0: no limit.
   */
  properties[PROP_START_TIMEOUT] =
      g_param_spec_uint ("start-timeout", NULL, NULL, 0, 86400, 30, flags);
  /**
   * RushesPool:frame-timeout:
   *
   * Seconds without a sign of life after which a client that loads or renders
   * is ended; 0: no limit.
   */
  properties[PROP_FRAME_TIMEOUT] =
      g_param_spec_uint ("frame-timeout", NULL, NULL, 0, 86400 * 30, 0, flags);
  /**
   * RushesPool:max-attempts:
   *
   * How often a frame may fail before it is given up.
   */
  properties[PROP_MAX_ATTEMPTS] = g_param_spec_uint ("max-attempts", NULL, NULL, 1, 1000, 3, flags);
  /**
   * RushesPool:n-clients:
   *
   * How many clients there are now.
   */
  properties[PROP_N_CLIENTS] =
      g_param_spec_uint ("n-clients", NULL, NULL, 0, G_MAXUINT, 0,
                         G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * RushesPool::client-changed:
   * @self: the pool
   * @client: the client
   *
   * A client was started, is ready, or is gone: its state says which.
   */
  signals[CLIENT_CHANGED] = g_signal_new ("client-changed", RUSHES_TYPE_POOL, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 1, RUSHES_TYPE_CLIENT);
  /**
   * RushesPool::frame-started:
   * @self: the pool
   * @scene: the scene
   * @frame: the frame's number
   * @client: the number of the client that has it
   */
  signals[FRAME_STARTED] =
      g_signal_new ("frame-started", RUSHES_TYPE_POOL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 3, RUSHES_TYPE_SCENE, G_TYPE_UINT, G_TYPE_UINT);
  /**
   * RushesPool::frame-ended:
   * @self: the pool
   * @scene: the scene
   * @frame: the frame's number
   * @client: the number of the client that had it
   * @seconds: how long it took
   * @error: (nullable): why it failed; %NULL when it is done
   * @final: whether a failed frame is given up
   */
  signals[FRAME_ENDED] = g_signal_new ("frame-ended", RUSHES_TYPE_POOL, G_SIGNAL_RUN_LAST, 0, NULL,
                                       NULL, NULL, G_TYPE_NONE, 6, RUSHES_TYPE_SCENE, G_TYPE_UINT,
                                       G_TYPE_UINT, G_TYPE_DOUBLE, G_TYPE_ERROR, G_TYPE_BOOLEAN);
  /**
   * RushesPool::warning:
   * @self: the pool
   * @scene: the scene
   * @text: what the user should know
   */
  signals[WARNING] = g_signal_new ("warning", RUSHES_TYPE_POOL, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 2, RUSHES_TYPE_SCENE, G_TYPE_STRING);
}

static void
rushes_pool_init (RushesPool *self)
{
  self->works = g_ptr_array_new_with_free_func ((GDestroyNotify) work_unref);
  self->workers = g_ptr_array_new_with_free_func ((GDestroyNotify) worker_unref);
}

/**
 * rushes_pool_new:
 * @launcher: how to start clients
 * @scenes: a list of #RushesScene; may grow at its end while the pool runs
 * @log_dir: folder of the clients' logs
 *
 * Returns: (transfer full): a pool that does not run yet
 */
RushesPool *
rushes_pool_new (RushesLauncher *launcher, GListModel *scenes, const char *log_dir)
{
  RushesPool *self;

  g_return_val_if_fail (RUSHES_IS_LAUNCHER (launcher), NULL);
  g_return_val_if_fail (G_IS_LIST_MODEL (scenes), NULL);
  g_return_val_if_fail (log_dir != NULL, NULL);

  self = g_object_new (RUSHES_TYPE_POOL, NULL);
  self->launcher = g_object_ref (launcher);
  self->scenes = g_object_ref (scenes);
  self->log_dir = g_strdup (log_dir);

  return self;
}

guint
rushes_pool_get_n_clients (RushesPool *self)
{
  g_return_val_if_fail (RUSHES_IS_POOL (self), 0);

  return self->workers->len;
}

/**
 * rushes_pool_get_rate:
 * @self: a pool
 *
 * Returns: frames a second of late; 0 when nothing can be said yet
 */
double
rushes_pool_get_rate (RushesPool *self)
{
  g_return_val_if_fail (RUSHES_IS_POOL (self), 0);

  return rushes_estimator_get_rate (&self->estimator, g_get_monotonic_time ());
}

/**
 * rushes_pool_get_seconds_left:
 * @self: a pool
 *
 * Scenes whose frames nobody has counted yet are taken for average ones.
 *
 * Returns: in how many seconds the queue will be done; negative: not known
 */
double
rushes_pool_get_seconds_left (RushesPool *self)
{
  double left = 0, known_frames = 0;
  guint n_known = 0, n_unknown = 0;

  g_return_val_if_fail (RUSHES_IS_POOL (self), -1);

  for (guint i = 0; i < g_list_model_get_n_items (self->scenes); i++)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (self->scenes, i);
      guint n_frames = rushes_scene_get_n_frames (scene);

      if (n_frames == 0 && rushes_scene_is_ended (scene))
        continue;
      if (n_frames == 0)
        n_unknown++;
      else
        {
          n_known++;
          known_frames += n_frames;
          if (!rushes_scene_is_ended (scene))
            left += n_frames * (1 - rushes_scene_get_progress (scene));
        }
    }
  if (n_known == 0)
    return -1;

  left += n_unknown * known_frames / n_known;
  return rushes_estimator_get_seconds_left (&self->estimator, left, g_get_monotonic_time ());
}
