"""Tensors and their entries in a claim: values, error signals, derivatives, updated weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symconv.claims.evaluation.tensor_entries import fill_axes
from symconv.claims.model.syntax_tree import (
    Differential,
    Identifier,
    IndexSlice,
    SyntaxNode,
    TensorReference,
)
from symconv.claims.proving.forms.budget import NotProvedError
from symconv.claims.proving.forms.index_forms import IndexForm, make_constant, make_index
from symconv.claims.proving.forms.size_polynomials import Coefficient, make_fraction
from symconv.claims.proving.forms.terms import (
    EntryFactor,
    Form,
    Term,
    make_number,
    multiply_forms,
    scale_form,
)

from .array_forms import ArrayForm, AxisBlock, Shape, ValueForm, unwrap_single
from .forward_derivatives import ForwardDerivative
from .index_limits import Digits, IndexValues

if TYPE_CHECKING:
    from .claim_reader import ClaimReader


def read_rate(name: str) -> Form:
    """A learning rate: a number without a value."""
    key = "eta" if name == "rate" else name
    return (Term(accesses=(EntryFactor(f"number {key}", (), ()),)),)


def read_defined(
    at: ClaimReader, name: str, indices: tuple[SyntaxNode, ...], env: IndexValues
) -> ValueForm:
    """A name that the text itself defined; the definition may not use the name again."""
    parameters, body = at.options.definitions[name]
    if len(parameters) != len(indices):
        raise NotProvedError(f"'{name}' is defined with other indices")
    values = {p: at.indices.index(i, env) for p, i in zip(parameters, indices, strict=True)}
    if not all(v.whole for v in values.values()):
        raise NotProvedError(f"'{name}' at what may be no integer")
    inner = replace(at.options, definitions=_without(at.options.definitions, name))
    outer, at.options = at.options, inner
    try:
        return at.value(body, {**env, **values})
    finally:
        at.options = outer


def read_reference(at: ClaimReader, node: TensorReference, env: IndexValues) -> ValueForm:
    """A tensor or one of its entries."""
    known = node.kind or node.letter in at.context.layers
    if not known:
        if node.letter in at.options.definitions:
            return read_defined(at, node.letter, node.indices or (), env)
        raise NotProvedError(f"the network has no '{node.letter}'")
    key = at.indices.key(node)
    if node.fresh:
        return _read_update(at, node, env)
    if node.kind:
        return _read_gradient(at, key, node, env)
    return _select_entries(at, node, env, AxisBlock(key, at.equations.shapes[key]), key)


def _read_update(at: ClaimReader, node: TensorReference, env: IndexValues) -> ValueForm:
    """W - rate * dC/dw."""
    old = read_reference(at, replace(node, fresh=False), env)
    slope = _read_gradient(at, at.indices.key(node), node, env)
    named = at.options.rate
    rate = (
        make_number(make_fraction(named))
        if isinstance(named, Fraction)
        else (read_rate(named if isinstance(named, str) else "rate"))
    )
    return at.build.apply_elementwise(
        old, slope, lambda w, g: w + scale_form(multiply_forms(rate, g), -1)
    )


def _read_gradient(at: ClaimReader, key: str, node: TensorReference, env: IndexValues) -> ValueForm:
    """dC/d(tensor): that of the derived program, or by the chain rule where there is none."""
    block = AxisBlock(key, at.equations.shapes[key], below=True)
    tensor = at.context.deltas.get(key)
    if tensor is not None:
        return _select_entries(at, node, env, block, tensor.key)
    if not at.equations.can_open(at.context.cost):
        raise NotProvedError("a derivative of a cost that the network does not compute")
    cost = at.equations.access(at.context.cost, [make_constant(0)])
    slope = Differential(TensorReference(at.context.cost, None, None), node)
    return _differentiate(at, cost, slope, env, key)


def _select_entries(
    at: ClaimReader, node: TensorReference, env: IndexValues, block: AxisBlock, key: str
) -> ValueForm:
    """The entry at the node's indices; the whole array where it has none."""
    if node.indices is None:
        return _read_whole(at, block, lambda i: at.equations.access(key, i))
    indices = fill_axes(node.indices, len(block.shape))
    if any(isinstance(i, IndexSlice) for i in indices):
        return _read_slice(at, indices, env, block, key)
    place, digits = _place_indices(at, node.indices, env, block.shape)
    return digits.close(at.equations.access(key, place))


def _read_whole(at: ClaimReader, block: AxisBlock, entry: Callable[..., Form]) -> ValueForm:
    axes = at.build.name_axes(len(block.shape))
    found = ArrayForm((block,), axes, entry([make_index(a) for a in axes]))
    return unwrap_single(found)


def _place_indices(
    at: ClaimReader, indices: tuple[SyntaxNode, ...], env: IndexValues, shape: Shape
) -> tuple[list[IndexForm], Digits]:
    """The place counted from 0 that indices mean, and the digits that it is made of."""
    for node in indices:
        if isinstance(node, Identifier) and node.name not in env:
            # At some sizes that is an entry, at others none: it is hardly what is meant.
            raise NotProvedError(f"the index '{node.name}' is a size")
    at.indices.digits = digits = Digits(at.build.fresh)
    try:
        found = [at.indices.index(i, env).shift(-at.options.base) for i in indices]
        return _fit_axes(at, found, shape), digits
    finally:
        at.indices.digits = None


def _fit_axes(at: ClaimReader, found: list[IndexForm], shape: Shape) -> list[IndexForm]:
    if len(found) == len(shape):
        return found
    long = [n for n in shape if n != 1]
    if len(found) == 1 and len(long) != 1:
        return at.indices.number_places(found[0], shape)
    if len(found) != len(long) or shape == (1,):
        raise NotProvedError("as many indices as axes are needed")
    rest = iter(found)
    return [make_constant(0) if n == 1 else next(rest) for n in shape]


def _read_slice(
    at: ClaimReader,
    indices: tuple[SyntaxNode, ...],
    env: IndexValues,
    block: AxisBlock,
    key: str,
) -> ValueForm:
    """The entries that slices and indices choose; an axis with an index alone is dropped."""
    if len(indices) != len(block.shape):
        raise NotProvedError("as many indices as axes are needed")
    starts, lengths = list[IndexForm](), list[Coefficient | None]()
    for node, extent in zip(indices, block.shape, strict=True):
        if isinstance(node, IndexSlice):
            first, length = _measure_slice(at, node, env, extent)
            starts.append(first)
            lengths.append(length)
        else:
            starts.append(at.indices.index(node, env).shift(-at.options.base))
            lengths.append(None)

    def entry(places: Sequence[IndexForm]) -> Form:
        rest = iter(places)
        pairs = zip(starts, lengths, strict=True)
        return at.equations.access(key, [s if n is None else s + next(rest) for s, n in pairs])

    return at.build.make(tuple(n for n in lengths if n is not None), entry)


def _measure_slice(
    at: ClaimReader, node: IndexSlice, env: IndexValues, extent: Coefficient
) -> tuple[IndexForm, Coefficient]:
    """The first place of a slice and how many there are."""
    base = at.options.base
    first, stop = make_constant(0), make_constant(extent)
    if node.low is not None:
        first = at.indices.index(node.low, env).shift(-base)
    if node.high is not None:
        stop = at.indices.index(node.high, env).shift(-base)
    length = stop - first
    if length.slopes or not at.sizes.positive(length.constant) or not first.whole:
        raise NotProvedError("a slice whose length is not fixed")
    return first, length.constant


def read_differential(at: ClaimReader, node: Differential, env: IndexValues) -> ValueForm:
    """dC/d(tensor), or any other derivative by the chain rule."""
    if node.entrywise:
        raise NotProvedError("a derivative entry by entry")
    key = at.indices.key(node.by)
    of = node.of
    cost = isinstance(of, TensorReference) and of.letter == at.context.cost and not of.kind
    if cost:
        return _read_gradient(at, key, node.by, env)
    above = at.value(of, env)
    if node.direct and isinstance(of, TensorReference):
        above = _open_once(at, above, key)
    return _differentiate(at, above, node, env, key)


def _open_once(at: ClaimReader, above: ValueForm, by: str) -> ValueForm:
    """An entry by its own equation; one of the tensor that it is differentiated by as it is."""
    if isinstance(above, ArrayForm):
        raise NotProvedError("the derivative of a whole array along one path")
    opened: Form = ()
    for term in above:
        (access,) = term.accesses
        if access.key == by or not at.equations.can_open(access.key):
            return above
        rest = replace(term, accesses=())
        opened += multiply_forms((rest,), at.equations.open(access.key, access.indices))
    return opened


def _differentiate(
    at: ClaimReader,
    above: ValueForm,
    node: Differential,
    env: IndexValues,
    key: str,
) -> ValueForm:
    """The derivatives of all entries above by the entries below."""
    by, direct = node.by, node.direct
    if key not in at.context.forward.by_key:
        raise NotProvedError("a derivative by what is no forward value")
    shape = at.equations.shapes[key]
    form = above.form if isinstance(above, ArrayForm) else above
    digits = Digits(at.build.fresh)
    blocks = above.blocks if isinstance(above, ArrayForm) else ()
    axes = above.axes if isinstance(above, ArrayForm) else ()
    if by.indices is not None:
        if any(isinstance(i, IndexSlice) for i in by.indices):
            raise NotProvedError("a derivative by a slice")
        place, digits = _place_indices(at, by.indices, env, shape)
    elif all(n == 1 for n in shape):
        place = [make_constant(0)] * len(shape)
    else:
        names = at.build.name_axes(len(shape))
        place = [make_index(a) for a in names]
        blocks, axes = (*blocks, AxisBlock(key, shape, below=True)), (*axes, *names)
    found = ForwardDerivative(at.equations, at.budget, key, place, direct=direct).of_form(form)
    found = digits.close(found)
    return ArrayForm(blocks, axes, found) if blocks else found


def _without(definitions: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {k: v for k, v in definitions.items() if k != name}
