"""With an open batch, functions that differ in names and numbers of entries stand there once."""

import re

import pytest

from symconv import Network

TEXT = "input x 1x9x9 batch N | conv w 3x3 channels 2 | {0} | flatten | dense v 7 | {0} | sse t"


@pytest.mark.parametrize("layer", ["relu", "sigmoid", "leaky_relu slope 0.1"])
def test_activations_of_any_shape_are_one_function(layer):
    made = Network.parse(TEXT.format(layer)).generate_c(isa="avx2")
    codes = [e for part in made.parts.equations for e in part if e.serves]
    forward = {e.name for e in made.parts.equations[0] if e.serves}
    assert len(forward) == 1
    for name in {e.name for e in codes}:
        assert len(re.findall(rf"^static \w+ {name}\(", made.source, re.MULTILINE)) == 1
        served = next(e.serves for e in codes if e.name == name)
        # Its comment has the number of every equation, and every call its own.
        (note,) = re.findall(rf"/\* (.*) \*/\nstatic \w+ {name}\(", made.source)
        assert note == ", ".join(f"({number}) {key}" for number, key in served)
        calls = re.findall(rf" {name}\(.*, (?:\d+ \* )?samples\);  /\* \((\d+)\) \*/", made.source)
        assert {number for number, _ in served} == set(calls)


def test_activations_that_are_not_alike_stay_apart():
    text = "input x 4 batch N | leaky_relu slope 0.1 | leaky_relu slope 0.2 | sse t"
    made = Network.parse(text).generate_c(isa="avx2")
    assert not any(e.serves for part in made.parts.equations for e in part)
