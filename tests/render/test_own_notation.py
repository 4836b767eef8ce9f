"""A notation of one's own: index letters, error signals, origin; the formulas stay the same."""

import json
import re

import pytest
from kept_networks import parse_once

from symconv.api import Network
from symconv.core.errors import SymconvError
from symconv.notation.index_letters import index_letters, parse_letters
from symconv.notation.presets import IJ0, Notation
from symconv.trace import trace_network

MINE = Notation("mine", index_base=1, deltas="partial", letters={"i": "r", "j": "t", "m": "u"})


def explained(name="general-conv", notation=MINE):
    return parse_once(name).in_notation(notation).derivation()


def test_index_letters_are_replaced_everywhere():
    written = explained()
    for text in (written.text(detail="full"), written.latex(), written.markdown()):
        assert not re.search(r"(?<![A-Za-z\\{])[ijm](?=['′,+\-])", text), text
    assert "∂C/∂x[r′,t′] = Σ_{u,n}" in written.text()
    assert r"\sum_{u=1}^{k_1}\sum_{n=1}^{k_2}" in written.latex()
    assert "<mi>r</mi>" in written.html()
    data = json.loads(written.json())
    assert data["index_letters"]["i"] == "r"
    assert data["backward"][0]["right"]["text"] == "Σ_{r,t} ∂C/∂z[r,t] · x[r+u′−1, t+n′−1]"


def test_letters_change_names_and_nothing_else():
    """Putting the old letters back gives the old page, word for word."""
    old = Notation("old", 1)
    new = Notation("old", 1, letters={"i": "e", "j": "g"})
    text = explained(notation=new).text(detail="full")
    back = re.sub(r"(?<![A-Za-z])[eg](?![A-Za-z])", lambda m: "ij"["eg".index(m[0])], text)
    assert back == explained(notation=old).text(detail="full")


def test_a_letter_that_is_taken_is_exchanged():
    assert dict(Notation("n", letters={"i": "j"}).letters) == {"i": "j", "j": "i"}
    assert dict(Notation("n", letters={"i": "j", "j": "m"}).letters) == {
        "i": "j",
        "j": "m",
        "m": "i",
    }
    text = explained(notation=Notation("n", letters={"i": "j"})).text()
    assert "z[j,i] = Σ_{m,n} w[m,n] x[j+m, i+n]" in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"letters": {"i": "row"}}, "an index is one letter, not 'row'"),
        ({"letters": {"i": "r", "j": "r"}}, "two indices would get the same letter"),
        ({"index_base": 2}, "a notation has no index_base 2"),
        ({"deltas": "greek"}, "a notation has no deltas 'greek'"),
    ],
)
def test_what_no_notation_can_be(words, message):
    with pytest.raises(SymconvError, match=message):
        Notation("n", **words)


@pytest.mark.parametrize("letter", ["H", "x"])
def test_an_index_cannot_look_like_a_size_or_a_tensor(letter):
    with pytest.raises(SymconvError, match=f"cannot be shown as {letter}"):
        explained(notation=Notation("n", letters={"i": letter})).text()


def test_a_size_is_no_index():
    with pytest.raises(SymconvError, match="H is a size; only index letters"):
        explained(notation=Notation("n", letters={"H": "q"})).text()


def test_letters_are_read_as_they_are_typed():
    assert parse_letters(["i=r", "m=u"], frozenset("ijmn")) == {"i": "r", "m": "u"}
    assert parse_letters([], frozenset()) == {}


def test_the_indices_of_a_network_are_those_of_all_its_formulas():
    network = Network.parse("input x 4 | maxpool 2 -> y | sse t -> C", notation=IJ0)
    letters = index_letters(network.program, network.backward())
    page = network.derivation().text(detail="full")
    shown = set(re.findall(r"(?<![A-Za-z])[a-z](?=[′″,\]+}])", page)) - set("abqv")
    assert letters == shown == {"i", "m"}, "a, b, q and v stand in the words on the rules"


@pytest.mark.parametrize(
    ("given", "message", "pointed", "help_"),
    [
        (["ir"], "there is no '=' between", "ir", "write it as OLD=NEW, as i=r"),
        ([""], "there is no '=' between", "", "write it as OLD=NEW, as i=r"),
        (["i="], "an index is one letter, not ''", "", "write it as OLD=NEW, as i=r"),
        (["row=r"], "an index is one letter, not 'row'", "row", "write it as OLD=NEW"),
        (["i=row"], "an index is one letter, not 'row'", "row", "write it as OLD=NEW"),
        (["i=r,j=s"], "an index is one letter, not 'r,j=s'", "r,j=s", "repeat --letter for more"),
        (["i=\u0435"], r"not '\u0435'", "\u0435", "write it as OLD=NEW"),
        (["i=\x1b[31m"], r"not '\x1b[31m'", "?[31m", "write it as OLD=NEW"),
        (["q=r"], "no index is called 'q'", "q", "known here: i, j"),
        (["i=r", "i=s"], "the index i would get two letters", "i", "keep r"),
        (["i=r", "j=r"], "two indices would get the same letter", "r", "i is shown as r already"),
    ],
)
def test_a_mistake_in_a_letter_is_shown_at_its_place(given, message, pointed, help_):
    with pytest.raises(SymconvError) as raised:
        parse_letters(given, frozenset("ij"))
    error = raised.value
    assert message in error.message
    assert error.text[slice(*error.position)] == pointed
    assert help_ in error.help


def test_a_long_mistake_is_shown_shortened():
    with pytest.raises(SymconvError) as raised:
        parse_letters(["i=" + "r" * 100_000], frozenset("ij"))
    assert len(str(raised.value)) < 400


def test_error_signals_as_partial_derivatives():
    text, latex = explained().text(), explained().latex()
    assert "δ" not in text
    assert r"\delta" not in latex
    assert r"\frac{\partial C}{\partial z_{r,t}}" in latex
    assert "δ[i,j]" in explained(notation=IJ0).text()
    full = explained("conv-pool-sigmoid-dense", Notation("n", deltas="full")).text()
    assert "δ_h[q]" in full
    partial = Notation("n", deltas="partial")
    assert "Error signal ∂E/∂h" in explained("conv-pool-sigmoid-dense", partial).text()


def test_the_layout_of_derivatives_is_stated():
    for name in ("two-convs", "general-conv"):
        text = " ".join(parse_once(name).derivation().text().split())
        assert "denominator layout; numerator layout is its transpose" in text
    assert "∂C/∂w has the shape of w" in explained().text()


def test_tensors_keep_the_names_they_are_given():
    network = Network.parse("input image HxW | conv kernel k1xk2 -> map", notation=MINE)
    text, latex = network.derivation().text(), network.derivation().latex()
    assert "map[r,t] = Σ_{u,n} kernel[u,n] image[r+u−1, t+n−1]" in text
    assert r"\mathrm{kernel}_{u,n}" in latex


def test_a_trace_is_written_in_it_too():
    network = Network.parse("input x 3x3 | conv w 2x2 -> z | half_sse y -> C", notation=MINE)
    values = {"x": [[1, 2, 3], [4, 5, 6], [7, 8, 9]], "w": [[1, 0], [0, 1]], "y": [[1] * 2] * 2}
    found = trace_network(network, values)
    assert "z[r,t] = Σ_{u,n} w[u,n] x[r+u−1, t+n−1]" in found.text()
    assert "∂C/∂z₁,₁ = 6 + (−1) = 5" in found.text().replace("6 − 1", "6 + (−1)")
    assert "x[r+u" in found.json()


def test_counting_from_one_keeps_the_statements_true():
    text = " ".join(explained("general-conv-strided").text(detail="full").split())
    assert "with r′ + p − s(r − 1) − 1 a multiple of d" in text
