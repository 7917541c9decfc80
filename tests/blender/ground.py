# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of the ground truth share: a client, its passes, and a camera's geometry."""

from __future__ import annotations

import json
import tempfile
import unittest
from pathlib import Path
from typing import Any

from exr import Picture
from harness import Client, Failure, make

UNSUPPORTED = 5
INVALID_PARAMS = -32602

Vector = tuple[float, ...]

#: Clears the factory scene but for a camera at the origin that looks down, 90° wide.
EMPTY = '''
import math
from mathutils import Vector
for thing in list(scene.objects):
    if thing.type != 'CAMERA':
        bpy.data.objects.remove(thing)
scene.view_settings.view_transform = 'Standard'
camera = scene.camera
camera.location = camera.rotation_euler = (0, 0, 0)
camera.data.lens, camera.data.sensor_width = 18, 36
scene.render.resolution_x, scene.render.resolution_y = 32, 24

def plane(name, location, size=100.0, rotation=(0, 0, 0)):
    bpy.ops.mesh.primitive_plane_add(size=size, location=location, rotation=rotation)
    bpy.context.object.name = name
    return bpy.context.object

def ball(name, location, radius, segments=24):
    bpy.ops.mesh.primitive_uv_sphere_add(
        segments=segments, ring_count=segments // 2, radius=radius, location=location)
    bpy.context.object.name = name
    mesh = bpy.context.object.data
    mesh.polygons.foreach_set('use_smooth', [True] * len(mesh.polygons))
    return bpy.context.object

def sphere(name, location, radius):
    """A true sphere: Cycles renders points as that."""
    mesh = bpy.data.meshes.new(name)
    mesh.vertices.add(1)
    thing = bpy.data.objects.new(name, mesh)
    thing.location = location
    scene.collection.objects.link(thing)
    tree = bpy.data.node_groups.new(name, 'GeometryNodeTree')
    for way in ('INPUT', 'OUTPUT'):
        if hasattr(tree, 'interface'):
            tree.interface.new_socket(
                'Geometry', in_out=way, socket_type='NodeSocketGeometry')
        else:
            getattr(tree, way.lower() + 's').new('NodeSocketGeometry', 'Geometry')
    points = tree.nodes.new('GeometryNodeMeshToPoints')
    points.inputs['Radius'].default_value = radius
    before, after = tree.nodes.new('NodeGroupInput'), tree.nodes.new('NodeGroupOutput')
    tree.links.new(before.outputs[0], points.inputs[0])
    tree.links.new(points.outputs[0], after.inputs[0])
    thing.modifiers.new('Points', 'NODES').node_group = tree
    return thing

def key(owner, path, values):
    for frame, value in values.items():
        setattr(owner, path, value)
        owner.keyframe_insert(path, frame=frame)
    data = owner.animation_data.action
    curves = (data.layers[0].strips[0].channelbags[0].fcurves
              if hasattr(data, 'layers') else data.fcurves)
    for curve in curves:
        for point in curve.keyframe_points:
            point.interpolation = 'LINEAR'
'''


class View:
    """A camera as render_frame tells of it."""

    def __init__(self, pose: dict[str, Any]) -> None:
        self.pose = pose
        self.place = tuple(row[3] for row in pose["transform_matrix"][:3])
        self.axes = [
            tuple(row[i] for row in pose["transform_matrix"][:3]) for i in range(3)
        ]

    def ray(self, x: int, y: int) -> Vector:
        """Where the middle of a pixel looks: a vector of depth 1 in the world."""
        pose = self.pose
        right = (x + 0.5 - pose["cx"]) / pose["fl_x"]
        up = -(y + 0.5 - pose["cy"]) / pose["fl_y"]
        return tuple(
            right * across + up * along - back
            for across, along, back in zip(*self.axes)
        )

    def local(self, vector: Vector) -> Vector:
        """A direction of the world in the camera's frame."""
        return tuple(dot(axis, vector) for axis in self.axes)

    def project(self, point: Vector) -> Vector:
        """Where a point of the world is in the picture, in pixels from the top left."""
        pose = self.pose
        right, up, back = self.local(minus(point, self.place))
        depth = 1.0 if pose["type"] == "ORTHO" else -back
        return (
            pose["cx"] + pose["fl_x"] * right / depth,
            pose["cy"] - pose["fl_y"] * up / depth,
        )


def read_pose(text: str) -> dict[str, Any]:
    """A camera as camera_poses tells it, of the text that render_frame has for it."""
    folder, matrix, *members = text.split("\t")
    numbers = [float(number) for number in matrix.split(" ")]
    pose: dict[str, Any] = json.loads("{" + ",".join(members) + "}")
    rows = [numbers[i : i + 4] for i in range(0, 16, 4)]
    return {**pose, "folder": folder, "transform_matrix": rows}


class Frame:
    """What one call of render_frame made."""

    def __init__(self, root: Path, outputs: list[dict[str, Any]], reply: Any) -> None:
        poses = map(read_pose, reply["poses"])
        self.views = {pose["folder"]: View(pose) for pose in poses}
        self.view = next(iter(self.views.values()))
        self.files = {key: root / name for key, name in reply["files"].items()}
        self.passes = {
            output["key"]: Picture(self.files[output["key"]])
            for output in outputs
            if output["format"] == "OPEN_EXR" and output["kind"] != "frames"
        }

    def __getitem__(self, key: str) -> Picture:
        return self.passes[key]


class GroundCase(unittest.TestCase):
    """All tests of a class share a client; each has an empty folder of its own."""

    client: Client

    @classmethod
    def setUpClass(cls) -> None:
        cls.client = Client()
        cls.addClassCleanup(cls.client.close)

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.outputs: list[dict[str, Any]] = []
        self.known: set[Path] = set()

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        return self.client.call(method, **params)

    def refused(self, code: int, method: str, **params: Any) -> str:
        with self.assertRaises(Failure) as caught:
            self.call(method, **params)
        self.assertEqual(caught.exception.code, code, caught.exception.message)
        return caught.exception.message

    def scene(self, code: str) -> Path:
        """Save the empty scene, changed by `code`."""
        return make(self.folder / "scene.blend", EMPTY + code)

    def load(self, code: str | Path, *kinds: str, **params: Any) -> dict[str, Any]:
        """Load a scene and include these outputs; what outputs tells."""
        path = code if isinstance(code, Path) else self.scene(code)
        self.call("initialize", blend_file=str(path), root=str(self.folder))
        for kind in kinds:
            self.call(f"include_{kind}", **({} if kind == "frames" else params))
        return self.look()

    def look(self) -> dict[str, Any]:
        """Ask which outputs there are, and make their folders."""
        result = self.call("outputs")
        self.outputs = result["outputs"]
        for output in self.outputs:
            (self.folder / output["folder"]).mkdir(parents=True, exist_ok=True)
        return result

    def render(self, number: int) -> Frame:
        """Render every output of a frame into files as core names them."""
        files = {
            output["key"]: f"{output['folder']}/.{output['name']}_{number:06}.7.part"
            for output in self.outputs
        }
        reply = self.call("render_frame", frame=number, files=files)
        for path in files.values():
            self.assertTrue((self.folder / path).is_file(), path)
        self.known |= {self.folder / path for path in files.values()}
        self.assertLessEqual(set(self.folder.rglob("*.part")), self.known)
        return Frame(self.folder, self.outputs, reply)


def dot(one: Vector, other: Vector) -> float:
    return sum(a * b for a, b in zip(one, other))


def minus(one: Vector, other: Vector) -> Vector:
    return tuple(a - b for a, b in zip(one, other))


def along(start: Vector, ray: Vector, far: float) -> Vector:
    """The point on a ray at this depth."""
    return tuple(a + far * b for a, b in zip(start, ray))


def unit(vector: Vector) -> Vector:
    length = dot(vector, vector) ** 0.5
    return tuple(value / length for value in vector)


def distance(one: Vector, other: Vector) -> float:
    gap = minus(one, other)
    return float(dot(gap, gap) ** 0.5)
