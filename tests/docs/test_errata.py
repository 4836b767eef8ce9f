"""Ten formulas that are printed wrong: each is found, by its name, and what is right is said."""

import pytest

from symconv.api import Network
from symconv.docs.errata import ERRATA, judge_erratum, list_errata


@pytest.mark.parametrize("erratum", ERRATA, ids=lambda e: e.title)
def test_a_printed_mistake_is_called_by_its_name(erratum):
    found = judge_erratum(erratum)
    assert not found
    assert found.names[0] == erratum.mistake
    assert found.truth


@pytest.mark.rest
@pytest.mark.parametrize("erratum", ERRATA, ids=lambda e: e.title)
def test_the_formula_that_is_shown_as_correct_is(erratum):
    found = judge_erratum(erratum)
    assert Network.parse(erratum.network).check(found.truth.split("; ")[0])


def test_ten_different_mistakes_are_on_the_page():
    assert len({e.mistake for e in ERRATA}) == len(ERRATA) == 10
    page = list_errata()
    assert all(f"mistake: {e.mistake}" in page or e.mistake in page for e in ERRATA)
    assert page.count("```math") == page.count("$ symconv check") == 10
