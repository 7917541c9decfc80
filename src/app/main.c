/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-application.h"
#include "rushes-locale.h"
#include "rushes-machine.h"

int
main (int argc, char **argv)
{
  g_autoptr (RushesApplication) application = NULL;

  rushes_locale_init ();
  rushes_machine_raise_file_limit ();
  application = rushes_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
