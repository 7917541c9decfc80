/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-machine.h"
#include "rushes-reserve.h"

/* How long clients stay when nobody wants them: their memory is for other
 * programs. */
#define IDLE_SECONDS 300

/* No client is kept when programs can take less than this, in bytes. */
#define SCARCE_MEMORY (G_GUINT64_CONSTANT (1) << 30)

/* What a client may still take when it has let go of its scene, in bytes: twice
 * what a Blender takes that has just started. */
#define MOST_MEMORY (G_GUINT64_CONSTANT (512) << 20)

/* Seconds until it has let go. */
#define RELEASE_TIMEOUT 10

/**
 * RushesReserve:
 *
 * Clients on this computer that are ready before anybody needs them, and those
 * that nobody needs for now: whoever takes one is spared the start of a Blender.
 * They are started one after the other, and leave when they are not wanted for a
 * while. After one that does not start, or that dies here, no more are started
 * until something changes: it is not for a reserve to find out why.
 */
struct _RushesReserve
{
  GObject parent_instance;

  RushesLauncher *launcher; /* (owned) (nullable) */
  char *log_dir;            /* (owned) */
  guint start_timeout;      /* in seconds; 0: none */
  guint idle_seconds;
  guint last_number; /* of a client of this program */

  GPtrArray *clients; /* (owned) (element-type RushesClient): to be had now or soon */
  guint least;        /* how many there should be */
  guint most;         /* how many there may be */
  gboolean failed;    /* the last start, or a client that was ready */
  gboolean resting;   /* they have left, as nobody wanted them */
  guint idle_id;
};

enum
{
  PROP_0,
  PROP_IDLE_SECONDS,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (RushesReserve, rushes_reserve, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static void fill (RushesReserve *self);

/* ---- One of them ----------------------------------------------------- */

static void
client_state_cb (RushesReserve *self, GParamSpec *pspec, RushesClient *client)
{
  if (rushes_client_get_state (client) != RUSHES_CLIENT_DEAD)
    return;

  self->failed = TRUE;
  g_signal_handlers_disconnect_by_data (client, self);
  g_ptr_array_remove (self->clients, client);
}

static void
add_client (RushesReserve *self, RushesClient *client)
{
  g_ptr_array_add (self->clients, g_object_ref (client));
  g_signal_connect_swapped (client, "notify::state", G_CALLBACK (client_state_cb), self);
}

/* Returns: (transfer full) */
static RushesClient *
steal_client (RushesReserve *self, guint position)
{
  RushesClient *client = g_ptr_array_steal_index (self->clients, position);

  g_signal_handlers_disconnect_by_data (client, self);
  return client;
}

static void
end_client (RushesReserve *self, guint position, gboolean now)
{
  g_autoptr (RushesClient) client = steal_client (self, position);

  rushes_client_stop (client, now);
}

static void
end_from (RushesReserve *self, guint position, gboolean now)
{
  while (self->clients->len > position)
    end_client (self, self->clients->len - 1, now);
}

static gboolean
has_state (RushesReserve *self, guint position, RushesClientState state)
{
  return rushes_client_get_state (g_ptr_array_index (self->clients, position)) == state;
}

/* The first that is the nearest to being ready. */
static gboolean
find_client (RushesReserve *self, guint *position)
{
  static const RushesClientState states[] = { RUSHES_CLIENT_READY, RUSHES_CLIENT_BUSY,
                                              RUSHES_CLIENT_STARTING };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    for (*position = 0; *position < self->clients->len; (*position)++)
      if (has_state (self, *position, states[i]))
        return TRUE;
  return FALSE;
}

/* ---- Time ------------------------------------------------------------ */

static gboolean
idle_cb (gpointer user_data)
{
  RushesReserve *self = user_data;

  self->idle_id = 0;
  self->resting = TRUE;
  end_from (self, 0, FALSE);
  return G_SOURCE_REMOVE;
}

/* They are of use, or will be soon. */
static void
touch (RushesReserve *self)
{
  self->resting = FALSE;
  g_clear_handle_id (&self->idle_id, g_source_remove);
  self->idle_id = g_timeout_add_seconds (self->idle_seconds, idle_cb, self);
}

/* ---- Starts ---------------------------------------------------------- */

static gboolean
is_memory_scarce (void)
{
  guint64 available = rushes_machine_get_free_memory ();

  return available > 0 && available < SCARCE_MEMORY;
}

static void
start_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RushesReserve) self = user_data;
  guint position;

  /* Somebody may have taken it meanwhile, and hears the same. The dead have left. */
  if (!rushes_client_start_finish (RUSHES_CLIENT (object), result, NULL) &&
      g_ptr_array_find (self->clients, object, &position))
    {
      self->failed = TRUE;
      end_client (self, position, FALSE);
    }
  fill (self);
}

static gboolean
is_starting (RushesReserve *self)
{
  for (guint i = 0; i < self->clients->len; i++)
    if (has_state (self, i, RUSHES_CLIENT_STARTING))
      return TRUE;
  return FALSE;
}

/* One after the other: nobody is to notice, and whoever needs them all at once
 * starts the rest. */
static void
fill (RushesReserve *self)
{
  g_autoptr (RushesClient) client = NULL;

  if (self->launcher == NULL || self->failed || self->resting ||
      self->clients->len >= self->least || is_starting (self) || is_memory_scarce ())
    return;

  client = rushes_client_new (self->launcher, rushes_reserve_make_number (self), self->log_dir);
  add_client (self, client);
  rushes_client_start_async (client, self->start_timeout, start_cb, g_object_ref (self));
}

/* ---- The object ------------------------------------------------------ */

static void
rushes_reserve_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  RushesReserve *self = RUSHES_RESERVE (object);

  switch (id)
    {
    case PROP_IDLE_SECONDS:
      g_value_set_uint (value, self->idle_seconds);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
rushes_reserve_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  RushesReserve *self = RUSHES_RESERVE (object);

  switch (id)
    {
    case PROP_IDLE_SECONDS:
      if (self->idle_seconds != g_value_get_uint (value))
        {
          self->idle_seconds = g_value_get_uint (value);
          g_object_notify_by_pspec (object, pspec);
        }
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
rushes_reserve_finalize (GObject *object)
{
  RushesReserve *self = RUSHES_RESERVE (object);

  rushes_reserve_stop (self);
  g_clear_pointer (&self->clients, g_ptr_array_unref);
  g_clear_pointer (&self->log_dir, g_free);

  G_OBJECT_CLASS (rushes_reserve_parent_class)->finalize (object);
}

static void
rushes_reserve_class_init (RushesReserveClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = rushes_reserve_get_property;
  object_class->set_property = rushes_reserve_set_property;
  object_class->finalize = rushes_reserve_finalize;

  /**
   * RushesReserve:idle-seconds:
   *
   * How long clients stay that nobody wants, from the next time on that somebody
   * does.
   */
  properties[PROP_IDLE_SECONDS] =
      g_param_spec_uint ("idle-seconds", NULL, NULL, 1, G_MAXINT, IDLE_SECONDS,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
rushes_reserve_init (RushesReserve *self)
{
  self->clients = g_ptr_array_new_with_free_func (g_object_unref);
  self->start_timeout = 30;
  self->idle_seconds = IDLE_SECONDS;
}

/**
 * rushes_reserve_new:
 * @log_dir: folder of the clients' logs
 *
 * Returns: (transfer full): an empty reserve that needs a launcher yet
 */
RushesReserve *
rushes_reserve_new (const char *log_dir)
{
  RushesReserve *self;

  g_return_val_if_fail (log_dir != NULL, NULL);

  self = g_object_new (RUSHES_TYPE_RESERVE, NULL);
  self->log_dir = g_strdup (log_dir);
  return self;
}

/**
 * rushes_reserve_set_launcher:
 * @self: a reserve
 * @launcher: how to start clients from now on: on this computer, where they see
 *   all files
 *
 * Clients that were started otherwise end.
 */
void
rushes_reserve_set_launcher (RushesReserve *self, RushesLauncher *launcher)
{
  g_return_if_fail (RUSHES_IS_RESERVE (self));
  g_return_if_fail (RUSHES_IS_LAUNCHER (launcher));
  g_return_if_fail (rushes_launcher_get_slurm (launcher) == NULL);

  if (!g_set_object (&self->launcher, launcher))
    return;
  self->failed = FALSE;
  end_from (self, 0, TRUE);
  fill (self);
}

/**
 * rushes_reserve_set_start_timeout:
 * @self: a reserve
 * @seconds: until a client must be ready; 0: no limit
 */
void
rushes_reserve_set_start_timeout (RushesReserve *self, guint seconds)
{
  g_return_if_fail (RUSHES_IS_RESERVE (self));

  self->start_timeout = seconds;
}

/**
 * rushes_reserve_set_bounds:
 * @self: a reserve
 * @least: how many clients there should be; 0: none is started
 * @most: how many there may be, @least or more
 *
 * To be called again whenever something happens that makes a use of them likely:
 * then they do not leave, or come back if they have left.
 */
void
rushes_reserve_set_bounds (RushesReserve *self, guint least, guint most)
{
  g_return_if_fail (RUSHES_IS_RESERVE (self));
  g_return_if_fail (least <= most);

  if (self->most != most)
    self->failed = FALSE;
  self->least = least;
  self->most = most;
  if (least > 0)
    touch (self);
  end_from (self, most, FALSE);
  fill (self);
}

/**
 * rushes_reserve_make_number:
 * @self: a reserve
 *
 * Returns: the number of the next client, wherever it comes from: those in here
 *   have theirs, and their logs
 */
guint
rushes_reserve_make_number (RushesReserve *self)
{
  g_return_val_if_fail (RUSHES_IS_RESERVE (self), 0);

  return ++self->last_number;
}

/**
 * rushes_reserve_take:
 * @self: a reserve
 * @launcher: how the client must have been started
 *
 * Gives a client away; no other one is started for it. rushes_client_start_async()
 * tells when it is ready, which may be now.
 *
 * Returns: (transfer full) (nullable): a client
 */
RushesClient *
rushes_reserve_take (RushesReserve *self, RushesLauncher *launcher)
{
  RushesClient *client;
  guint position;

  g_return_val_if_fail (RUSHES_IS_RESERVE (self), NULL);
  g_return_val_if_fail (RUSHES_IS_LAUNCHER (launcher), NULL);

  if (launcher != self->launcher || !find_client (self, &position))
    return NULL;

  client = steal_client (self, position);
  self->least = MIN (self->least, self->clients->len);
  return client;
}

static void
release_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RushesReserve) self = user_data;
  RushesClient *client = RUSHES_CLIENT (object);
  g_autoptr (GVariant) reply = rushes_client_call_finish (client, result, NULL);
  guint position;

  /* Whoever has taken it meanwhile loads another scene anyway. */
  if (!g_ptr_array_find (self->clients, client, &position))
    return;
  if (reply == NULL || rushes_client_get_memory (client) > MOST_MEMORY)
    end_client (self, position, FALSE);
  fill (self);
}

/**
 * rushes_reserve_give_back:
 * @self: a reserve
 * @launcher: how the client was started
 * @client: a client that nobody else needs any more
 *
 * Keeps a client for later. It lets go of what it has loaded, and must not be
 * used any more.
 *
 * Returns: whether it is kept; if not, it is as it was
 */
gboolean
rushes_reserve_give_back (RushesReserve *self, RushesLauncher *launcher, RushesClient *client)
{
  g_return_val_if_fail (RUSHES_IS_RESERVE (self), FALSE);
  g_return_val_if_fail (RUSHES_IS_LAUNCHER (launcher), FALSE);
  g_return_val_if_fail (RUSHES_IS_CLIENT (client), FALSE);

  if (launcher != self->launcher || rushes_client_get_state (client) != RUSHES_CLIENT_READY ||
      self->clients->len >= self->most || is_memory_scarce ())
    return FALSE;

  self->failed = FALSE; /* there is a Blender that starts */
  add_client (self, client);
  rushes_client_note (client, "client kept for later");
  rushes_client_call_async (client, "release", NULL, RELEASE_TIMEOUT, release_cb,
                            g_object_ref (self));
  touch (self);
  return TRUE;
}

/**
 * rushes_reserve_stop:
 * @self: a reserve
 *
 * Ends all clients, and starts none until there is a launcher again.
 */
void
rushes_reserve_stop (RushesReserve *self)
{
  g_return_if_fail (RUSHES_IS_RESERVE (self));

  g_clear_handle_id (&self->idle_id, g_source_remove);
  g_clear_object (&self->launcher);
  end_from (self, 0, TRUE);
}

/**
 * rushes_reserve_get_n_clients:
 * @self: a reserve
 *
 * Returns: how many clients can be taken, now or soon
 */
guint
rushes_reserve_get_n_clients (RushesReserve *self)
{
  g_return_val_if_fail (RUSHES_IS_RESERVE (self), 0);

  return self->clients->len;
}

/**
 * rushes_reserve_get_n_ready:
 * @self: a reserve
 *
 * Returns: how many of them need not be waited for
 */
guint
rushes_reserve_get_n_ready (RushesReserve *self)
{
  guint n = 0;

  g_return_val_if_fail (RUSHES_IS_RESERVE (self), 0);

  for (guint i = 0; i < self->clients->len; i++)
    n += has_state (self, i, RUSHES_CLIENT_READY);
  return n;
}
