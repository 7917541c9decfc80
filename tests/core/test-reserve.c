/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <signal.h>

#include <glib/gstdio.h>

#include "rushes-error.h"
#include "rushes-reserve.h"
#include "test-utils.h"

/* More than a client may take to be kept. */
#define TOO_MUCH "memory=1000000000"

typedef struct
{
  RushesTestFolder *folder; /* (owned) */
  RushesLauncher *launcher; /* (owned) */
  RushesReserve *reserve;   /* (owned) */
} Fixture;

/* ---- Helpers --------------------------------------------------------- */

/* Every start of a client leaves a line. */
static void
use_blender (Fixture *fixture, const char *name, const char *modes)
{
  g_autofree char *text = g_strdup_printf ("#!/bin/sh\necho start >>'%s/starts'\n"
                                           "RUSHES_FAKE='%s' exec \"$RUSHES_FAKE_CLIENT\" \"$@\"\n",
                                           fixture->folder, modes);
  g_autofree char *blender = rushes_test_write (fixture->folder, name, text);

  g_assert_no_errno (g_chmod (blender, 0755));
  g_clear_object (&fixture->launcher);
  fixture->launcher = rushes_launcher_new (blender);
  rushes_reserve_set_launcher (fixture->reserve, fixture->launcher);
}

static guint
count_starts (Fixture *fixture)
{
  g_autofree char *path = g_build_filename (fixture->folder, "starts", NULL);
  g_autofree char *text = NULL;
  gsize size = 0;

  if (!g_file_get_contents (path, &text, &size, NULL))
    return 0;
  return (guint) (size / strlen ("start\n"));
}

typedef struct
{
  RushesReserve *reserve;
  guint n;
} Expectation;

static gboolean
are_ready (gpointer user_data)
{
  Expectation *expectation = user_data;

  return rushes_reserve_get_n_ready (expectation->reserve) == expectation->n;
}

static void
wait_for_ready (Fixture *fixture, guint n)
{
  Expectation expectation = { fixture->reserve, n };

  rushes_test_wait_until (are_ready, &expectation);
}

static gboolean
is_empty (gpointer reserve)
{
  return rushes_reserve_get_n_clients (reserve) == 0;
}

static gboolean
is_dead (gpointer client)
{
  return rushes_client_get_state (client) == RUSHES_CLIENT_DEAD;
}

static RushesClient *
take (Fixture *fixture, RushesClientState state)
{
  RushesClient *client = rushes_reserve_take (fixture->reserve, fixture->launcher);

  g_assert_nonnull (client);
  g_assert_cmpint (rushes_client_get_state (client), ==, state);
  return client;
}

/* As whoever takes one does, whatever it is at. */
static gboolean
wait_for_start (RushesClient *client, GError **error)
{
  g_autoptr (GAsyncResult) location = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  rushes_client_start_async (client, 1, rushes_test_result_cb, &location);
  result = rushes_test_wait_for_result (&location);
  return rushes_client_start_finish (client, result, error);
}

static GVariant *
call (RushesClient *client, const char *method, GVariant *params, GError **error)
{
  g_autoptr (GAsyncResult) location = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  rushes_client_call_async (client, method, params, 10, rushes_test_result_cb, &location);
  result = rushes_test_wait_for_result (&location);
  return rushes_client_call_finish (client, result, error);
}

static void
load_scene (Fixture *fixture, RushesClient *client, const char *directives)
{
  g_autofree char *text = g_strdup_printf ("BLENDER-fake\n%s\n", directives);
  g_autofree char *path = rushes_test_write (fixture->folder, "a.blend", text);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  GVariantDict params;

  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "blend_file", "s", path);
  g_variant_dict_insert (&params, "root", "s", fixture->folder);
  reply = call (client, "initialize", g_variant_dict_end (&params), &error);
  g_assert_no_error (error);
}

/* Ends a client that was taken. */
static void
end (RushesClient *client)
{
  rushes_client_stop (client, TRUE);
  rushes_test_wait_until (is_dead, client);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *log_dir = NULL;

  fixture->folder = rushes_test_make_folder ();
  log_dir = g_build_filename (fixture->folder, "logs", NULL);
  fixture->reserve = rushes_reserve_new (log_dir);
  use_blender (fixture, "blender", "");
}

/* Whatever a test leaves in there ends with it. */
static void
tear_down (Fixture *fixture, gconstpointer data)
{
  rushes_reserve_stop (fixture->reserve);
  g_assert_cmpuint (rushes_reserve_get_n_ready (fixture->reserve), ==, 0);
  rushes_test_wait_for_children ();
  rushes_test_assert_finalize (g_steal_pointer (&fixture->reserve));
  g_clear_object (&fixture->launcher);
  g_clear_pointer (&fixture->folder, rushes_test_remove_folder);
}

/* ---- Filling --------------------------------------------------------- */

static void
test_fill (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = g_build_filename (fixture->folder, "logs", "client-1.log", NULL);
  g_autofree char *third = g_build_filename (fixture->folder, "logs", "client-3.log", NULL);

  rushes_test_property_notify (fixture->reserve, "idle-seconds", 5, 60);
  rushes_reserve_set_bounds (fixture->reserve, 0, 3);
  g_assert_null (rushes_reserve_take (fixture->reserve, fixture->launcher));

  rushes_reserve_set_bounds (fixture->reserve, 3, 3);
  wait_for_ready (fixture, 3);
  g_assert_cmpuint (count_starts (fixture), ==, 3);
  g_assert_true (g_file_test (first, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (third, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (rushes_reserve_make_number (fixture->reserve), ==, 4);

  rushes_reserve_set_bounds (fixture->reserve, 1, 2);
  g_assert_cmpuint (rushes_reserve_get_n_ready (fixture->reserve), ==, 2);
  rushes_reserve_set_bounds (fixture->reserve, 0, 0);
  g_assert_cmpuint (rushes_reserve_get_n_ready (fixture->reserve), ==, 0);
  rushes_test_wait_for_children ();
  g_assert_cmpuint (count_starts (fixture), ==, 3);
}

/* The second waits for the first: nobody is to notice. */
static void
test_one_after_another (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesClient) first = NULL;

  rushes_reserve_set_bounds (fixture->reserve, 2, 2);
  first = take (fixture, RUSHES_CLIENT_STARTING);
  g_assert_null (rushes_reserve_take (fixture->reserve, fixture->launcher));
  end (first);
}

/* ---- Taking ---------------------------------------------------------- */

static void
test_take (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesLauncher) other = rushes_launcher_new ("blender");
  g_autoptr (RushesClient) client = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;
  gint64 pid;

  rushes_reserve_set_bounds (fixture->reserve, 2, 2);
  wait_for_ready (fixture, 2);
  g_assert_null (rushes_reserve_take (fixture->reserve, other));

  client = take (fixture, RUSHES_CLIENT_READY);
  g_assert_cmpuint (rushes_client_get_number (client), ==, 1);
  pid = rushes_client_get_pid (client);
  g_assert_cmpint (pid, >, 0);
  g_assert_true (wait_for_start (client, &error));
  g_assert_no_error (error);
  g_assert_cmpint (rushes_client_get_pid (client), ==, pid);
  reply = call (client, "hello", NULL, &error);
  g_assert_no_error (error);

  /* Nobody takes its place until somebody asks for that. */
  g_assert_cmpuint (rushes_reserve_get_n_ready (fixture->reserve), ==, 1);
  g_assert_cmpuint (count_starts (fixture), ==, 2);
  rushes_reserve_set_bounds (fixture->reserve, 2, 2);
  wait_for_ready (fixture, 2);
  g_assert_cmpuint (count_starts (fixture), ==, 3);
  end (client);
  g_assert_cmpuint (rushes_reserve_get_n_ready (fixture->reserve), ==, 2);
}

/* Whoever takes one that is not ready yet is told when it is. */
static void
test_take_starting (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesClient) client = NULL;
  g_autoptr (GError) error = NULL;

  use_blender (fixture, "slow", "start-ms=100");
  rushes_reserve_set_bounds (fixture->reserve, 1, 1);
  client = take (fixture, RUSHES_CLIENT_STARTING);
  g_assert_true (wait_for_start (client, &error));
  g_assert_no_error (error);
  g_assert_cmpint (rushes_client_get_state (client), ==, RUSHES_CLIENT_READY);
  g_assert_cmpstr (rushes_client_get_blender_version (client), ==, "3.4.1");
  g_assert_cmpuint (count_starts (fixture), ==, 1);
  end (client);
}

static void
test_take_broken (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesClient) client = NULL;
  g_autoptr (GError) error = NULL;

  use_blender (fixture, "broken", "start-ms=50,exit=3");
  rushes_reserve_set_bounds (fixture->reserve, 1, 1);
  client = take (fixture, RUSHES_CLIENT_STARTING);
  g_assert_false (wait_for_start (client, &error));
  rushes_test_assert_error (error, RUSHES_ERROR_CRASHED, "exit code 3");
  g_clear_error (&error);

  /* The dead say why, whenever they are asked. */
  g_assert_false (wait_for_start (client, &error));
  rushes_test_assert_error (error, RUSHES_ERROR_CRASHED, "exit code 3");
}

/* ---- Giving back ----------------------------------------------------- */

static void
test_give_back (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesLauncher) other = rushes_launcher_new ("blender");
  g_autoptr (RushesClient) client = NULL;
  g_autoptr (RushesClient) again = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  rushes_reserve_set_bounds (fixture->reserve, 1, 1);
  wait_for_ready (fixture, 1);
  client = take (fixture, RUSHES_CLIENT_READY);
  load_scene (fixture, client, "");
  reply = call (client, "animation_range", NULL, &error);
  g_assert_no_error (error);

  g_assert_false (rushes_reserve_give_back (fixture->reserve, other, client));
  rushes_reserve_set_bounds (fixture->reserve, 0, 0);
  g_assert_false (rushes_reserve_give_back (fixture->reserve, fixture->launcher, client));
  g_assert_cmpint (rushes_client_get_state (client), ==, RUSHES_CLIENT_READY);

  rushes_reserve_set_bounds (fixture->reserve, 0, 1);
  g_assert_true (rushes_reserve_give_back (fixture->reserve, fixture->launcher, client));
  wait_for_ready (fixture, 1);
  again = take (fixture, RUSHES_CLIENT_READY);
  g_assert_true (again == client);
  g_assert_null (call (again, "animation_range", NULL, &error));
  rushes_test_assert_error (error, RUSHES_ERROR_PROTOCOL, "No scene is loaded");
  g_assert_cmpuint (count_starts (fixture), ==, 1);
  end (again);
  g_assert_false (rushes_reserve_give_back (fixture->reserve, fixture->launcher, again));
}

/* It has not let go of its scene yet, and can be had all the same. */
static void
test_take_at_once (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesClient) client = NULL;
  g_autoptr (RushesClient) again = NULL;
  g_autoptr (GError) error = NULL;

  rushes_reserve_set_bounds (fixture->reserve, 1, 1);
  wait_for_ready (fixture, 1);
  client = take (fixture, RUSHES_CLIENT_READY);
  load_scene (fixture, client, TOO_MUCH);
  g_assert_true (rushes_reserve_give_back (fixture->reserve, fixture->launcher, client));
  again = take (fixture, RUSHES_CLIENT_BUSY);
  g_assert_true (again == client);
  g_assert_true (wait_for_start (again, &error));
  g_assert_no_error (error);
  g_assert_cmpint (rushes_client_get_state (again), ==, RUSHES_CLIENT_READY);
  load_scene (fixture, again, "");
  end (again);
}

static void
test_too_large (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesClient) client = NULL;

  rushes_reserve_set_bounds (fixture->reserve, 1, 1);
  wait_for_ready (fixture, 1);
  client = take (fixture, RUSHES_CLIENT_READY);
  load_scene (fixture, client, TOO_MUCH);
  g_assert_true (rushes_reserve_give_back (fixture->reserve, fixture->launcher, client));
  rushes_test_wait_until (is_dead, client);
  g_assert_error (rushes_client_get_cause (client), RUSHES_ERROR, RUSHES_ERROR_STOPPED);
  g_assert_cmpuint (count_starts (fixture), ==, 1);

  /* One that is as small as any takes its place where one is wanted. */
  rushes_reserve_set_bounds (fixture->reserve, 1, 1);
  wait_for_ready (fixture, 1);
  g_assert_cmpuint (count_starts (fixture), ==, 2);
}

/* ---- Trouble --------------------------------------------------------- */

/* After the one that was tried. */
static void
expect_no_start (Fixture *fixture)
{
  rushes_test_wait_until (is_empty, fixture->reserve);
  rushes_reserve_set_bounds (fixture->reserve, 2, 2);
  rushes_reserve_set_bounds (fixture->reserve, 0, 2);
  rushes_reserve_set_bounds (fixture->reserve, 2, 2);
  g_assert_null (rushes_reserve_take (fixture->reserve, fixture->launcher));
}

/* One try, until something changes. */
static void
test_broken (Fixture *fixture, gconstpointer data)
{
  const char *modes = data;

  rushes_reserve_set_start_timeout (fixture->reserve, 1);
  use_blender (fixture, "broken", modes);
  rushes_reserve_set_bounds (fixture->reserve, 2, 2);
  expect_no_start (fixture);
  g_assert_cmpuint (count_starts (fixture), ==, 1);

  rushes_reserve_set_bounds (fixture->reserve, 2, 3);
  rushes_test_wait_until (is_empty, fixture->reserve);
  rushes_reserve_set_bounds (fixture->reserve, 2, 2);
  expect_no_start (fixture);
  g_assert_cmpuint (count_starts (fixture), ==, 3);

  use_blender (fixture, "mended", "");
  wait_for_ready (fixture, 2);
  g_assert_cmpuint (count_starts (fixture), ==, 5);
}

static void
test_no_blender (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->launcher);
  fixture->launcher = rushes_launcher_new ("/nowhere/blender");
  rushes_reserve_set_launcher (fixture->reserve, fixture->launcher);
  rushes_reserve_set_bounds (fixture->reserve, 2, 2);
  expect_no_start (fixture);
}

/* Somebody else ends one that is ready. */
static void
test_killed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesClient) client = NULL;
  g_autoptr (RushesClient) other = NULL;

  rushes_reserve_set_bounds (fixture->reserve, 2, 2);
  wait_for_ready (fixture, 2);
  client = take (fixture, RUSHES_CLIENT_READY);
  other = take (fixture, RUSHES_CLIENT_READY);
  g_assert_true (rushes_reserve_give_back (fixture->reserve, fixture->launcher, client));
  wait_for_ready (fixture, 1);
  g_assert_no_errno (kill ((pid_t) rushes_client_get_pid (client), SIGKILL));
  wait_for_ready (fixture, 0);
  rushes_test_wait_until (is_dead, client);

  rushes_reserve_set_bounds (fixture->reserve, 2, 2);
  g_assert_null (rushes_reserve_take (fixture->reserve, fixture->launcher));
  g_assert_cmpuint (count_starts (fixture), ==, 2);

  /* This one has shown that Blender works. */
  g_assert_true (rushes_reserve_give_back (fixture->reserve, fixture->launcher, other));
  wait_for_ready (fixture, 2);
  g_assert_cmpuint (count_starts (fixture), ==, 3);
}

/* ---- Leaving --------------------------------------------------------- */

static void
test_idle (Fixture *fixture, gconstpointer data)
{
  g_object_set (fixture->reserve, "idle-seconds", 1, NULL);
  rushes_reserve_set_bounds (fixture->reserve, 2, 2);
  wait_for_ready (fixture, 2);
  rushes_test_wait_until (is_empty, fixture->reserve);
  rushes_test_wait_for_children ();
  g_assert_cmpuint (count_starts (fixture), ==, 2);

  /* Back when they are likely to be wanted, but not only because they may be. */
  rushes_reserve_set_bounds (fixture->reserve, 0, 2);
  g_assert_null (rushes_reserve_take (fixture->reserve, fixture->launcher));
  rushes_reserve_set_bounds (fixture->reserve, 2, 2);
  wait_for_ready (fixture, 2);
  g_assert_cmpuint (count_starts (fixture), ==, 4);
}

static void
test_change (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesClient) client = NULL;

  rushes_reserve_set_bounds (fixture->reserve, 1, 1);
  wait_for_ready (fixture, 1);
  client = take (fixture, RUSHES_CLIENT_READY);
  g_assert_true (rushes_reserve_give_back (fixture->reserve, fixture->launcher, client));
  wait_for_ready (fixture, 1);
  rushes_reserve_set_bounds (fixture->reserve, 1, 1);

  use_blender (fixture, "other", "");
  g_assert_cmpuint (rushes_reserve_get_n_ready (fixture->reserve), ==, 0);
  rushes_test_wait_until (is_dead, client);
  wait_for_ready (fixture, 1);
  g_assert_cmpuint (count_starts (fixture), ==, 2);
}

/* In the midst of a start, and of letting go of a scene, whether Blender listens or
 * not. */
static void
test_stop (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesClient) client = NULL;
  const char *modes = data;

  use_blender (fixture, "this", modes);
  rushes_reserve_set_bounds (fixture->reserve, 1, 2);
  if (strstr (modes, "start-ms") == NULL)
    {
      wait_for_ready (fixture, 1);
      client = take (fixture, RUSHES_CLIENT_READY);
      load_scene (fixture, client, "");
      g_assert_true (rushes_reserve_give_back (fixture->reserve, fixture->launcher, client));
      rushes_reserve_set_bounds (fixture->reserve, 2, 2);
    }
  rushes_reserve_stop (fixture->reserve);
  rushes_reserve_set_bounds (fixture->reserve, 2, 2);
  g_assert_null (rushes_reserve_take (fixture->reserve, fixture->launcher));
}

static void
add (const char *path, gconstpointer data, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, data, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("/reserve/fill", NULL, test_fill);
  add ("/reserve/one-after-another", NULL, test_one_after_another);
  add ("/reserve/take", NULL, test_take);
  add ("/reserve/take-starting", NULL, test_take_starting);
  add ("/reserve/take-broken", NULL, test_take_broken);
  add ("/reserve/give-back", NULL, test_give_back);
  add ("/reserve/take-at-once", NULL, test_take_at_once);
  add ("/reserve/too-large", NULL, test_too_large);
  add ("/reserve/broken/exits", "exit=3", test_broken);
  add ("/reserve/broken/silent", "no-marker", test_broken);
  add ("/reserve/broken/bad-json", "bad-json", test_broken);
  add ("/reserve/no-blender", NULL, test_no_blender);
  add ("/reserve/killed", NULL, test_killed);
  add ("/reserve/idle", NULL, test_idle);
  add ("/reserve/change", NULL, test_change);
  add ("/reserve/stop/ready", "", test_stop);
  add ("/reserve/stop/starting", "start-ms=60000", test_stop);
  add ("/reserve/stop/deaf", "ignore-term", test_stop);

  return g_test_run ();
}
