/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>

#include <glib/gi18n-lib.h>

#include "rushes-error.h"
#include "rushes-json.h"
#include "rushes-report.h"

G_DEFINE_BOXED_TYPE (RushesReport,
                     rushes_report,
                     (GBoxedCopyFunc) rushes_report_ref,
                     rushes_report_unref)

static void
report_clear (gpointer data)
{
  RushesReport *self = data;

  g_clear_pointer (&self->saved_by, g_free);
  g_clear_pointer (&self->engine, g_free);
  g_clear_pointer (&self->format, g_free);
  g_clear_pointer (&self->color_depth, g_free);
  g_clear_pointer (&self->color_mode, g_free);
  g_clear_pointer (&self->camera, g_free);
  g_clear_pointer (&self->device, g_free);
  g_clear_pointer (&self->cameras, g_strfreev);
  g_clear_pointer (&self->engines, g_strfreev);
  g_clear_pointer (&self->formats, g_strfreev);
  g_clear_pointer (&self->missing, g_strfreev);
  g_clear_pointer (&self->scripts, g_strfreev);
  g_clear_pointer (&self->unstretchable, g_strfreev);
  g_clear_pointer (&self->warnings, g_strfreev);
}

RushesReport *
rushes_report_ref (const RushesReport *self)
{
  return g_rc_box_acquire ((gpointer) self);
}

void
rushes_report_unref (RushesReport *self)
{
  g_rc_box_release_full (self, report_clear);
}

/* ---- JSON ------------------------------------------------------------ */

/* A missing file is told with what needs it; its path is what people look for. */
static const char *
get_list_item (JsonNode *node)
{
  if (JSON_NODE_HOLDS_VALUE (node))
    return json_node_get_string (node);
  if (JSON_NODE_HOLDS_OBJECT (node))
    return rushes_json_get_string (json_node_get_object (node), "path");
  return NULL;
}

static GStrv
get_list (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;
  JsonArray *array;

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return NULL;
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      const char *item = get_list_item (json_array_get_element (array, i));

      if (item != NULL)
        g_strv_builder_add (builder, item);
    }
  list = g_strv_builder_end (builder);
  return list[0] != NULL ? g_steal_pointer (&list) : NULL;
}

static guint
get_uint (JsonObject *object, const char *name)
{
  return (guint) CLAMP (rushes_json_get_int (object, name, 0), 0, G_MAXUINT);
}

static int
get_frame (JsonObject *object, const char *name)
{
  return (int) CLAMP (rushes_json_get_int (object, name, 0), G_MININT, G_MAXINT);
}

static gboolean
get_flag (JsonObject *object, const char *name)
{
  JsonNode *node = rushes_json_get_value (object, name);

  return node != NULL && json_node_get_boolean (node);
}

/**
 * rushes_report_from_json:
 * @node: what rushes_report_to_json() wrote, what a client answered, or
 *   anything else
 *
 * Returns: (transfer full) (nullable): the report, or %NULL when what every
 *   file has is not there
 */
RushesReport *
rushes_report_from_json (JsonNode *node)
{
  g_autoptr (RushesReport) self = g_rc_box_new0 (RushesReport);
  JsonObject *object;
  JsonNode *fps;

  g_return_val_if_fail (node != NULL, NULL);

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  object = json_node_get_object (node);

  self->saved_by = g_strdup (rushes_json_get_string (object, "saved_by"));
  self->engine = g_strdup (rushes_json_get_string (object, "engine"));
  self->format = g_strdup (rushes_json_get_string (object, "format"));
  self->color_depth = g_strdup (rushes_json_get_string (object, "color_depth"));
  self->color_mode = g_strdup (rushes_json_get_string (object, "color_mode"));
  self->camera = g_strdup (rushes_json_get_string (object, "camera"));
  self->device = g_strdup (rushes_json_get_string (object, "device"));
  self->width = get_uint (object, "width");
  self->height = get_uint (object, "height");
  self->start = get_frame (object, "start");
  self->end = get_frame (object, "end");
  self->step = get_uint (object, "step");
  self->samples = get_uint (object, "samples");
  self->threads = get_uint (object, "threads");
  self->denoising = get_flag (object, "denoising");
  self->motion_blur = get_flag (object, "motion_blur");
  self->cameras = get_list (object, "cameras");
  self->engines = get_list (object, "engines");
  self->formats = get_list (object, "formats");
  self->missing = get_list (object, "missing");
  self->scripts = get_list (object, "scripts");
  self->unstretchable = get_list (object, "unstretchable");
  self->warnings = get_list (object, "warnings");
  fps = rushes_json_get_value (object, "fps");
  self->fps = fps != NULL ? json_node_get_double (fps) : 0;

  if (self->engine == NULL || self->format == NULL || self->step == 0 ||
      !(self->fps >= 1e-6 && self->fps <= 1e6))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * rushes_report_from_reply:
 * @reply: what a client answered to "inspect", a{sv}
 * @error: return location for a #GError
 *
 * Returns: (transfer full) (nullable): what it says, or %NULL with
 *   %RUSHES_ERROR_PROTOCOL
 */
RushesReport *
rushes_report_from_reply (GVariant *reply, GError **error)
{
  g_autoptr (JsonNode) node = NULL;
  RushesReport *self;

  g_return_val_if_fail (reply != NULL, NULL);

  node = json_gvariant_serialize (reply);
  self = rushes_report_from_json (node);
  if (self == NULL)
    g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_PROTOCOL,
                 _ ("Blender's answer makes no sense; an add-on may disturb it"));
  return self;
}

static void
add_text (JsonBuilder *builder, const char *name, const char *text)
{
  if (text == NULL)
    return;
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text);
}

static void
add_number (JsonBuilder *builder, const char *name, gint64 number)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, number);
}

static void
add_flag (JsonBuilder *builder, const char *name, gboolean flag)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, flag);
}

static void
add_list (JsonBuilder *builder, const char *name, GStrv list)
{
  if (list == NULL)
    return;
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (guint i = 0; list[i] != NULL; i++)
    json_builder_add_string_value (builder, list[i]);
  json_builder_end_array (builder);
}

/**
 * rushes_report_to_json:
 * @self: a report
 *
 * Returns: (transfer full): an object that rushes_report_from_json() reads
 */
JsonNode *
rushes_report_to_json (const RushesReport *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  g_return_val_if_fail (self != NULL, NULL);

  json_builder_begin_object (builder);
  add_text (builder, "saved_by", self->saved_by);
  add_text (builder, "engine", self->engine);
  add_text (builder, "format", self->format);
  add_text (builder, "color_depth", self->color_depth);
  add_text (builder, "color_mode", self->color_mode);
  add_text (builder, "camera", self->camera);
  add_text (builder, "device", self->device);
  add_number (builder, "width", self->width);
  add_number (builder, "height", self->height);
  add_number (builder, "start", self->start);
  add_number (builder, "end", self->end);
  add_number (builder, "step", self->step);
  add_number (builder, "samples", self->samples);
  add_number (builder, "threads", self->threads);
  add_flag (builder, "denoising", self->denoising);
  add_flag (builder, "motion_blur", self->motion_blur);
  json_builder_set_member_name (builder, "fps");
  json_builder_add_double_value (builder, self->fps);
  add_list (builder, "cameras", self->cameras);
  add_list (builder, "engines", self->engines);
  add_list (builder, "formats", self->formats);
  add_list (builder, "missing", self->missing);
  add_list (builder, "scripts", self->scripts);
  add_list (builder, "unstretchable", self->unstretchable);
  add_list (builder, "warnings", self->warnings);
  json_builder_end_object (builder);

  return json_builder_get_root (builder);
}

/**
 * rushes_report_tells:
 * @self: a report
 * @warning: what a client warned of when it loaded the same file
 *
 * Returns: whether that is no news to whoever has read the report
 */
gboolean
rushes_report_tells (const RushesReport *self, const char *warning)
{
  g_return_val_if_fail (self != NULL, FALSE);

  /* As blender/rushes/loading.py begins it. */
  if (self->scripts != NULL && g_str_has_prefix (warning, "Scripts of the scene are blocked: "))
    return TRUE;
  return self->warnings != NULL && g_strv_contains ((const char *const *) self->warnings, warning);
}

/* ---- What will be rendered ------------------------------------------- */

/**
 * rushes_report_plan:
 * @self: what the file holds
 * @settings: what the user overrides
 * @error: return location for a #GError
 *
 * The frames that a run would render. The scene's own range is stretched as
 * "move_keyframes" does it in Blender: half to even, the end exclusive while it
 * is scaled.
 *
 * Returns: (transfer full) (nullable): the frames, or %NULL with
 *   %RUSHES_ERROR_INVALID or %RUSHES_ERROR_OUT_OF_RANGE
 */
RushesFrameRange *
rushes_report_plan (const RushesReport *self, RushesSettings *settings, GError **error)
{
  g_autofree char *frames = NULL;
  double scale, shift, start, end;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (RUSHES_IS_SETTINGS (settings), NULL);

  g_object_get (settings, "frames", &frames, "keyframe-scale", &scale, "keyframe-shift", &shift,
                NULL);
  if (frames != NULL)
    return rushes_frame_range_parse (frames, error);

  /* rint() rounds half to even, as Python does. */
  start = rint (self->start * scale + shift);
  end = rint ((self->end + 1.0) * scale + shift) - 1;
  if (end < start)
    {
      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_OUT_OF_RANGE,
                   _ ("Stretched that way, the animation has no frame left"));
      return NULL;
    }
  if (start < RUSHES_FRAME_MIN || end > RUSHES_FRAME_MAX)
    {
      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_OUT_OF_RANGE,
                   _ ("The animation would go from frame %.0f to %.0f; Blender’s timeline has "
                      "%d to %d"),
                   start, end, RUSHES_FRAME_MIN, RUSHES_FRAME_MAX);
      return NULL;
    }
  return rushes_frame_range_new ((guint) start, (guint) end, self->step);
}
