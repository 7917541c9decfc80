# SPDX-License-Identifier: GPL-3.0-or-later
"""The verb that makes a small picture of a large one, in whatever format that is."""

from __future__ import annotations

import os

from . import blender, images, verbs
from .errors import InvalidParams, LoadFailed, RequestError
from .files import remove
from .picture import Size, fitted_size
from .session import Session
from .verbs import Result, verb


@verb(path=verbs.text, target=verbs.text, size=verbs.integer(16, 4096))
def preview(session: Session, *, path: str, target: str, size: int) -> Result:
    """Write the picture at `path` as a PNG of 8 bits at `target`: both absolute.

    No side of it is longer than `size` pixels, and none longer than it was. Colours are
    as in Blender's view "Standard", and the first layer stands for all. Tells the size
    of the picture at `path`. A loaded scene stays as it is.
    """
    if not os.path.isabs(path) or not os.path.isabs(target):
        raise InvalidParams("path and target must be absolute")
    staging = f"{target}.{os.getpid()}.part"
    blender.check_length(staging)
    try:
        width, height = _shrink(path, staging, size)
        os.replace(staging, target)
    except OSError as error:
        raise RequestError(f"{target}: {error.strerror}") from error
    finally:
        remove(staging)
    return {"width": width, "height": height}


def _shrink(path: str, target: str, longest: int) -> Size:
    """Write the small picture; the size of the large one."""
    with images.loaded(path) as image:
        width, height = image.size  # only this reads the file
        if image.type == "MULTILAYER":
            # It has no size and cannot be scaled, but its first layer can be saved.
            images.save_png(image, target)
            return _shrink(target, target, longest)
        if not (width and height):
            raise LoadFailed(f"{path} is no picture that this Blender can read")
        small = fitted_size((width, height), longest)
        if small != (width, height):
            image.scale(*small)
        images.save_png(image, target)
    return width, height
