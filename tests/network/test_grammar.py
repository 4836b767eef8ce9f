"""The written grammar of network texts holds what is read: its examples, its words."""

import re

import pytest
from paths import ROOT

from symconv.api import Network
from symconv.language.parser import FUNCTIONS, REDUCTIONS, RELATIONS
from symconv.network.parser import GIVEN, INPUT_OPTIONS, USUAL

GRAMMAR = (ROOT / "symconv" / "network" / "grammar.ebnf").read_text("utf-8")
EXAMPLES = re.findall(r"^(?:   |\(\* )\| (input .*?)(?: \*\))?$", GRAMMAR, re.MULTILINE)
RULES = re.findall(r"^([a-z]+(?: option)?)\s*= (.*?;)", GRAMMAR, re.MULTILINE | re.DOTALL)


def words(rule):
    return set(re.findall(r'"([^"]+)"', dict(RULES)[rule]))


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_example_is_read_and_right(text):
    network = Network.parse(text)
    assert [c.line for c in network.verify(draws=1) if not c.passed] == []


def test_the_words_are_those_of_the_code():
    assert len(EXAMPLES) == 15
    assert words("function") == set(FUNCTIONS)
    assert words("reducer") == set(REDUCTIONS)
    assert words("relation") == set(RELATIONS)
    assert words("given option") - {"none"} == INPUT_OPTIONS
    assert words("stage") >= set(GIVEN)
    assert f"[{', '.join(USUAL.values())}]" in GRAMMAR


def test_every_name_of_a_rule_is_a_rule():
    known = {name for name, _ in RULES} | {"keyword", "needed", "word", "choice", "letter"}
    known |= {"digit", "digits"}
    for name, body in RULES:
        plain = re.sub(r'\(\*.*?\*\)|"[^"]*"', " ", body, flags=re.DOTALL)
        used = set(re.findall(r"given option|[a-z]+", plain))
        assert used <= known, (name, used - known)
