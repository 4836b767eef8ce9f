"""What the names on a page mean: the tensors, indices and sizes of one network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sympy import Expr, Symbol
from sympy.tensor.indexed import Indexed, IndexedBase

from symconv.core.nodes import NamedNumber, Partial
from symconv.core.tensor import key_of

Bounds = tuple[Expr, Expr, Expr]


@dataclass(frozen=True)
class KnownNames:
    """The names of a network.

    `bases` are the tensors by key, `symbols` the indices and sizes by the name that is shown,
    `scalars` the keys of tensors that are one number. `ranges` are those of sums that name their
    index alone. `partial` says that an error signal is written as the derivative that it is;
    `index_base` is the number of the first entry.
    """

    bases: Mapping[str, IndexedBase]
    symbols: Mapping[str, Symbol | NamedNumber]
    scalars: frozenset[str] = frozenset()
    ranges: Mapping[Expr, Bounds] = field(default_factory=dict)
    partial: bool = False
    index_base: int = 0

    def letters(self) -> set[str]:
        """The letters that tensors have; a superscript on one is its layer."""
        return {key.split(" ")[-1].split("^")[0] for key in self.bases} | {"delta"}

    def symbol(self, letter: str, sub: str, primes: str) -> Symbol | NamedNumber | None:
        """`k_1` is k1, `H_o` is H_o."""
        for spelled in (f"{letter}{sub}{primes}", f"{letter}_{sub}{primes}"):
            if spelled in self.symbols:
                return self.symbols[spelled]
        return None

    def key(self, letter: str, above: str) -> str | None:
        """The key of a tensor; an error signal may be named by its layer alone."""
        if letter != "delta":
            return next((k for k in (f"{letter}^{above}", letter) if k in self.bases), None)
        plain = above.replace("{", "").replace("}", "").replace("\\", "")
        deltas = [k for k in self.bases if k.startswith("delta ")]
        exact = [k for k in deltas if k == f"delta {plain}"]
        short = [k for k in deltas if k.endswith(f"^{plain}") or (not plain and "^" not in k)]
        return [*exact, *(short if len(short) == 1 else ())][0] if exact or short else None

    def derivative(self, of: Expr, by: Expr) -> Expr:
        """A derivative that is still to be done, or the error signal that is written as one."""
        cost = isinstance(of, Indexed) and key_of(of) in self.scalars
        if self.partial and cost and isinstance(by, Indexed):
            error = self.bases.get(f"delta {key_of(by)}")
            if error is not None:
                return Indexed(error, *by.indices)
        return Partial(of, by)


def index_symbols_by_name(
    expressions: Iterable[Expr], letters: Iterable[tuple[str, str]] = ()
) -> dict[str, Symbol | NamedNumber]:
    """The indices and sizes of formulas by the name that is shown; `letters` as in a notation.

    Numbers that have a name are among them.
    """
    formulas = tuple(expressions)
    found = {s for e in formulas for s in e.atoms(Symbol) if s.is_integer}
    shown = dict(letters)
    numbers = {n.name: n for e in formulas for n in e.atoms(NamedNumber)}
    return numbers | {_display_name(s, shown): s for s in sorted(found, key=str)}


def _display_name(symbol: Symbol, letters: Mapping[str, str]) -> str:
    """`i'` is shown as `r'` where i is shown as r; sizes keep their names."""
    bare = symbol.name.rstrip("'")
    if symbol.is_nonnegative or bare not in letters:
        return str(symbol.name)
    return letters[bare] + symbol.name[len(bare) :]
