/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>

#include "cli.h"

/* The file may lie on a network drive, of whose changes nobody tells. */
#define LOOK_MS 200

/* Slurm is asked less often. */
#define LOOKS_A_QUESTION 10

typedef struct
{
  char *job;
  char *path;  /* (owned) (nullable): where its events are */
  char *state; /* (owned) (nullable): in Slurm's word */
  char *reason;
  goffset offset; /* what was read of the file */
  GString *rest;  /* of a line that is not whole yet */
  gboolean json;
  int exit_code; /* -1: not known yet */
} Attached;

static void
attached_clear (Attached *self)
{
  g_free (self->path);
  g_free (self->state);
  g_free (self->reason);
  g_string_free (self->rest, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Attached, attached_clear)

/* ---- Slurm ----------------------------------------------------------- */

static char *
get_field (const char *text, const char *name)
{
  g_autofree char *key = g_strdup_printf ("%s=", name);
  const char *found = strstr (text, key);

  if (found == NULL)
    return NULL;
  found += strlen (key);
  return g_strndup (found, strcspn (found, "\n"));
}

/* Returns whether Slurm knows the job; otherwise it has said so. */
static gboolean
ask (Attached *self)
{
  const char *argv[] = { "scontrol", "show", "job", self->job, NULL };
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err,
                     &status, &error))
    {
      cli_error (_ ("Slurm is not installed here: %s"), error->message);
      return FALSE;
    }
  if (!g_spawn_check_wait_status (status, NULL))
    {
      cli_error (_ ("Slurm knows no job %s: %s"), self->job, g_strstrip (err));
      return FALSE;
    }
  g_free (self->path);
  g_free (self->state);
  g_free (self->reason);
  self->path = get_field (out, "StdOut");
  self->state = get_field (out, "JobState");
  self->reason = get_field (out, "Reason");
  if (self->state != NULL)
    self->state[strcspn (self->state, " ")] = '\0';
  if (self->reason != NULL)
    self->reason[strcspn (self->reason, " ")] = '\0';
  return TRUE;
}

static gboolean
is_under_way (Attached *self)
{
  static const char *const states[] = { "PENDING",    "CONFIGURING", "RUNNING",
                                        "COMPLETING", "SUSPENDED",   "REQUEUED" };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (g_strcmp0 (self->state, states[i]) == 0)
      return TRUE;
  return FALSE;
}

/* Only the run itself hears it, and ends as after SIGTERM anywhere. */
static gboolean
stop (const char *job)
{
  const char *argv[] = { "scancel", "--batch", "--signal=TERM", job, NULL };
  const char *pending[] = { "scancel", "--state=PENDING", job, NULL };
  int status;

  g_spawn_sync (NULL, (char **) pending, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                NULL);
  return g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
                       &status, NULL);
}

/* ---- Events ---------------------------------------------------------- */

static void
print_plain (JsonObject *event)
{
  const char *kind = json_object_get_string_member_with_default (event, "event", "");
  const char *name = json_object_get_string_member_with_default (event, "name", "");
  const char *state = json_object_get_string_member_with_default (event, "state", "");
  const char *message = json_object_get_string_member_with_default (event, "message", "");
  gint64 frame = json_object_get_int_member_with_default (event, "frame", 0);
  guint client = (guint) json_object_get_int_member_with_default (event, "client", 0);

  if (g_str_equal (kind, "frame") && g_str_equal (state, "done"))
    g_print (_ ("%s: frame %u done in %.1f s by client %u\n"), name, (guint) frame,
             json_object_get_double_member_with_default (event, "seconds", 0), client);
  else if (g_str_equal (kind, "frame"))
    g_print (g_str_equal (state, "failed")
                 ? _ ("%s: frame %u failed on client %u: %s; given up\n")
                 : _ ("%s: frame %u failed on client %u: %s; will try again\n"),
             name, (guint) frame, client, message);
  else if (g_str_equal (kind, "message"))
    g_print ("%s%s%s\n", name, *name != '\0' ? ": " : "", message);
  else if (g_str_equal (kind, "summary"))
    g_print (_ ("%u of %u frames done\n"),
             (guint) json_object_get_int_member_with_default (event, "done", 0),
             (guint) json_object_get_int_member_with_default (event, "frames", 0));
}

static void
take_line (Attached *self, const char *line)
{
  g_autoptr (JsonNode) node = json_from_string (line, NULL);
  JsonObject *event;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return;
  event = json_node_get_object (node);
  if (g_strcmp0 (json_object_get_string_member_with_default (event, "event", ""), "summary") == 0)
    self->exit_code =
        (int) json_object_get_int_member_with_default (event, "exit_code", CLI_EXIT_FAILED);
  if (self->json)
    puts (line);
  else
    print_plain (event);
  fflush (stdout);
}

/* Takes what is new in the file. */
static void
read_events (Attached *self)
{
  g_autoptr (GFile) file = NULL;
  g_autoptr (GFileInputStream) stream = NULL;
  char block[65536];
  gssize n;

  if (self->path == NULL)
    return;
  file = g_file_new_for_path (self->path);
  stream = g_file_read (file, NULL, NULL);
  if (stream == NULL ||
      !g_seekable_seek (G_SEEKABLE (stream), self->offset, G_SEEK_SET, NULL, NULL))
    return;
  while ((n = g_input_stream_read (G_INPUT_STREAM (stream), block, sizeof block, NULL, NULL)) > 0)
    {
      char *end;

      self->offset += n;
      g_string_append_len (self->rest, block, n);
      while ((end = strchr (self->rest->str, '\n')) != NULL)
        {
          *end = '\0';
          take_line (self, self->rest->str);
          g_string_erase (self->rest, 0, end - self->rest->str + 1);
        }
    }
}

/* A run that was interrupted may only have been sent back to the queue. */
static gboolean
goes_on (Attached *self)
{
  if (self->exit_code != CLI_EXIT_INTERRUPTED)
    return FALSE;
  while (ask (self) && is_under_way (self))
    {
      if (g_strcmp0 (self->state, "PENDING") == 0 || g_strcmp0 (self->state, "REQUEUED") == 0)
        {
          self->exit_code = -1;
          return TRUE;
        }
      g_usleep (LOOK_MS * 1000);
    }
  return FALSE;
}

static int
follow (Attached *self)
{
  gboolean told = FALSE;

  for (guint looks = 1; self->exit_code < 0; looks++)
    {
      gboolean under_way = is_under_way (self);

      if (g_strcmp0 (self->state, "PENDING") == 0 && !told && !self->json)
        {
          g_print (_ ("Job %s waits for the cluster (%s)\n"), self->job, self->reason);
          told = TRUE;
        }
      /* In this order: what it said last was written before it ended. */
      read_events (self);
      if (self->exit_code >= 0 && !goes_on (self))
        break;
      if (!under_way)
        {
          cli_error (_ ("Job %s ended before the run did: %s"), self->job, self->state);
          return CLI_EXIT_FAILED;
        }
      g_usleep (LOOK_MS * 1000);
      if (looks % LOOKS_A_QUESTION == 0 && !ask (self))
        return CLI_EXIT_FAILED;
    }
  return self->exit_code;
}

/**
 * cli_attach:
 * @argc: how many arguments, the command's name included
 * @argv: the arguments
 *
 * The command "attach". It waits without a main loop: Ctrl+C ends it, and leaves
 * the run alone.
 *
 * Returns: the exit code, that of the run
 */
int
cli_attach (int argc, char **argv)
{
  gboolean stopping = FALSE;
  g_autofree char *progress = NULL;
  const GOptionEntry entries[] = { { "stop", 0, 0, G_OPTION_ARG_NONE, &stopping,
                                     N_ ("Stop the run; what is done stays"), NULL },
                                   { "progress", 0, 0, G_OPTION_ARG_STRING, &progress,
                                     N_ ("plain (default) or json"), N_ ("KIND") },
                                   G_OPTION_ENTRY_NULL };
  GOptionContext *context = g_option_context_new (_ ("JOB"));
  g_auto (Attached) self = { .rest = g_string_new (NULL), .exit_code = -1 };

  g_option_context_set_summary (context, _ ("Follows what “rushes-cli submit” has begun."));
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!cli_parse_options (context, &argc, &argv))
    return CLI_EXIT_USAGE;
  if (argc != 2)
    {
      cli_error (_ ("name one job, as “rushes-cli submit” did; see --help"));
      return CLI_EXIT_USAGE;
    }
  if (progress != NULL && !g_str_equal (progress, "plain") && !g_str_equal (progress, "json"))
    {
      cli_error (_ ("--progress %s: choose plain or json"), progress);
      return CLI_EXIT_USAGE;
    }

  self.job = argv[1];
  self.json = g_strcmp0 (progress, "json") == 0;
  if (!ask (&self))
    return CLI_EXIT_FAILED;
  if (stopping && !stop (self.job))
    {
      cli_error (_ ("Slurm does not stop job %s"), self.job);
      return CLI_EXIT_FAILED;
    }
  return follow (&self);
}
