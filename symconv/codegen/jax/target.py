"""JAX as a library that readable modules are printed for."""

from __future__ import annotations

from symconv.codegen.readable.target import STANDARD_IMPORTS, Target

from .printer import JaxPrinter
from .statements import JaxStatements

HELPERS = {
    "as_floats": "jax",
    "check_axes": "numpy",
    "check_shape": "numpy",
    "check_size": "numpy",
    "sign": "numpy",
    "sliding_window_view": "jax",
    "add_by_label": "jax",
}
"""The helper functions in their order, and the folders of their templates: JAX has the others."""

ROOMS = {
    "lax": {"lax.conv_general_dilated", "lax.rev", "sliding_window_view"},
    "nn": {"nn.sigmoid", "nn.softmax", "nn.log_softmax"},
}
"""What stands in the rooms of JAX that are imported where something calls it."""


def _jax_imports(calls: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    """The groups of imports of a module that calls these functions."""
    standard = ("from itertools import product",) if "product" in calls else ()
    rooms = [room for room, names in ROOMS.items() if names & calls]
    found = [f"from jax import {', '.join(rooms)}"] if rooms else []
    if {"special.erf", "special.logsumexp"} & calls:
        found.append("from jax.scipy import special")
    return (*standard, *STANDARD_IMPORTS), ("import jax", "import jax.numpy as jnp", *found)


JAX = Target(
    JaxPrinter,
    JaxStatements,
    HELPERS,
    _jax_imports,
    {name: f"{name}: TypeAlias = jax.Array" for name in ("Array", "Mask", "Labels", "Number")},
    checks_classes=False,
    correlates=True,
)
"""JAX, on whatever it runs."""
