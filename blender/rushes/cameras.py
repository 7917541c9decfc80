# SPDX-License-Identifier: GPL-3.0-or-later
"""Which cameras render, where they are and what they see."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import bpy

from . import blender, verbs
from .errors import Unsupported
from .picture import crop_edges
from .session import Session
from .settings import border, frame_size, rendered_size
from .timeline import MAX_FRAME
from .verbs import Result, verb

#: Names that the folder of a camera cannot have, as files lie there.
_TAKEN = {"rushes.json", "rushes.poses", "transforms.json"}

#: What of a camera's data its focal lengths and its principal point come from.
_LENS = {
    "lens",
    "ortho_scale",
    "sensor_height",
    "sensor_width",
    "shift_x",
    "shift_y",
}

#: What some file system or other does not take in a name, or at its end.
_UNSAFE = re.compile(r'[\x00-\x1f/\\:*?"<>|]|^[. ]|[. ]$')

_CHANNELS = {"BW": 1, "RGB": 3, "RGBA": 4}


@dataclass(frozen=True)
class Viewpoint:
    """A camera to render through. `folder` is that of its files, "" if it is the only
    one."""

    camera: Any
    folder: str = ""


@verb(camera=verbs.text)
def use_camera(session: Session, *, camera: str) -> Result:
    """Render through this camera whatever markers say."""
    scene = session.scene
    chosen = {each.name: each for each in _cameras(scene)}.get(camera)
    if chosen is None:
        names = ", ".join(repr(each.name) for each in _cameras(scene))
        raise Unsupported(f"The scene has no camera {camera!r}; it has {names}")
    unbind_markers(scene)
    scene.camera = chosen
    session.all_cameras = False
    blender.forget_persistent_data(scene)
    return {"camera": chosen.name}


@verb()
def use_all_cameras(session: Session) -> Result:
    """Render every frame through every camera of the scene."""
    unbind_markers(session.scene)
    session.all_cameras = True
    return {"cameras": [each.name for each in _cameras(session.scene)]}


@verb(frames=verbs.integers(-MAX_FRAME, MAX_FRAME))
def camera_poses(session: Session, *, frames: list[int]) -> Result:
    """What the cameras of these frames are, without rendering."""
    poses = []
    for frame in frames:
        session.show(frame)
        cameras = [describe(session, viewpoint) for viewpoint in viewpoints(session)]
        poses.append({"frame": frame, "cameras": cameras})
    return {"frames": poses}


# What cameras see


def viewpoints(session: Session) -> list[Viewpoint]:
    """The cameras that the current frame is rendered through."""
    scene = session.scene
    if not session.all_cameras:
        return [Viewpoint(scene.camera)]
    cameras = list(_cameras(scene))
    return list(map(Viewpoint, cameras, _folders([each.name for each in cameras])))


def look_through(scene: Any, viewpoint: Viewpoint) -> None:
    """Make that camera the scene's."""
    if scene.camera != viewpoint.camera:
        scene.camera = viewpoint.camera
        blender.forget_persistent_data(scene)


def describe(session: Session, viewpoint: Viewpoint) -> Result:
    """One camera at the current frame, as transforms.json has it.

    Lengths `fl_x`, `fl_y`, `cx`, `cy` are in pixels of the picture from its top left;
    an orthographic camera has pixels a scene unit for `fl_x` and `fl_y`, a panoramic
    one zeros for all four. `c` is the number of channels of the frames' pictures.
    """
    scene = session.scene
    look_through(scene, viewpoint)
    camera = evaluated(viewpoint.camera)
    data = camera.data
    width, height = rendered_size(scene)
    lengths = _lengths(scene, data) if data.type != "PANO" else (0.0,) * 4
    return {
        "camera": viewpoint.camera.name,
        "folder": viewpoint.folder,
        "w": width,
        "h": height,
        **dict(zip(("fl_x", "fl_y", "cx", "cy"), lengths)),
        "c": _CHANNELS[scene.render.image_settings.color_mode],
        "type": data.type,
        "lens": data.lens,
        "ortho_scale": data.ortho_scale,
        "sensor_width": data.sensor_width,
        "sensor_height": data.sensor_height,
        "sensor_fit": data.sensor_fit,
        "shift_x": data.shift_x,
        "shift_y": data.shift_y,
        "clip_start": data.clip_start,
        "clip_end": data.clip_end,
        "transform_matrix": [list(row) for row in placement(camera)],
    }


def as_text(pose: Result) -> str:
    """What `describe` says as fields between tabs: the folder, 16 numbers of the matrix,
    and the rest as JSON members. It is kept as it is, and unpacked by nobody on the
    way."""
    numbers = [number for row in pose["transform_matrix"] for number in row]
    members = [
        f"{json.dumps(name)}: {json.dumps(value, allow_nan=False)}"
        for name, value in pose.items()
        if name not in ("folder", "transform_matrix")
    ]
    return "\t".join([pose["folder"], " ".join(map(repr, numbers)), *members])


def placement(camera: Any) -> Any:
    """Camera to world without scale, as engines take it: they normalize each axis."""
    return camera.matrix_world.normalized()


def axes(camera: Any) -> list[list[float]]:
    """The camera's axes in the world: right, up, backward."""
    return [list(axis)[:3] for axis in list(placement(evaluated(camera)).col)[:3]]


def _lengths(scene: Any, lens: Any) -> tuple[float, float, float, float]:
    """Focal lengths and principal point of a camera's data, by Blender's own rules.

    Its matrix of projection would say the same, but with an animated lens the rounding
    of what does not change would differ from frame to frame.
    """
    render = scene.render
    width, height = frame_size(scene)
    # Pixels are so much higher than wide.
    aspect = render.pixel_aspect_y / render.pixel_aspect_x
    fit = lens.sensor_fit
    if fit == "AUTO":
        fit = "HORIZONTAL" if width >= height * aspect else "VERTICAL"
    # How many pixels, as wide as they are, the sensor has.
    across = width if fit == "HORIZONTAL" else height * aspect
    if lens.type == "ORTHO":
        focal = across / lens.ortho_scale
    else:
        by_height = lens.sensor_fit == "VERTICAL"
        size = lens.sensor_height if by_height else lens.sensor_width
        focal = across * lens.lens / size
    left, top = crop_edges((width, height), *border(scene))[:2]
    return (
        focal,
        focal / aspect,
        width / 2 - lens.shift_x * across - left,
        height / 2 + lens.shift_y * across / aspect - top,
    )


def zooms(camera: Any) -> bool:
    """Whether a camera's focal length or principal point may change in time."""
    curves = blender.curves_of(camera.data)
    return any(curve.data_path in _LENS for curve in curves)


# Of scenes


def evaluated(camera: Any) -> Any:
    """A camera as parents, constraints and drivers make it."""
    return camera.evaluated_get(bpy.context.evaluated_depsgraph_get())


def unbind_markers(scene: Any) -> None:
    """Let no marker switch cameras."""
    for marker in scene.timeline_markers:
        marker.camera = None


def _cameras(scene: Any) -> list[Any]:
    """Every camera of the scene, by name; of a name that libraries share, the first."""
    cameras: dict[str, Any] = {}
    for thing in scene.objects:
        if thing.type == "CAMERA":
            cameras.setdefault(thing.name, thing)
    return [cameras[name] for name in sorted(cameras)]


def _folders(names: Iterable[str]) -> list[str]:
    """Names of folders for cameras of these names; no two differ in case alone."""
    folders: list[str] = []
    taken = set(_TAKEN)
    for name in names:
        folder = stem = _UNSAFE.sub("_", name)
        number = 2
        while folder.casefold() in taken:
            folder = f"{stem} {number}"
            number += 1
        taken.add(folder.casefold())
        folders.append(folder)
    return folders
