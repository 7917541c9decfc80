/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "rushes-error.h"
#include "rushes-host.h"
#include "rushes-slurm-command.h"

/* A cluster that does not answer in time is taken not to. Slurm itself would wait
 * for minutes. */
#define PATIENCE_SECONDS 15

/* What Slurm says when it is asked something. */

typedef struct
{
  GSubprocess *process; /* (owned) */
  char *program;        /* (owned): one of Slurm's */
  guint patience_id;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_clear_handle_id (&question->patience_id, g_source_remove);
  g_clear_object (&question->process);
  g_free (question->program);
  g_free (question);
}

static gboolean
patience_cb (gpointer user_data)
{
  Question *question = user_data;

  question->patience_id = 0;
  g_subprocess_force_exit (question->process);
  return G_SOURCE_REMOVE;
}

/* The last line says what came of all that is told before. */
static const char *
find_complaint (char *err)
{
  const char *last;

  if (err == NULL || *g_strstrip (err) == '\0')
    return _ ("time is up");
  last = strrchr (err, '\n');
  return last != NULL ? last + 1 : err;
}

/* Whether it was understood, and something was held against it. */
static gboolean
is_refusal (const char *complaint)
{
  static const char *const silence[] = { "contact", "onnect", "timed out" };

  for (guint i = 0; i < G_N_ELEMENTS (silence); i++)
    if (strstr (complaint, silence[i]) != NULL)
      return FALSE;
  return TRUE;
}

static void
printed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Question *question = g_task_get_task_data (task);
  GSubprocess *process = G_SUBPROCESS (object);
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;
  g_autoptr (GError) error = NULL;
  const char *complaint;

  if (!g_subprocess_communicate_utf8_finish (process, result, &out, &err, &error))
    g_subprocess_force_exit (process);
  complaint = find_complaint (err);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, g_steal_pointer (&error));
  else if (error == NULL && g_subprocess_get_successful (process))
    g_task_return_pointer (task, g_steal_pointer (&out), g_free);
  else if (error == NULL && rushes_slurm_command_is_outside () &&
           g_subprocess_get_if_exited (process) &&
           g_subprocess_get_exit_status (process) == RUSHES_HOST_NO_PROGRAM)
    g_task_return_error (task, rushes_slurm_command_make_missing_error (question->program));
  else if (error == NULL && g_subprocess_get_if_exited (process) && is_refusal (complaint))
    g_task_return_new_error (task, RUSHES_ERROR, RUSHES_ERROR_INVALID, _ ("Slurm refuses: %s"),
                             complaint);
  else
    g_task_return_new_error (task, RUSHES_ERROR, RUSHES_ERROR_TIMED_OUT,
                             _ ("Slurm does not answer: %s"), complaint);
}

/* Where Slurm's programs are: around the Flatpak that we may be in. */
static GStrv
add_way (const char *const *argv)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (rushes_slurm_command_is_outside ())
    rushes_host_add_argv (builder, FALSE);
  g_strv_builder_addv (builder, (const char **) argv);
  return g_strv_builder_end (builder);
}

/**
 * rushes_slurm_command_is_outside:
 *
 * Returns: whether Slurm's programs are outside the Flatpak that we are in
 */
gboolean
rushes_slurm_command_is_outside (void)
{
  g_autoptr (RushesHost) host = rushes_host_new ();

  return host != NULL;
}

/**
 * rushes_slurm_command_make_missing_error:
 * @program: one of Slurm's programs
 *
 * Returns: (transfer full): that there is no such program, and what to do
 */
GError *
rushes_slurm_command_make_missing_error (const char *program)
{
  return g_error_new (RUSHES_ERROR, RUSHES_ERROR_COULD_NOT_START,
                      _ ("Slurm is not installed here: there is no program “%s”; work on a "
                         "computer of the cluster, or install the package “%s”"),
                      program, "slurm-client");
}

/**
 * rushes_slurm_command_async:
 * @argv: one of Slurm's programs, and its arguments
 * @input: (nullable): what it reads
 * @cancellable: (nullable): ends it early
 * @callback: (scope async): called when it has answered, or does not in time
 * @user_data: for @callback
 *
 * Asks Slurm something; outside, if we are in a Flatpak.
 */
void
rushes_slurm_command_async (const char *const *argv,
                            const char *input,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) words = NULL;
  GSubprocess *process;
  Question *question;

  g_return_if_fail (argv != NULL && argv[0] != NULL);

  g_task_set_source_tag (task, rushes_slurm_command_async);
  words = add_way (argv);
  process = g_subprocess_newv ((const char *const *) words,
                               G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE |
                                   (input != NULL ? G_SUBPROCESS_FLAGS_STDIN_PIPE : 0),
                               &error);
  if (process == NULL)
    {
      g_task_return_new_error (task, RUSHES_ERROR, RUSHES_ERROR_COULD_NOT_START,
                               _ ("“%s” does not start: %s"), argv[0], error->message);
      return;
    }
  question = g_new0 (Question, 1);
  question->process = process;
  question->program = g_strdup (argv[0]);
  question->patience_id = g_timeout_add_seconds (PATIENCE_SECONDS, patience_cb, question);
  g_task_set_task_data (task, question, question_free);
  g_subprocess_communicate_utf8_async (process, input, cancellable, printed_cb,
                                       g_steal_pointer (&task));
}

/**
 * rushes_slurm_command_finish:
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Returns: (transfer full) (nullable): what it printed; or %NULL with
 *   %RUSHES_ERROR_COULD_NOT_START, with %RUSHES_ERROR_INVALID or
 *   %RUSHES_ERROR_TIMED_OUT and Slurm's own
 *   words, or with %G_IO_ERROR_CANCELLED
 */
char *
rushes_slurm_command_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
