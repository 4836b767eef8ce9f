"""A network and its backward pass as one NumPy module."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from sympy import Symbol

from symconv.codegen.python.code_allowlist import audited
from symconv.codegen.python.identifiers import Identifiers, allocate_identifiers
from symconv.core.equation import Equation, Program, checkable_class_counts
from symconv.core.tensor import Tensor
from symconv.lower.dataflow import eliminate_dead_code
from symconv.lower.equations import lower_equations
from symconv.lower.ir import Ref
from symconv.output.templates import render_template

from .docstrings import DocstringWriter
from .function import Function, Setting, function
from .size_constraints import find_size_constraints
from .words import Words

HELPERS = (
    *("sigmoid", "softmax", "log_softmax", "log_sum_exp"),
    *("check_shape", "check_size", "check_classes"),
)
OPTIONAL = ("sliding_window_view", *HELPERS)


def numpy_module(  # noqa: PLR0913 - everything that a module is made of, by name
    forward: Program,
    backward: Program,
    *,
    returned: tuple[Tensor, ...],
    seed: Tensor | None,
    title: str,
    notes: tuple[str, ...] = (),
    numbers: Mapping[str, str] | None = None,
    formulas: Mapping[str, str] | None = None,
) -> str:
    """The text of a module with the functions `forward` and `backward`.

    `backward` holds the tensors and the equations of masks, deltas and gradients in the order
    computed; it may hold those of the forward pass too. `returned` are the gradients asked for.
    `seed` is the delta that is given from outside where the network has no cost. `numbers` and
    `formulas` hold the number and one line of text of the equation that defines a tensor, by key.
    """
    tensors = {t.key: t for t in (*forward.tensors, *backward.tensors, *returned)}
    if seed is not None:
        tensors[seed.key] = seed
    equations = tuple(e for e in backward.equations if forward.equation(e.key) is None)
    setting = Setting(
        names=allocate_identifiers(
            tensors.values(), _sizes(forward, (*forward.equations, *equations), tensors)
        ),
        passed=forward.given,
        stored=(),
        definitions=forward.sizes,
        numbers=numbers or {},
        classes=checkable_class_counts(forward.equations),
    )
    defined = tuple(tensors[e.key] for e in forward.equations)
    first = function(
        setting,
        lower_equations(tensors, forward.equations, forward.sizes),
        find_size_constraints(forward),
    )
    outside = (*setting.passed, *((seed,) if seed else ()))
    statements = lower_equations(tensors, equations, forward.sizes, forward.equations)
    statements = eliminate_dead_code(statements, {Ref(t.key) for t in returned})
    second = function(replace(setting, passed=outside, stored=defined, classes={}), statements)
    listed = forward.equations + equations
    docstrings = DocstringWriter(
        setting.names, numbers or {}, formulas or {}, listed, forward.sizes
    )
    words = Words(setting.names, docstrings)
    return audited(
        render_template(
            "numpy",
            "module.py.j2",
            docstring=docstrings.module(title, notes),
            functions=(
                words.function("forward", "Forward", first, defined),
                words.function("backward", "Gradients", second, returned),
            ),
            uses=_uses(first, second) | {"labels": bool(docstrings.labels)},
            exempt=words.exempt(first, second, (*defined, *returned)),
        )
    )


def module_names(forward: Program, whole: Program) -> Identifiers:
    """The identifiers of the module of a program; `whole` holds its backward pass, too."""
    tensors = {t.key: t for t in (*forward.tensors, *whole.tensors)}
    return allocate_identifiers(tensors.values(), _sizes(forward, whole.equations, tensors))


def _sizes(
    forward: Program, equations: tuple[Equation, ...], tensors: Mapping[str, Tensor]
) -> set[Symbol]:
    """Every size symbol of the network."""
    found: set[Symbol] = set()
    for tensor in tensors.values():
        found = found.union(*(n.atoms(Symbol) for n in tensor.shape))
    for d in forward.sizes:
        found |= {d.symbol} | (d.numerator + d.stride).atoms(Symbol)
    for equation in equations:
        symbols = equation.rhs.atoms(Symbol) | equation.lhs.atoms(Symbol)
        found |= {s for s in symbols if s.is_nonnegative}
    return found


def _uses(*functions: Function) -> dict[str, bool]:
    """Which of the optional parts of a module the functions need."""
    text = "\n".join(line for f in functions for line in f.body)
    return {name: bool(re.search(rf"\b{name}\(", text)) for name in OPTIONAL}
