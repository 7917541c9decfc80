/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "rushes-enums.h"
#include "rushes-error.h"
#include "rushes-json.h"
#include "rushes-scene-private.h"

/* What of a scene outlives the program. */

/* What a scene in the midst of work is when it is met again. */
static RushesSceneState
get_lasting_state (RushesScene *self)
{
  return self->state == RUSHES_SCENE_LOADING || self->state == RUSHES_SCENE_RENDERING
             ? RUSHES_SCENE_STOPPED
             : self->state;
}

static void
add_error (JsonBuilder *builder, const GError *error)
{
  /* It may name a file. */
  g_autofree char *message = g_utf8_make_valid (error->message, -1);

  json_builder_set_member_name (builder, "error");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "cause");
  json_builder_add_string_value (builder, rushes_enum_nick (RUSHES_TYPE_ERROR, error->code));
  json_builder_set_member_name (builder, "message");
  json_builder_add_string_value (builder, message);
  json_builder_end_object (builder);
}

/* A path as JSON holds it: escaped, for it need not be UTF-8. */
static void
add_path (JsonBuilder *builder, const char *name, const char *path)
{
  g_autofree char *escaped = g_uri_escape_bytes ((const guint8 *) path, strlen (path), "/ ");

  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, g_utf8_validate (path, -1, NULL) ? path : escaped);
  if (!g_utf8_validate (path, -1, NULL))
    {
      g_autofree char *flag = g_strconcat (name, "-escaped", NULL);

      json_builder_set_member_name (builder, flag);
      json_builder_add_boolean_value (builder, TRUE);
    }
}

static void
add_int (JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

/**
 * rushes_scene_to_json:
 * @self: a scene
 *
 * Returns: (transfer full): an object that rushes_scene_from_json() reads: all
 *   that outlives the program. Frames are not in it; the output folder knows
 *   them better.
 */
JsonNode *
rushes_scene_to_json (RushesScene *self)
{
  g_autoptr (JsonBuilder) builder = NULL;
  g_autoptr (JsonObject) blanks = json_object_new ();
  g_autofree char *newest = NULL;
  SceneCounts counts;

  g_return_val_if_fail (RUSHES_IS_SCENE (self), NULL);

  builder = json_builder_new ();
  /* What is only planned is planned anew when it is met again. */
  counts = self->frames != NULL ? scene_count (self) : self->saved;
  newest = rushes_scene_get_newest_file (self);
  json_builder_begin_object (builder);
  add_path (builder, "path", self->path);
  if (self->folder != NULL)
    add_path (builder, "folder", self->folder);
  json_builder_set_member_name (builder, "settings");
  json_builder_add_value (builder, rushes_settings_to_json (self->settings));
  json_builder_set_member_name (builder, "state");
  json_builder_add_string_value (
      builder, rushes_enum_nick (RUSHES_TYPE_SCENE_STATE, (int) get_lasting_state (self)));
  json_builder_set_member_name (builder, "existing");
  json_builder_add_string_value (builder,
                                 rushes_enum_nick (RUSHES_TYPE_EXISTING, (int) self->existing));
  json_builder_set_member_name (builder, "paused");
  json_builder_add_boolean_value (builder, self->paused);
  add_int (builder, "frames", counts.frames);
  add_int (builder, "done", counts.done);
  add_int (builder, "failed", counts.failed);
  if (newest != NULL)
    add_path (builder, "newest", newest);
  if (self->error != NULL)
    add_error (builder, self->error);
  rushes_blanks_to_json (self->blanks, blanks);
  json_builder_set_member_name (builder, "blanks");
  json_builder_add_value (builder, json_node_init_object (json_node_alloc (), blanks));
  if (self->report != NULL)
    {
      json_builder_set_member_name (builder, "report");
      json_builder_add_value (builder, rushes_report_to_json (self->report));
    }
  json_builder_end_object (builder);

  return json_builder_get_root (builder);
}

static char *
read_path (JsonObject *object, const char *name)
{
  g_autofree char *flag = g_strconcat (name, "-escaped", NULL);
  const char *text = rushes_json_get_string (object, name);
  g_autofree char *path = NULL;

  if (text == NULL)
    return NULL;
  path =
      json_object_has_member (object, flag) ? g_uri_unescape_string (text, NULL) : g_strdup (text);
  return path != NULL && g_path_is_absolute (path) ? g_steal_pointer (&path) : NULL;
}

static int
read_enum (JsonObject *object, const char *name, GType type)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);
  const char *nick = rushes_json_get_string (object, name);
  GEnumValue *value = nick != NULL ? g_enum_get_value_by_nick (klass, nick) : NULL;

  return value != NULL ? value->value : 0;
}

static GError *
read_error (JsonObject *object)
{
  JsonObject *members = rushes_json_get_object (object, "error");
  const char *message;

  if (members == NULL)
    return NULL;
  message = rushes_json_get_string (members, "message");
  return g_error_new_literal (RUSHES_ERROR, read_enum (members, "cause", RUSHES_TYPE_ERROR),
                              message != NULL ? message : "");
}

static guint
read_count (JsonObject *object, const char *name, guint limit)
{
  return (guint) CLAMP (rushes_json_get_int (object, name, 0), 0, limit);
}

/**
 * rushes_scene_from_json:
 * @node: what rushes_scene_to_json() wrote, or anything else
 * @error: return location for a #GError
 *
 * Returns: (transfer full) (nullable): the scene, or %NULL with
 *   %RUSHES_ERROR_INVALID when there is not even a path
 */
RushesScene *
rushes_scene_from_json (JsonNode *node, GError **error)
{
  g_autoptr (RushesSettings) settings = NULL;
  g_autofree char *path = NULL;
  RushesScene *self;
  JsonObject *object;
  JsonNode *member;
  JsonNode *paused;

  g_return_val_if_fail (node != NULL, NULL);

  object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  path = object != NULL ? read_path (object, "path") : NULL;
  if (path == NULL)
    {
      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID, _ ("This is not a saved scene"));
      return NULL;
    }
  member = json_object_get_member (object, "settings");
  settings = member != NULL ? rushes_settings_restore (member, error) : rushes_settings_new ();
  if (settings == NULL)
    return NULL;

  /* Trust is in what a file held; it may hold something else by now. */
  rushes_settings_reset (settings, "allow-scripts");
  self = rushes_scene_new (path, settings);
  self->folder = read_path (object, "folder");
  self->existing = (RushesExisting) read_enum (object, "existing", RUSHES_TYPE_EXISTING);
  self->state = (RushesSceneState) read_enum (object, "state", RUSHES_TYPE_SCENE_STATE);
  self->state = get_lasting_state (self);
  if (self->state == RUSHES_SCENE_FAILED)
    self->error = read_error (object);
  if (self->state == RUSHES_SCENE_FAILED && self->error == NULL)
    self->state = RUSHES_SCENE_STOPPED;
  paused = rushes_json_get_value (object, "paused");
  self->paused = paused != NULL && json_node_get_boolean (paused);
  self->saved.frames = read_count (object, "frames", RUSHES_FRAME_MAX + 1);
  self->saved.done = read_count (object, "done", self->saved.frames);
  self->saved.failed = read_count (object, "failed", self->saved.frames - self->saved.done);
  self->saved_newest = read_path (object, "newest");
  member = json_object_get_member (object, "blanks");
  if (member != NULL && JSON_NODE_HOLDS_OBJECT (member))
    rushes_blanks_read_json (self->blanks, json_node_get_object (member));
  member = json_object_get_member (object, "report");
  if (member != NULL)
    self->report = rushes_report_from_json (member);
  scene_plan (self);

  return self;
}
