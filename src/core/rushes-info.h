/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rushes-file-kind.h"

G_BEGIN_DECLS

/**
 * RushesInfo:
 * @blender: version of the Blender that loaded the scene, "3.4.1"
 * @engine: identifier of the render engine
 * @format: Blender's identifier of the picture format
 * @extension: of a picture file, with the dot
 * @width: of a picture in pixels; 0: not known
 * @height: of a picture in pixels; 0: not known
 * @start: first frame of the scene's own range, after scaling
 * @end: last frame of it
 * @step: distance between two frames
 * @fps: frames a second
 * @kinds: (element-type RushesFileKind): the files that a frame has, at least one
 * @warnings: (nullable): what the user should know
 *
 * What a client found when it loaded a scene and applied the settings.
 */
typedef struct
{
  char *blender;
  char *engine;
  char *format;
  char *extension;
  guint width;
  guint height;
  guint start;
  guint end;
  guint step;
  double fps;
  GPtrArray *kinds;
  GStrv warnings;
} RushesInfo;

RushesInfo *rushes_info_from_reply (const char *blender, GVariant *reply, GError **error);
RushesInfo *rushes_info_from_json (JsonObject *object);
void rushes_info_to_json (const RushesInfo *self, JsonObject *object);
RushesInfo *rushes_info_copy (const RushesInfo *self);
const RushesFileKind *rushes_info_get_shown_kind (const RushesInfo *self);
void rushes_info_free (RushesInfo *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushesInfo, rushes_info_free)

G_END_DECLS
