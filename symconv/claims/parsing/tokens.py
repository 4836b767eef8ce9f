"""Tokens, and the names that split a run of letters into words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from symconv.claims.model.vocabulary import FUNCTIONS, LETTERS

LOST = {"frac", "dfrac", "partial", "sum", "begin", "end", "cdot", "times", "left", "right"}
LOST |= {"odot", "star", "ast", "sqrt", "pmatrix", "bmatrix", "cases", "aligned", "align"}
RELATIONS_LOST = {"leftarrow", "approx"}
INDEX_LETTERS = "ijklmnpqruvst"
MOST_RUN = 80


@dataclass(frozen=True)
class Token:
    """`kind` is number, name, command, op, row or end."""

    kind: str
    text: str
    start: int
    stop: int

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.stop


@dataclass(frozen=True)
class Vocabulary:
    """The names that a claim may use: tensors, sizes, and further names that came with values."""

    names: frozenset[str]

    def split(self, run: str) -> tuple[str, ...]:
        """A run of letters as known words, the longest first; a run that is unknown stays whole."""
        return _split(self.names, run) or (run,)


@lru_cache(maxsize=4096)
def _split(names: frozenset[str], run: str) -> tuple[str, ...]:
    if run in names or run in LOST or run in LETTERS or run in FUNCTIONS or len(run) == 1:
        return (run,)
    if len(run) > MOST_RUN:
        return ()
    best: dict[int, tuple[str, ...]] = {len(run): ()}
    for start in range(len(run) - 1, -1, -1):
        for stop in range(len(run), start, -1):
            if stop in best and _known(names, run[start:stop], run):
                best[start] = (run[start:stop], *best[stop])
                break
    return best.get(0, ())


def _known(names: frozenset[str], word: str, run: str) -> bool:
    if len(word) > 1:
        return word in names or word in LOST or word in LETTERS or word in RELATIONS_LOST
    return word in names or word == "d" or (len(run) <= 3 and word in INDEX_LETTERS)
