"""A side of a claim as a form: one rule for each kind of node, as the evaluator of claims has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from symconv.claims.evaluation.comparison import Question
from symconv.claims.evaluation.evaluator import Options
from symconv.claims.model.syntax_tree import (
    BinaryExpression,
    Cases,
    Condition,
    Differential,
    Exponentiation,
    FunctionCall,
    Identifier,
    IndexSlice,
    MatrixLiteral,
    Numeral,
    Summation,
    SumRange,
    SyntaxNode,
    TensorReference,
    UnaryMinus,
)
from symconv.claims.model.vocabulary import RATES

from symconv.claims.proving.forms.affine_forms import AffineForm, make_constant, make_index
from .array_forms import (
    ArrayBuilder,
    ArrayForm,
    AxisBlock,
    Shape,
    ValueForm,
    unwrap_single,
)
from .array_products import ArrayProducts
from symconv.claims.proving.forms.budget import Budget, NotProvedError
from symconv.claims.proving.forms.functions import apply_function, invert_form
from .equations import NetworkEquations
from .forward_derivatives import ForwardDerivative
from .function_readings import read_function
from .index_limits import Digits, IndexReader, IndexValues
from symconv.claims.proving.forms.size_facts import make_fraction
from symconv.claims.proving.forms.size_polynomials import Coefficient
from symconv.claims.proving.forms.terms import (
    NOTHING,
    ONE,
    Access,
    Form,
    Term,
    bind_index,
    make_bracket,
    make_number,
    multiply_forms,
    raise_form,
    scale_form,
)


class ClaimReader:
    """Reads the parts of one claim."""

    def __init__(
        self,
        equations: NetworkEquations,
        question: Question,
        budget: Budget,
        layers: Mapping[str, int],
    ) -> None:
        self.equations = equations
        self.sizes = equations.sizes
        self.context = equations.context
        self.options: Options = question.options
        self.budget = budget
        self.indices = IndexReader(equations, question.options, layers)
        self.build = ArrayBuilder()
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
            raise NotProvedError("an index as a number")
        if name in self.context.size_names:
            return make_number(self.indices.size(name))
        if name in self.context.constants:
            return make_number(make_fraction(self.context.constants[name]))
        if name in RATES:
            return self.rate(name)
        if name in self.options.definitions:
            return self._defined(name, (), env)
        raise NotProvedError(f"'{name}' has no value")

    def rate(self, name: str) -> Form:
        """A learning rate: a number without a value."""
        key = "eta" if name == "rate" else name
        return (Term(accesses=(Access(f"number {key}", (), ()),)),)

    def _defined(self, name: str, indices: tuple[SyntaxNode, ...], env: IndexValues) -> ValueForm:
        parameters, body = self.options.definitions[name]
        if len(parameters) != len(indices):
            raise NotProvedError(f"'{name}' is defined with other indices")
        values = {p: self.indices.index(i, env) for p, i in zip(parameters, indices, strict=True)}
        if not all(v.whole for v in values.values()):
            raise NotProvedError(f"'{name}' at what may be no integer")
        inner = replace(self.options, definitions=_without(self.options.definitions, name))
        outer, self.options = self.options, inner
        try:
            return self.value(body, {**env, **values})
        finally:
            self.options = outer

    # ---- tensors

    def _reference(self, node: TensorReference, env: IndexValues) -> ValueForm:
        known = node.kind or node.letter in self.context.layers
        if not known:
            if node.letter in self.options.definitions:
                return self._defined(node.letter, node.indices or (), env)
            raise NotProvedError(f"the network has no '{node.letter}'")
        key = self.indices.key(node)
        if node.fresh:
            return self._updated(node, env)
        if node.kind:
            return self._gradient(key, node, env)
        return self.select(node, env, AxisBlock(key, self.equations.shapes[key]), key)

    def _updated(self, node: TensorReference, env: IndexValues) -> ValueForm:
        """W - rate * dC/dw."""
        old = self._reference(replace(node, fresh=False), env)
        slope = self._gradient(self.indices.key(node), node, env)
        named = self.options.rate
        rate = (
            make_number(make_fraction(named))
            if isinstance(named, Fraction)
            else (self.rate(named if isinstance(named, str) else "rate"))
        )
        return self.build.apply_elementwise(
            old, slope, lambda w, g: w + scale_form(multiply_forms(rate, g), -1)
        )

    def _gradient(self, key: str, node: TensorReference, env: IndexValues) -> ValueForm:
        """dC/d(tensor): that of the derived program, or by the chain rule where there is none."""
        block = AxisBlock(key, self.equations.shapes[key], below=True)
        tensor = self.context.deltas.get(key)
        if tensor is not None:
            return self.select(node, env, block, tensor.key)
        if not self.equations.can_open(self.context.cost):
            raise NotProvedError("a derivative of a cost that the network does not compute")
        return self._differentiate(
            self.equations.access(self.context.cost, [make_constant(0)]), node, env, key
        )

    def select(
        self, node: TensorReference, env: IndexValues, block: AxisBlock, key: str
    ) -> ValueForm:
        """The entry at the node's indices; the whole array where it has none."""
        if node.indices is None:
            return self._whole_array(block, lambda i: self.equations.access(key, i))
        if any(isinstance(i, IndexSlice) for i in node.indices):
            return self._slice(node.indices, env, block, key)
        place, digits = self.place(node.indices, env, block.shape)
        return digits.close(self.equations.access(key, place))

    def _whole_array(self, block: AxisBlock, entry: Callable[..., Form]) -> ValueForm:
        axes = self.build.name_axes(len(block.shape))
        found = ArrayForm((block,), axes, entry([make_index(a) for a in axes]))
        return unwrap_single(found)

    def place(
        self, indices: tuple[SyntaxNode, ...], env: IndexValues, shape: Shape
    ) -> tuple[list[AffineForm], Digits]:
        """The place counted from 0 that indices mean, and the digits that it is made of."""
        for node in indices:
            if isinstance(node, Identifier) and node.name not in env:
                # At some sizes that is an entry, at others none: it is hardly what is meant.
                raise NotProvedError(f"the index '{node.name}' is a size")
        self.indices.digits = digits = Digits(self.build.fresh)
        try:
            found = [self.indices.index(i, env).shift(-self.options.base) for i in indices]
            return self._fit_axes(found, shape), digits
        finally:
            self.indices.digits = None

    def _fit_axes(self, found: list[AffineForm], shape: Shape) -> list[AffineForm]:
        if len(found) == len(shape):
            return found
        long = [n for n in shape if n != 1]
        if len(found) == 1 and len(long) != 1:
            return self.indices.number_places(found[0], shape)
        if len(found) != len(long) or shape == (1,):
            raise NotProvedError("as many indices as axes are needed")
        rest = iter(found)
        return [make_constant(0) if n == 1 else next(rest) for n in shape]

    def _slice(
        self, indices: tuple[SyntaxNode, ...], env: IndexValues, block: AxisBlock, key: str
    ) -> ValueForm:
        if len(indices) != len(block.shape):
            raise NotProvedError("as many indices as axes are needed")
        base, starts, lengths = self.options.base, list[AffineForm](), list[Coefficient | None]()
        for node, extent in zip(indices, block.shape, strict=True):
            if not isinstance(node, IndexSlice):
                starts += self._fit_axes([self.indices.index(node, env).shift(-base)], (extent,))
                lengths.append(None)
                continue
            first = make_constant(0)
            if node.low is not None:
                first = self.indices.index(node.low, env).shift(-base)
            stop = make_constant(extent)
            if node.high is not None:
                stop = self.indices.index(node.high, env).shift(-base)
            length = stop - first
            if length.slopes or not self.sizes.positive(length.constant) or not first.whole:
                raise NotProvedError("a slice whose length is not fixed")
            starts.append(first)
            lengths.append(length.constant)
        shape = tuple(n for n in lengths if n is not None)

        def entry(places: list[AffineForm]) -> Form:
            rest = iter(places)
            index = [
                s if n is None else s + next(rest) for s, n in zip(starts, lengths, strict=True)
            ]
            return self.equations.access(key, index)

        return self.build.make(shape, entry)

    def _differential(self, node: Differential, env: IndexValues) -> ValueForm:
        key = self.indices.key(node.by)
        of = node.of
        cost = isinstance(of, TensorReference) and of.letter == self.context.cost and not of.kind
        if cost:
            return self._gradient(key, node.by, env)
        return self._differentiate(self.value(of, env), node.by, env, key)

    def _differentiate(
        self, above: ValueForm, by: TensorReference, env: IndexValues, key: str
    ) -> ValueForm:
        """The derivatives of all entries above by the entries below."""
        if key not in self.context.forward.by_key:
            raise NotProvedError("a derivative by what is no forward value")
        shape = self.equations.shapes[key]
        form = above.form if isinstance(above, ArrayForm) else above
        digits = Digits(self.build.fresh)
        blocks = above.blocks if isinstance(above, ArrayForm) else ()
        axes = above.axes if isinstance(above, ArrayForm) else ()
        if by.indices is not None:
            if any(isinstance(i, IndexSlice) for i in by.indices):
                raise NotProvedError("a derivative by a slice")
            place, digits = self.place(by.indices, env, shape)
        elif all(n == 1 for n in shape):
            place = [make_constant(0)] * len(shape)
        else:
            names = self.build.name_axes(len(shape))
            place = [make_index(a) for a in names]
            blocks, axes = (*blocks, AxisBlock(key, shape, below=True)), (*axes, *names)
        found = ForwardDerivative(self.equations, self.budget, key, place).of_form(form)
        found = digits.close(found)
        return ArrayForm(blocks, axes, found) if blocks else found

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
        base = self.value(node.base, env)
        if isinstance(base, ArrayForm):
            return base.map(lambda f: self._raise(f, value))
        return self._raise(base, value)

    def _raise(self, form: Form, exponent: Fraction) -> Form:
        if exponent.denominator == 2 and abs(exponent) == Fraction(1, 2):
            form = apply_function("sqrt", form)
        elif exponent.denominator != 1:
            raise NotProvedError("a power that is not whole")
        if exponent < 0:
            form = self.reciprocal(form)
        return raise_form(form, max(1, abs(int(exponent))) if exponent else 0)

    def reciprocal(self, form: Form) -> Form:
        """One divided by a form; a size that is never 0 is divided by at once."""
        if form and all(t.is_constant() for t in form):
            total: Coefficient = 0
            for t in form:
                total = total + t.coefficient
            return make_number(self.sizes.invert(total))
        return invert_form(form)

    def _binary(self, node: BinaryExpression, env: IndexValues) -> ValueForm:
        left, right = self.value(node.left, env), self.value(node.right, env)
        if node.operator == "+":
            return self.build.apply_elementwise(left, right, lambda a, b: a + b)
        if node.operator == "-":
            return self.build.apply_elementwise(left, right, lambda a, b: a + scale_form(b, -1))
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
        if not isinstance(condition, Condition):
            raise NotProvedError("a condition that is no comparison")
        sides = (condition.left, condition.right)
        if all(map(self.indices.is_index, sides)):
            a, b = (self.indices.index(s, env) for s in sides)
            return self._compare_indices(condition.relation, a - b)
        if condition.relation not in {"<", ">"}:
            raise NotProvedError("a comparison of values that may be equal")
        left, right = (self.value(s, env) for s in sides)
        if condition.relation == "<":
            left, right = right, left
        return self._combine(
            left, right, lambda a, b: apply_function("step", a + scale_form(b, -1))
        )

    def _compare_indices(self, relation: str, difference: AffineForm) -> Form:
        if relation in {"=", "!="}:
            same = make_bracket(zero=(difference,))
            return same if relation == "=" else ONE + scale_form(same, -1)
        if not difference.whole:
            raise NotProvedError("a comparison of fractions")
        if relation.startswith("<"):
            difference = difference.scale(-1)
        if not relation.endswith("="):
            difference = difference.shift(-1)
        return make_bracket(nonnegative=(difference,))

    def _function(self, node: FunctionCall, env: IndexValues) -> ValueForm:
        return read_function(self, node, env)

    def _matrix(self, node: MatrixLiteral, env: IndexValues) -> ValueForm:
        """The sum over all entries of [i = row] [j = column] times the entry."""
        widths = {len(row) for row in node.rows}
        if len(widths) != 1:
            raise NotProvedError("rows of different lengths")
        cells = [
            (r, c, self.number(cell, env))
            for r, row in enumerate(node.rows)
            for c, cell in enumerate(row)
        ]

        def entry(place: list[AffineForm]) -> Form:
            found: Form = NOTHING
            for r, c, cell in cells:
                here = make_bracket(zero=(place[0].shift(-r), place[1].shift(-c)))
                found += multiply_forms(here, cell)
            return found

        return self.build.make((len(node.rows), widths.pop()), entry)


def _without(definitions: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {k: v for k, v in definitions.items() if k != name}


RULES: Mapping[type[SyntaxNode], Callable[[ClaimReader, Any, IndexValues], ValueForm]] = {
    Numeral: ClaimReader._numeral,  # noqa: SLF001 - the table of this class's own rules
    Identifier: ClaimReader._identifier,  # noqa: SLF001
    TensorReference: ClaimReader._reference,  # noqa: SLF001
    Differential: ClaimReader._differential,  # noqa: SLF001
    UnaryMinus: ClaimReader._minus,  # noqa: SLF001
    Exponentiation: ClaimReader._power,  # noqa: SLF001
    BinaryExpression: ClaimReader._binary,  # noqa: SLF001
    Summation: ClaimReader._sum,  # noqa: SLF001
    FunctionCall: ClaimReader._function,  # noqa: SLF001
    MatrixLiteral: ClaimReader._matrix,  # noqa: SLF001
    Cases: ClaimReader._cases,  # noqa: SLF001
}
