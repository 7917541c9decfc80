/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-enums.h"
#include "rushes-error.h"
#include "test-utils.h"

/* Every cause has a heading of its own and one sentence that says what to do. */
static void
test_words (void)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (RUSHES_TYPE_ERROR);
  g_autoptr (GHashTable) titles = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < klass->n_values; i++)
    {
      RushesError code = klass->values[i].value;
      const char *title = rushes_error_get_title (code);
      const char *advice = rushes_error_get_advice (code);

      g_test_message ("%s: %s", title, advice);
      g_assert_true (g_ascii_isupper (*title) && g_ascii_isupper (*advice));
      g_assert_cmpint (g_utf8_strlen (title, -1), <=, 30);
      g_assert_null (strchr (title, '.'));
      g_assert_true (strchr (advice, '.') == advice + strlen (advice) - 1);
      /* Words for a window too. */
      g_assert_null (strstr (advice, "--"));
      g_assert_true (g_hash_table_add (titles, (gpointer) title));
    }
  g_assert_cmpstr (rushes_error_get_title (RUSHES_ERROR_OUT_OF_MEMORY), ==, "Out of memory");
}

static void
test_nick (void)
{
  g_assert_cmpstr (rushes_enum_nick (RUSHES_TYPE_ERROR, RUSHES_ERROR_TIMED_OUT), ==, "timed-out");
  g_assert_cmpstr (rushes_enum_nick (RUSHES_TYPE_ERROR, -1), ==, "unknown");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/error/words", test_words);
  g_test_add_func ("/error/nick", test_nick);
  return g_test_run ();
}
