/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "rushes-presets.h"
#include "rushes-scene.h"

/**
 * RushesPresets:
 *
 * A button with the settings that were saved under a name: to apply them to the
 * selected scenes, to save those of a scene, to delete them.
 */
struct _RushesPresets
{
  AdwBin parent_instance;

  GSettings *settings; /* (owned) */
  GListModel *scenes;  /* (owned) */
  GMenu *applying;     /* (owned) */
  GMenu *deleting;     /* (owned) */
};

G_DEFINE_FINAL_TYPE (RushesPresets, rushes_presets, ADW_TYPE_BIN)

#define KEY "presets"

/* Name and JSON text of each, a{ss}. */
static GVariantDict *
load (RushesPresets *self)
{
  g_autoptr (GVariant) value = g_settings_get_value (self->settings, KEY);
  GVariantDict *dict = g_variant_dict_new (NULL);
  GVariantIter iter;
  const char *name, *text;

  g_variant_iter_init (&iter, value);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &text))
    g_variant_dict_insert (dict, name, "s", text);
  return dict;
}

static void
save (RushesPresets *self, GVariantDict *dict)
{
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_dict_end (dict));
  GVariantBuilder builder;
  GVariantIter iter;
  const char *name;
  GVariant *text;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{ss}"));
  g_variant_iter_init (&iter, value);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &text))
    {
      g_variant_builder_add (&builder, "{ss}", name, g_variant_get_string (text, NULL));
      g_variant_unref (text);
    }
  g_settings_set_value (self->settings, KEY, g_variant_builder_end (&builder));
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_utf8_collate (*(const char *const *) a, *(const char *const *) b);
}

static void
fill_menus (RushesPresets *self)
{
  g_autoptr (GVariant) value = g_settings_get_value (self->settings, KEY);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  GVariantIter iter;
  const char *name;

  g_menu_remove_all (self->applying);
  g_menu_remove_all (self->deleting);
  g_variant_iter_init (&iter, value);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, NULL))
    g_ptr_array_add (names, (gpointer) name);
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    {
      g_autoptr (GMenuItem) apply = NULL;
      g_autoptr (GMenuItem) drop = NULL;

      name = g_ptr_array_index (names, i);
      apply = g_menu_item_new (name, NULL);
      drop = g_menu_item_new (name, NULL);
      g_menu_item_set_action_and_target (apply, "presets.apply", "s", name);
      g_menu_item_set_action_and_target (drop, "presets.delete", "s", name);
      g_menu_append_item (self->applying, apply);
      g_menu_append_item (self->deleting, drop);
    }
}

/* Trust is in a file, not a matter of taste. */
static void
assign (RushesPresets *self, RushesSettings *settings)
{
  for (guint i = 0; i < g_list_model_get_n_items (self->scenes); i++)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (self->scenes, i);
      g_autoptr (RushesSettings) copy = rushes_settings_copy (settings);

      rushes_settings_reset (copy, "allow-scripts");
      rushes_settings_assign (rushes_scene_get_settings (scene), copy);
    }
}

static void
apply_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  RushesPresets *self = RUSHES_PRESETS (widget);
  g_autoptr (GVariantDict) dict = load (self);
  g_autoptr (RushesSettings) settings = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  const char *text = NULL;

  if (!g_variant_dict_lookup (dict, g_variant_get_string (parameter, NULL), "&s", &text))
    return;
  node = json_from_string (text, NULL);
  settings = node != NULL ? rushes_settings_from_json (node, &error) : NULL;
  if (settings != NULL)
    assign (self, settings);
}

static void
delete_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  RushesPresets *self = RUSHES_PRESETS (widget);
  g_autoptr (GVariantDict) dict = load (self);

  g_variant_dict_remove (dict, g_variant_get_string (parameter, NULL));
  save (self, dict);
}

static void
reset_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  RushesPresets *self = RUSHES_PRESETS (widget);
  g_autoptr (RushesSettings) nothing = rushes_settings_new ();

  assign (self, nothing);
}

/* ---- Saving ---------------------------------------------------------- */

static void
save_response_cb (AdwMessageDialog *dialog, const char *response, RushesPresets *self)
{
  g_autoptr (RushesScene) scene = g_list_model_get_item (self->scenes, 0);
  GtkWidget *entry = adw_message_dialog_get_extra_child (dialog);
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (entry))));
  g_autoptr (GVariantDict) dict = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;

  if (!g_str_equal (response, "save") || scene == NULL || *name == '\0')
    return;
  dict = load (self);
  node = rushes_settings_to_json (rushes_scene_get_settings (scene));
  text = json_to_string (node, FALSE);
  g_variant_dict_insert (dict, name, "s", text);
  save (self, dict);
}

static void
name_changed_cb (GtkEditable *entry, AdwMessageDialog *dialog)
{
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (entry)));

  adw_message_dialog_set_response_enabled (dialog, "save", *name != '\0');
}

static void
save_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  RushesPresets *self = RUSHES_PRESETS (widget);
  GtkWidget *dialog =
      adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (widget)), _ ("Save as Preset"),
                              _ ("One of the same name is replaced."));
  GtkWidget *entry = gtk_entry_new ();

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "save",
                                    _ ("_Save"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "save",
                                              ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "save");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  adw_message_dialog_set_response_enabled (ADW_MESSAGE_DIALOG (dialog), "save", FALSE);
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), _ ("Name"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Name"),
                                  -1);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), entry);
  g_signal_connect_object (entry, "changed", G_CALLBACK (name_changed_cb), dialog, 0);
  g_signal_connect_object (dialog, "response", G_CALLBACK (save_response_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* ---- The object ------------------------------------------------------ */

static void
rushes_presets_dispose (GObject *object)
{
  RushesPresets *self = RUSHES_PRESETS (object);

  g_clear_object (&self->settings);
  g_clear_object (&self->scenes);
  g_clear_object (&self->applying);
  g_clear_object (&self->deleting);

  G_OBJECT_CLASS (rushes_presets_parent_class)->dispose (object);
}

static void
rushes_presets_class_init (RushesPresetsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = rushes_presets_dispose;

  gtk_widget_class_install_action (widget_class, "presets.apply", "s", apply_action);
  gtk_widget_class_install_action (widget_class, "presets.delete", "s", delete_action);
  gtk_widget_class_install_action (widget_class, "presets.reset", NULL, reset_action);
  gtk_widget_class_install_action (widget_class, "presets.save", NULL, save_action);
}

static void
rushes_presets_init (RushesPresets *self)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenu) section = g_menu_new ();
  GtkWidget *button = gtk_menu_button_new ();

  self->applying = g_menu_new ();
  self->deleting = g_menu_new ();
  g_menu_append (section, _ ("_Save as Preset…"), "presets.save");
  g_menu_append_submenu (section, _ ("_Delete Preset"), G_MENU_MODEL (self->deleting));
  g_menu_append (section, _ ("_Reset All Settings"), "presets.reset");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (self->applying));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (section));

  gtk_menu_button_set_label (GTK_MENU_BUTTON (button), _ ("Presets"));
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), G_MENU_MODEL (menu));
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  adw_bin_set_child (ADW_BIN (self), button);
}

/**
 * rushes_presets_new:
 * @settings: the program's settings, which keep them
 * @scenes: the scenes that they are applied to
 *
 * Returns: (transfer floating): the button
 */
GtkWidget *
rushes_presets_new (GSettings *settings, GListModel *scenes)
{
  RushesPresets *self = g_object_new (RUSHES_TYPE_PRESETS, NULL);

  self->settings = g_object_ref (settings);
  self->scenes = g_object_ref (scenes);
  g_signal_connect_object (settings, "changed::" KEY, G_CALLBACK (fill_menus), self,
                           G_CONNECT_SWAPPED);
  fill_menus (self);
  return GTK_WIDGET (self);
}
