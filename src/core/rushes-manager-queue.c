/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "rushes-manager-private.h"
#include "rushes-thread.h"

/* What the main loop can spare at a time; whoever shows new scenes takes more of
 * it than we. */
#define SLICE_USEC   4000
#define SLICE_SCENES 25

/* Where the folder of @path's results is made. */
static char *
choose_output (RushesManager *self, const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);

  if (self->output_folder != NULL)
    return g_strdup (self->output_folder);
  return g_build_filename (folder, "renders", NULL);
}

typedef struct
{
  RushesFound *found; /* (owned) (nullable): since the search is over */
  guint next;         /* of its paths */
  guint n_added;
  guint n_doubles;
  const char *double_name; /* (nullable): the last of them; of @found */
} Adding;

static void
adding_free (Adding *adding)
{
  g_clear_pointer (&adding->found, rushes_found_free);
  g_free (adding);
}

static void
note_doubles (Adding *adding)
{
  GPtrArray *notes = adding->found->rejected;

  if (adding->n_doubles == 1)
    {
      g_autofree char *name = g_filename_display_basename (adding->double_name);

      g_ptr_array_add (notes, g_strdup_printf (_ ("“%s” is in the queue already"), name));
    }
  else if (adding->n_doubles > 1)
    g_ptr_array_add (
        notes, g_strdup_printf (ngettext ("%u scene is in the queue already",
                                          "%u scenes are in the queue already", adding->n_doubles),
                                adding->n_doubles));
}

static RushesScene *
make_scene (RushesManager *self, const char *path, RushesSettings *settings)
{
  RushesScene *scene = rushes_scene_new (path, settings);
  g_autofree char *output = choose_output (self, path);
  g_autofree char *folder = g_build_filename (output, rushes_scene_get_name (scene), NULL);

  rushes_scene_set_folder (scene, folder);
  return scene;
}

/* Thousands of scenes take longer than a window may stand still. */
static gboolean
add_cb (gpointer user_data)
{
  GTask *task = user_data;
  RushesManager *self = g_task_get_source_object (task);
  Adding *adding = g_task_get_task_data (task);
  GPtrArray *paths = adding->found->paths;
  gint64 until = g_get_monotonic_time () + SLICE_USEC;
  g_autoptr (RushesSettings) settings = rushes_settings_new ();
  g_autoptr (GPtrArray) scenes = g_ptr_array_new_with_free_func (g_object_unref);

  while (adding->next < paths->len && scenes->len < SLICE_SCENES && g_get_monotonic_time () < until)
    {
      const char *path = g_ptr_array_index (paths, adding->next++);

      if (rushes_queue_has_path (self->queue, path))
        {
          adding->double_name = path;
          adding->n_doubles++;
        }
      else
        g_ptr_array_add (scenes, make_scene (self, path, settings));
    }
  rushes_queue_append_many (self->queue, scenes);
  for (guint i = 0; i < scenes->len; i++)
    rushes_inspector_add (self->inspector, g_ptr_array_index (scenes, i));
  adding->n_added += scenes->len;
  if (adding->next < paths->len)
    return G_SOURCE_CONTINUE;

  note_doubles (adding);
  if (self->pool != NULL)
    rushes_pool_reconsider (self->pool);
  g_task_return_boolean (task, TRUE);
  return G_SOURCE_REMOVE;
}

static void
search_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Adding *adding = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  adding->found = rushes_search_finish (result, &error);
  if (adding->found == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, add_cb, g_steal_pointer (&task), g_object_unref);
}

/**
 * rushes_manager_add_files_async:
 * @self: a manager
 * @files: (element-type GFile): scenes, and folders to look for scenes in
 * @callback: (scope async): called when they are in the queue
 * @user_data: for @callback
 *
 * Appends scenes and has them inspected.
 */
void
rushes_manager_add_files_async (RushesManager *self,
                                GPtrArray *files,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  GTask *task;

  g_return_if_fail (RUSHES_IS_MANAGER (self));
  g_return_if_fail (files != NULL);

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, rushes_manager_add_files_async);
  g_task_set_task_data (task, g_new0 (Adding, 1), (GDestroyNotify) adding_free);
  rushes_search_async (files, NULL, search_cb, task);
}

/**
 * rushes_manager_add_files_finish:
 * @self: a manager
 * @result: what the callback was given
 * @n_added: (out): how many scenes are new in the queue
 * @error: return location for a #GError
 *
 * Returns: (transfer full) (element-type utf8) (nullable): what was not added
 *   and why, a sentence each
 */
GPtrArray *
rushes_manager_add_files_finish (RushesManager *self,
                                 GAsyncResult *result,
                                 guint *n_added,
                                 GError **error)
{
  Adding *adding;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  adding = g_task_get_task_data (G_TASK (result));
  *n_added = adding->n_added;
  return g_steal_pointer (&adding->found->rejected);
}

/**
 * rushes_manager_remove:
 * @self: a manager
 * @scene: one of its scenes
 *
 * Takes a scene out of the queue; if it is being rendered that is stopped.
 * Frames on disk stay.
 */
void
rushes_manager_remove (RushesManager *self, RushesScene *scene)
{
  guint position;

  g_return_if_fail (RUSHES_IS_MANAGER (self));
  g_return_if_fail (RUSHES_IS_SCENE (scene));

  if (rushes_queue_find (self->queue, scene, &position))
    rushes_manager_remove_many (self, &position, 1);
}

/**
 * rushes_manager_remove_many:
 * @self: a manager
 * @positions: (array length=n): of scenes in the queue, from the first to the
 *   last
 * @n: how many
 *
 * As rushes_manager_remove() for each of them.
 */
void
rushes_manager_remove_many (RushesManager *self, const guint *positions, guint n)
{
  g_return_if_fail (RUSHES_IS_MANAGER (self));

  self->by_user = TRUE;
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (RushesScene) scene =
          g_list_model_get_item (G_LIST_MODEL (self->queue), positions[i]);

      rushes_inspector_remove (self->inspector, scene);
      if (rushes_scene_get_state (scene) != RUSHES_SCENE_QUEUED)
        rushes_scene_stop (scene);
    }
  rushes_queue_remove_many (self->queue, positions, n);
  if (self->pool != NULL)
    rushes_pool_reconsider (self->pool);
}

/**
 * rushes_manager_restore:
 * @self: a manager
 * @scene: a scene that was removed
 * @position: where it was
 *
 * Undoes rushes_manager_remove().
 */
void
rushes_manager_restore (RushesManager *self, RushesScene *scene, guint position)
{
  g_autoptr (GPtrArray) scenes = g_ptr_array_new ();

  g_ptr_array_add (scenes, scene);
  rushes_manager_restore_many (self, scenes, &position);
}

/**
 * rushes_manager_restore_many:
 * @self: a manager
 * @scenes: (element-type RushesScene): scenes that were removed
 * @positions: (array): where they were, from the first to the last
 *
 * Undoes rushes_manager_remove_many(). What was being rendered then goes on if
 * anything is being rendered.
 */
void
rushes_manager_restore_many (RushesManager *self, GPtrArray *scenes, const guint *positions)
{
  g_return_if_fail (RUSHES_IS_MANAGER (self));
  g_return_if_fail (scenes != NULL);

  /* They were stopped by that, not by anybody who wants them to wait. */
  for (guint i = 0; i < scenes->len; i++)
    if (rushes_scene_get_state (g_ptr_array_index (scenes, i)) == RUSHES_SCENE_STOPPED)
      rushes_scene_requeue (g_ptr_array_index (scenes, i));
  rushes_queue_insert_many (self->queue, scenes, positions);
  for (guint i = 0; i < scenes->len; i++)
    if (rushes_scene_get_report (g_ptr_array_index (scenes, i)) == NULL)
      rushes_inspector_add (self->inspector, g_ptr_array_index (scenes, i));
  manager_reconsider (self);
}

/**
 * rushes_manager_duplicate:
 * @self: a manager
 * @scene: one of its scenes
 *
 * Queues the same file once more, below the first, with the same settings and a
 * folder of its own.
 *
 * Returns: (transfer none): the new scene
 */
RushesScene *
rushes_manager_duplicate (RushesManager *self, RushesScene *scene)
{
  g_autoptr (RushesScene) copy = NULL;
  guint position = 0;

  g_return_val_if_fail (RUSHES_IS_MANAGER (self), NULL);
  g_return_val_if_fail (RUSHES_IS_SCENE (scene), NULL);

  copy = rushes_scene_new (rushes_scene_get_path (scene), rushes_scene_get_settings (scene));
  /* The queue finds a folder beside this one, which is taken. */
  rushes_scene_set_folder (copy, rushes_scene_get_folder (scene));
  rushes_scene_set_report (copy, rushes_scene_get_report (scene),
                           rushes_scene_get_report_error (scene));
  rushes_queue_find (self->queue, scene, &position);
  rushes_queue_insert (self->queue, position + 1, copy);
  if (rushes_scene_get_report (copy) == NULL)
    rushes_inspector_add (self->inspector, copy);
  manager_reconsider (self);
  return copy;
}

/**
 * rushes_manager_set_output:
 * @self: a manager
 * @scene: one of its scenes
 * @output: (nullable): folder that the scene's own is made in; %NULL: where it
 *   would be for a new scene
 *
 * Does nothing while the scene is being worked on.
 */
void
rushes_manager_set_output (RushesManager *self, RushesScene *scene, const char *output)
{
  g_autofree char *chosen = NULL;

  g_return_if_fail (RUSHES_IS_MANAGER (self));
  g_return_if_fail (RUSHES_IS_SCENE (scene));

  if (rushes_scene_get_in_use (scene))
    return;
  chosen = output != NULL ? g_strdup (output) : choose_output (self, rushes_scene_get_path (scene));
  rushes_queue_place (self->queue, scene, chosen);
}

/**
 * rushes_manager_inspect:
 * @self: a manager
 * @scene: one of its scenes
 *
 * Looks into the scene's file again.
 */
void
rushes_manager_inspect (RushesManager *self, RushesScene *scene)
{
  g_return_if_fail (RUSHES_IS_MANAGER (self));
  g_return_if_fail (RUSHES_IS_SCENE (scene));

  rushes_inspector_add (self->inspector, scene);
}

typedef struct
{
  RushesTrust *trust; /* (owned) */
  char *path;         /* (owned) */
  gboolean trusted;
} Trusting;

static void
trusting_free (Trusting *trusting)
{
  g_clear_pointer (&trusting->trust, rushes_trust_unref);
  g_clear_pointer (&trusting->path, g_free);
  g_free (trusting);
}

static gboolean
trust_thread (gpointer data, GCancellable *cancellable, GError **error)
{
  const Trusting *trusting = data;

  return trusting->trusted ? rushes_trust_grant (trusting->trust, trusting->path, error)
                           : rushes_trust_withdraw (trusting->trust, trusting->path, error);
}

static void
trust_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  RushesManager *self = RUSHES_MANAGER (object);
  const Trusting *trusting = g_task_get_task_data (G_TASK (result));
  GListModel *list = G_LIST_MODEL (self->queue);
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    manager_emit_warning (self, NULL, error->message);
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (list, i);

      if (g_str_equal (rushes_scene_get_path (scene), trusting->path))
        rushes_inspector_add (self->inspector, scene);
    }
}

/**
 * rushes_manager_set_trusted:
 * @self: a manager
 * @scene: one of its scenes
 * @trusted: whether scripts in its file may run, as long as it stays as it is
 *
 * Notes that for good, and looks into the file again. What is being rendered
 * goes on as it was begun.
 */
void
rushes_manager_set_trusted (RushesManager *self, RushesScene *scene, gboolean trusted)
{
  g_autoptr (GTask) task = NULL;
  Trusting *trusting;

  g_return_if_fail (RUSHES_IS_MANAGER (self));
  g_return_if_fail (RUSHES_IS_SCENE (scene));

  task = g_task_new (self, NULL, trust_cb, NULL);
  trusting = g_new0 (Trusting, 1);
  g_task_set_source_tag (task, rushes_manager_set_trusted);
  trusting->trust = rushes_trust_ref (self->trust);
  trusting->path = g_strdup (rushes_scene_get_path (scene));
  trusting->trusted = trusted;
  g_task_set_task_data (task, trusting, (GDestroyNotify) trusting_free);
  rushes_thread_run (task, trust_thread);
}
