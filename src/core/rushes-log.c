/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "rushes-error.h"
#include "rushes-fd-watch.h"
#include "rushes-log.h"

/* Enough for hours of a chatty Blender; a client that prints without end must
 * not fill the disk. */
#define MAX_BYTES (16 * 1024 * 1024)

#define CHUNK_SIZE (16 * 1024)

/* More than a pipe holds. */
#define MAX_FLUSH_BYTES (1024 * 1024)

/* How much of its end is told when something failed. */
#define TAIL_LINES 20
#define TAIL_BYTES 4096

/* Folders of past runs that are kept. */
#define MAX_RUNS 50

/**
 * RushesLog:
 *
 * The log file of one client: what Blender and its add-ons print, and what we
 * have to say about that client, in the order of arrival.
 */
struct _RushesLog
{
  GObject parent_instance;
  char *path; /* (owned) */
  int fd;     /* -1 until it is open */
  gsize written;
  GString *tail;          /* (owned): its last bytes, also of what was dropped */
  GUnixInputStream *pipe; /* (owned) (nullable): what is being drained */
  RushesFdWatch *watch;   /* (owned) (nullable): on it; holds a reference to this */
};

G_DEFINE_FINAL_TYPE (RushesLog, rushes_log, G_TYPE_OBJECT)

static void
rushes_log_finalize (GObject *object)
{
  RushesLog *self = RUSHES_LOG (object);

  if (self->fd >= 0)
    close (self->fd);
  g_clear_pointer (&self->path, g_free);
  g_string_free (self->tail, TRUE);
  g_clear_object (&self->pipe);

  G_OBJECT_CLASS (rushes_log_parent_class)->finalize (object);
}

static void
rushes_log_class_init (RushesLogClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rushes_log_finalize;
}

static void
rushes_log_init (RushesLog *self)
{
  self->fd = -1;
  self->tail = g_string_new (NULL);
}

/**
 * rushes_log_new:
 * @path: the file; what it holds already stays
 * @error: return location for a #GError
 *
 * Returns: (transfer full) (nullable): a log that appends to @path, or %NULL
 *   with %RUSHES_ERROR_NOT_WRITABLE
 */
RushesLog *
rushes_log_new (const char *path, GError **error)
{
  g_autoptr (RushesLog) self = g_object_new (RUSHES_TYPE_LOG, NULL);

  g_return_val_if_fail (path != NULL, NULL);

  self->path = g_strdup (path);
  self->fd = g_open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (self->fd < 0)
    {
      int code = errno;

      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_NOT_WRITABLE,
                   _ ("The log “%s” cannot be written: %s"), path, g_strerror (code));
      return NULL;
    }

  return g_steal_pointer (&self);
}

/**
 * rushes_log_get_path:
 * @self: a log
 *
 * Returns: (transfer none): the file's path
 */
const char *
rushes_log_get_path (RushesLog *self)
{
  g_return_val_if_fail (RUSHES_IS_LOG (self), NULL);

  return self->path;
}

static void
write_all (RushesLog *self, const char *data, gsize size)
{
  while (size > 0)
    {
      gssize n = write (self->fd, data, size);

      /* A log that cannot be written must not stop a render. */
      if (n < 0 && errno != EINTR)
        return;
      if (n > 0)
        {
          data += n;
          size -= (gsize) n;
        }
    }
}

/* Cut back now and then, not with every line. */
static void
keep_tail (RushesLog *self, const char *data, gsize size)
{
  gsize kept = MIN (size, TAIL_BYTES);

  g_string_append_len (self->tail, data + size - kept, (gssize) kept);
  if (self->tail->len > 2 * TAIL_BYTES)
    g_string_erase (self->tail, 0, (gssize) (self->tail->len - TAIL_BYTES));
}

/**
 * rushes_log_append:
 * @self: a log
 * @data: what was printed
 * @size: its length in bytes
 *
 * What goes past 16 MiB in all is dropped, and the log says so.
 */
void
rushes_log_append (RushesLog *self, const void *data, gsize size)
{
  static const char full[] = "\n[rushes] this log is full; what follows is dropped\n";
  gsize room;

  g_return_if_fail (RUSHES_IS_LOG (self));

  keep_tail (self, data, size);
  room = MAX_BYTES - self->written;
  if (room == 0)
    return;

  write_all (self, data, MIN (size, room));
  self->written += MIN (size, room);
  if (self->written == MAX_BYTES)
    write_all (self, full, strlen (full));
}

/**
 * rushes_log_note:
 * @self: a log
 * @format: printf() format of one line
 * @...: its arguments
 *
 * Adds a line of ours, with the time of day.
 */
void
rushes_log_note (RushesLog *self, const char *format, ...)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *time = g_date_time_format_iso8601 (now);
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);

  line = g_strdup_printf ("[rushes %s] %s\n", time, text);
  rushes_log_append (self, line, strlen (line));
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(char *const *) a, *(char *const *) b);
}

static void
remove_run (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      /* Ours alone: whatever else somebody put there keeps the folder. */
      if (g_str_has_prefix (name, "client-") && g_str_has_suffix (name, ".log"))
        g_unlink (path);
    }
  g_rmdir (folder);
}

/* Names begin with the date: the first ones are the oldest. */
static void
remove_old_runs (const char *folder)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);

  for (guint i = 0; i + MAX_RUNS < names->len; i++)
    {
      g_autofree char *run = g_build_filename (folder, g_ptr_array_index (names, i), NULL);

      remove_run (run);
    }
}

/**
 * rushes_log_make_run_dir:
 * @base: (nullable): the folder of all logs; %NULL: in the user's state folder
 *
 * Names a folder for the logs of a run that begins now, and removes those of
 * runs long past.
 *
 * Returns: (transfer full): its path; it need not exist yet
 */
char *
rushes_log_make_run_dir (const char *base)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *date = g_date_time_format (now, "%Y-%m-%d_%H-%M-%S");
  g_autofree char *name = g_strdup_printf ("%s_%ld", date, (long) getpid ());
  g_autofree char *folder =
      base != NULL ? g_strdup (base)
                   : g_build_filename (g_get_user_state_dir (), "rushes", "logs", NULL);

  remove_old_runs (folder);
  return g_build_filename (folder, name, NULL);
}

/* Whatever is read is appended at once: rushes_log_flush() must not miss any of it. */
static void
readable_cb (gpointer user_data)
{
  RushesLog *self = user_data;
  char buffer[CHUNK_SIZE];
  gssize n = read (g_unix_input_stream_get_fd (self->pipe), buffer, sizeof buffer);

  if (n > 0)
    rushes_log_append (self, buffer, (gsize) n);
  if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
    return;
  /* End of file, or a pipe that broke: either way nothing more will come. */
  g_clear_pointer (&self->watch, rushes_fd_watch_free);
  g_clear_object (&self->pipe);
  g_object_unref (self);
}

/**
 * rushes_log_drain:
 * @self: a log that drains nothing yet
 * @pipe: a pipe, which is made not to block
 *
 * Appends whatever comes from @pipe until its end. The log lives as long.
 */
void
rushes_log_drain (RushesLog *self, GUnixInputStream *pipe)
{
  int fd;

  g_return_if_fail (RUSHES_IS_LOG (self));
  g_return_if_fail (G_IS_UNIX_INPUT_STREAM (pipe));
  g_return_if_fail (self->pipe == NULL);

  self->pipe = g_object_ref (pipe);
  fd = g_unix_input_stream_get_fd (pipe);
  g_unix_set_fd_nonblocking (fd, TRUE, NULL);
  /* Not before anybody's messages: a client that prints without end must not
   * hold up the others. */
  self->watch = rushes_fd_watch_new (fd, G_IO_IN, G_PRIORITY_LOW, readable_cb, g_object_ref (self));
}

/**
 * rushes_log_flush:
 * @self: a log
 *
 * Appends what waits in the pipe that is being drained, without waiting for
 * more: the last words of a process that is gone.
 */
void
rushes_log_flush (RushesLog *self)
{
  char buffer[4096];
  gsize total = 0;

  g_return_if_fail (RUSHES_IS_LOG (self));

  /* Something else may hold the pipe open and print for ever. */
  while (self->pipe != NULL && total < MAX_FLUSH_BYTES)
    {
      gssize n = read (g_unix_input_stream_get_fd (self->pipe), buffer, sizeof buffer);

      if (n <= 0)
        return;
      rushes_log_append (self, buffer, (gsize) n);
      total += (gsize) n;
    }
}

/**
 * rushes_log_get_tail:
 * @self: a log
 *
 * Returns: (transfer full): the last 20 lines, of its last 4 KiB at most, as
 *   valid UTF-8 without the last line's end
 */
char *
rushes_log_get_tail (RushesLog *self)
{
  const char *end, *begin;
  guint lines = 0;

  g_return_val_if_fail (RUSHES_IS_LOG (self), NULL);

  end = self->tail->str + self->tail->len;
  while (end > self->tail->str && end[-1] == '\n')
    end--;
  begin = end;
  while (begin > self->tail->str && end - begin < TAIL_BYTES &&
         (begin[-1] != '\n' || ++lines < TAIL_LINES))
    begin--;
  /* A line that was cut may begin within a character. */
  while (begin < end && ((guchar) *begin & 0xc0) == 0x80)
    begin++;

  return g_utf8_make_valid (begin, end - begin);
}
