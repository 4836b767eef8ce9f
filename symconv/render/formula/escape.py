"""User text made harmless: every character of a title or a name is written, none is obeyed."""

from __future__ import annotations

import re
import unicodedata

from .glyphs import GREEK

LATEX_CHARACTERS = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "''",
    "`": r"\textquoteleft{}",
    "−": "$-$",
    "–": "--",
    "—": "---",
    "≤": r"$\le$",
    "≥": r"$\ge$",
    "≠": r"$\ne$",
    "∞": r"$\infty$",
    "∂": r"$\partial$",
    "·": r"$\cdot$",
    "×": r"$\times$",
    "→": r"$\to$",
    "∈": r"$\in$",
    "⌊": r"$\lfloor$",
    "⌋": r"$\rfloor$",
    "′": "$'$",
    "…": r"\dots{}",
    "“": "``",
    "”": "''",
    "’": "'",
    "√": r"$\surd$",
    "≈": r"$\approx$",
    "⋆": r"$\star$",
    "∗": r"$*$",
    "⊗": r"$\otimes$",
    "⊙": r"$\odot$",
    "↑": r"$\uparrow$",
    "↓": r"$\downarrow$",
    "ᵀ": r"$^{\mathsf{T}}$",
    "°": r"$^{\circ}$",
    "∑": r"$\Sigma$",
}
LATEX_CHARACTERS |= {character: rf"$\{name}$" for name, character in GREEK.items()}
LATEX_CHARACTERS |= {c: f"$_{n}$" for n, c in enumerate("₀₁₂₃₄₅₆₇₈₉")}
LATEX_CHARACTERS |= {c: f"$^{n}$" for n, c in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
MARKDOWN_SPECIAL = re.compile(r"[\\`*_{}\[\]~$<>&@|]|^[-+#=]|(?<=^\d)[.)]|:(?=//)|(?<=www)\.")
ENTITIES = {c: f"&#{ord(c)};" for c in "$@:."} | {"<": "&lt;", ">": "&gt;", "&": "&amp;"}


def escape_latex(text: str) -> str:
    """Plain words as LaTeX: special characters spelled out, unknown ones replaced by `?`."""
    return "".join(map(_latex_character, _one_line(text)))


def _latex_character(character: str) -> str:
    if character in LATEX_CHARACTERS:
        return LATEX_CHARACTERS[character]
    accented = "À" <= character <= "ÿ" and character.isalpha() and character not in "ÐðÞþ"
    # By a list of what is known, never of what is forbidden: a title may hold anything.
    return character if character.isascii() or accented else "?"


def escape_markdown(text: str) -> str:
    """Plain words as Markdown: no character starts markup, a link, HTML or mathematics."""
    return MARKDOWN_SPECIAL.sub(_markdown_character, _one_line(text))


def _markdown_character(match: re.Match[str]) -> str:
    return ENTITIES.get(match[0], "\\" + match[0])


def clean_text(text: str) -> str:
    """Plain words for a terminal: no control characters."""
    return _one_line(text)


def _one_line(text: str) -> str:
    """Text without control and formatting characters, white space as single spaces."""
    spaced = re.sub(r"\s+", " ", text)
    # Category C: control characters, which a terminal obeys, and marks that turn the direction of
    # text.
    return "".join(c for c in spaced if unicodedata.category(c)[0] != "C").strip()
