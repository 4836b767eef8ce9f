"""All checks of a backward pass, on the same random trials."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from types import MappingProxyType
from typing import TYPE_CHECKING

from sympy import Symbol

from symconv.core.equation import Program
from symconv.core.proof import Backward, Ending
from symconv.semantics.run import refuse_large
from symconv.semantics.sizes import pick_sizes as pick

from .endings import check_endings
from .gradients import check_gradients
from .inner_products import check_inner_products
from .operand_swap import check_operand_swap
from .record import Check
from .steps import check_steps, points_for_steps

if TYPE_CHECKING:
    from .generated_module import ModuleUnderTest

MODULE_SEED = 3
"""The seed of the sizes for a module.

A multiple of 3 keeps clear of strides of 1 and of padding 0.
"""


def check_backward_pass(
    passes: Backward,
    *,
    draws: int = 3,
    seed: int = 0,
    endings: Mapping[str, Ending] = MappingProxyType({}),
) -> Iterator[Check]:
    """The steps of every derivation, then every equation: derivative, transpose and role swap.

    Behind the steps those of the `endings` of derivations.
    """
    program, derivations = passes.program, passes.derivations
    made = points_for_steps(program, derivations, draws, seed)
    yield from check_steps(program, derivations, seed=seed, made=made)
    yield from check_endings(program, endings, seed=seed)
    yield from check_gradients(program, seed=seed, made=made)
    yield from check_inner_products(program, seed=seed, made=made)
    yield from check_operand_swap(program, seed=seed, made=made)


def pick_affordable_sizes(forward: Program, passes: Backward) -> dict[Symbol, int]:
    """Small sizes to try a module of the network at.

    SymconvError where fixed sizes make the network too large to evaluate entry by entry.
    """
    sizes = pick(passes.program, seed=MODULE_SEED)
    refuse_large(forward, sizes)
    return sizes


def verify_with_module(  # noqa: PLR0913 - a check depends on exactly these
    passes: Backward,
    modules: Iterable[ModuleUnderTest],
    sizes: dict[Symbol, int],
    *,
    draws: int = 3,
    seed: int = 0,
    endings: Mapping[str, Ending] = MappingProxyType({}),
) -> Iterator[Check]:
    """All checks of a backward pass, then those of the modules that were generated from it."""
    yield from check_backward_pass(passes, draws=draws, seed=seed, endings=endings)
    from .module_checks import check_module

    for module in modules:
        yield from check_module(passes.program, sizes, module, seed=seed)


def has_numpy() -> bool:
    """Whether generated modules can be run: a browser has no NumPy."""
    try:
        return find_spec("numpy") is not None
    except (ImportError, ValueError):
        return False


def report_unchecked_module(
    style: str, why: str = "NumPy, which it runs on, is not installed"
) -> Check:
    """What stands in place of the checks of a module where what it runs on is missing."""
    why = f"not checked, as {why}"
    return Check(f"{style} module", passed=False, detail="", style=style, open=why)
