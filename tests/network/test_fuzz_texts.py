"""Texts of random stages: each is refused in one message, or every tensor of it is named."""

import random

import pytest

from symconv.api import Network
from symconv.core.errors import SymconvError
from symconv.layers import catalogue

SIZES = ("3", "4", "N", "H", "2x3", "4x4", "HxW", "Nx3", "Nx4x4", "2x4x4", "NxCxHxW", "2x2x3x3")
SIZES += ("5x5", "1x1", "NxN", "3x4x5x6", "2x1x3x4x5")
NAMES = ("x", "w", "b", "t", "y", "z", "a", "h1", "β", "w^1", "z^2", "N", "for", "")
WORDS = ("stride", "padding", "channels", "batch", "bias", "axis", "last", "of", "->", "labels")
WORDS += ("slope", "groups", "2", "-1", "none", "same", "x", "reduction", "mean", "0.5", "ceil")
INDICES = ("i", "j", "m", "b", "i+m", "2*i", "i-1", "0", "N-1", "q")
CALLS = ("sin", "cos", "relu", "exp", "max", "min", "cosh", "sum(m<2)", "max(m<2)", "prod(m<2)")
SHORTEST, LONGEST = 1, 5


def pick(draw, *several):
    return draw.choice([w for words in several for w in words])


def entry(draw):
    places = ", ".join(pick(draw, INDICES) for _ in range(draw.randint(1, 3)))
    return draw.choice((f"{pick(draw, NAMES)}[{places}]", pick(draw, NAMES), "2", "[i < j]"))


def value(draw, depth=2):
    if depth == 0:
        return entry(draw)
    left, right = value(draw, depth - 1), value(draw, depth - 1)
    made = (f"{left} {draw.choice('+-*/ ')} {right}", f"{pick(draw, CALLS)}({left})", left)
    return draw.choice((*made, f"{pick(draw, CALLS)} {left}"))


def equation(draw):
    left = draw.choice(("y[i]", "y[i,j]", "s", "C", "h[b,i]", "z[2*i+m]"))
    return f"{left} = {value(draw)}" + draw.choice(("", "", " for i<3", " for i<2, j<2"))


def layer(draw):
    options = (pick(draw, NAMES, SIZES, WORDS) for _ in range(draw.randint(0, 4)))
    return " ".join((draw.choice(sorted(catalogue())), *options))


def usual(draw):
    stages = ("conv w 2x2 bias b", "conv w 3", "maxpool 2", "flatten", "dense 3", "softmax", "relu")
    stages += ("batchnorm", "layernorm", "global_avgpool", "input z 3", "constant m 4x4", "mul m")
    stages += ("sse t", "cross_entropy labels", "conv w^1 2x2", "add x", "dense 2 last", "scale g")
    return draw.choice(stages)


def network_text(seed):
    draw = random.Random(seed)
    first = (
        draw.choice((f"input {pick(draw, NAMES)}", "input x", "input")) + " " + pick(draw, SIZES)
    )
    first += draw.choice(("", "", "", " batch N", " batch 2", " channels 3", " channels none"))
    makers = (layer, usual, usual, usual, equation)
    stages = (draw.choice(makers)(draw) for _ in range(draw.randint(SHORTEST, LONGEST)))
    return " | ".join((first, *stages))


def accepted(text):
    """The reading of a text; None where it is refused in a message."""
    try:
        network = Network.parse(text)
    except SymconvError as error:
        return None if error.message else ()
    lines = network.reading
    assert len(lines) == len(network.program.tensors)
    for tensor, line in zip(network.program.tensors, lines, strict=True):
        assert line.startswith(f"{tensor.key}: {tensor.role}, ")
        assert tensor.scalar or all(str(n) in line for n in tensor.shape)
    return lines


@pytest.mark.parametrize("part", range(10))
def test_no_text_is_accepted_whose_reading_does_not_name_every_tensor(part):
    taken = sum(accepted(network_text(f"{part} {n}")) is not None for n in range(40))
    assert taken


@pytest.mark.long
@pytest.mark.parametrize("part", range(50))
def test_none_of_many_texts_is_accepted_whose_reading_does_not_name_every_tensor(part):
    # A list, as `any` of a generator ends with the first text that is accepted.
    found = [accepted(network_text(f"many {part} {n}")) for n in range(100)]
    assert any(found)
