"""A mistake in a long text is shown with what stands around it."""

import pytest

from symconv.core.errors import SymconvError


@pytest.mark.parametrize(
    ("length", "place", "before", "after"),
    [
        (300, 150, False, False),
        (1000, 500, True, True),
        (1000, 10, False, True),
        (1000, 990, True, False),
        (1000, 999, True, False),
        (1000, 919, True, True),
    ],
)
def test_dots_stand_where_a_text_is_cut_off_and_nowhere_else(length, place, before, after):
    text = "a" * place + "b" + "a" * (length - place - 1)
    _, shown, carets = str(SymconvError("no", text=text, position=(place, place + 1))).splitlines()
    assert shown.startswith("  | ... ") == before
    assert shown.endswith(" ...") == after
    assert shown[carets.index("^")] == "b"
