# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders the passes of the ground truth, apart from the picture.

A render of its own costs one sample a pixel, and gains this: the picture stays what it
is without, to the bit; the one sample goes through the middle of the pixel, where the
average of many would mix surfaces at every edge; and neither depth of field nor motion
blur, which Cycles applies to passes too, spoils the data.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import bpy

from . import blender, compositor
from .blender import temporarily
from .cameras import Viewpoint, axes
from .compositor import Storage
from .engine import check_written, render_into
from .passes import PASSES, Pass, View
from .segments import indexed
from .session import Session

#: What makes an engine do the least, and without what would spoil the data. Versions
#: lack some of it.
_RENDER = {
    "use_motion_blur": False,
    "use_sequencer": False,
    "use_single_layer": False,
    "use_multiview": False,
    "use_freestyle": False,
    "use_file_extension": False,
    "use_persistent_data": False,
    "filter_size": 0.0,
}
_CYCLES = {
    "samples": 1,
    # The first of all samples is the one through the middle; by a wide filter not quite.
    "filter_width": 0.01,
    "sample_offset": 0,
    "use_sample_subset": False,
    "use_adaptive_sampling": False,
    "use_denoising": False,
    "max_bounces": 0,
    "time_limit": 0.0,
}
_EEVEE = {"taa_render_samples": 1, "use_motion_blur": False}


def provides(scene: Any, which: Pass) -> bool:
    """Whether the scene's engine has that pass."""
    with _layer(scene, [which]) as layer, compositor.borrowed(scene) as graph:
        return which.socket(graph.layer(scene, layer.name)) is not None


def render(session: Session, viewpoint: Viewpoint, paths: Mapping[str, str]) -> None:
    """Render the current frame through a camera: `paths` are absolute, by kind."""
    scene = session.scene
    wanted = {kind: how for kind, how in session.outputs.items() if kind in PASSES}
    view = View(axes(viewpoint.camera), session.is_still)
    with contextlib.ExitStack() as stack:
        stack.enter_context(_plain(scene, viewpoint.camera))
        if "segmentations" in wanted:
            stack.enter_context(indexed(scene))
        passes = [PASSES[kind] for kind in wanted]
        layer = stack.enter_context(_layer(scene, passes))
        graph = stack.enter_context(compositor.borrowed(scene))
        rendered = graph.layer(scene, layer.name)
        for kind, how in wanted.items():
            which = PASSES[kind]
            value = which.data(graph, which.socket(rendered), view)
            storage = Storage(codec=how.codec, mode=which.mode)
            graph.write(value, paths[kind], scene.frame_current, storage)
            if how.debug:
                preview = which.preview(graph, value)
                path = paths[f"debug_{kind}"]
                graph.write(
                    preview, path, scene.frame_current, Storage("PNG", mode="RGB")
                )
        render_into(paths.values())
        graph.settle()
    check_written(paths.values())


@contextlib.contextmanager
def _plain(scene: Any, camera: Any) -> Iterator[None]:
    """The least work, and a sharp picture of one moment."""
    with contextlib.ExitStack() as stack:
        least: tuple[tuple[Any, dict[str, Any]], ...] = (
            (scene.render, _RENDER),
            (getattr(scene, "cycles", None), _CYCLES),
            (scene.eevee, _EEVEE),
            (camera.data.dof, {"use_dof": False}),
        )
        for owner, values in least:
            known = {
                name: value for name, value in values.items() if hasattr(owner, name)
            }
            stack.enter_context(temporarily(owner, **known))
        yield


@contextlib.contextmanager
def _layer(scene: Any, passes: list[Pass]) -> Iterator[Any]:
    """A view layer that alone is rendered, and shows what any of the scene's shows."""
    shown = [layer for layer in scene.view_layers if layer.use]
    if scene.render.use_single_layer or not shown:
        shown = [bpy.context.view_layer]
    with contextlib.ExitStack() as stack:
        for layer in scene.view_layers:
            stack.enter_context(temporarily(layer, use=False))
        layer = scene.view_layers.new("Rushes")
        stack.callback(scene.view_layers.remove, layer)
        layer.use_sky = False  # there is no data in it, and it can be dear
        for name in ("material_override", "use_solid", "use_strand", "use_volumes"):
            setattr(layer, name, getattr(shown[0], name))
        layer.pass_alpha_threshold = shown[0].pass_alpha_threshold
        _show(layer.layer_collection, [each.layer_collection for each in shown])
        for which in passes:
            setattr(layer, which.switch, True)
        yield layer


def _show(collection: Any, shown: list[Any]) -> None:
    """Have a collection in our layer be as it is in those where it is there at all."""
    for child, *others in zip(collection.children, *(each.children for each in shown)):
        present = [each for each in others if not each.exclude]
        if not present:
            child.exclude = True
        for name in ("holdout", "indirect_only"):
            setattr(child, name, all(getattr(each, name) for each in present))
        _show(child, present or others)
