/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>
#include <sys/stat.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "rushes-error.h"
#include "rushes-picture.h"

/* Every picture here is this large. */
#define WIDTH  9
#define HEIGHT 5

/* Pictures are put together from numbers and text. Pixels and checksums are
 * filled with nonsense: nobody is going to look at them. */

static void
put (GByteArray *file, const void *data, gsize length)
{
  g_byte_array_append (file, data, (guint) length);
}

static void
put_text (GByteArray *file, const char *text)
{
  put (file, text, strlen (text));
}

static void
put_fill (GByteArray *file, guint8 byte, guint count)
{
  for (guint i = 0; i < count; i++)
    put (file, &byte, 1);
}

static void
put_number (GByteArray *file, gboolean big_endian, guint bytes, guint64 value)
{
  for (guint i = 0; i < bytes; i++)
    put_fill (file, (guint8) (value >> 8 * (big_endian ? bytes - 1 - i : i)), 1);
}

static void
put_be (GByteArray *file, guint bytes, guint64 value)
{
  put_number (file, TRUE, bytes, value);
}

static void
put_le (GByteArray *file, guint bytes, guint64 value)
{
  put_number (file, FALSE, bytes, value);
}

static void
set_number (GByteArray *file, guint offset, gboolean big_endian, guint bytes, guint64 value)
{
  for (guint i = 0; i < bytes; i++)
    file->data[offset + i] = (guint8) (value >> 8 * (big_endian ? bytes - 1 - i : i));
}

/* PNG */

static void
put_png_chunk (GByteArray *file, const char *type, guint length)
{
  put_be (file, 4, length);
  put_text (file, type);
  put_fill (file, 'x', length + 4);
}

static void
put_png_start (GByteArray *file)
{
  put (file, "\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);
  put_be (file, 4, WIDTH);
  put_be (file, 4, HEIGHT);
  put_fill (file, 1, 9);
  put_png_chunk (file, "tEXt", 20);
}

static void
put_png_end (GByteArray *file)
{
  put (file, "\0\0\0\0IEND\xae\x42\x60\x82", 12);
}

static void
make_png (GByteArray *file)
{
  put_png_start (file);
  put_png_chunk (file, "IDAT", 50);
  put_png_end (file);
}

static void
make_png_of_pieces (GByteArray *file)
{
  put_png_start (file);
  for (guint i = 0; i < 7; i++)
    put_png_chunk (file, "IDAT", 64);
  put_png_chunk (file, "IDAT", 1);
  put_png_end (file);
}

static void
make_png_of_odd_pieces (GByteArray *file)
{
  put_png_start (file);
  for (guint i = 1; i < 7; i++)
    put_png_chunk (file, "IDAT", i * 3);
  put_png_chunk (file, "tIME", 7);
  put_png_end (file);
}

/* A picture of a picture: the pixels hold what looks like the end. */
static void
make_png_with_false_end (GByteArray *file)
{
  put_png_start (file);
  put_png_chunk (file, "IDAT", 100);
  memcpy (file->data + file->len - 60, "\0\0\0\0IEND\xae\x42\x60\x82", 12);
  put_png_chunk (file, "IDAT", 100);
  put_png_end (file);
}

/* JPEG */

static void
put_jpeg_segment (GByteArray *file, guint8 marker, guint length)
{
  put_be (file, 1, 0xff);
  put_be (file, 1, marker);
  put_be (file, 2, length + 2);
}

static void
put_jpeg_start (GByteArray *file, guint8 frame)
{
  put_be (file, 2, 0xffd8);
  put_jpeg_segment (file, 0xe1, 6);
  put (file, "\xff\xd8\xff\xd9\xff\xd9", 6); /* a thumbnail */
  put_jpeg_segment (file, frame, 15);
  put_be (file, 1, 8);
  put_be (file, 2, HEIGHT);
  put_be (file, 2, WIDTH);
  put_be (file, 1, 3);
  put_fill (file, 1, 9);
}

static void
put_jpeg_scan (GByteArray *file, guint8 components)
{
  put_jpeg_segment (file, 0xda, 4u + 2u * components);
  put_be (file, 1, components);
  put_fill (file, 1, 3u + 2u * components);
  put (file,
       "abc\xff\x00"
       "def\xff\xd0"
       "ghi",
       13);
}

static void
make_jpeg (GByteArray *file)
{
  put_jpeg_start (file, 0xc0);
  put_jpeg_scan (file, 3);
  put_be (file, 2, 0xffd9);
}

static void
make_jpeg_of_scans (GByteArray *file)
{
  put_jpeg_start (file, 0xc2);
  put_jpeg_scan (file, 3);
  put_jpeg_segment (file, 0xc4, 8);
  put (file,
       "ab\xff\xd9"
       "cd\xff\xd9",
       8);
  put_jpeg_scan (file, 1);
  put_jpeg_scan (file, 1);
  put_be (file, 2, 0xffd9);
}

/* OpenEXR */

static void
put_exr_attribute (GByteArray *file, const char *name, const char *type, guint size)
{
  put (file, name, strlen (name) + 1);
  put (file, type, strlen (type) + 1);
  put_le (file, 4, size);
}

static void
put_exr_window (GByteArray *file, const char *name)
{
  put_exr_attribute (file, name, "box2i", 16);
  put_le (file, 4, (guint32) -3);
  put_le (file, 4, 7);
  put_le (file, 4, WIDTH - 4);
  put_le (file, 4, HEIGHT + 6);
}

static void
put_exr_header (GByteArray *file, guint8 compression, const char *channel)
{
  put_exr_attribute (file, "channels", "chlist", (guint) strlen (channel) + 18);
  put (file, channel, strlen (channel) + 1);
  put_fill (file, 0, 17);
  put_exr_attribute (file, "compression", "compression", 1);
  put_le (file, 1, compression);
  put_exr_window (file, "dataWindow");
  put_exr_window (file, "displayWindow");
}

/* Chunks from last to first, as several threads may write them. */
static void
put_exr_chunks (GByteArray *file, guint count, guint header_size)
{
  guint table = file->len;

  put_fill (file, 0, count * 8);
  for (guint i = count; i > 0; i--)
    {
      set_number (file, table + (i - 1) * 8, FALSE, 8, file->len);
      put_fill (file, 0, header_size - 4);
      put_le (file, 4, 10 + i);
      put_fill (file, 'x', 10 + i);
    }
}

static void
make_exr (GByteArray *file)
{
  put_le (file, 4, 0x01312f76);
  put_le (file, 4, 2);
  put_exr_header (file, 0, "R");
  put_le (file, 1, 0);
  put_exr_chunks (file, HEIGHT, 8);
}

static void
make_exr_zip (GByteArray *file)
{
  put_le (file, 4, 0x01312f76);
  put_le (file, 4, 2 | 0x400);
  put_exr_header (file, 3, "R");
  put_exr_attribute (file, "a name of more than thirty-one letters", "string", 4);
  put_text (file, "text");
  put_le (file, 1, 0);
  put_exr_chunks (file, 1, 8);
}

static void
make_exr_tiles (GByteArray *file, guint8 mode, guint count)
{
  put_le (file, 4, 0x01312f76);
  put_le (file, 4, 2 | 0x200);
  put_exr_header (file, 3, "R");
  put_exr_attribute (file, "tiles", "tiledesc", 9);
  put_le (file, 4, 4);
  put_le (file, 4, 2);
  put_le (file, 1, mode);
  put_le (file, 1, 0);
  put_exr_chunks (file, count, 20);
}

static void
make_exr_one_level (GByteArray *file)
{
  make_exr_tiles (file, 0, 3 * 3);
}

static void
make_exr_pyramid (GByteArray *file)
{
  /* 9 × 5, 4 × 2, 2 × 1, 1 × 1 */
  make_exr_tiles (file, 1, 3 * 3 + 1 + 1 + 1);
}

static void
make_exr_pyramid_up (GByteArray *file)
{
  /* 9 × 5, 5 × 3, 3 × 2, 2 × 1, 1 × 1 */
  make_exr_tiles (file, 0x11, 3 * 3 + 2 * 2 + 1 + 1 + 1);
}

static void
make_exr_scales (GByteArray *file)
{
  /* 9, 4, 2, 1 across with 5, 2, 1 down */
  make_exr_tiles (file, 2, (3 + 1 + 1 + 1) * (3 + 1 + 1));
}

static void
make_exr_layers (GByteArray *file)
{
  put_le (file, 4, 0x01312f76);
  put_le (file, 4, 2);
  put_exr_header (file, 2, "ViewLayer.Combined.R");
  put_exr_attribute (file, "BlenderMultiChannel", "string", 3);
  put_text (file, "yes");
  put_le (file, 1, 0);
  put_exr_chunks (file, HEIGHT, 8);
}

static void
make_exr_parts (GByteArray *file)
{
  put_le (file, 4, 0x01312f76);
  put_le (file, 4, 2 | 0x1000);
  for (guint i = 0; i < 2; i++)
    {
      put_exr_header (file, 2, "ViewLayer.Depth.Z");
      put_exr_attribute (file, "BlenderMultiChannel", "string", 3);
      put_text (file, "yes");
      put_exr_attribute (file, "type", "string", 13);
      put_text (file, "scanlineimage");
      put_exr_attribute (file, "chunkCount", "int", 4);
      put_le (file, 4, HEIGHT);
      put_le (file, 1, 0);
    }
  put_le (file, 1, 0);
  put_exr_chunks (file, 2 * HEIGHT, 12);
}

/* TIFF */

static void
put_tiff_entry (GByteArray *file,
                gboolean big_endian,
                guint size,
                guint tag,
                guint count,
                guint value)
{
  put_number (file, big_endian, 2, tag);
  put_number (file, big_endian, 2, 4);
  put_number (file, big_endian, size, count);
  /* A 32-bit number stands at the left of where eight bytes have room. */
  put_number (file, big_endian, 4, value);
  put_fill (file, 0, size - 4);
}

/* Three strips of two rows; returns where they are, to be filled in. */
static guint
put_tiff_directory (GByteArray *file, gboolean big_endian, guint size)
{
  guint strips = file->len + (size == 8 ? 8 : 2) + 5 * (4 + 2 * size) + size;

  put_number (file, big_endian, size == 8 ? 8 : 2, 5);
  put_tiff_entry (file, big_endian, size, 256, 1, WIDTH);
  put_tiff_entry (file, big_endian, size, 257, 1, HEIGHT);
  put_tiff_entry (file, big_endian, size, 273, 3, strips);
  put_tiff_entry (file, big_endian, size, 278, 1, 2);
  put_tiff_entry (file, big_endian, size, 279, 3, strips + 12);
  put_fill (file, 0, size);
  put_fill (file, 0, 24);
  return strips;
}

static void
put_tiff_strips (GByteArray *file, gboolean big_endian, guint offsets[3])
{
  for (guint i = 0; i < 3; i++)
    {
      offsets[i] = file->len;
      put_fill (file, 'x', 20 + i);
    }
}

static void
set_tiff_strips (GByteArray *file, gboolean big_endian, guint strips, const guint offsets[3])
{
  for (guint i = 0; i < 3; i++)
    {
      set_number (file, strips + i * 4, big_endian, 4, offsets[i]);
      set_number (file, strips + 12 + i * 4, big_endian, 4, 20 + i);
    }
}

static void
make_tiff_directory_first (GByteArray *file, gboolean big_endian, guint size)
{
  guint offsets[3], strips;

  put_text (file, big_endian ? "MM" : "II");
  put_number (file, big_endian, 2, size == 8 ? 43 : 42);
  if (size == 8)
    {
      put_number (file, big_endian, 2, 8);
      put_number (file, big_endian, 2, 0);
    }
  put_number (file, big_endian, size, size == 8 ? 16 : 8);
  strips = put_tiff_directory (file, big_endian, size);
  put_tiff_strips (file, big_endian, offsets);
  set_tiff_strips (file, big_endian, strips, offsets);
}

static void
make_tiff (GByteArray *file)
{
  make_tiff_directory_first (file, FALSE, 4);
}

static void
make_tiff_big_endian (GByteArray *file)
{
  make_tiff_directory_first (file, TRUE, 4);
}

static void
make_tiff_64 (GByteArray *file)
{
  make_tiff_directory_first (file, FALSE, 8);
}

static void
make_tiff_directory_last (GByteArray *file)
{
  guint offsets[3];

  put (file, "II\x2a\0\0\0\0\0", 8);
  put_tiff_strips (file, FALSE, offsets);
  set_number (file, 4, FALSE, 4, file->len);
  set_tiff_strips (file, FALSE, put_tiff_directory (file, FALSE, 4), offsets);
}

/* WebP */

static void
make_webp (GByteArray *file, const char *type, guint length, const void *start, guint start_length)
{
  put_text (file, "RIFF");
  put_le (file, 4, 4 + 8 + 10 + 8 + length + (length & 1));
  put_text (file, "WEBP");
  put_text (file, "VP8X");
  put_le (file, 4, 10);
  put_fill (file, 0, 4);
  put_le (file, 3, WIDTH - 1);
  put_le (file, 3, HEIGHT - 1);
  put_text (file, type);
  put_le (file, 4, length);
  put (file, start, start_length);
  put_fill (file, 0, length + (length & 1) - start_length);
}

static void
make_webp_lossy (GByteArray *file)
{
  static const guint8 start[10] = { 1, 2, 3, 0x9d, 1, 0x2a, WIDTH, 0, HEIGHT, 0x40 };

  make_webp (file, "VP8 ", 30, start, sizeof start);
}

static void
make_webp_lossless (GByteArray *file)
{
  guint8 start[5] = { 0x2f };
  guint32 sides = GUINT32_TO_LE ((HEIGHT - 1) << 14 | (WIDTH - 1));

  memcpy (start + 1, &sides, sizeof sides);
  make_webp (file, "VP8L", 33, start, sizeof start);
}

/* Targa */

static void
put_targa_header (GByteArray *file, guint8 type, guint8 depth)
{
  put_le (file, 1, 2);
  put_le (file, 1, 0);
  put_le (file, 1, type);
  put_fill (file, 0, 9);
  put_le (file, 2, WIDTH);
  put_le (file, 2, HEIGHT);
  put_le (file, 1, depth);
  put_le (file, 1, 0);
  put_text (file, "id");
}

static void
make_targa_raw (GByteArray *file)
{
  put_targa_header (file, 2, 24);
  put_fill (file, 'x', WIDTH * HEIGHT * 3);
}

static void
make_targa (GByteArray *file)
{
  put_targa_header (file, 10, 32);
  put_le (file, 1, 0x80 | 29); /* 30 alike, across rows */
  put_fill (file, 'x', 4);
  put_le (file, 1, 14); /* 15 of their own */
  put_fill (file, 'x', 15 * 4);
}

/* BMP */

static void
put_bmp (GByteArray *file, guint depth, gint32 height)
{
  guint row = (WIDTH * depth + 31) / 32 * 4;

  put_text (file, "BM");
  put_le (file, 4, 54 + row * HEIGHT);
  put_le (file, 4, 0);
  put_le (file, 4, 54);
  put_le (file, 4, 40);
  put_le (file, 4, WIDTH);
  put_le (file, 4, (guint32) height);
  put_le (file, 2, 1);
  put_le (file, 2, depth);
  put_fill (file, 0, 24);
  put_fill (file, 'x', row * HEIGHT);
}

static void
make_bmp (GByteArray *file)
{
  put_bmp (file, 24, HEIGHT);
}

static void
make_bmp_from_top (GByteArray *file)
{
  put_bmp (file, 1, -HEIGHT);
}

/* Radiance HDR */

static void
put_hdr_header (GByteArray *file)
{
  put_text (file, "#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n"
                  "COMMENT=a line that goes on and on and on and on and on and on and on and on\n\n"
                  "-Y 5 +X 9\n");
}

static void
make_hdr (GByteArray *file)
{
  put_hdr_header (file);
  for (guint y = 0; y < HEIGHT; y++)
    {
      put_be (file, 4, 0x02020000 | WIDTH);
      for (guint channel = 0; channel < 4; channel++)
        {
          put_be (file, 2, (128 + 6) << 8 | 'x');
          put_be (file, 4, 3 << 24);
        }
    }
}

static void
make_hdr_raw (GByteArray *file)
{
  put_hdr_header (file);
  put_fill (file, 'x', WIDTH * HEIGHT * 4);
}

/* DPX and Cineon */

static void
make_dpx_in_order (GByteArray *file, gboolean big_endian)
{
  put_fill (file, 0, 2048 + WIDTH * HEIGHT * 4);
  memcpy (file->data, big_endian ? "SDPX" : "XPDS", 4);
  set_number (file, 4, big_endian, 4, 2048);
  set_number (file, 16, big_endian, 4, file->len);
  set_number (file, 772, big_endian, 4, WIDTH);
  set_number (file, 776, big_endian, 4, HEIGHT);
  set_number (file, 800, big_endian, 1, 50);
  set_number (file, 803, big_endian, 1, 10);
}

static void
make_dpx (GByteArray *file)
{
  make_dpx_in_order (file, TRUE);
}

static void
make_dpx_little_endian (GByteArray *file)
{
  make_dpx_in_order (file, FALSE);
}

static void
make_cineon (GByteArray *file)
{
  put_fill (file, 0, 1024 + WIDTH * HEIGHT * 4);
  set_number (file, 0, TRUE, 4, 0x802a5fd7);
  set_number (file, 4, TRUE, 4, 1024);
  set_number (file, 20, TRUE, 4, file->len);
  set_number (file, 193, TRUE, 1, 3);
  set_number (file, 198, TRUE, 1, 10);
  set_number (file, 200, TRUE, 4, WIDTH);
  set_number (file, 204, TRUE, 4, HEIGHT);
}

/* IRIS */

static void
put_iris_header (GByteArray *file, gboolean packed)
{
  put_be (file, 2, 0x01da);
  put_be (file, 1, packed);
  put_be (file, 1, 1);
  put_be (file, 2, 3);
  put_be (file, 2, WIDTH);
  put_be (file, 2, HEIGHT);
  put_be (file, 2, 3);
  put_fill (file, 0, 500);
}

static void
make_iris (GByteArray *file)
{
  guint rows = HEIGHT * 3;

  put_iris_header (file, TRUE);
  put_fill (file, 0, rows * 8);
  for (guint i = 0; i < rows; i++)
    {
      set_number (file, 512 + i * 4, TRUE, 4, file->len);
      set_number (file, 512 + (rows + i) * 4, TRUE, 4, 3);
      put_fill (file, 'x', 3);
    }
}

static void
make_iris_raw (GByteArray *file)
{
  put_iris_header (file, FALSE);
  put_fill (file, 'x', WIDTH * HEIGHT * 3);
}

/* JPEG 2000 and AVIF */

static void
make_jpeg2000_stream (GByteArray *file)
{
  put_be (file, 4, 0xff4fff51);
  put_be (file, 2, 38 + 3);
  put_be (file, 2, 0);
  put_be (file, 4, WIDTH + 2);
  put_be (file, 4, HEIGHT + 1);
  put_be (file, 4, 2);
  put_be (file, 4, 1);
  put_fill (file, 1, 21);
  for (guint i = 0; i < 2; i++)
    {
      put_be (file, 4, 0xff90000a);
      put_be (file, 2, 0);
      put_be (file, 4, 12 + 10);
      put_be (file, 2, 0);
      put_be (file, 4, 0xff93ffd9);
      put_be (file, 4, 0xffd9ffd9);
      put_be (file, 2, 0xffd9);
    }
  put_be (file, 2, 0xffd9);
}

static void
make_jpeg2000 (GByteArray *file)
{
  guint box;

  put (file, "\0\0\0\x0cjP  \r\n\x87\n", 12);
  put (file,
       "\0\0\0\x14"
       "ftypjp2 \0\0\0\0jp2 ",
       20);
  box = file->len;
  put (file, "\0\0\0\0jp2c", 8);
  make_jpeg2000_stream (file);
  set_number (file, box, TRUE, 4, file->len - box);
}

static void
make_avif (GByteArray *file)
{
  put (file,
       "\0\0\0\x14"
       "ftypavif\0\0\0\0mif1",
       20);
  put_be (file, 4, 12 + 8 + 8 + 20 + 20);
  put (file, "meta\0\0\0\0", 8);
  put_be (file, 4, 8 + 8 + 20 + 20);
  put_text (file, "iprp");
  put_be (file, 4, 8 + 20 + 20);
  put_text (file, "ipco");
  for (guint i = 1; i <= 2; i++) /* a thumbnail, and the picture */
    {
      put_be (file, 4, 20);
      put (file, "ispe\0\0\0\0", 8);
      put_be (file, 4, i == 1 ? 1 : WIDTH);
      put_be (file, 4, i == 1 ? 1 : HEIGHT);
    }
  put_be (file, 4, 8 + 30);
  put_text (file, "mdat");
  put_fill (file, 'x', 30);
}

/* All of them */

typedef struct
{
  const char *name;
  const char *format;
  void (*make) (GByteArray *file);
} Picture;

static const Picture pictures[] = {
  { "png", "PNG", make_png },
  { "png-pieces", "PNG", make_png_of_pieces },
  { "png-odd-pieces", "PNG", make_png_of_odd_pieces },
  { "png-false-end", "PNG", make_png_with_false_end },
  { "jpeg", "JPEG", make_jpeg },
  { "jpeg-scans", "JPEG", make_jpeg_of_scans },
  { "exr", "OPEN_EXR", make_exr },
  { "exr-zip", "OPEN_EXR", make_exr_zip },
  { "exr-tiles", "OPEN_EXR", make_exr_one_level },
  { "exr-pyramid", "OPEN_EXR", make_exr_pyramid },
  { "exr-pyramid-up", "OPEN_EXR", make_exr_pyramid_up },
  { "exr-scales", "OPEN_EXR", make_exr_scales },
  { "exr-layers", "OPEN_EXR_MULTILAYER", make_exr_layers },
  { "exr-parts", "OPEN_EXR_MULTILAYER", make_exr_parts },
  { "tiff", "TIFF", make_tiff },
  { "tiff-big-endian", "TIFF", make_tiff_big_endian },
  { "tiff-64", "TIFF", make_tiff_64 },
  { "tiff-directory-last", "TIFF", make_tiff_directory_last },
  { "webp-lossy", "WEBP", make_webp_lossy },
  { "webp-lossless", "WEBP", make_webp_lossless },
  { "avif", "AVIF", make_avif },
  { "targa", "TARGA", make_targa },
  { "targa-raw", "TARGA_RAW", make_targa_raw },
  { "bmp", "BMP", make_bmp },
  { "bmp-from-top", "BMP", make_bmp_from_top },
  { "hdr", "HDR", make_hdr },
  { "hdr-raw", "HDR", make_hdr_raw },
  { "dpx", "DPX", make_dpx },
  { "dpx-little-endian", "DPX", make_dpx_little_endian },
  { "cineon", "CINEON", make_cineon },
  { "jpeg2000", "JPEG2000", make_jpeg2000 },
  { "jpeg2000-stream", "JPEG2000", make_jpeg2000_stream },
  { "iris", "IRIS", make_iris },
  { "iris-raw", "IRIS", make_iris_raw },
};

static GByteArray *
picture_new (const Picture *picture)
{
  GByteArray *file = g_byte_array_new ();

  picture->make (file);
  return file;
}

/* Checks the first @length bytes, in a block of their own so that a memory
 * checker notices a look past their end. */
static gboolean
check (const Picture *picture, const GByteArray *file, guint length, GError **error)
{
  g_autofree guint8 *block = g_memdup2 (file->data, length);

  return rushes_picture_check_bytes (rushes_picture_format_find (picture->format), block, length,
                                     WIDTH, HEIGHT, error);
}

static void
test_whole (gconstpointer data)
{
  g_autoptr (GByteArray) file = picture_new (data);
  g_autoptr (GError) error = NULL;

  g_assert_true (check (data, file, file->len, &error));
  g_assert_no_error (error);
}

static void
test_truncated (gconstpointer data)
{
  g_autoptr (GByteArray) file = picture_new (data);

  for (guint length = 0; length < file->len; length++)
    {
      g_autoptr (GError) error = NULL;

      if (check (data, file, length, &error))
        g_error ("%u bytes of %u passed", length, file->len);
      g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_BAD_PICTURE);
    }
}

static void
test_wrong_size (gconstpointer data)
{
  const Picture *picture = data;
  const RushesPictureFormat *format = rushes_picture_format_find (picture->format);
  g_autoptr (GByteArray) file = picture_new (picture);
  const guint sizes[][2] = { { WIDTH + 1, HEIGHT }, { WIDTH, HEIGHT - 1 }, { HEIGHT, WIDTH } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (rushes_picture_check_bytes (format, file->data, file->len, sizes[i][0],
                                                  sizes[i][1], &error));
      g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_BAD_PICTURE);
    }
  g_assert_true (rushes_picture_check_bytes (format, file->data, file->len, 0, 0, NULL));
  g_assert_true (rushes_picture_check_bytes (format, file->data, file->len, WIDTH, 0, NULL));
  g_assert_true (rushes_picture_check_bytes (format, file->data, file->len, 0, HEIGHT, NULL));
}

static void
test_wrong_format (gconstpointer data)
{
  const Picture *picture = data;
  g_autoptr (GByteArray) file = picture_new (picture);

  for (guint i = 0; i < G_N_ELEMENTS (pictures); i++)
    {
      const RushesPictureFormat *format = rushes_picture_format_find (pictures[i].format);
      g_autoptr (GError) error = NULL;

      if (g_str_equal (pictures[i].format, picture->format) ||
          (g_str_equal (picture->format, "TARGA_RAW") && g_str_equal (pictures[i].format, "TARGA")))
        continue; /* Blender writes grey TARGA ones raw. */
      g_assert_false (rushes_picture_check_bytes (format, file->data, file->len, 0, 0, &error));
      g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_BAD_PICTURE);
    }
}

/* Whatever one byte is changed to, the answer is one or the other. */
static void
test_damaged (gconstpointer data)
{
  static const guint8 values[] = { 0, 1, 0x7f, 0x80, 0xff };
  g_autoptr (GByteArray) file = picture_new (data);

  for (guint i = 0; i < file->len; i++)
    {
      guint8 kept = file->data[i];

      for (guint j = 0; j < G_N_ELEMENTS (values); j++)
        {
          g_autoptr (GError) error = NULL;

          file->data[i] = values[j];
          if (!check (data, file, file->len, &error))
            g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_BAD_PICTURE);
        }
      file->data[i] = kept;
    }
}

/* The same through a file, whole and cut, read piece by piece. */
static void
test_on_disk (gconstpointer data)
{
  const Picture *picture = data;
  const RushesPictureFormat *format = rushes_picture_format_find (picture->format);
  g_autoptr (GByteArray) file = picture_new (picture);
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  int fd = g_file_open_tmp ("rushes-picture-XXXXXX", &path, &error);

  g_assert_no_error (error);
  g_assert_true (g_close (fd, NULL));
  g_assert_true (g_file_set_contents (path, (char *) file->data, file->len, NULL));
  g_assert_true (rushes_picture_check (format, path, WIDTH, HEIGHT, &error));
  g_assert_no_error (error);

  g_assert_true (g_file_set_contents (path, (char *) file->data, file->len - 1, NULL));
  g_assert_false (rushes_picture_check (format, path, WIDTH, HEIGHT, &error));
  g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_BAD_PICTURE);
  g_assert_cmpint (g_unlink (path), ==, 0);
}

/* What newer Blenders put behind a Targa's pixels. */
static void
test_targa_footer (void)
{
  const Picture picture = { "targa", "TARGA", make_targa };
  g_autoptr (GByteArray) file = picture_new (&picture);
  guint pixels_end = file->len;

  put_fill (file, 0, 495 + 8);
  put (file, "TRUEVISION-XFILE.", 18);

  g_assert_true (check (&picture, file, file->len, NULL));
  for (guint length = 0; length < file->len; length++)
    if (length != pixels_end)
      g_assert_false (check (&picture, file, length, NULL));
}

/* Space may have been set aside and never written. */
static void
test_not_written (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (pictures); i++)
    {
      g_autoptr (GByteArray) file = picture_new (&pictures[i]);

      memset (file->data, 0, file->len);
      g_assert_false (check (&pictures[i], file, file->len, NULL));
    }
}

static void
test_after_the_end (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (pictures); i++)
    {
      g_autoptr (GByteArray) file = picture_new (&pictures[i]);

      if (g_str_equal (pictures[i].format, "TIFF"))
        continue; /* may have gaps anywhere */
      put_fill (file, 'x', 100);
      g_assert_false (check (&pictures[i], file, file->len, NULL));
    }
}

static void
test_exr_lines_missing (void)
{
  const Picture picture = { "exr", "OPEN_EXR", make_exr };
  g_autoptr (GByteArray) file = picture_new (&picture);
  guint chunks = HEIGHT * (8 + 10) + HEIGHT * (HEIGHT + 1) / 2;
  guint table = file->len - chunks - HEIGHT * 8;

  for (guint i = 0; i < HEIGHT; i++)
    {
      guint8 kept[8];

      memcpy (kept, file->data + table + i * 8, sizeof kept);
      memset (file->data + table + i * 8, 0, sizeof kept);
      g_assert_false (check (&picture, file, file->len, NULL));
      memcpy (file->data + table + i * 8, kept, sizeof kept);
    }
  g_assert_true (check (&picture, file, file->len, NULL));
}

static void
test_messages (void)
{
  const RushesPictureFormat *format = rushes_picture_format_find ("bmp");
  const Picture picture = { "bmp", "BMP", make_bmp };
  g_autoptr (GByteArray) file = picture_new (&picture);
  g_autoptr (GError) cut = NULL;
  g_autoptr (GError) empty = NULL;
  g_autoptr (GError) size = NULL;
  g_autoptr (GError) other = NULL;

  rushes_picture_check_bytes (format, file->data, 100, 0, 0, &cut);
  g_assert_cmpstr (cut->message, ==, "The picture is cut short: 100 bytes of 194");
  rushes_picture_check_bytes (format, NULL, 0, 0, 0, &empty);
  g_assert_cmpstr (empty->message, ==, "The picture is an empty file");
  rushes_picture_check_bytes (format, file->data, file->len, 0, 7, &size);
  g_assert_cmpstr (size->message, ==, "The picture is 9 × 5 pixels, not 9 × 7");
  rushes_picture_check_bytes (format, (const guint8 *) "GIF89a", 6, 0, 0, &other);
  g_assert_cmpstr (other->message, ==, "The file is not a picture in the format BMP");
}

static void
test_not_a_file (void)
{
  const RushesPictureFormat *format = rushes_picture_format_find ("PNG");
  g_autofree char *folder = g_dir_make_tmp ("rushes-picture-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "frame_000001.png", NULL);
  g_autoptr (GError) missing = NULL;
  g_autoptr (GError) pipe = NULL;
  g_autoptr (GError) directory = NULL;

  g_assert_nonnull (folder);
  g_assert_false (rushes_picture_check (format, path, 0, 0, &missing));
  g_assert_error (missing, RUSHES_ERROR, RUSHES_ERROR_MISSING_FILE);

  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  g_assert_false (rushes_picture_check (format, path, 0, 0, &pipe));
  g_assert_error (pipe, RUSHES_ERROR, RUSHES_ERROR_BAD_PICTURE);

  g_assert_false (rushes_picture_check (format, folder, 0, 0, &directory));
  g_assert_error (directory, RUSHES_ERROR, RUSHES_ERROR_BAD_PICTURE);

  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
test_formats (void)
{
  static const char *const expected[][3] = {
    { "png", "PNG", ".png" },
    { "Exr", "OPEN_EXR", ".exr" },
    { "open_exr", "OPEN_EXR", ".exr" },
    { "exr-multilayer", "OPEN_EXR_MULTILAYER", ".exr" },
    { "JPG", "JPEG", ".jpg" },
    { "jpeg", "JPEG", ".jpg" },
    { "tif", "TIFF", ".tif" },
    { "tga", "TARGA", ".tga" },
    { "TARGA_RAW", "TARGA_RAW", ".tga" },
    { "jp2", "JPEG2000", ".jp2" },
  };
  g_autofree char *list = rushes_picture_format_list ();
  g_auto (GStrv) names = g_strsplit (list, ", ", -1);

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      const RushesPictureFormat *format = rushes_picture_format_find (expected[i][0]);

      g_assert_nonnull (format);
      g_assert_cmpstr (rushes_picture_format_get_id (format), ==, expected[i][1]);
      g_assert_cmpstr (rushes_picture_format_get_extension (format), ==, expected[i][2]);
    }
  g_assert_null (rushes_picture_format_find ("gif"));
  g_assert_null (rushes_picture_format_find (""));

  g_assert_true (g_strv_contains ((const char *const *) names, "png"));
  g_assert_true (g_strv_contains ((const char *const *) names, "exr-multilayer"));
  for (guint i = 0; names[i] != NULL; i++)
    g_assert_nonnull (rushes_picture_format_find (names[i]));
}

static void
add_tests (const char *what, void (*test) (gconstpointer data))
{
  for (guint i = 0; i < G_N_ELEMENTS (pictures); i++)
    {
      g_autofree char *path = g_strdup_printf ("/picture/%s/%s", what, pictures[i].name);

      g_test_add_data_func (path, &pictures[i], test);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add_tests ("whole", test_whole);
  add_tests ("truncated", test_truncated);
  add_tests ("wrong-size", test_wrong_size);
  add_tests ("wrong-format", test_wrong_format);
  add_tests ("damaged", test_damaged);
  add_tests ("on-disk", test_on_disk);
  g_test_add_func ("/picture/targa-footer", test_targa_footer);
  g_test_add_func ("/picture/not-written", test_not_written);
  g_test_add_func ("/picture/after-the-end", test_after_the_end);
  g_test_add_func ("/picture/exr-lines-missing", test_exr_lines_missing);
  g_test_add_func ("/picture/messages", test_messages);
  g_test_add_func ("/picture/not-a-file", test_not_a_file);
  g_test_add_func ("/picture/formats", test_formats);

  return g_test_run ();
}
