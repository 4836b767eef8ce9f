"""Random trials: sizes and hyper-parameters, and small entries with zeros, ties and both signs."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from random import Random

from sympy import Pow, Symbol, exp, log

from symconv.core.equation import Program
from symconv.core.errors import SymconvError, Unsupported
from symconv.core.tensor import Tensor
from symconv.semantics.algebra import Algebra, Exact, Reals
from symconv.semantics.places import Sizes
from symconv.semantics.run import Tables
from symconv.semantics.sizes import Accept, free_sizes, pick
from symconv.semantics.work import places

from .points import work
from .trial import Entry, Trial, forward_equations, trial_of

Draw = Callable[[Random], int]

ANY: Draw = lambda r: r.randint(-3, 3)  # noqa: E731 - one line of a table
DRAWS: tuple[Draw, ...] = (
    ANY,
    lambda r: r.choice((-3, -2, -1, 1, 2, 3)),
    lambda r: r.randint(1, 3),
)
"""Any small integer, none that is 0, only positive ones: the first at which all has a value."""

FAILURES = (SymconvError, ZeroDivisionError, ValueError, OverflowError)
"""What happens where a formula has no value."""


def trials(program: Program, count: int, seed: int, accept: Accept = lambda _: True) -> list[Trial]:
    """Random trials of a program; `accept` bounds the work where sizes can be chosen.

    A program without size symbols gets one trial, and so does one that is large at any sizes.
    """
    choices = _choices(program, count, seed, accept)
    return [trial(program, sizes, seed + n) for n, sizes in enumerate(choices)]


def _choices(program: Program, count: int, seed: int, accept: Accept) -> list[dict[Symbol, int]]:
    """Sizes for each trial; where none are acceptable, one choice: the smallest of a few."""
    seeds = range(3 * seed, 3 * seed + (count if free_sizes(program) else 1))
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
    for draw in DRAWS:
        try:
            made = trial_of(program, sizes, algebra, random_entry(Random(seed), draw, algebra))  # noqa: S311
            assert made.slopes, "a program has tensors"
        except (ZeroDivisionError, ValueError, OverflowError) as error:
            problem = error
        else:
            return made
    raise Unsupported(f"the program has no value at random entries: {problem}")


def needs_reals(program: Program) -> bool:
    """Whether exact arithmetic does not do: roots, or exp and log together (exp(log x) = x)."""
    atoms = [a for e in program.equations for a in e.rhs.atoms(exp, log, Pow)]
    kinds = {type(a) for a in atoms if not isinstance(a, Pow)}
    roots = any(isinstance(a, Pow) and a.exp.is_integer is False for a in atoms)
    return roots or kinds == {exp, log}


def random_entry(random: Random, draw: Draw, algebra: Algebra) -> Entry:
    """Random entries; quarters of integers where the algebra is that of the reals."""
    parts = 4 if isinstance(algebra, Reals) else 1
    values = {n: algebra.number(Fraction(n, parts)) for n in range(-3, 4)}
    return lambda _tensor, _place: values[draw(random)]


def random_tables(tensors: list[Tensor], trial: Trial, random: Random) -> Tables:
    """Any small entries for each tensor."""
    entry = random_entry(random, ANY, trial.algebra)
    return {t.key: {p: entry(t, p) for p in places(t, trial.sizes)} for t in tensors}
