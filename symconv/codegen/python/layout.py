"""Statements on lines of at most 100 characters, laid out as the formatter does it."""

from __future__ import annotations

WIDTH = 100
"""The most characters of a line: `line-length` of this repository, whose linter and formatter check
generated modules. Longer lines would fail there; shorter ones break formulas that fit."""

TAB = "    "


def wrap_call(
    head: str, arguments: list[str], tail: str, indent: int, brackets: str = "()"
) -> list[str]:
    """`head(arguments)tail` on one line, else the arguments on one line, else one on each."""
    margin, first, last = TAB * indent, brackets[0], brackets[1]
    flat = f"{margin}{head}{first}{', '.join(arguments)}{last}{tail}"
    if len(flat) <= WIDTH:
        return [flat]
    inner = f"{margin}{TAB}{', '.join(arguments)}"
    if len(inner) <= WIDTH:
        return [f"{margin}{head}{first}", inner, f"{margin}{last}{tail}"]
    lines = [f"{margin}{TAB}{a}," for a in arguments]
    return [f"{margin}{head}{first}", *lines, f"{margin}{last}{tail}"]


def fits(line: str, indent: int) -> bool:
    """Whether a line needs no break."""
    return len(TAB) * indent + len(line) <= WIDTH
