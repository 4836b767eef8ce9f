"""How a cost puts its entries together, in the usual words: sum or mean, over what, 1/2 or 1.

Read off the formula alone: a factor of 1/N is a mean over the indices whose extents multiply to N.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

from sympy import Expr, Mul, Rational, S, Sum, Symbol
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation, Program
from symconv.core.nodes import Equals, LogSumExp

HALF = Rational(1, 2)


@dataclass(frozen=True)
class Added:
    """A cost `factor` * sum: the extents of its indices, and which count samples and classes."""

    factor: Expr
    extents: dict[Symbol, Expr]
    samples: frozenset[Symbol]
    classes: frozenset[Symbol]

    @property
    def everything(self) -> frozenset[Symbol]:
        return frozenset(self.extents)

    def left(self, averaged: frozenset[Symbol]) -> Expr:
        """The factor that is left in front where a mean is taken over some of the indices."""
        return Mul(self.factor, *(n for v, n in self.extents.items() if v in averaged))

    def over(self, some: frozenset[Symbol]) -> str:
        """What these indices count: entries, samples, classes, places of all samples."""
        if not self.classes & self.everything and some == self.everything:
            return "entries"
        places = "places" if some - self.samples - self.classes else ""
        samples = "samples" if some & self.samples else ""
        first = "places of all samples" if places and samples else places or samples
        return " and ".join(filter(None, (first, "classes" if some & self.classes else "")))


def cost_words(equation: Equation, program: Program) -> str:
    """The words behind 'The cost C is'; none where the formula is no multiple of one sum."""
    added = _added(equation, program)
    if added is None:
        return ""
    sums = [_sum(added)] if abs(added.factor) in {S.One, HALF} else []
    means = [] if abs(added.factor) == 1 else list(_means(added))
    said = (sums + means)[:2] or [f"a sum over all {_all(added)}, times {added.factor}"]
    return ", which is ".join(said)


def _added(equation: Equation, program: Program) -> Added | None:
    """The parts of factor * sum."""
    sums = [a for a in Mul.make_args(equation.rhs) if isinstance(a, Sum)]
    factor = equation.rhs / sums[0] if len(sums) == 1 else S.Zero
    if factor == 0 or factor.has(Indexed):
        return None
    extents = {v: last - first + 1 for v, first, last in reversed(sums[0].limits)}
    return Added(factor, extents, _samples(equation, program), _classes(equation))


def _samples(equation: Equation, program: Program) -> frozenset[Symbol]:
    """The indices of the axes that run over samples."""
    accesses = equation.rhs.atoms(Indexed)
    places = (place for a in accesses for place in a.indices[: program.tensor(a).batch])
    return frozenset(v for v in places if isinstance(v, Symbol))


def _classes(equation: Equation) -> frozenset[Symbol]:
    """The indices compared with a label, or moving along an axis over which a softmax adds up."""
    accesses = equation.rhs.atoms(Indexed)
    labels = {e.place for e in equation.rhs.atoms(Equals)}
    summed = {
        other.indices[axis]
        for lse in equation.rhs.atoms(LogSumExp)
        for one in lse.function.atoms(Indexed)
        for axis, place in enumerate(one.indices)
        if place in lse.variables
        for other in accesses
        if other.base == one.base
    }
    return frozenset(v for v in labels | summed if isinstance(v, Symbol))


def _sum(added: Added) -> str:
    """A sum over all entries, without a factor in front; half the sum over all entries."""
    if added.factor == 1:
        return f"a sum over all {_all(added)}, without a factor in front"
    if added.factor == -1:
        return f"minus the sum over all {_all(added)}, without another factor"
    return f"{_multiple(added.factor)}the sum over all {_all(added)}"


def _means(added: Added) -> Iterator[str]:
    """The mean over the N samples, each a sum over its entries: all that the formula is."""
    alone = added.everything - added.classes
    orders = dict.fromkeys((alone, added.everything, added.everything & added.samples))
    for averaged in filter(None, orders):
        factor, rest = added.left(averaged), added.everything - averaged
        if abs(factor) in {S.One, HALF}:
            number = _count([n for v, n in added.extents.items() if v in averaged])
            which = f"the {number}" if rest else f"all {number}"
            yield f"{_multiple(factor)}the mean over {which} {added.over(averaged)}" + (
                f", each a sum over {_of(added, rest)}" if rest else ""
            )


def _of(added: Added, rest: frozenset[Symbol]) -> str:
    """What is added up for each of those over which the mean is taken."""
    return f"the {added.over(rest)}" if rest & added.classes else "its entries"


def _all(added: Added) -> str:
    return added.over(added.everything)


def _multiple(factor: Expr) -> str:
    """Minus half."""
    return ("minus " if factor < 0 else "") + ("half " if abs(factor) == HALF else "")


def _count(extents: Sequence[Expr]) -> str:
    """How many there are: a number, or the sizes multiplied in reading order."""
    if all(n.is_Integer for n in extents):
        return str(prod(map(int, extents)))
    return "*".join(f"({n})" if n.is_Add else str(n) for n in extents if n != 1)
