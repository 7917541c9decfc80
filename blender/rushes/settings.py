# SPDX-License-Identifier: GPL-3.0-or-later
"""Verbs that change what a frame looks like and how it is stored."""

from __future__ import annotations

from typing import Any

from . import blender, verbs
from .errors import InvalidParams, Unsupported
from .picture import Span, cropped_size, scaled_size
from .session import Session
from .verbs import Result, verb


@verb(width=verbs.integer(4, 65536), height=verbs.integer(4, 65536))
def set_resolution(session: Session, *, width: int, height: int) -> Result:
    """Render at this size in pixels, at 100 %."""
    render = session.scene.render
    render.resolution_x = width
    render.resolution_y = height
    render.resolution_percentage = 100
    blender.forget_persistent_data(session.scene)
    return {"width": render.resolution_x, "height": render.resolution_y}


@verb(format=verbs.text, color_depth=verbs.text, color_mode=verbs.text)
def image_settings(
    session: Session,
    *,
    format: str | None = None,
    color_depth: str | None = None,
    color_mode: str | None = None,
) -> Result:
    """Set how pictures are stored; what is in effect then.

    Values are Blender's identifiers: "OPEN_EXR", "16", "RGBA". Nothing changes if one
    of them cannot be.
    """
    image = session.scene.render.image_settings
    before = (image.file_format, image.color_depth, image.color_mode)
    try:
        if format is not None:
            _set_format(image, format)
        if color_depth is not None:
            _choose(image, "color_depth", color_depth)
        if color_mode is not None:
            _choose(image, "color_mode", color_mode)
    except Exception:
        blender.set_format(image, before[0])
        image.color_depth, image.color_mode = before[1:]
        raise
    width, height = picture_size(session.scene)
    return {**stored_as(session.scene), "width": width, "height": height}


@verb(
    engine=verbs.text,
    samples=verbs.integer(1, 2**24),
    denoising=verbs.flag,
    threads=verbs.integer(0, 1024),
)
def render_settings(
    session: Session,
    *,
    engine: str | None = None,
    samples: int | None = None,
    denoising: bool | None = None,
    threads: int | None = None,
) -> Result:
    """Set who renders and how thoroughly; what is in effect then.

    `samples` are a pixel's; `threads` of 0 are as many as there are processors.
    """
    scene = session.scene
    render = scene.render
    if engine is not None:
        _set_engine(render, engine)
    if samples is not None:
        _set_samples(scene, samples)
    if denoising is not None:
        _set_denoising(scene, denoising)
    if threads is not None:
        render.threads_mode = "FIXED" if threads else "AUTO"
        if threads:
            render.threads = threads
    blender.forget_persistent_data(scene)
    return rendered_by(scene)


@verb(enable=verbs.flag)
def use_motion_blur(session: Session, *, enable: bool) -> Result:
    """Blur what moves, or not."""
    scene = session.scene
    for owner in blender.motion_blurs(scene):
        owner.use_motion_blur = enable
    blender.forget_persistent_data(scene)
    return {}


def stored_as(scene: Any) -> Result:
    """How pictures are stored, in Blender's identifiers."""
    image = scene.render.image_settings
    return {
        "format": image.file_format,
        "extension": scene.render.file_extension,
        "color_depth": image.color_depth,
        "color_mode": image.color_mode,
    }


def rendered_by(scene: Any) -> Result:
    """Who renders and how thoroughly; no `samples` are 0, automatic `threads` too."""
    render = scene.render
    owner, name = _samples(scene)
    return {
        "engine": render.engine,
        "samples": getattr(owner, name) if owner else 0,
        "denoising": render.engine == "CYCLES" and scene.cycles.use_denoising,
        "threads": render.threads if render.threads_mode == "FIXED" else 0,
    }


def frame_size(scene: Any) -> tuple[int, int]:
    """Width and height of the whole frame in pixels, before any crop."""
    render = scene.render
    return scaled_size(
        render.resolution_x, render.resolution_y, render.resolution_percentage
    )


def picture_size(scene: Any) -> tuple[int, int]:
    """Width and height that the file of a frame will have in pixels; zeros if that
    cannot be told."""
    render = scene.render
    if render.use_multiview:  # the stereo layout decides
        return 0, 0
    crops = render.use_border and render.use_crop_to_border
    if crops and render.use_sequencer and len(blender.strips(scene)):
        return 0, 0  # the sequencer knows no border
    return rendered_size(scene)


def rendered_size(scene: Any) -> tuple[int, int]:
    """Width and height in pixels of what the engine renders, after any crop."""
    return cropped_size(frame_size(scene), *border(scene))


def border(scene: Any) -> tuple[Span, Span]:
    """What is left of the frame by a crop, across and up: parts of it."""
    render = scene.render
    if not (render.use_border and render.use_crop_to_border):
        return (0.0, 1.0), (0.0, 1.0)
    return (
        (render.border_min_x, render.border_max_x),
        (render.border_min_y, render.border_max_y),
    )


def _set_format(image: Any, name: str) -> None:
    known = blender.picture_formats()
    if name not in known:
        raise Unsupported(
            f"The format {name!r} is not a picture format of this Blender; it has"
            f" {', '.join(known)}"
        )
    blender.set_format(image, name)


def _choose(image: Any, name: str, value: str) -> None:
    able = blender.choices(image, name)
    if value not in able:
        raise InvalidParams(
            f"{image.file_format} cannot have a {name} of {value!r}; it can have"
            f" {', '.join(able)}"
        )
    setattr(image, name, value)


def _set_engine(render: Any, name: str) -> None:
    able = blender.choices(render, "engine")
    # Identifiers of add-ons may be in mixed case; people type "cycles".
    wanted = (name, blender.engine_identifier(name.upper()))
    identifier = next((item for item in wanted if item in able), None)
    if identifier is None:
        raise Unsupported(
            f"This Blender has no engine {name!r}; it has {', '.join(able)}"
        )
    render.engine = identifier


def _samples(scene: Any) -> tuple[Any, str]:
    """Who holds the number of samples, and under which name."""
    if scene.render.engine == "CYCLES":
        return scene.cycles, "samples"
    if blender.is_eevee(scene):
        return scene.eevee, "taa_render_samples"
    return None, ""


def _set_samples(scene: Any, samples: int) -> None:
    owner, name = _samples(scene)
    if owner is None:
        raise Unsupported(f"{scene.render.engine} has no number of samples to set")
    setattr(owner, name, samples)


def _set_denoising(scene: Any, enable: bool) -> None:
    if scene.render.engine != "CYCLES":
        if enable:
            raise Unsupported(f"{scene.render.engine} cannot denoise; Cycles can")
        return
    if enable and not blender.choices(scene.cycles, "denoiser"):
        raise Unsupported("This Blender was built without a denoiser")
    scene.cycles.use_denoising = enable
