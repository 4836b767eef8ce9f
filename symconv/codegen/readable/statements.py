"""Statements of the array program as lines of Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

from symconv.codegen.python.layout import TAB, fits, wrap_call
from symconv.codegen.python.module import Code, make_code
from symconv.lower.ir import (
    Array,
    Einsum,
    Full,
    IndexView,
    Let,
    Local,
    Loop,
    MaximumInto,
    Negate,
    Ref,
    Scalar,
    Statement,
    Store,
)

from .index_items import index_items
from .printer import ArrayPrinter

# A local array of the printer's own; those of lowering have serials from 0 up or far below.
WINDOW = Local("", "window", -1)


class StatementPrinter:
    """Prints statements; `numbers` holds the number of the equation that defines a tensor."""

    def __init__(
        self,
        arrays: ArrayPrinter,
        part: Callable[[Ref | Local], Local],
        numbers: Mapping[str, str],
    ) -> None:
        self.arrays = arrays
        self.part = part
        self.numbers = numbers

    def code(self, statement: Statement, indent: int = 1) -> list[Code]:
        """One statement, with what has to be computed on lines of its own before it."""
        if isinstance(statement, Loop):
            return self._loop(statement, indent)
        if isinstance(statement, MaximumInto):
            return [self.raised(statement, indent)]
        if isinstance(statement, Store):
            return self.stored(statement, indent)
        return self._assignment(f"{self.arrays(statement.target)} =", statement, indent)

    def stored(self, store: Store, indent: int) -> list[Code]:
        """`target[items] = value`, or `+=`."""
        inside = ", ".join(index_items(store.items, self.arrays.size))
        left = f"{self.arrays(store.target)}[{inside}] {'+' if store.add else ''}="
        return self._assignment(left, store, indent)

    def viewed(self, left: str, statement: Let | Store, view: IndexView, indent: int) -> list[Code]:
        """`left source[items]`, one item a line."""
        head, inside = self.arrays.owner(view.source), index_items(view.items, self.arrays.size)
        tail = self._number(statement.finishes)
        return [make_code(wrap_call(f"{left} {head}", inside, tail, indent, brackets="[]"))]

    def raised(self, statement: MaximumInto, indent: int) -> Code:
        """`np.maximum(target, value, out=target)`."""
        target, value = self.arrays(statement.target), self.arrays(statement.value)
        tail = self._number(statement.finishes)
        return make_code(wrap_call("np.maximum", [target, value, f"out={target}"], tail, indent))

    def _number(self, key: str | None) -> str:
        """The number of the equation that is complete with a statement, as a comment."""
        number = self.numbers.get(key or "")
        return f"  # ({number})" if number else ""

    def _assignment(self, left: str, statement: Let | Store, indent: int) -> list[Code]:
        tail = self._number(statement.finishes)
        value = statement.value
        flat = f"{left} {self.arrays(value)}{tail}"
        if fits(flat, indent):
            return [make_code([TAB * indent + flat])]
        # A long place is what makes the line long: the view gets a name, the value stays.
        if isinstance(statement, Store) and len(left) > len(self.arrays(value)):
            return self._window(statement, tail, indent)
        largest = self._cut(left, value)
        if type(value) in self.arrays.node_calls and (
            largest is None or self._breakable(value, indent)
        ):
            name, arguments = self.arrays.call(value)
            return [make_code(wrap_call(f"{left} {name}", list(arguments), tail, indent))]
        if largest is None and isinstance(value, IndexView):
            return self.viewed(left, statement, value, indent)
        if largest is None:
            return [make_code([TAB * indent + flat])]
        local = self.part(statement.target)
        shorter = replace(statement, value=_replace_part(value, largest, local))
        return [*self.code(Let(local, largest), indent), *self.code(shorter, indent)]

    def _window(self, store: Store, tail: str, indent: int) -> list[Code]:
        """The part of an array that a statement writes to, as a view with a name of its own."""
        inside = index_items(store.items, self.arrays.size)
        name, window = self.arrays(store.target), self.arrays(WINDOW)
        first = wrap_call(f"{window} = {name}", inside, "", indent, brackets="[]")
        left = f"{window} +=" if store.add else f"{window}[:] ="
        return [
            make_code(first),
            make_code([f"{TAB * indent}{left} {self.arrays(store.value)}{tail}"]),
        ]

    def _breakable(self, value: Array, indent: int) -> bool:
        _, arguments = self.arrays.call(value)
        return all(fits(f"{a},", indent + 1) for a in arguments)

    def _cut(self, left: str, value: Array) -> Array | None:
        """The piece to compute on a line of its own, so that the longer of two lines is short."""
        whole = len(left) + len(self.arrays(value))
        lengths = {p: len(self.arrays(p)) for p in _subarrays(value) if not _is_small(p)}
        # Of equal pieces the first, from outside inwards: the same text at every run.
        return min(lengths, key=lambda p: max(lengths[p], whole - lengths[p]), default=None)

    def _loop(self, loop: Loop, indent: int) -> list[Code]:
        names = [self.arrays.size(v) for v, _ in loop.indices]
        extents = [self.arrays.size(n) for _, n in loop.indices]
        over = self.places(extents) if len(names) > 1 else f"range({extents[0]})"
        head = make_code([f"{TAB * indent}for {', '.join(names)} in {over}:"], "loop")
        return [head, *(part for s in loop.body for part in self.code(s, indent + 1))]

    def places(self, extents: list[str]) -> str:
        """What runs over all places of a shape in row-major order."""
        return f"np.ndindex({', '.join(extents)})"


def _is_small(part: Array) -> bool:
    """Whether a part is too small to have a name of its own."""
    return isinstance(part, Ref | Local | Scalar | Negate | Full)


def _subarrays(value: Array) -> list[Array]:
    """Every array below an expression; windows and the like stay what they are made of."""
    found: list[Array] = []
    for part in _operands(value):
        found += [part, *_subarrays(part)]
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


def _replace_part(value: Array, part: Array, new: Local) -> Array:
    """The expression with one part replaced."""
    if value == part:
        return new
    if isinstance(value, Ref | Local | Scalar):
        return value
    if isinstance(value, Einsum):
        pairs = tuple((_replace_part(a, part, new), axes) for a, axes in value.operands)
        return replace(value, operands=pairs)
    changes: dict[str, Any] = {}
    for field in fields(value):
        old = getattr(value, field.name)
        if isinstance(old, tuple):
            changes[field.name] = tuple(
                _replace_part(p, part, new) if _is_array(p) else p for p in old
            )
        elif _is_array(old):
            changes[field.name] = _replace_part(old, part, new)
    return replace(value, **changes)
