/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-error.h"
#include "rushes-settings.h"

int LLVMFuzzerTestOneInput (const unsigned char *data, size_t size);

/* JSON that is taken as settings comes out as JSON of the same settings. */
int
LLVMFuzzerTestOneInput (const unsigned char *data, size_t size)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (RushesSettings) settings = NULL;
  g_autoptr (RushesSettings) again = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (JsonNode) node_again = NULL;
  g_autoptr (JsonNode) parsed = NULL;
  g_autofree char *text = NULL;
  g_autofree char *text_again = NULL;
  g_autofree char *pixels = NULL;
  g_autofree char *pixels_again = NULL;

  if (size == 0 || !json_parser_load_from_data (parser, (const char *) data, (gssize) size, NULL) ||
      json_parser_get_root (parser) == NULL)
    return 0;

  settings = rushes_settings_from_json (json_parser_get_root (parser), &error);
  if (settings == NULL)
    {
      g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID);
      return 0;
    }

  g_assert_no_error (error);
  node = rushes_settings_to_json (settings);
  text = json_to_string (node, FALSE);
  parsed = json_from_string (text, &error);
  g_assert_no_error (error);
  again = rushes_settings_from_json (parsed, &error);
  g_assert_no_error (error);
  node_again = rushes_settings_to_json (again);
  text_again = json_to_string (node_again, FALSE);
  g_assert_cmpstr (text_again, ==, text);

  pixels = rushes_settings_describe_pixels (settings);
  pixels_again = rushes_settings_describe_pixels (again);
  g_assert_cmpstr (pixels_again, ==, pixels);
  return 0;
}
