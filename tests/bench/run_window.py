# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs window-bench on a desktop of its own, with fake clients, and prints how long the
window's main loop was away in each phase.

    /usr/bin/python3 tests/bench/run_window.py --build _build-release
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, os.fspath(TOP / "tests" / "app"))

from harness import Desktop  # noqa: E402

SCHEMA = "io.github.rushes.Rushes"

#: Seconds; far more than a run takes.
PATIENCE = 600


def make_scenes(folder: Path, count: int, frames: int, milliseconds: float) -> None:
    """Fake scenes, a hundred in a folder."""
    text = (
        f"BLENDER-fake\nstart=1\nend={frames}\nframe-ms={milliseconds}\n"
        "width=64\nheight=36\nmemory=1000000\n"
    )
    for number in range(count):
        scene = folder / f"{number // 100:03}" / f"scene-{number:05}.blend"
        scene.parent.mkdir(exist_ok=True)
        scene.write_text(text)


def measure(options: argparse.Namespace, folder: Path) -> list[dict[str, Any]]:
    """What window-bench says: first of the window, then of each phase."""
    build = options.build.resolve()
    bench = build / "tests" / "bench" / "window-bench"
    os.environ["GSETTINGS_SCHEMA_DIR"] = os.fspath(build / "data")
    os.environ.setdefault("RUSHES_BLENDER_DIR", os.fspath(TOP / "blender"))
    frame_ms = options.clients * 1000 / options.rate
    make_scenes(folder, options.scenes, options.frames, frame_ms)
    settings = {
        "blender": f"'{build / 'tests' / 'helpers' / 'fake-client'}'",
        "output-folder": f"'{folder / 'out'}'",
        "jobs": f"uint32 {options.clients}",
        "window-width": "1100",
        "window-height": "720",
    }
    with Desktop() as desktop:
        desktop.store(SCHEMA, settings)
        program = desktop.start([*options.under, bench, folder, str(options.scenes)])
        status = program.wait(PATIENCE)
        assert status == 0, f"{program.state()}: {program.log()}"
        return [json.loads(line) for line in program.said() if line.startswith("{")]


def show(said: list[dict[str, Any]]) -> None:
    """A table of it."""
    first, *phases = said
    bounds = [f"<{bound:g}" for bound in first["bounds"]] + ["more"]
    print(
        "Milliseconds from one poll of the main loop to the next: wall time, and of that the"
        " CPU time\nof its thread; the rest it waited for a processor, the disk or the X"
        " server. Then how many\nturns took how long (wall time)."
    )
    print(
        f"{'':23} {'':>5} {'frames':>7} {'wall':>7} {'':>7} {'':>7}"
        f" {'CPU':>7} {'':>7} {'':>7}  RSS"
    )
    print(
        f"{'phase':23} {'s':>5} {'a s':>7} {'longest':>7} {'99.9 %':>7} {'mean':>7}"
        f" {'longest':>7} {'99.9 %':>7} {'mean':>7} {'MB':>4} {'turns':>6}"
        + "".join(f"{bound:>6}" for bound in bounds)
    )
    for phase in phases:
        times = (
            phase[clock][name]
            for clock in ("wall", "cpu")
            for name in ("max", "p999", "mean")
        )
        print(
            f"{phase['phase']:23} {phase['seconds']:5.1f}"
            f" {phase['frames'] / phase['seconds']:7.0f} "
            + " ".join(f"{time:7.2f}" for time in times)
            + f" {phase['memory'] / 1e6:4.0f} {phase['turns']:6}"
            + "".join(f"{count:6}" for count in phase["wall"]["histogram"])
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--scenes", type=int, default=10000)
    parser.add_argument("--frames", type=int, default=50, help="of each scene")
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--rate", type=float, default=2000, help="frames a second")
    parser.add_argument("--json", type=Path, help="write it here too")
    parser.add_argument("under", nargs="*", help="a command to run it under")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rushes-bench-") as folder:
        said = measure(options, Path(folder))
    show(said)
    if options.json:
        options.json.write_text(json.dumps(said) + "\n")


if __name__ == "__main__":
    main()
