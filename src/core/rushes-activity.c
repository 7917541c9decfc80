/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-activity.h"
#include "rushes-enums.h"

/**
 * RushesActivity:
 *
 * What one client of a pool is doing, for people to look at. It changes with
 * every frame and notifies only when rushes_activity_refresh() is called.
 */
struct _RushesActivity
{
  GObject parent_instance;

  RushesClient *client; /* (owned) */
  RushesScene *scene;   /* (owned) (nullable): whose frame it has in hand */
  guint frame;
  guint changed : 1;
};

enum
{
  PROP_0,
  PROP_NUMBER,
  PROP_STATE,
  PROP_SCENE,
  PROP_FRAME,
  PROP_MEMORY,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (RushesActivity, rushes_activity, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static void
rushes_activity_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  RushesActivity *self = RUSHES_ACTIVITY (object);

  switch (id)
    {
    case PROP_NUMBER:
      g_value_set_uint (value, rushes_activity_get_number (self));
      break;
    case PROP_STATE:
      g_value_set_enum (value, rushes_activity_get_state (self));
      break;
    case PROP_SCENE:
      g_value_set_object (value, self->scene);
      break;
    case PROP_FRAME:
      g_value_set_uint (value, self->frame);
      break;
    case PROP_MEMORY:
      g_value_set_uint64 (value, rushes_activity_get_memory (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
rushes_activity_finalize (GObject *object)
{
  RushesActivity *self = RUSHES_ACTIVITY (object);

  g_signal_handlers_disconnect_by_data (self->client, self);
  g_clear_object (&self->client);
  g_clear_object (&self->scene);

  G_OBJECT_CLASS (rushes_activity_parent_class)->finalize (object);
}

static void
rushes_activity_class_init (RushesActivityClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = rushes_activity_get_property;
  object_class->finalize = rushes_activity_finalize;

  /**
   * RushesActivity:number:
   *
   * The client's number.
   */
  properties[PROP_NUMBER] = g_param_spec_uint ("number", NULL, NULL, 0, G_MAXUINT, 0, flags);
  /**
   * RushesActivity:state:
   *
   * The client's state.
   */
  properties[PROP_STATE] =
      g_param_spec_enum ("state", NULL, NULL, RUSHES_TYPE_CLIENT_STATE, RUSHES_CLIENT_NEW, flags);
  /**
   * RushesActivity:scene:
   *
   * The scene of the frame in hand; %NULL when it has none.
   */
  properties[PROP_SCENE] = g_param_spec_object ("scene", NULL, NULL, RUSHES_TYPE_SCENE, flags);
  /**
   * RushesActivity:frame:
   *
   * The number of the frame in hand.
   */
  properties[PROP_FRAME] = g_param_spec_uint ("frame", NULL, NULL, 0, G_MAXUINT, 0, flags);
  /**
   * RushesActivity:memory:
   *
   * Bytes that the client took at its last answer; 0: not known.
   */
  properties[PROP_MEMORY] = g_param_spec_uint64 ("memory", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
rushes_activity_init (RushesActivity *self)
{
}

static void
client_state_cb (RushesActivity *self)
{
  self->changed = TRUE;
}

/**
 * rushes_activity_new:
 * @client: a client
 *
 * Returns: (transfer full): what @client is doing
 */
RushesActivity *
rushes_activity_new (RushesClient *client)
{
  RushesActivity *self;

  g_return_val_if_fail (RUSHES_IS_CLIENT (client), NULL);

  self = g_object_new (RUSHES_TYPE_ACTIVITY, NULL);
  self->client = g_object_ref (client);
  g_signal_connect_swapped (client, "notify::state", G_CALLBACK (client_state_cb), self);
  g_signal_connect_swapped (client, "notify::situation", G_CALLBACK (client_state_cb), self);
  return self;
}

guint
rushes_activity_get_number (RushesActivity *self)
{
  return rushes_client_get_number (self->client);
}

RushesScene *
rushes_activity_get_scene (RushesActivity *self)
{
  return self->scene;
}

guint
rushes_activity_get_frame (RushesActivity *self)
{
  return self->frame;
}

guint64
rushes_activity_get_memory (RushesActivity *self)
{
  return rushes_client_get_memory (self->client);
}

RushesClientState
rushes_activity_get_state (RushesActivity *self)
{
  return rushes_client_get_state (self->client);
}

/**
 * rushes_activity_get_node:
 * @self: an activity
 *
 * Returns: (transfer none) (nullable): the node of a cluster that the client runs
 *   on; %NULL on this computer, and while it waits for one
 */
const char *
rushes_activity_get_node (RushesActivity *self)
{
  return rushes_client_is_on_cluster (self->client) ? rushes_client_get_node (self->client) : NULL;
}

/**
 * rushes_activity_get_situation:
 * @self: an activity
 *
 * Returns: (transfer none) (nullable): what the client waits for, while it does
 */
const char *
rushes_activity_get_situation (RushesActivity *self)
{
  return rushes_client_get_situation (self->client);
}

/**
 * rushes_activity_set_frame:
 * @self: an activity
 * @scene: (nullable): whose frame it has in hand now
 * @frame: the frame's number
 */
void
rushes_activity_set_frame (RushesActivity *self, RushesScene *scene, guint frame)
{
  g_return_if_fail (RUSHES_IS_ACTIVITY (self));

  g_set_object (&self->scene, scene);
  self->frame = frame;
  self->changed = TRUE;
}

/**
 * rushes_activity_refresh:
 * @self: an activity
 *
 * Notifies of what has changed since the last time.
 */
void
rushes_activity_refresh (RushesActivity *self)
{
  g_return_if_fail (RUSHES_IS_ACTIVITY (self));

  if (!self->changed)
    return;
  self->changed = FALSE;
  for (guint i = PROP_STATE; i <= PROP_MEMORY; i++)
    g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
}
