"""What a start loads: nobody waits for a writer of C who asks for none."""

import subprocess
import sys

import pytest

LOADED = "import sys, symconv.api; print(*(m for m in sys.modules if m.startswith('symconv.')))"


@pytest.mark.rest
def test_a_network_is_read_without_what_writes_c():
    done = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True
    )
    loaded = done.stdout.split()
    assert "symconv.network.build" in loaded
    assert [m for m in loaded if m.startswith("symconv.codegen.c.")] == []
