"""The loops style: one module with `forward` and `backward`, every equation index by index."""

from __future__ import annotations

from symconv.codegen.python.helpers import load_helper
from symconv.codegen.python.module import Class, Helper, Module
from symconv.codegen.python.module_spec import ModuleSpec
from symconv.codegen.readable.docstrings import DocstringWriter
from symconv.codegen.readable.function import FunctionContext
from symconv.codegen.readable.function_text import FunctionTextWriter
from symconv.codegen.readable.module import generate_readable, module_names
from symconv.codegen.readable.target import OF_ANY_ARRAY, standard_imports
from symconv.core.equation import checkable_labels, class_counts

from .function import ProgramPair, write_loops_function

HELPERS = {
    "as_floats": "numpy",
    "check_axes": "numpy",
    "check_shape": "numpy",
    "check_classes": "numpy_loops",
    "check_size": "numpy",
    "sigmoid": "numpy_loops",
    "erf": "numpy_loops",
}
"""The helper functions in their order, and the folders of their templates."""

HOW = "Written index by index, as the equations are: slow, and meant to be read."
ALIASES = {
    "Array": ("Array: TypeAlias = Any", "Floating point numbers with a shape: an array of NumPy."),
    "Labels": ("Labels: TypeAlias = Any", "Class numbers with a shape."),
    "Number": ("Number: TypeAlias = Any", "One floating point number."),
}


def generate_loops(spec: ModuleSpec) -> Module:
    """A module of plain loops, whose functions take the parameters of the readable style.

    A statement computes one entry; in front of the block of an equation stands its number.
    """
    forward, backward, numbers = spec.forward, spec.backward, spec.numbers
    names, programs = (
        module_names(forward, backward.program),
        ProgramPair(forward, backward.program),
    )
    # One call must fit the functions of all styles, also where loops could do without an argument.
    twin = generate_readable(spec)
    wanted = {f.name: frozenset(p.name for p in f.parameters) for f in twin.functions}
    given = forward.given
    defined = tuple(forward.tensor(e.key) for e in forward.equations)
    classes = checkable_labels(forward.equations)
    labels = frozenset(class_counts(forward.equations))
    alone = FunctionContext(names, given, (), forward.sizes, numbers, classes, labels)
    first = write_loops_function(alone, programs, forward.equations, wanted["forward"])
    passed = (*given, *((backward.seed,) if backward.seed else ()))
    after = FunctionContext(names, passed, defined, forward.sizes, numbers, {}, labels)
    known = {e.key for e in forward.equations}
    required = backward.program.required((t.key for t in backward.results), known)
    second = write_loops_function(after, programs, required, wanted["backward"])
    listed = backward.program.equations
    docstrings = DocstringWriter(names, numbers, {}, listed, forward.sizes)
    words, calls = FunctionTextWriter(names, docstrings), first.calls | second.calls
    results = (words.result("Forward", defined), words.result("Gradients", backward.results))
    return Module(
        docstrings.module(spec.title, (*spec.notes, HOW)),
        (standard_imports(calls), ("import numpy as np",)),
        _aliases(results, calls, labels=bool(labels)),
        (
            *results,
            *loops_helpers(calls, labels=bool(labels)),
            words.function("forward", "Forward", first, defined),
            words.function("backward", "Gradients", second, backward.results),
        ),
    )


def loops_helpers(calls: frozenset[str], *, labels: bool) -> tuple[Helper, ...]:
    """The helper functions that are called."""
    arrays = {"arrays": "Array | Labels" if labels else "Array"}
    return tuple(
        load_helper(folder, name, **(arrays if name in OF_ANY_ARRAY else {}))
        for name, folder in HELPERS.items()
        if name in calls
    )


def _aliases(classes: tuple[Class, ...], calls: frozenset[str], *, labels: bool) -> tuple[str, ...]:
    """The types that annotations name, each with what it is."""
    annotations = {field.annotation for c in classes for field in c.fields}
    numbers = "Number" in annotations or bool({"sigmoid", "erf"} & calls)
    used = {"Array": True, "Labels": labels, "Number": numbers}
    found = [ALIASES[name] for name, needs in used.items() if needs]
    return tuple(line for alias, words in found for line in (alias, f'"""{words}"""'))
