/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "rushes-picture-private.h"

/* OpenEXR: scan lines or tiles, one part or several. Deep pictures are nothing that
 * Blender writes. */

#define EXR_TILED      0x200u
#define EXR_LONG_NAMES 0x400u
#define EXR_MULTI_PART 0x1000u

#define EXR_NAME_SIZE 256

/* Rows in one chunk, by compression: none, RLE, ZIPS, ZIP, PIZ, PXR24, B44,
 * B44A, DWAA, DWAB, HTJ2K with 256 and with 32 rows. */
static const guint16 exr_chunk_rows[] = { 1, 1, 1, 16, 32, 16, 32, 32, 32, 256, 256, 32 };

typedef struct
{
  guint64 chunks;
  gboolean tiled;
  gboolean layered; /* has channels of layers, "ViewLayer.Combined.R" */
  gboolean marked;  /* as a multilayer file, by Blender; not all of them are */
} ExrPart;

typedef struct
{
  guint64 width, height; /* of the data window; 0 until it was found */
  guint64 compression;
  guint64 chunk_count; /* as stated; 0 where it is not */
  guint64 tile_width, tile_height, tile_mode;
} ExrHeader;

static gboolean
exr_read_name (RushesReader *reader, guint64 *offset, char name[EXR_NAME_SIZE])
{
  gsize there = (gsize) MIN (reader->size - MIN (*offset, reader->size), EXR_NAME_SIZE);
  const guint8 *data = rushes_reader_get_bytes (reader, *offset, there);
  const guint8 *end = data != NULL ? memchr (data, '\0', there) : NULL;

  if (data == NULL)
    return FALSE;
  if (end == NULL)
    return there < EXR_NAME_SIZE ? rushes_reader_cut_short (reader)
                                 : rushes_reader_damaged (reader);

  memcpy (name, data, (gsize) (end - data) + 1);
  *offset += (guint64) (end - data) + 1;
  return TRUE;
}

/* A box of two inclusive corners, 32-bit signed. */
static gboolean
exr_read_window (RushesReader *reader, guint64 offset, guint64 *width, guint64 *height)
{
  gint64 corner[4];

  for (guint i = 0; i < G_N_ELEMENTS (corner); i++)
    {
      guint64 value;

      if (!rushes_reader_get_le (reader, offset + i * 4, 4, &value))
        return FALSE;
      corner[i] = (gint32) (guint32) value;
    }
  if (corner[2] < corner[0] || corner[3] < corner[1])
    return rushes_reader_damaged (reader);

  *width = (guint64) (corner[2] - corner[0] + 1);
  *height = (guint64) (corner[3] - corner[1] + 1);
  return TRUE;
}

/* Tiles along one side, over the levels @first to @last of a pyramid. */
static guint64
exr_count_tiles (guint64 side, guint64 tile, guint first, guint last, gboolean round_up)
{
  guint64 tiles = 0;

  for (guint level = first; level <= last; level++)
    {
      guint64 scaled =
          round_up ? rushes_div_round_up (side, G_GUINT64_CONSTANT (1) << level) : side >> level;

      tiles += rushes_div_round_up (MAX (scaled, 1), tile);
    }
  return tiles;
}

static guint
exr_last_level (guint64 side, gboolean round_up)
{
  guint level = 0;

  while ((round_up ? rushes_div_round_up (side, G_GUINT64_CONSTANT (1) << level) : side >> level) >
         1)
    level++;
  return level;
}

static gboolean
exr_count_chunks (RushesReader *reader, const ExrHeader *header, gboolean tiled, guint64 *chunks)
{
  gboolean round_up = (header->tile_mode & 0xf0) != 0;
  guint last_x = exr_last_level (header->width, round_up);
  guint last_y = exr_last_level (header->height, round_up);

  if (!tiled)
    {
      if (header->compression < G_N_ELEMENTS (exr_chunk_rows))
        *chunks = rushes_div_round_up (header->height, exr_chunk_rows[header->compression]);
      else
        *chunks = header->chunk_count; /* a codec newer than this list */
      return *chunks > 0 || rushes_reader_damaged (reader);
    }

  if (header->tile_width == 0 || header->tile_height == 0)
    return rushes_reader_damaged (reader);
  switch (header->tile_mode & 0x0f)
    {
    case 0: /* one level */
      last_x = last_y = 0;
      break;
    case 1: /* a pyramid */
      *chunks = 0;
      for (guint level = 0; level <= MAX (last_x, last_y); level++)
        *chunks += exr_count_tiles (header->width, header->tile_width, level, level, round_up) *
                   exr_count_tiles (header->height, header->tile_height, level, level, round_up);
      return TRUE;
    case 2: /* every scale of x with every scale of y */
      break;
    default:
      return rushes_reader_damaged (reader);
    }
  *chunks = exr_count_tiles (header->width, header->tile_width, 0, last_x, round_up) *
            exr_count_tiles (header->height, header->tile_height, 0, last_y, round_up);
  return TRUE;
}

/* A list of names, each with 16 bytes about the channel. */
static gboolean
exr_read_channels (RushesReader *reader, guint64 offset, guint64 end, ExrPart *part)
{
  char name[EXR_NAME_SIZE];

  while (offset < end)
    {
      if (!exr_read_name (reader, &offset, name))
        return FALSE;
      if (name[0] == '\0')
        break;
      part->layered |= strchr (name, '.') != NULL;
      offset += 16;
    }
  return TRUE;
}

static gboolean
exr_read_attribute (RushesReader *reader,
                    const char *name,
                    guint64 offset,
                    guint64 size,
                    ExrHeader *header,
                    ExrPart *part)
{
  guint64 width = 0, height = 0;

  if (g_str_equal (name, "dataWindow"))
    return exr_read_window (reader, offset, &header->width, &header->height);
  if (g_str_equal (name, "displayWindow"))
    return exr_read_window (reader, offset, &width, &height) &&
           rushes_reader_take_size (reader, width, height);
  if (g_str_equal (name, "compression"))
    return rushes_reader_get_le (reader, offset, 1, &header->compression);
  if (g_str_equal (name, "chunkCount"))
    return rushes_reader_get_le (reader, offset, 4, &header->chunk_count);
  if (g_str_equal (name, "tiles"))
    return rushes_reader_get_le (reader, offset, 4, &header->tile_width) &&
           rushes_reader_get_le (reader, offset + 4, 4, &header->tile_height) &&
           rushes_reader_get_le (reader, offset + 8, 1, &header->tile_mode);
  if (g_str_equal (name, "channels"))
    return exr_read_channels (reader, offset, offset + size, part);
  if (g_str_equal (name, "type") && size >= 4)
    {
      const guint8 *type = rushes_reader_get_bytes (reader, offset, 4);

      if (type == NULL)
        return FALSE;
      if (memcmp (type, "deep", 4) == 0)
        return rushes_reader_other_format (reader);
      part->tiled = memcmp (type, "tile", 4) == 0;
    }
  else if (g_str_equal (name, "BlenderMultiChannel"))
    part->marked = TRUE;

  return TRUE;
}

/* Reads the header at @offset up to and including the zero that ends it. */
static gboolean
exr_read_part (RushesReader *reader, guint64 *offset, ExrPart *part)
{
  ExrHeader header = { .compression = G_MAXUINT64 };
  char name[EXR_NAME_SIZE], type[EXR_NAME_SIZE];

  while (TRUE)
    {
      guint64 size;

      if (!exr_read_name (reader, offset, name))
        return FALSE;
      if (name[0] == '\0')
        break;
      if (!exr_read_name (reader, offset, type) ||
          !rushes_reader_get_le (reader, *offset, 4, &size) ||
          !rushes_reader_has (reader, *offset + 4, size) ||
          !exr_read_attribute (reader, name, *offset + 4, size, &header, part))
        return FALSE;
      *offset += 4 + size;
    }

  if (header.width == 0 || header.width > RUSHES_MAX_SIDE || header.height > RUSHES_MAX_SIDE ||
      reader->width == 0)
    return rushes_reader_damaged (reader);
  return exr_count_chunks (reader, &header, part->tiled, &part->chunks);
}

/* The pixels come in chunks; a table after the headers says where. Chunks may lie in
 * any order, so the one furthest away tells where the file ends. */
static gboolean
exr_check_chunks (RushesReader *reader, GArray *parts, guint64 table, gboolean multi_part)
{
  guint64 total = 0, furthest = 0, entry = table, size, size_offset;
  gboolean furthest_tiled = FALSE;

  for (guint i = 0; i < parts->len; i++)
    {
      guint64 chunks = g_array_index (parts, ExrPart, i).chunks;

      if (chunks > reader->size / 8 || !rushes_reader_has (reader, table, (total + chunks) * 8))
        return rushes_reader_cut_short (reader);
      total += chunks;
    }

  for (guint i = 0; i < parts->len; i++)
    {
      const ExrPart *part = &g_array_index (parts, ExrPart, i);

      for (guint64 j = 0; j < part->chunks; j++, entry += 8)
        {
          guint64 chunk;

          if (!rushes_reader_get_le (reader, entry, 8, &chunk))
            return FALSE;
          if (chunk == 0) /* The table is written last. */
            return rushes_reader_cut_short (reader);
          if (chunk < table + total * 8)
            return rushes_reader_damaged (reader);
          if (chunk > furthest)
            {
              furthest = chunk;
              furthest_tiled = part->tiled;
            }
        }
    }

  if (!rushes_reader_has (reader, furthest, 0))
    return FALSE;
  size_offset = furthest + (multi_part ? 4 : 0) + (furthest_tiled ? 16 : 4);
  return rushes_reader_get_le (reader, size_offset, 4, &size) &&
         rushes_reader_ends_at (reader, size_offset + 4 + size);
}

static gboolean
exr_check (RushesReader *reader, ExrPart *all)
{
  static const guint8 magic[5] = { 0x76, 0x2f, 0x31, 0x01, 2 };
  g_autoptr (GArray) parts = NULL;
  guint64 version, offset = 8, next = 0;
  gboolean multi_part;

  if (!rushes_reader_starts_with (reader, magic, sizeof magic) ||
      !rushes_reader_get_le (reader, 4, 4, &version))
    return FALSE;
  if ((version & ~(2u | EXR_TILED | EXR_LONG_NAMES | EXR_MULTI_PART)) != 0)
    return rushes_reader_other_format (reader);

  multi_part = (version & EXR_MULTI_PART) != 0;
  parts = g_array_new (FALSE, FALSE, sizeof (ExrPart));
  do
    {
      ExrPart part = { .tiled = (version & EXR_TILED) != 0 };

      /* An empty header comes after the last one of several. */
      if (!exr_read_part (reader, &offset, &part) ||
          (multi_part && !rushes_reader_get_le (reader, offset, 1, &next)))
        return FALSE;
      all->layered |= part.layered;
      all->marked |= part.marked;
      g_array_append_val (parts, part);
    }
  while (next != 0);

  return exr_check_chunks (reader, parts, offset + (multi_part ? 1 : 0), multi_part);
}

gboolean
rushes_picture_check_exr (RushesReader *reader)
{
  ExrPart all = { 0 };

  return exr_check (reader, &all) && (!all.marked || rushes_reader_other_format (reader));
}

gboolean
rushes_picture_check_exr_multilayer (RushesReader *reader)
{
  ExrPart all = { 0 };

  return exr_check (reader, &all) &&
         (all.marked || all.layered || rushes_reader_other_format (reader));
}
