/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <sys/wait.h>

#include <glib/gstdio.h>

#include "rushes-error.h"
#include "rushes-inspector.h"
#include "rushes-picture.h"
#include "test-utils.h"

typedef struct
{
  RushesTestFolder *folder;   /* (owned) */
  RushesInspector *inspector; /* (owned) */
} Fixture;

/* ---- Helpers --------------------------------------------------------- */

/* A fake client with those modes; every start of it leaves a line. */
static RushesLauncher *
make_launcher (Fixture *fixture, const char *name, const char *modes)
{
  g_autofree char *text = g_strdup_printf ("#!/bin/sh\necho start >>'%s/starts'\n"
                                           "RUSHES_FAKE='%s' exec \"$RUSHES_FAKE_CLIENT\" \"$@\"\n",
                                           fixture->folder, modes);
  g_autofree char *blender = rushes_test_write (fixture->folder, name, text);

  g_assert_no_errno (g_chmod (blender, 0755));
  return rushes_launcher_new (blender);
}

static void
use_launcher (Fixture *fixture, const char *name, const char *modes)
{
  g_autoptr (RushesLauncher) launcher = make_launcher (fixture, name, modes);

  rushes_inspector_set_launcher (fixture->inspector, launcher);
}

static guint
count_starts (Fixture *fixture)
{
  g_autofree char *path = g_build_filename (fixture->folder, "starts", NULL);
  g_autofree char *text = NULL;
  gsize size = 0;

  if (!g_file_get_contents (path, &text, &size, NULL))
    return 0;
  return (guint) (size / strlen ("start\n"));
}

static void
write_blend (Fixture *fixture, const char *name, const char *directives)
{
  g_autofree char *text = g_strdup_printf ("BLENDER-fake\n%s\n", directives);

  g_free (rushes_test_write (fixture->folder, name, text));
}

static RushesScene *
make_scene (Fixture *fixture, const char *name, const char *directives)
{
  g_autoptr (RushesSettings) settings = rushes_settings_new ();
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

  if (directives != NULL)
    write_blend (fixture, name, directives);
  return rushes_scene_new (path, settings);
}

static RushesScene *
add_scene (Fixture *fixture, const char *name, const char *directives)
{
  RushesScene *scene = make_scene (fixture, name, directives);

  rushes_inspector_add (fixture->inspector, scene);
  return scene;
}

static gboolean
is_known (gpointer scene)
{
  return rushes_scene_get_report (scene) != NULL || rushes_scene_get_report_error (scene) != NULL;
}

static void
assert_report (RushesScene *scene, int end)
{
  rushes_test_wait_until (is_known, scene);
  g_assert_no_error (rushes_scene_get_report_error (scene));
  g_assert_cmpint (rushes_scene_get_report (scene)->end, ==, end);
}

static void
assert_error (RushesScene *scene, RushesError code, const char *words)
{
  g_autoptr (GError) error = NULL;

  rushes_test_wait_until (is_known, scene);
  g_assert_null (rushes_scene_get_report (scene));
  error = g_error_copy (rushes_scene_get_report_error (scene));
  rushes_test_assert_error (error, (int) code, words);
}

static gboolean
is_started (gpointer fixture)
{
  g_timeout_add_once (1, (GSourceOnceFunc) g_main_context_wakeup, NULL);
  return count_starts (fixture) > 0;
}

/* The log tells when a client has got so far. */
static gboolean
is_ready (gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autofree char *path = g_build_filename (fixture->folder, "logs", "client-0.log", NULL);
  g_autofree char *text = NULL;

  g_timeout_add_once (1, (GSourceOnceFunc) g_main_context_wakeup, NULL);
  return g_file_get_contents (path, &text, NULL, NULL) && strstr (text, "is Blender") != NULL;
}

static gboolean
is_at_rest (gpointer inspector)
{
  return !rushes_inspector_is_running (inspector);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *log_dir = NULL;

  fixture->folder = rushes_test_make_folder ();
  log_dir = g_build_filename (fixture->folder, "logs", NULL);
  fixture->inspector = rushes_inspector_new (log_dir);
  use_launcher (fixture, "blender", "");
}

/* Whatever has happened: the inspector goes, and leaves no process. */
static void
tear_down (Fixture *fixture, gconstpointer data)
{
  if (fixture->inspector != NULL)
    {
      rushes_inspector_stop (fixture->inspector);
      rushes_test_wait_until (is_at_rest, fixture->inspector);
      rushes_test_wait_for_children ();
      rushes_test_assert_finalize (g_steal_pointer (&fixture->inspector));
    }
  rushes_test_wait_for_children ();
  g_clear_pointer (&fixture->folder, rushes_test_remove_folder);
}

/* ---- Scenes ---------------------------------------------------------- */

static void
test_report (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesScene) scene = NULL;

  g_assert_false (rushes_inspector_is_running (fixture->inspector));
  scene = add_scene (fixture, "a.blend", "start=3\nend=12\nstep=2\nwidth=640\nheight=360\nfps=25");
  g_assert_true (rushes_inspector_is_running (fixture->inspector));
  assert_report (scene, 12);
  g_assert_cmpint (rushes_scene_get_report (scene)->start, ==, 3);
  g_assert_cmpuint (rushes_scene_get_report (scene)->step, ==, 2);
  g_assert_cmpuint (rushes_scene_get_report (scene)->width, ==, 640);
  g_assert_cmpuint (rushes_scene_get_report (scene)->height, ==, 360);
  g_assert_cmpfloat (rushes_scene_get_report (scene)->fps, ==, 25);
  g_assert_cmpstr (rushes_scene_get_report (scene)->camera, ==, "Camera");
  g_assert_cmpuint (rushes_scene_get_n_frames (scene), ==, 5);
  g_assert_cmpint (rushes_scene_get_state (scene), ==, RUSHES_SCENE_QUEUED);
}

/* What the file lacks, and what it would run. */
static void
test_findings (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesScene) scene =
      add_scene (fixture, "scene.blend",
                 "missing=//wood.png\nmissing=//stone.png\nwarning=Too old\nhas-scripts\n"
                 "no-camera");
  const RushesReport *report;

  assert_report (scene, 10);
  report = rushes_scene_get_report (scene);
  g_assert_cmpuint (g_strv_length (report->missing), ==, 2);
  g_assert_cmpstr (report->missing[1], ==, "//stone.png");
  g_assert_cmpstr (report->warnings[0], ==, "Too old");
  g_assert_cmpstr (report->scripts[0], ==, "rig.py");
  g_assert_null (report->camera);
}

/* In the order they came, all by one client, and so are those that come later. */
static void
test_one_client (Fixture *fixture, gconstpointer data)
{
  RushesScene *scenes[20];
  g_autoptr (RushesScene) late = NULL;

  for (int i = 0; i < 20; i++)
    {
      g_autofree char *name = g_strdup_printf ("%d.blend", i);
      g_autofree char *directives = g_strdup_printf ("end=%d", i + 1);

      scenes[i] = add_scene (fixture, name, directives);
    }
  for (int i = 0; i < 20; i++)
    {
      assert_report (scenes[i], i + 1);
      for (int j = i + 2; j < 20; j++)
        g_assert_false (is_known (scenes[j]));
      g_object_unref (scenes[i]);
    }
  late = add_scene (fixture, "late.blend", "end=99");
  assert_report (late, 99);
  g_assert_true (rushes_inspector_is_running (fixture->inspector));
  g_assert_cmpuint (count_starts (fixture), ==, 1);
}

static void
test_twice (Fixture *fixture, gconstpointer data)
{
  G_GNUC_UNUSED g_autoptr (RushesScene) first = add_scene (fixture, "first.blend", "load-ms=50");
  g_autoptr (RushesScene) scene = add_scene (fixture, "a.blend", "end=5");
  g_autoptr (RushesScene) last = NULL;
  guint count = 0;

  g_signal_connect (scene, "notify::report", G_CALLBACK (rushes_test_count_notify), &count);
  rushes_inspector_add (fixture->inspector, scene);
  rushes_inspector_add (fixture->inspector, scene);
  last = add_scene (fixture, "last.blend", "");
  assert_report (last, 10);
  g_assert_cmpuint (count, ==, 1);

  /* Known is not for ever: the file may be another by now. */
  write_blend (fixture, "a.blend", "end=6");
  rushes_inspector_add (fixture->inspector, scene);
  rushes_scene_set_report (last, NULL, NULL);
  rushes_inspector_add (fixture->inspector, last);
  assert_report (last, 10);
  g_assert_cmpuint (count, ==, 2);
  assert_report (scene, 6);
}

/* A scene that cannot be loaded is no reason to start another client. */
static void
test_load_error (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesScene) bad = add_scene (fixture, "bad.blend", "load-error=From the future");
  g_autoptr (RushesScene) good = add_scene (fixture, "good.blend", "end=7");

  assert_error (bad, RUSHES_ERROR_LOAD_FAILED, "From the future");
  assert_report (good, 7);
  g_assert_cmpuint (count_starts (fixture), ==, 1);

  /* Mended, it is well. */
  write_blend (fixture, "bad.blend", "end=8");
  rushes_inspector_add (fixture->inspector, bad);
  rushes_scene_set_report (bad, NULL, NULL);
  assert_report (bad, 8);
}

static void
test_crash (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesScene) bad = add_scene (fixture, "bad.blend", "load-crash");
  g_autoptr (RushesScene) good = add_scene (fixture, "good.blend", "end=7");

  assert_error (bad, RUSHES_ERROR_CRASHED, "signal 11");
  assert_report (good, 7);
  g_assert_cmpuint (count_starts (fixture), ==, 2);
}

static void
test_bad_files (Fixture *fixture, gconstpointer data)
{
  G_GNUC_UNUSED g_autofree char *text =
      rushes_test_write (fixture->folder, "text.blend", "Dear diary");
  g_autofree char *folder = g_build_filename (fixture->folder, "folder.blend", NULL);
  g_autoptr (RushesScene) missing = add_scene (fixture, "missing.blend", NULL);
  g_autoptr (RushesScene) diary = add_scene (fixture, "text.blend", NULL);
  g_autoptr (RushesScene) directory = NULL;

  g_assert_no_errno (g_mkdir (folder, 0755));
  directory = add_scene (fixture, "folder.blend", NULL);
  assert_error (missing, RUSHES_ERROR_MISSING_FILE, "missing.blend");
  assert_error (diary, RUSHES_ERROR_LOAD_FAILED, "not a .blend file");
  assert_error (directory, RUSHES_ERROR_INVALID, "is a folder");
  g_assert_cmpuint (count_starts (fixture), ==, 1);
}

/* ---- Blenders that are none ------------------------------------------ */

static void
test_no_blender (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesLauncher) launcher = rushes_launcher_new ("/nowhere/blender");
  g_autoptr (RushesScene) first = NULL;
  g_autoptr (RushesScene) second = NULL;

  rushes_inspector_set_launcher (fixture->inspector, launcher);
  first = add_scene (fixture, "first.blend", "end=1");
  second = add_scene (fixture, "second.blend", "end=2");
  assert_error (first, RUSHES_ERROR_COULD_NOT_START, "/nowhere/blender");
  assert_error (second, RUSHES_ERROR_COULD_NOT_START, "/nowhere/blender");
  rushes_test_wait_until (is_at_rest, fixture->inspector);

  /* Asked again it tries again; told of a Blender it is well. */
  rushes_scene_set_report (first, NULL, NULL);
  rushes_inspector_add (fixture->inspector, first);
  assert_error (first, RUSHES_ERROR_COULD_NOT_START, "/nowhere/blender");
  use_launcher (fixture, "blender", "");
  rushes_scene_set_report (first, NULL, NULL);
  rushes_inspector_add (fixture->inspector, first);
  assert_report (first, 1);
}

static void
test_start_fails (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesScene) first = NULL;
  g_autoptr (RushesScene) second = NULL;

  use_launcher (fixture, "broken", "exit=3");
  first = add_scene (fixture, "first.blend", "");
  second = add_scene (fixture, "second.blend", "");
  assert_error (first, RUSHES_ERROR_CRASHED, "exit code 3");
  assert_error (second, RUSHES_ERROR_CRASHED, "exit code 3");
  g_assert_cmpuint (count_starts (fixture), ==, 2);
}

static void
test_start_times_out (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesScene) scene = NULL;

  use_launcher (fixture, "broken", "no-marker");
  rushes_inspector_set_start_timeout (fixture->inspector, 1);
  scene = add_scene (fixture, "scene.blend", "");
  assert_error (scene, RUSHES_ERROR_TIMED_OUT, "1 second");
}

/* Once is chance. */
static void
test_start_fails_once (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = g_strdup_printf (
      "#!/bin/sh\necho start >>'%s/starts'\n"
      "[ $(wc -l <'%s/starts') -gt 1 ] || exit 1\nexec \"$RUSHES_FAKE_CLIENT\" \"$@\"\n",
      fixture->folder, fixture->folder);
  g_autofree char *blender = rushes_test_write (fixture->folder, "moody", text);
  g_autoptr (RushesLauncher) launcher = rushes_launcher_new (blender);
  g_autoptr (RushesScene) scene = NULL;

  g_assert_no_errno (g_chmod (blender, 0755));
  rushes_inspector_set_launcher (fixture->inspector, launcher);
  scene = add_scene (fixture, "scene.blend", "");
  assert_report (scene, 10);
  g_assert_cmpuint (count_starts (fixture), ==, 2);
}

/* Asked without a launcher it waits for one. */
static void
test_no_launcher (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesScene) scene = NULL;
  g_autofree char *log_dir = g_build_filename (fixture->folder, "logs", NULL);

  g_clear_object (&fixture->inspector);
  fixture->inspector = rushes_inspector_new (log_dir);
  scene = add_scene (fixture, "scene.blend", "");
  g_assert_false (rushes_inspector_is_running (fixture->inspector));
  use_launcher (fixture, "blender", "");
  assert_report (scene, 10);
}

/* ---- Nobody wants it any more ---------------------------------------- */

static void
test_remove_waiting (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesScene) first = add_scene (fixture, "first.blend", "");
  g_autoptr (RushesScene) second = add_scene (fixture, "second.blend", "");
  g_autoptr (RushesScene) third = add_scene (fixture, "third.blend", "");

  rushes_inspector_remove (fixture->inspector, second);
  rushes_inspector_remove (fixture->inspector, second);
  assert_report (third, 10);
  assert_report (first, 10);
  g_assert_false (is_known (second));
  rushes_inspector_remove (fixture->inspector, first);
  rushes_test_assert_finalize (g_steal_pointer (&second));
}

static void
test_remove_in_hand (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesScene) first = add_scene (fixture, "first.blend", "");
  g_autoptr (RushesScene) second = add_scene (fixture, "second.blend", "load-ms=300");
  g_autoptr (RushesScene) third = add_scene (fixture, "third.blend", "");

  assert_report (first, 10);
  rushes_inspector_remove (fixture->inspector, second);
  assert_report (third, 10);
  g_assert_false (is_known (second));
  g_assert_cmpuint (count_starts (fixture), ==, 1);
}

/* Removed and put back: what counts is the second look. */
static void
test_remove_and_add (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesScene) first = add_scene (fixture, "first.blend", "");
  g_autoptr (RushesScene) second = add_scene (fixture, "second.blend", "end=1\nload-ms=300");
  guint count = 0;

  g_signal_connect (second, "notify::report", G_CALLBACK (rushes_test_count_notify), &count);
  assert_report (first, 10);
  for (guint i = 0; i < 3; i++)
    {
      rushes_inspector_remove (fixture->inspector, second);
      rushes_inspector_add (fixture->inspector, second);
    }
  write_blend (fixture, "second.blend", "end=2");
  assert_report (second, 2);
  g_assert_cmpuint (count, ==, 1);
}

/* A stop forgets what was asked for, and does not take what was known. */
static void
test_stop (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesScene) first = add_scene (fixture, "first.blend", "");
  g_autoptr (RushesScene) second = NULL;

  assert_report (first, 10);
  second = add_scene (fixture, "second.blend", "load-ms=60000");
  rushes_inspector_add (fixture->inspector, first);
  rushes_inspector_stop (fixture->inspector);
  rushes_test_wait_until (is_at_rest, fixture->inspector);
  assert_report (first, 10);
  g_assert_false (is_known (second));

  /* It is not for ever. */
  write_blend (fixture, "second.blend", "end=2");
  rushes_inspector_add (fixture->inspector, second);
  assert_report (second, 2);
}

static void
test_stop_starting (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesScene) scene = NULL;

  use_launcher (fixture, "slow", "start-ms=60000");
  scene = add_scene (fixture, "scene.blend", "");
  rushes_inspector_stop (fixture->inspector);
  rushes_test_wait_until (is_at_rest, fixture->inspector);
  g_assert_false (is_known (scene));

  scene = add_scene (fixture, "second.blend", "");
  rushes_test_wait_until (is_started, fixture);
  rushes_inspector_stop (fixture->inspector);
  rushes_test_wait_until (is_at_rest, fixture->inspector);
  g_assert_false (is_known (scene));
}

/* ---- Another Blender ------------------------------------------------- */

static void
test_change_idle (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesScene) scene = add_scene (fixture, "scene.blend", "");
  g_autoptr (RushesScene) second = NULL;

  assert_report (scene, 10);
  use_launcher (fixture, "other", "");
  second = add_scene (fixture, "second.blend", "");
  assert_report (second, 10);
  g_assert_cmpuint (count_starts (fixture), ==, 2);
  /* Of which nobody hears. */
  use_launcher (fixture, "third", "");
  rushes_test_wait_until (is_at_rest, fixture->inspector);
  g_assert_cmpuint (count_starts (fixture), ==, 2);
}

static void
test_change_starting (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesScene) first = NULL;
  g_autoptr (RushesScene) second = NULL;

  use_launcher (fixture, "slow", "start-ms=60000");
  first = add_scene (fixture, "first.blend", "end=1");
  second = add_scene (fixture, "second.blend", "end=2");
  rushes_test_wait_until (is_started, fixture);
  use_launcher (fixture, "blender", "");
  assert_report (first, 1);
  assert_report (second, 2);
  g_assert_cmpuint (count_starts (fixture), ==, 2);
}

static void
test_change_in_hand (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesScene) first = add_scene (fixture, "first.blend", "end=1\nload-ms=60000");
  g_autoptr (RushesScene) second = add_scene (fixture, "second.blend", "end=2");

  rushes_test_wait_until (is_ready, fixture);
  write_blend (fixture, "first.blend", "end=3");
  use_launcher (fixture, "other", "");
  assert_report (first, 3);
  assert_report (second, 2);
}

/* ---- Previews -------------------------------------------------------- */

static void
begin_preview (Fixture *fixture, const char *name, GAsyncResult **location)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
  g_autofree char *target = g_build_filename (fixture->folder, "cache", "small.png", NULL);

  rushes_inspector_preview_async (fixture->inspector, path, target, 32, rushes_test_result_cb,
                                  location);
}

static gboolean
finish_preview (Fixture *fixture, GAsyncResult **location, GError **error)
{
  g_autoptr (GAsyncResult) result = rushes_test_wait_for_result (location);

  return rushes_inspector_preview_finish (fixture->inspector, result, error);
}

static void
write_picture (Fixture *fixture)
{
  g_autofree char *path = g_build_filename (fixture->folder, "large.png", NULL);

  rushes_test_write_png (path, 640, 320);
}

static void
assert_preview (Fixture *fixture, GAsyncResult **location)
{
  g_autofree char *target = g_build_filename (fixture->folder, "cache", "small.png", NULL);
  g_autoptr (GError) error = NULL;

  finish_preview (fixture, location, &error);
  g_assert_no_error (error);
  rushes_picture_check (rushes_picture_format_find ("PNG"), target, 32, 16, &error);
  g_assert_no_error (error);
}

static void
test_preview (Fixture *fixture, gconstpointer data)
{
  GAsyncResult *location = NULL;
  g_autoptr (GError) error = NULL;

  write_picture (fixture);
  begin_preview (fixture, "large.png", &location);
  assert_preview (fixture, &location);
  begin_preview (fixture, "missing.png", &location);
  g_assert_false (finish_preview (fixture, &location, &error));
  rushes_test_assert_error (error, RUSHES_ERROR_LOAD_FAILED, "missing.png");
  begin_preview (fixture, "large.png", &location);
  assert_preview (fixture, &location);
  g_assert_cmpuint (count_starts (fixture), ==, 1);
}

/* Somebody is looking: it comes before the scenes that wait. */
static void
test_preview_first (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesScene) first = add_scene (fixture, "first.blend", "load-ms=50");
  g_autoptr (RushesScene) second = add_scene (fixture, "second.blend", "load-ms=50");
  g_autoptr (RushesScene) third = add_scene (fixture, "third.blend", "load-ms=50");
  GAsyncResult *location = NULL;

  write_picture (fixture);
  assert_report (first, 10);
  begin_preview (fixture, "large.png", &location);
  assert_preview (fixture, &location);
  g_assert_false (is_known (third));
  assert_report (third, 10);
  g_assert_true (is_known (second));
}

static void
test_preview_no_blender (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesLauncher) launcher = rushes_launcher_new ("/nowhere/blender");
  GAsyncResult *location = NULL;
  g_autoptr (GError) error = NULL;

  rushes_inspector_set_launcher (fixture->inspector, launcher);
  begin_preview (fixture, "large.png", &location);
  g_assert_false (finish_preview (fixture, &location, &error));
  rushes_test_assert_error (error, RUSHES_ERROR_COULD_NOT_START, "/nowhere/blender");
}

static void
test_preview_stopped (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesScene) scene = add_scene (fixture, "scene.blend", "load-ms=60000");
  GAsyncResult *location = NULL;
  g_autoptr (GError) error = NULL;

  rushes_test_wait_until (is_ready, fixture);
  begin_preview (fixture, "large.png", &location);
  rushes_inspector_stop (fixture->inspector);
  g_assert_false (finish_preview (fixture, &location, &error));
  g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_STOPPED);
  g_assert_false (is_known (scene));
}

static void
test_preview_change (Fixture *fixture, gconstpointer data)
{
  GAsyncResult *location = NULL;

  write_picture (fixture);
  use_launcher (fixture, "slow", "start-ms=60000");
  begin_preview (fixture, "large.png", &location);
  rushes_test_wait_until (is_started, fixture);
  use_launcher (fixture, "blender", "");
  assert_preview (fixture, &location);
}

/* It goes in the midst of things, with whom it was for. */
static void
test_release (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesScene) first = NULL;
  g_autoptr (RushesScene) second = NULL;
  static const char *const when[] = { "idle", "starting", "loading" };

  for (guint i = 0; i < G_N_ELEMENTS (when); i++)
    {
      g_clear_object (&first);
      g_clear_object (&second);
      if (i > 0)
        set_up (fixture, NULL);
      if (i == 1)
        use_launcher (fixture, "slow", "start-ms=60000");
      first = add_scene (fixture, "first.blend", i == 2 ? "load-ms=60000" : "");
      if (i == 0)
        assert_report (first, 10);
      else
        {
          second = add_scene (fixture, "second.blend", "");
          rushes_test_wait_until (i == 1 ? is_started : is_ready, fixture);
        }
      rushes_inspector_stop (fixture->inspector);
      g_clear_object (&fixture->inspector);
      rushes_test_wait_for_children ();
      if (second != NULL)
        rushes_test_assert_finalize (g_steal_pointer (&second));
      rushes_test_assert_finalize (g_steal_pointer (&first));
      g_clear_pointer (&fixture->folder, rushes_test_remove_folder);
    }
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("/inspector/report", test_report);
  add ("/inspector/findings", test_findings);
  add ("/inspector/one-client", test_one_client);
  add ("/inspector/twice", test_twice);
  add ("/inspector/load-error", test_load_error);
  add ("/inspector/crash", test_crash);
  add ("/inspector/bad-files", test_bad_files);
  add ("/inspector/no-blender", test_no_blender);
  add ("/inspector/no-launcher", test_no_launcher);
  add ("/inspector/start/fails", test_start_fails);
  add ("/inspector/start/fails-once", test_start_fails_once);
  add ("/inspector/start/times-out", test_start_times_out);
  add ("/inspector/remove/waiting", test_remove_waiting);
  add ("/inspector/remove/in-hand", test_remove_in_hand);
  add ("/inspector/remove/and-add", test_remove_and_add);
  add ("/inspector/stop/loading", test_stop);
  add ("/inspector/stop/starting", test_stop_starting);
  add ("/inspector/change/idle", test_change_idle);
  add ("/inspector/change/starting", test_change_starting);
  add ("/inspector/change/in-hand", test_change_in_hand);
  add ("/inspector/preview/well", test_preview);
  add ("/inspector/preview/first", test_preview_first);
  add ("/inspector/preview/no-blender", test_preview_no_blender);
  add ("/inspector/preview/stopped", test_preview_stopped);
  add ("/inspector/preview/change", test_preview_change);
  add ("/inspector/release", test_release);

  return g_test_run ();
}
