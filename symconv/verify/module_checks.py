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

import numpy as np
from sympy import (
    Add,
    Expr,
    Float,
    Function,
    KroneckerDelta,
    Mul,
    N,
    NumberSymbol,
    Pow,
    Symbol,
    expand,
    sympify,
)
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Program
from symconv.core.nodes import Box, Equals, LogSumExp, relu, step
from symconv.semantics.algebra import Exact
from symconv.semantics.index_arithmetic import Place
from symconv.semantics.symbolic import Symbolic

from .entries import (
    LabelClasses,
    count_label_classes,
    draw_float_point,
    find_label_classes,
    rational_entries,
    symbol_entry,
)
from .error_bounds import is_polynomial
from .evaluation_point import EvaluationPoint, evaluate_program
from .generated_module import BROKEN, Arrays, ModuleUnderTest, array_to_table, input_arrays
from .record import Check, format_sizes
from .sampling import forward_cost

SYMBOLIC_WORK = 3_000
"""The most leaves of a forward pass that is compared as polynomials."""

EXACT_WORK = 200_000
"""The most leaves of a forward pass that is compared with exact rationals."""

DIFFERENCES = 3
"""At how many entries of a tensor the module's own forward function is differentiated numerically.

Each costs two forward passes; the exact comparisons beside it look at every entry.
"""

LOOP_WORK = 10_000_000
"""The most leaves that loops visit for these differences, beyond one entry of each tensor.

They take half a microsecond each, 5 s; vectorised code of the same network a hundredth of it.
"""

STEP = 1e-5
"""The step of a central difference: close to the cube root of the rounding unit (6e-6).

There the error of the formula, about h^2, and that of rounding, about 1e-16 / h, are of one size.
"""

ROUNDING = 1e-13
"""The relative rounding error that is allowed for in a cost: that of some 500 additions."""

Sizes = dict[Symbol, int]
Same = Callable[[Any, Any], bool]


def check_module(
    program: Program, sizes: Sizes, module: ModuleUnderTest, *, seed: int = 0
) -> tuple[Check, ...]:
    """Floats against the interpreter and finite differences; exact or symbolic where possible.

    `program` holds the forward and the backward equations, `sizes` numbers for all size symbols.
    Masks are not compared: code may keep them in any form.
    """
    work, labels = forward_cost(program, sizes), find_label_classes(program, sizes)
    floats = draw_float_point(program, sizes, seed)
    checks = [
        _compare_module("floats", module, floats, float, equals_in_float),
        check_differences(module, floats, seed),
    ]
    if "step" in module.namespace:
        checks.append(_compare_step(module, floats))
    if not module.exact:
        return tuple(checks)
    if not is_transcendental(program) and work <= EXACT_WORK:
        exact = _draw_exact_point(program, sizes, seed, labels)
        if exact is not None:
            checks.append(_compare_module("exact rationals", module, exact, object, equals_exactly))
    if runs_on_symbols(program) and not labels and work <= SYMBOLIC_WORK:
        symbols = evaluate_program(program, sizes, Symbolic(), symbol_entry)
        checks.append(_compare_module("symbols", module, symbols, object, equals_as_polynomial))
    return tuple(checks)


MOST_EXACT_DRAWS = 8
"""How often rational entries are drawn until nothing divides by 0: one of 40 sums is 0, or so."""


def _draw_exact_point(
    program: Program, sizes: Sizes, seed: int, labels: Mapping[str, LabelClasses]
) -> EvaluationPoint | None:
    """The program at random rational entries at which it has a value; None where none is found."""
    for number in range(MOST_EXACT_DRAWS):
        entries = rational_entries(Random(f"{seed} {number}" if number else seed), labels)  # noqa: S311
        try:
            return evaluate_program(program, sizes, Exact(), entries)
        except ZeroDivisionError:
            continue
    return None


def is_transcendental(program: Program) -> bool:
    """Whether object arrays do not do: NumPy has no tanh or root of a rational."""
    functions = {type(f) for e in program.equations for f in e.rhs.atoms(Function)}
    powers = [p for e in program.equations for p in e.rhs.atoms(Pow)]
    values = [e.rhs for e in program.equations if program.tensor(e.key).role != "mask"]
    if any(e.has(LogSumExp, NumberSymbol) or isinstance(e, step) or _adds_steps(e) for e in values):
        return True
    return bool(functions - {relu, step}) or any(p.exp.is_integer is False for p in powers)


def _adds_steps(e: Expr) -> bool:
    """Whether a step is added to anything, or within it: it is `np.heaviside` then."""
    parts = [a for n in e.atoms(Add, Pow, Function) for a in n.args if isinstance(a, Expr)]
    return any(isinstance(a.as_coeff_Mul()[1], step) for a in parts)


def runs_on_symbols(program: Program) -> bool:
    """Whether the code can run on symbols: SymPy does not multiply by a truth value."""
    # `Symbol * np.bool_` is refused by SymPy, and a bracket becomes an array of truth values.
    products = [p for e in program.equations for p in e.rhs.atoms(Mul)]
    brackets = (Box, KroneckerDelta, Equals)
    factors = [a for p in products if p.has(Indexed) for a in p.args]
    # 1 - [i = j] is one, too, of Python's kind where the bracket is an array of one number.
    guarded = any(isinstance(b, brackets) for a in factors for b in Add.make_args(a))
    guarded |= any(b.has(*brackets) for a in factors if isinstance(a, Add) for b in a.args)
    return is_polynomial(program) and not guarded


def equals_in_float(a: Any, b: Any) -> bool:
    """Equal to floating point accuracy."""
    return isclose(a, b, rel_tol=1e-8, abs_tol=1e-9)


def equals_exactly(a: Any, b: Any) -> bool:
    """Equal as rationals, or to rounding where the code itself uses floats."""
    return equals_in_float(a, b) if isinstance(a, float) else bool(a == b)


def equals_as_polynomial(a: Any, b: Any) -> bool:
    """Equal as polynomials."""
    return bool(expand(sympify(a) - sympify(b)) == 0)


COEFFICIENT_ROUNDING = 1e-12
"""How far a coefficient may be off, by the largest one: numbers of a module have 16 digits.

A product of a hundred of them keeps 13; with a smaller bound right code would fail, with a larger
one a number that was typed with 12 digits would pass.
"""


def equals_as_rounded_polynomial(a: Any, b: Any) -> bool:
    """Equal as polynomials, but for the rounding of the numbers that stand in the code."""
    rest, true = (expand(N(expand(e), 20)) for e in (sympify(a) - sympify(b), sympify(b)))
    off, size = (max(abs(t.as_coeff_Mul()[0]) for t in Add.make_args(e)) for e in (rest, true))
    return bool(off <= COEFFICIENT_ROUNDING * size)


BOUNDS: dict[Same, str] = {
    equals_in_float: "floating point, to 8 digits",
    equals_exactly: "exact at these points",
    equals_as_polynomial: "equal as polynomials: a proof at this size",
    equals_as_rounded_polynomial: "equal as polynomials at this size, numbers to 12 digits",
}


def _compare_module(
    how: str, module: ModuleUnderTest, trial: EvaluationPoint, kind: type, same: Same
) -> Check:
    """Every array that the module answers against the entries of the trial."""
    try:
        found = module.run(input_arrays(trial, kind))
        if same is equals_as_polynomial and _holds_floats(found):
            same = equals_as_rounded_polynomial
        points, error = _find_mismatch(found, trial, same)
    except BROKEN as problem:
        points, error = 0, f"the module failed: {problem}"
    detail = f"{points} entries of the forward and backward pass"
    name, where = f"{module.title} on {how}{module.setting}", (format_sizes(trial.sizes),)
    return Check(name, not error, detail, points, where, error, BOUNDS[same], module.style)


def _holds_floats(found: Arrays) -> bool:
    """Whether code that ran on symbols answers a number that it had to round, such as sqrt(7)."""
    values = (v for array in found.values() for v in array_to_table(array).values())
    return any(sympify(v).has(Float) for v in values if not isinstance(v, bool | np.bool_))


def _compare_step(module: ModuleUnderTest, trial: EvaluationPoint) -> Check:
    """The cost and the gradients that `step` answers against the entries of the trial."""
    try:
        found = module.step(input_arrays(trial, float))
        points, error = _find_mismatch(found, trial, equals_in_float)
    except BROKEN as problem:
        points, error = 0, f"the module failed: {problem}"
    detail = f"{points} entries of the cost and the gradients"
    name, where = f"{module.title}'s step{module.setting}", (format_sizes(trial.sizes),)
    bound = BOUNDS[equals_in_float]
    return Check(name, not error, detail, points, where, error, bound, module.style)


def _find_mismatch(found: Mapping[str, Any], trial: EvaluationPoint, same: Same) -> tuple[int, str]:
    program = trial.program
    computed = {e.key for e in program.equations if program.tensor(e.key).role != "mask"}
    answered = sorted(k for k in found if k in computed)
    missing = sorted(k for k in computed if k.startswith("gradient ") and k not in found)
    if missing or not answered:
        return 0, f"the module does not answer {', '.join(missing) or 'anything known'}"
    points = 0
    for key in answered:
        true, table = trial.tables[key], array_to_table(found[key])
        if true.keys() != table.keys():
            return points, f"{key} has {len(table)} entries or another shape, not {len(true)}"
        for place, value in true.items():
            points += 1
            if not same(table[place], value):
                return points, f"{key}{list(place)} is {table[place]}, not {value}"
    return points, ""


def check_differences(module: ModuleUnderTest, trial: EvaluationPoint, seed: int) -> Check:
    """Central differences of the module's own forward pass at a few entries of each tensor."""
    given, points, error = input_arrays(trial, float), 0, ""
    try:
        for key, place in _sample_entries(given, trial, seed, module.style):
            points += 1
            error = error or _slope_error(module, trial, given, key, place)
    except BROKEN as problem:
        error = f"the module failed: {problem}"
    detail = f"{points} central differences of the forward function"
    where = (format_sizes(trial.sizes),)
    bound = "floating point, to 5 digits"
    name = f"{module.title}'s forward function{module.setting}"
    return Check(name, not error, detail, points, where, error, bound, module.style)


def _sample_entries(
    given: Arrays, trial: EvaluationPoint, seed: int, style: str
) -> list[tuple[str, Place]]:
    """Up to three entries of every tensor that is given and not of class numbers."""
    random = Random(seed)  # noqa: S311 - a sample, not a secret
    keys = sorted(
        (given.keys() & trial.slopes.keys()) - set(count_label_classes(trial.program, trial.sizes))
    )
    tables = [(key, sorted(trial.slopes[key])) for key in keys]
    passes = 2 * max(1, trial.forward_cost * len(tables))
    most = max(1, min(DIFFERENCES, LOOP_WORK // passes)) if style == "loops" else DIFFERENCES
    return [(key, p) for key, t in tables for p in random.sample(t, min(most, len(t)))]


def _slope_error(
    module: ModuleUnderTest, trial: EvaluationPoint, given: Arrays, key: str, place: Place
) -> str:
    """Where the slope of the forward function is not the derivative."""
    slope, noise = _central_difference(module, trial, given, key, place)
    true = trial.slopes[key][place]
    if isclose(slope, true, rel_tol=1e-5, abs_tol=1e-5 + noise):
        return ""
    return f"by {key}{list(place)}: {slope:.8g}, the derivative is {true:.8g}"


def _central_difference(
    module: ModuleUnderTest, trial: EvaluationPoint, given: Arrays, key: str, place: Place
) -> tuple[float, float]:
    """(f(x + h) - f(x - h)) / 2h for the scalar that is differentiated, and its rounding error."""
    ends = []
    for side in (STEP, -STEP):
        moved = given[key].copy()
        moved[place] += side
        found = module.forward({**given, key: moved})
        tables = {k: array_to_table(found[k]) for k in {k for k, _ in trial.objective}}
        ends.append(sum(tables[k][p] * w for (k, p), w in trial.objective.items()))
    noise = ROUNDING * max(abs(end) for end in ends) / STEP
    return float((ends[0] - ends[1]) / (2 * STEP)), float(noise)
