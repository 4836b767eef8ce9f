"""The loops style: one module with `forward` and `backward`, every equation index by index."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from symconv.codegen.python.lint_exemptions import exempt
from symconv.codegen.python.loops_allowlist import audited_loops
from symconv.codegen.readable.docstrings import DocstringWriter
from symconv.codegen.readable.function import Function, Setting
from symconv.codegen.readable.module import module_names
from symconv.codegen.readable.words import Words
from symconv.core.equation import Program, checkable_class_counts
from symconv.core.proof import Backward
from symconv.output.templates import render_template

from .function import Programs, function

HELPERS = ("sigmoid", "check_shape", "check_size", "check_classes")
HOW = "Written index by index, as the equations are: slow, and meant to be read."


def loops_module(  # noqa: PLR0913 - everything that a module is made of, by name
    forward: Program,
    backward: Backward,
    readable: str,
    *,
    title: str,
    notes: tuple[str, ...] = (),
    numbers: Mapping[str, str] | None = None,
) -> str:
    """The text of a module of plain loops, with the functions of the readable style.

    A statement computes one entry; in front of the block of an equation stands its number.
    `readable` is the text of the readable twin, whose parameters the functions take.
    """
    numbers, names = numbers or {}, module_names(forward, backward.program)
    programs, told = Programs(forward, backward.program), _parameters(readable)
    given = forward.given
    defined = tuple(forward.tensor(e.key) for e in forward.equations)
    classes = checkable_class_counts(forward.equations)
    alone = Setting(names, given, (), forward.sizes, numbers, classes)
    first = function(alone, programs, forward.equations, told["forward"])
    passed = (*given, *((backward.seed,) if backward.seed else ()))
    after = Setting(names, passed, defined, forward.sizes, numbers)
    known = {e.key for e in forward.equations}
    required = backward.program.required((t.key for t in backward.results), known)
    second = function(after, programs, required, told["backward"])
    listed = backward.program.equations
    docstrings = DocstringWriter(names, numbers, {}, listed, forward.sizes)
    words = Words(names, docstrings)
    values: dict[str, object] = {
        "docstring": docstrings.module(title, (*notes, HOW)),
        "functions": (
            words.function("forward", "Forward", first, defined),
            words.function("backward", "Gradients", second, backward.results),
        ),
        "uses": _uses(first, second) | {"labels": bool(docstrings.labels)},
    }
    plain = render_template("numpy_loops", "module.py.j2", exempt=[], **values)
    text = render_template("numpy_loops", "module.py.j2", exempt=exempt(plain), **values)
    return audited_loops(text)


def _parameters(text: str) -> dict[str, frozenset[str]]:
    """The names of the parameters of every function of a module."""
    functions = [n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef)]
    return {f.name: frozenset(a.arg for a in (*f.args.args, *f.args.kwonlyargs)) for f in functions}


def _uses(*functions: Function) -> dict[str, bool]:
    """Which of the optional parts of a module the functions need."""
    text = "\n".join(line for f in functions for line in f.body)
    return {n: bool(re.search(rf"(?<!\.)\b{n}\(", text)) for n in HELPERS}
