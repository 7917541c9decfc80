/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>

#include "rushes-error.h"
#include "rushes-settings.h"
#include "test-utils.h"

/* Every setting, with text that overrides it alone or beside the others. */
static const struct
{
  const char *name;
  const char *text; /* for rushes_settings_set_text(); NULL: it has none */
  const char *json;
  gboolean pixels;
} cases[] = {
  { "width", "640", "640", TRUE },
  { "height", "480", "480", TRUE },
  { "keyframe-scale", "0.5", "0.5", TRUE },
  { "keyframe-shift", "-12.25", "-12.25", TRUE },
  { "frames", "1-50,80,100-200x5", "\"1-50,80,100-200x5\"", FALSE },
  { "debug-previews", NULL, "true", FALSE },
  { "exr-codec", "piz", "\"piz\"", FALSE },
  { "camera", "Camera.001", "\"Camera.001\"", TRUE },
  { "format", "png", "\"png\"", TRUE },
  { "color-depth", "16", "\"16\"", TRUE },
  { "color-mode", "RGBA", "\"RGBA\"", TRUE },
  { "engine", "CYCLES", "\"CYCLES\"", TRUE },
  { "device", "cuda", "\"cuda\"", TRUE },
  { "samples", "128", "128", TRUE },
  { "denoising", NULL, "true", TRUE },
  { "threads", "3", "3", FALSE },
  { "motion-blur", NULL, "false", TRUE },
  { "animations", NULL, "false", TRUE },
  { "addons", "sun_position, \"quoted\"", "\"sun_position, \\\"quoted\\\"\"", TRUE },
  { "allow-scripts", NULL, "true", TRUE },
};

static RushesSettings *
from_json (const char *text, GError **error)
{
  g_autoptr (JsonNode) node = json_from_string (text, NULL);

  g_assert_nonnull (node);
  return rushes_settings_from_json (node, error);
}

static char *
to_json (RushesSettings *settings)
{
  g_autoptr (JsonNode) node = rushes_settings_to_json (settings);

  return json_to_string (node, FALSE);
}

static void
assert_json (RushesSettings *settings, const char *expected)
{
  g_autofree char *text = to_json (settings);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_defaults (void)
{
  g_autoptr (RushesSettings) settings = rushes_settings_new ();
  g_autofree char *pixels = rushes_settings_describe_pixels (settings);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_false (rushes_settings_is_set (settings, cases[i].name));
  g_assert_false (rushes_settings_is_set (settings, "outputs"));
  assert_json (settings, "{}");
  g_assert_cmpstr (pixels, ==, "{}");
  g_assert_true (rushes_settings_check (settings, &error));
  g_assert_no_error (error);
}

/* The table above forgets none. */
static void
test_all_are_tested (void)
{
  g_autoptr (RushesSettings) settings = rushes_settings_new ();
  g_autofree GParamSpec **specs = NULL;
  guint n;

  specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (settings), &n);
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (cases) + 2);
  for (guint i = 0; i < n; i++)
    {
      /* One is in a form of its own, one excludes another. */
      gboolean found =
          g_str_equal (specs[i]->name, "outputs") || g_str_equal (specs[i]->name, "all-cameras");

      for (guint j = 0; j < G_N_ELEMENTS (cases); j++)
        found |= g_str_equal (cases[j].name, specs[i]->name);
      g_assert_true (found);
    }
}

static void
test_notify (void)
{
  g_autoptr (RushesSettings) settings = rushes_settings_new ();

  rushes_test_property_notify (settings, "width", 640, 0);
  rushes_test_property_notify (settings, "height", 480, 65536);
  rushes_test_property_notify (settings, "keyframe-scale", 0.5, 1.0);
  rushes_test_property_notify (settings, "keyframe-shift", -10.0, 0.25);
  rushes_test_property_notify (settings, "frames", "1-10", NULL);
  rushes_test_property_notify (settings, "outputs", 0, RUSHES_OUTPUTS_FRAMES);
  rushes_test_property_notify (settings, "format", "PNG", "JPEG");
  rushes_test_property_notify (settings, "color-depth", NULL, "8");
  rushes_test_property_notify (settings, "color-mode", "BW", "RGB");
  rushes_test_property_notify (settings, "engine", "CYCLES", NULL);
  rushes_test_property_notify (settings, "samples", 1, 2);
  rushes_test_property_notify (settings, "denoising", RUSHES_SWITCH_ON, RUSHES_SWITCH_FROM_FILE);
  rushes_test_property_notify (settings, "threads", 1024, 0);
  rushes_test_property_notify (settings, "motion-blur", RUSHES_SWITCH_OFF, RUSHES_SWITCH_ON);
  rushes_test_property_notify (settings, "animations", RUSHES_SWITCH_ON, RUSHES_SWITCH_OFF);
  rushes_test_property_notify (settings, "addons", "a", "a,b");
  rushes_test_property_notify (settings, "allow-scripts", TRUE, FALSE);
  rushes_test_property_notify (settings, "outputs", RUSHES_OUTPUTS_ALL, RUSHES_OUTPUTS_FLOWS);
  rushes_test_property_notify (settings, "debug-previews", TRUE, FALSE);
  rushes_test_property_notify (settings, "exr-codec", "ZIP", "PIZ");
  rushes_test_property_notify (settings, "camera", "Camera", NULL);
  rushes_test_property_notify (settings, "all-cameras", TRUE, FALSE);
  rushes_test_property_notify (settings, "device", "cpu", NULL);
}

static void
test_json_each (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *other = g_str_equal (cases[i].name, "width")    ? ",\"height\":480"
                          : g_str_equal (cases[i].name, "height") ? "\"width\":640,"
                                                                  : "";
      g_autofree char *text =
          *other == '"' ? g_strdup_printf ("{%s\"%s\":%s}", other, cases[i].name, cases[i].json)
                        : g_strdup_printf ("{\"%s\":%s%s}", cases[i].name, cases[i].json, other);
      g_autoptr (GError) error = NULL;
      g_autoptr (RushesSettings) settings = from_json (text, &error);

      g_assert_no_error (error);
      g_assert_true (rushes_settings_is_set (settings, cases[i].name));
      assert_json (settings, text);

      rushes_settings_reset (settings, cases[i].name);
      g_assert_false (rushes_settings_is_set (settings, cases[i].name));
    }
}

static RushesSettings *
make_full (void)
{
  g_autoptr (GString) text = g_string_new ("{");
  g_autoptr (GError) error = NULL;
  RushesSettings *settings;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_string_append_printf (text, "%s\"%s\":%s", i > 0 ? "," : "", cases[i].name, cases[i].json);
  g_string_append_c (text, '}');
  settings = from_json (text->str, &error);
  g_assert_no_error (error);
  /* The order is that of the properties, whatever it was in the text. */
  assert_json (settings, text->str);
  return settings;
}

static void
test_json_all (void)
{
  g_autoptr (RushesSettings) settings = make_full ();
  guint width, height, samples, threads;
  double scale, shift;
  RushesSwitch denoising, motion_blur, animations;
  gboolean scripts;
  g_autofree char *frames = NULL, *format = NULL, *addons = NULL;

  g_object_get (settings, "width", &width, "height", &height, "samples", &samples, "threads",
                &threads, "keyframe-scale", &scale, "keyframe-shift", &shift, "denoising",
                &denoising, "motion-blur", &motion_blur, "animations", &animations, "frames",
                &frames, "format", &format, "addons", &addons, "allow-scripts", &scripts, NULL);
  g_assert_cmpuint (width, ==, 640);
  g_assert_cmpuint (height, ==, 480);
  g_assert_cmpuint (samples, ==, 128);
  g_assert_cmpuint (threads, ==, 3);
  g_assert_cmpfloat (scale, ==, 0.5);
  g_assert_cmpfloat (shift, ==, -12.25);
  g_assert_cmpint (denoising, ==, RUSHES_SWITCH_ON);
  g_assert_cmpint (motion_blur, ==, RUSHES_SWITCH_OFF);
  g_assert_cmpint (animations, ==, RUSHES_SWITCH_OFF);
  g_assert_cmpstr (frames, ==, "1-50,80,100-200x5");
  g_assert_cmpstr (format, ==, "png");
  g_assert_cmpstr (addons, ==, "sun_position, \"quoted\"");
  g_assert_true (scripts);
}

static void
test_json_defaults_are_left_out (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushesSettings) settings = from_json (
      "{\"keyframe-scale\":1,\"keyframe-shift\":0,\"samples\":0,\"engine\":\"\",\"outputs\":"
      "\"frames\",\"allow-scripts\":false}",
      &error);

  g_assert_no_error (error);
  assert_json (settings, "{}");
}

/* Numbers keep their value to the last bit, and whole ones may have a point. */
static void
test_json_numbers (void)
{
  static const double scales[] = {
    0.1, 1.0 / 3, 1e-4, 1e4, 0.30000000000000004, 123.45678901234567
  };
  g_autoptr (RushesSettings) samples = from_json ("{\"samples\":64.0}", NULL);

  assert_json (samples, "{\"samples\":64}");
  for (guint i = 0; i < G_N_ELEMENTS (scales); i++)
    {
      g_autoptr (RushesSettings) settings = rushes_settings_new ();
      g_autoptr (RushesSettings) again = NULL;
      g_autofree char *text = NULL;
      double scale;

      g_object_set (settings, "keyframe-scale", scales[i], NULL);
      text = to_json (settings);
      again = from_json (text, NULL);
      g_object_get (again, "keyframe-scale", &scale, NULL);
      g_assert_cmpfloat (scale, ==, scales[i]);
    }
}

/* Text that json-glib writes and cannot read: "1e-08.0". */
static void
test_json_small_numbers (void)
{
  static const char *const shifts[] = { "1e-8", "-3e-9",   "1e-5",  "0.0001",
                                        "-0.0", "1048573", "1e-300" };

  for (guint i = 0; i < G_N_ELEMENTS (shifts); i++)
    {
      g_autoptr (RushesSettings) settings = rushes_settings_new ();
      g_autoptr (RushesSettings) again = NULL;
      g_autofree char *text = NULL;

      g_assert_true (rushes_settings_set_text (settings, "keyframe-shift", shifts[i], NULL));
      text = to_json (settings);
      again = from_json (text, NULL);
      g_assert_nonnull (again);
      assert_json (again, text);
    }
}

static void
test_json_refused (void)
{
  static const struct
  {
    const char *text;
    const char *words;
  } wrong[] = {
    { "[]", "must be a JSON object" },
    { "5", "must be a JSON object" },
    { "null", "must be a JSON object" },
    { "\"width\"", "must be a JSON object" },
    { "{\"with\":5}", "There is no setting “with”" },
    { "{\"keyframe_scale\":2}", "There is no setting “keyframe_scale”" },
    { "{\"Samples\":2}", "There is no setting “Samples”" },
    { "{\"\":2}", "There is no setting “”" },
    { "{\"samples\":\"many\"}", "“samples” has a value of the wrong kind" },
    { "{\"samples\":true}", "“samples” has a value of the wrong kind" },
    { "{\"samples\":null}", "“samples” has a value of the wrong kind" },
    { "{\"samples\":[1]}", "“samples” has a value of the wrong kind" },
    { "{\"samples\":{}}", "“samples” has a value of the wrong kind" },
    { "{\"samples\":-1}", "“samples” must be a whole number, 0 or more" },
    { "{\"samples\":1.5}", "“samples” must be a whole number, 0 or more" },
    { "{\"samples\":1e99}", "“samples” must be a whole number, 0 or more" },
    { "{\"samples\":4294967296}", "“samples” must be a whole number, 0 or more" },
    { "{\"samples\":16777217}", "“samples” must lie between 0 and 16777216" },
    { "{\"threads\":1025}", "“threads” must lie between 0 and 1024" },
    { "{\"width\":65537,\"height\":100}", "“width” must lie between 0 and 65536" },
    { "{\"width\":100,\"height\":65537}", "“height” must lie between 0 and 65536" },
    { "{\"width\":100}", "100×0 is too small" },
    { "{\"height\":100}", "0×100 is too small" },
    { "{\"width\":3,\"height\":100}", "3×100 is too small" },
    { "{\"keyframe-scale\":0}", "“keyframe-scale” must lie between 0.0001 and 10000" },
    { "{\"keyframe-scale\":-1}", "“keyframe-scale” must lie between 0.0001 and 10000" },
    { "{\"keyframe-scale\":10000.1}", "“keyframe-scale” must lie between 0.0001 and 10000" },
    { "{\"keyframe-scale\":\"2\"}", "“keyframe-scale” has a value of the wrong kind" },
    { "{\"keyframe-scale\":false}", "“keyframe-scale” has a value of the wrong kind" },
    { "{\"keyframe-shift\":1048574}", "“keyframe-shift” must lie between" },
    { "{\"keyframe-shift\":-1048574}", "“keyframe-shift” must lie between" },
    { "{\"frames\":12}", "“frames” has a value of the wrong kind" },
    { "{\"frames\":\"5-1\"}", "run backwards" },
    { "{\"frames\":true}", "“frames” has a value of the wrong kind" },
    { "{\"outputs\":\"depth\"}", "“depth” is not an output" },
    { "{\"exr-codec\":\"gzip\"}", "“gzip” is not an EXR codec; choose one of NONE, ZIP" },
    { "{\"exr-codec\":true}", "“exr-codec” has a value of the wrong kind" },
    { "{\"device\":\"gpu\"}", "“gpu” is not a device; choose one of cpu, cuda" },
    { "{\"camera\":\"Camera\",\"all-cameras\":true}", "one camera or all of them" },
    { "{\"debug-previews\":1}", "“debug-previews” has a value of the wrong kind" },
    { "{\"outputs\":\"frames,\"}", "“” is not an output" },
    { "{\"outputs\":\"\"}", "Name at least one output" },
    { "{\"outputs\":1}", "“outputs” has a value of the wrong kind" },
    { "{\"outputs\":true}", "“outputs” has a value of the wrong kind" },
    { "{\"format\":\"gif\"}", "“gif” is not a picture format; choose one of" },
    { "{\"format\":5}", "“format” has a value of the wrong kind" },
    { "{\"color-depth\":16}", "“color-depth” has a value of the wrong kind" },
    { "{\"engine\":1.5}", "“engine” has a value of the wrong kind" },
    { "{\"engine\":[\"CYCLES\"]}", "“engine” has a value of the wrong kind" },
    { "{\"addons\":[\"a\"]}", "“addons” has a value of the wrong kind" },
    { "{\"denoising\":1}", "“denoising” has a value of the wrong kind" },
    { "{\"denoising\":\"on\"}", "“denoising” has a value of the wrong kind" },
    { "{\"denoising\":null}", "“denoising” has a value of the wrong kind" },
    { "{\"allow-scripts\":1}", "“allow-scripts” has a value of the wrong kind" },
    { "{\"allow-scripts\":\"true\"}", "“allow-scripts” has a value of the wrong kind" },
    { "{\"samples\":1,\"nonsense\":1}", "There is no setting “nonsense”" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      if (from_json (wrong[i].text, &error) != NULL)
        g_error ("%s was taken", wrong[i].text);
      rushes_test_assert_error (error, RUSHES_ERROR_INVALID, wrong[i].words);
    }
}

/* JSON text has no such numbers, but a node may hold one. */
static void
test_json_not_finite (void)
{
  static const double numbers[] = { NAN, INFINITY, -INFINITY };
  static const char *const names[] = { "samples", "keyframe-scale", "keyframe-shift", "engine" };

  for (guint i = 0; i < G_N_ELEMENTS (numbers) * G_N_ELEMENTS (names); i++)
    {
      g_autoptr (JsonNode) node = json_from_string ("{}", NULL);
      g_autoptr (GError) error = NULL;

      json_object_set_double_member (json_node_get_object (node), names[i % G_N_ELEMENTS (names)],
                                     numbers[i / G_N_ELEMENTS (names)]);
      g_assert_null (rushes_settings_from_json (node, &error));
      rushes_test_assert_error (error, RUSHES_ERROR_INVALID, names[i % G_N_ELEMENTS (names)]);
    }
}

static void
test_text (void)
{
  g_autoptr (RushesSettings) settings = rushes_settings_new ();
  g_autoptr (RushesSettings) expected = rushes_settings_new ();
  g_autofree char *text = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      if (cases[i].text == NULL)
        continue;
      g_assert_true (rushes_settings_set_text (settings, cases[i].name, cases[i].text, &error));
      g_assert_no_error (error);
      g_assert_true (rushes_settings_is_set (settings, cases[i].name));
    }
  g_object_set (expected, "width", 640, "height", 480, "keyframe-scale", 0.5, "keyframe-shift",
                -12.25, "frames", "1-50,80,100-200x5", "format", "png", "color-depth", "16",
                "color-mode", "RGBA", "engine", "CYCLES", "samples", 128, "threads", 3, "addons",
                "sun_position, \"quoted\"", "exr-codec", "piz", "camera", "Camera.001", "device",
                "cuda", NULL);
  text = to_json (expected);
  assert_json (settings, text);

  g_assert_true (rushes_settings_set_text (settings, "engine", "", NULL));
  g_assert_false (rushes_settings_is_set (settings, "engine"));
  g_assert_true (rushes_settings_set_text (settings, "outputs", " frames , frames", NULL));
  g_assert_false (rushes_settings_is_set (settings, "outputs"));
}

static void
test_text_refused (void)
{
  static const char *const wrong[][3] = {
    { "width", "", "“” is not a number" },
    { "width", "wide", "“wide” is not a number" },
    { "width", "640px", "“640px” is not a number" },
    { "width", "640 480", "“640 480” is not a number" },
    { "width", "1,5", "“1,5” is not a number" },
    { "width", "-640", "must be a whole number" },
    { "width", "640.5", "must be a whole number" },
    { "width", "nan", "must be a whole number" },
    { "width", "inf", "must be a whole number" },
    { "width", "1e300", "must be a whole number" },
    { "width", "65537", "must lie between 0 and 65536" },
    { "keyframe-scale", "nan", "must be a finite number" },
    { "keyframe-scale", "-inf", "must be a finite number" },
    { "keyframe-scale", "1e999", "must be a finite number" },
    { "keyframe-scale", "0", "must lie between 0.0001 and 10000" },
    { "keyframe-scale", "0,5", "“0,5” is not a number" },
    { "keyframe-shift", "2000000", "must lie between" },
    { "outputs", "pictures",
      "“pictures” is not an output; choose some of frames, depths, normals, flows, "
      "segmentations, or all" },
    { "outputs", "", "Name at least one output" },
    { "denoising", "on", "has a value of the wrong kind" },
    { "allow-scripts", "yes", "has a value of the wrong kind" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (RushesSettings) settings = rushes_settings_new ();
      g_autoptr (GError) error = NULL;

      g_assert_false (rushes_settings_set_text (settings, wrong[i][0], wrong[i][1], &error));
      rushes_test_assert_error (error, RUSHES_ERROR_INVALID, wrong[i][2]);
      assert_json (settings, "{}");
    }
}

static void
test_check (void)
{
  g_autoptr (RushesSettings) settings = rushes_settings_new ();
  g_autoptr (GError) frames = NULL;
  g_autoptr (GError) size = NULL;

  g_object_set (settings, "width", 4, "height", 4, "frames", "0-1048573", "format", "jpg", NULL);
  g_assert_true (rushes_settings_check (settings, NULL));
  g_object_set (settings, "frames", "0-1048574", NULL);
  g_assert_false (rushes_settings_check (settings, &frames));
  rushes_test_assert_error (frames, RUSHES_ERROR_INVALID, "last frame is 1048573");
  g_object_set (settings, "frames", NULL, "height", 3, NULL);
  g_assert_false (rushes_settings_check (settings, &size));
  rushes_test_assert_error (size, RUSHES_ERROR_INVALID, "4×3 is too small");
}

static void
test_copy (void)
{
  g_autoptr (RushesSettings) settings = make_full ();
  g_autoptr (RushesSettings) copy = rushes_settings_copy (settings);
  g_autofree char *text = to_json (settings);

  assert_json (copy, text);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    rushes_settings_reset (settings, cases[i].name);
  assert_json (settings, "{}");
  assert_json (copy, text);
}

/* The fingerprint changes with exactly the settings that change pixels. */
static void
test_pixels (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RushesSettings) settings = make_full ();
      g_autofree char *before = rushes_settings_describe_pixels (settings);
      g_autofree char *after = NULL;

      rushes_settings_reset (settings, cases[i].name);
      after = rushes_settings_describe_pixels (settings);
      g_assert_cmpint (!g_str_equal (before, after), ==, cases[i].pixels);
    }
}

static void
test_pixels_values (void)
{
  g_autoptr (RushesSettings) one = rushes_settings_new ();
  g_autoptr (RushesSettings) two = rushes_settings_new ();
  g_autofree char *one_text = NULL;
  g_autofree char *two_text = NULL;
  g_autofree char *off_text = NULL;
  g_autofree char *outputs_text = NULL;

  /* The way there does not matter. */
  g_object_set (one, "samples", 4, "engine", "CYCLES", "frames", "1-3", "threads", 7, NULL);
  g_object_set (two, "engine", "CYCLES", "samples", 8, "frames", "9", NULL);
  g_object_set (two, "samples", 4, NULL);
  one_text = rushes_settings_describe_pixels (one);
  two_text = rushes_settings_describe_pixels (two);
  g_assert_cmpstr (one_text, ==, "{\"engine\":\"CYCLES\",\"samples\":4}");
  g_assert_cmpstr (two_text, ==, one_text);

  /* Off is not the same as what the file says. */
  g_object_set (two, "denoising", RUSHES_SWITCH_OFF, NULL);
  off_text = rushes_settings_describe_pixels (two);
  g_assert_cmpstr (off_text, !=, two_text);

  g_object_set (one, "outputs", 0, NULL);
  outputs_text = rushes_settings_describe_pixels (one);
  g_assert_cmpstr (outputs_text, ==, one_text);
}

/* What is written in which order is all the same; what a frame looks like is
 * another matter. */
static void
test_files (void)
{
  g_autoptr (RushesSettings) one =
      from_json ("{\"outputs\":\"depths,frames\",\"debug-previews\":true,\"exr-codec\":\"PIZ\","
                 "\"all-cameras\":true,\"samples\":4,\"device\":\"cpu\"}",
                 NULL);
  g_autoptr (RushesSettings) other = from_json ("{\"samples\":4,\"device\":\"cpu\"}", NULL);
  g_autofree char *files = rushes_settings_describe_files (one);
  g_autofree char *no_files = rushes_settings_describe_files (other);
  g_autofree char *pixels = rushes_settings_describe_pixels (one);
  g_autofree char *same_pixels = rushes_settings_describe_pixels (other);

  g_assert_cmpstr (files, ==,
                   "{\"outputs\":\"frames,depths\",\"debug-previews\":true,\"exr-codec\":\"PIZ\","
                   "\"all-cameras\":true}");
  g_assert_cmpstr (no_files, ==, "{}");
  g_assert_cmpstr (pixels, ==, same_pixels);
}

static void
test_outputs_parse (void)
{
  g_autoptr (GError) unknown = NULL;
  g_autoptr (GError) none = NULL;

  g_assert_cmpint (rushes_outputs_parse ("frames", NULL), ==, RUSHES_OUTPUTS_FRAMES);
  g_assert_cmpint (rushes_outputs_parse (" frames ,frames ", NULL), ==, RUSHES_OUTPUTS_FRAMES);
  g_assert_cmpint (rushes_outputs_parse ("flows, depths", NULL), ==,
                   RUSHES_OUTPUTS_FLOWS | RUSHES_OUTPUTS_DEPTHS);
  g_assert_cmpint (rushes_outputs_parse ("frames,depths,normals,flows,segmentations", NULL), ==,
                   RUSHES_OUTPUTS_ALL);
  g_assert_cmpint (rushes_outputs_parse ("all", NULL), ==, RUSHES_OUTPUTS_ALL);
  g_assert_cmpint (rushes_outputs_parse ("frames,flowers", &unknown), ==, 0);
  rushes_test_assert_error (unknown, RUSHES_ERROR_INVALID, "“flowers” is not an output");
  g_assert_cmpint (rushes_outputs_parse ("", &none), ==, 0);
  rushes_test_assert_error (none, RUSHES_ERROR_INVALID, "at least one output");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/settings/defaults", test_defaults);
  g_test_add_func ("/settings/all-are-tested", test_all_are_tested);
  g_test_add_func ("/settings/notify", test_notify);
  g_test_add_func ("/settings/json-each", test_json_each);
  g_test_add_func ("/settings/json-all", test_json_all);
  g_test_add_func ("/settings/json-defaults-are-left-out", test_json_defaults_are_left_out);
  g_test_add_func ("/settings/json-numbers", test_json_numbers);
  g_test_add_func ("/settings/json-small-numbers", test_json_small_numbers);
  g_test_add_func ("/settings/json-refused", test_json_refused);
  g_test_add_func ("/settings/json-not-finite", test_json_not_finite);
  g_test_add_func ("/settings/text", test_text);
  g_test_add_func ("/settings/text-refused", test_text_refused);
  g_test_add_func ("/settings/check", test_check);
  g_test_add_func ("/settings/copy", test_copy);
  g_test_add_func ("/settings/pixels", test_pixels);
  g_test_add_func ("/settings/pixels-values", test_pixels_values);
  g_test_add_func ("/settings/files", test_files);
  g_test_add_func ("/settings/outputs-parse", test_outputs_parse);

  return g_test_run ();
}
