# SPDX-License-Identifier: GPL-3.0-or-later
"""Rendering as a call that fails when the files are not there."""

from __future__ import annotations

import os
from collections.abc import Iterable

import bpy

from . import blender
from .errors import DiskFull, NotWritable, RenderFailed
from .files import is_full, is_written, remove


def render_into(paths: Iterable[str], write_still: bool = False) -> None:
    """Render the current frame of the open scene, which writes the files at `paths`."""
    paths = list(paths)
    for path in paths:
        # Blender would make it again, where a disk was mounted before.
        if not os.path.isdir(os.path.dirname(path)):
            raise NotWritable("The output folder is gone")
        remove(path)
    try:
        outcome = bpy.ops.render.render(write_still=write_still)
    except RuntimeError as error:
        raise blender.write_failure(error, RenderFailed) from error
    if "FINISHED" not in outcome:
        raise RenderFailed("Blender cancelled the render")


def check_written(paths: Iterable[str]) -> None:
    """Raises if one of these files is not there, or may not be whole."""
    for path in paths:
        # Blender 4 and 5 finish happily on a full disk, with a file that is cut off.
        if is_full(os.path.dirname(path)):
            raise DiskFull("No space is left in the output folder")
        if not is_written(path):
            raise RenderFailed("Blender reported success but wrote no file")
