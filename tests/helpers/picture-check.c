/* SPDX-License-Identifier: GPL-3.0-or-later */

/* picture-check FORMAT WIDTH HEIGHT
 *
 * Reads names of picture files from standard input, one a line, and answers each
 * with "ok" or what is wrong. "NAME:LENGTH" means the first LENGTH bytes of it. */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rushes-picture.h"

static gboolean
check_line (const RushesPictureFormat *format,
            const char *line,
            guint width,
            guint height,
            GError **error)
{
  /* Truncations of one picture come one after the other. */
  static char *last_name = NULL;
  static char *contents = NULL;
  static gsize size = 0;
  const char *colon = strrchr (line, ':');
  g_autofree char *name = NULL;
  guint64 length;

  if (colon == NULL)
    return rushes_picture_check (format, line, width, height, error);

  name = g_strndup (line, (gsize) (colon - line));
  if (!g_ascii_string_to_unsigned (colon + 1, 10, 0, G_MAXUINT32, &length, error))
    return FALSE;
  if (g_strcmp0 (name, last_name) != 0)
    {
      g_clear_pointer (&contents, g_free);
      g_clear_pointer (&last_name, g_free);
      if (!g_file_get_contents (name, &contents, &size, error))
        return FALSE;
      last_name = g_steal_pointer (&name);
    }

  /* A block of its own, so that a memory checker sees any read past its end. */
  {
    gsize kept = MIN ((gsize) length, size);
    g_autofree guint8 *block = g_memdup2 (contents, kept);

    return rushes_picture_check_bytes (format, block, kept, width, height, error);
  }
}

int
main (int argc, char **argv)
{
  const RushesPictureFormat *format = argc == 4 ? rushes_picture_format_find (argv[1]) : NULL;
  char line[8192];

  if (format == NULL)
    {
      g_printerr ("Usage: picture-check FORMAT WIDTH HEIGHT < NAMES\n");
      return EXIT_FAILURE;
    }

  while (fgets (line, sizeof line, stdin) != NULL)
    {
      g_autoptr (GError) error = NULL;

      if (check_line (format, g_strchomp (line), (guint) atoi (argv[2]), (guint) atoi (argv[3]),
                      &error))
        g_print ("ok\n");
      else
        g_print ("%s\n", error->message);
    }

  return EXIT_SUCCESS;
}
