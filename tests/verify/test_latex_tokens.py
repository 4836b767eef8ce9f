"""The reader of written formulas refuses every character that is never written."""

import pytest

from symconv.verify.readback.latex_tokens import tokenize_emitted


@pytest.mark.parametrize("text", ["€", "x + €", "w_{1}§"])
def test_a_character_that_is_never_written_is_refused_with_what_follows(text):
    with pytest.raises(ValueError, match=f"not a formula of ours: '{text[-1]}"):
        tokenize_emitted(text)


def test_a_formula_becomes_tokens():
    assert tokenize_emitted("w_{1} + x") == ["w", "_", "{", "1", "}", "+", "x"]
