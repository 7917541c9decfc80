# SPDX-License-Identifier: GPL-3.0-or-later
"""Stretching time: for each kind of animation, what shows at the new times is what
showed at the old ones."""

from __future__ import annotations

import unittest
from pathlib import Path

from ground import EMPTY, GroundCase, View, distance
from harness import make, pixel, run_blender

KINDS = Path(__file__).with_name("kinds.py")

#: How scenes are stretched; then shifted by whole frames, as drawings lie on those.
STRETCHES = ((0.5, 3), (1.0, 7), (2.0, 5), (3.7, 11))


class StretchTest(GroundCase):
    def test_every_kind_of_animation(self) -> None:
        run_blender("--python", KINDS, "--", "build", self.folder)
        scenes = sorted(self.folder.glob("*.blend"))
        self.assertGreaterEqual(len(scenes), 19)
        for scale, shift in STRETCHES:
            for path in scenes:
                self.call("initialize", blend_file=str(path), root=str(self.folder))
                told = self.call("move_keyframes", scale=scale, shift=shift)
                self.assertEqual(told["warnings"], [], path.stem)
                copy = self.folder / f"{path.stem}.{scale}.blend"
                self.call("save_file", path=str(copy))
            arguments = ("compare", self.folder, str(scale), str(shift))
            printed = run_blender("--python", KINDS, "--", *arguments)
            found = [
                line.split(" ", 3)[1:]
                for line in printed.splitlines()
                if line.startswith("kind ")
            ]
            self.assertEqual(len(found), len(scenes), printed)
            for kind, values, verdict in found:
                with self.subTest(kind, scale=scale):
                    self.assertGreater(int(values), 2, "nothing moves")
                    self.assertEqual(verdict, "same")

    def test_actions_of_libraries(self) -> None:
        library = make(
            self.folder / "library.blend",
            EMPTY
            + "key(camera, 'location', {0: (0, 0, 0), 10: (0, 0, 7), 20: (3, 0, 0)})"
            "\ncamera.animation_data.action.name = 'Borrowed'",
        )
        path = self.scene(
            f"""
with bpy.data.libraries.load({str(library)!r}, link=True) as (there, here):
    here.actions = ['Borrowed']
data = camera.animation_data_create()
data.action = bpy.data.actions['Borrowed']
if hasattr(data, 'action_slot'):
    data.action_slot = data.action.slots[0]
scene.frame_start, scene.frame_end = 0, 20
"""
        )
        old = self.places(path, [0, 10, 20])
        self.assertEqual(old, [(0, 0, 0), (0, 0, 7), (3, 0, 0)])
        for scale, shift in STRETCHES:
            numbers = [round(frame * scale + shift) for frame in (0, 10, 20)]
            new = self.places(path, numbers, scale=scale, shift=shift)
            for one, other in zip(old, new):
                self.assertLess(distance(one, other), 1e-4)

    def places(
        self, path: Path, numbers: list[int], **stretch: float
    ) -> list[tuple[float, ...]]:
        """Where the camera is at some frames."""
        self.call("initialize", blend_file=str(path), root=str(self.folder))
        if stretch:
            self.call("move_keyframes", **stretch)
        poses = self.call("camera_poses", frames=numbers)["frames"]
        return [View(each["cameras"][0]).place for each in poses]

    def test_sequences_show_in_pictures(self) -> None:
        """In a material, in the world and in the compositor, as they are rendered."""
        run_blender("--python", KINDS, "--", "pictures", self.folder)
        for name in ("material", "world", "compositor"):
            path = self.folder / f"{name}.blend"
            with self.subTest(name):
                old = [self.shade(path, number) for number in (3, 6, 8, 20)]
                self.assertEqual(len(set(old)), 4)
                new = [
                    self.shade(path, number, scale=2.5, shift=4)
                    for number in (12, 19, 24, 54)  # the last of them rounded up
                ]
                self.assertEqual(new, old)

    def shade(self, path: Path, number: int, **stretch: float) -> tuple[int, ...]:
        self.load(path, "frames")
        if stretch:
            self.call("move_keyframes", **stretch)
        return pixel(self.render(number).files["frames"], 5, 5)

    def test_what_keeps_its_own_time_is_named(self) -> None:
        code = """
cube = plane('Flag', (0, 0, -5))
cube.modifiers.new('Cloth', 'CLOTH')
curve = cube.driver_add('location', 0)
curve.driver.expression = 'frame / 10'
data = plane('Strips', (0, 0, -9)).animation_data_create()
action = bpy.data.actions.new('Walk')
for index in (0, 1):
    strip = data.nla_tracks.new().strips.new('strip', 1, action)
image = bpy.data.images.new('Water', 4, 4)
image.source = 'SEQUENCE'
texture = bpy.data.textures.new('Waves', 'IMAGE')
texture.image = image
texture.use_fake_user = True
scene.world.use_nodes = True
for name in ('Fire', 'Smoke'):
    node = scene.world.node_tree.nodes.new('ShaderNodeTexEnvironment')
    node.image = bpy.data.images.new(name, 4, 4)
    node.image.source = 'SEQUENCE'
path = 'nodes["' + node.name + '"].image_user.frame_offset'
scene.world.node_tree.driver_add(path).driver.expression = '3'
"""
        path = self.scene(code)
        told = self.call("inspect", blend_file=str(path))["unstretchable"]
        self.load(path, "frames")
        self.assertEqual(self.call("move_keyframes", scale=2)["warnings"], told)
        for words in (
            "cloth of 'Flag'",
            "driver of location in 'Flag'",
            "'Water'",
            "'Smoke'",
        ):
            self.assertEqual(sum(words in line for line in told), 1, told)
        self.assertFalse([line for line in told if "Fire" in line], told)
        self.load(path, "frames")
        self.assertEqual(self.call("move_keyframes", scale=1)["warnings"], [])


if __name__ == "__main__":
    unittest.main()
