/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "rushes-client.h"
#include "rushes-cluster-check.h"
#include "rushes-error.h"
#include "rushes-slurm-command.h"
#include "rushes-slurm-partitions.h"

/* How long to wait for a node, in seconds: longer than a cluster with room takes to
 * give one. */
#define WAIT_SECONDS 30

/* For a Blender that may take as long as it likes to start. */
#define START_SECONDS 120

/**
 * RushesClusterCheck:
 *
 * Finds out whether clients can work on a cluster, by what Slurm says and then by
 * one client that is really started.
 */
struct _RushesClusterCheck
{
  GObject parent_instance;
  RushesLauncher *launcher; /* (owned) */
  guint start_timeout;
  char *log_dir;        /* (owned) */
  guint wait_seconds;   /* how long to wait for a node */
  GString *findings;    /* (owned): what is right, a line each */
  char *situation;      /* (owned) (nullable): what goes on, while it runs */
  GTask *task;          /* (owned) (nullable): while it runs */
  RushesClient *client; /* (owned) (nullable): the one that is tried */
  guint wait_id;
};

enum
{
  PROP_0,
  PROP_FINDINGS,
  PROP_SITUATION,
  PROP_WAIT_SECONDS,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (RushesClusterCheck, rushes_cluster_check, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

/* Takes it. */
static void
add_finding (RushesClusterCheck *self, char *text)
{
  if (self->findings->len > 0)
    g_string_append_c (self->findings, '\n');
  g_string_append (self->findings, text);
  g_free (text);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FINDINGS]);
}

static void
set_situation (RushesClusterCheck *self, const char *text)
{
  if (g_strcmp0 (self->situation, text) == 0)
    return;
  g_free (self->situation);
  self->situation = g_strdup (text);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SITUATION]);
}

/* Takes the error; %NULL: nothing is wrong. */
static void
finish (RushesClusterCheck *self, GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);
  GCancellable *cancellable = g_task_get_cancellable (task);

  g_clear_handle_id (&self->wait_id, g_source_remove);
  if (cancellable != NULL)
    g_signal_handlers_disconnect_by_data (cancellable, self);
  if (self->client != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->client, self);
      /* One that works ends politely; one that does not must not keep its node. */
      rushes_client_stop (self->client, !rushes_client_can_call (self->client));
      g_clear_object (&self->client);
    }
  set_situation (self, NULL);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

/* ---- A client -------------------------------------------------------- */

static void
situation_cb (RushesClusterCheck *self)
{
  const char *situation = rushes_client_get_situation (self->client);

  set_situation (self, situation != NULL ? situation : _ ("Blender starts on a node…"));
}

static gboolean
waited_cb (gpointer user_data)
{
  RushesClusterCheck *self = user_data;

  self->wait_id = 0;
  if (rushes_client_get_state (self->client) != RUSHES_CLIENT_WAITING)
    return G_SOURCE_REMOVE;
  add_finding (self, g_strdup (rushes_client_get_situation (self->client)));
  add_finding (self, g_strdup_printf (
                         ngettext ("No node was free for %u second, so that Blender could not be "
                                   "tried there; rendering begins there when one is",
                                   "No node was free for %u seconds, so that Blender could not be "
                                   "tried there; rendering begins there when one is",
                                   self->wait_seconds),
                         self->wait_seconds));
  finish (self, NULL);
  return G_SOURCE_REMOVE;
}

static void
started_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RushesClusterCheck) self = user_data;
  RushesClient *client = RUSHES_CLIENT (object);
  const char *version = rushes_client_get_blender_version (client);
  const char *node = rushes_client_get_node (client);
  const char *log = rushes_client_get_log_path (client);
  g_autoptr (GError) error = NULL;
  gboolean started = rushes_client_start_finish (client, result, &error);

  /* That is over already. */
  if (self->client != client)
    return;
  if (!started)
    {
      if (log != NULL)
        finish (self,
                g_error_new (error->domain, error->code, _ ("%s (log: %s)"), error->message, log));
      else
        finish (self, g_steal_pointer (&error));
      return;
    }
  add_finding (self, g_strdup_printf (_ ("Blender %s works on node %s"),
                                      version != NULL ? version : "?", node != NULL ? node : "?"));
  finish (self, NULL);
}

static void
try_client (RushesClusterCheck *self)
{
  self->client = rushes_client_new (self->launcher, 0, self->log_dir);
  g_signal_connect_swapped (self->client, "notify::situation", G_CALLBACK (situation_cb), self);
  self->wait_id = g_timeout_add_seconds (self->wait_seconds, waited_cb, self);
  rushes_client_start_async (self->client, self->start_timeout, started_cb, g_object_ref (self));
}

/* ---- What Slurm says ------------------------------------------------- */

/* What to do about a Slurm that does not answer. */
static GError *
advise (const GError *error)
{
  if (!g_error_matches (error, RUSHES_ERROR, RUSHES_ERROR_TIMED_OUT))
    return g_error_copy (error);
  return g_error_new (error->domain, error->code,
                      _ ("%s. Is this computer part of the cluster, and does its controller, "
                         "slurmctld, run?"),
                      error->message);
}

static void
answered_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RushesClusterCheck) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *printed = rushes_slurm_command_finish (result, &error);
  g_autofree char *wanted = NULL;
  guint n_idle, n_nodes;

  /* It was given up meanwhile. */
  if (self->task == NULL)
    return;
  if (printed == NULL)
    {
      finish (self, advise (error));
      return;
    }

  g_object_get (rushes_launcher_get_slurm (self->launcher), "partition", &wanted, NULL);
  if (!rushes_slurm_partitions_check (printed, wanted, &n_idle, &n_nodes, &error))
    {
      finish (self, g_steal_pointer (&error));
      return;
    }
  add_finding (self, g_strdup_printf (ngettext ("Slurm answers: %u of %u node is idle",
                                                "Slurm answers: %u of %u nodes are idle", n_nodes),
                                      n_idle, n_nodes));
  try_client (self);
}

/* ---- The object ------------------------------------------------------ */

static void
rushes_cluster_check_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  RushesClusterCheck *self = RUSHES_CLUSTER_CHECK (object);

  switch (id)
    {
    case PROP_FINDINGS:
      g_value_set_string (value, self->findings->str);
      break;
    case PROP_SITUATION:
      g_value_set_string (value, self->situation);
      break;
    case PROP_WAIT_SECONDS:
      g_value_set_uint (value, self->wait_seconds);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
rushes_cluster_check_set_property (GObject *object,
                                   guint id,
                                   const GValue *value,
                                   GParamSpec *pspec)
{
  RushesClusterCheck *self = RUSHES_CLUSTER_CHECK (object);

  switch (id)
    {
    case PROP_WAIT_SECONDS:
      self->wait_seconds = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
rushes_cluster_check_finalize (GObject *object)
{
  RushesClusterCheck *self = RUSHES_CLUSTER_CHECK (object);

  /* Whatever it waits for holds a reference. */
  g_assert (self->task == NULL && self->client == NULL);

  g_clear_object (&self->launcher);
  g_clear_pointer (&self->log_dir, g_free);
  g_string_free (self->findings, TRUE);
  g_clear_pointer (&self->situation, g_free);

  G_OBJECT_CLASS (rushes_cluster_check_parent_class)->finalize (object);
}

static void
rushes_cluster_check_class_init (RushesClusterCheckClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = rushes_cluster_check_get_property;
  object_class->set_property = rushes_cluster_check_set_property;
  object_class->finalize = rushes_cluster_check_finalize;

  /**
   * RushesClusterCheck:findings:
   *
   * What was found to be right so far, a line each.
   */
  properties[PROP_FINDINGS] = g_param_spec_string ("findings", NULL, NULL, NULL, readable);
  /**
   * RushesClusterCheck:situation:
   *
   * What goes on; %NULL while it does not run.
   */
  properties[PROP_SITUATION] = g_param_spec_string ("situation", NULL, NULL, NULL, readable);
  /**
   * RushesClusterCheck:wait-seconds:
   *
   * How long to wait for a node.
   */
  properties[PROP_WAIT_SECONDS] =
      g_param_spec_uint ("wait-seconds", NULL, NULL, 0, 3600, WAIT_SECONDS,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
rushes_cluster_check_init (RushesClusterCheck *self)
{
  self->findings = g_string_new (NULL);
  self->wait_seconds = WAIT_SECONDS;
}

/**
 * rushes_cluster_check_new:
 * @launcher: how clients are started on the cluster
 * @start_timeout: seconds until Blender must be ready there; 0: as long as is
 *   reasonable
 * @log_dir: folder of the client's log
 *
 * Returns: (transfer full): a check that has not begun
 */
RushesClusterCheck *
rushes_cluster_check_new (RushesLauncher *launcher, guint start_timeout, const char *log_dir)
{
  RushesClusterCheck *self;

  g_return_val_if_fail (RUSHES_IS_LAUNCHER (launcher), NULL);
  g_return_val_if_fail (rushes_launcher_get_slurm (launcher) != NULL, NULL);
  g_return_val_if_fail (log_dir != NULL, NULL);

  self = g_object_new (RUSHES_TYPE_CLUSTER_CHECK, NULL);
  self->launcher = g_object_ref (launcher);
  self->start_timeout = start_timeout > 0 ? start_timeout : START_SECONDS;
  self->log_dir = g_strdup (log_dir);
  return self;
}

/**
 * rushes_cluster_check_get_findings:
 * @self: a check
 *
 * Returns: (transfer none): #RushesClusterCheck:findings
 */
const char *
rushes_cluster_check_get_findings (RushesClusterCheck *self)
{
  g_return_val_if_fail (RUSHES_IS_CLUSTER_CHECK (self), NULL);

  return self->findings->str;
}

/**
 * rushes_cluster_check_get_situation:
 * @self: a check
 *
 * Returns: (transfer none) (nullable): #RushesClusterCheck:situation
 */
const char *
rushes_cluster_check_get_situation (RushesClusterCheck *self)
{
  g_return_val_if_fail (RUSHES_IS_CLUSTER_CHECK (self), NULL);

  return self->situation;
}

static void
cancelled_cb (RushesClusterCheck *self)
{
  finish (self, g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "%s", _ ("Stopped")));
}

/**
 * rushes_cluster_check_run_async:
 * @self: a check that has not begun
 * @cancellable: (nullable): ends it early, from the main thread; no job is left
 * @callback: (scope async): called when all is known
 * @user_data: for @callback
 *
 * Looks for Slurm's programs, asks Slurm for the partitions and their nodes, then
 * starts a client there. #RushesClusterCheck:situation tells how far that is.
 */
void
rushes_cluster_check_run_async (RushesClusterCheck *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  static const char *const argv[] = { "sinfo", "--noheader", "--summarize",
                                      "--format=" RUSHES_SLURM_PARTITIONS_FORMAT, NULL };
  GError *error = NULL;

  g_return_if_fail (RUSHES_IS_CLUSTER_CHECK (self));
  g_return_if_fail (self->task == NULL && self->findings->len == 0);

  self->task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (self->task, rushes_cluster_check_run_async);
  if (!rushes_launcher_check (self->launcher, &error))
    {
      finish (self, error);
      return;
    }
  if (cancellable != NULL)
    g_signal_connect_swapped (cancellable, "cancelled", G_CALLBACK (cancelled_cb), self);
  set_situation (self, _ ("Slurm is asked…"));
  rushes_slurm_command_async (argv, NULL, cancellable, answered_cb, g_object_ref (self));
}

/**
 * rushes_cluster_check_run_finish:
 * @self: a check
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Returns: whether clients can work there, as far as that can be known, with
 *   #RushesClusterCheck:findings; else what is wrong and what to do, or
 *   %G_IO_ERROR_CANCELLED
 */
gboolean
rushes_cluster_check_run_finish (RushesClusterCheck *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
