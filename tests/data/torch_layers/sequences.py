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


def asked_of_others(d):
    """Keys and values of other sequences, with masks that are added, and PyTorch's function."""
    heads = d.randint(1, 3)
    width = heads * d.randint(1, 2)
    n, t, s = d.randint(1, 2), d.randint(1, 3), d.randint(1, 4)
    keys, values = d.randint(1, 4), d.randint(1, 4)
    biased, causal, split = d.half(), d.half(), d.half()
    masked, padded = d.choice(("", "TxS", "NxHxTxS", "1xHx1xS")), d.half()
    sizes = {"N": n, "H": heads, "T": t, "S": s, "1": 1}
    values = values if split else keys
    arrays = {"x": d.some(n, t, width), "a": d.some(n, s, keys)}
    arrays |= {"b": d.some(n, s, values)} if split else {}
    arrays |= {"Q": d.some(width, width), "K": d.some(width, keys)}
    arrays |= {"V": d.some(width, values), "O": d.some(width, width)}
    arrays |= {k: d.some(width) for k in ("bq", "bv", "bo")} if biased else {}
    # Names that the comparison knows to be given: m a mask, p one of the padding.
    shapes = {"m": masked.split("x") if masked else (), "p": "NS" if padded else ()}
    for name, letters in shapes.items():
        if letters:
            mask = d.some(*(sizes[k] for k in letters))
            # The first place that is asked is open to all: a softmax of nothing has no value.
            mask[..., 1:][mask[..., 1:] > 1] = -np.inf
            arrays[name] = mask
    stages = [f"input x {n}x{t}x{width}", f"input a {n}x{s}x{keys}"]
    stages += [f"input b {n}x{s}x{values}"] if split else []
    stages += [f"constant m {'x'.join(str(sizes[k]) for k in shapes['m'])}"] if masked else []
    words = f"attention Q K V O heads {heads} keys a" + " values b" * split + " causal" * causal
    words += " mask m" * bool(masked) + " padding_mask p" * padded
    words += " query_bias bq value_bias bv output_bias bo" * biased
    text = " | ".join((*stages, f"{words} of x -> y"))

    def reference(x, a, Q, K, V, O, b=None, bq=None, bv=None, bo=None, m=None, p=None):  # noqa: PLR0917
        added = torch.zeros(n, heads, t, s, dtype=x.dtype)
        if causal:
            added = added.masked_fill(torch.ones(t, s, dtype=torch.bool).triu(1), -torch.inf)
        added = added if m is None else added + m
        bias = torch.cat((bq, torch.zeros_like(bq), bv)) if biased else None
        return F.multi_head_attention_forward(
            x.transpose(0, 1), a.transpose(0, 1), (a if b is None else b).transpose(0, 1),
            width, heads, None, bias, None, None, not "zeros added", 0.0, O, bo,
            key_padding_mask=p, attn_mask=added.reshape(n * heads, t, s), need_weights=False,
            use_separate_proj_weight=True, q_proj_weight=Q, k_proj_weight=K, v_proj_weight=V,
        )[0].transpose(0, 1)  # fmt: skip

    return Network.parse(text), arrays, reference


def embedding(d):
    n, rows, columns = d.randint(1, 3), d.randint(2, 6), d.randint(1, 4)
    places = () if d.half() else (d.randint(1, 4),)
    made = layer("embedding", "w", (rows, columns))
    x = np.random.default_rng(d.getrandbits(32)).integers(0, rows, size=(n, *places))
    given = Network("x", places, batch=n) if places else Network("x", (n,))
    arrays = {"x": x, "w": d.some(rows, columns)}
    return given >> made, arrays, lambda x, w: F.embedding(input=x, weight=w)
