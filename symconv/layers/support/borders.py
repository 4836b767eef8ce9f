"""What stands beyond the border of a padded value: a number, or entries of the value itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sympy import Add, Expr, Integer, Mul, expand

from symconv.core.equation import Equation, Ranges
from symconv.core.errors import SymconvError
from symconv.core.nodes import Box
from symconv.core.tensor import Tensor

from .ranges import IndexAllocator, indices_of
from .scope import Scope

Border = Literal["constant", "circular", "reflect", "replicate"]

BETWEEN = {"first": "q", "second": "s"}
"""The letters of what is padded along its first axis, or its first two, and not yet along all."""


@dataclass(frozen=True)
class PaddedAxis:
    """An axis of `size` entries with `before` and `after` more; negative numbers take some away."""

    size: Expr
    before: Expr
    after: Expr

    @property
    def padded(self) -> Expr:
        """How many entries there are then."""
        return self.size + self.before + self.after

    def inside(self, v: Expr) -> Expr:
        """[the padded place v is one of the value itself]."""
        return Box(v - self.before, self.size)

    def reads(self, v: Expr, border: Border) -> tuple[tuple[Expr, Expr], ...]:
        """The places that a padded place v reads, each with a bracket; at most one is there."""
        here, end = v - self.before, v - self.before - self.size
        front, back = {
            "constant": ((), ()),
            "circular": ((Integer(1), here + self.size), (Integer(1), end)),
            "reflect": (
                (Box(v, self.before), -here),
                (Box(end, self.after), 2 * self.size - 2 - here),
            ),
            "replicate": (
                (Box(v, self.before), Integer(0)),
                (Box(end, self.after), self.size - 1),
            ),
        }[border]
        sides = ((self.before, front), (self.after, back))
        more = [read for amount, read in sides if read and not amount.is_nonpositive]
        return ((Integer(1), here), *((factor, expand(place)) for factor, place in more))

    def refuse_misfits(self, border: Border, at: Scope) -> None:
        """SymconvError where nothing is left, or where there are too few entries to repeat."""
        if self.padded.is_nonpositive:
            raise SymconvError(
                f"the {at.title} leaves {self.padded} of {self.size} entries along an axis",
                help="negative numbers take entries away; leave at least 1",
            )
        if border != "constant" and (self.before.is_negative or self.after.is_negative):
            raise SymconvError(
                f"a {border} padding adds entries, and takes none away",
                help="0 or more, behind a pad with negative numbers",
            )
        most = {"circular": self.size, "reflect": self.size - 1}.get(border)
        for many in (self.before, self.after):
            if most is None or many.is_nonpositive:
                continue
            if (most - many).is_negative:
                raise SymconvError(
                    f"a {border} padding of {many} needs more than an axis of {self.size}",
                    help=f"at most {most}, or another mode",
                )
            at.require(most - many + 1)


def pad_constant(
    x: Tensor, lead: Ranges, space: Sequence[PaddedAxis], value: Expr, at: Scope
) -> Equation:
    """y[i,j] = x[i - p, j - q] + value (1 - [both are places of x])."""
    for axis in space:
        axis.refuse_misfits("constant", at)
    letters = at.like(x)[len(lead) :]
    out = tuple((v, a.padded) for (v, _), a in zip(letters, space, strict=True))
    places = tuple(a.reads(v, "constant")[0][1] for (v, _), a in zip(out, space, strict=True))
    outside = 1 - Mul(*(a.inside(v) for (v, _), a in zip(out, space, strict=True)))
    rhs = x[indices_of(lead) + places] + (value * outside if value != 0 else 0)
    return at.output(lead + out, rhs, batch=x.batch)


def pad_by_itself(
    x: Tensor, space: Sequence[PaddedAxis], border: Border, at: Scope, name: str
) -> tuple[Tensor, tuple[Equation, ...]]:
    """What is padded along one axis after the other, by entries of its own; the last is `name`."""
    made = list[Equation]()
    names = (*list(BETWEEN)[: len(space) - 1], name)
    first = len(x.shape) - len(space)
    for place, (axis, role) in enumerate(zip(space, names, strict=True), start=first):
        axis.refuse_misfits(border, at)
        # Letters of this equation alone: the next one may give them another meaning.
        ranges = IndexAllocator(at.taken).like(x)
        v = ranges[place][0]
        out = (*ranges[:place], (v, axis.padded), *ranges[place + 1 :])
        here = indices_of(out)
        terms = (
            bracket * x[(*here[:place], read, *here[place + 1 :])]
            for bracket, read in axis.reads(v, border)
        )
        x, equation = at.inner(role, out, Add(*terms), f"{border} padding", batch=x.batch)
        made.append(replace(equation, kind="pad"))
    return x, tuple(made)
