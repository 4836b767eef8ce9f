"""Fields of data out of a file: taken where they have the kind that they should have."""

from __future__ import annotations

from typing import Any, TypeVar

from symconv.core.errors import SymconvError
from symconv.importers.graph.refusals import quote_name

Kind = TypeVar("Kind")


def take(data: Any, name: str, kind: type[Kind], where: str) -> Kind:
    """A field that must be there, of that kind; SymconvError says which is not."""
    found = data.get(name) if isinstance(data, dict) else None
    # True is an int to Python, and no number to a model.
    if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
        raise SymconvError(f"{where} has no {kind.__name__} {quote_name(name)}")
    return found


def take_sizes(data: Any, name: str, where: str) -> tuple[int, ...]:
    """A field that is a list of whole numbers."""
    found = take(data, name, list, where)
    if not all(isinstance(n, int) and not isinstance(n, bool) for n in found):
        raise SymconvError(f"{quote_name(name)} of {where} is no list of whole numbers")
    return tuple(found)
