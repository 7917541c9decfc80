/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *rushes_package_find (void);
char *rushes_package_find_copy (void);
gboolean rushes_package_copy (GError **error);

G_END_DECLS
