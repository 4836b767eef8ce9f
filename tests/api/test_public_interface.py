"""What people import and call stays there, and a network never changes."""

import dataclasses
import importlib
import re

import pytest
from paths import ROOT

import symconv
from symconv.layers import catalogue
from symconv.network.spec import Input, NetworkSpec

PAGES = ("README.md", "generated/commands.md", "generated/styles.md", "generated/training.md")
README = "\n".join((ROOT / page).read_text(encoding="utf-8") for page in PAGES)
TEXT = "input x H batch N | dense W 2 bias b -> y | sse t -> C"
METHODS = (
    "backward check check_post compile conventions derivation example files fixed gradient "
    "gradients in_notation notation numpy_source of parse plan program show spec tensor title "
    "titled verify written"
)


def test_the_package_offers_what_it_did():
    assert symconv.__all__ == [
        "SGD",
        "Adam",
        "Network",
        "SymconvError",
        "__version__",
        "from_keras",
        "from_onnx",
        "from_torch",
        "grade",
        "train",
    ]
    assert all(hasattr(symconv, name) for name in symconv.__all__)
    assert issubclass(symconv.SymconvError, Exception)


def test_every_layer_is_imported_from_the_catalogue():
    module = importlib.import_module("symconv.layers")
    for layer in catalogue().values():
        assert getattr(module, layer.__name__) is layer
    assert module.EquationLayer.__name__ == "EquationLayer"


def test_every_import_of_the_readme_works():
    found = re.findall(
        r"^(?:>>> )?(from symconv[\w.]* import .+|import symconv.*)$", README, re.MULTILINE
    )
    assert len(found) >= 5
    for line in found:
        exec(line, {})


@pytest.mark.parametrize("name", METHODS.split())
def test_a_network_has_what_it_had(name):
    assert hasattr(symconv.Network.parse(TEXT), name)


def test_every_method_of_the_readme_exists():
    net = symconv.Network.parse(TEXT)
    called = set(re.findall(r"\bnet\.(\w+)\(", README))
    assert {"check", "compile", "derivation", "numpy_source", "verify"} <= called
    assert all(hasattr(net, name) for name in called)


def test_a_network_never_changes():
    net = symconv.Network.parse(TEXT)
    for field in dataclasses.fields(net):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(net, field.name, None)
    with pytest.raises(dataclasses.FrozenInstanceError):
        net.program = None


def test_a_title_is_set_by_making_another_network():
    net = symconv.Network.parse(TEXT, "ij1")
    titled = net.titled("lesson 3")
    assert (net.title, titled.title) == ("network", "lesson 3")
    assert (titled.program, titled.notation) == (net.program, net.notation)
    assert set(titled.files()) >= {"lesson_3.py", "test_lesson_3.py", "lesson_3.tex"}
    assert titled.in_notation("ij0").title == "lesson 3"
    assert titled.fixed(N=2).title == "lesson 3"


def test_another_notation_keeps_the_sizes_that_were_fixed():
    fixed = symconv.Network.parse(TEXT).fixed(N=2, H=3)
    assert fixed.program.tensor("x").shape == (2, 3)
    assert fixed.in_notation("ij1").program == fixed.program


def test_a_network_is_made_in_all_its_ways():
    text = symconv.Network.parse("input i 3x3 batch N | conv w 2x2 -> o")
    conv = catalogue()["conv"]("w", (2, 2), out="o")
    built = symconv.Network("i", (3, 3), batch="N", notation="ij1") >> conv
    spec = NetworkSpec(Input("i", (3, 3), "N"), (conv,))
    assert built.spec == spec
    assert built.program == symconv.Network.of(spec, "flat1").program == text.program
    assert built.notation.name == "ij1"


def test_another_notation_or_title_does_not_derive_again():
    network = symconv.Network.parse(TEXT)
    backward = network.backward()
    other = network.in_notation("flat1").titled("mine")
    assert other.backward() is backward
    assert other.program is network.program
    assert (other.title, other.notation.name) == ("mine", "flat1")
    assert network.fixed(N=2).backward() is not backward
