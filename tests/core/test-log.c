/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gio/gunixinputstream.h>
#include <unistd.h>

#include "rushes-error.h"
#include "rushes-log.h"
#include "test-utils.h"

#define MAX_BYTES (16 * 1024 * 1024)

static RushesLog *
open_log (const char *path)
{
  g_autoptr (GError) error = NULL;
  RushesLog *log = rushes_log_new (path, &error);

  g_assert_no_error (error);
  g_assert_nonnull (log);
  g_assert_cmpstr (rushes_log_get_path (log), ==, path);
  return log;
}

static void
assert_content (const char *path, const char *expected)
{
  g_autofree char *content = rushes_test_read (path);

  g_assert_cmpstr (content, ==, expected);
}

static void
test_append (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "client-1.log", NULL);
  g_autofree char *content = NULL;
  gsize size;

  {
    g_autoptr (RushesLog) log = open_log (path);

    rushes_log_append (log, "one\n", 4);
    assert_content (path, "one\n");
    rushes_log_append (log, "", 0);
    rushes_log_append (log, "two\0\xff", 5);
  }
  g_assert_true (g_file_get_contents (path, &content, &size, NULL));
  g_assert_cmpuint (size, ==, 9);
  g_assert_true (memcmp (content, "one\ntwo\0\xff", 9) == 0);
}

static void
test_what_is_there_stays (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *path = rushes_test_write (folder, "client-1.log", "before\n");
  g_autoptr (RushesLog) log = open_log (path);

  rushes_log_append (log, "after\n", 6);
  assert_content (path, "before\nafter\n");
}

static void
test_note (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "client-1.log", NULL);
  g_autoptr (RushesLog) log = open_log (path);
  g_autofree char *content = NULL;

  rushes_log_note (log, "client %u says %s", 7, "100 %s");
  content = rushes_test_read (path);
  g_assert_true (
      g_regex_match_simple ("^\\[rushes \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d[^]]*\\] "
                            "client 7 says 100 %s\\n$",
                            content, 0, 0));
}

static void
test_not_writable (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *missing = g_build_filename (folder, "missing", "client-1.log", NULL);
  const char *const paths[] = { folder, missing };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (rushes_log_new (paths[i], &error));
      rushes_test_assert_error (error, RUSHES_ERROR_NOT_WRITABLE, paths[i]);
    }
}

/* Whatever the pieces, the file ends at the limit, with one line that says so. */
static void
test_cap (gconstpointer data)
{
  const gsize piece = GPOINTER_TO_SIZE (data);
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "client-1.log", NULL);
  g_autoptr (RushesLog) log = open_log (path);
  g_autofree char *block = g_strnfill (piece, 'x');
  g_autofree char *content = NULL;
  gsize size;

  for (gsize sum = 0; sum < MAX_BYTES + 2 * piece; sum += piece)
    rushes_log_append (log, block, piece);
  rushes_log_note (log, "too late");
  rushes_log_append (log, "x", 1);

  g_assert_true (g_file_get_contents (path, &content, &size, NULL));
  g_assert_cmpuint (size, >, MAX_BYTES);
  g_assert_cmpuint (size, <, MAX_BYTES + 200);
  for (gsize i = 0; i < MAX_BYTES; i++)
    if (content[i] != 'x')
      g_error ("Byte %zu is %02x", i, content[i]);
  g_assert_cmpstr (content + MAX_BYTES, ==,
                   "\n[rushes] this log is full; what follows is dropped\n");
}

static void
test_under_the_cap (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "client-1.log", NULL);
  g_autoptr (RushesLog) log = open_log (path);
  g_autofree char *block = g_strnfill (MAX_BYTES - 1, 'x');
  g_autofree char *content = NULL;
  gsize size;

  rushes_log_append (log, block, MAX_BYTES - 1);
  g_assert_true (g_file_get_contents (path, &content, &size, NULL));
  g_assert_cmpuint (size, ==, MAX_BYTES - 1);
}

static void
assert_tail (RushesLog *log, const char *expected)
{
  g_autofree char *tail = rushes_log_get_tail (log);

  g_assert_cmpstr (tail, ==, expected);
}

static void
test_tail (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "client-1.log", NULL);
  g_autoptr (RushesLog) log = open_log (path);
  g_autoptr (GString) expected = g_string_new (NULL);

  assert_tail (log, "");
  rushes_log_append (log, "\n", 1);
  assert_tail (log, "");
  rushes_log_append (log, "one\n\ntw", 7);
  assert_tail (log, "\none\n\ntw");
  rushes_log_append (log, "o\377\n", 3);
  assert_tail (log, "\none\n\ntwo\357\277\275");

  /* In pieces that have nothing to do with lines. */
  for (guint i = 1; i <= 1000; i++)
    {
      g_autofree char *line = g_strdup_printf ("Line %u\n", i);

      for (const char *p = line; *p != '\0'; p++)
        rushes_log_append (log, p, 1);
    }
  for (guint i = 981; i <= 1000; i++)
    g_string_append_printf (expected, "%sLine %u", i > 981 ? "\n" : "", i);
  assert_tail (log, expected->str);
}

/* One line without end: what is left of it is whole characters. */
static void
test_long_tail (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "client-1.log", NULL);
  g_autoptr (RushesLog) log = open_log (path);

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GString) block = g_string_new (NULL);
      g_autofree char *tail = NULL;

      for (guint j = 0; j < 5000 + i; j++)
        g_string_append (block, i > 0 ? "日" : "ä");
      g_string_append_c (block, 'x');
      rushes_log_append (log, block->str, block->len);
      tail = rushes_log_get_tail (log);
      g_assert_cmpuint (strlen (tail), <=, 4096);
      g_assert_cmpuint (strlen (tail), >, 4090);
      g_assert_true (g_str_has_suffix (block->str, tail));
    }
}

/* What no longer has room in the file is still evidence. */
static void
test_tail_past_the_cap (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "client-1.log", NULL);
  g_autoptr (RushesLog) log = open_log (path);
  g_autofree char *block = g_strnfill (MAX_BYTES, 'x');

  rushes_log_append (log, block, MAX_BYTES);
  rushes_log_append (log, "\nlast words\n", 12);
  {
    g_autofree char *tail = rushes_log_get_tail (log);

    g_assert_true (g_str_has_suffix (tail, "x\nlast words"));
  }
}

static void
gone_cb (gpointer gone, GObject *object)
{
  *(gboolean *) gone = TRUE;
}

static gboolean
is_true (gpointer value)
{
  return *(gboolean *) value;
}

/* Returns the end to write to. */
static int
drain_pipe (RushesLog *log)
{
  g_autoptr (GInputStream) stream = NULL;
  int fds[2];

  g_assert_cmpint (pipe (fds), ==, 0);
  stream = g_unix_input_stream_new (fds[0], TRUE);
  rushes_log_drain (log, G_UNIX_INPUT_STREAM (stream));
  return fds[1];
}

/* The log lives until the pipe ends, though nobody else holds it. */
static void
test_drain (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "client-1.log", NULL);
  RushesLog *log = open_log (path);
  g_autoptr (GString) expected = g_string_new (NULL);
  gboolean gone = FALSE;
  int fd = drain_pipe (log);

  g_object_weak_ref (G_OBJECT (log), gone_cb, &gone);
  g_object_unref (log);
  g_assert_false (gone);

  for (guint i = 0; i < 5000; i++)
    g_string_append_printf (expected, "line %u\n", i);
  g_assert_cmpuint (expected->len, <, 65536); /* what a pipe holds */
  g_assert_cmpint (write (fd, expected->str, expected->len), ==, (gssize) expected->len);
  close (fd);

  rushes_test_wait_until (is_true, &gone);
  assert_content (path, expected->str);
}

static void
test_drain_empty (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "client-1.log", NULL);
  RushesLog *log = open_log (path);
  gboolean gone = FALSE;

  g_object_weak_ref (G_OBJECT (log), gone_cb, &gone);
  close (drain_pipe (log));
  g_object_unref (log);
  rushes_test_wait_until (is_true, &gone);
  assert_content (path, "");
}

/* Notes stand among what is printed, in the order of their arrival. */
static void
test_drain_and_note (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "client-1.log", NULL);
  RushesLog *log = open_log (path);
  g_autofree char *content = NULL;
  gboolean gone = FALSE;
  int fd;

  rushes_log_note (log, "first");
  fd = drain_pipe (log);
  g_assert_cmpint (write (fd, "printed\n", 8), ==, 8);
  close (fd);
  g_object_weak_ref (G_OBJECT (log), gone_cb, &gone);
  g_object_unref (log);
  rushes_test_wait_until (is_true, &gone);
  content = rushes_test_read (path);
  g_assert_true (g_str_has_suffix (content, "] first\nprinted\n"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/log/append", test_append);
  g_test_add_func ("/log/what-is-there-stays", test_what_is_there_stays);
  g_test_add_func ("/log/note", test_note);
  g_test_add_func ("/log/not-writable", test_not_writable);
  g_test_add_data_func ("/log/cap/at-once", GSIZE_TO_POINTER (MAX_BYTES), test_cap);
  g_test_add_data_func ("/log/cap/odd-pieces", GSIZE_TO_POINTER (100003), test_cap);
  g_test_add_data_func ("/log/cap/too-much", GSIZE_TO_POINTER (MAX_BYTES + 5), test_cap);
  g_test_add_func ("/log/under-the-cap", test_under_the_cap);
  g_test_add_func ("/log/tail", test_tail);
  g_test_add_func ("/log/tail/long", test_long_tail);
  g_test_add_func ("/log/tail/past-the-cap", test_tail_past_the_cap);
  g_test_add_func ("/log/drain", test_drain);
  g_test_add_func ("/log/drain-empty", test_drain_empty);
  g_test_add_func ("/log/drain-and-note", test_drain_and_note);

  return g_test_run ();
}
