/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-error.h"
#include "rushes-report.h"
#include "test-utils.h"

#define LAST RUSHES_FRAME_MAX

/* What every report has, and no more. */
#define LEAST "\"engine\":\"CYCLES\",\"format\":\"PNG\",\"step\":1,\"fps\":24"

static const char full[] =
    "{\"saved_by\":\"3.4\",\"engine\":\"CYCLES\",\"format\":\"OPEN_EXR\",\"color_depth\":\"16\","
    "\"color_mode\":\"RGBA\",\"camera\":\"Kamera Ä\",\"width\":1920,\"height\":1080,"
    "\"start\":-5,\"end\":250,\"step\":2,\"samples\":128,\"threads\":4,\"denoising\":true,"
    "\"motion_blur\":true,\"fps\":23.976,"
    "\"engines\":[\"BLENDER_EEVEE\",\"CYCLES\"],\"formats\":[\"PNG\"],"
    "\"missing\":[{\"kind\":\"texture\",\"name\":\"wood\",\"path\":\"//wood.png\"},\"//b.png\"],"
    "\"device\":\"GPU\",\"cameras\":[\"Kamera Ä\",\"B\"],\"unstretchable\":[\"the cloth of 'Flag'\"],"
    "\"scripts\":[\"rig.py\"],\"warnings\":[\"One\",\"Two\"],\"something new\":{\"a\":[1]}}";

static RushesReport *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = json_from_string (text, &error);

  g_assert_no_error (error);
  return rushes_report_from_json (node);
}

static void
assert_full (const RushesReport *report)
{
  g_assert_nonnull (report);
  g_assert_cmpstr (report->saved_by, ==, "3.4");
  g_assert_cmpstr (report->engine, ==, "CYCLES");
  g_assert_cmpstr (report->format, ==, "OPEN_EXR");
  g_assert_cmpstr (report->color_depth, ==, "16");
  g_assert_cmpstr (report->color_mode, ==, "RGBA");
  g_assert_cmpstr (report->camera, ==, "Kamera Ä");
  g_assert_cmpuint (report->width, ==, 1920);
  g_assert_cmpuint (report->height, ==, 1080);
  g_assert_cmpint (report->start, ==, -5);
  g_assert_cmpint (report->end, ==, 250);
  g_assert_cmpuint (report->step, ==, 2);
  g_assert_cmpuint (report->samples, ==, 128);
  g_assert_cmpuint (report->threads, ==, 4);
  g_assert_cmpfloat (report->fps, ==, 23.976);
  g_assert_true (report->denoising);
  g_assert_true (report->motion_blur);
  g_assert_cmpuint (g_strv_length (report->engines), ==, 2);
  g_assert_cmpstr (report->engines[1], ==, "CYCLES");
  g_assert_cmpuint (g_strv_length (report->formats), ==, 1);
  g_assert_cmpuint (g_strv_length (report->missing), ==, 2);
  g_assert_cmpstr (report->missing[0], ==, "//wood.png");
  g_assert_cmpstr (report->missing[1], ==, "//b.png");
  g_assert_cmpstr (report->scripts[0], ==, "rig.py");
  g_assert_true (rushes_report_tells (report, "Two"));
  g_assert_true (rushes_report_tells (report, "Scripts of the scene are blocked: rig.py"));
  g_assert_false (rushes_report_tells (report, "Three"));
  g_assert_cmpstr (report->device, ==, "GPU");
  g_assert_cmpuint (g_strv_length (report->cameras), ==, 2);
  g_assert_cmpstr (report->cameras[1], ==, "B");
  g_assert_cmpuint (g_strv_length (report->unstretchable), ==, 1);
  g_assert_cmpuint (g_strv_length (report->warnings), ==, 2);
}

/* The same after any number of ways through JSON. */
static void
test_round_trip (void)
{
  g_autoptr (RushesReport) report = parse (full);
  g_autoptr (RushesReport) again = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (JsonNode) node_again = NULL;
  g_autofree char *text = NULL;
  g_autofree char *text_again = NULL;

  assert_full (report);
  node = rushes_report_to_json (report);
  text = json_to_string (node, FALSE);
  again = parse (text);
  assert_full (again);
  node_again = rushes_report_to_json (again);
  text_again = json_to_string (node_again, FALSE);
  g_assert_cmpstr (text_again, ==, text);
}

/* As the channel hands over what a client answers. */
static GVariant *
make_reply (const char *text)
{
  g_autoptr (GError) error = NULL;
  GVariant *reply = json_gvariant_deserialize_data (text, -1, NULL, &error);

  g_assert_no_error (error);
  return g_variant_ref_sink (reply);
}

static void
test_reply (void)
{
  g_autoptr (GVariant) reply = make_reply (full);
  g_autoptr (GVariant) bad = make_reply ("{\"engine\":\"CYCLES\"}");
  g_autoptr (GError) error = NULL;
  g_autoptr (RushesReport) report = rushes_report_from_reply (reply, &error);

  g_assert_no_error (error);
  assert_full (report);
  g_assert_null (rushes_report_from_reply (bad, &error));
  rushes_test_assert_error (error, RUSHES_ERROR_PROTOCOL, "add-on");
}

static void
test_least (void)
{
  g_autoptr (RushesReport) report = parse ("{" LEAST "}");

  g_assert_nonnull (report);
  g_assert_null (report->saved_by);
  g_assert_null (report->camera);
  g_assert_cmpuint (report->width, ==, 0);
  g_assert_cmpint (report->start, ==, 0);
  g_assert_false (report->denoising);
  g_assert_null (report->engines);
  g_assert_null (report->missing);
}

static void
test_nonsense (void)
{
  static const char *const texts[] = {
    "null",
    "1",
    "\"\"",
    "[]",
    "{}",
    "[{" LEAST "}]",
    "{\"format\":\"PNG\",\"step\":1,\"fps\":24}",
    "{\"engine\":\"CYCLES\",\"step\":1,\"fps\":24}",
    "{\"engine\":\"CYCLES\",\"format\":\"PNG\",\"fps\":24}",
    "{\"engine\":\"CYCLES\",\"format\":\"PNG\",\"step\":1}",
    "{\"engine\":null,\"format\":\"PNG\",\"step\":1,\"fps\":24}",
    "{\"engine\":1,\"format\":\"PNG\",\"step\":1,\"fps\":24}",
    "{\"engine\":\"CYCLES\",\"format\":[\"PNG\"],\"step\":1,\"fps\":24}",
    "{\"engine\":\"CYCLES\",\"format\":\"PNG\",\"step\":0,\"fps\":24}",
    "{\"engine\":\"CYCLES\",\"format\":\"PNG\",\"step\":-1,\"fps\":24}",
    "{\"engine\":\"CYCLES\",\"format\":\"PNG\",\"step\":\"1\",\"fps\":24}",
    "{\"engine\":\"CYCLES\",\"format\":\"PNG\",\"step\":1,\"fps\":0}",
    "{\"engine\":\"CYCLES\",\"format\":\"PNG\",\"step\":1,\"fps\":-24}",
    "{\"engine\":\"CYCLES\",\"format\":\"PNG\",\"step\":1,\"fps\":1e300}",
    "{\"engine\":\"CYCLES\",\"format\":\"PNG\",\"step\":1,\"fps\":\"24\"}",
    "{\"engine\":\"CYCLES\",\"format\":\"PNG\",\"step\":1,\"fps\":{}}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (RushesReport) report = parse (texts[i]);

      if (report != NULL)
        g_error ("%s is taken for a report", texts[i]);
    }
}

/* Members of another kind count as missing, and what is too large as large. */
static void
test_odd (void)
{
  g_autoptr (RushesReport) report =
      parse ("{" LEAST ",\"saved_by\":3.4,\"camera\":[],\"color_mode\":null,\"denoising\":\"yes\","
             "\"motion_blur\":1,\"width\":\"wide\",\"height\":-7,\"samples\":1e3,"
             "\"threads\":99999999999,\"start\":-99999999999,\"end\":99999999999,"
             "\"engines\":{},\"formats\":\"PNG\",\"missing\":[],"
             "\"scripts\":[null,1,[],{},{\"path\":2},\"a\",{\"path\":\"b\"}]}");

  g_assert_nonnull (report);
  g_assert_null (report->saved_by);
  g_assert_null (report->camera);
  g_assert_null (report->color_mode);
  g_assert_false (report->denoising);
  g_assert_true (report->motion_blur);
  g_assert_cmpuint (report->width, ==, 0);
  g_assert_cmpuint (report->height, ==, 0);
  g_assert_cmpuint (report->samples, ==, 0);
  g_assert_cmpuint (report->threads, ==, G_MAXUINT);
  g_assert_cmpint (report->start, ==, G_MININT);
  g_assert_cmpint (report->end, ==, G_MAXINT);
  g_assert_null (report->engines);
  g_assert_null (report->formats);
  g_assert_null (report->missing);
  g_assert_cmpuint (g_strv_length (report->scripts), ==, 2);
  g_assert_cmpstr (report->scripts[0], ==, "a");
  g_assert_cmpstr (report->scripts[1], ==, "b");
}

/* A list that holds nothing we understand is no list. */
static void
test_empty_list (void)
{
  g_autoptr (RushesReport) report = parse ("{" LEAST ",\"missing\":[1,null],\"warnings\":[{}]}");

  g_assert_nonnull (report);
  g_assert_null (report->missing);
  g_assert_null (report->warnings);
}

static void
test_shared (void)
{
  g_auto (GValue) value = G_VALUE_INIT;
  g_autoptr (RushesReport) report = parse (full);
  RushesReport *same;

  g_value_init (&value, RUSHES_TYPE_REPORT);
  g_value_set_boxed (&value, report);
  same = g_value_get_boxed (&value);
  g_assert_true (same == report);
  g_clear_pointer (&report, rushes_report_unref);
  assert_full (same);
}

/* ---- What will be rendered ------------------------------------------- */

typedef struct
{
  int start, end;
  guint step;
  double scale, shift;
  const char *frames; /* (nullable) */
  const char *plan;   /* as rushes_frame_range_to_string() says it */
} Plan;

static const Plan plans[] = {
  /* As the file has it. */
  { 1, 250, 1, 1, 0, NULL, "1-250" },
  { 1, 250, 3, 1, 0, NULL, "1-250x3" },
  { 7, 7, 1, 1, 0, NULL, "7" },
  { 0, LAST, 1, 1, 0, NULL, "0-1048573" },
  /* The end is exclusive while it is scaled. */
  { 0, 99, 1, 5, 0, NULL, "0-499" },
  { 0, 99, 1, 0.5, 0, NULL, "0-49" },
  { 1, 10, 1, 2, 0, NULL, "2-21" },
  { 1, 250, 1, 0.1, 0, NULL, "0-24" },
  { 5, 5, 1, 4, 0, NULL, "20-23" },
  /* Half to even, at both ends. */
  { 1, 10, 1, 0.5, 0, NULL, "0-5" },
  { 3, 10, 1, 0.5, 0, NULL, "2-5" },
  { 5, 12, 1, 0.5, 0, NULL, "2-5" },
  { 1, 12, 1, 1.5, 0, NULL, "2-19" },
  { 1, 4, 1, 2.5, 0, NULL, "2-11" },
  { 3, 4, 1, 2.5, 0, NULL, "8-11" },
  /* Shifts come after the scale, and are rounded with it. */
  { 1, 10, 1, 1, 100, NULL, "101-110" },
  { 11, 20, 1, 1, -11, NULL, "0-9" },
  { 1, 10, 1, 2, 3, NULL, "5-24" },
  { 0, 9, 1, 1, 0.5, NULL, "0-9" },
  { 1, 10, 1, 1, 0.5, NULL, "2-11" },
  { 0, 9, 1, 1, 0.4, NULL, "0-9" },
  { -20, -11, 1, 1, 20, NULL, "0-9" },
  { -4, 5, 1, 0.5, 2, NULL, "0-4" },
  { 0, 99, 10, 5, 0, NULL, "0-490x10" },
  /* Numbers of the user's are on the new timeline. */
  { 0, 99, 1, 5, 100, "1-10", "1-10" },
  { 0, 99, 1, 5, 0, "490-520x10,3", "3,490-520x10" },
  { -50, -10, 1, 1, 0, "1-3", "1-3" },
};

static RushesReport *
make_report (int start, int end, guint step)
{
  g_autofree char *text = g_strdup_printf (
      "{\"engine\":\"CYCLES\",\"format\":\"PNG\",\"fps\":24,\"start\":%d,\"end\":%d,\"step\":%u}",
      start, end, step);

  return parse (text);
}

static RushesFrameRange *
make_plan (const Plan *plan, GError **error)
{
  g_autoptr (RushesReport) report = make_report (plan->start, plan->end, plan->step);
  g_autoptr (RushesSettings) settings = rushes_settings_new ();

  g_object_set (settings, "keyframe-scale", plan->scale, "keyframe-shift", plan->shift, "frames",
                plan->frames, NULL);
  return rushes_report_plan (report, settings, error);
}

static void
test_plan (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (plans); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (RushesFrameRange) range = make_plan (&plans[i], &error);
      g_autoptr (RushesFrameRange) expected = NULL;
      g_autofree char *text = NULL;
      g_autofree char *expected_text = NULL;

      g_assert_no_error (error);
      expected = rushes_frame_range_parse (plans[i].plan, &error);
      g_assert_no_error (error);
      text = rushes_frame_range_to_string (range);
      expected_text = rushes_frame_range_to_string (expected);
      if (g_strcmp0 (text, expected_text) != 0)
        g_error ("%d-%d by %g and %g is %s, not %s", plans[i].start, plans[i].end, plans[i].scale,
                 plans[i].shift, text, expected_text);
    }
}

/* Half to even of a fraction, by whole numbers alone. */
static gint64
divide (gint64 number, gint64 by)
{
  gint64 quotient = number / by - (number % by < 0);
  gint64 twice = 2 * (number - quotient * by);

  return quotient + (twice > by || (twice == by && quotient % 2 != 0));
}

/* Scales and shifts in quarters: the numbers are exact, so no rounding excuses. */
static void
test_plan_formula (void)
{
  for (guint i = 0; i < 2000; i++)
    {
      gint32 start = g_test_rand_int_range (-50, 300), length = g_test_rand_int_range (1, 300);
      gint32 scale = g_test_rand_int_range (1, 40), shift = g_test_rand_int_range (-400, 400);
      Plan plan = { start, start + length - 1, 1, scale / 4.0, shift / 4.0, NULL, NULL };
      gint64 first = divide ((gint64) start * scale + shift, 4);
      gint64 last = divide ((gint64) (start + length) * scale + shift, 4) - 1;
      g_autoptr (GError) error = NULL;
      g_autoptr (RushesFrameRange) range = make_plan (&plan, &error);

      if (first < 0 || last < first)
        {
          g_assert_null (range);
          g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_OUT_OF_RANGE);
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpuint (rushes_frame_range_get_length (range), ==, last - first + 1);
      g_assert_cmpuint (rushes_frame_range_get_frame (range, 0), ==, first);
    }
}

static const Plan limits[] = {
  { -1, 10, 1, 1, 0, NULL, "-1 to 10" },
  { 1, 10, 1, 1, -2, NULL, "-1 to 8" },
  { 1, LAST, 1, 1, 1, NULL, "1048574" },
  { 0, 999999, 1, 2, 0, NULL, "1999999" },
  { 1, 250, 1, 1e4, 0, NULL, "10000 to" },
  { 0, G_MAXINT, 1, 1e4, LAST, NULL, "1048573" },
  { G_MININT, 0, 1, 1e4, 0, NULL, "-21474836480000" },
  { 1, 10, 1, 1e-4, 0, NULL, "no frame" },
  { 10, 1, 1, 1, 0, NULL, "no frame" },
};

static void
test_plan_limits (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (make_plan (&limits[i], &error));
      rushes_test_assert_error (error, RUSHES_ERROR_OUT_OF_RANGE, limits[i].plan);
    }
}

static void
test_plan_bad_frames (void)
{
  const Plan plan = { 1, 10, 1, 1, 0, "10-1", NULL };
  g_autoptr (GError) error = NULL;

  g_assert_null (make_plan (&plan, &error));
  rushes_test_assert_error (error, RUSHES_ERROR_INVALID, "run backwards");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/report/round-trip", test_round_trip);
  g_test_add_func ("/report/reply", test_reply);
  g_test_add_func ("/report/least", test_least);
  g_test_add_func ("/report/nonsense", test_nonsense);
  g_test_add_func ("/report/odd", test_odd);
  g_test_add_func ("/report/empty-list", test_empty_list);
  g_test_add_func ("/report/shared", test_shared);
  g_test_add_func ("/report/plan", test_plan);
  g_test_add_func ("/report/plan-formula", test_plan_formula);
  g_test_add_func ("/report/plan-limits", test_plan_limits);
  g_test_add_func ("/report/plan-bad-frames", test_plan_bad_frames);

  return g_test_run ();
}
