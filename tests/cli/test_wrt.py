"""`generate --wrt`: the gradients that are asked for, and nothing that only others need."""

import pytest
from command import symconv

TEXT = (
    "input x Nx1x5x5 | conv w 2x2 bias b -> z | relu -> a | flatten -> v | dense W 3 -> h | sse t"
)


@pytest.mark.parametrize("style", ["readable", "fast", "loops", "c"])
def test_only_the_gradients_of_the_names_are_computed(tmp_path, style):
    command = ["generate", TEXT, "--style", style, "--size", "N=2", "-o", str(tmp_path)]
    assert symconv(*command, "--wrt", "W", "--wrt", "b").returncode == 0
    text = (tmp_path / "network.py").read_text("utf-8")
    assert "dW" in text
    assert "db" in text
    assert not any(word in text for word in ("dx", "dw:", "dw ="))


def test_parameters_are_all_of_them_and_the_input_is_left_out(tmp_path):
    assert symconv("generate", TEXT, "-o", str(tmp_path), "--wrt", "parameters").returncode == 0
    text = (tmp_path / "network.py").read_text("utf-8")
    assert "return Gradients(dw, db, dW)" in text
    assert "dx" not in text


def test_a_name_that_is_none_is_refused(tmp_path):
    done = symconv("generate", TEXT, "-o", str(tmp_path), "--wrt", "q")
    assert done.returncode == 2
    assert "the network has no tensor 'q'" in done.stderr
