/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * RushesOrder:
 * @RUSHES_ORDER_SIDE_BY_SIDE: scenes that nobody renders first, then help where
 *   the most work is left
 * @RUSHES_ORDER_ONE_AFTER_ANOTHER: all clients on the first unfinished scene
 */
typedef enum
{
  RUSHES_ORDER_SIDE_BY_SIDE,
  RUSHES_ORDER_ONE_AFTER_ANOTHER,
} RushesOrder;

/**
 * RushesWork:
 * @known: whether its frames are known yet; until then @pending means nothing
 * @pending: frames that nobody has in hand
 * @clients: how many clients have it loaded or are loading it
 * @load_seconds: what loading it takes; 0: not measured yet
 * @frame_seconds: what a frame of it takes; 0: not measured yet
 * @at_home: whether only clients on this computer can render it
 *
 * What the scheduler needs to know of an unfinished scene.
 */
typedef struct
{
  gboolean known;
  guint pending;
  guint clients;
  double load_seconds;
  double frame_seconds;
  gboolean at_home;
} RushesWork;

const RushesWork *rushes_scheduler_choose (const RushesWork *const *work,
                                           guint n_work,
                                           const RushesWork *loaded,
                                           RushesOrder order,
                                           gboolean is_remote);

G_END_DECLS
