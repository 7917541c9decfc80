/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "rushes-error.h"
#include "rushes-sandbox.h"

#define PROGRAM "bwrap"

/* A home that is gone with the client. */
#define HOME "/tmp/rushes-home"

/* What others keep sockets in: the way out to the desktop, to a container
 * engine, to somebody's shell. Empty in the sandbox. */
static const char *const hidden[] = { "/tmp", "/run" };

/* But for what only happens to lie there: drives, and libraries of NixOS. */
static const char *const shown[] = { "/run/media", "/run/current-system", "/run/opengl-driver" };

/* They lead there, or to places of the real home. */
static const char *const unset[] = {
  "DBUS_SESSION_BUS_ADDRESS", "DISPLAY",        "SSH_AUTH_SOCK",   "TMPDIR",
  "WAYLAND_DISPLAY",          "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
  "XDG_RUNTIME_DIR",          "XDG_STATE_HOME"
};

static gboolean
is_hidden (const char *path)
{
  for (guint i = 0; i < G_N_ELEMENTS (hidden); i++)
    if (g_str_has_prefix (path, hidden[i]) &&
        (path[strlen (hidden[i])] == '/' || path[strlen (hidden[i])] == '\0'))
      return TRUE;
  return FALSE;
}

static void
add_bind (GStrvBuilder *argv, const char *option, const char *path)
{
  g_strv_builder_add_many (argv, option, path, path, NULL);
}

/* Rendering on a graphics card needs the card, and no other device. */
static void
add_devices (GStrvBuilder *argv)
{
  g_autoptr (GDir) dir = g_dir_open ("/dev", 0, NULL);
  const char *name;

  g_strv_builder_add_many (argv, "--dev", "/dev", NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_equal (name, "dri") || g_str_equal (name, "kfd") || g_str_has_prefix (name, "nvidia"))
      {
        g_autofree char *path = g_build_filename ("/dev", name, NULL);

        add_bind (argv, "--dev-bind-try", path);
      }
}

/* The choice of graphics cards is among Blender's own settings. */
static void
add_home (GStrvBuilder *argv)
{
  /* What a host has, if we are a Flatpak. */
  const char *host = g_getenv ("HOST_XDG_CONFIG_HOME");
  g_autofree char *settings =
      g_build_filename (host != NULL ? host : g_get_user_config_dir (), "blender", NULL);

  g_strv_builder_add_many (argv, "--dir", HOME, "--setenv", "HOME", HOME, NULL);
  g_strv_builder_add_many (argv, "--ro-bind-try", settings, HOME "/.config/blender", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (unset); i++)
    g_strv_builder_add_many (argv, "--unsetenv", unset[i], NULL);
}

/**
 * rushes_sandbox_check:
 * @error: return location for a #GError
 *
 * Returns: whether there is a program that makes sandboxes, else
 *   %RUSHES_ERROR_COULD_NOT_START
 */
gboolean
rushes_sandbox_check (GError **error)
{
  g_autofree char *program = g_find_program_in_path (PROGRAM);

  if (program != NULL)
    return TRUE;
  g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_COULD_NOT_START,
               _ ("There is no program “%s” to make a sandbox with; install the package “%s”"),
               PROGRAM, "bubblewrap");
  return FALSE;
}

/**
 * rushes_sandbox_add_argv:
 * @argv: a command line without anything on it yet
 * @readable: (element-type filename): existing folders that must be seen
 * @writable: (element-type filename): existing folders that are written to
 *
 * Begins a command line that runs what follows it where there is no network,
 * no other process and no socket of others, and where nothing can be written
 * but @writable, a home and folders for temporary files that are gone with it.
 * Everything else can be read, but /tmp and /run only as far as @readable says.
 */
void
rushes_sandbox_add_argv (GStrvBuilder *argv, GPtrArray *readable, GPtrArray *writable)
{
  /* A session of its own: the terminal that we were started from is a way out. */
  g_strv_builder_add_many (argv, PROGRAM, "--die-with-parent", "--new-session",
                           "--unshare-user-try", "--unshare-ipc", "--unshare-net", "--unshare-pid",
                           "--cap-drop", "ALL", NULL);
  add_bind (argv, "--ro-bind", "/");
  g_strv_builder_add_many (argv, "--proc", "/proc", NULL);
  add_devices (argv);
  for (guint i = 0; i < G_N_ELEMENTS (hidden); i++)
    g_strv_builder_add_many (argv, "--tmpfs", hidden[i], NULL);
  for (guint i = 0; i < G_N_ELEMENTS (shown); i++)
    add_bind (argv, "--ro-bind-try", shown[i]);
  add_home (argv);

  /* Writable ones last: they may lie within others. */
  for (guint i = 0; i < readable->len; i++)
    if (is_hidden (readable->pdata[i]))
      add_bind (argv, "--ro-bind", readable->pdata[i]);
  for (guint i = 0; i < writable->len; i++)
    add_bind (argv, "--bind", writable->pdata[i]);
  g_strv_builder_add (argv, "--");
}
