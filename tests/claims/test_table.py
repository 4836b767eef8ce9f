"""The table of what the checker accepts and what it says is made from the tests' own records."""

import importlib.util
import json
import os
from pathlib import Path

from claims_table import TABLE, cell, row, section, sections_of
from kept_networks import judge_once
from paths import DATA

from symconv.claims import check_claim

HEAD = """# What the checker accepts, and what it says

Made from the tests by `tests/claims/test_table.py`; a row that ends in "not as expected" is a case
that the checker still gets wrong. To write it anew:
`SYMCONV_WRITE=1 pytest tests/claims/test_table.py`.

"""


def neighbour(name):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def forum_rows():
    records = json.loads((DATA / "forum_cases.json").read_text("utf-8"))
    for r in records:
        verdict = judge_once(r["network"], r["claim"], r["notation"], r["values"])
        named = not r["mistake"] or verdict.names[:1] == (r["mistake"],)
        yield row(r["claim"], verdict, verdict.verdict == r["verdict"] and named)


def rows_of(cases):
    for network, text, name in cases:
        if isinstance(network, str):
            verdict = judge_once(network, text)
        else:
            verdict = check_claim(network, text)
        yield row(text, verdict, name is None or name in verdict.names)


def true_rows(cases):
    for network, text, _ in cases:
        verdict = check_claim(network, text)
        yield row(text, verdict, bool(verdict))


def remark_rows(lint):
    for text, message, _ in lint.REMARKS:
        verdict = check_claim(lint.CONV, text, explain=False)
        said = next((n.split("\n")[0] for n in verdict.notes if n.startswith(message)), "")
        wrong = "" if said else " **not as expected**"
        yield f"| `{cell(text, 110)}` | {verdict.verdict}{wrong} | {cell(said)} |"


def table():
    tests = neighbour("test_forum_claims")
    reader, laws, lint = map(neighbour, ("test_parsing", "test_exponent_laws", "test_index_lint"))
    right = [("two-convs", text, None) for text in tests.EQUIVALENT]
    errors = [("two-convs", text, None) for text, *_ in tests.ERRORS]
    left = r"\frac{\partial C}{\partial z_{i,j}} = "
    arrays = [(network, text, None) for network, text, _ in reader.ARRAYS]
    cases = [(reader.RELU, left + text, None) for text in reader.CASES]
    updates = [(network, text, None) for network, text in reader.UPDATES]
    by_law = [(network, text, None) for network, text, *_ in laws.EQUAL]
    return HEAD + "\n".join(
        [
            section("Claims and numbers from forum posts", forum_rows()),
            section("One formula in many forms", rows_of(right)),
            section("Arrays, and formulas in the words of NumPy", true_rows(arrays)),
            section("Cases", true_rows(cases)),
            section("Steps of gradient descent", true_rows(updates)),
            section("Equal by the laws of exponents", true_rows(by_law)),
            section("Mistakes that have a name", rows_of(tests.MISTAKES)),
            section("What is not read", rows_of(errors)),
            section("Remarks on indices", remark_rows(lint)),
        ]
    )


def test_the_table_is_current():
    """All but what people write, whose rows the test that judges them compares."""
    people = neighbour("test_cases_of_people")
    text = table()
    if os.environ.get("SYMCONV_WRITE"):
        TABLE.write_text("\n".join([text, *map(people.table_section, people.FILES)]), "utf-8")
    assert "not as expected" not in text.replace(HEAD, "")
    ours = sections_of(text)
    found = sections_of(TABLE.read_text("utf-8"))
    assert found[: len(ours)] == ours
    titles = [f"## {people.section_title(name)}" for name in people.FILES]
    assert [s.split("\n")[0] for s in found[len(ours) :]] == titles
