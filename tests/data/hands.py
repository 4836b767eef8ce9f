r"""Four hands in which people write the same networks: of a course, a book, a paper, a lecture."""

from symconv.notation.hand import Hand

COURSE = Hand(
    {
        "w": r"\mathbf{W}",
        "W": r"\boldsymbol{\Theta}",
        "b": r"\mathbf{b}",
        "c": r"\vec{c}",
        "beta": r"\hat{\mathbf{b}}",
        "C": r"\mathcal{L}",
        "E": r"\mathcal{E}",
    },
    layer="W^{[l]}",
    derivative="d",
    transpose=r"\top",
)
BOOK = Hand(
    {
        "w": r"\mathsf{K}",
        "W": r"\mathsf{W}",
        "x": r"\mathsf{V}",
        "i": r"\mathsf{I}",
        "o": r"\mathsf{O}",
        "z": r"\mathsf{Z}",
        "a": r"\mathsf{A}",
        "delta": r"\mathsf{G}",
        "C": "J",
    },
    layer="W^{(l)}",
    derivative="nabla",
    product="Wx",
)
PAPER = Hand(
    {
        "w": r"\mathbb{W}",
        "W": r"\mathbb{U}",
        "x": r"\boldsymbol{x}_{\mathrm{in}}",
        "i": r"\boldsymbol{\xi}",
        "z": r"\tilde{\boldsymbol{z}}",
        "o": r"\tilde{\boldsymbol{o}}",
        "h": r"\tilde{\boldsymbol{h}}",
        "t": r"\overline{y}",
        "delta": r"\varepsilon",
    },
    layer="W_l",
    transpose="T",
    layout="numerator",
)
LECTURE = Hand(
    {
        "w": r"\theta",
        "w^2": r"\vartheta",
        "W": r"\mathfrak{W}",
        "z": r"\hat{y}",
        "o": r"\dot{y}",
        "C": r"\ell",
    },
    product="xW",
)
HANDS = {"course": COURSE, "book": BOOK, "paper": PAPER, "lecture": LECTURE}
"""By the name of whoever writes so."""
