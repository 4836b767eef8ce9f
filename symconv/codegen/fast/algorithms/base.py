"""What an algorithm for a sum over windows is: one record that holds all that is said about it.

A new algorithm is one file beside this one with its record, one template in `templates/numpy_fast`
with the helper functions that its calls name, and its place in `ALGORITHMS` (`table.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from .contraction import Contraction
from .counts import RoleCounts
from .layout import PLANES, Layout, drop_phases
from .sizes import ContractionSizes, Pair

Argument: TypeAlias = Literal[
    "image", "patches", "kernel", "spread_kernel", "delta",
    "window", "table", "inverse", "constant",
    "channels", "image_shape", "kernel_shape",
    "workspace", "result_workspace", "name", "in_workspace",
]  # fmt: skip
"""What a call of a helper function can be given; `write/call_arguments.py` spells each of them.

Arrays: `image` and `kernel` are the tensors with the axes (b, c, i, j) and (f, c, m, n) of their
roles; `patches`, `spread_kernel` and `delta` are what `copy_image`, `copy_kernel` and `copy_delta`
wrote. `window` is the geometry, `table` and `inverse` are those of the algorithm's lookup table,
`constant` is its constant. `image_shape` has two numbers, `kernel_shape` four. The workspace keeps
what is written under `name`; `result_workspace` is None for a tensor that the caller receives, and
`in_workspace` says the same as a keyword.
"""


@dataclass(frozen=True)
class HelperCall:
    """A call of a helper function: what it is given, in order.

    `suffix` ends the name of what a copy writes. With `answers_patches` the function also answers
    what `copy_image` would write, so that nothing copies the image again.
    """

    function: str
    arguments: tuple[Argument, ...]
    suffix: str = ""
    answers_patches: bool = False


@dataclass(frozen=True)
class CorrelatedGradient:
    """The gradient of an image by the call for the correlation: delta takes the image's part.

    That holds at stride 1 alone. `images` names the helper that writes planes of phases as images.
    """

    images: str


@dataclass(frozen=True)
class HelperCalls:
    """The calls that an algorithm writes: copies of what it reads, and the three sums.

    What has no copy is read as it is.
    """

    correlate: HelperCall
    kernel_gradient: HelperCall
    image_gradient: HelperCall | CorrelatedGradient
    copy_image: HelperCall | None = None
    copy_kernel: HelperCall | None = None
    copy_delta: HelperCall | None = None


@dataclass(frozen=True)
class LookupTable:
    """A table that `function` makes of the window and `arguments`, at the first call of a module.

    `entries` counts the numbers that it points to: the inverse of the table has so many columns.
    """

    function: str
    arguments: Callable[[Contraction], tuple[object, ...]]
    entries: Callable[[Contraction], int]


@dataclass(frozen=True)
class Definition:
    """A constant of the module: the name that it would like, and the text of its value."""

    name: str
    value: str


# Equal is what is the same object: functions have no value to compare, and algorithms are keys of
# tables.
@dataclass(frozen=True, kw_only=True, eq=False)
class Algorithm:
    """A way to compute the three sums of a layer over windows.

    What it is:
        name: what users type (`--form z=NAME`) and modules print; `synonyms` may be typed, too.
        why: what it does and what it is good for, as the end of a sentence.
        tiles: the value of the option `tiles` without which neither the cost model nor `tune` tries
            it, as it rounds more; empty where it always takes part.
    When and at what cost:
        applies: whether it can compute a contraction, whatever that costs.
        work: what it does for each of the three tensors, counted.
    How arrays lie in memory:
        layout: what its products write and read, as letters (`layout.py`).
        runs: the same with the phases first and long runs of memory last, for a maximum to compare;
            None where it compares planes.
    What a module gets:
        calls: the calls of helper functions.
        template: the template of these functions; `needs` are others that they need.
        values: what the template is filled in with.
        table, constant: what its calls are given beside arrays and the window.
    """

    name: str
    synonyms: tuple[str, ...] = ()
    why: str
    tiles: str = ""
    applies: Callable[[Contraction], bool]
    work: Callable[[ContractionSizes], RoleCounts]
    layout: Layout = PLANES
    runs: Layout | None = None
    calls: HelperCalls
    template: str
    needs: tuple[str, ...] = ()
    values: Mapping[str, object] = field(default_factory=dict)
    table: LookupTable | None = None
    constant: Callable[[Contraction], Definition] | None = None

    @property
    def runs_along_batch(self) -> bool:
        """Whether the batch is the innermost run of what its products write."""
        return self.layout[-1].endswith("n")

    def layout_of(self, phases: Pair) -> Layout:
        """What it writes; planes stay planes where there is one phase.

        The helper functions that write planes answer six axes, however long they are.
        """
        one = phases == (1, 1) and self.layout != PLANES
        return drop_phases(self.layout) if one else self.layout


def apply_always(contraction: Contraction) -> bool:
    """Any contraction over windows will do."""
    del contraction
    return True
