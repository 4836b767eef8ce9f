"""How parameters follow their gradients: descent with momentum, and Adam; arrays in place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from symconv.core.errors import SymconvError

Floats = NDArray[np.floating[Any]]
Arrays = dict[str, Floats]


class Optimizer(Protocol):
    """What follows gradients; `repr` says all that it depends on."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """What it remembers of every parameter: arrays of that shape, 0 at first."""

    def update(self, w: Floats, g: Floats, kept: Mapping[str, Floats], step: int) -> None:
        """Change a parameter and what is kept of it, in place; steps count from 1."""


@dataclass(frozen=True)
class SGD:
    """Stochastic gradient descent: v <- momentum v + g, then w <- w - rate v.

    SymconvError where the rate is not above 0, or the momentum not from 0 to below 1.
    """

    rate: float = 0.01
    momentum: float = 0.0

    def __post_init__(self) -> None:
        _require_positive(rate=self.rate)
        _require_share(momentum=self.momentum)

    @property
    def kinds(self) -> tuple[str, ...]:
        return ("velocity",) if self.momentum else ()

    def update(self, w: Floats, g: Floats, kept: Mapping[str, Floats], step: int) -> None:  # noqa: ARG002 - as all have
        v = g
        if self.momentum:
            v = kept["velocity"]
            v *= self.momentum
            v += g
        w -= self.rate * v


@dataclass(frozen=True)
class Adam:
    """Adam: m <- b1 m + (1 - b1) g, v <- b2 v + (1 - b2) g^2, then w <- w - rate M / (V^(1/2) + e).

    M = m / (1 - b1^t) and V = v / (1 - b2^t) after t steps, with (b1, b2) = `decay`. SymconvError
    where the rate or epsilon are not above 0, or a decay not from 0 to below 1.

    Source: D. P. Kingma and J. Ba, Adam: A method for stochastic optimization, ICLR 2015,
    algorithm 1.
    """

    rate: float = 0.001
    decay: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        _require_positive(rate=self.rate, epsilon=self.epsilon)
        _require_share(decay=self.decay[0])
        _require_share(decay=self.decay[1])

    @property
    def kinds(self) -> tuple[str, ...]:
        return ("mean", "square")

    def update(self, w: Floats, g: Floats, kept: Mapping[str, Floats], step: int) -> None:
        m, v, (first, second) = kept["mean"], kept["square"], self.decay
        m *= first
        m += (1 - first) * g
        v *= second
        v += (1 - second) * g * g
        root = np.sqrt(v / (1 - second**step))
        root += self.epsilon
        w -= self.rate / (1 - first**step) * m / root


def _require_positive(**numbers: float) -> None:
    for name, number in numbers.items():
        if not isinstance(number, Real) or not 0 < number < np.inf:
            raise SymconvError(f"{name} = {number!r} is no step", help="a number above 0")


def _require_share(**numbers: float) -> None:
    for name, number in numbers.items():
        if not isinstance(number, Real) or not 0 <= number < 1:
            raise SymconvError(f"{name} = {number!r} remembers too much", help="from 0 to below 1")
