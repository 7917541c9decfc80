/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* For #RushesPool:jobs: as many as this computer has use for. */
#define RUSHES_JOBS_AUTO G_MAXUINT

/**
 * RushesJobsReason:
 * @RUSHES_JOBS_MEASURING: it is not known yet
 * @RUSHES_JOBS_BUSY: no processor has time for more
 * @RUSHES_JOBS_NOT_FASTER: one more was tried
 * @RUSHES_JOBS_MEMORY: one more would not fit in memory
 * @RUSHES_JOBS_GPU_MEMORY: one more would not fit in the memory of a GPU
 * @RUSHES_JOBS_OUT_OF_MEMORY: one more has run out of memory
 *
 * Why there are as many clients as there are.
 */
typedef enum
{
  RUSHES_JOBS_MEASURING,
  RUSHES_JOBS_BUSY,
  RUSHES_JOBS_NOT_FASTER,
  RUSHES_JOBS_MEMORY,
  RUSHES_JOBS_GPU_MEMORY,
  RUSHES_JOBS_OUT_OF_MEMORY,
} RushesJobsReason;

/**
 * RushesJobsReading:
 * @now: the time, as g_get_monotonic_time() gives it
 * @frames: how many frames are done
 * @work: what they were worth, in seconds of any one measure
 * @busy: the seconds that clients took for them, added up
 * @n_working: clients that have finished a frame
 * @idle: the time that processors have had nothing to do, added up, in any one unit
 * @total: the time that there was, in the same
 * @memory_free: bytes that programs may still take
 * @memory_client: bytes of the largest client
 * @gpu_free: bytes that are free on the fullest GPU
 * @gpu_client: bytes that a client takes there; 0: none is used
 *
 * What can be seen of a run at one moment. What is added up begins anywhere: only
 * what comes to it counts.
 */
typedef struct
{
  gint64 now;
  guint64 frames;
  double work;
  double busy;
  guint n_working;
  guint64 idle;
  guint64 total;
  guint64 memory_free;
  guint64 memory_client;
  guint64 gpu_free;
  guint64 gpu_client;
} RushesJobsReading;

/**
 * RushesJobs:
 * @count: how many clients there should be
 * @reason: why
 *
 * Finds out how many clients make the most of a computer.
 */
typedef struct
{
  guint count;
  RushesJobsReason reason;

  /*< private >*/
  guint ceiling; /* more was tried in vain, or has died; 0: was not */
  gint64 ceiling_time;
  double rate_before;      /* with one fewer; 0: nothing is on trial */
  RushesJobsReading began; /* the stretch that is being measured; with no time: none */
} RushesJobs;

void rushes_jobs_start (RushesJobs *self);
gboolean rushes_jobs_update (RushesJobs *self, const RushesJobsReading *reading);
void rushes_jobs_run_out_of_memory (RushesJobs *self, guint left, gint64 now);
char *rushes_jobs_explain (const RushesJobs *self);

G_END_DECLS
