/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include <glib/gi18n.h>

#include "cli.h"
#include "rushes-error.h"
#include "rushes-locale.h"
#include "rushes-machine.h"

typedef struct
{
  const char *name;
  int (*run) (int argc, char **argv);
  const char *summary;
} Command;

static const Command commands[] = {
  { "render", cli_render, N_ ("Render the animations of scenes") },
  { "submit", cli_submit, N_ ("Have a Slurm cluster render, also when you leave") },
  { "attach", cli_attach, N_ ("Follow what was submitted, or stop it") },
  { "inspect", cli_inspect, N_ ("Say what scenes hold, as JSON") },
  { "devices", cli_devices, N_ ("Say what Cycles can render on") },
};

static void
print_help (void)
{
  g_print ("%s\n  rushes-cli %s\n\n%s\n", _ ("Usage:"), _ ("COMMAND [OPTIONS…] SCENE.blend…"),
           _ ("Commands:"));
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    g_print ("  %-10s %s\n", commands[i].name, _ (commands[i].summary));
  g_print ("\n%s\n", _ ("“rushes-cli COMMAND --help” tells more about a command."));
}

/**
 * cli_error:
 * @format: printf() format of a message in the user's words
 * @...: its arguments
 *
 * Prints one line on standard error.
 */
void
cli_error (const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);

  line = cli_display (text);
  g_printerr ("rushes-cli: %s\n", line);
}

/* What a user of the command line can do about it. */
static const char *
get_way_out (const GError *error)
{
  if (g_error_matches (error, RUSHES_ERROR, RUSHES_ERROR_SETTINGS_CHANGED))
    return _ ("render them anew (--overwrite), keep them (--keep), or choose another folder "
              "(--output)");
  if (g_error_matches (error, RUSHES_ERROR, RUSHES_ERROR_NOT_WRITABLE))
    return _ ("choose another folder with --output");
  if (g_error_matches (error, RUSHES_ERROR, RUSHES_ERROR_COULD_NOT_START))
    return _ ("name another Blender with --blender");
  if (g_error_matches (error, RUSHES_ERROR, RUSHES_ERROR_SCRIPTS_BLOCKED))
    return _ ("allow them with --allow-scripts if you trust whoever made the scene");
  return NULL;
}

/**
 * cli_report:
 * @subject: (nullable): what it is about
 * @error: what went wrong
 *
 * Prints one line on standard error, with the option that helps.
 */
void
cli_report (const char *subject, const GError *error)
{
  const char *way_out = get_way_out (error);

  cli_error ("%s%s%s%s%s", subject != NULL ? subject : "", subject != NULL ? ": " : "",
             error->message, way_out != NULL ? "; " : "", way_out != NULL ? way_out : "");
}

/**
 * cli_get_advice:
 * @error: what went wrong
 *
 * Returns: (transfer none) (nullable): one sentence to print below what
 *   cli_report() prints; %NULL if that says the way out already
 */
const char *
cli_get_advice (const GError *error)
{
  return get_way_out (error) == NULL && error->domain == RUSHES_ERROR
             ? rushes_error_get_advice (error->code)
             : NULL;
}

/**
 * cli_share:
 * @launcher: how clients are started
 * @output: (nullable): the folder for the results; made when it is missing
 * @scenes: (array zero-terminated=1): paths
 *
 * Lets clients that see little see what they need.
 *
 * Returns: whether @output is there; otherwise it has said why not
 */
gboolean
cli_share (RushesLauncher *launcher, const char *output, const char *const *scenes)
{
  if (!rushes_launcher_needs_share (launcher))
    return TRUE;
  for (guint i = 0; scenes[i] != NULL; i++)
    {
      g_autofree char *folder = g_path_get_dirname (scenes[i]);

      rushes_launcher_share (launcher, folder, FALSE);
    }
  if (output == NULL)
    return TRUE;
  if (g_mkdir_with_parents (output, 0755) != 0)
    {
      cli_error (_ ("The output folder “%s” cannot be made: %s"), output, g_strerror (errno));
      return FALSE;
    }
  rushes_launcher_share (launcher, output, TRUE);
  return TRUE;
}

/**
 * cli_parse_options:
 * @context: the options of a command; freed
 * @argc: (inout): how many arguments
 * @argv: (inout): the arguments; what is left are no options
 *
 * Returns: whether the options are understood; otherwise it has said what is
 *   wrong
 */
gboolean
cli_parse_options (GOptionContext *context, int *argc, char ***argv)
{
  G_GNUC_UNUSED g_autoptr (GOptionContext) owned = context;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;

  /* What --help calls us. */
  name = g_strdup_printf ("rushes-cli %s", (*argv)[0]);
  g_set_prgname (name);
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, argc, argv, &error))
    {
      cli_error (_ ("%s; see --help"), error->message);
      return FALSE;
    }
  /* The parser leaves it where scenes come before it. */
  for (int i = 1; i < *argc; i++)
    if (g_str_equal ((*argv)[i], "--"))
      {
        /* With the NULL at the end. */
        memmove (*argv + i, *argv + i + 1, (gsize) (*argc - i) * sizeof **argv);
        (*argc)--;
        break;
      }
  return TRUE;
}

/**
 * cli_parse:
 * @context: the options of a command about scenes; freed
 * @argc: (inout): how many arguments
 * @argv: (inout): the arguments; what is left are scenes
 *
 * Returns: whether the options are understood and scenes are named; otherwise
 *   it has said what is wrong
 */
gboolean
cli_parse (GOptionContext *context, int *argc, char ***argv)
{
  if (!cli_parse_options (context, argc, argv))
    return FALSE;
  if (*argc < 2)
    {
      cli_error (_ ("name at least one .blend file; see --help"));
      return FALSE;
    }
  return TRUE;
}

/**
 * cli_display:
 * @text: any text, perhaps with the name of a file in it
 *
 * Returns: (transfer full): valid UTF-8 on one line, without control characters
 */
char *
cli_display (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *line = g_string_new (NULL);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c == '\n')
        g_string_append (line, "\\n");
      else if (g_unichar_iscntrl (c))
        g_string_append_printf (line, "\\x%02x", c);
      else
        g_string_append_unichar (line, c);
    }

  return g_string_free (line, FALSE);
}

/**
 * cli_display_width:
 * @text: UTF-8 on one line
 *
 * Returns: how many columns of a terminal it takes
 */
guint
cli_display_width (const char *text)
{
  guint width = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (!g_unichar_iszerowidth (c))
        width += g_unichar_iswide (c) ? 2 : 1;
    }

  return width;
}

/**
 * cli_format_duration:
 * @seconds: a time, 0 or more
 *
 * Returns: (transfer full): "4:05" or "1:02:03"
 */
char *
cli_format_duration (double seconds)
{
  guint64 whole = seconds < 1e9 ? (guint64) llround (seconds) : 1000000000;

  if (whole >= 3600)
    return g_strdup_printf ("%u:%02u:%02u", (guint) (whole / 3600), (guint) (whole / 60 % 60),
                            (guint) (whole % 60));
  return g_strdup_printf ("%u:%02u", (guint) (whole / 60), (guint) (whole % 60));
}

/**
 * cli_main:
 * @argc: how many arguments
 * @argv: the arguments
 *
 * Returns: the exit code, a #CliExit
 */
int
cli_main (int argc, char **argv)
{
  rushes_locale_init ();
  g_set_prgname ("rushes-cli");
  rushes_machine_raise_file_limit ();

  if (argc < 2)
    {
      print_help ();
      return CLI_EXIT_USAGE;
    }
  if (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h") ||
      g_str_equal (argv[1], "help"))
    {
      print_help ();
      return CLI_EXIT_OK;
    }
  if (g_str_equal (argv[1], "--version"))
    {
      g_print ("Rushes %s\n", RUSHES_VERSION);
      return CLI_EXIT_OK;
    }

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (argv[1], commands[i].name))
      return commands[i].run (argc - 1, argv + 1);

  cli_error (_ ("there is no command “%s”; see --help"), argv[1]);
  return CLI_EXIT_USAGE;
}
