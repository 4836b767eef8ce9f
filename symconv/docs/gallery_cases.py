"""The numbers that people gave with their questions, and those that they found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from symconv.semantics.index_arithmetic import Place

Rows = tuple[str, ...]
"""The terms of a sum."""


def split_rows(*lines: str) -> list[list[str]]:
    """Rows of numbers, written side by side."""
    return [line.split() for line in lines]


def numbers_by_place(*lines: str) -> dict[Place, str]:
    """Numbers that somebody found, by place."""
    return {(r, c): n for r, line in enumerate(lines) for c, n in enumerate(line.split())}


@dataclass(frozen=True)
class NumberClaim:
    """Numbers that somebody wrote down for a tensor, from what was given at that point."""

    words: str
    tensor: str
    numbers: Mapping[Place, str]
    given: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class GalleryCase:
    """An example network with the numbers of its question.

    `written` is the derivative by `entry` as somebody wrote it: a number times a product of sums.
    `asked` is a claim that people make about the network, with the numbers of its question and
    those that are `known` at that point.
    """

    example: str
    title: str
    wrt: tuple[str, ...]
    values: Mapping[str, object] = field(default_factory=dict)
    claims: tuple[NumberClaim, ...] = ()
    entry: str = ""
    written: tuple[int, tuple[Rows, ...]] | None = None
    rates: tuple[str, ...] = ()
    asked: str = ""
    known: Mapping[str, object] = field(default_factory=dict)


IMAGE = split_rows(
    "0.51 0.9 0.88 0.84 0.05",
    "0.4 0.62 0.22 0.59 0.1",
    "0.11 0.2 0.74 0.33 0.14",
    "0.47 0.01 0.85 0.7 0.09",
    "0.76 0.19 0.72 0.17 0.57",
)
ERRORS = {"delta_h": ["0.25", "-0.15"]}
ROUNDED = ("0 0 0.0686 0", "0 0.0364 0 0", "0 0.0467 0 0", "0 0 0 -0.0681")
FOUND = numbers_by_place("0.044606 0.094061", "0.011262 0.068288")
ACTIVATIONS = {"a": split_rows("0.58 0.57", "0.65 0.55")}

CASES = (
    GalleryCase(
        "two-convs",
        "Two convolutions and one number",
        ("w^1",),
        entry="w_1^1",
        written=(
            2,
            (
                ("o_1^2", "-y_1"),
                ("i_1", "i_2", "i_4", "i_5"),
                ("w_1^2", "w_2^2", "w_3^2", "w_4^2"),
            ),
        ),
        asked="dC/dw_1^1 = (i_1+i_2+i_4+i_5)(w_1^2+w_2^2+w_3^2+w_4^2) 2(o_1^2 - y_1)",
    ),
    GalleryCase(
        "conv-pool-sigmoid-dense",
        "Through sigmoid and max-pooling to a kernel",
        ("w",),
        {
            "o": IMAGE,
            "w": split_rows("-0.13 0.15", "-0.51 0.62"),
            "b": "0",
            "W": split_rows("0.61 0.82 0.96 -1", "0.02 -0.5 0.23 0.17"),
        },
        (
            NumberClaim(
                "The four errors behind the pooling, from the errors of the dense layer",
                "delta p",
                numbers_by_place("0.0364182 0.068628", "0.04675125 -0.06818625"),
                {**ERRORS, **ACTIVATIONS},
            ),
            NumberClaim(
                "The same errors as they were carried on, with four decimals",
                "delta x",
                {p: n for p, n in numbers_by_place(*ROUNDED).items() if n != "0"},
                {**ERRORS, **ACTIVATIONS},
            ),
            NumberClaim(
                "The kernel's gradient from those four decimals",
                "gradient w",
                FOUND,
                {"delta_x": split_rows(*ROUNDED)},
            ),
            NumberClaim(
                "The same numbers against the gradient without that rounding",
                "gradient w",
                FOUND,
                {**ERRORS, **ACTIVATIONS},
            ),
        ),
        asked="dE/dw = [[0.044606,0.094061],[0.011262,0.068288]]",
        known={**ERRORS, **ACTIVATIONS},
    ),
    GalleryCase(
        "relu-filter",
        "Subtracting the gradient makes it worse",
        ("w",),
        {
            "x": split_rows("1 -1 0", "0 1 0", "0 -1 1"),
            "w": split_rows("1 -1", "1 1"),
            "t": split_rows("1 0", "0 1"),
        },
        (
            NumberClaim(
                "The gradient of the filter", "gradient w", numbers_by_place("-2 2", "0 -2")
            ),
        ),
        rates=("0.5", "-0.5"),
        asked="dC/dw = [[-2,2],[0,-2]]",
    ),
    GalleryCase(
        "general-conv",
        "Why is the kernel rotated?",
        ("w", "x"),
        asked="dE/dx = convolve2d(delta, rot180(w), 'full')",
    ),
    GalleryCase(
        "general-conv-flipped",
        "And if the kernel is flipped to begin with?",
        ("w", "x"),
        asked="dE/dw = correlate2d(x, delta, 'valid')",
    ),
    GalleryCase(
        "general-conv-strided",
        "With stride, padding and dilation",
        ("w", "beta", "x"),
        asked=r"dE/dw_{f,c,m,n} = \sum_{b,i,j} \delta_{b,f,i,j} x_{b,c,s i+m-p,s j+n-p}",
    ),
)
