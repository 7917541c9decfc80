/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>

G_BEGIN_DECLS

#define RUSHES_TYPE_CHANNEL (rushes_channel_get_type ())
G_DECLARE_FINAL_TYPE (RushesChannel, rushes_channel, RUSHES, CHANNEL, GObject)

RushesChannel *
rushes_channel_new (GUnixInputStream *input, GUnixOutputStream *output, const char *token);
void rushes_channel_open (RushesChannel *self);
void rushes_channel_call (RushesChannel *self, const char *method, GVariant *params);
void rushes_channel_hang_up (RushesChannel *self);
void rushes_channel_close (RushesChannel *self);
gboolean rushes_channel_is_reading (RushesChannel *self);

G_END_DECLS
