# SPDX-License-Identifier: GPL-3.0-or-later
"""What a scene's own Python can do in the sandbox: render, and little else."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any

from harness import BLENDER, PATIENCE, is_alive, make, signature, wait_until

CLI = os.environ["RUSHES_CLI"]

#: What the scene does when it is loaded: everything that it should not, and a report.
SCRIPT = """
import json, os, signal, socket

def attempt(name, act):
    try:
        act()
        report[name] = "done"
    except OSError as error:
        report[name] = type(error).__name__

def connect(family, address):
    with socket.socket(family) as end:
        end.settimeout(5)
        end.connect(address)

paths = json.loads(PATHS)
report = {}
attempt("output", lambda: open(paths["output"] + "/proof", "w"))
attempt("home", lambda: open(os.path.expanduser("~/proof"), "w"))
attempt("temporary", lambda: open("/tmp/" + paths["token"], "w"))
attempt("elsewhere", lambda: open(paths["elsewhere"] + "/proof", "w"))
attempt("scene", lambda: open(paths["scene"] + "/proof", "w"))
attempt("read", lambda: open("/etc/passwd").read())
attempt("loopback", lambda: connect(socket.AF_INET, ("127.0.0.1", paths["port"])))
attempt("unix", lambda: connect(socket.AF_UNIX, paths["socket"]))
attempt("process", lambda: os.kill(paths["process"], 0))
with open(paths["output"] + "/report.json", "w") as file:
    json.dump(report, file)
"""


def works() -> bool:
    """Whether this computer lets sandboxes be made."""
    bwrap = shutil.which("bwrap")
    command = ["--unshare-net", "--unshare-pid", "--ro-bind", "/", "/", "true"]
    return bwrap is not None and subprocess.run([bwrap, *command]).returncode == 0


@unittest.skipUnless(works(), "there are no sandboxes here")
class SandboxTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="rushes-sandbox-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.output = self.folder / "out"
        for name in "scene", "elsewhere", "home":
            (self.folder / name).mkdir()

    def listen(self, family: socket.AddressFamily, address: Any) -> socket.socket:
        listener = socket.socket(family)
        self.addCleanup(listener.close)
        listener.bind(address)
        listener.listen()
        return listener

    def command(self, blend: Path, *arguments: str) -> list[str]:
        given = ["--blender", BLENDER, "--factory-startup", "-o", str(self.output)]
        given += ["--log-dir", str(self.folder / "logs"), "--progress", "json"]
        return [CLI, "render", *given, *arguments, str(blend)]

    def render(self, blend: Path, *arguments: str) -> dict[str, str]:
        """The frames' pixels, by name."""
        done = subprocess.run(
            self.command(blend, "-f", "1-3", "--overwrite", *arguments),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            env={**os.environ, "HOME": str(self.folder / "home")},
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        frames = self.output / blend.stem / "frames"
        return {path.name: signature(path) for path in frames.iterdir()}

    def report(self) -> dict[str, str]:
        report: dict[str, str] = json.loads((self.output / "report.json").read_text())
        return report

    def test_nothing_but_rendering(self) -> None:
        token = self.folder.name + "-proof"
        path = str(self.folder / "elsewhere" / "socket")
        listener = self.listen(socket.AF_INET, ("127.0.0.1", 0))
        self.listen(socket.AF_UNIX, path)
        paths = json.dumps(
            {
                "output": str(self.output),
                "elsewhere": str(self.folder / "elsewhere"),
                "scene": str(self.folder / "scene"),
                "token": token,
                "port": listener.getsockname()[1],
                "socket": path,
                "process": os.getpid(),
            }
        )
        script = SCRIPT.replace("PATHS", repr(paths))
        blend = make(
            self.folder / "scene" / "busy.blend",
            "text = bpy.data.texts.new('rig.py'); text.use_module = True\n"
            f"text.write({script!r})",
        )

        boxed = self.render(blend, "--allow-scripts", "--sandbox")
        self.assertEqual(len(boxed), 3)
        report = self.report()
        allowed = {name for name, outcome in report.items() if outcome == "done"}
        self.assertEqual(allowed, {"output", "home", "temporary", "read"}, report)
        self.assertFalse((Path("/tmp") / token).exists())
        self.assertEqual(
            sorted(path.name for path in self.folder.rglob("*proof*")), ["proof"]
        )

        # It is the sandbox that kept it from all that, and nothing else.
        free = self.render(blend, "--allow-scripts")
        (Path("/tmp") / token).unlink()
        outcomes = self.report()
        for name in "elsewhere", "scene", "loopback", "unix", "process":
            self.assertEqual(outcomes[name], "done", outcomes)
        self.assertEqual(free, boxed)

    def test_nobody_is_left(self) -> None:
        blend = make(
            self.folder / "scene" / "long.blend", "scene.cycles.samples = 9999"
        )
        for number in signal.SIGTERM, signal.SIGKILL:
            with self.subTest(number=number):
                process = subprocess.Popen(
                    self.command(blend, "--sandbox", "-r", "2048x2048"),
                    stdout=subprocess.PIPE,
                    text=True,
                )
                assert process.stdout
                self.addCleanup(process.stdout.close)
                self.addCleanup(process.kill)
                for line in process.stdout:
                    if json.loads(line)["event"] == "started":
                        break
                found = self.descendants(process.pid)
                self.assertGreaterEqual(len(found), 3)
                process.send_signal(number)
                process.wait(PATIENCE)
                gone = lambda: not any(map(is_alive, found))
                wait_until(gone, 20, f"the end of {found}")

    def descendants(self, pid: int) -> list[int]:
        found = [
            int(child)
            for thread in Path(f"/proc/{pid}/task").glob("*/children")
            for child in thread.read_text().split()
        ]
        return found + [each for child in found for each in self.descendants(child)]


if __name__ == "__main__":
    unittest.main()
