"""The fast style: one module with `forward` and `backward`, unrolled or planned."""

from __future__ import annotations

from collections.abc import Mapping

from symconv.core.equation import Program
from symconv.core.errors import Unsupported
from symconv.core.proof import Backward
from symconv.emit.code.docstrings import Docstrings
from symconv.emit.code.module import module_names, numpy_module
from symconv.lower.equations import lowered
from symconv.plan.forms import Wishes
from symconv.plan.held import margins_of
from symconv.plan.planner import Plain, Plan, plan
from symconv.plan.scalar_planner import multiplications
from symconv.plan.simplify import without_unit_sums
from symconv.plan.unrolled import Unrolled, unrolled

from .passes import sizes_known
from .planned import PlannedModule
from .unrolled import UnrolledModule

MOST_ENTRIES = 40
"""The most entries of a tensor in a network that is written out number by number."""

MOST_READS = 1200
"""The most entries that the statements of an unrolled module may read."""


def fast_module(  # noqa: PLR0913 - what a module is made from
    forward: Program,
    backward: Backward,
    *,
    title: str,
    notes: tuple[str, ...] = (),
    numbers: Mapping[str, str] | None = None,
    wishes: Wishes | None = None,
) -> str:
    """The text of the fast module of a network.

    A tiny network of fixed sizes is unrolled into scalar code. Otherwise contractions over windows
    get the forms that the cost model chooses, and everything else is written as in the readable
    style. A network without any such contraction, or with sizes that no array shows, is readable.
    `wishes` overrule the cost model: tiles for windows of 3 x 3, or a form for an equation.
    """
    numbers = numbers or {}
    scalars = _unrolled(forward, backward)
    if scalars is not None and not (wishes and wishes.forms):
        how = "Written out number by number: the network is tiny."
        docstring = _docstring(forward, backward, title, (*notes, how))
        return UnrolledModule(forward, backward, scalars, numbers).text(docstring)
    readable = numpy_module(
        forward,
        backward.program,
        returned=backward.results,
        seed=backward.seed,
        title=title,
        notes=notes,
        numbers=numbers,
    )
    made = plan(forward, backward, wishes) if sizes_known(forward) else None
    if made is None or (made.plain and not _margins(forward, backward, made)):
        return readable
    told = tuple(f"{key}: {c.form}, because {c.reason}." for key, c in made.choices.items())
    docstring = _docstring(forward, backward, title, (*notes, *told))
    return PlannedModule(forward, backward, made, numbers).text(docstring, readable)


def _margins(forward: Program, backward: Backward, made: Plan) -> bool:
    """Whether a plan without forms has margins that a workspace keeps."""
    tensors = {**forward.by_key, **backward.program.by_key}
    passes = (
        tuple(without_unit_sums(s.equation) for s in steps if isinstance(s, Plain))
        for steps in (made.forward, made.backward)
    )
    return any(margins_of(lowered(tensors, equations, forward.sizes)) for equations in passes)


def _unrolled(forward: Program, backward: Backward) -> Unrolled | None:
    """The scalar program of a network that is tiny, has fixed sizes and scalar functions."""
    tensors = backward.program.tensors
    if any(not n.is_Integer for t in tensors for n in t.shape):
        return None
    read = [t for t in tensors if t.role != "mask"]
    if any(_entries(t.shape) > MOST_ENTRIES for t in read):
        return None
    try:
        made = unrolled(forward, backward)
    except Unsupported:
        return None
    return made if multiplications((*made.forward, *made.backward)) <= MOST_READS else None


def _entries(shape: tuple[object, ...]) -> int:
    found = 1
    for n in shape:
        found *= int(str(n))
    return found


def _docstring(forward: Program, backward: Backward, title: str, notes: tuple[str, ...]) -> str:
    names = module_names(forward, backward.program)
    return Docstrings(names, {}, {}, (), forward.sizes).module(title, notes)
