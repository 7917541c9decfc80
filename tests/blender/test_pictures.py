# SPDX-License-Identifier: GPL-3.0-or-later
"""Every still format of a real Blender: whole files pass, truncated ones fail.

The file has two halves. As a test it starts Blender once on itself; inside
Blender it writes a folder of pictures and a list of them, which the checker
program (tests/helpers/picture-check.c) then judges.

RUSHES_TEST_BLENDER    Blender to test with, "blender" when unset
RUSHES_PICTURE_CHECK   path of the checker program
"""

import itertools
import json
import os
import random
import shlex
import subprocess
import sys
import tempfile
import unittest

LIST_NAME = "pictures.json"

# Settings of image_settings that change what the file looks like. Blender
# refuses what a format does not have, so each row may name more than it takes.
MODES = ("BW", "RGB", "RGBA")
VARIANTS = {
    "PNG": {
        "color_mode": MODES,
        "color_depth": ("8", "16"),
        "compression": (0, 15, 100),
    },
    "JPEG": {"color_mode": MODES, "quality": (1, 90, 100)},
    "OPEN_EXR": {
        "color_mode": MODES,
        "color_depth": ("16", "32"),
        "exr_codec": (
            "NONE",
            "RLE",
            "ZIPS",
            "ZIP",
            "PIZ",
            "PXR24",
            "B44",
            "B44A",
            "DWAA",
            "DWAB",
            "HTJ2K",
        ),
        "use_preview": (False,),
    },
    "TIFF": {
        "color_mode": MODES,
        "color_depth": ("8", "16"),
        "tiff_codec": ("NONE", "DEFLATE", "LZW", "PACKBITS"),
    },
    "WEBP": {"color_mode": MODES, "quality": (1, 75, 100)},
    "TARGA": {"color_mode": MODES},
    "TARGA_RAW": {"color_mode": MODES},
    "BMP": {"color_mode": MODES},
    "HDR": {"color_mode": MODES},
    "DPX": {
        "color_mode": MODES,
        "color_depth": ("8", "10", "12", "16"),
        "use_cineon_log": (False, True),
    },
    "CINEON": {"color_mode": MODES},
    "JPEG2000": {
        "color_mode": MODES,
        "color_depth": ("8", "12", "16"),
        "jpeg2k_codec": ("JP2", "J2K"),
        "quality": (50, 100),
    },
    "IRIS": {"color_mode": MODES},
    "AVIF": {
        "color_mode": MODES,
        "color_depth": ("8", "10", "12"),
        "quality": (50, 100),
    },
}

# What a frame's settings may be when it is rendered rather than saved.
RENDERED = {
    "PNG": {"color_mode": ("RGBA",)},
    "JPEG": {"color_mode": ("RGB",)},
    "OPEN_EXR": {
        "color_mode": ("RGBA",),
        "color_depth": ("16", "32"),
        "use_preview": (False, True),
    },
    "OPEN_EXR_MULTILAYER": {
        "color_depth": ("16", "32"),
        "exr_codec": VARIANTS["OPEN_EXR"]["exr_codec"],
        "use_exr_interleave": (False, True),
        "views_format": ("INDIVIDUAL", "MULTIVIEW"),
    },
}

# Width, height, noise: odd sizes, one with flat areas for the run-length codecs, one
# that is too narrow for HDR's compression and one of several blocks in every codec.
PICTURES = ((37, 23, True), (64, 64, False), (5, 3, True), (71, 523, False))

# The extension area and the footer that newer Blenders put behind a Targa's pixels.
TARGA_APPENDIX = 495 + 26


# Inside Blender


def apply_settings(scene, file_format, values):
    """Returns whether this Blender has such a format with such settings."""
    settings = scene.render.image_settings
    try:
        if hasattr(settings, "media_type"):
            multilayer = file_format == "OPEN_EXR_MULTILAYER"
            settings.media_type = "MULTI_LAYER_IMAGE" if multilayer else "IMAGE"
        settings.file_format = file_format
        for name, value in values.items():
            if hasattr(settings, name):
                setattr(settings, name, value)
            elif value:
                return False
    except TypeError:
        return False
    return True


def variants(table):
    for file_format, choices in table.items():
        for values in itertools.product(*choices.values()):
            yield file_format, dict(zip(choices, values))


def make_image(bpy, width, height, noise):
    image = bpy.data.images.new("picture", width, height, alpha=True, float_buffer=True)
    source = random.Random(width)
    pixels = []
    for y in range(height):
        for x in range(width):
            if noise:
                pixels += [source.random() for _ in range(4)]
            else:
                pixels += [
                    x // 16 / 8,
                    y / height,
                    0.5,
                    1.0 if x < width // 2 else 0.25,
                ]
    image.pixels = pixels
    return image


def write_pictures(folder):
    import bpy

    scene = bpy.context.scene
    written = []

    def add(name, file_format, values, width, height):
        path = os.path.join(folder, name)
        if os.path.exists(path):
            written.append(
                {
                    "name": name,
                    "format": file_format,
                    "settings": values,
                    "width": width,
                    "height": height,
                }
            )

    for width, height, noise in PICTURES:
        image = make_image(bpy, width, height, noise)
        for file_format, values in variants(VARIANTS):
            if not apply_settings(scene, file_format, values):
                continue
            name = f"{len(written):05}{scene.render.file_extension}"
            try:
                image.save_render(os.path.join(folder, name), scene=scene)
            except RuntimeError:
                continue  # This build was made without the format
            add(name, file_format, values, width, height)

    scene.render.engine = "CYCLES"
    scene.cycles.samples = 1
    scene.cycles.use_denoising = False
    scene.render.resolution_x, scene.render.resolution_y = 21, 43
    scene.render.resolution_percentage = 100
    scene.render.use_file_extension = False
    scene.view_layers[0].use_pass_z = True
    scene.view_layers[0].use_pass_normal = True
    scene.render.views_format = "STEREO_3D"
    for file_format, values in variants(RENDERED):
        scene.render.use_multiview = values.get("views_format") == "MULTIVIEW"
        if not apply_settings(scene, file_format, values):
            continue
        name = f"{len(written):05}{scene.render.file_extension}"
        scene.render.filepath = os.path.join(folder, name)
        bpy.ops.render.render(write_still=True)
        add(name, file_format, values, 21, 43)

    with open(os.path.join(folder, LIST_NAME), "w", encoding="utf-8") as stream:
        json.dump(written, stream)


# Outside


def lengths(size):
    """Every length for a small file; both ends and a comb between for a larger one."""
    if size <= 16384:
        return range(size)
    return itertools.chain(
        range(4096), range(4096, size - 4096, 97), range(size - 4096, size)
    )


class PicturesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.blender = shlex.split(os.environ.get("RUSHES_TEST_BLENDER", "blender"))
        cls.checker = os.environ["RUSHES_PICTURE_CHECK"]
        folder = tempfile.TemporaryDirectory(prefix="rushes-pictures-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        result = subprocess.run(
            [
                *cls.blender,
                "-b",
                "--factory-startup",
                "--python-exit-code",
                "3",
                "--python",
                os.path.abspath(__file__),
                "--",
                cls.folder,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=600,
        )
        try:
            with open(os.path.join(cls.folder, LIST_NAME), encoding="utf-8") as stream:
                cls.pictures = json.load(stream)
        except FileNotFoundError:
            raise AssertionError(
                "Blender wrote no pictures:\n" + result.stdout
            ) from None

    def check(self, picture, lines, file_format=None, width=None, height=None):
        """The checker's answer to each line, a name or a name and how much of it."""
        result = subprocess.run(
            [
                self.checker,
                file_format or picture["format"],
                str(picture["width"] if width is None else width),
                str(picture["height"] if height is None else height),
            ],
            input="".join(os.path.join(self.folder, line) + "\n" for line in lines),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=600,
        )
        answers = result.stdout.splitlines()
        self.assertEqual(len(answers), len(lines))
        return answers

    def each(self):
        for picture in self.pictures:
            with self.subTest(**picture):
                yield picture

    def test_formats_are_there(self):
        self.assertLessEqual(
            {"PNG", "JPEG", "OPEN_EXR", "OPEN_EXR_MULTILAYER", "BMP", "TARGA", "HDR"},
            {picture["format"] for picture in self.pictures},
        )

    def test_whole(self):
        for picture in self.each():
            self.assertEqual(self.check(picture, [picture["name"]]), ["ok"])
            self.assertEqual(
                self.check(picture, [picture["name"]], width=0, height=0), ["ok"]
            )

    def test_truncated(self):
        for picture in self.each():
            size = os.path.getsize(os.path.join(self.folder, picture["name"]))
            cuts = list(lengths(size))
            answers = self.check(picture, [f"{picture['name']}:{cut}" for cut in cuts])
            passed = [cut for cut, answer in zip(cuts, answers) if answer == "ok"]
            if (
                picture["format"].startswith("TARGA")
                and size - TARGA_APPENDIX in passed
            ):
                # All pixels are there; whether a footer was to come cannot be told.
                passed.remove(size - TARGA_APPENDIX)
            self.assertEqual(passed, [], f"of {size} bytes")

    def test_wrong_size(self):
        for picture in self.each():
            for width, height in ((1, 0), (0, 1)):
                answer = self.check(
                    picture,
                    [picture["name"]],
                    width=picture["width"] + width,
                    height=picture["height"] + height,
                )
                self.assertNotEqual(answer, ["ok"])

    def test_wrong_format(self):
        first = {}
        for picture in self.pictures:
            if picture["settings"].get("color_mode") == "BW":
                continue  # Newer Blenders write grey TARGA ones raw.
            first.setdefault(picture["format"], picture)
        for picture, other in itertools.permutations(first.values(), 2):
            if (picture["format"], other["format"]) == ("TARGA_RAW", "TARGA"):
                continue  # Such files are accepted as TARGA: that is what it makes of grey.
            with self.subTest(picture=picture["format"], taken_for=other["format"]):
                answer = self.check(
                    picture, [picture["name"]], file_format=other["format"]
                )
                self.assertNotEqual(answer, ["ok"])


if __name__ == "__main__":
    if "--" in sys.argv and "bpy" in sys.modules:
        write_pictures(sys.argv[sys.argv.index("--") + 1])
    else:
        unittest.main()
