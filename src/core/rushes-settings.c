/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <math.h>

#include <glib/gi18n-lib.h>

#include "rushes-enums.h"
#include "rushes-error.h"
#include "rushes-frame-range.h"
#include "rushes-picture.h"
#include "rushes-settings.h"

/* Marks a property that changes what a frame looks like, and so belongs to the
 * fingerprint of an output folder. */
#define CHANGES_PIXELS (1 << G_PARAM_USER_SHIFT)

/* Marks one that changes which files a frame has. */
#define CHANGES_FILES (1 << (G_PARAM_USER_SHIFT + 1))

/* Blender's identifiers of the ways to pack an EXR file. */
static const char *const codecs[] = { "NONE", "ZIP",  "ZIPS", "PIZ",  "RLE", "PXR24",
                                      "B44",  "B44A", "DWAA", "DWAB", NULL };

static const char *const devices[] = { "cpu", "cuda", "optix", "hip", "oneapi", "metal", NULL };

/**
 * RushesSettings:
 *
 * What the user overrides in a scene. A property at its default is unset: the
 * .blend's own value holds. The parameter specs are the one description of
 * each setting: type, limits, JSON form and whether it changes pixels all come
 * from there.
 */

enum
{
  PROP_0,
  PROP_WIDTH,
  PROP_HEIGHT,
  PROP_KEYFRAME_SCALE,
  PROP_KEYFRAME_SHIFT,
  PROP_FRAMES,
  PROP_OUTPUTS,
  PROP_DEBUG_PREVIEWS,
  PROP_EXR_CODEC,
  PROP_CAMERA,
  PROP_ALL_CAMERAS,
  PROP_FORMAT,
  PROP_COLOR_DEPTH,
  PROP_COLOR_MODE,
  PROP_ENGINE,
  PROP_DEVICE,
  PROP_SAMPLES,
  PROP_DENOISING,
  PROP_THREADS,
  PROP_MOTION_BLUR,
  PROP_ANIMATIONS,
  PROP_ADDONS,
  PROP_ALLOW_SCRIPTS,
  N_PROPS
};

struct _RushesSettings
{
  GObject parent_instance;
  GValue values[N_PROPS]; /* by property id; [0] unused */
};

G_DEFINE_FINAL_TYPE (RushesSettings, rushes_settings, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static GParamSpec *
find_property (const char *name)
{
  for (guint i = 1; i < N_PROPS; i++)
    if (g_str_equal (properties[i]->name, name))
      return properties[i];
  return NULL;
}

static gboolean
is_default (RushesSettings *self, guint id)
{
  return g_param_value_defaults (properties[id], &self->values[id]);
}

static void
rushes_settings_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  RushesSettings *self = RUSHES_SETTINGS (object);

  g_value_copy (&self->values[id], value);
}

static void
rushes_settings_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  RushesSettings *self = RUSHES_SETTINGS (object);
  const GValue *new_value = value;

  /* An empty entry is one that was cleared. */
  if (G_VALUE_HOLDS_STRING (value) && g_strcmp0 (g_value_get_string (value), "") == 0)
    new_value = g_param_spec_get_default_value (pspec);
  if (g_param_values_cmp (pspec, new_value, &self->values[id]) == 0)
    return;

  g_value_copy (new_value, &self->values[id]);
  g_object_notify_by_pspec (object, pspec);
}

static void
rushes_settings_finalize (GObject *object)
{
  RushesSettings *self = RUSHES_SETTINGS (object);

  for (guint i = 1; i < N_PROPS; i++)
    g_value_unset (&self->values[i]);

  G_OBJECT_CLASS (rushes_settings_parent_class)->finalize (object);
}

static void
rushes_settings_class_init (RushesSettingsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  const GParamFlags pixels = flags | CHANGES_PIXELS;
  const GParamFlags files = flags | CHANGES_FILES;

  object_class->get_property = rushes_settings_get_property;
  object_class->set_property = rushes_settings_set_property;
  object_class->finalize = rushes_settings_finalize;

  /**
   * RushesSettings:width:
   *
   * Width of a picture in pixels at 100 %, 4 to 65536; 0: from the file.
   */
  properties[PROP_WIDTH] = g_param_spec_uint ("width", NULL, NULL, 0, 65536, 0, pixels);
  /**
   * RushesSettings:height:
   *
   * Height of a picture in pixels at 100 %, 4 to 65536; 0: from the file.
   */
  properties[PROP_HEIGHT] = g_param_spec_uint ("height", NULL, NULL, 0, 65536, 0, pixels);
  /**
   * RushesSettings:keyframe-scale:
   *
   * New time = old time × scale + shift. 0.0001 to 10000.
   */
  properties[PROP_KEYFRAME_SCALE] =
      g_param_spec_double ("keyframe-scale", NULL, NULL, 1e-4, 1e4, 1.0, pixels);
  /**
   * RushesSettings:keyframe-shift:
   *
   * In frames, added after scaling.
   */
  properties[PROP_KEYFRAME_SHIFT] = g_param_spec_double (
      "keyframe-shift", NULL, NULL, -RUSHES_FRAME_MAX, RUSHES_FRAME_MAX, 0.0, pixels);
  /**
   * RushesSettings:frames:
   *
   * Which frames, on the scaled timeline, as rushes_frame_range_parse() reads
   * them; %NULL: the scene's own range and step.
   */
  properties[PROP_FRAMES] = g_param_spec_string ("frames", NULL, NULL, NULL, flags);
  /**
   * RushesSettings:outputs:
   *
   * The kinds of result to write.
   */
  properties[PROP_OUTPUTS] =
      g_param_spec_flags ("outputs", NULL, NULL, RUSHES_TYPE_OUTPUTS, RUSHES_OUTPUTS_FRAMES, files);
  /**
   * RushesSettings:debug-previews:
   *
   * Whether each output that is no picture gets one, in colours, to be looked at.
   */
  properties[PROP_DEBUG_PREVIEWS] =
      g_param_spec_boolean ("debug-previews", NULL, NULL, FALSE, files);
  /**
   * RushesSettings:exr-codec:
   *
   * How outputs other than frames are packed, by Blender's identifier ("ZIP");
   * %NULL: without loss.
   */
  properties[PROP_EXR_CODEC] = g_param_spec_string ("exr-codec", NULL, NULL, NULL, files);
  /**
   * RushesSettings:camera:
   *
   * Name of the camera to look through; %NULL: the scene's own, and those that
   * its markers switch to.
   */
  properties[PROP_CAMERA] = g_param_spec_string ("camera", NULL, NULL, NULL, pixels);
  /**
   * RushesSettings:all-cameras:
   *
   * Whether each camera has outputs of its own, in a folder of its name.
   */
  properties[PROP_ALL_CAMERAS] = g_param_spec_boolean ("all-cameras", NULL, NULL, FALSE, files);
  /**
   * RushesSettings:format:
   *
   * Picture format by Blender's identifier ("PNG"); %NULL: from the file.
   */
  properties[PROP_FORMAT] = g_param_spec_string ("format", NULL, NULL, NULL, pixels);
  /**
   * RushesSettings:color-depth:
   *
   * Bits a channel: "8", "10", "12", "16" or "32"; %NULL: from the file.
   */
  properties[PROP_COLOR_DEPTH] = g_param_spec_string ("color-depth", NULL, NULL, NULL, pixels);
  /**
   * RushesSettings:color-mode:
   *
   * "BW", "RGB" or "RGBA"; %NULL: from the file.
   */
  properties[PROP_COLOR_MODE] = g_param_spec_string ("color-mode", NULL, NULL, NULL, pixels);
  /**
   * RushesSettings:engine:
   *
   * "CYCLES", "EEVEE", "WORKBENCH" or any identifier that this Blender knows;
   * %NULL: from the file.
   */
  properties[PROP_ENGINE] = g_param_spec_string ("engine", NULL, NULL, NULL, pixels);
  /**
   * RushesSettings:device:
   *
   * What Cycles renders on: "cpu", "cuda", "optix", "hip", "oneapi" or "metal";
   * %NULL: from the file. The last digits of a pixel depend on it.
   */
  properties[PROP_DEVICE] = g_param_spec_string ("device", NULL, NULL, NULL, pixels);
  /**
   * RushesSettings:samples:
   *
   * Samples a pixel; 0: from the file.
   */
  properties[PROP_SAMPLES] = g_param_spec_uint ("samples", NULL, NULL, 0, 1 << 24, 0, pixels);
  /**
   * RushesSettings:denoising:
   *
   * Whether Cycles removes noise after sampling.
   */
  properties[PROP_DENOISING] = g_param_spec_enum ("denoising", NULL, NULL, RUSHES_TYPE_SWITCH,
                                                  RUSHES_SWITCH_FROM_FILE, pixels);
  /**
   * RushesSettings:threads:
   *
   * Threads a client renders with; 0: from the file.
   */
  properties[PROP_THREADS] = g_param_spec_uint ("threads", NULL, NULL, 0, 1024, 0, flags);
  /**
   * RushesSettings:motion-blur:
   *
   * Whether moving objects smear within a frame.
   */
  properties[PROP_MOTION_BLUR] = g_param_spec_enum ("motion-blur", NULL, NULL, RUSHES_TYPE_SWITCH,
                                                    RUSHES_SWITCH_FROM_FILE, pixels);
  /**
   * RushesSettings:animations:
   *
   * Off freezes every animation where the file stands.
   */
  properties[PROP_ANIMATIONS] = g_param_spec_enum ("animations", NULL, NULL, RUSHES_TYPE_SWITCH,
                                                   RUSHES_SWITCH_FROM_FILE, pixels);
  /**
   * RushesSettings:addons:
   *
   * Names of Blender add-ons to enable, separated by commas.
   */
  properties[PROP_ADDONS] = g_param_spec_string ("addons", NULL, NULL, NULL, pixels);
  /**
   * RushesSettings:allow-scripts:
   *
   * Whether Python inside the .blend may run: the user trusts this file.
   */
  properties[PROP_ALLOW_SCRIPTS] =
      g_param_spec_boolean ("allow-scripts", NULL, NULL, FALSE, pixels);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
rushes_settings_init (RushesSettings *self)
{
  for (guint i = 1; i < N_PROPS; i++)
    {
      g_value_init (&self->values[i], properties[i]->value_type);
      g_param_value_set_default (properties[i], &self->values[i]);
    }
}

/**
 * rushes_settings_new:
 *
 * Returns: (transfer full): settings with nothing overridden
 */
RushesSettings *
rushes_settings_new (void)
{
  return g_object_new (RUSHES_TYPE_SETTINGS, NULL);
}

/**
 * rushes_settings_copy:
 * @self: settings
 *
 * Returns: (transfer full): settings of the same values
 */
RushesSettings *
rushes_settings_copy (RushesSettings *self)
{
  RushesSettings *copy = rushes_settings_new ();

  g_return_val_if_fail (RUSHES_IS_SETTINGS (self), copy);

  for (guint i = 1; i < N_PROPS; i++)
    g_value_copy (&self->values[i], &copy->values[i]);

  return copy;
}

/**
 * rushes_settings_assign:
 * @self: settings
 * @other: other ones
 *
 * Gives @self the values of @other, unset ones too.
 */
void
rushes_settings_assign (RushesSettings *self, RushesSettings *other)
{
  g_return_if_fail (RUSHES_IS_SETTINGS (self));
  g_return_if_fail (RUSHES_IS_SETTINGS (other));

  g_object_freeze_notify (G_OBJECT (self));
  for (guint i = 1; i < N_PROPS; i++)
    g_object_set_property (G_OBJECT (self), properties[i]->name, &other->values[i]);
  g_object_thaw_notify (G_OBJECT (self));
}

/**
 * rushes_settings_is_set:
 * @self: settings
 * @name: a property's name
 *
 * Returns: whether the user overrides it
 */
gboolean
rushes_settings_is_set (RushesSettings *self, const char *name)
{
  GParamSpec *pspec = find_property (name);

  g_return_val_if_fail (RUSHES_IS_SETTINGS (self), FALSE);
  g_return_val_if_fail (pspec != NULL, FALSE);

  return !is_default (self, pspec->param_id);
}

/**
 * rushes_settings_reset:
 * @self: settings
 * @name: a property's name
 *
 * Back to what the .blend says.
 */
void
rushes_settings_reset (RushesSettings *self, const char *name)
{
  GParamSpec *pspec = find_property (name);

  g_return_if_fail (RUSHES_IS_SETTINGS (self));
  g_return_if_fail (pspec != NULL);

  g_object_set_property (G_OBJECT (self), name, g_param_spec_get_default_value (pspec));
}

static char *
describe_limits (GParamSpec *pspec)
{
  char low[G_ASCII_DTOSTR_BUF_SIZE], high[G_ASCII_DTOSTR_BUF_SIZE];

  if (G_IS_PARAM_SPEC_UINT (pspec))
    return g_strdup_printf (_ ("%u and %u"), G_PARAM_SPEC_UINT (pspec)->minimum,
                            G_PARAM_SPEC_UINT (pspec)->maximum);

  /* As they are to be typed: with a point, whatever the language. */
  g_assert (G_IS_PARAM_SPEC_DOUBLE (pspec));
  g_ascii_formatd (low, sizeof low, "%g", G_PARAM_SPEC_DOUBLE (pspec)->minimum);
  g_ascii_formatd (high, sizeof high, "%g", G_PARAM_SPEC_DOUBLE (pspec)->maximum);
  return g_strdup_printf (_ ("%s and %s"), low, high);
}

/* Stores @value, converted to @pspec's type, if it lies within its limits. */
static gboolean
take_value (RushesSettings *self, GParamSpec *pspec, const GValue *value, GError **error)
{
  g_auto (GValue) converted = G_VALUE_INIT;

  g_value_init (&converted, pspec->value_type);
  if (!g_value_transform (value, &converted))
    {
      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID,
                   _ ("The setting “%s” has a value of the wrong kind"), pspec->name);
      return FALSE;
    }
  if (g_param_value_validate (pspec, &converted))
    {
      g_autofree char *limits = describe_limits (pspec);

      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID,
                   _ ("The setting “%s” must lie between %s"), pspec->name, limits);
      return FALSE;
    }

  g_object_set_property (G_OBJECT (self), pspec->name, &converted);
  return TRUE;
}

/* A number in JSON has no width: refuse one that would change on the way. */
static gboolean
take_number (RushesSettings *self, GParamSpec *pspec, double number, GError **error)
{
  g_auto (GValue) value = G_VALUE_INIT;

  if (G_IS_PARAM_SPEC_UINT (pspec))
    {
      if (!(number >= 0 && number <= G_MAXUINT) || floor (number) < number)
        {
          g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID,
                       _ ("The setting “%s” must be a whole number, 0 or more"), pspec->name);
          return FALSE;
        }
      g_value_init (&value, G_TYPE_UINT);
      g_value_set_uint (&value, (guint) number);
    }
  else
    {
      if (!isfinite (number))
        {
          g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID,
                       _ ("The setting “%s” must be a finite number"), pspec->name);
          return FALSE;
        }
      g_value_init (&value, G_TYPE_DOUBLE);
      /* Less is nothing; and what json-glib writes of 1e-08 it cannot read. */
      g_value_set_double (&value, fabs (number) < 1e-4 ? 0 : number);
    }

  return take_value (self, pspec, &value, error);
}

static gboolean
take_text (RushesSettings *self, GParamSpec *pspec, const char *text, GError **error)
{
  /* What json-glib reads need not be, and it would not read again what it writes. */
  if (!g_utf8_validate (text, -1, NULL))
    {
      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID,
                   _ ("The setting “%s” has a value that is not valid UTF-8"), pspec->name);
      return FALSE;
    }
  if (G_IS_PARAM_SPEC_FLAGS (pspec))
    {
      RushesOutputs outputs = rushes_outputs_parse (text, error);

      if (outputs == 0)
        return FALSE;
      g_object_set (self, pspec->name, outputs, NULL);
      return TRUE;
    }
  if (!G_IS_PARAM_SPEC_STRING (pspec))
    {
      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID,
                   _ ("The setting “%s” has a value of the wrong kind"), pspec->name);
      return FALSE;
    }
  g_object_set (self, pspec->name, text, NULL);
  return TRUE;
}

/**
 * rushes_settings_set_text:
 * @self: settings
 * @name: a property's name
 * @text: what a person typed, in the C locale's number format
 * @error: return location for a #GError
 *
 * Returns: whether @text is a good value for @name, and now holds
 */
gboolean
rushes_settings_set_text (RushesSettings *self, const char *name, const char *text, GError **error)
{
  GParamSpec *pspec = find_property (name);

  g_return_val_if_fail (RUSHES_IS_SETTINGS (self), FALSE);
  g_return_val_if_fail (pspec != NULL, FALSE);
  g_return_val_if_fail (text != NULL, FALSE);

  if (G_IS_PARAM_SPEC_UINT (pspec) || G_IS_PARAM_SPEC_DOUBLE (pspec))
    {
      char *end = NULL;
      double number = g_ascii_strtod (text, &end);

      if (end == text || *end != '\0')
        {
          g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID, _ ("“%s” is not a number"), text);
          return FALSE;
        }
      return take_number (self, pspec, number, error);
    }

  return take_text (self, pspec, text, error);
}

static gboolean
take_json (RushesSettings *self, GParamSpec *pspec, JsonNode *node, GError **error)
{
  GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;

  if ((type == G_TYPE_INT64 || type == G_TYPE_DOUBLE) &&
      (G_IS_PARAM_SPEC_UINT (pspec) || G_IS_PARAM_SPEC_DOUBLE (pspec)))
    return take_number (self, pspec, json_node_get_double (node), error);
  if (type == G_TYPE_STRING)
    return take_text (self, pspec, json_node_get_string (node), error);
  if (type == G_TYPE_BOOLEAN && G_IS_PARAM_SPEC_ENUM (pspec))
    {
      g_object_set (self, pspec->name,
                    json_node_get_boolean (node) ? RUSHES_SWITCH_ON : RUSHES_SWITCH_OFF, NULL);
      return TRUE;
    }
  if (type == G_TYPE_BOOLEAN && G_IS_PARAM_SPEC_BOOLEAN (pspec))
    {
      g_object_set (self, pspec->name, json_node_get_boolean (node), NULL);
      return TRUE;
    }

  g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID,
               _ ("The setting “%s” has a value of the wrong kind"), pspec->name);
  return FALSE;
}

/**
 * rushes_settings_restore:
 * @node: what rushes_settings_to_json() made
 * @error: return location for a #GError
 *
 * As rushes_settings_from_json(), for settings that somebody was in the midst of
 * editing: rushes_settings_check() may refuse them.
 *
 * Returns: (transfer full) (nullable): the settings, or %NULL with
 *   %RUSHES_ERROR_INVALID
 */
RushesSettings *
rushes_settings_restore (JsonNode *node, GError **error)
{
  g_autoptr (RushesSettings) self = rushes_settings_new ();
  g_autoptr (GList) members = NULL;

  g_return_val_if_fail (node != NULL, NULL);

  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID, _ ("Settings must be a JSON object"));
      return NULL;
    }

  members = json_object_get_members (json_node_get_object (node));
  for (GList *member = members; member != NULL; member = member->next)
    {
      GParamSpec *pspec = find_property (member->data);

      if (pspec == NULL)
        {
          g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID, _ ("There is no setting “%s”"),
                       (const char *) member->data);
          return NULL;
        }
      if (!take_json (self, pspec,
                      json_object_get_member (json_node_get_object (node), member->data), error))
        return NULL;
    }

  return g_steal_pointer (&self);
}

/**
 * rushes_settings_from_json:
 * @node: a JSON object of settings, as rushes_settings_to_json() makes it
 * @error: return location for a #GError
 *
 * Unknown members are refused: a setting that silently does nothing would give
 * wrong frames.
 *
 * Returns: (transfer full) (nullable): the settings, or %NULL with
 *   %RUSHES_ERROR_INVALID
 */
RushesSettings *
rushes_settings_from_json (JsonNode *node, GError **error)
{
  g_autoptr (RushesSettings) self = rushes_settings_restore (node, error);

  if (self == NULL || !rushes_settings_check (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

static void
add_member (JsonBuilder *builder, RushesSettings *self, GParamSpec *pspec)
{
  const GValue *value = &self->values[pspec->param_id];

  json_builder_set_member_name (builder, pspec->name);
  if (G_VALUE_HOLDS_UINT (value))
    json_builder_add_int_value (builder, g_value_get_uint (value));
  else if (G_VALUE_HOLDS_DOUBLE (value))
    json_builder_add_double_value (builder, g_value_get_double (value));
  else if (G_VALUE_HOLDS_BOOLEAN (value))
    json_builder_add_boolean_value (builder, g_value_get_boolean (value));
  else if (G_VALUE_HOLDS_ENUM (value))
    json_builder_add_boolean_value (builder, g_value_get_enum (value) == RUSHES_SWITCH_ON);
  else if (G_VALUE_HOLDS_FLAGS (value))
    {
      g_autoptr (GString) names = g_string_new (NULL);
      g_autoptr (GFlagsClass) klass = g_type_class_ref (G_VALUE_TYPE (value));

      for (guint i = 0; i < klass->n_values; i++)
        if ((g_value_get_flags (value) & klass->values[i].value) != 0)
          g_string_append_printf (names, "%s%s", names->len > 0 ? "," : "",
                                  klass->values[i].value_nick);
      json_builder_add_string_value (builder, names->str);
    }
  else
    json_builder_add_string_value (builder, g_value_get_string (value));
}

static JsonNode *
to_json (RushesSettings *self, GParamFlags mask)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  for (guint i = 1; i < N_PROPS; i++)
    if ((properties[i]->flags & mask) == mask && !is_default (self, i))
      add_member (builder, self, properties[i]);
  json_builder_end_object (builder);

  return json_builder_get_root (builder);
}

/**
 * rushes_settings_to_json:
 * @self: settings
 *
 * Returns: (transfer full): an object with what is overridden, in a fixed order
 */
JsonNode *
rushes_settings_to_json (RushesSettings *self)
{
  g_return_val_if_fail (RUSHES_IS_SETTINGS (self), NULL);

  return to_json (self, 0);
}

/**
 * rushes_settings_describe_pixels:
 * @self: settings
 *
 * Returns: (transfer full): canonical JSON text of the overrides that change
 *   what a frame looks like; equal texts mean equal frames of an equal .blend
 */
char *
rushes_settings_describe_pixels (RushesSettings *self)
{
  g_autoptr (JsonNode) node = NULL;

  g_return_val_if_fail (RUSHES_IS_SETTINGS (self), NULL);

  node = to_json (self, CHANGES_PIXELS);
  return json_to_string (node, FALSE);
}

/**
 * rushes_settings_describe_files:
 * @self: settings
 *
 * Returns: (transfer full): canonical JSON text of the overrides that change
 *   which files a frame has; equal texts mean the same files of an equal .blend
 */
char *
rushes_settings_describe_files (RushesSettings *self)
{
  g_autoptr (JsonNode) node = NULL;

  g_return_val_if_fail (RUSHES_IS_SETTINGS (self), NULL);

  node = to_json (self, CHANGES_FILES);
  return json_to_string (node, FALSE);
}

/* Returns: (nullable): the @choices as text, if @text is there and none of them */
static char *
find_wrong_choice (const char *text, const char *const *choices)
{
  for (guint i = 0; text != NULL && choices[i] != NULL; i++)
    if (g_ascii_strcasecmp (text, choices[i]) == 0)
      return NULL;

  return text != NULL ? g_strjoinv (", ", (char **) choices) : NULL;
}

/**
 * rushes_settings_check:
 * @self: settings
 * @error: return location for a #GError
 *
 * Checks what a single property's limits cannot express.
 *
 * Returns: whether the settings make sense together
 */
gboolean
rushes_settings_check (RushesSettings *self, GError **error)
{
  const GValue *values;
  guint width, height;
  const char *frames, *format, *codec, *camera, *device;
  g_autofree char *known_codecs = NULL, *known_devices = NULL;

  g_return_val_if_fail (RUSHES_IS_SETTINGS (self), FALSE);

  /* Read in place: an edit of ten thousand scenes comes here ten thousand times. */
  values = self->values;
  width = g_value_get_uint (&values[PROP_WIDTH]);
  height = g_value_get_uint (&values[PROP_HEIGHT]);
  frames = g_value_get_string (&values[PROP_FRAMES]);
  format = g_value_get_string (&values[PROP_FORMAT]);
  codec = g_value_get_string (&values[PROP_EXR_CODEC]);
  camera = g_value_get_string (&values[PROP_CAMERA]);
  device = g_value_get_string (&values[PROP_DEVICE]);

  if (g_value_get_flags (&values[PROP_OUTPUTS]) == 0)
    {
      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID, _ ("Name at least one output"));
      return FALSE;
    }

  if ((width != 0 || height != 0) && (width < 4 || height < 4))
    {
      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID,
                   _ ("A resolution of %u×%u is too small; Blender needs at least 4×4 pixels"),
                   width, height);
      return FALSE;
    }
  if (frames != NULL)
    {
      g_autoptr (RushesFrameRange) range = rushes_frame_range_parse (frames, error);

      if (range == NULL)
        return FALSE;
    }
  if (format != NULL && rushes_picture_format_find (format) == NULL)
    {
      g_autofree char *known = rushes_picture_format_list ();

      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID,
                   _ ("“%s” is not a picture format; choose one of %s"), format, known);
      return FALSE;
    }
  if (camera != NULL && g_value_get_boolean (&values[PROP_ALL_CAMERAS]))
    {
      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID,
                   _ ("Choose one camera or all of them, not both"));
      return FALSE;
    }

  known_codecs = find_wrong_choice (codec, codecs);
  if (known_codecs != NULL)
    {
      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID,
                   _ ("“%s” is not an EXR codec; choose one of %s"), codec, known_codecs);
      return FALSE;
    }
  known_devices = find_wrong_choice (device, devices);
  if (known_devices != NULL)
    {
      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID,
                   _ ("“%s” is not a device; choose one of %s"), device, known_devices);
      return FALSE;
    }

  return TRUE;
}

/**
 * rushes_outputs_parse:
 * @text: names of outputs, separated by commas; or "all"
 * @error: return location for a #GError
 *
 * Returns: the outputs, or 0 with %RUSHES_ERROR_INVALID
 */
RushesOutputs
rushes_outputs_parse (const char *text, GError **error)
{
  g_auto (GStrv) names = g_strsplit (text, ",", -1);
  g_autoptr (GFlagsClass) klass = g_type_class_ref (RUSHES_TYPE_OUTPUTS);
  guint outputs = 0;

  for (guint i = 0; names[i] != NULL; i++)
    {
      const char *name = g_strstrip (names[i]);
      const GFlagsValue *value = g_flags_get_value_by_nick (klass, name);

      if (value == NULL && !g_str_equal (name, "all"))
        {
          g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID,
                       _ ("“%s” is not an output; choose some of %s, or all"), name,
                       "frames, depths, normals, flows, segmentations");
          return 0;
        }
      outputs |= value != NULL ? value->value : RUSHES_OUTPUTS_ALL;
    }
  if (outputs == 0)
    g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID, _ ("Name at least one output"));

  return outputs;
}
