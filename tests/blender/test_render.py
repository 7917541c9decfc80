# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line with a real Blender on real scenes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any

from harness import (
    BLENDER,
    PATIENCE,
    Client,
    is_alive,
    make,
    run_blender,
    sample,
    signature,
    wait_until,
)

CLI = os.environ["RUSHES_CLI"]
SCENES = ("monkey", "cube", "metaballs")


def frame_name(number: int) -> str:
    return f"frame_{number:06}.png"


class RenderTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="rushes-render-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.output = self.folder / "out"
        self.scenes = [sample(name) for name in SCENES]

    # Helpers

    def command(self, *arguments: object) -> list[str]:
        given = ["--blender", BLENDER, "--output", self.output]
        given += ["--log-dir", self.folder / "logs", "--factory-startup"]
        return [CLI, "render", *map(str, given), *map(str, arguments)]

    def render(
        self, *arguments: object, expect: int = 0, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            self.command(*arguments),
            capture_output=True,
            text=True,
            timeout=4 * PATIENCE,
            env={**os.environ, **(env or {})},
        )
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done

    def events(self, *arguments: object, expect: int = 0) -> list[dict[str, Any]]:
        done = self.render("--progress", "json", *arguments, expect=expect)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            self.command("--progress", "json", *arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.addCleanup(process.stdout.close)  # type: ignore[union-attr]
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def wait_for(self, process: subprocess.Popen[str], **wanted: Any) -> dict[str, Any]:
        """The next event with these members."""
        assert process.stdout
        for line in process.stdout:
            event: dict[str, Any] = json.loads(line)
            if all(event.get(key) == value for key, value in wanted.items()):
                return event
        raise AssertionError(f"the run ended without {wanted}")

    def files(self, scene: str) -> list[str]:
        return sorted(os.listdir(self.output / scene / "frames"))

    def hashes(self, scene: str) -> dict[str, str]:
        folder = self.output / scene / "frames"
        return {name: signature(folder / name) for name in self.files(scene)}

    def reference(self, scene: str, *, size: int, scale: float) -> dict[str, str]:
        """What Blender itself renders of the same scaled scene."""
        folder = self.folder / f"reference-{scene}"
        folder.mkdir()
        blend = folder / f"{scene}.blend"
        with Client() as client:
            path = str(sample(scene))
            client.call("initialize", blend_file=path, root=str(folder))
            client.call("set_resolution", width=size, height=size)
            client.call("move_keyframes", scale=scale)
            client.call("save_file", path=str(blend))
        run_blender(blend, "-o", folder / "frame_######", "-a")
        return {p.name: signature(p) for p in folder.glob("frame_*.png")}

    # Tests

    def test_three_scenes_equal_what_blender_renders(self) -> None:
        options = ("-j", 2, "-r", "96x96", "-s", 0.5)
        events = self.events(*self.scenes, *options)
        for scene in SCENES:
            self.assertEqual(self.files(scene), [frame_name(n) for n in range(10)])
            self.assertTrue((self.output / scene / "rushes.json").is_file())
            self.assertEqual(
                self.hashes(scene), self.reference(scene, size=96, scale=0.5)
            )
            self.assertEqual(len(set(self.hashes(scene).values())), 10)
        summary = events[-1]
        self.assertEqual(summary["event"], "summary")
        self.assertEqual((summary["done"], summary["failed"]), (30, 0))

        again = self.events(*self.scenes, *options)
        self.assertEqual(again[-1]["kept"], 30)
        self.assertFalse([event for event in again if event["event"] == "client"])

    def test_stretching_shows_the_right_moment(self) -> None:
        # Frame 2n at scale 2 shows what frame n shows at scale 1.
        self.render(self.scenes[1], "-r", "64x64", "-f", "3,7,11")
        plain = self.hashes("cube")
        shutil.rmtree(self.output)
        self.render(self.scenes[1], "-r", "64x64", "-s", 2, "-f", "6,14,22")
        doubled = self.hashes("cube")
        self.assertEqual(list(doubled.values()), list(plain.values()))
        self.assertEqual(len(set(plain.values())), 3)

    def test_clients_share_a_scene_and_pixels_stay(self) -> None:
        self.render(self.scenes[0], "-r", "256x256")
        alone = self.hashes("monkey")
        self.assertEqual(len(alone), 20)
        shutil.rmtree(self.output)
        events = self.events(self.scenes[0], "-r", "256x256", "-j", 2)
        self.assertEqual(self.hashes("monkey"), alone)
        by_client = [e["client"] for e in events if e["event"] == "frame"]
        self.assertGreaterEqual(min(by_client.count(1), by_client.count(2)), 5)

    def test_killed_client_costs_no_frame(self) -> None:
        process = self.start(self.scenes[0], "-r", "256x256", "-f", "1-8", "-j", 2)
        pid = self.wait_for(process, event="client", state="ready")["pid"]
        self.wait_for(process, event="frame", state="done")
        os.kill(pid, signal.SIGKILL)
        death = self.wait_for(process, event="client", state="dead", pid=pid)
        self.assertEqual(death["cause"], "crashed")
        self.assertIn("signal 9", death["message"])
        self.assertIn("signal 9", Path(death["log"]).read_text())
        summary = self.wait_for(process, event="summary")
        self.assertEqual((summary["done"], summary["exit_code"]), (8, 0))
        self.assertEqual(process.wait(PATIENCE), 0)
        self.assertEqual(self.files("monkey"), [frame_name(n) for n in range(1, 9)])

    def test_killed_rushes_leaves_no_blender_and_resumes(self) -> None:
        arguments = (self.scenes[0], "-r", "256x256", "-f", "1-8", "-j", 2)
        process = self.start(*arguments)
        pids = [
            self.wait_for(process, event="client", state="ready")["pid"]
            for _ in range(2)
        ]
        self.wait_for(process, event="frame", state="done")
        process.kill()
        wait_until(lambda: not any(map(is_alive, pids)), 2, "no Blender is left")

        done = {n for n in self.files("monkey") if not n.startswith(".")}
        before = {n: (self.output / "monkey/frames" / n).stat().st_mtime for n in done}
        events = self.events(*arguments)
        rendered = {
            frame_name(e["frame"])
            for e in events
            if e["event"] == "frame" and e["state"] == "done"
        }
        expected = {frame_name(n) for n in range(1, 9)}
        self.assertTrue(done)
        self.assertEqual(rendered, expected - done)
        self.assertEqual(set(self.files("monkey")), expected)
        for name, mtime in before.items():
            path = self.output / "monkey" / "frames" / name
            self.assertEqual(path.stat().st_mtime, mtime)

    def test_interrupt_finishes_frames_in_hand(self) -> None:
        process = self.start(self.scenes[2], "-r", "256x256", "-j", 2)
        self.wait_for(process, event="frame", state="done")
        process.send_signal(signal.SIGINT)
        summary = self.wait_for(process, event="summary")
        self.assertEqual(process.wait(PATIENCE), 130)
        self.assertEqual(summary["exit_code"], 130)
        files = self.files("metaballs")
        self.assertEqual(len(files), summary["done"])
        self.assertFalse([name for name in files if name.startswith(".")])
        whole = self.hashes("metaballs")
        shutil.rmtree(self.output)
        self.render(self.scenes[2], "-r", "256x256", "-f", f"1-{len(files)}")
        self.assertEqual(self.hashes("metaballs"), whole)

    def test_bad_scenes_leave_the_others_unharmed(self) -> None:
        bad = self.folder / "bad"
        bad.mkdir()
        whole = self.scenes[1].read_bytes()
        (bad / "empty.blend").touch()
        (bad / "text.blend").write_text("This is no scene.\n")
        (bad / "cut.blend").write_bytes(whole[: len(whole) // 2])
        (bad / "folder.blend").mkdir()
        make(bad / "blind.blend", "scene.camera = None")
        names = ["missing", "empty", "text", "cut", "folder", "blind"]
        for language in ("C", "de_DE.UTF-8"):
            with self.subTest(language):
                shutil.rmtree(self.output, ignore_errors=True)
                done = self.render(
                    *[bad / f"{name}.blend" for name in names],
                    *(self.scenes[1], "-r", "32x32", "-f", "1-2", "-j", 2),
                    expect=1,
                    env={"LC_ALL": language, "LANG": language},
                )
                # Four kinds of trouble, each with the way out below.
                lines = done.stderr.splitlines()
                self.assertEqual(len(lines), len(names) + 4, done.stderr)
                lines = [line for line in lines if not line.endswith(".")]
                for name, line in zip(names, lines):
                    self.assertTrue(line.startswith(f"rushes-cli: {name}: "), line)
                self.assertIn("camera", lines[-1])
                self.assertEqual(self.files("cube"), [frame_name(1), frame_name(2)])

    def test_odd_names(self) -> None:
        for language in ("C", "de_DE.UTF-8"):
            for name in (
                "two words",
                "a \"b\" 'c'",
                "{x}{{y}}",
                "line\nbreak",
                "Ünï ☃ 影",
            ):
                with self.subTest(language=language, name=name):
                    scene = self.folder / f"{name}.blend"
                    shutil.copyfile(self.scenes[1], scene)
                    self.render(
                        *(scene, "-r", "16x16", "-f", "1", "--progress", "plain"),
                        env={"LC_ALL": language, "LANG": language},
                    )
                    self.assertEqual(self.files(name), [frame_name(1)])
                    shutil.rmtree(self.output)

    def test_formats(self) -> None:
        for name, extension in (("jpeg", "jpg"), ("exr", "exr"), ("tiff", "tif")):
            with self.subTest(name):
                self.render(
                    *(self.scenes[1], "--format", name, "-r", "30x20", "-f", "4"),
                    "--overwrite",
                )
                self.assertEqual(self.files("cube"), [f"frame_000004.{extension}"])

    def test_range_past_the_timeline(self) -> None:
        done = self.render(
            self.scenes[1], "-s", 10000, "--keyframe-shift", 900000, expect=1
        )
        line, advice = done.stderr.splitlines()
        self.assertIn("1048573", line)
        self.assertIn("smaller keyframe scale", advice)

    def test_other_settings_are_not_mixed(self) -> None:
        self.render(self.scenes[1], "-r", "16x16", "-f", "1-2")
        before = self.hashes("cube")
        done = self.render(self.scenes[1], "-r", "24x24", "-f", "1-2", expect=1)
        self.assertIn("--overwrite", done.stderr)
        self.assertEqual(self.hashes("cube"), before)
        self.render(self.scenes[1], "-r", "24x24", "-f", "1-2", "--overwrite")
        self.assertNotEqual(self.hashes("cube"), before)

    def test_inspect(self) -> None:
        text = self.folder / "text.blend"
        text.write_text("no scene")
        done = subprocess.run(
            [CLI, "inspect", "--blender", BLENDER, *self.scenes, text],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        self.assertEqual(done.returncode, 1)
        found = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(len(found), 4)
        for told, path in zip(found, self.scenes):
            self.assertEqual(told["path"], str(path))
            self.assertEqual((told["start"], told["end"], told["step"]), (1, 20, 1))
            self.assertEqual((told["width"], told["height"]), (320, 240))
            self.assertEqual(told["engine"], "CYCLES")
            self.assertEqual(told["format"], "PNG")
            self.assertEqual(told["cameras"], ["Camera"])
            self.assertEqual(told["missing"], [])
            self.assertFalse(told["has_scripts"])
        self.assertEqual(found[3]["cause"], "load-failed")


if __name__ == "__main__":
    unittest.main()
