"""Equations of the index language, programs of them, and which of their tensors are labels."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from sympy import Basic, Expr, Integer, S, Symbol
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.tensor.indexed import Indexed

from .nodes import Equals
from .tensor import Role, Tensor, key_of

Ranges = tuple[tuple[Symbol, Expr], ...]
GIVEN: tuple[Role, ...] = ("input", "parameter", "target")


@dataclass(frozen=True)
class Equation:
    """`lhs` = `rhs` for every value of the indices in `ranges` ((index, extent), starting at 0).

    `lhs` is an access of the tensor that the equation defines. Its indices may be affine
    (`y[c*H*W + i*W + j]`) as long as no entry is written twice. `title` names the layer in words,
    for readers only. What code asks is stated beside it: `kind` is the keyword of the layer
    (`conv`; `equation` for one's own, "" for what is derived), `flipped` says that a kernel is read
    backwards through its window.
    `averaged` says over how many values each mean of the definition is taken: where sizes are
    numbers, the factor 1/2 of a sum of two terms does not tell.
    """

    lhs: Indexed
    rhs: Expr
    ranges: Ranges
    title: str = ""
    kind: str = ""
    flipped: bool = False
    averaged: tuple[Expr, ...] = ()

    # Asked for again and again in a deep network: what follows is found once and kept.
    @cached_property
    def key(self) -> str:
        """The key of the tensor that the equation defines."""
        return key_of(self.lhs)

    @cached_property
    def reads(self) -> frozenset[str]:
        """The keys of the tensors whose entries stand on the right side."""
        return frozenset(key_of(a) for a in self.rhs.atoms(Indexed))

    @cached_property
    def comparisons(self) -> tuple[tuple[str, Expr | None], ...]:
        """Each tensor of labels with the extent of the index that it is compared with, or None."""
        return tuple(_find_comparisons(self))

    @cached_property
    def size_symbols(self) -> frozenset[Symbol]:
        """The symbols that are no index, bound or free, and no tensor's name."""
        sides = (self.lhs, self.rhs)
        bound = {v for e in sides for b in e.atoms(ExprWithLimits) for v in b.variables}
        names = {a.base.label for e in sides for a in e.atoms(Indexed)}
        extents = set[Basic]().union(*(n.free_symbols for _, n in self.ranges))
        found = extents.union(*(e.atoms(Symbol) for e in sides)) - bound - names
        indices = {v for v, _ in self.ranges}
        return frozenset(s for s in found - indices if isinstance(s, Symbol))

    def averages(self, number: Expr) -> bool:
        """Whether a sum of that many values, divided by their number, is meant as their mean.

        It is where the definition says so, and where the number is made of size symbols alone.
        """
        return number in self.averaged or bool(
            number.free_symbols and number.as_coeff_Mul()[0] == 1
        )


@dataclass(frozen=True)
class SizeDefinition:
    """A size symbol and its value, e.g. H_o = floor((H + 2p - d(k - 1) - 1)/s) + 1.

    `numerator` and `stride` state it as floor(numerator / stride) + 1, because `floor` never enters
    a formula.
    """

    symbol: Symbol
    numerator: Expr
    stride: Expr


@dataclass(frozen=True)
class Program:
    """Tensors and the equations between them, in static single assignment.

    The same record holds a network's forward pass and, after reverse mode, forward and backward.
    `output` is the key of the tensor the program ends in.
    """

    tensors: tuple[Tensor, ...]
    equations: tuple[Equation, ...]
    output: str
    sizes: tuple[SizeDefinition, ...] = ()

    # A program is asked for its hash wherever something is kept for it, and its own would go
    # through every formula each time.
    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.tensors, self.equations, self.output, self.sizes))

    @cached_property
    def by_key(self) -> dict[str, Tensor]:
        return {t.key: t for t in self.tensors}

    def tensor(self, access: Indexed | str) -> Tensor:
        """The tensor behind an access or a key; KeyError where there is none."""
        return self.by_key[access if isinstance(access, str) else key_of(access)]

    def equation(self, key: str) -> Equation | None:
        """The equation that defines a tensor; None for what is given from outside."""
        found = self.writers.get(key)
        return found[0] if found else None

    @cached_property
    def writers(self) -> dict[str, tuple[Equation, ...]]:
        """The equations that define a tensor, by its key: one, or one a block of entries."""
        return _group((e.key, e) for e in self.equations)

    @cached_property
    def readers(self) -> dict[str, tuple[Equation, ...]]:
        """The equations that read a tensor, by its key, in order."""
        return _group((key, e) for e in self.equations for key in e.reads)

    @cached_property
    def derivative_tensors(self) -> dict[str, Tensor]:
        """The tensor that holds the derivative of the cost by a tensor, by the key of that."""
        return {t.name.plain.key: t for t in reversed(self.tensors) if t.is_derivative}

    def part(self, equations: tuple[Equation, ...]) -> Program:
        """Some of the equations, with the tensors that they define and read."""
        keys = {k for e in equations for k in (e.key, *e.reads)}
        return replace(self, equations=equations, tensors=self.in_order(keys))

    def in_order(self, keys: Iterable[str]) -> tuple[Tensor, ...]:
        """The tensors of these keys in the order of the program."""
        return tuple(self.by_key[k] for k in sorted(set(keys), key=self._positions.__getitem__))

    @cached_property
    def _positions(self) -> dict[str, int]:
        """The place of every tensor in the program, by its key."""
        return {key: n for n, key in enumerate(self.by_key)}

    @cached_property
    def free_sizes(self) -> tuple[Symbol, ...]:
        """The size symbols that no definition gives a value, in a fixed order."""
        found: set[Basic] = set()
        for tensor in self.tensors:
            found |= set().union(*(n.free_symbols for n in tensor.shape))
        for definition in self.sizes:
            found |= definition.numerator.free_symbols | definition.stride.free_symbols
        for equation in self.equations:
            found |= equation.size_symbols
        # What has a definition is computed, not drawn.
        found -= {d.symbol for d in self.sizes}
        return tuple(sorted((s for s in found if isinstance(s, Symbol)), key=str))

    @cached_property
    def given(self) -> tuple[Tensor, ...]:
        """What the caller passes: inputs, then parameters, then targets.

        A delta that no equation computes is given, too, but to the backward pass alone: that is
        `Backward.seed`.
        """
        computed = {e.key for e in self.equations}
        found = [t for t in self.tensors if t.role in GIVEN and t.key not in computed]
        return tuple(sorted(found, key=lambda t: GIVEN.index(t.role)))

    @cached_property
    def derivatives(self) -> tuple[Equation, ...]:
        """The equations that compute deltas and gradients, without the masks beside them."""
        return tuple(e for e in self.equations if self.tensor(e.key).is_derivative)

    def required(self, keys: Iterable[str], known: Collection[str] = ()) -> tuple[Equation, ...]:
        """The equations that some tensors depend on, in order; what is `known` needs none."""
        wanted, found = set(keys), list[Equation]()
        # One sweep from the back is enough: in static single assignment an equation reads only what
        # stands in front of it.
        for equation in reversed(self.equations):
            if equation.key in wanted and equation.key not in known:
                wanted |= equation.reads
                found.append(equation)
        return tuple(reversed(found))


def _group(pairs: Iterable[tuple[str, Equation]]) -> dict[str, tuple[Equation, ...]]:
    """The equations of each key, in order."""
    found: dict[str, list[Equation]] = {}
    for key, equation in pairs:
        found.setdefault(key, []).append(equation)
    return {key: tuple(some) for key, some in found.items()}


def find_labels(equations: Iterable[Equation]) -> dict[str, Expr | None]:
    """How many classes each tensor of labels chooses from, by key.

    That is the extent of the index that its entries are compared with; None where it is no index.
    What is only picked out of another tensor, entry by entry, has its labels.
    """
    known = tuple(equations)
    found = dict(pair for equation in known for pair in equation.comparisons)
    for equation in reversed(known):
        if equation.key in found and isinstance(equation.rhs, Indexed):
            found.setdefault(key_of(equation.rhs), found[equation.key])
    return found


def _find_comparisons(equation: Equation) -> Iterator[tuple[str, Expr | None]]:
    """Each tensor of labels with the extent of the index that it is compared with."""
    # SymPy's `atoms` is a set whose order changes with the hash seed: unsorted, the generated files
    # would change from run to run. The same holds wherever `atoms` is sorted.
    brackets = sorted(equation.rhs.atoms(Equals), key=str)
    extents: dict[Expr, Expr] = dict(equation.ranges)
    # A class number may be compared with a bound index too, as in the sum over classes.
    for binder in sorted(equation.rhs.atoms(ExprWithLimits), key=str) if brackets else ():
        extents |= {v: high + 1 for v, _, high in binder.limits}
    for bracket in brackets:
        # One class by its number does not say how many there are.
        if isinstance(bracket.label, Indexed) and not bracket.place.is_number:
            yield key_of(bracket.label), extents.get(bracket.place)


def find_ignored_classes(equations: Iterable[Equation]) -> dict[str, frozenset[int]]:
    """The labels that the entries of a tensor of labels are compared with by number, by key.

    Those of a tensor are those of its copies, too.
    """
    known, found = tuple(equations), dict[str, frozenset[int]]()
    for bracket in (b for e in known for b in e.rhs.atoms(Equals)):
        if isinstance(bracket.label, Indexed) and bracket.place.is_Integer:
            key = key_of(bracket.label)
            found[key] = found.get(key, frozenset()) | {int(bracket.place)}
    copies = [(e.key, key_of(e.rhs)) for e in known if isinstance(e.rhs, Indexed)] if found else []
    for one, other in (*reversed(copies), *((source, key) for key, source in copies)):
        if one in found:
            found[other] = found.get(other, frozenset()) | found[one]
    return found


def class_counts(equations: Iterable[Equation]) -> dict[str, Expr]:
    """How many classes each tensor of class numbers chooses from, by key.

    That is the extent of the index that its entries are compared with, and 1 where that is no plain
    index.
    """
    return {key: S.One if n is None else n for key, n in find_labels(equations).items()}


def find_labels_outside(equations: Iterable[Equation]) -> dict[str, tuple[int, ...]]:
    """The ignored labels by key, in order, that may be none of the classes, such as -100."""
    known = tuple(equations)
    counts, ignored = class_counts(known), find_ignored_classes(known)
    found = {key: labels_outside(some, counts.get(key, S.One)) for key, some in ignored.items()}
    return {key: some for key, some in found.items() if some}


def labels_outside(labels: Iterable[int], count: Expr) -> tuple[int, ...]:
    """The labels that are not known to be one of so many classes, in order."""
    return tuple(n for n in sorted(labels) if n < 0 or not (count - n).is_positive)


def count_labels(equations: Iterable[Equation]) -> dict[str, tuple[Expr, ...]]:
    """By key how many classes there are, then the labels that may stand beside these.

    Only where the entries are compared with a plain index.
    """
    known = tuple(equations)
    outside = find_labels_outside(known)
    return {
        key: (n, *map(Integer, outside.get(key, ())))
        for key, n in find_labels(known).items()
        if n is not None
    }


def checkable_labels(equations: Iterable[Equation]) -> dict[str, tuple[Expr, ...]]:
    """`count_labels` of what is given.

    A tensor that the equations compute is not among them: what it is made of is checked.
    """
    known = tuple(equations)
    computed = {equation.key for equation in known}
    return {key: some for key, some in count_labels(known).items() if key not in computed}
