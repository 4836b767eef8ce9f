"""The styles of NumPy modules: the same functions from the same equations, written three ways."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from symconv.codegen.fast.plan.overrides import PlanOverrides
from symconv.codegen.python.code_allowlist import audited
from symconv.codegen.python.identifiers import Identifiers
from symconv.codegen.readable.module import module_names, numpy_module
from symconv.codegen.readable.tests import module_tests
from symconv.core.equation import Program
from symconv.core.errors import SymconvError, did_you_mean
from symconv.core.proof import Backward
from symconv.semantics.sizes import pick_sizes
from symconv.semantics.work import count_range_values, count_terms

LOOPS = 20_000
"""The most terms of a forward pass in loops whose gradients are tested entry by entry."""

Style = Literal["loops", "readable", "fast"]


@dataclass(frozen=True)
class Order:
    """Everything that a module is made from."""

    forward: Program
    backward: Backward
    title: str
    notes: tuple[str, ...]
    numbers: Mapping[str, str]
    wishes: PlanOverrides | None = None


def module_text(order: Order, style: str) -> str:
    """The text of the module in a style; SymconvError where there is no such style."""
    return _known(style)(order)


def wishes_of(style: str, given: Mapping[str, Any]) -> PlanOverrides | None:
    """What the caller wants of the fast style; SymconvError where another style is asked."""
    if given and style != "fast":
        raise SymconvError(
            f"the style '{style}' has no plan to overrule", help="ask for the style fast"
        )
    return PlanOverrides(**given) if given else None


def plan_text(order: Order, style: str) -> str:
    """What becomes of the equations in a style: strategies and why, operations, bytes."""
    from symconv.codegen.fast.explain import explain_as_written, explain_network

    if _known(style) is not _fast:
        return explain_as_written(order.backward, order.numbers, style)
    return explain_network(order.forward, order.backward, order.numbers, order.wishes)


def tests_text(order: Order, style: str, stem: str, names: Identifiers) -> str:
    """The tests of the module `stem` of that style."""
    sizes = pick_sizes(order.backward.program, seed=3)
    equations = order.forward.equations
    work = sum(count_range_values(e.ranges, sizes) * count_terms(e.rhs, sizes) for e in equations)
    source = (stem, module_text(order, style))
    along = style == "loops" and work > LOOPS
    return module_tests(source, order.forward, order.backward, names, sizes, along=along)


def audit_of(style: str) -> Callable[[str], str]:
    """The allow-list that a module of the style passes."""
    if style == "loops":
        from symconv.codegen.python.loops_allowlist import audited_loops

        return audited_loops
    if style == "fast":
        from symconv.codegen.python.fast_allowlist import audited_fast

        return audited_fast
    return audited


def _readable(order: Order) -> str:
    """Vectorised, reads like good code written by hand."""
    return numpy_module(
        order.forward,
        order.backward.program,
        returned=order.backward.results,
        seed=order.backward.seed,
        title=order.title,
        notes=order.notes,
        numbers=order.numbers,
    )


def _loops(order: Order) -> str:
    """The formula, index by index."""
    from symconv.codegen.loops.module import loops_module

    return loops_module(
        order.forward,
        order.backward,
        _readable(order),
        title=order.title,
        notes=order.notes,
        numbers=order.numbers,
    )


def _fast(order: Order) -> str:
    """A planned program."""
    from symconv.codegen.fast.module import fast_module
    from symconv.codegen.fast.write.threads import threaded

    forward, backward = order.forward, order.backward
    wishes: dict[str, Any] = {"wishes": order.wishes} if order.wishes else {}
    text = fast_module(
        forward, backward, title=order.title, notes=order.notes, numbers=order.numbers, **wishes
    )
    return threaded(text, forward, backward, module_names(forward, backward.program))


STYLES: Mapping[str, Callable[[Order], str]] = {
    "loops": _loops,
    "readable": _readable,
    "fast": _fast,
}


def _known(style: str) -> Callable[[Order], str]:
    if style not in STYLES:
        raise SymconvError(f"no style is called '{style}'", help=did_you_mean(style, STYLES))
    return STYLES[style]
