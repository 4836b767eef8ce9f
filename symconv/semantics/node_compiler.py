"""The meaning of a formula: one closure per node, chosen by the node's class.

`meaning(e, scope)` answers a closure from the list of index values to a scalar. Sizes, tensors and
the algebra are fixed when it is made; the modules `accesses`, `arithmetic`, `sums`, `maxima`
and `derivatives` state the nodes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import singledispatch
from typing import Any

from sympy import Basic, Symbol

from symconv.core.equation import Equation
from symconv.core.errors import Unsupported

from .index_arithmetic import Environment, Place, Read, Sizes, Slots, find_free_symbols
from .protocol import Algebra, Scalar

ZERO, ONE = Fraction(0), Fraction(1)

Table = Mapping[Place, Scalar]
Writers = Mapping[str, Sequence[Equation]]
"""The equations that compute a tensor, by its key."""


@dataclass(frozen=True)
class Seed:
    """The entry that a derivative is taken by: a tensor, and a cell with the entry's place.

    `read` collects the places of the tensor that are read.
    """

    key: str
    cell: list[Place | None]
    level: int
    read: set[Place]


@dataclass(frozen=True)
class EvaluationScope:
    """All that a formula's meaning depends on.

    `tables` hold the entries of the tensors, `equations` say what a value is computed from (for
    derivatives only), `slots` say where the value of an index stands in `environment`. In a
    `strict` scope (the body of a maximum) an absent entry is an error instead of 0.
    """

    sizes: Sizes
    tables: Mapping[str, Table]
    algebra: Algebra
    equations: Writers = field(default_factory=dict)
    slots: Slots = field(default_factory=dict)
    environment: Environment = field(default_factory=list)
    seeds: tuple[Seed, ...] = ()
    strict: bool = False

    def bind(self, variables: Sequence[Symbol]) -> EvaluationScope:
        """The scope inside a binder: a new slot for each variable."""
        first = len(self.environment)
        # One list for the whole formula, a slot for each binder: shadowed names need no renaming
        # here.
        self.environment.extend([0] * len(variables))
        slots = {**self.slots, **{v: first + n for n, v in enumerate(variables)}}
        return replace(self, slots=slots)

    @property
    def zero(self) -> Scalar:
        return self.algebra.number(ZERO)

    @property
    def one(self) -> Scalar:
        return self.algebra.number(ONE)


def compile_formula(e: Basic, scope: EvaluationScope) -> Read:
    """The closure that evaluates a formula; a formula in sizes alone is evaluated once."""
    evaluate = compile_node(e, scope)
    # No index and no tensor (SymPy counts its label as a symbol): the value never changes.
    if find_free_symbols(e) <= scope.sizes.keys():
        value = evaluate(scope.environment)
        return lambda _: value
    return evaluate


@singledispatch
def compile_node(e: Any, _scope: EvaluationScope) -> Read:
    """The closure for one node; each class of nodes registers its own."""
    raise Unsupported(f"'{type(e).__name__}' has no meaning in the interpreter: {e}")
