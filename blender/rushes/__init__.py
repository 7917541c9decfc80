# SPDX-License-Identifier: GPL-3.0-or-later
"""What Rushes runs inside Blender: the verbs of its protocol, carried out by bpy."""
