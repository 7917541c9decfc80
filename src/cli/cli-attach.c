/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>

#include <glib/gi18n.h>

#include "cli.h"
#include "rushes-runs.h"

typedef struct
{
  RushesRuns *runs; /* (owned) */
  RushesRun *run;   /* (owned) (nullable): once it is found */
  const char *job;
  GMainLoop *loop; /* (owned) */
  gboolean json;
  gboolean stopping;
  gboolean told; /* that it waits */
  int exit_code;
} Attached;

static void
attached_clear (Attached *self)
{
  g_clear_object (&self->run);
  g_clear_object (&self->runs);
  g_clear_pointer (&self->loop, g_main_loop_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Attached, attached_clear)

static void
leave (Attached *self, int exit_code)
{
  self->exit_code = exit_code;
  g_main_loop_quit (self->loop);
}

static void
event_cb (Attached *self, const char *line)
{
  g_autofree char *text = NULL;
  g_autofree char *shown = NULL;

  if (!self->json)
    text = rushes_events_describe (line);
  shown = text != NULL ? cli_display (text) : NULL;
  if (shown != NULL || self->json)
    puts (shown != NULL ? shown : line);
  fflush (stdout);
}

static void
situation_cb (Attached *self)
{
  const char *situation = rushes_run_get_situation (self->run);

  if (situation == NULL || self->told || self->json)
    return;
  g_print ("%s\n", situation);
  self->told = TRUE;
}

static void
state_cb (Attached *self)
{
  if (!rushes_run_is_ended (self->run))
    return;
  if (rushes_run_get_error (self->run) != NULL)
    cli_report (NULL, rushes_run_get_error (self->run));
  leave (self, rushes_run_get_exit_code (self->run));
}

static void
stop_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Attached *self = user_data;
  g_autoptr (GError) error = NULL;

  if (rushes_run_stop_finish (RUSHES_RUN (object), result, &error))
    return;
  cli_error ("%s", error->message);
  leave (self, CLI_EXIT_FAILED);
}

static void
found_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Attached *self = user_data;
  g_autoptr (GError) error = NULL;

  self->run = rushes_run_find_finish (result, &error);
  /* Slurm forgets jobs some minutes after their end. */
  if (self->run == NULL)
    self->run = rushes_runs_read (self->runs, self->job);
  if (self->run == NULL)
    {
      cli_error ("%s", error->message);
      leave (self, CLI_EXIT_FAILED);
      return;
    }
  g_signal_connect_swapped (self->run, "event", G_CALLBACK (event_cb), self);
  g_signal_connect_swapped (self->run, "notify::situation", G_CALLBACK (situation_cb), self);
  g_signal_connect_swapped (self->run, "notify::state", G_CALLBACK (state_cb), self);
  rushes_run_follow (self->run);
  if (self->stopping)
    rushes_run_stop_async (self->run, stop_cb, self);
}

/**
 * cli_attach:
 * @argc: how many arguments, the command's name included
 * @argv: the arguments
 *
 * The command "attach". Ctrl+C ends it, and leaves the run alone.
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
  g_auto (Attached) self = { 0 };

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
  self.stopping = stopping;
  self.runs = rushes_runs_new (NULL);
  self.loop = g_main_loop_new (NULL, FALSE);
  rushes_run_find_async (rushes_runs_get_queue (self.runs), self.job, found_cb, &self);
  g_main_loop_run (self.loop);
  if (self.run != NULL)
    g_signal_handlers_disconnect_by_data (self.run, &self);
  return self.exit_code;
}
