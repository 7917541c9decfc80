/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "rushes-blend.h"
#include "rushes-error.h"
#include "rushes-json.h"
#include "rushes-lock.h"
#include "rushes-output.h"
#include "rushes-picture.h"
#include "rushes-transforms.h"

#define MANIFEST         "rushes.json"
#define MANIFEST_VERSION 1
#define LOCK             ".rushes.lock"

/* Less room than this after a bad picture, and the disk is to blame. */
#define FULL_DISK_BYTES (1024 * 1024)

/* Room for so many of the largest frames makes it worth while to go on. */
#define ROOM_IN_FRAMES 4

/**
 * RushesOutput:
 *
 * The output folder of one scene, which is the ledger of its frames:
 *
 *     ROOT/rushes.json                what the frames were rendered from
 *     ROOT/frames/frame_000001.png    a frame: whole, checked and renamed
 *     ROOT/depths/depth_000001.exr    another file of it, if there are more
 *     ROOT/frames/.frame_….part       staging: being written, or left by a crash
 *     ROOT/transforms.json            where the camera was in each frame
 *
 * A frame is there when all its files are. They are renamed one after the other,
 * the picture last; a crash in between leaves a frame of which some files are
 * missing, and that is rendered again. What is there of it already is of the same
 * .blend and the same settings, and will be replaced.
 *
 * The manifest names the kinds of file whose origin it vouches for. To ask for
 * one more is to ask for other files, not for other frames: it is added to the
 * folder, and frames that lack it are rendered again, whole. To ask for fewer
 * leaves those that are there alone.
 *
 * Holding one means holding the folder's lock. All functions block on the file
 * system and may be called from any thread, rushes_output_commit() from many
 * at once.
 */
struct _RushesOutput
{
  gatomicrefcount ref_count;
  char *root;         /* (owned) */
  RushesLock *lock;   /* (owned) */
  RushesBlend *blend; /* (owned) */
  JsonNode *settings; /* (owned) */
  char *pixels;       /* (owned): the overrides that change pixels */
  char *files;        /* (owned): those that change which files a frame has */
  RushesExisting existing;
  gboolean fresh;        /* no frame here may be kept */
  GPtrArray *earlier;    /* (owned): kinds of file that the manifest names; since
                            rushes_output_bind() those that are not written now */
  RushesInfo *recorded;  /* (owned) (nullable): from the manifest, if it fits */
  gboolean same_files;   /* its frames have the files that are wanted */
  RushesInfo *info;      /* (owned) (nullable): since rushes_output_bind() */
  guint32 tag;           /* tells our staging files from a dead run's */
  atomic_llong largest;  /* bytes of the largest frame committed so far */
  atomic_llong total;    /* bytes of all of them */
  atomic_uint n_sizes;   /* how many they are */
  atomic_uint n_missing; /* frames that are wanted and not here yet */
  atomic_bool moved;     /* cameras were noted that transforms.json does not have */
};

/* ---- Names ----------------------------------------------------------- */

static char *
resolve (RushesOutput *self, const char *name)
{
  return g_build_filename (self->root, name, NULL);
}

static RushesFileKind *
get_kind (RushesOutput *self, guint i)
{
  return g_ptr_array_index (self->info->kinds, i);
}

/**
 * rushes_output_build_frame_path:
 * @root: the folder of a scene's results
 * @info: what the scene was found to write
 * @frame: a frame number
 *
 * Returns: (transfer full): where the picture lies, or will lie
 */
char *
rushes_output_build_frame_path (const char *root, const RushesInfo *info, guint frame)
{
  g_autofree char *name = rushes_file_kind_build_name (rushes_info_get_shown_kind (info), frame);

  return g_build_filename (root, name, NULL);
}

/**
 * rushes_output_build_staging_name:
 * @self: a bound output
 * @kind: which of its kinds of file
 * @frame: a frame number
 * @client: the number of the client that will write it
 *
 * Returns: (transfer full): a path below the root, in the folder of the final
 *   one, that nobody else writes
 */
char *
rushes_output_build_staging_name (RushesOutput *self, guint kind, guint frame, guint client)
{
  g_autofree char *tag = g_strdup_printf ("%08x-%u", self->tag, client);

  g_return_val_if_fail (self->info != NULL && kind < self->info->kinds->len, NULL);

  return rushes_file_kind_build_staging_name (get_kind (self, kind), frame, tag);
}

/**
 * rushes_output_list_staging:
 * @self: a bound output
 * @frame: a frame number
 * @client: the number of the client that will write it
 *
 * Returns: (transfer floating): all files of the frame as a client is told of
 *   them, a{sv}: keys, and names of rushes_output_build_staging_name()
 */
GVariant *
rushes_output_list_staging (RushesOutput *self, guint frame, guint client)
{
  GVariantDict files;

  g_return_val_if_fail (self->info != NULL, NULL);

  g_variant_dict_init (&files, NULL);
  for (guint i = 0; i < self->info->kinds->len; i++)
    {
      g_autofree char *name = rushes_output_build_staging_name (self, i, frame, client);

      g_variant_dict_insert (&files, get_kind (self, i)->key, "s", name);
    }
  return g_variant_dict_end (&files);
}

/* ---- The manifest ---------------------------------------------------- */

static gboolean
write_manifest (RushesOutput *self, GError **error)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *path = resolve (self, MANIFEST);
  g_autofree char *text = NULL;
  g_autoptr (GError) local_error = NULL;

  json_object_set_int_member (object, "version", MANIFEST_VERSION);
  json_object_set_object_member (object, "blend", rushes_blend_to_json (self->blend));
  json_object_set_member (object, "settings", json_node_copy (self->settings));
  json_object_set_string_member (object, "pixels", self->pixels);
  json_object_set_string_member (object, "files", self->files);
  rushes_info_to_json (self->info, object);
  if (self->earlier->len > 0)
    json_object_set_member (object, "earlier", rushes_file_kinds_to_json (self->earlier));
  json_node_set_object (node, object);
  text = json_to_string (node, TRUE);

  if (!g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644,
                                 &local_error))
    {
      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_NOT_WRITABLE, _ ("“%s” cannot be written: %s"),
                   path, local_error->message);
      return FALSE;
    }
  return TRUE;
}

static RushesBlend *
read_blend (JsonObject *manifest)
{
  JsonObject *blend = rushes_json_get_object (manifest, "blend");

  return blend != NULL ? rushes_blend_from_json (blend) : NULL;
}

/* A manifest that cannot be read is as good as none: its frames are of unknown
 * origin, and the user is asked. */
static JsonObject *
read_manifest (RushesOutput *self)
{
  g_autofree char *path = resolve (self, MANIFEST);
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) root = NULL;
  gsize size;

  if (!g_file_get_contents (path, &text, &size, NULL) || !rushes_json_is_flat (text, size))
    return NULL;
  root = json_from_string (text, NULL);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return NULL;
  if (rushes_json_get_int (json_node_get_object (root), "version", 0) != MANIFEST_VERSION)
    return NULL;

  return json_object_ref (json_node_get_object (root));
}

/* Adds to @kinds what @node holds of others. */
static void
add_kinds (GPtrArray *kinds, JsonNode *node)
{
  g_autoptr (GPtrArray) more = node != NULL ? rushes_file_kinds_from_json (node) : NULL;

  for (guint i = 0; more != NULL && i < more->len; i++)
    g_ptr_array_add (kinds, rushes_file_kind_ref (g_ptr_array_index (more, i)));
}

/* The kinds of file that @manifest vouches for: frames, where it says nothing. */
static GPtrArray *
read_kinds (JsonObject *manifest)
{
  GPtrArray *kinds = g_ptr_array_new_with_free_func ((GDestroyNotify) rushes_file_kind_unref);

  if (manifest != NULL)
    {
      add_kinds (kinds, json_object_get_member (manifest, "outputs"));
      add_kinds (kinds, json_object_get_member (manifest, "earlier"));
    }
  if (kinds->len == 0)
    {
      const RushesPictureFormat *format = rushes_picture_format_find ("PNG");

      g_ptr_array_add (kinds, rushes_file_kind_new_frames (
                                  format, rushes_picture_format_get_extension (format), 0, 0));
    }
  return kinds;
}

/* ---- Opening --------------------------------------------------------- */

typedef gboolean (*NameFilter) (const RushesFileKind *kind, const char *name, gpointer user_data);

static gboolean
is_staging (const RushesFileKind *kind, const char *name, gpointer user_data)
{
  return rushes_file_kind_is_staging_name (kind, name);
}

static gboolean
is_of_frame (const RushesFileKind *kind, const char *name, gpointer user_data)
{
  const char *extension;
  guint frame;

  return rushes_file_kind_parse_name (kind, name, &frame, &extension);
}

static gboolean
is_of_frame_in_range (const RushesFileKind *kind, const char *name, gpointer user_data)
{
  const char *extension;
  guint frame;

  return rushes_file_kind_parse_name (kind, name, &frame, &extension) &&
         rushes_frame_range_find (user_data, frame, NULL);
}

/* Counts what @filter selects of @kind, and removes it if asked. */
static guint
select_files_of (RushesOutput *self,
                 const RushesFileKind *kind,
                 NameFilter filter,
                 gpointer user_data,
                 gboolean remove)
{
  g_autofree char *folder = resolve (self, kind->folder);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint count = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (filter (kind, name, user_data))
      {
        g_autofree char *path = g_build_filename (folder, name, NULL);

        count++;
        if (remove)
          g_unlink (path);
      }

  return count;
}

static guint
select_files (RushesOutput *self,
              GPtrArray *kinds,
              NameFilter filter,
              gpointer user_data,
              gboolean remove)
{
  guint count = 0;

  for (guint i = 0; i < kinds->len; i++)
    count += select_files_of (self, g_ptr_array_index (kinds, i), filter, user_data, remove);

  return count;
}

static gboolean
make_folder (const char *folder, GError **error)
{
  if (g_mkdir_with_parents (folder, 0755) == 0 && access (folder, W_OK | X_OK) == 0)
    return TRUE;

  g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_NOT_WRITABLE,
               _ ("The output folder “%s” cannot be written: %s"), folder, g_strerror (errno));
  return FALSE;
}

static gboolean
refuse (RushesOutput *self, const char *reason, GError **error)
{
  g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_SETTINGS_CHANGED, _ ("“%s” holds frames %s"),
               self->root, reason);
  return FALSE;
}

/* Decides what the frames that are here are worth. */
static gboolean
judge_existing (RushesOutput *self, JsonObject *manifest, RushesBlend *before, GError **error)
{
  const char *pixels = NULL, *files = NULL;
  gboolean same_blend, same_pixels;

  if (select_files (self, self->earlier, is_of_frame, NULL, FALSE) == 0)
    return TRUE;

  if (manifest != NULL)
    {
      pixels = rushes_json_get_string (manifest, "pixels");
      files = rushes_json_get_string (manifest, "files");
    }
  same_blend = before != NULL && g_strcmp0 (before->sha256, self->blend->sha256) == 0;
  same_pixels = g_strcmp0 (pixels, self->pixels) == 0;

  if (same_blend && same_pixels)
    self->recorded = rushes_info_from_json (manifest);
  /* Before there were outputs there were frames. */
  self->same_files = g_str_equal (files != NULL ? files : "{}", self->files);
  /* Which Blender it was is part of it. */
  if (self->recorded != NULL)
    return TRUE;

  switch (self->existing)
    {
    case RUSHES_EXISTING_OVERWRITE:
      self->fresh = TRUE;
      return TRUE;
    case RUSHES_EXISTING_KEEP:
      return TRUE;
    case RUSHES_EXISTING_RESUME:
    default:
      if (manifest == NULL || (same_blend && same_pixels))
        return refuse (self, _ ("of unknown origin"), error);
      if (!same_blend)
        return refuse (self, _ ("of another state of the scene"), error);
      return refuse (self, _ ("of other settings"), error);
    }
}

/**
 * rushes_output_open:
 * @root: folder of the scene's results, absolute; made when it is missing
 * @blend_path: the scene, absolute
 * @settings: what is overridden; read before the function returns
 * @existing: what to do with frames that are there
 * @error: return location for a #GError
 *
 * Checks the scene's file, locks the folder, compares its manifest with this
 * .blend and these settings, and removes staging files that a crash left.
 *
 * Returns: (transfer full) (nullable): the output, or %NULL with any of the
 *   errors of rushes_blend_identify() and rushes_lock_take(),
 *   %RUSHES_ERROR_NOT_WRITABLE, or %RUSHES_ERROR_SETTINGS_CHANGED
 */
RushesOutput *
rushes_output_open (const char *root,
                    const char *blend_path,
                    RushesSettings *settings,
                    RushesExisting existing,
                    GError **error)
{
  g_autoptr (RushesOutput) self = NULL;
  g_autoptr (JsonObject) manifest = NULL;
  g_autoptr (RushesBlend) before = NULL;
  g_autofree char *lock = NULL;

  g_return_val_if_fail (root != NULL, NULL);
  g_return_val_if_fail (blend_path != NULL, NULL);

  self = g_new0 (RushesOutput, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->root = g_strdup (root);
  self->existing = existing;
  self->settings = rushes_settings_to_json (settings);
  self->pixels = rushes_settings_describe_pixels (settings);
  self->files = rushes_settings_describe_files (settings);
  self->tag = g_random_int ();

  if (!rushes_blend_check (blend_path, error) || !make_folder (self->root, error))
    return NULL;

  lock = resolve (self, LOCK);
  self->lock = rushes_lock_take (lock, error);
  if (self->lock == NULL)
    return NULL;

  /* Not before the lock: its holder may have been writing another one. */
  manifest = read_manifest (self);
  if (manifest != NULL)
    before = read_blend (manifest);
  self->earlier = read_kinds (manifest);
  self->blend = rushes_blend_identify (blend_path, before, error);
  if (self->blend == NULL || !judge_existing (self, manifest, before, error))
    return NULL;

  select_files (self, self->earlier, is_staging, NULL, TRUE);

  return g_steal_pointer (&self);
}

RushesOutput *
rushes_output_ref (RushesOutput *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * rushes_output_unref:
 * @self: an output
 *
 * The last one releases the folder's lock.
 */
void
rushes_output_unref (RushesOutput *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->lock, rushes_lock_release);
  g_clear_pointer (&self->root, g_free);
  g_clear_pointer (&self->blend, rushes_blend_free);
  g_clear_pointer (&self->settings, json_node_unref);
  g_clear_pointer (&self->pixels, g_free);
  g_clear_pointer (&self->files, g_free);
  g_clear_pointer (&self->earlier, g_ptr_array_unref);
  g_clear_pointer (&self->recorded, rushes_info_free);
  g_clear_pointer (&self->info, rushes_info_free);
  g_free (self);
}

/**
 * rushes_output_get_root:
 * @self: an output
 *
 * Returns: (transfer none): the folder's absolute path
 */
const char *
rushes_output_get_root (RushesOutput *self)
{
  return self->root;
}

/**
 * rushes_output_get_recorded_info:
 * @self: an output
 *
 * Returns: (transfer none) (nullable): what loading this .blend with these
 *   settings gave before, so that a finished scene need not be loaded again;
 *   only on a plain resume
 */
const RushesInfo *
rushes_output_get_recorded_info (RushesOutput *self)
{
  return self->existing == RUSHES_EXISTING_RESUME && self->same_files ? self->recorded : NULL;
}

/* ---- Frames ---------------------------------------------------------- */

/**
 * rushes_output_check_blender:
 * @self: an output
 * @version: of the Blender that is about to render here
 * @error: return location for a #GError
 *
 * Another version renders other pixels: unless the user said what to do with
 * the frames that are there, they must not be mixed.
 *
 * Returns: whether this Blender may go on, else %RUSHES_ERROR_SETTINGS_CHANGED
 */
gboolean
rushes_output_check_blender (RushesOutput *self, const char *version, GError **error)
{
  g_autofree char *reason = NULL;

  if (self->recorded == NULL || g_str_equal (self->recorded->blender, version) ||
      self->existing == RUSHES_EXISTING_KEEP)
    return TRUE;
  if (self->existing == RUSHES_EXISTING_OVERWRITE)
    {
      self->fresh = TRUE;
      return TRUE;
    }

  reason = g_strdup_printf (_ ("by Blender %s, this is %s"), self->recorded->blender, version);
  return refuse (self, reason, error);
}

static gboolean
is_written_now (RushesOutput *self, const RushesFileKind *kind)
{
  for (guint i = 0; i < self->info->kinds->len; i++)
    if (rushes_file_kind_is_same_place (kind, get_kind (self, i)))
      return TRUE;
  return FALSE;
}

/* Files may lie where a kind of file goes that the manifest says nothing of, or
 * that it knows packed in another way. */
static gboolean
judge_kind (RushesOutput *self, const RushesFileKind *kind, GError **error)
{
  const RushesFileKind *known = NULL;
  g_autofree char *reason = NULL;

  for (guint i = 0; i < self->earlier->len && known == NULL; i++)
    if (rushes_file_kind_is_same_place (kind, g_ptr_array_index (self->earlier, i)))
      known = g_ptr_array_index (self->earlier, i);

  if ((known != NULL && g_strcmp0 (known->codec, kind->codec) == 0) ||
      select_files_of (self, kind, is_of_frame, NULL, FALSE) == 0)
    return TRUE;
  if (known == NULL || known->codec == NULL || kind->codec == NULL)
    return refuse (self, _ ("of unknown origin"), error);
  reason = g_strdup_printf (_ ("packed by %s, not by %s"), known->codec, kind->codec);
  return refuse (self, reason, error);
}

/* Makes the folders ready for frames; before anything is rendered: a run that
 * dies half-way must not leave old frames under a manifest that speaks of new
 * ones. */
static gboolean
prepare_folders (RushesOutput *self, RushesFrameRange *range, GError **error)
{
  GPtrArray *kinds = self->info->kinds;

  for (guint i = 0; i < kinds->len; i++)
    {
      g_autofree char *folder = resolve (self, get_kind (self, i)->folder);

      if (!make_folder (folder, error))
        return FALSE;
    }

  if (self->fresh)
    {
      select_files (self, self->earlier, is_of_frame, NULL, TRUE);
      select_files (self, kinds, is_of_frame, NULL, TRUE);
      rushes_transforms_forget (self->root, self->earlier);
      rushes_transforms_forget (self->root, kinds);
      g_ptr_array_set_size (self->earlier, 0);
    }
  else if (self->existing == RUSHES_EXISTING_OVERWRITE)
    select_files (self, kinds, is_of_frame_in_range, range, TRUE);
  else if (self->existing == RUSHES_EXISTING_RESUME)
    for (guint i = 0; i < kinds->len; i++)
      if (!judge_kind (self, get_kind (self, i), error))
        return FALSE;

  /* What is left there is what this run does not touch. */
  for (guint i = self->earlier->len; i > 0; i--)
    if (is_written_now (self, g_ptr_array_index (self->earlier, i - 1)))
      g_ptr_array_remove_index (self->earlier, i - 1);

  return TRUE;
}

/* Counts for each frame of @range how many of its files are there, in the order
 * of the kinds; a frame that lacks one is not looked at any further. */
static void
count_files (RushesOutput *self, RushesFrameRange *range, guint16 *counts)
{
  for (guint i = 0; i < self->info->kinds->len; i++)
    {
      const RushesFileKind *kind = get_kind (self, i);
      g_autofree char *folder = resolve (self, kind->folder);
      g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
      const char *name, *extension;
      guint frame, index;

      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *path = NULL;

          if (!rushes_file_kind_parse_name (kind, name, &frame, &extension) ||
              !g_str_equal (extension, kind->extension) ||
              !rushes_frame_range_find (range, frame, &index) || counts[index] < i)
            continue;
          path = g_build_filename (folder, name, NULL);
          if (rushes_picture_check (kind->format, path, kind->width, kind->height, NULL))
            counts[index]++;
        }
    }
}

/**
 * rushes_output_bind:
 * @self: an output
 * @info: what loading the scene gave
 * @range: the frames that are wanted
 * @error: return location for a #GError
 *
 * Writes the manifest and looks which frames of @range are there, whole.
 *
 * Returns: (transfer full) (nullable): a byte for each index of @range, 1 if
 *   the frame is done; or %NULL with %RUSHES_ERROR_NOT_WRITABLE, or with
 *   %RUSHES_ERROR_SETTINGS_CHANGED if there are files of unknown origin
 */
guint8 *
rushes_output_bind (RushesOutput *self,
                    const RushesInfo *info,
                    RushesFrameRange *range,
                    GError **error)
{
  g_autofree guint8 *done = NULL;
  g_autofree guint16 *counts = NULL;
  guint n_frames, n_missing = 0;
  gboolean first;

  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (range != NULL, NULL);

  /* What is rendered once it is bound is this run's own. */
  first = self->info == NULL;
  g_clear_pointer (&self->info, rushes_info_free);
  self->info = rushes_info_copy (info);

  if ((first && !prepare_folders (self, range, error)) || !write_manifest (self, error))
    return NULL;

  n_frames = rushes_frame_range_get_length (range);
  done = g_malloc0 (n_frames);
  counts = g_new0 (guint16, n_frames);
  count_files (self, range, counts);
  for (guint i = 0; i < n_frames; i++)
    {
      done[i] = counts[i] == self->info->kinds->len;
      n_missing += !done[i];
    }
  atomic_store (&self->n_missing, n_missing);
  /* The last run was killed before it could. */
  if (n_missing == 0 && rushes_transforms_are_stale (self->root, self->info->kinds))
    {
      atomic_store (&self->moved, TRUE);
      rushes_output_finish (self, NULL);
    }

  return g_steal_pointer (&done);
}

/* Bytes that we may still write, or -1 when the system does not say. */
static gint64
get_free_bytes (RushesOutput *self)
{
  struct statvfs info;

  if (statvfs (self->root, &info) != 0)
    return -1;
  return (gint64) info.f_bavail * (gint64) info.f_frsize;
}

/**
 * rushes_output_make_full_error:
 * @self: an output
 *
 * Returns: (transfer full): %RUSHES_ERROR_DISK_FULL, saying how much is free
 */
GError *
rushes_output_make_full_error (RushesOutput *self)
{
  g_autofree char *size = g_format_size ((guint64) MAX (get_free_bytes (self), 0));

  return g_error_new (RUSHES_ERROR, RUSHES_ERROR_DISK_FULL, _ ("The disk of “%s” is full: %s free"),
                      self->root, size);
}

/* A picture that is not whole on a disk without room is the disk's fault. */
static void
blame_disk (RushesOutput *self, GError **error)
{
  gint64 free_bytes = get_free_bytes (self);

  if (free_bytes < 0 || free_bytes >= FULL_DISK_BYTES)
    return;

  g_clear_error (error);
  *error = rushes_output_make_full_error (self);
}

/**
 * rushes_output_get_blend_size:
 * @self: an output folder
 *
 * Returns: the size of its .blend in bytes
 */
guint64
rushes_output_get_blend_size (RushesOutput *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->blend->size;
}

/**
 * rushes_output_get_witness:
 * @self: an output folder
 *
 * Returns: (transfer none): the name of a file that is in it as long as it is in
 *   use, by which other computers can tell that they see the same folder
 */
const char *
rushes_output_get_witness (RushesOutput *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return LOCK;
}

/**
 * rushes_output_has_room:
 * @self: an output
 *
 * Returns: whether the disk holds a few more frames of the size they have had
 *   so far
 */
gboolean
rushes_output_has_room (RushesOutput *self)
{
  gint64 needed = ROOM_IN_FRAMES * (gint64) atomic_load (&self->largest);

  return get_free_bytes (self) >= MAX (needed, FULL_DISK_BYTES);
}

/**
 * rushes_output_foresee:
 * @self: an output
 * @n_left: frames that are still to be committed
 *
 * Judges by the frames committed so far whether the disk has room for the rest.
 *
 * Returns: (transfer full) (nullable): a warning with numbers in it, or %NULL
 *   when there is room, or nothing can be said
 */
char *
rushes_output_foresee (RushesOutput *self, guint n_left)
{
  guint n_sizes = atomic_load (&self->n_sizes);
  gint64 free_bytes = get_free_bytes (self);
  double needed;
  g_autofree char *free_size = NULL;
  g_autofree char *needed_size = NULL;

  if (n_sizes == 0 || free_bytes < 0)
    return NULL;
  needed = (double) atomic_load (&self->total) / n_sizes * n_left;
  if (needed <= (double) free_bytes)
    return NULL;

  free_size = g_format_size ((guint64) free_bytes);
  needed_size = g_format_size ((guint64) needed);
  return g_strdup_printf (
      ngettext ("The disk will be full before the end: %u frame is left and needs about %s, "
                "%s are free",
                "The disk will be full before the end: %u frames are left and need about %s, "
                "%s are free",
                n_left),
      n_left, needed_size, free_size);
}

/* @size: bytes of all files of a frame */
static void
note_size (RushesOutput *self, long long size)
{
  long long largest = atomic_load (&self->largest);

  atomic_fetch_add (&self->total, size);
  atomic_fetch_add (&self->n_sizes, 1);
  while (size > largest && !atomic_compare_exchange_weak (&self->largest, &largest, size))
    ;
}

static gboolean
check_file (RushesOutput *self, guint kind, const char *staging, GError **error)
{
  const RushesFileKind *about = get_kind (self, kind);
  g_autofree char *path = resolve (self, staging);
  g_autoptr (GError) local_error = NULL;

  if (rushes_picture_check (about->format, path, about->width, about->height, &local_error))
    return TRUE;

  blame_disk (self, &local_error);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
rename_file (RushesOutput *self,
             guint kind,
             guint frame,
             const char *staging,
             long long *size,
             GError **error)
{
  g_autofree char *name = rushes_file_kind_build_name (get_kind (self, kind), frame);
  g_autofree char *path = resolve (self, name);
  g_autofree char *staging_path = resolve (self, staging);
  struct stat info;

  if (stat (staging_path, &info) == 0)
    *size += info.st_size;
  if (rename (staging_path, path) == 0)
    return TRUE;

  g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_NOT_WRITABLE, _ ("“%s” cannot be written: %s"),
               path, g_strerror (errno));
  return FALSE;
}

static gboolean
note_poses (RushesOutput *self, guint frame, GVariant *poses, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (poses == NULL || rushes_transforms_note (self->root, frame, poses, &local_error))
    {
      if (poses != NULL)
        atomic_store (&self->moved, TRUE);
      return TRUE;
    }

  blame_disk (self, &local_error);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/**
 * rushes_output_check_folders:
 * @self: a bound output
 * @error: return location for a #GError
 *
 * Returns: whether its folders are where they were; otherwise
 *   %RUSHES_ERROR_NOT_WRITABLE, as they have been moved, removed or unmounted
 */
gboolean
rushes_output_check_folders (RushesOutput *self, GError **error)
{
  gboolean ok = rushes_lock_is_current (self->lock);

  for (guint i = 0; ok && i < self->info->kinds->len; i++)
    {
      g_autofree char *name = rushes_output_build_staging_name (self, i, 0, 0);
      g_autofree char *path = resolve (self, name);
      g_autofree char *folder = g_path_get_dirname (path);

      ok = g_file_test (folder, G_FILE_TEST_IS_DIR);
    }
  if (!ok)
    g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_NOT_WRITABLE,
                 _ ("The output folder “%s” is no longer there"), self->root);
  return ok;
}

static gboolean
commit_files (RushesOutput *self, guint frame, GStrv staging, GVariant *poses, GError **error)
{
  guint n_kinds = self->info->kinds->len;
  long long size = 0;

  /* What has been rendered here would lie alone, in a folder of that name. */
  if (!rushes_output_check_folders (self, error) ||
      !rushes_blend_check_unchanged (self->blend, error))
    return FALSE;
  for (guint i = 0; i < n_kinds; i++)
    if (!check_file (self, i, staging[i], error))
      return FALSE;
  /* First, so that no frame is ever there without it. */
  if (!note_poses (self, frame, poses, error))
    return FALSE;
  /* The picture last: whoever waits for it finds all the rest. */
  for (guint i = n_kinds; i > 0; i--)
    if (!rename_file (self, i - 1, frame, staging[i - 1], &size, error))
      return FALSE;

  note_size (self, size);
  return TRUE;
}

/**
 * rushes_output_commit:
 * @self: a bound output
 * @frame: the frame's number
 * @client: the number of the client that has written it, to the names of
 *   rushes_output_list_staging()
 * @poses: (nullable): where the cameras were, as the client says
 * @error: return location for a #GError
 *
 * Makes what was rendered a frame: checks that the .blend is still the one
 * that was loaded and that every file is whole, and renames them. Otherwise the
 * staging files are removed. After the last frame that is wanted
 * transforms.json is written.
 *
 * Returns: whether the frame is done, else %RUSHES_ERROR_BAD_PICTURE,
 *   %RUSHES_ERROR_MISSING_FILE, %RUSHES_ERROR_DISK_FULL, %RUSHES_ERROR_FILE_CHANGED or
 *   %RUSHES_ERROR_NOT_WRITABLE
 */
gboolean
rushes_output_commit (RushesOutput *self,
                      guint frame,
                      guint client,
                      GVariant *poses,
                      GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) staging = NULL;

  g_return_val_if_fail (self->info != NULL, FALSE);

  for (guint i = 0; i < self->info->kinds->len; i++)
    {
      g_autofree char *name = rushes_output_build_staging_name (self, i, frame, client);

      g_strv_builder_add (builder, name);
    }
  staging = g_strv_builder_end (builder);

  if (!commit_files (self, frame, staging, poses, error))
    {
      rushes_output_discard (self, frame, client);
      return FALSE;
    }

  /* If it cannot be, rushes_output_finish() will say so. */
  if (atomic_fetch_sub (&self->n_missing, 1) == 1)
    rushes_output_finish (self, NULL);
  return TRUE;
}

/**
 * rushes_output_discard:
 * @self: a bound output
 * @frame: a frame number
 * @client: the number of the client that was to write it
 *
 * Removes what a client left of a frame that did not succeed.
 */
void
rushes_output_discard (RushesOutput *self, guint frame, guint client)
{
  g_return_if_fail (self->info != NULL);

  for (guint i = 0; i < self->info->kinds->len; i++)
    {
      g_autofree char *name = rushes_output_build_staging_name (self, i, frame, client);
      g_autofree char *path = resolve (self, name);

      g_unlink (path);
    }
}

static gpointer
copy_kind (gconstpointer kind, gpointer user_data)
{
  return rushes_file_kind_ref (kind);
}

/**
 * rushes_output_is_finished:
 * @self: an output
 *
 * Returns: whether rushes_output_finish() would do nothing
 */
gboolean
rushes_output_is_finished (RushesOutput *self)
{
  return !atomic_load (&self->moved);
}

/**
 * rushes_output_finish:
 * @self: an output whose frames are all in place or given up
 * @error: return location for a #GError
 *
 * Writes transforms.json for what has been committed since it was written.
 *
 * Returns: whether it is there, if it is to be; else %RUSHES_ERROR_NOT_WRITABLE
 */
gboolean
rushes_output_finish (RushesOutput *self, GError **error)
{
  g_autoptr (GPtrArray) kinds = NULL;

  if (self->info == NULL || !atomic_exchange (&self->moved, FALSE))
    return TRUE;

  kinds = g_ptr_array_copy (self->info->kinds, copy_kind, NULL);
  g_ptr_array_set_free_func (kinds, (GDestroyNotify) rushes_file_kind_unref);
  for (guint i = 0; i < self->earlier->len; i++)
    g_ptr_array_add (kinds, rushes_file_kind_ref (g_ptr_array_index (self->earlier, i)));
  if (rushes_transforms_write (self->root, kinds, error))
    return TRUE;

  atomic_store (&self->moved, TRUE);
  return FALSE;
}
