/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-error.h"
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

/* ---- Scenes that come, go and move ----------------------------------- */

static RushesScene *
add (RushesQueue *queue, const char *path, const char *output)
{
  g_autoptr (RushesScene) scene = make_scene (path);

  rushes_queue_add (queue, scene, output);
  return scene;
}

static void
assert_names (RushesQueue *queue, const char *expected)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (queue)); i++)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (G_LIST_MODEL (queue), i);

      g_string_append_printf (names, "%s ", rushes_scene_get_name (scene));
    }
  g_assert_cmpstr (names->str, ==, expected);
}

static void
test_insert (void)
{
  g_autoptr (RushesQueue) queue = rushes_queue_new ();
  g_autoptr (GString) log = g_string_new (NULL);
  static const char *const names[] = { "a", "b", "c", "d" };
  static const guint positions[] = { 0, 0, G_MAXUINT, 1 };

  g_signal_connect (queue, "items-changed", G_CALLBACK (changed_cb), log);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_strdup_printf ("/x/%s.blend", names[i]);
      g_autofree char *folder = g_build_filename ("/out", names[i], NULL);
      g_autoptr (RushesScene) scene = make_scene (path);

      rushes_scene_set_folder (scene, folder);
      rushes_queue_insert (queue, positions[i], scene);
      g_assert_cmpstr (rushes_scene_get_folder (scene), ==, folder);
    }
  assert_names (queue, "b d a c ");
  g_assert_cmpstr (log->str, ==, "0-0+1 of 1;0-0+1 of 2;2-0+1 of 3;1-0+1 of 4;");
}

/* A folder is free again when its scene is gone, and only then. */
static void
test_remove (void)
{
  g_autoptr (RushesQueue) queue = rushes_queue_new ();
  g_autoptr (GString) log = g_string_new (NULL);

  assert_added (queue, "/a/shot.blend", "/out", TRUE, "/out/shot");
  assert_added (queue, "/b/shot.blend", "/out", FALSE, "/out/shot-2");
  assert_added (queue, "/c/other.blend", "/out", TRUE, "/out/other");
  g_signal_connect (queue, "items-changed", G_CALLBACK (changed_cb), log);

  rushes_queue_remove (queue, 0);
  assert_names (queue, "shot other ");
  assert_added (queue, "/d/shot.blend", "/out", TRUE, "/out/shot");
  rushes_queue_remove (queue, 0);
  assert_added (queue, "/e/shot.blend", "/out", FALSE, "/out/shot-2");
  rushes_queue_remove (queue, 2);
  rushes_queue_remove (queue, 1);
  rushes_queue_remove (queue, 0);
  g_assert_cmpstr (log->str, ==,
                   "0-1+0 of 2;2-0+1 of 3;0-1+0 of 2;2-0+1 of 3;2-1+0 of 2;1-1+0 of 1;0-1+0 of 0;");
  assert_added (queue, "/a/shot.blend", "/out", TRUE, "/out/shot");
}

static void
test_remove_releases (void)
{
  g_autoptr (RushesQueue) queue = rushes_queue_new ();
  RushesScene *scene = make_scene ("/a/one.blend");

  rushes_queue_add (queue, scene, "/out");
  rushes_queue_remove (queue, 0);
  g_assert_finalize_object (scene);
}

/* Put back, a scene has the folder that its frames are in, unless another one has
 * that by now. */
static void
test_restore (void)
{
  g_autoptr (RushesQueue) queue = rushes_queue_new ();
  g_autoptr (RushesScene) scene = g_object_ref (add (queue, "/a/shot.blend", "/out"));

  add (queue, "/b/other.blend", "/out");
  rushes_queue_remove (queue, 0);
  rushes_queue_insert (queue, 0, scene);
  g_assert_cmpstr (rushes_scene_get_folder (scene), ==, "/out/shot");
  assert_names (queue, "shot other ");

  rushes_queue_remove (queue, 0);
  assert_added (queue, "/b/shot.blend", "/out", TRUE, "/out/shot");
  rushes_queue_insert (queue, 0, scene);
  g_assert_cmpstr (rushes_scene_get_folder (scene), ==, "/out/shot-2");
  assert_added (queue, "/c/shot.blend", "/out", FALSE, "/out/shot-3");

  /* Back in the first one's place it is told apart from the one in its own. */
  rushes_queue_remove (queue, 0);
  rushes_queue_insert (queue, 0, scene);
  g_assert_cmpstr (rushes_scene_get_folder (scene), ==, "/out/shot-2");
}

static void
test_move (void)
{
  g_autoptr (RushesQueue) queue = rushes_queue_new ();
  g_autoptr (GString) log = g_string_new (NULL);

  add (queue, "/x/a.blend", "/out");
  add (queue, "/x/b.blend", "/out");
  add (queue, "/x/c.blend", "/out");
  add (queue, "/x/d.blend", "/out");
  g_signal_connect (queue, "items-changed", G_CALLBACK (changed_cb), log);

  rushes_queue_move (queue, 0, 2);
  assert_names (queue, "b c a d ");
  rushes_queue_move (queue, 3, 0);
  assert_names (queue, "d b c a ");
  rushes_queue_move (queue, 1, 2);
  assert_names (queue, "d c b a ");
  rushes_queue_move (queue, 2, 2);
  assert_names (queue, "d c b a ");
  rushes_queue_move (queue, 0, 3);
  assert_names (queue, "c b a d ");
  g_assert_cmpstr (log->str, ==, "0-3+3 of 4;0-4+4 of 4;1-2+2 of 4;0-4+4 of 4;");
}

static void
test_place (void)
{
  g_autoptr (RushesQueue) queue = rushes_queue_new ();
  RushesScene *scene = add (queue, "/a/shot.blend", "/out");
  RushesScene *second = add (queue, "/b/shot.blend", "/out");

  /* Where it is already. */
  rushes_queue_place (queue, scene, "/out");
  g_assert_cmpstr (rushes_scene_get_folder (scene), ==, "/out/shot");
  rushes_queue_place (queue, second, "/elsewhere");
  g_assert_cmpstr (rushes_scene_get_folder (second), ==, "/elsewhere/shot");
  rushes_queue_place (queue, scene, "/elsewhere");
  g_assert_cmpstr (rushes_scene_get_folder (scene), ==, "/elsewhere/shot-2");

  /* What they have left is free, what they have is not. */
  assert_added (queue, "/c/shot.blend", "/out", TRUE, "/out/shot");
  assert_added (queue, "/c/shot.blend", "/out", FALSE, "/out/shot-2");
  assert_added (queue, "/c/shot.blend", "/elsewhere", FALSE, "/elsewhere/shot-3");
}

static void
test_has_path (void)
{
  g_autoptr (RushesQueue) queue = rushes_queue_new ();

  g_assert_false (rushes_queue_has_path (queue, "/a/shot.blend"));
  add (queue, "/a/shot.blend", "/out");
  add (queue, "/a/../a/shot.blend", "/out");
  add (queue, "/a/other.blend", "/out");
  g_assert_true (rushes_queue_has_path (queue, "/a/shot.blend"));
  g_assert_false (rushes_queue_has_path (queue, "/b/shot.blend"));

  rushes_queue_remove (queue, 0);
  g_assert_true (rushes_queue_has_path (queue, "/a/shot.blend"));
  rushes_queue_remove (queue, 0);
  g_assert_false (rushes_queue_has_path (queue, "/a/shot.blend"));
  g_assert_true (rushes_queue_has_path (queue, "/a/other.blend"));
}

static void
test_find (void)
{
  g_autoptr (RushesQueue) queue = rushes_queue_new ();
  g_autoptr (RushesScene) scene = make_scene ("/a/one.blend");
  guint position = 99;

  g_assert_false (rushes_queue_find (queue, scene, &position));
  add (queue, "/a/one.blend", "/out");
  rushes_queue_add (queue, scene, "/out");
  g_assert_true (rushes_queue_find (queue, scene, &position));
  g_assert_cmpuint (position, ==, 1);
  g_assert_true (rushes_queue_find (queue, scene, NULL));
  rushes_queue_move (queue, 1, 0);
  g_assert_true (rushes_queue_find (queue, scene, &position));
  g_assert_cmpuint (position, ==, 0);
  rushes_queue_remove (queue, 0);
  g_assert_false (rushes_queue_find (queue, scene, NULL));
}

static void
scene_changed_cb (RushesQueue *queue, RushesScene *scene, GParamSpec *pspec, GString *log)
{
  g_assert_true (rushes_queue_find (queue, scene, NULL));
  g_string_append_printf (log, "%s %s;", rushes_scene_get_name (scene), pspec->name);
}

/* One connection hears of all scenes, while they are there. */
static void
test_scene_changed (void)
{
  g_autoptr (RushesQueue) queue = rushes_queue_new ();
  g_autoptr (GString) log = g_string_new (NULL);
  g_autoptr (RushesScene) first = g_object_ref (add (queue, "/a/one.blend", "/out"));
  RushesScene *second = add (queue, "/a/two.blend", "/out");

  g_signal_connect (queue, "scene-changed", G_CALLBACK (scene_changed_cb), log);
  rushes_scene_set_paused (first, TRUE);
  rushes_scene_set_existing (second, RUSHES_EXISTING_KEEP);
  rushes_queue_place (queue, second, "/elsewhere");
  g_assert_cmpstr (log->str, ==, "one paused;two existing;two folder;");

  g_string_truncate (log, 0);
  g_object_set (rushes_scene_get_settings (first), "samples", 5, NULL);
  g_object_set (rushes_scene_get_settings (first), "samples", 5, NULL);
  g_object_set (rushes_scene_get_settings (second), "frames", "1-3", NULL);
  g_assert_cmpstr (log->str, ==, "one settings;two settings;");

  g_string_truncate (log, 0);
  rushes_queue_remove (queue, 0);
  rushes_scene_set_paused (first, FALSE);
  g_object_set (rushes_scene_get_settings (first), "samples", 6, NULL);
  g_assert_cmpstr (log->str, ==, "");
  rushes_queue_insert (queue, 1, first);
  rushes_scene_set_paused (first, TRUE);
  g_assert_cmpstr (log->str, ==, "one paused;");
  rushes_queue_move (queue, 1, 0);
  rushes_scene_set_paused (first, FALSE);
  g_assert_cmpstr (log->str, ==, "one paused;one paused;");
}

/* Whatever is done: no folder twice, and each path known as long as it is there. */
static void
test_anything (void)
{
  g_autoptr (RushesQueue) queue = rushes_queue_new ();
  g_autoptr (GPtrArray) removed = g_ptr_array_new_with_free_func (g_object_unref);
  GListModel *list = G_LIST_MODEL (queue);

  for (guint i = 0; i < 1000; i++)
    {
      gint32 n = (gint32) g_list_model_get_n_items (list), choice = g_test_rand_int_range (0, 6);
      guint position = n > 0 ? (guint) g_test_rand_int_range (0, n) : 0;
      g_autoptr (RushesScene) scene = g_list_model_get_item (list, position);
      g_autoptr (GHashTable) folders = g_hash_table_new (g_str_hash, g_str_equal);

      if (choice == 0 && removed->len > 0)
        {
          g_autoptr (RushesScene) back = g_ptr_array_steal_index_fast (removed, 0);

          rushes_queue_insert (queue, position, back);
        }
      else if (choice == 1 && n > 0)
        {
          g_ptr_array_add (removed, g_object_ref (scene));
          rushes_queue_remove (queue, position);
        }
      else if (choice == 2 && n > 0)
        rushes_queue_move (queue, position, (guint) g_test_rand_int_range (0, n));
      else if (choice == 3 && n > 0)
        rushes_queue_place (queue, scene, g_test_rand_bit () ? "/out" : "/out/a");
      else
        add (queue, g_test_rand_bit () ? "/x/a.blend" : "/x/a-2.blend", "/out");

      for (guint j = 0; j < g_list_model_get_n_items (list); j++)
        {
          g_autoptr (RushesScene) item = g_list_model_get_item (list, j);

          g_assert_true (g_hash_table_add (folders, (gpointer) rushes_scene_get_folder (item)));
          g_assert_true (rushes_queue_has_path (queue, rushes_scene_get_path (item)));
        }
    }

  while (g_list_model_get_n_items (list) > 0)
    rushes_queue_remove (queue, 0);
  g_assert_false (rushes_queue_has_path (queue, "/x/a.blend"));
  assert_added (queue, "/x/a.blend", "/out", TRUE, "/out/a");
}

/* ---- Many at once ---------------------------------------------------- */

/* As a list does that is shown: it knows the queue by its signals alone. */
static void
mirror_cb (GListModel *list, guint position, guint removed, guint added, GPtrArray *mirror)
{
  if (removed > 0)
    g_ptr_array_remove_range (mirror, position, removed);
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (list, i);

      g_assert_nonnull (scene);
      g_ptr_array_insert (mirror, (int) i, scene);
    }
  g_assert_cmpuint (mirror->len, ==, g_list_model_get_n_items (list));
}

static void
assert_mirrored (RushesQueue *queue, GPtrArray *mirror)
{
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (queue)), ==, mirror->len);
  for (guint i = 0; i < mirror->len; i++)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (G_LIST_MODEL (queue), i);

      g_assert_true (scene == g_ptr_array_index (mirror, i));
    }
}

/* Whatever is chosen: taken out and put back, all is where it was. */
static void
test_many_at_once (void)
{
  g_autoptr (RushesQueue) queue = rushes_queue_new ();
  g_autoptr (GPtrArray) scenes = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) mirror = g_ptr_array_new ();

  g_signal_connect (queue, "items-changed", G_CALLBACK (mirror_cb), mirror);
  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *path = g_strdup_printf ("/x/%u.blend", i % 30);
      g_autofree char *folder = g_strdup_printf ("/out/%u", i % 30);

      g_ptr_array_add (scenes, make_scene (path));
      rushes_scene_set_folder (scenes->pdata[i], folder);
    }
  rushes_queue_append_many (queue, scenes);
  assert_mirrored (queue, mirror);
  g_assert_cmpstr (rushes_scene_get_folder (scenes->pdata[9]), ==, "/out/9");
  g_assert_cmpstr (rushes_scene_get_folder (scenes->pdata[39]), ==, "/out/9-2");

  for (guint round = 0; round < 200; round++)
    {
      g_autoptr (GPtrArray) removed = g_ptr_array_new ();
      gint32 share = g_test_rand_int_range (0, 5);
      guint positions[40], n = 0;

      for (guint i = 0; i < scenes->len; i++)
        if (g_test_rand_int_range (0, 4) < share)
          {
            g_ptr_array_add (removed, scenes->pdata[i]);
            positions[n++] = i;
          }
      rushes_queue_remove_many (queue, positions, n);
      assert_mirrored (queue, mirror);
      g_assert_cmpuint (mirror->len, ==, scenes->len - n);
      for (guint i = 0; i < n; i++)
        g_assert_false (rushes_queue_find (queue, removed->pdata[i], NULL));

      rushes_queue_insert_many (queue, removed, positions);
      assert_mirrored (queue, mirror);
      assert_mirrored (queue, scenes);
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

/* A scene of an earlier session: 4 of 10 frames done, one failed. */
static RushesScene *
load_scene (guint number)
{
  g_autofree char *text =
      g_strdup_printf ("{\"path\":\"/x/%u.blend\",\"folder\":\"/out/%u\",\"state\":\"stopped\","
                       "\"frames\":10,\"done\":4,\"failed\":1}",
                       number, number);
  g_autoptr (JsonNode) node = json_from_string (text, NULL);
  RushesScene *scene = rushes_scene_from_json (node, NULL);

  g_assert_nonnull (scene);
  return scene;
}

static void
assert_sums (RushesQueue *queue)
{
  const RushesSums *sums = rushes_queue_get_sums (queue);
  RushesSums expected = { 0 };

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (queue)); i++)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (G_LIST_MODEL (queue), i);
      guint n_frames = rushes_scene_get_n_frames (scene);
      gboolean ended = rushes_scene_is_ended (scene);

      expected.frames += n_frames;
      expected.done += rushes_scene_get_n_done (scene);
      expected.failed += rushes_scene_get_n_failed (scene);
      expected.rendered += n_frames > 0 ? 5000 : 0;
      expected.left += n_frames > 0 && !ended ? 5000 : 0;
      expected.counted += n_frames > 0;
      expected.uncounted += n_frames == 0 && !ended;
      expected.startable += rushes_scene_is_startable (scene);
    }
  g_assert_cmpuint (sums->frames, ==, expected.frames);
  g_assert_cmpuint (sums->done, ==, expected.done);
  g_assert_cmpuint (sums->failed, ==, expected.failed);
  g_assert_cmpuint (sums->rendered, ==, expected.rendered);
  g_assert_cmpuint (sums->left, ==, expected.left);
  g_assert_cmpuint (sums->counted, ==, expected.counted);
  g_assert_cmpuint (sums->uncounted, ==, expected.uncounted);
  g_assert_cmpuint (sums->startable, ==, expected.startable);
}

/* Whatever happens to scenes, the sums are those of a count of all of them. */
static void
test_sums (void)
{
  g_autoptr (RushesQueue) queue = rushes_queue_new ();
  g_autoptr (GError) error = g_error_new (RUSHES_ERROR, RUSHES_ERROR_NO_CAMERA, "No camera");
  GListModel *list = G_LIST_MODEL (queue);

  assert_sums (queue);
  for (guint i = 0; i < 500; i++)
    {
      gint32 n = (gint32) g_list_model_get_n_items (list), choice = g_test_rand_int_range (0, 7);
      guint position = n > 0 ? (guint) g_test_rand_int_range (0, n) : 0;
      g_autoptr (RushesScene) scene = g_list_model_get_item (list, position);
      g_autoptr (RushesScene) loaded = NULL;

      if (choice == 0 || n == 0)
        {
          loaded = load_scene (i);
          rushes_queue_insert (queue, position, loaded);
        }
      else if (choice == 1)
        add (queue, "/x/new.blend", "/out");
      else if (choice == 2)
        rushes_queue_remove (queue, position);
      else if (choice == 3)
        rushes_scene_set_paused (scene, !rushes_scene_get_paused (scene));
      else if (choice == 4)
        rushes_scene_fail (scene, error);
      else if (choice == 5)
        rushes_scene_stop (scene);
      else if (rushes_scene_is_ended (scene))
        rushes_scene_requeue (scene);
      if (g_test_rand_bit ())
        assert_sums (queue);
    }
  assert_sums (queue);
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
  g_test_add_func ("/queue/insert", test_insert);
  g_test_add_func ("/queue/remove", test_remove);
  g_test_add_func ("/queue/remove-releases", test_remove_releases);
  g_test_add_func ("/queue/restore", test_restore);
  g_test_add_func ("/queue/move", test_move);
  g_test_add_func ("/queue/place", test_place);
  g_test_add_func ("/queue/has-path", test_has_path);
  g_test_add_func ("/queue/find", test_find);
  g_test_add_func ("/queue/scene-changed", test_scene_changed);
  g_test_add_func ("/queue/sums", test_sums);
  g_test_add_func ("/queue/anything", test_anything);
  g_test_add_func ("/queue/many-at-once", test_many_at_once);
  g_test_add_func ("/queue/release", test_release);

  return g_test_run ();
}
