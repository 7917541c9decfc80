/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "rushes-error.h"
#include "rushes-store.h"
#include "test-utils.h"

#define HEADER "{\"rushes-queue\":1}\n"

/* How many scenes the process has that saves for ever, and how often it is killed. */
#define N_SAVED 200
#define N_KILLS 12

static const char *program; /* this one, to be started again */

typedef struct
{
  RushesTestFolder *folder; /* (owned) */
  char *path;               /* (owned): of the file */
  RushesQueue *queue;       /* (owned) */
  RushesStore *store;       /* (owned) */
} Fixture;

/* ---- Helpers --------------------------------------------------------- */

static void
add_scene (RushesQueue *queue, const char *path)
{
  g_autoptr (RushesSettings) settings = rushes_settings_new ();
  g_autoptr (RushesScene) scene = rushes_scene_new (path, settings);

  rushes_queue_add (queue, scene, "/out");
}

static RushesScene *
get_scene (Fixture *fixture, guint position)
{
  g_autoptr (RushesScene) scene = g_list_model_get_item (G_LIST_MODEL (fixture->queue), position);

  g_assert_nonnull (scene);
  return scene;
}

static void
begin (Fixture *fixture)
{
  g_clear_object (&fixture->store);
  g_clear_object (&fixture->queue);
  fixture->queue = rushes_queue_new ();
  fixture->store = rushes_store_new (fixture->path, fixture->queue);
}

static char *
load (Fixture *fixture)
{
  begin (fixture);
  return rushes_store_load (fixture->store);
}

static void
load_well (Fixture *fixture)
{
  g_autofree char *notice = load (fixture);

  g_assert_cmpstr (notice, ==, NULL);
}

static void
flush (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  rushes_store_flush (fixture->store, &error);
  g_assert_no_error (error);
}

static void
assert_names (Fixture *fixture, const char *expected)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (fixture->queue)); i++)
    g_string_append_printf (names, "%s ", rushes_scene_get_name (get_scene (fixture, i)));
  g_assert_cmpstr (names->str, ==, expected);
}

/* The names of what the file would give now. */
static void
assert_saved (Fixture *fixture, const char *expected)
{
  g_autofree char *text = rushes_test_read (fixture->path);
  g_autoptr (GString) names = g_string_new (NULL);
  g_autoptr (GPtrArray) scenes = NULL;
  guint n_damaged;

  scenes = rushes_store_parse (text, strlen (text), &n_damaged);
  g_assert_cmpuint (n_damaged, ==, 0);
  for (guint i = 0; i < scenes->len; i++)
    g_string_append_printf (names, "%s ", rushes_scene_get_name (g_ptr_array_index (scenes, i)));
  g_assert_cmpstr (names->str, ==, expected);
}

/* The one file beside the saved queue that is not ours to have; or %NULL. */
static char *
find_aside (Fixture *fixture)
{
  g_autofree char *folder = g_path_get_dirname (fixture->path);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  char *aside = NULL;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (strstr (name, "damaged") != NULL)
      {
        g_assert_null (aside);
        aside = g_build_filename (folder, name, NULL);
      }
  return aside;
}

static void
make_folder (Fixture *fixture)
{
  g_autofree char *folder = g_path_get_dirname (fixture->path);

  g_assert_no_errno (g_mkdir (folder, 0700));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = rushes_test_make_folder ();
  fixture->path = g_build_filename (fixture->folder, "data", "queue.jsonl", NULL);
  begin (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->store);
  g_clear_object (&fixture->queue);
  g_clear_pointer (&fixture->path, g_free);
  g_clear_pointer (&fixture->folder, rushes_test_remove_folder);
}

/* ---- Saving and loading ---------------------------------------------- */

static void
test_nothing (Fixture *fixture, gconstpointer data)
{
  load_well (fixture);
  assert_names (fixture, "");
  flush (fixture);
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));

  /* Emptied, it is saved as empty. */
  add_scene (fixture->queue, "/x/a.blend");
  rushes_queue_remove (fixture->queue, 0);
  flush (fixture);
  assert_saved (fixture, "");
  load_well (fixture);
  assert_names (fixture, "");
}

/* Before it was loaded it does not write over what is there. */
static void
test_not_loaded (Fixture *fixture, gconstpointer data)
{
  add_scene (fixture->queue, "/x/a.blend");
  flush (fixture);
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
}

static void
test_round_trip (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = NULL;
  g_autofree char *text_again = NULL;
  RushesScene *scene;
  guint samples;

  load_well (fixture);
  for (guint i = 0; i < 4; i++)
    add_scene (fixture->queue, "/x/shot.blend");
  add_scene (fixture->queue, "/x/Äffchen \"1\"\n2.blend");
  add_scene (fixture->queue, "/x/m\xe4rz.blend");
  scene = get_scene (fixture, 1);
  g_object_set (rushes_scene_get_settings (scene), "samples", 7, "frames", "1-3", NULL);
  rushes_scene_set_paused (scene, TRUE);
  rushes_scene_stop (get_scene (fixture, 2));
  rushes_scene_set_existing (get_scene (fixture, 3), RUSHES_EXISTING_KEEP);
  flush (fixture);
  text = rushes_test_read (fixture->path);

  load_well (fixture);
  assert_names (fixture, "shot shot shot shot Äffchen \"1\"\n2 m\xe4rz ");
  scene = get_scene (fixture, 1);
  g_assert_cmpstr (rushes_scene_get_folder (scene), ==, "/out/shot-2");
  g_object_get (rushes_scene_get_settings (scene), "samples", &samples, NULL);
  g_assert_cmpuint (samples, ==, 7);
  g_assert_true (rushes_scene_get_paused (scene));
  g_assert_false (rushes_scene_get_paused (get_scene (fixture, 0)));
  g_assert_cmpint (rushes_scene_get_state (get_scene (fixture, 1)), ==, RUSHES_SCENE_QUEUED);
  g_assert_cmpint (rushes_scene_get_state (get_scene (fixture, 2)), ==, RUSHES_SCENE_STOPPED);
  g_assert_cmpint (rushes_scene_get_existing (get_scene (fixture, 3)), ==, RUSHES_EXISTING_KEEP);
  g_assert_cmpstr (rushes_scene_get_path (get_scene (fixture, 5)), ==, "/x/m\xe4rz.blend");
  g_assert_cmpstr (rushes_scene_get_folder (get_scene (fixture, 5)), ==, "/out/m\xe4rz");

  /* Saved again it is the same. */
  rushes_queue_move (fixture->queue, 0, 1);
  rushes_queue_move (fixture->queue, 0, 1);
  flush (fixture);
  text_again = rushes_test_read (fixture->path);
  g_assert_cmpstr (text_again, ==, text);
}

static void
test_order (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesScene) scene = NULL;

  load_well (fixture);
  add_scene (fixture->queue, "/x/a.blend");
  add_scene (fixture->queue, "/x/b.blend");
  add_scene (fixture->queue, "/x/c.blend");
  flush (fixture);
  assert_saved (fixture, "a b c ");
  rushes_queue_move (fixture->queue, 2, 0);
  flush (fixture);
  assert_saved (fixture, "c a b ");
  scene = g_object_ref (get_scene (fixture, 1));
  rushes_queue_remove (fixture->queue, 1);
  flush (fixture);
  assert_saved (fixture, "c b ");
  rushes_queue_insert (fixture->queue, 0, scene);
  flush (fixture);
  assert_saved (fixture, "a c b ");
  load_well (fixture);
  assert_names (fixture, "a c b ");
}

/* What a scene became while it was out of the queue counts too. */
static void
test_changed_outside (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RushesScene) scene = NULL;

  load_well (fixture);
  add_scene (fixture->queue, "/x/a.blend");
  scene = g_object_ref (get_scene (fixture, 0));
  rushes_scene_stop (scene);
  flush (fixture);
  rushes_queue_remove (fixture->queue, 0);
  flush (fixture);
  rushes_scene_requeue (scene);
  rushes_queue_insert (fixture->queue, 0, scene);
  flush (fixture);
  load_well (fixture);
  g_assert_cmpint (rushes_scene_get_state (get_scene (fixture, 0)), ==, RUSHES_SCENE_QUEUED);
}

static gboolean
is_saved (gpointer fixture)
{
  return g_file_test (((Fixture *) fixture)->path, G_FILE_TEST_EXISTS);
}

typedef struct
{
  Fixture *fixture;
  const char *words;
} Words;

static gboolean
is_written (gpointer user_data)
{
  Words *words = user_data;
  g_autofree char *text = NULL;

  return g_file_get_contents (words->fixture->path, &text, NULL, NULL) &&
         strstr (text, words->words) != NULL;
}

/* It follows the queue, a while behind. */
static void
test_by_itself (Fixture *fixture, gconstpointer data)
{
  Words words = { fixture, "\"samples\":77" };

  load_well (fixture);
  add_scene (fixture->queue, "/x/a.blend");
  g_assert_false (is_saved (fixture));
  rushes_test_wait_until (is_saved, fixture);
  assert_saved (fixture, "a ");
  g_object_set (rushes_scene_get_settings (get_scene (fixture, 0)), "samples", 77, NULL);
  rushes_test_wait_until (is_written, &words);
}

/* While a thread is writing the one, the other comes; the end is the last word. */
static void
test_flush_while_writing (Fixture *fixture, gconstpointer data)
{
  load_well (fixture);
  for (guint i = 0; i < 300; i++)
    {
      g_autofree char *path = g_strdup_printf ("/x/%u.blend", i);

      add_scene (fixture->queue, path);
    }
  rushes_test_wait_until (is_saved, fixture);
  /* Perhaps it is just being renamed, perhaps its thread has not returned. */
  while (g_list_model_get_n_items (G_LIST_MODEL (fixture->queue)) > 2)
    rushes_queue_remove (fixture->queue, 0);
  flush (fixture);
  assert_saved (fixture, "298 299 ");
}

static void
get_stamp (Fixture *fixture, struct stat *info)
{
  g_assert_no_errno (stat (fixture->path, info));
}

/* A file is only made for what is in it. */
static void
test_no_change (Fixture *fixture, gconstpointer data)
{
  struct stat before, after;
  RushesScene *scene;

  load_well (fixture);
  add_scene (fixture->queue, "/x/a.blend");
  flush (fixture);
  get_stamp (fixture, &before);
  g_assert_cmpint (before.st_mode & 0777, ==, 0600);
  scene = get_scene (fixture, 0);
  g_object_notify (G_OBJECT (scene), "progress");
  g_object_notify (G_OBJECT (scene), "n-done");
  rushes_scene_set_paused (scene, FALSE);
  flush (fixture);
  get_stamp (fixture, &after);
  g_assert_cmpint (after.st_ino, ==, before.st_ino);

  rushes_scene_set_paused (scene, TRUE);
  flush (fixture);
  get_stamp (fixture, &after);
  g_assert_cmpint (after.st_ino, !=, before.st_ino);
}

/* Two scenes of one folder would mix their frames. */
static void
test_same_folder (Fixture *fixture, gconstpointer data)
{
  static const char text[] =
      HEADER "{\"path\":\"/x/a.blend\",\"folder\":\"/out/a\",\"state\":\"finished\"}\n"
             "{\"path\":\"/x/a.blend\",\"folder\":\"/out/a\",\"state\":\"queued\"}\n";

  make_folder (fixture);
  g_assert_true (g_file_set_contents (fixture->path, text, -1, NULL));
  load_well (fixture);
  assert_names (fixture, "a a ");
  g_assert_cmpstr (rushes_scene_get_folder (get_scene (fixture, 0)), ==, "/out/a");
  g_assert_cmpstr (rushes_scene_get_folder (get_scene (fixture, 1)), ==, "/out/a-2");
}

/* An error's words may hold a path that is not UTF-8; the scene is saved anyway. */
static void
test_odd_error (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error =
      g_error_new (RUSHES_ERROR, RUSHES_ERROR_NOT_WRITABLE, "“/m\xe4rz” cannot be written");

  load_well (fixture);
  add_scene (fixture->queue, "/x/a.blend");
  rushes_scene_fail (get_scene (fixture, 0), error);
  flush (fixture);
  load_well (fixture);
  assert_names (fixture, "a ");
  g_assert_error (rushes_scene_get_error (get_scene (fixture, 0)), RUSHES_ERROR,
                  RUSHES_ERROR_NOT_WRITABLE);
}

/* ---- Damage ---------------------------------------------------------- */

static char *
make_file (Fixture *fixture)
{
  load_well (fixture);
  add_scene (fixture->queue, "/x/a.blend");
  add_scene (fixture->queue, "/x/Ä.blend");
  add_scene (fixture->queue, "/x/c.blend");
  g_object_set (rushes_scene_get_settings (get_scene (fixture, 1)), "samples", 7, NULL);
  flush (fixture);
  return rushes_test_read (fixture->path);
}

/* Whole lines count; the rest is damage, unless it is nothing. */
static void
test_cut (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = make_file (fixture);
  gsize size = strlen (text);

  for (gsize length = 0; length <= size; length++)
    {
      g_autofree char *cut = g_memdup2 (text, MAX (length, 1));
      g_autoptr (GPtrArray) scenes = NULL;
      guint n_damaged, n_lines = 0;

      /* The end of a line may be missing, as nothing else is. */
      for (gsize i = 0; i < size; i++)
        n_lines += text[i] == '\n' && i <= length;
      scenes = rushes_store_parse (cut, length, &n_damaged);
      g_assert_cmpuint (scenes->len, ==, n_lines > 0 ? n_lines - 1 : 0);
      g_assert_cmpuint (n_damaged, ==,
                        length > 0 && text[length - 1] != '\n' && text[length] != '\n' &&
                            length != size);
    }
}

/* What could not be read is kept, what could is used. */
static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = make_file (fixture);
  g_autofree char *notice = NULL;
  g_autofree char *aside = NULL;
  g_autofree char *kept = NULL;
  char *second = strstr (text, "\"path\":\"/x/Ä");

  *second = 'X';
  g_assert_true (g_file_set_contents (fixture->path, text, -1, NULL));
  notice = load (fixture);
  assert_names (fixture, "a c ");
  aside = find_aside (fixture);
  g_assert_nonnull (aside);
  g_assert_nonnull (strstr (notice, "1 scene"));
  g_assert_nonnull (strstr (notice, aside));
  kept = rushes_test_read (aside);
  g_assert_cmpstr (kept, ==, text);

  /* From here on all is well. */
  flush (fixture);
  load_well (fixture);
  assert_names (fixture, "a c ");
}

static void
test_garbage (Fixture *fixture, gconstpointer data)
{
  static const char *const texts[] = {
    "\n",
    "\n\n\n",
    "null\n",
    "{}\n",
    "[]",
    "\xff\xfe\xfd",
    "{\"path\":\"/x/a.blend\"}\n",
    "{\"path\":\"relative.blend\",\"folder\":\"/out\"}\n",
    "{\"path\":\"/x/a.blend\",\"folder\":\"relative\"}\n",
    "{\"path\":\"/x/a.blend\",\"folder\":\"/out/a\",\"settings\":[]}\n",
    "{\"path\":\"%2Fx%00\",\"path-escaped\":true,\"folder\":\"/out/a\"}\n",
    "{\"path\":\"/x/%zz\",\"path-escaped\":true,\"folder\":\"/out/a\"}\n",
    "{\"path\":\"/x/a.blend\",\"folder\":\"/out/\xe4\"}\n",
  };

  make_folder (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *with_header = g_strconcat (HEADER, texts[i], NULL);
      g_autofree char *notice = NULL;
      g_autofree char *aside = NULL;

      g_assert_true (
          g_file_set_contents (fixture->path, i % 2 == 0 ? texts[i] : with_header, -1, NULL));
      notice = load (fixture);
      assert_names (fixture, "");
      aside = find_aside (fixture);
      g_assert_nonnull (notice);
      g_assert_nonnull (aside);
      g_assert_nonnull (strstr (notice, aside));
      g_assert_no_errno (g_unlink (aside));
      g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
    }
}

/* Deep enough to overrun the stack of a parser that calls itself. */
static void
test_brackets (Fixture *fixture, gconstpointer data)
{
  g_autofree char *brackets = g_strnfill (2000000, '[');
  g_autoptr (GPtrArray) scenes = NULL;
  guint n_damaged;

  scenes = rushes_store_parse (brackets, strlen (brackets), &n_damaged);
  g_assert_cmpuint (scenes->len, ==, 0);
  g_assert_cmpuint (n_damaged, ==, 1);
}

/* Of a later version: what we know of it is used, and nothing is thrown away. */
static void
test_other_version (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = make_file (fixture);
  g_autofree char *notice = NULL;
  g_autofree char *aside = NULL;

  *strstr (text, "1}") = '2';
  g_assert_true (g_file_set_contents (fixture->path, text, -1, NULL));
  notice = load (fixture);
  assert_names (fixture, "a Ä c ");
  aside = find_aside (fixture);
  g_assert_nonnull (aside);
}

/* A file that we may not read must not be written over. */
static void
test_unreadable (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = make_file (fixture);
  g_autofree char *folder = g_path_get_dirname (fixture->path);
  g_autofree char *notice = NULL;
  g_autofree char *aside = NULL;
  g_autofree char *kept = NULL;
  const uid_t user = geteuid ();

  begin (fixture);
  g_assert_no_errno (g_chmod (fixture->path, 0));
  g_assert_no_errno (g_chmod (folder, 0777));
  g_assert_no_errno (g_chmod (fixture->folder, 0777));
  if (user == 0)
    g_assert_no_errno (seteuid (65534));
  notice = load (fixture);
  add_scene (fixture->queue, "/x/new.blend");
  flush (fixture);
  begin (fixture);
  g_assert_no_errno (seteuid (user));
  assert_saved (fixture, "new ");
  aside = find_aside (fixture);
  g_assert_nonnull (aside);
  g_assert_nonnull (strstr (notice, aside));
  g_assert_no_errno (g_chmod (aside, 0600));
  kept = rushes_test_read (aside);
  g_assert_cmpstr (kept, ==, text);
}

static void
test_not_writable (Fixture *fixture, gconstpointer data)
{
  G_GNUC_UNUSED g_autofree char *text = make_file (fixture);
  g_autofree char *folder = g_path_get_dirname (fixture->path);
  g_autofree char *notice = NULL;
  const uid_t user = geteuid ();

  begin (fixture);
  g_assert_no_errno (g_chmod (fixture->path, 0644));
  g_assert_no_errno (g_chmod (fixture->folder, 0755));
  g_assert_no_errno (g_chmod (folder, 0555));
  if (user == 0)
    g_assert_no_errno (seteuid (65534));
  notice = load (fixture);
  g_assert_nonnull (strstr (notice, "will not be saved"));
  g_assert_nonnull (strstr (notice, "Permission denied"));
  add_scene (fixture->queue, "/x/new.blend");
  flush (fixture);
  g_assert_no_errno (seteuid (user));
  g_assert_no_errno (g_chmod (folder, 0755));
  assert_saved (fixture, "a Ä c ");
}

/* It becomes impossible later, and possible again. */
static void
test_cannot_write (Fixture *fixture, gconstpointer data)
{
  G_GNUC_UNUSED g_autofree char *text = make_file (fixture);
  g_autoptr (GError) error = NULL;

  g_assert_no_errno (g_unlink (fixture->path));
  g_assert_no_errno (g_mkdir (fixture->path, 0700));
  rushes_queue_remove (fixture->queue, 0);
  g_assert_false (rushes_store_flush (fixture->store, &error));
  g_assert_nonnull (error);
  g_assert_no_errno (g_rmdir (fixture->path));
  flush (fixture);
  assert_saved (fixture, "Ä c ");
}

/* ---- Other processes ------------------------------------------------- */

static GSubprocess *
start (const char *mode, const char *path)
{
  g_autoptr (GError) error = NULL;
  GSubprocess *process =
      g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                        program, mode, path, NULL);

  g_assert_no_error (error);
  return process;
}

/* It says so when it has the file. */
static void
wait_until_ready (GSubprocess *process)
{
  g_autoptr (GError) error = NULL;
  char byte = 0;

  g_input_stream_read (g_subprocess_get_stdout_pipe (process), &byte, 1, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (byte, ==, '!');
}

static void
test_second_process (Fixture *fixture, gconstpointer data)
{
  G_GNUC_UNUSED g_autofree char *text = make_file (fixture);
  g_autofree char *notice = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;

  begin (fixture);
  process = start ("--hold", fixture->path);
  wait_until_ready (process);
  notice = load (fixture);
  g_assert_nonnull (strstr (notice, "open already"));
  assert_names (fixture, "");
  add_scene (fixture->queue, "/x/mine.blend");
  flush (fixture);
  assert_saved (fixture, "a Ä c ");

  g_output_stream_close (g_subprocess_get_stdin_pipe (process), NULL, NULL);
  g_assert_true (g_subprocess_wait_check (process, NULL, &error));
  load_well (fixture);
  assert_names (fixture, "a Ä c ");
}

/* Killed at any moment, it leaves the file of before or of after. */
static void
test_killed (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < N_KILLS; i++)
    {
      g_autoptr (GSubprocess) process = start ("--save-for-ever", fixture->path);

      wait_until_ready (process);
      g_usleep ((gulong) g_test_rand_int_range (0, 30000));
      g_subprocess_force_exit (process);
      g_assert_true (g_subprocess_wait (process, NULL, NULL));
      g_assert_cmpint (g_subprocess_get_term_sig (process), ==, SIGKILL);

      load_well (fixture);
      g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->queue)), ==, N_SAVED);
      begin (fixture);
    }
}

/* What the other processes do. */

static void
say_ready (void)
{
  g_assert_cmpint (write (STDOUT_FILENO, "!", 1), ==, 1);
}

static int
hold (const char *path)
{
  g_autoptr (RushesQueue) queue = rushes_queue_new ();
  g_autoptr (RushesStore) store = rushes_store_new (path, queue);
  g_autofree char *notice = rushes_store_load (store);
  char byte;

  if (notice != NULL)
    return 1;
  say_ready ();
  return read (STDIN_FILENO, &byte, 1) == 0 ? 0 : 1;
}

static int
save_for_ever (const char *path)
{
  g_autoptr (RushesQueue) queue = rushes_queue_new ();
  g_autoptr (RushesStore) store = rushes_store_new (path, queue);
  g_autofree char *notice = rushes_store_load (store);

  if (notice != NULL)
    return 1;
  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (queue)); i < N_SAVED; i++)
    add_scene (queue, "/x/a.blend");
  for (guint i = 0; i < 100000; i++)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (G_LIST_MODEL (queue), i % N_SAVED);

      rushes_scene_set_paused (scene, !rushes_scene_get_paused (scene));
      if (!rushes_store_flush (store, NULL))
        return 1;
      if (i == 0)
        say_ready ();
    }
  return 1;
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  if (argc == 3 && g_str_equal (argv[1], "--hold"))
    return hold (argv[2]);
  if (argc == 3 && g_str_equal (argv[1], "--save-for-ever"))
    return save_for_ever (argv[2]);

  g_test_init (&argc, &argv, NULL);
  program = argv[0];

  add ("/store/nothing", test_nothing);
  add ("/store/not-loaded", test_not_loaded);
  add ("/store/round-trip", test_round_trip);
  add ("/store/order", test_order);
  add ("/store/changed-outside", test_changed_outside);
  add ("/store/by-itself", test_by_itself);
  add ("/store/flush-while-writing", test_flush_while_writing);
  add ("/store/no-change", test_no_change);
  add ("/store/same-folder", test_same_folder);
  add ("/store/odd-error", test_odd_error);
  add ("/store/cut", test_cut);
  add ("/store/damaged", test_damaged);
  add ("/store/garbage", test_garbage);
  add ("/store/brackets", test_brackets);
  add ("/store/other-version", test_other_version);
  add ("/store/unreadable", test_unreadable);
  add ("/store/not-writable", test_not_writable);
  add ("/store/cannot-write", test_cannot_write);
  add ("/store/second-process", test_second_process);
  add ("/store/killed", test_killed);

  return g_test_run ();
}
