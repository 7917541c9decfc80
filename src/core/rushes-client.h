/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rushes-launcher.h"

G_BEGIN_DECLS

/**
 * RushesClientState:
 * @RUSHES_CLIENT_NEW: not started yet
 * @RUSHES_CLIENT_WAITING: a cluster has no room for it yet
 * @RUSHES_CLIENT_STARTING: Blender is not ready yet
 * @RUSHES_CLIENT_READY: waits for a call
 * @RUSHES_CLIENT_BUSY: a call is under way
 * @RUSHES_CLIENT_STOPPING: on its way out
 * @RUSHES_CLIENT_DEAD: the process is gone
 */
typedef enum
{
  RUSHES_CLIENT_NEW,
  RUSHES_CLIENT_WAITING,
  RUSHES_CLIENT_STARTING,
  RUSHES_CLIENT_READY,
  RUSHES_CLIENT_BUSY,
  RUSHES_CLIENT_STOPPING,
  RUSHES_CLIENT_DEAD,
} RushesClientState;

#define RUSHES_TYPE_CLIENT (rushes_client_get_type ())
G_DECLARE_FINAL_TYPE (RushesClient, rushes_client, RUSHES, CLIENT, GObject)

RushesClient *rushes_client_new (RushesLauncher *launcher, guint number, const char *log_dir);
guint rushes_client_get_number (RushesClient *self);
RushesClientState rushes_client_get_state (RushesClient *self);
const char *rushes_client_get_log_path (RushesClient *self);
const char *rushes_client_get_blender_version (RushesClient *self);
const char *rushes_client_get_node (RushesClient *self);
gboolean rushes_client_is_on_cluster (RushesClient *self);
const char *rushes_client_get_situation (RushesClient *self);
gint64 rushes_client_get_pid (RushesClient *self);
guint64 rushes_client_get_memory (RushesClient *self);
const GError *rushes_client_get_cause (RushesClient *self);
char *rushes_client_get_evidence (RushesClient *self);
void rushes_client_note (RushesClient *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

void rushes_client_start_async (RushesClient *self,
                                guint timeout,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean rushes_client_start_finish (RushesClient *self, GAsyncResult *result, GError **error);
gboolean rushes_client_can_call (RushesClient *self);
void rushes_client_call_async (RushesClient *self,
                               const char *method,
                               GVariant *params,
                               guint timeout,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
void rushes_client_set_timeout (RushesClient *self, guint timeout);
GVariant *rushes_client_call_finish (RushesClient *self, GAsyncResult *result, GError **error);
void rushes_client_stop (RushesClient *self, gboolean now);
void rushes_client_dismiss (RushesClient *self, const GError *cause);

GError *rushes_client_explain_death (int wait_status, gboolean oom);

G_END_DECLS
