/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "rushes-blend.h"
#include "rushes-client.h"
#include "rushes-error.h"
#include "rushes-inspector.h"
#include "rushes-thread.h"

/* How long the client stays when nobody needs it: dropping one scene after the
 * other finds it warm. */
#define IDLE_SECONDS 30

/* Starts in a row that may fail before nobody waits any longer. */
#define MAX_START_FAILURES 2

/* A large file may take minutes to load and say nothing meanwhile. */
#define CALL_TIMEOUT_SECONDS 600

/**
 * RushesInspector:
 *
 * One client beside the pool, that looks into scenes and makes small pictures
 * of large ones. It starts when there is something to do, does it in the order
 * it was asked for, and leaves when it is not needed for a while.
 */
struct _RushesInspector
{
  GObject parent_instance;

  RushesLauncher *launcher; /* (owned) (nullable) */
  char *log_dir;            /* (owned) */
  RushesTrust *trust;       /* (owned) (nullable) */
  guint start_timeout;      /* in seconds; 0: none */

  GQueue jobs;          /* (element-type Job) (owned): waiting; the head is next */
  GHashTable *scenes;   /* (owned): scene → the link of its waiting job, both unowned */
  struct Job *job;      /* (owned) (nullable): at work */
  RushesClient *client; /* (owned) (nullable) */
  gboolean starting;    /* nobody has heard yet how its start went */
  guint n_failed_starts;
  guint idle_id;
};

/* Either a scene to look into, or a task that wants a preview. */
typedef struct Job
{
  RushesScene *scene; /* (owned) (nullable) */
  GTask *task;        /* (owned) (nullable) */
  char *path;         /* (owned) */
  char *target;       /* (owned) (nullable) */
  char *trusted;      /* (owned) (nullable): the hash of a scene that may run scripts */
  guint size;
  gboolean dropped; /* nobody wants the answer any more */
} Job;

enum
{
  PROP_0,
  PROP_STARTING,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (RushesInspector, rushes_inspector, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static void next (RushesInspector *self);

static void
job_free (Job *job)
{
  g_clear_object (&job->scene);
  g_clear_object (&job->task);
  g_clear_pointer (&job->path, g_free);
  g_clear_pointer (&job->target, g_free);
  g_clear_pointer (&job->trusted, g_free);
  g_free (job);
}

static void
fail_job (Job *job, const GError *error)
{
  if (job->task != NULL)
    g_task_return_error (job->task, g_error_copy (error));
  else if (!job->dropped)
    rushes_scene_set_report (job->scene, NULL, error);
  job_free (job);
}

static void
finish_job (Job *job, GVariant *reply)
{
  g_autoptr (RushesReport) report = NULL;
  g_autoptr (GError) error = NULL;

  if (job->task != NULL)
    g_task_return_boolean (job->task, TRUE);
  else if (!job->dropped)
    {
      report = rushes_report_from_reply (reply, &error);
      rushes_scene_set_trusted (job->scene, job->trusted != NULL);
      rushes_scene_set_report (job->scene, report, error);
    }
  job_free (job);
}

static Job *
take_job (RushesInspector *self)
{
  Job *job = g_queue_pop_head (&self->jobs);

  if (job != NULL && job->scene != NULL)
    g_hash_table_remove (self->scenes, job->scene);
  return job;
}

/* Back to where it was taken from, unless that is not wanted any more. */
static void
put_back (RushesInspector *self, Job *job)
{
  if (job->dropped || (job->scene != NULL && g_hash_table_contains (self->scenes, job->scene)))
    {
      job_free (job);
      return;
    }
  g_queue_push_head (&self->jobs, job);
  if (job->scene != NULL)
    g_hash_table_insert (self->scenes, job->scene, self->jobs.head);
}

static void
fail_all (RushesInspector *self, const GError *error)
{
  /* Not those that are asked for by whoever hears of a failure. */
  for (guint n = self->jobs.length; n > 0; n--)
    fail_job (take_job (self), error);
}

/* ---- The client ------------------------------------------------------ */

static gboolean
idle_cb (gpointer user_data)
{
  RushesInspector *self = user_data;

  self->idle_id = 0;
  rushes_client_stop (self->client, FALSE);
  return G_SOURCE_REMOVE;
}

static void
client_state_cb (RushesInspector *self)
{
  if (rushes_client_get_state (self->client) != RUSHES_CLIENT_DEAD)
    return;

  g_clear_handle_id (&self->idle_id, g_source_remove);
  g_signal_handlers_disconnect_by_data (self->client, self);
  g_clear_object (&self->client);
  next (self);
}

static void
start_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RushesInspector) self = user_data;
  g_autoptr (GError) error = NULL;

  self->starting = FALSE;
  if (rushes_client_start_finish (RUSHES_CLIENT (object), result, &error))
    self->n_failed_starts = 0;
  else if (!g_error_matches (error, RUSHES_ERROR, RUSHES_ERROR_STOPPED) &&
           ++self->n_failed_starts >= MAX_START_FAILURES)
    {
      self->n_failed_starts = 0;
      fail_all (self, error);
    }
  next (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STARTING]);
}

static void
start_client (RushesInspector *self)
{
  self->starting = TRUE;
  self->client = rushes_client_new (self->launcher, 0, self->log_dir);
  g_signal_connect_swapped (self->client, "notify::state", G_CALLBACK (client_state_cb), self);
  rushes_client_start_async (self->client, self->start_timeout, start_cb, g_object_ref (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STARTING]);
}

/* ---- Jobs ------------------------------------------------------------ */

static void
call_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RushesInspector) self = user_data;
  Job *job = g_steal_pointer (&self->job);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = rushes_client_call_finish (RUSHES_CLIENT (object), result, &error);

  if (reply != NULL)
    finish_job (job, reply);
  else if (g_error_matches (error, RUSHES_ERROR, RUSHES_ERROR_STOPPED) && !job->dropped)
    put_back (self, job);
  else
    fail_job (job, error);
  next (self);
}

static void
call (RushesInspector *self)
{
  GVariantDict params;

  g_variant_dict_init (&params, NULL);
  if (self->job->scene != NULL)
    {
      gboolean allow_scripts;

      g_object_get (rushes_scene_get_settings (self->job->scene), "allow-scripts", &allow_scripts,
                    NULL);
      g_variant_dict_insert (&params, "blend_file", "s", self->job->path);
      g_variant_dict_insert (&params, "allow_scripts", "b",
                             allow_scripts || self->job->trusted != NULL);
      if (!allow_scripts && self->job->trusted != NULL)
        g_variant_dict_insert (&params, "sha256", "s", self->job->trusted);
    }
  else
    {
      g_variant_dict_insert (&params, "path", "s", self->job->path);
      g_variant_dict_insert (&params, "target", "s", self->job->target);
      g_variant_dict_insert (&params, "size", "u", self->job->size);
    }
  rushes_client_call_async (self->client, self->job->scene != NULL ? "inspect" : "preview",
                            g_variant_dict_end (&params), CALL_TIMEOUT_SECONDS, call_cb,
                            g_object_ref (self));
}

/* Of a scene, before any client sees it. */
typedef struct
{
  RushesLauncher *launcher; /* (owned) */
  RushesTrust *trust;       /* (owned) (nullable) */
  char *path;               /* (owned) */
  char *trusted;            /* (owned) (nullable): as in the job, when it is done */
} Check;

static void
check_free (Check *check)
{
  g_clear_object (&check->launcher);
  g_clear_pointer (&check->trust, rushes_trust_unref);
  g_clear_pointer (&check->path, g_free);
  g_clear_pointer (&check->trusted, g_free);
  g_free (check);
}

static gboolean
check_thread (gpointer data, GCancellable *cancellable, GError **error)
{
  Check *check = data;

  if (!rushes_launcher_reach (check->launcher, check->path, NULL, error) ||
      !rushes_blend_check (check->path, error))
    return FALSE;
  if (check->trust != NULL)
    check->trusted = rushes_trust_check (check->trust, check->path);
  return TRUE;
}

static void
check_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  RushesInspector *self = RUSHES_INSPECTOR (object);
  Check *check = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  if (self->job->dropped)
    g_clear_pointer (&self->job, job_free);
  else if (!g_task_propagate_boolean (G_TASK (result), &error))
    fail_job (g_steal_pointer (&self->job), error);
  else if (self->client != NULL && rushes_client_get_state (self->client) == RUSHES_CLIENT_READY)
    {
      g_free (self->job->trusted);
      self->job->trusted = g_steal_pointer (&check->trusted);
      call (self);
      return;
    }
  else
    /* The client has died meanwhile. */
    put_back (self, g_steal_pointer (&self->job));
  next (self);
}

/* Files that are no scenes need no Blender to say so. */
static void
check (RushesInspector *self)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, check_cb, NULL);
  Check *check = g_new0 (Check, 1);

  g_task_set_source_tag (task, check_thread);
  check->launcher = g_object_ref (self->launcher);
  check->trust = self->trust != NULL ? rushes_trust_ref (self->trust) : NULL;
  check->path = g_strdup (self->job->path);
  g_task_set_task_data (task, check, (GDestroyNotify) check_free);
  rushes_thread_run (task, check_thread);
}

/* A sandbox has to show what its client shall see, from its start on. */
static gboolean
share (RushesInspector *self, Job *job)
{
  g_autofree char *folder = g_path_get_dirname (job->path);
  gboolean is_new = rushes_launcher_share (self->launcher, folder, FALSE);

  if (job->target != NULL)
    {
      g_autofree char *cache = g_path_get_dirname (job->target);

      is_new = rushes_launcher_share (self->launcher, cache, TRUE) || is_new;
    }
  return is_new;
}

/* Does what is next, if it can be done now. */
static void
next (RushesInspector *self)
{
  RushesClientState state;

  if (self->job != NULL || self->starting || self->launcher == NULL)
    return;
  if (self->client == NULL)
    {
      if (g_queue_is_empty (&self->jobs))
        return;
      /* All that is known to come: one client for them. */
      for (GList *link = self->jobs.head; link != NULL; link = link->next)
        share (self, link->data);
      start_client (self);
      return;
    }
  state = rushes_client_get_state (self->client);
  if (state != RUSHES_CLIENT_READY)
    return;

  g_clear_handle_id (&self->idle_id, g_source_remove);
  self->job = take_job (self);
  if (self->job != NULL && share (self, self->job))
    {
      put_back (self, g_steal_pointer (&self->job));
      rushes_client_stop (self->client, FALSE);
      return;
    }
  if (self->job == NULL)
    self->idle_id = g_timeout_add_seconds (IDLE_SECONDS, idle_cb, self);
  else if (self->job->scene != NULL)
    check (self);
  else
    call (self);
}

/* ---- The object ------------------------------------------------------ */

static void
rushes_inspector_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_STARTING:
      g_value_set_boolean (value, rushes_inspector_is_starting (RUSHES_INSPECTOR (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
rushes_inspector_finalize (GObject *object)
{
  RushesInspector *self = RUSHES_INSPECTOR (object);

  g_clear_handle_id (&self->idle_id, g_source_remove);
  if (self->client != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->client, self);
      rushes_client_stop (self->client, TRUE);
    }
  g_queue_clear_full (&self->jobs, (GDestroyNotify) job_free);
  g_clear_pointer (&self->scenes, g_hash_table_unref);
  g_clear_object (&self->client);
  g_clear_object (&self->launcher);
  g_clear_pointer (&self->log_dir, g_free);
  g_clear_pointer (&self->trust, rushes_trust_unref);

  G_OBJECT_CLASS (rushes_inspector_parent_class)->finalize (object);
}

static void
rushes_inspector_class_init (RushesInspectorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = rushes_inspector_get_property;
  object_class->finalize = rushes_inspector_finalize;

  /**
   * RushesInspector:starting:
   *
   * Whether there is something to look into, and no client ready for that yet.
   */
  properties[PROP_STARTING] =
      g_param_spec_boolean ("starting", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
rushes_inspector_init (RushesInspector *self)
{
  g_queue_init (&self->jobs);
  self->scenes = g_hash_table_new (NULL, NULL);
  self->start_timeout = 30;
}

/**
 * rushes_inspector_new:
 * @log_dir: folder of its client's log
 *
 * Returns: (transfer full): an inspector that needs a launcher yet
 */
RushesInspector *
rushes_inspector_new (const char *log_dir)
{
  RushesInspector *self;

  g_return_val_if_fail (log_dir != NULL, NULL);

  self = g_object_new (RUSHES_TYPE_INSPECTOR, NULL);
  self->log_dir = g_strdup (log_dir);
  return self;
}

/**
 * rushes_inspector_set_trust:
 * @self: an inspector
 * @trust: which files may run scripts that the settings do not allow
 *
 * To be called before it is asked for anything.
 */
void
rushes_inspector_set_trust (RushesInspector *self, RushesTrust *trust)
{
  g_return_if_fail (RUSHES_IS_INSPECTOR (self));
  g_return_if_fail (self->trust == NULL);

  self->trust = rushes_trust_ref (trust);
}

/**
 * rushes_inspector_set_launcher:
 * @self: an inspector
 * @launcher: how to start its client from now on
 *
 * A client that was started otherwise ends; what it had in hand is for the next
 * one.
 */
void
rushes_inspector_set_launcher (RushesInspector *self, RushesLauncher *launcher)
{
  g_return_if_fail (RUSHES_IS_INSPECTOR (self));
  g_return_if_fail (RUSHES_IS_LAUNCHER (launcher));

  if (!g_set_object (&self->launcher, launcher))
    return;
  self->n_failed_starts = 0;
  if (self->client != NULL)
    rushes_client_stop (self->client, TRUE);
  next (self);
}

/**
 * rushes_inspector_set_start_timeout:
 * @self: an inspector
 * @seconds: until its client must be ready; 0: no limit
 */
void
rushes_inspector_set_start_timeout (RushesInspector *self, guint seconds)
{
  g_return_if_fail (RUSHES_IS_INSPECTOR (self));

  self->start_timeout = seconds;
}

/**
 * rushes_inspector_add:
 * @self: an inspector
 * @scene: a scene to look into
 *
 * Sooner or later #RushesScene:report or #RushesScene:report-error is set.
 */
void
rushes_inspector_add (RushesInspector *self, RushesScene *scene)
{
  Job *job;

  g_return_if_fail (RUSHES_IS_INSPECTOR (self));
  g_return_if_fail (RUSHES_IS_SCENE (scene));

  if (g_hash_table_contains (self->scenes, scene))
    return;
  job = g_new0 (Job, 1);
  job->scene = g_object_ref (scene);
  job->path = g_strdup (rushes_scene_get_path (scene));
  g_queue_push_tail (&self->jobs, job);
  g_hash_table_insert (self->scenes, scene, self->jobs.tail);
  next (self);
}

/**
 * rushes_inspector_remove:
 * @self: an inspector
 * @scene: a scene that nobody needs to look into any more
 */
void
rushes_inspector_remove (RushesInspector *self, RushesScene *scene)
{
  GList *link;

  g_return_if_fail (RUSHES_IS_INSPECTOR (self));

  link = g_hash_table_lookup (self->scenes, scene);
  if (link != NULL)
    {
      g_hash_table_remove (self->scenes, scene);
      job_free (link->data);
      g_queue_delete_link (&self->jobs, link);
    }
  if (self->job != NULL && self->job->scene == scene)
    self->job->dropped = TRUE;
}

/**
 * rushes_inspector_preview_async:
 * @self: an inspector
 * @path: a picture that Blender can read
 * @target: where the small one goes, absolute
 * @size: of its longer side, 16 to 4096 pixels
 * @callback: (scope async): called when it is there
 * @user_data: for @callback
 *
 * Makes a PNG that anybody can read of any picture. It comes before the scenes
 * that wait: somebody is looking.
 */
void
rushes_inspector_preview_async (RushesInspector *self,
                                const char *path,
                                const char *target,
                                guint size,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  Job *job;

  g_return_if_fail (RUSHES_IS_INSPECTOR (self));
  g_return_if_fail (path != NULL && target != NULL);

  job = g_new0 (Job, 1);
  job->task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (job->task, rushes_inspector_preview_async);
  job->path = g_strdup (path);
  job->target = g_strdup (target);
  job->size = size;
  g_queue_push_head (&self->jobs, job);
  next (self);
}

/**
 * rushes_inspector_preview_finish:
 * @self: an inspector
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Returns: whether the small picture is there
 */
gboolean
rushes_inspector_preview_finish (RushesInspector *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * rushes_inspector_stop:
 * @self: an inspector
 *
 * Ends its client and forgets what it was asked for: scenes stay as they are,
 * previews fail with %RUSHES_ERROR_STOPPED.
 */
void
rushes_inspector_stop (RushesInspector *self)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (RUSHES_IS_INSPECTOR (self));

  error = g_error_new_literal (RUSHES_ERROR, RUSHES_ERROR_STOPPED, _ ("Stopped"));
  for (GList *link = self->jobs.head; link != NULL; link = link->next)
    ((Job *) link->data)->dropped = TRUE;
  fail_all (self, error);
  if (self->job != NULL)
    self->job->dropped = TRUE;
  if (self->client != NULL)
    rushes_client_stop (self->client, TRUE);
}

/**
 * rushes_inspector_is_running:
 * @self: an inspector
 *
 * Returns: whether it has a process
 */
gboolean
rushes_inspector_is_running (RushesInspector *self)
{
  g_return_val_if_fail (RUSHES_IS_INSPECTOR (self), FALSE);

  return self->client != NULL;
}

/**
 * rushes_inspector_is_starting:
 * @self: an inspector
 *
 * Returns: #RushesInspector:starting
 */
gboolean
rushes_inspector_is_starting (RushesInspector *self)
{
  g_return_val_if_fail (RUSHES_IS_INSPECTOR (self), FALSE);

  return self->starting;
}
