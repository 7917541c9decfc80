/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rushes-client.h"
#include "rushes-jobs.h"
#include "rushes-scene.h"
#include "rushes-scheduler.h"

G_BEGIN_DECLS

/* For #RushesPool:frame-timeout. */
#define RUSHES_FRAME_TIMEOUT_AUTO G_MAXUINT

#define RUSHES_TYPE_POOL (rushes_pool_get_type ())
G_DECLARE_FINAL_TYPE (RushesPool, rushes_pool, RUSHES, POOL, GObject)

void rushes_pool_set_trust (RushesPool *self, RushesTrust *trust);
RushesPool *rushes_pool_new (RushesLauncher *launcher, GListModel *scenes, const char *log_dir);
void rushes_pool_set_place (RushesPool *self, RushesLauncher *launcher, guint jobs);
void rushes_pool_run_async (RushesPool *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean rushes_pool_run_finish (RushesPool *self, GAsyncResult *result, GError **error);
void rushes_pool_drain (RushesPool *self);
void rushes_pool_stop (RushesPool *self);
void rushes_pool_resume (RushesPool *self);
void rushes_pool_reconsider (RushesPool *self);
guint rushes_pool_get_n_clients (RushesPool *self);
char *rushes_pool_explain_jobs (RushesPool *self);
const GError *rushes_pool_get_lost_place (RushesPool *self);
const GError *rushes_pool_get_trouble (RushesPool *self);
double rushes_pool_get_rate (RushesPool *self);
double rushes_pool_get_seconds_left (RushesPool *self);
double rushes_pool_estimate (RushesPool *self, double n_frames);

G_END_DECLS
