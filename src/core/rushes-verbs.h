/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rushes-client.h"
#include "rushes-settings.h"

G_BEGIN_DECLS

/**
 * RushesCall:
 * @method: a verb of the protocol
 * @params: its named parameters, a{sv}
 */
typedef struct
{
  const char *method;
  GVariant *params;
} RushesCall;

GPtrArray *rushes_verbs_for_load (const char *blend_path,
                                  const char *root,
                                  RushesSettings *settings,
                                  const char *trusted);
void rushes_verbs_add_access (GPtrArray *calls,
                              const char *blend_path,
                              guint64 size,
                              const char *root,
                              const char *witness);
GVariant *rushes_verbs_for_frame (guint frame, GVariant *files);
void rushes_verbs_run_async (RushesClient *client,
                             GPtrArray *calls,
                             guint timeout,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
GVariant *rushes_verbs_run_finish (RushesClient *client, GAsyncResult *result, GError **error);

G_END_DECLS
