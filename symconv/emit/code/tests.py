"""The tests that are written next to a generated module."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Expr, Symbol

from symconv.core.equation import Program
from symconv.core.proof import Backward
from symconv.emit.environment import rendered
from symconv.lower.labels import class_counts

from .names import Names

GIVEN = {"input", "parameter", "target"}


def module_tests(
    module: str, forward: Program, backward: Backward, names: Names, sizes: Mapping[Symbol, int]
) -> str:
    """Central differences for every gradient, at the given sizes."""
    arrays = [t for t in forward.tensors if t.role in GIVEN]
    arrays += [backward.seed] if backward.seed else []
    shown = {s for t in arrays for n in t.shape for s in n.free_symbols}
    defined = {d.symbol for d in forward.sizes}
    pairs = zip(backward.wrt, backward.results, strict=True)
    classes = class_counts(backward.program.equations)
    return rendered(
        "numpy",
        "test_module.py.j2",
        module=module,
        shapes=[(names.tensors[t.key], _shape(t.shape, sizes)) for t in arrays],
        labels=[(names.tensors[k], _shape((n,), sizes)[0]) for k, n in classes.items()],
        options=[(names.sizes[s], n) for s, n in sizes.items() if s not in shown | defined],
        gradients=[(names.tensors[t.key], names.tensors[g.key]) for t, g in pairs],
        seed=names.tensors[backward.seed.key] if backward.seed else "",
        output=names.tensors[forward.output],
    )


def _shape(shape: tuple[Expr, ...], sizes: Mapping[Symbol, int]) -> tuple[int, ...]:
    return tuple(int(n.xreplace(dict(sizes))) for n in shape)
