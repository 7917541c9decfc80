# SPDX-License-Identifier: GPL-3.0-or-later
"""A desktop of one's own for a program under test: an X server, a session bus and an
accessibility bus, with a pointer and a keyboard to drive the program and the tree that
a screen reader sees to watch it.

    with Desktop() as desktop:
        program = desktop.start(["rushes"])
        program.find("button", "Start").click()
        desktop.key("ctrl+o")
        program.find("progress bar", where=lambda bar: bar.value == 1)
        desktop.key("ctrl+q")
        assert program.wait() == 0

Every wait has an end. There is no window manager: windows open at the upper left, the
last one on top, and the topmost has the keyboard. Run `./harness.py PROGRAM` to see the
tree of widgets of a program.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, TypeVar

import Xlib.display
import Xlib.error
import Xlib.X
import Xlib.Xatom
from Xlib.protocol.event import ClientMessage

from accessible import Accessible, Box, Bus, Gone

#: The longest that anything here is waited for, in seconds, unless the caller says.
PATIENCE = float(os.environ.get("RUSHES_TEST_PATIENCE", "30"))

#: Between two looks at what tells nobody when it changes, in seconds.
INTERVAL = 0.01

#: Steps of a drag. One long jump would be no drag to GTK.
STEPS = 30

#: Roles of what always needs a name, even where the focus goes to a part of it.
CONTROLS = {
    "checkbox",
    "combo box",
    "menu item",
    "progress bar",
    "radio button",
    "slider",
    "spin button",
    "switch",
    "tab",
    "text box",
}

#: Parts of widgets that have no name in GTK 4.8, and need none; the list is one of an
#: AdwComboRow.
NO_CONTROLS = {"GtkListItemWidget", "GtkListView", "GtkRange", "GtkText"}

#: Lines of a program's log that no test lets pass.
COMPLAINTS = re.compile(
    r"WARNING|CRITICAL|ERROR \*\*|Traceback|Sanitizer|runtime error"
)

#: Whose settings and folders the programs have in their place.
PRIVATE = {
    "HOME": "home",
    "TMPDIR": "tmp",
    "XDG_CACHE_HOME": "cache",
    "XDG_CONFIG_HOME": "config",
    "XDG_DATA_HOME": "data",
    "XDG_RUNTIME_DIR": "run",
    "XDG_STATE_HOME": "state",
}

#: All that programs see of our environment, besides what begins like KEPT. They speak
#: English unless a test says otherwise.
KEPT_NAMES = {"PATH", "LD_LIBRARY_PATH", "XDG_DATA_DIRS", "GSETTINGS_SCHEMA_DIR"}
KEPT = ("RUSHES_", "ASAN_", "UBSAN_", "LSAN_", "MALLOC_")

#: Nothing can be started through this bus but the accessibility bus: no portal, no
#: settings daemon and whatever else is installed where the tests run.
SESSION = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir={folder}</listen>
  <auth>EXTERNAL</auth>
  <servicedir>{folder}</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
SERVICE = "[D-BUS Service]\nName=org.a11y.Bus\nExec={launcher}\n"
LAUNCHERS = (
    "/usr/libexec/at-spi-bus-launcher",
    "/usr/lib/at-spi2-core/at-spi-bus-launcher",
)

Answer = TypeVar("Answer")
Name = str | re.Pattern[str] | None


def wait_until(
    condition: Callable[[], Answer | None],
    what: str | Callable[[], str],
    timeout: float | None = None,
) -> Answer:
    """Ask until the answer is true, never longer than `timeout` seconds; that answer."""
    deadline = time.monotonic() + (PATIENCE if timeout is None else timeout)
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(
                f"in vain: {what if isinstance(what, str) else what()}"
            )
        time.sleep(INTERVAL)
    return answer


class Desktop:
    """Use as a context manager. What is started in it ends with it; if all went well, it
    then asserts that no program complained in its log.

    `settings` are GTK's, by their names ("gtk-font-name"); nothing is animated unless
    they say so. `variables` go into the environment of every program. On a `composited`
    desktop windows have shadows and round corners, as in pictures of them they should.
    """

    def __init__(
        self,
        width: int = 1280,
        height: int = 800,
        settings: Mapping[str, str] | None = None,
        variables: Mapping[str, str] | None = None,
        composited: bool = False,
    ) -> None:
        self.width, self.height = width, height
        self.composited = composited
        self.folder = Path(tempfile.mkdtemp(prefix="rushes-desktop-"))
        self.programs: list[Program] = []
        self._services: list[subprocess.Popen[bytes]] = []
        self.environment = self._make_environment()
        self.environment.update(variables or {})
        self._write_settings(settings or {})

    def __enter__(self) -> Self:
        try:
            self._start_server()
            self._start_buses()
            if self.composited:
                self._start_compositor()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exception: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if exception:
                self._report()
            else:
                self.assert_quiet()
        finally:
            self._stop()

    # Programs

    def start(
        self,
        argv: Sequence[str | Path],
        variables: Mapping[str, str] | None = None,
    ) -> Program:
        """Run a program here."""
        program = Program(self, argv, {**self.environment, **(variables or {})})
        self.programs.append(program)
        return program

    def assert_quiet(self) -> None:
        """Nothing that was started here has logged a warning."""
        complaints = [
            f"{program.name}: {line}"
            for program in self.programs
            for line in program.log().splitlines()
            if COMPLAINTS.search(line)
        ]
        assert not complaints, "\n".join(complaints)

    def store(self, schema: str, values: Mapping[str, str]) -> None:
        """Let the programs that are started from now on find settings of theirs: keys of a
        GSettings schema whose path is like its id, and values as GVariant prints them.
        """
        folder = Path(self.environment["XDG_CONFIG_HOME"]) / "glib-2.0" / "settings"
        folder.mkdir(parents=True, exist_ok=True)
        lines = [f"{key}={value}\n" for key, value in values.items()]
        group = schema.replace(".", "/")
        (folder / "keyfile").write_text(f"[{group}]\n" + "".join(lines))

    # Keyboard and pointer

    def key(self, *chords: str) -> None:
        """Press chords as xdotool names them ("ctrl+o", "F9", "shift+Tab"), one after the
        other, in the topmost window."""
        self.focus()
        self._xdotool("key", *chords)

    def type_text(self, text: str) -> None:
        """Type into what has the focus in the topmost window."""
        self.focus()
        self._xdotool("type", "--delay", 5, "--", text)

    def click(self, x: int, y: int, button: int = 1, count: int = 1) -> None:
        """Click at a place of the screen."""
        repeat = ("click", "--repeat", count, "--delay", 20, button)
        self._xdotool("mousemove", x, y, *repeat)

    def move_pointer(self, x: int, y: int) -> None:
        """Put the pointer at a place of the screen."""
        self._xdotool("mousemove", x, y)

    def drag(
        self,
        start: tuple[int, int],
        end: tuple[int, int],
        until: Callable[[], Any] | None = None,
    ) -> None:
        """Drag from one place of the screen to another, in small steps; at the end, move
        to and fro until `until` holds, and only then let the button go."""
        self._xdotool("mousemove", *start, "mousedown", 1)
        try:
            for step in range(1, STEPS + 1):
                x, y = (
                    a + (b - a) * step // STEPS for a, b in zip(start, end, strict=True)
                )
                self._xdotool("mousemove", x, y)
            if until:
                self._wiggle(end, until)
        finally:
            self._xdotool("mouseup", 1)

    def drag_files(
        self,
        files: Sequence[str | Path],
        target: Widget | tuple[int, int],
        uri: bool = False,
    ) -> None:
        """Drag files out of another program's window to the middle of a widget, or to a
        place of the screen; with `uri`, drag a text/uri-list of addresses instead."""
        end = target.box.centre if isinstance(target, Widget) else target
        options = ["--uri"] if uri else []
        source = self.start([helper("drag-source"), *options, *files])
        source.wait_for_line("ready")
        start = self._park(source, away_from=end)
        # To let the button go before the target has answered cancels the drag, and a first
        # answer may be about a place on the way.
        answers: list[str] = []

        def accepted() -> bool:
            answers.append(source.said()[-1])
            return answers[-3:] == ["accepted"] * 3

        self.drag(start, end, until=accepted)
        source.wait_for_line("dropped")
        assert source.wait() == 0, source.state()

    def screenshot(self, path: str | Path, window: Window | None = None) -> Path:
        """Write the whole screen, or the part where a window is, to a PNG file."""
        x, y, width, height = window.box if window else (0, 0, self.width, self.height)
        crop = ["-crop", f"{width}x{height}+{x}+{y}", "+repage"]
        argv = ["import", "-window", "root", *crop, f"png:{path}"]
        subprocess.run(argv, env=self.environment, timeout=PATIENCE, check=True)
        return Path(path)

    # Windows

    def windows(self, program: Program | None = None) -> list[Window]:
        """The windows on the screen that can have the keyboard, the topmost first;
        popovers can not."""
        windows = [window for window in self.surfaces(program) if not window.is_popover]
        # A dialog is above its parent, also when that was raised.
        for window in windows:
            if windows and window.parent == windows[0].ident:
                windows.remove(window)
                windows.insert(0, window)
        return windows

    def surfaces(self, program: Program | None = None) -> list[Window]:
        """All that programs have on the screen, the topmost first."""
        surfaces = []
        for handle in reversed(self.display.screen().root.query_tree().children):
            try:
                surface = Window(self, handle)
                if surface.is_shown and (
                    not program or surface.pid == program.process.pid
                ):
                    surfaces.append(surface)
            except (Xlib.error.BadWindow, Xlib.error.BadDrawable):
                pass  # it went while we looked
        return surfaces

    def focus(self) -> None:
        """Give the keyboard to the topmost window, as a window manager would."""

        def focused() -> bool:
            windows = self.windows()
            if not windows:
                return False
            if self.focused_window() == windows[0].ident:
                return True
            windows[0].focus()
            return False

        wait_until(focused, "a window for the keyboard")

    def focused_window(self) -> int:
        """The X server's number of the window that has the keyboard."""
        focus = self.display.get_input_focus().focus
        return focus if isinstance(focus, int) else int(focus.id)

    # Inside

    def _xdotool(self, *words: object) -> None:
        argv = ["xdotool", *map(str, words)]
        subprocess.run(argv, env=self.environment, timeout=PATIENCE, check=True)

    def _wiggle(self, place: tuple[int, int], until: Callable[[], Any]) -> None:
        x, y = place
        turn = 0

        def look() -> bool:
            nonlocal turn
            turn += 1
            self._xdotool("mousemove", x + turn % 2, y)
            return bool(until())

        wait_until(look, "an answer to what is dragged")

    def _park(self, source: Program, away_from: tuple[int, int]) -> tuple[int, int]:
        """Move a small window to the corner that is farthest from a place; its middle."""
        window = wait_until(lambda: self.windows(source), "a window to drag from")[0]
        width, height = window.box[2:]
        x = 0 if away_from[0] > self.width // 2 else self.width - width
        y = 0 if away_from[1] > self.height // 2 else self.height - height
        window.move(x, y)
        wait_until(lambda: window.box[:2] == (x, y), "a window to move")
        return window.box.centre

    def _make_environment(self) -> dict[str, str]:
        for folder in PRIVATE.values():
            (self.folder / folder).mkdir(mode=0o700)
        return {
            **{
                name: value
                for name, value in os.environ.items()
                if name in KEPT_NAMES or name.startswith(KEPT)
            },
            **{name: str(self.folder / folder) for name, folder in PRIVATE.items()},
            "LC_ALL": "C.UTF-8",
            "GDK_BACKEND": "x11",
            "GSETTINGS_BACKEND": "keyfile",
            "GSK_RENDERER": "cairo",
            "GTK_A11Y": "atspi",
            "GTK_IM_MODULE": "gtk-im-context-simple",
            "G_DEBUG": "fatal-warnings",
            "LIBGL_ALWAYS_SOFTWARE": "1",
        }

    def _write_settings(self, settings: Mapping[str, str]) -> None:
        known = {
            "gtk-cursor-blink": "0",
            "gtk-enable-animations": "0",
            "gtk-font-name": "Cantarell 11",
            **settings,
        }
        lines = [f"{name}={value}\n" for name, value in known.items()]
        folder = self.folder / PRIVATE["XDG_CONFIG_HOME"] / "gtk-4.0"
        folder.mkdir()
        (folder / "settings.ini").write_text("[Settings]\n" + "".join(lines))

    def _start_server(self) -> None:
        size = f"{self.width}x{self.height}x24"
        argv = [
            "Xvfb",
            "-screen",
            "0",
            size,
            "-nolisten",
            "tcp",
            "-noreset",
            "-dpi",
            "96",
        ]
        display = f":{self._serve(argv, '-displayfd {}')}"
        self.environment["DISPLAY"] = display
        self.display = Xlib.display.Display(display)
        # On a busy machine a key that is pressed once would be let go too late.
        self.display.change_keyboard_control(auto_repeat_mode=Xlib.X.AutoRepeatModeOff)
        self.display.sync()

    def _start_buses(self) -> None:
        folder = self.folder / "bus"
        folder.mkdir()
        launcher = next(filter(os.path.exists, LAUNCHERS))
        (folder / "org.a11y.Bus.service").write_text(SERVICE.format(launcher=launcher))
        config = folder / "session.conf"
        config.write_text(SESSION.format(folder=folder))
        argv = ["dbus-daemon", "--nofork", f"--config-file={config}"]
        address = self._serve(argv, "--print-address={}")
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = address
        self.bus = Bus(address)

    def _start_compositor(self) -> None:
        self.start(["xcompmgr", "-n"])
        number = self.display.intern_atom
        root = self.display.screen().root
        wait_until(
            lambda: bool(self.display.get_selection_owner(number("_NET_WM_CM_S0"))),
            "a compositor",
        )
        # GTK draws shadows only if it believes in a window manager that knows of them.
        manager = root.create_window(-1, -1, 1, 1, 0, 0)
        check, known = number("_NET_SUPPORTING_WM_CHECK"), number("_NET_SUPPORTED")
        root.change_property(check, Xlib.Xatom.WINDOW, 32, [manager.id])
        manager.change_property(check, Xlib.Xatom.WINDOW, 32, [manager.id])
        root.change_property(known, Xlib.Xatom.ATOM, 32, [number("_GTK_FRAME_EXTENTS")])
        self.display.sync()

    def _serve(self, argv: Sequence[str], option: str) -> str:
        """Run what lives as long as we do, even if we are killed; what it writes to the
        descriptor that is put into `option`."""
        log = self.folder / f"{argv[0]}.log"
        reading, writing = os.pipe()
        with log.open("wb") as output, os.fdopen(reading) as answer:
            self._services.append(
                subprocess.Popen(
                    bound([*argv, *option.format(writing).split()]),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    env=self.environment,
                    pass_fds=[writing],
                )
            )
            os.close(writing)
            line = answer.readline().strip()
        if not line:
            raise AssertionError(f"{argv[0]} does not start: {log.read_text()}")
        return line

    def _report(self) -> None:
        """What there is to see, for whoever reads why a test failed."""
        try:
            for program in self.programs:
                print(f"── {program.name}: {program.state()}", file=sys.stderr)
                print(program.log(), end="", file=sys.stderr)
                if program.is_running:
                    print(*program.outline(), sep="\n", file=sys.stderr)
            if folder := os.environ.get("RUSHES_TEST_SCREENSHOTS"):
                path = (
                    Path(folder) / f"failed-{Path(sys.argv[0]).stem}-{os.getpid()}.png"
                )
                print(f"── {self.screenshot(path)}", file=sys.stderr)
        except Exception:  # the first failure is the one to be seen
            traceback.print_exc()

    def _stop(self) -> None:
        for program in self.programs:
            program.kill()
        if hasattr(self, "bus"):
            self.bus.close()
        if hasattr(self, "display"):
            self.display.close()
        # The bus before the server: what it has started goes with it.
        for service in reversed(self._services):
            service.terminate()
            service.wait(PATIENCE)
        shutil.rmtree(self.folder, ignore_errors=True)


class Program:
    """A program that runs on a desktop, and what its windows hold."""

    def __init__(
        self,
        desktop: Desktop,
        argv: Sequence[str | Path],
        environment: Mapping[str, str],
    ) -> None:
        self.desktop = desktop
        self.name = Path(argv[0]).name
        self._log = tempfile.TemporaryFile()
        self._output = tempfile.TemporaryFile()
        self._root: Widget | None = None
        self.process = subprocess.Popen(
            bound(argv),
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=self._log,
            env=environment,
        )

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def state(self) -> str:
        """How it is, in words."""
        code = self.process.poll()
        if code is None:
            return "running"
        return (
            f"killed by {signal.Signals(-code).name}"
            if code < 0
            else f"exit code {code}"
        )

    def log(self) -> str:
        """What it wrote to standard error so far."""
        return read_all(self._log)

    def said(self) -> list[str]:
        """The lines that it wrote to standard output so far."""
        return read_all(self._output).splitlines()

    def wait_for_line(self, line: str, timeout: float | None = None) -> None:
        """Wait until it has written a line to standard output."""

        def written() -> bool:
            over = not self.is_running
            if line in self.said():
                return True
            assert not over, self._end()
            return False

        wait_until(written, lambda: f"{line!r} of {self.said()}", timeout)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; the exit code, or a signal's number below zero."""
        return self.process.wait(PATIENCE if timeout is None else timeout)

    def kill(self) -> None:
        """End it for good."""
        if self.is_running:
            self.process.kill()
        self.process.wait(PATIENCE)

    # Widgets

    def windows(self) -> list[Widget]:
        """Its windows, as a screen reader sees them."""
        if not self._root:
            found = self.desktop.bus.application(self.process.pid)
            if not found:
                return []
            self._root = Widget(self, found.bus_name, found.path)
        return self._root.children

    def find_all(
        self, role: str | None = None, name: Name = None, inside: Widget | None = None
    ) -> list[Widget]:
        """All widgets of a role and a name that are on the screen now, in their order in
        the tree."""
        found = []
        for top in [inside] if inside else self._tops():
            for widget in top.walk():
                try:
                    if (
                        widget.matches(role, name)
                        and widget != inside
                        and widget.is_showing
                    ):
                        found.append(widget)
                except Gone:
                    pass  # while we looked
        return found

    def find(
        self,
        role: str | None = None,
        name: Name = None,
        inside: Widget | None = None,
        where: Callable[[Widget], Any] | None = None,
        timeout: float | None = None,
    ) -> Widget:
        """Wait for a widget of a role and a name to be on the screen, and for `where` to
        hold of it."""

        def look() -> Widget | None:
            over = not self.is_running
            for widget in self.find_all(role, name, inside):
                try:
                    if not where or where(widget):
                        return widget
                except Gone:
                    pass
            assert not over, self._end()
            return None

        return wait_until(look, f"{role} {name!r} in {self.name}", timeout)

    def wait_gone(
        self,
        role: str | None = None,
        name: Name = None,
        inside: Widget | None = None,
        timeout: float | None = None,
    ) -> None:
        """Wait until no widget of a role and a name is on the screen."""

        def look() -> bool:
            assert self.is_running, self._end()
            return not self.find_all(role, name, inside)

        wait_until(look, f"no more {role} {name!r} in {self.name}", timeout)

    def find_dialog(self, name: Name = None, timeout: float | None = None) -> Widget:
        """Wait for a further window with a title, and until the keyboard is its."""

        def look() -> Widget | None:
            windows = self.desktop.windows(self)
            tops = self._tops()
            assert self.is_running, self._end()
            # The X server has all that the accessibility bus has; the last is the topmost.
            if len(windows) < 2 or len(windows) != len(tops):
                return None
            self.desktop.focus()
            for top in tops:
                if top.matches(None, name) and top.title_is(windows[0].title):
                    return top
            return None

        return wait_until(look, f"a dialog {name!r} of {self.name}", timeout)

    def wait_window_gone(self, window: Widget) -> None:
        """Wait until a dialog is closed, and the keyboard is with what is below it."""

        def look() -> bool:
            assert self.is_running, self._end()
            return window not in self._tops()

        wait_until(look, f"an end of {window}")
        self.desktop.focus()

    def choose_file(self, path: str | Path, title: Name = None) -> None:
        """Type a path into GTK's own file chooser, once it is there, and accept it."""
        dialog = self.find_dialog(title)
        self.desktop.type_text(str(path))
        self.find(
            "text box", inside=dialog, where=lambda entry: entry.text == str(path)
        )
        self.desktop.key("Return")

    def focused(self) -> Widget | None:
        """The widget that has the focus in the topmost window, or would have it there."""
        windows = self.desktop.windows(self)
        edited = None
        for top in self._tops():
            if not windows or not top.title_is(windows[0].title):
                continue
            for widget in top.walk():
                try:
                    states = widget.states
                    if "focused" in states:
                        return widget
                    if "selectable" in states and widget.is_edited_row:
                        edited = widget
                except Gone:
                    pass
        return edited

    def tab_to(
        self, role: str | None = None, name: Name = None, chord: str = "Tab"
    ) -> Widget:
        """Press a key until a widget has the focus, once around at most."""
        self.desktop.focus()
        seen: set[Widget] = set()
        # Nothing has the focus in a new window at times; the first Tab gives it.
        while not (widget := self.focused()) or not widget.matches(role, name):
            assert widget not in seen, f"{chord} never comes to {role} {name!r}: {seen}"
            if widget:
                seen.add(widget)
            before = widget
            self.desktop.key(chord)
            wait_until(lambda: self.focused() != before, f"the focus to leave {before}")
        return widget

    def unnamed(self) -> list[str]:
        """What a screen reader has no name or no role for, of all on the screen that
        takes the focus, has a value or is made to be used."""
        found = []
        for top in self._tops():
            for widget in top.walk():
                try:
                    role = widget.role
                    takes_part = (
                        role in CONTROLS
                        or "focusable" in widget.states
                        or "Value" in widget.interfaces
                    )
                    # GTK's own: scrolled windows, and what a drop-down list shows.
                    plain = (
                        role == "group"
                        or widget.name in NO_CONTROLS
                        or (role == "list item" and widget.parent.name in NO_CONTROLS)
                    )
                    named = widget.has_name and role not in ("widget", "unknown")
                    if takes_part and not plain and not named and widget.is_showing:
                        found.append(f"{widget!r} in {widget.parent!r}")
                except Gone:
                    pass
        return found

    def outline(self) -> Iterator[str]:
        """The tree of its widgets, a line each, for messages."""
        for top in self._tops():
            yield from top.outline()

    # Inside

    def _tops(self) -> list[Widget]:
        try:
            return self.windows()
        except Gone:
            return []

    def _end(self) -> str:
        return f"{self.name}: {self.state()}\n{self.log()}"


class Widget(Accessible):
    """A widget that can also be pointed at."""

    def __init__(self, program: Program, bus_name: str, path: str) -> None:
        super().__init__(program.desktop.bus, bus_name, path)
        self.program = program

    def title_is(self, title: str) -> bool:
        """Whether a window of the X server with this title is this one."""
        # One without a title has its program's name for one.
        return self.name == title or not self.has_name

    @property
    def box(self) -> Box:
        """Where it is on the screen."""
        surface = self.surface
        frame, place = surface.place, self.place
        window = self._window(surface, frame)
        # Windows that draw their own border keep it around what GTK calls the window.
        if window.border:
            left, above = window.border[0], window.border[2]
        else:
            left = (window.box.width - frame.width) // 2
            above = (window.box.height - frame.height) // 2
        # GTK 4.8 counts from the button that a popover belongs to, not from its corner.
        x = window.box.x + left + place.x - frame.x
        y = window.box.y + above + place.y - frame.y
        return Box(x, y, place.width, place.height)

    @property
    def is_edited_row(self) -> bool:
        """Whether it is an AdwEntryRow that has the focus."""
        # What has the focus there is not in the tree; but then its pencil is gone.
        return self.role == "text box" and not any(
            part.role == "image" for part in self.walk()
        )

    def click(self, button: int = 1, count: int = 1) -> None:
        """Click in its middle."""
        self.program.desktop.click(*self.box.centre, button=button, count=count)

    def _window(self, surface: Widget, frame: Box) -> Window:
        """The X server's window of a window or a popover."""

        def look() -> Window | None:
            for each in self.program.desktop.surfaces(self.program):
                if each.is_popover:
                    if each.box[2:] == frame[2:]:
                        return each
                elif surface.title_is(each.title):
                    return each
            return None

        return wait_until(look, f"a window on the screen for {surface}")

    def _other(self, bus_name: str, path: str) -> Self:
        return type(self)(self.program, bus_name, path)


class Window:
    """A window of the X server."""

    def __init__(self, desktop: Desktop, handle: Any) -> None:
        self._display = desktop.display
        self._handle = handle
        self.ident = int(handle.id)

    @property
    def is_shown(self) -> bool:
        """Whether it is on the screen, or could be."""
        attributes = self._handle.get_attributes()
        return bool(
            attributes.map_state == Xlib.X.IsViewable
            and attributes.win_class == Xlib.X.InputOutput
        )

    @property
    def is_popover(self) -> bool:
        """Whether it is part of another one to the user."""
        return bool(self._handle.get_attributes().override_redirect)

    @property
    def title(self) -> str:
        value = self._property("_NET_WM_NAME")
        return bytes(value).decode() if value is not None else ""

    @property
    def pid(self) -> int:
        value = self._property("_NET_WM_PID")
        return int(value[0]) if value is not None else 0

    @property
    def parent(self) -> int:
        """The number of the window that this is a dialog of, or 0."""
        value = self._property("WM_TRANSIENT_FOR")
        return int(value[0]) if value is not None else 0

    @property
    def box(self) -> Box:
        """Where it is on the screen, with the border that the program draws."""
        size = self._handle.get_geometry()
        return Box(size.x, size.y, size.width, size.height)

    @property
    def border(self) -> tuple[int, ...] | None:
        """What is left, right, above and below of what counts as the window, if it says."""
        value = self._property("_GTK_FRAME_EXTENTS")
        return tuple(value) if value is not None else None

    def focus(self) -> None:
        """Give it the keyboard."""
        # An error, as it went or is not on the screen yet, comes too late to be raised.
        self._handle.set_input_focus(
            Xlib.X.RevertToParent, Xlib.X.CurrentTime, onerror=lambda *_: None
        )
        self._display.sync()

    def move(self, x: int, y: int) -> None:
        """Ask for it to be elsewhere."""
        self._handle.configure(x=x, y=y)
        self._display.sync()

    def resize(self, width: int, height: int) -> None:
        """Ask for another size, with its border."""
        self._handle.configure(width=width, height=height)
        self._display.sync()

    def close(self) -> None:
        """Ask it to close, as the window manager's button does."""
        number = self._display.intern_atom
        message = ClientMessage(
            window=self._handle,
            client_type=number("WM_PROTOCOLS"),
            data=(32, [number("WM_DELETE_WINDOW"), Xlib.X.CurrentTime, 0, 0, 0]),
        )
        self._handle.send_event(message)
        self._display.sync()

    def _property(self, name: str) -> Any:
        number = self._display.intern_atom(name)
        found = self._handle.get_full_property(number, Xlib.X.AnyPropertyType)
        return found.value if found else None


def bound(argv: Sequence[str | Path]) -> list[str]:
    """A command that ends when we do, even if we are killed."""
    return ["setpriv", "--pdeathsig", "KILL", *map(str, argv)]


def read_all(file: IO[bytes]) -> str:
    """What somebody else is writing to an open file, up to now."""
    size = os.fstat(file.fileno()).st_size
    return os.pread(file.fileno(), size, 0).decode(errors="replace")


def helper(name: str) -> Path:
    """A program of the tests' own, as the build left it."""
    return Path(os.environ["RUSHES_TEST_HELPERS"]) / name


def run(tests: Mapping[str, Any]) -> None:
    """Run every test function among the globals of a module, or those that the command
    line names; print what became of each, and exit with an error if one failed."""
    known = {name: test for name, test in tests.items() if name.startswith("test_")}
    failed = []
    for name in sys.argv[1:] or known:
        began = time.monotonic()
        try:
            known[name]()
            result = "ok"
        except Exception:
            traceback.print_exc()
            failed.append(name)
            result = "FAILED"
        print(f"{result} {name} ({time.monotonic() - began:.1f} s)", flush=True)
    sys.exit(f"failed: {' '.join(failed)}" if failed else 0)


def show(argv: Sequence[str]) -> None:
    """Print the widgets of a program, once something in it has the focus."""
    with Desktop() as desktop:
        program = desktop.start(argv)
        wait_until(program.focused, "a window with a focus")
        print(*program.outline(), sep="\n")
        print(*(f"without a name: {each}" for each in program.unnamed()), sep="\n")


if __name__ == "__main__":
    show(sys.argv[1:])
