# SPDX-License-Identifier: GPL-3.0-or-later
"""Verbs about this Blender, and about what it has loaded."""

from __future__ import annotations

import os
from typing import Any

import bpy

from . import blender, files, process, verbs
from .errors import (
    FileChanged,
    InvalidParams,
    LoadFailed,
    NoCamera,
    RequestError,
    ScriptsBlocked,
    Unsupported,
)
from .scripts import blocked
from .session import Session
from .settings import frame_size
from .verbs import Result, verb


@verb()
def hello(session: Session) -> Result:
    """Who answers, and how much memory (in bytes) it takes now."""
    return {
        "blender": this_version(),
        "pid": os.getpid(),
        "host": process.node_name(),
        "memory": process.resident_memory(),
    }


@verb(
    blend_file=verbs.text,
    root=verbs.text,
    allow_scripts=verbs.flag,
    sha256=verbs.text,
)
def initialize(
    session: Session,
    *,
    blend_file: str,
    root: str,
    allow_scripts: bool = False,
    sha256: str | None = None,
) -> Result:
    """Load a file whose frames are to be rendered below the folder `root`.

    Its Python runs only with `allow_scripts`, and if a `sha256` is given only if that is
    the hash of the file: somebody trusts this content, not whatever is there.
    """
    if not os.path.isabs(root):
        raise InvalidParams("root must be an absolute path")
    scene = load(session, blend_file, allow_scripts, sha256)
    not_run = "" if allow_scripts else blocked()
    if scene.camera is None and not_run:
        raise ScriptsBlocked(
            f"The scene has no camera, and its scripts are blocked: {not_run}"
        )
    if scene.camera is None:
        raise NoCamera("The scene has no camera")
    session.begin(scene, root)
    session.blocked = not_run
    warnings = prepare(scene)
    if not_run:
        warnings.append(f"Scripts of the scene are blocked: {not_run}")
    return {**summary(scene), "has_camera": True, "warnings": warnings}


@verb(addons=verbs.texts)
def load_addons(session: Session, *, addons: list[str]) -> Result:
    """Enable add-ons, by module name. Nothing is saved in the user's preferences."""
    import addon_utils

    bpy.app.use_userpref_skip_save_on_exit = True
    session.altered = True
    for name in addons:
        reasons: list[BaseException] = []
        try:
            module = addon_utils.enable(
                name, default_set=True, persistent=True, handle_error=reasons.append
            )
        except Exception as error:
            module = None
            reasons.append(error)
        if module is None:
            reason = f" ({reasons[0]})" if reasons else ""
            raise Unsupported(f"The add-on {name!r} cannot be enabled{reason}")
    return {}


@verb()
def release(session: Session) -> Result:
    """Let go of the scene, and of what it takes of memory and graphics cards.

    Refused by a Blender that is not as it was started, and so of no use to others.
    """
    session.forget()
    if session.altered:
        raise Unsupported("Add-ons were enabled for a scene")
    bpy.ops.wm.read_homefile(use_empty=True)
    return {"memory": process.resident_memory()}


@verb(path=verbs.text)
def save_file(session: Session, *, path: str) -> Result:
    """Save the scene, as it is now, as a copy at the absolute `path`."""
    if not os.path.isabs(path):
        raise InvalidParams("path must be absolute")
    session.scene  # there must be one
    try:
        bpy.ops.wm.save_as_mainfile(
            filepath=path, copy=True, compress=False, check_existing=False
        )
    except RuntimeError as error:
        raise blender.write_failure(error, RequestError) from error
    return {}


def load(
    session: Session, path: str, allow_scripts: bool, sha256: str | None = None
) -> Any:
    """Open a file; its active scene."""
    session.forget()
    if not os.path.isabs(path):
        raise InvalidParams("blend_file must be an absolute path")
    newer = newer_version(files.saved_version(path))
    if newer:
        # Older Blenders may crash over such a file, so this cannot wait.
        session.log("warning", f"{path}: {newer}")
    if allow_scripts and sha256 is not None:
        check_content(path, sha256)
    try:
        bpy.ops.wm.open_mainfile(
            filepath=path, load_ui=False, use_scripts=allow_scripts
        )
    except RuntimeError as error:
        reason = f" ({newer})" if newer else ""
        raise LoadFailed(blender.words(error) + reason) from error
    return bpy.context.scene


def check_content(path: str, sha256: str) -> None:
    """Raises FileChanged if the file's content does not have this hash."""
    try:
        found = files.sha256(path)
    except OSError as error:
        raise LoadFailed(f"{path}: {error.strerror}") from error
    if found != sha256:
        raise FileChanged(f"{path} has changed since its scripts were allowed")


def newer_version(saved_by: tuple[int, int] | None) -> str:
    """In words, that a file comes from a Blender newer than this one; "" if not."""
    if saved_by is None or saved_by <= bpy.app.version[:2]:
        return ""
    return (
        f"it was saved by Blender {saved_by[0]}.{saved_by[1]}, which is newer than this"
        f" Blender {this_version()}"
    )


def this_version() -> str:
    """The version of the Blender that runs this: "3.4.1"."""
    return str(bpy.app.version_string.split()[0])


def summary(scene: Any) -> Result:
    """What `initialize` and `inspect` both tell. fps is in frames a second, sizes are
    in pixels with the resolution percentage applied."""
    render = scene.render
    width, height = frame_size(scene)
    return {
        "scene": scene.name,
        "start": scene.frame_start,
        "end": scene.frame_end,
        "step": scene.frame_step,
        "fps": render.fps / render.fps_base,
        "width": width,
        "height": height,
        "engine": render.engine,
    }


def prepare(scene: Any) -> list[str]:
    """Make one call render one file, whatever the file was saved with; warnings.

    What the user made (compositor, sequencer, stamps) stays as it is. So does Cycles'
    persistent data, which is no matter of speed alone: 5.2 renders a wrong picture with
    it after some changes of settings.
    """
    render = scene.render
    warnings = obstacles(scene)
    if render.is_movie_format:
        blender.set_format(render.image_settings, "PNG")
    if writes_one_file_per_view(scene):
        render.use_multiview = False
    # These make Blender skip frames that exist, or leave empty files first.
    render.use_overwrite = True
    render.use_placeholder = False
    # A copy of every frame in the user's cache folder.
    render.use_render_cache = False
    if hasattr(render, "save_output"):  # since 5.1; it can keep frames from being saved
        render.save_output = True
    return warnings


def obstacles(scene: Any) -> list[str]:
    """What of a scene's output settings cannot be as it was saved; one line each."""
    warnings = []
    image = scene.render.image_settings
    if scene.render.is_movie_format:
        warnings.append(
            f"The scene saves a movie ({image.file_format}); its frames are rendered as"
            " PNG pictures instead"
        )
    if writes_one_file_per_view(scene):
        warnings.append(
            "The scene renders in stereo with a file for each eye; only the picture of"
            " the camera itself is rendered"
        )
    return warnings


def writes_one_file_per_view(scene: Any) -> bool:
    """Whether one frame would become several files, none of the name asked for."""
    render = scene.render
    image = render.image_settings
    if not render.use_multiview:
        return False
    if image.views_format == "STEREO_3D":
        return bool(render.views_format != "STEREO_3D")
    return bool(image.views_format == "INDIVIDUAL")
