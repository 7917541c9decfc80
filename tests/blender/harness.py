# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Blender as a client of Rushes, for tests; every wait has an end."""

from __future__ import annotations

import json
import os
import select
import signal
import struct
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

BLENDER = os.environ.get("RUSHES_TEST_BLENDER", "blender")
SOURCES = Path(__file__).resolve().parents[2] / "blender"

#: The longest that anything here is waited for, in seconds.
PATIENCE = 120.0

_samples: tempfile.TemporaryDirectory[str] | None = None


class Failure(Exception):
    """An answer that is an error."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(f"{error['code']}: {error['message']}")
        self.code: int = error["code"]
        self.message: str = error["message"]


class Client:
    """One Blender that runs client.py; use as a context manager."""

    def __init__(self) -> None:
        self.notifications: list[dict[str, Any]] = []
        self._buffer = b""
        self._ident = 0
        self._log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [
                BLENDER,
                "--background",
                "--disable-autoexec",
                "--factory-startup",
                "-noaudio",
                "--python",
                str(SOURCES / "client.py"),
                "--",
                "--token",
                "t0k3n",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            start_new_session=True,
        )
        while self._read_line() != b"rushes-client t0k3n":
            pass

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> int:
        """Let go of it; its exit code."""
        if self.process.stdin and not self.process.stdin.closed:
            self.process.stdin.close()
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise
        finally:
            assert self.process.stdout
            self.process.stdout.close()
            self._log.close()

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """The result of a verb. Raises Failure if the answer is an error."""
        self.send(method, params)
        return self.answer()

    def send(self, method: str, params: dict[str, Any]) -> None:
        """Send a request without waiting for its answer."""
        self._ident += 1
        request = {"jsonrpc": "2.0", "id": self._ident, "method": method}
        self.send_bytes(frame(json.dumps({**request, "params": params}).encode()))

    def answer(self) -> dict[str, Any]:
        """The result of the last request sent."""
        while True:
            message = self.read()
            if "method" in message:
                self.notifications.append(message)
            elif message["id"] != self._ident:
                raise AssertionError(f"an answer to nothing: {message}")
            elif "error" in message:
                raise Failure(message["error"])
            else:
                result: dict[str, Any] = message["result"]
                return result

    def progress(self) -> list[float]:
        """The fractions heard of so far."""
        return [
            each["params"]["fraction"]
            for each in self.notifications
            if each["method"] == "progress"
        ]

    def send_bytes(self, data: bytes) -> None:
        """Send whatever."""
        assert self.process.stdin
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def read(self) -> dict[str, Any]:
        """The next message."""
        length = 0
        while line := self._read_line():
            length = int(line.partition(b":")[2])
        message: dict[str, Any] = json.loads(self._read(length))
        return message

    def log(self) -> str:
        """What Blender printed so far."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def _read_line(self) -> bytes:
        while b"\n" not in self._buffer:
            self._fill()
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.removesuffix(b"\r")

    def _read(self, length: int) -> bytes:
        while len(self._buffer) < length:
            self._fill()
        data, self._buffer = self._buffer[:length], self._buffer[length:]
        return data

    def _fill(self) -> None:
        assert self.process.stdout
        descriptor = self.process.stdout.fileno()
        if not select.select([descriptor], [], [], PATIENCE)[0]:
            raise AssertionError(f"Blender says nothing\n{self.log()}")
        data = os.read(descriptor, 65536)
        if not data:
            raise AssertionError(f"Blender is gone\n{self.log()}")
        self._buffer += data


def frame(body: bytes) -> bytes:
    """A message as it travels."""
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


def run_blender(*arguments: str | Path) -> str:
    """Run Blender to its end; what it printed."""
    done = subprocess.run(
        [BLENDER, "--background", "--factory-startup", "-noaudio", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=PATIENCE,
        check=False,
    )
    return done.stdout.decode(errors="replace")


def make(path: Path, code: str) -> Path:
    """Save the factory scene at `path`, changed by Python `code`; there are bpy, scene
    and cube."""
    script = "\n".join(
        [
            "import bpy",
            "scene = bpy.context.scene",
            "cube = bpy.data.objects['Cube']",
            "scene.render.engine = 'CYCLES'",
            "scene.cycles.samples = 1",
            "scene.cycles.use_denoising = False",
            "scene.render.resolution_x, scene.render.resolution_y = 64, 48",
            code,
            "bpy.context.preferences.filepaths.save_version = 0",
            f"bpy.ops.wm.save_as_mainfile(filepath={str(path)!r}, compress=False)",
        ]
    )
    printed = run_blender("--python-expr", script)
    if not path.exists():
        raise AssertionError(printed)
    return path


def write_exr(
    path: Path, size: tuple[int, int], halves: dict[str, tuple[float, float]]
) -> Path:
    """Make an EXR file by hand: `halves` are what each channel has in the left and in
    the right half of the picture."""
    width, height = size
    # Of each channel: its name, 32 bits a value, a value for every pixel.
    channels = [
        exr_name(name) + struct.pack("<4i", 2, 0, 1, 1) for name in sorted(halves)
    ]
    window = struct.pack("<4i", 0, 0, width - 1, height - 1)
    attributes = {
        ("channels", "chlist"): b"".join(channels) + b"\0",
        ("compression", "compression"): b"\0",
        ("dataWindow", "box2i"): window,
        ("displayWindow", "box2i"): window,
        ("lineOrder", "lineOrder"): b"\0",
        ("pixelAspectRatio", "float"): struct.pack("<f", 1),
        ("screenWindowCenter", "v2f"): struct.pack("<2f", 0, 0),
        ("screenWindowWidth", "float"): struct.pack("<f", 1),
    }
    header = struct.pack("<2I", 20000630, 2)
    for (name, kind), value in attributes.items():
        header += (
            exr_name(name) + exr_name(kind) + struct.pack("<I", len(value)) + value
        )
    header += b"\0"
    pixels = b"".join(
        struct.pack("<f", left) * (width // 2)
        + struct.pack("<f", right) * (width - width // 2)
        for left, right in (halves[name] for name in sorted(halves))
    )
    start, step = len(header) + 8 * height, 8 + len(pixels)
    offsets = struct.pack(f"<{height}Q", *range(start, start + step * height, step))
    lines = (struct.pack("<2i", y, len(pixels)) + pixels for y in range(height))
    path.write_bytes(header + offsets + b"".join(lines))
    return path


def exr_name(name: str) -> bytes:
    """A name as EXR files hold it."""
    return name.encode() + b"\0"


def sample(name: str) -> Path:
    """One of the sample scenes, as the Blender under test makes it."""
    global _samples
    folder = os.environ.get("RUSHES_TEST_SAMPLES")
    if not folder:
        if _samples is None:
            _samples = tempfile.TemporaryDirectory()
            script = SOURCES / "samples.py"
            run_blender("--python", script, "--", _samples.name)
        folder = _samples.name
    path = Path(folder) / f"{name}.blend"
    assert path.exists(), path
    return path


def signature(picture: Path) -> str:
    """A hash of the decoded pixels of a picture."""
    # The name may hold what ImageMagick takes for patterns, so it reads from a pipe.
    done = subprocess.run(
        ["identify", "-format", "%#", "-"],
        input=picture.read_bytes(),
        stdout=subprocess.PIPE,
        timeout=PATIENCE,
        check=True,
    )
    return done.stdout.decode()


def size(picture: Path) -> tuple[int, int]:
    """Width and height of a picture in pixels."""
    printed = subprocess.run(
        ["identify", "-format", "%w %h", "-"],
        input=picture.read_bytes(),
        stdout=subprocess.PIPE,
        timeout=PATIENCE,
        check=True,
    ).stdout
    width, height = printed.split()
    return int(width), int(height)


def pixel(picture: Path, x: int, y: int) -> tuple[int, ...]:
    """Red, green, blue and alpha of one pixel, 0 to 255."""
    done = subprocess.run(
        ["convert", "-", "-crop", f"1x1+{x}+{y}", "-depth", "8", "rgba:-"],
        input=picture.read_bytes(),
        stdout=subprocess.PIPE,
        timeout=PATIENCE,
        check=True,
    )
    return tuple(done.stdout)


def difference(one: Path, other: Path) -> float:
    """The mean difference of two pictures' channels, from 0 to 1."""
    done = subprocess.run(
        ["compare", "-metric", "MAE", one, other, "null:"],
        stderr=subprocess.PIPE,
        timeout=PATIENCE,
        check=False,  # it fails when they differ
    )
    return float(done.stderr.decode().partition("(")[2].partition(")")[0])


def is_alive(pid: int) -> bool:
    """Whether a process still runs; one that only waits to be reaped does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def wait_until(condition: Any, seconds: float, what: str) -> None:
    """Poll, as other processes tell nobody; never longer than `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.01)
