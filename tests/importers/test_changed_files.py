"""Files of models with something in them changed at random: read, or refused in words."""

import copy
import io
import json
import zipfile
from random import Random

import numpy as np
import pytest
from keras_models import CLASSIFIER
from torch_archives import MODEL, members, pack

from symconv.core.errors import SymconvError
from symconv.imports import from_keras, from_onnx, import_file

VALUES = (None, True, -1, 0, 1, 3, 64, 10**12, 1.5, "x", "", "Symbol('s0')", [], {}, [2, 2], [None])
FEW, MANY = 20, 1_500
"""How many changes are tried of each file: a slice of them in the usual run."""


def list_places(data):
    """Every container in nested data, with each of its keys."""
    steps = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in list(steps):
        yield data, key
        if isinstance(value, dict | list):
            yield from list_places(value)


def change_leaf(data, random):
    """A copy with one value that is another one, or stood elsewhere."""
    made = copy.deepcopy(data)
    places = list(list_places(made))
    container, key = random.choice(places)
    other, at = random.choice(places)
    container[key] = random.choice((*VALUES, copy.deepcopy(other[at])))
    return made


def flip_bytes(raw, random):
    """The same bytes, but for a few."""
    made = bytearray(raw)
    for _ in range(random.randint(1, 3)):
        made[random.randrange(len(made))] = random.randrange(256)
    return bytes(made)


def read_any(read, *given):
    """What a refusal says; nothing where the file was read."""
    try:
        read(*given)
    except SymconvError as error:
        return str(error)
    return ""


def try_changes(count, change, seed, read):
    """How many changed files are read; a refusal has no character that changes a terminal."""
    random = Random(seed)
    said = [read_any(read, change(random)) for _ in range(count)]
    assert not {c for text in said for c in text if c < " " and c != "\n"}
    return said.count("")


def read_file(path):
    def read(raw):
        path.write_bytes(raw)
        import_file(path, {})

    return read


def write_recurrent():
    """An ONNX file with the operators that have most options."""
    onnx = pytest.importorskip("onnx")
    make, real = onnx.helper.make_node, onnx.TensorProto.DOUBLE
    nodes = [
        make("LSTM", ["x", "w", "r", "b"], ["all"], hidden_size=2, direction="bidirectional"),
        make("Squeeze", ["all", "zero"], ["s"]),
        make("Dropout", ["s", "half", "yes"], ["d"]),
        make("Resize", ["d", "", "scales"], ["u"], mode="linear"),
        make("ReduceMean", ["u", "last"], ["m"], keepdims=0),
        make("Gemm", ["m", "g", "c"], ["y"], alpha=0.5, transA=1),
    ]
    draw = np.random.default_rng(0).normal
    arrays = {
        "w": draw(size=(2, 8, 3)),
        "r": draw(size=(2, 8, 2)),
        "b": draw(size=(2, 16)),
        "g": draw(size=(2, 4)),
        "c": draw(size=4),
        "half": np.array(0.5),
        "zero": np.array([0]),
        "last": np.array([-1]),
        "yes": np.ones((), bool),
        "scales": np.array([1, 1, 2], np.float32),
    }
    stored = [onnx.numpy_helper.from_array(a, n) for n, a in arrays.items()]
    ends = [
        onnx.helper.make_tensor_value_info(n, real, s) for n, s in (("x", (1, 2, 3)), ("y", None))
    ]
    graph = onnx.helper.make_graph(nodes, "g", ends[:1], ends[1:], stored)
    opset = [onnx.helper.make_opsetid("", 21)]
    return onnx.helper.make_model(graph, opset_imports=opset, ir_version=10).SerializeToString()


def try_archives(tmp_path, count):
    def change(random):
        return pack(members(change_leaf(MODEL, random)))

    assert try_changes(count, change, 1, read_file(tmp_path / "model.pt2")) < count


def try_architectures(_, count):
    assert try_changes(count, lambda r: change_leaf(CLASSIFIER, r), 2, from_keras) < count


def try_onnx_files(tmp_path, count):
    raw = write_recurrent()
    path = tmp_path / "model.onnx"

    def read(changed):
        path.write_bytes(changed)
        from_onnx(path)

    assert try_changes(count, lambda r: flip_bytes(raw, r), 3, read) < count


KINDS = (try_archives, try_architectures, try_onnx_files)


@pytest.mark.parametrize("kind", KINDS)
def test_changed_files_are_read_or_refused(tmp_path, kind):
    kind(tmp_path, FEW)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_many_changed_files_are_read_or_refused(tmp_path, kind):
    kind(tmp_path, MANY)


@pytest.mark.long
def test_changed_archives_of_torch_are_read_or_refused(tmp_path):
    torch = pytest.importorskip("torch")
    nn = torch.nn

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.r, self.d = nn.GRU(4, 3, batch_first=True, bidirectional=True), nn.Dropout(0.5)
            self.l = nn.Linear(6, 2)

        def forward(self, x, t):
            x = nn.functional.interpolate(x, scale_factor=2, mode="linear")
            y = self.l(self.d(self.r(x)[0])).add(1, alpha=2)
            return nn.functional.cross_entropy(y.flatten(0, 1), t.flatten(), ignore_index=-1)

    example = (torch.randn(2, 2, 2), torch.zeros(2, 2, dtype=torch.long))
    file = io.BytesIO()
    with pytest.warns(UserWarning, match="assigned during export"):
        torch.export.save(torch.export.export(Model(), example), file)
    with zipfile.ZipFile(file) as opened:
        parts = {n: opened.read(n) for n in opened.namelist()}
    (name,) = (n for n in parts if n.endswith("models/model.json"))
    model = json.loads(parts[name])

    def change(random):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as written:
            for member, raw in parts.items():
                changed = json.dumps(change_leaf(model, random)).encode() if member == name else raw
                written.writestr(member, changed)
        return made.getvalue()

    assert 0 < try_changes(MANY // 3, change, 4, read_file(tmp_path / "model.pt2")) < MANY // 3
