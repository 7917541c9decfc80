/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "rushes-error.h"
#include "rushes-json.h"
#include "rushes-lock.h"
#include "rushes-store.h"
#include "rushes-thread.h"

/* Changes come in bursts: one file for all of them. */
#define SAVE_DELAY_MS 1000

/* What the main loop can spare at a time. */
#define SLICE_USEC 4000

#define HEADER "{\"rushes-queue\":1}\n"

/* A scene's line, kept with it until it changes. */
#define LINE_KEY "rushes-store-line"

/**
 * RushesStore:
 *
 * The queue on disk: a header and a line of JSON a scene, so that a damaged
 * line costs one scene at most. It follows its queue by itself, a second behind,
 * and writes in a thread; the file is replaced as a whole or not at all.
 */
struct _RushesStore
{
  GObject parent_instance;

  char *path;         /* (owned) */
  RushesQueue *queue; /* (owned) */
  RushesLock *lock;   /* (owned) (nullable): %NULL: another process has the file */
  guint delay_id;
  guint slice_id;
  guint next;       /* position of the next scene that may need a line */
  gboolean writing; /* a thread is at it */
  gboolean changed; /* since the file was last begun */
};

G_DEFINE_FINAL_TYPE (RushesStore, rushes_store, G_TYPE_OBJECT)

static void save_later (RushesStore *self);

/* ---- Writing --------------------------------------------------------- */

static const char *
get_line (RushesScene *scene)
{
  char *line = g_object_get_data (G_OBJECT (scene), LINE_KEY);

  if (line == NULL)
    {
      g_autoptr (JsonNode) node = rushes_scene_to_json (scene);

      line = json_to_string (node, FALSE);
      g_object_set_data_full (G_OBJECT (scene), LINE_KEY, line, g_free);
    }
  return line;
}

static GString *
join_lines (RushesStore *self)
{
  GListModel *list = G_LIST_MODEL (self->queue);
  GString *text = g_string_new (HEADER);

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (list, i);

      g_string_append (text, get_line (scene));
      g_string_append_c (text, '\n');
    }
  return text;
}

static gboolean
write_file (const char *path, GString *text, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);

  g_mkdir_with_parents (folder, 0700);
  return g_file_set_contents_full (path, text->str, (gssize) text->len,
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                   0600, error);
}

typedef struct
{
  char *path;    /* (owned) */
  GString *text; /* (owned) */
} Writing;

static void
writing_free (Writing *writing)
{
  g_free (writing->path);
  g_string_free (writing->text, TRUE);
  g_free (writing);
}

static gboolean
write_thread (gpointer data, GCancellable *cancellable, GError **error)
{
  const Writing *writing = data;

  return write_file (writing->path, writing->text, error);
}

static void
write_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  RushesStore *self = RUSHES_STORE (object);
  g_autoptr (GError) error = NULL;

  self->writing = FALSE;
  /* Full disks get emptied; until then the last good file is there. */
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      g_message ("The queue could not be saved: %s", error->message);
      self->changed = TRUE;
    }
  if (self->changed)
    save_later (self);
}

static void
write_later (RushesStore *self)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, write_cb, NULL);
  Writing *writing = g_new0 (Writing, 1);

  g_task_set_source_tag (task, write_later);
  writing->path = g_strdup (self->path);
  writing->text = join_lines (self);
  g_task_set_task_data (task, writing, (GDestroyNotify) writing_free);
  self->writing = TRUE;
  self->changed = FALSE;
  rushes_thread_run (task, write_thread);
}

static gboolean
slice_cb (gpointer user_data)
{
  RushesStore *self = user_data;
  GListModel *list = G_LIST_MODEL (self->queue);
  gint64 until = g_get_monotonic_time () + SLICE_USEC;

  while (self->next < g_list_model_get_n_items (list))
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (list, self->next++);

      get_line (scene);
      if (g_get_monotonic_time () > until)
        return G_SOURCE_CONTINUE;
    }

  self->slice_id = 0;
  write_later (self);
  return G_SOURCE_REMOVE;
}

static gboolean
delay_cb (gpointer user_data)
{
  RushesStore *self = user_data;

  self->delay_id = 0;
  self->next = 0;
  self->slice_id = g_idle_add (slice_cb, self);
  return G_SOURCE_REMOVE;
}

static void
save_later (RushesStore *self)
{
  self->changed = TRUE;
  if (self->lock != NULL && !self->writing && self->delay_id == 0 && self->slice_id == 0)
    self->delay_id = g_timeout_add (SAVE_DELAY_MS, delay_cb, self);
}

/* A scene that was elsewhere may have changed there. */
static void
items_changed_cb (RushesStore *self, guint position, guint removed, guint added)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (G_LIST_MODEL (self->queue), i);

      g_object_set_data (G_OBJECT (scene), LINE_KEY, NULL);
    }
  save_later (self);
}

/* What changes with every frame is not worth a file; the output folder knows. */
static gboolean
is_saved (GParamSpec *pspec)
{
  static const char *const names[] = { "state",    "folder", "paused", "existing",
                                       "settings", "report", NULL };

  return g_strv_contains (names, pspec->name);
}

static void
scene_changed_cb (RushesStore *self, RushesScene *scene, GParamSpec *pspec)
{
  if (!is_saved (pspec))
    return;
  g_object_set_data (G_OBJECT (scene), LINE_KEY, NULL);
  save_later (self);
}

/* ---- Reading --------------------------------------------------------- */

static RushesScene *
parse_line (const char *line, gsize size)
{
  g_autofree char *text = g_strndup (line, size);
  g_autoptr (JsonNode) node = NULL;

  if (!g_utf8_validate (text, -1, NULL) || !rushes_json_is_flat (text, size))
    return NULL;
  node = json_from_string (text, NULL);
  return node != NULL ? rushes_scene_from_json (node, NULL) : NULL;
}

/**
 * rushes_store_parse:
 * @text: what the file holds, or anything else
 * @size: its length in bytes
 * @n_damaged: (out): how many lines were no scenes
 *
 * Returns: (transfer full) (element-type RushesScene): the scenes that can be
 *   read
 */
GPtrArray *
rushes_store_parse (const char *text, gsize size, guint *n_damaged)
{
  GPtrArray *scenes = g_ptr_array_new_with_free_func (g_object_unref);
  const char *end = text + size;
  gboolean first = TRUE;

  *n_damaged = 0;
  for (const char *line = text, *stop; line < end; line = stop + 1)
    {
      RushesScene *scene;

      stop = memchr (line, '\n', (gsize) (end - line));
      if (stop == NULL)
        stop = end;
      if (first && (gsize) (stop - line) == strlen (HEADER) - 1 &&
          memcmp (line, HEADER, strlen (HEADER) - 1) == 0)
        {
          first = FALSE;
          continue;
        }
      first = FALSE;
      scene = parse_line (line, (gsize) (stop - line));
      if (scene != NULL && rushes_scene_get_folder (scene) != NULL)
        g_ptr_array_add (scenes, g_steal_pointer (&scene));
      else
        ++*n_damaged;
      g_clear_object (&scene);
    }
  return scenes;
}

/* Keeps what we could not read for somebody who can. */
static char *
set_aside (RushesStore *self)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *date = g_date_time_format (now, "%Y-%m-%d_%H-%M-%S");
  char *aside = g_strdup_printf ("%s.damaged-%s", self->path, date);

  g_rename (self->path, aside);
  return aside;
}

/**
 * rushes_store_load:
 * @self: a store
 *
 * Fills the queue with the scenes of an earlier session; from here on the file
 * follows the queue. A file that is damaged is set aside, and as much of it as
 * possible is used.
 *
 * Returns: (transfer full) (nullable): what the user should be told
 */
char *
rushes_store_load (RushesStore *self)
{
  g_autofree char *lock = NULL;
  g_autofree char *text = NULL;
  g_autofree char *folder = NULL;
  g_autoptr (GPtrArray) scenes = NULL;
  g_autoptr (GError) error = NULL;
  char *notice = NULL;
  guint n_damaged;
  gsize size;

  g_return_val_if_fail (RUSHES_IS_STORE (self), NULL);

  folder = g_path_get_dirname (self->path);
  g_mkdir_with_parents (folder, 0700);
  lock = g_strconcat (self->path, ".lock", NULL);
  self->lock = rushes_lock_take (lock, &error);
  if (g_error_matches (error, RUSHES_ERROR, RUSHES_ERROR_BUSY))
    return g_strdup (_ ("Rushes is open already; the queue of this one will not be saved"));
  if (self->lock == NULL)
    return g_strdup_printf (_ ("The queue will not be saved: %s"), error->message);

  if (!g_file_get_contents (self->path, &text, &size, &error))
    {
      g_autofree char *aside = NULL;

      if (g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return NULL;
      aside = set_aside (self);
      return g_strdup_printf (_ ("The saved queue cannot be read and is kept as “%s”: %s"), aside,
                              error->message);
    }

  scenes = rushes_store_parse (text, size, &n_damaged);
  if (n_damaged > 0)
    {
      g_autofree char *aside = set_aside (self);

      notice = g_strdup_printf (ngettext ("%u scene of the saved queue could not be read; the old "
                                          "file is kept as “%s”",
                                          "%u scenes of the saved queue could not be read; the old "
                                          "file is kept as “%s”",
                                          n_damaged),
                                n_damaged, aside);
    }
  rushes_queue_append_many (self->queue, scenes);

  return notice;
}

/* ---- The object ------------------------------------------------------ */

static void
rushes_store_finalize (GObject *object)
{
  RushesStore *self = RUSHES_STORE (object);

  g_clear_handle_id (&self->delay_id, g_source_remove);
  g_clear_handle_id (&self->slice_id, g_source_remove);
  g_signal_handlers_disconnect_by_data (self->queue, self);
  g_clear_object (&self->queue);
  g_clear_pointer (&self->lock, rushes_lock_release);
  g_clear_pointer (&self->path, g_free);

  G_OBJECT_CLASS (rushes_store_parent_class)->finalize (object);
}

static void
rushes_store_class_init (RushesStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rushes_store_finalize;
}

static void
rushes_store_init (RushesStore *self)
{
}

/**
 * rushes_store_new:
 * @path: the file
 * @queue: what it holds
 *
 * Returns: (transfer full): a store that neither reads nor writes before
 *   rushes_store_load()
 */
RushesStore *
rushes_store_new (const char *path, RushesQueue *queue)
{
  RushesStore *self;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (RUSHES_IS_QUEUE (queue), NULL);

  self = g_object_new (RUSHES_TYPE_STORE, NULL);
  self->path = g_strdup (path);
  self->queue = g_object_ref (queue);
  g_signal_connect_swapped (queue, "items-changed", G_CALLBACK (items_changed_cb), self);
  g_signal_connect_swapped (queue, "scene-changed", G_CALLBACK (scene_changed_cb), self);
  return self;
}

/**
 * rushes_store_flush:
 * @self: a store that was loaded
 * @error: return location for a #GError
 *
 * Writes now what has changed. Blocks; for the end of the program.
 *
 * Returns: whether the file is up to date
 */
gboolean
rushes_store_flush (RushesStore *self, GError **error)
{
  g_autoptr (GString) text = NULL;

  g_return_val_if_fail (RUSHES_IS_STORE (self), FALSE);

  if (self->lock == NULL || (!self->changed && !self->writing))
    return TRUE;
  g_clear_handle_id (&self->delay_id, g_source_remove);
  g_clear_handle_id (&self->slice_id, g_source_remove);
  /* An older text must not be the last one. */
  while (self->writing)
    g_main_context_iteration (NULL, TRUE);
  g_clear_handle_id (&self->delay_id, g_source_remove);
  text = join_lines (self);
  if (!write_file (self->path, text, error))
    return FALSE;
  self->changed = FALSE;
  return TRUE;
}
