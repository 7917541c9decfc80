/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <string.h>

#include <glib/gi18n.h>

#include "cli-places.h"
#include "cli.h"
#include "rushes-pool.h"

/* The run as a script for sbatch: the same command line, with steps of the job as
 * its clients. It says what it does as JSON, for whoever attaches. */
static char *
make_script (int argc, char **argv, guint clients)
{
  GString *script = g_string_new ("#!/bin/sh\nexec ");
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *quoted = g_shell_quote (program != NULL ? program : "rushes-cli");

  g_string_append_printf (script, "%s render --progress json --place local=0,slurm=%u", quoted,
                          clients);
  for (int i = 1; i < argc; i++)
    {
      g_autofree char *word = g_shell_quote (argv[i]);

      g_string_append_printf (script, " %s", word);
    }
  g_string_append_c (script, '\n');
  return g_string_free (script, FALSE);
}

/* Returns the job's number. */
static char *
run_sbatch (RushesSlurm *slurm, guint clients, const char *output, const char *script)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *folder = g_canonicalize_filename (output, NULL);
  g_autofree char *log = g_build_filename (folder, "rushes-%j.jsonl", NULL);
  g_autofree char *errors = g_build_filename (folder, "rushes-%j.log", NULL);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) argv = NULL;
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;

  if (g_mkdir_with_parents (folder, 0755) != 0)
    {
      cli_error (_ ("The output folder “%s” cannot be made: %s"), folder, g_strerror (errno));
      return NULL;
    }
  rushes_slurm_add_submit_argv (slurm, builder, clients);
  g_strv_builder_add_many (builder, "--output", log, "--error", errors, NULL);
  argv = g_strv_builder_end (builder);
  process = g_subprocess_newv ((const char *const *) argv,
                               G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                   G_SUBPROCESS_FLAGS_STDERR_PIPE,
                               &error);
  if (process == NULL || !g_subprocess_communicate_utf8 (process, script, NULL, &out, &err, &error))
    {
      cli_error ("%s", error->message);
      return NULL;
    }
  if (!g_subprocess_get_successful (process))
    {
      cli_error (_ ("Slurm refuses: %s"), g_strstrip (err));
      return NULL;
    }
  /* "12", or "12;cluster". */
  out[strcspn (out, ";\n")] = '\0';
  return g_steal_pointer (&out);
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
  g_autoptr (RushesSlurm) slurm = NULL;
  g_autofree char *output = NULL;
  g_autofree char *script = NULL;
  g_autofree char *job = NULL;
  g_autofree char **copy = g_memdup2 (argv, ((gsize) argc + 1) * sizeof *argv);
  guint clients;

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
  clients = places.slurm_jobs > 0 ? places.slurm_jobs : MAX (places.local_jobs, 1);
  slurm = cli_places_make_slurm (&places);
  script = make_script (argc, argv, clients);
  job = run_sbatch (slurm, clients, output, script);
  if (job == NULL)
    return CLI_EXIT_FAILED;

  g_print (_ ("Submitted as job %s; “rushes-cli attach %s” follows it\n"), job, job);
  return CLI_EXIT_OK;
}
