/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "rushes-blenders.h"
#include "rushes-client.h"
#include "rushes-error.h"
#include "rushes-flatpak.h"
#include "rushes-host.h"
#include "rushes-launcher.h"
#include "rushes-package.h"
#include "test-utils.h"

#define INFO                                                                                       \
  "[Application]\nname=io.github.rushes.Rushes\n"                                                  \
  "[Instance]\napp-path=/var/lib/flatpak/app/x/files\n"

#define TALK "[Session Bus Policy]\norg.freedesktop.Flatpak=talk\n"

/* As flatpak-spawn does it, but that it is no process of its own: what runs on
 * the "host" is the very child, and leads its group there too. */
#define SPAWN                                                                                      \
  "#!/bin/sh\n"                                                                                    \
  "[ \"$1 $2 $3\" = '--host --watch-bus --directory=/' ] || exit 99\n"                             \
  "shift 3; cd /; exec \"$@\"\n"

static char *
write_program (const char *folder, const char *name, const char *content)
{
  char *path = rushes_test_write (folder, name, content);

  g_assert_no_errno (g_chmod (path, 0755));
  return path;
}

typedef struct
{
  RushesTestFolder *folder; /* (owned): also the first of the search path */
  char *path;               /* (owned): the search path before */
} Fixture;

static void
write_info (Fixture *fixture, const char *content)
{
  g_autofree char *info = rushes_test_write (fixture->folder, "flatpak-info", content);

  g_setenv ("RUSHES_FLATPAK_INFO", info, TRUE);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = NULL;

  fixture->folder = rushes_test_make_folder ();
  fixture->path = g_strdup (g_getenv ("PATH"));
  path = g_strdup_printf ("%s:%s", fixture->folder, fixture->path);
  g_setenv ("PATH", path, TRUE);
  g_free (write_program (fixture->folder, "flatpak-spawn", SPAWN));
  write_info (fixture, INFO TALK);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_setenv ("PATH", fixture->path, TRUE);
  g_unsetenv ("RUSHES_FLATPAK_INFO");
  rushes_test_wait_for_children ();
  rushes_test_remove_folder (fixture->folder);
  g_free (fixture->path);
}

static void
test_is_there (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesHost) host = rushes_host_new ();
  g_autoptr (RushesHost) at_build = NULL;

  g_assert_nonnull (host);
  write_info (fixture, INFO "build=true\n" TALK);
  at_build = rushes_host_new ();
  g_assert_null (at_build);
  g_setenv ("RUSHES_FLATPAK_INFO", "/no/such/file", TRUE);
  g_assert_null (rushes_host_new ());
}

static void
test_permission (Fixture *fixture, gconstpointer data)
{
  const char *const allowed[] = { INFO TALK, INFO "[Session Bus Policy]\norg.freedesktop.*=own\n" };
  const char *const refused[] = { INFO, INFO "[Session Bus Policy]\norg.freedesktop.Flatpak=none\n",
                                  INFO "[Session Bus Policy]\norg.freedesktop.Notes=talk\n" };

  for (guint i = 0; i < G_N_ELEMENTS (allowed); i++)
    {
      g_autoptr (RushesHost) host = NULL;

      write_info (fixture, allowed[i]);
      host = rushes_host_new ();
      g_assert_true (rushes_host_check (host, NULL));
    }
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (RushesLauncher) launcher = NULL;
      g_autoptr (GError) error = NULL;

      write_info (fixture, refused[i]);
      launcher = rushes_launcher_new ("blender");
      g_assert_false (rushes_launcher_check (launcher, &error));
      rushes_test_assert_error (error, RUSHES_ERROR_COULD_NOT_START,
                                "--talk-name=org.freedesktop.Flatpak");
    }
}

/* What is ours the host has somewhere else; everything else is where it is. */
static void
test_find_path (Fixture *fixture, gconstpointer data)
{
  static const char *const cases[][2] = {
    { "/app/share/rushes", "/var/lib/flatpak/app/x/files/share/rushes" },
    { "/application", "/application" },
    { "/srv/app/x", "/srv/app/x" },
  };
  g_autoptr (RushesHost) host = rushes_host_new ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = rushes_host_find_path (host, cases[i][0]);

      g_assert_cmpstr (path, ==, cases[i][1]);
    }
}

/* The same command as without a host, behind the way there. */
static void
assert_way_out (RushesLauncher *launcher, const char *const *plain, const char *nice)
{
  static const char *const way[] = { "flatpak-spawn", "--host", "--watch-bus",
                                     "--directory=/", "sh",     "-c" };
  g_auto (GStrv) argv = rushes_launcher_build_argv (launcher, "token-1");
  guint rest = G_N_ELEMENTS (way) + 1;

  for (guint i = 0; i < G_N_ELEMENTS (way); i++)
    g_assert_cmpstr (argv[i], ==, way[i]);
  g_assert_cmpstr (argv[rest], ==, nice);
  g_assert_cmpstrv (argv + rest + 1, plain);
}

static void
test_argv (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesLauncher) launcher = rushes_launcher_new ("/opt/blender 4/blender");
  g_autoptr (RushesLauncher) plain_launcher = NULL;
  g_auto (GStrv) plain = NULL;

  g_unsetenv ("RUSHES_FLATPAK_INFO");
  plain_launcher = rushes_launcher_new ("/opt/blender 4/blender");
  plain = rushes_launcher_build_argv (plain_launcher, "token-1");
  assert_way_out (launcher, (const char *const *) plain, "0");

  g_object_set (launcher, "background", TRUE, NULL);
  assert_way_out (launcher, (const char *const *) plain, "10");
}

/* A Blender of Flatpak's sees what it is shown, wherever we are. */
static void
test_argv_flatpak (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesLauncher) launcher = rushes_launcher_new ("org.blender.Blender//lts");
  g_autoptr (RushesLauncher) program = rushes_launcher_new ("blender");
  g_autofree char *scripts =
      g_strdup_printf ("--filesystem=%s:ro", g_getenv ("RUSHES_BLENDER_DIR"));
  g_autofree char *folder = g_strdup_printf ("--filesystem=%s", fixture->folder);
  g_auto (GStrv) argv = NULL;
  const char *const *strv;

  g_assert_true (rushes_launcher_needs_share (launcher));
  g_assert_false (rushes_launcher_needs_share (program));
  g_assert_true (rushes_launcher_share (launcher, fixture->folder, FALSE));
  g_assert_false (rushes_launcher_share (launcher, fixture->folder, FALSE));
  argv = rushes_launcher_build_argv (launcher, "token-1");
  strv = (const char *const *) argv;
  g_assert_cmpstr (argv[0], ==, "flatpak-spawn");
  g_assert_true (g_strv_contains (strv, "org.blender.Blender//lts"));
  g_assert_true (g_strv_contains (strv, scripts));
  /* Not read-only: it would be less than the user gave that Blender. */
  g_assert_true (g_strv_contains (strv, folder));
  g_assert_false (g_strv_contains (strv, "--sandbox"));
}

/* The same srun as without a host, for a script that nodes see. */
static void
test_argv_slurm (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesSlurm) slurm = rushes_slurm_new ();
  g_autoptr (RushesLauncher) launcher = rushes_launcher_new_on_cluster ("blender", slurm);
  g_auto (GStrv) argv = rushes_launcher_build_argv (launcher, "token-1");
  g_autoptr (RushesLauncher) plain_launcher = NULL;
  g_auto (GStrv) plain = NULL;
  g_autofree char *script = rushes_package_find ();
  g_autofree char *copy = rushes_package_find_copy ();
  const char *const *way = (const char *const *) argv;
  guint n_copies = 0;

  g_assert_true (g_str_has_prefix (copy, g_get_user_cache_dir ()));
  g_unsetenv ("RUSHES_FLATPAK_INFO");
  plain_launcher = rushes_launcher_new_on_cluster ("blender", slurm);
  plain = rushes_launcher_build_argv (plain_launcher, "token-1");
  for (guint i = 0; plain[i] != NULL; i++)
    if (g_str_equal (plain[i], script))
      {
        g_free (plain[i]);
        plain[i] = g_strdup (copy);
        n_copies++;
      }
  g_assert_cmpuint (n_copies, ==, 2);
  g_assert_cmpstr (argv[0], ==, "flatpak-spawn");
  while (!g_str_equal (*way, "srun"))
    way++;
  g_assert_cmpstrv (way, plain);
}

/* ---- What runs there ------------------------------------------------- */

static GSubprocess *
run (const char *program, const char *script)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GSubprocess) process = NULL;
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;

  rushes_host_add_argv (builder, TRUE);
  g_strv_builder_add_many (builder, program, "-c", script, NULL);
  argv = g_strv_builder_end (builder);
  process = g_subprocess_newv ((const char *const *) argv,
                               G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                   G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                               &error);
  g_assert_no_error (error);
  return g_steal_pointer (&process);
}

static char *
talk (const char *program, const char *script, const char *input, int *exit_code)
{
  g_autoptr (GSubprocess) process = run (program, script);
  g_autoptr (GAsyncResult) location = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  char *output = NULL;

  g_subprocess_communicate_utf8_async (process, input, NULL, rushes_test_result_cb, &location);
  result = rushes_test_wait_for_result (&location);
  g_assert_true (g_subprocess_communicate_utf8_finish (process, result, &output, NULL, NULL));
  *exit_code = g_subprocess_get_if_exited (process) ? g_subprocess_get_exit_status (process) : -1;
  return output;
}

/* Streams and exit codes pass through, deaths by a signal as 128 + N. */
static void
test_streams (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *program, *script, *input, *output;
    int exit_code;
  } cases[] = {
    { "sh", "cat", "hello\n", "hello\n", 0 },
    { "/bin/sh", "cat; exit 7", "", "", 7 },
    { "sh", "exec no-such-program-anywhere", "", "", 127 },
    { "sh", "echo gone; kill -SEGV $$", "", "gone\n", 128 + SIGSEGV },
    { "sh", "kill -KILL $$", "", "", 128 + SIGKILL },
    { "sh", "cat /proc/self/oom_score_adj", "", "500\n", 0 },
    { "no-such-program-anywhere", "", "", "", RUSHES_HOST_NO_PROGRAM },
    { "/no/such/program", "", "", "", RUSHES_HOST_NO_PROGRAM },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      int exit_code;
      g_autofree char *output =
          talk (cases[i].program, cases[i].script, cases[i].input, &exit_code);

      g_assert_cmpstr (output, ==, cases[i].output);
      g_assert_cmpint (exit_code, ==, cases[i].exit_code);
    }
}

static gboolean
is_gone (gpointer pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", GPOINTER_TO_INT (pid));
  g_autofree char *stat = NULL;

  g_timeout_add_once (1, (GSourceOnceFunc) g_main_context_wakeup, NULL);
  /* Whoever inherits it may be slow to notice that it is dead. */
  return !g_file_get_contents (path, &stat, NULL, NULL) || strstr (stat, ") Z ") != NULL;
}

static void
lead_group (gpointer unused)
{
  setpgid (0, 0);
}

/* One that heeds no signal, and one that is stopped: SIGTERM is what we send, and
 * SIGINT what comes when we are gone. Nothing is left of them. */
static void
test_ends (Fixture *fixture, gconstpointer data)
{
  static const char *const scripts[] = {
    "trap '' TERM INT HUP; echo $$; while :; do sleep 1000; done",
    "echo $$; kill -STOP $$; sleep 1000",
  };
  const int signals[] = { SIGTERM, SIGINT };

  for (guint i = 0; i < G_N_ELEMENTS (scripts) * G_N_ELEMENTS (signals); i++)
    {
      g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
      g_autoptr (GSubprocessLauncher) launcher =
          g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
      g_autoptr (GSubprocess) process = NULL;
      g_autoptr (GDataInputStream) lines = NULL;
      g_autoptr (GAsyncResult) location = NULL;
      g_autoptr (GAsyncResult) result = NULL;
      g_autofree char *line = NULL;
      g_auto (GStrv) argv = NULL;

      rushes_host_add_argv (builder, FALSE);
      g_strv_builder_add_many (builder, "sh", "-c", scripts[i / 2], NULL);
      argv = g_strv_builder_end (builder);
      g_subprocess_launcher_set_child_setup (launcher, lead_group, NULL, NULL);
      process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, NULL);
      lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
      g_data_input_stream_read_line_async (lines, 0, NULL, rushes_test_result_cb, &location);
      result = rushes_test_wait_for_result (&location);
      line = g_data_input_stream_read_line_finish (lines, result, NULL, NULL);
      g_assert_nonnull (line);

      g_subprocess_send_signal (process, signals[i % 2]);
      rushes_test_wait_until (is_gone, GINT_TO_POINTER (atoi (line)));
    }
}

static char *
read_line (GDataInputStream *lines)
{
  g_autoptr (GAsyncResult) location = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  g_data_input_stream_read_line_async (lines, 0, NULL, rushes_test_result_cb, &location);
  result = rushes_test_wait_for_result (&location);
  return g_data_input_stream_read_line_finish (lines, result, NULL, NULL);
}

/* One that has to clear away something first may do so, and says how it ended. */
static void
test_ends_politely (Fixture *fixture, gconstpointer data)
{
  const int signals[] = { SIGTERM, SIGINT };

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
      g_autoptr (GSubprocess) process = NULL;
      g_autoptr (GDataInputStream) lines = NULL;
      g_autoptr (GAsyncResult) location = NULL;
      g_autoptr (GAsyncResult) result = NULL;
      g_autofree char *ready = NULL;
      g_autofree char *last = NULL;
      g_auto (GStrv) argv = NULL;

      rushes_host_add_polite_argv (builder);
      g_strv_builder_add_many (builder, "sh", "-c",
                               "trap 'sleep 0.2; echo cleared; exit 3' TERM; trap '' INT; "
                               "echo ready; while :; do sleep 0.02; done",
                               NULL);
      argv = g_strv_builder_end (builder);
      process =
          g_subprocess_newv ((const char *const *) argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL);
      g_assert_nonnull (process);
      lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
      ready = read_line (lines);
      g_assert_cmpstr (ready, ==, "ready");
      g_subprocess_send_signal (process, signals[i]);
      last = read_line (lines);
      g_assert_cmpstr (last, ==, "cleared");
      g_subprocess_wait_async (process, NULL, rushes_test_result_cb, &location);
      result = rushes_test_wait_for_result (&location);
      g_assert_true (g_subprocess_wait_finish (process, result, NULL));
      g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 3);
    }
}

static gboolean
is_dead (gpointer client)
{
  return rushes_client_get_state (client) == RUSHES_CLIENT_DEAD;
}

/* A client on a node: what it runs has been copied to where nodes see it. */
static void
test_slurm (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesSlurm) slurm = rushes_slurm_new ();
  g_autoptr (RushesLauncher) launcher =
      rushes_launcher_new_on_cluster (g_getenv ("RUSHES_FAKE_CLIENT"), slurm);
  g_autofree char *logs = g_build_filename (fixture->folder, "logs", NULL);
  g_autoptr (RushesClient) client = rushes_client_new (launcher, 1, logs);
  g_autofree char *script = rushes_package_find ();
  g_autofree char *copy = rushes_package_find_copy ();
  g_autofree char *original_text = rushes_test_read (script);
  g_autofree char *copied_text = NULL;
  g_autofree char *folder = g_path_get_dirname (copy);
  g_autofree char *module = g_build_filename (folder, "rushes", "service.py", NULL);
  g_autoptr (GAsyncResult) location = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_free (write_program (fixture->folder, "srun",
                         "#!/bin/sh\nwhile [ \"$1\" != sh ]; do shift; done\nexec \"$@\"\n"));
  g_free (write_program (fixture->folder, "squeue", "#!/bin/sh\n"));
  rushes_client_start_async (client, 10, rushes_test_result_cb, &location);
  result = rushes_test_wait_for_result (&location);
  rushes_client_start_finish (client, result, &error);
  g_assert_no_error (error);
  rushes_client_stop (client, FALSE);
  rushes_test_wait_until (is_dead, client);

  copied_text = rushes_test_read (copy);
  g_assert_cmpstr (copied_text, ==, original_text);
  g_assert_true (g_file_test (module, G_FILE_TEST_IS_REGULAR));
}

static void
test_missing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesLauncher) launcher = rushes_launcher_new ("/opt/blender");
  g_autoptr (RushesLauncher) flatpak = rushes_launcher_new ("org.blender.Blender");
  g_autoptr (RushesSlurm) slurm = rushes_slurm_new ();
  g_autoptr (RushesLauncher) cluster = rushes_launcher_new_on_cluster ("blender", slurm);
  g_autoptr (GError) no_srun = rushes_launcher_explain_exit (cluster, RUSHES_HOST_NO_PROGRAM);
  g_autoptr (GError) error = rushes_launcher_explain_exit (launcher, RUSHES_HOST_NO_PROGRAM);
  g_autoptr (GError) no_flatpak = rushes_launcher_explain_exit (flatpak, RUSHES_FLATPAK_NO_PROGRAM);
  g_autoptr (GError) not_installed =
      rushes_launcher_explain_exit (flatpak, RUSHES_FLATPAK_NO_BLENDER);

  rushes_test_assert_error (error, RUSHES_ERROR_COULD_NOT_START, "“/opt/blender”");
  rushes_test_assert_error (no_srun, RUSHES_ERROR_COULD_NOT_START, "no program “srun”");
  rushes_test_assert_error (no_flatpak, RUSHES_ERROR_COULD_NOT_START, "“flatpak”");
  rushes_test_assert_error (not_installed, RUSHES_ERROR_COULD_NOT_START,
                            "“flatpak install org.blender.Blender”");
  g_assert_null (rushes_launcher_explain_exit (launcher, 1));
  /* So a program ends whose libraries are missing. */
  g_assert_null (rushes_launcher_explain_exit (launcher, 127));
  g_assert_null (rushes_launcher_explain_exit (launcher, 0));
  /* Only whoever has it can say whether it is there. */
  g_assert_true (rushes_launcher_check (launcher, NULL));
}

/* ---- Files ----------------------------------------------------------- */

static void
assert_unreachable (const char *scene, const char *folder, const char *option)
{
  g_autoptr (RushesLauncher) launcher = rushes_launcher_new ("blender");
  g_autoptr (GError) error = NULL;

  g_assert_false (rushes_launcher_reach (launcher, scene, folder, &error));
  rushes_test_assert_error (error, RUSHES_ERROR_UNREACHABLE, "flatpak override --user");
  rushes_test_assert_error (error, RUSHES_ERROR_UNREACHABLE, option);
  rushes_test_assert_error (error, RUSHES_ERROR_UNREACHABLE, " io.github.rushes.Rushes");
}

static void
test_reach (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesLauncher) launcher = rushes_launcher_new ("blender");
  g_autofree char *scene = rushes_test_write (fixture->folder, "scene.blend", "x");
  g_autofree char *folder = g_build_filename (fixture->folder, "out", "not there yet", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (rushes_launcher_reach (launcher, scene, folder, &error));
  g_assert_no_error (error);
  g_assert_true (rushes_launcher_reach (launcher, scene, NULL, &error));
  /* That it is nowhere is not for this to say. */
  g_assert_true (rushes_launcher_reach (launcher, "/no/such/scene.blend", folder, &error));
  /* Nor can it say anything where there is no answer. */
  g_free (write_program (fixture->folder, "stat", "#!/bin/sh\nexit 1\n"));
  g_assert_true (rushes_launcher_reach (launcher, scene, folder, &error));
}

/* A host that has another file by the same name, or the scene without the folder. */
static void
test_unreachable (Fixture *fixture, gconstpointer data)
{
  g_autofree char *scene = rushes_test_write (fixture->folder, "scene.blend", "x");
  g_autofree char *there = g_build_filename (fixture->folder, "there", NULL);
  g_autofree char *folder = g_build_filename (there, "monkey", NULL);
  g_autofree char *option = g_strdup_printf ("--filesystem=%s io", fixture->folder);
  g_autofree char *stat_folder =
      g_strdup_printf ("#!/bin/sh\nprintf '1:2 /\\0%%s %s\\0' 0:1\n", scene);
  g_autofree char *stat_scene =
      g_strdup_printf ("#!/bin/sh\n[ \"$4\" = -- ] && "
                       "/usr/bin/stat -L --printf '%%d:%%i %%n\\0' / %s %s\n",
                       scene, fixture->folder);

  g_free (write_program (fixture->folder, "stat", stat_folder));
  assert_unreachable (scene, NULL, option);

  /* We have made the folder in a place of our own. */
  g_assert_no_errno (g_mkdir (there, 0755));
  g_free (write_program (fixture->folder, "stat", stat_scene));
  assert_unreachable (scene, folder, option);
}

static void
test_document (Fixture *fixture, gconstpointer data)
{
  assert_unreachable ("/run/user/1000/doc/1a2b3c/monkey.blend", NULL, "“/run/user/1000/doc/");
  assert_unreachable ("/run/flatpak/doc/1a2b3c/monkey.blend", NULL, "monkey.blend”");
}

/* ---- Blenders -------------------------------------------------------- */

static void
test_find (Fixture *fixture, gconstpointer data)
{
  g_autofree char *opt = g_build_filename (g_get_home_dir (), "opt", "Blender-9.9", NULL);
  g_autofree char *unpacked = NULL;
  g_autofree char *in_path = NULL;
  g_autofree char *version = NULL;
  g_autoptr (GAsyncResult) location = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) asked = NULL;
  g_autoptr (GAsyncResult) answer = NULL;
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_no_errno (g_mkdir_with_parents (opt, 0755));
  unpacked = write_program (opt, "blender", "#!/bin/sh\n");
  in_path = write_program (fixture->folder, "blender", "#!/bin/sh\n");
  g_free (write_program (fixture->folder, "flatpak",
                         "#!/bin/sh\n"
                         "case $1 in\n"
                         "list) printf 'org.blender.Blender\\tstable\\n' ;;\n"
                         "run) [ \"$4 $5\" = 'org.blender.Blender//stable --version' ] &&\n"
                         "  echo Blender 4.5.1 ;;\n"
                         "esac\n"));

  rushes_blenders_find_async (NULL, rushes_test_result_cb, &location);
  result = rushes_test_wait_for_result (&location);
  found = rushes_blenders_find_finish (result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_ptr_array_index (found, 0), ==, in_path);
  g_assert_true (g_ptr_array_find_with_equal_func (found, unpacked, g_str_equal, NULL));
  g_assert_cmpstr (g_ptr_array_index (found, found->len - 1), ==, "org.blender.Blender//stable");

  rushes_blender_ask_version_async ("org.blender.Blender//stable", NULL, rushes_test_result_cb,
                                    &asked);
  answer = rushes_test_wait_for_result (&asked);
  version = rushes_blender_ask_version_finish (answer, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (version, ==, "4.5.1");
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_autoptr (RushesTestFolder) home = rushes_test_make_folder ();

  g_setenv ("HOME", home, TRUE);
  g_unsetenv ("XDG_CACHE_HOME");
  g_test_init (&argc, &argv, NULL);

  add ("/host/is-there", test_is_there);
  add ("/host/permission", test_permission);
  add ("/host/find-path", test_find_path);
  add ("/host/argv", test_argv);
  add ("/host/argv-flatpak", test_argv_flatpak);
  add ("/host/streams", test_streams);
  add ("/host/ends", test_ends);
  add ("/host/argv-slurm", test_argv_slurm);
  add ("/host/ends-politely", test_ends_politely);
  add ("/host/slurm", test_slurm);
  add ("/host/missing", test_missing);
  add ("/host/reach", test_reach);
  add ("/host/unreachable", test_unreachable);
  add ("/host/document", test_document);
  add ("/host/find", test_find);

  return g_test_run ();
}
