# SPDX-License-Identifier: GPL-3.0-or-later
"""Where Blender's versions differ, and what its API makes hard to ask."""

from __future__ import annotations

import contextlib
import functools
import os
import re
from collections.abc import Iterator
from typing import Any

import bpy

from .causes import explain
from .errors import InvalidParams, RequestError, one_line

#: Formats of one file for a whole animation, which frames from many clients cannot be.
MOVIE_FORMATS = {"AVI_JPEG", "AVI_RAW", "FFMPEG"}

#: Longest path that Blender writes a picture to, in bytes: FILE_MAX (1024) less the
#: eleven that its own code sets aside for an extension and the end of the string.
MAX_PATH = 1013


def choices(owner: Any, name: str) -> tuple[str, ...]:
    """What an enum property can be set to here and now.

    RNA's own list knows neither the engines of add-ons nor which depths the current
    format has; the refusal of an impossible value names them.
    """
    try:
        setattr(owner, name, "\n")
    except TypeError as error:
        return tuple(re.findall(r"'([^']*)'", str(error).partition("not found in")[2]))
    return ()


def engine_identifier(name: str) -> str:
    """The identifier of an engine in this version: EEVEE's changed in 4.2 and back in
    5.0."""
    if name in ("EEVEE", "BLENDER_EEVEE", "BLENDER_EEVEE_NEXT"):
        next_generation = (4, 2) <= bpy.app.version[:2] < (5, 0)
        return "BLENDER_EEVEE_NEXT" if next_generation else "BLENDER_EEVEE"
    return "BLENDER_WORKBENCH" if name == "WORKBENCH" else name


def is_eevee(scene: Any) -> bool:
    """Whether `scene` is rendered by either generation of EEVEE."""
    return bool(scene.render.engine == engine_identifier("EEVEE"))


def set_format(image: Any, name: str) -> None:
    """Set the file format of image settings, by Blender's identifier."""
    if hasattr(image, "media_type"):  # since 5.0, and it limits what can follow
        media = "MULTI_LAYER_IMAGE" if name == "OPEN_EXR_MULTILAYER" else "IMAGE"
        media = "VIDEO" if name in MOVIE_FORMATS else media
        if image.media_type != media:
            image.media_type = media
    image.file_format = name


@functools.cache
def picture_formats() -> tuple[str, ...]:
    """Every format of one file a frame that this Blender can write."""
    items = bpy.types.ImageFormatSettings.bl_rna.properties["file_format"].enum_items
    names = set(items.keys()) - MOVIE_FORMATS
    # It has no switch of its own: Blender lists it whatever its libraries can do.
    if "AVIF" in names and not _can_save("AVIF"):
        names.remove("AVIF")
    return tuple(sorted(names))


def _can_save(name: str) -> bool:
    """Whether a picture can be saved in a format, which is tried."""
    image = bpy.data.images.new("Rushes", 8, 8)
    try:
        image.file_format = name
        image.filepath_raw = os.path.join(bpy.app.tempdir, "attempt")
        image.save()
    except RuntimeError:
        return False
    finally:
        bpy.data.images.remove(image)
    return True


def output_path(path: str) -> str:
    """`path` as render.filepath must be for Blender to write exactly there."""
    if bpy.app.version >= (4, 5, 0):  # braces hold templates there
        path = path.replace("{", "{{").replace("}", "}}")
    return literal(path)


def literal(path: str) -> str:
    """The absolute `path` as Blender must be told it, where it knows no templates."""
    # Two slashes at the start mean "beside the .blend".
    return "/" + path.lstrip("/") if path.startswith("//") else path


def check_length(path: str) -> None:
    """Raises InvalidParams for a `path` that Blender would write under a shorter name."""
    length = len(os.fsencode(path))
    if length > MAX_PATH:
        raise InvalidParams(
            f"The path is too long for Blender: {length} bytes, and {MAX_PATH} are"
            " possible; choose an output folder with a shorter name"
        )


def fcurves(action: Any) -> Iterator[Any]:
    """Every F-curve of an action, for all that it animates."""
    if hasattr(action, "layers"):  # since 4.4
        for layer in action.layers:
            for strip in layer.strips:
                for channelbag in strip.channelbags:
                    yield from channelbag.fcurves
    else:
        yield from action.fcurves


def node_trees() -> Iterator[tuple[Any, Any]]:
    """Every node tree and the data-block it belongs to (itself, for a node group)."""
    for collection in ("materials", "worlds", "lights", "scenes", "textures"):
        for owner in getattr(bpy.data, collection):
            tree = getattr(owner, "node_tree", None)  # 5.0: a scene has none
            if tree is not None:
                yield owner, tree
    for tree in bpy.data.node_groups:
        yield tree, tree


def strips(scene: Any) -> Any:
    """Every strip of the video sequencer, those inside meta strips included."""
    editor = scene.sequence_editor
    if editor is None:
        return ()
    return editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all


def motion_blurs(scene: Any) -> Iterator[Any]:
    """Whatever holds use_motion_blur and motion_blur_shutter: EEVEE had its own until
    4.2."""
    yield scene.render
    if hasattr(scene.eevee, "motion_blur_shutter"):
        yield scene.eevee


def forget_persistent_data(scene: Any) -> None:
    """Have the engine read all of the scene anew for the next frame.

    Needed whenever settings change: Blender 5.2 renders the next picture partly by
    those it kept, so frames would depend on what this client rendered before.
    """
    if scene.render.use_persistent_data:
        scene.render.use_persistent_data = False  # this is what frees it
        scene.render.use_persistent_data = True


@contextlib.contextmanager
def temporarily(owner: Any, **values: Any) -> Iterator[None]:
    """Give `owner` other values for a while."""
    before = {name: getattr(owner, name) for name in values}
    try:
        for name, value in values.items():
            setattr(owner, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(owner, name, value)


def words(error: RuntimeError) -> str:
    """What Blender has to say about a failure, in one line."""
    return one_line(str(error)) or "Blender gave no reason"


def write_failure(error: RuntimeError, otherwise: type[RequestError]) -> RequestError:
    """What to raise for a file that Blender could not write."""
    return explain(words(error), otherwise)


def data_blocks() -> Iterator[Any]:
    """Every data-block of the open file, embedded node trees included."""
    for name, prop in bpy.data.bl_rna.properties.items():
        if prop.type == "COLLECTION" and name != "all_ids":
            yield from getattr(bpy.data, name)
    for owner, tree in node_trees():
        if tree != owner:
            yield tree


def animated() -> Iterator[Any]:
    """Every data-block that has animation data."""
    for block in data_blocks():
        if getattr(block, "animation_data", None) is not None:
            yield block


def actions_of(owner: Any) -> Iterator[Any]:
    """Every action that animates a data-block, by itself or as a strip."""
    data = owner.animation_data
    if data is None:
        return
    if data.action is not None:
        yield data.action
    for track in data.nla_tracks:
        waiting = list(track.strips)
        while waiting:
            strip = waiting.pop()
            if strip.action is not None:
                yield strip.action
            waiting.extend(getattr(strip, "strips", ()))


def curves_of(owner: Any) -> Iterator[Any]:
    """Every curve and every driver that may change a data-block."""
    if owner.animation_data is not None:
        yield from owner.animation_data.drivers
    for action in actions_of(owner):
        yield from fcurves(action)


def drawings() -> Iterator[Any]:
    """Every Grease Pencil: those that can be rendered had another name in 4.3 and 4.4."""
    for name in ("grease_pencils", "grease_pencils_v3"):
        yield from getattr(bpy.data, name, ())
