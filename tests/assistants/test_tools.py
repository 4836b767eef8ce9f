"""The tools of an assistant: plain data in and out, by their schemas, within their budgets."""

import os
import time

import pytest
from attacks import TEXTS
from jsonschema import Draft202012Validator

from symconv.assistants import tool_process, tools
from symconv.assistants.tool_process import ToolProcess, answer_or_say
from symconv.assistants.tools import TOOLS, ToolAnswer, call_tool
from symconv.core.errors import SymconvError

TINY = "input x 3 | dense w 2 -> h | sse t -> C"
CALLS = {
    "wrong": ("check", {"network": TINY, "text": "dC/dh_0 = t_0 - h_0"}),
    "no statement": ("check", {"network": TINY, "text": "hello"}),
    "text": ("derive", {"network": TINY, "wrt": ["w"]}),
    "terse LaTeX": ("derive", {"network": TINY, "format": "latex", "detail": "terse"}),
    "data": ("derive", {"network": TINY, "format": "json", "wrt": ["w"]}),
    "random": ("trace", {"network": TINY, "values": "random:3", "digits": 3}),
    "given": (
        "trace",
        {"network": "input x 2 | sse t -> C", "values": {"x": [1, 2], "t": [0, "1/3"]}},
    ),
    "readable": ("generate", {"network": TINY, "wrt": ["w"]}),
    "C": ("generate", {"network": TINY, "style": "c"}),
}


@pytest.mark.parametrize("name", CALLS)
def test_what_a_tool_takes_and_gives_is_as_its_schemas_say(name):
    tool, arguments = CALLS[name]
    Draft202012Validator(TOOLS[tool].input_schema).validate(arguments)
    found = call_tool(tool, arguments)
    Draft202012Validator(TOOLS[tool].output_schema).validate(found.data)
    assert found.text
    assert any("input" in line for line in found.data["taken"])


@pytest.mark.parametrize("tool", TOOLS)
def test_schemas_are_schemas_and_refuse_what_they_do_not_know(tool):
    for schema in (TOOLS[tool].input_schema, TOOLS[tool].output_schema):
        Draft202012Validator.check_schema(schema)
    check = Draft202012Validator(TOOLS[tool].input_schema)
    for wrong in ({}, {"network": 3}, {"network": TINY, "path": "/tmp"}, {"network": "x" * 10**6}):
        assert not check.is_valid(wrong)
    assert not Draft202012Validator(TOOLS[tool].output_schema).is_valid({"taken": "all"})


def test_a_verdict_comes_with_the_mistake_and_the_correct_formula():
    wrong = "dC/dw_1^1 = (i_1+i_2+i_4+i_5)(w_1^2+w_2^2+w_3^2+w_4^2) 2(o_1^2 - y_1)"
    (found,) = call_tool("check", {"network": "two-convs", "text": wrong}).data["verdicts"]
    assert found["causes"][0]["name"] == "product_of_sums"
    assert found["truth"].startswith("dC/dw_1^1 = 2(o_1^2 - y_1)(i_1 w_1^2")


def test_generated_code_has_only_the_gradients_that_are_asked_for():
    source = call_tool("generate", {"network": TINY, "wrt": ["w"]}).data["source"]
    assert "dw = " in source
    assert "dx = " not in source


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("tool", ["check", "derive"])
def test_hostile_texts_end_in_one_message(tool, name):
    """As a network, in a network, and as a claim; nothing but its own errors leaves a tool."""
    for network in (TEXTS[name], f"input x 3 | dense {TEXTS[name]} 2 -> h | sse t -> C", TINY):
        found = answer_or_say(tool, {"network": network, "text": TEXTS[name] or " "})
        assert isinstance(found, ToolAnswer) or (found and len(found) < 5_000)
        assert "fault of symconv" not in str(found)[:200]


@pytest.mark.parametrize("given", ["@net.txt", "net.txt", "./net.txt", "-", "/etc/passwd"])
def test_no_network_is_read_from_a_file(given, tmp_path, monkeypatch):
    (tmp_path / "net.txt").write_text(TINY)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SymconvError, match="is no network"):
        call_tool("derive", {"network": given})


def test_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for tool, arguments in CALLS.values():
        call_tool(tool, arguments)
    assert list(tmp_path.iterdir()) == []


def test_an_answer_that_is_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(tools, "MOST_ANSWER", 1_000)
    with pytest.raises(SymconvError, match="at most 1,000") as caught:
        call_tool("derive", {"network": TINY})
    assert "wrt" in str(caught.value)


def test_a_text_has_a_budget_of_work():
    text = "\n\n".join(f"dC/dw_1^1 = {n}(o_1^2 - y_1)" for n in range(2, 9))
    asked = {"network": "two-convs", "text": text, "seconds": 0.01}
    assert call_tool("check", asked).data["verdicts"][-1]["verdict"] == "undetermined"


def test_a_fault_is_said_without_its_own_words(monkeypatch):
    monkeypatch.setattr(tool_process, "call_tool", lambda *_: 1 / 0)
    monkeypatch.delenv("SYMCONV_TRACEBACK", raising=False)
    assert answer_or_say("check", {}) == "this is a fault of symconv: ZeroDivisionError"


@pytest.mark.rest
def test_a_call_that_takes_too_long_or_ends_is_said_and_the_next_one_is_answered():
    process = ToolProcess(seconds=0.0)
    with pytest.raises(SymconvError, match="more than 0 s"):
        process.call("derive", {"network": "lenet5"})
    assert process.process is None
    process.seconds = 600
    assert process.call(*CALLS["wrong"]).data["verdicts"]
    with pytest.raises(SymconvError, match="no tensor 'q'"):
        process.call("derive", {"network": TINY, "wrt": ["q"]})
    os.kill(process.process.pid, 9)
    time.sleep(0.1)
    with pytest.raises(SymconvError, match="ended"):
        process.call(*CALLS["wrong"])
    assert process.call(*CALLS["text"]).text
    process.end()
