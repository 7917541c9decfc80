/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-estimator.h"

/**
 * rushes_estimator_start:
 * @self: an estimator
 * @now: the time
 *
 * Forgets everything; work begins now.
 */
void
rushes_estimator_start (RushesEstimator *self, gint64 now)
{
  self->n_times = 0;
  rushes_estimator_add (self, now);
}

/**
 * rushes_estimator_add:
 * @self: an estimator
 * @now: the time
 *
 * A frame is done.
 */
void
rushes_estimator_add (RushesEstimator *self, gint64 now)
{
  self->times[self->n_times++ % RUSHES_ESTIMATOR_EVENTS] = now;
}

/**
 * rushes_estimator_get_rate:
 * @self: an estimator
 * @now: the time
 *
 * Returns: frames a second of late, 0 when nothing can be said yet. It falls
 *   while a frame is overdue.
 */
double
rushes_estimator_get_rate (const RushesEstimator *self, gint64 now)
{
  guint held = MIN (self->n_times, RUSHES_ESTIMATOR_EVENTS);
  gint64 first, last;
  double interval, span;

  if (held < 2)
    return 0;

  first = self->times[(self->n_times - held) % RUSHES_ESTIMATOR_EVENTS];
  last = self->times[(self->n_times - 1) % RUSHES_ESTIMATOR_EVENTS];
  span = (double) (last - first);
  interval = span / (held - 1);
  /* The frame in hand counts once it takes longer than the others did. */
  if ((double) (now - last) > interval)
    span += (double) (now - last) - interval;

  return span > 0 ? (held - 1) * (double) G_USEC_PER_SEC / span : 0;
}

/**
 * rushes_estimator_get_seconds_left:
 * @self: an estimator
 * @frames: how many frames are left, parts of frames included
 * @now: the time
 *
 * Returns: in how many seconds they will be done at the present rate, negative
 *   when that is not known
 */
double
rushes_estimator_get_seconds_left (const RushesEstimator *self, double frames, gint64 now)
{
  double rate = rushes_estimator_get_rate (self, now);

  if (frames <= 0)
    return 0;
  return rate > 0 ? frames / rate : -1;
}
