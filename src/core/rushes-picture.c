/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "rushes-error.h"
#include "rushes-picture.h"
#include "rushes-picture-private.h"

#define MAX_NAMES 3

/**
 * RushesPictureFormat:
 *
 * One of Blender's still picture formats: how it is called, and how to tell
 * whether a file in it is complete. Blender may report success for a file that a
 * full disk cut off, and a copy may be under way; both look like pictures to
 * anything that reads no further than the header.
 */
struct _RushesPictureFormat
{
  const char *id;
  const char *names[MAX_NAMES + 1]; /* what people type; the first is the one to show */
  const char *extension;
  gboolean (*check) (RushesReader *reader);
};

static const RushesPictureFormat formats[] = {
  { "PNG", { "png" }, ".png", rushes_picture_check_png },
  { "JPEG", { "jpeg", "jpg" }, ".jpg", rushes_picture_check_jpeg },
  { "OPEN_EXR", { "exr", "openexr" }, ".exr", rushes_picture_check_exr },
  { "OPEN_EXR_MULTILAYER", { "exr-multilayer" }, ".exr", rushes_picture_check_exr_multilayer },
  { "TIFF", { "tiff", "tif" }, ".tif", rushes_picture_check_tiff },
  { "WEBP", { "webp" }, ".webp", rushes_picture_check_webp },
  { "AVIF", { "avif" }, ".avif", rushes_picture_check_avif },
  { "TARGA", { "tga", "targa" }, ".tga", rushes_picture_check_targa },
  { "TARGA_RAW", { "tga-raw", "targa-raw" }, ".tga", rushes_picture_check_targa_raw },
  { "BMP", { "bmp" }, ".bmp", rushes_picture_check_bmp },
  { "HDR", { "hdr" }, ".hdr", rushes_picture_check_hdr },
  { "DPX", { "dpx" }, ".dpx", rushes_picture_check_dpx },
  { "CINEON", { "cineon", "cin" }, ".cin", rushes_picture_check_cineon },
  { "JPEG2000", { "jp2", "j2c", "jpeg2000" }, ".jp2", rushes_picture_check_jpeg2000 },
  { "IRIS", { "iris", "rgb", "sgi" }, ".rgb", rushes_picture_check_iris },
};

/* The reader */

G_GNUC_PRINTF (2, 3)
static gboolean
reader_fail (RushesReader *self, const char *format, ...)
{
  va_list args;

  /* What went wrong first is the cause of all the rest. */
  if (self->error == NULL)
    {
      va_start (args, format);
      self->error = g_error_new_valist (RUSHES_ERROR, RUSHES_ERROR_BAD_PICTURE, format, args);
      va_end (args);
    }
  return FALSE;
}

/* For a picture of which only the beginning is there and nothing says how long
 * it should be. */
gboolean
rushes_reader_cut_short (RushesReader *self)
{
  return reader_fail (self, _ ("The picture is cut short after %" PRIu64 " bytes"), self->size);
}

gboolean
rushes_reader_damaged (RushesReader *self)
{
  return reader_fail (self, _ ("The picture is damaged"));
}

gboolean
rushes_reader_other_format (RushesReader *self)
{
  return reader_fail (self, _ ("The file is not a picture in the format %s"), self->format);
}

/* Whether the file holds that many bytes from there on. */
gboolean
rushes_reader_has (RushesReader *self, guint64 offset, guint64 length)
{
  if (offset <= self->size && length <= self->size - offset)
    return TRUE;
  return rushes_reader_cut_short (self);
}

/* Fills the window with what lies at @offset, at least @length bytes. */
static gboolean
reader_fill (RushesReader *self, guint64 offset, gsize length)
{
  gsize wanted = (gsize) MIN (self->size - offset, RUSHES_READER_WINDOW);
  gsize filled = 0;

  self->window_length = 0;
  while (filled < wanted)
    {
      gssize got =
          pread (self->fd, self->window + filled, wanted - filled, (off_t) (offset + filled));

      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        return reader_fail (self, _ ("The picture cannot be read: %s"), g_strerror (errno));
      if (got == 0)
        break;
      filled += (gsize) got;
    }

  self->window_start = offset;
  self->window_length = filled;

  /* Somebody may have cut it while we looked. */
  return filled >= length || rushes_reader_cut_short (self);
}

/* Returns: (nullable): @length bytes, valid until the next call */
const guint8 *
rushes_reader_get_bytes (RushesReader *self, guint64 offset, gsize length)
{
  g_assert (length <= RUSHES_READER_WINDOW);

  if (!rushes_reader_has (self, offset, length))
    return NULL;
  if (self->fd < 0)
    return self->data + offset;

  if (offset < self->window_start || offset - self->window_start > self->window_length ||
      length > self->window_length - (offset - self->window_start))
    {
      if (!reader_fill (self, offset, length))
        return NULL;
    }
  return self->window + (offset - self->window_start);
}

gboolean
rushes_reader_get_be (RushesReader *self, guint64 offset, guint bytes, guint64 *value)
{
  const guint8 *data = rushes_reader_get_bytes (self, offset, bytes);

  *value = 0;
  if (data == NULL)
    return FALSE;
  for (guint i = 0; i < bytes; i++)
    *value = *value << 8 | data[i];
  return TRUE;
}

gboolean
rushes_reader_get_le (RushesReader *self, guint64 offset, guint bytes, guint64 *value)
{
  const guint8 *data = rushes_reader_get_bytes (self, offset, bytes);

  *value = 0;
  if (data == NULL)
    return FALSE;
  for (guint i = bytes; i > 0; i--)
    *value = *value << 8 | data[i - 1];
  return TRUE;
}

/* A beginning of the right @magic is a picture cut short, anything else is
 * another format. */
gboolean
rushes_reader_starts_with (RushesReader *self, const void *magic, gsize length)
{
  gsize there = (gsize) MIN (self->size, length);
  const guint8 *data = rushes_reader_get_bytes (self, 0, there);

  if (data == NULL)
    return FALSE;
  if (memcmp (data, magic, there) != 0)
    return rushes_reader_other_format (self);
  return rushes_reader_has (self, 0, length);
}

/* Whether the picture, which should be @end bytes long, is. */
gboolean
rushes_reader_ends_at (RushesReader *self, guint64 end)
{
  if (self->size < end)
    return reader_fail (self, _ ("The picture is cut short: %" PRIu64 " bytes of %" PRIu64),
                        self->size, end);
  if (self->size > end)
    return reader_fail (self, _ ("The picture has %" PRIu64 " bytes after its end"),
                        self->size - end);
  return TRUE;
}

gboolean
rushes_reader_take_size (RushesReader *self, guint64 width, guint64 height)
{
  if (width == 0 || width > RUSHES_MAX_SIDE || height == 0 || height > RUSHES_MAX_SIDE)
    return rushes_reader_damaged (self);

  self->width = width;
  self->height = height;
  return TRUE;
}

static gboolean
check_reader (const RushesPictureFormat *self,
              RushesReader *reader,
              guint width,
              guint height,
              GError **error)
{
  gboolean whole = FALSE;

  reader->format = self->id;
  if (reader->size == 0)
    reader_fail (reader, _ ("The picture is an empty file"));
  else if (!self->check (reader))
    g_assert (reader->error != NULL);
  else if ((width != 0 && reader->width != width) || (height != 0 && reader->height != height))
    reader_fail (reader, _ ("The picture is %" PRIu64 " × %" PRIu64 " pixels, not %u × %u"),
                 reader->width, reader->height, width != 0 ? width : (guint) reader->width,
                 height != 0 ? height : (guint) reader->height);
  else
    whole = TRUE;

  if (reader->error != NULL)
    g_propagate_error (error, g_steal_pointer (&reader->error));
  return whole;
}

/* Public */

/**
 * rushes_picture_format_find:
 * @name: Blender's id ("OPEN_EXR") or a short name ("exr"), in any case
 *
 * Returns: (transfer none) (nullable): the format, or %NULL if there is none
 *   of that name
 */
const RushesPictureFormat *
rushes_picture_format_find (const char *name)
{
  g_return_val_if_fail (name != NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      if (g_ascii_strcasecmp (name, formats[i].id) == 0)
        return &formats[i];
      for (guint j = 0; formats[i].names[j] != NULL; j++)
        if (g_ascii_strcasecmp (name, formats[i].names[j]) == 0)
          return &formats[i];
    }
  return NULL;
}

/**
 * rushes_picture_is_extension:
 * @extension: the end of a file's name, with the dot
 *
 * Returns: whether Blender gives it to pictures of some format
 */
gboolean
rushes_picture_is_extension (const char *extension)
{
  g_return_val_if_fail (extension != NULL, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (g_str_equal (extension, formats[i].extension))
      return TRUE;

  /* JPEG 2000 has two, by its codec. */
  return g_str_equal (extension, ".j2c");
}

/**
 * rushes_picture_format_get_id:
 * @self: a format
 *
 * Returns: (transfer none): what Blender calls it, "OPEN_EXR"
 */
const char *
rushes_picture_format_get_id (const RushesPictureFormat *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->id;
}

/**
 * rushes_picture_format_get_extension:
 * @self: a format
 *
 * Returns: (transfer none): how Blender ends the names of its files, with the
 *   dot: ".exr". A JPEG 2000 code stream without a container ends in ".j2c",
 *   which a format alone does not tell.
 */
const char *
rushes_picture_format_get_extension (const RushesPictureFormat *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->extension;
}

/**
 * rushes_picture_format_list:
 *
 * Returns: (transfer full): the short name of each format, "png, jpeg, …"
 */
char *
rushes_picture_format_list (void)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", formats[i].names[0]);

  return g_string_free (list, FALSE);
}

/**
 * rushes_picture_check:
 * @self: the format that it should have
 * @path: (type filename): a picture that Blender wrote
 * @width: its width in pixels, or 0 if any will do
 * @height: its height in pixels, or 0 if any will do
 * @error: return location for a #GError
 *
 * Checks that a picture is complete. This looks at how the file is laid out and
 * reads a few kilobytes of most formats; it does not decode pixels, so a
 * picture whose middle was overwritten passes.
 *
 * Returns: %TRUE if it is whole; %FALSE with %RUSHES_ERROR_MISSING_FILE if
 *   there is no such file, with %RUSHES_ERROR_BAD_PICTURE otherwise
 */
gboolean
rushes_picture_check (const RushesPictureFormat *self,
                      const char *path,
                      guint width,
                      guint height,
                      GError **error)
{
  RushesReader reader;
  struct stat about;
  gboolean whole;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  /* The window stays as it is: to clear it would cost more than most checks. */
  memset (&reader, 0, G_STRUCT_OFFSET (RushesReader, window));

  /* Opening a pipe that lies there under a picture's name must not wait. */
  reader.fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  if (reader.fd < 0 && errno == ENOENT)
    {
      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_MISSING_FILE, _ ("There is no picture “%s”"),
                   path);
      return FALSE;
    }
  if (reader.fd < 0 || fstat (reader.fd, &about) < 0)
    {
      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_BAD_PICTURE,
                   _ ("The picture cannot be read: %s"), g_strerror (errno));
      if (reader.fd >= 0)
        g_close (reader.fd, NULL);
      return FALSE;
    }

  if (S_ISREG (about.st_mode))
    {
      reader.size = (guint64) about.st_size;
      whole = check_reader (self, &reader, width, height, error);
    }
  else
    {
      g_set_error_literal (error, RUSHES_ERROR, RUSHES_ERROR_BAD_PICTURE,
                           _ ("The picture is not a file"));
      whole = FALSE;
    }

  g_close (reader.fd, NULL);
  return whole;
}

/**
 * rushes_picture_check_bytes:
 * @self: the format that it should have
 * @data: (array length=size) (nullable): the contents of a picture file
 * @size: how many bytes
 * @width: its width in pixels, or 0 if any will do
 * @height: its height in pixels, or 0 if any will do
 * @error: return location for a #GError
 *
 * Like rushes_picture_check(), for a picture in memory.
 *
 * Returns: %TRUE if it is whole; %FALSE with %RUSHES_ERROR_BAD_PICTURE
 */
gboolean
rushes_picture_check_bytes (const RushesPictureFormat *self,
                            const guint8 *data,
                            gsize size,
                            guint width,
                            guint height,
                            GError **error)
{
  RushesReader reader;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (data != NULL || size == 0, FALSE);

  memset (&reader, 0, G_STRUCT_OFFSET (RushesReader, window));
  reader.fd = -1;
  reader.data = data;
  reader.size = size;

  return check_reader (self, &reader, width, height, error);
}
