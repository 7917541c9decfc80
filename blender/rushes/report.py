# SPDX-License-Identifier: GPL-3.0-or-later
"""The verb that looks into a file and renders nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import bpy

from . import blender, retime, verbs
from .loading import load, newer_version, prepare, summary, this_version
from .missing import missing_files
from .scripts import blocked, scripts
from .session import Session
from .settings import rendered_by, stored_as
from .simulations import simulations
from .verbs import Result, verb


@verb(blend_file=verbs.text, allow_scripts=verbs.flag, sha256=verbs.text)
def inspect(
    session: Session,
    *,
    blend_file: str,
    allow_scripts: bool = False,
    sha256: str | None = None,
) -> Result:
    """What a file holds, what would be rendered, and what would go wrong with it.

    `allow_scripts` and `sha256` are as for `initialize`.
    """
    scene = load(session, blend_file, allow_scripts, sha256)
    warnings = prepare(scene)
    found = list(scripts())
    return {
        "path": blend_file,
        "blender": this_version(),
        "saved_by": _saved_by(),
        "scenes": [each.name for each in bpy.data.scenes],
        **summary(scene),
        **stored_as(scene),
        **rendered_by(scene),
        "device": scene.cycles.device if scene.render.engine == "CYCLES" else None,
        "engines": list(blender.choices(scene.render, "engine")),
        "formats": list(blender.picture_formats()),
        "cameras": [each.name for each in scene.objects if each.type == "CAMERA"],
        "camera": scene.camera.name if scene.camera is not None else None,
        "motion_blur": any(
            owner.use_motion_blur for owner in blender.motion_blurs(scene)
        ),
        "missing": [each.as_result() for each in missing_files()],
        "has_scripts": bool(found),
        "scripts": found,
        "blocked": None if allow_scripts else blocked() or None,
        "unstretchable": retime.fixed(scene),
        "warnings": warnings + list(_warnings(scene)),
    }


def _saved_by() -> str:
    """The version that saved the file. Files do not tell the third number."""
    return "{}.{}".format(*bpy.data.version)


def _warnings(scene: Any) -> Iterator[str]:
    newer = newer_version((bpy.data.version[0], bpy.data.version[1]))
    if newer:
        yield f"Something of the file may be lost: {newer}"
    for simulation in simulations(scene):
        if not simulation.baked:
            yield (
                f"The {simulation} is not baked; frames rendered out of order would be"
                " wrong"
            )
