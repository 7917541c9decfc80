/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "rushes-error.h"
#include "rushes-output.h"
#include "test-utils.h"

#define WIDTH  8
#define HEIGHT 2

#define NO_HASH "0000000000000000000000000000000000000000000000000000000000000000"

/* Frames 1 to this many. */
#define N_FRAMES 5

typedef struct
{
  char *folder; /* (owned) */
  char *blend;  /* (owned) */
  char *root;   /* (owned) */
  RushesSettings *settings;
  RushesInfo info;
  RushesFrameRange *range;
} Fixture;

static void
fixture_set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = rushes_test_make_folder ();
  fixture->blend = rushes_test_write (fixture->folder, "scene.blend", "BLENDER-v304 one");
  fixture->root = g_build_filename (fixture->folder, "output", "scene", NULL);
  fixture->settings = rushes_settings_new ();
  fixture->range = rushes_frame_range_new (1, N_FRAMES, 1);
  fixture->info = (RushesInfo){ .blender = (char *) "3.4.1",
                                .engine = (char *) "CYCLES",
                                .format = (char *) "PNG",
                                .extension = (char *) ".png",
                                .width = WIDTH,
                                .height = HEIGHT,
                                .start = 1,
                                .end = N_FRAMES,
                                .step = 1,
                                .fps = 24,
                                .kinds = rushes_test_make_kinds (WIDTH, HEIGHT, "frames", NULL) };
}

static void
fixture_tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->range, rushes_frame_range_unref);
  g_clear_object (&fixture->settings);
  g_clear_pointer (&fixture->root, g_free);
  g_clear_pointer (&fixture->info.kinds, g_ptr_array_unref);
  g_clear_pointer (&fixture->blend, g_free);
  g_clear_pointer (&fixture->folder, rushes_test_remove_folder);
}

static RushesOutput *
try_open (Fixture *fixture, RushesExisting existing, GError **error)
{
  return rushes_output_open (fixture->root, fixture->blend, fixture->settings, existing, error);
}

static RushesOutput *
open_output (Fixture *fixture, RushesExisting existing)
{
  g_autoptr (GError) error = NULL;
  RushesOutput *output = try_open (fixture, existing, &error);

  g_assert_no_error (error);
  g_assert_nonnull (output);
  return output;
}

static guint8 *
bind_output (Fixture *fixture, RushesOutput *output)
{
  g_autoptr (GError) error = NULL;
  guint8 *done = rushes_output_bind (output, &fixture->info, fixture->range, &error);

  g_assert_no_error (error);
  g_assert_nonnull (done);
  return done;
}

static RushesOutput *
open_bound (Fixture *fixture)
{
  RushesOutput *output = open_output (fixture, RUSHES_EXISTING_RESUME);

  g_free (bind_output (fixture, output));
  return output;
}

/* @expected has a letter a frame: "x" for done. */
static void
assert_done (Fixture *fixture, RushesOutput *output, const char *expected)
{
  g_autofree guint8 *done = bind_output (fixture, output);
  g_autofree char *letters = g_strnfill (strlen (expected), '.');

  for (guint i = 0; expected[i] != '\0'; i++)
    if (done[i] != 0)
      letters[i] = 'x';
  g_assert_cmpstr (letters, ==, expected);
}

static void
assert_open_gives (Fixture *fixture, RushesExisting existing, const char *expected)
{
  g_autoptr (RushesOutput) output = open_output (fixture, existing);

  assert_done (fixture, output, expected);
}

static void
assert_refused (Fixture *fixture, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (try_open (fixture, RUSHES_EXISTING_RESUME, &error));
  rushes_test_assert_error (error, RUSHES_ERROR_SETTINGS_CHANGED, words);
  rushes_test_assert_error (error, RUSHES_ERROR_SETTINGS_CHANGED, fixture->root);
  rushes_test_assert_error (error, RUSHES_ERROR_SETTINGS_CHANGED, "holds frames");
}

static char *
in_frames (Fixture *fixture, const char *name)
{
  return g_build_filename (fixture->root, "frames", name, NULL);
}

static void
write_picture (RushesOutput *output, const char *name)
{
  g_autofree char *path = g_build_filename (rushes_output_get_root (output), name, NULL);

  rushes_test_write_png (path, WIDTH, HEIGHT);
}

static void
commit (RushesOutput *output, guint frame)
{
  g_autofree char *staging = rushes_output_build_staging_name (output, 0, frame, 1);
  g_autoptr (GError) error = NULL;

  write_picture (output, staging);
  g_assert_true (rushes_output_commit (output, frame, 1, NULL, &error));
  g_assert_no_error (error);
}

/* An earlier run that left frames 1 to @n. */
static void
render_before (Fixture *fixture, guint n)
{
  g_autoptr (RushesOutput) output = open_bound (fixture);

  for (guint frame = 1; frame <= n; frame++)
    commit (output, frame);
}

static guint
count_frames (Fixture *fixture)
{
  g_autofree char *frames = g_build_filename (fixture->root, "frames", NULL);

  return rushes_test_count_files (frames, ".png");
}

static char *
get_manifest_path (Fixture *fixture)
{
  return g_build_filename (fixture->root, "rushes.json", NULL);
}

static JsonNode *
read_manifest (Fixture *fixture)
{
  g_autofree char *path = get_manifest_path (fixture);
  g_autofree char *text = rushes_test_read (path);
  g_autoptr (GError) error = NULL;
  JsonNode *node = json_from_string (text, &error);

  g_assert_no_error (error);
  g_assert_true (JSON_NODE_HOLDS_OBJECT (node));
  return node;
}

static void
write_manifest (Fixture *fixture, JsonNode *node)
{
  g_autofree char *text = json_to_string (node, FALSE);

  g_free (rushes_test_write (fixture->root, "rushes.json", text));
}

static void
set_mtime (const char *path, gint64 nanoseconds)
{
  const struct timespec time = { .tv_sec = nanoseconds / 1000000000,
                                 .tv_nsec = (long) (nanoseconds % 1000000000) };
  const struct timespec times[] = { time, time };

  g_assert_cmpint (utimensat (AT_FDCWD, path, times, 0), ==, 0);
}

static void
test_new_folder (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesOutput) output = open_output (fixture, RUSHES_EXISTING_RESUME);

  g_assert_cmpstr (rushes_output_get_root (output), ==, fixture->root);
  g_assert_null (rushes_output_get_recorded_info (output));
  assert_done (fixture, output, ".....");
}

static void
test_names (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesOutput) output = open_bound (fixture);
  static const guint numbers[] = { 0, 1, 999999, RUSHES_FRAME_MAX };
  static const char *const names[] = { "frames/frame_000000.png", "frames/frame_000001.png",
                                       "frames/frame_999999.png", "frames/frame_1048573.png" };
  g_autoptr (GHashTable) staging = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autofree char *path =
          rushes_output_build_frame_path (fixture->root, &fixture->info, numbers[i]);
      g_autofree char *expected = g_build_filename (fixture->root, names[i], NULL);

      g_assert_cmpstr (path, ==, expected);
      for (guint client = 1; client < 4; client++)
        {
          char *part = rushes_output_build_staging_name (output, 0, numbers[i], client);

          g_assert_true (g_str_has_prefix (part, "frames/."));
          g_assert_true (g_str_has_suffix (part, ".part"));
          g_assert_nonnull (strstr (part, ".png"));
          g_assert_true (g_hash_table_add (staging, part));
        }
    }
}

static void
test_manifest (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesOutput) output = NULL;
  g_autofree char *path = get_manifest_path (fixture);
  g_autofree char *sha256 = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonObject *object, *blend;

  g_object_set (fixture->settings, "samples", 16, "frames", "1-5", NULL);
  output = open_output (fixture, RUSHES_EXISTING_RESUME);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_free (bind_output (fixture, output));

  sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "BLENDER-v304 one", -1);
  node = read_manifest (fixture);
  object = json_node_get_object (node);
  blend = json_object_get_object_member (object, "blend");
  g_assert_cmpint (json_object_get_int_member (object, "version"), ==, 1);
  g_assert_cmpstr (json_object_get_string_member (blend, "path"), ==, fixture->blend);
  g_assert_cmpint (json_object_get_int_member (blend, "size"), ==, 16);
  g_assert_cmpstr (json_object_get_string_member (blend, "sha256"), ==, sha256);
  g_assert_cmpint (
      json_object_get_int_member (json_object_get_object_member (object, "settings"), "samples"),
      ==, 16);
  g_assert_cmpstr (json_object_get_string_member (object, "pixels"), ==, "{\"samples\":16}");
  g_assert_cmpstr (json_object_get_string_member (object, "blender"), ==, "3.4.1");
  g_assert_cmpstr (json_object_get_string_member (object, "engine"), ==, "CYCLES");
  g_assert_cmpint (json_object_get_int_member (object, "width"), ==, WIDTH);
}

static void
test_commit (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesOutput) output = open_bound (fixture);
  g_autofree char *staging = rushes_output_build_staging_name (output, 0, 3, 7);
  g_autofree char *staging_path = g_build_filename (fixture->root, staging, NULL);
  g_autofree char *path = in_frames (fixture, "frame_000003.png");

  write_picture (output, staging);
  g_assert_true (rushes_output_commit (output, 3, 7, NULL, NULL));
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
  g_assert_false (g_file_test (staging_path, G_FILE_TEST_EXISTS));
  assert_done (fixture, output, "..x..");

  /* Rendered twice: the later one stays. */
  commit (output, 3);
  g_assert_cmpuint (count_frames (fixture), ==, 1);
}

static void
assert_commit_refused (RushesOutput *output, const char *staging, int code, const char *words)
{
  g_autofree char *path = g_build_filename (rushes_output_get_root (output), staging, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (rushes_output_commit (output, 2, 1, NULL, &error));
  rushes_test_assert_error (error, code, words);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

/* Another folder of that name is not the one that the frames belong to. */
static void
test_commit_moved (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesOutput) output = open_bound (fixture);
  g_autofree char *staging = rushes_output_build_staging_name (output, 0, 2, 1);
  g_autofree char *moved = g_strconcat (fixture->root, "-moved", NULL);
  g_autofree char *frames = in_frames (fixture, "");

  commit (output, 1);
  g_assert_no_errno (g_rename (fixture->root, moved));
  g_assert_no_errno (g_mkdir_with_parents (frames, 0755));
  write_picture (output, staging);
  assert_commit_refused (output, staging, RUSHES_ERROR_NOT_WRITABLE, "no longer there");
  g_assert_cmpuint (count_frames (fixture), ==, 0);

  /* And back again. */
  g_assert_no_errno (g_rmdir (frames));
  g_assert_no_errno (g_rmdir (fixture->root));
  g_assert_no_errno (g_rename (moved, fixture->root));
  commit (output, 2);
  g_assert_cmpuint (count_frames (fixture), ==, 2);
}

/* A disk that has no room for two small pictures would have been noticed. */
static void
test_foresee (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesOutput) output = open_bound (fixture);

  g_assert_null (rushes_output_foresee (output, G_MAXUINT));
  commit (output, 1);
  commit (output, 2);
  g_assert_null (rushes_output_foresee (output, 2));
  g_assert_null (rushes_output_foresee (output, 0));
}

static void
test_commit_bad_picture (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesOutput) output = open_bound (fixture);
  g_autofree char *staging = rushes_output_build_staging_name (output, 0, 2, 1);
  g_autofree char *path = g_build_filename (fixture->root, staging, NULL);

  write_picture (output, staging);
  g_assert_cmpint (truncate (path, 40), ==, 0);
  assert_commit_refused (output, staging, RUSHES_ERROR_BAD_PICTURE, "cut short");

  rushes_test_write_png (path, WIDTH + 1, HEIGHT);
  assert_commit_refused (output, staging, RUSHES_ERROR_BAD_PICTURE, "9 × 2 pixels, not 8 × 2");

  g_free (rushes_test_write (fixture->root, staging, ""));
  assert_commit_refused (output, staging, RUSHES_ERROR_BAD_PICTURE, "empty");

  g_free (rushes_test_write (fixture->root, staging, "GIF89a"));
  assert_commit_refused (output, staging, RUSHES_ERROR_BAD_PICTURE, "not a picture");

  /* Blender says that it is done and wrote nothing. */
  assert_commit_refused (output, staging, RUSHES_ERROR_MISSING_FILE, "no picture");
  g_assert_cmpuint (count_frames (fixture), ==, 0);
}

static void
test_commit_changed_blend (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesOutput) output = open_bound (fixture);
  g_autofree char *staging = rushes_output_build_staging_name (output, 0, 2, 1);

  commit (output, 1);
  g_free (rushes_test_write (fixture->folder, "scene.blend", "BLENDER-v304 two!"));
  write_picture (output, staging);
  assert_commit_refused (output, staging, RUSHES_ERROR_FILE_CHANGED, fixture->blend);

  g_assert_cmpint (g_unlink (fixture->blend), ==, 0);
  write_picture (output, staging);
  assert_commit_refused (output, staging, RUSHES_ERROR_FILE_CHANGED, fixture->blend);
  g_assert_cmpuint (count_frames (fixture), ==, 1);
}

static void
test_commit_not_writable (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesOutput) output = open_bound (fixture);
  g_autofree char *staging = rushes_output_build_staging_name (output, 0, 2, 1);
  g_autofree char *path = in_frames (fixture, "frame_000002.png");

  g_assert_cmpint (g_mkdir (path, 0755), ==, 0);
  write_picture (output, staging);
  assert_commit_refused (output, staging, RUSHES_ERROR_NOT_WRITABLE, path);
}

static void
test_discard (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesOutput) output = open_bound (fixture);
  g_autofree char *staging = rushes_output_build_staging_name (output, 0, 2, 1);
  g_autofree char *path = g_build_filename (fixture->root, staging, NULL);

  write_picture (output, staging);
  rushes_output_discard (output, 2, 1);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  rushes_output_discard (output, 2, 1);
}

static void
test_resume (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesOutput) output = NULL;
  const RushesInfo *recorded;
  g_autoptr (GError) error = NULL;

  render_before (fixture, 3);
  output = open_output (fixture, RUSHES_EXISTING_RESUME);
  recorded = rushes_output_get_recorded_info (output);
  g_assert_nonnull (recorded);
  g_assert_cmpstr (recorded->blender, ==, "3.4.1");
  g_assert_cmpstr (recorded->extension, ==, ".png");
  g_assert_cmpuint (recorded->end, ==, N_FRAMES);
  g_assert_true (rushes_output_check_blender (output, "3.4.1", &error));
  g_assert_no_error (error);
  assert_done (fixture, output, "xxx..");
  g_assert_cmpuint (count_frames (fixture), ==, 3);
}

static void
test_resume_whole_frames_only (Fixture *fixture, gconstpointer data)
{
  g_autofree char *one = in_frames (fixture, "frame_000001.png");
  g_autofree char *two = in_frames (fixture, "frame_000002.png");
  g_autofree char *three = in_frames (fixture, "frame_000003.png");
  g_autofree char *four = in_frames (fixture, "frame_000004.png");
  struct stat info;

  render_before (fixture, 5);
  g_assert_cmpint (g_stat (one, &info), ==, 0);
  g_assert_cmpint (truncate (one, info.st_size - 1), ==, 0);
  g_assert_cmpint (truncate (two, 0), ==, 0);
  rushes_test_write_png (three, WIDTH, HEIGHT * 2);
  g_assert_cmpint (g_unlink (four), ==, 0);
  g_assert_cmpint (g_mkdir (four, 0755), ==, 0);
  assert_open_gives (fixture, RUSHES_EXISTING_RESUME, "....x");
}

/* Files that only look like frames of this scene. */
static void
test_resume_other_names (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = { "frame_000002.jpg",     "frame_000002.png.bak",
                                       "frame_2.png",          "frame_0000002.png",
                                       "frame_00002.png",      "Frame_000002.png",
                                       "xframe_000002.png",    "frame_000002png",
                                       "frame_-00002.png",     "frame_+00002.png",
                                       "frame_4294967298.png", "frame_000002 (copy).png",
                                       "frame_000002.PNG",     "frame_18446744073709551618.png" };

  render_before (fixture, 1);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = in_frames (fixture, names[i]);

      rushes_test_write_png (path, WIDTH, HEIGHT);
    }
  assert_open_gives (fixture, RUSHES_EXISTING_RESUME, "x....");
}

static void
test_resume_range (Fixture *fixture, gconstpointer data)
{
  render_before (fixture, 5);
  g_clear_pointer (&fixture->range, rushes_frame_range_unref);
  fixture->range = rushes_frame_range_parse ("2-4x2,10", NULL);
  assert_open_gives (fixture, RUSHES_EXISTING_RESUME, "xx.");
  /* The others stay, and count again when they are wanted. */
  g_assert_cmpuint (count_frames (fixture), ==, 5);
  g_clear_pointer (&fixture->range, rushes_frame_range_unref);
  fixture->range = rushes_frame_range_new (1, 6, 1);
  assert_open_gives (fixture, RUSHES_EXISTING_RESUME, "xxxxx.");
}

static void
test_resume_large_numbers (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->range, rushes_frame_range_unref);
  fixture->range = rushes_frame_range_parse ("0,999999-1000001,1048573", NULL);
  {
    g_autoptr (RushesOutput) output = open_bound (fixture);

    commit (output, 0);
    commit (output, 1000000);
    commit (output, 1048573);
  }
  assert_open_gives (fixture, RUSHES_EXISTING_RESUME, "x.x.x");
}

/* A folder whose frames were all removed may be used for anything. */
static void
test_resume_no_frames (Fixture *fixture, gconstpointer data)
{
  render_before (fixture, 0);
  g_object_set (fixture->settings, "samples", 99, NULL);
  assert_open_gives (fixture, RUSHES_EXISTING_RESUME, ".....");
}

static void
test_staging_is_removed (Fixture *fixture, gconstpointer data)
{
  g_autofree char *keep = in_frames (fixture, "notes.part");
  g_autofree char *frames = g_build_filename (fixture->root, "frames", NULL);
  g_autofree char *staging = NULL;
  g_autofree char *path = NULL;

  render_before (fixture, 1);
  {
    g_autoptr (RushesOutput) output = open_bound (fixture);

    staging = rushes_output_build_staging_name (output, 0, 2, 1);
    write_picture (output, staging);
  }
  path = g_build_filename (fixture->root, staging, NULL);
  g_free (rushes_test_write (frames, "notes.part", "mine"));
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));

  {
    g_autoptr (RushesOutput) output = open_output (fixture, RUSHES_EXISTING_RESUME);

    g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
    g_assert_true (g_file_test (keep, G_FILE_TEST_EXISTS));
    assert_done (fixture, output, "x....");
    g_assert_cmpuint (rushes_test_count_files (frames, ""), ==, 2);
  }
}

static void
test_other_settings (Fixture *fixture, gconstpointer data)
{
  render_before (fixture, 2);
  g_object_set (fixture->settings, "samples", 99, NULL);
  assert_refused (fixture, "of other settings");
  g_assert_cmpuint (count_frames (fixture), ==, 2);

  g_object_set (fixture->settings, "samples", 0, NULL);
  assert_open_gives (fixture, RUSHES_EXISTING_RESUME, "xx...");
}

static void
test_settings_that_leave_pixels (Fixture *fixture, gconstpointer data)
{
  render_before (fixture, 2);
  g_object_set (fixture->settings, "threads", 7, "frames", "1-5", NULL);
  assert_open_gives (fixture, RUSHES_EXISTING_RESUME, "xx...");
}

static void
test_other_blend (Fixture *fixture, gconstpointer data)
{
  render_before (fixture, 2);
  g_free (rushes_test_write (fixture->folder, "scene.blend", "BLENDER-v304 TWO"));
  set_mtime (fixture->blend, G_GINT64_CONSTANT (1600000000000000001));
  assert_refused (fixture, "of another state of the scene");
  g_assert_cmpuint (count_frames (fixture), ==, 2);
}

static void
test_touched_blend (Fixture *fixture, gconstpointer data)
{
  render_before (fixture, 2);
  set_mtime (fixture->blend, G_GINT64_CONSTANT (1600000000000000001));
  assert_open_gives (fixture, RUSHES_EXISTING_RESUME, "xx...");
  /* And its new time is known from then on. */
  {
    g_autoptr (JsonNode) node = read_manifest (fixture);

    g_assert_cmpint (
        json_object_get_int_member (
            json_object_get_object_member (json_node_get_object (node), "blend"), "mtime"),
        ==, G_GINT64_CONSTANT (1600000000000000001));
  }
}

static void
test_moved_blend (Fixture *fixture, gconstpointer data)
{
  g_autofree char *moved = g_build_filename (fixture->folder, "moved.blend", NULL);

  render_before (fixture, 2);
  g_assert_cmpint (g_rename (fixture->blend, moved), ==, 0);
  g_free (fixture->blend);
  fixture->blend = g_steal_pointer (&moved);
  assert_open_gives (fixture, RUSHES_EXISTING_RESUME, "xx...");
}

/* Of the same size and time, as archives and data set tools make them. */
static void
test_other_blend_of_same_time (Fixture *fixture, gconstpointer data)
{
  set_mtime (fixture->blend, 1000000000);
  render_before (fixture, 2);
  g_free (fixture->blend);
  fixture->blend = rushes_test_write (fixture->folder, "other.blend", "BLENDER-v304 TWO");
  set_mtime (fixture->blend, 1000000000);
  assert_refused (fixture, "of another state of the scene");
}

static void
test_unknown_origin (Fixture *fixture, gconstpointer data)
{
  g_autofree char *manifest = get_manifest_path (fixture);

  render_before (fixture, 2);
  g_assert_cmpint (g_unlink (manifest), ==, 0);
  assert_refused (fixture, "of unknown origin");
  g_assert_cmpuint (count_frames (fixture), ==, 2);
  g_assert_false (g_file_test (manifest, G_FILE_TEST_EXISTS));
}

static void
test_other_blender (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushesOutput) output = NULL;

  render_before (fixture, 2);
  output = open_output (fixture, RUSHES_EXISTING_RESUME);
  g_assert_false (rushes_output_check_blender (output, "4.3.2", &error));
  rushes_test_assert_error (error, RUSHES_ERROR_SETTINGS_CHANGED,
                            "by Blender 3.4.1, this is 4.3.2");
  g_assert_cmpuint (count_frames (fixture), ==, 2);
}

static void
test_other_blender_first_run (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesOutput) output = open_output (fixture, RUSHES_EXISTING_RESUME);

  g_assert_true (rushes_output_check_blender (output, "4.3.2", NULL));
}

static void
test_overwrite_other_blender (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushesOutput) output = NULL;

  render_before (fixture, 2);
  output = open_output (fixture, RUSHES_EXISTING_OVERWRITE);
  g_assert_null (rushes_output_get_recorded_info (output));
  g_assert_true (rushes_output_check_blender (output, "4.3.2", NULL));
  fixture->info.blender = (char *) "4.3.2";
  assert_done (fixture, output, ".....");
  commit (output, 4);

  /* A second client loads the scene once the folder is this Blender's own. */
  g_assert_true (rushes_output_check_blender (output, "4.3.2", &error));
  g_assert_no_error (error);
  assert_done (fixture, output, "...x.");
}

static void
test_keep_other_blender (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesOutput) output = NULL;

  render_before (fixture, 2);
  output = open_output (fixture, RUSHES_EXISTING_KEEP);
  g_assert_null (rushes_output_get_recorded_info (output));
  g_assert_true (rushes_output_check_blender (output, "4.3.2", NULL));
  assert_done (fixture, output, "xx...");
}

/* The same scene once more: only what is asked for goes. */
static void
test_overwrite_same (Fixture *fixture, gconstpointer data)
{
  render_before (fixture, 4);
  g_clear_pointer (&fixture->range, rushes_frame_range_unref);
  fixture->range = rushes_frame_range_new (2, 3, 1);
  {
    g_autoptr (RushesOutput) output = open_output (fixture, RUSHES_EXISTING_OVERWRITE);

    g_assert_cmpuint (count_frames (fixture), ==, 4);
    assert_done (fixture, output, "..");
    g_assert_cmpuint (count_frames (fixture), ==, 2);
    commit (output, 2);
    /* Bound again, the run keeps what it rendered. */
    assert_done (fixture, output, "x.");
  }
}

/* Another scene: no frame of the old one may stay. */
static void
test_overwrite_other (Fixture *fixture, gconstpointer data)
{
  g_autofree char *notes = in_frames (fixture, "notes.txt");

  render_before (fixture, 4);
  g_assert_true (g_file_set_contents (notes, "mine", -1, NULL));
  g_object_set (fixture->settings, "samples", 99, NULL);
  g_clear_pointer (&fixture->range, rushes_frame_range_unref);
  fixture->range = rushes_frame_range_new (2, 3, 1);
  {
    g_autoptr (RushesOutput) output = open_output (fixture, RUSHES_EXISTING_OVERWRITE);

    assert_done (fixture, output, "..");
    g_assert_cmpuint (count_frames (fixture), ==, 0);
    g_assert_true (g_file_test (notes, G_FILE_TEST_EXISTS));
    commit (output, 2);
  }
  assert_open_gives (fixture, RUSHES_EXISTING_RESUME, "x.");
}

static void
test_overwrite_given_up (Fixture *fixture, gconstpointer data)
{
  render_before (fixture, 4);
  g_object_set (fixture->settings, "samples", 99, NULL);
  /* Opened, and never bound: nothing has happened to the old frames. */
  rushes_output_unref (open_output (fixture, RUSHES_EXISTING_OVERWRITE));
  g_assert_cmpuint (count_frames (fixture), ==, 4);
  g_object_set (fixture->settings, "samples", 0, NULL);
  assert_open_gives (fixture, RUSHES_EXISTING_RESUME, "xxxx.");
}

static void
test_overwrite_unknown_origin (Fixture *fixture, gconstpointer data)
{
  g_autofree char *manifest = get_manifest_path (fixture);

  render_before (fixture, 4);
  g_assert_cmpint (g_unlink (manifest), ==, 0);
  assert_open_gives (fixture, RUSHES_EXISTING_OVERWRITE, ".....");
  g_assert_cmpuint (count_frames (fixture), ==, 0);
}

static void
test_keep (Fixture *fixture, gconstpointer data)
{
  g_autofree char *two = in_frames (fixture, "frame_000002.png");

  render_before (fixture, 4);
  g_assert_cmpint (truncate (two, 30), ==, 0);
  g_object_set (fixture->settings, "samples", 99, NULL);
  g_free (rushes_test_write (fixture->folder, "scene.blend", "BLENDER-v304 two"));
  assert_open_gives (fixture, RUSHES_EXISTING_KEEP, "x.xx.");
  /* The user said so once; the folder remembers. */
  assert_open_gives (fixture, RUSHES_EXISTING_RESUME, "x.xx.");
}

static void
test_keep_unknown_origin (Fixture *fixture, gconstpointer data)
{
  g_autofree char *manifest = get_manifest_path (fixture);

  render_before (fixture, 2);
  g_assert_cmpint (g_unlink (manifest), ==, 0);
  assert_open_gives (fixture, RUSHES_EXISTING_KEEP, "xx...");
}

/* A manifest that says less than it should: its frames are of unknown origin,
 * or of something else, but never silently kept. */
static void
test_damaged_manifest (Fixture *fixture, gconstpointer data)
{
  static const char *const texts[] = { "",
                                       "{",
                                       "null",
                                       "[]",
                                       "5",
                                       "{}",
                                       "\"version\"",
                                       "{\"version\":1}",
                                       "{\"version\":1,\"pixels\":\"{}\"}",
                                       "{\"version\":1,\"pixels\":\"{}\",\"blend\":null}",
                                       "{\"version\":1,\"pixels\":\"{}\",\"blend\":[]}",
                                       "{\"version\":1,\"pixels\":\"{}\",\"blend\":{}}",
                                       "\xff\xfe\xfd",
                                       "not json at all" };

  render_before (fixture, 2);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_free (rushes_test_write (fixture->root, "rushes.json", texts[i]));
      assert_refused (fixture, "holds frames");
    }
  g_assert_cmpuint (count_frames (fixture), ==, 2);
}

static void
test_cut_manifest (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = get_manifest_path (fixture);
  g_autofree char *text = NULL;

  render_before (fixture, 2);
  text = rushes_test_read (path);
  for (gsize length = strlen (text); length-- > 0;)
    {
      g_assert_cmpint (truncate (path, (off_t) length), ==, 0);
      assert_refused (fixture, "of unknown origin");
    }
}

static void
test_manifest_members (Fixture *fixture, gconstpointer data)
{
  static const char *const members[] = { "version", "blend",  "pixels", "blender",
                                         "engine",  "format", "width",  "height",
                                         "start",   "end",    "step",   "extension" };
  static const char *const values[] = { NULL, "null", "[]", "{}", "-7", "1e300", "\"\"", "false" };
  g_autoptr (JsonNode) good = NULL;

  render_before (fixture, 2);
  good = read_manifest (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    for (guint j = 0; j < G_N_ELEMENTS (values); j++)
      {
        g_autoptr (JsonNode) node = json_node_copy (good);
        JsonObject *object;
        g_autofree char *text = NULL;
        g_autoptr (JsonNode) again = NULL;
        gboolean is_engine =
            g_str_equal (members[i], "engine") || g_str_equal (members[i], "blender");

        if (is_engine && g_strcmp0 (values[j], "\"\"") == 0)
          continue; /* a name like any other */
        /* A copy shares its object. */
        text = json_to_string (node, FALSE);
        again = json_from_string (text, NULL);
        object = json_node_get_object (again);
        if (values[j] == NULL)
          json_object_remove_member (object, members[i]);
        else
          json_object_set_member (object, members[i], json_from_string (values[j], NULL));
        write_manifest (fixture, again);
        assert_refused (fixture, "holds frames");
      }
  write_manifest (fixture, good);
  assert_open_gives (fixture, RUSHES_EXISTING_RESUME, "xx...");
}

/* A hash of other content, with a time that does not fit. */
static void
test_manifest_blend (Fixture *fixture, gconstpointer data)
{
  static const char *const wrong[] = {
    "{\"path\":5,\"size\":16,\"mtime\":[],\"sha256\":{}}",
    "{\"path\":\"\",\"size\":16,\"mtime\":1,\"sha256\":null}",
    "{\"path\":\"\",\"size\":1e99,\"mtime\":1,\"sha256\":\"00\"}",
    "{\"path\":\"\",\"size\":16,\"mtime\":1,\"sha256\":\"" NO_HASH "\"}",
  };

  render_before (fixture, 2);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (JsonNode) node = read_manifest (fixture);

      json_object_set_member (json_node_get_object (node), "blend",
                              json_from_string (wrong[i], NULL));
      write_manifest (fixture, node);
      assert_refused (fixture, "holds frames");
    }
}

static void
test_manifest_is_a_folder (Fixture *fixture, gconstpointer data)
{
  g_autofree char *manifest = get_manifest_path (fixture);
  g_autoptr (RushesOutput) output = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (manifest, 0755), ==, 0);
  output = open_output (fixture, RUSHES_EXISTING_RESUME);
  g_assert_null (rushes_output_bind (output, &fixture->info, fixture->range, &error));
  rushes_test_assert_error (error, RUSHES_ERROR_NOT_WRITABLE, manifest);
}

/* A file where a folder should be: the one obstacle that stops every user. */
static void
test_not_writable (Fixture *fixture, gconstpointer data)
{
  g_autofree char *parent = g_build_filename (fixture->folder, "output", NULL);
  g_autofree char *frames = g_build_filename (fixture->root, "frames", NULL);
  g_autoptr (RushesOutput) output = NULL;
  g_autoptr (GError) in_parent = NULL;
  g_autoptr (GError) in_root = NULL;

  g_free (rushes_test_write (fixture->folder, "output", ""));
  g_assert_null (try_open (fixture, RUSHES_EXISTING_RESUME, &in_parent));
  rushes_test_assert_error (in_parent, RUSHES_ERROR_NOT_WRITABLE, fixture->root);

  g_assert_cmpint (g_unlink (parent), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (fixture->root, 0755), ==, 0);
  g_free (rushes_test_write (fixture->root, "frames", ""));
  output = open_output (fixture, RUSHES_EXISTING_OVERWRITE);
  g_assert_null (rushes_output_bind (output, &fixture->info, fixture->range, &in_root));
  rushes_test_assert_error (in_root, RUSHES_ERROR_NOT_WRITABLE, frames);
}

static void
test_bad_blend (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) bad = NULL;
  g_autoptr (GError) missing = NULL;

  g_free (rushes_test_write (fixture->folder, "scene.blend", "GIF89a"));
  g_assert_null (try_open (fixture, RUSHES_EXISTING_RESUME, &bad));
  rushes_test_assert_error (bad, RUSHES_ERROR_LOAD_FAILED, fixture->blend);

  g_assert_cmpint (g_unlink (fixture->blend), ==, 0);
  g_assert_null (try_open (fixture, RUSHES_EXISTING_RESUME, &missing));
  rushes_test_assert_error (missing, RUSHES_ERROR_MISSING_FILE, fixture->blend);

  /* No folder was made for what cannot be rendered. */
  g_assert_false (g_file_test (fixture->root, G_FILE_TEST_EXISTS));
}

static void
test_busy (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesOutput) output = open_bound (fixture);
  g_autofree char *staging = NULL;
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  RushesOutput *second = rushes_output_ref (output);

  staging = rushes_output_build_staging_name (output, 0, 1, 1);
  path = g_build_filename (fixture->root, staging, NULL);
  write_picture (output, staging);
  g_assert_null (try_open (fixture, RUSHES_EXISTING_OVERWRITE, &error));
  rushes_test_assert_error (error, RUSHES_ERROR_BUSY, fixture->root);
  /* Whoever was refused has touched nothing. */
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));

  /* The last reference releases the folder. */
  rushes_output_unref (second);
  g_assert_null (try_open (fixture, RUSHES_EXISTING_RESUME, NULL));
  g_clear_pointer (&output, rushes_output_unref);
  rushes_output_unref (open_output (fixture, RUSHES_EXISTING_RESUME));
}

static void
test_no_traces (Fixture *fixture, gconstpointer data)
{
  render_before (fixture, 1);
  g_assert_cmpuint (rushes_test_count_files (fixture->root, ""), ==, 2);
  g_assert_cmpuint (count_frames (fixture), ==, 1);
}

static void
test_odd_names (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = { "with space",  "new\nline", "quo'te\"s",  "{braces}",
                                       "%s%d%n",      "-dash",     "Größe",      "影",
                                       "back\\slash", "tab\t",     "$HOME `ls`", "caf\xe9" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_free (fixture->root);
      fixture->root = g_build_filename (fixture->folder, names[i], "scene", NULL);
      if (g_utf8_validate (names[i], -1, NULL))
        {
          g_autofree char *name = g_strconcat (names[i], ".blend", NULL);

          g_free (fixture->blend);
          fixture->blend = rushes_test_write (fixture->folder, name, "BLENDER-v304 one");
        }
      render_before (fixture, 2);
      assert_open_gives (fixture, RUSHES_EXISTING_RESUME, "xx...");
      g_object_set (fixture->settings, "addons", names[i % 8], NULL);
      assert_refused (fixture, "of other settings");
      assert_open_gives (fixture, RUSHES_EXISTING_OVERWRITE, ".....");
      g_assert_cmpuint (count_frames (fixture), ==, 0);
      rushes_settings_reset (fixture->settings, "addons");
    }
}

static void
test_many (Fixture *fixture, gconstpointer data)
{
  const guint n = 10000;
  gint64 began;

  g_clear_pointer (&fixture->range, rushes_frame_range_unref);
  fixture->range = rushes_frame_range_new (1, n + 1, 1);
  {
    g_autoptr (RushesOutput) output = open_bound (fixture);

    g_assert_nonnull (output);
    for (guint frame = 1; frame <= n; frame++)
      {
        g_autofree char *path =
            rushes_output_build_frame_path (fixture->root, &fixture->info, frame);

        rushes_test_write_png (path, WIDTH, HEIGHT);
      }
  }

  began = g_get_monotonic_time ();
  {
    g_autoptr (RushesOutput) output = open_output (fixture, RUSHES_EXISTING_RESUME);
    g_autofree guint8 *done = bind_output (fixture, output);
    guint count = 0;

    g_assert_cmpint (g_get_monotonic_time () - began, <, G_USEC_PER_SEC);
    for (guint i = 0; i <= n; i++)
      count += done[i];
    g_assert_cmpuint (count, ==, n);
    g_assert_cmpuint (done[n], ==, 0);
  }
}

/* ---- Several files a frame ------------------------------------------- */

static void
include (Fixture *fixture, const char *outputs, GPtrArray *kinds)
{
  g_assert_true (rushes_settings_set_text (fixture->settings, "outputs", outputs, NULL));
  g_clear_pointer (&fixture->info.kinds, g_ptr_array_unref);
  fixture->info.kinds = kinds;
}

static void
include_depths (Fixture *fixture)
{
  include (fixture, "frames,depths",
           rushes_test_make_kinds (WIDTH, HEIGHT, "frames", "depths", "debug_depths", NULL));
}

static void
include_frames (Fixture *fixture)
{
  include (fixture, "frames", rushes_test_make_kinds (WIDTH, HEIGHT, "frames", NULL));
}

static void
write_staging (RushesOutput *output, guint n_kinds, guint frame)
{
  for (guint i = 0; i < n_kinds; i++)
    {
      g_autofree char *staging = rushes_output_build_staging_name (output, i, frame, 1);

      write_picture (output, staging);
    }
}

static void
commit_all (Fixture *fixture, RushesOutput *output, guint frame)
{
  g_autoptr (GError) error = NULL;

  write_staging (output, fixture->info.kinds->len, frame);
  rushes_output_commit (output, frame, 1, NULL, &error);
  g_assert_no_error (error);
}

/* An earlier run with all files that are asked for. */
static void
render_all_before (Fixture *fixture, guint n)
{
  g_autoptr (RushesOutput) output = open_bound (fixture);

  for (guint frame = 1; frame <= n; frame++)
    commit_all (fixture, output, frame);
}

static guint
count_files (Fixture *fixture, const char *folder_name)
{
  g_autofree char *folder = g_build_filename (fixture->root, folder_name, NULL);

  return rushes_test_count_files (folder, "");
}

static void
remove_file (Fixture *fixture, const char *name)
{
  g_autofree char *path = g_build_filename (fixture->root, name, NULL);

  g_assert_no_errno (g_unlink (path));
}

static void
test_several_files (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesOutput) output = NULL;
  g_autoptr (GVariant) files = NULL;
  g_autofree char *first = NULL;
  const char *told = NULL;

  include_depths (fixture);
  output = open_bound (fixture);
  files = g_variant_ref_sink (rushes_output_list_staging (output, 2, 1));
  g_assert_cmpuint (g_variant_n_children (files), ==, 3);
  first = rushes_output_build_staging_name (output, 1, 2, 1);
  g_assert_true (g_variant_lookup (files, "depths", "&s", &told));
  g_assert_cmpstr (told, ==, first);
  g_assert_true (g_str_has_prefix (told, "depths/.depth_000002.png."));

  commit_all (fixture, output, 2);
  assert_done (fixture, output, ".x...");
  g_assert_cmpuint (count_files (fixture, "frames"), ==, 1);
  g_assert_cmpuint (count_files (fixture, "depths"), ==, 2);
}

/* All are whole, or none is put in place. */
static void
test_several_files_one_bad (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesOutput) output = NULL;

  include_depths (fixture);
  output = open_bound (fixture);
  for (guint bad = 0; bad < 3; bad++)
    for (guint missing = 0; missing < 2; missing++)
      {
        g_autofree char *staging = rushes_output_build_staging_name (output, bad, 2, 1);
        g_autofree char *path = g_build_filename (fixture->root, staging, NULL);
        g_autoptr (GError) error = NULL;

        write_staging (output, 3, 2);
        if (missing)
          g_assert_no_errno (g_unlink (path));
        else
          g_assert_no_errno (truncate (path, 40));
        g_assert_false (rushes_output_commit (output, 2, 1, NULL, &error));
        if (missing)
          rushes_test_assert_error (error, RUSHES_ERROR_MISSING_FILE, "no picture");
        else
          rushes_test_assert_error (error, RUSHES_ERROR_BAD_PICTURE, "cut short");
        g_assert_cmpuint (count_files (fixture, "frames"), ==, 0);
        g_assert_cmpuint (count_files (fixture, "depths"), ==, 0);
      }
  assert_done (fixture, output, ".....");
}

/* A crash between two renames: whatever of a frame is there, it is not done before
 * all of it is. The picture comes last. */
static void
test_crash_between_renames (Fixture *fixture, gconstpointer data)
{
  static const char *const in_order[] = { "depths/debug_depth_000001.png",
                                          "depths/depth_000001.png", "frames/frame_000001.png" };

  include_depths (fixture);
  render_all_before (fixture, 5);
  /* Frame n lacks its last n files. */
  remove_file (fixture, "frames/frame_000001.png");
  remove_file (fixture, "frames/frame_000002.png");
  remove_file (fixture, "depths/depth_000002.png");
  remove_file (fixture, "depths/depth_000003.png");
  remove_file (fixture, "depths/debug_depth_000004.png");
  assert_open_gives (fixture, RUSHES_EXISTING_RESUME, "....x");

  /* A name that is taken by a folder stops the commit just there. */
  for (guint i = 1; i < G_N_ELEMENTS (in_order); i++)
    {
      g_autoptr (RushesOutput) output = open_output (fixture, RUSHES_EXISTING_OVERWRITE);
      g_autofree char *obstacle = NULL;
      g_autoptr (GError) error = NULL;

      assert_done (fixture, output, ".....");
      obstacle = g_build_filename (fixture->root, in_order[i], NULL);
      g_assert_no_errno (g_mkdir (obstacle, 0755));
      write_staging (output, 3, 1);
      g_assert_false (rushes_output_commit (output, 1, 1, NULL, &error));
      rushes_test_assert_error (error, RUSHES_ERROR_NOT_WRITABLE, obstacle);
      g_assert_no_errno (g_rmdir (obstacle));
      g_assert_cmpuint (count_files (fixture, "depths"), ==, i);
      g_assert_cmpuint (count_files (fixture, "frames"), ==, 0);
      assert_done (fixture, output, ".....");
    }
}

/* More files, not other frames. */
static void
test_add_output (Fixture *fixture, gconstpointer data)
{
  render_before (fixture, 3);
  include_depths (fixture);
  {
    g_autoptr (RushesOutput) output = open_output (fixture, RUSHES_EXISTING_RESUME);

    /* A client must say what the others are. */
    g_assert_null (rushes_output_get_recorded_info (output));
    assert_done (fixture, output, ".....");
    g_assert_cmpuint (count_files (fixture, "frames"), ==, 3);
    commit_all (fixture, output, 2);
    assert_done (fixture, output, ".x...");
  }
  {
    g_autoptr (RushesOutput) output = open_output (fixture, RUSHES_EXISTING_RESUME);
    const RushesInfo *recorded = rushes_output_get_recorded_info (output);

    g_assert_nonnull (recorded);
    g_assert_cmpuint (recorded->kinds->len, ==, 3);
    assert_done (fixture, output, ".x...");
  }
}

/* Fewer: what is there stays, and counts when it is asked for again. */
static void
test_drop_output (Fixture *fixture, gconstpointer data)
{
  include_depths (fixture);
  render_all_before (fixture, 3);
  include_frames (fixture);
  assert_open_gives (fixture, RUSHES_EXISTING_RESUME, "xxx..");
  g_assert_cmpuint (count_files (fixture, "depths"), ==, 6);
  include_depths (fixture);
  assert_open_gives (fixture, RUSHES_EXISTING_RESUME, "xxx..");

  /* Of other settings, they would be mixed with the new frames: they go too, though
   * nobody asks for depths. */
  include_frames (fixture);
  g_object_set (fixture->settings, "samples", 99, NULL);
  assert_refused (fixture, "of other settings");
  assert_open_gives (fixture, RUSHES_EXISTING_OVERWRITE, ".....");
  g_assert_cmpuint (count_files (fixture, "frames"), ==, 0);
  g_assert_cmpuint (count_files (fixture, "depths"), ==, 0);
}

/* Somebody else's files where an output goes. */
static void
test_output_of_unknown_origin (Fixture *fixture, gconstpointer data)
{
  g_autofree char *depths = g_build_filename (fixture->root, "depths", NULL);
  g_autofree char *foreign = g_build_filename (depths, "depth_000002.png", NULL);
  g_autoptr (RushesOutput) output = NULL;
  g_autoptr (GError) error = NULL;

  render_before (fixture, 2);
  g_assert_no_errno (g_mkdir (depths, 0755));
  rushes_test_write_png (foreign, WIDTH, HEIGHT);
  assert_open_gives (fixture, RUSHES_EXISTING_RESUME, "xx...");

  include_depths (fixture);
  output = open_output (fixture, RUSHES_EXISTING_RESUME);
  g_assert_null (rushes_output_bind (output, &fixture->info, fixture->range, &error));
  rushes_test_assert_error (error, RUSHES_ERROR_SETTINGS_CHANGED, "of unknown origin");
  g_assert_true (g_file_test (foreign, G_FILE_TEST_EXISTS));
  g_clear_pointer (&output, rushes_output_unref);

  assert_open_gives (fixture, RUSHES_EXISTING_OVERWRITE, ".....");
  g_assert_false (g_file_test (foreign, G_FILE_TEST_EXISTS));
}

static void
pack (Fixture *fixture, const char *codec)
{
  g_autoptr (GPtrArray) kinds = rushes_test_make_kinds (WIDTH, HEIGHT, "frames", "depths", NULL);
  g_autoptr (JsonNode) node = rushes_file_kinds_to_json (kinds);

  json_object_set_string_member (json_array_get_object_element (json_node_get_array (node), 1),
                                 "codec", codec);
  include (fixture, "frames,depths", rushes_file_kinds_from_json (node));
}

static void
test_other_codec (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesOutput) output = NULL;
  g_autoptr (GError) error = NULL;

  pack (fixture, "ZIP");
  render_all_before (fixture, 2);
  assert_open_gives (fixture, RUSHES_EXISTING_RESUME, "xx...");
  pack (fixture, "DWAA");
  output = open_output (fixture, RUSHES_EXISTING_RESUME);
  g_assert_null (rushes_output_bind (output, &fixture->info, fixture->range, &error));
  rushes_test_assert_error (error, RUSHES_ERROR_SETTINGS_CHANGED, "packed by ZIP, not by DWAA");
  g_clear_pointer (&output, rushes_output_unref);
  assert_open_gives (fixture, RUSHES_EXISTING_KEEP, "xx...");
}

static void
test_cameras (Fixture *fixture, gconstpointer data)
{
  include (fixture, "frames",
           rushes_test_make_kinds (WIDTH, HEIGHT, "Left/frames", "Right eye/frames", NULL));
  g_object_set (fixture->settings, "all-cameras", TRUE, NULL);
  render_all_before (fixture, 2);
  g_assert_cmpuint (count_files (fixture, "Left/frames"), ==, 2);
  g_assert_cmpuint (count_files (fixture, "Right eye/frames"), ==, 2);
  g_assert_cmpuint (count_files (fixture, ""), ==, 3);
  remove_file (fixture, "Right eye/frames/frame_000001.png");
  assert_open_gives (fixture, RUSHES_EXISTING_RESUME, ".x...");

  /* One camera is something else, and in nobody's way. */
  include_frames (fixture);
  g_object_set (fixture->settings, "all-cameras", FALSE, NULL);
  assert_open_gives (fixture, RUSHES_EXISTING_RESUME, ".....");
  g_assert_cmpuint (count_files (fixture, "Left/frames"), ==, 2);
}

/* A run that died left staging files of every kind. */
static void
test_staging_of_all (Fixture *fixture, gconstpointer data)
{
  include_depths (fixture);
  {
    g_autoptr (RushesOutput) output = open_bound (fixture);

    write_staging (output, 3, 1);
    write_staging (output, 3, 4);
    g_assert_cmpuint (count_files (fixture, "depths"), ==, 4);
  }
  include_frames (fixture);
  rushes_output_unref (open_output (fixture, RUSHES_EXISTING_RESUME));
  g_assert_cmpuint (count_files (fixture, "frames"), ==, 0);
  g_assert_cmpuint (count_files (fixture, "depths"), ==, 0);
}

/* A folder of before there were outputs. */
static void
test_old_manifest (Fixture *fixture, gconstpointer data)
{
  render_before (fixture, 3);
  {
    g_autoptr (JsonNode) node = read_manifest (fixture);

    json_object_remove_member (json_node_get_object (node), "outputs");
    json_object_remove_member (json_node_get_object (node), "files");
    write_manifest (fixture, node);
  }
  {
    g_autoptr (RushesOutput) output = open_output (fixture, RUSHES_EXISTING_RESUME);

    g_assert_nonnull (rushes_output_get_recorded_info (output));
    assert_done (fixture, output, "xxx..");
  }
}

/* ---- Many ------------------------------------------------------------ */

/* Many clients' frames are put in place at once. */
typedef struct
{
  RushesOutput *output;
  guint first;
} Committer;

static gpointer
commit_thread (gpointer data)
{
  Committer *committer = data;

  for (guint i = 0; i < 25; i++)
    commit (committer->output, committer->first + i * 4);
  return NULL;
}

static void
test_threads (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesOutput) output = open_output (fixture, RUSHES_EXISTING_RESUME);
  g_autofree guint8 *done = NULL;
  Committer committers[4];
  GThread *threads[4];

  g_clear_pointer (&fixture->range, rushes_frame_range_unref);
  fixture->range = rushes_frame_range_new (0, 99, 1);
  g_free (bind_output (fixture, output));
  for (guint i = 0; i < 4; i++)
    {
      committers[i] = (Committer){ output, i };
      threads[i] = g_thread_new ("commit", commit_thread, &committers[i]);
    }
  for (guint i = 0; i < 4; i++)
    g_thread_join (threads[i]);
  done = bind_output (fixture, output);
  for (guint i = 0; i < 100; i++)
    g_assert_cmpuint (done[i], ==, 1);
}

#define add(name, test)                                                                            \
  g_test_add ("/output/" name, Fixture, NULL, fixture_set_up, test, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("new-folder", test_new_folder);
  add ("names", test_names);
  add ("manifest", test_manifest);
  add ("commit", test_commit);
  add ("commit-moved", test_commit_moved);
  add ("foresee", test_foresee);
  add ("commit-bad-picture", test_commit_bad_picture);
  add ("commit-changed-blend", test_commit_changed_blend);
  add ("commit-not-writable", test_commit_not_writable);
  add ("discard", test_discard);
  add ("resume", test_resume);
  add ("resume-whole-frames-only", test_resume_whole_frames_only);
  add ("resume-other-names", test_resume_other_names);
  add ("resume-range", test_resume_range);
  add ("resume-large-numbers", test_resume_large_numbers);
  add ("resume-no-frames", test_resume_no_frames);
  add ("staging-is-removed", test_staging_is_removed);
  add ("other-settings", test_other_settings);
  add ("settings-that-leave-pixels", test_settings_that_leave_pixels);
  add ("other-blend", test_other_blend);
  add ("touched-blend", test_touched_blend);
  add ("moved-blend", test_moved_blend);
  add ("other-blend-of-same-time", test_other_blend_of_same_time);
  add ("unknown-origin", test_unknown_origin);
  add ("other-blender", test_other_blender);
  add ("other-blender-first-run", test_other_blender_first_run);
  add ("overwrite-other-blender", test_overwrite_other_blender);
  add ("keep-other-blender", test_keep_other_blender);
  add ("overwrite-same", test_overwrite_same);
  add ("overwrite-other", test_overwrite_other);
  add ("overwrite-given-up", test_overwrite_given_up);
  add ("overwrite-unknown-origin", test_overwrite_unknown_origin);
  add ("keep", test_keep);
  add ("keep-unknown-origin", test_keep_unknown_origin);
  add ("damaged-manifest", test_damaged_manifest);
  add ("cut-manifest", test_cut_manifest);
  add ("manifest-members", test_manifest_members);
  add ("manifest-blend", test_manifest_blend);
  add ("manifest-is-a-folder", test_manifest_is_a_folder);
  add ("not-writable", test_not_writable);
  add ("bad-blend", test_bad_blend);
  add ("busy", test_busy);
  add ("no-traces", test_no_traces);
  add ("odd-names", test_odd_names);
  add ("several-files", test_several_files);
  add ("several-files-one-bad", test_several_files_one_bad);
  add ("crash-between-renames", test_crash_between_renames);
  add ("add-output", test_add_output);
  add ("drop-output", test_drop_output);
  add ("output-of-unknown-origin", test_output_of_unknown_origin);
  add ("other-codec", test_other_codec);
  add ("cameras", test_cameras);
  add ("staging-of-all", test_staging_of_all);
  add ("old-manifest", test_old_manifest);
  add ("many", test_many);
  add ("threads", test_threads);

  return g_test_run ();
}
