"""The last touch: a local array that *is* the tensor bears the tensor's name."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import TypeVar

from .program import Let, Local, Loop, Raise, Ref, Statement, Store

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
    return statements


def _named(node: T, source: Local, target: Ref) -> T:
    """The same program with `source` called `target`."""
    if node == source:
        return target  # type: ignore[return-value]
    if isinstance(node, tuple):
        return tuple(_named(part, source, target) for part in node)  # type: ignore[return-value]
    if is_dataclass(node) and not isinstance(node, type):
        parts = {f.name: getattr(node, f.name) for f in fields(node)}
        return replace(node, **{k: _named(v, source, target) for k, v in parts.items()})
    return node


def _writes(statement: Statement, target: Ref) -> bool:
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
