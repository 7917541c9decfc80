/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "rushes-flatpak.h"

/* Blenders that are Flatpaks themselves, wherever we run. They are named as
 * Flatpak names them: ID, ID//BRANCH, ID/ARCHITECTURE/BRANCH. */

#define ID "org.blender.Blender"

/* "flatpak run" says by no exit code of its own that there is nothing to run. */
#define RUN                                                                                        \
  "command -v flatpak >/dev/null || exit " G_STRINGIFY (                                           \
      RUSHES_FLATPAK_NO_PROGRAM) "; "                                                              \
                                 "flatpak info \"$0\" >/dev/null || exit " G_STRINGIFY (           \
                                     RUSHES_FLATPAK_NO_BLENDER) "; "                               \
                                                                "exec flatpak run \"$@\""

/**
 * rushes_flatpak_is_ref:
 * @blender: what the user calls a Blender
 *
 * Returns: whether that is one that Flatpak has installed, not a program
 */
gboolean
rushes_flatpak_is_ref (const char *blender)
{
  g_return_val_if_fail (blender != NULL, FALSE);

  return g_str_has_prefix (blender, ID) &&
         (blender[strlen (ID)] == '\0' || blender[strlen (ID)] == '/');
}

/**
 * rushes_flatpak_parse_list:
 * @list: what "flatpak list --app --columns=application,branch" printed
 *
 * Returns: (transfer full) (element-type utf8): the Blenders among them, each
 *   branch once
 */
GPtrArray *
rushes_flatpak_parse_list (const char *list)
{
  GPtrArray *refs = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) lines = g_strsplit (list, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) columns = g_strsplit (g_strstrip (lines[i]), "\t", 3);
      g_autofree char *ref = NULL;

      if (g_strv_length (columns) < 2 || !g_str_equal (columns[0], ID))
        continue;
      ref = g_strdup_printf ("%s//%s", ID, columns[1]);
      /* It may be installed for the user and for the system. */
      if (!g_ptr_array_find_with_equal_func (refs, ref, g_str_equal, NULL))
        g_ptr_array_add (refs, g_steal_pointer (&ref));
    }
  return refs;
}

static void
add_folder (GStrvBuilder *argv, const char *folder, const char *mode)
{
  g_autoptr (GString) option = g_string_new ("--filesystem=");

  /* A colon would begin the mode. */
  for (const char *c = folder; *c != '\0'; c++)
    {
      if (*c == ':' || *c == '\\')
        g_string_append_c (option, '\\');
      g_string_append_c (option, *c);
    }
  g_string_append (option, mode);
  g_strv_builder_add (argv, option->str);
}

/**
 * rushes_flatpak_add_argv:
 * @argv: a command line without a program on it yet
 * @ref: which Blender, as rushes_flatpak_is_ref() knows it
 * @readable: (element-type filename): existing folders that it must see
 * @writable: (element-type filename): existing folders that it writes to
 * @sandbox: whether it gets those and nothing else: no network either
 *
 * Adds what runs a Blender of Flatpak's; its arguments follow. Without @sandbox
 * it also sees what Flatpak lets it see.
 */
void
rushes_flatpak_add_argv (GStrvBuilder *argv,
                         const char *ref,
                         GPtrArray *readable,
                         GPtrArray *writable,
                         gboolean sandbox)
{
  g_strv_builder_add_many (argv, "sh", "-c", RUN, ref, "--die-with-parent", NULL);
  if (sandbox)
    g_strv_builder_add_many (argv, "--sandbox", "--unshare=network", "--device=dri", NULL);
  for (guint i = 0; i < readable->len; i++)
    add_folder (argv, g_ptr_array_index (readable, i), ":ro");
  for (guint i = 0; i < writable->len; i++)
    add_folder (argv, g_ptr_array_index (writable, i), "");
  g_strv_builder_add (argv, ref);
}
