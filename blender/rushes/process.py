# SPDX-License-Identifier: GPL-3.0-or-later
"""This Blender as a process: how it dies, and how much memory it takes."""

from __future__ import annotations

import os
import resource
import select
import signal
import sys
import threading
import time

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>

#: How long a frame that nobody waits for may go on, in seconds.
_GRACE = 3.0


def guard(requests_fd: int) -> None:
    """Leave no orphan behind, and let no Ctrl+C into a frame."""
    # A SIGINT during a frame makes Blender save a wrong picture and report success.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A listener that went away shows up as an error of write() instead.
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    if sys.platform == "linux":
        _die_with_parent()
    threading.Thread(target=_die_alone, args=(requests_fd,), daemon=True).start()


def _die_with_parent() -> None:
    """Ask the kernel for SIGKILL when whoever started this process dies.

    Comparing with 1 would be wrong: in a container the parent may be process 1. A
    parent that died before this call shows up as the end of standard input.
    """
    import ctypes

    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _die_alone(requests_fd: int) -> None:
    """End this process when nobody can send requests any more, whatever it is at.

    The parent may be a go-between that outlives whoever sent them, on this computer or
    on another one; and a frame may be too long to wait for its end.
    """
    poll = select.poll()
    poll.register(requests_fd, 0)  # a hang-up is told unasked
    poll.poll()
    time.sleep(_GRACE)
    os.kill(os.getpid(), signal.SIGKILL)


def leave() -> None:
    """End this process now, successfully.

    Blender would first take apart the scene and every library, which is of no use to
    anybody and takes a tenth of a second at the end of every run. Its folder of
    temporary files is what it must not leave behind.
    """
    import shutil

    import bpy

    sys.stdout.flush()
    shutil.rmtree(bpy.app.tempdir, ignore_errors=True)
    os._exit(0)


def node_name() -> str:
    """The name of this computer, as whoever gave it to us calls it."""
    return os.environ.get("SLURMD_NODENAME") or os.uname().nodename


def resident_memory() -> int:
    """Memory that this process occupies now, in bytes."""
    try:
        with open("/proc/self/statm", "rb") as statm:
            return int(statm.read().split()[1]) * resource.getpagesize()
    except OSError:
        return peak_memory()


def peak_memory() -> int:
    """The most memory that this process ever occupied, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # bytes there, KiB here
