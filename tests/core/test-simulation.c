/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How good the scheduler and the order of frames are: simulated runs of random
 * queues, against what others do and against what nobody can do better. */

#include "config.h"

#include <math.h>

#include "rushes-frames.h"
#include "rushes-scheduler.h"

#define N_WORKLOADS 1000
#define MAX_SCENES  30
#define MAX_FRAMES  300
#define MAX_CLIENTS 64
#define CHUNK       10

/* ---- Workloads ------------------------------------------------------- */

typedef struct
{
  double load; /* seconds */
  guint length;
  double *seconds; /* (owned): of each frame */
} Scene;

typedef struct
{
  Scene scenes[MAX_SCENES];
  guint n_scenes;
  guint n_clients;
} Workload;

/* Around 1, a tenth and ten times that in one case of twenty each. */
static double
draw_cost (GRand *rand)
{
  double sum = 0;

  for (guint i = 0; i < 12; i++)
    sum += g_rand_double (rand);
  return pow (10, (sum - 6) * 0.6);
}

/* What animations cost from frame to frame. */
typedef enum
{
  PROFILE_EVEN,
  PROFILE_RISING,
  PROFILE_FALLING,
  PROFILE_HEAVY_END,
  PROFILE_HEAVY_HERE_AND_THERE,
  N_PROFILES
} Profile;

static double
get_weight (Profile profile, guint frame, guint length, GRand *rand)
{
  double part = (double) (frame + 1) / length;

  switch (profile)
    {
    case PROFILE_RISING:
      return 1 + 9 * part;
    case PROFILE_FALLING:
      return 10 - 9 * part;
    case PROFILE_HEAVY_END:
      return part > 0.95 ? 20 : 1;
    case PROFILE_HEAVY_HERE_AND_THERE:
      return g_rand_double (rand) < 0.02 ? 20 : 1;
    case PROFILE_EVEN:
    case N_PROFILES:
    default:
      return 1;
    }
}

static void
workload_draw (Workload *self, GRand *rand)
{
  static const guint clients[] = { 1, 2, 4, 8, 16, MAX_CLIENTS };

  self->n_clients = clients[g_rand_int_range (rand, 0, G_N_ELEMENTS (clients))];
  self->n_scenes = (guint) g_rand_int_range (rand, 1, MAX_SCENES + 1);
  for (guint i = 0; i < self->n_scenes; i++)
    {
      Scene *scene = &self->scenes[i];
      Profile profile = (Profile) g_rand_int_range (rand, 0, N_PROFILES);
      double frame = draw_cost (rand);

      scene->load = draw_cost (rand) * 2;
      scene->length = (guint) g_rand_int_range (rand, 1, MAX_FRAMES + 1);
      scene->seconds = g_new (double, scene->length);
      for (guint j = 0; j < scene->length; j++)
        scene->seconds[j] = frame * get_weight (profile, j, scene->length, rand) *
                            g_rand_double_range (rand, 0.9, 1.1);
    }
}

static void
workload_clear (Workload *self)
{
  for (guint i = 0; i < self->n_scenes; i++)
    g_free (self->scenes[i].seconds);
}

/* Nobody is faster: every scene is loaded once, no client ever waits, and the
 * longest frame is rendered by somebody who has loaded its scene. */
static double
get_lower_bound (const Workload *self)
{
  double sum = 0, longest = 0;

  for (guint i = 0; i < self->n_scenes; i++)
    {
      const Scene *scene = &self->scenes[i];
      double heaviest = 0;

      sum += scene->load;
      for (guint j = 0; j < scene->length; j++)
        {
          sum += scene->seconds[j];
          heaviest = MAX (heaviest, scene->seconds[j]);
        }
      longest = MAX (longest, scene->load + heaviest);
    }
  return MAX (sum / self->n_clients, longest);
}

/* ---- Rivals ---------------------------------------------------------- */

/* Client k renders the frames k, k + n, k + 2n, … of every scene. */
static double
run_striding (const Workload *self)
{
  double longest = 0;

  for (guint client = 0; client < self->n_clients; client++)
    {
      double seconds = 0;

      for (guint i = 0; i < self->n_scenes; i++)
        {
          const Scene *scene = &self->scenes[i];

          if (client < scene->length)
            seconds += scene->load;
          for (guint j = client; j < scene->length; j += self->n_clients)
            seconds += scene->seconds[j];
        }
      longest = MAX (longest, seconds);
    }
  return longest;
}

/* Who is free takes the next ten frames; another scene has to be loaded first. */
static double
run_chunks (const Workload *self)
{
  double until[MAX_CLIENTS] = { 0 };
  int loaded[MAX_CLIENTS];
  double longest = 0;

  for (guint i = 0; i < self->n_clients; i++)
    loaded[i] = -1;
  for (guint i = 0; i < self->n_scenes; i++)
    for (guint first = 0; first < self->scenes[i].length; first += CHUNK)
      {
        guint client = 0;

        for (guint j = 1; j < self->n_clients; j++)
          if (until[j] < until[client])
            client = j;
        if (loaded[client] != (int) i)
          until[client] += self->scenes[i].load;
        loaded[client] = (int) i;
        for (guint j = first; j < MIN (first + CHUNK, self->scenes[i].length); j++)
          until[client] += self->scenes[i].seconds[j];
        longest = MAX (longest, until[client]);
      }
  return longest;
}

/* ---- Rushes ---------------------------------------------------------- */

typedef struct
{
  RushesWork numbers; /* first: the scheduler gives it back */
  const Scene *scene;
  RushesFrames *frames; /* (owned) */
} Work;

typedef struct
{
  Work *work; /* (nullable): the scene that it has, or is loading */
  double until;
  guint frame;
  gboolean loading;
  gboolean idle;
} Client;

/* As the pool does it, whose numbers they are. */
typedef struct
{
  Work works[MAX_SCENES];
  const RushesWork *open[MAX_SCENES];
  guint n_open;
  Client *clients; /* (owned) */
  guint n_clients;
} Run;

static double
blend_in (double mean, double seconds)
{
  return mean > 0 ? mean + (seconds - mean) / 4 : seconds;
}

static void
close_work (Run *run, Work *work)
{
  for (guint i = 0; i < run->n_open; i++)
    if (run->open[i] == &work->numbers)
      {
        for (run->n_open--; i < run->n_open; i++)
          run->open[i] = run->open[i + 1];
        break;
      }
  for (guint i = 0; i < run->n_clients; i++)
    if (run->clients[i].work == work && !run->clients[i].loading)
      run->clients[i].work = NULL;
}

static gboolean
is_over (const Work *work)
{
  return rushes_frames_count (work->frames, RUSHES_FRAME_DONE) == work->scene->length;
}

static void
dispatch (Run *run, guint number, double now)
{
  Client *client = &run->clients[number];
  Work *work = (Work *) rushes_scheduler_choose (
      run->open, run->n_open, (const RushesWork *) client->work, RUSHES_ORDER_SIDE_BY_SIDE, FALSE);

  client->idle = work == NULL;
  if (client->idle)
    return;

  client->loading = work != client->work;
  if (client->loading)
    {
      if (client->work != NULL)
        client->work->numbers.clients--;
      client->work = work;
      work->numbers.clients++;
      client->until = now + work->scene->load;
    }
  else if (work->numbers.known && rushes_frames_take (work->frames, number + 1, &client->frame))
    {
      work->numbers.pending--;
      client->until = now + work->scene->seconds[client->frame];
    }
  else
    client->idle = TRUE;
}

static void
finish (Run *run, guint number, double now)
{
  Client *client = &run->clients[number];
  Work *work = client->work;
  gboolean wake = client->loading;

  if (is_over (work))
    /* While it was being loaded for nothing. */
    client->work = NULL;
  else if (client->loading)
    {
      work->numbers.load_seconds = blend_in (work->numbers.load_seconds, work->scene->load);
      if (!work->numbers.known)
        work->numbers.pending = work->scene->length;
      work->numbers.known = TRUE;
    }
  else
    {
      double seconds = work->scene->seconds[client->frame];

      rushes_frames_set_done (work->frames, client->frame);
      rushes_frames_set_cost (work->frames, client->frame, seconds);
      work->numbers.frame_seconds = blend_in (work->numbers.frame_seconds, seconds);
      if (is_over (work))
        {
          close_work (run, work);
          wake = TRUE;
        }
    }

  dispatch (run, number, now);
  for (guint i = 0; wake && i < run->n_clients; i++)
    if (run->clients[i].idle)
      dispatch (run, i, now);
}

/* A heap of clients by when they are free would be quicker; so is this, for 64. */
static double
run_rushes (const Workload *self)
{
  Run run = { .n_clients = self->n_clients, .n_open = self->n_scenes };
  double now = 0;

  run.clients = g_new0 (Client, run.n_clients);
  for (guint i = 0; i < self->n_scenes; i++)
    {
      g_autoptr (RushesFrameRange) range = rushes_frame_range_new (1, self->scenes[i].length, 1);

      run.works[i].scene = &self->scenes[i];
      run.works[i].frames = rushes_frames_new (range);
      run.open[i] = &run.works[i].numbers;
    }
  for (guint i = 0; i < run.n_clients; i++)
    dispatch (&run, i, 0);

  while (run.n_open > 0)
    {
      int next = -1;

      for (guint i = 0; i < run.n_clients; i++)
        if (!run.clients[i].idle && (next < 0 || run.clients[i].until < run.clients[next].until))
          next = (int) i;
      /* Somebody is always at work while something is left. */
      g_assert_cmpint (next, >=, 0);
      now = run.clients[next].until;
      finish (&run, (guint) next, now);
    }

  for (guint i = 0; i < self->n_scenes; i++)
    rushes_frames_free (run.works[i].frames);
  g_free (run.clients);
  return now;
}

/* ---- Tests ----------------------------------------------------------- */

typedef struct
{
  const char *name;
  double sum, worst;
} Score;

static void
score (Score *self, double ratio)
{
  self->sum += ratio;
  self->worst = MAX (self->worst, ratio);
}

static double
get_mean (const Score *self)
{
  return self->sum / N_WORKLOADS;
}

/* The same queues every time, so that a number means something. */
static void
test_random_workloads (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  Score rushes = { .name = "rushes" }, striding = { .name = "static striding" };
  Score chunks = { .name = "chunks of ten" };
  const Score *scores[] = { &rushes, &striding, &chunks };

  for (guint i = 0; i < N_WORKLOADS; i++)
    {
      Workload workload;
      double bound;

      workload_draw (&workload, rand);
      bound = get_lower_bound (&workload);
      score (&rushes, run_rushes (&workload) / bound);
      score (&striding, run_striding (&workload) / bound);
      score (&chunks, run_chunks (&workload) / bound);
      workload_clear (&workload);
    }

  for (guint i = 0; i < G_N_ELEMENTS (scores); i++)
    g_test_message ("%-15s time over the lower bound: mean %.3f, worst %.2f", scores[i]->name,
                    get_mean (scores[i]), scores[i]->worst);
  g_assert_cmpfloat (get_mean (&rushes), <, 1.1);
  /* By many clients, who find out late which frames are heavy. */
  g_assert_cmpfloat (rushes.worst, <, 2.5);
  g_assert_cmpfloat (get_mean (&rushes), <, get_mean (&striding));
  g_assert_cmpfloat (get_mean (&rushes), <, get_mean (&chunks));
}

/* Two clients, a hundred frames, of which the last few are twenty times dearer. */
static void
test_heavy_end (gconstpointer data)
{
  guint n_heavy = GPOINTER_TO_UINT (data), n = 100;
  Workload workload = { .n_scenes = 1, .n_clients = 2 };
  Scene *scene = &workload.scenes[0];
  double ratio;

  scene->load = 1;
  scene->length = n;
  scene->seconds = g_new (double, n);
  for (guint i = 0; i < n; i++)
    scene->seconds[i] = i + n_heavy >= n ? 20 : 1;
  ratio = run_rushes (&workload) / get_lower_bound (&workload);
  g_test_message ("%u heavy frames: %.3f times the lower bound", n_heavy, ratio);
  g_assert_cmpfloat (ratio, <, 1.05);
  workload_clear (&workload);
}

#define N_DECISIONS 1000000

/* Nanoseconds to find a client its next frame, with twice as many scenes at work. */
static double
measure_decision (guint n_clients)
{
  guint n_works = 2 * n_clients, length = N_DECISIONS / n_works;
  g_autofree Work *works = g_new0 (Work, n_works);
  g_autofree const RushesWork **open = g_new (const RushesWork *, n_works);
  g_autofree const RushesWork **loaded = g_new0 (const RushesWork *, n_clients);
  g_autoptr (RushesFrameRange) range = rushes_frame_range_new (1, length, 1);
  guint n_taken = 0;
  gint64 began;

  for (guint i = 0; i < n_works; i++)
    {
      works[i].numbers =
          (RushesWork){ .known = TRUE, .pending = length, .load_seconds = 1, .frame_seconds = 1 };
      works[i].frames = rushes_frames_new (range);
      open[i] = &works[i].numbers;
    }

  began = g_get_monotonic_time ();
  while (n_taken < length * n_works)
    for (guint i = 0; i < n_clients; i++)
      {
        Work *work = (Work *) rushes_scheduler_choose (open, n_works, loaded[i],
                                                       RUSHES_ORDER_SIDE_BY_SIDE, FALSE);
        guint frame;

        if (work == NULL)
          continue;
        if (loaded[i] != &work->numbers)
          work->numbers.clients++;
        loaded[i] = &work->numbers;
        g_assert_true (rushes_frames_take (work->frames, i + 1, &frame));
        work->numbers.pending--;
        rushes_frames_set_done (work->frames, frame);
        rushes_frames_set_cost (work->frames, frame, 1);
        n_taken++;
      }
  began = g_get_monotonic_time () - began;

  for (guint i = 0; i < n_works; i++)
    rushes_frames_free (works[i].frames);
  return 1000. * (double) began / n_taken;
}

/* Run with "-m perf": a time is no test. */
static void
test_decision (void)
{
  double few = measure_decision (10), many = measure_decision (1000);

  g_test_minimized_result (few, "nanoseconds a decision, 10 clients: %.0f", few);
  g_test_minimized_result (many, "nanoseconds a decision, 1000 clients: %.0f", many);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/simulation/random-workloads", test_random_workloads);
  g_test_add_data_func ("/simulation/heavy-end/1", GUINT_TO_POINTER (1), test_heavy_end);
  g_test_add_data_func ("/simulation/heavy-end/3", GUINT_TO_POINTER (3), test_heavy_end);
  g_test_add_data_func ("/simulation/heavy-end/8", GUINT_TO_POINTER (8), test_heavy_end);
  if (g_test_perf ())
    g_test_add_func ("/simulation/decision", test_decision);

  return g_test_run ();
}
