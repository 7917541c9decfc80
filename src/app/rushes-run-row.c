/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "rushes-accessible.h"
#include "rushes-application.h"
#include "rushes-run-row.h"
#include "rushes-text.h"

/**
 * RushesRunRow:
 *
 * A run on the cluster. All that it shows follows the run.
 */
struct _RushesRunRow
{
  GtkListBoxRow parent_instance;

  RushesRuns *runs; /* (owned) (nullable) */
  RushesRun *run;   /* (owned) (nullable) */
  GtkWidget *title;
  GtkWidget *line;
  GtkWidget *progress;
  GtkWidget *stop_button;
  GtkWidget *remove_button;
};

G_DEFINE_FINAL_TYPE (RushesRunRow, rushes_run_row, GTK_TYPE_LIST_BOX_ROW)

static GtkWindow *
get_window (RushesRunRow *self)
{
  return GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self)));
}

/* ---- What the run is ------------------------------------------------- */

static void
update (RushesRunRow *self)
{
  const char *title = rushes_run_get_title (self->run);
  gboolean ended = rushes_run_is_ended (self->run);
  RushesRunState state = rushes_run_get_state (self->run);
  g_autofree char *line = rushes_text_run (self->run);
  g_autofree char *name = g_strdup_printf ("%s, %s", title, line);

  gtk_label_set_label (GTK_LABEL (self->title), title);
  gtk_label_set_label (GTK_LABEL (self->line), line);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->progress),
                                 rushes_run_get_totals (self->run)->progress);
  gtk_widget_set_visible (self->progress,
                          state == RUSHES_RUN_RENDERING || state == RUSHES_RUN_STOPPING);
  gtk_widget_set_visible (self->stop_button, !ended);
  gtk_widget_set_visible (self->remove_button, ended);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "run.stop",
                                 !ended && state != RUSHES_RUN_STOPPING);
  rushes_accessible_label (GTK_WIDGET (self), name);
}

/* ---- Actions --------------------------------------------------------- */

static void
stopped_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GtkWindow) window = user_data;
  g_autoptr (GError) error = NULL;
  GtkWidget *dialog;

  if (rushes_run_stop_finish (RUSHES_RUN (object), result, &error))
    return;
  dialog = adw_message_dialog_new (gtk_widget_get_mapped (GTK_WIDGET (window)) ? window : NULL,
                                   _ ("The Run Goes On"), error->message);
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "ok", _ ("_OK"));
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
stop_response_cb (RushesRunRow *self, const char *response)
{
  if (g_str_equal (response, "stop") && get_window (self) != NULL)
    rushes_run_stop_async (self->run, stopped_cb, g_object_ref (get_window (self)));
}

static void
stop_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GtkWidget *dialog = adw_message_dialog_new (
      get_window (RUSHES_RUN_ROW (widget)), _ ("Stop the Run?"),
      _ ("The frames that are being rendered are lost. Those that are done stay."));

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
remove_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RushesRunRow *self = RUSHES_RUN_ROW (widget);
  g_autoptr (RushesRun) run = g_object_ref (self->run);

  rushes_runs_forget (self->runs, run);
}

static void
open_output_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RushesRunRow *self = RUSHES_RUN_ROW (widget);
  g_autofree char *uri = g_filename_to_uri (rushes_run_get_folder (self->run), NULL, NULL);

  gtk_show_uri (get_window (self), uri, GDK_CURRENT_TIME);
}

static void
show_log_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RushesRunRow *self = RUSHES_RUN_ROW (widget);
  g_autoptr (GtkBuilder) builder = gtk_builder_new_from_resource (RUSHES_RESOURCES "run-log.ui");
  GtkWindow *window = GTK_WINDOW (gtk_builder_get_object (builder, "window"));
  GObject *text = gtk_builder_get_object (builder, "text");

  gtk_window_set_transient_for (window, get_window (self));
  g_object_bind_property (self->run, "log", gtk_text_view_get_buffer (GTK_TEXT_VIEW (text)), "text",
                          G_BINDING_SYNC_CREATE);
  gtk_window_present (window);
}

/* ---- The object ------------------------------------------------------ */

static void
rushes_run_row_dispose (GObject *object)
{
  RushesRunRow *self = RUSHES_RUN_ROW (object);

  if (self->run != NULL)
    g_signal_handlers_disconnect_by_data (self->run, self);
  g_clear_object (&self->run);
  g_clear_object (&self->runs);

  G_OBJECT_CLASS (rushes_run_row_parent_class)->dispose (object);
}

static void
rushes_run_row_class_init (RushesRunRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = rushes_run_row_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, RUSHES_RESOURCES "run-row.ui");
  gtk_widget_class_bind_template_child (widget_class, RushesRunRow, title);
  gtk_widget_class_bind_template_child (widget_class, RushesRunRow, line);
  gtk_widget_class_bind_template_child (widget_class, RushesRunRow, progress);
  gtk_widget_class_bind_template_child (widget_class, RushesRunRow, stop_button);
  gtk_widget_class_bind_template_child (widget_class, RushesRunRow, remove_button);
  gtk_widget_class_install_action (widget_class, "run.stop", NULL, stop_action);
  gtk_widget_class_install_action (widget_class, "run.remove", NULL, remove_action);
  gtk_widget_class_install_action (widget_class, "run.open-output", NULL, open_output_action);
  gtk_widget_class_install_action (widget_class, "run.show-log", NULL, show_log_action);
}

static void
rushes_run_row_init (RushesRunRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * rushes_run_row_new:
 * @runs: a list of runs
 * @run: one of them
 *
 * Returns: (transfer full): a row that shows it
 */
RushesRunRow *
rushes_run_row_new (RushesRuns *runs, RushesRun *run)
{
  static const char *const followed[] = { "notify::state", "notify::title", "notify::situation",
                                          "notify::progress" };
  RushesRunRow *self;

  g_return_val_if_fail (RUSHES_IS_RUNS (runs), NULL);
  g_return_val_if_fail (RUSHES_IS_RUN (run), NULL);

  self = g_object_new (RUSHES_TYPE_RUN_ROW, NULL);
  self->runs = g_object_ref (runs);
  self->run = g_object_ref (run);
  for (guint i = 0; i < G_N_ELEMENTS (followed); i++)
    g_signal_connect_swapped (run, followed[i], G_CALLBACK (update), self);
  update (self);
  return self;
}
