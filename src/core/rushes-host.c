/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>
#include <sys/xattr.h>

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "rushes-error.h"
#include "rushes-host.h"

#define PROGRAM "flatpak-spawn"
#define FLAGS   PROGRAM, "--host", "--watch-bus", "--directory=/"
#define SERVICE "org.freedesktop.Flatpak"

/* What runs on the host between the session helper and the client, and ends the
 * client whatever becomes of us. SIGTERM reaches only the first process there,
 * and of our death it learns by a SIGINT, which Blender would not die of; SIGKILL
 * is not passed on at all. The helper gave it a group of its own, so 0 is nobody
 * else. A shell takes the standard input from what runs beside it, hence the
 * descriptor 3. When memory runs out the kernel should take a client. */
#define KEEPER                                                                                     \
  "command -v \"$1\" >/dev/null || exit " G_STRINGIFY (                                            \
      RUSHES_HOST_NO_PROGRAM) "; "                                                                 \
                              "{ echo 500 >/proc/self/oom_score_adj; } 2>/dev/null; "              \
                              "trap 'kill -KILL 0' INT TERM HUP; "                                 \
                              "exec 3<&0 </dev/null; nice -n \"$0\" \"$@\" <&3 3<&- & wait $!"

/* The same for a program that has something to clear away elsewhere before it ends:
 * it is asked to, and waited for. */
#define POLITE_KEEPER                                                                              \
  "command -v \"$0\" >/dev/null || exit " G_STRINGIFY (                                            \
      RUSHES_HOST_NO_PROGRAM) "; "                                                                 \
                              "trap 'kill -TERM $!' INT TERM HUP; "                                \
                              "exec 3<&0 </dev/null; \"$0\" \"$@\" <&3 3<&- & "                    \
                              "while wait $!; code=$?; kill -0 $! 2>/dev/null; do :; done; "       \
                              "exit $code"

/* Beside other work on the same computer, as rushes-launcher.c does it there. */
#define NICENESS "10"

struct _RushesHost
{
  char *app_id;       /* (owned): what Flatpak calls us */
  char *app_path;     /* (owned) (nullable): where the host has our /app */
  gboolean may_start; /* programs on the host */
};

static gboolean
may_talk (GKeyFile *info, const char *name)
{
  g_autofree char *policy = g_key_file_get_string (info, "Session Bus Policy", name, NULL);

  return policy != NULL && (g_str_equal (policy, "talk") || g_str_equal (policy, "own"));
}

/**
 * rushes_host_new:
 *
 * Finds out whether there is a host around us. RUSHES_FLATPAK_INFO may name
 * another file than the one that Flatpak puts into its sandboxes.
 *
 * Returns: (transfer full) (nullable): the host; %NULL: we run on it ourselves
 */
RushesHost *
rushes_host_new (void)
{
  const char *path = g_getenv ("RUSHES_FLATPAK_INFO");
  g_autoptr (GKeyFile) info = g_key_file_new ();
  RushesHost *self;

  if (!g_key_file_load_from_file (info, path != NULL ? path : "/.flatpak-info", G_KEY_FILE_NONE,
                                  NULL))
    return NULL;
  /* There is no way out while we are built and tested. */
  if (g_key_file_get_boolean (info, "Instance", "build", NULL))
    return NULL;

  self = g_new0 (RushesHost, 1);
  self->app_id = g_key_file_get_string (info, "Application", "name", NULL);
  if (self->app_id == NULL)
    self->app_id = g_strdup (RUSHES_APPLICATION_ID);
  self->app_path = g_key_file_get_string (info, "Instance", "app-path", NULL);
  self->may_start = may_talk (info, SERVICE) || may_talk (info, "org.freedesktop.*");
  return self;
}

void
rushes_host_free (RushesHost *self)
{
  g_clear_pointer (&self->app_id, g_free);
  g_clear_pointer (&self->app_path, g_free);
  g_free (self);
}

/**
 * rushes_host_check:
 * @self: the host
 * @error: return location for a #GError
 *
 * Returns: whether we may start programs there, else
 *   %RUSHES_ERROR_COULD_NOT_START
 */
gboolean
rushes_host_check (RushesHost *self, GError **error)
{
  g_autofree char *program = g_find_program_in_path (PROGRAM);

  g_return_val_if_fail (self != NULL, FALSE);

  if (!self->may_start)
    {
      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_COULD_NOT_START,
                   _ ("Rushes may not start Blender outside its Flatpak; allow it with “%s” and "
                      "start Rushes again"),
                   "flatpak override --user --talk-name=" SERVICE " " RUSHES_APPLICATION_ID);
      return FALSE;
    }
  if (program == NULL)
    {
      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_COULD_NOT_START,
                   _ ("There is no program “%s” in this Flatpak’s runtime; update it"), PROGRAM);
      return FALSE;
    }
  return TRUE;
}

/**
 * rushes_host_find_path:
 * @self: the host
 * @path: an absolute path of ours
 *
 * Returns: (transfer full): where the host has the same, if it is part of our
 *   own installation; else @path
 */
char *
rushes_host_find_path (RushesHost *self, const char *path)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (path != NULL, NULL);

  return self->app_path != NULL && g_str_has_prefix (path, "/app/")
             ? g_build_filename (self->app_path, path + strlen ("/app/"), NULL)
             : g_strdup (path);
}

/**
 * rushes_host_add_argv:
 * @argv: a command line without anything on it yet
 * @background: whether other programs have the processors first
 *
 * Begins a command line that runs what follows it on the host, with our
 * standard streams. It ends there when we do, and when the process that it is
 * in here gets SIGTERM or SIGKILL. A program that is not there is exit code
 * %RUSHES_HOST_NO_PROGRAM.
 */
void
rushes_host_add_argv (GStrvBuilder *argv, gboolean background)
{
  /* The folder that we are in need not exist there. */
  g_strv_builder_add_many (argv, FLAGS, "sh", "-c", KEEPER, background ? NICENESS : "0", NULL);
}

/**
 * rushes_host_add_polite_argv:
 * @argv: a command line without anything on it yet
 *
 * As rushes_host_add_argv(), but whenever the program is to end there, it gets
 * SIGTERM and the time that it needs.
 */
void
rushes_host_add_polite_argv (GStrvBuilder *argv)
{
  g_strv_builder_add_many (argv, FLAGS, "sh", "-c", POLITE_KEEPER, NULL);
}

/* ---- Files ----------------------------------------------------------- */

/* What the host has at @paths: the name of each that exists, and which file it is. */
static GHashTable *
look_up (GPtrArray *paths)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GHashTable) found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GBytes) output = NULL;
  g_auto (GStrv) argv = NULL;
  const char *text, *end;
  gsize size;

  rushes_host_add_argv (builder, FALSE);
  g_strv_builder_add_many (builder, "stat", "-L", "--printf", "%d:%i %n\\0", "--", NULL);
  for (guint i = 0; i < paths->len; i++)
    g_strv_builder_add (builder, g_ptr_array_index (paths, i));
  argv = g_strv_builder_end (builder);
  process =
      g_subprocess_newv ((const char *const *) argv,
                         G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL);
  if (process == NULL || !g_subprocess_communicate (process, NULL, NULL, &output, NULL, NULL))
    return NULL;

  text = g_bytes_get_data (output, &size);
  for (const char *item = text; size > 0 && item < text + size; item = end + 1)
    {
      const char *space;

      end = memchr (item, '\0', (gsize) (text + size - item));
      if (end == NULL)
        break;
      space = strchr (item, ' ');
      if (space != NULL)
        g_hash_table_insert (found, g_strdup (space + 1), g_strndup (item, (gsize) (space - item)));
    }
  /* "/" is everywhere: without it, that was no answer. */
  return g_hash_table_contains (found, "/") ? g_steal_pointer (&found) : NULL;
}

static char *
identify (const char *path)
{
  GStatBuf buffer;

  return g_stat (path, &buffer) == 0
             ? g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, (guint64) buffer.st_dev,
                                (guint64) buffer.st_ino)
             : NULL;
}

static void
add_with_parents (GPtrArray *paths, const char *path)
{
  g_autofree char *parent = g_path_get_dirname (path);

  g_ptr_array_add (paths, g_strdup (path));
  if (!g_str_equal (parent, path))
    add_with_parents (paths, parent);
}

/* The deepest folder at or above @path that is there, by @exists. */
static char *
find_existing (const char *path, GHashTable *host)
{
  g_autofree char *parent = g_path_get_dirname (path);

  if (g_str_equal (parent, path) ||
      (host != NULL ? g_hash_table_contains (host, path) : g_file_test (path, G_FILE_TEST_EXISTS)))
    return g_strdup (path);
  return find_existing (parent, host);
}

/* Is @path, or what will contain it, one and the same here and on the host? */
static gboolean
is_shared (const char *path, GHashTable *host)
{
  g_autofree char *existing = find_existing (path, NULL);
  g_autofree char *ours = identify (existing);

  /* Our root is never theirs: nothing on the way to @path is shared. */
  return g_strcmp0 (ours, g_hash_table_lookup (host, existing)) == 0;
}

static void
set_unreachable (RushesHost *self, const char *path, const char *folder, GError **error)
{
  g_autofree char *quoted = g_shell_quote (folder);
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *option = g_filename_display_name (
      strpbrk (folder, " '\"\\$`*?[]()<>|&;!#~") != NULL ? quoted : folder);
  g_autofree char *command =
      g_strdup_printf ("flatpak override --user --filesystem=%s %s", option, self->app_id);

  g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_UNREACHABLE,
               _ ("Rushes is a Flatpak that has no access to “%s”; allow it with “%s” and start "
                  "Rushes again, or use a folder in your home"),
               shown, command);
}

/**
 * rushes_host_find_document:
 * @path: absolute path of what a file chooser gave
 *
 * Returns: (transfer full) (nullable): where that is on the host, if a portal
 *   has handed to us nothing but this file and says where it is
 */
char *
rushes_host_find_document (const char *path)
{
  char buffer[4096];
  gssize length;

  g_return_val_if_fail (path != NULL, NULL);

  length = getxattr (path, "user.document-portal.host-path", buffer, sizeof buffer - 1);

  if (length <= 0)
    return NULL;
  buffer[length] = '\0';
  return g_strdup (buffer);
}

static gboolean
is_document (const char *path)
{
  return g_str_has_prefix (path, "/run/flatpak/doc/") ||
         (g_str_has_prefix (path, "/run/user/") && strstr (path, "/doc/") != NULL);
}

/**
 * rushes_host_reach:
 * @self: the host
 * @scene: absolute path of a .blend
 * @folder: (nullable): absolute path of the folder for its results
 * @error: return location for a #GError
 *
 * Finds out whether a client on the host sees the files that we see. Blocks.
 *
 * Returns: whether it does, else %RUSHES_ERROR_UNREACHABLE
 */
gboolean
rushes_host_reach (RushesHost *self, const char *scene, const char *folder, GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) host = NULL;
  g_autofree char *beside = g_path_get_dirname (scene);

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (scene != NULL, FALSE);

  if (is_document (scene))
    {
      g_autofree char *document = rushes_host_find_document (scene);
      g_autofree char *there = document != NULL ? g_path_get_dirname (document) : NULL;

      set_unreachable (self, document != NULL ? document : scene, there != NULL ? there : "FOLDER",
                       error);
      return FALSE;
    }

  add_with_parents (paths, scene);
  if (folder != NULL)
    add_with_parents (paths, folder);
  host = look_up (paths);
  if (host == NULL)
    return TRUE;

  /* What is nowhere is somebody else's to say. */
  if (g_hash_table_contains (host, scene) && !is_shared (scene, host))
    {
      set_unreachable (self, scene, beside, error);
      return FALSE;
    }
  if (folder != NULL && !is_shared (folder, host))
    {
      g_autofree char *existing = find_existing (folder, host);

      set_unreachable (self, folder, g_str_equal (existing, "/") ? folder : existing, error);
      return FALSE;
    }
  return TRUE;
}
