"""A network in numbers: both passes entry by entry, and what gradient descent makes of the loss."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from sympy import Symbol

from symconv.core.equation import Program
from symconv.core.errors import SymconvError
from symconv.core.tensor import Tensor
from symconv.semantics.places import Place
from symconv.semantics.run import reads, run
from symconv.semantics.sizes import free_sizes

from .descent import Train, descend
from .given import Values, tables
from .literals import exact
from .numbers import Number
from .record import Part, Trace
from .worked import Calculation, Worked, leaf

if TYPE_CHECKING:
    from symconv.api import Network

MOST_DIGITS = 30


def trace(  # noqa: PLR0913 - the values, and how far and how finely to go
    network: Network,
    values: Mapping[str, object],
    *,
    given: Mapping[str, object] | None = None,
    digits: int | None = None,
    steps: int = 0,
    rate: object = "0.1",
    sizes: Mapping[str, int] | None = None,
) -> Trace:
    """The network in numbers.

    `values` are inputs, weights and targets, by name; `given` are numbers in the middle of the
    network that are taken as they are instead of computed, such as deltas. Without `digits` all
    numbers are exact where they can be. With `steps`, gradient descent at the `rate` follows.
    """
    if digits is not None and not 0 <= digits <= MOST_DIGITS:
        raise SymconvError(f"{digits} digits cannot be shown", help=f"take 0 to {MOST_DIGITS}")
    program = network.backward().program
    known = {s: int(sizes[s.name]) for s in free_sizes(program) if sizes and s.name in sizes}
    taken, found_sizes = tables({**values, **(given or {})}, program, known)
    computed, missing = _computed(program, taken, found_sizes, digits)
    descent = None
    if steps:
        weights, speed = _learned(network, taken), exact(rate)
        train = None if found_sizes else _training(network, weights, speed)
        descent = descend(program, found_sizes, taken, weights, speed, steps, train)
    return Trace(network, taken, tuple(computed), missing, digits, descent)


def _training(network: Network, weights: tuple[Tensor, ...], rate: Number) -> Train:
    """The steps on the generated module, which is made when they are asked for."""

    def train(start: Values) -> Iterator[tuple[Number, Values]]:
        from symconv.lower.labels import class_counts

        from .training import Training

        labels = class_counts(network.program.equations)
        learned = tuple(t.key for t in weights)
        cost = network.program.output
        module = network.compile("fast")
        yield from Training(module, learned, labels, cost, float(rate)).stages(start)

    return train


def _learned(network: Network, taken: Values) -> tuple[Tensor, ...]:
    """The parameters that descent moves."""
    wrt = network.backward().wrt
    return tuple(t for t in wrt if t.role == "parameter" and t.key in taken)


def _computed(
    program: Program, taken: Values, sizes: Mapping[Symbol, int], digits: int | None
) -> tuple[list[Part], dict[str, tuple[str, ...]]]:
    """Every equation whose tensors are known, in order; and what the others lack."""
    leaves = {key: _leaves(table, digits) for key, table in taken.items()}
    parts: list[Part] = []
    missing: dict[str, tuple[str, ...]] = {}
    for equation in program.equations:
        if equation.key in taken:
            continue
        lacks = tuple(sorted(reads(equation) - leaves.keys()))
        if lacks:
            missing[equation.key] = lacks
            continue
        needed = {key: leaves[key] for key in reads(equation)}
        entries = run(program, sizes, needed, Calculation(), wanted=[equation.key])[equation.key]
        parts.append(Part(equation, entries))
        leaves[equation.key] = _leaves({k: w.value for k, w in entries.items()}, digits)
    return parts, missing


def _leaves(table: Mapping[Place, Number], digits: int | None) -> dict[Place, Worked]:
    return {place: leaf(value, digits) for place, value in table.items()}
