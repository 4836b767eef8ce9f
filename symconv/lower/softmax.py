"""x - logsumexp(x) and its exponential, shifted as one: nothing overflows and nothing cancels."""

from __future__ import annotations

from sympy import Add, Expr
from sympy.tensor.indexed import Indexed

from symconv.core.nodes import LogSumExp

from .access import read
from .arithmetic import Apply
from .builder import Workbench
from .labelled_array import Labelled
from .reductions import Normalised


def log_softmax(bench: Workbench, expression: Add) -> tuple[Labelled | None, tuple[Expr, ...]]:
    """x - logsumexp(x) of a sum as one array, None without one, and the addends that are left."""
    for negative in expression.args:
        for entry in expression.args:
            if isinstance(entry, Indexed) and isinstance(-negative, LogSumExp):
                found = _normalised(bench, entry, -negative)
                if found is not None:
                    rest = tuple(a for a in expression.args if a not in {entry, negative})
                    return found, rest
    return None, expression.args


def exponential(inner: Labelled) -> Labelled:
    """exp of an array; the exponential of a log-softmax is a softmax."""
    match inner.array:
        case Normalised("log_softmax", source, axes):
            return Labelled(Normalised("softmax", source, axes), inner.axes)
    return Labelled(Apply("exp", inner.array), inner.axes)


def _normalised(bench: Workbench, entry: Indexed, total: Expr) -> Labelled | None:
    """The entry with the logsumexp subtracted, if that runs along axes of the same tensor."""
    assert isinstance(total, LogSumExp)
    body = total.function
    if not isinstance(body, Indexed) or body.base != entry.base:
        return None
    pairs = list(zip(body.indices, entry.indices, bench.tensors[_key(body)].shape, strict=True))
    moved = [k for k, (e, _, _) in enumerate(pairs) if e in total.variables]
    whole = all(
        f in bench.extents and bench.sizes.equal(bench.extents[f], n) and (e == f or k in moved)
        for k, (e, f, n) in enumerate(pairs)
    )
    ranges = {v: high + 1 for v, _, high in total.limits}
    spans = all(bench.sizes.equal(ranges[pairs[k][0]], pairs[k][2]) for k in moved)
    if not whole or not spans or len(moved) != len(ranges):
        return None
    array = read(bench, entry)
    if array.axes != entry.indices:
        return None
    return Labelled(Normalised("log_softmax", array.array, tuple(moved)), array.axes)


def _key(entry: Indexed) -> str:
    return str(entry.base.label)
