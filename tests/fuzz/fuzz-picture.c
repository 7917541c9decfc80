/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-error.h"
#include "rushes-picture.h"

int LLVMFuzzerTestOneInput (const unsigned char *data, size_t size);

/* The first byte chooses the format, the rest is the file. */
int
LLVMFuzzerTestOneInput (const unsigned char *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *list = rushes_picture_format_list ();
  g_auto (GStrv) names = g_strsplit (list, ", ", -1);
  const RushesPictureFormat *format;

  if (size == 0)
    return 0;

  format = rushes_picture_format_find (names[data[0] % g_strv_length (names)]);
  if (rushes_picture_check_bytes (format, data + 1, size - 1, 0, 0, &error))
    g_assert_no_error (error);
  else
    g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_BAD_PICTURE);
  return 0;
}
