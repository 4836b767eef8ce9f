"""What a readable module is printed for: a library of arrays, and what differs between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from symconv.codegen.python.helpers import load_helper
from symconv.codegen.python.module import Code, Helper

from .numpy_printer import NumPyPrinter
from .printer import ArrayPrinter
from .statements import StatementPrinter

HELPERS = (
    *("as_floats", "check_axes", "check_shape", "check_classes", "check_size"),
    *("sigmoid", "sign", "erf", "softmax", "log_softmax", "log_sum_exp", "add_by_label"),
)
"""The helper functions of readable modules, in their order."""

OF_ANY_ARRAY = frozenset({"check_axes", "check_shape"})
"""The helper functions that look at labels, too."""

STANDARD_IMPORTS = ("from typing import Any, NamedTuple, TypeAlias",)
MATH_ERF = "from math import erf as erf_of_number"


@dataclass(frozen=True)
class Target:
    """A library of arrays: the printers of its expressions and statements, and its own words.

    `helpers` are the folders of the templates of helper functions, by name, in their order;
    `imports` answers the groups of imports of a module that calls these functions; `aliases` are
    the lines that define the types of arrays, by name. `checks_classes` says whether class numbers
    are looked at: where arrays are traced, they have no values yet. `correlates` says whether the
    library has correlations over windows, and compiles a program instead of writing in place.
    `prepare` writes what stands between the checks of a function and its equations, from the arrays
    of numbers that it reads and the functions that it calls.
    """

    arrays: type[ArrayPrinter]
    statements: type[StatementPrinter]
    helpers: Mapping[str, str]
    imports: Callable[[frozenset[str]], tuple[tuple[str, ...], ...]]
    aliases: Mapping[str, str]
    checks_classes: bool = True
    correlates: bool = False
    prepare: Callable[[Sequence[str], AbstractSet[str]], list[Code]] = lambda *_: []

    @property
    def asarray(self) -> str:
        """The function that makes an array of what a caller passes."""
        return f"{self.arrays.library}.asarray"

    def load_helpers(self, calls: frozenset[str], *, labels: bool) -> tuple[Helper, ...]:
        """The helper functions that are called; with `labels` a shape may be one of labels."""
        arrays = "Array | Labels" if labels else "Array"
        return tuple(
            load_helper(folder, h, **({"arrays": arrays} if h in OF_ANY_ARRAY else {}))
            for h, folder in self.helpers.items()
            if h in calls
        )


def standard_imports(calls: frozenset[str]) -> tuple[str, ...]:
    """What a module imports from the standard library; NumPy has no error function."""
    return (*([MATH_ERF] if "erf" in calls else []), *STANDARD_IMPORTS)


def numpy_imports(calls: frozenset[str]) -> tuple[str, ...]:
    """What a module imports from NumPy."""
    views = [name for name in ("as_strided", "sliding_window_view") if name in calls]
    strided = [f"from numpy.lib.stride_tricks import {', '.join(views)}"] if views else []
    return ("import numpy as np", *strided, "from numpy.typing import NDArray")


NUMPY = Target(
    NumPyPrinter,
    StatementPrinter,
    dict.fromkeys(HELPERS, "numpy"),
    lambda calls: (standard_imports(calls), numpy_imports(calls)),
    {
        "Array": "Array: TypeAlias = NDArray[np.floating[Any]]",
        "Mask": "Mask: TypeAlias = NDArray[np.bool_]",
        "Labels": "Labels: TypeAlias = NDArray[np.integer[Any]]",
        "Number": "Number: TypeAlias = np.floating[Any]",
    },
)
"""NumPy, which the readable style is written in."""
