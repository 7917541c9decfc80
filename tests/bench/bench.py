# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures Rushes against what people would use instead, as ratios in one run.

Each row says what must hold, what is aimed at and what was measured; the exit code is 0
whatever was measured, as a benchmark is no test; 1 if something could not be.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

JOBS = 2

Event = dict[str, Any]
Command = list["str | pathlib.Path"]


@dataclass
class Row:
    """One line of the table. `measured` counts as good where it is on the side of
    `must`: at most, or at least where `more_is_better`. Without that it is just told.
    """

    name: str
    unit: str
    must: float | None
    aim: float | None
    measured: float
    detail: str
    more_is_better: bool = False

    @property
    def verdict(self) -> str:
        if self.must is None or self.aim is None:
            return "told"
        sign = -1 if self.more_is_better else 1
        if sign * self.measured <= sign * self.aim:
            return "aim"
        return "must" if sign * self.measured <= sign * self.must else "MISSED"


class Bench:
    def __init__(self, build: pathlib.Path, blender: str, runs: int) -> None:
        self.build = build
        self.cli = build / "src" / "cli" / "rushes-cli"
        self.fake = build / "tests" / "helpers" / "fake-client"
        self.stub = build / "tests" / "helpers" / "fake-stub"
        self.samples = build / "samples"
        self.blender = blender
        self.runs = runs
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="rushes-bench-"))
        os.environ["RUSHES_TEST_BLENDER"] = blender
        sys.path.insert(0, os.fspath(pathlib.Path(__file__).parents[1] / "blender"))

    # Runs

    def rushes(
        self,
        scenes: list[pathlib.Path],
        *options: str,
        blender: str | pathlib.Path | None = None,
    ) -> list[Event]:
        """Render with Rushes; the events."""
        output = self.folder / "rushes"
        shutil.rmtree(output, ignore_errors=True)
        command: Command = [self.cli, "render", "--progress", "json"]
        command += ["--blender", blender or self.blender]
        command += ["--log-dir", self.folder / "logs"]
        command += ["-o", output, *options, *scenes]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def xargs(self, scenes: list[pathlib.Path]) -> None:
        """Render with one Blender a scene, two at a time, in a shell's way."""
        output = self.folder / "xargs"
        shutil.rmtree(output, ignore_errors=True)
        names = "\0".join(str(scene) for scene in scenes).encode()
        command = ["xargs", "-0", f"-P{JOBS}", "-I{}", self.blender, "-b", "{}"]
        command += ["-o", f"{output}/{{}}/######", "-a"]
        subprocess.run(command, input=names, stdout=subprocess.DEVNULL, check=True)

    def parallel(self, scenes: list[pathlib.Path]) -> None:
        """The same by GNU parallel."""
        output = self.folder / "parallel"
        shutil.rmtree(output, ignore_errors=True)
        command = ["parallel", "--will-cite", f"-j{JOBS}", self.blender, "-b", "{}"]
        command += ["-o", f"{output}/{{/.}}/######", "-a", ":::", *map(str, scenes)]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)

    def in_turn(self, scenes: list[pathlib.Path]) -> None:
        """One Blender after the other."""
        for scene in scenes:
            output = f"{self.folder}/turn/{scene.stem}/######"
            command = [self.blender, "-b", str(scene), "-o", output, "-a"]
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True)

    def load(self, scenes: list[pathlib.Path]) -> None:
        """What is not rendering in that: to start and to load."""
        for scene in scenes:
            command = [self.blender, "-b", str(scene)]
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True)

    def compare(self, *runs: Callable[[], object]) -> list[list[float]]:
        """Seconds of each, sorted; in turns, so that a busy machine hurts all."""
        times: list[list[float]] = [[] for _ in runs]
        for _ in range(self.runs):
            for run, taken in zip(runs, times):
                began = time.monotonic()
                run()
                taken.append(time.monotonic() - began)
        return [sorted(taken) for taken in times]

    # Rows

    def seed(self) -> list[Row]:
        """The three sample scenes, ten frames each."""
        scenes = [self.samples / f"{n}.blend" for n in ("monkey", "cube", "metaballs")]
        scaled = [self.prepare(s, self.folder / s.name, 512, 0.5) for s in scenes]
        shares: list[float] = []

        def ours() -> None:
            options = ["-j", str(JOBS), "-r", "512x512", "-s", "0.5"]
            shares.append(busy_share(self.rushes(scenes, *options)))

        rivals = {
            "xargs -P2 blender -b -a": lambda: self.xargs(scaled),
            "one blender -b -a after the other": lambda: self.in_turn(scaled),
        }
        if shutil.which("parallel"):
            rivals["parallel -j2 blender -b -a"] = lambda: self.parallel(scaled)
        mine, *others = self.compare(ours, *rivals.values())
        floor = self.measure_floor(scaled)
        name = "3 scenes × 10 frames at 512², 2 jobs, against "
        return [
            *(
                Row(
                    name + rival,
                    "ratio",
                    None if i else 0.90,
                    None if i else 0.85,
                    statistics.median(mine) / statistics.median(times),
                    f"{spread(mine)} against {spread(times)}",
                )
                for i, (rival, times) in enumerate(zip(rivals, others))
            ),
            Row(
                name + "its pixels on idle processors",
                "ratio",
                None,
                None,
                statistics.median(mine) / floor,
                f"{spread(mine)}; CPU time of the frames over processors: {floor:.1f} s",
            ),
            Row(
                "clients busy between the first and the last frame of that",
                "share",
                0.97,
                0.99,
                statistics.median(shares),
                f"of {self.runs} runs: {min(shares):.3f} to {max(shares):.3f}",
                more_is_better=True,
            ),
        ]

    def many(self) -> list[Row]:
        """Forty scenes of two light frames."""
        base = self.prepare(
            self.samples / "cube.blend", self.folder / "light.blend", 128, 0.1
        )
        scenes = [self.folder / f"light-{i:02}.blend" for i in range(40)]
        for scene in scenes:
            shutil.copyfile(base, scene)
        mine, theirs = self.compare(
            lambda: self.rushes(scenes, "-j", str(JOBS)), lambda: self.xargs(scenes)
        )
        return [
            Row(
                "40 scenes × 2 light frames, against the same",
                "ratio",
                0.40,
                0.30,
                statistics.median(mine) / statistics.median(theirs),
                f"{spread(mine)} against {spread(theirs)}",
            )
        ]

    def measure_floor(self, scenes: list[pathlib.Path]) -> float:
        """Seconds that the frames alone would take if no processor ever waited."""
        cpu = []
        for run in self.in_turn, self.load:
            before = os.times()
            run(scenes)
            after = os.times()
            cpu.append(
                after.children_user
                - before.children_user
                + after.children_system
                - before.children_system
            )
        return (cpu[0] - cpu[1]) / (os.cpu_count() or 1)

    def tail(self) -> list[Row]:
        """A scene whose last frames are twenty times as heavy as the others."""
        scene = self.folder / "tail.blend"
        light, heavy, n, n_heavy = 0.05, 1.0, 200, 5
        scene.write_text(
            f"BLENDER-fake\nstart=1\nend={n}\nframe-ms={light * 1000}\n"
            f"heavy={n - n_heavy + 1}-{n}:{heavy * 1000}\n"
        )
        total = light * (n - n_heavy) + heavy * n_heavy
        floor = max(total / JOBS, heavy)
        taken = []
        for _ in range(self.runs):
            events = self.rushes([scene], "-j", str(JOBS), blender=self.fake)
            frames = [event for event in events if event["event"] == "frame"]
            began = min(event["time"] - event["seconds"] for event in frames)
            taken.append(max(event["time"] for event in frames) - began)
        taken.sort()
        return [
            Row(
                "a scene whose last frames are 20 times heavier: time over the bound",
                "ratio",
                1.15,
                1.05,
                statistics.median(taken) / floor,
                f"{spread(taken)}, bound {floor:.2f} s; clients that render nothing",
            )
        ]

    def schedule(self) -> list[Row]:
        """A thousand random queues, simulated, and what a decision costs."""
        program = self.build / "tests" / "core" / "test-simulation"
        done = subprocess.run(
            [program, "-m", "perf"], stdout=subprocess.PIPE, text=True, check=True
        )
        ratios = re.findall(
            r"# (\w.*?) +time over the lower bound: mean ([\d.]+), worst ([\d.]+)",
            done.stdout,
        )
        costs = re.findall(r"a decision, (\d+) clients: (\d+)", done.stdout)
        few, many = (float(cost) for _, cost in costs)
        return [
            *(
                Row(
                    f"1000 random queues, simulated, time over the bound: {name}",
                    "ratio",
                    None,
                    None,
                    float(mean),
                    f"worst {worst}",
                )
                for name, mean, worst in ratios
            ),
            Row(
                "a scheduling decision with 1000 clients against one with 10",
                "ratio",
                2,
                1.5,
                many / few,
                f"{many:.0f} ns against {few:.0f} ns",
            ),
        ]

    def automatic(self) -> list[Row]:
        """What --jobs auto lands on, against the best fixed number."""
        rows = []
        for kind, sample, pixels, scale, subdivisions in (
            ("light", "cube", 128, 60, 0),
            ("heavy", "monkey", 1024, 2, 0),
            ("memory-hungry", "monkey", 256, 1.5, 6),
        ):
            scene = self.prepare(
                self.samples / f"{sample}.blend",
                self.folder / f"auto-{kind}.blend",
                pixels,
                scale,
                subdivisions,
            )
            rates: dict[str, list[float]] = {n: [] for n in ("1", "2", "3", "auto")}
            landed: list[int] = []
            for _ in range(self.runs):
                for jobs, measured in rates.items():
                    rate, n_clients = late_rate(self.rushes([scene], "-j", jobs))
                    measured.append(rate)
                    landed += [n_clients] if jobs == "auto" else []
            fixed = {n: r for n, r in rates.items() if n != "auto"}
            best = max(statistics.median(measured) for measured in fixed.values())
            rows.append(
                Row(
                    f"--jobs auto once it has settled, a {kind} scene, against the best number",
                    "ratio",
                    0.90,
                    0.95,
                    statistics.median(rates["auto"]) / best,
                    "frames a second: "
                    + ", ".join(
                        f"{statistics.median(r):.2f} ({min(r):.2f} to {max(r):.2f}) with {n}"
                        for n, r in rates.items()
                    )
                    + f"; auto had {' or '.join(map(str, sorted(set(landed))))}",
                    more_is_better=True,
                )
            )
        return rows

    def start(self) -> list[Row]:
        """How long one waits for the first frame after Start is pressed in the window."""
        scene = self.prepare(
            self.samples / "monkey.blend", self.folder / "start.blend", 256, 0.25
        )
        program = self.build / "tests" / "bench" / "start-bench"
        waits: dict[str, list[float]] = {"ready": [], "cold": []}

        def measure(how: str) -> None:
            folder = self.folder / "start"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            command: Command = [program, self.blender, scene, folder, str(JOBS), how]
            done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
            waits[how].append(json.loads(done.stdout)["first"])

        for _ in range(self.runs):
            for how in waits:
                measure(how)
        ready, cold = sorted(waits["ready"]), sorted(waits["cold"])
        return [
            Row(
                "from Start to the first frame, over that with Blenders yet to start",
                "",
                None,
                None,
                statistics.median(ready) / statistics.median(cold),
                f"{spread(ready)} against {spread(cold)}, {JOBS} jobs",
            )
        ]

    def render_fakes(
        self, scenes: list[pathlib.Path], jobs: int, fake: pathlib.Path | None = None
    ) -> tuple[Usage, float]:
        """Render with fake clients: what we take, and the seconds. Files are written
        beside the scenes."""
        folder = scenes[0].parent.parent / "fake"
        command: Command = [self.cli, "render", "--progress", "none", "-j", str(jobs)]
        command += ["--blender", fake or self.fake, "-o", folder / "out"]
        command += ["--log-dir", folder / "logs"]
        began = time.monotonic()
        usage = reap(subprocess.Popen([*command, *scenes]))
        seconds = time.monotonic() - began
        shutil.rmtree(folder)
        return usage, seconds

    def write_fakes(
        self, n_scenes: int, directives: str, parent: pathlib.Path | None = None
    ) -> list[pathlib.Path]:
        """Scenes for fake clients."""
        folder = (parent or self.folder) / "scenes"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        scenes = [folder / f"scene-{i:04}.blend" for i in range(n_scenes)]
        for scene in scenes:
            scene.write_text(f"BLENDER-fake\nmemory=1000000\n{directives}\n")
        return scenes

    def own_cost(self, n_scenes: int, n_frames: int) -> list[Row]:
        """What we ourselves take, with clients that render nothing."""
        scenes = self.write_fakes(n_scenes, f"end={n_frames}")
        usage, seconds = self.render_fakes(scenes, 64)
        frames = n_scenes * n_frames
        detail = f"{frames} frames of {n_scenes} scenes in {seconds:.0f} s, 64 clients"
        return [
            Row(
                "our own CPU a frame, fake clients",
                "µs",
                200,
                100,
                usage.own / frames * 1e6,
                f"{detail}; of it {usage.system / frames * 1e6:.0f} in the kernel",
            ),
            Row("peak memory of that run", "MB", 100, 40, usage.memory / 1e6, detail),
        ]

    @contextlib.contextmanager
    def crowd(self, modes: str) -> Iterator[list[float]]:
        """Be the clients of all stubs that are started meanwhile; then the CPU seconds
        that it took are in the list."""
        path = self.folder / "crowd"
        environment = {**os.environ, "RUSHES_FAKE": modes}
        crowd = subprocess.Popen(
            [self.fake, "--crowd", path], stdout=subprocess.PIPE, env=environment
        )
        taken: list[float] = []
        os.environ["RUSHES_FAKE_CROWD"] = os.fspath(path)
        try:
            assert crowd.stdout and crowd.stdout.readline() == b"ready\n"
            yield taken
        finally:
            del os.environ["RUSHES_FAKE_CROWD"]
            before = os.times()
            crowd.kill()
            crowd.wait()
            after = os.times()
            user = after.children_user - before.children_user
            taken.append(user + after.children_system - before.children_system)
            path.unlink()

    def far(self, n_clients: int) -> list[Row]:
        """Many clients far away, at two paces with the same ratio of way to frame. They
        are threads of one process, behind a stub each as behind an srun, and what they
        write stays in memory: the nodes of a cluster take nothing of this computer's
        processors and disk either."""
        rows: list[Row] = []
        memory = pathlib.Path(tempfile.mkdtemp(prefix="rushes-bench-", dir="/dev/shm"))
        try:
            for frame, way in (0.1, 0.05), (0.4, 0.2):
                rows.append(self.far_at(n_clients, frame, way, memory))
            scenes = self.write_fakes(20, "end=100", memory)
            with self.crowd(""):
                many, _ = self.render_fakes(scenes, n_clients, self.stub)
                few, _ = self.render_fakes(scenes, 1, self.stub)
        finally:
            shutil.rmtree(memory)
        rows.append(
            Row(
                "our own memory a client of those",
                "kB",
                None,
                None,
                (many.memory - few.memory) / (n_clients - 1) / 1000,
                f"{many.memory / 1e6:.0f} MB with {n_clients}, {few.memory / 1e6:.0f} MB with one;"
                f" a Blender with a sample scene: {self.measure_blender() / 1e6:.0f} MB",
            )
        )
        return rows

    def far_at(
        self, n_clients: int, frame: float, way: float, memory: pathlib.Path
    ) -> Row:
        """At one pace, in seconds."""
        n_frames = round(20 / frame)  # a client
        directives = f"frame-ms={frame * 1000}\nwidth=1\nheight=1"
        scenes = self.write_fakes(
            20, f"{directives}\nend={n_frames * n_clients // 20}", memory
        )
        report = memory / "report"
        modes = f"way-ms={way * 500},report={report}"
        # By then the last one has been started: that is no part of this.
        with self.crowd(f"{modes},start-ms=15000") as theirs:
            usage, seconds = self.render_fakes(scenes, n_clients, self.stub)
        busy, nominal, n = read_report(report, frame)
        with self.crowd(modes) as alone:
            self.drive_fakes(scenes[0], n_clients, n_frames)
        ideal, ideal_nominal, _ = read_report(report, frame)
        return Row(
            f"{n_clients} clients {way * 1000:.0f} ms away (there and back) busy on frames"
            f" of {frame * 1000:.0f} ms",
            "share",
            0.97,
            0.99,
            busy,
            f"each from its first frame to its last, {n} clients; by the time that frames"
            f" should take {nominal:.3f}. All calls written ahead at once, by nobody who"
            f" looks at the results: {ideal:.3f}, {ideal_nominal:.3f}. CPU seconds in"
            f" {seconds:.0f} s on {os.cpu_count()} processors, with the start: ours"
            f" {usage.own:.0f}, the clients' {theirs[0]:.0f}, theirs alone {alone[0]:.0f}",
            more_is_better=True,
        )

    def drive_fakes(self, scene: pathlib.Path, n_clients: int, n_frames: int) -> None:
        """What fake clients would do if nobody had to decide anything: all calls are
        written ahead."""
        root = scene.parent.parent / "alone"
        calls = [("initialize", {"blend_file": str(scene), "root": str(root)})]
        stubs = []
        for client in range(n_clients):
            frames = [
                ("render_frame", {"frame": i, "files": {"frames": f"{i}-{client}.png"}})
                for i in range(n_frames)
            ]
            stub = subprocess.Popen(
                [self.stub, "--token", "0"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            assert stub.stdin
            stub.stdin.write(b"".join(frame_call(*call) for call in calls + frames))
            stub.stdin.close()
            stubs.append(stub)
        for stub in stubs:
            stub.wait()
        shutil.rmtree(root)

    def measure_blender(self) -> int:
        """Bytes of memory that one Blender takes that has rendered a frame."""
        from harness import Client

        with Client() as client:
            scene, root = self.samples / "monkey.blend", self.folder / "one"
            (root / "frames").mkdir(parents=True)
            client.call("initialize", blend_file=str(scene), root=str(root))
            client.call("include_frames")
            client.call("render_frame", frame=1, files={"frames": "frames/1.png"})
            return int(client.call("hello")["memory"])

    def chaos(self, n_frames: int) -> list[Row]:
        """The chaos test of tests/blender, for longer."""
        environment = {
            **os.environ,
            "RUSHES_CLI": str(self.cli),
            "RUSHES_TEST_BLENDER": self.blender,
            "RUSHES_CHAOS_FRAMES": str(n_frames),
        }
        test = pathlib.Path(__file__).parents[1] / "blender" / "test_chaos.py"
        done = subprocess.run(
            [sys.executable, str(test)],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        told = re.search(
            r"(\d+) signals .*; (\d+) frames, (\d+) finished twice, (\d+) lost",
            done.stdout,
        )
        assert told, done.stdout
        signals, frames, twice, lost = map(int, told.groups())
        detail = f"{signals} signals to clients, {frames} frames"
        share = 100 * twice / frames
        return [
            Row("chaos: frames lost", "", 0, 0, lost, detail),
            Row("chaos: frames finished twice", "%", 5, 5, share, detail),
        ]

    def window(self, n_scenes: int) -> list[Row]:
        """How long the window stands still with a long queue and many clients."""
        result = self.folder / "window.json"
        # The desktop that it runs on needs what Debian's own Python has.
        command: Command = [
            "/usr/bin/python3",
            pathlib.Path(__file__).parent / "run_window.py",
        ]
        command += ["--build", self.build, "--scenes", str(n_scenes), "--json", result]
        subprocess.run(command, check=True)
        _, *phases = json.loads(result.read_text())
        worst = max(phases, key=lambda phase: float(phase["wall"]["max"]))
        busiest = max(phases, key=lambda phase: float(phase["cpu"]["max"]))
        rates = [phase["frames"] / phase["seconds"] for phase in phases]
        detail = (
            f"{n_scenes} scenes, 64 clients, at best {max(rates):.0f} frames a second"
        )
        return [
            Row(
                "longest main-loop stall of the window",
                "ms",
                50,
                16,
                worst["wall"]["max"],
                f"while {worst['phase']}; {detail}",
            ),
            Row(
                "longest turn of the main loop in CPU time: our own part of that",
                "ms",
                50,
                16,
                busiest["cpu"]["max"],
                f"while {busiest['phase']}",
            ),
            Row(
                "peak memory of the window",
                "MB",
                250,
                200,
                max(phase["peak"] for phase in phases) / 1e6,
                detail,
            ),
        ]

    def prepare(
        self,
        scene: pathlib.Path,
        target: pathlib.Path,
        pixels: int,
        scale: float,
        subdivisions: int = 0,
    ) -> pathlib.Path:
        """Save a scene with its size and its time as Rushes would change them, for a
        rival that cannot; with more to keep in memory if asked."""
        from harness import Client

        with Client() as client:
            client.call("initialize", blend_file=str(scene), root=str(self.folder))
            client.call("set_resolution", width=pixels, height=pixels)
            client.call("move_keyframes", scale=scale)
            client.call("save_file", path=str(target))
        if subdivisions:
            expression = (
                "import bpy\n"
                "for o in bpy.data.objects:\n"
                "    if o.name == 'Suzanne':\n"
                "        m = o.modifiers.new('S', 'SUBSURF')\n"
                f"        m.render_levels = {subdivisions}\n"
                "bpy.ops.wm.save_mainfile()\n"
            )
            command = [self.blender, "-b", str(target), "--python-expr", expression]
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        return target


def busy_share(events: list[Event]) -> float:
    """How much of the time between the first frame's start and the last one's end the
    clients were rendering."""
    frames = [event for event in events if event["event"] == "frame"]
    began = min(event["time"] - event["seconds"] for event in frames)
    ended = max(event["time"] for event in frames)
    busy: float = sum(event["seconds"] for event in frames)
    return busy / float(JOBS * (ended - began))


def spread(times: list[float]) -> str:
    """A median and how far the rest is from it."""
    median = statistics.median(times)
    return f"{median:.1f} s ({times[0]:.1f} to {times[-1]:.1f})"


def late_rate(events: list[Event]) -> tuple[float, int]:
    """Frames a second in the second half of a run, and by how many clients."""
    frames = [event for event in events if event["event"] == "frame"]
    frames.sort(key=lambda frame: float(frame["time"]))
    late = frames[len(frames) // 2 :]
    seconds = late[-1]["time"] - late[0]["time"]
    return (len(late) - 1) / seconds, len({frame["client"] for frame in late})


def frame_call(method: str, params: Mapping[str, object]) -> bytes:
    """A call as it goes to a client."""
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    body = json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def read_report(path: pathlib.Path, frame: float) -> tuple[float, float, int]:
    """What fake clients say of themselves, each from its first frame to its last: in
    which share of the time they rendered, and in which they would have done so if no
    frame had taken longer than it should; and how many they were."""
    spans = busy = nominal = 0.0
    lines = path.read_text().splitlines()
    for line in lines:
        first, last, rendering, n = map(float, line.split())
        spans += last - first
        busy += rendering
        nominal += n * frame
    path.unlink()
    return busy / spans, nominal / spans, len(lines)


@dataclass
class Usage:
    """What a process took, in seconds and bytes."""

    own: float
    system: float  # of `own`
    children: float
    memory: int


def reap(process: subprocess.Popen[bytes]) -> Usage:
    """Wait for a process that must succeed; its clients are its children. The peak that
    the system reckons up in the end is none of its own, but ours at the fork."""
    memory = 0
    while not os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG):
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        peak = re.search(r"VmHWM:\s+(\d+) kB", status)
        memory = int(peak[1]) * 1024 if peak else memory
        time.sleep(0.1)
    stat = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2]
    ticks = os.sysconf("SC_CLK_TCK")
    user, system, *children = (int(field) / ticks for field in stat.split()[11:15])
    if process.wait() != 0:
        sys.exit(f"The run with fake clients failed with {process.returncode}")
    return Usage(user + system, system, sum(children), memory)


def bound(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def show(rows: list[Row]) -> None:
    width = max(len(row.name) for row in rows)
    print(f"{'':{width}}  {'must':>8} {'aim':>8} {'measured':>9}  unit")
    for row in rows:
        print(
            f"{row.name:{width}}  {bound(row.must):>8} {bound(row.aim):>8}"
            f" {row.measured:9.3g}"
            f"  {row.unit:5}  {row.verdict:6}  {row.detail}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(prog="dev bench", description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--blender", default="blender")
    parser.add_argument("--runs", type=int, default=3, help="of each; medians count")
    parser.add_argument("--fake-scenes", type=int, default=1000)
    parser.add_argument("--fake-frames", type=int, default=1000)
    parser.add_argument("--far-clients", type=int, default=500)
    parser.add_argument(
        "--queued-scenes", type=int, default=10000, help="of the window"
    )
    parser.add_argument(
        "--chaos-frames", type=int, default=400, help="of each of the three scenes"
    )
    parser.add_argument("--json", type=pathlib.Path, help="write the rows here too")
    parser.add_argument(
        "rows", nargs="*", metavar="ROWS", help="such as seed (default: all)"
    )
    options = parser.parse_args()
    bench = Bench(options.build.resolve(), options.blender, options.runs)
    measures: dict[str, Callable[[], list[Row]]] = {
        "seed": bench.seed,
        "many": bench.many,
        "tail": bench.tail,
        "schedule": bench.schedule,
        "auto": bench.automatic,
        "start": bench.start,
        "own": lambda: bench.own_cost(options.fake_scenes, options.fake_frames),
        "far": lambda: bench.far(options.far_clients),
        "window": lambda: bench.window(options.queued_scenes),
        "chaos": lambda: bench.chaos(options.chaos_frames),
    }
    failed: list[str] = []
    rows: list[Row] = []
    try:
        for name in options.rows or measures:
            print(f"Measuring: {name}", file=sys.stderr)
            try:
                rows += measures[name]()
            except subprocess.CalledProcessError as error:
                print(f"Could not measure {name}: {error}", file=sys.stderr)
                failed.append(name)
    finally:
        shutil.rmtree(bench.folder, ignore_errors=True)
    show(rows)
    if options.json:
        text = json.dumps([{**asdict(row), "verdict": row.verdict} for row in rows])
        options.json.write_text(text + "\n")
    if failed:
        sys.exit(f"Not measured: {', '.join(failed)}")


if __name__ == "__main__":
    main()
