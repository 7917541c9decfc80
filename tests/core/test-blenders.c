/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>

#include <glib/gstdio.h>

#include "rushes-blenders.h"
#include "rushes-error.h"
#include "test-utils.h"

static void
test_parse (void)
{
  static const char *const cases[][2] = {
    { "Blender 3.4.1\n", "3.4.1" },
    { "Blender 3.4.1\n\tbuild date: 2023-02-26\n\tbuild platform: Linux\n", "3.4.1" },
    { "Blender 4.5.0 LTS\n", "4.5.0" },
    { "Blender 5.0.0 Alpha", "5.0.0" },
    { "Warning: no sound\nBlender 2.93.10\n", "2.93.10" },
    { "Blender 4.3.2 (hash 123)\n", "4.3.2" },
    { "", NULL },
    { "Blender", NULL },
    { "Blender \n", NULL },
    { "Blender quit\nBlender 3.4.1\n", "3.4.1" },
    { "GNU bash, version 5.2\n", NULL },
    { "blender 3.4.1\n", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *version = rushes_blender_parse_version (cases[i][0]);

      g_assert_cmpstr (version, ==, cases[i][1]);
    }
}

static char *
ask (const char *blender, GError **error)
{
  g_autoptr (GAsyncResult) location = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  rushes_blender_ask_version_async (blender, NULL, rushes_test_result_cb, &location);
  result = rushes_test_wait_for_result (&location);
  return rushes_blender_ask_version_finish (result, error);
}

static char *
write_program (const char *folder, const char *name, const char *content)
{
  char *path = rushes_test_write (folder, name, content);

  g_assert_no_errno (g_chmod (path, 0755));
  return path;
}

static void
test_ask (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *other = write_program (folder, "other", "#!/bin/sh\necho hello\n");
  g_autofree char *silent = write_program (folder, "silent", "#!/bin/sh\nexit 1\n");
  g_autofree char *missing = g_build_filename (folder, "missing", NULL);
  const char *const wrong[] = { other, silent, missing };
  g_autofree char *version = NULL;
  g_autoptr (GError) error = NULL;

  version = ask (g_getenv ("RUSHES_FAKE_CLIENT"), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (version, ==, "3.4.1");

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) refusal = NULL;

      g_assert_null (ask (wrong[i], &refusal));
      g_assert_error (refusal, RUSHES_ERROR, RUSHES_ERROR_COULD_NOT_START);
    }
}

static gboolean
contains (GPtrArray *found, const char *path)
{
  return g_ptr_array_find_with_equal_func (found, path, g_str_equal, NULL);
}

/* On the search path, and unpacked in the home folder; once each, and no folders. */
static void
test_find (void)
{
  g_autofree char *bin = g_build_filename (g_get_home_dir (), "bin", NULL);
  g_autofree char *unpacked =
      g_build_filename (g_get_home_dir (), "Downloads", "Blender-9.9-linux-x64", NULL);
  g_autofree char *no_program =
      g_build_filename (g_get_home_dir (), "blender-folder", "blender", NULL);
  g_autofree char *path = g_strdup_printf ("%s::%s", bin, bin);
  g_autoptr (GAsyncResult) location = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  g_assert_no_errno (g_mkdir_with_parents (bin, 0755));
  g_assert_no_errno (g_mkdir_with_parents (unpacked, 0755));
  g_assert_no_errno (g_mkdir_with_parents (no_program, 0755));
  first = write_program (bin, "blender", "#!/bin/sh\n");
  second = write_program (unpacked, "blender", "#!/bin/sh\n");
  g_setenv ("PATH", path, TRUE);

  rushes_blenders_find_async (NULL, rushes_test_result_cb, &location);
  result = rushes_test_wait_for_result (&location);
  found = rushes_blenders_find_finish (result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_ptr_array_index (found, 0), ==, first);
  g_assert_true (contains (found, second));
  g_assert_false (contains (found, no_program));
  for (guint i = 1; i < found->len; i++)
    g_assert_cmpstr (g_ptr_array_index (found, i), !=, first);
}

int
main (int argc, char **argv)
{
  g_autoptr (RushesTestFolder) home = rushes_test_make_folder ();

  /* Before anybody asks where it is. GLib's own way to isolate tests leaks. */
  g_setenv ("HOME", home, TRUE);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/blenders/parse", test_parse);
  g_test_add_func ("/blenders/ask", test_ask);
  g_test_add_func ("/blenders/find", test_find);

  return g_test_run ();
}
