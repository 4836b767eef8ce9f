"""The README's examples for more than one machine run as they stand, given what they speak of."""

import importlib.util
import os
import re
import subprocess
import sys
from textwrap import indent

import pytest
from paths import ROOT

SECTION = (ROOT / "README.md").read_text().partition("## Outgrowing one machine")[2]
EXAMPLES = re.findall(r"(?ms)^```python\n(.*?)^```", SECTION.partition("\n## ")[0])
GIVEN = """
import numpy as np
import symconv
net = symconv.Network.parse(
    "input x Nx1x8x8 | conv w 3x3 channels 4 | relu | flatten | dense W 3 | cross_entropy t labels"
)
random = np.random.default_rng(0)
images, labels = random.random((64, 1, 8, 8), np.float32), random.integers(3, size=64)
"""

DEVICES = {"XLA_FLAGS": "--xla_force_host_platform_device_count=8"}
COLLECTIVES = ("all-reduce", "all-gather", "all-to-all", "collective-permute", "reduce-scatter")
ONE_DEVICE = f"""
import re
step, known = module.cost_and_gradients, {{"parameters": module.initial(seed=0)}}
program = step.lower(x, t, **known).compile().as_text()
print(*(len(re.findall(rf" {{name}}(?:-start)?\\(", program)) for name in {COLLECTIVES}))
alone, right = step(images, labels, **known)
assert abs(cost - alone) < 1e-5 * abs(alone)
for name, one in right.items():
    assert abs(gradients[name] - one).max() < 1e-5 * abs(one).max(), name
assert len(x.sharding.device_set) == jax.device_count() == 8
"""

ONE_PROCESS = """
import torch
torch.distributed.init_process_group("gloo", init_method="file://{store}", rank=0, world_size=1)
part, images, labels = slice(32), torch.from_numpy(images), torch.from_numpy(labels)
"""
DERIVED = """
alone = net.compile("torch").module
known = {n: p.detach() for n, p in model.module.named_parameters()}
cost, right = alone.cost_and_gradients(images[part], labels[part], parameters=known)
for name, one in model.module.named_parameters():
    torch.testing.assert_close(one.grad, right[name])
torch.distributed.destroy_process_group()
"""

CLAIMS = """
import symconv
net = symconv.Network.parse("input x 3 | dense w 2 -> h | sse t -> C")
claims = ["dC/dw_{0,1} = 2 (h_0 - t_0) x_1", "dC/dx_0 = 2 (h_0 - t_0) w_{0,0}"]
"""
PRINTED = "print(*(v.verdict for v in verdicts), all(check.passed for check in checks))"


def example(library):
    """The example that imports a library, which is skipped without it."""
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed: its example cannot run")
    (found,) = (text for text in EXAMPLES if re.match(rf"(import|from) {library}\b", text))
    return found


def run(text, folder, **settings):
    """What a program prints that is a file of its own, as processes look for it there."""
    path = folder / "example.py"
    path.write_text(text)
    ran = subprocess.run(
        [sys.executable, path],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), **settings},
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.rest
def test_one_all_reduce_adds_up_the_gradients_of_eight_devices(tmp_path):
    printed = run(GIVEN + example("jax") + ONE_DEVICE, tmp_path, **DEVICES)
    assert printed.split() == ["1", "0", "0", "0", "0"]


@pytest.mark.rest
@pytest.mark.long
def test_data_parallel_pytorch_takes_the_gradients_of_the_module(tmp_path):
    before = GIVEN + ONE_PROCESS.format(store=tmp_path / "store")
    run(before + example("torch") + DERIVED, tmp_path)


@pytest.mark.rest
@pytest.mark.long
def test_claims_and_verifications_are_spread_over_processes(tmp_path):
    body = indent(example("dask") + PRINTED, "    ")
    printed = run(f'{CLAIMS}if __name__ == "__main__":\n{body}', tmp_path)
    assert printed.split() == ["right", "wrong", "True"]
