/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "rushes-enums.h"
#include "rushes-error.h"
#include "rushes-events-file.h"
#include "rushes-json.h"
#include "rushes-run.h"
#include "rushes-slurm-command.h"
#include "rushes-slurm-job.h"

/* A run tells of itself; only one that is silent makes Slurm be asked: soon at
 * first, then seldom. */
#define FIRST_QUESTION_MS 1000
#define LAST_QUESTION_MS  30000

/**
 * RushesRun:
 *
 * A run that is a job of its own in Slurm's queue, as somebody sees it who did not
 * start it: from the file of its events, and from what Slurm says of its job. Either
 * may be late, away, or wrong for a while.
 */
struct _RushesRun
{
  GObject parent_instance;
  RushesSlurmQueue *queue; /* (owned) */
  RushesEventsFile *file;  /* (owned) */
  char *job;               /* (owned): its number */
  char *ticket;            /* (owned): what its job carries as its comment */
  char **names;            /* (owned): of its scenes, as they were when it was submitted */
  char *folder;            /* (owned): where its results are */
  char *title;             /* (owned) */
  gint64 submitted;        /* in seconds since 1970 */

  RushesRunState state;
  char *situation; /* (owned) (nullable): what it waits for */
  GError *error;   /* (owned) (nullable): why it failed */

  const RushesSlurmEntry *entry; /* (nullable): of @entries */
  GHashTable *entries; /* (owned) (nullable): what Slurm said, unless the run said more since */
  guint looks;         /* since then */
  guint news;          /* how often there was something new in the file */
  guint question_id;
  guint question_ms;
  guint asking : 1;
  guint following : 1;
};

enum
{
  PROP_0,
  PROP_STATE,
  PROP_TITLE,
  PROP_SITUATION,
  PROP_PROGRESS,
  PROP_LOG,
  N_PROPS
};

enum
{
  EVENT,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (RushesRun, rushes_run, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void ask (RushesRun *self);

/* ---- What is known --------------------------------------------------- */

static void
set_state (RushesRun *self, RushesRunState state)
{
  if (self->state == state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

/* Takes @situation. */
static void
set_situation (RushesRun *self, char *situation)
{
  if (g_strcmp0 (self->situation, situation) == 0)
    {
      g_free (situation);
      return;
    }
  g_free (self->situation);
  self->situation = situation;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SITUATION]);
}

static void
update_title (RushesRun *self)
{
  const char *const *told = rushes_events_file_get_names (self->file);
  const char *const *names = told[0] != NULL ? told : (const char *const *) self->names;
  g_autofree char *title = g_strjoinv (C_ ("between the names of scenes", ", "), (char **) names);

  if (*title == '\0')
    {
      g_free (title);
      title = g_strdup_printf (_ ("Job %s"), self->job);
    }
  if (g_strcmp0 (self->title, title) == 0)
    return;
  g_free (self->title);
  self->title = g_steal_pointer (&title);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TITLE]);
}

static void
end (RushesRun *self, RushesRunState state)
{
  self->following = FALSE;
  g_clear_handle_id (&self->question_id, g_source_remove);
  rushes_events_file_leave (self->file);
  set_situation (self, NULL);
  set_state (self, state);
}

/* Its job has ended, and it has not said how. */
static void
end_without_word (RushesRun *self)
{
  const char *words = rushes_events_file_get_last_words (self->file);

  self->error = rushes_slurm_explain (self->entry);
  if (self->error == NULL && words != NULL)
    self->error = g_error_new (RUSHES_ERROR, RUSHES_ERROR_CRASHED,
                               _ ("Job %s ended before the run did: %s"), self->job, words);
  else if (self->error == NULL)
    self->error = g_error_new (RUSHES_ERROR, RUSHES_ERROR_CRASHED,
                               _ ("Job %s ended before the run did"), self->job);
  end (self, RUSHES_RUN_FAILED);
}

/* From all that is known now. */
static void
settle (RushesRun *self)
{
  const RushesEventsTotals *totals = rushes_events_file_get_totals (self->file);
  gboolean interrupted = totals->exit_code == RUSHES_RUN_INTERRUPTED;
  gboolean pending = self->entry != NULL && self->entry->state == RUSHES_SLURM_PENDING;
  gboolean running = self->entry != NULL && self->entry->state == RUSHES_SLURM_RUNNING;
  gboolean over = self->entries != NULL && !pending && !running;

  if (totals->exit_code != RUSHES_EVENTS_NO_END && !interrupted)
    end (self, RUSHES_RUN_FINISHED);
  /* What it said last was written before it ended: one more look, then. */
  else if (over && self->looks == 0)
    rushes_events_file_look (self->file);
  else if (over &&
           (interrupted || (self->entry != NULL && self->entry->state == RUSHES_SLURM_CANCELLED)))
    end (self, RUSHES_RUN_STOPPED);
  else if (over)
    end_without_word (self);
  /* One that was interrupted may only have been sent back to the queue. */
  else if (pending)
    {
      set_situation (self, rushes_slurm_describe (self->entry));
      if (self->state != RUSHES_RUN_STOPPING || interrupted)
        set_state (self, RUSHES_RUN_WAITING);
    }
  else if (interrupted)
    set_state (self, RUSHES_RUN_STOPPING);
  else if (self->state != RUSHES_RUN_STOPPING && (totals->scenes > 0 || running))
    {
      set_situation (self, NULL);
      set_state (self, RUSHES_RUN_RENDERING);
    }
}

/* ---- Slurm ----------------------------------------------------------- */

static gboolean
question_cb (gpointer user_data)
{
  RushesRun *self = user_data;

  self->question_id = 0;
  ask (self);
  return G_SOURCE_REMOVE;
}

static void
ask_later (RushesRun *self)
{
  if (!self->following || self->asking || self->question_id != 0)
    return;
  self->question_id = g_timeout_add (self->question_ms, question_cb, self);
  self->question_ms = MIN (self->question_ms * 2, LAST_QUESTION_MS);
}

static void
forget_answer (RushesRun *self)
{
  self->entry = NULL;
  g_clear_pointer (&self->entries, g_hash_table_unref);
}

static void
no_answer (RushesRun *self, const GError *error)
{
  /* Its own word is the best that there is. */
  if (rushes_events_file_get_totals (self->file)->exit_code == RUSHES_RUN_INTERRUPTED)
    end (self, RUSHES_RUN_STOPPED);
  else if (self->state == RUSHES_RUN_UNKNOWN || self->state == RUSHES_RUN_WAITING)
    set_situation (self, g_strdup (error->message));
}

typedef struct
{
  RushesRun *run; /* (owned) */
  guint news;     /* what the run had said when the question was asked */
} Question;

static void
answered_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autofree Question *question = user_data;
  g_autoptr (RushesRun) self = question->run;
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) entries = rushes_slurm_queue_ask_finish (self->queue, result, &error);

  self->asking = FALSE;
  if (!self->following)
    return;
  if (entries == NULL)
    no_answer (self, error);
  /* What the run has said since is newer. */
  else if (question->news == self->news)
    {
      forget_answer (self);
      self->entries = g_steal_pointer (&entries);
      self->entry = g_hash_table_lookup (self->entries, self->ticket);
      self->looks = 0;
      settle (self);
    }
  ask_later (self);
}

static void
ask (RushesRun *self)
{
  Question *question;

  if (self->asking)
    return;
  question = g_new (Question, 1);
  question->run = g_object_ref (self);
  question->news = self->news;
  self->asking = TRUE;
  rushes_slurm_queue_ask_async (self->queue, answered_cb, question);
}

static void
ask_soon (RushesRun *self)
{
  g_clear_handle_id (&self->question_id, g_source_remove);
  self->question_ms = FIRST_QUESTION_MS;
  ask_later (self);
}

/* ---- The file -------------------------------------------------------- */

static void
event_cb (RushesRun *self, const char *line)
{
  g_signal_emit (self, signals[EVENT], 0, line);
}

static void
looked_cb (RushesRun *self, gboolean news)
{
  G_GNUC_UNUSED g_autoptr (RushesRun) alive = g_object_ref (self);

  self->looks++;
  if (news)
    {
      self->news++;
      forget_answer (self);
      update_title (self);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROGRESS]);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOG]);
    }
  settle (self);
  if (news)
    ask_soon (self);
  else
    ask_later (self);
}

/**
 * rushes_run_follow:
 * @self: a run
 *
 * Begins to look after it, until it has ended. It does not matter whether it has
 * already.
 */
void
rushes_run_follow (RushesRun *self)
{
  g_return_if_fail (RUSHES_IS_RUN (self));

  if (self->following || rushes_run_is_ended (self))
    return;
  self->following = TRUE;
  if (g_signal_has_handler_pending (self, signals[EVENT], 0, FALSE))
    g_signal_connect_object (self->file, "event", G_CALLBACK (event_cb), self, G_CONNECT_SWAPPED);
  rushes_events_file_look (self->file);
}

/* ---- Stopping -------------------------------------------------------- */

static void
stopped_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  RushesRun *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  g_autofree char *printed = rushes_slurm_command_finish (result, &error);

  if (printed == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  if (!rushes_run_is_ended (self))
    set_state (self, RUSHES_RUN_STOPPING);
  ask_soon (self);
  g_task_return_boolean (task, TRUE);
}

/* Only the run itself hears it, and ends as after SIGTERM anywhere. */
static void
removed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  RushesRun *self = g_task_get_source_object (task);
  const char *argv[] = { "scancel", "--batch", "--signal=TERM", self->job, NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *printed = rushes_slurm_command_finish (result, &error);

  if (printed == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    rushes_slurm_command_async (argv, NULL, NULL, stopped_cb, g_steal_pointer (&task));
}

/**
 * rushes_run_stop_async:
 * @self: a run
 * @callback: (scope async): called when Slurm has taken note
 * @user_data: for @callback
 *
 * Has it end, as soon as it can be told to; what is done stays.
 */
void
rushes_run_stop_async (RushesRun *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  const char *argv[] = { "scancel", "--state=PENDING", NULL, NULL };

  g_return_if_fail (RUSHES_IS_RUN (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, rushes_run_stop_async);
  argv[2] = self->job;
  rushes_slurm_command_async (argv, NULL, NULL, removed_cb, g_steal_pointer (&task));
}

/**
 * rushes_run_stop_finish:
 * @self: a run
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Returns: whether Slurm tells it to end
 */
gboolean
rushes_run_stop_finish (RushesRun *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- Finding --------------------------------------------------------- */

static char *
get_field (const char *text, const char *name)
{
  g_autofree char *key = g_strdup_printf ("%s=", name);
  const char *found = strstr (text, key);

  if (found == NULL)
    return NULL;
  found += strlen (key);
  return g_strndup (found, strcspn (found, "\n"));
}

typedef struct
{
  RushesSlurmQueue *queue; /* (owned) */
  char *job;               /* (owned) */
} Search;

static void
search_free (gpointer data)
{
  Search *search = data;

  g_object_unref (search->queue);
  g_free (search->job);
  g_free (search);
}

static void
found_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const Search *search = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autofree char *printed = rushes_slurm_command_finish (result, &error);
  g_autofree char *events = NULL;
  g_autofree char *ticket = NULL;

  if (printed == NULL && strstr (error->message, "Invalid job id") != NULL)
    {
      g_task_return_new_error (task, RUSHES_ERROR, RUSHES_ERROR_INVALID,
                               _ ("Slurm knows no job %s"), search->job);
      return;
    }
  if (printed == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  events = get_field (printed, "StdOut");
  ticket = get_field (printed, "Comment");
  /* Slurm puts a space behind it. */
  if (ticket != NULL)
    g_strchomp (ticket);
  if (events == NULL || ticket == NULL || !g_str_has_prefix (ticket, RUSHES_RUN_TICKET))
    g_task_return_new_error (task, RUSHES_ERROR, RUSHES_ERROR_INVALID,
                             _ ("Job %s was not begun with “rushes-cli submit”"), search->job);
  else
    g_task_return_pointer (task, rushes_run_new (search->queue, search->job, ticket, events, NULL),
                           g_object_unref);
}

/**
 * rushes_run_find_async:
 * @queue: Slurm's queue
 * @job: a job's number
 * @callback: (scope async): called with the run
 * @user_data: for @callback
 *
 * Asks Slurm for a run that somebody submitted, anywhere.
 */
void
rushes_run_find_async (RushesSlurmQueue *queue,
                       const char *job,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  const char *argv[] = { "scontrol", "show", "job", job, NULL };
  g_autoptr (GTask) task = NULL;
  Search *search;

  g_return_if_fail (RUSHES_IS_SLURM_QUEUE (queue));
  g_return_if_fail (job != NULL);

  task = g_task_new (NULL, NULL, callback, user_data);
  g_task_set_source_tag (task, rushes_run_find_async);
  search = g_new (Search, 1);
  search->queue = g_object_ref (queue);
  search->job = g_strdup (job);
  g_task_set_task_data (task, search, search_free);
  rushes_slurm_command_async (argv, NULL, NULL, found_cb, g_steal_pointer (&task));
}

/**
 * rushes_run_find_finish:
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Returns: (transfer full) (nullable): the run, which nobody follows yet; or %NULL
 *   with %RUSHES_ERROR_INVALID if there is no such run, or with what
 *   rushes_slurm_command_finish() says
 */
RushesRun *
rushes_run_find_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- What there is to know ------------------------------------------- */

/**
 * rushes_run_get_job:
 * @self: a run
 *
 * Returns: (transfer none): its number in Slurm's queue
 */
const char *
rushes_run_get_job (RushesRun *self)
{
  g_return_val_if_fail (RUSHES_IS_RUN (self), NULL);

  return self->job;
}

/**
 * rushes_run_get_ticket:
 * @self: a run
 *
 * Returns: (transfer none): the word that no other one carries
 */
const char *
rushes_run_get_ticket (RushesRun *self)
{
  g_return_val_if_fail (RUSHES_IS_RUN (self), NULL);

  return self->ticket;
}

/**
 * rushes_run_get_title:
 * @self: a run
 *
 * Returns: (transfer none): the names of its scenes, or else of its job
 */
const char *
rushes_run_get_title (RushesRun *self)
{
  g_return_val_if_fail (RUSHES_IS_RUN (self), NULL);

  return self->title;
}

/**
 * rushes_run_get_folder:
 * @self: a run
 *
 * Returns: (transfer none): where its results are
 */
const char *
rushes_run_get_folder (RushesRun *self)
{
  g_return_val_if_fail (RUSHES_IS_RUN (self), NULL);

  return self->folder;
}

/**
 * rushes_run_get_submitted:
 * @self: a run
 *
 * Returns: when it was submitted, in seconds since 1970
 */
gint64
rushes_run_get_submitted (RushesRun *self)
{
  g_return_val_if_fail (RUSHES_IS_RUN (self), 0);

  return self->submitted;
}

RushesRunState
rushes_run_get_state (RushesRun *self)
{
  g_return_val_if_fail (RUSHES_IS_RUN (self), RUSHES_RUN_UNKNOWN);

  return self->state;
}

/**
 * rushes_run_is_ended:
 * @self: a run
 *
 * Returns: whether it is over, one way or the other
 */
gboolean
rushes_run_is_ended (RushesRun *self)
{
  g_return_val_if_fail (RUSHES_IS_RUN (self), FALSE);

  return self->state == RUSHES_RUN_FINISHED || self->state == RUSHES_RUN_STOPPED ||
         self->state == RUSHES_RUN_FAILED;
}

/**
 * rushes_run_get_totals:
 * @self: a run
 *
 * Returns: (transfer none): what it has come to; #RushesRun:progress notifies
 */
const RushesEventsTotals *
rushes_run_get_totals (RushesRun *self)
{
  g_return_val_if_fail (RUSHES_IS_RUN (self), NULL);

  return rushes_events_file_get_totals (self->file);
}

/**
 * rushes_run_get_situation:
 * @self: a run
 *
 * Returns: (transfer none) (nullable): what it waits for, in the user's words
 */
const char *
rushes_run_get_situation (RushesRun *self)
{
  g_return_val_if_fail (RUSHES_IS_RUN (self), NULL);

  return self->situation;
}

/**
 * rushes_run_get_error:
 * @self: a run
 *
 * Returns: (transfer none) (nullable): why it failed as a whole
 */
const GError *
rushes_run_get_error (RushesRun *self)
{
  g_return_val_if_fail (RUSHES_IS_RUN (self), NULL);

  return self->error;
}

/**
 * rushes_run_get_log:
 * @self: a run
 *
 * Returns: (transfer none): what a person may want to read of it, a line each; ""
 *   when all went as it should
 */
const char *
rushes_run_get_log (RushesRun *self)
{
  g_return_val_if_fail (RUSHES_IS_RUN (self), NULL);

  return rushes_events_file_get_log (self->file);
}

/**
 * rushes_run_get_exit_code:
 * @self: a run that has ended
 *
 * Returns: what it ended with, as if it had run here
 */
int
rushes_run_get_exit_code (RushesRun *self)
{
  const RushesEventsTotals *totals;

  g_return_val_if_fail (RUSHES_IS_RUN (self), 1);

  totals = rushes_events_file_get_totals (self->file);
  if (self->state == RUSHES_RUN_STOPPED)
    return RUSHES_RUN_INTERRUPTED;
  return self->state == RUSHES_RUN_FINISHED ? totals->exit_code : 1;
}

/* ---- The object ------------------------------------------------------ */

static void
rushes_run_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  RushesRun *self = RUSHES_RUN (object);

  switch (id)
    {
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    case PROP_SITUATION:
      g_value_set_string (value, self->situation);
      break;
    case PROP_PROGRESS:
      g_value_set_double (value, rushes_events_file_get_totals (self->file)->progress);
      break;
    case PROP_LOG:
      g_value_set_string (value, rushes_run_get_log (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
rushes_run_finalize (GObject *object)
{
  RushesRun *self = RUSHES_RUN (object);

  /* Whoever asks Slurm for it holds a reference. */
  g_clear_handle_id (&self->question_id, g_source_remove);
  forget_answer (self);
  rushes_events_file_leave (self->file);
  g_clear_object (&self->file);
  g_clear_object (&self->queue);
  g_clear_pointer (&self->job, g_free);
  g_clear_pointer (&self->ticket, g_free);
  g_clear_pointer (&self->names, g_strfreev);
  g_clear_pointer (&self->folder, g_free);
  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->situation, g_free);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (rushes_run_parent_class)->finalize (object);
}

static void
rushes_run_class_init (RushesRunClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = rushes_run_get_property;
  object_class->finalize = rushes_run_finalize;

  /**
   * RushesRun:state:
   *
   * What it is at.
   */
  properties[PROP_STATE] =
      g_param_spec_enum ("state", NULL, NULL, RUSHES_TYPE_RUN_STATE, RUSHES_RUN_UNKNOWN, flags);
  /**
   * RushesRun:title:
   *
   * The names of its scenes.
   */
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  /**
   * RushesRun:situation:
   *
   * What it waits for, in words; %NULL when it does not wait.
   */
  properties[PROP_SITUATION] = g_param_spec_string ("situation", NULL, NULL, NULL, flags);
  /**
   * RushesRun:progress:
   *
   * From 0 to 1; it notifies for all that rushes_run_get_totals() has.
   */
  properties[PROP_PROGRESS] = g_param_spec_double ("progress", NULL, NULL, 0, 1, 0, flags);
  /**
   * RushesRun:log:
   *
   * What a person may want to read of it.
   */
  properties[PROP_LOG] = g_param_spec_string ("log", NULL, NULL, NULL, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * RushesRun::event:
   * @self: the run
   * @line: a JSON object, as the run wrote it
   *
   * Something has happened in it. Whoever wants to hear it all connects before
   * rushes_run_follow().
   */
  signals[EVENT] = g_signal_new ("event", RUSHES_TYPE_RUN, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void
rushes_run_init (RushesRun *self)
{
  self->question_ms = FIRST_QUESTION_MS;
}

/**
 * rushes_run_new:
 * @queue: Slurm's queue
 * @job: the run's number there
 * @ticket: what its job carries as its comment
 * @events: the file of its events, which need not be there yet
 * @names: (nullable): its scenes
 *
 * Returns: (transfer full): a run that nobody follows yet, submitted now
 */
RushesRun *
rushes_run_new (RushesSlurmQueue *queue,
                const char *job,
                const char *ticket,
                const char *events,
                const char *const *names)
{
  RushesRun *self;

  g_return_val_if_fail (RUSHES_IS_SLURM_QUEUE (queue), NULL);
  g_return_val_if_fail (job != NULL && ticket != NULL && events != NULL, NULL);

  self = g_object_new (RUSHES_TYPE_RUN, NULL);
  self->queue = g_object_ref (queue);
  self->job = g_strdup (job);
  self->ticket = g_strdup (ticket);
  self->file = rushes_events_file_new (events);
  self->folder = g_path_get_dirname (events);
  self->names = names != NULL ? g_strdupv ((char **) names) : g_new0 (char *, 1);
  self->submitted = g_get_real_time () / G_USEC_PER_SEC;
  g_signal_connect_object (self->file, "looked", G_CALLBACK (looked_cb), self, G_CONNECT_SWAPPED);
  update_title (self);
  return self;
}

/* ---- On disk --------------------------------------------------------- */

/**
 * rushes_run_to_json:
 * @self: a run
 *
 * Returns: (transfer full): an object that rushes_run_from_json() reads
 */
JsonNode *
rushes_run_to_json (RushesRun *self)
{
  JsonObject *object;
  JsonArray *names;
  g_autofree char *uri = NULL;

  g_return_val_if_fail (RUSHES_IS_RUN (self), NULL);

  /* A path need not be UTF-8. */
  uri = g_filename_to_uri (rushes_events_file_get_path (self->file), NULL, NULL);
  object = json_object_new ();
  json_object_set_string_member (object, "job", self->job);
  json_object_set_string_member (object, "ticket", self->ticket);
  json_object_set_string_member (object, "events", uri != NULL ? uri : "");
  json_object_set_int_member (object, "submitted", self->submitted);
  names = json_array_new ();
  for (guint i = 0; self->names[i] != NULL; i++)
    {
      g_autofree char *valid = g_utf8_make_valid (self->names[i], -1);

      json_array_add_string_element (names, valid);
    }
  json_object_set_array_member (object, "scenes", names);
  return json_node_init_object (json_node_alloc (), object);
}

static char **
read_names (JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "scenes");
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonArray *array =
      node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      const char *name = JSON_NODE_HOLDS_VALUE (element) ? json_node_get_string (element) : NULL;

      if (name != NULL && g_utf8_validate (name, -1, NULL))
        g_strv_builder_add (builder, name);
    }
  return g_strv_builder_end (builder);
}

/* It becomes part of command lines. */
static gboolean
is_job (const char *job)
{
  return job != NULL && *job != '\0' && strspn (job, "0123456789_+") == strlen (job);
}

/**
 * rushes_run_from_json:
 * @queue: Slurm's queue
 * @node: what rushes_run_to_json() made, or anything else
 *
 * Returns: (transfer full) (nullable): the run, which nobody follows yet; %NULL if
 *   it is none
 */
RushesRun *
rushes_run_from_json (RushesSlurmQueue *queue, JsonNode *node)
{
  JsonObject *object;
  const char *job, *ticket, *uri;
  g_autofree char *events = NULL;
  g_auto (GStrv) names = NULL;
  RushesRun *self;

  g_return_val_if_fail (RUSHES_IS_SLURM_QUEUE (queue), NULL);
  g_return_val_if_fail (node != NULL, NULL);

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  object = json_node_get_object (node);
  job = rushes_json_get_string (object, "job");
  ticket = rushes_json_get_string (object, "ticket");
  uri = rushes_json_get_string (object, "events");
  events = uri != NULL ? g_filename_from_uri (uri, NULL, NULL) : NULL;
  if (!is_job (job) || ticket == NULL || !g_str_has_prefix (ticket, RUSHES_RUN_TICKET) ||
      events == NULL)
    return NULL;
  names = read_names (object);
  self = rushes_run_new (queue, job, ticket, events, (const char *const *) names);
  self->submitted = rushes_json_get_int (object, "submitted", 0);
  return self;
}
