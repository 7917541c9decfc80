/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "rushes-error.h"
#include "rushes-slurm-job.h"

/* How often to look after a job that waits: often at first, when it is likely to
 * begin soon, then seldom, as after one that runs. */
#define FIRST_LOOK_MS 1000
#define LAST_LOOK_MS  30000

/* For how long to ask how a job ended: its srun may be gone before Slurm has made
 * up its mind. */
#define EXPLAIN_MS 6000

/**
 * RushesSlurmJob:
 *
 * The job of one client in Slurm's queue, known by the ticket that it carries:
 * where it waits, and why it ended.
 */
struct _RushesSlurmJob
{
  GObject parent_instance;
  RushesSlurmQueue *queue; /* (owned) */
  char *ticket;            /* (owned) */
  GHashTable *entries;     /* (owned) (nullable): the queue as it was told last */
  gboolean mute;           /* Slurm did not answer the last time */
  gboolean watching;
  guint look_id;
  guint look_ms;
};

enum
{
  CHANGED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (RushesSlurmJob, rushes_slurm_job, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

static void look (RushesSlurmJob *self);

static const RushesSlurmEntry *
get_entry (RushesSlurmJob *self)
{
  return self->entries != NULL ? g_hash_table_lookup (self->entries, self->ticket) : NULL;
}

static void
take_answer (RushesSlurmJob *self, GAsyncResult *result)
{
  g_autoptr (GHashTable) entries = rushes_slurm_queue_ask_finish (self->queue, result, NULL);

  self->mute = entries == NULL;
  if (entries == NULL)
    return;
  g_clear_pointer (&self->entries, g_hash_table_unref);
  self->entries = g_steal_pointer (&entries);
}

/* ---- Waiting --------------------------------------------------------- */

static gboolean
look_cb (gpointer user_data)
{
  RushesSlurmJob *self = user_data;

  self->look_id = 0;
  look (self);
  return G_SOURCE_REMOVE;
}

/* Those that run are looked after all at the same moment, and so by one squeue. */
static guint
get_pause (RushesSlurmJob *self)
{
  if (rushes_slurm_job_is_running (self))
    return LAST_LOOK_MS - (guint) (g_get_monotonic_time () / 1000 % LAST_LOOK_MS);
  return self->look_ms;
}

static void
look_later (RushesSlurmJob *self)
{
  self->look_id = g_timeout_add (get_pause (self), look_cb, self);
  self->look_ms = MIN (self->look_ms * 2, LAST_LOOK_MS);
}

static gboolean
is_over (RushesSlurmJob *self)
{
  const RushesSlurmEntry *entry = get_entry (self);

  return entry != NULL && entry->state != RUSHES_SLURM_PENDING &&
         entry->state != RUSHES_SLURM_RUNNING;
}

static void
looked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RushesSlurmJob) self = user_data;
  g_autofree char *before = rushes_slurm_job_describe (self);
  g_autofree char *after = NULL;

  take_answer (self, result);
  if (!self->watching)
    return;
  after = rushes_slurm_job_describe (self);
  if (is_over (self))
    self->watching = FALSE;
  else
    look_later (self);
  if (g_strcmp0 (before, after) != 0 || !self->watching)
    g_signal_emit (self, signals[CHANGED], 0);
}

static void
look (RushesSlurmJob *self)
{
  rushes_slurm_queue_ask_async (self->queue, looked_cb, g_object_ref (self));
}

/**
 * rushes_slurm_job_watch:
 * @self: a job
 *
 * Looks after it until it has ended: #RushesSlurmJob::changed tells.
 */
void
rushes_slurm_job_watch (RushesSlurmJob *self)
{
  g_return_if_fail (RUSHES_IS_SLURM_JOB (self));
  g_return_if_fail (!self->watching);

  self->watching = TRUE;
  self->look_ms = FIRST_LOOK_MS;
  look_later (self);
}

/**
 * rushes_slurm_job_unwatch:
 * @self: a job
 *
 * Looks after it no longer.
 */
void
rushes_slurm_job_unwatch (RushesSlurmJob *self)
{
  g_return_if_fail (RUSHES_IS_SLURM_JOB (self));

  self->watching = FALSE;
  g_clear_handle_id (&self->look_id, g_source_remove);
}

/**
 * rushes_slurm_job_is_running:
 * @self: a job
 *
 * Returns: whether it ran when that was last looked at
 */
gboolean
rushes_slurm_job_is_running (RushesSlurmJob *self)
{
  const RushesSlurmEntry *entry;

  g_return_val_if_fail (RUSHES_IS_SLURM_JOB (self), FALSE);

  entry = get_entry (self);
  return entry != NULL && entry->state == RUSHES_SLURM_RUNNING;
}

/* The commonest of Slurm's reasons; the others stand as they are. */
static const char *
translate_reason (const char *reason)
{
  static const struct
  {
    const char *reason;
    const char *text;
  } reasons[] = {
    { "Resources", N_ ("every node is in use") },
    { "Priority", N_ ("other jobs come first") },
    { "Dependency", N_ ("another job must end first") },
    { "BeginTime", N_ ("its time has not come") },
    { "JobHeldUser", N_ ("it is held back; “scontrol release” lets it go") },
    { "JobHeldAdmin", N_ ("an administrator holds it back") },
    { "PartitionDown", N_ ("this partition is down") },
    { "PartitionInactive", N_ ("this partition is not active") },
    { "PartitionTimeLimit", N_ ("it asks for more time than the partition gives") },
    { "PartitionNodeLimit", N_ ("it asks for more nodes than the partition gives") },
    { "ReqNodeNotAvail", N_ ("the nodes are not available") },
    { "AssocGrpCpuLimit", N_ ("the account uses all its processors") },
    { "QOSMaxCpuPerUserLimit", N_ ("you use as many processors as you may") },
    { "QOSMaxJobsPerUserLimit", N_ ("you run as many jobs as you may") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (g_str_equal (reasons[i].reason, reason))
      return _ (reasons[i].text);
  return reason;
}

/**
 * rushes_slurm_job_is_known:
 * @self: a job
 *
 * Returns: whether Slurm has ever shown it in its queue
 */
gboolean
rushes_slurm_job_is_known (RushesSlurmJob *self)
{
  g_return_val_if_fail (RUSHES_IS_SLURM_JOB (self), FALSE);

  return get_entry (self) != NULL;
}

/**
 * rushes_slurm_describe:
 * @entry: a job
 *
 * Returns: (transfer full): what it waits for, in the user's words; or where it
 *   runs
 */
char *
rushes_slurm_describe (const RushesSlurmEntry *entry)
{
  g_return_val_if_fail (entry != NULL, NULL);

  if (entry->state != RUSHES_SLURM_PENDING)
    return g_strdup_printf (_ ("Job %s on node %s"), entry->id, entry->node);
  if (g_str_equal (entry->reason, "None") || *entry->reason == '\0')
    return g_strdup_printf (_ ("Waiting for the cluster: job %s, place %u"), entry->id,
                            entry->place);
  return g_strdup_printf (_ ("Waiting for the cluster: job %s, place %u, %s"), entry->id,
                          entry->place, translate_reason (entry->reason));
}

/**
 * rushes_slurm_job_describe:
 * @self: a job
 *
 * Returns: (transfer full): what it waits for, in the user's words; or where it
 *   runs
 */
char *
rushes_slurm_job_describe (RushesSlurmJob *self)
{
  const RushesSlurmEntry *entry;

  g_return_val_if_fail (RUSHES_IS_SLURM_JOB (self), NULL);

  entry = get_entry (self);
  if (self->mute && !rushes_slurm_job_is_running (self))
    return g_strdup (_ ("Waiting for the cluster, which does not answer"));
  if (entry == NULL)
    return g_strdup (_ ("Waiting for the cluster"));
  return rushes_slurm_describe (entry);
}

/* ---- Ends ------------------------------------------------------------ */

/**
 * rushes_slurm_explain:
 * @entry: (nullable): a job
 *
 * Returns: (transfer full) (nullable): why Slurm has ended it; %NULL if it is
 *   not for Slurm to say
 */
GError *
rushes_slurm_explain (const RushesSlurmEntry *entry)
{
  if (entry == NULL)
    return NULL;

  switch (entry->state)
    {
    case RUSHES_SLURM_CANCELLED:
      return g_error_new (RUSHES_ERROR, RUSHES_ERROR_TAKEN_AWAY,
                          _ ("Somebody has canceled job %s in Slurm"), entry->id);
    case RUSHES_SLURM_PREEMPTED:
      return g_error_new (RUSHES_ERROR, RUSHES_ERROR_TAKEN_AWAY,
                          _ ("A more urgent job took the place of job %s on node %s"), entry->id,
                          entry->node);
    case RUSHES_SLURM_NODE_FAILED:
      return g_error_new (RUSHES_ERROR, RUSHES_ERROR_TAKEN_AWAY, _ ("Node %s went down"),
                          entry->node);
    case RUSHES_SLURM_TIME_LIMIT:
      return g_error_new (RUSHES_ERROR, RUSHES_ERROR_TIME_LIMIT,
                          _ ("Job %s reached its time limit on node %s"), entry->id, entry->node);
    case RUSHES_SLURM_OUT_OF_MEMORY:
      return g_error_new (RUSHES_ERROR, RUSHES_ERROR_OUT_OF_MEMORY,
                          _ ("Job %s took more memory on node %s than it was given"), entry->id,
                          entry->node);
    case RUSHES_SLURM_PENDING:
    case RUSHES_SLURM_RUNNING:
    case RUSHES_SLURM_COMPLETED:
    case RUSHES_SLURM_FAILED:
    default:
      return NULL;
    }
}

/**
 * rushes_slurm_job_explain:
 * @self: a job
 *
 * Returns: (transfer full) (nullable): why Slurm has ended it, if that is known
 *   since it was last looked at
 */
GError *
rushes_slurm_job_explain (RushesSlurmJob *self)
{
  g_return_val_if_fail (RUSHES_IS_SLURM_JOB (self), NULL);

  return rushes_slurm_explain (get_entry (self));
}

/* Until Slurm has made up its mind, or time is up. */
static void
explained_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  RushesSlurmJob *self = g_task_get_source_object (task);
  const gint64 *deadline = g_task_get_task_data (task);
  const RushesSlurmEntry *entry;

  take_answer (self, result);
  entry = get_entry (self);
  if (!self->mute && (entry == NULL || is_over (self)))
    g_task_return_pointer (task, rushes_slurm_explain (entry), (GDestroyNotify) g_error_free);
  else if (self->mute)
    g_task_return_pointer (task,
                           g_error_new (RUSHES_ERROR, RUSHES_ERROR_TAKEN_AWAY,
                                        _ ("The cluster cannot be reached: Slurm does not answer")),
                           (GDestroyNotify) g_error_free);
  else if (g_get_monotonic_time () > *deadline)
    g_task_return_pointer (task, NULL, NULL);
  else
    rushes_slurm_queue_ask_async (self->queue, explained_cb, g_steal_pointer (&task));
}

/**
 * rushes_slurm_job_explain_async:
 * @self: a job whose srun has ended
 * @callback: (scope async): called within some seconds
 * @user_data: for @callback
 *
 * Asks Slurm why it ended.
 */
void
rushes_slurm_job_explain_async (RushesSlurmJob *self,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  GTask *task;
  gint64 *deadline;

  g_return_if_fail (RUSHES_IS_SLURM_JOB (self));

  rushes_slurm_job_unwatch (self);
  deadline = g_new (gint64, 1);
  *deadline = g_get_monotonic_time () + EXPLAIN_MS * 1000;
  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, rushes_slurm_job_explain_async);
  g_task_set_task_data (task, deadline, g_free);
  rushes_slurm_queue_ask_async (self->queue, explained_cb, task);
}

/**
 * rushes_slurm_job_explain_finish:
 * @self: a job
 * @result: what the callback was given
 *
 * Returns: (transfer full) (nullable): why Slurm has ended it; %NULL if it is
 *   not for Slurm to say
 */
GError *
rushes_slurm_job_explain_finish (RushesSlurmJob *self, GAsyncResult *result)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), NULL);
}

/* ---- The object ------------------------------------------------------ */

static void
rushes_slurm_job_finalize (GObject *object)
{
  RushesSlurmJob *self = RUSHES_SLURM_JOB (object);

  g_clear_handle_id (&self->look_id, g_source_remove);
  g_clear_object (&self->queue);
  g_clear_pointer (&self->ticket, g_free);
  g_clear_pointer (&self->entries, g_hash_table_unref);

  G_OBJECT_CLASS (rushes_slurm_job_parent_class)->finalize (object);
}

static void
rushes_slurm_job_class_init (RushesSlurmJobClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rushes_slurm_job_finalize;

  /**
   * RushesSlurmJob::changed:
   * @self: the job
   *
   * What rushes_slurm_job_describe() says, or that it runs or has ended, is news.
   */
  signals[CHANGED] = g_signal_new ("changed", RUSHES_TYPE_SLURM_JOB, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
rushes_slurm_job_init (RushesSlurmJob *self)
{
}

/**
 * rushes_slurm_job_new:
 * @queue: where it waits
 * @ticket: the word that it carries as its comment
 *
 * Returns: (transfer full): a job that nobody looks after yet
 */
RushesSlurmJob *
rushes_slurm_job_new (RushesSlurmQueue *queue, const char *ticket)
{
  RushesSlurmJob *self;

  g_return_val_if_fail (RUSHES_IS_SLURM_QUEUE (queue), NULL);
  g_return_val_if_fail (ticket != NULL, NULL);

  self = g_object_new (RUSHES_TYPE_SLURM_JOB, NULL);
  self->queue = g_object_ref (queue);
  self->ticket = g_strdup (ticket);

  return self;
}
