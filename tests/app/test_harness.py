# SPDX-License-Identifier: GPL-3.0-or-later
"""The harness itself, tried on a window that shows what is done to it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from harness import Desktop, Program, helper, run, wait_until


def test_find_and_type() -> None:
    with Desktop() as desktop:
        mirror = start(desktop)
        entry = mirror.find("text box", "Message")
        mirror.tab_to("text box", "Message")
        desktop.type_text("Hello, 2 Worlds/~")
        wait_until(lambda: entry.text == "Hello, 2 Worlds/~", lambda: entry.text)
        desktop.key("Return")
        mirror.find("label", "Hello, 2 Worlds/~")
        mirror.wait_gone("label", "nothing said")


def test_entry_rows() -> None:
    """These take the focus without telling so."""
    with Desktop() as desktop:
        mirror = start(desktop)
        for title, text, chord in (
            ("Width", "640", "Tab"),
            ("Height", "480", "Tab"),
            ("Width", "320", "shift+Tab"),
        ):
            row = mirror.tab_to("text box", title, chord)
            desktop.key("ctrl+a")
            desktop.type_text(text)
            wait_until(lambda: row.text == text, lambda: f"{text} in {row}: {row.text}")
            desktop.key("Return")
            assert mirror.focused() == row
        mirror.tab_to("button", "Advance")


def test_click_and_value() -> None:
    with Desktop() as desktop:
        mirror = start(desktop)
        bar = mirror.find("progress bar", "Progress")
        assert bar.value == 0 and bar.limits == (0, 1)
        button = mirror.find("button", "Advance")
        button.click()
        mirror.find("progress bar", where=lambda bar: bar.value == 0.25)
        button.click(count=2)
        mirror.find("progress bar", where=lambda bar: bar.value == 0.75)
        # Wherever the window is, and however large.
        window = desktop.windows(mirror)[0]
        window.move(300, 200)
        window.resize(600, 500)
        wait_until(lambda: window.box == (300, 200, 600, 500), "the window to change")
        wait_until(lambda: button.box.width > 500, "the button to grow")
        button.click()
        mirror.find("progress bar", where=lambda bar: bar.value == 1)


def test_places() -> None:
    """Where the harness takes a widget to be is where the pointer meets it, to the pixel."""
    with Desktop() as desktop:
        mirror = start(desktop)
        bar = mirror.find("progress bar", "Progress")
        box = mirror.find("label", "nothing dropped").box
        for place in (
            (box.x, box.y),
            (box.x + box.width - 1, box.y + box.height - 1),
        ):
            desktop.move_pointer(*place)
            desktop.key("ctrl+p")
            x, y = place[0] - box.x, place[1] - box.y
            mirror.find("label", f"at {x} {y}")
        assert bar.box.y < box.y


def test_menu_and_dialog() -> None:
    with Desktop() as desktop:
        mirror = start(desktop)
        mirror.find("button", "Main Menu").click()
        mirror.find("menu item", "Ask").click()
        mirror.find_dialog("Really?")
        desktop.key("Escape")
        mirror.wait_gone("dialog")
        mirror.find("label", "stay")

        # The same by keyboard: a menu and a dialog get keys, and the window has them again.
        desktop.key("F10")
        mirror.find("menu item", "Ask", where=lambda item: "focused" in item.states)
        desktop.key("Return")
        mirror.find_dialog("Really?")
        mirror.tab_to("button", "Go")
        desktop.key("Return")
        mirror.wait_gone("dialog")
        mirror.find("label", "go")
        mirror.tab_to("button", "Advance")
        desktop.key("space")
        mirror.find("progress bar", where=lambda bar: bar.value == 0.25)


def test_file_chooser() -> None:
    with Desktop() as desktop:
        mirror = start(desktop)
        path = desktop.folder / "scene one.blend"
        path.touch()
        desktop.key("ctrl+o")
        mirror.choose_file(path)
        mirror.find("label", str(path))
        desktop.key("ctrl+o")
        dialog = mirror.find_dialog("Open a File")
        desktop.key("Escape")
        mirror.wait_window_gone(dialog)
        mirror.find("label", "nothing chosen")


def test_drag() -> None:
    with Desktop() as desktop:
        mirror = start(desktop)
        paths = [
            desktop.folder / name for name in ("one.blend", "zwei ü.blend", "three")
        ]
        for path in paths:
            path.touch()
        target = mirror.find("label", "nothing dropped")
        desktop.drag_files(paths, target)
        mirror.find("label", "\n".join(path.as_uri() for path in paths))

        desktop.drag_files(["sftp://host/a%20b.blend"], target, uri=True)
        mirror.find("label", "sftp://host/a%20b.blend")


def test_pages() -> None:
    """What is on a hidden page is not found."""
    with Desktop() as desktop:
        mirror = start(desktop)
        mirror.find("label", "first page")
        assert not mirror.find_all("label", "second page")
        desktop.key("ctrl+t")
        mirror.find("label", "second page")
        assert not mirror.find_all("label", "first page")
        mirror.find(
            "button", "Insensitive", where=lambda it: "sensitive" not in it.states
        )


def test_settings() -> None:
    """What the test or a program has stored is there when the next one starts."""
    schema, key = "org.gnome.desktop.interface", "cursor-size"
    with Desktop() as desktop:
        desktop.store(schema, {key: "48"})
        for argv, said in (
            (["get", schema, key], ["48"]),
            (["set", schema, key, "32"], []),
            (["get", schema, key], ["32"]),
        ):
            program = desktop.start(["gsettings", *argv])
            assert program.wait() == 0
            assert program.said() == said, program.said()


def test_unnamed() -> None:
    with Desktop() as desktop:
        mirror = start(desktop)
        (complaint,) = mirror.unnamed()
        assert complaint.startswith("button 'GtkImage'"), complaint


def test_screenshot() -> None:
    with Desktop(640, 480) as desktop:
        mirror = start(desktop)
        path = desktop.screenshot(desktop.folder / "screen.png")
        assert identify("%m %w %h", path) == "PNG 640 480"
        # There is a window on it: more than the black of an empty screen.
        wait_until(
            lambda: int(identify("%k", desktop.screenshot(path))) > 20,
            "a picture of it",
        )
        desktop.windows(mirror)[0].close()
        assert mirror.wait() == 0
    assert not desktop.folder.exists()


def test_composited() -> None:
    """With shadows widgets are where they are taken to be as well."""
    with Desktop(composited=True) as desktop:
        mirror = start(desktop)
        window = desktop.windows(mirror)[0]
        assert window.border, "no shadow"
        box = mirror.find("label", "nothing dropped").box
        desktop.move_pointer(box.x, box.y)
        desktop.key("ctrl+p")
        mirror.find("label", "at 0 0")
        path = desktop.screenshot(desktop.folder / "window.png", window)
        assert identify("%w %h", path) == f"{window.box.width} {window.box.height}"


def test_complaints() -> None:
    """What is written as a warning is seen, and one of GLib's ends the program."""
    for chord, fatal in (("ctrl+w", False), ("ctrl+k", True)):
        with Desktop() as desktop:
            mirror = start(desktop)
            desktop.key(chord)
            if fatal:
                assert mirror.wait() == -signal.SIGTRAP, mirror.state()
            wait_until(lambda: "Mirror-WARNING" in mirror.log(), "a warning")
            try:
                desktop.assert_quiet()
            except AssertionError as error:
                assert "as asked" in str(error)
            else:
                raise AssertionError("a warning was let pass")
            desktop.programs.remove(mirror)
            mirror.kill()


def test_nothing_is_left() -> None:
    """Not even when the test is killed."""
    script = f"""
import os, signal, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from harness import *
with Desktop() as desktop:
    mirror = desktop.start([helper("mirror")])
    mirror.find("button", "Advance")
    print(desktop.folder, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, timeout=60, check=False
    )
    folder = done.stdout.decode().strip()
    assert folder and done.returncode < 0

    def left() -> list[str]:
        found = []
        for each in Path("/proc").glob("[0-9]*/environ"):
            try:
                if folder.encode() in each.read_bytes():
                    found.append(each.parent.name)
            except OSError:
                pass  # not ours, or gone
        return found

    wait_until(lambda: not left(), lambda: f"the end of {left()}")
    subprocess.run(["rm", "-rf", folder], check=True)


def start(desktop: Desktop) -> Program:
    """The window that shows what is done to it."""
    mirror = desktop.start([helper("mirror")])
    mirror.find("button", "Advance")
    return mirror


def identify(what: str, path: Path) -> str:
    """What ImageMagick tells of a picture."""
    argv = ["identify", "-format", what, str(path)]
    return subprocess.run(
        argv, stdout=subprocess.PIPE, timeout=60, check=True
    ).stdout.decode()


if __name__ == "__main__":
    run(globals())
