"""A JSON text is refused by the depth of its brackets, before Python's reader calls itself."""

import pytest

from symconv.core.errors import SymconvError
from symconv.trace.input_values import parse_values
from symconv.trace.json_depth import MOST_BRACKETS, refuse_deep_json


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
def test_brackets_are_counted_before_they_are_read(opening):
    for count in (MOST_BRACKETS + 1, 100_000):
        with pytest.raises(SymconvError, match="nested too deeply"):
            parse_values('{"x": ' + opening * count, "the text")


def test_brackets_of_strings_and_those_that_are_closed_do_not_count():
    for text in ("[]" * 1000, '"' + "[" * 1000 + '"', '"\\"' + "[" * 1000, "[" * MOST_BRACKETS):
        refuse_deep_json(text)
