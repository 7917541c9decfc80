/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "rushes-picture-private.h"

/* The formats that take few lines to check. */

/* PNG */

#define PNG_CHUNK_FRAME 12 /* length, type and checksum around a chunk's data */

/* libpng cuts the pixels into pieces of one size but for the last. From the
 * first piece at @offset this leaps to where the last one must be, and returns
 * where it ends if that is right before the end chunk; 0 if it is not, and the
 * long way round will find out why. */
static guint64
png_find_end (RushesReader *reader, guint64 offset, guint64 length)
{
  guint64 step = PNG_CHUNK_FRAME + length;
  const guint8 *header;
  guint64 end, last;

  if (reader->size - offset < step + PNG_CHUNK_FRAME)
    return 0;
  end = reader->size - PNG_CHUNK_FRAME;
  last = offset + (end - offset - 1) / step * step;
  header = end - last >= PNG_CHUNK_FRAME ? rushes_reader_get_bytes (reader, last, 8) : NULL;
  if (header == NULL || memcmp (header + 4, "IDAT", 4) != 0 ||
      !rushes_reader_get_be (reader, last, 4, &length) || end - last != PNG_CHUNK_FRAME + length)
    return 0;

  return end;
}

gboolean
rushes_picture_check_png (RushesReader *reader)
{
  static const guint8 magic[16] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n',
                                    0,    0,   0,   13,  'I',  'H',  'D',  'R' };
  static const guint8 end_chunk[PNG_CHUNK_FRAME] = { 0,   0,   0,    0,    'I',  'E',
                                                     'N', 'D', 0xae, 0x42, 0x60, 0x82 };
  gboolean has_pixels = FALSE;
  guint64 offset = 8, width, height;

  if (!rushes_reader_starts_with (reader, magic, sizeof magic) ||
      !rushes_reader_get_be (reader, 16, 4, &width) ||
      !rushes_reader_get_be (reader, 20, 4, &height) ||
      !rushes_reader_take_size (reader, width, height))
    return FALSE;

  while (TRUE)
    {
      const guint8 *header;
      guint64 length, pixels_end = 0;
      char type[4];

      if (!rushes_reader_get_be (reader, offset, 4, &length))
        return FALSE;
      header = rushes_reader_get_bytes (reader, offset, PNG_CHUNK_FRAME);
      if (header == NULL)
        return FALSE;
      if (memcmp (header, end_chunk, sizeof end_chunk) == 0)
        break;
      if (length > G_MAXINT32)
        return rushes_reader_damaged (reader);

      memcpy (type, header + 4, sizeof type);
      if (memcmp (type, "IDAT", sizeof type) == 0 && !has_pixels)
        {
          has_pixels = TRUE;
          pixels_end = png_find_end (reader, offset, length);
        }
      offset = pixels_end != 0 ? pixels_end : offset + PNG_CHUNK_FRAME + length;
    }

  return has_pixels ? rushes_reader_ends_at (reader, offset + PNG_CHUNK_FRAME)
                    : rushes_reader_damaged (reader);
}

/* JPEG */

enum
{
  JPEG_SOF0 = 0xc0, /* … to SOF15; DHT, JPG and DAC lie among them */
  JPEG_SOF1 = 0xc1,
  JPEG_DHT = 0xc4,
  JPEG_JPG = 0xc8,
  JPEG_DAC = 0xcc,
  JPEG_SOF15 = 0xcf,
  JPEG_RST0 = 0xd0,
  JPEG_RST7 = 0xd7,
  JPEG_EOI = 0xd9,
  JPEG_SOS = 0xda,
};

/* Moves past coded pixels, in which a marker cannot occur. */
static gboolean
jpeg_skip_scan (RushesReader *reader, guint64 *offset)
{
  while (TRUE)
    {
      const guint8 *data = rushes_reader_get_bytes (reader, *offset, 2);

      if (data == NULL)
        return FALSE;
      if (data[0] == 0xff && data[1] != 0 && !(data[1] >= JPEG_RST0 && data[1] <= JPEG_RST7))
        return TRUE;
      *offset += 1;
    }
}

gboolean
rushes_picture_check_jpeg (RushesReader *reader)
{
  static const guint8 magic[3] = { 0xff, 0xd8, 0xff };
  guint64 components = 0, offset = 2;
  gboolean has_pixels = FALSE, sequential = FALSE;

  if (!rushes_reader_starts_with (reader, magic, sizeof magic))
    return FALSE;

  while (TRUE)
    {
      const guint8 *data = rushes_reader_get_bytes (reader, offset, 2);
      guint64 length, width, height, in_scan;
      guint marker;

      if (data == NULL)
        return FALSE;
      if (data[0] != 0xff)
        return rushes_reader_damaged (reader);
      marker = data[1];
      if (marker == 0xff) /* filling */
        {
          offset++;
          continue;
        }
      if (marker == JPEG_EOI)
        break;

      if (!rushes_reader_get_be (reader, offset + 2, 2, &length))
        return FALSE;
      if (length < 2)
        return rushes_reader_damaged (reader);

      if (marker >= JPEG_SOF0 && marker <= JPEG_SOF15 && marker != JPEG_DHT && marker != JPEG_JPG &&
          marker != JPEG_DAC)
        {
          sequential = marker == JPEG_SOF0 || marker == JPEG_SOF1;
          if (!rushes_reader_get_be (reader, offset + 5, 2, &height) ||
              !rushes_reader_get_be (reader, offset + 7, 2, &width) ||
              !rushes_reader_get_be (reader, offset + 9, 1, &components) ||
              !rushes_reader_take_size (reader, width, height))
            return FALSE;
        }

      if (marker != JPEG_SOS)
        {
          offset += 2 + length;
          continue;
        }

      if (!rushes_reader_get_be (reader, offset + 4, 1, &in_scan))
        return FALSE;
      offset += 2 + length;
      has_pixels = TRUE;
      if (sequential && in_scan == components)
        {
          /* Everything in one scan: the next marker is the last one. */
          data = rushes_reader_get_bytes (reader, reader->size - 2, 2);
          if (data == NULL)
            return FALSE;
          if (reader->size < offset + 2 || data[0] != 0xff || data[1] != JPEG_EOI)
            return rushes_reader_cut_short (reader);
          offset = reader->size - 2;
        }
      else if (!jpeg_skip_scan (reader, &offset))
        return FALSE;
    }

  return has_pixels && reader->width != 0 ? rushes_reader_ends_at (reader, offset + 2)
                                          : rushes_reader_damaged (reader);
}

/* WebP */

gboolean
rushes_picture_check_webp (RushesReader *reader)
{
  const guint8 *data;
  guint64 size, offset = 12, width, height;
  gboolean has_pixels = FALSE;

  if (!rushes_reader_starts_with (reader, "RIFF", 4) ||
      (data = rushes_reader_get_bytes (reader, 0, 12)) == NULL)
    return FALSE;
  if (memcmp (data + 8, "WEBP", 4) != 0)
    return rushes_reader_other_format (reader);
  if (!rushes_reader_get_le (reader, 4, 4, &size) || !rushes_reader_ends_at (reader, 8 + size))
    return FALSE;

  while (offset < reader->size)
    {
      char type[4];

      if ((data = rushes_reader_get_bytes (reader, offset, 8)) == NULL)
        return FALSE;
      memcpy (type, data, sizeof type);
      if (!rushes_reader_get_le (reader, offset + 4, 4, &size))
        return FALSE;

      if (memcmp (type, "VP8X", 4) == 0)
        {
          if (!rushes_reader_get_le (reader, offset + 12, 3, &width) ||
              !rushes_reader_get_le (reader, offset + 15, 3, &height) ||
              !rushes_reader_take_size (reader, width + 1, height + 1))
            return FALSE;
        }
      else if (memcmp (type, "VP8 ", 4) == 0)
        {
          has_pixels = TRUE;
          if (!rushes_reader_get_le (reader, offset + 14, 2, &width) ||
              !rushes_reader_get_le (reader, offset + 16, 2, &height) ||
              !rushes_reader_take_size (reader, width & 0x3fff, height & 0x3fff))
            return FALSE;
        }
      else if (memcmp (type, "VP8L", 4) == 0)
        {
          has_pixels = TRUE;
          if (!rushes_reader_get_le (reader, offset + 9, 4, &width) ||
              !rushes_reader_take_size (reader, (width & 0x3fff) + 1, (width >> 14 & 0x3fff) + 1))
            return FALSE;
        }
      offset += 8 + size + (size & 1);
    }

  return (has_pixels && offset == reader->size) || rushes_reader_damaged (reader);
}

/* Targa */

#define TARGA_HEADER_SIZE 18

/* Moves past @pixels run-length coded pixels of @depth bytes. */
static gboolean
targa_skip_runs (RushesReader *reader, guint64 *offset, guint64 pixels, guint64 depth)
{
  while (pixels > 0)
    {
      guint64 packet, length;

      if (!rushes_reader_get_le (reader, *offset, 1, &packet))
        return FALSE;
      length = (packet & 0x7f) + 1;
      if (length > pixels)
        return rushes_reader_damaged (reader);
      *offset += 1 + ((packet & 0x80) != 0 ? 1 : length) * depth;
      pixels -= length;
    }
  return TRUE;
}

/* The format has no end mark of its own. OpenImageIO, which newer Blenders use,
 * puts a footer behind the pixels; nothing before it tells that it will come. */
static gboolean
targa_check (RushesReader *reader, gboolean may_be_packed)
{
  static const char footer[18] = "TRUEVISION-XFILE.";
  const guint8 *header = rushes_reader_get_bytes (reader, 0, MIN (reader->size, 3));
  guint64 id_length, width, height, depth, offset = TARGA_HEADER_SIZE, type;
  gboolean packed;

  /* No magic number either: grey or coloured, raw or packed, without a palette. */
  if (header == NULL)
    return FALSE;
  if (reader->size >= 2 && header[1] != 0)
    return rushes_reader_other_format (reader);
  if (reader->size >= 3 && header[2] != 2 && header[2] != 3 && header[2] != 10 && header[2] != 11)
    return rushes_reader_other_format (reader);

  if (!rushes_reader_get_le (reader, 0, 1, &id_length) ||
      !rushes_reader_get_le (reader, 2, 1, &type) ||
      !rushes_reader_get_le (reader, 12, 2, &width) ||
      !rushes_reader_get_le (reader, 14, 2, &height) ||
      !rushes_reader_get_le (reader, 16, 1, &depth) || !rushes_reader_has (reader, 0, offset))
    return FALSE;
  packed = (type & 8) != 0;
  if (packed && !may_be_packed)
    return rushes_reader_other_format (reader);
  if (depth != 8 && depth != 16 && depth != 24 && depth != 32)
    return rushes_reader_other_format (reader);
  if (!rushes_reader_take_size (reader, width, height))
    return FALSE;

  offset += id_length;
  depth /= 8;
  if (!packed)
    offset += width * height * depth;
  else if (!targa_skip_runs (reader, &offset, width * height, depth))
    return FALSE;

  if (reader->size > offset)
    {
      const guint8 *end;

      if (reader->size - offset < sizeof footer)
        return rushes_reader_cut_short (reader);
      end = rushes_reader_get_bytes (reader, reader->size - sizeof footer, sizeof footer);
      return end != NULL &&
             (memcmp (end, footer, sizeof footer) == 0 || rushes_reader_cut_short (reader));
    }
  return rushes_reader_ends_at (reader, offset);
}

gboolean
rushes_picture_check_targa (RushesReader *reader)
{
  /* Newer Blenders leave grey ones raw. */
  return targa_check (reader, TRUE);
}

gboolean
rushes_picture_check_targa_raw (RushesReader *reader)
{
  return targa_check (reader, FALSE);
}

/* BMP */

gboolean
rushes_picture_check_bmp (RushesReader *reader)
{
  guint64 size, pixels, header_size, width, height, depth, compression, row;

  if (!rushes_reader_starts_with (reader, "BM", 2) || !rushes_reader_has (reader, 0, 34) ||
      !rushes_reader_get_le (reader, 2, 4, &size) ||
      !rushes_reader_get_le (reader, 10, 4, &pixels) ||
      !rushes_reader_get_le (reader, 14, 4, &header_size) ||
      !rushes_reader_get_le (reader, 18, 4, &width) ||
      !rushes_reader_get_le (reader, 22, 4, &height) ||
      !rushes_reader_get_le (reader, 28, 2, &depth) ||
      !rushes_reader_get_le (reader, 30, 4, &compression))
    return FALSE;

  if (height > G_MAXINT32) /* from the top down */
    height = (guint32) -height;
  if (header_size < 40 || depth > 32 || !rushes_reader_take_size (reader, width, height) ||
      !rushes_reader_ends_at (reader, size))
    return rushes_reader_damaged (reader);

  /* Packed pictures (1 and 2 are run lengths) have but the header's word. */
  row = rushes_div_round_up (width * depth, 32) * 4;
  return compression == 1 || compression == 2 || rushes_reader_has (reader, pixels, row * height);
}

/* Radiance HDR */

#define HDR_MIN_PACKED 8
#define HDR_MAX_PACKED 0x7fff

/* Reads a line without its end; what is longer than @line is dropped. */
static gboolean
hdr_read_line (RushesReader *reader, guint64 *offset, char line[64])
{
  guint length = 0;

  while (TRUE)
    {
      guint64 byte;

      if (!rushes_reader_get_le (reader, *offset, 1, &byte))
        return FALSE;
      *offset += 1;
      if (byte == '\n')
        break;
      if (length < 63)
        line[length++] = (char) byte;
    }
  line[length] = '\0';
  return TRUE;
}

static gboolean
hdr_skip_packed_row (RushesReader *reader, guint64 *offset, guint64 width)
{
  *offset += 4;
  for (guint channel = 0; channel < 4; channel++)
    for (guint64 x = 0; x < width;)
      {
        guint64 count;

        if (!rushes_reader_get_be (reader, *offset, 1, &count))
          return FALSE;
        *offset += count > 128 ? 2 : 1 + count;
        x += count > 128 ? count - 128 : count;
        if (count == 0 || x > width)
          return rushes_reader_damaged (reader);
      }
  return TRUE;
}

gboolean
rushes_picture_check_hdr (RushesReader *reader)
{
  guint64 offset = 0, width, height;
  char line[64], *end = NULL;

  if (!rushes_reader_starts_with (reader, "#?", 2))
    return FALSE;
  do
    if (!hdr_read_line (reader, &offset, line))
      return FALSE;
  while (line[0] != '\0');

  if (!hdr_read_line (reader, &offset, line))
    return FALSE;
  if (!g_str_has_prefix (line, "-Y "))
    return rushes_reader_damaged (reader);
  height = g_ascii_strtoull (line + strlen ("-Y "), &end, 10);
  if (!g_str_has_prefix (end, " +X "))
    return rushes_reader_damaged (reader);
  width = g_ascii_strtoull (end + strlen (" +X "), NULL, 10);
  if (!rushes_reader_take_size (reader, width, height))
    return FALSE;

  for (guint64 y = 0; y < height; y++)
    {
      const guint8 *row = rushes_reader_get_bytes (reader, offset, 4);

      if (row == NULL)
        return FALSE;
      if (width < HDR_MIN_PACKED || width > HDR_MAX_PACKED || row[0] != 2 || row[1] != 2 ||
          (row[2] & 0x80) != 0)
        offset += width * 4; /* raw; the oldest kind of packing is nobody's any more */
      else if ((guint64) (row[2] << 8 | row[3]) != width)
        return rushes_reader_damaged (reader);
      else if (!hdr_skip_packed_row (reader, &offset, width))
        return FALSE;
    }

  return rushes_reader_ends_at (reader, offset);
}

/* DPX and Cineon: both say how long they are */

static gboolean
film_check (RushesReader *reader,
            guint64 size,
            guint64 pixels,
            guint64 width,
            guint64 height,
            guint64 bits)
{
  /* How lines are padded depends on the writer, so this is the least there can be. */
  return rushes_reader_take_size (reader, width, height) &&
         (bits <= 1024 || rushes_reader_damaged (reader)) && rushes_reader_ends_at (reader, size) &&
         rushes_reader_has (reader, pixels, width * height * bits / 8);
}

gboolean
rushes_picture_check_dpx (RushesReader *reader)
{
  gboolean (*get) (RushesReader *, guint64, guint, guint64 *) = rushes_reader_get_be;
  guint64 pixels, size, width, height, kind, depth, samples;
  const guint8 *first = rushes_reader_get_bytes (reader, 0, 1);

  if (first == NULL)
    return FALSE;
  if (*first == 'X')
    get = rushes_reader_get_le;
  if (!rushes_reader_starts_with (reader, *first == 'X' ? "XPDS" : "SDPX", 4) ||
      !get (reader, 4, 4, &pixels) || !get (reader, 16, 4, &size) ||
      !get (reader, 772, 4, &width) || !get (reader, 776, 4, &height) ||
      !get (reader, 800, 1, &kind) || !get (reader, 803, 1, &depth))
    return FALSE;

  samples = kind == 50 ? 3 : kind == 51 || kind == 52 ? 4 : 1;
  return film_check (reader, size, pixels, width, height, samples * depth);
}

gboolean
rushes_picture_check_cineon (RushesReader *reader)
{
  static const guint8 magic[4] = { 0x80, 0x2a, 0x5f, 0xd7 };
  static const guint8 swapped_magic[4] = { 0xd7, 0x5f, 0x2a, 0x80 };
  gboolean (*get) (RushesReader *, guint64, guint, guint64 *) = rushes_reader_get_be;
  guint64 pixels, size, width, height, depth, channels;
  const guint8 *first = rushes_reader_get_bytes (reader, 0, 1);
  gboolean swapped;

  if (first == NULL)
    return FALSE;
  swapped = *first == swapped_magic[0];
  if (swapped)
    get = rushes_reader_get_le;
  return rushes_reader_starts_with (reader, swapped ? swapped_magic : magic, sizeof magic) &&
         get (reader, 4, 4, &pixels) && get (reader, 20, 4, &size) &&
         get (reader, 193, 1, &channels) && get (reader, 198, 1, &depth) &&
         get (reader, 200, 4, &width) && get (reader, 204, 4, &height) &&
         film_check (reader, size, pixels, width, height, MIN (channels, 8) * depth);
}

/* IRIS */

#define IRIS_HEADER_SIZE 512

gboolean
rushes_picture_check_iris (RushesReader *reader)
{
  static const guint8 magic[2] = { 0x01, 0xda };
  guint64 packed, depth, dimensions, width, height, channels, rows, end = 0;

  if (!rushes_reader_starts_with (reader, magic, sizeof magic) ||
      !rushes_reader_has (reader, 0, IRIS_HEADER_SIZE) ||
      !rushes_reader_get_be (reader, 2, 1, &packed) ||
      !rushes_reader_get_be (reader, 3, 1, &depth) ||
      !rushes_reader_get_be (reader, 4, 2, &dimensions) ||
      !rushes_reader_get_be (reader, 6, 2, &width) ||
      !rushes_reader_get_be (reader, 8, 2, &height) ||
      !rushes_reader_get_be (reader, 10, 2, &channels))
    return FALSE;
  if (dimensions < 3)
    channels = 1;
  if (dimensions < 2)
    height = 1;
  if (!rushes_reader_take_size (reader, width, height))
    return FALSE;

  rows = height * channels;
  if (packed == 0)
    return rushes_reader_ends_at (reader, IRIS_HEADER_SIZE + width * rows * depth);

  /* Two tables: where each row of each channel begins, and how long it is. */
  if (!rushes_reader_has (reader, IRIS_HEADER_SIZE, rows * 8))
    return FALSE;
  for (guint64 i = 0; i < rows; i++)
    {
      guint64 start, length;

      if (!rushes_reader_get_be (reader, IRIS_HEADER_SIZE + i * 4, 4, &start) ||
          !rushes_reader_get_be (reader, IRIS_HEADER_SIZE + (rows + i) * 4, 4, &length))
        return FALSE;
      if (start < IRIS_HEADER_SIZE + rows * 8 || length == 0)
        return rushes_reader_cut_short (reader);
      end = MAX (end, start + length);
    }
  return rushes_reader_ends_at (reader, end);
}
