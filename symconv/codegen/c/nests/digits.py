"""Indices that count other things than a plain axis, put into words that a plan understands.

Groups of channels: where f + 16 g stands on an axis of 64 entries, f and g are two digits of one
place, and the axis is two axes side by side. Fractions: where (i - m + 1)/2 is the place of an
entry and i is summed, the sum is over the entries instead, with i = 2 k + m - 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sympy import Symbol

from symconv.codegen.c.model.index_form import PlaceForm

from .accesses import ArrayAccess, reduce_form

Extents = Mapping[Symbol, int]


def split_digits(accesses: list[ArrayAccess], extents: Extents) -> list[ArrayAccess]:
    """The accesses with an axis for every digit, wherever the first one, what is written, has them.

    It needs f + 16 g with f below 16, and 64 entries for g below 4.
    """
    coarse = {v for f in accesses[0].forms if len(f.terms) > 1 for v, c in f.terms if c > 1}
    return [_split(a, coarse, extents) for a in accesses]


def _split(access: ArrayAccess, coarse: set[Symbol], extents: Extents) -> ArrayAccess:
    shape: list[int] = []
    forms: list[PlaceForm] = []
    for n, form in zip(access.shape, access.forms, strict=True):
        digits = sorted(form.terms, key=lambda t: -t[1])
        if _are_digits(form, n, extents) and any(v in coarse for v, _ in digits[:-1]):
            shape += [extents[v] for v, _ in digits]
            forms += [PlaceForm(((v, 1),), 0) for v, _ in digits]
        else:
            shape.append(n)
            forms.append(form)
    return replace(access, shape=tuple(shape), forms=tuple(forms))


def _are_digits(form: PlaceForm, extent: int, extents: Extents) -> bool:
    """Whether every entry of an axis has the indices for its digits, the last one counting by 1."""
    unit = 1
    for v, c in sorted(form.terms, key=lambda t: t[1]):
        if c != unit:
            return False
        unit *= extents[v]
    return unit == extent and not form.constant and form.divisor == 1 and len(form.terms) > 1


def sum_over_entries(
    operands: list[ArrayAccess], inner: dict[Symbol, int]
) -> tuple[list[ArrayAccess], dict[Symbol, int]]:
    """The operands and the inner indices, each of which stands for an entry, not for a fraction.

    An index is put for another only where both run over a whole axis, beyond which all is absent.
    """
    for access in operands:
        for form, n in zip(access.forms, access.shape, strict=True):
            for v, c in form.terms:
                # (i - m + 1)/2 = k, as i = 2 k + m - 1.
                if form.divisor > 1 and c == 1 and v in inner and _runs_whole(operands, v, inner):
                    rest = PlaceForm(tuple(t for t in form.terms if t[0] != v), form.constant)
                    made = [_put_entry(a, v, form.divisor, rest) for a in operands]
                    return sum_over_entries(made, {**inner, v: n})
    return operands, inner


def _runs_whole(operands: list[ArrayAccess], v: Symbol, inner: Extents) -> bool:
    """Whether an index alone goes over an axis from end to end, so that more of it adds nothing."""
    plain = PlaceForm(((v, 1),), 0)
    axes = (axis for a in operands for axis in zip(a.forms, a.shape, strict=True))
    return (plain, inner[v]) in axes


def _put_entry(access: ArrayAccess, v: Symbol, scale: int, rest: PlaceForm) -> ArrayAccess:
    """The access with `scale * v - rest` for v."""
    return replace(access, forms=tuple(_put_form(f, v, scale, rest) for f in access.forms))


def _put_form(form: PlaceForm, v: Symbol, scale: int, rest: PlaceForm) -> PlaceForm:
    terms = dict(form.terms)
    c = terms.pop(v, 0)
    if not c:
        return form
    for w, k in rest.terms:
        terms[w] = terms.get(w, 0) - c * k
    constant, terms[v] = form.constant - c * rest.constant, c * scale
    return reduce_form(PlaceForm(tuple(t for t in terms.items() if t[1]), constant, form.divisor))
