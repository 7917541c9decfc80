# SPDX-License-Identifier: GPL-3.0-or-later
"""Moves all animation data of the open file in time.

Keyframes of all actions, linked ones too, with their handles; F-curve modifiers; NLA
strips; modifiers; sequences of images; drawings of Grease Pencil; markers; motion blur.
Not the range of frames.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import bpy

from . import blender, sequences, timed
from .clocks import own_clocks
from .timeline import Stretch

_FLOAT = 4  # bytes


def apply(scene: Any, stretch: Stretch) -> list[str]:
    """Move everything that has a time; warn of what could not be moved, one line each.

    Time remapping (render.frame_map_*) lies between frames and the times at which
    curves are evaluated, so curves are shifted by remapped frames.
    """
    mapped = scene.render.frame_map_old / scene.render.frame_map_new
    curves = Stretch(stretch.scale, stretch.shift * mapped)
    warnings = fixed(scene)
    fixed_sequences = set(sequences.fixed(scene))
    poses = timed.poses()
    for action in set(bpy.data.actions) - poses:
        _move_action(action, curves)
        if stretch.scale != 1 and _has_legacy_noise(action):
            warnings.append(
                f"The noise in action {action.name!r} is stretched, but gets another"
                " pattern"
            )
    for owner in blender.animated():
        for track in owner.animation_data.nla_tracks:
            if not _has_meta_strips(track):
                _move_strips(track.strips, curves)
    timed.stretch_modifiers(curves)
    timed.stretch_constraints(curves, poses)
    for sequence in sequences.sequences():
        if sequence not in fixed_sequences:
            sequence.stretch(stretch)
    for drawing in blender.drawings():
        for layer in drawing.layers:
            _move_drawings(layer.frames, stretch)
    for marker in scene.timeline_markers:
        marker.frame = stretch.frame(marker.frame)
    for owner in blender.motion_blurs(scene):
        owner.motion_blur_shutter /= stretch.scale
    if scene.use_preview_range:
        _set_span(
            scene,
            ("frame_preview_start", "frame_preview_end"),
            stretch.frame(scene.frame_preview_start),
            stretch.frame(scene.frame_preview_end + 1) - 1,
        )
    scene.frame_set(stretch.frame(scene.frame_current))
    return warnings


def fixed(scene: Any) -> list[str]:
    """What cannot be moved, one line each."""
    lines = [
        f"Meta strips cannot be moved: track {track.name!r} of {owner.name!r}"
        for owner in blender.animated()
        for track in owner.animation_data.nla_tracks
        if _has_meta_strips(track)
    ]
    lines += (
        f"The envelope in action {action.name!r} of a library cannot be moved"
        for action in bpy.data.actions
        if action.library is not None and _has_modifier(action, "ENVELOPE")
    )
    return lines + [f"The {what} keeps its own time" for what in own_clocks(scene)]


# Curves


def _move_action(action: Any, stretch: Stretch) -> None:
    for fcurve in blender.fcurves(action):
        _move_fcurve(fcurve, stretch)
    if action.use_frame_range:
        span = ("frame_start", "frame_end")
        start, end = (stretch.time(getattr(action, name)) for name in span)
        _set_span(action, span, start, end)
    for marker in action.pose_markers:
        marker.frame = stretch.frame(marker.frame)
    # Nothing else tells of changes in those of libraries.
    action.update_tag()


def _move_fcurve(fcurve: Any, stretch: Stretch) -> None:
    samples = fcurve.sampled_points
    if len(samples):
        # Blender counts samples by whole frames; keyframes can be anywhere.
        first, last = (round(samples[index].co[0]) for index in (0, -1))
        fcurve.convert_to_keyframes(first, last + 1)
    keyframes = fcurve.keyframe_points
    # co itself: co_ui would drag the handles along a second time.
    for name in ("co", "handle_left", "handle_right"):
        _move_points(keyframes, name, stretch)
    # The time between the bounces of elastic easing.
    _change(keyframes, "period", lambda period: period * stretch.scale)
    for modifier in fcurve.modifiers:
        _move_modifier(modifier, stretch)
    fcurve.update()


def _move_points(collection: Any, name: str, stretch: Stretch) -> None:
    points = array("f", bytes(_FLOAT * 2 * len(collection)))
    collection.foreach_get(name, points)
    stretch.points(points)
    if _is_borrowed(collection):
        for index, item in enumerate(collection):
            setattr(item, name, points[2 * index : 2 * index + 2])
    else:
        collection.foreach_set(name, points)


def _change(collection: Any, name: str, change: Callable[[float], float]) -> None:
    """Change one number of each item."""
    values = array("f", bytes(_FLOAT * len(collection)))
    collection.foreach_get(name, values)
    changed = array("f", map(change, values))
    if _is_borrowed(collection):
        for item, value in zip(collection, changed):
            setattr(item, name, value)
    else:
        collection.foreach_set(name, changed)


def _is_borrowed(collection: Any) -> bool:
    """Whether items are a library's: setting all of them at once would do nothing."""
    return collection.id_data.library is not None


def _move_modifier(modifier: Any, stretch: Stretch) -> None:
    kind = modifier.type
    scale, time = stretch.scale, stretch.time
    if kind == "NOISE":
        modifier.scale *= scale
        modifier.offset = time(modifier.offset)
    elif kind == "STEPPED":
        modifier.frame_step *= scale
        modifier.frame_offset = time(modifier.frame_offset)
    elif kind == "LIMITS":
        _set_span(
            modifier, ("min_x", "max_x"), time(modifier.min_x), time(modifier.max_x)
        )
    elif kind == "ENVELOPE" and modifier.id_data.library is None:
        # All at once: after setting one alone, Blender takes that point for the whole
        # modifier, reads past its end and now and then crashes.
        _change(modifier.control_points, "frame", time)
    elif kind == "FNGENERATOR":
        modifier.phase_multiplier /= scale
        modifier.phase_offset -= modifier.phase_multiplier * stretch.shift
    elif kind == "GENERATOR":
        _move_generator(modifier, stretch)
    if modifier.use_restricted_range or kind == "STEPPED":
        _set_span(
            modifier,
            ("frame_start", "frame_end"),
            time(modifier.frame_start),
            time(modifier.frame_end),
        )
        if kind != "STEPPED":
            modifier.blend_in *= scale
            modifier.blend_out *= scale


def _move_generator(modifier: Any, stretch: Stretch) -> None:
    """Coefficients of a polynomial of the time: one a power, or two a factor."""
    old = list(modifier.coefficients)
    if modifier.mode == "POLYNOMIAL":
        modifier.coefficients = stretch.polynomial(old)
    else:  # factors of (slope × time + constant), slope first
        factors = zip(old[0::2], old[1::2])
        moved = (stretch.polynomial((constant, slope)) for slope, constant in factors)
        modifier.coefficients = [value for factor in moved for value in factor[::-1]]


def _has_modifier(action: Any, kind: str) -> bool:
    return any(modifier.type == kind for modifier in _modifiers(action))


def _has_legacy_noise(action: Any) -> bool:
    """Whether there is noise whose pattern depends on its scale: all was until 4.4."""
    return any(
        modifier.type == "NOISE" and getattr(modifier, "use_legacy_noise", True)
        for modifier in _modifiers(action)
    )


def _modifiers(action: Any) -> Iterator[Any]:
    for fcurve in blender.fcurves(action):
        yield from fcurve.modifiers


def _set_span(
    owner: Any, names: tuple[str, str], start: float | int, end: float | int
) -> None:
    """Set two ends, each of which Blender keeps on its side of the other."""
    values = (start, end)
    for index in (0, 1) if start <= getattr(owner, names[1]) else (1, 0):
        setattr(owner, names[index], values[index])


# Strips


def _has_meta_strips(track: Any) -> bool:
    return any(strip.type == "META" for strip in track.strips)


def _move_strips(strips: Any, stretch: Stretch) -> None:
    """Move the strips of a track. The actions in them have been moved already."""
    targets = [
        (strip, name, stretch.time(getattr(strip, name)))
        for strip in strips
        for name in ("frame_start", "frame_end")
    ]
    blends = [
        (strip, name, getattr(strip, name) * stretch.scale)
        for strip in strips
        for name in ("blend_in", "blend_out")
    ]
    _move_edges(targets)
    for strip in strips:
        if strip.type == "CLIP":
            span = ("action_frame_start", "action_frame_end")
            start, end = (stretch.time(getattr(strip, name)) for name in span)
            _set_span(strip, span, start, end)
        for fcurve in strip.fcurves:
            _move_fcurve(fcurve, stretch)
            if fcurve.data_path == "strip_time":  # which is a time of the action
                _move_values(fcurve, stretch)
        for modifier in strip.modifiers:
            _move_modifier(modifier, stretch)
    # Blender works out the end of a strip anew from the length of its action.
    _move_edges(targets)
    # Each blend is limited by what the other leaves of the strip.
    for strip in strips:
        strip.blend_in = strip.blend_out = 0
    for strip, name, value in blends:
        setattr(strip, name, value)


def _move_values(fcurve: Any, stretch: Stretch) -> None:
    """Move what a curve tells, where that is a time itself."""
    for keyframe in fcurve.keyframe_points:
        for name in ("co", "handle_left", "handle_right"):
            when, what = getattr(keyframe, name)
            setattr(keyframe, name, (when, stretch.time(what)))
    fcurve.update()


def _move_edges(targets: Iterable[tuple[Any, str, float]]) -> None:
    """Set edges of strips, given in order of time, without any passing another:
    Blender would hold it back."""
    later: list[tuple[Any, str, float]] = []
    earlier: list[tuple[Any, str, float]] = []
    for strip, name, value in targets:
        moves_later = value > getattr(strip, name)
        (later if moves_later else earlier).append((strip, name, value))
    for strip, name, value in [*reversed(later), *earlier]:
        setattr(strip, name, value)


# Drawings


def _move_drawings(frames: Any, stretch: Stretch) -> None:
    """Move the drawings of a layer. Of several that come to lie on one frame the last
    stays, as it is the one that would be seen from there on."""
    numbers = sorted(int(drawing.frame_number) for drawing in frames)
    targets = {stretch.frame(number): number for number in numbers}  # new: old
    kept = set(targets.values())
    movable = hasattr(frames, "move")  # since 4.3
    for number in numbers:
        if number not in kept:
            frames.remove(number if movable else _at(frames, number))
    if movable:
        for new, old in _without_passing(targets):
            frames.move(old, new)
    else:
        for new, drawing in zip(sorted(targets), list(frames)):
            drawing.frame_number = new


def _at(frames: Any, number: int) -> Any:
    return next(drawing for drawing in frames if drawing.frame_number == number)


def _without_passing(targets: dict[int, int]) -> Iterator[tuple[int, int]]:
    """Moves (new, old) in an order in which none meets one that still has to move."""
    later = [(new, old) for new, old in sorted(targets.items()) if new > old]
    yield from reversed(later)
    yield from ((new, old) for new, old in sorted(targets.items()) if new < old)
