/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rushes-launcher.h"
#include "rushes-scene.h"

G_BEGIN_DECLS

#define RUSHES_TYPE_INSPECTOR (rushes_inspector_get_type ())
G_DECLARE_FINAL_TYPE (RushesInspector, rushes_inspector, RUSHES, INSPECTOR, GObject)

RushesInspector *rushes_inspector_new (const char *log_dir);
void rushes_inspector_set_trust (RushesInspector *self, RushesTrust *trust);
void rushes_inspector_set_launcher (RushesInspector *self, RushesLauncher *launcher);
void rushes_inspector_set_start_timeout (RushesInspector *self, guint seconds);
void rushes_inspector_add (RushesInspector *self, RushesScene *scene);
void rushes_inspector_remove (RushesInspector *self, RushesScene *scene);
void rushes_inspector_preview_async (RushesInspector *self,
                                     const char *path,
                                     const char *target,
                                     guint size,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
gboolean
rushes_inspector_preview_finish (RushesInspector *self, GAsyncResult *result, GError **error);
void rushes_inspector_stop (RushesInspector *self);
gboolean rushes_inspector_is_running (RushesInspector *self);
gboolean rushes_inspector_is_starting (RushesInspector *self);

G_END_DECLS
