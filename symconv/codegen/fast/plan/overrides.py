"""What the caller wants of a plan, whatever the cost model says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from symconv.codegen.fast.algorithms.base import Algorithm
from symconv.codegen.fast.algorithms.table import check_tiles, find_algorithm


@dataclass(frozen=True)
class PlanOverrides:
    """Tiles where they pay (float32 rounds more), and algorithms by the keys of equations.

    Both are what users type: a value of the option `tiles`, names or synonyms of algorithms.
    SymconvError where there is no such thing.
    """

    tiles: str | None = None
    forms: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # Looked up here, so that a word with a slip is told before anything is derived or planned.
        if self.tiles is not None:
            check_tiles(self.tiles)
        for name in self.forms.values():
            find_algorithm(name)

    def algorithm_for(self, key: str) -> Algorithm | None:
        """The algorithm that was asked for, for the equation of a key."""
        return find_algorithm(self.forms[key]) if key in self.forms else None
