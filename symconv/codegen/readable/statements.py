"""Statements of the array program as lines of Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

from symconv.codegen.python.layout import call_lines, fits
from symconv.lower.arithmetic import Negative
from symconv.lower.leaves import Constant, Local, Number, Ref
from symconv.lower.program import Array, Let, Loop, Raise, Statement, Store
from symconv.lower.reductions import Einsum
from symconv.lower.views import Index

from .arrays import CALLS, Printer
from .items import items

WINDOW = Local("", "window", -1)


class StatementPrinter:
    """Prints statements; `numbers` holds the number of the equation that defines a tensor."""

    def __init__(
        self,
        arrays: Printer,
        part: Callable[[Ref | Local], Local],
        numbers: Mapping[str, str],
    ) -> None:
        self.arrays = arrays
        self.part = part
        self.numbers = numbers

    def lines(self, statement: Statement, indent: int = 1) -> list[str]:
        """The lines of one statement."""
        if isinstance(statement, Loop):
            return self._loop(statement, indent)
        if isinstance(statement, Raise):
            return self._raised(statement, indent)
        if isinstance(statement, Let):
            left = f"{self.arrays(statement.target)} ="
        else:
            inside = ", ".join(items(statement.items, self.arrays.size))
            left = f"{self.arrays(statement.target)}[{inside}] {'+' if statement.add else ''}="
        return self._assignment(left, statement, indent)

    def _raised(self, statement: Raise, indent: int) -> list[str]:
        """`np.maximum(target, value, out=target)`."""
        target, value = self.arrays(statement.target), self.arrays(statement.value)
        tail = self._number(statement.finishes)
        return call_lines("np.maximum", [target, value, f"out={target}"], tail, indent)

    def _number(self, key: str | None) -> str:
        """The number of the equation that is complete with a statement, as a comment."""
        number = self.numbers.get(key or "")
        return f"  # ({number})" if number else ""

    def _assignment(self, left: str, statement: Let | Store, indent: int) -> list[str]:
        tail = self._number(statement.finishes)
        value = statement.value
        flat = f"{left} {self.arrays(value)}{tail}"
        if fits(flat, indent):
            return ["    " * indent + flat]
        if isinstance(statement, Store) and len(left) > len(self.arrays(value)):
            return self._window(statement, tail, indent)
        largest = self._cut(left, value)
        if type(value) in CALLS and (largest is None or self._breakable(value, indent)):
            name, arguments = self.arrays.call(value)
            return call_lines(f"{left} {name}", list(arguments), tail, indent)
        if largest is None and isinstance(value, Index):
            head, inside = self.arrays.owner(value.source), items(value.items, self.arrays.size)
            return call_lines(f"{left} {head}", list(inside), tail, indent, brackets="[]")
        if largest is None:
            return ["    " * indent + flat]
        local = self.part(statement.target)
        shorter = replace(statement, value=_replaced(value, largest, local))
        return [*self.lines(Let(local, largest), indent), *self.lines(shorter, indent)]

    def _window(self, store: Store, tail: str, indent: int) -> list[str]:
        """The part of an array that a statement writes to, as a view with a name of its own."""
        inside = items(store.items, self.arrays.size)
        name, window = self.arrays(store.target), self.arrays(WINDOW)
        first = call_lines(f"{window} = {name}", inside, "", indent, brackets="[]")
        left = f"{window} +=" if store.add else f"{window}[:] ="
        return [*first, f"{'    ' * indent}{left} {self.arrays(store.value)}{tail}"]

    def _breakable(self, value: Array, indent: int) -> bool:
        _, arguments = self.arrays.call(value)
        return all(fits(f"{a},", indent + 1) for a in arguments)

    def _cut(self, left: str, value: Array) -> Array | None:
        """The piece to compute on a line of its own, so that the longer of two lines is short."""
        whole = len(left) + len(self.arrays(value))
        lengths = {p: len(self.arrays(p)) for p in _below(value) if not _plain(p)}
        return min(lengths, key=lambda p: max(lengths[p], whole - lengths[p]), default=None)

    def _loop(self, loop: Loop, indent: int) -> list[str]:
        names = [self.arrays.size(v) for v, _ in loop.indices]
        extents = [self.arrays.size(n) for _, n in loop.indices]
        several = len(names) > 1
        over = f"np.ndindex({', '.join(extents)})" if several else f"range({extents[0]})"
        head = f"{'    ' * indent}for {', '.join(names)} in {over}:"
        body = [line for s in loop.body for line in self.lines(s, indent + 1)]
        return [head, *body]


def _plain(part: Array) -> bool:
    """Whether a part is too small to have a name of its own."""
    return isinstance(part, Ref | Local | Number | Negative | Constant)


def _below(value: Array) -> list[Array]:
    """Every array below an expression; windows and the like stay what they are made of."""
    found: list[Array] = []
    for part in _operands(value):
        found += [part, *_below(part)]
    return found


def _operands(value: Array) -> list[Array]:
    """The arrays directly below an expression."""
    if isinstance(value, Einsum):
        return [a for a, _ in value.operands]
    found: list[Array] = []
    for field in fields(value):
        part = getattr(value, field.name)
        found += [p for p in (part if isinstance(part, tuple) else (part,)) if _is_array(p)]
    return found


def _is_array(part: object) -> bool:
    return isinstance(part, Array)


def _replaced(value: Array, part: Array, new: Local) -> Array:
    """The expression with one part replaced."""
    if value == part:
        return new
    if isinstance(value, Ref | Local | Number):
        return value
    if isinstance(value, Einsum):
        pairs = tuple((_replaced(a, part, new), axes) for a, axes in value.operands)
        return replace(value, operands=pairs)
    changes: dict[str, Any] = {}
    for field in fields(value):
        old = getattr(value, field.name)
        if isinstance(old, tuple):
            changes[field.name] = tuple(_replaced(p, part, new) if _is_array(p) else p for p in old)
        elif _is_array(old):
            changes[field.name] = _replaced(old, part, new)
    return replace(value, **changes)
