"""Modules for PyTorch: layers drawn at random, called as one operation."""

import inspect

import numpy as np
import torch
from torch_layers import CASES, Draw


def draw_case(keyword, seed):
    """A network of one layer, its arrays without ties, and the same layer of PyTorch."""
    d = Draw(f"torch style {keyword} {seed}")
    network, arrays, reference = CASES[keyword](d)
    wanted = {t.key for t in network.backward().wrt}
    random = np.random.default_rng(seed)
    moved = {
        k: a + 0.01 * random.normal(size=a.shape) if k in wanted and a.dtype.kind == "f" else a
        for k, a in arrays.items()
    }
    return network, moved, reference


class Operation:
    """The operation of a network, and tensors for it."""

    def __init__(self, network, arrays, dtype=torch.float64, device="cpu"):
        self.module = network.compile("torch").module
        names = network._module_names.tensors
        keys = {names[t.key]: t.key for t in network.program.given}
        self.wanted = {t.key for t in network.backward().wrt}
        taken = inspect.signature(self.module.network).parameters
        self.keys = [keys[name] for name in taken]
        self.tensors = {}
        for key in self.keys:
            tensor = torch.as_tensor(arrays[key], device=device)
            tensor = tensor.to(dtype) if tensor.is_floating_point() else tensor
            self.tensors[key] = tensor.clone().requires_grad_(key in self.wanted)

    @property
    def arguments(self):
        return tuple(self.tensors.values())

    def __call__(self, *given):
        return self.module.network(*given)

    def gradients(self, cotangent):
        """The output, and the gradients by key."""
        output = self(*self.arguments)
        wanted = [k for k in self.keys if k in self.wanted]
        slope = torch.as_tensor(cotangent, dtype=output.dtype).reshape(output.shape)
        found = torch.autograd.grad(output, [self.tensors[k] for k in wanted], slope)
        return output.detach(), dict(zip(wanted, found, strict=True))
