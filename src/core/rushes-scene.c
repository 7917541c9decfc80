/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-enums.h"
#include "rushes-scene-private.h"

/* Progress is shown to people: ten times a second is as good as any. */
#define NOTIFY_MS 100

/**
 * RushesScene:
 *
 * A .blend in the queue with its settings, its frames and its progress. What
 * changes with every frame is notified at most ten times a second.
 */

enum
{
  PROP_0,
  PROP_PATH,
  PROP_NAME,
  PROP_SETTINGS,
  PROP_FOLDER,
  PROP_EXISTING,
  PROP_PAUSED,
  PROP_TRUSTED,
  PROP_REPORT,
  PROP_REPORT_ERROR,
  PROP_PLAN_ERROR,
  PROP_STATE,
  PROP_N_CLIENTS,
  PROP_ERROR,
  /* From here to PROP_N_FAILED: what is notified together, now and then. */
  PROP_PROGRESS,
  PROP_NEWEST_FILE,
  PROP_N_FRAMES,
  PROP_N_DONE,
  PROP_N_FAILED,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (RushesScene, rushes_scene, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

/* What is to be shown: as long as its frames are not known, what is planned or was
 * saved. */
SceneCounts
scene_count (RushesScene *self)
{
  SceneCounts counts = { self->n_planned, 0, 0 };

  if (self->frames != NULL)
    counts = (SceneCounts){ rushes_frames_get_length (self->frames),
                            rushes_frames_count (self->frames, RUSHES_FRAME_DONE),
                            rushes_frames_count (self->frames, RUSHES_FRAME_FAILED) };
  else if (self->saved.frames > 0)
    counts = self->saved;
  if (self->redo != NULL)
    counts.done -= MIN (counts.done, rushes_frame_range_get_length (self->redo));

  return counts;
}

/* Whoever shows a thousand scenes must not look at all of a scene for each part
 * of it that changes. */
static gboolean
notify_cb (gpointer user_data)
{
  RushesScene *self = user_data;
  SceneCounts counts = scene_count (self);
  SceneTold told = { counts, rushes_scene_get_progress (self),
                     self->frames != NULL ? self->newest : -1,
                     self->frames == NULL && self->saved_newest != NULL };
  const SceneTold before = self->told;

  self->notify_id = 0;
  self->told = told;
  g_object_freeze_notify (G_OBJECT (self));
  if (told.progress < before.progress || told.progress > before.progress)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROGRESS]);
  if (told.newest != before.newest || told.saved_newest != before.saved_newest)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NEWEST_FILE]);
  if (counts.frames != before.counts.frames)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_FRAMES]);
  if (counts.done != before.counts.done)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_DONE]);
  if (counts.failed != before.counts.failed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_FAILED]);
  g_object_thaw_notify (G_OBJECT (self));

  return G_SOURCE_REMOVE;
}

void
scene_progress_changed (RushesScene *self)
{
  if (self->notify_id == 0)
    self->notify_id = g_timeout_add (NOTIFY_MS, notify_cb, self);
}

void
scene_set_state (RushesScene *self, RushesSceneState state)
{
  gboolean error_changed = self->state == RUSHES_SCENE_FAILED || state == RUSHES_SCENE_FAILED;

  if (self->state == state)
    return;

  self->state = state;
  /* Whoever hears of the new state shall read the numbers that go with it. */
  g_clear_handle_id (&self->notify_id, g_source_remove);
  notify_cb (self);
  if (error_changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

/* What a run would render, told before there is one. */
void
scene_plan (RushesScene *self)
{
  g_autoptr (RushesFrameRange) range = NULL;
  g_autoptr (GError) error = NULL;

  if (self->report != NULL && rushes_settings_check (self->settings, &error))
    range = rushes_report_plan (self->report, self->settings, &error);

  self->n_planned = range != NULL ? rushes_frame_range_get_length (range) : 0;
  if (self->plan_error != NULL || error != NULL)
    {
      g_clear_error (&self->plan_error);
      self->plan_error = g_steal_pointer (&error);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PLAN_ERROR]);
    }
}

static void
plan_again (RushesScene *self)
{
  guint before = self->n_planned;

  scene_plan (self);
  if (self->n_planned != before)
    scene_progress_changed (self);
}

static void
settings_changed_cb (RushesScene *self)
{
  plan_again (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SETTINGS]);
}

/* ---- The object ------------------------------------------------------ */

static void
rushes_scene_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  RushesScene *self = RUSHES_SCENE (object);

  switch (id)
    {
    case PROP_PATH:
      g_value_set_string (value, self->path);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_SETTINGS:
      g_value_set_object (value, self->settings);
      break;
    case PROP_FOLDER:
      g_value_set_string (value, self->folder);
      break;
    case PROP_EXISTING:
      g_value_set_enum (value, self->existing);
      break;
    case PROP_PAUSED:
      g_value_set_boolean (value, self->paused);
      break;
    case PROP_TRUSTED:
      g_value_set_boolean (value, self->trusted);
      break;
    case PROP_REPORT:
      g_value_set_boxed (value, self->report);
      break;
    case PROP_REPORT_ERROR:
      g_value_set_boxed (value, self->report_error);
      break;
    case PROP_PLAN_ERROR:
      g_value_set_boxed (value, self->plan_error);
      break;
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_N_CLIENTS:
      g_value_set_uint (value, self->n_clients);
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, self->error);
      break;
    case PROP_NEWEST_FILE:
      g_value_take_string (value, rushes_scene_get_newest_file (self));
      break;
    case PROP_PROGRESS:
      g_value_set_double (value, rushes_scene_get_progress (self));
      break;
    case PROP_N_FRAMES:
      g_value_set_uint (value, rushes_scene_get_n_frames (self));
      break;
    case PROP_N_DONE:
      g_value_set_uint (value, rushes_scene_get_n_done (self));
      break;
    case PROP_N_FAILED:
      g_value_set_uint (value, rushes_scene_get_n_failed (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
rushes_scene_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_FOLDER:
      rushes_scene_set_folder (RUSHES_SCENE (object), g_value_get_string (value));
      break;
    case PROP_EXISTING:
      rushes_scene_set_existing (RUSHES_SCENE (object), g_value_get_enum (value));
      break;
    case PROP_PAUSED:
      rushes_scene_set_paused (RUSHES_SCENE (object), g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
rushes_scene_finalize (GObject *object)
{
  RushesScene *self = RUSHES_SCENE (object);

  g_clear_handle_id (&self->notify_id, g_source_remove);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->folder, g_free);
  g_signal_handlers_disconnect_by_data (self->settings, self);
  g_clear_object (&self->settings);
  g_clear_object (&self->applied);
  g_clear_pointer (&self->applied_trust, g_free);
  g_clear_error (&self->error);
  g_clear_pointer (&self->report, rushes_report_unref);
  g_clear_error (&self->report_error);
  g_clear_error (&self->plan_error);
  g_clear_pointer (&self->saved_newest, g_free);
  g_clear_pointer (&self->info, rushes_info_free);
  g_clear_pointer (&self->output, rushes_output_unref);
  g_clear_pointer (&self->left, rushes_output_unref);
  g_clear_pointer (&self->frames, rushes_frames_free);
  g_clear_pointer (&self->blanks, rushes_blanks_free);
  g_clear_pointer (&self->redo, rushes_frame_range_unref);
  g_clear_pointer (&self->fractions, g_hash_table_unref);

  G_OBJECT_CLASS (rushes_scene_parent_class)->finalize (object);
}

static void
rushes_scene_class_init (RushesSceneClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = rushes_scene_get_property;
  object_class->set_property = rushes_scene_set_property;
  object_class->finalize = rushes_scene_finalize;

  /**
   * RushesScene:path:
   *
   * The .blend's absolute path.
   */
  properties[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, NULL, flags);
  /**
   * RushesScene:name:
   *
   * The file's name without ".blend".
   */
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  /**
   * RushesScene:settings:
   *
   * What the user overrides. Notified when any of it changes.
   */
  properties[PROP_SETTINGS] =
      g_param_spec_object ("settings", NULL, NULL, RUSHES_TYPE_SETTINGS, flags);
  /**
   * RushesScene:folder:
   *
   * Absolute path of the folder of this scene's results.
   */
  properties[PROP_FOLDER] =
      g_param_spec_string ("folder", NULL, NULL, NULL, flags | G_PARAM_WRITABLE);
  /**
   * RushesScene:existing:
   *
   * What to do with frames that are there when work on it begins. Once that is
   * done it falls back to %RUSHES_EXISTING_RESUME.
   */
  properties[PROP_EXISTING] = g_param_spec_enum ("existing", NULL, NULL, RUSHES_TYPE_EXISTING,
                                                 RUSHES_EXISTING_RESUME, flags | G_PARAM_WRITABLE);
  /**
   * RushesScene:paused:
   *
   * Whether the user holds it back: frames in hand are finished, none is begun.
   */
  properties[PROP_PAUSED] =
      g_param_spec_boolean ("paused", NULL, NULL, FALSE, flags | G_PARAM_WRITABLE);
  /**
   * RushesScene:trusted:
   *
   * Whether the user had allowed the file to run its scripts when it was looked
   * at last.
   */
  properties[PROP_TRUSTED] = g_param_spec_boolean ("trusted", NULL, NULL, FALSE, flags);
  /**
   * RushesScene:report:
   *
   * What the file holds by itself; %NULL until it was inspected.
   */
  properties[PROP_REPORT] = g_param_spec_boxed ("report", NULL, NULL, RUSHES_TYPE_REPORT, flags);
  /**
   * RushesScene:report-error:
   *
   * Why it could not be inspected.
   */
  properties[PROP_REPORT_ERROR] =
      g_param_spec_boxed ("report-error", NULL, NULL, G_TYPE_ERROR, flags);
  /**
   * RushesScene:plan-error:
   *
   * Why it cannot be rendered with these settings, as far as can be told before.
   */
  properties[PROP_PLAN_ERROR] = g_param_spec_boxed ("plan-error", NULL, NULL, G_TYPE_ERROR, flags);
  /**
   * RushesScene:state:
   *
   * What happens to the scene.
   */
  properties[PROP_STATE] =
      g_param_spec_enum ("state", NULL, NULL, RUSHES_TYPE_SCENE_STATE, RUSHES_SCENE_QUEUED, flags);
  /**
   * RushesScene:n-clients:
   *
   * How many clients have it, or are loading it.
   */
  properties[PROP_N_CLIENTS] = g_param_spec_uint ("n-clients", NULL, NULL, 0, G_MAXUINT, 0, flags);
  /**
   * RushesScene:error:
   *
   * Why it failed as a whole.
   */
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, flags);
  /**
   * RushesScene:newest-file:
   *
   * Absolute path of the picture of the frame that was done last.
   */
  properties[PROP_NEWEST_FILE] = g_param_spec_string ("newest-file", NULL, NULL, NULL, flags);
  /**
   * RushesScene:progress:
   *
   * How much is rendered, 0 to 1, frames in hand included by their parts.
   */
  properties[PROP_PROGRESS] = g_param_spec_double ("progress", NULL, NULL, 0, 1, 0, flags);
  /**
   * RushesScene:n-frames:
   *
   * How many frames there are to be; 0 until that is known. Before a run it is
   * what the file and the settings promise.
   */
  properties[PROP_N_FRAMES] = g_param_spec_uint ("n-frames", NULL, NULL, 0, G_MAXUINT, 0, flags);
  /**
   * RushesScene:n-done:
   *
   * How many of them are whole and in place.
   */
  properties[PROP_N_DONE] = g_param_spec_uint ("n-done", NULL, NULL, 0, G_MAXUINT, 0, flags);
  /**
   * RushesScene:n-failed:
   *
   * How many of them were given up.
   */
  properties[PROP_N_FAILED] = g_param_spec_uint ("n-failed", NULL, NULL, 0, G_MAXUINT, 0, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
rushes_scene_init (RushesScene *self)
{
  self->blanks = rushes_blanks_new ();
  self->fractions = g_hash_table_new (NULL, NULL);
  self->newest = -1;
  self->told.newest = -1;
}

/* "shots/monkey.blend" → "monkey"; never a name that leaves its folder. */
static char *
name_from_path (const char *path)
{
  char *name = g_path_get_basename (path);

  if (g_str_has_suffix (name, ".blend"))
    name[strlen (name) - strlen (".blend")] = '\0';
  if (*name == '\0' || g_str_equal (name, ".") || g_str_equal (name, "..") ||
      strchr (name, G_DIR_SEPARATOR) != NULL)
    {
      g_free (name);
      name = g_strdup ("scene");
    }

  return name;
}

/**
 * rushes_scene_new:
 * @path: a .blend file, which need not exist; relative to the current folder
 * @settings: what the user overrides; copied
 *
 * Returns: (transfer full): a scene for the queue
 */
RushesScene *
rushes_scene_new (const char *path, RushesSettings *settings)
{
  RushesScene *self;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (RUSHES_IS_SETTINGS (settings), NULL);

  self = g_object_new (RUSHES_TYPE_SCENE, NULL);
  self->path = g_canonicalize_filename (path, NULL);
  self->name = name_from_path (self->path);
  self->settings = rushes_settings_copy (settings);
  g_signal_connect_swapped (self->settings, "notify", G_CALLBACK (settings_changed_cb), self);

  return self;
}

const char *
rushes_scene_get_path (RushesScene *self)
{
  return self->path;
}

const char *
rushes_scene_get_name (RushesScene *self)
{
  return self->name;
}

/**
 * rushes_scene_get_settings:
 * @self: a scene
 *
 * Returns: (transfer none): what the user overrides, to be changed freely until
 *   the scene is opened
 */
RushesSettings *
rushes_scene_get_settings (RushesScene *self)
{
  return self->settings;
}

const char *
rushes_scene_get_folder (RushesScene *self)
{
  return self->folder;
}

/* They are in a folder that is not its own any more. */
static void
forget_results (RushesScene *self)
{
  g_clear_pointer (&self->frames, rushes_frames_free);
  g_clear_pointer (&self->saved_newest, g_free);
  g_clear_pointer (&self->redo, rushes_frame_range_unref);
  rushes_blanks_clear (self->blanks);
  self->saved = (SceneCounts){ 0 };
  self->newest = -1;
  self->n_kept = 0;
  if (self->state == RUSHES_SCENE_FINISHED || self->state == RUSHES_SCENE_FAILED)
    rushes_scene_requeue (self);
  else
    scene_progress_changed (self);
}

/**
 * rushes_scene_set_folder:
 * @self: a scene that is not being worked on
 * @folder: where its results go; relative to the current folder. What has been
 *   rendered into another one does not count any more.
 */
void
rushes_scene_set_folder (RushesScene *self, const char *folder)
{
  g_autofree char *absolute = NULL;

  g_return_if_fail (RUSHES_IS_SCENE (self));
  g_return_if_fail (folder != NULL);
  g_return_if_fail (self->output == NULL);

  absolute = g_canonicalize_filename (folder, NULL);
  if (g_strcmp0 (self->folder, absolute) == 0)
    return;
  if (self->folder != NULL)
    forget_results (self);
  g_free (self->folder);
  self->folder = g_steal_pointer (&absolute);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FOLDER]);
}

/**
 * rushes_scene_get_applied_settings:
 * @self: a scene that was opened
 *
 * Returns: (transfer none): the settings that it is being rendered with,
 *   whatever the user has changed since
 */
RushesSettings *
rushes_scene_get_applied_settings (RushesScene *self)
{
  return self->applied;
}

/**
 * rushes_scene_get_applied_trust:
 * @self: a scene that was opened
 *
 * Returns: (transfer none) (nullable): the SHA-256 of what may run its scripts
 *   while it is rendered
 */
const char *
rushes_scene_get_applied_trust (RushesScene *self)
{
  return self->applied_trust;
}

gboolean
rushes_scene_get_trusted (RushesScene *self)
{
  return self->trusted;
}

/**
 * rushes_scene_set_trusted:
 * @self: a scene
 * @trusted: what rushes_trust_check() says of its file
 */
void
rushes_scene_set_trusted (RushesScene *self, gboolean trusted)
{
  g_return_if_fail (RUSHES_IS_SCENE (self));

  if (self->trusted == !!trusted)
    return;
  self->trusted = !!trusted;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TRUSTED]);
}

RushesExisting
rushes_scene_get_existing (RushesScene *self)
{
  return self->existing;
}

void
rushes_scene_set_existing (RushesScene *self, RushesExisting existing)
{
  g_return_if_fail (RUSHES_IS_SCENE (self));

  if (self->existing == existing)
    return;
  self->existing = existing;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EXISTING]);
}

gboolean
rushes_scene_get_paused (RushesScene *self)
{
  return self->paused;
}

/**
 * rushes_scene_set_paused:
 * @self: a scene
 * @paused: whether no frame of it is to be begun
 *
 * A pool that has the scene at work must be told: rushes_pool_reconsider().
 */
void
rushes_scene_set_paused (RushesScene *self, gboolean paused)
{
  g_return_if_fail (RUSHES_IS_SCENE (self));

  if (self->paused == !!paused)
    return;
  self->paused = !!paused;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAUSED]);
}

/**
 * rushes_scene_get_in_use:
 * @self: a scene
 *
 * Returns: whether a pool still has something of it in hand, perhaps after its
 *   end: its folder's lock, for one
 */
gboolean
rushes_scene_get_in_use (RushesScene *self)
{
  return self->in_use;
}

void
rushes_scene_set_in_use (RushesScene *self, gboolean in_use)
{
  self->in_use = !!in_use;
}

guint
rushes_scene_get_n_clients (RushesScene *self)
{
  return self->n_clients;
}

/**
 * rushes_scene_set_n_clients:
 * @self: a scene
 * @n_clients: how many clients have it, or are loading it
 *
 * For the pool alone.
 */
void
rushes_scene_set_n_clients (RushesScene *self, guint n_clients)
{
  g_return_if_fail (RUSHES_IS_SCENE (self));

  if (self->n_clients == n_clients)
    return;
  self->n_clients = n_clients;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_CLIENTS]);
}

/**
 * rushes_scene_get_report:
 * @self: a scene
 *
 * Returns: (transfer none) (nullable): what the file holds by itself
 */
const RushesReport *
rushes_scene_get_report (RushesScene *self)
{
  return self->report;
}

const GError *
rushes_scene_get_report_error (RushesScene *self)
{
  return self->report_error;
}

/**
 * rushes_scene_get_plan_error:
 * @self: a scene
 *
 * Returns: (transfer none) (nullable): why it cannot be rendered with these
 *   settings, as far as can be told before
 */
const GError *
rushes_scene_get_plan_error (RushesScene *self)
{
  return self->plan_error;
}

/**
 * rushes_scene_set_report:
 * @self: a scene
 * @report: (nullable): what a client found in the file
 * @error: (nullable): why it could not look
 */
void
rushes_scene_set_report (RushesScene *self, const RushesReport *report, const GError *error)
{
  g_return_if_fail (RUSHES_IS_SCENE (self));

  g_clear_pointer (&self->report, rushes_report_unref);
  g_clear_error (&self->report_error);
  if (report != NULL)
    self->report = rushes_report_ref (report);
  if (error != NULL)
    self->report_error = g_error_copy (error);
  plan_again (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_REPORT]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_REPORT_ERROR]);
}

/**
 * rushes_scene_get_newest_file:
 * @self: a scene
 *
 * Returns: (transfer full) (nullable): path of the picture of the frame that
 *   was done last
 */
char *
rushes_scene_get_newest_file (RushesScene *self)
{
  g_return_val_if_fail (RUSHES_IS_SCENE (self), NULL);

  if (self->frames == NULL)
    return g_strdup (self->saved_newest);
  if (self->newest < 0)
    return NULL;
  return rushes_output_build_frame_path (self->folder, self->info, (guint) self->newest);
}

RushesSceneState
rushes_scene_get_state (RushesScene *self)
{
  return self->state;
}

/**
 * rushes_scene_is_ended:
 * @self: a scene
 *
 * Returns: whether nothing more will happen to it in this run
 */
gboolean
rushes_scene_is_ended (RushesScene *self)
{
  return self->state >= RUSHES_SCENE_FINISHED;
}

/**
 * rushes_scene_is_startable:
 * @self: a scene
 *
 * Returns: whether it would be rendered if the user said so
 */
gboolean
rushes_scene_is_startable (RushesScene *self)
{
  return !self->paused &&
         (self->state == RUSHES_SCENE_QUEUED || self->state == RUSHES_SCENE_STOPPED ||
          self->state == RUSHES_SCENE_FAILED);
}

/**
 * rushes_scene_get_error:
 * @self: a scene
 *
 * Returns: (transfer none) (nullable): why it failed as a whole
 */
const GError *
rushes_scene_get_error (RushesScene *self)
{
  return self->error;
}

/**
 * rushes_scene_get_info:
 * @self: a scene
 *
 * Returns: (transfer none) (nullable): what loading it gave
 */
const RushesInfo *
rushes_scene_get_info (RushesScene *self)
{
  return self->info;
}

/**
 * rushes_scene_get_output:
 * @self: a scene
 *
 * Returns: (transfer none) (nullable): its folder, while it is worked on
 */
RushesOutput *
rushes_scene_get_output (RushesScene *self)
{
  return self->output;
}

/**
 * rushes_scene_steal_left_output:
 * @self: a scene that has ended
 *
 * Returns: (transfer full) (nullable): its folder, if something is to be written
 *   there yet: rushes_output_finish() blocks
 */
RushesOutput *
rushes_scene_steal_left_output (RushesScene *self)
{
  return g_steal_pointer (&self->left);
}

/**
 * rushes_scene_get_frames:
 * @self: a scene
 *
 * Returns: (transfer none) (nullable): its frames, once they are known
 */
RushesFrames *
rushes_scene_get_frames (RushesScene *self)
{
  return self->frames;
}

/**
 * rushes_scene_get_blanks:
 * @self: a scene
 *
 * Returns: (transfer none): which of its frames show nothing
 */
RushesBlanks *
rushes_scene_get_blanks (RushesScene *self)
{
  return self->blanks;
}

/**
 * rushes_scene_get_progress:
 * @self: a scene
 *
 * Returns: how much of it is rendered, 0 to 1, frames in hand included by parts
 */
double
rushes_scene_get_progress (RushesScene *self)
{
  guint n_frames = rushes_scene_get_n_frames (self);
  double sum = rushes_scene_get_n_done (self) + rushes_scene_get_n_failed (self);
  GHashTableIter iter;
  gpointer per_mille;

  if (n_frames == 0)
    return 0;
  g_hash_table_iter_init (&iter, self->fractions);
  while (g_hash_table_iter_next (&iter, NULL, &per_mille))
    sum += GPOINTER_TO_UINT (per_mille) / 1000.0;

  return MIN (sum / n_frames, 1);
}

guint
rushes_scene_get_n_frames (RushesScene *self)
{
  return scene_count (self).frames;
}

guint
rushes_scene_get_n_done (RushesScene *self)
{
  return scene_count (self).done;
}

guint
rushes_scene_get_n_failed (RushesScene *self)
{
  return scene_count (self).failed;
}

/**
 * rushes_scene_get_n_kept:
 * @self: a scene
 *
 * Returns: how many frames were done before this run
 */
guint
rushes_scene_get_n_kept (RushesScene *self)
{
  return self->n_kept;
}

/**
 * rushes_scene_get_seconds:
 * @self: a scene
 *
 * Returns: how long its frames have been rendering, or took
 */
double
rushes_scene_get_seconds (RushesScene *self)
{
  gint64 until = self->ended != 0 ? self->ended : g_get_monotonic_time ();

  return self->began != 0 ? (double) (until - self->began) / G_USEC_PER_SEC : 0;
}

/**
 * rushes_scene_get_rate:
 * @self: a scene
 *
 * Returns: its frames a second of late; 0 when nothing can be said
 */
double
rushes_scene_get_rate (RushesScene *self)
{
  if (self->state != RUSHES_SCENE_RENDERING)
    return 0;
  return rushes_estimator_get_rate (&self->estimator, g_get_monotonic_time ());
}

/**
 * rushes_scene_get_seconds_left:
 * @self: a scene
 *
 * Returns: in how many seconds its frames will be there; negative: not known
 */
double
rushes_scene_get_seconds_left (RushesScene *self)
{
  if (self->state != RUSHES_SCENE_RENDERING)
    return -1;
  return rushes_estimator_get_seconds_left (
      &self->estimator, rushes_scene_get_n_frames (self) * (1 - rushes_scene_get_progress (self)),
      g_get_monotonic_time ());
}
