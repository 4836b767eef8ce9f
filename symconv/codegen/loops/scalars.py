"""Formulas as Python expressions of single numbers; what needs a loop gets a name first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from sympy import (
    Add,
    Dummy,
    Expr,
    Function,
    Integer,
    KroneckerDelta,
    Mul,
    Pow,
    Rational,
    S,
    Sum,
    Symbol,
    expand,
)
from sympy.tensor.indexed import Indexed

from symconv.codegen.python.layout import TAB, WIDTH
from symconv.codegen.python.sizes import SizePrinter
from symconv.codegen.python.text import ADD, ATOM, COMPARE, MULTIPLY, PythonText, join_power
from symconv.codegen.readable.operators import number_literal
from symconv.core.errors import Unsupported
from symconv.core.nodes import Box, Equals, LogSumExp, MaxOver, OneHot, only_where, step
from symconv.core.tensor import key_of
from symconv.lower.affine import denominator

from .entries import atom_text, in_bounds_conditions, write_entry
from .writer import LoopWriter

Joined = Callable[[PythonText, PythonText], PythonText]
CALLS = {
    "relu": "max({}, 0)",
    "sigmoid": "sigmoid({})",
    "erf": "erf({})",
    "softplus": "np.logaddexp(0, {})",
    "absolute": "abs({})",
    "larger": "np.maximum({}, {})",
    "smaller": "np.minimum({}, {})",
    **{name: f"np.{name}({{}})" for name in ("tanh", "exp", "log", "sqrt", "sin", "cos")},
}
HELPERS = {"sigmoid", "erf"}
"""The functions that a module of loops brings itself."""

ONE = PythonText("1", ATOM)
LOOPED = (Sum, MaxOver, LogSumExp, OneHot)
BRACKETS = (Box, KroneckerDelta, Equals)
LARGEST = 64
"""The largest denominator of a number that is written as a division. Means over up to 64 values
read as one; with 100 or more 0.01 would be written as 1 / 100, with a smaller one a third of x as 1
/ 3 * x."""

MARGIN = 36
"""How much of a line is left to what stands around a part of a formula: a target with four indices
and an operator. With a smaller number lines get too long, with a larger one parts get a name that
would fit."""


def write_scalar(e: Expr, writer: LoopWriter) -> PythonText:
    """The text of a formula at one place; its loops are written before it."""
    if isinstance(e, LOOPED) and e not in writer.memory:
        # Not at the top: formulas hold sums and sums hold formulas, so that files import each other
        # in a ring.
        from .reductions import write_reduction

        writer.memory[e] = write_reduction(e, writer)
    if e in writer.memory:
        return atom_text(writer.memory[e])
    if e.is_number:
        return number_literal(e, SizePrinter({}))
    if isinstance(e, Indexed):
        return _write_scalar_entry(e, writer)
    if isinstance(e, (*BRACKETS, step)):
        conditions = " and ".join(bracket_conditions(e, writer))
        return PythonText(f"1 if {conditions} else 0", COMPARE) if conditions else ONE
    return _write_operation(e, writer)


def _write_operation(e: Any, writer: LoopWriter) -> PythonText:
    """Operators and functions."""
    match e:
        case Symbol():
            return writer.size(e)
        case Add():
            return _write_sum(e, writer)
        case Mul():
            return write_product(list(e.as_ordered_factors()), writer)
        case Pow():
            return _write_power(e, writer)
        case only_where():
            return _write_only_where(e, writer)
    name = type(e).__name__
    if not isinstance(e, Function) or name not in CALLS:
        raise Unsupported(f"no loop form is known for the function {name}")
    writer.calls |= {name} & HELPERS
    arguments = (_shorten(write_scalar(a, writer), writer).text for a in e.args)
    return atom_text(CALLS[name].format(*arguments))


def _write_only_where(e: only_where, writer: LoopWriter) -> PythonText:
    """f if w else -inf; brackets in w are conditions as they are."""
    f, w = (cast("Expr", a) for a in e.args)
    value, conditions = write_scalar(f, writer), list[str]()
    for factor in Mul.make_args(w):
        if isinstance(factor, (*BRACKETS, step)):
            conditions += bracket_conditions(factor, writer)
        else:
            conditions.append(f"{write_scalar(factor, writer).within(ADD)} != 0")
    if not conditions:
        return value
    return PythonText(f"{value.within(ADD)} if {' and '.join(conditions)} else -np.inf", COMPARE)


def bracket_conditions(e: Expr, writer: LoopWriter) -> list[str]:
    """What has to hold where a factor that is 0 or 1 is 1."""
    match e:
        case Box():
            return list(in_bounds_conditions(e.place, e.extent, writer))
        case Equals():
            return [
                f"{writer.size(e.place).within(ADD)} == {write_scalar(e.label, writer).within(ADD)}"
            ]
        case KroneckerDelta():
            # Times the denominator both sides are integers, which compare exactly.
            scale = denominator(e.args[0] - e.args[1])
            left, right = (writer.size(expand(scale * side)) for side in e.args[:2])
            return [f"{left.within(ADD)} == {right.within(ADD)}"]
        case step():
            # Two sides, as a difference of infinities would be NaN.
            sides = split_difference(e.args[0])
            above, below = (write_scalar(side, writer).within(ADD) for side in sides)
            return [f"not {above} <= {below}" if writer.derives else f"{above} > {below}"]
    raise Unsupported(f"{e} is no bracket")


def split_difference(e: Expr) -> tuple[Expr, Expr]:
    """What is added in a formula and what is subtracted, so that a > b stands for a - b > 0."""
    below = [t for t in Add.make_args(e) if t.could_extract_minus_sign()]
    return Add(*(t for t in Add.make_args(e) if t not in below)), Add(*(-t for t in below))


def _write_scalar_entry(e: Indexed, writer: LoopWriter) -> PythonText:
    """An entry; 0 where it is absent."""
    found = write_entry(e, writer)
    open_ = [c for c in found.conditions if c not in writer.true]
    if not open_:
        return atom_text(found.text)
    name = f"{writer.names.tensors[key_of(e)]}_entry"
    chosen = PythonText(f"{found.text} if {' and '.join(open_)} else 0", COMPARE)
    writer.memory[e] = writer.named(name, chosen).text
    return atom_text(writer.memory[e])


def write_product(factors: list[Expr], writer: LoopWriter) -> PythonText:
    """a * b / (c * d)."""
    above, below = list[Expr](), list[Expr]()
    for factor in factors:
        if isinstance(factor, Pow) and factor.exp.could_extract_minus_sign():
            below.append(Pow(factor.base, -factor.exp))
        elif isinstance(factor, Rational) and factor.q <= LARGEST:
            above += [Integer(factor.p)] if factor.p != 1 else []
            below += [Integer(factor.q)] if factor.q != 1 else []
        else:
            above.append(factor)
    if above[:1] == [S.NegativeOne] and len(above) > 1:
        inner = _join_parts(_write_factors(above[1:], writer), _times, writer)
        top = PythonText(f"-{inner.within(MULTIPLY)}", MULTIPLY)
    else:
        top = _join_parts(_write_factors(above, writer), _times, writer)
    divisors = _write_factors(below, writer)
    if divisors == [ONE]:
        return top
    bottom = _shorten(_join_parts(divisors, _times, writer), writer)
    return _over(_shorten(top, writer, len(bottom.text)), bottom)


def _write_factors(factors: list[Expr], writer: LoopWriter) -> list[PythonText]:
    """The texts of factors, without brackets that always hold; a single 1 where nothing is left."""
    return [t for t in (write_scalar(a, writer) for a in factors) if t != ONE] or [ONE]


def _write_sum(e: Add, writer: LoopWriter) -> PythonText:
    """a + b - c; what is subtracted comes last."""
    # What is subtracted comes last, so that no line begins with a sign if it need not.
    terms, logarithms = _split_logarithms(e, writer)
    terms = [*sorted(terms, key=lambda t: t.could_extract_minus_sign()), *logarithms]
    parts = []
    for k, term in enumerate(terms):
        minus = k > 0 and term.could_extract_minus_sign()
        parts.append((write_scalar(-term if minus else term, writer), minus))
    line = parts[0][0]
    for part, minus in parts[1:]:
        line = _shorten(line, writer, len(part.text))
        right = part.above(ADD) if minus else part.within(ADD)
        line = PythonText(f"{line.within(ADD)} {'-' if minus else '+'} {right}", ADD)
    return line


def _split_logarithms(e: Add, writer: LoopWriter) -> tuple[list[Expr], list[Expr]]:
    """The addends, with the largest entry for log(sum(exp)), and the logarithms that go last.

    What the entries have in common is subtracted first, x - largest, before a small logarithm is
    rounded to the size of the two.
    """
    found, last = list[Expr](), list[Expr]()
    for term in e.as_ordered_terms():
        number, rest = term.as_coeff_Mul()
        if not isinstance(rest, LogSumExp):
            found.append(term)
            continue
        # Not at the top: see `write_scalar`.
        from .reductions import write_log_sum_exp

        for name, part_of in zip(write_log_sum_exp(rest, writer), (found, last), strict=True):
            part = Dummy(name)
            writer.memory[part] = name
            part_of.append(number * part)
    return found, last


def _write_power(e: Pow, writer: LoopWriter) -> PythonText:
    base, exponent = e.args
    if exponent.could_extract_minus_sign():
        return _over(PythonText("1", ATOM), write_scalar(Pow(base, -exponent), writer))
    if exponent == S.Half:
        return atom_text(f"np.sqrt({_shorten(write_scalar(base, writer), writer).text})")
    return join_power(_shorten(write_scalar(base, writer), writer), write_scalar(exponent, writer))


def _times(left: PythonText, right: PythonText) -> PythonText:
    return PythonText(f"{left.within(MULTIPLY)} * {right.above(MULTIPLY)}", MULTIPLY)


def _over(above: PythonText, below: PythonText) -> PythonText:
    return PythonText(f"{above.within(MULTIPLY)} / {below.above(MULTIPLY)}", MULTIPLY)


def _join_parts(parts: list[PythonText], join: Joined, writer: LoopWriter) -> PythonText:
    line = parts[0]
    for part in parts[1:]:
        line = join(_shorten(line, writer, len(part.text)), part)
    return line


def _shorten(text: PythonText, writer: LoopWriter, more: int = 0) -> PythonText:
    """The text, or a name for it where the line would get long."""
    room = WIDTH - MARGIN - len(TAB) * writer.depth
    # A new name would hardly be shorter than an entry or a name.
    if text.strength == ATOM and len(text.text) < 30:
        return text
    return text if len(text.text) + more <= room else writer.named("part", text)
