"""The smallest numbers for which a claim fails, found by setting as much as possible to 0."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import chain, product
from random import Random

from symconv.claims.evaluation.arrays import ArrayValue, Value, apply_elementwise
from symconv.claims.evaluation.assign import assign_rationals
from symconv.claims.evaluation.assignment import (
    Assignment,
    all_places,
    leaf_tensors,
    list_labels,
)
from symconv.claims.evaluation.comparison import (
    DIFFERENT,
    EQUAL,
    Question,
    compare_everywhere,
    evaluate_part,
)
from symconv.claims.evaluation.decimals import format_decimal
from symconv.claims.evaluation.index_expressions import Environment
from symconv.claims.evaluation.interval_algebra import Interval, IntervalAlgebra, excludes_zero
from symconv.claims.evaluation.modular_field import Undefined
from symconv.claims.evaluation.summing_targets import sum_targets_of_point
from symconv.claims.model.budget import VERDICT_STEPS, OverBudget, limit_work, without_limit
from symconv.claims.model.context import NetworkContext
from symconv.core.errors import SymconvError
from symconv.core.nodes import MaxOver, absolute, relu
from symconv.notation.presets import entry_name
from symconv.semantics.index_arithmetic import Place

from .guided_points import HIGH, guide_points

EntryKey = tuple[str, Place]
Point = dict[EntryKey, int | Fraction]
SEED = 7
"""Any seed would do; a fixed one gives the same example at every run."""

TRIALS = 3_000
"""How many entries may be set altogether.

So a network of few entries gets more attempts than one of many.
"""

FEWEST_ATTEMPTS, MOST_ATTEMPTS = 12, 60
"""The least and the most points at which an example is looked for.

What was found to differ modulo the prime differs almost everywhere, so the first points decide; the
others are for what differs behind several switches only.
"""

SPARSE, FEW, FEW_OF_EACH = 4, 24, 3
"""So many attempts set few entries to 1, in networks of more than so many entries:

`FEW` of all, or `FEW_OF_EACH` of every tensor by turns. An example with few numbers needs less
shrinking, and can be read.
"""

WHOLE, UNITS = 4, (1, Fraction(1, 2), Fraction(1, 4), Fraction(1, 2))
"""So many attempts are with whole numbers, which are easier to read; then some are with parts."""

DEAR = 4_000
"""From how many terms a run on it is dear: 60 of them are a verdict's budget in exact numbers."""

MOST_VISITS, ONCE = 1_000_000, 2
"""How many terms all runs may visit together, and how many runs there are in any network.

A run visits some 4,000 terms where a 3 x 3 kernel slides over 8 x 8, and 100,000 at 32 x 32.
"""


def draw_small_points(context: NetworkContext) -> Iterator[Point]:
    """Small numbers at random, first of all few of them, in a network that has many.

    Every other time all are different, so that every maximum is unique.
    """
    names = [(t.key, p) for t in leaf_tensors(context) for p in all_places(context, t)]
    random = Random(SEED)  # noqa: S311 - test numbers, not secrets
    wanted = max(FEWEST_ATTEMPTS, min(MOST_ATTEMPTS, TRIALS // len(names)))
    # Few entries seldom show a difference. Where a run is dear, all of them are set at once.
    first = SPARSE if context.work > DEAR else 0
    for attempt in range(first, first + limit_runs(context, wanted)):
        yield _complete_point(context, _draw_point(names, random, attempt), random)


def draw_dense_points(context: NetworkContext) -> Iterator[Point]:
    """Points of numbers that are all different, so that no maximum is a tie."""
    names = [(t.key, p) for t in leaf_tensors(context) for p in all_places(context, t)]
    random = Random(SEED)  # noqa: S311 - test numbers, not secrets
    while True:
        yield _complete_point(context, _draw_point(names, random, 1 + SPARSE), random)


def _complete_point(context: NetworkContext, point: Point, random: Random) -> Point:
    """The point with a class for every label, and with targets that sum to 1 where they should."""
    found = point | _draw_labels(context, list(point), random)
    sum_targets_of_point(context, found)
    return found


def _draw_point(names: Sequence[EntryKey], random: Random, attempt: int) -> Point:
    """One choice of small numbers."""
    if attempt < SPARSE and len(names) > FEW:
        return _draw_sparse(names, random, each=attempt % 2 == 0)
    if attempt % 2:
        # Sizes that are all different leave no ties, so a wrong tie rule is not what the example
        # shows.
        sizes = random.sample(range(1, len(names) + 1), len(names))
        # Between whole numbers lies what tells a bend at 1 from one at 2: |d| < 1 from |d| < 2.
        unit = UNITS[attempt // 2 % len(UNITS)] if attempt > WHOLE else 1
        return {n: random.choice((1, -1)) * k * unit for n, k in zip(names, sizes, strict=True)}
    # The very first point is mostly ones: with it the example is easiest to follow by hand.
    choices = (1, -1, 2, -2) if attempt else (1, 1, 1, 2)
    return {n: random.choice(choices) for n in names}


def _draw_labels(context: NetworkContext, names: Sequence[EntryKey], random: Random) -> Point:
    """A class for every label."""
    labels = list_labels(context)
    return {n: random.choice(labels[n[0]]) for n in names if n[0] in labels}


def _draw_sparse(names: Sequence[EntryKey], random: Random, *, each: bool) -> Point:
    """Ones at a few places: of each tensor, or of all tensors together."""
    groups: dict[str, list[EntryKey]] = {}
    for name in names:
        groups.setdefault(name[0] if each else "", []).append(name)
    count = FEW_OF_EACH if each else FEW
    chosen = {n for g in groups.values() for n in random.sample(g, min(count, len(g)))}
    return {n: int(n in chosen) for n in names}


def limit_runs(context: NetworkContext, wanted: int) -> int:
    """At most `wanted` runs, and fewer for a large network."""
    return min(wanted, max(ONCE, MOST_VISITS // context.work))


SHRINKING_STEPS = VERDICT_STEPS // 4
"""What making an example small may take, so that enough is left for naming the mistake."""

FEWEST, MOST = 24, 150
"""The least and the most changes that shrinking a point may try; each is a run of the network."""

LONG = 1_000
"""Fractions with smaller denominators are shown in full, others to six digits."""

MOST_NAMES = 8
"""How many entries of one value are named."""

MOST_GROUPS = 12
"""How many different values are shown; an example that is not made small has one for each entry."""

MOST_PLACES = 8
"""At how many values of the free indices an example is looked for, spread over all of them."""

MOST_COMPONENTS = 9
"""How many components of an array are shown: those of a 3 x 3 kernel."""


@dataclass(frozen=True)
class PointRuns:
    """The runs of a network at one point; all values of the free indices share them."""

    context: NetworkContext
    point: Point
    _kept: dict[tuple[object, ...], Assignment] = field(default_factory=dict)

    def under(self, algebra: IntervalAlgebra) -> Assignment:
        """The numbers of the point, in an arithmetic."""
        how = algebra.exact.slope_at_zero, algebra.exact.last_wins, algebra.bits
        if how not in self._kept:
            given: dict[str, dict[Place, int | Fraction]] = {}
            for (key, place), value in self.point.items():
                given.setdefault(key, {})[place] = value
            self._kept[how] = assign_rationals(self.context, given, algebra)
        return self._kept[how]

    @cached_property
    def conventions(self) -> tuple[IntervalAlgebra, ...]:
        """The conventions that the network leaves open."""
        open_one = any(e.rhs.has(relu, absolute, MaxOver) for e in self.context.forward.equations)
        return (IntervalAlgebra(), *([IntervalAlgebra(1, last_wins=True)] if open_one else []))


@dataclass(frozen=True)
class Sides:
    """Both sides of a claim at one value of its free indices."""

    question: Question
    asked: int
    claimed: int
    env: Environment

    def at(
        self, runs: PointRuns, algebra: IntervalAlgebra, claimed: IntervalAlgebra | None = None
    ) -> tuple[Value, Value] | None:
        """What both sides are at a point; None where they have no value.

        The claimed one may follow other conventions than the truth.
        """
        with suppress(Undefined, SymconvError):
            return (
                evaluate_part(self.question, self.asked, runs.under(algebra), self.env),
                evaluate_part(
                    self.question, self.claimed, runs.under(claimed or algebra), self.env
                ),
            )
        return None

    def differ(self, point: Point) -> bool:
        """Whether the sides differ under every convention on ties and on relu'(0)."""
        return self.differ_in(PointRuns(self.question.context, point))

    def differ_in(self, runs: PointRuns) -> bool:
        """Whether the sides differ at a point under every convention on ties and on relu'(0)."""
        # Where a claim is right under another convention of ties or of relu'(0), it is not wrong,
        # so an example has to show the difference under all of them. What a bracket of the claim
        # is at a kink is its own convention: [x > 1] and 1 - step(1 - x) are one at all but 1.
        pairs = product(runs.conventions, repeat=2)
        return all(self._differ(runs, truth, claimed) for truth, claimed in pairs)

    def _differ(self, runs: PointRuns, algebra: IntervalAlgebra, claimed: IntervalAlgebra) -> bool:
        """Whether the bounds of the sides tell them apart, with more digits where they are needed.

        The bounds grow with what is added and rounded on the way, so that they are relative to the
        size of the terms; what is rational has no bounds, and the smallest difference counts.
        """
        pair = self.at(runs, algebra, claimed)
        if (
            pair is not None
            and has_interval(pair)
            and compare_everywhere([pair[0]], [pair[1]]) == EQUAL
        ):
            pair = self.at(runs, algebra.finer(), claimed.finer())
        return pair is not None and compare_everywhere([pair[0]], [pair[1]]) == DIFFERENT


def has_interval(values: Iterable[Value]) -> bool:
    """Whether there is an interval among the entries of some values."""
    return any(isinstance(x, Interval) for value in values for x in _entries(value))


def find_counterexample(  # noqa: PLR0913 - a question, and how it is asked
    question: Question,
    asked: int,
    claimed: int,
    envs: Sequence[Environment],
    *,
    small: bool = True,
    shown: Assignment | None = None,
) -> str:
    """`w_3^2 = y_1 = i_5 = 1, all else 0: true 0, yours -2`; empty where none was found.

    `shown` is an assignment in which the sides differ, if it is known in which choices they do.
    """
    for n, env in enumerate(envs[:: max(1, len(envs) // MOST_PLACES)]):
        sides = Sides(question, asked, claimed, env)
        guided = draw_guided_points(sides, shown) if n == 0 and shown is not None else ()
        for point in chain(guided, draw_small_points(question.context)):
            if sides.differ(point):
                with limit_work(SHRINKING_STEPS):
                    small_point = _shrink_point(sides, point) if small else point
                with without_limit():
                    return _format_example(sides, small_point)
    return ""


def draw_guided_points(sides: Sides, shown: Assignment) -> Iterator[Point]:
    """Small numbers that make the choices in which the sides differ."""
    context = sides.question.context
    with suppress(Undefined, SymconvError):
        parts = (sides.asked, sides.claimed)
        left, right = (evaluate_part(sides.question, n, shown, sides.env) for n in parts)
        for wanted, point in zip(
            guide_points(left, right, shown), draw_dense_points(context), strict=False
        ):
            labels = list_labels(context)
            for name, value in wanted.items():
                # A winner keeps its own number, so that no two entries are equal.
                size = abs(Fraction(point[name]))
                plain = value if name[0] in labels else size * (1 if value > 0 else -1)
                point[name] = plain + (value if value == HIGH else 0)
            sum_targets_of_point(context, point)
            yield point


def _shrink_point(sides: Sides, point: Point) -> Point:
    """The point with as many zeros as the difference survives, halves first, then one by one."""
    names = list(point)
    trials = limit_runs(sides.question.context, max(FEWEST, min(MOST, TRIALS // len(names))))
    for change in _shrink_steps(names, point):
        news = {n: v for n, v in change.items() if point[n] and point[n] != v}
        if not news:
            continue
        if trials == 0:
            break
        trials -= 1
        trial = {**point, **news}
        sum_targets_of_point(sides.question.context, trial)
        try:
            if sides.differ(trial):
                point = trial
        except OverBudget:
            break
    return point


def _shrink_steps(names: Sequence[EntryKey], point: Point) -> Iterator[Point]:
    """Zeros for ever smaller groups of entries, and then ones for single entries."""
    size = len(names)
    # Halves, quarters, ... and single entries: some 2 n steps, and most entries go in the first
    # few.
    while size >= 1:
        for start in range(0, len(names), size):
            yield dict.fromkeys(names[start : start + size], 0)
        size //= 2
    for name in names:
        if point[name] not in {0, 1}:
            yield {name: 1}


def _entries(value: Value) -> tuple[Fraction | Interval, ...]:
    return value.entries if isinstance(value, ArrayValue) else (value,)


def _format_example(sides: Sides, point: Point) -> str:
    context = sides.question.context
    groups: dict[int | Fraction, list[str]] = {}
    for (key, place), value in point.items():
        if value:
            name = entry_name(context.program.tensor(key), place, context.notation)
            groups.setdefault(value, []).append(name)
    at = ", ".join(f"{k} = {n}" for k, n in sides.env.items())
    shown = sorted(groups.items(), reverse=True)[:MOST_GROUPS]
    set_to = ", ".join(_format_equal_entries(names, n) for n, names in shown)
    set_to += f", and {len(groups) - MOST_GROUPS} more numbers" if len(groups) > MOST_GROUPS else ""
    runs = PointRuns(context, point)
    pair = sides.at(runs, IntervalAlgebra().finer()) or sides.at(runs, IntervalAlgebra())
    assert pair is not None
    where = "; ".join(x for x in (at, f"{set_to}, all else 0" if set_to else "all 0") if x)
    true, yours = map(_format_short, pair)
    difference = apply_elementwise(pair[1], pair[0], lambda a, b: a + -1 * b)
    more = f", a difference of {_format_short(difference)}" if true == yours else ""
    return f"{where}: true {true}, yours {yours}{more}"


def _format_equal_entries(names: Sequence[str], value: int | Fraction) -> str:
    return f"{' = '.join(names[:MOST_NAMES])}{' = ...' * (len(names) > MOST_NAMES)} = {value}"


def _format_short(value: Value) -> str:
    texts = [_format_number(x) for x in _entries(value)]
    return texts[0] if len(texts) == 1 else "[" + ", ".join(texts[:MOST_COMPONENTS]) + "]"


def _format_number(x: Fraction | Interval) -> str:
    """A short fraction in full, anything else to six digits; 0 where the bounds hold it."""
    if isinstance(x, Interval):
        return format_decimal((x.low + x.high) / 2, 6) if excludes_zero(x) else "0"
    short = x.denominator < LONG and abs(x.numerator) < LONG**3
    return str(x) if short else format_decimal(x, 6)
