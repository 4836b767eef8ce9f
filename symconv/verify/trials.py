"""Random trials: sizes and hyper-parameters, and small entries with zeros, ties and both signs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from random import Random
from types import MappingProxyType
from typing import Any

from sympy import Pow, Symbol, exp, log

from symconv.core.equation import Program
from symconv.core.errors import SymconvError, Unsupported
from symconv.core.nodes import LogSumExp
from symconv.core.tensor import Tensor
from symconv.semantics.algebra import Exact, Reals
from symconv.semantics.places import Place, Sizes
from symconv.semantics.protocol import Algebra
from symconv.semantics.run import Tables
from symconv.semantics.sizes import Accept, free_sizes, pick
from symconv.semantics.work import places

from .classes import classes
from .points import work
from .polynomials import SPREAD, polynomial
from .trial import Entry, Trial, forward_equations, trial_of

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

NO_LABELS: Mapping[str, int] = MappingProxyType({})

FAILURES = (SymconvError, ZeroDivisionError, ValueError, OverflowError)
"""What happens where a formula has no value."""


def trials(program: Program, count: int, seed: int, accept: Accept = lambda _: True) -> list[Trial]:
    """Random trials of a program; `accept` bounds the work where sizes can be chosen.

    A program that is large at any sizes gets one trial.
    """
    choices = _choices(program, count, seed, accept)
    return [trial(program, sizes, seed + n) for n, sizes in enumerate(choices)]


def _choices(program: Program, count: int, seed: int, accept: Accept) -> list[dict[Symbol, int]]:
    """Sizes for each trial; where none are acceptable, one choice: the smallest of a few."""
    seeds = range(3 * seed, 3 * seed + count)
    if not free_sizes(program):
        sizes = pick(program, 0)
        return [sizes] * (count if forward_work(program, sizes) <= SMALL else 1)
    try:
        return [pick(program, s, accept) for s in seeds]
    except SymconvError:
        return [min((pick(program, s) for s in seeds), key=lambda s: forward_work(program, s))]


def forward_work(program: Program, sizes: Sizes) -> int:
    """The leaves that one forward pass visits."""
    return sum(work([e.rhs], e.ranges, sizes, ()) for e in forward_equations(program))


def trial(program: Program, sizes: dict[Symbol, int], seed: int) -> Trial:
    """A trial at given sizes, with the first kind of entries at which everything has a value."""
    algebra: Algebra = Reals() if needs_reals(program) else Exact()
    problem: Exception | None = None
    for draw in (WIDE,) if polynomial(program) else DRAWS:
        try:
            entry = random_entry(Random(seed), draw, algebra, classes(program, sizes))  # noqa: S311
            made = trial_of(program, sizes, algebra, entry)
            assert made.slopes, "a program has tensors"
        except (ZeroDivisionError, ValueError, OverflowError) as error:
            problem = error
        else:
            return made
    raise Unsupported(f"the program has no value at random entries: {problem}")


def needs_reals(program: Program) -> bool:
    """Whether exact arithmetic does not do: roots, and exp with log, as exp(log x) = x."""
    if any(e.rhs.has(LogSumExp) for e in program.equations):
        return True
    atoms = [a for e in program.equations for a in e.rhs.atoms(exp, log, Pow)]
    kinds = {type(a) for a in atoms if not isinstance(a, Pow)}
    roots = any(isinstance(a, Pow) and a.exp.is_integer is False for a in atoms)
    return roots or kinds == {exp, log}


def random_entry(
    random: Random, draw: Draw, algebra: Algebra, labels: Mapping[str, int] = NO_LABELS
) -> Entry:
    """Random entries; quarters of the numbers drawn where the algebra is that of the reals.

    `labels` count the classes of tensors that hold class numbers.
    """
    scale = Fraction(1, 4 if isinstance(algebra, Reals) else 1)

    def entry(tensor: Tensor, _place: Place) -> Any:
        if tensor.key in labels:
            return random.randrange(labels[tensor.key])
        return algebra.number(scale * draw(random))

    return entry


def random_tables(tensors: list[Tensor], trial: Trial, random: Random) -> Tables:
    """Any small entries for each tensor."""
    entry = random_entry(random, ANY, trial.algebra)
    return {t.key: {p: entry(t, p) for p in places(t, trial.sizes)} for t in tensors}
