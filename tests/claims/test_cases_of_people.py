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
from paths import DATA

from symconv import Network, SymconvError
from symconv.claims.model.verdict import PRINTED, RIGHT, Verdict

FOLDER = DATA / "claims_of_people"
FILES = sorted(path.name for path in FOLDER.glob("*.json"))
PLAIN = {RIGHT, PRINTED}


def read_cases(name):
    return json.loads((FOLDER / name).read_text("utf-8"))


def write_cases(name, cases):
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    (FOLDER / name).write_text(f"[\n{lines}\n]\n", "utf-8")


@cache
def parse_network(text, notation):
    return Network.parse(text, notation) if notation else Network.parse(text)


def judge_case(case):
    """The verdict on a case; one that says why where the network is refused."""
    try:
        network = parse_network(case["network"], case.get("notation"))
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


@cache
def judge_file(name):
    """Every case of a file with what is said about it."""
    return tuple((case, judge_case(case)) for case in read_cases(name))


@pytest.mark.parametrize("name", FILES)
def test_what_people_write_is_judged_as_it_should_be(name):
    missed = [
        f"{case['network']} | {case['claim']}: {said.verdict} {said.names} {said.truth}"
        for case, said in judge_file(name)
        if "open" not in case and not fits(case, said)
    ]
    assert not missed, "\n".join(missed)


@pytest.mark.parametrize("name", FILES)
def test_nothing_that_is_wrong_is_called_right(name):
    false = [
        f"{case['network']} | {case['claim']}: {said.verdict}"
        for case, said in judge_file(name)
        if said and not PLAIN & set(case["verdict"].split("|"))
    ]
    assert not false, "\n".join(false)


@pytest.mark.parametrize("name", FILES)
def test_open_cases_are_open(name):
    met = [case["claim"] for case, said in judge_file(name) if "open" in case and fits(case, said)]
    if met and os.environ.get("SYMCONV_WRITE"):
        kept = [
            {k: v for k, v in case.items() if k != "open" or not fits(case, said)}
            for case, said in judge_file(name)
        ]
        write_cases(name, kept)
    else:
        assert not met, "no longer open: " + "\n".join(met)
