/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "rushes-channel.h"
#include "rushes-error.h"
#include "test-utils.h"

int LLVMFuzzerTestOneInput (const unsigned char *data, size_t size);

#define MARKER "rushes-client t\n"

/* What a pipe can hold without a reader. */
#define MAX_BYTES (1024 * 1024)

typedef struct
{
  RushesChannel *channel;
  gboolean opened;
  gboolean ended;
  guint calls;
} Conversation;

static void
call (Conversation *self)
{
  self->calls++;
  rushes_channel_call (self->channel, "x", NULL);
}

static void
opened_cb (Conversation *self)
{
  g_assert_false (self->opened);
  g_assert_false (self->ended);
  self->opened = TRUE;
  call (self);
}

static void
reply_cb (Conversation *self, GVariant *result, const GError *error)
{
  g_assert_true (self->opened);
  g_assert_false (self->ended);
  g_assert_true ((result == NULL) != (error == NULL));
  if (result != NULL)
    g_assert_true (g_variant_is_of_type (result, G_VARIANT_TYPE_VARDICT));
  else
    g_assert_true (error->domain == RUSHES_ERROR);
  call (self);
}

static void
progress_cb (Conversation *self, guint frame, double fraction)
{
  g_assert_true (self->opened);
  g_assert_true (fraction >= 0 && fraction <= 1);
}

static void
ended_cb (Conversation *self, const GError *error)
{
  g_assert_false (self->ended);
  self->ended = TRUE;
  if (error != NULL)
    g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_PROTOCOL);
}

static void
put (int fd, const void *bytes, size_t size)
{
  g_assert_cmpint (write (fd, bytes, size), ==, (gssize) size);
}

/* What a client says, from its first byte; behind the marker if the first byte
 * is odd, as a fuzzer would hardly find that. It ends, once, and no reply comes
 * that was not asked for. */
int
LLVMFuzzerTestOneInput (const unsigned char *data, size_t size)
{
  g_autoptr (GInputStream) input = NULL;
  g_autoptr (GOutputStream) output = NULL;
  g_autoptr (RushesChannel) channel = NULL;
  int fds[2];
  Conversation self = { 0 };

  if (size == 0 || size + strlen (MARKER) > MAX_BYTES || !rushes_test_is_sound_json (data, size))
    return 0;

  g_assert_cmpint (pipe (fds), ==, 0);
  g_assert_cmpint (fcntl (fds[1], F_SETPIPE_SZ, MAX_BYTES), >=, MAX_BYTES);
  input = g_unix_input_stream_new (fds[0], TRUE);
  output = g_unix_output_stream_new (open ("/dev/null", O_WRONLY), TRUE);
  if (data[0] % 2 == 1)
    put (fds[1], MARKER, strlen (MARKER));
  put (fds[1], data + 1, size - 1);
  close (fds[1]);

  channel = rushes_channel_new (G_UNIX_INPUT_STREAM (input), G_UNIX_OUTPUT_STREAM (output), "t");
  self.channel = channel;
  g_signal_connect_swapped (channel, "opened", G_CALLBACK (opened_cb), &self);
  g_signal_connect_swapped (channel, "reply", G_CALLBACK (reply_cb), &self);
  g_signal_connect_swapped (channel, "progress", G_CALLBACK (progress_cb), &self);
  g_signal_connect_swapped (channel, "ended", G_CALLBACK (ended_cb), &self);
  rushes_channel_open (channel);
  while (!self.ended)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;

  g_signal_handlers_disconnect_by_data (channel, &self);
  return 0;
}
