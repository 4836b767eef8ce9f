"""Where a function is put together: statements, local arrays, the extents of indices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count

from sympy import Expr, Symbol

from symconv.core.equation import Equation
from symconv.core.tensor import Tensor, index

from .affine import SizeBounds
from .ir import Array, Let, Local, Ref, Statement


@dataclass
class ProgramBuilder:
    """The one mutable thing of the lowering.

    `goal` is the key of the tensor that the equation at hand defines, and `averages` says whether
    1/n of a sum of n values is a mean there. `extents` holds every index
    of that equation in the order of appearance, which is also the order of the axes of every array
    on the way. `labels` are the keys of arrays of class numbers. `memory` remembers what was bound,
    so that equal pieces are computed once. `known` are equations whose values can be read.
    `classes` say how many there are of the labels, and which labels are none, as `count_labels`.
    `correlates` says whether windows are single operations: correlations where products are summed,
    and no loop where the largest is looked for.
    """

    tensors: dict[str, Tensor]
    sizes: SizeBounds
    labels: frozenset[str] = frozenset()
    known: tuple[Equation, ...] = ()
    classes: Mapping[str, tuple[Expr, ...]] = field(default_factory=dict)
    correlates: bool = False
    goal: str = ""
    averages: Callable[[Expr], bool] = field(default=lambda _: False)
    statements: list[Statement] = field(default_factory=list)
    extents: dict[Symbol, Expr] = field(default_factory=dict)
    memory: dict[object, Local] = field(default_factory=dict)
    definitions: dict[Local, Array] = field(default_factory=dict)
    serials: count[int] = field(default_factory=count)

    def bind(self, value: Array, base: str, what: str) -> Local:
        """A local array that holds `value`; the one that exists if `value` is there already."""
        if value not in self.memory:
            self.memory[value] = self.define(value, base, what)
        return self.memory[value]

    def define(self, value: Array, base: str, what: str) -> Local:
        """A new local array, whatever else is the same."""
        local = Local(base, what, next(self.serials))
        self.definitions[local] = value
        self.statements.append(Let(local, value))
        return local

    def declare(self, symbol: Symbol, extent: Expr) -> Symbol:
        """Take note of an index and its extent."""
        self.extents[symbol] = extent
        return symbol

    def fresh(self, letter: str, extent: Expr) -> Symbol:
        """A new index of the given extent, named as near to `letter` as possible."""
        taken = {v.name for v in self.extents}
        while letter in taken:
            letter += "'"
        return self.declare(index(letter), extent)

    def order(self, symbols: set[Symbol]) -> tuple[Symbol, ...]:
        """The given indices in the order of the axes."""
        return tuple(v for v in self.extents if v in symbols)

    def letter(self, tensor: str, axis: int) -> str:
        """The letter that a tensor prefers for one of its axes."""
        axes = self.tensors[tensor].axes if tensor in self.tensors else ()
        return axes[axis] if axis < len(axes) else "ijklmn"[axis % 6]

    def holds_numbers(self, array: Array) -> bool:
        """Whether an array comes from a tensor of numbers: no truth values, no labels."""
        key = origin_key(array)
        return bool(key) and key not in self.labels and self.tensors[key].role != "mask"

    def like(self, *arrays: Array) -> Array:
        """An array of numbers (no truth values, no labels) whose type is that of the result."""
        for array in filter(self.holds_numbers, arrays):
            key = origin_key(array)
            # Its parts are, and one of them stands for its type.
            return root_array(array) if key == self.goal else Ref(key)  # the goal is not there yet
        return Ref(next(k for k, t in self.tensors.items() if t.role in {"input", "parameter"}))


def origin_key(array: Array) -> str:
    """The key of a tensor that an array was made of; "" where there is none to name."""
    found = root_array(array)
    if isinstance(found, Ref):
        return found.key
    return found.base if isinstance(found, Local) else ""


def root_array(array: Array) -> Array:
    """The array that another one is a view of, or is computed from alone."""
    source = getattr(array, "source", None)
    return array if source is None else root_array(source)
