"""Names of tensors: which are allowed, and how a repeated letter gets its layer number."""

from __future__ import annotations

import keyword
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, count

from sympy import Expr

from symconv.core.errors import SymconvError
from symconv.core.tensor import Name
from symconv.layers.given import GivenTensor

from .spec import NO_CHANNELS, NetworkSpec, layer_options

# `fullmatch` below, not `match` with `$`, which lets a line break at the end through. ASCII only:
# `isidentifier` also accepts ligatures that Python reads as other letters.
PATTERN = re.compile(r"[A-Za-z][A-Za-z0-9]{0,15}")
SPARE_LETTERS = ("u", "g", "f", "h", "q", "v", "s", "k")


@dataclass(frozen=True)
class NameUse:
    """One place of a network where a name is needed: stage 0 is the input, then the layers.

    `own` tells that symconv gives the name, as the person gave none, and `tie` is the number of an
    earlier layer whose tensor is meant.
    """

    stage: int
    role: str
    letter: str
    own: bool = False
    tie: int = 0


class StageError(SymconvError):
    """An error in one stage of a network, whose place in a text the stage gives."""

    stage: int = 0


def check_name(word: str) -> str:
    """The word itself if it may name a tensor, else SymconvError."""
    if not PATTERN.fullmatch(word) or keyword.iskeyword(word):
        raise SymconvError(
            f"{word!a} is no name for a tensor",
            help="a letter, then up to 15 letters or digits, and no Python keyword",
        )
    return word


def name_uses(spec: NetworkSpec) -> tuple[NameUse, ...]:
    """Every name of a network in reading order; a value without one gets its layer's letter.

    symconv's own letters give way to those of the person: each that is taken gets another one,
    which means nothing else.
    """
    given = {u.letter for u in _user_names(spec)} | size_names(spec)
    unnamed = [u.letter for u in _iterate_uses(spec) if u.own]
    letters = {c: c for c in dict.fromkeys(unnamed) if c not in given}
    for letter in dict.fromkeys(unnamed):
        letters.setdefault(letter, _free_letter(letter, given | set(letters.values())))
    return tuple(_iterate_uses(spec, letters.__getitem__))


def size_names(spec: NetworkSpec) -> frozenset[str]:
    """The names of every size symbol that the person wrote."""
    given: list[object] = [*spec.input.shape, spec.input.batch]
    given += [spec.input.channels] if spec.input.channels != NO_CHANNELS else []
    for layer in spec.layers:
        kinds = {"size", "sizes", "amounts", "offsets"}
        given += [getattr(layer, o.name) for o in layer_options(type(layer)) if o.kind in kinds]
    flat = [n for some in given for n in (some if isinstance(some, tuple) else (some,))]
    words = {n for n in flat if isinstance(n, str)}
    return frozenset(words | {str(s) for n in flat if isinstance(n, Expr) for s in n.free_symbols})


def _user_names(spec: NetworkSpec) -> Iterator[NameUse]:
    """The names that the person wrote."""
    return (u for u in _iterate_uses(spec, lambda _: "") if not u.own)


def _iterate_uses(
    spec: NetworkSpec, rename: Callable[[str], str] = lambda letter: letter
) -> Iterator[NameUse]:
    """The input, then each layer's parameters, inner values and output.

    `rename` says what becomes of a letter that symconv gives.
    """
    yield NameUse(0, "input", spec.input.name)
    known = {spec.input.name: "input"}
    for stage, layer in enumerate(spec.layers, start=1):
        named = layer.names(known)
        yield from (_name_use(stage, role, c) for role, c in named.items())
        known |= {c.partition("^")[0]: role for role, c in named.items()}
        if isinstance(layer, GivenTensor):
            continue
        given = layer.output_name()
        out = given or rename(layer.letter)
        inner = layer.inner_letters().items()
        yield from (NameUse(stage, role, rename(c), own=True) for role, c in inner)
        yield NameUse(stage, "out", out, own=not given)
        known[out] = "out" if given else "own"


def _name_use(stage: int, role: str, name: str) -> NameUse:
    """A name of a person; `w^1` is that of an earlier layer."""
    letter, _, number = name.partition("^")
    return NameUse(stage, role, letter, tie=int(number or 0))


def _free_letter(letter: str, given: set[str]) -> str:
    """Another name for a value that the person did not name, as the usual one is taken."""
    longer = (letter + "x" * n for n in count(1))
    return next(c for c in chain(SPARE_LETTERS, longer) if c not in given)


def allocate_names(spec: NetworkSpec) -> tuple[dict[str, Name], ...]:
    """The names of every stage by role; a letter that occurs again counts its layers from 1.

    StageError where a person gives one letter to two kinds of things. A letter of symconv's own may
    count two kinds, such as variances and mean squares: no sentence of the person is about it.
    """
    uses = name_uses(spec)
    roles: dict[str, str] = {}
    for use in (u for u in uses if not u.own):
        check_name(use.letter)
        if roles.setdefault(use.letter, use.role) != use.role:
            raise _duplicate_name_error(use, roles[use.letter])
    total = Counter(use.letter for use in uses if not use.tie)
    seen: Counter[str] = Counter()
    stages: tuple[dict[str, Name], ...] = tuple({} for _ in range(len(spec.layers) + 1))
    for use in uses:
        seen[use.letter] += not use.tie
        if use.tie > seen[use.letter]:
            raise _missing_tie(use, seen[use.letter])
        number = use.tie or seen[use.letter]
        layer = number if total[use.letter] > 1 else None
        stages[use.stage][use.role] = Name(use.letter, layer)
    return stages


def _duplicate_name_error(use: NameUse, first: str) -> StageError:
    error = StageError(
        f"the name '{use.letter}' is given twice, for {_role_words(first)} "
        f"and for {_role_words(use.role)}",
        help="a repeated letter counts layers of one kind; use another letter here",
    )
    error.stage = use.stage
    return error


def _missing_tie(use: NameUse, count: int) -> StageError:
    known = f"'{use.letter}' has {count} before" if count else f"nothing before is '{use.letter}'"
    error = StageError(
        f"there is no {use.letter}^{use.tie} before this layer",
        help=f"{known}; ^1 means the tensor of the first layer with that letter",
    )
    error.stage = use.stage
    return error


def _role_words(role: str) -> str:
    words = {"input": "the input", "out": "an output", "weights": "weights"}
    return words.get(role, f"a {role}")
