/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include <glib/gi18n.h>

#include "rushes-accessible.h"
#include "rushes-error.h"
#include "rushes-log-view.h"
#include "rushes-thread.h"

/* The end of a log is what people look for; the rest is in the file. */
#define MAX_BYTES (64 * 1024)

/* What moves so soon after the user has touched something was moved by them. */
#define TOUCH_USEC G_USEC_PER_SEC

/* Near enough to the end of the text to follow it. */
#define NEAR_PIXELS 24

/* Failures past these are in the log. */
#define MAX_FAILURES 100

/**
 * RushesLogView:
 *
 * The logs of this session's clients, as they grow, below the failed frames of
 * a scene and why they failed.
 */
struct _RushesLogView
{
  AdwBin parent_instance;

  RushesManager *manager; /* (owned) (nullable) */
  RushesScene *scene;     /* (owned) (nullable) */
  GtkWidget *failures_revealer;
  GtkWidget *failures;
  GtkWidget *stack;
  GtkWidget *text;
  GtkWidget *scroller;
  GtkWidget *chooser;
  GPtrArray *paths;      /* (owned) (element-type filename): in the chooser's order */
  GFileMonitor *folder;  /* (owned) (nullable): tells of new logs */
  GFileMonitor *monitor; /* (owned) (nullable): of the log that is shown */
  char *path;            /* (owned) (nullable): of that log */
  guint n_failures;      /* that are listed */
  guint read_id;
  gboolean reading;
  gboolean following; /* the end of the log */
  gint64 touched;     /* when the user has scrolled last */
};

G_DEFINE_FINAL_TYPE (RushesLogView, rushes_log_view, ADW_TYPE_BIN)

/* ---- The text -------------------------------------------------------- */

static void read_later (RushesLogView *self);

/* From the first whole line on, and nothing that is no text. */
static char *
make_text (const char *data, gsize size, gboolean cut)
{
  const char *start = data;

  if (cut)
    {
      const char *newline = memchr (data, '\n', size);

      if (newline != NULL)
        start = newline + 1;
    }
  return g_utf8_make_valid (start, (gssize) (data + size - start));
}

/* Who has scrolled up wants to read there; who is at the end, what comes. The view
 * also moves by itself while text is laid out, and that says nothing. */
static void
scrolled_cb (RushesLogView *self, GtkAdjustment *adjustment)
{
  if (g_get_monotonic_time () < self->touched + TOUCH_USEC)
    self->following =
        gtk_adjustment_get_value (adjustment) + gtk_adjustment_get_page_size (adjustment) >=
        gtk_adjustment_get_upper (adjustment) - NEAR_PIXELS;
}

static void
grown_cb (RushesLogView *self, GtkAdjustment *adjustment)
{
  if (self->following)
    gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment));
}

static void
touched_cb (RushesLogView *self)
{
  self->touched = g_get_monotonic_time ();
}

static gboolean
wheel_cb (RushesLogView *self)
{
  touched_cb (self);
  return GDK_EVENT_PROPAGATE;
}

static void
watch_scrolling (RushesLogView *self)
{
  GtkScrolledWindow *scroller = GTK_SCROLLED_WINDOW (self->scroller);
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (scroller);
  GtkEventController *wheel =
      gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);

  gtk_event_controller_set_propagation_phase (wheel, GTK_PHASE_CAPTURE);
  g_signal_connect_object (wheel, "scroll", G_CALLBACK (wheel_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (self->scroller, wheel);
  /* Dragged by its scroll bar. */
  g_signal_connect_object (
      gtk_widget_get_first_child (gtk_scrolled_window_get_vscrollbar (scroller)), "change-value",
      G_CALLBACK (wheel_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->text, "move-cursor", G_CALLBACK (touched_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->text, "move-viewport", G_CALLBACK (touched_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (scrolled_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (adjustment, "changed", G_CALLBACK (grown_cb), self, G_CONNECT_SWAPPED);
  self->following = TRUE;
}

static void
show_text (RushesLogView *self, const char *text)
{
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->text)), text, -1);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), *text != '\0' ? "text" : "empty");
}

typedef struct
{
  char *path; /* (owned) */
  char *text; /* (owned) (nullable): none: nothing can be read */
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_free (reading->path);
  g_free (reading->text);
  g_free (reading);
}

static gboolean
read_thread (gpointer data, GCancellable *cancellable, GError **error)
{
  Reading *reading = data;
  g_autoptr (GFile) file = g_file_new_for_path (reading->path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, NULL);
  g_autofree char *bytes = g_malloc (MAX_BYTES);
  gsize size = 0;
  gboolean cut;

  if (stream == NULL)
    return TRUE;
  cut = g_seekable_seek (G_SEEKABLE (stream), -MAX_BYTES, G_SEEK_END, NULL, NULL);
  g_input_stream_read_all (G_INPUT_STREAM (stream), bytes, MAX_BYTES, &size, NULL, NULL);
  reading->text = make_text (bytes, size, cut);
  return TRUE;
}

static void
read_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  RushesLogView *self = RUSHES_LOG_VIEW (object);
  const Reading *reading = g_task_get_task_data (G_TASK (result));

  self->reading = FALSE;
  if (g_strcmp0 (reading->path, self->path) == 0)
    show_text (self, reading->text != NULL ? reading->text : "");
  else
    read_later (self);
}

static gboolean
read_idle_cb (gpointer user_data)
{
  RushesLogView *self = user_data;
  g_autoptr (GTask) task = NULL;
  Reading *reading;

  self->read_id = 0;
  if (self->path == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return G_SOURCE_REMOVE;
  self->reading = TRUE;
  task = g_task_new (self, NULL, read_cb, NULL);
  g_task_set_source_tag (task, read_idle_cb);
  reading = g_new0 (Reading, 1);
  reading->path = g_strdup (self->path);
  g_task_set_task_data (task, reading, reading_free);
  rushes_thread_run (task, read_thread);
  return G_SOURCE_REMOVE;
}

static void
read_later (RushesLogView *self)
{
  if (self->read_id == 0 && !self->reading)
    self->read_id = g_timeout_add (100, read_idle_cb, self);
}

static void
show_log (RushesLogView *self, const char *path)
{
  g_autoptr (GFile) file = NULL;

  if (g_strcmp0 (path, self->path) == 0)
    return;
  g_clear_object (&self->monitor);
  g_free (self->path);
  self->path = g_strdup (path);
  self->following = TRUE;
  if (path == NULL)
    {
      show_text (self, "");
      return;
    }
  file = g_file_new_for_path (path);
  self->monitor = g_file_monitor_file (file, G_FILE_MONITOR_NONE, NULL, NULL);
  if (self->monitor != NULL)
    {
      g_file_monitor_set_rate_limit (self->monitor, 500);
      g_signal_connect_object (self->monitor, "changed", G_CALLBACK (read_later), self,
                               G_CONNECT_SWAPPED);
    }
  read_later (self);
}

/* ---- Which log ------------------------------------------------------- */

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  g_autofree char *left = g_utf8_collate_key_for_filename (*(const char *const *) a, -1);
  g_autofree char *right = g_utf8_collate_key_for_filename (*(const char *const *) b, -1);

  return strcmp (left, right);
}

/* "client-3.log" is the log of "Blender 3"; 0 looks into scenes. */
static char *
name_log (const char *path)
{
  g_autofree char *name = g_path_get_basename (path);
  guint64 number = 0;

  if (g_str_has_prefix (name, "client-"))
    number = g_ascii_strtoull (name + strlen ("client-"), NULL, 10);
  if (number == 0)
    return g_strdup (_ ("Inspection"));
  return g_strdup_printf (_ ("Blender %u"), (guint) number);
}

static void
list_logs (RushesLogView *self)
{
  const char *folder = rushes_manager_get_log_dir (self->manager);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  guint selected = 0;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".log"))
      g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (paths, compare_paths);
  if (self->paths->len == paths->len && paths->len > 0)
    return;

  for (guint i = 0; i < paths->len; i++)
    {
      g_autofree char *label = name_log (g_ptr_array_index (paths, i));

      gtk_string_list_append (names, label);
      if (g_strcmp0 (g_ptr_array_index (paths, i), self->path) == 0)
        selected = i;
    }
  /* Of those that render, the first is as good as any. */
  if (self->path == NULL || (selected == 0 && self->paths->len == 1))
    selected = MIN (1, MAX (paths->len, 1) - 1);
  g_clear_pointer (&self->paths, g_ptr_array_unref);
  self->paths = g_steal_pointer (&paths);
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->chooser), G_LIST_MODEL (names));
  gtk_widget_set_sensitive (self->chooser, self->paths->len > 0);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->chooser), selected);
}

/* Of what happens there, clients that write are not news. */
static void
folder_changed_cb (RushesLogView *self, GFile *file, GFile *other, GFileMonitorEvent event)
{
  if (event == G_FILE_MONITOR_EVENT_CREATED && gtk_widget_get_mapped (GTK_WIDGET (self)))
    list_logs (self);
}

static void
chosen_cb (RushesLogView *self)
{
  guint selected = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->chooser));

  show_log (self, selected < self->paths->len ? g_ptr_array_index (self->paths, selected) : NULL);
}

static void
open_folder_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RushesLogView *self = RUSHES_LOG_VIEW (widget);
  const char *folder = rushes_manager_get_log_dir (self->manager);
  g_autofree char *uri = NULL;

  g_mkdir_with_parents (folder, 0700);
  uri = g_filename_to_uri (folder, NULL, NULL);
  gtk_show_uri (GTK_WINDOW (gtk_widget_get_root (widget)), uri, GDK_CURRENT_TIME);
}

/* ---- Failures -------------------------------------------------------- */

static void
open_log_cb (GtkButton *button, RushesLogView *self)
{
  const char *path = g_object_get_data (G_OBJECT (button), "path");

  for (guint i = 0; i < self->paths->len; i++)
    if (g_strcmp0 (path, g_ptr_array_index (self->paths, i)) == 0)
      {
        gtk_drop_down_set_selected (GTK_DROP_DOWN (self->chooser), i);
        return;
      }
  show_log (self, path);
}

static GtkWidget *
make_failure_row (RushesLogView *self, const RushesFailure *failure)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *button = gtk_button_new_from_icon_name ("text-x-generic-symbolic");
  /* Translators: number of a frame, and why it failed in a word or two. */
  g_autofree char *title = g_strdup_printf (_ ("Frame %u: %s"), failure->frame,
                                            rushes_error_get_title (failure->error->code));
  g_autofree char *subtitle = g_strdup_printf ("%s\n%s", failure->error->message,
                                               rushes_error_get_advice (failure->error->code));

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  if (failure->evidence != NULL)
    gtk_widget_set_tooltip_text (row, failure->evidence);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, _ ("Show Its Log"));
  rushes_accessible_label (button, _ ("Show Its Log"));
  gtk_widget_set_sensitive (button, failure->log != NULL);
  g_object_set_data_full (G_OBJECT (button), "path", g_strdup (failure->log), g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (open_log_cb), self, 0);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  return row;
}

static void
list_failures (RushesLogView *self)
{
  RushesFrames *frames = self->scene != NULL ? rushes_scene_get_frames (self->scene) : NULL;
  g_autoptr (GPtrArray) failures =
      frames != NULL ? rushes_frames_list_failures (frames) : g_ptr_array_new ();
  GtkWidget *child;

  gtk_revealer_set_reveal_child (GTK_REVEALER (self->failures_revealer), failures->len > 0);
  gtk_widget_set_visible (self->failures_revealer, failures->len > 0);
  self->n_failures = failures->len;
  while ((child = gtk_widget_get_first_child (self->failures)) != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (self->failures), child);
  for (guint i = 0; i < failures->len && i < MAX_FAILURES; i++)
    gtk_list_box_append (GTK_LIST_BOX (self->failures),
                         make_failure_row (self, g_ptr_array_index (failures, i)));
}

static void
scene_failed_cb (RushesLogView *self)
{
  if (rushes_scene_get_n_failed (self->scene) != self->n_failures)
    list_failures (self);
}

/* ---- The object ------------------------------------------------------ */

static void
rushes_log_view_map (GtkWidget *widget)
{
  RushesLogView *self = RUSHES_LOG_VIEW (widget);

  GTK_WIDGET_CLASS (rushes_log_view_parent_class)->map (widget);
  if (self->manager != NULL)
    list_logs (self);
  read_later (self);
}

static void
unwatch_scene (RushesLogView *self)
{
  if (self->scene != NULL)
    g_signal_handlers_disconnect_by_data (self->scene, self);
  g_clear_object (&self->scene);
}

static void
rushes_log_view_dispose (GObject *object)
{
  RushesLogView *self = RUSHES_LOG_VIEW (object);

  g_clear_handle_id (&self->read_id, g_source_remove);
  unwatch_scene (self);
  g_clear_object (&self->manager);
  g_clear_object (&self->folder);
  g_clear_object (&self->monitor);
  g_clear_pointer (&self->path, g_free);

  G_OBJECT_CLASS (rushes_log_view_parent_class)->dispose (object);
}

static void
rushes_log_view_finalize (GObject *object)
{
  RushesLogView *self = RUSHES_LOG_VIEW (object);

  g_clear_pointer (&self->paths, g_ptr_array_unref);

  G_OBJECT_CLASS (rushes_log_view_parent_class)->finalize (object);
}

static void
rushes_log_view_class_init (RushesLogViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = rushes_log_view_dispose;
  G_OBJECT_CLASS (klass)->finalize = rushes_log_view_finalize;
  widget_class->map = rushes_log_view_map;

  gtk_widget_class_set_template_from_resource (widget_class, RUSHES_RESOURCES "log-view.ui");
  gtk_widget_class_bind_template_child (widget_class, RushesLogView, failures_revealer);
  gtk_widget_class_bind_template_child (widget_class, RushesLogView, failures);
  gtk_widget_class_bind_template_child (widget_class, RushesLogView, stack);
  gtk_widget_class_bind_template_child (widget_class, RushesLogView, text);
  gtk_widget_class_bind_template_child (widget_class, RushesLogView, scroller);
  gtk_widget_class_bind_template_child (widget_class, RushesLogView, chooser);
  gtk_widget_class_bind_template_callback (widget_class, chosen_cb);
  gtk_widget_class_install_action (widget_class, "log.open-folder", NULL, open_folder_action);
}

static void
rushes_log_view_init (RushesLogView *self)
{
  self->paths = g_ptr_array_new_with_free_func (g_free);
  gtk_widget_init_template (GTK_WIDGET (self));
  watch_scrolling (self);
  gtk_widget_set_visible (self->failures_revealer, FALSE);
  rushes_accessible_label_part (self->chooser, GTK_TYPE_TOGGLE_BUTTON, _ ("Log of"));
}

/**
 * rushes_log_view_set_manager:
 * @self: a log view without one
 * @manager: whose logs to show
 */
void
rushes_log_view_set_manager (RushesLogView *self, RushesManager *manager)
{
  g_autoptr (GFile) folder = NULL;

  g_return_if_fail (RUSHES_IS_LOG_VIEW (self));
  g_return_if_fail (RUSHES_IS_MANAGER (manager));

  self->manager = g_object_ref (manager);
  folder = g_file_new_for_path (rushes_manager_get_log_dir (manager));
  self->folder = g_file_monitor_directory (folder, G_FILE_MONITOR_NONE, NULL, NULL);
  if (self->folder != NULL)
    g_signal_connect_object (self->folder, "changed", G_CALLBACK (folder_changed_cb), self,
                             G_CONNECT_SWAPPED);
  list_logs (self);
}

/**
 * rushes_log_view_set_scene:
 * @self: a log view
 * @scene: (nullable): whose failures to list
 */
void
rushes_log_view_set_scene (RushesLogView *self, RushesScene *scene)
{
  g_return_if_fail (RUSHES_IS_LOG_VIEW (self));

  if (self->scene == scene)
    return;
  unwatch_scene (self);
  if (scene != NULL)
    {
      self->scene = g_object_ref (scene);
      g_signal_connect_swapped (scene, "notify::n-failed", G_CALLBACK (scene_failed_cb), self);
    }
  list_failures (self);
}
