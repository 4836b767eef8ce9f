"""Terms: a coefficient, indices that run over all integers, and the factors that are summed.

A form is a sum of terms. An access is 0 unless each of its indices is an integer within its axis.
`nonnegative`, `zero` and `whole` are brackets: [e >= 0], [e = 0] and [e is an integer].
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from .budget import NotProvedError
from .index_forms import IndexForm, make_index
from .size_polynomials import Coefficient

MOST_TERMS = 80
"""How many terms a product may have: the largest of real claims has 24."""

INVERSE = "inverse"
HIGHEST_POWER = 6
"""The highest power that is multiplied out; squares and cubes are meant."""


class EntryFactor(NamedTuple):
    """An entry of a tensor, with the extents of its axes; without a shape it is a number.

    Such a number has no axes and is never absent: a learning rate, or what an index is worth.
    """

    key: str
    shape: tuple[Coefficient, ...]
    indices: tuple[IndexForm, ...]

    def put(self, values: Mapping[str, IndexForm]) -> EntryFactor:
        """The access with some indices replaced."""
        return EntryFactor(self.key, self.shape, tuple([e.put(values) for e in self.indices]))

    def axes(self) -> Iterator[tuple[IndexForm, Coefficient]]:
        """The index and the extent of every axis."""
        return zip(self.indices, self.shape, strict=bool(self.shape))

    def __str__(self) -> str:
        return f"{self.key}[{', '.join(map(str, self.indices))}]"


@dataclass(frozen=True)
class FunctionFactor:
    """A function of a form: an activation, `exp`, or `inverse`, which is 1 / the form."""

    name: str
    argument: Form

    def put(self, values: Mapping[str, IndexForm]) -> FunctionFactor:
        """The factor with some indices replaced."""
        return FunctionFactor(self.name, tuple([put_indices(t, values) for t in self.argument]))


@dataclass(frozen=True)
class Term:
    """One summand."""

    coefficient: Coefficient = 1
    bound: tuple[str, ...] = ()
    accesses: tuple[EntryFactor, ...] = ()
    functions: tuple[FunctionFactor, ...] = ()
    nonnegative: tuple[IndexForm, ...] = ()
    zero: tuple[IndexForm, ...] = ()
    whole: tuple[IndexForm, ...] = ()

    def is_constant(self) -> bool:
        """Whether the term is its coefficient alone."""
        factors = (self.bound, self.accesses, self.functions, self.brackets())
        return not any(factors)

    def brackets(self) -> tuple[IndexForm, ...]:
        """The forms of all brackets."""
        return (*self.nonnegative, *self.zero, *self.whole)

    def index_forms(self) -> Iterator[IndexForm]:
        """Every affine form of the term, those within functions included."""
        for access in self.accesses:
            yield from access.indices
        yield from self.brackets()
        for function in self.functions:
            for inner in function.argument:
                yield from inner.index_forms()


Form = tuple[Term, ...]
NOTHING: Form = ()
ONE: Form = (Term(),)


class FreshNames:
    """Names of bound indices, each given once."""

    def __init__(self, prefix: str = "#") -> None:
        self.prefix = prefix
        self.count = 0

    def next(self) -> str:
        """A new name."""
        self.count += 1
        return f"{self.prefix}{self.count}"


def put_indices(term: Term, values: Mapping[str, IndexForm]) -> Term:
    """The term with indices replaced; one that the term binds itself is another index."""
    if not values:
        return term
    if term.bound:
        values = {n: e for n, e in values.items() if n not in term.bound}
        taken = {n for e in values.values() for n in e.slopes}
        if not taken.isdisjoint(term.bound):
            # What is put in may not be captured: the index that is bound here gets another name.
            around = taken | set(values) | {n for e in term.index_forms() for n in e.slopes}
            term = rename_bound(term, [n for n in term.bound if n in taken], around)
    return _put_everywhere(term, values)


def rename_bound(term: Term, names: Iterable[str], taken: Iterable[str]) -> Term:
    """The term with some of its bound indices renamed apart from the names that are taken."""
    used = {*taken, *term.bound}
    new: dict[str, str] = {}
    for name in names:
        fresh = name + "'"
        while fresh in used:
            fresh += "'"
        used.add(fresh)
        new[name] = fresh
    if not new:
        return term
    bound = tuple([new.get(n, n) for n in term.bound])
    return replace(_put_everywhere(term, {n: make_index(m) for n, m in new.items()}), bound=bound)


def _put_everywhere(term: Term, values: Mapping[str, IndexForm]) -> Term:
    return Term(
        term.coefficient,
        term.bound,
        tuple([a.put(values) for a in term.accesses]),
        tuple([f.put(values) for f in term.functions]),
        tuple([e.put(values) for e in term.nonnegative]),
        tuple([e.put(values) for e in term.zero]),
        tuple([e.put(values) for e in term.whole]),
    )


def multiply_terms(a: Term, b: Term) -> Term:
    """The product of two terms; the bound indices of one are renamed apart."""
    if a.bound or b.bound:
        outside_a = {n for e in a.index_forms() for n in e.slopes} if b.bound else set()
        clash = [n for n in b.bound if n in a.bound or n in outside_a]
        if clash:
            b = rename_bound(b, clash, {*outside_a, *a.bound, *_names(b)})
        outside_b = _names(b) if a.bound else set()
        clash = [n for n in a.bound if n in outside_b and n not in b.bound]
        if clash:
            a = rename_bound(a, clash, {*outside_b, *b.bound, *_names(a)})
    return Term(
        a.coefficient * b.coefficient,
        a.bound + b.bound,
        a.accesses + b.accesses,
        a.functions + b.functions,
        a.nonnegative + b.nonnegative,
        a.zero + b.zero,
        a.whole + b.whole,
    )


def _names(term: Term) -> set[str]:
    return {n for e in term.index_forms() for n in e.slopes}


def multiply_forms(a: Form, b: Form) -> Form:
    """The product of two sums, multiplied out."""
    if len(a) * len(b) > MOST_TERMS:
        raise NotProvedError("a product of too many terms")
    return tuple([multiply_terms(x, y) for x in a for y in b])


def scale_form(form: Form, factor: Coefficient) -> Form:
    """The sum times a coefficient."""
    if not factor:
        return NOTHING
    return tuple([replace(t, coefficient=t.coefficient * factor) for t in form])


def raise_form(form: Form, exponent: int) -> Form:
    """The sum multiplied by itself."""
    if exponent > HIGHEST_POWER:
        raise NotProvedError("a high power")
    found = ONE
    for _ in range(exponent):
        found = multiply_forms(found, form)
    return found


def make_number(value: Coefficient) -> Form:
    """A coefficient as a form."""
    return (Term(value),) if value else NOTHING


INDEX_VALUE = "the number"
"""What an index is called that stands as a number, not as a place."""


def make_index_number(index: IndexForm) -> Form:
    """What an index is worth, as a number: one factor for every index in it."""
    found = make_number(index.constant)
    for name, slope in index.slopes.items():
        found += (Term(slope, accesses=(EntryFactor(INDEX_VALUE, (), (make_index(name),)),)),)
    return found


def make_bracket(
    *,
    nonnegative: tuple[IndexForm, ...] = (),
    zero: tuple[IndexForm, ...] = (),
    whole: tuple[IndexForm, ...] = (),
) -> Form:
    """A product of brackets."""
    return (Term(nonnegative=nonnegative, zero=zero, whole=whole),)


def limit_index(index: IndexForm, extent: Coefficient) -> tuple[IndexForm, IndexForm]:
    """The forms that are not negative where an index is within an axis."""
    return index, index.scale(-1).shift(extent + -1)


def bind_index(form: Form, name: str) -> Form:
    """The sum of a form over all values of an index."""
    return tuple([_bind(t, name) for t in form])


def _bind(term: Term, name: str) -> Term:
    if name in term.bound:
        term = rename_bound(term, [name], {*_names(term), name})
    return replace(term, bound=(name, *term.bound))
