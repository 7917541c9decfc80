/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "rushes-oom.h"

/* Every file that is asked fits: /proc/vmstat, the longest, has 4 KiB. */
#define MAX_BYTES 16384

#define KEY "oom_kill "

/**
 * RushesOom:
 *
 * Whether the kernel has killed for want of memory where a process lives. It
 * counts such kills for each control group, and for the whole computer: who
 * died of SIGKILL while the number grew was one of them. Where the system does
 * not count, it has never struck.
 */
struct _RushesOom
{
  int fd; /* -1: nobody counts. Kept open, as it is asked before every frame */
  guint64 marked;
};

/* All of them say "oom_kill N" on a line of its own. */
static guint64
count (RushesOom *self)
{
  char text[MAX_BYTES];
  gssize size = self->fd >= 0 ? pread (self->fd, text, sizeof text - 1, 0) : -1;
  const char *line = text;

  if (size <= 0)
    return 0;
  text[size] = '\0';
  while (line != NULL && !g_str_has_prefix (line, KEY))
    {
      line = strchr (line, '\n');
      if (line != NULL)
        line++;
    }
  return line != NULL ? g_ascii_strtoull (line + strlen (KEY), NULL, 10) : 0;
}

/* The file that counts for the control group of @pid alone. */
static char *
find_group_file (pid_t pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%ld/cgroup", (long) pid);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;

  /* "0::/user.slice/…" in version 2, "4:memory:/user.slice/…" in version 1. */
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[i], ":", 3);
      g_autofree char *file = NULL;

      if (g_strv_length (fields) < 3)
        continue;
      if (g_str_equal (fields[0], "0"))
        file = g_build_filename ("/sys/fs/cgroup", fields[2], "memory.events", NULL);
      else if (g_str_equal (fields[1], "memory"))
        file = g_build_filename ("/sys/fs/cgroup/memory", fields[2], "memory.oom_control", NULL);
      if (file != NULL && access (file, R_OK) == 0)
        return g_steal_pointer (&file);
    }
  return NULL;
}

/**
 * rushes_oom_new:
 * @pid: a process that has just been started
 *
 * Returns: (transfer full): who tells, for the control group of @pid or else
 *   for the whole computer, of kills from now on
 */
RushesOom *
rushes_oom_new (pid_t pid)
{
  RushesOom *self = g_new0 (RushesOom, 1);
  /* What a test says instead of the kernel. */
  g_autofree char *file = g_strdup (g_getenv ("RUSHES_OOM_COUNTER"));

  if (file == NULL)
    file = find_group_file (pid);
  self->fd = open (file != NULL ? file : "/proc/vmstat", O_RDONLY | O_CLOEXEC);
  rushes_oom_mark (self);

  return self;
}

void
rushes_oom_free (RushesOom *self)
{
  if (self->fd >= 0)
    close (self->fd);
  g_free (self);
}

/**
 * rushes_oom_mark:
 * @self: who tells
 *
 * What has happened so far is of no concern.
 */
void
rushes_oom_mark (RushesOom *self)
{
  self->marked = count (self);
}

/**
 * rushes_oom_has_struck:
 * @self: who tells
 *
 * Returns: whether somebody was killed since the mark
 */
gboolean
rushes_oom_has_struck (RushesOom *self)
{
  return count (self) > self->marked;
}
