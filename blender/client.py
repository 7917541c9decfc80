# SPDX-License-Identifier: GPL-3.0-or-later
"""The script that turns a background Blender into a client of Rushes.

    blender --background --python client.py -- --token TOKEN

Requests arrive on standard input; answers leave on the descriptor that was standard
output when Blender started, after one marker line that carries the token.
"""

import io
import os
import sys

# Blender and add-ons print on standard output whenever they like, so the protocol gets
# a descriptor of its own before anything else runs. The same for standard input: a
# script that calls input() must not eat a request.
requests_fd = os.dup(0)
answers_fd = os.dup(1)
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
os.dup2(2, 1)
assert isinstance(sys.stdout, io.TextIOWrapper)
sys.stdout.reconfigure(line_buffering=True)

# The folder may be read-only, or shared by Pythons of several Blenders.
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from rushes import process, service  # noqa: E402


def token(arguments: list[str]) -> str:
    """What follows --token among the arguments that Blender leaves to scripts."""
    return arguments[arguments.index("--token", arguments.index("--")) + 1]


if __name__ == "__main__":
    process.guard(requests_fd)
    os.write(answers_fd, f"rushes-client {token(sys.argv)}\n".encode())
    service.serve(requests_fd, answers_fd)
    process.leave()
