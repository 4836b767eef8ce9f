"""The example of the page in every style: the same costs, and digits that are told apart."""

from functools import cache

import numpy as np
import pytest
from c_style import COMPILER

from symconv.core.errors import SymconvError
from symconv.docs.training_page import EXAMPLE

pytestmark = pytest.mark.rest
LINES = [line[4:] for line in EXAMPLE[:-2]]
STYLES = ("readable", "fast", "c", "torch", "jax")
FEW = 3


def list_statements():
    """The statements of the example, each on one line."""
    found = []
    for line, whole in zip(LINES, EXAMPLE, strict=False):
        if whole.startswith(">>>"):
            found.append(line)
        else:
            found[-1] += f"\n{line}"
    return found


def compile_in(style):
    if style == "c" and not COMPILER:
        pytest.skip("no C compiler was found")
    if style in {"torch", "jax"}:
        pytest.importorskip(style)
    if style == "jax":
        import jax

        jax.config.update("jax_enable_x64", val=True)
    return 'compile("c", dtype="float64")' if style == "c" else f'compile("{style}")'


@cache
def run_example(style):
    pytest.importorskip("sklearn")
    known, code = {}, compile_in(style)
    for statement in list_statements():
        exec(statement.replace('compile("fast")', code), known)
    return known["run"], known


@pytest.mark.parametrize("style", STYLES)
def test_every_style_learns_the_digits_along_the_same_costs(style):
    try:
        run, _ = run_example(style)
    except SymconvError as error:
        if "no style is called" in str(error):
            pytest.skip(f"there is no style {style}")
        raise
    right, _ = run_example("fast")
    assert run.costs.dtype == np.float64
    assert np.abs(run.costs - right.costs).max() < 1e-4
    assert run.history[-1].accuracy > 0.975


def test_loops_begin_along_the_same_costs():
    from symconv import Adam, train

    right, known = run_example("fast")
    module, costs = known["net"].only("parameters").compile("loops").module, []

    class Few:
        def __getattr__(self, name):
            return getattr(module, name)

        def cost_and_gradients(self, x, t, *, parameters):
            if len(costs) == FEW:
                raise KeyboardInterrupt
            cost, gradients = module.cost_and_gradients(x, t, parameters=parameters)
            costs.append(cost)
            return cost, gradients

    with pytest.raises(KeyboardInterrupt):
        train(Few(), (known["x"], known["t"]), epochs=1, optimizer=Adam(0.005))
    np.testing.assert_allclose(costs, right.costs[:FEW], rtol=1e-12)
