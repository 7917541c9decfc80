/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gstdio.h>

#include "rushes-picture-loader.h"
#include "rushes-thread.h"

/* Previews of pictures that GTK cannot read; the oldest go first. */
#define MAX_PREVIEWS 500

/* Decoding must not take the processors from those who render: one picture at a
 * time, those asked for last first to be seen. */
static GThreadPool *pool;

typedef struct
{
  RushesInspector *inspector; /* (owned) */
  char *path;                 /* (owned) */
  char *preview;              /* (owned) (nullable): what Blender makes of it */
  guint size;
} Load;

static void
load_free (Load *load)
{
  g_clear_object (&load->inspector);
  g_clear_pointer (&load->path, g_free);
  g_clear_pointer (&load->preview, g_free);
  g_free (load);
}

static char *
get_cache_dir (void)
{
  return g_build_filename (g_get_user_cache_dir (), "rushes", "previews", NULL);
}

/* Another picture of the same name has another preview. */
static char *
name_preview (const char *path, guint size)
{
  g_autofree char *folder = get_cache_dir ();
  g_autofree char *key = NULL;
  g_autofree char *hash = NULL;
  g_autofree char *name = NULL;
  GStatBuf status = { 0 };

  g_stat (path, &status);
  key = g_strdup_printf ("%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %u", path,
                         (gint64) status.st_mtime, (gint64) status.st_size, size);
  hash = g_compute_checksum_for_string (G_CHECKSUM_SHA1, key, -1);
  name = g_strconcat (hash, ".png", NULL);
  g_mkdir_with_parents (folder, 0700);
  return g_build_filename (folder, name, NULL);
}

static GdkTexture *
decode (const char *path, guint size, GError **error)
{
  g_autoptr (GdkPixbuf) pixbuf = NULL;
  g_autoptr (GBytes) bytes = NULL;
  int width, height;

  /* Never larger than it is: a small picture stays sharp. */
  if (gdk_pixbuf_get_file_info (path, &width, &height) != NULL && width <= (int) size &&
      height <= (int) size)
    pixbuf = gdk_pixbuf_new_from_file (path, error);
  else
    pixbuf = gdk_pixbuf_new_from_file_at_scale (path, (int) size, (int) size, TRUE, error);
  if (pixbuf == NULL)
    return NULL;

  bytes = gdk_pixbuf_read_pixel_bytes (pixbuf);
  return gdk_memory_texture_new (gdk_pixbuf_get_width (pixbuf), gdk_pixbuf_get_height (pixbuf),
                                 gdk_pixbuf_get_has_alpha (pixbuf) ? GDK_MEMORY_R8G8B8A8
                                                                   : GDK_MEMORY_R8G8B8,
                                 bytes, (gsize) gdk_pixbuf_get_rowstride (pixbuf));
}

static void
load_thread (gpointer data, gpointer user_data)
{
  g_autoptr (GTask) task = data;
  Load *load = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  GdkTexture *texture;

  if (g_task_return_error_if_cancelled (task))
    return;
  texture = decode (load->preview != NULL ? load->preview : load->path, load->size, &error);
  if (texture == NULL && load->preview == NULL && g_file_test (load->path, G_FILE_TEST_EXISTS))
    {
      /* Made before, perhaps. */
      load->preview = name_preview (load->path, load->size);
      texture = decode (load->preview, load->size, NULL);
    }
  if (texture != NULL)
    g_task_return_pointer (task, texture, g_object_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
push (GTask *task)
{
  if (pool == NULL)
    pool = g_thread_pool_new (load_thread, NULL, 1, FALSE, NULL);
  g_thread_pool_push (pool, task, NULL);
}

static void
second_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  GdkTexture *texture = g_task_propagate_pointer (G_TASK (result), &error);

  if (texture != NULL)
    g_task_return_pointer (task, texture, g_object_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
preview_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Load *load = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  GTask *second;
  Load *copy;

  if (!rushes_inspector_preview_finish (RUSHES_INSPECTOR (object), result, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  copy = g_new0 (Load, 1);
  copy->preview = g_strdup (load->preview);
  copy->size = load->size;
  second = g_task_new (NULL, g_task_get_cancellable (task), second_cb, g_object_ref (task));
  g_task_set_source_tag (second, preview_cb);
  g_task_set_task_data (second, copy, (GDestroyNotify) load_free);
  push (second);
}

static void
first_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Load *load = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  GdkTexture *texture = g_task_propagate_pointer (G_TASK (result), &error);
  Load *own;

  if (texture != NULL)
    g_task_return_pointer (task, texture, g_object_unref);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || load->preview == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    {
      own = g_task_get_task_data (task);
      own->preview = g_strdup (load->preview);
      rushes_inspector_preview_async (own->inspector, own->path, own->preview, own->size,
                                      preview_cb, g_steal_pointer (&task));
    }
}

/**
 * rushes_picture_load_async:
 * @inspector: who makes previews of what GTK cannot read
 * @path: a picture of any format that Blender can read
 * @size: the most that its longer side may have, in pixels
 * @cancellable: (nullable): ends it early
 * @callback: (scope async): called with the picture
 * @user_data: for @callback
 *
 * Reads a picture, off the main loop, at the size at which it is shown.
 */
void
rushes_picture_load_async (RushesInspector *inspector,
                           const char *path,
                           guint size,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GTask *task, *first;
  Load *load, *copy;

  g_return_if_fail (RUSHES_IS_INSPECTOR (inspector));
  g_return_if_fail (path != NULL);

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, rushes_picture_load_async);
  load = g_new0 (Load, 1);
  load->inspector = g_object_ref (inspector);
  load->path = g_strdup (path);
  load->size = size;
  g_task_set_task_data (task, load, (GDestroyNotify) load_free);

  first = g_task_new (NULL, cancellable, first_cb, task);
  g_task_set_source_tag (first, rushes_picture_load_async);
  copy = g_new0 (Load, 1);
  copy->path = g_strdup (path);
  copy->size = size;
  g_task_set_task_data (first, copy, (GDestroyNotify) load_free);
  push (first);
}

/**
 * rushes_picture_load_finish:
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Returns: (transfer full) (nullable): the picture
 */
GdkTexture *
rushes_picture_load_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

typedef struct
{
  char *path;
  gint64 time;
} Preview;

static void
preview_clear (gpointer data)
{
  Preview *preview = data;

  g_clear_pointer (&preview->path, g_free);
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  gint64 left = ((const Preview *) a)->time, right = ((const Preview *) b)->time;

  return left < right ? -1 : left > right;
}

static gboolean
trim_thread (gpointer data, GCancellable *cancellable, GError **error)
{
  g_autofree char *folder = get_cache_dir ();
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GArray) previews = g_array_new (FALSE, FALSE, sizeof (Preview));
  const char *name;

  g_array_set_clear_func (previews, preview_clear);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      Preview preview = { g_build_filename (folder, name, NULL), 0 };
      GStatBuf status;

      if (g_stat (preview.path, &status) == 0)
        preview.time = (gint64) status.st_mtime;
      g_array_append_val (previews, preview);
    }
  g_array_sort (previews, compare_times);
  for (guint i = 0; i + MAX_PREVIEWS < previews->len; i++)
    g_unlink (g_array_index (previews, Preview, i).path);
  return TRUE;
}

/**
 * rushes_picture_trim_cache:
 *
 * Removes old previews, in a thread. To be called now and then.
 */
void
rushes_picture_trim_cache (void)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, NULL, NULL);

  g_task_set_source_tag (task, rushes_picture_trim_cache);
  rushes_thread_run (task, trim_thread);
}
