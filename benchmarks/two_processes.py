"""A module for PyTorch trained by two processes: DistributedDataParallel, against one process.

Each process has half of every batch; PyTorch adds their gradients up (gloo, over 127.0.0.1). The
costs are means over samples, so that the mean of both gradients is that of the whole batch.

    python benchmarks/two_processes.py
"""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from pathlib import Path

import torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel

from symconv import Network

NETWORK = (
    "input x Nx1x8x8 | conv w1 3x3 channels 4 padding 1 bias b1 | relu | maxpool 2 | flatten "
    "| dense W 10 bias c | cross_entropy t labels"
)
PROCESSES, SAMPLES, STEPS = 2, 8, 5
"""Few: what is shown is that the numbers are the same."""

NO_GROUP = 77
"""What a process exits with that finds no other, as on a machine without a network of its own."""

CLOSE = 1e-6
"""How far apart parameters may be, relative to the largest: sums of float32 in another order."""


def draw_batch(step: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The batch of a step, the same one in every process."""
    random = torch.Generator().manual_seed(step)
    images = torch.randn(SAMPLES, 1, 8, 8, generator=random)
    return images, torch.randint(10, (SAMPLES,), generator=random)


def train(part: slice, *, wrap: bool) -> dict[str, torch.Tensor]:
    """The parameters after some steps with a part of each batch."""
    network = Network.parse(NETWORK).compile("torch").module.Network(seed=0)
    model = DistributedDataParallel(network) if wrap else network
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for step in range(STEPS):
        images, labels = draw_batch(step)
        optimiser.zero_grad()
        model(images[part], labels[part]).backward()
        optimiser.step()
    return dict(network.state_dict())


def work(rank: int, port: int, path: str) -> None:
    """What one process does: its part of every batch; the first one saves the parameters."""
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    torch.set_num_threads(1)
    try:
        distributed.init_process_group("gloo", rank=rank, world_size=PROCESSES)
    except (RuntimeError, ValueError) as error:
        print(error, file=sys.stderr)
        sys.exit(NO_GROUP)
    share = SAMPLES // PROCESSES
    found = train(slice(rank * share, (rank + 1) * share), wrap=True)
    if rank == 0:
        torch.save(found, path)
    distributed.destroy_process_group()


def find_port() -> int:
    """A port that nobody listens to."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def measure_difference() -> float:
    """The largest difference of a parameter, relative to the largest of its tensor."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "parameters.pt"))
        torch.multiprocessing.spawn(work, args=(find_port(), path), nprocs=PROCESSES)
        together = torch.load(path)
    alone = train(slice(None), wrap=False)
    pairs = [(alone[name], together[name]) for name in alone]
    return max(float((a - b).abs().max() / a.abs().max()) for a, b in pairs)


if __name__ == "__main__":
    if not distributed.is_available() or not distributed.is_gloo_available():
        sys.exit("skipped: this PyTorch has no gloo")
    try:
        worst = measure_difference()
    except torch.multiprocessing.ProcessExitedException as error:
        sys.exit("skipped: the processes do not meet" if error.exit_code == NO_GROUP else 1)
    print(f"{PROCESSES} processes against one, {STEPS} steps: {worst:.1e} at most")
    sys.exit(worst > CLOSE)
