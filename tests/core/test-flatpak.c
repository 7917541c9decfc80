/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <sys/wait.h>

#include <glib/gstdio.h>

#include "rushes-flatpak.h"
#include "test-utils.h"

static void
test_is_ref (void)
{
  const char *const refs[] = { "org.blender.Blender", "org.blender.Blender//stable",
                               "org.blender.Blender/x86_64/lts" };
  const char *const programs[] = { "",
                                   "blender",
                                   "/opt/org.blender.Blender",
                                   "org.blender.Blender2",
                                   "org.blender",
                                   "io.github.Blender" };

  for (guint i = 0; i < G_N_ELEMENTS (refs); i++)
    g_assert_true (rushes_flatpak_is_ref (refs[i]));
  for (guint i = 0; i < G_N_ELEMENTS (programs); i++)
    g_assert_false (rushes_flatpak_is_ref (programs[i]));
}

static void
test_parse_list (void)
{
  g_autoptr (GPtrArray) none = rushes_flatpak_parse_list ("");
  g_autoptr (GPtrArray) refs = NULL;

  /* Installed for the user and for the system, and beside much else. */
  refs = rushes_flatpak_parse_list ("org.gimp.GIMP\tstable\n"
                                    "org.blender.Blender\tstable\n"
                                    "org.blender.Blender\tlts\n"
                                    "org.blender.Blender.Codecs\tstable\n"
                                    "org.blender.Blender\tstable\n"
                                    "org.blender.Blender\n"
                                    "error: nothing of use\n");
  g_assert_cmpuint (none->len, ==, 0);
  g_assert_cmpuint (refs->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (refs, 0), ==, "org.blender.Blender//stable");
  g_assert_cmpstr (g_ptr_array_index (refs, 1), ==, "org.blender.Blender//lts");
}

static GStrv
build (const char *ref, gboolean sandbox)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GPtrArray) readable = g_ptr_array_new ();
  g_autoptr (GPtrArray) writable = g_ptr_array_new ();

  g_ptr_array_add (readable, (char *) "/srv/scenes");
  g_ptr_array_add (readable, (char *) "/mnt/a:b\\c d");
  g_ptr_array_add (writable, (char *) "/srv/scenes/out:ro");
  rushes_flatpak_add_argv (builder, ref, readable, writable, sandbox);
  return g_strv_builder_end (builder);
}

static void
test_argv (void)
{
  const char *const expected[] = { "org.blender.Blender//lts",
                                   "--die-with-parent",
                                   "--filesystem=/srv/scenes:ro",
                                   "--filesystem=/mnt/a\\:b\\\\c d:ro",
                                   "--filesystem=/srv/scenes/out\\:ro",
                                   "org.blender.Blender//lts",
                                   NULL };
  const char *const in_sandbox[] = { "org.blender.Blender//lts",
                                     "--die-with-parent",
                                     "--sandbox",
                                     "--unshare=network",
                                     "--device=dri",
                                     "--filesystem=/srv/scenes:ro",
                                     "--filesystem=/mnt/a\\:b\\\\c d:ro",
                                     "--filesystem=/srv/scenes/out\\:ro",
                                     "org.blender.Blender//lts",
                                     NULL };
  g_auto (GStrv) argv = build ("org.blender.Blender//lts", FALSE);
  g_auto (GStrv) boxed = build ("org.blender.Blender//lts", TRUE);

  /* What comes before is a shell and its script. */
  g_assert_cmpstr (argv[0], ==, "sh");
  g_assert_cmpstrv (argv + 3, expected);
  g_assert_cmpstr (boxed[0], ==, "sh");
  g_assert_cmpstrv (boxed + 3, in_sandbox);
}

/* What is run, and what it ends with: a Flatpak that has one Blender, or none. */
static void
test_run (void)
{
  g_autoptr (RushesTestFolder) folder = rushes_test_make_folder ();
  g_autofree char *program =
      rushes_test_write (folder, "flatpak",
                         "#!/bin/sh\n"
                         "[ \"$1 $2\" = 'info org.blender.Blender//lts' ] && exit 0\n"
                         "[ \"$1\" = info ] && exit 1\n"
                         "[ \"$1 $6\" = 'run org.blender.Blender//lts' ] && exit 7\n");
  g_autofree char *sh = g_find_program_in_path ("sh");
  g_autofree char *path = g_strdup (g_getenv ("PATH"));
  const struct
  {
    const char *ref;
    gboolean has_flatpak;
    int exit_code;
  } cases[] = {
    { "org.blender.Blender//lts", TRUE, 7 },
    { "org.blender.Blender//none", TRUE, RUSHES_FLATPAK_NO_BLENDER },
    { "org.blender.Blender//lts", FALSE, RUSHES_FLATPAK_NO_PROGRAM },
  };

  g_assert_no_errno (g_chmod (program, 0755));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (GStrv) argv = build (cases[i].ref, FALSE);
      g_autoptr (GError) error = NULL;
      int status;

      g_free (argv[0]);
      argv[0] = g_strdup (sh);
      g_setenv ("PATH", cases[i].has_flatpak ? folder : "/nowhere", TRUE);
      g_assert_true (g_spawn_sync (NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL,
                                   &status, &error));
      g_setenv ("PATH", path, TRUE);
      g_assert_true (WIFEXITED (status));
      g_assert_cmpint (WEXITSTATUS (status), ==, cases[i].exit_code);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/flatpak/is-ref", test_is_ref);
  g_test_add_func ("/flatpak/parse-list", test_parse_list);
  g_test_add_func ("/flatpak/argv", test_argv);
  g_test_add_func ("/flatpak/run", test_run);

  return g_test_run ();
}
