/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-queue.h"
#include "test-utils.h"

static RushesScene *
make_scene (const char *path)
{
  g_autoptr (RushesSettings) settings = rushes_settings_new ();

  return rushes_scene_new (path, settings);
}

static void
assert_added (RushesQueue *queue,
              const char *path,
              const char *output,
              gboolean own_name,
              const char *folder)
{
  g_autoptr (RushesScene) scene = make_scene (path);

  g_assert_cmpint (rushes_queue_add (queue, scene, output), ==, own_name);
  g_assert_cmpstr (rushes_scene_get_folder (scene), ==, folder);
}

static void
test_list (void)
{
  g_autoptr (RushesQueue) queue = rushes_queue_new ();
  GListModel *list = G_LIST_MODEL (queue);
  g_autoptr (RushesScene) first = make_scene ("/a/one.blend");
  g_autoptr (RushesScene) second = make_scene ("/a/two.blend");
  g_autoptr (RushesScene) item = NULL;

  g_assert_cmpuint (g_list_model_get_n_items (list), ==, 0);
  g_assert_true (g_list_model_get_item_type (list) == RUSHES_TYPE_SCENE);
  g_assert_null (g_list_model_get_item (list, 0));

  rushes_queue_add (queue, first, "/out");
  rushes_queue_add (queue, second, "/out");
  g_assert_cmpuint (g_list_model_get_n_items (list), ==, 2);
  item = g_list_model_get_item (list, 1);
  g_assert_true (item == second);
  g_assert_null (g_list_model_get_item (list, 2));
  g_assert_null (g_list_model_get_item (list, G_MAXUINT));
}

static void
changed_cb (GListModel *list, guint position, guint removed, guint added, GString *log)
{
  g_string_append_printf (log, "%u-%u+%u of %u;", position, removed, added,
                          g_list_model_get_n_items (list));
}

static void
test_signal (void)
{
  g_autoptr (RushesQueue) queue = rushes_queue_new ();
  g_autoptr (GString) log = g_string_new (NULL);

  g_signal_connect (queue, "items-changed", G_CALLBACK (changed_cb), log);
  assert_added (queue, "/a/one.blend", "/out", TRUE, "/out/one");
  assert_added (queue, "/a/two.blend", "/out", TRUE, "/out/two");
  g_assert_cmpstr (log->str, ==, "0-0+1 of 1;1-0+1 of 2;");
}

static void
test_distinct_folders (void)
{
  g_autoptr (RushesQueue) queue = rushes_queue_new ();

  assert_added (queue, "/a/shot.blend", "/out", TRUE, "/out/shot");
  assert_added (queue, "/b/shot.blend", "/out", FALSE, "/out/shot-2");
  assert_added (queue, "/a/shot.blend", "/out", FALSE, "/out/shot-3");
  assert_added (queue, "/c/shot.blend", "/elsewhere", TRUE, "/elsewhere/shot");
  assert_added (queue, "/c/shot.blend", "/out/../out/", FALSE, "/out/shot-4");
  assert_added (queue, "/c/shot-5.blend", "/out", TRUE, "/out/shot-5");
  assert_added (queue, "/d/shot.blend", "/out", FALSE, "/out/shot-6");
  assert_added (queue, "/d/shot-2.blend", "/out", FALSE, "/out/shot-2-2");
}

static void
test_relative_output (void)
{
  g_autoptr (RushesQueue) queue = rushes_queue_new ();
  g_autofree char *current = g_get_current_dir ();
  g_autofree char *first = g_build_filename (current, "out", "shot", NULL);
  g_autofree char *second = g_build_filename (current, "out", "shot-2", NULL);
  g_autofree char *absolute = g_build_filename (current, "out", NULL);

  assert_added (queue, "/a/shot.blend", "out", TRUE, first);
  assert_added (queue, "/b/shot.blend", absolute, FALSE, second);
}

/* Any number of scenes of few names: no folder twice. */
static void
test_many (void)
{
  static const char *const names[] = { "a", "a-2", "a-2-2", "a-3", "b" };
  g_autoptr (RushesQueue) queue = rushes_queue_new ();
  g_autoptr (GHashTable) folders = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < 300; i++)
    {
      gint32 choice = g_test_rand_int_range (0, G_N_ELEMENTS (names));
      g_autofree char *path = g_strdup_printf ("/x/%u/%s.blend", i, names[choice]);
      g_autoptr (RushesScene) scene = make_scene (path);
      gboolean own = rushes_queue_add (queue, scene, "/out");
      g_autofree char *expected = g_build_filename ("/out", names[choice], NULL);

      g_assert_cmpint (own, ==, g_str_equal (rushes_scene_get_folder (scene), expected));
      g_assert_true (g_hash_table_add (folders, (gpointer) rushes_scene_get_folder (scene)));
    }
}

static void
test_release (void)
{
  RushesQueue *queue = rushes_queue_new ();
  RushesScene *scene = make_scene ("/a/one.blend");

  rushes_queue_add (queue, scene, "/out");
  g_assert_finalize_object (queue);
  g_assert_finalize_object (scene);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/queue/list", test_list);
  g_test_add_func ("/queue/signal", test_signal);
  g_test_add_func ("/queue/distinct-folders", test_distinct_folders);
  g_test_add_func ("/queue/relative-output", test_relative_output);
  g_test_add_func ("/queue/many", test_many);
  g_test_add_func ("/queue/release", test_release);

  return g_test_run ();
}
