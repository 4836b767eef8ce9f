"""The readable style: a network and its backward pass as one vectorised NumPy module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sympy import Symbol

from symconv.codegen.python.identifiers import Identifiers, allocate_identifiers
from symconv.codegen.python.module import Class, Module
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
from .target import NUMPY, Target


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
    target: Target = NUMPY,
) -> Module:
    """The module with the functions `forward` and `backward`, vectorised.

    `backward` holds the tensors and the equations of masks, deltas and gradients in the order
    computed; it may hold those of the forward pass too. `returned` are the gradients asked for.
    `seed` is the delta that is given from outside where the network has no cost. `numbers` and
    `formulas` hold the number and one line of text of the equation that defines a tensor, by key.
    `target` is the library of arrays that the module is printed for. Unsupported where a formula
    has no array form.
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
        classes=checkable_labels(forward.equations) if target.checks_classes else {},
        labels=frozenset(class_counts(forward.equations)),
        target=target,
    )
    defined = tuple(tensors[e.key] for e in forward.equations)
    first = write_readable_function(
        setting,
        lower_equations(tensors, forward.equations, forward.sizes, correlates=target.correlates),
        find_size_constraints(forward),
    )
    outside = (*setting.passed, *((seed,) if seed else ()))
    statements = lower_equations(
        tensors, equations, forward.sizes, forward.equations, correlates=target.correlates
    )
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
        target.imports(calls),
        _aliases(target, classes, labels=bool(docstrings.labels)),
        (*classes, *target.load_helpers(calls, labels=bool(docstrings.labels)), *functions),
    )


def generate_readable(spec: ModuleSpec, target: Target = NUMPY) -> Module:
    """The readable module of a network, for a library of arrays."""
    return readable_module(
        spec.forward,
        spec.backward.program,
        returned=spec.backward.results,
        seed=spec.backward.seed,
        title=spec.title,
        notes=spec.notes,
        numbers=spec.numbers,
        target=target,
    )


def _aliases(target: Target, classes: tuple[Class, ...], *, labels: bool) -> tuple[str, ...]:
    """The types of arrays that the annotations name."""
    used = {field.annotation for c in classes for field in c.fields} | {"Array"}
    used = used - {"Labels"} | ({"Labels"} if labels else set())
    return tuple(line for name, line in target.aliases.items() if name in used)


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
