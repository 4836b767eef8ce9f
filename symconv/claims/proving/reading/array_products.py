"""Products of arrays as sums: the chain rule, windows, matrices, entry by entry.

The choice between them is that of the evaluator of claims (`evaluation/products.py`), and each is
what it computes there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symconv.claims.proving.forms.budget import NotProvedError
from symconv.claims.proving.forms.index_forms import IndexForm, make_constant
from symconv.claims.proving.forms.size_facts import SizeFacts
from symconv.claims.proving.forms.terms import (
    Form,
    limit_index,
    make_bracket,
    multiply_forms,
    put_indices,
)

from .array_forms import (
    ArrayBuilder,
    ArrayForm,
    AxisBlock,
    Shape,
    ShapesDiffer,
    ValueForm,
    count_entries,
    unwrap_single,
)

Indices = Sequence[IndexForm]
WINDOWS = {"*", "conv", "corr"}


class ArrayProducts:
    """The products of one claim; `star` is its reading of `*`, `flips` that of the network."""

    def __init__(self, build: ArrayBuilder, sizes: SizeFacts, star: str, *, flips: bool) -> None:
        self.build = build
        self.sizes = sizes
        self.star = star
        self.flips = flips

    def multiply(self, operator: str, left: ValueForm, right: ValueForm) -> ValueForm:
        """A product as a claim writes it."""
        if self.build.strict and operator in {"*", "had", "@"}:
            return self._multiply_in_code(operator, left, right)
        if not isinstance(left, ArrayForm) or not isinstance(right, ArrayForm):
            return self.multiply_entries(left, right)
        if left.is_single or right.is_single:
            return self.multiply_entries(left, right)
        pair = find_chain(left, right)
        alike = len(left.blocks) == len(right.blocks) == 1 and self._is_entrywise(operator)
        if pair is not None and operator != "had" and not alike:
            return self.contract_chain(left, right, pair)
        return self._multiply_arrays(operator, left, right)

    def _multiply_in_code(self, operator: str, left: ValueForm, right: ValueForm) -> ValueForm:
        """Entry by entry, or the product of two matrices."""
        if operator != "@":
            return self.multiply_entries(left, right)
        matrices = (isinstance(v, ArrayForm) and len(v.shape) == 2 for v in (left, right))
        if not all(matrices) or self.star != "code":
            raise NotProvedError("a product of arrays that are no matrices")
        return self._require(self.multiply_matrices(left, right))  # type: ignore[arg-type]

    def multiply_entries(self, left: ValueForm, right: ValueForm) -> ValueForm:
        """The products of entries at the same places."""
        return self.build.apply_elementwise(left, right, multiply_forms)

    def _multiply_arrays(self, operator: str, left: ArrayForm, right: ArrayForm) -> ValueForm:
        if operator != "had" and left.is_row != right.is_row:
            return self._require(self.multiply_matrices(left, right))
        if operator in WINDOWS and (operator != "*" or self.star != "entries"):
            flip = operator != "corr" and self.flips
            found = self.slide_smaller(left, right, flip=flip)
            if found is not None:
                return unwrap_single(found)
        if operator == "had":
            return self.multiply_entries(left, right)
        entries = self._entries_or_none(operator, left, right) if operator != "@" else None
        if entries is not None and self._is_entrywise(operator):
            return entries
        dots = self.star == "dots" and left.is_vector and right.is_vector
        if entries is not None and operator in WINDOWS and not dots:
            return entries
        matrix = self.multiply_matrices(left, right)
        return self._require(entries if matrix is None else matrix)

    def _require(self, found: ValueForm | None) -> ValueForm:
        if found is None:
            raise NotProvedError("arrays that do not fit together")
        return found

    def _entries_or_none(
        self, operator: str, left: ArrayForm, right: ArrayForm
    ) -> ValueForm | None:
        try:
            return self.multiply_entries(left, right)
        except ShapesDiffer:
            if operator or self.star == "entries":
                self._require_unequal(left.grid, right.grid)
            return None

    def _require_unequal(self, a: Shape, b: Shape) -> None:
        """Arrays that go together at some sizes would be read in another way there."""
        if len(a) == len(b):
            apart = any(self.sizes.nonzero(n - m) for n, m in zip(a, b, strict=True))
        else:
            # A flat list goes with a grid of as many entries.
            apart = min(len(a), len(b)) > 1
            apart = apart or self.sizes.nonzero(count_entries(a) - count_entries(b))
        if not apart:
            raise NotProvedError("how a product is read depends on the sizes")

    def _is_entrywise(self, operator: str) -> bool:
        return operator in {"", "*"} and self.star == "entries"

    # ---- the chain rule

    def contract_chain(self, left: ArrayForm, right: ArrayForm, pair: tuple[int, int]) -> ValueForm:
        """The sum over a tensor that stands below one d and above the other."""
        a, b = pair
        first, second = _axes_of(left, a), _axes_of(right, b)

        def entry(indices: Indices) -> Form:
            values = dict(zip(first, indices, strict=True))
            others = dict(zip(second, indices, strict=True))
            return multiply_forms(_put(left.form, values), _put(right.form, others))

        form = self.build.sum_over(left.blocks[a].shape, entry)
        blocks = _without(left.blocks, a) + _without(right.blocks, b)
        axes = tuple(x for x in (*left.axes, *right.axes) if x not in (*first, *second))
        return ArrayForm(blocks, axes, form) if blocks else form

    # ---- windows

    def slide_smaller(self, left: ArrayForm, right: ArrayForm, *, flip: bool) -> ArrayForm | None:
        """The smaller array slid over the larger one; None where one is no image."""
        if image_of(left) is None or image_of(right) is None:
            return None
        big, small = self.sort_by_size(left, right)
        return self.slide(big, small, flip=flip)

    def sort_by_size(self, left: ArrayForm, right: ArrayForm) -> tuple[ArrayForm, ArrayForm]:
        """The larger array first, which has to be the same one at all sizes."""
        if self.fits(right, left):
            return left, right
        if self.fits(left, right):
            return right, left
        raise NotProvedError("which array is the larger one depends on the sizes")

    def fits(self, small: ArrayForm, big: ArrayForm) -> bool:
        """Whether an image is never larger than another one along any axis."""
        inner, outer = image_of(small), image_of(big)
        if inner is None or outer is None:
            raise NotProvedError("an array of rows and columns is needed")
        return all(self.sizes.nonnegative(n - m) for n, m in zip(outer, inner, strict=True))

    def slide(self, big: ArrayForm, small: ArrayForm, *, flip: bool) -> ArrayForm:
        """out[i, j] = sum over m, n of big[i + m, j + n] small[m, n], or small turned."""
        outer, inner = image_of(big), image_of(small)
        if outer is None or inner is None:
            raise NotProvedError("an array of rows and columns is needed")
        shape = tuple(n - m + 1 for n, m in zip(outer, inner, strict=True))

        def entry(places: Indices) -> Form:
            def product(taps: Indices) -> Form:
                turned = [t.scale(-1).shift(n + -1) for t, n in zip(taps, inner, strict=True)]
                window = [p + t for p, t in zip(places, taps, strict=True)]
                weight = entry_of_image(small, turned if flip else taps)
                return multiply_forms(entry_of_image(big, window), weight)

            return self.build.sum_over(inner, product)

        return self.build.make(shape, entry)

    def slide_full(self, left: ArrayForm, right: ArrayForm, *, flip: bool) -> ArrayForm:
        """Every overlap: out[i, j] = sum over m, n of left[i + m - k + 1, ...] right[m, n]."""
        outer, inner = image_of(left), image_of(right)
        if outer is None or inner is None:
            raise NotProvedError("an array of rows and columns is needed")
        shape = tuple(n + m + -1 for n, m in zip(outer, inner, strict=True))

        def entry(places: Indices) -> Form:
            def product(taps: Indices) -> Form:
                turned = [t.scale(-1).shift(n + -1) for t, n in zip(taps, inner, strict=True)]
                window = [p - t for p, t in zip(places, turned, strict=True)]
                ends = [e for i, n in zip(window, outer, strict=True) for e in limit_index(i, n)]
                within = make_bracket(nonnegative=tuple(ends))
                weight = entry_of_image(right, turned if flip else taps)
                return multiply_forms(within, multiply_forms(entry_of_image(left, window), weight))

            return self.build.sum_over(inner, product)

        return self.build.make(shape, entry)

    # ---- matrices

    def multiply_matrices(self, left: ArrayForm, right: ArrayForm) -> ValueForm | None:
        """Rows times columns; None where no reading of the vectors fits."""
        fit = self._choose_matrices(left, right)
        if fit is None:
            return None
        (rows, inner), (_, columns) = fit

        def entry(places: Indices) -> Form:
            i, j = places
            return self.build.sum_over(
                (inner,),
                lambda k: multiply_forms(
                    entry_of_matrix(left, i, k[0], (rows, inner)),
                    entry_of_matrix(right, k[0], j, (inner, columns)),
                ),
            )

        return self.build.make((rows, columns), entry)

    def _choose_matrices(self, left: ArrayForm, right: ArrayForm) -> tuple[Shape, Shape] | None:
        """The first shapes of both factors that go together, which has to be so at all sizes."""
        for a in matrix_shapes(left, row=True):
            for b in matrix_shapes(right, row=False):
                if a[1] == b[0]:
                    return a, b
                # An array of one entry is a number, and what it is multiplied with stays the same.
                if 1 not in (a[1], b[0]):
                    self._require_unequal((a[1],), (b[0],))
        return None

    def multiply_outer(self, left: ArrayForm, right: ArrayForm) -> ArrayForm:
        """Every entry of one vector times every entry of another."""
        if len(left.grid) > 1 or len(right.grid) > 1:
            raise NotProvedError("an outer product of arrays that are no vectors")
        shape = (count_entries(left.shape), count_entries(right.shape))
        return self.build.make(
            shape, lambda p: multiply_forms(_entry_of_list(left, p[0]), _entry_of_list(right, p[1]))
        )


def find_chain(left: ArrayForm, right: ArrayForm) -> tuple[int, int] | None:
    """The blocks that the chain rule sums over."""
    for a, first in enumerate(left.blocks):
        for b, second in enumerate(right.blocks):
            if first.key and first.key == second.key and first.below != second.below:
                return a, b
    return None


def image_of(array: ArrayForm) -> Shape | None:
    """The two extents of an image; axes of one entry before them are left out."""
    shape = array.shape
    while len(shape) > 2 and shape[0] == 1:
        shape = shape[1:]
    return shape if len(shape) == 2 else None


def entry_of_image(array: ArrayForm, places: Indices) -> Form:
    """The entry of an image at a row and a column."""
    before = [make_constant(0)] * (len(array.shape) - 2)
    return array.entry([*before, *places])


def matrix_shapes(array: ArrayForm, *, row: bool) -> list[Shape]:
    """The shapes a factor may have: a plain vector is a row on the left, a column on the right."""
    if len(array.shape) == 2:
        return [array.shape]
    if len(array.grid) > 1:
        raise NotProvedError("a matrix product of an array with more than two axes")
    count = count_entries(array.shape)
    lying, standing = (1, count), (count, 1)
    return [lying, standing] if row else [standing, lying]


def entry_of_matrix(array: ArrayForm, i: IndexForm, j: IndexForm, shape: Shape) -> Form:
    """The entry at a row and a column, also of a vector that is laid or stood."""
    if len(array.shape) == 2:
        return array.entry([i, j])
    return _entry_of_list(array, j if shape[0] == 1 else i)


def _entry_of_list(array: ArrayForm, index: IndexForm) -> Form:
    return array.flat_entry(index) if array.grid else array.entry_of_grid([])


def _axes_of(array: ArrayForm, n: int) -> tuple[str, ...]:
    start = sum(len(b.shape) for b in array.blocks[:n])
    return array.axes[start : start + len(array.blocks[n].shape)]


def _without(blocks: tuple[AxisBlock, ...], n: int) -> tuple[AxisBlock, ...]:
    return (*blocks[:n], *blocks[n + 1 :])


def _put(form: Form, values: Mapping[str, IndexForm]) -> Form:
    return tuple([put_indices(t, values) for t in form])
