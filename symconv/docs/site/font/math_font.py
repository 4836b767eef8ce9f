"""The font of the formulas: the letters and signs that they use, cut out of STIX Two Math.

`font/math.woff2` is committed, because 40 kB that every page and every build share, and that no
build has to fetch, are worth more than their history. It is made anew from the file of npm's
package `@fontsource/stix-two-math`, whose licence (SIL Open Font License 1.1) lies beside it:

    python -m symconv.docs.site.font.math_font PACKAGE/files/stix-two-math-latin-400-normal.woff2
"""

from __future__ import annotations

import io
import sys
from hashlib import sha256
from itertools import chain
from pathlib import Path

from symconv.core.errors import SymconvError
from symconv.render.formula.glyphs import GREEK

FOLDER = Path(__file__).parent
SOURCE = "@fontsource/stix-two-math 5.3.0"
SOURCE_HASH = "8b2a6834cfe1f4e0f3724ffa59fe92000013fc5a4c41e6a3f438006c26c60f0d"
"""The SHA-256 of the font that it is cut from."""

FAMILY = "symconv math"
"""Its name in style sheets: what is changed has not the name of what it was made from."""

SIGNS = (
    "×·÷±∓−∗⋆⊙⊛⊗⊕∘⋅∂∇ℓ∑∏∫√∞≤≥≠≈≡≃∼∝∈∉⊂∩∪∧∨¬∀∃∅⌊⌋⌈⌉⟨⟩‖∣′″‴→←↔↑↓⇒⇐⇔↦…⋯⋮⋱⊤⊥†\u2061\u2062\u2063"
    "ϑϕϖϱϵˆˇ˜¯˘˙¨´`\u0302\u0303\u0304\u0305\u0307\u0308⏞⏟ℎℝℕℤ½¹²³⁰⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉⋉↕⇕"
)
"""What formulas have beside letters, with accents and braces that a claim may be shown with."""

ITALIC, BOLD, GREEK_ITALIC = (0x1D434, 0x1D468), (0x1D400, 0x1D434), (0x1D6E2, 0x1D71C)
"""Blocks of Unicode: browsers show `<mi>w</mi>` by the italic letter, marks by the bold one."""

HOLES = frozenset({0x3A2, 0x1D455})
"""Places of those blocks where Unicode has no letter; the italic h is the constant ℎ."""


def list_characters() -> frozenset[int]:
    """Every character that the font has, as code points."""
    blocks = chain(*(range(*block) for block in (ITALIC, BOLD, GREEK_ITALIC)))
    latin, greek = range(0x20, 0x7F), range(0x391, 0x3CA)
    written = map(ord, SIGNS + "".join(GREEK.values()))
    return frozenset(chain(latin, greek, blocks, written)) - HOLES


def math_font() -> bytes:
    """The font as WOFF2, with its table of mathematics."""
    return (FOLDER / "math.woff2").read_bytes()


def font_licence() -> str:
    """The text of its licence, which goes wherever the font goes."""
    return (FOLDER / "OFL.txt").read_text(encoding="utf-8")


def cut_font(source: bytes) -> bytes:
    """The font from that of the package; needs fontTools with brotli.

    SymconvError where the source is another one than that from which the font was made.
    """
    if sha256(source).hexdigest() != SOURCE_HASH:
        raise SymconvError(f"the font to cut is not that of {SOURCE}")
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options()
    options.flavor = "woff2"
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    font = TTFont(io.BytesIO(source), recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=list_characters())
    cutter.subset(font)
    for record in font["name"].names:
        if record.nameID in {1, 4}:
            record.string = FAMILY
    font.flavor = "woff2"
    made = io.BytesIO()
    font.save(made)
    return made.getvalue()


if __name__ == "__main__":
    (FOLDER / "math.woff2").write_bytes(cut_font(Path(sys.argv[1]).read_bytes()))
