/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* The first and the last frame that Blender can number (DNA's MAXFRAME less
 * the margin that its animation range needs). */
#define RUSHES_FRAME_MIN 0
#define RUSHES_FRAME_MAX 1048573

/* More parts than anyone types, few enough that a hostile string stays cheap. */
#define RUSHES_FRAME_RANGE_MAX_PARTS 1000

#define RUSHES_TYPE_FRAME_RANGE (rushes_frame_range_get_type ())

typedef struct _RushesFrameRange RushesFrameRange;

GType rushes_frame_range_get_type (void);
RushesFrameRange *rushes_frame_range_new (guint start, guint end, guint step);
RushesFrameRange *rushes_frame_range_parse (const char *text, GError **error);
RushesFrameRange *rushes_frame_range_ref (RushesFrameRange *self);
void rushes_frame_range_unref (RushesFrameRange *self);
char *rushes_frame_range_to_string (const RushesFrameRange *self);
guint rushes_frame_range_get_length (const RushesFrameRange *self);
guint rushes_frame_range_get_frame (const RushesFrameRange *self, guint index);
gboolean rushes_frame_range_find (const RushesFrameRange *self, guint frame, guint *index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushesFrameRange, rushes_frame_range_unref)

G_END_DECLS
