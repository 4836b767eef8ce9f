"""The smallest numbers for which a claim fails, found by setting as much as possible to 0."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from fractions import Fraction
from random import Random

from symconv.core.errors import SymconvError
from symconv.notation.presets import entry_name
from symconv.semantics.places import Place

from .arrays import Array, Value
from .decide import DIFFERENT, Question, agree, evaluated
from .field import Undefined
from .indexing import Environment
from .points import rational_world
from .rational import Rationals
from .world import all_places, leaves

Point = dict[tuple[str, Place], int]
ATTEMPTS = 6
MOST_LEAVES = 120


def counterexample(
    question: Question, asked: int, claimed: int, envs: Sequence[Environment], *, small: bool = True
) -> str:
    """`w_3^2 = y_1 = i_5 = 1, all else 0: true 0, yours -2`; empty where none was found."""
    facts = question.facts
    names = [(t.key, p) for t in leaves(facts) for p in all_places(facts, t)]
    random = Random(7)  # noqa: S311 - test numbers, not secrets
    for attempt in range(ATTEMPTS):
        choices = (1, 1, 2, -1) if attempt else (1, 1, 1, 2)
        point: Point = {n: random.choice(choices) for n in names}
        for env in envs[:: max(1, len(envs) // 8)]:
            if _differs(question, asked, claimed, env, point):
                if small:
                    point = _smaller(question, asked, claimed, env, point)
                return _written(question, asked, claimed, env, point)
    return ""


def _values(
    question: Question, asked: int, claimed: int, env: Environment, point: Point, slope: int
) -> tuple[Value, Value] | None:
    given: dict[str, dict[Place, Fraction]] = {}
    for (key, place), value in point.items():
        given.setdefault(key, {})[place] = Fraction(value)
    world = rational_world(question.facts, given, Rationals(slope, last_wins=bool(slope)))
    with suppress(Undefined, SymconvError):
        return evaluated(question, asked, world, env), evaluated(question, claimed, world, env)
    return None


def _differs(question: Question, asked: int, claimed: int, env: Environment, point: Point) -> bool:
    """Whether the sides differ beyond all conventions of ties and of relu'(0)."""
    for slope in (0, 1):
        pair = _values(question, asked, claimed, env, point, slope)
        if pair is None or agree([pair[0]], [pair[1]]) != DIFFERENT or _close(*pair):
            return False
    return True


def _close(a: Value, b: Value) -> bool:
    """Whether sides that hold functions differ by less than the digits carried."""
    pairs = zip(_entries(a), _entries(b), strict=True)
    return all(abs(x - y) < Fraction(1, 2**120) for x, y in pairs)


def _entries(value: Value) -> tuple[Fraction, ...]:
    return value.entries if isinstance(value, Array) else (value,)


def _smaller(question: Question, asked: int, claimed: int, env: Environment, point: Point) -> Point:
    """The point with as many zeros as the difference survives, halves first, then one by one."""
    names = list(point)
    size = len(names)
    while size >= 1:
        for start in range(0, len(names), size):
            chunk = [n for n in names[start : start + size] if point[n]]
            trial = {**point, **dict.fromkeys(chunk, 0)}
            if chunk and _differs(question, asked, claimed, env, trial):
                point = trial
        if len(names) > MOST_LEAVES and size <= len(names) // 32:
            break
        size //= 2
    for name in [n for n in names if point[n] not in {0, 1}]:
        trial = {**point, name: 1}
        if _differs(question, asked, claimed, env, trial):
            point = trial
    return point


def _written(question: Question, asked: int, claimed: int, env: Environment, point: Point) -> str:
    facts = question.facts
    groups: dict[int, list[str]] = {}
    for (key, place), value in point.items():
        if value:
            name = entry_name(facts.program.tensor(key), place, facts.notation)
            groups.setdefault(value, []).append(name)
    set_to = [
        f"{' = '.join(names[:8])}{' = ...' * (len(names) > 8)} = {n}"
        for n, names in sorted(groups.items(), reverse=True)
    ]
    pair = _values(question, asked, claimed, env, point, 0)
    assert pair is not None
    where = "".join(f"{k} = {n}, " for k, n in env.items())
    numbers = [_short(x) for x in pair]
    given = ", ".join(set_to) or "everything"
    return f"{where}{given}, all else 0: true {numbers[0]}, yours {numbers[1]}"


def _short(value: Value) -> str:
    texts = [str(x) if x.denominator < 1000 else f"{float(x):.6g}" for x in _entries(value)]
    return texts[0] if len(texts) == 1 else "[" + ", ".join(texts[:9]) + "]"
