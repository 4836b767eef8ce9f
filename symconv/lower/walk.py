"""Walking an array program: which arrays it reads, which sizes it needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from sympy import Basic, Symbol

from .leaves import Local, Ref
from .program import Let, Loop, Raise, Statement, Store


def parts(node: object) -> Iterator[object]:
    """The node and everything below it, in order."""
    yield node
    if isinstance(node, tuple):
        for part in node:
            yield from parts(part)
    elif is_dataclass(node) and not isinstance(node, type):
        for field in fields(node):
            yield from parts(getattr(node, field.name))


def simple_statements(statements: tuple[Statement, ...]) -> Iterator[Let | Store | Raise]:
    """Every statement that is not a loop, loops opened."""
    for statement in statements:
        if isinstance(statement, Loop):
            yield from simple_statements(statement.body)
        else:
            yield statement


def reads(statement: Statement) -> list[Ref | Local]:
    """The arrays that a statement reads, in order."""
    values = [s.value for s in simple_statements((statement,))]
    return list(dict.fromkeys(p for p in parts(tuple(values)) if isinstance(p, Ref | Local)))


def writes(statement: Statement) -> set[Ref | Local]:
    """The arrays that a statement writes."""
    return {s.target for s in simple_statements((statement,))}


def symbols(statements: tuple[Statement, ...]) -> set[Symbol]:
    """Every size or loop index that is mentioned, but for the labels of an einsum's axes."""
    found: set[Symbol] = set()
    for part in _sized(statements):
        found |= part.atoms(Symbol)
    return found


def _sized(node: object) -> Iterator[Basic]:
    """Every SymPy expression that is printed."""
    if isinstance(node, Basic):
        yield node
    elif isinstance(node, tuple):
        for part in node:
            yield from _sized(part)
    elif is_dataclass(node) and not isinstance(node, type):
        for field in fields(node):
            value = getattr(node, field.name)
            if field.name == "operands":
                value = tuple(array for array, _ in value)
            if field.name != "out":
                yield from _sized(value)


def alive(statements: tuple[Statement, ...], wanted: set[Ref | Local]) -> tuple[Statement, ...]:
    """Only the statements that the wanted arrays depend on."""
    kept: list[Statement] = []
    needed = set(wanted)
    for statement in reversed(statements):
        if writes(statement) & needed:
            kept.insert(0, statement)
            needed |= set(reads(statement))
    return tuple(kept)


def loop_indices(statements: tuple[Statement, ...]) -> set[Symbol]:
    """Every index that a loop runs over."""
    return {v for s in statements if isinstance(s, Loop) for v, _ in s.indices}
