"""A notation names single entries and says where indices start; it changes nothing else."""

import pytest
from sympy import Integer, Sum, Symbol

from symconv.api import Network
from symconv.core.errors import SymconvError
from symconv.core.nodes import Box, MaxOver, OneHot, limits
from symconv.core.tensor import Name, Tensor, index, size
from symconv.notation.index_letters import rebase
from symconv.notation.presets import (
    FLAT1,
    IJ0,
    IJ1,
    PRESETS,
    entry_name,
    entry_symbol,
    find_notation,
)

i, m = index("i"), index("m")
H, k = size("H"), size("k")
w = Tensor(Name("w", 1), (2, 2), "parameter")
x = Tensor(Name("x"), (H,), "input")


@pytest.mark.parametrize(
    ("notation", "name"), [(FLAT1, "w_3^1"), (IJ0, "w_{1,0}^{1}"), (IJ1, "w_{2,1}^{1}")]
)
def test_entry_names(notation, name):
    assert entry_name(w, (1, 0), notation) == name
    assert entry_symbol(w, (1, 0), notation) == Symbol(name)


def test_entries_of_derivatives_and_scalars():
    assert entry_name(Tensor(Name("w", 1, "gradient"), (2, 2), "gradient"), (0, 0), FLAT1) == (
        "dC/dw_1^1"
    )
    assert entry_name(Tensor(Name("C"), (1,), "cost"), (0,), FLAT1) == "C"
    assert entry_name(Tensor(Name("b"), (1,), "parameter"), (0,), IJ0) == "b"
    assert entry_name(Tensor(Name("y"), (1, 1), "target"), (0, 0), FLAT1) == "y_1"


def test_entry_names_are_different():
    for notation in PRESETS.values():
        long = Tensor(Name("v"), (3, 4, 12), "value")
        places = [(a, b, c) for a in range(3) for b in range(4) for c in range(12)]
        assert len({entry_name(long, place, notation) for place in places}) == len(places)


def test_an_unknown_notation_is_answered_with_the_nearest():
    with pytest.raises(SymconvError, match="did you mean 'flat1'"):
        find_notation("flat")


def test_indices_from_zero_are_left_alone():
    e = Sum(w[m, 0] * x[i + m], (m, 0, k - 1))
    assert rebase(e, 0) is e


def test_rebasing_moves_positions_and_limits():
    e = Sum(w[m, 0] * x[i + m], (m, 0, k - 1))
    assert rebase(e, 1) == Sum(w[m, 1] * x[i + m - 1], (m, 1, k))
    largest = MaxOver(x[i + m], *limits([(m, k)]))
    assert rebase(OneHot(largest, i), 1) == OneHot(MaxOver(x[i + m - 1], (m, 1, k)), i)
    assert rebase(Box(i + m, H), 1) == Box(i + m - 1, H)


def test_rebasing_keeps_the_value():
    values = Tensor(Name("v"), (9,), "value")
    e = Sum(w[m, 0] * values[i + 2 * m], (m, 0, 1))
    shifted = rebase(e, 1)
    for start in range(4):
        plain = [
            t.xreplace({m: Integer(a), i: Integer(start)}) for a in (0, 1) for t in [e.function]
        ]
        moved = [shifted.function.xreplace({m: Integer(a), i: Integer(start + 1)}) for a in (1, 2)]
        assert [rebase(t, 1) for t in plain] == moved


@pytest.mark.parametrize("notation", ["ij1", "flat1"])
@pytest.mark.parametrize(
    "text",
    [
        "input h 3 | softmax -> p | sse t",
        "input h 3 batch N | log_softmax -> p | sse t",
        "input h 3 | cross_entropy t",
        "input h 3 | cross_entropy t labels",
    ],
)
def test_a_sum_inside_a_logarithm_starts_where_the_notation_says(text, notation):
    told = Network.parse(text, notation).derivation().text()
    assert "1 ≤ v" in told or "1 ≤ r" in told
    assert "0 ≤ v" not in told
