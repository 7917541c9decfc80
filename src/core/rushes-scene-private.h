/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* A scene's inside, shared by its three files: the scene itself has what is shown of
 * it, rushes-scene-work.c what happens to it, rushes-scene-saved.c what outlives the
 * program. */

#include "rushes-estimator.h"
#include "rushes-scene.h"

G_BEGIN_DECLS

typedef struct
{
  guint frames;
  guint done;
  guint failed;
} SceneCounts;

/* What those who listen know. */
typedef struct
{
  SceneCounts counts;
  double progress;
  int newest; /* frame number; negative: none yet */
  gboolean saved_newest;
} SceneTold;

struct _RushesScene
{
  GObject parent_instance;

  char *path;               /* (owned) absolute */
  char *name;               /* (owned) */
  char *folder;             /* (owned) (nullable): absolute; of its results */
  RushesSettings *settings; /* (owned) */
  RushesSettings *applied;  /* (owned) (nullable): what it is being rendered with */
  char *applied_trust;      /* (owned) (nullable): hash of what it may run meanwhile */
  RushesExisting existing;
  RushesSceneState state;
  GError *error;          /* (owned) (nullable): since %RUSHES_SCENE_FAILED */
  RushesReport *report;   /* (owned) (nullable): since it was inspected */
  GError *report_error;   /* (owned) (nullable): why it could not be */
  guint n_planned;        /* frames that the report and the settings promise; 0: not known */
  GError *plan_error;     /* (owned) (nullable): why these settings cannot be */
  RushesInfo *info;       /* (owned) (nullable): since it was bound */
  RushesOutput *output;   /* (owned) (nullable): while it is worked on */
  RushesOutput *left;     /* (owned) (nullable): likewise, of work that has ended and
                             that rushes_output_finish() is to be called for */
  RushesFrames *frames;   /* (owned) (nullable): since it was bound */
  RushesBlanks *blanks;   /* (owned) */
  RushesFrameRange *redo; /* (owned) (nullable): frames that are not to be kept */
  GHashTable *fractions;  /* (owned): index of a frame in hand → per mille done */
  guint n_kept;
  int newest;         /* frame number; negative: none yet */
  SceneCounts saved;  /* of an earlier session, until its frames are known */
  char *saved_newest; /* (owned) (nullable): path of a frame, likewise */
  RushesEstimator estimator;
  gint64 began; /* 0: not yet */
  gint64 ended; /* 0: not yet */
  SceneTold told;
  guint notify_id;
  guint n_clients; /* that have it, or are loading it */
  guint trusted : 1;
  guint paused : 1;
  guint in_use : 1;
};

SceneCounts scene_count (RushesScene *self);
void scene_set_state (RushesScene *self, RushesSceneState state);
void scene_progress_changed (RushesScene *self);
void scene_plan (RushesScene *self);

G_END_DECLS
