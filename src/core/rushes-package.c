/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <string.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "rushes-error.h"
#include "rushes-package.h"

/* The Python that runs inside Blender, and a copy of it for computers that have
 * nothing of ours but the user's home. */

#define SCRIPT "client.py"

/* An uninstalled tree says where it is. */
static const char *
get_folder (void)
{
  const char *folder = g_getenv ("RUSHES_BLENDER_DIR");

  return folder != NULL ? folder : RUSHES_BLENDER_DIR;
}

/* Each version has its own: another one may be at work. */
static char *
find_copied_folder (void)
{
  return g_build_filename (g_get_user_cache_dir (), "rushes", "blender-" RUSHES_VERSION, NULL);
}

/* What is there already is left alone, as somebody may be reading it. */
static gboolean
copy_file (const char *from, const char *to, GError **error)
{
  g_autofree char *text = NULL;
  g_autofree char *before = NULL;
  gsize length, length_before;

  if (!g_file_get_contents (from, &text, &length, error))
    return FALSE;
  if (g_file_get_contents (to, &before, &length_before, NULL) && length == length_before &&
      memcmp (text, before, length) == 0)
    return TRUE;
  return g_file_set_contents (to, text, (gssize) length, error);
}

static gboolean
copy_folder (const char *from, const char *to, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (from, 0, error);
  const char *name;

  if (dir == NULL)
    return FALSE;
  if (g_mkdir_with_parents (to, 0755) != 0)
    {
      int number = errno;

      g_set_error_literal (error, G_FILE_ERROR, (int) g_file_error_from_errno (number),
                           g_strerror (number));
      return FALSE;
    }
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *source = g_build_filename (from, name, NULL);
      g_autofree char *target = g_build_filename (to, name, NULL);
      gboolean done = TRUE;

      if (g_str_has_suffix (name, ".py"))
        done = copy_file (source, target, error);
      else if (g_file_test (source, G_FILE_TEST_IS_DIR) && !g_str_equal (name, "__pycache__"))
        done = copy_folder (source, target, error);
      if (!done)
        return FALSE;
    }
  return TRUE;
}

/**
 * rushes_package_find:
 *
 * Returns: (transfer full): the script that Blender is to run
 */
char *
rushes_package_find (void)
{
  return g_build_filename (get_folder (), SCRIPT, NULL);
}

/**
 * rushes_package_find_copy:
 *
 * Returns: (transfer full): where rushes_package_copy() puts the same script
 */
char *
rushes_package_find_copy (void)
{
  g_autofree char *folder = find_copied_folder ();

  return g_build_filename (folder, SCRIPT, NULL);
}

/**
 * rushes_package_copy:
 * @error: return location for a #GError
 *
 * Sees to it that the user's cache holds what Blender runs. May block.
 *
 * Returns: whether it does, else %RUSHES_ERROR_COULD_NOT_START
 */
gboolean
rushes_package_copy (GError **error)
{
  g_autofree char *folder = find_copied_folder ();
  g_autoptr (GError) local_error = NULL;

  if (copy_folder (get_folder (), folder, &local_error))
    return TRUE;
  g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_COULD_NOT_START,
               _ ("The part of Rushes that nodes run cannot be copied to “%s”: %s"), folder,
               local_error->message);
  return FALSE;
}
