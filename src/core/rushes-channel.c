/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>

#include "rushes-channel.h"
#include "rushes-error.h"
#include "rushes-fd-watch.h"
#include "rushes-json.h"

#define MARKER_PREFIX "rushes-client "

#define LENGTH_FIELD  "Content-Length:"
#define END_OF_HEADER "\r\n\r\n"

/* The header of a message is two short lines, and most messages are a few hundred
 * bytes; what is longer than these comes from no client of ours. */
#define MAX_HEADER_BYTES  (64 * 1024)
#define MAX_MESSAGE_BYTES (16 * 1024 * 1024)
#define BLOCK_BYTES       4096

/**
 * RushesChannel:
 *
 * What is said between us and a client: noise up to a marker line, then
 * JSON-RPC 2.0 with Content-Length framing; calls are answered in their order.
 * It knows two pipes and the protocol; it knows no process and no time.
 *
 * jsonrpc-glib is not used: it reads a message in half a dozen turns of the main
 * loop and writes one in a thread, which costs more than all the rest of a call; it
 * turns an error reply into text, and warns on the terminal about what a client of
 * ours must not say.
 */
struct _RushesChannel
{
  GObject parent_instance;
  GUnixInputStream *input;   /* (owned) */
  GUnixOutputStream *output; /* (owned) */
  RushesFdWatch *reading;    /* (owned) (nullable): holds a reference to this */
  RushesFdWatch *writing;    /* (owned) (nullable): while the client takes no more; likewise */
  GByteArray *incoming;      /* (owned): what was read and not handled */
  JsonParser *parser;        /* (owned) */
  GString *outgoing;         /* (owned): what is to be written */
  gboolean hanging_up;       /* when that is written */
  char *marker;              /* (owned): the line that begins the protocol */
  gboolean opened;           /* it has come */
  gint64 last_id;
  guint n_calls; /* so many replies are awaited, the last one to last_id */
};

enum
{
  NOISE,
  OPENED,
  REPLY,
  PROGRESS,
  LOG,
  ENDED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (RushesChannel, rushes_channel, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

static void
stop_watch (RushesChannel *self, RushesFdWatch **watch)
{
  if (*watch == NULL)
    return;
  g_clear_pointer (watch, rushes_fd_watch_free);
  g_object_unref (self);
}

static void
end (RushesChannel *self, const GError *error)
{
  self->n_calls = 0;
  stop_watch (self, &self->reading);
  g_signal_emit (self, signals[ENDED], 0, error);
}

/* What arrives cannot come from a client that is in order. */
static void
end_for_nonsense (RushesChannel *self)
{
  g_autoptr (GError) error =
      g_error_new (RUSHES_ERROR, RUSHES_ERROR_PROTOCOL,
                   _ ("Blender's answer makes no sense; an add-on may disturb it"));

  end (self, error);
}

/* ---- Messages -------------------------------------------------------- */

/* The codes that blender/rushes/errors.py sends. */
static RushesError
error_from_code (gint64 code)
{
  switch (code)
    {
    case 1:
      return RUSHES_ERROR_LOAD_FAILED;
    case 2:
      return RUSHES_ERROR_NO_CAMERA;
    case 3:
      return RUSHES_ERROR_RENDER_FAILED;
    case 4:
      return RUSHES_ERROR_OUT_OF_RANGE;
    case 5:
      return RUSHES_ERROR_UNSUPPORTED;
    case 6:
      return RUSHES_ERROR_DISK_FULL;
    case 8:
      return RUSHES_ERROR_NOT_WRITABLE;
    case 9:
      return RUSHES_ERROR_GPU_FAILED;
    case 10:
      return RUSHES_ERROR_OUT_OF_MEMORY;
    case 11:
      return RUSHES_ERROR_NOT_SHARED;
    case 12:
      return RUSHES_ERROR_SCRIPTS_BLOCKED;
    case 13:
      return RUSHES_ERROR_FILE_CHANGED;
    case -32602:
      return RUSHES_ERROR_INVALID;
    default:
      return RUSHES_ERROR_PROTOCOL;
    }
}

/* A reply belongs to the oldest call under way. */
static gboolean
handle_reply (RushesChannel *self, JsonObject *message)
{
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GError) error = NULL;
  JsonNode *result = json_object_get_member (message, "result");
  JsonObject *failure = rushes_json_get_object (message, "error");

  if (self->n_calls == 0 ||
      rushes_json_get_int (message, "id", 0) != self->last_id - self->n_calls + 1)
    return FALSE;

  if (result != NULL && JSON_NODE_HOLDS_OBJECT (result))
    {
      value = json_gvariant_deserialize (result, NULL, NULL);
      if (value == NULL)
        return FALSE;
      g_variant_ref_sink (value);
    }
  else if (failure != NULL)
    {
      const char *text = rushes_json_get_string (failure, "message");

      error = g_error_new_literal (RUSHES_ERROR,
                                   (int) error_from_code (rushes_json_get_int (failure, "code", 0)),
                                   text != NULL ? text : "");
    }
  else
    return FALSE;

  self->n_calls--;
  g_signal_emit (self, signals[REPLY], 0, value, error);
  return TRUE;
}

static gboolean
handle_progress (RushesChannel *self, JsonObject *params)
{
  gint64 frame = rushes_json_get_int (params, "frame", -1);
  double fraction = rushes_json_get_double (params, "fraction", -1);

  if (!(fraction >= 0 && fraction <= 1) || frame < 0 || frame > G_MAXUINT)
    return FALSE;

  g_signal_emit (self, signals[PROGRESS], 0, (guint) frame, fraction);
  return TRUE;
}

static gboolean
handle_notification (RushesChannel *self, const char *method, JsonObject *message)
{
  JsonObject *params = rushes_json_get_object (message, "params");
  const char *text;

  if (params == NULL)
    return FALSE;
  if (g_str_equal (method, "progress"))
    return handle_progress (self, params);
  if (g_str_equal (method, "log"))
    {
      text = rushes_json_get_string (params, "message");
      if (text == NULL)
        return FALSE;
      g_signal_emit (self, signals[LOG], 0, text);
    }

  /* A newer client may have more to tell. */
  return TRUE;
}

static gboolean
handle_message (RushesChannel *self, JsonNode *message)
{
  JsonObject *members = JSON_NODE_HOLDS_OBJECT (message) ? json_node_get_object (message) : NULL;
  const char *method;

  if (members == NULL)
    return FALSE;
  method = rushes_json_get_string (members, "method");
  if (method != NULL)
    return handle_notification (self, method, members);
  return handle_reply (self, members);
}

/* Gives the first message of what was read, and its size with its header; or %NULL
 * when not all of it is there. Returns whether it makes sense so far. */
static gboolean
find_message (RushesChannel *self, JsonNode **message, gsize *size)
{
  const char *bytes = (const char *) self->incoming->data;
  gsize available = self->incoming->len, header;
  const char *end = memmem (bytes, available, END_OF_HEADER, strlen (END_OF_HEADER));
  const char *field;
  g_autofree char *number = NULL;
  guint64 length;

  *message = NULL;
  if (end == NULL)
    return available < MAX_HEADER_BYTES;
  field = memmem (bytes, (gsize) (end - bytes), LENGTH_FIELD, strlen (LENGTH_FIELD));
  if (field == NULL)
    return FALSE;

  field += strlen (LENGTH_FIELD);
  number = g_strndup (field, (gsize) (end - field));
  length = g_ascii_strtoull (number, NULL, 10);
  header = (gsize) (end - bytes) + strlen (END_OF_HEADER);
  if (length > MAX_MESSAGE_BYTES)
    return FALSE;
  if (available < header + length)
    return TRUE;

  bytes += header;
  if (!rushes_json_is_flat (bytes, length) || !rushes_json_is_sound (bytes, length) ||
      !g_utf8_validate_len (bytes, length, NULL) ||
      !json_parser_load_from_data (self->parser, bytes, (gssize) length, NULL))
    return FALSE;
  *message = json_parser_steal_root (self->parser);
  if (*message == NULL)
    return FALSE;
  *size = header + length;

  return TRUE;
}

/* Forgets the first @size bytes of what was read. */
static void
drop_incoming (RushesChannel *self, gsize size)
{
  if (size < self->incoming->len)
    g_byte_array_remove_range (self->incoming, 0, (guint) size);
  else
    g_byte_array_set_size (self->incoming, 0);
}

static void
handle_messages (RushesChannel *self)
{
  gsize size;

  while (self->reading != NULL && self->incoming->len > 0)
    {
      g_autoptr (JsonNode) message = NULL;
      gboolean makes_sense = find_message (self, &message, &size);

      if (makes_sense && message == NULL)
        break;
      /* Before anybody hears of it, who may read on. */
      if (makes_sense)
        drop_incoming (self, size);
      if (!makes_sense || !handle_message (self, message))
        end_for_nonsense (self);
    }
}

/* ---- Noise ----------------------------------------------------------- */

/* Emits the first @length bytes of what was read. */
static void
emit_noise (RushesChannel *self, gsize length)
{
  g_autoptr (GBytes) bytes = NULL;

  if (length == 0)
    return;
  bytes = g_bytes_new (self->incoming->data, length);
  g_signal_emit (self, signals[NOISE], 0, bytes);
}

/* Passes on what is certainly not the marker. */
static void
handle_noise (RushesChannel *self)
{
  gsize available = self->incoming->len, length = strlen (self->marker), noise;
  const guint8 *found = memmem (self->incoming->data, available, self->marker, length);

  /* The marker may be cut by the end of what has come. */
  if (found != NULL)
    noise = (gsize) (found - self->incoming->data);
  else
    noise = available >= length ? available - length + 1 : 0;

  emit_noise (self, noise);
  drop_incoming (self, found != NULL ? noise + length : noise);
  if (found == NULL || self->reading == NULL)
    return;

  self->opened = TRUE;
  rushes_fd_watch_set_priority (self->reading, G_PRIORITY_DEFAULT);
  g_signal_emit (self, signals[OPENED], 0);
  handle_messages (self);
}

/* ---- Reading --------------------------------------------------------- */

static void
readable_cb (gpointer user_data)
{
  g_autoptr (RushesChannel) self = g_object_ref (user_data);
  char block[BLOCK_BYTES];
  gssize n = read (g_unix_input_stream_get_fd (self->input), block, sizeof block);

  if (n > 0)
    {
      g_byte_array_append (self->incoming, (const guint8 *) block, (guint) n);
      if (self->opened)
        handle_messages (self);
      else
        handle_noise (self);
    }
  else if (n == 0 || (errno != EAGAIN && errno != EINTR))
    {
      /* The rest, too short for a marker: often the words that explain the end. */
      if (!self->opened)
        emit_noise (self, self->incoming->len);
      end (self, NULL);
    }
}

/* ---- Calls ----------------------------------------------------------- */

/* Returns whether somebody is there to hear it. */
static gboolean
write_some (RushesChannel *self)
{
  gssize n =
      write (g_unix_output_stream_get_fd (self->output), self->outgoing->str, self->outgoing->len);

  if (n > 0)
    g_string_erase (self->outgoing, 0, n);
  return n >= 0 || errno == EAGAIN || errno == EINTR;
}

static void
all_is_written (RushesChannel *self)
{
  stop_watch (self, &self->writing);
  if (!self->hanging_up || self->output == NULL)
    return;
  g_output_stream_close (G_OUTPUT_STREAM (self->output), NULL, NULL);
  g_clear_object (&self->output);
}

static void
writable_cb (gpointer user_data)
{
  g_autoptr (RushesChannel) self = g_object_ref (user_data);
  gboolean is_heard = write_some (self);

  /* Whoever does not hear the one message hears no other. */
  if (!is_heard)
    g_string_truncate (self->outgoing, 0);
  if (self->outgoing->len == 0)
    all_is_written (self);
  if (!is_heard && self->reading != NULL)
    end (self, NULL);
}

/* A client that waits for a call takes it at once; what a busy one does not take is
 * written when it does. That nobody hears it is found out then, too: whoever calls
 * is not told of the end in the midst of it. */
static void
write_outgoing (RushesChannel *self)
{
  if (self->writing != NULL)
    return;
  if (self->outgoing->len == 0 || (write_some (self) && self->outgoing->len == 0))
    all_is_written (self);
  else
    self->writing = rushes_fd_watch_new (g_unix_output_stream_get_fd (self->output), G_IO_OUT,
                                         G_PRIORITY_DEFAULT, writable_cb, g_object_ref (self));
}

/**
 * rushes_channel_open:
 * @self: a new channel
 *
 * Begins to read: #RushesChannel::noise until the marker, then
 * #RushesChannel::opened.
 */
void
rushes_channel_open (RushesChannel *self)
{
  g_return_if_fail (RUSHES_IS_CHANNEL (self));
  g_return_if_fail (self->reading == NULL);

  /* Not before the messages of other clients: one that prints without end must not
   * hold them up. */
  self->reading = rushes_fd_watch_new (g_unix_input_stream_get_fd (self->input), G_IO_IN,
                                       G_PRIORITY_LOW, readable_cb, g_object_ref (self));
}

/**
 * rushes_channel_call:
 * @self: an open channel
 * @method: a verb of the protocol, in plain letters
 * @params: (nullable): its named parameters, a{sv}; a floating reference is taken
 *
 * Calls a verb; #RushesChannel::reply or #RushesChannel::ended follows. The
 * client comes to it when it has answered the calls before.
 */
void
rushes_channel_call (RushesChannel *self, const char *method, GVariant *params)
{
  g_autoptr (GVariant) members =
      g_variant_ref_sink (params != NULL ? params : g_variant_new ("a{sv}", NULL));
  g_autofree char *text = NULL;
  g_autofree char *message = NULL;

  g_return_if_fail (RUSHES_IS_CHANNEL (self));
  g_return_if_fail (method != NULL);
  g_return_if_fail (!self->hanging_up);

  self->n_calls++;
  text = json_gvariant_serialize_data (members, NULL);
  message = g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":%" G_GINT64_FORMAT
                             ",\"method\":\"%s\",\"params\":%s}",
                             ++self->last_id, method, text);
  g_string_append_printf (self->outgoing, LENGTH_FIELD " %" G_GSIZE_FORMAT END_OF_HEADER "%s",
                          strlen (message), message);
  write_outgoing (self);
}

/**
 * rushes_channel_hang_up:
 * @self: a channel
 *
 * Closes the pipe to the client when all calls are written, which tells it to
 * leave. What it still says is heard.
 */
void
rushes_channel_hang_up (RushesChannel *self)
{
  g_return_if_fail (RUSHES_IS_CHANNEL (self));

  self->hanging_up = TRUE;
  write_outgoing (self);
}

/**
 * rushes_channel_close:
 * @self: a channel
 *
 * Stops listening, and speaking; no signal follows. The pipes stay open.
 */
void
rushes_channel_close (RushesChannel *self)
{
  g_return_if_fail (RUSHES_IS_CHANNEL (self));

  stop_watch (self, &self->reading);
  stop_watch (self, &self->writing);
}

/**
 * rushes_channel_is_reading:
 * @self: a channel
 *
 * Returns: whether something may still be heard from it
 */
gboolean
rushes_channel_is_reading (RushesChannel *self)
{
  g_return_val_if_fail (RUSHES_IS_CHANNEL (self), FALSE);

  return self->reading != NULL;
}

/* ---- The object ------------------------------------------------------ */

static void
rushes_channel_finalize (GObject *object)
{
  RushesChannel *self = RUSHES_CHANNEL (object);

  g_clear_object (&self->input);
  g_byte_array_unref (self->incoming);
  g_clear_object (&self->parser);
  g_clear_object (&self->output);
  g_string_free (self->outgoing, TRUE);
  g_clear_pointer (&self->marker, g_free);

  G_OBJECT_CLASS (rushes_channel_parent_class)->finalize (object);
}

static void
rushes_channel_class_init (RushesChannelClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rushes_channel_finalize;

  /**
   * RushesChannel::noise:
   * @self: the channel
   * @bytes: what was printed before the marker
   */
  signals[NOISE] = g_signal_new ("noise", RUSHES_TYPE_CHANNEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 1, G_TYPE_BYTES);
  /**
   * RushesChannel::opened:
   * @self: the channel
   *
   * The marker has come: calls are possible.
   */
  signals[OPENED] = g_signal_new ("opened", RUSHES_TYPE_CHANNEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);
  /**
   * RushesChannel::reply:
   * @self: the channel
   * @result: (nullable): what the call gave, a{sv}
   * @error: (nullable): why it gave nothing
   */
  signals[REPLY] = g_signal_new ("reply", RUSHES_TYPE_CHANNEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 2, G_TYPE_VARIANT, G_TYPE_ERROR);
  /**
   * RushesChannel::progress:
   * @self: the channel
   * @frame: the frame in hand
   * @fraction: how much of it is rendered, 0 to 1
   */
  signals[PROGRESS] = g_signal_new ("progress", RUSHES_TYPE_CHANNEL, G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_DOUBLE);
  /**
   * RushesChannel::log:
   * @self: the channel
   * @text: what the client wants in its log
   */
  signals[LOG] = g_signal_new ("log", RUSHES_TYPE_CHANNEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 1, G_TYPE_STRING);
  /**
   * RushesChannel::ended:
   * @self: the channel
   * @error: (nullable): %RUSHES_ERROR_PROTOCOL if what came made no sense;
   *   %NULL if a pipe came to its end
   */
  signals[ENDED] = g_signal_new ("ended", RUSHES_TYPE_CHANNEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
rushes_channel_init (RushesChannel *self)
{
  self->incoming = g_byte_array_new ();
  self->parser = json_parser_new ();
  self->outgoing = g_string_new (NULL);
}

/**
 * rushes_channel_new:
 * @input: what the client says: a pipe, which is made not to block
 * @output: where to speak to it: likewise
 * @token: the random word that its marker line must carry
 *
 * Returns: (transfer full): a channel that is not open yet
 */
RushesChannel *
rushes_channel_new (GUnixInputStream *input, GUnixOutputStream *output, const char *token)
{
  RushesChannel *self;

  g_return_val_if_fail (G_IS_UNIX_INPUT_STREAM (input), NULL);
  g_return_val_if_fail (G_IS_UNIX_OUTPUT_STREAM (output), NULL);
  g_return_val_if_fail (token != NULL, NULL);

  self = g_object_new (RUSHES_TYPE_CHANNEL, NULL);
  self->input = g_object_ref (input);
  self->output = g_object_ref (output);
  /* A pipe that takes something need not take all of it, and a client that is
   * busy does not read. */
  g_unix_set_fd_nonblocking (g_unix_input_stream_get_fd (input), TRUE, NULL);
  g_unix_set_fd_nonblocking (g_unix_output_stream_get_fd (output), TRUE, NULL);
  self->marker = g_strdup_printf (MARKER_PREFIX "%s\n", token);

  return self;
}
