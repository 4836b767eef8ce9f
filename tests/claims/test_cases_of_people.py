"""Claims as people type them, each with the verdict that is right: what is judged so stays so.

Every file of `tests/data/claims_of_people` holds one kind of notation or of mistake; trial.json has
claims of people from the forums. `mistake` is the first name that must be said (or one of several,
`a|b`), `unnamed` says that none may be, `truth` is a part of the correct formula, and `says` a part
of a note. A case with `open` says why it is not judged as it should be;
`SYMCONV_WRITE=1 pytest` takes away the marks of those that are by now.
"""

import json
import os
from functools import cache

import pytest
from claims_table import TABLE, cell, network_section, row, sections_of
from grids import deal
from kept_networks import parse_once
from paths import DATA

from symconv import SymconvError
from symconv.claims.model.verdict import PRINTED, RIGHT, Verdict

FOLDER = DATA / "claims_of_people"
FILES = sorted(path.name for path in FOLDER.glob("*.json"))
PLAIN = {RIGHT, PRINTED}


def read_cases(name):
    return json.loads((FOLDER / name).read_text("utf-8"))


def write_cases(name, cases):
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    (FOLDER / name).write_text(f"[\n{lines}\n]\n", "utf-8")


def judge_case(case):
    """The verdict on a case; one that says why where the network is refused."""
    return judge_written(json.dumps(case))


@cache
def judge_written(text):
    """The same, once for each case."""
    case = json.loads(text)
    try:
        network = parse_once(case["network"], case.get("notation"))
        return network.check(case["claim"], values=case.get("values"))
    except SymconvError as error:
        return Verdict(f"refused: {error.message}")


def fits(case, verdict):
    """Whether a case is judged as it should be."""
    wanted = case["verdict"].split("|")
    good = verdict.verdict in wanted or (verdict.verdict == PRINTED and "right" in wanted)
    first = verdict.names[0] if verdict.names else ""
    named = "mistake" not in case or first in case["mistake"].split("|")
    silent = not (verdict.names and (verdict or case.get("unnamed")))
    told = any(case.get("says", "") in note for note in ("", *verdict.notes))
    return good and named and silent and told and case.get("truth", "") in verdict.truth


HANDS = {"mistakes.json": 16, "trial.json": 1}
"""To how many hands the cases of a file are dealt that do not stand in the table.

Every run judges the table and the first hand, CI all of them.
"""


def judge_cases(cases):
    """The cases with what is said about each."""
    return tuple((case, judge_case(case)) for case in cases)


def show(case, said):
    return f"{case['network']} | {case['claim']}: {said.verdict} {said.names} {said.truth}"


def require_verdicts(judged):
    """What is wrong is never right, what was judged as it should be is, what is open is open."""
    pairs = [(case, said, show(case, said)) for case, said in judged]
    false = [s for c, v, s in pairs if v and not PLAIN & set(c["verdict"].split("|"))]
    assert not false, "wrong called right: " + "\n".join(false)
    missed = [s for c, v, s in pairs if "open" not in c and not fits(c, v)]
    assert not missed, "\n".join(missed)
    met = [s for c, v, s in pairs if "open" in c and fits(c, v)]
    assert not met, "no longer open: " + "\n".join(met)


ROWS_OF_KIND = 8
"""How many cases of one kind stand in the table; all of them are in the file of the kind."""

WHOLE = "trial.json"
"""The file of which every case stands in the table."""


def closed_cases(name):
    return [case for case in read_cases(name) if "open" not in case]


def table_cases(name):
    """The cases of a file that stand in the table."""
    return closed_cases(name)[: None if name == WHOLE else ROWS_OF_KIND]


def deal_others(name):
    """The cases of a file that do not stand in the table, dealt to its hands."""
    told = table_cases(name)
    return deal((case for case in read_cases(name) if case not in told), count_hands(name))


def section_title(name):
    """The title of a file's section in the table."""
    if name == WHOLE:
        return "Claims of people"
    kind, count = name.removesuffix(".json").replace("_", " "), len(closed_cases(name))
    return f"What people write: {kind}" + (f" ({count} cases)" if count > ROWS_OF_KIND else "")


def table_section(name):
    """What the table says of a file: the first cases of its kind, as they are judged."""
    rows = []
    for case in table_cases(name):
        said = judge_case(case)
        first = f"| `{cell(case['network'], 60)}` "
        rows.append(first + row(case["claim"], said, fits(case, said)))
    return network_section(section_title(name), rows)


def count_hands(name):
    return HANDS.get(name, 8)


@pytest.mark.parametrize("name", FILES)
def test_what_people_write_is_judged_as_it_should_be(name):
    if os.environ.get("SYMCONV_WRITE"):
        kept = [
            {k: v for k, v in case.items() if k != "open" or not fits(case, said)}
            for case, said in judge_cases(read_cases(name))
        ]
        write_cases(name, kept)
    else:
        require_verdicts(judge_cases(deal_others(name)[0]))
        # Here, where they are judged, and not with the rest of the table: once is enough.
        said = table_section(name)
        assert "not as expected" not in said
        assert said in sections_of(TABLE.read_text("utf-8"))


@pytest.mark.long
@pytest.mark.rest
@pytest.mark.parametrize("name", [name for name in FILES if count_hands(name) > 1])
def test_the_other_cases_are_judged_as_they_should_be(name):
    _, *others = deal_others(name)
    require_verdicts(judge_cases(case for hand in others for case in hand))


def test_of_the_claims_from_forums_no_more_are_open():
    """187 claims of 110 sources; the number of those that are not judged right may only fall."""
    cases = read_cases("trial.json")
    assert len(cases) == 187
    assert sum("open" in case for case in cases) <= 1
