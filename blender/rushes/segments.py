# SPDX-License-Identifier: GPL-3.0-or-later
"""The number of each object in segmentations."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import bpy

from . import blender
from .blender import temporarily
from .errors import Unsupported

#: The greatest number that Blender can give an object.
_GREATEST = 32767

_UNSEEN = {"ARMATURE", "CAMERA", "EMPTY", "LATTICE", "LIGHT", "LIGHT_PROBE", "SPEAKER"}


def numbered(scene: Any) -> list[tuple[Any, int]]:
    """Every object that can show in a picture, with its number: from 1 on by name, those
    of the scene first; then those that it may show as instances.

    This depends on nothing but the file, so it is the same in every frame and client.
    """
    here = set(scene.objects)
    things = [thing for thing in bpy.data.objects if thing.type not in _UNSEEN]
    things.sort(key=lambda thing: (thing not in here, *_name(thing)))
    return [(thing, number) for number, thing in enumerate(things, 1)]


def check(scene: Any) -> None:
    """Raises Unsupported if objects cannot be numbered."""
    things = numbered(scene)
    if len(things) > _GREATEST:
        raise Unsupported(
            f"Segmentations can tell {_GREATEST} objects apart, and there are"
            f" {len(things)}"
        )
    for thing, _number in things:
        if any(curve.data_path == "pass_index" for curve in blender.curves_of(thing)):
            raise Unsupported(
                f"The object index of {thing.name!r} is animated, and segmentations"
                " number objects by it"
            )


def _name(thing: Any) -> tuple[str, str]:
    library = thing.library
    return thing.name, library.filepath if library is not None else ""


@contextlib.contextmanager
def indexed(scene: Any) -> Iterator[None]:
    """Have Blender's index of each object be its number for a while."""
    with contextlib.ExitStack() as stack:
        for thing, number in numbered(scene):
            stack.enter_context(temporarily(thing, pass_index=number))
        yield
