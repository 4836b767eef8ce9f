"""Equations, the module emitted for them, and the comparison of the two."""

import inspect
from fractions import Fraction

import numpy as np
from sympy import Sum

from symconv.codegen.python.allowlist import READABLE
from symconv.codegen.python.render_module import render_module
from symconv.codegen.readable.module import readable_module
from symconv.core.equation import Equation, Program
from symconv.core.tensor import Name, Tensor

from .naive import number, run_naively


def loaded(text):
    """The namespace of an emitted module."""
    space = {"__name__": "emitted"}
    exec(compile(text, "<emitted>", "exec"), space)
    return space


def called(function, known):
    """A call with every argument by its name."""
    return function(**{k: known[k] for k in inspect.signature(function).parameters})


def tensor(name, shape, role):
    kind = {"delta": "delta", "gradient": "gradient"}.get(role, "")
    return Tensor(Name(name, None, kind), shape, role)


class Case:
    """Forward and backward equations, and the sizes to run them at."""

    def __init__(self, *tensors, forward=(), backward=(), sizes=(), definitions=()):
        self.tensors = {t.key: t for t in tensors}
        self.sizes = dict(sizes)
        for d in definitions:
            env = {s: Fraction(x) for s, x in self.sizes.items()}
            ratio = number(d.numerator, env) // number(d.stride, env)
            self.sizes[d.symbol] = int(ratio) + 1
        self.forward, self.backward = tuple(forward), tuple(backward)
        outputs = [e.key for e in self.forward]
        self.program = Program(tuple(tensors), self.forward, outputs[-1], tuple(definitions))
        self.whole = Program(tuple(tensors), self.forward + self.backward, outputs[-1])
        self.results = tuple(self.tensors[e.key] for e in self.backward)
        seeds = [t for t in tensors if t.role == "delta" and t not in self.results]
        self.seed = seeds[0] if seeds else None

    @property
    def text(self):
        keys = [e.key for e in self.forward + self.backward]
        numbers = {k: str(x + 1) for x, k in enumerate(keys)}
        return render_module(
            readable_module(
                self.program,
                self.whole,
                returned=self.results,
                seed=self.seed,
                title="A test",
                numbers=numbers,
            ),
            READABLE,
        )

    def arrays(self, seed=0, values=None):
        """Random entries for everything that is given."""
        rng = np.random.default_rng(seed)
        defined = {e.key for e in self.forward + self.backward}
        env = {s: Fraction(x) for s, x in self.sizes.items()}
        found = {}
        for key, t in self.tensors.items():
            if key not in defined:
                shape = tuple(int(number(x, env)) for x in t.shape)
                found[key] = (values or rng.normal)(size=shape)
        return found

    def run(self, arrays, text=None):
        """What the emitted module computes, by key."""
        space = loaded(text or self.text)
        named = {("delta_" if k.startswith("delta ") else "") + k.split()[-1]: a
                 for k, a in arrays.items()}  # fmt: skip
        named = {s.name: x for s, x in self.sizes.items()} | named
        values = called(space["forward"], named)
        gradients = called(space["backward"], {**named, "values": values})
        keys = [e.key for e in self.forward] + [t.key for t in self.results]
        return dict(zip(keys, (*values, *gradients), strict=True))

    def check(self, arrays=None):
        """Emitted and naive values agree everywhere; float32 stays float32."""
        arrays = arrays or self.arrays()
        found = self.run(arrays)
        expected = run_naively(self.tensors, self.forward + self.backward, arrays, self.sizes)
        for key, value in found.items():
            wanted = expected[key]
            cost = self.tensors[key].role == "cost"
            assert np.shape(value) == (() if cost else wanted.shape), key
            np.testing.assert_allclose(value, wanted[0] if cost else wanted, 1e-9, 1e-9, key)
        short = self.run({k: a.astype(np.float32) for k, a in arrays.items()})
        for key, value in short.items():
            mask = self.tensors[key].role == "mask"
            assert value.dtype == (bool if mask else np.float32), key


def ranges(*pairs):
    return tuple(pairs)


def total(e, *pairs):
    return Sum(e, *((x, 0, extent - 1) for x, extent in pairs))


def alone(rhs, at, *tensors, shape, sizes, lhs=None):
    """A case of one equation."""
    y = tensor("y", shape, "value")
    left = y[lhs or tuple(x for x, _ in at)]
    return Case(*tensors, y, forward=[Equation(left, rhs, at)], sizes=sizes)
