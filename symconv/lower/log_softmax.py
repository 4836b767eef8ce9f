"""x - log(sum(exp(x))) recognised as one array: shifted by the maximum it keeps its digits."""

from __future__ import annotations

from sympy import Add, Expr
from sympy.tensor.indexed import Indexed

from symconv.core.nodes import LogSumExp
from symconv.core.tensor import key_of

from .builder import ProgramBuilder
from .gather import read_access
from .ir import ApplyFunction, SoftmaxArray
from .named_array import NamedArray


def lower_log_softmax(
    bench: ProgramBuilder, expression: Add
) -> tuple[NamedArray | None, tuple[Expr, ...]]:
    """x - logsumexp(x) of a sum as one array, None without one, and the addends that are left."""
    for negative in expression.args:
        for entry in expression.args:
            if isinstance(entry, Indexed) and isinstance(-negative, LogSumExp):
                found = _match_log_softmax(bench, entry, -negative)
                if found is not None:
                    rest = tuple(a for a in expression.args if a not in {entry, negative})
                    return found, rest
    return None, expression.args


def lower_exponential(inner: NamedArray) -> NamedArray:
    """exp of an array; the exponential of a log-softmax is a softmax."""
    match inner.array:
        case SoftmaxArray("log_softmax", source, axes):
            return NamedArray(SoftmaxArray("softmax", source, axes), inner.axes)
    return NamedArray(ApplyFunction("exp", inner.array), inner.axes)


def _match_log_softmax(bench: ProgramBuilder, entry: Indexed, total: Expr) -> NamedArray | None:
    """The entry with the logsumexp subtracted, if that runs along axes of the same tensor."""
    assert isinstance(total, LogSumExp)
    body = total.function
    if not isinstance(body, Indexed) or body.base != entry.base:
        return None
    pairs = list(zip(body.indices, entry.indices, bench.tensors[key_of(body)].shape, strict=True))
    moved = [k for k, (e, _, _) in enumerate(pairs) if e in total.variables]
    # The same tensor, the same entry but for the axes summed over, and those axes complete: else
    # the subtracted sum is not the one that makes the entries a distribution.
    whole = all(
        f in bench.extents and bench.sizes.equal(bench.extents[f], n) and (e == f or k in moved)
        for k, (e, f, n) in enumerate(pairs)
    )
    ranges = {v: high + 1 for v, _, high in total.limits}
    spans = all(bench.sizes.equal(ranges[pairs[k][0]], pairs[k][2]) for k in moved)
    if not whole or not spans or len(moved) != len(ranges):
        return None
    array = read_access(bench, entry)
    if array.axes != entry.indices:
        return None
    return NamedArray(SoftmaxArray("log_softmax", array.array, tuple(moved)), array.axes)
