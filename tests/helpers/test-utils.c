/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>

#include "test-utils.h"

/**
 * rushes_test_make_folder:
 *
 * Returns: (transfer full): path of a new empty folder
 */
char *
rushes_test_make_folder (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("rushes-test-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

static void
remove_tree (const char *path)
{
  if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK) && g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
      const char *name;

      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *child = g_build_filename (path, name, NULL);

          remove_tree (child);
        }
    }
  g_remove (path);
}

/**
 * rushes_test_remove_folder:
 * @folder: (transfer full): what rushes_test_make_folder() made
 */
void
rushes_test_remove_folder (char *folder)
{
  remove_tree (folder);
  g_free (folder);
}

/**
 * rushes_test_write:
 * @folder: a folder
 * @name: a file's name
 * @content: its text
 *
 * Returns: (transfer full): the file's path
 */
char *
rushes_test_write (const char *folder, const char *name, const char *content)
{
  g_autoptr (GError) error = NULL;
  char *path = g_build_filename (folder, name, NULL);

  g_file_set_contents (path, content, -1, &error);
  g_assert_no_error (error);
  return path;
}

/**
 * rushes_test_count_files:
 * @folder: a folder, which may be missing
 * @suffix: the end of the names that count
 *
 * Returns: how many there are
 */
guint
rushes_test_count_files (const char *folder, const char *suffix)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint count = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, suffix))
      count++;
  return count;
}

static gboolean
give_up_cb (gpointer user_data)
{
  g_error ("A test waited for more than %d seconds", RUSHES_TEST_TIMEOUT_SECONDS);
  return G_SOURCE_REMOVE;
}

/**
 * rushes_test_wait_until:
 * @condition: what to wait for
 * @user_data: for @condition
 *
 * Runs the main loop until @condition holds, and fails the test when that
 * takes too long.
 */
void
rushes_test_wait_until (gboolean (*condition) (gpointer), gpointer user_data)
{
  guint id = g_timeout_add_seconds (RUSHES_TEST_TIMEOUT_SECONDS, give_up_cb, NULL);

  while (!condition (user_data))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
}

void
rushes_test_count_notify (GObject *object, GParamSpec *pspec, gpointer count)
{
  (*(guint *) count)++;
}
