/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "rushes-error.h"
#include "rushes-lock.h"
#include "test-utils.h"

static RushesLock *
take (const char *path)
{
  g_autoptr (GError) error = NULL;
  RushesLock *lock = rushes_lock_take (path, &error);

  g_assert_no_error (error);
  g_assert_nonnull (lock);
  return lock;
}

static void
test_take_and_release (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, ".rushes.lock", NULL);
  g_autofree char *holder = NULL;
  g_autofree char *expected = g_strdup_printf ("%ld %s", (long) getpid (), g_get_host_name ());

  for (guint i = 0; i < 3; i++)
    {
      RushesLock *lock = take (path);

      g_clear_pointer (&holder, g_free);
      holder = rushes_test_read (path);
      g_assert_cmpstr (holder, ==, expected);
      rushes_lock_release (lock);
      g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
    }
}

static void
test_second_take (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, ".rushes.lock", NULL);
  g_autoptr (RushesLock) lock = take (path);
  g_autofree char *holder = g_strdup_printf ("Process %ld on", (long) getpid ());
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) again = NULL;

  g_assert_nonnull (lock);
  g_assert_null (rushes_lock_take (path, &error));
  rushes_test_assert_error (error, RUSHES_ERROR_BUSY, holder);
  rushes_test_assert_error (error, RUSHES_ERROR_BUSY, folder);

  /* Being refused must not have freed it. */
  g_assert_null (rushes_lock_take (path, &again));
  g_assert_error (again, RUSHES_ERROR, RUSHES_ERROR_BUSY);
}

static void
test_other_folders (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *one = g_build_filename (folder, "one", NULL);
  g_autofree char *two = g_build_filename (folder, "two", NULL);
  g_autoptr (RushesLock) first = take (one);
  g_autoptr (RushesLock) second = take (two);

  g_assert_true (first != second);
}

/* A process that dies without a word holds nothing, and leaves its file. */
static void
test_holder_dies (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, ".rushes.lock", NULL);
  g_autofree char *holder = NULL;
  g_autoptr (GError) error = NULL;
  int to_child[2], from_child[2], status;
  char byte;
  pid_t pid;

  g_assert_cmpint (pipe (to_child), ==, 0);
  g_assert_cmpint (pipe (from_child), ==, 0);
  pid = fork ();
  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    {
      close (to_child[1]);
      byte = rushes_lock_take (path, NULL) != NULL ? 'y' : 'n';
      if (write (from_child[1], &byte, 1) != 1 || read (to_child[0], &byte, 1) != 0)
        _exit (2);
      _exit (0);
    }

  close (to_child[0]);
  g_assert_cmpint (read (from_child[0], &byte, 1), ==, 1);
  g_assert_cmpint (byte, ==, 'y');
  holder = g_strdup_printf ("Process %ld on", (long) pid);
  g_assert_null (rushes_lock_take (path, &error));
  rushes_test_assert_error (error, RUSHES_ERROR_BUSY, holder);

  close (to_child[1]);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_cmpint (status, ==, 0);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  rushes_lock_release (take (path));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  close (from_child[0]);
  close (from_child[1]);
}

static void
test_stale_file (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *path =
      rushes_test_write (folder, "lock", "process 1 on a computer with a very long name indeed");
  g_autoptr (RushesLock) lock = take (path);
  g_autofree char *holder = rushes_test_read (path);
  g_autofree char *expected = g_strdup_printf ("%ld %s", (long) getpid (), g_get_host_name ());

  g_assert_nonnull (lock);
  g_assert_cmpstr (holder, ==, expected);
}

/* The holder's words may be missing, long, or not words at all. */
static void
test_holder_text (void)
{
  g_autofree char *endless = g_strnfill (10000, 'x');
  const char *texts[] = { "", "\xff\xfe", endless, "Ünïcödé", "7", "7 far away" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
      g_autofree char *path = rushes_test_write (folder, "lock", texts[i]);
      g_autoptr (GError) error = NULL;
      int fd = g_open (path, O_RDWR | O_CLOEXEC);

      g_assert_cmpint (flock (fd, LOCK_EX | LOCK_NB), ==, 0);
      g_assert_null (rushes_lock_take (path, &error));
      g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_BUSY);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_cmpuint (strlen (error->message), <, 1000);
      if (i < 5)
        rushes_test_assert_error (error, RUSHES_ERROR_BUSY, "Another program");
      else
        rushes_test_assert_error (error, RUSHES_ERROR_BUSY, "Process 7 on far away");
      g_assert_true (g_close (fd, NULL));
    }
}

static void
test_not_writable (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *file = rushes_test_write (folder, "file", "");
  g_autofree char *below_file = g_build_filename (file, "lock", NULL);
  g_autofree char *in_missing = g_build_filename (folder, "missing", "lock", NULL);
  const char *const paths[] = { folder, below_file, in_missing };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (rushes_lock_take (paths[i], &error));
      rushes_test_assert_error (error, RUSHES_ERROR_NOT_WRITABLE, paths[i]);
    }
}

/* Two who take and release in turns never hold it both. */
static gpointer
contend (gpointer data)
{
  const char *path = data;
  g_autofree char *proof = g_strconcat (path, ".proof", NULL);
  guint won = 0;

  for (guint i = 0; i < 2000; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (RushesLock) lock = rushes_lock_take (path, &error);
      int fd;

      if (lock == NULL)
        {
          g_assert_error (error, RUSHES_ERROR, RUSHES_ERROR_BUSY);
          continue;
        }
      won++;
      fd = g_open (proof, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
      g_assert_cmpint (fd, >=, 0);
      g_assert_cmpint (g_unlink (proof), ==, 0);
      g_assert_true (g_close (fd, NULL));
    }
  return GUINT_TO_POINTER (won);
}

static void
test_contention (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "lock", NULL);
  GThread *threads[3];
  guint won = 0;

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("contend", contend, path);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    won += GPOINTER_TO_UINT (g_thread_join (threads[i]));
  g_assert_cmpuint (won, >, 0);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/lock/take-and-release", test_take_and_release);
  g_test_add_func ("/lock/second-take", test_second_take);
  g_test_add_func ("/lock/other-folders", test_other_folders);
  g_test_add_func ("/lock/holder-dies", test_holder_dies);
  g_test_add_func ("/lock/stale-file", test_stale_file);
  g_test_add_func ("/lock/holder-text", test_holder_text);
  g_test_add_func ("/lock/not-writable", test_not_writable);
  g_test_add_func ("/lock/contention", test_contention);

  return g_test_run ();
}
