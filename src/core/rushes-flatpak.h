/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a command line of rushes_flatpak_add_argv() ends with if there is no Flatpak
 * at all, or not that Blender: "unavailable" and "file missing", in sysexits.h. */
#define RUSHES_FLATPAK_NO_PROGRAM 69
#define RUSHES_FLATPAK_NO_BLENDER 72

gboolean rushes_flatpak_is_ref (const char *blender);
GPtrArray *rushes_flatpak_parse_list (const char *list);
void rushes_flatpak_add_argv (GStrvBuilder *argv,
                              const char *ref,
                              GPtrArray *readable,
                              GPtrArray *writable,
                              gboolean sandbox);

G_END_DECLS
