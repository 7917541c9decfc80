# SPDX-License-Identifier: GPL-3.0-or-later
"""The arithmetic of picture sizes, which must be Blender's own to the pixel."""

from __future__ import annotations

import struct

#: Width and height in pixels.
Size = tuple[int, int]

#: The low and the high end of a border in one direction, as parts of the frame.
Span = tuple[float, float]


def scaled_size(width: int, height: int, percentage: int) -> Size:
    """The size at a resolution percentage: whole pixels, rounded down."""
    return width * percentage // 100, height * percentage // 100


def crop_edges(size: Size, across: Span, up: Span) -> tuple[int, int, int, int]:
    """Where a border in a frame of `size` is: its left, top, right and bottom edge in
    pixels from the top left. `across` and `up` are 0 to 1 of the frame."""
    left, right = _edges(size[0], *across)
    bottom, top = (size[1] - edge for edge in _edges(size[1], *up))
    return left, top, right, bottom


def cropped_size(size: Size, across: Span, up: Span) -> Size:
    """The size of a border in a frame of `size`; its edges are 0 to 1 of the frame."""
    left, top, right, bottom = crop_edges(size, across, up)
    return right - left, bottom - top


def fitted_size(size: Size, longest: int) -> Size:
    """`size` made so small that its longer side is at most `longest` pixels, in the same
    proportions as far as whole pixels allow. What is small enough stays."""
    factor = min(longest / max(size), 1.0)
    return max(round(size[0] * factor), 1), max(round(size[1] * factor), 1)


def _edges(length: int, low: float, high: float) -> tuple[int, int]:
    # Both edges are multiplied as C floats and cut off to whole pixels.
    return int(_single(low * length)), int(_single(high * length))


def _single(value: float) -> float:
    """`value` in single precision. Exact products of a float and a resolution fit a
    double, so this rounds as the multiplication in C does."""
    return float(struct.unpack("f", struct.pack("f", value))[0])
