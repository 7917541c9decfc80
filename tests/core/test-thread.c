/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-error.h"
#include "rushes-thread.h"
#include "test-utils.h"

/* Enough for a thread to be late now and then. */
#define ROUNDS 2000

typedef struct
{
  GThread *worker;
  GThread *end;
  guint n_answers;
} Round;

static void
work_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  ((Round *) task_data)->worker = g_thread_self ();
  g_assert_true (G_IS_OBJECT (source));
  g_assert_true (g_cancellable_is_cancelled (cancellable));
  g_task_return_new_error (task, RUSHES_ERROR, RUSHES_ERROR_STOPPED, "As it was told");
}

static void
answer_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  ((Round *) user_data)->n_answers++;
  g_assert_cmpint (g_task_propagate_int (G_TASK (result), &error), ==, -1);
  g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_STOPPED);
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/thread/end", test_end);

  return g_test_run ();
}
