"""The tests that are written next to a module for PyTorch."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count

from sympy import Expr, Symbol

from symconv.codegen.python.identifiers import Identifiers
from symconv.codegen.python.module import Module
from symconv.codegen.python.module_spec import ModuleSpec
from symconv.core.equation import class_counts, find_ignored_classes
from symconv.output.templates import render_template

from .operation import OperationWriter


def torch_tests(
    stem: str,
    module: Module,
    spec: ModuleSpec,
    names: Identifiers,
    sizes: Mapping[Symbol, int],
) -> str:
    """Differences of PyTorch's for the first and the second derivatives, at the given sizes.

    `module` is tested, as it stands in the file `stem`. Where there is no PyTorch, nothing is.
    """
    writer, backward = OperationWriter(module, spec, names), spec.backward
    shown = {s for t in writer.arrays for n in t.shape for s in n.free_symbols}
    defined = {d.symbol for d in spec.forward.sizes}
    classes = class_counts(backward.program.equations)
    ignored = find_ignored_classes(backward.program.equations)
    trained = [t for t in writer.arrays if t.role == "parameter"]
    return render_template(
        "torch",
        "test_module.py.j2",
        module=stem,
        shapes=[(names.tensors[t.key], _evaluate(t.shape, sizes)) for t in writer.arrays],
        labels=[
            (names.tensors[t.key], _evaluate((classes[t.key],), sizes)[0])
            for t in writer.arrays
            if t.key in classes
        ],
        counted=[
            (names.tensors[k], next(c for c in count() if c not in some))
            for k, some in ignored.items()
        ],
        positive=[names.tensors[t.key] for t in writer.arrays if t.positive],
        options=[(names.sizes[s], n) for s, n in sizes.items() if s not in shown | defined],
        gradients=[names.tensors[t.key] for t in writer.arrays if t in backward.wrt],
        trained=[names.tensors[t.key] for t in trained],
        drawn=all(n.is_Integer for t in trained for n in t.shape),
    )


def _evaluate(shape: tuple[Expr, ...], sizes: Mapping[Symbol, int]) -> tuple[int, ...]:
    return tuple(int(n.xreplace(dict(sizes))) for n in shape)
