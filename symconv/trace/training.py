"""Gradient descent on the generated module, in the fast style: for many steps."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from symconv.semantics.index_arithmetic import Place

from .input_tables import Values
from .numbers import Number


class TrainableModule(Protocol):
    """A compiled module, called by names; `arrays` leads from keys to names."""

    @property
    def arrays(self) -> Mapping[str, str]:
        """The name of every array, by the key of its tensor."""

    def forward(self, **arrays: Any) -> Any:
        """Every value."""

    def backward(self, **arrays: Any) -> Any:
        """Every gradient."""


@dataclass(frozen=True)
class Training:
    """w <- w - rate * dC/dw in float64, for the weights `learned`; `labels` hold class numbers."""

    module: TrainableModule
    learned: Sequence[str]
    labels: Collection[str]
    cost: str
    rate: float

    def stages(self, start: Values) -> Iterator[tuple[float, Values]]:
        """The cost and the weights before every step, without an end."""
        names, workspace = self.module.arrays, dict[str, Any]()
        arrays = {names[k]: values_to_array(t, whole=k in self.labels) for k, t in start.items()}
        while True:
            # Whoever takes the steps looks at the loss: NumPy need not warn about it as well.
            with np.errstate(all="ignore"):
                values = self.module.forward(**arrays, workspace=workspace)
            weights = {k: array_to_values(arrays[names[k]]) for k in self.learned}
            yield float(getattr(values, names[self.cost])), weights
            with np.errstate(all="ignore"):
                found = self.module.backward(**arrays, values=values, workspace=workspace)
                for key in self.learned:
                    slope = getattr(found, names[f"gradient {key}"])
                    arrays[names[key]] = arrays[names[key]] - self.rate * slope


def values_to_array(table: Mapping[Place, Number], *, whole: bool) -> NDArray[Any]:
    """The entries of a tensor as an array, of whole numbers where they are class numbers."""
    shape = tuple(max(axis) + 1 for axis in zip(*table, strict=True))
    array = np.empty(shape, dtype=np.int64 if whole else np.float64)
    for place, value in table.items():
        array[place] = int(value) if whole else float(value)
    return array


def array_to_values(array: NDArray[Any]) -> dict[Place, Number]:
    """The entries of an array, by place."""
    return {place: float(value) for place, value in np.ndenumerate(array)}
