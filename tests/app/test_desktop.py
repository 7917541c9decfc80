# SPDX-License-Identifier: GPL-3.0-or-later
"""What the window and the rest of the desktop have to do with each other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from harness import run, wait_until
from services import Services
from window import FINISHED, READY, Window, desktop, fake, fake_desktop, frames, sample

#: Nothing of a frame takes longer; enough to be seen at work.
SLOW = ("end=3", "frame-ms=700")


def asked(offered: Services, method: str) -> list[tuple[Any, ...]]:
    """Wait until a service was asked for something."""
    wait_until(lambda: offered.called(method), f"a call of {method}")
    return offered.called(method)


# Order


def test_reordering() -> None:
    """Rows are dragged, and moved by keys; the selection goes along."""
    with fake_desktop() as here:
        window = Window(here, fake(here, "one"), fake(here, "three"), fake(here, "two"))
        for name in ("one", "three", "two"):
            window.row(name, READY)
        names = [["one", "three", "two"], ["three", "two", "one"]]
        assert window.names() == names[0]

        window.select("one")
        here.key("alt+Down")
        window.wait_names("three", "one", "two")
        here.key("alt+Down", "alt+Down")
        window.wait_names("three", "two", "one")
        here.key("alt+Up", "alt+Up", "alt+Up")
        window.wait_names("one", "three", "two")

        # A drag may be over before it was taken up: once more then.
        def dragged() -> bool:
            if window.names() == names[0]:
                first, last = window.row("one"), window.row("two")
                here.drag(first.box.centre, last.box.centre)
            return window.names() == names[1]

        wait_until(dragged, "the new order")
        window.quit()
        again = Window(here)
        again.wait_names(*names[1])
        again.quit()


# Notifications, and sleep


def test_session_is_not_suspended_while_rendering() -> None:
    """It is asked to stay, and told when it need not any more."""
    with fake_desktop() as here:
        offered = here.services
        window = Window(here, fake(here, "scene", *SLOW))
        window.row("scene", READY)
        assert not offered.called("Inhibit")
        window.start()
        ((_program, _window, reason, flags),) = asked(offered, "Inhibit")
        assert reason and int(str(flags)) & 4, (reason, flags)
        window.row("scene", FINISHED)
        assert asked(offered, "Uninhibit") == [(7,)]
        window.quit()


def test_notification_in_the_background() -> None:
    """Closed while it renders, it goes on, says when it is done, and ends."""
    with fake_desktop() as here:
        offered = here.services
        scene = fake(here, "scene", *SLOW)
        window = Window(here, scene)
        window.row("scene", READY)
        window.start()
        window.close()
        window.answer("Keep Rendering")
        (notified,) = asked(offered, "Notify")
        assert notified[3] == "Rendering Is Done", notified
        assert notified[4] == "3 of 3 frames", notified
        assert [word for word in notified[5] if word in ("Show", "Open Folder")]
        window.wait_end()
        assert len(list(frames(scene).glob("*.png"))) == 3


def test_notification_of_trouble() -> None:
    """Nobody looks, and the disk is full for a moment."""
    with fake_desktop() as here:
        offered = here.services
        window = Window(here, fake(here, "scene", *SLOW, "full-frame=3 times=1"))
        window.row("scene", READY)
        window.start()
        window.close()
        window.answer("Keep Rendering")
        wait_until(lambda: len(offered.called("Notify")) == 2, "two notifications")
        waits, ends = offered.called("Notify")
        assert waits[3] == "Rendering Waits", waits
        assert "Try Now" in waits[5], waits
        assert ends[3] == "Rendering Is Done", ends
        window.wait_end()


def test_when_done() -> None:
    """A countdown that can be stopped, and then the word to the system."""
    for outcome, method, title, now in (
        ("suspend", "Suspend", "Suspending", "Suspend Now"),
        ("power-off", "PowerOff", "Powering Off", "Power Off Now"),
    ):
        with fake_desktop({"when-done": f"'{outcome}'"}) as here:
            offered = here.services
            window = Window(here, fake(here, "scene", *SLOW))
            window.row("scene", READY)
            window.start()
            dialog = window.program.find_dialog(title)
            window.says(re.compile(r"in \d\d seconds"))
            here.key("Escape")
            window.program.wait_window_gone(dialog)
            assert not offered.called(method)

            window.menu("scene", re.compile("Start Over"))
            window.answer("Start Over")
            window.row("scene", READY)
            window.start()
            window.program.find_dialog(title)
            window.answer(now)
            assert asked(offered, method) == [(True,)]
            window.quit()


# Presets


def test_presets() -> None:
    """Settings are saved under a name, and are there for another scene, and later."""
    with fake_desktop() as here:
        window = Window(here, fake(here, "one"), fake(here, "two"))
        window.row("one", READY)
        window.row("two", READY)
        program = window.program
        window.select("one")
        program.tab_to("text box", "Keyframe Scale")
        here.type_text("3")
        window.row("one", re.compile("^30 frames"))
        program.find("button", "Presets").click()
        program.find("menu item", re.compile("Save as Preset")).click()
        dialog = program.find_dialog("Save as Preset")
        here.type_text("slow")
        here.key("Return")
        program.wait_window_gone(dialog)
        window.quit()

        again = Window(here)
        program = again.program
        again.select("two")
        program.find("button", "Presets").click()
        program.find("menu item", "slow").click()
        again.row("two", re.compile("^30 frames"))
        program.find("button", "Presets").click()
        program.find("menu item", re.compile("Reset All")).click()
        again.row("two", re.compile("^10 frames"))
        again.row("one", re.compile("^30 frames"))
        again.quit()


# Problems, and their ways out


def test_trust() -> None:
    """Scripts run when the user trusts the file, in whatever session, until it changes."""
    with fake_desktop() as here:
        lines = ("end=2", "has-scripts", "blocked-frame=2")
        scene, other = fake(here, "rig", *lines), fake(here, "other", *lines)
        window = Window(here, scene, other)
        window.row("rig", READY)
        window.row("other", READY)
        window.select("rig")
        window.says("Scripts in this file are off")
        window.program.find("button", "Trust This File").click()
        window.says("Scripts in this file run")
        window.start()
        window.row("rig", re.compile("^Finished.*2 frames"))
        window.row("other", re.compile("1 of 2 frames, 1 frame failed"))
        assert len(list(frames(scene).glob("*.png"))) == 2
        assert len(list(frames(other).glob("*.png"))) == 1
        window.quit()

        again = Window(here)
        again.select("rig")
        again.says("Scripts in this file run")
        again.program.find("button", "Do Not Trust")
        again.select("other")
        again.says("Scripts in this file are off")
        again.quit()

        fake(here, "rig", *lines, "width=5")
        changed = Window(here)
        changed.select("rig")
        changed.says("Scripts in this file are off")
        changed.quit()


def test_blank_frames() -> None:
    """A black frame among others is shown, and that one is rendered again."""
    with fake_desktop() as here:
        scene = fake(here, "night", "end=3", "black-frame=2 times=1")
        window = Window(here, scene)
        window.row("night", READY)
        window.start()
        window.row("night", FINISHED)
        window.select("night")
        window.says("Some frames show nothing")
        before = {path.name: path.stat().st_ino for path in frames(scene).iterdir()}
        window.program.find("button", "Render Them Again").click()
        window.program.wait_gone("label", "Some frames show nothing")
        window.row("night", re.compile("^Waiting, 2 of 3 frames"))
        window.start()
        window.row("night", FINISHED)
        after = {path.name: path.stat().st_ino for path in frames(scene).iterdir()}
        assert set(after) == set(before) and len(after) == 3, after
        changed = [name for name, inode in after.items() if inode != before[name]]
        assert changed == ["frame_000002.png"], changed
        window.quit()


# Pictures


def test_pictures_that_gtk_cannot_read() -> None:
    """Blender makes previews of them, in the cache."""
    with desktop() as here:
        scene = sample("cube", here.folder / "work")
        window = Window(here, scene)
        window.row("cube", READY)
        window.select("cube")
        window.program.tab_to("button", "Format")
        here.key("space", "Down", "Down", "Down", "Return")
        window.program.find("label", "OpenEXR")
        window.program.tab_to("text box", "Frames")
        here.type_text("1-2")
        window.row("cube", re.compile("^2 frames"))
        window.start()
        window.row("cube", FINISHED)
        assert len(list(frames(scene).glob("*.exr"))) == 2
        cache = Path(here.environment["XDG_CACHE_HOME"]) / "rushes" / "previews"
        wait_until(lambda: list(cache.glob("*.png")), "a preview")
        window.quit()


if __name__ == "__main__":
    run(globals())
