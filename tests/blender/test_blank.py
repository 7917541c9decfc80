# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures that show nothing, in every format; and pictures that show a little."""

from __future__ import annotations

import unittest

from harness import Failure, make
from test_client import Case

#: The cube in a cloudy world in frame 1; in frame 2 nothing, in the dark; in frame 3 a
#: lamp of one bright pixel in the dark.
CODE = """
scene.frame_end = 3
scene.render.resolution_x, scene.render.resolution_y = 200, 120
for other in list(bpy.data.objects):
    if other.type == 'LIGHT':
        bpy.data.objects.remove(other)
scene.world.cycles.sampling_method = 'NONE'
tree = scene.world.node_tree
background = tree.nodes['Background'].inputs['Strength']
clouds = tree.nodes.new('ShaderNodeTexNoise')
tree.links.new(clouds.outputs['Color'], tree.nodes['Background'].inputs['Color'])
for frame, strength in (1, 1.0), (2, 0.0), (3, 0.0):
    background.default_value = strength
    background.keyframe_insert('default_value', frame=frame)
material = bpy.data.materials.new('glow')
material.use_nodes = True
nodes = material.node_tree.nodes
glow = nodes.new('ShaderNodeEmission')
material.node_tree.links.new(
    glow.outputs[0], nodes['Material Output'].inputs['Surface'])
cube.data.materials.clear()
cube.data.materials.append(material)
for frame, size, hidden in (1, 1.0, False), (2, 1.0, True), (3, 0.03, False):
    cube.scale = size, size, size
    cube.hide_render = hidden
    cube.keyframe_insert('scale', frame=frame)
    cube.keyframe_insert('hide_render', frame=frame)
"""


class Blank(Case):
    def load(self, path: str, **image: str) -> bool:
        """Load a scene with these image settings; whether its pictures have alpha."""
        root = self.folder / "root"
        (root / "frames").mkdir(parents=True, exist_ok=True)
        self.call("initialize", blend_file=path, root=str(root))
        for settings in image, {"format": image["format"]}:
            try:
                told = self.call("image_settings", **settings)
                break
            except Failure:
                continue  # the format has no such thing
        self.call("include_frames")
        return bool(told["color_mode"] == "RGBA")

    def kind(self, frame: int) -> str:
        """What is told of a frame that is rendered now; "" for nothing."""
        files = {"frames": f"frames/.frame_{frame:06}.x-1.part"}
        told = self.call("render_frame", frame=frame, files=files)
        return str(told.get("blank", ""))

    def test_every_format(self) -> None:
        black = str(make(self.folder / "black.blend", CODE))
        clear = str(
            make(
                self.folder / "clear.blend",
                CODE + "scene.render.film_transparent = True",
            )
        )
        formats = self.call("inspect", blend_file=black)["formats"]
        self.assertGreater(len(formats), 11)
        for name in formats:
            for mode in "RGB", "RGBA":
                with self.subTest(format=name, mode=mode):
                    # What shows nothing comes first: it must not be a measure.
                    self.load(black, format=name, color_mode=mode)
                    self.assertEqual(self.kind(2), "black")
                    self.assertEqual(self.kind(1), "")
            with self.subTest(format=name):
                has_alpha = self.load(clear, format=name, color_mode="RGBA")
                self.assertEqual(self.kind(2), "transparent" if has_alpha else "black")
                self.assertEqual(self.kind(1), "")

    def test_among_others(self) -> None:
        path = str(make(self.folder / "a.blend", CODE))
        for name in "PNG", "JPEG", "OPEN_EXR", "OPEN_EXR_MULTILAYER", "BMP", "TIFF":
            with self.subTest(format=name):
                self.load(path, format=name)
                kinds = [self.kind(frame) for frame in (1, 1, 2, 1, 2, 2, 1)]
                self.assertEqual(kinds, ["", "", "black", "", "black", "black", ""])

    def test_little_is_something(self) -> None:
        path = str(make(self.folder / "a.blend", CODE))
        for name in "PNG", "OPEN_EXR", "BMP":
            with self.subTest(format=name):
                self.load(path, format=name)
                self.assertEqual([self.kind(f) for f in (3, 1, 3)], ["", "", ""])


if __name__ == "__main__":
    unittest.main()
