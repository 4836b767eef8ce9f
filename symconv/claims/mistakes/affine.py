"""An index taken apart: (sum of coefficient * index + rest) / stride."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from sympy import Add, Expr, Integer, S, Symbol, expand, ilcm
from sympy.tensor.indexed import Indexed

from symconv.claims.model.facts import Facts
from symconv.core.equation import Equation

from .shapes import changed, is_kernel, spatial_axes, with_indices


@dataclass(frozen=True)
class Affine:
    """(sum_v numerators[v] v + rest) / divisor."""

    numerators: Mapping[Symbol, Expr]
    rest: Expr
    divisor: Expr = S.One

    def built(self) -> Expr:
        terms = (c * v for v, c in self.numerators.items())
        return expand(Add(*terms, self.rest) / self.divisor)

    def scaled(self, change: Callable[[Symbol, Expr], Expr]) -> Affine:
        """The same with other coefficients."""
        return replace(self, numerators={v: change(v, c) for v, c in self.numerators.items()})


def affine(place: Expr) -> Affine:
    """An index in its parts."""
    place = expand(place)
    indices = sorted((s for s in place.atoms(Symbol) if not s.is_nonnegative), key=str)
    slopes = {v: place.coeff(v) for v in indices}
    rest = expand(place - Add(*(c * v for v, c in slopes.items())))
    divisor = _common([c.as_numer_denom()[1] for c in slopes.values()])
    numerators = {v: expand(c * divisor) for v, c in slopes.items()}
    return Affine(numerators, expand(rest * divisor), divisor)


def _common(divisors: list[Expr]) -> Expr:
    if all(d.is_Integer for d in divisors):
        return Integer(ilcm(1, 1, *divisors))
    return next(d for d in divisors if not d.is_Integer)


def replaced(
    e: Equation, facts: Facts, change: Callable[[Affine], Affine | None]
) -> Iterator[Expr]:
    """The right-hand side with the positions of its images and error signals changed."""

    def moved(x: Indexed) -> Expr | None:
        axes = spatial_axes(x, facts)
        if is_kernel(x, facts) or not axes:
            return None
        indices = list(x.indices)
        for axis in axes:
            new = change(affine(indices[axis]))
            if new is not None:
                indices[axis] = new.built()
        return with_indices(x, *indices)

    new = changed(e.rhs, moved)
    if new is not None:
        yield new
