"""Sizes in sentences, judged: extents of outputs, corners of the region that an entry affects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from symconv.claims.check import Checker
from symconv.claims.model.context import NetworkContext
from symconv.claims.model.verdict import NOT_CHECKED, RIGHT, UNDETERMINED, WRONG, Verdict
from symconv.claims.parsing.stated_sizes import SIZES, TOP, StatedSize
from symconv.core.tensor import Tensor

LINEAR = re.compile(r"[-+]?[A-Za-z0-9]+(?:[-+][A-Za-z0-9]+)*")
TERM = re.compile(r"([-+]?)([A-Za-z]+\d?|\d+)")
KERNEL_LETTERS = (("k1", "k", "K"), ("k2", "k", "K"))
IMAGE_LETTERS = (("H", "h", "n", "N"), ("W", "w", "n", "N"))
KIND = "size"

Linear = Mapping[str, int]


def judge_size(checker: Checker, stated: StatedSize) -> Verdict:
    """The verdict on a size or a corner, decided in letters where it is written in letters."""
    context = checker.context
    forms = [_read_linear(e) for e in stated.extents]
    found = Verdict(NOT_CHECKED, KIND, notes=("a size of this form is not read",))
    if all(form is not None for form in forms):
        pair = [dict(form or {}) for form in forms]
        if stated.what != SIZES:
            found = _judge_corner(context, pair, top=stated.what == TOP)
        elif all(set(form) <= {""} for form in pair):
            found = _judge_numbers(context, (pair[0].get("", 0), pair[1].get("", 0)))
        elif context.sizes:
            found = _judge_letters(checker, stated.extents)
        else:
            found = _judge_formula(context, pair)
    return replace(found, text=stated.text, line=stated.line, column=stated.column)


def _judge_numbers(context: NetworkContext, pair: tuple[int, int]) -> Verdict:
    """Numbers are right for any value of that size; one that is not there may be another's."""
    fitting = [t.key for t, size in _list_images(context) if size == pair and not context.sizes]
    if fitting:
        return Verdict(RIGHT, KIND, reading=f"{fitting[0]} is {pair[0]} x {pair[1]}")
    note = f"no value of this network is {pair[0]} x {pair[1]}; it may be about another one"
    return Verdict(NOT_CHECKED, KIND, notes=(note,))


def _judge_letters(checker: Checker, extents: tuple[str, str]) -> Verdict:
    """Letters against the sizes of a network of open sizes, for all of them."""
    verdicts = [
        [checker.verdict(f"{axis}_{t.key} = {e}") for axis, e in zip("HW", extents, strict=True)]
        for t, _ in _list_images(checker.context)
    ]
    both = next((pair for pair in verdicts if all(pair)), None)
    if both is not None:
        return replace(both[0], kind=KIND, reading=" and ".join(v.reading for v in both))
    wrong = [v for pair in verdicts for v in pair if v.verdict == WRONG]
    if wrong and all(any(v.verdict == WRONG for v in pair) for pair in verdicts):
        return replace(wrong[0], kind=KIND)
    return Verdict(UNDETERMINED, KIND, notes=("these letters are not all sizes of the network",))


def _judge_formula(context: NetworkContext, pair: list[dict[str, int]]) -> Verdict:
    """Letters in a network of numbers: as the sizes of its convolution are, for any numbers."""
    if not _slides_by_one(context):
        return Verdict(UNDETERMINED, KIND, notes=(ONLY_PLAIN,))
    good = all(
        form in [{i: 1, k: -1, "": 1} for i in images for k in kernels]
        for form, images, kernels in zip(pair, IMAGE_LETTERS, KERNEL_LETTERS, strict=True)
    )
    truth = "(H - k_1 + 1) x (W - k_2 + 1)"
    letters = {*sum(IMAGE_LETTERS, ()), *sum(KERNEL_LETTERS, ()), ""}
    if not good and any(set(form) - letters for form in pair):
        return Verdict(UNDETERMINED, KIND, notes=("what these letters stand for is not known",))
    return Verdict(RIGHT, KIND, reading=truth) if good else Verdict(WRONG, KIND, truth=truth)


def _judge_corner(context: NetworkContext, pair: list[dict[str, int]], *, top: bool) -> Verdict:
    """The outputs that the entry (i, j) affects go from (i - k_1 + 1, j - k_2 + 1) to (i, j)."""
    if not _slides_by_one(context):
        return Verdict(UNDETERMINED, KIND, notes=(ONLY_PLAIN,))
    truth = "(i - k_1 + 1, j - k_2 + 1)" if top else "(i, j)"
    for form, kernels in zip(pair, KERNEL_LETTERS, strict=True):
        own = [n for n, count in form.items() if count == 1 and n and n not in kernels]
        wanted = [{own[0]: 1, k: -1, "": 1} for k in kernels] if own else []
        if form not in (wanted if top else [{n: 1} for n in own[:1]]):
            return Verdict(WRONG, KIND, truth=truth)
    return Verdict(RIGHT, KIND, reading=truth)


ONLY_PLAIN = "decided only for convolutions of stride 1 without padding and dilation"


def _list_images(context: NetworkContext) -> Iterator[tuple[Tensor, tuple[int, int]]]:
    """The values that are images, each with its height and its width."""
    for tensor in context.forward.tensors:
        shape = context.shape(tensor)
        if tensor.role == "value" and len(shape) > 1:
            yield tensor, (shape[-2], shape[-1])


def _slides_by_one(context: NetworkContext) -> bool:
    """Whether the first convolution shortens its input by its kernel less one, for any size.

    The entry (0, 0) of its output reads entries up to that corner, and the next one is one further.
    """
    for equation in context.forward.equations:
        tensors = [context.tensors[key] for key in equation.reads if key in context.tensors]
        kernel = next((t for t in tensors if t.name.letter in context.kernels), None)
        image = next((t for t in tensors if t.role != "parameter"), None)
        if kernel is None or image is None:
            continue
        sizes = [context.shape(t)[-2:] for t in (image, kernel, context.tensors[equation.key])]
        return all(n - k + 1 == out for n, k, out in zip(*sizes, strict=True))
    return False


def _read_linear(text: str) -> Linear | None:
    """`H - k_1 + 1` as counts of its letters, the number under the empty name."""
    plain = re.sub(r"[−–]", "-", re.sub(r"[\s_{}]", "", text)).replace("′", "").replace("'", "")
    if not LINEAR.fullmatch(plain):
        return None
    found: dict[str, int] = {}
    for sign, name in TERM.findall(plain):
        count = -1 if sign == "-" else 1
        key, by = ("", count * int(name)) if name.isdigit() else (name, count)
        found[key] = found.get(key, 0) + by
    return {n: c for n, c in found.items() if c}
