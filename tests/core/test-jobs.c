/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>

#include "rushes-jobs.h"
#include "test-utils.h"

#define GIB (G_GUINT64_CONSTANT (1) << 30)

/* A computer that renders: how fast it is with so many clients, and what they take. */
typedef struct
{
  double processors;  /* how many there are */
  double parallel;    /* how many of them one client keeps busy */
  guint64 memory;     /* bytes */
  guint64 client;     /* bytes */
  guint64 gpu;        /* bytes; 0: there is none */
  guint64 gpu_client; /* bytes */
  double gpu_clients; /* how many clients a GPU can keep up with */
  double frame;       /* seconds of processor time */
} Machine;

static double
get_speed (const Machine *machine, guint n)
{
  if (machine->gpu_client > 0)
    return MIN (n, machine->gpu_clients);
  return MIN (n * machine->parallel, machine->processors);
}

/* Runs for so many seconds; how many clients there are then. */
static RushesJobs
run (const Machine *machine, RushesJobs *jobs, double seconds)
{
  RushesJobsReading reading = { .now = 1 };
  RushesJobs local;
  double begun = 0;

  if (jobs == NULL)
    {
      jobs = &local;
      rushes_jobs_start (jobs);
    }
  for (; seconds > 0; seconds -= 0.1)
    {
      double speed = get_speed (machine, jobs->count);

      reading.now += G_USEC_PER_SEC / 10;
      for (begun += speed * 0.1; begun >= machine->frame; begun -= machine->frame)
        {
          reading.frames++;
          reading.work += machine->frame;
          reading.busy += machine->frame * jobs->count / speed;
        }
      reading.n_working = jobs->count;
      reading.total += 1000;
      reading.idle +=
          (guint64) (1000 * (machine->gpu_client > 0 ? 0.9 : 1 - speed / machine->processors));
      g_assert_cmpuint (jobs->count * machine->client, <=, machine->memory);
      reading.memory_free = machine->memory - jobs->count * machine->client;
      reading.memory_client = machine->client;
      g_assert_cmpuint (jobs->count * machine->gpu_client, <=, machine->gpu);
      reading.gpu_free = machine->gpu - jobs->count * machine->gpu_client;
      reading.gpu_client = machine->gpu_client;
      rushes_jobs_update (jobs, &reading);
    }
  return *jobs;
}

static void
assert_lands (const Machine *machine, guint count, RushesJobsReason reason, const char *text)
{
  RushesJobs jobs = run (machine, NULL, 280);
  g_autofree char *said = rushes_jobs_explain (&jobs);

  g_assert_cmpuint (jobs.count, ==, count);
  g_assert_cmpint (jobs.reason, ==, reason);
  g_assert_cmpstr (said, ==, text);
}

static void
test_begins_with_one (void)
{
  RushesJobs jobs;
  g_autofree char *text = NULL;

  rushes_jobs_start (&jobs);
  text = rushes_jobs_explain (&jobs);
  g_assert_cmpuint (jobs.count, ==, 1);
  g_assert_cmpstr (text, ==, "1 job: finding out how fast that is");
}

static void
test_processors (void)
{
  const Machine heavy = {
    .processors = 8, .parallel = 8, .memory = 64 * GIB, .client = GIB, .frame = 1
  };
  const Machine light = {
    .processors = 8, .parallel = 2.2, .memory = 64 * GIB, .client = GIB, .frame = 1
  };

  assert_lands (&heavy, 1, RUSHES_JOBS_BUSY, "1 job: the processors are busy");
  assert_lands (&light, 4, RUSHES_JOBS_BUSY, "4 jobs: the processors are busy");
}

/* Whether few frames or many end within a stretch. */
static void
test_little_faster (void)
{
  for (double frame = 0.5; frame < 8; frame *= 1.1)
    {
      const Machine machine = {
        .processors = 2, .parallel = 1.8, .memory = 64 * GIB, .client = GIB, .frame = frame
      };

      assert_lands (&machine, 2, RUSHES_JOBS_BUSY, "2 jobs: the processors are busy");
    }
}

/* Processors have time, but something else is as fast as it gets. */
static void
test_not_faster (void)
{
  const Machine gpu = { .processors = 8,
                        .memory = 64 * GIB,
                        .client = GIB,
                        .gpu = 24 * GIB,
                        .gpu_client = GIB,
                        .gpu_clients = 1.4,
                        .frame = 1 };

  assert_lands (&gpu, 2, RUSHES_JOBS_NOT_FASTER, "2 jobs: one more was not faster");
}

static void
test_memory (void)
{
  const Machine small = {
    .processors = 16, .parallel = 1, .memory = 16 * GIB, .client = 5 * GIB, .frame = 0.5
  };
  const Machine gpu = { .processors = 16,
                        .memory = 64 * GIB,
                        .client = GIB,
                        .gpu = 8 * GIB,
                        .gpu_client = 2 * GIB,
                        .gpu_clients = 10,
                        .frame = 0.5 };

  assert_lands (&small, 2, RUSHES_JOBS_MEMORY, "2 jobs: one more would not fit in memory");
  assert_lands (&gpu, 3, RUSHES_JOBS_GPU_MEMORY,
                "3 jobs: one more would not fit in the memory of the graphics card");
}

static void
test_out_of_memory (void)
{
  const Machine machine = {
    .processors = 8, .parallel = 2.2, .memory = 64 * GIB, .client = GIB, .frame = 1
  };
  RushesJobs jobs = run (&machine, NULL, 280);
  g_autofree char *text = NULL;

  rushes_jobs_run_out_of_memory (&jobs, jobs.count - 1, G_USEC_PER_SEC);
  text = rushes_jobs_explain (&jobs);
  g_assert_cmpstr (text, ==, "3 jobs: with one more, memory ran out");
  /* And never again in this run. */
  jobs = run (&machine, &jobs, 1000);
  g_assert_cmpuint (jobs.count, ==, 3);
  for (guint left = 2; left > 0; left--)
    rushes_jobs_run_out_of_memory (&jobs, left, 0);
  g_assert_cmpuint (jobs.count, ==, 1);
}

/* What was not faster for one scene may be for the next. */
static void
test_tries_again (void)
{
  Machine machine = { .processors = 8,
                      .memory = 64 * GIB,
                      .client = GIB,
                      .gpu = 24 * GIB,
                      .gpu_client = GIB,
                      .gpu_clients = 1,
                      .frame = 1 };
  RushesJobs jobs = run (&machine, NULL, 100);

  g_assert_cmpuint (jobs.count, ==, 1);
  machine.gpu_clients = 3;
  jobs = run (&machine, &jobs, 500);
  g_assert_cmpuint (jobs.count, ==, 3);
}

/* A client that starts or loads is waited for. */
static void
test_waits_for_starts (void)
{
  RushesJobsReading reading = { .n_working = 1, .memory_free = 64 * GIB, .memory_client = GIB };
  RushesJobs jobs;

  rushes_jobs_start (&jobs);
  for (guint i = 1; i < 1000; i++)
    {
      reading.now = i * G_USEC_PER_SEC / 10;
      reading.frames = i;
      reading.work = i * 0.1;
      reading.busy = i * 0.1;
      reading.idle = i * 9;
      reading.total = i * 10;
      rushes_jobs_update (&jobs, &reading);
    }
  g_assert_cmpuint (jobs.count, ==, 2);
  g_assert_cmpint (jobs.reason, ==, RUSHES_JOBS_MEASURING);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/jobs/begins-with-one", test_begins_with_one);
  g_test_add_func ("/jobs/processors", test_processors);
  g_test_add_func ("/jobs/little-faster", test_little_faster);
  g_test_add_func ("/jobs/not-faster", test_not_faster);
  g_test_add_func ("/jobs/memory", test_memory);
  g_test_add_func ("/jobs/out-of-memory", test_out_of_memory);
  g_test_add_func ("/jobs/tries-again", test_tries_again);
  g_test_add_func ("/jobs/waits-for-starts", test_waits_for_starts);

  return g_test_run ();
}
