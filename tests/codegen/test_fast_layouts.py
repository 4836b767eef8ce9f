"""A view from one order of axes to another holds the same numbers at the same letters."""

from itertools import permutations

import numpy as np
import pytest
from sympy import Integer

from symconv.codegen.fast.algorithms.layout import MAPS, PLANES, drop_phases
from symconv.codegen.fast.algorithms.table import ALGORITHMS
from symconv.codegen.fast.write.layouts import relayout
from symconv.core.tensor import size

MATRICES = {a.name: a.layout for a in ALGORITHMS if a.layout != PLANES}
RUNS = {a.name: a.runs for a in ALGORITHMS if a.runs}
SIZES = {"n": 5, "f": 3, "a": 2, "b": 4, "h": 6, "w": 7}
STAGED = [PLANES, *MATRICES.values(), *RUNS.values()]
PLAIN = [MAPS, *(drop_phases(m) for m in MATRICES.values()), *(r[2:] for r in RUNS.values())]
PAIRS = [*permutations(dict.fromkeys(STAGED), 2), *permutations(dict.fromkeys(PLAIN), 2)]


def laid_out(layout):
    """Numbers that tell their letters' places, as an array of the layout."""
    letters = "".join(layout)
    whole = np.arange(np.prod(list(SIZES.values()))).reshape(*SIZES.values())
    plain = whole if "a" in letters else whole[:, :, 0, 0]
    axes = [letter for letter in SIZES if letter in letters]
    turned = plain.transpose([axes.index(letter) for letter in letters])
    return turned.reshape([int(np.prod([SIZES[letter] for letter in axis])) for axis in layout])


@pytest.mark.parametrize(("given", "wanted"), PAIRS)
@pytest.mark.parametrize("batch", [5, Integer(5), size("N")])
def test_views_keep_every_number_at_its_letters(given, wanted, batch):
    found = "array" + "".join(relayout(given, wanted, SIZES | {"n": batch}))
    assert ("-1" in found) == ("reshape" in found and batch == size("N"))
    np.testing.assert_array_equal(eval(found, {"array": laid_out(given)}), laid_out(wanted))


@pytest.mark.parametrize("form", RUNS)
def test_runs_are_views_of_what_products_write_and_read(form):
    whole = laid_out(MATRICES[form])
    there = "".join(relayout(MATRICES[form], RUNS[form], SIZES))
    back = "".join(relayout(RUNS[form], MATRICES[form], SIZES))
    for text in (f"whole{there}", f"whole{there}{back}"):
        assert np.shares_memory(eval(text, {"whole": whole}), whole)


def test_nothing_is_done_where_nothing_changes():
    assert relayout(PLANES, PLANES, SIZES) == ()
    assert relayout(MAPS, PLANES, SIZES) == ("[None, None]",)
    assert relayout(("h", "fwn"), ("hf", "w", "n"), SIZES) == (".reshape(18, 7, 5)",)
