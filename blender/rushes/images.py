# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures on disk, as Blender reads them and writes them anew."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import bpy

from . import blender
from .errors import DiskFull, LoadFailed, RequestError
from .files import is_full, is_written


@contextlib.contextmanager
def loaded(path: str) -> Iterator[Any]:
    """The file at `path` as an image of its own, whoever else uses that file."""
    try:
        image = bpy.data.images.load(blender.literal(path), check_existing=False)
    except RuntimeError as error:
        raise LoadFailed(blender.words(error)) from error
    try:
        yield image
    finally:
        bpy.data.images.remove(image)


def save_png(image: Any, path: str) -> None:
    """Write an image as a PNG of 8 bits; of one with many layers, the first.

    Colours are as in Blender's view "Standard".
    """
    with _saving_scene() as scene:
        try:
            image.save_render(blender.literal(path), scene=scene)
        except RuntimeError as error:
            raise blender.write_failure(error, RequestError) from error
    # Newer Blenders finish happily on a full disk, with a file that is cut off.
    if is_full(os.path.dirname(path)):
        raise DiskFull("No space is left for the preview")
    if not is_written(path):
        raise RequestError("Blender reported success but wrote no preview")


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
