/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Drives the real application through what a long queue puts a window through, and
 * measures each turn of its main loop: from the return of one poll to the next one.
 * Run by run_window.py, which makes a desktop for it; prints a line of JSON a phase. */

#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include <glib/gi18n.h>

#include "rushes-application.h"
#include "rushes-queue-view.h"
#include "rushes-scene.h"
#include "rushes-setting-row.h"
#include "rushes-window.h"

/* As often as a screen shows something new. */
#define TICK_MS 16

/* ---- Turns of the main loop ------------------------------------------ */

/* Buckets of 5 %, from a microsecond on: small, and exact enough for percentiles. */
#define GROWTH    1.05
#define N_BUCKETS 400

/* What people see, in milliseconds: the last one has no end. */
static const double bounds[] = { 1, 2, 4, 8, 16, 33, 50, 100, 250, 1000 };

typedef struct
{
  guint buckets[N_BUCKETS];
  guint coarse[G_N_ELEMENTS (bounds) + 1];
  guint n;
  double sum, max; /* in milliseconds */
} Histogram;

static void
add (Histogram *self, double ms)
{
  double bucket = ms > 0.001 ? log (ms / 0.001) / log (GROWTH) : 0;
  guint i = 0;

  while (i < G_N_ELEMENTS (bounds) && ms >= bounds[i])
    i++;
  self->coarse[i]++;
  self->buckets[MIN ((guint) bucket, N_BUCKETS - 1)]++;
  self->n++;
  self->sum += ms;
  self->max = MAX (self->max, ms);
}

/* An upper bound of it. */
static double
get_percentile (const Histogram *self, double share)
{
  double passed = 0;

  for (guint i = 0; i < N_BUCKETS; i++)
    {
      passed += self->buckets[i];
      if (passed >= share * self->n)
        return MIN (0.001 * pow (GROWTH, i + 1), self->max);
    }
  return self->max;
}

static void
print (const Histogram *self, const char *name)
{
  g_print (",\"%s\":{\"max\":%.3f,\"p999\":%.3f,\"p99\":%.3f,\"mean\":%.4f,\"histogram\":[", name,
           self->max, get_percentile (self, 0.999), get_percentile (self, 0.99),
           self->n > 0 ? self->sum / self->n : 0);
  for (guint i = 0; i < G_N_ELEMENTS (self->coarse); i++)
    g_print ("%s%u", i > 0 ? "," : "", self->coarse[i]);
  g_print ("]}");
}

/* Of the phase that runs. */
static Histogram wall, cpu;

static double
read_clock (clockid_t clock)
{
  struct timespec time;

  clock_gettime (clock, &time);
  return (double) time.tv_sec * 1e3 + (double) time.tv_nsec / 1e6;
}

/* The main loop calls this to wait: all else that it does is between two calls. */
static int
poll_func (GPollFD *fds, guint n_fds, int timeout)
{
  static double wall_began, cpu_began;
  int result;

  if (wall_began > 0)
    {
      add (&wall, read_clock (CLOCK_MONOTONIC) - wall_began);
      add (&cpu, read_clock (CLOCK_THREAD_CPUTIME_ID) - cpu_began);
    }
  result = g_poll (fds, n_fds, timeout);
  wall_began = read_clock (CLOCK_MONOTONIC);
  cpu_began = read_clock (CLOCK_THREAD_CPUTIME_ID);
  return result;
}

/* ---- The window ------------------------------------------------------ */

static const char *folder; /* of the scenes */
static guint n_scenes;     /* that are in it */
static RushesApplication *application;
static RushesManager *manager;
static RushesWindow *window;
static GtkWidget *list;
static GtkSelectionModel *selection;
static guint n_reports;

/* Depth first: the first of a type, with a value of a property if @property is given. */
static GtkWidget *
find_widget (GtkWidget *widget, GType type, const char *property, const char *value)
{
  GtkWidget *found = NULL;

  if (g_type_is_a (G_OBJECT_TYPE (widget), type))
    {
      g_autofree char *text = NULL;

      if (property != NULL)
        g_object_get (widget, property, &text, NULL);
      if (g_strcmp0 (text, value) == 0)
        return widget;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_widget (child, type, property, value);
  return found;
}

static guint
count_scenes (void)
{
  return g_list_model_get_n_items (G_LIST_MODEL (rushes_manager_get_queue (manager)));
}

static guint64
count_frames (void)
{
  return rushes_manager_get_totals (manager)->done;
}

static void
select_only (guint first, guint n)
{
  g_autoptr (GtkBitset) all = gtk_bitset_new_range (0, count_scenes ());
  g_autoptr (GtkBitset) chosen = gtk_bitset_new_range (first, n);

  gtk_selection_model_set_selection (selection, chosen, all);
}

static void
scene_changed_cb (RushesQueue *queue, RushesScene *scene, GParamSpec *pspec)
{
  n_reports += g_str_equal (pspec->name, "report");
}

/* ---- Phases ---------------------------------------------------------- */

typedef struct
{
  const char *name;
  double seconds; /* at least */
  void (*begin) (void);
  gboolean (*step) (void); /* (nullable): every tick; whether it may end */
} Phase;

static void
begin_adding (void)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_add (files, g_file_new_for_path (folder));
  rushes_window_add_files (window, files);
}

static gboolean
step_adding (void)
{
  return count_scenes () == n_scenes;
}

static gboolean
step_inspecting (void)
{
  return n_reports >= n_scenes;
}

static void
begin_selecting_all (void)
{
  gtk_widget_activate_action (list, "list.select-all", NULL);
}

/* One setting of all scenes: every line of the queue's file is another one then. */
static void
begin_editing_all (void)
{
  GtkWidget *row = find_widget (GTK_WIDGET (window), RUSHES_TYPE_SETTING_ROW, "title", "Samples");
  GtkWidget *entry = find_widget (row, GTK_TYPE_ENTRY, NULL, NULL);

  gtk_editable_set_text (GTK_EDITABLE (entry), "64");
}

static void
begin_rendering (void)
{
  select_only (0, 1);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.toggle", NULL);
}

/* As fast as a wheel turns: three rows or so each time. */
static gboolean
step_scrolling (void)
{
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (list));
  static double direction = 1;
  double before = gtk_adjustment_get_value (adjustment);

  gtk_adjustment_set_value (adjustment, before + direction * 200);
  if (gtk_adjustment_get_value (adjustment) == before)
    direction = -direction;
  return TRUE;
}

/* Jumps to where no row was shown before, and back. */
static gboolean
step_jumping (void)
{
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (list));
  static guint n;

  if (n++ % 8 == 0)
    gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment) *
                                              (double) (n * 2654435761u) / G_MAXUINT);
  return TRUE;
}

/* As with the arrow key held down. */
static gboolean
step_selecting (void)
{
  static guint position, n;

  if (n++ % 2 == 0)
    {
      gtk_selection_model_select_item (selection, position, TRUE);
      gtk_widget_activate_action (list, "list.scroll-to-item", "u", position);
      position = (position + 1) % count_scenes ();
    }
  return TRUE;
}

static void
begin_watching (void)
{
  select_only (0, 1);
  gtk_widget_activate_action (list, "list.scroll-to-item", "u", 0);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.show-page", "s", "watch");
}

/* Whoever watches looks at one that is being rendered. */
static gboolean
step_watching (void)
{
  static guint n;

  if (n++ % 60 == 0)
    for (guint i = 0; i < count_scenes (); i++)
      {
        g_autoptr (RushesScene) scene =
            g_list_model_get_item (G_LIST_MODEL (rushes_manager_get_queue (manager)), i);

        if (rushes_scene_get_state (scene) == RUSHES_SCENE_RENDERING)
          {
            gtk_selection_model_select_item (selection, i, TRUE);
            gtk_widget_activate_action (list, "list.scroll-to-item", "u", i);
            break;
          }
      }
  return TRUE;
}

static void
begin_all_at_work (void)
{
  gtk_widget_activate_action (GTK_WIDGET (window), "win.show-page", "s", "settings");
  begin_selecting_all ();
}

/* Those that nobody renders yet, or there would be a question first. */
static void
begin_removing (void)
{
  select_only (n_scenes - n_scenes / 2, n_scenes / 2);
  gtk_widget_activate_action (list, "queue.remove", NULL);
}

static gboolean
step_removing (void)
{
  return count_scenes () == n_scenes - n_scenes / 2;
}

static void
begin_undoing (void)
{
  gtk_widget_activate_action (GTK_WIDGET (window), "win.undo", NULL);
}

static void
begin_toggling (void)
{
  gtk_widget_activate_action (GTK_WIDGET (window), "win.toggle", NULL);
}

static gboolean
step_pausing (void)
{
  return rushes_manager_get_state (manager) == RUSHES_MANAGER_IDLE;
}

static void
begin_nothing (void)
{
}

static const Phase phases[] = {
  { "adding", 0.5, begin_adding, step_adding },
  { "inspecting", 1, begin_nothing, step_inspecting },
  { "selecting all", 1, begin_selecting_all, NULL },
  { "editing all", 0.5, begin_editing_all, NULL },
  { "saving", 3, begin_nothing, NULL },
  { "rendering", 8, begin_rendering, NULL },
  { "scrolling", 5, begin_nothing, step_scrolling },
  { "jumping", 3, begin_nothing, step_jumping },
  { "selecting", 4, begin_nothing, step_selecting },
  { "watching", 5, begin_watching, step_watching },
  { "all selected, rendering", 3, begin_all_at_work, NULL },
  { "removing half", 2, begin_removing, step_removing },
  { "undoing that", 2, begin_undoing, step_adding },
  { "pausing", 0.5, begin_toggling, step_pausing },
  { "resuming", 2, begin_toggling, NULL },
};

static guint phase;
static double began; /* in milliseconds */
static guint64 frames_before;

/* Bytes; "VmHWM" is the peak. */
static guint64
read_memory (const char *name)
{
  g_autofree char *status = NULL;
  const char *line;

  g_file_get_contents ("/proc/self/status", &status, NULL, NULL);
  line = status != NULL ? strstr (status, name) : NULL;
  return line != NULL ? g_ascii_strtoull (line + strlen (name) + 1, NULL, 10) * 1024 : 0;
}

static void
report (void)
{
  double seconds = (read_clock (CLOCK_MONOTONIC) - began) / 1000;

  g_print ("{\"phase\":\"%s\",\"seconds\":%.2f,\"turns\":%u,\"frames\":%" G_GUINT64_FORMAT,
           phases[phase].name, seconds, wall.n, count_frames () - frames_before);
  print (&wall, "wall");
  print (&cpu, "cpu");
  g_print (",\"memory\":%" G_GUINT64_FORMAT ",\"peak\":%" G_GUINT64_FORMAT "}\n",
           read_memory ("VmRSS"), read_memory ("VmHWM"));
}

static void
begin_phase (void)
{
  wall = cpu = (Histogram){ 0 };
  began = read_clock (CLOCK_MONOTONIC);
  frames_before = count_frames ();
  phases[phase].begin ();
}

static gboolean
tick_cb (gpointer user_data)
{
  gboolean done = phases[phase].step == NULL || phases[phase].step ();

  if (!done || read_clock (CLOCK_MONOTONIC) - began < phases[phase].seconds * 1000)
    return G_SOURCE_CONTINUE;

  report ();
  if (++phase < G_N_ELEMENTS (phases))
    {
      begin_phase ();
      return G_SOURCE_CONTINUE;
    }
  g_action_group_activate_action (G_ACTION_GROUP (application), "stop-and-quit", NULL);
  return G_SOURCE_REMOVE;
}

/* The window is there and has been drawn. */
static gboolean
ready_cb (gpointer user_data)
{
  window = RUSHES_WINDOW (gtk_application_get_active_window (GTK_APPLICATION (application)));
  manager = rushes_application_get_manager (application);
  list = find_widget (find_widget (GTK_WIDGET (window), RUSHES_TYPE_QUEUE_VIEW, NULL, NULL),
                      GTK_TYPE_LIST_VIEW, NULL, NULL);
  selection = gtk_list_view_get_model (GTK_LIST_VIEW (list));
  g_signal_connect (rushes_manager_get_queue (manager), "scene-changed",
                    G_CALLBACK (scene_changed_cb), NULL);
  g_print ("{\"bounds\":[");
  for (guint i = 0; i < G_N_ELEMENTS (bounds); i++)
    g_print ("%s%g", i > 0 ? "," : "", bounds[i]);
  g_print ("],\"width\":%d,\"height\":%d,\"memory\":%" G_GUINT64_FORMAT "}\n",
           gtk_widget_get_width (GTK_WIDGET (window)), gtk_widget_get_height (GTK_WIDGET (window)),
           read_memory ("VmRSS"));
  g_main_context_set_poll_func (NULL, poll_func);
  begin_phase ();
  g_timeout_add (TICK_MS, tick_cb, NULL);
  return G_SOURCE_REMOVE;
}

static void
activate_cb (void)
{
  g_timeout_add (1000, ready_cb, NULL);
}

int
main (int argc, char **argv)
{
  char *own[] = { argv[0], NULL };

  if (argc != 3)
    {
      g_printerr ("Usage: window-bench FOLDER N-SCENES\n");
      return 2;
    }
  folder = argv[1];
  n_scenes = (guint) atoi (argv[2]);
  application = rushes_application_new ();
  g_signal_connect_after (application, "activate", G_CALLBACK (activate_cb), NULL);
  return g_application_run (G_APPLICATION (application), 1, own);
}
