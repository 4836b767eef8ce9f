"""What the words above a matrix say that it is: the kernel, the target, the error, a gradient."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from symconv.claims.model.context import NetworkContext
from symconv.claims.parsing.labelled_matrices import LabelledMatrix
from symconv.core.tensor import Tensor

CHANGED = "flipped|rotated|rot180|transposed?|padded|reshaped|flattened|old|previous|numerical"
LEXICON = (
    ("updated", r"\b(?:new|updated|next|improved)\b.*\b(?:filters?|kernels?|weights?)\b"),
    ("gradient", r"\b(?:gradients?|derivatives?)\b"),
    ("error", r"\b(?:errors?|deltas?|differences?|residuals?)\b"),
    (
        "other",
        rf"\b(?:desired|true|ideal|optimal|target|{CHANGED})\s+(?:filters?|kernels?|weights?)\b",
    ),
    ("other", rf"\b(?:{CHANGED})\b"),
    ("target", r"\b(?:targets?|desired|expected|labels?|ground truth)\b"),
    ("activated", r"\b(?:relus?|sigmoid|tanh|softplus|activations?|activated)\b"),
    ("input", r"\b(?:inputs?|images?)\b"),
    ("kernel", r"\b(?:filters?|kernels?|weights?)\b"),
    ("output", r"\b(?:outputs?|feature maps?|results?|predictions?|convolution|pooling|pooled)\b"),
)
"""The words for each thing; the first that fits is taken, as `error as kernel` is no kernel."""

BEFORE_ACTIVATION = re.compile(r"\b(?:before|without|pre-?)\s*(?:the\s+)?(?:activations?|relus?)\b")
FORMULA = re.compile(r"\(([A-Za-z_ ]{1,40}[-−–+*][A-Za-z_ ]{1,40})\)")
RATE = re.compile(r"\b(?:learning rate|step size)\b[^\d\n]{0,20}?(\d*\.\d+|\d+)", re.IGNORECASE)
OF_INPUT = re.compile(r"\b(?:inputs?|images?)\b")
OF_OUTPUT = re.compile(r"\b(?:outputs?|feature maps?|activations?|pooled|pooling|relus?)\b")
WEAK = re.compile(r"\b(?:results?|should|want\w*|would|expect\w*|if)\b")
ORDINALS = (r"\b(?:first|1st)\b", r"\b(?:second|2nd)\b", r"\b(?:third|3rd)\b")
ACTIVATIONS = {"relu", "sigmoid", "tanh", "softplus"}
GIVEN_ROLES = {"input": "input", "target": "target", "kernel": "parameter"}


@dataclass(frozen=True)
class LabelReading:
    """What a matrix is taken to be: a given value of a tensor, or claims any of which it may be."""

    role: str
    given: str = ""
    claims: tuple[str, ...] = ()
    rate: str = ""
    weak: bool = False
    """Whether the words may well mean something else, so that nothing is wrong by them."""


def read_label(matrix: LabelledMatrix, context: NetworkContext) -> LabelReading | None:
    """What the words above a matrix say; None where they say nothing that a network has."""
    said = matrix.label.lower()
    plain = FORMULA.sub(" ", said) if "error" in said else said
    role = next((name for name, words in LEXICON if re.search(words, plain)), "")
    if role == "activated" and BEFORE_ACTIVATION.search(said):
        role = "output"
    rate = RATE.search(matrix.label)
    found = LabelReading(role, rate=rate[1] if rate else "")
    if role == "other":
        return found
    if role in GIVEN_ROLES:
        tensors = _pick_ordinal(_fitting(matrix, context, GIVEN_ROLES[role]), said)
        # Of two kernels of one shape nobody knows which one is meant.
        given = tensors[0].key if len(tensors) == 1 else ""
        return LabelReading(role if len(tensors) < 2 else "other", given=given, rate=found.rate)
    left = list(_list_left_sides(role, matrix, context))
    claims = tuple(f"{side} = {matrix.literal}" for side in left)
    weak = WEAK.search(said) is not None or (role == "error" and not FORMULA.search(matrix.label))
    return LabelReading(role, claims=claims, rate=found.rate, weak=weak) if role else None


def _pick_ordinal(tensors: list[Tensor], said: str) -> list[Tensor]:
    """The tensor that `first` or `second` names; all of them where nothing does."""
    for n, words in enumerate(ORDINALS):
        if len(tensors) > 1 and re.search(words, said):
            return tensors[n : n + 1]
    return tensors


def _list_left_sides(role: str, matrix: LabelledMatrix, context: NetworkContext) -> Iterator[str]:
    """The formulas that a matrix may be the value of, the likeliest first."""
    cost = context.cost
    values = _fitting(matrix, context, "value")
    if role == "output":
        yield from (t.key for t in values)
    elif role == "activated":
        yield from (t.key for t in values if _is_activated(t, matrix, context))
    elif role == "gradient":
        said = matrix.label.lower()
        wanted = "input" if OF_INPUT.search(said) else "parameter"
        wanted = "value" if OF_OUTPUT.search(said) else wanted
        tensors = _pick_ordinal(_fitting(matrix, context, wanted), said)
        yield from (f"d{cost}/d{t.key}" for t in tensors)
    elif role == "updated":
        yield from (
            f"{t.key} - eta d{cost}/d{t.key}" for t in _fitting(matrix, context, "parameter")
        )
    elif role == "error":
        yield from _list_errors(matrix, context, values)


def _is_activated(tensor: Tensor, matrix: LabelledMatrix, context: NetworkContext) -> bool:
    """Whether a value comes out of the activation that the words name, or of any."""
    equation = context.forward.equation(tensor.key)
    kind = "" if equation is None else equation.kind
    said = matrix.label.lower()
    named = {word for word in ACTIVATIONS if word in said}
    return kind in (named or ACTIVATIONS)


def _list_errors(
    matrix: LabelledMatrix, context: NetworkContext, values: Sequence[Tensor]
) -> Iterator[str]:
    """The differences and error signals that may be called an error; the one that is stated."""
    stated = FORMULA.search(matrix.label)
    if stated:
        yield re.sub("[−–]", "-", stated[1])
        return
    output, targets = context.before_cost, _fitting(matrix, context, "target")
    for target in targets:
        if output is not None:
            yield f"{target.key} - {output.key}"
            yield f"{output.key} - {target.key}"
    yield from (f"d{context.cost}/d{t.key}" for t in reversed(values))


def _fitting(matrix: LabelledMatrix, context: NetworkContext, role: str) -> list[Tensor]:
    """The tensors of a role that have the shape of a matrix."""
    shape = _squeeze((len(matrix.rows), len(matrix.rows[0])))
    found = [t for t in context.forward.tensors if t.role == role]
    return [t for t in found if _squeeze(context.shape(t)) == shape]


def _squeeze(shape: Sequence[int]) -> tuple[int, ...]:
    return tuple(n for n in shape if n > 1)
