"""A module for JAX as others call it: compiled, in double precision, with arrays of NumPy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from inspect import signature
from typing import Any

import numpy as np

PASSES = ("forward", "backward")


def in_double_precision(namespace: Mapping[str, Any]) -> dict[str, Any]:
    """The names of a module, its passes compiled and in float64, whatever JAX is set to.

    JAX computes in float32 unless it is told otherwise, which checks cannot do with.
    """
    return {**namespace, **{name: _widen(namespace[name]) for name in PASSES}}


def _widen(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, compiled, in float64; sizes that no array shows are part of the program."""
    import jax

    parameters = signature(function).parameters.values()
    sizes = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY]
    compiled = jax.jit(function, static_argnames=sizes)

    @wraps(function)
    def call(*arguments: Any, **options: Any) -> Any:
        with jax.enable_x64(True):  # noqa: FBT003 - JAX has no name for it
            return jax.tree.map(np.asarray, compiled(*arguments, **options))

    return call
