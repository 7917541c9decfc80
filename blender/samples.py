# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the sample scenes: small animations that are quick to render.

    blender --background --factory-startup --python samples.py -- FOLDER

Each moves an object and changes a material over 20 frames, so that a change of time
shows in both.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable
from typing import Any

import bpy
from mathutils import Vector

FIRST, LAST = 1, 20

Colour = tuple[float, float, float, float]


def main(folder: str) -> None:
    """Write every sample scene into `folder`."""
    os.makedirs(folder, exist_ok=True)
    bpy.context.preferences.filepaths.save_version = 0
    for build in (monkey, cube, metaballs):
        save(build, os.path.join(os.path.abspath(folder), f"{build.__name__}.blend"))


def save(build: Callable[[], None], path: str) -> None:
    """Make one scene from nothing."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    set_output(bpy.context.scene)
    build()
    bpy.ops.wm.save_as_mainfile(filepath=path, compress=False)


def set_output(scene: Any) -> None:
    """20 frames of small PNG pictures by Cycles on the processor."""
    scene.frame_start, scene.frame_end, scene.frame_current = FIRST, LAST, FIRST
    render = scene.render
    render.engine = "CYCLES"
    render.fps = 24
    render.resolution_x, render.resolution_y = 320, 240
    render.resolution_percentage = 100
    render.image_settings.file_format = "PNG"
    render.filepath = "//frames/"
    scene.cycles.device = "CPU"
    scene.cycles.samples = 2
    scene.cycles.use_denoising = False
    scene.cycles.max_bounces = 2
    # Filmic or AgX, whichever is default, differ between versions.
    scene.view_settings.view_transform = "Standard"


# Scenes


def monkey() -> None:
    """Suzanne turns her head on a warm stage."""
    stage(floor=(0.42, 0.16, 0.09, 1), sky=(0.24, 0.13, 0.10, 1))
    bpy.ops.mesh.primitive_monkey_add(size=2.2, location=(0, 0, 0.98))
    head = bpy.context.object
    # Not subdivided: Blender 3.4 adds up the normals of a large smooth mesh in several
    # threads, and rounds them differently each time.
    smooth(head)
    skin = paint(head, (0.90, 0.42, 0.08, 1), roughness=0.35)
    animate(head, "rotation_euler", 2, math.radians(-40), math.radians(40))
    animate(head, "rotation_euler", 0, math.radians(-8), math.radians(-24))
    animate_colour(skin, (0.90, 0.42, 0.08, 1), (0.75, 0.06, 0.10, 1))


def cube() -> None:
    """A cube rolls over an edge on a cool stage."""
    stage(floor=(0.07, 0.20, 0.34, 1), sky=(0.08, 0.15, 0.24, 1))
    bpy.ops.mesh.primitive_cube_add(size=1.5, location=(0, 0, 1.1))
    box = bpy.context.object
    bevel = box.modifiers.new("Bevel", "BEVEL")
    bevel.width, bevel.segments = 0.12, 3
    smooth(box)
    glaze = paint(box, (0.05, 0.45, 0.85, 1), roughness=0.2)
    animate(box, "location", 0, -0.9, 0.9)
    animate(box, "rotation_euler", 1, 0.0, math.radians(180))
    animate(box, "rotation_euler", 2, math.radians(20), math.radians(65))
    animate_colour(glaze, (0.05, 0.45, 0.85, 1), (0.10, 0.75, 0.45, 1))


def metaballs() -> None:
    """Drops melt into each other and part, on a dark stage."""
    stage(floor=(0.17, 0.10, 0.30, 1), sky=(0.13, 0.09, 0.22, 1))
    drops = bpy.data.metaballs.new("Drops")
    drops.resolution = drops.render_resolution = 0.12
    paint(drops, (0.55, 0.20, 0.90, 1), roughness=0.12)
    ends = [((-1.3, 0, 1.0), (0.5, 0, 1.2)), ((1.2, 0.2, 1.3), (-0.6, 0.2, 0.9))]
    ends += [((0.1, -0.4, 1.85), (0.0, -0.2, 1.0)), ((0, 0.5, 0.7), (0, 0.4, 1.9))]
    for start, end in ends:
        # Metaball objects of one name stem melt together.
        ball = bpy.data.objects.new("Drop", drops)
        bpy.context.collection.objects.link(ball)
        for axis in range(3):
            animate(ball, "location", axis, start[axis], end[axis])
    drops.elements.new().radius = 1.05
    animate_colour(drops.materials[0], (0.55, 0.20, 0.90, 1), (0.95, 0.25, 0.45, 1))


# Parts


def stage(floor: Colour, sky: Colour) -> None:
    """A floor, a camera, a key and a rim lamp, and some light from all around."""
    scene = bpy.context.scene
    add_floor(floor)
    lamp("Key", (-3.0, -3.2, 5.0), energy=430.0, size=1.6)
    lamp("Rim", (2.6, 2.6, 3.6), energy=240.0, size=1.2)
    world = bpy.data.worlds.new("World")
    world.color = sky[:3]
    scene.world = world
    lens = bpy.data.cameras.new("Camera")
    lens.lens = 50
    camera = bpy.data.objects.new("Camera", lens)
    scene.collection.objects.link(camera)
    camera.location = (0, -6.4, 2.3)
    camera.rotation_euler = (math.radians(78.5), 0, 0)
    scene.camera = camera


def add_floor(colour: Colour) -> None:
    """A floor up to a near horizon: the sky behind it costs nothing to render."""
    bpy.ops.mesh.primitive_plane_add(size=24, location=(0, -8.5, 0))
    floor = bpy.context.object
    # A plain diffuse shader, as the floor is most of the work.
    material = paint(floor, colour, roughness=1.0)
    nodes, links = material.node_tree.nodes, material.node_tree.links
    diffuse = nodes.new("ShaderNodeBsdfDiffuse")
    diffuse.inputs["Color"].default_value = colour
    links.new(diffuse.outputs["BSDF"], nodes["Material Output"].inputs["Surface"])
    nodes.remove(nodes["Principled BSDF"])


def lamp(name: str, location: tuple[float, ...], energy: float, size: float) -> None:
    """A square lamp that shines at the middle of the stage; `energy` is in watts."""
    light = bpy.data.lights.new(name, "AREA")
    light.energy, light.size = energy, size
    thing = bpy.data.objects.new(name, light)
    bpy.context.collection.objects.link(thing)
    thing.location = location
    # A lamp shines along its -Z axis.
    aim = Vector(location) - Vector((0, 0, 0.8))
    thing.rotation_euler = aim.to_track_quat("Z", "Y").to_euler()


def paint(thing: Any, colour: Colour, roughness: float) -> Any:
    """Give an object, or data, a material of its own."""
    material = bpy.data.materials.new("Paint")
    material.use_nodes = True
    material.diffuse_color = colour
    shader = material.node_tree.nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = colour
    shader.inputs["Roughness"].default_value = roughness
    getattr(thing, "data", thing).materials.append(material)
    return material


def smooth(thing: Any) -> None:
    """Shade a mesh smoothly."""
    mesh = thing.data
    mesh.polygons.foreach_set("use_smooth", [True] * len(mesh.polygons))


# Motion


def animate(owner: Any, path: str, index: int, start: float, end: float) -> None:
    """Ease one value from `start` to `end` over the whole scene."""
    values = getattr(owner, path)
    for frame, value in ((FIRST, start), (LAST, end)):
        values[index] = value
        owner.keyframe_insert(path, index=index, frame=frame)
    values[index] = start


def animate_colour(material: Any, start: Colour, end: Colour) -> None:
    """Blend a material's colour from `start` to `end` by F-curves of its nodes."""
    colour = material.node_tree.nodes["Principled BSDF"].inputs["Base Color"]
    for frame, value in ((FIRST, start), (LAST, end)):
        colour.default_value = value
        colour.keyframe_insert("default_value", frame=frame)
    colour.default_value = start


if __name__ == "__main__":
    main(sys.argv[sys.argv.index("--") + 1])
