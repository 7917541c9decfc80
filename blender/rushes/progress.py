# SPDX-License-Identifier: GPL-3.0-or-later
"""How far the frame being rendered is, from what the engine says about it."""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import bpy

_SHORTEST_INTERVAL = 0.1  # seconds between reports

# Cycles says "Sample 5/128", EEVEE "Rendering 5 / 64 samples".
_SAMPLES = re.compile(r"[Ss]ample (\d+)/(\d+)|(\d+) / (\d+) samples")


class Progress:
    """Turns an engine's texts into fractions that never decrease.

    An engine counts the samples of one view layer after the other; `passes` is how
    many times it will.
    """

    def __init__(
        self,
        report: Callable[[float], None],
        passes: int = 1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._report = report
        self._passes = max(passes, 1)
        self._clock = clock
        self._pass = 0
        self._in_pass = 0.0
        self._reported = 0.0
        self._next_report = clock() + _SHORTEST_INTERVAL

    def hear(self, text: str) -> None:
        """Take note of what the engine says."""
        for match in _SAMPLES.finditer(text):
            done, total = (int(number) for number in match.groups() if number)
            in_pass = min(done / total, 1.0) if total else 0.0
            if in_pass < self._in_pass and self._pass + 1 < self._passes:
                self._pass += 1
            self._in_pass = in_pass
        fraction = (self._pass + self._in_pass) / self._passes
        now = self._clock()
        if fraction > self._reported and now >= self._next_report:
            self._reported = fraction
            self._next_report = now + _SHORTEST_INTERVAL
            self._report(fraction)


@contextlib.contextmanager
def listening(progress: Progress) -> Iterator[None]:
    """Have `progress` hear the engine of this Blender for a while."""
    with _Overheard() as overheard:
        # No file is loaded meanwhile, so this need not be persistent.
        def hear(text: Any, *_unused: Any) -> None:
            said = overheard.take()
            progress.hear(text if isinstance(text, str) else said)

        handlers = bpy.app.handlers.render_stats
        handlers.append(hear)
        try:
            yield
        finally:
            handlers.remove(hear)


class _Overheard:
    """What this process prints on descriptor 1, for a Blender whose handlers are told
    that there is news but not which (before 4.0): it has printed them just before.

    The text waits in memory and is passed on to where it was going at every `take`. A
    pipe would do, were it not for Blender to wait forever if it filled up.
    """

    def __init__(self) -> None:
        self._fd = -1
        self._printed = -1

    def __enter__(self) -> _Overheard:
        if bpy.app.version < (4, 0, 0) and hasattr(os, "memfd_create"):
            self._printed = os.dup(1)
            self._fd = os.memfd_create("rushes-printed")
            os.dup2(self._fd, 1)
        return self

    def take(self) -> str:
        """What was printed since the last time."""
        if self._fd < 0:
            return ""
        # Both descriptors share one offset, so this also rewinds the printing.
        length = os.lseek(self._fd, 0, os.SEEK_CUR)
        data = os.pread(self._fd, length, 0)
        os.lseek(self._fd, 0, os.SEEK_SET)
        os.ftruncate(self._fd, 0)
        with contextlib.suppress(OSError):
            os.write(self._printed, data)
        return data.decode(errors="replace")

    def __exit__(self, *_exception: object) -> None:
        if self._fd < 0:
            return
        os.dup2(self._printed, 1)
        self.take()
        os.close(self._fd)
        os.close(self._printed)
        self._fd = -1
