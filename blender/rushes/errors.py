# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways a request can fail, one class a code.

Messages are one line, in words that a user can act on. Codes below zero are those of
JSON-RPC 2.0; the others are this protocol's own.
"""


class RequestError(Exception):
    """A request that was not carried out; the base of all others."""

    code = -32603  # internal error

    def __init__(self, message: object) -> None:
        super().__init__(one_line(str(message)))


class ParseError(RequestError):
    """The message is not JSON."""

    code = -32700


class InvalidRequest(RequestError):
    """The message is JSON, but not a request."""

    code = -32600


class UnknownMethod(RequestError):
    """There is no such verb."""

    code = -32601


class InvalidParams(RequestError):
    """A parameter is missing, unknown, or has a value it cannot have."""

    code = -32602


class LoadFailed(RequestError):
    """Blender could not read the file."""

    code = 1


class NoCamera(RequestError):
    """There is nothing to look through."""

    code = 2


class RenderFailed(RequestError):
    """The frame was not rendered, or its file was not written."""

    code = 3


class OutOfRange(RequestError):
    """Frame numbers that Blender's timeline does not have."""

    code = 4


class Unsupported(RequestError):
    """An engine, a format or an add-on that this Blender does not have."""

    code = 5


class DiskFull(RequestError):
    """No space left where the file should go."""

    code = 6


class NoScene(RequestError):
    """A verb that needs a scene came before `initialize`."""

    code = 7


class NotWritable(RequestError):
    """The output folder takes no files."""

    code = 8


class GpuFailed(RequestError):
    """The graphics card or its driver gave up."""

    code = 9


class OutOfMemory(RequestError):
    """Not enough memory, of the computer or of its graphics card."""

    code = 10


class NotShared(RequestError):
    """This computer does not have what another one told it of."""

    code = 11


class ScriptsBlocked(RequestError):
    """It failed, and Python in the file that might have helped is not allowed."""

    code = 12


class FileChanged(RequestError):
    """The file is not the one that was meant."""

    code = 13


def one_line(text: str) -> str:
    """`text` in one line, without the prefixes that Blender puts before its reports."""
    lines = (line.strip().removeprefix("Error: ") for line in text.splitlines())
    return " ".join(line for line in lines if line)
