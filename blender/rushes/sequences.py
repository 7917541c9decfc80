# SPDX-License-Identifier: GPL-3.0-or-later
"""Image sequences and movies that are used as pictures, and how they run.

Such a user of an image knows when it starts and how many frames it has, but not how
fast it runs. Stretched, it runs all the time, and a driver of its offset says which
picture that is: one of plain arithmetic, which Blender evaluates without Python. That
suits nodes. Textures of modifiers and particles are read at any time before or after
their drivers, so they keep their own time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import bpy

from . import blender
from .timeline import MAX_FRAME, Stretch


@dataclass(frozen=True)
class Sequence:
    """One use of an image: `user` holds its time, and is what `path` leads to from
    `owner`, a data-block."""

    image: Any
    owner: Any
    path: str
    user: Any

    def __str__(self) -> str:
        return f"image sequence {self.image.name!r}"

    @property
    def is_free(self) -> bool:
        """Whether its offset can be driven: it is a node's, nothing else changes it, and it
        is no library's."""
        if isinstance(self.owner, bpy.types.Texture):
            return False
        if self.owner.library is not None or self.owner.override_library is not None:
            return False
        offset = self.path + "frame_offset"
        return all(curve.data_path != offset for curve in blender.curves_of(self.owner))

    def stretch(self, stretch: Stretch) -> None:
        """Let it show at the new time what it showed at the old one."""
        user = self.user
        length, offset = user.frame_duration, user.frame_offset
        # Times that come to lie on a frame must not fall short of it.
        old = f"floor((frame-({stretch.shift!r}))/{stretch.scale!r}+0.0001)"
        count = f"{old}-({user.frame_start - 1})"
        if user.use_cyclic:
            # fmod() has the sign of what is divided; the first of `length` is 1.
            count = f"fmod(fmod({count}-1,{length})+{length},{length})+1"
        else:
            count = f"min(max({count},0),{length})"
        driver = self.owner.driver_add(self.path + "frame_offset").driver
        driver.type = "SCRIPTED"
        driver.expression = f"{count}+({offset})-frame"
        # From now on the offset is added to the number of the frame.
        user.use_cyclic = False
        user.frame_start, user.frame_duration = 1, MAX_FRAME


def sequences() -> Iterator[Sequence]:
    """Every use of a sequence of images that can show in a render."""
    for _owner, tree in blender.node_trees():
        for node in tree.nodes:
            path = f'nodes["{bpy.utils.escape_identifier(node.name)}"].'
            if node.bl_idname == "CompositorNodeImage":
                yield from _sequence(node.image, tree, path, node)
            elif getattr(node, "image_user", None) is not None:
                path += "image_user."
                yield from _sequence(node.image, tree, path, node.image_user)
    for texture in bpy.data.textures:
        if texture.type == "IMAGE":
            yield from _sequence(
                texture.image, texture, "image_user.", texture.image_user
            )


def fixed(scene: Any) -> Iterator[Sequence]:
    """Those that keep their own time."""
    # Curves follow remapped time, images do not.
    remapped = scene.render.frame_map_old != scene.render.frame_map_new
    return (each for each in sequences() if remapped or not each.is_free)


def _sequence(image: Any, owner: Any, path: str, user: Any) -> Iterator[Sequence]:
    if image is not None and image.source in ("SEQUENCE", "MOVIE"):
        yield Sequence(image, owner, path, user)
