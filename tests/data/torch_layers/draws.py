"""Random hyper-parameters, arrays, and the networks of one layer that they make."""

import random

import numpy as np

from symconv.api import Network
from symconv.layers import catalogue


class Draw(random.Random):
    """Random choices of hyper-parameters and arrays."""

    def some(self, *shape, ties=False):
        """Normal numbers; multiples of a half where there shall be ties and zeros."""
        array = np.random.default_rng(self.getrandbits(32)).normal(size=shape)
        return np.round(array * 2) / 2 if ties else array

    def axes(self, rank, low, high):
        return tuple(self.randint(low, high) for _ in range(rank))

    def half(self):
        return self.random() < 0.5


def network(shape, *layers, batch=None):
    made = Network("x", shape, batch=batch)
    for layer in layers:
        made = made >> layer
    return made


def layer(keyword, *values, **options):
    return catalogue()[keyword](*values, **options)


def image(d):
    return (d.randint(1, 3), d.randint(1, 4), *d.axes(2, 1, 5))
