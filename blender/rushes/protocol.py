# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON-RPC 2.0 with Content-Length framing over two file descriptors.

Knows bytes, messages and errors; knows nothing of Blender.
"""

from __future__ import annotations

import json
import os
import threading
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from .errors import InvalidRequest, ParseError, RequestError, UnknownMethod

#: Longest message, in bytes. Requests are small; this bounds what garbage can cost.
MAX_MESSAGE = 16 * 1024 * 1024

#: Longest header line and longest block of headers, in bytes.
MAX_HEADER = 4096

_CHUNK = 65536

#: A verb: the parameters in, the result out.
Method = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class Disconnected(Exception):
    """The other side is gone, or sends what cannot be framed. There is no way on."""


class Channel:
    """Messages in on one descriptor, out on another."""

    def __init__(self, read_fd: int, write_fd: int) -> None:
        self._read_fd = read_fd
        self._write_fd = write_fd
        self._buffer = bytearray()
        # Progress is reported from the render engine's threads.
        self._write_lock = threading.Lock()

    def read(self) -> bytes:
        """The body of the next message.

        Raises Disconnected at the end of the stream and when framing is lost.
        Raises InvalidRequest for a message that is too long, once it is skipped.
        """
        length = self._read_length()
        if length > MAX_MESSAGE:
            self._skip(length)
            raise InvalidRequest(
                f"The message has {length} bytes; the most is {MAX_MESSAGE}"
            )
        while len(self._buffer) < length:
            self._fill()
        body = bytes(self._buffer[:length])
        del self._buffer[:length]
        return body

    def write(self, message: Mapping[str, Any]) -> None:
        """Send one message. Raises Disconnected when nobody listens any more."""
        # Paths may hold bytes that are no UTF-8. Python has them as lone surrogates,
        # which other readers of JSON do not take: they become question marks.
        text = json.dumps(message, ensure_ascii=False, allow_nan=False)
        body = text.encode("utf-8", errors="replace")
        data = memoryview(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        with self._write_lock:
            while data:
                try:
                    data = data[os.write(self._write_fd, data) :]
                except OSError as error:
                    raise Disconnected(str(error)) from error

    def notify(self, method: str, **params: Any) -> None:
        """Tell the other side something that needs no answer."""
        self.write({"jsonrpc": "2.0", "method": method, "params": params})

    def _read_length(self) -> int:
        """Consume the headers; the length of the body that follows, in bytes."""
        length = None
        seen = 0
        while line := self._read_line():
            seen += len(line)
            if seen > MAX_HEADER:
                raise Disconnected("the headers are too long")
            name, _, value = line.partition(b":")
            if name.strip().lower() == b"content-length":
                value = value.strip()
                if not value.isdigit() or len(value) > 18:
                    raise Disconnected("the length is not a number")
                length = int(value)
        if length is None:
            raise Disconnected("a message without a length")
        return length

    def _read_line(self) -> bytes:
        """The next header line, without its end."""
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > MAX_HEADER:
                raise Disconnected("a header line is too long")
            self._fill()
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line.removesuffix(b"\r")

    def _skip(self, length: int) -> None:
        while length > len(self._buffer):
            length -= len(self._buffer)
            self._buffer.clear()
            self._fill()
        del self._buffer[:length]

    def _fill(self) -> None:
        data = os.read(self._read_fd, _CHUNK)
        if not data:
            raise Disconnected("end of stream")
        self._buffer += data


def serve(channel: Channel, methods: Mapping[str, Method]) -> None:
    """Answer requests, one after the other, until the other side goes away."""
    try:
        while True:
            try:
                body = channel.read()
            except InvalidRequest as error:
                channel.write(_failure(None, error))
                continue
            answer = respond(body, methods)
            if answer is not None:
                channel.write(answer)
    except Disconnected:
        return


def respond(body: bytes, methods: Mapping[str, Method]) -> dict[str, Any] | None:
    """The answer to one message; None if it asks for none."""
    ident: Any = None
    answered = True
    try:
        request = _parse(body)
        ident = _ident(request)
        name, params = _method(request)
        answered = "id" in request
        if name not in methods:
            raise UnknownMethod(f"There is no method {name!r}")
        result = methods[name](params)
    except Disconnected:
        raise
    except RequestError as error:
        return _failure(ident, error) if answered else None
    except Exception as error:
        traceback.print_exc()
        unforeseen = RequestError(f"{type(error).__name__}: {error}")
        return _failure(ident, unforeseen) if answered else None
    return {"jsonrpc": "2.0", "id": ident, "result": result} if answered else None


def _parse(body: bytes) -> dict[str, Any]:
    try:
        request = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ParseError(f"The message is not JSON: {error}") from None
    if not isinstance(request, dict):
        raise InvalidRequest("A request must be an object")
    return request


def _ident(request: dict[str, Any]) -> Any:
    ident = request.get("id")
    if isinstance(ident, (dict, list, bool)):
        raise InvalidRequest("The id of a request must be a number or a string")
    return ident


def _method(request: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The name and the params of what is asked for."""
    name = request.get("method")
    if request.get("jsonrpc") != "2.0" or not isinstance(name, str):
        raise InvalidRequest('A request needs "jsonrpc": "2.0" and a method')
    params = request.get("params", {})
    if not isinstance(params, dict):
        raise InvalidRequest("The params of a request must be an object")
    return name, params


def _failure(ident: Any, error: RequestError) -> dict[str, Any]:
    return {
        "jsonrpc": "2.0",
        "id": ident,
        "error": {"code": error.code, "message": str(error)},
    }
