/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* A manager's inside, shared by its three files: the manager itself has what is shown
 * of it and what is kept, rushes-manager-queue.c what happens to scenes,
 * rushes-manager-run.c rendering them. */

#include "rushes-manager.h"
#include "rushes-store.h"

G_BEGIN_DECLS

struct _RushesManager
{
  GObject parent_instance;

  RushesQueue *queue;         /* (owned) */
  RushesStore *store;         /* (owned) */
  RushesInspector *inspector; /* (owned) */
  RushesReserve *reserve;     /* (owned) */
  RushesLauncher *launcher;   /* (owned): of the clients of the next run */
  RushesTrust *trust;         /* (owned) */
  GListStore *activities;     /* (owned) (element-type RushesActivity) */
  char *log_dir;              /* (owned): of this session */
  RushesCluster *cluster;     /* (owned) */
  RushesRuns *runs;           /* (owned): those that a cluster renders without us */
  RushesPool *pool;           /* (owned) (nullable): while it runs */
  RushesLauncher *on_cluster; /* (owned) (nullable): that of its clients there */
  RushesManagerState state;
  gboolean by_user; /* who ended the scene that ended last */
  GError *error;    /* (owned) (nullable): why the last run could not be */
  RushesTotals totals;
  guint refresh_id;

  char *blender;       /* (owned) (nullable): %NULL: the one on the search path */
  char *output_folder; /* (owned) (nullable): %NULL: beside each scene */
  guint jobs;
  gboolean jobs_auto;
  RushesOrder order;
  guint start_timeout;
  guint frame_timeout;
  gboolean frame_timeout_auto;
  guint max_attempts;
  gboolean factory_startup;
  gboolean sandbox;
  gboolean keep_ready;
};

void manager_set_state (RushesManager *self, RushesManagerState state);
void manager_refresh (RushesManager *self);
void manager_refresh_later (RushesManager *self);
void manager_emit_warning (RushesManager *self, RushesScene *scene, const char *text);
void manager_emit_run_ended (RushesManager *self, gboolean by_user);

guint manager_get_jobs (RushesManager *self);
guint manager_get_frame_timeout (RushesManager *self);
void manager_update_reserve (RushesManager *self);
void manager_renew_launchers (RushesManager *self);
void manager_cluster_changed (RushesManager *self);
void manager_cluster_jobs_changed (RushesManager *self);
void manager_reconsider (RushesManager *self);

G_END_DECLS
