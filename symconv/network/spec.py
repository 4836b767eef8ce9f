"""A network as data: its input and layers in order, and which options a layer has."""

from __future__ import annotations

import types
from dataclasses import MISSING, Field, dataclass, fields
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from symconv.layers.base import COMMON, Layer, TensorName
from symconv.layers.support.sizes import Size

NO_CHANNELS = "none"
"""What is written for `channels` where an input has none."""


@dataclass(frozen=True)
class Input:
    """The input of a network.

    `shape` holds the sizes of batch, channels and space in this order, as many as there are;
    `network/axes.py` says how they are told apart. `batch` and `channels` state the number of
    samples and of channels where the shape does not.
    """

    name: TensorName
    shape: tuple[Size, ...]
    batch: Size | None = None
    channels: Size | None = None


@dataclass(frozen=True)
class NetworkSpec:
    """An input, then one layer after another."""

    input: Input
    layers: tuple[Layer, ...] = ()


Kind = Literal[
    "name",
    "given",
    "value",
    "size",
    "sizes",
    "amounts",
    "offsets",
    "number",
    "place",
    "label",
    "choice",
    "flag",
    "equation",
]


@dataclass(frozen=True)
class LayerOption:
    """One field of a layer: what is written for it, and whether it must be."""

    name: str
    kind: Kind
    required: bool
    choices: tuple[str, ...] = ()


@cache
def layer_options(layer: type) -> tuple[LayerOption, ...]:
    """The fields of a layer, the required ones first, as a network text gives them."""
    hints = get_type_hints(layer, include_extras=True)
    found = [_option(f, hints[f.name]) for f in fields(layer)]
    # A stable sort: within the required and the others the order of the fields stays.
    return tuple(sorted((o for o in found if o.name not in COMMON), key=lambda o: not o.required))


def _is_required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _option(field: Field[Any], hint: Any) -> LayerOption:
    """The option that an annotation states; `X | None` is an optional X."""
    if get_origin(hint) in {Union, types.UnionType}:
        return _option(field, get_args(hint)[0])
    if get_origin(hint) is Literal:
        return LayerOption(field.name, "choice", _is_required(field), get_args(hint))
    kind: Kind = "flag" if hint is bool else hint.__metadata__[0]
    return LayerOption(field.name, kind, _is_required(field))
