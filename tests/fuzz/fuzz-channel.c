/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "rushes-channel.h"
#include "rushes-error.h"
#include "test-utils.h"

int LLVMFuzzerTestOneInput (const unsigned char *data, size_t size);

#define MARKER "rushes-client t\n"

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

/* What a client says, from its first byte; behind the marker if the first byte
 * is odd, as a fuzzer would hardly find that. It ends, once, and no reply comes
 * that was not asked for. */
int
LLVMFuzzerTestOneInput (const unsigned char *data, size_t size)
{
  g_autoptr (GInputStream) input = g_memory_input_stream_new ();
  g_autoptr (GOutputStream) output = g_memory_output_stream_new_resizable ();
  g_autoptr (RushesChannel) channel = NULL;
  Conversation self = { 0 };

  if (size == 0 || !rushes_test_is_sound_json (data, size))
    return 0;

  if (data[0] % 2 == 1)
    g_memory_input_stream_add_data (G_MEMORY_INPUT_STREAM (input), MARKER, strlen (MARKER), NULL);
  g_memory_input_stream_add_data (G_MEMORY_INPUT_STREAM (input), g_memdup2 (data + 1, size - 1),
                                  (gssize) size - 1, g_free);

  channel = rushes_channel_new (input, output, "t");
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
