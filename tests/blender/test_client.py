# SPDX-License-Identifier: GPL-3.0-or-later
"""The client in a real Blender: what its verbs do to scenes, pictures and files."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path
from typing import Any

from harness import (
    BLENDER,
    Client,
    Failure,
    difference,
    frame,
    make,
    run_blender,
    sample,
    signature,
    size,
)


class Case(unittest.TestCase):
    """Each test has a client and an empty folder of its own."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.root = self.folder / "out"
        (self.root / "frames").mkdir(parents=True)
        self.client = Client()
        self.addCleanup(self.client.close)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        return self.client.call(method, **params)

    def initialize(self, blend_file: Path, **params: Any) -> dict[str, Any]:
        result = self.call(
            "initialize", blend_file=str(blend_file), root=str(self.root), **params
        )
        self.call("include_frames")
        return result

    def render(self, number: int, name: str = "") -> Path:
        path = f"frames/{name or f'{number}.png'}"
        result = self.call("render_frame", frame=number, files={"frames": path})
        self.assertEqual(result["frame"], number)
        self.assertEqual(result["files"], {"frames": path})
        return self.root / path

    def refused(self, code: int, method: str, **params: Any) -> str:
        with self.assertRaises(Failure) as caught:
            self.call(method, **params)
        self.assertEqual(caught.exception.code, code, caught.exception.message)
        self.assertNotIn("\n", caught.exception.message)
        return caught.exception.message


class Life(Case):
    def test_hello(self) -> None:
        hello = self.call("hello")
        self.assertRegex(hello["blender"], r"^\d+\.\d+\.\d+$")
        self.assertGreater(hello["memory"], 2**25)
        self.assertTrue(hello["host"])

    def test_end_of_input_ends_it(self) -> None:
        self.assertEqual(self.client.close(), 0)

    def test_noise_is_no_protocol(self) -> None:
        noise = "import os; print('noise'); os.write(1, b'noise'); os.system('echo x')"
        blend = make(self.folder / "a.blend", "")
        handler = (
            "text = bpy.data.texts.new('n.py'); text.use_module = True;"
            f" text.write({noise!r})"
        )
        blend = make(self.folder / "b.blend", handler)
        self.initialize(blend, allow_scripts=True)
        self.assertGreater(self.render(1).stat().st_size, 0)

    def test_garbage_is_survived(self) -> None:
        self.client.send_bytes(frame(b"{{{"))
        self.assertEqual(self.client.read()["error"]["code"], -32700)
        self.call("hello")

    def test_release(self) -> None:
        """What it takes is let go of, and what it loads next is as in a new Blender."""
        first = make(
            self.folder / "first.blend",
            "modifier = cube.modifiers.new('Subdivision', 'SUBSURF')\n"
            "modifier.levels = modifier.render_levels = 8\n"
            "scene.frame_end = 77",
        )
        self.initialize(first)
        self.render(1)
        before = self.call("hello")["memory"]
        after = self.call("release")["memory"]
        self.assertLess(after, before - 2**23)
        self.refused(7, "animation_range")
        self.call("release")  # of nothing

        second = make(self.folder / "second.blend", "")
        self.assertNotEqual(self.initialize(second)["end"], 77)
        again = signature(self.render(1))
        with Client() as fresh:
            root = self.folder / "fresh"
            (root / "frames").mkdir(parents=True)
            fresh.call("initialize", blend_file=str(second), root=str(root))
            fresh.call("include_frames")
            fresh.call("render_frame", frame=1, files={"frames": "frames/1.png"})
            self.assertEqual(again, signature(root / "frames/1.png"))

    def test_release_of_what_was_altered(self) -> None:
        self.call("load_addons", addons=["cycles"])
        self.initialize(make(self.folder / "a.blend", ""))
        self.refused(5, "release")

    def test_verbs_need_a_scene(self) -> None:
        for method in ("animation_range", "include_frames", "move_keyframes"):
            self.refused(7, method)
        self.refused(7, "render_frame", frame=1, files={"frames": "frames/x"})

    def test_dies_with_its_parent(self) -> None:
        # The shell is the parent; the client's stdin stays open in this process.
        script = Path(__file__).resolve().parents[2] / "blender" / "client.py"
        read_fd, write_fd = os.pipe()
        self.addCleanup(os.close, write_fd)
        shell = subprocess.Popen(
            [
                "sh",
                "-c",
                f'"$0" -b -noaudio -P "{script}" -- --token x & wait',
                BLENDER,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=[read_fd],
        )
        os.close(read_fd)
        shell.kill()
        shell.wait(60)
        assert shell.stdout
        with shell.stdout:
            shell.stdout.read()  # its end is the end of Blender


class Loading(Case):
    def test_summary(self) -> None:
        result = self.initialize(sample("monkey"))
        expected = {"start": 1, "end": 20, "step": 1, "fps": 24.0, "width": 320}
        expected |= {"height": 240, "engine": "CYCLES", "has_camera": True}
        self.assertEqual(expected, {name: result[name] for name in expected})
        self.assertEqual(result["warnings"], [])

    def test_unreadable_files(self) -> None:
        garbage = self.folder / "garbage.blend"
        garbage.write_bytes(b"no scene at all" * 100)
        cut = self.folder / "cut.blend"
        cut.write_bytes(sample("cube").read_bytes()[:100_000])
        for path in (self.folder / "none.blend", garbage, cut, self.folder):
            message = self.refused(
                1, "initialize", blend_file=str(path), root=str(self.root)
            )
            self.assertFalse(message.startswith("Error"), message)
        self.refused(7, "animation_range")
        self.initialize(sample("cube"))

    def test_no_camera(self) -> None:
        blend = make(self.folder / "a.blend", "scene.camera = None")
        root = str(self.root)
        message = self.refused(2, "initialize", blend_file=str(blend), root=root)
        self.assertIn("no camera", message)
        report = self.call("inspect", blend_file=str(blend))
        self.assertIsNone(report["camera"])
        self.assertEqual(report["cameras"], ["Camera"])

    def test_movie_becomes_pictures(self) -> None:
        blend = make(
            self.folder / "a.blend",
            "image = scene.render.image_settings\n"
            "if hasattr(image, 'media_type'): image.media_type = 'VIDEO'\n"
            "image.file_format = 'FFMPEG'",
        )
        report = self.call("inspect", blend_file=str(blend))
        self.assertEqual((report["format"], report["extension"]), ("PNG", ".png"))
        self.assertIn("FFMPEG", report["warnings"][0])
        self.assertEqual(self.initialize(blend)["warnings"], report["warnings"])
        self.assertEqual(self.call("image_settings")["format"], "PNG")
        self.assertTrue(self.render(1).read_bytes().startswith(b"\x89PNG"))

    def test_stereo_is_explained(self) -> None:
        blend = make(
            self.folder / "a.blend",
            "scene.render.use_multiview = True\n"
            "scene.render.image_settings.views_format = 'INDIVIDUAL'",
        )
        self.assertIn("stereo", self.initialize(blend)["warnings"][0])
        self.render(1)
        self.assertEqual(len(list((self.root / "frames").iterdir())), 1)

    def test_scripts_run_only_when_trusted(self) -> None:
        proof = self.folder / "proof"
        blend = make(
            self.folder / "a.blend",
            "text = bpy.data.texts.new('rig.py'); text.use_module = True\n"
            f"text.write('''open({str(proof)!r}, \"w\").write(\"x\")''')",
        )
        report = self.call("inspect", blend_file=str(blend))
        self.assertEqual((report["has_scripts"], report["scripts"]), (True, ["rig.py"]))
        self.assertIn("rig.py", report["blocked"])
        self.assertFalse(proof.exists())
        self.assertIsNone(
            self.call("inspect", blend_file=str(blend), allow_scripts=True)["blocked"]
        )
        self.assertTrue(proof.exists())
        proof.unlink()
        warnings = self.initialize(blend)["warnings"]
        self.assertFalse(proof.exists())
        self.assertEqual(warnings, ["Scripts of the scene are blocked: rig.py"])
        self.assertEqual(self.initialize(blend, allow_scripts=True)["warnings"], [])
        self.assertTrue(proof.exists())
        report = self.call("inspect", blend_file=str(sample("cube")))
        self.assertEqual((report["has_scripts"], report["blocked"]), (False, None))

    def test_scripts_run_only_in_the_content_that_is_trusted(self) -> None:
        proof = self.folder / "proof"
        rig = (
            "text = bpy.data.texts.new('rig.py'); text.use_module = True\n"
            f"text.write('''open({str(proof)!r}, \"w\").write(\"x\")''')"
        )
        blend = make(self.folder / "a.blend", rig)
        trusted = hashlib.sha256(blend.read_bytes()).hexdigest()
        self.initialize(blend, allow_scripts=True, sha256=trusted)
        self.assertTrue(proof.exists())
        proof.unlink()
        # The hash allows nothing by itself.
        self.initialize(blend, sha256=trusted)
        self.assertFalse(proof.exists())

        # Of the same size and time, which is all that a quick look tells.
        before = blend.stat()
        with open(blend, "r+b") as content:
            content.seek(-1, os.SEEK_END)
            content.write(b"!")
        os.utime(blend, ns=(before.st_atime_ns, before.st_mtime_ns))
        params = {"blend_file": str(blend), "allow_scripts": True, "sha256": trusted}
        self.assertIn("changed", self.refused(13, "inspect", **params))
        params["root"] = str(self.root)
        self.assertIn("changed", self.refused(13, "initialize", **params))
        self.assertFalse(proof.exists())

    def test_blocked_scripts_are_blamed(self) -> None:
        rig = (
            "text = bpy.data.texts.new('rig.py'); text.use_module = True\n"
            "text.write('''import bpy\n"
            "bpy.context.scene.camera = bpy.data.objects[\"Camera\"]''')\n"
            "scene.camera = None"
        )
        blend = make(self.folder / "a.blend", rig)
        words = self.refused(
            12, "initialize", blend_file=str(blend), root=str(self.root)
        )
        self.assertIn("no camera", words)
        self.assertIn("rig.py", words)
        self.initialize(blend, allow_scripts=True)
        self.render(1)

        # A driver that is more than arithmetic.
        blend = make(
            self.folder / "b.blend",
            "drive = cube.driver_add('location', 0).driver\n"
            "drive.expression = 'float(str(frame))'",
        )
        name = "driver of location in 'Cube'"
        self.assertEqual(
            self.call("inspect", blend_file=str(blend))["blocked"],
            name,
        )
        warnings = self.initialize(blend)["warnings"]
        self.assertEqual(warnings, [f"Scripts of the scene are blocked: {name}"])
        # A name that no file can have stands in for whatever may fail.
        files = {"frames": "frames/" + "x" * 300}
        words = self.refused(12, "render_frame", frame=1, files=files)
        self.assertIn(name, words)
        self.initialize(blend, allow_scripts=True)
        self.refused(3, "render_frame", frame=1, files=files)

    def test_addons(self) -> None:
        self.assertEqual(self.call("load_addons", addons=["cycles"]), {})
        message = self.refused(5, "load_addons", addons=["no_such_addon"])
        self.assertIn("no_such_addon", message)

    def test_saved_copy(self) -> None:
        self.initialize(sample("cube"))
        self.call("move_keyframes", scale=2)
        copy = self.folder / "copy.blend"
        self.call("save_file", path=str(copy))
        self.assertEqual(self.initialize(copy)["end"], 41)
        nowhere = str(self.folder / "no" / "a.blend")
        self.refused(-32603, "save_file", path=nowhere)


class Inspection(Case):
    def test_whole_scene(self) -> None:
        report = self.call("inspect", blend_file=str(sample("metaballs")))
        self.assertEqual(report["missing"], [])
        self.assertEqual(report["warnings"], [])
        self.assertEqual(report["scenes"], ["Scene"])
        self.assertEqual((report["camera"], report["format"]), ("Camera", "PNG"))
        self.assertTrue(report["blender"].startswith(report["saved_by"]))

    def test_tells_what_would_be_in_effect(self) -> None:
        blend = make(
            self.folder / "a.blend",
            "image = scene.render.image_settings\n"
            "image.file_format, image.color_depth = 'OPEN_EXR', '16'\n"
            "image.color_mode = 'RGB'\n"
            "scene.cycles.samples, scene.cycles.device = 7, 'GPU'\n"
            "scene.cycles.use_denoising = True\n"
            "scene.render.threads_mode, scene.render.threads = 'FIXED', 3",
        )
        report = self.call("inspect", blend_file=str(blend))
        expected: dict[str, Any] = {"format": "OPEN_EXR", "extension": ".exr"}
        expected |= {"color_depth": "16", "color_mode": "RGB", "engine": "CYCLES"}
        expected |= {"samples": 7, "denoising": True, "threads": 3, "device": "GPU"}
        self.assertEqual(expected, {name: report[name] for name in expected})
        self.initialize(blend)
        for verb in ("image_settings", "render_settings"):
            told = self.call(verb)
            self.assertEqual(told, {name: report[name] for name in told})

    def test_engines_differ(self) -> None:
        for engine, samples in (("EEVEE", 9), ("WORKBENCH", 0)):
            blend = self.folder / f"{engine}.blend"
            self.initialize(sample("cube"))
            self.call("render_settings", engine=engine, threads=0)
            if samples:
                self.call("render_settings", samples=samples)
            self.call("save_file", path=str(blend))
            report = self.call("inspect", blend_file=str(blend))
            self.assertIn(engine, report["engine"])
            self.assertEqual((report["samples"], report["threads"]), (samples, 0))
            self.assertEqual((report["denoising"], report["device"]), (False, None))

    def test_choices_can_be_made(self) -> None:
        report = self.call("inspect", blend_file=str(sample("cube")))
        self.assertLessEqual({"CYCLES", "BLENDER_WORKBENCH"}, set(report["engines"]))
        self.assertIn("OPEN_EXR_MULTILAYER", report["formats"])
        self.assertNotIn("FFMPEG", report["formats"])
        self.initialize(sample("cube"))
        for engine in report["engines"]:
            told = self.call("render_settings", engine=engine)
            self.assertEqual(told["engine"], engine)
        for name in report["formats"]:
            self.assertEqual(self.call("image_settings", format=name)["format"], name)

    def test_missing_files(self) -> None:
        library = make(self.folder / "library.blend", "cube.name = 'Linked'")
        blend = make(
            self.folder / "a.blend",
            "image = bpy.data.images.new('Wood', 8, 8)\n"
            "image.source = 'FILE'; image.filepath = '//wood.png'\n"
            "material = bpy.data.materials.new('M'); material.use_nodes = True\n"
            "node = material.node_tree.nodes.new('ShaderNodeTexImage')\n"
            "node.image = image; cube.data.materials.append(material)\n"
            "tiles = bpy.data.images.new('Tiles', 8, 8, tiled=True)\n"
            "tiles.filepath = '//tile.<UDIM>.png'; tiles.tiles.new(1012)\n"
            "material.node_tree.nodes.new('ShaderNodeTexImage').image = tiles\n"
            f"with bpy.data.libraries.load({str(library)!r}, link=True) as (a, b):\n"
            "    b.objects = ['Linked']\n"
            "scene.collection.objects.link(b.objects[0])\n",
        )
        (self.folder / "tile.1001.png").write_bytes(b"x")
        library.unlink()
        report = self.call("inspect", blend_file=str(blend))
        found = {(each["kind"], each["path"]) for each in report["missing"]}
        self.assertEqual(
            found,
            {
                ("texture", str(self.folder / "wood.png")),
                ("texture", str(self.folder / "tile.1012.png")),
                ("library", str(library)),
            },
        )

    def test_unbaked_simulation(self) -> None:
        blend = make(self.folder / "a.blend", "cube.modifiers.new('C', 'CLOTH')")
        warnings = self.call("inspect", blend_file=str(blend))["warnings"]
        self.assertIn("cloth of 'Cube' is not baked", warnings[0])


class Settings(Case):
    def test_resolution(self) -> None:
        blend = make(self.folder / "a.blend", "scene.render.resolution_percentage = 50")
        self.assertEqual(self.initialize(blend)["width"], 32)
        self.assertEqual(self.call("image_settings")["height"], 24)
        self.call("set_resolution", width=30, height=20)
        self.assertEqual(size(self.render(1)), (30, 20))
        self.refused(-32602, "set_resolution", width=3, height=20)
        self.refused(-32602, "set_resolution", width=65537, height=20)

    def test_size_of_crop_is_exact(self) -> None:
        blend = make(
            self.folder / "a.blend",
            "render = scene.render\n"
            "render.use_border = render.use_crop_to_border = True\n"
            "render.border_min_x, render.border_max_x = 0.123, 0.77\n"
            "render.border_min_y, render.border_max_y = 0.3, 0.9",
        )
        self.initialize(blend)
        for number, (width, height) in enumerate([(64, 48), (101, 33), (640, 100)]):
            self.call("set_resolution", width=width, height=height)
            told = self.call("image_settings")
            picture = self.render(number)
            self.assertEqual(size(picture), (told["width"], told["height"]))

    def test_formats(self) -> None:
        self.initialize(make(self.folder / "a.blend", ""))
        expected = {
            "JPEG": (".jpg", b"\xff\xd8\xff"),
            "OPEN_EXR": (".exr", b"\x76\x2f\x31\x01"),
            "OPEN_EXR_MULTILAYER": (".exr", b"\x76\x2f\x31\x01"),
            "TIFF": (".tif", b"II*\0"),
            "WEBP": (".webp", b"RIFF"),
            "BMP": (".bmp", b"BM"),
            "HDR": (".hdr", b"#?RADIANCE"),
            "PNG": (".png", b"\x89PNG"),
        }
        for name, (extension, magic) in expected.items():
            told = self.call("image_settings", format=name)
            self.assertEqual((told["format"], told["extension"]), (name, extension))
            self.assertTrue(self.render(1, name).read_bytes().startswith(magic), name)

    def test_what_a_format_cannot(self) -> None:
        self.initialize(sample("cube"))
        before = self.call("image_settings")
        message = self.refused(
            -32602, "image_settings", format="JPEG", color_depth="16"
        )
        self.assertIn("it can have 8", message)
        self.assertIn("PNG", self.refused(5, "image_settings", format="FFMPEG"))
        self.refused(-32602, "image_settings", format="JPEG", color_mode="RGBA")
        self.assertEqual(self.call("image_settings"), before)

    def test_engines(self) -> None:
        self.initialize(sample("cube"))
        told = self.call("render_settings", engine="EEVEE", samples=3)
        self.assertIn("EEVEE", told["engine"])
        self.assertEqual(told["samples"], 3)
        self.refused(5, "render_settings", engine="WORKBENCH", samples=3)
        told = self.call("render_settings", engine="CYCLES", samples=5, threads=1)
        self.assertEqual(
            told, {"engine": "CYCLES", "samples": 5, "denoising": False, "threads": 1}
        )
        self.assertEqual(self.call("render_settings", threads=0)["threads"], 0)
        self.assertIn("CYCLES", self.refused(5, "render_settings", engine="LUX"))


class Rendering(Case):
    def test_same_pixels_as_blender_alone(self) -> None:
        blend = sample("monkey")
        run_blender(blend, "-o", str(self.folder / "#"), "-s", "4", "-e", "6", "-a")
        self.initialize(blend)
        for number in (6, 4, 5):
            picture = self.render(number)
            alone = self.folder / f"{number}.png"
            self.assertEqual(signature(picture), signature(alone))

    def test_pictures_do_not_depend_on_what_came_before(self) -> None:
        changes = [
            ("render_settings", {"samples": 2}),
            ("set_resolution", {"width": 80, "height": 60}),
            ("use_motion_blur", {"enable": True}),
            ("use_motion_blur", {"enable": False}),
            ("move_keyframes", {"scale": 2.0}),
            ("use_animations", {"enable": False}),
        ]
        self.initialize(sample("cube"))
        self.render(10)
        long = []
        for verb, params in changes:
            self.call(verb, **params)
            long.append(signature(self.render(10)))
        for count in range(1, len(changes) + 1):
            self.initialize(sample("cube"))
            for verb, params in changes[:count]:
                self.call(verb, **params)
            self.assertEqual(signature(self.render(10)), long[count - 1], verb)

    def test_names_come_out_verbatim(self) -> None:
        self.initialize(make(self.folder / "a.blend", ""))
        names = ["#.part", "{frame}", "{", "}}", "a b", "a\nb", "'\"`$", "日本 é", ".x"]
        for name in names:
            self.render(1, name)
        self.assertEqual(sorted(os.listdir(self.root / "frames")), sorted(names))

    def test_longest_name(self) -> None:
        blend = make(self.folder / "a.blend", "")
        room = 1013 - len(str(self.root)) - len("//frames/")
        deep = "/".join(["d" * 99] * 12)[: room - 50].rstrip("/")
        self.root = self.root / deep
        (self.root / "frames").mkdir(parents=True)
        self.initialize(blend)
        room = 1013 - len(str(self.root)) - len("/frames/")
        self.assertTrue(self.render(1, "n" * room).exists())
        name = "n" * (room + 1)
        message = self.refused(
            -32602, "render_frame", frame=1, files={"frames": f"frames/{name}"}
        )
        self.assertIn("too long", message)

    def test_paths_stay_below_the_root(self) -> None:
        self.initialize(sample("cube"))
        for path in ("/tmp/x.png", "../x.png", "frames/../../x.png"):
            self.refused(-32602, "render_frame", frame=1, files={"frames": path})
        self.refused(-32602, "render_frame", frame=1, files={"depths": "x.exr"})

    def test_failures_are_told(self) -> None:
        self.initialize(make(self.folder / "a.blend", ""))
        (self.root / "file").write_bytes(b"x")
        for path in "gone/x.png", "file/x.png":
            message = self.refused(8, "render_frame", frame=1, files={"frames": path})
            self.assertIn("folder is gone", message)
        self.render(2)

    def test_stale_file_is_no_result(self) -> None:
        self.initialize(make(self.folder / "a.blend", ""))
        stale = self.root / "frames" / "x.png"
        stale.write_bytes(b"stale")
        self.assertNotEqual(self.render(1, "x.png").read_bytes()[:5], b"stale")

    def test_progress_grows(self) -> None:
        self.initialize(sample("monkey"))
        self.call("set_resolution", width=512, height=512)
        self.call("render_settings", samples=64, threads=1)
        self.render(3)
        heard = self.client.progress()
        self.assertGreaterEqual(len(heard), 2)
        self.assertEqual(heard, sorted(set(heard)))
        self.assertTrue(all(0 < fraction <= 1 for fraction in heard))

    def test_interrupt_spoils_no_frame(self) -> None:
        self.initialize(sample("monkey"))
        self.call("set_resolution", width=400, height=400)
        self.call("render_settings", samples=32)
        calm = signature(self.render(3))
        blender = self.call("hello")["pid"]  # not the pid of what it may be wrapped in
        parameters = {"frame": 3, "files": {"frames": "frames/b.png"}}
        self.client.send("render_frame", parameters)
        self.assertEqual(self.client.read()["method"], "progress")  # it is in a frame
        os.kill(blender, signal.SIGINT)
        self.client.answer()
        self.assertEqual(signature(self.root / "frames" / "b.png"), calm)

    def test_frame_for_nobody_ends(self) -> None:
        """However long it would take, and whoever is between the two sides."""
        self.initialize(sample("monkey"))
        self.call("set_resolution", width=1024, height=1024)
        self.call("render_settings", samples=100_000, threads=1)
        self.client.send("render_frame", {"frame": 3, "files": {"frames": "frames/c"}})
        self.assertEqual(self.client.read()["method"], "progress")  # it is in a frame
        began = time.monotonic()
        self.assertNotEqual(self.client.close(), 0)
        self.assertLess(time.monotonic() - began, 15)


class Time(Case):
    """Frames of a stretched scene are frames of the scene as it was."""

    def test_pixels_move_with_the_keyframes(self) -> None:
        for name in ("monkey", "cube", "metaballs"):
            self.initialize(sample(name))
            self.call("set_resolution", width=64, height=64)
            old = {number: self.render(number, f"{number}") for number in (1, 7, 20)}
            self.assertGreater(difference(old[1], old[7]), 0.01)
            result = self.call("move_keyframes", scale=3, shift=5)
            self.assertEqual(result, {"start": 8, "end": 67, "step": 1, "warnings": []})
            for number, picture in old.items():
                # Curves are evaluated in single precision, so not quite 0.
                moved = self.render(number * 3 + 5)
                self.assertLess(difference(moved, picture), 0.001, (name, number))

    def test_every_kind_of_curve(self) -> None:
        """Keyframes that ease, modifiers and NLA strips, after and before."""
        blend = make(
            self.folder / "a.blend",
            "import sys; sys.path.insert(0, %r); import curves; curves.build(scene)"
            % str(Path(__file__).parent),
        )
        self.initialize(blend)
        for scale, shift in ((2.5, 10), (0.5, 3), (0.16, 0)):
            self.initialize(blend)
            self.call("move_keyframes", scale=scale, shift=shift)
            moved = self.folder / "moved.blend"
            self.call("save_file", path=str(moved))
            printed = run_blender(
                "--python",
                Path(__file__).parent / "curves.py",
                "--",
                blend,
                moved,
                str(scale),
                str(shift),
            )
            self.assertIn("same motion", printed)

    def test_range(self) -> None:
        self.initialize(sample("cube"))
        told = self.call("set_animation_range", start=0, end=99, step=3)
        self.assertEqual(told, {"start": 0, "end": 99, "step": 3})
        told = self.call("set_animation_range", start=200, end=300)
        self.assertEqual(told, {"start": 200, "end": 300, "step": 3})
        self.refused(4, "set_animation_range", start=301)
        self.call("set_animation_range", start=0, end=99)
        told = self.call("move_keyframes", scale=5)
        self.assertEqual((told["start"], told["end"]), (0, 499))

    def test_refusals_change_nothing(self) -> None:
        self.initialize(sample("cube"))
        pixels = signature(self.render(10))
        self.assertIn("-1 to 18", self.refused(4, "move_keyframes", shift=-2))
        self.refused(4, "move_keyframes", scale=0.001)
        self.refused(4, "move_keyframes", scale=1e6)
        self.refused(-32602, "move_keyframes", scale=0)
        self.refused(-32602, "move_keyframes", scale=-1)
        self.refused(-32602, "move_keyframes", scale=float("nan"))
        self.refused(-32602, "move_keyframes", shift=float("inf"))
        self.assertEqual(self.call("animation_range")["end"], 20)
        self.assertEqual(signature(self.render(10)), pixels)

    def test_own_clocks_are_named(self) -> None:
        blend = make(
            self.folder / "a.blend",
            "cube.modifiers.new('C', 'CLOTH')\n"
            "cube.driver_add('location', 0).driver.expression = 'frame / 10'",
        )
        self.initialize(blend)
        warnings = self.call("move_keyframes", scale=2)["warnings"]
        self.assertEqual(len(warnings), 2)
        self.assertIn("cloth of 'Cube'", warnings[0])
        self.assertIn("driver of location in 'Cube'", warnings[1])
        self.assertEqual(self.call("move_keyframes")["warnings"], [])

    def test_stood_still(self) -> None:
        self.initialize(sample("cube"))
        first, tenth = signature(self.render(1)), signature(self.render(10))
        self.assertNotEqual(first, tenth)
        self.call("use_animations", enable=False)
        frozen = signature(self.render(10, "a.png"))
        self.assertEqual(signature(self.render(3)), frozen)
        self.call("use_animations", enable=True)
        self.assertEqual(signature(self.render(10, "b.png")), tenth)

    def test_motion_blur(self) -> None:
        self.initialize(sample("cube"))
        sharp = signature(self.render(10))
        self.call("use_motion_blur", enable=True)
        self.assertNotEqual(signature(self.render(10, "a.png")), sharp)
        self.call("use_motion_blur", enable=False)
        self.assertEqual(signature(self.render(10, "b.png")), sharp)


if __name__ == "__main__":
    unittest.main()
