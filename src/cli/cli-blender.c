/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "cli-blender.h"
#include "cli.h"
#include "rushes-log.h"

#define MAX_TIMEOUT 86400

/**
 * cli_blender_add_options:
 * @self: all zeros; filled in by the parser
 * @context: the command's options
 */
void
cli_blender_add_options (CliBlender *self, GOptionContext *context)
{
  const GOptionEntry entries[] = {
    { "timeout", 0, 0, G_OPTION_ARG_INT, &self->timeout,
      N_ ("Seconds until Blender must have started (default: 30; 0: no limit)"), N_ ("S") },
    { "log-dir", 0, 0, G_OPTION_ARG_FILENAME, &self->log_dir, N_ ("Folder for a log file a client"),
      N_ ("DIR") },
    { "blender", 0, 0, G_OPTION_ARG_FILENAME, &self->blender,
      N_ ("The Blender to use (default: blender)"), N_ ("PATH") },
    { "factory-startup", 0, 0, G_OPTION_ARG_NONE, &self->factory_startup,
      N_ ("Ignore Blender's own settings and add-ons"), NULL },
    G_OPTION_ENTRY_NULL
  };

  self->timeout = 30;
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
}

/**
 * cli_blender_check:
 * @self: what was typed
 *
 * Returns: whether it makes sense; otherwise it has said what is wrong
 */
gboolean
cli_blender_check (const CliBlender *self)
{
  if (self->timeout >= 0 && self->timeout <= MAX_TIMEOUT)
    return TRUE;
  cli_error (_ ("%s %d: give a number between %d and %d"), "--timeout", self->timeout, 0,
             MAX_TIMEOUT);
  return FALSE;
}

/**
 * cli_blender_get_program:
 * @self: what was typed
 *
 * Returns: (transfer none): a path, or a name to look up in PATH
 */
const char *
cli_blender_get_program (const CliBlender *self)
{
  return self->blender != NULL ? self->blender : "blender";
}

/**
 * cli_blender_make_launcher:
 * @self: what was typed
 *
 * Returns: (transfer full): how clients are started on this computer
 */
RushesLauncher *
cli_blender_make_launcher (const CliBlender *self)
{
  RushesLauncher *launcher = rushes_launcher_new (cli_blender_get_program (self));

  g_object_set (launcher, "factory-startup", self->factory_startup, NULL);
  return launcher;
}

/**
 * cli_blender_make_log_dir:
 * @self: what was typed
 *
 * Returns: (transfer full): the folder of the clients' logs, absolute; a new one
 *   unless one was named
 */
char *
cli_blender_make_log_dir (const CliBlender *self)
{
  return self->log_dir != NULL ? g_canonicalize_filename (self->log_dir, NULL)
                               : rushes_log_make_run_dir (NULL);
}

void
cli_blender_clear (CliBlender *self)
{
  g_free (self->blender);
  g_free (self->log_dir);
}
