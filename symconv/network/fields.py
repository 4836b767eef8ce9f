"""What may follow a layer's keyword: read off the fields of its class, never listed by hand."""

from __future__ import annotations

import types
from dataclasses import MISSING, Field, dataclass, fields
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

Kind = Literal["name", "value", "size", "sizes", "amounts", "number", "choice", "flag", "equation"]


@dataclass(frozen=True)
class Option:
    """One field of a layer: what is written for it, and whether it must be."""

    name: str
    kind: Kind
    required: bool
    choices: tuple[str, ...] = ()


@cache
def options_of(layer: type) -> tuple[Option, ...]:
    """The fields of a layer, the required ones first, as a network text gives them."""
    hints = get_type_hints(layer, include_extras=True)
    found = [_option(f, hints[f.name]) for f in fields(layer)]
    return tuple(sorted((o for o in found if o.name != "out"), key=lambda o: not o.required))


def _required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _option(field: Field[Any], hint: Any) -> Option:
    """The option that an annotation states; `X | None` is an optional X."""
    if get_origin(hint) in {Union, types.UnionType}:
        return _option(field, get_args(hint)[0])
    if get_origin(hint) is Literal:
        return Option(field.name, "choice", _required(field), get_args(hint))
    kind: Kind = "flag" if hint is bool else hint.__metadata__[0]
    return Option(field.name, kind, _required(field))
