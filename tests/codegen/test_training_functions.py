"""What one trains with: one contract in every style, over the positional functions of today."""

import numpy as np
import pytest
from c_style import NEEDS_COMPILER, QUICK
from grids import REST

from symconv.api import Network
from symconv.codegen.c import build

DIGITS = (
    "input x Nx1x8x8 | conv w1 3x3 channels 4 padding 1 bias b1 | relu | maxpool 2x2 "
    "| conv w2 3x3 channels 6 bias b2 | batchnorm weight g bias s | relu | flatten "
    "| dense W 10 bias c | cross_entropy t labels -> C"
)
NAMES = ("w1", "b1", "w2", "b2", "g", "s", "W", "c")
STYLES = [
    "readable",
    pytest.param("fast", marks=REST),
    pytest.param("loops", marks=REST),
    pytest.param("c", marks=(*REST, NEEDS_COMPILER)),
]


@pytest.fixture(scope="module")
def net():
    return Network.parse(DIGITS)


@pytest.fixture(scope="module", params=STYLES)
def module(request, net):
    if request.param == "c":
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(build, "FLAGS", QUICK)
            return net.fixed(N=3).compile("c", dtype="float64").module
    return net.compile(request.param).module


@pytest.fixture(scope="module")
def batch():
    random = np.random.default_rng(0)
    return random.random((3, 1, 8, 8)), random.integers(10, size=3)


def test_the_table_says_name_shape_and_role(module):
    assert tuple(p.name for p in module.PARAMETERS) == NAMES
    assert [p.role for p in module.PARAMETERS] == [
        *("weight", "bias", "weight", "bias", "scale", "bias", "weight", "bias")
    ]
    assert [p.shape for p in module.PARAMETERS][:3] == [(4, 1, 3, 3), (4,), (6, 4, 3, 3)]
    assert [p.fan for p in module.PARAMETERS if p.role == "weight"] == [9, 36, 34]


def test_first_values_are_those_of_the_seed(module):
    found = module.initial(7, dtype=np.float32)
    # The draws as they are stated: evenly between the bounds, from PCG64, weights in their order.
    random = np.random.Generator(np.random.PCG64(7))
    for p in module.PARAMETERS:
        if p.role == "weight":
            wanted = np.sqrt(6 / p.fan) * (2 * random.random(p.shape) - 1)
        else:
            wanted = np.full(p.shape, 1.0 if p.role == "scale" else 0.0)
        assert found[p.name].dtype == np.float32
        np.testing.assert_array_equal(found[p.name], wanted.astype(np.float32))


def test_first_values_are_these_numbers(module):
    drawn = module.initial(0)["w1"].ravel()[:3]
    assert drawn.tolist() == [0.22365749883211944, -0.37593672219187163, -0.7495870965227994]


def test_by_name_is_by_position(module, batch):
    x, t = batch
    p = module.initial(1)
    cost, found = module.cost_and_gradients(x, t, parameters=p)
    values = module.forward(x, *p.values(), t)
    assert cost == pytest.approx(values.C, rel=1e-14)
    assert tuple(found) == NAMES
    given = {**p, "x": x, "t": t, "values": values}
    code = module.backward.__code__
    wanted = code.co_varnames[: code.co_argcount]
    right = module.backward(**{n: given[n] for n in wanted if n in given})
    for name in NAMES:
        np.testing.assert_allclose(found[name], getattr(right, f"d{name}"), rtol=1e-12, atol=1e-15)


def test_what_is_predicted_needs_no_target(module, batch):
    x, t = batch
    p = module.initial(1)
    found = module.predict(x, parameters=p)
    assert found.shape == (3, 10)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-12)
    # The cost is the mean of -log of the probability of the right class.
    cost, _ = module.cost_and_gradients(x, t, parameters=p)
    assert -np.log(found[np.arange(3), t]).mean() == pytest.approx(cost, rel=1e-10)


def test_files_give_back_what_was_saved(module, tmp_path):
    p = module.initial(3, dtype=np.float32)
    module.save(tmp_path / "p.npz", p)
    found = module.load(tmp_path / "p.npz")
    assert tuple(found) == NAMES
    for name, array in found.items():
        assert array.dtype == np.float32
        np.testing.assert_array_equal(array, p[name])
    assert [f.name for f in tmp_path.iterdir()] == ["p.npz"]


def test_a_file_that_is_half_written_leaves_the_old_one(module, tmp_path, monkeypatch):
    module.save(tmp_path / "p.npz", module.initial(0))
    before = (tmp_path / "p.npz").read_bytes()

    def fail(file, **_):
        file.write_bytes(b"half")
        raise OSError("no space left")

    monkeypatch.setattr(np, "savez", fail)
    with pytest.raises(OSError, match="no space left"):
        module.save(tmp_path / "p.npz", module.initial(1))
    assert (tmp_path / "p.npz").read_bytes() == before


def test_other_parameters_are_refused(module, batch, tmp_path):
    x, t = batch
    p = module.initial(0)
    less = {k: v for k, v in p.items() if k != "g"}
    with pytest.raises(ValueError, match=r"the parameters are w1, .*, not w1, b1, w2, b2, s"):
        module.cost_and_gradients(x, t, parameters=less)
    with pytest.raises(ValueError, match="the parameters are"):
        module.predict(x, parameters={**p, "more": p["g"]})
    with pytest.raises(TypeError, match="g holds object, not floats"):
        module.save(tmp_path / "p.npz", {**p, "g": np.array([object()])})
    assert not list(tmp_path.iterdir())
    np.savez(tmp_path / "other.npz", **{**p, "g": p["g"][:2]})
    with pytest.raises(ValueError, match=r"other.npz: g is float64 of the shape \(2,\), not"):
        module.load(tmp_path / "other.npz")
    (tmp_path / "text.npz").write_text("w1, b1")
    with pytest.raises(ValueError, match=r"text.npz is no .npz file"):
        module.load(tmp_path / "text.npz")
    with pytest.raises(TypeError, match="weights are floats, and int8 has no fractions"):
        module.initial(0, dtype="int8")


def test_a_folder_that_is_not_there_and_a_seed_that_is_none_are_told_in_a_line(module, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"p.npz is not written: .* no folder .*none$"):
        module.save(tmp_path / "none" / "p.npz", module.initial(0))
    for seed in ("a", -1, 1.5, None):
        with pytest.raises(ValueError, match=f"^the seed is {seed!r}, not a whole number, 0 or"):
            module.initial(seed)
    assert module.initial(np.int64(3)).keys() == module.initial(3).keys()


@pytest.mark.parametrize("style", ["readable", "fast", "loops"])
def test_without_parameters_or_a_cost_a_module_is_what_it_was(style):
    for text in ("input x 3x3 | relu | sse t", "input x 3x3 | conv w 2x2 | relu"):
        assert "PARAMETERS" not in Network.parse(text).numpy_source(style)


def test_shapes_that_are_open_have_names_and_no_first_values():
    module = Network.parse("input x NxM | dense w Q bias b | sse t").compile().module
    assert [p.shape for p in module.PARAMETERS] == [("Q", "M"), ("Q",)]
    assert not hasattr(module, "initial")
    x, w, b = np.ones((2, 3)), np.ones((4, 3)), np.zeros(4)
    cost, found = module.cost_and_gradients(x, np.zeros((2, 4)), parameters={"w": w, "b": b})
    assert (cost, found["w"].shape) == (72, (4, 3))


def test_a_size_that_no_array_shows_is_passed_on():
    net = Network.parse("input x NxCxHxW | conv w 3x3 channels F stride s padding p | sse t")
    module = net.compile().module
    x, w, t = np.ones((2, 1, 5, 5)), np.ones((2, 1, 3, 3)), np.zeros((2, 2, 3, 3))
    cost, _ = module.cost_and_gradients(x, t, parameters={"w": w}, s=2, p=1)
    assert cost == (module.predict(x, parameters={"w": w}, s=2, p=1) ** 2).sum()
