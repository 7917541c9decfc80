# SPDX-License-Identifier: GPL-3.0-or-later
"""What in a scene is computed frame after frame, and whether it is baked.

Frames of an unbaked simulation are right only when they are computed in order, by one
Blender, from the first on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Simulation:
    """One simulation, in words: `kind` "cloth" of `owner` "Flag"."""

    kind: str
    owner: str
    baked: bool

    def __str__(self) -> str:
        return f"{self.kind} of {self.owner!r}"


def simulations(scene: Any) -> Iterator[Simulation]:
    """Every simulation that shows in `scene` when it is rendered."""
    world = scene.rigidbody_world
    if world is not None and world.enabled and world.collection is not None:
        yield Simulation("rigid bodies", scene.name, _cached(world.point_cache))
    for thing in scene.objects:
        for modifier in thing.modifiers:
            if modifier.show_render:
                yield from _of_modifier(thing, modifier)


def _of_modifier(thing: Any, modifier: Any) -> Iterator[Simulation]:
    kind, name = modifier.type, thing.name
    if kind == "CLOTH":
        yield Simulation("cloth", name, _cached(modifier.point_cache))
    elif kind == "SOFT_BODY":
        yield Simulation("soft body", name, _cached(modifier.point_cache))
    elif kind == "PARTICLE_SYSTEM":
        system = modifier.particle_system
        if system.settings.type == "EMITTER" or system.use_hair_dynamics:
            yield Simulation("particles", name, _cached(system.point_cache))
    elif kind == "DYNAMIC_PAINT" and modifier.canvas_settings is not None:
        for surface in modifier.canvas_settings.canvas_surfaces:
            if surface.is_active:
                yield Simulation("dynamic paint", name, _cached(surface.point_cache))
    elif kind == "FLUID" and modifier.fluid_type == "DOMAIN":
        domain = modifier.domain_settings
        yield Simulation("fluid", name, domain.has_cache_baked_data)
    elif kind == "NODES" and _has_simulation_zone(modifier.node_group):
        # Nothing tells whether a zone is baked.
        yield Simulation("simulation nodes", name, False)


def _cached(cache: Any) -> bool:
    return bool(cache.is_baked or cache.use_external)


def _has_simulation_zone(tree: Any) -> bool:
    """Whether geometry nodes, or groups among them, hold a simulation zone."""
    waiting, seen = [tree], set()
    while waiting:
        tree = waiting.pop()
        if tree is None or tree.name in seen:
            continue
        seen.add(tree.name)
        for node in tree.nodes:
            if node.bl_idname == "GeometryNodeSimulationOutput":
                return True
            waiting.append(getattr(node, "node_tree", None))
    return False
