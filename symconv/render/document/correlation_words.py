"""Windows that move over an array, in words and in operators; and why the kernel is rotated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sympy import Expr
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation
from symconv.core.tensor import key_of
from symconv.render.formula.names import tensor_name
from symconv.render.formula.positions import arrange_position
from symconv.render.formula.tree import DisplayTree
from symconv.structure.correlation import Correlation
from symconv.structure.findings import Finding

from .array_words import WholeArrays
from .displays import factor_kernel_span
from .symbol_notes import Sentence


@dataclass(frozen=True)
class CorrelationWords:
    """Writes about correlations in the names of a network."""

    wholes: WholeArrays
    forward: tuple[Equation, ...]

    def sentences(self, finding: Finding, o: Correlation) -> Iterator[Sentence]:
        over = self.wholes.over(o.other_sums)
        yield ("In words: ", *self.wholes.factor(finding), *self._correlation(o), *over, ".")
        if finding.coefficient == 1:
            # Beside other axes, or with zeros to be added, the operators say how and not what.
            left = (self.wholes.left(finding), " = ") if _is_whole(o) else ()
            yield ("In operators: ", *left, *self._operators(o), *over, ".")
        if finding.transposed:
            first, second = self.wholes.whole(o.first), self.wholes.whole(o.second)
            yield (
                *("This is the transposed convolution of ", first, " with ", second, ": each "),
                *(
                    "entry of ",
                    first,
                    ", times the kernel, is added where the kernel was applied.",
                ),
            )
        yield from self._why(finding, o)

    def _correlation(self, o: Correlation) -> Iterator[str | DisplayTree]:
        dilation, spread, stride = (o.common(n) for n in ("dilation", "spread", "stride"))
        yield "the full correlation of " if o.full else "the correlation of "
        yield self.wholes.whole(o.first)
        if dilation != 1:
            yield from self._dilated(o.first, dilation)
        padded = not o.full and any(w.front != 0 for w in o.windows)
        if padded:
            yield from self._zeros(o, "" if dilation == 1 else " and")
        yield ", with " if dilation != 1 or padded else " with "
        yield self.wholes.whole(o.second)
        if spread != 1:
            yield from self._dilated(o.second, spread)
        if o.turned:
            yield " rotated by 180°" if spread == 1 else " and rotated by 180°"
        if stride != 1:
            yield "; of that, every entry whose place is a multiple of "
            yield from self._or_own(stride)
        if o.mirrored:
            yield "; the result is rotated by 180°"

    def _dilated(self, access: Indexed, by: Expr | None) -> Iterator[str | DisplayTree]:
        error = tensor_name(key_of(access)).kind == "delta"
        yield ", dilated by the stride " if error else ", dilated by "
        yield from self._or_own(by)
        if by is not None:
            yield " ("
            yield arrange_position(by - 1)
            yield " zeros between neighbours)"

    def _or_own(self, value: Expr | None) -> Iterator[str | DisplayTree]:
        yield "one number for each axis" if value is None else arrange_position(value)

    def _zeros(self, o: Correlation, link: str) -> Iterator[str | DisplayTree]:
        fronts = list(dict.fromkeys(w.front for w in o.windows))
        yield f"{link} with "
        for number, front in enumerate(fronts):
            yield " and " if number else ""
            yield arrange_position(-factor_kernel_span(-front))
        yield " zeros in front along " + ("its axes" if len(fronts) > 1 else "each axis")

    def _operators(self, o: Correlation) -> Iterator[str | DisplayTree]:
        """rot180, ↑ (dilation), ⋆ (correlation), ∗ (convolution), ↓ (every n-th entry)."""
        stride = o.common("stride")
        yield "rot180(" if o.mirrored else ""
        yield "(" if stride != 1 else ""
        yield from self._raised(self.wholes.whole(o.first), o.common("dilation"))
        yield " ⋆ "
        yield "rot180(" if o.turned else ""
        yield from self._raised(self.wholes.whole(o.second), o.common("spread"), bare=o.turned)
        yield ")" if o.turned else ""
        if stride != 1:
            yield ") ↓ "
            yield from self._or_own(stride)
        yield ")" if o.mirrored else ""
        if o.turned:
            yield ", which is the convolution "
            yield from self._raised(self.wholes.whole(o.first), o.common("dilation"))
            yield " ∗ "
            yield from self._raised(self.wholes.whole(o.second), o.common("spread"))
        yield " (full)" if o.full else ""
        if not o.full and any(w.front != 0 for w in o.windows):
            yield ", with the zeros in front of "
            yield self.wholes.whole(o.first)

    def _raised(
        self, form: DisplayTree, by: Expr | None, *, bare: bool = False
    ) -> Iterator[str | DisplayTree]:
        if by == 1:
            yield form
            return
        yield "" if bare else "("
        yield form
        yield " ↑ "
        yield from self._or_own(by)
        yield "" if bare else ")"

    def _why(self, finding: Finding, o: Correlation) -> Iterator[Sentence]:
        """Why the kernel is met backwards: the place that is read, solved for the output."""
        reads = [
            (equation, access)
            for equation in self.forward
            for access in sorted(equation.rhs.atoms(Indexed), key=str)
            if key_of(access) == finding.derivation.of.key and equation in finding.derivation.via
        ]
        if not finding.transposed or len(reads) != 1:
            return
        ((equation, access),) = reads
        window = o.windows[0]
        read, solved = access.indices[self._axis(finding, o)], o.first.indices[window.first_axis]
        out = equation.lhs.indices[window.first_axis]
        if not out.is_Symbol:
            return
        place = self.wholes.place
        turn = "." if o.turned else ", and the flip of the forward pass cancels that."
        yield (
            *("Why: the forward pass reads ", self.wholes.whole(access), " at ", place(read)),
            *(" for output ", place(out), ". Solved for the output, ", place(out), " = "),
            *(place(solved), ": the output falls where ", place(window.bound)),
            *(" grows, so the kernel is met backwards", turn),
        )

    @staticmethod
    def _axis(finding: Finding, o: Correlation) -> int:
        """The axis of the result along which the first window moves."""
        return list(finding.derivation.equation.lhs.indices).index(o.windows[0].free)


def _is_whole(o: Correlation) -> bool:
    """Whether the window over the two arrays is the result: it moves along all of their axes."""
    axes = {len(o.windows), len(o.first.indices), len(o.second.indices)}
    plain = not o.full and all(w.front == 0 for w in o.windows) and o.common("stride") == 1
    return len(axes) == 1 and plain and not o.other_sums
