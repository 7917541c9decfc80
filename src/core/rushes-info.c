/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>

#include <glib/gi18n-lib.h>

#include "rushes-error.h"
#include "rushes-frame-range.h"
#include "rushes-info.h"
#include "rushes-json.h"
#include "rushes-picture.h"

/* 0 is "not known". What is smaller or larger than any film's, infinite or not a
 * number, json-glib writes in ways that it cannot read. */
static gboolean
is_frame_rate (double fps)
{
  return (fps >= 1e-6 && fps <= 1e6) || fpclassify (fps) == FP_ZERO;
}

static gboolean
is_sane (const RushesInfo *self)
{
  return self->blender != NULL && self->engine != NULL && self->format != NULL &&
         self->extension != NULL && self->extension[0] == '.' &&
         strchr (self->extension, '/') == NULL && self->start <= self->end &&
         self->end <= RUSHES_FRAME_MAX && self->step > 0 && is_frame_rate (self->fps);
}

/* The replies come from a program: a number outside its range is a 0, which
 * is_sane() or the picture check then judges. */
static guint
lookup_uint (GVariant *dict, const char *key)
{
  gint64 value = 0;

  if (!g_variant_lookup (dict, key, "x", &value) || value < 0 || value > G_MAXUINT)
    return 0;
  return (guint) value;
}

/* Whoever says nothing of outputs writes frames. */
static gboolean
take_kinds (RushesInfo *self, JsonNode *outputs)
{
  const RushesPictureFormat *format = rushes_picture_format_find (self->format);

  if (outputs != NULL)
    {
      self->kinds = rushes_file_kinds_from_json (outputs);
      return self->kinds != NULL;
    }
  if (format == NULL || !rushes_picture_is_extension (self->extension))
    return FALSE;
  self->kinds = g_ptr_array_new_with_free_func ((GDestroyNotify) rushes_file_kind_unref);
  g_ptr_array_add (self->kinds, rushes_file_kind_new_frames (format, self->extension, self->width,
                                                             self->height));
  return TRUE;
}

/**
 * rushes_info_from_reply:
 * @blender: the client's version
 * @reply: what the verbs that load a scene answered, merged, a{sv}
 * @error: return location for a #GError
 *
 * Returns: (transfer full) (nullable): what they say, or %NULL with
 *   %RUSHES_ERROR_PROTOCOL or %RUSHES_ERROR_UNSUPPORTED
 */
RushesInfo *
rushes_info_from_reply (const char *blender, GVariant *reply, GError **error)
{
  g_autoptr (RushesInfo) self = g_new0 (RushesInfo, 1);
  g_autoptr (GVariant) fps = NULL;
  g_autoptr (GVariant) outputs = NULL;
  g_autoptr (JsonNode) outputs_node = NULL;
  gint64 start = -1, end = -1;

  g_return_val_if_fail (reply != NULL, NULL);

  self->blender = g_strdup (blender != NULL ? blender : "?");
  g_variant_lookup (reply, "engine", "s", &self->engine);
  g_variant_lookup (reply, "format", "s", &self->format);
  g_variant_lookup (reply, "extension", "s", &self->extension);
  g_variant_lookup (reply, "warnings", "^as", &self->warnings);
  g_variant_lookup (reply, "start", "x", &start);
  g_variant_lookup (reply, "end", "x", &end);
  self->width = lookup_uint (reply, "width");
  self->height = lookup_uint (reply, "height");
  self->step = lookup_uint (reply, "step");

  fps = g_variant_lookup_value (reply, "fps", G_VARIANT_TYPE_DOUBLE);
  self->fps = fps != NULL ? g_variant_get_double (fps) : (double) lookup_uint (reply, "fps");

  if (start < 0 || end < start || end > RUSHES_FRAME_MAX)
    {
      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_OUT_OF_RANGE,
                   _ ("The scene’s frames %.0f to %.0f cannot be rendered; they must rise and lie "
                      "between %d and %d"),
                   (double) start, (double) end, RUSHES_FRAME_MIN, RUSHES_FRAME_MAX);
      return NULL;
    }
  self->start = (guint) start;
  self->end = (guint) end;

  if (!is_sane (self))
    {
      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_PROTOCOL,
                   _ ("Blender's answer makes no sense; an add-on may disturb it"));
      return NULL;
    }
  if (rushes_picture_format_find (self->format) == NULL)
    {
      g_autofree char *known = rushes_picture_format_list ();

      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_UNSUPPORTED,
                   _ ("The scene writes %s, which cannot be checked; choose a format of %s"),
                   self->format, known);
      return NULL;
    }

  outputs = g_variant_lookup_value (reply, "outputs", NULL);
  if (outputs != NULL)
    outputs_node = json_gvariant_serialize (outputs);
  if (!take_kinds (self, outputs_node))
    {
      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_PROTOCOL,
                   _ ("Blender's answer makes no sense; an add-on may disturb it"));
      return NULL;
    }

  return g_steal_pointer (&self);
}

/**
 * rushes_info_from_json:
 * @object: what rushes_info_to_json() wrote, or anything else
 *
 * Returns: (transfer full) (nullable): the information, or %NULL when it is not
 *   all there
 */
RushesInfo *
rushes_info_from_json (JsonObject *object)
{
  g_autoptr (RushesInfo) self = g_new0 (RushesInfo, 1);
  const char *numbers[] = { "start", "end", "step", "width", "height" };
  guint *targets[] = { &self->start, &self->end, &self->step, &self->width, &self->height };
  JsonNode *fps;

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      gint64 value = rushes_json_get_int (object, numbers[i], -1);

      if (value < 0 || value > G_MAXUINT)
        return NULL;
      *targets[i] = (guint) value;
    }
  self->blender = g_strdup (rushes_json_get_string (object, "blender"));
  self->engine = g_strdup (rushes_json_get_string (object, "engine"));
  self->format = g_strdup (rushes_json_get_string (object, "format"));
  self->extension = g_strdup (rushes_json_get_string (object, "extension"));
  fps = rushes_json_get_value (object, "fps");
  self->fps = fps != NULL ? json_node_get_double (fps) : 0;

  if (!is_sane (self) || rushes_picture_format_find (self->format) == NULL ||
      !take_kinds (self, json_object_get_member (object, "outputs")))
    return NULL;

  return g_steal_pointer (&self);
}

/**
 * rushes_info_to_json:
 * @self: the information
 * @object: gets a member for each field but the warnings
 */
void
rushes_info_to_json (const RushesInfo *self, JsonObject *object)
{
  json_object_set_string_member (object, "blender", self->blender);
  json_object_set_string_member (object, "engine", self->engine);
  json_object_set_string_member (object, "format", self->format);
  json_object_set_string_member (object, "extension", self->extension);
  json_object_set_int_member (object, "width", self->width);
  json_object_set_int_member (object, "height", self->height);
  json_object_set_int_member (object, "start", self->start);
  json_object_set_int_member (object, "end", self->end);
  json_object_set_int_member (object, "step", self->step);
  json_object_set_double_member (object, "fps", self->fps);
  json_object_set_member (object, "outputs", rushes_file_kinds_to_json (self->kinds));
}

/**
 * rushes_info_get_shown_kind:
 * @self: the information
 *
 * Returns: (transfer none): the kind of file that people want to see: the first
 *   camera's picture; where there is none, some preview, or whatever there is
 */
const RushesFileKind *
rushes_info_get_shown_kind (const RushesInfo *self)
{
  static const char *const wanted[] = { "frame", "debug_" };

  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    for (guint j = 0; j < self->kinds->len; j++)
      {
        const RushesFileKind *kind = g_ptr_array_index (self->kinds, j);

        if (g_str_has_prefix (kind->name, wanted[i]))
          return kind;
      }
  return g_ptr_array_index (self->kinds, 0);
}

RushesInfo *
rushes_info_copy (const RushesInfo *self)
{
  RushesInfo *copy = g_memdup2 (self, sizeof *self);

  copy->blender = g_strdup (self->blender);
  copy->engine = g_strdup (self->engine);
  copy->format = g_strdup (self->format);
  copy->extension = g_strdup (self->extension);
  copy->warnings = g_strdupv (self->warnings);
  /* Shared: nobody changes it. */
  copy->kinds = g_ptr_array_ref (self->kinds);

  return copy;
}

void
rushes_info_free (RushesInfo *self)
{
  g_clear_pointer (&self->blender, g_free);
  g_clear_pointer (&self->engine, g_free);
  g_clear_pointer (&self->format, g_free);
  g_clear_pointer (&self->extension, g_free);
  g_clear_pointer (&self->warnings, g_strfreev);
  g_clear_pointer (&self->kinds, g_ptr_array_unref);
  g_free (self);
}
