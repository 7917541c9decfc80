# SPDX-License-Identifier: GPL-3.0-or-later
"""What the window promises, in a real X server and with a real Blender."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from harness import run, wait_until
from window import (
    CLI,
    JOB_COUNT,
    JOBS,
    READY,
    RENDERING,
    SCALE,
    START,
    START_KEY,
    Window,
    assert_frames,
    desktop,
    fake,
    fake_desktop,
    frames,
    sample,
    signatures,
)

# Dragging


def test_drag_from_another_program() -> None:
    """Two files and a folder, with the pointer, out of another process's window."""
    with desktop() as here:
        folder = here.folder / "scenes"
        files = [sample("cube", here.folder), sample("monkey", here.folder)]
        inner = sample("metaballs", folder / "deeper")
        shutil.copy(inner, inner.with_suffix(".blend1"))
        (folder / "notes.txt").write_text("no scene")
        window = Window(here)
        whole = window.program.windows()[0]
        here.drag_files([*files, folder], whole)
        window.wait_names("cube", "monkey", "metaballs")
        for name in ("cube", "monkey", "metaballs"):
            window.row(name, READY)
        # Where there is a queue one can drop as well; what is there is told of.
        here.drag_files([files[0]], whole)
        window.says("“cube.blend” is in the queue already")
        window.wait_names("cube", "monkey", "metaballs")
        window.quit()


def test_drag_of_what_is_no_scene() -> None:
    """Words for each, and no warning in the log."""
    with fake_desktop() as here:
        text = here.folder / "notes.txt"
        text.write_text("no scene")
        link = here.folder / "gone.blend"
        link.symlink_to(here.folder / "nowhere.blend")
        (here.folder / "empty").mkdir()
        cases: dict[str, str] = {
            str(text): "“notes.txt” is not a Blender scene",
            str(link): "“gone.blend” is not there",
            str(here.folder / "empty"): "There are no scenes in “empty”",
            "sftp://host/far.blend": "“sftp://host/far.blend” is not on this computer; "
            "copy it here first",
        }
        for path, message in cases.items():
            window = Window(here)
            whole = window.program.windows()[0]
            here.drag_files([path], whole, uri="://" in path)
            window.says(message)
            assert not window.rows()
            window.quit()
        # Several at once are one message; what can be added is.
        window = Window(here)
        whole = window.program.windows()[0]
        here.drag_files([text, link, fake(here, "one")], whole)
        window.says("“notes.txt” is not a Blender scene, and 1 more was not added")
        window.row("one", READY)
        window.quit()


def test_drag_of_a_large_folder() -> None:
    """Five thousand scenes are in the queue, are looked into, and are there again."""
    with fake_desktop() as here:
        folder = here.folder / "many"
        folder.mkdir()
        for number in range(5000):
            (folder / f"scene{number:04}.blend").write_text("BLENDER-fake\n")
        window = Window(here)
        here.drag_files([folder], window.program.windows()[0])
        window.row("scene0000", READY)
        window.says("0 of 50000 frames")
        window.quit()
        again = Window(here)
        again.says("0 of 50000 frames")
        again.quit()


# The whole story


def test_keyboard_story() -> None:
    """Add, half the time, another size, two jobs, start, watch, finish: no pointer."""
    with desktop() as here:
        scene = sample("cube", here.folder / "work")
        window = Window(here)
        program = window.program
        window.add(scene)
        row = window.row("cube", READY)

        # Half the time: the new scene is selected, its settings are beside it.
        program.tab_to("list item")
        program.tab_to("text box", SCALE)
        here.type_text("0.5")
        here.key("Return")
        window.row("cube", re.compile(r"^10 frames"))
        # Enough to do for the bars to be seen on their way.
        program.tab_to("text box", re.compile("^Resolution"))
        here.type_text("800x600")
        window.row("cube", re.compile(r"^10 frames, 800 × 600"))

        # Two jobs.
        program.tab_to("button", JOBS)
        here.key("space")
        program.tab_to("spin button", JOB_COUNT)
        here.key("ctrl+a")
        here.type_text("2")
        here.key("Return", "Escape")
        program.find("button", re.compile("^2 Jobs$"))

        # Start, and watch both bars.
        bar = program.find("progress bar", "Progress of cube")
        whole = program.find("progress bar", "Progress of the Queue")
        here.key(START_KEY)
        of_scene, of_queue = [0.0], [0.0]

        def finished() -> bool:
            assert program.is_running, program.state()
            of_scene.append(bar.value)
            of_queue.append(whole.value)
            return "Finished" in row.name

        wait_until(finished, lambda: f"an end; seen: {of_scene}", RENDERING)
        program.find("button", START)
        for seen, last in ((of_scene, bar.value), (of_queue, whole.value)):
            assert last == 1, last
            assert seen == sorted(seen), seen
            assert len({value for value in seen if 0 < value < 1}) > 2, seen
        window.quit()
        options = ["--keyframe-scale", "0.5", "--resolution", "800x600"]
        assert_right(scene, options)


def assert_right(scene: Path, options: list[str]) -> None:
    """The frames on disk have the pixels that the command line renders."""
    expected = scene.parent / "expected"
    argv = [CLI, "render", str(scene), "--output", str(expected), "--factory-startup"]
    subprocess.run(
        [*argv, *options], timeout=RENDERING, check=True, stdout=subprocess.DEVNULL
    )
    assert_frames(frames(scene), range(10))  # half of 1 to 20
    assert signatures(frames(scene)) == signatures(frames(scene, expected))


if __name__ == "__main__":
    run(globals())
