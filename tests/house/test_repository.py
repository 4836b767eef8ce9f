"""The project's own rules: lint, formatting, types, the borders between rooms, and the wheel."""

import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile

import pytest
from paths import ROOT

from symconv import __version__

WRITTEN = ["symconv", "tests", "benchmarks", "generated"]


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_lint():
    pytest.importorskip("ruff")
    run(sys.executable, "-m", "ruff", "check", "--no-cache", *WRITTEN)


def test_format():
    pytest.importorskip("ruff")
    run(sys.executable, "-m", "ruff", "format", "--no-cache", "--check", *WRITTEN)


@pytest.mark.long
@pytest.mark.rest
def test_types():
    """The package with SymPy under it takes 20 s; before a commit, mypy starts where it ended."""
    pytest.importorskip("mypy")
    written = sorted((ROOT / "generated").glob("*/*.py"))
    modules = [str(path) for path in written if not path.name.startswith("test_")]
    run(sys.executable, "-m", "mypy", "--strict", "symconv", *modules)


def test_the_rooms_import_only_what_they_may():
    pytest.importorskip("importlinter")
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    run(sys.executable, "-c", command, "--no-cache")


def test_the_wheel_has_the_templates_and_nothing_it_should_not(tmp_path):
    pytest.importorskip("hatchling")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path))
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "symconv/templates/numpy/module.py.j2" in names
    assert "symconv/templates/latex/document.tex.j2" in names
    assert "symconv/py.typed" in names, "without it, users of the package get no types"
    assert not [n for n in names if n.startswith(("tests/", "generated/", "benchmarks/"))]


def test_every_dependency_is_imported_somewhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "symconv").rglob("*.py"))
    for requirement in project["dependencies"]:
        name = re.match(r"\w+", requirement)[0]
        assert re.search(rf"^\s*(from|import) {name}\b", text, re.MULTILINE), requirement


def test_the_source_archive_is_the_repository(tmp_path):
    """From the archive alone, everything can be read, built, tested and changed."""
    pytest.importorskip("hatchling")
    run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(tmp_path))
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        packed = {name.split("/", 1)[1] for name in opened.getnames()}
    listed = subprocess.run(
        ["git", "ls-files"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    if listed.returncode:
        pytest.skip("not a clone")
    assert {name for name in listed.stdout.splitlines() if name not in packed} == set()


CITED = re.compile(r"^([a-z-]+):(?: (.*))?$", re.MULTILINE)
KEYS = {
    "cff-version", "message", "type", "title", "abstract", "authors", "version", "license",
    "keywords", "url", "repository-code", "date-released", "doi",
}  # fmt: skip
"""Those of the citation file format 1.2.0 that a file of software may need."""


def test_the_citation_is_one_and_has_the_version_of_the_package():
    found = dict(CITED.findall((ROOT / "CITATION.cff").read_text(encoding="utf-8")))
    assert {"cff-version", "message", "title", "authors"} <= found.keys() <= KEYS
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "version" in project["dynamic"], "the version stands in symconv/__init__.py alone"
    told = found["cff-version"], found["type"], found["version"], found["license"]
    assert told == ("1.2.0", "software", __version__, project["license"])


EVALUATING = re.compile(
    r"\b(eval|sympify|parse_expr|parse_latex|lambdify|yaml\.load|pickle)\s*\(|\.subs\(|\.doit\("
)


def test_no_text_of_a_person_can_reach_an_evaluator():
    """SymPy's sympify stands only where numbers and expressions come in, never text."""
    for path in sorted((ROOT / "symconv").rglob("*.py")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            found = EVALUATING.search(line)
            if found and found[1] == "sympify":
                continue
            assert not found, f"{path.name}:{number}: {line.strip()}"


PATHS = re.compile(r"`((?:[a-z_]+/)+[a-z_]*(?:\.py)?)`")
MADE = {"out"}
"""What a command of the page makes."""


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "generated/styles.md"])
def test_every_path_that_a_page_names_is_there(page):
    """A path may leave out the folders that the sentence is about."""
    files = [p for kind in ("*.py", "*.j2", "*.md", "*.json") for p in ROOT.rglob(kind)]
    inside = {p for f in files for p in (f, *f.parents) if ROOT in p.parents}
    known = [f"/{p.relative_to(ROOT).as_posix()}" for p in inside]
    named = {p.rstrip("/") for p in PATHS.findall((ROOT / page).read_text(encoding="utf-8"))} - MADE
    assert named
    assert [p for p in sorted(named) if not any(k.endswith(f"/{p}") for k in known)] == []


def test_the_list_of_rooms_is_true():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^ {4}symconv/(\w+) ", text, re.MULTILINE))
    assert listed == {p.parent.name for p in (ROOT / "symconv").glob("*/__init__.py")}
