# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside Blender: a scene with every kind of curve, and whether two scenes move
alike.

    blender --background --python curves.py -- BEFORE AFTER SCALE SHIFT
"""

from __future__ import annotations

import math
import sys
from typing import Any

import bpy

FIRST, LAST = 0, 40
KEYS = ((0, 0.0), (7, 3.0), (18, -2.0), (40, 5.0))

# Noise is left out: until 4.4 its pattern depends on its scale.
MODIFIERS: dict[str, dict[str, Any]] = {
    "CYCLES": {},
    "STEPPED": {
        "frame_step": 4,
        "frame_offset": 1,
        "use_frame_start": True,
        "frame_start": 5,
    },
    "LIMITS": {"use_min_x": True, "use_max_x": True, "min_x": 5, "max_x": 25},
    "FNGENERATOR": {"phase_multiplier": 0.7, "phase_offset": 0.3, "use_additive": True},
    "GENERATOR": {
        "poly_order": 3,
        "coefficients": [1, 0.2, -0.01, 0.001],
        "use_additive": True,
        "use_restricted_range": True,
        "frame_start": 3,
        "frame_end": 31,
        "blend_in": 2,
        "blend_out": 5,
    },
}


def build(scene: Any) -> None:
    """Fill `scene`; every object moves along X only."""
    scene.frame_start, scene.frame_end = FIRST, LAST
    _keyed("plain")
    for point in _keyed("elastic").keyframe_points:
        point.interpolation, point.period, point.amplitude = "ELASTIC", 4.3, 2
    for point in _keyed("free").keyframe_points:
        time, value = point.co
        point.handle_left_type = point.handle_right_type = "FREE"
        point.handle_left, point.handle_right = (time - 2, value + 1), (time + 3, value)
    _keyed("samples").convert_to_samples(FIRST, LAST + 1)
    for kind, values in MODIFIERS.items():
        modifier = _keyed(kind).modifiers.new(kind)
        for name, value in values.items():
            setattr(modifier, name, value)
    factors = _keyed("factors").modifiers.new("GENERATOR")
    factors.mode, factors.poly_order = "POLYNOMIAL_FACTORISED", 2
    factors.coefficients = [0.1, 1, 0.2, -1]
    envelope = _keyed("ENVELOPE").modifiers.new("ENVELOPE")
    for frame, low, high in ((2, -1, 1), (30, -3, 4)):
        point = envelope.control_points.add(frame)
        point.min, point.max = low, high
    _strips("strips")


def _keyed(name: str) -> Any:
    """The F-curve of a new object."""
    thing = bpy.data.objects.new(name, None)
    bpy.context.scene.collection.objects.link(thing)
    for frame, value in KEYS:
        thing.location[0] = value
        thing.keyframe_insert("location", index=0, frame=frame)
    action = thing.animation_data.action
    if hasattr(action, "layers"):
        return action.layers[0].strips[0].channelbags[0].fcurves[0]
    return action.fcurves[0]


def _strips(name: str) -> None:
    _keyed(name)
    data = bpy.data.objects[name].animation_data
    action, data.action = data.action, None
    strips = data.nla_tracks.new().strips
    cut = strips.new("cut", 2, action)
    cut.action_frame_start, cut.action_frame_end, cut.repeat = 3, 11, 2.5
    cut.use_animated_influence = True
    for frame, value in ((3, 0.1), (15, 1.0)):
        cut.influence = value
        cut.keyframe_insert("influence", frame=frame)
    squeezed = strips.new("squeezed", 24, action)
    squeezed.scale, squeezed.use_reverse = 0.3, True
    squeezed.blend_in, squeezed.blend_out = 3, 2


def _motion(path: str, scale: float, shift: float) -> dict[tuple[str, int], float]:
    """Where everything is at each old frame, in a scene stretched so."""
    bpy.ops.wm.open_mainfile(filepath=path)
    scene = bpy.context.scene
    places = {}
    for frame in range(FIRST, LAST + 1):
        fraction, whole = math.modf(frame * scale + shift)
        scene.frame_set(int(whole), subframe=fraction)
        for thing in scene.objects:
            places[thing.name, frame] = thing.location[0]
    return places


def main(before: str, after: str, scale: str, shift: str) -> None:
    """Print "same motion", or what moves otherwise."""
    old, new = _motion(before, 1, 0), _motion(after, float(scale), float(shift))
    moving = {name for name, frame in old if old[name, frame] != old[name, FIRST]}
    assert len(moving) >= 10, moving
    wrong = [where for where in old if abs(old[where] - new[where]) > 0.002]
    print("other motion", wrong) if wrong else print("same motion")


if __name__ == "__main__":
    main(*sys.argv[sys.argv.index("--") + 1 :])
