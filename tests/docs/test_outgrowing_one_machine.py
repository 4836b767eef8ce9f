"""The README's examples for more than one machine run as they stand."""

import importlib.util
import os
import re
import subprocess
import sys

import pytest
from paths import ROOT

SECTION = (ROOT / "README.md").read_text().partition("## Outgrowing one machine")[2]
EXAMPLES = re.findall(r"(?ms)^```python\n(.*?)^```", SECTION.partition("\n## ")[0])
DEVICES = {"XLA_FLAGS": "--xla_force_host_platform_device_count=8"}
COLLECTIVES = ("all-reduce", "all-gather", "all-to-all", "collective-permute", "reduce-scatter")
REST = (pytest.mark.rest, pytest.mark.long)

COUNTS = f"""
import re
step, known = module.cost_and_gradients, {{"parameters": parameters}}
program = step.lower(x, t, **known).compile().as_text()
print(*(len(re.findall(rf" {{name}}(?:-start)?\\(", program)) for name in {COLLECTIVES}))
alone, right = step(images, labels, **known)
assert abs(cost - alone) < 1e-5 * abs(alone)
for name, one in right.items():
    assert abs(gradients[name] - one).max() < 1e-5 * abs(one).max(), name
assert jax.device_count() == 8
assert len(x.sharding.device_set) == 8
"""


def example(library):
    """The example that imports a library, which is skipped without it."""
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed: its example cannot run")
    (found,) = (text for text in EXAMPLES if f"import {library}\n" in text)
    return found


def run(text, folder, command=(), **settings):
    """What a program prints that is a file of its own, as processes look for it there."""
    path = folder / "example.py"
    path.write_text(text)
    ran = subprocess.run(
        [sys.executable, *command, path],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), **settings},
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_one_all_reduce_adds_up_the_gradients_of_eight_devices(tmp_path):
    text = example("jax") + COUNTS
    assert run(text, tmp_path, **DEVICES).split() == ["1", "0", "0", "0", "0"]


@pytest.mark.parametrize("library", [pytest.param("dask", marks=REST)])
def test_wide_runs_are_spread_over_processes(library, tmp_path):
    printed = run(example(library), tmp_path)
    assert printed.split() == ["right", "wrong", "True"]
