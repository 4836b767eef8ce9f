"""Equations of one's own in which a window slides, as a page explores them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sympy import Expr, Symbol
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation, Program
from symconv.core.errors import SymconvError
from symconv.core.tensor import Role, Tensor, key_of
from symconv.notation.index_letters import is_index
from symconv.structure.smallest_sizes import choose_smallest_sizes

from .explored_layers import IMAGE, LARGEST_IMAGE, write_alone

if TYPE_CHECKING:
    from symconv.api import Network


def collect_own_equations(network: Network) -> list[dict[str, Any]]:
    """The equations of one's own that read through windows, as `collect_explored` gives layers.

    Their numbers stay; what has a letter can be chosen.
    """
    return list(_write_equations(network))


def _write_equations(network: Network) -> Iterator[dict[str, Any]]:
    for equation in network.program.equations:
        read = _find_read(equation, network.program)
        if equation.kind != "equation" or read is None:
            continue
        alone = _cut_program(equation, read, network.program)
        try:
            starts = choose_smallest_sizes(alone) if alone.free_sizes else {}
            said = {s.name: "size" for s in alone.free_sizes}
            found = write_alone(alone, read, said, network.notation)
        except SymconvError:
            # An index that is no polynomial, or sizes that do not fit.
            continue
        here = {"key": equation.key, "starts": {s.name: n for s, n in starts.items()}}
        yield found | {"layers": [here]}


def _find_read(equation: Equation, program: Program) -> Tensor | None:
    """The one input or value that an equation reads through windows that can be drawn."""
    given = [t for t in program.in_order(equation.reads) if t.role in {"input", "value"}]
    output = program.by_key[equation.key]
    if len(given) != 1 or not all(map(_can_be_drawn, (given[0], output))):
        return None
    accesses = [a for a in equation.rhs.atoms(Indexed) if key_of(a) == given[0].key]
    slides = any(len(_find_indices(e)) > 1 for access in accesses for e in access.indices)
    return given[0] if slides and len(accesses) == 1 else None


def _can_be_drawn(tensor: Tensor) -> bool:
    sides = [int(n) for n in tensor.shape if n.is_Integer]
    return len(tensor.shape) <= len(IMAGE) and max(sides, default=0) <= LARGEST_IMAGE


def _find_indices(e: Expr) -> set[Symbol]:
    return {s for s in e.free_symbols if isinstance(s, Symbol) and is_index(s)}


def _cut_program(equation: Equation, read: Tensor, program: Program) -> Program:
    """The equation alone, with what it reads as an input."""
    tensors = [t for t in program.tensors if t.key in {*equation.reads, equation.key}]
    roles: dict[str, Role] = {read.key: "input", equation.key: "value"}
    made = tuple(replace(t, role=roles.get(t.key, t.role)) for t in tensors)
    return Program(made, (equation,), equation.key, program.sizes)
