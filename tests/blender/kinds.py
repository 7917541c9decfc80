# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside Blender: a scene for each kind of animation, and whether stretched ones
show at the new times what these show at the old ones.

    blender --background --python kinds.py -- build FOLDER
    blender --background --python kinds.py -- compare FOLDER SCALE SHIFT

FOLDER/KIND.blend is stretched into FOLDER/KIND.SCALE.blend in between. What a scene
shows is a list of numbers: those that its text "probe" works out.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable
from typing import Any

import bpy

FIRST, LAST = 0, 24
KEYS = ((0, 0.0), (5, 3.0), (11, -2.0), (24, 5.0))

#: Builds a scene; returns how it is probed: Python with `graph`, the evaluated
#: dependency graph, and `scene`, that makes a list of numbers.
Kind = Callable[[Any], str]

#: Those that only show at whole frames: their values jump.
STEPPED: set[str] = set()


def stepped(kind: Kind) -> Kind:
    STEPPED.add(kind.__name__)
    return kind


def key(owner: Any, path: str, index: int = -1, keys: Any = KEYS) -> None:
    """Animate a number."""
    for frame, value in keys:
        if index < 0:
            setattr(owner, path, value)
        else:
            getattr(owner, path)[index] = value
        owner.keyframe_insert(path, index=index, frame=frame)


def curve_of(owner: Any) -> Any:
    action = owner.animation_data.action
    if hasattr(action, "layers"):
        return action.layers[0].strips[0].channelbags[0].fcurves[0]
    return action.fcurves[0]


def add(scene: Any, name: str, data: Any = None) -> Any:
    thing = bpy.data.objects.new(name, data)
    scene.collection.objects.link(thing)
    return thing


def mesh(scene: Any) -> Any:
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=6, y_subdivisions=6)
    return bpy.context.object


SHAPE = (
    "[c for v in graph.objects['Grid'].to_mesh().vertices for c in v.co]"
    " + [len(graph.objects['Grid'].to_mesh().polygons)]"
)
PLACE = "list(graph.objects['Thing'].matrix_world.translation)"


# Kinds


def curves(scene: Any) -> str:
    thing = add(scene, "Thing")
    key(thing, "location", 0)
    for point, way in zip(curve_of(thing).keyframe_points, ("ELASTIC", "BACK", "SINE")):
        point.interpolation, point.period, point.amplitude = way, 3.3, 2
    return PLACE


def handles(scene: Any) -> str:
    thing = add(scene, "Thing")
    key(thing, "location", 0)
    for point in curve_of(thing).keyframe_points:
        time, value = point.co
        point.handle_left_type = point.handle_right_type = "FREE"
        point.handle_left, point.handle_right = (time - 2, value + 1), (time + 1, value)
    return PLACE


def modified_curves(scene: Any) -> str:
    thing = add(scene, "Thing")
    for index, kind in enumerate(("CYCLES", "LIMITS", "FNGENERATOR")):
        key(thing, "location", index, KEYS[:3])
        thing.animation_data.action  # one action for all three
        modifier = _curve(thing, index).modifiers.new(kind)
        if kind == "LIMITS":
            modifier.use_min_x, modifier.min_x = True, 4
        elif kind == "FNGENERATOR":
            modifier.use_additive, modifier.phase_multiplier = True, 0.7
        modifier.use_restricted_range = kind != "CYCLES"
        modifier.frame_start, modifier.frame_end = 3, 17
        modifier.blend_in = 2
    return PLACE


def _curve(thing: Any, index: int) -> Any:
    action = thing.animation_data.action
    if hasattr(action, "layers"):
        action = action.layers[0].strips[0].channelbags[0]
    return action.fcurves.find("location", index=index)


def nla(scene: Any) -> str:
    thing = add(scene, "Thing")
    key(thing, "location", 0)
    data = thing.animation_data
    action, data.action = data.action, None
    strip = data.nla_tracks.new().strips.new("strip", 2, action)
    strip.action_frame_start, strip.action_frame_end = 3, 11
    strip.repeat, strip.scale, strip.extrapolation = 2, 0.8, "HOLD_FORWARD"
    strip.use_animated_influence = True
    for frame, value in ((2, 0.1), (9, 1.0)):
        strip.influence = value
        strip.keyframe_insert("influence", frame=frame)
    return PLACE


def nla_time(scene: Any) -> str:
    thing = add(scene, "Thing")
    key(thing, "location", 0)
    data = thing.animation_data
    action, data.action = data.action, None
    strip = data.nla_tracks.new().strips.new("strip", 0, action)
    strip.use_animated_time = True
    for frame, value in ((0, 20.0), (24, 2.0)):
        strip.strip_time = value
        strip.keyframe_insert("strip_time", frame=frame)
    return PLACE


def shape_keys(scene: Any) -> str:
    grid = mesh(scene)
    grid.shape_key_add(name="Basis")
    block = grid.shape_key_add(name="High")
    for point in block.data:
        point.co.z += 1
    key(block, "value", keys=((0, 0.0), (7, 1.0), (24, 0.2)))
    return SHAPE


def absolute_shape_keys(scene: Any) -> str:
    grid = mesh(scene)
    grid.shape_key_add(name="Basis")
    for point in grid.shape_key_add(name="High").data:
        point.co.z += 1
    keys = grid.data.shape_keys
    keys.use_relative = False
    key(keys, "eval_time", keys=((0, 0.0), (7, 10.0), (24, 3.0)))
    return SHAPE


def materials(scene: Any) -> str:
    grid = mesh(scene)
    material = bpy.data.materials.new("Paint")
    material.use_nodes = True
    grid.data.materials.append(material)
    key(material.node_tree.nodes["Principled BSDF"].inputs["Alpha"], "default_value")
    key(material, "diffuse_color", 0, ((0, 0.0), (9, 1.0)))
    return (
        "[m.node_tree.nodes['Principled BSDF'].inputs['Alpha'].default_value,"
        " m.diffuse_color[0]]"
    ).replace("m.", "bpy.data.materials['Paint'].evaluated_get(graph).")


def node_groups(scene: Any) -> str:
    grid = mesh(scene)
    group = bpy.data.node_groups.new("Group", "ShaderNodeTree")
    node = group.nodes.new("ShaderNodeValue")
    key(node.outputs[0], "default_value")
    material = bpy.data.materials.new("Paint")
    material.use_nodes = True
    material.node_tree.nodes.new("ShaderNodeGroup").node_tree = group
    grid.data.materials.append(material)
    return "[bpy.data.node_groups['Group'].nodes[0].outputs[0].default_value]"


def worlds_and_lights(scene: Any) -> str:
    scene.world = world = bpy.data.worlds.new("World")
    world.use_nodes = True
    key(world.node_tree.nodes["Background"].inputs["Strength"], "default_value")
    light = bpy.data.lights.new("Lamp", "SUN")
    add(scene, "Lamp", light)
    key(light, "energy")
    return (
        "[bpy.data.worlds['World'].evaluated_get(graph)"
        ".node_tree.nodes['Background'].inputs['Strength'].default_value,"
        " bpy.data.lights['Lamp'].evaluated_get(graph).energy]"
    )


def cameras(scene: Any) -> str:
    key(scene.camera.data, "lens", keys=((0, 20.0), (13, 70.0), (24, 30.0)))
    key(scene.camera.data, "shift_x")
    return "[scene.camera.evaluated_get(graph).data.%s]" % (
        "lens, scene.camera.evaluated_get(graph).data.shift_x"
    )


def bones(scene: Any) -> str:
    armature = bpy.data.armatures.new("Rig")
    rig = add(scene, "Rig", armature)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    armature.edit_bones.new("Bone").tail = (0, 0, 1)
    bpy.ops.object.mode_set(mode="OBJECT")
    key(rig.pose.bones["Bone"], "location", 0)
    return "list(graph.objects['Rig'].pose.bones['Bone'].location)"


def scenes(scene: Any) -> str:
    key(scene, "gravity", 2)
    scene["mine"] = 0.0
    for frame, value in KEYS:
        scene["mine"] = value
        scene.keyframe_insert('["mine"]', frame=frame)
    return "[scene.gravity[2], scene['mine']]"


def action_constraints(scene: Any) -> str:
    """A pose is chosen by how another object turns: that may not move in time."""
    thing, lever = add(scene, "Thing"), add(scene, "Lever")
    key(thing, "location", 0, ((0, 0.0), (9, 7.0)))
    action, thing.animation_data.action = thing.animation_data.action, None
    constraint = thing.constraints.new("ACTION")
    constraint.action, constraint.target = action, lever
    if hasattr(constraint, "action_slot"):
        constraint.action_slot = action.slots[0]
    constraint.transform_channel, constraint.target_space = "LOCATION_X", "LOCAL"
    constraint.min, constraint.max = 0, 10
    constraint.frame_start, constraint.frame_end = 0, 9
    key(lever, "location", 0, ((0, 0.0), (24, 10.0)))
    return PLACE


def build_modifier(scene: Any) -> str:
    modifier = mesh(scene).modifiers.new("Build", "BUILD")
    modifier.frame_start, modifier.frame_duration = 3, 17
    return "[len(graph.objects['Grid'].to_mesh().polygons)]"


def wave_modifier(scene: Any) -> str:
    modifier = mesh(scene).modifiers.new("Wave", "WAVE")
    modifier.time_offset, modifier.speed, modifier.lifetime = 2, 0.1, 15
    return SHAPE


@stepped
def markers(scene: Any) -> str:
    for frame in (0, 6, 14):
        camera = add(scene, f"Camera {frame}", scene.camera.data)
        scene.timeline_markers.new("switch", frame=frame).camera = camera
    return "[float(scene.camera.name.split()[1])]"


@stepped
def grease_pencil(scene: Any) -> str:
    if hasattr(bpy.ops.object, "gpencil_add") and bpy.app.version < (4, 3, 0):
        bpy.ops.object.gpencil_add(type="EMPTY")
    else:
        bpy.ops.object.grease_pencil_add(type="EMPTY")
    bpy.context.object.name = "Sketch"
    data = bpy.context.object.data
    layer = data.layers[0] if len(data.layers) else data.layers.new("Lines")
    for frame in list(layer.frames):
        layer.frames.remove(
            frame if bpy.app.version < (4, 3, 0) else frame.frame_number
        )
    for count, number in enumerate((0, 4, 12, 20), 1):
        frame = layer.frames.new(number)
        if hasattr(frame, "drawing"):
            frame.drawing.add_strokes([2] * count)
        else:
            for _ in range(count):
                frame.strokes.new().points.add(2)
    layer.name if hasattr(layer, "name") else layer.info
    return (
        "[float(len(getattr(f, 'strokes', None) or f.drawing.strokes))"
        " for f in [max((f for f in bpy.data.objects['Sketch'].data.layers[0].frames"
        " if f.frame_number <= scene.frame_current), key=lambda f: f.frame_number)]]"
    )


def _sequence(scene: Any) -> Any:
    folder = os.path.join(os.path.dirname(bpy.data.filepath), "pictures")
    os.makedirs(folder, exist_ok=True)
    for number in range(1, 13):
        picture = bpy.data.images.new("picture", 2, 2)
        picture.pixels = [number / 20, 0, 0, 1] * 4
        picture.filepath_raw = os.path.join(folder, f"{number:03}.png")
        picture.file_format = "PNG"
        picture.save()
        bpy.data.images.remove(picture)
    image = bpy.data.images.load(os.path.join(folder, "001.png"))
    image.source = "SEQUENCE"
    return image


@stepped
def image_sequences(scene: Any) -> str:
    """Clamped and cyclic ones in a material."""
    grid = mesh(scene)
    material = bpy.data.materials.new("Paint")
    material.use_nodes = True
    grid.data.materials.append(material)
    image = _sequence(scene)
    users = []
    for name in ("Clamped", "Round 'n' \"round\""):
        node = material.node_tree.nodes.new("ShaderNodeTexImage")
        node.name, node.image = name, image
        users.append(node.image_user)
    for user in users:
        user.use_auto_refresh = True
        user.frame_start, user.frame_duration, user.frame_offset = 4, 7, 2
    users[1].use_cyclic = True
    users[1].frame_offset = -1
    return (
        "[u.frame_current for u in (m.node_tree.nodes['Clamped'].image_user,"
        " m.node_tree.nodes['Round \\'n\\' \"round\"'].image_user)]"
    ).replace("m.", "bpy.data.materials['Paint'].evaluated_get(graph).")


KINDS: tuple[Kind, ...] = (
    curves,
    handles,
    modified_curves,
    nla,
    nla_time,
    shape_keys,
    absolute_shape_keys,
    materials,
    node_groups,
    worlds_and_lights,
    cameras,
    bones,
    scenes,
    action_constraints,
    build_modifier,
    wave_modifier,
    markers,
    grease_pencil,
    image_sequences,
)


# Commands


def build(folder: str) -> None:
    bpy.context.preferences.filepaths.save_version = 0
    for kind in KINDS:
        bpy.ops.wm.read_factory_settings(use_empty=True)
        path = os.path.join(folder, f"{kind.__name__}.blend")
        # References to other files are found from where this one is.
        bpy.ops.wm.save_as_mainfile(filepath=path)
        scene = bpy.context.scene
        scene.frame_start, scene.frame_end = FIRST, LAST
        scene.camera = add(scene, "Camera", bpy.data.cameras.new("Camera"))
        bpy.data.texts.new("probe").write(kind(scene))
        bpy.ops.wm.save_as_mainfile(filepath=path, compress=False)


def probe(scene: Any, time: float) -> list[float]:
    """What the open scene shows at a time."""
    fraction, whole = math.modf(time)
    scene.frame_set(int(whole), subframe=fraction)
    names = {"bpy": bpy, "scene": scene, "graph": bpy.context.evaluated_depsgraph_get()}
    found: list[float] = eval(bpy.data.texts["probe"].as_string(), names)
    return found


def show(path: str, scale: float, shift: float, jumps: bool) -> dict[int, list[float]]:
    """What a scene stretched so shows at the old frames. Values that jump are seen where
    those are frames again; or, in between, at the next frame, if they hold until then.
    """
    bpy.ops.wm.open_mainfile(filepath=path)
    shown = {}
    for frame in range(FIRST, LAST + 1):
        time = float(frame * scale + shift)
        if jumps and scale > 1:
            time = float(math.ceil(time))
        if not jumps or time.is_integer():
            shown[frame] = probe(bpy.context.scene, time)
    return shown


def compare(folder: str, scale: float, shift: float) -> None:
    for kind in KINDS:
        name = kind.__name__
        jumps = name in STEPPED
        old = show(os.path.join(folder, f"{name}.blend"), 1, 0, jumps)
        stretched = os.path.join(folder, f"{name}.{scale}.blend")
        new = show(stretched, scale, shift, jumps)
        shows = len({tuple(values) for values in old.values()})
        wrong = [
            (frame, [(a, b) for a, b in zip(old[frame], after) if a != b][:2])
            for frame, after in new.items()
            if max(abs(a - b) for a, b in zip(old[frame], after)) > 0.002
            or len(old[frame]) != len(after)
        ]
        print("kind", name, shows, wrong or "same")


def pictures(folder: str) -> None:
    """Scenes that show a sequence of images all over."""
    bpy.context.preferences.filepaths.save_version = 0
    for name in ("material", "world", "compositor"):
        bpy.ops.wm.read_factory_settings(use_empty=True)
        path = os.path.join(folder, f"{name}.blend")
        bpy.ops.wm.save_as_mainfile(filepath=path)
        scene = bpy.context.scene
        scene.render.engine, scene.cycles.samples = "CYCLES", 1
        scene.cycles.use_denoising = False
        scene.render.resolution_x = scene.render.resolution_y = 10
        scene.view_settings.view_transform = "Raw"
        scene.render.dither_intensity = 0
        scene.camera = add(scene, "Camera", bpy.data.cameras.new("Camera"))
        scene.world = bpy.data.worlds.new("World")
        scene.frame_start, scene.frame_end = FIRST, LAST
        _show_everywhere(scene, name, _sequence(scene))
        bpy.ops.wm.save_as_mainfile(filepath=path, compress=False)


def _show_everywhere(scene: Any, name: str, image: Any) -> None:
    if name == "compositor":
        if hasattr(scene, "compositing_node_group"):
            scene.render.compositor_device = "CPU"
            tree = bpy.data.node_groups.new("Mine", "CompositorNodeTree")
            tree.interface.new_socket(
                "Image", in_out="OUTPUT", socket_type="NodeSocketColor"
            )
            scene.compositing_node_group = tree
            target = tree.nodes.new("NodeGroupOutput").inputs[0]
        else:
            scene.use_nodes = True
            tree = scene.node_tree
            target = tree.nodes["Composite"].inputs[0]
        node = user = tree.nodes.new("CompositorNodeImage")
        node.image = image
        scale = tree.nodes.new("CompositorNodeScale")
        if hasattr(scale, "space"):
            scale.space = "RENDER_SIZE"
        else:
            scale.inputs["Type"].default_value = "Render Size"
        tree.links.new(node.outputs[0], scale.inputs[0])
        tree.links.new(scale.outputs[0], target)
    elif name == "world":
        scene.world.use_nodes = True
        tree = scene.world.node_tree
        node = tree.nodes.new("ShaderNodeTexEnvironment")
        node.image, user = image, node.image_user
        tree.links.new(node.outputs[0], tree.nodes["Background"].inputs["Color"])
    else:
        bpy.ops.mesh.primitive_plane_add(size=99, location=(0, 0, -5))
        material = bpy.data.materials.new("Paint")
        material.use_nodes = True
        tree = material.node_tree
        node = tree.nodes.new("ShaderNodeTexImage")
        node.image, user = image, node.image_user
        glow = tree.nodes.new("ShaderNodeEmission")
        tree.links.new(node.outputs[0], glow.inputs["Color"])
        tree.links.new(glow.outputs[0], tree.nodes["Material Output"].inputs["Surface"])
        bpy.context.object.data.materials.append(material)
    user.use_auto_refresh = True
    user.frame_start, user.frame_duration, user.frame_offset = 2, 9, 1


if __name__ == "__main__":
    command, place, *numbers = sys.argv[sys.argv.index("--") + 1 :]
    if command == "build":
        build(place)
    elif command == "pictures":
        pictures(place)
    else:
        compare(place, *map(float, numbers))
