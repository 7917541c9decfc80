# SPDX-License-Identifier: GPL-3.0-or-later
"""Verbs that move the camera and tell what it is, for those who script it."""

from __future__ import annotations

from typing import Any

import bpy
from mathutils import Euler, Matrix, Quaternion, Vector

from . import blender, verbs
from .cameras import describe, evaluated, unbind_markers, viewpoints
from .errors import InvalidParams, Unsupported
from .session import Session
from .timeline import MAX_FRAME
from .verbs import Result, verb


@verb()
def unbind_camera(session: Session) -> Result:
    """Let nothing move the camera but the verbs: no animation, parent or constraint. It
    stays where it is."""
    scene = session.scene
    unbind_markers(scene)
    camera = scene.camera
    place = evaluated(camera).matrix_world.copy()
    camera.animation_data_clear()
    camera.constraints.clear()
    camera.parent = None
    camera.matrix_world = place
    _settle(scene)
    return {}


@verb(
    location=verbs.vector(3),
    rotation=verbs.vector(3, 4),
    look_at=verbs.vector(3),
)
def position_camera(
    session: Session,
    *,
    location: list[float] | None = None,
    rotation: list[float] | None = None,
    look_at: list[float] | None = None,
) -> Result:
    """Put the camera at `location` in the world, and turn it: by an XYZ Euler rotation
    in radians or a quaternion (w, x, y, z), or to `look_at` a point."""
    if rotation is not None and look_at is not None:
        raise InvalidParams("rotation and look_at exclude each other")
    camera = session.scene.camera
    place, turn, scale = evaluated(camera).matrix_world.decompose()
    if location is not None:
        place = Vector(location)
    if rotation is not None:
        turn = _turn(rotation)
    elif look_at is not None:
        # A camera looks along its -Z axis.
        turn = (Vector(look_at) - place).to_track_quat("-Z", "Y")
    camera.matrix_world = Matrix.LocRotScale(place, turn, scale)
    _settle(session.scene)
    return {}


@verb(angle=verbs.number)
def rotate_camera(session: Session, *, angle: float) -> Result:
    """Roll the camera about its optical axis: by `angle` radians, counter-clockwise as
    seen from behind it."""
    camera = session.scene.camera
    roll = Matrix.Rotation(angle, 4, "Z")
    camera.matrix_world = evaluated(camera).matrix_world @ roll
    _settle(session.scene)
    return {}


@verb(frame=verbs.integer(0, MAX_FRAME), matrix=verbs.matrix(4))
def set_camera_keyframe(
    session: Session, *, frame: int, matrix: list[list[float]] | None = None
) -> Result:
    """Key where the camera is, or `matrix` (camera to world), at a frame."""
    camera = session.scene.camera
    if matrix is not None:
        camera.matrix_world = Matrix(matrix)
    rotation = {
        "QUATERNION": "rotation_quaternion",
        "AXIS_ANGLE": "rotation_axis_angle",
    }
    for path in (
        "location",
        rotation.get(camera.rotation_mode, "rotation_euler"),
        "scale",
    ):
        camera.keyframe_insert(path, frame=frame)
    _settle(session.scene)
    return {}


@verb()
def camera_intrinsics(session: Session) -> Result:
    """The camera matrix, three rows: from camera space (X right, Y down, Z forward) to
    pixels from the top left."""
    pose = describe(session, viewpoints(session)[0])
    if pose["type"] == "PANO":
        raise Unsupported("A panoramic camera has no matrix of intrinsics")
    rows = [[pose["fl_x"], 0.0, pose["cx"]], [0.0, pose["fl_y"], pose["cy"]]]
    return {"matrix": [*rows, [0.0, 0.0, 1.0]]}


@verb()
def camera_extrinsics(session: Session) -> Result:
    """Camera to world, four rows, without scale."""
    pose = describe(session, viewpoints(session)[0])
    return {"matrix": pose["transform_matrix"]}


def _turn(rotation: list[float]) -> Any:
    """A rotation as a quaternion."""
    if len(rotation) == 4:
        return Quaternion(rotation).normalized()
    return Euler(rotation).to_quaternion()


def _settle(scene: Any) -> None:
    """Have what depends on the camera follow it."""
    bpy.context.view_layer.update()
    blender.forget_persistent_data(scene)
