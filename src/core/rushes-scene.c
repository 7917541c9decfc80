/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "rushes-enums.h"
#include "rushes-error.h"
#include "rushes-estimator.h"
#include "rushes-json.h"
#include "rushes-scene.h"

/* Progress is shown to people: ten times a second is as good as any. */
#define NOTIFY_MS 100

typedef struct
{
  guint frames;
  guint done;
  guint failed;
} Counts;

/* What those who listen know. */
typedef struct
{
  Counts counts;
  double progress;
  int newest; /* frame number; negative: none yet */
  gboolean saved_newest;
} Told;

/**
 * RushesScene:
 *
 * A .blend in the queue with its settings, its frames and its progress. What
 * changes with every frame is notified at most ten times a second.
 */
struct _RushesScene
{
  GObject parent_instance;

  char *path;               /* (owned) absolute */
  char *name;               /* (owned) */
  char *folder;             /* (owned) (nullable): absolute; of its results */
  RushesSettings *settings; /* (owned) */
  RushesSettings *applied;  /* (owned) (nullable): what it is being rendered with */
  char *applied_trust;      /* (owned) (nullable): hash of what it may run meanwhile */
  RushesExisting existing;
  RushesSceneState state;
  GError *error;          /* (owned) (nullable): since %RUSHES_SCENE_FAILED */
  RushesReport *report;   /* (owned) (nullable): since it was inspected */
  GError *report_error;   /* (owned) (nullable): why it could not be */
  guint n_planned;        /* frames that the report and the settings promise; 0: not known */
  GError *plan_error;     /* (owned) (nullable): why these settings cannot be */
  RushesInfo *info;       /* (owned) (nullable): since it was bound */
  RushesOutput *output;   /* (owned) (nullable): while it is worked on */
  RushesOutput *left;     /* (owned) (nullable): likewise, of work that has ended and
                             that rushes_output_finish() is to be called for */
  RushesFrames *frames;   /* (owned) (nullable): since it was bound */
  RushesBlanks *blanks;   /* (owned) */
  RushesFrameRange *redo; /* (owned) (nullable): frames that are not to be kept */
  GHashTable *fractions;  /* (owned): index of a frame in hand → per mille done */
  guint n_kept;
  int newest;         /* frame number; negative: none yet */
  Counts saved;       /* of an earlier session, until its frames are known */
  char *saved_newest; /* (owned) (nullable): path of a frame, likewise */
  RushesEstimator estimator;
  gint64 began; /* 0: not yet */
  gint64 ended; /* 0: not yet */
  Told told;
  guint notify_id;
  guint n_clients; /* that have it, or are loading it */
  guint trusted : 1;
  guint paused : 1;
  guint in_use : 1;
};

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

static Counts
count (RushesScene *self)
{
  Counts counts = { self->n_planned, 0, 0 };

  if (self->frames != NULL)
    counts = (Counts){ rushes_frames_get_length (self->frames),
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
  Counts counts = count (self);
  Told told = { counts, rushes_scene_get_progress (self), self->frames != NULL ? self->newest : -1,
                self->frames == NULL && self->saved_newest != NULL };
  const Told before = self->told;

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

static void
progress_changed (RushesScene *self)
{
  if (self->notify_id == 0)
    self->notify_id = g_timeout_add (NOTIFY_MS, notify_cb, self);
}

static void
set_state (RushesScene *self, RushesSceneState state)
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
static void
plan (RushesScene *self)
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

  plan (self);
  if (self->n_planned != before)
    progress_changed (self);
}

static void
settings_changed_cb (RushesScene *self)
{
  plan_again (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SETTINGS]);
}

static void
end (RushesScene *self, RushesSceneState state)
{
  self->ended = g_get_monotonic_time ();
  g_hash_table_remove_all (self->fractions);
  /* The folder is free for others as soon as its last frame is in place. */
  if (self->output != NULL && !rushes_output_is_finished (self->output))
    {
      g_clear_pointer (&self->left, rushes_output_unref);
      self->left = g_steal_pointer (&self->output);
    }
  g_clear_pointer (&self->output, rushes_output_unref);
  set_state (self, state);
}

/* ---- Opening and binding --------------------------------------------- */

typedef struct
{
  char *folder;             /* (owned) */
  char *path;               /* (owned) */
  RushesSettings *settings; /* (owned) */
  RushesExisting existing;
  RushesTrust *trust; /* (owned) (nullable) */
  char *trusted;      /* (owned) (nullable): since it was asked: the content's hash */
} Opening;

static void
opening_free (Opening *opening)
{
  g_clear_pointer (&opening->folder, g_free);
  g_clear_pointer (&opening->path, g_free);
  g_clear_object (&opening->settings);
  g_clear_pointer (&opening->trust, rushes_trust_unref);
  g_clear_pointer (&opening->trusted, g_free);
  g_free (opening);
}

static void
open_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Opening *opening = task_data;
  g_autoptr (GError) error = NULL;
  RushesOutput *output;

  /* A scene whose scripts run looks different; who allowed them does not matter. */
  if (opening->trust != NULL)
    opening->trusted = rushes_trust_check (opening->trust, opening->path);
  if (opening->trusted != NULL)
    g_object_set (opening->settings, "allow-scripts", TRUE, NULL);
  output = rushes_output_open (opening->folder, opening->path, opening->settings, opening->existing,
                               &error);
  if (output != NULL)
    g_task_return_pointer (task, output, (GDestroyNotify) rushes_output_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

/**
 * rushes_scene_open_async:
 * @self: a scene with a folder that is not being worked on
 * @trust: (nullable): which files may run scripts that the settings do not allow
 * @callback: (scope async): called when it is open or cannot be
 * @user_data: for @callback
 *
 * Opens the scene's output folder. Work on it begins here, with the settings of
 * this moment.
 */
void
rushes_scene_open_async (RushesScene *self,
                         RushesTrust *trust,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  Opening *opening = g_new0 (Opening, 1);

  g_return_if_fail (RUSHES_IS_SCENE (self));
  g_return_if_fail (self->output == NULL && self->folder != NULL);

  g_task_set_source_tag (task, rushes_scene_open_async);
  /* From here on the user may change the settings; whoever renders does not see. */
  g_set_object (&self->applied, NULL);
  self->applied = rushes_settings_copy (self->settings);
  opening->folder = g_strdup (self->folder);
  opening->path = g_strdup (self->path);
  opening->settings = rushes_settings_copy (self->applied);
  opening->trust = trust != NULL ? rushes_trust_ref (trust) : NULL;
  opening->existing = self->existing;
  g_task_set_task_data (task, opening, (GDestroyNotify) opening_free);

  g_clear_error (&self->error);
  set_state (self, RUSHES_SCENE_LOADING);
  g_task_run_in_thread (task, open_thread);
}

/**
 * rushes_scene_open_finish:
 * @self: a scene
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Returns: whether its folder is open, with the errors of rushes_output_open()
 */
gboolean
rushes_scene_open_finish (RushesScene *self, GAsyncResult *result, GError **error)
{
  g_autoptr (RushesOutput) output = NULL;
  Opening *opening;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  output = g_task_propagate_pointer (G_TASK (result), error);
  if (output == NULL)
    return FALSE;

  opening = g_task_get_task_data (G_TASK (result));
  if (opening->trust != NULL)
    rushes_scene_set_trusted (self, opening->trusted != NULL);

  /* It may have been stopped meanwhile, and even queued again; then the folder is
   * left again. */
  if (self->state == RUSHES_SCENE_LOADING)
    {
      g_free (self->applied_trust);
      self->applied_trust = g_steal_pointer (&opening->trusted);
      self->output = g_steal_pointer (&output);
    }
  return TRUE;
}

typedef struct
{
  RushesOutput *output;    /* (owned) */
  RushesInfo *info;        /* (owned) */
  RushesFrameRange *range; /* (owned) */
  RushesFrameRange *redo;  /* (owned) (nullable) */
  guint8 *done;            /* (owned) (nullable) */
} Binding;

static void
binding_free (Binding *binding)
{
  g_clear_pointer (&binding->output, rushes_output_unref);
  g_clear_pointer (&binding->info, rushes_info_free);
  g_clear_pointer (&binding->range, rushes_frame_range_unref);
  g_clear_pointer (&binding->redo, rushes_frame_range_unref);
  g_clear_pointer (&binding->done, g_free);
  g_free (binding);
}

/* A frame that is to be rendered again stays until the new one is there. */
static void
forget_done (Binding *binding)
{
  guint index;

  for (guint i = 0; i < rushes_frame_range_get_length (binding->redo); i++)
    if (rushes_frame_range_find (binding->range, rushes_frame_range_get_frame (binding->redo, i),
                                 &index))
      binding->done[index] = FALSE;
}

static void
bind_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Binding *binding = task_data;
  g_autoptr (GError) error = NULL;

  binding->done = rushes_output_bind (binding->output, binding->info, binding->range, &error);
  /* The task may outlive its callback by a moment; the folder's lock must not. */
  g_clear_pointer (&binding->output, rushes_output_unref);
  if (binding->done != NULL && binding->redo != NULL)
    forget_done (binding);
  if (binding->done != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

/**
 * rushes_scene_bind_async:
 * @self: an open scene
 * @info: what loading it gave, now or in an earlier run
 * @callback: (scope async): called when its frames are known
 * @user_data: for @callback
 *
 * Decides which frames there are and finds those that are done.
 */
void
rushes_scene_bind_async (RushesScene *self,
                         const RushesInfo *info,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  g_autoptr (GError) error = NULL;
  g_autofree char *frames = NULL;
  Binding *binding = g_new0 (Binding, 1);

  g_return_if_fail (RUSHES_IS_SCENE (self));
  g_return_if_fail (self->output != NULL);

  g_task_set_source_tag (task, rushes_scene_bind_async);
  g_task_set_task_data (task, binding, (GDestroyNotify) binding_free);
  binding->output = rushes_output_ref (self->output);
  binding->info = rushes_info_copy (info);
  binding->redo = self->redo != NULL ? rushes_frame_range_ref (self->redo) : NULL;

  g_object_get (self->applied, "frames", &frames, NULL);
  binding->range = frames != NULL ? rushes_frame_range_parse (frames, &error)
                                  : rushes_frame_range_new (info->start, info->end, info->step);
  if (binding->range == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  g_task_run_in_thread (task, bind_thread);
}

/**
 * rushes_scene_bind_finish:
 * @self: a scene
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Returns: whether its frames are known now, with the errors of
 *   rushes_output_bind()
 */
gboolean
rushes_scene_bind_finish (RushesScene *self, GAsyncResult *result, GError **error)
{
  Binding *binding;
  gint64 now = g_get_monotonic_time ();

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  if (self->state != RUSHES_SCENE_LOADING)
    return TRUE;

  binding = g_task_get_task_data (G_TASK (result));
  g_clear_pointer (&self->info, rushes_info_free);
  g_clear_pointer (&self->frames, rushes_frames_free);
  g_clear_pointer (&self->redo, rushes_frame_range_unref);
  self->info = g_steal_pointer (&binding->info);
  self->frames = rushes_frames_new (binding->range);
  self->n_kept = 0;
  self->newest = -1;
  /* A frame of the same number may have another file now. */
  self->told.newest = G_MININT;
  for (guint i = 0; i < rushes_frames_get_length (self->frames); i++)
    if (binding->done[i])
      {
        rushes_frames_set_done (self->frames, i);
        self->newest = (int) rushes_frames_get_number (self->frames, i);
        self->n_kept++;
      }
    else
      rushes_blanks_forget (self->blanks, rushes_frames_get_number (self->frames, i));
  /* What is here now belongs to this run: a pause must not throw it away. */
  rushes_scene_set_existing (self, RUSHES_EXISTING_RESUME);

  rushes_estimator_start (&self->estimator, now);
  self->began = now;
  self->ended = 0;
  set_state (self, RUSHES_SCENE_RENDERING);
  return TRUE;
}

/* ---- Frames ---------------------------------------------------------- */

/**
 * rushes_scene_take_frame:
 * @self: a scene in state %RUSHES_SCENE_RENDERING
 * @client: the number of the client that asks
 * @index: (out): the frame's index
 *
 * Returns: as rushes_frames_take()
 */
gboolean
rushes_scene_take_frame (RushesScene *self, guint client, guint *index)
{
  g_return_val_if_fail (RUSHES_IS_SCENE (self), FALSE);
  g_return_val_if_fail (self->state == RUSHES_SCENE_RENDERING, FALSE);

  return rushes_frames_take (self->frames, client, index);
}

/* A frame that ends after its scene was stopped or failed changes nothing. */
static gboolean
leave_frame (RushesScene *self, guint index)
{
  g_hash_table_remove (self->fractions, GUINT_TO_POINTER (index));
  progress_changed (self);

  return self->state == RUSHES_SCENE_RENDERING;
}

/**
 * rushes_scene_report_frame:
 * @self: a scene
 * @index: a frame in hand
 * @fraction: how much of it is rendered, 0 to 1
 */
void
rushes_scene_report_frame (RushesScene *self, guint index, double fraction)
{
  g_return_if_fail (RUSHES_IS_SCENE (self));

  if (self->state != RUSHES_SCENE_RENDERING)
    return;
  g_hash_table_insert (self->fractions, GUINT_TO_POINTER (index),
                       GUINT_TO_POINTER ((guint) (CLAMP (fraction, 0, 1) * 1000)));
  progress_changed (self);
}

/**
 * rushes_scene_finish_frame:
 * @self: a scene
 * @index: a frame in hand whose files are in place
 * @seconds: how long it was rendered
 * @blank: whether its picture shows nothing
 */
void
rushes_scene_finish_frame (RushesScene *self, guint index, double seconds, RushesBlank blank)
{
  g_return_if_fail (RUSHES_IS_SCENE (self));

  if (!leave_frame (self, index))
    return;
  rushes_frames_set_done (self->frames, index);
  rushes_frames_set_cost (self->frames, index, seconds);
  self->newest = (int) rushes_frames_get_number (self->frames, index);
  rushes_blanks_note (self->blanks, (guint) self->newest, blank);
  rushes_estimator_add (&self->estimator, g_get_monotonic_time ());
}

/**
 * rushes_scene_give_back_frame:
 * @self: a scene
 * @index: a frame in hand that nobody is to blame for
 */
void
rushes_scene_give_back_frame (RushesScene *self, guint index)
{
  g_return_if_fail (RUSHES_IS_SCENE (self));

  if (leave_frame (self, index))
    rushes_frames_give_back (self->frames, index);
}

/**
 * rushes_scene_fail_frame:
 * @self: a scene
 * @index: a frame in hand
 * @client: the number of the client that failed it
 * @max_attempts: as for rushes_frames_fail()
 * @error: why
 * @log: (nullable): path of the client's log
 * @evidence: (nullable): its last lines
 *
 * Returns: whether the frame is given up
 */
gboolean
rushes_scene_fail_frame (RushesScene *self,
                         guint index,
                         guint client,
                         guint max_attempts,
                         const GError *error,
                         const char *log,
                         const char *evidence)
{
  gboolean final;

  g_return_val_if_fail (RUSHES_IS_SCENE (self), FALSE);

  if (!leave_frame (self, index))
    return TRUE;
  final = rushes_frames_fail (self->frames, index, client, max_attempts, error, log, evidence);

  return final;
}

/**
 * rushes_scene_settle:
 * @self: a scene
 *
 * Finishes the scene if its last frame has been finished or given up; stops a
 * paused one when no frame of it is in hand.
 *
 * Returns: whether it has ended, in whatever way
 */
gboolean
rushes_scene_settle (RushesScene *self)
{
  g_return_val_if_fail (RUSHES_IS_SCENE (self), TRUE);

  if (self->state == RUSHES_SCENE_RENDERING &&
      rushes_frames_count (self->frames, RUSHES_FRAME_RENDERING) == 0)
    {
      if (rushes_frames_count (self->frames, RUSHES_FRAME_PENDING) == 0)
        end (self, RUSHES_SCENE_FINISHED);
      else if (self->paused)
        end (self, RUSHES_SCENE_STOPPED);
    }
  else if (self->state == RUSHES_SCENE_LOADING && self->paused)
    end (self, RUSHES_SCENE_STOPPED);

  return rushes_scene_is_ended (self);
}

/**
 * rushes_scene_fail:
 * @self: a scene
 * @error: why it cannot be rendered
 */
void
rushes_scene_fail (RushesScene *self, const GError *error)
{
  g_return_if_fail (RUSHES_IS_SCENE (self));
  g_return_if_fail (error != NULL);

  if (rushes_scene_is_ended (self))
    return;
  g_clear_error (&self->error);
  self->error = g_error_copy (error);
  end (self, RUSHES_SCENE_FAILED);
}

/**
 * rushes_scene_stop:
 * @self: a scene
 *
 * Ends work on it before all its frames are there, unless it has ended.
 */
void
rushes_scene_stop (RushesScene *self)
{
  g_return_if_fail (RUSHES_IS_SCENE (self));

  if (!rushes_scene_is_ended (self))
    end (self, RUSHES_SCENE_STOPPED);
}

/**
 * rushes_scene_requeue:
 * @self: a scene that has ended
 *
 * Back into the queue: what is there is kept or not as #RushesScene:existing
 * says.
 */
void
rushes_scene_requeue (RushesScene *self)
{
  g_return_if_fail (RUSHES_IS_SCENE (self));
  g_return_if_fail (rushes_scene_is_ended (self));

  g_clear_error (&self->error);
  if (self->existing == RUSHES_EXISTING_OVERWRITE)
    {
      g_clear_pointer (&self->frames, rushes_frames_free);
      g_clear_pointer (&self->redo, rushes_frame_range_unref);
      g_clear_pointer (&self->saved_newest, g_free);
      self->saved = (Counts){ 0 };
      rushes_blanks_clear (self->blanks);
    }
  set_state (self, RUSHES_SCENE_QUEUED);
}

/**
 * rushes_scene_retry_failed:
 * @self: a scene
 *
 * Gives the frames that were given up another chance: now if it is being
 * rendered, else by queueing it again.
 */
void
rushes_scene_retry_failed (RushesScene *self)
{
  g_return_if_fail (RUSHES_IS_SCENE (self));

  if (self->state == RUSHES_SCENE_RENDERING)
    {
      rushes_frames_retry_failed (self->frames);
      progress_changed (self);
    }
  else if (rushes_scene_is_ended (self))
    rushes_scene_requeue (self);
}

/**
 * rushes_scene_redo_blanks:
 * @self: a scene that has ended
 *
 * Queues it again, to render anew the frames that suspiciously show nothing.
 */
void
rushes_scene_redo_blanks (RushesScene *self)
{
  g_return_if_fail (RUSHES_IS_SCENE (self));
  g_return_if_fail (rushes_scene_is_ended (self));

  g_clear_pointer (&self->redo, rushes_frame_range_unref);
  self->redo = rushes_blanks_get_all_suspicious (self->blanks);
  rushes_scene_requeue (self);
}

/* ---- Saving ---------------------------------------------------------- */

/* What a scene in the midst of work is when it is met again. */
static RushesSceneState
get_lasting_state (RushesScene *self)
{
  return self->state == RUSHES_SCENE_LOADING || self->state == RUSHES_SCENE_RENDERING
             ? RUSHES_SCENE_STOPPED
             : self->state;
}

static void
add_error (JsonBuilder *builder, const GError *error)
{
  /* It may name a file. */
  g_autofree char *message = g_utf8_make_valid (error->message, -1);

  json_builder_set_member_name (builder, "error");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "cause");
  json_builder_add_string_value (builder, rushes_enum_nick (RUSHES_TYPE_ERROR, error->code));
  json_builder_set_member_name (builder, "message");
  json_builder_add_string_value (builder, message);
  json_builder_end_object (builder);
}

/* A path as JSON holds it: escaped, for it need not be UTF-8. */
static void
add_path (JsonBuilder *builder, const char *name, const char *path)
{
  g_autofree char *escaped = g_uri_escape_bytes ((const guint8 *) path, strlen (path), "/ ");

  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, g_utf8_validate (path, -1, NULL) ? path : escaped);
  if (!g_utf8_validate (path, -1, NULL))
    {
      g_autofree char *flag = g_strconcat (name, "-escaped", NULL);

      json_builder_set_member_name (builder, flag);
      json_builder_add_boolean_value (builder, TRUE);
    }
}

static void
add_int (JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

/**
 * rushes_scene_to_json:
 * @self: a scene
 *
 * Returns: (transfer full): an object that rushes_scene_from_json() reads: all
 *   that outlives the program. Frames are not in it; the output folder knows
 *   them better.
 */
JsonNode *
rushes_scene_to_json (RushesScene *self)
{
  g_autoptr (JsonBuilder) builder = NULL;
  g_autoptr (JsonObject) blanks = json_object_new ();
  g_autofree char *newest = NULL;
  Counts counts;

  g_return_val_if_fail (RUSHES_IS_SCENE (self), NULL);

  builder = json_builder_new ();
  /* What is only planned is planned anew when it is met again. */
  counts = self->frames != NULL ? count (self) : self->saved;
  newest = rushes_scene_get_newest_file (self);
  json_builder_begin_object (builder);
  add_path (builder, "path", self->path);
  if (self->folder != NULL)
    add_path (builder, "folder", self->folder);
  json_builder_set_member_name (builder, "settings");
  json_builder_add_value (builder, rushes_settings_to_json (self->settings));
  json_builder_set_member_name (builder, "state");
  json_builder_add_string_value (
      builder, rushes_enum_nick (RUSHES_TYPE_SCENE_STATE, (int) get_lasting_state (self)));
  json_builder_set_member_name (builder, "existing");
  json_builder_add_string_value (builder,
                                 rushes_enum_nick (RUSHES_TYPE_EXISTING, (int) self->existing));
  json_builder_set_member_name (builder, "paused");
  json_builder_add_boolean_value (builder, self->paused);
  add_int (builder, "frames", counts.frames);
  add_int (builder, "done", counts.done);
  add_int (builder, "failed", counts.failed);
  if (newest != NULL)
    add_path (builder, "newest", newest);
  if (self->error != NULL)
    add_error (builder, self->error);
  rushes_blanks_to_json (self->blanks, blanks);
  json_builder_set_member_name (builder, "blanks");
  json_builder_add_value (builder, json_node_init_object (json_node_alloc (), blanks));
  if (self->report != NULL)
    {
      json_builder_set_member_name (builder, "report");
      json_builder_add_value (builder, rushes_report_to_json (self->report));
    }
  json_builder_end_object (builder);

  return json_builder_get_root (builder);
}

static char *
read_path (JsonObject *object, const char *name)
{
  g_autofree char *flag = g_strconcat (name, "-escaped", NULL);
  const char *text = rushes_json_get_string (object, name);
  g_autofree char *path = NULL;

  if (text == NULL)
    return NULL;
  path =
      json_object_has_member (object, flag) ? g_uri_unescape_string (text, NULL) : g_strdup (text);
  return path != NULL && g_path_is_absolute (path) ? g_steal_pointer (&path) : NULL;
}

static int
read_enum (JsonObject *object, const char *name, GType type)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);
  const char *nick = rushes_json_get_string (object, name);
  GEnumValue *value = nick != NULL ? g_enum_get_value_by_nick (klass, nick) : NULL;

  return value != NULL ? value->value : 0;
}

static GError *
read_error (JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "error");
  const char *message;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  message = rushes_json_get_string (json_node_get_object (node), "message");
  return g_error_new_literal (RUSHES_ERROR,
                              read_enum (json_node_get_object (node), "cause", RUSHES_TYPE_ERROR),
                              message != NULL ? message : "");
}

static guint
read_count (JsonObject *object, const char *name, guint limit)
{
  return (guint) CLAMP (rushes_json_get_int (object, name, 0), 0, limit);
}

/**
 * rushes_scene_from_json:
 * @node: what rushes_scene_to_json() wrote, or anything else
 * @error: return location for a #GError
 *
 * Returns: (transfer full) (nullable): the scene, or %NULL with
 *   %RUSHES_ERROR_INVALID when there is not even a path
 */
RushesScene *
rushes_scene_from_json (JsonNode *node, GError **error)
{
  g_autoptr (RushesSettings) settings = NULL;
  g_autofree char *path = NULL;
  RushesScene *self;
  JsonObject *object;
  JsonNode *member;
  JsonNode *paused;

  g_return_val_if_fail (node != NULL, NULL);

  object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  path = object != NULL ? read_path (object, "path") : NULL;
  if (path == NULL)
    {
      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID, _ ("This is not a saved scene"));
      return NULL;
    }
  member = json_object_get_member (object, "settings");
  settings = member != NULL ? rushes_settings_restore (member, error) : rushes_settings_new ();
  if (settings == NULL)
    return NULL;

  /* Trust is in what a file held; it may hold something else by now. */
  rushes_settings_reset (settings, "allow-scripts");
  self = rushes_scene_new (path, settings);
  self->folder = read_path (object, "folder");
  self->existing = (RushesExisting) read_enum (object, "existing", RUSHES_TYPE_EXISTING);
  self->state = (RushesSceneState) read_enum (object, "state", RUSHES_TYPE_SCENE_STATE);
  self->state = get_lasting_state (self);
  if (self->state == RUSHES_SCENE_FAILED)
    self->error = read_error (object);
  if (self->state == RUSHES_SCENE_FAILED && self->error == NULL)
    self->state = RUSHES_SCENE_STOPPED;
  paused = rushes_json_get_value (object, "paused");
  self->paused = paused != NULL && json_node_get_boolean (paused);
  self->saved.frames = read_count (object, "frames", RUSHES_FRAME_MAX + 1);
  self->saved.done = read_count (object, "done", self->saved.frames);
  self->saved.failed = read_count (object, "failed", self->saved.frames - self->saved.done);
  self->saved_newest = read_path (object, "newest");
  member = json_object_get_member (object, "blanks");
  if (member != NULL && JSON_NODE_HOLDS_OBJECT (member))
    rushes_blanks_read_json (self->blanks, json_node_get_object (member));
  member = json_object_get_member (object, "report");
  if (member != NULL)
    self->report = rushes_report_from_json (member);
  plan (self);

  return self;
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
  self->saved = (Counts){ 0 };
  self->newest = -1;
  self->n_kept = 0;
  if (self->state == RUSHES_SCENE_FINISHED || self->state == RUSHES_SCENE_FAILED)
    rushes_scene_requeue (self);
  else
    progress_changed (self);
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
  return count (self).frames;
}

guint
rushes_scene_get_n_done (RushesScene *self)
{
  return count (self).done;
}

guint
rushes_scene_get_n_failed (RushesScene *self)
{
  return count (self).failed;
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
