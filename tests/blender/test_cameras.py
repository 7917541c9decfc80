# SPDX-License-Identifier: GPL-3.0-or-later
"""Cameras in numbers: what they tell of themselves is where things are in the picture."""

from __future__ import annotations

import math
import unittest

from exr import Picture
from ground import INVALID_PARAMS, UNSUPPORTED, GroundCase, View, distance
from harness import Client, make, pixel, signature

#: Where small balls are, in the camera's frame for a lens that is as wide as far.
SPOTS = {
    "Middle": (0.0, 0.0, -9.0),
    "Left": (-3.0, 0.3, -9.0),
    "Right": (3.2, -0.5, -11.0),
    "Up": (0.4, 2.2, -8.0),
    "Down": (-0.7, -2.4, -10.0),
    "Near": (1.1, 0.9, -5.0),
}

#: A turned camera and the balls before it, so placed that they move along with it.
BALLS = f"""
from mathutils import Matrix, Euler
camera.location, camera.rotation_euler = (3, -4, 9), (0.5, -0.3, 0.8)
place = Matrix.Translation(camera.location) @ camera.rotation_euler.to_matrix().to_4x4()
for name, spot in {SPOTS}.items():
    ball(name, place @ Vector(spot), 0.3)
scene.render.resolution_x = scene.render.resolution_y = 96
"""

CAMERAS = {
    "square": "",
    "wide": "scene.render.resolution_x, scene.render.resolution_y = 160, 90",
    "portrait": "scene.render.resolution_x, scene.render.resolution_y = 60, 100",
    "shifted": "camera.data.shift_x, camera.data.shift_y = 0.12, -0.07",
    "shifted portrait": """
scene.render.resolution_x, scene.render.resolution_y = 60, 100
camera.data.shift_x, camera.data.shift_y = 0.05, 0.09
""",
    "cropped": """
scene.render.resolution_x = 130
scene.render.use_border = scene.render.use_crop_to_border = True
scene.render.border_min_x, scene.render.border_max_x = 0.13, 0.81
scene.render.border_min_y, scene.render.border_max_y = 0.07, 0.98
""",
    "border without crop": """
scene.render.use_border, scene.render.use_crop_to_border = True, False
scene.render.border_min_x, scene.render.border_max_x = 0.05, 0.95
scene.render.border_min_y, scene.render.border_max_y = 0.1, 1.0
""",
    "fit to width": """
scene.render.resolution_x = 72
camera.data.sensor_fit = 'HORIZONTAL'
""",
    "fit to height": """
scene.render.resolution_x = 140
camera.data.sensor_fit, camera.data.sensor_height = 'VERTICAL', 30
""",
    "wide pixels": """
scene.render.pixel_aspect_x, scene.render.pixel_aspect_y = 1.5, 1
scene.render.resolution_x = 80
camera.data.shift_y = 0.05
""",
    "high pixels": """
scene.render.pixel_aspect_x, scene.render.pixel_aspect_y = 1, 1.4
camera.data.shift_x, camera.data.shift_y = -0.04, 0.06
""",
    "half the size": """
scene.render.resolution_x, scene.render.resolution_y = 191, 187
scene.render.resolution_percentage = 50
""",
    "orthographic": """
camera.data.type, camera.data.ortho_scale = 'ORTHO', 9
camera.data.shift_x, camera.data.shift_y = 0.1, -0.05
scene.render.resolution_x = 120
""",
    "scaled": "camera.scale = (2, 0.5, 3)",
    "parented": """
rig = bpy.data.objects.new('Rig', None)
scene.collection.objects.link(rig)
rig.location, rig.rotation_euler, rig.scale = (1, 2, 3), (0.4, 0, 1), (2, 2, 2)
bpy.context.view_layer.update()
matrix = camera.matrix_world.copy()
camera.parent = rig
bpy.context.view_layer.update()
camera.matrix_world = matrix
""",
    "constrained": """
goal = bpy.data.objects.new('Goal', None)
scene.collection.objects.link(goal)
goal.location = place @ Vector((0.5, 0.2, -9))
track = camera.constraints.new('TRACK_TO')
track.target, track.track_axis, track.up_axis = goal, 'TRACK_NEGATIVE_Z', 'UP_Y'
""",
}


def centre(ids: Picture, number: int) -> tuple[float, float]:
    """The middle of an object in pixels from the top left."""
    where = [index for index, value in enumerate(ids.channels["V"]) if value == number]
    return (
        sum(index % ids.width + 0.5 for index in where) / len(where),
        sum(index // ids.width + 0.5 for index in where) / len(where),
    )


class ProjectionTest(GroundCase):
    def test_points_land_on_what_is_rendered(self) -> None:
        for name, code in CAMERAS.items():
            with self.subTest(name):
                path = self.scene(BALLS + code)
                told = self.load(path, "segmentations")
                frame = self.render(1)
                self.check(frame.view, frame["segmentations"], told["objects"])
                output = told["outputs"][0]
                size = (output["width"], output["height"])
                self.assertEqual((frame.view.pose["w"], frame.view.pose["h"]), size)
                ids = frame["segmentations"]
                self.assertEqual((ids.width, ids.height), size)

    def check(self, view: View, ids: Picture, numbers: dict[str, int]) -> None:
        checked = 0
        for name, spot in SPOTS.items():
            point = self.place(spot)
            x, y = view.project(point)
            if min(x, y, ids.width - x, ids.height - y) < 8:
                continue  # cut off at the edge
            checked += 1
            self.assertLess(distance((x, y), centre(ids, numbers[name])), 0.5, name)
        self.assertGreaterEqual(checked, 3)

    def place(self, spot: tuple[float, ...]) -> tuple[float, ...]:
        """Where a spot before the turned camera is in the world."""
        a, b, c = 0.5, -0.3, 0.8
        x, y, z = spot
        y, z = math.cos(a) * y - math.sin(a) * z, math.sin(a) * y + math.cos(a) * z
        x, z = math.cos(b) * x + math.sin(b) * z, -math.sin(b) * x + math.cos(b) * z
        x, y = math.cos(c) * x - math.sin(c) * y, math.sin(c) * x + math.cos(c) * y
        return x + 3, y - 4, z + 9

    def test_pictures_agree_with_passes(self) -> None:
        code = BALLS + CAMERAS["cropped"] + "\nscene.render.film_transparent = True"
        self.load(code, "frames", "depths")
        frame = self.render(1)
        x, y = (int(value) for value in frame.view.project(self.place(SPOTS["Left"])))
        self.assertEqual(pixel(frame.files["frames"], x, y)[3], 255)
        self.assertLess(frame["depths"].at(x, y)[0], 10)

    def test_intrinsics_by_hand(self) -> None:
        code = """
scene.render.resolution_x, scene.render.resolution_y = 200, 100
camera.data.lens, camera.data.sensor_width, camera.data.shift_x = 50, 36, 0.1
camera.location = (1, 2, 3)
"""
        self.load(code, "frames")
        pose = self.call("camera_poses", frames=[1])["frames"][0]["cameras"][0]
        focal = 50 / 36 * 200
        expected = {
            "fl_x": focal,
            "fl_y": focal,
            "cx": 80,
            "cy": 50,
            "w": 200,
            "h": 100,
        }
        for name, value in expected.items():
            self.assertAlmostEqual(pose[name], value, delta=1e-3, msg=name)
        self.assertEqual((pose["c"], pose["folder"], pose["type"]), (4, "", "PERSP"))
        rows = [[1, 0, 0, 1], [0, 1, 0, 2], [0, 0, 1, 3], [0, 0, 0, 1]]
        self.assertEqual(pose["transform_matrix"], rows)
        self.assertEqual(self.call("camera_extrinsics")["matrix"], rows)
        ((fl_x, skew, cx), (_, fl_y, cy), last) = self.call("camera_intrinsics")[
            "matrix"
        ]
        self.assertEqual(
            (fl_x, fl_y, cx, cy), tuple(pose[n] for n in ("fl_x", "fl_y", "cx", "cy"))
        )
        self.assertEqual((skew, last), (0, [0, 0, 1]))
        self.call("image_settings", format="JPEG", color_mode="RGB")
        pose = self.call("camera_poses", frames=[1])["frames"][0]["cameras"][0]
        self.assertEqual(pose["c"], 3)

    def test_animated_lens(self) -> None:
        self.load("key(camera.data, 'lens', {1: 18, 11: 36})", "depths")
        poses = self.call("camera_poses", frames=[1, 6, 11])["frames"]
        focal = [each["cameras"][0]["fl_x"] for each in poses]
        for found, expected in zip(focal, (16, 24, 32)):
            self.assertAlmostEqual(found, expected, delta=1e-4)
        self.assertEqual(self.render(6).view.pose, poses[1]["cameras"][0])

    def test_panoramic_camera_has_no_focal_length(self) -> None:
        self.load("camera.data.type = 'PANO'", "frames")
        pose = self.call("camera_poses", frames=[1])["frames"][0]["cameras"][0]
        self.assertEqual([pose[n] for n in ("type", "fl_x", "cx")], ["PANO", 0, 0])
        self.refused(UNSUPPORTED, "camera_intrinsics")


#: A wall, and cameras nearer and nearer to it; a marker switches to the second.
SEVERAL = """
wall = plane('Wall', (0, 0, -10))
for index, name in enumerate(('B/1', 'b:1', 'zoom')):
    thing = bpy.data.objects.new(name, camera.data.copy())
    scene.collection.objects.link(thing)
    thing.location = (0, 0, -index - 1)
scene.timeline_markers.new('start', frame=0).camera = camera
scene.timeline_markers.new('switch', frame=4).camera = bpy.data.objects['B/1']
scene.frame_end = 9
"""


class ChoiceTest(GroundCase):
    def depth(self, number: int, key: str = "depths") -> float:
        return float(self.render(number)[key].at(5, 5)[0])

    def test_markers_switch_cameras(self) -> None:
        self.load(SEVERAL, "frames", "depths")
        self.assertEqual([self.depth(number) for number in (1, 4, 3)], [10, 9, 10])
        self.assertEqual(self.render(4).view.pose["camera"], "B/1")
        self.call("move_keyframes", scale=2)
        self.assertEqual([self.depth(number) for number in (7, 8)], [10, 9])
        poses = self.call("camera_poses", frames=[7, 8])["frames"]
        names = [each["cameras"][0]["camera"] for each in poses]
        self.assertEqual(names, ["Camera", "B/1"])

    def test_one_camera(self) -> None:
        self.load(SEVERAL, "frames", "depths")
        self.call("use_camera", camera="zoom")
        self.assertEqual([self.depth(number) for number in (1, 5)], [7, 7])
        self.assertEqual(self.look()["outputs"][0]["camera"], "zoom")
        message = self.refused(UNSUPPORTED, "use_camera", camera="nobody")
        for name in ("'Camera'", "'B/1'", "'b:1'", "'zoom'"):
            self.assertIn(name, message)

    def test_all_cameras(self) -> None:
        self.load(SEVERAL, "frames", "depths")
        alone = self.render(1).files["frames"]
        signatures = {signature(alone)}
        self.call("use_all_cameras")
        outputs = self.look()["outputs"]
        folders = ["B_1", "Camera", "b_1 2", "zoom"]
        self.assertEqual(
            [each["folder"] for each in outputs],
            [f"{folder}/{kind}" for folder in folders for kind in ("frames", "depths")],
        )
        self.assertEqual(len({each["key"] for each in outputs}), 8)
        frame = self.render(5)
        self.assertEqual(list(frame.views), folders)
        depths = [frame[f"{folder}/depths"].at(5, 5)[0] for folder in folders]
        self.assertEqual(depths, [9, 10, 8, 7])
        names = [view.pose["camera"] for view in frame.views.values()]
        self.assertEqual(names, ["B/1", "Camera", "b:1", "zoom"])
        self.assertEqual(signature(frame.files["Camera/frames"]), *signatures)
        poses = self.call("camera_poses", frames=[5])["frames"][0]["cameras"]
        self.assertEqual(poses, [view.pose for view in frame.views.values()])

    def test_camera_in_a_library(self) -> None:
        library = make(
            self.folder / "library.blend",
            "camera = scene.camera\n"
            "camera.name = 'Borrowed'\n"
            "camera.location, camera.rotation_euler = (0, 0, 5), (0, 0, 0)\n"
            "camera.data.lens, camera.data.sensor_width = 18, 36\n"
            "camera.data.dof.use_dof, camera.data.dof.aperture_fstop = True, 0.1\n",
        )
        path = self.scene(
            f"""
plane('Wall', (0, 0, -10), rotation=(0.3, 0, 0))
with bpy.data.libraries.load({str(library)!r}, link=True) as (there, here):
    here.objects = ['Borrowed']
scene.collection.objects.link(bpy.data.objects['Borrowed'])
scene.camera = bpy.data.objects['Borrowed']
"""
        )
        self.load(path, "frames", "depths", "normals")
        frame = self.render(1)
        self.assertEqual(frame.view.pose["camera"], "Borrowed")
        for x, y in ((2, 3), (16, 12), (30, 20)):
            ray = frame.view.ray(x, y)
            normal = (0, -math.sin(0.3), math.cos(0.3))
            far = -15 * normal[2] / sum(a * b for a, b in zip(ray, normal))
            self.assertAlmostEqual(frame["depths"].at(x, y)[0], far, delta=1e-4)
            self.assertLess(distance(frame["normals"].at(x, y), normal), 1e-3)
        self.call("use_all_cameras")
        self.assertIn("Borrowed/depths", [o["key"] for o in self.look()["outputs"]])


class PosingTest(GroundCase):
    """The verbs that move the camera."""

    def matrix(self) -> list[list[float]]:
        rows: list[list[float]] = self.call("camera_extrinsics")["matrix"]
        return rows

    def check_matrix(self, expected: list[list[float]]) -> None:
        for row, wanted in zip(self.matrix(), expected):
            for value, other in zip(row, wanted):
                self.assertAlmostEqual(value, other, delta=1e-5)

    def test_unbound_camera_stays(self) -> None:
        code = """
rig = bpy.data.objects.new('Rig', None)
scene.collection.objects.link(rig)
rig.location, rig.rotation_euler = (1, 2, 3), (0.4, 0, 1)
camera.parent = rig
key(camera, 'location', {1: (0, 0, 0), 9: (9, 9, 9)})
track = camera.constraints.new('COPY_ROTATION')
track.target = rig
scene.frame_set(5)
"""
        self.load(code, "depths")
        before = self.matrix()
        self.call("unbind_camera")
        self.check_matrix(before)
        poses = self.call("camera_poses", frames=[1, 9])["frames"]
        for each in poses:
            rows = each["cameras"][0]["transform_matrix"]
            for row, wanted in zip(rows, before):
                self.assertLess(distance(tuple(row), tuple(wanted)), 1e-5)

    def test_camera_is_put_and_turned(self) -> None:
        self.load("plane('Wall', (0, 0, -5))", "depths")
        self.call("position_camera", location=[0, 0, 5])
        self.assertEqual(self.render(1)["depths"].at(16, 12), (10,))
        half = math.sqrt(0.5)
        quarter = [[1, 0, 0, 0], [0, 0, -1, 0], [0, 1, 0, 5], [0, 0, 0, 1]]
        self.call("position_camera", rotation=[math.pi / 2, 0, 0])
        self.check_matrix(quarter)
        self.call("position_camera", rotation=[0, 0, 0])
        self.call("position_camera", rotation=[half, half, 0, 0])
        self.check_matrix(quarter)
        self.call("position_camera", location=[0, -3, 0], look_at=[0, 5, 0])
        self.check_matrix([[1, 0, 0, 0], [0, 0, -1, -3], [0, 1, 0, 0], [0, 0, 0, 1]])
        self.call("rotate_camera", angle=math.pi / 2)
        self.check_matrix([[0, -1, 0, 0], [0, 0, -1, -3], [1, 0, 0, 0], [0, 0, 0, 1]])
        self.refused(INVALID_PARAMS, "position_camera", rotation=[1, 2])
        self.refused(
            INVALID_PARAMS, "position_camera", rotation=[0, 0, 0], look_at=[0, 0, 0]
        )

    def test_keyframes(self) -> None:
        self.load("plane('Wall', (0, 0, -5))", "depths")
        self.call("set_camera_keyframe", frame=1)
        matrix = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 8], [0, 0, 0, 1]]
        self.call("set_camera_keyframe", frame=11, matrix=matrix)
        found = [self.render(number)["depths"].at(3, 3)[0] for number in (1, 6, 11)]
        self.assertEqual(found, [5, 9, 13])


class DevicesTest(GroundCase):
    def test_the_processor_is_there(self) -> None:
        with Client() as client:  # before any scene
            found = client.call("devices")["devices"]
        self.assertIn("cpu", [each["type"] for each in found])
        self.assertTrue(all(each["name"] for each in found))
        self.load("plane('Wall', (0, 0, -5))\nscene.cycles.device = 'GPU'", "depths")
        self.assertEqual(self.call("use_device", device="cpu"), {"device": "cpu"})
        self.assertEqual(self.render(1)["depths"].at(3, 3), (5,))

    def test_what_there_is_not(self) -> None:
        self.load("")
        found = self.call("devices")["devices"]
        here = {each["type"] for each in found}
        for device in {"cuda", "optix", "hip", "oneapi", "metal", "abacus"} - here:
            message = self.refused(UNSUPPORTED, "use_device", device=device)
            self.assertIn(device, message)
            for each in found:
                self.assertIn(f"{each['type']} ({each['name']})", message)


if __name__ == "__main__":
    unittest.main()
