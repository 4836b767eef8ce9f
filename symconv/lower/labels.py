"""Arrays of labels: tensors whose entries are class numbers, to be compared with an index."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Expr, S

from symconv.core.equation import Equation
from symconv.core.labels import labels_of


def class_counts(equations: Iterable[Equation]) -> dict[str, Expr]:
    """How many classes each tensor of class numbers chooses from, by key.

    That is the extent of the index that its entries are compared with, and 1 where that is no plain
    index.
    """
    return {key: S.One if n is None else n for key, n in labels_of(equations).items()}


def checked_counts(equations: Iterable[Equation]) -> dict[str, Expr]:
    """How many classes there are, by key, where the entries are compared with a plain index."""
    return {key: n for key, n in labels_of(equations).items() if n is not None}
