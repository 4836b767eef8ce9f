"""An entry of an array, in whole numbers: which array, and the place on each of its axes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import gcd, prod

from sympy import Symbol
from sympy.tensor.indexed import Indexed

from symconv.codegen.c.model.index_form import PlaceForm, read_index
from symconv.codegen.c.model.sized_program import SizedTensor
from symconv.core.tensor import key_of


@dataclass(frozen=True)
class ArrayAccess:
    """An entry of an array: its key, its extents, and an index expression for every axis."""

    key: str
    shape: tuple[int, ...]
    forms: tuple[PlaceForm, ...]

    def uses(self, v: Symbol) -> bool:
        """Whether an index stands in a place."""
        return any(v == w for form in self.forms for w, _ in form.terms)

    def put(self, v: Symbol, scale: int, shift: int) -> ArrayAccess:
        """The access with `scale * v + shift` for v; a number where the scale is 0."""
        return replace(self, forms=tuple(put_index(f, v, scale, shift) for f in self.forms))

    def count_reach(self, extents: Mapping[Symbol, int]) -> int:
        """How many entries a box holds with all that is read where indices go so far, else once."""
        return prod(1 + sum(extents.get(u, 1) - 1 for u, _ in f.terms) for f in self.forms)

    @property
    def is_whole(self) -> bool:
        """Whether all places are whole numbers."""
        return all(f.divisor == 1 for f in self.forms)


def put_index(form: PlaceForm, v: Symbol, scale: int, shift: int) -> PlaceForm:
    """The form with `scale * v + shift` for v, over the least divisor."""
    c = dict(form.terms).get(v, 0)
    if not c:
        return form
    terms = tuple((w, k * scale if w == v else k) for w, k in form.terms)
    return reduce_form(PlaceForm(terms, form.constant + c * shift, form.divisor))


def reduce_form(form: PlaceForm) -> PlaceForm:
    """The form over the least divisor, without indices that count for nothing."""
    common = gcd(form.divisor, form.constant, *(k for _, k in form.terms))
    terms = tuple((w, k // common) for w, k in form.terms if k)
    return PlaceForm(terms, form.constant // common, form.divisor // common)


def read_access(
    access: Indexed, tensors: Mapping[str, SizedTensor], extents: Mapping[Symbol, int]
) -> ArrayAccess:
    """An access in whole numbers; Unsupported where an index is not affine."""
    key = key_of(access)
    forms = tuple(read_index(i, extents) for i in access.indices)
    return ArrayAccess(key, tensors[key].shape, forms)
