/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "rushes-blend.h"
#include "rushes-error.h"
#include "rushes-json.h"

#define CHUNK_SIZE (64 * 1024)

static gint64
get_mtime (const struct stat *info)
{
  return (gint64) info->st_mtim.tv_sec * G_GINT64_CONSTANT (1000000000) + info->st_mtim.tv_nsec;
}

/* Plain, gzip (Blender 2) or Zstandard (Blender 3 and later). */
static gboolean
is_blend_header (const guint8 *data, gsize size)
{
  static const guint8 gzip[] = { 0x1f, 0x8b };
  static const guint8 zstd[] = { 0x28, 0xb5, 0x2f, 0xfd };

  return (size >= 7 && memcmp (data, "BLENDER", 7) == 0) ||
         (size >= sizeof gzip && memcmp (data, gzip, sizeof gzip) == 0) ||
         (size >= sizeof zstd && memcmp (data, zstd, sizeof zstd) == 0);
}

static gboolean
check_kind (const char *path, const struct stat *info, GError **error)
{
  if (S_ISDIR (info->st_mode))
    g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID,
                 _ ("“%s” is a folder; name a .blend file"), path);
  else if (!S_ISREG (info->st_mode))
    g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID,
                 _ ("“%s” is not a regular file; name a .blend file"), path);
  else if (info->st_size == 0)
    g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_LOAD_FAILED,
                 _ ("“%s” is empty; save it again from Blender"), path);
  else
    return TRUE;

  return FALSE;
}

static void
set_read_error (const char *path, int code, GError **error)
{
  if (code == ENOENT || code == ENOTDIR)
    g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_MISSING_FILE,
                 _ ("There is no file “%s”; check its name and folder"), path);
  else
    g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_LOAD_FAILED,
                 _ ("“%s” cannot be read: %s; check its permissions"), path, g_strerror (code));
}

/* Reads the file to its end, or only its first bytes when @hash is %NULL. */
static gboolean
read_file (int fd, const char *path, GChecksum *hash, GError **error)
{
  g_autofree guint8 *buffer = g_malloc (CHUNK_SIZE);
  gboolean first = TRUE;

  for (;;)
    {
      gssize n = read (fd, buffer, CHUNK_SIZE);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          set_read_error (path, errno, error);
          return FALSE;
        }
      if (first && !is_blend_header (buffer, (gsize) n))
        {
          g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_LOAD_FAILED,
                       _ ("“%s” is not a .blend file; open it in Blender and save it again"), path);
          return FALSE;
        }
      if (n == 0 || hash == NULL)
        return TRUE;
      g_checksum_update (hash, buffer, n);
      first = FALSE;
    }
}

/* Returns -1 with an error for whatever cannot be a scene. */
static int
open_blend (const char *path, struct stat *info, GError **error)
{
  int fd;

  if (!g_utf8_validate (path, -1, NULL))
    {
      g_autofree char *display = g_filename_display_name (path);

      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID,
                   _ ("The name of “%s” is not valid UTF-8; rename the file"), display);
      return -1;
    }

  /* A FIFO must not hold us up. */
  fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  if (fd < 0)
    {
      set_read_error (path, errno, error);
      return -1;
    }
  if (fstat (fd, info) != 0)
    {
      set_read_error (path, errno, error);
      close (fd);
      return -1;
    }
  if (!check_kind (path, info, error))
    {
      close (fd);
      return -1;
    }

  return fd;
}

/**
 * rushes_blend_check:
 * @path: a file
 * @error: return location for a #GError
 *
 * A look at the file's kind and its first bytes, without Blender.
 *
 * Returns: whether @path may be a scene, with the errors of
 *   rushes_blend_identify()
 */
gboolean
rushes_blend_check (const char *path, GError **error)
{
  struct stat info;
  gboolean ok;
  int fd;

  g_return_val_if_fail (path != NULL, FALSE);

  fd = open_blend (path, &info, error);
  if (fd < 0)
    return FALSE;
  ok = read_file (fd, path, NULL, error);
  close (fd);

  return ok;
}

/**
 * rushes_blend_identify:
 * @path: a file, absolute
 * @known: (nullable): what it was before; with the same path, size and time its
 *   hash is taken over instead of reading the file
 * @error: return location for a #GError
 *
 * Checks that @path is a readable .blend file and says which. Blocks: large
 * files take seconds.
 *
 * Returns: (transfer full) (nullable): its identity, or %NULL with
 *   %RUSHES_ERROR_MISSING_FILE, %RUSHES_ERROR_INVALID or
 *   %RUSHES_ERROR_LOAD_FAILED
 */
RushesBlend *
rushes_blend_identify (const char *path, const RushesBlend *known, GError **error)
{
  g_autoptr (RushesBlend) self = NULL;
  g_autoptr (GChecksum) hash = NULL;
  struct stat info;
  gboolean ok;
  int fd;

  g_return_val_if_fail (path != NULL, NULL);

  fd = open_blend (path, &info, error);
  if (fd < 0)
    return NULL;

  self = g_new0 (RushesBlend, 1);
  self->path = g_strdup (path);
  self->size = info.st_size;
  self->mtime = get_mtime (&info);
  if (known != NULL && g_strcmp0 (known->path, path) == 0 && known->size == self->size &&
      known->mtime == self->mtime)
    self->sha256 = g_strdup (known->sha256);
  if (self->sha256 == NULL)
    hash = g_checksum_new (G_CHECKSUM_SHA256);

  ok = read_file (fd, path, hash, error);
  close (fd);
  if (!ok)
    return NULL;
  if (hash != NULL)
    self->sha256 = g_strdup (g_checksum_get_string (hash));

  return g_steal_pointer (&self);
}

/**
 * rushes_blend_check_unchanged:
 * @self: what the file was
 * @error: return location for a #GError
 *
 * Looks at size and time only: cheap enough for every frame.
 *
 * Returns: whether the file is still the same, else
 *   %RUSHES_ERROR_FILE_CHANGED
 */
gboolean
rushes_blend_check_unchanged (const RushesBlend *self, GError **error)
{
  struct stat info;

  g_return_val_if_fail (self != NULL, FALSE);

  if (stat (self->path, &info) == 0 && info.st_size == self->size &&
      get_mtime (&info) == self->mtime)
    return TRUE;

  g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_FILE_CHANGED,
               _ ("“%s” changed while it was being rendered; start it over"), self->path);
  return FALSE;
}

/**
 * rushes_blend_from_json:
 * @object: what rushes_blend_to_json() wrote, or anything else
 *
 * Returns: (transfer full): which file it speaks of; what is not told is %NULL,
 *   or -1
 */
RushesBlend *
rushes_blend_from_json (JsonObject *object)
{
  RushesBlend *self = g_new0 (RushesBlend, 1);

  self->path = g_strdup (rushes_json_get_string (object, "path"));
  self->size = rushes_json_get_int (object, "size", -1);
  self->mtime = rushes_json_get_int (object, "mtime", -1);
  self->sha256 = g_strdup (rushes_json_get_string (object, "sha256"));
  return self;
}

/**
 * rushes_blend_to_json:
 * @self: which file
 *
 * Returns: (transfer full): all of it
 */
JsonObject *
rushes_blend_to_json (const RushesBlend *self)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "path", self->path);
  json_object_set_int_member (object, "size", self->size);
  json_object_set_int_member (object, "mtime", self->mtime);
  json_object_set_string_member (object, "sha256", self->sha256);
  return object;
}

RushesBlend *
rushes_blend_copy (const RushesBlend *self)
{
  RushesBlend *copy = g_memdup2 (self, sizeof *self);

  copy->path = g_strdup (self->path);
  copy->sha256 = g_strdup (self->sha256);
  return copy;
}

void
rushes_blend_free (RushesBlend *self)
{
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->sha256, g_free);
  g_free (self);
}
