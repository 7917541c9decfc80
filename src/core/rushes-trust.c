/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <sys/stat.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "rushes-blend.h"
#include "rushes-error.h"
#include "rushes-json.h"
#include "rushes-trust.h"

#define VERSION 1

/**
 * RushesTrust:
 *
 * The .blend files whose Python the user has allowed to run: each by its path and
 * by what it held then. A file that changes is a file that nobody has allowed.
 *
 * It is a file of JSON, read whenever it has changed: the window and command
 * lines have it in common. When it cannot be read nothing is trusted. All
 * functions block on the file system and may be called from any thread.
 */
struct _RushesTrust
{
  gatomicrefcount ref_count;
  char *path; /* (owned) */
  GMutex mutex;
  GHashTable *blends; /* (owned): path → RushesBlend, both (owned) */
  struct stat read;   /* the file when it was read last */
};

/* ---- The file -------------------------------------------------------- */

static RushesBlend *
blend_from_json (JsonNode *node)
{
  g_autoptr (RushesBlend) blend = NULL;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  blend = rushes_blend_from_json (json_node_get_object (node));
  return blend->path != NULL && blend->sha256 != NULL ? g_steal_pointer (&blend) : NULL;
}

static void
read_text (RushesTrust *self, const char *text, gsize size)
{
  g_autoptr (JsonNode) root =
      rushes_json_is_flat (text, size) ? json_from_string (text, NULL) : NULL;
  JsonNode *files = NULL;

  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root) &&
      rushes_json_get_int (json_node_get_object (root), "version", 0) == VERSION)
    files = json_object_get_member (json_node_get_object (root), "files");
  if (files == NULL || !JSON_NODE_HOLDS_ARRAY (files))
    return;

  for (guint i = 0; i < json_array_get_length (json_node_get_array (files)); i++)
    {
      RushesBlend *blend =
          blend_from_json (json_array_get_element (json_node_get_array (files), i));

      if (blend != NULL)
        g_hash_table_replace (self->blends, g_strdup (blend->path), blend);
    }
}

/* With the mutex held: takes over what another process has written since. */
static void
refresh (RushesTrust *self)
{
  struct stat info = { 0 };
  g_autofree char *text = NULL;
  gsize size;

  if (stat (self->path, &info) == 0 && info.st_ino == self->read.st_ino &&
      info.st_size == self->read.st_size && info.st_mtim.tv_sec == self->read.st_mtim.tv_sec &&
      info.st_mtim.tv_nsec == self->read.st_mtim.tv_nsec)
    return;

  self->read = info;
  g_hash_table_remove_all (self->blends);
  if (g_file_get_contents (self->path, &text, &size, NULL))
    read_text (self, text, size);
}

static gboolean
save (RushesTrust *self, GError **error)
{
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (GError) local_error = NULL;
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *text = NULL;
  JsonObject *object = json_object_new ();
  JsonArray *files = json_array_new ();
  GHashTableIter iter;
  gpointer blend;

  g_hash_table_iter_init (&iter, self->blends);
  while (g_hash_table_iter_next (&iter, NULL, &blend))
    json_array_add_object_element (files, rushes_blend_to_json (blend));
  json_object_set_int_member (object, "version", VERSION);
  json_object_set_array_member (object, "files", files);
  json_node_take_object (root, object);
  text = json_to_string (root, TRUE);

  g_mkdir_with_parents (folder, 0700);
  /* What is not saved does not hold: it is read again from the file next time. */
  self->read = (struct stat){ 0 };
  if (g_file_set_contents_full (self->path, text, -1,
                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                &local_error))
    return TRUE;
  g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_NOT_WRITABLE,
               _ ("Whom you trust could not be saved: %s"), local_error->message);
  return FALSE;
}

/* ---- The object ------------------------------------------------------ */

/**
 * rushes_trust_new:
 * @path: (nullable): its file, which need not exist; %NULL: the user's own
 *
 * Returns: (transfer full): trust as it was left
 */
RushesTrust *
rushes_trust_new (const char *path)
{
  RushesTrust *self = g_new0 (RushesTrust, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->mutex);
  self->path = path != NULL
                   ? g_strdup (path)
                   : g_build_filename (g_get_user_data_dir (), "rushes", "trust.json", NULL);
  self->blends =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) rushes_blend_free);
  return self;
}

RushesTrust *
rushes_trust_ref (RushesTrust *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
rushes_trust_unref (RushesTrust *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_mutex_clear (&self->mutex);
  g_clear_pointer (&self->blends, g_hash_table_unref);
  g_clear_pointer (&self->path, g_free);
  g_free (self);
}

/* ---- Trust ----------------------------------------------------------- */

static RushesBlend *
find (RushesTrust *self, const char *blend_path)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  const RushesBlend *blend;

  refresh (self);
  blend = g_hash_table_lookup (self->blends, blend_path);
  return blend != NULL ? rushes_blend_copy (blend) : NULL;
}

/**
 * rushes_trust_check:
 * @self: trust
 * @blend_path: a file, absolute
 *
 * Whether it may run what it holds. The file is read only if its size or its
 * time has changed; so whoever runs it shall compare the hash.
 *
 * Returns: (transfer full) (nullable): the SHA-256 of what is trusted at
 *   @blend_path, %NULL if nothing is or something else is there
 */
char *
rushes_trust_check (RushesTrust *self, const char *blend_path)
{
  g_autoptr (RushesBlend) trusted = NULL;
  g_autoptr (RushesBlend) now = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (blend_path != NULL, NULL);

  trusted = find (self, blend_path);
  if (trusted == NULL)
    return NULL;
  now = rushes_blend_identify (blend_path, trusted, NULL);
  return now != NULL && g_str_equal (now->sha256, trusted->sha256) ? g_strdup (now->sha256) : NULL;
}

/**
 * rushes_trust_grant:
 * @self: trust
 * @blend_path: a file, absolute
 * @error: return location for a #GError
 *
 * From now on the file may run what it holds now, in any program of this user
 * that asks rushes_trust_check().
 *
 * Returns: whether that is noted, with the errors of rushes_blend_identify(),
 *   or %RUSHES_ERROR_NOT_WRITABLE
 */
gboolean
rushes_trust_grant (RushesTrust *self, const char *blend_path, GError **error)
{
  g_autoptr (GMutexLocker) locker = NULL;
  RushesBlend *blend;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (blend_path != NULL, FALSE);

  blend = rushes_blend_identify (blend_path, NULL, error);
  if (blend == NULL)
    return FALSE;

  locker = g_mutex_locker_new (&self->mutex);
  refresh (self);
  g_hash_table_replace (self->blends, g_strdup (blend->path), blend);
  return save (self, error);
}

/**
 * rushes_trust_withdraw:
 * @self: trust
 * @blend_path: a file, absolute
 * @error: return location for a #GError
 *
 * Returns: whether the file is not trusted any more, else
 *   %RUSHES_ERROR_NOT_WRITABLE
 */
gboolean
rushes_trust_withdraw (RushesTrust *self, const char *blend_path, GError **error)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (blend_path != NULL, FALSE);

  locker = g_mutex_locker_new (&self->mutex);
  refresh (self);
  return !g_hash_table_remove (self->blends, blend_path) || save (self, error);
}
