/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rushes-frame-range.h"

G_BEGIN_DECLS

/**
 * RushesFrameState:
 * @RUSHES_FRAME_PENDING: nobody has it
 * @RUSHES_FRAME_RENDERING: a client has it in hand
 * @RUSHES_FRAME_DONE: its every file is whole and in place
 * @RUSHES_FRAME_FAILED: given up
 */
typedef enum
{
  RUSHES_FRAME_PENDING,
  RUSHES_FRAME_RENDERING,
  RUSHES_FRAME_DONE,
  RUSHES_FRAME_FAILED,
} RushesFrameState;

/**
 * RushesFailure:
 * @frame: the frame's number
 * @attempts: how often it failed
 * @error: (nullable): why it failed last
 * @log: (nullable): path of the log of the client that had it last
 * @evidence: (nullable): the last lines of that log when it failed, UTF-8
 */
typedef struct
{
  guint frame;
  guint attempts;
  GError *error;
  char *log;
  char *evidence;
  guint last_client;
  guint last_client_attempts;
  gboolean several_clients;
} RushesFailure;

typedef struct _RushesFrames RushesFrames;

RushesFrames *rushes_frames_new (RushesFrameRange *range);
void rushes_frames_free (RushesFrames *self);
RushesFrameRange *rushes_frames_get_range (RushesFrames *self);
guint rushes_frames_get_length (RushesFrames *self);
guint rushes_frames_count (RushesFrames *self, RushesFrameState state);
guint rushes_frames_get_number (RushesFrames *self, guint index);
RushesFrameState rushes_frames_get_state (RushesFrames *self, guint index);
gboolean rushes_frames_take (RushesFrames *self, guint client, guint *index);
void rushes_frames_give_back (RushesFrames *self, guint index);
void rushes_frames_set_done (RushesFrames *self, guint index);
void rushes_frames_set_cost (RushesFrames *self, guint index, double seconds);
gboolean rushes_frames_fail (RushesFrames *self,
                             guint index,
                             guint client,
                             guint max_attempts,
                             const GError *error,
                             const char *log,
                             const char *evidence);
const RushesFailure *rushes_frames_find_failure (RushesFrames *self, guint frame);
void rushes_frames_retry_failed (RushesFrames *self);
GPtrArray *rushes_frames_list_failures (RushesFrames *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushesFrames, rushes_frames_free)

G_END_DECLS
