/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "rushes-jobs.h"

/* A stretch is measured when so many frames a client, and some more, are done, and
 * no sooner than this. */
#define STRETCH_FRAMES  2
#define STRETCH_SECONDS 2

/* By how much one more must make the whole faster to be worth its memory. */
#define CLEARLY_FASTER 1.05

/* With less of the processors idle, one more client could not gain that. */
#define ENOUGH_IDLE (1 - 1 / CLEARLY_FASTER)

/* What was tried in vain may be worth a try again. */
#define RETRY_SECONDS 300

/* What a client may grow, and what the rest of the computer is left with. */
#define GROWTH  1.25
#define RESERVE (G_GUINT64_CONSTANT (512) << 20)

/* How much work clients do in a second. Each of their frames counts with the time
 * that it took: how many happen to end within a stretch would tell less. */
static double
get_rate (RushesJobs *self, const RushesJobsReading *reading)
{
  return self->count * (reading->work - self->began.work) / (reading->busy - self->began.busy);
}

/* Which share of the processors had nothing to do. */
static double
get_idle (RushesJobs *self, const RushesJobsReading *reading)
{
  if (reading->total <= self->began.total)
    return 0;
  return (double) (reading->idle - self->began.idle) /
         (double) (reading->total - self->began.total);
}

static gboolean
set_count (RushesJobs *self, guint count, RushesJobsReason reason)
{
  self->count = count;
  self->reason = reason;
  self->began.now = 0;
  return TRUE;
}

static gboolean
has_room (guint64 available, guint64 client, guint64 reserve)
{
  return (double) available > GROWTH * (double) client + (double) reserve;
}

/* Why there should not be one more; %RUSHES_JOBS_MEASURING: one may be tried. */
static RushesJobsReason
find_obstacle (RushesJobs *self, const RushesJobsReading *reading)
{
  if (!has_room (reading->memory_free, reading->memory_client, RESERVE))
    return RUSHES_JOBS_MEMORY;
  if (reading->gpu_client > 0 && !has_room (reading->gpu_free, reading->gpu_client, 0))
    return RUSHES_JOBS_GPU_MEMORY;
  /* Who renders on a GPU leaves the processors idle, and that says nothing. */
  if (reading->gpu_client == 0 && get_idle (self, reading) < ENOUGH_IDLE)
    return RUSHES_JOBS_BUSY;
  return RUSHES_JOBS_MEASURING;
}

/**
 * rushes_jobs_start:
 * @self: the number of clients
 *
 * Begins with one.
 */
void
rushes_jobs_start (RushesJobs *self)
{
  *self = (RushesJobs){ .count = 1 };
}

/**
 * rushes_jobs_update:
 * @self: the number of clients
 * @reading: what can be seen now; to be called every now and then, such as after a
 *   frame
 *
 * One more is tried as long as there is memory for it and processors have time; it
 * stays if that made the whole clearly faster.
 *
 * Returns: whether #RushesJobs.count or #RushesJobs.reason has changed
 */
gboolean
rushes_jobs_update (RushesJobs *self, const RushesJobsReading *reading)
{
  RushesJobsReason obstacle;
  double rate;

  /* Whoever starts or loads is not what is to be measured. */
  if (self->began.now == 0 || reading->n_working < self->count)
    {
      self->began = *reading;
      return FALSE;
    }
  if (reading->now - self->began.now < STRETCH_SECONDS * G_USEC_PER_SEC ||
      reading->frames - self->began.frames < STRETCH_FRAMES * (guint64) self->count + 1)
    return FALSE;

  rate = get_rate (self, reading);
  if (self->rate_before > 0 && rate < self->rate_before * CLEARLY_FASTER)
    {
      self->rate_before = 0;
      self->ceiling = self->count - 1;
      self->ceiling_time = reading->now;
      return set_count (self, self->count - 1, RUSHES_JOBS_NOT_FASTER);
    }
  self->rate_before = 0;

  obstacle = find_obstacle (self, reading);
  self->began = *reading;
  if (self->ceiling == self->count)
    {
      if (self->reason == RUSHES_JOBS_OUT_OF_MEMORY ||
          reading->now - self->ceiling_time < RETRY_SECONDS * G_USEC_PER_SEC)
        return FALSE;
      self->ceiling = 0;
    }

  if (obstacle != RUSHES_JOBS_MEASURING)
    {
      gboolean changed = self->reason != obstacle;

      self->reason = obstacle;
      return changed;
    }
  self->rate_before = rate;
  return set_count (self, self->count + 1, RUSHES_JOBS_MEASURING);
}

/**
 * rushes_jobs_run_out_of_memory:
 * @self: the number of clients
 * @left: how many clients go on, 1 or more
 * @now: the time
 *
 * A client has died for want of memory: until the next start there are no more than
 * @left.
 */
void
rushes_jobs_run_out_of_memory (RushesJobs *self, guint left, gint64 now)
{
  g_return_if_fail (left > 0);

  self->rate_before = 0;
  self->ceiling = left;
  self->ceiling_time = now;
  set_count (self, self->ceiling, RUSHES_JOBS_OUT_OF_MEMORY);
}

/**
 * rushes_jobs_explain:
 * @self: the number of clients
 *
 * Returns: (transfer full): why there are as many as there are, for the user
 */
char *
rushes_jobs_explain (const RushesJobs *self)
{
  g_autofree char *jobs =
      g_strdup_printf (ngettext ("%u job", "%u jobs", self->count), self->count);

  switch (self->reason)
    {
    case RUSHES_JOBS_BUSY:
      /* Translators: %s is “2 jobs” */
      return g_strdup_printf (_ ("%s: the processors are busy"), jobs);
    case RUSHES_JOBS_NOT_FASTER:
      return g_strdup_printf (_ ("%s: one more was not faster"), jobs);
    case RUSHES_JOBS_MEMORY:
      return g_strdup_printf (_ ("%s: one more would not fit in memory"), jobs);
    case RUSHES_JOBS_GPU_MEMORY:
      return g_strdup_printf (_ ("%s: one more would not fit in the memory of the graphics card"),
                              jobs);
    case RUSHES_JOBS_OUT_OF_MEMORY:
      return g_strdup_printf (_ ("%s: with one more, memory ran out"), jobs);
    case RUSHES_JOBS_MEASURING:
    default:
      return g_strdup_printf (_ ("%s: finding out how fast that is"), jobs);
    }
}
