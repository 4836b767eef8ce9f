"""Notations: how entries and indices are written, as three presets and the names they give."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import prod
from typing import Literal

from sympy import Symbol

from symconv.core.errors import SymconvError, did_you_mean
from symconv.core.tensor import Tensor

from .hand import PLAIN_HAND, Hand

Letters = tuple[tuple[str, str], ...]
CHOICES: Mapping[str, tuple[object, ...]] = {
    "index_base": (0, 1),
    "style": ("grid", "flat"),
    "deltas": ("shortest", "full", "partial"),
}


@dataclass(frozen=True)
class Notation:
    """How a network is written down.

    `index_base` is the number of the first entry. `style` says how single entries are named: by
    their place in the grid (`w_{1,0}^{1}`) or by one row-major number (`w_3^1`). The layer is
    always the superscript. `deltas` names an error signal by its layer alone (`delta^1`) wherever
    that is enough, or always by its tensor, or as the derivative that it is (`dC/do`). `letters`
    replaces index letters, as in `{"i": "r"}`; an index that already has the new letter takes the
    old one. `hand` gives tensors signs of one's own. `assumed` says that nobody asked for it: a
    claim in another one is answered in that.
    """

    name: str
    index_base: Literal[0, 1] = 0
    style: Literal["grid", "flat"] = "grid"
    deltas: Literal["shortest", "full", "partial"] = "shortest"
    letters: Letters | Mapping[str, str] = ()
    hand: Hand = PLAIN_HAND
    assumed: bool = field(default=False, compare=False)

    def __post_init__(self) -> None:
        for choice, allowed in CHOICES.items():
            if getattr(self, choice) not in allowed:
                given = getattr(self, choice)
                raise SymconvError(
                    f"a notation has no {choice} {given!r}",
                    help=did_you_mean(str(given), map(str, allowed)),
                )
        object.__setattr__(self, "letters", complete_permutation(self.shown_letters))

    @property
    def shown_letters(self) -> Letters:
        """Pairs: the letter that an index has inside, and the one that is shown."""
        return tuple(self.letters.items() if isinstance(self.letters, Mapping) else self.letters)


def complete_permutation(pairs: Letters) -> Letters:
    """The replacements completed to a permutation of letters; SymconvError where two collide."""
    for letter in (letter for pair in pairs for letter in pair):
        if not re.fullmatch("[a-zA-Z]", letter):
            raise SymconvError(f"an index is one letter, not {letter!r}")
    given = dict(pairs)
    if len(given) < len(pairs) or len(set(given.values())) < len(given):
        raise SymconvError("two indices would get the same letter")
    found = dict(given)
    for start in set(given.values()) - given.keys():
        end = next(old for old, new in given.items() if new == start)
        backwards = {new: old for old, new in given.items()}
        while end in backwards:
            end = backwards[end]
        found[start] = end
    return tuple(sorted(found.items()))


IJ0 = Notation("ij0", 0, "grid")
ASSUMED = replace(IJ0, assumed=True)
"""The notation where nothing is said."""

IJ1 = Notation("ij1", 1, "grid")
FLAT1 = Notation("flat1", 1, "flat")
PRESETS = {notation.name: notation for notation in (IJ0, IJ1, FLAT1)}


def find_notation(name: str) -> Notation:
    """The preset of that name; an unknown name is answered with the nearest known one."""
    if name not in PRESETS:
        raise SymconvError(f"no notation is called {name!r}", help=did_you_mean(name, PRESETS))
    return PRESETS[name]


def entry_number(tensor: Tensor, place: tuple[int, ...], base: int) -> int:
    """The row-major number of an entry: base + sum_a place[a] * (product of the later extents)."""
    shape = [int(extent) for extent in tensor.shape]
    return base + sum(p * prod(shape[axis + 1 :]) for axis, p in enumerate(place))


def entry_subscript(tensor: Tensor, place: tuple[int, ...], notation: Notation) -> str:
    """`3` in a flat notation, `2,1` in a grid; nothing for a scalar."""
    if list(tensor.shape) == [1] and tensor.role in {"cost", "parameter"}:
        return ""
    if notation.style == "flat":
        return str(entry_number(tensor, place, notation.index_base))
    return ",".join(str(p + notation.index_base) for p in place)


def entry_name(tensor: Tensor, place: tuple[int, ...], notation: Notation) -> str:
    """The text form of one entry; `place` counts from 0.

    Entry (1, 0) of a 2x2 tensor w of layer 1 is `w_3^1` in flat1, `w_{1,0}^{1}` in ij0 and
    `w_{2,1}^{1}` in ij1. Entries of error signals and gradients are `dC/dw_3^1`.
    """
    subscript = entry_subscript(tensor, place, notation)
    layer = "" if tensor.name.layer is None else str(tensor.name.layer)
    brace = "{}".format if notation.style == "flat" else "{{{}}}".format
    plain = tensor.name.letter
    plain += f"_{brace(subscript)}" if subscript else ""
    plain += f"^{brace(layer)}" if layer else ""
    return f"dC/d{plain}" if tensor.name.kind else plain


def entry_symbol(tensor: Tensor, place: tuple[int, ...], notation: Notation) -> Symbol:
    """The SymPy symbol of one entry."""
    return Symbol(entry_name(tensor, place, notation))
