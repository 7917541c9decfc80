/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rushes-frame-range.h"
#include "rushes-info.h"
#include "rushes-settings.h"

G_BEGIN_DECLS

/**
 * RushesExisting:
 * @RUSHES_EXISTING_RESUME: keep whole frames of the same .blend and settings,
 *   refuse a folder that holds others
 * @RUSHES_EXISTING_OVERWRITE: render every frame anew
 * @RUSHES_EXISTING_KEEP: keep whole frames, whatever they were rendered with
 *
 * What to do with frames that are in the output folder already.
 */
typedef enum
{
  RUSHES_EXISTING_RESUME,
  RUSHES_EXISTING_OVERWRITE,
  RUSHES_EXISTING_KEEP,
} RushesExisting;

typedef struct _RushesOutput RushesOutput;

RushesOutput *rushes_output_open (const char *root,
                                  const char *blend_path,
                                  RushesSettings *settings,
                                  RushesExisting existing,
                                  GError **error);
RushesOutput *rushes_output_ref (RushesOutput *self);
void rushes_output_unref (RushesOutput *self);
const char *rushes_output_get_root (RushesOutput *self);
const RushesInfo *rushes_output_get_recorded_info (RushesOutput *self);
guint8 *rushes_output_bind (RushesOutput *self,
                            const RushesInfo *info,
                            RushesFrameRange *range,
                            GError **error);
gboolean rushes_output_check_blender (RushesOutput *self, const char *version, GError **error);
char *rushes_output_build_frame_path (const char *root, const RushesInfo *info, guint frame);
char *rushes_output_build_staging_name (RushesOutput *self, guint kind, guint frame, guint client);
GVariant *rushes_output_list_staging (RushesOutput *self, guint frame, guint client);
gboolean rushes_output_check_folders (RushesOutput *self, GError **error);
gboolean rushes_output_commit (RushesOutput *self,
                               guint frame,
                               guint client,
                               GVariant *poses,
                               GError **error);
guint64 rushes_output_get_blend_size (RushesOutput *self);
const char *rushes_output_get_witness (RushesOutput *self);
gboolean rushes_output_has_room (RushesOutput *self);
char *rushes_output_foresee (RushesOutput *self, guint n_left);
GError *rushes_output_make_full_error (RushesOutput *self);
void rushes_output_discard (RushesOutput *self, guint frame, guint client);
gboolean rushes_output_is_finished (RushesOutput *self);
gboolean rushes_output_finish (RushesOutput *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushesOutput, rushes_output_unref)

G_END_DECLS
