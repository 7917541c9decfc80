/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "rushes-file-kind.h"
#include "rushes-frame-range.h"
#include "rushes-json.h"

/* A frame's number has at least so many digits. */
#define DIGITS 6

#define STAGING_SUFFIX ".part"

static void
kind_clear (gpointer data)
{
  RushesFileKind *self = data;

  g_clear_pointer (&self->key, g_free);
  g_clear_pointer (&self->folder, g_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->extension, g_free);
  g_clear_pointer (&self->camera, g_free);
  g_clear_pointer (&self->codec, g_free);
}

/* Threads share it. */
RushesFileKind *
rushes_file_kind_ref (const RushesFileKind *self)
{
  return g_atomic_rc_box_acquire ((gpointer) self);
}

void
rushes_file_kind_unref (RushesFileKind *self)
{
  g_atomic_rc_box_release_full (self, kind_clear);
}

/**
 * rushes_file_kind_new_frames:
 * @format: of the pictures
 * @extension: what their names end with, with the dot
 * @width: in pixels; 0: not known
 * @height: in pixels; 0: not known
 *
 * Returns: (transfer full): the pictures of a scene's one camera
 */
RushesFileKind *
rushes_file_kind_new_frames (const RushesPictureFormat *format,
                             const char *extension,
                             guint width,
                             guint height)
{
  RushesFileKind *self = g_atomic_rc_box_new0 (RushesFileKind);

  self->key = g_strdup ("frames");
  self->folder = g_strdup ("frames");
  self->name = g_strdup ("frame");
  self->extension = g_strdup (extension);
  self->format = format;
  self->width = width;
  self->height = height;

  return self;
}

/* ---- JSON ------------------------------------------------------------ */

/* Files are made and removed there: it must not lead out of the folder of results. */
static gboolean
is_folder_below (const char *folder)
{
  g_auto (GStrv) parts = g_strsplit (folder, "/", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (parts[i][0] == '\0' || g_str_equal (parts[i], ".") || g_str_equal (parts[i], ".."))
      return FALSE;
  return parts[0] != NULL;
}

static gboolean
is_sane (const RushesFileKind *self)
{
  return self->key != NULL && self->folder != NULL && is_folder_below (self->folder) &&
         self->name != NULL && self->name[0] != '.' && strchr (self->name, '/') == NULL &&
         self->extension != NULL && rushes_picture_is_extension (self->extension) &&
         self->format != NULL;
}

static guint
get_side (JsonObject *object, const char *name)
{
  return (guint) CLAMP (rushes_json_get_int (object, name, 0), 0, G_MAXUINT);
}

/* Nothing at all may be said by a text that is empty. */
static char *
dup_text (JsonObject *object, const char *name)
{
  const char *text = rushes_json_get_string (object, name);

  return text != NULL && *text != '\0' ? g_strdup (text) : NULL;
}

/**
 * rushes_file_kind_from_json:
 * @node: what rushes_file_kind_to_json() wrote, what a client answered, or
 *   anything else
 *
 * Returns: (transfer full) (nullable): the kind of file, or %NULL when it makes
 *   no sense
 */
RushesFileKind *
rushes_file_kind_from_json (JsonNode *node)
{
  g_autoptr (RushesFileKind) self = NULL;
  JsonObject *object;
  const char *format;

  g_return_val_if_fail (node != NULL, NULL);

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  object = json_node_get_object (node);

  self = g_atomic_rc_box_new0 (RushesFileKind);
  self->key = dup_text (object, "key");
  self->folder = dup_text (object, "folder");
  self->name = dup_text (object, "name");
  self->extension = dup_text (object, "extension");
  format = rushes_json_get_string (object, "format");
  self->format = format != NULL ? rushes_picture_format_find (format) : NULL;
  self->width = get_side (object, "width");
  self->height = get_side (object, "height");
  self->camera = dup_text (object, "camera");
  self->codec = dup_text (object, "codec");

  return is_sane (self) ? g_steal_pointer (&self) : NULL;
}

/**
 * rushes_file_kind_to_json:
 * @self: a kind of file
 *
 * Returns: (transfer full): an object that rushes_file_kind_from_json() reads
 */
JsonNode *
rushes_file_kind_to_json (const RushesFileKind *self)
{
  JsonObject *object = json_object_new ();
  JsonNode *node = json_node_init_object (json_node_alloc (), object);

  json_object_set_string_member (object, "key", self->key);
  json_object_set_string_member (object, "folder", self->folder);
  json_object_set_string_member (object, "name", self->name);
  json_object_set_string_member (object, "extension", self->extension);
  json_object_set_string_member (object, "format", rushes_picture_format_get_id (self->format));
  json_object_set_int_member (object, "width", self->width);
  json_object_set_int_member (object, "height", self->height);
  if (self->camera != NULL)
    json_object_set_string_member (object, "camera", self->camera);
  if (self->codec != NULL)
    json_object_set_string_member (object, "codec", self->codec);

  json_object_unref (object);
  return node;
}

/**
 * rushes_file_kinds_from_json:
 * @node: what rushes_file_kinds_to_json() wrote, what a client answered, or
 *   anything else
 *
 * Returns: (transfer full) (nullable) (element-type RushesFileKind): the kinds of
 *   file that a frame has; %NULL when one makes no sense, two are in each
 *   other's way, or there is none
 */
GPtrArray *
rushes_file_kinds_from_json (JsonNode *node)
{
  g_autoptr (GPtrArray) kinds =
      g_ptr_array_new_with_free_func ((GDestroyNotify) rushes_file_kind_unref);
  JsonArray *array;

  g_return_val_if_fail (node != NULL, NULL);

  if (!JSON_NODE_HOLDS_ARRAY (node))
    return NULL;
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      RushesFileKind *kind = rushes_file_kind_from_json (json_array_get_element (array, i));

      if (kind == NULL)
        return NULL;
      for (guint j = 0; j < kinds->len; j++)
        {
          const RushesFileKind *other = g_ptr_array_index (kinds, j);

          if (g_str_equal (kind->key, other->key) || rushes_file_kind_is_same_place (kind, other))
            {
              rushes_file_kind_unref (kind);
              return NULL;
            }
        }
      g_ptr_array_add (kinds, kind);
    }

  return kinds->len > 0 ? g_steal_pointer (&kinds) : NULL;
}

/**
 * rushes_file_kinds_to_json:
 * @kinds: (element-type RushesFileKind): kinds of file
 *
 * Returns: (transfer full): an array that rushes_file_kinds_from_json() reads
 */
JsonNode *
rushes_file_kinds_to_json (GPtrArray *kinds)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < kinds->len; i++)
    json_array_add_element (array, rushes_file_kind_to_json (g_ptr_array_index (kinds, i)));

  return json_node_init_array (json_node_alloc (), array);
}

/* ---- Names ----------------------------------------------------------- */

/**
 * rushes_file_kind_is_same_place:
 * @self: a kind of file
 * @other: another one
 *
 * Returns: whether their files would have the same names
 */
gboolean
rushes_file_kind_is_same_place (const RushesFileKind *self, const RushesFileKind *other)
{
  return g_str_equal (self->folder, other->folder) && g_str_equal (self->name, other->name);
}

/**
 * rushes_file_kind_build_camera_folder:
 * @self: a kind of file
 *
 * Returns: (transfer full): the folder that @self shares with all that the same
 *   camera sees, below the folder of results; "" is that folder itself
 */
char *
rushes_file_kind_build_camera_folder (const RushesFileKind *self)
{
  const char *slash = strrchr (self->folder, '/');

  return slash != NULL ? g_strndup (self->folder, (gsize) (slash - self->folder)) : g_strdup ("");
}

/**
 * rushes_file_kind_build_name:
 * @self: a kind of file
 * @frame: a frame number
 *
 * Returns: (transfer full): the file's path below the folder of results
 */
char *
rushes_file_kind_build_name (const RushesFileKind *self, guint frame)
{
  return g_strdup_printf ("%s/%s_%0*u%s", self->folder, self->name, DIGITS, frame, self->extension);
}

/**
 * rushes_file_kind_build_staging_name:
 * @self: a kind of file
 * @frame: a frame number
 * @tag: tells apart those who may write it at the same time
 *
 * Returns: (transfer full): a path in the folder of the final one, which
 *   rushes_file_kind_is_staging_name() knows again
 */
char *
rushes_file_kind_build_staging_name (const RushesFileKind *self, guint frame, const char *tag)
{
  return g_strdup_printf ("%s/.%s_%0*u%s.%s" STAGING_SUFFIX, self->folder, self->name, DIGITS,
                          frame, self->extension, tag);
}

/**
 * rushes_file_kind_parse_name:
 * @self: a kind of file
 * @name: the name of a file in its folder
 * @frame: (out): the number in it
 * @extension: (out) (transfer none): what it ends with; not always that of @self
 *
 * Returns: whether a frame's file of this kind is called so, in whatever format
 */
gboolean
rushes_file_kind_parse_name (const RushesFileKind *self,
                             const char *name,
                             guint *frame,
                             const char **extension)
{
  gsize length = strlen (self->name);
  const char *digits;
  char *end = NULL;
  guint64 value;

  if (strncmp (name, self->name, length) != 0 || name[length] != '_')
    return FALSE;
  digits = name + length + 1;
  /* Only as rushes_file_kind_build_name() writes it: 0000001 is not 000001. */
  if (strspn (digits, "0123456789") < DIGITS || (*digits == '0' && digits[DIGITS] != '.'))
    return FALSE;
  value = g_ascii_strtoull (digits, &end, 10);
  if (value > RUSHES_FRAME_MAX || !rushes_picture_is_extension (end))
    return FALSE;

  *frame = (guint) value;
  *extension = end;
  return TRUE;
}

/**
 * rushes_file_kind_is_staging_name:
 * @self: a kind of file
 * @name: the name of a file in its folder
 *
 * Returns: whether it is being written, or was left by a crash
 */
gboolean
rushes_file_kind_is_staging_name (const RushesFileKind *self, const char *name)
{
  gsize length = strlen (self->name);

  return name[0] == '.' && strncmp (name + 1, self->name, length) == 0 && name[length + 1] == '_' &&
         g_str_has_suffix (name, STAGING_SUFFIX);
}
