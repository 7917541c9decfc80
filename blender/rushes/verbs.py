# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs of the protocol: how they are declared, and how their params are checked.

    @verb(width=integer(4, 65536), height=integer(4, 65536))
    def set_resolution(session: Session, *, width: int, height: int) -> Result: ...

A parameter without a default is required. Knows nothing of Blender.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from typing import Any

from .errors import InvalidParams

Result = dict[str, Any]

#: Turns what JSON holds into what a verb takes; raises ValueError saying what it must
#: be.
Check = Callable[[Any], Any]

#: Every declared verb, by name, still lacking its session and its checked params.
VERBS: dict[str, Callable[[Any, Mapping[str, Any]], Result]] = {}


def verb(**checks: Check) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """Declare a function (session, *, params) as the verb of its name."""

    def declare(function: Callable[..., Result]) -> Callable[..., Result]:
        defaults = getattr(function, "__kwdefaults__") or {}
        required = checks.keys() - defaults.keys()

        @functools.wraps(function)
        def checked(session: Any, params: Mapping[str, Any]) -> Result:
            return function(session, **check_params(params, checks, required))

        VERBS[function.__name__] = checked
        return function

    return declare


def check_params(
    params: Mapping[str, Any], checks: Mapping[str, Check], required: set[str]
) -> dict[str, Any]:
    """`params` after their checks. Raises InvalidParams naming the first that fails."""
    for name in sorted(required - params.keys()):
        raise InvalidParams(f"{name} is missing")
    values = {}
    for name, value in params.items():
        if name not in checks:
            known = ", ".join(checks) or "none"
            raise InvalidParams(f"There is no parameter {name!r}; known: {known}")
        try:
            values[name] = checks[name](value)
        except ValueError as error:
            raise InvalidParams(f"{name} must be {error}") from None
    return values


def integer(low: int, high: int) -> Check:
    """A whole number from `low` to `high`."""

    def check(value: Any) -> int:
        # JSON has one kind of number: 5.0 is as whole as 5.
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if type(value) is not int or not low <= value <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return value

    return check


def number(value: Any) -> float:
    """A finite number."""
    if type(value) in (int, float):
        try:
            if math.isfinite(value):
                return float(value)
        except OverflowError:
            pass
    raise ValueError("a finite number")


def flag(value: Any) -> bool:
    """True or false."""
    if type(value) is not bool:
        raise ValueError("true or false")
    return value


def text(value: Any) -> str:
    """A string that C can hold."""
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError("a text that is not empty")
    return value


def texts(value: Any) -> list[str]:
    """A list of such strings."""
    if not isinstance(value, list):
        raise ValueError("a list of texts")
    return [text(item) for item in value]


def text_map(value: Any) -> dict[str, str]:
    """Names and such strings."""
    if not isinstance(value, dict) or not value:
        raise ValueError("an object of texts that is not empty")
    return {name: text(item) for name, item in value.items()}


def integers(low: int, high: int) -> Check:
    """A list of whole numbers from `low` to `high`."""
    each = integer(low, high)

    def check(value: Any) -> list[int]:
        if not isinstance(value, list):
            raise ValueError(f"a list of whole numbers from {low} to {high}")
        return [each(item) for item in value]

    return check


def vector(*lengths: int) -> Check:
    """A list of so many numbers."""
    allowed = " or ".join(map(str, lengths))

    def check(value: Any) -> list[float]:
        if not isinstance(value, list) or len(value) not in lengths:
            raise ValueError(f"a list of {allowed} numbers")
        return [number(item) for item in value]

    return check


def matrix(size: int) -> Check:
    """A list of so many rows of so many numbers."""
    row = vector(size)

    def check(value: Any) -> list[list[float]]:
        if not isinstance(value, list) or len(value) != size:
            raise ValueError(f"a list of {size} rows of numbers")
        return [row(item) for item in value]

    return check
