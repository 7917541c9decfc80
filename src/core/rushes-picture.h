/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _RushesPictureFormat RushesPictureFormat;

const RushesPictureFormat *rushes_picture_format_find (const char *name);
const char *rushes_picture_format_get_id (const RushesPictureFormat *self);
const char *rushes_picture_format_get_extension (const RushesPictureFormat *self);
char *rushes_picture_format_list (void);
gboolean rushes_picture_is_extension (const char *extension);

gboolean rushes_picture_check (const RushesPictureFormat *self,
                               const char *path,
                               guint width,
                               guint height,
                               GError **error);
gboolean rushes_picture_check_bytes (const RushesPictureFormat *self,
                                     const guint8 *data,
                                     gsize size,
                                     guint width,
                                     guint height,
                                     GError **error);

G_END_DECLS
