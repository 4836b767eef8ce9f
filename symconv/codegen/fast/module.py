"""The fast style: one module with `forward` and `backward`, unrolled or planned."""

from __future__ import annotations

from symconv.codegen.fast.scalar.module import UnrolledModule
from symconv.codegen.fast.scalar.unrolled_program import UnrolledProgram
from symconv.codegen.fast.write.planned import PlannedModule
from symconv.codegen.fast.write.threads import add_step
from symconv.codegen.python.module import Module
from symconv.codegen.python.module_spec import ModuleSpec
from symconv.codegen.readable.docstrings import DocstringWriter
from symconv.codegen.readable.module import generate_readable, module_names

from .strategy import Strategy

UNROLLED = "Written out number by number: the network is tiny."


def generate_fast(spec: ModuleSpec, strategy: Strategy) -> Module:
    """The fast module of a network.

    A tiny network of fixed sizes is unrolled into scalar code. Otherwise contractions over windows
    get the forms that the cost model chooses, and everything else is written as in the readable
    style. Where a workspace is of no use (no such contraction and no margin), or where sizes are in
    no shape of an array, the module is the readable one. Where the samples of a batch are treated
    one by one, a `step` splits it over threads.
    """
    forward, backward, numbers = spec.forward, spec.backward, spec.numbers
    if isinstance(strategy, UnrolledProgram):
        docstring = _docstring(spec, (UNROLLED,))
        return UnrolledModule(forward, backward, strategy, numbers).module(docstring)
    if strategy is None or not strategy.workspace:
        return generate_readable(spec)
    choices = strategy.plan.choices.items()
    reasons = tuple(f"{key}: {c.algorithm.name}, because {c.reason}." for key, c in choices)
    planned = PlannedModule(spec, strategy.plan, strategy.lowering)
    module = planned.module(_docstring(spec, reasons))
    return add_step(module, forward, backward, module_names(forward, backward.program))


def _docstring(spec: ModuleSpec, notes: tuple[str, ...]) -> str:
    names = module_names(spec.forward, spec.backward.program)
    docstrings = DocstringWriter(names, {}, {}, (), spec.forward.sizes)
    return docstrings.module(spec.title, (*spec.notes, *notes))
