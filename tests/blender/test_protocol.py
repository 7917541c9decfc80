# SPDX-License-Identifier: GPL-3.0-or-later
"""What needs no Blender: framing, checks of parameters, arithmetic, progress."""

from __future__ import annotations

import json
import math
import os
import sys
import threading
import unittest
from array import array
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "blender"))

from rushes import causes, errors, protocol, verbs  # noqa: E402
from rushes.errors import InvalidParams, OutOfRange, RequestError  # noqa: E402
from rushes.picture import cropped_size, fitted_size, scaled_size  # noqa: E402
from rushes.timeline import MAX_FRAME, Stretch  # noqa: E402


def echo(params: Mapping[str, Any]) -> Mapping[str, Any]:
    return params


def fail(params: Mapping[str, Any]) -> Mapping[str, Any]:
    raise ZeroDivisionError("by\nzero")


METHODS = {"echo": echo, "fail": fail}


def converse(data: bytes) -> list[Any]:
    """What `serve` answers to `data` and the end of the stream."""
    read_fd, feed = os.pipe()
    drain, write_fd = os.pipe()

    def write_all() -> None:
        left = memoryview(data)
        try:
            while left:
                left = left[os.write(feed, left) :]
        except BrokenPipeError:
            pass
        finally:
            os.close(feed)

    writer = threading.Thread(target=write_all)
    writer.start()
    protocol.serve(protocol.Channel(read_fd, write_fd), METHODS)
    os.close(read_fd)
    os.close(write_fd)
    writer.join(60)
    with os.fdopen(drain, "rb") as stream:
        received = stream.read()
    answers = []
    while received:
        header, _, received = received.partition(b"\r\n\r\n")
        length = int(header.removeprefix(b"Content-Length: "))
        answers.append(json.loads(received[:length]))
        received = received[length:]
    return answers


def message(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


def request(method: str, params: Any = None, ident: Any = 1) -> bytes:
    body: dict[str, Any] = {"jsonrpc": "2.0", "method": method}
    if params is not None:
        body["params"] = params
    if ident is not None:
        body["id"] = ident
    return message(json.dumps(body).encode())


class Framing(unittest.TestCase):
    def codes(self, data: bytes) -> list[int]:
        return [answer["error"]["code"] for answer in converse(data)]

    def test_result(self) -> None:
        self.assertEqual(
            converse(request("echo", {"ä": "\n"})),
            [{"jsonrpc": "2.0", "id": 1, "result": {"ä": "\n"}}],
        )

    def test_what_is_no_utf8_is_replaced(self) -> None:
        answers = converse(request("echo", {"path": "a\udcff\U0001f3ac"}))
        self.assertEqual(answers[0]["result"], {"path": "a?\U0001f3ac"})

    def test_params_may_be_left_out(self) -> None:
        self.assertEqual(converse(request("echo"))[0]["result"], {})

    def test_several_in_order(self) -> None:
        answers = converse(b"".join(request("echo", ident=i) for i in range(1, 50)))
        self.assertEqual([answer["id"] for answer in answers], list(range(1, 50)))

    def test_other_headers_and_bare_newlines(self) -> None:
        body = b'{"jsonrpc":"2.0","id":"x","method":"echo"}'
        data = b"content-length : %d\nX: y\n\n" % len(body) + body
        self.assertEqual(converse(data)[0]["id"], "x")

    def test_notification_gets_no_answer(self) -> None:
        for method in ("echo", "fail", "nonsense"):
            self.assertEqual(converse(request(method, ident=None)), [])

    def test_garbage_is_answered_and_survived(self) -> None:
        deep = b"[" * 200_000
        for garbage in (b"", b"{", b"\xff\xfe", b'{"a":}', deep):
            answers = converse(message(garbage) + request("echo", ident=2))
            self.assertEqual(answers[0]["error"]["code"], -32700)
            self.assertIsNone(answers[0]["id"])
            self.assertEqual(answers[1]["id"], 2)

    def test_json_that_is_no_request(self) -> None:
        for body in (b"[]", b"1", b"{}", b'{"id":1,"method":"echo"}'):
            self.assertEqual(self.codes(message(body)), [-32600])
        self.assertEqual(self.codes(request("echo", [1])), [-32600])
        self.assertEqual(self.codes(request("echo", ident={})), [-32600])

    def test_unknown_method(self) -> None:
        self.assertEqual(self.codes(request("nonsense")), [-32601])

    def test_unforeseen_exception_is_one_line(self) -> None:
        error = converse(request("fail"))[0]["error"]
        self.assertEqual(error["code"], -32603)
        self.assertEqual(error["message"], "ZeroDivisionError: by zero")

    def test_too_long_is_skipped(self) -> None:
        body = b" " * (protocol.MAX_MESSAGE + 1)
        answers = converse(message(body) + request("echo", ident=2))
        self.assertEqual(answers[0]["error"]["code"], -32600)
        self.assertEqual(answers[1]["id"], 2)

    def test_lost_framing_ends_it(self) -> None:
        for data in (
            b"Content-Length: -1\r\n\r\n",
            b"Content-Length: 1e3\r\n\r\n",
            b"Content-Length: " + b"9" * 30 + b"\r\n\r\n",
            b"X: y\r\n\r\n",
            b"a" * (protocol.MAX_HEADER + 2),
            b"X: y\r\n" * protocol.MAX_HEADER,
        ):
            self.assertEqual(converse(data + request("echo")), [])

    def test_cut_off_message_is_no_request(self) -> None:
        whole = request("echo")
        for end in range(len(whole)):
            self.assertEqual(converse(whole[:end]), [])


class Params(unittest.TestCase):
    CHECKS = {"count": verbs.integer(0, 10), "ratio": verbs.number, "on": verbs.flag}

    def check(self, **params: Any) -> dict[str, Any]:
        return verbs.check_params(params, self.CHECKS, {"count"})

    def refused(self, **params: Any) -> str:
        with self.assertRaises(InvalidParams) as caught:
            self.check(**params)
        return str(caught.exception)

    def test_good(self) -> None:
        self.assertEqual(self.check(count=3.0, ratio=2), {"count": 3, "ratio": 2.0})

    def test_missing_and_unknown(self) -> None:
        self.assertEqual(self.refused(), "count is missing")
        self.assertIn("'size'", self.refused(count=1, size=1))

    def test_wrong(self) -> None:
        self.assertIn("whole number from 0 to 10", self.refused(count=11))
        for value in (True, "3", None, 2.5, -1, math.nan, math.inf):
            self.refused(count=value)
        for value in (True, "3", None, math.nan, -math.inf, 10**400):
            self.refused(count=1, ratio=value)
        for value in (1, 0, "true", None):
            self.refused(count=1, on=value)

    def test_texts(self) -> None:
        for value in ("", "a\0b", 1, None):
            self.assertRaises(ValueError, verbs.text, value)
        self.assertRaises(ValueError, verbs.texts, "abc")
        self.assertRaises(ValueError, verbs.text_map, {})


class Time(unittest.TestCase):
    def test_range_keeps_its_length(self) -> None:
        self.assertEqual(Stretch(5).frames(0, 99), (0, 499))
        self.assertEqual(Stretch(0.5).frames(0, 99), (0, 49))
        self.assertEqual(Stretch(1, 7).frames(1, 250), (8, 257))
        self.assertEqual(Stretch(2, -2).frames(1, 20), (0, 39))

    def test_neighbours_stay_neighbours(self) -> None:
        for scale in (0.3, 0.5, 1.5, 2.5, 7.1):
            stretch = Stretch(scale, 3.3)
            first, second = stretch.frames(0, 36), stretch.frames(37, 99)
            self.assertEqual(first[1] + 1, second[0])

    def test_half_goes_to_even(self) -> None:
        self.assertEqual(Stretch(0.5).frame(1), 0)
        self.assertEqual(Stretch(0.5).frame(3), 2)
        self.assertEqual(Stretch(1, 0.5).frame(2), 2)

    def test_refusals(self) -> None:
        for scale in (0.0, -1.0, math.nan):
            self.assertRaises(InvalidParams, Stretch, scale)
        with self.assertRaises(OutOfRange) as caught:
            Stretch(1, -2).frames(1, 20)
        self.assertIn("-1 to 18", str(caught.exception))
        Stretch(1, MAX_FRAME - 20).frames(1, 20)
        for stretch in (Stretch(1, MAX_FRAME - 19), Stretch(0.001), Stretch(1e308)):
            self.assertRaises(OutOfRange, stretch.frames, 1, 20)

    def test_points(self) -> None:
        points = array("f", [1, 10, 2, 20])
        Stretch(2, 3).points(points)
        self.assertEqual(list(points), [5, 10, 7, 20])

    def test_polynomial(self) -> None:
        stretch, old = Stretch(2.5, -4), [1.0, -2.0, 0.5, 0.125]
        new = stretch.polynomial(old)
        self.assertEqual(len(new), len(old))
        for time in (-3.0, 0.0, 1.5, 20.0):
            was = sum(c * time**power for power, c in enumerate(old))
            t = stretch.time(time)
            self.assertAlmostEqual(was, sum(c * t**p for p, c in enumerate(new)))


class Pictures(unittest.TestCase):
    def test_percentage_rounds_down(self) -> None:
        self.assertEqual(scaled_size(1921, 1081, 33), (633, 356))

    def test_crop(self) -> None:
        self.assertEqual(cropped_size((100, 50), (0.25, 0.75), (0, 1)), (50, 50))

    def test_fit(self) -> None:
        self.assertEqual(fitted_size((1920, 1080), 256), (256, 144))
        self.assertEqual(fitted_size((333, 500), 100), (67, 100))
        self.assertEqual(fitted_size((100, 50), 100), (100, 50))
        self.assertEqual(fitted_size((20, 10), 100), (20, 10))
        self.assertEqual(fitted_size((5000, 1), 100), (100, 1))


class Errors(unittest.TestCase):
    def test_one_line(self) -> None:
        error = RequestError("Error: Cannot read\nError: it\n")
        self.assertEqual(str(error), "Cannot read it")

    def test_causes(self) -> None:
        for message, kind in (
            ("Could not write image: No space left on device", errors.DiskFull),
            ("Could not write image: Disk quota exceeded", errors.DiskFull),
            ("Could not write image: Permission denied", errors.NotWritable),
            ("Could not write image: Read-only file system", errors.NotWritable),
            ("System is out of GPU memory", errors.OutOfMemory),
            ("System is out of GPU and shared host memory", errors.OutOfMemory),
            ("Out of memory in cuMemAlloc (queue.cpp:7)", errors.OutOfMemory),
            ("Failed to create CUDA context (Unknown error)", errors.GpuFailed),
            ("Illegal address in cuStreamSynchronize(s) (a:1)", errors.GpuFailed),
            ("OptiX error OPTIX_ERROR_X in optixLaunch", errors.GpuFailed),
            ("Cannot render, no camera in 'Metal' of 'HIP'", errors.RenderFailed),
            ("Blender gave no reason", errors.RenderFailed),
        ):
            with self.subTest(message=message):
                error = causes.explain(message, errors.RenderFailed)
                self.assertIs(type(error), kind)
                self.assertEqual(str(error), message)

    def test_codes(self) -> None:
        kinds = errors.RequestError.__subclasses__()
        self.assertEqual(len({kind.code for kind in kinds}), len(kinds))


if __name__ == "__main__":
    unittest.main()
