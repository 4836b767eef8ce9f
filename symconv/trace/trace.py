"""A network in numbers: both passes entry by entry, and what gradient descent makes of the loss."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from sympy import Symbol

from symconv.core.equation import Program
from symconv.core.errors import SymconvError
from symconv.core.tensor import Tensor
from symconv.semantics.index_arithmetic import Place
from symconv.semantics.run import run_program

from .descent import Train, descend
from .input_tables import Values, build_tables
from .input_values import parse_literal
from .numbers import Number, check_numbers, name_failures
from .provenance import TracedNumber, TracingAlgebra, make_leaf
from .random_values import RandomValues, draw_values
from .record import Trace, TracedEquation

if TYPE_CHECKING:
    from symconv.api import Network

MOST_DIGITS = 30
"""The most decimals that may be asked for; floats have 17, and exact numbers any."""


def trace_network(  # noqa: PLR0913 - the values, and how far and how finely to go
    network: Network,
    values: Mapping[str, object] | str,
    *,
    given: Mapping[str, object] | None = None,
    digits: int | None = None,
    steps: int = 0,
    rate: object = "0.1",
    sizes: Mapping[str, int] | None = None,
) -> Trace:
    """The network in numbers.

    `values` are inputs, weights and targets, by name, or `"random:7"` for small numbers drawn with
    the seed 7, as `draw_values` has them; `given` are numbers in the middle of the
    network that are taken as they are instead of computed, such as deltas. Without `digits` all
    numbers are exact where they can be. With `steps`, gradient descent at the `rate` follows.
    """
    if digits is not None and not 0 <= digits <= MOST_DIGITS:
        raise SymconvError(f"{digits} digits cannot be shown", help=f"take 0 to {MOST_DIGITS}")
    start = draw_values(network, values) if isinstance(values, str) else RandomValues(values, "")
    numbers = {**start.values, **(given or {})}
    program = network.backward().program
    known = {s: int(sizes[s.name]) for s in program.free_sizes if sizes and s.name in sizes}
    taken, found_sizes = build_tables(numbers, program, known)
    computed, missing = _trace_equations(program, taken, found_sizes, digits)
    descent = None
    if steps:
        weights, speed = _trainable_tensors(network, taken), parse_literal(rate)
        train = None if found_sizes else _train_on_module(network, weights, speed)
        descent = descend(program, found_sizes, taken, weights, speed, steps, train)
    return Trace(network, taken, tuple(computed), missing, digits, descent, start.words)


def _train_on_module(network: Network, weights: tuple[Tensor, ...], rate: Number) -> Train:
    """The steps on the generated module, which is made when they are asked for."""

    def train(start: Values) -> Iterator[tuple[Number, Values]]:
        from symconv.core.equation import class_counts

        from .training import Training

        labels = class_counts(network.program.equations)
        learned = tuple(t.key for t in weights)
        cost = network.program.output
        module = network.compile("fast")
        yield from Training(module, learned, labels, cost, float(rate)).stages(start)

    return train


def _trainable_tensors(network: Network, taken: Values) -> tuple[Tensor, ...]:
    """The parameters that descent moves."""
    wrt = network.backward().wrt
    return tuple(t for t in wrt if t.role == "parameter" and t.key in taken)


def _trace_equations(
    program: Program, taken: Values, sizes: Mapping[Symbol, int], digits: int | None
) -> tuple[list[TracedEquation], dict[str, tuple[str, ...]]]:
    """Every equation whose tensors are known, in order; and what the others lack."""
    leaves = {key: _make_leaves(table, digits) for key, table in taken.items()}
    parts: list[TracedEquation] = []
    missing: dict[str, tuple[str, ...]] = {}
    for equation in program.equations:
        if equation.key in taken:
            continue
        lacks = tuple(sorted(equation.reads - leaves.keys()))
        if lacks:
            missing[equation.key] = lacks
            continue
        needed = {key: leaves[key] for key in equation.reads}
        with name_failures(equation.key):
            found = run_program(program, sizes, needed, TracingAlgebra(), wanted=[equation.key])
            entries = found[equation.key]
            check_numbers(worked.value for worked in entries.values())
        parts.append(TracedEquation(equation, entries))
        leaves[equation.key] = _make_leaves({k: w.value for k, w in entries.items()}, digits)
    return parts, missing


def _make_leaves(table: Mapping[Place, Number], digits: int | None) -> dict[Place, TracedNumber]:
    return {place: make_leaf(value, digits) for place, value in table.items()}
