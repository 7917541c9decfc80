/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include "rushes-events.h"

int LLVMFuzzerTestOneInput (const unsigned char *data, size_t size);

static void
check_totals (RushesEvents *events, const RushesEventsTotals *totals)
{
  g_assert_cmpuint (totals->done + totals->failed, <=, totals->frames);
  g_assert_cmpuint (totals->scenes_failed, <=, totals->scenes);
  g_assert_true (totals->progress >= 0 && totals->progress <= 1);
  g_assert_true (isfinite (totals->seconds_left));
  g_assert_true (totals->exit_code == RUSHES_EVENTS_NO_END ||
                 (totals->exit_code >= 0 && totals->exit_code <= 255));
}

/* The file that a run writes, read as a whole and byte by byte. */
int
LLVMFuzzerTestOneInput (const unsigned char *data, size_t size)
{
  g_autoptr (RushesEvents) whole = rushes_events_new ();
  g_autoptr (RushesEvents) parts = rushes_events_new ();
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) names = NULL;
  g_auto (GStrv) part_names = NULL;
  g_autofree char *log = NULL;
  g_autofree char *part_log = NULL;
  RushesEventsTotals totals, part_totals;

  rushes_events_feed (whole, (const char *) data, size, lines);
  for (size_t i = 0; i < size; i++)
    rushes_events_feed (parts, (const char *) data + i, 1, NULL);

  rushes_events_get_totals (whole, &totals);
  check_totals (whole, &totals);
  names = rushes_events_list_names (whole);
  g_assert_cmpuint (g_strv_length (names), ==, totals.scenes);
  log = rushes_events_get_log (whole);
  g_assert_true (g_utf8_validate (log, -1, NULL));
  for (guint i = 0; i < lines->len; i++)
    {
      g_autofree char *words = rushes_events_describe (lines->pdata[i]);

      g_assert_true (words == NULL || g_utf8_validate (words, -1, NULL));
    }

  rushes_events_get_totals (parts, &part_totals);
  g_assert_cmpuint (totals.done, ==, part_totals.done);
  g_assert_cmpuint (totals.failed, ==, part_totals.failed);
  g_assert_cmpfloat (totals.progress, ==, part_totals.progress);
  g_assert_cmpfloat (totals.seconds_left, ==, part_totals.seconds_left);
  g_assert_cmpint (totals.exit_code, ==, part_totals.exit_code);
  part_names = rushes_events_list_names (parts);
  g_assert_cmpstrv (names, part_names);
  part_log = rushes_events_get_log (parts);
  g_assert_cmpstr (log, ==, part_log);
  return 0;
}
