"""Functions of a claim as forms: activations, sums, windows, matrix products, turns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from symconv.claims.evaluation.scalar_functions import POINTWISE
from symconv.claims.model.constant_roots import normalize_constant_root
from symconv.claims.model.syntax_tree import (
    ArrayLiteral,
    FunctionCall,
    Identifier,
    KeywordArgument,
    Numeral,
    SyntaxNode,
    TensorReference,
    UnaryMinus,
)
from symconv.claims.proving.forms.budget import NotProvedError
from symconv.claims.proving.forms.functions import (
    apply_function,
    differentiate_function,
    invert_form,
    subtract_forms,
)
from symconv.claims.proving.forms.index_forms import IndexForm, make_index
from symconv.claims.proving.forms.terms import (
    Form,
    make_bracket,
    make_number,
    multiply_forms,
    scale_form,
)

from .array_forms import ArrayForm, AxisBlock, ValueForm, count_entries, unwrap_single
from .index_limits import FLOORS

if TYPE_CHECKING:
    from .claim_reader import ClaimReader
    from .index_limits import IndexValues

Reading = Callable[["ClaimReader", list[ValueForm], Sequence[str]], ValueForm]


def read_function(at: ClaimReader, node: FunctionCall, env: IndexValues) -> ValueForm:
    """The value of a function; words in quotes are options."""
    normal = normalize_constant_root(node) if node.function == "sqrt" else None
    return _read_call(at, node, env) if normal is None else at.value(normal, env)


def _read_call(at: ClaimReader, node: FunctionCall, env: IndexValues) -> ValueForm:
    if node.function in FLOORS:
        rounded = at.indices.index(node, env)
        return make_number(rounded.constant)
    if node.function in AXIS_READINGS:
        return _reduce(at, node, env)
    quoted = [a for a in node.arguments if isinstance(a, Identifier) and a.name[:1] == "'"]
    words = [a.name.strip("'") for a in quoted]
    kept = [a for a in node.arguments if a not in quoted]
    values = [at.value(a, env) for a in kept]
    if node.function == "transpose" and _is_one_entry(values, kept):
        return values[0]
    if node.function in ARRAY_READINGS:
        reading, fewest, most = ARRAY_READINGS[node.function]
        if not fewest <= len(values) <= most:
            raise NotProvedError(f"'{node.function}' of {len(values)} arguments")
        return reading(at, values, words)
    if node.function in {"max", "min"} and len(values) == 2:
        return _read_extreme(at, node.function, values[0], values[1])
    if node.function not in POINTWISE or len(values) != 1:
        raise NotProvedError(f"'{node.function}' is not covered")
    name = find_activation(at) if node.function == "activation" else node.function
    (value,) = values
    return (
        value.map(_slope(name, node.primes))
        if isinstance(value, ArrayForm)
        else (_slope(name, node.primes)(value))
    )


def _is_one_entry(values: list[ValueForm], written: list[SyntaxNode]) -> bool:
    """Whether the one argument names something of one entry, whose transpose is itself."""
    alone = len(values) == 1 and not isinstance(values[0], ArrayForm)
    return alone and any(isinstance(n, TensorReference) for n in written[0].walk())


def _add_exponentials(x: Form, sign: int) -> Form:
    """exp(x) + exp(-x), or the difference."""
    return apply_function("exp", x) + scale_form(apply_function("exp", scale_form(x, -1)), sign)


def _sgn(x: Form) -> Form:
    return subtract_forms(apply_function("step", x), apply_function("step", scale_form(x, -1)))


def _sec(x: Form) -> Form:
    return invert_form(apply_function("cos", x))


COMPOSED: Mapping[str, Callable[[Form], Form]] = {
    "cosh": lambda x: scale_form(_add_exponentials(x, 1), Fraction(1, 2)),
    "sinh": lambda x: scale_form(_add_exponentials(x, -1), Fraction(1, 2)),
    "sech": lambda x: scale_form(invert_form(_add_exponentials(x, 1)), 2),
    "sgn": _sgn,
    "tan": lambda x: multiply_forms(apply_function("sin", x), _sec(x)),
    "sec": _sec,
    "silu": lambda x: multiply_forms(x, apply_function("sigmoid", x)),
}
"""Functions that no layer has, out of those that layers have."""


def _slope(name: str, primes: int) -> Callable[[Form], Form]:
    if name in COMPOSED:
        if primes:
            raise NotProvedError(f"a derivative of '{name}'")
        return COMPOSED[name]
    if primes > 1 or (primes and name == "log"):
        raise NotProvedError(f"a derivative of '{name}' that is not read")
    if primes:
        return lambda form: differentiate_function(name, form)
    return lambda form: apply_function(name, form)


def find_activation(at: ClaimReader) -> str:
    """The network's one activation, which a text may call f or sigma."""
    found = at.context.activations
    if len(found) != 1:
        raise NotProvedError("which activation is meant is not said")
    return next(iter(found))


def _read_extreme(at: ClaimReader, name: str, left: ValueForm, right: ValueForm) -> ValueForm:
    """max(a, b) = b + relu(a - b), and min(a, b) = b - relu(b - a)."""
    if isinstance(left, ArrayForm) and not left.grid:
        left = unwrap_single(left)

    def larger(a: Form, b: Form) -> Form:
        if not a:
            a, b = b, a
        if name == "max":
            return b + apply_function("relu", a + scale_form(b, -1))
        return b + scale_form(apply_function("relu", b + scale_form(a, -1)), -1)

    return at.build.apply_elementwise(left, right, larger)


def _require_array(value: ValueForm) -> ArrayForm:
    if not isinstance(value, ArrayForm):
        raise NotProvedError("an array is needed")
    return value


def _sum(at: ClaimReader, values: list[ValueForm], _: Sequence[str]) -> ValueForm:
    array = _require_array(values[0])
    return at.build.sum_over(array.shape, array.entry)


def _swap_axes(at: ClaimReader, values: list[ValueForm], _: Sequence[str]) -> ValueForm:
    """`x.T` in code, of a matrix."""
    array = _require_matrix(at, values[0])
    rows, columns = array.shape
    return at.build.make((columns, rows), lambda p: array.entry([p[1], p[0]]))


def _multiply_matrices(at: ClaimReader, values: list[ValueForm], _: Sequence[str]) -> ValueForm:
    """`np.dot(a, b)` of two matrices."""
    found = at.products.multiply_matrices(*(_require_matrix(at, v) for v in values))
    if found is None:
        raise NotProvedError("arrays that do not fit into a matrix product")
    return found


def _require_matrix(at: ClaimReader, value: ValueForm) -> ArrayForm:
    """An array with two axes, where vectors are no columns."""
    array = _require_array(value)
    if len(array.shape) != 2 or at.options.star != "code":
        raise NotProvedError("an array that is no matrix")
    return array


AXIS_READINGS = {"np.sum", "np.mean"}


def _reduce(at: ClaimReader, node: FunctionCall, env: IndexValues) -> ValueForm:
    """The sum or the mean along some axes, or over all entries."""
    array = _require_array(at.value(node.arguments[0], env))
    if at.options.star != "code":
        raise NotProvedError("vectors as columns")
    axes = _read_axes(node.arguments[1:], len(array.shape))
    kept = [n for n in range(len(array.shape)) if n not in axes]
    gone = tuple(array.shape[n] for n in axes)

    def entry(places: Sequence[IndexForm]) -> Form:
        def inner(summed: Sequence[IndexForm]) -> Form:
            known = dict(zip((*kept, *axes), (*places, *summed), strict=True))
            return array.entry([known[n] for n in range(len(array.shape))])

        total = at.build.sum_over(gone, inner)
        if node.function == "np.mean":
            total = scale_form(total, at.sizes.invert(count_entries(gone)))
        return total

    if not kept:
        return entry(())
    return at.build.make(tuple(array.shape[n] for n in kept), entry)


def _read_axes(arguments: Sequence[SyntaxNode], rank: int) -> tuple[int, ...]:
    """The axes that are named, counted from 0; all where none are."""
    if not arguments:
        return tuple(range(rank))
    (said,) = arguments if len(arguments) == 1 else (None,)
    if isinstance(said, KeywordArgument):
        said = said.value if said.name == "axis" else None
    nodes = said.entries if isinstance(said, ArrayLiteral) else (said,)
    found = []
    for node in nodes:
        value = node.body if isinstance(node, UnaryMinus) else node
        if not isinstance(value, Numeral) or value.value.denominator != 1:
            raise NotProvedError("axes that are not read")
        axis = int(value.value) * (-1 if isinstance(node, UnaryMinus) else 1)
        if not -rank <= axis < rank:
            raise NotProvedError("an axis that the array has not")
        found.append(axis % rank)
    if len(set(found)) != len(found):
        raise NotProvedError("an axis that is named twice")
    return tuple(found)


def _mean(at: ClaimReader, values: list[ValueForm], words: Sequence[str]) -> ValueForm:
    total = _sum(at, values, words)
    count = count_entries(_require_array(values[0]).shape)
    return scale_form(total, at.sizes.invert(count))  # type: ignore[arg-type]


def _slide(
    at: ClaimReader, values: list[ValueForm], words: Sequence[str], *, flip: bool
) -> ValueForm:
    if any(w not in {"valid", "full"} for w in words):
        raise NotProvedError("a mode that is not read")
    left, right = (_require_array(v) for v in values)
    if "full" in words:
        return at.products.slide_full(left, right, flip=flip)
    big, small = at.products.sort_by_size(left, right)
    swapped = big is right
    if not words and not flip and swapped:
        # Arrays that are equally large at some sizes would be read in another way there.
        if not at.sizes.positive(count_entries(big.shape) - count_entries(small.shape)):
            raise NotProvedError("how a correlation is read depends on the sizes")
        return at.products.slide_full(left, right, flip=flip)
    found = at.products.slide(big, small, flip=flip)
    return _turn(found) if swapped and not flip else found


def _turn(array: ArrayForm) -> ArrayForm:
    """Every axis reversed."""
    values = [
        make_index(a).scale(-1).shift(n + -1) for a, n in zip(array.axes, array.shape, strict=True)
    ]
    return replace(array, form=array.entry(values))


def _transpose(at: ClaimReader, values: list[ValueForm], _: Sequence[str]) -> ValueForm:
    array = _require_array(values[0])
    if len(array.shape) == 2:
        rows, columns = array.shape
        found = at.build.make((columns, rows), lambda p: array.entry([p[1], p[0]]))
        return replace(found, blocks=(AxisBlock("", (columns, rows), row=columns == 1),))
    if len(array.grid) > 1:
        raise NotProvedError("a transpose of more than two axes")
    count = count_entries(array.shape)
    found = at.build.make((1, count), lambda p: array.flat_entry(p[1]))
    return replace(found, blocks=(AxisBlock("", (1, count), row=True),))


def _dot(at: ClaimReader, values: list[ValueForm], _: Sequence[str]) -> ValueForm:
    found = at.products.multiply_matrices(*(_require_array(v) for v in values))
    if found is None:
        raise NotProvedError("arrays that do not fit into a matrix product")
    return unwrap_single(found)


def _outer(at: ClaimReader, values: list[ValueForm], _: Sequence[str]) -> ValueForm:
    return at.products.multiply_outer(*(_require_array(v) for v in values))


def _multiply(at: ClaimReader, values: list[ValueForm], _: Sequence[str]) -> ValueForm:
    return at.products.multiply_entries(values[0], values[-1])


def _squared_norm(at: ClaimReader, values: list[ValueForm], _: Sequence[str]) -> ValueForm:
    """The sum of the squares of all entries."""
    if not isinstance(values[0], ArrayForm):
        return multiply_forms(values[0], values[0])
    array = values[0].map(lambda form: multiply_forms(form, form))
    return at.build.sum_over(array.shape, array.entry)


def _norm(at: ClaimReader, values: list[ValueForm], words: Sequence[str]) -> ValueForm:
    return apply_function("sqrt", _squared_norm(at, values, words))  # type: ignore[arg-type]


def _diag(at: ClaimReader, values: list[ValueForm], _: Sequence[str]) -> ValueForm:
    """The matrix with a vector on its diagonal."""
    array = _require_array(values[0])
    if not array.is_vector:
        raise NotProvedError("the diagonal of a matrix")
    (count,) = array.grid

    def entry(place: list[IndexForm]) -> Form:
        return multiply_forms(make_bracket(zero=(place[0] - place[1],)), array.flat_entry(place[0]))

    return at.build.make((count, count), entry)


ARRAY_READINGS: Mapping[str, tuple[Reading, int, int]] = {
    "sum": (_sum, 1, 1),
    "mean": (_mean, 1, 1),
    "rot180": (lambda _, v, __: _turn(_require_array(v[0])), 1, 1),
    "transpose": (_transpose, 1, 1),
    "convolve2d": (lambda at, v, w: _slide(at, v, w, flip=True), 2, 2),
    "correlate2d": (lambda at, v, w: _slide(at, v, w, flip=False), 2, 2),
    "dot": (_dot, 2, 2),
    "outer": (_outer, 2, 2),
    "multiply": (_multiply, 2, 2),
    "square": (_multiply, 1, 1),
    "np.transpose": (_swap_axes, 1, 1),
    "np.dot": (_multiply_matrices, 2, 2),
    "np.matmul": (_multiply_matrices, 2, 2),
    "squared_norm": (_squared_norm, 1, 1),
    "norm": (_norm, 1, 1),
    "diag": (_diag, 1, 1),
}
