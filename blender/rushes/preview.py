# SPDX-License-Identifier: GPL-3.0-or-later
"""The verb that makes a small picture of a large one, in whatever format that is."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import bpy

from . import blender, verbs
from .errors import DiskFull, InvalidParams, LoadFailed, RequestError
from .files import is_full, is_written, remove
from .picture import Size, fitted_size
from .session import Session
from .verbs import Result, verb


@verb(path=verbs.text, target=verbs.text, size=verbs.integer(16, 4096))
def preview(session: Session, *, path: str, target: str, size: int) -> Result:
    """Write the picture at `path` as a PNG of 8 bits at `target`: both absolute.

    No side of it is longer than `size` pixels, and none longer than it was. Colours are
    as in Blender's view "Standard", and the first layer stands for all. Tells the size
    of the picture at `path`. A loaded scene stays as it is.
    """
    if not os.path.isabs(path) or not os.path.isabs(target):
        raise InvalidParams("path and target must be absolute")
    staging = f"{target}.{os.getpid()}.part"
    blender.check_length(staging)
    try:
        width, height = _shrink(path, staging, size)
        os.replace(staging, target)
    except OSError as error:
        raise RequestError(f"{target}: {error.strerror}") from error
    finally:
        remove(staging)
    return {"width": width, "height": height}


def _shrink(path: str, target: str, longest: int) -> Size:
    """Write the small picture; the size of the large one."""
    with _loaded(path) as image, _saving_scene() as scene:
        width, height = image.size  # only this reads the file
        if image.type == "MULTILAYER":
            # It has no size and cannot be scaled, but its first layer can be saved.
            _save(image, target, scene)
            return _shrink(target, target, longest)
        if not (width and height):
            raise LoadFailed(f"{path} is no picture that this Blender can read")
        small = fitted_size((width, height), longest)
        if small != (width, height):
            image.scale(*small)
        _save(image, target, scene)
    return width, height


@contextlib.contextmanager
def _loaded(path: str) -> Iterator[Any]:
    """The file at `path` as an image of its own, whoever else uses that file."""
    try:
        image = bpy.data.images.load(blender.literal(path), check_existing=False)
    except RuntimeError as error:
        raise LoadFailed(blender.words(error)) from error
    try:
        yield image
    finally:
        bpy.data.images.remove(image)


@contextlib.contextmanager
def _saving_scene() -> Iterator[Any]:
    """A scene to save pictures by, as the settings of another would show."""
    scene = bpy.data.scenes.new("Rushes")
    settings = scene.render.image_settings
    blender.set_format(settings, "PNG")
    settings.color_mode, settings.color_depth = "RGBA", "8"
    try:
        # Studios have configurations of colour management with other views.
        with contextlib.suppress(TypeError):
            scene.view_settings.view_transform = "Standard"
        yield scene
    finally:
        bpy.data.scenes.remove(scene)


def _save(image: Any, path: str, scene: Any) -> None:
    """Write an image by the settings of `scene`."""
    try:
        image.save_render(blender.literal(path), scene=scene)
    except RuntimeError as error:
        raise blender.write_failure(error, RequestError) from error
    # Newer Blenders finish happily on a full disk, with a file that is cut off.
    if is_full(os.path.dirname(path)):
        raise DiskFull("No space is left for the preview")
    if not is_written(path):
        raise RequestError("Blender reported success but wrote no preview")
