/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-estimator.h"
#include "test-utils.h"

#define SECOND ((gint64) G_USEC_PER_SEC)

static void
assert_near (double value, double expected)
{
  g_assert_cmpfloat_with_epsilon (value, expected, 1e-6);
}

static void
test_nothing_seen (void)
{
  RushesEstimator estimator = { 0 };

  assert_near (rushes_estimator_get_rate (&estimator, 5 * SECOND), 0);
  assert_near (rushes_estimator_get_seconds_left (&estimator, 10, 5 * SECOND), -1);
  assert_near (rushes_estimator_get_seconds_left (&estimator, 0, 5 * SECOND), 0);
}

static void
test_only_started (void)
{
  RushesEstimator estimator = { 0 };

  rushes_estimator_start (&estimator, 5 * SECOND);
  assert_near (rushes_estimator_get_rate (&estimator, 50 * SECOND), 0);
  assert_near (rushes_estimator_get_seconds_left (&estimator, 10, 50 * SECOND), -1);
}

static void
test_one_frame (void)
{
  RushesEstimator estimator = { 0 };

  rushes_estimator_start (&estimator, 10 * SECOND);
  rushes_estimator_add (&estimator, 14 * SECOND);
  assert_near (rushes_estimator_get_rate (&estimator, 14 * SECOND), 0.25);
  assert_near (rushes_estimator_get_seconds_left (&estimator, 3, 14 * SECOND), 12);
  assert_near (rushes_estimator_get_seconds_left (&estimator, 0.5, 14 * SECOND), 2);
  assert_near (rushes_estimator_get_seconds_left (&estimator, -1, 14 * SECOND), 0);
}

static void
test_steady (void)
{
  for (guint frames = 1; frames < 5 * RUSHES_ESTIMATOR_EVENTS; frames++)
    {
      RushesEstimator estimator = { 0 };

      rushes_estimator_start (&estimator, 0);
      for (guint i = 1; i <= frames; i++)
        rushes_estimator_add (&estimator, i * SECOND / 2);
      assert_near (rushes_estimator_get_rate (&estimator, frames * SECOND / 2), 2);
    }
}

/* What was long ago says little: after enough fast frames the slow are forgotten. */
static void
test_forgets (void)
{
  RushesEstimator estimator = { 0 };
  gint64 now = 0;

  rushes_estimator_start (&estimator, now);
  for (guint i = 0; i < 100; i++)
    rushes_estimator_add (&estimator, now += 60 * SECOND);
  assert_near (rushes_estimator_get_rate (&estimator, now), 1 / 60.0);
  for (guint i = 0; i < RUSHES_ESTIMATOR_EVENTS; i++)
    rushes_estimator_add (&estimator, now += SECOND);
  assert_near (rushes_estimator_get_rate (&estimator, now), 1);
}

static void
test_overdue (void)
{
  RushesEstimator estimator = { 0 };
  double before = 10;

  rushes_estimator_start (&estimator, 0);
  for (guint i = 1; i <= 10; i++)
    rushes_estimator_add (&estimator, i * SECOND);

  /* Within the time of one frame nothing changes, then the rate only falls. */
  assert_near (rushes_estimator_get_rate (&estimator, 10 * SECOND), 1);
  assert_near (rushes_estimator_get_rate (&estimator, 11 * SECOND), 1);
  for (guint late = 12; late < 1000; late++)
    {
      double rate = rushes_estimator_get_rate (&estimator, late * SECOND);

      g_assert_cmpfloat (rate, <, before);
      g_assert_cmpfloat (rate, >, 0);
      before = rate;
    }
  assert_near (rushes_estimator_get_rate (&estimator, 21 * SECOND), 0.5);
  g_assert_cmpfloat (rushes_estimator_get_seconds_left (&estimator, 1, 999 * SECOND), >, 90);
}

static void
test_all_at_once (void)
{
  RushesEstimator estimator = { 0 };

  rushes_estimator_start (&estimator, 7);
  rushes_estimator_add (&estimator, 7);
  rushes_estimator_add (&estimator, 7);
  assert_near (rushes_estimator_get_rate (&estimator, 7), 0);
  assert_near (rushes_estimator_get_seconds_left (&estimator, 1, 7), -1);
}

static void
test_start_again (void)
{
  RushesEstimator estimator = { 0 };

  rushes_estimator_start (&estimator, 0);
  for (guint i = 1; i <= 200; i++)
    rushes_estimator_add (&estimator, i * 60 * SECOND);
  rushes_estimator_start (&estimator, 50000 * SECOND);
  assert_near (rushes_estimator_get_rate (&estimator, 50000 * SECOND), 0);
  rushes_estimator_add (&estimator, 50001 * SECOND);
  assert_near (rushes_estimator_get_rate (&estimator, 50001 * SECOND), 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/estimator/nothing-seen", test_nothing_seen);
  g_test_add_func ("/estimator/only-started", test_only_started);
  g_test_add_func ("/estimator/one-frame", test_one_frame);
  g_test_add_func ("/estimator/steady", test_steady);
  g_test_add_func ("/estimator/forgets", test_forgets);
  g_test_add_func ("/estimator/overdue", test_overdue);
  g_test_add_func ("/estimator/all-at-once", test_all_at_once);
  g_test_add_func ("/estimator/start-again", test_start_again);

  return g_test_run ();
}
