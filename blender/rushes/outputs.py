# SPDX-License-Identifier: GPL-3.0-or-later
"""Verbs about which files a frame consists of."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from . import blender, compositor, segments, verbs
from .cameras import Viewpoint, viewpoints, zooms
from .errors import InvalidParams, Unsupported
from .passes import PASSES
from .session import Session, Wanted
from .settings import picture_size, rendered_size
from .truth import provides
from .verbs import Result, verb


@dataclass(frozen=True)
class Output:
    """One file of every frame: `kind` is its own among those of a camera, `key` among
    all. `width` and `height` are 0 if they cannot be told, `codec` is "" but for EXR.
    """

    kind: str
    key: str
    folder: str
    camera: str
    name: str
    extension: str
    format: str
    codec: str
    width: int
    height: int


@verb()
def include_frames(session: Session) -> Result:
    """Write the picture of each frame."""
    session.scene  # there must be one
    session.outputs["frames"] = Wanted()
    return {}


@verb(debug=verbs.flag, codec=verbs.text)
def include_depths(
    session: Session, *, debug: bool = False, codec: str = "ZIP"
) -> Result:
    """Write how far things are, in scene units along the camera's axis."""
    return _include(session, "depths", Wanted(debug, codec))


@verb(debug=verbs.flag, codec=verbs.text)
def include_normals(
    session: Session, *, debug: bool = False, codec: str = "ZIP"
) -> Result:
    """Write where surfaces face, in the camera's frame."""
    return _include(session, "normals", Wanted(debug, codec))


@verb(debug=verbs.flag, codec=verbs.text)
def include_flows(
    session: Session, *, debug: bool = False, codec: str = "ZIP"
) -> Result:
    """Write how many pixels things move until the next frame, and to the last one."""
    return _include(session, "flows", Wanted(debug, codec))


@verb(debug=verbs.flag, codec=verbs.text)
def include_segmentations(
    session: Session, *, debug: bool = False, codec: str = "ZIP"
) -> Result:
    """Write the number of the object in each pixel."""
    return _include(session, "segmentations", Wanted(debug, codec))


@verb()
def outputs(session: Session) -> Result:
    """The files of a frame, as render_frame wants them; which number each object has, if
    there are segmentations. What cannot be rendered is an error here."""
    _check(session)
    views = viewpoints(session)
    result: Result = {
        "outputs": [asdict(output) for view in views for output in of(session, view)],
        "warnings": [],
    }
    if "flows" in session.outputs:
        result["warnings"] = [
            f"The lens of camera {view.camera.name!r} is animated, and optical flow"
            " leaves that out"
            for view in views
            if zooms(view.camera)
        ]
    if "segmentations" in session.outputs:
        result["objects"] = {
            thing.name: number for thing, number in segments.numbered(session.scene)
        }
    return result


def of(session: Session, viewpoint: Viewpoint) -> list[Output]:
    """The files of one camera's frame, the picture first."""
    prefix = f"{viewpoint.folder}/" if viewpoint.folder else ""
    files = []
    for kind, stored in _stored(session).items():
        folder = kind.removeprefix("debug_")
        place = (kind, prefix + kind, prefix + folder)
        files.append(Output(*place, viewpoint.camera.name, **stored))
    return files


def _stored(session: Session) -> dict[str, dict[str, Any]]:
    """How each kind of file is named and stored, and its size."""
    scene = session.scene
    width, height = rendered_size(scene)
    size: dict[str, Any] = {"width": width, "height": height}
    exr = {"extension": ".exr", "format": "OPEN_EXR", **size}
    png = {"extension": ".png", "format": "PNG", "codec": "", **size}
    stored: dict[str, dict[str, Any]] = {}
    if "frames" in session.outputs:
        stored["frames"] = {"name": "frame", **_picture(scene)}
    for kind, wanted in session.outputs.items():
        if kind not in PASSES:
            continue
        word = PASSES[kind].name
        stored[kind] = {"name": word, "codec": wanted.codec, **exr}
        if wanted.debug:
            stored[f"debug_{kind}"] = {"name": f"debug_{word}", **png}
    return stored


def _picture(scene: Any) -> dict[str, Any]:
    image = scene.render.image_settings
    width, height = picture_size(scene)
    return {
        "extension": scene.render.file_extension,
        "format": image.file_format,
        "codec": image.exr_codec if image.file_format.startswith("OPEN_EXR") else "",
        "width": width,
        "height": height,
    }


def _include(session: Session, kind: str, wanted: Wanted) -> Result:
    session.scene  # there must be one
    if wanted.codec not in compositor.codecs():
        raise InvalidParams(
            f"{wanted.codec!r} is not a codec of EXR files; this Blender has"
            f" {', '.join(compositor.codecs())}"
        )
    before = session.outputs.copy()
    session.outputs[kind] = wanted
    try:
        _check(session)
    except Unsupported:
        session.outputs = before
        raise
    return {}


def _check(session: Session) -> None:
    """Raises Unsupported if something included cannot be rendered."""
    scene = session.scene
    for kind in session.outputs.keys() - {"frames"}:
        if not provides(scene, PASSES[kind]):
            engine = scene.render.engine.replace("_", " ").removeprefix("BLENDER ")
            raise Unsupported(
                f"{engine.capitalize()} renders no {kind} in this Blender; Cycles does"
            )
    blurred = any(owner.use_motion_blur for owner in blender.motion_blurs(scene))
    if "flows" in session.outputs and blurred and not session.is_still:
        raise Unsupported(
            "There is no optical flow of blurred frames; turn motion blur off"
        )
    if "segmentations" in session.outputs:
        segments.check(scene)
