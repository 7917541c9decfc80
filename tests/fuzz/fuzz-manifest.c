/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "rushes-error.h"
#include "rushes-output.h"
#include "test-utils.h"

int LLVMFuzzerTestOneInput (const unsigned char *data, size_t size);

#define BLEND "BLENDER"

/* No Blender's. */
#define VERSION "a version of the fuzzer's own"

static char *folder;     /* (owned): made once, removed at the end */
static char *blend_path; /* (owned) */
static char *manifest;   /* (owned): its path */
static RushesSettings *settings;

static void
remove_folder (void)
{
  g_clear_object (&settings);
  g_clear_pointer (&blend_path, g_free);
  g_clear_pointer (&manifest, g_free);
  g_clear_pointer (&folder, rushes_test_remove_folder);
}

static void
make_folder (void)
{
  const struct timespec times[] = { { .tv_sec = 1600000000 }, { .tv_sec = 1600000000 } };
  g_autofree char *frames = NULL;
  g_autofree char *picture = NULL;

  folder = rushes_test_make_folder ();
  settings = rushes_settings_new ();
  frames = g_build_filename (folder, "frames", NULL);
  picture = g_build_filename (frames, "frame_000001.png", NULL);
  manifest = g_build_filename (folder, "rushes.json", NULL);
  blend_path = rushes_test_write (folder, "scene.blend", BLEND);
  g_assert_cmpint (utimensat (AT_FDCWD, blend_path, times, 0), ==, 0);
  g_assert_cmpint (g_mkdir (frames, 0755), ==, 0);
  rushes_test_write_png (picture, 4, 4);
  atexit (remove_folder);
}

static gboolean
is_text (JsonObject *object, const char *member, const char *expected)
{
  JsonNode *node = json_object_get_member (object, member);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
         g_strcmp0 (json_node_get_string (node), expected) == 0;
}

static gboolean
is_number (JsonObject *object, const char *member, gint64 expected)
{
  JsonNode *node = json_object_get_member (object, member);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_int (node) == expected;
}

/* Whether the frame may be kept, as a reader of the manifest would say. */
static gboolean
is_match (const unsigned char *data, size_t size)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, BLEND, -1);
  JsonNode *blend;
  JsonObject *object;

  if (size == 0 || !json_parser_load_from_data (parser, (const char *) data, (gssize) size, NULL) ||
      json_parser_get_root (parser) == NULL ||
      !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    return FALSE;

  object = json_node_get_object (json_parser_get_root (parser));
  blend = json_object_get_member (object, "blend");
  return is_number (object, "version", 1) && is_text (object, "pixels", "{}") && blend != NULL &&
         JSON_NODE_HOLDS_OBJECT (blend) &&
         (is_text (json_node_get_object (blend), "sha256", sha256) ||
          (is_number (json_node_get_object (blend), "size", strlen (BLEND)) &&
           is_number (json_node_get_object (blend), "mtime",
                      G_GINT64_CONSTANT (1600000000000000000))));
}

static guint8 *
bind (RushesOutput *output, GError **error)
{
  g_autoptr (GPtrArray) kinds = rushes_test_make_kinds (4, 4, "frames", NULL);
  g_autoptr (RushesFrameRange) range = rushes_frame_range_new (1, 1, 1);
  const RushesInfo info = { .blender = (char *) VERSION,
                            .engine = (char *) "CYCLES",
                            .format = (char *) "PNG",
                            .extension = (char *) ".png",
                            .start = 1,
                            .end = 1,
                            .step = 1,
                            .kinds = kinds };

  return rushes_output_bind (output, &info, range, error);
}

/* The file is the manifest of a folder that holds one frame. */
int
LLVMFuzzerTestOneInput (const unsigned char *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushesOutput) output = NULL;
  g_autofree guint8 *done = NULL;
  int fd;

  if (folder == NULL)
    make_folder ();

  fd = g_open (manifest, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  g_assert_cmpint (write (fd, data, size), ==, (gssize) size);
  g_assert_true (g_close (fd, NULL));

  output = rushes_output_open (folder, blend_path, settings, RUSHES_EXISTING_RESUME, &error);
  if (output != NULL)
    done = bind (output, &error);
  if (done == NULL)
    {
      g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_SETTINGS_CHANGED);
      return 0;
    }

  /* It is kept; and which Blender rendered it is known, to be told from another. */
  g_assert_no_error (error);
  g_assert_cmpuint (done[0], ==, 1);
  g_assert_true (is_match (data, size));
  g_assert_false (rushes_output_check_blender (output, VERSION, NULL));
  return 0;
}
