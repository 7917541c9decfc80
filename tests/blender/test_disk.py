# SPDX-License-Identifier: GPL-3.0-or-later
"""A disk that fills up while rendering: nothing is lost, and it goes on with room."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any

from harness import BLENDER, PATIENCE, sample, signature

CLI = os.environ["RUSHES_CLI"]

#: Of the small disk and of the file that takes most of it, in KiB. What is left holds a
#: few of the twenty frames.
DISK, BALLAST = 4096, 4000

#: Who is not root is so in a user namespace.
UNSHARE = ["unshare", "--mount", *(["--map-root-user"] if os.geteuid() else [])]

#: Mounts the disk where nobody else sees it, then becomes Rushes.
MOUNTED = """
mount -t tmpfs -o size=$1k none "$2" &&
head -c $(($3 * 1024)) /dev/zero >"$2/ballast" &&
shift 3 && exec "$@"
"""


class DiskTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="rushes-disk-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.output = self.folder / "out"
        self.output.mkdir()

    def command(self, output: Path) -> list[str]:
        options = ["--progress", "json", "--factory-startup", "-j", "2", "-r", "64x64"]
        options += ["--blender", BLENDER, "--log-dir", str(self.folder / "logs")]
        return [CLI, "render", *options, "-o", str(output), str(sample("cube"))]

    def next(self, process: subprocess.Popen[str], name: str) -> dict[str, Any]:
        assert process.stdout
        for line in process.stdout:
            event: dict[str, Any] = json.loads(line)
            self.assertNotEqual(event.get("state"), "failed", event)
            self.assertNotEqual(event.get("state"), "retry", event)
            if event["event"] == name:
                return event
        raise AssertionError(f"the run ended without {name}")

    def test_waits_for_room(self) -> None:
        calm = self.folder / "calm"
        subprocess.run(
            self.command(calm),
            stdout=subprocess.DEVNULL,
            timeout=PATIENCE,
            check=True,
        )
        expected = {
            path.name: signature(path) for path in (calm / "cube/frames").iterdir()
        }
        self.assertEqual(len(expected), 20)

        small = ["sh", "-c", MOUNTED, "sh", str(DISK), str(self.output), str(BALLAST)]
        process = subprocess.Popen(
            [*UNSHARE, *small] + self.command(self.output),
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)

        said = self.next(process, "message")
        self.assertRegex(said["message"], r"will be full .* frames are left .* free")
        said = self.next(process, "message")
        self.assertRegex(said["message"], r"is full: .* free")
        # A descriptor, so that the disk outlives Rushes.
        descriptor = os.open(f"/proc/{process.pid}/root{self.output}", os.O_PATH)
        self.addCleanup(os.close, descriptor)
        disk = Path(f"/proc/self/fd/{descriptor}")
        frames = disk / "cube" / "frames"
        whole = {
            path.name: signature(path)
            for path in frames.iterdir()
            if not path.name.startswith(".")
        }
        self.assertLess(len(whole), 20)
        self.assertEqual(whole, {name: expected[name] for name in whole})

        (disk / "ballast").unlink()
        self.assertIn("room again", self.next(process, "message")["message"])
        scene = self.next(process, "scene")
        self.assertEqual((scene["state"], scene["done"]), ("finished", 20))
        found = {path.name: signature(path) for path in frames.iterdir()}
        self.assertEqual(found, expected)
        self.assertEqual(process.wait(PATIENCE), 0)


if __name__ == "__main__":
    unittest.main()
