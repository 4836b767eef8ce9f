"""Graphs of ONNX as networks, beside ONNX's own evaluator and, where it is there, PyTorch."""

import numpy as np
import pytest
from imported import compare_imported, run_imported
from onnx_export import export_onnx

from symconv.core.errors import SymconvError
from symconv.imports import from_onnx

onnx = pytest.importorskip("onnx")
reference = pytest.importorskip("onnx.reference")
helper, numpy_helper = onnx.helper, onnx.numpy_helper
REAL, WHOLE = onnx.TensorProto.DOUBLE, onnx.TensorProto.INT64
DRAW = np.random.default_rng(3)


def node(operator, inputs, outputs, **attributes):
    return helper.make_node(operator, inputs.split(), outputs.split(), **attributes)


def build(nodes, inputs, arrays=None, output="y", version=21):
    """A model of nodes; `inputs` are shapes by name, `arrays` the initialisers."""
    values = [helper.make_tensor_value_info(n, REAL, s) for n, s in inputs.items()]
    stored = [numpy_helper.from_array(np.asarray(a), n) for n, a in (arrays or {}).items()]
    results = [helper.make_tensor_value_info(n, REAL, None) for n in output.split()]
    graph = helper.make_graph(nodes, "g", values, results, stored)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", version)], ir_version=10)


def load(model, tmp_path, sizes=None):
    path = tmp_path / "model.onnx"
    path.write_bytes(model if isinstance(model, bytes) else model.SerializeToString())
    return from_onnx(path, sizes)


def normal(*shape):
    return DRAW.normal(size=shape)


def whole(*numbers):
    return np.array(numbers, dtype=np.int64)


CONV = node("Conv", "x w b", "z", strides=[2, 2], auto_pad="SAME_UPPER", kernel_shape=[2, 3])
KERNEL = {"w": normal(3, 2, 2, 3), "b": normal(3)}
IMAGE = {"x": (2, 2, 6, 5)}
SEQUENCE = {"x": (2, 3, 4)}
SHAPE_BY_HAND = [
    node("Shape", "x", "s"),
    node("Gather", "s zero", "n"),
    node("Unsqueeze", "n axis", "n1"),
    node("Concat", "n1 rest", "to", axis=0),
    node("Reshape", "x to", "y"),
]
SPELLED_OUT_NORM = [
    node("ReduceMean", "x last", "m"),
    node("Sub", "x m", "d"),
    node("Pow", "d two", "q"),
    node("ReduceMean", "q last", "v"),
    node("Add", "v epsilon", "e"),
    node("Sqrt", "e", "r"),
    node("Div", "d r", "h"),
    node("Mul", "h g", "s"),
    node("Add", "s b", "y"),
]
GRAPHS = {
    "conv with same padding": ([CONV, node("Relu", "z", "y")], IMAGE, KERNEL),
    "lower same padding, groups": (
        [node("Conv", "x w", "y", auto_pad="SAME_LOWER", group=2, dilations=[1, 2])],
        IMAGE,
        {"w": normal(4, 1, 2, 2)},
    ),
    "transposed conv with two paddings": (
        [node("ConvTranspose", "x w b", "y", strides=[2, 2], pads=[1, 1, 0, 1])],
        {"x": (1, 2, 3, 4)},
        {"w": normal(2, 3, 3, 3), "b": normal(3)},
    ),
    "pools": (
        [
            node("MaxPool", "x", "p", kernel_shape=[2, 2], dilations=[1, 2]),
            node("AveragePool", "p", "q", kernel_shape=[3, 2], pads=[1, 0, 1, 0], strides=[1, 1]),
            node("GlobalAveragePool", "q", "g"),
            node("Flatten", "g", "y"),
        ],
        IMAGE,
        {},
    ),
    "padding and resizing": (
        [
            node("Pad", "x pads", "p"),
            node(
                "Resize",
                "p none scales",
                "y",
                nearest_mode="floor",
                coordinate_transformation_mode="asymmetric",
            ),
        ],
        {"x": (1, 2, 3, 4)},
        {
            "pads": whole(0, 0, 1, 0, 0, 0, 0, 2),
            "none": np.zeros(0, np.float32),
            "scales": np.array([1, 1, 2, 3], np.float32),
        },
    ),
    "gemm, the other way": (
        [
            node("Gemm", "x w b", "h"),
            node("LeakyRelu", "h", "a", alpha=0.1),
            node("Gemm", "a v", "s", transB=1),
            node("LogSoftmax", "s", "y"),
        ],
        {"x": (3, 4)},
        {"w": normal(4, 5), "b": normal(5), "v": normal(2, 5)},
    ),
    "gemm with factors, and one with a number for each sample": (
        [
            node("Gemm", "x w b", "h", alpha=0.5, beta=2.0, transA=1),
            node("Gemm", "h v c", "y", alpha=2.0),
        ],
        {"x": (4, 3)},
        {"w": normal(4, 5), "b": normal(5), "v": normal(5, 2), "c": normal(3, 1)},
    ),
    "images between their entries": (
        [
            node("Resize", "x none scales", "r", mode="linear"),
            node(
                "Resize",
                "r none scales",
                "y",
                mode="linear",
                coordinate_transformation_mode="align_corners",
            ),
        ],
        {"x": (1, 2, 2, 3)},
        {"none": np.zeros(0, np.float32), "scales": np.array([1, 1, 2, 3], np.float32)},
    ),
    "an LSTM with its states": (
        [
            helper.make_node(
                "LSTM", ["x", "w", "r", "b", "", "h", "c"], ["all", "last", "y"], hidden_size=2
            )
        ],
        {"x": (3, 2, 4), "h": (1, 2, 2), "c": (1, 2, 2)},
        {"w": normal(1, 8, 4), "r": normal(1, 8, 2), "b": normal(1, 16)},
    ),
    "a GRU, its last state": (
        [node("GRU", "x w r b", "all y", hidden_size=2, linear_before_reset=1)],
        {"x": (2, 2, 1)},
        {"w": normal(1, 6, 1), "r": normal(1, 6, 2), "b": normal(1, 12)},
    ),
    "an RNN, all its states": (
        [node("RNN", "x w r", "all", hidden_size=2), node("Squeeze", "all axis", "y")],
        {"x": (3, 1, 2)},
        {"w": normal(1, 2, 2), "r": normal(1, 2, 2), "axis": whole(1)},
    ),
    "matrix products of sequences": (
        [
            node("MatMul", "x w", "q"),
            node("Transpose", "x", "t", perm=[0, 2, 1]),
            node("MatMul", "q t", "s"),
            node("Softmax", "s", "y", axis=1),
        ],
        SEQUENCE,
        {"w": normal(4, 4)},
    ),
    "a shape that the graph works out": (
        SHAPE_BY_HAND,
        SEQUENCE,
        {"zero": np.array(0), "axis": whole(0), "rest": whole(-1, 2)},
    ),
    "a norm that is spelled out": (
        SPELLED_OUT_NORM,
        SEQUENCE,
        {
            "last": whole(-1),
            "two": np.array(2),
            "g": normal(4),
            "b": normal(4),
            "epsilon": np.array(1e-5),
        },
    ),
    "norms": (
        [
            node("LayerNormalization", "x g b", "n", axis=1),
            node("BatchNormalization", "n s t mean var", "y", epsilon=0.001),
        ],
        SEQUENCE,
        {
            "g": normal(3, 4),
            "b": normal(3, 4),
            "s": normal(3),
            "t": normal(3),
            "mean": normal(3),
            "var": normal(3) ** 2,
        },
    ),
    "parts": (
        [
            node("Split", "x", "a b", axis=1, num_outputs=2),
            node("Gather", "a one", "c", axis=1),
            node("Slice", "x from to axes steps", "d"),
            node("Unsqueeze", "c axis", "e"),
            node("Concat", "b e d", "f", axis=1),
            node("Squeeze", "f", "y"),
        ],
        SEQUENCE,
        {
            "one": np.array(-1),
            "axis": whole(1),
            "from": whole(-1),
            "to": whole(9),
            "axes": whole(1),
            "steps": whole(2),
        },
    ),
    "functions": (
        [
            node("Clip", "x low high", "c"),
            node("Erf", "c", "e"),
            node("Elu", "e", "l", alpha=0.5),
            node("HardSigmoid", "l", "s", alpha=1 / 6),
            node("Max", "s x", "m"),
            node("ReduceSum", "m axes", "r", keepdims=0),
            node("Expand", "r to", "t"),
            node("Mul", "t half", "y"),
        ],
        SEQUENCE,
        {
            "low": np.array(-1.0),
            "high": np.array(1.5),
            "axes": whole(1),
            "to": whole(3, 2, 4),
            "half": np.array(0.5),
        },
    ),
}


UNROLLED = ("an LSTM with its states", "an RNN, all its states")
"""What takes long, and another graph of its kind shows, too."""


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[pytest.mark.long] if n in UNROLLED else []) for n in GRAPHS]
)
def test_a_graph_computes_what_onnx_computes(tmp_path, name):
    nodes, shapes, arrays = GRAPHS[name]
    model = build(nodes, shapes, arrays)
    given = {n: normal(*s) for n, s in shapes.items()}
    (right,) = reference.ReferenceEvaluator(model).run(None, given)
    imported = load(model, tmp_path)
    mine, _ = run_imported(imported, list(given.values()), normal(*right.shape))
    np.testing.assert_allclose(mine.reshape(right.shape), right, atol=1e-6)


def compare_export(tmp_path, name):
    torch_models = pytest.importorskip("torch_models")
    model, inputs = torch_models.make_case(name)
    expected = torch_models.differentiate(model, inputs)
    imported = load(export_onnx(model, inputs), tmp_path)
    compare_imported(imported, [x.numpy() for x in inputs], expected)


MODELS = (
    "LeNet, residual block, residual block in training, fire, inverted residual, VGG, U-Net, "
    "DCGAN, LSTM, transformer, squeeze and excitation"
)


@pytest.mark.long
@pytest.mark.parametrize("name", MODELS.split(", "))
def test_models_by_way_of_onnx_have_the_gradients_of_torch(tmp_path, name):
    compare_export(tmp_path, name)


RECURRENT = {
    "an LSTM in both directions": lambda nn: nn.LSTM(2, 3, bidirectional=True),
    "a GRU of two layers": lambda nn: nn.GRU(2, 3, num_layers=2),
    "an RNN of rectifiers without a bias": lambda nn: nn.RNN(2, 3, nonlinearity="relu", bias=False),
}


@pytest.mark.long
@pytest.mark.parametrize("name", RECURRENT)
def test_recurrent_layers_by_way_of_onnx_have_the_gradients_of_torch(tmp_path, name):
    torch = pytest.importorskip("torch")
    torch_models = pytest.importorskip("torch_models")

    class First(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = RECURRENT[name](torch.nn)

        def forward(self, x):
            return self.layer(x)[0]

    torch.manual_seed(9)
    model, inputs = First().double(), (torch.randn(3, 2, 2).double(),)
    expected = torch_models.differentiate(model, inputs)
    imported = load(export_onnx(model, inputs), tmp_path)
    compare_imported(imported, [x.numpy() for x in inputs], expected)


@pytest.mark.parametrize(
    ("reason", "attributes"),
    [
        ("whose reset comes before", {}),
        ("the activations Relu, Tanh", {"activations": ["Relu", "Tanh"], "linear_before_reset": 1}),
        ("an option of clip", {"clip": 1.0, "linear_before_reset": 1}),
    ],
)
def test_another_recurrent_cell_is_named(tmp_path, reason, attributes):
    cell = node("GRU", "x w r", "y", hidden_size=2, **attributes)
    arrays = {"w": normal(1, 6, 1), "r": normal(1, 6, 2)}
    with pytest.raises(SymconvError, match=reason):
        load(build([cell], {"x": (2, 2, 1)}, arrays), tmp_path)


def test_dropout_in_training_and_weights_of_classes_are_given(tmp_path):
    nodes = [
        node("Dropout", "x share training", "d"),
        node("SoftmaxCrossEntropyLoss", "d t weights", "y"),
    ]
    arrays = {"share": np.array(0.25), "training": np.ones((), bool), "weights": normal(3) ** 2}
    model = build(nodes, {"x": (2, 3), "t": (2,)}, arrays)
    model.graph.input[1].type.tensor_type.elem_type = WHOLE
    imported = load(model, tmp_path)
    assert imported.text.split("\n| ")[1:] == [
        "dropout mask rate 0.25 -> y",
        "constant K 3",
        "cross_entropy t labels weights K -> C",
    ]
    assert "mask" in imported.notes[0]


def test_one_of_several_outputs_is_chosen(tmp_path):
    path = tmp_path / "model.onnx"
    nodes = [node("Relu", "x", "y"), node("Tanh", "x", "z")]
    path.write_bytes(build(nodes, SEQUENCE, output="y z").SerializeToString())
    for chosen in ("z", 1):
        assert from_onnx(path, result=chosen).text.endswith("| tanh -> a")
    with pytest.raises(SymconvError, match="no output 'x'"):
        from_onnx(path, result="x")


def test_a_size_with_a_name_gets_its_number(tmp_path):
    model = build([node("Relu", "x", "y")], {"x": ("batch", 3)})
    assert load(model, tmp_path).text == "input x 3 batch N\n| relu -> a"
    assert load(model, tmp_path, {"batch": 7}).text == "input x 3 batch 7\n| relu -> a"


def test_several_sizes_with_names_need_numbers(tmp_path):
    model = build([node("Add", "x z", "y")], {"x": ("batch", 3), "z": ("rows", 3)})
    with pytest.raises(SymconvError, match="size without a number: 'batch'"):
        load(model, tmp_path)
    with pytest.raises(SymconvError, match="size without a number: '\\?'"):
        load(build([node("Relu", "x", "y")], {"x": (None, 3)}), tmp_path)
    mean = node("ReduceMean", "x axis", "y")
    with pytest.raises(SymconvError, match="such as --size batch=2"):
        load(build([mean], {"x": ("batch", 3)}, {"axis": whole(0)}), tmp_path)


def test_running_statistics_have_no_gradient(tmp_path):
    arrays = {n: np.abs(normal(3)) for n in ("s", "t", "mean", "var")}
    norm = node("BatchNormalization", "x s t mean var", "y")
    made = load(build([norm], SEQUENCE, arrays), tmp_path)
    tensors = {t.key.replace("^", ""): t.role for t in made.program.tensors}
    roles = {about.source: tensors[name] for name, about in made.sources.items()}
    assert {n for n, role in roles.items() if role == "parameter"} == {"s", "t"}


def test_everything_that_has_no_layer_is_named_at_once(tmp_path):
    nodes = [
        *(node("CumSum", "x zero", "a"), node("Relu", "a", "b"), node("Hardmax", "x", "c")),
        *(node("Resize", "x none scales", "d", mode="cubic"), node("Sum", "b c d", "y")),
    ]
    arrays = {"zero": np.array(1), "none": np.zeros(0, np.float32),
              "scales": np.ones(3, np.float32)}  # fmt: skip
    with pytest.raises(SymconvError) as caught:
        load(build(nodes, SEQUENCE, arrays), tmp_path)
    for part in ("4 operations", "'a' (CumSum)", "'c' (Hardmax)", "'d' (Resize)", "'y' (Sum)"):
        assert part in str(caught.value)


def changed(part, **fields):
    """A model of one relu with some fields of one of its messages set."""
    model = build([node("Relu", "x", "y")], SEQUENCE, {"w": normal(2)})
    for name, value in fields.items():
        setattr(
            {"model": model, "node": model.graph.node[0], "w": model.graph.initializer[0]}[part],
            name,
            value,
        )
    return model


def stored_beside(location, **more):
    model = build([node("Mul", "x w", "y")], {"x": (2, 2)}, {"w": normal(2)})
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    for key, value in {"location": location, **more}.items():
        tensor.external_data.add(key=key, value=value)
    return model


RELU = build([node("Relu", "x", "y")], SEQUENCE).SerializeToString()
HOSTILE = {
    "is no ONNX file": [b"\x00\x01\x02", b"PK\x03\x04", b"\xff" * 50, RELU[:-3], b"", b"\x0f"],
    "it names no set of operators": [b"\x08\x0a"],
    "described in more than 100,000 fields": [b"\x3a\x80\x80\x10" + b"\x0a\x00" * (1 << 17)],
    "described in more than 16,777,216 bytes": [b"\x12\x81\x80\x80\x08" + bytes((1 << 24) + 1)],
    "2 outputs": [build([node("Relu", "x", "y z")], SEQUENCE, output="y z")],
    "operators of version 11": [build([node("Relu", "x", "y")], SEQUENCE, version=11)],
    "(evil::Relu): there is no layer": [changed("node", domain="evil")],
    r"'\u001b[31m\u202e' (Relu\u0007)": [changed("node", name="\x1b[31m\u202e", op_type="Relu\a")],
    "cannot be read": [changed("w", raw_data=b"123"), changed("w", data_type=99)],
    "holds texts": [changed("w", data_type=8)],
    "outside of the folder": [stored_beside(p) for p in ("../secret", "/etc/passwd", "a/b", "..")],
    "there is no file": [stored_beside("none.bin")],
    "not said as it should be": [stored_beside(""), stored_beside("w.bin", offset="-1")],
    "constants that are too large": [
        build([node("ConstantOfShape", "n", "c"), node("Reshape", "x c", "y")], SEQUENCE,
              {"n": whole(1 << 40)}),
        build([node("Range", "a n b", "c"), node("Reshape", "x c", "y")], SEQUENCE,
              {"a": np.array(0), "n": np.array(1 << 50), "b": np.array(1)}),
    ],
    "(ZeroDivisionError)": [
        build([node("Conv", "x w", "y", strides=[0, 0])], IMAGE, {"w": normal(1, 2, 1, 1)}),
    ],
    "sizes that no array has": [build([node("Relu", "x", "y")], {"x": (1 << 40, 3)})],
}  # fmt: skip


@pytest.mark.parametrize("reason", HOSTILE)
def test_a_hostile_file_is_refused_in_its_place(tmp_path, reason):
    (tmp_path.parent / "secret").write_bytes(b"0" * 16)
    for model in HOSTILE[reason]:
        with pytest.raises(SymconvError) as caught:
            load(model, tmp_path)
        assert reason in str(caught.value)
        assert not {"\x1b", "\u202e", "\x07"} & set(str(caught.value))


def test_an_array_beside_the_file_is_read_and_a_link_out_of_the_folder_is_not(tmp_path):
    (tmp_path / "w.bin").write_bytes(b"12345678" + np.array([2.0, 3.0]).tobytes())
    found = load(stored_beside("w.bin", offset="8", length="16"), tmp_path)
    assert [a.tolist() for a in found.weights.values()] == [[2.0, 3.0]]
    (tmp_path.parent / "outside.bin").write_bytes(b"0" * 24)
    (tmp_path / "link.bin").symlink_to(tmp_path.parent / "outside.bin")
    with pytest.raises(SymconvError, match="outside of the folder"):
        load(stored_beside("link.bin"), tmp_path)


def test_without_the_package_it_is_said_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "onnx", None)
    with pytest.raises(SymconvError, match="onnx is not installed"):
        load(RELU, tmp_path)
