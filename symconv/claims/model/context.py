"""What a claim is judged against: the derived program of a network, and how it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Protocol

from sympy import Expr, Function, Pow, Sum, Symbol
from sympy.tensor.indexed import Indexed

from symconv.core.constants import constants_of
from symconv.core.equation import Equation, Program, find_ignored_classes, find_labels
from symconv.core.nodes import LogSumExp, MaxOver, absolute, relu, step
from symconv.core.proof import Backward
from symconv.core.tensor import Name, Tensor, key_of
from symconv.notation.presets import Notation
from symconv.semantics.index_arithmetic import as_integer
from symconv.semantics.sizes import pick_sizes
from symconv.semantics.work import count_range_values, count_terms

from .errors import MOST_NETWORK
from .extents import name_extents
from .unnamed_numbers import ELU_SCALE, EPSILON, EPSILONS, SLOPE, find_unnamed_numbers

Shape = tuple[int, ...]
HEIGHTS = ("H", "W")
TAKES_SOFTMAX = {"softmax", "log_softmax", "cross_entropy"}
"""The layers that take the softmax of what they read, by their keywords."""

WINDOWED = {"conv", "transposed_conv"}
"""The layers whose parameters slide over an image, by their keywords."""

ACTIVATIONS: Mapping[str, str] = {
    "sigmoid": "sigmoid",
    "silu": "sigmoid",
    "relu": "relu",
    "tanh": "tanh",
    "softplus": "softplus",
}
"""What a text calls f or sigma, by the keyword of the layer that applies it."""

SLOPED = {"leaky_relu", "elu"}
"""The activations that texts write with an alpha, by their keywords."""

POOLING = {"avgpool", "maxpool"}
"""The layers whose windows have no parameters, by their keywords."""


class DifferentiableNetwork(Protocol):
    """What claims need of a network: its forward equations, its backward pass, its notation."""

    @property
    def notation(self) -> Notation:
        """How its entries are written."""

    @property
    def program(self) -> Program:
        """The forward equations."""

    def backward(self, *wrt: str) -> Backward:
        """The backward pass."""


@dataclass(frozen=True, eq=False)
class DerivedNetwork:
    """A network whose backward pass is known; equal only to itself, as networks are."""

    notation: Notation
    program: Program
    derived: Backward

    def backward(self, *wrt: str) -> Backward:  # noqa: ARG002 - everything is derived
        """The backward pass."""
        return self.derived


@dataclass(frozen=True)
class NetworkContext:
    """The programs of a network at one choice of sizes.

    `summing` says that the targets of a cross entropy are drawn as probabilities, which sum to 1.
    """

    forward: Program
    backward: Backward
    notation: Notation
    sizes: tuple[tuple[Symbol, int], ...]
    summing: bool = False

    @property
    def program(self) -> Program:
        return self.backward.program

    @cached_property
    def size_map(self) -> dict[Symbol, int]:
        return dict(self.sizes)

    @cached_property
    def tensors(self) -> dict[str, Tensor]:
        """Every tensor of the forward pass by key, and the masks of its maxima."""
        masks = {t.key: t for t in self.program.tensors if t.role == "mask"}
        return {**masks, **self.forward.by_key}

    @cached_property
    def deltas(self) -> dict[str, Tensor]:
        """The plain key of a forward tensor, and the tensor that holds dC/d(it)."""
        backward = [t for t in self.program.tensors if t.is_derivative]
        return {t.name.plain.key: t for t in backward}

    @cached_property
    def with_summing_targets(self) -> NetworkContext:
        """The same context with targets that sum to 1."""
        return self if self.summing else replace(self, summing=True)

    @cached_property
    def probability_targets(self) -> dict[str, int]:
        """The targets that hold probabilities, with the axis of their classes.

        A cross entropy says of its target that it holds them. They need not be 0 and 1; a target of
        labels is compared with the class, and has no such axis. An input may be a target: of the
        two tensors of a cross entropy it is the one of which no softmax is taken.
        """
        return {
            t.key: t.batch
            for e in self.forward.equations
            if e.kind in {"cross_entropy", "nll_loss"}
            for t in self.forward.in_order(find_compared(e))
            if (t.role == "target" or (t.role == "input" and e.rhs.has(LogSumExp)))
            and not t.positive
        }

    @property
    def cost(self) -> str:
        return self.backward.cost.key

    def shape(self, tensor: Tensor) -> Shape:
        found = self._shapes.get(tensor.name)
        if found is None:
            found = tuple(as_integer(n, self.size_map) for n in tensor.shape)
            self._shapes[tensor.name] = found
        return found

    @cached_property
    def _shapes(self) -> dict[Name, Shape]:
        return {}

    @cached_property
    def layers(self) -> dict[str, list[int | None]]:
        """The layers that carry a letter."""
        found: dict[str, list[int | None]] = {}
        for tensor in self.tensors.values():
            found.setdefault(tensor.name.letter, []).append(tensor.name.layer)
        return found

    @cached_property
    def depths(self) -> dict[str, int]:
        """How many layers with parameters there are up to a tensor: 0 for what the network reads.

        A parameter has the depth of the layer that reads it.
        """
        found = {t.key: 0 for t in self.forward.tensors if t.role == "input"}
        roles = {t.key: t.role for t in self.forward.tensors}
        for e in self.forward.equations:
            before = max((found[k] for k in e.reads if k in found), default=0)
            own = [k for k in e.reads if roles.get(k) == "parameter"]
            found[e.key] = before + bool(own)
            found |= dict.fromkeys(own, found[e.key])
        return found

    def at_depth(self, letter: str, depth: int) -> str:
        """The key of the tensor that a letter means in a layer; empty where there is none.

        The values of layer 0 are the network's input, whatever their letter is.
        """
        carried = [t for t in self.forward.tensors if t.name.letter == letter]
        if depth == 0 and carried and all(t.role == "value" for t in carried):
            inputs = [t.key for t in self.forward.tensors if t.role == "input"]
            return inputs[0] if len(inputs) == 1 else ""
        return next((t.key for t in carried if self.depths.get(t.key) == depth), "")

    def made_in(self, depth: int) -> str:
        """The key of what the parameters of a layer compute; the input for layer 0."""
        if depth == 0:
            inputs = [t.key for t in self.forward.tensors if t.role == "input"]
            return inputs[0] if len(inputs) == 1 else ""
        made = (e.key for e in self.forward.equations if self.depths[e.key] == depth)
        return next(made, "")

    @cached_property
    def last_layer(self) -> int:
        """The number of the last layer: the highest one above a letter, or that are counted."""
        numbers = [n for ns in self.layers.values() for n in ns if n is not None]
        return max(numbers, default=0) or max(self.depths.values(), default=0)

    @cached_property
    def activations(self) -> frozenset[str]:
        """The functions that the network applies entry by entry."""
        kinds = {e.kind for e in self.forward.equations}
        return frozenset(name for kind, name in ACTIVATIONS.items() if kind in kinds)

    @cached_property
    def logits(self) -> frozenset[tuple[str, int | None]]:
        """The letters and layers of the values of which a layer or the cost takes the softmax."""
        taken = [e for e in self.forward.equations if e.kind in TAKES_SOFTMAX]
        keys = {k for e in taken for k in e.reads if self.tensors[k].role in {"input", "value"}}
        names = (self.tensors[k].name for k in keys)
        return frozenset((name.letter, name.layer) for name in names)

    @cached_property
    def statistics(self) -> frozenset[str]:
        """The means and variances that normalising layers take."""
        found = (e for e in self.forward.equations if e.averaged and e.kind.endswith("norm"))
        return frozenset(e.key for e in found if self.tensors[e.key].role == "value")

    @cached_property
    def size_names(self) -> dict[str, int]:
        """The names of sizes: those of the network, and H, W, k_1, k_2 where they are not taken."""
        found = {str(s).replace("_", ""): n for s, n in self.sizes}
        for name, extent in self.size_expressions.items():
            found.setdefault(name, as_integer(extent, self.size_map))
        return found

    @cached_property
    def size_expressions(self) -> dict[str, Expr]:
        """The sizes that have a name without being one of the network's own, by that name."""
        found: dict[str, Expr] = {}
        inputs = [t for t in self.forward.tensors if t.role == "input"]
        for tensor in inputs[:1]:
            found |= dict(zip(HEIGHTS, tensor.shape[-2:], strict=False))
        found |= self._kernel()
        taken = {t.name.letter for t in self.tensors.values()}
        for name, extent in name_extents(self.forward).items():
            if name not in taken:
                found.setdefault(name, extent)
        return found

    @cached_property
    def own_size_names(self) -> frozenset[str]:
        """The names of sizes that are one word: `nh` is the n and the h of two letters."""
        own = {str(s).replace("_", "") for s, _ in self.sizes}
        return frozenset(self.size_names) - (name_extents(self.forward).keys() - own)

    @cached_property
    def layer_numbers(self) -> dict[str, str]:
        """What people call the numbers of layers, where there is one that it can be.

        The names are those of `constants`: a slope below 0, the scale of an ELU, an epsilon.
        """
        found = {name: EPSILON for name in EPSILONS if self._has_one(EPSILON)}
        scales = [n for n in (SLOPE, ELU_SCALE) if n in self.constants]
        if len(scales) == 1 and self._has_one(scales[0]):
            found["alpha"] = scales[0]
            if scales[0] == SLOPE:
                found |= {"slope": SLOPE, "negativeslope": SLOPE}
        return found

    def _has_one(self, name: str) -> bool:
        return name in self.constants and f"{name}2" not in self.constants

    @cached_property
    def constants(self) -> dict[str, Fraction]:
        """The numbers that layers have given a name to, such as epsilon."""
        found = [(c.name, c.value) for c in constants_of(self.forward.equations)]
        found += find_unnamed_numbers(self.forward.equations)
        return {name: Fraction(int(value.p), int(value.q)) for name, value in found}

    def _kernel(self) -> dict[str, Expr]:
        """k1 and k2, when all kernels have the same extents."""
        kernels = {
            t.shape[-2:]
            for t in self.forward.tensors
            if t.role == "parameter" and len(t.shape) in {2, 4} and self.windowed(t)
        }
        if len(kernels) != 1:
            return {}
        extents = kernels.pop()
        return {"k1": extents[0], "k2": extents[1], "k": extents[0]}

    def windowed(self, tensor: Tensor) -> bool:
        """Whether a parameter slides over an image."""
        return any(e.kind in WINDOWED and tensor.key in e.reads for e in self.forward.equations)

    @cached_property
    def sloped(self) -> bool:
        """Whether an activation has a slope, or an alpha, of its own."""
        return any(e.kind in SLOPED for e in self.forward.equations)

    @cached_property
    def sliding(self) -> frozenset[str]:
        """The keys of the kernels: parameters that the sum of a window reads, which no bias is."""
        found = set()
        for e in self.forward.equations:
            if e.kind in WINDOWED:
                read = {key_of(x) for total in e.rhs.atoms(Sum) for x in total.atoms(Indexed)}
                found |= {k for k in read if self.forward.by_key[k].role == "parameter"}
        return frozenset(found)

    @cached_property
    def image_axes(self) -> int:
        """How many axes an image has, along which windows move: one over a vector, else two."""
        for e in self.forward.equations:
            kernels = [self.forward.by_key[k] for k in e.reads if k in self.sliding]
            if kernels:
                return 1 if len(kernels[0].shape) % 2 else 2
            if e.kind in POOLING:
                windows = e.rhs.atoms(Sum, MaxOver)
                return min((len(w.variables) for w in windows), default=2)
        return 2

    @cached_property
    def windows(self) -> bool:
        """Whether any layer moves a window."""
        return any(e.kind in WINDOWED | POOLING for e in self.forward.equations)

    @cached_property
    def kernels(self) -> frozenset[str]:
        """The letters of the parameters that slide over an image."""
        parameters = [t for t in self.forward.tensors if t.role == "parameter"]
        return frozenset(t.name.letter for t in parameters if len(t.shape) > 1 and self.windowed(t))

    def equation(self, key: str) -> Equation | None:
        return self.program.equation(key)

    @cached_property
    def before_cost(self) -> Tensor | None:
        """The value that the cost reads: the network's output."""
        values = [t for t in self.forward.tensors if t.role == "value"]
        return values[-1] if values else None

    @cached_property
    def flips(self) -> bool:
        """Whether the network's convolutions turn their kernel."""
        return any(e.flipped for e in self.forward.equations)

    @cached_property
    def work(self) -> int:
        """How many terms one run of the whole program visits."""
        return sum(self.work_of(e) for e in self.program.equations)

    @property
    def is_too_large(self) -> bool:
        """Whether the network takes too long to be run: claims on it are proved, or left open."""
        return self.work > MOST_NETWORK

    @property
    def says_too_large(self) -> str:
        """Why no claim is tried on the network."""
        return f"the network takes {self.work:,} products a pass, too many to try a claim on"

    @cached_property
    def is_rational(self) -> bool:
        """Whether rational inputs have rational values: without exp, without roots."""
        known = (relu, step, absolute)
        return not any(
            e.rhs.has(LogSumExp)
            or any(not isinstance(f, known) for f in e.rhs.atoms(Function))
            or any(not p.exp.is_integer for p in e.rhs.atoms(Pow))
            for e in self.program.equations
        )

    @cached_property
    def has_roots(self) -> bool:
        """Whether the network takes square roots."""
        powers = (p for e in self.program.equations for p in e.rhs.atoms(Pow))
        return any(not p.exp.is_integer for p in powers)

    def work_of(self, equation: Equation) -> int:
        """How many terms the entries of one equation visit."""
        found = self._work.get(id(equation))
        if found is None:
            sizes = self.size_map
            terms = count_range_values(equation.ranges, sizes) * count_terms(equation.rhs, sizes)
            # The equation is kept with its number, so that no other one gets its identity.
            found = self._work[id(equation)] = equation, terms
        return found[1]

    @cached_property
    def _work(self) -> dict[int, tuple[Equation, int]]:
        return {}

    @cached_property
    def targets(self) -> list[Tensor]:
        return [t for t in self.forward.tensors if t.role == "target"]


def build_context(
    network: DifferentiableNetwork, sizes: Mapping[Symbol, int] | None = None
) -> NetworkContext:
    """The programs at given sizes, or at small ones; a network of numbers has one choice only."""
    backward = network.backward()
    chosen = pick_sizes(backward.program, 0) if sizes is None else sizes
    ordered = tuple(sorted(chosen.items(), key=lambda item: str(item[0])))
    return NetworkContext(network.program, backward, network.notation, ordered)


def find_compared(cost: Equation) -> frozenset[str]:
    """What a cross entropy reads beside its logits and class numbers, by key."""
    logits = {key_of(a) for e in cost.rhs.atoms(LogSumExp) for a in e.atoms(Indexed)}
    labels = find_labels((cost,)).keys() | find_ignored_classes((cost,)).keys()
    return cost.reads - logits - labels
