/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-pace.h"
#include "test-utils.h"

static void
add (RushesPace *pace, guint times, double seconds)
{
  for (guint i = 0; i < times; i++)
    rushes_pace_add (pace, seconds);
}

static void
test_unknown (void)
{
  RushesPace pace = { 0 };

  g_assert_false (rushes_pace_is_known (&pace));
  g_assert_cmpfloat (rushes_pace_get_median (&pace), ==, 0);
  g_assert_cmpuint (rushes_pace_get_patience (&pace, 60), ==, 3600);
  add (&pace, 2, 1000);
  g_assert_false (rushes_pace_is_known (&pace));
  g_assert_cmpuint (rushes_pace_get_patience (&pace, 60), ==, 3600);
  add (&pace, 1, 1000);
  g_assert_true (rushes_pace_is_known (&pace));
  g_assert_cmpuint (rushes_pace_get_patience (&pace, 60), ==, 10000);
}

static void
test_median (void)
{
  RushesPace pace = { 0 };

  rushes_pace_add (&pace, 9);
  rushes_pace_add (&pace, 1);
  rushes_pace_add (&pace, 5);
  g_assert_cmpfloat (rushes_pace_get_median (&pace), ==, 5);
  /* Of an even number the lower one. */
  rushes_pace_add (&pace, 7);
  g_assert_cmpfloat (rushes_pace_get_median (&pace), ==, 5);
  /* A few odd ones do not matter, and what is past is forgotten. */
  add (&pace, RUSHES_PACE_FRAMES, 20);
  add (&pace, 7, 100000);
  g_assert_cmpfloat (rushes_pace_get_median (&pace), ==, 20);
  add (&pace, 1, 100000);
  g_assert_cmpfloat (rushes_pace_get_median (&pace), ==, 100000);
}

static void
test_patience (void)
{
  static const struct
  {
    double seconds;
    guint patience;
  } cases[] = {
    { 0, 60 }, { 0.01, 60 }, { 6, 60 }, { 6.01, 61 }, { 30, 300 }, { 1e300, G_MAXINT }
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      RushesPace pace = { 0 };

      add (&pace, 5, cases[i].seconds);
      g_assert_cmpuint (rushes_pace_get_patience (&pace, 60), ==, cases[i].patience);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pace/unknown", test_unknown);
  g_test_add_func ("/pace/median", test_median);
  g_test_add_func ("/pace/patience", test_patience);

  return g_test_run ();
}
