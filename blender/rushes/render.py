# SPDX-License-Identifier: GPL-3.0-or-later
"""The verb that renders."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable, Iterator
from typing import Any

from . import blender, outputs, process, truth, verbs
from .blender import temporarily
from .cameras import as_text, describe, viewpoints
from .engine import check_written, render_into
from .errors import InvalidParams, RenderFailed, ScriptsBlocked
from .progress import Progress, listening
from .session import Session
from .settings import picture_size
from .timeline import MAX_FRAME
from .verbs import Result, verb


@verb(frame=verbs.integer(-MAX_FRAME, MAX_FRAME), files=verbs.text_map)
def render_frame(session: Session, *, frame: int, files: dict[str, str]) -> Result:
    """Render one frame into `files`: for each kind of output, a path below the root.

    Folders exist already; whatever has these names is replaced. Tells the time it took
    in seconds, the most memory ever used in bytes, in "poses" a text for each camera,
    and as "blank" whether the first picture is all "black" or "transparent", where that was noticed.
    """
    started = time.monotonic()
    session.show(frame)
    views = viewpoints(session)
    wanted = [outputs.of(session, view) for view in views]
    _check_keys(files, {output.key for each in wanted for output in each})
    progress = _progress(session, frame, len(views))
    poses = []
    pictures = []
    for view, view_outputs in zip(views, wanted):
        poses.append(as_text(describe(session, view)))
        paths = {
            output.kind: _absolute(session.root, files[output.key])
            for output in view_outputs
        }
        picture = paths.pop("frames", None)
        with _blaming_scripts(session):
            if picture is not None:
                _render_picture(session, progress, picture)
                pictures.append(picture)
            if paths:
                truth.render(session, view, paths)
    seconds = time.monotonic() - started
    blank = ""
    if pictures:
        blank = session.eye.look(pictures[0], seconds, _pixels(session.scene))
    return {
        "frame": frame,
        "files": files,
        "seconds": seconds,
        "memory": process.peak_memory(),
        "poses": poses,
        **({"blank": blank} if blank else {}),
    }


def _check_keys(given: Iterable[str], known: set[str]) -> None:
    """Raises InvalidParams if a frame does not consist of the files given."""
    names = ", ".join(sorted(known)) or "none"
    for key in given:
        if key not in known:
            raise InvalidParams(f"{key!r} is not an output of this scene ({names})")
    for key in sorted(known.difference(given)):
        raise InvalidParams(f"There is no path for {key!r}; outputs are {names}")


def _absolute(root: str, path: str) -> str:
    """Where `path` is, which must be below `root`."""
    if os.path.isabs(path) or ".." in path.split("/"):
        raise InvalidParams(f"{path!r} is not a path below the root")
    absolute = os.path.join(root, path)
    blender.check_length(blender.output_path(absolute))
    return absolute


def _render_picture(session: Session, progress: Progress, path: str) -> None:
    """Render what the user made into exactly `path`."""
    render = session.scene.render
    with contextlib.ExitStack() as stack:
        if session.is_still:
            for owner in blender.motion_blurs(session.scene):
                stack.enter_context(temporarily(owner, use_motion_blur=False))
        stack.enter_context(
            temporarily(
                render, filepath=blender.output_path(path), use_file_extension=False
            )
        )
        stack.enter_context(listening(progress))
        render_into([path], write_still=True)
    check_written([path])


@contextlib.contextmanager
def _blaming_scripts(session: Session) -> Iterator[None]:
    """Have a failure told as that of scripts that did not run, where there are any."""
    try:
        yield
    except RenderFailed as error:
        if not session.blocked:
            raise
        message = f"{error}; scripts of the scene are blocked: {session.blocked}"
        raise ScriptsBlocked(message) from error


def _pixels(scene: Any) -> int:
    """How many pixels a file has; 0 if there is more than a picture in it."""
    width, height = picture_size(scene)
    layered = scene.render.image_settings.file_format == "OPEN_EXR_MULTILAYER"
    return 0 if layered else width * height


def _progress(session: Session, frame: int, pictures: int) -> Progress:
    def report(fraction: float) -> None:
        session.channel.notify("progress", frame=frame, fraction=fraction)

    render = session.scene.render
    layers = sum(layer.use for layer in session.scene.view_layers)
    return Progress(report, pictures * (1 if render.use_single_layer else layers))
