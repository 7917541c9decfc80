/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rushes-launcher.h"

G_BEGIN_DECLS

/**
 * CliBlender:
 *
 * What the command line says about the Blender of this computer and how it is
 * started, whatever it is to do then. Strings are kept as typed.
 */
typedef struct
{
  char *blender;
  char *log_dir;
  int timeout;
  gboolean factory_startup;
} CliBlender;

void cli_blender_add_options (CliBlender *self, GOptionContext *context);
gboolean cli_blender_check (const CliBlender *self);
const char *cli_blender_get_program (const CliBlender *self);
RushesLauncher *cli_blender_make_launcher (const CliBlender *self);
char *cli_blender_make_log_dir (const CliBlender *self);
void cli_blender_clear (CliBlender *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CliBlender, cli_blender_clear)

G_END_DECLS
