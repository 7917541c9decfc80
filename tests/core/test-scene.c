/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>

#include "rushes-error.h"
#include "rushes-scene.h"
#include "test-utils.h"

#define WIDTH    8
#define HEIGHT   2
#define ATTEMPTS 3

typedef struct
{
  char *folder; /* (owned) */
  char *blend;  /* (owned) */
  RushesScene *scene;
  RushesInfo info;
  GString *log; /* notifications of what moves on, and of states */
} Fixture;

static void
notify_cb (RushesScene *scene, GParamSpec *pspec, GString *log)
{
  if (g_str_equal (pspec->name, "state"))
    g_string_append_printf (log, "state %d ", (int) rushes_scene_get_state (scene));
  else if (g_str_equal (pspec->name, "progress"))
    g_string_append (log, "progress ");
}

static void
make_scene (Fixture *fixture, const char *frames)
{
  g_autoptr (RushesSettings) settings = rushes_settings_new ();
  g_autofree char *root = g_build_filename (fixture->folder, "output", NULL);

  g_object_set (settings, "frames", frames, NULL);
  g_clear_object (&fixture->scene);
  fixture->scene = rushes_scene_new (fixture->blend, settings);
  rushes_scene_set_folder (fixture->scene, root);
  g_string_truncate (fixture->log, 0);
  g_signal_connect (fixture->scene, "notify", G_CALLBACK (notify_cb), fixture->log);
}

static void
fixture_set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = rushes_test_make_folder ();
  fixture->blend = rushes_test_write (fixture->folder, "monkey.blend", "BLENDER");
  fixture->log = g_string_new (NULL);
  fixture->info = (RushesInfo){ .blender = (char *) "3.4.1",
                                .engine = (char *) "CYCLES",
                                .format = (char *) "PNG",
                                .extension = (char *) ".png",
                                .width = WIDTH,
                                .height = HEIGHT,
                                .start = 1,
                                .end = 4,
                                .step = 1,
                                .fps = 24,
                                .kinds = rushes_test_make_kinds (WIDTH, HEIGHT, "frames", NULL) };
  make_scene (fixture, NULL);
}

static void
fixture_tear_down (Fixture *fixture, gconstpointer data)
{
  if (fixture->scene != NULL)
    g_signal_handlers_disconnect_by_data (fixture->scene, fixture->log);
  g_clear_object (&fixture->scene);
  g_string_free (g_steal_pointer (&fixture->log), TRUE);
  g_clear_pointer (&fixture->info.kinds, g_ptr_array_unref);
  g_clear_pointer (&fixture->blend, g_free);
  g_clear_pointer (&fixture->folder, rushes_test_remove_folder);
}

static gboolean
open_scene (Fixture *fixture, RushesExisting existing, GError **error)
{
  g_autoptr (GAsyncResult) location = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  rushes_scene_set_existing (fixture->scene, existing);
  rushes_scene_open_async (fixture->scene, NULL, rushes_test_result_cb, &location);
  result = rushes_test_wait_for_result (&location);
  return rushes_scene_open_finish (fixture->scene, result, error);
}

static gboolean
bind_scene (Fixture *fixture, GError **error)
{
  g_autoptr (GAsyncResult) location = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  rushes_scene_bind_async (fixture->scene, &fixture->info, rushes_test_result_cb, &location);
  result = rushes_test_wait_for_result (&location);
  return rushes_scene_bind_finish (fixture->scene, result, error);
}

static void
open_and_bind (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  open_scene (fixture, RUSHES_EXISTING_RESUME, &error);
  g_assert_no_error (error);
  bind_scene (fixture, &error);
  g_assert_no_error (error);
  g_assert_cmpint (rushes_scene_get_state (fixture->scene), ==, RUSHES_SCENE_RENDERING);
}

static guint
take (Fixture *fixture, guint client)
{
  guint index = G_MAXUINT;

  g_assert_true (rushes_scene_take_frame (fixture->scene, client, &index));
  return index;
}

static void
commit (Fixture *fixture, guint index)
{
  RushesOutput *output = rushes_scene_get_output (fixture->scene);
  guint frame = rushes_frames_get_number (rushes_scene_get_frames (fixture->scene), index);
  g_autofree char *staging = rushes_output_build_staging_name (output, 0, frame, 1);
  g_autofree char *path = g_build_filename (rushes_output_get_root (output), staging, NULL);
  g_autoptr (GError) error = NULL;

  rushes_test_write_png (path, WIDTH, HEIGHT);
  rushes_output_commit (output, frame, 1, NULL, &error);
  g_assert_no_error (error);
}

static void
render (Fixture *fixture, guint n)
{
  while (n-- > 0)
    {
      guint index = take (fixture, 1);

      commit (fixture, index);
      rushes_scene_finish_frame (fixture->scene, index, 1, RUSHES_BLANK_NOT);
    }
}

static gboolean
fail_frame (Fixture *fixture, guint index, guint client)
{
  g_autoptr (GError) error = g_error_new (RUSHES_ERROR, RUSHES_ERROR_RENDER_FAILED, "No paint");

  return rushes_scene_fail_frame (fixture->scene, index, client, ATTEMPTS, error, "client.log",
                                  "its end");
}

static void
assert_numbers (Fixture *fixture, guint frames, guint done, guint failed, double progress)
{
  guint n_frames, n_done, n_failed;
  double fraction;

  g_object_get (fixture->scene, "n-frames", &n_frames, "n-done", &n_done, "n-failed", &n_failed,
                "progress", &fraction, NULL);
  g_assert_cmpuint (n_frames, ==, frames);
  g_assert_cmpuint (n_done, ==, done);
  g_assert_cmpuint (n_failed, ==, failed);
  g_assert_cmpfloat_with_epsilon (fraction, progress, 1e-6);
}

static void
test_names (void)
{
  static const char *const cases[][2] = {
    { "/a/monkey.blend", "monkey" },
    { "/a/shot 1.v2.blend", "shot 1.v2" },
    { "/a/monkey", "monkey" },
    { "/a/monkey.BLEND", "monkey.BLEND" },
    { "/a/monkey.blend1", "monkey.blend1" },
    { "/a/.blend", "scene" },
    { "/a/..blend", "scene" },
    { "/a/...blend", "scene" },
    { "/a/.hidden.blend", ".hidden" },
    { "/a/Äffchen.blend", "Äffchen" },
    { "/a/new\nline.blend", "new\nline" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RushesSettings) settings = rushes_settings_new ();
      g_autoptr (RushesScene) scene = rushes_scene_new (cases[i][0], settings);

      g_assert_cmpstr (rushes_scene_get_name (scene), ==, cases[i][1]);
      g_assert_cmpstr (rushes_scene_get_path (scene), ==, cases[i][0]);
    }
}

/* Whatever the path, the name is one part of a path. */
static void
test_name_stays_in_its_folder (void)
{
  static const char *const paths[] = { "/", "", ".", "..", "../..", "a/..", "/a/" };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (RushesSettings) settings = rushes_settings_new ();
      g_autoptr (RushesScene) scene = rushes_scene_new (paths[i], settings);
      const char *name = rushes_scene_get_name (scene);

      g_assert_cmpstr (name, !=, "");
      g_assert_cmpstr (name, !=, ".");
      g_assert_cmpstr (name, !=, "..");
      g_assert_null (strchr (name, G_DIR_SEPARATOR));
    }
}

static void
test_new (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autofree char *name = NULL;
  g_autoptr (RushesSettings) settings = NULL;
  RushesSceneState state;

  g_object_get (fixture->scene, "path", &path, "name", &name, "settings", &settings, "state",
                &state, NULL);
  g_assert_cmpstr (path, ==, fixture->blend);
  g_assert_cmpstr (name, ==, "monkey");
  g_assert_true (settings == rushes_scene_get_settings (fixture->scene));
  g_assert_cmpint (state, ==, RUSHES_SCENE_QUEUED);
  g_assert_false (rushes_scene_is_ended (fixture->scene));
  g_assert_null (rushes_scene_get_error (fixture->scene));
  g_assert_null (rushes_scene_get_info (fixture->scene));
  g_assert_null (rushes_scene_get_output (fixture->scene));
  g_assert_null (rushes_scene_get_frames (fixture->scene));
  g_assert_cmpfloat (rushes_scene_get_seconds (fixture->scene), ==, 0);
  g_assert_cmpfloat (rushes_scene_get_seconds_left (fixture->scene), <, 0);
  assert_numbers (fixture, 0, 0, 0, 0);
}

static void
test_settings_are_copied (void)
{
  g_autoptr (RushesSettings) settings = rushes_settings_new ();
  g_autoptr (RushesScene) scene = NULL;
  guint samples;

  g_object_set (settings, "samples", 5, NULL);
  scene = rushes_scene_new ("relative.blend", settings);
  g_object_set (settings, "samples", 6, NULL);
  g_object_get (rushes_scene_get_settings (scene), "samples", &samples, NULL);
  g_assert_cmpuint (samples, ==, 5);
  g_assert_true (g_path_is_absolute (rushes_scene_get_path (scene)));
}

static void
test_folder (Fixture *fixture, gconstpointer data)
{
  g_autofree char *current = g_get_current_dir ();
  g_autofree char *expected = g_build_filename (current, "b", NULL);

  rushes_test_property_notify (fixture->scene, "folder", "/a", "/b");
  rushes_scene_set_folder (fixture->scene, "a/../b");
  g_assert_cmpstr (rushes_scene_get_folder (fixture->scene), ==, expected);
}

static void
test_open_and_bind (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  open_scene (fixture, RUSHES_EXISTING_RESUME, &error);
  g_assert_no_error (error);
  g_assert_cmpint (rushes_scene_get_state (fixture->scene), ==, RUSHES_SCENE_LOADING);
  g_assert_nonnull (rushes_scene_get_output (fixture->scene));
  assert_numbers (fixture, 0, 0, 0, 0);

  bind_scene (fixture, &error);
  g_assert_no_error (error);
  g_assert_cmpint (rushes_scene_get_state (fixture->scene), ==, RUSHES_SCENE_RENDERING);
  g_assert_cmpstr (rushes_scene_get_info (fixture->scene)->engine, ==, "CYCLES");
  g_assert_cmpuint (rushes_scene_get_n_kept (fixture->scene), ==, 0);
  assert_numbers (fixture, 4, 0, 0, 0);
  g_assert_cmpstr (fixture->log->str, ==, "state 1 state 2 ");
}

static void
test_whole_life (Fixture *fixture, gconstpointer data)
{
  open_and_bind (fixture);
  render (fixture, 3);
  g_assert_false (rushes_scene_settle (fixture->scene));
  assert_numbers (fixture, 4, 3, 0, 0.75);
  g_assert_cmpfloat (rushes_scene_get_seconds_left (fixture->scene), >=, 0);
  render (fixture, 1);
  g_string_truncate (fixture->log, 0);
  g_assert_true (rushes_scene_settle (fixture->scene));
  g_assert_cmpint (rushes_scene_get_state (fixture->scene), ==, RUSHES_SCENE_FINISHED);
  g_assert_true (rushes_scene_is_ended (fixture->scene));
  assert_numbers (fixture, 4, 4, 0, 1);
  g_assert_cmpfloat (rushes_scene_get_seconds (fixture->scene), >, 0);
  g_assert_cmpfloat (rushes_scene_get_seconds_left (fixture->scene), <, 0);
  /* The numbers come before the state that they go with. */
  g_assert_cmpstr (fixture->log->str, ==, "progress state 3 ");

  /* The folder is free for others. */
  g_assert_null (rushes_scene_get_output (fixture->scene));
  make_scene (fixture, NULL);
  open_and_bind (fixture);
  g_assert_cmpuint (rushes_scene_get_n_kept (fixture->scene), ==, 4);
  assert_numbers (fixture, 4, 4, 0, 1);
  g_assert_true (rushes_scene_settle (fixture->scene));
}

static void
test_frames_setting (Fixture *fixture, gconstpointer data)
{
  make_scene (fixture, "10,20-40x10");
  open_and_bind (fixture);
  assert_numbers (fixture, 4, 0, 0, 0);
  g_assert_cmpuint (rushes_frames_get_number (rushes_scene_get_frames (fixture->scene), 3), ==, 40);
}

static void
test_step (Fixture *fixture, gconstpointer data)
{
  fixture->info.step = 3;
  open_and_bind (fixture);
  assert_numbers (fixture, 2, 0, 0, 0);
  g_assert_cmpuint (rushes_frames_get_number (rushes_scene_get_frames (fixture->scene), 1), ==, 4);
}

static void
test_bad_frames_setting (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  make_scene (fixture, "4-1");
  g_assert_true (open_scene (fixture, RUSHES_EXISTING_RESUME, NULL));
  g_assert_false (bind_scene (fixture, &error));
  rushes_test_assert_error (error, RUSHES_ERROR_INVALID, "run backwards");
}

static void
test_resume (Fixture *fixture, gconstpointer data)
{
  open_and_bind (fixture);
  render (fixture, 2);
  rushes_scene_stop (fixture->scene);

  make_scene (fixture, NULL);
  open_and_bind (fixture);
  g_assert_cmpuint (rushes_scene_get_n_kept (fixture->scene), ==, 2);
  assert_numbers (fixture, 4, 2, 0, 0.5);
  g_assert_cmpuint (take (fixture, 1), ==, 2);
}

static void
test_progress (Fixture *fixture, gconstpointer data)
{
  guint one, two;

  open_and_bind (fixture);
  one = take (fixture, 1);
  two = take (fixture, 2);
  rushes_scene_report_frame (fixture->scene, one, 0.5);
  assert_numbers (fixture, 4, 0, 0, 0.125);
  rushes_scene_report_frame (fixture->scene, two, 0.25);
  rushes_scene_report_frame (fixture->scene, one, 0.75);
  assert_numbers (fixture, 4, 0, 0, 0.25);
  rushes_scene_report_frame (fixture->scene, two, 7);
  assert_numbers (fixture, 4, 0, 0, 0.4375);
  rushes_scene_report_frame (fixture->scene, two, -1);
  assert_numbers (fixture, 4, 0, 0, 0.1875);

  /* A frame that goes back takes its part with it. */
  rushes_scene_give_back_frame (fixture->scene, one);
  assert_numbers (fixture, 4, 0, 0, 0);
  rushes_scene_finish_frame (fixture->scene, two, 1, RUSHES_BLANK_NOT);
  assert_numbers (fixture, 4, 1, 0, 0.25);
}

static gboolean
has_log (gpointer log)
{
  return ((GString *) log)->len > 0;
}

/* However much happens, it is told once, with the last numbers. */
static void
test_progress_is_coalesced (Fixture *fixture, gconstpointer data)
{
  guint counts[3] = { 0 };
  guint index;

  open_and_bind (fixture);
  g_string_truncate (fixture->log, 0);
  g_signal_connect (fixture->scene, "notify::n-frames", G_CALLBACK (rushes_test_count_notify),
                    &counts[0]);
  g_signal_connect (fixture->scene, "notify::n-done", G_CALLBACK (rushes_test_count_notify),
                    &counts[1]);
  g_signal_connect (fixture->scene, "notify::n-failed", G_CALLBACK (rushes_test_count_notify),
                    &counts[2]);
  index = take (fixture, 1);
  for (guint i = 0; i < 1000; i++)
    rushes_scene_report_frame (fixture->scene, index, i / 1000.0);
  rushes_scene_finish_frame (fixture->scene, index, 1, RUSHES_BLANK_NOT);
  g_assert_cmpstr (fixture->log->str, ==, "");
  g_assert_cmpuint (counts[1], ==, 0);

  rushes_test_wait_until (has_log, fixture->log);
  /* Nothing is told of what has not changed. */
  g_assert_cmpuint (counts[0], ==, 0);
  g_assert_cmpuint (counts[1], ==, 1);
  g_assert_cmpuint (counts[2], ==, 0);
  g_assert_cmpstr (fixture->log->str, ==, "progress ");
  assert_numbers (fixture, 4, 1, 0, 0.25);
}

static void
test_failed_frames (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) failures = NULL;
  guint index;

  open_and_bind (fixture);
  index = take (fixture, 1);
  render (fixture, 3);
  g_assert_false (fail_frame (fixture, index, 1));
  g_assert_cmpuint (take (fixture, 2), ==, index);
  g_assert_false (fail_frame (fixture, index, 2));
  g_assert_false (rushes_scene_settle (fixture->scene));
  g_assert_cmpuint (take (fixture, 1), ==, index);
  g_assert_true (fail_frame (fixture, index, 1));
  assert_numbers (fixture, 4, 3, 1, 1);
  g_assert_true (rushes_scene_settle (fixture->scene));
  g_assert_cmpint (rushes_scene_get_state (fixture->scene), ==, RUSHES_SCENE_FINISHED);

  failures = rushes_frames_list_failures (rushes_scene_get_frames (fixture->scene));
  g_assert_cmpuint (failures->len, ==, 1);
  g_assert_cmpuint (((RushesFailure *) failures->pdata[0])->frame, ==, 1);
}

static void
test_stop (Fixture *fixture, gconstpointer data)
{
  guint one, two, three;

  open_and_bind (fixture);
  one = take (fixture, 1);
  two = take (fixture, 2);
  three = take (fixture, 3);
  rushes_scene_report_frame (fixture->scene, one, 0.5);
  rushes_scene_stop (fixture->scene);
  g_assert_cmpint (rushes_scene_get_state (fixture->scene), ==, RUSHES_SCENE_STOPPED);
  g_assert_null (rushes_scene_get_output (fixture->scene));
  assert_numbers (fixture, 4, 0, 0, 0);

  /* What comes later changes nothing. */
  rushes_scene_report_frame (fixture->scene, one, 0.9);
  rushes_scene_finish_frame (fixture->scene, one, 1, RUSHES_BLANK_NOT);
  rushes_scene_give_back_frame (fixture->scene, two);
  g_assert_true (fail_frame (fixture, three, 3));
  rushes_scene_stop (fixture->scene);
  g_assert_true (rushes_scene_settle (fixture->scene));
  assert_numbers (fixture, 4, 0, 0, 0);
  g_assert_cmpint (rushes_scene_get_state (fixture->scene), ==, RUSHES_SCENE_STOPPED);
}

static void
test_fail (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) first = g_error_new (RUSHES_ERROR, RUSHES_ERROR_NO_CAMERA, "No camera");
  g_autoptr (GError) second = g_error_new (RUSHES_ERROR, RUSHES_ERROR_CRASHED, "It crashed");

  open_and_bind (fixture);
  rushes_scene_fail (fixture->scene, first);
  g_assert_cmpint (rushes_scene_get_state (fixture->scene), ==, RUSHES_SCENE_FAILED);
  g_assert_null (rushes_scene_get_output (fixture->scene));
  rushes_test_assert_error (rushes_scene_get_error (fixture->scene), RUSHES_ERROR_NO_CAMERA,
                            "No camera");

  rushes_scene_fail (fixture->scene, second);
  rushes_scene_stop (fixture->scene);
  g_assert_cmpint (rushes_scene_get_state (fixture->scene), ==, RUSHES_SCENE_FAILED);
  rushes_test_assert_error (rushes_scene_get_error (fixture->scene), RUSHES_ERROR_NO_CAMERA,
                            "No camera");
}

static void
test_fail_in_queue (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (RUSHES_ERROR, RUSHES_ERROR_COULD_NOT_START, "No Blender");

  rushes_scene_fail (fixture->scene, error);
  g_assert_cmpint (rushes_scene_get_state (fixture->scene), ==, RUSHES_SCENE_FAILED);
  g_assert_cmpstr (fixture->log->str, ==, "state 4 ");
}

static void
test_open_fails (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_unlink (fixture->blend), ==, 0);
  g_assert_false (open_scene (fixture, RUSHES_EXISTING_RESUME, &error));
  rushes_test_assert_error (error, RUSHES_ERROR_MISSING_FILE, fixture->blend);
  g_assert_null (rushes_scene_get_output (fixture->scene));
}

static void
test_open_other_settings (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  open_and_bind (fixture);
  render (fixture, 1);
  rushes_scene_stop (fixture->scene);

  make_scene (fixture, NULL);
  g_object_set (rushes_scene_get_settings (fixture->scene), "samples", 9, NULL);
  g_assert_false (open_scene (fixture, RUSHES_EXISTING_RESUME, &error));
  rushes_test_assert_error (error, RUSHES_ERROR_SETTINGS_CHANGED, "of other settings");
  g_assert_true (open_scene (fixture, RUSHES_EXISTING_OVERWRITE, NULL));
  g_assert_true (bind_scene (fixture, NULL));
  g_assert_cmpuint (rushes_scene_get_n_kept (fixture->scene), ==, 0);
}

/* The settings count as they were when the folder was opened. */
static void
test_settings_change_while_opening (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) location = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *manifest = NULL;
  g_autofree char *text = NULL;

  rushes_scene_open_async (fixture->scene, NULL, rushes_test_result_cb, &location);
  g_object_set (rushes_scene_get_settings (fixture->scene), "samples", 9, NULL);
  result = rushes_test_wait_for_result (&location);
  g_assert_true (rushes_scene_open_finish (fixture->scene, result, NULL));
  g_assert_true (bind_scene (fixture, NULL));
  manifest = g_build_filename (rushes_scene_get_folder (fixture->scene), "rushes.json", NULL);
  text = rushes_test_read (manifest);
  g_assert_null (strstr (text, "samples"));
}

/* Stopped in the middle: the folder is left, and free. */
static void
test_stop_while_opening (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) location = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  rushes_scene_open_async (fixture->scene, NULL, rushes_test_result_cb, &location);
  rushes_scene_stop (fixture->scene);
  result = rushes_test_wait_for_result (&location);
  g_assert_true (rushes_scene_open_finish (fixture->scene, result, NULL));
  g_assert_null (rushes_scene_get_output (fixture->scene));
  g_assert_cmpint (rushes_scene_get_state (fixture->scene), ==, RUSHES_SCENE_STOPPED);

  make_scene (fixture, NULL);
  open_and_bind (fixture);
}

static void
test_stop_while_binding (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) location = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  g_assert_true (open_scene (fixture, RUSHES_EXISTING_RESUME, NULL));
  rushes_scene_bind_async (fixture->scene, &fixture->info, rushes_test_result_cb, &location);
  rushes_scene_stop (fixture->scene);
  result = rushes_test_wait_for_result (&location);
  g_assert_true (rushes_scene_bind_finish (fixture->scene, result, NULL));
  g_assert_cmpint (rushes_scene_get_state (fixture->scene), ==, RUSHES_SCENE_STOPPED);
  g_assert_null (rushes_scene_get_frames (fixture->scene));
  g_assert_null (rushes_scene_get_output (fixture->scene));
}

/* A scene that has ended may be worked on again. */
static void
test_again (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (RUSHES_ERROR, RUSHES_ERROR_CRASHED, "It crashed");

  open_and_bind (fixture);
  render (fixture, 1);
  rushes_scene_fail (fixture->scene, error);

  open_and_bind (fixture);
  g_assert_null (rushes_scene_get_error (fixture->scene));
  assert_numbers (fixture, 4, 1, 0, 0.25);
  render (fixture, 3);
  g_assert_true (rushes_scene_settle (fixture->scene));
  g_assert_cmpint (rushes_scene_get_state (fixture->scene), ==, RUSHES_SCENE_FINISHED);
}

/* ---- Held back, and again -------------------------------------------- */

static void
test_properties (Fixture *fixture, gconstpointer data)
{
  rushes_test_property_notify (fixture->scene, "paused", TRUE, FALSE);
  rushes_test_property_notify (fixture->scene, "existing", RUSHES_EXISTING_KEEP,
                               RUSHES_EXISTING_OVERWRITE);
  g_assert_false (rushes_scene_get_in_use (fixture->scene));
  rushes_scene_set_in_use (fixture->scene, TRUE);
  g_assert_true (rushes_scene_get_in_use (fixture->scene));
}

/* Frames in hand are finished before a scene that is held back stops. */
static void
test_paused (Fixture *fixture, gconstpointer data)
{
  guint one, two;

  open_and_bind (fixture);
  one = take (fixture, 1);
  two = take (fixture, 2);
  rushes_scene_set_paused (fixture->scene, TRUE);
  g_assert_false (rushes_scene_settle (fixture->scene));
  commit (fixture, one);
  rushes_scene_finish_frame (fixture->scene, one, 1, RUSHES_BLANK_NOT);
  g_assert_false (rushes_scene_settle (fixture->scene));
  rushes_scene_give_back_frame (fixture->scene, two);
  g_assert_true (rushes_scene_settle (fixture->scene));
  g_assert_cmpint (rushes_scene_get_state (fixture->scene), ==, RUSHES_SCENE_STOPPED);
  g_assert_null (rushes_scene_get_output (fixture->scene));
  assert_numbers (fixture, 4, 1, 0, 0.25);

  rushes_scene_set_paused (fixture->scene, FALSE);
  rushes_scene_requeue (fixture->scene);
  open_and_bind (fixture);
  g_assert_cmpuint (rushes_scene_get_n_kept (fixture->scene), ==, 1);
  render (fixture, 3);
  g_assert_true (rushes_scene_settle (fixture->scene));
  g_assert_cmpint (rushes_scene_get_state (fixture->scene), ==, RUSHES_SCENE_FINISHED);
}

/* Let go in time, it goes on. */
static void
test_paused_shortly (Fixture *fixture, gconstpointer data)
{
  guint one;

  open_and_bind (fixture);
  one = take (fixture, 1);
  rushes_scene_set_paused (fixture->scene, TRUE);
  g_assert_false (rushes_scene_settle (fixture->scene));
  rushes_scene_set_paused (fixture->scene, FALSE);
  rushes_scene_give_back_frame (fixture->scene, one);
  g_assert_false (rushes_scene_settle (fixture->scene));
  g_assert_cmpint (rushes_scene_get_state (fixture->scene), ==, RUSHES_SCENE_RENDERING);
}

/* What is finished is not stopped. */
static void
test_paused_at_the_end (Fixture *fixture, gconstpointer data)
{
  guint last;

  open_and_bind (fixture);
  render (fixture, 3);
  last = take (fixture, 1);
  rushes_scene_set_paused (fixture->scene, TRUE);
  commit (fixture, last);
  rushes_scene_finish_frame (fixture->scene, last, 1, RUSHES_BLANK_NOT);
  g_assert_true (rushes_scene_settle (fixture->scene));
  g_assert_cmpint (rushes_scene_get_state (fixture->scene), ==, RUSHES_SCENE_FINISHED);
}

static void
test_paused_before (Fixture *fixture, gconstpointer data)
{
  rushes_scene_set_paused (fixture->scene, TRUE);
  g_assert_false (rushes_scene_settle (fixture->scene));
  g_assert_cmpint (rushes_scene_get_state (fixture->scene), ==, RUSHES_SCENE_QUEUED);
  rushes_scene_set_paused (fixture->scene, FALSE);
  g_assert_true (open_scene (fixture, RUSHES_EXISTING_RESUME, NULL));
  g_assert_false (rushes_scene_settle (fixture->scene));
  rushes_scene_set_paused (fixture->scene, TRUE);
  g_assert_true (rushes_scene_settle (fixture->scene));
  g_assert_cmpint (rushes_scene_get_state (fixture->scene), ==, RUSHES_SCENE_STOPPED);
  g_assert_null (rushes_scene_get_output (fixture->scene));
}

/* From each way to end. */
static void
test_requeue (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (RUSHES_ERROR, RUSHES_ERROR_CRASHED, "It crashed");

  rushes_scene_stop (fixture->scene);
  rushes_scene_requeue (fixture->scene);
  g_assert_cmpint (rushes_scene_get_state (fixture->scene), ==, RUSHES_SCENE_QUEUED);
  g_assert_false (rushes_scene_is_ended (fixture->scene));
  assert_numbers (fixture, 0, 0, 0, 0);

  open_and_bind (fixture);
  render (fixture, 1);
  rushes_scene_fail (fixture->scene, error);
  rushes_scene_requeue (fixture->scene);
  g_assert_cmpint (rushes_scene_get_state (fixture->scene), ==, RUSHES_SCENE_QUEUED);
  g_assert_null (rushes_scene_get_error (fixture->scene));
  assert_numbers (fixture, 4, 1, 0, 0.25);

  open_and_bind (fixture);
  g_assert_cmpuint (rushes_scene_get_n_kept (fixture->scene), ==, 1);
  render (fixture, 3);
  g_assert_true (rushes_scene_settle (fixture->scene));
  rushes_scene_requeue (fixture->scene);
  g_assert_cmpint (rushes_scene_get_state (fixture->scene), ==, RUSHES_SCENE_QUEUED);
  assert_numbers (fixture, 4, 4, 0, 1);

  /* From the beginning: nothing counts any more. */
  open_and_bind (fixture);
  g_assert_true (rushes_scene_settle (fixture->scene));
  rushes_scene_set_existing (fixture->scene, RUSHES_EXISTING_OVERWRITE);
  g_string_truncate (fixture->log, 0);
  rushes_scene_requeue (fixture->scene);
  assert_numbers (fixture, 0, 0, 0, 0);
  g_assert_cmpstr (fixture->log->str, ==, "progress state 0 ");
  g_assert_null (rushes_scene_get_newest_file (fixture->scene));
  g_assert_true (open_scene (fixture, RUSHES_EXISTING_OVERWRITE, NULL));
  g_assert_true (bind_scene (fixture, NULL));
  assert_numbers (fixture, 4, 0, 0, 0);
}

/* Stopped and queued again before the thread returns: what it brings is left. */
static void
test_requeue_while_opening (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) location = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  rushes_scene_open_async (fixture->scene, NULL, rushes_test_result_cb, &location);
  rushes_scene_stop (fixture->scene);
  rushes_scene_requeue (fixture->scene);
  result = rushes_test_wait_for_result (&location);
  g_assert_true (rushes_scene_open_finish (fixture->scene, result, NULL));
  g_assert_cmpint (rushes_scene_get_state (fixture->scene), ==, RUSHES_SCENE_QUEUED);
  g_assert_null (rushes_scene_get_output (fixture->scene));
  open_and_bind (fixture);
}

static void
test_requeue_while_binding (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) location = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  g_assert_true (open_scene (fixture, RUSHES_EXISTING_RESUME, NULL));
  rushes_scene_bind_async (fixture->scene, &fixture->info, rushes_test_result_cb, &location);
  rushes_scene_stop (fixture->scene);
  rushes_scene_requeue (fixture->scene);
  result = rushes_test_wait_for_result (&location);
  g_assert_true (rushes_scene_bind_finish (fixture->scene, result, NULL));
  g_assert_cmpint (rushes_scene_get_state (fixture->scene), ==, RUSHES_SCENE_QUEUED);
  g_assert_null (rushes_scene_get_frames (fixture->scene));
  open_and_bind (fixture);
}

/* Gives up the first frame; the others are taken first, so that it is next. */
static void
fail_first (Fixture *fixture)
{
  guint others[4], n = 0, index = take (fixture, 1);

  g_assert_cmpuint (index, ==, 0);
  while (rushes_frames_count (rushes_scene_get_frames (fixture->scene), RUSHES_FRAME_PENDING) > 0)
    others[n++] = take (fixture, 9);
  for (guint client = 1; client <= ATTEMPTS; client++)
    {
      if (client > 1)
        g_assert_cmpuint (take (fixture, client), ==, index);
      g_assert_cmpint (fail_frame (fixture, index, client), ==, client == ATTEMPTS);
    }
  for (guint i = 0; i < n; i++)
    rushes_scene_give_back_frame (fixture->scene, others[i]);
}

static void
test_retry_rendering (Fixture *fixture, gconstpointer data)
{
  open_and_bind (fixture);
  fail_first (fixture);
  assert_numbers (fixture, 4, 0, 1, 0.25);
  rushes_scene_retry_failed (fixture->scene);
  g_assert_cmpint (rushes_scene_get_state (fixture->scene), ==, RUSHES_SCENE_RENDERING);
  assert_numbers (fixture, 4, 0, 0, 0);
  /* With all its chances. */
  fail_first (fixture);
  render (fixture, 3);
  g_assert_true (rushes_scene_settle (fixture->scene));
  assert_numbers (fixture, 4, 3, 1, 1);
}

static void
test_retry_finished (Fixture *fixture, gconstpointer data)
{
  open_and_bind (fixture);
  fail_first (fixture);
  render (fixture, 3);
  g_assert_true (rushes_scene_settle (fixture->scene));
  rushes_scene_retry_failed (fixture->scene);
  g_assert_cmpint (rushes_scene_get_state (fixture->scene), ==, RUSHES_SCENE_QUEUED);
  rushes_scene_retry_failed (fixture->scene);
  g_assert_cmpint (rushes_scene_get_state (fixture->scene), ==, RUSHES_SCENE_QUEUED);

  open_and_bind (fixture);
  g_assert_cmpuint (rushes_scene_get_n_kept (fixture->scene), ==, 3);
  assert_numbers (fixture, 4, 3, 0, 0.75);
  g_assert_cmpuint (take (fixture, 1), ==, 0);
}

/* What was asked for once is done once. */
static void
test_existing_falls_back (Fixture *fixture, gconstpointer data)
{
  const RushesExisting existing = GPOINTER_TO_INT (data);
  g_autofree char *kept = NULL;
  guint count = 0;

  open_and_bind (fixture);
  render (fixture, 2);
  rushes_scene_stop (fixture->scene);
  kept = rushes_scene_get_newest_file (fixture->scene);

  g_object_set (rushes_scene_get_settings (fixture->scene), "samples", 9, NULL);
  g_assert_true (open_scene (fixture, existing, NULL));
  g_assert_cmpint (rushes_scene_get_existing (fixture->scene), ==, existing);
  g_signal_connect (fixture->scene, "notify::existing", G_CALLBACK (rushes_test_count_notify),
                    &count);
  g_assert_true (bind_scene (fixture, NULL));
  g_assert_cmpint (rushes_scene_get_existing (fixture->scene), ==, RUSHES_EXISTING_RESUME);
  g_assert_cmpuint (count, ==, 1);
  g_assert_cmpint (g_file_test (kept, G_FILE_TEST_EXISTS), ==, existing == RUSHES_EXISTING_KEEP);
  assert_numbers (fixture, 4, existing == RUSHES_EXISTING_KEEP ? 2 : 0, 0,
                  existing == RUSHES_EXISTING_KEEP ? 0.5 : 0);

  /* What is here by now is this scene's own. */
  render (fixture, 1);
  rushes_scene_stop (fixture->scene);
  rushes_scene_requeue (fixture->scene);
  open_and_bind (fixture);
  g_assert_cmpuint (rushes_scene_get_n_kept (fixture->scene), ==,
                    existing == RUSHES_EXISTING_KEEP ? 3 : 1);
}

/* Before anything is done it stands. */
static void
test_existing_stays (Fixture *fixture, gconstpointer data)
{
  g_assert_true (open_scene (fixture, RUSHES_EXISTING_OVERWRITE, NULL));
  rushes_scene_stop (fixture->scene);
  g_assert_cmpint (rushes_scene_get_existing (fixture->scene), ==, RUSHES_EXISTING_OVERWRITE);
  g_assert_no_errno (g_unlink (fixture->blend));
  g_assert_false (open_scene (fixture, RUSHES_EXISTING_OVERWRITE, NULL));
  g_assert_cmpint (rushes_scene_get_existing (fixture->scene), ==, RUSHES_EXISTING_OVERWRITE);
}

/* Changed while it renders, the settings are for the next time. */
static void
test_applied_settings (Fixture *fixture, gconstpointer data)
{
  RushesSettings *applied;
  guint samples;

  g_assert_null (rushes_scene_get_applied_settings (fixture->scene));
  g_object_set (rushes_scene_get_settings (fixture->scene), "samples", 5, "frames", "1-2", NULL);
  g_assert_true (open_scene (fixture, RUSHES_EXISTING_RESUME, NULL));
  g_object_set (rushes_scene_get_settings (fixture->scene), "samples", 6, "frames", "1-3", NULL);
  g_assert_true (bind_scene (fixture, NULL));
  assert_numbers (fixture, 2, 0, 0, 0);
  applied = rushes_scene_get_applied_settings (fixture->scene);
  g_object_get (applied, "samples", &samples, NULL);
  g_assert_cmpuint (samples, ==, 5);
  render (fixture, 2);
  g_assert_true (rushes_scene_settle (fixture->scene));
  assert_numbers (fixture, 2, 2, 0, 1);

  rushes_scene_requeue (fixture->scene);
  g_assert_true (open_scene (fixture, RUSHES_EXISTING_OVERWRITE, NULL));
  g_assert_true (bind_scene (fixture, NULL));
  assert_numbers (fixture, 3, 0, 0, 0);
  g_object_get (rushes_scene_get_applied_settings (fixture->scene), "samples", &samples, NULL);
  g_assert_cmpuint (samples, ==, 6);
}

static void
assert_newest (RushesScene *scene, const char *end)
{
  g_autofree char *path = NULL;

  g_object_get (scene, "newest-file", &path, NULL);
  if (end == NULL)
    g_assert_null (path);
  else
    {
      g_assert_nonnull (path);
      g_assert_true (g_str_has_suffix (path, end));
      g_assert_true (g_str_has_prefix (path, rushes_scene_get_folder (scene)));
      g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
    }
}

static void
test_newest_file (Fixture *fixture, gconstpointer data)
{
  guint one;

  assert_newest (fixture->scene, NULL);
  open_and_bind (fixture);
  assert_newest (fixture->scene, NULL);
  one = take (fixture, 1);
  render (fixture, 2);
  assert_newest (fixture->scene, "frame_000003.png");
  commit (fixture, one);
  rushes_scene_finish_frame (fixture->scene, one, 1, RUSHES_BLANK_NOT);
  assert_newest (fixture->scene, "frame_000001.png");
  rushes_scene_stop (fixture->scene);
  assert_newest (fixture->scene, "frame_000001.png");

  make_scene (fixture, NULL);
  assert_newest (fixture->scene, NULL);
  open_and_bind (fixture);
  assert_newest (fixture->scene, "frame_000003.png");
}

/* ---- What the file holds --------------------------------------------- */

static RushesReport *
make_report (guint end)
{
  g_autofree char *text =
      g_strdup_printf ("{\"engine\":\"CYCLES\",\"format\":\"PNG\",\"fps\":24,\"step\":1,"
                       "\"start\":1,\"end\":%u}",
                       end);
  g_autoptr (JsonNode) node = json_from_string (text, NULL);

  return rushes_report_from_json (node);
}

static void
test_report (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesReport) report = make_report (100);
  g_autoptr (GError) error = g_error_new (RUSHES_ERROR, RUSHES_ERROR_CRASHED, "It crashed");
  g_autoptr (RushesReport) got = NULL;
  g_autoptr (GError) got_error = NULL;
  guint counts[2] = { 0 };

  g_signal_connect (fixture->scene, "notify::report", G_CALLBACK (rushes_test_count_notify),
                    &counts[0]);
  g_signal_connect (fixture->scene, "notify::report-error", G_CALLBACK (rushes_test_count_notify),
                    &counts[1]);
  g_assert_null (rushes_scene_get_report (fixture->scene));
  g_assert_null (rushes_scene_get_report_error (fixture->scene));

  rushes_scene_set_report (fixture->scene, NULL, error);
  g_object_get (fixture->scene, "report", &got, "report-error", &got_error, NULL);
  g_assert_null (got);
  g_assert_error (got_error, RUSHES_ERROR, RUSHES_ERROR_CRASHED);
  assert_numbers (fixture, 0, 0, 0, 0);

  rushes_scene_set_report (fixture->scene, report, NULL);
  g_object_get (fixture->scene, "report", &got, NULL);
  g_assert_true (got == report);
  g_assert_null (rushes_scene_get_report_error (fixture->scene));
  g_assert_cmpuint (counts[0], ==, 2);
  g_assert_cmpuint (counts[1], ==, 2);
  assert_numbers (fixture, 100, 0, 0, 0);

  /* What is known of a run is more than a promise. */
  open_and_bind (fixture);
  assert_numbers (fixture, 4, 0, 0, 0);
  rushes_scene_set_report (fixture->scene, NULL, NULL);
  g_assert_null (rushes_scene_get_report (fixture->scene));
  assert_numbers (fixture, 4, 0, 0, 0);
}

static void
test_plan (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesReport) report = make_report (100);
  RushesSettings *settings = rushes_scene_get_settings (fixture->scene);
  guint count = 0;

  g_signal_connect (fixture->scene, "notify::plan-error", G_CALLBACK (rushes_test_count_notify),
                    &count);
  /* Nothing is known, nothing is wrong. */
  g_object_set (settings, "frames", "9-1", NULL);
  g_assert_null (rushes_scene_get_plan_error (fixture->scene));
  rushes_scene_set_report (fixture->scene, report, NULL);
  rushes_test_assert_error ((GError *) rushes_scene_get_plan_error (fixture->scene),
                            RUSHES_ERROR_INVALID, "run backwards");
  assert_numbers (fixture, 0, 0, 0, 0);
  g_assert_cmpuint (count, ==, 1);

  g_object_set (settings, "frames", "1-9", NULL);
  g_assert_null (rushes_scene_get_plan_error (fixture->scene));
  g_assert_cmpuint (count, ==, 2);
  assert_numbers (fixture, 9, 0, 0, 0);
  g_object_set (settings, "frames", NULL, "keyframe-scale", 0.5, NULL);
  assert_numbers (fixture, 50, 0, 0, 0);
  g_object_set (settings, "keyframe-shift", -50.0, NULL);
  rushes_test_assert_error ((GError *) rushes_scene_get_plan_error (fixture->scene),
                            RUSHES_ERROR_OUT_OF_RANGE, "-50 to -1");
  g_object_set (settings, "keyframe-shift", 0.0, NULL);
  g_assert_null (rushes_scene_get_plan_error (fixture->scene));
  g_assert_cmpuint (count, ==, 4);
}

/* ---- Saved ----------------------------------------------------------- */

/* The same scene in another session. */
static RushesScene *
reload (RushesScene *scene)
{
  g_autoptr (JsonNode) node = rushes_scene_to_json (scene);
  g_autofree char *text = json_to_string (node, FALSE);
  g_autofree char *text_again = NULL;
  g_autoptr (JsonNode) parsed = NULL;
  g_autoptr (JsonNode) node_again = NULL;
  g_autoptr (GError) error = NULL;
  RushesScene *again;

  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_null (strchr (text, '\n'));
  parsed = json_from_string (text, &error);
  g_assert_no_error (error);
  again = rushes_scene_from_json (parsed, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (rushes_scene_get_path (again), ==, rushes_scene_get_path (scene));
  g_assert_cmpstr (rushes_scene_get_folder (again), ==, rushes_scene_get_folder (scene));
  g_assert_cmpstr (rushes_scene_get_name (again), ==, rushes_scene_get_name (scene));
  g_assert_cmpint (rushes_scene_get_existing (again), ==, rushes_scene_get_existing (scene));
  g_assert_cmpint (rushes_scene_get_paused (again), ==, rushes_scene_get_paused (scene));
  node_again = rushes_scene_to_json (again);
  text_again = json_to_string (node_again, FALSE);
  g_assert_cmpstr (text_again, ==, text);
  return again;
}

static void
assert_reloaded (Fixture *fixture, RushesSceneState state, guint n_done, guint n_failed)
{
  g_autoptr (RushesScene) again = reload (fixture->scene);

  g_assert_cmpint (rushes_scene_get_state (again), ==, state);
  g_assert_cmpuint (rushes_scene_get_n_frames (again), ==, 4);
  g_assert_cmpuint (rushes_scene_get_n_done (again), ==, n_done);
  g_assert_cmpuint (rushes_scene_get_n_failed (again), ==, n_failed);
  g_assert_cmpfloat_with_epsilon (rushes_scene_get_progress (again), (n_done + n_failed) / 4.0,
                                  1e-6);
  g_assert_null (rushes_scene_get_frames (again));
  g_assert_null (rushes_scene_get_output (again));
}

static void
test_save_states (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesReport) report = make_report (4);
  g_autoptr (GError) error = g_error_new (RUSHES_ERROR, RUSHES_ERROR_NO_CAMERA, "No “camera”");
  g_autoptr (RushesScene) again = NULL;

  rushes_scene_set_report (fixture->scene, report, NULL);
  assert_reloaded (fixture, RUSHES_SCENE_QUEUED, 0, 0);
  g_assert_true (open_scene (fixture, RUSHES_EXISTING_RESUME, NULL));
  assert_reloaded (fixture, RUSHES_SCENE_STOPPED, 0, 0);
  g_assert_true (bind_scene (fixture, NULL));
  assert_reloaded (fixture, RUSHES_SCENE_STOPPED, 0, 0);
  fail_first (fixture);
  render (fixture, 2);
  assert_reloaded (fixture, RUSHES_SCENE_STOPPED, 2, 1);
  rushes_scene_fail (fixture->scene, error);
  assert_reloaded (fixture, RUSHES_SCENE_FAILED, 2, 1);
  again = reload (fixture->scene);
  rushes_test_assert_error ((GError *) rushes_scene_get_error (again), RUSHES_ERROR_NO_CAMERA,
                            "No “camera”");
  rushes_scene_requeue (fixture->scene);
  assert_reloaded (fixture, RUSHES_SCENE_QUEUED, 2, 1);
  open_and_bind (fixture);
  fail_first (fixture);
  render (fixture, 1);
  g_assert_true (rushes_scene_settle (fixture->scene));
  assert_reloaded (fixture, RUSHES_SCENE_FINISHED, 3, 1);
  rushes_scene_requeue (fixture->scene);
  rushes_scene_stop (fixture->scene);
  assert_reloaded (fixture, RUSHES_SCENE_STOPPED, 3, 1);
}

static void
test_save_all (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesReport) report = make_report (100);
  g_autoptr (RushesScene) again = NULL;
  guint samples;

  open_and_bind (fixture);
  render (fixture, 2);
  rushes_scene_stop (fixture->scene);
  rushes_scene_set_report (fixture->scene, report, NULL);
  rushes_scene_set_paused (fixture->scene, TRUE);
  rushes_scene_set_existing (fixture->scene, RUSHES_EXISTING_KEEP);
  g_object_set (rushes_scene_get_settings (fixture->scene), "samples", 5, "frames", "1-2", NULL);
  again = reload (fixture->scene);
  g_object_get (rushes_scene_get_settings (again), "samples", &samples, NULL);
  g_assert_cmpuint (samples, ==, 5);
  g_assert_cmpint (rushes_scene_get_report (again)->end, ==, 100);
  assert_newest (again, "frame_000002.png");

  /* It is as good as the first. */
  g_set_object (&fixture->scene, again);
  g_object_set (rushes_scene_get_settings (again), "samples", 0, "frames", NULL, NULL);
  open_and_bind (fixture);
  assert_numbers (fixture, 4, 2, 0, 0.5);
  assert_newest (again, "frame_000002.png");
}

/* What is only planned follows the settings in the next session too. */
static void
test_save_plan (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesReport) report = make_report (100);
  g_autoptr (RushesScene) again = NULL;

  rushes_scene_set_report (fixture->scene, report, NULL);
  again = reload (fixture->scene);
  g_assert_cmpuint (rushes_scene_get_n_frames (again), ==, 100);
  g_object_set (rushes_scene_get_settings (again), "keyframe-scale", 2.0, NULL);
  g_assert_cmpuint (rushes_scene_get_n_frames (again), ==, 200);
  g_object_set (rushes_scene_get_settings (again), "frames", "5-1", NULL);
  g_assert_error (rushes_scene_get_plan_error (again), RUSHES_ERROR, RUSHES_ERROR_INVALID);
  g_clear_object (&again);

  /* As it is when it was bad before. */
  g_object_set (rushes_scene_get_settings (fixture->scene), "frames", "5-1", NULL);
  again = reload (fixture->scene);
  g_assert_error (rushes_scene_get_plan_error (again), RUSHES_ERROR, RUSHES_ERROR_INVALID);
}

static void
test_save_paths (void)
{
  static const char *const paths[] = { "/a/m\xe4rz.blend",   "/a/\xff\xfe/100%.blend",
                                       "/a/100%.blend",      "/a/%41.blend",
                                       "/a/new\nline.blend", "/a/\"quoted\"\\.blend",
                                       "/a/Ä\xe4.blend" };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (RushesSettings) settings = rushes_settings_new ();
      g_autoptr (RushesScene) scene = rushes_scene_new (paths[i], settings);
      g_autoptr (RushesScene) again = NULL;

      rushes_scene_set_folder (scene, paths[G_N_ELEMENTS (paths) - 1 - i]);
      again = reload (scene);
      g_assert_cmpstr (rushes_scene_get_path (again), ==, paths[i]);
      g_clear_object (&again);

      g_free (rushes_scene_get_newest_file (scene));
    }
}

static void
test_not_saved (void)
{
  static const char *const texts[] = { "null",
                                       "[]",
                                       "{}",
                                       "\"/a.blend\"",
                                       "{\"path\":\"a.blend\"}",
                                       "{\"path\":1}",
                                       "{\"path\":\"/a.blend\",\"settings\":1}",
                                       "{\"path\":\"/a.blend\",\"settings\":{\"samples\":-1}}" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (JsonNode) node = json_from_string (texts[i], NULL);
      g_autoptr (GError) error = NULL;

      g_assert_null (rushes_scene_from_json (node, &error));
      g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID);
    }
}

static void
test_release (Fixture *fixture, gconstpointer data)
{
  open_and_bind (fixture);
  /* With a notification still to come. */
  rushes_scene_report_frame (fixture->scene, take (fixture, 1), 0.5);
  g_signal_handlers_disconnect_by_data (fixture->scene, fixture->log);
  rushes_test_assert_finalize (g_steal_pointer (&fixture->scene));
}

#define add(name, test)                                                                            \
  g_test_add ("/scene/" name, Fixture, NULL, fixture_set_up, test, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/scene/names", test_names);
  g_test_add_func ("/scene/name-stays-in-its-folder", test_name_stays_in_its_folder);
  g_test_add_func ("/scene/settings-are-copied", test_settings_are_copied);
  add ("new", test_new);
  add ("folder", test_folder);
  add ("open-and-bind", test_open_and_bind);
  add ("whole-life", test_whole_life);
  add ("frames-setting", test_frames_setting);
  add ("step", test_step);
  add ("bad-frames-setting", test_bad_frames_setting);
  add ("resume", test_resume);
  add ("progress", test_progress);
  add ("progress-is-coalesced", test_progress_is_coalesced);
  add ("failed-frames", test_failed_frames);
  add ("stop", test_stop);
  add ("fail", test_fail);
  add ("fail-in-queue", test_fail_in_queue);
  add ("open-fails", test_open_fails);
  add ("open-other-settings", test_open_other_settings);
  add ("settings-change-while-opening", test_settings_change_while_opening);
  add ("stop-while-opening", test_stop_while_opening);
  add ("stop-while-binding", test_stop_while_binding);
  add ("again", test_again);
  add ("properties", test_properties);
  add ("paused", test_paused);
  add ("paused-shortly", test_paused_shortly);
  add ("paused-at-the-end", test_paused_at_the_end);
  add ("paused-before", test_paused_before);
  add ("requeue", test_requeue);
  add ("requeue-while-opening", test_requeue_while_opening);
  add ("requeue-while-binding", test_requeue_while_binding);
  add ("retry-rendering", test_retry_rendering);
  add ("retry-finished", test_retry_finished);
  g_test_add ("/scene/existing-falls-back/overwrite", Fixture,
              GINT_TO_POINTER (RUSHES_EXISTING_OVERWRITE), fixture_set_up, test_existing_falls_back,
              fixture_tear_down);
  g_test_add ("/scene/existing-falls-back/keep", Fixture, GINT_TO_POINTER (RUSHES_EXISTING_KEEP),
              fixture_set_up, test_existing_falls_back, fixture_tear_down);
  add ("existing-stays", test_existing_stays);
  add ("applied-settings", test_applied_settings);
  add ("newest-file", test_newest_file);
  add ("report", test_report);
  add ("plan", test_plan);
  add ("save/states", test_save_states);
  add ("save/all", test_save_all);
  add ("save/plan", test_save_plan);
  g_test_add_func ("/scene/save/paths", test_save_paths);
  g_test_add_func ("/scene/save/nonsense", test_not_saved);
  add ("release", test_release);

  return g_test_run ();
}
