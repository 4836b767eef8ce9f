"""Rules of the backward pass, broken on purpose: each is a change of one equation.

A rule answers right-hand sides that a particular mistake would lead to. A mistake is named only
when the program with that one change reproduces the claim.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sympy import Add, Expr, Function, Integer, Mul, Rational, Sum, expand
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation

from .facts import Facts
from .shapes import (
    Anatomy,
    accesses,
    anatomy,
    changed,
    is_kernel,
    is_signal,
    of_kind,
    tensor_of,
    turned,
    with_indices,
)

Break = Callable[[Equation, Facts], Iterator[Expr]]


@dataclass(frozen=True)
class Broken:
    """A mistake: its name, what is said about it, and the equations it leads to."""

    name: str
    text: str
    ways: Break
    condition: bool = False


def product_of_sums(e: Equation, facts: Facts) -> Iterator[Expr]:
    """sum_k d_k x_k becomes (sum_k d_k) (sum_k x_k)."""
    a = anatomy(e.rhs)
    if a is None or not a.limits:
        return
    signals = [f for f in a.factors if f.has(Indexed) and _any(f, is_signal, facts)]
    others = [f for f in a.factors if f not in signals]
    if signals and any(o.has(Indexed) for o in others):
        yield Mul(*a.outer, Sum(Mul(*signals), *a.limits), Sum(Mul(*others), *a.limits))


def _any(e: Expr, test: Callable[[Indexed, Facts], bool], facts: Facts) -> bool:
    return any(test(x, facts) for x in accesses(e))


def kernel_turned(e: Equation, facts: Facts) -> Iterator[Expr]:
    """w[m, n] becomes w[k1-1-m, k2-1-n] in dC/dx."""
    new = changed(e.rhs, lambda x: turned(x, facts) if is_kernel(x, facts) else None)
    if new is not None:
        yield new


def signal_turned(e: Equation, facts: Facts) -> Iterator[Expr]:
    """d[i, j] becomes d[H-1-i, W-1-j] in dC/dw: a convolution instead of a correlation."""
    if of_kind(e, facts) == "kernel":
        new = changed(e.rhs, lambda x: turned(x, facts) if is_signal(x, facts) else None)
        if new is not None:
            yield new


def image_turned(e: Equation, facts: Facts) -> Iterator[Expr]:
    """x[i+m, j+n] with the image read backwards."""
    if of_kind(e, facts) == "kernel":
        new = changed(e.rhs, lambda x: None if is_signal(x, facts) else turned(x, facts))
        if new is not None:
            yield new


def result_turned(e: Equation, facts: Facts) -> Iterator[Expr]:
    """The right result, read backwards: m' becomes k1-1-m'."""
    kind = of_kind(e, facts)
    if kind in {"kernel", "image"} and len(e.lhs.indices) in {2, 4}:
        shape = facts.shape(tensor_of(e.lhs, facts))
        table = {
            v: Integer(n - 1) - v
            for v, n in zip(e.lhs.indices[-2:], shape[-2:], strict=True)
            if v.is_Symbol
        }
        if len(table) == 2:
            yield e.rhs.xreplace(table)


def derivative_missing(e: Equation, facts: Facts) -> Iterator[Expr]:
    """d a'(z) becomes d."""
    split = _pointwise(e, facts)
    if split is not None:
        yield split[0]


def derivative_squared(e: Equation, facts: Facts) -> Iterator[Expr]:
    """d a'(z) becomes d a'(z)^2."""
    split = _pointwise(e, facts)
    if split is not None:
        yield split[0] * split[1] ** 2


def upstream_added(e: Equation, facts: Facts) -> Iterator[Expr]:
    """d a'(z) becomes d + a'(z)."""
    split = _pointwise(e, facts)
    if split is not None:
        yield split[0] + split[1]


def value_for_derivative(e: Equation, facts: Facts) -> Iterator[Expr]:
    """d a'(z) becomes d a(z)."""
    split, forward = _pointwise(e, facts), _activation(e, facts)
    if split is not None and forward is not None:
        yield split[0] * forward[0]


def derivative_at_output(e: Equation, facts: Facts) -> Iterator[Expr]:
    """d a'(z) becomes d a'(a(z))."""
    split, forward = _pointwise(e, facts), _activation(e, facts)
    if split is None or forward is None:
        return
    value, function = forward
    if function is not None:
        yield split[0] * function(value).fdiff(1)


def _pointwise(e: Equation, facts: Facts) -> tuple[Expr, Expr] | None:
    """The error signal and the derivative in an equation without a sum."""
    a = anatomy(e.rhs)
    if a is None or a.limits or len(a.factors) < 2 or of_kind(e, facts) != "image":
        return None
    signals = [f for f in a.factors if isinstance(f, Indexed) and is_signal(f, facts)]
    others = [f for f in a.factors if f not in signals]
    same = all(tuple(s.indices) == tuple(e.lhs.indices) for s in signals)
    values = [f for f in others if any(tensor_of(x, facts).role == "value" for x in accesses(f))]
    if len(signals) != 1 or not same or not values:
        return None
    return signals[0], Mul(*others)


def _activation(e: Equation, facts: Facts) -> tuple[Indexed, type[Function] | None] | None:
    """The forward value behind a pointwise derivative, and its function."""
    split = _pointwise(e, facts)
    if split is None:
        return None
    assert isinstance(split[0], Indexed)
    plain = tensor_of(split[0], facts).name.plain.key
    forward = facts.forward.equation(plain)
    if forward is None:
        return None
    value = Indexed(facts.tensors[plain].base, *e.lhs.indices)
    function = type(forward.rhs) if isinstance(forward.rhs, Function) else None
    return value, function


def upstream_forgotten(e: Equation, facts: Facts) -> Iterator[Expr]:
    """d f becomes f."""
    if e.rhs.has(Indexed):
        signals = [x for x in accesses(e.rhs) if is_signal(x, facts)]
        if signals and any(x not in signals for x in accesses(e.rhs)):
            yield e.rhs.xreplace(dict.fromkeys(signals, Integer(1)))


def _dropped(e: Equation, facts: Facts, wanted: str) -> Iterator[Expr]:
    """The sum over indices of one kind replaced by its first, or its last, term."""
    a = anatomy(e.rhs)
    if a is None or not a.limits:
        return
    groups = [[x] for x in a.limits if _kind_of(x[0], a, facts) == wanted]
    if wanted == "space" and len(groups) > 1:
        groups = [[g[0] for g in groups]]
    for group in groups:
        for end in (1, 2):
            table = {limit[0]: limit[end] for limit in group}
            rest = tuple(x for x in a.limits if x not in group)
            body = Mul(*a.factors).xreplace(table)
            yield Mul(*a.outer, Sum(body, *rest) if rest else body)


def _kind_of(v: Expr, a: Anatomy, facts: Facts) -> str:
    """Batch, channel or space: the axis that a bound index runs over."""
    for factor in a.factors:
        for access in accesses(factor):
            tensor = tensor_of(access, facts)
            for axis, place in enumerate(access.indices):
                if place.has(v):
                    if axis < tensor.batch:
                        return "batch"
                    images = len(tensor.shape) - tensor.batch >= 2 or tensor.batch == 0
                    if images and axis >= len(tensor.shape) - 2 and len(tensor.shape) != 1:
                        return "space"
    return "channel"


def one_position(e: Equation, facts: Facts) -> Iterator[Expr]:
    """sum over positions becomes one of its terms."""
    if of_kind(e, facts) != "bias":
        yield from _dropped(e, facts, "space")


def bias_not_summed(e: Equation, facts: Facts) -> Iterator[Expr]:
    """dC/db = sum d becomes d at one position."""
    if of_kind(e, facts) == "bias":
        yield from _dropped(e, facts, "space")


def one_sample(e: Equation, facts: Facts) -> Iterator[Expr]:
    """sum over the batch becomes one sample."""
    yield from _dropped(e, facts, "batch")


def one_channel(e: Equation, facts: Facts) -> Iterator[Expr]:
    """sum over channels or units becomes one of them."""
    yield from _dropped(e, facts, "channel")


def _rescaled(e: Equation, facts: Facts, change: Callable[[Expr], Expr]) -> Iterator[Expr]:
    def shifted(x: Indexed) -> Expr | None:
        if is_kernel(x, facts) or len(x.indices) < 2:
            return None
        return with_indices(x, *x.indices[:-2], *(change(i) for i in x.indices[-2:]))

    new = changed(e.rhs, shifted)
    if new is not None:
        yield new


def stride_ignored(e: Equation, facts: Facts) -> Iterator[Expr]:
    """s i + m becomes i + m, and (u + p - m)/s becomes u + p - m."""
    yield from _rescaled(e, facts, _unstrided)


def _unstrided(place: Expr) -> Expr:
    place = expand(place)
    terms = Add.make_args(place)
    sizes = {abs(t.as_coeff_Mul()[0]) for t in terms if t.free_symbols}
    small = min(sizes, default=Integer(1))
    if small < 1:
        return expand(place / small)
    return Add(*(t / abs(t.as_coeff_Mul()[0]) if t.free_symbols else t for t in terms))


def padding_ignored(e: Equation, facts: Facts) -> Iterator[Expr]:
    """2 i + m - p becomes 2 i + m."""

    def bare(place: Expr) -> Expr:
        terms = Add.make_args(expand(place))
        return Add(*(t for t in terms if t.free_symbols)) if len(terms) > 1 else place

    yield from _rescaled(e, facts, bare)


def offset_by_one(e: Equation, facts: Facts) -> Iterator[Expr]:
    """x[i + m] becomes x[i + m + 1]."""
    for by in (1, -1):
        for axes in ((-2, -1), (-2,), (-1,)):
            for signals in (False, True):
                new = changed(e.rhs, lambda x, b=by, a=axes, s=signals: _moved(x, b, a, s, facts))  # type: ignore[misc]
                if new is not None:
                    yield new


def _moved(
    x: Indexed,
    by: int,
    axes: tuple[int, ...],
    signals: bool,
    facts: Facts,  # noqa: FBT001
) -> Indexed | None:
    if is_signal(x, facts) != signals or len(x.indices) < 2:
        return None
    indices = list(x.indices)
    for axis in axes:
        indices[axis] = indices[axis] + by
    return with_indices(x, *indices)


def clipped(e: Equation, facts: Facts) -> Iterator[Expr]:
    """The last row or column of the sum is left out."""
    a = anatomy(e.rhs)
    if a is None:
        return
    places = [x for x in a.limits if _kind_of(x[0], a, facts) == "space" and x[2] != x[1]]
    for group in [places, *([x] for x in places)]:
        if group:
            limits = tuple(
                (v, lo, hi - 1) if (v, lo, hi) in group else (v, lo, hi) for v, lo, hi in a.limits
            )
            yield Anatomy(a.outer, a.factors, limits).rebuilt()


def pool_everywhere(e: Equation, facts: Facts) -> Iterator[Expr]:
    """The mask of a maximum becomes 1: every entry of the window gets the gradient."""
    new = changed(e.rhs, lambda x: Integer(1) if tensor_of(x, facts).role == "mask" else None)
    if new is not None:
        yield new


def pool_average(e: Equation, facts: Facts) -> Iterator[Expr]:
    """The mask of a maximum becomes 1/(k1 k2), as in average-pooling."""

    def spread(x: Indexed) -> Expr | None:
        tensor = tensor_of(x, facts)
        if tensor.role != "mask":
            return None
        shape = facts.shape(tensor)
        return Rational(1, shape[-1] * shape[-2])

    new = changed(e.rhs, spread)
    if new is not None:
        yield new


def average_missing(e: Equation, facts: Facts) -> Iterator[Expr]:
    """The 1/(k1 k2) of average-pooling is left out."""
    plain = facts.program.tensor(e.lhs).name.plain.key
    readers = [
        q for q in facts.forward.equations if plain in {str(x.base.label) for x in accesses(q.rhs)}
    ]
    if any("average" in q.title for q in readers):
        factor = e.rhs.as_coeff_Mul()[0]
        if factor != 1 and abs(factor) < 1:
            yield e.rhs / factor


def transposed(e: Equation, facts: Facts) -> Iterator[Expr]:
    """m and n change places."""
    shape = facts.shape(tensor_of(e.lhs, facts))
    if len(e.lhs.indices) >= 2 and shape[-1] == shape[-2]:
        m, n = e.lhs.indices[-2:]
        if m.is_Symbol and n.is_Symbol:
            yield e.rhs.xreplace({m: n, n: m})
    new = changed(e.rhs, lambda x: _swapped(x, facts))
    if new is not None:
        yield new


def _swapped(x: Indexed, facts: Facts) -> Indexed | None:
    tensor = tensor_of(x, facts)
    shape = facts.shape(tensor)
    if tensor.role != "parameter" or len(shape) < 2 or shape[-1] != shape[-2]:
        return None
    return with_indices(x, *x.indices[:-2], x.indices[-1], x.indices[-2])


def channels_swapped(e: Equation, facts: Facts) -> Iterator[Expr]:
    """w[f, c, m, n] becomes w[c, f, m, n]."""

    def swapped(x: Indexed) -> Indexed | None:
        shape = facts.shape(tensor_of(x, facts))
        if not is_kernel(x, facts) or len(shape) != 4 or shape[0] != shape[1]:
            return None
        return with_indices(x, x.indices[1], x.indices[0], *x.indices[2:])

    new = changed(e.rhs, swapped)
    if new is not None:
        yield new


def diagonal_only(e: Equation, facts: Facts) -> Iterator[Expr]:
    """y_i (d_i - sum_k d_k y_k) becomes y_i (1 - y_i) d_i."""
    if not isinstance(e.rhs, Add):
        return
    table = {}
    for total in sorted(e.rhs.atoms(Sum), key=str):
        own = total.variables[-1]
        if len(total.variables) == 1 and _any(total.function, is_signal, facts):
            table[total] = total.function.xreplace({own: e.lhs.indices[-1]})
    if table:
        yield e.rhs.xreplace(table)


def coupling_missing(e: Equation, facts: Facts) -> Iterator[Expr]:
    """y_i (d_i - sum_k d_k y_k) becomes y_i d_i."""
    if isinstance(e.rhs, Add):
        kept = [t for t in e.rhs.args if not (t.has(Sum) and _any(t, is_signal, facts))]
        if kept and len(kept) < len(e.rhs.args):
            yield Add(*kept)


def branch_missing(e: Equation, facts: Facts) -> Iterator[Expr]:
    """A value that is used twice gets only one of its contributions."""
    if isinstance(e.rhs, Add) and len(e.rhs.args) > 1:
        for n, term in enumerate(e.rhs.args):
            if _any(term, is_signal, facts):
                yield Add(*(t for k, t in enumerate(e.rhs.args) if k != n))


def descent_turned(e: Equation, facts: Facts) -> Iterator[Expr]:
    """dC/dw becomes -dC/dw, so that a step of descent becomes one of ascent."""
    if tensor_of(e.lhs, facts).role == "gradient":
        yield -e.rhs


RULES = (
    Broken("product_of_sums", "a product of two sums instead of a sum of products: each term needs its own pair", product_of_sums),
    Broken("missing_flip", "the error signal is turned by 180 degrees against the image: dC/dw is a correlation of the two, and a convolution turns it once too often", signal_turned),
    Broken("kernel_flip", "the kernel is used in the wrong direction in dC/dx: it is turned by 180 degrees where it must not be, or the other way round", kernel_turned),
    Broken("flipped_input", "the image is turned by 180 degrees: the wrong operand is flipped", image_turned),
    Broken("flipped_result", "the result is turned by 180 degrees", result_turned),
    Broken("missing_derivative", "the derivative of the activation is missing", derivative_missing),
    Broken("derivative_at_output", "the derivative of the activation is taken at its output instead of its input", derivative_at_output),
    Broken("activation_twice", "the derivative of the activation is applied twice", derivative_squared),
    Broken("value_for_derivative", "the activation itself stands where its derivative belongs", value_for_derivative),
    Broken("upstream_added", "the upstream gradient is added instead of multiplied", upstream_added),
    Broken("upstream_forgotten", "the upstream gradient is missing: each term still needs its dC/d(output)", upstream_forgotten),
    Broken("missing_batch_sum", "the sum over the batch is missing", one_sample),
    Broken("bias_not_summed", "a bias is shared by all positions: its gradient is the sum over them", bias_not_summed),
    Broken("missing_channel_sum", "the sum over the channels (or units) is missing: only one of them counts", one_channel),
    Broken("one_output_only", "only one output position is counted; the others depend on it, too", one_position),
    Broken("stride_ignored", "the stride is ignored", stride_ignored),
    Broken("padding_ignored", "the padding is ignored", padding_ignored),
    Broken("window_clipped", "the last row or column of the sum is left out", clipped),
    Broken("offset_by_one", "an index is off by one", offset_by_one),
    Broken("pool_spread", "max-pooling passes the gradient to the maximum only, not to every entry of the window", pool_everywhere),
    Broken("pool_averaged", "max-pooling passes the gradient to the maximum; it does not share it out as average-pooling does", pool_average),
    Broken("average_missing", "the 1/(k1 k2) of average-pooling is missing", average_missing),
    Broken("transposed", "two indices are exchanged: the array is transposed", transposed),
    Broken("channels_swapped", "input and output channels of the kernel are exchanged", channels_swapped),
    Broken("softmax_diagonal", "softmax needs its off-diagonal terms: every output depends on every input", diagonal_only),
    Broken("softmax_coupling", "the sum over the other outputs of softmax is missing", coupling_missing),
    Broken("sign", "the sign is turned round: (target - output) instead of (output - target)", descent_turned),
    Broken("branch_missing", "the value is used more than once, and not every use is counted", branch_missing),
)  # fmt: skip
"""The mistakes, the most specific first."""
