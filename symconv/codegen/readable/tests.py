"""The tests that are written next to a generated module."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from sympy import Expr, Symbol

from symconv.codegen.python.identifiers import Identifiers
from symconv.core.equation import Program, class_counts
from symconv.core.proof import Backward
from symconv.output.templates import render_template


def module_tests(  # noqa: PLR0913 - everything that the tests depend on, by name
    source: tuple[str, str],
    forward: Program,
    backward: Backward,
    names: Identifiers,
    sizes: Mapping[Symbol, int],
    *,
    along: bool = False,
) -> str:
    """Central differences for every gradient, at the given sizes.

    `source` is the name of the module and its text, whose functions are tested. With `along` the
    gradients are tested along one direction in the space of all arrays: what takes long is called
    twice, not twice for every entry.
    """
    module, text = source
    arrays = [*forward.given, *([backward.seed] if backward.seed else [])]
    shown = {s for t in arrays for n in t.shape for s in n.free_symbols}
    defined = {d.symbol for d in forward.sizes}
    pairs = zip(backward.wrt, backward.results, strict=True)
    classes = class_counts(backward.program.equations)
    values = [names.tensors[e.key] for e in forward.equations]
    fields, answered = _fields(text), [v for v in values if v in _answers(text)]
    return render_template(
        "numpy",
        "test_module.py.j2",
        module=module,
        shapes=[(names.tensors[t.key], _shape(t.shape, sizes)) for t in arrays],
        labels=[(names.tensors[k], _shape((n,), sizes)[0]) for k, n in classes.items()],
        options=[(names.sizes[s], n) for s, n in sizes.items() if s not in shown | defined],
        gradients=[(names.tensors[t.key], names.tensors[g.key]) for t, g in pairs],
        seed=names.tensors[backward.seed.key] if backward.seed else "",
        output=names.tensors[forward.output],
        values=[] if fields == values else answered,
        workspace="workspace: " in text,
        steps="\ndef step(" in text,
        along=along,
    )


def _class(text: str) -> list[ast.stmt]:
    """The body of the class of the forward pass."""
    classes = [n for n in ast.parse(text).body if isinstance(n, ast.ClassDef)]
    return next(c.body for c in classes if c.name == "Forward")


def _fields(text: str) -> list[str]:
    """The entries of the tuple that the forward pass answers."""
    entries = [s.target for s in _class(text) if isinstance(s, ast.AnnAssign)]
    return [t.id for t in entries if isinstance(t, ast.Name)]


def _answers(text: str) -> set[str]:
    """What the forward pass answers, as an entry or on demand."""
    return {*_fields(text), *(s.name for s in _class(text) if isinstance(s, ast.FunctionDef))}


def _shape(shape: tuple[Expr, ...], sizes: Mapping[Symbol, int]) -> tuple[int, ...]:
    return tuple(int(n.xreplace(dict(sizes))) for n in shape)
