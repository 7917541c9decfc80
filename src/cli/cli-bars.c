/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "cli-reporter.h"
#include "cli.h"

#define REDRAW_MS     100
#define NAME_WIDTH    20
#define FACTS_WIDTH   30
#define MIN_BAR_WIDTH 8

/* A terminal narrower than this does with shorter names and fewer facts. */
#define NARROW 60

/**
 * CliBars:
 *
 * One bar for each scene at work and one for all, redrawn in place at the
 * bottom of a terminal. What has ended becomes a line of its own above them
 * and scrolls away.
 */
struct _CliBars
{
  CliReporter parent_instance;
  GPtrArray *active; /* (owned) (element-type RushesScene): in order of start */
  GArray *drawn;     /* (owned) (element-type guint): widths of the lines on screen */
  guint redraw_id;
  guint tick_id; /* the time left goes on when nothing else does */
  gboolean unicode;
};

G_DEFINE_FINAL_TYPE (CliBars, cli_bars, CLI_TYPE_REPORTER)

static void
get_terminal_size (guint *columns, guint *rows)
{
  struct winsize size = { 0 };

  ioctl (STDOUT_FILENO, TIOCGWINSZ, &size);
  *columns = size.ws_col > 0 ? size.ws_col : 80;
  *rows = size.ws_row > 0 ? size.ws_row : 24;
}

/* Moves to the first line that we drew. A terminal that became narrower has
 * folded our lines meanwhile. */
static void
erase (CliBars *self)
{
  guint columns, rows;
  guint up = 0;

  get_terminal_size (&columns, &rows);
  for (guint i = 0; i < self->drawn->len; i++)
    up += MAX ((g_array_index (self->drawn, guint, i) + columns - 1) / columns, 1);
  if (up > 0)
    printf ("\033[%uA\r\033[J", up);
  g_array_set_size (self->drawn, 0);
}

static void
draw_line (CliBars *self, const char *line)
{
  guint width = cli_display_width (line);

  g_print ("%s\n", line);
  g_array_append_val (self->drawn, width);
}

/* The first part of @text that fits, marked where it was cut. */
static char *
fit (CliBars *self, const char *text, guint width)
{
  const char *mark = self->unicode ? "…" : "~";
  GString *fitted = g_string_new (NULL);
  guint used = 0;

  if (cli_display_width (text) <= width)
    {
      g_string_append (fitted, text);
      used = cli_display_width (text);
    }
  else
    {
      for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
        {
          gunichar c = g_utf8_get_char (p);
          guint cell = g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;

          if (used + cell + 1 > width)
            break;
          g_string_append_unichar (fitted, c);
          used += cell;
        }
      g_string_append (fitted, mark);
      used++;
    }
  for (; used < width; used++)
    g_string_append_c (fitted, ' ');

  return g_string_free (fitted, FALSE);
}

static char *
make_bar (CliBars *self, double progress, guint width)
{
  static const char *const eighths[] = { " ", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
  GString *bar = g_string_new (NULL);
  guint parts = (guint) floor (CLAMP (progress, 0, 1) * width * 8);

  for (guint i = 0; i < width; i++, parts -= MIN (parts, 8))
    {
      if (!self->unicode)
        g_string_append_c (bar, parts >= 4 ? '#' : '.');
      else if (parts >= 8)
        g_string_append (bar, "█");
      else
        g_string_append (bar, eighths[parts]);
    }

  return g_string_free (bar, FALSE);
}

static void
draw_bar (CliBars *self,
          const char *name,
          double progress,
          guint done,
          guint total,
          double rate,
          double left)
{
  g_autoptr (GString) facts = g_string_new (NULL);
  g_autofree char *fitted = NULL;
  g_autofree char *bar = NULL;
  g_autofree char *line = NULL;
  guint columns, rows, name_width, used, width;
  gboolean narrow;

  get_terminal_size (&columns, &rows);
  narrow = columns < NARROW;
  name_width = narrow ? NAME_WIDTH / 2 : NAME_WIDTH;
  if (total > 0)
    g_string_append_printf (facts, " %u/%u", done, total);
  if (rate > 0 && !narrow)
    {
      g_string_append_c (facts, ' ');
      g_string_append_printf (facts, _ ("%.0f/min"), rate * 60);
    }
  if (left >= 0)
    {
      g_autofree char *time = cli_format_duration (left);

      g_string_append_c (facts, ' ');
      g_string_append_printf (facts, _ ("%s left"), time);
    }

  /* One column stays free: some terminals fold a line that fills the last. */
  used = name_width + 1 + 2 + (narrow ? FACTS_WIDTH * 2 / 3 : FACTS_WIDTH) + 1;
  width = columns > used + MIN_BAR_WIDTH ? columns - used : MIN_BAR_WIDTH;
  fitted = fit (self, name, name_width);
  bar = make_bar (self, progress, width);
  {
    g_autofree char *whole =
        g_strdup_printf (self->unicode ? "%s ▕%s▏%s" : "%s [%s]%s", fitted, bar, facts->str);

    line = fit (self, whole, columns - 1);
  }
  draw_line (self, g_strchomp (line));
}

static void
draw (CliBars *self)
{
  CliReporter *reporter = CLI_REPORTER (self);
  RushesPool *pool = cli_reporter_get_pool (reporter);
  guint n_scenes = g_list_model_get_n_items (cli_reporter_get_scenes (reporter));
  CliTotals totals = cli_reporter_count (reporter);
  g_autofree char *all = NULL;
  guint columns, rows, shown;

  get_terminal_size (&columns, &rows);
  shown = MIN (self->active->len, rows > 4 ? rows - 4 : 1);
  for (guint i = 0; i < shown; i++)
    {
      RushesScene *scene = g_ptr_array_index (self->active, i);
      g_autofree char *name = cli_display (rushes_scene_get_name (scene));

      draw_bar (self, name, rushes_scene_get_progress (scene), rushes_scene_get_n_done (scene),
                rushes_scene_get_n_frames (scene), 0, rushes_scene_get_seconds_left (scene));
    }
  if (shown < self->active->len)
    {
      g_autofree char *more = g_strdup_printf (_ ("and %u more"), self->active->len - shown);

      draw_line (self, more);
    }

  all = g_strdup_printf (ngettext ("%u of %u scene", "%u of %u scenes", n_scenes),
                         totals.scenes_ended, n_scenes);
  draw_bar (self, all, totals.progress, totals.done, totals.frames, rushes_pool_get_rate (pool),
            rushes_pool_get_seconds_left (pool));
  fflush (stdout);
}

static gboolean
redraw_cb (gpointer user_data)
{
  CliBars *self = user_data;

  self->redraw_id = 0;
  erase (self);
  draw (self);
  return G_SOURCE_REMOVE;
}

static gboolean
tick_cb (gpointer user_data)
{
  CliBars *self = user_data;

  if (self->redraw_id == 0)
    redraw_cb (self);
  return G_SOURCE_CONTINUE;
}

static void
queue_redraw (CliBars *self)
{
  if (self->redraw_id == 0)
    self->redraw_id = g_timeout_add (REDRAW_MS, redraw_cb, self);
}

/* A line that stays, above the bars. */
static void
print_line (CliBars *self, const char *line)
{
  erase (self);
  g_print ("%s\n", line);
  draw (self);
}

static void
cli_bars_message (CliReporter *reporter, RushesScene *scene, const char *text)
{
  g_autofree char *shown = cli_display (text);
  g_autofree char *line = NULL;

  if (scene != NULL)
    {
      g_autofree char *name = cli_display (rushes_scene_get_name (scene));

      line = g_strdup_printf ("%s: %s", name, shown);
    }
  else
    line = g_steal_pointer (&shown);
  print_line (CLI_BARS (reporter), line);
}

static void
cli_bars_queued (CliReporter *reporter, RushesScene *scene)
{
  CliBars *self = CLI_BARS (reporter);

  if (self->tick_id == 0)
    self->tick_id = g_timeout_add_seconds (1, tick_cb, self);
}

static void
cli_bars_frame_ended (CliReporter *reporter,
                      RushesScene *scene,
                      guint frame,
                      guint client,
                      double seconds,
                      const GError *error,
                      gboolean final)
{
  g_autofree char *text = NULL;

  if (error == NULL || !final)
    return;
  text = g_strdup_printf (_ ("frame %u failed: %s"), frame, error->message);
  cli_bars_message (reporter, scene, text);
}

static void
cli_bars_scene_changed (CliReporter *reporter, RushesScene *scene)
{
  CliBars *self = CLI_BARS (reporter);

  if (rushes_scene_is_ended (scene))
    {
      g_autofree char *line = cli_describe_end (scene);

      g_ptr_array_remove (self->active, scene);
      print_line (self, line);
    }
  else if (rushes_scene_get_state (scene) == RUSHES_SCENE_RENDERING)
    {
      g_ptr_array_add (self->active, g_object_ref (scene));
      queue_redraw (self);
    }
}

static void
cli_bars_progress (CliReporter *reporter, RushesScene *scene)
{
  queue_redraw (CLI_BARS (reporter));
}

static void
cli_bars_finished (CliReporter *reporter, int exit_code)
{
  CliBars *self = CLI_BARS (reporter);

  g_clear_handle_id (&self->redraw_id, g_source_remove);
  g_clear_handle_id (&self->tick_id, g_source_remove);
  erase (self);
  fflush (stdout);
}

static void
cli_bars_finalize (GObject *object)
{
  CliBars *self = CLI_BARS (object);

  g_clear_handle_id (&self->redraw_id, g_source_remove);
  g_clear_handle_id (&self->tick_id, g_source_remove);
  g_clear_pointer (&self->active, g_ptr_array_unref);
  g_clear_pointer (&self->drawn, g_array_unref);

  G_OBJECT_CLASS (cli_bars_parent_class)->finalize (object);
}

static void
cli_bars_class_init (CliBarsClass *klass)
{
  CliReporterClass *reporter_class = CLI_REPORTER_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = cli_bars_finalize;
  reporter_class->queued = cli_bars_queued;
  reporter_class->message = cli_bars_message;
  reporter_class->frame_ended = cli_bars_frame_ended;
  reporter_class->scene_changed = cli_bars_scene_changed;
  reporter_class->progress = cli_bars_progress;
  reporter_class->finished = cli_bars_finished;
}

static void
cli_bars_init (CliBars *self)
{
  self->active = g_ptr_array_new_with_free_func (g_object_unref);
  self->drawn = g_array_new (FALSE, FALSE, sizeof (guint));
  self->unicode = g_get_charset (NULL);
}
