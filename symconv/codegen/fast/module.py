"""The fast style: one module with `forward` and `backward`, unrolled or planned."""

from __future__ import annotations

from collections.abc import Mapping

from symconv.codegen.fast.plan.overrides import PlanOverrides
from symconv.codegen.fast.scalar.module import UnrolledModule
from symconv.codegen.fast.scalar.program_of import Unrolled
from symconv.codegen.fast.write.planned import PlannedModule
from symconv.codegen.readable.docstrings import DocstringWriter
from symconv.codegen.readable.module import module_names, numpy_module
from symconv.core.equation import Program
from symconv.core.proof import Backward

from .strategy import way_of


def fast_module(  # noqa: PLR0913 - what a module is made from
    forward: Program,
    backward: Backward,
    *,
    title: str,
    notes: tuple[str, ...] = (),
    numbers: Mapping[str, str] | None = None,
    wishes: PlanOverrides | None = None,
) -> str:
    """The text of the fast module of a network.

    A tiny network of fixed sizes is unrolled into scalar code. Otherwise contractions over windows
    get the forms that the cost model chooses, and everything else is written as in the readable
    style. Where a workspace is of no use (no such contraction and no margin), or where sizes are in
    no shape of an array, the module is the readable one.
    `wishes` overrule the cost model: tiles for windows of 3 x 3, or a form for an equation.
    """
    numbers = numbers or {}
    way = way_of(forward, backward, wishes)
    if isinstance(way, Unrolled):
        how = "Written out number by number: the network is tiny."
        docstring = _docstring(forward, backward, title, (*notes, how))
        return UnrolledModule(forward, backward, way, numbers).text(docstring)
    readable = numpy_module(
        forward,
        backward.program,
        returned=backward.results,
        seed=backward.seed,
        title=title,
        notes=notes,
        numbers=numbers,
    )
    if way is None or not way.workspace:
        return readable
    choices = way.plan.choices.items()
    told = tuple(f"{key}: {c.algorithm.name}, because {c.reason}." for key, c in choices)
    docstring = _docstring(forward, backward, title, (*notes, *told))
    return PlannedModule(forward, backward, way.plan, numbers).text(docstring, readable)


def _docstring(forward: Program, backward: Backward, title: str, notes: tuple[str, ...]) -> str:
    names = module_names(forward, backward.program)
    return DocstringWriter(names, {}, {}, (), forward.sizes).module(title, notes)
