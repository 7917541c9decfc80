/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "rushes-accessible.h"
#include "rushes-cluster-page.h"
#include "rushes-slurm-value.h"

/**
 * RushesClusterPage:
 *
 * The preferences about a cluster, and whether it can be reached.
 */
struct _RushesClusterPage
{
  AdwPreferencesPage parent_instance;

  GSettings *settings;    /* (owned) (nullable): until the end */
  RushesManager *manager; /* (owned) (nullable): until the end */
  GtkWidget *place, *enabled, *jobs, *connection, *check_button, *spinner, *outcome;
  AdwPreferencesGroup *slurm, *client;
  GtkWidget *cpus;
  GPtrArray *entries;        /* (owned) (element-type GtkEntry): owned by GTK */
  RushesClusterCheck *check; /* (owned) (nullable): while it runs */
  GCancellable *cancellable; /* (owned) (nullable): while it runs */
};

G_DEFINE_FINAL_TYPE (RushesClusterPage, rushes_cluster_page, ADW_TYPE_PREFERENCES_PAGE)

/* What is typed: after "slurm-" the key is called like the property. */
typedef struct
{
  const char *property;
  gboolean of_client; /* what each client is given, or else how it is asked for */
  const char *title;
  const char *hint;
} Text;

static const Text texts[] = {
  { "partition", FALSE, N_ ("_Partition"),
    N_ ("Which part of the cluster, if not Slurm’s default") },
  { "account", FALSE, N_ ("_Account"), N_ ("Whom the time is charged to") },
  { "time", FALSE, N_ ("_Time Limit"), N_ ("How long a Blender may run: 30 minutes, or 2:00:00") },
  { "job-name", FALSE, N_ ("Job _Name"), N_ ("What Slurm calls the jobs, if not “rushes”") },
  { "extra", FALSE, N_ ("Further Ar_guments"), N_ ("Anything else that srun knows: --qos low") },
  { "memory", TRUE, N_ ("_Memory"), N_ ("As Slurm writes it: 500M, or 8G") },
  { "gpus", TRUE, N_ ("Graphics Car_ds"), N_ ("How many, and of which kind: 1, or a100:2") },
  { "blender", TRUE, N_ ("_Blender on the Nodes"),
    N_ ("Its path there, if it is not that of this computer") },
};

/* ---- What is typed --------------------------------------------------- */

static const Text *
get_text (GtkEntry *entry)
{
  return g_object_get_data (G_OBJECT (entry), "text");
}

static char *
get_key (GtkEntry *entry)
{
  return g_strconcat ("slurm-", get_text (entry)->property, NULL);
}

static char *
get_typed (GtkEntry *entry)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (entry))));
}

/* An empty entry leaves it to Slurm. */
static gboolean
check_typed (GtkEntry *entry, GError **error)
{
  g_autofree char *typed = get_typed (entry);

  return *typed == '\0' || rushes_slurm_check_value (get_text (entry)->property, typed, error);
}

static void
typed_cb (GtkEntry *entry, AdwActionRow *row)
{
  g_autoptr (GError) error = NULL;
  gboolean good = check_typed (entry, &error);

  adw_action_row_set_subtitle (row, good ? _ (get_text (entry)->hint) : error->message);
  if (good)
    gtk_widget_remove_css_class (GTK_WIDGET (entry), "error");
  else
    gtk_widget_add_css_class (GTK_WIDGET (entry), "error");
  gtk_accessible_update_state (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_STATE_INVALID,
                               good ? GTK_ACCESSIBLE_INVALID_FALSE : GTK_ACCESSIBLE_INVALID_TRUE,
                               -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  adw_action_row_get_subtitle (row), -1);
}

/* Not with every letter: jobs that wait would be asked for anew each time. */
static void
commit (RushesClusterPage *self, GtkEntry *entry)
{
  g_autofree char *key = get_key (entry);
  g_autofree char *typed = get_typed (entry);
  g_autofree char *known = NULL;

  if (self->settings == NULL || !check_typed (entry, NULL))
    return;
  known = g_settings_get_string (self->settings, key);
  if (!g_str_equal (typed, known))
    g_settings_set_string (self->settings, key, typed);
}

static void
activate_cb (GtkEntry *entry, RushesClusterPage *self)
{
  commit (self, entry);
}

static void
leave_cb (GtkEventController *controller, RushesClusterPage *self)
{
  commit (self, GTK_ENTRY (gtk_event_controller_get_widget (controller)));
}

static void
add_entry (RushesClusterPage *self, const Text *text)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *entry = gtk_entry_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();
  g_autofree char *key = NULL;
  g_autofree char *known = NULL;
  g_autofree char *name = NULL;
  g_auto (GStrv) parts = g_strsplit (_ (text->title), "_", 2);

  g_object_set_data (G_OBJECT (entry), "text", (gpointer) text);
  key = get_key (GTK_ENTRY (entry));
  known = g_settings_get_string (self->settings, key);
  name = g_strjoinv ("", parts);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ (text->title));
  adw_preferences_row_set_use_underline (ADW_PREFERENCES_ROW (row), TRUE);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  gtk_widget_set_valign (entry, GTK_ALIGN_CENTER);
  gtk_editable_set_width_chars (GTK_EDITABLE (entry), 12);
  gtk_editable_set_text (GTK_EDITABLE (entry), known);
  rushes_accessible_label (entry, name);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), entry);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), entry);

  g_signal_connect_object (entry, "changed", G_CALLBACK (typed_cb), row, 0);
  g_signal_connect_object (entry, "activate", G_CALLBACK (activate_cb), self, 0);
  g_signal_connect_object (entry, "unmap", G_CALLBACK (activate_cb), self, 0);
  g_signal_connect_object (focus, "leave", G_CALLBACK (leave_cb), self, 0);
  gtk_widget_add_controller (entry, focus);
  typed_cb (GTK_ENTRY (entry), ADW_ACTION_ROW (row));
  g_ptr_array_add (self->entries, entry);
  adw_preferences_group_add (text->of_client ? self->client : self->slurm, row);
}

/* ---- The check ------------------------------------------------------- */

static void
show_outcome (RushesClusterPage *self, const char *icon, const char *text)
{
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->connection), text);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->outcome), icon);
  gtk_widget_set_visible (self->outcome, icon != NULL);
}

static void
situation_cb (RushesClusterPage *self)
{
  const char *situation = rushes_cluster_check_get_situation (self->check);

  if (situation != NULL)
    show_outcome (self, NULL, situation);
}

static void
set_checking (RushesClusterPage *self, gboolean checking)
{
  gtk_spinner_set_spinning (GTK_SPINNER (self->spinner), checking);
  gtk_widget_set_visible (self->spinner, checking);
  gtk_button_set_label (GTK_BUTTON (self->check_button), checking ? _ ("_Cancel") : _ ("C_heck"));
  rushes_accessible_label (self->check_button,
                           checking ? _ ("Cancel the Check") : _ ("Check the Connection"));
  if (checking)
    return;
  g_clear_object (&self->check);
  g_clear_object (&self->cancellable);
}

static void
cancel (RushesClusterPage *self)
{
  if (self->check == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->check, self);
  g_cancellable_cancel (self->cancellable);
  set_checking (self, FALSE);
  show_outcome (self, NULL, _ ("Not checked"));
}

static void
checked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  RushesClusterCheck *check = RUSHES_CLUSTER_CHECK (object);
  g_autoptr (GError) error = NULL;
  gboolean works = rushes_cluster_check_run_finish (check, result, &error);
  RushesClusterPage *self = user_data;

  /* The page may be gone. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  show_outcome (self, works ? "emblem-ok-symbolic" : "dialog-warning-symbolic",
                works ? rushes_cluster_check_get_findings (check) : error->message);
  set_checking (self, FALSE);
}

/* Returns: whether all that is typed makes sense */
static gboolean
commit_all (RushesClusterPage *self)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      GtkEntry *entry = g_ptr_array_index (self->entries, i);
      g_autoptr (GError) error = NULL;

      commit (self, entry);
      if (check_typed (entry, &error))
        continue;
      show_outcome (self, "dialog-warning-symbolic", error->message);
      gtk_widget_grab_focus (GTK_WIDGET (entry));
      return FALSE;
    }
  return TRUE;
}

static void
check_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RushesClusterPage *self = RUSHES_CLUSTER_PAGE (widget);

  if (self->check != NULL)
    {
      cancel (self);
      return;
    }
  if (!commit_all (self))
    return;
  self->check = rushes_manager_make_cluster_check (self->manager);
  self->cancellable = g_cancellable_new ();
  set_checking (self, TRUE);
  g_signal_connect_object (self->check, "notify::situation", G_CALLBACK (situation_cb), self,
                           G_CONNECT_SWAPPED);
  rushes_cluster_check_run_async (self->check, self->cancellable, checked_cb, self);
}

/* What was found out was about something else. */
static void
changed_cb (RushesClusterPage *self, const char *key)
{
  if (self->check == NULL && g_str_has_prefix (key, "slurm") && !g_str_equal (key, "slurm-jobs"))
    show_outcome (self, NULL, _ ("Not checked"));
}

/* ---- Bindings -------------------------------------------------------- */

static void
bind_number (RushesClusterPage *self, const char *key, GtkWidget *spin)
{
  g_settings_bind (self->settings, key, gtk_spin_button_get_adjustment (GTK_SPIN_BUTTON (spin)),
                   "value", G_SETTINGS_BIND_DEFAULT);
}

static void
enabled_cb (RushesClusterPage *self)
{
  if (!gtk_switch_get_active (GTK_SWITCH (self->enabled)))
    cancel (self);
}

/* ---- The object ------------------------------------------------------ */

static void
rushes_cluster_page_dispose (GObject *object)
{
  RushesClusterPage *self = RUSHES_CLUSTER_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->check);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->settings);
  g_clear_object (&self->manager);
  g_clear_pointer (&self->entries, g_ptr_array_unref);

  G_OBJECT_CLASS (rushes_cluster_page_parent_class)->dispose (object);
}

static void
rushes_cluster_page_class_init (RushesClusterPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = rushes_cluster_page_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, RUSHES_RESOURCES "cluster-page.ui");
  gtk_widget_class_bind_template_child (widget_class, RushesClusterPage, enabled);
  gtk_widget_class_bind_template_child (widget_class, RushesClusterPage, place);
  gtk_widget_class_bind_template_child (widget_class, RushesClusterPage, jobs);
  gtk_widget_class_bind_template_child (widget_class, RushesClusterPage, connection);
  gtk_widget_class_bind_template_child (widget_class, RushesClusterPage, check_button);
  gtk_widget_class_bind_template_child (widget_class, RushesClusterPage, spinner);
  gtk_widget_class_bind_template_child (widget_class, RushesClusterPage, outcome);
  gtk_widget_class_bind_template_child (widget_class, RushesClusterPage, slurm);
  gtk_widget_class_bind_template_child (widget_class, RushesClusterPage, client);
  gtk_widget_class_bind_template_child (widget_class, RushesClusterPage, cpus);
  gtk_widget_class_bind_template_callback (widget_class, enabled_cb);
  gtk_widget_class_install_action (widget_class, "cluster.check", NULL, check_action);
}

static void
rushes_cluster_page_init (RushesClusterPage *self)
{
  self->entries = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  rushes_accessible_label_part (self->place, GTK_TYPE_LIST_BOX, _ ("Cluster"));
  set_checking (self, FALSE);
}

/**
 * rushes_cluster_page_bind:
 * @self: a page that is bound to nothing
 * @settings: what is shown and changed
 * @manager: whose cluster is checked
 */
void
rushes_cluster_page_bind (RushesClusterPage *self, GSettings *settings, RushesManager *manager)
{
  g_return_if_fail (RUSHES_IS_CLUSTER_PAGE (self));
  g_return_if_fail (G_IS_SETTINGS (settings));
  g_return_if_fail (RUSHES_IS_MANAGER (manager));
  g_return_if_fail (self->settings == NULL);

  self->settings = g_object_ref (settings);
  self->manager = g_object_ref (manager);
  g_settings_bind (settings, "slurm", self->enabled, "active", G_SETTINGS_BIND_DEFAULT);
  bind_number (self, "slurm-jobs", self->jobs);
  bind_number (self, "slurm-cpus", self->cpus);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    add_entry (self, &texts[i]);
  g_signal_connect_object (settings, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
}
