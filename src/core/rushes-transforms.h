/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rushes-file-kind.h"

G_BEGIN_DECLS

gboolean rushes_transforms_note (const char *root, guint frame, GVariant *poses, GError **error);
gboolean rushes_transforms_write (const char *root, GPtrArray *kinds, GError **error);
gboolean rushes_transforms_are_stale (const char *root, GPtrArray *kinds);
void rushes_transforms_forget (const char *root, GPtrArray *kinds);

G_END_DECLS
