/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <sys/wait.h>

#include <glib/gstdio.h>

#include "rushes-file-kind.h"
#include "test-utils.h"

/**
 * rushes_test_make_folder:
 *
 * Returns: (transfer full): path of a new empty folder
 */
char *
rushes_test_make_folder (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("rushes-test-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

static void
remove_tree (const char *path)
{
  if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK) && g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
      const char *name;

      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *child = g_build_filename (path, name, NULL);

          remove_tree (child);
        }
    }
  g_remove (path);
}

/**
 * rushes_test_remove_folder:
 * @folder: (transfer full): what rushes_test_make_folder() made
 */
void
rushes_test_remove_folder (char *folder)
{
  remove_tree (folder);
  g_free (folder);
}

/* "Left/debug_depths" is Left/depths/debug_depth_000001.png. */
static JsonObject *
describe_kind (const char *key, guint width, guint height)
{
  JsonObject *object = json_object_new ();
  g_autofree char *camera = g_path_get_dirname (key);
  g_autofree char *last = g_path_get_basename (key);
  g_autofree char *name = g_strndup (last, strlen (last) - 1);
  const char *output = g_str_has_prefix (last, "debug_") ? last + strlen ("debug_") : last;
  g_autofree char *folder =
      g_str_equal (camera, ".") ? g_strdup (output) : g_strconcat (camera, "/", output, NULL);

  json_object_set_string_member (object, "key", key);
  json_object_set_string_member (object, "folder", folder);
  json_object_set_string_member (object, "name", name);
  json_object_set_string_member (object, "extension", ".png");
  json_object_set_string_member (object, "format", "PNG");
  json_object_set_int_member (object, "width", width);
  json_object_set_int_member (object, "height", height);
  return object;
}

/**
 * rushes_test_make_kinds:
 * @width: of each picture
 * @height: of each picture
 * @key: the first kind: "frames"; or "Left/debug_depths", what the camera "Left"
 *   sees
 * @...: more of them, and %NULL
 *
 * Returns: (transfer full) (element-type RushesFileKind): files that frames have,
 *   all of them PNG
 */
GPtrArray *
rushes_test_make_kinds (guint width, guint height, const char *key, ...)
{
  JsonArray *array = json_array_new ();
  g_autoptr (JsonNode) node = json_node_init_array (json_node_alloc (), array);
  GPtrArray *kinds;
  va_list keys;

  va_start (keys, key);
  for (; key != NULL; key = va_arg (keys, const char *))
    json_array_add_object_element (array, describe_kind (key, width, height));
  va_end (keys);
  json_array_unref (array);

  kinds = rushes_file_kinds_from_json (node);
  g_assert_nonnull (kinds);
  return kinds;
}

/**
 * rushes_test_write:
 * @folder: a folder
 * @name: a file's name
 * @content: its text
 *
 * Returns: (transfer full): the file's path
 */
char *
rushes_test_write (const char *folder, const char *name, const char *content)
{
  g_autoptr (GError) error = NULL;
  char *path = g_build_filename (folder, name, NULL);
  g_autofree char *fresh = g_strconcat (path, ".new", NULL);

  /* Nobody needs it to survive a power cut; but that way GLib writes over a
   * longer file without cutting it, and somebody may read that meanwhile. */
  g_file_set_contents_full (fresh, content, -1, G_FILE_SET_CONTENTS_NONE, 0644, &error);
  g_assert_no_error (error);
  g_assert_no_errno (g_rename (fresh, path));
  return path;
}

/**
 * rushes_test_add_program:
 * @folder: a folder, which is the program's current one
 * @name: its name
 * @script: what it does, for a shell
 */
void
rushes_test_add_program (const char *folder, const char *name, const char *script)
{
  g_autofree char *text = g_strdup_printf ("#!/bin/sh\ncd '%s'\n%s\n", folder, script);
  g_autofree char *path = rushes_test_write (folder, name, text);

  g_assert_no_errno (g_chmod (path, 0755));
}

/**
 * rushes_test_add_slurm:
 * @folder: a folder for programs
 *
 * A cluster that consists of this computer. Its queue is the file "queue", in which
 * the newest job is called TICKET; its partitions are the file "partitions"; what
 * srun was asked for is kept in "sruns", a line each.
 */
void
rushes_test_add_slurm (const char *folder)
{
  rushes_test_add_program (folder, "scancel", "");
  rushes_test_add_program (folder, "sinfo", "cat partitions");
  rushes_test_add_program (folder, "squeue",
                           "if [ -e queue ]; then sed \"s/TICKET/$(cat ticket)/\" queue; fi");
  rushes_test_add_program (folder, "srun",
                           "echo \"$@\" >> sruns; "
                           "while [ \"$1\" != sh ]; do "
                           "[ \"$1\" = --comment ] && echo \"$2\" > ticket; shift; done; "
                           "exec \"$@\"");
  g_free (rushes_test_write (folder, "partitions", "main*|up|1/2/1/4\ngpu|up|0/1/0/1\n"));
}

/**
 * rushes_test_read:
 * @path: a text file
 *
 * Returns: (transfer full): its content
 */
char *
rushes_test_read (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *content = NULL;

  g_file_get_contents (path, &content, NULL, &error);
  g_assert_no_error (error);
  return content;
}

/**
 * rushes_test_count_files:
 * @folder: a folder, which may be missing
 * @suffix: the end of the names that count
 *
 * Returns: how many there are
 */
guint
rushes_test_count_files (const char *folder, const char *suffix)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint count = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, suffix))
      count++;
  return count;
}

static void
put_be32 (GByteArray *bytes, guint32 number)
{
  guint32 swapped = GUINT32_TO_BE (number);

  g_byte_array_append (bytes, (const guint8 *) &swapped, sizeof swapped);
}

static guint32
get_crc (const guint8 *data, gsize size)
{
  guint32 crc = G_MAXUINT32;

  for (gsize i = 0; i < size; i++)
    {
      crc ^= data[i];
      for (guint bit = 0; bit < 8; bit++)
        crc = (crc & 1) != 0 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
    }
  return ~crc;
}

static void
put_chunk (GByteArray *file, const char *type, const void *data, guint size)
{
  guint start = file->len + 4;

  put_be32 (file, size);
  g_byte_array_append (file, (const guint8 *) type, 4);
  g_byte_array_append (file, data, size);
  put_be32 (file, get_crc (file->data + start, file->len - start));
}

/**
 * rushes_test_write_png:
 * @path: the file
 * @width: in pixels
 * @height: in pixels; both small enough for 64 KiB at eight pixels a byte
 *
 * Writes a valid picture, black, one bit a pixel.
 */
void
rushes_test_write_png (const char *path, guint width, guint height)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (GByteArray) pixels = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  guint size = ((width + 7) / 8 + 1) * height;
  const guint8 block[] = {
    0x78, 0x01, 1, (guint8) size, (guint8) (size >> 8), (guint8) ~size, (guint8) (~size >> 8)
  };
  const guint8 depth[] = { 1, 0, 0, 0, 0 };
  g_autoptr (GByteArray) header = g_byte_array_new ();

  g_assert_cmpuint (size, <=, G_MAXUINT16);

  put_be32 (header, width);
  put_be32 (header, height);
  g_byte_array_append (header, depth, sizeof depth);
  /* One stored block of zeros, whose Adler-32 is 1 with @size times that above. */
  g_byte_array_append (pixels, block, sizeof block);
  g_byte_array_set_size (pixels, sizeof block + size);
  memset (pixels->data + sizeof block, 0, size);
  put_be32 (pixels, size % 65521 << 16 | 1);

  g_byte_array_append (file, (const guint8 *) "\x89PNG\r\n\x1a\n", 8);
  put_chunk (file, "IHDR", header->data, header->len);
  put_chunk (file, "IDAT", pixels->data, pixels->len);
  put_chunk (file, "IEND", "", 0);

  g_unlink (path);
  g_file_set_contents_full (path, (const char *) file->data, file->len, G_FILE_SET_CONTENTS_NONE,
                            0644, &error);
  g_assert_no_error (error);
}

static gboolean
give_up_cb (gpointer user_data)
{
  g_error ("A test waited for more than %d seconds", RUSHES_TEST_TIMEOUT_SECONDS);
  return G_SOURCE_REMOVE;
}

/**
 * rushes_test_wait_until:
 * @condition: what to wait for
 * @user_data: for @condition
 *
 * Runs the main loop until @condition holds, and fails the test when that
 * takes too long.
 */
void
rushes_test_wait_until (gboolean (*condition) (gpointer), gpointer user_data)
{
  guint id = g_timeout_add_seconds (RUSHES_TEST_TIMEOUT_SECONDS, give_up_cb, NULL);

  while (!condition (user_data))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
}

/**
 * rushes_test_result_cb:
 *
 * A #GAsyncReadyCallback that leaves its result at @location.
 */
void
rushes_test_result_cb (GObject *source, GAsyncResult *result, gpointer location)
{
  g_set_object ((GAsyncResult **) location, result);
}

static gboolean
has_result (gpointer location)
{
  return *(GAsyncResult **) location != NULL;
}

/**
 * rushes_test_wait_for_result:
 * @location: what rushes_test_result_cb() was given, %NULL at first
 *
 * Returns: (transfer full): the result, once it has come
 */
GAsyncResult *
rushes_test_wait_for_result (GAsyncResult **location)
{
  rushes_test_wait_until (has_result, location);
  return g_steal_pointer (location);
}

static gboolean
has_no_child (gpointer unused)
{
  siginfo_t info;

  g_timeout_add_once (1, (GSourceOnceFunc) g_main_context_wakeup, NULL);
  errno = 0;
  /* A look only: it is GLib that takes them. */
  return waitid (P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == -1 && errno == ECHILD;
}

/**
 * rushes_test_wait_for_children:
 *
 * Waits until this program has no child process.
 */
void
rushes_test_wait_for_children (void)
{
  rushes_test_wait_until (has_no_child, NULL);
}

static gboolean
is_gone (gpointer location)
{
  return *(gpointer *) location == NULL;
}

/**
 * rushes_test_assert_finalize:
 * @object: (transfer full): an object that nobody else is to keep
 *
 * Fails the test unless this ends @object. What it has begun in a thread may keep
 * it a moment longer than the answer took.
 */
void
rushes_test_assert_finalize (gpointer object)
{
  gpointer weak = object;

  g_object_add_weak_pointer (object, &weak);
  g_object_unref (object);
  rushes_test_wait_until (is_gone, &weak);
}

void
rushes_test_count_notify (GObject *object, GParamSpec *pspec, gpointer count)
{
  (*(guint *) count)++;
}

/**
 * rushes_test_is_sound_json:
 * @data: what a fuzzer made
 * @size: its length in bytes
 *
 * From "\377" and "\u", which are no JSON, and from half a surrogate pair
 * json-glib makes strings that are no UTF-8, and GLib calls that a mistake of the
 * program. What runs inside Blender sends none of them.
 *
 * Returns: whether none is in @data
 */
gboolean
rushes_test_is_sound_json (const guint8 *data, gsize size)
{
  for (gsize i = 0; i + 1 < size; i++)
    {
      gboolean is_code = data[i] == '\\' && data[i + 1] == 'u';

      if (data[i] == '\\' && g_ascii_isdigit (data[i + 1]))
        return FALSE;
      if (is_code && i + 2 < size && g_ascii_tolower ((char) data[i + 2]) == 'd')
        return FALSE;
      for (gsize j = i + 2; is_code && j < i + 6 && j < size; j++)
        if (!g_ascii_isxdigit (data[j]))
          return FALSE;
    }
  return TRUE;
}
