/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* More brackets than anything of ours has. */
#define RUSHES_JSON_MAX_BRACKETS 10000

/* json-glib's parser calls itself for every bracket: a text that is nothing but
 * brackets would overrun the stack. */
static inline gboolean
rushes_json_is_flat (const char *text, gsize size)
{
  guint n_brackets = 0;

  for (gsize i = 0; i < size; i++)
    n_brackets += text[i] == '[' || text[i] == '{';
  return n_brackets <= RUSHES_JSON_MAX_BRACKETS;
}

/* From "\\377", and from "\\u" before anything but a character of its own,
 * json-glib makes strings that are no UTF-8. Nobody writes such things. */
static inline gboolean
rushes_json_is_sound (const char *text, gsize size)
{
  for (gsize i = 0; i + 1 < size; i++)
    {
      if (text[i] != '\\')
        continue;
      i++;
      if (g_ascii_isdigit (text[i]))
        return FALSE;
      if (text[i] != 'u')
        continue;
      if (i + 4 >= size || g_ascii_tolower (text[i + 1]) == 'd')
        return FALSE;
      for (gsize j = i + 1; j <= i + 4; j++)
        if (!g_ascii_isxdigit (text[j]))
          return FALSE;
    }
  return TRUE;
}

/* Members of objects that come from elsewhere: one of another kind counts as
 * missing, where json-glib would call it a programmer's mistake. */

static inline JsonNode *
rushes_json_get_value (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? node : NULL;
}

static inline const char *
rushes_json_get_string (JsonObject *object, const char *name)
{
  JsonNode *node = rushes_json_get_value (object, name);

  return node != NULL ? json_node_get_string (node) : NULL;
}

static inline gint64
rushes_json_get_int (JsonObject *object, const char *name, gint64 fallback)
{
  JsonNode *node = rushes_json_get_value (object, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_INT64 ? json_node_get_int (node)
                                                                         : fallback;
}

/* JSON does not tell 1 from 1.0, but json-glib does. */
static inline double
rushes_json_get_double (JsonObject *object, const char *name, double fallback)
{
  JsonNode *node = rushes_json_get_value (object, name);
  GType type = node != NULL ? json_node_get_value_type (node) : G_TYPE_INVALID;

  return type == G_TYPE_DOUBLE || type == G_TYPE_INT64 ? json_node_get_double (node) : fallback;
}

static inline JsonObject *
rushes_json_get_object (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

G_END_DECLS
