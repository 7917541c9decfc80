/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-verbs.h"
#include "test-utils.h"

/* Calls as text, one a line: the method, and its parameters by name. */

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
append_params (GString *text, GVariant *params)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  GVariantIter iter;
  const char *key;

  g_assert_cmpstr (g_variant_get_type_string (params), ==, "a{sv}");
  g_variant_iter_init (&iter, params);
  while (g_variant_iter_next (&iter, "{&sv}", &key, NULL))
    g_ptr_array_add (names, (gpointer) key);
  g_ptr_array_sort (names, compare_names);

  for (guint i = 0; i < names->len; i++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (params, names->pdata[i], NULL);
      g_autofree char *printed = g_variant_print (value, TRUE);

      g_string_append_printf (text, " %s=%s", (const char *) names->pdata[i], printed);
    }
}

static char *
describe (GPtrArray *calls)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < calls->len; i++)
    {
      const RushesCall *call = calls->pdata[i];

      g_string_append (text, call->method);
      append_params (text, call->params);
      g_string_append_c (text, '\n');
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
assert_calls (RushesSettings *settings, const char *expected)
{
  g_autoptr (GPtrArray) calls = rushes_verbs_for_load ("/a/b.blend", "/out/b", settings, NULL);
  g_autofree char *text = describe (calls);

  g_assert_cmpstr (text, ==, expected);
}

#define INITIALIZE "initialize allow_scripts=false blend_file='/a/b.blend' root='/out/b'\n"

static void
test_nothing_set (void)
{
  g_autoptr (RushesSettings) settings = rushes_settings_new ();

  assert_calls (settings, INITIALIZE "image_settings\n"
                                     "include_frames\n"
                                     "animation_range\n");
}

static void
test_everything_set (void)
{
  g_autoptr (RushesSettings) settings = rushes_settings_new ();

  g_object_set (settings, "width", 640, "height", 480, "keyframe-scale", 0.5, "keyframe-shift",
                -3.0, "frames", "1-5", "format", "exr", "color-depth", "16", "color-mode", "RGBA",
                "engine", "CYCLES", "samples", 8, "denoising", RUSHES_SWITCH_OFF, "threads", 2,
                "motion-blur", RUSHES_SWITCH_ON, "animations", RUSHES_SWITCH_OFF, "addons",
                " one,two , three four", "allow-scripts", TRUE, NULL);
  assert_calls (settings, "load_addons addons=['one', 'two', 'three four']\n"
                          "initialize allow_scripts=true blend_file='/a/b.blend' root='/out/b'\n"
                          "use_animations enable=false\n"
                          "use_motion_blur enable=true\n"
                          "render_settings denoising=false engine='CYCLES' samples=uint32 8 "
                          "threads=uint32 2\n"
                          "set_resolution height=uint32 480 width=uint32 640\n"
                          "image_settings color_depth='16' color_mode='RGBA' format='OPEN_EXR'\n"
                          "include_frames\n"
                          "move_keyframes scale=0.5 shift=-3.0\n"
                          "animation_range\n");
}

/* One setting at a time: which line comes with it, and after which one. */
static void
test_each (void)
{
  static const struct
  {
    const char *json;
    const char *before; /* load_addons alone comes before "initialize" */
    const char *after;
    const char *image;
    const char *last;
  } cases[] = {
    { "{\"engine\":\"EEVEE\"}", "", "render_settings engine='EEVEE'\n", "", "" },
    { "{\"samples\":1}", "", "render_settings samples=uint32 1\n", "", "" },
    { "{\"threads\":1024}", "", "render_settings threads=uint32 1024\n", "", "" },
    { "{\"denoising\":true}", "", "render_settings denoising=true\n", "", "" },
    { "{\"motion-blur\":false}", "", "use_motion_blur enable=false\n", "", "" },
    { "{\"animations\":true}", "", "use_animations enable=true\n", "", "" },
    { "{\"width\":4,\"height\":5}", "", "set_resolution height=uint32 5 width=uint32 4\n", "", "" },
    { "{\"format\":\"jpg\"}", "", "", " format='JPEG'", "" },
    { "{\"format\":\"PNG\"}", "", "", " format='PNG'", "" },
    { "{\"color-depth\":\"8\"}", "", "", " color_depth='8'", "" },
    { "{\"color-mode\":\"BW\"}", "", "", " color_mode='BW'", "" },
    { "{\"keyframe-scale\":2}", "", "", "", "move_keyframes scale=2.0 shift=0.0\n" },
    { "{\"keyframe-shift\":7.5}", "", "", "", "move_keyframes scale=1.0 shift=7.5\n" },
    { "{\"addons\":\"one\"}", "load_addons addons=['one']\n", "", "", "" },
    { "{\"frames\":\"3-4\"}", "", "", "", "" },
    { "{\"device\":\"CUDA\"}", "", "use_device device='cuda'\n", "", "" },
    { "{\"camera\":\"A b\"}", "", "", "\nuse_camera camera='A b'", "" },
    { "{\"all-cameras\":true}", "", "", "\nuse_all_cameras", "outputs\n" },
    /* They are about outputs that are not asked for. */
    { "{\"debug-previews\":true,\"exr-codec\":\"zip\"}", "", "", "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonNode) node = json_from_string (cases[i].json, NULL);
      g_autoptr (RushesSettings) settings = rushes_settings_from_json (node, NULL);
      g_autofree char *expected = g_strdup_printf (
          "%s" INITIALIZE "%simage_settings%s\ninclude_frames\n%sanimation_range\n",
          cases[i].before, cases[i].after, cases[i].image, cases[i].last);

      assert_calls (settings, expected);
    }
}

static void
test_outputs (void)
{
  static const struct
  {
    const char *json;
    const char *includes;
  } cases[] = {
    { "{\"outputs\":\"depths\"}", "include_depths debug=false\n" },
    { "{\"outputs\":\"frames,flows\"}", "include_frames\ninclude_flows debug=false\n" },
    { "{\"outputs\":\"normals,depths\",\"debug-previews\":true}",
      "include_depths debug=true\ninclude_normals debug=true\n" },
    { "{\"outputs\":\"all\",\"exr-codec\":\"piz\"}",
      "include_frames\ninclude_depths codec='PIZ' debug=false\n"
      "include_normals codec='PIZ' debug=false\ninclude_flows codec='PIZ' debug=false\n"
      "include_segmentations codec='PIZ' debug=false\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonNode) node = json_from_string (cases[i].json, NULL);
      g_autoptr (RushesSettings) settings = rushes_settings_from_json (node, NULL);
      g_autofree char *expected = g_strdup_printf (
          INITIALIZE "image_settings\n%soutputs\nanimation_range\n", cases[i].includes);

      assert_calls (settings, expected);
    }
}

static void
test_odd_names (void)
{
  g_autoptr (RushesSettings) settings = rushes_settings_new ();
  g_autoptr (GPtrArray) calls =
      rushes_verbs_for_load ("/a'b/\"{x}\n.blend", "/öut/%s", settings, NULL);
  const RushesCall *call = calls->pdata[0];
  const char *blend = NULL, *root = NULL;

  g_assert_cmpstr (call->method, ==, "initialize");
  g_assert_true (g_variant_lookup (call->params, "blend_file", "&s", &blend));
  g_assert_true (g_variant_lookup (call->params, "root", "&s", &root));
  g_assert_cmpstr (blend, ==, "/a'b/\"{x}\n.blend");
  g_assert_cmpstr (root, ==, "/öut/%s");
}

/* The settings may change once the calls are made. */
static void
test_calls_are_values (void)
{
  g_autoptr (RushesSettings) settings = rushes_settings_new ();
  g_autoptr (GPtrArray) calls = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  g_object_set (settings, "samples", 5, NULL);
  calls = rushes_verbs_for_load ("/a/b.blend", "/out/b", settings, NULL);
  before = describe (calls);
  g_object_set (settings, "samples", 6, NULL);
  after = describe (calls);
  g_assert_cmpstr (after, ==, before);
  for (guint i = 0; i < calls->len; i++)
    g_assert_false (g_variant_is_floating (((RushesCall *) calls->pdata[i])->params));
}

static void
test_frame (void)
{
  GVariant *files = g_variant_new_parsed (
      "{'frames': <'frames/.frame_1048573.png.x-1.part'>, 'depths': <'depths/.depth'>}");
  g_autoptr (GVariant) params = g_variant_ref_sink (rushes_verbs_for_frame (1048573, files));
  g_autoptr (GString) text = g_string_new (NULL);

  append_params (text, params);
  g_assert_cmpstr (text->str, ==,
                   " files={'frames': <'frames/.frame_1048573.png.x-1.part'>, 'depths': "
                   "<'depths/.depth'>} "
                   "frame=uint32 1048573");
}

/* Trust is in a content; the setting is in whatever is there. */
static void
test_trust (void)
{
  g_autoptr (RushesSettings) settings = rushes_settings_new ();

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GPtrArray) calls =
          rushes_verbs_for_load ("/a/b.blend", "/out/b", settings, "0a1b");
      g_autofree char *text = describe (calls);

      g_assert_true (g_str_has_prefix (
          text, i == 0 ? "initialize allow_scripts=true blend_file='/a/b.blend' root='/out/b'"
                         " sha256='0a1b'\n"
                       : "initialize allow_scripts=true blend_file='/a/b.blend' root='/out/b'\n"));
      g_object_set (settings, "allow-scripts", TRUE, NULL);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/verbs/nothing-set", test_nothing_set);
  g_test_add_func ("/verbs/everything-set", test_everything_set);
  g_test_add_func ("/verbs/each", test_each);
  g_test_add_func ("/verbs/outputs", test_outputs);
  g_test_add_func ("/verbs/odd-names", test_odd_names);
  g_test_add_func ("/verbs/calls-are-values", test_calls_are_values);
  g_test_add_func ("/verbs/frame", test_frame);

  g_test_add_func ("/verbs/trust", test_trust);

  return g_test_run ();
}
