"""The README's examples do what it says."""

import doctest

from paths import ROOT

import symconv
from symconv.layers import Conv, catalogue

README = ROOT / "README.md"


def test_the_examples_of_the_readme():
    assert doctest.testfile(str(README), module_relative=False).failed == 0


def test_the_example_of_the_package():
    assert doctest.testmod(symconv).failed == 0


def test_a_layer_is_found_by_its_class_and_by_its_keyword():
    assert catalogue()["conv"] is Conv
