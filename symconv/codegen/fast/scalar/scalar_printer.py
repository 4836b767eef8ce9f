"""Straight-line scalar code as Python text."""

from __future__ import annotations

from collections.abc import Callable, Container
from fractions import Fraction

from symconv.codegen.python.layout import TAB, WIDTH
from symconv.codegen.python.module import Code, make_code
from symconv.codegen.python.text import ADD, ATOM, MULTIPLY, PythonText

from .scalar_program import (
    Assign,
    Branch,
    Compound,
    Entry,
    Factor,
    Product,
    ScalarStatement,
    Select,
    Sum,
    Winner,
)
from .subexpressions import argument_of, best_subexpression, count_operators, subexpression_value

# The logistic function is written with a hyperbolic tangent: `math.exp` raises an error where it
# overflows. A condition costs less than a call of `max`.
FORMS = {
    "sum": "({0})",
    "relu": "(0 if {0} <= 0 else {0})",
    "sigmoid": "(0.5 + 0.5 * tanh(0.5 * {1}))",
    "tanh": "tanh({0})",
}


class ScalarPrinter:
    """Prints statements; `name` gives the identifier of an entry, a winner or a part.

    `forward` are the keys of the tensors of the forward pass; all others are derivatives, where NaN
    goes through steps. `parts` are the parts of the statement that have been computed under a name
    of their own; `functions` collects what is taken of numbers in all statements, `exempt` the
    rules of the linter that maxima break on purpose.
    """

    def __init__(
        self,
        name: Callable[[Entry | Winner | Compound], str],
        indent: int,
        forward: Container[str],
        functions: set[str] | None = None,
    ) -> None:
        self.name = name
        self.indent = indent
        self.forward = forward
        self.derives = True
        self.parts: dict[Compound, str] = {}
        self.functions = set[str]() if functions is None else functions
        self.exempt = set[str]()

    def code(self, statement: ScalarStatement) -> list[Code]:
        """One statement, after the parts of it that get a name."""
        self.parts = {}
        match statement:
            case Assign():
                self.derives = statement.target.key not in self.forward
                return self._assigned(f"{self.name(statement.target)} = ", statement.value)
            case Select():
                return self._selected(statement)
            case Branch():
                return self._branched(statement)

    def _assigned(self, head: str, value: Sum) -> list[Code]:
        margin, parts = TAB * self.indent, self._bare(value)
        flat = f"{margin}{head}{''.join(parts)}"
        if len(flat) <= WIDTH:
            return [make_code([flat])]
        whole = f"{margin}{TAB}{''.join(parts)}"
        inner = [f"{margin}{TAB}{part.strip()}" for part in parts]
        inner = [whole] if len(whole) <= WIDTH else inner
        part = best_subexpression(value, self.parts, self.factor)
        # A formula of several lines is left whole where each addend fits on one; else its part that
        # saves most gets a name.
        if part is None or (self._stands(value) and max(map(len, inner)) <= WIDTH):
            return [make_code([f"{margin}{head}(", *inner, f"{margin})"])]
        name = self.name(part)
        before = self._assigned(f"{name} = ", subexpression_value(part))
        self.parts[part] = name
        return [*before, *self._assigned(head, value)]

    def _bare(self, value: Sum) -> list[str]:
        """The addends; a bracket around all of them is left out."""
        parts = self.addends(value)
        if parts[0].startswith("(") and _is_one_bracket(value):
            return [parts[0][1:-1]]
        return parts

    def _stands(self, value: Sum) -> bool:
        """Whether brackets around a formula stay: none inside is the place to break it."""
        text = "".join(self._bare(value))
        return count_operators(value) > 1 or not (text[0] == "(" or text[-1] == ")")

    def _selected(self, select: Select) -> list[Code]:
        """The first largest: the best so far gives way to what is larger, not to what is equal.

        NaN is larger than all, and nothing is larger than NaN.
        """
        margin = TAB * self.indent
        winner = self.name(select.winner) if select.winner else ""
        first, *rest = (self.name(e) for e in select.among)
        best = self.name(select.target) if select.target else f"{winner}_value"
        names = f"{best}, {winner}" if winner else best
        found = [make_code([f"{margin}{names} = {first}{', 0' if winner else ''}"])]
        self.exempt |= {"PLR0124"} if rest else set()
        for number, other in enumerate(rest, start=1):
            value = f"{other}, {number}" if winner else other
            found += [
                make_code([f"{margin}if not {other} <= {best} and {best} == {best}:"], "branch"),
                make_code([f"{margin}{TAB}{names} = {value}"]),
            ]
        return found

    def _branched(self, branch: Branch) -> list[Code]:
        margin, winner = TAB * self.indent, self.name(branch.winner)
        found: list[Code] = []
        for number, additions in branch.cases:
            head = f"{margin}{'elif' if found else 'if'} {winner} == {number}:"
            found.append(make_code([head], "branch"))
            for target, value in additions:
                sign = "-" if value.coefficient < 0 else "+"
                head = f"{self.name(target)} {sign}= "
                inner = ScalarPrinter(self.name, self.indent + 1, self.forward, self.functions)
                found += inner._assigned(head, (_drop_sign(value),))
        return found

    def addends(self, value: Sum) -> list[str]:
        """The addends, each with its sign and a blank in front but for the first."""
        if not any(p.factors for p in value):
            return [str(float(sum(p.coefficient for p in value)))]
        parts: list[str] = []
        # What is subtracted comes last, so that no line begins with a sign if it need not.
        for p in sorted(value, key=lambda p: p.coefficient < 0):
            text = self.product(_drop_sign(p)).within(ADD)
            sign = "-" if p.coefficient < 0 else "+"
            parts.append(f" {sign} {text}" if parts else ("-" if sign == "-" else "") + text)
        return parts

    def product(self, value: Product) -> PythonText:
        """coefficient * factors, a denominator at the end: 2 * a * b / 3 divides once.

        A step is a condition: where it is 0 the product is, whatever else it holds.
        """
        steps = [f for f in value.factors if _is_step(f)]
        if steps:
            rest = self.product(
                Product(value.coefficient, tuple(f for f in value.factors if f not in steps))
            )
            shut = " or ".join(map(self._shut, steps))
            return PythonText(f"(0 if {shut} else {rest.text})", ATOM)
        above, below = value.coefficient.as_integer_ratio()
        parts = [self.factor(f) for f in value.factors]
        if above != 1 or not parts:
            parts.insert(0, str(above))
        text = " * ".join(parts) + (f" / {below}" if below != 1 else "")
        return PythonText(text, ATOM if len(parts) == 1 and below == 1 else MULTIPLY)

    def _shut(self, step: Factor) -> str:
        """The condition under which a step is 0."""
        assert isinstance(step, Compound)
        name = self.parts.get(argument_of(step))
        left, right = name or self._side(step.of, 1), "0" if name else self._side(step.of, -1)
        return f"{left} <= {right}" if self.derives else f"not {left} > {right}"

    def _side(self, value: Sum, sign: int) -> str:
        """What is added, or subtracted, in a formula: a difference of infinities would be NaN."""
        found = tuple(_drop_sign(p) for p in value if p.coefficient * sign > 0)
        return "".join(self.addends(found)) if found else "0"

    def factor(self, factor: Factor) -> str:
        """The text of a factor, which needs no brackets."""
        if isinstance(factor, Compound):
            if factor.function == "step":
                return self.product(Product(Fraction(1), (factor,))).text
            if factor in self.parts:
                return self.parts[factor]
            plain = self.parts.get(argument_of(factor)) or "".join(self.addends(factor.of))
            self.functions.add(factor.function)
            return FORMS[factor.function].format(plain, _as_factor(plain))
        if isinstance(factor, Entry):
            return self.name(factor)
        raise TypeError(factor)


def _as_factor(text: str) -> str:
    """The text as a factor."""
    return text if " " not in text and text[0] != "-" else f"({text})"


def _is_one_bracket(value: Sum) -> bool:
    """Whether the text is a bracket and nothing else."""
    factors = value[0].factors
    if len(value) == 1 and any(map(_is_step, factors)):
        return True
    return (
        len(value) == len(factors) == value[0].coefficient == 1
        and isinstance(factors[0], Compound)
        and FORMS[factors[0].function].startswith("(")
    )


def _is_step(factor: Factor) -> bool:
    return isinstance(factor, Compound) and factor.function == "step"


def _drop_sign(value: Product) -> Product:
    return Product(abs(Fraction(value.coefficient)), value.factors)
