/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gunixinputstream.h>

G_BEGIN_DECLS

#define RUSHES_TYPE_LOG (rushes_log_get_type ())
G_DECLARE_FINAL_TYPE (RushesLog, rushes_log, RUSHES, LOG, GObject)

RushesLog *rushes_log_new (const char *path, GError **error);
const char *rushes_log_get_path (RushesLog *self);
char *rushes_log_make_run_dir (const char *base);
void rushes_log_append (RushesLog *self, const void *data, gsize size);
void rushes_log_note (RushesLog *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
void rushes_log_drain (RushesLog *self, GUnixInputStream *pipe);
void rushes_log_flush (RushesLog *self);
char *rushes_log_get_tail (RushesLog *self);

G_END_DECLS
