"""Sums, products and maxima over axes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sympy import Symbol

if TYPE_CHECKING:
    from .program import Array


@dataclass(frozen=True)
class Einsum:
    """Sum of products of operands over every index that is not in `out`."""

    operands: tuple[tuple[Array, tuple[Symbol, ...]], ...]
    out: tuple[Symbol, ...]


@dataclass(frozen=True)
class Matmul:
    """The matrix product of two arrays of at most two axes."""

    left: Array
    right: Array


@dataclass(frozen=True)
class Reduce:
    """A sum, a mean, a maximum or log(sum(exp)) over axes (None: over all of them)."""

    kind: Literal["sum", "mean", "max", "log_sum_exp"]
    source: Array
    axes: tuple[int, ...] | None


@dataclass(frozen=True)
class FirstMaximum:
    """Where the first maximum along the last axis of `source` stands."""

    source: Array


@dataclass(frozen=True)
class Normalised:
    """softmax(source) or its logarithm along axes, shifted by the maximum."""

    kind: Literal["softmax", "log_softmax"]
    source: Array
    axes: tuple[int, ...]
