/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <unistd.h>

#include <glib/gstdio.h>

#include "rushes-search.h"
#include "test-utils.h"

#define N_MANY 5000

typedef struct
{
  RushesTestFolder *folder; /* (owned) */
  GPtrArray *files;         /* (owned) (element-type GFile): what is given to the search */
  RushesFound *found;       /* (owned) */
} Fixture;

/* ---- Helpers --------------------------------------------------------- */

/* Makes a file, and the folders above it; one whose name ends in "/" is a folder. */
static void
make (Fixture *fixture, const char *name)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_assert_no_errno (g_mkdir_with_parents (parent, 0755));
  if (g_str_has_suffix (name, "/"))
    return;
  g_file_set_contents_full (path, "BLENDER", -1, G_FILE_SET_CONTENTS_NONE, 0644, &error);
  g_assert_no_error (error);
}

static void
make_link (Fixture *fixture, const char *target, const char *name)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

  g_assert_no_errno (symlink (target, path));
}

static void
give (Fixture *fixture, const char *name)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

  g_ptr_array_add (fixture->files, g_file_new_for_path (path));
}

static void
search (Fixture *fixture)
{
  g_autoptr (GAsyncResult) location = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  rushes_search_async (fixture->files, NULL, rushes_test_result_cb, &location);
  result = rushes_test_wait_for_result (&location);
  g_clear_pointer (&fixture->found, rushes_found_free);
  fixture->found = rushes_search_finish (result, &error);
  g_assert_no_error (error);
}

/* What was found, below the folder, in order. */
static void
assert_found (Fixture *fixture, const char *expected)
{
  g_autoptr (GString) names = g_string_new (NULL);

  search (fixture);
  for (guint i = 0; i < fixture->found->paths->len; i++)
    {
      const char *path = g_ptr_array_index (fixture->found->paths, i);

      g_assert_true (g_str_has_prefix (path, fixture->folder));
      g_string_append_printf (names, "%s;", path + strlen (fixture->folder) + 1);
    }
  g_assert_cmpstr (names->str, ==, expected);
}

static void
assert_rejected (Fixture *fixture, guint position, const char *words)
{
  g_assert_cmpuint (position, <, fixture->found->rejected->len);
  g_assert_nonnull (strstr (g_ptr_array_index (fixture->found->rejected, position), words));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = rushes_test_make_folder ();
  fixture->files = g_ptr_array_new_with_free_func (g_object_unref);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->found, rushes_found_free);
  g_clear_pointer (&fixture->files, g_ptr_array_unref);
  g_clear_pointer (&fixture->folder, rushes_test_remove_folder);
}

/* ---- Tests ----------------------------------------------------------- */

static void
test_nothing (Fixture *fixture, gconstpointer data)
{
  assert_found (fixture, "");
  g_assert_cmpuint (fixture->found->rejected->len, ==, 0);
}

static void
test_files (Fixture *fixture, gconstpointer data)
{
  make (fixture, "b.blend");
  make (fixture, "a.BLEND");
  make (fixture, "sub/c.Blend");
  make (fixture, ".hidden.blend");
  give (fixture, "sub/c.Blend");
  give (fixture, "b.blend");
  give (fixture, "a.BLEND");
  give (fixture, ".hidden.blend");
  assert_found (fixture, ".hidden.blend;a.BLEND;b.blend;sub/c.Blend;");
  g_assert_cmpuint (fixture->found->rejected->len, ==, 0);
}

/* Whatever their depth; no backups of Blender's, nothing hidden. */
static void
test_folders (Fixture *fixture, gconstpointer data)
{
  make (fixture, "shots/a.blend");
  make (fixture, "shots/a.blend1");
  make (fixture, "shots/a.blend@");
  make (fixture, "shots/a.blend.zip");
  make (fixture, "shots/notes.txt");
  make (fixture, "shots/blend");
  make (fixture, "shots/.b.blend");
  make (fixture, "shots/.git/c.blend");
  make (fixture, "shots/.Trash-1000/files/d.blend");
  make (fixture, "shots/1/2/3/4/5/e.blend");
  make (fixture, "shots/1/2/f.blend");
  make (fixture, "shots/folder.blend/g.blend");
  make (fixture, "more/h.BLEND");
  make (fixture, "empty/");
  give (fixture, "shots");
  give (fixture, "more");
  assert_found (fixture, "more/h.BLEND;shots/1/2/3/4/5/e.blend;shots/1/2/f.blend;shots/a.blend;"
                         "shots/folder.blend/g.blend;");
  g_assert_cmpuint (fixture->found->rejected->len, ==, 0);
}

static void
test_doubles (Fixture *fixture, gconstpointer data)
{
  make (fixture, "a/one.blend");
  make (fixture, "a/two.blend");
  give (fixture, "a/one.blend");
  give (fixture, "a");
  give (fixture, "a/two.blend");
  give (fixture, "a/../a/one.blend");
  give (fixture, ".");
  give (fixture, "a/one.blend");
  assert_found (fixture, "a/one.blend;a/two.blend;");
}

/* What is no scene is said, each with its name, and the others are found. */
static void
test_rejected (Fixture *fixture, gconstpointer data)
{
  make (fixture, "a.blend");
  make (fixture, "notes.txt");
  make (fixture, "a.blend1");
  make (fixture, "empty/sub/");
  make_link (fixture, "nowhere.blend", "dangling.blend");
  give (fixture, "notes.txt");
  give (fixture, "a.blend1");
  give (fixture, "missing.blend");
  give (fixture, "dangling.blend");
  give (fixture, "empty");
  give (fixture, "a.blend");
  assert_found (fixture, "a.blend;");
  g_assert_cmpuint (fixture->found->rejected->len, ==, 5);
  assert_rejected (fixture, 0, "“notes.txt” is not a Blender scene");
  assert_rejected (fixture, 1, "“a.blend1” is not a Blender scene");
  assert_rejected (fixture, 2, "“missing.blend” is not there");
  assert_rejected (fixture, 3, "“dangling.blend” is not there");
  assert_rejected (fixture, 4, "There are no scenes in “empty”");
}

static void
test_remote (Fixture *fixture, gconstpointer data)
{
  make (fixture, "a.blend");
  g_ptr_array_add (fixture->files, g_file_new_for_uri ("sftp://example.org/shots/b.blend"));
  g_ptr_array_add (fixture->files, g_file_new_for_uri ("https://example.org/c.blend"));
  give (fixture, "a.blend");
  assert_found (fixture, "a.blend;");
  g_assert_cmpuint (fixture->found->rejected->len, ==, 2);
  assert_rejected (fixture, 0, "b.blend” is not on this computer");
  assert_rejected (fixture, 1, "c.blend” is not on this computer");
}

/* A link to a folder may lead up, and is passed over; one to a scene is a scene. */
static void
test_links (Fixture *fixture, gconstpointer data)
{
  make (fixture, "shots/a.blend");
  make (fixture, "elsewhere/b.blend");
  make_link (fixture, ".", "shots/loop");
  make_link (fixture, "..", "shots/up");
  make_link (fixture, "self", "shots/self");
  make_link (fixture, "../elsewhere", "shots/elsewhere");
  make_link (fixture, "../elsewhere/b.blend", "shots/c.blend");
  make_link (fixture, "nowhere.blend", "shots/dangling.blend");
  make_link (fixture, "shots", "link");
  give (fixture, "shots");
  assert_found (fixture, "shots/a.blend;shots/c.blend;");
  g_assert_cmpuint (fixture->found->rejected->len, ==, 0);

  /* One that the user points at is meant. */
  g_ptr_array_set_size (fixture->files, 0);
  give (fixture, "link");
  give (fixture, "shots/elsewhere");
  assert_found (fixture, "link/a.blend;link/c.blend;shots/elsewhere/b.blend;");
}

static void
test_deep (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) path = g_string_new ("");

  for (guint i = 0; i < 60; i++)
    {
      g_autofree char *name = NULL;

      g_string_append (path, "d/");
      name = g_strconcat (path->str, "a.blend", NULL);
      make (fixture, name);
    }
  give (fixture, "d");
  search (fixture);
  g_assert_cmpuint (fixture->found->paths->len, >, 20);
  g_assert_cmpuint (fixture->found->paths->len, <, 60);
}

static void
test_natural_order (Fixture *fixture, gconstpointer data)
{
  make (fixture, "shot 10.blend");
  make (fixture, "shot 2.blend");
  make (fixture, "shot 1.blend");
  make (fixture, "Shot 3.blend");
  make (fixture, "b 1/x.blend");
  make (fixture, "b 10/x.blend");
  make (fixture, "b 9/x.blend");
  make (fixture, "ä.blend");
  give (fixture, ".");
  search (fixture);
  g_assert_cmpuint (fixture->found->paths->len, ==, 8);
  for (guint i = 1; i < fixture->found->paths->len; i++)
    for (guint j = 0; j < i; j++)
      {
        const char *first = g_ptr_array_index (fixture->found->paths, j);
        const char *second = g_ptr_array_index (fixture->found->paths, i);

        g_assert_false (strstr (first, "shot 10") != NULL && strstr (second, "shot 2") != NULL);
        g_assert_false (strstr (first, "shot 2") != NULL && strstr (second, "shot 1.") != NULL);
        g_assert_false (strstr (first, "b 10/") != NULL && strstr (second, "b 9/") != NULL);
        g_assert_false (strstr (first, "b 9/") != NULL && strstr (second, "b 1/") != NULL);
      }
}

/* Names of another time, in no encoding that we know. */
static void
test_odd_names (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = { "m\xe4rz.blend",
                                       "\xff\xfe.blend",
                                       "\xc3.blend",
                                       "\xf0\x9f.blend",
                                       "a\nb.blend",
                                       "\xe4/\xe4.blend",
                                       ("\xe4"
                                        "1\xe4.blend") };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    make (fixture, names[i]);
  give (fixture, ".");
  give (fixture, "m\xe4rz.blend");
  give (fixture, "m\xe4rz.txt");
  search (fixture);
  g_assert_cmpuint (fixture->found->paths->len, ==, G_N_ELEMENTS (names));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (fixture->folder, names[i], NULL);

      g_assert_true (
          g_ptr_array_find_with_equal_func (fixture->found->paths, path, g_str_equal, NULL));
    }
  g_assert_cmpuint (fixture->found->rejected->len, ==, 1);
  g_assert_true (g_utf8_validate (g_ptr_array_index (fixture->found->rejected, 0), -1, NULL));
}

static void
test_many (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < N_MANY; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u/shot %u.blend", i % 50, i);

      make (fixture, name);
    }
  give (fixture, ".");
  give (fixture, "7");
  search (fixture);
  g_assert_cmpuint (fixture->found->paths->len, ==, N_MANY);
  for (guint i = 0; i < N_MANY; i++)
    {
      g_autofree char *expected =
          g_strdup_printf ("%s/%u/shot %u.blend", fixture->folder, i / 100, i / 100 + i % 100 * 50);

      g_assert_cmpstr (g_ptr_array_index (fixture->found->paths, i), ==, expected);
    }
}

/* Root may read everything: then somebody else looks. */
static void
test_unreadable (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "closed", NULL);
  const uid_t user = geteuid ();

  make (fixture, "closed/a.blend");
  make (fixture, "open/b.blend");
  g_assert_no_errno (g_chmod (fixture->folder, 0755));
  g_assert_no_errno (g_chmod (path, 0));
  give (fixture, "closed");
  give (fixture, "open");
  if (user == 0)
    g_assert_no_errno (seteuid (65534));
  search (fixture);
  g_assert_no_errno (seteuid (user));
  g_assert_no_errno (g_chmod (path, 0755));
  g_assert_cmpuint (fixture->found->paths->len, ==, 1);
  g_assert_cmpuint (fixture->found->rejected->len, ==, 1);
  assert_rejected (fixture, 0, "closed”: Permission denied");
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) location = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  make (fixture, "a.blend");
  give (fixture, ".");
  g_cancellable_cancel (cancellable);
  rushes_search_async (fixture->files, cancellable, rushes_test_result_cb, &location);
  result = rushes_test_wait_for_result (&location);
  g_assert_null (rushes_search_finish (result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("/search/nothing", test_nothing);
  add ("/search/files", test_files);
  add ("/search/folders", test_folders);
  add ("/search/doubles", test_doubles);
  add ("/search/rejected", test_rejected);
  add ("/search/remote", test_remote);
  add ("/search/links", test_links);
  add ("/search/deep", test_deep);
  add ("/search/natural-order", test_natural_order);
  add ("/search/odd-names", test_odd_names);
  add ("/search/many", test_many);
  add ("/search/unreadable", test_unreadable);
  add ("/search/cancelled", test_cancelled);

  return g_test_run ();
}
