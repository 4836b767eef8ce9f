"""The example of two processes that train one module for PyTorch."""

import subprocess
import sys

import pytest
from paths import ROOT

pytest.importorskip("torch")


@pytest.mark.long
@pytest.mark.rest
def test_two_processes_train_what_one_trains():
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "two_processes.py"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    if done.stderr.startswith("skipped: ") or "\nskipped: " in done.stderr:
        pytest.skip(done.stderr.split("skipped: ")[1].strip())
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("2 processes against one, 5 steps: ")
