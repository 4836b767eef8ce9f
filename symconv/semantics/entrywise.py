"""Gradients entry by entry, in the scalar symbols that a person writes: w_1^1, o_1^2, y_1."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from sympy import Expr, Symbol, factor_terms

from symconv.core.equation import Program
from symconv.core.errors import SymconvError, did_you_mean
from symconv.core.proof import Backward
from symconv.core.tensor import Tensor
from symconv.notation.presets import Notation, entry_name, entry_symbol

from .run import unroll
from .work import count_terms

Place = tuple[int, ...]
MOST_SCALARS = 20_000
"""How many entries of tensors the formulas of one gradient may go through.

It refuses images that nobody would write out, before anything is computed. It is no promise of
speed: with two 3 x 3 convolutions of a 12 x 12 image a gradient took half a minute when it was
measured.
"""


MOST_PARTS = 30_000
"""The most leaves of one entry with every delta put in, which take some 5 s to be put in order."""

VERY_MANY = 10**9
"""From here on the number of parts is not said any more: a hundred layers have 10^90."""


@dataclass(frozen=True)
class EntrywiseGradients:
    """The entries of a backward pass at concrete sizes, as SymPy expressions.

    Forward values and masks stay symbols, as people write them; deltas are put in.
    """

    backward: Backward
    notation: Notation

    def symbol(self, tensor: Tensor, place: Place) -> Symbol:
        """The symbol of one entry of a tensor; `place` counts from 0."""
        return entry_symbol(tensor, place, self.notation)

    def entries(
        self, tensor: Tensor, *, put_in_deltas: bool = True, only: Collection[Place] | None = None
    ) -> dict[Place, Expr]:
        """DC/d(entry) for every entry of a tensor that was differentiated by, or for some."""
        self._refuse_symbolic_sizes()
        kept = {"value", "mask"} | (set() if put_in_deltas else {"delta"})
        keep = {t.key for t in self.backward.program.tensors if t.role in kept}
        if put_in_deltas:
            self._refuse_long(tensor)
        # The gradient that is asked for may be a delta itself, and must not be its own symbol.
        key = self.result(tensor).key
        found = unroll(
            self.backward.program, {}, [key], self.symbol, keep=keep - {key}, limit=MOST_SCALARS
        )
        return {
            p: factor_common_terms(e) for p, e in found[key].items() if only is None or p in only
        }

    def label(self, tensor: Tensor, place: Place) -> str:
        """`dC/dw_1^1`, the derivative by one entry as people write it."""
        return f"d{self.backward.cost.key}/d{entry_name(tensor, place, self.notation)}"

    def entry(self, name: str) -> tuple[Tensor, Place]:
        """The tensor and the place behind the name of an entry, such as `w_1^1` or `w^1_1`."""
        self._refuse_symbolic_sizes()
        found = self._names.get(normalize_entry_name(name))
        if found is None:
            raise SymconvError(
                f"the network has no entry '{name}' to differentiate by",
                help=did_you_mean(normalize_entry_name(name), self._names),
            )
        return found

    @cached_property
    def _names(self) -> Mapping[str, tuple[Tensor, Place]]:
        return {
            normalize_entry_name(entry_name(d.of, place, self.notation)): (d.of, place)
            for d in self.backward.derivations
            for place in concrete_places(d.of)
        }

    def result(self, tensor: Tensor) -> Tensor:
        """The tensor of the gradient by a tensor; SymconvError where the cost has none."""
        derivation = self.backward.derivation(tensor.key)
        if derivation is None:
            raise SymconvError(f"the cost was not differentiated by '{tensor.key}'")
        return self.backward.program.tensor(derivation.equation.key)

    def _refuse_long(self, tensor: Tensor) -> None:
        """SymconvError where one entry is a sum of very many terms."""
        leaves = dict[str, int]()
        for e in self.backward.program.derivatives:
            leaves[e.key] = max(count_terms(e.rhs, {}, weights=leaves), leaves.get(e.key, 0))
        parts = leaves[self.result(tensor).key]
        if parts > MOST_PARTS:
            count = f"{parts:,}" if parts < VERY_MANY else "very many"
            name = f"d{self.backward.cost.key}/d{tensor.key}"
            raise SymconvError(
                f"an entry of {name} has {count} parts with all error signals put in",
                help=f"at most {MOST_PARTS:,}: take a smaller image or fewer layers, or ask for "
                "the derivation, in which error signals have names",
            )

    def _refuse_symbolic_sizes(self) -> None:
        shapes = (n for t in self.backward.program.tensors for n in t.shape)
        symbols = {s for n in shapes for s in n.free_symbols}
        if symbols:
            names = ", ".join(sorted(str(s) for s in symbols))
            raise SymconvError(
                f"single entries need numbers for the sizes {names}",
                help="write the network with numbers, such as `input x 5x5`",
            )


def count_expanded_terms(program: Program) -> dict[str, int]:
    """How many terms one entry of each derivative has at most, every delta put in, by key.

    Terms that are 0 count, too. The sizes of the program are numbers.
    """
    found: dict[str, int] = {}
    # In the order of the program, in which every delta stands in front of what reads it.
    for equation in program.derivatives:
        inside = max((found[k] for k in equation.reads if k in found), default=1)
        terms = count_terms(equation.rhs, {}) * inside
        found[equation.key] = max(terms, found.get(equation.key, 0))
    return found


def factor_common_terms(expr: Expr) -> Expr:
    """expr with what all of its terms have in common in front."""
    return factor_terms(expr)


def concrete_places(tensor: Tensor) -> list[Place]:
    """Every place of a tensor of concrete shape, row by row."""
    found: list[Place] = [()]
    for extent in tensor.shape:
        found = [(*p, n) for p in found for n in range(int(extent))]
    return found


def normalize_entry_name(name: str) -> str:
    """A name without braces, the subscript before the layer: `w^{1}_{1,2}` becomes `w_1,2^1`."""
    bare = re.sub(r"[\s{}\[\]()]", "", name)
    swapped = re.fullmatch(r"([A-Za-z0-9]+)\^([0-9]+)_([0-9,]+)", bare)
    return f"{swapped[1]}_{swapped[3]}^{swapped[2]}" if swapped else bare
