# SPDX-License-Identifier: GPL-3.0-or-later
"""The window of Rushes in the words of its user, and scenes to try it on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from accessible import Gone
from harness import PATIENCE, Desktop, Program, Widget, wait_until
from services import Services

APP = os.environ["RUSHES_APP"]
CLI = os.environ["RUSHES_CLI"]
BLENDER = os.environ.get("RUSHES_TEST_BLENDER", "blender")
SOURCES = Path(__file__).resolve().parents[2] / "blender"

SCHEMA = "io.github.rushes.Rushes"

#: The longest that a few small frames may take, in seconds.
RENDERING = 4 * PATIENCE

# What the window calls its parts.
QUEUE = "Queue"
ADD = "Add Scenes"
START, PAUSE, STOP_NOW = "Start", "Pause", "Stop Now"
JOBS = re.compile(r"^[\d +]+ Jobs?$")
JOB_COUNT = re.compile("^Jobs")
CLUSTER_SWITCH = re.compile("^Render on a Cluster")
CLUSTER_JOBS = re.compile("^Jobs on the Cluster")
CLUSTER_MEMORY = re.compile("^Memory")
CLUSTER_TIME = re.compile("^Time Limit")
CHECK = re.compile("^Check the Connection")
SCALE = re.compile("^Keyframe Scale")
FINISHED = re.compile(r"^Finished( in .*|, )")
READY = re.compile(r"^\d+ frames")

# The keys that do it.
ADD_KEY = "ctrl+o"
ADD_FOLDER_KEY = "ctrl+shift+o"
START_KEY = "ctrl+Return"
STOP_KEY = "ctrl+period"
REMOVE_KEY = "Delete"
UNDO_KEY = "ctrl+z"
DETAILS_KEY = "F9"
PREFERENCES_KEY = "ctrl+comma"
RUNS_KEY = "ctrl+r"
SHORTCUTS_KEY = "ctrl+question"
QUIT_KEY = "ctrl+q"


class Window:
    """The window of a program that runs."""

    def __init__(
        self,
        desktop: Desktop,
        *files: Path,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        self.desktop = desktop
        self.program: Program = desktop.start([APP, *files], variables)
        self.program.find("button", ADD)

    # The queue

    def rows(self) -> list[Widget]:
        """The rows of the queue that are in sight."""
        queues = self.program.find_all("list", QUEUE)
        return self.program.find_all("list item", inside=queues[0]) if queues else []

    def labels(self, row: Widget) -> list[str]:
        """All that a row says; a row may go while it is read."""
        names = []
        for label in self.program.find_all("label", inside=row):
            with suppress(Gone):
                names.append(label.name)
        return names

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

        return wait_until(
            look,
            lambda: f"{name} {says} in {[self.labels(row) for row in self.rows()]}",
            timeout,
        )

    def wait_names(self, *names: str) -> None:
        """Wait until the queue holds these scenes, in this order."""

        def look() -> bool:
            assert self.program.is_running, self.program.state()
            return self.names() == list(names)

        wait_until(look, lambda: f"{names}, not {self.names()}")

    def progress(self, row: Widget) -> float:
        """How far the bar of a row has come, from 0 to 1."""
        (bar,) = self.program.find_all("progress bar", inside=row)
        least, greatest = bar.limits
        return (bar.value - least) / (greatest - least)

    def select(self, name: str) -> Widget:
        """Click on the row of a scene, and wait until it has the keyboard."""
        row = self.row(name)
        row.click()
        wait_until(
            lambda: {"selected", "focused"} <= row.states, f"{name} to be selected"
        )
        return row

    def menu(self, name: str, item: str | re.Pattern[str]) -> None:
        """Choose from the menu of a scene."""
        self.row(name).click(button=3)
        self.program.find("menu item", item).click()

    # What can be done

    def add(self, path: Path) -> None:
        """Add a file by keyboard."""
        self.desktop.key(ADD_KEY)
        self.program.choose_file(path)
        self.program.wait_gone(name="Open")

    def start(self) -> None:
        """Start rendering; what is quick may be done already."""
        self.program.find("button", START, where=lambda it: "sensitive" in it.states)
        self.desktop.key(START_KEY)

    def says(self, text: str | re.Pattern[str]) -> Widget:
        """Wait for a message, wherever it is."""
        return self.program.find("label", text)

    def answer(self, response: str | re.Pattern[str]) -> None:
        """Press a button of the dialog that asks."""
        dialog = self.program.find_dialog()
        self.program.find("button", response, inside=dialog).click()

        def gone() -> bool:
            try:
                return dialog not in self.program.windows()
            except Gone:
                return not self.program.is_running  # that was the answer

        wait_until(gone, "an end of the dialog")

    def close(self) -> None:
        """Ask the window to close, as its frame's button does."""
        for window in self.desktop.windows(self.program):
            if window.title == "Rushes" and not window.parent:
                window.close()

    def quit(self) -> None:
        """Leave, while nothing renders."""
        self.desktop.key(QUIT_KEY)
        self.wait_end()

    def wait_end(self) -> None:
        """Wait until the program is gone, with all that it has started."""
        assert self.program.wait() == 0, self.program.state()
        wait_until(
            lambda: not clients(self.desktop),
            lambda: f"an end of {clients(self.desktop)}",
        )


class TestDesktop(Desktop):
    """A desktop with settings of the program, and with services: notifications, a session
    that is asked not to sleep, and a system that is asked to."""

    def __init__(
        self,
        settings: dict[str, str] | None = None,
        height: int = 800,
        fake: bool = False,
    ) -> None:
        super().__init__(height=height)
        values = {"jobs": "1"}
        if fake:
            break_blender(self, "")
            values["blender"] = f"'{self.folder}/blender'"
        else:
            values["factory-startup"] = "true"
        self.store(SCHEMA, values | (settings or {}))

    def __enter__(self) -> Self:
        super().__enter__()
        address = self.environment["DBUS_SESSION_BUS_ADDRESS"]
        self.environment["DBUS_SYSTEM_BUS_ADDRESS"] = address
        self.services = Services(address)
        self.services.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exception: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.services.stop()
        super().__exit__(kind, exception, trace)


def desktop() -> TestDesktop:
    """A desktop for the real Blender."""
    return TestDesktop()


def fake_desktop(
    settings: dict[str, str] | None = None, height: int = 800
) -> TestDesktop:
    """A desktop where Blender is quick, or misbehaves as told."""
    return TestDesktop(settings, height, fake=True)


def break_blender(desktop: Desktop, modes: str) -> None:
    """Decide what is wrong with the fake Blenders that are started from now on."""
    script = desktop.folder / "blender.new"
    script.write_text(
        f"#!/bin/sh\necho $$ >>'{desktop.folder}/started'\n"
        f'RUSHES_FAKE={modes} exec "$RUSHES_FAKE_CLIENT" "$@"\n'
    )
    script.chmod(0o755)
    script.rename(desktop.folder / "blender")


def add_slurm(desktop: Desktop, srun: str | None = None) -> Path:
    """Put a Slurm into a folder of the desktop, whose nodes are this computer; srun may be
    another script. What it was asked for is in the file "sruns", a line each; what waits
    and runs is in the file "queue", empty at first."""
    folder = desktop.folder / "slurm"
    folder.mkdir()
    (folder / "queue").touch()
    run = 'while [ "$1" != sh ]; do shift; done; exec "$@"'
    for name, script in {
        "sinfo": "echo 'main*|up|1/2/1/4'",
        "squeue": "cat queue",
        "scancel": "",
        "srun": f'echo "$@" >>sruns; {srun or run}',
    }.items():
        program = folder / name
        program.write_text(f"#!/bin/sh\ncd '{folder}'\n{script}\n")
        program.chmod(0o755)
    desktop.environment["PATH"] = f"{folder}:{desktop.environment['PATH']}"
    return folder


#: Has a script run as job 12, with its output where it was asked for.
SBATCH = """
while [ $# -gt 0 ]; do
  case $1 in
    --comment) ticket=$2 ;;
    --output) output=$2 ;;
    --error) errors=$2 ;;
  esac
  shift
done
echo "$ticket" >ticket
cat >script
echo 12
"""
BEGIN = """
echo "12|RUNNING|None|n1|1|main|$ticket" >queue
{
  SLURM_JOB_ID=12 sh script >>"${output%%%j*}12.jsonl" 2>>"${errors%%%j*}12.log" &
  echo $! >pid
  wait $!
  sed -i s/RUNNING/COMPLETED/ queue
} </dev/null >/dev/null 2>&1 &
"""


def add_sbatch(folder: Path, begins: bool = True) -> None:
    """Let the Slurm of a folder take runs, which begin at once unless told otherwise."""
    for name, script in {
        "sbatch": SBATCH + (BEGIN if begins else ""),
        "scancel": 'case "$*" in *signal=TERM*) kill -TERM "$(cat pid)" ;; esac',
    }.items():
        program = folder / name
        program.write_text(f"#!/bin/sh\ncd '{folder}'\n{script}\n")
        program.chmod(0o755)


def sruns(folder: Path) -> list[str]:
    """What srun was asked for so far."""
    path = folder / "sruns"
    return path.read_text().splitlines() if path.exists() else []


def n_started(desktop: Desktop) -> int:
    """How many fake Blenders were started there so far."""
    return len((desktop.folder / "started").read_text().split())


def clients(desktop: Desktop) -> list[str]:
    """The command lines of the Blenders that run on a desktop."""
    found = []
    mark = f"XDG_CONFIG_HOME={desktop.environment['XDG_CONFIG_HOME']}".encode()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes().split(b"\0"):
                command = (process / "cmdline").read_bytes().split(b"\0")
                if b"--token" in command:
                    found.append(b" ".join(command).decode(errors="replace"))
        except OSError:
            pass  # it ended while we looked
    return found


# Scenes


def fake(desktop: Desktop, name: str, *directives: str, folder: str = "work") -> Path:
    """A scene for the fake Blender; ten frames, unless told otherwise."""
    path = desktop.folder / folder / f"{name}.blend"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["BLENDER-fake", *directives, ""]))
    return path


def open_gate(scene: Path) -> None:
    """Let the frames end that wait at the gate of a scene."""
    scene.with_name(scene.name + ".open").touch()


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


# Results


def frames(scene: Path, root: Path | None = None) -> Path:
    """The folder of a scene's pictures."""
    return (root or scene.parent / "renders") / scene.stem / "frames"


def assert_frames(folder: Path, numbers: range) -> None:
    """Exactly these frames are there, each of them a whole picture."""
    names = sorted(path.name for path in folder.iterdir())
    assert names == [f"frame_{number:06}.png" for number in numbers], names
    assert len(signatures(folder)) == len(numbers)


def signatures(folder: Path) -> dict[str, str]:
    """A hash of the decoded pixels of every picture in a folder."""
    pictures = sorted(folder.iterdir())
    argv = ["identify", "-format", "%f %#\n", *map(str, pictures)]
    lines = subprocess.run(
        argv, stdout=subprocess.PIPE, timeout=60, check=True, text=True
    ).stdout.splitlines()
    return dict(line.split() for line in lines)
