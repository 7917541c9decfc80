/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-error.h"
#include "rushes-json.h"
#include "rushes-report.h"
#include "test-utils.h"

int LLVMFuzzerTestOneInput (const unsigned char *data, size_t size);

/* JSON that is taken as a report comes out as JSON of the same report, and what
 * it plans lies on Blender's timeline. */
int
LLVMFuzzerTestOneInput (const unsigned char *data, size_t size)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (RushesSettings) settings = rushes_settings_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (RushesReport) report = NULL;
  g_autoptr (RushesReport) again = NULL;
  g_autoptr (RushesFrameRange) range = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (JsonNode) node_again = NULL;
  g_autoptr (JsonNode) parsed = NULL;
  g_autofree char *text = NULL;
  g_autofree char *text_again = NULL;

  if (size == 0 || !rushes_test_is_sound_json (data, size) ||
      !rushes_json_is_flat ((const char *) data, size) ||
      !json_parser_load_from_data (parser, (const char *) data, (gssize) size, NULL) ||
      json_parser_get_root (parser) == NULL)
    return 0;

  report = rushes_report_from_json (json_parser_get_root (parser));
  if (report == NULL)
    return 0;

  g_assert_nonnull (report->engine);
  g_assert_nonnull (report->format);
  g_assert_cmpuint (report->step, >, 0);
  g_assert_cmpfloat (report->fps, >, 0);
  node = rushes_report_to_json (report);
  text = json_to_string (node, FALSE);
  parsed = json_from_string (text, &error);
  g_assert_no_error (error);
  again = rushes_report_from_json (parsed);
  g_assert_nonnull (again);
  node_again = rushes_report_to_json (again);
  text_again = json_to_string (node_again, FALSE);
  g_assert_cmpstr (text_again, ==, text);

  g_object_set (settings, "keyframe-scale", 5.0, NULL);
  range = rushes_report_plan (report, settings, &error);
  if (range == NULL)
    g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_OUT_OF_RANGE);
  else
    {
      guint length = rushes_frame_range_get_length (range);

      g_assert_cmpuint (length, >, 0);
      g_assert_cmpuint (rushes_frame_range_get_frame (range, length - 1), <=, RUSHES_FRAME_MAX);
    }
  return 0;
}
