"""The names of directions: what a derivative of second order is multiplied with."""

from __future__ import annotations

import re
from collections.abc import Sequence

from symconv.core.equation import Program
from symconv.core.errors import SymconvError
from symconv.core.tensor import Name, Tensor

from .names import check_name

NUMBERED = re.compile(r"(.*)\^([1-9][0-9]{0,3})")


def direction_names(
    given: str | Sequence[str], wrt: Sequence[Tensor], program: Program
) -> tuple[Name, ...]:
    """The names of the directions of the tensors `wrt`: `u` for one, `u^1`, `u^2` for several.

    `given` may hold a name for each tensor instead. SymconvError where the numbers do not fit, or
    where a name is none or means something in the network already.
    """
    names = _number_names(given, len(wrt)) if isinstance(given, str) else tuple(map(_name, given))
    if len(names) != len(wrt):
        raise SymconvError(
            f"{len(names)} directions for {len(wrt)} tensors ({', '.join(t.key for t in wrt)})",
            help="give one name for all of them, or one for each",
        )
    for name in names:
        _refuse_known(name, program)
    return names


def _number_names(letter: str, count: int) -> tuple[Name, ...]:
    if count == 1:
        return (_name(letter),)
    return tuple(Name(check_name(letter), n) for n in range(1, count + 1))


def _name(word: str) -> Name:
    """`u` or `u^1` as a name."""
    match = NUMBERED.fullmatch(word)
    return Name(check_name(match[1]), int(match[2])) if match else Name(check_name(word))


def _refuse_known(name: Name, program: Program) -> None:
    """A direction by the name of a tensor or of a size could not be told from it."""
    sizes = {str(s) for t in program.tensors for n in t.shape for s in n.free_symbols}
    taken = {t.name.letter for t in program.tensors}
    if name.letter in sizes | taken:
        what = "a size" if name.letter in sizes else "a tensor"
        raise SymconvError(
            f"'{name.letter}' cannot name a direction: it is {what} of the network",
            help="give the direction another name",
        )
