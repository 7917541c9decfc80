# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether this computer sees what another one told it of.

Times are not compared: the clocks of two computers differ.
"""

from __future__ import annotations

import os
import tempfile

from . import process, verbs
from .errors import NotShared
from .session import Session
from .verbs import Result, verb


@verb(
    blend_file=verbs.text,
    size=verbs.integer(0, 2**62),
    root=verbs.text,
    witness=verbs.text,
)
def check_access(
    session: Session, *, blend_file: str, size: int, root: str, witness: str
) -> Result:
    """Make sure that a file of `size` bytes can be read here, and files be written to
    the folder `root`, in which there is a file called `witness`."""
    node = process.node_name()
    try:
        with open(blend_file, "rb") as file:
            seen = os.fstat(file.fileno()).st_size
    except OSError as error:
        raise NotShared(
            f"Node {node} cannot read the scene {blend_file}: {error.strerror}"
        ) from error
    if seen != size:
        raise NotShared(f"Node {node} sees another file as the scene {blend_file}")
    if not os.path.isdir(root):
        raise NotShared(f"Node {node} does not see the output folder {root}")
    if not os.path.exists(os.path.join(root, witness)):
        raise NotShared(f"Node {node} sees another folder as the output folder {root}")
    try:
        with tempfile.TemporaryFile(dir=root, prefix=".rushes-") as file:
            file.write(b"?")
    except OSError as error:
        raise NotShared(
            f"Node {node} cannot write to the output folder {root}: {error.strerror}"
        ) from error
    return {"node": node}
