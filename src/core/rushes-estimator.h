/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define RUSHES_ESTIMATOR_EVENTS 64

/**
 * RushesEstimator:
 *
 * How fast frames arrive and how long the rest will take, from the last ones
 * alone: what was long ago says little about what comes. All zeros is a valid
 * estimator that has seen nothing. Times are those of g_get_monotonic_time().
 */
typedef struct
{
  gint64 times[RUSHES_ESTIMATOR_EVENTS]; /* a ring of the last arrivals */
  guint n_times;                         /* arrivals so far, the start included */
} RushesEstimator;

void rushes_estimator_start (RushesEstimator *self, gint64 now);
void rushes_estimator_add (RushesEstimator *self, gint64 now);
double rushes_estimator_get_rate (const RushesEstimator *self, gint64 now);
double rushes_estimator_get_seconds_left (const RushesEstimator *self, double frames, gint64 now);

G_END_DECLS
