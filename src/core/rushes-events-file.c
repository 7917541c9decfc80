/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "rushes-events-file.h"
#include "rushes-thread.h"

/* Where a file's changes are told, they are looked at as they come, but not more
 * often than this. */
#define TOLD_MS 200

/* On drives that are shared nobody tells of what another computer writes: it is
 * looked for, less often the longer there is nothing. */
#define FIRST_LOOK_MS 500
#define LAST_LOOK_MS  10000

/* What is read at a time, so that a huge file does not fill the memory. */
#define BLOCK        65536
#define BYTES_A_LOOK (4 * 1024 * 1024)

/* What may be in the end of the file of errors. */
#define LAST_WORDS_BYTES      4096
#define LAST_WORDS_CHARACTERS 300

/**
 * RushesEventsFile:
 *
 * The file that a run writes what happens into, as it grows. It may not be there
 * yet, lie on a drive that is slow, or be begun anew: all that touches it runs in a
 * thread.
 */
struct _RushesEventsFile
{
  GObject parent_instance;
  char *path;            /* (owned) */
  GFileMonitor *monitor; /* (owned) (nullable): since the first look */
  guint look_id;
  guint look_ms;
  guint looking : 1;
  guint again : 1; /* somebody asked for a look while there was one */
  guint news : 1;  /* since the last "looked" */
  guint left : 1;  /* nobody wants to know any more */

  /* A thread's, while it is looking. */
  RushesEvents *events; /* (owned) */
  goffset offset;       /* what was read of the file */

  RushesEventsTotals totals;
  char **names;     /* (owned) */
  char *log;        /* (owned) */
  char *last_words; /* (owned) (nullable): of the file of errors */
};

enum
{
  EVENT,
  LOOKED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (RushesEventsFile, rushes_events_file, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

/* ---- In the thread --------------------------------------------------- */

typedef struct
{
  RushesEventsFile *file; /* kept by the task */
  gboolean watch;         /* a monitor is wanted */
  GPtrArray *lines;       /* (owned) (nullable) (element-type utf8): the new events, if wanted */
  gboolean news;
  gboolean more; /* than was read this time */
  RushesEventsTotals totals;
  char **names;          /* (owned) */
  char *log;             /* (owned) */
  char *last_words;      /* (owned) (nullable) */
  GFileMonitor *monitor; /* (owned) (nullable) */
} Look;

static void
look_free (gpointer data)
{
  Look *look = data;

  g_clear_pointer (&look->lines, g_ptr_array_unref);
  g_strfreev (look->names);
  g_free (look->log);
  g_free (look->last_words);
  g_clear_object (&look->monitor);
  g_free (look);
}

static GFileInputStream *
open_at (const char *path, goffset offset, goffset *size)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = NULL;
  g_autoptr (GFileInfo) info = NULL;

  /* Anybody may have put a pipe there, which would keep us for ever. */
  info = g_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_TYPE "," G_FILE_ATTRIBUTE_STANDARD_SIZE,
                            G_FILE_QUERY_INFO_NONE, NULL, NULL);
  if (info == NULL || g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR)
    return NULL;
  *size = g_file_info_get_size (info);
  if (offset < 0)
    offset = MAX (*size + offset, 0);
  if (*size < offset)
    offset = 0;
  stream = g_file_read (file, NULL, NULL);
  if (stream == NULL || !g_seekable_seek (G_SEEKABLE (stream), offset, G_SEEK_SET, NULL, NULL))
    return NULL;
  return g_steal_pointer (&stream);
}

static void
read_events (RushesEventsFile *self, Look *look)
{
  goffset size = 0;
  g_autoptr (GFileInputStream) stream = open_at (self->path, self->offset, &size);
  g_autofree char *block = NULL;
  gsize total = 0;
  gssize n = 0;

  if (stream == NULL)
    return;
  /* What was there before is gone. */
  if (size < self->offset)
    {
      rushes_events_reset (self->events);
      self->offset = 0;
      look->news = TRUE;
    }
  block = g_malloc (BLOCK);
  while (total < BYTES_A_LOOK &&
         (n = g_input_stream_read (G_INPUT_STREAM (stream), block, BLOCK, NULL, NULL)) > 0)
    {
      rushes_events_feed (self->events, block, (gsize) n, look->lines);
      total += (gsize) n;
    }
  self->offset += (goffset) total;
  look->news = look->news || total > 0;
  look->more = n > 0;
}

/* Of what the run, or the shell that should have started it, complained about. */
static char *
read_last_words (const char *events)
{
  g_autoptr (GString) path = g_string_new (events);
  g_autoptr (GFileInputStream) stream = NULL;
  g_autofree char *valid = NULL;
  char text[LAST_WORDS_BYTES + 1];
  gsize n = 0;
  goffset size;
  char *line;

  if (!g_str_has_suffix (events, ".jsonl"))
    return NULL;
  g_string_truncate (path, path->len - strlen (".jsonl"));
  g_string_append (path, ".log");
  stream = open_at (path->str, -LAST_WORDS_BYTES, &size);
  if (stream == NULL ||
      !g_input_stream_read_all (G_INPUT_STREAM (stream), text, LAST_WORDS_BYTES, &n, NULL, NULL))
    return NULL;
  text[n] = '\0';
  valid = g_utf8_make_valid (text, -1);
  g_strstrip (valid);
  line = strrchr (valid, '\n');
  line = line != NULL ? line + 1 : valid;
  if (*line == '\0')
    return NULL;
  return g_utf8_substring (line, 0, MIN (g_utf8_strlen (line, -1), LAST_WORDS_CHARACTERS));
}

static gboolean
look_thread (gpointer data, GCancellable *cancellable, GError **error)
{
  Look *look = data;
  RushesEventsFile *self = look->file;

  if (look->watch)
    {
      g_autoptr (GFile) file = g_file_new_for_path (self->path);

      look->monitor = g_file_monitor_file (file, G_FILE_MONITOR_NONE, NULL, NULL);
    }
  read_events (self, look);
  rushes_events_get_totals (self->events, &look->totals);
  look->names = rushes_events_list_names (self->events);
  look->log = rushes_events_get_log (self->events);
  /* When nothing comes, it may be that nothing will. */
  if (!look->news)
    look->last_words = read_last_words (self->path);
  return TRUE;
}

/* ---- In the main loop ------------------------------------------------ */

static gboolean
look_cb (gpointer user_data)
{
  RushesEventsFile *self = user_data;

  self->look_id = 0;
  rushes_events_file_look (self);
  return G_SOURCE_REMOVE;
}

static void
look_later (RushesEventsFile *self, guint ms)
{
  g_clear_handle_id (&self->look_id, g_source_remove);
  self->look_id = g_timeout_add (ms, look_cb, self);
}

static void
take_look (RushesEventsFile *self, Look *look)
{
  self->totals = look->totals;
  g_strfreev (self->names);
  self->names = g_steal_pointer (&look->names);
  g_free (self->log);
  self->log = g_steal_pointer (&look->log);
  if (look->last_words != NULL)
    {
      g_free (self->last_words);
      self->last_words = g_steal_pointer (&look->last_words);
    }
  if (look->monitor != NULL)
    {
      g_set_object (&self->monitor, look->monitor);
      g_file_monitor_set_rate_limit (self->monitor, TOLD_MS);
      g_signal_connect_object (self->monitor, "changed", G_CALLBACK (rushes_events_file_look), self,
                               G_CONNECT_SWAPPED);
    }
}

static void
looked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  RushesEventsFile *self = RUSHES_EVENTS_FILE (object);
  Look *look = g_task_get_task_data (G_TASK (result));
  gboolean again = look->more || self->again;
  gboolean news;

  self->looking = FALSE;
  self->again = FALSE;
  if (self->left)
    return;
  take_look (self, look);
  for (guint i = 0; look->lines != NULL && i < look->lines->len; i++)
    g_signal_emit (self, signals[EVENT], 0, g_ptr_array_index (look->lines, i));
  self->news = self->news || look->news;
  if (again)
    {
      rushes_events_file_look (self);
      return;
    }
  news = self->news;
  self->news = FALSE;
  self->look_ms = news ? FIRST_LOOK_MS : MIN (self->look_ms * 2, LAST_LOOK_MS);
  look_later (self, self->look_ms);
  g_signal_emit (self, signals[LOOKED], 0, news);
}

/**
 * rushes_events_file_look:
 * @self: a file of events
 *
 * Looks what is new in it, and from here on now and then:
 * #RushesEventsFile::looked tells.
 */
void
rushes_events_file_look (RushesEventsFile *self)
{
  g_autoptr (GTask) task = NULL;
  Look *look;

  g_return_if_fail (RUSHES_IS_EVENTS_FILE (self));

  if (self->left)
    return;
  if (self->looking)
    {
      self->again = TRUE;
      return;
    }
  g_clear_handle_id (&self->look_id, g_source_remove);
  self->looking = TRUE;
  look = g_new0 (Look, 1);
  look->file = self;
  look->watch = self->monitor == NULL;
  if (g_signal_has_handler_pending (self, signals[EVENT], 0, FALSE))
    look->lines = g_ptr_array_new_with_free_func (g_free);
  task = g_task_new (self, NULL, looked_cb, NULL);
  g_task_set_source_tag (task, rushes_events_file_look);
  g_task_set_task_data (task, look, look_free);
  rushes_thread_run (task, look_thread);
}

/**
 * rushes_events_file_leave:
 * @self: a file of events
 *
 * Looks no more; what is known stays.
 */
void
rushes_events_file_leave (RushesEventsFile *self)
{
  g_return_if_fail (RUSHES_IS_EVENTS_FILE (self));

  self->left = TRUE;
  g_clear_handle_id (&self->look_id, g_source_remove);
  g_clear_object (&self->monitor);
}

/**
 * rushes_events_file_get_path:
 * @self: a file of events
 *
 * Returns: (transfer none): where it is, or will be
 */
const char *
rushes_events_file_get_path (RushesEventsFile *self)
{
  g_return_val_if_fail (RUSHES_IS_EVENTS_FILE (self), NULL);

  return self->path;
}

/**
 * rushes_events_file_get_totals:
 * @self: a file of events
 *
 * Returns: (transfer none): what its run has come to, as of the last look
 */
const RushesEventsTotals *
rushes_events_file_get_totals (RushesEventsFile *self)
{
  g_return_val_if_fail (RUSHES_IS_EVENTS_FILE (self), NULL);

  return &self->totals;
}

/**
 * rushes_events_file_get_names:
 * @self: a file of events
 *
 * Returns: (transfer none): the names of the run's scenes, none while it has told
 *   of none
 */
const char *const *
rushes_events_file_get_names (RushesEventsFile *self)
{
  g_return_val_if_fail (RUSHES_IS_EVENTS_FILE (self), NULL);

  return (const char *const *) self->names;
}

/**
 * rushes_events_file_get_log:
 * @self: a file of events
 *
 * Returns: (transfer none): what a person may want to read of it
 */
const char *
rushes_events_file_get_log (RushesEventsFile *self)
{
  g_return_val_if_fail (RUSHES_IS_EVENTS_FILE (self), NULL);

  return self->log;
}

/**
 * rushes_events_file_get_last_words:
 * @self: a file of events
 *
 * Returns: (transfer none) (nullable): the last line of the run's errors
 */
const char *
rushes_events_file_get_last_words (RushesEventsFile *self)
{
  g_return_val_if_fail (RUSHES_IS_EVENTS_FILE (self), NULL);

  return self->last_words;
}

/* ---- The object ------------------------------------------------------ */

static void
rushes_events_file_finalize (GObject *object)
{
  RushesEventsFile *self = RUSHES_EVENTS_FILE (object);

  /* A thread that looks holds a reference. */
  g_clear_handle_id (&self->look_id, g_source_remove);
  g_clear_object (&self->monitor);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->events, rushes_events_free);
  g_clear_pointer (&self->names, g_strfreev);
  g_clear_pointer (&self->log, g_free);
  g_clear_pointer (&self->last_words, g_free);

  G_OBJECT_CLASS (rushes_events_file_parent_class)->finalize (object);
}

static void
rushes_events_file_class_init (RushesEventsFileClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rushes_events_file_finalize;

  /**
   * RushesEventsFile::event:
   * @self: the file
   * @line: an event, as it was written
   *
   * Something has happened. Whoever wants to hear it all connects before the
   * first look.
   */
  signals[EVENT] = g_signal_new ("event", RUSHES_TYPE_EVENTS_FILE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 1, G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE);
  /**
   * RushesEventsFile::looked:
   * @self: the file
   * @news: whether there was anything new
   *
   * It was looked at, to its end.
   */
  signals[LOOKED] = g_signal_new ("looked", RUSHES_TYPE_EVENTS_FILE, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
}

static void
rushes_events_file_init (RushesEventsFile *self)
{
  self->look_ms = FIRST_LOOK_MS;
  self->events = rushes_events_new ();
  rushes_events_get_totals (self->events, &self->totals);
  self->names = g_new0 (char *, 1);
  self->log = g_strdup ("");
}

/**
 * rushes_events_file_new:
 * @path: where it is, or will be
 *
 * Returns: (transfer full): a file that nobody has looked at
 */
RushesEventsFile *
rushes_events_file_new (const char *path)
{
  RushesEventsFile *self;

  g_return_val_if_fail (path != NULL, NULL);

  self = g_object_new (RUSHES_TYPE_EVENTS_FILE, NULL);
  self->path = g_strdup (path);
  return self;
}
