"""Letters of one's own for indices, as they are typed: `i=r` shows the index i as r."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sympy import Expr, Symbol

from symconv.core.equation import Program
from symconv.core.errors import SymconvError, did_you_mean
from symconv.core.proof import Backward, Derivation

from .rebase import is_index

OPTION = "--letter "
FORM = "write it as OLD=NEW, as i=r; repeat --letter for more"
LONGEST = 60


def letters_from(given: Sequence[str], known: frozenset[str]) -> dict[str, str]:
    """The letters behind arguments such as `i=r`; `known` are the indices that there are.

    SymconvError shows the place of a mistake.
    """
    found: dict[str, str] = {}
    for text in given:
        old, new = _sides(text)
        if old not in known:
            raise _error(f"no index is called '{old}'", text, old, did_you_mean(old, known))
        if old in found:
            raise _error(f"the index {old} would get two letters", text, old, f"keep {found[old]}")
        if new in found.values():
            taken = next(o for o, n in found.items() if n == new)
            help_ = f"another letter: {taken} is shown as {new} already"
            raise _error("two indices would get the same letter", text, new, help_, last=True)
        found[old] = new
    return found


def index_letters(program: Program, backward: Backward) -> frozenset[str]:
    """The letters of all indices of a network and of its derivations, without their primes."""
    symbols = {s for formula in _formulas(program, backward) for s in formula.atoms(Symbol)}
    return frozenset(s.name.rstrip("'") for s in symbols if is_index(s))


def _formulas(program: Program, backward: Backward) -> Iterator[Expr]:
    for item in (*program.equations, *backward.items):
        equation = item.equation if isinstance(item, Derivation) else item
        steps = item.steps if isinstance(item, Derivation) else ()
        yield from (equation.lhs, equation.rhs, *(step.after for step in steps))


def _sides(text: str) -> tuple[str, str]:
    """The two letters of one argument."""
    old, equals, new = text.partition("=")
    if not equals:
        raise _error("there is no '=' between the letter of an index and its new one", text, text)
    for part, last in ((old, False), (new, True)):
        if not re.fullmatch("[A-Za-z]", part):
            raise _error(f"an index is one letter, not {part[:LONGEST]!a}", text, part, last=last)
    return old, new


def _error(
    message: str,
    text: str,
    part: str,
    help_: str = FORM,
    *,
    last: bool = False,
) -> SymconvError:
    """An error with a caret under a part of the argument, the first or the `last` one."""
    shown = OPTION + "".join(c if c.isprintable() else "?" for c in text)
    start = len(shown) - len(part) if last else len(OPTION)
    end = min(start + len(part), start + LONGEST)
    return SymconvError(message, text=shown[: start + LONGEST], position=(start, end), help=help_)
