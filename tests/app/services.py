# SPDX-License-Identifier: GPL-3.0-or-later
"""What a desktop offers to its programs, played by a thread of the test: it notes what
it was asked for and does nothing."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from gi.repository import Gio, GLib

#: Name and path of each service, and its interfaces.
SERVICES = {
    (
        "org.freedesktop.login1",
        "/org/freedesktop/login1",
    ): """
<interface name='org.freedesktop.login1.Manager'>
  <method name='Suspend'><arg type='b' direction='in'/></method>
  <method name='PowerOff'><arg type='b' direction='in'/></method>
</interface>""",
    (
        "org.freedesktop.Notifications",
        "/org/freedesktop/Notifications",
    ): """
<interface name='org.freedesktop.Notifications'>
  <method name='Notify'>
    <arg type='s' direction='in'/><arg type='u' direction='in'/>
    <arg type='s' direction='in'/><arg type='s' direction='in'/>
    <arg type='s' direction='in'/><arg type='as' direction='in'/>
    <arg type='a{sv}' direction='in'/><arg type='i' direction='in'/>
    <arg type='u' direction='out'/>
  </method>
  <method name='CloseNotification'><arg type='u' direction='in'/></method>
  <method name='GetCapabilities'><arg type='as' direction='out'/></method>
  <method name='GetServerInformation'>
    <arg type='s' direction='out'/><arg type='s' direction='out'/>
    <arg type='s' direction='out'/><arg type='s' direction='out'/>
  </method>
</interface>""",
    (
        "org.gnome.SessionManager",
        "/org/gnome/SessionManager",
    ): """
<interface name='org.gnome.SessionManager'>
  <method name='RegisterClient'>
    <arg type='s' direction='in'/><arg type='s' direction='in'/>
    <arg type='o' direction='out'/>
  </method>
  <method name='UnregisterClient'><arg type='o' direction='in'/></method>
  <method name='Inhibit'>
    <arg type='s' direction='in'/><arg type='u' direction='in'/>
    <arg type='s' direction='in'/><arg type='u' direction='in'/>
    <arg type='u' direction='out'/>
  </method>
  <method name='Uninhibit'><arg type='u' direction='in'/></method>
</interface>""",
}

#: What each method answers; the others answer nothing.
ANSWERS = {
    "Notify": ("(u)", (1,)),
    "GetCapabilities": ("(as)", (["actions", "body"],)),
    "GetServerInformation": ("(ssss)", ("test", "rushes", "1", "1.2")),
    "RegisterClient": ("(o)", ("/org/gnome/SessionManager/Client1",)),
    "Inhibit": ("(u)", (7,)),
}


class Services:
    """The calls so far: name of the method, and what it was given."""

    def __init__(
        self,
        address: str,
        services: Mapping[tuple[str, str], str] = SERVICES,
        answers: Mapping[str, tuple[str, Any]] = ANSWERS,
    ) -> None:
        self.calls: list[tuple[str, Any]] = []
        self._address = address
        self._services = services
        self._answers = answers
        self._loop = GLib.MainLoop.new(GLib.MainContext.new(), False)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def called(self, method: str) -> list[Any]:
        """What it was given, each time."""
        return [values for name, values in list(self.calls) if name == method]

    def start(self) -> None:
        """Returns when every service can be called."""
        self._thread.start()
        assert self._ready.wait(30), "no services"

    def stop(self) -> None:
        """Leave the bus."""
        self._loop.quit()
        self._thread.join(30)

    def _run(self) -> None:
        context = self._loop.get_context()
        context.push_thread_default()
        flags = (
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
            | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        )
        bus = Gio.DBusConnection.new_for_address_sync(self._address, flags, None, None)
        for (name, path), interface in self._services.items():
            node = Gio.DBusNodeInfo.new_for_xml(f"<node>{interface}</node>")
            for known in node.interfaces:
                bus.register_object(path, known, self._answer, None, None)
            bus.call_sync(
                "org.freedesktop.DBus",
                "/org/freedesktop/DBus",
                "org.freedesktop.DBus",
                "RequestName",
                GLib.Variant("(su)", (name, 0)),
                None,
                Gio.DBusCallFlags.NONE,
                30_000,
                None,
            )
        self._ready.set()
        self._loop.run()
        bus.close_sync(None)
        context.pop_thread_default()

    def _answer(
        self,
        _bus: Any,
        _sender: str,
        _path: str,
        _interface: str,
        method: str,
        values: Any,
        invocation: Any,
    ) -> None:
        self.calls.append((method, values.unpack()))
        kind, answer = self._answers.get(method, ("()", ()))
        invocation.return_value(GLib.Variant(kind, answer))
