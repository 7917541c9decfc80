# SPDX-License-Identifier: GPL-3.0-or-later
"""Python that the open .blend holds."""

from __future__ import annotations

from collections.abc import Iterator

import bpy

from . import blender

#: More names than this are not told in a message.
_MAX_NAMES = 5


def scripts() -> Iterator[str]:
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


def blocked() -> str:
    """What of it did not run, if nobody has allowed it, in words; "" for nothing."""
    names = list(scripts())
    if not names and bpy.app.autoexec_fail:
        names = [bpy.app.autoexec_fail_message]
    if len(names) > _MAX_NAMES:
        names[_MAX_NAMES:] = [f"{len(names) - _MAX_NAMES} more"]
    return ", ".join(names)
