r"""Claims in one's own hand: signs such as `\mathbf{W}` read as the tensors that they stand for.

A sign with commands is replaced in the text, by a name as long as the sign was: every place stays
its own. Bare letters are replaced among the tokens, all at once, as `h` may stand for `a` where `a`
stands for `h`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from symconv.notation.hand import Hand
from symconv.notation.signs import TensorSign, list_sign_patterns

from .cursor import ClaimToken

LAYERED = re.compile(r"([A-Za-z][A-Za-z0-9]*)\^(\d+)")

NOT_BARE = frozenset({"d", "T"})
"""Letters that mean something else where they stand alone: differentials and transposes."""


@dataclass(frozen=True)
class SignTokens:
    """Finds the signs of a hand: `pattern` those with commands, `bare` letters and words.

    `layered` are the letters of several layers, and `sizes` what a height or a width is called.
    """

    hand: Hand
    pattern: re.Pattern[str] | None
    keys: tuple[str, ...]
    bare: dict[str, str] = field(default_factory=dict)
    layered: frozenset[str] = frozenset()
    sizes: frozenset[str] = frozenset()

    def replace_signs(self, text: str) -> str:
        """The text with names for signs, as long as before wherever a name has room."""
        return text if self.pattern is None else self.pattern.sub(self._name, text)

    def _name(self, match: re.Match[str]) -> str:
        key = self.keys[int((match.lastgroup or "s0")[1:])]
        found = LAYERED.fullmatch(key)
        name = found[1] + f"^{{{found[2]}}}" if found else key
        # Behind a letter a name would run into it; behind the d of a derivative it should.
        before = match.string[match.start() - 1 : match.start()]
        name = f" {name}" if before.isalpha() and before != "d" else name
        whole = match.group()
        if found and match.string[match.end() :].lstrip()[:1] == "^":
            name = f"({name})"
        tail = "_{" if whole.endswith(",") else ""
        return name.ljust(len(whole) - len(tail)) + tail

    def replace_letters(self, tokens: Sequence[ClaimToken], text: str) -> list[ClaimToken]:
        """The tokens with the names of tensors for their letters, and layers below put above.

        Who writes W in bold and plain in one text means the width by the plain one.
        """
        if not self.bare and self.hand.mark != "below":
            return list(tokens)
        found = self.pattern.finditer(text) if self.pattern else ()
        styled = {self.keys[int((m.lastgroup or "s0")[1:])] for m in found}
        sizes = {letter for letter in self.sizes if self.bare.get(letter) in styled}
        named = [t for token in tokens for t in self._named(token, sizes)]
        return list(self._raise_layers(named)) if self.hand.mark == "below" else named

    def _named(self, token: ClaimToken, sizes: set[str]) -> Iterator[ClaimToken]:
        mapped = token.kind == "name" and token.text not in sizes
        key = self.bare.get(token.text) if mapped else None
        if key is None:
            yield token
            return
        found = LAYERED.fullmatch(key)
        yield replace(token, text=found[1] if found else key)
        if found:
            yield ClaimToken("op", "^", token.start, token.stop)
            yield ClaimToken("number", found[2], token.start, token.stop)

    def _raise_layers(self, tokens: list[ClaimToken]) -> Iterator[ClaimToken]:
        """`W_1`, `W_{1}`, `W_{1;ij}`, `W_{1,ij}` and `(W_1)_{ij}` as `w^{1}` and `w^{1}_{ij}`."""
        place = 0
        while place < len(tokens):
            opened = tokens[place].text == "(" and tokens[place].kind == "op"
            start = place + opened
            name = tokens[start] if start < len(tokens) else tokens[place]
            layer = self._layer_at(tokens, start + 1) if self._has_layers(name) else None
            stop = -1 if layer is None else layer[1]
            if layer is None or (opened and not _closes(tokens, stop)):
                yield tokens[place]
                place += 1
                continue
            yield name
            yield ClaimToken("op", "^", name.stop, name.stop)
            yield layer[0]
            place = stop + opened
            if layer[2]:
                yield ClaimToken("op", "_", name.stop, name.stop)
                yield ClaimToken("op", "{", name.stop, name.stop)

    def _has_layers(self, token: ClaimToken) -> bool:
        return token.kind == "name" and token.text in self.layered

    @staticmethod
    def _layer_at(tokens: list[ClaimToken], place: int) -> tuple[ClaimToken, int, bool] | None:
        """The number of a layer below a name, where it ends, and whether indices follow it."""
        texts = [t.text for t in tokens[place : place + 4]]
        if texts[:1] != ["_"]:
            return None
        if len(texts) > 1 and tokens[place + 1].kind == "number":
            return tokens[place + 1], place + 2, False
        if texts[1:2] != ["{"] or len(texts) < 4 or tokens[place + 2].kind != "number":
            return None
        if texts[3] == "}":
            return tokens[place + 2], place + 4, False
        return (tokens[place + 2], place + 4, True) if texts[3] in {";", ","} else None


def _closes(tokens: list[ClaimToken], place: int) -> bool:
    """Whether a parenthesis ends here with indices behind it."""
    return [t.text for t in tokens[place : place + 2]] == [")", "_"]


@lru_cache(maxsize=64)
def sign_reader(
    hand: Hand, taken: frozenset[str], layered: frozenset[str], sizes: frozenset[str]
) -> SignTokens:
    """The reader of a hand; `taken` are letters of the network, `layered` those with layers."""
    own = {key.partition("^")[0] for key, _ in hand.signs}
    bare = {s.letter: key for key, s in hand.signs if s.is_bare and s.letter not in NOT_BARE}
    parts: list[str] = []
    keys: list[str] = []
    for key, sign in sorted(hand.signs, key=lambda pair: -len(pair[1].latex())):
        free = sign.letter not in (taken - own) | NOT_BARE and not (sign.accents or sign.below)
        if free and sign.letter not in bare:
            bare[sign.letter] = key
        # A bare Greek letter that the reader knows is a token; others have commands of their own.
        if not sign.is_bare or sign.is_greek:
            parts.append(f"(?P<s{len(keys)}>(?:{'|'.join(_patterns(sign))}))")
            keys.append(key)
    pattern = re.compile("|".join(parts)) if parts else None
    bare = {letter: key for letter, key in bare.items() if letter != key}
    return SignTokens(hand, pattern, tuple(keys), bare, layered, sizes)


def _patterns(sign: TensorSign) -> Iterator[str]:
    """The sign as people write it, with the word below it where it has one."""
    word = rf"(?:\\(?:mathrm|text)\s*\{{\s*{sign.below}\s*\}}|{sign.below})"
    below = rf"\s*_\s*(?:\{{\s*{word}\s*(?:\}}|,)|{word})" if sign.below else ""
    # Letters behind a letter are another word: `loss` is not the loss of `lossy`.
    ends = r"(?![A-Za-z])" if sign.is_bare and not sign.is_greek else ""
    yield from (f"{text}{below}{ends}" for text in list_sign_patterns(sign))


def list_letters(hand: Hand) -> frozenset[str]:
    """The letters and words of a hand that stay whole when a run of letters is split."""
    return frozenset(sign.letter for _, sign in hand.signs)
