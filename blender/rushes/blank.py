# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds pictures that show nothing, without looking at every one.

What a file holds more than noise of dither cannot be nothing: that sorts out most. The
others must be read, which can take a tenth of the time that it takes to render a light
one. That is too long for each, and so it is done when there is a reason, and as often as
time allows.
"""

from __future__ import annotations

import array
import contextlib
import os
import tempfile
import time
import zlib
from typing import Any

from . import images
from .errors import RequestError

#: Part of the time spent on rendering that may be spent on looking at the results.
_SHARE = 0.02

#: Pictures whose files differ by a larger part than this may show something else.
_CHANGE = 0.01

#: More bits a pixel than nothing has: dither takes up to four, in eight bits a channel.
_NOISE = 6

# A file's information is estimated by so many pieces of so many bytes.
_PIECES, _PIECE = 64, 4096

#: Up to here it is black: dither makes 1 of it, JPEG 2000 makes 4 of that.
_BLACK = 4 / 255

#: The same where pictures hold light and not colours of a display (sRGB).
_DARK = _BLACK / 12.92

#: Pictures are made smaller before their pixels are compared, by as much as leaves one
#: white pixel in the black visible.
_REDUCTION = 4


class Eye:
    """Looks at the pictures of one scene, in the order they were rendered."""

    def __init__(self) -> None:
        self._spare = 0.0  # seconds that it may yet take
        self._cost = 0.0  # seconds that it took the last time
        self._marks = (0.0, 0.0)  # of the last picture that showed something

    def look(self, path: str, seconds: float, pixels: int) -> str:
        """What is wrong with a picture that took `seconds` to render: "black",
        "transparent", or "" for one that shows something, as far as is known.

        There are so many `pixels` in it; 0 if the file holds more than one picture.
        """
        started = time.monotonic()
        try:
            marks = _mark(path)
            self._spare += _SHARE * seconds
            if pixels and marks[0] * 8 > _NOISE * pixels:
                self._marks = marks
                return ""
            if self._spare < self._cost and not self._is_unlike(marks):
                return ""
            kind = _find_kind(path)
        except (OSError, RequestError, MemoryError):
            return ""  # whether it is whole is for others to say
        if not kind:
            self._marks = marks
        self._cost = time.monotonic() - started
        self._spare = max(self._spare - self._cost, 0.0)
        return kind

    def _is_unlike(self, marks: tuple[float, float]) -> bool:
        """Whether a file's marks are not like those of one that showed something."""
        return any(
            abs(mark - before) > _CHANGE * before
            for mark, before in zip(marks, self._marks, strict=True)
        )


def _mark(path: str) -> tuple[float, float]:
    """Two numbers that change with what a file shows: about how many bytes of
    information it holds; and the mean of its bytes, which tells where nothing is
    compressed."""
    size = os.path.getsize(path)
    with open(path, "rb") as picture:
        if size <= _PIECES * _PIECE:
            sample = picture.read()
        else:
            sample = b""
            for i in range(_PIECES):
                picture.seek((size - _PIECE) * i // (_PIECES - 1))
                sample += picture.read(_PIECE)
    length = max(len(sample), 1)
    return size * len(zlib.compress(sample, 1)) / length, sum(sample) / length


def _find_kind(path: str) -> str:
    """As Eye.look(), of the first layer if there are many."""
    with images.loaded(path) as image:
        width, height = image.size  # only this reads the file
        if image.type != "MULTILAYER":
            if not (width and height):
                return ""
            image.scale(-(-width // _REDUCTION), -(-height // _REDUCTION))
            return _judge(image)
        handle, copy = tempfile.mkstemp(suffix=".png")
        os.close(handle)
        try:
            images.save_png(image, copy)
            return _find_kind(copy)
        finally:
            with contextlib.suppress(OSError):
                os.unlink(copy)


def _judge(image: Any) -> str:
    channels = image.channels
    pixels = array.array("f", bytes(4 * len(image.pixels)))
    image.pixels.foreach_get(pixels)
    is_dark = all(
        max(pixels[i::channels], default=1.0) <= (_DARK if image.is_float else _BLACK)
        for i in range(min(channels, 3))
    )
    # Where pictures hold light, what is bright shows in spite of its alpha.
    if channels == 4 and (is_dark or not image.is_float):
        if max(pixels[3::4], default=1.0) <= _BLACK:
            return "transparent"
    return "black" if is_dark else ""
