"""The lines of a generated module that compute an equation, by its number."""

from __future__ import annotations

import re
from collections.abc import Iterator

NUMBERED = re.compile(r"  # \((\d+)\)$")
ASSIGNED = re.compile(r"\s*([A-Za-z_]\w*)(?:\[.*\])?\s*[-+]?= ")
MOST_LINES = 12
"""The most lines of one equation: a gradient of a maximum takes ten."""


def find_code_lines(source: str) -> dict[str, list[str]]:
    """The line with the number of an equation, and those before it that it cannot do without."""
    found: dict[str, list[str]] = {}
    statements = list(_join_statements(source))
    for at, statement in enumerate(statements):
        numbered = NUMBERED.search(statement)
        if numbered:
            kept = "\n".join(_take_with_needed(statements, at)).splitlines()
            indent = min(map(_indent, kept))
            found.setdefault(numbered[1], [text[indent:] for text in kept])
    return found


def _join_statements(source: str) -> Iterator[str]:
    """The statements of a module; one whose first line ends in a bracket up to the closing one."""
    begun: list[str] = []
    for line in source.splitlines():
        begun.append(line)
        opened = begun[0].endswith(("(", "[", "{"))
        closed = line.lstrip().startswith((")", "]", "}")) and _indent(line) == _indent(begun[0])
        if closed or not opened:
            yield "\n".join(begun)
            begun = []


def _take_with_needed(lines: list[str], at: int) -> list[str]:
    """A numbered statement, with those between it and the one before that it reads from."""
    kept = [lines[at]]
    for line in reversed(lines[max(0, at - MOST_LINES) : at]):
        if NUMBERED.search(line) or line.lstrip().startswith(("def ", '"""', "return")):
            break
        assigned = ASSIGNED.match(line)
        # The head of a loop is needed by what is indented below it.
        heads = line.rstrip().endswith(":") and _indent(line) < _indent(kept[0])
        name = assigned[1] if assigned else ""
        if heads or (name and any(re.search(rf"\b{name}\b", text) for text in kept)):
            kept.insert(0, line)
    return kept


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
