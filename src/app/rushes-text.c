/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>

#include <glib/gi18n.h>

#include "rushes-report.h"
#include "rushes-text.h"

/* What the window says in words. Pure functions: the numbers are core's. */

#define MINUTE 60.0
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

/* Takes both. */
static char *
join (char *first, char *second)
{
  /* Translators: two parts of a duration, such as "1 hour" and "20 minutes". */
  char *joined = g_strdup_printf (C_ ("parts of a duration", "%s %s"), first, second);

  g_free (first);
  g_free (second);
  return joined;
}

typedef enum
{
  UNIT_DAY,
  UNIT_HOUR,
  UNIT_MINUTE,
  UNIT_SECOND,
} Unit;

static const double unit_seconds[] = { DAY, HOUR, MINUTE, 1 };

static char *
format_unit (double seconds, Unit unit)
{
  guint n = (guint) (seconds / unit_seconds[unit]);

  switch (unit)
    {
    case UNIT_DAY:
      return g_strdup_printf (ngettext ("%u day", "%u days", n), n);
    case UNIT_HOUR:
      return g_strdup_printf (ngettext ("%u hour", "%u hours", n), n);
    case UNIT_MINUTE:
      return g_strdup_printf (ngettext ("%u minute", "%u minutes", n), n);
    case UNIT_SECOND:
    default:
      return g_strdup_printf (ngettext ("%u second", "%u seconds", n), n);
    }
}

/**
 * rushes_text_duration:
 * @seconds: 0 or more
 *
 * Returns: (transfer full): about how long that is, in words: "8 seconds",
 *   "12 minutes", "1 hour 20 minutes", "2 days 3 hours"
 */
char *
rushes_text_duration (double seconds)
{
  Unit unit = UNIT_DAY;
  double rest;

  /* Two units only where the second says something: not "12 minutes 3 seconds". */
  seconds = seconds < MINUTE ? MAX (rint (seconds), 0) : rint (seconds / MINUTE) * MINUTE;
  while (unit < UNIT_SECOND && seconds < unit_seconds[unit])
    unit++;
  rest = fmod (seconds, unit_seconds[unit]);
  if (unit > UNIT_HOUR || rest < unit_seconds[unit + 1])
    return format_unit (seconds, unit);
  return join (format_unit (seconds, unit), format_unit (rest, unit + 1));
}

static char *
format_left (double seconds)
{
  g_autofree char *duration = NULL;

  if (seconds < MINUTE)
    return g_strdup (_ ("under a minute left"));
  duration = rushes_text_duration (seconds);
  return g_strdup_printf (_ ("%s left"), duration);
}

/**
 * rushes_text_rate:
 * @frames_per_second: how fast frames arrive; 0: nothing can be said
 *
 * Returns: (transfer full) (nullable): that by the minute, or by the hour when
 *   they are slow
 */
char *
rushes_text_rate (double frames_per_second)
{
  double a_minute = frames_per_second * MINUTE;

  if (!(frames_per_second > 0))
    return NULL;
  if (a_minute >= 10)
    return g_strdup_printf (_ ("%.0f a minute"), a_minute);
  if (a_minute >= 1)
    return g_strdup_printf (_ ("%.1f a minute"), a_minute);
  return g_strdup_printf (_ ("%.1f an hour"), frames_per_second * HOUR);
}

static char *
format_frames (guint n)
{
  return g_strdup_printf (ngettext ("%u frame", "%u frames", n), n);
}

static char *
format_done (RushesScene *scene)
{
  guint n_frames = rushes_scene_get_n_frames (scene);

  return g_strdup_printf (ngettext ("%u of %u frame", "%u of %u frames", n_frames),
                          rushes_scene_get_n_done (scene), n_frames);
}

static char *
format_failed (guint n)
{
  return g_strdup_printf (ngettext ("%u frame failed", "%u frames failed", n), n);
}

/* Takes both; the second may be %NULL. */
static char *
enumerate (char *first, char *second)
{
  char *joined;

  if (second == NULL)
    return first;
  joined = g_strdup_printf (C_ ("parts of a status line", "%s, %s"), first, second);
  g_free (first);
  g_free (second);
  return joined;
}

/**
 * rushes_text_size:
 * @width: in pixels
 * @height: in pixels
 *
 * Returns: (transfer full): that in words, the width first, whichever way people
 *   write
 */
char *
rushes_text_size (guint width, guint height)
{
  gboolean rtl = gtk_widget_get_default_direction () == GTK_TEXT_DIR_RTL;
  g_autofree char *size = g_strdup_printf (_ ("%u × %u"), width, height);

  /* LEFT-TO-RIGHT ISOLATE and its end. */
  return g_strdup_printf ("%s%s%s", rtl ? "\u2066" : "", size, rtl ? "\u2069" : "");
}

/* The size that pictures will have. */
static void
get_size (RushesScene *scene, guint *width, guint *height)
{
  const RushesReport *report = rushes_scene_get_report (scene);

  g_object_get (rushes_scene_get_settings (scene), "width", width, "height", height, NULL);
  if (*width == 0)
    *width = report->width;
  if (*height == 0)
    *height = report->height;
}

/* A scene that no client has got to yet waits, whatever the pool has prepared. */
static RushesSceneState
get_state (RushesScene *scene)
{
  RushesSceneState state = rushes_scene_get_state (scene);

  return (state == RUSHES_SCENE_LOADING || state == RUSHES_SCENE_RENDERING) &&
                 rushes_scene_get_n_clients (scene) == 0
             ? RUSHES_SCENE_QUEUED
             : state;
}

static char *
describe_waiting (RushesScene *scene)
{
  const RushesReport *report = rushes_scene_get_report (scene);
  guint width, height, n_missing;

  if (rushes_scene_get_report_error (scene) != NULL)
    return g_strdup (rushes_scene_get_report_error (scene)->message);
  if (report == NULL)
    return g_strdup (_ ("Looking into the file…"));
  if (rushes_scene_get_plan_error (scene) != NULL)
    return g_strdup (rushes_scene_get_plan_error (scene)->message);
  if (report->camera == NULL)
    return g_strdup (_ ("The scene has no camera"));
  n_missing = report->missing != NULL ? g_strv_length (report->missing) : 0;
  if (n_missing > 0)
    return g_strdup_printf (ngettext ("%u file missing", "%u files missing", n_missing), n_missing);

  get_size (scene, &width, &height);
  return enumerate (format_frames (rushes_scene_get_n_frames (scene)),
                    rushes_text_size (width, height));
}

static char *
describe_rendering (RushesScene *scene)
{
  double left = rushes_scene_get_seconds_left (scene);
  guint n_failed = rushes_scene_get_n_failed (scene);
  char *line = format_done (scene);

  if (rushes_scene_get_paused (scene))
    return enumerate (line, g_strdup (_ ("finishing the frames in hand")));
  if (n_failed > 0)
    line = enumerate (line, format_failed (n_failed));
  return left >= 0 ? enumerate (line, format_left (left)) : line;
}

static char *
describe_finished (RushesScene *scene)
{
  guint n_frames = rushes_scene_get_n_frames (scene);
  guint n_failed = rushes_scene_get_n_failed (scene);
  double seconds = rushes_scene_get_seconds (scene);
  g_autofree char *duration = rushes_text_duration (seconds);
  char *line;

  if (n_failed > 0)
    return enumerate (format_done (scene), format_failed (n_failed));
  if (n_frames > 0 && rushes_scene_get_n_kept (scene) == n_frames)
    line = g_strdup (_ ("All frames were there already"));
  else if (seconds >= 1)
    line = g_strdup_printf (_ ("Finished in %s"), duration);
  else
    line = g_strdup (_ ("Finished"));
  return enumerate (line, format_frames (n_frames));
}

/**
 * rushes_text_scene:
 * @scene: a scene
 *
 * Returns: (transfer full): one honest line about it
 */
char *
rushes_text_scene (RushesScene *scene)
{
  switch (get_state (scene))
    {
    case RUSHES_SCENE_LOADING:
      return g_strdup (_ ("Loading…"));
    case RUSHES_SCENE_RENDERING:
      return describe_rendering (scene);
    case RUSHES_SCENE_FINISHED:
      return describe_finished (scene);
    case RUSHES_SCENE_FAILED:
      return g_strdup (rushes_scene_get_error (scene)->message);
    case RUSHES_SCENE_STOPPED:
      if (rushes_scene_get_n_frames (scene) == 0 || rushes_scene_get_n_done (scene) == 0)
        return g_strdup (_ ("Paused"));
      return enumerate (g_strdup (_ ("Paused")), format_done (scene));
    case RUSHES_SCENE_QUEUED:
    default:
      if (rushes_scene_get_paused (scene))
        return enumerate (g_strdup (_ ("Paused")), describe_waiting (scene));
      if (rushes_scene_get_n_done (scene) > 0)
        return enumerate (g_strdup (_ ("Waiting")), format_done (scene));
      if (rushes_scene_get_state (scene) != RUSHES_SCENE_QUEUED)
        return enumerate (g_strdup (_ ("Waiting")),
                          format_frames (rushes_scene_get_n_frames (scene)));
      return describe_waiting (scene);
    }
}

static gboolean
has_problem (RushesScene *scene)
{
  const RushesReport *report = rushes_scene_get_report (scene);

  return rushes_scene_get_report_error (scene) != NULL ||
         rushes_scene_get_plan_error (scene) != NULL ||
         (report != NULL && (report->missing != NULL || report->camera == NULL));
}

/**
 * rushes_text_scene_icon:
 * @scene: a scene
 *
 * Returns: (transfer none) (nullable): name of the icon that tells its state
 */
const char *
rushes_text_scene_icon (RushesScene *scene)
{
  switch (get_state (scene))
    {
    case RUSHES_SCENE_FINISHED:
      return rushes_scene_get_n_failed (scene) > 0 ? "dialog-warning-symbolic"
                                                   : "object-select-symbolic";
    case RUSHES_SCENE_FAILED:
      return "dialog-error-symbolic";
    case RUSHES_SCENE_STOPPED:
      return "media-playback-pause-symbolic";
    case RUSHES_SCENE_LOADING:
    case RUSHES_SCENE_RENDERING:
      /* The bar says that it moves. */
      return rushes_scene_get_n_failed (scene) > 0 ? "dialog-warning-symbolic" : NULL;
    case RUSHES_SCENE_QUEUED:
    default:
      if (rushes_scene_get_paused (scene))
        return "media-playback-pause-symbolic";
      return has_problem (scene) ? "dialog-warning-symbolic" : NULL;
    }
}

/**
 * rushes_text_scene_state:
 * @scene: a scene
 *
 * Returns: (transfer none): its state in a word or two, for the icon
 */
const char *
rushes_text_scene_state (RushesScene *scene)
{
  switch (get_state (scene))
    {
    case RUSHES_SCENE_FINISHED:
      return rushes_scene_get_n_failed (scene) > 0 ? _ ("Finished with failures") : _ ("Finished");
    case RUSHES_SCENE_FAILED:
      return _ ("Failed");
    case RUSHES_SCENE_STOPPED:
      return _ ("Paused");
    case RUSHES_SCENE_LOADING:
      return _ ("Loading");
    case RUSHES_SCENE_RENDERING:
      return C_ ("state of a scene", "Rendering");
    case RUSHES_SCENE_QUEUED:
    default:
      if (rushes_scene_get_paused (scene))
        return _ ("Paused");
      return has_problem (scene) ? _ ("Has problems") : _ ("Waiting");
    }
}

static char *
format_run (const RushesEventsTotals *totals)
{
  guint n_frames = (guint) MIN (totals->frames, G_MAXUINT);
  char *line = g_strdup_printf (ngettext ("%u of %u frame", "%u of %u frames", n_frames),
                                (guint) MIN (totals->done, n_frames), n_frames);

  if (totals->scenes_failed > 0)
    line = enumerate (line, g_strdup_printf (ngettext ("%u scene failed", "%u scenes failed",
                                                       totals->scenes_failed),
                                             totals->scenes_failed));
  return totals->failed > 0
             ? enumerate (line, format_failed ((guint) MIN (totals->failed, G_MAXUINT)))
             : line;
}

/**
 * rushes_text_run:
 * @run: a run on a cluster
 *
 * Returns: (transfer full): one honest line about it
 */
char *
rushes_text_run (RushesRun *run)
{
  const RushesEventsTotals *totals = rushes_run_get_totals (run);

  switch (rushes_run_get_state (run))
    {
    case RUSHES_RUN_RENDERING:
      if (totals->frames == 0)
        return g_strdup (_ ("Loading…"));
      return totals->seconds_left >= 0
                 ? enumerate (format_run (totals), format_left (totals->seconds_left))
                 : format_run (totals);
    case RUSHES_RUN_STOPPING:
      return g_strdup (_ ("Stopping…"));
    case RUSHES_RUN_FINISHED:
      if (totals->failed > 0 || totals->scenes_failed > 0)
        return format_run (totals);
      return enumerate (g_strdup (_ ("Finished")),
                        format_frames ((guint) MIN (totals->frames, G_MAXUINT)));
    case RUSHES_RUN_STOPPED:
      return totals->frames > 0
                 ? enumerate (g_strdup (C_ ("state of a run", "Stopped")), format_run (totals))
                 : g_strdup (C_ ("state of a run", "Stopped"));
    case RUSHES_RUN_FAILED:
      return g_strdup (rushes_run_get_error (run)->message);
    case RUSHES_RUN_UNKNOWN:
    case RUSHES_RUN_WAITING:
    default:
      if (rushes_run_get_situation (run) != NULL)
        return g_strdup (rushes_run_get_situation (run));
      return g_strdup (_ ("Waiting for the cluster"));
    }
}

/**
 * rushes_text_totals:
 * @manager: a manager
 *
 * Returns: (transfer full): one line about the whole queue
 */
char *
rushes_text_totals (RushesManager *manager)
{
  const RushesTotals *totals = rushes_manager_get_totals (manager);
  double left = rushes_manager_get_seconds_left (manager);
  guint n_frames;
  char *line;

  if (totals->frames == 0)
    return g_strdup (_ ("No frames yet"));

  n_frames = (guint) MIN (totals->frames, G_MAXUINT);
  line = g_strdup_printf (ngettext ("%u of %u frame", "%u of %u frames", n_frames),
                          (guint) MIN (totals->done, n_frames), n_frames);
  if (totals->failed > 0)
    line = enumerate (line, format_failed ((guint) totals->failed));
  if (rushes_manager_get_state (manager) == RUSHES_MANAGER_RENDERING)
    {
      line = enumerate (line, rushes_text_rate (rushes_manager_get_rate (manager)));
      if (left >= 0)
        line = enumerate (line, format_left (left));
    }
  return line;
}

/**
 * rushes_text_jobs:
 * @here: how many clients are to work on this computer
 * @automatic: whether that is found out
 * @on_cluster: how many are to work on the cluster
 * @compact: whether there is little room
 *
 * Returns: (transfer full): that, as short as can be: "2 Jobs", "2 + 16 Jobs"
 */
char *
rushes_text_jobs (guint here, gboolean automatic, guint on_cluster, gboolean compact)
{
  guint n = here + on_cluster;

  if (automatic && on_cluster > 0)
    /* Translators: the number of jobs on this computer and on the cluster, as short
     * as can be. */
    return g_strdup_printf (C_ ("jobs", "Auto + %u"), on_cluster);
  if (automatic)
    /* Translators: the number of jobs, as short as can be */
    return g_strdup (C_ ("jobs", "Auto"));
  if (here > 0 && on_cluster > 0)
    return compact ? g_strdup_printf ("%u + %u", here, on_cluster)
                   /* Translators: on this computer and on the cluster. */
                   : g_strdup_printf (_ ("%u + %u Jobs"), here, on_cluster);
  return compact ? g_strdup_printf ("%u", n)
                 : g_strdup_printf (ngettext ("%u Job", "%u Jobs", n), n);
}

/**
 * rushes_text_places:
 * @here: how many clients are to work on this computer
 * @automatic: whether that is found out
 * @on_cluster: how many are to work on the cluster
 *
 * Returns: (transfer full): that, where there is room to be clear
 */
char *
rushes_text_places (guint here, gboolean automatic, guint on_cluster)
{
  if (on_cluster == 0)
    return g_strdup (_ ("How Many Blenders Work at Once"));
  if (automatic)
    return g_strdup_printf (
        _ ("How Many Blenders Work at Once: as Many as Are Right Here, %u on the Cluster"),
        on_cluster);
  return g_strdup_printf (_ ("How Many Blenders Work at Once: %u Here, %u on the Cluster"), here,
                          on_cluster);
}

/**
 * rushes_text_client:
 * @activity: what a client does
 *
 * Returns: (transfer full): which one that is, and on which node of a cluster
 */
char *
rushes_text_client (RushesActivity *activity)
{
  guint number = rushes_activity_get_number (activity);
  const char *node = rushes_activity_get_node (activity);

  if (node != NULL)
    /* Translators: number of a Blender, and the node of a cluster that it runs on. */
    return g_strdup_printf (_ ("Blender %u on %s"), number, node);
  return g_strdup_printf (_ ("Blender %u"), number);
}

/**
 * rushes_text_activity:
 * @activity: what a client does
 *
 * Returns: (transfer full): that in words
 */
char *
rushes_text_activity (RushesActivity *activity)
{
  RushesScene *scene = rushes_activity_get_scene (activity);

  switch (rushes_activity_get_state (activity))
    {
    case RUSHES_CLIENT_WAITING:
      return g_strdup (rushes_activity_get_situation (activity));
    case RUSHES_CLIENT_NEW:
    case RUSHES_CLIENT_STARTING:
      return g_strdup (_ ("Starting…"));
    case RUSHES_CLIENT_STOPPING:
    case RUSHES_CLIENT_DEAD:
      return g_strdup (_ ("Ending…"));
    case RUSHES_CLIENT_READY:
    case RUSHES_CLIENT_BUSY:
    default:
      if (scene != NULL)
        /* Translators: frame number and name of a scene. */
        return g_strdup_printf (_ ("Frame %u of %s"), rushes_activity_get_frame (activity),
                                rushes_scene_get_name (scene));
      return rushes_activity_get_state (activity) == RUSHES_CLIENT_BUSY ? g_strdup (_ ("Loading…"))
                                                                        : g_strdup (_ ("Ready"));
    }
}

/**
 * rushes_text_plan:
 * @scene: a scene
 *
 * Returns: (transfer full): what its settings make of the animation: how many
 *   frames, and how long they are when played
 */
char *
rushes_text_plan (RushesScene *scene)
{
  const RushesReport *report = rushes_scene_get_report (scene);
  g_autoptr (RushesFrameRange) range = NULL;
  g_autoptr (GError) error = NULL;
  guint n, first, last;
  double seconds;

  if (report == NULL)
    return g_strdup (_ ("Not known yet"));
  range = rushes_report_plan (report, rushes_scene_get_settings (scene), &error);
  if (range == NULL)
    return g_strdup (error->message);

  n = rushes_frame_range_get_length (range);
  first = rushes_frame_range_get_frame (range, 0);
  last = rushes_frame_range_get_frame (range, n - 1);
  seconds = (last - first + 1) / report->fps;
  return enumerate (format_frames (n),
                    /* Translators: length of the animation when it is played. */
                    g_strdup_printf (_ ("%.1f s at %g fps"), seconds, report->fps));
}
