/* SPDX-License-Identifier: GPL-3.0-or-later */

/* slow-way MS COMMAND ARGS…: runs a command as if it were far away. Whatever goes to its
 * standard input and comes from its standard output is MS milliseconds on its way. */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>

/* Bytes on their way from one descriptor to another. */
typedef struct
{
  int from; /* -1: its end has come */
  int to;   /* -1: nobody is there any more */
  GQueue parcels;
} Way;

typedef struct
{
  gint64 due;
  gssize length; /* 0: the end */
  char bytes[];
} Parcel;

static gint64 delay;

static void
take (Way *way)
{
  char block[65536];
  gssize length = read (way->from, block, sizeof block);
  Parcel *parcel;

  if (length < 0 && errno == EINTR)
    return;
  if (length <= 0)
    {
      way->from = -1;
      length = 0;
    }
  parcel = g_malloc (sizeof *parcel + (gsize) length);
  parcel->due = g_get_monotonic_time () + delay;
  parcel->length = length;
  memcpy (parcel->bytes, block, (gsize) length);
  g_queue_push_tail (&way->parcels, parcel);
}

static void
deliver (Way *way)
{
  Parcel *parcel;

  while ((parcel = g_queue_peek_head (&way->parcels)) != NULL &&
         parcel->due <= g_get_monotonic_time ())
    {
      gssize written = 0;

      if (parcel->length == 0 && way->to >= 0)
        {
          close (way->to);
          way->to = -1;
        }
      while (way->to >= 0 && written < parcel->length)
        {
          gssize n = write (way->to, parcel->bytes + written, (gsize) (parcel->length - written));

          if (n < 0 && errno != EINTR)
            way->to = -1;
          else if (n > 0)
            written += n;
        }
      g_free (g_queue_pop_head (&way->parcels));
    }
}

/* In milliseconds, rounded up; -1: as long as it takes. */
static int
get_wait (Way *ways, guint n_ways)
{
  gint64 due = G_MAXINT64, left;

  for (guint i = 0; i < n_ways; i++)
    if (!g_queue_is_empty (&ways[i].parcels))
      due = MIN (due, ((Parcel *) g_queue_peek_head (&ways[i].parcels))->due);
  if (due == G_MAXINT64)
    return -1;
  left = due - g_get_monotonic_time ();
  return left > 0 ? (int) ((left + 999) / 1000) : 0;
}

int
main (int argc, char **argv)
{
  int in[2], out[2], status = 0;
  pid_t child;

  if (argc < 3 || pipe (in) != 0 || pipe (out) != 0)
    return 2;
  delay = (gint64) (g_ascii_strtod (argv[1], NULL) * 1000);
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  child = fork ();
  if (child == 0)
    {
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      dup2 (in[0], STDIN_FILENO);
      dup2 (out[1], STDOUT_FILENO);
      close (in[0]);
      close (in[1]);
      close (out[0]);
      close (out[1]);
      execvp (argv[2], argv + 2);
      _exit (127);
    }
  close (in[0]);
  close (out[1]);
  signal (SIGPIPE, SIG_IGN);

  {
    Way ways[] = { { STDIN_FILENO, in[1], G_QUEUE_INIT }, { out[0], STDOUT_FILENO, G_QUEUE_INIT } };

    /* What the command says last still arrives. */
    while (ways[1].to >= 0)
      {
        struct pollfd fds[] = { { ways[0].from, POLLIN, 0 }, { ways[1].from, POLLIN, 0 } };

        poll (fds, G_N_ELEMENTS (fds), get_wait (ways, G_N_ELEMENTS (ways)));
        for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
          {
            if (fds[i].revents != 0)
              take (&ways[i]);
            deliver (&ways[i]);
          }
      }
  }

  waitpid (child, &status, 0);
  return WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status);
}
