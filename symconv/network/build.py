"""From a network as data to the program that it means."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sympy import Expr

from symconv.calculus.single_values import drop_single_values
from symconv.core.equation import Equation, Program, SizeDefinition
from symconv.core.errors import SymconvError
from symconv.core.nodes import NamedNumber
from symconv.core.tensor import Name, Tensor
from symconv.layers.support.earlier import EarlierTensors
from symconv.layers.support.scope import Scope
from symconv.layers.support.sizes import per_axis

from .names import StageError, allocate_names, name_uses, size_names
from .spec import Input, NetworkSpec
from .validation import refuse_unsound

Span = tuple[int, int]


def build_program(
    spec: NetworkSpec, *, text: str | None = None, spans: tuple[Span, ...] = ()
) -> Program:
    """The forward program of a network.

    `text` and `spans` (one a stage, the input first) place an error in the text that was read.
    """
    names = _stage_names(spec, text, spans)
    taken = frozenset(u.letter for u in name_uses(spec)) | size_names(spec)
    _refuse_clashes(spec)
    scope = Scope(taken, "input", names[0])
    x = _input_tensor(spec.input, scope)
    earlier, equations = EarlierTensors(), list[Equation]()
    earlier.add(x)
    sizes, constants = dict[tuple[Expr, Expr], SizeDefinition](), list[NamedNumber]()
    for stage, layer in enumerate(spec.layers, start=1):
        if x.scalar:
            raise SymconvError(
                "nothing may follow the cost", text=text, position=_span_at(spans, stage)
            )
        scope = Scope(
            taken, layer.title, names[stage], layer.kind, earlier, sizes=sizes, constants=constants
        )
        here = _span_at(spans, stage)
        with locate_errors(text, here), shift_errors(text, here[0] if here else 0):
            made = layer.forward(x, scope)
            stage_equations = made if isinstance(made, tuple) else (made,)
            for equation in stage_equations:
                refuse_unsound(equation)
        equations += (drop_single_values(e, sizes.values()) for e in stage_equations)
        for tensor in scope.tensors:
            earlier.add(tensor)
        x = earlier.by_key[equations[-1].key]
    tensors = tuple(earlier.by_key.values())
    return Program(tensors, tuple(equations), x.key, tuple(sizes.values()))


def _stage_names(
    spec: NetworkSpec, text: str | None, spans: tuple[Span, ...]
) -> tuple[dict[str, Name], ...]:
    try:
        return allocate_names(spec)
    except StageError as error:
        error.text, error.position = text, _span_at(spans, error.stage)
        raise


@contextmanager
def locate_errors(text: str | None, position: Span | None) -> Iterator[None]:
    """Give an error without a position the span `position` of the network text."""
    try:
        yield
    except SymconvError as error:
        # The innermost place is the most exact one; outer stages must not overwrite it.
        if error.position is None:
            error.text, error.position = text, position
        raise


@contextmanager
def shift_errors(text: str | None, start: int) -> Iterator[None]:
    """Move the place of an error in a part of the network text to the place in the whole."""
    try:
        yield
    except SymconvError as error:
        if text is not None and error.text != text and error.position is not None:
            first, last = error.position
            error.text, error.position = text, (first + start, last + start)
        raise


def _span_at(spans: tuple[Span, ...], stage: int) -> Span | None:
    return spans[stage] if stage < len(spans) else None


def _input_tensor(given: Input, scope: Scope) -> Tensor:
    """The input tensor: (batch,) (channel,) and up to three axes of space."""
    shape = per_axis(given.shape, len(given.shape))
    stated = per_axis(given.batch, 1) if given.batch is not None else ()
    # A slice by a truth value: the first axis of four or more is the batch, otherwise there is
    # none.
    batch = stated or shape[: len(shape) > 3]
    rest = shape if stated else shape[len(batch) :]
    if len(rest) > 4:
        raise SymconvError(
            f"an input of {len(shape)} axes", help="at most batch, channel and three of space"
        )
    space = rest[len(rest) > 2 :] if len(rest) > 1 else ()
    ranges = (
        scope.ranges("batch", batch)
        + scope.ranges("channel", rest[: len(rest) - len(space)] if space else ())
        + scope.ranges("space", space)
        + scope.ranges("feature", () if space else rest)
    )
    return Tensor(
        scope.names["input"],
        tuple(n for _, n in ranges),
        "input",
        tuple(v.name for v, _ in ranges),
        batch=len(batch),
    )


def _refuse_clashes(spec: NetworkSpec) -> None:
    """A size and a tensor of the same name could not be told apart by a reader."""
    sizes = size_names(spec)
    for use in name_uses(spec):
        if use.letter in sizes:
            raise SymconvError(
                f"'{use.letter}' names both a size and a tensor", help="rename one of the two"
            )
