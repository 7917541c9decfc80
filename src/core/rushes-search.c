/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "rushes-search.h"
#include "rushes-thread.h"

/* Deeper than anybody files scenes; a tree that contains itself through some
 * mount ends here. */
#define MAX_DEPTH 32

/* Folders that hold no scenes anybody means: of version control, of trash. */
static gboolean
is_hidden (const char *name)
{
  return name[0] == '.';
}

static gboolean
is_scene_name (const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  return g_str_has_suffix (lower, ".blend");
}

void
rushes_found_free (RushesFound *self)
{
  g_clear_pointer (&self->paths, g_ptr_array_unref);
  g_clear_pointer (&self->rejected, g_ptr_array_unref);
  g_free (self);
}

/* "shot 2" before "shot 10", and all of one folder together. */
static int
compare_paths (gconstpointer a, gconstpointer b)
{
  const char *left = *(const char *const *) a;
  const char *right = *(const char *const *) b;
  /* Names need not be UTF-8; keys are made of nothing else. */
  g_autofree char *left_name = g_filename_display_name (left);
  g_autofree char *right_name = g_filename_display_name (right);
  g_autofree char *left_key = g_utf8_collate_key_for_filename (left_name, -1);
  g_autofree char *right_key = g_utf8_collate_key_for_filename (right_name, -1);
  int order = strcmp (left_key, right_key);

  /* Two names may be shown alike. */
  return order != 0 ? order : strcmp (left, right);
}

static void
search_folder (const char *folder,
               guint depth,
               GPtrArray *paths,
               GCancellable *cancellable,
               GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, error);
  const char *name;

  while (dir != NULL && !g_cancellable_is_cancelled (cancellable) &&
         (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (is_hidden (name))
        continue;
      /* A link to a folder above would never end. */
      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        {
          if (depth < MAX_DEPTH && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
            search_folder (path, depth + 1, paths, cancellable, NULL);
        }
      else if (is_scene_name (name) && g_file_test (path, G_FILE_TEST_IS_REGULAR))
        g_ptr_array_add (paths, g_steal_pointer (&path));
    }
}

static char *
get_name (GFile *file)
{
  g_autofree char *path = g_file_get_path (file);

  return path != NULL ? g_filename_display_basename (path) : g_file_get_parse_name (file);
}

static void
search_file (GFile *file, RushesFound *found, GCancellable *cancellable)
{
  g_autofree char *path = g_file_get_path (file);
  g_autofree char *absolute = path != NULL ? g_canonicalize_filename (path, NULL) : NULL;
  g_autofree char *name = get_name (file);
  g_autoptr (GError) error = NULL;
  guint before = found->paths->len;
  char *rejection = NULL;

  if (absolute == NULL)
    rejection = g_strdup_printf (_ ("“%s” is not on this computer; copy it here first"), name);
  else if (g_file_test (absolute, G_FILE_TEST_IS_DIR))
    {
      search_folder (absolute, 0, found->paths, cancellable, &error);
      if (error != NULL)
        rejection = g_strdup (error->message);
      else if (found->paths->len == before)
        rejection = g_strdup_printf (_ ("There are no scenes in “%s”"), name);
    }
  else if (!g_file_test (absolute, G_FILE_TEST_EXISTS))
    rejection = g_strdup_printf (_ ("“%s” is not there"), name);
  else if (!is_scene_name (absolute))
    rejection = g_strdup_printf (_ ("“%s” is not a Blender scene"), name);
  else
    g_ptr_array_add (found->paths, g_steal_pointer (&absolute));

  if (rejection != NULL)
    g_ptr_array_add (found->rejected, rejection);
}

static void
remove_doubles (GPtrArray *paths)
{
  for (guint i = paths->len; i > 1; i--)
    if (g_str_equal (g_ptr_array_index (paths, i - 1), g_ptr_array_index (paths, i - 2)))
      g_ptr_array_remove_index (paths, i - 1);
}

typedef struct
{
  GPtrArray *files;   /* (owned) (element-type GFile) */
  RushesFound *found; /* (owned) (nullable) */
} Search;

static void
search_free (gpointer data)
{
  Search *search = data;

  g_ptr_array_unref (search->files);
  g_clear_pointer (&search->found, rushes_found_free);
  g_free (search);
}

static gboolean
search_thread (gpointer data, GCancellable *cancellable, GError **error)
{
  Search *search = data;
  RushesFound *found = g_new0 (RushesFound, 1);

  search->found = found;
  found->paths = g_ptr_array_new_with_free_func (g_free);
  found->rejected = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < search->files->len; i++)
    search_file (g_ptr_array_index (search->files, i), found, cancellable);
  g_ptr_array_sort (found->paths, compare_paths);
  remove_doubles (found->paths);
  return TRUE;
}

/**
 * rushes_search_async:
 * @files: (element-type GFile): files and folders
 * @cancellable: (nullable): ends the search early, with an error
 * @callback: (scope async): called with what was found
 * @user_data: for @callback
 *
 * Looks for scenes, in folders too, whatever their depth. Backups of Blender's
 * (.blend1) and hidden folders are passed over.
 */
void
rushes_search_async (GPtrArray *files,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Search *search;

  g_return_if_fail (files != NULL);

  g_task_set_source_tag (task, rushes_search_async);
  search = g_new0 (Search, 1);
  search->files = g_ptr_array_ref (files);
  g_task_set_task_data (task, search, search_free);
  rushes_thread_run (task, search_thread);
}

/**
 * rushes_search_finish:
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Returns: (transfer full) (nullable): what was found; %NULL when cancelled
 */
RushesFound *
rushes_search_finish (GAsyncResult *result, GError **error)
{
  Search *search;

  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  search = g_task_get_task_data (G_TASK (result));
  return g_steal_pointer (&search->found);
}
