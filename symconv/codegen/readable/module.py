"""The readable style: a network and its backward pass as one vectorised NumPy module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sympy import Symbol

from symconv.codegen.python.helpers import load_helper
from symconv.codegen.python.identifiers import Identifiers, allocate_identifiers
from symconv.codegen.python.module import Class, Helper, Module
from symconv.codegen.python.module_spec import ModuleSpec
from symconv.core.equation import Equation, Program, checkable_labels, class_counts
from symconv.core.tensor import Tensor
from symconv.lower.dataflow import eliminate_dead_code
from symconv.lower.equations import lower_equations
from symconv.lower.ir import Ref

from .docstrings import DocstringWriter
from .function import FunctionContext, write_readable_function
from .function_text import FunctionTextWriter
from .size_constraints import find_size_constraints

HELPERS = (
    *("as_floats", "check_axes", "check_shape", "check_classes", "check_size"),
    *("sigmoid", "sign", "erf", "softmax", "log_softmax", "log_sum_exp", "add_by_label"),
)
OF_ANY_ARRAY = frozenset({"check_axes", "check_shape"})
"""The helper functions that look at labels, too."""

STANDARD_IMPORTS = ("from typing import Any, NamedTuple, TypeAlias",)
MATH_ERF = "from math import erf as erf_of_number"
ALIASES = {
    "Mask": "Mask: TypeAlias = NDArray[np.bool_]",
    "Labels": "Labels: TypeAlias = NDArray[np.integer[Any]]",
    "Number": "Number: TypeAlias = np.floating[Any]",
}


def readable_module(  # noqa: PLR0913 - everything that a module is made of, by name
    forward: Program,
    backward: Program,
    *,
    returned: tuple[Tensor, ...],
    seed: Tensor | None,
    title: str,
    notes: tuple[str, ...] = (),
    numbers: Mapping[str, str] | None = None,
    formulas: Mapping[str, str] | None = None,
) -> Module:
    """The module with the functions `forward` and `backward`, vectorised.

    `backward` holds the tensors and the equations of masks, deltas and gradients in the order
    computed; it may hold those of the forward pass too. `returned` are the gradients asked for.
    `seed` is the delta that is given from outside where the network has no cost. `numbers` and
    `formulas` hold the number and one line of text of the equation that defines a tensor, by key.
    Unsupported where a formula has no array form.
    """
    tensors = {t.key: t for t in (*forward.tensors, *backward.tensors, *returned)}
    if seed is not None:
        tensors[seed.key] = seed
    equations = tuple(e for e in backward.equations if forward.equation(e.key) is None)
    setting = FunctionContext(
        names=allocate_identifiers(
            tensors.values(), _sizes(forward, (*forward.equations, *equations), tensors)
        ),
        passed=forward.given,
        stored=(),
        definitions=forward.sizes,
        numbers=numbers or {},
        classes=checkable_labels(forward.equations),
        labels=frozenset(class_counts(forward.equations)),
    )
    defined = tuple(tensors[e.key] for e in forward.equations)
    first = write_readable_function(
        setting,
        lower_equations(tensors, forward.equations, forward.sizes),
        find_size_constraints(forward),
    )
    outside = (*setting.passed, *((seed,) if seed else ()))
    statements = lower_equations(tensors, equations, forward.sizes, forward.equations)
    # Masks and deltas that no wanted gradient reads; the forward pass answers all its values.
    statements = eliminate_dead_code(statements, {Ref(t.key) for t in returned})
    second = write_readable_function(
        replace(setting, passed=outside, stored=defined, classes={}), statements
    )
    listed = forward.equations + equations
    docstrings = DocstringWriter(
        setting.names, numbers or {}, formulas or {}, listed, forward.sizes
    )
    words = FunctionTextWriter(setting.names, docstrings)
    functions = (
        words.function("forward", "Forward", first, defined),
        words.function("backward", "Gradients", second, returned),
    )
    classes = (words.result("Forward", defined), words.result("Gradients", returned))
    calls = first.calls | second.calls
    return Module(
        docstrings.module(title, notes),
        (standard_imports(calls), numpy_imports(calls)),
        _aliases(classes, labels=bool(docstrings.labels)),
        (*classes, *readable_helpers(calls, labels=bool(docstrings.labels)), *functions),
    )


def generate_readable(spec: ModuleSpec) -> Module:
    """The readable module of a network."""
    return readable_module(
        spec.forward,
        spec.backward.program,
        returned=spec.backward.results,
        seed=spec.backward.seed,
        title=spec.title,
        notes=spec.notes,
        numbers=spec.numbers,
    )


def readable_helpers(calls: frozenset[str], *, labels: bool) -> tuple[Helper, ...]:
    """The helper functions that are called; with `labels` a shape may be one of class numbers."""
    arrays = "Array | Labels" if labels else "Array"
    return tuple(
        load_helper("numpy", h, **({"arrays": arrays} if h in OF_ANY_ARRAY else {}))
        for h in HELPERS
        if h in calls
    )


def standard_imports(calls: frozenset[str]) -> tuple[str, ...]:
    """What a module imports from the standard library; NumPy has no error function."""
    return (*([MATH_ERF] if "erf" in calls else []), *STANDARD_IMPORTS)


def numpy_imports(calls: frozenset[str]) -> tuple[str, ...]:
    """What a module imports from NumPy."""
    views = [name for name in ("as_strided", "sliding_window_view") if name in calls]
    strided = [f"from numpy.lib.stride_tricks import {', '.join(views)}"] if views else []
    return ("import numpy as np", *strided, "from numpy.typing import NDArray")


def _aliases(classes: tuple[Class, ...], *, labels: bool) -> tuple[str, ...]:
    """The types of arrays that the annotations name."""
    used = {field.annotation for c in classes for field in c.fields}
    used = used - {"Labels"} | ({"Labels"} if labels else set())
    plain = "Array: TypeAlias = NDArray[np.floating[Any]]"
    return (plain, *(line for name, line in ALIASES.items() if name in used))


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
        # An index has no sign, as it may lie below 0 in a window; a size has one.
        found |= {s for s in symbols if s.is_nonnegative}
    return found
