"""Values from outside: nested lists, JSON and TOML files, kept exactly as they are written."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sympy import Integer, Symbol, sympify

from symconv.core.equation import Program
from symconv.core.errors import SymconvError, did_you_mean
from symconv.core.tensor import Tensor
from symconv.semantics.places import Place
from symconv.semantics.sizes import define

from .numbers import Number

if TYPE_CHECKING:
    from symconv.api import Network

NUMBER = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,2})?")
RATIO = re.compile(r"[+-]?\d{1,40}/\d{1,40}")
LARGEST_FILE = 1_000_000
MOST_NUMBERS = 100_000
DEEPEST = 8
Values = dict[str, dict[Place, Number]]


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
        text, parse_float=str, parse_int=str, parse_constant=_refused, object_pairs_hook=_once
    )


def _toml(text: str) -> Any:
    return tomllib.loads(text, parse_float=str)


def _refused(word: str) -> Any:
    raise ValueError(f"{word} is no number to calculate with")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name occurs twice")
    return found


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


def tensor_named(name: str, program: Program) -> Tensor:
    """The tensor of that name; `delta_h` and `delta h` are the error signal of h."""
    known = {_squeezed(key): key for key in program.by_key}
    if name in program.by_key:
        return program.by_key[name]
    if _squeezed(name) in known:
        return program.by_key[known[_squeezed(name)]]
    shown = name[:40]
    raise SymconvError(
        f"the network has no tensor '{shown}'", help=did_you_mean(shown, program.by_key)
    )


def wanted_values(network: Network) -> str:
    """What a trace needs, in words: `x (3 x 3), w (2 x 2) and t (2 x 2)`."""
    needed = [t for t in network.program.tensors if t.role in {"input", "parameter", "target"}]
    *most, last = (f"{t.key} ({' x '.join(map(str, t.shape))})" for t in needed)
    return f"{', '.join(most)} and {last}" if most else last


def _squeezed(name: str) -> str:
    return "".join(c for c in name.replace("δ", "delta") if c.isalnum())


def tables(
    values: Mapping[str, object], program: Program, known: Mapping[Symbol, int]
) -> tuple[Values, dict[Symbol, int]]:
    """The entries of every named tensor, and the sizes that their shapes give."""
    sizes, found = dict(known), dict[Tensor, dict[Place, Number]]()
    for name, value in values.items():
        tensor = tensor_named(name, program)
        entries = {}
        for count, (place, entry) in enumerate(nested(value, name)):
            if count >= MOST_NUMBERS:
                raise SymconvError(f"'{tensor.key}' has more than {MOST_NUMBERS:,} numbers")
            entries[place] = entry
        found[tensor] = entries
        _learn_sizes(tensor, entries, sizes)
    define(program.sizes, sizes)
    return {t.key: _fitted(t, entries, sizes) for t, entries in found.items()}, sizes


def _learn_sizes(tensor: Tensor, entries: Mapping[Place, Number], sizes: dict[Symbol, int]) -> None:
    """A size symbol that is the extent of an axis is as large as the list is long."""
    depth = {len(place) for place in entries}
    if depth == {len(tensor.shape)}:
        for axis, extent in enumerate(tensor.shape):
            if isinstance(extent, Symbol):
                sizes.setdefault(extent, 1 + max(place[axis] for place in entries))


def _fitted(
    tensor: Tensor, entries: Mapping[Place, Number], sizes: Mapping[Symbol, int]
) -> dict[Place, Number]:
    """The entries in the tensor's shape; one flat list is read row by row."""
    shape = [extent(n, sizes, tensor.key) for n in tensor.shape]
    places = list(product(*(range(n) for n in shape)))
    flat = len(entries) == len(places) and {len(p) for p in entries} <= {0, 1}
    ordered = dict(zip(places, entries.values(), strict=True)) if flat else dict(entries)
    if set(ordered) != set(places):
        wanted = " x ".join(map(str, shape))
        raise SymconvError(f"the values of '{tensor.key}' do not have the shape {wanted}")
    return ordered


def extent(n: Any, sizes: Mapping[Symbol, int], key: str) -> int:
    """The value of a shape's entry."""
    found = sympify(n).xreplace({s: Integer(value) for s, value in sizes.items()})
    if not found.is_Integer:
        names = ", ".join(sorted(map(str, found.free_symbols)))
        raise SymconvError(
            f"the shape of '{key}' needs numbers for the sizes {names}",
            help="write the network with numbers, or give the values of the input",
        )
    return int(found)
