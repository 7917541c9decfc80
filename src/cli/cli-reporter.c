/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "cli-reporter.h"
#include "cli.h"

typedef struct
{
  RushesPool *pool;      /* (owned) */
  GListModel *scenes;    /* (owned) */
  GHashTable *positions; /* (owned): scene → its position */
} CliReporterPrivate;

G_DEFINE_TYPE_WITH_PRIVATE (CliReporter, cli_reporter, G_TYPE_OBJECT)

static CliReporterPrivate *
get_private (CliReporter *self)
{
  return cli_reporter_get_instance_private (self);
}

static void
client_changed_cb (CliReporter *self, RushesClient *client)
{
  CliReporterClass *klass = CLI_REPORTER_GET_CLASS (self);

  if (klass->client_changed != NULL)
    klass->client_changed (self, client);
}

static void
frame_ended_cb (CliReporter *self,
                RushesScene *scene,
                guint frame,
                guint client,
                double seconds,
                const GError *error,
                gboolean final)
{
  CliReporterClass *klass = CLI_REPORTER_GET_CLASS (self);

  if (klass->frame_ended != NULL)
    klass->frame_ended (self, scene, frame, client, seconds, error, final);
}

static void
warning_cb (CliReporter *self, RushesScene *scene, const char *text)
{
  cli_reporter_message (self, scene, text);
}

static void
trouble_cb (CliReporter *self, GParamSpec *pspec, RushesPool *pool)
{
  g_autoptr (GError) trouble = NULL;
  g_autofree char *text = NULL;

  g_object_get (pool, "trouble", &trouble, NULL);
  if (trouble != NULL)
    text = g_strdup_printf (_ ("%s; waiting until there is room"), trouble->message);
  cli_reporter_message (self, NULL, text != NULL ? text : _ ("There is room again; going on"));
}

static void
jobs_reason_cb (CliReporter *self, GParamSpec *pspec, RushesPool *pool)
{
  g_autofree char *text = rushes_pool_explain_jobs (pool);

  if (text != NULL)
    cli_reporter_message (self, NULL, text);
}

static void
state_cb (CliReporter *self, GParamSpec *pspec, RushesScene *scene)
{
  CliReporterClass *klass = CLI_REPORTER_GET_CLASS (self);

  if (klass->scene_changed != NULL)
    klass->scene_changed (self, scene);
}

static void
progress_cb (CliReporter *self, GParamSpec *pspec, RushesScene *scene)
{
  CliReporterClass *klass = CLI_REPORTER_GET_CLASS (self);

  if (klass->progress != NULL)
    klass->progress (self, scene);
}

static void
cli_reporter_finalize (GObject *object)
{
  CliReporterPrivate *priv = get_private (CLI_REPORTER (object));

  g_clear_object (&priv->pool);
  g_clear_object (&priv->scenes);
  g_clear_pointer (&priv->positions, g_hash_table_unref);

  G_OBJECT_CLASS (cli_reporter_parent_class)->finalize (object);
}

static void
cli_reporter_class_init (CliReporterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cli_reporter_finalize;
}

static void
cli_reporter_init (CliReporter *self)
{
  get_private (self)->positions = g_hash_table_new (NULL, NULL);
}

/**
 * cli_reporter_new:
 * @type: the class of reporter
 * @pool: the pool to listen to
 * @scenes: its scenes, all of them
 *
 * Returns: (transfer full): a reporter
 */
CliReporter *
cli_reporter_new (GType type, RushesPool *pool, GListModel *scenes)
{
  CliReporter *self = g_object_new (type, NULL);
  CliReporterPrivate *priv = get_private (self);

  priv->pool = g_object_ref (pool);
  priv->scenes = g_object_ref (scenes);
  g_signal_connect_object (pool, "client-changed", G_CALLBACK (client_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (pool, "frame-ended", G_CALLBACK (frame_ended_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (pool, "notify::jobs-reason", G_CALLBACK (jobs_reason_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (pool, "notify::trouble", G_CALLBACK (trouble_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (pool, "warning", G_CALLBACK (warning_cb), self, G_CONNECT_SWAPPED);

  return self;
}

/**
 * cli_reporter_begin:
 * @self: a reporter
 *
 * Tells of the queue as it is, then of what changes.
 */
void
cli_reporter_begin (CliReporter *self)
{
  CliReporterPrivate *priv = get_private (self);
  CliReporterClass *klass = CLI_REPORTER_GET_CLASS (self);

  for (guint i = 0; i < g_list_model_get_n_items (priv->scenes); i++)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (priv->scenes, i);

      g_hash_table_insert (priv->positions, scene, GUINT_TO_POINTER (i));
      g_signal_connect_object (scene, "notify::state", G_CALLBACK (state_cb), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (scene, "notify::progress", G_CALLBACK (progress_cb), self,
                               G_CONNECT_SWAPPED);
      if (klass->queued != NULL)
        klass->queued (self, scene);
    }
}

/**
 * cli_reporter_message:
 * @self: a reporter
 * @scene: (nullable): what it is about
 * @text: something the user should know
 */
void
cli_reporter_message (CliReporter *self, RushesScene *scene, const char *text)
{
  CliReporterClass *klass = CLI_REPORTER_GET_CLASS (self);

  if (klass->message != NULL)
    klass->message (self, scene, text);
}

/**
 * cli_reporter_finish:
 * @self: a reporter
 * @exit_code: what the program will return
 */
void
cli_reporter_finish (CliReporter *self, int exit_code)
{
  CliReporterClass *klass = CLI_REPORTER_GET_CLASS (self);

  if (klass->finished != NULL)
    klass->finished (self, exit_code);
}

RushesPool *
cli_reporter_get_pool (CliReporter *self)
{
  return get_private (self)->pool;
}

GListModel *
cli_reporter_get_scenes (CliReporter *self)
{
  return get_private (self)->scenes;
}

/**
 * cli_reporter_get_position:
 * @self: a reporter
 * @scene: one of its scenes
 *
 * Returns: the scene's place in the queue, from 0
 */
guint
cli_reporter_get_position (CliReporter *self, RushesScene *scene)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (get_private (self)->positions, scene));
}

/**
 * cli_reporter_count:
 * @self: a reporter
 *
 * Returns: the whole queue in numbers
 */
CliTotals
cli_reporter_count (CliReporter *self)
{
  GListModel *scenes = cli_reporter_get_scenes (self);
  guint n_scenes = g_list_model_get_n_items (scenes);
  CliTotals totals = { 0 };

  for (guint i = 0; i < n_scenes; i++)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (scenes, i);

      totals.frames += rushes_scene_get_n_frames (scene);
      totals.done += rushes_scene_get_n_done (scene);
      totals.failed += rushes_scene_get_n_failed (scene);
      totals.kept += rushes_scene_get_n_kept (scene);
      if (rushes_scene_is_ended (scene))
        {
          totals.scenes_ended++;
          totals.progress += 1;
        }
      else
        totals.progress += rushes_scene_get_progress (scene);
      if (rushes_scene_get_state (scene) == RUSHES_SCENE_FAILED)
        totals.scenes_failed++;
    }
  totals.progress /= MAX (n_scenes, 1);

  return totals;
}

/**
 * cli_describe_end:
 * @scene: a scene that has ended
 *
 * Returns: (transfer full): what became of it, in one line
 */
char *
cli_describe_end (RushesScene *scene)
{
  g_autofree char *name = cli_display (rushes_scene_get_name (scene));
  g_autofree char *time = cli_format_duration (rushes_scene_get_seconds (scene));
  guint done = rushes_scene_get_n_done (scene);
  guint total = rushes_scene_get_n_frames (scene);
  guint failed = rushes_scene_get_n_failed (scene);
  guint kept = rushes_scene_get_n_kept (scene);

  switch (rushes_scene_get_state (scene))
    {
    case RUSHES_SCENE_FAILED:
      {
        g_autofree char *why = cli_display (rushes_scene_get_error (scene)->message);

        return g_strdup_printf (_ ("%s: failed: %s"), name, why);
      }
    case RUSHES_SCENE_STOPPED:
      return g_strdup_printf (_ ("%s: stopped with %u of %u frames done"), name, done, total);
    case RUSHES_SCENE_QUEUED:
    case RUSHES_SCENE_LOADING:
    case RUSHES_SCENE_RENDERING:
    case RUSHES_SCENE_FINISHED:
    default:
      if (failed > 0)
        return g_strdup_printf (ngettext ("%s: finished in %s, %u frame of %u failed",
                                          "%s: finished in %s, %u frames of %u failed", failed),
                                name, time, failed, total);
      if (kept == total)
        return g_strdup_printf (
            ngettext ("%s: %u frame, there already", "%s: %u frames, all there already", total),
            name, total);
      if (kept > 0)
        return g_strdup_printf (ngettext ("%s: finished in %s, %u frame (%u there already)",
                                          "%s: finished in %s, %u frames (%u there already)",
                                          total),
                                name, time, total, kept);
      return g_strdup_printf (
          ngettext ("%s: finished in %s, %u frame", "%s: finished in %s, %u frames", total), name,
          time, total);
    }
}
