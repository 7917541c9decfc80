# SPDX-License-Identifier: GPL-3.0-or-later
"""What makes other programs crash or lose frames, with a Blender that obeys and misbehaves
as told. In each of these no warning is logged, no Blender is left over and every frame is
there in the end."""

from __future__ import annotations

import re
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from harness import Desktop, Widget, run, wait_until
from services import Services
from window import (
    ADD_FOLDER_KEY,
    ADD_KEY,
    APP,
    FINISHED,
    JOB_COUNT,
    JOBS,
    PAUSE,
    PREFERENCES_KEY,
    QUIT_KEY,
    READY,
    REMOVE_KEY,
    SHORTCUTS_KEY,
    START,
    START_KEY,
    STOP_NOW,
    STOP_KEY,
    UNDO_KEY,
    Window,
    assert_frames,
    break_blender,
    clients,
    fake,
    fake_desktop,
    frames,
    n_started,
    open_gate,
)

KEEP, STOP_AND_QUIT = "Keep Rendering", "Stop and Quit"

#: Blender starts with the rendering.
COLD = {"keep-ready": "false"}


def finish(window: Window, *scenes: Path, n: int = 10) -> None:
    """Start, wait until all of these are done, and leave; their frames are all there."""
    window.start()
    for scene in scenes:
        window.row(scene.stem, FINISHED)
    window.quit()
    for scene in scenes:
        assert_frames(frames(scene), range(1, n + 1))


# Pausing


def test_pause_and_go_on() -> None:
    """What clients have in hand is finished, and nothing else begun."""
    with fake_desktop() as here:
        scene = fake(here, "one", "gate=3")
        window = Window(here, scene)
        window.row("one", READY)
        window.start()
        window.row("one", re.compile("^2 of 10 frames"))
        here.key(START_KEY)
        window.program.find("button", STOP_NOW)
        open_gate(scene)
        # On a busy machine, where answers take long, the next one was told already.
        paused = re.compile("^Paused, ([34]) of 10 frames")
        labels = window.labels(window.row("one", paused))
        (n,) = (int(said[1]) for said in map(paused.match, labels) if said)
        assert_frames(frames(scene), range(1, n + 1))
        finish(window, scene)


# Removing


def test_remove_finished_and_running() -> None:
    """The running one goes on when that is undone."""
    with fake_desktop({"jobs": "2"}) as here:
        done = fake(here, "done", "end=3")
        busy = fake(here, "busy", "end=30", "gate=5")
        other = fake(here, "other", "end=60", "gate=50")
        window = Window(here, done, busy, other)
        window.wait_names("busy", "done", "other")
        window.row("other", READY)
        window.start()

        window.row("done", FINISHED)
        window.select("done")
        here.key(REMOVE_KEY)
        window.says("1 scene removed")  # for a few seconds
        window.wait_names("busy", "other")

        window.row("busy", re.compile(r"^4 of 30 frames"))
        window.row("other", re.compile(r"^49 of 60 frames"))
        window.select("busy")
        here.key(REMOVE_KEY)
        window.answer("Remove")
        window.wait_names("other")
        here.key(UNDO_KEY)
        window.wait_names("busy", "other")
        open_gate(busy)
        open_gate(other)
        window.row("busy", FINISHED)
        window.row("other", FINISHED)
        window.quit()
        for scene, n in ((done, 3), (busy, 30), (other, 60)):
            assert_frames(frames(scene), range(1, n + 1))


def test_remove_starting() -> None:
    """While its Blender starts, and while that loads the scene."""
    with fake_desktop(COLD) as here:
        scene = fake(here, "one", "load-ms=1000", "gate=1")
        window = Window(here, scene)
        for modes in ("start-ms=60000", ""):
            window.row("one", READY)
            before = n_started(here)
            break_blender(here, modes)
            window.start()
            wait_until(lambda: n_started(here) > before, "a Blender to start")
            window.select("one")
            here.key(REMOVE_KEY)

            def gone() -> bool:
                if len(window.program.windows()) > 1:
                    window.answer("Remove")
                return not window.rows()

            wait_until(gone, "an end of the row")
            window.program.find("button", START)
            here.key(UNDO_KEY)
            window.row("one")
        break_blender(here, "")
        open_gate(scene)
        finish(window, scene)
        assert len(here.services.called("Notify")) <= 1, here.services.calls


def test_remove_what_was_asked_about() -> None:
    """Also when something else is selected by the time of the answer."""
    with fake_desktop() as here:
        scenes = [fake(here, name, "gate=3") for name in ("a", "b")]
        window = Window(here, scenes[0])
        window.row("a", READY)
        window.start()
        window.row("a", re.compile("^2 of"))
        window.select("a")
        here.key(REMOVE_KEY)
        window.program.find_dialog()
        assert here.start([APP, scenes[1]]).wait() == 0
        window.row("b", re.compile("10 frames"))
        # The window was raised, and hides the dialog; but that has the keyboard.
        here.key("alt+r")
        window.wait_names("b")
        leave(window)


def test_remove_everything_at_once() -> None:
    """Scenes in every state, and all of them back."""
    with fake_desktop({"jobs": "2"}) as here:
        scenes = [
            fake(here, f"scene{number}", *(["gate=5"] if number > 3 else []))
            for number in range(8)
        ]
        window = Window(here, *scenes)
        window.row("scene7", READY)
        window.start()
        for number in range(8):
            says = re.compile("^4 of") if number in (4, 5) else re.compile("")
            window.row(f"scene{number}", FINISHED if number < 4 else says)
        window.select("scene0")
        here.key("ctrl+a")
        here.key(REMOVE_KEY)
        window.answer("Remove")
        window.wait_names()
        window.program.find("button", START)
        here.key(UNDO_KEY)
        window.wait_names(*(scene.stem for scene in scenes))
        for scene in scenes:
            open_gate(scene)
        finish(window, *scenes)


def test_undo_by_toast() -> None:
    with fake_desktop() as here:
        window = Window(here, fake(here, "one"), fake(here, "two"))
        window.row("two", READY)
        window.select("one")
        here.key(REMOVE_KEY)
        window.program.find("button", "Undo").click()  # there for a few seconds
        window.wait_names("one", "two")
        window.quit()


# Leaving


def leave(window: Window) -> None:
    """Leave while something renders."""
    window.close()
    window.answer(STOP_AND_QUIT)
    window.wait_end()


def test_quit_while_starting() -> None:
    with fake_desktop(COLD) as here:
        scene = fake(here, "one")
        window = Window(here, scene)
        window.row("one", READY)
        before = n_started(here)
        break_blender(here, "start-ms=60000")
        window.start()
        wait_until(lambda: n_started(here) > before, "a Blender to start")
        leave(window)
        again(here, scene)


def test_quit_while_ready() -> None:
    """Nothing was started, but Blenders are, and they may not listen."""
    for modes in ("", "ignore-term", "ignore-eof", "start-ms=60000"):
        with fake_desktop({"jobs": "2"}) as here:
            break_blender(here, modes)
            scene = fake(here, "one")
            window = Window(here, scene)
            if modes.startswith("start-ms"):
                window.row("one")
                wait_until(lambda: len(clients(here)) > 0, "a Blender to start")
            else:
                window.row("one", READY)
                wait_until(lambda: len(clients(here)) == 3, "two that are ready")
            window.quit()
            again(here, scene)


def test_killed_while_ready() -> None:
    with fake_desktop({"jobs": "2"}) as here:
        window = Window(here, fake(here, "one"))
        window.row("one", READY)
        wait_until(lambda: len(clients(here)) == 3, "two that are ready")
        window.program.kill()
        wait_until(lambda: not clients(here), lambda: f"an end of {clients(here)}")


def test_start_what_is_ready() -> None:
    """Neither a start nor another one after a pause has a Blender start."""
    with fake_desktop({"jobs": "2"}) as here:
        scene = fake(here, "one", "gate=5", "end=20")
        window = Window(here, scene)
        window.row("one", READY)
        wait_until(lambda: len(clients(here)) == 3, "two that are ready")
        window.start()
        window.row("one", re.compile("^4 of 20 frames"))
        here.key(START_KEY)
        window.program.find("button", STOP_NOW)
        open_gate(scene)
        window.row("one", re.compile("^Paused"))
        finish(window, scene, n=20)
        assert n_started(here) == 3


def test_quit_while_rendering() -> None:
    """With frames that never end; and the question can be waved away."""
    with fake_desktop({"jobs": "2"}) as here:
        scene = fake(here, "one", "hang-frame=3 times=1", "hang-frame=5 times=1")
        window = Window(here, scene)
        window.row("one", READY)
        window.start()
        window.row("one", re.compile("^3 of 10 frames"))
        here.key(QUIT_KEY)
        dialog = window.program.find_dialog()
        # There is one question, however often one leaves.
        window.close()
        here.key(QUIT_KEY)
        window.close()
        assert len(window.program.windows()) == 2, list(window.program.outline())
        here.key("Escape")
        window.program.wait_window_gone(dialog)
        window.program.find("button", PAUSE)
        leave(window)
        again(here, scene)


def test_answer_too_late() -> None:
    """Rendering has ended by the time that somebody says how to go on."""
    for response in (KEEP, STOP_AND_QUIT, None):
        with fake_desktop() as here:
            scene = fake(here, "one", "gate=3")
            window = Window(here, scene)
            window.row("one", READY)
            window.start()
            window.row("one", re.compile("^2 of 10 frames"))
            window.close()
            dialog = window.program.find_dialog()
            open_gate(scene)
            window.row("one", FINISHED)
            if response:
                window.answer(response)
                window.wait_end()
            else:
                here.key("Escape")
                window.program.wait_window_gone(dialog)
                window.quit()
            assert_frames(frames(scene), range(1, 11))


def test_quit_while_stopping() -> None:
    """With a Blender that only goes by force."""
    with fake_desktop(COLD) as here:
        scene = fake(here, "one", "hang-frame=3 times=1")
        window = Window(here, scene)
        window.row("one", READY)
        break_blender(here, "ignore-term")
        window.start()
        window.row("one", re.compile("^2 of 10 frames"))
        here.key(STOP_KEY)
        window.answer("Stop")
        window.program.find("button", "Stopping…")
        # Nobody asks whether to keep on with what was stopped.
        window.quit()
        again(here, scene)


def test_quit_when_done() -> None:
    """While the Blenders take their time to end; there is nothing to ask then."""
    with fake_desktop(COLD) as here:
        scene = fake(here, "one")
        window = Window(here, scene)
        window.row("one", READY)
        break_blender(here, "ignore-eof")
        window.start()
        window.row("one", FINISHED)
        window.quit()
        assert_frames(frames(scene), range(1, 11))


def test_quit_by_signal() -> None:
    """As when the session ends."""
    with fake_desktop() as here:
        scene = fake(here, "one", "gate=3")
        window = Window(here, scene)
        window.row("one", READY)
        window.start()
        window.row("one", re.compile("^2 of 10 frames"))
        window.program.process.send_signal(signal.SIGTERM)
        window.wait_end()
        again(here, scene)


def test_killed() -> None:
    """The queue is there again, and no Blender goes on."""
    with fake_desktop({"jobs": "2"}) as here:
        scene = fake(here, "one", "gate=5", "end=20")
        window = Window(here, scene)
        window.row("one", READY)
        window.start()
        window.row("one", re.compile("^4 of 20 frames"))
        # It is a second or so behind.
        saved = Path(here.environment["XDG_DATA_HOME"]) / "rushes" / "queue.jsonl"
        wait_until(
            lambda: saved.exists() and "one.blend" in saved.read_text(), "a saved queue"
        )
        window.program.kill()
        wait_until(lambda: not clients(here), lambda: f"an end of {clients(here)}")
        again(here, scene, n=20)


def again(here: Desktop, scene: Path, n: int = 10) -> None:
    """Start the program anew: the scene is in the queue, and can be finished."""
    break_blender(here, "")
    open_gate(scene)
    window = Window(here)
    window.row(scene.stem)
    finish(window, scene, n=n)


# In the background


@contextmanager
def in_background(*directives: str) -> Iterator[tuple[Window, Path, Services]]:
    """A program that renders a scene without its window."""
    with fake_desktop() as here:
        scene = fake(here, "one", "gate=3", *directives)
        window = Window(here, scene)
        window.row("one", READY)
        window.start()
        window.row("one", re.compile("^2 of"))
        window.close()
        window.answer(KEEP)
        wait_until(lambda: not here.windows(window.program), "an end of the window")
        assert window.program.is_running
        yield window, scene, here.services


def test_background_and_back() -> None:
    """Started again, its window is there again, and more can be added."""
    with in_background() as (window, scene, offered):
        here = window.desktop
        assert here.start([APP]).wait() == 0
        window.row("one", re.compile("^2 of 10 frames"))
        second = fake(here, "two")
        assert here.start([APP, second]).wait() == 0
        window.row("two")
        open_gate(scene)
        window.row("one", FINISHED)
        window.row("two", FINISHED)
        window.quit()
        assert_frames(frames(scene), range(1, 11))
        assert_frames(frames(second), range(1, 11))


def test_background_with_failures() -> None:
    with in_background("fail-frame=4") as (window, scene, offered):
        open_gate(scene)
        window.wait_end()
        (notified,) = offered.called("Notify")
        assert notified[3] == "Rendering Is Done, With Failures", notified
        assert notified[4] == "9 of 10 frames, 1 frame failed", notified


# The queue's file


def queue_file(here: Desktop) -> Path:
    return Path(here.environment["XDG_DATA_HOME"]) / "rushes" / "queue.jsonl"


def test_damaged_queue() -> None:
    """What can be read of it is there; the rest is told of and kept."""
    with fake_desktop() as here:
        scenes = [fake(here, name) for name in ("one", "two", "three")]
        window = Window(here, *scenes)
        window.row("three", READY)
        window.quit()
        lines = queue_file(here).read_bytes().splitlines(keepends=True)
        damaged = b"".join([*lines[:-1], lines[-1][:40], b"\n\xff\0garbage\n"])
        queue_file(here).write_bytes(damaged)

        window = Window(here)
        window.wait_names("one", "three")
        dialog = window.program.find_dialog("About the Saved Queue")
        window.says(re.compile("^2 scenes of the saved queue could not be read"))
        here.key("Escape")
        window.program.wait_window_gone(dialog)
        (kept,) = queue_file(here).parent.glob("*damaged*")
        assert kept.read_bytes() == damaged
        finish(window, scenes[0], scenes[2])

        # Only garbage: an empty queue, and no crash.
        queue_file(here).write_bytes(bytes(range(256)) * 100)
        window = Window(here)
        dialog = window.program.find_dialog("About the Saved Queue")
        window.says(re.compile("of the saved queue could not be read"))
        here.key("Escape")
        window.program.wait_window_gone(dialog)
        assert not window.rows()
        window.quit()
        assert len(list(queue_file(here).parent.glob("*damaged*"))) == 2


# Dialogs


def test_escape_in_every_dialog() -> None:
    """Nothing happens, and rendering goes on."""
    with fake_desktop() as here:
        scene = fake(here, "one", "gate=3")
        window = Window(here, scene)
        program = window.program
        window.row("one", READY)
        window.start()
        window.row("one", re.compile("^2 of"))

        def choose(button: str, item: str) -> None:
            program.find("button", button).click()
            program.find("menu item", re.compile(item)).click()

        openers: dict[str, Callable[[], None]] = {
            "add": lambda: here.key(ADD_KEY),
            "add folder": lambda: here.key(ADD_FOLDER_KEY),
            "shortcuts": lambda: here.key(SHORTCUTS_KEY),
            "about": lambda: choose("Main Menu", "About"),
            "preferences": lambda: here.key(PREFERENCES_KEY),
            "stop": lambda: here.key(STOP_KEY),
            "stop scene": lambda: choose("Menu of one", "Stop Scene Now"),
            "start over": lambda: choose("Menu of one", "Start Over"),
            "remove": lambda: here.key(REMOVE_KEY),
            "preset": lambda: choose("Presets", "Save as Preset"),
            "leave": lambda: here.key(QUIT_KEY),
        }
        for name, opener in openers.items():
            window.select("one")
            opener()
            dialog = program.find_dialog()
            here.key("Escape")
            program.wait_window_gone(dialog)
            assert window.names() == ["one"], name
        program.find("button", PAUSE)
        open_gate(scene)
        window.row("one", FINISHED)
        window.quit()
        assert_frames(frames(scene), range(1, 11))


def press(dialog: Widget, name: str) -> None:
    """Press a button of a dialog, though it may be scrolled out of sight."""
    (button,) = (part for part in dialog.walk() if part.matches("button", name))
    button.act()


def test_escape_in_dialogs_of_dialogs() -> None:
    """The file choosers of preferences, and those closed by their parent's end."""
    with fake_desktop() as here:
        window = Window(here, fake(here, "one"))
        program = window.program
        window.row("one", READY)
        press(program.windows()[0], "Choose Output Folder")
        chooser = program.find_dialog()
        here.key("Escape")
        program.wait_window_gone(chooser)
        here.key(PREFERENCES_KEY)
        preferences = program.find_dialog()
        for button in ("Other…", "Choose Output Folder", "Choose Log Folder"):
            press(preferences, button)
            wait_until(lambda: len(here.windows(program)) == 3, f"what {button} opens")
            here.key("Escape")
            wait_until(lambda: len(here.windows(program)) == 2, f"an end of {button}")
        # What a dialog is above of does not close.
        press(preferences, "Choose Log Folder")
        wait_until(lambda: len(here.windows(program)) == 3, "a chooser")
        window.close()
        here.key("Escape")
        wait_until(lambda: len(here.windows(program)) == 2, "an end of the chooser")
        here.key("Escape")
        program.wait_window_gone(preferences)
        window.quit()


# The ground beneath


def test_output_folder_goes() -> None:
    """Moved away, deleted, or no folder any more: it is told, and made good."""
    with fake_desktop({"jobs": "2"}) as here:
        for name in ("moved", "deleted", "replaced"):
            scene = fake(here, name, "gate=10", "end=30", folder=name)
            window = Window(here, scene)
            program = window.program
            window.row(name, READY)
            window.start()
            window.row(name, re.compile("^9 of 30 frames"))
            renders = scene.parent / "renders"
            if name == "deleted":
                shutil.rmtree(renders)
            else:
                renders.rename(scene.parent / "elsewhere")
            if name == "replaced":
                renders.write_text("no folder")
            open_gate(scene)
            program.find("button", START)
            window.select(name)
            button = re.compile("Try Again|Start Over")
            program.find("button", button)
            if name == "moved":
                shutil.rmtree(renders, ignore_errors=True)
                (scene.parent / "elsewhere").rename(renders)
            elif name == "replaced":
                renders.unlink()
            program.find("button", button).click()
            window.row(name, re.compile("30 frames|Waiting"))
            finish(window, scene, n=30)
            queue_file(here).unlink()


def test_scene_goes() -> None:
    """The .blend itself is deleted, or another one takes its place, while it renders."""
    with fake_desktop() as here:
        scene = fake(here, "one", "gate=10", "end=30")
        window = Window(here, scene)
        window.row("one", READY)
        window.start()
        window.row("one", re.compile("^9 of 30 frames"))
        scene.write_text("BLENDER-fake\nend=12\nwidth=8\n")
        open_gate(scene)
        window.program.find("button", START)
        window.select("one")
        window.program.find("button", "Start Over").click()
        window.row("one", re.compile("^12 frames, 8 × 4"))
        finish(window, scene, n=12)


# Changing everything


def open_jobs(window: Window) -> None:
    """Open the popover with the number of jobs."""

    # A click is lost while the last popover is about to close.
    def opened() -> bool:
        if window.program.find_all("spin button", JOB_COUNT):
            return True
        window.program.find("button", JOBS).click()
        return False

    wait_until(opened, "the number of jobs")


def is_checked(it: Widget) -> bool:
    return "checked" in it.states


def test_change_everything_while_rendering() -> None:
    """The scene that renders goes on as it began; then it can be started over."""
    with fake_desktop(height=2900, settings={"window-height": "2800"}) as here:
        scene = fake(here, "one", "gate=3", "end=60", "cameras=Left,Right")
        window = Window(here, scene)
        program = window.program
        window.row("one", READY)
        window.start()
        window.row("one", re.compile("^2 of 60"))
        window.select("one")
        # From below: rows grow with a change, and those below them move.
        entries = {
            "Add-Ons": "nothing",
            "Threads": "1",
            "Samples": "7",
            "Resolution": "16x8",
            "Frames": "5-8",
            "Keyframe Shift": "3",
            "Keyframe Scale": "2",
        }
        for name, text in entries.items():
            program.find("text box", re.compile(f"^{name}")).click()
            here.key("ctrl+a")
            here.type_text(text)
            program.find("button", f"Reset {name}")
            window.says("The settings have changed")
        choices = (
            "Motion Blur",
            "Denoising",
            "Device",
            "Engine",
            "Camera",
            "Channels",
            "Color Depth",
            "Format",
            "Animations",
        )
        for name in choices:
            program.find("button", name).click()
            wait_until(lambda: len(here.surfaces(program)) > 1, "a list")
            here.key("Down", "Return")
            program.find("button", f"Reset {name}")
        # One output more, and not the first one any more; the last one stays.
        for name in "Depth", "Pictures":
            program.find("switch", re.compile(f"^{name}")).click()
        program.find("switch", re.compile("^Depth"), where=is_checked)
        program.find("switch", re.compile("^Depth")).click()
        window.says("Name at least one output")
        program.find("switch", re.compile("^Pictures")).click()
        program.find("switch", re.compile("^Pictures"), where=is_checked)
        program.find("switch", re.compile("^Depth")).click()
        for jobs in ("5", "1", "3"):
            open_jobs(window)
            here.key("ctrl+a")
            here.type_text(jobs)
            here.key("Return", "Escape")
            program.wait_gone("spin button", JOB_COUNT)
            program.find("button", re.compile(f"^{jobs} Jobs?$"))
        here.key(PREFERENCES_KEY)
        preferences = program.find_dialog()
        program.find("switch", "Factory Settings Factory Settings").click()
        for name in ("Attempts", "Frame Time-Out", "Start Time-Out"):
            program.find("spin button", re.compile(f"^{name}")).click()
            here.key("Up", "Up", "Down", "Return")
        here.key("Escape")
        program.wait_window_gone(preferences)
        # Wrong values are told where they are typed, and change nothing.
        program.find("text box", re.compile("^Frames")).click()
        here.key("ctrl+a")
        here.type_text("8-5,x")
        window.says(re.compile("range|frame", re.IGNORECASE))
        here.key("ctrl+a")
        here.type_text("5-8")

        open_gate(scene)
        window.row("one", FINISHED)
        assert_frames(frames(scene), range(1, 61))
        program.find("button", "Start Over").click()
        window.row("one", re.compile("^4 frames, 16 × 8"))
        window.start()
        window.row("one", re.compile("^Finished.* 4 frames"))
        window.quit()
        assert_frames(frames(scene), range(5, 9))


if __name__ == "__main__":
    run(globals())
