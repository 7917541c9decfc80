# SPDX-License-Identifier: GPL-3.0-or-later
"""No frame is lost and none is wrong, whatever dies while rendering.

Clients of a real run get SIGKILL, SIGSEGV and SIGSTOP more than once a second, and
rushes-cli itself is killed and started again. In the end every frame must be there,
with the pixels of a run that nobody disturbed, and nothing else.

RUSHES_CHAOS_FRAMES is how many frames each of the three scenes has, 100 by default.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path
from typing import Any

from harness import BLENDER, is_alive, sample, signature, wait_until

CLI = os.environ["RUSHES_CLI"]
SCENES = ("monkey", "cube", "metaballs")
FRAMES = int(os.environ.get("RUSHES_CHAOS_FRAMES", "100"))
CLIENTS = 4
RESTARTS = 3

#: Seconds after which a stopped client counts as hanging, and between two signals.
FRAME_TIMEOUT = 3
PERIOD = 0.7

#: The longest that the whole of it may take, in seconds.
PATIENCE = 600.0


class Run:
    """One rushes-cli, and a thread that reads what it tells."""

    def __init__(self, output: Path, *options: str) -> None:
        command = [CLI, "render", "--progress", "json", "--blender", BLENDER]
        command += ["-o", str(output), "--log-dir", f"{output}-logs"]
        command += ["-r", "96x96", "-s", str(FRAMES / 20), "--factory-startup"]
        command += [*options, *(str(sample(name)) for name in SCENES)]
        self.events: list[dict[str, Any]] = []
        self.clients: set[int] = set()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            try:
                event = json.loads(line)
            except ValueError:
                return  # cut off by its death
            if event["event"] == "client" and event["state"] == "ready":
                self.clients.add(event["pid"])
            self.events.append(event)

    def finish(self) -> int:
        """Wait for its end, however that comes; the exit code."""
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        assert self.process.stdout
        self.process.stdout.close()
        return code

    def done(self) -> int:
        """How many frames it has finished."""
        return sum(
            event["event"] == "frame" and event["state"] == "done"
            for event in list(self.events)
        )


class ChaosTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="rushes-chaos-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.dice = random.Random(1)
        self.signals = 0
        self.everybody: set[int] = set()

    def pictures(self, output: Path) -> dict[str, str]:
        """Whatever lies in the frames folders, with the hash of its pixels."""
        return {
            f"{scene}/{path.name}": signature(path)
            for scene in SCENES
            for path in (output / scene / "frames").iterdir()
        }

    def disturb(self, run: Run, until: int) -> None:
        """Send signals to clients until so many frames are done, or all is."""
        deadline = time.monotonic() + PATIENCE
        kinds = [signal.SIGKILL, signal.SIGSEGV, signal.SIGSTOP]
        while run.process.poll() is None and run.done() < until:
            self.assertLess(time.monotonic(), deadline, "it does not come to an end")
            time.sleep(PERIOD * self.dice.uniform(0.5, 1.5))
            self.everybody |= run.clients
            alive = sorted(filter(is_alive, run.clients))
            if alive:
                os.kill(self.dice.choice(alive), self.dice.choice(kinds))
                self.signals += 1

    def test_nothing_is_lost(self) -> None:
        calm = Run(self.folder / "calm", "-j", "2")
        self.assertEqual(calm.finish(), 0)
        expected = self.pictures(self.folder / "calm")
        self.assertEqual(len(expected), FRAMES * len(SCENES))

        output = self.folder / "wild"
        options = ["-j", str(CLIENTS), "--retries", "20"]
        options += ["--frame-timeout", str(FRAME_TIMEOUT)]
        finished = 0
        for turn in range(RESTARTS + 1):
            run = Run(output, *options)
            last = turn == RESTARTS
            share = len(expected) // (RESTARTS + 1)
            self.disturb(run, len(expected) if last else share)
            if not last:
                run.process.kill()
                wait_until(
                    lambda: not any(map(is_alive, run.clients)),
                    5,
                    "no Blender survives Rushes",
                )
            code = run.finish()
            self.everybody |= run.clients
            finished += run.done()
        self.assertEqual(code, 0)

        self.assertEqual(self.pictures(output), expected)
        self.assertFalse([pid for pid in self.everybody if is_alive(pid)])
        self.assertGreater(self.signals, RESTARTS)
        # One may have been in place when Rushes died, before it was told of.
        twice = max(finished - len(expected), 0)
        self.assertLess(twice, 0.05 * len(expected))
        print(
            f"{self.signals} signals to clients and {RESTARTS} to Rushes survived;"
            f" {len(expected)} frames, {twice} finished twice, 0 lost"
        )


if __name__ == "__main__":
    unittest.main()
