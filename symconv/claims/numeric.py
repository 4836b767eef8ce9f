"""Claims in numbers: recomputed in exact arithmetic from the values that are given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from math import floor
from typing import Any

from symconv.core.errors import SymconvError

from . import verdict as v
from .arrays import Array, Value
from .decide import (
    EXACT,
    HALF_UNIT,
    OFF,
    TRUNCATED,
    Question,
    evaluated,
    is_constant,
    literal,
    printed,
)
from .diagnose import Suspect, causes, flips_of
from .field import Undefined
from .limits import NotChecked
from .points import Values, values_world
from .rational import Rationals
from .syntax import Number
from .verdict import Cause, Verdict
from .world import World


def constants(question: Question) -> Verdict:
    """A chain of numbers alone: arithmetic."""
    world = values_world(question.facts, {})
    return _chain(question, world, {}, brief=False)


def judged(question: Question, values: Values, *, brief: bool) -> Verdict:
    """Numbers against the network's numbers."""
    world = values_world(question.facts, values)
    return _chain(question, world, values, brief=brief)


def _chain(question: Question, world: World, values: Values, *, brief: bool) -> Verdict:
    parts = question.statement.parts
    known: dict[int, Value] = {}
    reasons: list[str] = []
    notes: list[str] = []
    envs = question.environments()
    env = envs[0] if envs else {}
    for n in range(len(parts)):
        try:
            known[n] = evaluated(question, n, world, env, notes)
        except NotChecked as error:
            reasons.append(error.message)
    formulas = [n for n in known if literal(parts[n]) is None]
    if len(known) < 2 or not formulas:
        if all(is_constant(p) for p in parts):
            formulas = [0]
        else:
            return Verdict(v.NOT_CHECKED, notes=(*notes, *dict.fromkeys(reasons)))
    named = [n for n in formulas if not is_constant(parts[n])]
    asked = (named or formulas)[0]
    outcomes = []
    for n in sorted(known):
        if n != asked:
            outcome = against(question, n, known[asked], known[n])
            outcomes.append(outcome)
            if outcome == OFF:
                said = _off(question, world, values, asked, n, known, brief=brief)
                return replace(said, notes=(*notes, *said.notes))
    if reasons:
        notes += [*dict.fromkeys(reasons)]
    if TRUNCATED in outcomes:
        return Verdict(v.PRINTED, notes=(*notes, "some digits are cut off, not rounded"))
    return Verdict(v.PRINTED if HALF_UNIT in outcomes else v.RIGHT, notes=tuple(notes))


def against(question: Question, n: int, truth: Value, claim: Value) -> str:
    """How the numbers of part n stand to the truth."""
    digits = literal(question.statement.parts[n])
    true, said = _flat(truth), _flat(claim)
    if len(true) != len(said):
        return OFF
    if digits is None:
        return (
            EXACT
            if all(abs(a - b) < Fraction(1, 2**120) for a, b in zip(true, said, strict=True))
            else OFF
        )
    return _worst(printed(d, t) for d, t in zip(digits, true, strict=True))


def _worst(outcomes: Iterator[str]) -> str:
    found = set(outcomes)
    return next(o for o in (OFF, TRUNCATED, HALF_UNIT, EXACT) if o in found)


def _flat(value: Value) -> list[Fraction]:
    return list(value.entries) if isinstance(value, Array) else [value]


def _off(  # noqa: PLR0913 - a diagnosis depends on exactly these
    question: Question, world: World, values: Values, asked: int, n: int,
    known: Mapping[int, Value], *, brief: bool,
) -> Verdict:  # fmt: skip
    """Numbers that do not fit: a broken rule, a convention, rounding, or arithmetic."""
    truth = _shown(known[asked])
    if brief:
        return Verdict(v.WRONG, truth=truth)
    judge = lambda found: against(question, n, found[0], known[n]) != OFF  # noqa: E731
    env = (question.environments() or [{}])[0]
    suspect = Suspect(question, asked, n, world, (env,), judge)
    conditions = list(_conventions(question, values, asked, judge, env))
    found = conditions
    with suppress(SymconvError, Undefined):
        found = [*found, *_by_function(question, asked, world, env, judge), *causes(suspect)]
    found = [*found, *_rounded(question, values, asked, judge, env)]
    found = [*found, *_signs(question, values, asked, n, known, env)]
    if not found and is_constant(question.statement.parts[asked]):
        found = [Cause("arithmetic", f"the arithmetic gives {truth}")]
    verdict = v.CONDITION if conditions else v.WRONG
    unique = tuple(c for k, c in enumerate(found) if c.name not in {x.name for x in found[:k]})
    return Verdict(
        verdict, truth=truth, causes=unique, counterexample=_entry_by_entry(known[asked], known[n])
    )


def _by_function(
    question: Question, asked: int, world: World, env: Any, judge: Any
) -> Iterator[Cause]:
    """A convolution where a correlation belongs, spelled by functions."""
    node = question.statement.parts[asked]
    if not flips_of(node):
        return
    from .syntax import Apply

    if isinstance(node, Apply):
        turned = replace(node, function="correlate2d")
        local = replace(question, statement=replace(question.statement, parts=(turned,), marks=()))
        if judge([evaluated(local, 0, world, env)]):
            yield Cause(
                "missing_flip", "convolve2d turns its second array; a correlation is needed"
            )


def _conventions(
    question: Question, values: Values, asked: int, judge: Any, env: Any
) -> Iterator[Cause]:
    """Right with relu'(0) = 1, or with the last of equal maxima."""
    for algebra, cause in (
        (Rationals(1), Cause("relu_at_zero", "right if relu'(0) = 1; here relu'(0) = 0")),
        (
            Rationals(last_wins=True),
            Cause("tie_rule", "right if the last of equal maxima wins; here the first one does"),
        ),
    ):
        with suppress(SymconvError, Undefined):
            if judge(
                [evaluated(question, asked, values_world(question.facts, values, algebra), env)]
            ):
                yield cause


class Rounded:
    """How intermediate results were rounded: by `cut` off or to the nearest."""

    def __init__(self, places: int, *, cut: bool) -> None:
        self.unit = Fraction(1, 10**places)
        self.places = places
        self.cut = cut

    def __call__(self, x: Fraction) -> Fraction:
        if self.cut:
            return floor(abs(x) / self.unit) * self.unit * (1 if x > 0 else -1)
        return floor(x / self.unit + Fraction(1, 2)) * self.unit


def _rounded(
    question: Question, values: Values, asked: int, judge: Any, env: Any
) -> Iterator[Cause]:
    """Forward values, error signals or both rounded on the way."""
    styles: list[Rounded | None] = [
        None,
        *(Rounded(p, cut=c) for p in (2, 3, 4, 5) for c in (False, True)),
    ]
    for forward in styles:
        for signals in styles:
            if forward is None and signals is None:
                continue
            with suppress(SymconvError, Undefined):
                world = values_world(question.facts, values)
                _round_all(world, forward, signals)
                if judge([evaluated(question, asked, world, env)]):
                    said = [
                        f"{what} {'cut off' if how.cut else 'rounded'} after {how.places} decimals"
                        for what, how in (("values", forward), ("error signals", signals))
                        if how
                    ]
                    yield Cause("rounding", f"the method is right; {' and '.join(said)} on the way")
                    return


def _round_all(world: World, forward: Rounded | None, signals: Rounded | None) -> None:
    """Compute the tensors one by one and round each."""
    given = {k: dict(t) for k, t in world.given.items()}
    world.given = given
    for tensor in world.facts.program.tensors:
        how = forward if tensor.role == "value" else signals if tensor.role == "delta" else None
        if how is None:
            continue
        with suppress(NotChecked):
            given[tensor.key] = {p: how(x) for p, x in world.table(tensor.key).items()}


def _signs(  # noqa: PLR0913 - a diagnosis depends on exactly these
    question: Question, values: Values, asked: int, n: int, known: Mapping[int, Value], env: Any
) -> Iterator[Cause]:
    """The right sizes with some signs turned, under either value of relu'(0)."""
    claim = _flat(known[n])
    digits = literal(question.statement.parts[n])
    if digits is None or len(claim) < 3:
        return
    for slope in (0, 1):
        with suppress(SymconvError, Undefined):
            world = values_world(question.facts, values, Rationals(slope))
            truth = _flat(evaluated(question, asked, world, env))
            plain = [Number(abs(d.value), d.unit) for d in digits]
            if (
                len(truth) != len(claim)
                or _worst(printed(d, abs(t)) for d, t in zip(plain, truth, strict=True)) == OFF
            ):
                continue
            wrong = [
                str(k + 1) for k, (a, b) in enumerate(zip(truth, claim, strict=True)) if a * b < 0
            ]
            if slope:
                yield Cause(
                    "relu_at_zero",
                    f"relu'(0) = 1 is used; here relu'(0) = 0; and the signs of entries {', '.join(wrong)} are turned",
                )
            else:
                yield Cause("arithmetic", f"the signs of entries {', '.join(wrong)} are turned")
            return


def _shown(value: Value) -> str:
    texts = [_decimal(x) for x in _flat(value)]
    if not isinstance(value, Array):
        return texts[0]
    shape = [n for n in value.shape if n != 1]
    if len(shape) == 2:
        rows = [texts[r * shape[1] : (r + 1) * shape[1]] for r in range(shape[0])]
        return "[" + ", ".join("[" + ", ".join(r) + "]" for r in rows) + "]"
    return "[" + ", ".join(texts) + "]"


def _decimal(x: Fraction) -> str:
    if x.denominator == 1:
        return str(x)
    text = f"{float(x):.12g}"
    return text


def _entry_by_entry(truth: Value, claim: Value) -> str:
    a, b = _flat(truth), _flat(claim)
    if len(a) != len(b):
        return f"the true value has {len(a)} entries, yours {len(b)}"
    wrong = [(k, x, y) for k, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
    return "; ".join(
        f"entry {k + 1}: true {_decimal(x)}, yours {_decimal(y)}" for k, x, y in wrong[:9]
    )
