"""A small concrete case beside the general formula: every gradient entry by entry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod

from sympy import Expr, Integer, Symbol, count_ops

from symconv.core.equation import Program
from symconv.core.errors import SymconvError
from symconv.core.proof import Backward
from symconv.core.tensor import Tensor
from symconv.notation.presets import Notation, entry_name, entry_symbol
from symconv.semantics.entrywise import Place, factor_common_terms
from symconv.semantics.index_arithmetic import as_integer
from symconv.semantics.run import unroll
from symconv.structure.smallest_sizes import choose_smallest_sizes

MOST_ENTRIES, MOST_OPERATIONS = 40, 60
"""How many entries of a tensor the smallest case may have, and how many operations each formula.

Beyond it nothing is written out: a case that fills pages explains nothing.
"""

MOST_SCALARS = 20_000
"""How many entries of tensors the formulas may go through; the smallest sizes need far fewer."""


@dataclass(frozen=True)
class SmallestCase:
    """The backward pass at the smallest sizes that show it; error signals stay symbols."""

    forward: Program
    backward: Backward
    notation: Notation

    @cached_property
    def sizes(self) -> dict[Symbol, int]:
        """The value of every size symbol; none where all sizes are numbers."""
        return choose_smallest_sizes(self.forward) if self.forward.free_sizes else {}

    @cached_property
    def entries(self) -> tuple[tuple[str, Expr], ...]:
        """dC/d(entry) and its formula; nothing where there are too many entries to write out."""
        return tuple(line for tensor in self.backward.wrt for line in self._lines(tensor))

    def _lines(self, tensor: Tensor) -> Iterator[tuple[str, Expr]]:
        shown = self._concrete(tensor)
        if prod(shown.shape) > MOST_ENTRIES:
            return
        values = self._values(tensor)
        if any(count_ops(e) > MOST_OPERATIONS for e in values.values()):
            return
        for place, e in values.items():
            yield (
                f"d{self.backward.cost.key}/d{entry_name(shown, place, self.notation)}",
                factor_common_terms(e),
            )

    def _values(self, tensor: Tensor) -> dict[Place, Expr]:
        program = self.backward.program
        derivation = self.backward.derivation(tensor.key)
        if derivation is None:
            return {}
        key = derivation.equation.key
        kept = {t.key for t in program.tensors if t.role in {"value", "mask", "delta"}} - {key}
        try:
            return unroll(program, self.sizes, [key], self._symbol, keep=kept, limit=MOST_SCALARS)[
                key
            ]
        except SymconvError:
            return {}

    def _symbol(self, tensor: Tensor, place: Place) -> Symbol:
        return entry_symbol(self._concrete(tensor), place, self.notation)

    def _concrete(self, tensor: Tensor) -> Tensor:
        """The tensor with numbers for its sizes."""
        return replace(
            tensor, shape=tuple(Integer(as_integer(n, self.sizes)) for n in tensor.shape)
        )
