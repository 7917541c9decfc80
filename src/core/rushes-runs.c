/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <string.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "rushes-error.h"
#include "rushes-host.h"
#include "rushes-json.h"
#include "rushes-runs.h"
#include "rushes-slurm-command.h"
#include "rushes-thread.h"

/* What nothing that we have written has. */
#define MAX_RECORD_BYTES (4 * 1024 * 1024)

#define SUFFIX ".json"

/* The end of what a script has its program read: no line of JSON is like it. */
#define END_OF_INPUT "RUSHES-END"

/**
 * RushesRuns:
 *
 * The runs that this user has submitted, the last one first. There is a small file
 * for each, whoever submitted it: the command line and the window see the same.
 */
struct _RushesRuns
{
  GObject parent_instance;
  char *folder;            /* (owned): of the files */
  RushesSlurmQueue *queue; /* (owned) */
  GPtrArray *runs;         /* (owned) (element-type RushesRun) */
  GFileMonitor *monitor;   /* (owned) (nullable): since they were loaded */
  guint loading : 1;
  guint again : 1; /* the folder changed meanwhile */
};

enum
{
  RUN_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void rushes_runs_list_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RushesRuns,
                               rushes_runs,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, rushes_runs_list_init))

void
rushes_submission_free (RushesSubmission *submission)
{
  g_clear_object (&submission->slurm);
  g_free (submission->output);
  g_strfreev (submission->arguments);
  g_free (submission->input);
  g_strfreev (submission->names);
  g_free (submission);
}

/* ---- The files ------------------------------------------------------- */

static char *
get_record_path (RushesRuns *self, const char *job)
{
  g_autofree char *name = g_strconcat (job, SUFFIX, NULL);

  return g_build_filename (self->folder, name, NULL);
}

static JsonNode *
read_record (const char *path)
{
  g_autofree char *text = NULL;
  GStatBuf info;
  gsize size;

  if (g_stat (path, &info) != 0 || !S_ISREG (info.st_mode) || info.st_size > MAX_RECORD_BYTES ||
      !g_file_get_contents (path, &text, &size, NULL) || !g_utf8_validate (text, size, NULL) ||
      !rushes_json_is_flat (text, size) || !rushes_json_is_sound (text, size))
    return NULL;
  return json_from_string (text, NULL);
}

static gboolean
write_record (RushesRuns *self, RushesRun *run, GError **error)
{
  g_autoptr (JsonNode) node = rushes_run_to_json (run);
  g_autofree char *text = json_to_string (node, FALSE);
  g_autofree char *path = get_record_path (self, rushes_run_get_job (run));

  g_mkdir_with_parents (self->folder, 0700);
  return g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

/* ---- Loading --------------------------------------------------------- */

typedef struct
{
  const char *folder;    /* of the list, which the task keeps */
  gboolean watch;        /* a monitor is wanted */
  GPtrArray *nodes;      /* (owned) (element-type JsonNode) */
  GFileMonitor *monitor; /* (owned) (nullable) */
} Load;

static void
load_free (gpointer data)
{
  Load *load = data;

  g_ptr_array_unref (load->nodes);
  g_clear_object (&load->monitor);
  g_free (load);
}

static gboolean
load_thread (gpointer data, GCancellable *cancellable, GError **error)
{
  Load *load = data;
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (load->watch)
    {
      g_autoptr (GFile) file = g_file_new_for_path (load->folder);

      load->monitor = g_file_monitor_directory (file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
    }
  dir = g_dir_open (load->folder, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, SUFFIX))
      {
        g_autofree char *path = g_build_filename (load->folder, name, NULL);
        JsonNode *node = read_record (path);

        if (node != NULL)
          g_ptr_array_add (load->nodes, node);
      }
  return TRUE;
}

static int
compare_runs (gconstpointer a, gconstpointer b)
{
  gint64 one = rushes_run_get_submitted (*(RushesRun *const *) a);
  gint64 other = rushes_run_get_submitted (*(RushesRun *const *) b);

  if (one != other)
    return one > other ? -1 : 1;
  /* The numbers of jobs grow. */
  return -strcmp (rushes_run_get_job (*(RushesRun *const *) a),
                  rushes_run_get_job (*(RushesRun *const *) b));
}

static gboolean
is_same_run (gconstpointer a, gconstpointer b)
{
  return g_str_equal (rushes_run_get_ticket ((RushesRun *) a),
                      rushes_run_get_ticket ((RushesRun *) b));
}

static void
run_changed_cb (RushesRuns *self, GParamSpec *pspec, RushesRun *run)
{
  g_signal_emit (self, signals[RUN_CHANGED], 0, run);
}

static void
insert (RushesRuns *self, RushesRun *run)
{
  guint position = 0;

  while (position < self->runs->len && compare_runs (&self->runs->pdata[position], &run) <= 0)
    position++;
  g_ptr_array_insert (self->runs, (int) position, g_object_ref (run));
  g_signal_connect_object (run, "notify", G_CALLBACK (run_changed_cb), self, G_CONNECT_SWAPPED);
  rushes_run_follow (run);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
}

/* Those that are known already stay the same objects. */
static void
take_loaded (RushesRuns *self, GPtrArray *loaded)
{
  for (guint i = self->runs->len; i > 0; i--)
    if (!g_ptr_array_find_with_equal_func (loaded, self->runs->pdata[i - 1], is_same_run, NULL))
      {
        g_ptr_array_remove_index (self->runs, i - 1);
        g_list_model_items_changed (G_LIST_MODEL (self), i - 1, 1, 0);
      }
  for (guint i = 0; i < loaded->len; i++)
    if (!g_ptr_array_find_with_equal_func (self->runs, loaded->pdata[i], is_same_run, NULL))
      insert (self, loaded->pdata[i]);
}

static void
loaded_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  RushesRuns *self = RUSHES_RUNS (object);
  Load *load = g_task_get_task_data (G_TASK (result));
  g_autoptr (GPtrArray) loaded = g_ptr_array_new_with_free_func (g_object_unref);

  self->loading = FALSE;
  if (load->monitor != NULL)
    {
      g_set_object (&self->monitor, load->monitor);
      g_signal_connect_object (self->monitor, "changed", G_CALLBACK (rushes_runs_load), self,
                               G_CONNECT_SWAPPED);
    }
  for (guint i = 0; i < load->nodes->len; i++)
    {
      RushesRun *run = rushes_run_from_json (self->queue, load->nodes->pdata[i]);

      if (run != NULL)
        g_ptr_array_add (loaded, run);
    }
  take_loaded (self, loaded);
  if (self->again)
    rushes_runs_load (self);
}

/**
 * rushes_runs_load:
 * @self: a list of runs
 *
 * Looks which runs there are, and from here on notices others. All of them are
 * followed.
 */
void
rushes_runs_load (RushesRuns *self)
{
  g_autoptr (GTask) task = NULL;
  Load *load;

  g_return_if_fail (RUSHES_IS_RUNS (self));

  self->again = self->loading;
  if (self->loading)
    return;
  self->loading = TRUE;
  load = g_new0 (Load, 1);
  load->folder = self->folder;
  load->watch = self->monitor == NULL;
  load->nodes = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);
  task = g_task_new (self, NULL, loaded_cb, NULL);
  g_task_set_source_tag (task, rushes_runs_load);
  g_task_set_task_data (task, load, load_free);
  rushes_thread_run (task, load_thread);
}

/**
 * rushes_runs_read:
 * @self: a list of runs
 * @job: a job's number
 *
 * Blocks for as long as it takes to read a small file.
 *
 * Returns: (transfer full) (nullable): that run, if this user has submitted it
 */
RushesRun *
rushes_runs_read (RushesRuns *self, const char *job)
{
  g_autofree char *path = NULL;
  g_autoptr (JsonNode) node = NULL;

  g_return_val_if_fail (RUSHES_IS_RUNS (self), NULL);
  g_return_val_if_fail (job != NULL, NULL);

  if (strchr (job, G_DIR_SEPARATOR) != NULL)
    return NULL;
  path = get_record_path (self, job);
  node = read_record (path);
  return node != NULL ? rushes_run_from_json (self->queue, node) : NULL;
}

/**
 * rushes_runs_forget:
 * @self: a list of runs
 * @run: one of them
 *
 * Takes it from the list, and does nothing else to it.
 */
void
rushes_runs_forget (RushesRuns *self, RushesRun *run)
{
  g_autofree char *path = NULL;
  guint position;

  g_return_if_fail (RUSHES_IS_RUNS (self));
  g_return_if_fail (RUSHES_IS_RUN (run));

  if (!g_ptr_array_find (self->runs, run, &position))
    return;
  path = get_record_path (self, rushes_run_get_job (run));
  g_unlink (path);
  g_ptr_array_remove_index (self->runs, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
}

/* ---- Submitting ------------------------------------------------------ */

/* On every computer of the cluster, it is hoped; beside us if it is anywhere. */
static char *
find_program (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = self != NULL ? g_path_get_dirname (self) : NULL;
  g_autofree char *path = folder != NULL ? g_build_filename (folder, "rushes-cli", NULL) : NULL;

  if (path != NULL && g_file_test (path, G_FILE_TEST_IS_EXECUTABLE))
    return g_steal_pointer (&path);
  return g_find_program_in_path ("rushes-cli");
}

/* Steps of the job are its clients. It says what it does as JSON, for whoever
 * follows it. */
static char *
make_script (const RushesSubmission *submission, const char *program)
{
  GString *script = g_string_new ("#!/bin/sh\nexec ");
  g_autofree char *quoted = g_shell_quote (program);

  g_string_append_printf (script, "%s render --progress json --place local=0,slurm=%u", quoted,
                          submission->clients);
  for (guint i = 0; submission->arguments[i] != NULL; i++)
    {
      g_autofree char *word = g_shell_quote (submission->arguments[i]);

      g_string_append_printf (script, " %s", word);
    }
  if (submission->input != NULL)
    g_string_append_printf (script, " <<'" END_OF_INPUT "'\n%s\n" END_OF_INPUT, submission->input);
  g_string_append_c (script, '\n');
  return g_string_free (script, FALSE);
}

typedef struct
{
  RushesRuns *runs;             /* kept by the task */
  RushesSubmission *submission; /* (owned) */
  char *folder;                 /* (owned): the absolute one */
  char *ticket;                 /* (owned) */
  char *program;                /* (owned) (nullable) */
  RushesRun *run;               /* (owned) (nullable) */
} Submit;

static void
submit_free (gpointer data)
{
  Submit *submit = data;

  g_clear_pointer (&submit->submission, rushes_submission_free);
  g_free (submit->folder);
  g_free (submit->ticket);
  g_free (submit->program);
  g_clear_object (&submit->run);
  g_free (submit);
}

/* Whether or not it can be remembered, it is under way. */
static gboolean
remember_thread (gpointer data, GCancellable *cancellable, GError **error)
{
  const Submit *submit = data;
  g_autoptr (GError) failure = NULL;

  if (!write_record (submit->runs, submit->run, &failure))
    g_message ("The run will not be listed: %s", failure->message);
  return TRUE;
}

static void
submitted_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  RushesRuns *self = g_task_get_source_object (task);
  Submit *submit = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autofree char *job = rushes_slurm_command_finish (result, &error);
  g_autofree char *name = NULL;
  g_autofree char *events = NULL;

  if (job == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  /* "12", or "12;cluster". */
  job[strcspn (job, ";\n")] = '\0';
  name = g_strdup_printf ("rushes-%s.jsonl", job);
  events = g_build_filename (submit->folder, name, NULL);
  submit->run = rushes_run_new (self->queue, job, submit->ticket, events,
                                (const char *const *) submit->submission->names);
  /* Whoever shows the list sees it at once. */
  if (self->monitor != NULL)
    insert (self, submit->run);
  rushes_thread_run (task, remember_thread);
}

static void
ask_for_job (GTask *task)
{
  Submit *submit = g_task_get_task_data (task);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *events = g_build_filename (submit->folder, "rushes-%j.jsonl", NULL);
  g_autofree char *errors = g_build_filename (submit->folder, "rushes-%j.log", NULL);
  g_autofree char *script = make_script (submit->submission, submit->program);
  g_auto (GStrv) argv = NULL;

  rushes_slurm_add_submit_argv (submit->submission->slurm, builder, submit->submission->clients,
                                submit->ticket);
  g_strv_builder_add_many (builder, "--output", events, "--error", errors, NULL);
  argv = g_strv_builder_end (builder);
  rushes_slurm_command_async ((const char *const *) argv, script, NULL, submitted_cb,
                              g_object_ref (task));
}

static void
prepared_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    ask_for_job (task);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static gboolean
prepare_thread (gpointer data, GCancellable *cancellable, GError **error)
{
  Submit *submit = data;

  submit->program = find_program ();
  if (submit->program == NULL)
    g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_COULD_NOT_START,
                 _ ("There is no program “%s”, which is to render on the cluster; "
                    "install it where all nodes see it"),
                 "rushes-cli");
  else if (g_mkdir_with_parents (submit->folder, 0755) != 0)
    g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_NOT_WRITABLE,
                 _ ("The output folder “%s” cannot be made: %s"), submit->folder,
                 g_strerror (errno));
  else
    return TRUE;
  return FALSE;
}

/**
 * rushes_runs_submit_async:
 * @self: a list of runs
 * @submission: (transfer full): a run that is to be
 * @callback: (scope async): called when it waits in Slurm's queue
 * @user_data: for @callback
 *
 * Has the cluster render as a job of its own, which survives us.
 */
void
rushes_runs_submit_async (RushesRuns *self,
                          RushesSubmission *submission,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GTask) prepare = NULL;
  g_autoptr (RushesHost) host = NULL;
  g_autofree char *token = g_uuid_string_random ();
  Submit *submit;

  g_return_if_fail (RUSHES_IS_RUNS (self));
  g_return_if_fail (submission != NULL && submission->clients > 0);

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, rushes_runs_submit_async);
  submit = g_new0 (Submit, 1);
  submit->runs = self;
  submit->submission = submission;
  submit->folder = g_canonicalize_filename (submission->output, NULL);
  submit->ticket = g_strconcat (RUSHES_RUN_TICKET, token, NULL);
  g_task_set_task_data (task, submit, submit_free);
  host = rushes_host_new ();
  if (host != NULL)
    {
      g_task_return_new_error (task, RUSHES_ERROR, RUSHES_ERROR_UNSUPPORTED,
                               _ ("A run cannot be submitted from inside a Flatpak, which the "
                                  "nodes do not have: use “rushes-cli submit” on the cluster"));
      return;
    }
  prepare = g_task_new (self, NULL, prepared_cb, g_steal_pointer (&task));
  g_task_set_source_tag (prepare, rushes_runs_submit_async);
  g_task_set_task_data (prepare, submit, NULL);
  rushes_thread_run (prepare, prepare_thread);
}

/**
 * rushes_runs_submit_finish:
 * @self: a list of runs
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Returns: (transfer full) (nullable): the run; or %NULL with
 *   %RUSHES_ERROR_NOT_WRITABLE, %RUSHES_ERROR_COULD_NOT_START, or what Slurm has
 *   against it
 */
RushesRun *
rushes_runs_submit_finish (RushesRuns *self, GAsyncResult *result, GError **error)
{
  Submit *submit;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  submit = g_task_get_task_data (G_TASK (result));
  return g_steal_pointer (&submit->run);
}

/* ---- The list -------------------------------------------------------- */

static GType
rushes_runs_get_item_type (GListModel *model)
{
  return RUSHES_TYPE_RUN;
}

static guint
rushes_runs_get_n_items (GListModel *model)
{
  return RUSHES_RUNS (model)->runs->len;
}

static gpointer
rushes_runs_get_item (GListModel *model, guint position)
{
  RushesRuns *self = RUSHES_RUNS (model);

  return position < self->runs->len ? g_object_ref (self->runs->pdata[position]) : NULL;
}

static void
rushes_runs_list_init (GListModelInterface *iface)
{
  iface->get_item_type = rushes_runs_get_item_type;
  iface->get_n_items = rushes_runs_get_n_items;
  iface->get_item = rushes_runs_get_item;
}

/* ---- The object ------------------------------------------------------ */

/**
 * rushes_runs_get_queue:
 * @self: a list of runs
 *
 * Returns: (transfer none): Slurm's queue, which is asked once for all of them
 */
RushesSlurmQueue *
rushes_runs_get_queue (RushesRuns *self)
{
  g_return_val_if_fail (RUSHES_IS_RUNS (self), NULL);

  return self->queue;
}

static void
rushes_runs_finalize (GObject *object)
{
  RushesRuns *self = RUSHES_RUNS (object);

  g_clear_object (&self->monitor);
  g_clear_pointer (&self->runs, g_ptr_array_unref);
  g_clear_object (&self->queue);
  g_clear_pointer (&self->folder, g_free);

  G_OBJECT_CLASS (rushes_runs_parent_class)->finalize (object);
}

static void
rushes_runs_class_init (RushesRunsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rushes_runs_finalize;

  /**
   * RushesRuns::run-changed:
   * @self: the list
   * @run: one of its runs
   *
   * A property of @run has notified.
   */
  signals[RUN_CHANGED] = g_signal_new ("run-changed", RUSHES_TYPE_RUNS, G_SIGNAL_RUN_LAST, 0, NULL,
                                       NULL, NULL, G_TYPE_NONE, 1, RUSHES_TYPE_RUN);
}

static void
rushes_runs_init (RushesRuns *self)
{
  self->queue = rushes_slurm_queue_new ();
  self->runs = g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * rushes_runs_new:
 * @folder: (nullable): where the files of the runs are; %NULL: this user's
 *
 * Returns: (transfer full): a list that is empty before rushes_runs_load()
 */
RushesRuns *
rushes_runs_new (const char *folder)
{
  RushesRuns *self = g_object_new (RUSHES_TYPE_RUNS, NULL);

  self->folder = folder != NULL
                     ? g_strdup (folder)
                     : g_build_filename (g_get_user_state_dir (), "rushes", "runs", NULL);
  return self;
}
