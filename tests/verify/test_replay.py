"""A derivation is replayed from its JSON form alone, and the first step that fails is named."""

import ast
import json
from functools import cache
from pathlib import Path

import pytest
from grids import slice_of

import symconv.verify.replay
from symconv.api import Network
from symconv.core.errors import SymconvError
from symconv.verify.replay.replay import replay

NETWORKS = [
    "input i 3x3 | conv w 2x2 -> o | conv w 2x2 -> o | sse y -> C",
    "input x NxCxHxW | conv w k1xk2 channels F stride s padding p dilation d bias beta -> z",
    "input x HxW | conv w 2x2 flip -> z | relu -> a | maxpool 2 stride 1 -> p | half_sse t",
    "input x 4x5 | maxpool 3 stride 2 padding 1 ceil",
    "input x HxW | avgpool 3 stride 2 padding 1 exclude_padding",
    "input x 1x4x3x2 | conv w 2x2 channels 4 groups 2",
    "input x 3 batch N | dense w 2 bias b | tanh | sigmoid -> q | mse t",
    "input x Q batch N | cross_entropy t labels",
    "input x Q batch N | softmax | bce t",
    "input x Nx2x2 | layernorm weight g bias b",
    "input x HxW | elu | smooth_l1 t",
    "input x 6x4 | y[i,j] = sum(m<3) w[m] x[i+m,j]",
    "input x HxW | tanh -> a | matmul x transposed | upsample 2",
    "input x HxW | tanh -> a | add x | silu",
]


@cache
def json_of(text):
    return Network.parse(text).derivation().json()


def data_of(text):
    """The data of a derivation, which a test may change."""
    return json.loads(json_of(text))


@pytest.mark.parametrize("text", slice_of(NETWORKS, 2))
def test_derivations_replay(text):
    found = replay(json_of(text))
    assert found
    assert [r.line for r in found if not r.passed] == []
    assert all(r.points >= r.steps > 0 for r in found)


def trees(tree):
    yield tree
    for part in tree.get("args", []):
        yield from trees(part)


def change(tree, op, key, value):
    """Change the first leaf of that kind; the tree knows no other."""
    leaf = next(t for t in trees(tree) if t["op"] == op)
    leaf[key] = value


def double(tree):
    copy = dict(tree)
    tree.clear()
    tree.update({"op": "Mul", "args": [{"op": "integer", "value": 2}, copy]})


@pytest.mark.parametrize("number", range(1, 7))
def test_the_first_step_that_fails_is_named(number):
    data = data_of(NETWORKS[1])
    steps = next(b for b in data["backward"] if b["key"] == "gradient x")["steps"]
    double(steps[number - 1]["after"]["tree"])
    steps[number]["before"] = steps[number - 1]["after"]
    failed = [r for r in replay(json.dumps(data)) if not r.passed]
    assert [(r.key, r.failed) for r in failed] == [("gradient x", number)]
    assert f"step {number} ({steps[number - 1]['rule']})" in failed[0].line


def test_a_wrong_index_a_wrong_limit_and_a_lost_bracket_are_found():
    for wrong in ("index", "limit", "bracket"):
        data = data_of(NETWORKS[1])
        line = next(b for b in data["backward"] if b["key"] == "gradient x")
        steps = line["steps"]
        rule = {"index": "sifting", "limit": "sifting", "bracket": "derivative of an entry"}[wrong]
        at = next(n for n, s in enumerate(steps) if s["rule"] == rule)
        tree = steps[at]["after"]["tree"]
        if wrong == "index":
            entry = next(t for t in trees(tree) if t["op"] == "entry" and "delta" in t["tensor"])
            entry["args"][2] = {
                "op": "Add",
                "args": [entry["args"][2], {"op": "integer", "value": 1}],
            }
        elif wrong == "limit":
            limit = next(t for t in trees(tree) if t["op"] == "limit")
            limit["args"][2] = {"op": "integer", "value": 0}
        else:
            bracket = next(t for t in trees(tree) if t["op"] == "KroneckerDelta")
            bracket.clear()
            bracket.update({"op": "integer", "value": 1})
        following = steps[at + 1]["before"] if at + 1 < len(steps) else line["right"]
        following["tree"] = tree
        failed = [r for r in replay(json.dumps(data)) if not r.passed]
        assert [(r.key, r.failed) for r in failed] == [("gradient x", at + 1)], wrong


def test_a_broken_chain_is_found():
    data = data_of(NETWORKS[0])
    del data["backward"][0]["steps"][2]
    assert "does not start where" in replay(json.dumps(data))[0].error
    data = data_of(NETWORKS[0])
    data["backward"][0]["steps"].pop()
    assert "does not end in the equation" in replay(json.dumps(data))[0].error
    data = data_of(NETWORKS[0])
    data["backward"][0]["steps"] = []
    assert "no steps" in replay(json.dumps(data))[0].error
    data = data_of(NETWORKS[0])
    data["backward"][1]["steps"].pop(0)
    assert "does not start from the derivative" in replay(json.dumps(data))[1].error


def hostile():
    good = data_of(NETWORKS[0])

    def changed(**fields):
        return json.dumps(good | fields)

    deep = {"op": "integer", "value": 1}
    for _ in range(100):
        deep = {"op": "tanh", "args": [deep]}
    line = json.loads(json.dumps(good["forward"][0]))
    yield "[" * 100_000
    yield "{"
    yield "[]"
    yield "{}"
    yield '{"tensors": 3}'
    yield changed(tensors=[])
    yield changed(forward=[{"left": 1}])
    for tree in (
        deep,
        {"op": "__import__", "args": []},
        {"op": "Pow", "args": [{"op": "integer", "value": 9}]},
        {"op": "integer", "value": 10**30},
        {"op": "integer", "value": "1"},
        {"op": "integer", "value": True},
        {"op": "rational", "value": [1, 0]},
        {"op": "symbol", "name": "x" * 100},
        {"op": "symbol", "name": "os.system"},
        {"op": "symbol", "name": "nobody"},
        {"op": "entry", "tensor": "nobody", "args": []},
        {"op": "Sum", "args": [{"op": "integer", "value": 1}, {"op": "integer", "value": 1}]},
        {"op": "Sum", "args": [{"op": "integer", "value": 1}, {"op": "limit", "args": [
            {"op": "symbol", "name": "i"}, {"op": "integer", "value": 0},
            {"op": "integer", "value": 10**9}]}]},
    ):  # fmt: skip
        yield changed(forward=[line | {"right": {"tree": tree}}, *good["forward"][1:]])
    yield changed(tensors=[*good["tensors"], {"key": "q", "role": "input", "shape": [
        {"op": "integer", "value": 10**9}]}])  # fmt: skip


HOSTILE = list(hostile())


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_refused_with_one_line(text):
    with pytest.raises(SymconvError) as caught:
        replay(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


def test_numbers_do_not_grow_without_bound():
    data = data_of(NETWORKS[0])
    big = {"op": "integer", "value": 999}
    for _ in range(12):
        big = {"op": "Pow", "args": [big, {"op": "integer", "value": 60}]}
    data["forward"][0]["right"]["tree"] = big
    with pytest.raises(SymconvError, match="too many digits"):
        replay(json.dumps(data))


def test_the_checker_shares_no_code_with_what_it_judges():
    folder = Path(symconv.verify.replay.__file__).parent
    # The schemas know the number of a format and nothing else.
    allowed = {"symconv.core.errors", "symconv.schemas"}
    for file in folder.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                assert not node.module.startswith(("symconv", "sympy")) or node.module in allowed
            if isinstance(node, ast.ImportFrom) and node.level:
                assert node.level == 1
            if isinstance(node, ast.Import):
                assert all("sympy" not in a.name for a in node.names)
