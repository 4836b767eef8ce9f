"""What the names of a program mean when a formula is arranged for display."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sympy import Symbol
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation, Program, SizeDefinition
from symconv.core.errors import SymconvError
from symconv.core.nodes import OneHot, Partial
from symconv.core.proof import Derivation, equation_of
from symconv.core.tensor import Name, Role, key_of
from symconv.notation.index_letters import is_index
from symconv.notation.index_order import IndexOrder, index_order
from symconv.notation.presets import IJ0, Notation
from symconv.notation.signs import TensorSign

from .tree import DisplayDerivative, DisplayEntry, DisplaySymbol, DisplayTree

SYMBOL = re.compile(
    r"(?P<letter>[A-Za-z]+?)(?P<digits>\d*)"
    r"(?:_\{?(?P<subscript>[A-Za-z0-9,]+)\}?)?(?:\^\{?(?P<superscript>[A-Za-z0-9]+)\}?)?(?P<primes>'*)"
)
TENSOR = re.compile(r"(?:(?P<kind>delta|gradient) )?(?P<letter>[^ ^]+)(?:\^(?P<layer>\d+))?")


@dataclass(frozen=True)
class DisplayNames:
    """How a program's names are shown: notation, roles by key and by letter, cost, sizes.

    `order` is the order of index letters in a sum.
    """

    notation: Notation = IJ0
    roles: Mapping[str, Role] = field(default_factory=dict)
    letters: Mapping[str, Role] = field(default_factory=dict)
    short_deltas: bool = False
    cost: str = "C"
    sizes: tuple[SizeDefinition, ...] = ()
    order: IndexOrder = field(default_factory=dict)


def collect_names(
    program: Program, backward: Sequence[Derivation | Equation], notation: Notation
) -> DisplayNames:
    """The names of a forward program together with its backward pass."""
    equations = [*program.equations, *map(equation_of, backward)]
    refuse_clashes(program, equations, notation)
    refuse_equal_signs(program, equations, notation)
    roles = {t.key: t.role for t in program.tensors}
    roles |= {item.of.key: item.of.role for item in backward if isinstance(item, Derivation)}
    roles |= {e.key: "mask" for e in equations if isinstance(e.rhs, OneHot)}
    letters = {tensor_name(key).letter: role for key, role in roles.items()}
    short = _has_one_delta_letter(equations, notation)
    cost = _cost_letter(program, backward)
    order = index_order(program.equations)
    return DisplayNames(notation, roles, letters, short, cost, program.sizes, order)


def refuse_clashes(program: Program, equations: Sequence[Equation], notation: Notation) -> None:
    """An index cannot be shown by a letter that a size or a tensor has."""
    symbols = {s for e in equations for side in (e.lhs, e.rhs) for s in side.atoms(Symbol)}
    symbols |= {s for t in program.tensors for n in t.shape for s in n.atoms(Symbol)}
    sizes = {s.name for s in symbols if s.is_nonnegative}
    taken = sizes | {t.name.letter for t in program.tensors}
    indices = {s.name.rstrip("'") for s in symbols if is_index(s)}
    for old, new in notation.shown_letters:
        if old in indices and new in taken:
            raise SymconvError(
                f"the index {old} cannot be shown as {new}: that is a size or a tensor",
                help="choose another letter for the index",
            )
    known = [old for old, _ in notation.shown_letters if old in sizes]
    if known:
        raise SymconvError(f"{known[0]} is a size; only index letters can be replaced")


def refuse_equal_signs(program: Program, equations: Sequence[Equation], notation: Notation) -> None:
    """A sign cannot be that of another tensor, of a size or of an index."""
    hand = notation.hand
    if not hand.signs:
        return
    tensors = {t.name.plain for t in program.tensors}
    shown = {name: hand.sign(name) or TensorSign(name.letter) for name in tensors}
    own = {name: sign for name, sign in shown.items() if hand.sign(name)}
    symbols = {s for e in equations for side in (e.lhs, e.rhs) for s in side.atoms(Symbol)}
    letters = dict(notation.shown_letters)
    bare = {s.name.rstrip("'") for s in symbols if s.is_integer}
    bare = {letters.get(letter, letter) for letter in bare}
    for name, sign in sorted(own.items()):
        same = [n for n, s in shown.items() if n.letter != name.letter and s == sign]
        if same or (sign.is_bare and sign.letter in bare):
            other = min(same).key if same else "a size or an index"
            raise SymconvError(
                f"{name.key} cannot be written as {sign.latex()}: so is {other}",
                help="another letter, font or accent for it",
            )


def _cost_letter(program: Program, backward: Sequence[Derivation | Equation]) -> str:
    """The cost of the program, or the scalar that the derivations differentiate, or C."""
    costs = [t.name.letter for t in program.tensors if t.role == "cost"]
    starts = [d.steps[0].before for d in backward if isinstance(d, Derivation) and d.steps]
    scalars = [e.of for e in starts if isinstance(e, Partial) and isinstance(e.of, Indexed)]
    costs += [key_of(e) for e in scalars if e.base.shape == (1,)]
    return [*costs, "C"][0]


def _has_one_delta_letter(equations: Sequence[Equation], notation: Notation) -> bool:
    """Whether every error signal belongs to the same letter, so that its layer is name enough."""
    accesses = {a for e in equations for side in (e.lhs, e.rhs) for a in side.atoms(Indexed)}
    names = {tensor_name(key_of(a)) for a in accesses}
    return notation.deltas == "shortest" and len({n.letter for n in names if n.kind == "delta"}) < 2


def tensor_name(key: str) -> Name:
    """The name behind a key: `gradient w^1` is the gradient by w of layer 1."""
    match = TENSOR.fullmatch(key)
    if match is None:
        return Name(key)
    layer = match["layer"]
    kind = match["kind"] or ""
    return Name(match["letter"], None if layer is None else int(layer), kind)  # type: ignore[arg-type]


def display_entry(name: Name, places: tuple[DisplayTree, ...], names: DisplayNames) -> DisplayTree:
    """An access by name: gradients become dC/d(entry), deltas as short as the program allows."""
    partial = name.kind == "delta" and names.notation.deltas == "partial"
    if name.kind == "gradient" or partial:
        return DisplayDerivative(DisplayEntry(Name(names.cost)), DisplayEntry(name.plain, places))
    if name.kind == "delta" and names.short_deltas:
        return DisplayEntry(Name("", name.layer, "delta"), places)
    return DisplayEntry(name, places)


def parse_symbol(name: str, *, entry: bool, cost: str | None = None) -> DisplayTree:
    """A symbol's name taken apart: `k1` is k with subscript 1, `w_3^1` an entry of layer 1.

    `dC/dw_3^1` is a derivative, of `cost` where that is given.
    """
    if entry and (derivative := re.fullmatch(r"d([A-Za-z][A-Za-z0-9]*)/d(.+)", name)):
        return DisplayDerivative(
            DisplaySymbol(cost or derivative[1], entry=True),
            parse_symbol(derivative[2], entry=True),
        )
    match = SYMBOL.fullmatch(name)
    if match is None:
        return DisplaySymbol(name, entry=entry)
    letter, digits, subscript = match["letter"], match["digits"], match["subscript"] or ""
    if entry or subscript:
        letter, digits = letter + digits, ""
    return DisplaySymbol(
        letter, digits + subscript, match["superscript"] or "", len(match["primes"]), entry=entry
    )
