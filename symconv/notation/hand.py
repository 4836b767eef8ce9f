"""One's own hand: the sign of each tensor, how layers, derivatives and products are written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from symconv.core.errors import SymconvError, did_you_mean
from symconv.core.tensor import Name

from .signs import TensorSign, parse_sign

LAYER_MARKS = {"W^l": "up", "W^{[l]}": "bracket", "W^{(l)}": "paren", "W_l": "below"}
"""How a layer is marked, spelled with a W of layer l, and the word for it."""

TRANSPOSE = r"\mathsf{T}"
"""The sign of a transpose where none is asked for."""

HAND_CHOICES: Mapping[str, tuple[str, ...]] = {
    "layer": tuple(LAYER_MARKS),
    "transpose": (TRANSPOSE, r"\top", "T", r"\intercal"),
    "derivative": ("partial", "d", "nabla"),
    "product": ("as stated", "xW", "Wx"),
    "layout": ("denominator", "numerator"),
}
Signs = tuple[tuple[str, TensorSign], ...]
MOST_SYMBOLS = 200
"""How many tensors may have a sign of their own; a course needs some dozens."""


@dataclass(frozen=True)
class Hand:
    r"""How somebody writes the same formulas.

    `symbols` gives tensors their signs, by letter (`{"w": r"\mathbf{W}"}`) or for one layer
    (`{"w^2": "V"}`, which then carries no mark of a layer); `delta` is the letter of error signals,
    and a constant such as `epsilon` may have a sign, too. `layer` is how a layer is marked,
    `derivative` how dC/dw is written (`partial`: with round d's, `d`: with straight ones, `nabla`:
    with the cost behind a nabla), `product` whether matrix products start with the weights (`Wx`)
    or with the data (`xW`), and `layout` whether dC/dW as a whole has the shape of W (denominator)
    or of its transpose (numerator).

    SymconvError for a sign or a choice that there is not.

        >>> Hand(symbols={"w": r"\mathbf{W}"}, layer="W^{[l]}").sign(Name("w", 1))
        TensorSign(letter='W', font='bold', accents=(), below='')
    """

    symbols: Mapping[str, str] | Signs = ()
    layer: str = "W^l"
    transpose: str = TRANSPOSE
    derivative: str = "partial"
    product: str = "as stated"
    layout: str = "denominator"

    def __post_init__(self) -> None:
        for choice, allowed in HAND_CHOICES.items():
            given = getattr(self, choice)
            if given not in allowed:
                listed = ", ".join(allowed)
                close = did_you_mean(str(given)[:40], allowed)
                raise SymconvError(
                    f"{choice} {str(given)[:40]!a} is none that is known",
                    help=close if close.startswith("did") else f"one of {listed}",
                )
        object.__setattr__(self, "symbols", _collect_signs(self.symbols))

    @property
    def signs(self) -> Signs:
        """Pairs: a letter or a key (`w`, `w^2`), and its sign."""
        assert isinstance(self.symbols, tuple)
        return self.symbols

    @property
    def mark(self) -> str:
        """The word for how a layer is marked."""
        return LAYER_MARKS[self.layer]

    def sign(self, name: Name) -> TensorSign | None:
        """The sign of a tensor; None where it has none of its own."""
        known = dict(self.signs)
        return known.get(name.plain.key, known.get(name.letter))

    def shown_layer(self, name: Name) -> int | None:
        """The layer that is marked: none where the sign is of that layer alone."""
        alone = name.layer is not None and name.plain.key in dict(self.signs)
        return None if alone else name.layer


def _collect_signs(given: Mapping[str, str] | Signs) -> Signs:
    """The signs in the order of their keys; SymconvError where two are the same."""
    pairs = given.items() if isinstance(given, Mapping) else given
    found: dict[str, TensorSign] = {}
    for key, sign in pairs:
        found[key] = sign if isinstance(sign, TensorSign) else parse_sign(sign, before=f"{key}=")
    if len(found) > MOST_SYMBOLS:
        raise SymconvError(f"{len(found)} signs are too many", help=f"at most {MOST_SYMBOLS}")
    seen: dict[TensorSign, str] = {}
    for key, sign in found.items():
        if sign in seen:
            raise SymconvError(
                f"{seen[sign]} and {key} would have the same sign {sign.latex()}",
                help="another letter, font or accent for one of them",
            )
        seen[sign] = key
    return tuple(sorted(found.items()))


def describe_signs(hand: Hand, keys: Collection[str]) -> str:
    r"""One sentence for code, which has no fonts: how formulas write the tensors of these keys.

    >>> describe_signs(Hand({"w": r"\mathbf{W}", "x": r"\hat{x}"}), ["w", "x", "y"])
    'Formulas write w as W (bold), x as x (hat).'
    """
    letters = {key.partition("^")[0] for key in keys}
    said = []
    for key, sign in hand.signs:
        if key in letters or key in keys:
            looks = ", ".join(filter(None, (sign.font, *sign.accents)))
            word = f"{sign.letter}_{sign.below}" if sign.below else sign.letter
            said.append(f"{key} as {word}" + (f" ({looks})" if looks else ""))
    return f"Formulas write {', '.join(said)}." if said else ""


PLAIN_HAND = Hand()
"""The hand of those who ask for none: every tensor by its own letter."""


def parse_symbols(given: Sequence[str], known: frozenset[str]) -> dict[str, TensorSign]:
    r"""The signs behind arguments such as `w=\mathbf{W}`; `known` are the names that there are.

    SymconvError shows the place of a mistake.
    """
    found: dict[str, TensorSign] = {}
    for text in given:
        key, equals, sign = text.partition("=")
        if not equals:
            raise SymconvError(
                f"{text[:40]!a} gives no sign", help=r"write it as NAME=SIGN, as 'w=\mathbf{W}'"
            )
        if key not in known:
            raise SymconvError(
                f"nothing in the network is called {key[:40]!a}",
                help=did_you_mean(key[:40], known),
            )
        if key in found:
            raise SymconvError(f"{key} would get two signs", help="give it one")
        found[key] = parse_sign(sign, before=f"--symbol {key}=")
    return found
