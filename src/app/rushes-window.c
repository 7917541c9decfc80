/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "rushes-accessible.h"
#include "rushes-background.h"
#include "rushes-details.h"
#include "rushes-queue-view.h"
#include "rushes-runs-window.h"
#include "rushes-text.h"
#include "rushes-window.h"

/* Narrower than this, and what the header says is said shorter. */
#define COMPACT_WIDTH 560

/**
 * RushesWindow:
 *
 * The queue on one side, the details of its selection on the other; one of
 * them at a time where there is little room.
 */
struct _RushesWindow
{
  AdwApplicationWindow parent_instance;

  RushesManager *manager; /* (owned) */
  GSettings *settings;    /* (owned) */
  AdwToastOverlay *toasts;
  AdwLeaflet *leaflet;
  GtkWidget *window_title;
  GtkWidget *queue_page;
  GtkWidget *separator;
  GtkWidget *details_page;
  RushesQueueView *queue_view;
  RushesDetails *details;
  AdwHeaderBar *details_header;
  GtkWidget *details_title; /* in place of the switcher where there is no room for that */
  AdwViewSwitcher *switcher;
  AdwViewSwitcherBar *switcher_bar;
  GtkWidget *start_button;
  GtkWidget *jobs_button;
  GtkSpinButton *jobs_spin;
  GtkSwitch *jobs_auto;
  GtkWidget *jobs_label;
  GtkWidget *cluster_row;
  GtkSpinButton *cluster_spin;
  GtkWidget *jobs_reason;
  GtkWidget *jobs_memory;
  GtkRevealer *banner;
  GtkLabel *banner_label;
  GtkButton *banner_button;
  GtkRevealer *runs_bar;
  GtkLabel *runs_label;
  GtkRevealer *footer;
  GtkWidget *progress;
  GtkWidget *totals;
  GtkFileChooserNative *chooser; /* (owned) (nullable): while it is open */
  gboolean compact;              /* every pixel of the header counts */
};

G_DEFINE_FINAL_TYPE (RushesWindow, rushes_window, ADW_TYPE_APPLICATION_WINDOW)

/* ---- Adding ---------------------------------------------------------- */

/**
 * rushes_window_tell:
 * @self: a window
 * @text: what the user should know
 *
 * Says it in passing.
 */
void
rushes_window_tell (RushesWindow *self, const char *text)
{
  g_autofree char *markup = NULL;

  g_return_if_fail (RUSHES_IS_WINDOW (self));
  g_return_if_fail (text != NULL);

  markup = g_markup_escape_text (text, -1);
  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (markup));
}

static void
added_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RushesWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) notes = NULL;
  guint n_added = 0;

  notes = rushes_manager_add_files_finish (RUSHES_MANAGER (object), result, &n_added, &error);
  if (notes == NULL)
    {
      rushes_window_tell (self, error->message);
      return;
    }
  rushes_queue_view_select_last (self->queue_view, n_added);
  /* One is read, three are a nuisance. */
  if (notes->len == 1)
    rushes_window_tell (self, g_ptr_array_index (notes, 0));
  else if (notes->len > 1)
    {
      g_autofree char *text =
          g_strdup_printf (ngettext ("%s, and %u more was not added",
                                     "%s, and %u more were not added", notes->len - 1),
                           (const char *) g_ptr_array_index (notes, 0), notes->len - 1);

      rushes_window_tell (self, text);
    }
}

/**
 * rushes_window_add_files:
 * @self: a window
 * @files: (element-type GFile): scenes, and folders with scenes
 *
 * Adds them to the queue, and says what could not be added.
 */
void
rushes_window_add_files (RushesWindow *self, GPtrArray *files)
{
  g_return_if_fail (RUSHES_IS_WINDOW (self));
  g_return_if_fail (files != NULL);

  rushes_manager_add_files_async (self->manager, files, added_cb, g_object_ref (self));
}

static void
chooser_response_cb (RushesWindow *self, int response)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GListModel) list = gtk_file_chooser_get_files (GTK_FILE_CHOOSER (self->chooser));
      g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);

      for (guint i = 0; i < g_list_model_get_n_items (list); i++)
        g_ptr_array_add (files, g_list_model_get_item (list, i));
      rushes_window_add_files (self, files);
    }
  g_clear_object (&self->chooser);
}

static void
choose (RushesWindow *self, const char *title, GtkFileChooserAction action)
{
  if (self->chooser != NULL)
    return;
  self->chooser =
      gtk_file_chooser_native_new (title, GTK_WINDOW (self), action, _ ("_Add"), _ ("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (self->chooser), TRUE);
  if (action == GTK_FILE_CHOOSER_ACTION_OPEN)
    {
      g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

      gtk_file_filter_set_name (filter, _ ("Blender scenes"));
      gtk_file_filter_add_suffix (filter, "blend");
      gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (self->chooser), filter);
    }
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (chooser_response_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
add_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  choose (RUSHES_WINDOW (widget), _ ("Add Scenes"), GTK_FILE_CHOOSER_ACTION_OPEN);
}

static void
add_folder_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  choose (RUSHES_WINDOW (widget), _ ("Add Folder"), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER);
}

static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, RushesWindow *self)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GSList) list = gdk_file_list_get_files (g_value_get_boxed (value));

  for (GSList *file = list; file != NULL; file = file->next)
    g_ptr_array_add (files, g_object_ref (file->data));
  rushes_window_add_files (self, files);
  return TRUE;
}

/* ---- Starting and stopping ------------------------------------------- */

static void
toggle_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RushesWindow *self = RUSHES_WINDOW (widget);

  switch (rushes_manager_get_state (self->manager))
    {
    case RUSHES_MANAGER_IDLE:
      rushes_manager_start (self->manager);
      break;
    case RUSHES_MANAGER_RENDERING:
      rushes_manager_pause (self->manager);
      break;
    case RUSHES_MANAGER_PAUSING:
      gtk_widget_activate_action (widget, "win.stop", NULL);
      break;
    case RUSHES_MANAGER_STOPPING:
    default:
      break;
    }
}

static void
stop_response_cb (RushesWindow *self, const char *response)
{
  if (g_str_equal (response, "stop"))
    rushes_manager_stop (self->manager);
}

static void
stop_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GtkWidget *dialog = adw_message_dialog_new (
      GTK_WINDOW (widget), _ ("Stop Now?"),
      _ ("The frames that are being rendered are lost. Those that are done stay. "
         "Pausing finishes the frames in hand first."));

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "stop",
                                    _ ("_Stop"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "stop",
                                              ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (stop_response_cb), widget,
                           G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
go_on_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  rushes_manager_go_on (RUSHES_WINDOW (widget)->manager);
}

/* ---- Runs on the cluster --------------------------------------------- */

static void
runs_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RushesWindow *self = RUSHES_WINDOW (widget);

  gtk_window_present (GTK_WINDOW (
      rushes_runs_window_new (GTK_WINDOW (self), rushes_manager_get_runs (self->manager))));
}

/* Those that are over are no news; one that is alone is worth a line. */
static void
update_runs (RushesWindow *self)
{
  GListModel *runs = G_LIST_MODEL (rushes_manager_get_runs (self->manager));
  g_autoptr (RushesRun) last = NULL;
  g_autofree char *text = NULL;
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (runs); i++)
    {
      g_autoptr (RushesRun) run = g_list_model_get_item (runs, i);

      /* Until it has been looked at, it may as well be over. */
      if (rushes_run_is_ended (run) || rushes_run_get_state (run) == RUSHES_RUN_UNKNOWN)
        continue;
      g_set_object (&last, run);
      n++;
    }
  if (n == 1)
    {
      g_autofree char *line = rushes_text_run (last);

      text = g_strdup_printf ("%s: %s", rushes_run_get_title (last), line);
    }
  else
    text = g_strdup_printf (ngettext ("%u run on the cluster", "%u runs on the cluster", n), n);
  if (n > 0)
    gtk_label_set_label (self->runs_label, text);
  gtk_revealer_set_reveal_child (self->runs_bar, n > 0);
}

/* ---- What follows the manager ---------------------------------------- */

static void
update_start_button (RushesWindow *self)
{
  AdwSplitButton *button = ADW_SPLIT_BUTTON (self->start_button);
  RushesManagerState state = rushes_manager_get_state (self->manager);
  gboolean startable = rushes_manager_get_totals (self->manager)->startable > 0;
  const char *label, *tooltip, *icon;

  switch (state)
    {
    case RUSHES_MANAGER_RENDERING:
      icon = "media-playback-pause-symbolic";
      label = _ ("_Pause");
      tooltip = _ ("Finish the Frames in Hand, Then Pause");
      break;
    case RUSHES_MANAGER_PAUSING:
      icon = "media-playback-stop-symbolic";
      label = _ ("_Stop Now");
      tooltip = _ ("Pausing: the Frames in Hand Are Being Finished");
      break;
    case RUSHES_MANAGER_STOPPING:
      icon = "media-playback-stop-symbolic";
      label = _ ("Stopping…");
      tooltip = _ ("The Blenders Are Being Ended");
      break;
    case RUSHES_MANAGER_IDLE:
    default:
      icon = "media-playback-start-symbolic";
      label = _ ("_Start");
      tooltip = _ ("Render the Queue");
    }
  if (self->compact)
    adw_split_button_set_icon_name (button, icon);
  else
    adw_split_button_set_label (button, label);
  adw_split_button_set_use_underline (button, TRUE);
  if (g_strcmp0 (gtk_widget_get_tooltip_text (self->start_button), tooltip) != 0)
    gtk_widget_set_tooltip_text (self->start_button, tooltip);
  if (state == RUSHES_MANAGER_IDLE && startable)
    gtk_widget_add_css_class (self->start_button, "suggested-action");
  else
    gtk_widget_remove_css_class (self->start_button, "suggested-action");
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.toggle",
                                 state == RUSHES_MANAGER_IDLE ? startable
                                                              : state != RUSHES_MANAGER_STOPPING);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.stop",
                                 state == RUSHES_MANAGER_RENDERING ||
                                     state == RUSHES_MANAGER_PAUSING);
}

/* Made when it is wanted: a text that changes costs a question to the screen. */
static gboolean
query_totals_cb (GtkWidget *label,
                 int x,
                 int y,
                 gboolean keyboard,
                 GtkTooltip *tooltip,
                 RushesWindow *self)
{
  gtk_tooltip_set_text (tooltip, gtk_label_get_label (GTK_LABEL (label)));
  return TRUE;
}

static void
update_totals (RushesWindow *self)
{
  const RushesTotals *totals = rushes_manager_get_totals (self->manager);
  g_autofree char *text = rushes_text_totals (self->manager);
  g_autofree char *memory = NULL;

  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->progress), totals->progress);
  gtk_label_set_label (GTK_LABEL (self->totals), text);
  gtk_revealer_set_reveal_child (self->footer, totals->frames > 0);
  update_start_button (self);

  if (totals->memory > 0)
    {
      g_autofree char *size = g_format_size_full (totals->memory, G_FORMAT_SIZE_IEC_UNITS);

      memory = g_strdup_printf (_ ("Memory in use: %s"), size);
    }
  gtk_label_set_label (GTK_LABEL (self->jobs_memory), memory);
  gtk_widget_set_visible (self->jobs_memory, memory != NULL);
}

static void
update_jobs (RushesWindow *self)
{
  guint on_cluster = rushes_cluster_get_jobs (rushes_manager_get_cluster (self->manager));
  g_autofree char *label = NULL;
  g_autofree char *tooltip = NULL;
  g_autofree char *reason = rushes_manager_explain_jobs (self->manager);
  gboolean automatic;
  guint jobs;

  g_object_get (self->manager, "jobs", &jobs, "jobs-auto", &automatic, NULL);
  label = rushes_text_jobs (jobs, automatic, on_cluster, self->compact);
  tooltip = rushes_text_places (jobs, automatic, on_cluster);
  gtk_menu_button_set_label (GTK_MENU_BUTTON (self->jobs_button), label);
  gtk_widget_set_tooltip_text (self->jobs_button, tooltip);
  gtk_label_set_label (GTK_LABEL (self->jobs_reason), reason);
  gtk_widget_set_visible (self->jobs_reason, reason != NULL);
}

static void
update_cluster (RushesWindow *self)
{
  gboolean enabled = rushes_cluster_get_enabled (rushes_manager_get_cluster (self->manager));

  gtk_widget_set_visible (self->cluster_row, enabled);
  gtk_label_set_label (GTK_LABEL (self->jobs_label),
                       enabled ? _ ("_Jobs on This Computer") : _ ("_Jobs"));
  rushes_accessible_label (GTK_WIDGET (self->jobs_spin),
                           enabled ? _ ("Jobs on This Computer") : _ ("Jobs"));
  /* Without a cluster, somebody has to work here. */
  gtk_spin_button_set_range (self->jobs_spin, enabled ? 0 : 1, 256);
  update_jobs (self);
}

/* What stands in the way of everything. */
static void
update_banner (RushesWindow *self)
{
  const GError *trouble = rushes_manager_get_trouble (self->manager);
  const GError *error = rushes_manager_get_error (self->manager);

  if (error == NULL)
    error = rushes_manager_get_lost_place (self->manager);
  if (trouble != NULL)
    {
      gtk_label_set_label (self->banner_label, trouble->message);
      gtk_button_set_label (self->banner_button, _ ("Try Now"));
      gtk_actionable_set_action_name (GTK_ACTIONABLE (self->banner_button), "win.go-on");
    }
  else if (error != NULL)
    {
      gtk_label_set_label (self->banner_label, error->message);
      gtk_button_set_label (self->banner_button, _ ("Preferences"));
      gtk_actionable_set_action_name (GTK_ACTIONABLE (self->banner_button), "app.preferences");
    }
  gtk_revealer_set_reveal_child (self->banner, trouble != NULL || error != NULL);
}

/* ---- Little room ----------------------------------------------------- */

/* Libadwaita 1.2 has no breakpoints. The window must not be as narrow as its
 * header's full form before that gives way. */
static void
resized_cb (RushesWindow *self)
{
  int width;
  gboolean compact;

  g_object_get (self, "default-width", &width, NULL);
  compact = width > 0 && width < COMPACT_WIDTH;
  if (compact == self->compact || self->manager == NULL)
    return;
  self->compact = compact;
  gtk_widget_set_visible (self->window_title, !compact);
  adw_header_bar_set_title_widget (self->details_header,
                                   compact ? self->details_title : GTK_WIDGET (self->switcher));
  adw_view_switcher_bar_set_reveal (self->switcher_bar, compact);
  update_jobs (self);
  update_start_button (self);
}

/* ---- Panes ----------------------------------------------------------- */

static void
folded_cb (RushesWindow *self)
{
  /* Where there is room for one, the queue comes first. */
  if (adw_leaflet_get_folded (self->leaflet))
    adw_leaflet_set_visible_child (self->leaflet, self->queue_page);
}

static void
show_details (RushesWindow *self)
{
  g_settings_set_boolean (self->settings, "details-visible", TRUE);
  adw_leaflet_set_visible_child (self->leaflet, self->details_page);
}

static void
back_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RushesWindow *self = RUSHES_WINDOW (widget);

  adw_leaflet_set_visible_child (self->leaflet, self->queue_page);
  gtk_widget_child_focus (GTK_WIDGET (self->queue_view), GTK_DIR_TAB_FORWARD);
}

static void
show_page_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RushesWindow *self = RUSHES_WINDOW (widget);

  show_details (self);
  adw_view_stack_set_visible_child_name (rushes_details_get_stack (self->details),
                                         g_variant_get_string (parameter, NULL));
}

static void
show_log_cb (RushesWindow *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.show-page", "s", "log");
}

static void
activated_cb (RushesWindow *self)
{
  show_details (self);
  gtk_widget_child_focus (GTK_WIDGET (self->details), GTK_DIR_TAB_FORWARD);
}

/* With one pane at a time a scene that was touched is one to look into. */
static void
clicked_cb (RushesWindow *self)
{
  if (adw_leaflet_get_folded (self->leaflet))
    show_details (self);
}

static void
removed_cb (RushesWindow *self, guint n)
{
  g_autofree char *title =
      g_strdup_printf (ngettext ("%u scene removed", "%u scenes removed", n), n);
  AdwToast *toast = adw_toast_new (title);

  adw_toast_set_button_label (toast, _ ("_Undo"));
  adw_toast_set_action_name (toast, "win.undo");
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
undo_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  rushes_queue_view_undo (RUSHES_WINDOW (widget)->queue_view);
}

static void
remove_finished_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  rushes_queue_view_remove_finished (RUSHES_WINDOW (widget)->queue_view);
}

/* ---- Leaving --------------------------------------------------------- */

static void
stop_and_quit (RushesWindow *self)
{
  g_action_group_activate_action (G_ACTION_GROUP (gtk_window_get_application (GTK_WINDOW (self))),
                                  "stop-and-quit", NULL);
}

static void
close_response_cb (GtkWindow *dialog, const char *response, RushesWindow *self)
{
  /* GTK 4.8 looks for its parent at its very end, after that of the window. */
  gtk_window_set_transient_for (dialog, NULL);

  /* Rendering may have ended since the question. */
  if (g_str_equal (response, "background") &&
      rushes_manager_get_state (self->manager) == RUSHES_MANAGER_IDLE)
    gtk_window_close (GTK_WINDOW (self));
  else if (g_str_equal (response, "background"))
    {
      gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
      rushes_background_request ();
    }
  else if (g_str_equal (response, "stop"))
    stop_and_quit (self);
}

static void
ask_before_closing (RushesWindow *self)
{
  GtkWidget *dialog =
      adw_message_dialog_new (GTK_WINDOW (self), _ ("Keep Rendering?"),
                              _ ("Rendering can go on in the background; a notification tells when "
                                 "it is done. If you stop, the frames in hand are lost, and the "
                                 "queue goes on from there the next time."));

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "stop",
                                    _ ("_Stop and Quit"), "background", _ ("Keep _Rendering"),
                                    NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "stop",
                                              ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "background",
                                              ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "background");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (close_response_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
save_geometry (RushesWindow *self)
{
  int width, height;

  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  g_settings_set_boolean (self->settings, "window-maximized",
                          gtk_window_is_maximized (GTK_WINDOW (self)));
  if (width > 0 && height > 0 && !gtk_window_is_maximized (GTK_WINDOW (self)))
    {
      g_settings_set_int (self->settings, "window-width", width);
      g_settings_set_int (self->settings, "window-height", height);
    }
}

static gboolean
rushes_window_close_request (GtkWindow *window)
{
  RushesWindow *self = RUSHES_WINDOW (window);

  save_geometry (self);
  if (rushes_manager_get_state (self->manager) == RUSHES_MANAGER_IDLE)
    return GTK_WINDOW_CLASS (rushes_window_parent_class)->close_request (window);
  if (rushes_manager_has_work (self->manager))
    ask_before_closing (self);
  else
    stop_and_quit (self);
  return GDK_EVENT_STOP;
}

/* ---- The object ------------------------------------------------------ */

static void
rushes_window_dispose (GObject *object)
{
  RushesWindow *self = RUSHES_WINDOW (object);

  g_clear_object (&self->chooser);
  g_clear_object (&self->manager);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (rushes_window_parent_class)->dispose (object);
}

static void
rushes_window_class_init (RushesWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = rushes_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = rushes_window_close_request;

  g_type_ensure (RUSHES_TYPE_QUEUE_VIEW);
  g_type_ensure (RUSHES_TYPE_DETAILS);
  gtk_widget_class_set_template_from_resource (widget_class, RUSHES_RESOURCES "window.ui");
  gtk_widget_class_bind_template_child (widget_class, RushesWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, RushesWindow, leaflet);
  gtk_widget_class_bind_template_child (widget_class, RushesWindow, window_title);
  gtk_widget_class_bind_template_child (widget_class, RushesWindow, queue_page);
  gtk_widget_class_bind_template_child (widget_class, RushesWindow, separator);
  gtk_widget_class_bind_template_child (widget_class, RushesWindow, details_page);
  gtk_widget_class_bind_template_child (widget_class, RushesWindow, queue_view);
  gtk_widget_class_bind_template_child (widget_class, RushesWindow, details);
  gtk_widget_class_bind_template_child (widget_class, RushesWindow, details_header);
  gtk_widget_class_bind_template_child (widget_class, RushesWindow, details_title);
  gtk_widget_class_bind_template_child (widget_class, RushesWindow, switcher);
  gtk_widget_class_bind_template_child (widget_class, RushesWindow, switcher_bar);
  gtk_widget_class_bind_template_child (widget_class, RushesWindow, start_button);
  gtk_widget_class_bind_template_child (widget_class, RushesWindow, jobs_button);
  gtk_widget_class_bind_template_child (widget_class, RushesWindow, jobs_spin);
  gtk_widget_class_bind_template_child (widget_class, RushesWindow, jobs_auto);
  gtk_widget_class_bind_template_child (widget_class, RushesWindow, jobs_label);
  gtk_widget_class_bind_template_child (widget_class, RushesWindow, cluster_row);
  gtk_widget_class_bind_template_child (widget_class, RushesWindow, cluster_spin);
  gtk_widget_class_bind_template_child (widget_class, RushesWindow, jobs_reason);
  gtk_widget_class_bind_template_child (widget_class, RushesWindow, jobs_memory);
  gtk_widget_class_bind_template_child (widget_class, RushesWindow, banner);
  gtk_widget_class_bind_template_child (widget_class, RushesWindow, banner_label);
  gtk_widget_class_bind_template_child (widget_class, RushesWindow, banner_button);
  gtk_widget_class_bind_template_child (widget_class, RushesWindow, runs_bar);
  gtk_widget_class_bind_template_child (widget_class, RushesWindow, runs_label);
  gtk_widget_class_bind_template_child (widget_class, RushesWindow, footer);
  gtk_widget_class_bind_template_child (widget_class, RushesWindow, progress);
  gtk_widget_class_bind_template_child (widget_class, RushesWindow, totals);
  gtk_widget_class_bind_template_callback (widget_class, folded_cb);
  gtk_widget_class_bind_template_callback (widget_class, removed_cb);
  gtk_widget_class_bind_template_callback (widget_class, show_log_cb);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, query_totals_cb);
  gtk_widget_class_bind_template_callback (widget_class, resized_cb);

  gtk_widget_class_install_action (widget_class, "win.add", NULL, add_action);
  gtk_widget_class_install_action (widget_class, "win.add-folder", NULL, add_folder_action);
  gtk_widget_class_install_action (widget_class, "win.toggle", NULL, toggle_action);
  gtk_widget_class_install_action (widget_class, "win.stop", NULL, stop_action);
  gtk_widget_class_install_action (widget_class, "win.go-on", NULL, go_on_action);
  gtk_widget_class_install_action (widget_class, "win.undo", NULL, undo_action);
  gtk_widget_class_install_action (widget_class, "win.runs", NULL, runs_action);
  gtk_widget_class_install_action (widget_class, "win.remove-finished", NULL,
                                   remove_finished_action);
  gtk_widget_class_install_action (widget_class, "win.back", NULL, back_action);
  gtk_widget_class_install_action (widget_class, "win.show-page", "s", show_page_action);
}

static void
rushes_window_init (RushesWindow *self)
{
  GtkDropTarget *target;

  gtk_widget_init_template (GTK_WIDGET (self));
  if (*RUSHES_PROFILE != '\0')
    gtk_widget_add_css_class (GTK_WIDGET (self), "devel");

  rushes_accessible_label_part (self->start_button, GTK_TYPE_MENU_BUTTON,
                                _ ("More Ways to Start and Stop"));

  target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);
  g_signal_connect (target, "drop", G_CALLBACK (drop_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

/* What the run has found out. What the file itself warns of is in the details. */
static void
warning_cb (RushesWindow *self, RushesScene *scene, const char *text)
{
  const RushesReport *report = scene != NULL ? rushes_scene_get_report (scene) : NULL;
  const GError *lost = rushes_manager_get_lost_place (self->manager);
  g_autofree char *line = NULL;

  /* The banner says that, for as long as it holds. */
  if (lost != NULL && g_str_equal (lost->message, text))
    return;
  if (report != NULL && rushes_report_tells (report, text))
    return;
  if (scene != NULL)
    line = g_strdup_printf ("%s: %s", rushes_scene_get_name (scene), text);
  rushes_window_tell (self, line != NULL ? line : text);
}

static void
follow_cluster (RushesWindow *self)
{
  RushesCluster *cluster = rushes_manager_get_cluster (self->manager);

  g_object_bind_property (cluster, "jobs", self->cluster_spin, "value",
                          G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  g_signal_connect_object (cluster, "notify::jobs", G_CALLBACK (update_jobs), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (cluster, "notify::enabled", G_CALLBACK (update_cluster), self,
                           G_CONNECT_SWAPPED);
  update_cluster (self);
}

static void
follow_manager (RushesWindow *self)
{
  g_object_bind_property (self->manager, "jobs", self->jobs_spin, "value",
                          G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  g_object_bind_property (self->manager, "jobs-auto", self->jobs_auto, "active",
                          G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  g_object_bind_property (self->manager, "jobs-auto", self->jobs_spin, "sensitive",
                          G_BINDING_SYNC_CREATE | G_BINDING_INVERT_BOOLEAN);
  g_signal_connect_object (self->manager, "notify::jobs", G_CALLBACK (update_jobs), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->manager, "notify::jobs-auto", G_CALLBACK (update_jobs), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->manager, "notify::jobs-reason", G_CALLBACK (update_jobs), self,
                           G_CONNECT_SWAPPED);
  /* The last of those that are notified together. */
  g_signal_connect_object (self->manager, "notify::memory", G_CALLBACK (update_totals), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->manager, "notify::state", G_CALLBACK (update_totals), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->manager, "notify::trouble", G_CALLBACK (update_banner), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->manager, "notify::error", G_CALLBACK (update_banner), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->manager, "notify::lost-place", G_CALLBACK (update_banner), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->manager, "warning", G_CALLBACK (warning_cb), self,
                           G_CONNECT_SWAPPED);
  update_totals (self);
  update_banner (self);
  g_signal_connect_object (rushes_manager_get_runs (self->manager), "run-changed",
                           G_CALLBACK (update_runs), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (rushes_manager_get_runs (self->manager), "items-changed",
                           G_CALLBACK (update_runs), self, G_CONNECT_SWAPPED);
  update_runs (self);
}

/**
 * rushes_window_new:
 * @application: the application
 * @manager: what is shown
 * @settings: the program's settings
 *
 * Returns: (transfer none): a window
 */
RushesWindow *
rushes_window_new (GtkApplication *application, RushesManager *manager, GSettings *settings)
{
  RushesWindow *self = g_object_new (RUSHES_TYPE_WINDOW, "application", application, NULL);
  g_autoptr (GPropertyAction) shown = NULL;

  self->manager = g_object_ref (manager);
  self->settings = g_object_ref (settings);
  rushes_queue_view_set_manager (self->queue_view, manager);
  rushes_details_set_manager (self->details, manager, settings,
                              rushes_queue_view_get_selected (self->queue_view));
  adw_view_switcher_set_stack (self->switcher, rushes_details_get_stack (self->details));
  adw_view_switcher_bar_set_stack (self->switcher_bar, rushes_details_get_stack (self->details));

  g_settings_bind (settings, "details-visible", self->details_page, "visible",
                   G_SETTINGS_BIND_DEFAULT);
  g_object_bind_property (self->details_page, "visible", self->separator, "visible",
                          G_BINDING_SYNC_CREATE);
  shown = g_property_action_new ("details", self->details_page, "visible");
  g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (shown));

  gtk_window_set_default_size (GTK_WINDOW (self), g_settings_get_int (settings, "window-width"),
                               g_settings_get_int (settings, "window-height"));
  if (g_settings_get_boolean (settings, "window-maximized"))
    gtk_window_maximize (GTK_WINDOW (self));
  follow_cluster (self);
  follow_manager (self);
  return self;
}
