"""Data flow of an array program: what it reads and writes, dead code and copies removed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace

from sympy import Basic, Symbol

from symconv.core.tree import substitute, walk

from .ir import Let, Local, Loop, MaximumInto, Ref, Statement, Store


def simple_statements(statements: tuple[Statement, ...]) -> Iterator[Let | Store | MaximumInto]:
    """Every statement that is not a loop, loops opened."""
    for statement in statements:
        if isinstance(statement, Loop):
            yield from simple_statements(statement.body)
        else:
            yield statement


def arrays_read(statement: Statement) -> list[Ref | Local]:
    """The arrays that a statement reads, in order."""
    values = [s.value for s in simple_statements((statement,))]
    found = (p for p in walk(tuple(values)) if isinstance(p, Ref | Local))
    return list(dict.fromkeys(found))


def arrays_written(statement: Statement) -> set[Ref | Local]:
    """The arrays that a statement writes."""
    return {s.target for s in simple_statements((statement,))}


def size_symbols(statements: tuple[Statement, ...]) -> set[Symbol]:
    """Every size or loop index that is mentioned, but for the labels of an einsum's axes."""
    found: set[Symbol] = set()
    for part in _size_expressions(statements):
        found |= part.atoms(Symbol)
    return found


def _size_expressions(node: object) -> Iterator[Basic]:
    """Every SymPy expression that is printed."""
    if isinstance(node, Basic):
        yield node
    elif isinstance(node, tuple):
        for part in node:
            yield from _size_expressions(part)
    elif is_dataclass(node) and not isinstance(node, type):
        for field in fields(node):
            value = getattr(node, field.name)
            # The letters of an einsum are printed as letters of a string, not as values.
            if field.name == "operands":
                value = tuple(array for array, _ in value)
            if field.name != "out":
                yield from _size_expressions(value)


def eliminate_dead_code(
    statements: tuple[Statement, ...], wanted: set[Ref | Local]
) -> tuple[Statement, ...]:
    """Only the statements that the wanted arrays depend on."""
    kept: list[Statement] = []
    needed = set(wanted)
    for statement in reversed(statements):
        if arrays_written(statement) & needed:
            kept.insert(0, statement)
            needed |= set(arrays_read(statement))
    return tuple(kept)


def loop_indices(statements: tuple[Statement, ...]) -> set[Symbol]:
    """Every index that a loop runs over."""
    return {v for s in statements if isinstance(s, Loop) for v, _ in s.indices}


def propagate_copies(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """The statements without copies: a local array that only becomes a tensor bears its name."""
    for k, statement in enumerate(statements):
        match statement:
            case Let(Ref() as target, Local() as source, finishes):
                rest = (*statements[:k], *statements[k + 1 :])
                named = tuple(substitute(s, source, target) for s in rest)
                last = max(j for j, s in enumerate(named) if _writes(s, target))
                done = (*named[:last], _mark_finish(named[last], finishes), *named[last + 1 :])
                return propagate_copies(done)
            case Let(Local() as target, Local() as source) if not _is_written_again(
                target, statements
            ):
                rest = (*statements[:k], *statements[k + 1 :])
                return propagate_copies(tuple(substitute(s, target, source) for s in rest))
    return statements


def _is_written_again(target: Local, statements: tuple[Statement, ...]) -> bool:
    """Whether an array is written to again after it was made."""
    return sum(_writes(s, target) for s in statements) > 1


def _writes(statement: Statement, target: Ref | Local) -> bool:
    if isinstance(statement, Loop):
        return any(_writes(s, target) for s in statement.body)
    return statement.target == target


def _mark_finish(statement: Statement, key: str | None) -> Statement:
    """The same statement, marked as the one that completes an equation."""
    if isinstance(statement, Loop):
        return replace(
            statement, body=(*statement.body[:-1], _mark_finish(statement.body[-1], key))
        )
    if isinstance(statement, Let | Store | MaximumInto):
        return replace(statement, finishes=key)
    return statement
