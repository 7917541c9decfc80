/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-error.h"
#include "rushes-thread.h"
#include "test-utils.h"

/* Enough for a thread to be late now and then. */
#define ROUNDS 2000

/* More than there are threads at first. */
#define N_WAITING 30

typedef struct
{
  GThread *worker;
  GThread *end;
  guint n_answers;
} Round;

static gboolean
work_thread (gpointer data, GCancellable *cancellable, GError **error)
{
  ((Round *) data)->worker = g_thread_self ();
  g_assert_true (g_cancellable_is_cancelled (cancellable));
  g_set_error_literal (error, RUSHES_ERROR, RUSHES_ERROR_STOPPED, "As it was told");
  return FALSE;
}

static void
answer_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  ((Round *) user_data)->n_answers++;
  g_assert_false (g_task_propagate_boolean (G_TASK (result), &error));
  g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_STOPPED);
}

static gboolean
is_zero (gpointer value)
{
  return *(guint *) value == 0;
}

static void
end_cb (gpointer user_data, GObject *object)
{
  ((Round *) user_data)->end = g_thread_self ();
}

/* The work is done in a thread; the object, kept by its task alone, ends in the
 * main loop. */
static void
test_end (void)
{
  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autoptr (GObject) object = g_object_new (G_TYPE_OBJECT, NULL);
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      Round round = { NULL, NULL, 0 };
      g_autoptr (GTask) task = g_task_new (object, cancellable, answer_cb, &round);

      g_cancellable_cancel (cancellable);
      g_task_set_check_cancellable (task, FALSE);
      g_task_set_task_data (task, &round, NULL);
      g_object_weak_ref (object, end_cb, &round);
      rushes_thread_run (task, work_thread);
      g_clear_object (&task);
      rushes_test_assert_finalize (g_steal_pointer (&object));
      g_assert_cmpuint (round.n_answers, ==, 1);
      g_assert_true (round.end == g_thread_self ());
      g_assert_true (round.worker != NULL && round.worker != g_thread_self ());
    }
}

static gboolean
nothing_thread (gpointer data, GCancellable *cancellable, GError **error)
{
  return TRUE;
}

/* How deep it still is to be done, each in the callback of the one before. */
static void
nested_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  guint *depth = user_data;

  g_assert_true (g_task_propagate_boolean (G_TASK (result), NULL));
  if (--*depth > 0)
    {
      g_autoptr (GTask) task = g_task_new (NULL, NULL, nested_cb, depth);

      rushes_thread_run (task, nothing_thread);
      rushes_test_wait_until (is_zero, depth);
    }
}

/* A callback may run the main loop, and wait there for others. */
static void
test_nested (void)
{
  guint depths[] = { 5, 5, 5, 5 };

  for (guint i = 0; i < G_N_ELEMENTS (depths); i++)
    {
      g_autoptr (GTask) task = g_task_new (NULL, NULL, nested_cb, &depths[i]);

      rushes_thread_run (task, nothing_thread);
    }
  for (guint i = 0; i < G_N_ELEMENTS (depths); i++)
    rushes_test_wait_until (is_zero, &depths[i]);
}

typedef struct
{
  GMutex mutex;
  GCond cond;
  gboolean open; /* behind the mutex */
  guint n_ended;
} Gate;

static gboolean
gate_thread (gpointer data, GCancellable *cancellable, GError **error)
{
  Gate *gate = data;

  g_mutex_lock (&gate->mutex);
  while (!gate->open)
    g_cond_wait (&gate->cond, &gate->mutex);
  g_mutex_unlock (&gate->mutex);
  return TRUE;
}

static void
gate_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_assert_true (g_task_propagate_boolean (G_TASK (result), NULL));
  ((Gate *) user_data)->n_ended++;
}

static gboolean
is_done (gpointer data)
{
  return ((Gate *) data)->n_ended == N_WAITING;
}

/* Many that wait for what does not come hold up nobody else for long. */
static void
test_blocked (void)
{
  Gate gate = { .open = FALSE };
  guint last = 1;
  g_autoptr (GTask) task = NULL;

  for (guint i = 0; i < N_WAITING; i++)
    {
      g_autoptr (GTask) waiting = g_task_new (NULL, NULL, gate_cb, &gate);

      g_task_set_task_data (waiting, &gate, NULL);
      rushes_thread_run (waiting, gate_thread);
    }
  task = g_task_new (NULL, NULL, nested_cb, &last);
  rushes_thread_run (task, nothing_thread);
  rushes_test_wait_until (is_zero, &last);
  g_assert_cmpuint (gate.n_ended, ==, 0);

  g_mutex_lock (&gate.mutex);
  gate.open = TRUE;
  g_cond_broadcast (&gate.cond);
  g_mutex_unlock (&gate.mutex);
  rushes_test_wait_until (is_done, &gate);
}

/* Who asks in another main loop is told there. */
static void
test_contexts (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  guint here = 1, there = 1;
  g_autoptr (GTask) here_task = g_task_new (NULL, NULL, nested_cb, &here);
  g_autoptr (GTask) there_task = NULL;

  rushes_thread_run (here_task, nothing_thread);
  g_main_context_push_thread_default (context);
  there_task = g_task_new (NULL, NULL, nested_cb, &there);
  rushes_thread_run (there_task, nothing_thread);
  while (there > 0)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);
  g_assert_cmpuint (here, ==, 1);
  rushes_test_wait_until (is_zero, &here);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/thread/end", test_end);
  g_test_add_func ("/thread/nested", test_nested);
  g_test_add_func ("/thread/contexts", test_contexts);
  g_test_add_func ("/thread/blocked", test_blocked);

  return g_test_run ();
}
