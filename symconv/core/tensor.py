"""Names, index symbols, size symbols and tensors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sympy import Expr, IndexedBase, S, Symbol, sympify
from sympy.tensor.indexed import Indexed

HAT = "\u0302"
"""The accent behind the letter of a standardised value: no name that a person gives has it."""

Role = Literal["input", "parameter", "target", "value", "cost", "mask", "delta", "gradient"]


def index(name: str) -> Symbol:
    """An index symbol. Indices are plain integer symbols and start at 0."""
    # An index may fall below 0, as i - p does, so nothing is assumed of its sign; sizes are
    # positive. That is also how calculus tells them apart. Symbols that differ in assumptions
    # differ: make them here only, or a derivative by the wrong twin is silently 0.
    return Symbol(name, integer=True)


def size(name: str) -> Symbol:
    """A size symbol (an extent, a stride, ...), a positive integer."""
    return Symbol(name, integer=True, positive=True)


def amount(name: str) -> Symbol:
    """A non-negative integer parameter, such as a padding."""
    return Symbol(name, integer=True, nonnegative=True)


@dataclass(frozen=True, order=True)
class Name:
    """A letter, the layer it belongs to, and what is meant of it.

    `kind` is "" for the tensor itself, "delta" for dC/d(tensor) inside the network, "gradient"
    for dC/d(tensor) that the user asked for.
    """

    letter: str
    layer: int | None = None
    kind: Literal["", "delta", "gradient"] = ""

    @property
    def key(self) -> str:
        """The unique text form: `w^1`, `delta o^1`, `gradient w^1`."""
        plain = self.letter if self.layer is None else f"{self.letter}^{self.layer}"
        return f"{self.kind} {plain}".strip()

    @property
    def plain(self) -> Name:
        """The tensor that a delta or a gradient belongs to."""
        return Name(self.letter, self.layer)


def key_of(access: Indexed) -> str:
    """The key of the tensor whose entry an access is: `w^1` for `w^1[m, n]`."""
    label = access.base.label
    # Its name, not its text: printing takes twenty times as long, and every walk asks for keys.
    return label.name if isinstance(label, Symbol) else str(label)


def normalize_name(name: str) -> str:
    """A name without the marks that people leave out: `w1` for `w^1`, `deltah` for `δ_h`."""
    return "".join(c for c in name.replace("δ", "delta") if c.isalnum())


@dataclass(frozen=True)
class Tensor:
    """An array of numbers: its name, its shape and what it is in the network.

    A tensor is *absent* at every index that is not an integer in bounds. Absent means the neutral
    element of the enclosing reduction: 0 under a sum, minus infinity under a maximum.
    A scalar has shape (1,). `axes` are the preferred index letters, one per axis, and
    `batch` counts the leading axes that run over samples, and `space` the last axes that are those
    of an image; it is None where nothing is known of that. `positive` says of what is given that it
    holds weights or variances, so that whoever draws numbers for it draws such. `purpose` says in
    words what is given for, where that is no target: class weights, a running mean.
    """

    name: Name
    shape: tuple[Expr, ...]
    role: Role
    axes: tuple[str, ...] = ()
    batch: int = 0
    space: int | None = field(default=None, compare=False)
    positive: bool = field(default=False, compare=False)
    purpose: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        # As SymPy numbers: every extent is asked for `.is_positive` later on, which an int has not.
        object.__setattr__(self, "shape", tuple(sympify(n) for n in self.shape))

    @property
    def key(self) -> str:
        return self.name.key

    @property
    def base(self) -> IndexedBase:
        # Always with its shape: for SymPy `IndexedBase("w")` is another tensor than one with a
        # shape, and a derivative by the other one is 0 without a word.
        return IndexedBase(self.key, shape=self.shape)

    @property
    def scalar(self) -> bool:
        """Whether the tensor is one number: the cost, or a bias of a single map."""
        # A tensor of shape (1,) that is no cost and no parameter, as an image of one pixel, keeps
        # its axis: it is indexed like every other image of that layer.
        return self.role == "cost" or (self.role == "parameter" and self.shape == (S.One,))

    @property
    def meaning(self) -> str:
        """What the tensor is, for readers: its purpose where it has one, else its role."""
        return self.purpose or self.role

    @property
    def is_derivative(self) -> bool:
        """Whether the tensor holds derivatives of the cost."""
        return self.role in {"delta", "gradient"}

    def __getitem__(self, place: Expr | int | tuple[Expr, ...]) -> Indexed:
        indices = place if isinstance(place, tuple) else (place,)
        return Indexed(self.base, *(sympify(e) for e in indices))
