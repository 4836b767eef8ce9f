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
from symconv.core.input_files import read_regular_file
from symconv.core.printable import quote_text
from symconv.core.toml_keys import refuse_long_keys
from symconv.semantics.index_arithmetic import Place

from .json_depth import refuse_deep_json
from .numbers import Number

NUMBER = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,2})?")
RATIO = re.compile(r"[+-]?\d{1,40}/\d{1,40}")
LARGEST = 10**140
"""The largest whole number: what 40 digits and an exponent of two digits can write."""

DEEPEST = 8
"""How deep lists of values may be nested. A batch of 3-D images with channels has 5 axes."""


def parse_literal(value: object) -> Number:
    """A number as it is written: decimals stay decimals."""
    if isinstance(value, int | Fraction) and not isinstance(value, bool):
        if -LARGEST < value < LARGEST:
            return value
        raise SymconvError("a number is too large", help="write 0.25, 1e-3 or 1/3")
    text = repr(value) if isinstance(value, float) else value
    if isinstance(text, str) and NUMBER.fullmatch(text.strip()):
        return _smallest(Fraction(text.strip()))
    if isinstance(text, str) and RATIO.fullmatch(text.strip()) and not text.endswith("/0"):
        above, below = text.split("/")
        if int(below):
            return _smallest(Fraction(int(above), int(below)))
    shown = quote_text(value) if isinstance(value, str) else f"a value of {type(value).__name__}"
    raise SymconvError(f"{shown} is no number", help="write 0.25, 1e-3 or 1/3")


def _smallest(value: Fraction) -> Number:
    return int(value) if value.denominator == 1 else value


def iterate_nested(value: object, name: str, at: Place = ()) -> Iterator[tuple[Place, Number]]:
    """The entries of nested lists, by place.

    SymconvError says where there is no number; what is there instead may come from any file.
    """
    if len(at) > DEEPEST:
        raise SymconvError(f"the values of {quote_text(name)} are nested too deeply")
    if isinstance(value, Mapping):
        raise SymconvError(f"the values of {quote_text(name)} are no list of numbers")
    if isinstance(value, Sequence) and not isinstance(value, str):
        for number, part in enumerate(value):
            yield from iterate_nested(part, name, (*at, number))
    elif hasattr(value, "tolist"):
        yield from iterate_nested(value.tolist(), name, at)
    else:
        try:
            yield at, parse_literal(value)
        except SymconvError as error:
            where = f" at {list(at)}" if at else ""
            raise SymconvError(
                f"the values of {quote_text(name)} hold something that is no number{where}",
                help=error.help,
            ) from None


LARGEST_FILE = 1_000_000
"""The largest file of values in bytes: 100,000 numbers of ten characters."""


def read_values(path: Path) -> dict[str, Any]:
    """The values in a JSON or TOML file: names, and nested lists of numbers or of decimal strings.

    Numbers stay text, so that 0.1 is a tenth. SymconvError, in one line, for anything else; it says
    where, and repeats nothing of the file.
    """
    name = quote_text(path.name)
    try:
        text = read_regular_file(path, LARGEST_FILE).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SymconvError(f"{name} is not readable: byte {error.start} is not UTF-8") from None
    return parse_values(text, name, toml=path.suffix.lower() == ".toml")


def parse_values(text: str, name: str, *, toml: bool = False) -> dict[str, Any]:
    """The values of a text in JSON or TOML, as `read_values` has them; `name` is what it is called.

    SymconvError, in one line, that repeats nothing of the text.
    """
    if len(text) > LARGEST_FILE:
        raise SymconvError(f"{name} is longer than {LARGEST_FILE:,} characters")
    try:
        found = _toml(text) if toml else _json(text)
    except RecursionError:
        raise SymconvError(f"{name} is not readable: nested too deeply") from None
    except ValueError as error:
        reason = "a number is too long" if "digits" in str(error) else str(error).splitlines()[0]
        raise SymconvError(f"{name} is not readable: {reason}") from None
    if not isinstance(found, dict):
        raise SymconvError(f"{name} holds no names", help='write {"x": [[1, 2]], "w": [["0.5"]]}')
    return found


def _json(text: str) -> Any:
    refuse_deep_json(text)
    return json.loads(
        text,
        parse_float=str,
        parse_int=str,
        parse_constant=_refuse_constant,
        object_pairs_hook=_refuse_duplicates,
    )


def _toml(text: str) -> Any:
    refuse_long_keys(text)
    return tomllib.loads(text, parse_float=str)


def _refuse_constant(word: str) -> Any:
    raise ValueError(f"{word} is no number to calculate with")


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name occurs twice")
    return found
