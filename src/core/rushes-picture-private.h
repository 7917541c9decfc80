/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Sixteen times what Blender renders; products of two sides cannot overflow. */
#define RUSHES_MAX_SIDE (1u << 20)

/* As much as one read may ask for. */
#define RUSHES_READER_WINDOW 4096

/* The way all formats are read: bytes at an offset, of a file or of memory,
 * never past the end. A check that cannot go on returns FALSE; the reader knows
 * why, so that checks need not pass errors around. */
typedef struct
{
  int fd;             /* -1 for memory */
  const guint8 *data; /* (unowned) NULL for a file */
  guint64 size;

  const char *format; /* (unowned) Blender's id, for messages */
  GError *error;      /* (owned) (nullable) the first thing that was wrong */

  guint64 width; /* of the picture, once the check has found it */
  guint64 height;

  guint64 window_start;
  gsize window_length;
  guint8 window[RUSHES_READER_WINDOW];
} RushesReader;

const guint8 *rushes_reader_get_bytes (RushesReader *self, guint64 offset, gsize length);
gboolean rushes_reader_get_be (RushesReader *self, guint64 offset, guint bytes, guint64 *value);
gboolean rushes_reader_get_le (RushesReader *self, guint64 offset, guint bytes, guint64 *value);
gboolean rushes_reader_has (RushesReader *self, guint64 offset, guint64 length);

gboolean rushes_reader_starts_with (RushesReader *self, const void *magic, gsize length);
gboolean rushes_reader_ends_at (RushesReader *self, guint64 end);
gboolean rushes_reader_take_size (RushesReader *self, guint64 width, guint64 height);

gboolean rushes_reader_cut_short (RushesReader *self);
gboolean rushes_reader_damaged (RushesReader *self);
gboolean rushes_reader_other_format (RushesReader *self);

static inline guint64
rushes_div_round_up (guint64 value, guint64 by)
{
  return value / by + (value % by != 0);
}

/* The checks, one a format. Each returns TRUE if the picture is whole. Every loop in
 * them either moves on in the file or counts down to a limit, and nothing is
 * allocated by a number from a file without that many bytes being in it. */
gboolean rushes_picture_check_avif (RushesReader *reader);
gboolean rushes_picture_check_bmp (RushesReader *reader);
gboolean rushes_picture_check_cineon (RushesReader *reader);
gboolean rushes_picture_check_dpx (RushesReader *reader);
gboolean rushes_picture_check_exr (RushesReader *reader);
gboolean rushes_picture_check_exr_multilayer (RushesReader *reader);
gboolean rushes_picture_check_hdr (RushesReader *reader);
gboolean rushes_picture_check_iris (RushesReader *reader);
gboolean rushes_picture_check_jpeg (RushesReader *reader);
gboolean rushes_picture_check_jpeg2000 (RushesReader *reader);
gboolean rushes_picture_check_png (RushesReader *reader);
gboolean rushes_picture_check_targa (RushesReader *reader);
gboolean rushes_picture_check_targa_raw (RushesReader *reader);
gboolean rushes_picture_check_tiff (RushesReader *reader);
gboolean rushes_picture_check_webp (RushesReader *reader);

G_END_DECLS
