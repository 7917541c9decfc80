# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions to the file system."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re

# "BLENDER-v403" until 4.5, "BLENDER17-01v0502" since.
_HEADER = re.compile(rb"BLENDER(?:[-_][vV](\d)(\d\d)|\d\d-\d\dv(\d\d)(\d\d))")

_CHUNK = 1 << 20


def saved_version(path: str) -> tuple[int, int] | None:
    """The version of Blender that saved a file, before that file is loaded; None for
    what is compressed, or no .blend."""
    try:
        with open(path, "rb") as blend_file:
            match = _HEADER.match(blend_file.read(17))
    except OSError:
        return None
    if match is None:
        return None
    major, minor = (int(digits) for digits in match.groups() if digits)
    return major, minor


def sha256(path: str) -> str:
    """The hash of a file's content, in hexadecimal digits. Raises OSError."""
    digest = hashlib.sha256()
    with open(path, "rb") as content:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def tells_full_disk(message: str) -> bool:
    """Whether Blender's words about a failure are those for want of space."""
    return any(
        os.strerror(number) in message for number in (errno.ENOSPC, errno.EDQUOT)
    )


def is_full(folder: str) -> bool:
    """Whether the file system of `folder` has no space left."""
    try:
        system = os.statvfs(folder)
    except OSError:
        return False
    # Some file systems have no idea of their size.
    return system.f_blocks > 0 and system.f_bavail == 0


def is_written(path: str) -> bool:
    """Whether there is a file that holds something."""
    try:
        return os.stat(path).st_size > 0
    except OSError:
        return False


def remove(path: str) -> None:
    """Make sure that what is found at `path` later was written later."""
    # What cannot be removed cannot be written either, and that will be told.
    with contextlib.suppress(OSError):
        os.unlink(path)
