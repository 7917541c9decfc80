/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <signal.h>

#include <glib-unix.h>
#include <glib/gi18n.h>

#include "cli-blender.h"
#include "cli.h"
#include "rushes-client.h"
#include "rushes-error.h"

typedef struct
{
  GMainLoop *loop;
  RushesClient *client; /* (owned) */
  gboolean answered;
  gboolean interrupted;
  gboolean failed;
} Query;

static void
fail (Query *self, const GError *error)
{
  self->failed = TRUE;
  if (!self->interrupted)
    cli_report (NULL, error);
}

static void
print_devices (GVariant *reply)
{
  g_autoptr (GVariant) devices = g_variant_lookup_value (reply, "devices", G_VARIANT_TYPE ("av"));
  GVariantIter iter;
  GVariant *device;

  if (devices == NULL)
    return;
  g_variant_iter_init (&iter, devices);
  while (g_variant_iter_loop (&iter, "v", &device))
    {
      const char *type, *name;

      if (g_variant_is_of_type (device, G_VARIANT_TYPE_VARDICT) &&
          g_variant_lookup (device, "type", "&s", &type) &&
          g_variant_lookup (device, "name", "&s", &name))
        {
          g_autofree char *shown_type = cli_display (type);
          g_autofree char *shown_name = cli_display (name);

          g_print ("%-7s %s\n", shown_type, shown_name);
        }
    }
}

/* Not before its death has been explained to whoever waits for an answer. */
static void
quit_when_over (Query *self)
{
  if (self->answered && rushes_client_get_state (self->client) == RUSHES_CLIENT_DEAD)
    g_main_loop_quit (self->loop);
}

static void
devices_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Query *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = rushes_client_call_finish (RUSHES_CLIENT (object), result, &error);

  if (reply != NULL)
    print_devices (reply);
  else
    fail (self, error);
  self->answered = TRUE;
  rushes_client_stop (self->client, FALSE);
  quit_when_over (self);
}

static void
start_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Query *self = user_data;
  g_autoptr (GError) error = NULL;
  GVariantDict params;

  if (!rushes_client_start_finish (RUSHES_CLIENT (object), result, &error))
    {
      fail (self, error);
      g_main_loop_quit (self->loop);
      return;
    }
  g_variant_dict_init (&params, NULL);
  rushes_client_call_async (self->client, "devices", g_variant_dict_end (&params), 0, devices_cb,
                            self);
}

static gboolean
interrupt_cb (gpointer user_data)
{
  Query *self = user_data;

  self->interrupted = TRUE;
  rushes_client_stop (self->client, TRUE);
  return G_SOURCE_CONTINUE;
}

/**
 * cli_devices:
 * @argc: how many arguments, the command's name included
 * @argv: the arguments
 *
 * The command "devices".
 *
 * Returns: the exit code
 */
int
cli_devices (int argc, char **argv)
{
  g_auto (CliBlender) blender = { 0 };
  GOptionContext *context = g_option_context_new (NULL);
  g_autoptr (RushesLauncher) launcher = NULL;
  g_autoptr (GMainLoop) loop = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *logs = NULL;
  Query self = { 0 };

  g_option_context_set_summary (
      context, _ ("Says what Cycles can render on here: a line for each device, first what "
                  "“render --device” takes, then its name."));
  cli_blender_add_options (&blender, context);
  if (!cli_parse_options (context, &argc, &argv))
    return CLI_EXIT_USAGE;
  if (argc > 1)
    {
      cli_error (_ ("“%s” is too much here; see --help"), argv[1]);
      return CLI_EXIT_USAGE;
    }
  if (!cli_blender_check (&blender))
    return CLI_EXIT_USAGE;

  launcher = cli_blender_make_launcher (&blender);
  if (!rushes_launcher_check (launcher, &error))
    {
      cli_report (NULL, error);
      return CLI_EXIT_USAGE;
    }

  logs = cli_blender_make_log_dir (&blender);
  loop = g_main_loop_new (NULL, FALSE);
  self.loop = loop;
  self.client = rushes_client_new (launcher, 1, logs);
  g_signal_connect_swapped (self.client, "notify::state", G_CALLBACK (quit_when_over), &self);
  /* To the end of the program: a second Ctrl+C must not cut off an answer. */
  g_unix_signal_add (SIGINT, interrupt_cb, &self);
  g_unix_signal_add (SIGTERM, interrupt_cb, &self);

  rushes_client_start_async (self.client, (guint) blender.timeout, start_cb, &self);
  g_main_loop_run (loop);

  g_signal_handlers_disconnect_by_data (self.client, &self);
  g_clear_object (&self.client);

  if (self.interrupted)
    return CLI_EXIT_INTERRUPTED;
  return self.failed ? CLI_EXIT_FAILED : CLI_EXIT_OK;
}
