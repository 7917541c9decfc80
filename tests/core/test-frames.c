/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-error.h"
#include "rushes-frames.h"
#include "test-utils.h"

#define N_FRAMES  24
#define N_CLIENTS 4
#define ATTEMPTS  3

static RushesFrames *
make_frames (guint n)
{
  g_autoptr (RushesFrameRange) range = rushes_frame_range_new (1, n, 1);

  return rushes_frames_new (range);
}

static guint
take (RushesFrames *frames, guint client)
{
  guint index = G_MAXUINT;

  g_assert_true (rushes_frames_take (frames, client, &index));
  g_assert_cmpint (rushes_frames_get_state (frames, index), ==, RUSHES_FRAME_RENDERING);
  return index;
}

static gboolean
fail (RushesFrames *frames, guint index, guint client, guint max_attempts)
{
  g_autoptr (GError) error =
      g_error_new (RUSHES_ERROR, RUSHES_ERROR_RENDER_FAILED, "Client %u failed", client);
  g_autofree char *log = g_strdup_printf ("client-%u.log", client);

  return rushes_frames_fail (frames, index, client, max_attempts, error, log, "its end");
}

static void
assert_counts (RushesFrames *frames, guint pending, guint rendering, guint done, guint failed)
{
  g_assert_cmpuint (rushes_frames_count (frames, RUSHES_FRAME_PENDING), ==, pending);
  g_assert_cmpuint (rushes_frames_count (frames, RUSHES_FRAME_RENDERING), ==, rendering);
  g_assert_cmpuint (rushes_frames_count (frames, RUSHES_FRAME_DONE), ==, done);
  g_assert_cmpuint (rushes_frames_count (frames, RUSHES_FRAME_FAILED), ==, failed);
}

static void
test_new (void)
{
  g_autoptr (RushesFrameRange) range = rushes_frame_range_new (10, 30, 10);
  g_autoptr (RushesFrames) frames = rushes_frames_new (range);
  g_autoptr (GPtrArray) failures = rushes_frames_list_failures (frames);

  g_assert_true (rushes_frames_get_range (frames) == range);
  g_assert_cmpuint (rushes_frames_get_length (frames), ==, 3);
  assert_counts (frames, 3, 0, 0, 0);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpuint (rushes_frames_get_number (frames, i), ==, 10 + 10 * i);
      g_assert_cmpint (rushes_frames_get_state (frames, i), ==, RUSHES_FRAME_PENDING);
    }
  g_assert_cmpuint (failures->len, ==, 0);
}

static void
test_in_order (void)
{
  g_autoptr (RushesFrames) frames = make_frames (5);
  guint index;

  for (guint i = 0; i < 5; i++)
    g_assert_cmpuint (take (frames, 1 + i % 2), ==, i);
  g_assert_false (rushes_frames_take (frames, 1, &index));
  assert_counts (frames, 0, 5, 0, 0);
  for (guint i = 0; i < 5; i++)
    rushes_frames_set_done (frames, i);
  g_assert_false (rushes_frames_take (frames, 1, &index));
  assert_counts (frames, 0, 0, 5, 0);
}

static void
test_kept (void)
{
  g_autoptr (RushesFrames) frames = make_frames (5);

  rushes_frames_set_done (frames, 0);
  rushes_frames_set_done (frames, 2);
  rushes_frames_set_done (frames, 3);
  assert_counts (frames, 2, 0, 3, 0);
  g_assert_cmpuint (take (frames, 1), ==, 1);
  g_assert_cmpuint (take (frames, 1), ==, 4);
}

/* A frame that was given back is next, even behind frames taken later. */
static void
test_give_back (void)
{
  g_autoptr (RushesFrames) frames = make_frames (4);

  take (frames, 1);
  take (frames, 1);
  take (frames, 1);
  rushes_frames_give_back (frames, 1);
  rushes_frames_give_back (frames, 0);
  assert_counts (frames, 3, 1, 0, 0);
  g_assert_cmpuint (take (frames, 1), ==, 0);
  g_assert_cmpuint (take (frames, 1), ==, 1);
  g_assert_cmpuint (take (frames, 1), ==, 3);
}

static void
test_failed_come_last (void)
{
  g_autoptr (RushesFrames) frames = make_frames (3);

  g_assert_cmpuint (take (frames, 1), ==, 0);
  g_assert_false (fail (frames, 0, 1, ATTEMPTS));
  assert_counts (frames, 3, 0, 0, 0);
  g_assert_cmpuint (take (frames, 2), ==, 1);
  g_assert_cmpuint (take (frames, 2), ==, 2);
  g_assert_cmpuint (take (frames, 2), ==, 0);
}

/* Of several to try again, a client gets one that another client failed. */
static void
test_other_client_preferred (void)
{
  g_autoptr (RushesFrames) frames = make_frames (3);

  for (guint i = 0; i < 3; i++)
    take (frames, 1);
  fail (frames, 0, 1, ATTEMPTS);
  fail (frames, 1, 2, ATTEMPTS);
  fail (frames, 2, 1, ATTEMPTS);

  g_assert_cmpuint (take (frames, 1), ==, 1);
  g_assert_cmpuint (take (frames, 2), ==, 0);
  g_assert_cmpuint (take (frames, 2), ==, 2);
}

static void
test_own_failure_if_there_is_no_other (void)
{
  g_autoptr (RushesFrames) frames = make_frames (1);
  guint index = 7;

  take (frames, 1);
  g_assert_false (fail (frames, 0, 1, ATTEMPTS));
  g_assert_cmpuint (take (frames, 1), ==, 0);
  g_assert_false (fail (frames, 0, 1, ATTEMPTS));

  /* Twice is enough: the fault may be the client's. */
  g_assert_false (rushes_frames_take (frames, 1, &index));
  assert_counts (frames, 1, 0, 0, 0);
  g_assert_cmpuint (take (frames, 2), ==, 0);
  g_assert_true (fail (frames, 0, 2, ATTEMPTS));
  assert_counts (frames, 0, 0, 0, 1);
  g_assert_false (rushes_frames_take (frames, 3, &index));
}

static void
test_one_client_is_not_enough (void)
{
  g_autoptr (RushesFrames) frames = make_frames (1);

  take (frames, 1);
  g_assert_false (fail (frames, 0, 1, 2));
  take (frames, 1);
  g_assert_false (fail (frames, 0, 1, 2));
  assert_counts (frames, 1, 0, 0, 0);
  take (frames, 2);
  g_assert_true (fail (frames, 0, 2, 2));
}

static void
test_one_attempt (void)
{
  g_autoptr (RushesFrames) frames = make_frames (2);

  take (frames, 1);
  g_assert_true (fail (frames, 0, 1, 1));
  assert_counts (frames, 1, 0, 0, 1);
  g_assert_cmpuint (take (frames, 1), ==, 1);
}

static void
test_give_back_has_no_blame (void)
{
  g_autoptr (RushesFrames) frames = make_frames (1);

  take (frames, 1);
  fail (frames, 0, 1, ATTEMPTS);
  for (guint i = 0; i < 10; i++)
    {
      g_assert_cmpuint (take (frames, 1), ==, 0);
      rushes_frames_give_back (frames, 0);
    }
  assert_counts (frames, 1, 0, 0, 0);
  take (frames, 2);
  g_assert_false (fail (frames, 0, 2, ATTEMPTS));
  take (frames, 1);
  g_assert_true (fail (frames, 0, 1, ATTEMPTS));
}

static void
test_failures (void)
{
  g_autoptr (RushesFrameRange) range = rushes_frame_range_new (100, 120, 10);
  g_autoptr (RushesFrames) frames = rushes_frames_new (range);
  g_autoptr (GPtrArray) failures = NULL;
  const RushesFailure *failure;

  for (guint i = 0; i < 3; i++)
    take (frames, 1);
  rushes_frames_set_done (frames, 1);
  fail (frames, 2, 1, ATTEMPTS);
  fail (frames, 0, 1, 1);
  take (frames, 2);
  fail (frames, 2, 2, ATTEMPTS);

  /* Frame 120 may still succeed. */
  failures = rushes_frames_list_failures (frames);
  g_assert_cmpuint (failures->len, ==, 1);
  g_clear_pointer (&failures, g_ptr_array_unref);

  take (frames, 1);
  g_assert_true (fail (frames, 2, 1, ATTEMPTS));
  failures = rushes_frames_list_failures (frames);
  g_assert_cmpuint (failures->len, ==, 2);
  failure = failures->pdata[0];
  g_assert_cmpuint (failure->frame, ==, 100);
  g_assert_cmpuint (failure->attempts, ==, 1);
  failure = failures->pdata[1];
  g_assert_cmpuint (failure->frame, ==, 120);
  g_assert_cmpuint (failure->attempts, ==, 3);
  rushes_test_assert_error (failure->error, RUSHES_ERROR_RENDER_FAILED, "Client 1 failed");
  g_assert_cmpstr (failure->log, ==, "client-1.log");
  g_assert_cmpstr (failure->evidence, ==, "its end");
  g_assert_true (rushes_frames_find_failure (frames, 120) == failure);
  g_assert_null (rushes_frames_find_failure (frames, 121));
}

static void
test_no_log (void)
{
  g_autoptr (RushesFrames) frames = make_frames (1);
  g_autoptr (GError) error = g_error_new (RUSHES_ERROR, RUSHES_ERROR_CRASHED, "It crashed");
  g_autoptr (GPtrArray) failures = NULL;

  take (frames, 1);
  g_assert_true (rushes_frames_fail (frames, 0, 1, 1, error, NULL, NULL));
  failures = rushes_frames_list_failures (frames);
  g_assert_null (((RushesFailure *) failures->pdata[0])->log);
}

static void
test_retry_failed (void)
{
  g_autoptr (RushesFrames) frames = make_frames (4);
  g_autoptr (GPtrArray) failures = NULL;

  for (guint i = 0; i < 4; i++)
    take (frames, 1);
  fail (frames, 3, 1, 1);
  fail (frames, 1, 1, 1);
  rushes_frames_set_done (frames, 0);
  assert_counts (frames, 0, 1, 1, 2);

  rushes_frames_retry_failed (frames);
  assert_counts (frames, 2, 1, 1, 0);
  failures = rushes_frames_list_failures (frames);
  g_assert_cmpuint (failures->len, ==, 0);

  /* The same client may try: its record is forgotten. */
  g_assert_cmpuint (take (frames, 1), ==, 1);
  g_assert_cmpuint (take (frames, 1), ==, 3);
  g_assert_false (fail (frames, 1, 1, ATTEMPTS));
  g_assert_false (fail (frames, 3, 1, ATTEMPTS));
}

static void
test_success_forgets_failures (void)
{
  g_autoptr (RushesFrames) frames = make_frames (1);
  g_autoptr (GPtrArray) failures = NULL;

  take (frames, 1);
  fail (frames, 0, 1, ATTEMPTS);
  take (frames, 2);
  rushes_frames_set_done (frames, 0);
  assert_counts (frames, 0, 0, 1, 0);
  failures = rushes_frames_list_failures (frames);
  g_assert_cmpuint (failures->len, ==, 0);
}

/* The rules once more, with neither care nor speed. */

typedef struct
{
  RushesFrameState state;
  guint attempts;
  guint last_client;
  guint in_a_row; /* failures on the last client */
  gboolean several_clients;
  guint turn; /* when it last became pending */
} ModelFrame;

typedef struct
{
  ModelFrame frames[N_FRAMES];
  guint turn;
} Model;

/* -1: none. Fresh ones by number; then what others failed, then its own. */
static int
model_choose (const Model *model, guint client)
{
  int best = -1;

  for (int i = 0; i < N_FRAMES; i++)
    if (model->frames[i].state == RUSHES_FRAME_PENDING && model->frames[i].attempts == 0)
      return i;

  for (int own = 0; own < 2; own++)
    {
      for (int i = 0; i < N_FRAMES; i++)
        {
          const ModelFrame *frame = &model->frames[i];

          if (frame->state != RUSHES_FRAME_PENDING || (frame->last_client == client) != own ||
              (own && frame->in_a_row >= 2))
            continue;
          if (best < 0 || frame->turn < model->frames[best].turn)
            best = i;
        }
      if (best >= 0)
        return best;
    }
  return -1;
}

static void
model_fail (Model *model, guint index, guint client)
{
  ModelFrame *frame = &model->frames[index];

  if (frame->attempts > 0 && frame->last_client != client)
    {
      frame->several_clients = TRUE;
      frame->in_a_row = 0;
    }
  frame->attempts++;
  frame->in_a_row++;
  frame->last_client = client;
  frame->turn = ++model->turn;
  frame->state = frame->attempts >= ATTEMPTS && frame->several_clients ? RUSHES_FRAME_FAILED
                                                                       : RUSHES_FRAME_PENDING;
}

static void
assert_is_model (RushesFrames *frames, const Model *model)
{
  guint counts[RUSHES_FRAME_FAILED + 1] = { 0 };
  g_autoptr (GPtrArray) failures = rushes_frames_list_failures (frames);
  guint n_failures = 0;

  for (guint i = 0; i < N_FRAMES; i++)
    {
      g_assert_cmpint (rushes_frames_get_state (frames, i), ==, model->frames[i].state);
      counts[model->frames[i].state]++;
      if (model->frames[i].state == RUSHES_FRAME_FAILED)
        {
          const RushesFailure *failure;

          g_assert_cmpuint (n_failures, <, failures->len);
          failure = failures->pdata[n_failures++];
          g_assert_cmpuint (failure->frame, ==, i + 1);
          g_assert_cmpuint (failure->attempts, ==, model->frames[i].attempts);
        }
    }
  g_assert_cmpuint (n_failures, ==, failures->len);
  assert_counts (frames, counts[0], counts[1], counts[2], counts[3]);
  g_assert_cmpuint (counts[0] + counts[1] + counts[2] + counts[3], ==, N_FRAMES);
}

static void
walk_one_step (RushesFrames *frames, Model *model, int hands[N_CLIENTS])
{
  guint client = (guint) g_test_rand_int_range (0, N_CLIENTS);
  gint32 dice = g_test_rand_int_range (0, 100);
  int expected;
  guint index = G_MAXUINT;

  if (hands[client] < 0)
    {
      expected = model_choose (model, client);
      g_assert_cmpint (rushes_frames_take (frames, client, &index), ==, expected >= 0);
      if (expected < 0)
        return;
      g_assert_cmpint ((int) index, ==, expected);
      model->frames[expected].state = RUSHES_FRAME_RENDERING;
      hands[client] = expected;
      return;
    }

  index = (guint) hands[client];
  hands[client] = -1;
  if (dice < 30)
    {
      rushes_frames_set_done (frames, index);
      model->frames[index] = (ModelFrame){ .state = RUSHES_FRAME_DONE };
    }
  else if (dice < 50)
    {
      rushes_frames_give_back (frames, index);
      model->frames[index].state = RUSHES_FRAME_PENDING;
      model->frames[index].turn = ++model->turn;
    }
  else
    {
      model_fail (model, index, client);
      g_assert_cmpint (fail (frames, index, client, ATTEMPTS), ==,
                       model->frames[index].state == RUSHES_FRAME_FAILED);
    }
  if (g_test_rand_int_range (0, 200) == 0)
    {
      rushes_frames_retry_failed (frames);
      for (guint i = 0; i < N_FRAMES; i++)
        if (model->frames[i].state == RUSHES_FRAME_FAILED)
          model->frames[i] = (ModelFrame){ .state = RUSHES_FRAME_PENDING };
    }
}

static void
test_random_walk (void)
{
  for (guint round = 0; round < 300; round++)
    {
      g_autoptr (RushesFrames) frames = make_frames (N_FRAMES);
      Model model = { 0 };
      int hands[N_CLIENTS] = { -1, -1, -1, -1 };

      for (gint32 kept = g_test_rand_int_range (0, 8); kept > 0; kept--)
        {
          guint index = (guint) g_test_rand_int_range (0, N_FRAMES);

          if (model.frames[index].state == RUSHES_FRAME_PENDING)
            rushes_frames_set_done (frames, index);
          model.frames[index].state = RUSHES_FRAME_DONE;
        }
      for (guint step = 0; step < 300; step++)
        {
          walk_one_step (frames, &model, hands);
          assert_is_model (frames, &model);
        }
    }
}

static guint
render (RushesFrames *frames, guint client, double seconds)
{
  guint index = take (frames, client);

  rushes_frames_set_done (frames, index);
  rushes_frames_set_cost (frames, index, seconds);
  return index;
}

/* An unbaked simulation needs that, whatever its frames cost. */
static void
test_one_client_in_order (void)
{
  g_autoptr (RushesFrames) frames = make_frames (200);

  for (guint i = 0; i < 200; i++)
    g_assert_cmpuint (render (frames, 1, i % 50), ==, i);
}

/* Pieces of eight frames: the last one is found to be dear, and comes first. */
static void
test_dear_piece_first (void)
{
  g_autoptr (RushesFrames) frames = make_frames (64);

  g_assert_cmpuint (render (frames, 1, 1), ==, 0);
  g_assert_cmpuint (render (frames, 1, 1), ==, 1);
  g_assert_cmpuint (render (frames, 2, 1), ==, 2);
  g_assert_cmpuint (render (frames, 1, 20), ==, 63);
  for (guint i = 8; i < 56; i += 8)
    g_assert_cmpuint (render (frames, 1 + i % 2, 1), ==, i);
  for (guint i = 56; i < 63; i++)
    g_assert_cmpuint (render (frames, 1 + i % 2, 20), ==, i);
  for (guint i = 3; i < 56; i++)
    if (i % 8 != 0)
      g_assert_cmpuint (render (frames, 1 + i % 2, 1 + i % 3 / 10.), ==, i);
  assert_counts (frames, 0, 0, 64, 0);
}

static void
test_spread_over_what_is_left (void)
{
  g_autoptr (RushesFrames) frames = make_frames (64);

  /* The first piece and the second are done, the end of the last one too. */
  for (guint i = 0; i < 16; i++)
    rushes_frames_set_done (frames, i);
  rushes_frames_set_done (frames, 63);
  take (frames, 1);
  g_assert_cmpuint (take (frames, 2), ==, 62);
  g_assert_cmpuint (take (frames, 1), ==, 17);
  g_assert_cmpuint (take (frames, 1), ==, 24);
}

/* Each frame once, whatever they cost and whoever is stopped. */
static void
test_shared_is_complete (void)
{
  for (guint round = 0; round < 100; round++)
    {
      guint n = (guint) g_test_rand_int_range (1, 400);
      g_autoptr (RushesFrames) frames = make_frames (n);
      guint rendered = 0;

      while (rendered < n)
        {
          guint index = take (frames, (guint) g_test_rand_int_range (1, 9));

          if (g_test_rand_int_range (0, 10) == 0)
            {
              rushes_frames_give_back (frames, index);
              continue;
            }
          rushes_frames_set_done (frames, index);
          rushes_frames_set_cost (frames, index, g_test_rand_double_range (0, 10));
          rendered++;
        }
      assert_counts (frames, 0, 0, n, 0);
    }
}

/* Whatever fails, two clients that go on come to an end. */
static void
test_always_ends (void)
{
  g_autoptr (RushesFrames) frames = make_frames (50);
  guint calls = 0;

  for (guint client = 1; rushes_frames_count (frames, RUSHES_FRAME_FAILED) < 50; client ^= 3)
    {
      guint index;

      g_assert_cmpuint (calls++, <, 1000);
      if (rushes_frames_take (frames, client, &index))
        fail (frames, index, client, ATTEMPTS);
    }
  assert_counts (frames, 0, 0, 0, 50);
}

static void
test_large (void)
{
  g_autoptr (RushesFrameRange) range = rushes_frame_range_new (0, RUSHES_FRAME_MAX, 1);
  g_autoptr (RushesFrames) frames = rushes_frames_new (range);

  for (guint i = 0; i <= RUSHES_FRAME_MAX; i++)
    if (i != RUSHES_FRAME_MAX / 2)
      rushes_frames_set_done (frames, i);
  g_assert_cmpuint (take (frames, 1), ==, RUSHES_FRAME_MAX / 2);
  assert_counts (frames, 0, 1, RUSHES_FRAME_MAX, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/frames/new", test_new);
  g_test_add_func ("/frames/in-order", test_in_order);
  g_test_add_func ("/frames/one-client-in-order", test_one_client_in_order);
  g_test_add_func ("/frames/dear-piece-first", test_dear_piece_first);
  g_test_add_func ("/frames/spread-over-what-is-left", test_spread_over_what_is_left);
  g_test_add_func ("/frames/shared-is-complete", test_shared_is_complete);
  g_test_add_func ("/frames/kept", test_kept);
  g_test_add_func ("/frames/give-back", test_give_back);
  g_test_add_func ("/frames/failed-come-last", test_failed_come_last);
  g_test_add_func ("/frames/other-client-preferred", test_other_client_preferred);
  g_test_add_func ("/frames/own-failure-if-there-is-no-other",
                   test_own_failure_if_there_is_no_other);
  g_test_add_func ("/frames/one-client-is-not-enough", test_one_client_is_not_enough);
  g_test_add_func ("/frames/one-attempt", test_one_attempt);
  g_test_add_func ("/frames/give-back-has-no-blame", test_give_back_has_no_blame);
  g_test_add_func ("/frames/failures", test_failures);
  g_test_add_func ("/frames/no-log", test_no_log);
  g_test_add_func ("/frames/retry-failed", test_retry_failed);
  g_test_add_func ("/frames/success-forgets-failures", test_success_forgets_failures);
  g_test_add_func ("/frames/random-walk", test_random_walk);
  g_test_add_func ("/frames/always-ends", test_always_ends);
  g_test_add_func ("/frames/large", test_large);

  return g_test_run ();
}
