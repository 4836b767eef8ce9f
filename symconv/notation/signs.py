r"""How a tensor is written: a letter in a font, with accents: `\mathbf{W}`, `\hat{\boldsymbol{x}}`.

What a person gives is read by a list of what is known. No other command passes, so that a sign is
safe in a document, and is found again where somebody writes it by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from symconv.core.errors import SymconvError

GREEK_NAMES = (
    "alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "zeta", "eta", "theta",
    "vartheta", "iota", "kappa", "lambda", "mu", "nu", "xi", "pi", "varpi", "rho", "varrho",
    "sigma", "varsigma", "tau", "upsilon", "phi", "varphi", "chi", "psi", "omega", "Gamma",
    "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega", "ell",
)  # fmt: skip
FONTS = {
    "mathbf": "bold",
    "boldsymbol": "bold italic",
    "bm": "bold italic",
    "mathcal": "calligraphic",
    "mathsf": "sans",
    "mathbb": "blackboard",
    "mathfrak": "fraktur",
    "mathrm": "upright",
    "mathit": "italic",
    "mathtt": "typewriter",
}
"""Commands that give a font; those of one font write the same sign."""

ACCENTS = (
    "hat", "tilde", "bar", "vec", "dot", "ddot", "check", "breve", "mathring",
    "widehat", "widetilde", "overline", "underline",
)  # fmt: skip
AMSFONTS = frozenset({"blackboard", "fraktur"})
"""Fonts for which a document needs amssymb, too."""

CAPITALS_ALONE = frozenset({"calligraphic", "blackboard"})
"""Fonts that have capital letters alone."""

CLOSE = 0.75
"""How alike a command is to one that is offered: mathbold to mathbf is 0.86, input to nu 0.57."""

LONGEST_SIGN, MOST_ACCENTS = 80, 3
r"""The longest sign in characters, and how many accents it may have.

Three times \mathbf with a word has 60; more than two accents are not told apart on a page.
"""

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[A-Za-z]|[0-9]|\S", re.DOTALL)
WORD = re.compile(r"[A-Za-z][A-Za-z0-9]{0,15}")


@dataclass(frozen=True)
class TensorSign:
    """A letter (`W`, `theta`) or a word, its font, its accents from the outside in, a word below.

    An empty font is that of formulas: letters in italics, words upright.
    """

    letter: str
    font: str = ""
    accents: tuple[str, ...] = ()
    below: str = ""

    @property
    def is_bare(self) -> bool:
        """Whether it is a letter and nothing else."""
        return not (self.font or self.accents or self.below)

    @property
    def is_greek(self) -> bool:
        """Whether it is a letter that LaTeX has a command for."""
        return self.letter in GREEK_NAMES

    def latex(self) -> str:
        r"""The sign in LaTeX; bold Greek takes `\boldsymbol`, as `\mathbf` has none."""
        inner = rf"\{self.letter}" if self.is_greek else self.letter
        font = self.font or ("upright" if len(inner) > 1 and not self.is_greek else "")
        if font == "bold" and self.is_greek:
            font = "bold italic"
        if font:
            command = next(c for c, name in FONTS.items() if name == font)
            inner = rf"\{command}{{{inner}}}"
        for accent in reversed(self.accents):
            inner = rf"\{accent}{{{inner}}}"
        return inner

    def ascii(self) -> str:
        """The sign in a text without fonts: `W`, `xhat`."""
        return self.letter + "".join(self.accents[::-1])

    def below_latex(self) -> str:
        """The word below in LaTeX, upright where it is longer than a letter."""
        return self.below if len(self.below) < 2 else rf"\mathrm{{{self.below}}}"


def parse_sign(text: str, *, before: str = "") -> TensorSign:
    r"""The sign behind `\mathbf{W}`; SymconvError with the place for anything else.

    `before` is what stands in front of the sign where it was given, for the message.

        >>> parse_sign(r"\hat{\mathbf{x}}")
        TensorSign(letter='x', font='bold', accents=('hat',), below='')
    """
    if not isinstance(text, str) or len(text) > LONGEST_SIGN:
        raise SymconvError(
            f"a sign has at most {LONGEST_SIGN} characters", help=r"write it as \mathbf{W}"
        )
    return SignReader(text, before).sign()


@dataclass
class SignReader:
    """Reads one sign; `place` is the next token."""

    text: str
    before: str
    place: int = 0

    def __post_init__(self) -> None:
        self.tokens = [(m.group(), m.start(), m.end()) for m in TOKEN.finditer(self.text)]

    @property
    def next(self) -> str:
        return self.tokens[self.place][0] if self.place < len(self.tokens) else ""

    def error(self, message: str, help_: str) -> SymconvError:
        """A refusal that shows the next token."""
        end = len(self.text)
        _, start, stop = self.tokens[self.place] if self.next else ("", end, end + 1)
        shown = "".join(c if c.isascii() and c.isprintable() else "?" for c in self.text)
        lead = len(self.before)
        position = (lead + start, lead + stop)
        return SymconvError(message, text=self.before + shown, position=position, help=help_)

    def sign(self) -> TensorSign:
        """The whole sign."""
        font, accents, letter = self.styled()
        below = self.below() if self.next == "_" else ""
        if self.next:
            raise self.error("a sign ends here", "one letter with its font, accents, a word below")
        if font in CAPITALS_ALONE and not re.fullmatch("[A-Z]", letter):
            self.place = 0
            raise self.error(f"the {font} font has capital letters alone", r"such as \mathcal{L}")
        return TensorSign(letter, font, accents, below)

    def styled(self) -> tuple[str, tuple[str, ...], str]:
        """Font, accents and letter of what comes next."""
        token, name = self.next, self.next[1:]
        if not token.startswith("\\"):
            return "", (), self.letter()
        if name in GREEK_NAMES:
            self.place += 1
            return "", (), name
        if name not in FONTS and name not in ACCENTS:
            known = (*FONTS, *ACCENTS, *GREEK_NAMES)
            close = get_close_matches(name, known, n=1, cutoff=CLOSE)
            hint = r"a font (\mathbf), accents (\hat) and Greek letters are"
            hint = rf"did you mean \{close[0]}?" if close else hint
            raise self.error("this command is no part of a sign", hint)
        here = self.place
        self.place += 1
        font, accents, letter = self.group()
        if name in FONTS:
            if font or accents:
                self.place = here
                raise self.error("a font stands inside of accents, once", r"\hat{\mathbf{x}}")
            return FONTS[name], (), letter
        if len(accents) == MOST_ACCENTS:
            self.place = here
            raise self.error(f"a sign has at most {MOST_ACCENTS} accents", r"\hat{x}")
        return font, (name, *accents), letter

    def group(self) -> tuple[str, tuple[str, ...], str]:
        """What a command applies to: braces, or one token."""
        if self.next != "{":
            token = self.next
            if token.startswith("\\") and token[1:] in GREEK_NAMES:
                return self.styled()
            return "", (), self.letter(alone=True)
        self.place += 1
        found = self.styled()
        if self.next != "}":
            raise self.error("here the brace should be closed", r"\mathbf{W}")
        self.place += 1
        return found

    def letter(self, *, alone: bool = False) -> str:
        """A letter, or a word of letters and digits."""
        if not re.fullmatch("[A-Za-z]", self.next):
            raise self.error("here a letter is missing", r"such as w, \theta or \mathbf{W}")
        if alone:
            self.place += 1
            return self.tokens[self.place - 1][0]
        start = self.tokens[self.place][1]
        match = WORD.match(self.text, start)
        assert match
        while self.next and self.tokens[self.place][1] < match.end():
            self.place += 1
        return match.group()

    def below(self) -> str:
        r"""`_x`, `_{in}` or `_{\mathrm{in}}`."""
        self.place += 1
        if self.next != "{":
            return self.letter(alone=True)
        self.place += 1
        inside = self.next in {r"\mathrm", r"\text"}
        if inside:
            self.place += 1
            self.expect("{")
        word = self.letter()
        for _ in range(1 + inside):
            self.expect("}")
        return word

    def expect(self, token: str) -> None:
        """Pass over a token."""
        if self.next != token:
            raise self.error(f"here a {token} is missing", r"x_{\mathrm{in}}")
        self.place += 1


def list_sign_patterns(sign: TensorSign) -> Iterator[str]:
    """Regular expressions of how people write a sign in LaTeX, with braces and without."""
    letter = rf"\\{sign.letter}(?![A-Za-z])" if sign.is_greek else re.escape(sign.letter)
    texts = [letter]
    if sign.font or len(sign.letter) > 1:
        fonts = "|".join(c for c, name in FONTS.items() if name == sign.font or not sign.font)
        if sign.is_greek and sign.font in {"bold", "bold italic"}:
            fonts = "mathbf|boldsymbol|bm"
        styled = rf"\\(?:{fonts})(?![A-Za-z])\s*(?:\{{\s*{letter}\s*\}}|{letter})"
        texts = [styled] if sign.font else [styled, letter]
    for text in texts:
        for accent in reversed(sign.accents):
            text = rf"\\{accent}(?![A-Za-z])\s*(?:\{{\s*{text}\s*\}}|{text})"  # noqa: PLW2901
        yield text
