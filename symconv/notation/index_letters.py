"""How indices are shown: the number they start at, and letters of one's own (`i=r`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import cast

from sympy import Expr, Integer, KroneckerDelta, Sum, Symbol
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Program
from symconv.core.errors import SymconvError, did_you_mean
from symconv.core.nodes import Box, LogSumExp, MaxOver, OneHot
from symconv.core.proof import Backward, Derivation


def is_index(symbol: Expr) -> bool:
    """Whether a symbol is an index: an integer of unknown sign (sizes are known to be positive)."""
    return bool(symbol.is_Symbol and symbol.is_integer) and symbol.is_nonnegative is None


def rebase(expression: Expr, base: int) -> Expr:
    """The same formula in indices that start at `base`: v -> v - base, positions and limits + base.

    A tensor entry x[e(v)] becomes x[e(v - base) + base], and sum_{v=0}^{n-1} becomes
    sum_{v=base}^{n-1+base}. A `Box` keeps its extent, and is read as [base <= e < base + extent].
    """
    return expression if base == 0 else _rebase_node(expression, Integer(base))


def _rebase_node(e: Expr, base: Integer) -> Expr:  # noqa: PLR0911 - one line for every kind of node
    if isinstance(e, Symbol):
        return e - base if is_index(e) else e
    if isinstance(e, Indexed):
        return Indexed(e.base, *(_rebase_node(place, base) + base for place in e.indices))
    if isinstance(e, KroneckerDelta):
        return KroneckerDelta(*(_rebase_node(cast("Expr", place), base) + base for place in e.args))
    if isinstance(e, Box):
        return Box(_rebase_node(e.place, base) + base, e.extent)
    if isinstance(e, OneHot):
        return OneHot(
            _rebase_node(e.maximum, base),
            *(_rebase_node(place, base) + base for place in e.position),
        )
    if isinstance(e, Sum | MaxOver | LogSumExp):
        limits = [(v, *(_rebase_node(end, base) + base for end in ends)) for v, *ends in e.limits]
        return type(e)(_rebase_node(e.function, base), *limits)
    return e.func(*(_rebase_node(cast("Expr", a), base) for a in e.args)) if e.args else e


OPTION = "--letter "
FORM = "write it as OLD=NEW, as i=r; repeat --letter for more"
LONGEST = 60
"""How many characters of an argument are repeated in an error: less than a line of a terminal."""

SPARE = "rsklgabcdefhijmnopqtuvwxyz"
"""Letters for an index that has to give up its own, those that are used for indices first."""


def parse_letters(given: Sequence[str], known: frozenset[str]) -> dict[str, str]:
    """The letters behind arguments such as `i=r`; `known` are the indices that there are.

    SymconvError shows the place of a mistake.
    """
    found: dict[str, str] = {}
    for text in given:
        old, new = _parse_pair(text)
        if old not in known:
            raise _letter_error(f"no index is called '{old}'", text, old, did_you_mean(old, known))
        if old in found:
            raise _letter_error(
                f"the index {old} would get two letters", text, old, f"keep {found[old]}"
            )
        if new in found.values():
            taken = next(o for o, n in found.items() if n == new)
            help_ = f"another letter: {taken} is shown as {new} already"
            raise _letter_error(
                "two indices would get the same letter", text, new, help_, last=True
            )
        found[old] = new
    return found


def index_letters(program: Program, backward: Backward) -> frozenset[str]:
    """The letters of all indices of a network and of its derivations, without their primes."""
    symbols = {s for formula in _formulas(program, backward) for s in formula.atoms(Symbol)}
    return frozenset(s.name.rstrip("'") for s in symbols if is_index(s))


def separate_letters(program: Program, backward: Backward, words: Iterable[str]) -> dict[str, str]:
    """Other letters for the indices that are called as one of the words, which names a tensor."""
    indices = index_letters(program, backward)
    names = {t.name.letter for t in backward.program.tensors}
    sizes = {str(s) for t in program.tensors for n in t.shape for s in n.free_symbols}
    free = (c for c in SPARE if c not in indices | names | sizes)
    return {word: next(free, word) for word in dict.fromkeys(words) if word in indices}


def _formulas(program: Program, backward: Backward) -> Iterator[Expr]:
    for item in (*program.equations, *backward.items):
        equation = item.equation if isinstance(item, Derivation) else item
        steps = item.steps if isinstance(item, Derivation) else ()
        yield from (equation.lhs, equation.rhs, *(step.after for step in steps))


def _parse_pair(text: str) -> tuple[str, str]:
    """The two letters of one argument."""
    old, equals, new = text.partition("=")
    if not equals:
        raise _letter_error(
            "there is no '=' between the letter of an index and its new one", text, text
        )
    for part, last in ((old, False), (new, True)):
        if not re.fullmatch("[A-Za-z]", part):
            raise _letter_error(
                f"an index is one letter, not {part[:LONGEST]!a}", text, part, last=last
            )
    return old, new


def _letter_error(
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
