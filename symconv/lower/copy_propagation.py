"""The last touch: a local array that *is* the tensor bears the tensor's name."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import TypeVar

from .leaves import Local, Ref
from .program import Let, Loop, Raise, Statement, Store

T = TypeVar("T")


def tidied(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Without statements that only give a local array its final name."""
    for k, statement in enumerate(statements):
        match statement:
            case Let(Ref() as target, Local() as source, finishes):
                rest = (*statements[:k], *statements[k + 1 :])
                named = tuple(_named(s, source, target) for s in rest)
                last = max(j for j, s in enumerate(named) if _writes(s, target))
                done = (*named[:last], _finishing(named[last], finishes), *named[last + 1 :])
                return tidied(done)
            case Let(Local() as target, Local() as source) if not _changed(target, statements):
                rest = (*statements[:k], *statements[k + 1 :])
                return tidied(tuple(_named(s, target, source) for s in rest))
    return statements


def _changed(target: Local, statements: tuple[Statement, ...]) -> bool:
    """Whether an array is written to again after it was made."""
    return sum(_writes(s, target) for s in statements) > 1


def _named(node: T, source: Local, target: Ref | Local) -> T:
    """The same program with `source` called `target`."""
    if node == source:
        return target  # type: ignore[return-value]
    if isinstance(node, tuple):
        return tuple(_named(part, source, target) for part in node)  # type: ignore[return-value]
    if is_dataclass(node) and not isinstance(node, type):
        parts = {f.name: getattr(node, f.name) for f in fields(node)}
        return replace(node, **{k: _named(v, source, target) for k, v in parts.items()})
    return node


def _writes(statement: Statement, target: Ref | Local) -> bool:
    if isinstance(statement, Loop):
        return any(_writes(s, target) for s in statement.body)
    return statement.target == target


def _finishing(statement: Statement, key: str | None) -> Statement:
    """The same statement, marked as the one that completes an equation."""
    if isinstance(statement, Loop):
        return replace(statement, body=(*statement.body[:-1], _finishing(statement.body[-1], key)))
    if isinstance(statement, Let | Store | Raise):
        return replace(statement, finishes=key)
    return statement
