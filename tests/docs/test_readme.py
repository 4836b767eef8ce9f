"""The examples of the README and of the pages it leads to do what they say."""

import doctest
import re

import pytest
from paths import ROOT

import symconv
from symconv.docs.regenerate import PAGES
from symconv.layers import Conv, catalogue

README = ROOT / "README.md"


@pytest.mark.parametrize("path", ["README.md", *(f"generated/{page}" for page in PAGES)])
def test_the_examples_of_the_pages_do_what_they_say(path):
    assert doctest.testfile(str(ROOT / path), module_relative=False).failed == 0


def test_the_readme_is_short():
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 150


@pytest.mark.parametrize("path", ["README.md", *(f"generated/{page}" for page in PAGES)])
def test_every_link_within_the_repository_leads_somewhere(path):
    page = ROOT / path
    links = re.findall(r"\]\(([^)#\s]+)\)", page.read_text(encoding="utf-8"))
    assert links or path == "generated/conventions.md"
    assert [x for x in links if "://" not in x and not (page.parent / x).exists()] == []


def test_the_example_of_the_package():
    assert doctest.testmod(symconv).failed == 0


def test_a_layer_is_found_by_its_class_and_by_its_keyword():
    assert catalogue()["conv"] is Conv
