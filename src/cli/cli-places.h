/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cli-blender.h"

G_BEGIN_DECLS

/**
 * CliPlaces:
 *
 * What the command line says about where clients run. Strings are kept as
 * typed.
 */
typedef struct
{
  char *place;
  char *partition;
  char *account;
  int cpus;
  char *memory;
  char *gpus;
  char *time;
  char *job_name;
  char *extra;
  char *blender;

  guint local_jobs; /* from here on: what cli_places_parse() makes of it; or RUSHES_JOBS_AUTO */
  guint slurm_jobs;
} CliPlaces;

void cli_places_add_options (CliPlaces *places, GOptionContext *context);
gboolean cli_places_parse (CliPlaces *places, const char *jobs);
gboolean cli_places_check_slurm (CliPlaces *places);
RushesSlurm *cli_places_make_slurm (CliPlaces *places);
RushesLauncher *cli_places_make_launcher (CliPlaces *places, const CliBlender *blender);
gboolean cli_render_check (int argc, char **argv, CliPlaces *places, char **output);
void cli_places_clear (CliPlaces *places);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CliPlaces, cli_places_clear)

G_END_DECLS
