/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-scheduler.h"
#include "test-utils.h"

#define MAX_WORKS   6
#define MAX_CLIENTS 8
#define NOTHING     (-1)

static int
choose_from (const RushesWork *works, guint n, int loaded, RushesOrder order, gboolean is_remote)
{
  const RushesWork *pointers[MAX_WORKS] = { NULL };
  const RushesWork *chosen;

  g_assert_cmpuint (n, <=, MAX_WORKS);
  for (guint i = 0; i < n; i++)
    pointers[i] = &works[i];
  chosen = rushes_scheduler_choose (pointers, n, loaded != NOTHING ? &works[loaded] : NULL, order,
                                    is_remote);
  return chosen != NULL ? (int) (chosen - works) : NOTHING;
}

static int
choose (const RushesWork *works, guint n, int loaded, RushesOrder order)
{
  return choose_from (works, n, loaded, order, FALSE);
}

static int
choose_fresh (const RushesWork *works, guint n)
{
  return choose (works, n, NOTHING, RUSHES_ORDER_SIDE_BY_SIDE);
}

static int
choose_in_order (const RushesWork *works, guint n)
{
  return choose (works, n, NOTHING, RUSHES_ORDER_ONE_AFTER_ANOTHER);
}

static void
test_nothing (void)
{
  const RushesWork done[] = { { .known = TRUE, .clients = 1 }, { .known = TRUE } };

  g_assert_cmpint (choose_fresh (NULL, 0), ==, NOTHING);
  g_assert_cmpint (choose_in_order (NULL, 0), ==, NOTHING);
  g_assert_cmpint (choose_fresh (done, 2), ==, NOTHING);
  g_assert_cmpint (choose_in_order (done, 2), ==, NOTHING);
}

static void
test_keeps_what_is_loaded (void)
{
  const RushesWork works[] = {
    { .known = TRUE, .pending = 1000 },
    { .known = TRUE, .pending = 1, .clients = 3, .load_seconds = 100, .frame_seconds = 1 },
    { .known = FALSE, .clients = 1 },
  };

  for (int order = 0; order <= RUSHES_ORDER_ONE_AFTER_ANOTHER; order++)
    {
      g_assert_cmpint (choose (works, 3, 1, (RushesOrder) order), ==, 1);
      g_assert_cmpint (choose (works, 3, 2, (RushesOrder) order), ==, 2);
    }
}

static void
test_leaves_what_is_done (void)
{
  const RushesWork works[] = {
    { .known = TRUE, .pending = 0, .clients = 1 },
    { .known = TRUE, .pending = 3 },
  };

  g_assert_cmpint (choose (works, 2, 0, RUSHES_ORDER_SIDE_BY_SIDE), ==, 1);
  g_assert_cmpint (choose (works, 2, 0, RUSHES_ORDER_ONE_AFTER_ANOTHER), ==, 1);
}

static void
test_untouched_first (void)
{
  const RushesWork works[] = {
    { .known = TRUE, .pending = 100000, .clients = 1, .load_seconds = 1, .frame_seconds = 100 },
    { .known = FALSE, .clients = 1 },
    { .known = TRUE, .pending = 0 },
    { .known = TRUE, .pending = 1, .load_seconds = 50 },
    { .known = FALSE },
  };

  g_assert_cmpint (choose_fresh (works, 5), ==, 3);
  g_assert_cmpint (choose_fresh (works + 4, 1), ==, 0);
  g_assert_cmpint (choose_in_order (works, 5), ==, 0);
}

static void
test_most_work_left (void)
{
  const RushesWork works[] = {
    { .known = TRUE, .pending = 50, .clients = 1, .load_seconds = 1, .frame_seconds = 1 },
    { .known = TRUE, .pending = 10, .clients = 1, .load_seconds = 1, .frame_seconds = 20 },
    { .known = TRUE, .pending = 300, .clients = 3, .load_seconds = 1, .frame_seconds = 1 },
  };

  g_assert_cmpint (choose_fresh (works, 3), ==, 1);
  g_assert_cmpint (choose_fresh (works, 1), ==, 0);
}

/* Before any cost is measured, more frames are more work. */
static void
test_not_measured (void)
{
  const RushesWork works[] = {
    { .known = TRUE, .pending = 50, .clients = 1 },
    { .known = TRUE, .pending = 60, .clients = 1 },
    { .known = TRUE, .pending = 70, .clients = 2 },
  };

  g_assert_cmpint (choose_fresh (works, 3), ==, 1);
}

static void
test_unknown_is_most (void)
{
  const RushesWork works[] = {
    { .known = TRUE, .pending = 500, .clients = 1, .load_seconds = 1, .frame_seconds = 1 },
    { .known = FALSE, .clients = 1 },
    { .known = TRUE, .pending = 900, .clients = 1 },
  };

  g_assert_cmpint (choose_fresh (works, 2), ==, 1);
  g_assert_cmpint (choose_fresh (works, 3), ==, 1);
}

/* Until it is known, "pending" is not to be looked at. */
static void
test_unknown_pending_is_ignored (void)
{
  static const guint pendings[] = { 0, 1, 100, G_MAXUINT };
  int expected = 0;

  for (guint i = 0; i < G_N_ELEMENTS (pendings); i++)
    {
      const RushesWork works[] = {
        { .known = TRUE, .pending = 50, .clients = 1 },
        { .known = FALSE, .pending = pendings[i], .clients = 1 },
      };

      if (i == 0)
        expected = choose_fresh (works, 2);
      g_assert_cmpint (choose_fresh (works, 2), ==, expected);
    }
}

/* Clients spread over scenes that are all being loaded. */
static void
test_unknown_are_shared (void)
{
  RushesWork works[3] = { { .known = FALSE } };

  for (guint client = 0; client < 9; client++)
    {
      int i = choose_fresh (works, 3);

      g_assert_cmpint (i, >=, 0);
      works[i].clients++;
    }
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (works[i].clients, ==, 3);
}

/* Help pays if (work left) exceeds (load cost + one frame). */
static void
test_help_pays (void)
{
  static const struct
  {
    guint pending;
    guint clients;
    double load;
    double frame;
    gboolean pays;
  } cases[] = {
    { 10, 1, 5, 1, TRUE },  { 6, 1, 5, 1, FALSE },      { 7, 1, 5, 1, TRUE },
    { 10, 2, 5, 1, FALSE }, { 13, 2, 5, 1, TRUE },      { 1, 1, 0.001, 1, FALSE },
    { 2, 1, 0.5, 1, TRUE }, { 1, 1, 0, 0, TRUE },       { 0, 1, 0, 0, FALSE },
    { 0, 1, 0, 10, FALSE }, { 1000, 1, 1e9, 1, FALSE }, { 100, 1, 0, 1, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const RushesWork work = { .known = TRUE,
                                .pending = cases[i].pending,
                                .clients = cases[i].clients,
                                .load_seconds = cases[i].load,
                                .frame_seconds = cases[i].frame };
      int expected = cases[i].pays ? 0 : NOTHING;

      g_assert_cmpint (choose_fresh (&work, 1), ==, expected);
      g_assert_cmpint (choose_in_order (&work, 1), ==, expected);
    }
}

static void
test_one_after_another (void)
{
  RushesWork works[] = {
    { .known = TRUE, .pending = 0, .clients = 2 },
    { .known = TRUE, .pending = 30, .clients = 5, .load_seconds = 1, .frame_seconds = 1 },
    { .known = TRUE, .pending = 5000, .frame_seconds = 1 },
  };

  g_assert_cmpint (choose_in_order (works, 3), ==, 1);
  /* Near the end of a scene further clients go on to the next one. */
  works[1].pending = 10;
  g_assert_cmpint (choose_in_order (works, 3), ==, 2);
  works[0].known = FALSE;
  g_assert_cmpint (choose_in_order (works, 3), ==, 0);
}

/* Clients elsewhere pass over a scene whose files they do not see, whatever there is
 * to do for it. */
static void
test_at_home (void)
{
  RushesWork works[] = {
    { .known = FALSE, .at_home = TRUE },
    { .known = TRUE, .pending = 500, .at_home = TRUE, .load_seconds = 1, .frame_seconds = 9 },
    { .known = TRUE, .pending = 9, .clients = 1, .load_seconds = 1, .frame_seconds = 1 },
  };

  for (int i = 0; i <= RUSHES_ORDER_ONE_AFTER_ANOTHER; i++)
    {
      RushesOrder order = (RushesOrder) i;

      g_assert_cmpint (choose_from (works, 3, NOTHING, order, FALSE), ==, 0);
      g_assert_cmpint (choose_from (works, 3, NOTHING, order, TRUE), ==, 2);
      g_assert_cmpint (choose_from (works, 2, NOTHING, order, TRUE), ==, NOTHING);
      /* It has loaded the scene all the same: then it sees its files. */
      g_assert_cmpint (choose_from (works, 3, 1, order, TRUE), ==, 1);
    }
}

/* A simulation: scenes that load and render in fixed times. */

typedef struct
{
  RushesWork work;
  guint length;
  double load;
  double frame;
  guint done;
} SimScene;

typedef struct
{
  int scene; /* the one it has, or NOTHING */
  gboolean rendering;
  gboolean idle;
  double until;
} SimClient;

typedef struct
{
  SimScene scenes[MAX_WORKS];
  guint n_scenes;
  SimClient clients[MAX_CLIENTS];
  guint n_clients;
  double now;
  double busy; /* client seconds */
  RushesOrder order;
} Sim;

static gboolean
is_open (const SimScene *scene)
{
  return scene->done < scene->length;
}

/* Unfinished scenes alone are shown to the scheduler. */
static int
sim_choose (Sim *sim, int loaded)
{
  const RushesWork *works[MAX_WORKS];
  const RushesWork *shown = NULL, *chosen;
  guint n = 0;

  for (guint i = 0; i < sim->n_scenes; i++)
    if (is_open (&sim->scenes[i]))
      {
        works[n++] = &sim->scenes[i].work;
        if ((int) i == loaded)
          shown = &sim->scenes[i].work;
      }
  chosen = rushes_scheduler_choose (works, n, shown, sim->order, FALSE);
  /* It is the first that a scene holds. */
  return chosen != NULL ? (int) ((const SimScene *) chosen - sim->scenes) : NOTHING;
}

static void
assert_no_fresh_scene (const Sim *sim)
{
  for (guint i = 0; i < sim->n_scenes; i++)
    g_assert_false (is_open (&sim->scenes[i]) && sim->scenes[i].work.clients == 0 &&
                    (!sim->scenes[i].work.known || sim->scenes[i].work.pending > 0));
}

static void
sim_dispatch (Sim *sim, SimClient *client)
{
  int choice = sim_choose (sim, client->scene);
  SimScene *scene;

  client->idle = choice < 0;
  if (client->idle)
    {
      assert_no_fresh_scene (sim);
      return;
    }

  scene = &sim->scenes[choice];
  if (choice == client->scene)
    {
      if (scene->work.pending == 0)
        {
          /* Everything is in hand. */
          client->idle = TRUE;
          return;
        }
      scene->work.pending--;
      client->rendering = TRUE;
      client->until = sim->now + scene->frame;
      sim->busy += scene->frame;
      return;
    }

  if (client->scene >= 0)
    {
      g_assert_cmpuint (sim->scenes[client->scene].work.pending, ==, 0);
      sim->scenes[client->scene].work.clients--;
    }
  client->scene = choice;
  scene->work.clients++;
  client->rendering = FALSE;
  client->until = sim->now + scene->load;
  sim->busy += scene->load;
}

static void
sim_finish (Sim *sim, SimClient *client)
{
  SimScene *scene = &sim->scenes[client->scene];

  if (client->rendering)
    {
      scene->done++;
      scene->work.frame_seconds = scene->frame;
    }
  else
    {
      scene->work.load_seconds = scene->load;
      if (!scene->work.known)
        scene->work.pending = scene->length;
      scene->work.known = TRUE;
    }
  /* The last frame ends a scene for all who have it. */
  if (!is_open (scene))
    for (guint i = 0; i < sim->n_clients; i++)
      if (sim->clients[i].scene == client->scene && &sim->clients[i] != client &&
          sim->clients[i].idle)
        {
          sim->clients[i].scene = NOTHING;
          scene->work.clients--;
        }
}

static void
sim_run (Sim *sim)
{
  for (guint i = 0; i < sim->n_clients; i++)
    {
      sim->clients[i] = (SimClient){ .scene = NOTHING };
      sim_dispatch (sim, &sim->clients[i]);
    }

  for (guint step = 0;; step++)
    {
      SimClient *next = NULL;

      g_assert_cmpuint (step, <, 100000);
      for (guint i = 0; i < sim->n_clients; i++)
        if (!sim->clients[i].idle && (next == NULL || sim->clients[i].until < next->until))
          next = &sim->clients[i];
      if (next == NULL)
        break;
      sim->now = next->until;
      sim_finish (sim, next);
      sim_dispatch (sim, next);
      for (guint i = 0; i < sim->n_clients; i++)
        if (sim->clients[i].idle)
          sim_dispatch (sim, &sim->clients[i]);
    }

  for (guint i = 0; i < sim->n_scenes; i++)
    g_assert_cmpuint (sim->scenes[i].done, ==, sim->scenes[i].length);
}

static void
sim_randomize (Sim *sim)
{
  sim->n_scenes = (guint) g_test_rand_int_range (1, MAX_WORKS + 1);
  sim->n_clients = (guint) g_test_rand_int_range (1, MAX_CLIENTS + 1);
  for (guint i = 0; i < sim->n_scenes; i++)
    {
      sim->scenes[i] = (SimScene){ .length = (guint) g_test_rand_int_range (1, 60),
                                   .load = g_test_rand_double_range (0.01, 20),
                                   .frame = g_test_rand_double_range (0.01, 10) };
    }
}

/* Every frame is rendered once, and nobody idles while a scene waits untouched. */
static void
test_simulation (void)
{
  for (guint round = 0; round < 1000; round++)
    {
      Sim sim = { .order = (RushesOrder) (round % 2) };

      sim_randomize (&sim);
      sim_run (&sim);
    }
}

/* One scene, loads that cost next to nothing: all clients share the work. */
static void
test_simulation_shares (void)
{
  for (guint clients = 1; clients <= MAX_CLIENTS; clients++)
    {
      Sim sim = { .n_scenes = 1, .n_clients = clients };

      sim.scenes[0] = (SimScene){ .length = 240, .load = 0.01, .frame = 1 };
      sim_run (&sim);
      g_assert_cmpfloat (sim.now, <=, 240.0 / clients + 2.1);
    }
}

/* A scene that is dear to load gets no help for its last frames. */
static void
test_simulation_dear_load (void)
{
  Sim sim = { .n_scenes = 2, .n_clients = 2 };

  sim.scenes[0] = (SimScene){ .length = 10, .load = 100, .frame = 1 };
  sim.scenes[1] = (SimScene){ .length = 2, .load = 100, .frame = 1 };
  sim_run (&sim);
  g_assert_cmpfloat (sim.busy, <=, 2 * 100 + 12 + 0.001);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/scheduler/nothing", test_nothing);
  g_test_add_func ("/scheduler/keeps-what-is-loaded", test_keeps_what_is_loaded);
  g_test_add_func ("/scheduler/leaves-what-is-done", test_leaves_what_is_done);
  g_test_add_func ("/scheduler/untouched-first", test_untouched_first);
  g_test_add_func ("/scheduler/most-work-left", test_most_work_left);
  g_test_add_func ("/scheduler/not-measured", test_not_measured);
  g_test_add_func ("/scheduler/unknown-is-most", test_unknown_is_most);
  g_test_add_func ("/scheduler/unknown-pending-is-ignored", test_unknown_pending_is_ignored);
  g_test_add_func ("/scheduler/unknown-are-shared", test_unknown_are_shared);
  g_test_add_func ("/scheduler/help-pays", test_help_pays);
  g_test_add_func ("/scheduler/one-after-another", test_one_after_another);
  g_test_add_func ("/scheduler/at-home", test_at_home);
  g_test_add_func ("/scheduler/simulation", test_simulation);
  g_test_add_func ("/scheduler/simulation-shares", test_simulation_shares);
  g_test_add_func ("/scheduler/simulation-dear-load", test_simulation_dear_load);

  return g_test_run ();
}
