# SPDX-License-Identifier: GPL-3.0-or-later
"""Verbs about which frames there are, and what moves on them."""

from __future__ import annotations

from typing import Any

from . import blender, retime, verbs
from .errors import OutOfRange
from .session import Session
from .timeline import MAX_FRAME, Stretch
from .verbs import Result, verb

_frame = verbs.integer(0, MAX_FRAME)


@verb()
def animation_range(session: Session) -> Result:
    """The frames of the scene, from start to end, both included."""
    return _range(session.scene)


@verb(start=_frame, end=_frame, step=verbs.integer(1, MAX_FRAME))
def set_animation_range(
    session: Session,
    *,
    start: int | None = None,
    end: int | None = None,
    step: int | None = None,
) -> Result:
    """Change the frames of the scene; nothing moves."""
    scene = session.scene
    new_start = scene.frame_start if start is None else start
    new_end = scene.frame_end if end is None else end
    if new_start > new_end:
        raise OutOfRange(f"Frames {new_start} to {new_end} are no frame at all")
    _set_range(scene, new_start, new_end)
    if step is not None:
        scene.frame_step = step
    return _range(scene)


@verb(scale=verbs.number, shift=verbs.number)
def move_keyframes(
    session: Session, *, scale: float = 1.0, shift: float = 0.0
) -> Result:
    """Stretch all animation in time, then shift it by so many frames."""
    scene = session.scene
    stretch = Stretch(scale, shift)
    start, end = stretch.frames(scene.frame_start, scene.frame_end)
    warnings: list[str] = []
    if not stretch.is_identity:
        warnings = retime.apply(scene, stretch)
        _set_range(scene, start, end)
        session.still_frame = stretch.frame(session.still_frame)
        blender.forget_persistent_data(scene)
    return {**_range(scene), "warnings": warnings}


@verb(enable=verbs.flag)
def use_animations(session: Session, *, enable: bool) -> Result:
    """Let things move, or have every frame show the one that was current when the file
    was saved."""
    blender.forget_persistent_data(session.scene)
    session.is_still = not enable
    return {}


def _range(scene: Any) -> Result:
    return {
        "start": scene.frame_start,
        "end": scene.frame_end,
        "step": scene.frame_step,
    }


def _set_range(scene: Any, start: int, end: int) -> None:
    # In this order, as Blender keeps the end from falling below the start.
    scene.frame_start = start
    scene.frame_end = end
