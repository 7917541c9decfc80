# SPDX-License-Identifier: GPL-3.0-or-later
"""Which kind of trouble Blender's words about a failure tell of.

Knows nothing of Blender but its words; they are never translated in the background.
"""

from __future__ import annotations

import errno
import os
import re

from .errors import DiskFull, GpuFailed, NotWritable, OutOfMemory, RequestError
from .files import tells_full_disk

_NOT_WRITABLE = tuple(map(os.strerror, (errno.EACCES, errno.EPERM, errno.EROFS)))

# Cycles: "System is out of GPU memory", "Out of memory in cuMemAlloc (…)"; add-ons:
# "MemoryError"; libraries: "std::bad_alloc".
_OUT_OF_MEMORY = re.compile(
    r"out of (\w+ )*memory|MemoryError|bad_alloc", re.IGNORECASE
)

# Cycles: "Failed to create CUDA context (…)", "OptiX error …", "HIP binary kernel for
# this graphics card … not found", "Illegal address in cuStreamSynchronize (…)". More
# than the name, as scenes and materials may have it too.
_GPU = re.compile(
    r"\b(CUDA|OptiX|HIP|oneAPI|Metal) (binary|context|device|error|kernel|library)"
    r"|\bin (cu|hip)[A-Z]\w*|\bGPU\b|graphics card"
)


def explain(message: str, otherwise: type[RequestError]) -> RequestError:
    """What to answer to a request that ended with `message`; if that tells of no kind
    of trouble in particular, `otherwise`."""
    if tells_full_disk(message):
        return DiskFull(message)
    if any(words in message for words in _NOT_WRITABLE):
        return NotWritable(message)
    if _OUT_OF_MEMORY.search(message):
        return OutOfMemory(message)
    if _GPU.search(message):
        return GpuFailed(message)
    return otherwise(message)
