/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "rushes-fd-watch.h"

/* So many have their turn before anybody else has. */
#define MAX_EVENTS 64

/* All watches of one main context and one priority. */
typedef struct
{
  GSource source;
  int epoll_fd;
} Hub;

/**
 * RushesFdWatch:
 *
 * Waits for a pipe in the main loop, as a source of its own would. But the main
 * loop looks at each of its sources, and has the kernel look at each of their files,
 * whatever happens: with the pipes of hundreds of clients that is most of what it
 * does. Here they are one source, which costs as much as there is to do.
 */
struct _RushesFdWatch
{
  Hub *hub; /* %NULL: it is over */
  int fd;
  guint32 events;
  RushesFdWatchFunc func;
  gpointer user_data;
};

/* ---- Hubs ------------------------------------------------------------ */

static gboolean
hub_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  Hub *hub = (Hub *) source;
  struct epoll_event events[MAX_EVENTS];
  int n = epoll_wait (hub->epoll_fd, events, MAX_EVENTS, 0);

  /* What one of them does may end others. */
  for (int i = 0; i < n; i++)
    g_rc_box_acquire (events[i].data.ptr);
  for (int i = 0; i < n; i++)
    {
      RushesFdWatch *watch = events[i].data.ptr;

      if (watch->hub != NULL)
        watch->func (watch->user_data);
      g_rc_box_release (watch);
    }
  return G_SOURCE_CONTINUE;
}

static void
hub_finalize (GSource *source)
{
  close (((Hub *) source)->epoll_fd);
}

static GSourceFuncs hub_funcs = { .dispatch = hub_dispatch, .finalize = hub_finalize };

static void
make_hub (GMainContext *context, int priority)
{
  GSource *source = g_source_new (&hub_funcs, sizeof (Hub));
  Hub *hub = (Hub *) source;

  hub->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  if (hub->epoll_fd < 0)
    g_error ("There is no way to wait for clients: %s", g_strerror (errno));
  g_source_set_static_name (source, "RushesFdWatch");
  g_source_set_priority (source, priority);
  g_source_set_can_recurse (source, TRUE); /* a watch may run the main loop */
  g_source_add_unix_fd (source, hub->epoll_fd, G_IO_IN);
  /* find_hub() asks for that. */
  g_source_set_callback (source, NULL, GINT_TO_POINTER (priority), NULL);
  g_source_attach (source, context);
  g_source_unref (source); /* the context keeps it */
}

static GSource *
find_hub (GMainContext *context, int priority)
{
  return g_main_context_find_source_by_funcs_user_data (context, &hub_funcs,
                                                        GINT_TO_POINTER (priority));
}

/* Both are there from the first watch on, and for as long as the context: later there
 * may be no file descriptor left. */
static Hub *
get_hub (GMainContext *context, int priority)
{
  if (find_hub (context, priority) == NULL)
    {
      make_hub (context, G_PRIORITY_DEFAULT);
      make_hub (context, G_PRIORITY_LOW);
    }
  return (Hub *) find_hub (context, priority);
}

/* ---- Watches --------------------------------------------------------- */

static void
join_hub (RushesFdWatch *self, Hub *hub)
{
  struct epoll_event event = { .events = self->events, .data.ptr = self };

  if (epoll_ctl (hub->epoll_fd, EPOLL_CTL_ADD, self->fd, &event) != 0)
    g_error ("A client cannot be waited for: %s", g_strerror (errno));
  self->hub = hub;
}

static void
leave_hub (RushesFdWatch *self)
{
  epoll_ctl (self->hub->epoll_fd, EPOLL_CTL_DEL, self->fd, NULL);
  self->hub = NULL;
}

/**
 * rushes_fd_watch_new:
 * @fd: a pipe or a socket that does not block, and stays open for as long as the
 *   watch is there
 * @condition: %G_IO_IN or %G_IO_OUT
 * @priority: %G_PRIORITY_DEFAULT or %G_PRIORITY_LOW
 * @func: what to call when it is so
 * @user_data: for @func
 *
 * Begins to wait, in the thread-default main context.
 *
 * Returns: (transfer full): a watch
 */
RushesFdWatch *
rushes_fd_watch_new (int fd,
                     GIOCondition condition,
                     int priority,
                     RushesFdWatchFunc func,
                     gpointer user_data)
{
  RushesFdWatch *self;

  g_return_val_if_fail (fd >= 0, NULL);
  g_return_val_if_fail (condition == G_IO_IN || condition == G_IO_OUT, NULL);
  g_return_val_if_fail (priority == G_PRIORITY_DEFAULT || priority == G_PRIORITY_LOW, NULL);
  g_return_val_if_fail (func != NULL, NULL);

  self = g_rc_box_new0 (RushesFdWatch);
  self->fd = fd;
  self->events = condition == G_IO_IN ? EPOLLIN : EPOLLOUT;
  self->func = func;
  self->user_data = user_data;
  join_hub (self, get_hub (g_main_context_get_thread_default (), priority));

  return self;
}

/**
 * rushes_fd_watch_set_priority:
 * @self: a watch
 * @priority: %G_PRIORITY_DEFAULT or %G_PRIORITY_LOW, from now on
 */
void
rushes_fd_watch_set_priority (RushesFdWatch *self, int priority)
{
  GMainContext *context;

  g_return_if_fail (self != NULL);
  g_return_if_fail (priority == G_PRIORITY_DEFAULT || priority == G_PRIORITY_LOW);

  /* Its own context, whoever's turn it is. */
  context = g_source_get_context (&self->hub->source);
  leave_hub (self);
  join_hub (self, get_hub (context, priority));
}

/**
 * rushes_fd_watch_free:
 * @self: (transfer full): a watch
 *
 * Waits no longer; its function is not called again.
 */
void
rushes_fd_watch_free (RushesFdWatch *self)
{
  g_return_if_fail (self != NULL);

  leave_hub (self);
  g_rc_box_release (self);
}
