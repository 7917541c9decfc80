/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-scene-private.h"
#include "rushes-thread.h"

/* What happens to a scene: its folder is opened, its frames are found, taken and
 * brought back, and it ends. */

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
  scene_set_state (self, state);
}

/* ---- Opening and binding --------------------------------------------- */

typedef struct
{
  char *folder;             /* (owned) */
  char *path;               /* (owned) */
  RushesSettings *settings; /* (owned) */
  RushesExisting existing;
  RushesTrust *trust;   /* (owned) (nullable) */
  char *trusted;        /* (owned) (nullable): since it was asked: the content's hash */
  RushesOutput *output; /* (owned) (nullable): what was opened */
} Opening;

static void
opening_free (Opening *opening)
{
  g_clear_pointer (&opening->folder, g_free);
  g_clear_pointer (&opening->path, g_free);
  g_clear_object (&opening->settings);
  g_clear_pointer (&opening->trust, rushes_trust_unref);
  g_clear_pointer (&opening->trusted, g_free);
  g_clear_pointer (&opening->output, rushes_output_unref);
  g_free (opening);
}

static gboolean
open_thread (gpointer data, GCancellable *cancellable, GError **error)
{
  Opening *opening = data;

  /* A scene whose scripts run looks different; who allowed them does not matter. */
  if (opening->trust != NULL)
    opening->trusted = rushes_trust_check (opening->trust, opening->path);
  if (opening->trusted != NULL)
    g_object_set (opening->settings, "allow-scripts", TRUE, NULL);
  opening->output = rushes_output_open (opening->folder, opening->path, opening->settings,
                                        opening->existing, error);
  return opening->output != NULL;
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
  scene_set_state (self, RUSHES_SCENE_LOADING);
  rushes_thread_run (task, open_thread);
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

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;

  opening = g_task_get_task_data (G_TASK (result));
  output = g_steal_pointer (&opening->output);
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

static gboolean
bind_thread (gpointer data, GCancellable *cancellable, GError **error)
{
  Binding *binding = data;

  binding->done = rushes_output_bind (binding->output, binding->info, binding->range, error);
  /* The callback may leave the folder, which must be free then. */
  g_clear_pointer (&binding->output, rushes_output_unref);
  if (binding->done != NULL && binding->redo != NULL)
    forget_done (binding);
  return binding->done != NULL;
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

  rushes_thread_run (task, bind_thread);
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
  scene_set_state (self, RUSHES_SCENE_RENDERING);
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
  scene_progress_changed (self);

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
  scene_progress_changed (self);
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
  g_return_val_if_fail (RUSHES_IS_SCENE (self), FALSE);

  return !leave_frame (self, index) ||
         rushes_frames_fail (self->frames, index, client, max_attempts, error, log, evidence);
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
      self->saved = (SceneCounts){ 0 };
      rushes_blanks_clear (self->blanks);
    }
  scene_set_state (self, RUSHES_SCENE_QUEUED);
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
      scene_progress_changed (self);
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
