/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <sys/resource.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "rushes-error.h"
#include "rushes-launcher.h"
#include "test-utils.h"

static void
assert_argv (RushesLauncher *launcher, const char *const *expected)
{
  g_auto (GStrv) argv = rushes_launcher_build_argv (launcher, "token-1");

  g_assert_cmpstrv (argv, expected);
}

static void
test_argv (void)
{
  g_autofree char *script = g_build_filename (g_getenv ("RUSHES_BLENDER_DIR"), "client.py", NULL);
  const char *const expected[] = { "/opt/blender 4/blender",
                                   "--background",
                                   "--disable-autoexec",
                                   "-noaudio",
                                   "--python-exit-code",
                                   "1",
                                   "--python",
                                   script,
                                   "--",
                                   "--token",
                                   "token-1",
                                   NULL };
  g_autoptr (RushesLauncher) launcher = rushes_launcher_new ("/opt/blender 4/blender");

  g_assert_true (g_file_test (script, G_FILE_TEST_IS_REGULAR));
  assert_argv (launcher, expected);
}

static void
test_argv_factory_startup (void)
{
  g_autofree char *script = g_build_filename (g_getenv ("RUSHES_BLENDER_DIR"), "client.py", NULL);
  const char *const expected[] = { "blender",  "--background",      "--disable-autoexec",
                                   "-noaudio", "--factory-startup", "--python-exit-code",
                                   "1",        "--python",          script,
                                   "--",       "--token",           "token-1",
                                   NULL };
  g_autoptr (RushesLauncher) launcher = rushes_launcher_new ("blender");

  g_object_set (launcher, "factory-startup", TRUE, NULL);
  assert_argv (launcher, expected);
}

/* Where @first, @second and @third follow each other; or -1. */
static int
find_three (char **argv, const char *first, const char *second, const char *third)
{
  for (int i = 0; argv[i] != NULL && argv[i + 1] != NULL && argv[i + 2] != NULL; i++)
    if (g_str_equal (argv[i], first) && g_str_equal (argv[i + 1], second) &&
        g_str_equal (argv[i + 2], third))
      return i;
  return -1;
}

static void
test_argv_sandbox (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *scenes = g_build_filename (folder, "scenes", NULL);
  g_autofree char *output = g_build_filename (scenes, "out", NULL);
  g_autofree char *link = g_build_filename (folder, "link", NULL);
  g_autoptr (RushesLauncher) launcher = rushes_launcher_new ("/usr/bin/blender");
  g_auto (GStrv) plain = rushes_launcher_build_argv (launcher, "token-1");
  g_auto (GStrv) boxed = NULL;
  guint n_plain, n_boxed;
  int reading, writing;

  g_assert_no_errno (g_mkdir_with_parents (output, 0755));
  g_assert_no_errno (symlink (output, link));
  g_object_set (launcher, "sandbox", TRUE, NULL);
  rushes_launcher_share (launcher, link, TRUE);
  rushes_launcher_share (launcher, output, TRUE);
  rushes_launcher_share (launcher, scenes, FALSE);
  rushes_launcher_share (launcher, "/usr/share", FALSE);
  boxed = rushes_launcher_build_argv (launcher, "token-1");

  /* The same command behind it. */
  n_plain = g_strv_length (plain);
  n_boxed = g_strv_length (boxed);
  g_assert_cmpstrv (plain, boxed + n_boxed - n_plain);
  g_assert_cmpstr (boxed[n_boxed - n_plain - 1], ==, "--");
  g_assert_cmpstr (boxed[0], ==, "bwrap");
  g_assert_true (g_strv_contains ((const char *const *) boxed, "--unshare-net"));
  g_assert_cmpint (find_three (boxed, "--ro-bind", "/", "/"), >, 0);

  /* What lies in it remains writable; a link is followed, and nothing is there
   * twice; what can be seen anyway is not bound again. */
  reading = find_three (boxed, "--ro-bind", scenes, scenes);
  writing = find_three (boxed, "--bind", output, output);
  g_assert_cmpint (reading, >, find_three (boxed, "--ro-bind", "/", "/"));
  g_assert_cmpint (writing, >, reading);
  g_assert_cmpint (find_three (boxed + writing + 1, "--bind", output, output), ==, -1);
  g_assert_cmpint (find_three (boxed, "--ro-bind", "/usr/share", "/usr/share"), ==, -1);
}

static void
test_no_sandbox (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autoptr (RushesLauncher) launcher = rushes_launcher_new (g_getenv ("RUSHES_FAKE_CLIENT"));
  g_autofree char *path = g_strdup (g_getenv ("PATH"));
  g_autoptr (GError) error = NULL;

  g_object_set (launcher, "sandbox", TRUE, NULL);
  g_setenv ("PATH", folder, TRUE);
  g_assert_false (rushes_launcher_check (launcher, &error));
  g_setenv ("PATH", path, TRUE);
  rushes_test_assert_error (error, RUSHES_ERROR_COULD_NOT_START, "bubblewrap");
}

static void
test_properties (void)
{
  g_autoptr (RushesLauncher) launcher = rushes_launcher_new ("/opt/blender");
  g_autoptr (RushesLauncher) plain = g_object_new (RUSHES_TYPE_LAUNCHER, NULL);
  g_autofree char *blender = NULL;
  g_autofree char *plain_blender = NULL;
  gboolean factory_startup;

  g_object_get (launcher, "blender", &blender, "factory-startup", &factory_startup, NULL);
  g_object_get (plain, "blender", &plain_blender, NULL);
  g_assert_cmpstr (blender, ==, "/opt/blender");
  g_assert_false (factory_startup);
  g_assert_cmpstr (plain_blender, ==, "blender");
  rushes_test_property_notify (launcher, "factory-startup", TRUE, FALSE);
  rushes_test_property_notify (launcher, "sandbox", TRUE, FALSE);
  rushes_test_property_notify (launcher, "background", TRUE, FALSE);
}

static void
test_check (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *text = rushes_test_write (folder, "text", "");
  g_autofree char *missing = g_build_filename (folder, "missing", NULL);
  g_autoptr (RushesLauncher) fake = rushes_launcher_new (g_getenv ("RUSHES_FAKE_CLIENT"));
  g_autoptr (RushesLauncher) in_path = rushes_launcher_new ("sh");
  const char *const wrong[] = { folder, text, missing, "no-such-program-anywhere", "" };

  g_assert_true (rushes_launcher_check (fake, NULL));
  g_assert_true (rushes_launcher_check (in_path, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (RushesLauncher) launcher = rushes_launcher_new (wrong[i]);
      g_autoptr (GError) error = NULL;

      g_assert_false (rushes_launcher_check (launcher, &error));
      rushes_test_assert_error (error, RUSHES_ERROR_COULD_NOT_START, wrong[i]);
      rushes_test_assert_error (error, RUSHES_ERROR_COULD_NOT_START, "say where it is");
    }
}

static GSubprocess *
spawn (RushesLauncher *launcher, const char *token, GError **error)
{
  g_autoptr (GAsyncResult) location = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  rushes_launcher_spawn_async (launcher, token, rushes_test_result_cb, &location);
  result = rushes_test_wait_for_result (&location);
  return rushes_launcher_spawn_finish (launcher, result, error);
}

static void
test_spawn_fails (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *program = rushes_test_write (folder, "blender", "#!/no/such/interpreter\n");
  g_autoptr (RushesLauncher) missing = rushes_launcher_new ("/no/such/blender");
  g_autoptr (RushesLauncher) broken = rushes_launcher_new (program);
  g_autoptr (GError) error = NULL;

  g_assert_null (spawn (missing, "token-1", &error));
  rushes_test_assert_error (error, RUSHES_ERROR_COULD_NOT_START,
                            "There is no program “/no/such/blender”");
  g_clear_error (&error);

  g_assert_no_errno (g_chmod (program, 0755));
  g_assert_null (spawn (broken, "token-1", &error));
  rushes_test_assert_error (error, RUSHES_ERROR_COULD_NOT_START, "blender” does not start");
}

static void
assert_file (const char *path, const char *expected)
{
  g_autofree char *content = rushes_test_read (path);

  g_assert_cmpstr (content, ==, expected);
}

/* A program that says what it was given, and stays until its standard input ends. */
static void
test_spawn (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *program =
      rushes_test_write (folder, "blender", "#!/bin/sh\necho \"$@\"\necho error >&2\ncat\n");
  g_autofree char *script = g_build_filename (g_getenv ("RUSHES_BLENDER_DIR"), "client.py", NULL);
  g_autofree char *expected = g_strdup_printf ("--background --disable-autoexec -noaudio "
                                               "--python-exit-code 1 --python %s -- --token t-9\n",
                                               script);
  g_autoptr (RushesLauncher) launcher = rushes_launcher_new (program);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GAsyncResult) location = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;
  pid_t pid;

  g_assert_cmpint (g_chmod (program, 0755), ==, 0);
  g_object_set (launcher, "background", TRUE, NULL);
  process = spawn (launcher, "t-9", &error);
  g_assert_no_error (error);
  pid = (pid_t) g_ascii_strtoll (g_subprocess_get_identifier (process), NULL, 10);
  /* A group of its own. */
  g_assert_cmpint (getpgid (pid), ==, pid);
  g_assert_cmpint (getpgid (pid), !=, getpgrp ());
  /* Others come first. */
  g_assert_cmpint (getpriority (PRIO_PROCESS, (id_t) pid), >, getpriority (PRIO_PROCESS, 0));
  /* When memory runs out the kernel takes it, not us. */
  {
    g_autofree char *path = g_strdup_printf ("/proc/%d/oom_score_adj", pid);

    assert_file (path, "500\n");
  }

  g_subprocess_communicate_utf8_async (process, "hello\n", NULL, rushes_test_result_cb, &location);
  result = rushes_test_wait_for_result (&location);
  g_assert_true (g_subprocess_communicate_utf8_finish (process, result, &out, &err, &error));
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (out, expected));
  g_assert_cmpstr (out + strlen (expected), ==, "hello\n");
  g_assert_cmpstr (err, ==, "error\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/launcher/argv", test_argv);
  g_test_add_func ("/launcher/argv-factory-startup", test_argv_factory_startup);
  g_test_add_func ("/launcher/argv-sandbox", test_argv_sandbox);
  g_test_add_func ("/launcher/no-sandbox", test_no_sandbox);
  g_test_add_func ("/launcher/properties", test_properties);
  g_test_add_func ("/launcher/check", test_check);
  g_test_add_func ("/launcher/spawn-fails", test_spawn_fails);
  g_test_add_func ("/launcher/spawn", test_spawn);

  return g_test_run ();
}
