/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a command line that runs on the host ends with if the program is not there:
 * "unavailable", in sysexits.h. */
#define RUSHES_HOST_NO_PROGRAM 69

/**
 * RushesHost:
 *
 * The computer around the Flatpak that we run in. Blender is there, not in here.
 */
typedef struct _RushesHost RushesHost;

RushesHost *rushes_host_new (void);
void rushes_host_free (RushesHost *self);
gboolean rushes_host_check (RushesHost *self, GError **error);
char *rushes_host_find_path (RushesHost *self, const char *path);
char *rushes_host_find_document (const char *path);
void rushes_host_add_argv (GStrvBuilder *argv, gboolean background);
void rushes_host_add_polite_argv (GStrvBuilder *argv);
gboolean
rushes_host_reach (RushesHost *self, const char *scene, const char *folder, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushesHost, rushes_host_free)

G_END_DECLS
