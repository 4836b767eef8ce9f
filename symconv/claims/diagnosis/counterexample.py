"""The smallest numbers for which a claim fails, found by setting as much as possible to 0."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction

from symconv.claims.evaluation.arrays import Array, Value, zipped
from symconv.claims.evaluation.assignments import rational_world
from symconv.claims.evaluation.comparison import DIFFERENT, EQUAL, Question, agree, evaluated
from symconv.claims.evaluation.decimals import decimal
from symconv.claims.evaluation.indices import Environment
from symconv.claims.evaluation.interval_algebra import Enclosures
from symconv.claims.evaluation.intervals import Interval, apart_from_zero
from symconv.claims.evaluation.modular_field import Undefined
from symconv.claims.model.facts import Facts
from symconv.core.errors import SymconvError
from symconv.core.nodes import MaxOver, absolute, relu
from symconv.notation.presets import entry_name
from symconv.semantics.places import Place

from .small_points import TRIALS, Name, Point, affordable, small_points

FEWEST, MOST = 24, 150
LONG = 1_000
MOST_NAMES = 8
MOST_PLACES = 8


@dataclass(frozen=True)
class Sides:
    """Both sides of a claim at one value of its free indices."""

    question: Question
    asked: int
    claimed: int
    env: Environment

    def at(self, point: Point, algebra: Enclosures) -> tuple[Value, Value] | None:
        """What both sides are at a point; None where they have no value."""
        given: dict[str, dict[Place, Fraction]] = {}
        for (key, place), value in point.items():
            given.setdefault(key, {})[place] = Fraction(value)
        world = rational_world(self.question.facts, given, algebra)
        with suppress(Undefined, SymconvError):
            asked, claimed = (
                evaluated(self.question, n, world, self.env) for n in (self.asked, self.claimed)
            )
            return asked, claimed
        return None

    def differ(self, point: Point) -> bool:
        """Whether the sides differ under every convention on ties and on relu'(0)."""
        return all(self._differ(point, a) for a in _algebras(self.question.facts))

    def _differ(self, point: Point, algebra: Enclosures) -> bool:
        """Whether the bounds of the sides tell them apart, with more digits where they are needed.

        The bounds grow with what is added and rounded on the way, so that they are relative to the
        size of the terms; what is rational has no bounds, and the smallest difference counts.
        """
        pair = self.at(point, algebra)
        if pair is not None and rounded(pair) and agree([pair[0]], [pair[1]]) == EQUAL:
            pair = self.at(point, algebra.finer())
        return pair is not None and agree([pair[0]], [pair[1]]) == DIFFERENT


def rounded(values: Iterable[Value]) -> bool:
    """Whether there is an interval among the entries of some values."""
    return any(isinstance(x, Interval) for value in values for x in _entries(value))


def counterexample(
    question: Question, asked: int, claimed: int, envs: Sequence[Environment], *, small: bool = True
) -> str:
    """`w_3^2 = y_1 = i_5 = 1, all else 0: true 0, yours -2`; empty where none was found."""
    for env in envs[:: max(1, len(envs) // MOST_PLACES)]:
        sides = Sides(question, asked, claimed, env)
        for point in small_points(question.facts):
            if sides.differ(point):
                return _written(sides, _smaller(sides, point) if small else point)
    return ""


def _algebras(facts: Facts) -> Iterator[Enclosures]:
    """The conventions that the network leaves open."""
    yield Enclosures()
    if any(e.rhs.has(relu, absolute, MaxOver) for e in facts.forward.equations):
        yield Enclosures(1, last_wins=True)


def _smaller(sides: Sides, point: Point) -> Point:
    """The point with as many zeros as the difference survives, halves first, then one by one."""
    names = list(point)
    trials = affordable(sides.question.facts, max(FEWEST, min(MOST, TRIALS // len(names))))
    for change in _changes(names, point):
        news = {n: v for n, v in change.items() if point[n] and point[n] != v}
        if not news:
            continue
        if trials == 0:
            break
        trials -= 1
        trial = {**point, **news}
        if sides.differ(trial):
            point = trial
    return point


def _changes(names: Sequence[Name], point: Point) -> Iterator[Point]:
    """Zeros for ever smaller groups of names, and then ones."""
    size = len(names)
    while size >= 1:
        for start in range(0, len(names), size):
            yield dict.fromkeys(names[start : start + size], 0)
        size //= 2
    for name in names:
        if point[name] not in {0, 1}:
            yield {name: 1}


def _entries(value: Value) -> tuple[Fraction | Interval, ...]:
    return value.entries if isinstance(value, Array) else (value,)


def _written(sides: Sides, point: Point) -> str:
    facts = sides.question.facts
    groups: dict[int, list[str]] = {}
    for (key, place), value in point.items():
        if value:
            name = entry_name(facts.program.tensor(key), place, facts.notation)
            groups.setdefault(value, []).append(name)
    at = ", ".join(f"{k} = {n}" for k, n in sides.env.items())
    set_to = ", ".join(_same(names, n) for n, names in sorted(groups.items(), reverse=True))
    pair = sides.at(point, Enclosures().finer()) or sides.at(point, Enclosures())
    assert pair is not None
    where = "; ".join(x for x in (at, f"{set_to}, all else 0" if set_to else "all 0") if x)
    true, yours = map(_short, pair)
    difference = zipped(pair[1], pair[0], lambda a, b: a + -1 * b)
    more = f", a difference of {_short(difference)}" if true == yours else ""
    return f"{where}: true {true}, yours {yours}{more}"


def _same(names: Sequence[str], value: int) -> str:
    return f"{' = '.join(names[:MOST_NAMES])}{' = ...' * (len(names) > MOST_NAMES)} = {value}"


def _short(value: Value) -> str:
    texts = [_digits(x) for x in _entries(value)]
    return texts[0] if len(texts) == 1 else "[" + ", ".join(texts[:9]) + "]"


def _digits(x: Fraction | Interval) -> str:
    """A short fraction in full, anything else to six digits; 0 where the bounds hold it."""
    if isinstance(x, Interval):
        return decimal((x.low + x.high) / 2, 6) if apart_from_zero(x) else "0"
    short = x.denominator < LONG and abs(x.numerator) < LONG**3
    return str(x) if short else decimal(x, 6)
