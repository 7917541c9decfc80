/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>

#include "rushes-error.h"
#include "rushes-frame-range.h"
#include "rushes-info.h"
#include "test-utils.h"

#define GOOD                                                                                       \
  "'engine': <'CYCLES'>, 'format': <'PNG'>, 'extension': <'.png'>, 'width': <int64 640>, "         \
  "'height': <int64 480>, 'start': <int64 1>, 'end': <int64 250>, 'step': <int64 2>, "             \
  "'fps': <24.0>"

/* The last of several members of one name counts. */
static GVariant *
make_reply (const char *more)
{
  g_autofree char *text = g_strdup_printf ("{" GOOD "%s%s}", *more != '\0' ? ", " : "", more);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) parsed = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);
  GVariantDict dict;
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_assert_no_error (error);
  g_variant_dict_init (&dict, NULL);
  g_variant_iter_init (&iter, parsed);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    g_variant_dict_insert_value (&dict, key, value);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

static GVariant *
make_reply_without (const char *key)
{
  g_autoptr (GVariant) reply = make_reply ("");
  GVariantDict dict;

  g_variant_dict_init (&dict, reply);
  g_assert_true (g_variant_dict_remove (&dict, key));
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

static RushesInfo *
make_info (const char *more)
{
  g_autoptr (GVariant) reply = make_reply (more);
  g_autoptr (GError) error = NULL;
  RushesInfo *info = rushes_info_from_reply ("3.4.1", reply, &error);

  g_assert_no_error (error);
  g_assert_nonnull (info);
  return info;
}

static void
assert_equal (const RushesInfo *one, const RushesInfo *two)
{
  g_assert_cmpstr (one->blender, ==, two->blender);
  g_assert_cmpstr (one->engine, ==, two->engine);
  g_assert_cmpstr (one->format, ==, two->format);
  g_assert_cmpstr (one->extension, ==, two->extension);
  g_assert_cmpuint (one->width, ==, two->width);
  g_assert_cmpuint (one->height, ==, two->height);
  g_assert_cmpuint (one->start, ==, two->start);
  g_assert_cmpuint (one->end, ==, two->end);
  g_assert_cmpuint (one->step, ==, two->step);
  g_assert_cmpfloat (one->fps, ==, two->fps);
  g_assert_cmpuint (one->kinds->len, ==, two->kinds->len);
  for (guint i = 0; i < one->kinds->len; i++)
    {
      g_autoptr (JsonNode) a = rushes_file_kind_to_json (g_ptr_array_index (one->kinds, i));
      g_autoptr (JsonNode) b = rushes_file_kind_to_json (g_ptr_array_index (two->kinds, i));

      g_assert_true (json_node_equal (a, b));
    }
}

static void
test_reply (void)
{
  static const char *const warnings[] = { "No texture", "No library", NULL };
  g_autoptr (RushesInfo) info = make_info ("'warnings': <['No texture', 'No library']>");

  g_assert_cmpstr (info->blender, ==, "3.4.1");
  g_assert_cmpstr (info->engine, ==, "CYCLES");
  g_assert_cmpstr (info->format, ==, "PNG");
  g_assert_cmpstr (info->extension, ==, ".png");
  g_assert_cmpuint (info->width, ==, 640);
  g_assert_cmpuint (info->height, ==, 480);
  g_assert_cmpuint (info->start, ==, 1);
  g_assert_cmpuint (info->end, ==, 250);
  g_assert_cmpuint (info->step, ==, 2);
  g_assert_cmpfloat (info->fps, ==, 24);
  g_assert_cmpstrv (info->warnings, warnings);
}

static void
test_reply_variants (void)
{
  g_autoptr (RushesInfo) whole_fps = make_info ("'fps': <int64 25>");
  g_autoptr (RushesInfo) one_frame = make_info ("'start': <int64 0>, 'end': <int64 0>");
  g_autoptr (RushesInfo) last = make_info ("'end': <int64 1048573>");
  g_autoptr (RushesInfo) no_size = make_info ("'width': <int64 -1>, 'height': <'tall'>");
  g_autoptr (RushesInfo) extra = make_info ("'something': <'else'>, 'warnings': <int64 5>");
  g_autoptr (GVariant) reply = make_reply ("");
  g_autoptr (RushesInfo) no_version = rushes_info_from_reply (NULL, reply, NULL);

  g_assert_cmpfloat (whole_fps->fps, ==, 25);
  g_assert_cmpuint (one_frame->end, ==, 0);
  g_assert_cmpuint (last->end, ==, 1048573);
  g_assert_cmpuint (no_size->width, ==, 0);
  g_assert_cmpuint (no_size->height, ==, 0);
  g_assert_null (extra->warnings);
  g_assert_cmpstr (no_version->blender, ==, "?");
}

static void
assert_refused (GVariant *reply, int code, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (rushes_info_from_reply ("3.4.1", reply, &error));
  rushes_test_assert_error (error, code, words);
}

static void
test_reply_out_of_range (void)
{
  static const char *const wrong[] = {
    "'start': <int64 -1>",
    "'start': <int64 251>",
    "'end': <int64 1048574>",
    "'end': <int64 -5>",
    "'start': <int64 4294967296>, 'end': <int64 4294967297>",
    "'start': <int64 -9223372036854775808>",
    "'end': <int64 9223372036854775807>",
    "'start': <1.0>",
    "'end': <'250'>",
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GVariant) reply = make_reply (wrong[i]);

      assert_refused (reply, RUSHES_ERROR_OUT_OF_RANGE, "must rise and lie between 0 and 1048573");
    }
}

static void
test_reply_nonsense (void)
{
  static const char *const wrong[] = {
    "'step': <int64 0>",
    "'step': <int64 -1>",
    "'step': <int64 4294967296>",
    "'step': <1.0>",
    "'engine': <int64 1>",
    "'format': <['PNG']>",
    "'extension': <''>",
    "'extension': <'png'>",
    "'extension': <'./../../x.png'>",
    "'extension': <@mv nothing>",
    "'extension': <'../x'>",
  };
  static const char *const needed[] = { "engine", "format", "extension", "step" };
  g_autoptr (GVariant) empty = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GVariant) reply = make_reply (wrong[i]);

      assert_refused (reply, RUSHES_ERROR_PROTOCOL, "makes no sense");
    }
  for (guint i = 0; i < G_N_ELEMENTS (needed); i++)
    {
      g_autoptr (GVariant) reply = make_reply_without (needed[i]);

      assert_refused (reply, RUSHES_ERROR_PROTOCOL, "makes no sense");
    }
  assert_refused (empty, RUSHES_ERROR_OUT_OF_RANGE, "");
}

/* JSON cannot say these, or json-glib cannot, and the manifest is JSON. */
static void
test_reply_bad_fps (void)
{
  static const double wrong[] = { INFINITY, -INFINITY, NAN, -1, 1e92, 1e-8 };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GVariant) good = make_reply ("");
      g_autoptr (GVariant) reply = NULL;
      GVariantDict dict;

      g_variant_dict_init (&dict, good);
      g_variant_dict_insert (&dict, "fps", "d", wrong[i]);
      reply = g_variant_ref_sink (g_variant_dict_end (&dict));
      assert_refused (reply, RUSHES_ERROR_PROTOCOL, "makes no sense");
    }
}

static void
test_reply_unsupported (void)
{
  g_autoptr (GVariant) reply = make_reply ("'format': <'FFMPEG'>, 'extension': <'.mp4'>");

  assert_refused (reply, RUSHES_ERROR_UNSUPPORTED, "FFMPEG");
  assert_refused (reply, RUSHES_ERROR_UNSUPPORTED, "png");
}

static void
test_json (void)
{
  g_autoptr (RushesInfo) info =
      make_info ("'engine': <'A \"quoted\"\\n engine é'>, 'fps': <23.976>");
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (RushesInfo) again = NULL;

  rushes_info_to_json (info, object);
  again = rushes_info_from_json (object);
  g_assert_nonnull (again);
  assert_equal (again, info);
  g_assert_null (again->warnings);
}

/* Whatever a reply may hold, what is written of it can be read again. */
static void
test_json_of_limits (void)
{
  static const char *const replies[] = {
    "'step': <int64 1048574>",
    "'step': <int64 4294967295>",
    "'width': <int64 4294967295>",
    "'height': <int64 1048574>",
    "'width': <int64 0>, 'height': <int64 0>",
    "'start': <int64 0>, 'end': <int64 1048573>",
    "'fps': <0.0>",
    "'fps': <1e6>",
    "'fps': <1e-6>",
    "'fps': <29.970029970029973>",
    "'extension': <'.j2c'>",
    "'outputs': <[<{'key': <'depths'>, 'folder': <'depths'>, 'name': <'depth'>, 'extension': "
    "<'.exr'>, 'format': <'OPEN_EXR'>, 'width': <int64 4294967295>, 'camera': <'Kamera \"1\"'>, "
    "'codec': <'ZIP'>}>]>",
    "'engine': <''>",
  };

  for (guint i = 0; i < G_N_ELEMENTS (replies); i++)
    {
      g_autoptr (RushesInfo) info = make_info (replies[i]);
      g_autoptr (JsonNode) node = json_from_string ("{}", NULL);
      g_autoptr (JsonNode) parsed = NULL;
      g_autoptr (RushesInfo) again = NULL;
      g_autofree char *text = NULL;

      rushes_info_to_json (info, json_node_get_object (node));
      text = json_to_string (node, FALSE);
      parsed = json_from_string (text, NULL);
      g_assert_nonnull (parsed);
      again = rushes_info_from_json (json_node_get_object (parsed));
      g_assert_nonnull (again);
      assert_equal (again, info);
    }
}

static void
test_json_damaged (void)
{
  static const char *const members[] = { "blender", "engine", "format", "extension", "width",
                                         "height",  "start",  "end",    "step" };
  static const char *const values[] = { "null", "[]", "{}", "true", "1.5", "-1", "99999999999" };
  g_autoptr (RushesInfo) info = make_info ("");

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    for (guint j = 0; j <= G_N_ELEMENTS (values); j++)
      {
        g_autoptr (JsonObject) object = json_object_new ();

        rushes_info_to_json (info, object);
        if (j == G_N_ELEMENTS (values))
          json_object_remove_member (object, members[i]);
        else
          json_object_set_member (object, members[i], json_from_string (values[j], NULL));
        if (rushes_info_from_json (object) != NULL)
          g_error ("“%s” of %s passed", members[i],
                   j < G_N_ELEMENTS (values) ? values[j] : "nothing");
      }
}

static void
test_json_past_the_last_frame (void)
{
  g_autoptr (RushesInfo) info = make_info ("");
  g_autoptr (JsonObject) object = json_object_new ();

  rushes_info_to_json (info, object);
  json_object_set_int_member (object, "end", RUSHES_FRAME_MAX + 1);
  g_assert_null (rushes_info_from_json (object));
  json_object_set_int_member (object, "end", 0);
  g_assert_null (rushes_info_from_json (object));
}

static GPtrArray *
take_outputs (const char *outputs, GError **error)
{
  g_autofree char *member = g_strdup_printf ("'outputs': <%s>", outputs);
  g_autoptr (GVariant) reply = make_reply (member);
  g_autoptr (RushesInfo) info = rushes_info_from_reply ("3.4.1", reply, error);

  return info != NULL ? g_ptr_array_ref (info->kinds) : NULL;
}

#define OUTPUT(key, folder, name)                                                                  \
  "<{'key': <'" key "'>, 'folder': <'" folder "'>, 'name': <'" name "'>, 'extension': <'.exr'>, "  \
  "'format': <'OPEN_EXR'>, 'width': <int64 64>, 'height': <int64 48>, 'codec': <''>}>"

static void
test_outputs (void)
{
  g_autoptr (RushesInfo) none = make_info ("");
  g_autoptr (GPtrArray) two = take_outputs (
      "[" OUTPUT ("frames", "A/frames", "frame") ", " OUTPUT ("d", "A/depths", "depth") "]", NULL);
  const RushesFileKind *kind;
  g_autofree char *name = NULL, *camera = NULL, *staging = NULL;
  const char *extension;
  guint frame;

  /* Whoever says nothing writes frames as "image_settings" said. */
  g_assert_cmpuint (none->kinds->len, ==, 1);
  kind = g_ptr_array_index (none->kinds, 0);
  g_assert_cmpstr (kind->key, ==, "frames");
  g_assert_cmpstr (kind->extension, ==, ".png");
  g_assert_cmpuint (kind->width, ==, 640);

  g_assert_cmpuint (two->len, ==, 2);
  kind = g_ptr_array_index (two, 1);
  g_assert_cmpuint (kind->height, ==, 48);
  g_assert_null (kind->camera);
  g_assert_null (kind->codec);
  name = rushes_file_kind_build_name (kind, 12);
  camera = rushes_file_kind_build_camera_folder (kind);
  staging = rushes_file_kind_build_staging_name (kind, 12, "tag");
  g_assert_cmpstr (name, ==, "A/depths/depth_000012.exr");
  g_assert_cmpstr (camera, ==, "A");
  g_assert_true (g_str_has_prefix (staging, "A/depths/."));
  g_assert_true (rushes_file_kind_is_staging_name (kind, strrchr (staging, '/') + 1));
  g_assert_false (rushes_file_kind_is_staging_name (kind, "depth_000012.exr"));
  g_assert_false (rushes_file_kind_is_staging_name (kind, ".debug_depth_000012.png.tag.part"));
  g_assert_true (rushes_file_kind_parse_name (kind, "depth_000012.exr", &frame, &extension) &&
                 frame == 12);
  g_assert_cmpstr (extension, ==, ".exr");
  g_assert_false (rushes_file_kind_parse_name (kind, "debug_depth_000012.png", &frame, &extension));
  g_assert_false (rushes_file_kind_parse_name (kind, "depth000012.exr", &frame, &extension));
  g_assert_false (rushes_file_kind_parse_name (kind, "depth_", &frame, &extension));
  g_assert_false (rushes_file_kind_parse_name (kind, "dep", &frame, &extension));
}

/* Files are made and removed where a client or a manifest says. */
static void
test_outputs_refused (void)
{
  static const char *const outputs[] = {
    "@av []",
    "<int64 1>",
    "[<int64 1>]",
    "[<@a{sv} {}>]",
    "[" OUTPUT ("", "depths", "depth") "]",
    "[" OUTPUT ("d", "", "depth") "]",
    "[" OUTPUT ("d", "/depths", "depth") "]",
    "[" OUTPUT ("d", "..", "depth") "]",
    "[" OUTPUT ("d", "a/../../depths", "depth") "]",
    "[" OUTPUT ("d", "a/./depths", "depth") "]",
    "[" OUTPUT ("d", "a//depths", "depth") "]",
    "[" OUTPUT ("d", "depths/", "depth") "]",
    "[" OUTPUT ("d", "depths", "") "]",
    "[" OUTPUT ("d", "depths", "a/depth") "]",
    "[" OUTPUT ("d", "depths", ".depth") "]",
    "[" OUTPUT ("d", "depths", "depth") ", " OUTPUT ("d", "depths", "other") "]",
    "[" OUTPUT ("d", "depths", "depth") ", " OUTPUT ("e", "depths", "depth") "]",
    ("[<{'key': <'d'>, 'folder': <'d'>, 'name': <'d'>, 'extension': <'.blend'>, 'format': "
     "<'PNG'>}>]"),
    "[<{'key': <'d'>, 'folder': <'d'>, 'name': <'d'>, 'extension': <'.png'>, 'format': <'GIF'>}>]",
    "[<{'key': <'d'>, 'folder': <'d'>, 'name': <'d'>, 'extension': <'.png'>}>]",
  };

  for (guint i = 0; i < G_N_ELEMENTS (outputs); i++)
    {
      g_autoptr (GError) error = NULL;

      if (take_outputs (outputs[i], &error) != NULL)
        g_error ("%s passed", outputs[i]);
      rushes_test_assert_error (error, RUSHES_ERROR_PROTOCOL, "makes no sense");
    }
}

static void
test_shown_kind (void)
{
  static const struct
  {
    const char *keys[3];
    const char *shown;
  } cases[] = {
    { { "frames", "depths" }, "frames" },
    { { "depths", "frames" }, "frames" },
    { { "depths", "debug_depths" }, "debug_depths" },
    { { "depths", "normals" }, "depths" },
    { { "B/debug_depths", "B/frames", "A/frames" }, "B/frames" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      RushesInfo info = { .kinds = rushes_test_make_kinds (8, 2, cases[i].keys[0], cases[i].keys[1],
                                                           cases[i].keys[2], NULL) };

      g_assert_cmpstr (rushes_info_get_shown_kind (&info)->key, ==, cases[i].shown);
      g_ptr_array_unref (info.kinds);
    }
}

static void
test_copy (void)
{
  g_autoptr (RushesInfo) info = make_info ("'warnings': <['One']>");
  g_autoptr (RushesInfo) copy = rushes_info_copy (info);

  assert_equal (copy, info);
  g_assert_cmpuint (copy->kinds->len, ==, 1);
  g_assert_true (copy->engine != info->engine);
  g_assert_cmpstrv (copy->warnings, info->warnings);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/info/reply", test_reply);
  g_test_add_func ("/info/reply-variants", test_reply_variants);
  g_test_add_func ("/info/reply-out-of-range", test_reply_out_of_range);
  g_test_add_func ("/info/reply-nonsense", test_reply_nonsense);
  g_test_add_func ("/info/reply-bad-fps", test_reply_bad_fps);
  g_test_add_func ("/info/reply-unsupported", test_reply_unsupported);
  g_test_add_func ("/info/json", test_json);
  g_test_add_func ("/info/json-of-limits", test_json_of_limits);
  g_test_add_func ("/info/json-damaged", test_json_damaged);
  g_test_add_func ("/info/json-past-the-last-frame", test_json_past_the_last_frame);
  g_test_add_func ("/info/outputs", test_outputs);
  g_test_add_func ("/info/outputs-refused", test_outputs_refused);
  g_test_add_func ("/info/shown-kind", test_shown_kind);
  g_test_add_func ("/info/copy", test_copy);

  return g_test_run ();
}
