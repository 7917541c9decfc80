/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <signal.h>
#include <stdio.h>

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <json-glib/json-glib.h>

#include "cli-blender.h"
#include "cli.h"
#include "rushes-blend.h"
#include "rushes-client.h"
#include "rushes-enums.h"
#include "rushes-error.h"
#include "rushes-trust.h"

typedef struct
{
  GMainLoop *loop;
  RushesLauncher *launcher;
  char *log_dir;
  RushesClient *client; /* (owned) (nullable): the one at work */
  guint n_clients;
  guint timeout;
  gboolean allow_scripts;
  RushesTrust *trust; /* (owned) */
  GStrv paths;        /* (unowned) */
  guint next;
  gboolean failed;
  gboolean interrupted;
} Inspection;

static void inspect_next (Inspection *self);

static void
print_json (JsonNode *node)
{
  g_autofree char *line = json_to_string (node, FALSE);

  puts (line);
  fflush (stdout);
}

/* A line of JSON for programs, a line of words for people. */
static void
report_failure (Inspection *self, const char *path, const GError *error)
{
  JsonObject *object = json_object_new ();
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  g_autofree char *display = g_filename_display_name (path);

  self->failed = TRUE;
  json_object_set_string_member (object, "path", display);
  json_object_set_string_member (object, "cause",
                                 rushes_enum_nick (RUSHES_TYPE_ERROR, error->code));
  json_object_set_string_member (object, "error", error->message);
  json_object_set_string_member (object, "advice", rushes_error_get_advice (error->code));
  json_object_unref (object);
  print_json (node);
  cli_report (NULL, error);
}

static void
inspect_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Inspection *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = rushes_client_call_finish (RUSHES_CLIENT (object), result, &error);
  const char *path = self->paths[self->next++];

  if (reply != NULL)
    {
      g_autoptr (JsonNode) node = json_gvariant_serialize (reply);

      print_json (node);
    }
  else
    report_failure (self, path, error);

  inspect_next (self);
}

static void
start_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Inspection *self = user_data;
  g_autoptr (GError) error = NULL;

  if (rushes_client_start_finish (RUSHES_CLIENT (object), result, &error))
    {
      inspect_next (self);
      return;
    }
  /* No Blender, no inspection: the other files would fare no better. */
  self->failed = TRUE;
  cli_report (NULL, error);
  g_clear_object (&self->client);
  g_main_loop_quit (self->loop);
}

static void
dead_cb (Inspection *self)
{
  if (rushes_client_get_state (self->client) == RUSHES_CLIENT_DEAD)
    g_main_loop_quit (self->loop);
}

/* Files that are no scenes need no Blender to say so. */
static const char *
skip_bad_files (Inspection *self)
{
  for (; self->paths[self->next] != NULL; self->next++)
    {
      g_autoptr (GError) error = NULL;

      if (rushes_blend_check (self->paths[self->next], &error))
        return self->paths[self->next];
      report_failure (self, self->paths[self->next], error);
    }
  return NULL;
}

static void
inspect_next (Inspection *self)
{
  const char *path = self->interrupted ? NULL : skip_bad_files (self);
  g_autofree char *absolute = NULL;
  g_autofree char *trusted = NULL;
  GVariantDict params;

  if (path == NULL)
    {
      if (self->client == NULL || rushes_client_get_state (self->client) == RUSHES_CLIENT_DEAD)
        g_main_loop_quit (self->loop);
      else
        {
          g_signal_connect_swapped (self->client, "notify::state", G_CALLBACK (dead_cb), self);
          rushes_client_stop (self->client, FALSE);
        }
      return;
    }

  /* The last scene took its client with it: the next one gets another. */
  if (self->client == NULL || rushes_client_get_state (self->client) != RUSHES_CLIENT_READY)
    {
      g_clear_object (&self->client);
      self->client = rushes_client_new (self->launcher, ++self->n_clients, self->log_dir);
      rushes_client_start_async (self->client, self->timeout, start_cb, self);
      return;
    }

  absolute = g_canonicalize_filename (path, NULL);
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "blend_file", "s", absolute);
  if (!self->allow_scripts)
    trusted = rushes_trust_check (self->trust, absolute);
  g_variant_dict_insert (&params, "allow_scripts", "b", self->allow_scripts || trusted != NULL);
  if (trusted != NULL)
    g_variant_dict_insert (&params, "sha256", "s", trusted);
  rushes_client_call_async (self->client, "inspect", g_variant_dict_end (&params), 0, inspect_cb,
                            self);
}

static gboolean
interrupt_cb (gpointer user_data)
{
  Inspection *self = user_data;

  self->interrupted = TRUE;
  if (self->client != NULL)
    rushes_client_stop (self->client, TRUE);
  return G_SOURCE_CONTINUE;
}

/**
 * cli_inspect:
 * @argc: how many arguments, the command's name included
 * @argv: the arguments
 *
 * The command "inspect".
 *
 * Returns: the exit code
 */
int
cli_inspect (int argc, char **argv)
{
  g_auto (CliBlender) blender = { 0 };
  gboolean sandbox = FALSE;
  Inspection self = { 0 };
  const GOptionEntry entries[] = {
    { "allow-scripts", 0, 0, G_OPTION_ARG_NONE, &self.allow_scripts,
      N_ ("Run Python in these scenes: only if you trust them"), NULL },
    { "sandbox", 0, 0, G_OPTION_ARG_NONE, &sandbox,
      N_ ("Keep Blender from the network and from files of others (needs bubblewrap)"), NULL },
    G_OPTION_ENTRY_NULL
  };
  GOptionContext *context = g_option_context_new (_ ("SCENE.blend…"));
  g_autoptr (RushesLauncher) launcher = NULL;
  g_autoptr (GMainLoop) loop = NULL;
  g_autoptr (GError) error = NULL;

  g_option_context_set_summary (
      context, _ ("Says what Blender scenes hold: one JSON object a line for each."));
  cli_blender_add_options (&blender, context);
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!cli_parse (context, &argc, &argv))
    return CLI_EXIT_USAGE;
  if (!cli_blender_check (&blender))
    return CLI_EXIT_USAGE;

  launcher = cli_blender_make_launcher (&blender);
  g_object_set (launcher, "sandbox", sandbox, NULL);
  cli_share (launcher, NULL, (const char *const *) argv + 1);
  if (!rushes_launcher_check (launcher, &error))
    {
      cli_report (NULL, error);
      return CLI_EXIT_USAGE;
    }

  loop = g_main_loop_new (NULL, FALSE);
  self.loop = loop;
  self.launcher = launcher;
  self.trust = rushes_trust_new (NULL);
  self.timeout = (guint) blender.timeout;
  self.log_dir = cli_blender_make_log_dir (&blender);
  self.paths = argv + 1;
  /* To the end of the program: a second Ctrl+C must not cut off an answer. */
  g_unix_signal_add (SIGINT, interrupt_cb, &self);
  g_unix_signal_add (SIGTERM, interrupt_cb, &self);

  if (self.paths[0] != NULL)
    {
      g_idle_add_once ((GSourceOnceFunc) inspect_next, &self);
      g_main_loop_run (loop);
    }

  g_clear_object (&self.client);
  g_free (self.log_dir);
  rushes_trust_unref (self.trust);

  if (self.interrupted)
    return CLI_EXIT_INTERRUPTED;
  return self.failed ? CLI_EXIT_FAILED : CLI_EXIT_OK;
}
