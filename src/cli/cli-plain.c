/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "cli-reporter.h"
#include "cli.h"

/**
 * CliPlain:
 *
 * One line for everything that happens: for log files and pipes.
 */
struct _CliPlain
{
  CliReporter parent_instance;
};

G_DEFINE_FINAL_TYPE (CliPlain, cli_plain, CLI_TYPE_REPORTER)

static void
cli_plain_message (CliReporter *reporter, RushesScene *scene, const char *text)
{
  g_autofree char *line = cli_display (text);

  if (scene != NULL)
    {
      g_autofree char *name = cli_display (rushes_scene_get_name (scene));

      g_print ("%s: %s\n", name, line);
    }
  else
    g_print ("%s\n", line);
}

static void
cli_plain_frame_ended (CliReporter *reporter,
                       RushesScene *scene,
                       guint frame,
                       guint client,
                       double seconds,
                       const GError *error,
                       gboolean final)
{
  g_autofree char *name = cli_display (rushes_scene_get_name (scene));

  if (error == NULL)
    g_print (_ ("%s: frame %u done in %.1f s by client %u, %u of %u\n"), name, frame, seconds,
             client, rushes_scene_get_n_done (scene), rushes_scene_get_n_frames (scene));
  else
    {
      g_autofree char *why = cli_display (error->message);

      g_print (final ? _ ("%s: frame %u failed on client %u: %s; given up\n")
                     : _ ("%s: frame %u failed on client %u: %s; will try again\n"),
               name, frame, client, why);
    }
}

static void
cli_plain_scene_changed (CliReporter *reporter, RushesScene *scene)
{
  g_autofree char *line = NULL;

  if (rushes_scene_get_state (scene) == RUSHES_SCENE_RENDERING)
    {
      g_autofree char *name = cli_display (rushes_scene_get_name (scene));
      guint n_frames = rushes_scene_get_n_frames (scene);

      g_print (ngettext ("%s: %u frame, %u there already\n", "%s: %u frames, %u there already\n",
                         n_frames),
               name, n_frames, rushes_scene_get_n_kept (scene));
    }
  else if (rushes_scene_is_ended (scene))
    {
      line = cli_describe_end (scene);
      g_print ("%s\n", line);
    }
}

static void
cli_plain_class_init (CliPlainClass *klass)
{
  CliReporterClass *reporter_class = CLI_REPORTER_CLASS (klass);

  reporter_class->message = cli_plain_message;
  reporter_class->frame_ended = cli_plain_frame_ended;
  reporter_class->scene_changed = cli_plain_scene_changed;
}

static void
cli_plain_init (CliPlain *self)
{
}
