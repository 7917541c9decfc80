/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include <gio/gio.h>

#include "rushes-machine.h"

#define KIB 1024
#define MIB (1024 * KIB)

/* Tells the free memory of each GPU in MiB, a line each. */
static const char *const gpu_query[] = { "nvidia-smi", "--query-gpu=memory.free",
                                         "--format=csv,noheader,nounits", NULL };

/**
 * RushesMachine:
 *
 * What this computer has to spare: processors, memory, the memory of its GPUs.
 */
struct _RushesMachine
{
  GSubprocess *query;        /* (owned) (nullable): a look at the GPUs under way */
  GCancellable *cancellable; /* (owned) */
  gboolean blind;            /* nobody can be asked about GPUs */
  guint64 gpu_free;          /* bytes, of the fullest; 0: not known */
  guint64 gpu_first;         /* what was free there at first */
};

/**
 * rushes_machine_new:
 *
 * Returns: (transfer full): this computer; the GPUs are looked at once
 */
RushesMachine *
rushes_machine_new (void)
{
  RushesMachine *self = g_new0 (RushesMachine, 1);

  self->cancellable = g_cancellable_new ();
  rushes_machine_look_at_gpus (self);
  return self;
}

void
rushes_machine_free (RushesMachine *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->query);
  g_free (self);
}

/**
 * rushes_machine_read_processors:
 * @idle: (out): the time for which the processors had nothing to do, added up
 * @total: (out): the time that has gone by for them, in the same unit
 *
 * Counted since the computer was started; 0 where the system does not say. Source:
 * proc(5), "cpu  user nice system idle iowait …" in /proc/stat.
 */
void
rushes_machine_read_processors (guint64 *idle, guint64 *total)
{
  g_autofree char *text = NULL;
  const char *next;
  char *end;

  *idle = *total = 0;
  if (!g_file_get_contents ("/proc/stat", &text, NULL, NULL) || !g_str_has_prefix (text, "cpu "))
    return;

  next = text + strlen ("cpu ");
  for (guint field = 0; *next != '\n' && *next != '\0'; field++)
    {
      guint64 value = g_ascii_strtoull (next, &end, 10);

      if (end == next)
        break;
      /* Waiting for a disk is having time. What guests take is in "user" already. */
      if (field == 3 || field == 4)
        *idle += value;
      if (field < 8)
        *total += value;
      next = end;
      while (*next == ' ')
        next++;
    }
}

/**
 * rushes_machine_get_free_memory:
 *
 * Returns: bytes that programs can take without swapping; 0 where the system does
 *   not say
 */
guint64
rushes_machine_get_free_memory (void)
{
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/meminfo", &text, NULL, NULL))
    return 0;
  line = strstr (text, "MemAvailable:");
  return line != NULL ? KIB * g_ascii_strtoull (line + strlen ("MemAvailable:"), NULL, 10) : 0;
}

/* ---- GPUs ------------------------------------------------------------ */

static void
query_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  RushesMachine *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint64 least = G_MAXUINT64;

  if (!g_subprocess_communicate_utf8_finish (G_SUBPROCESS (object), result, &text, NULL, &error) &&
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* self is gone */

  g_clear_object (&self->query);
  lines = g_strsplit (text != NULL ? text : "", "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      guint64 free;

      if (g_ascii_string_to_unsigned (g_strstrip (lines[i]), 10, 0, G_MAXUINT32, &free, NULL))
        least = MIN (least, free * MIB);
    }
  if (least == G_MAXUINT64)
    {
      self->blind = TRUE;
      return;
    }
  self->gpu_free = least;
  if (self->gpu_first == 0)
    self->gpu_first = least;
}

/**
 * rushes_machine_look_at_gpus:
 * @self: this computer
 *
 * Asks the driver, without waiting, how much memory GPUs have left. Where there is
 * nobody to ask, nothing is used of them as far as can be told.
 */
void
rushes_machine_look_at_gpus (RushesMachine *self)
{
  if (self->blind || self->query != NULL)
    return;

  self->query = g_subprocess_newv (
      gpu_query, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL);
  self->blind = self->query == NULL;
  if (self->query != NULL)
    g_subprocess_communicate_utf8_async (self->query, NULL, self->cancellable, query_cb, self);
}

/**
 * rushes_machine_get_gpu_free:
 * @self: this computer
 *
 * Returns: bytes free on the fullest GPU at the last look
 */
guint64
rushes_machine_get_gpu_free (RushesMachine *self)
{
  return self->gpu_free;
}

/**
 * rushes_machine_get_gpu_taken:
 * @self: this computer
 *
 * Returns: by how many bytes that is less than at the first look
 */
guint64
rushes_machine_get_gpu_taken (RushesMachine *self)
{
  return self->gpu_first > self->gpu_free ? self->gpu_first - self->gpu_free : 0;
}

/**
 * rushes_machine_raise_file_limit:
 *
 * Lets this program open as many files as the system allows. Each client takes
 * three pipes and each open scene a lock: the soft limit of old is low, the hard one
 * is not. To be called once, before threads.
 */
void
rushes_machine_raise_file_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) == 0)
    {
      limit.rlim_cur = limit.rlim_max;
      setrlimit (RLIMIT_NOFILE, &limit);
    }
}
