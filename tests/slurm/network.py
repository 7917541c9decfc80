# SPDX-License-Identifier: GPL-3.0-or-later
"""A private network, in which each node of a cluster is a computer of its own.

It is made of the kernel's network namespaces, which only root can make. The network of
this computer is left alone, and nothing is left when this process has ended.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Sequence

#: From sched.h.
_CLONE_NEWNET = 0x40000000

_HOME = "10.0.0.1"


class Network:
    """This process, with all that it starts from now on, and some nodes, each with a
    cable to one switch."""

    def __init__(self, nodes: Sequence[str]) -> None:
        self._holders: dict[str, subprocess.Popen[bytes]] = {}
        self._addresses: dict[str, str] = {}
        if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "no network of our own")
        _ip("link", "set", "lo", "up")
        _ip("link", "add", "switch", "type", "bridge")
        _ip("address", "add", f"{_HOME}/24", "dev", "switch")
        _ip("link", "set", "switch", "up")
        for number, node in enumerate(nodes, 2):
            self._addresses[node] = f"10.0.0.{number}"
            self._add(node)

    def _add(self, node: str) -> None:
        # It holds the namespace for as long as we hold its standard input.
        holder = subprocess.Popen(
            ["unshare", "--net", "cat"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )
        assert holder.stdin and holder.stdout
        holder.stdin.write(b"\n")
        holder.stdout.read(1)
        self._holders[node] = holder
        pid = str(holder.pid)
        _ip("link", "add", node, "type", "veth", "peer", "name", "cable", "netns", pid)
        _ip("link", "set", node, "master", "switch", "up")
        inside = self.on_node(node)
        _ip("link", "set", "lo", "up", before=inside)
        _ip("address", "add", f"{self.address(node)}/24", "dev", "cable", before=inside)
        _ip("link", "set", "cable", "up", before=inside)

    def address(self, node: str | None = None) -> str:
        """Where to reach `node`, or this process."""
        return self._addresses[node] if node else _HOME

    def on_node(self, node: str) -> list[str]:
        """What begins a command line that runs there."""
        return ["nsenter", f"--net=/proc/{self._holders[node].pid}/ns/net"]

    def cut(self, node: str) -> None:
        """Pull the cable out: nothing passes, and nobody is told."""
        _ip("link", "set", node, "down")

    def mend(self, node: str) -> None:
        """Put it in again."""
        _ip("link", "set", node, "up")

    def close(self) -> None:
        """Let go of the nodes; this process keeps its end."""
        for holder in self._holders.values():
            assert holder.stdin and holder.stdout
            holder.stdin.close()
            holder.wait()
            holder.stdout.close()
        _ip("link", "delete", "switch")


def is_possible() -> bool:
    """Whether we may make one."""
    return os.geteuid() == 0


def _ip(*words: str, before: Sequence[str] = ()) -> None:
    subprocess.run(
        [*before, "ip", *words], stdin=subprocess.DEVNULL, timeout=30, check=True
    )
