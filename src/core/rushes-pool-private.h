/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The pool's inside, shared by its four files: the pool itself decides who
 * works, rushes-pool-place.c has where, rushes-pool-work.c scenes at work,
 * rushes-pool-worker.c clients. */

#include "rushes-estimator.h"
#include "rushes-jobs.h"
#include "rushes-machine.h"
#include "rushes-pace.h"
#include "rushes-pool.h"

G_BEGIN_DECLS

typedef struct _PoolPlace PoolPlace;
typedef struct _PoolWork PoolWork;
typedef struct _PoolWorker PoolWorker;

struct _RushesPool
{
  GObject parent_instance;

  GPtrArray *places;      /* (owned) (element-type PoolPlace): the first are tried first */
  GListModel *scenes;     /* (owned) */
  char *log_dir;          /* (owned) */
  RushesTrust *trust;     /* (owned) (nullable) */
  RushesReserve *reserve; /* (owned) (nullable) */
  RushesOrder order;
  guint start_timeout;     /* in seconds; 0: none */
  guint frame_timeout;     /* in seconds; 0: none; or RUSHES_FRAME_TIMEOUT_AUTO */
  guint shortest_patience; /* in seconds: the shortest timeout found by itself */
  guint max_attempts;

  GTask *task;           /* (owned) (nullable): while it runs */
  GPtrArray *works;      /* (owned) (element-type PoolWork): open, unfinished, in order */
  GPtrArray *workers;    /* (owned) (element-type PoolWorker): clients not yet dead */
  guint n_leaving;       /* workers on their way out */
  GHashTable *folders;   /* (owned): (owned) paths of the scenes' folders in hand */
  guint next_scene;      /* position of the first scene not yet opened */
  gboolean passed_over;  /* a scene whose folder was in hand yet */
  gboolean moved;        /* scenes that come next may belong before those at work */
  guint n_flights;       /* operations on files under way: opening, binding, committing */
  guint last_client;     /* number of the newest client */
  GError *fatal;         /* (owned) (nullable): why no client can be had at all */
  GError *trouble;       /* (owned) (nullable): why no frame is begun for now */
  RushesOutput *full;    /* (owned) (nullable): whose disk has no room */
  guint room_id;         /* looks for room on it */
  guint look_id;         /* looks at all scenes again, or ends the run */
  gulong scenes_handler; /* while it runs */
  gboolean draining;
  gboolean stopping;
  RushesEstimator estimator;
};

/* Where clients run. */
struct _PoolPlace
{
  RushesPool *pool;
  RushesLauncher *launcher; /* (owned) */
  guint jobs;               /* how many clients are wanted there, or RUSHES_JOBS_AUTO */
  RushesJobs automatic;     /* how many that are then */
  RushesMachine *machine;   /* (owned) (nullable): whose clients they are then */
  gint64 looked;            /* when it was looked at last */
  guint64 n_frames;         /* done there in this run */
  double worth;             /* what they were worth, in seconds */
  double busy;              /* what they took, in seconds */
  guint room;               /* how many memory has room for, as far as it is known */
  guint n_workers;          /* clients not yet dead */
  guint n_leaving;          /* those of them on their way out */
  double round_trip;        /* seconds from us to a client and back; 0: not known */
  guint start_failures;     /* in a row */
  gboolean started_once;
  GError *given_up;  /* (owned) (nullable): why no client can be had, until the run ends */
  GError *complaint; /* (owned) (nullable): what is wrong with nodes that are left out */
  guint pause_id;    /* no start until then: the last one failed */
};

/* A scene at work. */
struct _PoolWork
{
  RushesWork numbers; /* first: the scheduler reads them in place */
  RushesPool *pool;   /* outlives it: a run ends after its last flight */
  RushesScene *scene; /* (owned) */
  RushesPace pace;
  double worth; /* seconds that a frame of it counts for; 0: none is done yet */
  char *folder; /* (owned): the scene's, when it was opened */
  gboolean binding;
  gboolean warned;   /* its warnings were passed on */
  gboolean foreseen; /* so was that its disk will be full */
  guint load_failures;
  guint n_unwritable; /* frames in a row that could not be written */
  gboolean shared;    /* some node of a cluster sees its files */
  char *blind_node;   /* (owned) (nullable): the first node that did not see them */
};

/* A frame in a client's hand, or on its way there. */
typedef struct
{
  PoolWork *work;       /* (owned) (nullable): %NULL when there is none */
  RushesOutput *output; /* (owned) */
  GVariant *poses;      /* (owned) (nullable): where cameras were, once it is rendered */
  guint client;         /* who writes it */
  guint index;
  guint frame;
} PoolHand;

/* A client and what it does. */
struct _PoolWorker
{
  RushesPool *pool;
  PoolPlace *place;     /* outlives it */
  RushesClient *client; /* (owned) */
  PoolWork *work;       /* (owned) (nullable): the scene that it has, or is loading */
  guint n_calls;        /* calls, or the start, that are under way */
  gboolean leaving;     /* gets no more work */
  gboolean gone;        /* is none of the pool's any more */
  gboolean useful;      /* it has tried to load a scene in its life */
  gboolean forgiven;    /* its last call lacked memory, and there are fewer clients now */
  gint64 began;         /* when the call under way began */
  guint64 baseline;     /* bytes after its first frame of the scene; 0: none yet */
  guint n_commits;      /* its frames that are being checked */
  guint n_frames;       /* that it has rendered */
  PoolHand hand;        /* the frame that it renders */
  PoolHand ahead;       /* the one after that, which it has been told of */
  gboolean was_ahead;   /* the frame that it renders was such a one */
};

PoolPlace *pool_place_new (RushesPool *pool, RushesLauncher *launcher, guint jobs);
void pool_place_free (PoolPlace *place);
void pool_place_begin_run (PoolPlace *place);
void pool_place_set_jobs (PoolPlace *place, guint jobs);
void pool_place_end_run (PoolPlace *place);
gboolean pool_place_is_remote (PoolPlace *place);
guint pool_place_get_jobs (PoolPlace *place);
gboolean pool_place_has_too_many (PoolPlace *place);
gboolean pool_place_takes_client (PoolPlace *place);
void pool_place_frame_done (PoolPlace *place, PoolWork *work, double seconds);
gboolean pool_place_shrink (PoolPlace *place, RushesScene *scene);
void pool_place_start_succeeded (PoolPlace *place);
void pool_place_leave_out (PoolPlace *place, PoolWorker *worker, const GError *complaint);
void pool_place_start_failed (PoolPlace *place, RushesClient *client);

void pool_work_open (RushesPool *pool, RushesScene *scene);
void pool_work_bind (PoolWork *work, const RushesInfo *info);
void pool_work_update (PoolWork *work);
void pool_work_fail (PoolWork *work, const GError *error);
gboolean pool_work_is_over (PoolWork *work);
void pool_work_unref (PoolWork *work);

void pool_worker_start (PoolPlace *place);
void pool_worker_next (PoolWorker *worker);
void pool_worker_stop (PoolWorker *worker, gboolean now);
void pool_worker_let_go (PoolWorker *worker);
void pool_worker_dismiss (PoolWorker *worker, const GError *cause);
void pool_worker_leave (PoolWorker *worker);
gboolean pool_worker_is_idle (PoolWorker *worker);
void pool_worker_unref (PoolWorker *worker);

void pool_dispatch (RushesPool *self);
guint pool_get_jobs (RushesPool *self);
gboolean pool_has_home (RushesPool *self);
void pool_jobs_changed (RushesPool *self);
void pool_fail_everything (RushesPool *self, const GError *cause, RushesClient *client);
void pool_wait_for_room (RushesPool *self, RushesOutput *output);
void pool_emit_client_changed (RushesPool *self, RushesClient *client);
void pool_emit_frame_started (RushesPool *self, RushesScene *scene, guint frame, guint client);
void pool_emit_frame_ended (RushesPool *self,
                            RushesScene *scene,
                            guint frame,
                            guint client,
                            double seconds,
                            const GError *error,
                            gboolean final);
void pool_emit_warning (RushesPool *self, RushesScene *scene, const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PoolWork, pool_work_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PoolWorker, pool_worker_unref)

G_END_DECLS
