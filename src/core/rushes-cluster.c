/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-cluster.h"
#include "rushes-flatpak.h"

/**
 * RushesCluster:
 *
 * The cluster as a place for clients, beside this computer: whether it is used,
 * by how many of them, and how they are started there.
 */
struct _RushesCluster
{
  GObject parent_instance;
  RushesSlurm *slurm; /* (owned) */
  char *blender;      /* (owned) (nullable): %NULL: as on this computer */
  guint jobs;
  gboolean enabled;
};

enum
{
  PROP_0,
  PROP_ENABLED,
  PROP_JOBS,
  PROP_BLENDER,
  PROP_SLURM,
  N_PROPS
};

enum
{
  CHANGED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (RushesCluster, rushes_cluster, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
emit_changed (RushesCluster *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

/* What does not matter while it is not used is not told of. */
static void
slurm_changed_cb (RushesCluster *self)
{
  if (self->enabled)
    emit_changed (self);
}

/* ---- The object ------------------------------------------------------ */

static void
rushes_cluster_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  RushesCluster *self = RUSHES_CLUSTER (object);

  switch (id)
    {
    case PROP_ENABLED:
      g_value_set_boolean (value, self->enabled);
      break;
    case PROP_JOBS:
      g_value_set_uint (value, self->jobs);
      break;
    case PROP_BLENDER:
      g_value_set_string (value, self->blender);
      break;
    case PROP_SLURM:
      g_value_set_object (value, self->slurm);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
set_enabled (RushesCluster *self, gboolean enabled)
{
  if (self->enabled == enabled)
    return;
  self->enabled = enabled;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ENABLED]);
  emit_changed (self);
}

static void
set_jobs (RushesCluster *self, guint jobs)
{
  if (self->jobs == jobs)
    return;
  self->jobs = jobs;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_JOBS]);
}

static void
set_blender (RushesCluster *self, const char *blender)
{
  /* An empty entry of a form says nothing. */
  if (blender != NULL && *blender == '\0')
    blender = NULL;
  if (g_strcmp0 (self->blender, blender) == 0)
    return;
  g_free (self->blender);
  self->blender = g_strdup (blender);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BLENDER]);
  slurm_changed_cb (self);
}

static void
rushes_cluster_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  RushesCluster *self = RUSHES_CLUSTER (object);

  switch (id)
    {
    case PROP_ENABLED:
      set_enabled (self, g_value_get_boolean (value));
      break;
    case PROP_JOBS:
      set_jobs (self, g_value_get_uint (value));
      break;
    case PROP_BLENDER:
      set_blender (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
rushes_cluster_finalize (GObject *object)
{
  RushesCluster *self = RUSHES_CLUSTER (object);

  g_signal_handlers_disconnect_by_data (self->slurm, self);
  g_clear_object (&self->slurm);
  g_clear_pointer (&self->blender, g_free);

  G_OBJECT_CLASS (rushes_cluster_parent_class)->finalize (object);
}

static void
rushes_cluster_class_init (RushesClusterClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  const GParamFlags writable = readable | G_PARAM_WRITABLE;

  object_class->get_property = rushes_cluster_get_property;
  object_class->set_property = rushes_cluster_set_property;
  object_class->finalize = rushes_cluster_finalize;

  /**
   * RushesCluster:enabled:
   *
   * Whether it is used at all.
   */
  properties[PROP_ENABLED] = g_param_spec_boolean ("enabled", NULL, NULL, FALSE, writable);
  /**
   * RushesCluster:jobs:
   *
   * How many clients may work there at once, while it is used.
   */
  properties[PROP_JOBS] = g_param_spec_uint ("jobs", NULL, NULL, 1, 4096, 1, writable);
  /**
   * RushesCluster:blender:
   *
   * The Blender of the nodes; %NULL: that of this computer.
   */
  properties[PROP_BLENDER] = g_param_spec_string ("blender", NULL, NULL, NULL, writable);
  /**
   * RushesCluster:slurm:
   *
   * What is asked for each client.
   */
  properties[PROP_SLURM] = g_param_spec_object ("slurm", NULL, NULL, RUSHES_TYPE_SLURM, readable);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * RushesCluster::changed:
   * @self: the cluster
   *
   * It is used from now on, or no longer, or clients there are to be started in
   * another way.
   */
  signals[CHANGED] = g_signal_new ("changed", RUSHES_TYPE_CLUSTER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
}

static void
rushes_cluster_init (RushesCluster *self)
{
  self->jobs = 1;
  self->slurm = rushes_slurm_new ();
  g_signal_connect_swapped (self->slurm, "notify", G_CALLBACK (slurm_changed_cb), self);
}

/**
 * rushes_cluster_new:
 *
 * Returns: (transfer full): a cluster that is not used
 */
RushesCluster *
rushes_cluster_new (void)
{
  return g_object_new (RUSHES_TYPE_CLUSTER, NULL);
}

/**
 * rushes_cluster_get_enabled:
 * @self: a cluster
 *
 * Returns: #RushesCluster:enabled
 */
gboolean
rushes_cluster_get_enabled (RushesCluster *self)
{
  g_return_val_if_fail (RUSHES_IS_CLUSTER (self), FALSE);

  return self->enabled;
}

/**
 * rushes_cluster_get_jobs:
 * @self: a cluster
 *
 * Returns: how many clients may work there now: 0 if it is not used
 */
guint
rushes_cluster_get_jobs (RushesCluster *self)
{
  g_return_val_if_fail (RUSHES_IS_CLUSTER (self), 0);

  return self->enabled ? self->jobs : 0;
}

/**
 * rushes_cluster_get_slurm:
 * @self: a cluster
 *
 * Returns: (transfer none): #RushesCluster:slurm
 */
RushesSlurm *
rushes_cluster_get_slurm (RushesCluster *self)
{
  g_return_val_if_fail (RUSHES_IS_CLUSTER (self), NULL);

  return self->slurm;
}

/**
 * rushes_cluster_make_launcher:
 * @self: a cluster
 * @blender: that of this computer, as #RushesLauncher:blender
 *
 * Returns: (transfer full): how clients are started there, which later changes
 *   do not alter
 */
RushesLauncher *
rushes_cluster_make_launcher (RushesCluster *self, const char *blender)
{
  g_autoptr (RushesSlurm) slurm = NULL;

  g_return_val_if_fail (RUSHES_IS_CLUSTER (self), NULL);
  g_return_val_if_fail (blender != NULL, NULL);

  slurm = rushes_slurm_copy (self->slurm);
  /* Nodes cannot run what Flatpak has here. */
  if (self->blender == NULL && rushes_flatpak_is_ref (blender))
    blender = "blender";
  return rushes_launcher_new_on_cluster (self->blender != NULL ? self->blender : blender, slurm);
}
