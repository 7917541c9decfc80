/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "rushes-picture.h"

G_BEGIN_DECLS

/**
 * RushesFileKind:
 * @key: what clients call it, "depths"; no two of a scene have the same
 * @folder: where its files are, below the folder of the scene's results, "depths"
 * @name: what their names begin with, "depth"
 * @extension: what they end with, with the dot
 * @format: their format
 * @width: in pixels; 0: not known
 * @height: in pixels; 0: not known
 * @camera: (nullable): whose view it is; %NULL: there is but one
 * @codec: (nullable): how it is packed, where that changes what is in it
 *
 * One of the files that every frame of a scene has. Shared and never changed.
 */
typedef struct
{
  char *key;
  char *folder;
  char *name;
  char *extension;
  const RushesPictureFormat *format;
  guint width;
  guint height;
  char *camera;
  char *codec;
} RushesFileKind;

RushesFileKind *rushes_file_kind_new_frames (const RushesPictureFormat *format,
                                             const char *extension,
                                             guint width,
                                             guint height);
RushesFileKind *rushes_file_kind_from_json (JsonNode *node);
JsonNode *rushes_file_kind_to_json (const RushesFileKind *self);
RushesFileKind *rushes_file_kind_ref (const RushesFileKind *self);
void rushes_file_kind_unref (RushesFileKind *self);

gboolean rushes_file_kind_is_same_place (const RushesFileKind *self, const RushesFileKind *other);
char *rushes_file_kind_build_camera_folder (const RushesFileKind *self);
char *rushes_file_kind_build_name (const RushesFileKind *self, guint frame);
char *
rushes_file_kind_build_staging_name (const RushesFileKind *self, guint frame, const char *tag);
gboolean rushes_file_kind_parse_name (const RushesFileKind *self,
                                      const char *name,
                                      guint *frame,
                                      const char **extension);
gboolean rushes_file_kind_is_staging_name (const RushesFileKind *self, const char *name);

GPtrArray *rushes_file_kinds_from_json (JsonNode *node);
JsonNode *rushes_file_kinds_to_json (GPtrArray *kinds);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushesFileKind, rushes_file_kind_unref)

G_END_DECLS
