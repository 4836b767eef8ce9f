"""Last lines are replayed from the JSON form alone, and a fault in one is found."""

import json

import pytest
from kept_networks import parse_once

from symconv.core.errors import SymconvError
from symconv.verify.replay.replay import ENDING_TRIALS, replay

CROSS_ENTROPY = "input x NxK | cross_entropy t -> C"
NORM = "input x NxK | layernorm weight g -> y"


def written(text):
    return json.loads(parse_once(text).derivation().json())


def verdict(data, key="ending of gradient x"):
    return next(v for v in replay(json.dumps(data)) if v.key == key)


@pytest.mark.parametrize("text", [CROSS_ENTROPY, NORM])
def test_an_ending_replays(text):
    found = verdict(written(text))
    assert found.passed
    assert found.points >= ENDING_TRIALS
    assert found.steps > 1


def test_an_ending_without_its_condition_fails():
    data = written(CROSS_ENTROPY)
    data["endings"][0]["unit_sums"] = []
    assert "targets add up to one" in verdict(data).error


def test_a_changed_definition_fails():
    data = written(CROSS_ENTROPY)
    (defined,) = data["endings"][0]["definitions"]
    tree = defined["right"]["tree"]
    defined["right"]["tree"] = {"op": "Mul", "args": [{"op": "integer", "value": 2}, tree]}
    assert "name a softmax" in verdict(data).error


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_changed_step_fails(number):
    data = written(NORM)
    ending = next(e for e in data["endings"] if e["key"] == "gradient x")
    after = ending["steps"][number]["after"]
    after["tree"] = {"op": "Mul", "args": [{"op": "integer", "value": 2}, after["tree"]]}
    ending["steps"][number + 1]["before"] = after
    found = verdict(data)
    assert found.failed == number + 1


def test_a_step_left_out_fails():
    data = written(NORM)
    ending = next(e for e in data["endings"] if e["key"] == "gradient x")
    del ending["steps"][1]
    assert "does not start" in verdict(data).error


@pytest.mark.parametrize(
    "fault",
    [
        {"unit_sums": [{"tensor": "t", "axis": 7}]},
        {"unit_sums": [{"tensor": "nothing", "axis": 0}]},
        {"unit_sums": [{"tensor": "t"}]},
        {"definitions": [{}]},
        {"steps": [{}]},
        {"key": "<x>"},
    ],
)
def test_what_is_no_ending_is_refused_in_one_line(fault):
    data = written(CROSS_ENTROPY)
    data["endings"][0].update(fault)
    with pytest.raises(SymconvError) as caught:
        replay(json.dumps(data))
    assert "\n" not in caught.value.message


def test_names_that_nobody_lists_are_refused():
    data = written(CROSS_ENTROPY)
    data["tensors"] = [t for t in data["tensors"] if t["role"] != "named"]
    with pytest.raises(SymconvError, match="not listed as named"):
        replay(json.dumps(data))
