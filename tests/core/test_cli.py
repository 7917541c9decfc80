# SPDX-License-Identifier: GPL-3.0-or-later
"""What rushes-cli promises to people and to scripts, with fake clients in place of Blender."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import tempfile
import termios
import time
import unicodedata
import unittest
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

CLI = os.environ["RUSHES_CLI"]
FAKE = os.environ["RUSHES_FAKE_CLIENT"]

#: The longest that anything is waited for, in seconds; nothing should come near it.
PATIENCE = 60.0

OK, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130

Event = dict[str, Any]


def wait_for(condition: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Whether the condition came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def parse(output: bytes) -> list[Event]:
    """The events of --progress json: valid UTF-8, an object a line."""
    events = [json.loads(line) for line in output.decode("utf-8").splitlines()]
    for event in events:
        assert isinstance(event, dict), event
    return events


def width_of(text: str) -> int:
    """How many columns of a terminal the text takes."""
    width = 0
    for letter in text:
        if not unicodedata.combining(letter):
            width += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
    return width


class Screen:
    """As much of a terminal as bars need, with all that scrolled away."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns = columns
        self.rows = rows
        self.lines = [""]
        self.row = 0
        self.column = 0

    def feed(self, text: str) -> None:
        for token in re.findall(r"\x1b\[\d*[A-Za-z]|.", text, re.DOTALL):
            if token == "\r":
                self.column = 0
            elif token == "\n":
                self.line_feed()
            elif token.endswith("A") and len(token) > 1:
                up = int(token[2:-1])
                # What has left the screen cannot be reached any more.
                assert up < self.rows, f"{up} lines up on a screen of {self.rows}"
                self.row -= up
                assert self.row >= 0
            elif token == "\x1b[J":
                del self.lines[self.row + 1 :]
                self.lines[self.row] = self.lines[self.row][: self.column]
            else:
                assert token.isprintable(), repr(token)
                self.put(token)

    def line_feed(self) -> None:
        self.row += 1
        if self.row == len(self.lines):
            self.lines.append("")

    def put(self, letter: str) -> None:
        if self.column + width_of(letter) > self.columns:
            self.line_feed()
            self.column = 0
        line = self.lines[self.row]
        self.lines[self.row] = line[: self.column] + letter + line[self.column + 1 :]
        self.column += width_of(letter)


class CliTest(unittest.TestCase):
    """A folder of its own, and afterwards nobody is left behind."""

    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="rushes-cli-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.output = self.folder / "renders"
        self.mark = f"RUSHES_TEST_MARK={uuid.uuid4()}"
        self.env = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("LC_", "LANG", "RUSHES_FAKE"))
        }
        self.env |= {
            "LC_ALL": "C.UTF-8",
            "TERM": "xterm",
            "XDG_DATA_HOME": str(self.folder / "data"),
            "XDG_STATE_HOME": str(self.folder / "state"),
            "RUSHES_FAKE_CLIENT": FAKE,
        }
        name, value = self.mark.split("=")
        self.env[name] = value

    def tearDown(self) -> None:
        self.assertTrue(wait_for(lambda: not self.processes(), 10), "a client is left")
        self.assertEqual([str(path) for path in self.output.rglob(".*")], [])

    def processes(self) -> list[int]:
        """Whoever was started by this test and lives; zombies do not count."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                environ = (entry / "environ").read_bytes()
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if self.mark.encode() in environ and state not in "ZX":
                found.append(int(entry.name))
        return found

    def blend(self, name: str, *directives: str) -> str:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("BLENDER-fake\n" + "\n".join(directives) + "\n")
        return name

    def command(
        self, *arguments: str | bytes, verb: str = "render"
    ) -> list[str | bytes]:
        command: list[str | bytes] = [CLI, verb, "--blender", FAKE]
        if verb == "render":
            command += ["--output", "renders"]
        return [*command, *arguments]

    def run_raw(self, *command: str | bytes) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )

    def cli(
        self, *arguments: str | bytes, verb: str = "render"
    ) -> subprocess.CompletedProcess[bytes]:
        return self.run_raw(*self.command(*arguments, verb=verb))

    def events(self, *arguments: str | bytes, code: int = OK) -> list[Event]:
        """Render with --progress json and expect that exit code."""
        result = self.cli("--progress", "json", *arguments)
        self.assertEqual(result.returncode, code, result.stderr)
        if code == OK:
            self.assertEqual(result.stderr, b"")
        return parse(result.stdout)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            self.command("--progress", "json", *arguments),
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def wait_for_event(
        self, process: subprocess.Popen[bytes], name: str, count: int = 1
    ) -> list[Event]:
        """Read events until the last of so many of that name."""
        assert process.stdout
        events: list[Event] = []
        deadline = time.monotonic() + PATIENCE
        while count > 0:
            # Unbuffered reading, so that select() tells the truth.
            ready, _, _ = select.select(
                [process.stdout], [], [], deadline - time.monotonic()
            )
            self.assertTrue(ready, f"no event {name}")
            line = bytearray()
            while not line.endswith(b"\n"):
                letter = os.read(process.stdout.fileno(), 1)
                self.assertTrue(letter, f"no event {name}")
                line += letter
            events.append(json.loads(line))
            count -= events[-1]["event"] == name
        return events

    def end(
        self, process: subprocess.Popen[bytes], seconds: float = PATIENCE
    ) -> list[Event]:
        stdout, _ = process.communicate(timeout=seconds)
        return parse(stdout)

    def frames(self, scene: str) -> list[str]:
        return sorted(
            path.name for path in (self.output / scene / "frames").glob("[!.]*")
        )

    def assert_one_line(self, stderr: bytes) -> str:
        text = stderr.decode()
        self.assertEqual(text.count("\n"), 1, text)
        self.assertTrue(text.startswith("rushes-cli: "), text)
        return text

    def assert_one_failure(self, stderr: bytes) -> str:
        """One line that says what failed, one below it with the way out; the first."""
        line, advice = stderr.decode().splitlines()
        for each in line, advice:
            self.assertTrue(each.startswith("rushes-cli: "), each)
        self.assertTrue(advice.endswith("."), advice)
        return line


class Usage(CliTest):
    BAD: tuple[tuple[tuple[str, ...], str], ...] = (
        (("-r", "0x0"), "1920x1080"),
        (("-r", "5"), "1920x1080"),
        (("-r", "3x3"), "4×4"),
        (("-r", "70000x10"), "4 to 65536"),
        (("-r", "-8x8"), "1920x1080"),
        (("-r", "8x8x8"), "1920x1080"),
        (("-f", "5-1"), "write 1-5"),
        (("-f", "a"), "write for example"),
        (("-f", ""), "has no value"),
        (("-f", "1-2000000"), "1048573"),
        (("-s", "0"), "between"),
        (("-s", "-1"), "between"),
        (("-s", "nan"), "finite"),
        (("-s", "inf"), "finite"),
        (("-s", "x"), "not a number"),
        (("-s", "0,5"), "not a number"),
        (("--keyframe-shift", "nan"), "finite"),
        (("-j", "0"), "between 1 and 4096"),
        (("-j", "-1"), "between 1 and 4096"),
        (("-j", "5000"), "between 1 and 4096"),
        (("-j", "x"), "or “auto”"),
        (("-j", "99999999999"), "between 1 and 4096"),
        (("--order", "x"), "side-by-side"),
        (("--progress", "x"), "json"),
        (("--format", "x"), "png"),
        (("--include", "x"), "segmentations"),
        (("--include", "frames,"), "segmentations"),
        (("--exr-codec", "gzip"), "PIZ"),
        (("--device", "gpu"), "optix"),
        (("--camera", ""), "has no value"),
        (("--camera", "Camera", "--all-cameras"), "exclude each other"),
        (("--samples", "-1"), "0 or more"),
        (("--timeout", "-1"), "between 0 and"),
        (("--frame-timeout", "x"), "or auto"),
        (("--frame-timeout", "-1"), "between 0 and"),
        (("--frame-timeout", "2592001"), "2592000"),
        (("--retries", "-1"), "between 0 and 999"),
        (("--overwrite", "--keep"), "exclude each other"),
        (("--nonsense",), "--help"),
        (("--blender", "/nonexistent/blender"), "--blender"),
    )

    def test_bad_options(self) -> None:
        self.blend("scene.blend")
        for options, words in self.BAD:
            with self.subTest(options=options):
                result = self.cli(*options, "scene.blend")
                self.assertEqual(result.returncode, USAGE)
                self.assertEqual(result.stdout, b"")
                self.assertIn(words, self.assert_one_line(result.stderr))
                self.assertFalse(self.output.exists())

    def test_no_scene(self) -> None:
        for verb in "render", "inspect":
            for arguments in (), ("--",):
                with self.subTest(verb=verb, arguments=arguments):
                    result = self.cli(*arguments, verb=verb)
                    self.assertEqual(result.returncode, USAGE)
                    self.assertIn(".blend", self.assert_one_line(result.stderr))

    def test_commands(self) -> None:
        result = self.run_raw(CLI, "frobnicate")
        self.assertEqual(result.returncode, USAGE)
        self.assertIn("frobnicate", self.assert_one_line(result.stderr))
        self.assertEqual(self.run_raw(CLI).returncode, USAGE)
        for option in "--help", "-h", "help":
            result = self.run_raw(CLI, option)
            self.assertEqual(result.returncode, OK)
            self.assertIn(b"render", result.stdout)
        for verb in "render", "inspect", "devices":
            result = self.run_raw(CLI, verb, "--help")
            self.assertEqual(result.returncode, OK)
            self.assertIn(b"--blender", result.stdout)
        result = self.run_raw(CLI, "--version")
        self.assertEqual(result.returncode, OK)
        self.assertRegex(result.stdout, rb"\ARushes \d+\.\d+\.\d+\n\Z")

    def test_devices(self) -> None:
        result = self.cli(verb="devices")
        self.assertEqual(result.returncode, OK, result.stderr)
        self.assertEqual(
            result.stdout.decode(), "cpu     Fake CPU\noptix   Fake GPU (Display)\n"
        )
        result = self.cli("scene.blend", verb="devices")
        self.assertEqual(result.returncode, USAGE)
        self.assertIn("scene.blend", self.assert_one_line(result.stderr))
        result = self.cli("--blender", "/nonexistent/blender", verb="devices")
        self.assertEqual(result.returncode, USAGE)
        self.assertIn("--blender", self.assert_one_line(result.stderr))
        for mode in "exit=3", "signal=11", "wrong-id", "close-stdout":
            with self.subTest(mode):
                self.env["RUSHES_FAKE"] = mode
                result = self.cli(verb="devices")
                self.assertEqual(result.returncode, FAILED)
                self.assertEqual(result.stdout, b"")
                self.assert_one_line(result.stderr)

    def test_no_standard_streams(self) -> None:
        """Closed descriptors are not taken for files of ours."""
        self.blend("scene.blend", "end=3")
        command = self.command("--progress", "plain", "scene.blend")
        result = subprocess.run(
            ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *command],
            cwd=self.folder,
            env=self.env,
            timeout=PATIENCE,
            check=False,
        )
        self.assertEqual(result.returncode, OK)
        self.assertEqual(len(self.frames("scene")), 3)


class Render(CliTest):
    def test_plain(self) -> None:
        self.blend("scene.blend", "end=3")
        result = self.cli("scene.blend")
        self.assertEqual(result.returncode, OK)
        self.assertEqual(result.stderr, b"")
        lines = result.stdout.decode().splitlines()
        self.assertEqual(lines[0], "scene: 3 frames, 0 there already")
        # They are checked in threads: one may overtake another.
        told = [
            re.findall(r"^scene: frame (\d) done in .*, (\d) of 3$", line)
            for line in lines[1:4]
        ]
        self.assertEqual(sorted(frame for [(frame, _)] in told), ["1", "2", "3"])
        self.assertEqual([n for [(_, n)] in told], ["1", "2", "3"])
        self.assertRegex(lines[4], "^scene: finished in 0:0., 3 frames$")
        self.assertRegex(
            lines[5], "^3 of 3 frames done .* pictures are in /.*/renders$"
        )
        self.assertEqual(
            self.frames("scene"), [f"frame_00000{n}.png" for n in (1, 2, 3)]
        )

        again = self.cli("scene.blend").stdout.decode()
        self.assertIn("scene: 3 frames, all there already", again)
        self.assertNotIn("done in 0.", again)

    def test_kinds_of_progress(self) -> None:
        self.blend("scene.blend", "end=2")
        for kind in "auto", "bar", "plain":
            # Not a terminal: a line for everything.
            result = self.cli("--overwrite", "--progress", kind, "scene.blend")
            self.assertEqual(result.returncode, OK)
            self.assertIn(b"scene: frame 2 done", result.stdout)
            self.assertNotIn(b"\033", result.stdout)
        result = self.cli("--overwrite", "--progress", "none", "scene.blend")
        self.assertEqual(
            (result.returncode, result.stdout, result.stderr), (OK, b"", b"")
        )

    def test_blank_frames(self) -> None:
        self.blend("dark.blend", "end=2", "black-frame=1", "black-frame=2")
        self.blend("odd.blend", "end=6", "black-frame=2 times=1", "clear-frame=5")
        events = self.events("dark.blend", "odd.blend")
        messages = [each["message"] for each in events if each["event"] == "message"]
        self.assertEqual(
            messages,
            [
                "1 frame is all black, unlike others: 2",
                "1 frame is all transparent, unlike others: 5",
            ],
        )
        ends = {each["scene"]: each for each in events if each["event"] == "scene"}
        self.assertNotIn("black", ends[0])
        self.assertEqual((ends[1]["black"], ends[1]["transparent"]), ("2", "5"))

        # The way out that the manual gives.
        events = self.events("--overwrite", "--frames", ends[1]["black"], "odd.blend")
        frames = [each["frame"] for each in events if each["event"] == "frame"]
        self.assertEqual(frames, [2])

    def test_two_hosts(self) -> None:
        """Of two computers on one folder the second says who has it, and where."""
        self.blend("one.blend", "end=2", "gate=2")
        mapped = ["--map-root-user"] if os.geteuid() else []
        away = ["unshare", "--uts", *mapped, "sh", "-c", 'hostname far-away && "$@"']
        if subprocess.run([*away, "sh", "true"], check=False).returncode != 0:
            self.skipTest("there are no namespaces here")
        holder = subprocess.Popen(
            [*away, "sh", *self.command("--progress", "json", "one.blend")],
            cwd=self.folder,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        with holder:
            self.wait_for_event(holder, "frame")
            lock = self.output / "one" / ".rushes.lock"
            pid, host = lock.read_text().split(" ")
            self.assertEqual(host, "far-away")
            second = self.cli("--progress", "none", "one.blend")
            self.assertEqual(second.returncode, FAILED)
            told = second.stderr.decode()
            self.assertIn(f"Process {pid} on far-away renders into", told)
            (self.folder / "one.blend.open").touch()
            self.assertEqual(holder.wait(PATIENCE), OK)
        self.assertEqual(self.cli("--progress", "none", "one.blend").returncode, OK)

    def test_folder_is_replaced(self) -> None:
        """By a file: one error for the scene, not one for each frame."""
        for name in "one", "one/frames":
            with self.subTest(name):
                self.blend("one.blend", "end=9", "gate=2")
                process = subprocess.Popen(
                    self.command("--progress", "json", "-j", "2", "one.blend"),
                    cwd=self.folder,
                    env=self.env,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                )
                with process:
                    self.wait_for_event(process, "frame")
                    (self.output / name).rename(self.folder / "gone")
                    (self.output / name).write_text("a file")
                    (self.folder / "one.blend.open").touch()
                    assert process.stdout and process.stderr
                    events = parse(process.stdout.read())
                    told = process.stderr.read().decode()
                    self.assertEqual(process.wait(PATIENCE), FAILED)
                self.assertEqual([e for e in events if e["event"] == "frame"], [])
                ends = [e for e in events if e["event"] == "scene"]
                self.assertEqual([e["cause"] for e in ends], ["not-writable"])
                self.assertEqual(told.count("\n"), 1, told)
                self.assertIn("no longer there", told)
                (self.output / name).unlink()
                shutil.rmtree(self.folder / "gone")
                shutil.rmtree(self.output)
                (self.folder / "one.blend.open").unlink()

    def test_trust(self) -> None:
        """What the window has noted holds here too, as long as the file is the same."""
        blend = self.folder / self.blend("rig.blend", "end=2", "has-scripts")
        content = blend.read_bytes()
        status = blend.stat()
        file = {
            "path": str(blend),
            "size": status.st_size,
            "mtime": status.st_mtime_ns,
            "sha256": hashlib.sha256(content).hexdigest(),
        }

        def messages(*options: str) -> list[str]:
            events = self.events(*options, "--overwrite", "rig.blend")
            return [each["message"] for each in events if each["event"] == "message"]

        def blocked_by_inspect() -> Any:
            return json.loads(self.cli("rig.blend", verb="inspect").stdout)["blocked"]

        blocked = ["Scripts of the scene are blocked: rig.py"]
        self.assertEqual(messages(), blocked)
        self.assertEqual(messages("--allow-scripts"), [])
        self.assertEqual(messages(), blocked)
        self.assertIn("rig.py", blocked_by_inspect())
        trust = self.folder / "data" / "rushes" / "trust.json"
        trust.parent.mkdir(parents=True)
        trust.write_text(json.dumps({"version": 1, "files": [file]}))
        # Frames of the two kinds are not mixed.
        self.events("rig.blend", code=FAILED)
        self.assertEqual(messages(), [])
        self.events("rig.blend")
        self.assertIsNone(blocked_by_inspect())

        # Of the same size and time: refused by whoever reads it, not run.
        blend.write_bytes(content.replace(b"end=2", b"end=3"))
        os.utime(blend, ns=(status.st_atime_ns, status.st_mtime_ns))
        events = self.events("--overwrite", "rig.blend", code=FAILED)
        ends = [each for each in events if each["event"] == "scene"]
        self.assertEqual([each["cause"] for each in ends], ["file-changed"])
        blend.write_bytes(content + b"#\n")
        self.assertEqual(messages(), blocked)

    def test_blocked_scripts_are_a_cause(self) -> None:
        self.blend("rig.blend", "end=2", "has-scripts", "blocked-frame=2")
        run = self.cli("--progress", "plain", "--retries", "0", "rig.blend")
        self.assertEqual(run.returncode, FAILED)
        self.assertIn("scripts of the scene are blocked", run.stderr.decode())
        self.assertIn("Allow scripts if you trust", run.stderr.decode())

    def test_json(self) -> None:
        self.blend("one.blend", "end=3", "frame-ms=150", "progress=1")
        self.blend("two.blend", "end=4", "fail-frame=2")
        events = self.events("-j", "2", "one.blend", "two.blend", code=FAILED)
        names = [event["event"] for event in events]
        self.assertEqual(names[:2], ["queued", "queued"])
        self.assertEqual(names[-1], "summary")
        self.assertEqual(names.count("queued"), 2)
        self.assertEqual(names.count("started"), 2)
        self.assertEqual(names.count("scene"), 2)
        self.assertLessEqual(
            set(names),
            {
                "queued",
                "client",
                "started",
                "frame",
                "progress",
                "scene",
                "message",
                "summary",
            },
        )
        times = [event["time"] for event in events]
        self.assertEqual(times, sorted(times))

        self.assertEqual([event["scene"] for event in events[:2]], [0, 1])
        self.assertEqual(events[0]["name"], "one")
        self.assertEqual(events[0]["path"], str(self.folder / "one.blend"))
        self.assertEqual(events[0]["folder"], str(self.output / "one"))

        frames = [event for event in events if event["event"] == "frame"]
        states = [event["state"] for event in frames]
        self.assertEqual(states.count("done"), 6)
        self.assertEqual(states.count("retry"), 2)
        self.assertEqual(states.count("failed"), 1)
        for event in frames:
            self.assertEqual(event["state"] == "done", "message" not in event)
            if event["state"] != "done":
                self.assertEqual(event["cause"], "render-failed")
                self.assertEqual(event["message"], "Error: out of paint")

        ends = {event["scene"]: event for event in events if event["event"] == "scene"}
        self.assertEqual(
            (ends[0]["done"], ends[0]["failed"], ends[0]["kept"]), (3, 0, 0)
        )
        self.assertEqual(
            (ends[1]["done"], ends[1]["failed"], ends[1]["kept"]), (3, 1, 0)
        )
        for event in events:
            if event["event"] == "progress":
                self.assertGreaterEqual(event["fraction"], 0)
                self.assertLessEqual(event["fraction"], 1)

        summary = {key: value for key, value in events[-1].items() if key != "time"}
        self.assertEqual(
            summary,
            {
                "event": "summary",
                "scenes": 2,
                "scenes_failed": 0,
                "frames": 7,
                "done": 6,
                "failed": 1,
                "kept": 0,
                "exit_code": FAILED,
            },
        )
        for client in (event for event in events if event["event"] == "client"):
            self.assertTrue(Path(client["log"]).is_file())

    def test_no_reader(self) -> None:
        """Somebody who stops reading does not stop the render."""
        self.blend("scene.blend", "end=20", "frame-ms=10")
        process = self.start("scene.blend")
        self.wait_for_event(process, "started")
        assert process.stdout
        process.stdout.close()
        process.stdout = None
        self.assertEqual(process.wait(PATIENCE), OK)
        self.assertEqual(len(self.frames("scene")), 20)

    def test_settings(self) -> None:
        self.blend("scene.blend", "start=0", "end=9")
        events = self.events("-r", "16X8", "-s", "0.5", "-f", "0-2,4", "scene.blend")
        started = next(event for event in events if event["event"] == "started")
        self.assertEqual((started["width"], started["height"]), (16, 8))
        self.assertEqual(started["frames"], 4)
        self.assertEqual(self.frames("scene")[-1], "frame_000004.png")

    def test_locales(self) -> None:
        self.blend("größe.blend", "end=2")
        for locale in "C", "de_DE.UTF-8", "C.UTF-8":
            with self.subTest(locale=locale):
                self.env["LC_ALL"] = self.env["LANG"] = locale
                events = self.events("--overwrite", "-s", "1.5", "größe.blend")
                self.assertEqual(events[0]["name"], "größe")
                self.assertEqual(events[-1]["done"], 2)
                self.assertEqual(
                    self.frames("größe"), ["frame_000002.png", "frame_000003.png"]
                )
                self.assertEqual(
                    self.cli(
                        "--progress", "plain", "-s", "1.5", "größe.blend"
                    ).returncode,
                    OK,
                )
                # A comma is no decimal point, wherever one lives.
                self.assertEqual(self.cli("-s", "1,5", "größe.blend").returncode, USAGE)
                # Nor is one in what we say.
                self.assertIn(b"0.0001", self.cli("-s", "0", "größe.blend").stderr)

    def test_same_name(self) -> None:
        self.blend("a/shot.blend", "end=1")
        self.blend("b/shot.blend", "end=2")
        self.blend("other.blend", "end=1")
        scenes = "other.blend", "a/shot.blend", "b/shot.blend"
        events = self.events(*scenes)
        self.assertEqual([event["event"] for event in events[:3]], ["queued"] * 3)
        folders = [event["folder"] for event in events[:3]]
        self.assertEqual(
            folders, [str(self.output / name) for name in ("other", "shot", "shot-2")]
        )
        messages = [event for event in events if event["event"] == "message"]
        self.assertEqual(len(messages), 1)
        self.assertEqual((messages[0]["scene"], messages[0]["name"]), (2, "shot"))
        self.assertIn("shot-2", messages[0]["message"])
        self.assertEqual(len(self.frames("shot")), 1)
        self.assertEqual(len(self.frames("shot-2")), 2)

        plain = self.cli(*scenes).stdout.decode()
        self.assertEqual(plain.count("another scene has the same name"), 1)

    def test_refusal(self) -> None:
        self.blend("scene.blend", "end=4")
        self.events("scene.blend")
        result = self.cli("--samples", "3", "scene.blend")
        self.assertEqual(result.returncode, FAILED)
        line = self.assert_one_line(result.stderr)
        for option in "--overwrite", "--keep", "--output":
            self.assertIn(option, line)
        self.assertEqual(len(self.frames("scene")), 4)
        events = self.events("--samples", "3", "--keep", "scene.blend")
        self.assertEqual((events[-1]["kept"], events[-1]["done"]), (4, 4))
        events = self.events("--samples", "3", "--overwrite", "scene.blend")
        self.assertEqual((events[-1]["kept"], events[-1]["done"]), (0, 4))

    def test_failed_frames(self) -> None:
        self.blend("scene.blend", "end=5", "crash-frame=2", "truncate-frame=4")
        result = self.cli("--retries", "1", "scene.blend")
        self.assertEqual(result.returncode, FAILED)
        lines = result.stderr.decode().splitlines()
        self.assertEqual(len(lines), 4)
        self.assertIn("frame 2 failed 2 times", lines[0])
        self.assertIn("signal 11", lines[0])
        self.assertIn("another version of Blender", lines[1])
        self.assertIn("frame 4 failed", lines[2])
        self.assertIn("Check the disk", lines[3])
        for line in lines[::2]:
            log = re.search(r"\(log: (.*)\)$", line)
            assert log
            self.assertTrue(Path(log.group(1)).is_file())
        self.assertEqual(len(self.frames("scene")), 3)

    def test_advice_is_given_once(self) -> None:
        """Below all failures of one kind, whatever their frame and scene."""
        self.blend("a.blend", "end=4", "fail-frame=1", "fail-frame=3")
        self.blend("b.blend", "end=4", "fail-frame=2")
        result = self.cli("--retries", "0", "a.blend", "b.blend")
        lines = result.stderr.decode().splitlines()
        self.assertEqual([": frame " in line for line in lines], [True] * 3 + [False])

    def test_evidence(self) -> None:
        self.env["RUSHES_FAKE"] = "log-lines=100"
        self.blend("scene.blend", "end=3", "crash-frame=2 times=1", "fail-frame=3")
        events = self.events("--retries", "1", "scene.blend", code=FAILED)
        failures = [
            event for event in events if event.get("cause") and "frame" in event
        ]
        self.assertGreaterEqual(len(failures), 3)
        for event in failures:
            lines = event["evidence"].splitlines()
            self.assertEqual(len(lines), 20)
            self.assertTrue(lines[0].startswith("Line 8") or "Line 9" in lines[0])
            self.assertTrue(event["advice"].endswith("."))
        for event in events:
            self.assertEqual("cause" in event, "advice" in event)
            if event["event"] == "frame" and event["state"] == "done":
                self.assertNotIn("evidence", event)


class Files(CliTest):
    def test_bad_files(self) -> None:
        (self.folder / "empty.blend").touch()
        (self.folder / "text.blend").write_text("Dear diary\n")
        (self.folder / "cut.blend").write_text("BLENDER-fa")
        (self.folder / "folder.blend").mkdir()
        os.mkfifo(self.folder / "pipe.blend")
        self.blend("broken.blend", "load-error=Error: it is\tfrom the future")
        self.blend("blind.blend", "no-camera")
        self.blend("first.blend", "end=2")
        self.blend("last.blend", "end=3")
        bad = {
            "missing.blend": "missing-file",
            "empty.blend": "load-failed",
            "text.blend": "load-failed",
            "cut.blend": "load-failed",
            "folder.blend": "invalid",
            "pipe.blend": "invalid",
            "broken.blend": "load-failed",
            "blind.blend": "no-camera",
        }
        result = self.cli("--progress", "json", "first.blend", *bad, "last.blend")
        self.assertEqual(result.returncode, FAILED)
        events = parse(result.stdout)
        ends = {event["name"]: event for event in events if event["event"] == "scene"}
        for name, cause in bad.items():
            with self.subTest(name=name):
                end = ends[Path(name).stem]
                self.assertEqual((end["state"], end["cause"]), ("failed", cause))
                self.assertNotEqual(end["message"], "")
        self.assertIn("it is\tfrom the future", ends["broken"]["message"])
        self.assertEqual(ends["first"]["state"], "finished")
        self.assertEqual(ends["last"]["state"], "finished")
        self.assertEqual(events[-1]["scenes_failed"], len(bad))
        self.assertEqual(events[-1]["done"], 5)
        lines = result.stderr.decode().splitlines()
        # Neighbours of one kind share the way out.
        self.assertEqual(len(lines), len(bad) + 5)
        for line in lines:
            self.assertTrue(line.isprintable(), line)

    NAMES = (
        "two words",
        "new\nline",
        "tab\tand\x1b[31mred",
        "quote\"s'and`s",
        "{braces} {x:04d} %d $HOME",
        "größe — 日本 🎬",
        "back\\slash",
        "-dash",
        "--overwrite",
        "dots..",
        "a.blend",
        "#" * 200,
    )

    def test_names(self) -> None:
        for name in self.NAMES:
            self.blend(f"{name}.blend", "end=2")
        self.blend(".blend", "end=2")
        self.blend("bare", "end=2")
        scenes = [f"{name}.blend" for name in self.NAMES] + [".blend", "bare"]
        for kind in "json", "plain":
            with self.subTest(kind=kind):
                result = self.cli(
                    "--overwrite", "--progress", kind, "-j", "2", "--", *scenes
                )
                self.assertEqual(result.returncode, OK, result.stderr)
                self.assertEqual(result.stderr, b"")
                if kind == "json":
                    events = parse(result.stdout)
                    queued = [event for event in events if event["event"] == "queued"]
                    self.assertEqual(
                        [event["path"] for event in queued],
                        [str(self.folder / name) for name in scenes],
                    )
                    self.assertEqual(events[-1]["done"], 2 * len(scenes))
                else:
                    for line in result.stdout.decode().splitlines():
                        self.assertTrue(line.isprintable(), line)
                for name in (*self.NAMES, "scene", "bare"):
                    self.assertEqual(len(self.frames(name)), 2, name)

    def test_dash_in_the_middle(self) -> None:
        self.blend("scene.blend", "end=1")
        self.blend("-j.blend", "end=1")
        events = self.events("scene.blend", "--", "-j.blend")
        self.assertEqual([event["name"] for event in events[:2]], ["scene", "-j"])
        self.assertEqual(events[-1]["scenes"], 2)

    def test_bytes(self) -> None:
        """A name that is no UTF-8 is refused, and does not spoil the JSON."""
        name = b"caf\xe9.blend"
        Path(os.fsdecode(bytes(self.folder) + b"/" + name)).write_text("BLENDER-fake\n")
        self.blend("scene.blend", "end=2")
        result = self.cli("--progress", "json", name, "scene.blend")
        self.assertEqual(result.returncode, FAILED)
        self.assert_one_failure(result.stderr)
        events = parse(result.stdout)
        self.assertEqual(events[-1]["scenes_failed"], 1)
        self.assertEqual(events[-1]["done"], 2)
        result = self.cli(name)
        self.assertEqual(result.returncode, FAILED)
        self.assertIn("UTF-8", self.assert_one_failure(result.stderr))
        result = self.cli(name, verb="inspect")
        self.assertEqual(result.returncode, FAILED)
        self.assertIn("UTF-8", self.assert_one_line(result.stderr))

    def test_no_room(self) -> None:
        self.blend("scene.blend", "end=2")
        (self.folder / "renders").write_text("a file is in the way")
        result = self.cli("scene.blend")
        self.assertEqual(result.returncode, FAILED)
        self.assertIn("--output", self.assert_one_line(result.stderr))


class JobsAuto(CliTest):
    """A graphics card of 7000 MiB, of which each client takes 2000 MiB."""

    def setUp(self) -> None:
        super().setUp()
        stub = self.folder / "bin" / "nvidia-smi"
        stub.parent.mkdir()
        stub.write_text(
            "#!/bin/sh\n"
            # At the first look nobody renders yet.
            'n=0; [ -e "$0.asked" ] && n=$(pgrep -c -P $PPID fake-client)\n'
            'touch "$0.asked"\n'
            "echo 11000\n"
            "echo $((7000 - 2000 * n))\n"
        )
        stub.chmod(0o755)
        self.env["PATH"] = f"{stub.parent}:{self.env['PATH']}"

    @staticmethod
    def most_clients(events: list[Event]) -> int:
        alive, most = 0, 0
        for event in events:
            if event["event"] == "client":
                alive += {"starting": 1, "dead": -1}.get(event["state"], 0)
                most = max(most, alive)
        return most

    def test_gpu_memory(self) -> None:
        self.blend("scene.blend", "end=1500", "frame-ms=20", "memory=1000000")
        events = self.events("-j", "auto", "scene.blend")
        said = [event["message"] for event in events if event["event"] == "message"]
        self.assertEqual(self.most_clients(events), 3)
        self.assertEqual(
            said[-1],
            "3 jobs: one more would not fit in the memory of the graphics card",
        )
        self.assertEqual(len(self.frames("scene")), 1500)

    def test_out_of_memory(self) -> None:
        counter = self.folder / "counter"
        counter.write_text("oom_kill 0\n")
        self.env["RUSHES_OOM_COUNTER"] = str(counter)
        self.blend(
            *("scene.blend", "end=1500", "frame-ms=20", "memory=1000000"),
            "oom-frame=900 times=1",
        )
        events = self.events("-j", "auto", "scene.blend")
        said = [event["message"] for event in events if event["event"] == "message"]
        died = [e for e in events if e["event"] == "client" and e["state"] == "dead"]
        self.assertIn("out-of-memory", [event["cause"] for event in died])
        self.assertRegex(said[-1], r"^\d jobs?: with one more, memory ran out$")
        # One fewer than there were, until the end.
        left = int(said[-1].split()[0])
        self.assertEqual(left, self.most_clients(events) - 1)
        self.assertEqual(len(self.frames("scene")), 1500)

    def test_memory(self) -> None:
        """A client that says it has taken nearly all there is."""
        meminfo = Path("/proc/meminfo").read_text()
        match = re.search(r"MemAvailable: *(\d+) kB", meminfo)
        assert match
        (self.folder / "bin" / "nvidia-smi").write_text("#!/bin/sh\nexit 1\n")
        self.blend("scene.blend", "end=300", "frame-ms=20", f"memory={match[1]}000")
        events = self.events("-j", "auto", "scene.blend")
        said = [event["message"] for event in events if event["event"] == "message"]
        self.assertEqual(said, ["1 job: one more would not fit in memory"])
        self.assertEqual(self.most_clients(events), 1)


class BrokenBlender(CliTest):
    def check(self, *options: str) -> str:
        for number in range(5):
            self.blend(f"scene-{number}.blend")
        scenes = [f"scene-{number}.blend" for number in range(5)]
        began = time.monotonic()
        result = self.cli("--progress", "json", "-j", "2", *options, *scenes)
        self.assertLess(time.monotonic() - began, 20)
        self.assertEqual(result.returncode, FAILED)
        events = parse(result.stdout)
        self.assertEqual(events[-1]["scenes_failed"], 5)
        clients = {event["client"] for event in events if event["event"] == "client"}
        self.assertLessEqual(len(clients), 6)
        return self.assert_one_line(result.stderr)

    def test_exit(self) -> None:
        self.env["RUSHES_FAKE"] = "exit=1"
        line = self.check()
        self.assertIn("exit code 1", line)
        log = re.search(r"\(log: ([^)]*)\)", line)
        assert log
        # Its last words are what explains it.
        self.assertIn("This Blender is a fake", Path(log.group(1)).read_text())

    def test_silence(self) -> None:
        self.env["RUSHES_FAKE"] = "no-marker"
        self.assertIn("1 second", self.check("--timeout", "1"))

    def test_not_blender(self) -> None:
        self.check("--blender", "true")

    def test_other_program(self) -> None:
        self.check("--blender", "cat", "--timeout", "1")


class Signals(CliTest):
    def slow(self) -> subprocess.Popen[bytes]:
        """A run with a frame in hand that takes ten minutes."""
        self.blend("scene.blend", "end=5", "frame-ms=600000", "progress=5999")
        process = self.start("scene.blend")
        self.wait_for_event(process, "progress")
        return process

    def test_interrupt(self) -> None:
        self.blend("scene.blend", "end=100", "frame-ms=60")
        self.blend("later.blend", "end=100", "frame-ms=60")
        process = self.start("-j", "2", "scene.blend", "later.blend")
        events = self.wait_for_event(process, "frame", 5)
        process.send_signal(signal.SIGINT)
        events += self.end(process)
        self.assertEqual(process.returncode, INTERRUPTED)
        self.assertEqual(events[-1]["exit_code"], INTERRUPTED)
        messages = [event for event in events if event["event"] == "message"]
        self.assertEqual(len(messages), 1)
        self.assertIn("Ctrl+C", messages[0]["message"])
        ends = [event for event in events if event["event"] == "scene"]
        self.assertEqual([event["state"] for event in ends], ["stopped"] * 2)
        # The frames in hand were finished, and nobody was blamed.
        states = [event["state"] for event in events if event["event"] == "frame"]
        self.assertEqual(set(states), {"done"})
        there = len(self.frames("scene")) + len(self.frames("later"))
        self.assertEqual(len(states), there)
        self.assertLess(there, 100)

        again = self.events("-j", "2", "scene.blend", "later.blend")
        self.assertEqual((again[-1]["done"], again[-1]["kept"]), (200, there))

    def test_interrupt_twice(self) -> None:
        process = self.slow()
        process.send_signal(signal.SIGINT)
        self.wait_for_event(process, "message")
        self.assertIsNone(process.poll())
        process.send_signal(signal.SIGINT)
        events = self.end(process, 20)
        self.assertEqual(process.returncode, INTERRUPTED)
        self.assertEqual(events[-1]["done"], 0)

    def test_terminate(self) -> None:
        process = self.slow()
        process.send_signal(signal.SIGTERM)
        events = self.end(process, 20)
        self.assertEqual(process.returncode, INTERRUPTED)
        self.assertEqual(events[-1]["event"], "summary")

    def test_interrupt_start(self) -> None:
        """Blender is not ready yet, nor will be soon."""
        self.env["RUSHES_FAKE"] = "start-ms=600000"
        self.blend("scene.blend")
        process = self.start("--timeout", "0", "scene.blend")
        self.wait_for_event(process, "client")
        process.send_signal(signal.SIGINT)
        self.wait_for_event(process, "message")
        process.send_signal(signal.SIGINT)
        self.end(process, 20)
        self.assertEqual(process.returncode, INTERRUPTED)

    def test_kill(self) -> None:
        self.blend("scene.blend", "end=60", "frame-ms=50")
        self.blend("other.blend", "end=60", "frame-ms=50")
        scenes = "scene.blend", "other.blend"
        process = self.start("-j", "3", *scenes)
        self.wait_for_event(process, "frame", 8)
        self.assertEqual(len(self.processes()), 4)
        process.kill()
        process.wait(PATIENCE)
        self.assertTrue(wait_for(lambda: not self.processes(), 2), "a client is left")

        # What was being written does not count.
        staging = self.output / "scene" / "frames" / ".frame_000060.png.00000bad-1.part"
        staging.write_bytes(b"half a picture")
        there = len(self.frames("scene")) + len(self.frames("other"))
        self.assertGreaterEqual(there, 8)
        self.assertLess(there, 120)
        events = self.events("-j", "3", *scenes)
        rendered = [event for event in events if event["event"] == "frame"]
        self.assertEqual(len(rendered), 120 - there)
        self.assertEqual(events[-1]["kept"], there)
        self.assertFalse(staging.exists())


class Terminal(CliTest):
    def start_in_terminal(
        self, columns: int, rows: int, *arguments: str
    ) -> tuple[subprocess.Popen[bytes], int]:
        master, slave = pty.openpty()
        self.resize(slave, columns, rows)
        process = subprocess.Popen(
            self.command(*arguments),
            cwd=self.folder,
            env=self.env,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self.addCleanup(os.close, master)
        self.addCleanup(process.wait, PATIENCE)
        self.addCleanup(process.kill)
        return process, master

    @staticmethod
    def resize(terminal: int, columns: int, rows: int) -> None:
        fcntl.ioctl(
            terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0)
        )

    def read(self, master: int) -> Iterator[bytes]:
        """Pieces of output until the other end is closed."""
        deadline = time.monotonic() + PATIENCE
        while True:
            ready, _, _ = select.select([master], [], [], deadline - time.monotonic())
            self.assertTrue(ready, "the terminal is silent")
            try:
                piece = os.read(master, 65536)
            except OSError:
                return
            if not piece:
                return
            yield piece

    def in_terminal(self, columns: int, rows: int, *arguments: str) -> str:
        process, master = self.start_in_terminal(columns, rows, *arguments)
        output = b"".join(self.read(master)).decode()
        self.assertEqual(process.wait(PATIENCE), OK, output)
        return output

    @staticmethod
    def drawn_lines(output: str) -> list[str]:
        return [re.sub(r"\x1b\[\d*[A-Z]|\r", "", line) for line in output.split("\n")]

    def bars(self, output: str) -> list[str]:
        return [line for line in self.drawn_lines(output) if "▕" in line]

    def check_screen(self, output: str, columns: int, rows: int, n_scenes: int) -> None:
        """Every bar fits, and what is left in the end are lines of words."""
        bars = self.bars(output)
        self.assertGreater(len(bars), 0)
        for bar in bars:
            self.assertLess(width_of(bar), columns, bar)
        screen = Screen(columns, rows)
        screen.feed(output)
        text = "".join(screen.lines)
        self.assertNotIn("▕", text)
        self.assertEqual(text.count(": finished in"), n_scenes, screen.lines)

    def test_widths(self) -> None:
        name = "a rather long name 日本日本日本日本"
        self.blend(f"{name}.blend", "end=6", "frame-ms=120", "progress=5")
        self.blend("short.blend", "end=6", "frame-ms=120")
        for columns in 80, 40, 20:
            with self.subTest(columns=columns):
                options = "--overwrite", "-j", "2", f"{name}.blend", "short.blend"
                output = self.in_terminal(columns, 24, *options)
                self.check_screen(output, columns, 24, 2)
                if columns >= 40:
                    self.assertRegex(output, r"\d/6")

    def test_ascii(self) -> None:
        self.env["LC_ALL"] = "C"
        self.blend("größe.blend", "end=4", "frame-ms=100")
        output = self.in_terminal(80, 24, "größe.blend")
        self.assertTrue(output.isascii())
        self.assertRegex(output, r"\[#*\.*\]")

    def test_dumb(self) -> None:
        self.env["TERM"] = "dumb"
        self.blend("scene.blend", "end=2")
        output = self.in_terminal(80, 24, "scene.blend")
        self.assertNotIn("\033", output)
        self.assertIn("scene: frame 2 done", output)

    def test_resize(self) -> None:
        self.blend("scene.blend", "end=40", "frame-ms=75")
        process, master = self.start_in_terminal(100, 30, "scene.blend")
        before = b""
        after = b""
        for piece in self.read(master):
            if after or before.count(b"\r\n") > 10:
                if not after:
                    self.resize(master, 40, 20)
                    process.send_signal(signal.SIGWINCH)
                after += piece
            else:
                before += piece
        self.assertEqual(process.wait(PATIENCE), OK)
        self.assertEqual(
            max(width_of(bar) for bar in self.bars(before.decode())) > 40, True
        )
        # The first lines were drawn, or being drawn, before the terminal changed.
        bars = self.bars(after.decode())[6:]
        self.assertGreater(len(bars), 4)
        for bar in bars:
            self.assertLess(width_of(bar), 40, bar)

    def test_many(self) -> None:
        for number in range(100):
            self.blend(f"scene-{number:02}.blend", "end=3", "frame-ms=2", "progress=1")
        scenes = [f"scene-{number:02}.blend" for number in range(100)]
        output = self.in_terminal(80, 12, "-j", "16", *scenes)
        self.check_screen(output, 80, 12, 100)
        self.assertIn("300 of 300 frames done", output)

        # Nothing to do: nothing but words.
        output = self.in_terminal(80, 12, "-j", "4", *scenes)
        self.assertEqual(output.count("all there already"), 100)

    def test_messages(self) -> None:
        """Lines longer than the terminal among the bars do not leave bars behind."""
        self.blend("scene.blend", "end=10", "frame-ms=80", "fail-frame=3")
        self.blend("bad.blend", "load-error=" + "Much went wrong here. " * 10)
        process, master = self.start_in_terminal(
            40, 24, "--retries", "0", "scene.blend", "bad.blend"
        )
        output = b"".join(self.read(master)).decode()
        self.assertEqual(process.wait(PATIENCE), FAILED)
        screen = Screen(40, 24)
        screen.feed(output)
        text = "".join(screen.lines)
        self.assertNotIn("▕", text)
        self.assertIn("out of paint", text)
        self.assertEqual(text.count("Much went wrong here."), 20)

    def test_interrupt(self) -> None:
        """Ctrl+C at the keyboard reaches us alone."""
        self.blend("scene.blend", "end=200", "frame-ms=60")
        process, master = self.start_in_terminal(80, 24, "-j", "2", "scene.blend")
        output = b""
        for piece in self.read(master):
            output += piece
            if b"/200" in piece and b"Ctrl+C" not in output:
                process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(PATIENCE), INTERRUPTED)
        self.assertIn(b"Ctrl+C", output)
        self.assertRegex(output, rb"scene: stopped with \d+ of 200 frames done")


class Inspect(CliTest):
    def test_lines(self) -> None:
        self.blend("one.blend", "start=3", "end=7", "width=20")
        self.blend("two.blend", "no-camera")
        result = self.cli("one.blend", "two.blend", verb="inspect")
        self.assertEqual((result.returncode, result.stderr), (OK, b""))
        one, two = parse(result.stdout)
        self.assertEqual(one["path"], str(self.folder / "one.blend"))
        self.assertEqual((one["start"], one["end"], one["width"]), (3, 7, 20))
        self.assertEqual(one["camera"], "Camera")
        self.assertIsNone(two["camera"])

    def test_bad_files(self) -> None:
        (self.folder / "empty.blend").touch()
        (self.folder / "folder.blend").mkdir()
        (self.folder / "text.blend").write_text("Dear diary\n")
        self.blend("good.blend")
        self.blend("crash.blend", "load-crash")
        self.blend("broken.blend", "load-error=Error: it is broken")
        self.blend("last.blend")
        causes = {
            "missing.blend": "missing-file",
            "empty.blend": "load-failed",
            "good.blend": None,
            "crash.blend": "crashed",
            "folder.blend": "invalid",
            "broken.blend": "load-failed",
            "text.blend": "load-failed",
            "last.blend": None,
        }
        result = self.cli(*causes, verb="inspect")
        self.assertEqual(result.returncode, FAILED)
        lines = parse(result.stdout)
        self.assertEqual([Path(line["path"]).name for line in lines], list(causes))
        self.assertEqual([line.get("cause") for line in lines], list(causes.values()))
        self.assertEqual(lines[5]["error"], "Error: it is broken")
        for line in lines:
            self.assertEqual("cause" in line, "error" in line)
            self.assertNotEqual("cause" in line, "start" in line)
        self.assertEqual(len(result.stderr.decode().splitlines()), 6)

    def test_only_bad_files(self) -> None:
        """Nobody starts Blender for that."""
        result = self.cli("--blender", "false", "missing.blend", verb="inspect")
        self.assertEqual(result.returncode, FAILED)
        self.assertIn("missing.blend", self.assert_one_line(result.stderr))

    def test_broken_blender(self) -> None:
        self.env["RUSHES_FAKE"] = "exit=3"
        self.blend("scene.blend")
        result = self.cli("scene.blend", verb="inspect")
        self.assertEqual(result.returncode, FAILED)
        self.assertIn("exit code 3", self.assert_one_line(result.stderr))

    def test_interrupt(self) -> None:
        self.blend("slow.blend", "load-ms=600000")
        for number in signal.SIGINT, signal.SIGTERM:
            process = subprocess.Popen(
                self.command("slow.blend", verb="inspect"),
                cwd=self.folder,
                env=self.env,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            self.addCleanup(process.communicate)
            self.addCleanup(process.kill)
            self.assertTrue(wait_for(lambda: len(self.processes()) == 2))
            process.send_signal(number)
            process.communicate(timeout=20)
            self.assertEqual(process.returncode, INTERRUPTED)


if __name__ == "__main__":
    unittest.main(verbosity=2)
