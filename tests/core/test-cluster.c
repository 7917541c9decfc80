/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-cluster-check.h"
#include "rushes-cluster.h"
#include "rushes-error.h"
#include "test-utils.h"

/* ---- What is wanted of it -------------------------------------------- */

static void
test_properties (void)
{
  g_autoptr (RushesCluster) cluster = rushes_cluster_new ();

  rushes_test_property_notify (cluster, "enabled", TRUE, FALSE);
  rushes_test_property_notify (cluster, "jobs", 2, 3);
  rushes_test_property_notify (cluster, "blender", "/a", "/b");
  rushes_test_property_notify (cluster, "blender", "/a", "");
}

static void
count_cb (RushesCluster *cluster, guint *count)
{
  (*count)++;
}

/* Whoever uses it is told when clients are to be started in another way. */
static void
test_changed (void)
{
  g_autoptr (RushesCluster) cluster = rushes_cluster_new ();
  RushesSlurm *slurm = rushes_cluster_get_slurm (cluster);
  guint count = 0;

  g_signal_connect (cluster, "changed", G_CALLBACK (count_cb), &count);
  g_object_set (slurm, "partition", "gpu", NULL);
  g_object_set (cluster, "jobs", 4, "blender", "/b", NULL);
  g_assert_cmpuint (count, ==, 0);
  g_assert_cmpuint (rushes_cluster_get_jobs (cluster), ==, 0);
  g_object_set (cluster, "enabled", TRUE, NULL);
  g_assert_cmpuint (count, ==, 1);
  g_assert_cmpuint (rushes_cluster_get_jobs (cluster), ==, 4);
  g_object_set (slurm, "partition", "main", NULL);
  g_object_set (slurm, "partition", "main", NULL);
  g_assert_cmpuint (count, ==, 2);
  g_object_set (cluster, "blender", NULL, NULL);
  g_assert_cmpuint (count, ==, 3);
  g_object_set (cluster, "jobs", 5, NULL);
  g_assert_cmpuint (count, ==, 3);
}

static void
assert_blender (RushesCluster *cluster, const char *here, const char *there)
{
  g_autoptr (RushesLauncher) launcher = rushes_cluster_make_launcher (cluster, here);
  g_autofree char *blender = NULL;

  g_object_get (launcher, "blender", &blender, NULL);
  g_assert_cmpstr (blender, ==, there);
}

static void
test_launcher (void)
{
  g_autoptr (RushesCluster) cluster = rushes_cluster_new ();
  RushesSlurm *slurm = rushes_cluster_get_slurm (cluster);
  g_autoptr (RushesLauncher) launcher = NULL;
  g_autofree char *partition = NULL;

  assert_blender (cluster, "blender", "blender");
  assert_blender (cluster, "/opt/blender", "/opt/blender");
  assert_blender (cluster, "/opt/../shared/blender", "/shared/blender");
  /* Nodes cannot run what Flatpak has here. */
  assert_blender (cluster, "org.blender.Blender//stable", "blender");
  g_object_set (cluster, "blender", "/there/blender", NULL);
  assert_blender (cluster, "/opt/blender", "/there/blender");

  g_object_set (slurm, "partition", "gpu", NULL);
  launcher = rushes_cluster_make_launcher (cluster, "blender");
  g_object_set (slurm, "partition", "main", NULL);
  g_object_get (rushes_launcher_get_slurm (launcher), "partition", &partition, NULL);
  g_assert_cmpstr (partition, ==, "gpu");
}

/* ---- Checks, of a Slurm made of shell scripts ------------------------ */

typedef struct
{
  RushesTestFolder *folder;  /* (owned) */
  char *path;                /* (owned): PATH as it was */
  RushesCluster *cluster;    /* (owned) */
  RushesClusterCheck *check; /* (owned) (nullable) */
  GCancellable *cancellable; /* (owned) */
  GAsyncResult *result;      /* (owned) (nullable) */
} Fixture;

static void
begin (Fixture *fixture)
{
  g_autoptr (RushesLauncher) launcher =
      rushes_cluster_make_launcher (fixture->cluster, g_getenv ("RUSHES_FAKE_CLIENT"));

  fixture->check = rushes_cluster_check_new (launcher, 10, fixture->folder);
  g_object_set (fixture->check, "wait-seconds", 2, NULL);
  rushes_cluster_check_run_async (fixture->check, fixture->cancellable, rushes_test_result_cb,
                                  &fixture->result);
}

static void
assert_found (Fixture *fixture, const char *words)
{
  const char *findings = rushes_cluster_check_get_findings (fixture->check);

  if (strstr (findings, words) == NULL)
    g_error ("There is no “%s” in “%s”", words, findings);
}

/* Returns: (nullable): what is wrong; no process is left of it in any case */
static GError *
end (Fixture *fixture)
{
  g_autoptr (GAsyncResult) result = rushes_test_wait_for_result (&fixture->result);
  GError *error = NULL;

  g_assert_true (rushes_cluster_check_run_finish (fixture->check, result, &error) ==
                 (error == NULL));
  g_assert_null (rushes_cluster_check_get_situation (fixture->check));
  rushes_test_wait_for_children ();
  return error;
}

static void
assert_wrong (Fixture *fixture, int code, const char *words)
{
  g_autoptr (GError) error = NULL;

  begin (fixture);
  error = end (fixture);
  rushes_test_assert_error (error, code, words);
  g_clear_object (&fixture->check);
}

static void
write_partitions (Fixture *fixture, const char *text)
{
  g_free (rushes_test_write (fixture->folder, "partitions", text));
}

static void
want_partition (Fixture *fixture, const char *partition)
{
  g_object_set (rushes_cluster_get_slurm (fixture->cluster), "partition", partition, NULL);
}

static void
test_works (Fixture *fixture, gconstpointer data)
{
  g_autofree char *node = g_strdup_printf (" works on node %s", g_get_host_name ());
  g_autoptr (GError) error = NULL;

  begin (fixture);
  error = end (fixture);
  g_assert_no_error (error);
  assert_found (fixture, "Slurm answers: 2 of 4 nodes are idle");
  assert_found (fixture, node);
}

static void
test_partition (Fixture *fixture, gconstpointer data)
{
  g_autofree char *sruns = g_build_filename (fixture->folder, "sruns", NULL);
  g_autofree char *asked = NULL;
  g_autoptr (GError) error = NULL;

  want_partition (fixture, "gpu,main");
  begin (fixture);
  error = end (fixture);
  g_assert_no_error (error);
  assert_found (fixture, "3 of 5 nodes are idle");
  asked = rushes_test_read (sruns);
  g_assert_nonnull (strstr (asked, "--partition gpu,main"));
}

static void
test_bad_partitions (Fixture *fixture, gconstpointer data)
{
  want_partition (fixture, "moon");
  assert_wrong (fixture, RUSHES_ERROR_INVALID, "no partition “moon”");
  assert_wrong (fixture, RUSHES_ERROR_INVALID, "main, gpu");

  want_partition (fixture, NULL);
  write_partitions (fixture, "main|up|0/1/0/1\ngpu|up|0/1/0/1\n");
  assert_wrong (fixture, RUSHES_ERROR_INVALID, "no default partition; choose among: main, gpu");
  write_partitions (fixture, "main*|down|0/2/0/2\n");
  assert_wrong (fixture, RUSHES_ERROR_COULD_NOT_START, "is down and takes no jobs");
  write_partitions (fixture, "main*|up|0/0/2/2\n");
  assert_wrong (fixture, RUSHES_ERROR_COULD_NOT_START, "Every node of the partition is down");
  write_partitions (fixture, "what is this\n\n||\n|||\n*|up|1\n");
  assert_wrong (fixture, RUSHES_ERROR_COULD_NOT_START, "no partition that you may use");
  /* Nobody was sent there for all that. */
  g_assert_cmpuint (rushes_test_count_files (fixture->folder, "sruns"), ==, 0);
}

static void
test_no_slurm (Fixture *fixture, gconstpointer data)
{
  g_autofree char *nowhere = g_build_filename (fixture->folder, "nowhere", NULL);

  g_setenv ("PATH", nowhere, TRUE);
  assert_wrong (fixture, RUSHES_ERROR_COULD_NOT_START, "there is no program “srun”");
}

static void
test_bad_value (Fixture *fixture, gconstpointer data)
{
  g_object_set (rushes_cluster_get_slurm (fixture->cluster), "time", "2h", NULL);
  assert_wrong (fixture, RUSHES_ERROR_INVALID, "“2h”: not a length of time");
}

static void
test_mute (Fixture *fixture, gconstpointer data)
{
  rushes_test_add_program (fixture->folder, "sinfo",
                           "echo 'sinfo: error: much more' >&2; "
                           "echo 'slurm_load_partitions: Unable to contact slurm controller' >&2; "
                           "exit 1");
  assert_wrong (fixture, RUSHES_ERROR_TIMED_OUT,
                "Slurm does not answer: slurm_load_partitions: Unable to contact");
  assert_wrong (fixture, RUSHES_ERROR_TIMED_OUT, "slurmctld, run?");
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  rushes_test_add_program (fixture->folder, "srun",
                           "echo 'srun: error: Unable to allocate resources: Invalid account' >&2; "
                           "exit 1");
  assert_wrong (fixture, RUSHES_ERROR_COULD_NOT_START, "Invalid account");
  assert_wrong (fixture, RUSHES_ERROR_COULD_NOT_START, "client-0.log");
}

static void
test_no_blender (Fixture *fixture, gconstpointer data)
{
  g_object_set (fixture->cluster, "blender", "/nowhere/blender", NULL);
  assert_wrong (fixture, RUSHES_ERROR_COULD_NOT_START,
                "no program “/nowhere/blender” on the nodes");
}

static gboolean
has_place (gpointer check)
{
  const char *situation = rushes_cluster_check_get_situation (check);

  return situation != NULL && strstr (situation, "place 2") != NULL;
}

static void
let_wait (Fixture *fixture)
{
  rushes_test_add_program (fixture->folder, "srun",
                           "for word; do case $word in rushes-*) echo $word > ticket;; esac; done; "
                           "exec sleep 600");
  g_free (rushes_test_write (fixture->folder, "queue",
                             "4|PENDING|None||9|main|(null)\n"
                             "5|PENDING|Resources||3|main|TICKET\n"));
}

/* A cluster that is in use is not one that does not work. */
static void
test_waits (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  let_wait (fixture);
  begin (fixture);
  rushes_test_wait_until (has_place, fixture->check);
  error = end (fixture);
  g_assert_no_error (error);
  assert_found (fixture, "place 2, every node is in use");
  assert_found (fixture, "No node was free for 2 seconds");
}

static void
assert_cancelled (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (fixture->cancellable);
  error = end (fixture);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_cancel_asking (Fixture *fixture, gconstpointer data)
{
  rushes_test_add_program (fixture->folder, "sinfo", "exec sleep 600");
  begin (fixture);
  assert_cancelled (fixture);
}

static void
test_cancel_waiting (Fixture *fixture, gconstpointer data)
{
  let_wait (fixture);
  begin (fixture);
  g_object_set (fixture->check, "wait-seconds", 600, NULL);
  rushes_test_wait_until (has_place, fixture->check);
  assert_cancelled (fixture);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = NULL;

  fixture->folder = rushes_test_make_folder ();
  fixture->path = g_strdup (g_getenv ("PATH"));
  fixture->cluster = rushes_cluster_new ();
  fixture->cancellable = g_cancellable_new ();
  path = g_strconcat (fixture->folder, ":", fixture->path, NULL);
  g_setenv ("PATH", path, TRUE);
  rushes_test_add_slurm (fixture->folder);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  rushes_test_wait_for_children ();
  /* What it waited for holds it until that is over, too. */
  if (fixture->check != NULL)
    rushes_test_assert_finalize (g_steal_pointer (&fixture->check));
  rushes_test_assert_finalize (g_steal_pointer (&fixture->cluster));
  g_clear_object (&fixture->cancellable);
  g_setenv ("PATH", fixture->path, TRUE);
  g_free (fixture->path);
  rushes_test_remove_folder (fixture->folder);
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cluster/properties", test_properties);
  g_test_add_func ("/cluster/changed", test_changed);
  g_test_add_func ("/cluster/launcher", test_launcher);
  add ("/cluster/check/works", test_works);
  add ("/cluster/check/partition", test_partition);
  add ("/cluster/check/bad-partitions", test_bad_partitions);
  add ("/cluster/check/no-slurm", test_no_slurm);
  add ("/cluster/check/bad-value", test_bad_value);
  add ("/cluster/check/mute", test_mute);
  add ("/cluster/check/refused", test_refused);
  add ("/cluster/check/no-blender", test_no_blender);
  add ("/cluster/check/waits", test_waits);
  add ("/cluster/check/cancel-asking", test_cancel_asking);
  add ("/cluster/check/cancel-waiting", test_cancel_waiting);

  return g_test_run ();
}
