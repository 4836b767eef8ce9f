"""Rules of the backward pass, broken on purpose: one function a mistake.

A mistake is found by being here: every `Mutation` of every module of this folder counts. It is
named only when the program with that one change reproduces the claim.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from .mutation import Mutation

__all__ = ["Mutation", "mistakes"]


@cache
def mistakes() -> tuple[Mutation, ...]:
    """Every mistake, the most specific first."""
    found: dict[str, Mutation] = {}
    for module in pkgutil.iter_modules(__path__):
        for value in vars(importlib.import_module(f"{__name__}.{module.name}")).values():
            if isinstance(value, Mutation):
                found[value.name] = value
    return tuple(sorted(found.values(), key=lambda m: (m.rank, m.name)))
