# SPDX-License-Identifier: GPL-3.0-or-later
"""Rushes as a Flatpak, in use. flatpak/check has installed it and runs this in a session
of its own: a bus, an X server and a home that are there for nothing else."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

TREE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TREE / "tests" / "app"))

from accessible import REGISTRY, ROOT, Accessible, Bus, Gone, call  # noqa: E402
from gi.repository import Gio, GLib  # noqa: E402
from services import Services  # noqa: E402

APP = "io.github.rushes.Rushes"
BLENDER = "org.blender.Blender"
BUILD = Path(os.environ["RUSHES_BUILD"])
HOME = Path.home()

#: The longest that anything is waited for, in seconds; and how soon after an end no
#: Blender may be left.
PATIENCE, SOON = 120.0, 5.0


def wait_until(
    condition: Callable[[], Any], what: str, patience: float = PATIENCE
) -> Any:
    """What `condition` gives once that is true."""
    end = time.monotonic() + patience
    while not (result := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {patience:g} s")
        time.sleep(0.02)
    return result


def processes(program: str, *words: str) -> list[int]:
    """Those of this computer that run `program`, with all `words` in their command line."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            line = (folder / "cmdline").read_bytes().decode("utf-8", "replace")
            # One that is dead has no command line.
            if all(word in line for word in words):
                if (folder / "comm").read_text().strip() == program:
                    found.append(int(folder.name))
    return found


def clients() -> list[int]:
    """The Blenders that work for the installed Rushes, or for that of this tree."""
    return [
        pid
        for folder in (os.environ["FLATPAK_USER_DIR"], str(TREE), f"{HOME}/.var")
        for pid in processes("blender", f"{folder}/", "client.py", "--token")
    ]


def flatpak(*words: str) -> None:
    subprocess.run(
        ["flatpak", *words], check=True, timeout=PATIENCE, stdout=subprocess.DEVNULL
    )


def render_argv(*words: object, options: tuple[str, ...] = ()) -> list[str]:
    return [
        *("flatpak", "run", *options, "--command=rushes-cli", APP, "render"),
        *("--resolution=96x64", "--progress=json", *map(str, words)),
    ]


def native_argv(*words: object) -> list[str]:
    """The same with the program of this tree, that is no Flatpak."""
    return [
        *("env", f"RUSHES_BLENDER_DIR={TREE / 'blender'}"),
        *(str(BUILD / "src" / "cli" / "rushes-cli"), "render"),
        *("--resolution=96x64", "--progress=json", *map(str, words)),
    ]


def events(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


class Done:
    """A run of the command line in the sandbox that has ended."""

    def __init__(self, *words: object, options: tuple[str, ...] = ()) -> None:
        process = subprocess.run(
            render_argv(*words, options=options),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            cwd=HOME,
        )
        self.exit_code = process.returncode
        self.complaints = process.stderr
        self.events = events(process.stdout)

    def all(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] == kind]


def pixels(folder: Path) -> dict[str, str]:
    """A hash of the pixels of each picture in a folder, by name."""
    names = sorted(folder.rglob("*.png"))
    out = subprocess.run(
        ["identify", "-format", "%#\n", *map(str, names)],
        check=True,
        capture_output=True,
        text=True,
    )
    return dict(zip([name.name for name in names], out.stdout.split(), strict=True))


class TestCase(unittest.TestCase):
    def setUp(self) -> None:
        shutil.rmtree(HOME / ".var", ignore_errors=True)
        self.work = Path(self.enterContext(tempfile.TemporaryDirectory(dir=HOME)))
        self.addCleanup(wait_until, lambda: not clients(), "no Blender left", SOON)

    def scene(self, name: str = "cube", folder: Path | None = None) -> Path:
        path = (folder or self.work) / f"{name}.blend"
        path.write_bytes((BUILD / "samples" / path.name).read_bytes())
        return path


class RenderingTest(TestCase):
    def test_pictures_are_the_same(self) -> None:
        """With the host's Blender, and pixel for pixel what comes without a sandbox."""
        scenes = [self.scene("cube"), self.scene("monkey")]
        inside, outside = self.work / "inside", self.work / "outside"
        run = Done(*scenes, f"--output={inside}", "--frames=1-4", "--jobs=2")
        self.assertEqual(run.exit_code, 0, run.complaints)
        self.assertEqual(run.all("summary")[0]["done"], 8)
        words = (*scenes, f"--output={outside}", "--frames=1-4")
        subprocess.run(
            native_argv(*words), check=True, timeout=PATIENCE, stdout=subprocess.DEVNULL
        )
        for scene in ("cube", "monkey"):
            rendered = pixels(inside / scene)
            self.assertEqual(len(rendered), 4)
            self.assertEqual(rendered, pixels(outside / scene))

    def test_no_blender(self) -> None:
        run = Done(
            self.scene(), "--blender=no-such-blender", f"--output={self.work}/out"
        )
        self.assertNotEqual(run.exit_code, 0)
        self.assertIn("there is no program “no-such-blender”", run.complaints)

    def test_no_permission(self) -> None:
        run = Done(self.scene(), options=("--no-talk-name=org.freedesktop.Flatpak",))
        self.assertNotEqual(run.exit_code, 0)
        self.assertIn("--talk-name=org.freedesktop.Flatpak", run.complaints)

    def test_out_of_reach(self) -> None:
        """What the sandbox does not see is refused before anything is rendered, with the
        command that helps: and that does."""
        for place in ("scene", "folder"):
            with self.subTest(place), tempfile.TemporaryDirectory(dir="/tmp") as hidden:
                scene = self.scene(folder=Path(hidden) if place == "scene" else None)
                output = Path(hidden if place == "folder" else self.work) / "out"
                words = (scene, f"--output={output}", "--frames=1")
                run = Done(*words)
                self.assertEqual(run.exit_code, 1, run.complaints)
                self.assertEqual(run.all("scene")[0]["cause"], "unreachable")
                self.assertEqual(run.all("frame"), [])
                self.assertFalse(output.exists() and any(output.rglob("*.png")))

                advice = re.search(r"“(flatpak override [^”]*)”", run.complaints)
                assert advice, run.complaints
                command = shlex.split(advice[1])
                self.assertIn(f"--filesystem={hidden}", command)
                self.addCleanup(flatpak, "override", "--user", "--reset", APP)
                subprocess.run(command, check=True)
                run = Done(*words)
                self.assertEqual(run.exit_code, 0, run.complaints)
                self.assertEqual(len(pixels(output)), 1)
                flatpak("override", "--user", "--reset", APP)


class FlathubTest(TestCase):
    """With a Blender that is a Flatpak itself, and sees no files but what it is shown."""

    def test_render(self) -> None:
        run = Done(
            *(self.scene(), f"--blender={BLENDER}//stable", "--frames=1-3"),
            f"--output={self.work}/out",
        )
        self.assertEqual(run.exit_code, 0, run.complaints)
        self.assertEqual(len(pixels(self.work / "out")), 3)

    def test_sandbox(self) -> None:
        """Rushes' own sandbox for scenes is Flatpak's there."""
        run = Done(
            *(self.scene(), f"--blender={BLENDER}//stable", "--frames=1", "--sandbox"),
            f"--output={self.work}/out",
        )
        self.assertEqual(run.exit_code, 0, run.complaints)
        self.assertEqual(len(pixels(self.work / "out")), 1)

    def test_stopping(self) -> None:
        with Running(self, f"--blender={BLENDER}//stable", *LONG) as run:
            run.wait_for_a_frame()
            run.kill_program(signal.SIGKILL)
            run.assert_gone()

    def test_not_installed(self) -> None:
        run = Done(
            self.scene(), f"--blender={BLENDER}//none", f"--output={self.work}/out"
        )
        self.assertNotEqual(run.exit_code, 0)
        self.assertIn(f"“flatpak install {BLENDER}//none”", run.complaints)

    def test_outside(self) -> None:
        """With it, but without a Flatpak of Rushes."""
        scene, output = self.scene(), self.work / "out"
        words = (scene, f"--output={output}", f"--blender={BLENDER}//stable")
        subprocess.run(
            native_argv(*words, "--frames=1-3"),
            check=True,
            timeout=PATIENCE,
            stdout=subprocess.DEVNULL,
        )
        self.assertEqual(len(pixels(output)), 3)

        again = native_argv(*words, "--keyframe-scale=40", "--overwrite")
        with subprocess.Popen(again, stdout=subprocess.DEVNULL) as process:
            wait_until(clients, "a Blender")
            process.kill()
        wait_until(lambda: not clients(), "no Blender left", SOON)

    def test_listed(self) -> None:
        """The preferences list it, and the host's, with their versions."""
        with Window(self) as window:
            window.activate("preferences")
            for name in ("/usr/bin/blender", f"{BLENDER}//stable"):
                window.wait_for(name)
            version = subprocess.check_output(
                ["blender", "--version"], text=True
            ).split()[1]
            window.wait_for(f"Blender {version}", times=3)


#: Stands in for Slurm's: what it is to run on a node runs here, as one of its steps.
SRUN = """\
#!/bin/sh
echo "$@" >>~/srun.said
while [ "$1" != sh ]; do shift; done
export SLURMD_NODENAME=far SLURM_CPUS_ON_NODE=2
trap 'echo "it was asked to end" >>~/srun.said; kill -KILL $!; exit 143' TERM
exec 3<&0
"$@" <&3 3<&- &
wait $!
"""


class ClusterTest(TestCase):
    """On a cluster. Its programs are outside, where flatpak/check looks into this home
    first."""

    def setUp(self) -> None:
        super().setUp()
        self.programs = HOME / "bin"
        self.programs.mkdir()
        self.addCleanup(shutil.rmtree, self.programs)
        self.said = HOME / "srun.said"
        self.addCleanup(self.said.unlink, missing_ok=True)

    def install(self) -> None:
        for name, text in (
            ("srun", SRUN),
            ("squeue", "#!/bin/sh\n"),
            ("scancel", "#!/bin/sh\n"),
        ):
            (self.programs / name).write_text(text)
            (self.programs / name).chmod(0o755)

    def test_pictures_are_the_same(self) -> None:
        """What nodes run comes from the user's home, which they share."""
        self.install()
        scene, inside, outside = self.scene(), self.work / "in", self.work / "out"
        words = (scene, "--frames=1-4")
        run = Done(*words, f"--output={inside}", "--place=slurm=1", "--slurm-cpus=2")
        self.assertEqual(run.exit_code, 0, run.complaints)
        self.assertEqual(run.all("summary")[0]["done"], 4)
        self.assertIn("far", [client.get("node") for client in run.all("client")])
        subprocess.run(
            native_argv(*words, f"--output={outside}"),
            check=True,
            timeout=PATIENCE,
            stdout=subprocess.DEVNULL,
        )
        self.assertEqual(len(pixels(outside)), 4)
        self.assertEqual(pixels(inside), pixels(outside))
        said = self.said.read_text()
        self.assertIn("--cpus-per-task 2", said)
        self.assertIn(f"{HOME}/.var/app/{APP}/cache/rushes/blender-", said)
        self.assertNotIn(os.environ["FLATPAK_USER_DIR"], said)

    def test_killed(self) -> None:
        """srun has the time to give back what it was given."""
        self.install()
        with Running(self, *LONG, jobs="--place=slurm=1") as run:
            run.wait_for_a_frame()
            run.kill_program(signal.SIGKILL)
            run.assert_gone()
        wait_until(lambda: "asked to end" in self.said.read_text(), "srun hears of it")

    @unittest.skipIf(shutil.which("srun"), "Slurm is installed")
    def test_no_slurm(self) -> None:
        run = Done(self.scene(), f"--output={self.work}/out", "--place=slurm=1")
        self.assertEqual(run.exit_code, 1)
        self.assertIn("there is no program “srun”", run.complaints)

    def test_submit(self) -> None:
        words = ["rushes-cli", "submit", str(self.scene()), "--place=slurm=1"]
        done = subprocess.run(
            ["flatpak", "run", f"--command={words[0]}", APP, *words[1:]],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            cwd=HOME,
        )
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot be submitted from inside a Flatpak", done.stderr)


#: What makes frames that nobody would wait for.
LONG = ("--samples=100000", "--resolution=1024x1024")


class Running:
    """A run of the command line that has a lot to do."""

    def __init__(self, case: TestCase, *words: str, jobs: str = "--jobs=2") -> None:
        self.case = case
        folder = Path(tempfile.mkdtemp(dir=case.work))
        self.output = folder / "out"
        self.log = folder / "events"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                render_argv(
                    *(
                        case.scene(),
                        f"--output={self.output}",
                        jobs,
                        "--keyframe-scale=40",
                    ),
                    *words,
                ),
                stdout=log,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                cwd=HOME,
            )

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *error: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)

    def all(self, kind: str) -> list[dict[str, Any]]:
        text = self.log.read_text()
        return [e for e in events(text[: text.rfind("\n") + 1]) if e["event"] == kind]

    def wait_for_frames(self, number: int) -> list[int]:
        """The Blenders at work once that many frames are done."""
        wait_until(
            lambda: len([f for f in self.all("frame") if f["state"] == "done"])
            >= number,
            f"{number} frames",
        )
        wait_until(clients, "Blenders at work")
        return clients()

    def wait_for_a_frame(self) -> None:
        """Until Blenders are in a frame."""
        wait_until(
            lambda: [e for e in self.all("progress") if e["fraction"] > 0], "progress"
        )
        wait_until(clients, "Blenders at work")

    def kill_program(self, number: int) -> None:
        """Send a signal to rushes-cli itself, as the host sees it."""
        pids = processes("rushes-cli", "render", str(self.output))
        self.case.assertEqual(len(pids), 1)
        os.kill(pids[0], number)

    def assert_gone(self) -> None:
        wait_until(lambda: not clients(), "no Blender left", SOON)
        self.process.wait(SOON)
        # Nor any half of a picture, by its final name.
        for name in self.output.rglob("frame_*.png"):
            subprocess.run(["identify", name], check=True, stdout=subprocess.DEVNULL)


class StoppingTest(TestCase):
    def test_interrupted(self) -> None:
        """As by Ctrl+C, which a terminal sends to all: the frames in hand are finished."""
        with Running(self) as run:
            run.wait_for_frames(2)
            run.kill_program(signal.SIGINT)
            run.assert_gone()
            self.assertEqual(run.process.returncode, 130)
            summary = run.all("summary")[0]
            self.assertEqual(summary["done"], len(pixels(run.output)))

    def test_terminated(self) -> None:
        with Running(self) as run:
            run.wait_for_frames(2)
            run.kill_program(signal.SIGTERM)
            run.assert_gone()
            self.assertEqual(run.process.returncode, 130)

    def test_killed(self) -> None:
        with Running(self) as run:
            run.wait_for_frames(2)
            run.kill_program(signal.SIGKILL)
            run.assert_gone()

    def test_killed_in_a_long_frame(self) -> None:
        with Running(self, *LONG) as run:
            run.wait_for_a_frame()
            run.kill_program(signal.SIGKILL)
            run.assert_gone()

    def test_killed_by_flatpak(self) -> None:
        with Running(self) as run:
            run.wait_for_frames(2)
            flatpak("kill", APP)
            run.assert_gone()

    def test_killed_while_starting(self) -> None:
        with Running(self) as run:
            wait_until(clients, "a Blender")
            run.kill_program(signal.SIGKILL)
            run.assert_gone()

    def test_stopped_blender(self) -> None:
        """One that hangs, and heeds no signal that can be heeded."""
        with Running(self) as run:
            for pid in run.wait_for_frames(2):
                os.kill(pid, signal.SIGSTOP)
            run.kill_program(signal.SIGTERM)
            run.assert_gone()

    def test_cause_of_death(self) -> None:
        """A Blender that dies is replaced, and what it died of is told."""
        for number in (signal.SIGSEGV, signal.SIGKILL):
            with self.subTest(number), Running(self, "--frames=1-60") as run:
                os.kill(run.wait_for_frames(2)[0], number)
                self.assertEqual(run.process.wait(PATIENCE), 0)
                dead = [c for c in run.all("client") if c["state"] == "dead"]
                words = [c["message"] for c in dead]
                self.assertEqual(
                    len([w for w in words if f"signal {number:d}" in w]), 1, words
                )
                self.assertEqual(len(pixels(run.output)), 60)


class Window:
    """The program's window, in the sandbox."""

    def __init__(self, case: TestCase, *paths: Path) -> None:
        self.log = case.work / "window.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [
                    "flatpak",
                    "run",
                    "--env=GSK_RENDERER=cairo",
                    "--env=G_DEBUG=fatal-criticals",
                    APP,
                ]
                + [str(path) for path in paths],
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=HOME,
            )
        self.session = Gio.bus_get_sync(Gio.BusType.SESSION)
        self.bus = Bus(os.environ["DBUS_SESSION_BUS_ADDRESS"])

    def __enter__(self) -> Window:
        wait_until(self.names, f"a window: {self.log.read_text()}")
        return self

    def __exit__(self, *error: object) -> None:
        subprocess.run(["flatpak", "kill", APP], stderr=subprocess.DEVNULL)
        self.process.wait(PATIENCE)
        self.bus.close()

    def widgets(self) -> Iterator[Accessible]:
        for child in Accessible(self.bus, REGISTRY, ROOT).children:
            yield from child.walk()

    def names(self) -> list[str]:
        names = []
        with contextlib.suppress(Gone):
            for widget in self.widgets():
                with contextlib.suppress(Gone):
                    names.append(widget.name)
        return names

    def wait_for(self, words: str, times: int = 1) -> None:
        """A widget, or that many, with `words` in its name."""
        try:
            wait_until(
                lambda: len([name for name in self.names() if words in name]) >= times,
                f"{times} × “{words}”",
                60,
            )
        except AssertionError as error:
            raise AssertionError(f"{error}; there is {self.names()}") from None

    def press(self, name: str | re.Pattern[str]) -> None:
        """The button of that name, once there is one."""

        def look() -> Accessible | None:
            with contextlib.suppress(Gone):
                for widget in self.widgets():
                    with contextlib.suppress(Gone):
                        if (
                            widget.matches("button", name)
                            and "sensitive" in widget.states
                        ):
                            return widget
            return None

        wait_until(look, f"a button {name}").act()

    def activate(self, action: str) -> None:
        call(
            self.session,
            APP,
            "/" + APP.replace(".", "/"),
            "org.gtk.Actions",
            "Activate",
            GLib.Variant("(sava{sv})", (action, [], {})),
        )


class WindowTest(TestCase):
    def test_queue(self) -> None:
        """The window starts, and shows the scene that it was given: looked into by the
        host's Blender, for else its frames would not be known."""
        with Window(self, self.scene("cube")) as window:
            window.wait_for("cube")
            window.wait_for("20 frames")
            subprocess.run(
                ["import", "-window", "root", os.environ["RUSHES_FLATPAK_PICTURE"]],
                check=True,
            )

    def test_render(self) -> None:
        with Window(self, self.scene("cube")) as window:
            window.wait_for("20 frames")
            window.press("Start")
            frames = self.work / "renders" / "cube" / "frames"
            wait_until(lambda: len(list(frames.glob("frame_*.png"))) == 20, "20 frames")
            window.wait_for("Finished")


PORTAL = """
<interface name='org.freedesktop.portal.Background'>
  <method name='RequestBackground'>
    <arg type='s' direction='in'/><arg type='a{sv}' direction='in'/>
    <arg type='o' direction='out'/>
  </method>
</interface>
<interface name='org.freedesktop.portal.Inhibit'>
  <method name='Inhibit'>
    <arg type='s' direction='in'/><arg type='u' direction='in'/>
    <arg type='a{sv}' direction='in'/><arg type='o' direction='out'/>
  </method>
</interface>
<interface name='org.freedesktop.portal.Notification'>
  <method name='AddNotification'>
    <arg type='s' direction='in'/><arg type='a{sv}' direction='in'/>
  </method>
  <method name='RemoveNotification'><arg type='s' direction='in'/></method>
</interface>
<interface name='org.freedesktop.portal.OpenURI'>
  <method name='OpenFile'>
    <arg type='s' direction='in'/><arg type='h' direction='in'/>
    <arg type='a{sv}' direction='in'/><arg type='o' direction='out'/>
  </method>
  <method name='OpenDirectory'>
    <arg type='s' direction='in'/><arg type='h' direction='in'/>
    <arg type='a{sv}' direction='in'/><arg type='o' direction='out'/>
  </method>
</interface>
<interface name='org.freedesktop.portal.FileChooser'>
  <method name='OpenFile'>
    <arg type='s' direction='in'/><arg type='s' direction='in'/>
    <arg type='a{sv}' direction='in'/><arg type='o' direction='out'/>
  </method>
</interface>"""

REQUEST = ("(o)", ("/org/freedesktop/portal/desktop/request/1/1",))


class PortalTest(TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.portal = Services(
            os.environ["DBUS_SESSION_BUS_ADDRESS"],
            {
                (
                    "org.freedesktop.portal.Desktop",
                    "/org/freedesktop/portal/desktop",
                ): PORTAL
            },
            dict.fromkeys(
                ("RequestBackground", "Inhibit", "OpenFile", "OpenDirectory"), REQUEST
            ),
        )
        self.portal.start()
        self.addCleanup(self.portal.stop)

    def wait_for_call(self, *methods: str) -> Any:
        return wait_until(
            lambda: [call for method in methods for call in self.portal.called(method)],
            f"a call of {methods}, not only {self.portal.calls}",
        )[0]

    def test_rendering(self) -> None:
        """The session stays awake; when the window goes, it is told that we go on; at the
        end it is notified."""
        with Window(self, self.scene()) as window:
            window.wait_for("20 frames")
            window.press("Start")
            pids = wait_until(clients, "Blenders at work")
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
            self.wait_for_call("Inhibit")
            window.activate("quit")
            window.press("Keep Rendering")
            _parent, options = self.wait_for_call("RequestBackground")
            self.assertIn("Rendering", options["reason"])
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
            self.wait_for_call("AddNotification")
            self.assertEqual(len(pixels(self.work / "renders")), 20)

    def test_opening(self) -> None:
        with Window(self, self.scene()) as window:
            window.wait_for("20 frames")
            window.press("Start")
            window.wait_for("Finished")
            window.activate("open-output")
            self.wait_for_call("OpenDirectory", "OpenFile")

    def test_choosing(self) -> None:
        with Window(self) as window:
            window.press(re.compile("^(Add|Add Scenes)"))
            _parent, _title, options = self.wait_for_call("OpenFile")
            self.assertTrue(options["multiple"])


class ExportsTest(unittest.TestCase):
    def test_desktop(self) -> None:
        """What the desktop gets to see of it."""
        share = Path(os.environ["FLATPAK_USER_DIR"]) / "exports" / "share"
        entry = (share / "applications" / f"{APP}.desktop").read_text()
        self.assertIn("MimeType=application/x-blender;", entry)
        self.assertRegex(entry, rf"Exec=.*flatpak run .*{APP}.*")
        for name in (
            f"icons/hicolor/scalable/apps/{APP}.svg",
            f"icons/hicolor/symbolic/apps/{APP}-symbolic.svg",
            f"dbus-1/services/{APP}.service",
        ):
            self.assertTrue((share / name).exists(), name)
        # Which of its two names it gets depends on flatpak-builder.
        self.assertEqual(len(list((share / "metainfo").glob(f"{APP}.*.xml"))), 1)

    def test_permissions(self) -> None:
        """None but those that the manifest explains."""
        out = subprocess.check_output(
            ["flatpak", "info", "--show-permissions", APP], text=True
        )
        self.assertEqual(
            [line for line in out.splitlines() if line],
            [
                *(
                    "[Context]",
                    "shared=ipc;",
                    "sockets=x11;wayland;fallback-x11;",
                    "devices=dri;",
                ),
                *("filesystems=home;host;", "[Session Bus Policy]"),
                *("org.freedesktop.Flatpak=talk", "[System Bus Policy]"),
                "org.freedesktop.login1=talk",
            ],
        )


if __name__ == "__main__":
    unittest.main(verbosity=2)
