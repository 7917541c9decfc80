/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define RUSHES_PACE_FRAMES 15

/**
 * RushesPace:
 *
 * How long the last frames of a scene took, and from that how long one may be
 * silent. All zeros is a valid pace of which nothing is known.
 */
typedef struct
{
  double seconds[RUSHES_PACE_FRAMES]; /* a ring of the last frames */
  guint n_frames;                     /* so far */
} RushesPace;

void rushes_pace_add (RushesPace *self, double seconds);
gboolean rushes_pace_is_known (const RushesPace *self);
double rushes_pace_get_median (const RushesPace *self);
guint rushes_pace_get_patience (const RushesPace *self, guint shortest);

G_END_DECLS
