"""Given values, in the shapes of the network's tensors."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from sympy import Integer, Symbol, sympify

from symconv.core.equation import Program, checkable_labels
from symconv.core.errors import SymconvError, did_you_mean
from symconv.core.tensor import Tensor, normalize_name
from symconv.semantics.index_arithmetic import Place
from symconv.semantics.sizes import define_sizes

from .input_values import iterate_nested
from .numbers import Number

if TYPE_CHECKING:
    from symconv.api import Network


def find_tensor(name: str, program: Program) -> Tensor:
    """The tensor of that name; `delta_h` and `delta h` are the error signal of h."""
    known = {normalize_name(key): key for key in program.by_key}
    if name in program.by_key:
        return program.by_key[name]
    if normalize_name(name) in known:
        return program.by_key[known[normalize_name(name)]]
    shown = name[:40]
    raise SymconvError(
        f"the network has no tensor '{shown}'", help=did_you_mean(shown, program.by_key)
    )


def describe_inputs(network: Network) -> str:
    """What a trace needs, in words: `x (3 x 3), w (2 x 2) and t (2 x 2)`."""
    given = network.program.given
    *most, last = (f"{t.key} ({' x '.join(map(str, t.shape))})" for t in given)
    return f"{', '.join(most)} and {last}" if most else last


MOST_NUMBERS = 100_000
"""The most numbers of one tensor in a file of values, as many as fit into the largest file."""

Values = dict[str, dict[Place, Number]]


def build_tables(
    values: Mapping[str, object], program: Program, known: Mapping[Symbol, int]
) -> tuple[Values, dict[Symbol, int]]:
    """The entries of every named tensor, and the sizes that their shapes give."""
    sizes, found = dict(known), dict[Tensor, dict[Place, Number]]()
    for name, value in values.items():
        tensor = find_tensor(name, program)
        entries = {}
        for count, (place, entry) in enumerate(iterate_nested(value, name)):
            if count >= MOST_NUMBERS:
                raise SymconvError(f"'{tensor.key}' has more than {MOST_NUMBERS:,} numbers")
            entries[place] = entry
        found[tensor] = entries
        _learn_sizes(tensor, entries, sizes)
    define_sizes(program.sizes, sizes)
    fitted = {t.key: _fit_shape(t, entries, sizes) for t, entries in found.items()}
    for key, (classes, *ignored) in checkable_labels(program.equations).items():
        if key in fitted and classes.free_symbols <= sizes.keys():
            count = evaluate_extent(classes, sizes, key)
            _check_classes(key, fitted[key], {*range(count), *map(int, ignored)}, count)
    return fitted, sizes


def _check_classes(
    key: str, entries: Mapping[Place, Number], labels: Collection[int], count: int
) -> None:
    """Raise a SymconvError unless the entries are among the labels that there are."""
    for value in entries.values():
        if value not in labels:
            shown = f"{count} classes, 0 to {count - 1}"
            raise SymconvError(f"'{key}' has the class {value}, but there are {shown}")


def _learn_sizes(tensor: Tensor, entries: Mapping[Place, Number], sizes: dict[Symbol, int]) -> None:
    """A size symbol that is the extent of an axis is as large as the list is long."""
    depth = {len(place) for place in entries}
    if depth == {len(tensor.shape)}:
        for axis, extent in enumerate(tensor.shape):
            if isinstance(extent, Symbol):
                sizes.setdefault(extent, 1 + max(place[axis] for place in entries))


def _fit_shape(
    tensor: Tensor, entries: Mapping[Place, Number], sizes: Mapping[Symbol, int]
) -> dict[Place, Number]:
    """The entries in the tensor's shape; one flat list is read row by row."""
    shape = [evaluate_extent(n, sizes, tensor.key) for n in tensor.shape]
    # Counted before the places are listed: a network may have more than there is memory for.
    if len(entries) == prod(shape):
        places = list(product(*(range(n) for n in shape)))
        flat = {len(p) for p in entries} <= {0, 1}
        ordered = dict(zip(places, entries.values(), strict=True)) if flat else dict(entries)
        if set(ordered) == set(places):
            return ordered
    wanted = " x ".join(map(str, shape))
    raise SymconvError(f"the values of '{tensor.key}' do not have the shape {wanted}")


def evaluate_extent(n: Any, sizes: Mapping[Symbol, int], key: str) -> int:
    """The number that an extent is at these sizes; SymconvError where a size has none."""
    found = sympify(n).xreplace({s: Integer(value) for s, value in sizes.items()})
    if not found.is_Integer:
        names = ", ".join(sorted(map(str, found.free_symbols)))
        raise SymconvError(
            f"the shape of '{key}' needs numbers for the sizes {names}",
            help="write the network with numbers, or give the values of the input",
        )
    return int(found)
