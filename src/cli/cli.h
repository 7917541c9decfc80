/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rushes-launcher.h"

G_BEGIN_DECLS

/**
 * CliExit:
 * @CLI_EXIT_OK: all is there
 * @CLI_EXIT_FAILED: some frame or scene failed
 * @CLI_EXIT_USAGE: wrong use
 * @CLI_EXIT_INTERRUPTED: stopped by the user, 128 + SIGINT as shells have it
 */
typedef enum
{
  CLI_EXIT_OK = 0,
  CLI_EXIT_FAILED = 1,
  CLI_EXIT_USAGE = 2,
  CLI_EXIT_INTERRUPTED = 130,
} CliExit;

int cli_main (int argc, char **argv);
int cli_render (int argc, char **argv);
int cli_submit (int argc, char **argv);
int cli_attach (int argc, char **argv);
int cli_inspect (int argc, char **argv);
int cli_devices (int argc, char **argv);

void cli_report (const char *subject, const GError *error);
void cli_error (const char *format, ...) G_GNUC_PRINTF (1, 2);
const char *cli_get_advice (const GError *error);
gboolean cli_parse_options (GOptionContext *context, int *argc, char ***argv);
gboolean cli_share (RushesLauncher *launcher, const char *output, const char *const *scenes);
gboolean cli_parse (GOptionContext *context, int *argc, char ***argv);
char *cli_display (const char *text);
guint cli_display_width (const char *text);
char *cli_format_duration (double seconds);

G_END_DECLS
