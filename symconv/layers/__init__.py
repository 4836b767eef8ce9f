"""The catalogue: one file a layer, each with its forward equation and nothing else.

A layer is found by being here: `catalogue()` imports every module of this folder, and
`from symconv.layers import Conv` finds a layer by the name of its class.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .base import Layer


@cache
def catalogue() -> dict[str, type[Layer]]:
    """Every layer by its keyword in a network text."""
    found = [c for c in _layer_classes() if hasattr(c, "keyword")]
    return {c.keyword: c for c in sorted(found, key=lambda c: c.keyword)}


@cache
def _layer_classes() -> tuple[type[Layer], ...]:
    """Every kind of layer, the abstract ones included."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    from .base import Layer

    return tuple(_subclasses(Layer.__subclasses__()))


def _subclasses(kinds: list[type[Layer]]) -> list[type[Layer]]:
    """The classes and all that are derived from them."""
    return kinds + [c for kind in kinds for c in _subclasses(kind.__subclasses__())]


def __getattr__(name: str) -> Any:
    """A layer by the name of its class."""
    if not name.startswith("_"):
        for kind in _layer_classes():
            if kind.__name__ == name:
                return kind
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
