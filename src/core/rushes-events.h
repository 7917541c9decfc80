/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Of a run that has not said how it ended. */
#define RUSHES_EVENTS_NO_END (-1)

/* Longer lines are no events. */
#define RUSHES_EVENTS_MAX_LINE (1024 * 1024)

/**
 * RushesEventsTotals:
 * @scenes: how many scenes it has
 * @scenes_failed: of them, those that failed as a whole
 * @frames: of all scenes, as far as it is known
 * @done: of them
 * @failed: of them
 * @progress: 0 to 1, frames in hand included by their parts
 * @seconds_left: negative when nothing can be said
 * @exit_code: what it ended with, or %RUSHES_EVENTS_NO_END
 *
 * What a run has come to.
 */
typedef struct
{
  guint scenes;
  guint scenes_failed;
  guint64 frames;
  guint64 done;
  guint64 failed;
  double progress;
  double seconds_left;
  int exit_code;
} RushesEventsTotals;

/**
 * RushesEvents:
 *
 * What somebody learns who listens to a run, as it tells of itself with
 * `--progress json`. It takes any bytes, of a file that is being written, is
 * damaged, or is something else altogether; what makes no sense is passed over.
 * It belongs to one thread at a time.
 */
typedef struct _RushesEvents RushesEvents;

RushesEvents *rushes_events_new (void);
void rushes_events_free (RushesEvents *self);
void rushes_events_reset (RushesEvents *self);
void rushes_events_feed (RushesEvents *self, const char *data, gsize size, GPtrArray *lines);
void rushes_events_get_totals (RushesEvents *self, RushesEventsTotals *totals);
char **rushes_events_list_names (RushesEvents *self);
char *rushes_events_get_log (RushesEvents *self);
char *rushes_events_describe (const char *line);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushesEvents, rushes_events_free)

G_END_DECLS
