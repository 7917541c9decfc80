/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "rushes-picture-private.h"

/* TIFF and BigTIFF, of either byte order. */

/* More directories than a file of one picture has, few enough for a hostile one. */
#define MAX_DIRECTORIES 64

enum
{
  TIFF_WIDTH = 256,
  TIFF_HEIGHT = 257,
  TIFF_STRIP_OFFSETS = 273,
  TIFF_SAMPLES = 277,
  TIFF_STRIP_ROWS = 278,
  TIFF_STRIP_SIZES = 279,
  TIFF_PLANAR = 284,
  TIFF_TILE_WIDTH = 322,
  TIFF_TILE_HEIGHT = 323,
  TIFF_TILE_OFFSETS = 324,
  TIFF_TILE_SIZES = 325,
  TIFF_SUB_DIRECTORIES = 330,
  TIFF_EXIF = 34665,
  TIFF_GPS = 34853,
};

typedef struct
{
  guint64 count; /* 0: there is no such entry */
  guint64 offset;
  guint size; /* of one value, in bytes */
} TiffEntry;

typedef struct
{
  RushesReader *reader;
  gboolean big_endian;
  guint offset_size;      /* 4, or 8 in BigTIFF */
  GArray *directories;    /* (owned) (element-type guint64) offsets yet to visit */
  gboolean first_visited; /* the first directory is the picture */
} Tiff;

static gboolean
tiff_get (Tiff *self, guint64 offset, guint bytes, guint64 *value)
{
  return self->big_endian ? rushes_reader_get_be (self->reader, offset, bytes, value)
                          : rushes_reader_get_le (self->reader, offset, bytes, value);
}

/* Reads the entry at @offset; all its values are in the file. */
static gboolean
tiff_read_entry (Tiff *self, guint64 offset, guint64 *tag, TiffEntry *entry)
{
  /* By type, from 1: BYTE ASCII SHORT LONG RATIONAL SBYTE UNDEFINED SSHORT SLONG
   * SRATIONAL FLOAT DOUBLE IFD - - LONG8 SLONG8 IFD8 */
  static const guint8 sizes[] = { 0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8 };
  guint64 type;

  if (!tiff_get (self, offset, 2, tag) || !tiff_get (self, offset + 2, 2, &type) ||
      !tiff_get (self, offset + 4, self->offset_size, &entry->count))
    return FALSE;
  if (type >= G_N_ELEMENTS (sizes) || sizes[type] == 0)
    {
      /* Readers skip what they do not know. */
      *tag = 0;
      return TRUE;
    }

  entry->size = sizes[type];
  entry->offset = offset + 4 + self->offset_size;
  if (entry->count <= self->offset_size / entry->size)
    return TRUE;
  return tiff_get (self, entry->offset, self->offset_size, &entry->offset) &&
         (entry->count <= self->reader->size || rushes_reader_cut_short (self->reader)) &&
         rushes_reader_has (self->reader, entry->offset, entry->count * entry->size);
}

static gboolean
tiff_get_value (Tiff *self, const TiffEntry *entry, guint64 index, guint64 *value)
{
  if (index >= entry->count)
    return rushes_reader_damaged (self->reader);
  return tiff_get (self, entry->offset + index * entry->size, entry->size, value);
}

/* The value of an entry that may be left out. */
static gboolean
tiff_get_optional (Tiff *self, const TiffEntry *entry, guint64 otherwise, guint64 *value)
{
  *value = otherwise;
  return entry->count == 0 || tiff_get_value (self, entry, 0, value);
}

/* Remembers a directory, unless one asks for more than any picture has. */
static gboolean
tiff_add_directory (Tiff *self, guint64 offset)
{
  if (self->directories->len >= MAX_DIRECTORIES)
    return rushes_reader_damaged (self->reader);
  g_array_append_val (self->directories, offset);
  return TRUE;
}

/* All blocks, strips or tiles, were written and are there. */
static gboolean
tiff_check_blocks (Tiff *self, const TiffEntry *offsets, const TiffEntry *sizes, guint64 expected)
{
  if (offsets->count != expected || sizes->count != expected)
    return rushes_reader_damaged (self->reader);

  for (guint64 i = 0; i < expected; i++)
    {
      guint64 offset, size;

      if (!tiff_get_value (self, offsets, i, &offset) || !tiff_get_value (self, sizes, i, &size))
        return FALSE;
      if (offset == 0 || size == 0)
        return rushes_reader_cut_short (self->reader);
      if (!rushes_reader_has (self->reader, offset, size))
        return FALSE;
    }
  return TRUE;
}

static gboolean
tiff_check_directory (Tiff *self, guint64 offset)
{
  static const guint16 tags[] = {
    TIFF_WIDTH,       TIFF_HEIGHT,        TIFF_SAMPLES,     TIFF_PLANAR,
    TIFF_STRIP_ROWS,  TIFF_STRIP_OFFSETS, TIFF_STRIP_SIZES, TIFF_TILE_WIDTH,
    TIFF_TILE_HEIGHT, TIFF_TILE_OFFSETS,  TIFF_TILE_SIZES,
  };
  TiffEntry found[G_N_ELEMENTS (tags)] = { 0 };
  guint64 count, next, width, height, samples, planar, rows, tile_width, tile_height;
  guint count_size = self->offset_size == 8 ? 8 : 2;
  guint entry_size = 4 + 2 * self->offset_size;

  if (!tiff_get (self, offset, count_size, &count))
    return FALSE;
  if (count > G_MAXUINT16)
    return rushes_reader_damaged (self->reader);

  offset += count_size;
  for (guint64 i = 0; i < count; i++, offset += entry_size)
    {
      TiffEntry entry;
      guint64 tag;

      if (!tiff_read_entry (self, offset, &tag, &entry))
        return FALSE;
      for (guint j = 0; j < G_N_ELEMENTS (tags); j++)
        if (tag == tags[j])
          found[j] = entry;
      if (tag == TIFF_SUB_DIRECTORIES || tag == TIFF_EXIF || tag == TIFF_GPS)
        for (guint64 j = 0; j < entry.count; j++)
          if (!tiff_get_value (self, &entry, j, &next) || !tiff_add_directory (self, next))
            return FALSE;
    }
  if (!tiff_get (self, offset, self->offset_size, &next) ||
      (next != 0 && !tiff_add_directory (self, next)))
    return FALSE;

  if (self->first_visited)
    return TRUE; /* a thumbnail, or facts about the picture */
  self->first_visited = TRUE;

  if (!tiff_get_value (self, &found[0], 0, &width) ||
      !tiff_get_value (self, &found[1], 0, &height) ||
      !rushes_reader_take_size (self->reader, width, height) ||
      !tiff_get_optional (self, &found[2], 1, &samples) ||
      !tiff_get_optional (self, &found[3], 1, &planar) ||
      !tiff_get_optional (self, &found[4], height, &rows) ||
      !tiff_get_optional (self, &found[7], 0, &tile_width) ||
      !tiff_get_optional (self, &found[8], 0, &tile_height))
    return FALSE;

  if (samples == 0 || samples > G_MAXUINT16 || rows == 0)
    return rushes_reader_damaged (self->reader);
  if (planar != 2)
    samples = 1; /* all samples of a pixel lie in one block */
  if (tile_width == 0 || tile_height == 0)
    return tiff_check_blocks (self, &found[5], &found[6],
                              rushes_div_round_up (height, rows) * samples);
  return tiff_check_blocks (self, &found[9], &found[10],
                            rushes_div_round_up (width, tile_width) *
                                rushes_div_round_up (height, tile_height) * samples);
}

/* libtiff writes the directory before the pixels or after them, as the program that
 * uses it likes; either way the last byte belongs to something that is listed. */
gboolean
rushes_picture_check_tiff (RushesReader *reader)
{
  g_autoptr (GArray) directories = g_array_new (FALSE, FALSE, sizeof (guint64));
  Tiff self = { .reader = reader, .offset_size = 4, .directories = directories };
  const guint8 *data = rushes_reader_get_bytes (reader, 0, 2);
  guint64 version, offset;

  if (data == NULL)
    return FALSE;
  if (memcmp (data, "II", 2) != 0 && memcmp (data, "MM", 2) != 0)
    return rushes_reader_other_format (reader);
  self.big_endian = data[0] == 'M';

  if (!tiff_get (&self, 2, 2, &version))
    return FALSE;
  if (version == 43)
    self.offset_size = 8;
  else if (version != 42)
    return rushes_reader_other_format (reader);

  if (!tiff_get (&self, self.offset_size, self.offset_size, &offset) ||
      (offset == 0 && !rushes_reader_cut_short (reader)) || !tiff_add_directory (&self, offset))
    return FALSE;
  for (guint i = 0; i < directories->len; i++)
    if (!tiff_check_directory (&self, g_array_index (directories, guint64, i)))
      return FALSE;
  return TRUE;
}
