"""One convolution with symbols for all sizes, compiled once, against PyTorch at many sizes."""

from functools import partial

import pytest

from symconv.api import Network
from symconv.core.errors import SymconvError

torch = pytest.importorskip("torch")
F = torch.nn.functional
torch_layers = pytest.importorskip("torch_layers")
Draw, room = torch_layers.Draw, torch_layers.room
TOLERANCE, compared = torch_layers.TOLERANCE, torch_layers.compared
SYMBOLIC = "input x NxCxHxW | conv w k1xk2 channels F stride s padding p dilation d bias beta -> z"


def torch_names(function):
    """A convolution of PyTorch by our names."""
    return lambda x, w, beta: function(x, w, bias=beta)


def symbolic_case(seed):
    """Batch, channels, filters, image, kernel, stride, padding and dilation."""
    if seed == 0:
        return 2, 3, 4, (16, 16), (7, 7), 3, 2, 1
    d = Draw(seed)
    while True:
        s, p, e = d.randint(1, 4), d.randint(0, 3), d.randint(1, 3)
        size, kernel = d.axes(2, 1, 17), d.axes(2, 1, 7)
        if room(size, kernel, (e, e), (p, p), (p, p)):
            return *d.axes(3, 1, 4), size, kernel, s, p, e


def test_one_compiled_convolution_serves_all_sizes(worst):
    assert count_remainders(worst, range(60)) > 15


@pytest.mark.long
def test_one_compiled_convolution_serves_many_more_sizes(worst):
    assert count_remainders(worst, range(60, 400)) > 85


def count_remainders(worst, seeds):
    """In how many axes a stride leaves a rest, in cases that all agree with PyTorch."""
    compiled, remainders = Network.parse(SYMBOLIC).compile(), 0
    for seed in seeds:
        n, c, f, size, kernel, s, p, e = symbolic_case(seed)
        d = Draw(seed)
        arrays = {"x": d.some(n, c, *size), "w": d.some(f, c, *kernel), "beta": d.some(f)}
        rows = zip(size, kernel, strict=True)
        remainders += any((h + 2 * p - e * (k - 1) - 1) % s for h, k in rows)
        reference = partial(F.conv2d, stride=s, padding=p, dilation=e)
        errors = compared(compiled, arrays, torch_names(reference), {"s": s, "p": p, "d": e}, seed)
        for quantity, error in errors.items():
            worst("conv, all symbolic", quantity, error)
        assert max(errors.values()) <= TOLERANCE, (seed, errors)
    return remainders


BORDERS = {
    "reflect": [(3, 2, 1), (4, 0, 3), (2, 1, 1), (2, 2, 0), (1, 0, 1), (5, 1, 5)],
    "circular": [(3, 3, 1), (4, 0, 3), (2, 1, 2), (2, 3, 0), (1, 1, 1), (1, 0, 2)],
}
"""The size of an axis and what stands before and behind it; the last ones of each are too much."""


@pytest.mark.parametrize("mode", BORDERS)
def test_what_an_open_axis_repeats_is_that_of_pytorch_or_refused(mode):
    text = f"input x H channels C batch N | pad P after Q mode {mode} -> y"
    network = Network.parse(text)
    for style in ("readable", "loops", "fast"):
        compiled = network.compile(style)
        for size, before, after in BORDERS[mode]:
            x = torch.arange(2.0 * size, dtype=torch.float64).reshape(1, 2, size)
            given = {"x": x.numpy(), "P": before, "Q": after}
            least = 1 if mode == "reflect" else 0
            if max(before, after) > size - least:
                with pytest.raises(ValueError, match=r"is (0|-[0-9]), but must be"):
                    compiled.forward(**given)
                continue
            wanted = torch.nn.functional.pad(x, (before, after), mode)
            assert (compiled.forward(**given).y == wanted.numpy()).all()


def test_sizes_that_leave_too_little_to_repeat_are_refused_when_they_become_numbers():
    network = Network.parse("input x H channels none | pad P mode reflect -> y")
    assert network.fixed(H=3, P=2).program
    with pytest.raises(SymconvError, match="is too small"):
        network.fixed(H=2, P=2)
