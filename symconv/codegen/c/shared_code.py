"""Functions that differ by the number of samples alone: written once, for every number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from .equations import EquationCode
from .nests.planner import NestPlan
from .winograd.tile_plan import WinogradPlan

NUMBER = re.compile(r"(?<![\w.])\d+(?![\w.])")
"""A whole number that is a token of its own."""

LOOP = re.compile(r"for \(int (\w+) = 0; \1 < $")
"""What stands in front of the end of a loop that begins at 0."""


def share_codes(
    made: Mapping[int, Sequence[EquationCode]], single: Sequence[EquationCode], word: str
) -> Iterator[tuple[EquationCode, EquationCode]]:
    """The functions for many samples and for one: the same where one serves any number.

    `made` are functions by their number of samples, those that are wanted first and two others to
    compare them with; `single` those for one sample. `word` is the name of their number.
    """
    size, half, twice = made
    for many, less, more, alone in zip(*made.values(), single, strict=True):
        shared = share_code(many, less, (size, half), word)
        # One sample needs no sums that are kept between samples, and is faster without them.
        if not shared and not (isinstance(many.plan, NestPlan) and many.plan.partial):
            shared = share_code(many, more, (size, twice), word)
        yield (shared, shared) if shared else (many, alone)


def share_code(
    code: EquationCode, other: EquationCode, sizes: tuple[int, int], word: str
) -> EquationCode | None:
    """The function for any number of samples, its last parameter `word`; None where there is none.

    `code` and `other` are what is written for two numbers of samples. Where they differ in the ends
    of loops alone, one by one from 0 on, and in what a mean is divided by, samples are what those
    count: the same statements serve any number of them.
    """
    if isinstance(code.plan, WinogradPlan) or len(code.lines) != len(other.lines):
        return None
    lines = list[str]()
    for a, b in zip(code.lines, other.lines, strict=True):
        # A function that computes again what is no number has the same name, and a word behind it.
        b = re.sub(rf"\b{other.name}(_again)?\(", rf"{code.name}\1(", b)  # noqa: PLW2901
        line = _join_lines(a, b, sizes, word)
        if line is None:
            return None
        lines.append(line)
    if lines == list(code.lines):
        return code
    given = [
        f"{line.removesuffix(')')}, int {word})"
        if line.startswith("static ")
        else line.replace(");", f", {word});")
        if f" {code.name}_again(" in line
        else line
        for line in lines
    ]
    return replace(code, lines=tuple(given), words=code.words | {word}, count=word)


def _join_lines(first: str, second: str, sizes: tuple[int, int], word: str) -> str | None:
    """A line for any number of samples; the words of a plan may name what it costs for one."""
    if first == second or first.lstrip().startswith("/*"):
        return first
    texts, numbers = NUMBER.split(first), NUMBER.findall(first)
    if texts != NUMBER.split(second):
        return None
    line, before = texts[0], texts[0]
    for a, b, text in zip(numbers, NUMBER.findall(second), texts[1:], strict=True):
        each, rest = divmod(int(a), sizes[0])
        loop = LOOP.search(before)
        counted = loop is not None and text.startswith(f"; {loop[1]}++)")
        mean = before.endswith("/ (real)") and each == 1
        if a == b:
            line += a
        elif rest or int(b) != each * sizes[1] or not (counted or mean):
            return None
        else:
            line += word if each == 1 else f"{each} * {word}"
        line, before = line + text, f"{before}{a}{text}"
    return line
