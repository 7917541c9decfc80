/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-error.h"
#include "rushes-text.h"
#include "test-utils.h"

/* What the window says, in the words of the source. Nothing is shown. */

#define WIDTH  8
#define HEIGHT 4

typedef struct
{
  RushesTestFolder *folder; /* (owned) */
  RushesScene *scene;       /* (owned) */
} Fixture;

/* ---- Helpers --------------------------------------------------------- */

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesSettings) settings = rushes_settings_new ();
  g_autofree char *path = NULL;
  g_autofree char *root = NULL;

  fixture->folder = rushes_test_make_folder ();
  path = rushes_test_write (fixture->folder, "monkey.blend", "BLENDER");
  root = g_build_filename (fixture->folder, "output", NULL);
  fixture->scene = rushes_scene_new (path, settings);
  rushes_scene_set_folder (fixture->scene, root);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->scene);
  g_clear_pointer (&fixture->folder, rushes_test_remove_folder);
}

/* Four frames; @more: further members, each with a comma before it. */
static void
set_report (Fixture *fixture, const char *more)
{
  g_autofree char *text = g_strdup_printf (
      "{\"saved_by\":\"3.4\",\"engine\":\"CYCLES\",\"format\":\"PNG\",\"width\":%d,\"height\":%d,"
      "\"start\":1,\"end\":4,\"step\":1,\"fps\":24%s}",
      WIDTH, HEIGHT, more);
  g_autoptr (JsonNode) node = json_from_string (text, NULL);
  g_autoptr (RushesReport) report = rushes_report_from_json (node);

  g_assert_nonnull (report);
  rushes_scene_set_report (fixture->scene, report, NULL);
}

static void
open_scene (Fixture *fixture)
{
  g_autoptr (GAsyncResult) location = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  rushes_scene_open_async (fixture->scene, NULL, rushes_test_result_cb, &location);
  result = rushes_test_wait_for_result (&location);
  rushes_scene_open_finish (fixture->scene, result, &error);
  g_assert_no_error (error);
}

static void
bind_scene (Fixture *fixture)
{
  g_autoptr (GPtrArray) kinds = rushes_test_make_kinds (WIDTH, HEIGHT, "frames", NULL);
  const RushesInfo info = { .blender = (char *) "3.4.1",
                            .engine = (char *) "CYCLES",
                            .format = (char *) "PNG",
                            .extension = (char *) ".png",
                            .width = WIDTH,
                            .height = HEIGHT,
                            .start = 1,
                            .end = 4,
                            .step = 1,
                            .fps = 24,
                            .kinds = kinds };
  g_autoptr (GAsyncResult) location = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  rushes_scene_bind_async (fixture->scene, &info, rushes_test_result_cb, &location);
  result = rushes_test_wait_for_result (&location);
  rushes_scene_bind_finish (fixture->scene, result, &error);
  g_assert_no_error (error);
}

/* As the pool does with the first client. */
static void
begin (Fixture *fixture)
{
  set_report (fixture, ",\"camera\":\"Camera\"");
  open_scene (fixture);
  rushes_scene_set_n_clients (fixture->scene, 1);
  bind_scene (fixture);
}

static void
render (Fixture *fixture, guint n)
{
  RushesOutput *output = rushes_scene_get_output (fixture->scene);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *staging = NULL;
      g_autofree char *path = NULL;
      g_autoptr (GError) error = NULL;
      guint frame, index;

      g_assert_true (rushes_scene_take_frame (fixture->scene, 1, &index));
      frame = rushes_frames_get_number (rushes_scene_get_frames (fixture->scene), index);
      staging = rushes_output_build_staging_name (output, 0, frame, 1);
      path = g_build_filename (rushes_output_get_root (output), staging, NULL);
      rushes_test_write_png (path, WIDTH, HEIGHT);
      rushes_output_commit (output, frame, 1, NULL, &error);
      g_assert_no_error (error);
      rushes_scene_finish_frame (fixture->scene, index, 1, RUSHES_BLANK_NOT);
    }
}

static void
fail_frame (Fixture *fixture)
{
  g_autoptr (GError) error = g_error_new (RUSHES_ERROR, RUSHES_ERROR_RENDER_FAILED, "No paint");
  guint index;

  g_assert_true (rushes_scene_take_frame (fixture->scene, 1, &index));
  g_assert_true (
      rushes_scene_fail_frame (fixture->scene, index, 1, 1, error, "client.log", "its end"));
}

/* @icon is %NULL where there is none. */
static void
assert_says (Fixture *fixture, const char *line, const char *state, const char *icon)
{
  g_autofree char *text = rushes_text_scene (fixture->scene);

  g_assert_cmpstr (text, ==, line);
  g_assert_cmpstr (rushes_text_scene_state (fixture->scene), ==, state);
  g_assert_cmpstr (rushes_text_scene_icon (fixture->scene), ==, icon);
}

/* The time left comes last, and is for the estimator to know. */
static void
assert_begins (Fixture *fixture, const char *line)
{
  g_autofree char *text = rushes_text_scene (fixture->scene);

  if (!g_str_has_prefix (text, line))
    g_error ("“%s” does not begin with “%s”", text, line);
  g_assert_cmpstr (rushes_text_scene_state (fixture->scene), ==, "Rendering");
}

/* ---- Numbers --------------------------------------------------------- */

static void
test_durations (void)
{
  static const struct
  {
    double seconds;
    const char *text;
  } cases[] = {
    { -1, "0 seconds" },
    { 0, "0 seconds" },
    { 0.4, "0 seconds" },
    { 0.6, "1 second" },
    { 8, "8 seconds" },
    { 59, "59 seconds" },
    { 59.9, "1 minute" },
    { 60, "1 minute" },
    { 89, "1 minute" },
    { 91, "2 minutes" },
    { 12 * 60 + 3, "12 minutes" },
    { 3599, "1 hour" },
    { 3600, "1 hour" },
    { 3660, "1 hour 1 minute" },
    { 4800, "1 hour 20 minutes" },
    { 7200, "2 hours" },
    { 86399, "1 day" },
    { 86400, "1 day" },
    { 86400 + 59 * 60, "1 day" },
    { 90000, "1 day 1 hour" },
    { 2 * 86400 + 3 * 3600 + 59 * 60, "2 days 3 hours" },
    { 400 * 86400.0, "400 days" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = rushes_text_duration (cases[i].seconds);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
test_rates (void)
{
  static const struct
  {
    double rate;
    const char *text;
  } cases[] = {
    { 0, NULL },
    { -1, NULL },
    { 2000, "120000 a minute" },
    { 1, "60 a minute" },
    { 10 / 60.0, "10 a minute" },
    { 9 / 60.0, "9.0 a minute" },
    { 1 / 60.0, "1.0 a minute" },
    { 0.5 / 60, "30.0 an hour" },
    { 1 / 7200.0, "0.5 an hour" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = rushes_text_rate (cases[i].rate);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
test_jobs (void)
{
  static const struct
  {
    guint here;
    gboolean automatic;
    guint on_cluster;
    const char *text;
    const char *compact;
    const char *places;
  } cases[] = {
    { 1, FALSE, 0, "1 Job", "1", "at Once" },
    { 2, FALSE, 0, "2 Jobs", "2", "at Once" },
    { 2, TRUE, 0, "Auto", "Auto", "at Once" },
    { 2, FALSE, 16, "2 + 16 Jobs", "2 + 16", "at Once: 2 Here, 16 on the Cluster" },
    { 0, FALSE, 16, "16 Jobs", "16", "at Once: 0 Here, 16 on the Cluster" },
    { 0, FALSE, 1, "1 Job", "1", "at Once: 0 Here, 1 on the Cluster" },
    { 2, TRUE, 16, "Auto + 16", "Auto + 16",
      "at Once: as Many as Are Right Here, 16 on the Cluster" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      guint here = cases[i].here, there = cases[i].on_cluster;
      gboolean automatic = cases[i].automatic;
      g_autofree char *text = rushes_text_jobs (here, automatic, there, FALSE);
      g_autofree char *compact = rushes_text_jobs (here, automatic, there, TRUE);
      g_autofree char *places = rushes_text_places (here, automatic, there);

      g_assert_cmpstr (text, ==, cases[i].text);
      g_assert_cmpstr (compact, ==, cases[i].compact);
      g_assert_true (g_str_has_suffix (places, cases[i].places));
    }
}

/* ---- A scene, before it is rendered ---------------------------------- */

static void
test_waiting (Fixture *fixture, gconstpointer data)
{
  assert_says (fixture, "Looking into the file…", "Waiting", NULL);
  set_report (fixture, ",\"camera\":\"Camera\"");
  assert_says (fixture, "4 frames, 8 × 4", "Waiting", NULL);

  g_object_set (rushes_scene_get_settings (fixture->scene), "width", 640, "height", 480, "frames",
                "2", NULL);
  assert_says (fixture, "1 frame, 640 × 480", "Waiting", NULL);

  rushes_scene_set_paused (fixture->scene, TRUE);
  assert_says (fixture, "Paused, 1 frame, 640 × 480", "Paused", "media-playback-pause-symbolic");
}

static void
test_problems (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (RUSHES_ERROR, RUSHES_ERROR_LOAD_FAILED, "No scene");

  rushes_scene_set_report (fixture->scene, NULL, error);
  assert_says (fixture, "No scene", "Has problems", "dialog-warning-symbolic");
  set_report (fixture, "");
  assert_says (fixture, "The scene has no camera", "Has problems", "dialog-warning-symbolic");
  set_report (fixture, ",\"camera\":\"Camera\",\"missing\":[\"/a.png\"]");
  assert_says (fixture, "1 file missing", "Has problems", "dialog-warning-symbolic");
  set_report (fixture, ",\"camera\":\"Camera\",\"missing\":[\"/a.png\",\"/b.png\"]");
  assert_says (fixture, "2 files missing", "Has problems", "dialog-warning-symbolic");

  g_object_set (rushes_scene_get_settings (fixture->scene), "keyframe-shift", -100.0, NULL);
  g_assert_nonnull (rushes_scene_get_plan_error (fixture->scene));
  assert_says (fixture, rushes_scene_get_plan_error (fixture->scene)->message, "Has problems",
               "dialog-warning-symbolic");
}

static void
test_plan (Fixture *fixture, gconstpointer data)
{
  RushesSettings *settings = rushes_scene_get_settings (fixture->scene);
  static const struct
  {
    double scale;
    const char *frames;
    const char *text;
  } cases[] = {
    { 1, NULL, "4 frames, 0.2 s at 24 fps" },
    { 24, NULL, "96 frames, 4.0 s at 24 fps" },
    { 1, "3", "1 frame, 0.0 s at 24 fps" },
    { 1, "1-48x2", "24 frames, 2.0 s at 24 fps" },
  };
  g_autofree char *unknown = rushes_text_plan (fixture->scene);
  g_autofree char *wrong = NULL;

  g_assert_cmpstr (unknown, ==, "Not known yet");
  set_report (fixture, "");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = NULL;

      g_object_set (settings, "keyframe-scale", cases[i].scale, "frames", cases[i].frames, NULL);
      text = rushes_text_plan (fixture->scene);
      g_assert_cmpstr (text, ==, cases[i].text);
    }

  g_object_set (settings, "frames", NULL, "keyframe-shift", -100.0, NULL);
  wrong = rushes_text_plan (fixture->scene);
  g_assert_cmpstr (wrong, ==, rushes_scene_get_plan_error (fixture->scene)->message);
}

/* ---- While it is rendered, and after --------------------------------- */

static void
test_rendering (Fixture *fixture, gconstpointer data)
{
  set_report (fixture, ",\"camera\":\"Camera\"");
  open_scene (fixture);
  /* The pool has prepared it; no client has come yet. */
  assert_says (fixture, "Waiting, 4 frames", "Waiting", NULL);
  rushes_scene_set_n_clients (fixture->scene, 1);
  assert_says (fixture, "Loading…", "Loading", NULL);
  bind_scene (fixture);
  assert_says (fixture, "0 of 4 frames", "Rendering", NULL);

  render (fixture, 1);
  assert_begins (fixture, "1 of 4 frames");
  rushes_scene_set_paused (fixture->scene, TRUE);
  g_assert_cmpint (rushes_scene_get_state (fixture->scene), ==, RUSHES_SCENE_RENDERING);
  assert_begins (fixture, "1 of 4 frames, finishing the frames in hand");
  rushes_scene_set_paused (fixture->scene, FALSE);
  fail_frame (fixture);
  assert_begins (fixture, "1 of 4 frames, 1 frame failed");
  g_assert_cmpstr (rushes_text_scene_icon (fixture->scene), ==, "dialog-warning-symbolic");

  /* Its client has gone to another scene. */
  rushes_scene_set_n_clients (fixture->scene, 0);
  assert_says (fixture, "Waiting, 1 of 4 frames", "Waiting", NULL);

  rushes_scene_stop (fixture->scene);
  assert_says (fixture, "Paused, 1 of 4 frames", "Paused", "media-playback-pause-symbolic");
}

static void
test_stopped_early (Fixture *fixture, gconstpointer data)
{
  begin (fixture);
  rushes_scene_stop (fixture->scene);
  assert_says (fixture, "Paused", "Paused", "media-playback-pause-symbolic");
}

static void
test_finished (Fixture *fixture, gconstpointer data)
{
  begin (fixture);
  render (fixture, 4);
  g_assert_true (rushes_scene_settle (fixture->scene));
  assert_says (fixture, "Finished, 4 frames", "Finished", "object-select-symbolic");

  /* The same once more: nothing is left to do. */
  rushes_scene_requeue (fixture->scene);
  open_scene (fixture);
  rushes_scene_set_n_clients (fixture->scene, 1);
  bind_scene (fixture);
  rushes_scene_settle (fixture->scene);
  assert_says (fixture, "All frames were there already, 4 frames", "Finished",
               "object-select-symbolic");
}

static void
test_finished_with_failures (Fixture *fixture, gconstpointer data)
{
  begin (fixture);
  fail_frame (fixture);
  fail_frame (fixture);
  render (fixture, 2);
  g_assert_true (rushes_scene_settle (fixture->scene));
  assert_says (fixture, "2 of 4 frames, 2 frames failed", "Finished with failures",
               "dialog-warning-symbolic");
}

static void
test_failed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (RUSHES_ERROR, RUSHES_ERROR_RENDER_FAILED, "No light");

  begin (fixture);
  rushes_scene_fail (fixture->scene, error);
  assert_says (fixture, "No light", "Failed", "dialog-error-symbolic");
}

/* ---- All of them ----------------------------------------------------- */

static gboolean
has_frames (gpointer manager)
{
  return rushes_manager_get_totals (manager)->frames == 4;
}

static void
test_totals (Fixture *fixture, gconstpointer data)
{
  g_autofree char *logs = g_build_filename (fixture->folder, "logs", NULL);
  g_autoptr (RushesManager) manager = rushes_manager_new (fixture->folder, logs);
  g_autofree char *nothing = rushes_text_totals (manager);
  g_autofree char *some = NULL;

  g_assert_cmpstr (nothing, ==, "No frames yet");
  set_report (fixture, ",\"camera\":\"Camera\"");
  rushes_queue_insert (rushes_manager_get_queue (manager), 0, fixture->scene);
  rushes_test_wait_until (has_frames, manager);
  some = rushes_text_totals (manager);
  g_assert_cmpstr (some, ==, "0 of 4 frames");

  rushes_manager_save (manager);
}

static void
test_activity (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesLauncher) launcher = rushes_launcher_new ("blender");
  g_autoptr (RushesClient) client = rushes_client_new (launcher, 1, fixture->folder);
  g_autoptr (RushesActivity) activity = rushes_activity_new (client);
  g_autofree char *text = rushes_text_activity (activity);
  g_autofree char *name = rushes_text_client (activity);

  g_assert_cmpstr (text, ==, "Starting…");
  g_assert_cmpstr (name, ==, "Blender 1");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define add(path, func) g_test_add ("/text/" path, Fixture, NULL, set_up, func, tear_down)
  g_test_add_func ("/text/durations", test_durations);
  g_test_add_func ("/text/rates", test_rates);
  g_test_add_func ("/text/jobs", test_jobs);
  add ("waiting", test_waiting);
  add ("problems", test_problems);
  add ("plan", test_plan);
  add ("rendering", test_rendering);
  add ("stopped-early", test_stopped_early);
  add ("finished", test_finished);
  add ("finished-with-failures", test_finished_with_failures);
  add ("failed", test_failed);
  add ("totals", test_totals);
  add ("activity", test_activity);

  return g_test_run ();
}
