"""Which padded copies of a readable program may live in the workspace.

A new array of a few megabytes costs more to map than to fill, so a margin that is only read by
products is kept between calls. What a caller may receive is never kept.
"""

from __future__ import annotations

from symconv.core.tree import walk
from symconv.lower.dataflow import arrays_read, simple_statements
from symconv.lower.ir import Einsum, Let, Local, Matmul, PadArray, Statement


def find_padded_arrays(statements: tuple[Statement, ...]) -> dict[PadArray, Local]:
    """The copies padded with zeros that only products read, and the names they have."""
    simple = tuple(simple_statements(statements))
    return {
        s.value: s.target
        for s in simple
        if isinstance(s, Let)
        and isinstance(s.target, Local)
        and isinstance(s.value, PadArray)
        # Arrays of a workspace are made of zeros, once; nobody writes to their margins again.
        and s.value.fill == "zero"
        and _ends_in_products(s.target, simple)
    }


def _ends_in_products(array: Local, statements: tuple[Statement, ...]) -> bool:
    """Whether an array, and every view of it that has a name, ends in products of two arrays."""
    for s in statements:
        if array not in arrays_read(s):
            continue
        # A product of two arrays makes a new one: no view of the copy gets out of it.
        inside = {p for e in _list_products(s) for p in walk(e)}
        if array in inside and _count_outside(s, array) == 0:
            continue
        if not isinstance(s, Let) or not isinstance(s.target, Local):
            return False
        # A view of the copy under a name of its own: whoever reads that reads the copy.
        if not _ends_in_products(s.target, statements):
            return False
    return True


def _list_products(statement: Statement) -> list[Einsum | Matmul]:
    """The sums of products of two arrays or more that a statement computes."""
    found = [p for s in simple_statements((statement,)) for p in walk(s.value)]
    # Of one operand einsum may answer a view (a transpose, a diagonal): no product.
    sums = [p for p in found if isinstance(p, Einsum) and len(p.operands) > 1]
    return [*sums, *(p for p in found if isinstance(p, Matmul))]


def _count_outside(statement: Statement, array: Local) -> int:
    """How often an array is read outside of every product."""
    values = [s.value for s in simple_statements((statement,))]
    everywhere = sum(p == array for v in values for p in walk(v))
    within = sum(p == array for e in _list_products(statement) for p in walk(e))
    return everywhere - within
