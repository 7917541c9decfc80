/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rushes-scene.h"

G_BEGIN_DECLS

/**
 * RushesSums:
 * @frames: of all scenes, as far as it is known
 * @done: how many of them are in place
 * @failed: how many of them were given up
 * @rendered: thousandths of frames that are over, those in hand by their parts
 * @left: thousandths of frames to be rendered yet, of scenes that have not ended
 * @counted: scenes whose frames are known
 * @uncounted: scenes that have not ended and whose frames are not known
 * @startable: scenes that would be rendered if the user said so
 *
 * Scenes together. Whole numbers: they are added and taken away for hours.
 */
typedef struct
{
  guint64 frames;
  guint64 done;
  guint64 failed;
  guint64 rendered;
  guint64 left;
  guint counted;
  guint uncounted;
  guint startable;
} RushesSums;

typedef struct _RushesTally RushesTally;

RushesTally *rushes_tally_new (void);
void rushes_tally_free (RushesTally *self);
void rushes_tally_enter (RushesTally *self, RushesScene *scene);
void rushes_tally_leave (RushesTally *self, RushesScene *scene);
void rushes_tally_touch (RushesTally *self, RushesScene *scene);
const RushesSums *rushes_tally_get (RushesTally *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushesTally, rushes_tally_free)

G_END_DECLS
