"""Formulas as C expressions of single numbers; what needs a loop is written in front of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sympy import (
    Add,
    Expr,
    Function,
    Integer,
    KroneckerDelta,
    Mul,
    N,
    Pow,
    Rational,
    S,
    Sum,
    Symbol,
    expand,
)
from sympy.tensor.indexed import Indexed

from symconv.codegen.loops.scalars import split_difference
from symconv.codegen.python.text import ADD, ATOM, MULTIPLY, PythonText
from symconv.core.errors import Unsupported
from symconv.core.nodes import Box, Equals, LogSumExp, MaxOver, OneHot, only_where, step
from symconv.core.tensor import key_of
from symconv.lower.affine import denominator

from .blocks import BlockWriter
from .model.index_form import bound_conditions, place_text

FUNCTIONS = (
    "relu", "sigmoid", "softplus", "absolute", "erf", "tanh", "exp", "log", "sqrt", "sin", "cos",
    "larger", "smaller",
)  # fmt: skip
"""The functions of a formula that the file has under `real_` and their name."""

LOOPED = (Sum, MaxOver, OneHot)
BRACKETS = (Box, KroneckerDelta, Equals)
MOST_FACTORS = 4
"""The largest power that is written as a product: x * x * x * x is exact to a rounding a factor,
and a call of `pow` costs as much as twenty of them."""


def write_scalar(e: Expr, writer: BlockWriter) -> PythonText:
    """The text of a formula at one place; its loops are written before it."""
    known = writer.recall(e)
    if known is not None or e.is_number:
        return _number(e) if known is None else PythonText(known, ATOM)
    if isinstance(e, LOOPED):
        # Not at the top: formulas hold sums and sums hold formulas, so that files import each other
        # in a ring.
        from .reductions import write_reduction

        with writer.outside(e):
            name = write_reduction(e, writer)
            writer.remember(e, name)
        return PythonText(name, ATOM)
    match e:
        case Symbol():
            return PythonText(f"(real){writer.letters[e]}", MULTIPLY)
        case LogSumExp() | Add():
            return _write_sum(e, writer)
        case Pow() | Function() if not isinstance(e, (step, *BRACKETS)):
            return _write_once(e, writer)
    return _choose(write_product(Mul.make_args(e), writer), writer)


def _write_only_where(e: only_where, writer: BlockWriter) -> PythonText:
    """f where w is not 0, else -infinity; brackets in w are conditions as they are."""
    f, w = e.args
    value, conditions = write_scalar(f, writer), list[str]()  # type: ignore[arg-type]
    for factor in Mul.make_args(w):  # type: ignore[arg-type]
        if isinstance(factor, (step, *BRACKETS)):
            conditions += bracket_conditions(factor, writer)
        else:
            conditions.append(f"{write_scalar(factor, writer).within(ADD)} != 0")
    if not conditions:
        return value
    return PythonText(f"({' && '.join(conditions)} ? {value.text} : -(real)INFINITY)", ATOM)


@dataclass
class ProductText:
    """A product: what stands above and below its line, and the conditions without which it is 0.

    Those are `bounds`, without which a factor is not there to be read, and `tests` of numbers that
    are there.
    """

    above: list[PythonText] = field(default_factory=list)
    below: list[PythonText] = field(default_factory=list)
    bounds: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)
    negative: bool = False
    masked: bool = False

    @property
    def conditions(self) -> list[str]:
        """All of them, each once; the bounds come first."""
        return list(dict.fromkeys((*self.bounds, *self.tests)))

    @property
    def text(self) -> PythonText:
        """a * b / c."""
        top = " * ".join(t.within(MULTIPLY) for t in self.above) or "(real)1"
        strength = self.above[0].strength if len(self.above) == 1 else MULTIPLY
        for divisor in self.below:
            top, strength = f"{top} / {divisor.above(MULTIPLY)}", MULTIPLY
        if self.negative:
            top, strength = f"-{top if strength >= MULTIPLY else f'({top})'}", MULTIPLY
        return PythonText(top, strength)

    def multiply(self, number: Rational) -> None:
        """Add a factor that is a number."""
        self.negative ^= number < 0
        if abs(number.p) != 1:
            self.above.insert(0, _number(Integer(abs(number.p))))
        if number.q != 1:
            self.below.append(_number(Integer(number.q)))


def _choose(product: ProductText, writer: BlockWriter) -> PythonText:
    """What is 0 unless the conditions hold."""
    text = product.text
    if not product.conditions:
        return text
    # What may be read is read in any case: the choice is then one between two numbers.
    if not product.bounds:
        text = writer.name_value("present", text.text)
    if not product.bounds and product.masked:
        # Chosen by its place, without a branch that is guessed wrong every other time.
        both = f"{{(real)0, {text.text}}}"
        table = writer.name_value("choice", both, axes="[2]")
        return PythonText(f"{table.text}[{' && '.join(product.conditions)}]", ATOM)
    writer.guarded |= bool(product.bounds)
    return PythonText(f"({' && '.join(product.conditions)} ? {text.text} : (real)0)", ATOM)


def write_product(factors: Iterable[Expr], writer: BlockWriter) -> ProductText:
    """The factors that are numbers, and what the others ask for."""
    made = ProductText()
    for factor in factors:
        if isinstance(factor, Rational):
            made.multiply(factor)
        elif isinstance(factor, (step, *BRACKETS)):
            made.tests += bracket_conditions(factor, writer)
        elif isinstance(factor, Indexed):
            text, needed = write_entry(factor, writer)
            made.bounds += needed
            if writer.arrays[key_of(factor)].kind == "mask":
                made.tests.append(text)
                made.masked = True
            else:
                made.above.append(PythonText(text, ATOM))
        elif isinstance(factor, Pow) and factor.exp.is_Integer and factor.exp < 0:
            made.below.append(write_scalar(Pow(factor.base, -factor.exp), writer))
        else:
            made.above.append(write_scalar(factor, writer))
    return made


def write_entry(access: Indexed, writer: BlockWriter) -> tuple[str, list[str]]:
    """An entry, and the conditions without which it is absent."""
    key = key_of(access)
    array = writer.arrays[key]
    writer.read.add(key)
    places, conditions = "", list[str]()
    for e, n in zip(access.indices, array.shape, strict=True):
        form = writer.place(e)
        conditions += bound_conditions(form, n, writer.extents, writer.letters)
        places += f"[{place_text(form, writer.letters)}]"
    text = f"{writer.names[key]}{places}"
    return f"(real){text}" if array.kind == "label" else text, conditions


def bracket_conditions(e: Expr, writer: BlockWriter) -> list[str]:
    """What has to hold where a factor that is 0 or 1 is 1."""
    match e:
        case Box():
            form = writer.place(expand(e.place))
            return list(bound_conditions(form, int(e.extent), writer.extents, writer.letters))
        case Equals(place=place, label=Indexed() as label):
            text, conditions = write_entry(label, writer)
            left = place_text(writer.place(place), writer.letters)
            return [*conditions, f"{text.removeprefix('(real)')} == {left}"]
        case KroneckerDelta():
            # Times the denominator both sides are integers, which compare exactly.
            scale = denominator(e.args[0] - e.args[1])
            left, right = (
                place_text(writer.place(expand(scale * side)), writer.letters)
                for side in e.args[:2]
            )
            return [f"{left} == {right}"]
        case step():
            # Two sides, as a difference of infinities would be NaN.
            sides = split_difference(e.args[0])
            above, below = (write_scalar(side, writer).within(ADD) for side in sides)
            return [f"!({above} <= {below})" if writer.derives else f"{above} > {below}"]
    raise Unsupported(f"no C form is known for the bracket {e}")


def _write_once(e: Expr, writer: BlockWriter) -> PythonText:
    """A function; under a name in front of the loops that it does not depend on."""
    if writer.depth(e) == len(writer.blocks) - 1:
        return _write_function(e, writer)
    with writer.outside(e):
        made = writer.name_value("part", _write_function(e, writer).text)
        writer.remember(e, made.text)
    return made


def _write_function(e: Expr, writer: BlockWriter) -> PythonText:
    if isinstance(e, Pow):
        return _write_power(e, writer)
    if isinstance(e, only_where):
        return _write_only_where(e, writer)
    name = type(e).__name__
    if name not in FUNCTIONS:
        raise Unsupported(f"no C form is known for the function {name}")
    inside = ", ".join(write_scalar(a, writer).text for a in e.args)  # type: ignore[arg-type]
    return PythonText(f"real_{name}({inside})", ATOM)


def _write_power(e: Pow, writer: BlockWriter) -> PythonText:
    base, exponent = e.args
    if exponent.could_extract_minus_sign():
        below = write_scalar(Pow(base, -exponent), writer)
        return PythonText(f"(real)1 / {below.above(MULTIPLY)}", MULTIPLY)
    inside = write_scalar(base, writer)
    if exponent == S.Half:
        return PythonText(f"real_sqrt({inside.text})", ATOM)
    if exponent.is_Integer and 2 <= exponent <= MOST_FACTORS:
        if inside.strength != ATOM or "(" in inside.text:
            inside = writer.name_value("base", inside.text)
        return PythonText(" * ".join([inside.text] * int(exponent)), MULTIPLY)
    other = write_scalar(exponent, writer)
    return PythonText(f"real_pow({inside.text}, {other.text})", ATOM)


def _write_sum(e: Expr, writer: BlockWriter) -> PythonText:
    """a + b - c; what is subtracted comes last, and logarithms of sums after that.

    Of log(sum(exp)) the largest entry is subtracted first, x - largest, before a small logarithm is
    rounded to the size of the two.
    """
    from .reductions import write_log_sum_exp  # not at the top: see `write_scalar`

    terms, last = list[tuple[PythonText, bool]](), list[tuple[PythonText, bool]]()
    for term in sorted(Add.make_args(e), key=lambda t: t.could_extract_minus_sign()):
        number, rest = term.as_coeff_Mul()
        if isinstance(rest, LogSumExp):
            for name, some in zip(write_log_sum_exp(rest, writer), (terms, last), strict=True):
                text = PythonText(name, ATOM)
                if abs(number) != 1:
                    text = PythonText(f"{_number(abs(number)).text} * {name}", MULTIPLY)
                some.append((text, bool(number < 0)))
            continue
        minus = term.could_extract_minus_sign()
        terms.append((write_scalar(-term if minus else term, writer), minus))
    line = ""
    for text, minus in [*terms, *last]:
        sign = "-" if minus else "+"
        word = text.above(ADD) if minus else text.within(ADD)
        line = f"{line} {sign} {word}" if line else f"{'-' if minus else ''}{word}"
    return PythonText(line, ADD)


def _number(e: Expr) -> PythonText:
    """A number as a constant of the type of all others; 17 digits name every double."""
    value = N(e, 20)
    if not value.is_Float and not value.is_Integer:
        raise Unsupported(f"{e} is no number that C can hold")
    digits = str(int(e)) if e.is_Integer and abs(e) < 2**31 else repr(float(value))
    return PythonText(f"(real){digits}" if digits[0] != "-" else f"(real)({digits})", ATOM)
