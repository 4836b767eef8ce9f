"""`symconv verify --replay FILE`: a saved derivation is checked by itself, without its network."""

import json
from functools import partial

import pytest
import typer
from command import symconv

from symconv.cli.verify import verify
from symconv.core.errors import SymconvError
from symconv.verify.replay import replay as replaying
from symconv.verify.replay import values

TWO = "input i 3x3 | conv w 2x2 -> o | conv w 2x2 -> o | sse y -> C"


@pytest.fixture(scope="module")
def saved():
    """What somebody saved: the derivation of two convolutions."""
    return symconv("derive", TWO, "--format", "json").stdout


def test_what_derive_writes_is_replayed(tmp_path, saved):
    file = tmp_path / "derivation.json"
    file.write_text(saved)
    done = symconv("verify", "--replay", str(file))
    assert done.returncode == 0
    assert done.stderr == ""
    *checks, summary = done.stdout.splitlines()
    assert len(checks) == 5
    assert all(line.startswith("ok      ") for line in checks)
    assert {line.split(":")[0].split("  ")[-1].strip() for line in checks} >= {
        "gradient w^1",
        "gradient w^2",
        "gradient i",
    }
    assert summary == "5 checks passed, 0 failed"


@pytest.mark.parametrize("detail", ["terse", "normal", "full"])
def test_every_level_of_detail_comes_through_a_pipe(detail):
    given = symconv("derive", TWO, "--format", "json", "--detail", detail).stdout
    done = symconv("verify", "--replay", "-", input=given)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_wrong_step_is_named_with_its_gradient(saved):
    data = json.loads(saved)
    line = next(e for e in data["backward"] if e["key"] == "gradient w^2")
    step = line["steps"][1]
    step["after"]["tree"] = {
        "op": "Mul",
        "args": [{"op": "integer", "value": 2}, step["after"]["tree"]],
    }
    line["steps"][2]["before"] = step["after"]
    done = symconv("verify", "--replay", "-", input=json.dumps(data))
    assert done.returncode == 1
    failed = [text for text in done.stdout.splitlines() if text.startswith("FAILED")]
    assert len(failed) == 1
    assert f"gradient w^2: step 2 ({step['rule']}): " in failed[0]
    assert " before, " in failed[0]
    assert done.stdout.splitlines()[-1] == "4 checks passed, 1 failed"


def test_a_gradient_passed_off_as_a_mask_is_no_gradient(saved):
    data = json.loads(saved)
    line = next(e for e in data["backward"] if e["key"] == "gradient w^1")
    line["steps"] = []
    next(t for t in data["tensors"] if t["key"] == "gradient w^1")["role"] = "mask"
    done = symconv("verify", "--replay", "-", input=json.dumps(data))
    assert done.returncode == 1
    assert "FAILED  gradient w^1: it has no steps" in done.stdout


def test_the_verdicts_are_data_with_json(saved):
    done = symconv("verify", "--replay", "-", "--json", input=saved)
    found = json.loads(done.stdout)["derivations"]
    assert [v["key"] for v in found][-1].startswith("gradient ")
    assert {v["error"] for v in found} == {""}


def without(field, text):
    data = json.loads(text)
    del data[field]
    return json.dumps(data)


def with_a_step_that_is_none(text):
    data = json.loads(text)
    data["backward"][2]["steps"][1]["after"] = 3
    return json.dumps(data)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda text: text[:-2], "not JSON ("),
        (lambda _: "", "not JSON (Expecting value: line 1 column 1 (char 0))"),
        (lambda text: without("forward", text), "a field 'forward' is missing"),
        (with_a_step_that_is_none, "backward[2].steps[1]: a field 'after' is missing"),
        (lambda text: json.dumps(json.loads(text) | {"backward": []}), "holds no derivation"),
    ],
    ids=["cut", "empty", "field", "step", "nothing"],
)
def test_what_is_no_derivation_is_refused_with_its_place(saved, change, place):
    done = symconv("verify", "--replay", "-", input=change(saved))
    assert (done.returncode, done.stdout) == (2, "")
    message, help_ = done.stderr.splitlines()
    assert message.startswith("error: this is no derivation in JSON form: ")
    assert place in message
    assert help_ == "  = help: FILE is what `symconv derive NETWORK --format json` writes"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "error: verify takes a network, or --replay FILE, and not both"),
        ((TWO, "--replay", "-"), "error: verify takes a network, or --replay FILE, and not both"),
        (("--replay", "missing.json"), "error: there is no file 'missing.json'"),
        (("--replay", "."), "error: '.' cannot be read: Is a directory"),
        (("--replay", "-", "--notation", "ij1"), "error: --notation is for a network: "),
    ],
)
def test_misuse_is_one_message_and_exit_code_2(arguments, message):
    done = symconv("verify", *arguments, input="")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(message)


def loop(depth):
    """A sum over the same small range again and again: ten times the work with each depth."""
    number = {"op": "integer", "value": 1}
    body = {"op": "tanh", "args": [number]}
    limits = [
        {"op": "limit", "args": [{"op": "symbol", "name": f"m{n}"}, number, ten]}
        for n, ten in enumerate([{"op": "integer", "value": 10}] * depth)
    ]
    return {"op": "Sum", "args": [body, *limits]}


def test_a_step_that_is_too_large_is_not_called_wrong(saved, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("COLUMNS", "150")
    monkeypatch.setattr(values, "MOST_WORK", 20_000)
    monkeypatch.setattr(replaying, "MOST_WORK", 20_000)
    data = json.loads(saved)
    steps = data["backward"][0]["steps"]
    steps[1]["after"]["tree"] = {"op": "Add", "args": [steps[1]["after"]["tree"], loop(6)]}
    steps[2]["before"] = steps[1]["after"]
    file = tmp_path / "large.json"
    file.write_text(json.dumps(data))
    with pytest.raises(typer.Exit) as caught:
        verify(replay=str(file))
    assert caught.value.exit_code == 3
    first, *_, summary = capsys.readouterr().out.splitlines()
    assert first.startswith("open    delta o^2: step 2 (")
    assert first.endswith("): one entry is too large to replay")
    assert summary == "4 checks passed, 0 failed, 1 undecided"


def test_a_replay_ends_whatever_the_file_asks_for(saved, monkeypatch):
    monkeypatch.setattr(replaying, "Budget", partial(values.Budget, altogether=2000))
    with pytest.raises(SymconvError, match="too large to replay: it visits over") as caught:
        replaying.replay(saved)
    assert "derive with smaller sizes" in str(caught.value)
