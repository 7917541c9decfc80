# SPDX-License-Identifier: GPL-3.0-or-later
"""What a screen reader has for a name of all that can be used, wherever one gets to."""

from __future__ import annotations

import re

from harness import run, wait_until
from window import (
    CLUSTER_JOBS,
    CLUSTER_MEMORY,
    CLUSTER_SWITCH,
    FINISHED,
    JOB_COUNT,
    JOBS,
    PREFERENCES_KEY,
    READY,
    START_KEY,
    TestDesktop,
    Window,
    fake,
    fake_desktop,
)


def tall_desktop() -> TestDesktop:
    """One where nothing needs to be scrolled to."""
    return fake_desktop({"jobs": "2", "window-height": "1900"}, height=2000)


def assert_named(window: Window) -> None:
    """Everything that is on the screen has a role and a name."""
    unnamed = window.program.unnamed()
    assert not unnamed, "\n".join(unnamed)


def show_page(window: Window, name: str) -> None:
    """Show a page of the details."""
    window.program.find("tab", name).click()
    window.program.find("tab", name, where=lambda tab: "selected" in tab.states)


def test_names_without_scenes() -> None:
    with tall_desktop() as here:
        window = Window(here)
        window.says("Drop Scenes Here")
        window.says("No Scene Selected")
        assert_named(window)
        window.quit()


def test_names_of_scenes_and_their_details() -> None:
    """Every page, before there are frames, while there are more, and after."""
    with tall_desktop() as here:
        scenes = [
            fake(here, "plain", "frame-ms=300", "end=20"),
            fake(here, "bad", "fail-frame=2", "has-scripts", "missing=/no/where.png"),
        ]
        window = Window(here, *scenes)
        window.row("plain", READY)
        window.row("bad", re.compile("1 file missing"))
        window.select("bad")
        window.says("Scripts in this file are off")
        for page in ("Watch", "Log", "Settings"):
            show_page(window, page)
            assert_named(window)

        window.start()
        show_page(window, "Watch")
        window.says(re.compile("^Frame .* of plain"))
        assert_named(window)
        for bar in window.program.find_all("progress bar"):
            assert bar.limits == (0, 1) and 0 <= bar.value <= 1, bar
        window.row("bad", re.compile("1 frame failed"))
        show_page(window, "Log")
        window.says("Frame 2: Rendering failed")
        assert_named(window)
        show_page(window, "Settings")
        window.program.find("button", "Try Again")
        assert_named(window)

        window.row("plain", FINISHED)
        assert_named(window)
        window.quit()


def test_names_of_rows() -> None:
    """A row of the queue says what is written on it."""
    with tall_desktop() as here:
        window = Window(here, fake(here, "one"), fake(here, "two", "end=30"))
        window.row("two", READY)

        def names() -> list[str]:
            return [row.name for row in window.rows()]

        expected = ["one, 10 frames, 4 × 4", "two, 30 frames, 4 × 4"]
        wait_until(lambda: names() == expected, lambda: str(names()))
        here.key(START_KEY)
        window.row("one", FINISHED)
        wait_until(lambda: names()[0].startswith("one, Finished"), lambda: str(names()))
        window.row("two", FINISHED)
        window.quit()


def test_names_in_what_opens() -> None:
    """Dialogs, popovers and menus."""
    with tall_desktop() as here:
        window = Window(here, fake(here, "one"))
        program = window.program
        window.row("one", READY)

        program.find("button", JOBS).click()
        program.find("spin button", JOB_COUNT)
        assert_named(window)
        here.key("Escape")
        program.wait_gone("spin button", JOB_COUNT)

        for opener in ("Main Menu", "Presets", "More Ways to Start and Stop"):
            program.find("button", opener).click()
            program.find("menu item")
            assert_named(window)
            here.key("Escape")
            program.wait_gone("menu item")

        window.row("one").click(button=3)
        program.find("menu item", "Duplicate")
        assert_named(window)
        here.key("Escape")
        program.wait_gone("menu item")

        here.key(PREFERENCES_KEY)
        dialog = program.find_dialog()
        program.find("label", "Blender 3.4.1", inside=dialog)
        assert_named(window)
        program.find("tab", "Cluster", inside=dialog).click()
        program.find("text box", CLUSTER_MEMORY, inside=dialog)
        assert_named(window)
        program.find("switch", CLUSTER_SWITCH, inside=dialog).click()
        here.key("Escape")
        program.wait_window_gone(dialog)
        program.find("button", "2 + 4 Jobs").click()
        program.find("spin button", CLUSTER_JOBS)
        assert_named(window)
        here.key("Escape")
        program.wait_gone("spin button", CLUSTER_JOBS)

        program.find("button", "Presets").click()
        program.find("menu item", re.compile("Save as Preset")).click()
        dialog = program.find_dialog()
        assert_named(window)
        here.key("Escape")
        program.wait_window_gone(dialog)
        window.quit()


if __name__ == "__main__":
    run(globals())
