# SPDX-License-Identifier: GPL-3.0-or-later
"""The verb that looks into a file and renders nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import bpy

from . import blender, retime, verbs
from .loading import load, newer_version, prepare, summary, this_version
from .missing import missing_files
from .session import Session
from .settings import rendered_by, stored_as
from .simulations import simulations
from .verbs import Result, verb


@verb(blend_file=verbs.text, allow_scripts=verbs.flag)
def inspect(
    session: Session, *, blend_file: str, allow_scripts: bool = False
) -> Result:
    """What a file holds, what would be rendered, and what would go wrong with it."""
    scene = load(session, blend_file, allow_scripts)
    warnings = prepare(scene)
    scripts = list(_scripts())
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
        "has_scripts": bool(scripts),
        "scripts": scripts,
        "blocked": bpy.app.autoexec_fail_message if bpy.app.autoexec_fail else None,
        "unstretchable": retime.fixed(scene),
        "warnings": warnings + list(_warnings(scene)),
    }


def _saved_by() -> str:
    """The version that saved the file. Files do not tell the third number."""
    return "{}.{}".format(*bpy.data.version)


def _scripts() -> Iterator[str]:
    """What in the file would run Python: texts that register, and drivers whose
    expression is more than arithmetic."""
    for text in bpy.data.texts:
        if text.use_module:
            yield text.name
    for owner in blender.animated():
        for fcurve in owner.animation_data.drivers:
            driver = fcurve.driver
            if driver.type == "SCRIPTED" and not driver.is_simple_expression:
                yield f"driver of {fcurve.data_path} in {owner.name!r}"


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
