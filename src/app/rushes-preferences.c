/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "rushes-blenders.h"
#include "rushes-cluster-page.h"
#include "rushes-host.h"
#include "rushes-preferences.h"

/**
 * RushesPreferences:
 *
 * The program's settings: which Blender, where files go, how patient to be.
 */
struct _RushesPreferences
{
  AdwPreferencesWindow parent_instance;

  GSettings *settings; /* (owned) */
  AdwPreferencesGroup *blenders;
  GtkWidget *start_timeout, *frame_timeout, *max_attempts, *factory_startup, *sandbox, *jobs,
      *jobs_auto, *frame_timeout_auto, *keep_ready;
  GtkWidget *output_folder, *log_folder;
  GtkWidget *when_done;
  RushesClusterPage *cluster;
  GtkCheckButton *group;         /* (nullable): the first of the Blenders' buttons */
  GPtrArray *listed;             /* (owned) (element-type filename): the Blenders shown */
  GCancellable *cancellable;     /* (owned) */
  GtkFileChooserNative *chooser; /* (owned) (nullable): while it is open */
  const char *choosing;          /* (nullable): the key that it is for */
};

G_DEFINE_FINAL_TYPE (RushesPreferences, rushes_preferences, ADW_TYPE_PREFERENCES_WINDOW)

static const char *const outcomes[] = { "nothing", "suspend", "power-off" };

/* ---- Blenders -------------------------------------------------------- */

static void
version_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GtkWidget) row = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *version = rushes_blender_ask_version_finish (result, &error);
  GtkWidget *button = g_object_get_data (G_OBJECT (row), "button");
  g_autofree char *title = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  title = version != NULL ? g_strdup_printf (_ ("Blender %s"), version)
                          : g_strdup (_ ("Not a Blender that starts"));
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  -1);
  gtk_widget_set_sensitive (button, version != NULL);
}

static void
toggled_cb (GtkCheckButton *button, RushesPreferences *self)
{
  if (gtk_check_button_get_active (button))
    g_settings_set_string (self->settings, "blender",
                           g_object_get_data (G_OBJECT (button), "blender"));
}

/* @blender: "" for the one on the search path. */
static void
add_blender (RushesPreferences *self, const char *blender)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *button = gtk_check_button_new ();
  g_autofree char *chosen = g_settings_get_string (self->settings, "blender");
  g_autofree char *shown = g_filename_display_name (blender);

  g_ptr_array_add (self->listed, g_strdup (blender));
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ ("Blender"));
  adw_action_row_set_subtitle (
      ADW_ACTION_ROW (row), *blender != '\0' ? shown : _ ("The one that the system finds first"));
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 2);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_check_button_set_group (GTK_CHECK_BUTTON (button), self->group);
  if (self->group == NULL)
    self->group = GTK_CHECK_BUTTON (button);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (button), g_str_equal (chosen, blender));
  g_object_set_data_full (G_OBJECT (button), "blender", g_strdup (blender), g_free);
  g_object_set_data (G_OBJECT (row), "button", button);
  g_signal_connect_object (button, "toggled", G_CALLBACK (toggled_cb), self, 0);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), button);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), button);
  adw_preferences_group_add (self->blenders, row);
  rushes_blender_ask_version_async (*blender != '\0' ? blender : "blender", self->cancellable,
                                    version_cb, g_object_ref (row));
}

static gboolean
is_listed (RushesPreferences *self, const char *blender)
{
  return g_ptr_array_find_with_equal_func (self->listed, blender, g_str_equal, NULL);
}

static void
found_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GPtrArray) found = rushes_blenders_find_finish (result, NULL);
  RushesPreferences *self;

  if (found == NULL)
    return;
  self = user_data;
  for (guint i = 0; i < found->len; i++)
    if (!is_listed (self, g_ptr_array_index (found, i)))
      add_blender (self, g_ptr_array_index (found, i));
}

static void
list_blenders (RushesPreferences *self)
{
  g_autofree char *chosen = g_settings_get_string (self->settings, "blender");

  add_blender (self, "");
  if (*chosen != '\0')
    add_blender (self, chosen);
  rushes_blenders_find_async (self->cancellable, found_cb, self);
}

/* ---- Files ----------------------------------------------------------- */

static void
chooser_response_cb (RushesPreferences *self, int response)
{
  g_autoptr (GFile) file = NULL;
  g_autofree char *path = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser));
  path = file != NULL ? g_file_get_path (file) : NULL;
  if (path != NULL)
    {
      /* In a Flatpak, a program that only the host sees. */
      char *document = rushes_host_find_document (path);

      if (document != NULL)
        {
          g_free (path);
          path = document;
        }
      g_settings_set_string (self->settings, self->choosing, path);
      if (g_str_equal (self->choosing, "blender") && !is_listed (self, path))
        add_blender (self, path);
    }
  g_clear_object (&self->chooser);
}

static void
choose (RushesPreferences *self, const char *key, const char *title, GtkFileChooserAction action)
{
  if (self->chooser != NULL)
    return;
  self->choosing = key;
  self->chooser =
      gtk_file_chooser_native_new (title, GTK_WINDOW (self), action, _ ("_Choose"), _ ("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (chooser_response_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
choose_blender_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  choose (RUSHES_PREFERENCES (widget), "blender", _ ("Choose Blender"),
          GTK_FILE_CHOOSER_ACTION_OPEN);
}

static void
choose_output_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  choose (RUSHES_PREFERENCES (widget), "output-folder", _ ("Choose Output Folder"),
          GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER);
}

static void
choose_log_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  choose (RUSHES_PREFERENCES (widget), "log-folder", _ ("Choose Log Folder"),
          GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER);
}

static void
reset_output_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_settings_reset (RUSHES_PREFERENCES (widget)->settings, "output-folder");
}

static void
reset_log_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_settings_reset (RUSHES_PREFERENCES (widget)->settings, "log-folder");
}

static void
update_folders (RushesPreferences *self)
{
  g_autofree char *output = g_settings_get_string (self->settings, "output-folder");
  g_autofree char *log = g_settings_get_string (self->settings, "log-folder");

  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->output_folder),
                               *output != '\0' ? output : _ ("“renders” beside each scene"));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->log_folder),
                               *log != '\0' ? log : _ ("In the user’s state folder"));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "preferences.reset-output", *output != '\0');
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "preferences.reset-log", *log != '\0');
}

/* ---- Bindings -------------------------------------------------------- */

static gboolean
get_outcome (GValue *value, GVariant *variant, gpointer user_data)
{
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    if (g_str_equal (outcomes[i], g_variant_get_string (variant, NULL)))
      {
        g_value_set_uint (value, i);
        return TRUE;
      }
  return FALSE;
}

static GVariant *
set_outcome (const GValue *value, const GVariantType *type, gpointer user_data)
{
  guint selected = g_value_get_uint (value);

  return selected < G_N_ELEMENTS (outcomes) ? g_variant_new_string (outcomes[selected]) : NULL;
}

static gboolean
get_number (GValue *value, GVariant *variant, gpointer user_data)
{
  g_value_set_double (value, g_variant_get_uint32 (variant));
  return TRUE;
}

static GVariant *
set_number (const GValue *value, const GVariantType *type, gpointer user_data)
{
  return g_variant_new_uint32 ((guint32) g_value_get_double (value));
}

static void
bind_number (RushesPreferences *self, const char *key, GtkWidget *spin)
{
  g_settings_bind_with_mapping (self->settings, key, spin, "value", G_SETTINGS_BIND_DEFAULT,
                                get_number, set_number, NULL, NULL);
}

/* Without a cluster, somebody has to work here. */
static void
update_jobs (RushesPreferences *self)
{
  gtk_spin_button_set_range (GTK_SPIN_BUTTON (self->jobs),
                             g_settings_get_boolean (self->settings, "slurm") ? 0 : 1, 256);
}

static void
bind_settings (RushesPreferences *self)
{
  bind_number (self, "start-timeout", self->start_timeout);
  bind_number (self, "frame-timeout", self->frame_timeout);
  g_settings_bind (self->settings, "frame-timeout-auto", self->frame_timeout_auto, "active",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "frame-timeout-auto", self->frame_timeout, "sensitive",
                   G_SETTINGS_BIND_GET | G_SETTINGS_BIND_INVERT_BOOLEAN);
  bind_number (self, "max-attempts", self->max_attempts);
  update_jobs (self);
  bind_number (self, "jobs", self->jobs);
  g_signal_connect_object (self->settings, "changed::slurm", G_CALLBACK (update_jobs), self,
                           G_CONNECT_SWAPPED);
  g_settings_bind (self->settings, "jobs-auto", self->jobs_auto, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "jobs-auto", self->jobs, "sensitive",
                   G_SETTINGS_BIND_GET | G_SETTINGS_BIND_INVERT_BOOLEAN);
  g_settings_bind (self->settings, "factory-startup", self->factory_startup, "active",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "sandbox", self->sandbox, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "keep-ready", self->keep_ready, "active",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind_with_mapping (self->settings, "when-done", self->when_done, "selected",
                                G_SETTINGS_BIND_DEFAULT, get_outcome, set_outcome, NULL, NULL);
  g_signal_connect_object (self->settings, "changed", G_CALLBACK (update_folders), self,
                           G_CONNECT_SWAPPED);
  update_folders (self);
}

/* ---- The object ------------------------------------------------------ */

static void
rushes_preferences_dispose (GObject *object)
{
  RushesPreferences *self = RUSHES_PREFERENCES (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->chooser);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->listed, g_ptr_array_unref);

  G_OBJECT_CLASS (rushes_preferences_parent_class)->dispose (object);
}

static void
rushes_preferences_class_init (RushesPreferencesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = rushes_preferences_dispose;

  g_type_ensure (RUSHES_TYPE_CLUSTER_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class, RUSHES_RESOURCES "preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, RushesPreferences, blenders);
  gtk_widget_class_bind_template_child (widget_class, RushesPreferences, start_timeout);
  gtk_widget_class_bind_template_child (widget_class, RushesPreferences, frame_timeout);
  gtk_widget_class_bind_template_child (widget_class, RushesPreferences, frame_timeout_auto);
  gtk_widget_class_bind_template_child (widget_class, RushesPreferences, max_attempts);
  gtk_widget_class_bind_template_child (widget_class, RushesPreferences, factory_startup);
  gtk_widget_class_bind_template_child (widget_class, RushesPreferences, sandbox);
  gtk_widget_class_bind_template_child (widget_class, RushesPreferences, keep_ready);
  gtk_widget_class_bind_template_child (widget_class, RushesPreferences, jobs);
  gtk_widget_class_bind_template_child (widget_class, RushesPreferences, jobs_auto);
  gtk_widget_class_bind_template_child (widget_class, RushesPreferences, output_folder);
  gtk_widget_class_bind_template_child (widget_class, RushesPreferences, log_folder);
  gtk_widget_class_bind_template_child (widget_class, RushesPreferences, when_done);
  gtk_widget_class_bind_template_child (widget_class, RushesPreferences, cluster);
  gtk_widget_class_install_action (widget_class, "preferences.choose-blender", NULL,
                                   choose_blender_action);
  gtk_widget_class_install_action (widget_class, "preferences.choose-output", NULL,
                                   choose_output_action);
  gtk_widget_class_install_action (widget_class, "preferences.choose-log", NULL, choose_log_action);
  gtk_widget_class_install_action (widget_class, "preferences.reset-output", NULL,
                                   reset_output_action);
  gtk_widget_class_install_action (widget_class, "preferences.reset-log", NULL, reset_log_action);
}

static void
rushes_preferences_init (RushesPreferences *self)
{
  self->cancellable = g_cancellable_new ();
  self->listed = g_ptr_array_new_with_free_func (g_free);
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * rushes_preferences_new:
 * @parent: (nullable): the window that it belongs to
 * @settings: what is shown and changed
 * @manager: what they are for
 *
 * Returns: (transfer none): the window
 */
GtkWidget *
rushes_preferences_new (GtkWindow *parent, GSettings *settings, RushesManager *manager)
{
  RushesPreferences *self = g_object_new (RUSHES_TYPE_PREFERENCES, "transient-for", parent, "modal",
                                          parent != NULL, NULL);

  self->settings = g_object_ref (settings);
  bind_settings (self);
  rushes_cluster_page_bind (self->cluster, settings, manager);
  list_blenders (self);
  return GTK_WIDGET (self);
}
