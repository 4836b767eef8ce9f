"""The value of a formula given as a tree, at one choice of sizes, entries and indices."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import product

from .replay_scalars import (
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
from .replay_tree import FUNCTIONS, Tree, refused

MOST_TURNS = 10_000
BRACKETS = {"KroneckerDelta", "Box", "Equals"}
Place = tuple[int, ...]
Whole = int | Fraction
Environment = Mapping[str, Whole]
Entry = Callable[[str, Place], Number]


class TooMuchError(Exception):
    """More work than a replay may do."""


@dataclass
class Work:
    """What is left of the work that one replay may do."""

    left: int

    def spend(self) -> None:
        """One leaf of a formula was visited."""
        self.left -= 1
        if self.left < 0:
            raise TooMuchError


def index(tree: Tree, at: Environment) -> Whole:
    """The value of an index, an extent or an exponent."""
    match tree.op:
        case "number":
            assert not isinstance(tree.leaf, str)
            return tree.leaf
        case "symbol":
            if tree.leaf not in at:
                raise refused(f"the symbol {tree.leaf!a} is neither an index nor a size")
            return at[str(tree.leaf)]
        case "Add":
            return sum([index(a, at) for a in tree.args])
        case "Mul":
            return math.prod([index(a, at) for a in tree.args])
        case "Pow":
            return Fraction(power(index(tree.args[0], at), Fraction(index(tree.args[1], at))))
    raise refused(f"'{tree.op}' inside an index")


@dataclass(frozen=True)
class World:
    """Shapes, and where entries come from; `definitions` say what a computed entry stands for."""

    shapes: Mapping[str, Place]
    entry: Entry
    definitions: Callable[[str, Place], tuple[Tree, Environment] | None]
    exact: bool
    work: Work
    watched: dict[tuple[str, Place], Node] | None = None
    kept: dict[tuple[int, Place], Place] = field(default_factory=dict)

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
                found = self.read(e, at)
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
        body, limits = e.args[0], e.args[:0:-1]
        factors = body.args if body.op == "Mul" else (body,)
        bound = [str(limit.args[0].leaf) for limit in limits]
        tests: list[list[Tree]] = [[] for _ in bound]
        rest: list[Tree] = []
        for f in factors:
            inside = {p.leaf for p in f.parts() if p.op == "symbol"} if f.op in BRACKETS else set()
            depth = max((n for n, v in enumerate(bound) if v in inside), default=-1)
            (tests[depth] if depth >= 0 else rest).append(f)
        here = dict(at)

        def loop(depth: int) -> Number:
            if depth == len(bound):
                return self.product(rest, here)
            total: Number = 0
            for n in span(limits[depth], here):
                here[bound[depth]] = n
                if all(self.value(t, here) for t in tests[depth]):
                    total = total + loop(depth + 1)
            return total

        return loop(0)

    def product(self, factors: Sequence[Tree], at: Environment) -> Number:
        """A product: 0 as soon as a factor is 0, whatever the others are."""
        result: Number = 1
        for factor in sorted(factors, key=_rank):
            x = self.value(factor, at)
            if not isinstance(x, Node) and x == 0:
                return 0
            result = result * x
        return result

    def place(self, e: Tree, at: Environment) -> Place | None:
        """Where an entry stands; None where it is absent."""
        key = str(e.leaf)
        if key not in self.shapes or len(self.shapes[key]) != len(e.args):
            raise refused(f"an entry of {key!a}, which has no such shape")
        place = [index(a, at) for a in e.args]
        inside = (
            p.denominator == 1 and 0 <= p < n for p, n in zip(place, self.shapes[key], strict=True)
        )
        return tuple(int(p) for p in place) if all(inside) else None

    def read(self, e: Tree, at: Environment) -> Number | None:
        """An entry; None where it is absent. A derivative watches what is read."""
        place = self.place(e, at)
        if place is None:
            return None
        x = self.entry(str(e.leaf), place)
        if self.watched is None:
            return x
        return self.watched.setdefault((str(e.leaf), place), Node(value_of(x)))

    def window(self, e: Tree, at: Environment) -> Iterator[tuple[Environment, Number]]:
        """What a maximum or log-sum-exp is taken of: the entries that are present."""
        body = e.args[0]
        for v in turns(e.args[1:], at):
            x = self.read(body, v) if body.op == "entry" else self.value(body, v)
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
        inner = replace(self, watched=seen)
        if self.watched is not None:
            raise refused("a derivative of a derivative")
        place = self.place(by, at)
        if of.op == "entry" and of.leaf != by.leaf:
            where = self.place(of, at)
            meaning = None if where is None else self.definitions(str(of.leaf), where)
            result = 0 if meaning is None else inner.value(*meaning)
        else:
            result = inner.value(of, at)
        if place is None or not isinstance(result, Node) or (str(by.leaf), place) not in seen:
            return 0
        return slopes({result: 1}).get(seen[str(by.leaf), place], 0)


def turns(limits: Sequence[Tree], at: Environment) -> Iterator[Environment]:
    """The environments that limits run over, the first one outermost."""
    spans = [span(limit, at) for limit in limits]
    names = [str(limit.args[0].leaf) for limit in limits]
    for values in product(*spans):
        yield {**at, **dict(zip(names, values, strict=True))}


def span(limit: Tree, at: Environment) -> range:
    """The values of one bound index."""
    low, high = (index(end, at) for end in limit.args[1:])
    if low.denominator != 1 or high.denominator != 1 or high - low > MOST_TURNS:
        raise refused("a sum whose limits are no small integers")
    return range(int(low), int(high) + 1)


def _rank(e: Tree) -> int:
    """Brackets first, then entries; powers, which may have no value, last."""
    order = {"KroneckerDelta": 0, "Box": 0, "Equals": 0, "OneHot": 1, "entry": 1, "Pow": 3}
    return order.get(e.op, 2)
