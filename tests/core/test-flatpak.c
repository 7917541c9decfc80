/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-flatpak.h"

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

static void
assert_argv (gboolean sandbox, const char *const *expected)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GPtrArray) readable = g_ptr_array_new ();
  g_autoptr (GPtrArray) writable = g_ptr_array_new ();
  g_auto (GStrv) argv = NULL;

  g_ptr_array_add (readable, (char *) "/srv/scenes");
  g_ptr_array_add (readable, (char *) "/mnt/a:b\\c d");
  g_ptr_array_add (writable, (char *) "/srv/scenes/out:ro");
  rushes_flatpak_add_argv (builder, "org.blender.Blender//lts", readable, writable, sandbox);
  argv = g_strv_builder_end (builder);
  g_assert_cmpstrv (argv, expected);
}

static void
test_argv (void)
{
  const char *const expected[] = { "flatpak",
                                   "run",
                                   "--die-with-parent",
                                   "--filesystem=/srv/scenes:ro",
                                   "--filesystem=/mnt/a\\:b\\\\c d:ro",
                                   "--filesystem=/srv/scenes/out\\:ro",
                                   "org.blender.Blender//lts",
                                   NULL };

  assert_argv (FALSE, expected);
}

static void
test_argv_sandbox (void)
{
  const char *const expected[] = { "flatpak",
                                   "run",
                                   "--die-with-parent",
                                   "--sandbox",
                                   "--unshare=network",
                                   "--device=dri",
                                   "--filesystem=/srv/scenes:ro",
                                   "--filesystem=/mnt/a\\:b\\\\c d:ro",
                                   "--filesystem=/srv/scenes/out\\:ro",
                                   "org.blender.Blender//lts",
                                   NULL };

  assert_argv (TRUE, expected);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/flatpak/is-ref", test_is_ref);
  g_test_add_func ("/flatpak/parse-list", test_parse_list);
  g_test_add_func ("/flatpak/argv", test_argv);
  g_test_add_func ("/flatpak/argv-sandbox", test_argv_sandbox);

  return g_test_run ();
}
