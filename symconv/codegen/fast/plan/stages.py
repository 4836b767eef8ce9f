"""Windows, bias, relu and the maximum of a tile as one stage.

relu and an added number commute with a maximum, and a one-hot mask sends delta to one entry of a
tile; so the stage adds and cuts after the maximum, a phase of the tile is a plane of its own, and
neither the mask nor the deltas between are ever written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from sympy import Expr, Integer, Mul, Sum
from sympy.tensor.indexed import Indexed

from symconv.codegen.fast.algorithms.contraction import Contraction
from symconv.core.equation import Equation, Program
from symconv.core.nodes import MaxOver, OneHot, relu, step
from symconv.core.tensor import key_of

from .recognise import recognize_contraction

Readers = dict[str, list[Equation]]


@dataclass(frozen=True)
class PoolingStage:
    """`pooled` = relu(max over the tile of `contraction`), and its backward pass down to `delta`.

    `rectified` tells whether there is a relu; a tile has `phases` (a, b). `seed` is the delta of
    `pooled`. `between` are the keys that are never written, in the order of their computing: the
    contraction, its relu, the mask, the delta of the relu, the delta of the contraction; without a
    relu three of them.
    """

    contraction: Contraction
    pooled: Equation
    rectified: bool
    phases: tuple[int, int]
    between: tuple[str, ...]
    seed: str
    delta: str

    @property
    def key(self) -> str:
        return self.pooled.key


def index_readers(program: Program) -> Readers:
    """The equations that read a tensor, by its key."""
    found: Readers = {t.key: [] for t in program.tensors}
    for e in program.equations:
        for key in sorted(e.reads):
            found[key].append(e)
    return found


def find_stages(program: Program) -> tuple[PoolingStage, ...]:
    """Every stage of a program that holds its backward pass, too."""
    readers = index_readers(program)
    found = (_match_stage(program, e, readers) for e in program.equations)
    return tuple(s for s in found if s is not None)


def _match_stage(program: Program, equation: Equation, readers: Readers) -> PoolingStage | None:
    made = recognize_contraction(program, equation)
    if made is None or made.computes != "places" or not _is_constant_in_space(made):
        return None
    gate = next((e for e in readers[equation.key] if _is_relu(e, equation)), None)
    last = equation if gate is None else gate
    pools = [e for e in readers[last.key] if isinstance(e.rhs, MaxOver)]
    masks = [e for e in readers[last.key] if isinstance(e.rhs, OneHot)]
    # Anybody else who reads the values before the maximum needs them written.
    if len(pools) != 1 or len(masks) != 1 or len(readers[last.key]) != 2:
        return None
    phases = _match_tile(pools[0], last, made)
    delta = _match_delta(readers, equation, last, masks[0])
    if phases is None or delta is None:
        return None
    between, seed = delta
    # Whoever reads the delta otherwise than as planes needs it written, too.
    if not all(_can_read_planes(program, e, between[-1]) for e in readers[between[-1]]):
        return None
    return PoolingStage(made, pools[0], gate is not None, phases, between, seed, between[-1])


def _match_delta(
    readers: Readers, equation: Equation, last: Equation, mask: Equation
) -> tuple[tuple[str, ...], str] | None:
    """What is never written, ending in the delta of the contraction; the delta it comes from."""
    routed = readers[mask.key]
    if len(routed) != 1 or not _is_routing(routed[0], mask):
        return None
    seed = next(k for k in _list_keys(routed[0].rhs) if k != mask.key)
    found, delta = [equation.key, mask.key], routed[0].key
    if last is equation:
        return (*found, delta), seed
    # Beside relu, the gate of its own gradient is the one that reads the contraction.
    gated = [e for e in readers[equation.key] if e is not last]
    if readers[delta] != gated or len(gated) != 1 or not _is_gate(gated[0], delta, equation.key):
        return None
    return (equation.key, last.key, mask.key, delta, gated[0].key), seed


def _is_constant_in_space(made: Contraction) -> bool:
    """Whether what is added does not depend on the place, and no axis is out of order."""
    indices = made.indices
    entries = [e for a in made.addends for e in _list_indices(a)]
    # Axis 1 of (b, f, i, j): a bias of a map is the same for all phases, so that it may be added
    # after the maximum.
    return made.places.plain and all(e == 0 or indices.get(e) == 1 for e in entries)


def _list_indices(access: Expr) -> tuple[Expr, ...]:
    return access.indices if isinstance(access, Indexed) else ()


def _is_relu(e: Equation, source: Equation) -> bool:
    """Whether an equation is relu of the same entry of another tensor."""
    return isinstance(e.rhs, relu) and e.rhs.args[0] == _read_at(source.lhs, e.lhs)


def _read_at(access: Indexed, like: Indexed) -> Indexed:
    return access.func(access.base, *like.indices)


def _match_tile(pool: Equation, source: Equation, made: Contraction) -> tuple[int, int] | None:
    """The window of a maximum over the last two axes, if windows tile them without a rest."""
    maximum = cast("MaxOver", pool.rhs)
    body, limits = maximum.function, {v: high + 1 for v, _, high in maximum.limits}
    if not isinstance(body, Indexed) or key_of(body) != source.key or len(limits) != 2:
        return None
    if body.indices[:2] != pool.lhs.indices[:2] or len(pool.lhs.indices) != 4:
        return None
    triples = zip(body.indices[2:], pool.lhs.indices[2:], limits.items(), made.axes, strict=True)
    for e, u, (m, k), axis in triples:
        # Tiles that overlap, or leave places over, have no phases of equal shape.
        if not k.is_Integer or e != k * u + m or axis.places % int(k):
            return None
    first, second = (int(k) for k in limits.values())
    extents = dict(pool.ranges)
    counts = [extents.get(u) for u in pool.lhs.indices[2:]]
    whole = [a.places // k for a, k in zip(made.axes, (first, second), strict=True)]
    return (first, second) if counts == whole and first * second > 1 else None


def _list_keys(e: Expr) -> list[str]:
    return sorted({key_of(a) for a in e.atoms(Indexed)})


def _is_routing(e: Equation, mask: Equation) -> bool:
    """Whether an equation is mask * delta, written to the entry of the tile."""
    factors = Mul.make_args(e.rhs)
    return (
        len(factors) == 2
        and all(isinstance(f, Indexed) for f in factors)
        and mask.key in _list_keys(e.rhs)
        # (b, f, u, v, m, n); an index with one value has no range.
        and len(e.ranges) >= 5
    )


def _is_gate(e: Equation, delta: str, source: str) -> bool:
    """Whether an equation is step(source) * delta, entry by entry."""
    # SymPy orders factors by its own rules: the step comes first here.
    factors = sorted(Mul.make_args(e.rhs), key=lambda f: not isinstance(f, step))
    if len(factors) != 2 or not isinstance(factors[0], step) or not isinstance(factors[1], Indexed):
        return False
    inside = factors[0].args[0]
    accesses = [inside, factors[1]]
    return (
        all(isinstance(a, Indexed) and a.indices == e.lhs.indices for a in accesses)
        and _list_keys(inside) == [source]
        and _list_keys(factors[1]) == [delta]
    )


def _can_read_planes(program: Program, e: Equation, delta: str) -> bool:
    """Whether an equation can read the delta as planes: a contraction, or its sum over places."""
    made = recognize_contraction(program, e)
    if made is not None:
        return made.places.key == delta and made.places.plain and made.computes != "places"
    return sums_over_places(e, delta)


def sums_over_places(e: Equation, delta: str) -> bool:
    """Whether an equation is the plain sum of a delta over batch and places, map by map."""
    body = e.rhs.function if isinstance(e.rhs, Sum) else None
    if not isinstance(body, Indexed) or key_of(body) != delta:
        return False
    # The index of an axis of length 1 may be a plain 0.
    bound = {Integer(0), *cast("Sum", e.rhs).variables}
    b, f, i, j = body.indices
    summed = {b, i, j} <= bound
    return summed and (e.lhs.indices == (f,) or (e.lhs.indices == (0,) and f in bound))
