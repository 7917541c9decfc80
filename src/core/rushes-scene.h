/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rushes-blanks.h"
#include "rushes-frames.h"
#include "rushes-info.h"
#include "rushes-output.h"
#include "rushes-report.h"
#include "rushes-settings.h"
#include "rushes-trust.h"

G_BEGIN_DECLS

/**
 * RushesSceneState:
 * @RUSHES_SCENE_QUEUED: its turn has not come
 * @RUSHES_SCENE_LOADING: its folder and its frames are being found out
 * @RUSHES_SCENE_RENDERING: its frames are known
 * @RUSHES_SCENE_FINISHED: every frame is done or given up
 * @RUSHES_SCENE_FAILED: it cannot be rendered at all
 * @RUSHES_SCENE_STOPPED: the user stopped it before the end
 */
typedef enum
{
  RUSHES_SCENE_QUEUED,
  RUSHES_SCENE_LOADING,
  RUSHES_SCENE_RENDERING,
  RUSHES_SCENE_FINISHED,
  RUSHES_SCENE_FAILED,
  RUSHES_SCENE_STOPPED,
} RushesSceneState;

#define RUSHES_TYPE_SCENE (rushes_scene_get_type ())
G_DECLARE_FINAL_TYPE (RushesScene, rushes_scene, RUSHES, SCENE, GObject)

RushesScene *rushes_scene_new (const char *path, RushesSettings *settings);
const char *rushes_scene_get_path (RushesScene *self);
const char *rushes_scene_get_name (RushesScene *self);
RushesSettings *rushes_scene_get_settings (RushesScene *self);
RushesSettings *rushes_scene_get_applied_settings (RushesScene *self);
const char *rushes_scene_get_folder (RushesScene *self);
void rushes_scene_set_folder (RushesScene *self, const char *folder);
RushesSceneState rushes_scene_get_state (RushesScene *self);
gboolean rushes_scene_is_ended (RushesScene *self);
gboolean rushes_scene_is_startable (RushesScene *self);
const GError *rushes_scene_get_error (RushesScene *self);
const RushesInfo *rushes_scene_get_info (RushesScene *self);
RushesOutput *rushes_scene_get_output (RushesScene *self);
RushesOutput *rushes_scene_steal_left_output (RushesScene *self);
RushesFrames *rushes_scene_get_frames (RushesScene *self);
RushesBlanks *rushes_scene_get_blanks (RushesScene *self);
double rushes_scene_get_progress (RushesScene *self);
guint rushes_scene_get_n_frames (RushesScene *self);
guint rushes_scene_get_n_done (RushesScene *self);
guint rushes_scene_get_n_failed (RushesScene *self);
guint rushes_scene_get_n_kept (RushesScene *self);
double rushes_scene_get_seconds (RushesScene *self);
double rushes_scene_get_seconds_left (RushesScene *self);
double rushes_scene_get_rate (RushesScene *self);
char *rushes_scene_get_newest_file (RushesScene *self);
RushesExisting rushes_scene_get_existing (RushesScene *self);
void rushes_scene_set_existing (RushesScene *self, RushesExisting existing);
gboolean rushes_scene_get_paused (RushesScene *self);
void rushes_scene_set_paused (RushesScene *self, gboolean paused);
gboolean rushes_scene_get_in_use (RushesScene *self);
void rushes_scene_set_in_use (RushesScene *self, gboolean in_use);
guint rushes_scene_get_n_clients (RushesScene *self);
void rushes_scene_set_n_clients (RushesScene *self, guint n_clients);

const RushesReport *rushes_scene_get_report (RushesScene *self);
const GError *rushes_scene_get_report_error (RushesScene *self);
const GError *rushes_scene_get_plan_error (RushesScene *self);
void rushes_scene_set_report (RushesScene *self, const RushesReport *report, const GError *error);

gboolean rushes_scene_get_trusted (RushesScene *self);
void rushes_scene_set_trusted (RushesScene *self, gboolean trusted);
const char *rushes_scene_get_applied_trust (RushesScene *self);

void rushes_scene_open_async (RushesScene *self,
                              RushesTrust *trust,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean rushes_scene_open_finish (RushesScene *self, GAsyncResult *result, GError **error);
void rushes_scene_bind_async (RushesScene *self,
                              const RushesInfo *info,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean rushes_scene_bind_finish (RushesScene *self, GAsyncResult *result, GError **error);

gboolean rushes_scene_take_frame (RushesScene *self, guint client, guint *index);
void rushes_scene_report_frame (RushesScene *self, guint index, double fraction);
void rushes_scene_finish_frame (RushesScene *self, guint index, double seconds, RushesBlank blank);
void rushes_scene_give_back_frame (RushesScene *self, guint index);
gboolean rushes_scene_fail_frame (RushesScene *self,
                                  guint index,
                                  guint client,
                                  guint max_attempts,
                                  const GError *error,
                                  const char *log,
                                  const char *evidence);
gboolean rushes_scene_settle (RushesScene *self);
void rushes_scene_fail (RushesScene *self, const GError *error);
void rushes_scene_stop (RushesScene *self);
void rushes_scene_requeue (RushesScene *self);
void rushes_scene_retry_failed (RushesScene *self);
void rushes_scene_redo_blanks (RushesScene *self);

JsonNode *rushes_scene_to_json (RushesScene *self);
RushesScene *rushes_scene_from_json (JsonNode *node, GError **error);

G_END_DECLS
