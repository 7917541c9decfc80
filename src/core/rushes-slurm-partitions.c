/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "rushes-error.h"
#include "rushes-slurm-partitions.h"

/* Parts of a cluster, as `sinfo` shows them. */

typedef struct
{
  guint n_at_work;
  guint n_idle;
  guint n_nodes;
  gboolean found;
  gboolean takes_jobs;
  GString *names; /* (owned): all that there are */
} Partitions;

/* Whether the user means a partition that Slurm calls @name. */
static gboolean
is_wanted (const char *wanted, const char *name, gboolean is_default)
{
  g_auto (GStrv) words = NULL;

  if (wanted == NULL)
    return is_default;
  words = g_strsplit (wanted, ",", -1);
  return g_strv_contains ((const char *const *) words, name);
}

/* What makes no sense is passed over. */
static void
read_partition (Partitions *partitions, const char *line, const char *wanted)
{
  g_auto (GStrv) fields = g_strsplit (line, "|", 3);
  g_auto (GStrv) counts = NULL;
  gboolean is_default;

  if (g_strv_length (fields) != 3)
    return;
  counts = g_strsplit (fields[2], "/", 4);
  is_default = g_str_has_suffix (fields[0], "*");
  if (g_strv_length (counts) != 4)
    return;
  if (is_default)
    fields[0][strlen (fields[0]) - 1] = '\0';
  g_string_append_printf (partitions->names, "%s%s", partitions->names->len > 0 ? ", " : "",
                          fields[0]);
  if (!is_wanted (wanted, fields[0], is_default))
    return;
  partitions->found = TRUE;
  if (!g_str_equal (fields[1], "up"))
    return;
  partitions->takes_jobs = TRUE;
  partitions->n_at_work += (guint) g_ascii_strtoull (counts[0], NULL, 10);
  partitions->n_idle += (guint) g_ascii_strtoull (counts[1], NULL, 10);
  partitions->n_nodes += (guint) g_ascii_strtoull (counts[3], NULL, 10);
}

/* Returns: (nullable): why no client could run there */
static GError *
judge (const Partitions *partitions, const char *wanted)
{
  if (partitions->names->len == 0)
    return g_error_new (RUSHES_ERROR, RUSHES_ERROR_COULD_NOT_START,
                        _ ("This cluster has no partition that you may use; ask those who run it"));
  if (!partitions->found && wanted != NULL)
    return g_error_new (RUSHES_ERROR, RUSHES_ERROR_INVALID,
                        _ ("There is no partition “%s” on this cluster, or not for you; choose "
                           "among: %s"),
                        wanted, partitions->names->str);
  if (!partitions->found)
    return g_error_new (RUSHES_ERROR, RUSHES_ERROR_INVALID,
                        _ ("This cluster has no default partition; choose among: %s"),
                        partitions->names->str);
  if (!partitions->takes_jobs)
    return g_error_new (RUSHES_ERROR, RUSHES_ERROR_COULD_NOT_START,
                        _ ("The partition is down and takes no jobs; choose another one, or ask "
                           "those who run the cluster (there are: %s)"),
                        partitions->names->str);
  if (partitions->n_at_work + partitions->n_idle == 0)
    return g_error_new (RUSHES_ERROR, RUSHES_ERROR_COULD_NOT_START,
                        _ ("Every node of the partition is down or taken out of use; choose "
                           "another one, or ask those who run the cluster (there are: %s)"),
                        partitions->names->str);
  return NULL;
}

/**
 * rushes_slurm_partitions_check:
 * @text: what sinfo printed in %RUSHES_SLURM_PARTITIONS_FORMAT
 * @wanted: (nullable): the partitions of which one is asked for, with commas between
 *   them; %NULL: Slurm's default
 * @n_idle: (out): how many of their nodes do nothing
 * @n_nodes: (out): how many nodes they have
 * @error: return location for a #GError
 *
 * Lines that make no sense are passed over.
 *
 * Returns: whether a job may come to run there; else %RUSHES_ERROR_INVALID when
 *   another one has to be chosen, or %RUSHES_ERROR_COULD_NOT_START
 */
gboolean
rushes_slurm_partitions_check (const char *text,
                               const char *wanted,
                               guint *n_idle,
                               guint *n_nodes,
                               GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);
  Partitions partitions = { .names = names };
  g_auto (GStrv) lines = NULL;
  GError *problem;

  g_return_val_if_fail (text != NULL, FALSE);
  g_return_val_if_fail (n_idle != NULL && n_nodes != NULL, FALSE);

  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    read_partition (&partitions, lines[i], wanted);
  *n_idle = partitions.n_idle;
  *n_nodes = partitions.n_nodes;
  problem = judge (&partitions, wanted);
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, problem);
  return FALSE;
}
