"""The value of a formula given as a tree, at one choice of sizes, entries and indices."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from .entries import (
    Environment,
    Place,
    TensorEntries,
    Whole,
    index_range,
    index_value,
    iterate_indices,
)
from .json_tree import FUNCTIONS, JsonTree, json_form_error, too_large
from .scalars import (
    EXACT,
    FLOATS,
    NoValueError,
    Number,
    TapeNumber,
    apply_with_slope,
    backpropagate,
    primal_value,
    raise_power,
    reduce_log_sum_exp,
)

BRACKETS = {"KroneckerDelta", "Box", "Equals"}


@dataclass(frozen=True)
class LoopNest:
    """A sum as loops, outermost first: the brackets that each index decides, and what is left."""

    bound: tuple[str, ...]
    limits: tuple[JsonTree, ...]
    tests: tuple[tuple[JsonTree, ...], ...]
    body: tuple[JsonTree, ...]


def build_loop_nest(e: JsonTree) -> LoopNest:
    """A sum with every bracket of its body at the first loop where its indices are known."""
    body, limits = e.args[0], e.args[:0:-1]
    bound = tuple(str(limit.args[0].leaf) for limit in limits)
    tests: list[list[JsonTree]] = [[] for _ in bound]
    rest: list[JsonTree] = []
    for f in body.args if body.op == "Mul" else (body,):
        inside = {p.leaf for p in f.parts() if p.op == "symbol"} if f.op in BRACKETS else set()
        depth = max((n for n, v in enumerate(bound) if v in inside), default=-1)
        (tests[depth] if depth >= 0 else rest).append(f)
    return LoopNest(bound, limits, tuple(map(tuple, tests)), tuple(rest))


def order_factors(factors: Sequence[JsonTree]) -> list[JsonTree]:
    """Brackets first, then entries; powers, which may have no value, last."""
    return sorted(factors, key=_factor_rank)


def _factor_rank(e: JsonTree) -> int:
    order = {"KroneckerDelta": 0, "Box": 0, "Equals": 0, "OneHot": 1, "entry": 1, "Pow": 3}
    return order.get(e.op, 2)


MOST_WORK = 1_000_000
"""How many parts of formulas one step may visit, and the forward pass: some seconds."""

MOST_ALTOGETHER = 10_000_000
"""How many parts a whole file may visit, about a minute; the examples need less than 200,000."""


class BudgetExceededError(Exception):
    """More work than one step may do."""


@dataclass
class Budget:
    """What is left of the work that one step, and the whole replay, may do."""

    left: int = MOST_WORK
    altogether: int = MOST_ALTOGETHER

    def renew(self) -> None:
        """Another step begins."""
        self.left = MOST_WORK

    def spend(self) -> None:
        """A part of a formula is visited; TooMuchError where the step is too large."""
        self.left -= 1
        self.charge(1)
        if self.left < 0:
            raise BudgetExceededError

    def charge(self, parts: int) -> None:
        """Parts or places of no single step; SymconvError where the whole is too large."""
        self.altogether -= parts
        if self.altogether < 0:
            raise too_large(f"it visits over {MOST_ALTOGETHER:,} parts of formulas")


@dataclass(frozen=True)
class Evaluation:
    """Evaluates formulas: entries, what the computed ones stand for, exact numbers or floats."""

    entries: TensorEntries
    definitions: Callable[[str, Place], tuple[JsonTree, Environment] | None]
    exact: bool
    work: Budget

    def value(self, e: JsonTree, at: Environment) -> Number:  # noqa: C901, PLR0911, PLR0912 - one case an operation
        """The value of a formula."""
        self.work.spend()
        match e.op:
            case "number":
                return e.leaf if self.exact else float(e.leaf)
            case "symbol":
                return index_value(e, at) if self.exact else float(index_value(e, at))
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
                return raise_power(self.value(e.args[0], at), Fraction(index_value(e.args[1], at)))
            case "Sum":
                return self.total(e, at)
            case "MaxOver" | "LogSumExp":
                return self.reduced(e, at)
            case "OneHot":
                here = tuple(index_value(a, at) for a in e.args[1:])
                return int(here == self.first(e.args[0], at))
            case "KroneckerDelta":
                return int(index_value(e.args[0], at) == index_value(e.args[1], at))
            case "Box":
                place = index_value(e.args[0], at)
                return int(place.denominator == 1 and 0 <= place < index_value(e.args[1], at))
            case "Equals":
                return int(index_value(e.args[0], at) == primal_value(self.value(e.args[1], at)))
            case "Partial":
                return self.partial(e, at)
        if e.op in FUNCTIONS:
            return apply_with_slope(
                e.op, EXACT if self.exact else FLOATS, self.value(e.args[0], at)
            )
        raise json_form_error(f"'{e.op}' inside a formula")

    def total(self, e: JsonTree, at: Environment) -> Number:
        """A sum; a bracket that is 0 ends a loop as soon as its indices are known."""
        loops, here = build_loop_nest(e), dict(at)

        def loop(depth: int) -> Number:
            if depth == len(loops.bound):
                return self.product(loops.body, here)
            total: Number = 0
            for n in index_range(loops.limits[depth], here):
                here[loops.bound[depth]] = n
                if all(self.value(t, here) for t in loops.tests[depth]):
                    total = total + loop(depth + 1)
            return total

        return loop(0)

    def product(self, factors: Sequence[JsonTree], at: Environment) -> Number:
        """A product: 0 as soon as a factor is 0, whatever the others are."""
        result: Number = 1
        for factor in order_factors(factors):
            x = self.value(factor, at)
            # A 0 on the tape has a derivative that may not be 0, so the product goes on.
            if not isinstance(x, TapeNumber) and x == 0:
                return 0
            result = result * x
        return result

    def window(self, e: JsonTree, at: Environment) -> Iterator[tuple[Environment, Number]]:
        """What a maximum or log-sum-exp is taken of: the entries that are present."""
        body = e.args[0]
        for v in iterate_indices(e.args[1:], at):
            x = self.entries.read(body, v) if body.op == "entry" else self.value(body, v)
            if x is not None:
                yield v, x

    def reduced(self, e: JsonTree, at: Environment) -> Number:
        """The first largest value, or log-sum-exp."""
        # Python's `max` keeps the first of equals: the house's tie rule, in this window's row-major
        # order.
        values = [x for _, x in self.window(e, at)]
        if not values:
            raise NoValueError("an empty window")
        return reduce_log_sum_exp(values) if e.op == "LogSumExp" else max(values, key=primal_value)

    def first(self, e: JsonTree, at: Environment) -> tuple[Whole, ...]:
        """The place of the first largest entry of a window, row by row."""
        found = list(self.window(e, at))
        if not found:
            raise NoValueError("an empty window")
        best, _ = max(found, key=lambda pair: primal_value(pair[1]))
        return tuple(best[str(limit.args[0].leaf)] for limit in e.args[1:])

    def partial(self, e: JsonTree, at: Environment) -> Number:
        """D of / d by, everything else that `of` reads being held fixed."""
        of, by = e.args
        seen: dict[tuple[str, Place], TapeNumber] = {}
        inner = replace(self, entries=replace(self.entries, watched=seen))
        if self.entries.watched is not None:
            raise json_form_error("a derivative of a derivative")
        place = self.entries.place(by, at)
        if of.op == "entry" and of.leaf != by.leaf:
            where = self.entries.place(of, at)
            meaning = None if where is None else self.definitions(str(of.leaf), where)
            result = 0 if meaning is None else inner.value(*meaning)
        else:
            result = inner.value(of, at)
        if place is None or not isinstance(result, TapeNumber) or (str(by.leaf), place) not in seen:
            return 0
        return backpropagate({result: 1}).get(seen[str(by.leaf), place], 0)
