"""How far a compiled module is from PyTorch."""

import numpy as np
import torch

TOLERANCE = 1e-12


def relative(found, wanted):
    """The largest difference, relative to the largest entry (1 where all are 0)."""
    found, wanted = np.asarray(found), np.asarray(wanted)
    assert found.size == wanted.size
    assert found.dtype == wanted.dtype == np.float64
    if not wanted.size:
        return 0.0
    difference = np.abs(found.reshape(wanted.shape) - wanted).max()
    return float(difference / (np.abs(wanted).max() or 1.0))


def compared(compiled, arrays, reference, sizes, seed):
    """The errors of the module's output and of its gradients, for random cotangents."""
    tensors = {
        k: torch.tensor(a, requires_grad=a.dtype.kind == "f" and k not in {"t", "y"})
        for k, a in arrays.items()
    }
    output = reference(**tensors)
    values = compiled.forward(**arrays, **sizes)
    errors = {"forward": relative(values[-1], output.detach().numpy())}
    known = {**arrays, **sizes, "values": values}
    cotangent = torch.tensor(np.random.default_rng(seed).normal(size=tuple(output.shape)))
    seeds = [n for k, n in compiled.arrays.items() if n == f"delta_{values._fields[-1]}"]
    if output.ndim == 0:
        output.backward()
    else:
        (output * cotangent).sum().backward()
        known |= {seeds[0]: cotangent.numpy().reshape(np.shape(values[-1]))}
    taken = compiled.module.backward.__code__.co_varnames
    found = compiled.backward(**{k: a for k, a in known.items() if k in taken})
    wanted = {k: t.grad.numpy() for k, t in tensors.items() if t.grad is not None}
    gradients = {k: relative(getattr(found, f"d{k}"), g) for k, g in wanted.items()}
    assert {f"d{k}" for k in wanted} == set(found._fields)
    return errors | {"gradients": max(gradients.values())}
