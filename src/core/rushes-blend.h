/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * RushesBlend:
 * @path: absolute path
 * @size: in bytes
 * @mtime: time of the last change, in nanoseconds since 1970
 * @sha256: (nullable): hash of the content, hexadecimal
 *
 * Which .blend a frame came from.
 */
typedef struct
{
  char *path;
  gint64 size;
  gint64 mtime;
  char *sha256;
} RushesBlend;

gboolean rushes_blend_check (const char *path, GError **error);
RushesBlend *rushes_blend_identify (const char *path, const RushesBlend *known, GError **error);
gboolean rushes_blend_check_unchanged (const RushesBlend *self, GError **error);
RushesBlend *rushes_blend_from_json (JsonObject *object);
JsonObject *rushes_blend_to_json (const RushesBlend *self);
RushesBlend *rushes_blend_copy (const RushesBlend *self);
void rushes_blend_free (RushesBlend *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushesBlend, rushes_blend_free)

G_END_DECLS
