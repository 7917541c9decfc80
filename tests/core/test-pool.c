/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "rushes-enums.h"
#include "rushes-error.h"
#include "rushes-picture.h"
#include "rushes-pool-private.h"
#include "rushes-queue.h"
#include "test-utils.h"

/* For what must be quick; a busy machine may still be slow. */
#define SOON_SECONDS 15

#define DONE (-1)

#define ANY_FRAME G_MAXUINT

/* What the pool told of a frame that ended. */
typedef struct
{
  RushesScene *scene; /* (unowned) */
  guint frame;
  guint client;
  int code; /* a RushesError, or DONE */
  gboolean final;
} Ended;

typedef struct Fixture Fixture;

struct Fixture
{
  RushesTestFolder *folder; /* (owned) */
  char *output;             /* (owned) */
  RushesExisting existing;  /* of scenes queued from now on */
  RushesQueue *queue;       /* (owned) */
  RushesPool *pool;         /* (owned) */
  const char *modes;        /* (nullable): what is wrong with each client */
  GArray *ended;            /* (owned) (element-type Ended): in order */
  GPtrArray *warnings;      /* (owned) (element-type utf8) */
  guint n_frames_started;
  guint n_clients_started;
  guint n_clients_most;
  guint n_others;                        /* files of a frame's name that are not this run's */
  void (*on_frame) (Fixture *fixture);   /* (nullable): after a frame has ended */
  void (*on_started) (Fixture *fixture); /* (nullable): after a frame was begun */
  void (*on_hanging) (Fixture *fixture); /* once a client hangs in frame 2 */
  gboolean flag;
  double longest_way;     /* from us to a client and back, in seconds */
  gboolean keeps_clients; /* there is a reserve */
  gboolean requeues;      /* scenes go through the queue more than once, from an empty folder */
  RushesScene *started;   /* (unowned): of the frame that was begun last */
  RushesClient *client;   /* (owned) (nullable): that was started last */
  char *path;             /* (owned) (nullable): PATH as it was, if there is a cluster */
  GHashTable *remote;     /* (owned): the numbers of its clients */
  guint n_remote;         /* frames that those have rendered */
  guint n_clients_before;
  RushesScene *home;  /* (unowned) */
  RushesScene *later; /* (unowned) (nullable) */
};

/* ---- Helpers --------------------------------------------------------- */

static void
frame_started_cb (RushesPool *pool,
                  RushesScene *scene,
                  guint frame,
                  guint client,
                  gpointer user_data)
{
  Fixture *fixture = user_data;

  g_assert_cmpint (rushes_scene_get_state (scene), ==, RUSHES_SCENE_RENDERING);
  fixture->n_frames_started++;
  fixture->started = scene;
  if (fixture->on_started != NULL)
    fixture->on_started (fixture);
}

static void
frame_ended_cb (RushesPool *pool,
                RushesScene *scene,
                guint frame,
                guint client,
                double seconds,
                const GError *error,
                gboolean final,
                gpointer user_data)
{
  Fixture *fixture = user_data;
  Ended ended = { scene, frame, client, error != NULL ? error->code : DONE, final };

  g_assert_cmpfloat (seconds, >=, 0);
  if (error != NULL)
    g_assert_true (error->domain == RUSHES_ERROR);
  g_array_append_val (fixture->ended, ended);
  if (fixture->on_frame != NULL)
    fixture->on_frame (fixture);
}

static void
client_changed_cb (RushesPool *pool, RushesClient *client, gpointer user_data)
{
  Fixture *fixture = user_data;
  const char *node = rushes_client_get_node (client);

  fixture->n_clients_started = MAX (fixture->n_clients_started, rushes_client_get_number (client));
  fixture->n_clients_most = MAX (fixture->n_clients_most, rushes_pool_get_n_clients (pool));
  g_set_object (&fixture->client, client);
  if (g_strcmp0 (node, "n1") == 0 || g_strcmp0 (node, "n2") == 0)
    g_hash_table_add (fixture->remote, GUINT_TO_POINTER (rushes_client_get_number (client)));
}

static void
warning_cb (RushesPool *pool, RushesScene *scene, const char *text, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_ptr_array_add (fixture->warnings, g_strdup (text));
}

static void
watch_pool (Fixture *fixture, RushesPool *pool)
{
  g_signal_connect (pool, "frame-started", G_CALLBACK (frame_started_cb), fixture);
  g_signal_connect (pool, "frame-ended", G_CALLBACK (frame_ended_cb), fixture);
  g_signal_connect (pool, "client-changed", G_CALLBACK (client_changed_cb), fixture);
  g_signal_connect (pool, "warning", G_CALLBACK (warning_cb), fixture);
}

/* What the pool starts: fake clients with @modes. */
static char *
write_blender (Fixture *fixture, const char *modes)
{
  g_autofree char *text =
      g_strdup_printf ("#!/bin/sh\nRUSHES_FAKE='%s' exec \"$RUSHES_FAKE_CLIENT\" \"$@\"\n",
                       modes != NULL ? modes : "");
  g_autofree char *blender = rushes_test_write (fixture->folder, "blender", text);

  g_assert_no_errno (g_chmod (blender, 0755));
  return g_steal_pointer (&blender);
}

/* An empty queue and a pool of fake clients with the fixture's modes. */
static void
begin (Fixture *fixture)
{
  g_autofree char *log_dir = g_build_filename (fixture->folder, "logs", NULL);
  g_autofree char *blender = write_blender (fixture, fixture->modes);
  g_autoptr (RushesLauncher) launcher = rushes_launcher_new (blender);

  g_clear_object (&fixture->pool);
  g_clear_object (&fixture->queue);
  fixture->queue = rushes_queue_new ();
  fixture->pool = rushes_pool_new (launcher, G_LIST_MODEL (fixture->queue), log_dir);
  watch_pool (fixture, fixture->pool);
  g_array_set_size (fixture->ended, 0);
  g_ptr_array_set_size (fixture->warnings, 0);
  fixture->n_frames_started = 0;
  fixture->n_clients_started = 0;
  fixture->n_clients_most = 0;
  fixture->n_others = 0;
  fixture->on_frame = NULL;
  fixture->on_started = NULL;
  fixture->flag = FALSE;
  fixture->requeues = FALSE;
  fixture->existing = RUSHES_EXISTING_RESUME;
}

static void
set_jobs (Fixture *fixture, guint jobs)
{
  g_object_set (fixture->pool, "jobs", jobs, NULL);
}

/* Queues that file. The queue keeps the scene. */
static RushesScene *
add_path (Fixture *fixture, const char *path)
{
  g_autoptr (RushesSettings) settings = rushes_settings_new ();
  g_autoptr (RushesScene) scene = rushes_scene_new (path, settings);

  rushes_scene_set_existing (scene, fixture->existing);
  rushes_queue_add (fixture->queue, scene, fixture->output);
  return scene;
}

/* Queues a scene whose .blend was written before. */
static RushesScene *
add_again (Fixture *fixture, const char *name)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

  return add_path (fixture, path);
}

static RushesScene *
add_scene (Fixture *fixture, const char *name, const char *directives)
{
  g_autofree char *text = g_strdup_printf ("BLENDER-fake\n%s\n", directives);
  g_autofree char *path = rushes_test_write (fixture->folder, name, text);

  return add_path (fixture, path);
}

static guint
count_ended (Fixture *fixture, RushesScene *scene, guint frame, int code)
{
  guint count = 0;

  for (guint i = 0; i < fixture->ended->len; i++)
    {
      const Ended *ended = &g_array_index (fixture->ended, Ended, i);

      count += (scene == NULL || ended->scene == scene) &&
               (frame == ANY_FRAME || ended->frame == frame) && ended->code == code;
    }
  return count;
}

/* How many clients have ended a frame of @scene that way. */
static guint
count_clients (Fixture *fixture, RushesScene *scene, int code)
{
  g_autoptr (GHashTable) clients = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < fixture->ended->len; i++)
    {
      const Ended *ended = &g_array_index (fixture->ended, Ended, i);

      if ((scene == NULL || ended->scene == scene) && ended->code == code)
        g_hash_table_add (clients, GUINT_TO_POINTER (ended->client));
    }
  return g_hash_table_size (clients);
}

static char *
make_frame_path (RushesScene *scene, guint frame)
{
  g_autofree char *name = g_strdup_printf ("frame_%06u.png", frame);

  return g_build_filename (rushes_scene_get_folder (scene), "frames", name, NULL);
}

static gboolean
is_file_gone (gpointer path)
{
  g_timeout_add_once (1, (GSourceOnceFunc) g_main_context_wakeup, NULL);
  return !g_file_test (path, G_FILE_TEST_EXISTS);
}

/* Every frame that is there is told of, those of this run at least, in order and
 * with its own camera. */
static void
check_transforms (RushesScene *scene, guint n_rendered)
{
  g_autofree char *path =
      g_build_filename (rushes_scene_get_folder (scene), "transforms.json", NULL);
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) root = NULL;
  JsonArray *list;
  int before = -1;
  guint n_found = 0;

  if (n_rendered == 0)
    return;
  text = rushes_test_read (path);
  root = json_from_string (text, NULL);
  g_assert_nonnull (root);
  list = json_object_get_array_member (json_node_get_object (root), "frames");
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      JsonObject *object = json_array_get_object_element (list, i);
      JsonArray *matrix = json_object_get_array_member (object, "transform_matrix");
      int frame = (int) json_array_get_double_element (json_array_get_array_element (matrix, 0), 3);
      g_autofree char *expected = g_strdup_printf ("frames/frame_%06d.png", frame);
      g_autofree char *picture = make_frame_path (scene, (guint) frame);

      g_assert_cmpstr (json_object_get_string_member (object, "file_path"), ==, expected);
      g_assert_true (g_file_test (picture, G_FILE_TEST_EXISTS));
      g_assert_cmpint (frame, >, before);
      before = frame;
      n_found++;
    }
  g_assert_cmpuint (n_found, >=, n_rendered);
}

/* Every frame that is said to be done lies there whole, and nothing else does. */
static void
check_folder (Fixture *fixture, RushesScene *scene)
{
  RushesFrames *frames = rushes_scene_get_frames (scene);
  const RushesInfo *info = rushes_scene_get_info (scene);
  g_autofree char *folder = g_build_filename (rushes_scene_get_folder (scene), "frames", NULL);
  g_autofree char *lock = g_build_filename (rushes_scene_get_folder (scene), ".rushes.lock", NULL);
  g_autoptr (GDir) dir = NULL;
  static const char *const expected[] = { "frames", "rushes.json", "rushes.poses",
                                          "transforms.json", NULL };
  const char *name;
  guint count = 0, n_late = 0;

  if (frames != NULL)
    for (guint i = 0; i < rushes_frames_get_length (frames); i++)
      {
        guint number = rushes_frames_get_number (frames, i);
        RushesFrameState state = rushes_frames_get_state (frames, i);
        g_autofree char *path = make_frame_path (scene, number);
        g_autoptr (GError) error = NULL;

        if (state == RUSHES_FRAME_DONE)
          {
            rushes_picture_check (rushes_picture_format_find ("PNG"), path, info->width,
                                  info->height, &error);
            g_assert_no_error (error);
            count++;
          }
        else if (g_file_test (path, G_FILE_TEST_EXISTS))
          {
            /* On its way into place when its scene ended; the next run finds it. */
            g_assert_true (
                rushes_scene_get_state (scene) == RUSHES_SCENE_FAILED ||
                (rushes_scene_get_state (scene) == RUSHES_SCENE_STOPPED && fixture->requeues));
            n_late++;
          }
        if (rushes_scene_get_state (scene) == RUSHES_SCENE_FINISHED)
          g_assert_true (state == RUSHES_FRAME_DONE || state == RUSHES_FRAME_FAILED);
      }
  g_assert_cmpuint (count, ==, rushes_scene_get_n_done (scene));
  count += n_late;

  /* A scene that failed before its frames were known may have old ones. */
  if (frames != NULL)
    {
      dir = g_dir_open (folder, 0, NULL);
      g_assert_nonnull (dir);
      while ((name = g_dir_read_name (dir)) != NULL)
        {
          if (!g_str_has_prefix (name, "frame_") || !g_str_has_suffix (name, ".png"))
            g_error ("%s is left in %s", name, folder);
          count--;
        }
      g_assert_cmpint ((int) count, ==, -(int) fixture->n_others);
    }

  /* A thread may be letting go of it. */
  rushes_test_wait_until (is_file_gone, lock);
  g_clear_pointer (&dir, g_dir_close);
  dir = g_dir_open (rushes_scene_get_folder (scene), 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (!g_strv_contains (expected, name))
      g_error ("%s is left in %s", name, rushes_scene_get_folder (scene));
  if (frames != NULL && !fixture->requeues)
    check_transforms (scene, rushes_scene_get_n_done (scene) - rushes_scene_get_n_kept (scene));
}

/* What holds after every run, whatever happened in it. */
static void
check_run (Fixture *fixture)
{
  guint n_scenes = g_list_model_get_n_items (G_LIST_MODEL (fixture->queue));

  g_assert_cmpuint (rushes_pool_get_n_clients (fixture->pool), ==, 0);
  g_assert_cmpuint (fixture->pool->n_leaving, ==, 0);
  for (guint i = 0; i < fixture->pool->places->len; i++)
    {
      PoolPlace *place = g_ptr_array_index (fixture->pool->places, i);

      g_assert_cmpuint (place->n_workers, ==, 0);
      g_assert_cmpuint (place->n_leaving, ==, 0);
    }
  if (!fixture->keeps_clients)
    rushes_test_wait_for_children ();

  for (guint i = 0; i < n_scenes; i++)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (G_LIST_MODEL (fixture->queue), i);

      g_assert_true (rushes_scene_is_ended (scene));
      g_assert_cmpint (rushes_scene_get_state (scene) == RUSHES_SCENE_FAILED, ==,
                       rushes_scene_get_error (scene) != NULL);
      g_assert_null (rushes_scene_get_output (scene));
      check_folder (fixture, scene);
      if (fixture->requeues)
        g_assert_cmpuint (count_ended (fixture, scene, ANY_FRAME, DONE), >=,
                          rushes_scene_get_n_done (scene));
      else if (rushes_scene_get_state (scene) != RUSHES_SCENE_FAILED)
        g_assert_cmpuint (count_ended (fixture, scene, ANY_FRAME, DONE), ==,
                          rushes_scene_get_n_done (scene) - rushes_scene_get_n_kept (scene));
    }

  /* No frame was rendered twice, and none again after it was given up. */
  for (guint i = 0; i < fixture->ended->len; i++)
    {
      const Ended *ended = &g_array_index (fixture->ended, Ended, i);

      g_assert_cmpuint (count_ended (fixture, ended->scene, ended->frame, DONE), <=, 1);
      if (ended->final)
        for (guint j = i + 1; j < fixture->ended->len; j++)
          {
            const Ended *later = &g_array_index (fixture->ended, Ended, j);

            g_assert_true (later->scene != ended->scene || later->frame != ended->frame);
          }
    }
}

static void
start_run (Fixture *fixture, GAsyncResult **result)
{
  rushes_pool_run_async (fixture->pool, rushes_test_result_cb, result);
}

/* Returns whether there was a Blender to be had. */
static gboolean
finish_run (Fixture *fixture, GAsyncResult **slot)
{
  g_autoptr (GAsyncResult) result = rushes_test_wait_for_result (slot);
  g_autoptr (GError) error = NULL;
  gboolean ok = rushes_pool_run_finish (fixture->pool, result, &error);

  if (ok)
    g_assert_no_error (error);
  else
    g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_COULD_NOT_START);
  check_run (fixture);
  return ok;
}

static gboolean
try_run (Fixture *fixture)
{
  GAsyncResult *result = NULL;

  start_run (fixture, &result);
  return finish_run (fixture, &result);
}

static void
run (Fixture *fixture)
{
  g_assert_true (try_run (fixture));
}

static void
assert_finished (RushesScene *scene, guint n_done, guint n_failed)
{
  const GError *error = rushes_scene_get_error (scene);

  if (error != NULL)
    g_error ("%s: %s", rushes_scene_get_name (scene), error->message);
  g_assert_cmpint (rushes_scene_get_state (scene), ==, RUSHES_SCENE_FINISHED);
  g_assert_cmpuint (rushes_scene_get_n_done (scene), ==, n_done);
  g_assert_cmpuint (rushes_scene_get_n_failed (scene), ==, n_failed);
  g_assert_cmpfloat (rushes_scene_get_progress (scene), ==, 1);
}

static void
assert_failed (RushesScene *scene, RushesError code, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (rushes_scene_get_state (scene), ==, RUSHES_SCENE_FAILED);
  error = g_error_copy (rushes_scene_get_error (scene));
  rushes_test_assert_error (error, (int) code, words);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = rushes_test_make_folder ();
  fixture->output = g_build_filename (fixture->folder, "renders", NULL);
  fixture->ended = g_array_new (FALSE, FALSE, sizeof (Ended));
  fixture->warnings = g_ptr_array_new_with_free_func (g_free);
  fixture->remote = g_hash_table_new (NULL, NULL);
  begin (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->client);
  g_clear_object (&fixture->pool);
  g_clear_object (&fixture->queue);
  g_clear_pointer (&fixture->ended, g_array_unref);
  g_clear_pointer (&fixture->warnings, g_ptr_array_unref);
  g_clear_pointer (&fixture->output, g_free);
  if (fixture->path != NULL)
    g_setenv ("PATH", fixture->path, TRUE);
  g_clear_pointer (&fixture->path, g_free);
  g_clear_pointer (&fixture->remote, g_hash_table_unref);
  g_clear_pointer (&fixture->folder, rushes_test_remove_folder);
}

/* ---- All is well ----------------------------------------------------- */

typedef struct
{
  const char *path;
  guint n_scenes;
  guint jobs;
  RushesOrder order;
} Whole;

static const Whole wholes[] = {
  { "/pool/whole/1-scene-1-job", 1, 1, RUSHES_ORDER_SIDE_BY_SIDE },
  { "/pool/whole/1-scene-2-jobs", 1, 2, RUSHES_ORDER_SIDE_BY_SIDE },
  { "/pool/whole/1-scene-8-jobs", 1, 8, RUSHES_ORDER_ONE_AFTER_ANOTHER },
  { "/pool/whole/3-scenes-1-job", 3, 1, RUSHES_ORDER_SIDE_BY_SIDE },
  { "/pool/whole/3-scenes-1-job-in-turn", 3, 1, RUSHES_ORDER_ONE_AFTER_ANOTHER },
  { "/pool/whole/3-scenes-2-jobs", 3, 2, RUSHES_ORDER_SIDE_BY_SIDE },
  { "/pool/whole/3-scenes-2-jobs-in-turn", 3, 2, RUSHES_ORDER_ONE_AFTER_ANOTHER },
  { "/pool/whole/3-scenes-8-jobs", 3, 8, RUSHES_ORDER_SIDE_BY_SIDE },
  { "/pool/whole/3-scenes-8-jobs-in-turn", 3, 8, RUSHES_ORDER_ONE_AFTER_ANOTHER },
};

static void
test_whole (Fixture *fixture, gconstpointer data)
{
  const Whole *whole = data;
  RushesScene *scenes[3];

  g_object_set (fixture->pool, "jobs", whole->jobs, "order", whole->order, NULL);
  for (guint i = 0; i < whole->n_scenes; i++)
    {
      g_autofree char *name = g_strdup_printf ("scene-%u.blend", i);
      g_autofree char *directives = g_strdup_printf ("start=%u\nend=%u\nstep=%u\nwidth=%u", i * 10,
                                                     20 + i * 10, i + 1, 5 + i);

      scenes[i] = add_scene (fixture, name, directives);
    }
  run (fixture);

  for (guint i = 0; i < whole->n_scenes; i++)
    {
      guint n_frames = 20 / (i + 1) + 1;

      assert_finished (scenes[i], n_frames, 0);
      for (guint frame = i * 10; frame <= 20 + i * 10; frame++)
        {
          g_autofree char *path = make_frame_path (scenes[i], frame);

          g_assert_cmpint (g_file_test (path, G_FILE_TEST_EXISTS), ==,
                           (frame - i * 10) % (i + 1) == 0);
        }
    }
  g_assert_cmpuint (fixture->n_frames_started, ==, fixture->ended->len);
  g_assert_cmpuint (fixture->n_clients_most, <=, whole->jobs);
  g_assert_cmpuint (fixture->n_clients_started, <=, whole->jobs);
}

/* A pool may run again: what is done is done. */
static void
test_run_again (Fixture *fixture, gconstpointer data)
{
  RushesScene *first = add_scene (fixture, "first.blend", "end=3");
  RushesScene *second;

  run (fixture);
  assert_finished (first, 3, 0);
  second = add_scene (fixture, "second.blend", "end=4");
  run (fixture);
  assert_finished (first, 3, 0);
  assert_finished (second, 4, 0);
  g_assert_cmpuint (fixture->ended->len, ==, 7);
}

/* Kept, but told of; and rendered again on request. */
static void
test_blank_frames (Fixture *fixture, gconstpointer data)
{
  RushesScene *odd;

  begin (fixture);
  add_scene (fixture, "dark.blend", "end=2\nblack-frame=1\nblack-frame=2");
  odd = add_scene (fixture, "odd.blend",
                   "end=6\nblack-frame=2 times=1\nblack-frame=3\nclear-frame=5 times=1");
  run (fixture);
  g_assert_cmpuint (fixture->ended->len, ==, 2 + 6);
  g_assert_cmpuint (rushes_scene_get_n_done (odd), ==, 6);
  g_assert_cmpuint (fixture->warnings->len, ==, 2);
  g_assert_cmpstr (fixture->warnings->pdata[0], ==, "2 frames are all black, unlike others: 2-3");
  g_assert_cmpstr (fixture->warnings->pdata[1], ==, "1 frame is all transparent, unlike others: 5");

  g_ptr_array_set_size (fixture->warnings, 0);
  g_array_set_size (fixture->ended, 0);
  rushes_queue_remove (fixture->queue, 0); /* the dark one */
  rushes_scene_redo_blanks (odd);
  g_assert_cmpint (rushes_scene_get_state (odd), ==, RUSHES_SCENE_QUEUED);
  g_assert_cmpuint (rushes_scene_get_n_done (odd), ==, 3);
  run (fixture);
  g_assert_cmpint (rushes_scene_get_state (odd), ==, RUSHES_SCENE_FINISHED);
  g_assert_cmpuint (rushes_scene_get_n_done (odd), ==, 6);
  g_assert_cmpuint (count_ended (fixture, NULL, ANY_FRAME, DONE), ==, 3);
  g_assert_cmpuint (count_ended (fixture, odd, 2, DONE), ==, 1);
  g_assert_cmpuint (count_ended (fixture, odd, 3, DONE), ==, 1);
  g_assert_cmpuint (count_ended (fixture, odd, 5, DONE), ==, 1);
  g_assert_cmpuint (fixture->warnings->len, ==, 1);
  g_assert_cmpstr (fixture->warnings->pdata[0], ==, "1 frame is all black, unlike others: 3");

  /* The next time it is what it is. */
  g_array_set_size (fixture->ended, 0);
  rushes_scene_requeue (odd);
  run (fixture);
  g_assert_cmpuint (fixture->ended->len, ==, 0);
}

static void
test_empty (Fixture *fixture, gconstpointer data)
{
  run (fixture);
  g_assert_cmpuint (fixture->n_clients_started, ==, 0);
}

/* Two clients share a scene; none of them does it nearly alone. */
static void
test_fair_share (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "shared.blend", "end=40\nframe-ms=25");
  guint first = 0;

  set_jobs (fixture, 2);
  run (fixture);
  assert_finished (scene, 40, 0);
  g_assert_cmpuint (count_clients (fixture, scene, DONE), ==, 2);
  for (guint i = 0; i < fixture->ended->len; i++)
    first += g_array_index (fixture->ended, Ended, i).client == 1;
  g_assert_cmpuint (first, >=, 10);
  g_assert_cmpuint (first, <=, 30);
}

/* Where the frames of the second scene began in what has ended. */
static guint
find_first (Fixture *fixture, RushesScene *scene)
{
  for (guint i = 0; i < fixture->ended->len; i++)
    if (g_array_index (fixture->ended, Ended, i).scene == scene)
      return i;
  return G_MAXUINT;
}

/* ---- Places ---------------------------------------------------------- */

/* Clients that are 20 milliseconds away from us, each way. */
static void
move_away (Fixture *fixture)
{
  g_free (write_blender (fixture, "way-ms=20"));
}

/* Whether somebody was told of a frame before it could begin that. */
static void
see_ahead (Fixture *fixture)
{
  for (guint i = 0; i < fixture->pool->workers->len; i++)
    if (((PoolWorker *) g_ptr_array_index (fixture->pool->workers, i))->ahead.work != NULL)
      fixture->flag = TRUE;
}

static void
test_far (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "far.blend", "end=40\nframe-ms=20");

  move_away (fixture);
  set_jobs (fixture, 2);
  fixture->on_frame = see_ahead;
  run (fixture);
  assert_finished (scene, 40, 0);
  g_assert_true (fixture->flag);
  g_assert_cmpuint (fixture->n_frames_started, ==, 40);
}

/* A busy machine may make the way to a client long that is near. */
static void
see_ahead_of_near (Fixture *fixture)
{
  PoolPlace *place = g_ptr_array_index (fixture->pool->places, 0);

  fixture->longest_way = MAX (fixture->longest_way, place->round_trip);
  see_ahead (fixture);
}

/* Whoever is near is told of a frame when it can begin it. */
static void
test_near (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "near.blend", "end=40\nframe-ms=20");

  set_jobs (fixture, 2);
  fixture->on_started = see_ahead_of_near;
  run (fixture);
  assert_finished (scene, 40, 0);
  g_assert_cmpfloat (fixture->longest_way, >, 0);
  g_assert_true (!fixture->flag || fixture->longest_way > 0.005);
}

/* A client that is replaced has another frame to render, and ends with that. */
static void
test_far_memory (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "far.blend",
                                  "end=40\nframe-ms=20\nmemory=1000000\nmemory-growth=2000000000");

  move_away (fixture);
  fixture->on_frame = see_ahead;
  run (fixture);
  assert_finished (scene, 40, 0);
  g_assert_true (fixture->flag);
  g_assert_cmpuint (fixture->ended->len, ==, 40);
}

/* Of two frames that a client had only the first one has failed. */
static void
test_far_death (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene =
      add_scene (fixture, "far.blend", "end=40\nframe-ms=20\ncrash-frame=20 times=1");

  move_away (fixture);
  g_object_set (fixture->pool, "max-attempts", 2, NULL);
  fixture->on_frame = see_ahead;
  run (fixture);
  assert_finished (scene, 40, 0);
  g_assert_true (fixture->flag);
  g_assert_cmpuint (count_ended (fixture, scene, 20, RUSHES_ERROR_CRASHED), ==, 1);
  g_assert_cmpuint (count_ended (fixture, scene, ANY_FRAME, RUSHES_ERROR_CRASHED), ==, 1);
  g_assert_cmpuint (fixture->n_clients_started, ==, 2);
}

static void
stop_when_ahead (Fixture *fixture)
{
  see_ahead (fixture);
  if (fixture->flag)
    rushes_pool_stop (fixture->pool);
}

static void
test_far_stop (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "far.blend", "end=400\nframe-ms=20");

  move_away (fixture);
  fixture->on_frame = stop_when_ahead;
  run (fixture);
  g_assert_true (fixture->flag);
  g_assert_cmpint (rushes_scene_get_state (scene), ==, RUSHES_SCENE_STOPPED);
  g_assert_cmpuint (count_ended (fixture, scene, ANY_FRAME, RUSHES_ERROR_STOPPED), ==, 0);
}

static RushesLauncher *
make_launcher (Fixture *fixture, const char *name, const char *script)
{
  g_autofree char *path = rushes_test_write (fixture->folder, name, script);

  g_assert_no_errno (g_chmod (path, 0755));
  return rushes_launcher_new (path);
}

static void
test_places (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "a.blend", "end=60\nframe-ms=30");
  g_autoptr (RushesLauncher) other =
      make_launcher (fixture, "other", "#!/bin/sh\nexec \"$RUSHES_FAKE_CLIENT\" \"$@\"\n");

  rushes_pool_set_place (fixture->pool, other, 2);
  run (fixture);
  assert_finished (scene, 60, 0);
  g_assert_cmpuint (fixture->n_clients_most, ==, 3);
  g_assert_cmpuint (count_clients (fixture, scene, DONE), ==, 3);

  /* Nobody works there any more. */
  rushes_pool_set_place (fixture->pool, other, 0);
  fixture->n_clients_most = 0;
  scene = add_scene (fixture, "b.blend", "end=20\nframe-ms=10");
  run (fixture);
  assert_finished (scene, 20, 0);
  g_assert_cmpuint (fixture->n_clients_most, ==, 1);
}

/* A place where nothing starts leaves the work to the others, and says so. */
static void
test_broken_place (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "a.blend", "end=60\nframe-ms=50");
  g_autoptr (RushesLauncher) broken = make_launcher (fixture, "other", "#!/bin/sh\nexit 3\n");

  rushes_pool_set_place (fixture->pool, broken, 2);
  run (fixture);
  assert_finished (scene, 60, 0);
  g_assert_cmpuint (fixture->warnings->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (fixture->warnings, 0), "no longer used"));
  g_assert_nonnull (strstr (g_ptr_array_index (fixture->warnings, 0), "exit code 3"));
}

/* ---- Clusters, made of shell scripts --------------------------------- */

/* Adds a program to those that are found first. */
static void
add_program (Fixture *fixture, const char *name, const char *script)
{
  g_autofree char *text = g_strdup_printf ("#!/bin/sh\n%s\n", script);
  g_autofree char *path = rushes_test_write (fixture->folder, name, text);

  g_assert_no_errno (g_chmod (path, 0755));
}

/* A place for @jobs clients, whose srun takes the first of two nodes that is not left
 * out. What it does with the rest of its command line is @script. */
static void
add_cluster (Fixture *fixture, guint jobs, const char *script)
{
  g_autoptr (RushesLauncher) launcher = rushes_launcher_new (g_getenv ("RUSHES_FAKE_CLIENT"));
  g_autoptr (RushesSlurm) slurm = rushes_slurm_new ();
  g_autofree char *srun =
      g_strconcat ("while [ \"$1\" != sh ]; do\n"
                   "  case $1 in --exclude) no=,$2, ;; --comment) ticket=$2 ;; esac\n"
                   "  shift\n"
                   "done\n"
                   "for node in n1 n2 none; do\n"
                   "  case $no in *,$node,*) ;; *) break ;; esac\n"
                   "done\n"
                   "export SLURMD_NODENAME=$node queue=$(dirname \"$0\")/queue\n",
                   script, NULL);
  g_autofree char *path = NULL;

  fixture->path = g_strdup (g_getenv ("PATH"));
  path = g_strconcat (fixture->folder, ":", fixture->path, NULL);
  g_setenv ("PATH", path, TRUE);
  add_program (fixture, "srun", srun);
  add_program (fixture, "squeue",
               "[ ! -e \"$(dirname \"$0\")/queue\" ] || cat \"$(dirname \"$0\")/queue\"");
  add_program (fixture, "scancel", "");
  g_object_set (launcher, "slurm", slurm, NULL);
  rushes_pool_set_place (fixture->pool, launcher, jobs);
}

static PoolPlace *
get_cluster (Fixture *fixture)
{
  return g_ptr_array_index (fixture->pool->places, 1);
}

/* Whether the frame that has just ended is one that a cluster's client had. */
static gboolean
was_remote (Fixture *fixture)
{
  guint number = g_array_index (fixture->ended, Ended, fixture->ended->len - 1).client;

  return g_hash_table_contains (fixture->remote, GUINT_TO_POINTER (number));
}

/* Long after the first scene that both may render is done, adds another one, when
 * nobody is on the cluster any more. */
static void
see_cluster_leave (Fixture *fixture)
{
  fixture->n_remote += was_remote (fixture);
  if (fixture->later == NULL && rushes_scene_get_n_done (fixture->home) == 40)
    {
      g_assert_cmpuint (get_cluster (fixture)->n_workers, ==, 0);
      g_assert_cmpuint (fixture->n_remote, >, 0);
      fixture->n_remote = 0;
      fixture->n_clients_before = fixture->n_clients_started;
      fixture->later = add_scene (fixture, "later.blend", "end=20\nframe-ms=20");
    }
}

/* A scene that no node sees keeps nobody on the cluster; the next that one may see
 * brings them back. */
static void
test_home_alone (Fixture *fixture, gconstpointer data)
{
  RushesScene *home = add_scene (fixture, "home.blend", "end=120\nframe-ms=40\nat-home");
  RushesScene *shared = add_scene (fixture, "shared.blend", "end=10\nframe-ms=10");

  fixture->home = home;
  add_cluster (fixture, 2, "exec \"$@\"");
  fixture->on_frame = see_cluster_leave;
  run (fixture);
  assert_finished (home, 120, 0);
  assert_finished (shared, 10, 0);
  assert_finished (fixture->later, 20, 0);
  g_assert_cmpuint (count_clients (fixture, home, DONE), ==, 1);
  g_assert_cmpuint (fixture->n_remote, ==, 20);
  g_assert_cmpuint (fixture->n_clients_started, <=, fixture->n_clients_before + 2);
  g_assert_cmpuint (fixture->warnings->len, ==, 2);
  g_assert_nonnull (strstr (fixture->warnings->pdata[0], "Node n1 cannot read the scene"));
  g_assert_nonnull (strstr (fixture->warnings->pdata[1], "Node n2 cannot read the scene"));
}

/* A job that ends by itself has reached its time limit. */
#define LIMITED                                                                                    \
  "\"$@\"; code=$?; [ $code = 0 ] || "                                                             \
  "echo \"5|TIMEOUT|TimeLimit|$SLURMD_NODENAME|3|main|$ticket\" >>\"$queue\"; exit $code"

/* A frame that was on its way when time was up is not to blame. */
static void
test_time_limit (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "scene.blend", "end=8\nexit-frame=4:143 times=1");

  set_jobs (fixture, 0);
  add_cluster (fixture, 1, LIMITED);
  g_object_set (fixture->pool, "max-attempts", 1, NULL);
  run (fixture);
  assert_finished (scene, 8, 0);
  g_assert_cmpuint (count_ended (fixture, scene, 4, RUSHES_ERROR_TIME_LIMIT), ==, 1);
}

/* One that took all of the time is: it would go on for ever. */
static void
test_time_limit_short (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "scene.blend", "end=1\nexit-frame=1:143");

  set_jobs (fixture, 0);
  add_cluster (fixture, 1, LIMITED);
  g_object_set (fixture->pool, "max-attempts", 2, NULL);
  run (fixture);
  assert_finished (scene, 0, 1);
  g_assert_cmpuint (count_ended (fixture, scene, 1, RUSHES_ERROR_TIME_LIMIT), ==, 2);
}

/* ---- Order ----------------------------------------------------------- */

static void
test_order (Fixture *fixture, gconstpointer data)
{
  RushesOrder order = (RushesOrder) GPOINTER_TO_INT (data);
  RushesScene *first = add_scene (fixture, "first.blend", "end=30\nframe-ms=15");
  RushesScene *second = add_scene (fixture, "second.blend", "end=30\nframe-ms=15");

  g_object_set (fixture->pool, "jobs", 2, "order", order, NULL);
  run (fixture);
  assert_finished (first, 30, 0);
  assert_finished (second, 30, 0);
  if (order == RUSHES_ORDER_SIDE_BY_SIDE)
    g_assert_cmpuint (find_first (fixture, second), <, 20);
  else
    g_assert_cmpuint (find_first (fixture, second), >=, 20);
}

static void
test_many (Fixture *fixture, gconstpointer data)
{
  RushesScene *scenes[20];

  set_jobs (fixture, 64);
  for (guint i = 0; i < G_N_ELEMENTS (scenes); i++)
    {
      g_autofree char *name = g_strdup_printf ("scene-%u.blend", i);

      scenes[i] = add_scene (fixture, name, "end=25\nframe-ms=2");
    }
  run (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (scenes); i++)
    assert_finished (scenes[i], 25, 0);
  g_assert_cmpuint (fixture->n_clients_most, <=, 64);
}

static void
append_cb (gpointer fixture)
{
  add_scene (fixture, "second.blend", "end=3");
}

/* When all is quiet: nothing else happens that could draw attention to it. */
static void
append_second (Fixture *fixture)
{
  if (fixture->n_frames_started == 1)
    g_timeout_add_once (500, append_cb, fixture);
}

/* An idle place is for whatever is added, at once. */
static void
test_append (Fixture *fixture, gconstpointer data)
{
  RushesScene *first = add_scene (fixture, "first.blend", "end=1\nframe-ms=3000");
  g_autoptr (RushesScene) second = NULL;

  set_jobs (fixture, 2);
  fixture->on_started = append_second;
  run (fixture);
  second = g_list_model_get_item (G_LIST_MODEL (fixture->queue), 1);
  assert_finished (first, 1, 0);
  assert_finished (second, 3, 0);
  g_assert_cmpuint (fixture->ended->len, ==, 4);
  g_assert_true (g_array_index (fixture->ended, Ended, 3).scene == first);
}

static void
append_more (Fixture *fixture)
{
  guint n_scenes = g_list_model_get_n_items (G_LIST_MODEL (fixture->queue));
  g_autofree char *name = g_strdup_printf ("more-%u.blend", n_scenes);

  if (n_scenes < 12)
    add_scene (fixture, name, "end=2");
}

static void
test_append_many (Fixture *fixture, gconstpointer data)
{
  add_scene (fixture, "first.blend", "end=2");
  fixture->on_frame = append_more;
  run (fixture);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->queue)), ==, 12);
  g_assert_cmpuint (fixture->ended->len, ==, 24);
}

static void
change_jobs (Fixture *fixture)
{
  if (fixture->ended->len == 5)
    set_jobs (fixture, 4);
  else if (fixture->ended->len >= 20 && rushes_pool_get_n_clients (fixture->pool) == 4)
    {
      fixture->flag = TRUE;
      set_jobs (fixture, 1);
    }
}

static void
test_change_jobs (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "long.blend", "end=250\nframe-ms=8");
  guint last;

  fixture->on_frame = change_jobs;
  run (fixture);
  assert_finished (scene, 250, 0);
  g_assert_true (fixture->flag);
  g_assert_cmpuint (fixture->n_clients_most, ==, 4);
  last = g_array_index (fixture->ended, Ended, 249).client;
  for (guint i = 240; i < 249; i++)
    g_assert_cmpuint (g_array_index (fixture->ended, Ended, i).client, ==, last);
}

/* A client that grows is replaced, and nobody is to blame. */
static void
test_memory (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene =
      add_scene (fixture, "greedy.blend", "end=12\nmemory=1000000\nmemory-growth=2000000000");

  run (fixture);
  assert_finished (scene, 12, 0);
  g_assert_cmpuint (fixture->ended->len, ==, 12);
  g_assert_cmpuint (fixture->n_clients_started, >, 2);
  g_assert_cmpuint (fixture->n_clients_started, <, 12);
}

/* A client that leaves after each frame is a nuisance, not a failure. */
static void
test_short_lives (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "short.blend", "end=8\ndie-after=2");

  g_object_set (fixture->pool, "jobs", 2, NULL);
  run (fixture);
  assert_finished (scene, 8, 0);
}

/* ---- Frames that fail ------------------------------------------------ */

typedef struct
{
  const char *key;
  RushesError code;
} Fault;

static const Fault faults[] = {
  { "crash-frame=3", RUSHES_ERROR_CRASHED },
  { "exit-frame=3:7", RUSHES_ERROR_CRASHED },
  { "fail-frame=3", RUSHES_ERROR_RENDER_FAILED },
  { "hang-frame=3", RUSHES_ERROR_TIMED_OUT },
  { "garbage-frame=3", RUSHES_ERROR_PROTOCOL },
  { "huge-frame=3", RUSHES_ERROR_PROTOCOL },
  { "truncate-frame=3", RUSHES_ERROR_BAD_PICTURE },
  { "no-file-frame=3", RUSHES_ERROR_MISSING_FILE },
  { "wrong-size-frame=3", RUSHES_ERROR_BAD_PICTURE },
};

/* In seconds; a busy machine may need a while for what is not to be silent. */
static guint
get_patience (const Fault *fault)
{
  return fault->code == RUSHES_ERROR_TIMED_OUT ? 1 : SOON_SECONDS;
}

static void
test_fault_once (Fixture *fixture, gconstpointer data)
{
  const Fault *fault = data;
  g_autofree char *directives = g_strdup_printf ("end=6\n%s times=1", fault->key);

  for (guint jobs = 1; jobs <= 2; jobs++)
    {
      g_autofree char *name = g_strdup_printf ("jobs-%u.blend", jobs);
      RushesScene *scene;

      begin (fixture);
      scene = add_scene (fixture, name, directives);
      g_object_set (fixture->pool, "jobs", jobs, "frame-timeout", get_patience (fault), NULL);
      run (fixture);
      assert_finished (scene, 6, 0);
      g_assert_cmpuint (count_ended (fixture, scene, 3, fault->code), ==, 1);
      g_assert_cmpuint (fixture->ended->len, ==, 7);
    }
}

static void
trouble_cb (RushesPool *pool, GParamSpec *pspec, GPtrArray *messages)
{
  g_autoptr (GError) trouble = NULL;

  g_object_get (pool, "trouble", &trouble, NULL);
  g_ptr_array_add (messages, trouble != NULL ? g_strdup (trouble->message) : g_strdup ("over"));
}

/* A full disk blames nobody: the pool waits until there is room and goes on. */
static void
test_full_disk (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func (g_free);
  RushesScene *scene;

  begin (fixture);
  scene = add_scene (fixture, "full.blend", "end=6\nfull-frame=3 times=2");
  g_object_set (fixture->pool, "jobs", 2, "max-attempts", 1, NULL);
  g_signal_connect (fixture->pool, "notify::trouble", G_CALLBACK (trouble_cb), messages);
  run (fixture);

  assert_finished (scene, 6, 0);
  g_assert_cmpuint (fixture->ended->len, ==, 6);
  g_assert_cmpuint (messages->len, ==, 4);
  for (guint i = 0; i < messages->len; i += 2)
    {
      g_assert_nonnull (strstr (messages->pdata[i], "is full"));
      g_assert_cmpstr (messages->pdata[i + 1], ==, "over");
    }
}

static void
stop_cb (Fixture *fixture)
{
  rushes_pool_stop (fixture->pool);
}

static void
stop_on_trouble_cb (Fixture *fixture)
{
  g_autoptr (GError) trouble = NULL;

  g_object_get (fixture->pool, "trouble", &trouble, NULL);
  if (trouble != NULL)
    g_idle_add_once ((GSourceOnceFunc) stop_cb, fixture);
}

/* Stopping while it waits ends the run at once. */
static void
test_full_disk_stopped (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene;

  begin (fixture);
  scene = add_scene (fixture, "full.blend", "end=6\nfull-frame=3");
  g_signal_connect_swapped (fixture->pool, "notify::trouble", G_CALLBACK (stop_on_trouble_cb),
                            fixture);
  run (fixture);

  g_assert_cmpint (rushes_scene_get_state (scene), ==, RUSHES_SCENE_STOPPED);
  g_assert_cmpuint (rushes_scene_get_n_done (scene), ==, 2);
}

static void
assert_warning (Fixture *fixture, const char *words)
{
  g_assert_cmpuint (fixture->warnings->len, ==, 1);
  if (strstr (fixture->warnings->pdata[0], words) == NULL)
    g_error ("There is no “%s” in “%s”", words, (char *) fixture->warnings->pdata[0]);
}

/* Where memory runs out, fewer clients go on, and the frame is not to blame. */
static void
test_out_of_memory (Fixture *fixture, gconstpointer directive)
{
  g_autofree char *directives =
      g_strdup_printf ("end=30\nframe-ms=20\n%s times=1", (const char *) directive);
  RushesScene *scene = add_scene (fixture, "large.blend", directives);

  g_object_set (fixture->pool, "jobs", 3, "max-attempts", 1, NULL);
  run (fixture);
  assert_finished (scene, 30, 0);
  assert_warning (fixture, "2 Blenders");
  g_assert_cmpuint (fixture->n_clients_most, ==, 3);
  g_assert_cmpuint (count_ended (fixture, scene, 5, RUSHES_ERROR_OUT_OF_MEMORY), ==, 1);
  g_assert_cmpuint (fixture->ended->len, ==, 31);
  g_array_remove_range (fixture->ended, 0, 20);
  g_assert_cmpuint (count_clients (fixture, scene, DONE), <=, 2);
}

/* One alone cannot be fewer: then it is the frame's own want. */
static void
test_out_of_memory_alone (Fixture *fixture, gconstpointer directive)
{
  g_autofree char *directives = g_strdup_printf ("end=6\n%s", (const char *) directive);
  RushesScene *scene = add_scene (fixture, "large.blend", directives);
  g_autoptr (GPtrArray) failures = NULL;
  RushesFailure *failure;

  run (fixture);
  assert_finished (scene, 5, 1);
  g_assert_cmpuint (fixture->warnings->len, ==, 0);
  failures = rushes_frames_list_failures (rushes_scene_get_frames (scene));
  failure = g_ptr_array_index (failures, 0);
  g_assert_error (failure->error, RUSHES_ERROR, RUSHES_ERROR_OUT_OF_MEMORY);
  g_assert_nonnull (strstr (failure->evidence, "This Blender is a fake"));
}

static void
test_out_of_memory_loading (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "large.blend", "end=9\nload-oom times=1");

  g_object_set (fixture->pool, "jobs", 2, "max-attempts", 1, NULL);
  run (fixture);
  assert_finished (scene, 9, 0);
  assert_warning (fixture, "1 Blender goes");
}

static void
set_jobs_again (Fixture *fixture)
{
  if (fixture->warnings->len > 0 && !fixture->flag)
    {
      fixture->flag = TRUE;
      fixture->n_clients_most = 0;
      set_jobs (fixture, 2);
    }
}

/* Whoever sets the number knows better. */
static void
test_out_of_memory_told (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene =
      add_scene (fixture, "large.blend", "end=40\nframe-ms=20\noom-frame=2 times=1");

  set_jobs (fixture, 2);
  fixture->on_frame = set_jobs_again;
  run (fixture);
  assert_finished (scene, 40, 0);
  assert_warning (fixture, "1 Blender goes");
  g_assert_cmpuint (fixture->n_clients_most, ==, 2);
}

/* A folder that has become read-only is said once, not with every frame. */
static void
test_locked (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) directives = g_string_new ("end=50\nframe-ms=1");
  RushesScene *scene, *other;
  guint n_failed = 0;

  for (guint frame = 11; frame <= 50; frame++)
    g_string_append_printf (directives, "\nlocked-frame=%u", frame);
  scene = add_scene (fixture, "locked.blend", directives->str);
  other = add_scene (fixture, "other.blend", "end=5");
  set_jobs (fixture, 2);
  run (fixture);
  assert_failed (scene, RUSHES_ERROR_NOT_WRITABLE, "folder is gone");
  assert_finished (other, 5, 0);
  g_assert_cmpuint (rushes_scene_get_n_done (scene), <=, 10);
  for (guint i = 0; i < fixture->ended->len; i++)
    n_failed += g_array_index (fixture->ended, Ended, i).code == RUSHES_ERROR_NOT_WRITABLE;
  /* Some while others could be written, then three in a row, and who had one in hand. */
  g_assert_cmpuint (n_failed, >=, 3);
  g_assert_cmpuint (n_failed, <=, rushes_scene_get_n_done (scene) * 2 + 4);
}

/* And one that is there again is no trouble at all. */
static void
test_locked_once (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "locked.blend", "end=9\nlocked-frame=3 times=2");

  set_jobs (fixture, 2);
  run (fixture);
  assert_finished (scene, 9, 0);
}

static void
stop_on_warning (Fixture *fixture)
{
  if (fixture->warnings->len > 0)
    rushes_pool_drain (fixture->pool);
}

/* Many terabytes of frames: told with the first of them, once for each scene. */
static void
test_low_space (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "endless.blend", "end=1048573\nwidth=2048\nheight=2048");

  set_jobs (fixture, 2);
  fixture->on_frame = stop_on_warning;
  run (fixture);
  g_assert_cmpint (rushes_scene_get_state (scene), ==, RUSHES_SCENE_STOPPED);
  g_assert_cmpuint (rushes_scene_get_n_done (scene), <=, 10);
  assert_warning (fixture, "frames are left and need about 17.6");
}

/* A frame that hangs is known by its neighbours: by those before it, and by those
 * that two other clients render meanwhile. */
static void
test_auto_timeout (Fixture *fixture, gconstpointer directive)
{
  g_autofree char *directives =
      g_strdup_printf ("end=12\nframe-ms=10\n%s times=1", (const char *) directive);
  RushesScene *scene = add_scene (fixture, "hanging.blend", directives);

  g_object_set (fixture->pool, "jobs", 3, "frame-timeout", RUSHES_FRAME_TIMEOUT_AUTO, NULL);
  fixture->pool->shortest_patience = 1;
  run (fixture);
  assert_finished (scene, 12, 0);
  g_assert_cmpuint (count_ended (fixture, scene, ANY_FRAME, RUSHES_ERROR_TIMED_OUT), ==, 1);
}

/* A heavy frame that goes on is none that hangs. */
static void
test_auto_timeout_heavy (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene =
      add_scene (fixture, "heavy.blend", "end=12\nframe-ms=10\nprogress=30\nheavy=8-8:3000");

  g_object_set (fixture->pool, "frame-timeout", RUSHES_FRAME_TIMEOUT_AUTO, NULL);
  fixture->pool->shortest_patience = 1;
  run (fixture);
  assert_finished (scene, 12, 0);
  g_assert_cmpuint (fixture->ended->len, ==, 12);
}

static void
test_fault_always (Fixture *fixture, gconstpointer data)
{
  const Fault *fault = data;
  g_autofree char *directives = g_strdup_printf ("end=6\n%s", fault->key);

  for (guint jobs = 1; jobs <= 2; jobs++)
    {
      g_autofree char *name = g_strdup_printf ("jobs-%u.blend", jobs);
      g_autoptr (GPtrArray) failures = NULL;
      RushesScene *scene;
      RushesScene *other;
      RushesFailure *failure;

      begin (fixture);
      fixture->existing = RUSHES_EXISTING_OVERWRITE;
      scene = add_scene (fixture, name, directives);
      other = add_scene (fixture, "other.blend", "end=2");
      g_object_set (fixture->pool, "jobs", jobs, "frame-timeout", get_patience (fault), NULL);
      run (fixture);
      assert_finished (scene, 5, 1);
      assert_finished (other, 2, 0);
      g_assert_cmpuint (count_ended (fixture, scene, 3, fault->code), ==, 3);
      g_assert_cmpuint (count_clients (fixture, scene, fault->code), >=, 2);

      failures = rushes_frames_list_failures (rushes_scene_get_frames (scene));
      g_assert_cmpuint (failures->len, ==, 1);
      failure = g_ptr_array_index (failures, 0);
      g_assert_cmpuint (failure->frame, ==, 3);
      g_assert_cmpuint (failure->attempts, ==, 3);
      g_assert_error (failure->error, RUSHES_ERROR, (int) fault->code);
      g_assert_nonnull (failure->log);
      {
        g_autofree char *log = rushes_test_read (failure->log);

        g_assert_nonnull (strstr (log, "frame 3 failed"));
      }
    }
}

/* Whatever fails besides: the frames around it are not to blame. */
static void
test_all_faults (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene =
      add_scene (fixture, "wild.blend",
                 "end=40\nframe-ms=1\ncrash-frame=3 times=1\nfail-frame=5 times=2\n"
                 "truncate-frame=8 times=1\nexit-frame=11:1 times=1\n"
                 "no-file-frame=12\nwrong-size-frame=13 times=1\n"
                 "garbage-frame=20 times=1\ncrash-frame=33\nfail-frame=40");

  set_jobs (fixture, 3);
  run (fixture);
  assert_finished (scene, 37, 3);
}

static void
test_no_retries (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene =
      add_scene (fixture, "failing.blend", "end=6\nfail-frame=2\ncrash-frame=4 times=1");
  RushesScene *crashing = add_scene (fixture, "crashing.blend", "load-crash times=1");

  g_object_set (fixture->pool, "max-attempts", 1, NULL);
  run (fixture);
  assert_finished (scene, 4, 2);
  assert_failed (crashing, RUSHES_ERROR_CRASHED, "signal 11");
  g_assert_cmpuint (count_ended (fixture, scene, 2, RUSHES_ERROR_RENDER_FAILED), ==, 1);
  g_assert_cmpuint (count_ended (fixture, scene, 4, RUSHES_ERROR_CRASHED), ==, 1);
}

/* ---- Scenes that fail ------------------------------------------------ */

static void
test_load_error (Fixture *fixture, gconstpointer data)
{
  RushesScene *good = add_scene (fixture, "good.blend", "end=2");
  RushesScene *bad = add_scene (fixture, "bad.blend", "load-error=Error: it is from the future");
  RushesScene *blind = add_scene (fixture, "blind.blend", "no-camera");
  RushesScene *backwards = add_scene (fixture, "backwards.blend", "start=5\nend=2");
  RushesScene *late = add_scene (fixture, "late.blend", "end=3");

  set_jobs (fixture, GPOINTER_TO_UINT (data));
  run (fixture);
  assert_finished (good, 2, 0);
  assert_failed (bad, RUSHES_ERROR_LOAD_FAILED, "Error: it is from the future");
  assert_failed (blind, RUSHES_ERROR_NO_CAMERA, "no camera");
  assert_failed (backwards, RUSHES_ERROR_OUT_OF_RANGE, "5 to 2");
  assert_finished (late, 3, 0);
  /* That is an answer, not a fault of the client. */
  g_assert_cmpuint (fixture->n_clients_started, <=, GPOINTER_TO_UINT (data));
}

static void
test_bad_files (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (fixture->folder, "folder.blend", NULL);
  g_autofree char *empty = rushes_test_write (fixture->folder, "empty.blend", "");
  g_autofree char *text = rushes_test_write (fixture->folder, "text.blend", "Dear diary");
  g_autofree char *cut = rushes_test_write (fixture->folder, "cut.blend", "BLENDER-fa");
  RushesScene *scenes[5];
  RushesScene *good;

  g_assert_no_errno (g_mkdir (folder, 0755));
  scenes[0] = add_again (fixture, "missing.blend");
  scenes[1] = add_path (fixture, empty);
  scenes[2] = add_path (fixture, text);
  scenes[3] = add_path (fixture, folder);
  good = add_scene (fixture, "good.blend", "end=2");
  scenes[4] = add_path (fixture, cut);
  run (fixture);
  assert_failed (scenes[0], RUSHES_ERROR_MISSING_FILE, "missing.blend");
  assert_failed (scenes[1], RUSHES_ERROR_LOAD_FAILED, "empty.blend");
  assert_failed (scenes[2], RUSHES_ERROR_LOAD_FAILED, "text.blend");
  assert_failed (scenes[3], RUSHES_ERROR_INVALID, "folder.blend");
  assert_failed (scenes[4], RUSHES_ERROR_LOAD_FAILED, "cut.blend");
  assert_finished (good, 2, 0);
  g_assert_cmpuint (fixture->n_clients_started, ==, 1);
}

/* Nobody starts Blender for files that are not there. */
static void
test_only_bad_files (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *name = g_strdup_printf ("missing-%u.blend", i);

      add_again (fixture, name);
    }
  set_jobs (fixture, 4);
  run (fixture);
  g_assert_cmpuint (fixture->n_clients_started, ==, 0);
}

static void
test_load_crash_once (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "nervous.blend", "end=3\nload-crash times=1");
  RushesScene *other = add_scene (fixture, "other.blend", "end=3");

  set_jobs (fixture, GPOINTER_TO_UINT (data));
  run (fixture);
  assert_finished (scene, 3, 0);
  assert_finished (other, 3, 0);
}

/* It takes down each client that touches it, and nothing else. */
static void
test_load_crash_always (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "deadly.blend", "load-crash");
  RushesScene *other = add_scene (fixture, "other.blend", "end=3");
  RushesScene *second = add_scene (fixture, "deadly-too.blend", "load-crash");
  RushesScene *last = add_scene (fixture, "last.blend", "end=3");

  set_jobs (fixture, GPOINTER_TO_UINT (data));
  run (fixture);
  assert_failed (scene, RUSHES_ERROR_CRASHED, "signal 11");
  assert_failed (second, RUSHES_ERROR_CRASHED, "signal 11");
  assert_finished (other, 3, 0);
  assert_finished (last, 3, 0);
  g_assert_cmpuint (fixture->n_clients_started, <=, 6 + 2 * GPOINTER_TO_UINT (data));
}

typedef struct
{
  const char *path;
  const char *modes;
  guint jobs;
  guint timeout; /* to start, in seconds */
  guint most_starts;
  const char *words;
} Broken;

static const Broken brokens[] = {
  { "/pool/broken/exit-1-job", "exit=1", 1, 30, 3, "exit code 1" },
  { "/pool/broken/exit-2-jobs", "exit=1", 2, 30, 6, "exit code 1" },
  { "/pool/broken/exit-8-jobs", "exit=1", 8, 30, 16, "exit code 1" },
  { "/pool/broken/segfault", "signal=11", 2, 30, 6, "signal 11" },
  { "/pool/broken/no-marker-1-job", "no-marker", 1, 1, 1, "1 second" },
  { "/pool/broken/no-marker-8-jobs", "no-marker", 8, 1, 8, "1 second" },
  { "/pool/broken/garbage", "garbage", 2, 1, 2, "1 second" },
  { "/pool/broken/garbage-stderr", "garbage-stderr", 2, 1, 2, "1 second" },
  { "/pool/broken/bad-json", "bad-json", 2, 30, 6, "makes no sense" },
};

/* A Blender that never works is given up soon, with one clear word a scene. */
static void
test_broken (Fixture *fixture, gconstpointer data)
{
  const Broken *broken = data;
  gint64 began = g_get_monotonic_time ();
  RushesScene *scenes[30];

  fixture->modes = broken->modes;
  begin (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (scenes); i++)
    {
      g_autofree char *name = g_strdup_printf ("scene-%u.blend", i);

      scenes[i] = add_scene (fixture, name, "end=5");
    }
  g_object_set (fixture->pool, "jobs", broken->jobs, "start-timeout", broken->timeout, NULL);
  g_assert_false (try_run (fixture));
  for (guint i = 0; i < G_N_ELEMENTS (scenes); i++)
    assert_failed (scenes[i], RUSHES_ERROR_COULD_NOT_START, broken->words);
  g_assert_cmpuint (fixture->n_clients_started, <=, broken->most_starts);
  g_assert_cmpint (g_get_monotonic_time () - began, <, SOON_SECONDS * G_USEC_PER_SEC);
}

static void
break_blender (Fixture *fixture)
{
  if (fixture->ended->len == 3 && !fixture->flag)
    {
      g_autofree char *path = rushes_test_write (fixture->folder, "blender", "#!/bin/sh\nexit 1\n");

      g_assert_no_errno (g_chmod (path, 0755));
      fixture->flag = TRUE;
    }
}

/* It worked, then somebody removes it, and the client at work dies. */
static void
test_breaks_later (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "scene.blend", "end=8\ncrash-frame=6");
  RushesScene *other = add_scene (fixture, "other.blend", "end=8");

  fixture->on_frame = break_blender;
  g_assert_false (try_run (fixture));
  assert_failed (scene, RUSHES_ERROR_COULD_NOT_START, "exit code 1");
  assert_failed (other, RUSHES_ERROR_COULD_NOT_START, "exit code 1");
  g_assert_cmpuint (rushes_scene_get_n_done (scene), ==, 5);
  g_assert_cmpuint (fixture->n_clients_started, <=, 5);
}

static void
test_missing_program (Fixture *fixture, gconstpointer data)
{
  g_autofree char *blender = g_build_filename (fixture->folder, "blender", NULL);
  RushesScene *scene = add_scene (fixture, "scene.blend", "");

  g_assert_no_errno (g_unlink (blender));
  set_jobs (fixture, 2);
  g_assert_false (try_run (fixture));
  assert_failed (scene, RUSHES_ERROR_COULD_NOT_START, blender);
}

static void
touch_blend (Fixture *fixture)
{
  if (fixture->ended->len == 4)
    {
      g_autofree char *path = g_build_filename (fixture->folder, "alive.blend", NULL);
      FILE *file = fopen (path, "a");

      /* In place: a client that is just loading it finds a scene, then or now. */
      g_assert_nonnull (file);
      g_assert_cmpint (fputs ("width=8\n", file), >=, 0);
      g_assert_cmpint (fclose (file), ==, 0);
    }
}

static void
test_blend_changed (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "alive.blend", "end=20\nframe-ms=10");
  RushesScene *other = add_scene (fixture, "other.blend", "end=5");

  set_jobs (fixture, GPOINTER_TO_UINT (data));
  fixture->on_frame = touch_blend;
  run (fixture);
  assert_failed (scene, RUSHES_ERROR_FILE_CHANGED, "alive.blend");
  g_assert_cmpuint (rushes_scene_get_n_done (scene), <, 20);
  assert_finished (other, 5, 0);
}

/* ---- Stopping -------------------------------------------------------- */

static void
drain (Fixture *fixture)
{
  if (fixture->ended->len == 5)
    rushes_pool_drain (fixture->pool);
}

static void
stop (Fixture *fixture)
{
  if (fixture->ended->len == 5)
    rushes_pool_stop (fixture->pool);
}

static gboolean
is_full (gpointer reserve)
{
  return rushes_reserve_get_n_ready (reserve) == 2;
}

/* A pool whose clients come from @reserve and go back there. */
static void
use_reserve (Fixture *fixture, RushesReserve *reserve, RushesLauncher *launcher)
{
  g_autofree char *log_dir = g_build_filename (fixture->folder, "logs", NULL);

  begin (fixture);
  g_clear_object (&fixture->pool);
  fixture->pool = rushes_pool_new (launcher, G_LIST_MODEL (fixture->queue), log_dir);
  rushes_pool_set_reserve (fixture->pool, reserve);
  fixture->keeps_clients = TRUE;
  watch_pool (fixture, fixture->pool);
  set_jobs (fixture, 2);
}

static void
check_client_cb (RushesPool *pool, RushesClient *client, gpointer n_left)
{
  *(guint *) n_left += !rushes_pool_has_client (pool, client) &&
                       rushes_client_get_state (client) != RUSHES_CLIENT_DEAD;
}

/* Clients of one run render the next, however that one ended; but not after an end by
 * force, nor when they were started in another way. */
static void
test_reserve (Fixture *fixture, gconstpointer data)
{
  g_autofree char *log_dir = g_build_filename (fixture->folder, "logs", NULL);
  g_autofree char *blender = g_build_filename (fixture->folder, "blender", NULL);
  g_autoptr (RushesLauncher) launcher = rushes_launcher_new (blender);
  g_autoptr (RushesLauncher) other = rushes_launcher_new (blender);
  g_autoptr (RushesReserve) reserve = rushes_reserve_new (log_dir);
  RushesScene *scene;
  guint n_left = 0;

  rushes_reserve_set_launcher (reserve, launcher);
  rushes_reserve_set_bounds (reserve, 0, 2);
  use_reserve (fixture, reserve, launcher);
  scene = add_scene (fixture, "first.blend", "end=20\nframe-ms=5");
  g_signal_connect (fixture->pool, "client-changed", G_CALLBACK (check_client_cb), &n_left);
  run (fixture);
  assert_finished (scene, 20, 0);
  g_assert_cmpuint (n_left, ==, 2);
  rushes_test_wait_until (is_full, reserve);
  g_assert_cmpuint (fixture->n_clients_started, ==, 2);

  use_reserve (fixture, reserve, launcher);
  scene = add_scene (fixture, "second.blend", "end=60\nframe-ms=5");
  fixture->on_frame = drain;
  run (fixture);
  g_assert_cmpint (rushes_scene_get_state (scene), ==, RUSHES_SCENE_STOPPED);
  g_assert_cmpuint (count_clients (fixture, scene, DONE), ==, 2);
  rushes_test_wait_until (is_full, reserve);
  g_assert_cmpuint (fixture->n_clients_started, ==, 2);

  use_reserve (fixture, reserve, other);
  scene = add_scene (fixture, "third.blend", "end=20\nframe-ms=5");
  run (fixture);
  assert_finished (scene, 20, 0);
  g_assert_cmpuint (fixture->n_clients_started, ==, 4);
  g_assert_cmpuint (rushes_reserve_get_n_ready (reserve), ==, 2);

  use_reserve (fixture, reserve, launcher);
  add_scene (fixture, "fourth.blend", "end=60\nframe-ms=5");
  fixture->on_frame = stop;
  run (fixture);
  g_assert_cmpuint (fixture->n_clients_started, ==, 2);
  g_assert_cmpuint (rushes_reserve_get_n_clients (reserve), ==, 0);
  rushes_test_wait_for_children ();
}

/* One that dies in there is no worse than one that does not start. */
static void
test_reserve_broken (Fixture *fixture, gconstpointer data)
{
  g_autofree char *log_dir = g_build_filename (fixture->folder, "logs", NULL);
  g_autofree char *blender = g_build_filename (fixture->folder, "blender", NULL);
  g_autoptr (RushesLauncher) launcher = rushes_launcher_new (blender);
  g_autoptr (RushesReserve) reserve = rushes_reserve_new (log_dir);
  RushesScene *scene;

  fixture->modes = "start-ms=50,exit=3";
  use_reserve (fixture, reserve, launcher);
  rushes_reserve_set_launcher (reserve, launcher);
  rushes_reserve_set_bounds (reserve, 1, 1);
  g_assert_cmpuint (rushes_reserve_get_n_clients (reserve), ==, 1);
  scene = add_scene (fixture, "scene.blend", "end=3");
  g_assert_false (try_run (fixture));
  g_assert_cmpint (rushes_scene_get_state (scene), ==, RUSHES_SCENE_FAILED);
  g_assert_cmpuint (rushes_reserve_get_n_clients (reserve), ==, 0);
}

static void
test_stop_midway (Fixture *fixture, gconstpointer data)
{
  gboolean now = GPOINTER_TO_INT (data);
  RushesScene *scene = add_scene (fixture, "scene.blend", "end=60\nframe-ms=20");
  RushesScene *second = add_scene (fixture, "second.blend", "end=60\nframe-ms=20");
  guint n_done, n_in_hand;

  set_jobs (fixture, 3);
  fixture->on_frame = now ? stop : drain;
  run (fixture);
  g_assert_cmpint (rushes_scene_get_state (scene), ==, RUSHES_SCENE_STOPPED);
  g_assert_cmpint (rushes_scene_get_state (second), ==, RUSHES_SCENE_STOPPED);
  /* Nobody is to blame for a frame that was stopped. */
  g_assert_cmpuint (count_ended (fixture, NULL, ANY_FRAME, DONE), ==, fixture->ended->len);
  n_done = fixture->ended->len;
  n_in_hand = fixture->n_frames_started - n_done;
  if (now)
    g_assert_cmpuint (n_in_hand, <=, 3);
  else
    g_assert_cmpuint (n_in_hand, ==, 0);
  g_assert_cmpuint (n_done, <, 60);

  /* Nothing is lost, nothing is done twice. */
  begin (fixture);
  set_jobs (fixture, 3);
  scene = add_again (fixture, "scene.blend");
  second = add_again (fixture, "second.blend");
  run (fixture);
  assert_finished (scene, 60, 0);
  assert_finished (second, 60, 0);
  g_assert_cmpuint (rushes_scene_get_n_kept (scene) + rushes_scene_get_n_kept (second), ==, n_done);
  g_assert_cmpuint (fixture->ended->len, ==, 120 - n_done);
}

static void
test_stop_at_once (Fixture *fixture, gconstpointer data)
{
  gboolean now = GPOINTER_TO_INT (data);
  RushesScene *scene = add_scene (fixture, "scene.blend", "end=60");
  GAsyncResult *result = NULL;

  set_jobs (fixture, 2);
  start_run (fixture, &result);
  if (now)
    rushes_pool_stop (fixture->pool);
  else
    rushes_pool_drain (fixture->pool);
  g_assert_true (finish_run (fixture, &result));
  g_assert_cmpint (rushes_scene_get_state (scene), ==, RUSHES_SCENE_STOPPED);
  g_assert_cmpuint (fixture->n_frames_started, ==, 0);
}

static gboolean
has_clients (gpointer pool)
{
  return rushes_pool_get_n_clients (pool) > 0;
}

static void
drain_scene (Fixture *fixture, RushesScene *scene)
{
  rushes_pool_drain (fixture->pool);
}

static void
stop_only_scene (Fixture *fixture, RushesScene *scene)
{
  rushes_scene_stop (scene);
  rushes_pool_reconsider (fixture->pool);
}

static void
stop_pool (Fixture *fixture, RushesScene *scene)
{
  rushes_pool_stop (fixture->pool);
}

/* Nobody waits for a Blender that is of no use once it has started. */
static void
test_stop_starting (Fixture *fixture, gconstpointer data)
{
  void (*stop_it) (Fixture * fixture, RushesScene * scene) = (gpointer) data;
  RushesScene *scene;
  GAsyncResult *result = NULL;

  fixture->modes = "start-ms=60000";
  begin (fixture);
  scene = add_scene (fixture, "scene.blend", "");
  set_jobs (fixture, 4);
  start_run (fixture, &result);
  rushes_test_wait_until (has_clients, fixture->pool);
  stop_it (fixture, scene);
  g_assert_true (finish_run (fixture, &result));
  g_assert_cmpint (rushes_scene_get_state (scene), ==, RUSHES_SCENE_STOPPED);
}

static void
drain_at_first (Fixture *fixture)
{
  rushes_pool_drain (fixture->pool);
}

static void
stop_at_first (Fixture *fixture)
{
  rushes_pool_stop (fixture->pool);
}

/* A frame is in hand, and nothing has ended yet. */
static void
test_stop_frame (Fixture *fixture, gconstpointer data)
{
  gboolean now = GPOINTER_TO_INT (data);
  RushesScene *scene =
      add_scene (fixture, "scene.blend", now ? "end=3\nframe-ms=60000" : "end=3\nframe-ms=200");

  fixture->on_started = now ? stop_at_first : drain_at_first;
  run (fixture);
  g_assert_cmpint (rushes_scene_get_state (scene), ==, RUSHES_SCENE_STOPPED);
  g_assert_cmpuint (rushes_scene_get_n_done (scene), ==, now ? 0 : 1);
  g_assert_cmpuint (rushes_frames_count (rushes_scene_get_frames (scene), RUSHES_FRAME_PENDING), ==,
                    now ? 3 : 2);
}

/* Stopping while one drains, and twice. */
static void
test_stop_drained (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "scene.blend", "end=3\nhang-frame=1");
  GAsyncResult *result = NULL;

  fixture->on_started = drain_at_first;
  start_run (fixture, &result);
  while (fixture->n_frames_started == 0)
    g_main_context_iteration (NULL, TRUE);
  rushes_pool_drain (fixture->pool);
  rushes_pool_stop (fixture->pool);
  rushes_pool_stop (fixture->pool);
  g_assert_true (finish_run (fixture, &result));
  g_assert_cmpint (rushes_scene_get_state (scene), ==, RUSHES_SCENE_STOPPED);
}

/* A drain that comes with the last frame changes nothing. */
static void
test_drain_late (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "scene.blend", "end=5");

  fixture->on_frame = drain;
  run (fixture);
  assert_finished (scene, 5, 0);
}

static gboolean
is_flag_raised (gpointer user_data)
{
  Fixture *fixture = user_data;

  return fixture->flag;
}

/* ---- One scene among others ------------------------------------------ */

static RushesScene *
get_scene (Fixture *fixture, guint position)
{
  g_autoptr (RushesScene) scene = g_list_model_get_item (G_LIST_MODEL (fixture->queue), position);

  g_assert_nonnull (scene);
  return scene;
}

static void
pause_first (Fixture *fixture)
{
  if (count_ended (fixture, get_scene (fixture, 0), ANY_FRAME, DONE) < 3 || fixture->flag)
    return;
  fixture->flag = TRUE;
  rushes_scene_set_paused (get_scene (fixture, 0), TRUE);
  rushes_pool_reconsider (fixture->pool);
}

/* Its frames in hand are finished; others go on, with its clients. */
static void
test_pause (Fixture *fixture, gconstpointer data)
{
  RushesScene *first = add_scene (fixture, "first.blend", "end=60\nframe-ms=10");
  RushesScene *second = add_scene (fixture, "second.blend", "end=60\nframe-ms=10");

  set_jobs (fixture, 4);
  fixture->on_frame = pause_first;
  run (fixture);
  g_assert_cmpint (rushes_scene_get_state (first), ==, RUSHES_SCENE_STOPPED);
  g_assert_true (rushes_scene_get_paused (first));
  g_assert_cmpuint (rushes_scene_get_n_done (first), >=, 3);
  g_assert_cmpuint (rushes_scene_get_n_done (first), <, 20);
  assert_finished (second, 60, 0);
  g_assert_cmpuint (fixture->n_frames_started, ==, fixture->ended->len);
  g_assert_cmpuint (fixture->n_clients_started, ==, 4);
}

static void
pause_and_go_on (Fixture *fixture)
{
  RushesScene *first = get_scene (fixture, 0);

  pause_first (fixture);
  if (rushes_scene_get_state (first) != RUSHES_SCENE_STOPPED)
    return;
  rushes_scene_set_paused (first, FALSE);
  rushes_scene_requeue (first);
  rushes_pool_reconsider (fixture->pool);
}

/* Let go while others are being rendered, it is finished too: nothing twice. */
static void
test_pause_and_go_on (Fixture *fixture, gconstpointer data)
{
  RushesScene *first = add_scene (fixture, "first.blend", "end=40\nframe-ms=10");
  RushesScene *second = add_scene (fixture, "second.blend", "end=60\nframe-ms=10");

  fixture->requeues = TRUE;
  set_jobs (fixture, GPOINTER_TO_UINT (data));
  fixture->on_frame = pause_and_go_on;
  run (fixture);
  g_assert_true (fixture->flag);
  assert_finished (first, 40, 0);
  assert_finished (second, 60, 0);
  g_assert_cmpuint (rushes_scene_get_n_kept (first), >=, 3);
}

static void
pause_shortly (Fixture *fixture)
{
  RushesScene *scene = get_scene (fixture, 0);

  rushes_scene_set_paused (scene, TRUE);
  rushes_pool_reconsider (fixture->pool);
  rushes_scene_set_paused (scene, FALSE);
  rushes_pool_reconsider (fixture->pool);
}

static void
test_pause_shortly (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "scene.blend", "end=40");

  set_jobs (fixture, 2);
  fixture->on_frame = pause_shortly;
  fixture->on_started = pause_shortly;
  run (fixture);
  assert_finished (scene, 40, 0);
}

/* One that is held back from the beginning is passed over. */
static void
test_pause_before (Fixture *fixture, gconstpointer data)
{
  RushesScene *first = add_scene (fixture, "first.blend", "end=3");
  RushesScene *second = add_scene (fixture, "second.blend", "end=3");

  rushes_scene_set_paused (first, TRUE);
  run (fixture);
  g_assert_cmpint (rushes_scene_get_state (first), ==, RUSHES_SCENE_STOPPED);
  g_assert_null (rushes_scene_get_frames (first));
  assert_finished (second, 3, 0);
}

static void
stop_first_cb (gpointer user_data)
{
  Fixture *fixture = user_data;

  rushes_scene_stop (get_scene (fixture, 0));
  rushes_pool_reconsider (fixture->pool);
}

static void
stop_first (Fixture *fixture)
{
  if (fixture->started == get_scene (fixture, 0))
    stop_first_cb (fixture);
}

/* Nobody waits for the end of a frame that nobody wants any more. */
static void
test_stop_scene (Fixture *fixture, gconstpointer data)
{
  RushesScene *first = add_scene (fixture, "first.blend", "frame-ms=60000");
  RushesScene *second = add_scene (fixture, "second.blend", "end=20\nframe-ms=5");
  gint64 began = g_get_monotonic_time ();

  set_jobs (fixture, GPOINTER_TO_UINT (data));
  fixture->on_started = stop_first;
  run (fixture);
  g_assert_cmpint (g_get_monotonic_time () - began, <, SOON_SECONDS * G_USEC_PER_SEC);
  g_assert_cmpint (rushes_scene_get_state (first), ==, RUSHES_SCENE_STOPPED);
  g_assert_cmpuint (rushes_scene_get_n_done (first), ==, 0);
  assert_finished (second, 20, 0);
}

static void
stop_and_requeue (Fixture *fixture, RushesScene *scene)
{
  rushes_scene_stop (scene);
  rushes_scene_requeue (scene);
  rushes_pool_reconsider (fixture->pool);
}

/* Once the client of the first scene hangs: a file tells. */
static gboolean
hangs_cb (gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autofree char *sign =
      g_strconcat (rushes_scene_get_path (get_scene (fixture, 0)), ".hang-frame=2.1", NULL);

  if (!g_file_test (sign, G_FILE_TEST_EXISTS))
    return G_SOURCE_CONTINUE;
  fixture->on_hanging (fixture);
  return G_SOURCE_REMOVE;
}

static void
watch_hanging (Fixture *fixture)
{
  if (fixture->n_frames_started == 1)
    g_timeout_add (1, hangs_cb, fixture);
}

static void
requeue_hanging (Fixture *fixture)
{
  stop_and_requeue (fixture, get_scene (fixture, 0));
}

static void
test_requeue_rendering (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "scene.blend", "end=6\nhang-frame=2 times=1");

  fixture->requeues = TRUE;
  set_jobs (fixture, GPOINTER_TO_UINT (data));
  fixture->on_started = watch_hanging;
  fixture->on_hanging = requeue_hanging;
  run (fixture);
  assert_finished (scene, 6, 0);
}

static void
requeue_once (Fixture *fixture)
{
  if (fixture->ended->len % 3 == 1)
    stop_and_requeue (fixture, get_scene (fixture, 0));
}

/* Again and again, with all the rest in the way. */
static void
test_requeue_often (Fixture *fixture, gconstpointer data)
{
  RushesScene *first = add_scene (fixture, "first.blend", "end=12\nframe-ms=5");
  RushesScene *second = add_scene (fixture, "second.blend", "end=12\nframe-ms=5");

  fixture->requeues = TRUE;
  set_jobs (fixture, 3);
  fixture->on_frame = requeue_once;
  run (fixture);
  assert_finished (first, 12, 0);
  assert_finished (second, 12, 0);
}

static void
test_requeue_opening (Fixture *fixture, gconstpointer data)
{
  RushesScene *first = add_scene (fixture, "first.blend", "end=3");
  RushesScene *second = add_scene (fixture, "second.blend", "end=3");
  GAsyncResult *result = NULL;

  start_run (fixture, &result);
  g_assert_cmpint (rushes_scene_get_state (first), ==, RUSHES_SCENE_LOADING);
  stop_and_requeue (fixture, first);
  g_assert_true (finish_run (fixture, &result));
  assert_finished (first, 3, 0);
  assert_finished (second, 3, 0);
}

static gboolean
is_client_busy (gpointer user_data)
{
  Fixture *fixture = user_data;

  return fixture->client != NULL && rushes_client_get_state (fixture->client) == RUSHES_CLIENT_BUSY;
}

static void
test_requeue_loading (Fixture *fixture, gconstpointer data)
{
  RushesScene *first = add_scene (fixture, "first.blend", "end=3\nload-ms=300");
  RushesScene *second = add_scene (fixture, "second.blend", "end=3");
  GAsyncResult *result = NULL;

  start_run (fixture, &result);
  rushes_test_wait_until (is_client_busy, fixture);
  g_assert_cmpint (rushes_scene_get_state (first), ==, RUSHES_SCENE_LOADING);
  stop_and_requeue (fixture, first);
  g_assert_true (finish_run (fixture, &result));
  assert_finished (first, 3, 0);
  assert_finished (second, 3, 0);
}

static gboolean
reconsider_cb (gpointer pool)
{
  rushes_pool_reconsider (pool);
  return G_SOURCE_CONTINUE;
}

/* However often the pool is told to look, it loads nothing before its folder is
 * open, which takes a while when the file is large; and nothing that it knows from
 * before. */
static void
test_look_often (Fixture *fixture, gconstpointer data)
{
  RushesScene *small = add_scene (fixture, "small.blend", "end=1");
  RushesScene *large = add_scene (fixture, "large.blend", "end=2");
  guint id = g_timeout_add (1, reconsider_cb, fixture->pool);

  g_assert_no_errno (truncate (rushes_scene_get_path (large), 128 << 20));
  run (fixture);
  assert_finished (small, 1, 0);
  assert_finished (large, 2, 0);

  rushes_scene_requeue (small);
  rushes_scene_requeue (large);
  fixture->n_clients_started = 0;
  fixture->requeues = TRUE;
  run (fixture);
  g_source_remove (id);
  assert_finished (small, 1, 0);
  assert_finished (large, 2, 0);
  g_assert_cmpuint (fixture->n_clients_started, ==, 0);
}

/* A scene that is known from before is bound without being loaded. */
static void
requeue_in_state (RushesScene *scene, GParamSpec *pspec, Fixture *fixture)
{
  if (rushes_scene_get_state (scene) != RUSHES_SCENE_RENDERING || fixture->flag)
    return;
  fixture->flag = TRUE;
  stop_and_requeue (fixture, scene);
}

static void
test_requeue_bound (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene = add_scene (fixture, "scene.blend", "end=5");

  fixture->requeues = TRUE;
  g_signal_connect (scene, "notify::state", G_CALLBACK (requeue_in_state), fixture);
  run (fixture);
  g_assert_true (fixture->flag);
  assert_finished (scene, 5, 0);
}

/* By whoever hears that the run is over. */
static void
run_again_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;
  GListModel *list = G_LIST_MODEL (fixture->queue);

  g_assert_true (rushes_pool_run_finish (RUSHES_POOL (object), result, NULL));
  g_clear_object (&fixture->pool);
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      rushes_scene_set_paused (get_scene (fixture, i), FALSE);
      rushes_scene_requeue (get_scene (fixture, i));
    }
  fixture->flag = TRUE;
}

static void
test_requeue_at_the_end (Fixture *fixture, gconstpointer data)
{
  g_autofree char *log_dir = g_build_filename (fixture->folder, "logs", NULL);
  g_autoptr (RushesLauncher) launcher = rushes_launcher_new (g_getenv ("RUSHES_FAKE_CLIENT"));
  RushesScene *scene = add_scene (fixture, "scene.blend", "end=5");

  fixture->requeues = TRUE;
  if (data != NULL)
    g_assert_no_errno (g_unlink (rushes_scene_get_path (scene)));
  rushes_pool_run_async (fixture->pool, run_again_cb, fixture);
  rushes_test_wait_until (is_flag_raised, fixture);
  g_assert_false (rushes_scene_get_in_use (scene));
  g_assert_cmpint (rushes_scene_get_state (scene), ==, RUSHES_SCENE_QUEUED);

  fixture->pool = rushes_pool_new (launcher, G_LIST_MODEL (fixture->queue), log_dir);
  run (fixture);
  if (data == NULL)
    assert_finished (scene, 5, 0);
}

static void
remove_first (Fixture *fixture)
{
  rushes_scene_stop (get_scene (fixture, 0));
  rushes_queue_remove (fixture->queue, 0);
}

static void
remove_rendering (Fixture *fixture)
{
  if (fixture->started == get_scene (fixture, 0) && !fixture->flag)
    {
      fixture->flag = TRUE;
      remove_first (fixture);
      rushes_pool_reconsider (fixture->pool);
    }
}

/* What is left of one that was removed: nothing but its frames. */
static void
check_removed (Fixture *fixture, RushesScene *scene)
{
  g_assert_cmpint (rushes_scene_get_state (scene), ==, RUSHES_SCENE_STOPPED);
  g_assert_null (rushes_scene_get_output (scene));
  g_assert_false (rushes_scene_get_in_use (scene));
  check_folder (fixture, scene);
}

static void
test_remove_rendering (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesScene) first =
      g_object_ref (add_scene (fixture, "first.blend", "frame-ms=60000"));
  RushesScene *second = add_scene (fixture, "second.blend", "end=5");
  gint64 began = g_get_monotonic_time ();

  set_jobs (fixture, GPOINTER_TO_UINT (data));
  fixture->on_started = remove_rendering;
  run (fixture);
  g_assert_cmpint (g_get_monotonic_time () - began, <, SOON_SECONDS * G_USEC_PER_SEC);
  assert_finished (second, 5, 0);
  check_removed (fixture, first);
}

static void
test_remove_opening (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesScene) first = g_object_ref (add_scene (fixture, "first.blend", ""));
  RushesScene *second = add_scene (fixture, "second.blend", "end=5");
  GAsyncResult *result = NULL;

  start_run (fixture, &result);
  remove_first (fixture);
  g_assert_true (finish_run (fixture, &result));
  assert_finished (second, 5, 0);
  check_removed (fixture, first);
}

static void
test_remove_loading (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesScene) first =
      g_object_ref (add_scene (fixture, "first.blend", "load-ms=60000"));
  RushesScene *second = add_scene (fixture, "second.blend", "end=5");
  GAsyncResult *result = NULL;

  start_run (fixture, &result);
  rushes_test_wait_until (is_client_busy, fixture);
  remove_first (fixture);
  g_assert_true (finish_run (fixture, &result));
  assert_finished (second, 5, 0);
  check_removed (fixture, first);
}

static void
test_remove_last (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesScene) scene =
      g_object_ref (add_scene (fixture, "scene.blend", "load-ms=60000"));
  GAsyncResult *result = NULL;

  start_run (fixture, &result);
  if (data != NULL)
    rushes_test_wait_until (is_client_busy, fixture);
  remove_first (fixture);
  g_assert_true (finish_run (fixture, &result));
  check_removed (fixture, scene);
}

static void
replace_hanging (Fixture *fixture)
{
  remove_first (fixture);
  add_again (fixture, "scene.blend");
}

/* The same file once more has the same folder, which is not free at once. */
static void
test_remove_and_add (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesScene) first =
      g_object_ref (add_scene (fixture, "scene.blend", "end=6\nhang-frame=2 times=1"));
  RushesScene *second;

  fixture->on_started = watch_hanging;
  fixture->on_hanging = replace_hanging;
  set_jobs (fixture, GPOINTER_TO_UINT (data));
  run (fixture);
  second = get_scene (fixture, 0);
  g_assert_true (second != first);
  g_assert_cmpstr (rushes_scene_get_folder (second), ==, rushes_scene_get_folder (first));
  assert_finished (second, 6, 0);
}

static void
move_last (Fixture *fixture)
{
  guint last = g_list_model_get_n_items (G_LIST_MODEL (fixture->queue)) - 1;

  if (!fixture->flag)
    rushes_queue_move (fixture->queue, last, 1);
  fixture->flag = TRUE;
}

/* What is moved up comes next, however many are open already. */
static void
test_reorder (Fixture *fixture, gconstpointer data)
{
  const guint n_scenes = GPOINTER_TO_UINT (data);
  RushesScene *moved = NULL;

  g_object_set (fixture->pool, "order", RUSHES_ORDER_ONE_AFTER_ANOTHER, NULL);
  for (guint i = 0; i < n_scenes; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.blend", i);

      moved = add_scene (fixture, name, "end=3\nframe-ms=20");
    }
  fixture->on_frame = move_last;
  run (fixture);
  for (guint i = 0; i < n_scenes; i++)
    assert_finished (get_scene (fixture, i), 3, 0);
  g_assert_cmpuint (find_first (fixture, moved), ==, 3);
}

#define N_MANY 3000

/* Most of them only lie there: what counts is that they come and go. */
static void
add_many (Fixture *fixture)
{
  g_autofree char *path = g_build_filename (fixture->folder, "many.blend", NULL);

  fixture->on_started = NULL;
  for (guint i = 0; i < N_MANY; i++)
    rushes_scene_set_paused (add_path (fixture, path), i % 20 > 1);
}

static void
remove_half (Fixture *fixture)
{
  GListModel *list = G_LIST_MODEL (fixture->queue);

  if (fixture->ended->len < 10)
    return;
  fixture->on_frame = NULL;
  for (guint i = g_list_model_get_n_items (list); i > 1; i--)
    if (i % 2 == 0)
      {
        rushes_scene_stop (get_scene (fixture, i - 1));
        rushes_queue_remove (fixture->queue, i - 1);
      }
}

static void
test_many_come_and_go (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path =
      rushes_test_write (fixture->folder, "many.blend", "BLENDER-fake\nend=2\n");

  g_assert_nonnull (path);
  fixture->requeues = TRUE;
  add_scene (fixture, "first.blend", "end=30");
  set_jobs (fixture, 2);
  fixture->on_started = add_many;
  fixture->on_frame = remove_half;
  run (fixture);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->queue)), ==, N_MANY / 2 + 1);
  assert_finished (get_scene (fixture, 0), 30, 0);
  for (guint i = 1; i <= N_MANY / 2; i++)
    if (rushes_scene_get_paused (get_scene (fixture, i)))
      g_assert_cmpint (rushes_scene_get_state (get_scene (fixture, i)), ==, RUSHES_SCENE_STOPPED);
    else
      assert_finished (get_scene (fixture, i), 2, 0);
}

/* ---- Anything at any time -------------------------------------------- */

#define N_CHAOS 250

typedef struct
{
  Fixture *fixture;
  GPtrArray *removed; /* (owned) (element-type RushesScene) */
  guint n;
} Chaos;

static void
let_go (Fixture *fixture, RushesScene *scene)
{
  rushes_scene_set_paused (scene, FALSE);
  if (rushes_scene_get_state (scene) == RUSHES_SCENE_STOPPED)
    rushes_scene_requeue (scene);
  rushes_pool_reconsider (fixture->pool);
}

static void
do_anything (Chaos *chaos, RushesScene *scene, guint position, guint n)
{
  Fixture *fixture = chaos->fixture;

  switch (g_test_rand_int_range (0, 8))
    {
    case 0:
      rushes_scene_set_paused (scene, TRUE);
      rushes_pool_reconsider (fixture->pool);
      break;
    case 1:
      let_go (fixture, scene);
      break;
    case 2:
      rushes_scene_stop (scene);
      rushes_pool_reconsider (fixture->pool);
      break;
    case 3:
      if (!rushes_scene_is_ended (scene))
        stop_and_requeue (fixture, scene);
      break;
    case 4:
      rushes_queue_move (fixture->queue, position, (guint) g_test_rand_int_range (0, (gint32) n));
      break;
    case 5:
      if (n > 3)
        {
          g_ptr_array_add (chaos->removed, g_object_ref (scene));
          rushes_scene_stop (scene);
          rushes_queue_remove (fixture->queue, position);
        }
      break;
    case 6:
      if (chaos->removed->len > 0)
        {
          g_autoptr (RushesScene) back = g_ptr_array_steal_index (chaos->removed, 0);

          rushes_queue_insert (fixture->queue, position, back);
          let_go (fixture, back);
        }
      break;
    default:
      set_jobs (fixture, (guint) g_test_rand_int_range (1, 5));
    }
}

static gboolean
chaos_cb (gpointer user_data)
{
  Chaos *chaos = user_data;
  GListModel *list = G_LIST_MODEL (chaos->fixture->queue);
  guint n = g_list_model_get_n_items (list);
  guint position = (guint) g_test_rand_int_range (0, (gint32) n);
  g_autoptr (RushesScene) scene = g_list_model_get_item (list, position);

  if (++chaos->n < N_CHAOS)
    {
      do_anything (chaos, scene, position, n);
      return G_SOURCE_CONTINUE;
    }

  /* At the end all is to be well. */
  for (guint i = 0; i < n; i++)
    let_go (chaos->fixture, get_scene (chaos->fixture, i));
  return G_SOURCE_REMOVE;
}

static void
test_chaos (Fixture *fixture, gconstpointer data)
{
  Chaos chaos = { fixture, g_ptr_array_new_with_free_func (g_object_unref), 0 };
  GAsyncResult *result = NULL;
  GListModel *list;

  fixture->requeues = TRUE;
  set_jobs (fixture, 3);
  /* One that keeps the run from ending before the chaos does. */
  add_scene (fixture, "long.blend", "end=400\nframe-ms=4\nload-ms=5");
  for (guint i = 0; i < 8; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.blend", i);

      add_scene (fixture, name,
                 i % 2 == 0 ? "end=20\nframe-ms=4\nload-ms=20" : "end=30\nframe-ms=1");
    }
  start_run (fixture, &result);
  g_timeout_add (3, chaos_cb, &chaos);
  g_assert_true (finish_run (fixture, &result));
  list = G_LIST_MODEL (fixture->queue);
  while (chaos.n < N_CHAOS)
    g_main_context_iteration (NULL, TRUE);

  /* What was let go after the run is for the next one. */
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    if (rushes_scene_is_ended (get_scene (fixture, i)))
      rushes_scene_requeue (get_scene (fixture, i));
  run (fixture);
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      RushesScene *scene = get_scene (fixture, i);

      assert_finished (scene, rushes_scene_get_n_frames (scene), 0);
    }
  for (guint i = 0; i < chaos.removed->len; i++)
    g_assert_false (rushes_scene_get_in_use (g_ptr_array_index (chaos.removed, i)));
  g_ptr_array_unref (chaos.removed);
}

/* ---- What is there already ------------------------------------------- */

static void
render_ten (Fixture *fixture)
{
  RushesScene *scene = add_scene (fixture, "scene.blend", "");

  run (fixture);
  assert_finished (scene, 10, 0);
  begin (fixture);
}

static void
test_resume (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene;

  render_ten (fixture);
  scene = add_again (fixture, "scene.blend");
  {
    g_autofree char *missing = make_frame_path (scene, 2);
    g_autofree char *cut = make_frame_path (scene, 5);
    g_autofree char *empty = make_frame_path (scene, 9);
    g_autofree char *frames = g_path_get_dirname (missing);

    g_free (rushes_test_write (frames, ".frame_000002.png.0badcafe-1.part", "half a picture"));
    g_assert_no_errno (g_unlink (missing));
    g_assert_no_errno (truncate (cut, 30));
    g_assert_no_errno (truncate (empty, 0));
  }
  run (fixture);
  assert_finished (scene, 10, 0);
  g_assert_cmpuint (rushes_scene_get_n_kept (scene), ==, 7);
  g_assert_cmpuint (fixture->ended->len, ==, 3);
  g_assert_cmpuint (count_ended (fixture, scene, 2, DONE), ==, 1);
  g_assert_cmpuint (count_ended (fixture, scene, 5, DONE), ==, 1);
  g_assert_cmpuint (count_ended (fixture, scene, 9, DONE), ==, 1);

  /* Nothing is missing: nobody starts Blender. */
  begin (fixture);
  scene = add_again (fixture, "scene.blend");
  set_jobs (fixture, 4);
  run (fixture);
  assert_finished (scene, 10, 0);
  g_assert_cmpuint (rushes_scene_get_n_kept (scene), ==, 10);
  g_assert_cmpuint (fixture->n_clients_started, ==, 0);
}

static void
test_overwrite (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene;

  render_ten (fixture);
  fixture->existing = RUSHES_EXISTING_OVERWRITE;
  set_jobs (fixture, 2);
  scene = add_again (fixture, "scene.blend");
  run (fixture);
  assert_finished (scene, 10, 0);
  g_assert_cmpuint (rushes_scene_get_n_kept (scene), ==, 0);
  g_assert_cmpuint (fixture->ended->len, ==, 10);
}

/* Other settings than those of the frames that are there. */
static void
test_settings_changed (Fixture *fixture, gconstpointer data)
{
  RushesExisting existing = (RushesExisting) GPOINTER_TO_INT (data);
  RushesScene *scene;
  g_autofree char *third = NULL;

  render_ten (fixture);
  fixture->existing = existing;
  scene = add_again (fixture, "scene.blend");
  g_object_set (rushes_scene_get_settings (scene), "samples", 5, NULL);
  third = make_frame_path (scene, 3);
  g_assert_no_errno (g_unlink (third));
  run (fixture);

  switch (existing)
    {
    case RUSHES_EXISTING_OVERWRITE:
      assert_finished (scene, 10, 0);
      g_assert_cmpuint (fixture->ended->len, ==, 10);
      break;
    case RUSHES_EXISTING_KEEP:
      assert_finished (scene, 10, 0);
      g_assert_cmpuint (rushes_scene_get_n_kept (scene), ==, 9);
      g_assert_cmpuint (fixture->ended->len, ==, 1);
      break;
    case RUSHES_EXISTING_RESUME:
    default:
      assert_failed (scene, RUSHES_ERROR_SETTINGS_CHANGED, "other settings");
      g_assert_cmpuint (fixture->n_clients_started, ==, 0);
      {
        g_autofree char *frames = g_path_get_dirname (third);

        g_assert_cmpuint (rushes_test_count_files (frames, ".png"), ==, 9);
      }
    }
}

static void
test_other_blend (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene;

  render_ten (fixture);
  scene = add_scene (fixture, "scene.blend", "end=12");
  run (fixture);
  assert_failed (scene, RUSHES_ERROR_SETTINGS_CHANGED, "another state");

  begin (fixture);
  fixture->existing = RUSHES_EXISTING_OVERWRITE;
  scene = add_scene (fixture, "scene.blend", "end=3");
  run (fixture);
  assert_finished (scene, 3, 0);
}

/* Other frames of the same: those that are there stay. */
static void
test_other_frames (Fixture *fixture, gconstpointer data)
{
  RushesScene *scene;

  render_ten (fixture);
  scene = add_again (fixture, "scene.blend");
  g_object_set (rushes_scene_get_settings (scene), "frames", "8-12,20", NULL);
  fixture->n_others = 7;
  run (fixture);
  assert_finished (scene, 6, 0);
  g_assert_cmpuint (rushes_scene_get_n_kept (scene), ==, 3);
}

static void
run_second_pool (Fixture *fixture)
{
  if (fixture->ended->len == 2)
    fixture->flag = TRUE;
}

static void
test_busy (Fixture *fixture, gconstpointer data)
{
  g_autofree char *log_dir = g_build_filename (fixture->folder, "more-logs", NULL);
  g_autofree char *path = g_build_filename (fixture->folder, "scene.blend", NULL);
  g_autoptr (RushesLauncher) launcher = rushes_launcher_new (g_getenv ("RUSHES_FAKE_CLIENT"));
  g_autoptr (RushesSettings) settings = rushes_settings_new ();
  g_autoptr (RushesScene) second = rushes_scene_new (path, settings);
  g_autoptr (RushesQueue) queue = rushes_queue_new ();
  g_autoptr (RushesPool) pool = rushes_pool_new (launcher, G_LIST_MODEL (queue), log_dir);
  g_autoptr (GAsyncResult) second_result = NULL;
  GAsyncResult *results[2] = { NULL };
  RushesScene *first = add_scene (fixture, "scene.blend", "end=30\nframe-ms=30");

  rushes_queue_add (queue, second, fixture->output);
  fixture->on_frame = run_second_pool;
  start_run (fixture, &results[0]);
  rushes_test_wait_until (is_flag_raised, fixture);

  rushes_pool_run_async (pool, rushes_test_result_cb, &results[1]);
  second_result = rushes_test_wait_for_result (&results[1]);
  g_assert_true (rushes_pool_run_finish (pool, second_result, NULL));
  assert_failed (second, RUSHES_ERROR_BUSY, "renders into");
  g_assert_false (rushes_scene_is_ended (first));

  g_assert_true (finish_run (fixture, &results[0]));
  assert_finished (first, 30, 0);
}

static void
test_not_writable (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = rushes_test_write (fixture->folder, "renders", "a file is in the way");
  RushesScene *scene = add_scene (fixture, "scene.blend", "");

  run (fixture);
  assert_failed (scene, RUSHES_ERROR_NOT_WRITABLE, path);
  g_assert_cmpuint (fixture->n_clients_started, ==, 0);
}

/* ---- The list -------------------------------------------------------- */

static void
add (const char *path, gconstpointer data, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, data, set_up, test, tear_down);
}

static void
add_faults (const char *prefix, void (*test) (Fixture *, gconstpointer))
{
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_auto (GStrv) words = g_strsplit (faults[i].key, "-frame", 2);
      g_autofree char *path = g_strdup_printf ("%s/%s", prefix, words[0]);

      add (path, &faults[i], test);
    }
}

int
main (int argc, char **argv)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *counter = rushes_test_write (folder, "memory.events", "oom_kill 0\n");

  g_setenv ("RUSHES_OOM_COUNTER", counter, TRUE);
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (wholes); i++)
    add (wholes[i].path, &wholes[i], test_whole);
  add ("/pool/run-again", NULL, test_run_again);
  add ("/pool/empty", NULL, test_empty);
  add ("/pool/blank-frames", NULL, test_blank_frames);
  add ("/pool/fair-share", NULL, test_fair_share);
  add ("/pool/order/side-by-side", GINT_TO_POINTER (RUSHES_ORDER_SIDE_BY_SIDE), test_order);
  add ("/pool/order/in-turn", GINT_TO_POINTER (RUSHES_ORDER_ONE_AFTER_ANOTHER), test_order);
  add ("/pool/many", NULL, test_many);
  add ("/pool/append/one", NULL, test_append);
  add ("/pool/append/many", NULL, test_append_many);
  add ("/pool/change-jobs", NULL, test_change_jobs);
  add ("/pool/memory", NULL, test_memory);
  add ("/pool/short-lives", NULL, test_short_lives);

  add ("/pool/far", NULL, test_far);
  add ("/pool/far/death", NULL, test_far_death);
  add ("/pool/far/stop", NULL, test_far_stop);
  add ("/pool/far/memory", NULL, test_far_memory);
  add ("/pool/near", NULL, test_near);
  add ("/pool/reserve/reused", NULL, test_reserve);
  add ("/pool/reserve/broken", NULL, test_reserve_broken);
  add ("/pool/places", NULL, test_places);
  add ("/pool/broken-place", NULL, test_broken_place);
  add ("/pool/home-alone", NULL, test_home_alone);
  add ("/pool/time-limit", NULL, test_time_limit);
  add ("/pool/time-limit-short", NULL, test_time_limit_short);

  add ("/pool/out-of-memory/killed", "oom-frame=5", test_out_of_memory);
  add ("/pool/out-of-memory/told", "memory-frame=5", test_out_of_memory);
  add ("/pool/out-of-memory/alone-killed", "oom-frame=4", test_out_of_memory_alone);
  add ("/pool/out-of-memory/alone-told", "memory-frame=4", test_out_of_memory_alone);
  add ("/pool/out-of-memory/loading", NULL, test_out_of_memory_loading);
  add ("/pool/out-of-memory/jobs-set-again", NULL, test_out_of_memory_told);
  add ("/pool/locked/always", NULL, test_locked);
  add ("/pool/locked/once", NULL, test_locked_once);
  add ("/pool/low-space", NULL, test_low_space);
  add ("/pool/auto-timeout/late", "hang-frame=9", test_auto_timeout);
  add ("/pool/auto-timeout/first", "hang-frame=1", test_auto_timeout);
  add ("/pool/auto-timeout/heavy", NULL, test_auto_timeout_heavy);
  add_faults ("/pool/fault/once", test_fault_once);
  add_faults ("/pool/fault/always", test_fault_always);
  add ("/pool/fault/all", NULL, test_all_faults);
  add ("/pool/fault/no-retries", NULL, test_no_retries);

  add ("/pool/full-disk/waits", NULL, test_full_disk);
  add ("/pool/full-disk/stopped", NULL, test_full_disk_stopped);

  add ("/pool/load-error/1-job", GUINT_TO_POINTER (1), test_load_error);
  add ("/pool/load-error/3-jobs", GUINT_TO_POINTER (3), test_load_error);
  add ("/pool/bad-files/some", NULL, test_bad_files);
  add ("/pool/bad-files/all", NULL, test_only_bad_files);
  add ("/pool/load-crash/once-1-job", GUINT_TO_POINTER (1), test_load_crash_once);
  add ("/pool/load-crash/once-2-jobs", GUINT_TO_POINTER (2), test_load_crash_once);
  add ("/pool/load-crash/always-1-job", GUINT_TO_POINTER (1), test_load_crash_always);
  add ("/pool/load-crash/always-2-jobs", GUINT_TO_POINTER (2), test_load_crash_always);
  add ("/pool/load-crash/always-8-jobs", GUINT_TO_POINTER (8), test_load_crash_always);
  for (guint i = 0; i < G_N_ELEMENTS (brokens); i++)
    add (brokens[i].path, &brokens[i], test_broken);
  add ("/pool/broken/later", NULL, test_breaks_later);
  add ("/pool/broken/missing", NULL, test_missing_program);
  add ("/pool/blend-changed/1-job", GUINT_TO_POINTER (1), test_blend_changed);
  add ("/pool/blend-changed/4-jobs", GUINT_TO_POINTER (4), test_blend_changed);

  add ("/pool/drain/midway", GINT_TO_POINTER (FALSE), test_stop_midway);
  add ("/pool/drain/at-once", GINT_TO_POINTER (FALSE), test_stop_at_once);
  add ("/pool/drain/frame", GINT_TO_POINTER (FALSE), test_stop_frame);
  add ("/pool/drain/late", NULL, test_drain_late);
  add ("/pool/stop/midway", GINT_TO_POINTER (TRUE), test_stop_midway);
  add ("/pool/stop/at-once", GINT_TO_POINTER (TRUE), test_stop_at_once);
  add ("/pool/stop/frame", GINT_TO_POINTER (TRUE), test_stop_frame);
  add ("/pool/stop/starting", stop_pool, test_stop_starting);
  add ("/pool/stop/starting-drained", drain_scene, test_stop_starting);
  add ("/pool/stop/starting-scene", stop_only_scene, test_stop_starting);
  add ("/pool/stop/drained", NULL, test_stop_drained);

  add ("/pool/scene/pause", NULL, test_pause);
  add ("/pool/scene/pause-and-go-on/1-job", GUINT_TO_POINTER (1), test_pause_and_go_on);
  add ("/pool/scene/pause-and-go-on/4-jobs", GUINT_TO_POINTER (4), test_pause_and_go_on);
  add ("/pool/scene/pause-shortly", NULL, test_pause_shortly);
  add ("/pool/scene/pause-before", NULL, test_pause_before);
  add ("/pool/scene/stop/1-job", GUINT_TO_POINTER (1), test_stop_scene);
  add ("/pool/scene/stop/3-jobs", GUINT_TO_POINTER (3), test_stop_scene);
  add ("/pool/scene/requeue/rendering-1-job", GUINT_TO_POINTER (1), test_requeue_rendering);
  add ("/pool/scene/requeue/rendering-3-jobs", GUINT_TO_POINTER (3), test_requeue_rendering);
  add ("/pool/scene/requeue/often", NULL, test_requeue_often);
  add ("/pool/scene/requeue/opening", NULL, test_requeue_opening);
  add ("/pool/scene/requeue/loading", NULL, test_requeue_loading);
  add ("/pool/scene/requeue/bound", NULL, test_requeue_bound);
  add ("/pool/scene/requeue/at-the-end", NULL, test_requeue_at_the_end);
  add ("/pool/scene/requeue/at-the-end-missing", GINT_TO_POINTER (TRUE), test_requeue_at_the_end);
  add ("/pool/scene/remove/rendering-1-job", GUINT_TO_POINTER (1), test_remove_rendering);
  add ("/pool/scene/remove/rendering-3-jobs", GUINT_TO_POINTER (3), test_remove_rendering);
  add ("/pool/scene/remove/opening", NULL, test_remove_opening);
  add ("/pool/scene/remove/loading", NULL, test_remove_loading);
  add ("/pool/scene/remove/last-opening", NULL, test_remove_last);
  add ("/pool/scene/remove/last-loading", GINT_TO_POINTER (TRUE), test_remove_last);
  add ("/pool/scene/remove/and-add-1-job", GUINT_TO_POINTER (1), test_remove_and_add);
  add ("/pool/scene/remove/and-add-2-jobs", GUINT_TO_POINTER (2), test_remove_and_add);
  add ("/pool/scene/reorder/few", GUINT_TO_POINTER (4), test_reorder);
  add ("/pool/scene/reorder/many", GUINT_TO_POINTER (20), test_reorder);
  add ("/pool/scene/many-come-and-go", NULL, test_many_come_and_go);
  add ("/pool/scene/look-often", NULL, test_look_often);
  add ("/pool/scene/chaos", NULL, test_chaos);

  add ("/pool/existing/resume", NULL, test_resume);
  add ("/pool/existing/overwrite", NULL, test_overwrite);
  add ("/pool/existing/changed-refuse", GINT_TO_POINTER (RUSHES_EXISTING_RESUME),
       test_settings_changed);
  add ("/pool/existing/changed-overwrite", GINT_TO_POINTER (RUSHES_EXISTING_OVERWRITE),
       test_settings_changed);
  add ("/pool/existing/changed-keep", GINT_TO_POINTER (RUSHES_EXISTING_KEEP),
       test_settings_changed);
  add ("/pool/existing/other-blend", NULL, test_other_blend);
  add ("/pool/existing/other-frames", NULL, test_other_frames);
  add ("/pool/existing/busy", NULL, test_busy);
  add ("/pool/existing/not-writable", NULL, test_not_writable);

  return g_test_run ();
}
