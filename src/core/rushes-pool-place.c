/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "rushes-error.h"
#include "rushes-pool-private.h"

/* Places where clients run: how many there may be, and whether they start. */

/* Starts in a row that may fail before the fault is not chance, and the pause
 * after each. */
#define MAX_START_FAILURES 3
#define START_PAUSE_MS     500

/* How often to look whether another number of clients would be better. */
#define LOOK_SECONDS 1

/* What others take and give back of a GPU's memory meanwhile, in bytes. */
#define GPU_NOISE (100 * 1024 * 1024)

PoolPlace *
pool_place_new (RushesPool *pool, RushesLauncher *launcher, guint jobs)
{
  PoolPlace *place = g_new0 (PoolPlace, 1);

  place->pool = pool;
  place->launcher = g_object_ref (launcher);
  pool_place_set_jobs (place, jobs);
  return place;
}

void
pool_place_free (PoolPlace *place)
{
  g_clear_handle_id (&place->pause_id, g_source_remove);
  g_clear_pointer (&place->machine, rushes_machine_free);
  g_clear_object (&place->launcher);
  g_clear_error (&place->complaint);
  g_clear_error (&place->given_up);
  g_free (place);
}

void
pool_place_begin_run (PoolPlace *place)
{
  place->start_failures = 0;
  place->started_once = FALSE;
  g_clear_error (&place->given_up);
  g_clear_error (&place->complaint);
  pool_place_set_jobs (place, place->jobs);
  /* Now, as no client has taken any of it yet. */
  if (!pool_place_is_remote (place))
    place->machine = rushes_machine_new ();
}

void
pool_place_end_run (PoolPlace *place)
{
  g_clear_handle_id (&place->pause_id, g_source_remove);
  g_clear_pointer (&place->machine, rushes_machine_free);
}

/* What was found out is forgotten. */
void
pool_place_set_jobs (PoolPlace *place, guint jobs)
{
  place->jobs = jobs;
  place->room = G_MAXUINT;
  place->n_frames = 0;
  place->worth = 0;
  place->busy = 0;
  rushes_jobs_start (&place->automatic);
}

/* Whether it is not this computer. */
gboolean
pool_place_is_remote (PoolPlace *place)
{
  return rushes_launcher_get_slurm (place->launcher) != NULL;
}

/* How many clients may work there at once. */
guint
pool_place_get_jobs (PoolPlace *place)
{
  guint wanted = place->jobs == RUSHES_JOBS_AUTO ? place->automatic.count : place->jobs;

  return place->given_up != NULL ? 0 : MIN (wanted, place->room);
}

/* Whether somebody there has to go. */
gboolean
pool_place_has_too_many (PoolPlace *place)
{
  return place->n_workers - place->n_leaving > pool_place_get_jobs (place);
}

/* Whether one more may be started there now. */
gboolean
pool_place_takes_client (PoolPlace *place)
{
  return place->pause_id == 0 && place->n_workers - place->n_leaving < pool_place_get_jobs (place);
}

/* A client has run out of memory: from now on there is one fewer, if there can
 * be. What was lost is then nobody's fault. Clients of a cluster do not share
 * memory: what each one has is for the user to say. */
gboolean
pool_place_shrink (PoolPlace *place, RushesScene *scene)
{
  g_autofree char *text = NULL;
  guint left;

  if (pool_place_get_jobs (place) <= 1 || pool_place_is_remote (place))
    return FALSE;

  /* That client is still among them. */
  left = MAX (MIN (pool_place_get_jobs (place), place->n_workers - place->n_leaving), 2) - 1;
  if (place->jobs == RUSHES_JOBS_AUTO)
    {
      rushes_jobs_run_out_of_memory (&place->automatic, left, g_get_monotonic_time ());
      pool_jobs_changed (place->pool);
      return TRUE;
    }
  place->room = left;
  text = g_strdup_printf (ngettext ("Memory ran out; %u Blender goes on working",
                                    "Memory ran out; %u Blenders go on working", place->room),
                          place->room);
  pool_emit_warning (place->pool, scene, text);
  return TRUE;
}

/* ---- As many as are right -------------------------------------------- */

static void
read_machine (PoolPlace *place, RushesJobsReading *reading)
{
  GPtrArray *workers = place->pool->workers;

  rushes_machine_read_processors (&reading->idle, &reading->total);
  reading->frames = place->n_frames;
  reading->work = place->worth;
  reading->busy = place->busy;
  reading->memory_free = rushes_machine_get_free_memory ();
  for (guint i = 0; i < workers->len; i++)
    {
      PoolWorker *worker = g_ptr_array_index (workers, i);

      if (worker->place != place || worker->leaving)
        continue;
      reading->n_working += worker->n_frames > 0;
      reading->memory_client =
          MAX (reading->memory_client, rushes_client_get_memory (worker->client));
    }
  rushes_machine_look_at_gpus (place->machine);
  reading->gpu_free = rushes_machine_get_gpu_free (place->machine);
  if (reading->n_working > 0 && rushes_machine_get_gpu_taken (place->machine) > GPU_NOISE)
    reading->gpu_client = rushes_machine_get_gpu_taken (place->machine) / reading->n_working;
}

/* A client there has finished a frame of @work. */
void
pool_place_frame_done (PoolPlace *place, PoolWork *work, double seconds)
{
  RushesJobsReading reading = { .now = g_get_monotonic_time () };

  if (place->jobs != RUSHES_JOBS_AUTO || place->machine == NULL)
    return;

  /* A light frame of one scene is less than a heavy one of another. */
  if (work->worth <= 0)
    work->worth = seconds;
  place->n_frames++;
  place->worth += work->worth;
  place->busy += seconds;
  if (reading.now - place->looked < LOOK_SECONDS * G_USEC_PER_SEC)
    return;

  place->looked = reading.now;
  read_machine (place, &reading);
  if (rushes_jobs_update (&place->automatic, &reading))
    pool_jobs_changed (place->pool);
}

/* ---- Starts ---------------------------------------------------------- */

static gboolean
pause_cb (gpointer user_data)
{
  PoolPlace *place = user_data;

  place->pause_id = 0;
  pool_dispatch (place->pool);
  return G_SOURCE_REMOVE;
}

/* No client can be had there: others go on, if there are any. */
static void
give_up (PoolPlace *place, RushesClient *client)
{
  /* When all nodes are left out, Slurm refuses for want of nodes. */
  const GError *cause =
      place->complaint != NULL ? place->complaint : rushes_client_get_cause (client);
  const char *log = rushes_client_get_log_path (client);
  g_autofree char *text = NULL;

  text = g_strdup_printf (pool_place_is_remote (place)
                              ? _ ("The cluster is no longer used: %s (log: %s)")
                              : _ ("This computer is no longer used: %s (log: %s)"),
                          cause->message, log != NULL ? log : "-");
  place->given_up = g_error_new_literal (cause->domain, cause->code, text);
  if (pool_get_jobs (place->pool) == 0)
    pool_fail_everything (place->pool, cause, client);
  else
    pool_emit_warning (place->pool, NULL, text);
}

/* A client has loaded a scene. */
void
pool_place_start_succeeded (PoolPlace *place)
{
  place->start_failures = 0;
}

/* Starts no more clients on the node of @worker, and ends that. */
void
pool_place_leave_out (PoolPlace *place, PoolWorker *worker, const GError *complaint)
{
  g_autofree char *text = g_strdup_printf (_ ("%s; that node is left out"), complaint->message);

  /* Several clients may be there. */
  if (rushes_slurm_exclude (rushes_launcher_get_slurm (place->launcher),
                            rushes_client_get_node (worker->client)))
    pool_emit_warning (place->pool, NULL, text);
  if (place->complaint == NULL)
    place->complaint = g_error_copy (complaint);
  worker->useful = FALSE;
  pool_worker_dismiss (worker, complaint);
}

/* A client that ends before it was of any use. A Blender that has never worked
 * is given up soon, one that has worked only when nothing else is left. */
void
pool_place_start_failed (PoolPlace *place, RushesClient *client)
{
  const GError *error = rushes_client_get_cause (client);

  place->start_failures++;
  if (place->pool->stopping || place->pool->fatal != NULL || place->given_up != NULL)
    return;

  if (place->start_failures >= MAX_START_FAILURES ||
      (!place->started_once && g_error_matches (error, RUSHES_ERROR, RUSHES_ERROR_TIMED_OUT)))
    {
      if (!place->started_once || place->n_workers == place->n_leaving)
        {
          give_up (place, client);
          return;
        }
    }
  if (place->pause_id == 0)
    place->pause_id = g_timeout_add (START_PAUSE_MS * place->start_failures, pause_cb, place);
}
