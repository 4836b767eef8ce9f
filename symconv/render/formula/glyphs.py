"""How wide formulas are in Latin Modern at 11 points: an estimate, on the safe side."""

from __future__ import annotations

LETTERS = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        (
            *(5.8, 4.7, 4.8, 5.7, 5.1, 6.6, 5.7, 6.4, 3.8, 5.2, 6.1, 3.5, 9.7),
            *(6.6, 5.4, 5.6, 5.3, 5.3, 5.2, 4.0, 6.3, 5.7, 8.2, 6.3, 5.8, 5.6),
        ),
        strict=True,
    )
) | dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (
            *(8.3, 8.9, 8.7, 9.4, 8.8, 8.6, 8.7, 10.0, 5.7, 7.2, 10.1, 7.5, 11.9),
            *(10.0, 8.7, 8.6, 8.7, 8.4, 7.4, 8.0, 8.7, 8.9, 11.9, 10.0, 8.8, 8.3),
        ),
        strict=True,
    )
)

# Points at full size, rounded up. In Computer Modern at 10.95 points a digit takes 0.5 em, + and -
# 0.78 em and a medium space (2/9 em) on each side, a relation a thick one (5/18 em), a comma a thin
# one (1/6 em) behind it; a word in upright letters is counted with its average letter. Parentheses
# are listed from normal size to \bigg, and the sizes of letters as display, text, script and
# scriptscript (8 and 6 points of 10.95). Too wide costs a line; too narrow runs into the margin.
DIGIT = 5.5
GREEK_LETTER = 7.1
UPRIGHT = 5.9
OPERATOR = 13.6
TIGHT_OPERATOR = 8.6
RELATION = 14.7
COMMA = 5.0
TIGHT_COMMA = 3.1
DELIMITER = (4.6, 5.0, 6.1, 7.5)
BIG_SUM = 16.5
RADICAL = 9.7
THIN_SPACE = 1.9
SCALE = (1.0, 1.0, 0.76, 0.6)
WIDER_FONT = 1.2
"""How much wider a letter may be in another font: a bold one has 0.575 em for 0.5 em."""


def italic_width(letter: str) -> float:
    """The width of one letter in mathematical italics."""
    return LETTERS.get(letter, DIGIT if letter.isdigit() else GREEK_LETTER)


def sign_width(letter: str) -> float:
    """The width of a letter in any font: no narrower than an upright or a blackboard one."""
    return max(italic_width(letter), 8.0 if letter.isupper() else UPRIGHT)


def upright_width(text: str) -> float:
    """The width of a word in upright letters, averaged and rounded up."""
    return UPRIGHT * len(text)


COMBINING = {
    "hat": "\u0302",
    "widehat": "\u0302",
    "tilde": "\u0303",
    "widetilde": "\u0303",
    "bar": "\u0304",
    "overline": "\u0305",
    "vec": "\u20d7",
    "dot": "\u0307",
    "ddot": "\u0308",
    "check": "\u030c",
    "breve": "\u0306",
    "mathring": "\u030a",
    "underline": "\u0332",
}
"""The characters that put an accent on the letter before them."""

GREEK = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "epsilon": "ε",
    "zeta": "ζ",
    "eta": "η",
    "theta": "θ",
    "iota": "ι",
    "kappa": "κ",
    "lambda": "λ",
    "mu": "μ",
    "nu": "ν",
    "xi": "ξ",
    "pi": "π",
    "rho": "ρ",
    "sigma": "σ",
    "tau": "τ",
    "upsilon": "υ",
    "phi": "φ",
    "chi": "χ",
    "psi": "ψ",
    "omega": "ω",
    "varepsilon": "ε",
    "vartheta": "ϑ",
    "varpi": "ϖ",
    "varrho": "ϱ",
    "varsigma": "ς",
    "varphi": "ϕ",
    "ell": "ℓ",
    "Upsilon": "Υ",
    "Gamma": "Γ",
    "Delta": "Δ",
    "Theta": "Θ",
    "Lambda": "Λ",
    "Xi": "Ξ",
    "Pi": "Π",
    "Sigma": "Σ",
    "Phi": "Φ",
    "Psi": "Ψ",
    "Omega": "Ω",
}
SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
