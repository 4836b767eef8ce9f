"""A statement with one function changed, in which the arrays may go together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from symconv.claims.model.substitution import substituted
from symconv.claims.model.tree import Statement
from symconv.claims.model.verdict import Cause

from .function_repairs import repairs

MOST = 40


def mends(statement: Statement) -> Iterator[tuple[Statement, Cause]]:
    """Every statement that one repair makes, with the mistake that it takes away."""
    for n, part in enumerate(statement.parts):
        for _, repair in zip(range(MOST), repairs(part), strict=False):
            mended = substituted(part, {repair.old: repair.new})
            parts = (*statement.parts[:n], mended, *statement.parts[n + 1 :])
            yield replace(statement, parts=parts), repair.cause
