"""What the posts say in words, restated in symbols, is judged as the records say."""

import json

import pytest
from paths import DATA

from symconv import Network
from symconv.claims import check_claim

PROSE = json.loads((DATA / "forum_prose.json").read_text("utf-8"))
FORMULAS = json.loads((DATA / "forum_cases.json").read_text("utf-8"))
COUNT = 40


@pytest.mark.parametrize("record", PROSE, ids=lambda r: f"{r['id']} {r['said'][:30]}")
def test_what_is_said_in_words_gets_its_verdict(record):
    network = Network.parse(record["network"], record["notation"])
    verdict = check_claim(network, record["claim"], record["values"])
    assert verdict.verdict == record["verdict"], str(verdict)
    assert not record["mistake"] or verdict.names[0] == record["mistake"], str(verdict)


def test_every_record_is_there():
    told = {r["id"] for r in (*PROSE, *FORMULAS)}
    parts = {"S004.dw1.claimed": "S004.dw1", "S004.dw1.true": "S004.dw1"}
    assert len({parts.get(name, name) for name in told}) == COUNT


def test_equal_numbers_do_not_make_the_formula_right():
    record = PROSE[-1]
    network = Network.parse(record["network"], record["notation"])
    assert check_claim(network, "o_1^2 - y_1 = 0", record["values"])
    assert check_claim(network, "dC/dw_1^1 = 0", record["values"])
