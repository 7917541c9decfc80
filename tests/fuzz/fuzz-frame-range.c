/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-error.h"
#include "rushes-frame-range.h"

int LLVMFuzzerTestOneInput (const unsigned char *data, size_t size);

/* What can be read can be written, and read again as the same frames. */
int
LLVMFuzzerTestOneInput (const unsigned char *data, size_t size)
{
  g_autofree char *text = g_strndup (size > 0 ? (const char *) data : "", size);
  g_autoptr (GError) error = NULL;
  g_autoptr (RushesFrameRange) range = rushes_frame_range_parse (text, &error);
  g_autoptr (RushesFrameRange) again = NULL;
  g_autofree char *written = NULL;
  g_autofree char *written_again = NULL;
  guint length, step;

  if (range == NULL)
    {
      g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID);
      return 0;
    }

  g_assert_no_error (error);
  written = rushes_frame_range_to_string (range);
  again = rushes_frame_range_parse (written, &error);
  g_assert_no_error (error);
  written_again = rushes_frame_range_to_string (again);
  g_assert_cmpstr (written_again, ==, written);

  length = rushes_frame_range_get_length (range);
  g_assert_cmpuint (length, >, 0);
  g_assert_cmpuint (length, ==, rushes_frame_range_get_length (again));
  /* Up to a thousand of them. */
  step = length / 1000 + 1;
  for (guint i = 0; i < length; i += step)
    {
      guint frame = rushes_frame_range_get_frame (range, i);
      guint index;

      g_assert_cmpuint (frame, <=, RUSHES_FRAME_MAX);
      g_assert_cmpuint (frame, ==, rushes_frame_range_get_frame (again, i));
      g_assert_true (rushes_frame_range_find (again, frame, &index));
      g_assert_cmpuint (index, ==, i);
    }
  return 0;
}
