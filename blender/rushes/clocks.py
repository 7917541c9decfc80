# SPDX-License-Identifier: GPL-3.0-or-later
"""What in a scene runs by a clock of its own, that no keyframe holds.

Stretching the animation leaves it behind, so users are told of it by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import bpy

from . import blender, sequences, timed
from .simulations import simulations

_FRAME_IN_EXPRESSION = re.compile(r"\bframe\b")


def own_clocks(scene: Any) -> Iterator[str]:
    """What cannot be stretched in time, each in words that follow "the"."""
    for simulation in simulations(scene):
        yield str(simulation)
    for cache in bpy.data.cache_files:
        if cache.users:
            yield f"cache file {cache.name!r}"
    for volume in bpy.data.volumes:
        if volume.users and volume.is_sequence:
            yield f"volume sequence {volume.name!r}"
    for clip in bpy.data.movieclips:
        if clip.users:
            yield f"movie clip {clip.name!r}"
    yield from dict.fromkeys(map(str, sequences.fixed(scene)))
    yield from timed.fixed_modifiers(scene)
    if scene.render.use_sequencer and len(blender.strips(scene)):
        yield "strips of the video sequencer"
    for tree in bpy.data.node_groups:
        if tree.users and any(
            node.bl_idname == "GeometryNodeInputSceneTime" for node in tree.nodes
        ):
            yield f"node group {tree.name!r}, which asks for the scene's time,"
    for owner in blender.animated():
        for fcurve in owner.animation_data.drivers:
            if _follows_frame(fcurve.driver):
                yield f"driver of {fcurve.data_path} in {owner.name!r}"


def _follows_frame(driver: Any) -> bool:
    """Whether a driver's value comes from the number of the frame."""
    if driver.type == "SCRIPTED" and _FRAME_IN_EXPRESSION.search(driver.expression):
        return True
    return any(
        target.data_path.startswith("frame_")
        for variable in driver.variables
        for target in variable.targets
    )
