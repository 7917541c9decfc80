# SPDX-License-Identifier: GPL-3.0-or-later
"""The arithmetic of stretching time: new time = old time × scale + shift.

Knows nothing of Blender. Times are in frames, and fractions of them.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from .errors import InvalidParams, OutOfRange

#: The last frame that a range may end with. Blender's own limit is one above.
MAX_FRAME = 1048573


@dataclass(frozen=True)
class Stretch:
    """A change of time: `scale` > 0 stretches, then `shift` (in frames) moves."""

    scale: float = 1.0
    shift: float = 0.0

    def __post_init__(self) -> None:
        if not self.scale > 0:
            raise InvalidParams(f"scale must be above 0, not {self.scale:g}")

    @property
    def is_identity(self) -> bool:
        """Whether this changes nothing."""
        return self.scale == 1 and self.shift == 0

    def time(self, old: float) -> float:
        """The new time of what was at `old`."""
        return old * self.scale + self.shift

    def frame(self, old: int) -> int:
        """The new frame of what was at frame `old`, rounded half to even."""
        return round(self.time(old))

    def frames(self, start: int, end: int) -> tuple[int, int]:
        """The new range of what was the range `start` to `end`, both included.

        The end is exclusive while it is scaled, so that 0–99 by 5 is 0–499 and
        neighbouring ranges stay neighbours.
        """
        try:
            new_start, new_end = self.frame(start), self.frame(end + 1) - 1
        except OverflowError:
            raise OutOfRange(f"A scale of {self.scale:g} is too large") from None
        came_from = (
            f"Frames {start} to {end}, scaled by {self.scale:g} and shifted by"
            f" {self.shift:g}, are"
        )
        if new_end < new_start:
            raise OutOfRange(f"{came_from} no frame at all")
        if new_start < 0 or new_end > MAX_FRAME:
            raise OutOfRange(
                f"{came_from} {new_start} to {new_end}; Blender's timeline has 0 to"
                f" {MAX_FRAME}"
            )
        return new_start, new_end

    def points(self, coordinates: array[float]) -> None:
        """Move points in place; they are x, y, x, y, … and x is their time."""
        for index in range(0, len(coordinates), 2):
            coordinates[index] = coordinates[index] * self.scale + self.shift

    def polynomial(self, coefficients: Sequence[float]) -> list[float]:
        """The polynomial q with q(new time) = p(old time); the constant comes first."""
        # Horner's rule, with the old time as the polynomial (t − shift) / scale.
        constant, slope = -self.shift / self.scale, 1 / self.scale
        result: list[float] = []
        for coefficient in reversed(coefficients):
            shifted = [0.0] + [value * slope for value in result]
            for power, value in enumerate(result):
                shifted[power] += value * constant
            shifted[0] += coefficient
            result = shifted
        return result
