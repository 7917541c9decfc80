/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "rushes-slurm-command.h"
#include "rushes-slurm-queue.h"

/* The comment comes last: it may hold anything. */
#define FORMAT   "%i|%T|%r|%N|%Q|%P|%k"
#define N_FIELDS 7

/* After each question the cluster is left alone for a while. */
#define PAUSE_MS 500

/**
 * RushesSlurmQueue:
 *
 * Slurm's queue, as `squeue` shows it. However many clients want to know, it is
 * asked once for all of them.
 */
struct _RushesSlurmQueue
{
  GObject parent_instance;
  GPtrArray *asking;  /* (owned) (element-type GTask): whom the running squeue serves */
  GPtrArray *waiting; /* (owned) (element-type GTask): whom the next one will */
  guint pause_id;
};

G_DEFINE_FINAL_TYPE (RushesSlurmQueue, rushes_slurm_queue, G_TYPE_OBJECT)

static void ask (RushesSlurmQueue *self);

void
rushes_slurm_entry_free (RushesSlurmEntry *entry)
{
  g_free (entry->id);
  g_free (entry->reason);
  g_free (entry->node);
  g_free (entry);
}

/* ---- What it says ---------------------------------------------------- */

/* Slurm's words; what is not among them holds a node. */
static RushesSlurmState
parse_state (const char *word)
{
  static const struct
  {
    const char *word;
    RushesSlurmState state;
  } states[] = {
    { "PENDING", RUSHES_SLURM_PENDING },
    { "REQUEUED", RUSHES_SLURM_PENDING },
    { "REQUEUE_HOLD", RUSHES_SLURM_PENDING },
    { "SPECIAL_EXIT", RUSHES_SLURM_PENDING },
    { "COMPLETED", RUSHES_SLURM_COMPLETED },
    { "FAILED", RUSHES_SLURM_FAILED },
    { "BOOT_FAIL", RUSHES_SLURM_NODE_FAILED },
    { "LAUNCH_FAILED", RUSHES_SLURM_FAILED },
    { "CANCELLED", RUSHES_SLURM_CANCELLED },
    { "REVOKED", RUSHES_SLURM_CANCELLED },
    { "PREEMPTED", RUSHES_SLURM_PREEMPTED },
    { "TIMEOUT", RUSHES_SLURM_TIME_LIMIT },
    { "DEADLINE", RUSHES_SLURM_TIME_LIMIT },
    { "NODE_FAIL", RUSHES_SLURM_NODE_FAILED },
    { "OUT_OF_MEMORY", RUSHES_SLURM_OUT_OF_MEMORY },
  };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (g_str_equal (states[i].word, word))
      return states[i].state;
  return RUSHES_SLURM_RUNNING;
}

typedef struct
{
  char *partition; /* (owned) */
  guint64 priority;
  guint64 id;
  RushesSlurmEntry *entry; /* (nullable): of a job with a comment */
} Waiting;

static void
waiting_clear (gpointer data)
{
  g_free (((Waiting *) data)->partition);
}

/* By partition, then whose turn comes first. */
static int
compare_waiting (gconstpointer a, gconstpointer b)
{
  const Waiting *one = a, *other = b;
  int order = strcmp (one->partition, other->partition);

  if (order != 0)
    return order;
  if (one->priority != other->priority)
    return one->priority > other->priority ? -1 : 1;
  return one->id < other->id ? -1 : one->id > other->id;
}

static void
number_places (GArray *waiting)
{
  const char *partition = NULL;
  guint place = 0;

  g_array_sort (waiting, compare_waiting);
  for (guint i = 0; i < waiting->len; i++)
    {
      const Waiting *job = &g_array_index (waiting, Waiting, i);

      place = g_strcmp0 (partition, job->partition) == 0 ? place + 1 : 1;
      partition = job->partition;
      if (job->entry != NULL)
        job->entry->place = place;
    }
}

/**
 * rushes_slurm_queue_parse:
 * @text: what squeue printed
 *
 * Lines that make no sense are passed over: what they are about is not known.
 *
 * Returns: (transfer full) (element-type utf8 RushesSlurmEntry): the jobs that
 *   have a comment, by that
 */
GHashTable *
rushes_slurm_queue_parse (const char *text)
{
  GHashTable *entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                               (GDestroyNotify) rushes_slurm_entry_free);
  g_autoptr (GArray) waiting = g_array_new (FALSE, FALSE, sizeof (Waiting));
  g_auto (GStrv) lines = NULL;

  g_return_val_if_fail (text != NULL, entries);

  g_array_set_clear_func (waiting, waiting_clear);
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[i], "|", N_FIELDS);
      RushesSlurmEntry *entry = NULL;
      RushesSlurmState state;

      if (g_strv_length (fields) != N_FIELDS)
        continue;
      state = parse_state (fields[1]);
      if (!g_str_equal (fields[6], "(null)") && *fields[6] != '\0')
        {
          entry = g_new0 (RushesSlurmEntry, 1);
          entry->id = g_strdup (fields[0]);
          entry->state = state;
          entry->reason = g_strdup (fields[2]);
          entry->node = g_strdup (fields[3]);
          g_hash_table_replace (entries, g_strdup (fields[6]), entry);
        }
      if (state == RUSHES_SLURM_PENDING)
        {
          Waiting job = { g_strdup (fields[5]), g_ascii_strtoull (fields[4], NULL, 10),
                          g_ascii_strtoull (fields[0], NULL, 10), entry };

          g_array_append_val (waiting, job);
        }
    }
  number_places (waiting);

  return entries;
}

/* ---- Asking ---------------------------------------------------------- */

static gboolean
pause_cb (gpointer user_data)
{
  RushesSlurmQueue *self = user_data;

  self->pause_id = 0;
  ask (self);
  return G_SOURCE_REMOVE;
}

static void
answer (RushesSlurmQueue *self, GHashTable *entries, const GError *error)
{
  g_autoptr (GPtrArray) asking = g_steal_pointer (&self->asking);

  self->asking = g_ptr_array_new_with_free_func (g_object_unref);
  self->pause_id = g_timeout_add (PAUSE_MS, pause_cb, self);
  for (guint i = 0; i < asking->len; i++)
    {
      GTask *task = g_ptr_array_index (asking, i);

      if (entries != NULL)
        g_task_return_pointer (task, g_hash_table_ref (entries),
                               (GDestroyNotify) g_hash_table_unref);
      else
        g_task_return_error (task, g_error_copy (error));
    }
}

static void
printed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RushesSlurmQueue) self = user_data;
  g_autoptr (GHashTable) entries = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *printed = rushes_slurm_command_finish (result, &error);

  if (printed != NULL)
    entries = rushes_slurm_queue_parse (printed);
  answer (self, entries, error);
}

static void
ask (RushesSlurmQueue *self)
{
  static const char *const argv[] = { "squeue", "--noheader", "--states=all", "--format=" FORMAT,
                                      NULL };
  GPtrArray *empty = self->asking;

  if (self->waiting->len == 0 || self->asking->len > 0 || self->pause_id != 0)
    return;

  self->asking = g_steal_pointer (&self->waiting);
  self->waiting = empty;
  rushes_slurm_command_async (argv, NULL, NULL, printed_cb, g_object_ref (self));
}

/**
 * rushes_slurm_queue_ask_async:
 * @self: a queue
 * @callback: (scope async): called with the answer
 * @user_data: for @callback
 *
 * Asks what is in the queue, now or soon: never before this call.
 */
void
rushes_slurm_queue_ask_async (RushesSlurmQueue *self,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task;

  g_return_if_fail (RUSHES_IS_SLURM_QUEUE (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, rushes_slurm_queue_ask_async);
  g_ptr_array_add (self->waiting, task);
  ask (self);
}

/**
 * rushes_slurm_queue_ask_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Returns: (transfer full) (nullable) (element-type utf8 RushesSlurmEntry): the
 *   jobs that have a comment, by that; %NULL when Slurm does not answer
 */
GHashTable *
rushes_slurm_queue_ask_finish (RushesSlurmQueue *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- The object ------------------------------------------------------ */

static void
rushes_slurm_queue_finalize (GObject *object)
{
  RushesSlurmQueue *self = RUSHES_SLURM_QUEUE (object);

  /* Whoever asks, and a running squeue, hold references. */
  g_clear_handle_id (&self->pause_id, g_source_remove);
  g_clear_pointer (&self->asking, g_ptr_array_unref);
  g_clear_pointer (&self->waiting, g_ptr_array_unref);

  G_OBJECT_CLASS (rushes_slurm_queue_parent_class)->finalize (object);
}

static void
rushes_slurm_queue_class_init (RushesSlurmQueueClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rushes_slurm_queue_finalize;
}

static void
rushes_slurm_queue_init (RushesSlurmQueue *self)
{
  self->asking = g_ptr_array_new_with_free_func (g_object_unref);
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * rushes_slurm_queue_new:
 *
 * Returns: (transfer full): a queue that nobody has asked about yet
 */
RushesSlurmQueue *
rushes_slurm_queue_new (void)
{
  return g_object_new (RUSHES_TYPE_SLURM_QUEUE, NULL);
}
