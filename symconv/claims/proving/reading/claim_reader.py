"""A side of a claim as a form: one rule for each kind of node, as the evaluator has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

from symconv.claims.evaluation.comparison import Question
from symconv.claims.evaluation.evaluator import Options
from symconv.claims.model.constant_roots import normalize_constant_root
from symconv.claims.model.syntax_tree import (
    ArrayLiteral,
    BinaryExpression,
    Cases,
    Condition,
    Differential,
    Exponentiation,
    FirstMaximum,
    FunctionCall,
    Identifier,
    JoinedConditions,
    Maximum,
    Numeral,
    Summation,
    SumRange,
    SyntaxNode,
    TensorReference,
    UnaryMinus,
)
from symconv.claims.model.vocabulary import RATES
from symconv.claims.proving.forms.budget import NotProvedError, ProofBudget
from symconv.claims.proving.forms.functions import apply_function, invert_form, subtract_forms
from symconv.claims.proving.forms.index_forms import IndexForm, make_index
from symconv.claims.proving.forms.size_polynomials import (
    Coefficient,
    find_common_denominator,
    make_fraction,
)
from symconv.claims.proving.forms.terms import (
    NOTHING,
    ONE,
    Form,
    bind_index,
    make_bracket,
    make_index_number,
    make_number,
    multiply_forms,
    raise_form,
    scale_form,
)

from .array_forms import (
    ArrayBuilder,
    ArrayForm,
    ValueForm,
    unwrap_single,
)
from .array_products import ArrayProducts
from .entry_readings import read_defined, read_differential, read_rate, read_reference
from .equations import NetworkEquations, make_pi
from .function_readings import read_function
from .index_limits import IndexReader, IndexValues
from .maximum_readings import read_first_place, read_maximum


class ClaimReader:
    """Reads the parts of one claim."""

    def __init__(
        self,
        equations: NetworkEquations,
        question: Question,
        budget: ProofBudget,
        layers: Mapping[str, int],
    ) -> None:
        self.equations = equations
        self.sizes = equations.sizes
        self.context = equations.context
        self.options: Options = question.options
        self.budget = budget
        self.indices = IndexReader(equations, question.options, layers)
        self.build = ArrayBuilder(strict=self.options.is_code)
        flips = self.context.flips
        self.products = ArrayProducts(self.build, self.sizes, question.options.star, flips=flips)

    def value(self, node: SyntaxNode, env: IndexValues) -> ValueForm:
        """What a part means where the indices have the values of `env`."""
        self.budget.spend()
        rule = RULES.get(type(node))
        if rule is None:
            raise NotProvedError(f"{type(node).__name__} is not covered")
        return rule(self, node, env)

    def number(self, node: SyntaxNode, env: IndexValues) -> Form:
        """A part that is no array."""
        found = unwrap_single(self.value(node, env))
        if isinstance(found, ArrayForm):
            raise NotProvedError("an array where a number belongs")
        return found

    # ---- numbers and names

    def _numeral(self, node: Numeral, _env: IndexValues) -> ValueForm:
        return make_number(make_fraction(node.value))

    def _identifier(self, node: Identifier, env: IndexValues) -> ValueForm:
        name = node.name
        if name in env:
            return make_index_number(env[name])
        if name in self.context.size_names:
            return make_number(self.indices.size(name))
        if name in self.context.constants:
            return make_number(make_fraction(self.context.constants[name]))
        if name in RATES:
            return read_rate(name)
        if name == "pi":
            return make_pi()
        if name in self.options.definitions:
            return read_defined(self, name, (), env)
        raise NotProvedError(f"'{name}' has no value")

    # ---- operations

    def _minus(self, node: UnaryMinus, env: IndexValues) -> ValueForm:
        value = self.value(node.body, env)
        if isinstance(value, ArrayForm):
            return value.map(lambda f: scale_form(f, -1))
        return scale_form(value, -1)

    def _power(self, node: Exponentiation, env: IndexValues) -> ValueForm:
        exponent = self.indices.index(node.exponent, env)
        if exponent.slopes or not isinstance(exponent.constant, int | Fraction):
            raise NotProvedError("a power that is no number")
        value = Fraction(exponent.constant)
        if value.denominator != 1 and (normal := normalize_constant_root(node)) is not None:
            return self.value(normal, env)
        base = self.value(node.base, env)
        if isinstance(base, ArrayForm):
            return base.map(lambda f: self._raise(f, value))
        return self._raise(base, value)

    def _raise(self, form: Form, exponent: Fraction) -> Form:
        if exponent.denominator == 2:
            form = apply_function("sqrt", form)
        elif exponent.denominator != 1:
            raise NotProvedError("a power that is not whole")
        if exponent < 0:
            form = self.reciprocal(form)
        # The power of the root where there is one: a^(3/2) is sqrt(a)^3.
        return raise_form(form, abs(exponent.numerator))

    def reciprocal(self, form: Form) -> Form:
        """One divided by a form; a size that is never 0 is divided by at once."""
        plain = add_numbers(form)
        if len(plain) == 1 and plain[0].is_constant():
            return make_number(self.sizes.invert(plain[0].coefficient))
        return invert_form(form)

    def _binary(self, node: BinaryExpression, env: IndexValues) -> ValueForm:
        left, right = self.value(node.left, env), self.value(node.right, env)
        if node.operator == "+":
            return self.build.apply_elementwise(left, right, lambda a, b: add_numbers(a + b))
        if node.operator == "-":
            return self.build.apply_elementwise(
                left, right, lambda a, b: add_numbers(a + scale_form(b, -1))
            )
        if node.operator == "/":
            return self.build.apply_elementwise(
                left, right, lambda a, b: multiply_forms(a, self.reciprocal(b))
            )
        return self.products.multiply(node.operator, left, right)

    def _sum(self, node: Summation, env: IndexValues) -> ValueForm:
        return self._sum_from(node, 0, env)

    def _sum_from(self, node: Summation, n: int, env: IndexValues) -> ValueForm:
        if n == len(node.limits):
            return self.value(node.body, env)
        limit: SumRange = node.limits[n]
        name = self.build.fresh.next()
        index = make_index(name)
        brackets = make_bracket(
            nonnegative=tuple(self.indices.limits(limit, node.body, env, index))
        )
        if limit.unequal is not None:
            same = make_bracket(zero=(index - self.indices.index(limit.unequal, env),))
            brackets = multiply_forms(brackets, ONE + scale_form(same, -1))
        body = self._sum_from(node, n + 1, {**env, limit.name: index})

        def close(form: Form) -> Form:
            return bind_index(multiply_forms(brackets, form), name)

        return body.map(close) if isinstance(body, ArrayForm) else close(body)

    def _cases(self, node: Cases, env: IndexValues) -> ValueForm:
        total: ValueForm = NOTHING
        left_over: ValueForm = ONE
        for value, condition in node.branches:
            holds = left_over
            if condition is not None:
                holds = self._combine(left_over, self._holds(condition, env), multiply_forms)
                left_over = self._combine(left_over, holds, lambda a, b: a + scale_form(b, -1))
            term = self._combine(self.value(value, env), holds, multiply_forms)
            total = self._combine(total, term, lambda a, b: a + b)
        return total

    def _combine(self, a: ValueForm, b: ValueForm, function: Callable[..., Form]) -> ValueForm:
        return self.build.apply_elementwise(a, b, function)

    def _holds(self, condition: SyntaxNode, env: IndexValues) -> ValueForm:
        """1 where a condition holds, else 0."""
        if isinstance(condition, JoinedConditions):
            return self._joined(condition, env)
        if not isinstance(condition, Condition):
            raise NotProvedError("a condition that is no comparison")
        if isinstance(condition.right, FirstMaximum):
            return read_first_place(self, condition, env)
        sides = (condition.left, condition.right)
        if all(map(self.indices.is_index, sides)):
            places = [self.indices.index(s, env) for s in sides]
            return self._compare_indices(condition.relation, places[0] - places[1])
        if condition.relation in {"=", "!="}:
            a, b = (self.number(s, env) for s in sides)
            same = apply_function("is_zero", subtract_forms(a, b))
            return same if condition.relation == "=" else subtract_forms(ONE, same)
        if condition.relation not in {"<", ">", "<=", ">="}:
            raise NotProvedError(f"a comparison of values by {condition.relation}")
        left, right = (self.value(s, env) for s in sides)
        if condition.relation in {"<", ">="}:
            left, right = right, left
        above = self._combine(
            left, right, lambda a, b: apply_function("step", a + scale_form(b, -1))
        )
        # a <= b where a > b does not hold.
        return _turn(above) if condition.relation.endswith("=") else above

    def _joined(self, joined: JoinedConditions, env: IndexValues) -> ValueForm:
        """The product of conditions; `or` is 1 less the product of their opposites."""
        total: ValueForm = ONE
        for condition in joined.conditions:
            holds = self._holds(condition, env)
            holds = _turn(holds) if joined.word == "or" else holds
            total = self._combine(total, holds, multiply_forms)
        return _turn(total) if joined.word == "or" else total

    def _compare_indices(self, relation: str, difference: IndexForm) -> Form:
        if relation in {"=", "!="}:
            same = make_bracket(zero=(difference,))
            return same if relation == "=" else ONE + scale_form(same, -1)
        difference = self._clear_denominators(difference)
        if relation.startswith("<"):
            difference = difference.scale(-1)
        if not relation.endswith("="):
            difference = difference.shift(-1)
        return make_bracket(nonnegative=(difference,))

    def _clear_denominators(self, difference: IndexForm) -> IndexForm:
        """A form times what makes it whole: (i - m)/s is above 0 where i - m is, since s is."""
        values = (*difference.slopes.values(), difference.constant)
        found = difference.scale(find_common_denominator(values))
        if not found.whole:
            raise NotProvedError("a comparison of fractions")
        return found

    def _function(self, node: FunctionCall, env: IndexValues) -> ValueForm:
        return read_function(self, node, env)

    def _literal(self, node: ArrayLiteral, env: IndexValues) -> ValueForm:
        """The sum over all entries of [i = row] [j = column] times the entry."""
        places = product(*map(range, node.shape))
        cells = [(p, self.number(e, env)) for p, e in zip(places, node.entries, strict=True)]

        def entry(place: list[IndexForm]) -> Form:
            found: Form = NOTHING
            for where, cell in cells:
                shifted = (i.shift(-n) for i, n in zip(place, where, strict=True))
                found += multiply_forms(make_bracket(zero=tuple(shifted)), cell)
            return found

        return self.build.make(node.shape, entry)


def _turn(value: ValueForm) -> ValueForm:
    """1 less what is 1 or 0."""

    def negate(form: Form) -> Form:
        return subtract_forms(ONE, form)

    return value.map(negate) if isinstance(value, ArrayForm) else negate(value)


def add_numbers(form: Form) -> Form:
    """A sum with its numbers added up, so that (N - 1) is one factor and not two summands."""
    numbers = [t.coefficient for t in form if t.is_constant()]
    if len(numbers) < 2:
        return form
    total: Coefficient = 0
    for number in numbers:
        total = total + number
    return (*(t for t in form if not t.is_constant()), *make_number(total))


RULES: Mapping[type[SyntaxNode], Callable[[ClaimReader, Any, IndexValues], ValueForm]] = {
    Numeral: ClaimReader._numeral,  # noqa: SLF001 - the table of this class's own rules
    Identifier: ClaimReader._identifier,  # noqa: SLF001
    TensorReference: read_reference,
    Differential: read_differential,
    UnaryMinus: ClaimReader._minus,  # noqa: SLF001
    Exponentiation: ClaimReader._power,  # noqa: SLF001
    BinaryExpression: ClaimReader._binary,  # noqa: SLF001
    Summation: ClaimReader._sum,  # noqa: SLF001
    Maximum: read_maximum,
    FunctionCall: ClaimReader._function,  # noqa: SLF001
    ArrayLiteral: ClaimReader._literal,  # noqa: SLF001
    Cases: ClaimReader._cases,  # noqa: SLF001
}
