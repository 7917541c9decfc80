/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How long somebody who presses Start waits for the first frame, and for the end, in
 * seconds: with clients that are ready by then, or with none. The scene was looked into
 * before, as it is in a window. Run by bench.py. */

#include "config.h"

#include <stdlib.h>

#include <glib/gi18n.h>

#include "rushes-manager.h"

static GMainLoop *loop;
static RushesManager *manager;
static guint jobs;
static gboolean keeps_ready;
static gint64 began, first_done;

static double
get_seconds (gint64 since)
{
  return (double) (since - began) / G_USEC_PER_SEC;
}

static void
ended_cb (void)
{
  RushesScene *scene = g_list_model_get_item (G_LIST_MODEL (rushes_manager_get_queue (manager)), 0);

  if (rushes_scene_get_state (scene) != RUSHES_SCENE_FINISHED || first_done == 0)
    g_error ("%s was not rendered", rushes_scene_get_name (scene));
  g_print ("{\"first\":%.4f,\"all\":%.4f}\n", get_seconds (first_done),
           get_seconds (g_get_monotonic_time ()));
  g_object_unref (scene);
  g_main_loop_quit (loop);
}

static void
scene_changed_cb (RushesQueue *queue, RushesScene *scene, GParamSpec *pspec)
{
  if (first_done == 0 && began > 0 && rushes_scene_get_n_done (scene) > 0)
    first_done = g_get_monotonic_time ();
}

/* Nothing tells when clients are ready, as nobody waits for them. */
static gboolean
start_cb (gpointer user_data)
{
  RushesScene *scene = g_list_model_get_item (G_LIST_MODEL (rushes_manager_get_queue (manager)), 0);
  gboolean known = rushes_scene_get_report (scene) != NULL;

  g_object_unref (scene);
  if (!known ||
      (keeps_ready && rushes_reserve_get_n_ready (rushes_manager_get_reserve (manager)) < jobs))
    return G_SOURCE_CONTINUE;

  began = g_get_monotonic_time ();
  rushes_manager_start (manager);
  return G_SOURCE_REMOVE;
}

static void
added_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  guint n_added;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) notes = rushes_manager_add_files_finish (manager, result, &n_added, &error);

  if (notes == NULL || n_added != 1)
    g_error ("The scene was not added");
  g_timeout_add (10, start_cb, NULL);
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);

  if (argc != 6)
    {
      g_printerr ("Usage: start-bench BLENDER SCENE FOLDER JOBS ready|cold\n");
      return EXIT_FAILURE;
    }
  jobs = (guint) strtoul (argv[4], NULL, 10);
  keeps_ready = g_str_equal (argv[5], "ready");
  loop = g_main_loop_new (NULL, FALSE);
  manager = rushes_manager_new (argv[3], argv[3]);
  g_object_set (manager, "blender", argv[1], "output-folder", argv[3], "jobs", jobs, "keep-ready",
                keeps_ready, NULL);
  g_signal_connect (manager, "run-ended", G_CALLBACK (ended_cb), NULL);
  g_signal_connect (rushes_manager_get_queue (manager), "scene-changed",
                    G_CALLBACK (scene_changed_cb), NULL);
  g_ptr_array_add (files, g_file_new_for_commandline_arg (argv[2]));
  rushes_manager_add_files_async (manager, files, added_cb, NULL);
  g_main_loop_run (loop);
  rushes_manager_save (manager);
  g_clear_object (&manager);
  g_clear_pointer (&loop, g_main_loop_unref);
  return EXIT_SUCCESS;
}
