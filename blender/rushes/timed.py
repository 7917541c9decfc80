# SPDX-License-Identifier: GPL-3.0-or-later
"""What modifiers and constraints of objects know of time, and how it is stretched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import bpy

from . import blender
from .timeline import Stretch

_TIMED_STROKES = {
    "GP_BUILD",
    "GP_TIME",
    "GREASE_PENCIL_BUILD",
    "GREASE_PENCIL_TIME",
}


def stretch_modifiers(stretch: Stretch) -> None:
    """Stretch the modifiers of all objects that run by themselves."""
    for thing in bpy.data.objects:
        for modifier in thing.modifiers:
            if modifier.type == "BUILD":
                modifier.frame_start = stretch.time(modifier.frame_start)
                modifier.frame_duration *= stretch.scale
            elif modifier.type == "WAVE":
                modifier.speed /= stretch.scale
                modifier.time_offset = stretch.time(modifier.time_offset)
                modifier.lifetime *= stretch.scale
                modifier.damping_time *= stretch.scale
            elif modifier.type == "MESH_CACHE" and modifier.play_mode == "SCENE":
                modifier.frame_start = stretch.time(modifier.frame_start)
                modifier.frame_scale /= stretch.scale


def fixed_modifiers(scene: Any) -> Iterator[str]:
    """Those that keep their own time, in words that follow "the"."""
    for thing in scene.objects:
        strokes = getattr(thing, "grease_pencil_modifiers", ())  # until 4.2
        for modifier in (*thing.modifiers, *strokes):
            if modifier.type in _TIMED_STROKES:
                yield f"modifier {modifier.name!r} of {thing.name!r}"


def poses() -> set[Any]:
    """The actions that are nothing but poses for constraints to choose from by other
    things than time."""
    chosen = {constraint.action for constraint in _action_constraints()} - {None}
    for owner in blender.animated():
        chosen -= set(blender.actions_of(owner))
    return chosen


def stretch_constraints(stretch: Stretch, unmoved: set[Any]) -> None:
    """Let constraints choose the same poses from actions that have been stretched."""
    for constraint in _action_constraints():
        if constraint.action not in unmoved:
            ends = (constraint.frame_start, constraint.frame_end)
            constraint.frame_start, constraint.frame_end = map(stretch.frame, ends)


def _action_constraints() -> Iterator[Any]:
    for thing in bpy.data.objects:
        bones = thing.pose.bones if thing.pose is not None else ()
        for owner in (thing, *bones):
            for constraint in owner.constraints:
                if constraint.type == "ACTION":
                    yield constraint
