/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "rushes-blend.h"
#include "rushes-error.h"
#include "test-utils.h"

static void
set_mtime (const char *path, gint64 seconds, long nanoseconds)
{
  const struct timespec times[] = { { .tv_sec = seconds, .tv_nsec = nanoseconds },
                                    { .tv_sec = seconds, .tv_nsec = nanoseconds } };

  g_assert_cmpint (utimensat (AT_FDCWD, path, times, 0), ==, 0);
}

static RushesBlend *
identify (const char *path, const RushesBlend *known)
{
  g_autoptr (GError) error = NULL;
  RushesBlend *blend = rushes_blend_identify (path, known, &error);

  g_assert_no_error (error);
  g_assert_nonnull (blend);
  return blend;
}

static void
assert_refused (const char *path, int code, const char *words)
{
  g_autoptr (GError) checked = NULL;
  g_autoptr (GError) identified = NULL;

  g_assert_false (rushes_blend_check (path, &checked));
  rushes_test_assert_error (checked, code, words);
  g_assert_null (rushes_blend_identify (path, NULL, &identified));
  rushes_test_assert_error (identified, code, words);
  g_assert_true (g_utf8_validate (identified->message, -1, NULL));
}

static void
test_good (void)
{
  static const struct
  {
    const char *bytes;
    gsize size;
  } good[] = {
    { "BLENDER", 7 },          { "BLENDER-v304RENDH", 17 }, { "BLENDER17-01v0500", 17 },
    { "\x1f\x8b\x08\0\0", 5 }, { "\x28\xb5\x2f\xfd\0", 5 },
  };
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *path = rushes_test_write (folder, "scene.blend", "");
      g_autofree char *sha256 = g_compute_checksum_for_data (
          G_CHECKSUM_SHA256, (const guchar *) good[i].bytes, good[i].size);
      g_autoptr (RushesBlend) blend = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_set_contents (path, good[i].bytes, (gssize) good[i].size, NULL));
      set_mtime (path, 1600000000, 123456789);
      g_assert_true (rushes_blend_check (path, &error));
      g_assert_no_error (error);
      blend = identify (path, NULL);
      g_assert_cmpstr (blend->path, ==, path);
      g_assert_cmpint (blend->size, ==, (gint64) good[i].size);
      g_assert_cmpint (blend->mtime, ==, G_GINT64_CONSTANT (1600000000123456789));
      g_assert_cmpstr (blend->sha256, ==, sha256);
    }
}

/* More than is read at once. */
static void
test_large (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *path = rushes_test_write (folder, "scene.blend", "");
  const gsize size = 3 * 1024 * 1024 + 17;
  g_autofree char *content = g_strnfill (size, 'x');
  g_autofree char *sha256 = NULL;
  g_autoptr (RushesBlend) blend = NULL;

  memcpy (content, "BLENDER", 7);
  g_assert_true (g_file_set_contents (path, content, (gssize) size, NULL));
  sha256 = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) content, size);
  blend = identify (path, NULL);
  g_assert_cmpint (blend->size, ==, (gint64) size);
  g_assert_cmpstr (blend->sha256, ==, sha256);
}

static void
test_not_a_blend (void)
{
  static const char *const contents[] = {
    "B", "BLENDE", "blender", " BLENDER", "\x1f", "PNG", "\x28\xb5\x2f", "\xef\xbb\xbf\x42LENDER",
    "\n"
  };
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();

  for (guint i = 0; i < G_N_ELEMENTS (contents); i++)
    {
      g_autofree char *path = rushes_test_write (folder, "scene.blend", contents[i]);

      assert_refused (path, RUSHES_ERROR_LOAD_FAILED, "is not a .blend file");
      assert_refused (path, RUSHES_ERROR_LOAD_FAILED, path);
    }
}

static void
test_empty (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *path = rushes_test_write (folder, "scene.blend", "");

  assert_refused (path, RUSHES_ERROR_LOAD_FAILED, "is empty");
}

static void
test_missing (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *missing = g_build_filename (folder, "scene.blend", NULL);
  g_autofree char *in_missing = g_build_filename (folder, "no", "scene.blend", NULL);
  g_autofree char *file = rushes_test_write (folder, "file", "BLENDER");
  g_autofree char *in_file = g_build_filename (file, "scene.blend", NULL);
  g_autofree char *dangling = g_build_filename (folder, "link.blend", NULL);

  g_assert_cmpint (symlink ("nowhere", dangling), ==, 0);
  assert_refused (missing, RUSHES_ERROR_MISSING_FILE, missing);
  assert_refused (in_missing, RUSHES_ERROR_MISSING_FILE, "There is no file");
  assert_refused (in_file, RUSHES_ERROR_MISSING_FILE, "There is no file");
  assert_refused (dangling, RUSHES_ERROR_MISSING_FILE, "There is no file");
}

static void
test_other_kinds (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *fifo = g_build_filename (folder, "fifo.blend", NULL);
  g_autofree char *loop = g_build_filename (folder, "loop.blend", NULL);

  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_assert_cmpint (symlink ("loop.blend", loop), ==, 0);
  assert_refused (folder, RUSHES_ERROR_INVALID, "is a folder");
  assert_refused (fifo, RUSHES_ERROR_INVALID, "is not a regular file");
  assert_refused ("/dev/null", RUSHES_ERROR_INVALID, "is not a regular file");
  assert_refused (loop, RUSHES_ERROR_LOAD_FAILED, "cannot be read");
}

static void
test_not_readable (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *path = rushes_test_write (folder, "scene.blend", "BLENDER");

  const uid_t user = geteuid ();

  g_assert_cmpint (g_chmod (path, 0), ==, 0);
  g_assert_cmpint (g_chmod (folder, 0755), ==, 0);
  /* Nothing is forbidden to root: be nobody for a moment. */
  if (user == 0)
    g_assert_cmpint (seteuid (65534), ==, 0);
  assert_refused (path, RUSHES_ERROR_LOAD_FAILED, "cannot be read");
  g_assert_cmpint (seteuid (user), ==, 0);
}

static void
test_names (void)
{
  static const char *const names[] = { "a b.blend",     "a\nb.blend", "a'b\"c.blend",
                                       "{x}%s%n.blend", "Ünï.blend",  "\xf0\x9f\x8e\xac.blend" };
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *latin1 = rushes_test_write (folder, "caf\xe9.blend", "BLENDER");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = rushes_test_write (folder, names[i], "BLENDER");
      g_autoptr (RushesBlend) blend = identify (path, NULL);

      g_assert_cmpstr (blend->path, ==, path);
      g_assert_true (g_file_set_contents (path, "GIF", 3, NULL));
      assert_refused (path, RUSHES_ERROR_LOAD_FAILED, path);
    }
  assert_refused (latin1, RUSHES_ERROR_INVALID, "is not valid UTF-8");
}

static void
test_link (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *link = g_build_filename (folder, "link.blend", NULL);
  g_autoptr (RushesBlend) blend = NULL;

  g_free (rushes_test_write (folder, "scene.blend", "BLENDER"));
  g_assert_cmpint (symlink ("scene.blend", link), ==, 0);
  blend = identify (link, NULL);
  g_assert_cmpstr (blend->path, ==, link);
  g_assert_cmpint (blend->size, ==, 7);
}

/* With the same size and time of the same file its hash is not made again. */
static void
test_known (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *path = rushes_test_write (folder, "scene.blend", "BLENDER");
  g_autofree char *other = rushes_test_write (folder, "other.blend", "BLENDER");
  g_autoptr (RushesBlend) blend = identify (path, NULL);
  RushesBlend known = *blend;
  g_autoptr (RushesBlend) again = NULL;
  g_autoptr (RushesBlend) touched = NULL;
  g_autoptr (RushesBlend) no_hash = NULL;
  g_autoptr (RushesBlend) elsewhere = NULL;
  char mark[] = "mark";

  known.sha256 = mark;
  again = identify (path, &known);
  g_assert_cmpstr (again->sha256, ==, "mark");

  known.mtime++;
  touched = identify (path, &known);
  g_assert_cmpstr (touched->sha256, ==, blend->sha256);

  known.mtime--;
  known.sha256 = NULL;
  no_hash = identify (path, &known);
  g_assert_cmpstr (no_hash->sha256, ==, blend->sha256);

  set_mtime (path, 1600000000, 5);
  set_mtime (other, 1600000000, 5);
  known.mtime = G_GINT64_CONSTANT (1600000000000000005);
  known.sha256 = mark;
  elsewhere = identify (other, &known);
  g_assert_cmpstr (elsewhere->sha256, ==, blend->sha256);
}

/* What is known does not excuse a file that has become bad. */
static void
test_known_but_bad (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *path = rushes_test_write (folder, "scene.blend", "BLENDER");
  g_autoptr (RushesBlend) blend = identify (path, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, "GARBAGE", 7, NULL));
  set_mtime (path, blend->mtime / 1000000000, (long) (blend->mtime % 1000000000));
  g_assert_null (rushes_blend_identify (path, blend, &error));
  rushes_test_assert_error (error, RUSHES_ERROR_LOAD_FAILED, "is not a .blend file");
}

static void
assert_changed (const RushesBlend *blend)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (rushes_blend_check_unchanged (blend, &error));
  rushes_test_assert_error (error, RUSHES_ERROR_FILE_CHANGED, blend->path);
}

static void
test_unchanged (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *path = rushes_test_write (folder, "scene.blend", "BLENDER");
  g_autoptr (RushesBlend) blend = NULL;
  g_autoptr (GError) error = NULL;

  set_mtime (path, 1600000000, 1);
  blend = identify (path, NULL);
  g_assert_true (rushes_blend_check_unchanged (blend, &error));
  g_assert_no_error (error);

  set_mtime (path, 1600000000, 2);
  assert_changed (blend);

  g_assert_true (g_file_set_contents (path, "BLENDER2", -1, NULL));
  set_mtime (path, 1600000000, 1);
  assert_changed (blend);

  g_assert_true (g_file_set_contents (path, "BLENDER", -1, NULL));
  set_mtime (path, 1600000000, 1);
  g_assert_true (rushes_blend_check_unchanged (blend, NULL));

  g_assert_cmpint (g_unlink (path), ==, 0);
  assert_changed (blend);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/blend/good", test_good);
  g_test_add_func ("/blend/large", test_large);
  g_test_add_func ("/blend/not-a-blend", test_not_a_blend);
  g_test_add_func ("/blend/empty", test_empty);
  g_test_add_func ("/blend/missing", test_missing);
  g_test_add_func ("/blend/other-kinds", test_other_kinds);
  g_test_add_func ("/blend/not-readable", test_not_readable);
  g_test_add_func ("/blend/names", test_names);
  g_test_add_func ("/blend/link", test_link);
  g_test_add_func ("/blend/known", test_known);
  g_test_add_func ("/blend/known-but-bad", test_known_but_bad);
  g_test_add_func ("/blend/unchanged", test_unchanged);

  return g_test_run ();
}
