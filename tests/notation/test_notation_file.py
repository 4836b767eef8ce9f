"""A notation as a file: the same in Python, in derivations, in claims and in documents."""

from pathlib import Path

import pytest

from symconv.api import Network
from symconv.core.errors import SymconvError
from symconv.documents.model.records import NetworkMark
from symconv.documents.networks import NetworkTable
from symconv.notation.hand import Hand
from symconv.notation.notation_file import read_notation, resolve_notation
from symconv.notation.presets import IJ1, Notation

OURS = r"""
notation = "ij1"
deltas = "full"
layer = 'W^{[l]}'
derivative = "nabla"
transpose = '\top'
product = "xW"
layout = "denominator"
[symbols]
w = '\mathbf{W}'
"w^2" = 'V'
[letters]
m = "a"
"""


@pytest.fixture
def ours(tmp_path):
    (tmp_path / "ours.toml").write_text(OURS)
    return tmp_path / "ours.toml"


def test_a_file_says_what_python_says(ours):
    hand = Hand(
        {"w": r"\mathbf{W}", "w^2": "V"},
        layer="W^{[l]}",
        derivative="nabla",
        transpose=r"\top",
        product="xW",
    )
    assert read_notation(ours) == Notation("ours", 1, deltas="full", letters={"m": "a"}, hand=hand)
    assert not read_notation(ours).assumed
    assert resolve_notation("ij1") == IJ1


def test_where_no_preset_is_named_claims_may_count_as_they_like(tmp_path):
    (tmp_path / "x.toml").write_text("[symbols]\nw = 'K'\n")
    assert read_notation(tmp_path / "x.toml").assumed
    net = Network.parse(
        "input i 3x3 | conv w 2x2 -> o | sse y -> C", read_notation(tmp_path / "x.toml")
    )
    assert net.check("dC/dK_{2,2} = sum_{u,v=1}^2 2(o_{u,v} - y_{u,v}) i_{u+1,v+1}")
    assert net.check("dC/dK_{0,0} = sum_{u,v=0}^1 2(o_{u,v} - y_{u,v}) i_{u,v}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("notation = 'ij7'", "no notation is called 'ij7'"),
        ("colour = 'red'", "a notation has no 'colour'"),
        ("layer = 'W^l^'", "layer 'W"),
        ("layer = 3", "'layer' is a text"),
        ("symbols = 'w'", "'symbols' is a table"),
        ("[symbols]\nw = 3", "'w' in 'symbols' is a text"),
        ("[symbols]\nw = '\\input{x}'", "no part of a sign"),
        ("[letters]\ni = 'ab'", "an index is one letter"),
        ("deltas = 'none'", "no deltas 'none'"),
        ("= 3", "is not readable"),
        ("a." * 20 + "b = 1", "more than 8 dots"),
        ("\x00", "is not readable"),
    ],
)
def test_a_bad_file_is_one_line_with_its_name(tmp_path, text, message):
    (tmp_path / "bad.toml").write_text(text)
    with pytest.raises(SymconvError, match=message) as caught:
        read_notation(tmp_path / "bad.toml")
    assert "'bad.toml'" in caught.value.message
    assert "\n" not in caught.value.message


def test_a_file_that_is_none_is_refused(tmp_path):
    for path in (tmp_path, tmp_path / "absent.toml"):
        with pytest.raises(SymconvError):
            read_notation(path)


def test_a_document_names_a_notation_beside_itself_and_no_other(ours):
    mark = NetworkMark("two-convs", "ours.toml")
    found = NetworkTable().find(mark, str(ours.with_name("notes.md")))
    assert found.notation == read_notation(ours)
    for name in (str(ours), "../ours.toml", "sub/../ours.toml", "ours\\x.toml"):
        with pytest.raises(SymconvError, match="is no notation"):
            NetworkTable().find(NetworkMark("two-convs", name), str(ours.with_name("notes.md")))


def test_the_options_of_a_project_may_name_one_anywhere(ours):
    table = NetworkTable({}, str(ours))
    assert table.find(NetworkMark("two-convs", ""), "x.md").notation == read_notation(ours)
    assert Path(table.notation).is_absolute()


def test_generated_code_says_how_formulas_write_its_tensors(ours):
    net = Network.example("two-convs")
    in_hand = net.in_notation(read_notation(ours))
    for style in ("readable", "loops"):
        source = in_hand.numpy_source(style)
        assert "Formulas write w as W (bold), w^2 as V.\n" in source
    assert "Formulas write" not in net.numpy_source()
