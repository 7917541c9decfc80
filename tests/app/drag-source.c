// SPDX-License-Identifier: GPL-3.0-or-later
// Another program's window, to drag files out of:
//
//   drag-source FILE…        offers the files as a file manager does
//   drag-source --uri URI…   offers text/uri-list and nothing else, as a browser does
//
// Says on standard output, a line each: "ready", "began", "accepted" and "refused" as the
// place under the pointer would take them or not, and last "dropped" or "cancelled".
#include <gtk/gtk.h>

static void
say (const char *what)
{
  g_print ("%s\n", what);
  fflush (stdout);
}

static void
on_selected_action (GdkDrag *drag)
{
  say (gdk_drag_get_selected_action (drag) != 0 ? "accepted" : "refused");
}

static void
on_begin (GtkDragSource *source, GdkDrag *drag)
{
  g_signal_connect (drag, "notify::selected-action", G_CALLBACK (on_selected_action), NULL);
  say ("began");
}

// Also called when a drag was cancelled, after that.
static void
on_end (GtkDragSource *source, GdkDrag *drag, gboolean delete_data, gpointer application)
{
  if (!g_object_get_data (G_OBJECT (drag), "cancelled"))
    say ("dropped");
  g_application_quit (application);
}

static gboolean
on_cancel (GtkDragSource *source, GdkDrag *drag, GdkDragCancelReason reason)
{
  g_object_set_data (G_OBJECT (drag), "cancelled", source);
  say ("cancelled");
  return FALSE;
}

static gboolean
on_mapped (gpointer user_data)
{
  say ("ready");
  return G_SOURCE_REMOVE;
}

static void
on_map (GtkWidget *window)
{
  g_idle_add (on_mapped, NULL);
}

static GdkContentProvider *
offer_uris (char **uris)
{
  g_autofree char *joined = g_strjoinv ("\r\n", uris);
  g_autofree char *text = g_strconcat (joined, "\r\n", NULL);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return gdk_content_provider_new_for_bytes ("text/uri-list", bytes);
}

static GdkContentProvider *
offer_files (char **paths)
{
  g_autoslist (GFile) files = NULL;
  g_auto (GValue) value = G_VALUE_INIT;

  for (guint i = 0; paths[i]; i++)
    files = g_slist_append (files, g_file_new_for_commandline_arg (paths[i]));
  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_take_boxed (&value, gdk_file_list_new_from_list (files));
  return gdk_content_provider_new_for_value (&value);
}

static void
on_activate (GApplication *application, gpointer provider)
{
  GtkWidget *window = gtk_application_window_new (GTK_APPLICATION (application));
  GtkWidget *label = gtk_label_new ("Drag me");
  GtkDragSource *source = gtk_drag_source_new ();

  gtk_drag_source_set_actions (source, GDK_ACTION_COPY);
  gtk_drag_source_set_content (source, provider);
  g_signal_connect (source, "drag-begin", G_CALLBACK (on_begin), NULL);
  g_signal_connect (source, "drag-end", G_CALLBACK (on_end), application);
  g_signal_connect (source, "drag-cancel", G_CALLBACK (on_cancel), NULL);
  gtk_widget_add_controller (label, GTK_EVENT_CONTROLLER (source));
  g_signal_connect (window, "map", G_CALLBACK (on_map), NULL);

  gtk_window_set_child (GTK_WINDOW (window), label);
  gtk_window_set_decorated (GTK_WINDOW (window), FALSE);
  gtk_window_set_title (GTK_WINDOW (window), "Drag Source");
  gtk_window_set_default_size (GTK_WINDOW (window), 80, 40);
  gtk_window_present (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  g_autoptr (GtkApplication) application =
      gtk_application_new ("io.github.rushes.DragSource", G_APPLICATION_NON_UNIQUE);
  g_autoptr (GdkContentProvider) provider = NULL;

  if (argc > 2 && g_str_equal (argv[1], "--uri"))
    provider = offer_uris (argv + 2);
  else
    provider = offer_files (argv + 1);
  g_signal_connect (application, "activate", G_CALLBACK (on_activate), provider);
  return g_application_run (G_APPLICATION (application), 1, argv);
}
