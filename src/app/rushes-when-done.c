/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "rushes-when-done.h"

/* What happens after the last frame, if anything was asked for: a countdown
 * that anybody who is there can stop, then a word to the system. */

typedef struct
{
  AdwMessageDialog *dialog; /* unowned: it owns this */
  gboolean off;             /* or else suspended */
  guint left;               /* in seconds */
  guint timeout_id;
} Countdown;

static void
countdown_free (gpointer data)
{
  Countdown *countdown = data;

  g_clear_handle_id (&countdown->timeout_id, g_source_remove);
  g_free (countdown);
}

static void
called_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (object), result, &error);

  if (reply == NULL)
    g_message ("The system does not do that: %s", error->message);
}

static void
connected_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  const char *method = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) system = g_bus_get_finish (result, &error);

  if (system == NULL)
    {
      g_message ("The system cannot be asked: %s", error->message);
      return;
    }
  /* TRUE: the system may ask for a password. */
  g_dbus_connection_call (system, "org.freedesktop.login1", "/org/freedesktop/login1",
                          "org.freedesktop.login1.Manager", method, g_variant_new ("(b)", TRUE),
                          NULL, G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION, -1, NULL,
                          called_cb, NULL);
}

static void
update_body (Countdown *countdown)
{
  guint n = countdown->left;
  g_autofree char *body =
      countdown->off
          ? g_strdup_printf (
                ngettext ("Rendering is done. The computer is switched off in %u second.",
                          "Rendering is done. The computer is switched off in %u seconds.", n),
                n)
          : g_strdup_printf (
                ngettext ("Rendering is done. The computer is suspended in %u second.",
                          "Rendering is done. The computer is suspended in %u seconds.", n),
                n);

  adw_message_dialog_set_body (countdown->dialog, body);
}

static gboolean
tick_cb (gpointer user_data)
{
  Countdown *countdown = user_data;

  if (--countdown->left > 0)
    {
      update_body (countdown);
      return G_SOURCE_CONTINUE;
    }
  countdown->timeout_id = 0;
  adw_message_dialog_response (countdown->dialog, "now");
  return G_SOURCE_REMOVE;
}

static void
response_cb (AdwMessageDialog *dialog, const char *response, Countdown *countdown)
{
  g_clear_handle_id (&countdown->timeout_id, g_source_remove);
  if (g_str_equal (response, "now"))
    g_bus_get (G_BUS_TYPE_SYSTEM, NULL, connected_cb,
               (gpointer) (countdown->off ? "PowerOff" : "Suspend"));
}

/**
 * rushes_when_done_ask:
 * @parent: (nullable): the window that it belongs to
 * @what: "suspend" or "power-off"
 * @seconds: how long anybody has to say no
 *
 * Counts down, and then suspends the computer or switches it off.
 */
void
rushes_when_done_ask (GtkWindow *parent, const char *what, guint seconds)
{
  gboolean off = g_str_equal (what, "power-off");
  Countdown *countdown = g_new0 (Countdown, 1);
  GtkWidget *dialog =
      adw_message_dialog_new (parent, off ? _ ("Powering Off") : _ ("Suspending"), NULL);

  countdown->dialog = ADW_MESSAGE_DIALOG (dialog);
  countdown->off = off;
  countdown->left = seconds;
  g_object_set_data_full (G_OBJECT (dialog), "countdown", countdown, countdown_free);
  update_body (countdown);
  adw_message_dialog_add_responses (countdown->dialog, "cancel", _ ("_Cancel"), "now",
                                    off ? _ ("_Power Off Now") : _ ("_Suspend Now"), NULL);
  adw_message_dialog_set_close_response (countdown->dialog, "cancel");
  adw_message_dialog_set_default_response (countdown->dialog, "cancel");
  g_signal_connect (dialog, "response", G_CALLBACK (response_cb), countdown);
  countdown->timeout_id = g_timeout_add_seconds (1, tick_cb, countdown);
  gtk_window_present (GTK_WINDOW (dialog));
}
