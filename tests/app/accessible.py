# SPDX-License-Identifier: GPL-3.0-or-later
"""The tree of widgets that a screen reader sees, read from the accessibility bus itself.

There is no cache, so what is read is what there is; libatspi keeps one that only a
running main loop brings up to date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple, Self

from gi.repository import Gio, GLib

INTERFACE = "org.a11y.atspi."
ROOT = "/org/a11y/atspi/accessible/root"
REGISTRY = "org.a11y.atspi.Registry"

#: The longest that an answer is waited for, in milliseconds.
TIMEOUT = 20_000

#: Numbers of states, from AtspiStateType; those that GTK knows.
STATES = {
    1: "active",
    3: "busy",
    4: "checked",
    8: "enabled",
    9: "expandable",
    10: "expanded",
    11: "focusable",
    12: "focused",
    16: "modal",
    17: "multi line",
    20: "pressed",
    22: "selectable",
    23: "selected",
    24: "sensitive",
    25: "showing",
    26: "single line",
    30: "visible",
    32: "indeterminate",
    36: "invalid entry",
    41: "checkable",
    42: "has popup",
    43: "read only",
}

#: Newer versions of AT-SPI give some roles another name.
ROLES = {"push button": "button"}

#: Coordinates within the window. GTK 4 warns when it is asked for those of the screen.
WINDOW = 1


#: The path that stands for no widget.
NOTHING = "/org/a11y/atspi/null"

#: What stands in for a name that is missing.
CLASS = re.compile(r"^(Gtk|Adw|Rushes)[A-Z]\w*$")

POPOVER = re.compile(r"^Gtk(Popover|PopoverMenu|EmojiChooser)$")


class Gone(Exception):
    """A widget that is no more, or whose program does not answer."""


class Box(NamedTuple):
    """A rectangle, in pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def centre(self) -> tuple[int, int]:
        return self.x + self.width // 2, self.y + self.height // 2


class Bus:
    """The accessibility bus of a session."""

    def __init__(self, session_address: str) -> None:
        self._session = connect(session_address)
        (address,) = call(
            self._session, "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress"
        )
        self.connection = connect(address)

    def close(self) -> None:
        self.connection.close_sync(None)
        self._session.close_sync(None)

    def application(self, pid: int) -> Accessible | None:
        """The root of a process's widgets, once it has come to the bus."""
        registry = Accessible(self, REGISTRY, ROOT)
        for child in registry.children:
            try:
                found = call(
                    self.connection,
                    "org.freedesktop.DBus",
                    "/org/freedesktop/DBus",
                    "org.freedesktop.DBus",
                    "GetConnectionUnixProcessID",
                    GLib.Variant("(s)", (child.bus_name,)),
                )
            except Gone:
                continue
            if found[0] == pid:
                return child
        return None


class Accessible:
    """One widget. Whatever is asked of it may raise Gone."""

    def __init__(self, bus: Bus, bus_name: str, path: str) -> None:
        self.bus, self.bus_name, self.path = bus, bus_name, path

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Accessible) and (
            (self.bus_name, self.path) == (other.bus_name, other.path)
        )

    def __hash__(self) -> int:
        return hash((self.bus_name, self.path))

    def __repr__(self) -> str:
        try:
            return f"{self.role} {self.name!r}"
        except Gone:
            return f"what was {self.path}"

    # What it is

    @property
    def name(self) -> str:
        """What it is called. GTK 4.8 gives one without a name that of its class."""
        return str(self._get("Accessible", "Name"))

    @property
    def has_name(self) -> bool:
        """Whether it was given a name."""
        return bool(self.name) and not CLASS.match(self.name)

    @property
    def description(self) -> str:
        return str(self._get("Accessible", "Description"))

    @property
    def role(self) -> str:
        (name,) = self._call("Accessible", "GetRoleName")
        return ROLES.get(name, name)

    @property
    def states(self) -> set[str]:
        ((low, high),) = self._call("Accessible", "GetState")
        bits = low | high << 32
        return {name for number, name in STATES.items() if bits >> number & 1}

    @property
    def attributes(self) -> dict[str, str]:
        (attributes,) = self._call("Accessible", "GetAttributes")
        return dict(attributes)

    @property
    def interfaces(self) -> list[str]:
        (names,) = self._call("Accessible", "GetInterfaces")
        return [name.removeprefix(INTERFACE) for name in names]

    @property
    def text(self) -> str:
        """What a label says, or what is in an entry."""
        # GTK 4.8 takes -1 for the end of a label, but not of an entry.
        end = self._get("Text", "CharacterCount")
        (text,) = self._call("Text", "GetText", GLib.Variant("(ii)", (0, end)))
        return str(text)

    @property
    def value(self) -> float:
        """Of a progress bar, a spin button or a slider."""
        return float(self._get("Value", "CurrentValue"))

    @property
    def limits(self) -> tuple[float, float]:
        """The least and the greatest value."""
        least, greatest = (
            self._get("Value", f"{end}Value") for end in ("Minimum", "Maximum")
        )
        return float(least), float(greatest)

    @property
    def place(self) -> Box:
        """Where it is in its window, without that window's border."""
        (extents,) = self._call(
            "Component", "GetExtents", GLib.Variant("(u)", (WINDOW,))
        )
        return Box(*extents)

    @property
    def is_showing(self) -> bool:
        """Whether it is on the screen, be it below something else."""
        # GTK 4.8 tells no state for it: what is on another page of a stack has all that
        # the page in front has, and keeps its place. But one cannot point at it there.
        if "visible" not in self.states or min(self.place[2:]) <= 0:
            return False
        surface = self.surface
        for widget in (self, *self.ancestors()):
            if "Component" not in widget.interfaces:
                continue  # a GtkStackPage
            place = widget.place.centre
            if widget.at(*place):
                return True
            # What is insensitive cannot be pointed at either: one points at what it is in.
            if front := surface.at(*place):
                return front in widget.ancestors()
            # There is a part that is not in this tree; what all of it is in may tell.
        return True

    def matches(self, role: str | None, name: str | re.Pattern[str] | None) -> bool:
        """Whether it has a role, and a name that is the same or in which a pattern is
        found; None is any."""
        if role is not None and self.role != role:
            return False
        if name is None:
            return True
        known = self.name
        if isinstance(name, re.Pattern):
            return bool(name.search(known))
        return name in (known, without_mnemonic(known))

    # What is around it

    @property
    def children(self) -> list[Self]:
        (children,) = self._call("Accessible", "GetChildren")
        return [self._other(*child) for child in children]

    @property
    def parent(self) -> Self:
        return self._other(*self._get("Accessible", "Parent"))

    def ancestors(self) -> Iterator[Self]:
        """What it is in, from the inside out, up to its window."""
        widget = self
        while (widget := widget.parent).path not in (ROOT, NOTHING):
            yield widget

    @property
    def surface(self) -> Self:
        """The window or the popover that it is in, or itself."""
        widget = self
        for widget in (self, *self.ancestors()):
            if POPOVER.match(widget.name):
                break
        return widget

    def at(self, x: int, y: int) -> Self | None:
        """What is in front at a place of this window."""
        arguments = GLib.Variant("(iiu)", (x, y, WINDOW))
        (found,) = self._call("Component", "GetAccessibleAtPoint", arguments)
        return None if found[1] == NOTHING else self._other(*found)

    def walk(self) -> Iterator[Self]:
        """Itself and all below it, each before what it holds."""
        try:
            children = self.children
        except Gone:
            return
        yield self
        for child in children:
            yield from child.walk()

    def outline(self, indent: str = "") -> Iterator[str]:
        """The tree from here down, a line each, for messages."""
        try:
            states = " ".join(sorted(self.states - {"enabled", "visible", "sensitive"}))
            detail = f" = {self.value:g}" if "Value" in self.interfaces else ""
            yield f"{indent}{self!r}{detail} ({states})"
            children = self.children
        except Gone:
            return
        for child in children:
            yield from child.outline(indent + "  ")

    # What can be done to it without pointer and keyboard

    def act(self, number: int = 0) -> None:
        """Do what a screen reader's user can do to it."""
        (done,) = self._call("Action", "DoAction", GLib.Variant("(i)", (number,)))
        assert done, f"{self!r} does nothing"

    def grab_focus(self) -> None:
        (done,) = self._call("Component", "GrabFocus")
        assert done, f"{self!r} takes no focus"

    # Inside

    def _other(self, bus_name: str, path: str) -> Self:
        """Another widget, of the same kind of object as this one."""
        return type(self)(self.bus, bus_name, path)

    def _call(
        self, interface: str, method: str, arguments: GLib.Variant | None = None
    ) -> Any:
        return call(
            self.bus.connection,
            self.bus_name,
            self.path,
            INTERFACE + interface,
            method,
            arguments,
        )

    def _get(self, interface: str, name: str) -> Any:
        arguments = GLib.Variant("(ss)", (INTERFACE + interface, name))
        (value,) = call(
            self.bus.connection,
            self.bus_name,
            self.path,
            "org.freedesktop.DBus.Properties",
            "Get",
            arguments,
        )
        return value


def without_mnemonic(name: str) -> str:
    """GTK 4.8 names a button for its label with the mnemonic and again without."""
    plain = name.replace("_", "")
    half = plain[: len(plain) // 2]
    return half if plain == f"{half} {half}" else plain


def connect(address: str) -> Gio.DBusConnection:
    """A connection to a bus."""
    return Gio.DBusConnection.new_for_address_sync(
        address,
        Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
        | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION,
        None,
        None,
    )


def call(
    connection: Gio.DBusConnection,
    bus_name: str,
    path: str,
    interface: str,
    method: str,
    arguments: GLib.Variant | None = None,
) -> Any:
    """The answer to a call, a tuple. Raises Gone if there is none."""
    try:
        return connection.call_sync(
            bus_name,
            path,
            interface,
            method,
            arguments,
            None,
            Gio.DBusCallFlags.NONE,
            TIMEOUT,
            None,
        ).unpack()
    except GLib.Error as error:
        raise Gone(f"{interface}.{method}: {error.message}") from error
