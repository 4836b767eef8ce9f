"""Braces that nobody needs: loops that hold one loop share its line, and so does a statement."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from .blocks import INDENT
from .nests.write_nest import WIDTH

LOOPS = re.compile(r"(?:(?:for|EACH) \([^()]*\) )*")
"""Loops in front of a statement."""

DECLARATION = re.compile(r"(?:const|real|double|int|unsigned|union|[uv]\d+) ")
"""What begins a statement that needs a block around it."""


@dataclass(frozen=True)
class BracedBlock:
    """A head, perhaps none, and the statements and blocks in its braces."""

    head: str
    parts: tuple[str | BracedBlock, ...]


def join_lines(lines: Sequence[str]) -> list[str]:
    """The lines of functions, where a loop that holds one loop has it on its own line.

    So has a loop or a condition that holds one statement. No line gets wider than `WIDTH` by this,
    and what a compiler makes of them stays the same.
    """
    return [line for part in _read_parts(iter(lines)) for line in _write_part(part, 0)]


def _read_parts(lines: Iterator[str]) -> tuple[str | BracedBlock, ...]:
    """The statements and blocks up to the brace that closes what is read, or to the end."""
    found = list[str | BracedBlock]()
    for line in lines:
        text = line.strip()
        if text == "}":
            break
        if text.endswith("{"):
            found.append(BracedBlock(text.removesuffix("{").rstrip(), _read_parts(lines)))
        else:
            found.append(text)
    return tuple(found)


def _write_part(part: str | BracedBlock, depth: int) -> Iterable[str]:
    indent = INDENT * depth
    part = part if isinstance(part, str) else _join_block(part, WIDTH - len(indent))
    if isinstance(part, str):
        return [f"{indent}{part}" if part else ""]
    inner = (line for p in part.parts for line in _write_part(p, depth + 1))
    return [f"{indent}{part.head} {{" if part.head else f"{indent}{{", *inner, f"{indent}}}"]


def _join_block(block: BracedBlock, room: int) -> str | BracedBlock:
    """The block without the braces in it that are not needed; its first line has so much room."""
    if len(block.parts) != 1 or not block.head.startswith(("for (", "if (")):
        return block
    (inner,) = block.parts
    if isinstance(inner, BracedBlock):
        inner = _join_block(inner, room - len(block.head) - 1)
    if isinstance(inner, str):
        line = f"{block.head} {inner}"
        return line if _is_statement(inner) and len(line) <= room else block
    loops = block.head.startswith("for (") and inner.head.startswith("for (")
    head = f"{block.head} {inner.head}"
    return BracedBlock(head, inner.parts) if loops and len(head) + len(" {") <= room else block


def _is_statement(text: str) -> bool:
    """Whether a line is one statement, and no declaration."""
    rest = LOOPS.sub("", text, count=1)
    return rest.count(";") == 1 and rest.endswith(";") and not DECLARATION.match(rest)
