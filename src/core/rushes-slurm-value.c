/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "rushes-error.h"
#include "rushes-slurm-value.h"

/* What can be said to Slurm. Whether there is such a partition, and who may ask for
 * how much, is for Slurm to say. */

static const struct
{
  const char *property;
  const char *pattern;
  const char *complaint;
} rules[] = {
  { "partition", "^[^\\s,]+(,[^\\s,]+)*$",
    N_ ("not the name of a partition; write main, or gpu,main for the first that is free") },
  { "account", "^\\S+$", N_ ("not the name of an account, as there is a space in it") },
  { "memory", "^[0-9]+[kmgtKMGT]?$", N_ ("not an amount of memory; write 500M, or 8G") },
  { "gpus", "^([\\w.-]+:)?[0-9]+(,([\\w.-]+:)?[0-9]+)*$",
    N_ ("not a number of graphics cards; write 1, or a100:2") },
  /* Minutes, or with a colon and more; or days before a dash. */
  { "time", "^([0-9]+(:[0-5]?[0-9]){0,2}|[0-9]+-[0-9]+(:[0-5]?[0-9]){0,2}|(?i)unlimited|infinite)$",
    N_ ("not a length of time; write 30 for minutes, 2:00:00, or 1-12 for a day and a half") },
};

static gboolean
check_quotes (const char *text, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (g_shell_parse_argv (text, NULL, NULL, &local_error) ||
      g_error_matches (local_error, G_SHELL_ERROR, G_SHELL_ERROR_EMPTY_STRING))
    return TRUE;
  g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID,
               _ ("The further arguments for Slurm, “%s”, are not quoted well: %s"), text,
               local_error->message);
  return FALSE;
}

/**
 * rushes_slurm_check_value:
 * @property: the name of a text property of #RushesSlurm
 * @text: a value that is not empty
 * @error: return location for a #GError
 *
 * Returns: whether @text can be said to Slurm, else %RUSHES_ERROR_INVALID
 */
gboolean
rushes_slurm_check_value (const char *property, const char *text, GError **error)
{
  g_return_val_if_fail (property != NULL, FALSE);
  g_return_val_if_fail (text != NULL, FALSE);

  if (g_str_equal (property, "extra"))
    return check_quotes (text, error);
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    if (g_str_equal (rules[i].property, property) &&
        !g_regex_match_simple (rules[i].pattern, text, 0, 0))
      {
        g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID, "“%s”: %s", text,
                     _ (rules[i].complaint));
        return FALSE;
      }
  return TRUE;
}
