# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes pictures of the window in every state that people see.

    screenshots.py FOLDER [NAME...]

They are to be looked at. Real scenes, rendered by a real Blender.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import Xlib.Xatom
from accessible import Gone
from harness import Desktop, Program, wait_until

APP = os.environ["RUSHES_APP"]
SAMPLES = Path(os.environ["RUSHES_SAMPLES"])
SCENES = ("monkey", "cube", "metaballs")

#: The longest that anything may take, in seconds.
PATIENCE = 120

#: A scene with what scenes have in real life: a texture that is gone, a script.
FOREST = """
import bpy, sys
bpy.ops.wm.open_mainfile(filepath=sys.argv[-2])
image = bpy.data.images.load(sys.argv[-2], check_existing=False)
image.use_fake_user = True
image.filepath = "//textures/bark.png"
text = bpy.data.texts.new("rig_ui.py")
text.use_module = True
bpy.ops.wm.save_as_mainfile(filepath=sys.argv[-1])
"""

#: A scene that cannot be rendered.
BLIND = """
import bpy, sys
bpy.ops.wm.open_mainfile(filepath=sys.argv[-2])
bpy.context.scene.camera = None
bpy.ops.wm.save_as_mainfile(filepath=sys.argv[-1])
"""


def make_scene(script: str, target: Path) -> None:
    """Save a variation of a sample scene."""
    subprocess.run(
        ["blender", "--background", "--factory-startup", "--python-exit-code", "1"]
        + ["--python-expr", script, "--", str(SAMPLES / "cube.blend"), str(target)],
        check=True,
        stdout=subprocess.DEVNULL,
    )


def set_dpi(place: Desktop, dpi: int) -> None:
    """How large text is, in the way that desktops without a settings daemon say it."""
    root = place.display.screen().root
    root.change_property(
        Xlib.Xatom.RESOURCE_MANAGER,
        Xlib.Xatom.STRING,
        8,
        f"Xft.dpi:\t{dpi}\n".encode(),
    )
    place.display.sync()


class Studio:
    """Makes one picture after the other, each in a desktop of its own."""

    def __init__(self, target: Path, work: Path) -> None:
        self.target = target
        self.work = work
        self.scenes = [SAMPLES / f"{name}.blend" for name in SCENES]
        self.forest = work / "forest.blend"
        self.blind = work / "blind.blend"
        make_scene(FOREST, self.forest)
        make_scene(BLIND, self.blind)

    @contextmanager
    def window(
        self,
        files: list[Path],
        *,
        size: tuple[int, int] = (1100, 720),
        overrides: dict[str, object] | None = None,
        dpi: int = 96,
        prepare: Callable[[Desktop], None] | None = None,
        **desktop: Any,
    ) -> Iterator[tuple[Desktop, Program]]:
        """A window with these scenes in its queue, inspected."""
        with Desktop(width=1400, height=900, composited=True, **desktop) as place:
            set_dpi(place, dpi)
            self.fill_queue(place, files, overrides or {})
            if prepare:
                prepare(place)
            program = place.start([APP])
            wait_until(lambda: place.windows(program), "a window", PATIENCE)
            window = place.windows(program)[0]
            # The header gives way once the window is narrow: that takes two steps.
            for width in (max(size[0], 540), size[0]):
                window.resize(width, size[1])
            yield place, program

    def fill_queue(
        self, place: Desktop, files: list[Path], overrides: dict[str, object]
    ) -> None:
        """Write the queue of an earlier session: pictures worth looking at."""
        folder = Path(place.environment["XDG_DATA_HOME"]) / "rushes"
        folder.mkdir(parents=True)
        settings: dict[str, object] = {"width": 640, "height": 360, "samples": 8}
        settings.update(overrides)
        lines = [
            {
                "path": str(file),
                "folder": str(place.folder / "renders" / file.stem),
                "settings": settings,
            }
            for file in files
        ]
        (folder / "queue.jsonl").write_text(
            '{"rushes-queue":1}\n' + "".join(json.dumps(line) + "\n" for line in lines)
        )

    def shoot(self, place: Desktop, program: Program, name: str) -> None:
        """Take the picture of the window."""
        path = self.target / f"{name}.png"
        place.move_pointer(0, 0)
        wait_until(lambda: not tooltips(place, program), "no tooltip", PATIENCE)
        place.screenshot(path, place.windows(program)[0])
        # The desk around the window says nothing.
        subprocess.run(
            ["mogrify", "-fuzz", "2%", "-trim", "+repage", str(path)], check=True
        )
        print(path, flush=True)


def tooltips(place: Desktop, program: Program) -> int:
    """How many surfaces there are besides the window itself."""
    return len([each for each in place.surfaces(program) if each.is_popover])


def labels(program: Program) -> list[str]:
    """What all labels say; some may go while they are read."""
    names = []
    for label in program.find_all("label"):
        with suppress(Gone):
            names.append(label.name)
    return names


def says(program: Program, pattern: str) -> Callable[[], object]:
    """Whether a label says that."""
    words = re.compile(pattern)
    return lambda: any(words.search(name) for name in labels(program))


def inspected(program: Program, count: int) -> None:
    """Wait until every scene is."""
    words = re.compile(r"\d+ × \d+|missing|camera|fehl|Kamera")
    wait_until(
        lambda: sum(1 for name in labels(program) if words.search(name)) >= count,
        "inspected scenes",
        PATIENCE,
    )


def half_done(program: Program) -> None:
    """Wait until something can be seen of the first scenes."""
    wait_until(
        lambda: any(
            0.3 < (bar.value or 0) < 0.9 for bar in program.find_all("progress bar")
        ),
        "progress",
        PATIENCE,
    )


def idle(program: Program) -> None:
    """Wait until nothing is being rendered any more."""

    def look() -> bool:
        names = labels(program)
        return any("Finished in" in name for name in names) and not any(
            re.search("left|Loading|Waiting", name) for name in names
        )

    wait_until(look, "the end", PATIENCE)


def select_first(place: Desktop, program: Program) -> None:
    """The first scene of the queue."""
    program.find_all("list item", inside=program.find("list"))[0].click()


def empty(studio: Studio) -> None:
    with studio.window([]) as (place, program):
        program.find("button", re.compile("Add Scenes"))
        studio.shoot(place, program, "empty")


def queue(studio: Studio) -> None:
    with studio.window([studio.forest, *studio.scenes]) as (place, program):
        inspected(program, 4)
        select_first(place, program)
        wait_until(says(program, "Trust This File|missing"), "problems", PATIENCE)
        studio.shoot(place, program, "queue")


def settings(studio: Studio) -> None:
    with studio.window(studio.scenes, overrides={"keyframe-scale": 2}) as (
        place,
        program,
    ):
        inspected(program, 3)
        select_first(place, program)
        wait_until(says(program, r"40 frames"), "the plan", PATIENCE)
        studio.shoot(place, program, "settings")


def rendering(studio: Studio, name: str = "rendering", **desktop: Any) -> None:
    with studio.window(studio.scenes, **desktop) as (place, program):
        inspected(program, 3)
        select_first(place, program)
        place.key("ctrl+Return")
        half_done(program)
        studio.shoot(place, program, name)
        place.key("alt+2")
        wait_until(says(program, "frame_"), "the newest frame", PATIENCE)
        studio.shoot(place, program, name.replace("rendering", "watch"))


def failed(studio: Studio) -> None:
    with studio.window([studio.blind, *studio.scenes[:1]]) as (place, program):
        inspected(program, 2)
        select_first(place, program)
        place.key("ctrl+Return")
        idle(program)
        studio.shoot(place, program, "failed")
        place.key("alt+3")
        wait_until(says(program, "Blender"), "a log", PATIENCE)
        studio.shoot(place, program, "log")


def finished(studio: Studio) -> None:
    with studio.window(studio.scenes[:2]) as (place, program):
        inspected(program, 2)
        select_first(place, program)
        place.key("ctrl+Return", "alt+2")
        idle(program)
        studio.shoot(place, program, "finished")


def narrow(studio: Studio) -> None:
    with studio.window([studio.forest, *studio.scenes], size=(360, 640)) as (
        place,
        program,
    ):
        inspected(program, 4)
        studio.shoot(place, program, "narrow")
        select_first(place, program)
        wait_until(says(program, "Keyframe Scale"), "the details", PATIENCE)
        studio.shoot(place, program, "narrow-details")


def dark(studio: Studio) -> None:
    rendering(
        studio, "dark-rendering", variables={"ADW_DEBUG_COLOR_SCHEME": "prefer-dark"}
    )


def german(studio: Studio) -> None:
    rendering(studio, "german-rendering", variables={"LC_ALL": "de_DE.UTF-8"})


def right_to_left(studio: Studio) -> None:
    """As if there were a translation: without one GTK stays with left to right."""
    folder = studio.work / "locale" / "ar" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'
    subprocess.run(
        ["msgfmt", "-", "-o", folder / "rushes.mo"], input=header.encode(), check=True
    )
    variables = {
        "LC_ALL": "ar_EG.UTF-8",
        "RUSHES_LOCALE_DIR": str(studio.work / "locale"),
    }
    rendering(studio, "right-to-left-rendering", variables=variables)


def large(studio: Studio) -> None:
    with studio.window([studio.forest, *studio.scenes], dpi=134) as (place, program):
        inspected(program, 4)
        select_first(place, program)
        studio.shoot(place, program, "large-text")


def preferences(studio: Studio) -> None:
    with studio.window(studio.scenes) as (place, program):
        inspected(program, 3)
        place.key("ctrl+comma")
        wait_until(says(program, r"Blender \d"), "versions", PATIENCE)
        dialog = next(w for w in place.windows(program) if w.title == "Preferences")
        path = studio.target / "preferences.png"
        print(place.screenshot(path, dialog), flush=True)
        program.find("tab", "Cluster").click()
        program.find("switch", re.compile("^Render on a Cluster")).click()
        path = studio.target / "preferences-cluster.png"
        print(place.screenshot(path, dialog), flush=True)
        dialog.resize(360, 640)
        switch = program.find("switch", re.compile("^Render on a Cluster"))
        wait_until(lambda: switch.box.width < 360, "a narrow page", PATIENCE)
        path = studio.target / "preferences-narrow.png"
        print(place.screenshot(path, dialog), flush=True)


def fill_runs(place: Desktop) -> None:
    """Runs as they may be found in the morning, on a Slurm that is a shell script."""
    slurm = place.folder / "slurm"
    slurm.mkdir()
    (slurm / "squeue").write_text(f"#!/bin/sh\ncat '{slurm}/queue'\n")
    (slurm / "squeue").chmod(0o755)
    place.environment["PATH"] = f"{slurm}:{place.environment['PATH']}"
    records = Path(place.environment["XDG_STATE_HOME"]) / "rushes" / "runs"
    records.mkdir(parents=True)
    queue = []
    told = {
        "41": ("FAILED|NonZeroExitCode|n1", ["flight"], None),
        "42": ("COMPLETED|None|n2", ["metaballs"], (300, 298, 2)),
        "43": ("RUNNING|None|n1", ["monkey", "cube"], (250, 37, 0)),
        "44": ("PENDING|Resources|", ["forest"], None),
    }
    for job, (state, names, counts) in told.items():
        ticket = f"rushes-run-{job}"
        reason = state.split("|")
        queue.append(f"{job}|{reason[0]}|{reason[1]}|{reason[2]}|9|main|{ticket}\n")
        events = slurm / f"rushes-{job}.jsonl"
        record = {
            "job": job,
            "ticket": ticket,
            "events": events.as_uri(),
            "scenes": names,
            "submitted": int(job),
        }
        (records / f"{job}.json").write_text(json.dumps(record))
        if not counts:
            continue
        frames, done, failed = counts
        lines: list[dict[str, object]] = [
            {"event": "queued", "scene": position, "name": name}
            for position, name in enumerate(names)
        ]
        kind = "scene" if failed else "progress"
        lines.append(
            {"event": kind, "scene": 0, "frames": frames, "done": done}
            | {"failed": failed, "seconds_left": 240, "state": "finished"}
        )
        if failed:
            lines.append({"event": "summary", "exit_code": 1})
        else:
            lines.append({"event": "scene", "scene": 1, "state": "finished"})
        events.write_text("".join(json.dumps(line) + "\n" for line in lines))
    (slurm / "rushes-41.log").write_text("exec: /opt/rushes-cli: not found\n")
    (slurm / "queue").write_text("".join(queue))


def runs(
    studio: Studio,
    name: str = "runs",
    size: tuple[int, int] = (1100, 720),
    **desktop: Any,
) -> None:
    with studio.window(studio.scenes, size=size, prepare=fill_runs, **desktop) as (
        place,
        program,
    ):
        inspected(program, 3)
        wait_until(says(program, "2 runs on the cluster"), "runs", PATIENCE)
        studio.shoot(place, program, f"{name}-bar")
        place.key("ctrl+r")
        wait_until(says(program, "37 of 250"), "the runs", PATIENCE)
        wait_until(says(program, "not found"), "the runs", PATIENCE)
        dialog = next(w for w in place.windows(program) if w.title.startswith("Runs"))
        if size[0] < 500:
            dialog.resize(*size)
            (rows,) = program.find_all("list", "Runs")
            wait_until(lambda: rows.box.width < size[0], "a narrow list", PATIENCE)
        print(place.screenshot(studio.target / f"{name}.png", dialog), flush=True)


def runs_narrow(studio: Studio) -> None:
    runs(studio, "runs-narrow", (360, 640))


def runs_dark(studio: Studio) -> None:
    variables = {"ADW_DEBUG_COLOR_SCHEME": "prefer-dark"}
    runs(studio, "runs-dark", variables=variables)


PICTURES: dict[str, Callable[[Studio], None]] = {
    "empty": empty,
    "queue": queue,
    "settings": settings,
    "rendering": rendering,
    "failed": failed,
    "finished": finished,
    "narrow": narrow,
    "dark": dark,
    "german": german,
    "right-to-left": right_to_left,
    "large": large,
    "preferences": preferences,
    "runs": runs,
    "runs-narrow": runs_narrow,
    "runs-dark": runs_dark,
}


def main() -> None:
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        studio = Studio(target, Path(work))
        for name in sys.argv[2:] or PICTURES:
            PICTURES[name](studio)


if __name__ == "__main__":
    main()
