/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "rushes-blenders.h"
#include "rushes-error.h"
#include "rushes-flatpak.h"
#include "rushes-host.h"
#include "rushes-launcher.h"
#include "rushes-thread.h"

/* A program that is no Blender may sit there for ever. */
#define ANSWER_SECONDS 20

/* Folders below these in which people unpack what blender.org offers. */
static const char *const system_folders[] = { "/opt", "/usr/local", "/usr/local/lib" };
static const char *const home_folders[] = { "", "Applications", "Downloads", "opt", ".local/opt" };

/* Need not be on the search path. */
#define SNAP "/snap/bin"

/* Prints the Blenders on the search path and below the folders that it is given. */
#define SEARCH                                                                                     \
  "show () { [ -f \"$1\" ] && [ -x \"$1\" ] && printf '%s\\n' \"$1\"; }; "                         \
  "IFS=:; for d in $PATH $0; do "                                                                  \
  "d=$(cd \"$d\" 2>/dev/null && pwd -P) && show \"$d/blender\"; done; "                            \
  "for d in \"$@\"; do for p in \"$d\"/[Bb][Ll][Ee][Nn][Dd][Ee][Rr]*/blender; do "                 \
  "show \"$p\"; done; done"

/* ---- Finding --------------------------------------------------------- */

/* /bin and /usr/bin may be one folder. What a program's own name links to is
 * another matter: that link may be what the user maintains. */
static char *
resolve_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  char *real = realpath (folder, NULL);
  char *resolved = g_build_filename (real != NULL ? real : folder, name, NULL);

  free (real);
  return resolved;
}

static void
add_if_program (GPtrArray *found, const char *path)
{
  g_autofree char *absolute = resolve_folder (path);

  if (g_file_test (absolute, G_FILE_TEST_IS_EXECUTABLE) &&
      !g_file_test (absolute, G_FILE_TEST_IS_DIR) &&
      !g_ptr_array_find_with_equal_func (found, absolute, g_str_equal, NULL))
    g_ptr_array_add (found, g_steal_pointer (&absolute));
}

/* FOLDER/blender-4.5.0-linux-x64/blender and the like. */
static void
search_folder (GPtrArray *found, const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *lower = g_ascii_strdown (name, -1);
      g_autofree char *program = g_build_filename (folder, name, "blender", NULL);

      if (g_str_has_prefix (lower, "blender"))
        add_if_program (found, program);
    }
}

static void
find_here (GPtrArray *found)
{
  g_auto (GStrv) path = g_strsplit (g_getenv ("PATH") != NULL ? g_getenv ("PATH") : "", ":", -1);

  for (guint i = 0; path[i] != NULL; i++)
    {
      g_autofree char *program = g_build_filename (path[i], "blender", NULL);

      if (*path[i] != '\0')
        add_if_program (found, program);
    }
  for (guint i = 0; i < G_N_ELEMENTS (system_folders); i++)
    search_folder (found, system_folders[i]);
  for (guint i = 0; i < G_N_ELEMENTS (home_folders); i++)
    {
      g_autofree char *folder = g_build_filename (g_get_home_dir (), home_folders[i], NULL);

      search_folder (found, folder);
    }
  add_if_program (found, SNAP "/blender");
}

/* What a command prints, one line each. */
static GStrv
read_lines (GStrvBuilder *builder, GCancellable *cancellable)
{
  g_auto (GStrv) argv = g_strv_builder_end (builder);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GBytes) output = NULL;
  g_autofree char *text = NULL;

  process =
      g_subprocess_newv ((const char *const *) argv,
                         G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL);
  if (process == NULL ||
      !g_subprocess_communicate (process, NULL, cancellable, &output, NULL, NULL) ||
      g_bytes_get_size (output) == 0)
    return g_new0 (char *, 1);
  text = g_strndup (g_bytes_get_data (output, NULL), g_bytes_get_size (output));
  return g_strsplit (text, "\n", -1);
}

static void
take_lines (GPtrArray *found, char **lines)
{
  for (guint i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0' && !g_ptr_array_find_with_equal_func (found, lines[i], g_str_equal, NULL))
      g_ptr_array_add (found, g_strdup (lines[i]));
}

/* The same as find_here() by a program of the host's: most of these folders
 * cannot be seen from in here. */
static void
find_on_host (GPtrArray *found, GCancellable *cancellable)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) lines = NULL;

  rushes_host_add_argv (builder, FALSE);
  g_strv_builder_add_many (builder, "sh", "-c", SEARCH, SNAP, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (system_folders); i++)
    g_strv_builder_add (builder, system_folders[i]);
  for (guint i = 0; i < G_N_ELEMENTS (home_folders); i++)
    {
      g_autofree char *folder = g_build_filename (g_get_home_dir (), home_folders[i], NULL);

      g_strv_builder_add (builder, folder);
    }
  lines = read_lines (builder, cancellable);
  take_lines (found, lines);
}

static void
find_flatpaks (GPtrArray *found, RushesHost *host, GCancellable *cancellable)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GPtrArray) refs = NULL;
  g_autofree char *list = NULL;
  g_auto (GStrv) lines = NULL;

  if (host != NULL)
    rushes_host_add_argv (builder, FALSE);
  g_strv_builder_add_many (builder, "flatpak", "list", "--app", "--columns=application,branch",
                           NULL);
  lines = read_lines (builder, cancellable);
  list = g_strjoinv ("\n", lines);
  refs = rushes_flatpak_parse_list (list);
  for (guint i = 0; i < refs->len; i++)
    g_ptr_array_add (found, g_strdup (g_ptr_array_index (refs, i)));
}

static gboolean
find_thread (gpointer data, GCancellable *cancellable, GError **error)
{
  GPtrArray *found = data;
  g_autoptr (RushesHost) host = rushes_host_new ();

  if (host != NULL)
    find_on_host (found, cancellable);
  else
    find_here (found);
  find_flatpaks (found, host, cancellable);
  return TRUE;
}

/**
 * rushes_blenders_find_async:
 * @cancellable: (nullable): ends it early
 * @callback: (scope async): called with what was found
 * @user_data: for @callback
 *
 * Looks for Blenders where people have them: on the search path, where downloads
 * are unpacked, and among the applications of Flatpak.
 */
void
rushes_blenders_find_async (GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, rushes_blenders_find_async);
  g_task_set_task_data (task, g_ptr_array_new_with_free_func (g_free),
                        (GDestroyNotify) g_ptr_array_unref);
  rushes_thread_run (task, find_thread);
}

/**
 * rushes_blenders_find_finish:
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Returns: (transfer full) (element-type filename) (nullable): absolute paths
 *   of programs, those on the search path first, then names of Flatpak's; as
 *   #RushesLauncher:blender takes them
 */
GPtrArray *
rushes_blenders_find_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  return g_ptr_array_ref (g_task_get_task_data (G_TASK (result)));
}

/* ---- Versions -------------------------------------------------------- */

/**
 * rushes_blender_parse_version:
 * @output: what a program printed when asked for its version
 *
 * Returns: (transfer full) (nullable): "3.4.1" of "Blender 3.4.1"; %NULL: that
 *   is no Blender
 */
char *
rushes_blender_parse_version (const char *output)
{
  g_auto (GStrv) lines = g_strsplit (output, "\n", 20);

  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "Blender "))
      {
        const char *version = lines[i] + strlen ("Blender ");
        gsize length = strspn (version, "0123456789.");

        if (length > 0)
          return g_strndup (version, length);
      }
  return NULL;
}

typedef struct
{
  GSubprocess *process; /* (owned) */
  guint timeout_id;
} Asking;

static void
asking_free (Asking *asking)
{
  g_clear_handle_id (&asking->timeout_id, g_source_remove);
  g_clear_object (&asking->process);
  g_free (asking);
}

static gboolean
timeout_cb (gpointer user_data)
{
  Asking *asking = user_data;

  asking->timeout_id = 0;
  g_subprocess_force_exit (asking->process);
  return G_SOURCE_REMOVE;
}

static void
answer_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autofree char *output = NULL;
  g_autofree char *version = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_subprocess_communicate_utf8_finish (G_SUBPROCESS (object), result, &output, NULL, &error))
    {
      g_subprocess_force_exit (G_SUBPROCESS (object));
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  version = rushes_blender_parse_version (output);
  if (version != NULL)
    g_task_return_pointer (task, g_steal_pointer (&version), g_free);
  else
    g_task_return_new_error (task, RUSHES_ERROR, RUSHES_ERROR_COULD_NOT_START,
                             _ ("This program is not Blender"));
}

/**
 * rushes_blender_ask_version_async:
 * @blender: as #RushesLauncher:blender
 * @cancellable: (nullable): ends it early
 * @callback: (scope async): called with the answer
 * @user_data: for @callback
 *
 * Asks a Blender for its version.
 */
void
rushes_blender_ask_version_async (const char *blender,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (RushesLauncher) launcher = NULL;
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;
  Asking *asking;
  GSubprocess *process;

  g_return_if_fail (blender != NULL);

  g_task_set_source_tag (task, rushes_blender_ask_version_async);
  launcher = rushes_launcher_new (blender);
  argv = rushes_launcher_build_version_argv (launcher);
  process = g_subprocess_newv ((const char *const *) argv,
                               G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                               &error);
  if (process == NULL)
    {
      g_task_return_new_error (task, RUSHES_ERROR, RUSHES_ERROR_COULD_NOT_START,
                               _ ("“%s” does not start: %s"), blender, error->message);
      return;
    }
  asking = g_new0 (Asking, 1);
  asking->process = process;
  asking->timeout_id = g_timeout_add_seconds (ANSWER_SECONDS, timeout_cb, asking);
  g_task_set_task_data (task, asking, (GDestroyNotify) asking_free);
  g_subprocess_communicate_utf8_async (process, NULL, cancellable, answer_cb,
                                       g_steal_pointer (&task));
}

/**
 * rushes_blender_ask_version_finish:
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Returns: (transfer full) (nullable): the version, "3.4.1"; or %NULL with
 *   %RUSHES_ERROR_COULD_NOT_START when it is no Blender
 */
char *
rushes_blender_ask_version_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
