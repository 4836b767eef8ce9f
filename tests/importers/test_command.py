"""`symconv import`: three kinds of files, what is written, and files that are none of them."""

import json

import numpy as np
import pytest
from attacks import SECRET, lay_out
from keras_models import CLASSIFIER
from torch_archives import WEIGHT, members, pack

from symconv.cli import main
from symconv.cli.network_argument import load_network


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        with pytest.raises(SystemExit) as end:
            main(["import", *arguments])
        said = capsys.readouterr()
        return end.value.code, said.out, said.err

    return call


def test_a_file_becomes_a_network_and_its_weights(run, tmp_path):
    (tmp_path / "model.pt2").write_bytes(pack(members()))
    code, _, err = run("model.pt2", "-o", "net.txt", "--weights", "w.npz")
    assert (code, err) == (0, "written: w.npz\nwritten: net.txt\n")
    network = load_network("net.txt", None)
    assert [t.key for t in network.program.tensors] == ["x", "w", "z", "a"]
    assert "# w is 'c.weight' (2 x 1 x 2 x 2)" in (tmp_path / "net.txt").read_text()
    with np.load(tmp_path / "w.npz", allow_pickle=False) as arrays:
        assert np.array_equal(arrays["w"], WEIGHT)
    code, _, err = run("model.pt2", "-o", "net.txt", "--weights", "w.npz")
    assert code == 0, err
    (tmp_path / "net.txt").write_text("mine")
    code, _, err = run("model.pt2", "-o", "net.txt")
    assert code == 2
    assert "would be overwritten" in err


def test_an_architecture_of_keras_has_no_weights_and_a_note(run, tmp_path):
    (tmp_path / "model.json").write_text(json.dumps(CLASSIFIER))
    code, out, err = run("model.json", "--size", "batch=3")
    assert code == 0
    assert out.startswith("input image 6x5 channels 2 batch 3\n| conv w 3x3")
    assert "# w1 is 'conv/kernel' (3 x 3 x 2 x 3, axes 3 2 0 1)" in out
    assert err == "note: image: channels come before space, as in (N, C, H, W)\n"
    assert run("model.json", "--size", "batch=N")[1].startswith(
        "input image 6x5 channels 2 batch N"
    )
    assert run("model.json", "--weights", "w.npz")[::2] == (
        2,
        "error: the file has no weights to write\n",
    )


def test_an_onnx_file_is_told_by_its_bytes(run, tmp_path):
    onnx = pytest.importorskip("onnx")
    values = [onnx.helper.make_tensor_value_info(n, 1, ("N", 3)) for n in "xy"]
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Relu", ["x"], ["y"])], "g", *([v] for v in values)
    )
    (tmp_path / "model").write_bytes(onnx.helper.make_model(graph).SerializeToString())
    assert run("model")[:2] == (0, "input x 3 batch N\n| relu -> a\n")
    assert run("model", "--size", "N=2")[:2] == (0, "input x 3 batch 2\n| relu -> a\n")


def test_files_that_are_no_models_are_refused_in_one_line(run, tmp_path):
    lay_out(tmp_path)
    for path in sorted(tmp_path.iterdir())[::3]:
        code, out, err = run(str(path))
        assert (code, out) == (2, ""), path
        assert err.startswith("error: ")
        assert err.count("\n") <= 2
        assert SECRET not in err
        assert not {c for c in err if c < " " and c != "\n"}


def test_a_name_in_a_file_is_no_text_of_a_network(run, tmp_path):
    model = json.loads(json.dumps(CLASSIFIER).replace('"conv"', r'"c\n| relu"'))
    (tmp_path / "model.json").write_text(json.dumps(model))
    code, out, _ = run("model.json")
    assert code == 0
    assert "# w1 is 'c | relu/kernel'" in out
