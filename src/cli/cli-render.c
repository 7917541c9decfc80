/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <glib-unix.h>
#include <glib/gi18n.h>

#include "cli-places.h"
#include "cli-reporter.h"
#include "cli.h"
#include "rushes-enums.h"
#include "rushes-error.h"
#include "rushes-queue.h"

/* In seconds: a month. */
#define LONGEST_TIMEOUT (86400 * 30)

/* What the command line says. Strings are kept as typed: the settings read
 * them, in the C locale, and say what is wrong with them. */
typedef struct
{
  char *output;
  char *jobs;
  char *resolution;
  char *keyframe_scale;
  char *keyframe_shift;
  char *frames;
  char *include;
  gboolean debug_previews;
  char *exr_codec;
  char *camera;
  gboolean all_cameras;
  char *format;
  char *samples;
  char *threads;
  char *engine;
  char *device;
  char *order;
  char *frame_timeout;
  int retries;
  CliBlender blender;
  gboolean allow_scripts;
  gboolean sandbox;
  gboolean overwrite;
  gboolean keep;
  char *progress;
  CliPlaces places;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->output);
  g_free (options->resolution);
  g_free (options->keyframe_scale);
  g_free (options->keyframe_shift);
  g_free (options->frames);
  g_free (options->include);
  g_free (options->exr_codec);
  g_free (options->camera);
  g_free (options->format);
  g_free (options->jobs);
  g_free (options->samples);
  g_free (options->threads);
  g_free (options->engine);
  g_free (options->device);
  g_free (options->order);
  g_free (options->frame_timeout);
  cli_blender_clear (&options->blender);
  g_free (options->progress);
  cli_places_clear (&options->places);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gboolean
parse_options (Options *options, int *argc, char ***argv)
{
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options->output,
      N_ ("Folder for the results, a folder a scene in it (default: renders)"), N_ ("DIR") },
    { "jobs", 'j', 0, G_OPTION_ARG_STRING, &options->jobs,
      N_ ("How many Blenders work at once, or auto (default: 1)"), N_ ("N") },
    { "place", 0, 0, G_OPTION_ARG_STRING, &options->places.place,
      N_ ("Where they work, and how many: local=2,slurm=16 (default: here)"), N_ ("LIST") },
    { "resolution", 'r', 0, G_OPTION_ARG_STRING, &options->resolution,
      N_ ("Size of a picture in pixels"), N_ ("WxH") },
    { "keyframe-scale", 's', 0, G_OPTION_ARG_STRING, &options->keyframe_scale,
      N_ ("Stretch the animation in time by this factor"), N_ ("F") },
    { "keyframe-shift", 0, 0, G_OPTION_ARG_STRING, &options->keyframe_shift,
      N_ ("Then shift it by this many frames"), N_ ("F") },
    { "frames", 'f', 0, G_OPTION_ARG_STRING, &options->frames,
      N_ ("Which frames, after scaling: 1-50,80,100-200x5"), N_ ("RANGE") },
    { "include", 0, 0, G_OPTION_ARG_STRING, &options->include,
      N_ ("What to write: frames (default), depths, normals, flows, segmentations, or all"),
      N_ ("LIST") },
    { "debug-previews", 0, 0, G_OPTION_ARG_NONE, &options->debug_previews,
      N_ ("Write a picture of each other output too, to be looked at"), NULL },
    { "exr-codec", 0, 0, G_OPTION_ARG_STRING, &options->exr_codec,
      N_ ("How outputs other than frames are packed: zip, piz, none, …"), N_ ("CODEC") },
    { "camera", 0, 0, G_OPTION_ARG_STRING, &options->camera, N_ ("Which camera to look through"),
      N_ ("NAME") },
    { "all-cameras", 0, 0, G_OPTION_ARG_NONE, &options->all_cameras,
      N_ ("Look through every camera, each with a folder of its own"), NULL },
    { "format", 0, 0, G_OPTION_ARG_STRING, &options->format,
      N_ ("Picture format: png, jpeg, exr, …"), N_ ("FORMAT") },
    { "samples", 0, 0, G_OPTION_ARG_STRING, &options->samples, N_ ("Samples a pixel"), N_ ("N") },
    { "threads", 0, 0, G_OPTION_ARG_STRING, &options->threads,
      N_ ("Threads of each Blender (default: as many as it can use)"), N_ ("N") },
    { "engine", 0, 0, G_OPTION_ARG_STRING, &options->engine,
      N_ ("Render engine: cycles, eevee, workbench, …"), N_ ("NAME") },
    { "device", 0, 0, G_OPTION_ARG_STRING, &options->device,
      N_ ("What Cycles renders on: cpu, cuda, optix, hip, oneapi or metal"), N_ ("DEVICE") },
    { "order", 0, 0, G_OPTION_ARG_STRING, &options->order,
      N_ ("side-by-side (default) or one-after-another"), N_ ("ORDER") },
    { "frame-timeout", 0, 0, G_OPTION_ARG_STRING, &options->frame_timeout,
      N_ ("Seconds without a sign of life that end a Blender, or auto (default: 0, no limit)"),
      N_ ("S") },
    { "retries", 0, 0, G_OPTION_ARG_INT, &options->retries,
      N_ ("How often a failed frame is tried again (default: 2)"), N_ ("N") },
    { "allow-scripts", 0, 0, G_OPTION_ARG_NONE, &options->allow_scripts,
      N_ ("Run Python in these scenes: only if you trust them"), NULL },
    { "sandbox", 0, 0, G_OPTION_ARG_NONE, &options->sandbox,
      N_ ("Keep Blender from the network and from files of others (needs bubblewrap)"), NULL },
    { "overwrite", 0, 0, G_OPTION_ARG_NONE, &options->overwrite,
      N_ ("Render frames anew that are there already"), NULL },
    { "keep", 0, 0, G_OPTION_ARG_NONE, &options->keep,
      N_ ("Keep frames that are there, even of other settings"), NULL },
    { "progress", 0, 0, G_OPTION_ARG_STRING, &options->progress,
      N_ ("auto (default), bar, plain, json or none"), N_ ("KIND") },
    G_OPTION_ENTRY_NULL
  };
  GOptionContext *context = g_option_context_new (_ ("SCENE.blend…"));

  cli_places_add_options (&options->places, context);
  options->retries = 2;
  g_option_context_set_summary (context, _ ("Renders the animations of Blender scenes."));
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  cli_blender_add_options (&options->blender, context);

  return cli_parse (context, argc, argv);
}

static gboolean
check_between (const char *option, int value, int low, int high)
{
  if (value >= low && value <= high)
    return TRUE;
  cli_error (_ ("%s %d: give a number between %d and %d"), option, value, low, high);
  return FALSE;
}

static gboolean
parse_frame_timeout (const char *text, guint *seconds)
{
  guint64 number = 0;

  if (g_strcmp0 (text, "auto") == 0)
    {
      *seconds = RUSHES_FRAME_TIMEOUT_AUTO;
      return TRUE;
    }
  if (text != NULL && !g_ascii_string_to_unsigned (text, 10, 0, LONGEST_TIMEOUT, &number, NULL))
    {
      cli_error (_ ("--frame-timeout %s: give a number between %d and %d, or auto"), text, 0,
                 LONGEST_TIMEOUT);
      return FALSE;
    }
  *seconds = (guint) number;
  return TRUE;
}

static gboolean
set_resolution (RushesSettings *settings, const char *text, GError **error)
{
  g_auto (GStrv) parts = g_strsplit_set (text, "xX", 2);

  if (g_strv_length (parts) == 2 && rushes_settings_set_text (settings, "width", parts[0], NULL) &&
      rushes_settings_set_text (settings, "height", parts[1], NULL))
    {
      guint width, height;

      g_object_get (settings, "width", &width, "height", &height, NULL);
      if (width > 0 && height > 0)
        return rushes_settings_check (settings, error);
    }
  g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID,
               _ ("give width and height in pixels, 4 to 65536, for example 1920x1080"));
  return FALSE;
}

static RushesSettings *
make_settings (const Options *options)
{
  g_autoptr (RushesSettings) settings = rushes_settings_new ();
  g_autoptr (GError) error = NULL;
  const struct
  {
    const char *option;
    const char *name;
    const char *text;
  } texts[] = {
    { "--keyframe-scale", "keyframe-scale", options->keyframe_scale },
    { "--keyframe-shift", "keyframe-shift", options->keyframe_shift },
    { "--frames", "frames", options->frames },
    { "--include", "outputs", options->include },
    { "--exr-codec", "exr-codec", options->exr_codec },
    { "--camera", "camera", options->camera },
    { "--format", "format", options->format },
    { "--samples", "samples", options->samples },
    { "--threads", "threads", options->threads },
    { "--engine", "engine", options->engine },
    { "--device", "device", options->device },
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (texts[i].text != NULL && *texts[i].text == '\0')
      {
        /* A script's variable that is not set must not mean everything. */
        cli_error (_ ("%s has no value; give one, or leave it away"), texts[i].option);
        return NULL;
      }
    else if (texts[i].text != NULL &&
             (!rushes_settings_set_text (settings, texts[i].name, texts[i].text, &error) ||
              !rushes_settings_check (settings, &error)))
      {
        cli_error ("%s %s: %s", texts[i].option, texts[i].text, error->message);
        return NULL;
      }
  if (options->resolution != NULL && !set_resolution (settings, options->resolution, &error))
    {
      cli_error ("--resolution %s: %s", options->resolution, error->message);
      return NULL;
    }
  if (options->camera != NULL && options->all_cameras)
    {
      cli_error (_ ("%s and %s exclude each other"), "--camera", "--all-cameras");
      return NULL;
    }
  g_object_set (settings, "allow-scripts", options->allow_scripts, "debug-previews",
                options->debug_previews, "all-cameras", options->all_cameras, NULL);

  return g_steal_pointer (&settings);
}

static gboolean
parse_order (const char *text, RushesOrder *order)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (RUSHES_TYPE_ORDER);
  GEnumValue *value = g_enum_get_value_by_nick (klass, text != NULL ? text : "side-by-side");

  if (value == NULL)
    {
      cli_error (_ ("--order %s: choose side-by-side or one-after-another"), text);
      return FALSE;
    }
  *order = (RushesOrder) value->value;
  return TRUE;
}

static gboolean
parse_progress (const char *text, GType *type)
{
  if (text == NULL || g_str_equal (text, "auto"))
    {
      const char *terminal = g_getenv ("TERM");

      *type = isatty (STDOUT_FILENO) && terminal != NULL && !g_str_equal (terminal, "dumb")
                  ? CLI_TYPE_BARS
                  : CLI_TYPE_PLAIN;
    }
  else if (g_str_equal (text, "bar"))
    *type = isatty (STDOUT_FILENO) ? CLI_TYPE_BARS : CLI_TYPE_PLAIN;
  else if (g_str_equal (text, "plain"))
    *type = CLI_TYPE_PLAIN;
  else if (g_str_equal (text, "json"))
    *type = CLI_TYPE_JSON;
  else if (g_str_equal (text, "none"))
    *type = CLI_TYPE_REPORTER;
  else
    {
      cli_error (_ ("--progress %s: choose auto, bar, plain, json or none"), text);
      return FALSE;
    }
  return TRUE;
}

/* ---- The run --------------------------------------------------------- */

typedef struct
{
  GMainLoop *loop;
  RushesPool *pool;
  CliReporter *reporter;
  guint interrupts;
  GError *error;      /* (owned) (nullable): why nothing could be rendered at all */
  const char *advice; /* (nullable): on the failures that were told last */
} Run;

static gboolean
interrupt_cb (gpointer user_data)
{
  Run *run = user_data;

  if (run->interrupts++ == 0)
    {
      cli_reporter_message (run->reporter, NULL,
                            _ ("Finishing the frames in hand; press Ctrl+C again to stop now"));
      rushes_pool_drain (run->pool);
    }
  else
    rushes_pool_stop (run->pool);

  return G_SOURCE_CONTINUE;
}

static gboolean
terminate_cb (gpointer user_data)
{
  Run *run = user_data;

  run->interrupts++;
  rushes_pool_stop (run->pool);
  return G_SOURCE_CONTINUE;
}

static void
run_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Run *run = user_data;

  rushes_pool_run_finish (RUSHES_POOL (object), result, &run->error);
  g_main_loop_quit (run->loop);
}

/* Failures of one kind in a row share the advice below them. */
static void
advise (Run *run, const char *next)
{
  if (run->advice != NULL && next != run->advice)
    cli_error ("%s", run->advice);
  run->advice = next;
}

/* What is not there and why, for a person who comes back in the morning. */
static void
list_failures (Run *run, RushesScene *scene)
{
  RushesFrames *frames = rushes_scene_get_frames (scene);
  g_autoptr (GPtrArray) failures = NULL;

  /* What all scenes have in common is said once, for all. */
  if (rushes_scene_get_state (scene) == RUSHES_SCENE_FAILED &&
      !(run->error != NULL &&
        g_error_matches (rushes_scene_get_error (scene), run->error->domain, run->error->code)))
    {
      advise (run, cli_get_advice (rushes_scene_get_error (scene)));
      cli_report (rushes_scene_get_name (scene), rushes_scene_get_error (scene));
    }
  if (frames == NULL)
    return;

  failures = rushes_frames_list_failures (frames);
  for (guint i = 0; i < failures->len; i++)
    {
      const RushesFailure *failure = g_ptr_array_index (failures, i);

      advise (run, rushes_error_get_advice (failure->error->code));
      cli_error (ngettext ("%s: frame %u failed %u time: %s (log: %s)",
                           "%s: frame %u failed %u times: %s (log: %s)", failure->attempts),
                 rushes_scene_get_name (scene), failure->frame, failure->attempts,
                 failure->error->message, failure->log != NULL ? failure->log : "-");
    }
}

static int
summarise (Run *run, GListModel *scenes)
{
  int exit_code = CLI_EXIT_OK;

  for (guint i = 0; i < g_list_model_get_n_items (scenes); i++)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (scenes, i);
      RushesSceneState state = rushes_scene_get_state (scene);

      if (state == RUSHES_SCENE_STOPPED)
        exit_code = CLI_EXIT_INTERRUPTED;
      else if ((state == RUSHES_SCENE_FAILED || rushes_scene_get_n_failed (scene) > 0) &&
               exit_code == CLI_EXIT_OK)
        exit_code = CLI_EXIT_FAILED;
    }

  cli_reporter_finish (run->reporter, exit_code);
  if (run->error != NULL)
    {
      advise (run, cli_get_advice (run->error));
      cli_report (NULL, run->error);
    }
  for (guint i = 0; i < g_list_model_get_n_items (scenes); i++)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (scenes, i);

      list_failures (run, scene);
    }
  advise (run, NULL);

  return exit_code;
}

static void
print_totals (CliReporter *reporter, const char *output, double seconds)
{
  CliTotals totals = cli_reporter_count (reporter);
  g_autofree char *time = cli_format_duration (seconds);
  g_autofree char *folder = g_canonicalize_filename (output, NULL);
  g_autofree char *shown = cli_display (folder);

  if (totals.done == 0)
    return;
  g_print (ngettext ("%u of %u frame done in %s; the pictures are in %s\n",
                     "%u of %u frames done in %s; the pictures are in %s\n", totals.frames),
           totals.done, totals.frames, time, shown);
}

/* How clients are started at each place, those of this computer first; or %NULL
 * when that cannot be, which it has said. */
static GPtrArray *
make_places (Options *options, const char *output, const char *const *scenes, int *exit_code)
{
  g_autoptr (GPtrArray) launchers = g_ptr_array_new_with_free_func (g_object_unref);

  if (options->places.local_jobs > 0)
    g_ptr_array_add (launchers, cli_blender_make_launcher (&options->blender));
  if (options->places.slurm_jobs > 0)
    g_ptr_array_add (launchers, cli_places_make_launcher (&options->places, &options->blender));

  for (guint i = 0; i < launchers->len; i++)
    {
      RushesLauncher *launcher = g_ptr_array_index (launchers, i);
      g_autoptr (GError) error = NULL;

      g_object_set (launcher, "sandbox", options->sandbox, NULL);
      if (!cli_share (launcher, output, scenes))
        {
          *exit_code = CLI_EXIT_FAILED;
          return NULL;
        }
      if (!rushes_launcher_check (launcher, &error))
        {
          cli_report (NULL, error);
          *exit_code = CLI_EXIT_USAGE;
          return NULL;
        }
    }
  return g_steal_pointer (&launchers);
}

static RushesPool *
make_pool (Options *options, GPtrArray *places, RushesQueue *queue, const char *log_dir)
{
  RushesLauncher *first = g_ptr_array_index (places, 0);
  RushesLauncher *last = g_ptr_array_index (places, places->len - 1);
  RushesPool *pool = rushes_pool_new (first, G_LIST_MODEL (queue), log_dir);
  g_autoptr (RushesTrust) trust = rushes_trust_new (NULL);

  rushes_pool_set_trust (pool, trust);
  if (options->places.slurm_jobs > 0)
    rushes_pool_set_place (pool, last, options->places.slurm_jobs);
  if (options->places.local_jobs > 0)
    rushes_pool_set_place (pool, first, options->places.local_jobs);
  return pool;
}

/* What the options come to. */
typedef struct
{
  RushesSettings *settings; /* (owned) */
  RushesOrder order;
  guint frame_timeout;
  GType progress;
} Checked;

static gboolean
check_options (Options *options, Checked *checked)
{
  checked->settings = make_settings (options);
  if (checked->settings == NULL || !parse_order (options->order, &checked->order) ||
      !parse_progress (options->progress, &checked->progress) ||
      !cli_blender_check (&options->blender) ||
      !parse_frame_timeout (options->frame_timeout, &checked->frame_timeout) ||
      !check_between ("--retries", options->retries, 0, 999) ||
      !cli_places_parse (&options->places, options->jobs))
    return FALSE;
  if (options->overwrite && options->keep)
    {
      cli_error (_ ("%s and %s exclude each other"), "--overwrite", "--keep");
      return FALSE;
    }
  return TRUE;
}

/**
 * cli_render_check:
 * @argc: how many arguments, a command's name included
 * @argv: the arguments, as for cli_render()
 * @places: (out caller-allocates): where clients are to run
 * @output: (out): the folder for the results
 *
 * Returns: whether cli_render() would begin to render; otherwise it has said
 *   what is wrong
 */
gboolean
cli_render_check (int argc, char **argv, CliPlaces *places, char **output)
{
  g_auto (Options) options = { 0 };
  Checked checked = { 0 };
  gboolean ok;

  ok = parse_options (&options, &argc, &argv) && check_options (&options, &checked);
  g_clear_object (&checked.settings);
  *output = g_strdup (options.output != NULL ? options.output : "renders");
  *places = options.places;
  options.places = (CliPlaces){ 0 };
  return ok;
}

/**
 * cli_render:
 * @argc: how many arguments, the command's name included
 * @argv: the arguments
 *
 * The command "render".
 *
 * Returns: the exit code
 */
int
cli_render (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  g_autoptr (RushesSettings) settings = NULL;
  g_autoptr (GPtrArray) places = NULL;
  g_autoptr (RushesQueue) queue = NULL;
  g_autoptr (RushesPool) pool = NULL;
  g_autoptr (CliReporter) reporter = NULL;
  g_autoptr (GMainLoop) loop = NULL;
  g_autoptr (GPtrArray) renamed = g_ptr_array_new ();
  g_autofree char *log_dir = NULL;
  const char *output;
  Checked checked = { 0 };
  Run run = { 0 };
  gint64 began = g_get_monotonic_time ();
  int exit_code;

  if (!parse_options (&options, &argc, &argv))
    return CLI_EXIT_USAGE;
  if (!check_options (&options, &checked))
    {
      g_clear_object (&checked.settings);
      return CLI_EXIT_USAGE;
    }
  settings = checked.settings;

  output = options.output != NULL ? options.output : "renders";
  places = make_places (&options, output, (const char *const *) argv + 1, &exit_code);
  if (places == NULL)
    return exit_code;

  log_dir = cli_blender_make_log_dir (&options.blender);
  queue = rushes_queue_new ();
  pool = make_pool (&options, places, queue, log_dir);
  g_object_set (pool, "order", checked.order, "start-timeout", (guint) options.blender.timeout,
                "frame-timeout", checked.frame_timeout, "max-attempts", (guint) options.retries + 1,
                NULL);
  reporter = cli_reporter_new (checked.progress, pool, G_LIST_MODEL (queue));

  for (int i = 1; i < argc; i++)
    {
      g_autoptr (RushesScene) scene = rushes_scene_new (argv[i], settings);

      rushes_scene_set_existing (scene, options.overwrite ? RUSHES_EXISTING_OVERWRITE
                                        : options.keep    ? RUSHES_EXISTING_KEEP
                                                          : RUSHES_EXISTING_RESUME);
      if (!rushes_queue_add (queue, scene, output))
        g_ptr_array_add (renamed, scene);
    }

  loop = g_main_loop_new (NULL, FALSE);
  run = (Run){ .loop = loop, .pool = pool, .reporter = reporter };
  /* To the end of the program: a second Ctrl+C that comes when the run has just
   * ended must not cut off the summary. */
  g_unix_signal_add (SIGINT, interrupt_cb, &run);
  g_unix_signal_add (SIGTERM, terminate_cb, &run);

  cli_reporter_begin (reporter);
  for (guint i = 0; i < renamed->len; i++)
    {
      RushesScene *scene = g_ptr_array_index (renamed, i);
      g_autofree char *text = g_strdup_printf (
          _ ("another scene has the same name; results go to %s"), rushes_scene_get_folder (scene));

      cli_reporter_message (reporter, scene, text);
    }
  rushes_pool_run_async (pool, run_cb, &run);
  g_main_loop_run (loop);

  exit_code = summarise (&run, G_LIST_MODEL (queue));
  g_clear_error (&run.error);
  if (checked.progress == CLI_TYPE_BARS || checked.progress == CLI_TYPE_PLAIN)
    print_totals (reporter, output, (double) (g_get_monotonic_time () - began) / G_USEC_PER_SEC);

  return exit_code;
}
