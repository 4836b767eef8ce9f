"""Rules of the backward pass, broken on purpose: one function a mistake.

A mistake is found by being here: every `Broken` of every module of this folder counts. It is named
only when the program with that one change reproduces the claim.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from .record import Broken

__all__ = ["Broken", "mistakes"]


@cache
def mistakes() -> tuple[Broken, ...]:
    """Every mistake, the most specific first."""
    found: dict[str, Broken] = {}
    for module in pkgutil.iter_modules(__path__):
        for value in vars(importlib.import_module(f"{__name__}.{module.name}")).values():
            if isinstance(value, Broken):
                found[value.name] = value
    return tuple(sorted(found.values(), key=lambda m: (m.rank, m.name)))
