# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that a scene needs and that are not there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import bpy

from . import blender
from .verbs import Result


@dataclass(frozen=True)
class Missing:
    """A file that is not there: `name` is the data-block that needs it."""

    kind: str
    name: str
    path: str

    def as_result(self) -> Result:
        """The object that JSON holds."""
        return {"kind": self.kind, "name": self.name, "path": self.path}


def missing_files() -> Iterator[Missing]:
    """Every file that the open .blend refers to, does not pack, and that is absent."""
    for kind, block, path in _references():
        if not path:
            continue
        absolute = bpy.path.abspath(path, library=block.library)
        if not os.path.exists(absolute):
            yield Missing(kind, block.name, os.path.normpath(absolute))


def _references() -> Iterator[tuple[str, Any, str]]:
    """Kind, data-block and path of every external file."""
    for library in bpy.data.libraries:
        if library.packed_file is None:
            # A library's own path is relative to the open file, whoever links it.
            yield "library", library, library.filepath
    for image in bpy.data.images:
        if image.users and not image.packed_files:
            yield from (("texture", image, path) for path in _image_files(image))
    for kind, blocks in (
        ("sound", bpy.data.sounds),
        ("font", bpy.data.fonts),
        ("volume", bpy.data.volumes),
    ):
        for block in blocks:
            if block.packed_file is None and block.filepath != "<builtin>":
                yield kind, block, block.filepath
    for cache in bpy.data.cache_files:
        yield "cache", cache, cache.filepath
    for clip in bpy.data.movieclips:
        yield "clip", clip, clip.filepath
    for owner, tree in blender.node_trees():
        for node in tree.nodes:
            if getattr(node, "mode", "") == "EXTERNAL":  # IES lamps and OSL scripts
                yield "texture", owner, getattr(node, "filepath", "")
    for scene in bpy.data.scenes:
        for strip in blender.strips(scene):
            if strip.type == "IMAGE" and len(strip.elements):
                path = os.path.join(strip.directory, strip.elements[0].filename)
                yield "strip", scene, path
            elif strip.type == "MOVIE":
                yield "strip", scene, strip.filepath


def _image_files(image: Any) -> list[str]:
    """The files of an image: of a sequence the one it names, of UDIM tiles all."""
    if image.source == "TILED":
        return [_tile_path(image.filepath, tile.number) for tile in image.tiles]
    return [image.filepath] if image.source in ("FILE", "SEQUENCE", "MOVIE") else []


def _tile_path(path: str, number: int) -> str:
    """The file of a UDIM tile: 1001 is the first of ten in the first row."""
    row, column = divmod(number - 1001, 10)
    tile = f"u{column + 1}_v{row + 1}"
    return path.replace("<UDIM>", str(number)).replace("<UVTILE>", tile)
