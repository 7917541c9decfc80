# SPDX-License-Identifier: GPL-3.0-or-later
"""Verbs about what Cycles computes on."""

from __future__ import annotations

from typing import Any

import bpy

from . import blender, verbs
from .errors import Unsupported
from .session import Session
from .verbs import Result, verb

_TYPES = ("CPU", "CUDA", "OPTIX", "HIP", "ONEAPI", "METAL")


@verb()
def devices(session: Session) -> Result:
    """What this computer has that Cycles can compute on."""
    return {
        "devices": [{"type": kind.lower(), "name": name} for kind, name in _available()]
    }


@verb(device=verbs.text)
def use_device(session: Session, *, device: str) -> Result:
    """Have Cycles compute on every device of a type: "cpu", "optix" and so on. Nothing is
    saved in the user's preferences."""
    scene = session.scene
    kind = device.upper()
    available = _available()
    if kind not in _TYPES or not any(kind == each for each, _name in available):
        listed = ", ".join(f"{each.lower()} ({name})" for each, name in available)
        raise Unsupported(f"There is no device {device!r} here; there is {listed}")
    if kind != "CPU":
        _enable(kind)
    scene.cycles.device = "CPU" if kind == "CPU" else "GPU"
    blender.forget_persistent_data(scene)
    return {"device": kind.lower()}


def _available() -> list[tuple[str, str]]:
    """Type and name of every device."""
    import _cycles

    found = []
    for kind in _TYPES:
        for name, its_kind, *_more in _cycles.available_devices(kind):
            if its_kind == kind:
                found.append((kind, name))
    return found


def _enable(kind: str) -> None:
    """Let Cycles use all devices of a type of graphics card."""
    bpy.app.use_userpref_skip_save_on_exit = True
    preferences: Any = bpy.context.preferences.addons["cycles"].preferences
    preferences.compute_device_type = kind
    preferences.get_devices()
    for device in preferences.devices:
        device.use = device.type == kind
