/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

#include "rushes-background.h"
#include "rushes-host.h"

static void
called_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (object), result, &error);

  /* A desktop without that portal does not mind either. */
  if (reply == NULL)
    g_debug ("The desktop was not asked: %s", error->message);
}

static void
connected_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) session = g_bus_get_finish (result, &error);
  GVariantBuilder options;

  if (session == NULL)
    {
      g_debug ("The desktop cannot be asked: %s", error->message);
      return;
    }
  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "reason",
                         g_variant_new_string (_ ("Rendering goes on without the window")));
  g_dbus_connection_call (session, "org.freedesktop.portal.Desktop",
                          "/org/freedesktop/portal/desktop", "org.freedesktop.portal.Background",
                          "RequestBackground", g_variant_new ("(sa{sv})", "", &options), NULL,
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, called_cb, NULL);
}

/**
 * rushes_background_request:
 *
 * Tells the desktop that we go on without a window, and why. It may end a
 * Flatpak that does so unasked; other programs need not ask.
 */
void
rushes_background_request (void)
{
  g_autoptr (RushesHost) host = rushes_host_new ();

  if (host != NULL)
    g_bus_get (G_BUS_TYPE_SESSION, NULL, connected_cb, NULL);
}
