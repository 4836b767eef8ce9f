"""Errors that go back the way the values came: through a maximum, a mean or a copy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Literal

from sympy import Expr, Integer, Sum, Symbol, expand
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation, Program, Ranges
from symconv.core.nodes import MaxOver
from symconv.core.proof import Derivation
from symconv.core.tensor import key_of
from symconv.semantics.index_arithmetic import Sizes, as_integer

from .grids import Place
from .sample_points import Entries, SamplePoint

MOST_READS = 200_000
"""The most reads of a forward pass that a proof goes through; 40,000 take about a second."""

RoutingKind = Literal["maximum", "sum", "copy"]


@dataclass(frozen=True)
class Routing:
    """Every entry of `first` is added to the places of `target` that its value was read from.

    `way` is what the forward equation does with the places that it reads, which are `access`, for
    the indices of `ranges`. Where that is a maximum, `mask` says which of them it was.
    """

    way: RoutingKind
    first: Indexed
    mask: Indexed | None
    forward: Equation
    access: Indexed
    ranges: Ranges
    target: Equation

    def value(self, trial: SamplePoint) -> Entries:
        """The entries by going through all reads of the forward pass, one after another."""
        shape = [trial.whole(n) for n in self.access.base.shape]
        errors = trial.grid(self.first)
        marks = trial.grid(self.mask) if self.mask is not None else None
        found: dict[Place, int] = defaultdict(int)
        for out, inner, place in self._reads(trial):
            if all(0 <= p < n for p, n in zip(place, shape, strict=True)):
                factor = 1 if marks is None else marks.get((*out, *inner), 0)
                found[place] += factor * errors.get(out, 0)
        lines = [AffineIndex.of(e, [v for v, _ in self.target.ranges], trial) for e in self._left]
        return lambda place: found[tuple(line.at([*place.values()]) for line in lines)]

    @property
    def _left(self) -> Sequence[Expr]:
        return self.target.lhs.indices

    def _reads(self, trial: SamplePoint) -> Iterator[tuple[Place, Place, Place]]:
        """An output, the place in its window, and the place of the input that it reads there."""
        variables = [v for v, _ in self.ranges]
        outs = [AffineIndex.of(e, variables, trial) for e in self.forward.lhs.indices]
        reads = [AffineIndex.of(e, variables, trial) for e in self.access.indices]
        count = len(self.forward.ranges)
        for values in product(*(range(trial.whole(n)) for _, n in self.ranges)):
            out = tuple(line.at(values) for line in outs)
            yield out, values[count:], tuple(line.at(values) for line in reads)


@dataclass(frozen=True)
class AffineIndex:
    """An index expression at given sizes: a number plus a multiple of every index."""

    constant: int
    factors: tuple[int, ...]

    @classmethod
    def of(cls, e: Expr, variables: Sequence[Symbol], trial: SamplePoint) -> AffineIndex:
        rest = expand(e)
        factors = tuple(rest.coeff(v, 1) for v in variables)
        constant = rest.xreplace({v: Integer(0) for v in variables})
        return cls(trial.whole(constant), tuple(map(trial.whole, factors)))

    def at(self, values: Sequence[int]) -> int:
        return self.constant + sum(f * v for f, v in zip(self.factors, values, strict=True))


def match_routing(program: Program, derivation: Derivation) -> tuple[Expr, Routing] | None:
    """How errors go back through a single equation that only selects, adds up or copies."""
    if len(derivation.via) != 1:
        return None
    (forward,) = derivation.via
    way = _routing_kind(forward)
    errors = _accesses_with_role(program, derivation.equation, "delta")
    masks = _accesses_with_role(program, derivation.equation, "mask")
    if way is None or len(errors) != 1 or len(masks) != (way[0] == "maximum"):
        return None
    name, coefficient, access, ranges = way
    if key_of(access) != derivation.of.key:
        return None
    mask = masks[0] if masks else None
    found = Routing(name, errors[0], mask, forward, access, ranges, derivation.equation)
    return coefficient, found


def _routing_kind(forward: Equation) -> tuple[RoutingKind, Expr, Indexed, Ranges] | None:
    """(kind, coefficient, access, ranges) of c max, c sum or a copy of one access; else None."""
    rhs = forward.rhs
    if isinstance(rhs, Indexed):
        return "copy", Integer(1), rhs, forward.ranges
    coefficient, node = rhs.as_independent(Sum, MaxOver, as_Add=False)
    if not isinstance(node, Sum | MaxOver) or not isinstance(node.function, Indexed):
        return None
    if coefficient.has(Indexed):
        return None
    bound = tuple((v, last + 1) for v, _, last in node.limits)
    if isinstance(node, MaxOver):
        return ("maximum", coefficient, node.function, (*forward.ranges, *bound))
    return "sum", coefficient, node.function, (*forward.ranges, *bound)


def _accesses_with_role(program: Program, equation: Equation, role: str) -> list[Indexed]:
    """The accesses of a role, one of each tensor."""
    found: Mapping[Expr, Indexed] = {
        a.base: a
        for a in sorted(equation.rhs.atoms(Indexed), key=str)
        if program.tensor(a).role == role
    }
    return list(found.values())


def count_reads(operation: Routing, sizes: Sizes) -> int:
    """How many reads there are at given sizes."""
    return prod(as_integer(n, sizes) for _, n in operation.ranges)
