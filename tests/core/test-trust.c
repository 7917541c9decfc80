/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#include "rushes-error.h"
#include "rushes-trust.h"
#include "test-utils.h"

static char *
write_blend (const char *folder, const char *name, const char *content)
{
  g_autofree char *text = g_strconcat ("BLENDER", content, NULL);

  return rushes_test_write (folder, name, text);
}

static void
assert_trusted (RushesTrust *trust, const char *path, gboolean trusted)
{
  g_autofree char *hash = rushes_trust_check (trust, path);
  g_autofree char *text = NULL;
  g_autofree char *expected = NULL;
  gsize size;

  if (!trusted)
    {
      g_assert_null (hash);
      return;
    }
  g_assert_true (g_file_get_contents (path, &text, &size, NULL));
  expected = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) text, size);
  g_assert_cmpstr (hash, ==, expected);
}

static void
grant (RushesTrust *trust, const char *path)
{
  g_autoptr (GError) error = NULL;

  rushes_trust_grant (trust, path, &error);
  g_assert_no_error (error);
}

/* A file by its path and by what it holds, and no other. */
static void
test_content (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *store = g_build_filename (folder, "new", "trust.json", NULL);
  g_autofree char *one = write_blend (folder, "one.blend", "1");
  g_autofree char *twin = write_blend (folder, "twin.blend", "1");
  g_autoptr (RushesTrust) trust = rushes_trust_new (store);
  g_autoptr (GError) error = NULL;
  struct stat info;

  assert_trusted (trust, one, FALSE);
  grant (trust, one);
  assert_trusted (trust, one, TRUE);
  assert_trusted (trust, twin, FALSE);
  g_assert_no_errno (stat (store, &info));
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);

  /* Saved again with the same content it is the same file. */
  g_free (write_blend (folder, "one.blend", "1"));
  assert_trusted (trust, one, TRUE);
  g_free (write_blend (folder, "one.blend", "2"));
  assert_trusted (trust, one, FALSE);
  grant (trust, one);
  assert_trusted (trust, one, TRUE);
  g_assert_no_errno (g_unlink (one));
  assert_trusted (trust, one, FALSE);

  g_assert_false (rushes_trust_grant (trust, one, &error));
  rushes_test_assert_error (error, RUSHES_ERROR_MISSING_FILE, "one.blend");
}

/* It outlives the program, and programs share it. */
static void
test_programs (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *store = g_build_filename (folder, "trust.json", NULL);
  g_autofree char *one = write_blend (folder, "日本 \"one\".blend", "1");
  g_autofree char *two = write_blend (folder, "two.blend", "2");
  g_autoptr (RushesTrust) first = rushes_trust_new (store);
  g_autoptr (RushesTrust) second = rushes_trust_new (store);
  g_autoptr (RushesTrust) third = NULL;
  g_autoptr (GError) error = NULL;

  assert_trusted (second, one, FALSE);
  grant (first, one);
  assert_trusted (second, one, TRUE);
  grant (second, two);
  assert_trusted (first, one, TRUE);
  assert_trusted (first, two, TRUE);
  rushes_trust_withdraw (first, one, &error);
  g_assert_no_error (error);
  assert_trusted (second, one, FALSE);
  assert_trusted (second, two, TRUE);

  third = rushes_trust_new (store);
  assert_trusted (third, one, FALSE);
  assert_trusted (third, two, TRUE);
}

/* What cannot be read allows nothing, and is written anew in time. */
static void
test_damage (void)
{
  const char *damaged[] = {
    "",
    "{",
    "[]",
    "null",
    "{\"version\":1}",
    "{\"version\":1,\"files\":{}}",
    "{\"version\":2,\"files\":[%s]}",
    "{\"version\":\"1\",\"files\":[%s]}",
    "{\"version\":1,\"files\":[null,1,{},{\"path\":1},{\"path\":\"/a\",\"sha256\":7}]}",
  };
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *one = write_blend (folder, "one.blend", "1");

  for (guint i = 0; i < G_N_ELEMENTS (damaged); i++)
    {
      g_autofree char *store = rushes_test_write (folder, "trust.json", damaged[i]);
      g_autoptr (RushesTrust) trust = rushes_trust_new (store);

      assert_trusted (trust, one, FALSE);
      assert_trusted (trust, "/a", FALSE);
      grant (trust, one);
      assert_trusted (trust, one, TRUE);
      g_assert_no_errno (g_unlink (store));
      assert_trusted (trust, one, FALSE);
    }
}

/* What could not be saved is not believed either. */
static void
test_not_writable (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *file = rushes_test_write (folder, "file", "");
  g_autofree char *store = g_build_filename (file, "trust.json", NULL);
  g_autofree char *one = write_blend (folder, "one.blend", "1");
  g_autoptr (RushesTrust) trust = rushes_trust_new (store);
  g_autoptr (GError) error = NULL;

  g_assert_false (rushes_trust_grant (trust, one, &error));
  rushes_test_assert_error (error, RUSHES_ERROR_NOT_WRITABLE, "trust");
  assert_trusted (trust, one, FALSE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/trust/content", test_content);
  g_test_add_func ("/trust/programs", test_programs);
  g_test_add_func ("/trust/damage", test_damage);
  g_test_add_func ("/trust/not-writable", test_not_writable);

  return g_test_run ();
}
