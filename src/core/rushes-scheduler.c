/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>

#include "rushes-scheduler.h"

/* Seconds that the clients at work need for what is left without help. A scene
 * whose frames nobody has counted may hold any number of them. */
static double
time_left (const RushesWork *work)
{
  if (!work->known)
    return INFINITY;
  return work->pending * work->frame_seconds / MAX (work->clients, 1);
}

/* One more client is worth its loading only if the others would still be busy
 * when its first frame is ready. */
static gboolean
help_pays (const RushesWork *work)
{
  if (work->known && work->pending == 0)
    return FALSE;
  if (work->frame_seconds <= 0)
    return TRUE;
  return time_left (work) > work->load_seconds + work->frame_seconds;
}

static gboolean
is_untouched (const RushesWork *work)
{
  return work->clients == 0 && (!work->known || work->pending > 0);
}

/* Before any cost is measured, more frames are more work; before they are
 * counted, fewer clients are. */
static gboolean
has_more_work (const RushesWork *work, const RushesWork *than)
{
  double left = time_left (work), other = time_left (than);

  if (!work->known || !than->known)
    return work->known == than->known ? work->clients < than->clients : !work->known;
  if (left > 0 && other > 0)
    return left > other;
  return work->pending / MAX (work->clients, 1) > than->pending / MAX (than->clients, 1);
}

/**
 * rushes_scheduler_choose:
 * @work: (array length=n_work): the unfinished scenes, in the queue's order
 * @n_work: how many
 * @loaded: (nullable): the one of them that the asking client has loaded
 * @order: how to go through the queue
 * @is_remote: whether the asking client is on another computer
 *
 * Picks the scene for an idle client. A pure function: it knows no processes,
 * no files and no time. It takes constant time for a client that keeps its scene.
 *
 * Returns: (transfer none) (nullable): one of @work, or %NULL when no scene needs
 *   this client now
 */
const RushesWork *
rushes_scheduler_choose (const RushesWork *const *work,
                         guint n_work,
                         const RushesWork *loaded,
                         RushesOrder order,
                         gboolean is_remote)
{
  const RushesWork *best = NULL;

  /* Loading is the dear part: stay while there is something to do. */
  if (loaded != NULL && (!loaded->known || loaded->pending > 0))
    return loaded;

  for (guint i = 0; i < n_work; i++)
    {
      if (is_remote && work[i]->at_home)
        continue;
      if (is_untouched (work[i]))
        return work[i];
      if (order == RUSHES_ORDER_ONE_AFTER_ANOTHER && help_pays (work[i]))
        return work[i];
      if (help_pays (work[i]) && (best == NULL || has_more_work (work[i], best)))
        best = work[i];
    }

  return best;
}
