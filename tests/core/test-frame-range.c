/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-error.h"
#include "rushes-frame-range.h"
#include "test-utils.h"

/* Sets of this many frames are compared with a naive array of flags. */
#define MODEL_FRAMES 200

static RushesFrameRange *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  RushesFrameRange *range = rushes_frame_range_parse (text, &error);

  g_assert_no_error (error);
  g_assert_nonnull (range);
  return range;
}

static void
test_new (void)
{
  g_autoptr (RushesFrameRange) all = rushes_frame_range_new (1, 250, 1);
  g_autoptr (RushesFrameRange) fives = rushes_frame_range_new (0, 14, 5);
  g_autoptr (RushesFrameRange) one = rushes_frame_range_new (7, 7, 3);
  g_autofree char *all_text = rushes_frame_range_to_string (all);
  g_autofree char *fives_text = rushes_frame_range_to_string (fives);
  g_autofree char *one_text = rushes_frame_range_to_string (one);

  g_assert_cmpuint (rushes_frame_range_get_length (all), ==, 250);
  g_assert_cmpstr (all_text, ==, "1-250");
  g_assert_cmpuint (rushes_frame_range_get_length (fives), ==, 3);
  g_assert_cmpuint (rushes_frame_range_get_frame (fives, 2), ==, 10);
  g_assert_cmpstr (fives_text, ==, "0-10x5");
  g_assert_cmpuint (rushes_frame_range_get_length (one), ==, 1);
  g_assert_cmpstr (one_text, ==, "7");
}

/* Text, canonical text, frames. */
static void
test_canonical (void)
{
  static const struct
  {
    const char *text;
    const char *canonical;
    guint length;
  } cases[] = {
    { "0", "0", 1 },
    { "1", "1", 1 },
    { "000012", "12", 1 },
    { "1-1", "1", 1 },
    { "1-50", "1-50", 50 },
    { "1,2", "1-2", 2 },
    { "1,3", "1,3", 2 },
    { "1,3,5", "1-5x2", 3 },
    { "1-50,80,100-200x5", "1-50,80,100-200x5", 72 },
    { "100-200x5,80,1-50", "1-50,80,100-200x5", 72 },
    { " 1-3 ,\t5 ", "1-3,5", 4 },
    { "1-10x3", "1-10x3", 4 },
    { "1-12x3", "1-10x3", 4 },
    { "1-5x9", "1", 1 },
    { "1-5x4", "1,5", 2 },
    { "1-3x1", "1-3", 3 },
    { "5,5,5", "5", 1 },
    { "1-10,5-15", "1-15", 15 },
    { "1-10,3-7", "1-10", 10 },
    { "1-9x2,2-8x2", "1-9", 9 },
    { "1-5,6-10", "1-10", 10 },
    { "1,3-5", "1,3-5", 4 },
    { "1-5x2,6-8", "1-5x2,6-8", 6 },
    { "0-100x10,0-100x50", "0-100x10", 11 },
    { "1048573", "1048573", 1 },
    { "0-1048573", "0-1048573", 1048574 },
    { "0-1048573x1048573", "0,1048573", 2 },
    { "0-1048573x99999999999999999999", "0", 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RushesFrameRange) range = parse (cases[i].text);
      g_autofree char *text = rushes_frame_range_to_string (range);
      g_autoptr (RushesFrameRange) again = parse (text);
      g_autofree char *again_text = rushes_frame_range_to_string (again);

      g_assert_cmpstr (text, ==, cases[i].canonical);
      g_assert_cmpuint (rushes_frame_range_get_length (range), ==, cases[i].length);
      g_assert_cmpstr (again_text, ==, text);
    }
}

static void
test_errors (void)
{
  static const struct
  {
    const char *text;
    const char *words;
  } cases[] = {
    { "", "“” is not a frame range" },
    { " ", "“” is not a frame range" },
    { ",", "“” is not a frame range" },
    { "1,", "“” is not a frame range" },
    { ",1", "“” is not a frame range" },
    { "1,,2", "“” is not a frame range" },
    { "a", "“a” is not a frame range" },
    { "1-", "“1-” is not a frame range" },
    { "-1", "“-1” is not a frame range" },
    { "1--2", "“1--2” is not a frame range" },
    { "1-2-3", "“1-2-3” is not a frame range" },
    { "1 - 2", "“1 - 2” is not a frame range" },
    { "1x2", "“1x2” is not a frame range" },
    { "1-9x", "“1-9x” is not a frame range" },
    { "1-9X2", "“1-9X2” is not a frame range" },
    { "1-9x-1", "“1-9x-1” is not a frame range" },
    { "1-9x2x2", "“1-9x2x2” is not a frame range" },
    { "1.5", "“1.5” is not a frame range" },
    { "+1", "“+1” is not a frame range" },
    { "0x10", "“0x10” is not a frame range" },
    { "1;2", "“1;2” is not a frame range" },
    { "1-2,oops,4", "“oops” is not a frame range" },
    { "١", "“١” is not a frame range" },
    { "5-1", "“5-1” run backwards; write 1-5" },
    { "1,9-8x2", "“9-8x2” run backwards; write 8-9" },
    { "1-9x0", "“1-9x0”: the step must be 1 or more" },
    { "1-1x0", "“1-1x0”: the step must be 1 or more" },
    { "1048574", "“1048574”: Blender's last frame is 1048573" },
    { "1-1048574", "Blender's last frame is 1048573" },
    { "4294967296", "Blender's last frame is 1048573" },
    { "4294967297-4294967298", "Blender's last frame is 1048573" },
    { "18446744073709551617", "Blender's last frame is 1048573" },
    { "1-18446744073709551616", "Blender's last frame is 1048573" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (rushes_frame_range_parse (cases[i].text, &error));
      rushes_test_assert_error (error, RUSHES_ERROR_INVALID, cases[i].words);
      g_assert_null (rushes_frame_range_parse (cases[i].text, NULL));
    }
}

static void
test_many_parts (void)
{
  g_autoptr (GString) text = g_string_new ("0");
  g_autoptr (RushesFrameRange) range = NULL;
  g_autofree char *canonical = NULL;
  g_autoptr (GError) error = NULL;
  guint frame = 0;

  /* Distances that grow, so that no two frames join. */
  for (guint i = 1; i < 1000; i++)
    g_string_append_printf (text, ",%u", frame += i + 1);
  range = parse (text->str);
  g_assert_cmpuint (rushes_frame_range_get_length (range), ==, 1000);
  canonical = rushes_frame_range_to_string (range);
  g_assert_true (g_str_equal (canonical, text->str));

  g_string_append (text, ",1");
  g_assert_null (rushes_frame_range_parse (text->str, &error));
  rushes_test_assert_error (error, RUSHES_ERROR_INVALID, "1000 parts");
}

/* Few parts that overlap may need many: what cannot be written back is refused. */
static void
test_scattered (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushesFrameRange) some = parse ("0-600x2,0-600x3");
  g_autofree char *text = rushes_frame_range_to_string (some);
  g_autoptr (RushesFrameRange) again = parse (text);

  g_assert_cmpuint (rushes_frame_range_get_length (again), ==,
                    rushes_frame_range_get_length (some));

  g_assert_null (rushes_frame_range_parse ("0-1048573x2,0-1048573x3", &error));
  rushes_test_assert_error (error, RUSHES_ERROR_INVALID, "1000 parts");
}

static void
test_find (void)
{
  g_autoptr (RushesFrameRange) range = parse ("10-20,30-50x10,1000");
  guint index = 99;

  g_assert_cmpuint (rushes_frame_range_get_length (range), ==, 15);
  g_assert_cmpuint (rushes_frame_range_get_frame (range, 0), ==, 10);
  g_assert_cmpuint (rushes_frame_range_get_frame (range, 10), ==, 20);
  g_assert_cmpuint (rushes_frame_range_get_frame (range, 11), ==, 30);
  g_assert_cmpuint (rushes_frame_range_get_frame (range, 13), ==, 50);
  g_assert_cmpuint (rushes_frame_range_get_frame (range, 14), ==, 1000);

  g_assert_true (rushes_frame_range_find (range, 40, &index));
  g_assert_cmpuint (index, ==, 12);
  g_assert_true (rushes_frame_range_find (range, 1000, NULL));

  index = 99;
  g_assert_false (rushes_frame_range_find (range, 0, &index));
  g_assert_false (rushes_frame_range_find (range, 9, &index));
  g_assert_false (rushes_frame_range_find (range, 21, &index));
  g_assert_false (rushes_frame_range_find (range, 35, &index));
  g_assert_false (rushes_frame_range_find (range, 999, &index));
  g_assert_false (rushes_frame_range_find (range, 1001, &index));
  g_assert_false (rushes_frame_range_find (range, G_MAXUINT, &index));
  g_assert_cmpuint (index, ==, 99);
}

static void
test_limits (void)
{
  g_autoptr (RushesFrameRange) all = rushes_frame_range_new (0, RUSHES_FRAME_MAX, 1);
  guint index;

  g_assert_cmpuint (rushes_frame_range_get_length (all), ==, RUSHES_FRAME_MAX + 1);
  g_assert_cmpuint (rushes_frame_range_get_frame (all, RUSHES_FRAME_MAX), ==, RUSHES_FRAME_MAX);
  g_assert_true (rushes_frame_range_find (all, RUSHES_FRAME_MAX, &index));
  g_assert_cmpuint (index, ==, RUSHES_FRAME_MAX);
  g_assert_false (rushes_frame_range_find (all, RUSHES_FRAME_MAX + 1, &index));
}

static void
test_ref (void)
{
  RushesFrameRange *range = rushes_frame_range_new (1, 3, 1);
  g_autoptr (RushesFrameRange) second = rushes_frame_range_ref (range);
  g_auto (GValue) value = G_VALUE_INIT;

  g_assert_true (second == range);
  rushes_frame_range_unref (range);
  g_assert_cmpuint (rushes_frame_range_get_length (second), ==, 3);

  g_value_init (&value, RUSHES_TYPE_FRAME_RANGE);
  g_value_set_boxed (&value, second);
  g_assert_true (g_value_get_boxed (&value) == second);
}

static void
append_random_part (GString *text, gboolean present[MODEL_FRAMES])
{
  guint start = (guint) g_test_rand_int_range (0, MODEL_FRAMES);
  guint end = start;
  guint step = 1;

  g_string_append_printf (text, "%s%u", text->len > 0 ? "," : "", start);
  if (g_test_rand_bit ())
    {
      end = (guint) g_test_rand_int_range ((gint32) start, MODEL_FRAMES);
      g_string_append_printf (text, "-%u", end);
      if (g_test_rand_bit ())
        {
          step = (guint) g_test_rand_int_range (1, 20);
          g_string_append_printf (text, "x%u", step);
        }
    }
  for (guint frame = start; frame <= end; frame += step)
    present[frame] = TRUE;
}

static void
assert_is_model (RushesFrameRange *range, const gboolean present[MODEL_FRAMES])
{
  guint expected = 0;

  for (guint frame = 0; frame < MODEL_FRAMES; frame++)
    {
      guint index = G_MAXUINT;

      g_assert_cmpint (rushes_frame_range_find (range, frame, &index), ==, present[frame]);
      if (!present[frame])
        continue;
      g_assert_cmpuint (index, ==, expected);
      g_assert_cmpuint (rushes_frame_range_get_frame (range, index), ==, frame);
      expected++;
    }
  g_assert_cmpuint (rushes_frame_range_get_length (range), ==, expected);
}

static void
test_random (void)
{
  for (guint round = 0; round < 1000; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      gboolean present[MODEL_FRAMES] = { FALSE };
      g_autoptr (RushesFrameRange) range = NULL;
      g_autoptr (RushesFrameRange) again = NULL;
      g_autofree char *canonical = NULL;
      g_autofree char *canonical_again = NULL;

      for (gint32 parts = g_test_rand_int_range (1, 12); parts > 0; parts--)
        append_random_part (text, present);

      range = parse (text->str);
      assert_is_model (range, present);
      canonical = rushes_frame_range_to_string (range);
      again = parse (canonical);
      assert_is_model (again, present);
      canonical_again = rushes_frame_range_to_string (again);
      g_assert_cmpstr (canonical_again, ==, canonical);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/frame-range/new", test_new);
  g_test_add_func ("/frame-range/canonical", test_canonical);
  g_test_add_func ("/frame-range/errors", test_errors);
  g_test_add_func ("/frame-range/many-parts", test_many_parts);
  g_test_add_func ("/frame-range/scattered", test_scattered);
  g_test_add_func ("/frame-range/find", test_find);
  g_test_add_func ("/frame-range/limits", test_limits);
  g_test_add_func ("/frame-range/ref", test_ref);
  g_test_add_func ("/frame-range/random", test_random);

  return g_test_run ();
}
