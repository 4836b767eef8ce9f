"""Arrays that a text gives: `o = np.array([...])`, `w = [[1, 0], [0, 1]]`."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .decide import literal
from .syntax import Entry, Matrix, Statement, Symbol


def given_values(statement: Statement) -> tuple[str, Any] | None:
    """The name and the nested numbers of a statement that gives a whole array."""
    left, right = statement.parts[0], statement.parts[-1]
    digits = literal(right)
    if digits is None or len(statement.parts) != 2:
        return None
    if isinstance(left, Symbol):
        name = left.name
    elif isinstance(left, Entry) and left.indices is None and not left.kind:
        layer = literal(left.layer) if left.layer is not None else None
        name = left.letter + (f"^{layer[0].value}" if layer else "")
    else:
        return None
    if not isinstance(right, Matrix):
        return name, digits[0].value
    numbers = iter(digits)
    rows: list[list[Fraction]] = [[next(numbers).value for _ in row] for row in right.rows]
    return name, rows if len(rows) > 1 else rows[0]
