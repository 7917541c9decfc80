/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gio/gio.h>

/* driver FOLDER
 *
 * Runs a fuzz target over the files of a folder, and over the beginnings of
 * each: a fuzzer's findings become tests by being put there. */

int LLVMFuzzerTestOneInput (const unsigned char *data, size_t size);

/* More beginnings than this are too many. */
#define MAX_PREFIXES 5000

static void
run (const char *content, gsize size)
{
  /* A block of its own, so that a memory checker sees any read past its end. */
  g_autofree guint8 *block = g_memdup2 (content, size);

  LLVMFuzzerTestOneInput (block, size);
}

static void
test_file (gconstpointer path)
{
  g_autofree char *content = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;

  g_file_get_contents (path, &content, &size, &error);
  g_assert_no_error (error);
  run (content, size);
  if (size <= MAX_PREFIXES)
    for (gsize length = 0; length < size; length++)
      run (content, length);
}

static void
test_nothing (void)
{
  run (NULL, 0);
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *name;

  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/corpus/nothing", test_nothing);
  if (argc > 1)
    {
      dir = g_dir_open (argv[1], 0, &error);
      g_assert_no_error (error);
      while ((name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *test = g_strconcat ("/corpus/", name, NULL);

          g_ptr_array_add (paths, g_build_filename (argv[1], name, NULL));
          g_test_add_data_func (test, paths->pdata[paths->len - 1], test_file);
        }
      g_assert_cmpuint (paths->len, >, 0);
    }

  return g_test_run ();
}
