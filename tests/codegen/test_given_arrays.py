"""One rule for what a caller passes, in every style: numbers of any type, lists, any layout.

Everything is brought to NumPy's common type of floats, whole numbers alone to float64; what holds
no real numbers, and what has another shape, is refused by name. All styles answer one record.
"""

from fractions import Fraction
from functools import cache

import numpy as np
import pytest

from symconv import Network

TEXTS = {
    "tiny": "input x 3x3 | conv w 2x2 bias b -> z | relu -> a | maxpool 2x2 -> p | sse t -> E",
    "planned": "input x Nx2x4x4 | conv w 3x3 channels 2 padding 1 bias b -> z | relu -> a "
    "| maxpool 2x2 -> p | flatten -> f | dense W 3 -> l | cross_entropy t labels -> E",
    "dense": "input x Nx3 | dense W 2 bias b -> z | tanh -> y | mse t -> E",
}
SHAPES = {
    "tiny": {"x": (3, 3), "w": (2, 2), "b": (1,), "t": (1, 1)},
    "planned": {"x": (2, 2, 4, 4), "w": (2, 2, 3, 3), "b": (2,), "W": (3, 8)},
    "dense": {"x": (2, 3), "W": (2, 3), "b": (2,), "t": (2, 2)},
}
CASES = [(name, style) for name in TEXTS for style in ("loops", "readable", "fast")]


@cache
def compiled(name, style):
    return Network.parse(TEXTS[name]).compile(style)


@cache
def whole_numbers(name):
    """Arrays of small integers, by name; class numbers among them."""
    random = np.random.default_rng(3)
    given = {n: random.integers(-3, 4, shape) for n, shape in SHAPES[name].items()}
    return given | ({"t": np.array([2, 0])} if name == "planned" else {})


def run(name, style, change):
    """All that the functions answer, where the arrays of numbers are changed by name."""
    module = compiled(name, style)
    given = {n: change(n, a) for n, a in whole_numbers(name).items()}
    values = module.forward(**given)
    found = values._asdict() | module.backward(**given, values=values)._asdict()
    step = module.step(**given) if "def step(" in module.source else None
    return found, step


def as_numbers(kind):
    """Every array in a type, but for class numbers."""
    return lambda n, a: a if a.shape == (2,) and n == "t" else a.astype(kind)


def check(name, style, change, kind, tolerance):
    """The answers are those of float64, in the type `kind`."""
    true, _ = run(name, style, as_numbers(np.float64))
    found, step = run(name, style, change)
    assert found.keys() == true.keys()
    for n, array in found.items():
        if n != "kept":
            assert np.asarray(array).dtype == kind, n
            assert np.allclose(array, true[n], rtol=tolerance, atol=tolerance), n
    if step is not None:
        for n, array in step.gradients._asdict().items():
            assert array.dtype == kind, n
            assert np.allclose(array, true[n], rtol=tolerance, atol=tolerance), n


@pytest.mark.parametrize(("name", "style"), CASES)
def test_whole_numbers_and_lists_count_as_float64(name, style):
    for change in (
        lambda _, a: a,
        lambda _, a: a.tolist(),
        lambda n, a: a if n == "t" else a.astype(np.int8),
        lambda n, a: [tuple(row) for row in a.tolist()] if a.ndim > 1 and n == "x" else a,
    ):
        check(name, style, change, np.float64, 1e-12)


@pytest.mark.parametrize(("name", "style"), CASES)
def test_types_of_floats_stay_and_meet_in_the_widest(name, style):
    first = next(iter(SHAPES[name]))
    check(name, style, as_numbers(np.float32), np.float32, 1e-5)
    check(name, style, as_numbers(np.float16), np.float16, 2e-2)
    check(name, style, as_numbers(">f8"), np.float64, 1e-12)

    def mixed(n, a):
        return as_numbers(np.float32 if n == first else np.float64)(n, a)

    check(name, style, mixed, np.float64, 1e-12)


@pytest.mark.parametrize(("name", "style"), CASES)
def test_the_layout_in_memory_and_the_right_to_write_do_not_matter(name, style):
    def spread(n, a):
        wide = np.zeros(tuple(2 * k for k in a.shape), a.dtype if n == "t" else np.float64)
        part = wide[tuple(slice(None, None, 2) for _ in a.shape)]
        part[...] = a
        return part

    def lock(n, a):
        locked = np.asfortranarray(as_numbers(np.float64)(n, a))
        locked.flags.writeable = False
        return locked

    def turn(n, a):
        return np.ascontiguousarray(as_numbers(np.float64)(n, a)[..., ::-1])[..., ::-1]

    for change in (spread, lock, turn):
        check(name, style, change, np.float64, 1e-12)


BAD = {
    "complex": (lambda a: a * 1j, "w holds complex128, not real numbers"),
    "text": (lambda a: a.astype(str), "w holds <U21, not real numbers"),
    "time": (lambda a: a.astype("datetime64[s]"), "w holds datetime64"),
}


@pytest.mark.parametrize(("name", "style"), CASES)
def test_what_holds_no_real_numbers_is_refused_by_name(name, style):
    weight = "W" if name == "dense" else "w"
    given = dict(whole_numbers(name))
    values = compiled(name, style).forward(**given)
    for make, said in BAD.values():
        wrong = {**given, weight: make(given[weight])}
        for words in ({}, {"values": values}):
            call = compiled(name, style).backward if words else compiled(name, style).forward
            with pytest.raises(TypeError) as caught:
                call(**wrong, **words)
            assert str(caught.value).startswith(said.replace("w", weight, 1))


@pytest.mark.parametrize(("name", "style"), CASES)
def test_another_shape_is_refused_by_name_and_shape(name, style):
    for n, array in whole_numbers(name).items():
        if n == "x":
            continue
        wrong = {**whole_numbers(name), n: np.zeros((*array.shape, 2))}
        with pytest.raises(ValueError, match=f"{n} has the shape"):
            compiled(name, style).forward(**wrong)
    wrong = {**whole_numbers(name), "x": np.zeros((5, 7))}
    with pytest.raises(ValueError, match=r"has the shape \(5, 7\), not"):
        compiled(name, style).forward(**wrong)


OPEN = {
    "input x NxCxHxW | conv w k1xk2 channels F bias b -> z": {
        "x": ((2, 3, 5, 5), "N, C, H, W"), "w": ((4, 3, 2, 2), "F, C, k1, k2"), "b": ((4,), "F,"),
    },
    "input x NxS | dense W D -> y": {"x": ((2, 3), "N, S"), "W": ((4, 3), "D, S")},
    "input x N | y[i] = x[i]*a[i] for i<N": {"x": ((3,), "N,"), "a": ((3,), "N,")},
}  # fmt: skip
WRONG_AXES = ((), (2,), (2, 3), (2, 3, 5), (2, 3, 5, 5), (2, 3, 5, 5, 1))


@pytest.mark.parametrize("text", OPEN)
@pytest.mark.parametrize("style", ["loops", "readable", "fast"])
def test_another_number_of_axes_is_refused_by_name_and_axes(text, style):
    module, shapes = Network.parse(text).compile(style), OPEN[text]
    given = {n: np.ones(shape) for n, (shape, _) in shapes.items()}
    values = module.forward(**given)
    delta = f"delta_{values._fields[-1]}"
    after = {**given, delta: np.ones_like(values[-1]), "values": values}
    told = {n: axes for n, (_, axes) in shapes.items()} | {delta: ", ".join("a" * values[-1].ndim)}
    for n, axes in told.items():
        calls = [(module.forward, given)] if n in shapes else []
        # The backward pass has no use for a bias.
        calls += [(module.backward, after)] if n != "b" else []
        for wrong in (w for w in WRONG_AXES if len(w) != np.ndim(after[n])):
            for call, arrays in calls:
                with pytest.raises(ValueError, match=f"^{n} has the shape") as caught:
                    call(**{**arrays, n: np.ones(wrong)})
                assert str(caught.value).split(", not ")[1].count(",") == max(axes.count(","), 1)


@pytest.mark.parametrize("name", ["tiny", "dense"])
def test_every_style_answers_one_record(name):
    records = {}
    for style in ("loops", "readable", "fast"):
        given = {n: a.astype(float) for n, a in whole_numbers(name).items()}
        values = compiled(name, style).forward(**given)
        slopes = compiled(name, style).backward(**given, values=values)
        records[style] = [(n, np.shape(a), np.asarray(a).dtype, type(a))
                          for r in (values, slopes) for n, a in r._asdict().items()]  # fmt: skip
    assert records["fast"] == records["readable"] == records["loops"]


def test_a_planned_module_answers_the_values_it_writes_and_what_it_keeps_apart():
    fields = {s: compiled("planned", s).module.Forward._fields for s in ("readable", "fast")}
    written = [n for n in fields["readable"] if n in fields["fast"]]
    assert fields["fast"] == (*written, "kept")
    assert {"p", "f", "l", "E"} <= set(written)
    assert fields["readable"] == compiled("planned", "loops").module.Forward._fields


def test_numbers_that_are_exact_stay_exact():
    given = {n: a.astype(object) for n, a in whole_numbers("tiny").items()}
    given["w"] = given["w"] * Fraction(1, 3)
    for style in ("loops", "readable", "fast"):
        assert isinstance(compiled("tiny", style).forward(**given).E, Fraction)
