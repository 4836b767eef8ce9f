"""What a document costs, counted in the work that it asks for."""

import importlib

import pytest

from symconv.api import Network
from symconv.render.formula.positions import sort_several
from symconv.semantics.sizes import SizeDraws
from symconv.structure import sample_points

structure = importlib.import_module("symconv.structure")


@pytest.fixture(scope="module")
def network():
    return Network.parse("input x 2x2 | conv w 1x2 -> z | sse t -> C")


def test_all_documents_of_a_network_share_what_is_proved_of_it(network, monkeypatch):
    prove, asked = structure.find_operations, []
    monkeypatch.setattr(structure, "find_operations", lambda b: [asked.append(b), prove(b)][1])
    network.derivation().text()
    network.derivation().latex()
    assert network.files()["network.md"] == network.derivation().markdown()
    assert asked == [network.backward()]
    network.titled("other").derivation().text()
    network.derivation("w").text()
    assert [len(b.derivations) for b in asked[1:]] == [len(asked[0].derivations), 2]


def test_a_title_and_a_notation_are_those_of_the_document_asked_for(network):
    network.derivation()
    renamed = network.titled("blocks").in_notation("ij1")
    assert renamed.derivation().title == "blocks"
    assert renamed.derivation().notation.name == "ij1"
    assert network.derivation().title == "network"


@pytest.mark.parametrize(("key", "draws"), [("w", 3), ("b", 3), ("x", 1), ("z", 1)])
def test_places_are_drawn_again_only_where_there_are_few(key, draws):
    """w has 18 entries, b 2, x and z 72 and 64; at fixed sizes draws compare the same places."""
    text = "input x 2x1x6x6 | conv w 3x3 channels 2 bias b -> z | relu -> a | mse t -> C"
    backward = Network.parse(text).backward()
    equation = backward.derivation(key).equation
    assert len(sample_points._seeds(SizeDraws(backward.program), equation)) == draws


def test_open_sizes_are_drawn_three_times():
    program = Network.parse("input x NxHxW | conv w 3x3 -> z | mse t -> C").backward().program
    for equation in program.derivatives:
        assert len(sample_points._seeds(SizeDraws(program), equation)) == 3


def test_an_item_alone_is_not_asked_for_its_key():
    assert sort_several(["a"], lambda _: 1 / 0) == ["a"]
    assert sort_several([], lambda _: 1 / 0) == []
    assert sort_several(iter([3, 1, 2]), lambda n: -n) == [3, 2, 1]


def test_a_sum_of_a_hundred_error_signals_is_not_written_out():
    """A bias of a convolution adds up the error signals of its channel: 72 here, 32 below."""
    many = Network.parse("input x 2x1x6x6 | conv w 1x1 bias b -> z | mse t -> C")
    few = Network.parse("input x 2x1x4x4 | conv w 1x1 bias b -> z | mse t -> C")
    assert "dC/db" not in {name for name, _ in many.derivation()._entries()}
    assert [n for n, _ in few.derivation()._entries() if n.startswith("dC/db")] == ["dC/db"]
