"""Sliding windows of a network, counted out, with the indices that their entries go by."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Symbol, expand
from sympy.tensor.indexed import Indexed

from symconv.core.errors import SymconvError
from symconv.core.proof import Backward
from symconv.core.tensor import index, key_of
from symconv.notation.index_letters import is_index
from symconv.semantics.sizes import SizeDraws
from symconv.structure.correlation_axes import is_whole
from symconv.structure.sampled_sizes import (
    AxisSample,
    Claim,
    claim_holds,
    random_sizes,
    sample_axis,
)
from symconv.structure.sliding_window import SlidingWindow, WindowAxis, reverse_kernel_index


@dataclass(frozen=True)
class SampledWindow:
    """A sliding window with its reads at sampled sizes, and the indices of its entries."""

    sweep: SlidingWindow
    counts: tuple[tuple[AxisSample, ...], ...]
    input_places: tuple[Expr, ...]
    kernel_places: tuple[Expr, ...]
    solved: tuple[Indexed, tuple[tuple[Symbol, Expr], ...]] | None = None
    only_reader: bool = True

    def true(self, claim: Claim) -> bool:
        """Whether a claim holds along every axis."""
        pairs = zip(self.sweep.reaches, self.counts, strict=True)
        return all(claim_holds(reach, counts, claim) for reach, counts in pairs)

    def place(self, reach: WindowAxis) -> Expr:
        """The index of an entry of the input along the axis of a reach."""
        return self.input_places[reach.axis]

    def weight(self, reach: WindowAxis) -> Expr:
        """The kernel index that belongs to an entry of the kernel: m', or k - 1 - m' if flipped."""
        assert self.sweep.kernel is not None
        pairs = list(zip(self.kernel_places, map(expand, self.sweep.kernel.indices), strict=True))
        bare = [place for place, read in pairs if read == reach.inner]
        flipped = [
            reach.kernel - 1 - place for place, read in pairs if read == reverse_kernel_index(reach)
        ]
        return [*bare, *flipped][0]


def sample_window(
    sweep: SlidingWindow, backward: Backward, draws: SizeDraws
) -> SampledWindow | None:
    """The window with its reads at sampled sizes; None where no sizes can be sampled."""
    sizes = random_sizes(draws, sweep.reaches)
    try:
        counts = tuple(tuple(sample_axis(r, at) for at in sizes) for r in sweep.reaches)
    except SymconvError:
        return None
    inputs = _entry_indices(sweep.access, backward, {r.axis: r.out for r in sweep.reaches})
    kernels = _entry_indices(sweep.kernel, backward, {}) if sweep.kernel is not None else ()
    readers = draws.program.readers[key_of(sweep.access)]
    once = len(readers) == 1 and len(_accesses(sweep)) == 1
    return SampledWindow(sweep, counts, inputs, kernels, _solve_outputs(sweep, backward), once)


def _accesses(sweep: SlidingWindow) -> list[Indexed]:
    """The accesses of the same tensor in the same equation."""
    return [a for a in sweep.equation.rhs.atoms(Indexed) if a.base == sweep.access.base]


def _entry_indices(
    access: Indexed, backward: Backward, moved: dict[int, Symbol]
) -> tuple[Expr, ...]:
    """The indices of an entry: those of its derivation, else primed ones."""
    derivation = backward.derivation(key_of(access))
    if derivation is not None and is_whole(derivation.equation.lhs):
        return tuple(derivation.equation.lhs.indices)
    return tuple(_prime_index(moved.get(n, e)) for n, e in enumerate(access.indices))


def _prime_index(e: Expr) -> Expr:
    """The first index of an expression, with a prime."""
    indices = sorted((s for s in e.free_symbols if isinstance(s, Symbol) and is_index(s)), key=str)
    return index(f"{indices[0].name}'") if indices else e


def _solve_outputs(
    sweep: SlidingWindow, backward: Backward
) -> tuple[Indexed, tuple[tuple[Symbol, Expr], ...]] | None:
    """The outputs that the derivative by the input reads, where they are (i' + p - d m)/s."""
    derivation = backward.derivation(key_of(sweep.access))
    errors = f"delta {sweep.equation.key}"
    if derivation is None or not is_whole(derivation.equation.lhs):
        return None
    equation = derivation.equation
    reads = [a for a in equation.rhs.atoms(Indexed) if key_of(a) == errors]
    outs = list(sweep.equation.lhs.indices)
    if len(reads) != 1 or any(r.out not in outs for r in sweep.reaches):
        return None
    pairs = tuple((r.out, reads[0].indices[outs.index(r.out)]) for r in sweep.reaches)
    places = [equation.lhs.indices[r.axis] for r in sweep.reaches]
    meets = (
        any(expand(r.stride * solved - r.meeting(place, v)) == 0 for v in solved.free_symbols)
        for (_, solved), r, place in zip(pairs, sweep.reaches, places, strict=True)
    )
    return (equation.lhs, pairs) if all(meets) else None
