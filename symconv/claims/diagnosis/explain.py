"""Why a part of a statement is wrong: causes, terms, an example, and what would be right."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace

from sympy import Symbol

from symconv.claims.evaluation.assign import assign_residues
from symconv.claims.evaluation.assignment import Assignment
from symconv.claims.evaluation.comparison import (
    DIFFERENT,
    EQUAL,
    Question,
    compare_values,
    evaluate_part,
    find_references,
)
from symconv.claims.evaluation.index_expressions import Environment
from symconv.claims.evaluation.modular_field import Gates, Undefined
from symconv.claims.model.budget import OverBudget, spend
from symconv.claims.model.context import NetworkContext
from symconv.claims.model.errors import NotChecked
from symconv.claims.model.verdict import CONDITION, UNDETERMINED, WRONG, Cause, Verdict
from symconv.core.errors import SymconvError
from symconv.core.nodes import MaxOver
from symconv.semantics.sizes import pick_sizes

from .boundary_cases import DEAD_RELU, holds_where_relu_is_off, point_to_step
from .broken_rules import MOST_VISITS
from .causes import find_causes
from .correct_formula import name_subject, write_correct_formula
from .counterexample import find_counterexample
from .term_difference import TermDifference, find_term_difference
from .wrong_part import MOST_INDEX_VALUES, WrongPart, wrong_part_in

LONG = 600
"""Examples of claims with so many parts or more are not shrunk.

Each step would evaluate all of them.
"""

CONFIRMED = 12
"""By how many further assignments a cause has to hold where coins decide.

One that only fits by chance passes a coin that matters once in two: all twelve of them with p <
0.03 %.
"""

CONFIRMING_SEED = 50
"""The first seed of these assignments, beyond those that a claim is judged by:

1 to 32, and 20 to 43.
"""

FREE = 49
"""The seed of the assignment with free gates, which is none of the judge's either."""

OTHER_SIZES = range(1, 9)
"""The choices of sizes of which causes are tried again at one: not the one a claim is read at."""

LARGE = MOST_VISITS // 100
"""Above so many terms a run not all broken rules are tried.

Fewer than 100 runs fit into the limit then.
"""

FORMULA_STEPS, TERM_STEPS = 20_000, 10
"""What writing the correct formula takes, and how much of a run comparing it term by term takes."""

SHAPES = Cause("shapes", "one side has several components, and the other side has not")
UNSHOWN = "no example shows a difference"
FOR_ALL = "no values are given, so that '= 0' is read as: 0 for all values"


@dataclass(frozen=True)
class PartDifference:
    """Part `n` of a statement is not the first part, as `assignment` shows; `outcome` says how.

    `shown` is an assignment that says in which choices they differ, if there is one, and `env` has
    the values of the free indices.
    """

    question: Question
    n: int
    outcome: str
    assignment: Assignment
    shown: Assignment | None = None
    env: Environment | None = None

    @property
    def local(self) -> Question:
        """The question at the sizes of that assignment."""
        return replace(self.question, context=self.assignment.context)

    @property
    def pair(self) -> tuple[int, int]:
        """The part that asks, and the part that claims."""
        asks = any(True for _ in find_references(self.question.statement.parts[0]))
        return (0, self.n) if asks else (self.n, 0)


def confirm_difference(difference: PartDifference, notes: Iterable[str]) -> Verdict:
    """Wrong, if exact numbers show it."""
    local, pair = difference.local, difference.pair
    if difference.outcome != DIFFERENT:
        return Verdict(WRONG, notes=tuple(notes))
    envs = _sort_environments(difference, local.environments(MOST_INDEX_VALUES))
    shown = find_counterexample(local, *pair, envs, small=False, shown=difference.shown)
    verdict = WRONG if shown else UNDETERMINED
    return Verdict(verdict, counterexample=shown, notes=tuple(notes))


def explain_difference(difference: PartDifference, notes: Iterable[str]) -> Verdict:
    """Why it is wrong; what is only different modulo the prime stays undetermined."""
    local, pair, said = difference.local, difference.pair, tuple(notes)
    envs = _sort_environments(difference, local.environments(MOST_INDEX_VALUES))
    shown = _find_example(difference, envs)
    # Different modulo the prime is no proof of a difference in numbers: gates may be set there in a
    # way that no numbers set them. Without an example the verdict is left open.
    if difference.outcome == DIFFERENT and not shown:
        return Verdict(UNDETERMINED, notes=(*said, UNSHOWN))
    found = _find_causes(difference, envs)
    terms, truth = TermDifference(), ""
    with suppress(OverBudget):
        spend(FORMULA_STEPS)
        truth = write_correct_formula(local, pair[0], envs[0])
        if difference.outcome == DIFFERENT:
            spend(TERM_STEPS * local.context.work)
            terms = find_term_difference(local, *pair, envs[0])
    if not found and local.context.work > LARGE:
        said = (*said, "the network is large: not every mistake was tried")
    if len(local.statement.parts) > 2:
        said = (*said, f"part {difference.n + 1} of the chain is not equal to the first one")
    return Verdict(
        CONDITION if found and found[0].condition else WRONG,
        truth=truth,
        causes=tuple(found),
        counterexample=shown,
        missing=terms.missing,
        spurious=terms.spurious,
        missing_factors=terms.missing_factors,
        spurious_factors=terms.spurious_factors,
        terms=terms.counts,
        of=name_subject(local, envs[0]),
        notes=said,
        step=found[0].where if found else "",
    )


def explain_nonzero(difference: PartDifference, notes: Iterable[str]) -> Verdict:
    """What is said to be 0 is not: an example, what it is, and whether a dead ReLU makes it 0.

    Whatever makes a product vanish would reproduce a 0, so that no mistake is named.
    """
    local, pair, said = difference.local, difference.pair, (*notes, FOR_ALL)
    envs = _sort_environments(difference, local.environments(MOST_INDEX_VALUES))
    if difference.outcome != DIFFERENT:
        return Verdict(WRONG, causes=(SHAPES,), notes=said)
    shown = _find_example(difference, envs)
    if not shown:
        return Verdict(UNDETERMINED, notes=(*said, UNSHOWN))
    dead = (point_to_step(DEAD_RELU, local.context),) if holds_where_relu_is_off(local) else ()
    return Verdict(
        CONDITION if dead else WRONG,
        truth=write_correct_formula(local, pair[0], envs[0]),
        causes=dead,
        counterexample=shown,
        notes=said,
        step=dead[0].where if dead else "",
    )


def _pick_other_sizes(context: NetworkContext) -> tuple[tuple[Symbol, int], ...]:
    """Other sizes than those of a context; a size of 1 is avoided, at which a sum has one term."""
    found = []
    for seed in OTHER_SIZES:
        other = pick_sizes(context.program, seed)
        sizes = tuple((s, other[s]) for s, _ in context.sizes)
        work = replace(context, sizes=sizes).work
        if sizes != context.sizes:
            ones = sum(n == 1 for s, n in sizes if s.is_positive)
            found.append((ones, work, seed, sizes))
    return min(found)[-1] if found else context.sizes


def _sort_environments(
    difference: PartDifference, envs: list[Environment]
) -> tuple[Environment, ...]:
    """The values of the free indices, the first at which the sides differ in front."""
    assignment, shown = difference.assignment, difference.env
    if shown is not None and _differs(difference, assignment, shown):
        return (shown, *(env for env in envs if env != shown))
    first = [] if difference.env is None or difference.env in envs else [difference.env]
    # False sorts before True.
    return tuple(sorted((*first, *envs), key=lambda env: not _differs(difference, assignment, env)))


def _find_example(difference: PartDifference, envs: tuple[Environment, ...]) -> str:
    if difference.outcome != DIFFERENT:
        return ""
    local, pair = difference.local, difference.pair
    short = sum(1 for _ in local.statement.parts[pair[1]].walk()) < LONG
    return find_counterexample(local, *pair, envs, small=short, shown=difference.shown)


def _find_causes(difference: PartDifference, envs: tuple[Environment, ...]) -> list[Cause]:
    """The causes that hold at two choices of sizes; the shapes where nothing else is found."""
    found: list[Cause] = []
    with suppress(Undefined, NotChecked):
        found = find_causes(_collect_wrong_part(difference, envs))
    if found and difference.local.context.sizes:
        found = _keep_at_other_sizes(found, difference)
    if found:
        return found
    return [SHAPES] if difference.outcome != DIFFERENT else []


def _keep_at_other_sizes(found: list[Cause], difference: PartDifference) -> list[Cause]:
    """The causes that reproduce the claim where the sizes are others, too.

    At one choice of sizes two of them may be equal, or a sum may have one term.
    """
    context = difference.local.context
    sizes = _pick_other_sizes(context)
    if sizes == context.sizes:
        return found
    elsewhere = replace(context, sizes=sizes)
    question = replace(difference.question, context=elsewhere)
    moved = PartDifference(
        question, difference.n, difference.outcome, assign_residues(elsewhere, FREE)
    )
    try:
        envs = tuple(question.environments(MOST_INDEX_VALUES))
        part = replace(_collect_wrong_part(moved, envs), only=frozenset(c.name for c in found))
        again = {c.name for c in find_causes(part)}
    except (SymconvError, Undefined, OverBudget):
        return found
    return [c for c in found if c.name in again]


def _collect_wrong_part(difference: PartDifference, envs: tuple[Environment, ...]) -> WrongPart:
    """The wrong part under an assignment that shows it, and under others where one is too few."""
    local, pair = difference.local, difference.pair
    assignment, more = _draw_assignments(difference, envs[0])
    others = tuple(wrong_part_in(other, local, pair, envs) for other in more)
    return replace(wrong_part_in(assignment, local, pair, envs), others=others)


def _draw_assignments(
    difference: PartDifference, env: Environment
) -> tuple[Assignment, list[Assignment]]:
    """An assignment in which the sides differ, and more with other maxima or other switches.

    Where switches are any numbers, one assignment is enough.
    """
    context, assignment = difference.assignment.context, difference.assignment
    free = assign_residues(context, FREE)
    if _differs(difference, free, env):
        assignment = free
    kind: Gates = "free" if assignment is free else "coins"
    several = kind == "coins" or any(e.rhs.has(MaxOver) for e in context.forward.equations)
    seeds = range(CONFIRMING_SEED, CONFIRMING_SEED + CONFIRMED) if several else ()
    return assignment, [assign_residues(context, seed, kind) for seed in seeds]


def _differs(difference: PartDifference, assignment: Assignment, env: Environment) -> bool:
    with suppress(Undefined):
        sides = (evaluate_part(difference.local, n, assignment, env) for n in difference.pair)
        return compare_values(*sides) != EQUAL
    return False
