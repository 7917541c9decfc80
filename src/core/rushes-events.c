/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "rushes-events.h"
#include "rushes-json.h"

/* What a person reads of it: the last lines, none of them a novel. */
#define LOG_LINES      200
#define LOG_CHARACTERS 1000

/* What no run of ours has. */
#define MAX_SCENES     100000
#define MAX_NAME_BYTES 1024

/* Before, it is more a guess than an estimate. */
#define LEAST_SECONDS  5
#define LEAST_PROGRESS 0.01

typedef struct
{
  char *name; /* (owned) */
  guint frames;
  guint done;
  guint failed;
  double fraction;     /* 0 to 1 */
  double seconds_left; /* negative: not known */
  gboolean ended;
  gboolean broken; /* it failed as a whole */
} Scene;

struct _RushesEvents
{
  GString *rest;     /* (owned): of a line that is not whole yet */
  gboolean too_long; /* what comes belongs to a line that is passed over */
  GArray *scenes;    /* (owned) (element-type Scene) */
  GQueue log;        /* (owned) (element-type utf8): what went not as it should */
  int exit_code;
  double time;       /* of the last event, in seconds since the run's start */
  double began;      /* when the first frames were known, or negative */
  double began_with; /* the progress there was then */
};

static void
scene_clear (gpointer data)
{
  g_free (((Scene *) data)->name);
}

/* ---- Numbers --------------------------------------------------------- */

static guint
get_uint (JsonObject *event, const char *name)
{
  return (guint) CLAMP (rushes_json_get_int (event, name, 0), 0, G_MAXUINT);
}

static double
get_double (JsonObject *event, const char *name, double fallback)
{
  JsonNode *node = rushes_json_get_value (event, name);
  GType type = node != NULL ? json_node_get_value_type (node) : G_TYPE_INVALID;
  double value = type == G_TYPE_DOUBLE || type == G_TYPE_INT64 ? json_node_get_double (node) : NAN;

  return isfinite (value) ? value : fallback;
}

static const char *
get_text (JsonObject *event, const char *name)
{
  const char *text = rushes_json_get_string (event, name);

  return text != NULL ? text : "";
}

/* Scenes of which nothing is known yet count like the others. */
static double
get_progress (RushesEvents *self)
{
  double known = 0, frames = 0, sum = 0, mean;

  if (self->scenes->len == 0)
    return 0;
  for (guint i = 0; i < self->scenes->len; i++)
    {
      const Scene *scene = &g_array_index (self->scenes, Scene, i);

      known += scene->frames > 0;
      frames += scene->frames;
    }
  mean = known > 0 ? frames / known : 1;
  for (guint i = 0; i < self->scenes->len; i++)
    {
      const Scene *scene = &g_array_index (self->scenes, Scene, i);

      sum += scene->fraction * (scene->frames > 0 ? scene->frames : mean);
    }
  return MIN (sum / (mean * self->scenes->len), 1);
}

static double
get_seconds_left (RushesEvents *self, double progress)
{
  const Scene *open = NULL;
  double passed = self->time - self->began, made = progress - self->began_with;
  guint n_open = 0;

  for (guint i = 0; i < self->scenes->len; i++)
    {
      const Scene *scene = &g_array_index (self->scenes, Scene, i);

      if (!scene->ended)
        {
          open = scene;
          n_open++;
        }
    }
  if (n_open == 0)
    return self->scenes->len > 0 ? 0 : -1;
  /* The run itself knows best, but speaks of each scene as if it was alone. */
  if (n_open == 1)
    return open->seconds_left;
  if (self->began < 0 || passed < LEAST_SECONDS || made < LEAST_PROGRESS)
    return -1;
  return passed * (1 - progress) / made;
}

/* ---- Words ----------------------------------------------------------- */

static char *
describe_frame (JsonObject *event)
{
  const char *name = get_text (event, "name");
  const char *state = get_text (event, "state");
  guint frame = get_uint (event, "frame"), client = get_uint (event, "client");

  if (g_str_equal (state, "done"))
    return g_strdup_printf (_ ("%s: frame %u done in %.1f s by client %u"), name, frame,
                            get_double (event, "seconds", 0), client);
  return g_strdup_printf (g_str_equal (state, "failed")
                              ? _ ("%s: frame %u failed on client %u: %s; given up")
                              : _ ("%s: frame %u failed on client %u: %s; will try again"),
                          name, frame, client, get_text (event, "message"));
}

static char *
describe (JsonObject *event)
{
  const char *kind = get_text (event, "event");
  const char *name = get_text (event, "name");
  const char *message = get_text (event, "message");

  if (g_str_equal (kind, "frame"))
    return describe_frame (event);
  if (g_str_equal (kind, "message") ||
      (g_str_equal (kind, "scene") && g_str_equal (get_text (event, "state"), "failed")))
    return g_strdup_printf ("%s%s%s", name, *name != '\0' ? ": " : "", message);
  if (g_str_equal (kind, "summary"))
    {
      guint frames = get_uint (event, "frames");

      return g_strdup_printf (ngettext ("%u of %u frame done", "%u of %u frames done", frames),
                              get_uint (event, "done"), frames);
    }
  return NULL;
}

static void
note (RushesEvents *self, JsonObject *event)
{
  char *text = describe (event);

  if (text == NULL)
    return;
  if (g_utf8_strlen (text, -1) > LOG_CHARACTERS)
    *g_utf8_offset_to_pointer (text, LOG_CHARACTERS) = '\0';
  g_queue_push_tail (&self->log, text);
  if (g_queue_get_length (&self->log) > LOG_LINES)
    g_free (g_queue_pop_head (&self->log));
}

/* ---- Events ---------------------------------------------------------- */

static void
take_queued (RushesEvents *self, JsonObject *event)
{
  gint64 position = rushes_json_get_int (event, "scene", -1);
  const char *name = get_text (event, "name");
  Scene scene = { .seconds_left = -1 };

  /* A run that was sent back to the queue begins anew. */
  if (position == 0)
    {
      g_array_set_size (self->scenes, 0);
      self->began = -1;
    }
  if (position != self->scenes->len || position >= MAX_SCENES || strlen (name) > MAX_NAME_BYTES)
    return;
  g_array_append_val (self->scenes, scene);
  g_array_index (self->scenes, Scene, position).name = g_strdup (name);
}

static void
take_scene (RushesEvents *self, JsonObject *event, const char *kind)
{
  gint64 position = rushes_json_get_int (event, "scene", -1);
  Scene *scene;

  if (position < 0 || position >= self->scenes->len)
    return;
  scene = &g_array_index (self->scenes, Scene, position);
  scene->frames = get_uint (event, "frames");
  scene->done = MIN (get_uint (event, "done"), scene->frames);
  scene->failed = MIN (get_uint (event, "failed"), scene->frames - scene->done);
  scene->ended = g_str_equal (kind, "scene");
  scene->broken = scene->ended && g_str_equal (get_text (event, "state"), "failed");
  scene->fraction = scene->frames > 0 ? (double) scene->done / scene->frames : 0;
  scene->fraction = CLAMP (get_double (event, "fraction", scene->fraction), 0, 1);
  if (scene->ended && g_str_equal (get_text (event, "state"), "finished"))
    scene->fraction = 1;
  scene->seconds_left = MAX (get_double (event, "seconds_left", -1), -1);
  if (self->began < 0 && g_str_equal (kind, "started"))
    {
      self->began = self->time;
      self->began_with = get_progress (self);
    }
  if (scene->broken)
    note (self, event);
}

static void
take_event (RushesEvents *self, JsonObject *event)
{
  const char *kind = get_text (event, "event");

  self->time = MAX (get_double (event, "time", self->time), 0);
  self->exit_code = RUSHES_EVENTS_NO_END;
  if (g_str_equal (kind, "queued"))
    take_queued (self, event);
  else if (g_str_equal (kind, "started") || g_str_equal (kind, "progress") ||
           g_str_equal (kind, "scene"))
    take_scene (self, event, kind);
  else if (g_str_equal (kind, "message") ||
           (g_str_equal (kind, "frame") && !g_str_equal (get_text (event, "state"), "done")))
    note (self, event);
  else if (g_str_equal (kind, "summary"))
    {
      self->exit_code = (int) CLAMP (rushes_json_get_int (event, "exit_code", 1), 0, 255);
      note (self, event);
    }
}

static JsonNode *
parse_line (const char *line, gsize size)
{
  g_autoptr (JsonNode) node = NULL;

  if (!g_utf8_validate_len (line, size, NULL) || !rushes_json_is_flat (line, size) ||
      !rushes_json_is_sound (line, size))
    return NULL;
  node = json_from_string (line, NULL);
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? g_steal_pointer (&node) : NULL;
}

static void
end_line (RushesEvents *self, GPtrArray *lines)
{
  g_autoptr (JsonNode) node = NULL;

  if (!self->too_long)
    node = parse_line (self->rest->str, self->rest->len);
  if (node != NULL)
    {
      take_event (self, json_node_get_object (node));
      if (lines != NULL)
        g_ptr_array_add (lines, g_strdup (self->rest->str));
    }
  g_string_truncate (self->rest, 0);
  self->too_long = FALSE;
}

/**
 * rushes_events_feed:
 * @self: what is known so far
 * @data: (array length=size): what follows, cut anywhere
 * @size: its length in bytes
 * @lines: (nullable) (element-type utf8): where the events among it are put, as
 *   they were written
 *
 * Learns from what a run has said.
 */
void
rushes_events_feed (RushesEvents *self, const char *data, gsize size, GPtrArray *lines)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (data != NULL || size == 0);

  while (size > 0)
    {
      const char *stop = memchr (data, '\n', size);
      gsize length = stop != NULL ? (gsize) (stop - data) : size;

      if (self->rest->len + length > RUSHES_EVENTS_MAX_LINE)
        {
          self->too_long = TRUE;
          g_string_truncate (self->rest, 0);
        }
      if (!self->too_long)
        g_string_append_len (self->rest, data, (gssize) length);
      if (stop == NULL)
        return;
      end_line (self, lines);
      data += length + 1;
      size -= length + 1;
    }
}

/**
 * rushes_events_get_totals:
 * @self: what is known so far
 * @totals: (out caller-allocates): what that comes to
 */
void
rushes_events_get_totals (RushesEvents *self, RushesEventsTotals *totals)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (totals != NULL);

  *totals = (RushesEventsTotals){ .scenes = self->scenes->len, .exit_code = self->exit_code };
  for (guint i = 0; i < self->scenes->len; i++)
    {
      const Scene *scene = &g_array_index (self->scenes, Scene, i);

      totals->scenes_failed += scene->broken;
      totals->frames += scene->frames;
      totals->done += scene->done;
      totals->failed += scene->failed;
    }
  totals->progress = get_progress (self);
  totals->seconds_left = get_seconds_left (self, totals->progress);
}

/**
 * rushes_events_list_names:
 * @self: what is known so far
 *
 * Returns: (transfer full): the names of the scenes
 */
char **
rushes_events_list_names (RushesEvents *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_return_val_if_fail (self != NULL, NULL);

  for (guint i = 0; i < self->scenes->len; i++)
    g_strv_builder_add (builder, g_array_index (self->scenes, Scene, i).name);
  return g_strv_builder_end (builder);
}

/**
 * rushes_events_get_log:
 * @self: what is known so far
 *
 * Returns: (transfer full): what a person may want to read of it, the last lines;
 *   frames that are simply done are not among them
 */
char *
rushes_events_get_log (RushesEvents *self)
{
  GString *text = g_string_new (NULL);

  g_return_val_if_fail (self != NULL, NULL);

  for (GList *link = self->log.head; link != NULL; link = link->next)
    g_string_append_printf (text, "%s\n", (const char *) link->data);
  return g_string_free (text, FALSE);
}

/**
 * rushes_events_describe:
 * @line: an event as it was written
 *
 * Returns: (transfer full) (nullable): that in words; %NULL if it is nothing that
 *   a person waits for
 */
char *
rushes_events_describe (const char *line)
{
  g_autoptr (JsonNode) node = NULL;

  g_return_val_if_fail (line != NULL, NULL);

  node = parse_line (line, strlen (line));
  return node != NULL ? describe (json_node_get_object (node)) : NULL;
}

/**
 * rushes_events_new:
 *
 * Returns: (transfer full): nothing known yet
 */
RushesEvents *
rushes_events_new (void)
{
  RushesEvents *self = g_new0 (RushesEvents, 1);

  self->rest = g_string_new (NULL);
  self->scenes = g_array_new (FALSE, FALSE, sizeof (Scene));
  g_array_set_clear_func (self->scenes, scene_clear);
  rushes_events_reset (self);
  return self;
}

/**
 * rushes_events_reset:
 * @self: what is known so far
 *
 * Forgets it.
 */
void
rushes_events_reset (RushesEvents *self)
{
  g_return_if_fail (self != NULL);

  g_string_truncate (self->rest, 0);
  self->too_long = FALSE;
  g_array_set_size (self->scenes, 0);
  g_queue_clear_full (&self->log, g_free);
  self->exit_code = RUSHES_EVENTS_NO_END;
  self->time = 0;
  self->began = -1;
  self->began_with = 0;
}

void
rushes_events_free (RushesEvents *self)
{
  g_queue_clear_full (&self->log, g_free);
  g_string_free (self->rest, TRUE);
  g_array_unref (self->scenes);
  g_free (self);
}
