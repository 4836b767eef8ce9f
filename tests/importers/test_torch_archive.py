"""Archives of exported programs are data: a small one written by hand, and hostile ones."""

import copy
import zipfile

import numpy as np
import pytest
from torch_archives import GRAPH, MODEL, TABLE, WEIGHT, members, meta, pack

from symconv.core.errors import SymconvError
from symconv.importers.frontends import limits, torch_archive
from symconv.importers.frontends.torch_model import import_torch_file


def load(tmp_path, raw):
    path = tmp_path / "model.pt2"
    path.write_bytes(raw)
    return import_torch_file(path)


def test_a_file_is_read_without_torch(tmp_path):
    imported = load(tmp_path, pack(members()))
    text = "input x 3x3 channels 1 batch 1\n| conv w 2x2 channels 2 -> z\n| relu -> a"
    assert imported.text == text
    assert imported.weights["w"].tolist() == WEIGHT.tolist()


def test_a_step_along_one_entry_is_none(tmp_path):
    table = change(TABLE, *TENSOR, to=meta(2, 1, 2, 2, strides=[4, 1 << 70, 2, 1]))
    assert load(tmp_path, pack(members(table=table))).weights["w"].tolist() == WEIGHT.tolist()


def test_strides_of_a_tensor_are_those_of_its_storage(tmp_path):
    table = copy.deepcopy(TABLE)
    table["c.weight"]["tensor_meta"] = meta(2, 1, 2, 2, strides=[1, 1, 2, 4], offset=1)
    found = load(tmp_path, pack(members(table=table, raw=np.arange(9.0).tobytes())))
    assert found.weights["w"].tolist() == (WEIGHT.transpose(3, 1, 2, 0) + 1).tolist()


def change(data, *path, to):
    """A copy of nested data with another value at a path; None takes it out."""
    made = copy.deepcopy(data)
    inner = made
    for step in path[:-1]:
        inner = inner[step]
    if to is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = to
    return made


TENSOR, FIRST = ("c.weight", "tensor_meta"), ("graph_module", "graph", "nodes", 0)
SPECS = ("graph_module", "signature", "input_specs")
OPEN = {"as_expr": {"expr_str": "s0"}}
TABLES = {
    "pickled": change(TABLE, "c.weight", "use_pickle", to=True),
    "lies beyond its storage": change(TABLE, *TENSOR, to=meta(2, 1, 2, 3)),
    "'c.weight' lies": change(TABLE, *TENSOR, to=meta(2, 1, 2, 2, offset=1)),
    "tensor 'c.weight' lies": change(TABLE, *TENSOR, to=meta(2, 1, 2, 2, strides=[-4, 4, 2, 1])),
    "beyond its storage": change(TABLE, *TENSOR, to=meta(2, 1, 2, 2, strides=[4, 4, 2])),
    "larger than": change(TABLE, *TENSOR, to=meta(1 << 14, 1 << 14, strides=[0, 0])),
    "no array has": change(TABLE, *TENSOR, to=meta(1 << 40)),
    "sizes that no array": change(TABLE, *TENSOR, to=meta(-1)),
    "type that is not read": change(TABLE, *TENSOR, to=meta(2, 1, 2, 2, dtype=99)),
    "size that is no number": change(TABLE, *TENSOR, "sizes", 0, to=OPEN),
    "has no 'data/weights/../byteorder'": change(TABLE, "c.weight", "path_name", to="../byteorder"),
    "has no str 'path_name'": change(TABLE, "c.weight", "path_name", to=3),
}
MODELS = {
    "has no dict 'graph_module'": [],
    "the graph has no list 'nodes'": change(MODEL, *FIRST[:3], to={}),
    "node 0 has no str 'target'": change(MODEL, *FIRST, to=7),
    "node 0 has no dict 'arg'": change(MODEL, *FIRST, "inputs", 0, "arg", to=None),
    "its options make no sense (ZeroDivisionError)": change(
        MODEL, *FIRST, "inputs", 2, "arg", to={"as_ints": [0, 0]}
    ),
    "'stride' is no list of whole numbers": change(
        MODEL, *FIRST, "inputs", 2, "arg", to={"as_ints": ["1 | relu", 1]}
    ),
    "its argument 'stride' is no list": change(
        MODEL, *FIRST, "inputs", 2, "arg", to={"as_ints": [True, True]}
    ),
    "'stride' has 3 numbers for 2 axes": change(
        MODEL, *FIRST, "inputs", 2, "arg", to={"as_ints": [1, 1, 1]}
    ),
    "it gives (1, 2, 2, 2), where the model says (1, 2, 9, 9)": change(
        MODEL, *FIRST[:2], "tensor_values", "z", to=meta(1, 2, 9, 9)
    ),
    "'z' has a size that is no number": change(
        MODEL, *FIRST[:2], "tensor_values", "z", "sizes", 2, to=OPEN
    ),
    r"'\u001b[31m\u202e' (\u0007.default)": change(
        change(MODEL, *FIRST, "target", to="torch.ops.\x07.default"),
        *FIRST,
        "name",
        to="\x1b[31m\u202e",
    ),
    "the archive has no tensor 'no.such'": change(
        MODEL, *SPECS, 0, "parameter", "parameter_name", to="no.such"
    ),
    "an input of the kind 'token'": change(MODEL, *SPECS, 0, to={"token": {"arg": {"name": "x"}}}),
    "the model has 0 outputs": change(MODEL, "graph_module", "signature", "output_specs", to=[]),
    "10,001 operations": change(MODEL, *FIRST[:3], to=GRAPH["nodes"] * 5000 + GRAPH["nodes"][:1]),
}
FILES = {
    "this is no archive": b"PK\x03\x04 and nothing more",
    "holds no exported program": pack({"a": "b"}),
    "is compressed": pack(members(), zipfile.ZIP_DEFLATED),
    "in another order": pack(members() | {"m/byteorder": "big"}),
    "the archive has no": pack({k: v for k, v in members().items() if "weight_0" not in k}),
    "nested too deeply": pack(members() | {"m/models/model.json": "[" * 100_000}),
    "is not readable": pack(members() | {"m/models/model.json": b"\xff{"}),
    "number is too long": pack(members() | {"m/models/model.json": "9" * 10_000}),
    "20,001 files": pack({f"m/{n}": "" for n in range(20_001)}),
}
HOSTILE = {
    **{reason: pack(members(table=table)) for reason, table in TABLES.items()},
    **{reason: pack(members(model)) for reason, model in MODELS.items()},
    **FILES,
}


@pytest.mark.parametrize("reason", HOSTILE)
def test_a_hostile_archive_is_refused_in_its_place(tmp_path, reason):
    with pytest.raises(SymconvError) as caught:
        load(tmp_path, HOSTILE[reason])
    assert reason in str(caught.value)
    assert not {"\x1b", "\u202e", "\x07"} & set(str(caught.value))


def test_no_more_is_read_than_is_allowed(tmp_path, monkeypatch):
    monkeypatch.setattr(torch_archive, "LARGEST_MODEL", 1000)
    with pytest.raises(SymconvError, match="is larger than is read"):
        load(tmp_path, pack(members()))


def test_a_file_of_acceptable_size_is_not_loaded_beyond_it(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "LARGEST_GRAPH", 100)
    with pytest.raises(SymconvError, match="is larger than 100 bytes"):
        load(tmp_path, pack(members()))


def test_a_size_that_is_a_symbol_is_a_letter(tmp_path):
    model = copy.deepcopy(MODEL)
    symbol = {"as_expr": {"expr_str": "Symbol('s77', positive=True, integer=True)"}}
    for value in model["graph_module"]["graph"]["tensor_values"].values():
        value["sizes"][0] = symbol
    assert load(tmp_path, pack(members(model))).text.startswith("input x 3x3 channels 1 batch N")
    for text in ("__import__('os').system('touch pwned')", "s77 + 1", "Symbol('s', a=b())", 7):
        symbol["as_expr"]["expr_str"] = text
        with pytest.raises(SymconvError, match="a size that is no number"):
            load(tmp_path, pack(members(model)))
    other = copy.deepcopy(symbol)
    symbol["as_expr"]["expr_str"], other["as_expr"]["expr_str"] = "Symbol('a')", "2*Symbol('b')"
    model["graph_module"]["graph"]["tensor_values"]["x"]["sizes"][0] = other
    with pytest.raises(SymconvError, match="leaves 2 sizes open: a, b"):
        load(tmp_path, pack(members(model)))
