/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <unistd.h>

#include "rushes-fd-watch.h"
#include "test-utils.h"

#define N_PIPES 200

typedef struct _Pipe Pipe;

struct _Pipe
{
  int fds[2];
  RushesFdWatch *watch; /* (owned) (nullable) */
  Pipe *victim;         /* (nullable): whose watch ends when something comes here */
  GString *order;       /* (nullable): where to note it */
  char name;
  guint n_calls;
  gboolean nests; /* runs the main loop in the midst of it */
};

static void
pipe_clear (gpointer data)
{
  Pipe *self = data;

  g_clear_pointer (&self->watch, rushes_fd_watch_free);
  close (self->fds[0]);
  if (self->fds[1] >= 0)
    close (self->fds[1]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pipe, pipe_clear)

static void
read_cb (gpointer user_data)
{
  Pipe *self = user_data;
  char byte;
  gssize n = read (self->fds[0], &byte, 1);

  /* A main loop in the midst of another may have been here before. */
  if (n < 0)
    return;
  self->n_calls++;
  if (self->order != NULL)
    g_string_append_c (self->order, self->name);
  if (self->victim != NULL)
    g_clear_pointer (&self->victim->watch, rushes_fd_watch_free);
  if (n == 0)
    g_clear_pointer (&self->watch, rushes_fd_watch_free);
  if (self->nests)
    while (g_main_context_iteration (NULL, FALSE))
      ;
}

static void
pipe_init (Pipe *self, int priority)
{
  g_assert_cmpint (pipe2 (self->fds, O_CLOEXEC | O_NONBLOCK), ==, 0);
  self->watch = rushes_fd_watch_new (self->fds[0], G_IO_IN, priority, read_cb, self);
}

static void
put (Pipe *self)
{
  g_assert_cmpint (write (self->fds[1], "x", 1), ==, 1);
}

static void
run_until_quiet (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* Each is called for what comes to it, until the end, and none for another's. */
static void
test_many (void)
{
  Pipe pipes[N_PIPES] = { 0 };

  for (guint i = 0; i < N_PIPES; i++)
    pipe_init (&pipes[i], G_PRIORITY_DEFAULT);
  run_until_quiet ();
  for (guint i = 0; i < N_PIPES; i++)
    {
      g_assert_cmpuint (pipes[i].n_calls, ==, 0);
      for (guint j = 0; j < i % 3; j++)
        put (&pipes[i]);
    }
  run_until_quiet ();
  for (guint i = 0; i < N_PIPES; i++)
    {
      g_assert_cmpuint (pipes[i].n_calls, ==, i % 3);
      close (pipes[i].fds[1]);
      pipes[i].fds[1] = -1;
    }
  run_until_quiet ();
  for (guint i = 0; i < N_PIPES; i++)
    {
      g_assert_cmpuint (pipes[i].n_calls, ==, i % 3 + 1);
      g_assert_null (pipes[i].watch);
      pipe_clear (&pipes[i]);
    }
}

/* Both have something at the same time; whichever is first ends the other, and
 * that one is not called any more. */
static void
test_free_other (void)
{
  g_auto (Pipe) one = { .victim = NULL }, other = { .victim = &one };

  one.victim = &other;
  pipe_init (&one, G_PRIORITY_DEFAULT);
  pipe_init (&other, G_PRIORITY_DEFAULT);
  put (&one);
  put (&other);
  run_until_quiet ();
  g_assert_cmpuint (one.n_calls + other.n_calls, ==, 1);
}

/* What is urgent comes first, however much of the rest there is. */
static void
test_priority (void)
{
  g_autoptr (GString) order = g_string_new (NULL);
  g_auto (Pipe) low = { .order = order, .name = 'l' }, high = { .order = order, .name = 'h' };

  pipe_init (&low, G_PRIORITY_LOW);
  pipe_init (&high, G_PRIORITY_LOW);
  rushes_fd_watch_set_priority (high.watch, G_PRIORITY_DEFAULT);
  for (guint i = 0; i < 3; i++)
    put (&low);
  for (guint i = 0; i < 3; i++)
    put (&high);
  run_until_quiet ();
  g_assert_cmpstr (order->str, ==, "hhhlll");
}

/* One that runs the main loop holds up nobody. */
static void
test_nested (void)
{
  g_auto (Pipe) one = { .nests = TRUE }, other = { .nests = TRUE };

  pipe_init (&one, G_PRIORITY_DEFAULT);
  pipe_init (&other, G_PRIORITY_DEFAULT);
  put (&one);
  put (&other);
  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (one.n_calls, ==, 1);
  g_assert_cmpuint (other.n_calls, ==, 1);
}

static void
room_cb (gpointer user_data)
{
  ++*(guint *) user_data;
}

/* A pipe that is full has room when somebody reads; without a reader it says so. */
static void
test_write (void)
{
  static const char block[4096];
  char taken[sizeof block];
  g_autoptr (RushesFdWatch) watch = NULL;
  guint n_calls = 0;
  int fds[2];

  g_assert_cmpint (pipe2 (fds, O_CLOEXEC | O_NONBLOCK), ==, 0);
  while (write (fds[1], block, sizeof block) > 0)
    ;
  watch = rushes_fd_watch_new (fds[1], G_IO_OUT, G_PRIORITY_DEFAULT, room_cb, &n_calls);
  run_until_quiet ();
  g_assert_cmpuint (n_calls, ==, 0);
  g_assert_cmpint (read (fds[0], taken, sizeof taken), ==, sizeof taken);
  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (n_calls, ==, 1);

  g_assert_cmpint (write (fds[1], block, sizeof block), ==, sizeof block);
  close (fds[0]);
  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (n_calls, ==, 2);
  g_clear_pointer (&watch, rushes_fd_watch_free);
  close (fds[1]);
}

/* Those of one main loop are none of another's. */
static void
test_contexts (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_auto (Pipe) here = { .victim = NULL }, there = { .victim = NULL };

  pipe_init (&here, G_PRIORITY_DEFAULT);
  g_main_context_push_thread_default (context);
  pipe_init (&there, G_PRIORITY_LOW);
  g_main_context_pop_thread_default (context);
  rushes_fd_watch_set_priority (there.watch, G_PRIORITY_DEFAULT);
  put (&here);
  put (&there);
  while (g_main_context_iteration (context, FALSE))
    ;
  g_assert_cmpuint (here.n_calls, ==, 0);
  g_assert_cmpuint (there.n_calls, ==, 1);
  g_clear_pointer (&there.watch, rushes_fd_watch_free);
  run_until_quiet ();
  g_assert_cmpuint (here.n_calls, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/fd-watch/many", test_many);
  g_test_add_func ("/fd-watch/free-other", test_free_other);
  g_test_add_func ("/fd-watch/priority", test_priority);
  g_test_add_func ("/fd-watch/nested", test_nested);
  g_test_add_func ("/fd-watch/write", test_write);
  g_test_add_func ("/fd-watch/contexts", test_contexts);

  return g_test_run ();
}
