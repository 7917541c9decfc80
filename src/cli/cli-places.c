/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "cli-places.h"
#include "rushes-jobs.h"
#include "cli.h"

#define MAX_JOBS 4096

/**
 * cli_places_add_options:
 * @places: where the options go
 * @context: the options of a command
 *
 * Adds what there is to say about a cluster.
 */
void
cli_places_add_options (CliPlaces *places, GOptionContext *context)
{
  const GOptionEntry entries[] = {
    { "slurm-partition", 0, 0, G_OPTION_ARG_STRING, &places->partition,
      N_ ("Part of the cluster (default: Slurm’s)"), N_ ("NAME") },
    { "slurm-account", 0, 0, G_OPTION_ARG_STRING, &places->account,
      N_ ("Account to charge the time to"), N_ ("NAME") },
    { "slurm-cpus", 0, 0, G_OPTION_ARG_INT, &places->cpus,
      N_ ("Processors, and so threads, of each Blender (default: Slurm’s)"), N_ ("N") },
    { "slurm-memory", 0, 0, G_OPTION_ARG_STRING, &places->memory, N_ ("Memory of each Blender: 8G"),
      N_ ("SIZE") },
    { "slurm-gpus", 0, 0, G_OPTION_ARG_STRING, &places->gpus,
      N_ ("Graphics cards of each Blender: 1, a100:2"), N_ ("N") },
    { "slurm-time", 0, 0, G_OPTION_ARG_STRING, &places->time,
      N_ ("How long a Blender may run: 2:00:00"), N_ ("TIME") },
    { "slurm-job-name", 0, 0, G_OPTION_ARG_STRING, &places->job_name,
      N_ ("What jobs are called (default: rushes)"), N_ ("NAME") },
    { "slurm-extra", 0, 0, G_OPTION_ARG_STRING, &places->extra,
      N_ ("Further arguments for srun and sbatch"), N_ ("ARGS") },
    { "slurm-blender", 0, 0, G_OPTION_ARG_FILENAME, &places->blender,
      N_ ("The Blender of the nodes, if it is another one than here"), N_ ("PATH") },
    G_OPTION_ENTRY_NULL
  };
  GOptionGroup *group =
      g_option_group_new ("slurm", _ ("Slurm:"), _ ("Show the options of Slurm"), NULL, NULL);

  g_option_group_add_entries (group, entries);
  g_option_group_set_translation_domain (group, GETTEXT_PACKAGE);
  g_option_context_add_group (context, group);
}

static gboolean
parse_jobs (const char *text, guint *jobs)
{
  guint64 number = 0;

  if (!g_ascii_string_to_unsigned (text, 10, 0, MAX_JOBS, &number, NULL))
    return FALSE;
  *jobs = (guint) number;
  return TRUE;
}

/* This computer's, where they can be found out. */
static gboolean
parse_local_jobs (const char *text, guint *jobs)
{
  if (!g_str_equal (text, "auto"))
    return parse_jobs (text, jobs);
  *jobs = RUSHES_JOBS_AUTO;
  return TRUE;
}

static gboolean
parse_place (CliPlaces *places, const char *word)
{
  g_auto (GStrv) parts = g_strsplit (word, "=", 2);

  if (parts[0] == NULL || parts[1] == NULL)
    return FALSE;
  if (g_str_equal (parts[0], "local"))
    return parse_local_jobs (parts[1], &places->local_jobs);
  return g_str_equal (parts[0], "slurm") && parse_jobs (parts[1], &places->slurm_jobs);
}

/**
 * cli_places_parse:
 * @places: what was typed
 * @jobs: (nullable): how many clients there are on this computer if no place is
 *   named, or "auto"; %NULL: one
 *
 * Returns: whether it makes sense; otherwise it has said what is wrong
 */
gboolean
cli_places_parse (CliPlaces *places, const char *jobs)
{
  g_auto (GStrv) words = NULL;

  places->local_jobs = places->place == NULL ? 1 : 0;
  if (jobs != NULL && (!parse_local_jobs (jobs, &places->local_jobs) || places->local_jobs == 0))
    {
      cli_error (_ ("--jobs %s: give a number between %d and %d, or “auto”"), jobs, 1, MAX_JOBS);
      return FALSE;
    }
  if (places->place != NULL)
    words = g_strsplit (places->place, ",", -1);
  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    if (!parse_place (places, words[i]))
      {
        cli_error (_ ("--place %s: say where and how many, such as local=2,slurm=16"),
                   places->place);
        return FALSE;
      }
  if (places->local_jobs == 0 && places->slurm_jobs == 0)
    {
      cli_error (_ ("--place %s: no Blender would work anywhere"), places->place);
      return FALSE;
    }
  return places->slurm_jobs == 0 || cli_places_check_slurm (places);
}

/**
 * cli_places_check_slurm:
 * @places: what was typed
 *
 * Returns: whether that can be said to Slurm, and Slurm is installed; otherwise
 *   it has said what is wrong
 */
gboolean
cli_places_check_slurm (CliPlaces *places)
{
  g_autoptr (RushesSlurm) slurm = NULL;
  g_autoptr (GError) error = NULL;

  if (places->cpus < 0 || places->cpus > MAX_JOBS)
    {
      cli_error (_ ("%s %d: give a number between %d and %d"), "--slurm-cpus", places->cpus, 0,
                 MAX_JOBS);
      return FALSE;
    }
  slurm = cli_places_make_slurm (places);
  if (rushes_slurm_check (slurm, &error))
    return TRUE;
  cli_error ("%s", error->message);
  return FALSE;
}

/**
 * cli_places_make_slurm:
 * @places: what was typed, checked
 *
 * Returns: (transfer full): the cluster as it is wanted
 */
RushesSlurm *
cli_places_make_slurm (CliPlaces *places)
{
  RushesSlurm *slurm = rushes_slurm_new ();

  g_object_set (slurm, "partition", places->partition, "account", places->account, "cpus",
                (guint) places->cpus, "memory", places->memory, "gpus", places->gpus, "time",
                places->time, "job-name", places->job_name, "extra", places->extra, NULL);
  return slurm;
}

/**
 * cli_places_make_launcher:
 * @places: what was typed, checked
 * @blender: what was typed about the Blender of this computer
 *
 * Returns: (transfer full): how clients are started on the cluster
 */
RushesLauncher *
cli_places_make_launcher (CliPlaces *places, const CliBlender *blender)
{
  const char *name = places->blender != NULL ? places->blender : cli_blender_get_program (blender);
  g_autoptr (RushesSlurm) slurm = cli_places_make_slurm (places);
  RushesLauncher *launcher = rushes_launcher_new_on_cluster (name, slurm);

  g_object_set (launcher, "factory-startup", blender->factory_startup, NULL);
  return launcher;
}

void
cli_places_clear (CliPlaces *places)
{
  g_free (places->place);
  g_free (places->partition);
  g_free (places->account);
  g_free (places->memory);
  g_free (places->gpus);
  g_free (places->time);
  g_free (places->job_name);
  g_free (places->extra);
  g_free (places->blender);
}
