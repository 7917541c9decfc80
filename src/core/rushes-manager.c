/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-enums.h"
#include "rushes-log.h"
#include "rushes-manager-private.h"

/* Numbers for people: four times a second is as good as any. */
#define REFRESH_MS 250

/**
 * RushesManager:
 *
 * Everything a desktop program needs of the engine in one object: the queue and
 * its file, the pool while it runs, the inspector beside it, the reserve of clients
 * that are ready before they are needed, and the totals. It decides what "start",
 * "pause" and "start over" mean; whoever shows it binds to its properties.
 */

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

void
manager_set_state (RushesManager *self, RushesManagerState state)
{
  if (self->state == state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

void
manager_emit_warning (RushesManager *self, RushesScene *scene, const char *text)
{
  g_signal_emit (self, signals[WARNING], 0, scene, text);
}

void
manager_emit_run_ended (RushesManager *self, gboolean by_user)
{
  g_signal_emit (self, signals[RUN_ENDED], 0, by_user);
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

void
manager_refresh (RushesManager *self)
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

guint
manager_get_jobs (RushesManager *self)
{
  if (self->jobs_auto)
    return RUSHES_JOBS_AUTO;
  /* Somebody has to work. */
  return rushes_cluster_get_enabled (self->cluster) ? self->jobs : MAX (self->jobs, 1);
}

/* Clients are ready when somebody is likely to want them: there is something to be
 * rendered, and the first look at it does not wait for a Blender of its own. Those
 * that are there when all is done stay for a while. */
void
manager_update_reserve (RushesManager *self)
{
  guint jobs = manager_get_jobs (self) == RUSHES_JOBS_AUTO ? 1 : manager_get_jobs (self);
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
  manager_refresh (self);
  manager_update_reserve (self);
  return G_SOURCE_REMOVE;
}

void
manager_refresh_later (RushesManager *self)
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
  manager_refresh_later (self);
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
  manager_refresh (self);
  manager_refresh_later (self);
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
  pass_on (self, "jobs", manager_get_jobs (self));
  manager_refresh_later (self);
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
        manager_renew_launchers (self);
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
        pass_on (self, "frame-timeout", manager_get_frame_timeout (self));
      break;
    case PROP_FRAME_TIMEOUT_AUTO:
      changed = self->frame_timeout_auto != g_value_get_boolean (value);
      self->frame_timeout_auto = g_value_get_boolean (value);
      if (changed)
        pass_on (self, "frame-timeout", manager_get_frame_timeout (self));
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
        manager_renew_launchers (self);
      break;
    case PROP_SANDBOX:
      changed = self->sandbox != g_value_get_boolean (value);
      self->sandbox = g_value_get_boolean (value);
      if (changed)
        manager_renew_launchers (self);
      break;
    case PROP_KEEP_READY:
      changed = self->keep_ready != g_value_get_boolean (value);
      self->keep_ready = g_value_get_boolean (value);
      if (changed)
        manager_refresh_later (self);
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
  g_signal_connect_swapped (self->cluster, "changed", G_CALLBACK (manager_cluster_changed), self);
  g_signal_connect_swapped (self->cluster, "notify::jobs",
                            G_CALLBACK (manager_cluster_jobs_changed), self);
  self->jobs = 1;
  self->start_timeout = 30;
  self->max_attempts = 3;
  self->keep_ready = TRUE;
  g_signal_connect_swapped (self->queue, "items-changed", G_CALLBACK (manager_refresh_later), self);
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
  g_signal_connect_swapped (self->inspector, "notify::starting", G_CALLBACK (manager_refresh_later),
                            self);
  self->reserve = rushes_reserve_new (self->log_dir);
  manager_renew_launchers (self);
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
