/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-store.h"
#include "test-utils.h"

int LLVMFuzzerTestOneInput (const unsigned char *data, size_t size);

static char *
write_scene (RushesScene *scene)
{
  g_autoptr (JsonNode) node = rushes_scene_to_json (scene);

  return json_to_string (node, FALSE);
}

/* What is read is fit for a queue, and is read the same from what is written of it. */
static void
check_scene (RushesScene *scene)
{
  g_autofree char *text = write_scene (scene);
  g_autofree char *text_again = NULL;
  g_autoptr (GPtrArray) again = NULL;
  guint n_damaged;

  g_assert_true (g_path_is_absolute (rushes_scene_get_path (scene)));
  g_assert_true (g_path_is_absolute (rushes_scene_get_folder (scene)));
  g_assert_true (rushes_scene_get_state (scene) == RUSHES_SCENE_QUEUED ||
                 rushes_scene_is_ended (scene));
  g_assert_cmpint (rushes_scene_get_state (scene) == RUSHES_SCENE_FAILED, ==,
                   rushes_scene_get_error (scene) != NULL);
  g_assert_cmpuint (rushes_scene_get_n_done (scene) + rushes_scene_get_n_failed (scene), <=,
                    rushes_scene_get_n_frames (scene));
  g_assert_cmpfloat (rushes_scene_get_progress (scene), <=, 1);

  again = rushes_store_parse (text, strlen (text), &n_damaged);
  g_assert_cmpuint (n_damaged, ==, 0);
  g_assert_cmpuint (again->len, ==, 1);
  text_again = write_scene (g_ptr_array_index (again, 0));
  g_assert_cmpstr (text_again, ==, text);
}

int
LLVMFuzzerTestOneInput (const unsigned char *data, size_t size)
{
  g_autoptr (GPtrArray) scenes = NULL;
  g_autoptr (RushesQueue) queue = rushes_queue_new ();
  guint n_damaged;

  if (!rushes_test_is_sound_json (data, size))
    return 0;

  scenes = rushes_store_parse ((const char *) data, size, &n_damaged);
  for (guint i = 0; i < scenes->len; i++)
    {
      check_scene (g_ptr_array_index (scenes, i));
      rushes_queue_insert (queue, G_MAXUINT, g_ptr_array_index (scenes, i));
    }
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (queue)), ==, scenes->len);
  return 0;
}
