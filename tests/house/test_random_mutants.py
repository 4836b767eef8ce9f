"""Random changes of symconv are found, made and judged; the journal has no open survivor."""

import importlib.util
import json
import os
import shutil
import sys

import pytest
from paths import BENCHMARKS, ROOT


def load(name):
    """A script of benchmarks/ as a module."""
    spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where the scripts import each other
    spec.loader.exec_module(module)
    return module


mutation, networks, tests, lines, numbers, script = map(
    load,
    (
        "mutation",
        "mutant_networks",
        "mutant_tests",
        "mutant_lines",
        "mutant_numbers",
        "random_mutants",
    ),
)
SOURCE = '''"""A docstring with 1 < 2."""
from os import path

LIMIT: int = 3


def choose(a: int, b: int = 0) -> int:
    """Not 1 either."""
    if a < b and not path.exists("x"):
        raise ValueError("1 + 1")
    total = [v for v in range(a) if v in (1, 2)]
    total.append(-b)
    a += 1
    return min(a, b) if a is None else max(a, b) + LIMIT // 2
'''
CHANGES = (
    "if a <= b and not path.exists",
    "if a < b or not path.exists",
    "if a < b and path.exists",
    "if True and not path.exists",
    "if False:",
    "if v not in (1, 2)]",
    "if True]",
    "if v in (2, 2)]",
    "    pass\n    a += 1",
    "total.append(b)",
    "    pass\n    return",
    "a -= 1",
    "a += 2",
    "a += 0",
    "max(a, b) if a is None",
    "min(b, a) if a is None",
    "min(a, b) if a is not None",
    "max(a, b) - LIMIT",
    "LIMIT * 2",
    "LIMIT: int = 4",
)
TEMPLATE = '''def f(a: int) -> int:
    """Add 1 + 1."""
    # 2 + 2
    return max(a, 1) + a{% if not b and c %} < 2{% endif %}

'''


def changed(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    found = mutation.list_mutants(tmp_path, name)
    assert len({m.key for m in found}) == len(found)
    return [m.apply(text) for m in found if mutation.is_python(m, tmp_path)]


@pytest.mark.parametrize("change", CHANGES)
def test_every_kind_of_change_is_found(tmp_path, change):
    assert any(change in text for text in changed(tmp_path, "a.py", SOURCE))


def test_words_and_messages_and_types_stay(tmp_path):
    kept = ('"""A docstring with 1 < 2."""', 'ValueError("1 + 1")', '"""Not 1 either."""', "b: int")
    for text in changed(tmp_path, "a.py", SOURCE):
        assert all(words in text for words in kept)
        compile(text, "a", "exec")


def test_a_template_changes_in_its_code(tmp_path):
    found = changed(tmp_path, "a.py.j2", TEMPLATE)
    for change in ("min(a, 1) + a", "max(a, 1) - a", "max(a, 2)", "max(1, a)", "<= 2", "if b and"):
        assert any(change in text for text in found)
    assert all('"""Add 1 + 1."""' in text and "# 2 + 2" in text for text in found)
    document = changed(
        tmp_path, "a.md.j2", "It is < 2, not 1.{% if not a and b == 1 %}x{% endif %}"
    )
    assert document
    assert all(text.startswith("It is < 2, not 1.") for text in document)


def test_the_key_of_a_change_does_not_depend_on_other_lines(tmp_path):
    keys = []
    for text in (SOURCE, SOURCE.replace("LIMIT: int = 3", "MORE = 5\nLIMIT: int = 3")):
        (tmp_path / "a.py").write_text(text)
        keys.append({m.key for m in mutation.list_mutants(tmp_path, "a.py")})
    assert keys[0] < keys[1]


def test_every_file_belongs_to_the_folder_that_is_closest():
    assert script.folder_of("symconv/codegen/fast/plan/stages.py") == "symconv/codegen/fast/plan"
    assert script.folder_of("symconv/codegen/fast/write/threads.py") == "symconv/codegen"
    assert script.folder_of("symconv/tune.py") == ""
    for folder in script.SHARES:
        assert (ROOT / folder).is_dir()
    for room in (r for rooms in tests.TESTS.values() for r in rooms):
        assert (ROOT / "tests" / room).exists()


PIECES = """
def f(
    a,
):
    if a and (
        a > 1
    ):
        return [
            a
        ]
    try:
        a = 2
    except E:
        pass
    return a
"""


@pytest.mark.parametrize(
    ("line", "statement"),
    [(3, (2, 4)), (6, (5, 7)), (9, (8, 10)), (12, (12, 12)), (13, (1, 16)), (15, (15, 15))],
)
def test_a_test_is_asked_where_it_executes_the_statement(line, statement):
    assert lines.find_statement(PIECES, line) == statement
    known = {"t": {"a.py": [8], "b.py": [5]}}
    asked = lines.may_notice("t", known, "a.py", statement)
    assert asked == (statement in {(8, 10), (1, 16)})
    assert lines.may_notice("other", known, "a.py", statement)  # of which nothing is recorded
    assert lines.may_notice("t", known, "a.md.j2", statement)


SILU, RULES = "symconv/layers/silu.py", "symconv/calculus/derivative.py"
GIVEN = ("input x 2 | silu -> a | half_sse t",)


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the package, compiled once, with what its numbers are without any change."""
    copy = tmp_path_factory.mktemp("tree")
    for folder in ("symconv", "templates"):
        shutil.copytree(ROOT / folder, copy / folder)
    return copy, numbers.measure_baseline(copy, GIVEN, copy / "baseline")


@pytest.mark.parametrize(
    ("change", "changes", "caught"),
    [
        ((SILU, "x * sigmoid", "x + sigmoid"), "number", False),
        ((RULES, "return constant *", "return -constant *"), "number", True),
        ((SILU, '"silu"', '"silo"'), "error", True),
        ((SILU, "unit (SiLU)", "unit"), "derivation", False),
        ((SILU, "entry by entry", "one by one"), "", False),
    ],
)
def test_a_change_is_judged_by_what_it_changes(tree, change, changes, caught):
    (copy, baseline), (file, old, new) = tree, change
    path = copy / file
    text, time = path.read_text(), path.stat().st_mtime
    mutant = mutation.Mutant(file, "by hand", text.index(old), old, new, 1, 0, "", 0)
    path.write_text(mutant.apply(text))
    # A compiled file is told from its source by length and second.
    os.utime(path, (time, time + 60 * (1 + len(new))))
    found, _, noticed = numbers.find_change(mutant, copy, GIVEN, baseline)
    path.write_text(text)
    os.utime(path, (time, time))
    assert (found, bool(noticed)) == (changes, caught)


def test_no_mutant_that_changes_a_number_has_survived():
    """And of each other one that survived, a sentence says why it is no fault."""
    words = json.loads(script.WORDS.read_text("utf-8"))
    records = script.read_journal()
    assert len(records) >= 40
    left = [r for r in records.values() if not r["caught"] and r["tests"] == "run"]
    assert [r["key"] for r in left if r["changes"]] == []
    assert [r["key"] for r in left if len(words.get(r["key"], "")) < 20] == []
