"""The table of what the checker accepts and what it says is made from the tests' own records."""

import importlib.util
import json
import os
from pathlib import Path

from symconv import Network
from symconv.claims import check_claim

HERE = Path(__file__).parent
TABLE = HERE.parent / "generated" / "claims.md"
HEAD = """# What the checker accepts, and what it says

Made from the tests by `tests/test_claims_table.py`; a row that ends in "not as expected" is a case
that the checker still gets wrong. To write it anew: `SYMCONV_WRITE=1 pytest tests/test_claims_table.py`.

"""


def neighbour(name):
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cell(text, most=160):
    text = " ".join(text.split()).replace("|", "\\|")
    return text if len(text) <= most else text[: most - 1] + "…"


def row(text, verdict, expected):
    said = verdict.causes[0].text if verdict.causes else ""
    if not said and verdict.verdict in {"unreadable", "not checked"}:
        said = verdict.notes[0].split("\n")[0] if verdict.notes else ""
    name = f"{verdict.names[0]}: " if verdict.causes else ""
    wrong = "" if expected else " **not as expected**"
    return f"| `{cell(text, 110)}` | {verdict.verdict}{wrong} | {cell(name + said)} |"


def section(title, rows):
    head = ["| claim | verdict | what is said |", "|---|---|---|"]
    return "\n".join([f"## {title}", "", *head, *rows, ""])


def forum_rows():
    records = json.loads((HERE / "data" / "forum_cases.json").read_text("utf-8"))
    for r in records:
        network = Network.parse(r["network"], r["notation"])
        verdict = check_claim(network, r["claim"], r["values"])
        named = not r["mistake"] or verdict.names[:1] == (r["mistake"],)
        yield row(r["claim"], verdict, verdict.verdict == r["verdict"] and named)


def rows_of(cases, two):
    for network, text, name in cases:
        parsed = Network.parse(network) if isinstance(network, str) else network or two
        verdict = check_claim(parsed, text)
        yield row(text, verdict, name is None or name in verdict.names)


def table():
    tests = neighbour("test_claims")
    right = [(tests.TWO, text, None) for text in tests.EQUIVALENT]
    errors = [(tests.TWO, text, None) for text, *_ in tests.ERRORS]
    return HEAD + "\n".join(
        [
            section("Claims and numbers from forum posts", forum_rows()),
            section("One formula in many forms", rows_of(right, tests.TWO)),
            section("Mistakes that have a name", rows_of(tests.MISTAKES, tests.TWO)),
            section("What is not read", rows_of(errors, tests.TWO)),
        ]
    )


def test_the_table_is_current():
    text = table()
    if os.environ.get("SYMCONV_WRITE"):
        TABLE.write_text(text, "utf-8")
    assert TABLE.read_text("utf-8") == text
    assert "not as expected" not in text.replace(HEAD, "")
