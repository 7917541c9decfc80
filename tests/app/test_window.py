# SPDX-License-Identifier: GPL-3.0-or-later
"""What the window promises, in a real X server and with a real Blender."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness import PATIENCE, Desktop, Program, Widget, run, wait_until

APP = os.environ["RUSHES_APP"]
CLI = os.environ["RUSHES_CLI"]
BLENDER = os.environ.get("RUSHES_TEST_BLENDER", "blender")
SOURCES = Path(__file__).resolve().parents[2] / "blender"

SCHEMA = "io.github.rushes.Rushes"

#: The longest that a few small frames may take, in seconds.
RENDERING = 10 * PATIENCE

# What the window calls its parts.
TITLE = "Rushes"
QUEUE = "Queue"
ADD = "Add Scenes"
START, PAUSE, STOP = "Start", "Pause", "Stop"
JOBS = re.compile(r"^\d+ Jobs?$")
JOB_COUNT = "Jobs"
SCALE = "Keyframe Scale"
FINISHED = re.compile(r"^Finished in ")
READY = re.compile(r"^\d+ frames")

# The keys that do it.
ADD_KEY = "ctrl+o"
START_KEY = "ctrl+Return"
REMOVE_KEY = "Delete"
UNDO_KEY = "ctrl+z"
DETAILS_KEY = "F9"
PREFERENCES_KEY = "ctrl+comma"
SHORTCUTS_KEY = "ctrl+question"
QUIT_KEY = "ctrl+q"


class Window:
    """The window of a running program, in the words of its user."""

    def __init__(self, desktop: Desktop, files: list[Path] | None = None) -> None:
        self.desktop = desktop
        self.program = desktop.start([APP, *(files or [])])
        self.queue_or_hint()

    def queue_or_hint(self) -> Widget:
        """Wait until the window is there; the button that is always in it."""
        return self.program.find("button", ADD)

    def rows(self) -> list[Widget]:
        """The rows of the queue that are in sight."""
        queues = self.program.find_all("list", QUEUE)
        return self.program.find_all("list item", inside=queues[0]) if queues else []

    def labels(self, row: Widget) -> list[str]:
        """All that a row says."""
        return [label.name for label in self.program.find_all("label", inside=row)]

    def names(self) -> list[str]:
        """The names of the scenes, from the top."""
        return [labels[0] for row in self.rows() if (labels := self.labels(row))]

    def row(
        self, name: str, says: re.Pattern[str] | None = None, timeout: float = PATIENCE
    ) -> Widget:
        """Wait for the row of a scene, and until it says something."""

        def look() -> Widget | None:
            assert self.program.is_running, self.program.state()
            for row in self.rows():
                labels = self.labels(row)
                if name in labels and (not says or any(map(says.search, labels))):
                    return row
            return None

        return wait_until(look, lambda: f"{name} {says} in {self.names()}", timeout)

    def wait_names(self, *names: str) -> None:
        """Wait until the queue holds these scenes, in this order."""
        wait_until(
            lambda: self.names() == list(names), lambda: f"{names}, not {self.names()}"
        )

    def progress(self, row: Widget) -> float:
        """How far the bar of a row has come, from 0 to 1."""
        (bar,) = self.program.find_all("progress bar", inside=row)
        least, greatest = bar.limits
        return (bar.value - least) / (greatest - least)

    def add(self, path: Path) -> None:
        """Add a file by keyboard."""
        self.desktop.key(ADD_KEY)
        self.program.choose_file(path)
        self.program.wait_gone(name="Open")

    def toast(self, text: re.Pattern[str]) -> Widget:
        """Wait for a message at the lower edge."""
        return self.program.find("label", text)

    def quit(self) -> None:
        """Leave, while nothing renders."""
        self.desktop.key(QUIT_KEY)
        assert self.program.wait() == 0, self.program.state()


@contextmanager
def desktop() -> Iterator[Desktop]:
    """A desktop where the settings are what the tests want them to be."""
    with Desktop() as made:
        made.store(SCHEMA, {"factory-startup": "true", "jobs": "1"})
        yield made


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
        window.toast(re.compile("already"))
        window.wait_names("cube", "monkey", "metaballs")
        window.quit()


def test_drag_of_what_is_no_scene() -> None:
    """Words, and no warning in the log."""
    with desktop() as here:
        text = here.folder / "notes.txt"
        text.write_text("no scene")
        link = here.folder / "gone.blend"
        link.symlink_to(here.folder / "nowhere.blend")
        window = Window(here)
        whole = window.program.windows()[0]
        here.drag_files([text], whole)
        here.drag_files([link], whole)
        here.drag_files(["sftp://host/far.blend"], whole, uri=True)
        here.drag_files([sample("cube", here.folder)], whole)
        window.row("cube")
        window.quit()


def test_drag_of_a_large_folder() -> None:
    with desktop() as here:
        folder = here.folder / "many"
        folder.mkdir()
        first = sample("cube", folder)
        for number in range(4999):
            os.link(first, folder / f"copy{number:04}.blend")
        window = Window(here)
        here.drag_files([folder], window.program.windows()[0])
        window.program.find("label", re.compile("5,?000"), timeout=RENDERING)
        window.quit()


# The whole story


def test_keyboard_story() -> None:
    """Add, half the time, two jobs, start, watch, finish, without the pointer."""
    with desktop() as here:
        scene = sample("cube", here.folder / "work")
        window = Window(here)
        program = window.program
        window.add(scene)
        row = window.row("cube", READY)

        # Half the time.
        program.tab_to("list item")
        here.key("space")
        if not program.find_all(name=SCALE):
            here.key(DETAILS_KEY)
        program.find(name=SCALE)
        program.tab_to("text box", SCALE)
        here.key("ctrl+a")
        here.type_text("0.5")
        here.key("Return")
        window.row("cube", re.compile(r"\b10 frames"))

        # Two jobs.
        program.tab_to("button", JOBS)
        here.key("space")
        program.tab_to("spin button", JOB_COUNT)
        here.key("ctrl+a")
        here.type_text("2")
        here.key("Return", "Escape")
        program.find("button", re.compile("^2 Jobs$"))

        # Start, and watch.
        here.key(START_KEY)
        program.find("button", PAUSE)
        seen = {0.0}

        def finished() -> bool:
            assert program.is_running, program.state()
            seen.add(window.progress(row))
            return any(map(FINISHED.search, window.labels(row)))

        wait_until(finished, lambda: f"an end; seen: {sorted(seen)}", RENDERING)
        assert window.progress(row) == 1
        assert len(seen) > 4, seen
        program.find("button", START)
        window.quit()
        assert_right(scene, scene.parent / "renders", ["--keyframe-scale", "0.5"])


def assert_right(scene: Path, root: Path, options: list[str]) -> None:
    """The frames on disk have the pixels that the command line renders."""
    expected = root.parent / "expected"
    argv = [CLI, "render", str(scene), "--output", str(expected), "--factory-startup"]
    subprocess.run(
        [*argv, *options], timeout=RENDERING, check=True, stdout=subprocess.DEVNULL
    )
    frames = Path(scene.stem) / "frames"
    names = sorted(path.name for path in (expected / frames).iterdir())
    assert len(names) == 10, names
    assert sorted(path.name for path in (root / frames).iterdir()) == names
    for name in names:
        assert signature(root / frames / name) == signature(
            expected / frames / name
        ), name


# What a screen reader sees


def test_names_of_all_controls() -> None:
    with desktop() as here:
        window = Window(here, [sample("cube", here.folder)])
        window.row("cube", READY)
        assert not window.program.unnamed(), window.program.unnamed()
        here.key(DETAILS_KEY)
        assert not window.program.unnamed(), window.program.unnamed()
        bar = window.program.find("progress bar")
        assert bar.limits[0] <= bar.value <= bar.limits[1]
        window.quit()


# Crashes that others had


def test_remove_and_undo() -> None:
    with desktop() as here:
        window = Window(
            here, [sample(name, here.folder) for name in ("cube", "monkey")]
        )
        window.wait_names("cube", "monkey")
        window.row("cube").click()
        here.key(REMOVE_KEY)
        window.wait_names("monkey")
        here.key(UNDO_KEY)
        window.wait_names("cube", "monkey")
        window.quit()


def test_remove_while_it_starts_renders_and_is_done() -> None:
    with desktop() as here:
        names = ("cube", "monkey", "metaballs")
        window = Window(here, [sample(name, here.folder) for name in names])
        window.wait_names(*names)
        here.key(START_KEY)
        window.row("cube").click()
        here.key(REMOVE_KEY)  # starting
        confirm(window)
        window.wait_names("monkey", "metaballs")
        row = window.row("monkey")
        wait_until(lambda: window.progress(row) > 0, "a frame", RENDERING)
        row.click()
        here.key(REMOVE_KEY)  # rendering
        confirm(window)
        window.wait_names("metaballs")
        window.row("metaballs", FINISHED, RENDERING).click()
        here.key(REMOVE_KEY)  # done
        window.wait_names()
        window.quit()


def confirm(window: Window) -> None:
    """Say yes, if it asks."""
    dialogs = window.program.find_all("dialog")
    if dialogs:
        window.program.find_dialog()
        window.program.find("button", re.compile("Remove")).click()
        window.program.wait_gone("dialog")


def test_quit_while_rendering() -> None:
    with desktop() as here:
        window = Window(here, [sample("cube", here.folder)])
        window.row("cube", READY)
        here.key(START_KEY)
        window.program.find("button", PAUSE)
        here.windows(window.program)[0].close()
        window.program.find_dialog()
        here.key("Escape")  # it goes on
        window.program.wait_gone("dialog")
        window.program.find("button", PAUSE)
        here.windows(window.program)[0].close()
        window.program.find_dialog()
        window.program.find("button", re.compile(STOP)).click()
        assert window.program.wait() == 0, window.program.state()
        # What was queued is there again.
        again = Window(here)
        again.wait_names("cube")
        again.quit()


def test_escape_in_every_dialog() -> None:
    with desktop() as here:
        window = Window(here)
        for chord in (ADD_KEY, PREFERENCES_KEY, SHORTCUTS_KEY):
            here.key(chord)
            dialog = window.program.find_dialog()
            here.key("Escape")
            window.program.wait_window_gone(dialog)
        window.quit()


# Files


def sample(name: str, folder: Path) -> Path:
    """A copy of one of the sample scenes in a folder."""
    source = Path(os.environ.get("RUSHES_TEST_SAMPLES") or made_samples())
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(source / f"{name}.blend", folder))


def made_samples() -> str:
    """A folder of sample scenes, made once."""
    global _samples
    if not _samples:
        _samples = tempfile.TemporaryDirectory(prefix="rushes-samples-")
        script = ["--python", str(SOURCES / "samples.py"), "--", _samples.name]
        subprocess.run(
            [BLENDER, "--background", "--factory-startup", "-noaudio", *script],
            stdout=subprocess.DEVNULL,
            timeout=RENDERING,
            check=True,
        )
    return _samples.name


_samples: tempfile.TemporaryDirectory[str] | None = None


def signature(picture: Path) -> str:
    """A hash of the decoded pixels of a picture."""
    argv = ["identify", "-format", "%#", str(picture)]
    return subprocess.run(
        argv, stdout=subprocess.PIPE, timeout=60, check=True
    ).stdout.decode()


if __name__ == "__main__":
    run(globals())
