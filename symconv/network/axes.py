"""How the axes of an input are read: batch, channels, space, in this order.

1. `batch B` states the batch, and so does a first size that is called N and occurs once. `channels
   C` states the channels, and the shape then holds the axes of space alone; `channels none` says
   that there are none. `batch` and `channels` add an axis each.
2. What is not stated is found out: a reading is taken where every layer fits. A kernel or a window
   written `axb` spans two axes of space, `axbxc` three; a single size spans all of them. Pools take
   the axes of space of what they get. Softmax, cross entropy, dense layers, norms and scales need
   an axis of channels or of features; of two axes that nothing else settles they take the rows as
   samples.
3. Two axes are an image, or channels and one axis of space, or else samples of features; three are
   channels and an image, or samples of channels and one axis of space, or else a volume; four are
   samples of channels and an image, or else channels and a volume. One axis of space is tried only
   where a kernel of a single size or a layer of channels leaves the number open, and, behind a
   batch that is stated, where a window of a single size does.
4. Where several readings fit and mean different things the text is refused, and each is written
   out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from symconv.core.equation import Program
from symconv.core.errors import SymconvError
from symconv.core.tensor import Tensor
from symconv.layers.base import Layer
from symconv.layers.support.sizes import Size

from .spec import NO_CHANNELS, Input, NetworkSpec

MOST_AXES = 5
"""The most axes of space. Volumes over time and one more have five; with many more, windows have
thousands of places, and indices no letters that people use."""

BATCH_SIZE = "N"
"""The name of a first size that is the number of samples."""


@dataclass(frozen=True)
class AxisReading:
    """The sizes of an input by what they count; features stand where there is no space."""

    batch: tuple[Size, ...] = ()
    channels: tuple[Size, ...] = ()
    space: tuple[Size, ...] = ()
    features: tuple[Size, ...] = ()

    def text(self, name: str) -> str:
        """The stage of a network text that states it."""
        sizes = "x".join(map(str, self.space or self.features))
        channels = str(self.channels[0]) if self.channels else "none"
        said = f" channels {channels}" if self.space else ""
        return f"input {name} {sizes}{said}" + "".join(f" batch {n}" for n in self.batch)


def list_readings(spec: NetworkSpec) -> tuple[tuple[AxisReading, ...], ...]:
    """The readings that the input allows: those of a later group only where no earlier one fits."""
    given, shape = spec.input, spec.input.shape
    batch: tuple[Size, ...] = () if given.batch is None else (given.batch,)
    if not batch and shape[0] == BATCH_SIZE and shape.count(BATCH_SIZE) == 1 and len(shape) > 1:
        batch, shape = shape[:1], shape[1:]
    if given.channels is not None:
        channels: tuple[Size, ...] = () if given.channels == NO_CHANNELS else (given.channels,)
        _limit_axes(len(batch) + len(channels) + len(shape), len(shape))
        return ((AxisReading(batch, channels, shape),),)
    _limit_axes(len(batch) + len(shape), 0)
    if batch:
        return tuple(_with_batch(batch, shape, spec.layers))
    return tuple(_without_batch(shape, spec.layers))


def _limit_axes(count: int, space: int) -> None:
    """Refuse an input of more axes than a layer can name."""
    if count > MOST_AXES + 2 or space > MOST_AXES:
        raise SymconvError(
            f"an input of {count} axes", help="at most batch, channel and five of space"
        )


def _with_batch(
    batch: tuple[Size, ...], shape: tuple[Size, ...], layers: Sequence[Layer]
) -> Iterator[tuple[AxisReading, ...]]:
    """The readings of the axes behind a batch that is stated."""
    first, rest = shape[:1], shape[1:]
    signal = AxisReading(batch, first, rest)
    match len(shape):
        case 1:
            yield (AxisReading(batch, features=shape),)
        case 2:
            image = AxisReading(batch, space=shape)
            open_ = _leave_open(layers) or any(k.spans_all() for k in _settling(layers))
            yield (image, signal) if open_ else (image,)
            yield (signal,)
        case 3:
            yield (signal,)
            yield (AxisReading(batch, space=shape),)
        case _:
            yield (signal,)


def _without_batch(
    shape: tuple[Size, ...], layers: Sequence[Layer]
) -> Iterator[tuple[AxisReading, ...]]:
    """The readings of axes of which none is stated to be the batch."""
    first, rest = shape[:1], shape[1:]
    plain, samples = AxisReading((), first, rest), AxisReading(first, shape[1:2], shape[2:])
    match len(shape):
        case 1:
            yield (AxisReading(features=shape),)
        case 2:
            rows, image = AxisReading(first, features=rest), AxisReading(space=shape)
            if _begins_with_rows(layers):
                yield (rows,)
            yield (image, plain) if _leave_open(layers) else (image,)
            yield (plain, rows)
        case 3:
            yield (plain, samples) if _leave_open(layers) else (plain,)
            yield (samples,)
            yield (AxisReading(space=shape),)
        case 4:
            yield (samples,)
            yield (plain,)
        case _:
            yield (samples,)


def _settling(layers: Sequence[Layer]) -> Iterator[Layer]:
    """The layers that see the axes of the input: those before a flatten, a dense or an equation."""
    return takewhile(lambda layer: not layer.ends_axes, layers)


def _leave_open(layers: Sequence[Layer]) -> bool:
    """Whether a kernel does not say how many axes of space there are, or channels are needed."""
    kernels = (k for k in _settling(layers) if k.spans == "kernel")
    return any(k.spans_all() for k in kernels) or any(k.needs_channels() for k in _settling(layers))


def _begins_with_rows(layers: Sequence[Layer]) -> bool:
    """Whether a layer of channels or features comes before every window and every flatten."""
    deciding = (k for k in layers if _takes_classes(k) or k.spans or k.takes_space or k.ends_axes)
    return _takes_classes(next(deciding, None))


def _takes_classes(layer: Layer | None) -> bool:
    return layer is not None and (layer.needs_channels() or layer.needs_rows())


def choose_reading(spec: NetworkSpec, build: Callable[..., Program]) -> Program:
    """The program of the one reading that fits; SymconvError where none or several do.

    `build(reading, neutral=...)` makes a program, whose axes have letters that tell nothing if it
    is neutral.
    """
    refusal: SymconvError | None = None
    for group in list_readings(spec):
        found = dict[object, AxisReading]()
        for reading in group:
            try:
                made = build(reading, neutral=len(group) > 1)
            except SymconvError as error:
                refusal = refusal or error
                continue
            if len(group) == 1:
                return made
            found.setdefault(_meaning(made), reading)
        if len(found) > 1:
            raise _ambiguity(spec.input, list(found.values()))
        if found:
            return build(next(iter(found.values())), neutral=False)
    assert refusal is not None
    raise refusal


def _meaning(program: Program) -> object:
    """What a program computes, without what its axes are called and count."""
    shapes = tuple((t.key, t.shape, t.role) for t in program.tensors)
    return shapes, tuple((e.lhs, e.rhs, e.ranges) for e in program.equations)


def _ambiguity(given: Input, readings: Sequence[AxisReading]) -> SymconvError:
    sizes = "x".join(map(str, given.shape))
    texts = "; or ".join(
        f"{describe_sizes(r.batch, r.channels, r.space, r.features)}: '{r.text(given.name)} | ...'"
        for r in readings
    )
    return SymconvError(f"{sizes} can be read in {len(readings)} ways", help=f"write {texts}")


def describe_axes(tensor: Tensor) -> str:
    """What the axes of a value count, as `batch N, 10 features`."""
    lead, rest = tensor.shape[: tensor.batch], tensor.shape[tensor.batch :]
    if tensor.space is None:
        return describe_sizes(lead, (), (), ()) + ", " * bool(lead) + " x ".join(map(str, rest))
    if not tensor.space:
        return describe_sizes(lead, (), (), rest)
    cut = len(rest) - tensor.space
    return describe_sizes(lead, rest[:cut], rest[cut:], ())


def describe_sizes(
    batch: Sequence[object],
    channels: Sequence[object],
    space: Sequence[object],
    features: Sequence[object],
) -> str:
    """The sizes of axes with what they count."""
    said = [f"batch {n}" for n in batch]
    said += [f"{n} channel{'s' * (n != 1)}" for n in channels]
    if space:
        said.append(f"space {' x '.join(map(str, space))}")
    if features:
        plural = "s" * (list(features) != [1])
        said.append(f"{' x '.join(map(str, features))} feature{plural}")
    return ", ".join(said)
