"""All checks of a backward pass, on the same random trials."""

from __future__ import annotations

from collections.abc import Iterator

from symconv.core.proof import Backward

from .gradients import check_gradients
from .inner_products import check_inner_products
from .operand_swap import check_operand_swap
from .record import Check
from .steps import check_steps, points_for_steps


def check_backward_pass(passes: Backward, *, draws: int = 3, seed: int = 0) -> Iterator[Check]:
    """The steps of every derivation, then every equation: derivative, transpose and role swap."""
    program, derivations = passes.program, passes.derivations
    made = points_for_steps(program, derivations, draws, seed)
    for derivation in derivations:
        yield from check_steps(program, [derivation], seed=seed, made=made)
    yield from check_gradients(program, seed=seed, made=made)
    yield from check_inner_products(program, seed=seed, made=made)
    yield from check_operand_swap(program, seed=seed, made=made)
