"""The value of a formula given as a tree, at one choice of sizes, entries and indices."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from .entries import Entries
from .indices import Environment, Place, Whole, index, span, turns
from .scalars import (
    EXACT,
    FLOATS,
    Node,
    NoValueError,
    Number,
    applied,
    log_sum_exp,
    power,
    slopes,
    value_of,
)
from .sums import loops_of, ordered
from .tree import FUNCTIONS, Tree, refused
from .work import Work


@dataclass(frozen=True)
class World:
    """Entries and what the computed ones stand for; `exact` numbers or floats."""

    entries: Entries
    definitions: Callable[[str, Place], tuple[Tree, Environment] | None]
    exact: bool
    work: Work

    def value(self, e: Tree, at: Environment) -> Number:  # noqa: C901, PLR0911, PLR0912 - one case an operation
        """The value of a formula."""
        self.work.spend()
        match e.op:
            case "number":
                return e.leaf if self.exact else float(e.leaf)
            case "symbol":
                return index(e, at) if self.exact else float(index(e, at))
            case "Pi" | "Exp1":
                return math.pi if e.op == "Pi" else math.e
            case "entry":
                found = self.entries.read(e, at)
                return 0 if found is None else found
            case "Add":
                return sum((self.value(a, at) for a in e.args), 0)
            case "Mul":
                return self.product(e.args, at)
            case "Pow":
                return power(self.value(e.args[0], at), Fraction(index(e.args[1], at)))
            case "Sum":
                return self.total(e, at)
            case "MaxOver" | "LogSumExp":
                return self.reduced(e, at)
            case "OneHot":
                here = tuple(index(a, at) for a in e.args[1:])
                return int(here == self.first(e.args[0], at))
            case "KroneckerDelta":
                return int(index(e.args[0], at) == index(e.args[1], at))
            case "Box":
                place = index(e.args[0], at)
                return int(place.denominator == 1 and 0 <= place < index(e.args[1], at))
            case "Equals":
                return int(index(e.args[0], at) == value_of(self.value(e.args[1], at)))
            case "Partial":
                return self.partial(e, at)
        if e.op in FUNCTIONS:
            return applied(e.op, EXACT if self.exact else FLOATS, self.value(e.args[0], at))
        raise refused(f"'{e.op}' inside a formula")

    def total(self, e: Tree, at: Environment) -> Number:
        """A sum; a bracket that is 0 ends a loop as soon as its indices are known."""
        loops, here = loops_of(e), dict(at)

        def loop(depth: int) -> Number:
            if depth == len(loops.bound):
                return self.product(loops.body, here)
            total: Number = 0
            for n in span(loops.limits[depth], here):
                here[loops.bound[depth]] = n
                if all(self.value(t, here) for t in loops.tests[depth]):
                    total = total + loop(depth + 1)
            return total

        return loop(0)

    def product(self, factors: Sequence[Tree], at: Environment) -> Number:
        """A product: 0 as soon as a factor is 0, whatever the others are."""
        result: Number = 1
        for factor in ordered(factors):
            x = self.value(factor, at)
            if not isinstance(x, Node) and x == 0:
                return 0
            result = result * x
        return result

    def window(self, e: Tree, at: Environment) -> Iterator[tuple[Environment, Number]]:
        """What a maximum or log-sum-exp is taken of: the entries that are present."""
        body = e.args[0]
        for v in turns(e.args[1:], at):
            x = self.entries.read(body, v) if body.op == "entry" else self.value(body, v)
            if x is not None:
                yield v, x

    def reduced(self, e: Tree, at: Environment) -> Number:
        """The first largest value, or log-sum-exp."""
        values = [x for _, x in self.window(e, at)]
        if not values:
            raise NoValueError("an empty window")
        return log_sum_exp(values) if e.op == "LogSumExp" else max(values, key=value_of)

    def first(self, e: Tree, at: Environment) -> tuple[Whole, ...]:
        """The place of the first largest entry of a window, row by row."""
        found = list(self.window(e, at))
        if not found:
            raise NoValueError("an empty window")
        best, _ = max(found, key=lambda pair: value_of(pair[1]))
        return tuple(best[str(limit.args[0].leaf)] for limit in e.args[1:])

    def partial(self, e: Tree, at: Environment) -> Number:
        """D of / d by, everything else that `of` reads being held fixed."""
        of, by = e.args
        seen: dict[tuple[str, Place], Node] = {}
        inner = replace(self, entries=replace(self.entries, watched=seen))
        if self.entries.watched is not None:
            raise refused("a derivative of a derivative")
        place = self.entries.place(by, at)
        if of.op == "entry" and of.leaf != by.leaf:
            where = self.entries.place(of, at)
            meaning = None if where is None else self.definitions(str(of.leaf), where)
            result = 0 if meaning is None else inner.value(*meaning)
        else:
            result = inner.value(of, at)
        if place is None or not isinstance(result, Node) or (str(by.leaf), place) not in seen:
            return 0
        return slopes({result: 1}).get(seen[str(by.leaf), place], 0)
