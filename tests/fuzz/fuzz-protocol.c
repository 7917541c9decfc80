/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-error.h"
#include "rushes-info.h"
#include "rushes-picture.h"
#include "test-utils.h"

int LLVMFuzzerTestOneInput (const unsigned char *data, size_t size);

/* A client's reply: either refused with a reason, or information that makes
 * sense and that a manifest can hold. */
int
LLVMFuzzerTestOneInput (const unsigned char *data, size_t size)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (RushesInfo) info = NULL;
  g_autoptr (RushesInfo) again = NULL;
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonNode) parsed = NULL;
  g_autofree char *text = NULL;

  if (size == 0 || !rushes_test_is_sound_json (data, size))
    return 0;
  reply = json_gvariant_deserialize_data ((const char *) data, (gssize) size, NULL, NULL);
  if (reply == NULL)
    return 0;
  g_variant_ref_sink (reply);
  if (!g_variant_is_of_type (reply, G_VARIANT_TYPE_VARDICT))
    return 0;

  info = rushes_info_from_reply ("3.4.1", reply, &error);
  if (info == NULL)
    {
      g_assert_nonnull (error);
      g_assert_true (error->domain == RUSHES_ERROR);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return 0;
    }

  g_assert_no_error (error);
  g_assert_cmpuint (info->start, <=, info->end);
  g_assert_cmpuint (info->step, >, 0);
  g_assert_nonnull (rushes_picture_format_find (info->format));
  g_assert_null (strchr (info->extension, '/'));

  json_node_take_object (node, json_object_new ());
  rushes_info_to_json (info, json_node_get_object (node));
  text = json_to_string (node, FALSE);
  parsed = json_from_string (text, &error);
  g_assert_no_error (error);
  again = rushes_info_from_json (json_node_get_object (parsed));
  g_assert_nonnull (again);
  g_assert_cmpstr (again->engine, ==, info->engine);
  g_assert_cmpstr (again->extension, ==, info->extension);
  g_assert_cmpuint (again->width, ==, info->width);
  g_assert_cmpuint (again->height, ==, info->height);
  g_assert_cmpuint (again->start, ==, info->start);
  g_assert_cmpuint (again->end, ==, info->end);
  g_assert_cmpuint (again->step, ==, info->step);
  g_assert_cmpfloat (again->fps, ==, info->fps);
  return 0;
}
