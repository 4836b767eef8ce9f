"""A file of values, JSON or TOML: names, and nested lists whose numbers stay text."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from symconv.core.errors import SymconvError
from symconv.semantics.index_arithmetic import Place

from .numbers import Number

NUMBER = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,2})?")
RATIO = re.compile(r"[+-]?\d{1,40}/\d{1,40}")
DEEPEST = 8
"""How deep lists of values may be nested. A batch of 3-D images with channels has 5 axes."""


def parse_literal(value: object) -> Number:
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


def iterate_nested(value: object, name: str, depth: int = 0) -> Iterator[tuple[Place, Number]]:
    """The entries of nested lists, by place."""
    if depth > DEEPEST:
        raise SymconvError(f"the values of '{name[:40]}' are nested too deeply")
    if isinstance(value, Mapping):
        raise SymconvError(f"the values of '{name[:40]}' are no list of numbers")
    if isinstance(value, Sequence) and not isinstance(value, str):
        for number, part in enumerate(value):
            for place, entry in iterate_nested(part, name, depth + 1):
                yield (number, *place), entry
    elif hasattr(value, "tolist"):
        yield from iterate_nested(value.tolist(), name, depth)
    else:
        yield (), parse_literal(value)


LARGEST_FILE = 1_000_000
"""The largest file of values in bytes: 100,000 numbers of ten characters."""


def read_values(path: Path) -> dict[str, Any]:
    """The values in a JSON or TOML file: names, and nested lists of numbers or of decimal strings.

    Numbers stay text, so that 0.1 is a tenth. SymconvError, in one line, for anything else.
    """
    try:
        raw = path.read_bytes()[: LARGEST_FILE + 1] if path.is_file() else b""
    except OSError as error:
        raise SymconvError(f"'{path.name}' cannot be read: {error.strerror}") from None
    if not path.is_file():
        raise SymconvError(f"there is no file '{path.name}'")
    if len(raw) > LARGEST_FILE:
        raise SymconvError(f"'{path.name}' is larger than {LARGEST_FILE:,} bytes")
    try:
        text = raw.decode("utf-8")
        found = _toml(text) if path.suffix.lower() == ".toml" else _json(text)
    except (ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0] if str(error) else "nested too deeply"
        raise SymconvError(f"'{path.name}' is not readable: {reason}") from None
    if not isinstance(found, dict):
        raise SymconvError(
            f"'{path.name}' holds no names", help='write {"x": [[1, 2]], "w": [["0.5"]]}'
        )
    return found


def _json(text: str) -> Any:
    return json.loads(
        text,
        parse_float=str,
        parse_int=str,
        parse_constant=_refuse_constant,
        object_pairs_hook=_refuse_duplicates,
    )


def _toml(text: str) -> Any:
    return tomllib.loads(text, parse_float=str)


def _refuse_constant(word: str) -> Any:
    raise ValueError(f"{word} is no number to calculate with")


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name occurs twice")
    return found
