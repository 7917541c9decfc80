/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>

#include <glib/gstdio.h>

#include "rushes-error.h"
#include "rushes-runs.h"
#include "test-utils.h"

#define QUEUED(n, name)                                                                            \
  "{\"event\":\"queued\",\"time\":0.1,\"scene\":" #n ",\"name\":\"" name "\"}\n"
#define STARTED(n, name)                                                                           \
  "{\"event\":\"started\",\"time\":1.0,\"scene\":" #n ",\"name\":\"" name                          \
  "\",\"frames\":10,\"done\":0,\"failed\":0,\"kept\":0}\n"
#define PROGRESS(n, done, fraction)                                                                \
  "{\"event\":\"progress\",\"time\":9.0,\"scene\":" #n ",\"fraction\":" fraction                   \
  ",\"frames\":10,\"done\":" #done ",\"failed\":0,\"kept\":0,\"seconds_left\":7.5}\n"
#define SUMMARY(code)                                                                              \
  "{\"event\":\"summary\",\"time\":10,\"scenes\":1,\"frames\":10,\"done\":10,\"exit_code\":" #code \
  "}\n"

/* ---- Events ---------------------------------------------------------- */

static void
feed (RushesEvents *events, const char *text)
{
  rushes_events_feed (events, text, strlen (text), NULL);
}

static RushesEventsTotals
get_totals (RushesEvents *events)
{
  RushesEventsTotals totals;

  rushes_events_get_totals (events, &totals);
  return totals;
}

static void
test_events (void)
{
  g_autoptr (RushesEvents) events = rushes_events_new ();
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) names = NULL;
  g_autofree char *log = NULL;

  g_assert_cmpint (get_totals (events).exit_code, ==, RUSHES_EVENTS_NO_END);
  g_assert_cmpfloat (get_totals (events).seconds_left, <, 0);
  feed (events, QUEUED (0, "one") QUEUED (1, "two") "no event at all\n");
  names = rushes_events_list_names (events);
  g_assert_cmpstrv (names, ((const char *[]){ "one", "two", NULL }));
  /* A scene of which nothing is known counts like the other. */
  feed (events, STARTED (0, "one") PROGRESS (0, 4, "0.5"));
  g_assert_cmpuint (get_totals (events).frames, ==, 10);
  g_assert_cmpuint (get_totals (events).done, ==, 4);
  g_assert_cmpfloat_with_epsilon (get_totals (events).progress, 0.25, 1e-9);
  /* A quarter took eight seconds. */
  g_assert_cmpfloat_with_epsilon (get_totals (events).seconds_left, 24, 1e-9);
  /* What only repeats that it goes well is not worth reading. */
  feed (events,
        "{\"event\":\"frame\",\"name\":\"one\",\"frame\":3,\"state\":\"done\"}\n"
        "{\"event\":\"frame\",\"name\":\"one\",\"frame\":4,\"client\":2,\"state\":\"retry\","
        "\"message\":\"It crashed\"}\n");
  log = rushes_events_get_log (events);
  g_assert_cmpstr (log, ==, "one: frame 4 failed on client 2: It crashed; will try again\n");
  rushes_events_feed (events, SUMMARY (1), strlen (SUMMARY (1)), lines);
  g_assert_cmpint (get_totals (events).exit_code, ==, 1);
  g_assert_cmpuint (lines->len, ==, 1);
}

/* A scene that is alone knows itself how long it takes. */
static void
test_events_alone (void)
{
  g_autoptr (RushesEvents) events = rushes_events_new ();

  feed (events, QUEUED (0, "one") STARTED (0, "one") PROGRESS (0, 4, "0.5"));
  g_assert_cmpfloat (get_totals (events).seconds_left, ==, 7.5);
}

static void
test_events_anew (void)
{
  g_autoptr (RushesEvents) events = rushes_events_new ();

  feed (events, QUEUED (0, "one") QUEUED (1, "two") STARTED (0, "one") PROGRESS (0, 4, "0.5")
                    SUMMARY (130));
  g_assert_cmpint (get_totals (events).exit_code, ==, 130);
  feed (events, QUEUED (0, "one"));
  g_assert_cmpint (get_totals (events).exit_code, ==, RUSHES_EVENTS_NO_END);
  g_assert_cmpuint (get_totals (events).scenes, ==, 1);
  g_assert_cmpuint (get_totals (events).done, ==, 0);
}

static void
test_events_too_long (void)
{
  g_autoptr (RushesEvents) events = rushes_events_new ();
  g_autofree char *block = g_strnfill (RUSHES_EVENTS_MAX_LINE, ' ');

  /* It would be one if it was not preceded by two megabytes of nothing. */
  feed (events, block);
  feed (events, block);
  feed (events, QUEUED (0, "long"));
  g_assert_cmpuint (get_totals (events).scenes, ==, 0);
  feed (events, QUEUED (0, "short"));
  g_assert_cmpuint (get_totals (events).scenes, ==, 1);
}

/* Numbers that cannot be. */
static void
test_events_odd (void)
{
  g_autoptr (RushesEvents) events = rushes_events_new ();

  feed (events, QUEUED (0, "one"));
  feed (events, QUEUED (7, "seven"));
  feed (events, "{\"event\":\"progress\",\"time\":-4,\"scene\":0,\"fraction\":1e999,\"frames\":3,"
                "\"done\":9,\"failed\":-2,\"seconds_left\":-1e300}\n"
                "{\"event\":\"progress\",\"scene\":4000000000}\n"
                "{\"event\":{\"event\":[]},\"scene\":\"none\"}\n"
                "{\"event\":\"message\",\"message\":\"\\777\"}\n"
                "{\"event\":\"message\",\"message\":\"\\ud800\"}\n"
                "[1]\n");
  g_assert_cmpuint (get_totals (events).scenes, ==, 1);
  g_assert_cmpuint (get_totals (events).done, ==, 3);
  g_assert_cmpuint (get_totals (events).failed, ==, 0);
  g_assert_cmpfloat (get_totals (events).progress, ==, 1);
}

/* ---- Runs of a Slurm made of shell scripts --------------------------- */

typedef struct
{
  RushesTestFolder *folder; /* (owned) */
  char *path;               /* (owned): PATH as it was */
  RushesRuns *runs;         /* (owned) */
  RushesRun *run;           /* (owned) (nullable) */
  char *events;             /* (owned): the file of job 12 */
  GAsyncResult *result;     /* (owned) (nullable) */
} Fixture;

static void
add_program (Fixture *fixture, const char *name, const char *script)
{
  g_autofree char *text = g_strdup_printf ("#!/bin/sh\ncd '%s'\n%s\n", fixture->folder, script);
  g_autofree char *path = rushes_test_write (fixture->folder, name, text);

  g_assert_no_errno (g_chmod (path, 0755));
}

static void
write_file (Fixture *fixture, const char *name, const char *text)
{
  g_autofree char *path = rushes_test_write (fixture->folder, name, text);

  g_assert_nonnull (path);
}

static char *
read_file (Fixture *fixture, const char *name)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

  return rushes_test_read (path);
}

/* What it says next. */
static void
tell (Fixture *fixture, const char *text)
{
  FILE *file = g_fopen (fixture->events, "a");

  g_assert_nonnull (file);
  g_assert_cmpint (fputs (text, file), >=, 0);
  g_assert_cmpint (fclose (file), ==, 0);
}

static void
follow (Fixture *fixture)
{
  write_file (fixture, "ticket", RUSHES_RUN_TICKET "1");
  fixture->run = rushes_run_new (rushes_runs_get_queue (fixture->runs), "12", RUSHES_RUN_TICKET "1",
                                 fixture->events, (const char *[]){ "monkey", "cube", NULL });
  rushes_run_follow (fixture->run);
}

typedef struct
{
  RushesRun *run;
  RushesRunState state;
} Expected;

static gboolean
is_state (gpointer data)
{
  const Expected *expected = data;

  return rushes_run_get_state (expected->run) == expected->state;
}

static void
wait_for (Fixture *fixture, RushesRunState state)
{
  Expected expected = { fixture->run, state };

  rushes_test_wait_until (is_state, &expected);
}

static gboolean
has_four (gpointer run)
{
  return rushes_run_get_totals (run)->done == 4;
}

static void
test_life (Fixture *fixture, gconstpointer data)
{
  write_file (fixture, "queue",
              "4|PENDING|None||9|main|(null)\n12|PENDING|Resources||3|main|TICKET\n");
  follow (fixture);
  g_assert_cmpstr (rushes_run_get_title (fixture->run), ==, "monkey, cube");
  g_assert_cmpstr (rushes_run_get_folder (fixture->run), ==, fixture->folder);
  wait_for (fixture, RUSHES_RUN_WAITING);
  g_assert_nonnull (strstr (rushes_run_get_situation (fixture->run), "place 2"));
  g_assert_nonnull (strstr (rushes_run_get_situation (fixture->run), "every node is in use"));

  write_file (fixture, "queue", "12|RUNNING|None|n1|3|main|TICKET\n");
  tell (fixture, QUEUED (0, "monkey") STARTED (0, "monkey"));
  wait_for (fixture, RUSHES_RUN_RENDERING);
  g_assert_null (rushes_run_get_situation (fixture->run));
  g_assert_cmpstr (rushes_run_get_title (fixture->run), ==, "monkey");
  tell (fixture, PROGRESS (0, 4, "0.45"));
  rushes_test_wait_until (has_four, fixture->run);
  g_assert_cmpfloat_with_epsilon (rushes_run_get_totals (fixture->run)->progress, 0.45, 1e-9);
  tell (fixture, SUMMARY (0));
  wait_for (fixture, RUSHES_RUN_FINISHED);
  g_assert_cmpint (rushes_run_get_exit_code (fixture->run), ==, 0);
  g_assert_null (rushes_run_get_error (fixture->run));
}

/* Slurm has forgotten it, and is not needed to know. */
static void
test_long_ago (Fixture *fixture, gconstpointer data)
{
  add_program (fixture, "squeue", "echo asked >> asked");
  tell (fixture, QUEUED (0, "monkey") STARTED (0, "monkey") SUMMARY (1));
  follow (fixture);
  wait_for (fixture, RUSHES_RUN_FINISHED);
  g_assert_cmpint (rushes_run_get_exit_code (fixture->run), ==, 1);
  g_assert_cmpint (rushes_test_count_files (fixture->folder, "asked"), ==, 0);
}

static void
test_node_down (Fixture *fixture, gconstpointer data)
{
  write_file (fixture, "queue", "12|NODE_FAIL|None|n7|3|main|TICKET\n");
  tell (fixture, QUEUED (0, "monkey") STARTED (0, "monkey"));
  follow (fixture);
  wait_for (fixture, RUSHES_RUN_FAILED);
  rushes_test_assert_error (rushes_run_get_error (fixture->run), RUSHES_ERROR_TAKEN_AWAY,
                            "Node n7 went down");
  g_assert_cmpint (rushes_run_get_exit_code (fixture->run), ==, 1);
}

/* What a shell complains about is the reason. */
static void
test_no_program (Fixture *fixture, gconstpointer data)
{
  write_file (fixture, "queue", "12|FAILED|NonZeroExitCode|n1|3|main|TICKET\n");
  write_file (fixture, "rushes-12.log", "\n\nsh: rushes-cli: not found\n\n");
  follow (fixture);
  wait_for (fixture, RUSHES_RUN_FAILED);
  rushes_test_assert_error (rushes_run_get_error (fixture->run), RUSHES_ERROR_CRASHED,
                            "Job 12 ended before the run did: sh: rushes-cli: not found");
}

static void
test_sent_back (Fixture *fixture, gconstpointer data)
{
  write_file (fixture, "queue", "12|PENDING|BeginTime||3|main|TICKET\n");
  tell (fixture, QUEUED (0, "monkey") STARTED (0, "monkey") PROGRESS (0, 9, "0.9") SUMMARY (130));
  follow (fixture);
  wait_for (fixture, RUSHES_RUN_WAITING);
  g_assert_nonnull (strstr (rushes_run_get_situation (fixture->run), "its time has not come"));
  write_file (fixture, "queue", "12|RUNNING|None|n1|3|main|TICKET\n");
  tell (fixture, QUEUED (0, "monkey") STARTED (0, "monkey") PROGRESS (0, 4, "0.4"));
  wait_for (fixture, RUSHES_RUN_RENDERING);
  rushes_test_wait_until (has_four, fixture->run);
  tell (fixture, SUMMARY (0));
  wait_for (fixture, RUSHES_RUN_FINISHED);
}

/* Somebody has begun the file anew. */
static void
test_truncated (Fixture *fixture, gconstpointer data)
{
  write_file (fixture, "queue", "12|RUNNING|None|n1|3|main|TICKET\n");
  tell (fixture, QUEUED (0, "a name that is much longer than the other one") STARTED (0, "a"));
  follow (fixture);
  wait_for (fixture, RUSHES_RUN_RENDERING);
  write_file (fixture, "rushes-12.jsonl", QUEUED (0, "b"));
  tell (fixture, "{\"event\":\"progress\",\"scene\":0,\"frames\":5,\"done\":4}\n");
  rushes_test_wait_until (has_four, fixture->run);
  g_assert_cmpuint (rushes_run_get_totals (fixture->run)->frames, ==, 5);
}

/* A pipe would keep whoever opens it. */
static void
test_no_file (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (mkfifo (fixture->events, 0600), ==, 0);
  write_file (fixture, "queue", "12|CANCELLED|None|n1|3|main|TICKET\n");
  follow (fixture);
  wait_for (fixture, RUSHES_RUN_STOPPED);
}

static void
assert_stopped (Fixture *fixture)
{
  g_autoptr (GAsyncResult) result = rushes_test_wait_for_result (&fixture->result);
  g_autoptr (GError) error = NULL;

  g_assert_true (rushes_run_stop_finish (fixture->run, result, &error));
  g_assert_no_error (error);
}

static void
test_stop (Fixture *fixture, gconstpointer data)
{
  g_autofree char *told = NULL;

  write_file (fixture, "queue", "12|RUNNING|None|n1|3|main|TICKET\n");
  add_program (fixture, "scancel", "echo \"$@\" >> told");
  tell (fixture, QUEUED (0, "monkey") STARTED (0, "monkey"));
  follow (fixture);
  wait_for (fixture, RUSHES_RUN_RENDERING);
  rushes_run_stop_async (fixture->run, rushes_test_result_cb, &fixture->result);
  assert_stopped (fixture);
  g_assert_cmpint (rushes_run_get_state (fixture->run), ==, RUSHES_RUN_STOPPING);
  told = read_file (fixture, "told");
  g_assert_cmpstr (told, ==, "--state=PENDING 12\n--batch --signal=TERM 12\n");

  tell (fixture, SUMMARY (130));
  write_file (fixture, "queue", "12|COMPLETED|None|n1|3|main|TICKET\n");
  wait_for (fixture, RUSHES_RUN_STOPPED);
  g_assert_cmpint (rushes_run_get_exit_code (fixture->run), ==, RUSHES_RUN_INTERRUPTED);
}

/* It never began, so it says nothing. */
static void
test_stop_waiting (Fixture *fixture, gconstpointer data)
{
  write_file (fixture, "queue", "12|PENDING|None||3|main|TICKET\n");
  add_program (fixture, "scancel", "sed -i s/PENDING/CANCELLED/ queue");
  follow (fixture);
  wait_for (fixture, RUSHES_RUN_WAITING);
  rushes_run_stop_async (fixture->run, rushes_test_result_cb, &fixture->result);
  assert_stopped (fixture);
  wait_for (fixture, RUSHES_RUN_STOPPED);
  g_assert_null (rushes_run_get_error (fixture->run));
}

static void
test_stop_refused (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  write_file (fixture, "queue", "12|RUNNING|None|n1|3|main|TICKET\n");
  add_program (fixture, "scancel", "echo 'scancel: error: Access/permission denied' >&2; exit 1");
  follow (fixture);
  wait_for (fixture, RUSHES_RUN_RENDERING);
  rushes_run_stop_async (fixture->run, rushes_test_result_cb, &fixture->result);
  result = rushes_test_wait_for_result (&fixture->result);
  g_assert_false (rushes_run_stop_finish (fixture->run, result, &error));
  g_assert_nonnull (strstr (error->message, "Access/permission denied"));
  g_assert_cmpint (rushes_run_get_state (fixture->run), ==, RUSHES_RUN_RENDERING);
}

/* ---- Finding --------------------------------------------------------- */

static void
find (Fixture *fixture, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  rushes_run_find_async (rushes_runs_get_queue (fixture->runs), "12", rushes_test_result_cb,
                         &fixture->result);
  result = rushes_test_wait_for_result (&fixture->result);
  fixture->run = rushes_run_find_finish (result, error);
}

static void
test_find (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  add_program (fixture, "scontrol",
               "echo 'slurm_load_jobs error: Invalid job id specified' >&2; "
               "exit 1");
  find (fixture, &error);
  rushes_test_assert_error (error, RUSHES_ERROR_INVALID, "Slurm knows no job 12");
  g_clear_error (&error);

  add_program (fixture, "scontrol",
               "echo 'JobId=12 JobName=mine'; echo '   StdOut=/x/slurm-12.out'");
  find (fixture, &error);
  rushes_test_assert_error (error, RUSHES_ERROR_INVALID, "was not begun with");
  g_clear_error (&error);

  add_program (fixture, "scontrol",
               "echo 'JobId=12 JobName=mine'; echo '   Comment=" RUSHES_RUN_TICKET
               "9 '; echo '   StdOut=/x y/rushes-12.jsonl'");
  find (fixture, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (rushes_run_get_ticket (fixture->run), ==, RUSHES_RUN_TICKET "9");
  g_assert_cmpstr (rushes_run_get_folder (fixture->run), ==, "/x y");
  g_assert_cmpstr (rushes_run_get_title (fixture->run), ==, "Job 12");
}

/* ---- Submitting ------------------------------------------------------ */

#define SBATCH                                                                                     \
  "for word; do case $word in rushes-run-*) echo $word > ticket;; esac; done; "                    \
  "echo \"$@\" > words; cat > script; echo '12;moon'"

static void
submit (Fixture *fixture)
{
  RushesSubmission *submission = g_new0 (RushesSubmission, 1);
  const char *arguments[] = { "--frames", "1-5", "it's.blend", NULL };
  const char *names[] = { "it's", NULL };

  submission->slurm = rushes_slurm_new ();
  submission->clients = 3;
  submission->output = g_build_filename (fixture->folder, "renders", NULL);
  submission->arguments = g_strdupv ((char **) arguments);
  submission->names = g_strdupv ((char **) names);
  submission->input = g_strdup ("a line\nanother one");
  rushes_runs_submit_async (fixture->runs, submission, rushes_test_result_cb, &fixture->result);
}

static gboolean
has_run (gpointer list)
{
  return g_list_model_get_n_items (list) == 1;
}

static gboolean
is_empty (gpointer list)
{
  return g_list_model_get_n_items (list) == 0;
}

static void
test_submit (Fixture *fixture, gconstpointer data)
{
  g_autofree char *runs = g_build_filename (fixture->folder, "runs", NULL);
  g_autofree char *record = g_build_filename (runs, "12.json", NULL);
  g_autofree char *odd = g_build_filename (runs, "13.json", NULL);
  g_autoptr (RushesRuns) others = rushes_runs_new (runs);
  g_autoptr (RushesRun) other = NULL;
  g_autoptr (RushesRun) read = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *words = NULL;
  g_autofree char *script = NULL;

  /* Somebody else looks already. */
  g_assert_no_errno (g_mkdir (runs, 0700));
  g_assert_true (g_file_set_contents (odd, "{\"job\":\"13\",\"events\":7", -1, NULL));
  rushes_runs_load (others);
  add_program (fixture, "sbatch", SBATCH);
  write_file (fixture, "queue", "12|PENDING|None||3|main|TICKET\n");
  submit (fixture);
  result = rushes_test_wait_for_result (&fixture->result);
  fixture->run = rushes_runs_submit_finish (fixture->runs, result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (rushes_run_get_job (fixture->run), ==, "12");

  words = read_file (fixture, "words");
  g_assert_nonnull (strstr (words, "--ntasks 3"));
  g_assert_nonnull (strstr (words, "/renders/rushes-%j.jsonl --error"));
  script = read_file (fixture, "script");
  g_assert_true (g_str_has_prefix (script, "#!/bin/sh\nexec '"));
  g_assert_nonnull (strstr (script, "rushes-cli' render --progress json --place local=0,slurm=3 "
                                    "'--frames' '1-5' 'it'\\''s.blend' <<'RUSHES-END'\n"
                                    "a line\nanother one\nRUSHES-END\n"));

  rushes_test_wait_until (has_run, others);
  other = g_list_model_get_item (G_LIST_MODEL (others), 0);
  g_assert_cmpstr (rushes_run_get_ticket (other), ==, rushes_run_get_ticket (fixture->run));
  g_assert_cmpstr (rushes_run_get_title (other), ==, "it's");
  g_assert_cmpint (rushes_run_get_submitted (other), ==, rushes_run_get_submitted (fixture->run));
  read = rushes_runs_read (fixture->runs, "12");
  g_assert_cmpstr (rushes_run_get_folder (read), ==, rushes_run_get_folder (fixture->run));
  g_assert_null (rushes_runs_read (fixture->runs, "13"));
  g_assert_null (rushes_runs_read (fixture->runs, "../runs/12"));

  g_assert_no_errno (g_unlink (record));
  rushes_test_wait_until (is_empty, others);
}

static void
test_forget (Fixture *fixture, gconstpointer data)
{
  g_autofree char *record = g_build_filename (fixture->folder, "runs", "12.json", NULL);
  g_autoptr (GAsyncResult) result = NULL;

  add_program (fixture, "sbatch", SBATCH);
  rushes_runs_load (fixture->runs);
  submit (fixture);
  result = rushes_test_wait_for_result (&fixture->result);
  fixture->run = rushes_runs_submit_finish (fixture->runs, result, NULL);
  rushes_test_wait_until (has_run, fixture->runs);
  g_assert_true (g_file_test (record, G_FILE_TEST_EXISTS));
  rushes_runs_forget (fixture->runs, fixture->run);
  g_assert_true (is_empty (fixture->runs));
  g_assert_false (g_file_test (record, G_FILE_TEST_EXISTS));
}

static void
test_submit_refused (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  add_program (fixture, "sbatch",
               "cat > /dev/null; echo 'sbatch: error: invalid partition: moon' >&2; exit 1");
  submit (fixture);
  result = rushes_test_wait_for_result (&fixture->result);
  fixture->run = rushes_runs_submit_finish (fixture->runs, result, &error);
  g_assert_null (fixture->run);
  rushes_test_assert_error (error, RUSHES_ERROR_INVALID, "Slurm refuses");
  g_assert_nonnull (strstr (error->message, "invalid partition: moon"));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autofree char *runs = NULL;

  fixture->folder = rushes_test_make_folder ();
  fixture->events = g_build_filename (fixture->folder, "rushes-12.jsonl", NULL);
  fixture->path = g_strdup (g_getenv ("PATH"));
  path = g_strconcat (fixture->folder, ":", fixture->path, NULL);
  g_setenv ("PATH", path, TRUE);
  runs = g_build_filename (fixture->folder, "runs", NULL);
  fixture->runs = rushes_runs_new (runs);
  add_program (fixture, "rushes-cli", "");
  add_program (fixture, "squeue",
               "if [ -e queue ]; then sed \"s/TICKET/$(cat ticket)/\" queue; fi");
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->run);
  g_clear_object (&fixture->runs);
  rushes_test_wait_for_children ();
  g_setenv ("PATH", fixture->path, TRUE);
  g_free (fixture->path);
  g_free (fixture->events);
  rushes_test_remove_folder (fixture->folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/events/all", test_events);
  g_test_add_func ("/events/alone", test_events_alone);
  g_test_add_func ("/events/anew", test_events_anew);
  g_test_add_func ("/events/too-long", test_events_too_long);
  g_test_add_func ("/events/odd", test_events_odd);
  g_test_add ("/run/life", Fixture, NULL, set_up, test_life, tear_down);
  g_test_add ("/run/long-ago", Fixture, NULL, set_up, test_long_ago, tear_down);
  g_test_add ("/run/node-down", Fixture, NULL, set_up, test_node_down, tear_down);
  g_test_add ("/run/no-program", Fixture, NULL, set_up, test_no_program, tear_down);
  g_test_add ("/run/sent-back", Fixture, NULL, set_up, test_sent_back, tear_down);
  g_test_add ("/run/truncated", Fixture, NULL, set_up, test_truncated, tear_down);
  g_test_add ("/run/no-file", Fixture, NULL, set_up, test_no_file, tear_down);
  g_test_add ("/run/stop", Fixture, NULL, set_up, test_stop, tear_down);
  g_test_add ("/run/stop-waiting", Fixture, NULL, set_up, test_stop_waiting, tear_down);
  g_test_add ("/run/stop-refused", Fixture, NULL, set_up, test_stop_refused, tear_down);
  g_test_add ("/run/find", Fixture, NULL, set_up, test_find, tear_down);
  g_test_add ("/runs/submit", Fixture, NULL, set_up, test_submit, tear_down);
  g_test_add ("/runs/forget", Fixture, NULL, set_up, test_forget, tear_down);
  g_test_add ("/runs/submit-refused", Fixture, NULL, set_up, test_submit_refused, tear_down);

  return g_test_run ();
}
