// SPDX-License-Identifier: GPL-3.0-or-later
// A window that shows what is done to it: what the harness is tried on.
#include <adwaita.h>

static void
on_advance (GtkButton *button, gpointer bar)
{
  gtk_progress_bar_set_fraction (bar, MIN (1.0, gtk_progress_bar_get_fraction (bar) + 0.25));
}

static void
on_activate_entry (GtkEditable *entry, gpointer label)
{
  gtk_label_set_text (label, gtk_editable_get_text (entry));
}

// One file a line, as a URI.
static gboolean
on_drop (GtkDropTarget *target, const GValue *value, double x, double y, gpointer label)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (GSList *each = g_value_get_boxed (value); each; each = each->next)
    {
      g_autofree char *uri = g_file_get_uri (each->data);

      g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", uri);
    }
  gtk_label_set_text (label, text->str);
  return TRUE;
}

static void
on_response (AdwMessageDialog *dialog, const char *response, gpointer label)
{
  gtk_label_set_text (label, response);
}

static void
on_ask (GSimpleAction *action, GVariant *parameter, gpointer label)
{
  GtkWindow *window = GTK_WINDOW (gtk_widget_get_root (label));
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (
      adw_message_dialog_new (window, "Really?", "This dialog asks a question."));

  adw_message_dialog_add_responses (dialog, "stay", "_Stay", "go", "_Go", NULL);
  adw_message_dialog_set_close_response (dialog, "stay");
  g_signal_connect (dialog, "response", G_CALLBACK (on_response), label);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_chosen (GtkNativeDialog *native, int response, gpointer label)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native));

  gtk_label_set_text (label,
                      response == GTK_RESPONSE_ACCEPT ? g_file_peek_path (file) : "nothing chosen");
  g_object_unref (native);
}

static void
on_open (GSimpleAction *action, GVariant *parameter, gpointer label)
{
  GtkWindow *window = GTK_WINDOW (gtk_widget_get_root (label));
  GtkFileChooserNative *native = gtk_file_chooser_native_new (
      "Open a File", window, GTK_FILE_CHOOSER_ACTION_OPEN, "_Open", "_Cancel");

  g_signal_connect (native, "response", G_CALLBACK (on_chosen), label);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (native));
}

static void
on_complain (GSimpleAction *action, GVariant *parameter, gpointer label)
{
  g_printerr ("(mirror:1): Mirror-WARNING **: as asked\n");
}

static void
on_warn (GSimpleAction *action, GVariant *parameter, gpointer label)
{
  g_log_structured ("Mirror", G_LOG_LEVEL_WARNING, "MESSAGE", "as asked");
}

static void
on_turn (GSimpleAction *action, GVariant *parameter, gpointer label)
{
  GtkWidget *stack = g_object_get_data (G_OBJECT (action), "stack");

  gtk_stack_set_visible_child_name (GTK_STACK (stack), "second");
}

// Where the pointer was last, in the widget that it was on.
static double pointer[2];

static void
on_motion (GtkEventControllerMotion *motion, double x, double y)
{
  pointer[0] = x;
  pointer[1] = y;
}

static void
on_point (GSimpleAction *action, GVariant *parameter, gpointer label)
{
  g_autofree char *text = g_strdup_printf ("at %g %g", pointer[0], pointer[1]);

  gtk_label_set_text (label, text);
}

static void
name_widget (GtkWidget *widget, const char *name)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static GtkWidget *
make_menu_button (void)
{
  GtkWidget *button = gtk_menu_button_new ();
  g_autoptr (GMenu) menu = g_menu_new ();

  g_menu_append (menu, "_Ask", "app.ask");
  g_menu_append (menu, "_Open…", "app.open");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), G_MENU_MODEL (menu));
  gtk_menu_button_set_primary (GTK_MENU_BUTTON (button), TRUE);
  name_widget (button, "Main Menu");
  return button;
}

static GtkWidget *
make_target (void)
{
  GtkWidget *label = gtk_label_new ("nothing dropped");
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);
  GtkEventController *motion = gtk_event_controller_motion_new ();

  g_signal_connect (target, "drop", G_CALLBACK (on_drop), label);
  g_signal_connect (motion, "motion", G_CALLBACK (on_motion), NULL);
  gtk_widget_add_controller (label, GTK_EVENT_CONTROLLER (target));
  gtk_widget_add_controller (label, motion);
  gtk_widget_set_vexpand (label, TRUE);
  return label;
}

static GtkWidget *
make_rows (void)
{
  GtkWidget *list = gtk_list_box_new ();
  const char *const titles[] = { "Width", "Height" };

  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    {
      GtkWidget *row = adw_entry_row_new ();

      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), titles[i]);
      adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (row), i == 1);
      gtk_list_box_append (GTK_LIST_BOX (list), row);
    }
  name_widget (list, "Size");
  return list;
}

static GtkWidget *
make_pages (void)
{
  GtkWidget *stack = gtk_stack_new ();
  GtkWidget *second = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *button = gtk_button_new_with_label ("Insensitive");

  gtk_widget_set_sensitive (button, FALSE);
  gtk_box_append (GTK_BOX (second), gtk_label_new ("second page"));
  gtk_box_append (GTK_BOX (second), button);
  gtk_stack_add_named (GTK_STACK (stack), gtk_label_new ("first page"), "first");
  gtk_stack_add_named (GTK_STACK (stack), second, "second");
  return stack;
}

static void
add_actions (GtkApplication *application, GtkWidget *said, GtkWidget *stack)
{
  const struct
  {
    const char *name;
    const char *chord;
    GCallback activate;
  } actions[] = {
    { "ask", NULL, G_CALLBACK (on_ask) },
    { "open", "<Control>o", G_CALLBACK (on_open) },
    { "point", "<Control>p", G_CALLBACK (on_point) },
    { "complain", "<Control>w", G_CALLBACK (on_complain) },
    { "warn", "<Control>k", G_CALLBACK (on_warn) },
    { "turn", "<Control>t", G_CALLBACK (on_turn) },
  };

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    {
      g_autoptr (GSimpleAction) action = g_simple_action_new (actions[i].name, NULL);
      g_autofree char *name = g_strconcat ("app.", actions[i].name, NULL);

      g_signal_connect (action, "activate", actions[i].activate, said);
      g_object_set_data (G_OBJECT (action), "stack", stack);
      g_action_map_add_action (G_ACTION_MAP (application), G_ACTION (action));
      gtk_application_set_accels_for_action (application, name,
                                             (const char *[]){ actions[i].chord, NULL });
    }
}

static void
on_activate (GApplication *application)
{
  GtkWidget *window = adw_application_window_new (GTK_APPLICATION (application));
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *header = adw_header_bar_new ();
  GtkWidget *entry = gtk_entry_new ();
  GtkWidget *button = gtk_button_new_with_mnemonic ("_Advance");
  GtkWidget *bar = gtk_progress_bar_new ();
  GtkWidget *said = gtk_label_new ("nothing said");
  GtkWidget *pages = make_pages ();

  add_actions (GTK_APPLICATION (application), said, pages);
  name_widget (entry, "Message");
  name_widget (bar, "Progress");
  g_signal_connect (button, "clicked", G_CALLBACK (on_advance), bar);
  g_signal_connect (entry, "activate", G_CALLBACK (on_activate_entry), said);

  // This one has no name.
  adw_header_bar_pack_start (ADW_HEADER_BAR (header),
                             gtk_button_new_from_icon_name ("list-add-symbolic"));
  adw_header_bar_pack_end (ADW_HEADER_BAR (header), make_menu_button ());
  gtk_box_append (GTK_BOX (box), header);
  gtk_box_append (GTK_BOX (box), entry);
  gtk_box_append (GTK_BOX (box), make_rows ());
  gtk_box_append (GTK_BOX (box), button);
  gtk_box_append (GTK_BOX (box), bar);
  gtk_box_append (GTK_BOX (box), said);
  gtk_box_append (GTK_BOX (box), pages);
  gtk_box_append (GTK_BOX (box), make_target ());
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (window), box);
  gtk_window_set_title (GTK_WINDOW (window), "Mirror");
  gtk_window_set_default_size (GTK_WINDOW (window), 480, 480);
  gtk_window_present (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  g_autoptr (AdwApplication) application =
      adw_application_new ("io.github.rushes.Mirror", G_APPLICATION_NON_UNIQUE);

  g_signal_connect (application, "activate", G_CALLBACK (on_activate), NULL);
  return g_application_run (G_APPLICATION (application), argc, argv);
}
