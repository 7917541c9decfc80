/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "rushes-client.h"
#include "rushes-error.h"
#include "test-utils.h"

/* For what must be quick; a busy machine may still be slow. */
#define SOON_SECONDS 15

#define MAX_LOG_BYTES (16 * 1024 * 1024 + 64 * 1024)

#if defined(__SANITIZE_ADDRESS__)
#define KEEPS_FREED_MEMORY 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KEEPS_FREED_MEMORY 1
#endif
#endif
#ifndef KEEPS_FREED_MEMORY
#define KEEPS_FREED_MEMORY 0
#endif

typedef struct
{
  RushesTestFolder *folder; /* (owned) */
  const char *script;       /* (unowned) (nullable): of shell, what clients do first */
  RushesClient *client;     /* (owned) */
  GArray *states;           /* (owned) (element-type RushesClientState) */
  GArray *fractions;        /* (owned) (element-type double) */
  guint last_frame;
  guint n_fds; /* before the test, or before any */
} Fixture;

/* ---- Helpers --------------------------------------------------------- */

static guint
count_fds (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint count = 0;

  g_assert_nonnull (dir);
  while (g_dir_read_name (dir) != NULL)
    count++;
  return count;
}

static gsize
get_memory (void)
{
  g_autofree char *statm = NULL;
  gsize pages = 0;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &statm, NULL, NULL));
  g_assert_cmpint (sscanf (statm, "%*s %zu", &pages), ==, 1);
  return pages * (gsize) sysconf (_SC_PAGESIZE);
}

/* How many processes of a group are alive; zombies are not. */
static guint
count_group (gint64 group)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc", 0, NULL);
  const char *name;
  guint count = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc", name, "stat", NULL);
      g_autofree char *stat = NULL;
      const char *end;
      char state;
      int number;

      if (!g_ascii_isdigit (*name) || !g_file_get_contents (path, &stat, NULL, NULL))
        continue;
      end = strrchr (stat, ')');
      if (end != NULL && sscanf (end, ") %c %*d %d", &state, &number) == 2 && number == group &&
          state != 'Z' && state != 'X')
        count++;
    }
  return count;
}

static gboolean
is_group_gone (gpointer group)
{
  /* Nothing in the main loop tells of a grandchild's end: look again soon. */
  g_timeout_add_once (10, (GSourceOnceFunc) g_main_context_wakeup, NULL);
  return count_group (GPOINTER_TO_INT (group)) == 0;
}

static gboolean
are_fds_closed (gpointer user_data)
{
  Fixture *fixture = user_data;

  g_timeout_add_once (10, (GSourceOnceFunc) g_main_context_wakeup, NULL);
  return count_fds () <= fixture->n_fds;
}

static gboolean
is_dead (gpointer client)
{
  return rushes_client_get_state (client) == RUSHES_CLIENT_DEAD;
}

static gboolean
is_set (gpointer pointer)
{
  return *(gpointer *) pointer != NULL;
}

static void
result_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **slot = user_data;

  g_assert_null (*slot);
  *slot = g_object_ref (result);
}

/* What may follow what. */
static gboolean
is_legal (RushesClientState before, RushesClientState after)
{
  switch (before)
    {
    case RUSHES_CLIENT_NEW:
      return after == RUSHES_CLIENT_WAITING || after == RUSHES_CLIENT_STARTING ||
             after == RUSHES_CLIENT_DEAD;
    case RUSHES_CLIENT_WAITING:
      return after == RUSHES_CLIENT_STARTING || after >= RUSHES_CLIENT_STOPPING;
    case RUSHES_CLIENT_STARTING:
      return after >= RUSHES_CLIENT_READY && after != RUSHES_CLIENT_BUSY;
    case RUSHES_CLIENT_READY:
      return after >= RUSHES_CLIENT_BUSY;
    case RUSHES_CLIENT_BUSY:
      return after == RUSHES_CLIENT_READY || after >= RUSHES_CLIENT_STOPPING;
    case RUSHES_CLIENT_STOPPING:
      return after == RUSHES_CLIENT_DEAD;
    case RUSHES_CLIENT_DEAD:
    default:
      return FALSE;
    }
}

static void
state_cb (RushesClient *client, GParamSpec *pspec, gpointer user_data)
{
  Fixture *fixture = user_data;
  RushesClientState before =
      g_array_index (fixture->states, RushesClientState, fixture->states->len - 1);
  RushesClientState state = rushes_client_get_state (client);
  RushesClientState property;

  g_object_get (client, "state", &property, NULL);
  g_assert_cmpint (property, ==, state);
  if (!is_legal (before, state))
    g_error ("State %d follows %d", state, before);
  /* The cause is known by the time that anybody hears of the end. */
  if (state == RUSHES_CLIENT_DEAD)
    g_assert_nonnull (rushes_client_get_cause (client));
  g_array_append_val (fixture->states, state);
}

static void
progress_cb (RushesClient *client, guint frame, double fraction, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_assert_cmpint (rushes_client_get_state (client), ==, RUSHES_CLIENT_BUSY);
  fixture->last_frame = frame;
  g_array_append_val (fixture->fractions, fraction);
}

/* A program in place of Blender: it does what the fixture's script says, then
 * becomes the fake client with those modes. */
static RushesClient *
make_client (Fixture *fixture, const char *modes, guint number)
{
  g_autofree char *log_dir = g_build_filename (fixture->folder, "logs", NULL);
  g_autofree char *name = g_strdup_printf ("blender-%u", number);
  g_autofree char *text = g_strdup_printf (
      "#!/bin/sh\nexport RUSHES_FAKE='%s'\n%s\nexec \"$RUSHES_FAKE_CLIENT\" \"$@\"\n",
      modes != NULL ? modes : "", fixture->script != NULL ? fixture->script : "");
  g_autofree char *path = rushes_test_write (fixture->folder, name, text);
  g_autoptr (RushesLauncher) launcher = rushes_launcher_new (path);

  g_assert_no_errno (g_chmod (path, 0755));
  return rushes_client_new (launcher, number, log_dir);
}

/* Takes @client. */
static void
watch_client (Fixture *fixture, RushesClient *client)
{
  RushesClientState state = rushes_client_get_state (client);

  g_assert_null (fixture->client);
  g_assert_cmpint (state, ==, RUSHES_CLIENT_NEW);
  fixture->client = client;
  g_array_set_size (fixture->states, 0);
  g_array_append_val (fixture->states, state);
  g_signal_connect (client, "notify::state", G_CALLBACK (state_cb), fixture);
  g_signal_connect (client, "progress", G_CALLBACK (progress_cb), fixture);
}

/* A client of that kind, watched, not started. */
static void
use_client (Fixture *fixture, const char *modes)
{
  watch_client (fixture, make_client (fixture, modes, 1));
}

/* Notes each SIGTERM in a file beside it, with a client behind it that heeds
 * none: what happened can be told afterwards. */
#define NOTES_SIGTERM                                                                              \
  "trap 'echo SIGTERM >>\"$0.term\"' TERM\n"                                                       \
  "exec 3<&0\n"                                                                                    \
  "\"$RUSHES_FAKE_CLIENT\" \"$@\" <&3 &\n"                                                         \
  "exec 3<&- <&- >&- 2>&-\n"                                                                       \
  "while kill -0 $! 2>&-; do wait $!; done\n"                                                      \
  "exit"

static gboolean
was_sigterm_noted (Fixture *fixture)
{
  g_autofree char *path = g_build_filename (fixture->folder, "blender-1.term", NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static gboolean
start_client (RushesClient *client, guint timeout, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  rushes_client_start_async (client, timeout, result_cb, &result);
  rushes_test_wait_until (is_set, &result);
  return rushes_client_start_finish (client, result, error);
}

static void
start (Fixture *fixture, const char *modes)
{
  g_autoptr (GError) error = NULL;

  use_client (fixture, modes);
  start_client (fixture->client, RUSHES_TEST_TIMEOUT_SECONDS, &error);
  g_assert_no_error (error);
  g_assert_cmpint (rushes_client_get_state (fixture->client), ==, RUSHES_CLIENT_READY);
}

static GVariant *
call (Fixture *fixture, const char *method, GVariant *params, guint timeout, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  rushes_client_call_async (fixture->client, method, params, timeout, result_cb, &result);
  g_assert_cmpint (rushes_client_get_state (fixture->client), ==, RUSHES_CLIENT_BUSY);
  rushes_test_wait_until (is_set, &result);
  return rushes_client_call_finish (fixture->client, result, error);
}

static GVariant *
try_load (Fixture *fixture, const char *directives, GError **error)
{
  g_autofree char *text = g_strdup_printf ("BLENDER-fake\n%s\n", directives);
  g_autofree char *path = rushes_test_write (fixture->folder, "scene.blend", text);
  GVariantDict params;

  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "blend_file", "s", path);
  g_variant_dict_insert (&params, "root", "s", fixture->folder);
  return call (fixture, "initialize", g_variant_dict_end (&params), 0, error);
}

static void
load (Fixture *fixture, const char *directives)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = try_load (fixture, directives, &error);

  g_assert_no_error (error);
  g_assert_nonnull (reply);
}

static GVariant *
make_frame_params (guint frame)
{
  GVariantDict files, params;

  g_variant_dict_init (&files, NULL);
  g_variant_dict_insert (&files, "frames", "s", "picture.png");
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "frame", "u", frame);
  g_variant_dict_insert_value (&params, "files", g_variant_dict_end (&files));
  return g_variant_dict_end (&params);
}

static GVariant *
render (Fixture *fixture, guint frame, guint timeout, GError **error)
{
  return call (fixture, "render_frame", make_frame_params (frame), timeout, error);
}

/* Begins a frame that does not end by itself, or not soon. */
static void
begin_render (Fixture *fixture, const char *directives, GAsyncResult **result)
{
  load (fixture, directives);
  rushes_client_call_async (fixture->client, "render_frame", make_frame_params (1), 0, result_cb,
                            result);
}

static void
assert_works (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = call (fixture, "hello", NULL, 0, &error);
  const char *version = NULL;

  g_assert_no_error (error);
  g_assert_true (g_variant_lookup (reply, "blender", "&s", &version));
  g_assert_cmpstr (version, ==, "3.4.1");
  g_assert_cmpint (rushes_client_get_state (fixture->client), ==, RUSHES_CLIENT_READY);
}

/* The client is, or soon will be, dead for that reason; its whole group too. */
static void
assert_dies (Fixture *fixture, RushesError code)
{
  g_autoptr (GError) cause = NULL;

  rushes_test_wait_until (is_dead, fixture->client);
  g_assert_nonnull (rushes_client_get_cause (fixture->client));
  cause = g_error_copy (rushes_client_get_cause (fixture->client));
  g_assert_error (cause, RUSHES_ERROR, (int) code);
  g_assert_cmpint (g_array_index (fixture->states, RushesClientState, fixture->states->len - 1), ==,
                   RUSHES_CLIENT_DEAD);
}

static void
assert_contains (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("“%s” is not in “%s”", part, text);
}

typedef struct
{
  const char *path;
  const char *text;
} Wanted;

static gboolean
does_file_contain (gpointer user_data)
{
  Wanted *wanted = user_data;
  g_autofree char *content = NULL;
  gsize length;

  g_timeout_add_once (10, (GSourceOnceFunc) g_main_context_wakeup, NULL);
  return g_file_get_contents (wanted->path, &content, &length, NULL) &&
         memmem (content, length, wanted->text, strlen (wanted->text)) != NULL;
}

static void
wait_for_log (Fixture *fixture, const char *text)
{
  Wanted wanted = { rushes_client_get_log_path (fixture->client), text };

  g_assert_nonnull (wanted.path);
  rushes_test_wait_until (does_file_contain, &wanted);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  static guint fewest = G_MAXUINT;

  /* A thread may still be closing what the test before has left. */
  fewest = MIN (fewest, count_fds ());
  fixture->n_fds = fewest;
  fixture->folder = rushes_test_make_folder ();
  fixture->states = g_array_new (FALSE, FALSE, sizeof (RushesClientState));
  fixture->fractions = g_array_new (FALSE, FALSE, sizeof (double));
}

/* Whatever happened, nothing is left of it: no process, no descriptor, no
 * object. */
static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gint64 pid = 0;

  if (fixture->client != NULL)
    {
      pid = rushes_client_get_pid (fixture->client);
      if (rushes_client_get_state (fixture->client) != RUSHES_CLIENT_DEAD)
        rushes_client_stop (fixture->client, TRUE);
      rushes_test_wait_until (is_dead, fixture->client);
      if (pid > 0)
        rushes_test_wait_until (is_group_gone, GINT_TO_POINTER ((int) pid));
      g_signal_handlers_disconnect_by_data (fixture->client, fixture);
    }

  rushes_test_wait_for_children ();

  g_clear_object (&fixture->client);
  rushes_test_wait_until (are_fds_closed, fixture);

  g_clear_pointer (&fixture->states, g_array_unref);
  g_clear_pointer (&fixture->fractions, g_array_unref);
  g_clear_pointer (&fixture->folder, rushes_test_remove_folder);
}

/* ---- Starting -------------------------------------------------------- */

static void
test_ready (Fixture *fixture, gconstpointer data)
{
  static const RushesClientState expected[] = { RUSHES_CLIENT_NEW, RUSHES_CLIENT_STARTING };

  start (fixture, "start-ms=100");
  g_assert_cmpuint (rushes_client_get_number (fixture->client), ==, 1);
  g_assert_cmpstr (rushes_client_get_blender_version (fixture->client), ==, "3.4.1");
  g_assert_cmpint (rushes_client_get_pid (fixture->client), >, 0);
  g_assert_null (rushes_client_get_cause (fixture->client));
  g_assert_true (g_str_has_suffix (rushes_client_get_log_path (fixture->client), "client-1.log"));
  g_assert_cmpmem (fixture->states->data, sizeof expected, expected, sizeof expected);
  assert_works (fixture);
  assert_works (fixture);
}

static void
test_noise (Fixture *fixture, gconstpointer data)
{
  /* Lines that look like the marker, and one that is cut by nothing. */
  fixture->script = "yes 'rushes-client of another token' | head -n 50000\n"
                    "printf 'rushes-clirushes-client \\n\\0\\377last noise\\n'";
  start (fixture, "log-lines=5000");
  assert_works (fixture);

  wait_for_log (fixture, "Line 5000 of the log\n");
  wait_for_log (fixture, "This Blender is a fake");
  {
    g_autofree char *log = NULL;
    gsize length;

    g_assert_true (
        g_file_get_contents (rushes_client_get_log_path (fixture->client), &log, &length, NULL));
    g_assert_nonnull (memmem (log, length, "rushes-client of another token\n", 31));
    g_assert_nonnull (memmem (log, length, "\377last noise\n", 12));
    g_assert_nonnull (memmem (log, length, "Blender 3.4.1\n", 14));
    /* The protocol does not go there. */
    g_assert_null (memmem (log, length, "jsonrpc", 7));
  }

  rushes_client_note (fixture->client, "a note for %s", "people");
  wait_for_log (fixture, "a note for people\n");
}

static void
test_start_timeout (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 began = g_get_monotonic_time ();
  gsize memory = get_memory ();
  GStatBuf info;

  use_client (fixture, data);
  g_assert_false (start_client (fixture->client, 1, &error));
  g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_TIMED_OUT);
  assert_contains (error->message, "1 second");
  assert_dies (fixture, RUSHES_ERROR_TIMED_OUT);

  g_assert_cmpint (g_get_monotonic_time () - began, >=, G_USEC_PER_SEC);
  g_assert_cmpint (g_get_monotonic_time () - began, <, SOON_SECONDS * G_USEC_PER_SEC);
  if (!KEEPS_FREED_MEMORY)
    g_assert_cmpuint (get_memory (), <, memory + 16 * 1024 * 1024);
  g_assert_no_errno (g_stat (rushes_client_get_log_path (fixture->client), &info));
  g_assert_cmpint (info.st_size, <=, MAX_LOG_BYTES);
}

#define N_NEIGHBOURS 4

/* Clients that print without end must not hold up the others. */
static void
test_noisy_neighbours (Fixture *fixture, gconstpointer data)
{
  RushesClient *neighbours[N_NEIGHBOURS];
  GAsyncResult *results[N_NEIGHBOURS] = { NULL };

  for (guint i = 0; i < N_NEIGHBOURS; i++)
    {
      neighbours[i] = make_client (fixture, data, 2 + i);
      rushes_client_start_async (neighbours[i], RUSHES_TEST_TIMEOUT_SECONDS, result_cb,
                                 &results[i]);
    }

  start (fixture, NULL);
  for (guint i = 0; i < 20; i++)
    assert_works (fixture);

  for (guint i = 0; i < N_NEIGHBOURS; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (rushes_client_get_state (neighbours[i]), ==, RUSHES_CLIENT_STARTING);
      rushes_client_stop (neighbours[i], TRUE);
      rushes_test_wait_until (is_set, &results[i]);
      g_assert_false (rushes_client_start_finish (neighbours[i], results[i], &error));
      g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_STOPPED);
      g_clear_object (&results[i]);
      g_clear_object (&neighbours[i]);
    }
}

static const struct
{
  const char *path;
  const char *modes;
  const char *words;
} early_deaths[] = {
  { "/client/start/exit-0", "exit=0", "exit code 0" },
  { "/client/start/exit-3", "exit=3", "exit code 3" },
  { "/client/start/exit-139", "exit=139", "(signal 11)" },
  { "/client/start/segfault", "signal=11", "(signal 11)" },
  { "/client/start/killed", "signal=9", "memory" },
  { "/client/start/exit-without-eof", "start-ms=200,exit-without-eof", "exit code 0" },
};

static void
test_early_death (Fixture *fixture, gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;

  use_client (fixture, early_deaths[i].modes);
  g_assert_false (start_client (fixture->client, RUSHES_TEST_TIMEOUT_SECONDS, &error));
  g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_CRASHED);
  assert_contains (error->message, early_deaths[i].words);
  assert_dies (fixture, RUSHES_ERROR_CRASHED);
  /* What it printed before it went is what explains it: whoever hears of the end
   * finds it in the log. */
  {
    g_autofree char *log = rushes_test_read (rushes_client_get_log_path (fixture->client));

    assert_contains (log, "This Blender is a fake");
    assert_contains (log, "Blender 3.4.1");
  }
}

static void
test_missing_program (Fixture *fixture, gconstpointer data)
{
  g_autofree char *log_dir = g_build_filename (fixture->folder, "logs", NULL);
  g_autoptr (RushesLauncher) launcher = rushes_launcher_new ("/nonexistent/blender");
  g_autoptr (GError) error = NULL;

  watch_client (fixture, rushes_client_new (launcher, 1, log_dir));
  g_assert_false (start_client (fixture->client, 1, &error));
  g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_COULD_NOT_START);
  assert_contains (error->message, "/nonexistent/blender");
  assert_dies (fixture, RUSHES_ERROR_COULD_NOT_START);
}

static void
test_no_log_folder (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = rushes_test_write (fixture->folder, "logs", "a file is in the way");
  g_autoptr (GError) error = NULL;

  use_client (fixture, NULL);
  g_assert_false (start_client (fixture->client, 1, &error));
  g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_NOT_WRITABLE);
  assert_contains (error->message, path);
  assert_dies (fixture, RUSHES_ERROR_NOT_WRITABLE);
}

/* ---- Calls ----------------------------------------------------------- */

static void
test_call (Fixture *fixture, gconstpointer data)
{
  g_autofree char *picture = g_build_filename (fixture->folder, "picture.png", NULL);
  g_autoptr (GError) error = NULL;
  GVariantDict params;

  start (fixture, NULL);
  load (fixture, "width=6");

  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "width", "u", 16);
  g_variant_dict_insert (&params, "height", "u", 9);
  {
    g_autoptr (GVariant) reply =
        call (fixture, "set_resolution", g_variant_dict_end (&params), 0, &error);
    gint64 width = 0;

    g_assert_no_error (error);
    g_assert_true (g_variant_lookup (reply, "width", "x", &width));
    g_assert_cmpint (width, ==, 16);
  }
  for (guint frame = 1; frame <= 3; frame++)
    {
      g_autoptr (GVariant) reply = render (fixture, frame, 1, &error);
      gint64 number = 0, memory = 0;

      g_assert_no_error (error);
      g_assert_true (g_variant_lookup (reply, "frame", "x", &number));
      g_assert_cmpint (number, ==, frame);
      g_assert_true (g_variant_lookup (reply, "memory", "x", &memory));
      g_assert_cmpint (memory, >, 0);
      g_assert_no_errno (g_unlink (picture));
    }
}

static const struct
{
  const char *path;
  const char *directives;
  const char *method;
  RushesError code;
  const char *words;
} error_replies[] = {
  { "/client/error/load", "load-error=Error: it is broken “so”", NULL, RUSHES_ERROR_LOAD_FAILED,
    "Error: it is broken “so”" },
  { "/client/error/no-camera", "no-camera", NULL, RUSHES_ERROR_NO_CAMERA,
    "The scene has no camera" },
  { "/client/error/render", "fail-frame=1", "render_frame", RUSHES_ERROR_RENDER_FAILED,
    "Error: out of paint" },
  { "/client/error/not-writable", "locked-frame=1", "render_frame", RUSHES_ERROR_NOT_WRITABLE,
    "The output folder is gone" },
  { "/client/error/memory", "memory-frame=1", "render_frame", RUSHES_ERROR_OUT_OF_MEMORY,
    "System is out of GPU memory" },
  { "/client/error/range", "", "move_keyframes", RUSHES_ERROR_OUT_OF_RANGE, NULL },
  { "/client/error/invalid", "", "set_resolution", RUSHES_ERROR_INVALID, NULL },
  { "/client/error/method", "", "make_coffee", RUSHES_ERROR_PROTOCOL,
    "There is no method 'make_coffee'" },
};

static void
test_error_reply (Fixture *fixture, gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) loaded = NULL;
  g_autoptr (GVariant) reply = NULL;

  start (fixture, NULL);
  loaded = try_load (fixture, error_replies[i].directives, &error);
  if (g_strcmp0 (error_replies[i].method, "render_frame") == 0)
    reply = render (fixture, 1, 0, &error);
  else if (error_replies[i].method != NULL)
    {
      GVariantDict params;

      g_variant_dict_init (&params, NULL);
      g_variant_dict_insert (&params, "scale", "d", 1e6);
      reply = call (fixture, error_replies[i].method, g_variant_dict_end (&params), 0, &error);
    }

  g_assert_null (reply);
  g_assert_error (error, RUSHES_ERROR, (int) error_replies[i].code);
  if (error_replies[i].words != NULL)
    g_assert_cmpstr (error->message, ==, error_replies[i].words);
  /* An error is an answer: the client goes on. */
  g_assert_null (rushes_client_get_cause (fixture->client));
  assert_works (fixture);
}

static void
test_progress (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;

  start (fixture, NULL);
  load (fixture, "progress=7");
  reply = render (fixture, 5, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fixture->fractions->len, ==, 7);
  g_assert_cmpuint (fixture->last_frame, ==, 5);
  for (guint i = 0; i < fixture->fractions->len; i++)
    {
      double fraction = g_array_index (fixture->fractions, double, i);

      g_assert_cmpfloat (fraction, >,
                         i > 0 ? g_array_index (fixture->fractions, double, i - 1) : 0);
      g_assert_cmpfloat (fraction, <, 1);
    }
}

/* ---- Nonsense and death ---------------------------------------------- */

static void
test_bad_protocol (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gsize memory = get_memory ();

  use_client (fixture, data);
  g_assert_false (start_client (fixture->client, RUSHES_TEST_TIMEOUT_SECONDS, &error));
  g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_PROTOCOL);
  assert_dies (fixture, RUSHES_ERROR_PROTOCOL);
  if (!KEEPS_FREED_MEMORY)
    g_assert_cmpuint (get_memory (), <, memory + 16 * 1024 * 1024);
}

static void
test_odd_messages (Fixture *fixture, gconstpointer data)
{
  static const char *const messages[] = {
    "null",
    "1",
    "\"text\"",
    "[]",
    "{}",
    "[{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}]",
    "{\"jsonrpc\":\"2.0\",\"id\":1}",
    "{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"result\":{}}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":null}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":[]}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":7}",
    "{\"jsonrpc\":\"2.0\",\"method\":\"progress\"}",
    "{\"jsonrpc\":\"2.0\",\"method\":\"progress\",\"params\":{}}",
    "{\"jsonrpc\":\"2.0\",\"method\":\"progress\",\"params\":{\"frame\":-1,\"fraction\":0.5}}",
    "{\"jsonrpc\":\"2.0\",\"method\":\"progress\",\"params\":{\"frame\":1,\"fraction\":1.5}}",
    "{\"jsonrpc\":\"2.0\",\"method\":\"progress\",\"params\":{\"frame\":1,\"fraction\":\"x\"}}",
    "{\"jsonrpc\":\"2.0\",\"method\":\"log\",\"params\":{\"message\":1}}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}",
    "\xff\xfe\xfd",
  };

  for (guint i = 0; i < G_N_ELEMENTS (messages); i++)
    {
      g_autofree char *script =
          g_strdup_printf ("for token; do :; done\n"
                           "echo \"rushes-client $token\"\n"
                           "printf 'Content-Length: %zu\\r\\n\\r\\n%%s' '%s'\n"
                           "exec sleep 600",
                           strlen (messages[i]), messages[i]);
      g_autoptr (GError) error = NULL;

      fixture->script = script;
      use_client (fixture, NULL);
      g_assert_false (start_client (fixture->client, RUSHES_TEST_TIMEOUT_SECONDS, &error));
      if (!g_error_matches (error, RUSHES_ERROR, RUSHES_ERROR_PROTOCOL))
        g_error ("“%s” gives “%s”", messages[i], error->message);
      assert_dies (fixture, RUSHES_ERROR_PROTOCOL);
      g_clear_object (&fixture->client);
    }
}

/* What comes later is not for today: notifications of unknown names, members
 * that nobody asked for. */
static void
test_unknown_messages (Fixture *fixture, gconstpointer data)
{
  fixture->script =
      "say () { printf 'Content-Length: %d\\r\\nX-Future: yes\\r\\n\\r\\n%s' ${#1} \"$1\"; }\n"
      "for token; do :; done\n"
      "echo \"rushes-client $token\"\n"
      "say '{\"jsonrpc\":\"2.0\",\"method\":\"weather\",\"params\":{\"sun\":true}}'\n"
      "say '{\"jsonrpc\":\"2.0\",\"method\":\"log\",\"params\":{\"message\":\"all is well\"}}'\n"
      "say '{\"jsonrpc\":\"2.0\",\"id\":1,\"more\":[],\"result\":{\"blender\":\"9.9\",\"x\":[1]}}'\n"
      "exec cat 3>&1 >/dev/null"; /* and stays there */
  start (fixture, NULL);
  g_assert_cmpstr (rushes_client_get_blender_version (fixture->client), ==, "9.9");
  wait_for_log (fixture, "all is well");
  rushes_client_stop (fixture->client, FALSE);
  assert_dies (fixture, RUSHES_ERROR_STOPPED);
}

static const struct
{
  const char *path;
  const char *directives;
  RushesError code;
  const char *words;
} frame_deaths[] = {
  { "/client/frame/crash", "crash-frame=1", RUSHES_ERROR_CRASHED, "(signal 11)" },
  { "/client/frame/exit", "exit-frame=1:7", RUSHES_ERROR_CRASHED, "exit code 7" },
  { "/client/frame/oom", "oom-frame=1", RUSHES_ERROR_OUT_OF_MEMORY, "memory ran out" },
  { "/client/frame/exit-0", "exit-frame=1:0", RUSHES_ERROR_CRASHED, "exit code 0" },
  { "/client/frame/exit-134", "exit-frame=1:134", RUSHES_ERROR_CRASHED, "(signal 6)" },
  { "/client/frame/exit-137", "exit-frame=1:137", RUSHES_ERROR_CRASHED, "memory" },
  { "/client/frame/garbage", "garbage-frame=1", RUSHES_ERROR_PROTOCOL, "makes no sense" },
  { "/client/frame/huge", "huge-frame=1", RUSHES_ERROR_PROTOCOL, "makes no sense" },
};

static void
test_frame_death (Fixture *fixture, gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  gsize memory = get_memory ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;

  start (fixture, NULL);
  load (fixture, frame_deaths[i].directives);
  reply = render (fixture, 1, 0, &error);
  g_assert_null (reply);
  g_assert_error (error, RUSHES_ERROR, (int) frame_deaths[i].code);
  assert_contains (error->message, frame_deaths[i].words);
  assert_dies (fixture, frame_deaths[i].code);
  if (!KEEPS_FREED_MEMORY)
    g_assert_cmpuint (get_memory (), <, memory + 40 * 1024 * 1024);
}

static void
test_explain_death (void)
{
  /* As waitpid() gives it: a signal in the low bits, an exit code above. */
  static const struct
  {
    int status;
    const char *words;
  } cases[] = {
    { SIGSEGV, "(signal 11)" },
    { SIGSEGV | 0x80 /* dumped core */, "(signal 11)" },
    { SIGABRT, "(signal 6)" },
    { SIGTERM, "(signal 15)" },
    { SIGKILL, "was killed (signal 9); perhaps memory ran out" },
    { 0 << 8, "exit code 0" },
    { 1 << 8, "exit code 1" },
    { 127 << 8, "exit code 127" },
    { 128 << 8, "exit code 128" },
    { (128 + SIGHUP) << 8, "(signal 1)" },
    { (128 + SIGSEGV) << 8, "(signal 11)" },
    { (128 + SIGKILL) << 8, "was killed (signal 9); perhaps memory ran out" },
    { (128 + SIGTERM) << 8, "(signal 15)" },
    { 255 << 8, "exit code 255" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = rushes_client_explain_death (cases[i].status, FALSE);
      g_autoptr (GError) oom = rushes_client_explain_death (cases[i].status, TRUE);

      g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_CRASHED);
      assert_contains (error->message, cases[i].words);
      assert_contains (error->message, "Blender");
      /* The kernel kills with SIGKILL alone. */
      if (strstr (error->message, "memory") != NULL)
        g_assert_error (oom, RUSHES_ERROR, RUSHES_ERROR_OUT_OF_MEMORY);
      else
        g_assert_cmpstr (oom->message, ==, error->message);
    }
}

/* Whatever is noticed first, the reply or the death: a reply that was sent counts. */
static void
test_last_words (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) reply = NULL;

      start (fixture, data);
      load (fixture, "die-after=1");
      reply = render (fixture, 1, 0, &error);
      g_assert_no_error (error);
      g_assert_nonnull (reply);
      assert_dies (fixture, RUSHES_ERROR_CRASHED);
      g_clear_object (&fixture->client);
    }
}

/* Somebody else ends it while it waits for a call. */
static void
test_killed_idle (Fixture *fixture, gconstpointer data)
{
  start (fixture, NULL);
  g_assert_no_errno (kill ((pid_t) rushes_client_get_pid (fixture->client), SIGKILL));
  assert_dies (fixture, RUSHES_ERROR_CRASHED);
}

/* A call into a pipe that is broken already, before anybody knows of it. */
static void
test_killed_then_called (Fixture *fixture, gconstpointer data)
{
  g_autofree char *padding = g_strnfill (4 * 1024 * 1024, 'x');
  gint64 pid;
  GVariantDict params;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  start (fixture, NULL);
  pid = rushes_client_get_pid (fixture->client);
  g_assert_no_errno (kill ((pid_t) pid, SIGKILL));
  while (count_group (pid) > 0)
    g_usleep (1000);

  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "padding", "s", padding);
  rushes_client_call_async (fixture->client, "hello", g_variant_dict_end (&params), 0, result_cb,
                            &result);
  rushes_test_wait_until (is_set, &result);
  reply = rushes_client_call_finish (fixture->client, result, &error);
  g_assert_null (reply);
  g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_CRASHED);
  assert_contains (error->message, "signal 9");
  assert_dies (fixture, RUSHES_ERROR_CRASHED);
}

static void
test_close_stdout (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  use_client (fixture, "close-stdout");
  g_assert_false (start_client (fixture->client, RUSHES_TEST_TIMEOUT_SECONDS, &error));
  g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_PROTOCOL);
  assert_contains (error->message, "stopped answering");
  assert_dies (fixture, RUSHES_ERROR_PROTOCOL);
}

/* ---- The watchdog ---------------------------------------------------- */

static void
test_hang (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;
  gint64 began;

  fixture->script = NOTES_SIGTERM;
  start (fixture, "ignore-term");
  load (fixture, "hang-frame=1");
  began = g_get_monotonic_time ();
  reply = render (fixture, 1, 1, &error);
  g_assert_null (reply);
  g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_TIMED_OUT);
  assert_contains (error->message, "1 second");
  assert_dies (fixture, RUSHES_ERROR_TIMED_OUT);
  g_assert_cmpint (g_get_monotonic_time () - began, >=, G_USEC_PER_SEC);
  g_assert_cmpint (g_get_monotonic_time () - began, <, SOON_SECONDS * G_USEC_PER_SEC);
  g_assert_false (was_sigterm_noted (fixture));
}

static void
test_fed_watchdog (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;

  start (fixture, NULL);
  load (fixture, "frame-ms=3500\nprogress=34");
  reply = render (fixture, 1, 2, &error);
  g_assert_no_error (error);
  g_assert_nonnull (reply);
  g_assert_cmpuint (fixture->fractions->len, ==, 34);
}

static void
raise_flag (gpointer flag)
{
  *(gboolean *) flag = TRUE;
}

static gboolean
is_raised (gpointer flag)
{
  return *(gboolean *) flag;
}

/* Time spent waiting for a call is nobody's fault. */
/* More time or less for a call that is under way. */
static void
test_changed_watchdog (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gint64 began;

  start (fixture, NULL);
  begin_render (fixture, "hang-frame=1", &result);
  rushes_client_set_timeout (fixture->client, 600);
  rushes_client_set_timeout (fixture->client, 0);
  began = g_get_monotonic_time ();
  rushes_client_set_timeout (fixture->client, 1);
  rushes_test_wait_until (is_set, &result);
  g_assert_null (rushes_client_call_finish (fixture->client, result, &error));
  g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_TIMED_OUT);
  g_assert_cmpint (g_get_monotonic_time () - began, >=, G_USEC_PER_SEC);
  assert_dies (fixture, RUSHES_ERROR_TIMED_OUT);
}

static void
test_idle_watchdog (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;
  gboolean over = FALSE;

  start (fixture, NULL);
  reply = call (fixture, "hello", NULL, 1, &error);
  g_assert_no_error (error);
  g_timeout_add_once (1300, raise_flag, &over);
  rushes_test_wait_until (is_raised, &over);
  assert_works (fixture);
}

/* ---- Stopping -------------------------------------------------------- */

static void
test_stop_new (Fixture *fixture, gconstpointer data)
{
  use_client (fixture, NULL);
  rushes_client_stop (fixture->client, GPOINTER_TO_INT (data));
  assert_dies (fixture, RUSHES_ERROR_STOPPED);
}

static void
test_stop_ready (Fixture *fixture, gconstpointer data)
{
  fixture->script = NOTES_SIGTERM;
  start (fixture, NULL);
  rushes_client_stop (fixture->client, FALSE);
  g_assert_cmpint (rushes_client_get_state (fixture->client), ==, RUSHES_CLIENT_STOPPING);
  assert_dies (fixture, RUSHES_ERROR_STOPPED);
  g_assert_false (was_sigterm_noted (fixture));

  /* The end is the end. */
  rushes_client_stop (fixture->client, FALSE);
  rushes_client_stop (fixture->client, TRUE);
  assert_dies (fixture, RUSHES_ERROR_STOPPED);
}

static void
test_stop_busy_now (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  start (fixture, NULL);
  begin_render (fixture, "frame-ms=600000", &result);
  rushes_client_stop (fixture->client, TRUE);
  rushes_test_wait_until (is_set, &result);
  g_assert_null (rushes_client_call_finish (fixture->client, result, &error));
  g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_STOPPED);
  /* Who hears that the call has ended may rely on it: nothing is written any more. */
  g_assert_cmpint (rushes_client_get_state (fixture->client), ==, RUSHES_CLIENT_DEAD);
  g_assert_cmpuint (count_group (rushes_client_get_pid (fixture->client)), ==, 0);
}

static gboolean
has_progress (gpointer user_data)
{
  Fixture *fixture = user_data;

  return fixture->fractions->len > 0;
}

/* Asked politely, a busy client finishes its frame; that reply still counts, and
 * the client does not come back to life with it. */
static void
test_stop_busy_politely (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;

  fixture->script = NOTES_SIGTERM;
  start (fixture, NULL);
  begin_render (fixture, "frame-ms=500\nprogress=5", &result);
  rushes_test_wait_until (has_progress, fixture);
  rushes_client_stop (fixture->client, FALSE);
  g_array_set_size (fixture->fractions, 0);
  rushes_test_wait_until (is_set, &result);
  reply = rushes_client_call_finish (fixture->client, result, &error);
  g_assert_no_error (error);
  g_assert_nonnull (reply);
  assert_dies (fixture, RUSHES_ERROR_STOPPED);
  g_assert_false (was_sigterm_noted (fixture));
  g_assert_cmpuint (fixture->fractions->len, ==, 0);
}

/* So it is when the call is not even written yet. */
static void
test_stop_calling (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;

  fixture->script = NOTES_SIGTERM;
  start (fixture, NULL);
  rushes_client_call_async (fixture->client, "hello", NULL, 0, result_cb, &result);
  rushes_client_stop (fixture->client, FALSE);
  rushes_test_wait_until (is_set, &result);
  reply = rushes_client_call_finish (fixture->client, result, &error);
  g_assert_no_error (error);
  g_assert_nonnull (reply);
  assert_dies (fixture, RUSHES_ERROR_STOPPED);
  g_assert_false (was_sigterm_noted (fixture));
}

/* A reply that comes after SIGTERM changes nothing about the end. */
static void
test_late_reply (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;

  start (fixture, "ignore-term");
  begin_render (fixture, "frame-ms=500\nprogress=5", &result);
  rushes_test_wait_until (has_progress, fixture);
  rushes_client_stop (fixture->client, TRUE);
  rushes_test_wait_until (is_set, &result);
  g_assert_cmpint (rushes_client_get_state (fixture->client), >=, RUSHES_CLIENT_STOPPING);
  reply = rushes_client_call_finish (fixture->client, result, &error);
  if (reply == NULL)
    g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_STOPPED);
  assert_dies (fixture, RUSHES_ERROR_STOPPED);
}

static gboolean
has_process (gpointer client)
{
  return rushes_client_get_pid (client) > 0;
}

static void
test_stop_starting (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  use_client (fixture, "no-marker");
  rushes_client_start_async (fixture->client, 0, result_cb, &result);
  rushes_test_wait_until (has_process, fixture->client);
  rushes_client_stop (fixture->client, GPOINTER_TO_INT (data));
  rushes_test_wait_until (is_set, &result);
  g_assert_false (rushes_client_start_finish (fixture->client, result, &error));
  g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_STOPPED);
  assert_dies (fixture, RUSHES_ERROR_STOPPED);
}

/* Before there is a process: what starts all the same is gone when the client is
 * dead, without ever having been asked. */
static void
test_stop_spawning (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  use_client (fixture, "no-marker\nignore-term\nignore-eof");
  rushes_client_start_async (fixture->client, 0, result_cb, &result);
  g_assert_cmpint (rushes_client_get_pid (fixture->client), ==, 0);
  rushes_client_stop (fixture->client, GPOINTER_TO_INT (data));
  g_assert_cmpint (rushes_client_get_state (fixture->client), ==, RUSHES_CLIENT_STOPPING);
  rushes_client_stop (fixture->client, TRUE);
  rushes_test_wait_until (is_set, &result);
  g_assert_false (rushes_client_start_finish (fixture->client, result, &error));
  g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_STOPPED);
  assert_dies (fixture, RUSHES_ERROR_STOPPED);
  g_assert_false (was_sigterm_noted (fixture));
}

static void
test_stop_twice (Fixture *fixture, gconstpointer data)
{
  gint64 began;

  start (fixture, "ignore-eof");
  began = g_get_monotonic_time ();
  rushes_client_stop (fixture->client, FALSE);
  rushes_client_stop (fixture->client, FALSE);
  rushes_client_stop (fixture->client, TRUE);
  rushes_client_stop (fixture->client, FALSE);
  assert_dies (fixture, RUSHES_ERROR_STOPPED);
  /* The second wish makes it faster, not slower. */
  g_assert_cmpint (g_get_monotonic_time () - began, <, 2500 * 1000);
}

/* Each step has its time, however often the wish is repeated. */
static void
test_stop_repeatedly (Fixture *fixture, gconstpointer data)
{
  gint64 began;

  fixture->script = NOTES_SIGTERM;
  start (fixture, "ignore-term");
  began = g_get_monotonic_time ();
  while (rushes_client_get_state (fixture->client) != RUSHES_CLIENT_DEAD)
    {
      rushes_client_stop (fixture->client, TRUE);
      g_main_context_iteration (NULL, FALSE);
      g_assert_cmpint (g_get_monotonic_time () - began, <, SOON_SECONDS * G_USEC_PER_SEC);
    }
  assert_dies (fixture, RUSHES_ERROR_STOPPED);
  g_assert_true (was_sigterm_noted (fixture));
  g_assert_cmpint (g_get_monotonic_time () - began, >=, 1000 * 1000);
}

static const struct
{
  const char *path;
  const char *modes;
  gboolean now;
  gboolean sigterm;
} stubborn[] = {
  { "/client/stop/ignore-term", "ignore-term", TRUE, TRUE },
  { "/client/stop/ignore-term-politely", "ignore-term", FALSE, TRUE },
  { "/client/stop/ignore-term-child", "ignore-term,child", TRUE, TRUE },
  { "/client/stop/ignore-eof", "ignore-eof", FALSE, TRUE },
  { "/client/stop/child", "child", FALSE, FALSE },
  { "/client/stop/child-now", "child", TRUE, TRUE },
};

static void
test_stubborn (Fixture *fixture, gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  pid_t group;

  fixture->script = NOTES_SIGTERM;
  start (fixture, stubborn[i].modes);
  group = getpgid ((pid_t) rushes_client_get_pid (fixture->client));
  /* The script and the client, and perhaps its child. */
  g_assert_cmpuint (count_group (group), ==, strstr (stubborn[i].modes, "child") != NULL ? 3 : 2);
  rushes_client_stop (fixture->client, stubborn[i].now);
  assert_dies (fixture, RUSHES_ERROR_STOPPED);
  rushes_test_wait_until (is_group_gone, GINT_TO_POINTER (group));
  if (!stubborn[i].sigterm)
    g_assert_false (was_sigterm_noted (fixture));
}

/* A child of Blender's that keeps the pipes open must not keep us waiting. */
static void
test_child_crash (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 pid;

  start (fixture, "child");
  pid = rushes_client_get_pid (fixture->client);
  g_assert_cmpuint (count_group (pid), ==, 2);
  load (fixture, "crash-frame=1");
  g_assert_null (render (fixture, 1, 0, &error));
  g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_CRASHED);
  assert_dies (fixture, RUSHES_ERROR_CRASHED);
  rushes_test_wait_until (is_group_gone, GINT_TO_POINTER ((int) pid));
}

static void
test_sigstopped (Fixture *fixture, gconstpointer data)
{
  start (fixture, NULL);
  g_assert_no_errno (kill ((pid_t) rushes_client_get_pid (fixture->client), SIGSTOP));
  rushes_client_stop (fixture->client, GPOINTER_TO_INT (data));
  assert_dies (fixture, RUSHES_ERROR_STOPPED);
}

static void
test_sigstopped_busy (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  start (fixture, NULL);
  g_assert_no_errno (kill ((pid_t) rushes_client_get_pid (fixture->client), SIGSTOP));
  g_assert_null (call (fixture, "hello", NULL, 1, &error));
  g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_TIMED_OUT);
  assert_dies (fixture, RUSHES_ERROR_TIMED_OUT);
}

/* More than a pipe holds, for somebody who does not read. */
static void
test_sigstopped_long_call (Fixture *fixture, gconstpointer data)
{
  g_autofree char *word = g_strnfill (1024 * 1024, 'x');
  g_autoptr (GError) error = NULL;
  GVariantDict dict;

  start (fixture, NULL);
  g_assert_no_errno (kill ((pid_t) rushes_client_get_pid (fixture->client), SIGSTOP));
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "word", "s", word);
  g_assert_null (call (fixture, "hello", g_variant_dict_end (&dict), 1, &error));
  g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_TIMED_OUT);
  assert_dies (fixture, RUSHES_ERROR_TIMED_OUT);
}

static void
gone_cb (gpointer flag, GObject *where)
{
  raise_flag (flag);
}

/* Whoever lets go of a client that is ending need not wait for it. */
static void
test_let_go (Fixture *fixture, gconstpointer data)
{
  gboolean gone = FALSE;
  gint64 pid;

  start (fixture, NULL);
  pid = rushes_client_get_pid (fixture->client);
  g_signal_handlers_disconnect_by_data (fixture->client, fixture);
  g_object_weak_ref (G_OBJECT (fixture->client), gone_cb, &gone);
  rushes_client_stop (fixture->client, FALSE);
  g_clear_object (&fixture->client);
  rushes_test_wait_until (is_raised, &gone);
  g_assert_cmpuint (count_group (pid), ==, 0);
}

#define N_CYCLES 1000

/* What a thousand clients leave behind: no process, no descriptor, no memory. */
static void
test_cycles (Fixture *fixture, gconstpointer data)
{
  gsize memory = 0;

  for (guint i = 0; i < N_CYCLES; i++)
    {
      gint64 pid;

      start (fixture, NULL);
      pid = rushes_client_get_pid (fixture->client);
      rushes_client_stop (fixture->client, i % 2 == 0);
      assert_dies (fixture, RUSHES_ERROR_STOPPED);
      g_clear_object (&fixture->client);
      g_assert_cmpint (kill ((pid_t) pid, 0), ==, -1);
      /* A few pipes of clients just gone may be on their way to be closed. */
      g_assert_cmpuint (count_fds (), <=, fixture->n_fds + 12);
      /* By then whatever is made once is there. */
      if (i == N_CYCLES / 5)
        memory = get_memory ();
    }
  rushes_test_wait_until (are_fds_closed, fixture);
  g_test_message ("%zu bytes, then %zu", memory, get_memory ());
  if (!KEEPS_FREED_MEMORY)
    g_assert_cmpuint (get_memory (), <, memory + 256 * 1024);
}

/* Worker threads of GLib keep descriptors of their own: they are to be there
 * before anybody counts. */
static void
warm_up (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autoptr (RushesLauncher) launcher = rushes_launcher_new (g_getenv ("RUSHES_FAKE_CLIENT"));
  g_autoptr (RushesClient) client = rushes_client_new (launcher, 0, folder);
  g_autoptr (GError) error = NULL;

  start_client (client, RUSHES_TEST_TIMEOUT_SECONDS, &error);
  g_assert_no_error (error);
  rushes_client_stop (client, FALSE);
  rushes_test_wait_until (is_dead, client);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
add (const char *path, gconstpointer data, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, data, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *counter = rushes_test_write (folder, "memory.events", "oom_kill 0\n");

  g_setenv ("RUSHES_OOM_COUNTER", counter, TRUE);
  g_test_init (&argc, &argv, NULL);
  warm_up ();

  add ("/client/start/ready", NULL, test_ready);
  add ("/client/start/noise", NULL, test_noise);
  add ("/client/start/timeout/no-marker", "no-marker", test_start_timeout);
  add ("/client/start/timeout/garbage", "garbage", test_start_timeout);
  add ("/client/start/timeout/garbage-stderr", "garbage-stderr", test_start_timeout);
  add ("/client/start/neighbours/garbage", "garbage", test_noisy_neighbours);
  add ("/client/start/neighbours/garbage-stderr", "garbage-stderr", test_noisy_neighbours);
  for (guint i = 0; i < G_N_ELEMENTS (early_deaths); i++)
    add (early_deaths[i].path, GUINT_TO_POINTER (i), test_early_death);
  add ("/client/start/missing-program", NULL, test_missing_program);
  add ("/client/start/no-log-folder", NULL, test_no_log_folder);

  add ("/client/call", NULL, test_call);
  for (guint i = 0; i < G_N_ELEMENTS (error_replies); i++)
    add (error_replies[i].path, GUINT_TO_POINTER (i), test_error_reply);
  add ("/client/progress", NULL, test_progress);

  add ("/client/protocol/bad-json", "bad-json", test_bad_protocol);
  add ("/client/protocol/bad-text", "bad-text", test_bad_protocol);
  add ("/client/protocol/bad-header", "bad-header", test_bad_protocol);
  add ("/client/protocol/wrong-id", "wrong-id", test_bad_protocol);
  add ("/client/protocol/huge-header", "huge-header", test_bad_protocol);
  add ("/client/protocol/odd-messages", NULL, test_odd_messages);
  add ("/client/protocol/unknown-messages", NULL, test_unknown_messages);

  for (guint i = 0; i < G_N_ELEMENTS (frame_deaths); i++)
    add (frame_deaths[i].path, GUINT_TO_POINTER (i), test_frame_death);
  g_test_add_func ("/client/explain-death", test_explain_death);
  add ("/client/last-words/alone", NULL, test_last_words);
  add ("/client/last-words/child", "child", test_last_words);
  add ("/client/killed/idle", NULL, test_killed_idle);
  add ("/client/killed/then-called", NULL, test_killed_then_called);
  add ("/client/close-stdout", NULL, test_close_stdout);

  add ("/client/watchdog/hang", NULL, test_hang);
  add ("/client/watchdog/fed", NULL, test_fed_watchdog);
  add ("/client/watchdog/changed", NULL, test_changed_watchdog);
  add ("/client/watchdog/idle", NULL, test_idle_watchdog);

  add ("/client/stop/new", GINT_TO_POINTER (FALSE), test_stop_new);
  add ("/client/stop/new-now", GINT_TO_POINTER (TRUE), test_stop_new);
  add ("/client/stop/ready", NULL, test_stop_ready);
  add ("/client/stop/busy-now", NULL, test_stop_busy_now);
  add ("/client/stop/busy-politely", NULL, test_stop_busy_politely);
  add ("/client/stop/calling", NULL, test_stop_calling);
  add ("/client/stop/late-reply", NULL, test_late_reply);
  add ("/client/stop/spawning", GINT_TO_POINTER (FALSE), test_stop_spawning);
  add ("/client/stop/spawning-now", GINT_TO_POINTER (TRUE), test_stop_spawning);
  add ("/client/stop/starting", GINT_TO_POINTER (FALSE), test_stop_starting);
  add ("/client/stop/starting-now", GINT_TO_POINTER (TRUE), test_stop_starting);
  add ("/client/stop/twice", NULL, test_stop_twice);
  add ("/client/stop/repeatedly", NULL, test_stop_repeatedly);
  for (guint i = 0; i < G_N_ELEMENTS (stubborn); i++)
    add (stubborn[i].path, GUINT_TO_POINTER (i), test_stubborn);
  add ("/client/child-crash", NULL, test_child_crash);
  add ("/client/sigstopped/stop", GINT_TO_POINTER (FALSE), test_sigstopped);
  add ("/client/sigstopped/stop-now", GINT_TO_POINTER (TRUE), test_sigstopped);
  add ("/client/sigstopped/call", NULL, test_sigstopped_busy);
  add ("/client/sigstopped/long-call", NULL, test_sigstopped_long_call);
  add ("/client/let-go", NULL, test_let_go);
  add ("/client/cycles", NULL, test_cycles);

  return g_test_run ();
}
