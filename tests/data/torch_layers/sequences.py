"""Layers of sequences: attention among the places, rows of a table by their numbers."""

import numpy as np
import torch

from symconv.api import Network

from .draws import layer, network

F = torch.nn.functional


def attention(d):
    """PyTorch's own module, with our weights in the place of its parameters."""
    heads, causal, biased = d.randint(1, 3), d.half(), d.half()
    width = heads * d.randint(1, 3)
    shape = (d.randint(1, 3), d.randint(1, 4), width)
    # A bias of the keys adds the same to all scores of a place: its gradient is 0, and rounding.
    biases = ("bq", None, "bv", "bo") if biased else (None,) * 4
    made = layer("attention", "Q", "K", "V", "O", heads, causal, *biases)
    arrays = {"x": d.some(*shape)} | {k: d.some(width, width) for k in "QKVO"}
    arrays |= {k: d.some(width) for k in biases if k}
    module = torch.nn.MultiheadAttention(width, heads, bias=biased, batch_first=True)
    mask = torch.ones(shape[1], shape[1], dtype=torch.bool).triu(1) if causal else None

    def reference(x, Q, K, V, O, bq=None, bv=None, bo=None):  # noqa: PLR0917
        own = {"in_proj_weight": torch.cat((Q, K, V)), "out_proj.weight": O}
        if biased:
            own |= {"in_proj_bias": torch.cat((bq, torch.zeros_like(bq), bv)), "out_proj.bias": bo}
        options = {"attn_mask": mask, "need_weights": False}
        return torch.func.functional_call(module, own, (x, x, x), options)[0]

    return network(shape[1:], made, batch=shape[0]), arrays, reference


def embedding(d):
    n, rows, columns = d.randint(1, 3), d.randint(2, 6), d.randint(1, 4)
    places = () if d.half() else (d.randint(1, 4),)
    made = layer("embedding", "w", (rows, columns))
    x = np.random.default_rng(d.getrandbits(32)).integers(0, rows, size=(n, *places))
    given = Network("x", places, batch=n) if places else Network("x", (n,))
    arrays = {"x": x, "w": d.some(rows, columns)}
    return given >> made, arrays, lambda x, w: F.embedding(input=x, weight=w)
