"""Dense layers between sums over windows, with the batch as the innermost run in memory.

Where planes run along the batch, a flattened image and the delta of one are written so, too:
v = p.reshape is a copy of long runs, and delta v = (W^T delta^T)^T costs what delta W costs.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Mul, Sum
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation, Program
from symconv.lower.affine import affine_form


@dataclass(frozen=True)
class BatchLastFlatten:
    """v (N, C H W) = `source` (N, C, H, W), flattened row by row."""

    source: Indexed


@dataclass(frozen=True)
class BatchLastProduct:
    """`rows` (N, Q) times a matrix (Q, K), or (K, Q) where it is `transposed`: an array (N, K)."""

    rows: Indexed
    matrix: Indexed
    transposed: bool


def match_flatten(program: Program, e: Equation) -> BatchLastFlatten | None:
    """v[b, c H W + i W + j] = p[b, c, i, j], of whole arrays: (N, C H W) from (N, C, H, W).

    None for any other equation.
    """
    source = e.rhs
    if not isinstance(source, Indexed) or len(source.indices) != 4 or len(e.lhs.indices) != 2:
        return None
    extents, shape = dict(e.ranges), program.tensor(source).shape
    known = {v: n for v, n in zip(source.indices, shape, strict=True) if v in extents}
    idle = [n for v, n in zip(source.indices, shape, strict=True) if v not in extents]
    if e.lhs.indices[0] != source.indices[0] or known != extents or any(n != 1 for n in idle):
        return None
    place = affine_form(e.lhs.indices[1], extents)
    # Row-major alone: the code that is written, transpose(1, 2, 3, 0).reshape(size, -1).T, knows no
    # other order of channels and places.
    steps = {v: Mul(*shape[k + 1 :]) for k, v in enumerate(source.indices) if k and v in extents}
    return BatchLastFlatten(source) if place.constant == 0 and dict(place.terms) == steps else None


def match_dense_product(program: Program, e: Equation) -> BatchLastProduct | None:
    """A product of matrices (N, Q) and (Q, K) whose rows are only read as pictures again.

    None for any other equation.
    """
    readers = [r for r in program.equations if e.lhs.base in {a.base for a in _list_entries(r.rhs)}]
    # Whoever reads the rows as rows would step over the whole batch from one number of a row to the
    # next.
    if not readers or not all(_restores_pictures(r) for r in readers):
        return None
    return _match_product(program, e)


def _restores_pictures(reader: Equation) -> bool:
    return isinstance(reader.rhs, Indexed) and len(reader.lhs.indices) > 2


def _list_entries(e: Expr) -> set[Indexed]:
    return e.atoms(Indexed)


def _match_product(program: Program, e: Equation) -> BatchLastProduct | None:
    if not isinstance(e.rhs, Sum) or len(e.rhs.limits) != 1 or len(e.lhs.indices) != 2:
        return None
    (q, low, high), (b, k) = e.rhs.limits[0], e.lhs.indices
    factors = [f for f in Mul.make_args(e.rhs.function) if isinstance(f, Indexed)]
    if len(factors) != 2 or len(Mul.make_args(e.rhs.function)) != 2 or low != 0:
        return None
    known = dict(e.ranges) | {q: high + 1}
    # SymPy sorts the factors of a product, so that either of the two may be the rows.
    for rows, matrix in (factors, factors[::-1]):
        whole = all(
            tuple(known.get(v) for v in f.indices) == tuple(program.tensor(f).shape)
            for f in (rows, matrix)
        )
        if whole and rows.indices == (b, q) and set(matrix.indices) == {q, k}:
            return BatchLastProduct(rows, matrix, matrix.indices == (k, q))
    return None
