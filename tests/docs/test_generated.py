"""What is computed and checked in is what the code produces, under any hash seed."""

import doctest
import os
import subprocess
import sys

import pytest
from grids import slice_of
from paths import ROOT

import symconv
from symconv.docs.gallery import gallery_page
from symconv.docs.layer_pages import layer_page
from symconv.docs.python_page import python_page
from symconv.docs.regenerate import (
    FAST,
    TUTORIALS,
    example_files,
    fast_files,
    site_file,
    site_files,
    update_regions,
)
from symconv.layers import catalogue
from symconv.network.examples import BY_NAME, EXAMPLES

GENERATED = ROOT / "generated"
PICTURES = {".png", ".svg"}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.name)
def test_the_files_of_an_example_are_current(example):
    folder = GENERATED / example.name
    files = example_files(example.name)
    kept = {p.name for p in folder.iterdir() if p.is_file() and p.suffix not in PICTURES}
    assert kept == set(files)
    for name, content in files.items():
        message = f"run `python -m symconv.docs.regenerate`: {name} is not current"
        assert (folder / name).read_text(encoding="utf-8") == content, message


def test_there_are_no_other_folders():
    folders = {p.name for p in GENERATED.iterdir() if p.is_dir()} - {"__pycache__"}
    assert folders == {*BY_NAME, "layers", "tutorials"}


@pytest.mark.parametrize("keyword", slice_of(sorted(catalogue()), 3))
def test_the_page_of_a_layer_is_current(keyword):
    page = (GENERATED / "layers" / f"{keyword}.md").read_text(encoding="utf-8")
    assert page == layer_page(keyword), "run `python -m symconv.docs.regenerate`"


def test_every_page_belongs_to_a_layer():
    pages = {p.stem for p in (GENERATED / "layers").iterdir()}
    assert pages == {*catalogue(), "README"}


def test_the_pages_of_the_site_are_current():
    for path, text in site_files().items():
        kept = (GENERATED / path).read_text(encoding="utf-8")
        assert kept == text, f"run `python -m symconv.docs.regenerate`: {path} is not current"


@pytest.mark.parametrize("name", [n for n in TUTORIALS if n != "train-lenet.md"])
def test_a_tutorial_shows_what_comes_out(name):
    check_tutorial(name)


@pytest.mark.rest
def test_the_tutorial_that_trains_shows_what_comes_out():
    """Of its own: it trains for ten seconds."""
    pytest.importorskip("sklearn", reason="scikit-learn is not installed: no digits to train on")
    check_tutorial("train-lenet.md")


def check_tutorial(name):
    kept = (GENERATED / "tutorials" / name).read_text(encoding="utf-8")
    assert site_file(f"tutorials/{name}") == kept, "run `python -m symconv.docs.regenerate`"


def test_the_tutorials_are_those_that_there_are():
    assert {p.name for p in (GENERATED / "tutorials").glob("*.md")} == set(TUTORIALS)
    assert {p.name for p in (ROOT / "templates/site/tutorials").iterdir()} == set(TUTORIALS)


def test_the_python_reference_is_current_and_its_examples_do_what_they_say():
    path = GENERATED / "python.md"
    assert path.read_text(encoding="utf-8") == python_page(), "`python -m symconv.docs.regenerate`"
    names = {"symconv": symconv, "Network": symconv.Network}
    found = doctest.testfile(str(path), module_relative=False, globs=names)
    assert found.failed == 0
    assert found.attempted > 10


def test_the_gallery_is_current():
    text = (GENERATED / "gallery.md").read_text(encoding="utf-8")
    assert text == gallery_page(), "run `python -m symconv.docs.regenerate`"


def test_the_readme_is_current():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert update_regions(text) == text, "run `python -m symconv.docs.regenerate`"


PROGRAM = """
import hashlib, json
from symconv.api import Network
names = ["two-convs", "conv-pool-sigmoid-dense", "general-conv-strided"]
files = {n: Network.example(n).files() for n in names}
text = "input x Nx4x6x6 | conv w 3x3 channels 4 groups 2 padding 1 -> z | batchnorm weight g -> y"
files["own"] = Network.parse(text + " | softmax -> p").files()
print(hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest())
"""


@pytest.mark.rest
@pytest.mark.long
def test_the_bytes_do_not_depend_on_the_hash_seed():
    """Each run compares the checked-in files under a seed of its own; this has three others."""
    found = set()
    for seed in ("0", "1", "4711"):
        environment = os.environ | {"PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            capture_output=True,
            text=True,
            check=True,
            env=environment,
            cwd=ROOT,
        )
        found.add(done.stdout)
    assert len(found) == 1


def outcome_of(folder):
    """The exit status of the tests in a folder."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)]
    return subprocess.run(command, capture_output=True, check=False, cwd=folder).returncode


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("->fcmn", "->fcnm"),
        ("bfij,bcijmn->fcmn", "bfji,bcijmn->fcmn"),
        ("p : p + H, p", "0 : H, p"),
    ],
)
def test_an_edited_module_fails_its_own_tests(tmp_path, old, new):
    for path in (GENERATED / "general-conv-strided").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        if path.name == "general_conv_strided.py":
            assert old in text
            text = text.replace(old, new)
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    assert outcome_of(tmp_path) == 1


@pytest.mark.parametrize("example", FAST)
def test_a_fast_module_is_held_to_its_readable_twin(tmp_path, example):
    stem = example.replace("-", "_")
    readable = (GENERATED / example / f"{stem}.py").read_text(encoding="utf-8")
    (tmp_path / f"{stem}.py").write_text(readable, encoding="utf-8")
    for name, text in fast_files(example).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert outcome_of(tmp_path) == 0
    edited = readable.replace("return Gradients(dw", "return Gradients(2 * dw")
    assert edited != readable
    (tmp_path / f"{stem}.py").write_text(edited, encoding="utf-8")
    assert outcome_of(tmp_path) == 1
