# SPDX-License-Identifier: GPL-3.0-or-later
"""Depth, normals, flow and segmentation in numbers, against what geometry says."""

from __future__ import annotations

import math
import unittest
from collections.abc import Callable, Iterator
from pathlib import Path

from ground import (
    INVALID_PARAMS,
    UNSUPPORTED,
    Frame,
    GroundCase,
    Vector,
    View,
    along,
    distance,
    dot,
    minus,
    unit,
)
from harness import Client, make, pixel, run_blender, signature

#: A camera that is turned about all its axes.
TURNED = """
camera.location = (3, -4, 9)
camera.rotation_euler = (0.5, -0.3, 0.8)
"""

TILT = math.radians(25)
TILTED = f"plane('Tilted', (0, 0, -2), rotation=({TILT}, 0, 0))\n"
TILTED_NORMAL = (0.0, -math.sin(TILT), math.cos(TILT))

CENTRE, RADIUS = (0.5, 1.0, -6.0), 2.5


class NumbersTest(GroundCase):
    def pixels(self, frame: Frame, key: str) -> Iterator[tuple[int, int, Vector]]:
        """Every pixel of a pass, and the ray through its middle."""
        picture = frame[key]
        for y in range(picture.height):
            for x in range(picture.width):
                yield x, y, frame.view.ray(x, y)

    def check_plane(self, frame: Frame, point: Vector, normal: Vector) -> None:
        """Depth and normals of a plane that fills the picture."""
        view = frame.view
        seen = view.local(normal)
        for x, y, ray in self.pixels(frame, "depths"):
            far = dot(minus(point, view.place), normal) / dot(ray, normal)
            (depth,) = frame["depths"].at(x, y)
            self.assertAlmostEqual(depth, far, delta=1e-4)
            found = frame["normals"].at(x, y)
            self.assertAlmostEqual(math.hypot(*found), 1, delta=1e-5)
            self.assertLess(distance(found, seen), 1e-3)

    def test_plane_at_a_known_distance(self) -> None:
        self.load("plane('Wall', (0, 0, -5))", "depths", "normals")
        frame = self.render(1)
        self.assertEqual(set(frame["depths"].channels["V"]), {5.0})
        self.assertEqual(frame["depths"].kinds, {"V": 2})  # 2 is 32 bits of float
        self.assertEqual(frame["normals"].kinds, {"B": 2, "G": 2, "R": 2})
        self.check_plane(frame, (0, 0, -5), (0, 0, 1))

    def test_tilted_plane_by_a_turned_camera(self) -> None:
        self.load(TURNED + TILTED, "depths", "normals")
        self.check_plane(self.render(1), (0, 0, -2), TILTED_NORMAL)

    def test_sphere_by_a_turned_camera(self) -> None:
        code = TURNED + f"sphere('Ball', {CENTRE}, {RADIUS})"
        self.load(code + "\ncamera.data.lens = 30", "depths", "normals")
        frame = self.render(1)
        hits = misses = 0
        for x, y, ray in self.pixels(frame, "depths"):
            (depth,) = frame["depths"].at(x, y)
            gap = minus(frame.view.place, CENTRE)
            half = dot(gap, ray) / dot(ray, ray)
            rest = half * half - (dot(gap, gap) - RADIUS**2) / dot(ray, ray)
            if rest < -0.02:
                misses += 1
                self.assertEqual(depth, 1e10)
                self.assertEqual(frame["normals"].at(x, y), (0, 0, 0))
            elif rest > 0.02:
                hits += 1
                far = -half - rest**0.5
                self.assertAlmostEqual(depth, far, delta=1e-4)
                normal = unit(minus(along(frame.view.place, ray, far), CENTRE))
                found = frame["normals"].at(x, y)
                self.assertAlmostEqual(math.hypot(*found), 1, delta=1e-5)
                self.assertLess(distance(found, frame.view.local(normal)), 1e-3)
        self.assertGreater(hits, 50)
        self.assertGreater(misses, 50)

    def test_passes_are_sharp_whatever_blurs_the_picture(self) -> None:
        blur = """
scene.cycles.samples = 4
scene.cycles.pixel_filter_type, scene.cycles.filter_width = 'GAUSSIAN', 3
scene.cycles.sample_offset = 5
camera.data.dof.use_dof = True
camera.data.dof.focus_distance = 1
camera.data.dof.aperture_fstop = 0.1
scene.render.use_motion_blur = True
key(camera, 'location', {1: (3, -4, 9), 2: (3, -4, 19)})
"""
        self.load(TURNED + TILTED + blur, "frames", "depths", "normals")
        self.check_plane(self.render(1), (0, 0, -2), TILTED_NORMAL)

    # Flow

    def check_flow(
        self, now: Frame, then: View, before: View, moved: Callable[[int], Vector]
    ) -> float:
        """Compare the flow of a scene that moves by `moved` until frame +1 and from
        frame -1; the longest flow, in pixels."""
        longest = 0.0
        for x, y, ray in self.pixels(now, "flows"):
            (depth,) = now["depths"].at(x, y)
            if depth > 1e9:
                self.assertEqual(now["flows"].at(x, y), (0, 0, 0, 0))
                continue
            point = along(now.view.place, ray, depth)
            expected: list[float] = []
            for view, step in ((then, 1), (before, -1)):
                there = view.project(along(point, moved(step), 1))
                expected += minus(there, (x + 0.5, y + 0.5))
            self.assertLess(distance(now["flows"].at(x, y), tuple(expected)), 0.05)
            longest = max(longest, *map(abs, expected))
        return longest

    def test_flow_of_a_moving_object(self) -> None:
        # Another way before frame 10 than after it.
        code = """
wall = plane('Wall', (0, 0, -5), size=6)
key(wall, 'location', {0: (-6, -3, -4), 10: (0, 0, -5), 20: (4, 10, -7)})
scene.frame_end = 20
"""
        steps = {1: (0.4, 1.0, -0.2), -1: (-0.6, -0.3, 0.1)}
        for scale in (1, 4):
            with self.subTest(scale=scale):
                self.load(code, "depths", "flows")
                self.call("move_keyframes", scale=scale)
                frame = self.render(10 * scale)
                self.assertEqual(frame["flows"].kinds, dict.fromkeys("ABGR", 2))
                longest = self.check_flow(
                    frame,
                    frame.view,
                    frame.view,
                    lambda step: tuple(value / scale for value in steps[step]),
                )
                self.assertAlmostEqual(longest * scale, 3.3, delta=0.6)
                # By hand, in the middle: right and down.
                right, down, _, _ = frame["flows"].at(16, 12)
                self.assertAlmostEqual(right, 0.4 / scale * 16 / 5, delta=0.1 / scale)
                self.assertAlmostEqual(down, -1.0 / scale * 16 / 5, delta=0.3 / scale)

    def test_flow_of_a_moving_camera(self) -> None:
        code = """
plane('Wall', (0, 0, -5))
key(camera, 'location', {0: (0, 0, 2), 10: (0, 0, 0), 20: (5, 3, -1)})
key(camera, 'rotation_euler', {0: (0.3, 0, 0), 10: (0, 0, 0), 20: (0, 0.4, 0.5)})
scene.frame_end = 20
"""
        for scale in (1, 4):
            with self.subTest(scale=scale):
                self.load(code, "depths", "flows")
                self.call("move_keyframes", scale=scale)
                numbers = [10 * scale + step for step in (1, 0, -1)]
                poses = self.call("camera_poses", frames=numbers)["frames"]
                then, _, before = (View(each["cameras"][0]) for each in poses)
                now = self.render(10 * scale)
                longest = self.check_flow(now, then, before, lambda _step: (0, 0, 0))
                self.assertGreater(longest * scale, 2)

    def test_zoom_is_told_of(self) -> None:
        code = "plane('Wall', (0, 0, -5))\nkey(camera.data, 'lens', {1: 18, 9: 36})"
        self.assertEqual(self.load(code, "depths")["warnings"], [])
        (warning,) = self.load(code, "flows")["warnings"]
        self.assertIn("lens of camera 'Camera'", warning)

    def test_nothing_flows_without_animation(self) -> None:
        self.load(
            "key(plane('Wall', (0, 0, -5)), 'location', {1: (0, 0, -5), 2: (1, 0, -5)})",
            "flows",
        )
        self.assertNotEqual(self.render(1)["flows"].at(16, 12), (0, 0, 0, 0))
        self.call("use_animations", enable=False)
        flows = self.render(1)["flows"]
        for values in flows.channels.values():
            self.assertEqual({abs(value) for value in values}, {0.0})

    # Segmentation

    def test_segmentation(self) -> None:
        code = """
scene.cycles.samples = 16
for index, name in enumerate(('zebra', 'Ant', 'ant', 'über', 'bee')):
    thing = ball(name, (1.5 * index - 3, 0, -4), 1)
    thing.pass_index = 40 - index
    key(thing, 'location', {1: thing.location.copy(), 9: (3 - 1.5 * index, 0, -5)})
"""
        path = self.scene(code)
        told = self.load(path, "segmentations")["objects"]
        self.assertEqual(told, {"Ant": 1, "ant": 2, "bee": 3, "zebra": 4, "über": 5})
        seen = {}
        for number in (1, 5, 9):
            ids = self.render(number)["segmentations"]
            self.assertEqual(ids.kinds, {"V": 2})
            seen[number] = ids.channels["V"]
            self.assertLessEqual(set(seen[number]), {0.0, *map(float, told.values())})
        self.assertEqual(set(seen[1]), {0.0, 1.0, 2.0, 3.0, 4.0, 5.0})
        # From left to right in the middle row; they cross.
        self.assertEqual(_in_order(seen[1], 32, 12), [4, 1, 2, 5, 3])
        self.assertEqual(_in_order(seen[9], 32, 12), [3, 5, 2, 1, 4])
        with Client() as other:
            other.call("initialize", blend_file=str(path), root=str(self.folder))
            other.call("include_segmentations")
            self.assertEqual(other.call("outputs")["objects"], told)

    def test_segmentation_of_instances_and_libraries(self) -> None:
        library = make(
            self.folder / "library.blend",
            "scene.collection.children[0].name = 'Stock'\n"
            "bpy.ops.mesh.primitive_uv_sphere_add(radius=0.5, location=(0, 0, 2))\n",
        )
        path = self.scene(
            f"""
with bpy.data.libraries.load({str(library)!r}, link=True) as (there, here):
    here.collections = ['Stock']
for x in (-3, 3):
    stock = bpy.data.objects.new('Stock', None)
    stock.instance_type = 'COLLECTION'
    stock.instance_collection = bpy.data.collections['Stock']
    stock.location = (x, 0, -9)
    scene.collection.objects.link(stock)
plane('Wall', (0, 0, -20))
"""
        )
        told = self.load(path, "segmentations")["objects"]
        self.assertEqual(told, {"Wall": 1, "Cube": 2, "Sphere": 3})
        self.assertEqual(
            set(self.render(1)["segmentations"].channels["V"]), {1.0, 2.0, 3.0}
        )

    def test_animated_object_index_is_refused(self) -> None:
        code = "wall = plane('Wall', (0, 0, -5))\nkey(wall, 'pass_index', {1: 1, 9: 3})"
        self.load(code)
        message = self.refused(UNSUPPORTED, "include_segmentations")
        self.assertIn("'Wall'", message)


class BesideTest(GroundCase):
    """Whatever else there is in the scene."""

    #: A compositor that turns the picture yellow and writes a file of its own, and an
    #: index of objects that it depends on.
    COMPOSITOR = """
wall = plane('Wall', (0, 0, -5), size=4)
wall.pass_index = 3
scene.view_layers[0].use_pass_object_index = True
if hasattr(scene, 'compositing_node_group'):
    scene.render.compositor_device = 'CPU'
    tree = bpy.data.node_groups.new('Mine', 'CompositorNodeTree')
    tree.interface.new_socket('Image', in_out='OUTPUT', socket_type='NodeSocketColor')
    scene.compositing_node_group = tree
    target = tree.nodes.new('NodeGroupOutput').inputs[0]
    index = 'Object Index'
else:
    scene.use_nodes = True
    tree = scene.node_tree
    target = tree.nodes['Composite'].inputs[0]
    index = 'IndexOB'
layers = tree.nodes.get('Render Layers') or tree.nodes.new('CompositorNodeRLayers')
join = tree.nodes.new('CompositorNodeCombineColor')
for number, value in enumerate((0.5, 0.5, 0.0, 1.0)):
    join.inputs[number].default_value = value
try:
    scaled = tree.nodes.new('CompositorNodeMath')
except RuntimeError:
    scaled = tree.nodes.new('ShaderNodeMath')
scaled.operation = 'DIVIDE'
scaled.inputs[1].default_value = 4
tree.links.new(layers.outputs[index], scaled.inputs[0])
tree.links.new(scaled.outputs[0], join.inputs[0])
tree.links.new(join.outputs[0], target)
mine = tree.nodes.new('CompositorNodeOutputFile')
if hasattr(mine, 'file_output_items'):
    mine.directory, mine.file_name = FOLDER, 'mine'
    mine.format.media_type = 'IMAGE'
    mine.file_output_items.new('RGBA', '')
else:
    mine.base_path, mine.file_slots[0].path = FOLDER, 'mine'
mine.format.file_format = 'PNG'
tree.links.new(join.outputs[0], mine.inputs[0])
"""

    def layout(self, name: str) -> str:
        """What there is in the loaded file that a render might leave behind."""
        path = self.folder / name
        self.call("save_file", path=str(path))
        code = """
scene = bpy.context.scene
tree = getattr(scene, 'compositing_node_group', None) or getattr(scene, 'node_tree', None)
print('layout', [layer.name for layer in scene.view_layers],
      [layer.use for layer in scene.view_layers],
      [(node.name, node.mute) for node in tree.nodes] if tree else None,
      [group.name for group in bpy.data.node_groups],
      [thing.pass_index for thing in scene.objects], scene.cycles.samples,
      scene.render.use_compositing, scene.render.use_motion_blur)
"""
        printed = run_blender(path, "--python-expr", "import bpy" + code)
        return next(line for line in printed.splitlines() if line.startswith("layout"))

    def test_own_compositor(self) -> None:
        mine = self.folder / "mine"
        path = self.scene(self.COMPOSITOR.replace("FOLDER", repr(str(mine))))
        self.load(path, "frames")
        before = self.layout("before.blend")
        alone = self.render(1).files["frames"]
        pixels = signature(alone)
        # 3 / 4 is what the compositor made of the object's own index.
        self.assertGreater(pixel(alone, 16, 12)[0], pixel(alone, 16, 12)[1])
        self.assertLess(pixel(alone, 0, 0)[0], 3)  # dithered
        (written,) = mine.iterdir()
        stamp = written.stat().st_mtime_ns

        self.load(path, "frames", "depths", "normals", "flows", "segmentations")
        frame = self.render(1)
        self.assertEqual(signature(frame.files["frames"]), pixels)
        self.assertEqual(frame["depths"].at(16, 12), (5.0,))
        self.assertEqual(frame["segmentations"].at(16, 12), (1.0,))
        self.assertEqual(self.layout("after.blend"), before)

        stamp = written.stat().st_mtime_ns
        self.load(path, "depths")
        self.assertEqual(self.render(1)["depths"].at(16, 12), (5.0,))
        self.assertEqual(list(mine.iterdir()), [written])
        self.assertEqual(written.stat().st_mtime_ns, stamp)

    def test_several_view_layers(self) -> None:
        code = """
for index, name in enumerate(('Near', 'Far', 'Never')):
    group = bpy.data.collections.new(name)
    scene.collection.children.link(group)
    thing = plane(name, (0, 0, -2 * index - 2), size=1 + 9 * index)
    thing.users_collection[0].objects.unlink(thing)
    group.objects.link(thing)
other = scene.view_layers.new('Other')
unused = scene.view_layers.new('Unused')
unused.use = False
def exclude(layer, *names):
    for name in names:
        layer.layer_collection.children[name].exclude = True
exclude(scene.view_layers[0], 'Far', 'Never')
exclude(other, 'Near', 'Never')
"""
        self.load(code, "frames", "depths", "segmentations")
        before = self.layout("before.blend")
        frame = self.render(1)
        self.assertEqual(set(frame["depths"].channels["V"]), {2.0, 4.0})
        self.assertEqual(set(frame["segmentations"].channels["V"]), {1.0, 2.0})
        self.assertEqual(self.layout("after.blend"), before)

    def test_frames_alone_cost_nothing(self) -> None:
        self.load("plane('Wall', (0, 0, -5))", "frames")
        before = self.layout("before.blend")
        self.render(1)
        self.assertEqual(self.layout("after.blend"), before)

    def test_no_frames_wanted(self) -> None:
        told = self.load("plane('Wall', (0, 0, -5))", "depths")
        self.assertEqual([each["key"] for each in told["outputs"]], ["depths"])
        self.assertEqual(
            told["outputs"][0],
            {
                **told["outputs"][0],
                **{"folder": "depths", "name": "depth", "extension": ".exr"},
                **{"format": "OPEN_EXR", "codec": "ZIP", "width": 32, "height": 24},
                "camera": "Camera",
            },
        )
        self.assertEqual(self.render(1)["depths"].at(0, 0), (5.0,))
        files = {"frames": "frames/1.png", "depths": "depths/1.exr"}
        self.refused(INVALID_PARAMS, "render_frame", frame=1, files=files)
        self.refused(INVALID_PARAMS, "render_frame", frame=1, files={"flows": "1.exr"})

    def test_odd_folders(self) -> None:
        for name in ("two words", "{x}{{y}}", "Ünï ☃", "a#b##", "%d"):
            with self.subTest(name):
                path = self.scene("plane('Wall', (0, 0, -5))")
                root = self.folder / name
                root.mkdir()
                self.call("initialize", blend_file=str(path), root=str(root))
                self.call("include_depths", debug=True)
                self.folder, before = root, self.folder
                self.look()
                self.assertEqual(self.render(1)["depths"].at(0, 0), (5.0,))
                self.folder = before

    # Codecs and previews

    def test_codecs(self) -> None:
        path = self.scene("plane('Wall', (0, 0, -5))")
        for codec, number in (("NONE", 0), ("ZIPS", 2), ("ZIP", 3)):
            self.load(path, "depths", "normals", codec=codec)
            frame = self.render(1)
            self.assertEqual(frame["depths"].compression, number)
            self.assertEqual(frame["normals"].compression, number)
        message = self.refused(INVALID_PARAMS, "include_depths", codec="FLAC")
        self.assertIn("ZIP", message)
        self.assertIn("DWAA", message)

    def test_debug_previews(self) -> None:
        code = """
near, far = ball('Near', (-2, 0, -4), 1), ball('Zfar', (3, 0, -8), 2)
key(near, 'location', {1: (-2, 0, -4), 2: (0, 0, -4)})
key(far, 'location', {1: (3, 0, -8), 2: (3, 2, -8)})
"""
        kinds = ("depths", "normals", "flows", "segmentations")
        told = self.load(code, *kinds, debug=True)["outputs"]
        previews = [each for each in told if each["format"] == "PNG"]
        self.assertEqual(
            [each["key"] for each in previews], [f"debug_{kind}" for kind in kinds]
        )
        for each in previews:
            self.assertEqual(each["folder"], each["key"].removeprefix("debug_"))
            self.assertEqual(each["name"], f"debug_{each['folder'].removesuffix('s')}")
        files = self.render(1).files
        spots = {"near": (8, 12), "far": (22, 12), "nowhere": (16, 1)}
        for kind in kinds:
            colours = {
                name: pixel(files[f"debug_{kind}"], *spot)
                for name, spot in spots.items()
            }
            self.assertEqual(len(set(colours.values())), 3, (kind, colours))

    # What engines lack

    def test_what_an_engine_lacks_is_refused(self) -> None:
        lacks = {
            "WORKBENCH": {"normals", "flows", "segmentations"},
            "EEVEE": {"segmentations"},
        }
        with Client() as client:
            if client.call("hello")["blender"] < "4.2":
                lacks["EEVEE"].add("flows")
        path = self.scene("plane('Wall', (0, 0, -5))")
        for engine, missing in lacks.items():
            self.load(path)
            self.call("render_settings", engine=engine)
            for kind in ("depths", "normals", "flows", "segmentations"):
                with self.subTest(engine=engine, kind=kind):
                    if kind not in missing:
                        self.call(f"include_{kind}")
                        continue
                    message = self.refused(UNSUPPORTED, f"include_{kind}")
                    self.assertIn(engine.capitalize(), message)
                    self.assertIn("Cycles", message)
            keys = [each["key"] for each in self.call("outputs")["outputs"]]
            self.assertFalse(missing.intersection(keys))
        # An engine chosen later is found out before anything is rendered.
        self.load(path, "segmentations")
        self.call("render_settings", engine="WORKBENCH")
        self.refused(UNSUPPORTED, "outputs")

    def test_flow_of_blurred_frames_is_refused(self) -> None:
        self.load("scene.render.use_motion_blur = True")
        message = self.refused(UNSUPPORTED, "include_flows")
        self.assertIn("motion blur", message)
        self.call("use_motion_blur", enable=False)
        self.call("include_flows")
        self.call("use_motion_blur", enable=True)
        self.refused(UNSUPPORTED, "outputs")


def _in_order(ids: list[float], width: int, row: int) -> list[int]:
    """The objects in a row of pixels, from left to right."""
    order: list[int] = []
    for value in ids[row * width : (row + 1) * width]:
        if value and int(value) not in order:
            order.append(int(value))
    return order


if __name__ == "__main__":
    unittest.main()
