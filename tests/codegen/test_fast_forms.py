"""Every form of a sum over windows computes what the readable module computes."""

import warnings
from inspect import signature
from itertools import product
from random import Random
from types import ModuleType

import numpy as np
import pytest
from grids import REST, slice_of
from kept_networks import parse_once

from symconv.codegen.fast.algorithms.table import ALGORITHMS, find_algorithms
from symconv.codegen.fast.plan.overrides import PlanOverrides
from symconv.codegen.fast.plan.planner import Contract, Pool, plan_network
from symconv.codegen.fast.plan.recognise import recognize_contraction
from symconv.codegen.python.module_spec import ModuleSpec
from symconv.codegen.readable.module import module_names
from symconv.codegen.styles import GeneratedModule
from symconv.core.errors import SymconvError

LONG = pytest.mark.long
FORMS = tuple(a.name for a in ALGORITHMS)


def forms_of(made):
    """The names of the algorithms that can compute a contraction."""
    return [a.name for a in find_algorithms(made)]


def contractions(net):
    made = plan_network(net.program, net.backward())
    found = {
        s.equation.key: s.contraction
        for s in made.forward + made.backward
        if isinstance(s, Contract)
    }
    pools = [s.stage.contraction for s in made.forward if isinstance(s, Pool)]
    return found | {c.result.key: c for c in pools}


def ask_for(net, *forms):
    """For every contraction the first of the forms that it has, in turn from one to the next."""
    known = {}
    for k, (key, made) in enumerate(contractions(net).items()):
        order = [*forms[k % len(forms) :], *forms]
        known[key] = next((f for f in order if f in forms_of(made)), "columns")
    return PlanOverrides(forms=known)


def module(net, overrides):
    backward = net.backward()
    text = GeneratedModule(ModuleSpec(net.program, backward, "layer"), "fast", overrides).source
    made = ModuleType("fast")
    exec(compile(text, "<fast>", "exec"), made.__dict__)
    return made


def inputs(net, dtype=np.float64, batch=5):
    random, backward = np.random.default_rng(0), net.backward()
    names = module_names(net.program, backward.program).tensors
    given = [t for t in net.program.tensors if net.program.equation(t.key) is None]
    given += [backward.seed] if backward.seed else []
    shapes = {names[t.key]: [int(n) if n.is_Integer else batch for n in t.shape] for t in given}
    return {k: random.standard_normal(shape).astype(dtype) for k, shape in shapes.items()}


def step(made, arrays, **more):
    def called(function, known):
        return function(**{k: known[k] for k in signature(function).parameters if k in known})

    values = called(made.forward, arrays | more)
    return values, called(made.backward, arrays | more | {"values": values})


def assert_agrees(net, made, dtype=np.float64, tolerance=1e-9, spaces=(None, {})):
    """Values and gradients, with a workspace (twice) and without, and nothing warns."""
    arrays = inputs(net, dtype)
    values, right = step(net.compile().module, arrays)
    for space in spaces:
        for _ in range(1 if space is None else 2):
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                found, gradients = step(made, arrays, workspace=space)
            pairs = [(getattr(gradients, n), getattr(right, n), n) for n in right._fields]
            known = set(values._fields) & set(found._fields)
            pairs += [(getattr(found, n), getattr(values, n), n) for n in sorted(known)]
            for a, b, name in pairs:
                assert a.dtype == b.dtype == dtype, name
                size = max(1, float(np.abs(b).max()))
                np.testing.assert_allclose(a, b, rtol=0, atol=tolerance * size, err_msg=name)
            if space:
                held = [
                    (n, k)
                    for n in right._fields
                    for k, r in space.items()
                    if np.shares_memory(getattr(gradients, n), r)
                ]
                assert not held


def random_layer(seed, *, stride=True, dilation=True, kernel=None):
    """A network text with one random convolution, and perhaps a relu and a maximum after it."""
    r = Random(seed)
    batch, channels, filters = r.choice([1, 2, 13, "N"]), r.randint(1, 5), r.randint(1, 5)
    k = kernel or [r.randint(1, 4), r.randint(1, 4)]
    s = r.randint(1, 3) if stride else 1
    d, p = r.choice([1, 1, 2]) if dilation else 1, r.randint(0, 3)
    reach = [d * (n - 1) + 1 for n in k]
    least = [d * n // s + 1 for n in k]
    image = [
        max(n, n + s * (m + r.randint(0, 6)) + r.randint(0, s - 1))
        for n, m in zip(reach, least, strict=True)
    ]
    text = f"input x {batch}x{channels}x{image[0]}x{image[1]} | conv w {k[0]}x{k[1]} "
    text += f"channels {filters} stride {s} padding {p} dilation {d}"
    text += r.choice(["", " flip"]) + r.choice(["", " bias b"]) + " -> z"
    places = [(n + 2 * p - m) // s + 1 for n, m in zip(image, reach, strict=True)]
    tile = r.choice([None, (2, 2), (1, 2), (3, 2)])
    text += r.choice(["", " | relu -> a"])
    if tile and all(n >= m for n, m in zip(places, tile, strict=True)):
        text += f" | maxpool {tile[0]}x{tile[1]} -> p"
    return text + r.choice(["", " | sse t -> C"])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "seed",
    [
        0,
        *(pytest.param(k, marks=REST) for k in range(1, 4)),
        *(pytest.param(k, marks=LONG) for k in range(4, 16)),
    ],
)
def test_every_form_agrees_at_random_sizes(form, seed):
    tiled = form.startswith("winograd")
    plain = tiled or form in {"folded", "batch_last"}
    net = parse_once(
        random_layer(
            100 * FORMS.index(form) + seed,
            stride=not (tiled or form == "folded"),
            dilation=(not tiled and form != "batch_last") or not plain,
            kernel=[3, 3] if tiled else None,
        )
    )
    overrides = ask_for(net, form)
    batch = contractions(net)["z"].batch
    assert set(overrides.forms.values()) == {form} or (form == "gathered" and not batch.is_Integer)
    made = module(net, overrides)
    assert_agrees(net, made)
    assert_agrees(net, made, np.float32, 2e-4)


@pytest.mark.parametrize("seed", slice_of(range(12), 3))
def test_forms_can_be_mixed(seed):
    r = Random(seed)
    net = parse_once(random_layer(700 + seed, kernel=r.choice([None, [3, 3]])))
    assert_agrees(net, module(net, ask_for(net, *r.sample(FORMS, len(FORMS)))))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "shape", ["1x1x7x6", pytest.param("3x1x7x6", marks=LONG), pytest.param("1x2x7x6", marks=LONG)]
)
def test_one_map_or_one_picture_is_enough(form, shape):
    tiles = ["2x2", "1x2", "2x1"]
    for tile, filters in ((t, f) for t in tiles for f in (1, 2)):
        net = parse_once(
            f"input x {shape} | conv w 3x3 channels {filters} padding 1 bias b -> z "
            f"| maxpool {tile.replace('2x', '7x') if tile[0] == '2' else tile} -> p"
        )
        assert_agrees(net, module(net, ask_for(net, form)), spaces=({},))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("more", ["", "stride 2 ", "bias b "])
def test_a_gradient_that_is_a_correlation_lives_in_no_workspace(form, more):
    net = parse_once(f"input x 5x3x4x5 | transposed_conv w 3x3 channels 2 {more}-> y")
    if all(form in forms_of(c) for c in contractions(net).values()):
        assert_agrees(net, module(net, ask_for(net, form)), spaces=({},))


OWN = "y[b,f,i,j] = sum(c<2,m<3,n<3) w[f,c,m,n]"
ODD = (
    "input x 16x16x5x5 | conv w 3x3 channels 32 -> z | sse t -> C",
    "input x 4x4x5x5 | conv w 3x3 channels 2 -> z | sse t -> C",
    "input x 5x3x5x5 | conv w 3x3 channels 2 -> z | sse t -> C",
    "input x 5x4x9x9 | transposed_conv w 1x1 channels 4 padding 1 -> z",
    "input x 3x2x12x11 | transposed_conv w 3x3 channels 2 padding 3 -> z",
    "input x 3x2x8x8 | transposed_conv w 3x2 channels 2 padding 4x1 stride 2 -> z",
    f"input x 4x2x9x9 | {OWN} x[b,c,i+m+1,j+n+1] for b<4,f<3,i<6,j<6 | sse t",
    f"input x 4x2x9x9 | {OWN} x[b,c,2*i+m+3,3*j+n+2] for b<4,f<3,i<3,j<2 | sse t",
)
"""As many places as taps, so that a kernel's gradient is a correlation; windows inside an image."""


@pytest.mark.parametrize(("text", "form"), slice_of(product(ODD, [None, *FORMS]), 3))
def test_odd_geometries_agree_in_every_form(text, form):
    net = parse_once(text)
    assert_agrees(net, module(net, ask_for(net, form) if form else None))


def test_a_place_of_three_indices_is_no_window():
    text = "y[i,j] = sum(m<3, n<2) w[m,n]*x[i+m+2*n,j+m] for i<3, j<2"
    net = parse_once(f"input x 12x5 | {text} | sse t -> C")
    assert_agrees(net, module(net, PlanOverrides()))


@pytest.mark.parametrize("form", ["folded", "winograd2", "winograd4", "columns"])
def test_blocks_that_do_not_fill_the_cache_leave_no_seam(form):
    net = parse_once(
        "input x 3x2x17x9 | conv w 3x3 channels 4 padding 1 bias b -> z | relu -> a "
        "| conv w 3x3 channels 3 padding 2 -> z | sse t -> C"
    )
    made = module(net, ask_for(net, form))
    for size in (1, 300, 1000):
        made.BLOCK = size
        assert_agrees(net, made)


def test_a_workspace_is_used_again_and_follows_the_arrays():
    """The second call finds every buffer; another type or another batch has buffers of its own."""
    net = parse_once(
        "input x Nx2x8x8 | conv w 3x3 channels 4 padding 1 bias b -> z | relu -> a | maxpool 2 -> p"
    )
    made, readable, space = module(net, PlanOverrides()), net.compile().module, {}
    for dtype, batch, kept in (
        (np.float64, 3, "none"),
        (np.float64, 3, "all"),
        (np.float32, 3, "masks"),
        (np.float64, 5, "none"),
    ):
        arrays, before = inputs(net, dtype, batch), dict(space)
        values, right = step(readable, arrays)
        found, gradients = step(made, arrays, workspace=space)
        for a, b in zip((found.p, *gradients), (values.p, *right), strict=True):
            assert a.dtype == dtype
            np.testing.assert_allclose(a, b, rtol=0, atol=1e-9 if dtype == np.float64 else 1e-4)
        again = {name for name, buffer in before.items() if space[name] is buffer}
        masks = {name for name, buffer in space.items() if buffer.dtype == bool}
        assert again == {"none": set(), "all": set(space), "masks": masks}[kept]
    assert masks


@pytest.mark.parametrize("form", ["folded", "winograd4"])
def test_arrays_of_any_memory_order_are_taken(form):
    net = parse_once("input x 2x3x9x8 | conv w 3x3 channels 4 padding 1 -> z")
    made, arrays = module(net, ask_for(net, form)), inputs(net)
    last = {
        k: np.ascontiguousarray(a.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
        for k, a in arrays.items()
    }
    _, right = step(made, arrays)
    _, found = step(made, last)
    for a, b in zip(found, right, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-12)


def test_torch_agrees():
    torch = pytest.importorskip("torch")
    for seed, form in enumerate(("folded", "winograd2", "winograd4")):
        r = np.random.default_rng(seed)
        n, c, f, h, w, p = (int(k) for k in r.integers(1, 9, 6))
        net = parse_once(
            f"input x {n}x{c}x{h + 3}x{w + 3} | conv w 3x3 channels {f} padding {p % 4} -> z"
        )
        arrays = inputs(net)
        x, k = (torch.tensor(arrays[name], requires_grad=True) for name in ("x", "w"))
        z = torch.nn.functional.conv2d(x, k, padding=p % 4)
        right = torch.autograd.grad(z, [k, x], torch.tensor(arrays["delta_z"]))
        values, found = step(module(net, ask_for(net, form)), arrays)
        for a, b in zip((values.z, *found), (z, *right), strict=True):
            np.testing.assert_allclose(a, b.detach().numpy(), rtol=0, atol=1e-9)


def test_a_form_that_does_not_fit_is_refused():
    net = parse_once("input x 2x3x9x8 | conv w 3x3 channels 4 stride 2 -> z | sse t -> C")
    for key, form, problem in (
        ("z", "winograd4", "has no form"),
        ("z", "winograd", "no form is called"),
        ("y", "columns", "no sum over windows"),
    ):
        with pytest.raises(SymconvError, match=problem):
            module(net, PlanOverrides(forms={key: form}))
    with pytest.raises(SymconvError, match="no tiles are called"):
        PlanOverrides(tiles="f3")


def test_tiles_are_taken_where_they_are_asked_for_and_pay():
    text = "input x 4x{}x12x12 | conv w {} channels 32 padding 1 -> z"
    for sizes, form in (
        ((32, "3x3"), "winograd4"),
        ((32, "3x3 stride 2"), None),
        ((3, "3x3"), None),
    ):
        net = parse_once(text.format(*sizes))
        backward, tiled = net.backward(), PlanOverrides("f4")
        choices = plan_network(net.program, backward, tiled).choices.values()
        assert (form in {c.algorithm.name for c in choices}) == (form is not None)
        plain = {c.algorithm.name for c in plan_network(net.program, backward).choices.values()}
        assert not any(c.startswith("winograd") for c in plain)


def test_recognised_images_turn_into_places():
    net = parse_once("input x 2x3x9x8 | conv w 3x2 channels 4 padding 1 dilation 2 -> z")
    backward = net.backward()
    made = recognize_contraction(backward.program, backward.program.equation("gradient x"))
    from symconv.codegen.fast.plan.gradient_as_correlation import rewrite_as_correlation

    around = rewrite_as_correlation(made)
    assert around.computes == "places"
    assert (around.channels, around.filters) == (4, 3)
    assert [a.before for a in around.axes] == [3, 1]
    assert around.kernel.flipped == (True, True)
