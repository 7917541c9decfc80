# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts the pieces together: a channel, a session, and every verb there is."""

from __future__ import annotations

import functools

# Imported for the verbs that they declare.
from . import (  # noqa: F401
    access,
    animation,
    cameras,
    devices,
    loading,
    outputs,
    posing,
    preview,
    render,
    report,
    settings,
)
from .protocol import Channel, serve as serve_channel
from .session import Session
from .verbs import VERBS


def serve(read_fd: int, write_fd: int) -> None:
    """Obey until the end of `read_fd`."""
    channel = Channel(read_fd, write_fd)
    session = Session(channel)
    methods = {name: functools.partial(verb, session) for name, verb in VERBS.items()}
    serve_channel(channel, methods)
