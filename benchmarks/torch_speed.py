"""LeNet-5 in PyTorch: its own layers against the derived operation, on tensors and in C.

    python benchmarks/torch_speed.py [--batch 32] [--rounds 15]

A step is the cost and the gradients of the parameters and of the images, float32, one thread. The
rivals take turns in one process, and what counts is the median; every one of them goes through
`backward`, as an optimiser has it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter

import torch
from torch.nn import functional

from symconv import Network
from symconv.network.examples import BY_NAME

LAST = 0.02
"""Seconds of one turn: long against the clock, short against what else a machine does."""

CLOSE = 1e-4
"""How far gradients of float32 may be from those of PyTorch's layers, relative to the largest."""


def apply_layers(
    model: torch.nn.Module, images: torch.Tensor, labels: torch.Tensor
) -> torch.Tensor:
    """The same network in layers of PyTorch, with the parameters of the module."""
    w1, b1, w2, b2, *dense = model.parameters()
    x = functional.max_pool2d(functional.conv2d(images, w1, b1, padding=2).relu(), 2)
    x = functional.max_pool2d(functional.conv2d(x, w2, b2).relu(), 2).flatten(1)
    for weight, bias in zip(dense[::2], dense[1::2], strict=True):
        x = functional.linear(x.relu() if weight is not dense[0] else x, weight, bias)
    return functional.cross_entropy(x, labels)


def time_turn(step: Callable[[], object]) -> float:
    """Seconds a call, over one turn."""
    start, calls = perf_counter(), 0
    while perf_counter() - start < LAST:
        step()
        calls += 1
    return (perf_counter() - start) / calls


def main() -> int:
    """Check the rivals against each other, then time them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    torch.set_num_threads(1)
    network = Network.parse(BY_NAME["lenet5"].text).fixed(N=options.batch)
    module, face = network.compile("torch").module, network.compile("c").module
    plain, in_c = module.Network(seed=0), module.Network(seed=0, face=face)
    shape = [int(n) for n in network.program.given[0].shape]
    images = torch.randn(shape, requires_grad=True)
    labels = torch.randint(10, (options.batch,))
    rivals: dict[str, Callable[[], torch.Tensor]] = {
        "layers of PyTorch": lambda: apply_layers(plain, images, labels),
        "derived, on tensors": lambda: plain(images, labels),
        "derived, in C": lambda: in_c(images, labels),
    }
    learned = {name: in_c if name.endswith("C") else plain for name in rivals}

    def step(name: str) -> list[torch.Tensor]:
        return list(torch.autograd.grad(rivals[name](), [images, *learned[name].parameters()]))

    right, *others = (step(name) for name in rivals)
    for found in others:
        for one, other in zip(found, right, strict=True):
            assert float((one - other).abs().max() / other.abs().max()) <= CLOSE
    times: dict[str, list[float]] = {name: [] for name in rivals}
    for _ in range(options.rounds):
        for name, found in times.items():
            found.append(time_turn(lambda name=name: step(name)))
    base = median(times["layers of PyTorch"])
    for name, found in times.items():
        print(f"{name:20} {median(found) * 1e6:9.0f} us  {base / median(found):5.2f}x")
    return 0


if __name__ == "__main__":
    sys.exit(main())
