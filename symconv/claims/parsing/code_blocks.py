"""The programs of a text: what stands between fences, as Python's statements in their scopes."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from .code_expressions import CodeSource
from .relation_signs import PROMPT

LONGEST_BLOCK = 40_000
"""The longest block of code that is read as a program, in characters."""

DEEPEST = 90
"""How many brackets may be open at once, far below what Python's own reader takes."""

TAG = re.compile(r"[ \t>]*(?:```|~~~)[ \t]*(?:python|py|python3|numpy|ipython)\b", re.IGNORECASE)
OF_CODE = re.compile(
    r"^[ \t]*(?:import|from|def|class|for|while|with|return|print)\b.*|\b(?:np|numpy|torch)\.|"
    r"\w\.(?:T|shape|sum|dot|mean|reshape|transpose|copy)\b|@|\[[^\[\]]*:[^\[\]]*\]",
    re.MULTILINE,
)
"""What only programs have: with one of these a block between fences is one."""

GOES_ON = re.compile(r"\s|(?:else|elif|except|finally)\b|[)\]}]|#|$")


@dataclass(frozen=True)
class PlacedCode:
    """A statement with its lines; `owner` is the function that it is in, 0 where in none.

    `parameters` are the names that the function is given.
    """

    node: ast.stmt
    source: CodeSource
    owner: int
    parameters: frozenset[str] = frozenset()

    @property
    def line(self) -> int:
        return self.node.lineno

    @property
    def stop(self) -> int:
        return self.node.end_lineno or self.node.lineno


def find_code(text: str, fenced: Collection[int]) -> list[PlacedCode]:
    """The statements of all blocks that are programs, in order; functions are opened."""
    lines = text.split("\n")
    found: list[PlacedCode] = []
    owners = 0
    for first, block in _list_blocks(lines, fenced):
        tagged = first > 0 and TAG.match(lines[first - 1]) is not None
        plain = _strip_prompts(block)
        if len("\n".join(plain)) > LONGEST_BLOCK:
            continue
        if not tagged and not OF_CODE.search("\n".join(plain)):
            continue
        for start, part in _parse(plain, first + 1):
            source = CodeSource("\n".join(part[0]), start)
            for node in part[1]:
                for owner, names, inner in _open(node):
                    number = owners + owner if owner else 0
                    found.append(PlacedCode(inner, source, number, names))
                owners += sum(isinstance(n, ast.FunctionDef) for n in ast.walk(node))
    return sorted(found, key=lambda c: c.line)


def _list_blocks(lines: Sequence[str], fenced: Collection[int]) -> Iterator[tuple[int, list[str]]]:
    """The runs of lines between fences, each with the number of its first line, from 0."""
    start = None
    for number in range(len(lines) + 1):
        if number in fenced and start is None:
            start = number
        elif number not in fenced and start is not None:
            yield start, list(lines[start:number])
            start = None


def _strip_prompts(block: list[str]) -> list[str]:
    """The lines without `>>>`; of what a program printed nothing is left."""
    if not any(line.lstrip().startswith(">>>") for line in block):
        return block
    found = []
    for line in block:
        match = PROMPT.match(line)
        found.append(line[match.end() :] if match else "")
    return found


Parsed = tuple[int, tuple[list[str], list[ast.stmt]]]


def _parse(block: list[str], first: int) -> Iterator[Parsed]:
    """The statements of a block; where it is no whole program, of its parts that are statements."""
    plain = _dedent(block)
    tree = read_python("\n".join(plain), first)
    if tree is not None:
        yield first, (plain, tree.body)
        return
    start = 0
    for number in range(1, len(plain) + 1):
        if number < len(plain) and GOES_ON.match(plain[number]):
            continue
        part = plain[start:number]
        tree = read_python("\n".join(part), first + start)
        if tree is not None:
            yield first + start, (part, tree.body)
        start = number


def _dedent(block: list[str]) -> list[str]:
    """The lines without the indentation that all of them have."""
    indents = [len(x) - len(x.lstrip()) for x in block if x.strip()]
    least = min(indents, default=0)
    return [x[least:] if x.strip() else "" for x in block]


def read_python(text: str, first: int = 1) -> ast.Module | None:
    """Python's tree of a program, its lines counted from `first`; None where it is none."""
    depth = most = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        most = max(most, depth)
    if most > DEEPEST or "\0" in text:
        return None
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return ast.increment_lineno(tree, first - 1)


Opened = tuple[int, frozenset[str], ast.stmt]


def _open(node: ast.stmt) -> Iterator[Opened]:
    """The statements of a function or of a class, with the number of its function and its names."""
    count = 0

    def walk(here: ast.stmt, inside: int, names: frozenset[str]) -> Iterator[Opened]:
        nonlocal count
        if isinstance(here, ast.FunctionDef | ast.AsyncFunctionDef):
            count += 1
            inside, names = count, frozenset(a.arg for a in _list_parameters(here.args))
        if isinstance(here, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for inner in here.body:
                yield from walk(inner, inside, names)
        else:
            yield inside, names, here

    return walk(node, 0, frozenset())


def _list_parameters(said: ast.arguments) -> Iterator[ast.arg]:
    yield from (*said.posonlyargs, *said.args, *said.kwonlyargs)
    yield from (a for a in (said.vararg, said.kwarg) if a is not None)


def list_simple(node: ast.stmt) -> Iterator[ast.stmt]:
    """The statements of a statement that hold no others, in order."""
    blocks = [getattr(node, name, None) for name in ("body", "orelse", "finalbody")]
    inner = [s for block in blocks if isinstance(block, list) for s in block]
    if not inner:
        yield node
    for statement in inner:
        if isinstance(statement, ast.stmt):
            yield from list_simple(statement)
