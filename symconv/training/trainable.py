"""A generated module as one trains it: what its calls take, and arrays of NumPy at the boundary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from inspect import signature
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symconv.core.errors import SymconvError

Array = NDArray[Any]
BY_NAME = "parameters"
CALLS = ("PARAMETERS", "initial", "cost_and_gradients", "predict")


@dataclass(frozen=True)
class Trainable:
    """A module of any style; `constants` are passed at every call, as class weights are.

    What its functions take and answer are arrays of NumPy, whatever they compute with. Workspaces
    that a function takes are kept from call to call. SymconvError where the module has nothing to
    train.
    """

    module: Any
    constants: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        missing = [n for n in CALLS if not hasattr(self.module, n)]
        if missing:
            raise SymconvError(
                f"the module has no `{missing[0]}`, so that it cannot be trained",
                help="a module of a network with parameters of known sizes and a cost has",
            )
        known = [n for n in signature(self.module.cost_and_gradients).parameters if n != BY_NAME]
        for name in self.constants:
            if name not in known:
                raise SymconvError(
                    f"the module takes no '{name}'", help=f"it takes {', '.join(known)}"
                )

    @cached_property
    def samples(self) -> tuple[str, ...]:
        """The arrays of samples that the cost is computed from, in the order of the call."""
        given = signature(self.module.cost_and_gradients).parameters.values()
        names = [p.name for p in given if p.kind is p.POSITIONAL_OR_KEYWORD]
        return tuple(n for n in names if n not in self.constants)

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Those of them that a prediction needs."""
        return tuple(n for n in self.samples if n in signature(self.module.predict).parameters)

    @property
    def target(self) -> str | None:
        """The one that a prediction is compared with: the first that it does not need."""
        return next((n for n in self.samples if n not in self.inputs), None)

    @cached_property
    def _kept(self) -> dict[str, Mapping[str, Any]]:
        """What is passed to each function beside samples and parameters."""
        found: dict[str, Mapping[str, Any]] = {}
        for name in ("cost_and_gradients", "predict"):
            wanted = signature(getattr(self.module, name)).parameters
            known = {"workspace": {}, "workspaces": [{}], **self.constants}
            found[name] = {n: known[n] for n in wanted if n in known}
        return found

    def initial(self, seed: int, kind: np.dtype[Any]) -> dict[str, Array]:
        """The first parameters."""
        return {n: np.array(a) for n, a in self.module.initial(seed, kind).items()}

    def differentiate(
        self, batch: Mapping[str, Array], parameters: Mapping[str, Array]
    ) -> tuple[float, dict[str, Array]]:
        """The cost of a batch, and its gradients by the names of the parameters."""
        kept = self._kept["cost_and_gradients"]
        cost, found = self.module.cost_and_gradients(**batch, parameters=parameters, **kept)
        return float(cost), {name: np.asarray(g) for name, g in found.items()}

    def predict(self, batch: Mapping[str, Array], parameters: Mapping[str, Array]) -> Array:
        """What is predicted of a batch."""
        given = {n: batch[n] for n in self.inputs}
        return np.asarray(
            self.module.predict(**given, parameters=parameters, **self._kept["predict"])
        )
