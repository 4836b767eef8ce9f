"""What a NumPy module is made from, in every style."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from symconv.core.equation import Program
from symconv.core.proof import Backward


@dataclass(frozen=True)
class ModuleSpec:
    """Both passes, and the words around them.

    `title` is the first line of the module's docstring, `notes` are what a reader has to know;
    `numbers` holds the number of the equation that defines a tensor, by the key of the tensor.
    """

    forward: Program
    backward: Backward
    title: str
    notes: tuple[str, ...] = ()
    numbers: Mapping[str, str] = field(default_factory=dict)
