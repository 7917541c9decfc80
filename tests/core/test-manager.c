/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <sys/wait.h>

#include <glib/gstdio.h>

#include "rushes-enums.h"
#include "rushes-error.h"
#include "rushes-manager.h"
#include "test-utils.h"

#define LONG "frame-ms=60000"

typedef struct
{
  RushesTestFolder *folder; /* (owned) */
  char *path;               /* (owned): PATH as it was */
  RushesManager *manager;   /* (owned) */
  guint n_ended;            /* runs */
  gboolean by_user;         /* the last one was ended so */
  guint n_most;             /* activities at once */
  GString *warnings;        /* (owned) */
} Fixture;

/* ---- Helpers --------------------------------------------------------- */

static void
run_ended_cb (RushesManager *manager, gboolean by_user, Fixture *fixture)
{
  g_assert_cmpint (rushes_manager_get_state (manager), ==, RUSHES_MANAGER_IDLE);
  g_assert_cmpuint (g_list_model_get_n_items (rushes_manager_get_activities (manager)), ==, 0);
  fixture->n_ended++;
  fixture->by_user = by_user;
}

static void
warning_cb (RushesManager *manager, RushesScene *scene, const char *text, Fixture *fixture)
{
  g_string_append_printf (fixture->warnings, "%s: %s;",
                          scene != NULL ? rushes_scene_get_name (scene) : "-", text);
}

static void
activities_changed_cb (GListModel *activities,
                       guint position,
                       guint removed,
                       guint added,
                       Fixture *fixture)
{
  fixture->n_most = MAX (fixture->n_most, g_list_model_get_n_items (activities));
}

static void
use_blender (Fixture *fixture, const char *name, const char *modes)
{
  g_autofree char *text = g_strdup_printf ("#!/bin/sh\necho start >>'%s/starts'\n"
                                           "RUSHES_FAKE='%s' exec \"$RUSHES_FAKE_CLIENT\" \"$@\"\n",
                                           fixture->folder, modes);
  g_autofree char *blender = rushes_test_write (fixture->folder, name, text);

  g_assert_no_errno (g_chmod (blender, 0755));
  g_object_set (fixture->manager, "blender", blender, NULL);
}

static void
begin (Fixture *fixture)
{
  g_autofree char *data_dir = g_build_filename (fixture->folder, "data", NULL);
  g_autofree char *log_dir = g_build_filename (fixture->folder, "logs", NULL);
  g_autofree char *output = g_build_filename (fixture->folder, "renders", NULL);

  fixture->manager = rushes_manager_new (data_dir, log_dir);
  g_object_set (fixture->manager, "output-folder", output, NULL);
  use_blender (fixture, "blender", "");
  fixture->n_ended = 0;
  fixture->n_most = 0;
  g_string_truncate (fixture->warnings, 0);
  g_signal_connect (fixture->manager, "run-ended", G_CALLBACK (run_ended_cb), fixture);
  g_signal_connect (fixture->manager, "warning", G_CALLBACK (warning_cb), fixture);
  g_signal_connect (rushes_manager_get_activities (fixture->manager), "items-changed",
                    G_CALLBACK (activities_changed_cb), fixture);
}

/* As a program ends: nothing is left of the manager, nor of its processes. */
static void
end (Fixture *fixture)
{
  rushes_manager_save (fixture->manager);
  rushes_test_wait_for_children ();
  rushes_test_assert_finalize (g_steal_pointer (&fixture->manager));
}

static RushesQueue *
get_queue (Fixture *fixture)
{
  return rushes_manager_get_queue (fixture->manager);
}

static guint
count_scenes (Fixture *fixture)
{
  return g_list_model_get_n_items (G_LIST_MODEL (get_queue (fixture)));
}

static RushesScene *
get_scene (Fixture *fixture, guint position)
{
  g_autoptr (RushesScene) scene =
      g_list_model_get_item (G_LIST_MODEL (get_queue (fixture)), position);

  g_assert_nonnull (scene);
  return scene;
}

static void
write_blend (Fixture *fixture, const char *name, const char *directives)
{
  g_autofree char *text = g_strdup_printf ("BLENDER-fake\n%s\n", directives);

  g_free (rushes_test_write (fixture->folder, name, text));
}

/* Adds what is there; what is not added is said in the notes. */
static guint
add_name (Fixture *fixture, const char *name, GPtrArray **notes)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
  g_autoptr (GPtrArray) got = NULL;
  g_autoptr (GAsyncResult) location = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  guint n_added;

  g_ptr_array_add (files, g_file_new_for_path (path));
  rushes_manager_add_files_async (fixture->manager, files, rushes_test_result_cb, &location);
  result = rushes_test_wait_for_result (&location);
  got = rushes_manager_add_files_finish (fixture->manager, result, &n_added, &error);
  g_assert_no_error (error);
  if (notes != NULL)
    *notes = g_steal_pointer (&got);
  return n_added;
}

static RushesScene *
add_scene (Fixture *fixture, const char *name, const char *directives)
{
  write_blend (fixture, name, directives);
  g_assert_cmpuint (add_name (fixture, name, NULL), ==, 1);
  return get_scene (fixture, count_scenes (fixture) - 1);
}

static gboolean
is_idle (gpointer fixture)
{
  return rushes_manager_get_state (((Fixture *) fixture)->manager) == RUSHES_MANAGER_IDLE;
}

static void
wait_for_end (Fixture *fixture)
{
  rushes_test_wait_until (is_idle, fixture);
}

static void
render (Fixture *fixture)
{
  rushes_manager_start (fixture->manager);
  g_assert_cmpint (rushes_manager_get_state (fixture->manager), ==, RUSHES_MANAGER_RENDERING);
  wait_for_end (fixture);
}

static void
assert_state (RushesScene *scene, RushesSceneState state)
{
  if (rushes_scene_get_state (scene) != state && rushes_scene_get_error (scene) != NULL)
    g_error ("%s: %s", rushes_scene_get_name (scene), rushes_scene_get_error (scene)->message);
  g_assert_cmpint (rushes_scene_get_state (scene), ==, state);
}

static void
assert_finished (RushesScene *scene, guint n_done, guint n_failed)
{
  assert_state (scene, RUSHES_SCENE_FINISHED);
  g_assert_cmpuint (rushes_scene_get_n_done (scene), ==, n_done);
  g_assert_cmpuint (rushes_scene_get_n_failed (scene), ==, n_failed);
}

static guint
count_files (RushesScene *scene)
{
  g_autofree char *frames = g_build_filename (rushes_scene_get_folder (scene), "frames", NULL);

  return rushes_test_count_files (frames, "");
}

static gboolean
is_loading (gpointer scene)
{
  return rushes_scene_get_n_clients (scene) > 0 &&
         rushes_scene_get_state (scene) == RUSHES_SCENE_LOADING;
}

static gboolean
is_rendering (gpointer scene)
{
  return rushes_scene_get_frames (scene) != NULL &&
         rushes_frames_count (rushes_scene_get_frames (scene), RUSHES_FRAME_RENDERING) > 0;
}

static gboolean
has_done (gpointer scene)
{
  return rushes_scene_get_n_done (scene) > 0;
}

static gboolean
is_ended (gpointer scene)
{
  return rushes_scene_is_ended (scene);
}

static gboolean
is_known (gpointer scene)
{
  return rushes_scene_get_report (scene) != NULL || rushes_scene_get_report_error (scene) != NULL;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = NULL;

  fixture->folder = rushes_test_make_folder ();
  fixture->path = g_strdup (g_getenv ("PATH"));
  path = g_strconcat (fixture->folder, ":", fixture->path, NULL);
  g_setenv ("PATH", path, TRUE);
  fixture->warnings = g_string_new (NULL);
  begin (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  end (fixture);
  g_setenv ("PATH", fixture->path, TRUE);
  g_clear_pointer (&fixture->path, g_free);
  g_string_free (g_steal_pointer (&fixture->warnings), TRUE);
  g_clear_pointer (&fixture->folder, rushes_test_remove_folder);
}

/* ---- The whole ------------------------------------------------------- */

static void
test_properties (Fixture *fixture, gconstpointer data)
{
  rushes_test_property_notify (fixture->manager, "blender", "/a", "/b");
  rushes_test_property_notify (fixture->manager, "output-folder", "/a", "/b");
  rushes_test_property_notify (fixture->manager, "output-folder", "/a", "");
  rushes_test_property_notify (fixture->manager, "jobs", 2, 3);
  rushes_test_property_notify (fixture->manager, "jobs-auto", TRUE, FALSE);
  rushes_test_property_notify (fixture->manager, "order", RUSHES_ORDER_ONE_AFTER_ANOTHER,
                               RUSHES_ORDER_SIDE_BY_SIDE);
  rushes_test_property_notify (fixture->manager, "start-timeout", 5, 6);
  rushes_test_property_notify (fixture->manager, "frame-timeout-auto", TRUE, FALSE);
  rushes_test_property_notify (fixture->manager, "frame-timeout", 5, 6);
  rushes_test_property_notify (fixture->manager, "max-attempts", 5, 6);
  rushes_test_property_notify (fixture->manager, "factory-startup", TRUE, FALSE);
  rushes_test_property_notify (fixture->manager, "keep-ready", FALSE, TRUE);
}

static void
test_whole (Fixture *fixture, gconstpointer data)
{
  RushesScene *first = add_scene (fixture, "first.blend", "end=20\nframe-ms=5");
  RushesScene *second = add_scene (fixture, "second.blend", "end=10");
  guint jobs = GPOINTER_TO_UINT (data);

  g_object_set (fixture->manager, "jobs", jobs, NULL);
  render (fixture);
  assert_finished (first, 20, 0);
  assert_finished (second, 10, 0);
  g_assert_cmpuint (count_files (first), ==, 20);
  g_assert_cmpuint (fixture->n_ended, ==, 1);
  g_assert_false (fixture->by_user);
  g_assert_cmpuint (fixture->n_most, ==, jobs);
  g_assert_no_error (rushes_manager_get_error (fixture->manager));

  /* Nothing is left to be done. */
  render (fixture);
  g_assert_cmpuint (fixture->n_ended, ==, 2);
  assert_finished (first, 20, 0);
}

static void
test_empty (Fixture *fixture, gconstpointer data)
{
  rushes_manager_pause (fixture->manager);
  rushes_manager_stop (fixture->manager);
  rushes_manager_go_on (fixture->manager);
  render (fixture);
  g_assert_cmpuint (fixture->n_ended, ==, 1);
  g_assert_false (fixture->by_user);
}

typedef struct
{
  Fixture *fixture;
  RushesTotals expected;
} Expectation;

static gboolean
are_totals (gpointer user_data)
{
  Expectation *expectation = user_data;
  const RushesTotals *totals = rushes_manager_get_totals (expectation->fixture->manager);

  return totals->frames == expectation->expected.frames &&
         totals->done == expectation->expected.done &&
         totals->failed == expectation->expected.failed &&
         totals->startable == expectation->expected.startable &&
         ABS (totals->progress - expectation->expected.progress) < 1e-6;
}

static void
wait_for_totals (Fixture *fixture,
                 guint64 frames,
                 guint64 done,
                 guint64 failed,
                 double progress,
                 guint startable)
{
  Expectation expectation = {
    fixture,
    { .frames = frames,
      .done = done,
      .failed = failed,
      .progress = progress,
      .startable = startable },
  };
  guint64 n_frames, n_done, n_failed;
  guint n_startable;
  double fraction;

  rushes_test_wait_until (are_totals, &expectation);
  g_object_get (fixture->manager, "n-frames", &n_frames, "n-done", &n_done, "n-failed", &n_failed,
                "n-startable", &n_startable, "progress", &fraction, NULL);
  g_assert_cmpuint (n_frames, ==, frames);
  g_assert_cmpuint (n_done, ==, done);
  g_assert_cmpuint (n_failed, ==, failed);
  g_assert_cmpuint (n_startable, ==, startable);
  g_assert_cmpfloat_with_epsilon (fraction, progress, 1e-6);
}

static void
test_totals (Fixture *fixture, gconstpointer data)
{
  RushesScene *first;
  guint count = 0;

  wait_for_totals (fixture, 0, 0, 0, 0, 0);
  first = add_scene (fixture, "first.blend", "end=30\nfail-frame=7");
  add_scene (fixture, "second.blend", "end=10\n" LONG);
  add_scene (fixture, "third.blend", "end=60");
  wait_for_totals (fixture, 100, 0, 0, 0, 3);
  g_object_set (rushes_scene_get_settings (get_scene (fixture, 2)), "keyframe-scale", 2.0, NULL);
  wait_for_totals (fixture, 160, 0, 0, 0, 3);
  rushes_manager_remove (fixture->manager, get_scene (fixture, 2));
  wait_for_totals (fixture, 40, 0, 0, 0, 2);
  rushes_manager_pause_scene (fixture->manager, get_scene (fixture, 1), TRUE);
  wait_for_totals (fixture, 40, 0, 0, 0, 1);
  render (fixture);
  assert_finished (first, 29, 1);
  wait_for_totals (fixture, 40, 29, 1, 0.75, 0);
  rushes_manager_pause_scene (fixture->manager, get_scene (fixture, 1), FALSE);
  wait_for_totals (fixture, 40, 29, 1, 0.75, 1);

  g_signal_connect (fixture->manager, "notify::progress", G_CALLBACK (rushes_test_count_notify),
                    &count);
  rushes_manager_start (fixture->manager);
  rushes_test_wait_until (is_rendering, get_scene (fixture, 1));
  g_assert_cmpuint (rushes_manager_get_totals (fixture->manager)->startable, ==, 0);
  rushes_manager_stop (fixture->manager);
  wait_for_end (fixture);
  wait_for_totals (fixture, 40, 29, 1, 0.75, 1);
  g_assert_cmpuint (count, >, 0);
  g_assert_cmpuint (rushes_manager_get_totals (fixture->manager)->memory, ==, 0);
  g_assert_cmpfloat (rushes_manager_get_rate (fixture->manager), ==, 0);
  g_assert_cmpfloat (rushes_manager_get_seconds_left (fixture->manager), <, 0);
}

/* ---- Adding ---------------------------------------------------------- */

static void
test_add (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) notes = NULL;
  g_autofree char *expected = g_build_filename (fixture->folder, "renders", "b", NULL);
  g_autofree char *beside = g_build_filename (fixture->folder, "renders", NULL);

  write_blend (fixture, "b.blend", "end=7");
  write_blend (fixture, "a.blend", "load-error=From the future");
  g_assert_cmpuint (add_name (fixture, ".", &notes), ==, 2);
  g_assert_cmpuint (notes->len, ==, 0);
  g_assert_cmpstr (rushes_scene_get_name (get_scene (fixture, 0)), ==, "a");
  g_assert_cmpstr (rushes_scene_get_folder (get_scene (fixture, 1)), ==, expected);
  rushes_test_wait_until (is_known, get_scene (fixture, 1));
  g_assert_cmpuint (rushes_scene_get_n_frames (get_scene (fixture, 1)), ==, 7);
  rushes_test_wait_until (is_known, get_scene (fixture, 0));
  g_assert_error (rushes_scene_get_report_error (get_scene (fixture, 0)), RUSHES_ERROR,
                  RUSHES_ERROR_LOAD_FAILED);
  g_clear_pointer (&notes, g_ptr_array_unref);

  /* What is there already, and what is none. */
  g_assert_cmpuint (add_name (fixture, "b.blend", &notes), ==, 0);
  g_assert_cmpuint (notes->len, ==, 1);
  g_assert_nonnull (strstr (notes->pdata[0], "“b.blend” is in the queue already"));
  g_clear_pointer (&notes, g_ptr_array_unref);
  write_blend (fixture, "c.blend", "");
  g_assert_cmpuint (add_name (fixture, ".", &notes), ==, 1);
  g_assert_nonnull (strstr (notes->pdata[0], "2 scenes are in the queue already"));
  g_clear_pointer (&notes, g_ptr_array_unref);
  g_assert_cmpuint (add_name (fixture, "missing.blend", &notes), ==, 0);
  g_assert_nonnull (strstr (notes->pdata[0], "“missing.blend” is not there"));

  /* Without a folder of its own: beside the scene. */
  g_object_set (fixture->manager, "output-folder", NULL, NULL);
  add_scene (fixture, "sub.blend", "");
  g_assert_true (g_str_has_prefix (rushes_scene_get_folder (get_scene (fixture, 3)), beside));
}

/* Added while others are being rendered, it is rendered too. */
static void
test_add_while_rendering (Fixture *fixture, gconstpointer data)
{
  RushesScene *first = add_scene (fixture, "first.blend", "end=30\nframe-ms=10");
  RushesScene *second;

  rushes_manager_start (fixture->manager);
  rushes_test_wait_until (has_done, first);
  second = add_scene (fixture, "second.blend", "end=3");
  wait_for_end (fixture);
  assert_finished (first, 30, 0);
  assert_finished (second, 3, 0);
  g_assert_cmpuint (fixture->n_ended, ==, 1);
}

/* ---- Start, pause, stop ---------------------------------------------- */

static void
test_pause (Fixture *fixture, gconstpointer data)
{
  RushesScene *first = add_scene (fixture, "first.blend", "end=40\nframe-ms=20");
  RushesScene *second = add_scene (fixture, "second.blend", "end=5");
  guint n_done;

  g_object_set (fixture->manager, "order", RUSHES_ORDER_ONE_AFTER_ANOTHER, NULL);
  rushes_manager_start (fixture->manager);
  rushes_test_wait_until (has_done, first);
  rushes_manager_pause (fixture->manager);
  g_assert_cmpint (rushes_manager_get_state (fixture->manager), ==, RUSHES_MANAGER_PAUSING);
  rushes_manager_pause (fixture->manager);
  wait_for_end (fixture);
  g_assert_true (fixture->by_user);
  assert_state (first, RUSHES_SCENE_STOPPED);
  assert_state (second, RUSHES_SCENE_STOPPED);
  n_done = rushes_scene_get_n_done (first);
  g_assert_cmpuint (n_done, <, 40);
  g_assert_cmpuint (count_files (first), ==, n_done);

  render (fixture);
  g_assert_false (fixture->by_user);
  assert_finished (first, 40, 0);
  assert_finished (second, 5, 0);
  g_assert_cmpuint (rushes_scene_get_n_kept (first), ==, n_done);
}

static void
test_stop (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "scene.blend", "end=3\n" LONG);

  rushes_manager_start (fixture->manager);
  if (data != NULL)
    {
      rushes_test_wait_until (is_rendering, scene);
      rushes_manager_pause (fixture->manager);
    }
  rushes_manager_stop (fixture->manager);
  g_assert_cmpint (rushes_manager_get_state (fixture->manager), ==, RUSHES_MANAGER_STOPPING);
  rushes_manager_stop (fixture->manager);
  rushes_manager_pause (fixture->manager);
  rushes_manager_start (fixture->manager);
  g_assert_cmpint (rushes_manager_get_state (fixture->manager), ==, RUSHES_MANAGER_STOPPING);
  wait_for_end (fixture);
  g_assert_true (fixture->by_user);
  assert_state (scene, RUSHES_SCENE_STOPPED);

  write_blend (fixture, "scene.blend", "end=3");
  render (fixture);
  assert_finished (scene, 3, 0);
}

static void
start_again_cb (RushesManager *manager, gboolean by_user, gpointer unused)
{
  g_signal_handlers_disconnect_by_func (manager, start_again_cb, unused);
  rushes_manager_start (manager);
}

/* By whoever hears of the end. */
static void
test_start_again (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "scene.blend", "end=30\nframe-ms=10");

  rushes_manager_start (fixture->manager);
  rushes_test_wait_until (has_done, scene);
  g_signal_connect (fixture->manager, "run-ended", G_CALLBACK (start_again_cb), NULL);
  rushes_manager_pause (fixture->manager);
  rushes_test_wait_until (is_ended, scene);
  wait_for_end (fixture);
  g_assert_cmpuint (fixture->n_ended, >=, 1);
  while (fixture->n_ended < 2)
    g_main_context_iteration (NULL, TRUE);
  assert_finished (scene, 30, 0);
}

/* Who takes away the last scene does not want to be told that all is done. */
static void
test_by_user (Fixture *fixture, gconstpointer data)
{
  const gboolean removes = data != NULL;
  RushesScene *other = add_scene (fixture, "other.blend", "end=20\nframe-ms=10");
  RushesScene *scene = add_scene (fixture, "scene.blend", LONG);
  G_GNUC_UNUSED g_autoptr (RushesScene) guard = g_object_ref (scene);

  g_object_set (fixture->manager, "jobs", 2, NULL);
  for (guint alone = 0; alone < 2; alone++)
    {
      rushes_manager_start (fixture->manager);
      rushes_test_wait_until (is_rendering, scene);
      if (alone)
        rushes_test_wait_until (is_ended, other);
      if (removes)
        rushes_manager_remove (fixture->manager, scene);
      else
        rushes_manager_stop_scene (fixture->manager, scene);
      wait_for_end (fixture);
      assert_finished (other, 20, 0);
      g_assert_cmpint (fixture->by_user, ==, alone);

      if (removes)
        rushes_manager_restore (fixture->manager, scene, 0);
      rushes_manager_pause_scene (fixture->manager, scene, FALSE);
    }
}

static void
test_by_user_paused (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "scene.blend", "end=60\nframe-ms=10");

  rushes_manager_start (fixture->manager);
  rushes_test_wait_until (has_done, scene);
  rushes_manager_pause_scene (fixture->manager, scene, TRUE);
  wait_for_end (fixture);
  assert_state (scene, RUSHES_SCENE_STOPPED);
  g_assert_true (fixture->by_user);
  rushes_manager_pause_scene (fixture->manager, scene, FALSE);
  render (fixture);
  assert_finished (scene, 60, 0);
  g_assert_false (fixture->by_user);
}

/* What closing a window asks about. */
static void
test_has_work (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "scene.blend", "end=3000\nframe-ms=10");

  g_assert_false (rushes_manager_has_work (fixture->manager));
  rushes_manager_start (fixture->manager);
  g_assert_true (rushes_manager_has_work (fixture->manager));
  rushes_test_wait_until (has_done, scene);
  g_assert_true (rushes_manager_has_work (fixture->manager));
  rushes_manager_stop (fixture->manager);
  g_assert_false (rushes_manager_has_work (fixture->manager));
  wait_for_end (fixture);
  g_assert_false (rushes_manager_has_work (fixture->manager));
}

static guint
count_activities (Fixture *fixture)
{
  return g_list_model_get_n_items (rushes_manager_get_activities (fixture->manager));
}

static gboolean
has_four (gpointer fixture)
{
  return count_activities (fixture) == 4;
}

static gboolean
has_one (gpointer fixture)
{
  return count_activities (fixture) == 1;
}

static void
test_jobs (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "scene.blend", "end=3000\nframe-ms=10");

  rushes_manager_start (fixture->manager);
  rushes_test_wait_until (has_done, scene);
  g_assert_cmpuint (fixture->n_most, ==, 1);
  g_object_set (fixture->manager, "jobs", 4, NULL);
  rushes_test_wait_until (has_four, fixture);
  g_object_set (fixture->manager, "jobs", 1, NULL);
  rushes_test_wait_until (has_one, fixture);
  assert_state (scene, RUSHES_SCENE_RENDERING);
  rushes_manager_stop (fixture->manager);
  wait_for_end (fixture);
  g_assert_cmpuint (fixture->n_most, ==, 4);
}

static gboolean
has_activity (gpointer user_data)
{
  Fixture *fixture = user_data;
  GListModel *activities = rushes_manager_get_activities (fixture->manager);
  g_autoptr (RushesActivity) activity = g_list_model_get_item (activities, 0);

  return activity != NULL && rushes_activity_get_scene (activity) != NULL;
}

static void
test_activities (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "scene.blend", "start=5\nend=7\n" LONG);
  g_autoptr (RushesActivity) activity = NULL;
  g_autoptr (RushesScene) got = NULL;
  guint frame, number;
  RushesClientState state;

  rushes_manager_start (fixture->manager);
  rushes_test_wait_until (has_activity, fixture);
  activity = g_list_model_get_item (rushes_manager_get_activities (fixture->manager), 0);
  g_object_get (activity, "scene", &got, "frame", &frame, "number", &number, "state", &state, NULL);
  g_assert_true (got == scene);
  g_assert_cmpuint (frame, ==, 5);
  g_assert_cmpuint (number, ==, 1);
  g_assert_cmpint (state, ==, RUSHES_CLIENT_BUSY);
  g_assert_cmpuint (rushes_activity_get_memory (activity), >, 0);
  rushes_manager_stop (fixture->manager);
  wait_for_end (fixture);
  g_assert_cmpint (rushes_activity_get_state (activity), ==, RUSHES_CLIENT_DEAD);
}

/* ---- The cluster ----------------------------------------------------- */

/* One that is this computer, until the test ends. */
static void
use_cluster (Fixture *fixture, guint jobs)
{
  rushes_test_add_slurm (fixture->folder);
  g_object_set (rushes_manager_get_cluster (fixture->manager), "enabled", TRUE, "jobs", jobs, NULL);
}

static guint
count_lines (Fixture *fixture, const char *name)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
  g_autofree char *text =
      g_file_test (path, G_FILE_TEST_EXISTS) ? rushes_test_read (path) : g_strdup ("");
  guint n = 0;

  for (const char *c = text; *c != '\0'; c++)
    n += *c == '\n';
  return n;
}

/* Both places work on one queue. */
static void
test_cluster (Fixture *fixture, gconstpointer data)
{
  guint here = GPOINTER_TO_UINT (data);
  RushesScene *scene = add_scene (fixture, "scene.blend", "end=40\nframe-ms=20");

  rushes_test_wait_until (is_known, scene);
  rushes_inspector_stop (rushes_manager_get_inspector (fixture->manager));
  rushes_test_wait_for_children ();
  g_free (rushes_test_write (fixture->folder, "starts", ""));
  use_cluster (fixture, 2);
  g_object_set (fixture->manager, "jobs", here, NULL);
  render (fixture);
  assert_finished (scene, 40, 0);
  g_assert_cmpuint (count_files (scene), ==, 40);
  g_assert_cmpuint (fixture->n_most, ==, here + 2);
  g_assert_cmpuint (count_lines (fixture, "sruns"), ==, 2);
  g_assert_cmpuint (count_lines (fixture, "starts"), ==, here + 2);
  g_assert_cmpstr (fixture->warnings->str, ==, "");
}

static gboolean
has_four_sruns (gpointer fixture)
{
  return count_lines (fixture, "sruns") == 4;
}

/* On, more, fewer and off, all at once. */
static void
test_cluster_at_once (Fixture *fixture, gconstpointer data)
{
  RushesCluster *cluster = rushes_manager_get_cluster (fixture->manager);
  RushesScene *scene = add_scene (fixture, "scene.blend", "end=3000\nframe-ms=10");

  /* Somebody has to work. */
  g_object_set (fixture->manager, "jobs", 0, NULL);
  rushes_manager_start (fixture->manager);
  rushes_test_wait_until (has_done, scene);
  g_assert_cmpuint (fixture->n_most, ==, 1);
  use_cluster (fixture, 4);
  rushes_test_wait_until (has_four_sruns, fixture);
  rushes_test_wait_until (has_four, fixture);
  g_object_set (cluster, "jobs", 1, NULL);
  rushes_test_wait_until (has_one, fixture);
  assert_state (scene, RUSHES_SCENE_RENDERING);
  g_object_set (fixture->manager, "jobs", 3, NULL);
  rushes_test_wait_until (has_four, fixture);
  g_object_set (cluster, "enabled", FALSE, NULL);
  g_object_set (fixture->manager, "jobs", 1, NULL);
  rushes_test_wait_until (has_one, fixture);
  assert_state (scene, RUSHES_SCENE_RENDERING);
  rushes_manager_stop (fixture->manager);
  wait_for_end (fixture);
  g_assert_true (has_four_sruns (fixture));
}

static gboolean
has_two_waiting (gpointer user_data)
{
  Fixture *fixture = user_data;
  GListModel *activities = rushes_manager_get_activities (fixture->manager);
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (activities); i++)
    {
      g_autoptr (RushesActivity) activity = g_list_model_get_item (activities, i);

      n += rushes_activity_get_state (activity) == RUSHES_CLIENT_WAITING;
    }
  return n == 2;
}

static gboolean
has_asked_for_gpu (gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autofree char *path = g_build_filename (fixture->folder, "sruns", NULL);
  g_autofree char *text = rushes_test_read (path);

  return strstr (text, "--partition gpu") != NULL;
}

/* Those that wait there are taken back: they might wait for days. */
static void
test_cluster_waiting (Fixture *fixture, gconstpointer data)
{
  RushesCluster *cluster = rushes_manager_get_cluster (fixture->manager);
  RushesScene *scene = add_scene (fixture, "scene.blend", "end=3000\nframe-ms=10");

  use_cluster (fixture, 2);
  rushes_test_add_program (fixture->folder, "srun", "echo \"$@\" >> sruns; exec sleep 600");
  rushes_manager_start (fixture->manager);
  rushes_test_wait_until (has_done, scene);
  rushes_test_wait_until (has_two_waiting, fixture);
  g_object_set (cluster, "enabled", FALSE, NULL);
  rushes_test_wait_until (has_one, fixture);

  g_object_set (cluster, "enabled", TRUE, NULL);
  rushes_test_wait_until (has_two_waiting, fixture);
  /* Asked in another way from now on. */
  g_object_set (rushes_cluster_get_slurm (cluster), "partition", "gpu", NULL);
  rushes_test_wait_until (has_asked_for_gpu, fixture);
  rushes_test_wait_until (has_two_waiting, fixture);
  rushes_manager_stop (fixture->manager);
  wait_for_end (fixture);
  g_assert_cmpuint (fixture->n_ended, ==, 1);
}

static void
test_cluster_missing (Fixture *fixture, gconstpointer data)
{
  RushesCluster *cluster = rushes_manager_get_cluster (fixture->manager);
  RushesScene *scene = add_scene (fixture, "scene.blend", "end=3000\nframe-ms=10");

  g_setenv ("PATH", fixture->folder, TRUE);
  g_object_set (cluster, "enabled", TRUE, NULL);
  rushes_manager_start (fixture->manager);
  g_assert_cmpint (rushes_manager_get_state (fixture->manager), ==, RUSHES_MANAGER_IDLE);
  rushes_test_assert_error (rushes_manager_get_error (fixture->manager),
                            RUSHES_ERROR_COULD_NOT_START, "no program “srun”");
  assert_state (scene, RUSHES_SCENE_QUEUED);

  g_object_set (cluster, "enabled", FALSE, NULL);
  rushes_manager_start (fixture->manager);
  g_assert_no_error (rushes_manager_get_error (fixture->manager));
  rushes_test_wait_until (has_done, scene);
  /* What is at work is not given up for it. */
  g_object_set (cluster, "enabled", TRUE, NULL);
  g_assert_nonnull (strstr (fixture->warnings->str, "-: Slurm is not installed here"));
  assert_state (scene, RUSHES_SCENE_RENDERING);
  rushes_manager_stop (fixture->manager);
  wait_for_end (fixture);
}

static gboolean
has_lost_place (gpointer fixture)
{
  return rushes_manager_get_lost_place (((Fixture *) fixture)->manager) != NULL;
}

/* Those of the cluster have said where they are, and so are of use. */
static gboolean
has_three (gpointer user_data)
{
  Fixture *fixture = user_data;
  GListModel *activities = rushes_manager_get_activities (fixture->manager);
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (activities); i++)
    {
      g_autoptr (RushesActivity) activity = g_list_model_get_item (activities, i);

      n += rushes_activity_get_node (activity) != NULL;
    }
  return n == 2 && count_activities (fixture) == 3;
}

/* What does not work there is told as long as that holds, and this computer goes on. */
static void
test_cluster_lost (Fixture *fixture, gconstpointer data)
{
  RushesCluster *cluster = rushes_manager_get_cluster (fixture->manager);
  RushesScene *scene = add_scene (fixture, "scene.blend", "end=3000\nframe-ms=10");

  use_cluster (fixture, 2);
  g_object_set (cluster, "blender", "/nowhere/blender", NULL);
  rushes_manager_start (fixture->manager);
  rushes_test_wait_until (has_lost_place, fixture);
  rushes_test_assert_error (rushes_manager_get_lost_place (fixture->manager),
                            RUSHES_ERROR_COULD_NOT_START,
                            "no longer used: There is no program “/nowhere/blender”");
  g_assert_nonnull (
      strstr (fixture->warnings->str, rushes_manager_get_lost_place (fixture->manager)->message));
  rushes_test_wait_until (has_done, scene);

  /* It is mended while it is rendered. */
  g_object_set (cluster, "blender", NULL, NULL);
  g_assert_false (has_lost_place (fixture));
  rushes_test_wait_until (has_three, fixture);
  g_assert_false (has_lost_place (fixture));
  rushes_manager_stop (fixture->manager);
  wait_for_end (fixture);
}

/* Before it is used. */
static void
test_cluster_check (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesClusterCheck) check = NULL;
  g_autoptr (GAsyncResult) location = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  use_cluster (fixture, 2);
  g_object_set (rushes_manager_get_cluster (fixture->manager), "enabled", FALSE, NULL);
  check = rushes_manager_make_cluster_check (fixture->manager);
  rushes_cluster_check_run_async (check, NULL, rushes_test_result_cb, &location);
  result = rushes_test_wait_for_result (&location);
  g_assert_true (rushes_cluster_check_run_finish (check, result, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count_lines (fixture, "sruns"), ==, 1);
}

static void
test_warning (Fixture *fixture, gconstpointer data)
{
  add_scene (fixture, "scene.blend", "warning=A cache cannot be stretched");
  render (fixture);
  g_assert_cmpstr (fixture->warnings->str, ==, "scene: A cache cannot be stretched;");
}

static gboolean
has_trouble (gpointer fixture)
{
  return rushes_manager_get_trouble (((Fixture *) fixture)->manager) != NULL;
}

static void
test_trouble (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "scene.blend", "end=3\nfull-frame=2 times=1");
  g_autoptr (GError) error = NULL;
  guint count = 0;

  g_signal_connect (fixture->manager, "notify::trouble", G_CALLBACK (rushes_test_count_notify),
                    &count);
  rushes_manager_start (fixture->manager);
  rushes_test_wait_until (has_trouble, fixture);
  g_object_get (fixture->manager, "trouble", &error, NULL);
  rushes_test_assert_error (error, RUSHES_ERROR_DISK_FULL, "is full");
  g_assert_cmpuint (count, ==, 1);
  g_assert_cmpint (rushes_manager_get_state (fixture->manager), ==, RUSHES_MANAGER_RENDERING);
  rushes_manager_go_on (fixture->manager);
  g_assert_null (rushes_manager_get_trouble (fixture->manager));
  g_assert_cmpuint (count, ==, 2);
  wait_for_end (fixture);
  assert_finished (scene, 3, 0);
}

/* Stopped in trouble, it has none any more. */
static void
test_trouble_stopped (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "scene.blend", "end=3\nfull-frame=2");

  rushes_manager_start (fixture->manager);
  rushes_test_wait_until (has_trouble, fixture);
  if (data != NULL)
    rushes_manager_stop (fixture->manager);
  else
    rushes_manager_pause (fixture->manager);
  wait_for_end (fixture);
  g_assert_null (rushes_manager_get_trouble (fixture->manager));
  assert_state (scene, RUSHES_SCENE_STOPPED);
}

/* ---- No Blender ------------------------------------------------------ */

static void
test_no_blender (Fixture *fixture, gconstpointer data)
{
  RushesScene *first, *second;
  g_autoptr (GError) error = NULL;
  guint count = 0;

  g_object_set (fixture->manager, "blender", "/nowhere/blender", NULL);
  first = add_scene (fixture, "first.blend", "end=3");
  second = add_scene (fixture, "second.blend", "end=3");
  rushes_manager_stop_scene (fixture->manager, second);
  rushes_manager_pause_scene (fixture->manager, second, FALSE);
  rushes_scene_stop (second);
  g_signal_connect (fixture->manager, "notify::error", G_CALLBACK (rushes_test_count_notify),
                    &count);
  rushes_manager_start (fixture->manager);
  g_assert_cmpint (rushes_manager_get_state (fixture->manager), ==, RUSHES_MANAGER_IDLE);
  g_object_get (fixture->manager, "error", &error, NULL);
  rushes_test_assert_error (error, RUSHES_ERROR_COULD_NOT_START, "/nowhere/blender");
  assert_state (first, RUSHES_SCENE_QUEUED);
  assert_state (second, RUSHES_SCENE_STOPPED);
  g_assert_cmpuint (count, ==, 1);
  g_assert_cmpuint (fixture->n_ended, ==, 0);

  use_blender (fixture, "blender", "");
  render (fixture);
  g_assert_null (rushes_manager_get_error (fixture->manager));
  assert_finished (first, 3, 0);
  assert_finished (second, 3, 0);
}

/* It is there, and no Blender. */
static void
test_broken_blender (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "scene.blend", "end=3");
  g_autoptr (GError) error = NULL;

  rushes_test_wait_until (is_known, scene);
  use_blender (fixture, "broken", "exit=3");
  render (fixture);
  error = g_error_copy (rushes_manager_get_error (fixture->manager));
  rushes_test_assert_error (error, RUSHES_ERROR_COULD_NOT_START, "exit code 3");
  g_assert_cmpint (rushes_scene_get_state (scene), ==, RUSHES_SCENE_FAILED);
  g_assert_false (fixture->by_user);

  use_blender (fixture, "blender", "");
  render (fixture);
  g_assert_null (rushes_manager_get_error (fixture->manager));
  assert_finished (scene, 3, 0);
}

/* ---- Clients that are ready ------------------------------------------ */

/* How many clients were started so far, that of the inspector among them. */
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

static RushesReserve *
get_reserve (Fixture *fixture)
{
  return rushes_manager_get_reserve (fixture->manager);
}

typedef struct
{
  RushesReserve *reserve;
  guint n;
} Readiness;

static gboolean
are_ready (gpointer user_data)
{
  Readiness *expected = user_data;

  return rushes_reserve_get_n_clients (expected->reserve) == expected->n &&
         rushes_reserve_get_n_ready (expected->reserve) == expected->n;
}

static void
wait_for_ready (Fixture *fixture, guint n)
{
  Readiness expected = { get_reserve (fixture), n };

  rushes_test_wait_until (are_ready, &expected);
}

static gboolean
is_counted (gpointer count)
{
  return *(guint *) count > 0;
}

/* Until the manager has looked at everything again: the second look comes after all
 * that the first one did. */
static void
wait_for_refresh (Fixture *fixture)
{
  for (guint i = 0; i < 2; i++)
    {
      guint count = 0;
      gulong id = g_signal_connect (fixture->manager, "notify::n-startable",
                                    G_CALLBACK (rushes_test_count_notify), &count);

      rushes_manager_expect_start (fixture->manager);
      rushes_test_wait_until (is_counted, &count);
      g_signal_handler_disconnect (fixture->manager, id);
    }
}

/* Who is at work, by number: a bit for each. */
static guint
get_numbers (Fixture *fixture)
{
  GListModel *list = rushes_manager_get_activities (fixture->manager);
  guint numbers = 0;

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (RushesActivity) activity = g_list_model_get_item (list, i);

      numbers |= 1u << rushes_activity_get_number (activity);
    }
  return numbers;
}

typedef struct
{
  Fixture *fixture;
  guint numbers;
} AtWork;

static gboolean
are_at_work (gpointer user_data)
{
  AtWork *at_work = user_data;

  return get_numbers (at_work->fixture) == at_work->numbers;
}

/* They are there before anybody presses Start, and it is they that render then, now
 * and after a pause. */
static void
test_ready (Fixture *fixture, gconstpointer data)
{
  AtWork at_work = { fixture, 1u << 1 | 1u << 2 | 1u << 3 };
  RushesScene *scene;

  g_object_set (fixture->manager, "jobs", 3, NULL);
  scene = add_scene (fixture, "scene.blend", "end=60\nframe-ms=20");
  wait_for_ready (fixture, 3);
  rushes_test_wait_until (is_known, scene);
  g_assert_cmpuint (count_starts (fixture), ==, 4);
  g_assert_cmpuint (get_numbers (fixture), ==, 0);

  rushes_manager_start (fixture->manager);
  rushes_test_wait_until (are_at_work, &at_work);
  g_assert_cmpuint (rushes_reserve_get_n_clients (get_reserve (fixture)), ==, 0);
  rushes_test_wait_until (has_done, scene);
  rushes_manager_pause (fixture->manager);
  wait_for_end (fixture);
  assert_state (scene, RUSHES_SCENE_STOPPED);
  g_assert_cmpuint (rushes_scene_get_n_clients (scene), ==, 0);
  wait_for_ready (fixture, 3);

  rushes_manager_start (fixture->manager);
  rushes_test_wait_until (are_at_work, &at_work);
  wait_for_end (fixture);
  assert_finished (scene, 60, 0);

  /* For what comes next, if it comes soon. */
  wait_for_ready (fixture, 3);
  scene = add_scene (fixture, "next.blend", "end=5");
  rushes_test_wait_until (is_known, scene);
  render (fixture);
  assert_finished (scene, 5, 0);
  g_assert_cmpuint (count_starts (fixture), ==, 4);
}

static gboolean
has_client (gpointer reserve)
{
  return rushes_reserve_get_n_clients (reserve) > 0;
}

/* Pressed too early, it waits for those that are on their way. */
static void
test_ready_soon (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene;

  use_blender (fixture, "slow", "start-ms=100");
  g_object_set (fixture->manager, "jobs", 2, NULL);
  scene = add_scene (fixture, "scene.blend", "end=10\nframe-ms=20");
  rushes_test_wait_until (is_known, scene);
  rushes_test_wait_until (has_client, get_reserve (fixture));
  render (fixture);
  assert_finished (scene, 10, 0);
  g_assert_cmpuint (count_starts (fixture), ==, 3);
  g_assert_cmpuint (fixture->n_most, ==, 2);
}

/* As many as are to work, as long as there is something to work on. */
static void
test_ready_number (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene;

  g_object_set (fixture->manager, "jobs", 2, NULL);
  wait_for_refresh (fixture);
  wait_for_ready (fixture, 0);
  scene = add_scene (fixture, "scene.blend", "");
  wait_for_ready (fixture, 2);
  g_object_set (fixture->manager, "jobs", 3, NULL);
  wait_for_ready (fixture, 3);
  g_object_set (fixture->manager, "jobs-auto", TRUE, NULL);
  wait_for_ready (fixture, 1);
  g_object_set (fixture->manager, "keep-ready", FALSE, NULL);
  wait_for_ready (fixture, 0);
  g_object_set (fixture->manager, "keep-ready", TRUE, NULL);
  wait_for_ready (fixture, 1);
  rushes_manager_remove (fixture->manager, scene);
  wait_for_ready (fixture, 0);
}

static void
test_ready_never (Fixture *fixture, gconstpointer property)
{
  gboolean value = !g_str_equal (property, "keep-ready");
  RushesScene *scene;

  g_object_set (fixture->manager, property, value, NULL);
  scene = add_scene (fixture, "scene.blend", "end=3");
  rushes_test_wait_until (is_known, scene);
  wait_for_refresh (fixture);
  g_assert_cmpuint (rushes_reserve_get_n_clients (get_reserve (fixture)), ==, 0);
  render (fixture);
  wait_for_refresh (fixture);
  g_assert_cmpuint (rushes_reserve_get_n_clients (get_reserve (fixture)), ==, 0);
  assert_finished (scene, 3, 0);
  g_assert_cmpuint (count_starts (fixture), ==, 2);
}

/* Nobody is likely to start what is finished, or paused. */
static void
test_ready_for_nothing (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene;
  guint n_starts;

  g_assert_null (rushes_manager_load (fixture->manager));
  scene = add_scene (fixture, "scene.blend", "end=3");
  render (fixture);
  assert_finished (scene, 3, 0);
  add_scene (fixture, "paused.blend", "end=3");
  rushes_manager_pause_scene (fixture->manager, get_scene (fixture, 1), TRUE);
  rushes_test_wait_until (is_known, get_scene (fixture, 1));
  end (fixture);

  begin (fixture);
  g_assert_null (rushes_manager_load (fixture->manager));
  g_assert_cmpuint (count_scenes (fixture), ==, 2);
  n_starts = count_starts (fixture);
  wait_for_refresh (fixture);
  g_assert_cmpuint (rushes_reserve_get_n_clients (get_reserve (fixture)), ==, 0);
  rushes_manager_pause_scene (fixture->manager, get_scene (fixture, 1), FALSE);
  wait_for_ready (fixture, 1);
  g_assert_cmpuint (count_starts (fixture), ==, n_starts + 1);
}

/* A Blender that does not start is not tried time and again. */
static void
test_ready_broken (Fixture *fixture, gconstpointer data)
{
  use_blender (fixture, "broken", "exit=3");
  g_object_set (fixture->manager, "jobs", 3, NULL);
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.blend", i);

      rushes_test_wait_until (is_known, add_scene (fixture, name, ""));
      wait_for_refresh (fixture);
    }
  /* The inspector tries twice for each. */
  g_assert_cmpuint (count_starts (fixture), ==, 5 * 2 + 1);
  g_assert_cmpuint (rushes_reserve_get_n_clients (get_reserve (fixture)), ==, 0);

  use_blender (fixture, "mended", "");
  wait_for_ready (fixture, 3);
}

/* Those that were started otherwise are of no use. */
static void
test_ready_changed (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "scene.blend", "end=3");
  guint n_starts;

  rushes_test_wait_until (is_known, scene);
  wait_for_ready (fixture, 1);
  n_starts = count_starts (fixture);
  g_object_set (fixture->manager, "factory-startup", TRUE, NULL);
  g_assert_cmpuint (rushes_reserve_get_n_ready (get_reserve (fixture)), ==, 0);
  wait_for_ready (fixture, 1);
  g_assert_cmpuint (count_starts (fixture), ==, n_starts + 1);

  /* Nor are those of a run that was begun otherwise. */
  rushes_manager_start (fixture->manager);
  g_object_set (fixture->manager, "factory-startup", FALSE, NULL);
  wait_for_end (fixture);
  assert_finished (scene, 3, 0);
  wait_for_refresh (fixture);
  g_assert_cmpuint (rushes_reserve_get_n_clients (get_reserve (fixture)), ==, 0);
}

/* ---- One scene, in each state ---------------------------------------- */

typedef enum
{
  QUEUED,
  LOADING,
  RENDERING,
  FINISHED,
  FAILED,
  STOPPED,
} Stage;

static const char *const stages[] = { "queued",   "loading", "rendering",
                                      "finished", "failed",  "stopped" };

/* A client has read the file, and says so. */
static gboolean
has_read (gpointer user_data)
{
  Fixture *fixture = user_data;
  gboolean found = FALSE;

  g_timeout_add_once (1, (GSourceOnceFunc) g_main_context_wakeup, NULL);
  for (guint i = 1; i <= 2 && !found; i++)
    {
      g_autofree char *name = g_strdup_printf ("client-%u.log", i);
      g_autofree char *path = g_build_filename (fixture->folder, "logs", name, NULL);
      g_autofree char *text = NULL;

      found =
          g_file_get_contents (path, &text, NULL, NULL) && strstr (text, "slow to load") != NULL;
    }
  return found;
}

/* A second scene is rendered beside it, so that the run lasts. */
static void
prepare (Fixture *fixture, Stage stage)
{
  static const char *const directives[] = {
    [QUEUED] = "end=4",
    [LOADING] = "end=4\nload-ms=60000",
    [RENDERING] = "end=4\nheavy=2-2:60000",
    [FINISHED] = "end=4",
    [FAILED] = "end=4\nno-camera",
    [STOPPED] = "end=4",
  };
  RushesScene *scene = NULL, *other;

  write_blend (fixture, "scene.blend", "end=4");
  g_assert_cmpuint (add_name (fixture, "scene.blend", NULL), ==, 1);
  scene = get_scene (fixture, 0);
  rushes_test_wait_until (is_known, scene);
  write_blend (fixture, "scene.blend", directives[stage]);
  other = add_scene (fixture, "other.blend", "end=25\nframe-ms=8");
  rushes_test_wait_until (is_known, other);
  g_object_set (fixture->manager, "jobs", 2, NULL);
  if (stage == QUEUED)
    return;
  if (stage == STOPPED)
    rushes_manager_stop_scene (fixture->manager, scene);
  rushes_manager_start (fixture->manager);
  if (stage == LOADING)
    {
      rushes_test_wait_until (has_read, fixture);
      g_assert_true (is_loading (scene));
    }
  else if (stage == RENDERING)
    rushes_test_wait_until (has_done, scene);
  else
    rushes_test_wait_until (is_ended, scene);
  write_blend (fixture, "scene.blend", "end=4");
}

static void
assert_other (Fixture *fixture, guint position)
{
  assert_finished (get_scene (fixture, position), 25, 0);
}

static void
go_on (Fixture *fixture)
{
  if (rushes_manager_get_state (fixture->manager) == RUSHES_MANAGER_IDLE)
    rushes_manager_start (fixture->manager);
  wait_for_end (fixture);
}

static void
test_pause_scene (Fixture *fixture, gconstpointer data)
{
  Stage stage = GPOINTER_TO_INT (data);
  RushesScene *scene;

  prepare (fixture, stage);
  scene = get_scene (fixture, 0);
  rushes_manager_pause_scene (fixture->manager, scene, TRUE);
  g_assert_true (rushes_scene_get_paused (scene));
  if (stage == RENDERING)
    /* The frame in hand would take a minute. */
    rushes_manager_stop_scene (fixture->manager, scene);
  go_on (fixture);
  assert_other (fixture, 1);
  if (stage == FINISHED)
    assert_finished (scene, 4, 0);
  else
    assert_state (scene, stage == FAILED ? RUSHES_SCENE_FAILED : RUSHES_SCENE_STOPPED);

  /* Held back, it is not started. */
  render (fixture);
  g_assert_cmpuint (count_files (scene), ==, stage == FINISHED ? 4 : stage == RENDERING ? 1 : 0);
  if (stage == RENDERING)
    return;
  rushes_manager_pause_scene (fixture->manager, scene, FALSE);
  render (fixture);
  assert_finished (scene, 4, 0);
}

/* Held back and let go while others are being rendered. */
static void
test_pause_shortly (Fixture *fixture, gconstpointer data)
{
  Stage stage = GPOINTER_TO_INT (data);
  RushesScene *scene;

  prepare (fixture, stage);
  scene = get_scene (fixture, 0);
  rushes_manager_pause_scene (fixture->manager, scene, TRUE);
  rushes_manager_pause_scene (fixture->manager, scene, FALSE);
  g_assert_false (rushes_scene_get_paused (scene));
  if (stage == LOADING || stage == RENDERING)
    {
      rushes_manager_stop (fixture->manager);
      wait_for_end (fixture);
      return;
    }
  go_on (fixture);
  assert_other (fixture, 1);
  if (stage == FAILED)
    {
      g_assert_cmpint (rushes_scene_get_state (scene), ==, RUSHES_SCENE_FAILED);
      render (fixture);
    }
  assert_finished (scene, 4, 0);
}

static void
test_stop_scene (Fixture *fixture, gconstpointer data)
{
  Stage stage = GPOINTER_TO_INT (data);
  RushesScene *scene;
  const RushesSceneState after[] = { RUSHES_SCENE_STOPPED, RUSHES_SCENE_STOPPED,
                                     RUSHES_SCENE_STOPPED, RUSHES_SCENE_FINISHED,
                                     RUSHES_SCENE_FAILED,  RUSHES_SCENE_STOPPED };

  prepare (fixture, stage);
  scene = get_scene (fixture, 0);
  rushes_manager_stop_scene (fixture->manager, scene);
  g_assert_cmpint (rushes_scene_get_state (scene), ==, after[stage]);
  go_on (fixture);
  assert_other (fixture, 1);
  g_assert_cmpint (rushes_scene_get_state (scene), ==, after[stage]);

  rushes_manager_pause_scene (fixture->manager, scene, FALSE);
  render (fixture);
  if (stage == RENDERING)
    /* The file is not the one that its first frame was rendered from. */
    g_assert_error (rushes_scene_get_error (scene), RUSHES_ERROR, RUSHES_ERROR_SETTINGS_CHANGED);
  else
    assert_finished (scene, 4, 0);
}

static void
test_stop_and_let_go (Fixture *fixture, gconstpointer data)
{
  Stage stage = GPOINTER_TO_INT (data);
  RushesScene *scene;

  prepare (fixture, stage);
  scene = get_scene (fixture, 0);
  rushes_manager_stop_scene (fixture->manager, scene);
  rushes_scene_set_existing (scene, RUSHES_EXISTING_KEEP);
  rushes_manager_pause_scene (fixture->manager, scene, FALSE);
  go_on (fixture);
  assert_other (fixture, 1);
  if (stage == FAILED)
    render (fixture);
  assert_finished (scene, 4, 0);
}

static void
test_render_again (Fixture *fixture, gconstpointer data)
{
  Stage stage = GPOINTER_TO_INT (data);
  RushesScene *scene;

  prepare (fixture, stage);
  scene = get_scene (fixture, 0);
  g_object_set (rushes_scene_get_settings (scene), "frames", "1-3", "width", 8, "height", 8, NULL);
  rushes_manager_render_again (fixture->manager, scene, RUSHES_EXISTING_OVERWRITE);
  assert_state (scene, RUSHES_SCENE_QUEUED);
  g_assert_cmpuint (rushes_scene_get_n_done (scene), ==, 0);
  g_assert_false (rushes_scene_get_paused (scene));
  go_on (fixture);
  assert_other (fixture, 1);
  assert_finished (scene, 3, 0);
  g_assert_cmpuint (rushes_scene_get_n_kept (scene), ==, 0);
  g_assert_cmpuint (count_files (scene), ==, 3);
}

static void
test_retry_failed (Fixture *fixture, gconstpointer data)
{
  Stage stage = GPOINTER_TO_INT (data);
  RushesScene *scene;

  if (stage == LOADING || stage == RENDERING)
    return;
  prepare (fixture, stage);
  scene = get_scene (fixture, 0);
  rushes_manager_retry_failed (fixture->manager, scene);
  assert_state (scene, RUSHES_SCENE_QUEUED);
  go_on (fixture);
  assert_other (fixture, 1);
  assert_finished (scene, 4, 0);
}

static void
test_remove (Fixture *fixture, gconstpointer data)
{
  Stage stage = GPOINTER_TO_INT (data);
  g_autoptr (RushesScene) scene = NULL;
  g_autofree char *folder = NULL;

  prepare (fixture, stage);
  scene = g_object_ref (get_scene (fixture, 0));
  folder = g_strdup (rushes_scene_get_folder (scene));
  rushes_manager_remove (fixture->manager, scene);
  rushes_manager_remove (fixture->manager, scene);
  g_assert_cmpuint (count_scenes (fixture), ==, 1);
  go_on (fixture);
  assert_other (fixture, 0);
  g_assert_false (rushes_scene_get_in_use (scene));
  g_assert_cmpuint (count_files (scene), ==, stage == FINISHED ? 4 : stage == RENDERING ? 1 : 0);

  /* The same file again has the folder that is free now. */
  g_assert_cmpuint (add_name (fixture, "scene.blend", NULL), ==, 1);
  g_assert_cmpstr (rushes_scene_get_folder (get_scene (fixture, 1)), ==, folder);
}

/* Removed and put back at once, as by somebody whose hand has slipped. */
static void
test_restore (Fixture *fixture, gconstpointer data)
{
  Stage stage = GPOINTER_TO_INT (data);
  g_autoptr (RushesScene) scene = NULL;
  g_autofree char *folder = NULL;

  prepare (fixture, stage);
  scene = g_object_ref (get_scene (fixture, 0));
  folder = g_strdup (rushes_scene_get_folder (scene));
  rushes_manager_remove (fixture->manager, scene);
  rushes_manager_restore (fixture->manager, scene, 0);
  g_assert_true (get_scene (fixture, 0) == scene);
  g_assert_cmpstr (rushes_scene_get_folder (scene), ==, folder);
  rushes_scene_set_existing (scene, RUSHES_EXISTING_KEEP);
  go_on (fixture);
  assert_other (fixture, 1);
  if (stage == FAILED)
    g_assert_cmpint (rushes_scene_get_state (scene), ==, RUSHES_SCENE_FAILED);
  else if (stage == STOPPED)
    /* As it was: held back. */
    assert_state (scene, RUSHES_SCENE_STOPPED);
  else
    assert_finished (scene, 4, 0);
}

typedef struct
{
  RushesScene *scene;
  gboolean trusted;
} Expected;

static gboolean
has_warning (gpointer user_data)
{
  return ((Fixture *) user_data)->warnings->len > 0;
}

static gboolean
is_trusted_so (gpointer user_data)
{
  const Expected *expected = user_data;

  return rushes_scene_get_report (expected->scene) != NULL &&
         rushes_scene_get_trusted (expected->scene) == expected->trusted;
}

static void
wait_for_trust (RushesScene *scene, gboolean trusted)
{
  Expected expected = { scene, trusted };

  rushes_test_wait_until (is_trusted_so, &expected);
}

/* Until the file changes, in every session; and what is rendered is told apart. */
static void
test_trust (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene;

  g_assert_null (rushes_manager_load (fixture->manager));
  write_blend (fixture, "rig.blend", "end=2\nhas-scripts");
  add_name (fixture, "rig.blend", NULL);
  scene = get_scene (fixture, 0);
  wait_for_trust (scene, FALSE);
  rushes_manager_start (fixture->manager);
  wait_for_end (fixture);
  g_assert_cmpstr (fixture->warnings->str, ==, "rig: Scripts of the scene are blocked: rig.py;");
  g_assert_null (rushes_scene_get_applied_trust (scene));

  /* Frames without scripts are not of the same settings. */
  rushes_manager_set_trusted (fixture->manager, scene, TRUE);
  wait_for_trust (scene, TRUE);
  g_string_truncate (fixture->warnings, 0);
  rushes_scene_requeue (scene);
  rushes_manager_start (fixture->manager);
  wait_for_end (fixture);
  g_assert_error (rushes_scene_get_error (scene), RUSHES_ERROR, RUSHES_ERROR_SETTINGS_CHANGED);
  rushes_manager_render_again (fixture->manager, scene, RUSHES_EXISTING_OVERWRITE);
  rushes_manager_start (fixture->manager);
  wait_for_end (fixture);
  g_assert_cmpuint (rushes_scene_get_n_done (scene), ==, 2);
  g_assert_cmpstr (fixture->warnings->str, ==, "");
  g_assert_nonnull (rushes_scene_get_applied_trust (scene));

  end (fixture);
  begin (fixture);
  g_assert_null (rushes_manager_load (fixture->manager));
  scene = get_scene (fixture, 0);
  wait_for_trust (scene, TRUE);

  /* Somebody else has been at it while it waited. */
  write_blend (fixture, "rig.blend", "end=3\nhas-scripts");
  rushes_manager_render_again (fixture->manager, scene, RUSHES_EXISTING_OVERWRITE);
  rushes_manager_start (fixture->manager);
  wait_for_end (fixture);
  wait_for_trust (scene, FALSE);
  g_assert_cmpuint (rushes_scene_get_n_done (scene), ==, 3);
  g_assert_cmpstr (fixture->warnings->str, ==, "rig: Scripts of the scene are blocked: rig.py;");

  rushes_manager_set_trusted (fixture->manager, scene, TRUE);
  wait_for_trust (scene, TRUE);
  rushes_manager_set_trusted (fixture->manager, scene, FALSE);
  wait_for_trust (scene, FALSE);

  g_string_truncate (fixture->warnings, 0);
  g_assert_no_errno (g_unlink (rushes_scene_get_path (scene)));
  rushes_manager_set_trusted (fixture->manager, scene, TRUE);
  rushes_test_wait_until (has_warning, fixture);
  g_assert_nonnull (strstr (fixture->warnings->str, "There is no file"));
}

static void
test_duplicate (Fixture *fixture, gconstpointer data)
{
  Stage stage = GPOINTER_TO_INT (data);
  g_autofree char *folder = NULL;
  RushesScene *scene, *copy;

  prepare (fixture, stage);
  scene = get_scene (fixture, 0);
  g_object_set (rushes_scene_get_settings (scene), "frames", "1-2", NULL);
  copy = rushes_manager_duplicate (fixture->manager, scene);
  g_assert_true (copy == get_scene (fixture, 1));
  folder = g_strconcat (rushes_scene_get_folder (scene), "-2", NULL);
  g_assert_cmpstr (rushes_scene_get_folder (copy), ==, folder);
  assert_state (copy, RUSHES_SCENE_QUEUED);
  g_assert_false (rushes_scene_get_paused (copy));
  rushes_test_wait_until (is_known, copy);
  g_assert_cmpuint (rushes_scene_get_n_frames (copy), ==, 2);
  if (stage == RENDERING || stage == LOADING)
    rushes_manager_remove (fixture->manager, scene);
  go_on (fixture);
  assert_finished (copy, 2, 0);
}

static gboolean
is_free (gpointer scene)
{
  return !rushes_scene_get_in_use (scene);
}

static void
test_set_output (Fixture *fixture, gconstpointer data)
{
  Stage stage = GPOINTER_TO_INT (data);
  g_autofree char *before = NULL;
  g_autofree char *elsewhere = g_build_filename (fixture->folder, "elsewhere", NULL);
  g_autofree char *expected = g_build_filename (elsewhere, "scene", NULL);
  RushesScene *scene;

  prepare (fixture, stage);
  scene = get_scene (fixture, 0);
  if (stage != LOADING && stage != RENDERING)
    rushes_test_wait_until (is_free, scene);
  before = g_strdup (rushes_scene_get_folder (scene));
  rushes_manager_set_output (fixture->manager, scene, elsewhere);
  g_assert_cmpstr (rushes_scene_get_folder (scene), ==,
                   stage == LOADING || stage == RENDERING ? before : expected);
  if (stage == FINISHED || stage == FAILED)
    {
      /* Nothing is there. */
      assert_state (scene, RUSHES_SCENE_QUEUED);
      g_assert_cmpuint (rushes_scene_get_n_done (scene), ==, 0);
      g_assert_cmpuint (rushes_scene_get_n_failed (scene), ==, 0);
      g_assert_null (rushes_scene_get_newest_file (scene));
    }
  rushes_manager_set_output (fixture->manager, scene, NULL);
  g_assert_cmpstr (rushes_scene_get_folder (scene), ==, before);
  rushes_manager_stop (fixture->manager);
  wait_for_end (fixture);
}

/* ---- Failed frames --------------------------------------------------- */

static void
test_failed_frames (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "scene.blend", "end=5\nfail-frame=2 times=2");
  RushesScene *other = add_scene (fixture, "other.blend", "end=60\nframe-ms=10");
  gboolean at_once = data != NULL;

  g_object_set (fixture->manager, "jobs", 2, "max-attempts", 1, NULL);
  rushes_manager_start (fixture->manager);
  rushes_test_wait_until (is_ended, scene);
  assert_finished (scene, 4, 1);
  if (!at_once)
    wait_for_end (fixture);
  rushes_manager_retry_failed (fixture->manager, scene);
  if (!at_once)
    rushes_manager_start (fixture->manager);
  rushes_test_wait_until (is_ended, scene);
  assert_finished (scene, 4, 1);
  g_assert_cmpuint (rushes_scene_get_n_kept (scene), ==, 4);
  rushes_manager_retry_failed (fixture->manager, scene);
  go_on (fixture);
  assert_finished (scene, 5, 0);
  assert_finished (other, 60, 0);
}

static gboolean
has_failed (gpointer scene)
{
  return rushes_scene_get_n_failed (scene) > 0;
}

static void
test_failed_while_rendering (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene =
      add_scene (fixture, "scene.blend", "end=40\nframe-ms=10\nfail-frame=2 times=1");

  g_object_set (fixture->manager, "max-attempts", 1, NULL);
  rushes_manager_start (fixture->manager);
  rushes_test_wait_until (has_failed, scene);
  rushes_manager_retry_failed (fixture->manager, scene);
  assert_state (scene, RUSHES_SCENE_RENDERING);
  wait_for_end (fixture);
  assert_finished (scene, 40, 0);
  g_assert_cmpuint (rushes_scene_get_n_kept (scene), ==, 0);
}

/* ---- Everything goes ------------------------------------------------- */

static void
remove_all (Fixture *fixture)
{
  while (count_scenes (fixture) > 0)
    rushes_manager_remove (fixture->manager, get_scene (fixture, 0));
}

static gboolean
has_clients (gpointer fixture)
{
  return ((Fixture *) fixture)->n_most > 0;
}

static void
test_remove_all (Fixture *fixture, gconstpointer data)
{
  const char *when = data;
  RushesScene *first;

  if (g_str_equal (when, "starting"))
    use_blender (fixture, "slow", "start-ms=60000");
  g_object_set (fixture->manager, "jobs", 3, NULL);
  first = add_scene (fixture, "a.blend", LONG);
  add_scene (fixture, "b.blend", LONG);
  add_scene (fixture, "c.blend", "");
  rushes_manager_start (fixture->manager);
  if (g_str_equal (when, "starting"))
    rushes_test_wait_until (has_clients, fixture);
  else if (!g_str_equal (when, "at-once"))
    rushes_test_wait_until (is_rendering, first);
  if (g_str_equal (when, "pausing"))
    rushes_manager_pause (fixture->manager);
  if (g_str_equal (when, "stopping"))
    rushes_manager_stop (fixture->manager);
  remove_all (fixture);
  if (g_str_equal (when, "starting"))
    rushes_manager_stop (fixture->manager);
  wait_for_end (fixture);
  g_assert_cmpuint (fixture->n_ended, ==, 1);
  wait_for_totals (fixture, 0, 0, 0, 0, 0);
}

/* ---- Sessions -------------------------------------------------------- */

static void
load (Fixture *fixture)
{
  g_autofree char *notice = rushes_manager_load (fixture->manager);

  g_assert_cmpstr (notice, ==, NULL);
}

static void
test_sessions (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene;
  guint n_done;

  load (fixture);
  add_scene (fixture, "finished.blend", "end=3");
  add_scene (fixture, "failed.blend", "end=3\nno-camera");
  add_scene (fixture, "half.blend", "end=60\nframe-ms=10");
  add_scene (fixture, "held.blend", "end=3");
  rushes_manager_pause_scene (fixture->manager, get_scene (fixture, 3), TRUE);
  for (guint i = 0; i < 4; i++)
    rushes_test_wait_until (is_known, get_scene (fixture, i));
  g_object_set (fixture->manager, "order", RUSHES_ORDER_ONE_AFTER_ANOTHER, NULL);
  rushes_manager_start (fixture->manager);
  rushes_test_wait_until (has_done, get_scene (fixture, 2));
  /* As the window does on leaving. */
  rushes_manager_stop (fixture->manager);
  wait_for_end (fixture);
  n_done = rushes_scene_get_n_done (get_scene (fixture, 2));
  add_scene (fixture, "queued.blend", "end=3");
  rushes_test_wait_until (is_known, get_scene (fixture, 4));
  end (fixture);

  begin (fixture);
  load (fixture);
  g_assert_cmpuint (count_scenes (fixture), ==, 5);
  assert_finished (get_scene (fixture, 0), 3, 0);
  scene = get_scene (fixture, 1);
  g_assert_cmpint (rushes_scene_get_state (scene), ==, RUSHES_SCENE_FAILED);
  g_assert_error (rushes_scene_get_error (scene), RUSHES_ERROR, RUSHES_ERROR_NO_CAMERA);
  scene = get_scene (fixture, 2);
  assert_state (scene, RUSHES_SCENE_STOPPED);
  g_assert_cmpuint (rushes_scene_get_n_frames (scene), ==, 60);
  g_assert_cmpuint (rushes_scene_get_n_done (scene), ==, n_done);
  scene = get_scene (fixture, 3);
  g_assert_true (rushes_scene_get_paused (scene));
  scene = get_scene (fixture, 4);
  assert_state (scene, RUSHES_SCENE_QUEUED);
  g_assert_cmpuint (rushes_scene_get_n_frames (scene), ==, 3);
  /* What is known need not be looked for again. */
  g_assert_false (rushes_inspector_is_running (rushes_manager_get_inspector (fixture->manager)));
  wait_for_totals (fixture, 72, 3 + n_done, 0, (3.0 + n_done) / 72, 3);

  render (fixture);
  assert_finished (get_scene (fixture, 2), 60, 0);
  g_assert_cmpuint (rushes_scene_get_n_kept (get_scene (fixture, 2)), ==, n_done);
  assert_finished (get_scene (fixture, 4), 3, 0);
  g_assert_cmpint (rushes_scene_get_state (get_scene (fixture, 1)), ==, RUSHES_SCENE_FAILED);
  g_assert_cmpuint (count_files (get_scene (fixture, 3)), ==, 0);
}

/* Left in the midst of looking, it looks the next time. */
static void
test_leave_inspecting (Fixture *fixture, gconstpointer data)
{
  load (fixture);
  add_scene (fixture, "a.blend", "load-ms=60000");
  add_scene (fixture, "b.blend", "end=7");
  end (fixture);

  write_blend (fixture, "a.blend", "end=6");
  begin (fixture);
  load (fixture);
  g_assert_cmpuint (count_scenes (fixture), ==, 2);
  rushes_test_wait_until (is_known, get_scene (fixture, 1));
  g_assert_cmpuint (rushes_scene_get_n_frames (get_scene (fixture, 0)), ==, 6);
  g_assert_cmpuint (rushes_scene_get_n_frames (get_scene (fixture, 1)), ==, 7);
}

/* Dropped without a word, in the midst of everything. */
static void
test_drop (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "a.blend", "load-ms=60000");

  add_scene (fixture, "b.blend", "");
  g_assert_false (is_known (scene));
  g_clear_object (&fixture->manager);
  rushes_test_wait_for_children ();
  begin (fixture);
}

/* ---- The list -------------------------------------------------------- */

static void
add (const char *path, gconstpointer data, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, data, set_up, test, tear_down);
}

static void
add_stages (const char *prefix, void (*test) (Fixture *, gconstpointer))
{
  for (guint i = 0; i < G_N_ELEMENTS (stages); i++)
    {
      g_autofree char *path = g_strdup_printf ("/manager/scene/%s/%s", prefix, stages[i]);

      add (path, GUINT_TO_POINTER (i), test);
    }
}

int
main (int argc, char **argv)
{
  static const char *const moments[] = { "at-once", "starting", "rendering", "pausing",
                                         "stopping" };

  g_test_init (&argc, &argv, NULL);

  add ("/manager/properties", NULL, test_properties);
  add ("/manager/trust", NULL, test_trust);
  add ("/manager/whole/1-job", GUINT_TO_POINTER (1), test_whole);
  add ("/manager/whole/3-jobs", GUINT_TO_POINTER (3), test_whole);
  add ("/manager/empty", NULL, test_empty);
  add ("/manager/totals", NULL, test_totals);
  add ("/manager/add", NULL, test_add);
  add ("/manager/add-while-rendering", NULL, test_add_while_rendering);
  add ("/manager/pause", NULL, test_pause);
  add ("/manager/stop/at-once", NULL, test_stop);
  add ("/manager/stop/pausing", GINT_TO_POINTER (TRUE), test_stop);
  add ("/manager/by-user/stopped", NULL, test_by_user);
  add ("/manager/by-user/removed", GINT_TO_POINTER (TRUE), test_by_user);
  add ("/manager/by-user/paused", NULL, test_by_user_paused);
  add ("/manager/start-again", NULL, test_start_again);
  add ("/manager/has-work", NULL, test_has_work);
  add ("/manager/jobs", NULL, test_jobs);
  add ("/manager/activities", NULL, test_activities);
  add ("/manager/cluster/beside", GUINT_TO_POINTER (1), test_cluster);
  add ("/manager/cluster/alone", GUINT_TO_POINTER (0), test_cluster);
  add ("/manager/cluster/at-once", NULL, test_cluster_at_once);
  add ("/manager/cluster/waiting", NULL, test_cluster_waiting);
  add ("/manager/cluster/missing", NULL, test_cluster_missing);
  add ("/manager/cluster/lost", NULL, test_cluster_lost);
  add ("/manager/cluster/check", NULL, test_cluster_check);
  add ("/manager/warning", NULL, test_warning);
  add ("/manager/trouble/go-on", NULL, test_trouble);
  add ("/manager/trouble/paused", NULL, test_trouble_stopped);
  add ("/manager/trouble/stopped", GINT_TO_POINTER (TRUE), test_trouble_stopped);
  add ("/manager/no-blender", NULL, test_no_blender);
  add ("/manager/broken-blender", NULL, test_broken_blender);
  add ("/manager/ready/reused", NULL, test_ready);
  add ("/manager/ready/soon", NULL, test_ready_soon);
  add ("/manager/ready/number", NULL, test_ready_number);
  add ("/manager/ready/never", "keep-ready", test_ready_never);
  add ("/manager/ready/for-nothing", NULL, test_ready_for_nothing);
  add ("/manager/ready/broken", NULL, test_ready_broken);
  add ("/manager/ready/changed", NULL, test_ready_changed);
  add_stages ("pause", test_pause_scene);
  add_stages ("pause-shortly", test_pause_shortly);
  add_stages ("stop", test_stop_scene);
  add_stages ("stop-and-let-go", test_stop_and_let_go);
  add_stages ("render-again", test_render_again);
  add_stages ("retry-failed", test_retry_failed);
  add_stages ("remove", test_remove);
  add_stages ("restore", test_restore);
  add_stages ("duplicate", test_duplicate);
  add_stages ("set-output", test_set_output);
  add ("/manager/failed-frames/later", NULL, test_failed_frames);
  add ("/manager/failed-frames/at-once", GINT_TO_POINTER (TRUE), test_failed_frames);
  add ("/manager/failed-frames/rendering", NULL, test_failed_while_rendering);
  for (guint i = 0; i < G_N_ELEMENTS (moments); i++)
    {
      g_autofree char *path = g_strconcat ("/manager/remove-all/", moments[i], NULL);

      add (path, moments[i], test_remove_all);
    }
  add ("/manager/sessions", NULL, test_sessions);
  add ("/manager/leave-inspecting", NULL, test_leave_inspecting);
  add ("/manager/drop", NULL, test_drop);

  return g_test_run ();
}
