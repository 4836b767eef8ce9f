"""The index linter: every remark says what is odd, and a caret shows where."""

import re

import pytest

from symconv import Network
from symconv.claims import check_claim, check_post

CONV = Network.parse("input x 3x3 | conv w 2x2 -> z | sigmoid -> a | half_sse t -> E", "ij0")
TWO = Network.example("two-convs")

REMARKS = [
    (r"dE/dw_{m,n} = \sum_{m,j} \delta^z_{0,j} x_{m,j+n}",
     "the index m is free in part 1 and summed over in part 2", "m,j} "),
    (r"dE/dw_{m,n} = \delta^z_{i,j} x_{i+m,j+n}",
     "the index i is free in part 2 and does not appear in part 1", "i,j} x"),
    (r"dE/dz_{i,j} = \sum_{i} (a_{i,j} - t_{i,j}) a_{i,j} (1 - a_{i,j})",
     "the sum over i hides an index of the same name", "i} ("),
    (r"dE/dw_{m,n} = \sum_{i,j} \sum_{i} \delta^z_{i,j} x_{i+m,j+n}",
     "the sum over i hides an index of the same name", r"i} \delta"),
    (r"dE/dw_{m,n} = \sum_{i,j,k} \delta^z_{i,j} x_{i+m,j+n}",
     "the sum over k does not use its index", r"k} \delta"),
    (r"dE/dw_{m,n} = \sum_{i=0}^{2}\sum_{j=0}^{1} \delta^z_{i,j} x_{i+m,j+n}",
     "the sum over i leaves z, which has 0..1 there", "i=0"),
    (r"dE/dw_{m,n} = \sum_{i=1}^{2}\sum_{j=0}^{1} \delta^z_{i,j} x_{i+m,j+n}",
     "the sum over i leaves z, which has 0..1 there", "i=1"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message", "under"), REMARKS)
def test_a_remark_shows_its_place(text, message, under):
    verdict = check_claim(CONV, text)
    remarks = [note.split("\n") for note in verdict.notes if note.startswith(message)]
    assert remarks, str(verdict)
    assert any(line[1][line[2].index("^") :].startswith(under) for line in remarks), remarks


REFUSALS = [
    (TWO, "dC/dw_5^1 = 1", "'w^1' is 2 x 2; index 5 is outside", "valid: 1..4", "5"),
    (CONV, "dE/dw_{0,2} = 1", "'w' is 2 x 2; index 2 is outside", "valid: 0..1", "2"),
    (CONV, "dE/dw_{0,1,1} = 1", "'w' has 2 axes, and here are 3 indices", "2 indices", "w_{"),
    (Network.parse("input v 4 | dense W 2 bias b -> h | sse t -> C", "ij1"), "dC/db_{1,2} = 1",
     "'b' has 1 axis, and here are 2 indices", "1 index", "b_{"),
]  # fmt: skip


@pytest.mark.parametrize(("network", "text", "message", "hint", "under"), REFUSALS)
def test_what_no_entry_has_is_refused_with_its_place(network, text, message, hint, under):
    verdict = check_claim(network, text)
    assert verdict.verdict == "unreadable", str(verdict)
    said = verdict.notes[0].split("\n")
    assert said[0] == message
    assert said[1][said[2].index("^") :].startswith(under)
    assert hint in said[3]


@pytest.mark.parametrize(
    "text",
    [
        r"dE/dw_{m,n} = \sum_{i=0}^{1}\sum_{j=0}^{1} \delta^z_{i,j} x_{i+m,j+n}",
        r"dE/dx_{p,q} = \sum_{i,j} \delta^z_{p-i,q-j} w_{i,j}",
        r"E = \frac{1}{2} \sum_{i,j} (a_{i,j} - t_{i,j})^2",
    ],
)
def test_a_clean_formula_has_no_remarks(text):
    verdict = check_claim(CONV, text)
    assert verdict
    assert not [note for note in verdict.notes if "^" in note], str(verdict)


def test_a_remark_of_a_post_stands_below_its_line():
    (verdict,) = check_post(CONV, "As said,\n\n$$" + REMARKS[4][0] + "$$\n")
    assert verdict.line == 3
    assert "    note:" not in str(verdict)
    assert "the sum over k does not use its index" in str(verdict)


def test_a_verdict_on_a_sample_says_so_in_its_first_line():
    wide = Network.parse("input x 80x90 | relu -> z | half_sse t -> E", "ij0")
    # That relu(t) - t = relu(-t) is no rule of the normal form, so that this is tried.
    verdict = check_claim(wide, "dE/dz_{i,j} + relu(t_{i,j}) = z_{i,j} + relu(-t_{i,j})")
    assert verdict.verdict == "right"
    first = str(verdict).split("\n")[0]
    assert re.search(r"tried at \d,\d{3} of 7,200 values of the free indices", first)
    for right, wrong in (("z_{i,j}", r"(z_{i,j} + \max(0, i - 77))"), ("t_{i,j}", "t_{i,j-1}")):
        text = r"dE/dz_{i,j} = z_{i,j} - t_{i,j}".replace(right, wrong)
        assert not check_claim(wide, text, explain=False), text
