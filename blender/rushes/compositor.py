# SPDX-License-Identifier: GPL-3.0-or-later
"""Compositor nodes of our own, for one render, in place of those that the user made.

Hides what differs between Blenders: until 4.5 a scene owns its tree, which nodes can
only be added to; since 5.0 it uses a node group, which can be another one for a while.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import bpy

from . import blender
from .blender import temporarily

#: What an input of a node is given: a number, or the output of another node.
Value = Any

#: Codecs of OpenEXR that keep 32 bits a value: the others are for halves.
_HALF_CODECS = {"B44", "B44A"}


@dataclass(frozen=True)
class Storage:
    """How a picture is written."""

    format: str = "OPEN_EXR"
    codec: str = "ZIP"
    #: "BW" stores one channel, "RGB" three, "RGBA" four.
    mode: str = "RGBA"

    @property
    def is_single(self) -> bool:
        """Whether there is but one channel of floats."""
        return self.format == "OPEN_EXR" and self.mode == "BW"


def codecs() -> tuple[str, ...]:
    """The codecs that EXR files of 32 bits can have in this Blender."""
    items = bpy.types.ImageFormatSettings.bl_rna.properties["exr_codec"].enum_items
    return tuple(name for name in items.keys() if name not in _HALF_CODECS)


class Graph:
    """Nodes that compute what a render writes."""

    def __init__(self, tree: Any) -> None:
        self._tree = tree
        self._written: list[tuple[str, str]] = []

    def new(self, *names: str) -> Any:
        """A new node of the first of these types that this Blender has."""
        for name in names[:-1]:
            with contextlib.suppress(RuntimeError):
                return self._tree.nodes.new(name)
        return self._tree.nodes.new(names[-1])

    def layer(self, scene: Any, name: str) -> Any:
        """What the view layer of that name has rendered."""
        node = self.new("CompositorNodeRLayers")
        node.scene = scene
        node.layer = name
        return node

    def math(self, operation: str, *values: Value) -> Value:
        """The outcome of an operation of Blender's math node."""
        node = self.new("CompositorNodeMath", "ShaderNodeMath")
        node.operation = operation
        for socket, value in zip(node.inputs, values):
            self._feed(socket, value)
        return node.outputs[0]

    def normalize(self, value: Value) -> Value:
        """`value` from 0 to 1, whatever its least and its greatest in the picture."""
        node = self.new("CompositorNodeNormalize")
        self._feed(node.inputs[0], value)
        return node.outputs[0]

    def split(self, value: Value) -> list[Value]:
        """The four channels of a colour, or of what the engine hands out as one."""
        node = self.new("CompositorNodeSeparateColor")
        self._feed(node.inputs[0], value)
        return list(node.outputs)

    def join(self, *channels: Value, mode: str = "RGB") -> Value:
        """A colour of three or four channels; in mode "HSV", by hue and so on."""
        node = self.new("CompositorNodeCombineColor")
        node.mode = mode
        for socket, value in zip(node.inputs, channels):
            self._feed(socket, value)
        return node.outputs[0]

    def write(self, value: Value, path: str, frame: int, storage: Storage) -> None:
        """Have `value` of frame `frame` written at the absolute `path`, once rendered
        and `settle` was called."""
        folder, name = os.path.split(path)
        node = self.new("CompositorNodeOutputFile")
        if hasattr(node, "file_output_items"):
            self._set_format(node.format, storage)
            node.use_file_extension = False
            node.directory = blender.output_path(folder)
            node.file_name = blender.output_path(name)
            node.file_output_items.new("FLOAT" if storage.is_single else "RGBA", "")
        else:
            # Blender insists on numbering files. The number goes before the suffix that
            # tells that this is no whole file yet.
            stem, suffix = os.path.splitext(name)
            numbered = os.path.join(folder, f"{stem}.{_four_digits(frame)}{suffix}")
            self._written.append((numbered, path))
            self._set_slot(node, storage, folder, f"{stem}.####{suffix}")
        self._feed(node.inputs[0], value)

    def settle(self) -> None:
        """Give the files written their names."""
        for written, path in self._written:
            with contextlib.suppress(FileNotFoundError):
                os.replace(written, path)

    def _feed(self, socket: Any, value: Value) -> None:
        if isinstance(value, (int, float)):
            socket.default_value = value
        else:
            self._tree.links.new(value, socket)

    def _set_slot(self, node: Any, storage: Storage, folder: str, name: str) -> None:
        """Have a node of before 5.0 write into a folder under a name with a number."""
        single = storage.is_single and "BW" not in _modes(node.format, storage.format)
        if single:
            # Then only files of many layers can have a single channel; a layer without
            # a name makes it the same file as elsewhere.
            storage = Storage("OPEN_EXR_MULTILAYER", storage.codec)
            folder = os.path.join(folder, name)
        self._set_format(node.format, storage)
        node.base_path = blender.output_path(folder)
        if single:
            node.layer_slots[0].name = ""
        else:
            node.file_slots[0].path = blender.output_path(name)
            node.file_slots[0].save_as_render = False

    @staticmethod
    def _set_format(image: Any, storage: Storage) -> None:
        blender.set_format(image, storage.format)
        if storage.format == "PNG":
            image.color_mode, image.color_depth = storage.mode, "8"
        else:
            image.color_depth, image.exr_codec = "32", storage.codec
            if storage.format == "OPEN_EXR":
                image.color_mode = storage.mode


@contextlib.contextmanager
def borrowed(scene: Any) -> Iterator[Graph]:
    """An empty graph that `scene` renders by for a while, instead of its own."""
    with contextlib.ExitStack() as stack:
        enter = stack.enter_context
        enter(temporarily(scene.render, use_compositing=True))
        if hasattr(scene.render, "compositor_device"):
            # The processor needs no display, and counts in 32 bits.
            enter(temporarily(scene.render, compositor_device="CPU"))
            enter(temporarily(scene.render, compositor_precision="FULL"))
        if hasattr(scene, "compositing_node_group"):
            tree = bpy.data.node_groups.new("Rushes", "CompositorNodeTree")
            stack.callback(bpy.data.node_groups.remove, tree)
            enter(temporarily(scene, compositing_node_group=tree))
        else:
            tree = enter(_emptied(scene))
        yield Graph(tree)


@contextlib.contextmanager
def _emptied(scene: Any) -> Iterator[Any]:
    """The scene's own tree, in which none but new nodes take effect."""
    with temporarily(scene, use_nodes=True), contextlib.ExitStack() as stack:
        tree = scene.node_tree
        theirs = set(tree.nodes)
        for node in theirs:
            stack.enter_context(temporarily(node, mute=True))
        try:
            yield tree
        finally:
            for node in set(tree.nodes) - theirs:
                tree.nodes.remove(node)


def _modes(image: Any, name: str) -> tuple[str, ...]:
    """The colour modes that a format has in this Blender."""
    blender.set_format(image, name)
    return blender.choices(image, "color_mode")


def _four_digits(frame: int) -> str:
    """A frame's number as Blender writes it for ####: more digits if need be."""
    return f"{'-' if frame < 0 else ''}{abs(frame):04}"
