"""The signs of operators on arrays, and a sentence that says what they mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from symconv.render.formula.tree import Word

from .symbol_notes import Sentence

A, B, S = Word("A"), Word("B"), Word("s")
OPERATORS: Mapping[str, Sentence] = {
    "⋆": (A, " ⋆ ", B, " is the cross-correlation of ", A, " with ", B),
    "∗": (A, " ∗ ", B, " = ", A, " ⋆ rot180(", B, ") is their convolution"),
    "(full)": ("full: with so many zeros around ", A, " that every overlap counts"),
    "↑": (A, " ↑ ", S, " has ", S, " − 1 zeros between the entries of ", A),
    "↓": (A, " ↓ ", S, " keeps the entries whose place is a multiple of ", S),
    "⊗": (A, " ⊗ ", B, " is the outer product"),
    "⊙": (A, " ⊙ ", B, " is the entry-wise product"),
}


def signs_in(sentences: Iterable[Sentence]) -> list[str]:
    """The signs that occur in the words of sentences."""
    words = "".join(part for s in sentences for part in s if isinstance(part, str))
    return [sign for sign in OPERATORS if sign in words]


def meanings(signs: Sequence[str]) -> tuple[Sentence, ...]:
    """What signs mean, in one sentence; none for no signs."""
    said: Sentence = ()
    for sign in signs:
        said += ("; " if said else "Signs: ", *OPERATORS[sign])
    return ((*said, "."),) if said else ()
