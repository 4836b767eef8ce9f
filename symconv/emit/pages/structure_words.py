"""Proved structure in words and in operators: what a result is, and why the kernel is rotated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sympy import Expr
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation
from symconv.emit.formula.arrange import arrange
from symconv.emit.formula.form import Form
from symconv.emit.formula.names import Names, entry_form, tensor_name
from symconv.emit.formula.positions import arrange_position
from symconv.notation.rebase import rebase
from symconv.structure.findings import Finding
from symconv.structure.plain import Plain
from symconv.structure.sliding import Sliding

from .remarks import Sentence
from .size_displays import with_reach

SIGNS: Mapping[str, str] = {
    "outer product": " ⊗ ",
    "entry-wise product": " ⊙ ",
    "difference": " − ",
}


@dataclass(frozen=True)
class Describer:
    """Writes findings in the names of a network."""

    names: Names
    forward: tuple[Equation, ...]

    def sentences(self, finding: Finding) -> tuple[Sentence, ...]:
        """What the result is, in words, then in operators, then why."""
        operation = finding.operation
        if isinstance(operation, Sliding):
            return tuple(self._sliding(finding, operation))
        return (self._plain(finding, operation),)

    def whole(self, access: Indexed) -> Form:
        """A tensor as a whole."""
        return entry_form(tensor_name(str(access.base.label)), (), self.names)

    def _left(self, finding: Finding) -> Form:
        return self.whole(finding.derivation.equation.lhs)

    def _factor(self, finding: Finding) -> Sentence:
        """The number in front."""
        if finding.coefficient == 1:
            return ()
        return (arrange(finding.coefficient, self.names), " times ")

    # windows

    def _sliding(self, finding: Finding, o: Sliding) -> Iterator[Sentence]:
        yield ("In words: ", *self._factor(finding), *self._correlation(o), *self._summed(o), ".")
        if finding.coefficient == 1:
            yield ("In operators: ", self._left(finding), " = ", *self._operators(o), ".")
        if finding.transposed:
            first, second = self.whole(o.first), self.whole(o.second)
            yield (
                *("This is the transposed convolution of ", first, " with ", second, ": each "),
                *(
                    "entry of ",
                    first,
                    ", times the kernel, is added where the kernel was applied.",
                ),
            )
        yield from self._why(finding, o)

    def _correlation(self, o: Sliding) -> Iterator[str | Form]:
        dilation, spread, stride = (o.common(n) for n in ("dilation", "spread", "stride"))
        yield "the full correlation of " if o.full else "the correlation of "
        yield self.whole(o.first)
        if dilation != 1:
            yield from self._dilated(o.first, dilation)
        padded = not o.full and any(w.front != 0 for w in o.windows)
        if padded:
            yield from self._zeros(o, "" if dilation == 1 else " and")
        yield ", with " if dilation != 1 or padded else " with "
        yield self.whole(o.second)
        if spread != 1:
            yield from self._dilated(o.second, spread)
        if o.turned:
            yield " rotated by 180°" if spread == 1 else " and rotated by 180°"
        if stride != 1:
            yield "; of that, every entry whose place is a multiple of "
            yield from self._or_own(stride)
        if o.mirrored:
            yield "; the result is rotated by 180°"

    def _dilated(self, access: Indexed, by: Expr | None) -> Iterator[str | Form]:
        error = tensor_name(str(access.base.label)).kind == "delta"
        yield ", dilated by the stride " if error else ", dilated by "
        yield from self._or_own(by)
        if by is not None:
            yield " ("
            yield arrange_position(by - 1)
            yield " zeros between neighbours)"

    def _or_own(self, value: Expr | None) -> Iterator[str | Form]:
        yield "one number for each axis" if value is None else arrange_position(value)

    def _zeros(self, o: Sliding, link: str) -> Iterator[str | Form]:
        fronts = list(dict.fromkeys(w.front for w in o.windows))
        yield f"{link} with "
        for number, front in enumerate(fronts):
            yield " and " if number else ""
            yield arrange_position(-with_reach(-front))
        yield " zeros in front along " + ("its axes" if len(fronts) > 1 else "each axis")

    def _summed(self, o: Sliding | Plain) -> Iterator[str | Form]:
        over = o.other_sums if isinstance(o, Sliding) else tuple(o.form.bound)
        if over:
            yield "; summed over "
            for number, v in enumerate(over):
                yield ", " if number else ""
                yield arrange_position(v)

    def _operators(self, o: Sliding) -> Iterator[str | Form]:
        """rot180, ↑ (dilation), ⋆ (correlation), ∗ (convolution), ↓ (every n-th entry)."""
        stride = o.common("stride")
        yield "rot180(" if o.mirrored else ""
        yield "(" if stride != 1 else ""
        yield from self._raised(self.whole(o.first), o.common("dilation"))
        yield " ⋆ "
        yield "rot180(" if o.turned else ""
        yield from self._raised(self.whole(o.second), o.common("spread"), bare=o.turned)
        yield ")" if o.turned else ""
        if stride != 1:
            yield ") ↓ "
            yield from self._or_own(stride)
        yield ")" if o.mirrored else ""
        if o.turned:
            yield ", which is the convolution "
            yield from self._raised(self.whole(o.first), o.common("dilation"))
            yield " ∗ "
            yield from self._raised(self.whole(o.second), o.common("spread"))
        yield " (full)" if o.full else ""
        if not o.full and any(w.front != 0 for w in o.windows):
            yield ", with the zeros in front of "
            yield self.whole(o.first)

    def _raised(self, form: Form, by: Expr | None, *, bare: bool = False) -> Iterator[str | Form]:
        if by == 1:
            yield form
            return
        yield "" if bare else "("
        yield form
        yield " ↑ "
        yield from self._or_own(by)
        yield "" if bare else ")"

    def _why(self, finding: Finding, o: Sliding) -> Iterator[Sentence]:
        """Why the kernel is met backwards: the place that is read, solved for the output."""
        reads = [
            (equation, access)
            for equation in self.forward
            for access in sorted(equation.rhs.atoms(Indexed), key=str)
            if access.base.label == finding.derivation.of.base.label
            and equation in finding.derivation.via
        ]
        if not finding.transposed or len(reads) != 1:
            return
        ((equation, access),) = reads
        window = o.windows[0]
        read, solved = access.indices[self._axis(finding, o)], o.first.indices[window.first_axis]
        out = equation.lhs.indices[window.first_axis]
        if not out.is_Symbol:
            return
        yield (
            *("Why: the forward pass reads ", self.whole(access), " at ", self._place(read)),
            *(
                " for output ",
                self._place(out),
                ". Solved for the output, ",
                self._place(out),
                " = ",
            ),
            *(self._place(solved), ": the output falls where "),
            *(self._place(window.bound), " grows, so the kernel is met backwards"),
            "." if o.turned else ", and the flip of the forward pass cancels that.",
        )

    @staticmethod
    def _axis(finding: Finding, o: Sliding) -> int:
        """The axis of the result along which the first window moves."""
        return list(finding.derivation.equation.lhs.indices).index(o.windows[0].free)

    def _place(self, e: Expr) -> Form:
        base = self.names.notation.index_base
        return arrange_position(rebase(e, base) + base)

    # no windows

    def _plain(self, finding: Finding, o: Plain) -> Sentence:
        first = self.whole(o.first)
        factor = self._factor(finding)
        if o.second is None:
            return ("In words: ", *factor, "the sum of ", first, *self._over(o), ".")
        second = self.whole(o.second)
        if o.kind == "matrix product":
            return ("In words: ", *factor, "a matrix product, ", *self._matrix(finding, o), ".")
        names = {"difference": "the difference of "}
        words = names.get(o.kind, f"the {o.kind} of ")
        sign = SIGNS[o.kind]
        operators = () if factor else ("; ", self._left(finding), " = ", first, sign, second)
        return ("In words: ", *factor, words, first, " and ", second, *operators, ".")

    def _over(self, o: Plain) -> Iterator[str | Form]:
        yield " over "
        for number, v in enumerate(o.form.bound):
            yield ", " if number else ""
            yield arrange_position(v)

    def _matrix(self, finding: Finding, o: Plain) -> Iterator[str | Form]:
        """left = A B, each transposed where its indices stand the other way round."""
        assert o.second is not None
        (summed,) = o.form.bound
        first, second = self._in_order(finding, o)
        yield self._left(finding)
        yield " = "
        yield self.whole(first)
        yield "ᵀ" if len(first.indices) == 2 and first.indices[0] == summed else ""
        yield " "
        yield self.whole(second)
        yield "ᵀ" if len(second.indices) == 2 and second.indices[-1] == summed else ""

    def _in_order(self, finding: Finding, o: Plain) -> tuple[Indexed, Indexed]:
        """The factor with the first index of the result stands first."""
        assert o.second is not None
        lead = finding.derivation.equation.lhs.indices[0]
        return (o.first, o.second) if lead in o.first.indices else (o.second, o.first)


def structure_of(
    found: tuple[Finding, ...], names: Names, forward: tuple[Equation, ...]
) -> dict[str, tuple[Sentence, ...]]:
    """The sentences of every finding, by the key of the result."""
    describer = Describer(names, forward)
    return {f.derivation.equation.key: describer.sentences(f) for f in found}
