"""What the parameters of a network are for, told from the equations that read them.

A weight stands in a sum of products with what the layer reads, a scale multiplies entry by entry, a
bias is added. How far the entries of a weight are spread at first follows from how many products
one sum has (fan in), and how many sums one entry of the layer's input enters (fan out).

Sources: X. Glorot and Y. Bengio, Understanding the difficulty of training deep feedforward neural
networks, AISTATS 2010, equation 16; K. He, X. Zhang, S. Ren and J. Sun, Delving deep into
rectifiers, ICCV 2015, equation 10.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, cast

from sympy import Expr, Float, Mul, S, Symbol, prod
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation, Program
from symconv.core.nodes import Equals
from symconv.core.tensor import Tensor, key_of

ParameterKind = Literal["weight", "bias", "scale"]

FAR = 30
"""Where a function is asked whether it is like a rectifier: far enough out for exponentials to be 0
or 1 to many digits, near enough that none overflows."""


@dataclass(frozen=True)
class ParameterRole:
    """What a parameter is for; `fan` is by what the spread of a weight at first is divided.

    A weight has entries between -b and b with b^2 = 6 / fan: `fan` is the fan in before a function
    like a rectifier (He), elsewhere fan in plus fan out (Glorot). It is 0 where nothing is drawn.
    """

    kind: ParameterKind
    fan: Expr = S.Zero


@dataclass(frozen=True)
class _Use:
    """An access of a parameter, what it is multiplied with, and the extents of its indices."""

    access: Indexed
    factors: tuple[Expr, ...]
    bound: Mapping[Symbol, Expr]
    extents: Mapping[Symbol, Expr]

    @cached_property
    def others(self) -> tuple[Indexed, ...]:
        """The entries of other tensors that it is multiplied with."""
        found = {a for f in self.factors for a in f.atoms(Indexed)}
        return tuple(sorted(found - {self.access}, key=str))

    @cached_property
    def own(self) -> frozenset[Symbol]:
        """The indices of the access."""
        return frozenset(s for i in self.access.indices for s in i.atoms(Symbol)) & set(
            self.extents
        )

    @cached_property
    def picked(self) -> frozenset[Symbol]:
        """The indices that a bracket sets, as that of the row of a table: one term counts."""
        brackets = [b for f in self.factors for b in f.atoms(Equals)]
        return frozenset(s for b in brackets for s in b.place.atoms(Symbol))

    @property
    def kind(self) -> ParameterKind:
        """A bias where nothing is multiplied; a scale where every index is one of the other's."""
        if not self.others:
            return "bias"
        shown = {s for a in self.others for s in a.free_symbols}
        return "weight" if self.own & set(self.bound) or not self.own <= shown else "scale"

    @property
    def fan_in(self) -> Expr:
        """How many products a sum has."""
        return prod([self.bound[s] for s in self.own & set(self.bound) - self.picked])

    @property
    def fan_out(self) -> Expr:
        """How many sums an entry of what the parameter is multiplied with enters."""
        fixed = set(self.picked)
        for axis in (i for a in self.others for i in a.indices):
            fixed |= self._fixed_by(axis)
        return prod([self.extents[s] for s in self.own - fixed])

    def _fixed_by(self, axis: Expr) -> frozenset[Symbol]:
        """The indices of the parameter that are known where an index of the other is."""
        indices = axis.atoms(Symbol) & set(self.extents)
        if not indices <= self.own:
            return frozenset()
        # g*C + c tells both, as c is below C; i + m tells only one of them.
        steps = [s for s in indices if axis.coeff(s) != 1]
        apart = all(
            (axis.coeff(s) - self.extents[r]).is_nonnegative for s in steps for r in indices - {s}
        )
        mixed = len(indices) == len(steps) + 1 and apart
        return frozenset(indices if mixed else indices - set(self.bound))


def find_parameter_role(program: Program, parameter: Tensor) -> ParameterRole:
    """What a parameter is for in the first equation that reads it; a bias where none does."""
    if parameter.key not in program.readers:
        # It is multiplied by 0 wherever it stands: nothing follows for it.
        return ParameterRole("bias")
    equation, use = _find_use(program, parameter.key)
    if use.kind != "weight":
        return ParameterRole(use.kind)
    more = S.Zero if _feeds_rectifier(program, equation) else use.fan_out
    return ParameterRole("weight", use.fan_in + more)


def _find_use(program: Program, key: str) -> tuple[Equation, _Use]:
    equation = program.readers[key][0]
    uses = _list_uses(equation.rhs, key, (), {}, dict(equation.ranges))
    # Where an equation reads a parameter twice, what it is as a weight decides.
    return equation, min(uses, key=lambda u: (u.kind != "weight", str(u.access)))


def _list_uses(
    e: Expr,
    key: str,
    factors: tuple[Expr, ...],
    bound: Mapping[Symbol, Expr],
    free: Mapping[Symbol, Expr],
) -> Iterator[_Use]:
    """Every access of the parameter in a formula, with what it is multiplied with."""
    if isinstance(e, Indexed) and key_of(e) == key:
        yield _Use(e, factors, bound, {**free, **bound})
    elif isinstance(e, Mul):
        for k, a in enumerate(e.args):
            yield from _list_uses(a, key, (*factors, *e.args[:k], *e.args[k + 1 :]), bound, free)
    elif isinstance(e, ExprWithLimits):
        limits = {v: high + 1 for v, _, high in e.limits}
        yield from _list_uses(e.function, key, factors, {**bound, **limits}, free)
    else:
        for inner in e.args:
            yield from _list_uses(cast("Expr", inner), key, factors, bound, free)


def _feeds_rectifier(program: Program, equation: Equation) -> bool:
    """Whether a function like a rectifier comes before the next weights, norms and maxima between.

    That is one that keeps growing on one side and hardly on the other.
    """
    waiting, seen = [equation.key], set[str]()
    while waiting:
        key = waiting.pop(0)
        for reader in program.readers.get(key, ()):
            if reader.key in seen or _has_weight(program, reader):
                continue
            seen.add(reader.key)
            ends = _evaluate_far_out(reader, key)
            if ends is not None and 2 * abs(ends[0]) < ends[2] and 1.5 * ends[1] < ends[2]:
                return True
            # A function that is no multiple ends the search: tanh, the sigmoid.
            if ends is None or ends[0] == -ends[2] == -2 * ends[1]:
                waiting.append(reader.key)
    return False


def _has_weight(program: Program, equation: Equation) -> bool:
    parameters = [k for k in sorted(equation.reads) if program.tensor(k).role == "parameter"]
    return any(_find_use(program, k)[1].kind == "weight" for k in parameters)


def _evaluate_far_out(reader: Equation, key: str) -> tuple[float, ...] | None:
    """What a function of one number makes of -30, 15 and 30; None where it is no such function."""
    accesses = reader.rhs.atoms(Indexed)
    if len(accesses) != 1 or key_of(next(iter(accesses))) != key:
        return None
    places = (-FAR, FAR / 2, FAR)
    found = [reader.rhs.xreplace(dict.fromkeys(accesses, Float(x))).evalf() for x in places]
    if not all(y.is_Float or y.is_Integer for y in found):
        return None
    return tuple(map(float, found))
