"""Generated NumPy code against the interpreter: with floats, exactly, and in symbols.

Where the network is polynomial, the code runs on object arrays of SymPy symbols and the results are
compared as polynomials: a proof of the code at these sizes. Where it also has relu or a maximum, it
runs on object arrays of random rationals, exactly. With any other function it runs on floats alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isclose
from random import Random
from typing import Any

from sympy import Function, KroneckerDelta, Mul, Pow, Symbol, expand, sympify
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Program
from symconv.core.nodes import Box, Equals, LogSumExp, relu, step
from symconv.semantics.algebra import Exact
from symconv.semantics.symbolic import Symbolic

from .classes import classes
from .differences import differences
from .entries import float_trial, rationals, symbol
from .module import BROKEN, Module, given_arrays, table_of
from .polynomials import polynomial
from .record import Check, describe
from .trial import Trial, trial_of
from .trials import forward_work

SYMBOLIC_WORK = 3_000
"""The most leaves of a forward pass that is compared as polynomials."""

EXACT_WORK = 200_000
"""The most leaves of a forward pass that is compared with exact rationals."""

Sizes = dict[Symbol, int]
Same = Callable[[Any, Any], bool]


def check_module(
    program: Program, sizes: Sizes, module: Module, *, seed: int = 0
) -> tuple[Check, ...]:
    """Floats against the interpreter and finite differences; exact or symbolic where possible.

    `program` holds the forward and the backward equations, `sizes` numbers for all size symbols.
    Masks are not compared: code may keep them in any form.
    """
    work, labels = forward_work(program, sizes), classes(program, sizes)
    floats = float_trial(program, sizes, seed)
    checks = [_compare("floats", module, floats, float, close), differences(module, floats, seed)]
    if not transcendental(program) and work <= EXACT_WORK:
        exact = trial_of(program, sizes, Exact(), rationals(Random(seed), labels))  # noqa: S311
        checks.append(_compare("exact rationals", module, exact, object, equal))
    if symbolic(program) and not labels and work <= SYMBOLIC_WORK:
        symbols = trial_of(program, sizes, Symbolic(), symbol)
        checks.append(_compare("symbols", module, symbols, object, identical))
    return tuple(checks)


def transcendental(program: Program) -> bool:
    """Whether object arrays do not do: NumPy has no tanh or root of a rational."""
    functions = {type(f) for e in program.equations for f in e.rhs.atoms(Function)}
    powers = [p for e in program.equations for p in e.rhs.atoms(Pow)]
    if any(e.rhs.has(LogSumExp) for e in program.equations):
        return True
    return bool(functions - {relu, step}) or any(p.exp.is_integer is False for p in powers)


def symbolic(program: Program) -> bool:
    """Whether the code can run on symbols: SymPy does not multiply by a truth value."""
    products = [p for e in program.equations for p in e.rhs.atoms(Mul)]
    brackets = (Box, KroneckerDelta, Equals)
    guarded = any(isinstance(a, brackets) for p in products if p.has(Indexed) for a in p.args)
    return polynomial(program) and not guarded


def close(a: Any, b: Any) -> bool:
    """Equal to floating point accuracy."""
    return isclose(a, b, rel_tol=1e-8, abs_tol=1e-9)


def equal(a: Any, b: Any) -> bool:
    """Equal as rationals, or to rounding where the code itself uses floats."""
    return close(a, b) if isinstance(a, float) else bool(a == b)


def identical(a: Any, b: Any) -> bool:
    """Equal as polynomials."""
    return bool(expand(sympify(a) - sympify(b)) == 0)


BOUNDS: dict[Same, str] = {
    close: "floating point, to 8 digits",
    equal: "exact at these points",
    identical: "equal as polynomials: a proof at this size",
}


def _compare(how: str, module: Module, trial: Trial, kind: type, same: Same) -> Check:
    """Every array that the module answers against the entries of the trial."""
    try:
        points, error = _difference(module.run(given_arrays(trial, kind)), trial, same)
    except BROKEN as problem:
        points, error = 0, f"the module failed: {problem}"
    detail = f"{points} entries of the forward and backward pass"
    where = (describe(trial.sizes),)
    return Check(f"module on {how}", not error, detail, points, where, error, BOUNDS[same])


def _difference(found: Mapping[str, Any], trial: Trial, same: Same) -> tuple[int, str]:
    program = trial.program
    computed = {e.key for e in program.equations if program.tensor(e.key).role != "mask"}
    answered = sorted(k for k in found if k in computed)
    missing = sorted(k for k in computed if k.startswith("gradient ") and k not in found)
    if missing or not answered:
        return 0, f"the module does not answer {', '.join(missing) or 'anything known'}"
    points = 0
    for key in answered:
        true, table = trial.tables[key], table_of(found[key])
        if true.keys() != table.keys():
            return points, f"{key} has {len(table)} entries or another shape, not {len(true)}"
        for place, value in true.items():
            points += 1
            if not same(table[place], value):
                return points, f"{key}{list(place)} is {table[place]}, not {value}"
    return points, ""
