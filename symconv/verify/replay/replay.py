"""Replay a derivation from its JSON form, and report the first step that fails.

This checker knows the JSON form alone: neither SymPy nor any rule that made the derivation. Both
sides of every step are evaluated at random sizes and entries, with exact numbers unless a formula
has exp, log or a root. The first formula is the derivative through the whole forward pass.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from math import isclose
from random import Random
from typing import Any

from symconv.core.errors import SymconvError

from .derivation_file import DerivationRecord, EndingRecord, EquationRecord, parse_derivation
from .entries import Environment, Place
from .json_tree import JsonTree, json_form_error
from .replay_point import DRAWS, ReplayPoint, iterate_ranges
from .scalars import NoValueError, primal_value
from .values import MOST_WORK, Budget, BudgetExceededError

ATTEMPTS = 300
"""How many points may have no value; the examples find one at the second attempt at the latest.

The four kinds of entries get a quarter of them each, from ever easier numbers.
"""

ENDING_TRIALS = 5
"""At how many choices of sizes an ending is replayed."""

ENOUGH_WORK = 5_000
"""After how many parts a step has been compared at enough places."""

Derivatives = dict[tuple[str, Place], Any]
Pair = tuple[Any, Any, Environment]


@dataclass(frozen=True)
class Replay:
    """The verdict on one derivation: which step fails, if one does, and what was compared.

    `open` is why a step could not be decided: nothing was found wrong, and not all was compared.
    """

    key: str
    steps: int
    points: int
    failed: int | None = None
    error: str = ""
    open: str = ""

    @property
    def passed(self) -> bool:
        return not self.error and not self.open

    @property
    def line(self) -> str:
        """The verdict in one line."""
        if self.error:
            return f"FAILED  {self.key}: {self.error}"
        tried = f"{self.steps} steps, {self.points} comparisons"
        return f"open    {self.key}: {self.open}" if self.open else f"ok      {self.key}: {tried}"


def replay(text: str, *, trials: int = 2, seed: int = 0) -> tuple[Replay, ...]:
    """One verdict for each derivation in a JSON text; SymconvError where it is no such text.

    The forward equations are taken as they stand in the text, and so are those of masks. Takes at
    most about a minute, whatever the text is: SymconvError where that is too little.
    """
    found, work = parse_derivation(text), Budget()
    if any(e.key not in found.tensors for e in (*found.forward, *found.backward)):
        raise json_form_error("an equation defines a tensor that is not listed")
    lines = [e for e in found.backward if not found.defines_mask(e)]
    if not lines:
        raise json_form_error("'backward' holds no derivation")
    try:
        made = [_draw_replay_point(found, seed + n, work) for n in range(trials)]
        ended = [_replay_ending(found, ending, seed, work) for ending in found.endings]
        return (*(_replay_derivation(line, made, seed) for line in lines), *ended)
    except RecursionError:
        raise json_form_error(
            "equations that read themselves, or one another in too long a chain"
        ) from None


def _draw_replay_point(
    found: DerivationRecord,
    seed: int,
    work: Budget,
    unit_sums: tuple[tuple[str, int], ...] = (),
) -> tuple[ReplayPoint, Derivatives]:
    """A trial at which everything has a value, with the true derivatives of the cost."""
    random, problem = Random(seed), ""  # noqa: S311 - test numbers, not secrets
    for attempt in range(ATTEMPTS):
        work.renew()
        try:
            trial = ReplayPoint(found, random, attempt * len(DRAWS) // ATTEMPTS, work, unit_sums)
            return trial, trial.derivatives(_cost_key(found))
        except BudgetExceededError:
            problem = "it is too large to replay"
        except NoValueError as error:
            problem = str(error)
    raise SymconvError(f"no sizes and entries were found at which all has a value: {problem}")


def _cost_key(found: DerivationRecord) -> str:
    """The cost that the derivations differentiate."""
    starts = [line.steps[0][1] for line in found.backward if line.steps]
    costs = [s.args[0].leaf for s in starts if s.op == "Partial" and s.args[0].op == "entry"]
    return str(costs[0]) if costs else ""


def _replay_derivation(
    line: EquationRecord, made: list[tuple[ReplayPoint, Derivatives]], seed: int
) -> Replay:
    """Every step of one derivation, in every trial."""
    broken, points = _find_broken_link(line), 0
    if broken:
        return Replay(line.key, len(line.steps), 0, *broken)
    open_step = ""
    for trial, true in made:
        places = list(iterate_ranges(line.ranges, trial.sizes))
        trial.work.charge(len(places))
        # Shuffled, as the comparison stops after enough work: else borders on one side alone were
        # seen.
        Random(seed).shuffle(places)  # noqa: S311 - a sample
        for number, (rule, before, after) in enumerate(line.steps, start=1):
            pairs, name = (
                (_first_step_values if number == 1 else _step_values),
                f"step {number} ({rule})",
            )
            trial.work.renew()
            try:
                # Closed even if the comparison stops early: the generator has to put the drawn
                # deltas back.
                with closing(pairs(before, after, places, trial, true)) as both:
                    tried, error = _first_difference(both, trial.work)
            except BudgetExceededError:
                tried, error = 0, ""
                open_step = open_step or f"{name}: one entry is too large to replay"
            except NoValueError as problem:
                tried, error = 0, f"no value: {problem}"
            points += tried
            if error:
                return Replay(line.key, len(line.steps), points, number, f"{name}: {error}")
    return Replay(line.key, len(line.steps), points, open=open_step)


def _replay_ending(
    found: DerivationRecord, ending: EndingRecord, seed: int, work: Budget
) -> Replay:
    """Every step from a result to its last line, at five choices of sizes, for true deltas."""
    key, count, points = f"ending of {ending.key}", len(ending.steps), 0
    line = next((e for e in found.backward if e.key == ending.key), None)
    formulas = [line.right] if line else []
    for _, before, after in ending.steps:
        if not formulas or before != formulas[-1]:
            return Replay(key, count, 0, len(formulas), "a step does not start where one ended")
        formulas.append(after)
    if line is None or not ending.steps:
        return Replay(key, count, 0, 0, "it has no steps")
    rules, document = [rule for rule, _, _ in ending.steps], found.with_names(ending)
    for trial in range(ENDING_TRIALS):
        point, true = _draw_replay_point(document, seed + trial, work, ending.unit_sums)
        _take_true_deltas(point, true)
        for at in iterate_ranges(line.ranges, point.sizes):
            work.renew()
            place = point.world.entries.place(JsonTree("entry", line.left.args, line.of), at)
            wanted = 0 if place is None else true.get((line.of, place), 0)
            try:
                values = [primal_value(point.world.value(f, at)) for f in formulas]
            except BudgetExceededError:
                return Replay(key, count, points, open="one entry is too large to replay")
            except NoValueError as problem:
                return Replay(key, count, points, count, f"no value: {problem}")
            points += 1
            for number, value in enumerate(values):
                if not _values_agree(primal_value(wanted), value):
                    rule = rules[number - 1] if number else "the result"
                    error = f"step {number} ({rule}): {wanted} before, {value} after"
                    return Replay(key, count, points, number, error)
    return Replay(key, count, points)


def _take_true_deltas(point: ReplayPoint, true: Derivatives) -> None:
    """The true derivatives in the place of the deltas that were drawn."""
    for key, table in dict(point.deltas).items():
        if not point.given(key):
            plain = key.partition(" ")[2]
            if any((plain, p) not in true for p in table):
                raise json_form_error(f"{key!a} is the derivative by no value of its shape")
            point.deltas[key] = {p: true[plain, p] for p in table}


def _find_broken_link(line: EquationRecord) -> tuple[int, str] | None:
    """Where the chain does not lead from the derivative asked for to the equation."""
    if not line.steps:
        return 0, "it has no steps"
    (_, start, _), (_, _, end) = line.steps[0], line.steps[-1]
    asked = JsonTree("entry", line.left.args, line.of)
    if start.op != "Partial" or start.args[1] != asked or line.key.split(" ")[-1] != line.of:
        return 1, "step 1 does not start from the derivative by the entry asked for"
    for number, ((_, _, after), (rule, before, _)) in enumerate(pairwise(line.steps), start=2):
        if after != before:
            return number, f"step {number} ({rule}) does not start where the step before ended"
    if end != line.right:
        return len(line.steps), "the last step does not end in the equation"
    return None


def _step_values(
    before: JsonTree,
    after: JsonTree,
    places: Sequence[Environment],
    trial: ReplayPoint,
    _true: Derivatives,
) -> Generator[Pair]:
    """Both sides of a step, which holds for any deltas."""
    value = trial.world.value
    for at in places:
        yield value(before, at), value(after, at), at


def _first_step_values(
    before: JsonTree,
    after: JsonTree,
    places: Sequence[Environment],
    trial: ReplayPoint,
    true: Derivatives,
) -> Generator[Pair]:
    """The derivative through the whole forward pass, and what the true deltas make of it."""
    drawn, by = dict(trial.deltas), before.args[1]
    _take_true_deltas(trial, true)
    try:
        for at in places:
            place = trial.world.entries.place(by, at)
            wanted = 0 if place is None else true.get((str(by.leaf), place), 0)
            yield wanted, trial.world.value(after, at), at
    finally:
        trial.deltas.update(drawn)


def _first_difference(pairs: Iterator[Pair], work: Budget) -> tuple[int, str]:
    """How many places were compared, and the first at which two sides differ, in words."""
    tried = 0
    for before, after, at in pairs:
        a, b = primal_value(before), primal_value(after)
        tried += 1
        if not _values_agree(a, b):
            where = " ".join(f"{v}={n}" for v, n in sorted(at.items()))
            return tried, f"{a} before, {b} after, at {where}"
        if work.left < MOST_WORK - ENOUGH_WORK:
            break
    return tried, ""


def _values_agree(a: Any, b: Any) -> bool:
    """Equal, or to nine digits where one is a float."""
    if isinstance(a, float) or isinstance(b, float):
        return isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)
    return bool(a == b)
