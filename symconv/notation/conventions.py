"""The conventions of a network, read off its equations: what a reader has to know to compare."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import prod

from sympy import Expr, Mul, Rational, S, Sum, Symbol
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation, Program
from symconv.core.kernels import kernel_directions
from symconv.core.nodes import Equals, LogSumExp, MaxOver
from symconv.core.tensor import Tensor


def describe_conventions(program: Program) -> tuple[str, ...]:
    """One sentence for each choice that a formula or a number depends on."""
    said = [
        *(line for e in program.equations for line in _describe_kernel(e, program)),
        *describe_layout(program),
        *(line for e in program.equations for line in _describe_absent(e)),
        *(line for e in program.equations for line in _describe_cost_tensor(e, program)),
    ]
    return tuple(dict.fromkeys(said))


def _describe_kernel(equation: Equation, program: Program) -> Iterator[str]:
    """Correlation or convolution: the direction in which a window and its kernel are read."""
    parameters = {t.key for t in program.tensors if t.role == "parameter"}
    for signs in kernel_directions(equation.rhs, parameters):
        if 1 in signs:
            yield "Convolution means cross-correlation: the kernel is read forwards (not flipped)."
        if -1 in signs:
            yield "Convolution is that of mathematics: the kernel is read backwards (flipped)."


def describe_layout(program: Program) -> Iterator[str]:
    """The order of the axes of the first input, and of the kernels."""
    for tensor in program.tensors:
        several = len(tensor.shape) > 2 or (tensor.role == "input" and tensor.batch > 0)
        if several and tensor.role in {"input", "parameter"} and axis_words(tensor, program):
            yield f"The axes of {tensor.key} are {', '.join(axis_words(tensor, program))}."


def axis_words(tensor: Tensor, program: Program) -> list[str]:
    """The axes of an input or a kernel in words; none where there are no words for them."""
    rank = 2 if tensor.space is None else tensor.space
    lead = len(tensor.shape) - rank
    if tensor.role == "input":
        plain = "channel" if rank else "feature"
        words = ["batch"] * tensor.batch + [plain] * (lead - tensor.batch)
    elif lead in {0, 1, 2}:
        words = _channel_words(tensor, program) if lead == 2 else ["channel"] * lead
    else:
        return []
    numbered = [f"axis {n} of space" for n in range(1, rank + 1)]
    return [*words, *(SPACE_WORDS[rank] if rank < len(SPACE_WORDS) else numbered)]


def _channel_words(kernel: Tensor, program: Program) -> list[str]:
    """Input or output channels first: those that are read, as in a transposed convolution."""
    accesses = ((e, a) for e in program.readers.get(kernel.key, ()) for a in e.rhs.atoms(Indexed))
    read_first = any(
        a.indices[0] not in e.lhs.indices
        and any(a.indices[0] in b.indices for b in e.rhs.atoms(Indexed) - {a})
        for e, a in accesses
        if program.tensor(a).key == kernel.key
    )
    words = ["input channel", "output channel"]
    return words if read_first else words[::-1]


SPACE_WORDS = ((), ("position",), ("row", "column"), ("depth", "row", "column"))
"""What axes of space are called, by their number."""


def _describe_absent(equation: Equation) -> Iterator[str]:
    """What stands for the entries beyond the border."""
    if equation.rhs.has(MaxOver):
        yield "Padding never wins a maximum: entries beyond the border count as minus infinity."
    elif equation.rhs.has(Sum):
        yield "Every tensor is 0 beyond its border and at indices that are no integers."


def _describe_cost_tensor(equation: Equation, program: Program) -> Iterator[str]:
    """Sum or mean, over what, and the factor in front of the cost."""
    tensor = program.tensor(equation.key)
    words = describe_cost(equation, program) if tensor.role == "cost" else ""
    if words:
        yield f"The cost {tensor.key} is {words}."


HALF = Rational(1, 2)


@dataclass(frozen=True)
class ScaledSum:
    """A cost `factor` * sum: the extents of its indices, and which count samples and classes."""

    factor: Expr
    extents: dict[Symbol, Expr]
    samples: frozenset[Symbol]
    classes: frozenset[Symbol]
    averages: Callable[[Expr], bool]

    @property
    def everything(self) -> frozenset[Symbol]:
        return frozenset(self.extents)

    def left(self, averaged: frozenset[Symbol]) -> Expr:
        """The factor that is left in front where a mean is taken over some of the indices."""
        return Mul(self.factor, *(n for v, n in self.extents.items() if v in averaged))

    def over(self, some: frozenset[Symbol]) -> str:
        """What these indices count: entries, samples, classes, places of all samples."""
        if not self.classes & self.everything and some == self.everything:
            return "entries"
        places = "places" if some - self.samples - self.classes else ""
        samples = "samples" if some & self.samples else ""
        first = "places of all samples" if places and samples else places or samples
        return " and ".join(filter(None, (first, "classes" if some & self.classes else "")))


def describe_cost(equation: Equation, program: Program) -> str:
    """The words behind 'The cost C is'; none where the formula is no multiple of one sum."""
    added = _match_scaled_sum(equation, program)
    if added is None:
        return ""
    sums = [_describe_sum(added)] if abs(added.factor) in {S.One, HALF} else []
    means = [] if abs(added.factor) == 1 else list(_describe_means(added))
    said = (means or sums)[:2] or [f"a sum over all {_describe_all(added)}, times {added.factor}"]
    return ", which is ".join(said)


def _match_scaled_sum(equation: Equation, program: Program) -> ScaledSum | None:
    """The parts of factor * sum."""
    sums = [a for a in Mul.make_args(equation.rhs) if isinstance(a, Sum)]
    factor = equation.rhs / sums[0] if len(sums) == 1 else S.Zero
    if factor == 0 or factor.has(Indexed):
        return None
    extents = {v: last - first + 1 for v, first, last in reversed(sums[0].limits)}
    return ScaledSum(
        factor,
        extents,
        _sample_indices(equation, program),
        _class_indices(equation),
        equation.averages,
    )


def _sample_indices(equation: Equation, program: Program) -> frozenset[Symbol]:
    """The indices of the axes that run over samples."""
    accesses = equation.rhs.atoms(Indexed)
    places = (place for a in accesses for place in a.indices[: program.tensor(a).batch])
    return frozenset(v for v in places if isinstance(v, Symbol))


def _class_indices(equation: Equation) -> frozenset[Symbol]:
    """The indices compared with a label, or moving along an axis over which a softmax adds up."""
    accesses = equation.rhs.atoms(Indexed)
    labels = {e.place for e in equation.rhs.atoms(Equals)}
    summed = {
        other.indices[axis]
        for lse in equation.rhs.atoms(LogSumExp)
        for one in lse.function.atoms(Indexed)
        for axis, place in enumerate(one.indices)
        if place in lse.variables
        for other in accesses
        if other.base == one.base
    }
    return frozenset(v for v in labels | summed if isinstance(v, Symbol))


def _describe_sum(added: ScaledSum) -> str:
    """A sum over all entries, without a factor in front; half the sum over all entries."""
    if added.factor == 1:
        return f"a sum over all {_describe_all(added)}, without a factor in front"
    if added.factor == -1:
        return f"minus the sum over all {_describe_all(added)}, without another factor"
    return f"{_factor_words(added.factor)}the sum over all {_describe_all(added)}"


def _describe_means(added: ScaledSum) -> Iterator[str]:
    """The mean over the N samples, each a sum over its entries: all that the formula is."""
    alone = added.everything - added.classes
    orders = dict.fromkeys((alone, added.everything, added.everything & added.samples))
    for averaged in filter(None, orders):
        factor, rest = added.left(averaged), added.everything - averaged
        extents = [n for v, n in added.extents.items() if v in averaged]
        if abs(factor) in {S.One, HALF} and added.averages(Mul(*extents)):
            number = _count_words(extents)
            which = f"the {number}" if rest else f"all {number}"
            yield f"{_factor_words(factor)}the mean over {which} {added.over(averaged)}" + (
                f", each a sum over {_describe_rest(added, rest)}" if rest else ""
            )


def _describe_rest(added: ScaledSum, rest: frozenset[Symbol]) -> str:
    """What is added up for each of those over which the mean is taken."""
    return f"the {added.over(rest)}" if rest & added.classes else "its entries"


def _describe_all(added: ScaledSum) -> str:
    return added.over(added.everything)


def _factor_words(factor: Expr) -> str:
    """The words for a factor 1, -1, 1/2 or -1/2 in front: `minus`, `half`."""
    return ("minus " if factor < 0 else "") + ("half " if abs(factor) == HALF else "")


def _count_words(extents: Sequence[Expr]) -> str:
    """How many there are: a number, or the sizes multiplied in reading order."""
    if all(n.is_Integer for n in extents):
        return str(prod(map(int, extents)))
    return "*".join(f"({n})" if n.is_Add else str(n) for n in extents if n != 1)
