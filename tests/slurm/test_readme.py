# SPDX-License-Identifier: GPL-3.0-or-later
"""README's way from zero to a render on a cluster, line by line as it is printed there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from cluster import Cluster

sys.path.append(os.fspath(Path(__file__).parents[1] / "blender"))
from harness import signature  # noqa: E402

CLI = os.environ["RUSHES_CLI"]
BLENDER = os.environ.get("RUSHES_TEST_BLENDER", "blender")
SAMPLES = Path(os.environ.get("RUSHES_TEST_SAMPLES", ""))
CHECKOUT = Path(__file__).resolve().parents[2]

#: The longest that all of it may take, in seconds: it builds everything.
PATIENCE = 900.0

FRAMES = 20


def read_commands() -> list[str]:
    """The first commands of README's page."""
    text = (CHECKOUT / "README.md").read_text()
    found = re.search(r"^## Use a cluster$.*?^```sh\n(.*?)^```$", text, re.M | re.S)
    assert found
    return found[1].splitlines()


def make_scene(path: Path) -> None:
    """Somebody's scene: a sample, of which a frame takes no time to speak of."""
    change = (
        "import bpy; scene = bpy.context.scene;"
        f"scene.frame_start, scene.frame_end = 1, {FRAMES};"
        "scene.render.resolution_x, scene.render.resolution_y = 96, 64;"
        f"bpy.ops.wm.save_as_mainfile(filepath={str(path)!r}, copy=True)"
    )
    words = ["--background", "--factory-startup", "--python-exit-code", "1"]
    subprocess.run(
        [BLENDER, *words, SAMPLES / "cube.blend", "--python-expr", change],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        timeout=PATIENCE,
        check=True,
    )


class Readme(unittest.TestCase):
    def test_commands(self) -> None:
        with (
            tempfile.TemporaryDirectory(prefix="rushes-readme-") as name,
            Cluster() as cluster,
        ):
            self.follow(Path(name), cluster)

    def follow(self, home: Path, cluster: Cluster) -> None:
        commands = read_commands()
        self.assertEqual(len(commands), 5)
        make_scene(home / "scene.blend")
        # Nothing differs but where the clone comes from, and that there is a scene.
        clone, count = re.subn(r"https://\S+", str(CHECKOUT), commands[0])
        self.assertEqual(count, 1)
        script = [clone, 'cp ~/scene.blend "$PWD"', *commands[1:]]
        environment = {
            name: value
            for name, value in cluster.environment.items()
            if not name.startswith("RUSHES_")
        }
        caches = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
        done = subprocess.run(
            ["sh", "-ex"],
            input="\n".join(script).encode(),
            env={**environment, "HOME": str(home), "XDG_CACHE_HOME": str(caches)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE,
            check=False,
        )
        said = done.stdout.decode(errors="replace")
        self.assertEqual(done.returncode, 0, said + cluster.logs())
        self.assertIn("main*", said)
        self.assertRegex(said, rf"\b{FRAMES} of {FRAMES} frames\b|\b{FRAMES} frames\b")
        self.assert_same_as_here(home)
        cluster.wait_until(lambda: not cluster.jobs(), "the queue is empty")

    def assert_same_as_here(self, home: Path) -> None:
        """The pictures are those that this computer makes by itself."""
        here, there = home / "here", home / "renders"
        subprocess.run(
            [
                CLI,
                "render",
                home / "scene.blend",
                "--output",
                here,
                "--blender",
                BLENDER,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            timeout=PATIENCE,
            check=True,
        )
        pictures = sorted(path.relative_to(here) for path in here.glob("*/frames/*"))
        self.assertEqual(len(pictures), FRAMES)
        for picture in pictures:
            self.assertEqual(
                signature(here / picture), signature(there / picture), picture
            )


if __name__ == "__main__":
    unittest.main(verbosity=2)
