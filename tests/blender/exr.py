# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the OpenEXR files of tests: one part, scan lines, stored or deflated."""

from __future__ import annotations

import struct
import zlib
from array import array
from itertools import accumulate
from pathlib import Path

#: Scan lines a block, by the number of the compression: none, ZIPS, ZIP.
LINES = {0: 1, 2: 1, 3: 16}

#: struct's letter and its bytes, by the number of the type of a channel.
KINDS = {0: ("I", 4), 1: ("e", 2), 2: ("f", 4)}


class Picture:
    """The channels of a file: lists of numbers by name, row after row from the top."""

    def __init__(self, path: Path) -> None:
        self._data = path.read_bytes()
        magic, flags = struct.unpack_from("<2I", self._data)
        assert magic == 20000630 and flags & 0x1A00 == 0, path
        at, header = self._header(8)
        left, top, right, bottom = struct.unpack("<4i", header["dataWindow"])
        self.width, self.height = right - left + 1, bottom - top + 1
        self.compression = header["compression"][0]
        self.kinds = dict(_channels(header["channels"]))
        self.channels: dict[str, list[float]] = {name: [] for name in self.kinds}
        lines = LINES[self.compression]
        blocks = -(-self.height // lines)
        for index, offset in enumerate(
            struct.unpack_from(f"<{blocks}Q", self._data, at)
        ):
            self._read_block(offset, min(lines, self.height - index * lines))

    def at(self, x: int, y: int) -> tuple[float, ...]:
        """One pixel, counted from the top left: its channels in R, G, B, A order."""
        names = sorted(self.channels, key=lambda name: "RGBAXYZVW".find(name[-1]))
        return tuple(self.channels[name][y * self.width + x] for name in names)

    def _header(self, at: int) -> tuple[int, dict[str, bytes]]:
        """Where the header ends, and the values of its attributes."""
        attributes = {}
        while self._data[at]:
            name, at = self._text(at)
            _kind, at = self._text(at)
            (size,) = struct.unpack_from("<I", self._data, at)
            attributes[name] = self._data[at + 4 : at + 4 + size]
            at += 4 + size
        return at + 1, attributes

    def _text(self, at: int) -> tuple[str, int]:
        end = self._data.index(b"\0", at)
        return self._data[at:end].decode(), end + 1

    def _read_block(self, offset: int, lines: int) -> None:
        (size,) = struct.unpack_from("<i", self._data, offset + 4)
        block = self._data[offset + 8 : offset + 8 + size]
        width = sum(KINDS[kind][1] for kind in self.kinds.values()) * self.width
        if self.compression and size < width * lines:
            block = _inflate(block)
        at = 0
        for _line in range(lines):
            for name, kind in self.kinds.items():
                letter, bytes_each = KINDS[kind]
                values = struct.unpack_from(f"<{self.width}{letter}", block, at)
                self.channels[name] += values
                at += bytes_each * self.width


def _channels(chlist: bytes) -> list[tuple[str, int]]:
    """Name and type of each channel, in the order in which they are stored."""
    channels, at = [], 0
    while chlist[at]:
        end = chlist.index(b"\0", at)
        (kind,) = struct.unpack_from("<i", chlist, end + 1)
        channels.append((chlist[at:end].decode(), kind))
        at = end + 17
    return channels


def _inflate(block: bytes) -> bytes:
    """Undo zip compression, which stores differences of every second byte."""
    plain = zlib.decompress(block)
    sums = accumulate(plain, lambda one, other: (one + other - 128) & 255)
    undone = array("B", sums)
    half = (len(undone) + 1) // 2
    result = bytearray(len(undone))
    result[0::2], result[1::2] = undone[:half].tobytes(), undone[half:].tobytes()
    return bytes(result)
