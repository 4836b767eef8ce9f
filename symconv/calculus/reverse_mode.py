"""Reverse mode: every dC/d(value) is derived once, backwards, and named: its delta."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, count
from typing import Literal

from sympy import Add, Expr, Integer, S
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation, Program, count_labels
from symconv.core.nodes import Partial
from symconv.core.proof import Backward, Derivation
from symconv.core.tensor import Name, Tensor, index

from .affine import MixedRadix, find_mixed_radix
from .binders import fresh_symbol, index_symbols, sum_over
from .derivation_work import DerivationWork, NetworkWork
from .derivative import active_tensors
from .forward_reuse import ForwardReuse, Mask, find_masks
from .rewrite_chain import RewriteChain, rewrite_partials


@dataclass(frozen=True)
class Consumer:
    """An equation that reads the tensor, and the delta of what it computes (None for the cost)."""

    equation: Equation
    delta: Tensor | None


def derive_gradient(  # noqa: PLR0913, PLR0917 - a derivation depends on exactly these
    tensor: Tensor,
    result: Tensor,
    cost: Tensor,
    consumers: tuple[Consumer, ...],
    recognition: ForwardReuse,
    work: DerivationWork,
) -> Derivation:
    """The derivative of the cost by every entry of `tensor`, as an equation for `result`.

    Unsupported where it takes more `work` than a network may.
    """
    axes = () if tensor.scalar else free_axes(tensor, [c.equation for c in consumers])
    ranges = tuple(r for digits in axes for r in digits.ranges)
    by = tensor[tuple(digits.place for digits in axes) or (S.Zero,)]
    chain = RewriteChain(Partial(cost[0], by), work)
    if consumers:
        _apply_chain_rule(chain, by, consumers)
        chain.differentiate(recognition)
        chain.collapse(axes, ranges)
        chain.tidy(recognition)
    else:
        chain.apply("no dependence", lambda _: Add())
    via = tuple(c.equation for c in consumers)
    averaged = tuple(dict.fromkeys(n for e in via for n in e.averaged))
    equation = Equation(result[by.indices], chain.formula, ranges, averaged=averaged)
    return Derivation(tensor, equation, tuple(chain.steps), via)


def free_axes(tensor: Tensor, equations: list[Equation]) -> tuple[MixedRadix, ...]:
    """A primed index for each axis of the tensor, or one a digit where it is read in blocks.

    An axis of one entry needs none.
    """
    taken = {s for e in equations for s in index_symbols(e.rhs) | index_symbols(e.lhs)}
    found: list[MixedRadix] = []
    for axis, (letter, extent) in enumerate(zip(tensor.axes, tensor.shape, strict=True)):
        if extent == 1:
            found.append(MixedRadix((), ()))
            continue
        # An axis that is read as one index is a number of one digit.
        whole = MixedRadix(((S.One, extent),), (index(letter),))
        digits = find_mixed_radix(tensor, axis, equations) or whole
        primed = tuple(fresh_symbol(index(v.name + "'"), taken) for v in digits.symbols)
        # Two axes may prefer the same letter.
        taken |= set(primed)
        found.append(MixedRadix(digits.digits, primed))
    return tuple(found)


def _apply_chain_rule(chain: RewriteChain, by: Indexed, consumers: tuple[Consumer, ...]) -> None:
    """The chain rule over every equation that reads the tensor, and what these compute."""
    chain.apply("chain rule", lambda _: Add(*(chain_rule(c, by) for c in consumers)))
    meaning: dict[Expr, Expr] = {c.equation.lhs: c.equation.rhs for c in consumers}
    chain.apply(
        "definition", lambda e: rewrite_partials(e, lambda node: insert_definition(node, meaning))
    )


def chain_rule(consumer: Consumer, by: Indexed) -> Expr:
    """dC/dT[q] = sum over the outputs: delta * d(output)/dT[q]."""
    equation = consumer.equation
    inner = Partial(equation.lhs, by)
    if consumer.delta is None:
        return inner
    return sum_over(consumer.delta[equation.lhs.indices] * inner, equation.ranges)


def insert_definition(node: Partial, meaning: Mapping[Expr, Expr]) -> Expr | None:
    """d y[i] = d (what the layer computes for y[i])."""
    return Partial(meaning[node.of], node.by) if node.of in meaning else None


def reverse_mode(forward: Program, wrt: tuple[Tensor, ...]) -> Backward:
    """The gradients of the cost by the tensors `wrt`; every value between gets a named delta."""
    return _ReverseMode(forward, wrt).run()


def derivative_tensor(tensor: Tensor) -> Tensor:
    """The tensor that holds dC/d(tensor): a delta inside the network, else a gradient."""
    kind: Literal["delta", "gradient"] = "delta" if tensor.role == "value" else "gradient"
    return replace(tensor, name=replace(tensor.name, kind=kind), role=kind)


@dataclass(frozen=True)
class _ReverseMode:
    """One run of reverse mode."""

    forward: Program
    wrt: tuple[Tensor, ...]

    @cached_property
    def output(self) -> Tensor:
        return self.forward.tensor(self.forward.output)

    @cached_property
    def seed(self) -> Tensor | None:
        """The delta of the output; a cost needs none, since dC/dC = 1."""
        return None if self.output.scalar else derivative_tensor(self.output)

    @cached_property
    def cost(self) -> Tensor:
        """The cost, or the name of any scalar that depends on the output."""
        letters = {t.name.letter for t in self.forward.tensors}
        # C may also be the number of channels.
        letters |= {str(s) for t in self.forward.tensors for n in t.shape for s in n.free_symbols}
        longer = ("Cost" + "x" * n for n in count())
        free = next(c for c in chain(("C", "E", "L"), longer) if c not in letters)
        return (
            self.output if self.output.scalar else Tensor(Name(free), (Integer(1),), "cost", ("i",))
        )

    @cached_property
    def masks(self) -> dict[str, tuple[Mask, ...]]:
        """The masks of an equation's maxima, by the key of what it defines."""
        return find_masks(self.forward)

    @cached_property
    def reads(self) -> dict[str, frozenset[str]]:
        """The keys of the tensors that each equation reads, by the key of what it defines."""
        return {e.key: active_tensors(e.rhs) for e in self.forward.equations}

    @cached_property
    def readers(self) -> dict[str, list[Equation]]:
        """The equations that read a tensor, by its key, in order."""
        found: dict[str, list[Equation]] = {t.key: [] for t in self.forward.tensors}
        for equation in self.forward.equations:
            for key in sorted(self.reads[equation.key]):
                found[key].append(equation)
        return found

    def run(self) -> Backward:
        items: list[Equation | Derivation] = []
        deltas = {self.output.key: self.seed}
        work, labels = NetworkWork(), count_labels(self.forward.equations)
        for tensor in self._order():
            consumers = tuple(self._consumers(tensor, deltas))
            masks = [m.equation for c in consumers for m in self.masks.get(c.equation.key, ())]
            result = derivative_tensor(tensor)
            known = ForwardReuse(tuple(c.equation for c in consumers), tuple(masks), labels)
            derivation = derive_gradient(
                tensor, result, self.cost, consumers, known, work.derivation(tensor.key)
            )
            # A mask goes in front of the first delta that reads it.
            items += [m for m in masks if m not in items]
            items.append(derivation)
            deltas[tensor.key] = result
        results = tuple(derivative_tensor(t) for t in self.wrt)
        program = self._program(items, tuple(t for t in deltas.values() if t))
        return Backward(tuple(items), self.wrt, results, self.seed, self.cost, program)

    def _order(self) -> Iterator[Tensor]:
        """The tensors to differentiate by, each after every value that reads it."""
        wanted = {t.key for t in self.wrt}
        between = self._between(wanted)
        given = [t for t in self.wrt if t.key not in self.reads]
        # Weights before inputs, wherever both can be had: a stable sort keeps the order asked for.
        given.sort(key=lambda t: t.role != "parameter")
        for equation in reversed(self.forward.equations):
            if equation.key in between and equation.key != self.output.key:
                yield self.forward.tensor(equation.key)
            here = (t for t in given if t.key in self.reads[equation.key])
            # Walking backwards, the first reader is met last: then the deltas of all its readers
            # are there.
            yield from (t for t in here if self.readers[t.key][0] is equation)
        yield from (t for t in given if not self.readers[t.key])

    def _between(self, wanted: set[str]) -> set[str]:
        """The values that depend on a wanted tensor and on which the output depends."""
        found = set(wanted)
        for key, read in self.reads.items():
            found |= {key} if read & found else set()
        # A value without a path to the output has derivative 0, one without a path to a tensor
        # asked for is not needed: neither gets a delta. Naming every delta keeps derivation and
        # code linear in the depth (substituting them grows quadratically at best).
        return found & self._influential

    @cached_property
    def _influential(self) -> set[str]:
        """The tensors on which the output depends, and the output."""
        found = {self.output.key}
        for key, read in reversed(self.reads.items()):
            found |= read if key in found else set()
        return found

    def _consumers(self, tensor: Tensor, deltas: dict[str, Tensor | None]) -> Iterator[Consumer]:
        """The equations through which the cost sees the tensor."""
        for equation in self.readers[tensor.key]:
            if equation.key in deltas:
                yield Consumer(equation, deltas[equation.key])

    def _program(self, items: list[Equation | Derivation], deltas: tuple[Tensor, ...]) -> Program:
        """Forward and backward equations as one program."""
        equations = tuple(i.equation if isinstance(i, Derivation) else i for i in items)
        keys = {e.key for e in equations}
        masks = (m.tensor for some in self.masks.values() for m in some)
        return replace(
            self.forward,
            tensors=(*self.forward.tensors, *(m for m in masks if m.key in keys), *deltas),
            equations=self.forward.equations + equations,
        )
