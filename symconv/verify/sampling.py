"""Random trials: sizes and hyper-parameters, and small entries with zeros, ties and both signs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import product
from random import Random
from types import MappingProxyType
from typing import Any

from sympy import Expr, NumberSymbol, Pow, Symbol, exp, log

from symconv.core.equation import Program, Ranges
from symconv.core.errors import SymconvError, Unsupported
from symconv.core.nodes import LogSumExp
from symconv.core.tensor import Tensor
from symconv.semantics.algebra import Exact, Reals
from symconv.semantics.index_arithmetic import Place, Sizes, as_integer
from symconv.semantics.node_compiler import Writers
from symconv.semantics.protocol import Algebra
from symconv.semantics.run import Tables
from symconv.semantics.sizes import Accept, pick_sizes
from symconv.semantics.work import count_range_values, count_terms, list_places

from .entries import LabelClasses, find_label_classes
from .error_bounds import SPREAD, is_polynomial
from .evaluation_point import EntrySource, EvaluationPoint, evaluate_program, forward_equations

Draw = Callable[[Random], Fraction]

ANY: Draw = lambda r: Fraction(r.randint(-3, 3))  # noqa: E731 - one line of a table
WIDE: Draw = lambda r: Fraction(r.randrange(-SPREAD // 2, SPREAD // 2))  # noqa: E731 - as above
DRAWS: tuple[Draw, ...] = (
    ANY,
    lambda r: Fraction(r.choice((-3, -2, -1, 1, 2, 3))),
    lambda r: Fraction(r.randint(1, 3)),
    lambda r: Fraction(r.randint(1, 7), 8),
    lambda r: Fraction(r.randint(1, 7), 64),
)
"""Any small integer, none that is 0, positive ones, numbers between 0 and 1, and close to 0.

The first kind at which everything has a value is taken.
"""

SMALL = 20_000
"""The most leaves of a forward pass at fixed sizes that is run more than once."""

NO_LABELS: Mapping[str, LabelClasses] = MappingProxyType({})

FAILURES = (SymconvError, ZeroDivisionError, ValueError, OverflowError)
"""What happens where a formula has no value."""


def draw_points(
    program: Program, count: int, seed: int, accept: Accept = lambda _: True
) -> list[EvaluationPoint]:
    """Random trials of a program; `accept` bounds the work where sizes can be chosen.

    A program that is large at any sizes gets one trial.
    """
    choices = _choose_sizes(program, count, seed, accept)
    return [draw_point(program, sizes, seed + n) for n, sizes in enumerate(choices)]


def _choose_sizes(
    program: Program, count: int, seed: int, accept: Accept
) -> list[dict[Symbol, int]]:
    """Sizes for each trial; where none are acceptable, one choice: the smallest of a few."""
    seeds = range(3 * seed, 3 * seed + count)
    if not program.free_sizes:
        sizes = pick_sizes(program, 0)
        return [sizes] * (count if forward_cost(program, sizes) <= SMALL else 1)
    try:
        return [pick_sizes(program, s, accept) for s in seeds]
    except SymconvError:
        return [
            min((pick_sizes(program, s) for s in seeds), key=lambda s: forward_cost(program, s))
        ]


def forward_cost(program: Program, sizes: Sizes) -> int:
    """The leaves that one forward pass visits."""
    return sum(comparison_cost([e.rhs], e.ranges, sizes) for e in forward_equations(program))


def draw_point(program: Program, sizes: dict[Symbol, int], seed: int) -> EvaluationPoint:
    """A trial at given sizes, with the first kind of entries at which everything has a value."""
    algebra: Algebra = Reals() if needs_reals(program) else Exact()
    problem: Exception | None = None
    # A polynomial has a value everywhere, and the larger the set the smaller the chance that a
    # wrong one passes. With divisions, roots or logarithms the numbers have to be chosen for a
    # value to exist.
    for draw in (WIDE,) if is_polynomial(program) else DRAWS:
        try:
            entry = random_entry(Random(seed), draw, algebra, find_label_classes(program, sizes))  # noqa: S311
            made = evaluate_program(program, sizes, algebra, entry)
            assert made.slopes, "a program has tensors"
        except (ZeroDivisionError, ValueError, OverflowError) as error:
            problem = error
        else:
            return made
    raise Unsupported(f"the program has no value at random entries: {problem}")


def needs_reals(program: Program) -> bool:
    """Whether exact arithmetic does not do: e, roots, and exp with log, as exp(log x) = x."""
    if any(e.rhs.has(LogSumExp, NumberSymbol) for e in program.equations):
        return True
    atoms = [a for e in program.equations for a in e.rhs.atoms(exp, log, Pow)]
    kinds = {type(a) for a in atoms if not isinstance(a, Pow)}
    roots = any(isinstance(a, Pow) and a.exp.is_integer is False for a in atoms)
    return roots or kinds == {exp, log}


def random_entry(
    random: Random, draw: Draw, algebra: Algebra, labels: Mapping[str, LabelClasses] = NO_LABELS
) -> EntrySource:
    """Random entries; quarters of the numbers drawn where the algebra is that of the reals.

    `labels` are the classes of tensors that hold class numbers.
    """
    # Small enough for exp and tanh, and exact in binary.
    scale = Fraction(1, 4 if isinstance(algebra, Reals) else 1)

    def entry(tensor: Tensor, place: Place) -> Any:
        if tensor.key in labels:
            return labels[tensor.key].draw(random, place)
        drawn = draw(random)
        return algebra.number(scale * ((abs(drawn) or 1) if tensor.positive else drawn))

    return entry


def random_tables(tensors: list[Tensor], trial: EvaluationPoint, random: Random) -> Tables:
    """Any small entries for each tensor."""
    entry = random_entry(random, ANY, trial.algebra)
    return {t.key: {p: entry(t, p) for p in list_places(t, trial.sizes)} for t in tensors}


BUDGET = 2_000_000
"""How many leaves of formulas one comparison may visit."""

FEWEST = 3
"""How many index values are compared at least."""


def comparison_cost(
    formulas: Sequence[Expr],
    ranges: Ranges,
    sizes: Sizes,
    equations: Writers = MappingProxyType({}),
) -> int:
    """The leaves to visit when all formulas are evaluated at every index value."""
    return count_range_values(ranges, sizes) * sum(
        count_terms(e, sizes, equations) for e in formulas
    )


def choose_index_values(
    formulas: Sequence[Expr], ranges: Ranges, sizes: Sizes, equations: Writers, seed: int
) -> list[Place]:
    """All index values; where that is too much work, the corners and a random choice."""
    spans = [range(as_integer(n, sizes)) for _, n in ranges]
    total, effort = (
        count_range_values(ranges, sizes),
        comparison_cost(formulas, ranges, sizes, equations),
    )
    if effort <= BUDGET:
        return list(product(*spans))
    random = Random(seed)  # noqa: S311 - a sample, not a secret
    count = min(total, max(FEWEST, BUDGET * total // effort))
    # Borders are where padding and strides go wrong.
    corners = list(product(*({s[0], s[-1]} for s in spans)))[: count // 2]
    chosen = {tuple(random.choice(s) for s in spans) for _ in range(count - len(corners))}
    return sorted({*corners, *chosen})
