/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>

#include "rushes-error.h"
#include "rushes-transforms.h"
#include "test-utils.h"

#define INTRINSICS "\"w\": 64\t\"h\": 48\t\"c\": 3"

typedef struct
{
  char *root; /* (owned) */
} Fixture;

static void
fixture_set_up (Fixture *fixture, gconstpointer data)
{
  fixture->root = rushes_test_make_folder ();
}

static void
fixture_tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->root, rushes_test_remove_folder);
}

/* At @x, looking down; with @members of its own. */
static GVariant *
describe_camera (const char *folder, double x, const char *members)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *text =
      g_strdup_printf ("%s\t1.0 0.0 0.0 %s 0.0 1.0 0.0 0 0.0 0.0 1.0 0.1 0.0 0.0 0.0 1.0\t%s",
                       folder, g_ascii_formatd (number, sizeof number, "%.17g", x), members);

  return g_variant_new_variant (g_variant_new_string (text));
}

static GVariant *
list_cameras (GVariant *one, GVariant *other)
{
  GVariant *cameras[] = { one, other };

  return g_variant_ref_sink (
      g_variant_new_array (G_VARIANT_TYPE_VARIANT, cameras, other != NULL ? 2 : 1));
}

static void
note_in (Fixture *fixture, guint frame, const char *folder, double x, const char *members)
{
  g_autoptr (GVariant) cameras = list_cameras (describe_camera (folder, x, members), NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (rushes_transforms_note (fixture->root, frame, cameras, &error));
  g_assert_no_error (error);
}

static void
note (Fixture *fixture, guint frame, double x)
{
  note_in (fixture, frame, "", x, INTRINSICS);
}

/* A frame's file, as far as anybody looks into it here. */
static void
touch (Fixture *fixture, const char *name)
{
  g_autofree char *path = g_build_filename (fixture->root, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_no_errno (g_mkdir_with_parents (folder, 0755));
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
}

static void
render (Fixture *fixture, guint frame)
{
  g_autofree char *name = g_strdup_printf ("frames/frame_%06u.png", frame);

  note (fixture, frame, frame);
  touch (fixture, name);
}

static void
write_transforms (Fixture *fixture, GPtrArray *kinds)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (rushes_transforms_write (fixture->root, kinds, &error));
  g_assert_no_error (error);
}

static void
write_frames (Fixture *fixture)
{
  g_autoptr (GPtrArray) kinds = rushes_test_make_kinds (64, 48, "frames", NULL);

  write_transforms (fixture, kinds);
}

static char *
build_path (Fixture *fixture, const char *folder)
{
  return g_build_filename (fixture->root, folder, "transforms.json", NULL);
}

static JsonNode *
load (Fixture *fixture, const char *folder)
{
  g_autofree char *path = build_path (fixture, folder);
  g_autofree char *text = rushes_test_read (path);
  g_autoptr (GError) error = NULL;
  JsonNode *node = json_from_string (text, &error);

  g_assert_no_error (error);
  return node;
}

static JsonObject *
get_frame (JsonNode *node, guint i)
{
  return json_array_get_object_element (
      json_object_get_array_member (json_node_get_object (node), "frames"), i);
}

static double
get_x (JsonObject *frame)
{
  JsonArray *matrix = json_object_get_array_member (frame, "transform_matrix");

  g_assert_cmpuint (json_array_get_length (matrix), ==, 4);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpuint (json_array_get_length (json_array_get_array_element (matrix, i)), ==, 4);
  return json_array_get_double_element (json_array_get_array_element (matrix, 0), 3);
}

/* @expected names the frames as "1 2 3". */
static void
assert_frames (Fixture *fixture, const char *expected)
{
  g_autoptr (JsonNode) node = load (fixture, "");
  JsonArray *frames = json_object_get_array_member (json_node_get_object (node), "frames");
  g_autoptr (GString) found = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (frames); i++)
    {
      const char *path =
          json_object_get_string_member (json_array_get_object_element (frames, i), "file_path");
      guint number;

      g_assert_cmpint (sscanf (path, "frames/frame_%u.png", &number), ==, 1);
      g_string_append_printf (found, "%s%u", i > 0 ? " " : "", number);
    }
  g_assert_cmpstr (found->str, ==, expected);
}

static void
test_text (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = build_path (fixture, "");
  g_autofree char *text = NULL;

  note_in (fixture, 2, "", 0.1,
           INTRINSICS
           "\t\"fl_x\": 1e-09\t\"sensor_fit\": \"A \\\"B\\\"\\t\\n\"\t\"list\": [1, 2.5]");
  touch (fixture, "frames/frame_000002.png");
  write_frames (fixture);
  text = rushes_test_read (path);
  g_assert_cmpstr (text, ==,
                   "{\n"
                   "  \"w\": 64,\n"
                   "  \"h\": 48,\n"
                   "  \"c\": 3,\n"
                   "  \"fl_x\": 1e-09,\n"
                   "  \"sensor_fit\": \"A \\\"B\\\"\\t\\n\",\n"
                   "  \"list\": [1, 2.5],\n"
                   "  \"frames\": [\n"
                   "    {\"file_path\": \"frames/frame_000002.png\", \"transform_matrix\": "
                   "[[1.0, 0.0, 0.0, 0.10000000000000001], [0.0, 1.0, 0.0, 0], [0.0, 0.0, 1.0, "
                   "0.1], [0.0, 0.0, 0.0, 1.0]]}\n"
                   "  ]\n"
                   "}\n");
}

/* As clients finish them: in any order, some of them twice. */
static void
test_order (Fixture *fixture, gconstpointer data)
{
  static const guint frames[] = { 11, 2, 1000000, 10, 1, 0 };
  g_autoptr (JsonNode) node = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (frames); i++)
    render (fixture, frames[i]);
  note (fixture, 2, 77);
  note (fixture, 10, 78);
  note (fixture, 2, 79);
  write_frames (fixture);
  assert_frames (fixture, "0 1 2 10 11 1000000");
  node = load (fixture, "");
  g_assert_cmpfloat (get_x (get_frame (node, 1)), ==, 1);
  g_assert_cmpfloat (get_x (get_frame (node, 2)), ==, 79);
  g_assert_cmpfloat (get_x (get_frame (node, 3)), ==, 78);
}

/* To the last bit. */
static void
test_numbers (Fixture *fixture, gconstpointer data)
{
  static const double numbers[] = { 0.1,   1.0 / 3,  -1e-300, 123456789.123456789,
                                    -0.0,  1e22,     1e-300,  1.7976931348623157e300,
                                    1e-05, 0.1 + 0.2 };
  g_autoptr (JsonNode) node = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      render (fixture, i);
      note (fixture, i, numbers[i]);
    }
  write_frames (fixture);
  node = load (fixture, "");
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    g_assert_cmpfloat (get_x (get_frame (node, i)), ==, numbers[i]);
}

/* Frames that are noted and whose files never came, or went. */
static void
test_only_what_is_there (Fixture *fixture, gconstpointer data)
{
  g_autofree char *two = g_build_filename (fixture->root, "frames", "frame_000002.png", NULL);

  for (guint frame = 1; frame <= 4; frame++)
    render (fixture, frame);
  note (fixture, 5, 5);
  touch (fixture, "frames/frame_000006.png");
  touch (fixture, "frames/frame_000007.jpg");
  note (fixture, 7, 7);
  g_assert_no_errno (g_unlink (two));
  write_frames (fixture);
  assert_frames (fixture, "1 3 4");
}

/* What differs between frames is said in each, and nothing else is. */
static void
test_zoom (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonNode) node = NULL;
  JsonObject *root;

  for (guint frame = 1; frame <= 3; frame++)
    {
      g_autofree char *members =
          g_strdup_printf (INTRINSICS "\t\"fl_x\": %u.5\t\"camera\": \"A\"", 50 + frame / 2);

      render (fixture, frame);
      note_in (fixture, frame, "", frame, members);
    }
  /* The last one says more than the others, in another order. */
  note_in (fixture, 3, "", 3, "\"camera\": \"A\"\t\"fl_x\": 51.5\t\"far\": true\t" INTRINSICS);
  write_frames (fixture);

  node = load (fixture, "");
  root = json_node_get_object (node);
  g_assert_cmpint (json_object_get_int_member (root, "w"), ==, 64);
  g_assert_cmpstr (json_object_get_string_member (root, "camera"), ==, "A");
  g_assert_false (json_object_has_member (root, "fl_x"));
  g_assert_false (json_object_has_member (root, "far"));
  g_assert_cmpfloat (json_object_get_double_member (get_frame (node, 0), "fl_x"), ==, 50.5);
  g_assert_cmpfloat (json_object_get_double_member (get_frame (node, 1), "fl_x"), ==, 51.5);
  g_assert_cmpfloat (json_object_get_double_member (get_frame (node, 2), "fl_x"), ==, 51.5);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_false (json_object_has_member (get_frame (node, i), "w"));
      g_assert_cmpint (json_object_has_member (get_frame (node, i), "far"), ==, i == 2);
    }
}

static void
test_outputs (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) kinds = rushes_test_make_kinds (64, 48, "frames", "depths", "debug_depths",
                                                        "normals", "flows", "segmentations", NULL);
  g_autoptr (JsonNode) node = NULL;

  render (fixture, 1);
  render (fixture, 2);
  touch (fixture, "depths/depth_000002.png");
  touch (fixture, "depths/debug_depth_000002.png");
  touch (fixture, "normals/normal_000002.png");
  touch (fixture, "flows/flow_000002.png");
  touch (fixture, "segmentations/segmentation_000002.png");
  /* Half a frame: its picture, which comes last, is not there. */
  note (fixture, 3, 3);
  touch (fixture, "depths/depth_000003.png");
  write_transforms (fixture, kinds);
  assert_frames (fixture, "1 2");

  node = load (fixture, "");
  g_assert_cmpuint (json_object_get_size (get_frame (node, 0)), ==, 2);
  g_assert_cmpuint (json_object_get_size (get_frame (node, 1)), ==, 7);
  g_assert_cmpstr (json_object_get_string_member (get_frame (node, 1), "depth_file_path"), ==,
                   "depths/depth_000002.png");
  g_assert_cmpstr (json_object_get_string_member (get_frame (node, 1), "debug_depth_file_path"), ==,
                   "depths/debug_depth_000002.png");
  g_assert_cmpstr (json_object_get_string_member (get_frame (node, 1), "segmentation_file_path"),
                   ==, "segmentations/segmentation_000002.png");
}

/* Each camera has a file of its own, whose paths begin beside it. */
static void
test_cameras (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) kinds = rushes_test_make_kinds (
      64, 48, "Left/frames", "Left/depths", "Right eye/frames", "Right eye/depths", NULL);
  g_autofree char *in_root = build_path (fixture, "");
  g_autoptr (GVariant) both =
      list_cameras (describe_camera ("Left", 1, INTRINSICS "\t\"camera\": \"L\""),
                    describe_camera ("Right eye", 2, INTRINSICS "\t\"camera\": \"R\""));
  g_autoptr (JsonNode) left_node = NULL;
  g_autoptr (JsonNode) right_node = NULL;

  g_assert_true (rushes_transforms_note (fixture->root, 1, both, NULL));
  touch (fixture, "Left/frames/frame_000001.png");
  touch (fixture, "Left/depths/depth_000001.png");
  touch (fixture, "Right eye/frames/frame_000001.png");
  write_transforms (fixture, kinds);

  g_assert_false (g_file_test (in_root, G_FILE_TEST_EXISTS));
  left_node = load (fixture, "Left");
  right_node = load (fixture, "Right eye");
  g_assert_cmpfloat (get_x (get_frame (left_node, 0)), ==, 1);
  g_assert_cmpfloat (get_x (get_frame (right_node, 0)), ==, 2);
  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (left_node), "camera"), ==,
                   "L");
  g_assert_cmpstr (json_object_get_string_member (get_frame (left_node, 0), "depth_file_path"), ==,
                   "depths/depth_000001.png");
  g_assert_cmpstr (json_object_get_string_member (get_frame (right_node, 0), "file_path"), ==,
                   "frames/frame_000001.png");
  g_assert_cmpuint (json_object_get_size (get_frame (right_node, 0)), ==, 2);
}

/* A run that was killed in the midst of a note: what is whole counts, and what
 * comes after it too. */
static void
test_cut_journal (Fixture *fixture, gconstpointer data)
{
  g_autofree char *journal = g_build_filename (fixture->root, "rushes.poses", NULL);
  g_autofree char *before = NULL;
  g_autofree char *whole = NULL;

  render (fixture, 1);
  before = rushes_test_read (journal);
  render (fixture, 2);
  whole = rushes_test_read (journal);
  touch (fixture, "frames/frame_000003.png");

  for (gsize length = strlen (before); length < strlen (whole); length++)
    {
      g_assert_true (g_file_set_contents (journal, whole, (gssize) length, NULL));
      write_frames (fixture);
      /* The line's end is all that may be missing. */
      assert_frames (fixture, "1");
      note (fixture, 3, 3);
      write_frames (fixture);
      assert_frames (fixture, length + 1 == strlen (whole) ? "1 2 3" : "1 3");
    }
}

static void
test_garbage (Fixture *fixture, gconstpointer data)
{
  static const char *const lines[] = {
    "",
    "\t.",
    "2\t.",
    "2\t\t.",
    "2\t\t1 0 0 0 0 1 0 0 0 0 1 0 0 0 0\t\"w\": 64\t.",     /* 15 numbers */
    "2\t\t1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1 1\t\"w\": 64\t.", /* 17 */
    "2\t\t1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 nan\t\"w\": 64\t.",
    "2\t\t1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 one\t\"w\": 64\t.",
    "two\t\t1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1\t\"w\": 64\t.",
    "2\t\t1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1\t\"w\": 64",
    "2\tother\t1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1\t\"w\": 64\t.", /* another camera */
  };
  g_autofree char *journal = g_build_filename (fixture->root, "rushes.poses", NULL);
  g_autofree char *text =
      g_strjoinv ("\n", (char **) (const char *[]){ lines[0], lines[1], lines[2], lines[3],
                                                    lines[4], lines[5], lines[6], lines[7],
                                                    lines[8], lines[9], lines[10], "", NULL });
  int fd;

  G_STATIC_ASSERT (G_N_ELEMENTS (lines) == 11);
  touch (fixture, "frames/frame_000002.png");
  render (fixture, 1);
  fd = g_open (journal, O_WRONLY | O_APPEND | O_CLOEXEC, 0);
  g_assert_cmpint (write (fd, text, strlen (text)), ==, (gssize) strlen (text));
  /* As file systems leave it after a power cut. */
  g_assert_cmpint (write (fd, "\0\0\0\0", 4), ==, 4);
  g_assert_true (g_close (fd, NULL));
  render (fixture, 4);
  write_frames (fixture);
  assert_frames (fixture, "1 4");
}

static void
test_nothing (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = build_path (fixture, "");
  g_autoptr (GPtrArray) kinds = rushes_test_make_kinds (64, 48, "frames", NULL);

  write_frames (fixture);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_false (rushes_transforms_are_stale (fixture->root, kinds));

  /* Noted, and never put in place. */
  note (fixture, 1, 1);
  write_frames (fixture);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_stale (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = build_path (fixture, "");
  g_autofree char *journal = g_build_filename (fixture->root, "rushes.poses", NULL);
  g_autoptr (GPtrArray) kinds = rushes_test_make_kinds (64, 48, "frames", NULL);
  const struct timespec early[] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
  const struct timespec late[] = { { .tv_sec = 1000 }, { .tv_sec = 1000, .tv_nsec = 1 } };

  render (fixture, 1);
  g_assert_true (rushes_transforms_are_stale (fixture->root, kinds));
  write_frames (fixture);
  g_assert_no_errno (utimensat (AT_FDCWD, journal, early, 0));
  g_assert_no_errno (utimensat (AT_FDCWD, path, late, 0));
  g_assert_false (rushes_transforms_are_stale (fixture->root, kinds));
  g_assert_no_errno (utimensat (AT_FDCWD, path, early, 0));
  g_assert_true (rushes_transforms_are_stale (fixture->root, kinds));

  rushes_transforms_forget (fixture->root, kinds);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (journal, G_FILE_TEST_EXISTS));
}

/* What clients say is checked before it is kept. */
static void
test_note_refused (Fixture *fixture, gconstpointer data)
{
  static const char *const wrong[] = {
    "1",
    "'text'",
    "[<1>]",
    "[<['text']>]",
    "[<''>]",
    "[<'\\t\\t'>]",
    "[<'\\t1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1'>]",
    "[<'\\t1 0 0 0 0 1 0 0 0 0 1 0 0 0 0\\t\"w\": 1'>]",
    "[<'\\t1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1 0\\t\"w\": 1'>]",
    "[<'\\t1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 inf\\t\"w\": 1'>]",
    "[<'\\t1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1\\t\"w\": 1\\n'>]",
    "[<'a\\tb\\t1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1\\t\"w\": 1'>]",
  };
  g_autofree char *journal = g_build_filename (fixture->root, "rushes.poses", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GVariant) cameras = g_variant_parse (NULL, wrong[i], NULL, NULL, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_nonnull (cameras);
      g_assert_false (rushes_transforms_note (fixture->root, 1, cameras, &error));
      rushes_test_assert_error (error, RUSHES_ERROR_PROTOCOL, "makes no sense");
    }
  g_assert_false (g_file_test (journal, G_FILE_TEST_EXISTS));
}

static void
test_not_writable (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = build_path (fixture, "");
  g_autofree char *inside = g_build_filename (path, "file", NULL);
  g_autofree char *journal = g_build_filename (fixture->root, "rushes.poses", NULL);
  g_autoptr (GVariant) cameras = list_cameras (describe_camera ("", 1, INTRINSICS), NULL);
  g_autoptr (GPtrArray) kinds = rushes_test_make_kinds (64, 48, "frames", NULL);
  g_autoptr (GError) no_file = NULL;
  g_autoptr (GError) no_journal = NULL;

  /* A folder that is not empty, where the file should be. */
  render (fixture, 1);
  g_assert_no_errno (g_mkdir_with_parents (inside, 0755));
  g_assert_false (rushes_transforms_write (fixture->root, kinds, &no_file));
  rushes_test_assert_error (no_file, RUSHES_ERROR_NOT_WRITABLE, path);

  g_assert_no_errno (g_unlink (journal));
  g_assert_no_errno (g_mkdir (journal, 0755));
  g_assert_false (rushes_transforms_note (fixture->root, 1, cameras, &no_journal));
  rushes_test_assert_error (no_journal, RUSHES_ERROR_NOT_WRITABLE, journal);
}

/* The lowest descriptor that is free. */
static int
find_descriptor (void)
{
  int fd = g_open ("/dev/null", O_RDONLY | O_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  close (fd);
  return fd;
}

/* It is told, and tried again and again: no descriptor may be lost each time. */
static void
test_full_disk (Fixture *fixture, gconstpointer data)
{
  g_autofree char *journal = g_build_filename (fixture->root, "rushes.poses", NULL);
  g_autoptr (GVariant) cameras = list_cameras (describe_camera ("", 1, INTRINSICS), NULL);
  g_autoptr (GError) error = NULL;
  int free_one = find_descriptor ();

  g_assert_no_errno (symlink ("/dev/full", journal));
  g_assert_false (rushes_transforms_note (fixture->root, 1, cameras, &error));
  rushes_test_assert_error (error, RUSHES_ERROR_NOT_WRITABLE, "No space left");
  g_assert_cmpint (find_descriptor (), ==, free_one);
}

/* Whoever reads it meanwhile never sees half of it. */
static gpointer
read_thread (gpointer data)
{
  const char *path = data;
  guint n_read = 0;

  while (n_read < 200)
    {
      g_autofree char *text = NULL;
      g_autoptr (JsonNode) node = NULL;

      if (!g_file_get_contents (path, &text, NULL, NULL))
        continue;
      node = json_from_string (text, NULL);
      g_assert_nonnull (node);
      n_read++;
    }
  return NULL;
}

static void
test_atomic (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = build_path (fixture, "");
  GThread *thread;

  render (fixture, 0);
  write_frames (fixture);
  thread = g_thread_new ("read", read_thread, path);
  for (guint frame = 1; frame < 100; frame++)
    {
      render (fixture, frame);
      write_frames (fixture);
    }
  g_thread_join (thread);
}

static gpointer
note_thread (gpointer data)
{
  Fixture *fixture = data;
  static int first;
  guint start = (guint) g_atomic_int_add (&first, 1000);

  for (guint i = 0; i < 250; i++)
    note (fixture, start + i, start + i);
  return NULL;
}

static void
test_threads (Fixture *fixture, gconstpointer data)
{
  GThread *threads[4];
  g_autoptr (JsonNode) node = NULL;

  for (guint i = 0; i < 4; i++)
    for (guint frame = 0; frame < 250; frame++)
      {
        g_autofree char *name = g_strdup_printf ("frames/frame_%06u.png", 1000 * i + frame);

        touch (fixture, name);
      }
  for (guint i = 0; i < 4; i++)
    threads[i] = g_thread_new ("note", note_thread, fixture);
  for (guint i = 0; i < 4; i++)
    g_thread_join (threads[i]);
  write_frames (fixture);
  node = load (fixture, "");
  for (guint i = 0; i < 1000; i++)
    g_assert_cmpfloat (get_x (get_frame (node, i)), ==, i / 250 * 1000 + i % 250);
}

#define add(name, test)                                                                            \
  g_test_add ("/transforms/" name, Fixture, NULL, fixture_set_up, test, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("text", test_text);
  add ("order", test_order);
  add ("numbers", test_numbers);
  add ("only-what-is-there", test_only_what_is_there);
  add ("zoom", test_zoom);
  add ("outputs", test_outputs);
  add ("cameras", test_cameras);
  add ("cut-journal", test_cut_journal);
  add ("full-disk", test_full_disk);
  add ("garbage", test_garbage);
  add ("nothing", test_nothing);
  add ("stale", test_stale);
  add ("note-refused", test_note_refused);
  add ("not-writable", test_not_writable);
  add ("atomic", test_atomic);
  add ("threads", test_threads);

  return g_test_run ();
}
