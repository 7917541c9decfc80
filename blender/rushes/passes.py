# SPDX-License-Identifier: GPL-3.0-or-later
"""What each pass of the ground truth is: the engine's data, and how it becomes ours.

* depths: the distance from the plane of the camera along its axis, in scene units; one
  channel; 1e10 where there is nothing.
* normals: unit vectors of the shaded surface in the camera's frame, +X right, +Y up, +Z
  towards the camera, as R, G, B; zeros where there is nothing.
* flows: by how many pixels a point moves until the next frame (R right, G down) and
  back to where it was in the frame before (B right, A down); zeros where there is
  nothing.
* segmentations: the number of the object, in one channel; 0 where there is nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .compositor import Graph, Value

#: A camera's axes in world space: right, up, backward.
Axes = Sequence[Sequence[float]]


@dataclass(frozen=True)
class View:
    """What passes must know of the camera and of time."""

    axes: Axes
    is_still: bool


@dataclass(frozen=True)
class Pass:
    """One kind of data: `switch` turns it on in a view layer, and any of `sockets` is
    what the compositor has of it."""

    name: str
    switch: str
    sockets: tuple[str, ...]
    mode: str
    data: Callable[[Graph, Value, View], Value]
    preview: Callable[[Graph, Value], Value]

    def socket(self, layer: Any) -> Any:
        """The output of a render layers node; None if the engine makes no such data."""
        for name in self.sockets:
            socket = layer.outputs.get(name)
            if socket is not None and socket.enabled:
                return socket
        return None


def _as_is(_graph: Graph, value: Value, _view: View) -> Value:
    return value


def _normal(graph: Graph, value: Value, view: View) -> Value:
    world = graph.split(value)[:3]
    return graph.join(*(_dot(graph, world, axis) for axis in view.axes))


def _dot(graph: Graph, vector: Sequence[Value], axis: Sequence[float]) -> Value:
    total: Value = 0.0
    for value, factor in zip(vector, axis):
        total = graph.math("MULTIPLY_ADD", value, factor, total)
    return total


def _flow(graph: Graph, value: Value, view: View) -> Value:
    # The engine has the way to the last frame, then the way from the next one: both to
    # the right and up.
    factors = (-1, 1, 1, -1)
    channels = graph.split(value)
    moved = (channels[index] for index in (2, 3, 0, 1))
    return graph.join(
        *(
            graph.math("MULTIPLY", channel, 0 if view.is_still else factor)
            for channel, factor in zip(moved, factors)
        )
    )


def _depth_colour(graph: Graph, value: Value) -> Value:
    nearness = graph.math("SUBTRACT", 1.0, graph.normalize(value))
    return graph.join(nearness, nearness, nearness)


def _normal_colour(graph: Graph, value: Value) -> Value:
    channels = graph.split(value)[:3]
    return graph.join(
        *(graph.math("MULTIPLY_ADD", channel, 0.5, 0.5) for channel in channels)
    )


def _flow_colour(graph: Graph, value: Value) -> Value:
    """The direction forward as hue, the speed as saturation."""
    right, down = graph.split(value)[:2]
    angle = graph.math("ARCTAN2", down, right)
    hue = graph.math("MULTIPLY_ADD", angle, 0.5 / math.pi, 0.5)
    square = graph.math(
        "MULTIPLY_ADD", down, down, graph.math("MULTIPLY", right, right)
    )
    speed = graph.normalize(graph.math("SQRT", square))
    return graph.join(hue, speed, 1.0, mode="HSV")


def _object_colour(graph: Graph, value: Value) -> Value:
    # Multiples of the golden ratio keep neighbouring numbers apart.
    hue = graph.math("FRACT", graph.math("MULTIPLY", value, 0.618034))
    return graph.join(hue, 0.8, graph.math("MINIMUM", value, 1.0), mode="HSV")


PASSES = {
    "depths": Pass("depth", "use_pass_z", ("Depth",), "BW", _as_is, _depth_colour),
    "normals": Pass(
        "normal",
        "use_pass_normal",
        ("Normal",),
        "RGB",
        _normal,
        _normal_colour,
    ),
    "flows": Pass("flow", "use_pass_vector", ("Vector",), "RGBA", _flow, _flow_colour),
    "segmentations": Pass(
        "segmentation",
        "use_pass_object_index",
        ("Object Index", "IndexOB"),
        "BW",
        _as_is,
        _object_colour,
    ),
}
