/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rushes-pace.h"

/* Fewer frames than this say nothing of the others. */
#define FEWEST_FRAMES 3

/* So many times its neighbours' time is no longer chance. */
#define FACTOR 10

/* In seconds: until anything is known. */
#define LONGEST 3600

static int
compare (gconstpointer a, gconstpointer b)
{
  double left = *(const double *) a, right = *(const double *) b;

  return left < right ? -1 : left > right;
}

/**
 * rushes_pace_add:
 * @self: a pace
 * @seconds: what a frame took
 */
void
rushes_pace_add (RushesPace *self, double seconds)
{
  self->seconds[self->n_frames++ % RUSHES_PACE_FRAMES] = seconds;
}

/**
 * rushes_pace_is_known:
 * @self: a pace
 *
 * Returns: whether there were frames enough to judge others by
 */
gboolean
rushes_pace_is_known (const RushesPace *self)
{
  return self->n_frames >= FEWEST_FRAMES;
}

/**
 * rushes_pace_get_median:
 * @self: a pace
 *
 * Returns: what half of the last frames took at most, in seconds; 0 when there
 *   were none
 */
double
rushes_pace_get_median (const RushesPace *self)
{
  guint held = MIN (self->n_frames, RUSHES_PACE_FRAMES);
  double sorted[RUSHES_PACE_FRAMES] = { 0 };

  memcpy (sorted, self->seconds, held * sizeof *sorted);
  qsort (sorted, held, sizeof *sorted, compare);

  return held > 0 ? sorted[(held - 1) / 2] : 0;
}

/**
 * rushes_pace_get_patience:
 * @self: a pace
 * @shortest: what is never too long, in seconds
 *
 * The rule for frames that may hang: ten times the median of the last fifteen
 * frames, but @shortest at least; an hour as long as there were fewer than three.
 *
 * Returns: after how many seconds without a sign of life a frame is given up
 */
guint
rushes_pace_get_patience (const RushesPace *self, guint shortest)
{
  double patience = rushes_pace_is_known (self) ? FACTOR * rushes_pace_get_median (self) : LONGEST;

  /* No frame takes a century; but who knows what clocks do. */
  return (guint) ceil (CLAMP (patience, shortest, G_MAXINT));
}
