"""Walking and rewriting frozen trees: dataclasses and tuples, one inside the other.

The trees of formulas, claims and array programs differ in what they mean; what is below a node is
the same for all of them: the values of its fields, and the items of tuples among these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast, overload

T = TypeVar("T")
N = TypeVar("N")

# Asked for every node of every walk, where `dataclasses.fields`, which builds a tuple each time,
# was most of the time.
_FIELDS: dict[type, tuple[str, ...]] = {}

_INNER: dict[type, tuple[str, ...]] = {}
"""Those of the fields that may hold nodes, by what they are declared as."""

_PLAIN = {"str", "int", "bool", "Fraction", "int | None", "Fraction | None", "Span"}
"""Declarations of fields that hold no dataclass: the places in a text are most of all leaves."""


def _fields_of(node: object) -> tuple[str, ...]:
    """The fields of a node in order; an object of any other class is a leaf and has none."""
    kind = type(node)
    if kind not in _FIELDS:
        known = fields(kind) if is_dataclass(kind) else ()
        _FIELDS[kind] = tuple(f.name for f in known)
        _INNER[kind] = tuple(f.name for f in known if f.type not in _PLAIN)
    return _FIELDS[kind]


def children(node: object, kind: type[N]) -> Iterator[N]:
    """The nodes of a kind directly below, in order; tuples are opened."""
    below = node if type(node) is tuple else [getattr(node, n) for n in _fields_of(node)]
    for value in below:
        if isinstance(value, kind):
            yield value
        elif type(value) is tuple:
            yield from children(value, kind)


@overload
def walk(node: object) -> Iterator[object]: ...


@overload
def walk(node: object, kind: type[N]) -> Iterator[N]: ...


def walk(node: object, kind: type[Any] = object) -> Iterator[Any]:
    """The node and everything below it, as far as it is of that kind, each before its parts.

    Without a kind that is everything: nodes, tuples and leaves.
    """
    # Where nodes are looked for, what holds none is not looked at.
    known = _INNER if is_dataclass(kind) else _FIELDS
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, kind):
            yield here
        if type(here) is tuple:
            waiting.extend(reversed(here))
        else:
            names = known.get(type(here))
            if names is None:
                _fields_of(here)
                names = known[type(here)]
            for name in reversed(names):
                waiting.append(getattr(here, name))  # noqa: PERF401 - faster than a list each time


def rewrite(node: T, change: Callable[[Any], object | None]) -> T:
    """The tree with what `change` answers in the place of a part; None leaves the part as it is.

    A part is asked before what is below it, and what was put in is not looked into, so that of two
    parts, one inside the other, the outer one is replaced. What does not change is not copied.
    """
    new = change(node)
    if new is not None:
        return cast("T", new)
    if isinstance(node, tuple):
        parts = tuple([rewrite(part, change) for part in node])
        same = all(a is b for a, b in zip(parts, node, strict=True))
        return node if same else cast("T", parts)
    changes = {}
    for name in _fields_of(node):
        old = getattr(node, name)
        new = rewrite(old, change)
        if new is not old:
            changes[name] = new
    return replace(node, **changes) if changes else node  # type: ignore[type-var]


def substitute(node: T, old: object, new: object) -> T:
    """The tree with `new` wherever `old` stands."""
    kind = type(old)
    return rewrite(node, lambda part: new if type(part) is kind and part == old else None)
