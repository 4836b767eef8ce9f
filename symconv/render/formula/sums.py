"""The ranges of bound indices, gathered so that a page can say them once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields

from .tree import Form, Limit, Node, Reduction


def limits_of(part: object) -> Iterator[Limit]:
    """The limits of all sums inside a form, in the order in which they are written."""
    if isinstance(part, tuple):
        for item in part:
            yield from limits_of(item)
    elif isinstance(part, Node):
        if isinstance(part, Reduction) and part.operator == "sum":
            yield from part.limits
        for field in fields(part):
            yield from limits_of(getattr(part, field.name))


def common_limits(forms: Iterable[Form]) -> tuple[Limit, ...] | None:
    """One limit for every index that sums bind; None if an index has two different ranges."""
    found = list(dict.fromkeys(limit for form in forms for limit in limits_of(form)))
    variables = {limit.variable for limit in found}
    return tuple(found) if len(variables) == len(found) else None
