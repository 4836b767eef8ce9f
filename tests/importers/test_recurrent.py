"""Recurrent cells and layers of PyTorch, unrolled: every gradient is that of torch."""

import pytest
from imported import compare_imported

from symconv.core.errors import SymconvError
from symconv.imports import from_torch

torch = pytest.importorskip("torch")
torch_models = pytest.importorskip("torch_models")
nn = torch.nn


class Layer(nn.Module):
    """A recurrent layer, and what is taken of what it returns."""

    def __init__(self, kind, take=lambda made: made[0], **options):
        super().__init__()
        self.layer, self.take = kind(2, 3, **options), take

    def forward(self, x, *states):
        state = states if len(states) > 1 else states[0] if states else None
        return self.take(self.layer(x, state))


class Cell(nn.Module):
    """A cell that runs over a sequence, as people write it."""

    def __init__(self, kind, **options):
        super().__init__()
        self.cell = kind(2, 3, **options)

    def forward(self, x):
        state = None
        for n in range(x.shape[0]):
            state = self.cell(x[n], state)
        return state[0] if isinstance(state, tuple) else state


def last(made):
    return made[0][:, -1]


def both_memories(made):
    return made[1][1]


CASES = {
    "a GRU, its last state": (lambda: Layer(nn.GRU, last, batch_first=True), (2, 3, 2)),
    "an LSTM in two layers and directions": (
        lambda: Layer(nn.LSTM, num_layers=2, bidirectional=True),
        (2, 2, 2),
    ),
    "an LSTM with its states, the memories": (
        lambda: Layer(nn.LSTM, both_memories, bidirectional=True, bias=False),
        *((3, 2, 2), (2, 2, 3), (2, 2, 3)),
    ),
    "an RNN with its state": (
        lambda: Layer(nn.RNN, nonlinearity="relu", batch_first=True),
        *((2, 3, 2), (1, 2, 3)),
    ),
    "an RNN, its last state as torch gives it": (
        lambda: Layer(nn.RNN, lambda made: made[1]),
        (2, 3, 2),
    ),
    "a GRU with two layers and its states": (
        lambda: Layer(nn.GRU, num_layers=2),
        *((2, 1, 2), (2, 1, 3)),
    ),
    "cells of LSTM": (lambda: Cell(nn.LSTMCell), (2, 3, 2)),
    "cells of GRU": (lambda: Cell(nn.GRUCell), (2, 1, 2)),
    "cells of RNN without a bias": (lambda: Cell(nn.RNNCell, bias=False), (3, 2, 2)),
}
CHEAP = ("cells of RNN without a bias",)


@pytest.mark.parametrize("name", CHEAP)
def test_recurrent_layers_are_unrolled(name):
    make, *shapes = CASES[name]
    torch.manual_seed(8)
    model, inputs = make().double(), tuple(torch.randn(s).double() for s in shapes)
    expected = torch_models.differentiate(model, inputs)
    imported = from_torch(model, inputs)
    compare_imported(imported, [x.numpy() for x in inputs], expected)
    assert "K" not in imported.text, "a state of zeros is none"


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(set(CASES) - set(CHEAP)))
def test_more_recurrent_layers_are_unrolled(name):
    test_recurrent_layers_are_unrolled(name)


REFUSED = {
    "65 steps: 64 at most are unrolled": (Layer(nn.RNN), (65, 1, 2)),
    "dropout in training between recurrent layers": (
        Layer(nn.GRU, num_layers=2, dropout=0.5),
        (2, 1, 2),
    ),
    "as with projections": (Layer(nn.LSTM, proj_size=2), (2, 1, 2)),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_is_not_unrolled_is_named(reason):
    model, shape = REFUSED[reason]
    with pytest.raises(SymconvError) as caught:
        from_torch(model, (torch.randn(shape),))
    assert reason in str(caught.value)
