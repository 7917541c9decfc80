# SPDX-License-Identifier: GPL-3.0-or-later
"""Rendering on a real Slurm of two nodes, with everything that may go wrong there.

Pictures come from a real Blender; faults strike the fake one, whose frames take as
long as a test wants.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import network
from cluster import NODES, Cluster, limits_memory

sys.path.append(os.fspath(Path(__file__).parents[1] / "blender"))
from harness import signature  # noqa: E402

CLI = os.environ["RUSHES_CLI"]
CHECK = os.environ["RUSHES_CLUSTER_CHECK"]
FAKE = os.environ["RUSHES_FAKE_CLIENT"]
BLENDER = os.environ.get("RUSHES_TEST_BLENDER", "blender")
SAMPLES = os.environ.get("RUSHES_TEST_SAMPLES", "")

#: The longest that a run may take, in seconds.
PATIENCE = 120.0

#: How often something is measured at the most. What else a computer does makes it slower,
#: never faster: the best of a few is what it can do.
ROUNDS = 8

cluster: Cluster
folder: Path
_folder: tempfile.TemporaryDirectory[str]


def setUpModule() -> None:
    global cluster, folder, _folder
    _folder = tempfile.TemporaryDirectory(prefix="rushes-slurm-test-")
    folder = Path(_folder.name)
    cluster = Cluster()
    cluster.__enter__()


def tearDownModule() -> None:
    cluster.close()
    _folder.cleanup()


class Run:
    """A rushes-cli at work, and what it says; use as a context manager."""

    def __init__(self, *arguments: str | Path, command: str = "render") -> None:
        self.events: list[dict[str, Any]] = []
        self._lines: queue.Queue[bytes] = queue.Queue()
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [CLI, command, *arguments, "--progress", "json"],
            env=cluster.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self.errors,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()
        assert self.process.stdout
        self.process.stdout.close()
        self.errors.close()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put(b"")

    def wait_for(self, condition: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """The first event from now on that fits."""
        deadline = time.monotonic() + PATIENCE
        while line := self._lines.get(timeout=max(deadline - time.monotonic(), 0.01)):
            event: dict[str, Any] = json.loads(line)
            self.events.append(event)
            if condition(event):
                return event
        raise AssertionError(f"it ended before that\n{self.said()}\n{cluster.logs()}")

    def frames(self, count: int) -> None:
        """Wait until so many more frames are done."""
        for _ in range(count):
            self.wait_for(lambda event: is_done(event))

    def ready(self, node: str) -> dict[str, Any]:
        """Wait for a client that is ready on `node`."""
        return self.wait_for(
            lambda event: event["event"] == "client"
            and event["state"] == "ready"
            and event.get("node") == node
        )

    def finish(self) -> int:
        """Read to the end; its exit code."""
        try:
            self.wait_for(lambda event: False)
        except AssertionError:
            pass
        return self.process.wait(PATIENCE)

    def done(self) -> list[int]:
        """The frames that are done."""
        return sorted(event["frame"] for event in self.events if is_done(event))

    def causes(self) -> set[str]:
        """The words of everything that went wrong."""
        return {event["message"] for event in self.events if "cause" in event}

    def said(self) -> str:
        """What it printed as errors, and the last of the others."""
        self.errors.seek(0)
        tail = "\n".join(json.dumps(event) for event in self.events[-15:])
        return self.errors.read().decode() + tail


def is_done(event: dict[str, Any]) -> bool:
    return bool(event["event"] == "frame" and event["state"] == "done")


def write_scene(name: str, *directives: str) -> Path:
    """A scene for the fake Blender."""
    path = folder / f"{name}.blend"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(["BLENDER-fake", *directives, ""]))
    return path


class SlurmTest(unittest.TestCase):
    def setUp(self) -> None:
        self.output = folder / "-".join(self.id().split(".")[-2:])

    def tearDown(self) -> None:
        """Whatever happened: nothing of ours is left in the queue."""
        cluster.wait_until(lambda: not cluster.jobs(), "the queue is empty")
        cluster.wait_for_nodes()

    def start(self, scene: Path, place: str, *arguments: str) -> Run:
        """Render with the fake Blender."""
        return Run(
            scene,
            *("--output", self.output, "--blender", FAKE, "--place", place),
            *arguments,
        )

    def assert_whole(self, run: Run, frames: int) -> None:
        """It ends well, every frame is there and was done once."""
        self.assertEqual(run.finish(), 0, run.said())
        self.assertEqual(run.done(), list(range(1, frames + 1)))
        # A node that was given up may yet write what nobody waits for any more, under
        # a staging name, which the next run removes.
        pictures = list(self.output.glob("*/frames/frame_*"))
        self.assertEqual(len(pictures), frames)


class Pictures(SlurmTest):
    def test_same_as_here(self) -> None:
        """Two clients on each node and one on this computer make the pictures that
        one on this computer makes."""
        scenes = [
            Path(SAMPLES) / f"{name}.blend" for name in ("monkey", "cube", "metaballs")
        ]
        options = ["--frames", "1-20", "--resolution", "96x64", "--factory-startup"]
        options += ["--blender", BLENDER]
        alone = self.output / "alone"
        together = self.output / "together"
        with Run(*scenes, "--output", alone, *options) as run:
            self.assertEqual(run.finish(), 0, run.said())
        places = ["--place", "local=1,slurm=4", "--slurm-cpus", "2"]
        with Run(*scenes, "--output", together, *options, *places) as run:
            self.assertEqual(run.finish(), 0, run.said())
            nodes = {
                event["client"]: event["node"]
                for event in run.events
                if event["event"] == "client" and "node" in event
            }
        used = list(nodes.values())
        self.assertEqual([used.count(node) for node in NODES], [2, 2])
        self.assertEqual(len(used), 5)
        pictures = sorted(path.relative_to(alone) for path in alone.glob("*/frames/*"))
        self.assertEqual(len(pictures), 60)
        for picture in pictures:
            self.assertEqual(
                signature(alone / picture), signature(together / picture), picture
            )

    def test_threads(self) -> None:
        """Blender takes as many threads as Slurm gave it processors."""
        blender = self.output / "blender"
        self.output.mkdir()
        blender.write_text(
            f'#!/bin/sh\necho "$@" >{self.output}/words\nexec {FAKE} "$@"'
        )
        blender.chmod(0o755)
        scene = write_scene("threads", "end=1")
        here = ["--slurm-blender", str(blender), "--slurm-cpus", "3"]
        with self.start(scene, "slurm=1", *here) as run:
            self.assert_whole(run, 1)
        self.assertIn("--threads 3 ", (self.output / "words").read_text())


class Efficiency(SlurmTest):
    def spend(self, *arguments: str | Path) -> float:
        """Seconds of a whole run, from its start to its end."""
        with Run(*arguments) as run:
            self.assertEqual(run.finish(), 0, run.said())
            seconds: float = run.events[-1]["time"]
            return seconds

    def test_as_fast_as_here(self) -> None:
        """Two clients on the cluster against two on this computer, which renders for
        both, in turn."""
        scene = Path(SAMPLES) / "monkey.blend"
        options = ["--frames", "1-40", "--resolution", "480x480", "--factory-startup"]
        options += ["--blender", BLENDER, "--overwrite", "--output", str(self.output)]
        spent: dict[str, list[float]] = {"local=2": [], "slurm=2": []}
        efficiency = 0.0
        while efficiency < 0.97 and len(spent["slurm=2"]) < ROUNDS:
            for place, seconds in spent.items():
                words = ["--place", place, "--slurm-cpus", "2"]
                seconds.append(self.spend(scene, *options, *words))
            efficiency = min(spent["local=2"]) / min(spent["slurm=2"])
        print(f"efficiency {efficiency:.3f} {spent}", end=" ", flush=True)
        self.assertGreaterEqual(efficiency, 0.97)

    def test_short_frames(self) -> None:
        """Frames of 100 ms, where what lies between them would show."""
        scene = write_scene("short-frames", "end=100", "frame-ms=100")
        shares: list[float] = []
        while len(shares) < ROUNDS and max(shares, default=0) < 0.97:
            with self.start(scene, "slurm=2", "--overwrite") as run:
                self.assert_whole(run, 100)
                times = [event["time"] for event in run.events if is_done(event)]
            # Of both clients, from the end of their first frames to that of the last.
            shares.append((len(times) - 2) * 0.1 / (2 * (times[-1] - times[1])))
        print(f"busy {shares}", end=" ", flush=True)
        self.assertGreaterEqual(max(shares), 0.97)


class Waiting(SlurmTest):
    def test_queue(self) -> None:
        """A client that waits in Slurm's queue says so, and does not time out."""
        holder = subprocess.Popen(
            ["srun", "--nodes=2", "--exclusive", "cat"],
            env=cluster.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        )
        cluster.wait_until(lambda: cluster.jobs("RUNNING"), "the nodes are in use")
        scene = write_scene("queue", "end=4")
        with self.start(scene, "slurm=1", "--timeout", "1") as run:
            event = run.wait_for(lambda event: "place 1" in event.get("situation", ""))
            self.assertEqual(event["state"], "waiting")
            self.assertIn("every node is in use", event["situation"])
            assert holder.stdin
            holder.stdin.close()
            self.assert_whole(run, 4)
        holder.wait(PATIENCE)

    def test_refused(self) -> None:
        """Slurm's own words say what is wrong."""
        scene = write_scene("refused", "end=4")
        with self.start(scene, "slurm=1", "--slurm-partition", "moon") as run:
            self.assertEqual(run.finish(), 1)
            self.assertIn("Invalid partition name specified", run.said())

    def test_no_blender(self) -> None:
        scene = write_scene("no-blender", "end=4")
        nowhere = ["--slurm-blender", "/nowhere/blender"]
        with self.start(scene, "slurm=1", *nowhere) as run:
            self.assertEqual(run.finish(), 1)
            self.assertIn("no program “/nowhere/blender” on the nodes", run.said())

    def test_broken_cluster(self) -> None:
        """This computer goes on alone."""
        scene = write_scene("broken-cluster", "end=60", "frame-ms=100")
        nowhere = ["--slurm-blender", "/nowhere/blender"]
        with self.start(scene, "local=1,slurm=2", *nowhere) as run:
            self.assert_whole(run, 60)
            self.assertTrue(
                any("no longer used" in e.get("message", "") for e in run.events)
            )


class Checking(SlurmTest):
    """What the window says of the connection."""

    def check(self, partition: str = "", blender: str = FAKE) -> tuple[int, str]:
        """What comes of it, and what it says."""
        done = subprocess.run(
            [CHECK, blender, "5", partition],
            env={**cluster.environment, "TMPDIR": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            timeout=PATIENCE,
            check=False,
        )
        return done.returncode, done.stdout.decode()

    def test_well(self) -> None:
        for partition in ("", "main", "urgent,main"):
            status, words = self.check(partition)
            self.assertEqual(status, 0, words)
            self.assertRegex(words, "^Slurm answers: [24] of [24] nodes are idle\n")
            self.assertRegex(words, "Blender 3.4.1 works on node ")

    def test_partitions(self) -> None:
        status, words = self.check("moon")
        self.assertEqual(status, 1, words)
        self.assertIn("no partition “moon”", words)
        self.assertIn("main, urgent", words)
        cluster.run("scontrol", "update", "partition=urgent", "state=down")
        try:
            status, words = self.check("urgent")
        finally:
            cluster.run("scontrol", "update", "partition=urgent", "state=up")
        self.assertEqual(status, 1, words)
        self.assertIn("is down and takes no jobs", words)

    def test_no_blender(self) -> None:
        status, words = self.check(blender="/nowhere/blender")
        self.assertEqual(status, 1, words)
        self.assertIn("no program “/nowhere/blender” on the nodes", words)

    def test_no_controller(self) -> None:
        cluster.stop_controller()
        try:
            status, words = self.check()
        finally:
            cluster.start_controller()
        self.assertEqual(status, 1, words)
        self.assertIn("Slurm does not answer", words)
        self.assertIn("slurmctld, run?", words)

    def test_no_node_is_free(self) -> None:
        """It says so, and does not stay in the queue; nor does one that is given up."""
        holder = subprocess.Popen(
            ["srun", "--nodes=2", "--exclusive", "cat"],
            env=cluster.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        )
        try:
            cluster.wait_until(lambda: cluster.jobs("RUNNING"), "the nodes are in use")
            status, words = self.check()
            self.assertEqual(status, 0, words)
            self.assertIn("place 1, every node is in use", words)
            self.assertIn("No node was free for 5 seconds", words)
            cluster.wait_until(lambda: not cluster.jobs("PENDING"), "no job waits")

            check = subprocess.Popen(
                [CHECK, FAKE, "600", ""],
                env={**cluster.environment, "TMPDIR": str(folder)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
            cluster.wait_until(lambda: cluster.jobs("PENDING"), "a job waits")
            check.terminate()
            self.assertEqual(check.wait(PATIENCE), 1)
            cluster.wait_until(lambda: not cluster.jobs("PENDING"), "no job waits")
        finally:
            assert holder.stdin
            holder.stdin.close()
            holder.wait(PATIENCE)


class Faults(SlurmTest):
    """The frame goes back, the client is replaced, nothing is lost, and the cause is
    told in words."""

    def run_with(
        self,
        fault: Callable[[Run], None],
        *arguments: str,
        directives: Sequence[str] = (),
    ) -> Run:
        """A run of two clients, one on each node, that a fault strikes early."""
        scene = write_scene(self.output.name, "end=60", "frame-ms=150", *directives)
        one_each = ["--slurm-cpus", "4", "--retries", "0", *arguments]
        with self.start(scene, "slurm=2", *one_each) as run:
            run.frames(4)
            fault(run)
            self.assert_whole(run, 60)
        self.assert_same_as_here(60)
        return run

    def assert_same_as_here(self, frames: int) -> None:
        """The pictures are those that this computer makes by itself."""
        scene = write_scene(f"alone/{self.output.name}", f"end={frames}")
        alone = self.output / "alone"
        with Run(scene, "--output", alone, "--blender", FAKE) as run:
            self.assertEqual(run.finish(), 0, run.said())
        for here in alone.glob("*/frames/*"):
            there = self.output / here.relative_to(alone)
            self.assertEqual(here.read_bytes(), there.read_bytes(), here)
            frames -= 1
        self.assertEqual(frames, 0)

    def assert_told(self, run: Run, words: str) -> None:
        self.assertTrue(any(words in cause for cause in run.causes()), run.causes())

    def assert_replaced(self, run: Run) -> None:
        clients = [
            event["client"] for event in run.events if event["event"] == "client"
        ]
        self.assertEqual(max(clients), 3)

    def test_cancel(self) -> None:
        run = self.run_with(lambda run: cancel_one())
        self.assert_told(run, "Somebody has canceled job")
        self.assert_replaced(run)

    def test_node_set_down(self) -> None:
        def strike(run: Run) -> None:
            cluster.run(
                "scontrol", "update", "nodename=there", "state=down", "reason=test"
            )
            run.wait_for(lambda event: event.get("cause") == "taken-away")

        run = self.run_with(strike)
        self.assert_told(run, "Node there went down")

    def test_node_dies(self) -> None:
        """Its daemon and all that runs there, from one moment to the next."""

        def strike(run: Run) -> None:
            cluster.kill_node("there")
            run.wait_for(lambda event: event["event"] == "frame" and "cause" in event)
            cluster.start_node("there")

        # The signal that killed it is all that is known of the frame in hand.
        run = self.run_with(strike, "--retries", "2")
        self.assertTrue(run.causes())

    def test_daemon_dies(self) -> None:
        """What runs on the node goes on."""

        def strike(run: Run) -> None:
            cluster.kill_daemon("there")
            run.frames(6)
            cluster.start_node("there")

        run = self.run_with(strike)
        self.assertEqual(
            {e["state"] for e in run.events if e["event"] == "frame"}, {"done"}
        )
        cluster.wait_for_nodes()

    def test_preemption(self) -> None:
        urgent = [
            "srun",
            "--partition=urgent",
            "--nodelist=there",
            "--exclusive",
            "cat",
        ]
        holder: list[subprocess.Popen[bytes]] = []

        def strike(run: Run) -> None:
            holder.append(
                subprocess.Popen(
                    urgent,
                    env=cluster.environment,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                )
            )
            run.wait_for(lambda event: event.get("cause") == "taken-away")
            assert holder[0].stdin
            holder[0].stdin.close()

        run = self.run_with(strike)
        holder[0].wait(PATIENCE)
        self.assert_told(run, "A more urgent job took the place of job")

    def test_controller_restarts(self) -> None:
        def strike(run: Run) -> None:
            cluster.stop_controller()
            run.frames(6)
            cluster.start_controller()

        run = self.run_with(strike)
        self.assertEqual(
            {e["state"] for e in run.events if e["event"] == "frame"}, {"done"}
        )
        cluster.wait_for_nodes()

    def test_silence(self) -> None:
        """Nothing is heard of a node for a while, then all goes on."""

        def strike(run: Run) -> None:
            cluster.signal_node("there", signal.SIGSTOP)
            run.frames(10)
            cluster.signal_node("there", signal.SIGCONT)

        run = self.run_with(strike)
        self.assertEqual(
            {e["state"] for e in run.events if e["event"] == "frame"}, {"done"}
        )

    @unittest.skipUnless(limits_memory(), "this system does not limit memory")
    def test_memory(self) -> None:
        """What it was given and what it had is told."""
        run = self.run_with(
            lambda run: None,
            *("--slurm-memory", "64M", "--retries", "2"),
            directives=["hog-frame=20 times=1"],
        )
        words = "than it was given; asked for: 64M; in use when it last answered: "
        self.assert_told(run, words)
        failed = [e for e in run.events if e["event"] == "frame" and "cause" in e]
        self.assertEqual([event["frame"] for event in failed], [20])
        self.assertEqual(failed[0]["cause"], "out-of-memory")
        self.assert_replaced(run)

    def test_time_limit(self) -> None:
        """Both clients reach it in the midst of a frame."""

        def strike(run: Run) -> None:
            for _ in range(2):
                run.wait_for(lambda event: event.get("cause") == "time-limit")
            (folder / f"{self.output.name}.blend.open").touch()

        run = self.run_with(strike, "--slurm-time", "1", directives=["gate=21"])
        told = {words for words in run.causes() if "reached its time limit" in words}
        self.assertEqual(
            {words.partition(" on node ")[2] for words in told}, set(NODES), told
        )

    @unittest.skipUnless(network.is_possible(), "only root can cut a node off")
    def test_network_fails(self) -> None:
        """Too short for Slurm to notice: all goes on where it was."""
        assert cluster.network
        net = cluster.network

        def strike(run: Run) -> None:
            net.cut("there")
            run.frames(20)
            net.mend("there")

        run = self.run_with(strike)
        self.assertEqual(
            {e["state"] for e in run.events if e["event"] == "frame"}, {"done"}
        )

    @unittest.skipUnless(network.is_possible(), "only root can cut a node off")
    def test_network_fails_for_long(self) -> None:
        """Slurm gives the node up; what runs there is of no use to anybody."""
        assert cluster.network
        net = cluster.network

        def strike(run: Run) -> None:
            net.cut("there")
            run.wait_for(lambda event: event.get("cause") == "taken-away")
            net.mend("there")

        try:
            run = self.run_with(strike)
        finally:
            net.mend("there")
        self.assert_told(run, "Node there went down")
        cluster.wait_until(
            lambda: not cluster.steps("there"), "nothing runs there any more"
        )


def cancel_one() -> None:
    cluster.run("scancel", cluster.jobs("RUNNING")[0])


class Leaving(SlurmTest):
    """tearDown() sees to it that the queue is empty."""

    def begin(self) -> Run:
        scene = write_scene(self.output.name, "end=600", "frame-ms=150")
        run = self.start(scene, "slurm=4", "--slurm-cpus", "4")
        run.frames(2)  # two clients work, two wait
        cluster.wait_until(lambda: len(cluster.jobs()) == 4, "four jobs")
        return run

    def test_stop(self) -> None:
        with self.begin() as run:
            run.process.send_signal(signal.SIGTERM)
            self.assertEqual(run.finish(), 130)

    def test_interrupt(self) -> None:
        """The frames in hand are finished."""
        with self.begin() as run:
            run.process.send_signal(signal.SIGINT)
            self.assertEqual(run.finish(), 130)
            self.assertEqual(run.causes() - {"Stopped"}, set())

    def test_killed(self) -> None:
        with self.begin() as run:
            run.process.kill()
            run.process.wait()
            cluster.wait_until(lambda: not cluster.jobs(), "the queue is empty")

    def test_killed_far(self) -> None:
        """Even those that have just been sent ahead a frame."""
        scene = write_scene("far", "end=600", "frame-ms=1000")
        with self.start(scene, "slurm=2") as run:
            run.frames(1)
            run.process.kill()
            run.process.wait()


#: What a Flatpak finds in itself, but for the folder that nobody sees outside.
FLATPAK_INFO = """\
[Application]
name=io.github.rushes.Rushes
[Instance]
app-path=/nowhere
[Session Bus Policy]
org.freedesktop.Flatpak=talk
"""

#: Stands in for flatpak-spawn --host --watch-bus: what it runs has a group of its own, of
#: which SIGTERM reaches the first process, and the end of whoever asked for it all as SIGINT.
FLATPAK_SPAWN = """\
#!/bin/sh
shift 3
cd /
exec 3<&0
setsid "$@" <&3 3<&- &
host=$!
trap 'kill -TERM $host' TERM
(
  while kill -0 $$; do sleep 0.1; done
  kill -INT -$host
) <&- >&- 2>&- 3<&- &
while wait $host; code=$?; kill -0 $host 2>/dev/null; do :; done
exit $code
"""


class LeavingFlatpak(Leaving):
    """The same from within a Flatpak, as far as that can be told without one: flatpak/check
    has a real one, but no cluster."""

    def setUp(self) -> None:
        super().setUp()
        self.output.mkdir()
        info = self.output / "flatpak-info"
        info.write_text(FLATPAK_INFO)
        spawn = self.output / "flatpak-spawn"
        spawn.write_text(FLATPAK_SPAWN)
        spawn.chmod(0o755)
        before = cluster.environment
        self.addCleanup(setattr, cluster, "environment", before)
        cluster.environment = {
            **before,
            "PATH": f"{self.output}:{before['PATH']}",
            "RUSHES_FLATPAK_INFO": str(info),
            "XDG_CACHE_HOME": str(self.output / "cache"),
        }

    def test_whole(self) -> None:
        scene = write_scene("flatpak", "end=20")
        with self.start(scene, "slurm=2") as run:
            self.assert_whole(run, 20)
            used = {event.get("node") for event in run.events}
        self.assertTrue(used & set(NODES), used)


class Detached(SlurmTest):
    """A run that is a job of its own."""

    def submit(self, scene: Path, *arguments: str) -> str:
        """The job's number."""
        words = [CLI, "submit", str(scene), "--output", str(self.output)]
        done = subprocess.run(
            [
                *words,
                "--blender",
                FAKE,
                "--place",
                "slurm=2",
                "--slurm-cpus=2",
                *arguments,
            ],
            env=cluster.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE,
            check=False,
        )
        printed = done.stdout.decode()
        self.assertEqual(done.returncode, 0, printed)
        self.assertIn("rushes-cli attach", printed)
        return printed.split("job ")[1].split(";")[0]

    def test_attach(self) -> None:
        """Nobody of ours is there while it renders; who comes later hears it all."""
        scene = write_scene("attach", "end=40", "frame-ms=50")
        job = self.submit(scene)
        self.assertEqual(cluster.jobs(), [job])
        cluster.wait_until(
            lambda: len(list(self.output.glob("attach/frames/frame*"))) > 5, "frames"
        )
        with Run(job, command="attach") as run:
            self.assert_whole(run, 40)
            clients = {e["client"] for e in run.events if e["event"] == "frame"}
            self.assertEqual(len(clients), 2)

    def test_stop(self) -> None:
        job = self.submit(write_scene("stopped", "end=4000", "frame-ms=50"))
        with Run(job, command="attach") as run:
            run.frames(3)
            with Run(job, "--stop", command="attach") as other:
                self.assertEqual(other.finish(), 130, other.said())
            self.assertEqual(run.finish(), 130, run.said())

    def test_requeue(self) -> None:
        """The job goes back to the queue, and then on where it was."""
        job = self.submit(write_scene("requeue", "end=80", "frame-ms=50"))
        with Run(job, command="attach") as run:
            run.frames(10)
            cluster.run("scontrol", "requeue", job)
            self.assertEqual(run.finish(), 0, run.said())
            self.assertEqual(run.events[-1]["done"], 80)
            self.assertGreaterEqual(run.events[-1]["kept"], 10)
            frames = {event["frame"] for event in run.events if is_done(event)}
            self.assertEqual(len(run.done()), len(frames), "a frame was done twice")

    def test_preemption(self) -> None:
        """So does one whose place a more urgent job takes."""
        job = self.submit(write_scene("preempted", "end=80", "frame-ms=50"))
        with Run(job, command="attach") as run:
            run.frames(10)
            urgent = ["srun", "--partition=urgent", "--nodes=2", "--exclusive", "true"]
            cluster.run(*urgent)
            self.assertEqual(run.finish(), 0, run.said())
            self.assertEqual(run.events[-1]["done"], 80)
            self.assertGreaterEqual(run.events[-1]["kept"], 10)
            frames = {event["frame"] for event in run.events if is_done(event)}
            self.assertEqual(len(run.done()), len(frames), "a frame was done twice")

    def test_wrong(self) -> None:
        """Mistakes are told before anything waits in a queue."""
        done = subprocess.run(
            [CLI, "submit", write_scene("wrong"), "--frames", "9-1"],
            env=cluster.environment,
            stderr=subprocess.PIPE,
            timeout=PATIENCE,
            check=False,
        )
        self.assertEqual(done.returncode, 2)
        self.assertEqual(cluster.jobs(), [])
        with Run("999999", command="attach") as run:
            self.assertEqual(run.finish(), 1)
            self.assertIn("Slurm knows no job 999999", run.said())


@unittest.skipUnless(os.geteuid() == 0, "only root can hide folders from nodes")
class Sharing(SlurmTest):
    """Each node is asked whether it sees what it is to render; by a real Blender."""

    def render(self, scene: Path, place: str, *arguments: str) -> Run:
        options = ["--resolution", "64x48", "--frames", "1-150", "--factory-startup"]
        options += ["--blender", BLENDER, "--slurm-cpus", "4", *arguments]
        return Run(scene, "--output", self.output, "--place", place, *options)

    def hide(self, where: Path) -> Path:
        """A scene in that folder."""
        scene = where / "cube.blend"
        shutil.copyfile(Path(SAMPLES) / "cube.blend", scene)
        return scene

    def messages(self, run: Run) -> list[str]:
        return [e["message"] for e in run.events if e["event"] == "message"]

    def test_output_is_hidden(self) -> None:
        """The node is left out, and named with the path that it does not see."""
        self.output = cluster.hidden_from("there") / "renders"
        with self.render(Path(SAMPLES) / "cube.blend", "slurm=2") as run:
            self.assert_whole(run, 150)
            told = self.messages(run)
        self.assertEqual(len(told), 1, told)
        where = f"Node there does not see the output folder {self.output / 'cube'}"
        self.assertTrue(told[0].startswith(where), told)

    def test_scene_is_hidden(self) -> None:
        scene = self.hide(cluster.hidden_from("there"))
        with self.render(scene, "slurm=2") as run:
            self.assert_whole(run, 150)
            told = self.messages(run)
        self.assertEqual(len(told), 1, told)
        self.assertIn(f"Node there cannot read the scene {scene}", told[0])

    def test_only_node_is_blind(self) -> None:
        """Slurm has no other node to offer: what the first one said is why."""
        scene = self.hide(cluster.hidden_from("there"))
        only = ["--slurm-extra", "--nodelist there"]
        with self.render(scene, "slurm=2", *only) as run:
            self.assertEqual(run.finish(), 1)
            self.assertIn(f"Node there cannot read the scene {scene}", run.said())
            self.assertIn("that all nodes share with this computer", run.said())

    def test_all_nodes_are_blind(self) -> None:
        """The scene is at fault: it is rendered here, and nobody is kept waiting on the
        cluster."""
        scene = self.hide(cluster.hidden_from_all())
        with self.render(scene, "local=1,slurm=2", "--resolution", "256x256") as run:
            for _ in range(2):
                run.wait_for(lambda event: event["event"] == "message")
            cluster.wait_until(
                lambda: not cluster.jobs("RUNNING", "PENDING"), "its jobs have ended"
            )
            self.assertIsNone(run.process.poll())
            self.assert_whole(run, 150)
            told = self.messages(run)
        self.assertEqual(len(told), 2, told)
        for words in told:
            self.assertIn(f"cannot read the scene {scene}", words)


if __name__ == "__main__":
    unittest.main(verbosity=2)
