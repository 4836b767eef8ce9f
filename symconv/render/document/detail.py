"""How much of a derivation is shown: every step, every rule once, or the lines that matter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, get_args

from sympy import Expr, KroneckerDelta

from symconv.core.errors import SymconvError, did_you_mean
from symconv.core.nodes import Partial
from symconv.core.proof import Step

Detail = Literal["terse", "normal", "full"]

TRIVIAL_BEFORE = frozenset({"exchange of sums"})
TRIVIAL_AFTER = frozenset({"pull out"})


@dataclass(frozen=True)
class DisplayStep:
    """One or more steps in a row that are shown as one line: from `before` to `after`."""

    rules: tuple[str, ...]
    before: Expr
    after: Expr
    reason: str
    conditions: tuple[str, ...] = ()


def parse_detail(name: str) -> Detail:
    """The level of that name; an unknown name is answered with the nearest known one."""
    for detail in get_args(Detail):
        if detail == name:
            return detail
    raise SymconvError(f"no detail is called {name!r}", help=did_you_mean(name, get_args(Detail)))


def group_steps(steps: Sequence[Step], detail: Detail) -> tuple[DisplayStep, ...]:
    """The lines of a derivation at a level of detail, from its first formula to its last."""
    single = [DisplayStep((s.rule,), s.before, s.after, s.reason, s.conditions) for s in steps]
    if detail == "full":
        return tuple(single)
    if detail == "normal":
        return tuple(_merge_repeated_rules(single))
    return tuple(_keep_landmarks(single))


def _merge_repeated_rules(single: Iterable[DisplayStep]) -> list[DisplayStep]:
    """Repeated rules join the line before; trivial ones join their neighbour without a word."""
    found: list[DisplayStep] = []
    waiting: DisplayStep | None = None
    for move in single:
        (rule,) = move.rules
        if rule in TRIVIAL_BEFORE:
            waiting = move if waiting is None else replace(waiting, after=move.after)
            continue
        here = replace(move, before=waiting.before) if waiting else move
        waiting = None
        if found and rule in TRIVIAL_AFTER:
            found[-1] = replace(found[-1], after=here.after)
        elif found and any(rule in earlier.rules for earlier in found):
            found[-1] = join_steps([found[-1], here])
        else:
            found.append(here)
    if waiting:
        found.append(waiting)
    return found


def _keep_landmarks(single: list[DisplayStep]) -> Iterable[DisplayStep]:
    """Three landmarks: the chain rule, the first line without derivatives, the result."""
    stops = [k + 1 for k, move in enumerate(single) if move.rules == ("chain rule",)]
    bracketed = [k + 1 for k, move in enumerate(single) if _has_only_brackets(move.after)]
    edges = sorted({0, *stops, *bracketed[:1], len(single)})
    return [join_steps(single[a:b]) for a, b in pairwise(edges)]


def _has_only_brackets(formula: Expr) -> bool:
    """Whether all derivatives have become brackets."""
    return bool(formula.has(KroneckerDelta)) and not formula.has(Partial)


def join_steps(parts: Sequence[DisplayStep]) -> DisplayStep:
    """Several lines as one, with every rule named once."""
    rules = tuple(dict.fromkeys(rule for part in parts for rule in part.rules))
    shown = tuple(r for r in rules if r not in TRIVIAL_BEFORE | TRIVIAL_AFTER) or rules
    conditions = tuple(dict.fromkeys(c for part in parts for c in part.conditions))
    return DisplayStep(shown, parts[0].before, parts[-1].after, parts[0].reason, conditions)
