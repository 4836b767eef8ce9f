"""Numbers from outside and nested lists of them, kept exactly as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from symconv.core.errors import SymconvError
from symconv.semantics.places import Place

from .numbers import Number

NUMBER = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,2})?")
RATIO = re.compile(r"[+-]?\d{1,40}/\d{1,40}")
DEEPEST = 8


def exact(value: object) -> Number:
    """A number as it is written: decimals stay decimals."""
    if isinstance(value, int | Fraction) and not isinstance(value, bool):
        return value
    text = repr(value) if isinstance(value, float) else value
    if isinstance(text, str) and NUMBER.fullmatch(text.strip()):
        return _smallest(Fraction(text.strip()))
    if isinstance(text, str) and RATIO.fullmatch(text.strip()) and not text.endswith("/0"):
        above, below = text.split("/")
        if int(below):
            return _smallest(Fraction(int(above), int(below)))
    raise SymconvError(f"{str(value)[:40]!r} is no number", help="write 0.25, 1e-3 or 1/3")


def _smallest(value: Fraction) -> Number:
    return int(value) if value.denominator == 1 else value


def nested(value: object, name: str, depth: int = 0) -> Iterator[tuple[Place, Number]]:
    """The entries of nested lists, by place."""
    if depth > DEEPEST:
        raise SymconvError(f"the values of '{name[:40]}' are nested too deeply")
    if isinstance(value, Mapping):
        raise SymconvError(f"the values of '{name[:40]}' are no list of numbers")
    if isinstance(value, Sequence) and not isinstance(value, str):
        for number, part in enumerate(value):
            for place, entry in nested(part, name, depth + 1):
                yield (number, *place), entry
    elif hasattr(value, "tolist"):
        yield from nested(value.tolist(), name, depth)
    else:
        yield (), exact(value)
