# SPDX-License-Identifier: GPL-3.0-or-later
"""What one client remembers between requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .blank import Eye
from .errors import NoScene
from .protocol import Channel


@dataclass(frozen=True)
class Wanted:
    """How a kind of files is wanted: with a colour preview, and by which codec of EXR."""

    debug: bool = False
    codec: str = "ZIP"


class Session:
    """The scene at hand and how its frames are to be rendered."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        #: Whether this Blender itself was changed, for whatever it loads from then on.
        self.altered = False
        self._scene: Any = None
        #: Absolute folder below which rendered files lie.
        self.root = ""
        #: The kinds of files that a frame consists of, and how each is wanted.
        self.outputs: dict[str, Wanted] = {}
        #: Whether every camera renders, each into files of its own.
        self.all_cameras = False
        #: Whether every frame is to show `still_frame`.
        self.is_still = False
        #: The frame that was current in the file. What has been rendered since must not
        #: matter: other clients rendered other frames.
        self.still_frame = 0
        #: Python in the file that nobody has allowed, in words; "" for none.
        self.blocked = ""
        #: Watches what is rendered of the scene.
        self.eye = Eye()

    @property
    def scene(self) -> Any:
        """The bpy.types.Scene to render. Raises NoScene before `initialize`."""
        if self._scene is None:
            raise NoScene("No scene is loaded; initialize comes first")
        return self._scene

    def begin(self, scene: Any, root: str) -> None:
        """Start afresh with `scene`."""
        self.forget()
        self._scene = scene
        self.root = root
        self.still_frame = scene.frame_current

    def forget(self) -> None:
        """Be as before the first `initialize`: a file that failed to load, say, has
        taken the scene with it."""
        self._scene = None
        self.root = ""
        self.outputs = {}
        self.all_cameras = False
        self.is_still = False
        self.still_frame = 0
        self.blocked = ""
        self.eye = Eye()

    def show(self, frame: int) -> None:
        """Make `frame` the current one, or what stands for all of them."""
        self.scene.frame_set(self.still_frame if self.is_still else frame)

    def log(self, level: str, message: str) -> None:
        """Tell the user; `level` is "info", "warning" or "error"."""
        self.channel.notify("log", level=level, message=message)
