"""The catalogue: one file a layer, each with its forward equation and nothing else.

A layer is found by being here: `catalogue()` imports every module of this folder.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from .base import Layer


@cache
def catalogue() -> dict[str, type[Layer]]:
    """Every layer by its keyword in a network text."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    found = [c for c in _below(Layer.__subclasses__()) if hasattr(c, "keyword")]
    return {c.keyword: c for c in sorted(found, key=lambda c: c.keyword)}


def _below(kinds: list[type[Layer]]) -> list[type[Layer]]:
    """The classes and all that are derived from them."""
    return kinds + [c for kind in kinds for c in _below(kind.__subclasses__())]
