/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-client.h"
#include "rushes-error.h"
#include "rushes-slurm-job.h"
#include "rushes-slurm-value.h"
#include "test-utils.h"

/* ---- Command lines --------------------------------------------------- */

/* Where @word is in @argv; it has to be there. */
static guint
find (char **argv, const char *word)
{
  for (guint i = 0; argv[i] != NULL; i++)
    if (g_str_equal (argv[i], word))
      return i;
  g_error ("There is no “%s”", word);
}

static void
assert_option (char **argv, const char *option, const char *value)
{
  g_assert_cmpstr (argv[find (argv, option) + 1], ==, value);
}

static void
test_argv (void)
{
  g_autoptr (RushesSlurm) slurm = rushes_slurm_new ();
  g_autoptr (RushesLauncher) launcher = rushes_launcher_new_on_cluster ("/shared/blender", slurm);
  g_autoptr (RushesLauncher) local = rushes_launcher_new ("/shared/blender");
  g_autofree char *ticket = rushes_launcher_make_ticket (launcher, "token-1");
  g_auto (GStrv) here = rushes_launcher_build_argv (local, "token-1");
  g_auto (GStrv) plain = rushes_launcher_build_argv (launcher, "token-1");
  g_auto (GStrv) full = NULL;
  guint n_here = g_strv_length (here), n_plain = g_strv_length (plain);

  /* The same arguments for Blender, behind what Slurm and the node must hear. */
  g_assert_cmpstrv (here + 1, plain + n_plain - (n_here - 1));
  g_assert_cmpstr (plain[0], ==, "srun");
  g_assert_cmpuint (find (plain, "sh"), <, find (plain, "/shared/blender"));
  g_assert_true (g_strv_contains ((const char *const *) plain, "--unbuffered"));
  assert_option (plain, "--job-name", "rushes");
  assert_option (plain, "--comment", ticket);
  /* Everybody can read the ticket; the token stays between us and the client. */
  g_assert_null (strstr (ticket, "token-1"));
  g_assert_false (g_strv_contains ((const char *const *) plain, "--partition"));
  g_assert_false (g_strv_contains ((const char *const *) plain, "--cpus-per-task"));

  g_object_set (slurm, "partition", "gpu", "account", "film", "cpus", 8, "memory", "16G", "gpus",
                "a100:2", "time", "2:00:00", "job-name", "night", "extra",
                "--qos low '--constraint=a b'", NULL);
  g_assert_true (rushes_slurm_exclude (slurm, "n1"));
  g_assert_true (rushes_slurm_exclude (slurm, "n7"));
  g_assert_false (rushes_slurm_exclude (slurm, "n1"));
  full = rushes_launcher_build_argv (launcher, "token-1");
  assert_option (full, "--partition", "gpu");
  assert_option (full, "--account", "film");
  assert_option (full, "--cpus-per-task", "8");
  assert_option (full, "--mem", "16G");
  assert_option (full, "--gpus-per-task", "a100:2");
  assert_option (full, "--time", "2:00:00");
  assert_option (full, "--job-name", "night");
  assert_option (full, "--exclude", "n1,n7");
  assert_option (full, "--qos", "low");
  g_assert_cmpuint (find (full, "--constraint=a b"), <, find (full, "sh"));

  /* An empty entry of a form says nothing. */
  g_object_set (slurm, "partition", "", NULL);
  g_strfreev (g_steal_pointer (&full));
  full = rushes_launcher_build_argv (launcher, "token-1");
  g_assert_false (g_strv_contains ((const char *const *) full, "--partition"));
}

/* The node is asked for first; the sandbox is made there. */
static void
test_argv_sandbox (void)
{
  g_autoptr (RushesSlurm) slurm = rushes_slurm_new ();
  g_autoptr (RushesLauncher) launcher = rushes_launcher_new_on_cluster ("blender", slurm);
  g_auto (GStrv) argv = NULL;

  g_object_set (launcher, "sandbox", TRUE, NULL);
  argv = rushes_launcher_build_argv (launcher, "token-1");
  g_assert_cmpuint (find (argv, "srun"), ==, 0);
  g_assert_cmpuint (find (argv, "bwrap"), <, find (argv, "sh"));
  g_assert_cmpuint (find (argv, "sh"), <, find (argv, "blender"));
}

/* What an allocation was asked for is not asked for again. */
static void
test_argv_inside (void)
{
  g_autoptr (RushesSlurm) slurm = rushes_slurm_new ();
  g_autoptr (RushesLauncher) launcher = rushes_launcher_new_on_cluster ("blender", slurm);
  g_auto (GStrv) argv = NULL;

  g_object_set (slurm, "partition", "gpu", "time", "10", "cpus", 2, NULL);
  g_setenv ("SLURM_JOB_ID", "12", TRUE);
  argv = rushes_launcher_build_argv (launcher, "token-1");
  g_unsetenv ("SLURM_JOB_ID");
  g_assert_true (g_strv_contains ((const char *const *) argv, "--exact"));
  assert_option (argv, "--cpus-per-task", "2");
  g_assert_false (g_strv_contains ((const char *const *) argv, "--partition"));
  g_assert_false (g_strv_contains ((const char *const *) argv, "--time"));
}

static void
test_check (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autoptr (RushesSlurm) slurm = rushes_slurm_new ();
  g_autofree char *path = g_strdup (g_getenv ("PATH"));
  static const char *const programs[] = { "srun", "squeue", "scancel" };
  g_autoptr (GError) error = NULL;

  g_setenv ("PATH", folder, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (programs); i++)
    {
      g_assert_false (rushes_slurm_check (slurm, &error));
      rushes_test_assert_error (error, RUSHES_ERROR_COULD_NOT_START, programs[i]);
      g_clear_error (&error);
      rushes_test_add_program (folder, programs[i], "");
    }
  g_assert_true (rushes_slurm_check (slurm, NULL));
  g_object_set (slurm, "extra", "--comment 'never closed", NULL);
  g_assert_false (rushes_slurm_check (slurm, &error));
  rushes_test_assert_error (error, RUSHES_ERROR_INVALID, "never closed");
  g_clear_error (&error);
  g_object_set (slurm, "extra", NULL, "memory", "much", NULL);
  g_assert_false (rushes_slurm_check (slurm, &error));
  rushes_test_assert_error (error, RUSHES_ERROR_INVALID, "“much”: not an amount of memory");
  g_setenv ("PATH", path, TRUE);
}

static void
test_values (void)
{
  static const struct
  {
    const char *property;
    const char *good[8];
    const char *bad[8];
  } values[] = {
    { "partition", { "main", "gpu,main" }, { "gpu main", "gpu,", ",", " main" } },
    { "account", { "film", "a-b_c.d" }, { "two words" } },
    { "memory", { "0", "500", "8G", "500M", "2t" }, { "8GB", "8 G", "-1", "G", "1.5G" } },
    { "gpus", { "1", "a100:2", "a100:2,v100:1" }, { "one", "a100", "a100:", "1,", "2 a100" } },
    { "time",
      { "30", "2:00:00", "1-12", "1-12:30", "1-0:0:0", "90:00", "UNLIMITED", "infinite" },
      { "2h", "1-", "1:2:3:4", "-5", "1:60", "soon", "unlimited time" } },
    { "job-name", { "any thing" }, { NULL } },
    { "extra", { "--qos low", "'a b'", " " }, { "'", "\"a" } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      const char *property = values[i].property;
      g_autoptr (GError) error = NULL;

      for (guint j = 0; j < 8 && values[i].good[j] != NULL; j++)
        {
          rushes_slurm_check_value (property, values[i].good[j], &error);
          g_assert_no_error (error);
        }
      for (guint j = 0; j < 8 && values[i].bad[j] != NULL; j++)
        {
          g_assert_false (rushes_slurm_check_value (property, values[i].bad[j], &error));
          rushes_test_assert_error (error, RUSHES_ERROR_INVALID, values[i].bad[j]);
          g_clear_error (&error);
        }
    }
}

static void
test_copy (void)
{
  g_autoptr (RushesSlurm) slurm = rushes_slurm_new ();
  g_autoptr (RushesSlurm) copy = NULL;
  g_autoptr (RushesLauncher) launcher = NULL;
  g_auto (GStrv) argv = NULL;

  rushes_test_property_notify (slurm, "partition", "main", "gpu");
  rushes_test_property_notify (slurm, "cpus", 2, 3);
  g_object_set (slurm, "time", "30", NULL);
  rushes_slurm_exclude (slurm, "n1");
  copy = rushes_slurm_copy (slurm);
  g_object_set (slurm, "partition", "other", NULL);
  launcher = rushes_launcher_new_on_cluster ("blender", copy);
  argv = rushes_launcher_build_argv (launcher, "token-1");
  assert_option (argv, "--partition", "gpu");
  assert_option (argv, "--cpus-per-task", "3");
  assert_option (argv, "--time", "30");
  g_assert_false (g_strv_contains ((const char *const *) argv, "--exclude"));
  g_assert_true (rushes_slurm_get_queue (copy) == rushes_slurm_get_queue (slurm));
}

/* ---- The queue ------------------------------------------------------- */

static void
test_parse (void)
{
  g_autoptr (GHashTable) entries =
      rushes_slurm_queue_parse ("7|PENDING|Resources||100|main|rushes-a\n"
                                "8|PENDING|Priority||90|main|rushes|b|\n"
                                "9|PENDING|Priority||95|main|(null)\n"
                                "10|PENDING|None||1|gpu|rushes-c\n"
                                "6|PENDING|None||100|main|rushes-d\n"
                                "3|RUNNING|None|n1|80|main|rushes-e\n"
                                "2|COMPLETING|None|n1|80|main|rushes-f\n"
                                "1|NODE_FAIL|None|n2|80|main|rushes-g\n"
                                "what is this\n\n|||\n");
  const RushesSlurmEntry *entry;

  g_assert_cmpuint (g_hash_table_size (entries), ==, 7);
  entry = g_hash_table_lookup (entries, "rushes-a");
  g_assert_cmpstr (entry->id, ==, "7");
  g_assert_cmpint (entry->state, ==, RUSHES_SLURM_PENDING);
  g_assert_cmpstr (entry->reason, ==, "Resources");
  /* Of equal priority, who came first; each partition has a queue of its own. */
  g_assert_cmpuint (entry->place, ==, 2);
  entry = g_hash_table_lookup (entries, "rushes-d");
  g_assert_cmpuint (entry->place, ==, 1);
  entry = g_hash_table_lookup (entries, "rushes|b|");
  g_assert_cmpuint (entry->place, ==, 4);
  entry = g_hash_table_lookup (entries, "rushes-c");
  g_assert_cmpuint (entry->place, ==, 1);
  entry = g_hash_table_lookup (entries, "rushes-e");
  g_assert_cmpint (entry->state, ==, RUSHES_SLURM_RUNNING);
  g_assert_cmpstr (entry->node, ==, "n1");
  g_assert_cmpuint (entry->place, ==, 0);
  entry = g_hash_table_lookup (entries, "rushes-f");
  g_assert_cmpint (entry->state, ==, RUSHES_SLURM_RUNNING);
  entry = g_hash_table_lookup (entries, "rushes-g");
  g_assert_cmpint (entry->state, ==, RUSHES_SLURM_NODE_FAILED);
}

static void
test_explain (void)
{
  static const struct
  {
    RushesSlurmState state;
    int code;
    const char *words;
  } ends[] = {
    { RUSHES_SLURM_CANCELLED, RUSHES_ERROR_TAKEN_AWAY, "canceled job 12" },
    { RUSHES_SLURM_PREEMPTED, RUSHES_ERROR_TAKEN_AWAY, "more urgent" },
    { RUSHES_SLURM_NODE_FAILED, RUSHES_ERROR_TAKEN_AWAY, "Node n7 went down" },
    { RUSHES_SLURM_TIME_LIMIT, RUSHES_ERROR_TIME_LIMIT, "time limit on node n7" },
    { RUSHES_SLURM_OUT_OF_MEMORY, RUSHES_ERROR_OUT_OF_MEMORY, "memory on node n7" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      RushesSlurmEntry entry = { (char *) "12", ends[i].state, (char *) "None", (char *) "n7", 0 };
      g_autoptr (GError) error = rushes_slurm_explain (&entry);

      rushes_test_assert_error (error, ends[i].code, ends[i].words);
    }
  for (RushesSlurmState state = RUSHES_SLURM_PENDING; state <= RUSHES_SLURM_FAILED; state++)
    {
      RushesSlurmEntry entry = { (char *) "12", state, (char *) "None", (char *) "n7", 0 };

      g_assert_null (rushes_slurm_explain (&entry));
    }
  g_assert_null (rushes_slurm_explain (NULL));
}

/* ---- Clients of a Slurm made of shell scripts ------------------------ */

typedef struct
{
  RushesTestFolder *folder; /* (owned) */
  char *path;               /* (owned): PATH as it was */
  RushesClient *client;     /* (owned) */
  GAsyncResult *result;     /* (owned) (nullable) */
} Fixture;

/* A client whose srun is @script; the queue is the file "queue", in which its job
 * is called TICKET. */
static void
begin (Fixture *fixture, const char *blender, const char *script)
{
  g_autoptr (RushesSlurm) slurm = rushes_slurm_new ();
  g_autoptr (RushesLauncher) launcher = rushes_launcher_new_on_cluster (blender, slurm);
  g_autofree char *logs = g_build_filename (fixture->folder, "logs", NULL);

  g_object_set (slurm, "memory", "64M", NULL);
  rushes_test_add_slurm (fixture->folder);
  rushes_test_add_program (fixture->folder, "srun", script);
  fixture->client = rushes_client_new (launcher, 1, logs);
  rushes_client_start_async (fixture->client, 10, rushes_test_result_cb, &fixture->result);
}

/* Remembers its ticket, then becomes what follows its own options. */
#define RUN                                                                                        \
  "while [ \"$1\" != sh ]; do [ \"$1\" = --comment ] && echo \"$2\" > ticket; shift; done; "       \
  "exec \"$@\""
#define REMEMBER "for word; do case $word in rushes-*) echo $word > ticket;; esac; done; "

static void
assert_fails (Fixture *fixture, int code, const char *words)
{
  g_autoptr (GAsyncResult) result = rushes_test_wait_for_result (&fixture->result);
  g_autoptr (GError) error = NULL;

  g_assert_false (rushes_client_start_finish (fixture->client, result, &error));
  rushes_test_assert_error (error, code, words);
}

static gboolean
is_dead (gpointer client)
{
  return rushes_client_get_state (client) == RUSHES_CLIENT_DEAD;
}

static gboolean
has_place (gpointer client)
{
  const char *situation = rushes_client_get_situation (client);

  return situation != NULL && strstr (situation, "place 2") != NULL;
}

static void
test_waits (Fixture *fixture, gconstpointer data)
{
  g_autofree char *queue = NULL;
  g_autofree char *go = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  queue = rushes_test_write (fixture->folder, "queue",
                             "4|PENDING|None||9|main|(null)\n"
                             "5|PENDING|Resources||3|main|TICKET\n");
  begin (fixture, g_getenv ("RUSHES_FAKE_CLIENT"),
         REMEMBER "while [ ! -e go ]; do sleep 0.05; done; " RUN);
  g_assert_cmpint (rushes_client_get_state (fixture->client), ==, RUSHES_CLIENT_WAITING);
  rushes_test_wait_until (has_place, fixture->client);
  g_assert_cmpint (rushes_client_get_state (fixture->client), ==, RUSHES_CLIENT_WAITING);
  g_assert_nonnull (strstr (rushes_client_get_situation (fixture->client), "every node is in use"));

  go = rushes_test_write (fixture->folder, "go", "");
  result = rushes_test_wait_for_result (&fixture->result);
  g_assert_true (rushes_client_start_finish (fixture->client, result, &error));
  g_assert_no_error (error);
  g_assert_null (rushes_client_get_situation (fixture->client));
  g_assert_nonnull (rushes_client_get_node (fixture->client));
  rushes_client_stop (fixture->client, FALSE);
}

/* Not the wait for the cluster but the wait for Blender has a limit. */
static void
test_time_out (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesSlurm) slurm = rushes_slurm_new ();
  g_autoptr (RushesLauncher) launcher =
      rushes_launcher_new_on_cluster (g_getenv ("RUSHES_FAKE_CLIENT"), slurm);
  g_autofree char *logs = g_build_filename (fixture->folder, "logs", NULL);
  G_GNUC_UNUSED g_autofree char *queue =
      rushes_test_write (fixture->folder, "queue", "5|RUNNING|None|n1|3|main|TICKET\n");

  rushes_test_add_slurm (fixture->folder);
  rushes_test_add_program (fixture->folder, "srun", REMEMBER "exec sleep 600");
  fixture->client = rushes_client_new (launcher, 1, logs);
  rushes_client_start_async (fixture->client, 1, rushes_test_result_cb, &fixture->result);
  assert_fails (fixture, RUSHES_ERROR_TIMED_OUT, "not ready within 1 second");
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  begin (fixture, "blender",
         "echo 'srun: error: invalid partition specified: moon' >&2; "
         "echo 'srun: error: Unable to allocate resources: Invalid partition name specified' >&2; "
         "exit 1");
  assert_fails (fixture, RUSHES_ERROR_COULD_NOT_START, "Invalid partition name specified");
}

static void
test_no_blender (Fixture *fixture, gconstpointer data)
{
  G_GNUC_UNUSED g_autofree char *queue =
      rushes_test_write (fixture->folder, "queue", "5|FAILED|NonZeroExitCode|n1|3|main|TICKET\n");

  begin (fixture, "/nowhere/blender", RUN);
  assert_fails (fixture, RUSHES_ERROR_COULD_NOT_START,
                "no program “/nowhere/blender” on the nodes");
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  G_GNUC_UNUSED g_autofree char *queue =
      rushes_test_write (fixture->folder, "queue", "5|CANCELLED|None|n1|3|main|TICKET\n");

  begin (fixture, "blender", REMEMBER "exit 1");
  assert_fails (fixture, RUSHES_ERROR_TAKEN_AWAY, "canceled job 5");
}

static void
test_time_limit (Fixture *fixture, gconstpointer data)
{
  G_GNUC_UNUSED g_autofree char *queue =
      rushes_test_write (fixture->folder, "queue", "5|TIMEOUT|TimeLimit|n1|3|main|TICKET\n");

  begin (fixture, "blender", REMEMBER "exit 143");
  assert_fails (fixture, RUSHES_ERROR_TIME_LIMIT, "Job 5 reached its time limit on node n1");
}

/* Of what it took nothing is known yet. */
static void
test_out_of_memory (Fixture *fixture, gconstpointer data)
{
  G_GNUC_UNUSED g_autofree char *queue =
      rushes_test_write (fixture->folder, "queue", "5|OUT_OF_MEMORY|None|n1|3|main|TICKET\n");

  begin (fixture, "blender", REMEMBER "exit 137");
  assert_fails (fixture, RUSHES_ERROR_OUT_OF_MEMORY,
                "Job 5 took more memory on node n1 than it was given; asked for: 64M");
}

/* Nobody waits for Slurm's explanation when the user wants it gone. */
static void
test_stop (Fixture *fixture, gconstpointer data)
{
  begin (fixture, "blender", REMEMBER "exec sleep 600");
  rushes_client_stop (fixture->client, TRUE);
  assert_fails (fixture, RUSHES_ERROR_STOPPED, "Stopped");
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = NULL;

  fixture->folder = rushes_test_make_folder ();
  fixture->path = g_strdup (g_getenv ("PATH"));
  path = g_strconcat (fixture->folder, ":", fixture->path, NULL);
  g_setenv ("PATH", path, TRUE);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  rushes_test_wait_until (is_dead, fixture->client);
  g_clear_object (&fixture->client);
  rushes_test_wait_for_children ();
  g_setenv ("PATH", fixture->path, TRUE);
  g_free (fixture->path);
  rushes_test_remove_folder (fixture->folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/slurm/argv", test_argv);
  g_test_add_func ("/slurm/argv-sandbox", test_argv_sandbox);
  g_test_add_func ("/slurm/argv-inside", test_argv_inside);
  g_test_add_func ("/slurm/check", test_check);
  g_test_add_func ("/slurm/values", test_values);
  g_test_add_func ("/slurm/copy", test_copy);
  g_test_add_func ("/slurm/parse", test_parse);
  g_test_add_func ("/slurm/explain", test_explain);
  g_test_add ("/slurm/waits", Fixture, NULL, set_up, test_waits, tear_down);
  g_test_add ("/slurm/time-out", Fixture, NULL, set_up, test_time_out, tear_down);
  g_test_add ("/slurm/refused", Fixture, NULL, set_up, test_refused, tear_down);
  g_test_add ("/slurm/no-blender", Fixture, NULL, set_up, test_no_blender, tear_down);
  g_test_add ("/slurm/cancelled", Fixture, NULL, set_up, test_cancelled, tear_down);
  g_test_add ("/slurm/time-limit", Fixture, NULL, set_up, test_time_limit, tear_down);
  g_test_add ("/slurm/out-of-memory", Fixture, NULL, set_up, test_out_of_memory, tear_down);
  g_test_add ("/slurm/stop", Fixture, NULL, set_up, test_stop, tear_down);

  return g_test_run ();
}
