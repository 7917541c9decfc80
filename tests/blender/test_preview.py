# SPDX-License-Identifier: GPL-3.0-or-later
"""Small pictures of large ones, in whatever format those are."""

from __future__ import annotations

import unittest
from pathlib import Path

from harness import make, pixel, run_blender, sample, signature, size, write_exr
from test_client import Case

#: Of each channel, what it holds in the left and in the right half: grey and red.
GREY_AND_RED = {"R": (0.5, 1.0), "G": (0.5, 0.0), "B": (0.5, 0.0)}

#: Inside Blender: the same picture in every format of `names` that is no layered one.
WRITE = """
import bpy
scene = bpy.context.scene
scene.view_settings.view_transform = 'Standard'
image = bpy.data.images.new('x', 64, 32, float_buffer=True)
image.pixels = [*[0.5, 0.5, 0.5, 1.0] * 32, *[1.0, 0.0, 0.0, 1.0] * 32] * 32
for name in {names}:
    scene.render.image_settings.file_format = name
    image.save_render({folder!r} + name, scene=scene)
"""


class Preview(Case):
    def setUp(self) -> None:
        super().setUp()
        self.target = self.folder / "previews" / "{#}.日本.png"
        self.target.parent.mkdir()

    def preview(self, path: Path, limit: int = 32) -> tuple[int, int]:
        """Make the preview; the size of the original."""
        self.target.unlink(missing_ok=True)
        told = self.call("preview", path=str(path), target=str(self.target), size=limit)
        self.assertTrue(self.target.read_bytes().startswith(b"\x89PNG"))
        self.assertEqual(list(self.target.parent.iterdir()), [self.target])
        return told["width"], told["height"]

    def assert_grey_and_red(self, tolerance: int = 2) -> None:
        width, height = size(self.target)
        for x, expected in (
            (width // 4, (188, 188, 188, 255)),
            (width * 3 // 4, (255, 0, 0, 255)),
        ):
            found = pixel(self.target, x, height // 2)
            for value, wanted in zip(found, expected, strict=True):
                self.assertAlmostEqual(value, wanted, delta=tolerance, msg=f"{found}")

    def test_linear_light_gets_a_view(self) -> None:
        path = write_exr(self.folder / "a.exr", (100, 50), GREY_AND_RED)
        self.assertEqual(self.preview(path), (100, 50))
        self.assertEqual(size(self.target), (32, 16))
        self.assert_grey_and_red()

    def test_first_layer_stands_for_all(self) -> None:
        layers = {f"View.Combined.{name}": v for name, v in GREY_AND_RED.items()}
        layers["View.Combined.A"] = (1.0, 1.0)
        layers |= {f"View.AO.{name}": (0.1, 0.2) for name in "RGB"}
        layers |= {"View.Depth.Z": (9.0, 8.0)}
        path = write_exr(self.folder / "a.exr", (100, 50), layers)
        self.assertEqual(self.preview(path), (100, 50))
        self.assertEqual(size(self.target), (32, 16))
        self.assert_grey_and_red()

    def test_one_channel(self) -> None:
        path = write_exr(self.folder / "a.exr", (100, 50), {"Y": (0.5, 1e6)})
        self.preview(path)
        self.assertAlmostEqual(pixel(self.target, 8, 8)[0], 188, delta=2)
        self.assertEqual(pixel(self.target, 24, 8), (255, 255, 255, 255))
        path = write_exr(
            self.folder / "b.exr", (100, 50), {"View.Depth.Z": (0.0, 50.0)}
        )
        self.assertEqual(self.preview(path), (100, 50))

    def test_alpha_stays(self) -> None:
        channels = {name: (0.25, 0.25) for name in "RGB"} | {"A": (0.5, 0.5)}
        self.preview(write_exr(self.folder / "a.exr", (20, 20), channels))
        self.assertEqual(pixel(self.target, 8, 8)[3], 128)
        self.assertAlmostEqual(pixel(self.target, 8, 8)[0], 188, delta=2)

    def test_sizes(self) -> None:
        for width, height, limit, expected in (
            (333, 500, 100, (67, 100)),
            (1000, 1, 100, (100, 1)),
            (100, 100, 100, (100, 100)),
            (20, 10, 100, (20, 10)),
        ):
            path = write_exr(self.folder / "a.exr", (width, height), {"Y": (0.5, 0.5)})
            self.assertEqual(self.preview(path, limit), (width, height))
            self.assertEqual(size(self.target), expected)

    def test_every_format(self) -> None:
        report = self.call("inspect", blend_file=str(sample("cube")))
        names = set(report["formats"]) - {"OPEN_EXR_MULTILAYER"}
        folder = f"{self.folder}/{{}}. "
        printed = run_blender("--python-expr", WRITE.format(names=names, folder=folder))
        for name in names:
            path = Path(folder + name)
            self.assertTrue(path.exists(), printed)
            if name == "IRIS":
                continue  # Not every Blender reads what it wrote.
            with self.subTest(format=name):
                self.assertEqual(self.preview(path), (64, 32))
                self.assertEqual(size(self.target), (32, 16))
                # HDR's colours share an exponent, and 3.4 rounds the small ones up.
                self.assert_grey_and_red(tolerance=16 if name == "HDR" else 3)

    def test_paths_are_literal(self) -> None:
        path = write_exr(self.folder / "{frame}#.exr", (20, 20), {"Y": (0.5, 0.5)})
        self.target = Path(f"/{self.target}")
        self.preview(Path(f"/{path}"))

    def test_failures_leave_no_file(self) -> None:
        garbage = self.folder / "garbage.exr"
        garbage.write_bytes(b"no picture at all" * 100)
        header = self.folder / "header.exr"
        whole = write_exr(self.folder / "a.exr", (20, 20), {"Y": (0.5, 0.5)})
        header.write_bytes(whole.read_bytes()[:100])
        for path in (self.folder / "none.exr", garbage, header, self.folder):
            message = self.refused(
                1, "preview", path=str(path), target=str(self.target), size=32
            )
            self.assertIn(str(path), message)
        target = self.folder / "previews"
        message = self.refused(
            -32603, "preview", path=str(whole), target=str(target), size=32
        )
        self.assertIn(str(target), message)
        self.assertEqual(list(target.iterdir()), [])
        self.preview(whole)

    def test_wrong_params(self) -> None:
        path, target = "/a.exr", str(self.target)
        self.refused(-32602, "preview", path="a.exr", target=target, size=32)
        self.refused(-32602, "preview", path=path, target="a.png", size=32)
        self.refused(-32602, "preview", path=path, target="/" + "a" * 1013, size=32)
        for limit in (15, 4097):
            self.refused(-32602, "preview", path=path, target=target, size=limit)

    def test_scene_stays_as_it_is(self) -> None:
        texture = write_exr(self.folder / "a.exr", (256, 128), GREY_AND_RED)
        blend = make(
            self.folder / "a.blend",
            "nodes = cube.active_material.node_tree.nodes\n"
            "node = nodes.new('ShaderNodeTexImage')\n"
            f"node.image = bpy.data.images.load({str(texture)!r})\n"
            "color = nodes['Principled BSDF'].inputs['Base Color']\n"
            "cube.active_material.node_tree.links.new(node.outputs['Color'], color)\n"
            "scene.view_settings.exposure = 1\n"
            "scene.render.use_persistent_data = True",
        )
        self.initialize(blend)
        before = signature(self.render(1, "before.png"))
        settings = self.call("image_settings"), self.call("render_settings")
        self.preview(texture, 16)
        self.assert_grey_and_red()
        self.assertEqual(signature(self.render(1, "after.png")), before)
        told = self.call("image_settings"), self.call("render_settings")
        self.assertEqual(told, settings)
        copy = self.folder / "copy.blend"
        self.call("save_file", path=str(copy))
        self.assertEqual(
            self.call("inspect", blend_file=str(copy))["scenes"], ["Scene"]
        )

    def test_leaves_no_pictures_in_memory(self) -> None:
        path = write_exr(self.folder / "a.exr", (1024, 1024), {"Y": (0.5, 0.5)})
        self.preview(path)
        before = self.call("hello")["memory"]
        for _ in range(8):
            self.preview(path)
        # Each has 16 MiB while it is loaded.
        self.assertLess(self.call("hello")["memory"] - before, 64 * 2**20)


if __name__ == "__main__":
    unittest.main()
