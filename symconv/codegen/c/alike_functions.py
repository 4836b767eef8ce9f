"""Functions that differ in names and in how many entries they go over: written once, for all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import product

from .equations import EquationCode

WORD = re.compile(r"[A-Za-z_]\w*")

SHARED = frozenset({"static", "void", "int", "reals_in", "reals_out", "const", "char", "unsigned"})
"""The words in the head of a function that are the same in all."""


def merge_alike(
    codes: Iterable[EquationCode], word: str, entries: str
) -> Mapping[str, EquationCode]:
    """By their keys the functions that are the same but for a count of entries.

    `word` is the number of samples, the last parameter; where it stands in the end of one loop
    alone, times a number, their product may be the parameter, whose name is `entries` then.
    """
    groups = dict[str, list[EquationCode]]()
    for code in codes:
        counted = _count_entries(code, word, entries)
        if counted:
            groups.setdefault(_rename(counted), []).append(counted)
    return {
        code.key: replace(
            code,
            name=first.name,
            lines=first.lines,
            words=first.words,
            serves=tuple((e.number, e.key) for e in group),
        )
        for group in groups.values()
        if len(group) > 1
        for first, code in product(group[:1], group)
    }


def _count_entries(code: EquationCode, word: str, entries: str) -> EquationCode | None:
    """The function with a count of entries in place of samples; None where those mean more."""
    if code.count != word:
        return None
    head, text = code.lines[0], "\n".join(code.lines[1:])
    ends = re.findall(rf"; \w+ < ((?:\d+ \* )?{word});", text)
    if len(ends) != 1 or len(re.findall(rf"\b{word}\b", text)) != 1:
        return None
    head = f"{head.removesuffix(f'{word})')}{entries})"
    lines = (head, *text.replace(f"< {ends[0]};", f"< {entries};").split("\n"))
    return replace(code, lines=lines, words=code.words | {entries}, count=ends[0])


def _rename(code: EquationCode) -> str:
    """The text with numbers for names: for that of the function, and for those of its locals."""
    found = {code.name: "0"}
    own = {*code.words, *WORD.findall(code.lines[0])} - SHARED

    def number(word: re.Match[str]) -> str:
        return found.setdefault(word[0], str(len(found))) if word[0] in own else word[0]

    return WORD.sub(number, "\n".join(code.lines))
