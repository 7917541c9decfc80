/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "rushes-enums.h"
#include "rushes-error.h"
#include "rushes-pool-private.h"

/* Scenes that are open besides one for each client: enough that no client waits
 * for the disk, few enough for the limit on open files. */
#define OPEN_AHEAD 4

/* A frame that is silent for less does not hang, however quick others were. */
#define SHORTEST_PATIENCE 60

/* How often to look whether a full disk has room again. */
#define ROOM_SECONDS 2

/**
 * RushesPool:
 *
 * Keeps clients busy with the scenes of a queue. It opens scenes, starts and
 * replaces clients, asks the scheduler who does what, takes results and gives
 * frames back when a client fails. Everything runs in the main loop of the
 * thread that called rushes_pool_run_async().
 */

enum
{
  PROP_0,
  PROP_JOBS,
  PROP_JOBS_REASON,
  PROP_ORDER,
  PROP_START_TIMEOUT,
  PROP_FRAME_TIMEOUT,
  PROP_MAX_ATTEMPTS,
  PROP_N_CLIENTS,
  PROP_TROUBLE,
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

/* ---- Signals --------------------------------------------------------- */

void
pool_emit_client_changed (RushesPool *self, RushesClient *client)
{
  g_signal_emit (self, signals[CLIENT_CHANGED], 0, client);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_CLIENTS]);
}

void
pool_emit_frame_started (RushesPool *self, RushesScene *scene, guint frame, guint client)
{
  g_signal_emit (self, signals[FRAME_STARTED], 0, scene, frame, client);
}

void
pool_emit_frame_ended (RushesPool *self,
                       RushesScene *scene,
                       guint frame,
                       guint client,
                       double seconds,
                       const GError *error,
                       gboolean final)
{
  g_signal_emit (self, signals[FRAME_ENDED], 0, scene, frame, client, seconds, error, final);
}

void
pool_emit_warning (RushesPool *self, RushesScene *scene, const char *text)
{
  g_signal_emit (self, signals[WARNING], 0, scene, text);
}

/* ---- Scenes ---------------------------------------------------------- */

/* Puts the scenes at work into the order of the list, which has changed. */
static void
sort_works (RushesPool *self)
{
  guint n_sorted = 0;

  for (guint i = 0; i < g_list_model_get_n_items (self->scenes) && n_sorted < self->works->len; i++)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (self->scenes, i);

      for (guint j = n_sorted; rushes_scene_get_in_use (scene) && j < self->works->len; j++)
        if (((PoolWork *) g_ptr_array_index (self->works, j))->scene == scene)
          {
            g_ptr_array_insert (self->works, (int) n_sorted++,
                                g_ptr_array_steal_index (self->works, j));
            break;
          }
    }
}

static void
open_ahead (RushesPool *self)
{
  guint limit = pool_get_jobs (self) + OPEN_AHEAD;
  guint n_before = self->works->len;
  gboolean from_start = self->next_scene == 0;
  guint unclaimed = 0;

  for (guint i = 0; i < self->works->len && !from_start; i++)
    if (((PoolWork *) g_ptr_array_index (self->works, i))->numbers.clients == 0)
      unclaimed++;

  while (unclaimed < limit && self->works->len < 2 * limit &&
         self->next_scene < g_list_model_get_n_items (self->scenes))
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (self->scenes, self->next_scene++);

      gboolean waiting =
          rushes_scene_get_state (scene) == RUSHES_SCENE_QUEUED && !rushes_scene_get_paused (scene);

      if (rushes_scene_get_in_use (scene) ||
          (waiting && g_hash_table_contains (self->folders, rushes_scene_get_folder (scene))))
        {
          /* Of what was stopped, somebody has something in hand yet. */
          self->passed_over = self->passed_over || waiting;
          unclaimed += from_start;
        }
      else if (waiting)
        {
          pool_work_open (self, scene);
          unclaimed++;
        }
    }

  if (self->moved && self->works->len > n_before)
    sort_works (self);
  if (self->next_scene >= g_list_model_get_n_items (self->scenes))
    self->moved = FALSE;
}

/* ---- Clients --------------------------------------------------------- */

/* Gives up: every scene that has not ended fails for the same reason. */
void
pool_fail_everything (RushesPool *self, const GError *cause, RushesClient *client)
{
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
    pool_work_update (g_ptr_array_index (self->works, self->works->len - 1));
  self->next_scene = g_list_model_get_n_items (self->scenes);
}

/* Whether clients may work on this computer. */
gboolean
pool_has_home (RushesPool *self)
{
  for (guint i = 0; i < self->places->len; i++)
    if (!pool_place_is_remote (g_ptr_array_index (self->places, i)) &&
        pool_place_get_jobs (g_ptr_array_index (self->places, i)) > 0)
      return TRUE;
  return FALSE;
}

/* How many clients may work at once, everywhere. */
guint
pool_get_jobs (RushesPool *self)
{
  guint jobs = 0;

  for (guint i = 0; i < self->places->len; i++)
    jobs += pool_place_get_jobs (g_ptr_array_index (self->places, i));
  return jobs;
}

/* Begins frames again after trouble. */
static void
end_trouble (RushesPool *self)
{
  g_clear_handle_id (&self->room_id, g_source_remove);
  g_clear_pointer (&self->full, rushes_output_unref);
  if (self->trouble == NULL)
    return;

  g_clear_error (&self->trouble);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TROUBLE]);
}

static gboolean
room_cb (gpointer user_data)
{
  RushesPool *self = user_data;

  if (rushes_output_has_room (self->full))
    rushes_pool_resume (self);
  return self->room_id != 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* The disk of @output is full: begins no frame until there is room. */
void
pool_wait_for_room (RushesPool *self, RushesOutput *output)
{
  if (self->trouble != NULL || self->draining || self->stopping)
    return;

  self->trouble = rushes_output_make_full_error (output);
  self->full = rushes_output_ref (output);
  self->room_id = g_timeout_add_seconds (ROOM_SECONDS, room_cb, self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TROUBLE]);
}

/* Whether there is a scene at work that another computer may render. */
static gboolean
has_work_elsewhere (RushesPool *self)
{
  for (guint i = 0; i < self->works->len; i++)
    if (!((PoolWork *) g_ptr_array_index (self->works, i))->numbers.at_home)
      return TRUE;
  return FALSE;
}

static guint
count_clients (RushesPool *self, gboolean remote)
{
  guint clients = 0;

  for (guint i = 0; i < self->places->len; i++)
    {
      PoolPlace *place = g_ptr_array_index (self->places, i);

      if (!remote || pool_place_is_remote (place))
        clients += place->n_workers - place->n_leaving;
    }
  return clients;
}

/* How many clients could be of use now, up to the job count; or, of scenes that are
 * not for this computer alone, @remote ones. */
static guint
count_useful_clients (RushesPool *self, gboolean remote)
{
  guint jobs = pool_get_jobs (self);
  guint64 useful = 0;

  for (guint i = 0; i < self->works->len && useful < jobs; i++)
    {
      PoolWork *work = g_ptr_array_index (self->works, i);

      if (remote && work->numbers.at_home)
        continue;
      if (work->numbers.known)
        useful += work->numbers.pending + work->numbers.clients;
      else if (!work->binding)
        useful = jobs;
      else
        useful += work->numbers.clients;
    }

  return (guint) MIN (useful, jobs);
}

/* ---- The run --------------------------------------------------------- */

static gboolean
is_over (RushesPool *self)
{
  return self->draining || self->stopping ||
         (self->works->len == 0 && self->next_scene >= g_list_model_get_n_items (self->scenes));
}

/* Where a client is wanted: nowhere as long as nothing is to be begun. */
static PoolPlace *
find_place (RushesPool *self)
{
  if (is_over (self) || self->trouble != NULL ||
      count_clients (self, FALSE) >= count_useful_clients (self, FALSE))
    return NULL;

  for (guint i = 0; i < self->places->len; i++)
    {
      PoolPlace *place = g_ptr_array_index (self->places, i);

      if (pool_place_takes_client (place) &&
          (!pool_place_is_remote (place) ||
           count_clients (self, TRUE) < count_useful_clients (self, TRUE)))
        return place;
    }
  return NULL;
}

static gpointer
copy_worker (gconstpointer worker, gpointer user_data)
{
  return g_rc_box_acquire ((gpointer) worker);
}

/* What happens to one client may take another off the list. */
static GPtrArray *
list_workers (RushesPool *self)
{
  GPtrArray *workers = g_ptr_array_copy (self->workers, copy_worker, NULL);

  g_ptr_array_set_free_func (workers, (GDestroyNotify) pool_worker_unref);
  return workers;
}

/* Lets go of scenes that the user has stopped or paused. */
static void
drop_ended (RushesPool *self)
{
  g_autoptr (GPtrArray) workers = list_workers (self);

  for (guint i = self->works->len; i > 0; i--)
    {
      g_autoptr (PoolWork) work = g_rc_box_acquire (g_ptr_array_index (self->works, i - 1));

      pool_work_update (work);
    }
  /* A frame of a scene that nobody wants any more may take hours. */
  for (guint i = 0; i < workers->len; i++)
    {
      PoolWorker *worker = g_ptr_array_index (workers, i);

      if (worker->n_calls > 0 && worker->work != NULL && pool_work_is_over (worker->work))
        pool_worker_stop (worker, TRUE);
    }
}

static gboolean
is_finished (RushesPool *self)
{
  return is_over (self) && self->workers->len == 0 && self->n_flights == 0;
}

/* Nobody works any more: lets go of what is not done. */
static void
stop_scenes (RushesPool *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (self->scenes); i++)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (self->scenes, i);

      rushes_scene_stop (scene);
    }
  g_ptr_array_set_size (self->works, 0);
}

static void
end_run (RushesPool *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  end_trouble (self);
  g_clear_signal_handler (&self->scenes_handler, self->scenes);
  g_clear_handle_id (&self->look_id, g_source_remove);
  for (guint i = 0; i < self->places->len; i++)
    pool_place_end_run (g_ptr_array_index (self->places, i));
  if (self->fatal != NULL)
    g_task_return_error (task, g_steal_pointer (&self->fatal));
  else
    g_task_return_boolean (task, TRUE);
}

static gboolean
look_cb (gpointer user_data)
{
  RushesPool *self = user_data;
  PoolPlace *place;

  self->look_id = 0;
  drop_ended (self);
  if (self->moved)
    sort_works (self);
  /* One in each turn of the main loop: to start a process takes milliseconds. */
  place = find_place (self);
  if (place != NULL)
    pool_worker_start (place);
  pool_dispatch (self);
  if (is_finished (self))
    stop_scenes (self);
  /* Something may be left to write for those. */
  if (is_finished (self))
    end_run (self);
  return G_SOURCE_REMOVE;
}

/* Scenes may be added by whoever listens to us, in the midst of anything: they
 * are looked at later, all at once. A run ends there too, when nobody has
 * anything of it in hand. */
static void
look_later (RushesPool *self)
{
  if (self->task != NULL && self->look_id == 0)
    self->look_id = g_idle_add_full (G_PRIORITY_DEFAULT, look_cb, self, NULL);
}

/* There should be another number of them, or there is another reason for it. */
void
pool_jobs_changed (RushesPool *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_JOBS_REASON]);
  look_later (self);
}

static void
scenes_changed_cb (RushesPool *self, guint position)
{
  if (position < self->next_scene)
    {
      self->next_scene = 0;
      self->moved = TRUE;
    }
  look_later (self);
}

/* Brings everything to where it should be: the one place that starts work.
 * Called after whatever may have made a client idle, or a scene need one. */
void
pool_dispatch (RushesPool *self)
{
  g_autoptr (GPtrArray) workers = NULL;
  gboolean over, over_elsewhere;

  if (self->task == NULL)
    return;

  if (!self->draining && !self->stopping)
    open_ahead (self);
  over = is_over (self);
  /* What a cluster gives is not kept for the case that there may be work again. */
  over_elsewhere = over || !has_work_elsewhere (self);

  workers = list_workers (self);
  for (guint i = 0; i < workers->len; i++)
    {
      PoolWorker *worker = g_ptr_array_index (workers, i);
      RushesClientState state = rushes_client_get_state (worker->client);
      gboolean starting = state == RUSHES_CLIENT_WAITING || state == RUSHES_CLIENT_STARTING;
      gboolean is_over_there = pool_place_is_remote (worker->place) ? over_elsewhere : over;

      /* One that starts has nothing in hand that could be lost. One that waits for a
       * cluster may do so for days. */
      if (self->stopping || (is_over_there && (starting || worker->n_calls == 0)))
        pool_worker_stop (worker, self->stopping || starting);
      else if (state == RUSHES_CLIENT_WAITING && pool_place_has_too_many (worker->place))
        pool_worker_stop (worker, TRUE);
      else if (pool_worker_is_idle (worker))
        pool_worker_next (worker);
    }

  if (find_place (self) != NULL || is_finished (self))
    look_later (self);
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
  self->passed_over = FALSE;
  self->moved = FALSE;
  for (guint i = 0; i < self->places->len; i++)
    pool_place_begin_run (g_ptr_array_index (self->places, i));
  self->draining = FALSE;
  self->stopping = FALSE;
  self->scenes_handler = g_signal_connect_swapped (self->scenes, "items-changed",
                                                   G_CALLBACK (scenes_changed_cb), self);
  rushes_estimator_start (&self->estimator, g_get_monotonic_time ());

  pool_dispatch (self);
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
  pool_dispatch (self);
}

/**
 * rushes_pool_resume:
 * @self: a pool
 *
 * Goes on after #RushesPool:trouble without waiting for its end to be noticed.
 */
void
rushes_pool_resume (RushesPool *self)
{
  g_return_if_fail (RUSHES_IS_POOL (self));

  end_trouble (self);
  pool_dispatch (self);
}

/**
 * rushes_pool_reconsider:
 * @self: a pool
 *
 * To be called after scenes were queued again, paused, or stopped by anybody but
 * the pool. It looks at all of them, soon: clients that are busy with a scene
 * that has been stopped are ended.
 */
void
rushes_pool_reconsider (RushesPool *self)
{
  g_return_if_fail (RUSHES_IS_POOL (self));

  self->next_scene = 0;
  self->passed_over = FALSE;
  self->moved = TRUE;
  look_later (self);
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
  pool_dispatch (self);
}

/* ---- The object ------------------------------------------------------ */

/* The place that every pool has. */
static PoolPlace *
get_first (RushesPool *self)
{
  return g_ptr_array_index (self->places, 0);
}

static void
set_jobs (RushesPool *self, PoolPlace *place, guint jobs)
{
  pool_place_set_jobs (place, jobs);
  pool_jobs_changed (self);
  pool_dispatch (self);
}

static void
rushes_pool_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  RushesPool *self = RUSHES_POOL (object);

  switch (id)
    {
    case PROP_JOBS:
      g_value_set_uint (value, get_first (self)->jobs);
      break;
    case PROP_JOBS_REASON:
      g_value_take_string (value, rushes_pool_explain_jobs (self));
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
    case PROP_MAX_ATTEMPTS:
      g_value_set_uint (value, self->max_attempts);
      break;
    case PROP_N_CLIENTS:
      g_value_set_uint (value, rushes_pool_get_n_clients (self));
      break;
    case PROP_TROUBLE:
      g_value_set_boxed (value, self->trouble);
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
      set_jobs (self, get_first (self), g_value_get_uint (value));
      break;
    case PROP_ORDER:
      self->order = g_value_get_enum (value);
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

  g_clear_pointer (&self->places, g_ptr_array_unref);
  g_clear_object (&self->scenes);
  g_clear_pointer (&self->log_dir, g_free);
  g_clear_pointer (&self->trust, rushes_trust_unref);
  g_clear_pointer (&self->works, g_ptr_array_unref);
  g_clear_pointer (&self->workers, g_ptr_array_unref);
  g_clear_pointer (&self->folders, g_hash_table_unref);
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
   * How many clients may work at once at the first place, or #RUSHES_JOBS_AUTO.
   * Fewer lets clients finish their frames. After one has run out of memory there
   * is one fewer, until the run ends or this is set.
   */
  properties[PROP_JOBS] =
      g_param_spec_uint ("jobs", NULL, NULL, 0, G_MAXUINT, 1, flags & ~G_PARAM_CONSTRUCT);
  /**
   * RushesPool:jobs-reason:
   *
   * How many clients #RUSHES_JOBS_AUTO has found to be right at the first place, and
   * why, for the user; %NULL if the number is fixed.
   */
  properties[PROP_JOBS_REASON] =
      g_param_spec_string ("jobs-reason", NULL, NULL, NULL,
                           G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * RushesPool:order:
   *
   * How clients go through the queue.
   */
  properties[PROP_ORDER] =
      g_param_spec_enum ("order", NULL, NULL, RUSHES_TYPE_ORDER, RUSHES_ORDER_SIDE_BY_SIDE, flags);
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
   * is ended; 0: no limit. With %RUSHES_FRAME_TIMEOUT_AUTO it is ten times what
   * frames of that scene take, a minute at least; and an hour while that is not
   * known, and for loading.
   */
  properties[PROP_FRAME_TIMEOUT] =
      g_param_spec_uint ("frame-timeout", NULL, NULL, 0, G_MAXUINT, 0, flags);
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
  /**
   * RushesPool:trouble:
   *
   * Why no frame is begun for now although there are some left, such as
   * %RUSHES_ERROR_DISK_FULL; %NULL when all is well. It ends by itself when its
   * cause does, or with rushes_pool_resume().
   */
  properties[PROP_TROUBLE] =
      g_param_spec_boxed ("trouble", NULL, NULL, G_TYPE_ERROR,
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
   * @scene: (nullable): the scene, if it is about one
   * @text: what the user should know
   */
  signals[WARNING] = g_signal_new ("warning", RUSHES_TYPE_POOL, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 2, RUSHES_TYPE_SCENE, G_TYPE_STRING);
}

static void
rushes_pool_init (RushesPool *self)
{
  self->shortest_patience = SHORTEST_PATIENCE;
  self->places = g_ptr_array_new_with_free_func ((GDestroyNotify) pool_place_free);
  self->works = g_ptr_array_new_with_free_func ((GDestroyNotify) pool_work_unref);
  self->folders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->workers = g_ptr_array_new_with_free_func ((GDestroyNotify) pool_worker_unref);
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
  g_ptr_array_add (self->places, pool_place_new (self, launcher, 1));
  self->scenes = g_object_ref (scenes);
  self->log_dir = g_strdup (log_dir);

  return self;
}

/**
 * rushes_pool_set_place:
 * @self: a pool
 * @launcher: how to start clients at another place than the first one, or there
 * @jobs: how many clients may work there at once, 0 or more; or #RUSHES_JOBS_AUTO
 *
 * Has clients of several launchers work on the same scenes. Those of places
 * that were named first are started first.
 */
void
rushes_pool_set_place (RushesPool *self, RushesLauncher *launcher, guint jobs)
{
  PoolPlace *place;

  g_return_if_fail (RUSHES_IS_POOL (self));
  g_return_if_fail (RUSHES_IS_LAUNCHER (launcher));

  for (guint i = 0; i < self->places->len; i++)
    {
      place = g_ptr_array_index (self->places, i);
      if (place->launcher == launcher)
        {
          set_jobs (self, place, jobs);
          return;
        }
    }
  place = pool_place_new (self, launcher, jobs);
  g_ptr_array_add (self->places, place);
  pool_dispatch (self);
}

/**
 * rushes_pool_set_trust:
 * @self: a pool that does not run
 * @trust: which files may run scripts that the settings do not allow
 */
void
rushes_pool_set_trust (RushesPool *self, RushesTrust *trust)
{
  g_return_if_fail (RUSHES_IS_POOL (self));
  g_return_if_fail (self->task == NULL && self->trust == NULL);

  self->trust = rushes_trust_ref (trust);
}

/**
 * rushes_pool_get_lost_place:
 * @self: a pool
 *
 * Returns: (transfer none) (nullable): why clients are wanted at a place and none
 *   can be had there, as the warning about it said
 */
const GError *
rushes_pool_get_lost_place (RushesPool *self)
{
  g_return_val_if_fail (RUSHES_IS_POOL (self), NULL);

  for (guint i = 0; i < self->places->len; i++)
    {
      PoolPlace *place = g_ptr_array_index (self->places, i);

      if (place->given_up != NULL && place->jobs > 0)
        return place->given_up;
    }
  return NULL;
}

guint
rushes_pool_get_n_clients (RushesPool *self)
{
  g_return_val_if_fail (RUSHES_IS_POOL (self), 0);

  return self->workers->len;
}

/**
 * rushes_pool_explain_jobs:
 * @self: a pool
 *
 * Returns: (transfer full) (nullable): #RushesPool:jobs-reason
 */
char *
rushes_pool_explain_jobs (RushesPool *self)
{
  g_return_val_if_fail (RUSHES_IS_POOL (self), NULL);

  if (get_first (self)->jobs != RUSHES_JOBS_AUTO)
    return NULL;
  return rushes_jobs_explain (&get_first (self)->automatic);
}

/**
 * rushes_pool_get_trouble:
 * @self: a pool
 *
 * Returns: (transfer none) (nullable): #RushesPool:trouble
 */
const GError *
rushes_pool_get_trouble (RushesPool *self)
{
  g_return_val_if_fail (RUSHES_IS_POOL (self), NULL);

  return self->trouble;
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
  return rushes_pool_estimate (self, left);
}

/**
 * rushes_pool_estimate:
 * @self: a pool
 * @n_frames: frames that are left, by whoever has counted them
 *
 * Returns: in how many seconds they will be done; negative: not known
 */
double
rushes_pool_estimate (RushesPool *self, double n_frames)
{
  g_return_val_if_fail (RUSHES_IS_POOL (self), -1);

  return rushes_estimator_get_seconds_left (&self->estimator, n_frames, g_get_monotonic_time ());
}
