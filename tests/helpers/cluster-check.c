/* SPDX-License-Identifier: GPL-3.0-or-later */

/* cluster-check BLENDER SECONDS PARTITION
 *
 * Checks the connection to the cluster of the environment, waiting for a node that
 * long. Prints what is right, or what is wrong and leaves with 1. SIGTERM gives it
 * up. PARTITION may be "". */

#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <glib-unix.h>

#include "rushes-cluster-check.h"
#include "rushes-cluster.h"

typedef struct
{
  GMainLoop *loop;
  GCancellable *cancellable;
  int status;
} Run;

static void
checked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  RushesClusterCheck *check = RUSHES_CLUSTER_CHECK (object);
  Run *run = user_data;
  g_autoptr (GError) error = NULL;

  run->status = rushes_cluster_check_run_finish (check, result, &error) ? 0 : 1;
  puts (error != NULL ? error->message : rushes_cluster_check_get_findings (check));
  g_main_loop_quit (run->loop);
}

static gboolean
terminate_cb (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return G_SOURCE_CONTINUE;
}

/* What the check has started ends behind its back. */
static gboolean
has_child (void)
{
  siginfo_t info;

  return waitid (P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

int
main (int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (RushesCluster) cluster = rushes_cluster_new ();
  g_autoptr (RushesLauncher) launcher = NULL;
  g_autoptr (RushesClusterCheck) check = NULL;
  Run run = { loop, cancellable, 1 };

  if (argc != 4)
    return 2;
  g_object_set (rushes_cluster_get_slurm (cluster), "partition", argv[3], NULL);
  launcher = rushes_cluster_make_launcher (cluster, argv[1]);
  check = rushes_cluster_check_new (launcher, 30, g_get_tmp_dir ());
  g_object_set (check, "wait-seconds", (guint) atoi (argv[2]), NULL);
  g_unix_signal_add (SIGTERM, terminate_cb, cancellable);
  rushes_cluster_check_run_async (check, cancellable, checked_cb, &run);
  g_main_loop_run (loop);
  while (has_child ())
    g_main_context_iteration (NULL, TRUE);

  return run.status;
}
