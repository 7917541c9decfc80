/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <unistd.h>

#include "rushes-oom.h"
#include "test-utils.h"

static void
test_counts (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *path =
      rushes_test_write (folder, "memory.events", "low 0\noom 9\noom_kill 3\noom_group_kill 0\n");
  g_autoptr (RushesOom) oom = NULL;

  g_setenv ("RUSHES_OOM_COUNTER", path, TRUE);
  oom = rushes_oom_new (getpid ());
  g_assert_false (rushes_oom_has_struck (oom));

  /* The same file, as the kernel has it. */
  g_assert_true (g_file_set_contents_full (path, "low 0\noom 10\noom_kill 4\noom_group_kill 0\n",
                                           -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
  g_assert_true (rushes_oom_has_struck (oom));
  g_assert_true (rushes_oom_has_struck (oom));
  rushes_oom_mark (oom);
  g_assert_false (rushes_oom_has_struck (oom));
  g_unsetenv ("RUSHES_OOM_COUNTER");
}

/* Nothing can be told, so nothing is. */
static void
test_odd_files (void)
{
  static const char *const contents[] = { "",           "\n",
                                          "oom_kill",   "oom_kill \n",
                                          "oom_kill x", "some_oom_kill 5\noom_killer 7" };

  for (guint i = 0; i < G_N_ELEMENTS (contents); i++)
    {
      g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
      g_autofree char *path = rushes_test_write (folder, "memory.events", contents[i]);
      g_autoptr (RushesOom) oom = NULL;

      g_setenv ("RUSHES_OOM_COUNTER", path, TRUE);
      oom = rushes_oom_new (getpid ());
      g_assert_false (rushes_oom_has_struck (oom));
    }
  g_setenv ("RUSHES_OOM_COUNTER", "/nonexistent", TRUE);
  {
    g_autoptr (RushesOom) oom = rushes_oom_new (getpid ());

    g_assert_false (rushes_oom_has_struck (oom));
  }
  g_unsetenv ("RUSHES_OOM_COUNTER");
}

/* Whatever this computer has, it can be asked. */
static void
test_real (void)
{
  g_autoptr (RushesOom) own = rushes_oom_new (getpid ());
  g_autoptr (RushesOom) nobody = rushes_oom_new (0);

  rushes_oom_mark (own);
  g_assert_false (rushes_oom_has_struck (own));
  rushes_oom_mark (nobody);
  g_assert_false (rushes_oom_has_struck (nobody));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/oom/counts", test_counts);
  g_test_add_func ("/oom/odd-files", test_odd_files);
  g_test_add_func ("/oom/real", test_real);

  return g_test_run ();
}
