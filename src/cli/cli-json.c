/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>

#include "cli-reporter.h"
#include "cli.h"
#include "rushes-enums.h"
#include "rushes-error.h"

/**
 * CliJson:
 *
 * One JSON object a line for everything that happens, as the manual page
 * documents it. Members may be added, none is removed or changes its meaning.
 */
struct _CliJson
{
  CliReporter parent_instance;
  gint64 began;
};

G_DEFINE_FINAL_TYPE (CliJson, cli_json, CLI_TYPE_REPORTER)

/* JSON is UTF-8; what a file system holds need not be. */
static void
set_text (JsonObject *event, const char *member, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  json_object_set_string_member (event, member, valid);
}

static JsonObject *
event_new (CliReporter *reporter, const char *name)
{
  CliJson *self = CLI_JSON (reporter);
  JsonObject *event = json_object_new ();
  double seconds = (double) (g_get_monotonic_time () - self->began) / G_USEC_PER_SEC;

  json_object_set_string_member (event, "event", name);
  json_object_set_double_member (event, "time", seconds);
  return event;
}

static JsonObject *
scene_event_new (CliReporter *reporter, const char *name, RushesScene *scene)
{
  JsonObject *event = event_new (reporter, name);

  json_object_set_int_member (event, "scene", cli_reporter_get_position (reporter, scene));
  set_text (event, "name", rushes_scene_get_name (scene));
  return event;
}

static void
add_error (JsonObject *event, const GError *error)
{
  gboolean known = error->domain == RUSHES_ERROR;

  json_object_set_string_member (
      event, "cause", known ? rushes_enum_nick (RUSHES_TYPE_ERROR, error->code) : "unknown");
  set_text (event, "message", error->message);
  if (known)
    json_object_set_string_member (event, "advice", rushes_error_get_advice (error->code));
}

/* A reader of a pipe wants each line now. */
static void
event_print (JsonObject *event)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), event);
  g_autofree char *line = json_to_string (node, FALSE);

  puts (line);
  fflush (stdout);
  json_object_unref (event);
}

static void
cli_json_queued (CliReporter *reporter, RushesScene *scene)
{
  JsonObject *event = scene_event_new (reporter, "queued", scene);

  set_text (event, "path", rushes_scene_get_path (scene));
  set_text (event, "folder", rushes_scene_get_folder (scene));
  event_print (event);
}

static void
cli_json_client_changed (CliReporter *reporter, RushesClient *client)
{
  JsonObject *event = event_new (reporter, "client");
  RushesClientState state = rushes_client_get_state (client);
  const char *version = rushes_client_get_blender_version (client);
  const char *log = rushes_client_get_log_path (client);

  json_object_set_int_member (event, "client", rushes_client_get_number (client));
  json_object_set_string_member (event, "state",
                                 rushes_enum_nick (RUSHES_TYPE_CLIENT_STATE, (int) state));
  if (rushes_client_get_pid (client) > 0)
    json_object_set_int_member (event, "pid", rushes_client_get_pid (client));
  if (version != NULL)
    set_text (event, "blender", version);
  if (log != NULL)
    set_text (event, "log", log);
  if (rushes_client_get_node (client) != NULL)
    set_text (event, "node", rushes_client_get_node (client));
  if (rushes_client_get_situation (client) != NULL)
    set_text (event, "situation", rushes_client_get_situation (client));
  if (state == RUSHES_CLIENT_DEAD)
    add_error (event, rushes_client_get_cause (client));
  event_print (event);
}

static void
cli_json_frame_ended (CliReporter *reporter,
                      RushesScene *scene,
                      guint frame,
                      guint client,
                      double seconds,
                      const GError *error,
                      gboolean final)
{
  JsonObject *event = scene_event_new (reporter, "frame", scene);

  json_object_set_int_member (event, "frame", frame);
  json_object_set_int_member (event, "client", client);
  json_object_set_double_member (event, "seconds", seconds);
  json_object_set_string_member (event, "state",
                                 error == NULL ? "done"
                                 : final       ? "failed"
                                               : "retry");
  if (error != NULL)
    {
      RushesFrames *frames = rushes_scene_get_frames (scene);
      const RushesFailure *failure =
          frames != NULL ? rushes_frames_find_failure (frames, frame) : NULL;

      add_error (event, error);
      if (failure != NULL && failure->evidence != NULL)
        json_object_set_string_member (event, "evidence", failure->evidence);
    }
  event_print (event);
}

static void
add_counts (JsonObject *event, RushesScene *scene)
{
  json_object_set_int_member (event, "frames", rushes_scene_get_n_frames (scene));
  json_object_set_int_member (event, "done", rushes_scene_get_n_done (scene));
  json_object_set_int_member (event, "failed", rushes_scene_get_n_failed (scene));
  json_object_set_int_member (event, "kept", rushes_scene_get_n_kept (scene));
}

/* Frames that show nothing though others do, written as for --frames. */
static void
add_blanks (JsonObject *event, RushesScene *scene)
{
  const RushesBlank kinds[] = { RUSHES_BLANK_BLACK, RUSHES_BLANK_TRANSPARENT };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (RushesFrameRange) range =
          rushes_blanks_get_suspicious (rushes_scene_get_blanks (scene), kinds[i]);
      g_autofree char *text = range != NULL ? rushes_frame_range_to_string (range) : NULL;

      if (text != NULL)
        json_object_set_string_member (event, rushes_enum_nick (RUSHES_TYPE_BLANK, (int) kinds[i]),
                                       text);
    }
}

static void
cli_json_scene_changed (CliReporter *reporter, RushesScene *scene)
{
  RushesSceneState state = rushes_scene_get_state (scene);

  if (state == RUSHES_SCENE_RENDERING)
    {
      JsonObject *event = scene_event_new (reporter, "started", scene);

      add_counts (event, scene);
      rushes_info_to_json (rushes_scene_get_info (scene), event);
      event_print (event);
    }
  else if (rushes_scene_is_ended (scene))
    {
      JsonObject *event = scene_event_new (reporter, "scene", scene);

      json_object_set_string_member (event, "state",
                                     rushes_enum_nick (RUSHES_TYPE_SCENE_STATE, (int) state));
      add_counts (event, scene);
      json_object_set_double_member (event, "seconds", rushes_scene_get_seconds (scene));
      add_blanks (event, scene);
      if (rushes_scene_get_error (scene) != NULL)
        add_error (event, rushes_scene_get_error (scene));
      event_print (event);
    }
}

static void
cli_json_progress (CliReporter *reporter, RushesScene *scene)
{
  JsonObject *event;
  double left;

  if (rushes_scene_get_state (scene) != RUSHES_SCENE_RENDERING)
    return;

  event = scene_event_new (reporter, "progress", scene);
  left = rushes_scene_get_seconds_left (scene);
  json_object_set_double_member (event, "fraction", rushes_scene_get_progress (scene));
  add_counts (event, scene);
  if (left >= 0)
    json_object_set_double_member (event, "seconds_left", left);
  event_print (event);
}

static void
cli_json_message (CliReporter *reporter, RushesScene *scene, const char *text)
{
  JsonObject *event = scene != NULL ? scene_event_new (reporter, "message", scene)
                                    : event_new (reporter, "message");

  set_text (event, "message", text);
  event_print (event);
}

static void
cli_json_finished (CliReporter *reporter, int exit_code)
{
  JsonObject *event = event_new (reporter, "summary");
  CliTotals totals = cli_reporter_count (reporter);

  json_object_set_int_member (event, "scenes",
                              g_list_model_get_n_items (cli_reporter_get_scenes (reporter)));
  json_object_set_int_member (event, "scenes_failed", totals.scenes_failed);
  json_object_set_int_member (event, "frames", totals.frames);
  json_object_set_int_member (event, "done", totals.done);
  json_object_set_int_member (event, "failed", totals.failed);
  json_object_set_int_member (event, "kept", totals.kept);
  json_object_set_int_member (event, "exit_code", exit_code);
  event_print (event);
}

static void
cli_json_class_init (CliJsonClass *klass)
{
  CliReporterClass *reporter_class = CLI_REPORTER_CLASS (klass);

  reporter_class->queued = cli_json_queued;
  reporter_class->client_changed = cli_json_client_changed;
  reporter_class->frame_ended = cli_json_frame_ended;
  reporter_class->scene_changed = cli_json_scene_changed;
  reporter_class->progress = cli_json_progress;
  reporter_class->message = cli_json_message;
  reporter_class->finished = cli_json_finished;
}

static void
cli_json_init (CliJson *self)
{
  self->began = g_get_monotonic_time ();
}
