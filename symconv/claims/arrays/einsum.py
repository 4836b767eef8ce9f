"""`einsum('ij,jk->ik', a, b)`: the sum over every letter that the result does not have."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import product
from math import prod

from symconv.claims.model.errors import ShapeMismatchError

from .arguments import WordArguments
from .dense_array import DenseArray, describe_shape, limit_entries, make_dense

SUBSCRIPTS = re.compile(r"[A-Za-z]*(?:,[A-Za-z]*)*(?:->[A-Za-z]*)?")
Extents = dict[str, int]


def einsum(given: WordArguments) -> DenseArray:
    """Einstein's sum; without `->` the result has the letters that stand once, in their order."""
    text = given.plain("subscripts")
    text = text.replace(" ", "") if isinstance(text, str) else ""
    arrays = given.arrays("operands")
    if not text or not SUBSCRIPTS.fullmatch(text):
        raise given.refusal("the subscripts are letters, such as 'ij,jk->ik'")
    left, arrow, right = text.partition("->")
    terms = left.split(",")
    if len(terms) != len(arrays):
        raise given.refusal(f"{len(terms)} subscripts for {len(arrays)} arrays")
    if not arrow:
        letters = left.replace(",", "")
        right = "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    extents = _measure(terms, arrays)
    if len(set(right)) != len(right) or not set(right) <= extents.keys():
        raise given.refusal("every letter of the result stands once in it, and in an array")
    return _add(given, terms, arrays, right, extents)


def _measure(terms: Sequence[str], arrays: Sequence[DenseArray]) -> Extents:
    """The extent of every letter; an axis of one entry goes with any."""
    found: Extents = {}
    for term, array in zip(terms, arrays, strict=True):
        if len(term) != len(array.shape):
            said = f"the subscripts '{term}' do not fit to {describe_shape(array.shape)}"
            raise ShapeMismatchError(said)
        for letter, extent in zip(term, array.shape, strict=True):
            known = found.get(letter, extent)
            if 1 not in {known, extent} and known != extent:
                raise ShapeMismatchError(f"the letter '{letter}' is {known} and {extent}")
            found[letter] = max(known, extent)
    return found


def _add(
    given: WordArguments,
    terms: Sequence[str],
    arrays: Sequence[DenseArray],
    right: str,
    extents: Extents,
) -> DenseArray:
    """The products at all values of all letters, added up at the letters of the result."""
    letters = [*right, *sorted(extents.keys() - set(right))]
    limit_entries(tuple(extents[c] for c in letters), len(arrays))
    shape = tuple(extents[c] for c in right)
    inner = prod(extents[c] for c in letters[len(right) :])
    # How far one step of every letter moves within each array.
    steps = [[_step(c, t, a) for c in letters] for t, a in zip(terms, arrays, strict=True)]
    found, total = [], given.numbers.zero
    for number, place in enumerate(product(*(range(extents[c]) for c in letters)), start=1):
        factor = None
        for array, moves in zip(arrays, steps, strict=True):
            entry = array.entries[sum(i * m for i, m in zip(place, moves, strict=True))]
            factor = entry if factor is None else factor * entry
        total = total + factor
        if number % inner == 0:
            found.append(total)
            total = given.numbers.zero
    return make_dense(shape, found)


def _step(letter: str, term: str, array: DenseArray) -> int:
    shape = array.shape
    steps = (prod(shape[n + 1 :]) if shape[n] != 1 else 0 for n in range(len(shape)))
    return sum(s for c, s in zip(term, steps, strict=True) if c == letter)
