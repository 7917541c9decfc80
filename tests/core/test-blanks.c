/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-blanks.h"
#include "test-utils.h"

static void
assert_text (RushesBlanks *blanks, RushesBlank kind, const char *expected)
{
  g_autofree char *text = rushes_blanks_describe (blanks, kind);

  g_assert_cmpstr (text, ==, expected);
}

/* An answer of a client with this member. */
static RushesBlank
read_reply (const char *member)
{
  g_autofree char *text = g_strdup_printf ("{%s}", member);
  g_autoptr (GVariant) reply =
      g_variant_ref_sink (json_gvariant_deserialize_data (text, -1, NULL, NULL));

  return rushes_blank_from_reply (reply);
}

static void
test_reply (void)
{
  g_assert_cmpint (read_reply ("\"blank\":\"black\""), ==, RUSHES_BLANK_BLACK);
  g_assert_cmpint (read_reply ("\"blank\":\"transparent\""), ==, RUSHES_BLANK_TRANSPARENT);
  g_assert_cmpint (read_reply ("\"blank\":\"not\""), ==, RUSHES_BLANK_NOT);
  g_assert_cmpint (read_reply ("\"blank\":\"mauve\""), ==, RUSHES_BLANK_NOT);
  g_assert_cmpint (read_reply ("\"blank\":1"), ==, RUSHES_BLANK_NOT);
  g_assert_cmpint (read_reply ("\"frame\":1"), ==, RUSHES_BLANK_NOT);
}

/* A scene in the dark is what its maker wanted. */
static void
test_among_others (void)
{
  g_autoptr (RushesBlanks) blanks = rushes_blanks_new ();

  assert_text (blanks, RUSHES_BLANK_BLACK, NULL);
  rushes_blanks_note (blanks, 4, RUSHES_BLANK_BLACK);
  rushes_blanks_note (blanks, 3, RUSHES_BLANK_BLACK);
  rushes_blanks_note (blanks, 9, RUSHES_BLANK_TRANSPARENT);
  assert_text (blanks, RUSHES_BLANK_BLACK, NULL);
  assert_text (blanks, RUSHES_BLANK_TRANSPARENT, NULL);
  g_assert_null (rushes_blanks_get_all_suspicious (blanks));

  rushes_blanks_note (blanks, 5, RUSHES_BLANK_NOT);
  assert_text (blanks, RUSHES_BLANK_BLACK, "2 frames are all black, unlike others: 3-4");
  assert_text (blanks, RUSHES_BLANK_TRANSPARENT, "1 frame is all transparent, unlike others: 9");

  /* Rendered again, and better; and gone. */
  rushes_blanks_note (blanks, 3, RUSHES_BLANK_NOT);
  rushes_blanks_forget (blanks, 9);
  assert_text (blanks, RUSHES_BLANK_BLACK, "1 frame is all black, unlike others: 4");
  assert_text (blanks, RUSHES_BLANK_TRANSPARENT, NULL);

  rushes_blanks_clear (blanks);
  rushes_blanks_note (blanks, 4, RUSHES_BLANK_BLACK);
  assert_text (blanks, RUSHES_BLANK_BLACK, NULL);
}

static void
test_many (void)
{
  g_autoptr (RushesBlanks) blanks = rushes_blanks_new ();
  g_autoptr (RushesFrameRange) range = NULL;
  g_autofree char *text = NULL;

  for (guint frame = 0; frame < 3000; frame += 2)
    {
      rushes_blanks_note (blanks, frame, RUSHES_BLANK_BLACK);
      rushes_blanks_note (blanks, frame + 1, RUSHES_BLANK_NOT);
    }
  /* As many as a range may have parts; every other frame is one part in the end. */
  range = rushes_blanks_get_all_suspicious (blanks);
  g_assert_cmpuint (rushes_frame_range_get_length (range), ==, RUSHES_FRAME_RANGE_MAX_PARTS);
  assert_text (blanks, RUSHES_BLANK_BLACK, "1000 frames are all black, unlike others: 0-1998x2");

  rushes_blanks_clear (blanks);
  for (guint frame = 0; frame < 3000; frame++)
    rushes_blanks_note (blanks, frame * frame % 3001 * 3, RUSHES_BLANK_BLACK);
  rushes_blanks_note (blanks, 1, RUSHES_BLANK_NOT);
  text = rushes_blanks_describe (blanks, RUSHES_BLANK_BLACK);
  g_assert_true (g_str_has_suffix (text, "…"));
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_cmpuint (strlen (text), <, 300);
}

static void
test_json (void)
{
  g_autoptr (RushesBlanks) blanks = rushes_blanks_new ();
  g_autoptr (RushesBlanks) again = rushes_blanks_new ();
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonObject) odd = json_object_new ();

  for (guint frame = 2; frame < 6; frame++)
    rushes_blanks_note (blanks, frame, RUSHES_BLANK_BLACK);
  rushes_blanks_note (blanks, 8, RUSHES_BLANK_TRANSPARENT);
  rushes_blanks_note (blanks, 1, RUSHES_BLANK_NOT);
  rushes_blanks_to_json (blanks, object);
  g_assert_cmpstr (json_object_get_string_member (object, "black"), ==, "2-5");
  rushes_blanks_read_json (again, object);
  assert_text (again, RUSHES_BLANK_BLACK, "4 frames are all black, unlike others: 2-5");
  assert_text (again, RUSHES_BLANK_TRANSPARENT, "1 frame is all transparent, unlike others: 8");

  json_object_set_int_member (odd, "black", 3);
  json_object_set_string_member (odd, "transparent", "5-");
  json_object_set_boolean_member (odd, "shows", TRUE);
  rushes_blanks_read_json (again, odd);
  assert_text (again, RUSHES_BLANK_BLACK, NULL);
  assert_text (again, RUSHES_BLANK_TRANSPARENT, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/blanks/reply", test_reply);
  g_test_add_func ("/blanks/among-others", test_among_others);
  g_test_add_func ("/blanks/many", test_many);
  g_test_add_func ("/blanks/json", test_json);

  return g_test_run ();
}
