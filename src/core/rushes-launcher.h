/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rushes-slurm.h"

G_BEGIN_DECLS

#define RUSHES_TYPE_LAUNCHER (rushes_launcher_get_type ())
G_DECLARE_FINAL_TYPE (RushesLauncher, rushes_launcher, RUSHES, LAUNCHER, GObject)

RushesLauncher *rushes_launcher_new (const char *blender);
RushesLauncher *rushes_launcher_new_on_cluster (const char *blender, RushesSlurm *slurm);
gboolean rushes_launcher_needs_share (RushesLauncher *self);
gboolean rushes_launcher_share (RushesLauncher *self, const char *folder, gboolean writable);
gboolean rushes_launcher_check (RushesLauncher *self, GError **error);
RushesSlurm *rushes_launcher_get_slurm (RushesLauncher *self);
char *rushes_launcher_make_ticket (RushesLauncher *self, const char *token);
GError *rushes_launcher_explain_exit (RushesLauncher *self, int exit_code);
gboolean rushes_launcher_has_host (RushesLauncher *self);
gboolean
rushes_launcher_reach (RushesLauncher *self, const char *scene, const char *folder, GError **error);
GStrv rushes_launcher_build_version_argv (RushesLauncher *self);
GStrv rushes_launcher_build_argv (RushesLauncher *self, const char *token);
void rushes_launcher_spawn_async (RushesLauncher *self,
                                  const char *token,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
GSubprocess *
rushes_launcher_spawn_finish (RushesLauncher *self, GAsyncResult *result, GError **error);

G_END_DECLS
