# SPDX-License-Identifier: GPL-3.0-or-later
"""The verb that renders."""

from __future__ import annotations

import contextlib
import os
import time
from typing import Any

import bpy

from . import blender, process, verbs
from .errors import DiskFull, InvalidParams, NotWritable, RenderFailed
from .files import is_full, is_written, remove
from .progress import Progress, listening
from .session import Session
from .settings import picture_size
from .timeline import MAX_FRAME
from .verbs import Result, verb


@verb(frame=verbs.integer(-MAX_FRAME, MAX_FRAME), files=verbs.text_map)
def render_frame(session: Session, *, frame: int, files: dict[str, str]) -> Result:
    """Render one frame into `files`: for each kind of output, a path below the root.

    Folders exist already; whatever has these names is replaced. Tells the time it took
    in seconds, the most memory ever used in bytes, and as "blank" whether the picture
    is all "black" or "transparent", where that was noticed.
    """
    scene = session.scene
    for kind in files:
        if kind not in session.outputs:
            known = ", ".join(sorted(session.outputs)) or "none"
            raise InvalidParams(f"{kind!r} is not an output of this scene ({known})")
    started = time.monotonic()
    path = _absolute(session.root, files["frames"])
    with contextlib.ExitStack() as stack:
        if session.is_still:
            for owner in blender.motion_blurs(scene):
                stack.enter_context(blender.temporarily(owner, use_motion_blur=False))
        scene.frame_set(session.still_frame if session.is_still else frame)
        stack.enter_context(listening(_progress(session, frame)))
        _render(scene, path)
    seconds = time.monotonic() - started
    blank = session.eye.look(path, seconds, _pixels(scene))
    return {
        "frame": frame,
        "files": files,
        "seconds": seconds,
        "memory": process.peak_memory(),
        **({"blank": blank} if blank else {}),
    }


def _absolute(root: str, path: str) -> str:
    """Where `path` is, which must be below `root`."""
    if os.path.isabs(path) or ".." in path.split("/"):
        raise InvalidParams(f"{path!r} is not a path below the root")
    absolute = os.path.join(root, path)
    blender.check_length(blender.output_path(absolute))
    return absolute


def _render(scene: Any, path: str) -> None:
    """Render the current frame of `scene` into exactly `path`."""
    # Blender would make it again, where a disk was mounted before.
    if not os.path.exists(os.path.dirname(path)):
        raise NotWritable("The output folder is gone")
    remove(path)
    output = blender.temporarily(
        scene.render, filepath=blender.output_path(path), use_file_extension=False
    )
    try:
        with output:
            outcome = bpy.ops.render.render(write_still=True)
    except RuntimeError as error:
        raise blender.write_failure(error, RenderFailed) from error
    if "FINISHED" not in outcome:
        raise RenderFailed("Blender cancelled the render")
    # Blender 4 and 5 finish happily on a full disk, with a file that is cut off.
    if is_full(os.path.dirname(path)):
        raise DiskFull("No space is left in the output folder")
    if not is_written(path):
        raise RenderFailed("Blender reported success but wrote no file")


def _pixels(scene: Any) -> int:
    """How many pixels a file has; 0 if there is more than a picture in it."""
    width, height = picture_size(scene)
    layered = scene.render.image_settings.file_format == "OPEN_EXR_MULTILAYER"
    return 0 if layered else width * height


def _progress(session: Session, frame: int) -> Progress:
    def report(fraction: float) -> None:
        session.channel.notify("progress", frame=frame, fraction=fraction)

    render = session.scene.render
    layers = [layer for layer in session.scene.view_layers if layer.use]
    return Progress(report, 1 if render.use_single_layer else len(layers))
