"""What a layer may use to state its equation: axes, ranges, parameters, sizes, outputs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from string import ascii_lowercase

from sympy import Expr, Integer, Rational, Symbol
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation, Ranges, SizeDefinition
from symconv.core.errors import SymconvError, list_some
from symconv.core.kernels import kernel_directions
from symconv.core.nodes import LogSumExp, NamedNumber, limits
from symconv.core.tensor import Name, Role, Tensor, index, size

from .earlier import PURPOSES, EarlierTensors
from .ranges import IndexAllocator, indices_of, indices_or_zero, multiply_extents
from .sizes import Sizes, exact_number


@dataclass
class AxisSplitter(IndexAllocator):
    """Splits the axes of an input into batch, channels and space; errors name the layer `title`."""

    title: str

    def split(self, x: Tensor, rank: int) -> tuple[Ranges, Ranges, tuple[Expr, ...]]:
        """Batch, at most one channel axis, and the extents of the `rank` axes of space."""
        channels = x.shape[x.batch : len(x.shape) - rank]
        if len(x.shape) < x.batch + rank or len(channels) > 1 or x.space not in {None, 0, rank}:
            raise self.misfit(x, f"{rank} axes of space, at most one of channels")
        space = x.shape[len(x.shape) - rank :]
        return self.batch(x), self.ranges("channel", channels), space

    def last(self, x: Tensor, rank: int) -> tuple[Ranges, tuple[Expr, ...]]:
        """All axes but the last `rank` ones, and the extents of those."""
        if len(x.shape) < x.batch + rank:
            raise self.misfit(x, f"{rank} axes of space")
        cut = len(x.shape) - rank
        return self.like(x)[:cut], x.shape[cut:]

    def cut(self, x: Tensor, rank: int) -> tuple[Ranges, Ranges]:
        """All axes but the last `rank` ones, and those."""
        lead, _ = self.last(x, rank)
        return lead, self.like(x)[len(lead) :]

    def pooled(self, x: Tensor, window: Sizes) -> int:
        """How many axes a window spans: one a size; a single size spans all axes of space."""
        if not isinstance(window, tuple):
            return self.space(x)
        rank, known = len(window), None if x.space is None else self.space(x)
        if known not in {None, rank}:
            raise self.misfit(x, f"{known} sizes, one an axis of space")
        return rank

    def space(self, x: Tensor) -> int:
        """How many axes of space an input has; a single axis behind the batch may be that."""
        behind = len(x.shape) - x.batch
        if behind == 1:
            return 1
        if not x.space:
            raise self.misfit(x, "axes of space; write one size for each of them, as 2x2 or 1x2")
        return x.space

    def classes(self, x: Tensor, axis: int | None = None) -> int:
        """The axis of the channels or the features of an input, or the one that is named."""
        if axis is not None:
            if not -len(x.shape) <= axis < len(x.shape):
                raise self.misfit(x, f"an axis from 0 to {len(x.shape) - 1}, or from the end: -1")
            return axis % len(x.shape)
        behind = len(x.shape) - x.batch
        if behind == 1 or (x.space is not None and behind - x.space == 1):
            return x.batch
        raise self.misfit(x, "an axis of channels or of features")

    def merged(self, kind: str, ranges: Ranges) -> Ranges:
        """One axis that the ranges index together, row by row."""
        return self.ranges(kind, (multiply_extents(ranges),)) if ranges else ()

    def features(self, x: Tensor) -> tuple[Ranges, Ranges]:
        """Batch, and the one axis of features that is left."""
        if len(x.shape) != x.batch + 1:
            raise self.misfit(x, "one axis of features; put a flatten before it")
        return self.batch(x), self.ranges("feature", x.shape[x.batch :])

    def misfit(self, x: Tensor, wanted: str) -> SymconvError:
        """What to say where an input has other axes than a layer needs."""
        shape = " x ".join(str(n) for n in x.shape)
        return SymconvError(
            f"the {self.title} gets an input of shape {shape}", help=f"needs {wanted}"
        )


UNIT: Ranges = ((index("k"), Integer(1)),)
"""The axis of a tensor that is a single number."""


@dataclass
class Scope(AxisSplitter):
    """The place where one layer is built; it collects what is made: tensors, sizes, constants.

    `kind` is the keyword of the layer, which its equations keep, and `applied` the key of what it
    is applied to; `sizes` are the definitions of the whole network, by numerator and stride.
    """

    names: dict[str, Name]
    kind: str = ""
    applied: str = field(default="", kw_only=True)
    earlier: EarlierTensors = field(default_factory=EarlierTensors)
    tensors: list[Tensor] = field(default_factory=list)
    sizes: dict[tuple[Expr, Expr], SizeDefinition] = field(default_factory=dict)
    constants: list[NamedNumber] = field(default_factory=list)
    parameters: set[str] = field(default_factory=set)

    def parameter(self, role: str, ranges: Ranges) -> Tensor:
        """The tensor that the person named in the layer's field `role`, with one axis a range."""
        return self._tensor(role, "parameter", ranges or UNIT, batch=0)

    def given(
        self, role: str, name: str, ranges: Ranges, *, batch: int = 0, positive: bool = False
    ) -> Tensor:
        """The tensor behind the name in the field `role`: what came before, or one of its own."""
        if role in self.names:
            return self._tensor(role, "target", ranges or UNIT, batch=batch, positive=positive)
        found = self.value(name, tuple(n for _, n in ranges or UNIT))
        if found.key == self.applied:
            raise SymconvError(
                f"the {self.title} takes '{name}' as its input and as its {role}",
                help=f"say what it is applied to: '{self.kind} ... of a'",
            )
        purpose = PURPOSES.get(role, "") if found.role == "target" else found.purpose
        if (positive and not found.positive) or purpose != found.purpose:
            found = replace(found, positive=found.positive or positive, purpose=purpose)
            self.earlier.add(found, declared=found.key in self.earlier.declared)
        return found

    def weights(self, name: str, ranges: Ranges, role: str = "weights") -> Tensor:
        """The tensor of weights that are given, one a class or a feature."""
        return self.given(role, name, ranges, positive=True)

    def target(self, name: str, like: Tensor) -> Tensor:
        """The tensor of wanted values, of the shape of `like`."""
        return self.given("target", name, self.like(like), batch=like.batch)

    def labels(self, name: str, ranges: Ranges, *, batch: int) -> Tensor:
        """The tensor of wanted classes, whole numbers, one a sample."""
        found = self.given("target", name, ranges, batch=batch)
        if found.role != "target":
            raise SymconvError(
                f"'{name}' holds class numbers, which have no gradient",
                help=f"give them as a constant, 'constant {name} ...', or by a new letter",
            )
        return found

    def bias(self, ranges: Ranges) -> Expr:
        """The bias of each filter or unit; a single number where there is only one."""
        b = self.parameter("bias", ranges)
        return b[indices_of(ranges)] if ranges else b[0]

    def constant(self, name: str, value: str | int | Expr) -> Expr:
        """A positive number by its name; by itself where it is 0 or no number.

        Where the name means a tensor or another number already, it is counted on: epsilon2.
        """
        number = exact_number(value)
        if number.is_negative:
            raise SymconvError(f"{name} = {number} is negative", help="0 or more")
        if not (isinstance(number, Rational) and number.is_positive):
            return number
        known = {c.name: c for c in self.constants}
        free = (c for c in (name, *(f"{name}{n}" for n in range(2, 100))) if c not in self.taken)
        new = next(c for c in free if c not in known or known[c].value == number)
        if new not in known:
            self.constants.append(NamedNumber(new, number))
        return NamedNumber(new, number)

    def output(self, ranges: Ranges, rhs: Expr, *, batch: int, averaged: Ranges = ()) -> Equation:
        """y[ranges] = rhs, which is a mean over the ranges `averaged` where there are such."""
        y = self._tensor("out", "value", ranges or UNIT, batch=batch)
        return self._equation(y[indices_or_zero(ranges)], rhs, ranges, self.title, averaged)

    def inner(  # noqa: PLR0913 - all that an equation is made of
        self,
        role: str,
        ranges: Ranges,
        rhs: Expr,
        title: str,
        *,
        averaged: Ranges = (),
        batch: int = 0,
    ) -> tuple[Tensor, Equation]:
        """A value on the way to the output, with the name that the layer's `inner` gives it."""
        y = self._tensor(role, "value", ranges or UNIT, batch=batch)
        return y, self._equation(y[indices_or_zero(ranges)], rhs, ranges, title, averaged)

    def rewritten(
        self, axes: Ranges, where: tuple[Expr, ...], rhs: Expr, ranges: Ranges, *, batch: int
    ) -> Equation:
        """y[where] = rhs over `ranges`, for a y with the axes `axes`."""
        y = self._tensor("out", "value", axes, batch=batch)
        return self._equation(y[where], rhs, ranges, self.title)

    def cost(self, rhs: Expr, *, averaged: Ranges = ()) -> Equation:
        """C = rhs, a scalar."""
        y = self._tensor("out", "cost", ((index("i"), Integer(1)),), batch=0)
        return self._equation(y[0], rhs, (), self.title, averaged)

    def _equation(
        self, lhs: Indexed, rhs: Expr, ranges: Ranges, title: str, averaged: Ranges = ()
    ) -> Equation:
        """The equation with what is known of it: the layer, and how its kernel is read."""
        read = self.parameters
        flipped = bool(read) and any(-1 in s for s in kernel_directions(rhs, read))
        return Equation(lhs, rhs, ranges, title, self.kind, flipped, _numbers(averaged))

    def _tensor(
        self, role: str, kind: Role, ranges: Ranges, *, batch: int, positive: bool = False
    ) -> Tensor:
        axes, shape = tuple(v.name for v, _ in ranges), tuple(n for _, n in ranges)
        purpose = PURPOSES.get(role, "") if kind == "target" else ""
        name = self.names[role]
        made = Tensor(name, shape, kind, axes, batch, positive=positive, purpose=purpose)
        self.parameters |= {made.key} if kind == "parameter" else set()
        tied = self.earlier.by_key.get(made.key)
        if tied is None:
            self.tensors.append(made)
            return made
        if (tied.shape, tied.role) != (made.shape, made.role):
            have, want = (" x ".join(map(str, t.shape)) for t in (tied, made))
            raise SymconvError(
                f"'{made.key}' is a {tied.role} of shape {have}, where {want} is needed",
                help="layers that share a tensor need it in one shape",
            )
        return tied

    def value(
        self, name: str, shape: tuple[Expr, ...] | None = None, *, but: int | None = None
    ) -> Tensor:
        """A value that was computed before, by its name; of that shape, but for one axis."""
        found = self.earlier.value(name.replace("_", "^"))
        if found is None:
            known = list_some(self.earlier.value_keys())
            raise SymconvError(f"no value before this is called '{name}'", help=f"known: {known}")
        if shape is not None and not _shapes_agree(found.shape, shape, but):
            have, want = (" x ".join(map(str, n)) for n in (found.shape, shape))
            raise SymconvError(f"'{name}' has the shape {have}, where {want} is needed")
        return found

    def find(self, name: str) -> Tensor | None:
        """The last value of that name, or the one parameter, target or cost of that name."""
        found = self.earlier.named(name)
        if len(found) > 1:
            keys = [t.key for t in found]
            raise SymconvError(
                f"'{name}' may be {list_some(keys)}", help=f"write {keys[0]}[...] or {keys[1]}[...]"
            )
        return found[0] if found else None

    def require(self, count: Expr) -> None:
        """State that a number made of sizes is at least 1, as a size that nothing has."""
        place = (count - 1, Integer(1))
        if not count.is_positive and place not in self.sizes:
            symbol = size(f"{min(map(str, count.free_symbols))}_rest{len(self.sizes) or ''}")
            self.sizes[place] = SizeDefinition(symbol, *place)

    def rounded(self, extent: Expr, room: Expr, stride: Expr) -> Expr:
        """floor(room / stride) + 1; a size symbol of its own, such as H_o, where it is open."""
        if room.is_Integer and stride.is_Integer:
            return Integer(int(room) // int(stride) + 1)
        if stride == 1:
            return room + 1
        # Two layers side by side with the same window have the same output size: one symbol for
        # both, or their outputs could not be added.
        known = self.sizes.get((room, stride))
        if known is not None:
            return known.symbol
        out = self.names["out"]
        roots = sorted(str(s) for s in extent.free_symbols) or ["n"]
        # A symbol of its own, defined beside the formulas: `floor` never enters one, since nothing
        # could be solved or simplified through it.
        symbol = self._new_size(f"{roots[0].split('_')[0]}_{out.letter}{out.layer or ''}")
        self.sizes[room, stride] = SizeDefinition(symbol, room, stride)
        return symbol

    def _new_size(self, wanted: str) -> Symbol:
        """A size of that name; `H_zb`, `H_zc`, ... where another axis, or the person, has it."""
        known = self.taken | {d.symbol.name for d in self.sizes.values()}
        names = (wanted, *(f"{wanted}{letter}" for letter in ascii_lowercase[1:]))
        return size(next(name for name in names if name not in known))


def _numbers(averaged: Ranges) -> tuple[Expr, ...]:
    """How many values a mean over these ranges is taken over."""
    return (multiply_extents(averaged),) if averaged else ()


def _shapes_agree(a: tuple[Expr, ...], b: tuple[Expr, ...], but: int | None) -> bool:
    """Whether two shapes are the same, except for one axis."""
    pairs = zip(a, b, strict=False)
    return len(a) == len(b) and all(m == n or axis == but for axis, (m, n) in enumerate(pairs))


def log_normaliser(x: Tensor, ranges: Ranges, at: Scope, axis: int | None = None) -> Expr:
    """log sum_r exp x[b,r,...], over the axis of the channels or the one that is named."""
    axis = at.classes(x, axis)
    (summed,) = at.ranges("feature", (ranges[axis][1],))
    here = indices_of(ranges)
    return LogSumExp(x[(*here[:axis], summed[0], *here[axis + 1 :])], *limits((summed,)))
