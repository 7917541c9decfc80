# SPDX-License-Identifier: GPL-3.0-or-later
"""Data sets from the command line: every output, with a real Blender."""

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

from harness import BLENDER, PATIENCE, make, signature, wait_until

CLI = os.environ["RUSHES_CLI"]

N_FRAMES = 6

OUTPUTS = {
    "frames": "frame_{:06}.png",
    "depths": "depth_{:06}.exr",
    "normals": "normal_{:06}.exr",
    "flows": "flow_{:06}.exr",
    "segmentations": "segmentation_{:06}.exr",
}

NUMBER = {"type": "number"}
SIZE = {"type": "integer", "minimum": 1}
FILE = {"type": "string", "pattern": ".+"}
INTRINSICS: dict[str, Any] = {
    "w": SIZE,
    "h": SIZE,
    "c": SIZE,
    "fl_x": NUMBER,
    "fl_y": NUMBER,
    "cx": NUMBER,
    "cy": NUMBER,
}
FRAME: dict[str, Any] = {
    "type": "object",
    "required": ["file_path", "transform_matrix"],
    "properties": {
        "file_path": FILE,
        "depth_file_path": FILE,
        "normal_file_path": FILE,
        "flow_file_path": FILE,
        "segmentation_file_path": FILE,
        "transform_matrix": {
            "type": "array",
            "length": 4,
            "items": {"type": "array", "length": 4, "items": NUMBER},
        },
        **INTRINSICS,
    },
}

#: What readers of NeRF data sets expect: intrinsics once, or with each frame.
SCHEMA = {
    "type": "object",
    "required": [*INTRINSICS, "frames"],
    "properties": {**INTRINSICS, "frames": {"type": "array", "items": FRAME}},
}
TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
}


def validate(value: Any, schema: dict[str, Any], where: str = "$") -> None:
    """Raise AssertionError if `value` is not as the JSON schema wants it."""
    kind: Any = TYPES[schema["type"]]
    assert isinstance(value, kind) and not isinstance(value, bool), f"{where}: {value}"
    for name in schema.get("required", []):
        assert name in value, f"{where} lacks {name}"
    for name, inner in schema.get("properties", {}).items():
        if name in value:
            validate(value[name], inner, f"{where}.{name}")
    if "items" in schema:
        for i, item in enumerate(value):
            validate(item, schema["items"], f"{where}[{i}]")
    if "length" in schema:
        assert len(value) == schema["length"], f"{where}: {len(value)} items"
    if "minimum" in schema:
        assert value >= schema["minimum"], f"{where}: {value}"
    if "pattern" in schema:
        assert value, f"{where} is empty"


SCENE = f"""
scene.frame_start, scene.frame_end = 1, {N_FRAMES}
camera = scene.camera
for frame in (1, {N_FRAMES}):
    camera.location.x = 7 + frame / 10
    camera.keyframe_insert("location", frame=frame)
    cube.rotation_euler.z = frame / 5
    cube.keyframe_insert("rotation_euler", frame=frame)
"""

ZOOM = f"""
for frame in (1, {N_FRAMES}):
    camera.data.lens = 40 + frame
    camera.data.keyframe_insert("lens", frame=frame)
"""

SECOND_CAMERA = """
other = bpy.data.objects.new("Second/camera", bpy.data.cameras.new("Second"))
scene.collection.objects.link(other)
other.location = (0, 0, 9)
"""


class IncludeTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="rushes-include-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.root = self.folder / "out" / "scene"

    def scene(self, *code: str) -> Path:
        return make(self.folder / "scene.blend", "\n".join([SCENE, *code]))

    def command(self, *arguments: object) -> list[str]:
        given = ["--blender", BLENDER, "--output", self.folder / "out"]
        given += ["--log-dir", self.folder / "logs", "--factory-startup"]
        given += [self.folder / "scene.blend", "--progress", "json"]
        return [CLI, "render", *map(str, given), *map(str, arguments)]

    def render(self, *arguments: object, expect: int = 0) -> list[dict[str, Any]]:
        done = subprocess.run(
            self.command(*arguments),
            capture_output=True,
            text=True,
            timeout=4 * PATIENCE,
        )
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        self.errors = done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def count_rendered(self, events: list[dict[str, Any]]) -> int:
        return sum(event["event"] == "frame" for event in events)

    def load(self, folder: str = "") -> dict[str, Any]:
        data = json.loads((self.root / folder / "transforms.json").read_text())
        assert isinstance(data, dict)
        return data

    def assert_complete(self, frames: int = N_FRAMES, *, folder: str = "") -> None:
        """Every output of every frame is there, and told of in order."""
        data = self.load(folder)
        self.assertEqual(len(data["frames"]), frames)
        for number, frame in enumerate(data["frames"], 1):
            for output, name in OUTPUTS.items():
                member = (
                    "file_path" if output == "frames" else f"{output[:-1]}_file_path"
                )
                self.assertEqual(frame[member], f"{output}/{name.format(number)}")
                self.assertTrue((self.root / folder / frame[member]).is_file())
        for output in OUTPUTS:
            names = os.listdir(self.root / folder / output)
            self.assertEqual([n for n in names if n.startswith(".")], [])
            self.assertEqual(len(names), frames)

    def pictures(self) -> dict[str, str]:
        return {p.name: signature(p) for p in sorted((self.root / "frames").iterdir())}

    def test_all(self) -> None:
        self.scene()
        events = self.render("--include", "all", "-j", 2)
        self.assertEqual(self.count_rendered(events), N_FRAMES)
        self.assert_complete()
        data = self.load()
        validate(data, SCHEMA)
        self.assertEqual((data["w"], data["h"], data["c"]), (64, 48, 4))
        along = [frame["transform_matrix"][0][3] for frame in data["frames"]]
        self.assertAlmostEqual(along[0], 7.1, places=5)
        self.assertAlmostEqual(along[-1], 7 + N_FRAMES / 10, places=5)
        self.assertEqual(along, sorted(along))

        # The pictures are what they are without all that.
        pictures = self.pictures()
        shutil.rmtree(self.root)
        self.render("-j", 2)
        self.assertEqual(self.pictures(), pictures)
        self.assertEqual(sorted(os.listdir(self.root)), self.plain_folder())
        data = self.load()
        validate(data, SCHEMA)
        self.assertEqual(
            [frame["file_path"] for frame in data["frames"]],
            [f"frames/{OUTPUTS['frames'].format(n)}" for n in range(1, N_FRAMES + 1)],
        )

        # More outputs of the same frames: nothing is in the way.
        events = self.render("--include", "all")
        self.assertEqual(self.count_rendered(events), N_FRAMES)
        self.assert_complete()
        self.assertEqual(self.pictures(), pictures)
        events = self.render("--include", "all")
        self.assertEqual(self.count_rendered(events), 0)
        events = self.render()
        self.assertEqual(self.count_rendered(events), 0)
        self.assert_complete()

    def plain_folder(self) -> list[str]:
        return ["frames", "rushes.json", "rushes.poses", "transforms.json"]

    def test_kill_and_resume(self) -> None:
        """Nothing but the frames in hand is lost, and no half frame is taken."""
        self.scene("scene.cycles.samples = 400")
        process = subprocess.Popen(
            self.command("--include", "all", "-j", 2),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.addCleanup(process.kill)
        assert process.stdout
        with process.stdout:
            for line in process.stdout:
                if json.loads(line)["event"] == "frame":
                    break
            process.send_signal(signal.SIGKILL)
            process.wait(PATIENCE)
        before = len(list((self.root / "frames").glob("frame_*")))
        self.assertGreater(before, 0)
        self.assertFalse((self.root / "transforms.json").exists())
        # What a crash between two files of a frame leaves.
        pictures = sorted((self.root / "frames").glob("frame_*"))
        pictures[0].unlink()

        lock = self.root / ".rushes.lock"
        wait_until(lambda: not lock.exists() or self.is_free(lock), PATIENCE, "the end")
        events = self.render("--include", "all", "-j", 2)
        self.assertEqual(self.count_rendered(events), N_FRAMES - before + 1)
        self.assert_complete()
        validate(self.load(), SCHEMA)
        along = [frame["transform_matrix"][0][3] for frame in self.load()["frames"]]
        self.assertEqual(along, sorted(along))

    def is_free(self, lock: Path) -> bool:
        done = subprocess.run(["flock", "--nonblock", lock, "true"], check=False)
        return done.returncode == 0

    def test_stopped(self) -> None:
        """What there is when somebody stops is told of."""
        self.scene("scene.cycles.samples = 400")
        process = subprocess.Popen(
            self.command("--include", "all"), stdout=subprocess.PIPE, text=True
        )
        self.addCleanup(process.kill)
        assert process.stdout
        with process.stdout:
            for line in process.stdout:
                if json.loads(line)["event"] == "frame":
                    break
            process.send_signal(signal.SIGINT)
            process.stdout.read()
        self.assertEqual(process.wait(PATIENCE), 130)
        done = len(list((self.root / "frames").glob("frame_*")))
        self.assertLess(done, N_FRAMES)
        self.assert_complete(done)

    def test_zoom_and_odd_sensors(self) -> None:
        """What changes is said with each frame, the rest once."""
        self.scene(
            ZOOM,
            "camera.data.shift_x = 0.2",
            "camera.data.sensor_fit = 'VERTICAL'",
            "scene.render.pixel_aspect_x = 2",
            "scene.render.resolution_x, scene.render.resolution_y = 40, 60",
        )
        self.render("-j", 2)
        data = self.load()
        validate(data, {**SCHEMA, "required": ["w", "h", "c", "frames"]})
        validate(
            data["frames"],
            {
                "type": "array",
                "items": {**FRAME, "required": ["fl_x", "fl_y", *FRAME["required"]]},
            },
        )
        self.assertNotIn("fl_x", data)
        self.assertEqual((data["w"], data["h"]), (40, 60))
        self.assertNotIn("w", data["frames"][0])
        focal = [frame["fl_x"] for frame in data["frames"]]
        self.assertEqual(focal, sorted(set(focal)))
        self.assertAlmostEqual(focal[-1] / focal[0], (40 + N_FRAMES) / 41, places=5)
        for frame in data["frames"]:
            self.assertAlmostEqual(frame["fl_y"] / frame["fl_x"], 2, places=5)

    def test_all_cameras(self) -> None:
        self.scene(SECOND_CAMERA)
        self.render("--include", "all", "--all-cameras", "-j", 2)
        folders = sorted(each.name for each in self.root.iterdir() if each.is_dir())
        self.assertEqual(len(folders), 2)
        for folder in folders:
            self.assert_complete(folder=folder)
            validate(self.load(folder), SCHEMA)
        self.assertIn("Camera", folders)
        folders.remove("Camera")
        data = self.load(folders[0])
        self.assertEqual(data["camera"], "Second/camera")
        self.assertEqual(
            [row[3] for row in data["frames"][0]["transform_matrix"]][:3], [0, 0, 9]
        )
        self.assertFalse((self.root / "transforms.json").exists())

    def test_camera(self) -> None:
        self.scene(SECOND_CAMERA)
        self.render("--camera", "Second/camera", "-f", "1")
        self.assertEqual(self.load()["camera"], "Second/camera")
        self.assertEqual(self.load()["frames"][0]["transform_matrix"][2][3], 9)
        # Another camera's frames are not mixed in.
        self.render("-f", "1-2", expect=1)
        self.assertIn("of other settings", self.errors)
        self.render("--camera", "Nobody's", "--overwrite", "-f", "1", expect=1)
        self.assertIn("Nobody's", self.errors)

    def test_refused_before_rendering(self) -> None:
        self.scene("scene.render.use_motion_blur = True")
        events = self.render("--include", "frames,flows", expect=1)
        self.assertEqual(self.count_rendered(events), 0)
        self.assertIn("motion blur", self.errors)
        events = self.render(
            *("--include", "segmentations", "--engine", "workbench", "-f", "1"),
            expect=1,
        )
        self.assertEqual(self.count_rendered(events), 0)
        self.render("--device", "metal", "-f", "1", expect=1)
        self.assertIn("metal", self.errors.lower())
        self.assertIn("cpu", self.errors.lower())

    def test_devices(self) -> None:
        done = subprocess.run(
            [CLI, "devices", "--blender", BLENDER, "--factory-startup"],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=True,
        )
        self.assertIn("cpu", [line.split()[0] for line in done.stdout.splitlines()])
        self.scene()
        self.render("--device", "cpu", "-f", "1")

    def test_without_frames(self) -> None:
        self.scene()
        self.render("--include", "depths,normals", "--exr-codec", "piz", "-j", 2)
        self.assertFalse((self.root / "frames").exists())
        data = self.load()
        self.assertEqual(len(data["frames"]), N_FRAMES)
        self.assertNotIn("file_path", data["frames"][0])
        self.assertEqual(
            data["frames"][0]["depth_file_path"], "depths/depth_000001.exr"
        )
        # Packed in another way is something else.
        self.render("--include", "depths", "--exr-codec", "dwaa", expect=1)
        self.assertIn("PIZ", self.errors)


if __name__ == "__main__":
    unittest.main()
