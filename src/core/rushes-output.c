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

#define MANIFEST         "rushes.json"
#define MANIFEST_VERSION 1
#define LOCK             ".rushes.lock"
#define FRAMES           "frames"
#define STAGING_PREFIX   ".frame_"
#define STAGING_SUFFIX   ".part"

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
 *     ROOT/frames/.frame_….part       staging: being written, or left by a crash
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
  RushesExisting existing;
  gboolean fresh;       /* no frame here may be kept */
  RushesInfo *recorded; /* (owned) (nullable): from the manifest, if it fits */
  RushesInfo *info;     /* (owned) (nullable): since rushes_output_bind() */
  const RushesPictureFormat *format;
  guint32 tag;          /* tells our staging files from a dead run's */
  atomic_llong largest; /* bytes of the largest frame committed so far */
  atomic_llong total;   /* bytes of all of them */
  atomic_uint n_sizes;  /* how many they are */
};

/* ---- Names ----------------------------------------------------------- */

static char *
resolve (RushesOutput *self, const char *name)
{
  return g_build_filename (self->root, name, NULL);
}

/**
 * rushes_output_get_frame_name:
 * @self: a bound output
 * @frame: a frame number
 *
 * Returns: (transfer full): the picture's path below the root
 */
char *
rushes_output_get_frame_name (RushesOutput *self, guint frame)
{
  g_return_val_if_fail (self->info != NULL, NULL);

  return g_strdup_printf (FRAMES "/frame_%06u%s", frame, self->info->extension);
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
  return g_strdup_printf ("%s" G_DIR_SEPARATOR_S FRAMES "/frame_%06u%s", root, frame,
                          info->extension);
}

/**
 * rushes_output_get_staging_name:
 * @self: a bound output
 * @frame: a frame number
 * @client: the number of the client that will write it
 *
 * Returns: (transfer full): a path below the root, in the folder of the final
 *   one, that nobody else writes
 */
char *
rushes_output_get_staging_name (RushesOutput *self, guint frame, guint client)
{
  g_return_val_if_fail (self->info != NULL, NULL);

  return g_strdup_printf (FRAMES "/" STAGING_PREFIX "%06u%s.%08x-%u" STAGING_SUFFIX, frame,
                          self->info->extension, self->tag, client);
}

/* The frame number in "frame_000012.png", whatever the picture's format. */
static gboolean
parse_frame_name (const char *name, guint *frame, const char **extension)
{
  const char *digits;
  char *end = NULL;
  guint64 value;

  if (!g_str_has_prefix (name, "frame_"))
    return FALSE;
  digits = name + strlen ("frame_");
  /* Only as rushes_output_get_frame_name() writes it: 0000001 is not 000001. */
  if (strspn (digits, "0123456789") < 6 || (*digits == '0' && digits[6] != '.'))
    return FALSE;
  value = g_ascii_strtoull (digits, &end, 10);
  if (value > RUSHES_FRAME_MAX || !rushes_picture_is_extension (end))
    return FALSE;

  *frame = (guint) value;
  *extension = end;
  return TRUE;
}

/* ---- The manifest ---------------------------------------------------- */

static gboolean
write_manifest (RushesOutput *self, GError **error)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *blend = json_object_new ();
  g_autofree char *path = resolve (self, MANIFEST);
  g_autofree char *text = NULL;
  g_autoptr (GError) local_error = NULL;

  json_object_set_int_member (object, "version", MANIFEST_VERSION);
  json_object_set_string_member (blend, "path", self->blend->path);
  json_object_set_int_member (blend, "size", self->blend->size);
  json_object_set_int_member (blend, "mtime", self->blend->mtime);
  json_object_set_string_member (blend, "sha256", self->blend->sha256);
  json_object_set_object_member (object, "blend", blend);
  json_object_set_member (object, "settings", json_node_copy (self->settings));
  json_object_set_string_member (object, "pixels", self->pixels);
  rushes_info_to_json (self->info, object);
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
  JsonNode *node = json_object_get_member (manifest, "blend");
  JsonObject *object;
  RushesBlend *blend;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return NULL;

  object = json_node_get_object (node);
  blend = g_new0 (RushesBlend, 1);
  blend->path = g_strdup (rushes_json_get_string (object, "path"));
  blend->size = rushes_json_get_int (object, "size", -1);
  blend->mtime = rushes_json_get_int (object, "mtime", -1);
  blend->sha256 = g_strdup (rushes_json_get_string (object, "sha256"));

  return blend;
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

/* ---- Opening --------------------------------------------------------- */

typedef gboolean (*NameFilter) (const char *name, gpointer user_data);

static gboolean
is_staging (const char *name, gpointer user_data)
{
  return g_str_has_prefix (name, STAGING_PREFIX) && g_str_has_suffix (name, STAGING_SUFFIX);
}

static gboolean
is_frame (const char *name, gpointer user_data)
{
  const char *extension;
  guint frame;

  return parse_frame_name (name, &frame, &extension);
}

static gboolean
is_frame_in_range (const char *name, gpointer user_data)
{
  const char *extension;
  guint frame;

  return parse_frame_name (name, &frame, &extension) &&
         rushes_frame_range_find (user_data, frame, NULL);
}

/* Counts what @filter selects in the frames folder, and removes it if asked. */
static guint
select_files (RushesOutput *self, NameFilter filter, gpointer user_data, gboolean remove)
{
  g_autofree char *folder = resolve (self, FRAMES);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint count = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (filter (name, user_data))
      {
        g_autofree char *path = g_build_filename (folder, name, NULL);

        count++;
        if (remove)
          g_unlink (path);
      }

  return count;
}

static gboolean
make_folder (RushesOutput *self, GError **error)
{
  g_autofree char *folder = resolve (self, FRAMES);

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
  const char *pixels = NULL;
  gboolean same_blend, same_pixels;

  if (select_files (self, is_frame, NULL, FALSE) == 0)
    return TRUE;

  if (manifest != NULL)
    pixels = rushes_json_get_string (manifest, "pixels");
  same_blend = before != NULL && g_strcmp0 (before->sha256, self->blend->sha256) == 0;
  same_pixels = g_strcmp0 (pixels, self->pixels) == 0;

  if (same_blend && same_pixels)
    self->recorded = rushes_info_from_json (manifest);
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
  self->tag = g_random_int ();

  if (!rushes_blend_check (blend_path, error) || !make_folder (self, error))
    return NULL;

  lock = resolve (self, LOCK);
  self->lock = rushes_lock_take (lock, error);
  if (self->lock == NULL)
    return NULL;

  /* Not before the lock: its holder may have been writing another one. */
  manifest = read_manifest (self);
  if (manifest != NULL)
    before = read_blend (manifest);
  self->blend = rushes_blend_identify (blend_path, before, error);
  if (self->blend == NULL || !judge_existing (self, manifest, before, error))
    return NULL;

  select_files (self, is_staging, NULL, TRUE);

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
  return self->existing == RUSHES_EXISTING_RESUME ? self->recorded : NULL;
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
 *   the frame is done; or %NULL with %RUSHES_ERROR_NOT_WRITABLE
 */
guint8 *
rushes_output_bind (RushesOutput *self,
                    const RushesInfo *info,
                    RushesFrameRange *range,
                    GError **error)
{
  g_autofree guint8 *done = NULL;
  g_autofree char *folder = resolve (self, FRAMES);
  g_autoptr (GDir) dir = NULL;
  const char *name, *extension;
  guint frame, index;
  gboolean first;

  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (range != NULL, NULL);

  /* What is rendered once it is bound is this run's own. */
  first = self->info == NULL;
  g_clear_pointer (&self->info, rushes_info_free);
  self->info = rushes_info_copy (info);
  self->format = rushes_picture_format_find (info->format);

  /* Before anything is rendered: a run that dies half-way must not leave old
   * frames under a manifest that speaks of new ones. */
  if (first && self->fresh)
    select_files (self, is_frame, NULL, TRUE);
  else if (first && self->existing == RUSHES_EXISTING_OVERWRITE)
    select_files (self, is_frame_in_range, range, TRUE);

  if (!write_manifest (self, error))
    return NULL;

  done = g_malloc0 (rushes_frame_range_get_length (range));
  dir = g_dir_open (folder, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = NULL;

      if (!parse_frame_name (name, &frame, &extension) ||
          !g_str_equal (extension, info->extension) ||
          !rushes_frame_range_find (range, frame, &index))
        continue;
      path = g_build_filename (folder, name, NULL);
      done[index] =
          (guint8) rushes_picture_check (self->format, path, info->width, info->height, NULL);
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

static void
note_size (RushesOutput *self, const char *path)
{
  struct stat info;
  long long largest = atomic_load (&self->largest);

  if (stat (path, &info) != 0)
    return;
  atomic_fetch_add (&self->total, info.st_size);
  atomic_fetch_add (&self->n_sizes, 1);
  while (info.st_size > largest &&
         !atomic_compare_exchange_weak (&self->largest, &largest, info.st_size))
    ;
}

/**
 * rushes_output_commit:
 * @self: a bound output
 * @frame: the frame's number
 * @staging_name: what rushes_output_get_staging_name() gave; written by Blender
 * @error: return location for a #GError
 *
 * Makes a rendered picture a frame: checks that the .blend is still the one
 * that was loaded and that the picture is whole, and renames it. Otherwise the
 * staging file is removed.
 *
 * Returns: whether the frame is done, else %RUSHES_ERROR_BAD_PICTURE,
 *   %RUSHES_ERROR_MISSING_FILE, %RUSHES_ERROR_DISK_FULL, %RUSHES_ERROR_FILE_CHANGED or
 *   %RUSHES_ERROR_NOT_WRITABLE
 */
gboolean
rushes_output_commit (RushesOutput *self, guint frame, const char *staging_name, GError **error)
{
  g_autofree char *staging = resolve (self, staging_name);
  g_autofree char *name = rushes_output_get_frame_name (self, frame);
  g_autofree char *path = resolve (self, name);
  g_autoptr (GError) local_error = NULL;

  if (!rushes_lock_is_current (self->lock))
    {
      /* What has been rendered here would lie alone, in a folder of that name. */
      rushes_output_discard (self, staging_name);
      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_NOT_WRITABLE,
                   _ ("The output folder “%s” is no longer there"), self->root);
      return FALSE;
    }
  if (!rushes_blend_check_unchanged (self->blend, &local_error))
    {
      rushes_output_discard (self, staging_name);
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (!rushes_picture_check (self->format, staging, self->info->width, self->info->height,
                             &local_error))
    {
      blame_disk (self, &local_error);
      rushes_output_discard (self, staging_name);
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (rename (staging, path) != 0)
    {
      int code = errno;

      rushes_output_discard (self, staging_name);
      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_NOT_WRITABLE, _ ("“%s” cannot be written: %s"),
                   path, g_strerror (code));
      return FALSE;
    }

  note_size (self, path);
  return TRUE;
}

/**
 * rushes_output_discard:
 * @self: an output
 * @staging_name: a staging file that may or may not exist
 *
 * Removes what a client left of a frame that did not succeed.
 */
void
rushes_output_discard (RushesOutput *self, const char *staging_name)
{
  g_autofree char *staging = resolve (self, staging_name);

  g_unlink (staging);
}
