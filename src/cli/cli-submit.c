/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "cli-places.h"
#include "cli.h"
#include "rushes-pool.h"
#include "rushes-runs.h"

typedef struct
{
  GMainLoop *loop;
  RushesRun *run; /* (owned) (nullable) */
} Submitting;

static void
submitted_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Submitting *submitting = user_data;
  g_autoptr (GError) error = NULL;

  submitting->run = rushes_runs_submit_finish (RUSHES_RUNS (object), result, &error);
  if (submitting->run == NULL)
    cli_report (NULL, error);
  g_main_loop_quit (submitting->loop);
}

/* What the scenes will be called. */
static char **
list_names (char **paths)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (RushesSettings) settings = rushes_settings_new ();

  for (guint i = 0; paths[i] != NULL; i++)
    {
      g_autoptr (RushesScene) scene = rushes_scene_new (paths[i], settings);

      g_strv_builder_add (builder, rushes_scene_get_name (scene));
    }
  return g_strv_builder_end (builder);
}

/**
 * cli_submit:
 * @argc: how many arguments, the command's name included
 * @argv: the arguments
 *
 * The command "submit".
 *
 * Returns: the exit code
 */
int
cli_submit (int argc, char **argv)
{
  g_auto (CliPlaces) places = { 0 };
  g_autofree char *output = NULL;
  g_autofree char **copy = g_memdup2 (argv, ((gsize) argc + 1) * sizeof *argv);
  g_autoptr (RushesRuns) runs = NULL;
  g_autoptr (GMainLoop) loop = NULL;
  g_autoptr (RushesRun) run = NULL;
  RushesSubmission *submission;
  Submitting submitting = { 0 };

  /* A mistake had better be told now than in the morning. */
  if (!cli_render_check (argc, copy, &places, &output) || !cli_places_check_slurm (&places))
    return CLI_EXIT_USAGE;
  if (places.place != NULL && places.local_jobs > 0)
    {
      cli_error (_ ("--place %s: what is submitted renders on the cluster only"), places.place);
      return CLI_EXIT_USAGE;
    }

  if (places.slurm_jobs == 0 && places.local_jobs == RUSHES_JOBS_AUTO)
    {
      cli_error (_ ("say how many Blenders the cluster is asked for, such as --place slurm=16"));
      return CLI_EXIT_USAGE;
    }
  submission = g_new0 (RushesSubmission, 1);
  submission->slurm = cli_places_make_slurm (&places);
  submission->clients = places.slurm_jobs > 0 ? places.slurm_jobs : MAX (places.local_jobs, 1);
  submission->output = g_steal_pointer (&output);
  submission->arguments = g_strdupv (argv + 1);
  submission->names = list_names (copy + 1);

  runs = rushes_runs_new (NULL);
  loop = g_main_loop_new (NULL, FALSE);
  submitting.loop = loop;
  rushes_runs_submit_async (runs, submission, submitted_cb, &submitting);
  g_main_loop_run (loop);
  run = submitting.run;
  if (run == NULL)
    return CLI_EXIT_FAILED;

  g_print (_ ("Submitted as job %s; “rushes-cli attach %s” follows it\n"), rushes_run_get_job (run),
           rushes_run_get_job (run));
  return CLI_EXIT_OK;
}
