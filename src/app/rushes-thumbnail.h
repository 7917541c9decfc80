/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define RUSHES_TYPE_THUMBNAIL (rushes_thumbnail_get_type ())
G_DECLARE_FINAL_TYPE (RushesThumbnail, rushes_thumbnail, RUSHES, THUMBNAIL, GtkWidget)

void rushes_thumbnail_set_file (RushesThumbnail *self, const char *file);

G_END_DECLS
