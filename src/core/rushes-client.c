/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include <glib/gi18n-lib.h>

#include "rushes-channel.h"
#include "rushes-client.h"
#include "rushes-enums.h"
#include "rushes-error.h"
#include "rushes-log.h"
#include "rushes-oom.h"
#include "rushes-slurm-job.h"

/* How long each step of an ending may take, in milliseconds. */
#define LEAVE_MS 3000
#define TERM_MS  1500
#define KILL_MS  5000

/* No time of the clock. */
#define NEVER G_MAXINT64

/* How long the pipe of a process that is gone may stay open. */
#define LAST_WORDS_MS 1000

/**
 * RushesClient:
 *
 * One Blender process that we started and talk to over a #RushesChannel, one
 * call at a time, of which the next may be on its way already. It never loads or renders by itself.
 * When the process is gone for whatever reason, the state is %RUSHES_CLIENT_DEAD, the cause is
 * known, and a call under way has returned that cause.
 */
struct _RushesClient
{
  GObject parent_instance;

  RushesLauncher *launcher; /* (owned) */
  guint number;
  char *log_dir; /* (owned) */
  RushesClientState state;

  char *token;            /* (owned) (nullable): since the start */
  gboolean spawning;      /* there will be a process soon */
  GSubprocess *process;   /* (owned) (nullable) */
  pid_t group;            /* 0: it was gone before we could ask */
  gboolean exited;        /* the process is gone */
  gboolean lingering;     /* its last words are not, and this holds a reference for them */
  RushesLog *log;         /* (owned) (nullable) */
  RushesChannel *channel; /* (owned) (nullable) */
  RushesOom *oom;         /* (owned) (nullable): marked when the task begins */
  RushesSlurmJob *job;    /* (owned) (nullable): what it is in the queue of a cluster */
  gboolean explaining;    /* the cluster is asked for the cause of death */

  GPtrArray *waiting; /* (owned) (element-type GTask): later starts, until it is ready */
  GTask *task;        /* (owned) (nullable): the start or the call under way */
  guint timeout;      /* of the task, in seconds; 0: none */
  GTask *ahead;       /* (owned) (nullable): the call that was sent ahead */
  guint ahead_timeout;
  GSource *watchdog; /* (owned) (nullable): fires when the task's time is up, or before */
  gint64 hungry_at;  /* when that is, on the clock of g_get_monotonic_time() */
  GSource *reaper;   /* (owned) (nullable): the next step of an ending */
  int next_signal;   /* what the reaper sends; 0: nothing is left to send */

  GError *cause;         /* (owned) (nullable): why it ended */
  char *blender_version; /* (owned) (nullable) */
  char *node;            /* (owned) (nullable): the name of its computer */
  char *situation;       /* (owned) (nullable): what it waits for */
  gint64 pid;
  guint64 memory; /* bytes, as it said last; 0: not yet */
};

enum
{
  PROP_0,
  PROP_STATE,
  PROP_SITUATION,
  N_PROPS
};

enum
{
  PROGRESS,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (RushesClient, rushes_client, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void begin_end (RushesClient *self, int first_signal);
static void feed_watchdog (RushesClient *self);

static void
set_state (RushesClient *self, RushesClientState state)
{
  if (self->state == state)
    return;

  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

static void
set_situation (RushesClient *self, char *situation)
{
  g_free (self->situation);
  self->situation = situation;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SITUATION]);
}

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* There is no call whose time could be up. */
static void
rest_watchdog (RushesClient *self)
{
  self->hungry_at = NEVER;
}

/* Takes the task out of @self, so that its callback may start the next one. */
static GTask *
end_task (RushesClient *self)
{
  GTask *task = g_steal_pointer (&self->task);

  rest_watchdog (self);
  if (self->ahead != NULL)
    {
      self->task = g_steal_pointer (&self->ahead);
      self->timeout = self->ahead_timeout;
      rushes_oom_mark (self->oom);
      feed_watchdog (self);
    }
  else if (self->state == RUSHES_CLIENT_BUSY || self->state == RUSHES_CLIENT_STARTING)
    set_state (self, RUSHES_CLIENT_READY);

  return task;
}

/* Whoever wants a client that was started by somebody else can have it now, or
 * never. */
static void
end_waiting_starts (RushesClient *self)
{
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->waiting);

  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < waiting->len; i++)
    if (self->state == RUSHES_CLIENT_DEAD)
      g_task_return_error (g_ptr_array_index (waiting, i), g_error_copy (self->cause));
    else
      g_task_return_boolean (g_ptr_array_index (waiting, i), TRUE);
}

/* The first cause is the true one: what follows from it (a broken pipe, an
 * exit code) must not hide it. */
static void
take_cause (RushesClient *self, GError *cause)
{
  if (self->cause == NULL)
    self->cause = cause;
  else
    g_error_free (cause);
}

static void
fail (RushesClient *self, int first_signal, RushesError code, const char *message)
{
  if (self->state == RUSHES_CLIENT_DEAD)
    return;

  take_cause (self, g_error_new_literal (RUSHES_ERROR, (int) code, message));
  self->explaining = FALSE; /* that will do */
  begin_end (self, first_signal);
}

static void
set_dead (RushesClient *self)
{
  G_GNUC_UNUSED g_autoptr (RushesClient) guard = g_object_ref (self);
  g_autoptr (GTask) task = NULL;
  g_autoptr (GTask) ahead = NULL;

  /* explained_cb() comes back to this. */
  if (self->state == RUSHES_CLIENT_DEAD || self->explaining)
    return;

  if (self->job != NULL)
    rushes_slurm_job_unwatch (self->job);
  if (self->channel != NULL)
    rushes_channel_close (self->channel);
  clear_source (&self->watchdog);
  clear_source (&self->reaper);
  if (self->log != NULL)
    {
      rushes_log_flush (self->log);
      rushes_log_note (self->log, "client %u ended: %s", self->number, self->cause->message);
    }

  task = g_steal_pointer (&self->task);
  ahead = g_steal_pointer (&self->ahead);
  set_state (self, RUSHES_CLIENT_DEAD);
  if (task != NULL)
    g_task_return_error (task, g_error_copy (self->cause));
  if (ahead != NULL)
    g_task_return_new_error (ahead, RUSHES_ERROR, RUSHES_ERROR_STOPPED, "%s", _ ("Not begun"));
  end_waiting_starts (self);
  if (self->lingering)
    {
      self->lingering = FALSE;
      g_object_unref (self);
    }
}

/* ---- Ending ---------------------------------------------------------- */

static void
signal_group (RushesClient *self, int number)
{
  /* Group 0 would be our own. In that of an srun there is somebody who ends the
   * job when srun is killed, and must outlive it for that. */
  if (self->group > 0 && (self->job == NULL || number != SIGKILL))
    kill (-self->group, number);
  else if (self->group > 0 && !self->exited)
    kill (self->group, number);
}

static gboolean
reaper_cb (gpointer user_data)
{
  RushesClient *self = user_data;

  if (self->next_signal == 0)
    {
      /* Not even SIGKILL ends a process that hangs in the kernel (a dead
       * network drive). It can do no harm any more; go on without it. */
      set_dead (self);
      return G_SOURCE_REMOVE;
    }

  if (self->cause == NULL)
    take_cause (self, g_error_new_literal (RUSHES_ERROR, RUSHES_ERROR_PROTOCOL,
                                           _ ("Blender stopped answering, but goes on running")));
  signal_group (self, self->next_signal);
  if (self->next_signal == SIGTERM)
    {
      self->next_signal = SIGKILL;
      g_source_set_ready_time (self->reaper, g_get_monotonic_time () + TERM_MS * 1000);
    }
  else
    {
      self->next_signal = 0;
      g_source_set_ready_time (self->reaper, g_get_monotonic_time () + KILL_MS * 1000);
    }
  return G_SOURCE_CONTINUE;
}

static gboolean
source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

/* A source that fires when its ready time comes. */
static GSource *
alarm_new (GSourceFunc callback, RushesClient *self)
{
  static GSourceFuncs funcs = { .dispatch = source_dispatch };
  GSource *source = g_source_new (&funcs, sizeof (GSource));

  g_source_set_static_name (source, "RushesClient");
  g_source_set_callback (source, callback, self, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());

  return source;
}

/* There is nobody to end yet: spawned_cb() does it, unless not even that comes. */
static void
end_unborn (RushesClient *self)
{
  if (self->reaper != NULL)
    return;

  self->reaper = alarm_new (reaper_cb, self);
  self->next_signal = 0;
  g_source_set_ready_time (self->reaper, g_get_monotonic_time () + KILL_MS * 1000);
  rest_watchdog (self);
  set_state (self, RUSHES_CLIENT_STOPPING);
}

/* Close stdin, then SIGTERM, then SIGKILL to the whole group, each after its
 * time; @first_signal says where to begin (0: politely). A later call may only
 * make it faster. */
static void
begin_end (RushesClient *self, int first_signal)
{
  gint64 wait = first_signal == 0 ? LEAVE_MS : 0;

  if (self->state == RUSHES_CLIENT_DEAD)
    return;
  if (self->spawning)
    {
      end_unborn (self);
      return;
    }
  if (self->process == NULL || self->exited)
    {
      set_dead (self);
      return;
    }
  if (self->state == RUSHES_CLIENT_STOPPING && first_signal == 0)
    return;
  /* SIGTERM was sent already and needs its time, however often it is wished for. */
  if (self->reaper != NULL && first_signal == SIGTERM && self->next_signal != SIGTERM)
    return;

  if (self->reaper == NULL)
    {
      self->reaper = alarm_new (reaper_cb, self);
      self->next_signal = SIGTERM;
    }
  if (first_signal == SIGKILL && self->next_signal == SIGTERM)
    self->next_signal = SIGKILL;
  if (self->next_signal != 0)
    g_source_set_ready_time (self->reaper, g_get_monotonic_time () + wait * 1000);

  rest_watchdog (self);
  set_state (self, RUSHES_CLIENT_STOPPING);
  rushes_channel_hang_up (self->channel);
}

/**
 * rushes_client_explain_death:
 * @wait_status: as waitpid() gives it
 * @oom: whether the system has killed for want of memory meanwhile
 *
 * Names the cause of death of a process, whether the system says "killed by
 * signal N" or a go-between (a shell, flatpak-spawn, srun) passes that on as
 * exit code 128 + N.
 *
 * Returns: (transfer full): an error in %RUSHES_ERROR
 */
GError *
rushes_client_explain_death (int wait_status, gboolean oom)
{
  int number = 0;

  if (WIFSIGNALED (wait_status))
    number = WTERMSIG (wait_status);
  else if (WEXITSTATUS (wait_status) > 128 && WEXITSTATUS (wait_status) < 128 + NSIG)
    number = WEXITSTATUS (wait_status) - 128;

  if (number == SIGKILL && oom)
    return g_error_new (RUSHES_ERROR, RUSHES_ERROR_OUT_OF_MEMORY,
                        _ ("The system killed Blender because memory ran out"));
  if (number == SIGKILL)
    return g_error_new (RUSHES_ERROR, RUSHES_ERROR_CRASHED,
                        _ ("Blender was killed (signal %d); perhaps memory ran out"), number);
  if (number != 0)
    return g_error_new (RUSHES_ERROR, RUSHES_ERROR_CRASHED, _ ("Blender crashed: %s (signal %d)"),
                        g_strsignal (number), number);

  return g_error_new (RUSHES_ERROR, RUSHES_ERROR_CRASHED,
                      _ ("Blender quit by itself with exit code %d"), WEXITSTATUS (wait_status));
}

/* What was not there to be started, where it should have been. */
static GError *
explain_missing (RushesClient *self, int wait_status)
{
  /* Once it was ready, nothing can be missing. */
  return self->blender_version == NULL && WIFEXITED (wait_status)
             ? rushes_launcher_explain_exit (self->launcher, WEXITSTATUS (wait_status))
             : NULL;
}

/* Whoever refuses a job says so there, in the last of its lines. */
static GError *
explain_refusal (RushesClient *self)
{
  static const char prefix[] = "srun: error: ";
  g_autofree char *text = rushes_client_get_evidence (self);
  const char *found = text != NULL ? g_strrstr (text, prefix) : NULL;
  const char *words = found != NULL ? found + strlen (prefix) : "?";

  return g_error_new (RUSHES_ERROR, RUSHES_ERROR_COULD_NOT_START, _ ("Slurm refuses: %.*s"),
                      (int) strcspn (words, "\n"), words);
}

/* How much more it should have been given: what was asked for it, and how much it
 * has told of. @cause: (transfer full). */
static GError *
add_memory (RushesClient *self, GError *cause)
{
  g_autoptr (GError) bare = cause;
  g_autoptr (GString) text = g_string_new (cause->message);
  g_autofree char *given = NULL;

  g_object_get (rushes_launcher_get_slurm (self->launcher), "memory", &given, NULL);
  if (given != NULL)
    {
      g_string_append (text, "; ");
      g_string_append_printf (text, _ ("asked for: %s"), given);
    }
  if (self->memory > 0)
    {
      g_autofree char *used = g_format_size (self->memory);

      g_string_append (text, "; ");
      g_string_append_printf (text, _ ("in use when it last answered: %s"), used);
    }
  return g_error_new_literal (bare->domain, bare->code, text->str);
}

static void
explained_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RushesClient) self = user_data;
  g_autoptr (GError) told = rushes_slurm_job_explain_finish (RUSHES_SLURM_JOB (object), result);
  int status = g_subprocess_get_status (self->process);
  GError *cause;

  if (!self->explaining)
    return;
  /* Without Slurm's programs, Slurm does not answer either. */
  cause = explain_missing (self, status);
  if (cause == NULL)
    cause = g_steal_pointer (&told);
  if (cause == NULL && self->node == NULL && !rushes_slurm_job_is_known (self->job))
    cause = explain_refusal (self);
  if (cause == NULL)
    cause = rushes_client_explain_death (status, FALSE);
  if (g_error_matches (cause, RUSHES_ERROR, RUSHES_ERROR_OUT_OF_MEMORY))
    cause = add_memory (self, cause);
  take_cause (self, cause);
  self->explaining = FALSE;
  if (self->task == NULL || !rushes_channel_is_reading (self->channel))
    set_dead (self);
}

static void
wait_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RushesClient) self = user_data;
  GSubprocess *process = G_SUBPROCESS (object);

  g_subprocess_wait_finish (process, result, NULL);
  self->exited = TRUE;

  /* What Blender itself had started must not outlive it. */
  signal_group (self, SIGKILL);
  if (self->job != NULL && self->cause == NULL)
    {
      self->explaining = TRUE;
      set_state (self, RUSHES_CLIENT_STOPPING);
      rushes_slurm_job_explain_async (self->job, explained_cb, g_object_ref (self));
    }
  else
    {
      int status = g_subprocess_get_status (process);
      GError *cause = explain_missing (self, status);

      take_cause (self, cause != NULL ? cause
                                      : rushes_client_explain_death (
                                            status, rushes_oom_has_struck (self->oom)));
    }
  if (self->state == RUSHES_CLIENT_DEAD || self->task == NULL ||
      !rushes_channel_is_reading (self->channel))
    {
      set_dead (self);
      return;
    }

  /* The reply may be in the pipe, and what it says is done is done. The end of
   * the pipe follows it, unless somebody outside the group holds it open. */
  if (self->reaper == NULL)
    self->reaper = alarm_new (reaper_cb, self);
  self->next_signal = 0;
  self->lingering = TRUE;
  g_object_ref (self);
  g_source_set_ready_time (self->reaper, g_get_monotonic_time () + LAST_WORDS_MS * 1000);
  rest_watchdog (self);
  set_state (self, RUSHES_CLIENT_STOPPING);
}

static gboolean
watchdog_cb (gpointer user_data)
{
  RushesClient *self = user_data;
  g_autofree char *message = NULL;

  /* It was fed since it was woken last, or there is nothing to watch. */
  if (self->hungry_at > g_get_monotonic_time ())
    {
      g_source_set_ready_time (self->watchdog, self->hungry_at < NEVER ? self->hungry_at : -1);
      return G_SOURCE_CONTINUE;
    }

  rest_watchdog (self);
  g_source_set_ready_time (self->watchdog, -1);
  if (self->state == RUSHES_CLIENT_STARTING)
    message = g_strdup_printf (
        ngettext ("Blender was not ready within %u second; is it really Blender?",
                  "Blender was not ready within %u seconds; is it really Blender?", self->timeout),
        self->timeout);
  else
    message =
        g_strdup_printf (ngettext ("Blender gave no sign of life for %u second",
                                   "Blender gave no sign of life for %u seconds", self->timeout),
                         self->timeout);

  /* It had its time; what hangs does not listen to SIGTERM either. */
  fail (self, SIGKILL, RUSHES_ERROR_TIMED_OUT, message);
  return G_SOURCE_CONTINUE;
}

static void
feed_watchdog (RushesClient *self)
{
  gint64 woken_at;

  if (self->task == NULL || self->timeout == 0 || self->state == RUSHES_CLIENT_WAITING ||
      self->state == RUSHES_CLIENT_STOPPING)
    return;
  if (self->watchdog == NULL)
    self->watchdog = alarm_new (watchdog_cb, self);
  self->hungry_at = g_get_monotonic_time () + (gint64) self->timeout * G_USEC_PER_SEC;
  /* It wakes too early rather than be set anew for each sign of life. */
  woken_at = g_source_get_ready_time (self->watchdog);
  if (woken_at < 0 || woken_at > self->hungry_at)
    g_source_set_ready_time (self->watchdog, self->hungry_at);
}

/* ---- Talking --------------------------------------------------------- */

static void
reply_cb (RushesClient *self, GVariant *result, const GError *error)
{
  g_autoptr (GTask) task = end_task (self);

  if (result != NULL)
    g_task_return_pointer (task, g_variant_ref (result), (GDestroyNotify) g_variant_unref);
  else
    g_task_return_error (task, g_error_copy (error));
  if (self->state == RUSHES_CLIENT_READY)
    end_waiting_starts (self);
}

static void
progress_cb (RushesClient *self, guint frame, double fraction)
{
  feed_watchdog (self);
  if (self->state == RUSHES_CLIENT_BUSY)
    g_signal_emit (self, signals[PROGRESS], 0, frame, fraction);
}

static void
log_cb (RushesClient *self, const char *text)
{
  feed_watchdog (self);
  rushes_log_note (self->log, "%s", text);
}

static void
ended_cb (RushesClient *self, const GError *error)
{
  /* A process that closes its pipe is ending, and needs a moment to be reaped:
   * then its death is the cause. One that talks nonsense is ended for that. */
  if (error != NULL)
    fail (self, SIGTERM, error->code, error->message);
  else
    begin_end (self, 0);
}

/* ---- Starting -------------------------------------------------------- */

static void
hello_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  RushesClient *self = RUSHES_CLIENT (object);
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = rushes_client_call_finish (self, result, &error);

  if (reply == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  g_variant_lookup (reply, "blender", "s", &self->blender_version);
  g_variant_lookup (reply, "pid", "x", &self->pid);
  g_variant_lookup (reply, "host", "s", &self->node);
  rushes_log_note (self->log, "client %u is Blender %s, process %" G_GINT64_FORMAT " on %s",
                   self->number, self->blender_version != NULL ? self->blender_version : "?",
                   self->pid, self->node != NULL ? self->node : "?");
  g_task_return_boolean (task, TRUE);
}

/* The cluster has room for it: from now on its time counts. */
static void
end_waiting (RushesClient *self)
{
  if (self->state != RUSHES_CLIENT_WAITING)
    return;

  /* The steps of an allocation are not in the queue. */
  if (rushes_slurm_is_inside (rushes_launcher_get_slurm (self->launcher)))
    rushes_slurm_job_unwatch (self->job);
  set_state (self, RUSHES_CLIENT_STARTING);
  set_situation (self, NULL);
  feed_watchdog (self);
}

static void
job_changed_cb (RushesClient *self)
{
  g_autofree char *text = rushes_slurm_job_describe (self->job);
  g_autoptr (GError) end = rushes_slurm_job_explain (self->job);

  rushes_log_note (self->log, "%s", text);
  /* An srun that has lost its node without being told waits for it for ever. */
  if (end != NULL)
    fail (self, SIGKILL, end->code, end->message);
  else if (rushes_slurm_job_is_running (self->job))
    end_waiting (self);
  else if (self->state == RUSHES_CLIENT_WAITING)
    set_situation (self, g_steal_pointer (&text));
}

static void
wait_for_cluster (RushesClient *self, RushesSlurm *slurm)
{
  g_autofree char *ticket = rushes_launcher_make_ticket (self->launcher, self->token);

  self->job = rushes_slurm_job_new (rushes_slurm_get_queue (slurm), ticket);
  g_signal_connect_object (self->job, "changed", G_CALLBACK (job_changed_cb), self,
                           G_CONNECT_SWAPPED);
  rushes_slurm_job_watch (self->job);
  set_state (self, RUSHES_CLIENT_WAITING);
  set_situation (self, rushes_slurm_job_describe (self->job));
}

static void
noise_cb (RushesClient *self, GBytes *bytes)
{
  end_waiting (self);
  rushes_log_append (self->log, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
opened_cb (RushesClient *self)
{
  GTask *start;

  end_waiting (self);
  if (self->state != RUSHES_CLIENT_STARTING)
    return;

  start = end_task (self);
  rushes_client_call_async (self, "hello", NULL, self->timeout, hello_cb, start);
}

static void
open_channel (RushesClient *self)
{
  self->channel = rushes_channel_new (
      G_UNIX_INPUT_STREAM (g_subprocess_get_stdout_pipe (self->process)),
      G_UNIX_OUTPUT_STREAM (g_subprocess_get_stdin_pipe (self->process)), self->token);
  g_signal_connect_object (self->channel, "noise", G_CALLBACK (noise_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->channel, "opened", G_CALLBACK (opened_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->channel, "reply", G_CALLBACK (reply_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->channel, "progress", G_CALLBACK (progress_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->channel, "log", G_CALLBACK (log_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->channel, "ended", G_CALLBACK (ended_cb), self, G_CONNECT_SWAPPED);
  rushes_channel_open (self->channel);
}

static gboolean
open_log (RushesClient *self, GError **error)
{
  g_autofree char *name = g_strdup_printf ("client-%u.log", self->number);
  g_autofree char *path = g_build_filename (self->log_dir, name, NULL);

  if (g_mkdir_with_parents (self->log_dir, 0755) != 0)
    {
      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_NOT_WRITABLE,
                   _ ("The log folder “%s” cannot be made"), self->log_dir);
      return FALSE;
    }

  self->log = rushes_log_new (path, error);
  return self->log != NULL;
}

static void
spawned_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RushesClient) self = user_data;
  GError *error = NULL;
  const char *identifier;

  self->spawning = FALSE;
  self->process = rushes_launcher_spawn_finish (RUSHES_LAUNCHER (object), result, &error);
  if (self->process == NULL)
    {
      take_cause (self, error);
      set_dead (self);
      return;
    }

  /* A process that has ended already has none. */
  identifier = g_subprocess_get_identifier (self->process);
  if (identifier != NULL)
    self->group = (pid_t) g_ascii_strtoll (identifier, NULL, 10);
  self->pid = self->group;
  self->oom = rushes_oom_new (self->group);
  /* It was stopped before it was there, and has done nothing yet. */
  if (self->state == RUSHES_CLIENT_STOPPING || self->state == RUSHES_CLIENT_DEAD)
    signal_group (self, SIGKILL);
  if (self->state == RUSHES_CLIENT_DEAD)
    return;

  g_subprocess_wait_async (self->process, NULL, wait_cb, g_object_ref (self));
  rushes_log_drain (self->log, G_UNIX_INPUT_STREAM (g_subprocess_get_stderr_pipe (self->process)));
  open_channel (self);
}

/**
 * rushes_client_start_async:
 * @self: a client
 * @timeout: seconds until Blender must be ready, not counting the wait for a
 *   cluster; 0: no limit
 * @callback: (scope async): called when it is ready or has failed
 * @user_data: for @callback
 *
 * Starts the process and waits until it obeys calls. One that was started before,
 * by whoever had it then, with their @timeout, is only waited for.
 */
void
rushes_client_start_async (RushesClient *self,
                           guint timeout,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  RushesSlurm *slurm;
  g_autoptr (GTask) task = NULL;
  g_autoptr (GError) error = NULL;

  g_return_if_fail (RUSHES_IS_CLIENT (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, rushes_client_start_async);
  if (self->state != RUSHES_CLIENT_NEW)
    {
      g_ptr_array_add (self->waiting, g_steal_pointer (&task));
      if (self->state == RUSHES_CLIENT_READY || self->state == RUSHES_CLIENT_DEAD)
        end_waiting_starts (self);
      return;
    }

  slurm = rushes_launcher_get_slurm (self->launcher);
  self->task = g_steal_pointer (&task);
  self->timeout = timeout;

  if (!open_log (self, &error))
    {
      take_cause (self, g_steal_pointer (&error));
      set_dead (self);
      return;
    }

  rushes_log_note (self->log, "client %u starts", self->number);
  self->token = g_uuid_string_random ();
  if (slurm != NULL)
    wait_for_cluster (self, slurm);
  else
    set_state (self, RUSHES_CLIENT_STARTING);
  feed_watchdog (self);
  self->spawning = TRUE;
  rushes_launcher_spawn_async (self->launcher, self->token, spawned_cb, g_object_ref (self));
}

/**
 * rushes_client_start_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Returns: whether the client is ready
 */
gboolean
rushes_client_start_finish (RushesClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * rushes_client_can_call:
 * @self: a client
 *
 * Returns: whether rushes_client_call_async() may be called
 */
gboolean
rushes_client_can_call (RushesClient *self)
{
  g_return_val_if_fail (RUSHES_IS_CLIENT (self), FALSE);

  return self->state == RUSHES_CLIENT_READY ||
         (self->state == RUSHES_CLIENT_BUSY && self->ahead == NULL);
}

/**
 * rushes_client_call_async:
 * @self: a client in state %RUSHES_CLIENT_READY, or in %RUSHES_CLIENT_BUSY with
 *   one call
 * @method: a verb of the protocol
 * @params: (nullable): its named parameters, a{sv}; a floating reference is taken
 * @timeout: seconds without any sign of life after which the client is ended;
 *   0: no limit
 * @callback: (scope async): called with the reply
 * @user_data: for @callback
 *
 * Calls a verb. The call ends by itself: with Blender's reply, or with the
 * cause of the client's death. A second call is sent ahead; if the client dies
 * before it comes to that, it ends with %RUSHES_ERROR_STOPPED.
 */
void
rushes_client_call_async (RushesClient *self,
                          const char *method,
                          GVariant *params,
                          guint timeout,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (RUSHES_IS_CLIENT (self));
  g_return_if_fail (rushes_client_can_call (self));

  if (self->task != NULL)
    {
      self->ahead = g_task_new (self, NULL, callback, user_data);
      g_task_set_source_tag (self->ahead, rushes_client_call_async);
      self->ahead_timeout = timeout;
      rushes_channel_call (self->channel, method, params);
      return;
    }

  self->task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (self->task, rushes_client_call_async);
  self->timeout = timeout;

  rushes_oom_mark (self->oom);
  set_state (self, RUSHES_CLIENT_BUSY);
  feed_watchdog (self);
  rushes_channel_call (self->channel, method, params);
}

/**
 * rushes_client_set_timeout:
 * @self: a client in state %RUSHES_CLIENT_BUSY
 * @timeout: as for rushes_client_call_async(), from now on
 *
 * Changes how long the call under way may be silent.
 */
void
rushes_client_set_timeout (RushesClient *self, guint timeout)
{
  g_return_if_fail (RUSHES_IS_CLIENT (self));

  self->timeout = timeout;
  if (timeout == 0)
    rest_watchdog (self);
  feed_watchdog (self);
}

/**
 * rushes_client_call_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Returns: (transfer full) (nullable): the reply, a{sv}; or %NULL with
 *   Blender's own words, or the cause of the client's death
 */
GVariant *
rushes_client_call_finish (RushesClient *self, GAsyncResult *result, GError **error)
{
  GVariant *reply;
  gint64 memory;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  reply = g_task_propagate_pointer (G_TASK (result), error);
  if (reply != NULL && g_variant_lookup (reply, "memory", "x", &memory) && memory > 0)
    self->memory = (guint64) memory;
  return reply;
}

/**
 * rushes_client_stop:
 * @self: a client
 * @now: whether to begin with SIGTERM; otherwise Blender has a few seconds to
 *   end by itself
 *
 * Begins to end the client. #RushesClient:state says when it is gone; the cause
 * is %RUSHES_ERROR_STOPPED unless it was ending for another one.
 */
void
rushes_client_stop (RushesClient *self, gboolean now)
{
  g_return_if_fail (RUSHES_IS_CLIENT (self));

  fail (self, now ? SIGTERM : 0, RUSHES_ERROR_STOPPED, _ ("Stopped"));
}

/**
 * rushes_client_dismiss:
 * @self: a client
 * @cause: why it is of no use, in %RUSHES_ERROR
 *
 * As rushes_client_stop(), but for another cause.
 */
void
rushes_client_dismiss (RushesClient *self, const GError *cause)
{
  g_return_if_fail (RUSHES_IS_CLIENT (self));
  g_return_if_fail (cause != NULL);

  fail (self, 0, cause->code, cause->message);
}

/* ---- The object ------------------------------------------------------ */

static void
rushes_client_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  RushesClient *self = RUSHES_CLIENT (object);

  switch (id)
    {
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_SITUATION:
      g_value_set_string (value, self->situation);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
rushes_client_finalize (GObject *object)
{
  RushesClient *self = RUSHES_CLIENT (object);

  /* spawned_cb() and wait_cb() hold a reference while the process lives, and
   * wait_cb() leaves one to set_dead(). */
  g_assert (self->process == NULL || self->state == RUSHES_CLIENT_DEAD);

  clear_source (&self->watchdog);
  clear_source (&self->reaper);
  g_clear_object (&self->launcher);
  g_clear_object (&self->process);
  g_clear_object (&self->log);
  g_clear_object (&self->channel);
  g_clear_pointer (&self->oom, rushes_oom_free);
  g_clear_object (&self->task);
  g_clear_pointer (&self->waiting, g_ptr_array_unref);
  g_clear_pointer (&self->log_dir, g_free);
  g_clear_pointer (&self->token, g_free);
  g_clear_object (&self->job);
  g_clear_pointer (&self->blender_version, g_free);
  g_clear_pointer (&self->node, g_free);
  g_clear_pointer (&self->situation, g_free);
  g_clear_error (&self->cause);

  G_OBJECT_CLASS (rushes_client_parent_class)->finalize (object);
}

static void
rushes_client_class_init (RushesClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = rushes_client_get_property;
  object_class->finalize = rushes_client_finalize;

  /* A client may die at any moment, also while we write to it: that is an error
   * to handle, not the end of this program. */
  signal (SIGPIPE, SIG_IGN);

  /**
   * RushesClient:state:
   *
   * What the client is at.
   */
  properties[PROP_STATE] =
      g_param_spec_enum ("state", NULL, NULL, RUSHES_TYPE_CLIENT_STATE, RUSHES_CLIENT_NEW,
                         G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * RushesClient:situation:
   *
   * What it waits for while it is %RUSHES_CLIENT_WAITING, in the user's words.
   */
  properties[PROP_SITUATION] =
      g_param_spec_string ("situation", NULL, NULL, NULL,
                           G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * RushesClient::progress:
   * @self: the client
   * @frame: the frame in hand
   * @fraction: how much of it is rendered, 0 to 1
   *
   * At most ten times a second.
   */
  signals[PROGRESS] = g_signal_new ("progress", RUSHES_TYPE_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_DOUBLE);
}

static void
rushes_client_init (RushesClient *self)
{
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * rushes_client_new:
 * @launcher: how to start it
 * @number: what to call it; unique among the clients of this process
 * @log_dir: folder of its log file; made when it is missing
 *
 * Returns: (transfer full): a client that is not started yet
 */
RushesClient *
rushes_client_new (RushesLauncher *launcher, guint number, const char *log_dir)
{
  RushesClient *self;

  g_return_val_if_fail (RUSHES_IS_LAUNCHER (launcher), NULL);
  g_return_val_if_fail (log_dir != NULL, NULL);

  self = g_object_new (RUSHES_TYPE_CLIENT, NULL);
  self->launcher = g_object_ref (launcher);
  self->number = number;
  self->log_dir = g_strdup (log_dir);

  return self;
}

guint
rushes_client_get_number (RushesClient *self)
{
  g_return_val_if_fail (RUSHES_IS_CLIENT (self), 0);

  return self->number;
}

RushesClientState
rushes_client_get_state (RushesClient *self)
{
  g_return_val_if_fail (RUSHES_IS_CLIENT (self), RUSHES_CLIENT_DEAD);

  return self->state;
}

/**
 * rushes_client_get_log_path:
 * @self: a client
 *
 * Returns: (transfer none) (nullable): its log file, once it was started
 */
const char *
rushes_client_get_log_path (RushesClient *self)
{
  g_return_val_if_fail (RUSHES_IS_CLIENT (self), NULL);

  return self->log != NULL ? rushes_log_get_path (self->log) : NULL;
}

/**
 * rushes_client_get_blender_version:
 * @self: a client
 *
 * Returns: (transfer none) (nullable): for example "3.4.1", once it is ready
 */
const char *
rushes_client_get_blender_version (RushesClient *self)
{
  g_return_val_if_fail (RUSHES_IS_CLIENT (self), NULL);

  return self->blender_version;
}

/**
 * rushes_client_get_node:
 * @self: a client
 *
 * Returns: (transfer none) (nullable): the name of the computer that it runs on,
 *   once it is ready
 */
const char *
rushes_client_get_node (RushesClient *self)
{
  g_return_val_if_fail (RUSHES_IS_CLIENT (self), NULL);

  return self->node;
}

/**
 * rushes_client_is_on_cluster:
 * @self: a client
 *
 * Returns: whether it runs, or waits to run, on a node of a cluster
 */
gboolean
rushes_client_is_on_cluster (RushesClient *self)
{
  g_return_val_if_fail (RUSHES_IS_CLIENT (self), FALSE);

  return rushes_launcher_get_slurm (self->launcher) != NULL;
}

/**
 * rushes_client_get_situation:
 * @self: a client
 *
 * Returns: (transfer none) (nullable): #RushesClient:situation
 */
const char *
rushes_client_get_situation (RushesClient *self)
{
  g_return_val_if_fail (RUSHES_IS_CLIENT (self), NULL);

  return self->situation;
}

/**
 * rushes_client_get_memory:
 * @self: a client
 *
 * Returns: bytes of memory that it took at its last answer; 0: not known
 */
guint64
rushes_client_get_memory (RushesClient *self)
{
  g_return_val_if_fail (RUSHES_IS_CLIENT (self), 0);

  return self->memory;
}

/**
 * rushes_client_get_pid:
 * @self: a client
 *
 * Returns: the process id that Blender itself reports (on its own computer),
 *   0 until there is a process
 */
gint64
rushes_client_get_pid (RushesClient *self)
{
  g_return_val_if_fail (RUSHES_IS_CLIENT (self), 0);

  return self->pid;
}

/**
 * rushes_client_get_cause:
 * @self: a client
 *
 * Returns: (transfer none) (nullable): why it is ending or has ended
 */
const GError *
rushes_client_get_cause (RushesClient *self)
{
  g_return_val_if_fail (RUSHES_IS_CLIENT (self), NULL);

  return self->cause;
}

/**
 * rushes_client_get_evidence:
 * @self: a client
 *
 * Returns: (transfer full) (nullable): what it printed last and what we noted
 *   of it, as rushes_log_get_tail() gives it, once it was started
 */
char *
rushes_client_get_evidence (RushesClient *self)
{
  g_return_val_if_fail (RUSHES_IS_CLIENT (self), NULL);

  if (self->log == NULL)
    return NULL;
  /* An answer may overtake the words that explain it. */
  rushes_log_flush (self->log);
  return rushes_log_get_tail (self->log);
}

/**
 * rushes_client_note:
 * @self: a client
 * @format: printf() format of one line
 * @...: its arguments
 *
 * Adds a line of ours to the client's log.
 */
void
rushes_client_note (RushesClient *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  g_return_if_fail (RUSHES_IS_CLIENT (self));

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  if (self->log != NULL)
    rushes_log_note (self->log, "%s", text);
}
