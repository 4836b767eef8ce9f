"""Formulas as Python expressions of single numbers; what needs a loop gets a name first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import (
    Add,
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
from symconv.codegen.python.text import ADD, ATOM, COMPARE, MULTIPLY, Text, power
from symconv.codegen.readable.operators import number
from symconv.core.errors import Unsupported
from symconv.core.nodes import Box, Equals, LogSumExp, MaxOver, OneHot, step
from symconv.lower.affine import denominator

from .places import atom, entry, inside
from .writer import Writer

Joined = Callable[[Text, Text], Text]
CALLS = {
    "relu": "max({}, 0)",
    "sigmoid": "sigmoid({})",
    "softplus": "np.logaddexp(0, {})",
    "absolute": "abs({})",
    **{name: f"np.{name}({{}})" for name in ("tanh", "exp", "log", "sqrt", "sin", "cos")},
}
LOOPED = (Sum, MaxOver, LogSumExp, OneHot)
BRACKETS = (Box, KroneckerDelta, Equals)
LARGEST = 64
"""The largest denominator of a number that is written as a division."""

MARGIN = 36
"""How much of a line is left to what stands around a part of a formula."""


def scalar(e: Expr, writer: Writer) -> Text:
    """The text of a formula at one place; its loops are written before it."""
    if isinstance(e, LOOPED) and e not in writer.memory:
        from .reducers import reduced

        writer.memory[e] = reduced(e, writer)
    if e in writer.memory:
        return atom(writer.memory[e])
    if e.is_number:
        return number(e, SizePrinter({}))
    if isinstance(e, Indexed):
        return _entry(e, writer)
    if isinstance(e, (*BRACKETS, step)):
        return Text(f"1 if {' and '.join(conditions(e, writer))} else 0", COMPARE)
    return _operation(e, writer)


def _operation(e: Any, writer: Writer) -> Text:
    """Operators and functions."""
    match e:
        case Symbol():
            return writer.size(e)
        case Add():
            return _sum(e, writer)
        case Mul():
            return product(list(e.as_ordered_factors()), writer)
        case Pow():
            return _power(e, writer)
    name = type(e).__name__
    if not isinstance(e, Function) or name not in CALLS:
        raise Unsupported(f"no loop form is known for the function {name}")
    return atom(CALLS[name].format(_short(scalar(e.args[0], writer), writer).text))


def conditions(e: Expr, writer: Writer) -> list[str]:
    """What has to hold where a factor that is 0 or 1 is 1."""
    match e:
        case Box():
            return list(inside(e.place, e.extent, writer))
        case Equals():
            return [f"{writer.size(e.place).within(ADD)} == {scalar(e.label, writer).within(ADD)}"]
        case KroneckerDelta():
            scale = denominator(e.args[0] - e.args[1])
            left, right = (writer.size(expand(scale * side)) for side in e.args[:2])
            return [f"{left.within(ADD)} == {right.within(ADD)}"]
        case step():
            return [f"{scalar(e.args[0], writer).within(ADD)} > 0"]
    raise Unsupported(f"{e} is no bracket")


def _entry(e: Indexed, writer: Writer) -> Text:
    """An entry; 0 where it is absent."""
    found = entry(e, writer)
    open_ = [c for c in found.conditions if c not in writer.true]
    if not open_:
        return atom(found.text)
    name = f"{writer.names.tensors[str(e.base.label)]}_entry"
    chosen = Text(f"{found.text} if {' and '.join(open_)} else 0", COMPARE)
    writer.memory[e] = writer.named(name, chosen).text
    return atom(writer.memory[e])


def product(factors: list[Expr], writer: Writer) -> Text:
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
        inner = _joined([scalar(a, writer) for a in above[1:]], _times, writer)
        top = Text(f"-{inner.within(MULTIPLY)}", MULTIPLY)
    else:
        top = _joined([scalar(a, writer) for a in above or [S.One]], _times, writer)
    if not below:
        return top
    bottom = _joined([scalar(a, writer) for a in below], _times, writer)
    bottom = _short(bottom, writer)
    return _over(_short(top, writer, len(bottom.text)), bottom)


def _sum(e: Add, writer: Writer) -> Text:
    """a + b - c; what is subtracted comes last."""
    terms = sorted(e.as_ordered_terms(), key=lambda t: t.could_extract_minus_sign())
    parts = []
    for k, term in enumerate(terms):
        minus = k > 0 and term.could_extract_minus_sign()
        parts.append((scalar(-term if minus else term, writer), minus))
    line = parts[0][0]
    for part, minus in parts[1:]:
        line = _short(line, writer, len(part.text))
        right = part.above(ADD) if minus else part.within(ADD)
        line = Text(f"{line.within(ADD)} {'-' if minus else '+'} {right}", ADD)
    return line


def _power(e: Pow, writer: Writer) -> Text:
    base, exponent = e.args
    if exponent.could_extract_minus_sign():
        return _over(Text("1", ATOM), scalar(Pow(base, -exponent), writer))
    if exponent == S.Half:
        return atom(f"np.sqrt({_short(scalar(base, writer), writer).text})")
    return power(_short(scalar(base, writer), writer), scalar(exponent, writer))


def _times(left: Text, right: Text) -> Text:
    return Text(f"{left.within(MULTIPLY)} * {right.above(MULTIPLY)}", MULTIPLY)


def _over(above: Text, below: Text) -> Text:
    return Text(f"{above.within(MULTIPLY)} / {below.above(MULTIPLY)}", MULTIPLY)


def _joined(parts: list[Text], join: Joined, writer: Writer) -> Text:
    line = parts[0]
    for part in parts[1:]:
        line = join(_short(line, writer, len(part.text)), part)
    return line


def _short(text: Text, writer: Writer, more: int = 0) -> Text:
    """The text, or a name for it where the line would get long."""
    room = WIDTH - MARGIN - len(TAB) * writer.depth
    if text.strength == ATOM and len(text.text) < 30:
        return text
    return text if len(text.text) + more <= room else writer.named("part", text)
