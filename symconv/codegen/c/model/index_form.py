"""Places in whole numbers: an affine form of indices over a divisor, and where it is inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import lcm

from sympy import Add, Expr, Integer, Rational, Symbol, expand

from symconv.core.errors import Unsupported


@dataclass(frozen=True)
class PlaceForm:
    """(sum of coefficient * index + constant) / divisor; no place where that is no whole number."""

    terms: tuple[tuple[Symbol, int], ...]
    constant: int
    divisor: int = 1

    def bounds(self, extents: Mapping[Symbol, int]) -> tuple[int, int]:
        """The least and the largest numerator, every index going from 0 to below its extent."""
        ends = [c * (extents[v] - 1) for v, c in self.terms]
        low, high = sum(min(0, e) for e in ends), sum(max(0, e) for e in ends)
        return self.constant + low, self.constant + high

    def text(self, names: Mapping[Symbol, str]) -> str:
        """The numerator in C: `2*i + m - 1`."""
        found = ""
        for v, c in sorted(self.terms, key=lambda t: t[1] < 0):
            word = names[v] if abs(c) == 1 else f"{abs(c)} * {names[v]}"
            if found:
                found += f" {'-' if c < 0 else '+'} {word}"
            else:
                found = f"-{word}" if c < 0 else word
        if not found:
            return str(self.constant)
        if self.constant:
            found += f" {'-' if self.constant < 0 else '+'} {abs(self.constant)}"
        return found


def read_index(e: Expr, extents: Mapping[Symbol, int]) -> PlaceForm:
    """The form of an index expression; Unsupported where it is not affine in the indices."""
    coefficients: dict[Symbol, Rational] = {}
    constant: Rational = Integer(0)
    for part in Add.make_args(expand(e)):
        c, rest = part.as_coeff_Mul()
        if rest == 1 and isinstance(c, Rational):
            constant += c
        elif isinstance(rest, Symbol) and rest in extents and isinstance(c, Rational):
            coefficients[rest] = coefficients.get(rest, Integer(0)) + c
        else:
            raise Unsupported(f"the index {e} is not affine in its index letters")
    divisor = lcm(constant.q, *(c.q for c in coefficients.values()))
    terms = ((v, int(coefficients[v] * divisor)) for v in extents if v in coefficients)
    return PlaceForm(tuple(t for t in terms if t[1]), int(constant * divisor), divisor)


def bound_conditions(
    form: PlaceForm, extent: int, extents: Mapping[Symbol, int], names: Mapping[Symbol, str]
) -> tuple[str, ...]:
    """What has to hold in C for a place to be one of 0 to below the extent; `0` where none is."""
    low, high = form.bounds(extents)
    end, text = form.divisor * extent, form.text(names)
    if high < 0 or low >= end:
        return ("0",)
    found = [f"{text} >= 0"] if low < 0 else []
    found += [f"{text} < {end}"] if high >= end else []
    if not _is_multiple(form):
        inner = text if len(form.terms) == 1 and not form.constant else f"({text})"
        found.append(f"{inner} % {form.divisor} == 0")
    return tuple(found)


def place_text(form: PlaceForm, names: Mapping[Symbol, str]) -> str:
    """A place in C, right where its conditions hold."""
    text = form.text(names)
    if form.divisor == 1:
        return text
    return f"({text}) / {form.divisor}" if " " in text else f"{text} / {form.divisor}"


def _is_multiple(form: PlaceForm) -> bool:
    return all(c % form.divisor == 0 for c in (form.constant, *(c for _, c in form.terms)))
