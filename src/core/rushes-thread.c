/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-thread.h"

/* Most of what they do takes a fraction of a millisecond: more of them would take the
 * processors from each other. */
#define N_THREADS 4

/* But they may wait for a drive that is slow, or dead, while there is work on others:
 * when so few have come to their end in so long, there are more of them. */
#define PATIENCE_USEC (G_USEC_PER_SEC / 2)
#define MAX_THREADS   128

/* What has been done for the tasks of one main context, until it hears of it. */
typedef struct
{
  GSource source;
  guint n_under_way; /* the context's: tasks that are not at their end */
  guint n_ended;     /* since the ready time was set: there was more to do than threads */
  GMutex mutex;
  GQueue done; /* of Work, behind the mutex */
} Outlet;

typedef struct
{
  GTask *task;    /* (owned) */
  Outlet *outlet; /* lives while this is under way */
  RushesThreadFunc func;
  GError *error; /* (owned) (nullable): it failed */
} Work;

static GThreadPool *threads;

/* One for each context with tasks under way. */
static GMutex outlets_mutex;
static GPtrArray *outlets; /* behind the mutex */

/* ---- In the main loop ------------------------------------------------ */

static gboolean
outlet_has_news (Outlet *outlet)
{
  gboolean news;

  g_mutex_lock (&outlet->mutex);
  news = !g_queue_is_empty (&outlet->done);
  g_mutex_unlock (&outlet->mutex);
  return news;
}

static gboolean
outlet_prepare (GSource *source, int *timeout)
{
  *timeout = -1;
  return outlet_has_news ((Outlet *) source);
}

static gboolean
outlet_check (GSource *source)
{
  return outlet_has_news ((Outlet *) source);
}

/* The task's callback is called here and now. */
static void
end_work (Work *work)
{
  if (work->error != NULL)
    g_task_return_error (work->task, work->error);
  else
    g_task_return_boolean (work->task, TRUE);
  g_object_unref (work->task);
  g_free (work);
}

static Work *
take_done (Outlet *outlet)
{
  Work *work;

  g_mutex_lock (&outlet->mutex);
  work = g_queue_pop_head (&outlet->done);
  g_mutex_unlock (&outlet->mutex);
  return work;
}

/* Whether there are enough of them for what is under way. */
static void
mind_threads (Outlet *outlet)
{
  GSource *source = &outlet->source;
  gint64 due = g_source_get_ready_time (source);
  int n_threads = g_thread_pool_get_max_threads (threads);
  gboolean are_busy = outlet->n_under_way > (guint) n_threads;

  if (due >= 0 && due <= g_get_monotonic_time ())
    {
      if (are_busy && outlet->n_ended < (guint) n_threads)
        g_thread_pool_set_max_threads (threads, MIN (n_threads * 2, MAX_THREADS), NULL);
      g_source_set_ready_time (source, -1);
      due = -1;
    }
  if (are_busy && due < 0)
    {
      outlet->n_ended = 0;
      g_source_set_ready_time (source, g_get_monotonic_time () + PATIENCE_USEC);
    }
}

static gboolean
outlet_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  Outlet *outlet = (Outlet *) source;
  Work *work;

  /* What follows from one may be done before the next is told of; others shall have
   * their turn. */
  for (guint n = outlet->n_under_way; n > 0 && (work = take_done (outlet)) != NULL; n--)
    {
      outlet->n_under_way--;
      outlet->n_ended++;
      end_work (work);
    }
  mind_threads (outlet);
  if (outlet->n_under_way > 0)
    return G_SOURCE_CONTINUE;

  g_thread_pool_set_max_threads (threads, N_THREADS, NULL);

  g_mutex_lock (&outlets_mutex);
  g_ptr_array_remove_fast (outlets, outlet);
  g_mutex_unlock (&outlets_mutex);
  return G_SOURCE_REMOVE;
}

static void
outlet_finalize (GSource *source)
{
  g_mutex_clear (&((Outlet *) source)->mutex);
}

static Outlet *
outlet_new (GMainContext *context)
{
  static GSourceFuncs funcs = { .prepare = outlet_prepare,
                                .check = outlet_check,
                                .dispatch = outlet_dispatch,
                                .finalize = outlet_finalize };
  GSource *source = g_source_new (&funcs, sizeof (Outlet));
  Outlet *outlet = (Outlet *) source;

  g_source_set_static_name (source, "rushes_thread_run");
  g_source_set_can_recurse (source, TRUE); /* a callback may run the main loop */
  g_mutex_init (&outlet->mutex);
  g_queue_init (&outlet->done);
  g_source_attach (source, context);
  g_source_unref (source); /* the context keeps it */

  return outlet;
}

static Outlet *
find_outlet (GMainContext *context)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&outlets_mutex);
  Outlet *outlet;

  if (outlets == NULL)
    outlets = g_ptr_array_new ();
  for (guint i = 0; i < outlets->len; i++)
    if (g_source_get_context (outlets->pdata[i]) == context)
      return outlets->pdata[i];

  outlet = outlet_new (context);
  g_ptr_array_add (outlets, outlet);
  return outlet;
}

/* ---- In a thread ----------------------------------------------------- */

static void
work_thread (gpointer data, gpointer user_data)
{
  Work *work = data;
  Outlet *outlet = work->outlet;
  g_autoptr (GMainContext) context = g_main_context_ref (g_task_get_context (work->task));
  gboolean is_first;

  if (work->func (g_task_get_task_data (work->task), g_task_get_cancellable (work->task),
                  &work->error))
    g_assert (work->error == NULL);
  else
    g_assert (work->error != NULL);

  g_mutex_lock (&outlet->mutex);
  is_first = g_queue_is_empty (&outlet->done);
  g_queue_push_tail (&outlet->done, work);
  g_mutex_unlock (&outlet->mutex);
  if (is_first)
    g_main_context_wakeup (context);
}

static void
start_threads (void)
{
  static gsize started;

  if (g_once_init_enter (&started))
    {
      threads = g_thread_pool_new (work_thread, NULL, N_THREADS, FALSE, NULL);
      g_once_init_leave (&started, TRUE);
    }
}

/**
 * rushes_thread_run:
 * @task: a task, with all that @func needs as its task data
 * @func: what is to be done for it, in a thread
 *
 * Does something in a thread and returns its success by @task, whose callback has
 * the results in the task data.
 *
 * Unlike g_task_run_in_thread() it lets the thread have the data alone: @task, and
 * the objects that it keeps, belong to the main loop, and it ends just after its
 * callback. And what many threads have done is told of at once: with hundreds of
 * frames a second, waking the main loop for each costs more than the frames do.
 */
void
rushes_thread_run (GTask *task, RushesThreadFunc func)
{
  Work *work;

  g_return_if_fail (G_IS_TASK (task));
  g_return_if_fail (func != NULL);

  start_threads ();
  work = g_new0 (Work, 1);
  work->task = g_object_ref (task);
  work->outlet = find_outlet (g_task_get_context (task));
  work->outlet->n_under_way++;
  work->func = func;
  g_thread_pool_push (threads, work, NULL);
  mind_threads (work->outlet);
}
