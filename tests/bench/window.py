# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs window-bench on a desktop of its own, with fake clients; prints what it says.

    /usr/bin/python3 tests/bench/window.py --build _build-release
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, os.fspath(Path(__file__).resolve().parents[1] / "app"))
from harness import Desktop  # noqa: E402

SCHEMA = "io.github.rushes.Rushes"

#: Of a run with the defaults, in seconds: far more than it needs.
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


def measure(options: argparse.Namespace, folder: Path) -> list[str]:
    """The lines of window-bench."""
    build = options.build.resolve()
    os.environ["GSETTINGS_SCHEMA_DIR"] = os.fspath(build / "data")
    sources = Path(__file__).resolve().parents[2] / "blender"
    os.environ.setdefault("RUSHES_BLENDER_DIR", os.fspath(sources))
    make_scenes(folder, options.scenes, options.frames, options.clients * 1000 / options.rate)
    values = {
        "blender": f"'{build / 'tests' / 'helpers' / 'fake-client'}'",
        "output-folder": f"'{folder / 'out'}'",
        "jobs": f"uint32 {options.clients}",
        "window-width": "1100",
        "window-height": "720",
    }
    # A run that is measured does not stop to check its heap.
    variables = {"MALLOC_CHECK_": "0", "G_DEBUG": ""}
    with Desktop(variables=variables) as desktop:
        desktop.store(SCHEMA, values)
        program = desktop.start(
            [*options.under, build / "tests" / "bench" / "window-bench", folder, str(options.scenes)]
        )
        status = program.wait(PATIENCE)
        assert status == 0, f"{program.state()}: {program.log()}"
        return program.said()


def show(lines: list[str]) -> None:
    """A table of them."""
    first, *phases = map(json.loads, lines)
    print(f"{first}")
    print(f"{'':24} {'s':>5} {'turns':>7} {'fps':>5}   {'wall max':>8} {'99.9%':>7} {'mean':>7}   {'CPU max':>8} {'99.9%':>7} {'mean':>7} {'RSS':>6} {'peak':>6}")
    for p in phases:
        w, c = p["wall"], p["cpu"]
        print(f"{p['phase']:24} {p['seconds']:5.1f} {p['turns']:7} {p['frames']/p['seconds']:5.0f}   {w['max']:8.1f} {w['p999']:7.1f} {w['mean']:7.3f}   {c['max']:8.1f} {c['p999']:7.1f} {c['mean']:7.3f} {p['memory']/1e6:6.0f} {p['peak']/1e6:6.0f}  {w['histogram']}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--scenes", type=int, default=10000)
    parser.add_argument("--frames", type=int, default=50, help="of each scene")
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--rate", type=float, default=2000, help="frames a second")
    parser.add_argument("--json", action="store_true", help="print what machines read")
    parser.add_argument("under", nargs="*", help="a command to run it under")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rushes-bench-") as folder:
        lines = measure(options, Path(folder))
    if options.json:
        print(*lines, sep="\n")
    else:
        show(lines)


if __name__ == "__main__":
    main()
