/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-thread.h"

typedef struct
{
  GTask *task; /* kept by the guard's callback */
  GTaskThreadFunc func;
} Work;

static void
guard_thread (GTask *guard, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const Work *work = task_data;

  work->func (work->task, g_task_get_source_object (work->task), g_task_get_task_data (work->task),
              g_task_get_cancellable (work->task));
  g_task_return_boolean (guard, TRUE);
}

static void
guard_cb (GObject *object, GAsyncResult *result, gpointer task)
{
  g_object_unref (task);
}

/**
 * rushes_thread_run:
 * @task: a task
 * @func: what is to be done for it, in a thread; it returns the result by @task
 *
 * As g_task_run_in_thread(), which lets the thread keep @task for a moment after
 * its callback. Then the thread may be the last to let go of the task's object,
 * of which only the main loop knows how to end it. Here the thread has a task of
 * its own, and @task ends where its callback is called, just after it.
 */
void
rushes_thread_run (GTask *task, GTaskThreadFunc func)
{
  g_autoptr (GTask) guard = NULL;
  Work *work;

  g_return_if_fail (G_IS_TASK (task));
  g_return_if_fail (func != NULL);

  guard = g_task_new (NULL, NULL, guard_cb, g_object_ref (task));
  work = g_new (Work, 1);
  g_task_set_source_tag (guard, rushes_thread_run);
  g_task_set_priority (guard, g_task_get_priority (task));
  work->task = task;
  work->func = func;
  g_task_set_task_data (guard, work, g_free);
  g_task_run_in_thread (guard, guard_thread);
}
