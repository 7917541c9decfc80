/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "rushes-error.h"
#include "rushes-lock.h"

/**
 * RushesLock:
 *
 * Says that this process alone writes into a folder. It ends with the process,
 * however that ends, and names its holder to others.
 */
struct _RushesLock
{
  char *path; /* (owned) */
  int fd;
};

static void
write_holder (int fd)
{
  /* Numbers and names: whoever reads it has words of his own. */
  g_autofree char *holder = g_strdup_printf ("%ld %s", (long) getpid (), g_get_host_name ());
  gsize length = strlen (holder);

  /* Only words for the second one to read: the lock holds without them. Not made
   * empty first: some file systems wait for the disk when such a file is closed. */
  if (pwrite (fd, holder, length, 0) != (gssize) length || ftruncate (fd, (off_t) length) != 0)
    g_debug ("The lock's holder could not be written");
}

static char *
read_holder (int fd)
{
  char text[256];
  gssize n = pread (fd, text, sizeof text - 1, 0);
  g_autofree char *valid = NULL;
  char *host;
  gint64 pid;

  text[MAX (n, 0)] = '\0';
  valid = g_utf8_make_valid (text, -1);
  pid = g_ascii_strtoll (valid, &host, 10);
  if (pid <= 0 || *host++ != ' ' || *host == '\0')
    return g_strdup (_ ("Another program"));
  return g_strdup_printf (_ ("Process %ld on %s"), (long) pid, host);
}

/* Whether @fd is still the file at @path: its holder removes it on leaving. */
static gboolean
is_current (int fd, const char *path)
{
  struct stat opened, named;

  return fstat (fd, &opened) == 0 && stat (path, &named) == 0 && opened.st_ino == named.st_ino &&
         opened.st_dev == named.st_dev;
}

/**
 * rushes_lock_take:
 * @path: the lock file, made when it is missing
 * @error: return location for a #GError
 *
 * Returns: (transfer full) (nullable): the lock, or %NULL with
 *   %RUSHES_ERROR_BUSY naming who holds it, or %RUSHES_ERROR_NOT_WRITABLE
 */
RushesLock *
rushes_lock_take (const char *path, GError **error)
{
  RushesLock *self;
  int fd;

  g_return_val_if_fail (path != NULL, NULL);

  for (;;)
    {
      fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
      if (fd < 0)
        {
          int code = errno;

          g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_NOT_WRITABLE,
                       _ ("“%s” cannot be written: %s"), path, g_strerror (code));
          return NULL;
        }
      if (flock (fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        {
          g_autofree char *holder = read_holder (fd);
          g_autofree char *folder = g_path_get_dirname (path);

          close (fd);
          g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_BUSY, _ ("%s renders into “%s” already"),
                       holder, folder);
          return NULL;
        }
      /* Where a file system knows no locks, one writer is the user's care. */
      if (is_current (fd, path))
        break;
      close (fd);
    }

  write_holder (fd);
  self = g_new0 (RushesLock, 1);
  self->path = g_strdup (path);
  self->fd = fd;

  return self;
}

/**
 * rushes_lock_is_current:
 * @self: the lock
 *
 * Returns: whether the lock file is still where it was made; if not, its folder
 *   has been moved, removed or unmounted
 */
gboolean
rushes_lock_is_current (RushesLock *self)
{
  return is_current (self->fd, self->path);
}

/**
 * rushes_lock_release:
 * @self: (transfer full): the lock
 *
 * Removes the lock file too.
 */
void
rushes_lock_release (RushesLock *self)
{
  g_unlink (self->path);
  close (self->fd);
  g_clear_pointer (&self->path, g_free);
  g_free (self);
}
