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
 * What clients say of a camera are fields between tabs: its folder, the matrix as 16
 * numbers, and JSON members as they go into transforms.json. A line of the journal
 * has the frame's number before that, and a dot at its end, by which one that was
 * cut short is known. Nobody on the way need understand what is in them, nor pay
 * for it. */

#define JOURNAL   "rushes.poses"
#define FILE_NAME "transforms.json"

#define LINE_END "\t."

/* A note; everything points into the journal's text. */
typedef struct
{
  guint frame;
  guint order; /* in the journal */
  const char *folder;
  const char *matrix;
  char *members;
} Pose;

/* ---- The journal ----------------------------------------------------- */

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

/* Cuts @text, what a client said about one camera, into its fields. */
static gboolean
split_pose (char *text, Pose *pose)
{
  char *matrix = strchr (text, '\t');
  char *members = matrix != NULL ? strchr (matrix + 1, '\t') : NULL;

  if (members == NULL)
    return FALSE;
  *matrix++ = '\0';
  *members++ = '\0';
  pose->folder = text;
  pose->matrix = matrix;
  pose->members = members;

  return is_matrix (matrix);
}

static gboolean
is_pose (const char *text)
{
  g_autofree char *copy = g_strdup (text);
  Pose pose;

  return strchr (text, '\n') == NULL && split_pose (copy, &pose);
}

/* In one piece: others append too. */
static gboolean
append_to_journal (const char *root, const GString *text, GError **error)
{
  g_autofree char *path = g_build_filename (root, JOURNAL, NULL);
  int fd = g_open (path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  gssize written = -1;
  int cause;

  if (fd >= 0)
    do
      written = write (fd, text->str, text->len);
    while (written < 0 && errno == EINTR);
  cause = written < 0 ? errno : ENOSPC;
  if (fd >= 0 && close (fd) != 0)
    {
      cause = errno;
      written = -1;
    }
  if (written >= 0 && (gsize) written == text->len)
    return TRUE;

  g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_NOT_WRITABLE, _ ("“%s” cannot be written: %s"),
               path, g_strerror (cause));
  return FALSE;
}

/**
 * rushes_transforms_note:
 * @root: the folder of a scene's results
 * @frame: a frame number
 * @poses: what a client says of the cameras: "av" of a text for each
 * @error: return location for a #GError
 *
 * Keeps where the cameras were, for rushes_transforms_write(). May be called from
 * many threads at once.
 *
 * Returns: whether it is noted, else %RUSHES_ERROR_PROTOCOL or
 *   %RUSHES_ERROR_NOT_WRITABLE
 */
gboolean
rushes_transforms_note (const char *root, guint frame, GVariant *poses, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean sane = g_variant_is_of_type (poses, G_VARIANT_TYPE ("av"));

  for (gsize i = 0; sane && i < g_variant_n_children (poses); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (poses, i);
      g_autoptr (GVariant) pose = g_variant_get_variant (child);

      sane = g_variant_is_of_type (pose, G_VARIANT_TYPE_STRING) &&
             is_pose (g_variant_get_string (pose, NULL));
      /* After an end of line: what is there may have been cut short by a full disk. */
      if (sane)
        g_string_append_printf (text, "\n%u\t%s" LINE_END "\n", frame,
                                g_variant_get_string (pose, NULL));
    }
  if (!sane)
    {
      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_PROTOCOL,
                   _ ("Blender's answer makes no sense; an add-on may disturb it"));
      return FALSE;
    }

  return append_to_journal (root, text, error);
}

/* Reads a line, which is changed; one that is not whole counts for nothing. */
static gboolean
parse_note (char *line, Pose *pose)
{
  gsize length = strlen (line);
  char *end;

  if (!g_str_has_suffix (line, LINE_END))
    return FALSE;
  line[length - strlen (LINE_END)] = '\0';
  pose->frame = (guint) g_ascii_strtoull (line, &end, 10);

  return end != line && *end == '\t' && split_pose (end + 1, pose);
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

static void
append_text (GString *text, const char *value)
{
  g_autoptr (JsonNode) node = json_node_init_string (json_node_alloc (), value);
  g_autofree char *quoted = json_to_string (node, FALSE);

  g_string_append (text, quoted);
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

  g_string_append (text, "\"transform_matrix\": [");
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
  g_autofree char *path = build_path (root, folder);
  g_autofree char *text = NULL;
  g_autoptr (GArray) poses = NULL;
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func ((GDestroyNotify) files_free);
  g_autoptr (GError) local_error = NULL;

  for (guint i = 0; i < kinds->len; i++)
    g_ptr_array_add (files, find_files (root, g_ptr_array_index (kinds, i)));
  poses = select_poses (notes, folder, g_ptr_array_index (files, 0));
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
