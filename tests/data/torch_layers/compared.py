"""How far a compiled module is from PyTorch."""

import numpy as np
import torch

TOLERANCE = 1e-12
TOLERANCES = {np.float64: TOLERANCE, np.float32: 2e-4}
"""In float32 sums of a hundred products lose three of seven digits, in either library."""


def relative(found, wanted):
    """The largest difference, relative to the largest entry (1 where all are 0)."""
    found, wanted = np.asarray(found), np.asarray(wanted)
    assert found.size == wanted.size
    assert found.dtype == wanted.dtype
    if not wanted.size:
        return 0.0
    difference = np.abs(found.reshape(wanted.shape) - wanted).max()
    return float(difference / (np.abs(wanted).max() or 1.0))


FIXED = frozenset("tyvpmn")
"""The arrays without a gradient: targets, weights, weights of positives, means, variances."""


def compared(compiled, arrays, reference, sizes, seed, *, dtype=np.float64, output=None):
    """The errors of the module's output and of its gradients, for random cotangents.

    `output` is the name of the output, which stands last unless a module keeps more.
    """
    arrays = {k: a.astype(dtype) if a.dtype.kind == "f" else a for k, a in arrays.items()}
    tensors = {
        k: torch.tensor(a, requires_grad=a.dtype.kind == "f" and k not in FIXED)
        for k, a in arrays.items()
    }
    wanted = reference(**tensors)
    taken = compiled.module.forward.__code__.co_varnames
    # A smoothing of 1 leaves nothing of targets that are probabilities: they are not asked for.
    assert arrays.keys() - {*taken} <= {"t"}
    values = compiled.forward(**{k: a for k, a in arrays.items() if k in taken}, **sizes)
    output = output or values._fields[-1]
    found = getattr(values, output)
    errors = {"forward": relative(found, wanted.detach().numpy())}
    known = {**arrays, **sizes, "values": values}
    draw = np.random.default_rng(seed).normal(size=tuple(wanted.shape))
    cotangent = torch.tensor(draw, dtype=wanted.dtype)
    seeds = [n for n in compiled.arrays.values() if n == f"delta_{output}"]
    if wanted.ndim == 0:
        wanted.backward()
    else:
        (wanted * cotangent).sum().backward()
        known |= {seeds[0]: cotangent.numpy().reshape(np.shape(found))}
    taken = compiled.module.backward.__code__.co_varnames
    found = compiled.backward(**{k: a for k, a in known.items() if k in taken})
    wanted = {k: t.grad.numpy() for k, t in tensors.items() if t.grad is not None}
    gradients = {k: relative(getattr(found, f"d{k}"), g) for k, g in wanted.items()}
    assert {f"d{k}" for k in wanted} == set(found._fields)
    return errors | {"gradients": max(gradients.values())}
