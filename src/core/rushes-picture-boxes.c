/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "rushes-picture-private.h"

/* JPEG 2000 and AVIF: boxes in boxes. */

typedef struct
{
  char type[4];
  guint64 start; /* of what is in it */
  guint64 end;
} Box;

/* Reads the box at @offset, which lies within @end. */
static gboolean
box_read (RushesReader *reader, guint64 offset, guint64 end, Box *box)
{
  const guint8 *data;
  guint64 length, header = 8;

  if (!rushes_reader_get_be (reader, offset, 4, &length) ||
      (data = rushes_reader_get_bytes (reader, offset, 8)) == NULL)
    return FALSE;
  memcpy (box->type, data + 4, sizeof box->type);

  if (length == 1)
    {
      header = 16;
      if (!rushes_reader_get_be (reader, offset + 8, 8, &length))
        return FALSE;
    }
  else if (length == 0) /* all the rest */
    length = end - offset;

  if (length < header)
    return rushes_reader_damaged (reader);
  if (length > end - offset)
    return end == reader->size ? rushes_reader_cut_short (reader) : rushes_reader_damaged (reader);
  box->start = offset + header;
  box->end = offset + length;
  return TRUE;
}

static gboolean
box_is (const Box *box, const char *type)
{
  return memcmp (box->type, type, sizeof box->type) == 0;
}

enum
{
  J2K_SIZ = 0xff51,
  J2K_SOT = 0xff90,
  J2K_EOC = 0xffd9,
};

/* Main header, then parts of tiles that say how long they are, then an end mark. */
static gboolean
jpeg2000_check_stream (RushesReader *reader, guint64 offset, guint64 end)
{
  gboolean has_pixels = FALSE;

  offset += 2;
  while (TRUE)
    {
      guint64 marker, length, right, bottom, left, top;

      if (!rushes_reader_get_be (reader, offset, 2, &marker))
        return FALSE;
      if (marker == J2K_EOC)
        break;
      if (marker <= 0xff00)
        return rushes_reader_damaged (reader);

      if (marker == J2K_SOT)
        {
          if (!rushes_reader_get_be (reader, offset + 6, 4, &length))
            return FALSE;
          if (length == 0 && end >= offset + 2) /* up to the end mark */
            length = end - 2 - offset;
          if (length < 12)
            return rushes_reader_damaged (reader);
          offset += length;
          has_pixels = TRUE;
        }
      else if (marker == J2K_SIZ && (!rushes_reader_get_be (reader, offset + 6, 4, &right) ||
                                     !rushes_reader_get_be (reader, offset + 10, 4, &bottom) ||
                                     !rushes_reader_get_be (reader, offset + 14, 4, &left) ||
                                     !rushes_reader_get_be (reader, offset + 18, 4, &top) ||
                                     !rushes_reader_take_size (reader, right - left, bottom - top)))
        return FALSE;
      else
        {
          if (!rushes_reader_get_be (reader, offset + 2, 2, &length))
            return FALSE;
          offset += 2 + length;
        }
    }

  if (!has_pixels || reader->width == 0)
    return rushes_reader_damaged (reader);
  return end == reader->size ? rushes_reader_ends_at (reader, offset + 2)
                             : offset + 2 == end || rushes_reader_damaged (reader);
}

gboolean
rushes_picture_check_jpeg2000 (RushesReader *reader)
{
  static const guint8 magic[12] = { 0, 0, 0, 12, 'j', 'P', ' ', ' ', '\r', '\n', 0x87, '\n' };
  static const guint8 stream_magic[4] = { 0xff, 0x4f, 0xff, 0x51 };
  const guint8 *first = rushes_reader_get_bytes (reader, 0, 1);
  gboolean has_pixels = FALSE;
  guint64 offset = 0;

  if (first == NULL)
    return FALSE;
  if (*first == stream_magic[0])
    return rushes_reader_starts_with (reader, stream_magic, sizeof stream_magic) &&
           jpeg2000_check_stream (reader, 0, reader->size);

  if (!rushes_reader_starts_with (reader, magic, sizeof magic))
    return FALSE;
  while (offset < reader->size)
    {
      Box box = { 0 };

      if (!box_read (reader, offset, reader->size, &box))
        return FALSE;
      if (box_is (&box, "jp2c"))
        {
          if (!jpeg2000_check_stream (reader, box.start, box.end))
            return FALSE;
          has_pixels = TRUE;
        }
      offset = box.end;
    }
  return has_pixels || rushes_reader_cut_short (reader);
}

/* Finds the size of the picture in the box of its properties. Other pictures
 * may be in there, an alpha channel or a thumbnail; none is larger. */
static gboolean
avif_read_size (RushesReader *reader, guint64 offset, guint64 end, guint depth)
{
  while (offset < end)
    {
      guint64 width, height;
      Box box = { 0 };

      if (!box_read (reader, offset, end, &box))
        return FALSE;
      offset = box.end;
      if (depth < 2 && (box_is (&box, "iprp") || box_is (&box, "ipco")))
        {
          if (!avif_read_size (reader, box.start, box.end, depth + 1))
            return FALSE;
        }
      else if (box_is (&box, "ispe"))
        {
          if (!rushes_reader_get_be (reader, box.start + 4, 4, &width) ||
              !rushes_reader_get_be (reader, box.start + 8, 4, &height))
            return FALSE;
          if ((width > reader->width || height > reader->height) &&
              !rushes_reader_take_size (reader, width, height))
            return FALSE;
        }
    }
  return TRUE;
}

gboolean
rushes_picture_check_avif (RushesReader *reader)
{
  gboolean has_pixels = FALSE;
  guint64 offset = 0;
  const guint8 *data;
  Box box = { 0 };

  if (!rushes_reader_starts_with (reader, "\0\0\0", 3) ||
      (data = rushes_reader_get_bytes (reader, 0, 12)) == NULL)
    return FALSE;
  if (memcmp (data + 4, "ftypavif", 8) != 0)
    return rushes_reader_other_format (reader);

  for (; offset < reader->size; offset = box.end)
    {
      guint64 length;

      /* The last box may claim all the rest, and then any cut goes unnoticed. */
      if (!rushes_reader_get_be (reader, offset, 4, &length) ||
          (length == 0 && !rushes_reader_damaged (reader)) ||
          !box_read (reader, offset, reader->size, &box))
        return FALSE;
      if (box_is (&box, "meta") && !avif_read_size (reader, box.start + 4, box.end, 0))
        return FALSE;
      has_pixels |= box_is (&box, "mdat");
    }

  return (has_pixels && reader->width != 0) || rushes_reader_cut_short (reader);
}
