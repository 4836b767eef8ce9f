"""The page on training is current, and its example does what it says."""

import doctest

import pytest
from paths import ROOT

from symconv.docs.training_page import EXAMPLE, training_page

PAGE = ROOT / "generated" / "training.md"


def test_the_page_is_current():
    text = PAGE.read_text(encoding="utf-8")
    assert text == training_page(), "run `python -m symconv.docs.regenerate`"


@pytest.mark.rest
def test_the_example_needs_few_lines_and_learns_the_digits():
    pytest.importorskip("sklearn")
    assert len(EXAMPLE) <= 12
    assert EXAMPLE[-2:] == (">>> run.history[-1].accuracy > 0.975", "True")
    assert doctest.testfile(str(PAGE), module_relative=False) == (0, 7)
