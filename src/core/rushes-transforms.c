/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "rushes-error.h"
#include "rushes-transforms.h"

/* Where the camera was in each frame, and what it looked through: transforms.json
 * in the NeRF style, one for each camera, beside the folders of its files.
 *
 * Clients say it with each frame, and threads note it in a journal, ROOT/rushes.poses,
 * before the frame's files appear. transforms.json is made from that, and from
 * what files there are, when a run ends; nothing of it is kept in memory, and a
 * run that is killed loses nothing. The later of two notes about a frame holds.
 *
 * A note is a line of fields between tabs: the frame's number, the camera's folder,
 * the matrix as 16 numbers, then JSON members as they go into transforms.json, and
 * a dot at the end, by which a line that was cut short is known. The texts are
 * ours: json-glib writes some numbers in a way that nobody can read. */

#define JOURNAL   "rushes.poses"
#define FILE_NAME "transforms.json"

#define FOLDER_MEMBER "folder"
#define MATRIX_MEMBER "transform_matrix"

/* A note; everything points into the journal's text. */
typedef struct
{
  guint frame;
  guint order; /* in the journal */
  const char *folder;
  const char *matrix;
  char *members;
} Pose;

/* ---- Writing values -------------------------------------------------- */

/* The shortest text that is read as the same number again. */
static void
append_number (GString *text, double number)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];
  static const char *const formats[] = { "%.15g", "%.16g", "%.17g" };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      double again =
          g_ascii_strtod (g_ascii_formatd (buffer, sizeof buffer, formats[i], number), NULL);

      if (!(again < number) && !(again > number))
        break;
    }
  g_string_append (text, buffer);
}

static void
append_text (GString *text, const char *value)
{
  g_autoptr (JsonNode) node = json_node_init_string (json_node_alloc (), value);
  g_autofree char *quoted = json_to_string (node, FALSE);

  g_string_append (text, quoted);
}

/* @value as JSON; what JSON has no word for is null. */
static void
append_value (GString *text, GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARIANT))
    {
      g_autoptr (GVariant) inner = g_variant_get_variant (value);

      append_value (text, inner);
    }
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    g_string_append (text, g_variant_get_boolean (value) ? "true" : "false");
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    g_string_append_printf (text, "%" G_GINT64_FORMAT, g_variant_get_int64 (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE) &&
           isfinite (g_variant_get_double (value)))
    append_number (text, g_variant_get_double (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    append_text (text, g_variant_get_string (value, NULL));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE ("av")))
    {
      g_string_append_c (text, '[');
      for (gsize i = 0; i < g_variant_n_children (value); i++)
        {
          g_autoptr (GVariant) child = g_variant_get_child_value (value, i);

          if (i > 0)
            g_string_append (text, ", ");
          append_value (text, child);
        }
      g_string_append_c (text, ']');
    }
  else
    g_string_append (text, "null");
}

/* ---- The journal ----------------------------------------------------- */

/* A whole number in JSON has no point, and another type here. */
static gboolean
get_number (GVariant *value, double *number)
{
  g_autoptr (GVariant) inner = g_variant_is_of_type (value, G_VARIANT_TYPE_VARIANT)
                                   ? g_variant_get_variant (value)
                                   : g_variant_ref (value);

  if (g_variant_is_of_type (inner, G_VARIANT_TYPE_INT64))
    *number = (double) g_variant_get_int64 (inner);
  else if (g_variant_is_of_type (inner, G_VARIANT_TYPE_DOUBLE))
    *number = g_variant_get_double (inner);
  else
    return FALSE;
  return isfinite (*number);
}

/* The 16 numbers of a 4 × 4 matrix, row by row. */
static gboolean
append_matrix (GString *text, GVariant *matrix)
{
  if (matrix == NULL || g_variant_n_children (matrix) != 4)
    return FALSE;

  for (gsize i = 0; i < 4; i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (matrix, i);
      g_autoptr (GVariant) row = g_variant_get_variant (child);

      if (!g_variant_is_of_type (row, G_VARIANT_TYPE ("av")) || g_variant_n_children (row) != 4)
        return FALSE;
      for (gsize j = 0; j < 4; j++)
        {
          g_autoptr (GVariant) item = g_variant_get_child_value (row, j);
          double number;

          if (!get_number (item, &number))
            return FALSE;
          if (i + j > 0)
            g_string_append_c (text, ' ');
          append_number (text, number);
        }
    }
  return TRUE;
}

/* The line about one camera. It begins with a line of its own: the last one may
 * have been cut short by a full disk. */
static gboolean
append_note (GString *text, guint frame, GVariant *camera)
{
  const char *folder = "";
  g_autofree char *escaped = NULL;
  g_autoptr (GVariant) matrix = NULL;
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (!g_variant_is_of_type (camera, G_VARIANT_TYPE_VARDICT))
    return FALSE;
  g_variant_lookup (camera, FOLDER_MEMBER, "&s", &folder);
  matrix = g_variant_lookup_value (camera, MATRIX_MEMBER, G_VARIANT_TYPE ("av"));
  escaped = g_strescape (folder, NULL);

  g_string_append_printf (text, "\n%u\t%s\t", frame, escaped);
  if (!append_matrix (text, matrix))
    return FALSE;
  g_variant_iter_init (&iter, camera);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    if (!g_str_equal (name, FOLDER_MEMBER) && !g_str_equal (name, MATRIX_MEMBER))
      {
        g_string_append_c (text, '\t');
        append_text (text, name);
        g_string_append (text, ": ");
        append_value (text, value);
      }
  g_string_append (text, "\t.\n");
  return TRUE;
}

/* In one piece: others append too. */
static gboolean
append_to_journal (const char *root, const GString *text, GError **error)
{
  g_autofree char *path = g_build_filename (root, JOURNAL, NULL);
  int fd = g_open (path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  gssize written;

  if (fd >= 0)
    {
      do
        written = write (fd, text->str, text->len);
      while (written < 0 && errno == EINTR);
      if (written >= 0 && (gsize) written < text->len)
        errno = ENOSPC;
      if (written >= 0 && (gsize) written == text->len && close (fd) == 0)
        return TRUE;
    }

  g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_NOT_WRITABLE, _ ("“%s” cannot be written: %s"),
               path, g_strerror (errno));
  return FALSE;
}

/**
 * rushes_transforms_note:
 * @root: the folder of a scene's results
 * @frame: a frame number
 * @cameras: what a client says of them: "av" of a{sv}, each with its "folder"
 *   below @root, its "transform_matrix", and what goes into transforms.json as
 *   it is
 * @error: return location for a #GError
 *
 * Keeps where the cameras were, for rushes_transforms_write(). May be called from
 * many threads at once.
 *
 * Returns: whether it is noted, else %RUSHES_ERROR_PROTOCOL or
 *   %RUSHES_ERROR_NOT_WRITABLE
 */
gboolean
rushes_transforms_note (const char *root, guint frame, GVariant *cameras, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean sane = g_variant_is_of_type (cameras, G_VARIANT_TYPE ("av"));

  for (gsize i = 0; sane && i < g_variant_n_children (cameras); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (cameras, i);
      g_autoptr (GVariant) camera = g_variant_get_variant (child);

      sane = append_note (text, frame, camera);
    }
  if (!sane)
    {
      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_PROTOCOL,
                   _ ("Blender's answer makes no sense; an add-on may disturb it"));
      return FALSE;
    }

  return append_to_journal (root, text, error);
}

static gboolean
is_matrix (const char *text)
{
  for (guint i = 0; i < 16; i++)
    {
      char *end = NULL;
      double number = g_ascii_strtod (text, &end);

      if (end == text || !isfinite (number) || *end != (i < 15 ? ' ' : '\0'))
        return FALSE;
      text = end + 1;
    }
  return TRUE;
}

/* Reads a line, which is changed; one that is not whole counts for nothing. */
static gboolean
parse_note (char *line, Pose *pose)
{
  gsize length = strlen (line);
  char *end, *folder, *matrix;

  if (length < 2 || strcmp (line + length - 2, "\t.") != 0)
    return FALSE;
  line[length - 2] = '\0';

  pose->frame = (guint) g_ascii_strtoull (line, &end, 10);
  if (end == line || *end != '\t')
    return FALSE;
  folder = end + 1;
  matrix = strchr (folder, '\t');
  if (matrix == NULL)
    return FALSE;
  *matrix++ = '\0';
  pose->members = strchr (matrix, '\t');
  if (pose->members == NULL)
    pose->members = line + length - 2; /* none */
  else
    *pose->members++ = '\0';
  pose->folder = folder;
  pose->matrix = matrix;

  return is_matrix (matrix);
}

static int
compare_poses (gconstpointer a, gconstpointer b)
{
  const Pose *one = a, *other = b;

  if (one->frame != other->frame)
    return one->frame < other->frame ? -1 : 1;
  return one->order < other->order ? -1 : one->order > other->order;
}

/* All notes of all cameras, by frame. @text is changed, and must stay. */
static GArray *
read_notes (char *text, gsize length)
{
  GArray *poses = g_array_new (FALSE, FALSE, sizeof (Pose));
  char *limit = text + length;

  /* What a crash of the computer left may have zeros in it. */
  while (text < limit)
    {
      char *end = memchr (text, '\n', (gsize) (limit - text));
      Pose pose = { .order = poses->len };

      if (end == NULL)
        break;
      *end = '\0';
      if (parse_note (text, &pose))
        g_array_append_val (poses, pose);
      text = end + 1;
    }
  g_array_sort (poses, compare_poses);

  return poses;
}

/* ---- transforms.json ------------------------------------------------- */

/* Files of one kind. */
typedef struct
{
  const RushesFileKind *kind;
  GHashTable *frames; /* (owned): numbers of those that are there */
} Files;

static void
files_free (Files *files)
{
  g_clear_pointer (&files->frames, g_hash_table_unref);
  g_free (files);
}

static Files *
find_files (const char *root, const RushesFileKind *kind)
{
  Files *files = g_new0 (Files, 1);
  g_autofree char *folder = g_build_filename (root, kind->folder, NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name, *extension;
  guint frame;

  files->kind = kind;
  files->frames = g_hash_table_new (NULL, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (rushes_file_kind_parse_name (kind, name, &frame, &extension) &&
        g_str_equal (extension, kind->extension))
      g_hash_table_add (files->frames, GUINT_TO_POINTER (frame));

  return files;
}

static gboolean
has_frame (const Files *files, guint frame)
{
  return g_hash_table_contains (files->frames, GUINT_TO_POINTER (frame));
}

/* The poses of one camera in frame order, the newest of each frame that is there.
 * The first kind of file is in place when all are. */
static GArray *
select_poses (GArray *notes, const char *folder, const Files *first)
{
  GArray *poses = g_array_new (FALSE, FALSE, sizeof (Pose));

  for (guint i = 0; i < notes->len; i++)
    {
      const Pose *pose = &g_array_index (notes, Pose, i);

      if (!g_str_equal (pose->folder, folder) || !has_frame (first, pose->frame))
        continue;
      /* They are in order. */
      if (poses->len > 0 && g_array_index (poses, Pose, poses->len - 1).frame == pose->frame)
        g_array_set_size (poses, poses->len - 1);
      g_array_append_val (poses, *pose);
    }
  return poses;
}

/* Of what the first frame says, the members that all frames say; the others are
 * removed. */
static GPtrArray *
find_common_members (GArray *poses)
{
  const char *first = g_array_index (poses, Pose, 0).members;
  g_auto (GStrv) members = g_strsplit (first, "\t", -1);
  GPtrArray *common = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; members[i] != NULL; i++)
    g_ptr_array_add (common, g_strdup (members[i]));

  for (guint i = 1; i < poses->len && common->len > 0; i++)
    {
      const char *text = g_array_index (poses, Pose, i).members;
      g_auto (GStrv) others = NULL;

      if (g_str_equal (text, first))
        continue;
      others = g_strsplit (text, "\t", -1);
      for (guint j = common->len; j > 0; j--)
        if (!g_strv_contains ((const char *const *) others, g_ptr_array_index (common, j - 1)))
          g_ptr_array_remove_index (common, j - 1);
    }

  return common;
}

/* "normals/normal_000012.exr" is "normal_file_path", beside the camera's own folder. */
static void
append_path (GString *text, const RushesFileKind *kind, guint frame)
{
  g_autofree char *camera = rushes_file_kind_build_camera_folder (kind);
  g_autofree char *name = rushes_file_kind_build_name (kind, frame);
  g_autofree char *member = g_str_equal (kind->name, "frame")
                                ? g_strdup ("file_path")
                                : g_strconcat (kind->name, "_file_path", NULL);

  append_text (text, member);
  g_string_append (text, ": ");
  append_text (text, name + strlen (camera) + (*camera != '\0'));
}

static void
append_rows (GString *text, const char *matrix)
{
  g_auto (GStrv) numbers = g_strsplit (matrix, " ", -1);

  g_string_append (text, "\"" MATRIX_MEMBER "\": [");
  for (guint i = 0; i < 16; i++)
    g_string_append_printf (text, "%s%s%s%s", i % 4 == 0 ? "[" : "", numbers[i],
                            i % 4 == 3 ? "]" : "", i < 15 ? ", " : "]");
}

static void
append_frame (GString *text, const Pose *pose, GPtrArray *files, GPtrArray *common)
{
  g_auto (GStrv) members = g_strsplit (pose->members, "\t", -1);

  g_string_append (text, "    {");
  for (guint i = 0; i < files->len; i++)
    {
      const Files *some = g_ptr_array_index (files, i);

      if (!has_frame (some, pose->frame))
        continue;
      append_path (text, some->kind, pose->frame);
      g_string_append (text, ", ");
    }
  for (guint i = 0; members[i] != NULL; i++)
    if (!g_ptr_array_find_with_equal_func (common, members[i], g_str_equal, NULL))
      g_string_append_printf (text, "%s, ", members[i]);
  append_rows (text, pose->matrix);
  g_string_append_c (text, '}');
}

static char *
compose (GArray *poses, GPtrArray *files)
{
  GString *text = g_string_new ("{\n");
  g_autoptr (GPtrArray) common = find_common_members (poses);

  for (guint i = 0; i < common->len; i++)
    g_string_append_printf (text, "  %s,\n", (const char *) g_ptr_array_index (common, i));
  g_string_append (text, "  \"frames\": [\n");
  for (guint i = 0; i < poses->len; i++)
    {
      append_frame (text, &g_array_index (poses, Pose, i), files, common);
      g_string_append (text, i + 1 < poses->len ? ",\n" : "\n");
    }
  g_string_append (text, "  ]\n}\n");

  return g_string_free (text, FALSE);
}

/* The folders of cameras, each once, with their kinds of file. */
static GHashTable *
group_by_camera (GPtrArray *kinds)
{
  GHashTable *cameras =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);

  for (guint i = 0; i < kinds->len; i++)
    {
      RushesFileKind *kind = g_ptr_array_index (kinds, i);
      g_autofree char *folder = rushes_file_kind_build_camera_folder (kind);
      GPtrArray *group = g_hash_table_lookup (cameras, folder);

      if (group == NULL)
        {
          group = g_ptr_array_new ();
          g_hash_table_insert (cameras, g_steal_pointer (&folder), group);
        }
      g_ptr_array_add (group, kind);
    }
  return cameras;
}

static char *
build_path (const char *root, const char *folder)
{
  return g_build_filename (root, folder, FILE_NAME, NULL);
}

static gboolean
write_camera (const char *root, const char *folder, GPtrArray *kinds, GArray *notes, GError **error)
{
  g_autofree char *escaped = g_strescape (folder, NULL);
  g_autofree char *path = build_path (root, folder);
  g_autofree char *text = NULL;
  g_autoptr (GArray) poses = NULL;
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func ((GDestroyNotify) files_free);
  g_autoptr (GError) local_error = NULL;

  for (guint i = 0; i < kinds->len; i++)
    g_ptr_array_add (files, find_files (root, g_ptr_array_index (kinds, i)));
  poses = select_poses (notes, escaped, g_ptr_array_index (files, 0));
  if (poses->len == 0)
    return TRUE;

  text = compose (poses, files);
  if (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644, &local_error))
    return TRUE;

  g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_NOT_WRITABLE, _ ("“%s” cannot be written: %s"),
               path, local_error->message);
  return FALSE;
}

/**
 * rushes_transforms_write:
 * @root: the folder of a scene's results
 * @kinds: (element-type RushesFileKind): the files that frames have there; of
 *   each camera that one first which is renamed last
 * @error: return location for a #GError
 *
 * Writes each camera's transforms.json: every frame that is noted and there, in
 * order, whichever run rendered it. What is equal in all frames is said once.
 * Whoever reads meanwhile sees the old file or the new one.
 *
 * Returns: whether they are written, where there is anything to write; else
 *   %RUSHES_ERROR_NOT_WRITABLE
 */
gboolean
rushes_transforms_write (const char *root, GPtrArray *kinds, GError **error)
{
  g_autofree char *journal = g_build_filename (root, JOURNAL, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GArray) notes = NULL;
  g_autoptr (GHashTable) cameras = NULL;
  GHashTableIter iter;
  gpointer folder, group;
  gsize length;

  if (!g_file_get_contents (journal, &text, &length, NULL))
    return TRUE;
  notes = read_notes (text, length);
  cameras = group_by_camera (kinds);
  g_hash_table_iter_init (&iter, cameras);
  while (g_hash_table_iter_next (&iter, &folder, &group))
    if (!write_camera (root, folder, group, notes, error))
      return FALSE;

  return TRUE;
}

/**
 * rushes_transforms_are_stale:
 * @root: the folder of a scene's results
 * @kinds: (element-type RushesFileKind): the files that frames have there
 *
 * Returns: whether something has been noted since they were written
 */
gboolean
rushes_transforms_are_stale (const char *root, GPtrArray *kinds)
{
  g_autofree char *journal = g_build_filename (root, JOURNAL, NULL);
  struct stat noted, written;

  if (stat (journal, &noted) != 0)
    return FALSE;
  for (guint i = 0; i < kinds->len; i++)
    {
      g_autofree char *folder = rushes_file_kind_build_camera_folder (g_ptr_array_index (kinds, i));
      g_autofree char *path = build_path (root, folder);

      if (stat (path, &written) != 0 || written.st_mtim.tv_sec < noted.st_mtim.tv_sec ||
          (written.st_mtim.tv_sec == noted.st_mtim.tv_sec &&
           written.st_mtim.tv_nsec <= noted.st_mtim.tv_nsec))
        return TRUE;
    }
  return FALSE;
}

/**
 * rushes_transforms_forget:
 * @root: the folder of a scene's results
 * @kinds: (element-type RushesFileKind): the files that frames had there
 *
 * Removes what is known of frames that are no longer there.
 */
void
rushes_transforms_forget (const char *root, GPtrArray *kinds)
{
  g_autofree char *journal = g_build_filename (root, JOURNAL, NULL);

  g_unlink (journal);
  for (guint i = 0; i < kinds->len; i++)
    {
      g_autofree char *folder = rushes_file_kind_build_camera_folder (g_ptr_array_index (kinds, i));
      g_autofree char *path = build_path (root, folder);

      g_unlink (path);
    }
}
