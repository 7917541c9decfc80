/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-application.h"
#include "rushes-run-row.h"
#include "rushes-runs-window.h"

/**
 * RushesRunsWindow:
 *
 * The runs that this user has a cluster render, and those that it has rendered.
 */
struct _RushesRunsWindow
{
  AdwWindow parent_instance;

  GtkWidget *stack;
  GtkListBox *list;
};

G_DEFINE_FINAL_TYPE (RushesRunsWindow, rushes_runs_window, ADW_TYPE_WINDOW)

static GtkWidget *
create_row (gpointer item, gpointer user_data)
{
  return GTK_WIDGET (rushes_run_row_new (user_data, item));
}

static void
update_stack (RushesRunsWindow *self, guint position, guint removed, guint added, GListModel *runs)
{
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack),
                                    g_list_model_get_n_items (runs) > 0 ? "list" : "empty");
}

static void
rushes_runs_window_class_init (RushesRunsWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, RUSHES_RESOURCES "runs-window.ui");
  gtk_widget_class_bind_template_child (widget_class, RushesRunsWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, RushesRunsWindow, list);
}

static void
rushes_runs_window_init (RushesRunsWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * rushes_runs_window_new:
 * @parent: what it belongs to
 * @runs: what it shows
 *
 * Returns: (transfer none): a window
 */
RushesRunsWindow *
rushes_runs_window_new (GtkWindow *parent, RushesRuns *runs)
{
  RushesRunsWindow *self;

  g_return_val_if_fail (RUSHES_IS_RUNS (runs), NULL);

  self = g_object_new (RUSHES_TYPE_RUNS_WINDOW, "transient-for", parent, "modal", TRUE,
                       "destroy-with-parent", TRUE, NULL);
  gtk_list_box_bind_model (self->list, G_LIST_MODEL (runs), create_row, g_object_ref (runs),
                           g_object_unref);
  g_signal_connect_object (runs, "items-changed", G_CALLBACK (update_stack), self,
                           G_CONNECT_SWAPPED);
  update_stack (self, 0, 0, 0, G_LIST_MODEL (runs));
  return self;
}
