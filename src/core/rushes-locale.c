/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <locale.h>

#include <glib/gi18n-lib.h>

#include "rushes-locale.h"

/**
 * rushes_locale_init:
 *
 * Makes a program speak its user's language. Translations are where they were
 * installed, or where an uninstalled tree says in RUSHES_LOCALE_DIR. To be
 * called first.
 */
void
rushes_locale_init (void)
{
  const char *dir = g_getenv ("RUSHES_LOCALE_DIR");

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, dir != NULL ? dir : RUSHES_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}
