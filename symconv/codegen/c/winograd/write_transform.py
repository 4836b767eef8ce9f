"""A transform of tiles as text: products with small constant matrices, without a loop over them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from symconv.codegen.fast.algorithms.winograd_matrices import RationalMatrix, RationalRow

from .function_text import FunctionText

Term = tuple[Fraction, str]
Distances = tuple[int, int]
"""How far neighbours lie apart along the first axis of a tile, and along the second one."""


def write_transform(  # noqa: PLR0913, PLR0917 - two matrices, and where the numbers are
    f: FunctionText,
    rows: RationalMatrix,
    columns: RationalMatrix,
    lanes: int,
    source: Distances,
    target: Distances,
) -> None:
    """One vector of a tile: `rows` along the first axis, then `columns` along the second one.

    The tile is read at `from` and written at `to`, both from the channel c on.
    """
    vector, loose, wide = f"v{lanes}", f"u{lanes}", len(columns[0])
    f.line(f"{vector} half[{len(rows)}][{wide}];")
    with f.loop("b", wide):
        for a in range(len(rows[0])):
            place = f"from[{a * source[0]} + {source[1]} * b + c]"
            f.line(f"const {vector} x{a} = *(const {loose} *)&{place};")
        lines, made = write_combinations(rows, [f"x{a}" for a in range(len(rows[0]))], vector)
        for text in lines:
            f.line(text)
        for a, text in enumerate(made):
            f.line(f"half[{a}][b] = {text};")
    with f.loop("a", len(rows)):
        for b in range(wide):
            f.line(f"const {vector} x{b} = half[a][{b}];")
        lines, made = write_combinations(columns, [f"x{b}" for b in range(wide)], vector)
        for text in lines:
            f.line(text)
        for b, text in enumerate(made):
            f.line(f"*({loose} *)&to[{target[0]} * a + {b * target[1]} + c] = {text};")


def transpose_matrix(matrix: RationalMatrix) -> RationalMatrix:
    """The rows as columns."""
    return tuple(zip(*matrix, strict=True))


def write_combinations(
    matrix: RationalMatrix, inputs: Sequence[str], kind: str
) -> tuple[list[str], list[str]]:
    """Statements, then an expression for every row of the matrix times the inputs.

    Points come in pairs a and -a, so that two rows (or two columns) are alike but for signs: their
    even and their odd part are computed once.
    """
    columns = transpose_matrix(matrix)
    if len(_find_pairs(columns)) > len(_find_pairs(matrix)):
        return _combine_columns(columns, inputs, kind)
    lines, made = [], [""] * len(matrix)
    for n, (i, j) in enumerate(_find_pairs(matrix)):
        even = tuple((a + b) / 2 for a, b in zip(matrix[i], matrix[j], strict=True))
        odd = tuple((a - b) / 2 for a, b in zip(matrix[i], matrix[j], strict=True))
        for word, row in (("even", even), ("odd", odd)):
            lines.append(f"const {kind} {word}{n} = {_write_sum(zip(row, inputs, strict=True))};")
        made[i], made[j] = f"even{n} + odd{n}", f"even{n} - odd{n}"
    for i, row in enumerate(matrix):
        made[i] = made[i] or _write_sum(zip(row, inputs, strict=True))
    return lines, made


def _combine_columns(
    columns: RationalMatrix, inputs: Sequence[str], kind: str
) -> tuple[list[str], list[str]]:
    """The same for pairs of columns: inputs are added and subtracted first."""
    lines: list[str] = []
    terms: list[list[Term]] = [[] for _ in columns[0]]
    alone = set(range(len(columns)))
    for n, (i, j) in enumerate(_find_pairs(columns)):
        alone -= {i, j}
        lines.append(f"const {kind} even{n} = {inputs[i]} + {inputs[j]};")
        lines.append(f"const {kind} odd{n} = {inputs[i]} - {inputs[j]};")
        for row, a, b in zip(terms, columns[i], columns[j], strict=True):
            row.append((a, f"even{n}" if a == b else f"odd{n}"))
    for i in sorted(alone):
        for row, a in zip(terms, columns[i], strict=True):
            row.append((a, inputs[i]))
    return lines, [_write_sum(row) for row in terms]


def _find_pairs(rows: RationalMatrix) -> list[tuple[int, int]]:
    """Neighbours that differ in signs alone, some of which are the same and some not."""
    return [
        (i, i + 1)
        for i in range(len(rows) - 1)
        if _differ_in_sign(rows[i], rows[i + 1]) and (i == 0 or not _pairs_before(rows, i))
    ]


def _pairs_before(rows: RationalMatrix, i: int) -> bool:
    """Whether row i is the second of a pair."""
    return i > 0 and _differ_in_sign(rows[i - 1], rows[i]) and not _pairs_before(rows, i - 1)


def _differ_in_sign(first: RationalRow, second: RationalRow) -> bool:
    alike = all(abs(a) == abs(b) for a, b in zip(first, second, strict=True))
    signs = {a == b for a, b in zip(first, second, strict=True) if a}
    return alike and len(signs) == 2


def _write_sum(terms: Iterator[Term] | Sequence[Term] | zip[Term]) -> str:
    """`(real)4 * x0 - (real)5 * x2 + x4`; terms of one factor are added first."""
    groups: dict[Fraction, list[tuple[bool, str]]] = {}
    for a, word in terms:
        if a:
            groups.setdefault(abs(a), []).append((a > 0, word))
    text = ""
    for size, words in sorted(groups.items(), key=lambda g: (not g[1][0][0], g[0] != 1)):
        for positive, word in words:
            value = word if size == 1 else f"{_write_number(size)} * {word}"
            if text:
                text += f" {'+' if positive else '-'} {value}"
            else:
                text = value if positive else f"-{value}"
    return text


def _write_number(n: Fraction) -> str:
    if n.denominator == 1:
        return f"(real){n.numerator}"
    return f"((real){n.numerator} / {n.denominator})"
