"""Windows that slide over a tensor: which entries they read, solved for each of their indices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sympy import Add, Expr, Mul, S, Symbol, expand
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation
from symconv.core.tensor import index
from symconv.notation.index_letters import is_index

ALONE = index("m")
"""The index of a kernel of one entry, which no formula writes."""


@dataclass(frozen=True)
class WindowAxis:
    """One axis along which a window slides: `read` = stride out + dilation inner - padding.

    `out` counts the `outputs` positions of the window, `inner` its `kernel` entries, and the axis
    `axis` of the tensor has `inputs` entries. All of it is read off the index expression.
    """

    axis: int
    read: Expr
    out: Symbol
    inner: Symbol
    stride: Expr
    dilation: Expr
    padding: Expr
    kernel: Expr
    outputs: Expr
    inputs: Expr

    @property
    def overhang(self) -> Expr:
        """From the first entry of a window to its last: d (k - 1)."""
        return expand(self.dilation * (self.kernel - 1))

    @property
    def room(self) -> Expr:
        """How far a window can move over the padded input: H + 2p - d (k - 1) - 1."""
        return expand(self.inputs + 2 * self.padding - self.overhang - 1)

    @property
    def last(self) -> Expr:
        """Where the window of the last output ends: s (n - 1) + d (k - 1) - p."""
        return self.stride * (self.outputs - 1) + self.dilation * (self.kernel - 1) - self.padding

    def lowest(self, place: Expr) -> Expr:
        """Times s, the first output whose window reaches a place: i' + p - d (k - 1)."""
        return expand(place + self.padding - self.overhang)

    def highest(self, place: Expr) -> Expr:
        """Times s, the last output whose window reaches a place: i' + p."""
        return expand(place + self.padding)

    def meeting(self, place: Expr, weight: Expr) -> Expr:
        """Times s, the output at which a kernel entry meets a place: i' + p - d m."""
        return expand(place + self.padding - self.dilation * weight)


@dataclass(frozen=True)
class SlidingWindow:
    """A forward equation that reads `access` through windows that slide along `reaches`."""

    equation: Equation
    access: Indexed
    kernel: Indexed | None
    reaches: tuple[WindowAxis, ...]


def find_sliding_windows(equation: Equation) -> tuple[SlidingWindow, ...]:
    """Every access of an equation that is read through sliding windows."""
    found: dict[SlidingWindow, None] = {}
    for body, bound in _products(equation.rhs):
        accesses = [a for a in Mul.make_args(body) if isinstance(a, Indexed)]
        for access in accesses:
            others = [a for a in accesses if a is not access]
            reaches = tuple(_window_axes(access, others, equation, bound))
            kernel = next((o for o in others if _is_kernel(o, reaches)), None)
            if reaches and _others_stand_still(access, reaches):
                found[SlidingWindow(equation, access, kernel, reaches)] = None
    return tuple(found)


def _products(e: Expr) -> Iterator[tuple[Expr, dict[Symbol, Expr]]]:
    """What sums and maxima run over, and the addends that stand in none."""
    for node in sorted(e.atoms(ExprWithLimits), key=str):
        yield node.function, {v: high + 1 for v, _, high in node.limits}
    yield from ((term, {}) for term in Add.make_args(e) if not term.has(ExprWithLimits))


def reverse_kernel_index(reach: WindowAxis) -> Expr:
    """The kernel index read backwards: k - 1 - m."""
    return expand(reach.kernel - 1 - reach.inner)


def _is_kernel(access: Indexed, reaches: tuple[WindowAxis, ...]) -> bool:
    """Whether an access holds one number for every entry of the window."""
    places = set(map(expand, access.indices))
    return bool(reaches) and all(places & {r.inner, reverse_kernel_index(r)} for r in reaches)


def _others_stand_still(access: Indexed, reaches: tuple[WindowAxis, ...]) -> bool:
    """Whether the other axes have nothing to do with the windows."""
    moved, sliding = {r.axis for r in reaches}, {v for r in reaches for v in (r.out, r.inner)}
    return not any(e.has(*sliding) for n, e in enumerate(access.indices) if n not in moved)


def _window_axes(
    access: Indexed, others: list[Indexed], equation: Equation, bound: dict[Symbol, Expr]
) -> Iterator[WindowAxis]:
    """The axes of an access whose index is s i + d m - p, with the same kernel at every i.

    A kernel of one entry has no index: s i - p, where s is not 1.
    """
    free = dict(equation.ranges)
    for axis, (read, inputs) in enumerate(zip(access.indices, access.base.shape, strict=True)):
        inside = {s for s in read.free_symbols if isinstance(s, Symbol) and is_index(s)}
        outs, inners = inside & free.keys(), inside & bound.keys()
        if len(outs) != 1 or outs | inners != inside or len(inners) > 1:
            continue
        (out,), (inner,) = outs, inners or {ALONE}
        stride, dilation = (expand(read).coeff(v, 1) for v in (out, inner))
        if not inners and stride == 1:
            continue
        dilation = dilation if inners else S.One
        rest = expand(read - stride * out - (dilation * inner if inners else 0))
        steps = stride.is_positive and dilation.is_positive and not _has_index(rest)
        shared = out in equation.lhs.indices and not any(o.has(out) for o in others)
        if steps and shared and stride.is_integer and dilation.is_integer:
            sizes = (bound.get(inner, S.One), free[out], inputs)
            yield WindowAxis(axis, read, out, inner, stride, dilation, expand(-rest), *sizes)


def _has_index(e: Expr) -> bool:
    return any(isinstance(s, Symbol) and is_index(s) for s in e.free_symbols)
