"""JAX modules compute what the readable ones do, and JAX differentiates and transforms them."""

import inspect
import subprocess
import sys

import numpy as np
import pytest
from grids import slice_of
from kept_networks import parse_once
from paths import ROOT

from symconv.codegen.jax.precision import in_double_precision
from symconv.codegen.python.allowlist import JAX
from symconv.docs.layer_pages import typical_text
from symconv.layers import catalogue
from symconv.semantics.sizes import pick_sizes
from symconv.verify.entries import draw_float_point
from symconv.verify.generated_module import ModuleUnderTest, input_arrays

jax = pytest.importorskip("jax", reason="JAX is not installed: its modules cannot run")

VARIANTS = [
    "input x Nx6x7x6 | conv w 3x2 channels 4 groups 2 bias b",
    "input x 2x3x5x6 | conv w 3x2 channels 2 padding same bias b untied | relu | sse t",
    "input x NxCxHxW | conv w k1xk2 channels F stride s padding p dilation d bias b flip",
    "input x NxCxHxW | transposed_conv w k1xk2 channels F stride s padding p dilation d bias b",
    "input x 2x3x7x8 | maxpool 3x2 stride 2 padding 1",
    "input x 2x3x7x8 | maxpool 2x3 dilation 2x1 stride 3x2 padding 1x0 ceil",
    "input x 2x3x7x8 | maxpool 5 stride 3",
    "input x 2x3x7x8 | avgpool 3 stride 2 padding 1 exclude_padding",
    "input x Nx3x4x4 | global_maxpool | softmax | sse t",
    "input x Nx4x3x3 | groupnorm weight g bias b groups 2",
    "input x 5 batch N | cross_entropy t labels reduction none",
    "input x Nx5x2x3 | cross_entropy t labels reduction sum",
    "input x 5 batch N | dense w 4 bias b | cross_entropy t labels ignore 2",
    "input x Nx2x3x3 | conv w 3x3 channels 3 padding 1 -> z | relu -> a | concat x -> s | sse t",
    "input x Nx2x3x4 | tanh -> a | matmul x transposed -> y | softmax -> p | matmul x -> y",
    "input x 6 | y[i] = logsumexp(m<3) x[i + m - 1] for i<6",
    "input x 6x5 | y[i,j] = max(k<5) (x[i,k] + w[k,j]) for j<2",
    "input x 2x9 | y[o,i] = sum(c<2, m<3) w[o,c,m] x[c, 2 i + m] for o<4, i<4",
]
CASES = [*(typical_text(layer) for _, layer in sorted(catalogue().items())), *VARIANTS]
POOLED = (
    "input x 2x1x6x6 | conv w 3x3 channels 2 bias b -> z | relu -> a | maxpool 2 -> p "
    "| flatten -> v | dense W 3 -> h | cross_entropy t labels -> C"
)


def uses(network, styles):
    """The modules of these styles to be called by keys, and arrays for them, at small sizes."""
    program, names = network.backward().program, network._module_names
    sizes = pick_sizes(program, seed=3)
    options = {names.sizes[s]: n for s, n in sizes.items() if s in names.sizes}
    given = input_arrays(draw_float_point(program, sizes, 0), float)
    modules = {style: vars(network.compile(style).module) for style in styles}
    modules["jax"] = in_double_precision(modules["jax"])
    return given, [ModuleUnderTest(m, names.tensors, options) for m in modules.values()]


@pytest.mark.parametrize("text", slice_of(CASES, 25))
def test_a_module_computes_what_the_readable_one_does(text):
    given, (readable, ours) = uses(parse_once(text), ("readable", "jax"))
    right, found = readable.run(given), ours.run(given)
    assert right.keys() == found.keys()
    for key, array in right.items():
        assert np.shape(found[key]) == np.shape(array), key
        most = max(1.0, np.abs(np.asarray(array, float)).max(initial=0))
        np.testing.assert_allclose(found[key], array, rtol=0, atol=1e-12 * most, err_msg=key)
    assert derived_shapes(ours, given) == {
        ours.names[t.key]: tuple(map(int, np.shape(given[t.key])))
        for t in parse_once(text).backward().wrt
    }


def derived_shapes(module, given):
    """The shapes of what JAX derives of `network`, by the arrays that it derives by."""
    arrays = {module.names[k]: a for k, a in given.items() if k in module.names}
    function = module.namespace["network"]
    known = {n: arrays[n] for n in inspect.signature(function).parameters if n in arrays}
    options = {n: s for n, s in module.sizes.items() if n in inspect.signature(function).parameters}
    names = module.names
    wrt = {names[k] for k in given if f"gradient {k}" in names} & known.keys()
    inner = {n: known[n].astype(np.float32) for n in wrt}
    cost = lambda some: function(**{**known, **some}, **options).sum()  # noqa: E731
    return {n: a.shape for n, a in jax.eval_shape(jax.grad(cost), inner).items()}


def pooled(dtype=np.float32):
    """A network with a convolution, a maximum and labels: its module, and arrays by name."""
    network = parse_once(POOLED)
    random = np.random.default_rng(0)
    shapes = {n: tuple(map(int, network.tensor(n).shape)) for n in ("x", "w", "b", "W")}
    arrays = {n: random.standard_normal(shape).astype(dtype) for n, shape in shapes.items()}
    return network.compile("jax").module, arrays, np.array([2, 0])


def test_grad_jit_and_vmap_take_the_gradients_of_the_module():
    """They are those of `backward`, and those that JAX takes of the forward pass by itself."""
    module, arrays, t = pooled()
    names = [n for n in inspect.signature(module.backward).parameters if n in arrays]

    def every(given):
        values = module.forward(**given, t=t)
        exact = module.backward(**{n: given[n] for n in names}, t=t, values=values)
        ours = jax.grad(lambda some: module.network(**some, t=t))
        theirs = jax.grad(lambda some: module.forward(**some, t=t).C)(given)
        both = jax.vmap(ours)({n: jax.numpy.stack([2 * a, a]) for n, a in given.items()})
        return ours(given), theirs, {n: a[1] for n, a in both.items()}, exact._asdict()

    ours, *others, exact = jax.jit(every)(arrays)
    for name, one in ours.items():
        assert one.dtype == np.float32
        for other in (*(found[name] for found in others), exact[f"d{name}"]):
            np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


def test_the_first_of_equal_entries_gets_the_gradient():
    module = parse_once("input x 1x1x2x4 | maxpool 2 -> p").compile("jax").module
    x = np.array([[[[1, 1, 0, 3], [1, 1, np.nan, 3]]]], np.float32)
    found = jax.grad(lambda x: module.network(x).sum())(x)
    np.testing.assert_array_equal(found, [[[[1, 0, 0, 0], [0, 0, 1, 0]]]])


def test_forward_mode_is_refused_as_the_docstring_says():
    module, arrays, t = pooled()
    assert "`jax.jvp`" in module.__doc__
    with pytest.raises(TypeError, match=r"forward-mode|jvp"):
        jax.jvp(lambda w: module.network(**arrays | {"w": w}, t=t), (arrays["w"],), (arrays["w"],))


def test_nothing_is_derived_by_a_target():
    module = parse_once("input x 3 | dense w 2 -> h | sse t -> C").compile("jax").module
    x, w, t = np.ones(3, np.float32), np.ones((2, 3), np.float32), np.zeros(2, np.float32)
    with pytest.raises(TypeError, match="not by a target"):
        jax.grad(module.network, argnums=2)(x, w, t)
    np.testing.assert_allclose(jax.grad(module.network)(x, w, t), [12, 12, 12])


def test_lists_and_whole_numbers_are_arrays():
    module = parse_once("input x 3 | dense w 2 -> h | sse t -> C").compile("jax").module
    assert module.network([1, 2, 3], [[1, 0, 0], [0, 1, 0]], [0, 0]) == 5
    # Which type these become JAX says: float32, unless it is told otherwise.
    wide = jax.numpy.result_type(float)
    assert module.network([1, 2, 3], [[1, 0, 0], [0, 1, 0]], [0, 0]).dtype == wide
    with pytest.raises(TypeError, match="x holds complex64, not real numbers"):
        module.network(np.array([1j, 2, 3]), [[1, 0, 0], [0, 1, 0]], [0, 0])
    with pytest.raises(ValueError, match=r"w has the shape \(2,\), not \(2, 3\)"):
        module.network([1, 2, 3], [1, 0], [0, 0])


def test_sizes_that_no_array_shows_are_part_of_the_program():
    text = "input x HxW | conv w k1xk2 stride s padding p -> z"
    module = parse_once(text).compile("jax").module
    x, w = np.ones((5, 5), np.float32), np.ones((3, 3), np.float32)
    cost = jax.jit(lambda x: module.network(x, w, s=2, p=1).sum())
    assert jax.grad(cost)(x)[1].tolist() == [2, 4, 2, 4, 2]


def test_one_trains_with_compiled_functions():
    module, arrays, t = pooled()
    parameters = {n: a for n, a in arrays.items() if n != "x"}
    cost, found = module.cost_and_gradients(arrays["x"], t, parameters=parameters)
    derived = jax.value_and_grad(lambda given: module.network(arrays["x"], **given, t=t))
    right, exact = jax.jit(derived)(parameters)
    assert found.keys() == exact.keys() == {p.name for p in module.PARAMETERS}
    for name, one in found.items():
        np.testing.assert_allclose(one, exact[name], rtol=1e-4, atol=1e-6)
    assert np.isclose(cost, right)
    predicted = module.predict(arrays["x"], parameters=parameters)
    np.testing.assert_allclose(predicted.sum(axis=1), [1, 1], rtol=1e-6)
    first = module.initial(0, np.float32)
    assert first["w"].shape == arrays["w"].shape
    assert "jax.jit" in JAX.decorators


def test_a_convolution_is_one_operation_in_both_passes():
    passes = parse_once(POOLED).generate("jax").source.partition("def forward")[2]
    forward, _, backward = passes.partition("def backward")
    counts = [part.count("lax.conv_general_dilated(") for part in (forward, backward)]
    # The prediction, behind the passes, has one more.
    assert counts == [1, 3]
    assert "sliding_window_view" not in passes


def test_the_passes_are_verified():
    checks = parse_once("input x 4x4 | conv w 2x2 -> z | tanh -> a | sse t -> C").verify("jax")
    assert [c.line for c in checks if not c.passed] == []
    assert any("jax module" in c.line for c in checks)


WITHOUT = """
import sys
sys.modules["jax"] = None
import symconv
network = symconv.Network.parse("input x 3 | dense w 2 -> h | sse t -> C")
assert "custom_vjp" in network.numpy_source("jax")
try:
    network.compile("jax").module
except symconv.core.errors.SymconvError as error:
    print(error)
"""


def test_jax_is_asked_for_where_a_module_runs_and_nowhere_else():
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert ran.stdout.startswith("the module needs jax, which is not installed")


@pytest.mark.rest
@pytest.mark.long
@pytest.mark.parametrize("kind", ["labels", ""])
def test_the_tests_of_a_module_pass(tmp_path, kind):
    net = parse_once(f"input x 5 batch N | dense w 4 bias b -> h | cross_entropy t {kind} -> C")
    for name, text in net.files("jax").items():
        (tmp_path / name).write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider"]
    ran = subprocess.run([*command, tmp_path], capture_output=True, text=True, check=False)
    assert "3 passed" in ran.stdout, ran.stdout
