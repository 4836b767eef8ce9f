"""From a network as data to the program that it means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from sympy import Expr
from sympy.tensor.indexed import Indexed

from symconv.calculus.single_values import drop_single_values
from symconv.core.equation import Equation, Program, SizeDefinition
from symconv.core.errors import SymconvError
from symconv.core.nodes import Equals, NamedNumber
from symconv.core.tensor import Name, Tensor, key_of
from symconv.layers.base import Layer
from symconv.layers.equation.layer import EquationLayer
from symconv.layers.given import GivenTensor
from symconv.layers.support.earlier import EarlierTensors
from symconv.layers.support.scope import Scope
from symconv.layers.support.sizes import per_axis

from .axes import AxisReading, choose_reading, list_readings
from .names import StageError, allocate_names, name_uses, size_names
from .spec import Input, NetworkSpec
from .validation import refuse_unsound

Span = tuple[int, int]
LOOKED_UP = "embedding"
"""The layer whose input numbers the rows of a table."""


def build_program(
    spec: NetworkSpec, *, text: str | None = None, spans: tuple[Span, ...] = ()
) -> Program:
    """The forward program of a network.

    `text` and `spans` (one a stage, the input first) place an error in the text that was read.
    """
    names = _stage_names(spec, text, spans)
    _refuse_clashes(spec)
    return choose_reading(
        spec,
        lambda reading, *, neutral: _read_program(
            spec, names, reading, text, spans, neutral=neutral
        ),
    )


def _read_program(  # noqa: PLR0913 - all that an error shows
    spec: NetworkSpec,
    names: tuple[dict[str, Name], ...],
    reading: AxisReading,
    text: str | None,
    spans: tuple[Span, ...],
    *,
    neutral: bool,
) -> Program:
    """The program of one reading of the axes; `neutral` letters of axes say nothing of it."""
    taken = frozenset(u.letter for u in name_uses(spec)) | size_names(spec)
    scope = Scope(taken, "input", names[0])
    x = _input_tensor(reading, scope)
    if neutral:
        x = replace(x, axes=tuple(f"axis{n}" for n in range(len(x.shape))))
    earlier, equations = EarlierTensors(), list[Equation]()
    earlier.add(x)
    sizes, constants = dict[tuple[Expr, Expr], SizeDefinition](), list[NamedNumber]()
    for stage, layer in enumerate(spec.layers, start=1):
        scope = Scope(
            taken, layer.title, names[stage], layer.kind, earlier, sizes=sizes, constants=constants
        )
        here = _span_at(spans, stage)
        if isinstance(layer, GivenTensor):
            with locate_errors(text, here):
                x = _give(layer, scope, x)
            continue
        with locate_errors(text, here), shift_errors(text, here[0] if here else 0):
            x = scope.value(layer.of) if layer.of else x
            if x.scalar and not isinstance(layer, EquationLayer):
                raise SymconvError(
                    "nothing may follow the cost", help="but an equation that reads it: D = 2*C"
                )
            scope.applied = x.key
            made = layer.with_letters(scope).forward(x, scope)
            stage_equations = made if isinstance(made, tuple) else (made,)
            for equation in stage_equations:
                refuse_unsound(equation)
        equations += (drop_single_values(e, sizes.values()) for e in stage_equations)
        for tensor in scope.tensors:
            earlier.add(replace(tensor, space=_space_of(tensor, layer, x)))
        x = earlier.by_key[equations[-1].key]
    tensors = tuple(_value_unless_last(t, x, equations) for t in earlier.by_key.values())
    tensors = tuple(_given_if_looked_up(t, equations) for t in tensors)
    return Program(tensors, tuple(equations), x.key, tuple(sizes.values()))


def _give(layer: GivenTensor, scope: Scope, x: Tensor) -> Tensor:
    """Take in a tensor that a stage gives; what stands behind it is applied to the last input."""
    shape = layer.shape if isinstance(layer.shape, tuple) else (layer.shape,)
    alone = NetworkSpec(Input(layer.name, shape, layer.batch, layer.channels))
    scope.names["input"] = scope.names["given"]
    made = _input_tensor(list_readings(alone)[0][0], scope)
    if layer.role == "input":
        scope.earlier.add(made)
        return made
    scope.earlier.add(replace(made, role="target", purpose="constant"), declared=True)
    return x


def _value_unless_last(tensor: Tensor, last: Tensor, equations: Sequence[Equation]) -> Tensor:
    """A cost that an equation goes on with is a value like any other."""
    if tensor.role != "cost" or tensor.key == last.key:
        return tensor
    if not any(tensor.key in e.reads for e in equations):
        raise SymconvError(
            f"nothing reads the cost {tensor.key}, and more follows it",
            help=f"let an equation go on with it: D = {tensor.key} + ...",
        )
    return replace(tensor, role="value", space=0)


def _given_if_looked_up(tensor: Tensor, equations: Sequence[Equation]) -> Tensor:
    """An input that numbers the rows of a table is given as labels are: it has no gradient."""
    if tensor.role != "input":
        return tensor
    readers = [e for e in equations if tensor.key in e.reads]
    if not any(e.kind == LOOKED_UP for e in readers):
        return tensor
    for equation in readers:
        compared = {e.label for e in equation.rhs.atoms(Equals)}
        entries = {a for a in equation.rhs.atoms(Indexed) if key_of(a) == tensor.key}
        if not entries <= compared:
            raise SymconvError(
                f"'{tensor.key}' holds row numbers, and {equation.key} calculates with them",
                help="give the embedding an input of its own: 'input k NxT'",
            )
    return replace(tensor, role="target", purpose="input")


def _space_of(tensor: Tensor, layer: Layer, x: Tensor) -> int | None:
    """How many axes of space a tensor of a layer has that is applied to x."""
    kernel = tensor.role == "parameter" and bool(layer.spans)
    rank = layer.space_after(x, len(tensor.shape)) if kernel or tensor.role == "value" else None
    return rank if rank is None or rank <= len(tensor.shape) else None


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


def _input_tensor(given: AxisReading, scope: Scope) -> Tensor:
    """The input tensor: (batch,) (channel,) and up to five axes of space, or features."""
    rank = len(given.space)
    ranges = (
        scope.ranges("batch", per_axis(given.batch, len(given.batch)))
        + scope.ranges("channel", per_axis(given.channels, len(given.channels)))
        + scope.ranges("space", per_axis(given.space, rank))
        + scope.ranges("feature", per_axis(given.features, len(given.features)))
    )
    return Tensor(
        scope.names["input"],
        tuple(n for _, n in ranges),
        "input",
        tuple(v.name for v, _ in ranges),
        batch=len(given.batch),
        space=rank,
    )


def _refuse_clashes(spec: NetworkSpec) -> None:
    """A size and a tensor of the same name could not be told apart by a reader."""
    sizes = size_names(spec)
    for use in name_uses(spec):
        if use.letter in sizes:
            raise SymconvError(
                f"'{use.letter}' names both a size and a tensor", help="rename one of the two"
            )
