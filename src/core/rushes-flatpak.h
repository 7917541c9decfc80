/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean rushes_flatpak_is_ref (const char *blender);
GPtrArray *rushes_flatpak_parse_list (const char *list);
void rushes_flatpak_add_argv (GStrvBuilder *argv,
                              const char *ref,
                              GPtrArray *readable,
                              GPtrArray *writable,
                              gboolean sandbox);

G_END_DECLS
