"""Every emitted module computes what its equations say, entry by entry, in plain Python."""

import inspect
import itertools
import math
import random
from fractions import Fraction

import numpy as np
import pytest
from sympy import Add, Integer, KroneckerDelta, Mul, Pow, Rational, Sum, Symbol, exp, log, tanh
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation, Program, SizeDefinition
from symconv.core.nodes import Box, MaxOver, OneHot, relu, sigmoid, step
from symconv.core.tensor import Name, Tensor, amount, index, size
from symconv.emit.code.module import numpy_module

B, C, F, G, H, W, K1, K2, S, D = map(size, ("B", "C", "F", "G", "H", "W", "k1", "k2", "s", "d"))
P = amount("p")
HO, WO = size("H_o"), size("W_o")
b, c, f, g, i, j, m, n, q, r, u, v = map(index, "bcfgijmnqruv")
b_, c_, f_, i_, j_, m_, n_, q_, r_ = (index(f"{x}'") for x in "bcfijmnqr")

POINTWISE = {
    relu: lambda x: max(x, 0),
    step: lambda x: float(x > 0),
    sigmoid: lambda x: 1 / (1 + math.exp(-x)),
    tanh: math.tanh,
    exp: math.exp,
    log: math.log,
}


def number(e, env):
    """The value of an index or size expression, exactly."""
    match e:
        case Symbol():
            return env[e]
        case Add():
            return sum(number(a, env) for a in e.args)
        case Mul():
            return math.prod(number(a, env) for a in e.args)
        case Pow():
            return number(e.args[0], env) ** int(e.args[1])
    return Fraction(e.p, e.q)


def entry(e, env, arrays, absent=0.0):
    """One entry of a tensor, or what stands for it out of bounds."""
    array = np.asarray(arrays[str(e.base.label)])
    place = [number(x, env) for x in e.indices][: array.ndim]
    inside = all(x.denominator == 1 and 0 <= x < n for x, n in zip(place, array.shape, strict=True))
    return float(array[tuple(int(x) for x in place)]) if inside else absent


def grid(limits, env):
    """Every assignment of the bound indices, row-major."""
    names = [x for x, _, _ in limits]
    extents = [int(number(high, env)) + 1 for _, _, high in limits]
    for values in itertools.product(*map(range, extents)):
        yield {**env, **dict(zip(names, map(Fraction, values), strict=True))}


def body(maximum, env, arrays):
    inner = maximum.function
    if isinstance(inner, Indexed):
        return entry(inner, env, arrays, -math.inf)
    return naive(inner, env, arrays)


def naive(e, env, arrays):  # noqa: C901, PLR0911
    """The value of a formula at one assignment of its free indices."""
    match e:
        case Indexed():
            return entry(e, env, arrays)
        case Sum():
            return sum(naive(e.function, x, arrays) for x in grid(e.limits, env))
        case MaxOver():
            return max(body(e, x, arrays) for x in grid(e.limits, env))
        case OneHot():
            values = [body(e.maximum, x, arrays) for x in grid(e.maximum.limits, env)]
            places = list(grid(e.maximum.limits, env))
            first = places[values.index(max(values))]
            names = [x for x, _, _ in e.maximum.limits]
            here = [number(p, env) for p in e.position]
            return float([first[x] for x in names] == here)
        case KroneckerDelta():
            return float(number(e.args[0], env) == number(e.args[1], env))
        case Box():
            place = Fraction(number(e.place, env))
            return float(place.denominator == 1 and 0 <= place < number(e.extent, env))
        case Add():
            return sum(naive(a, env, arrays) for a in e.args)
        case Mul():
            return math.prod(naive(a, env, arrays) for a in e.args)
        case Pow():
            return naive(e.args[0], env, arrays) ** naive(e.args[1], env, arrays)
    if e.func in POINTWISE:
        return POINTWISE[e.func](naive(e.args[0], env, arrays))
    return float(number(e, env))


def run_naively(tensors, equations, arrays, sizes):
    """Every equation, one entry after the other."""
    env = {s: Fraction(x) for s, x in sizes.items()}
    found = dict(arrays)
    for equation in equations:
        tensor = tensors[equation.key]
        shape = tuple(int(number(x, env)) for x in tensor.shape)
        found[equation.key] = np.zeros(shape)
        for here in grid([(x, 0, extent - 1) for x, extent in equation.ranges], env):
            place = tuple(int(number(x, here)) for x in equation.lhs.indices)
            found[equation.key][place] = naive(equation.rhs, here, found)
    return found


def loaded(text):
    """The namespace of an emitted module."""
    space = {"__name__": "emitted"}
    exec(compile(text, "<emitted>", "exec"), space)
    return space


def called(function, known):
    """A call with every argument by its name."""
    return function(**{k: known[k] for k in inspect.signature(function).parameters})


def tensor(name, shape, role):
    kind = {"delta": "delta", "gradient": "gradient"}.get(role, "")
    return Tensor(Name(name, None, kind), shape, role)


class Case:
    """Forward and backward equations, and the sizes to run them at."""

    def __init__(self, *tensors, forward=(), backward=(), sizes=(), definitions=()):
        self.tensors = {t.key: t for t in tensors}
        self.sizes = dict(sizes)
        for d in definitions:
            env = {s: Fraction(x) for s, x in self.sizes.items()}
            ratio = number(d.numerator, env) // number(d.stride, env)
            self.sizes[d.symbol] = int(ratio) + 1
        self.forward, self.backward = tuple(forward), tuple(backward)
        outputs = [e.key for e in self.forward]
        self.program = Program(tuple(tensors), self.forward, outputs[-1], tuple(definitions))
        self.whole = Program(tuple(tensors), self.forward + self.backward, outputs[-1])
        self.results = tuple(self.tensors[e.key] for e in self.backward)
        seeds = [t for t in tensors if t.role == "delta" and t not in self.results]
        self.seed = seeds[0] if seeds else None

    @property
    def text(self):
        keys = [e.key for e in self.forward + self.backward]
        numbers = {k: str(x + 1) for x, k in enumerate(keys)}
        return numpy_module(
            self.program,
            self.whole,
            returned=self.results,
            seed=self.seed,
            title="A test",
            numbers=numbers,
        )

    def arrays(self, seed=0, values=None):
        """Random entries for everything that is given."""
        rng = np.random.default_rng(seed)
        defined = {e.key for e in self.forward + self.backward}
        env = {s: Fraction(x) for s, x in self.sizes.items()}
        found = {}
        for key, t in self.tensors.items():
            if key not in defined:
                shape = tuple(int(number(x, env)) for x in t.shape)
                found[key] = (values or rng.normal)(size=shape)
        return found

    def run(self, arrays, text=None):
        """What the emitted module computes, by key."""
        space = loaded(text or self.text)
        named = {("delta_" if k.startswith("delta ") else "") + k.split()[-1]: a
                 for k, a in arrays.items()}  # fmt: skip
        named = {s.name: x for s, x in self.sizes.items()} | named
        values = called(space["forward"], named)
        gradients = called(space["backward"], {**named, "values": values})
        keys = [e.key for e in self.forward] + [t.key for t in self.results]
        return dict(zip(keys, (*values, *gradients), strict=True))

    def check(self, arrays=None):
        """Emitted and naive values agree everywhere; float32 stays float32."""
        arrays = arrays or self.arrays()
        found = self.run(arrays)
        expected = run_naively(self.tensors, self.forward + self.backward, arrays, self.sizes)
        for key, value in found.items():
            wanted = expected[key]
            cost = self.tensors[key].role == "cost"
            assert np.shape(value) == (() if cost else wanted.shape), key
            np.testing.assert_allclose(value, wanted[0] if cost else wanted, 1e-9, 1e-9, key)
        short = self.run({k: a.astype(np.float32) for k, a in arrays.items()})
        for key, value in short.items():
            mask = self.tensors[key].role == "mask"
            assert value.dtype == (bool if mask else np.float32), key


def ranges(*pairs):
    return tuple(pairs)


def total(e, *pairs):
    return Sum(e, *((x, 0, extent - 1) for x, extent in pairs))


def conv(hyper, image, kernel, output, *, flip=False, definitions=(), sizes=()):
    """A convolution with channels and its three gradients, for any hyper-parameters."""
    (s, d, p), (h, w), (k1, k2), (ho, wo) = hyper, image, kernel, output
    x, k = tensor("x", (B, C, h, w), "input"), tensor("w", (F, C, k1, k2), "parameter")
    bias, z = tensor("beta", (F,), "parameter"), tensor("z", (B, F, ho, wo), "value")
    dz, dx = tensor("z", z.shape, "delta"), tensor("x", x.shape, "gradient")
    dw, db = tensor("w", k.shape, "gradient"), tensor("beta", (F,), "gradient")
    tap = (lambda a, e: e - 1 - a) if flip else (lambda a, _e: a)
    here = x[b, c, s * i + d * m - p, s * j + d * n - p]
    forward = Equation(
        z[b, f, i, j],
        total(k[f, c, tap(m, k1), tap(n, k2)] * here, (c, C), (m, k1), (n, k2)) + bias[f],
        ranges((b, B), (f, F), (i, ho), (j, wo)),
    )
    far = x[b, c_, s * i + d * tap(m_, k1) - p, s * j + d * tap(n_, k2) - p]
    to_w = Equation(
        dw[f_, c_, m_, n_],
        total(dz[b, f_, i, j] * far, (b, B), (i, ho), (j, wo)),
        ranges((f_, F), (c_, C), (m_, k1), (n_, k2)),
    )
    to_b = Equation(db[f_], total(dz[b, f_, i, j], (b, B), (i, ho), (j, wo)), ranges((f_, F)))
    back = dz[b_, f, (i_ + p - d * m) / s, (j_ + p - d * n) / s]
    to_x = Equation(
        dx[b_, c_, i_, j_],
        total(back * k[f, c_, tap(m, k1), tap(n, k2)], (f, F), (m, k1), (n, k2)),
        ranges((b_, B), (c_, C), (i_, h), (j_, w)),
    )
    return Case(
        x, k, bias, z, dz, dx, dw, db,
        forward=[forward], backward=[to_w, to_b, to_x], sizes=sizes, definitions=definitions,
    )  # fmt: skip


def out(h, k, s, d, p):
    return (h + 2 * p - d * (k - 1) - 1) // s + 1


GEOMETRIES = [  # stride, dilation, padding, H, W, k1, k2
    (1, 1, 0, 5, 6, 2, 3),
    (1, 1, 1, 5, 4, 3, 3),
    (2, 1, 0, 6, 7, 3, 2),
    (2, 1, 1, 6, 7, 3, 2),
    (3, 1, 2, 16, 4, 7, 2),
    (3, 1, 0, 9, 8, 2, 1),
    (2, 2, 1, 8, 7, 2, 3),
    (1, 3, 2, 7, 8, 3, 2),
    (1, 1, 0, 4, 3, 1, 1),
    (2, 1, 0, 5, 4, 1, 1),
    (1, 1, 1, 3, 2, 5, 4),
    (2, 1, 4, 3, 3, 2, 2),
    (1, 1, 3, 2, 2, 2, 2),
    (2, 1, 0, 6, 4, 2, 2),
]
SMALL = {B: 2, C: 2, F: 2}


@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize("flip", [False, True])
def test_concrete_convolution(geometry, flip):
    s, d, p, h, w, k1, k2 = geometry
    image, kernel = (Integer(h), Integer(w)), (Integer(k1), Integer(k2))
    output = (Integer(out(h, k1, s, d, p)), Integer(out(w, k2, s, d, p)))
    case = conv((s, d, p), image, kernel, output, flip=flip, sizes=SMALL)
    case.check()


@pytest.mark.parametrize("flip", [False, True])
def test_one_symbolic_convolution_serves_every_geometry(flip):
    definitions = (
        SizeDefinition(HO, H + 2 * P - D * (K1 - 1) - 1, S),
        SizeDefinition(WO, W + 2 * P - D * (K2 - 1) - 1, S),
    )
    texts = set()
    for s, d, p, h, w, k1, k2 in GEOMETRIES:
        sizes = {**SMALL, S: s, D: d, P: p, H: h, W: w, K1: k1, K2: k2}
        options = {"flip": flip, "definitions": definitions, "sizes": sizes}
        case = conv((S, D, P), (H, W), (K1, K2), (HO, WO), **options)
        texts.add(case.text)
        case.check()
    assert len(texts) == 1


def test_symbolic_sizes_stride_one_without_a_definition():
    sizes = {**SMALL, H: 5, W: 6, K1: 2, K2: 3}
    case = conv((1, 1, 0), (H, W), (K1, K2), (H - K1 + 1, W - K2 + 1), sizes=sizes)
    assert "for " not in case.text.split("def forward")[1]
    case.check()


def pooling(kind, geometry):
    """Max- or average-pooling and its delta."""
    k, s, p, h, w = geometry
    ho, wo = (Integer(out(x, k, s, 1, p)) for x in (h, w))
    k, h, w = Integer(k), Integer(h), Integer(w)
    x, y = tensor("x", (B, C, h, w), "input"), tensor("y", (B, C, ho, wo), "value")
    dy, dx = tensor("y", y.shape, "delta"), tensor("x", x.shape, "gradient")
    mask = Tensor(Name("M"), (B, C, ho, wo, k, k), "mask")
    here = (b, c, s * i + m - p, s * j + n - p)
    window = ((m, 0, k - 1), (n, 0, k - 1))
    back = (b_, c_, (i_ + p - m) / Integer(s), (j_ + p - n) / Integer(s))
    places = ranges((b_, B), (c_, C), (i_, h), (j_, w))
    outer = ranges((b, B), (c, C), (i, ho), (j, wo))
    if kind == "average":
        forward = Equation(y[b, c, i, j], Sum(x[here], *window) / k**2, outer)
        back = [Equation(dx[b_, c_, i_, j_], Sum(dy[back], *window) / k**2, places)]
        return Case(x, y, dy, dx, forward=[forward], backward=back, sizes=SMALL)
    forward = Equation(y[b, c, i, j], MaxOver(x[here], *window), outer)
    inner = MaxOver(x[b, c, s * i + m_ - p, s * j + n_ - p], (m_, 0, k - 1), (n_, 0, k - 1))
    winners = Equation(
        mask[b, c, i, j, m, n], OneHot(inner, m, n), (*outer, (m, k), (n, k))
    )  # fmt: skip
    delta = Equation(dx[b_, c_, i_, j_], Sum(dy[back] * mask[(*back, m, n)], *window), places)
    return Case(x, y, mask, dy, dx, forward=[forward], backward=[winners, delta], sizes=SMALL)


@pytest.mark.parametrize("kind", ["maximum", "average"])
@pytest.mark.parametrize(
    "geometry",
    [(2, 2, 0, 4, 6), (2, 2, 0, 5, 4), (3, 2, 1, 5, 6), (2, 1, 0, 4, 3), (2, 3, 0, 7, 8),
     (3, 3, 1, 4, 7), (2, 1, 1, 3, 3), (1, 1, 0, 3, 2), (1, 2, 0, 3, 4)],
)  # fmt: skip
def test_pooling_with_ties(kind, geometry):
    case = pooling(kind, geometry)
    rng = np.random.default_rng(3)
    arrays = case.arrays(values=lambda size: rng.integers(-2, 2, size=size).astype(float))
    case.check(arrays)
    case.check()


def test_symbolic_pooling_with_stride_equal_to_the_kernel():
    for k, h in ((2, 6), (2, 7), (3, 8), (1, 3)):
        x, y = tensor("x", (B, H), "input"), tensor("y", (B, HO), "value")
        dy, dx = tensor("y", y.shape, "delta"), tensor("x", x.shape, "gradient")
        forward = Equation(y[b, i], total(x[b, K1 * i + m], (m, K1)) / K1, ranges((b, B), (i, HO)))
        back = Equation(
            dx[b, i_], total(dy[b, (i_ - m) / K1], (m, K1)) / K1, ranges((b, B), (i_, H))
        )
        Case(
            x, y, dy, dx, forward=[forward], backward=[back], sizes={B: 2, H: h, K1: k},
            definitions=(SizeDefinition(HO, H - K1, K1),),
        ).check()  # fmt: skip


def test_grouped_convolution_has_affine_channels_on_both_sides():
    cg, fg, groups = Integer(2), Integer(3), Integer(2)
    x, w = (
        tensor("x", (B, cg * groups, H), "input"),
        tensor("w", (fg * groups, cg, K1), "parameter"),
    )
    z = tensor("z", (B, fg * groups, H - K1 + 1), "value")
    dz, dx = tensor("z", z.shape, "delta"), tensor("x", x.shape, "gradient")
    dw = tensor("w", w.shape, "gradient")
    forward = Equation(
        z[b, fg * g + f, i],
        total(w[fg * g + f, c, m] * x[b, cg * g + c, i + m], (c, cg), (m, K1)),
        ranges((b, B), (g, groups), (f, fg), (i, H - K1 + 1)),
    )
    to_x = Equation(
        dx[b, cg * g + c, i_],
        total(dz[b, fg * g + f, i_ - m] * w[fg * g + f, c, m], (f, fg), (m, K1)),
        ranges((b, B), (g, groups), (c, cg), (i_, H)),
    )
    to_w = Equation(
        dw[fg * g + f, c, m],
        total(dz[b, fg * g + f, i] * x[b, cg * g + c, i + m], (b, B), (i, H - K1 + 1)),
        ranges((g, groups), (f, fg), (c, cg), (m, K1)),
    )
    Case(
        x, w, z, dz, dx, dw, forward=[forward], backward=[to_x, to_w], sizes={B: 2, H: 5, K1: 2}
    ).check()


def test_flatten_dense_and_mean_squared_error():
    x, v_ = tensor("x", (B, C, H, W), "input"), tensor("v", (B, C * H * W), "value")
    w, bias = tensor("W", (F, C * H * W), "parameter"), tensor("beta", (F,), "parameter")
    h, t = tensor("h", (B, F), "value"), tensor("t", (B, F), "target")
    cost = Tensor(Name("C"), (Integer(1),), "cost")
    dh, dv = tensor("h", h.shape, "delta"), tensor("v", v_.shape, "delta")
    dx, dw = tensor("x", x.shape, "gradient"), tensor("W", w.shape, "gradient")
    db = tensor("beta", (F,), "gradient")
    place = c * H * W + i * W + j
    forward = [
        Equation(v_[b, place], x[b, c, i, j], ranges((b, B), (c, C), (i, H), (j, W))),
        Equation(
            h[b, q], total(w[q, r] * v_[b, r], (r, C * H * W)) + bias[q], ranges((b, B), (q, F))
        ),
        Equation(cost[0], total((h[b, q] - t[b, q]) ** 2, (b, B), (q, F)) / (B * F), ()),
    ]
    backward = [
        Equation(dh[b, q], 2 * (h[b, q] - t[b, q]) / (B * F), ranges((b, B), (q, F))),
        Equation(
            dw[q_, r_], total(dh[b, q_] * v_[b, r_], (b, B)), ranges((q_, F), (r_, C * H * W))
        ),
        Equation(db[q_], total(dh[b, q_], (b, B)), ranges((q_, F))),
        Equation(dv[b, r_], total(dh[b, q] * w[q, r_], (q, F)), ranges((b, B), (r_, C * H * W))),
        Equation(dx[b, c, i, j], dv[b, place], ranges((b, B), (c, C), (i, H), (j, W))),
    ]
    case = Case(
        x, v_, w, bias, h, t, cost, dh, dv, dx, dw, db,
        forward=forward, backward=backward, sizes={B: 3, C: 2, H: 2, W: 3, F: 4},
    )  # fmt: skip
    case.check()
    assert "dW = delta_h.T @ values.v" in case.text
    assert "h = v @ W.T + beta" in case.text


def test_forum_network_with_a_single_number_at_the_end():
    three, two, one = Integer(3), Integer(2), Integer(1)
    x, w1 = tensor("i", (three, three), "input"), Tensor(Name("w", 1), (two, two), "parameter")
    w2, o1 = (
        Tensor(Name("w", 2), (two, two), "parameter"),
        Tensor(Name("o", 1), (two, two), "value"),
    )
    o2, y = Tensor(Name("o", 2), (one, one), "value"), tensor("y", (one, one), "target")
    cost = Tensor(Name("C"), (one,), "cost")
    do2 = Tensor(Name("o", 2, "delta"), (one, one), "delta")
    do1 = Tensor(Name("o", 1, "delta"), (two, two), "delta")
    dw1 = Tensor(Name("w", 1, "gradient"), (two, two), "gradient")
    dw2 = Tensor(Name("w", 2, "gradient"), (two, two), "gradient")
    taps = ((m, two), (n, two))
    forward = [
        Equation(o1[i, j], total(w1[m, n] * x[i + m, j + n], *taps), ranges((i, two), (j, two))),
        Equation(o2[i, j], total(w2[m, n] * o1[i + m, j + n], *taps), ranges((i, one), (j, one))),
        Equation(cost[0], (o2[0, 0] - y[0, 0]) ** 2, ()),
    ]
    backward = [
        Equation(do2[0, 0], 2 * (o2[0, 0] - y[0, 0]), ()),
        Equation(dw2[m_, n_], do2[0, 0] * o1[m_, n_], ranges((m_, two), (n_, two))),
        Equation(do1[i_, j_], do2[0, 0] * w2[i_, j_], ranges((i_, two), (j_, two))),
        Equation(
            dw1[m_, n_],
            total(do1[i, j] * x[i + m_, j + n_], (i, two), (j, two)),
            ranges((m_, two), (n_, two)),
        ),
    ]
    names = [x, w1, w2, o1, o2, y, cost, do2, do1, dw1, dw2]
    case = Case(*names, forward=forward, backward=backward)
    arrays = case.arrays()
    space = loaded(case.text)
    named = {"i": arrays["i"], "w1": arrays["w^1"], "w2": arrays["w^2"], "y": arrays["y"]}
    values = called(space["forward"], named)
    gradients = called(space["backward"], {**named, "values": values})
    expected = run_naively(case.tensors, case.forward + case.backward, arrays, {})
    for key, value in zip((t.key for t in case.results), gradients, strict=True):
        np.testing.assert_allclose(value, expected[key], rtol=1e-12)
    assert np.shape(values.C) == ()


@pytest.mark.parametrize("function", [relu, sigmoid, tanh, exp])
def test_pointwise_and_its_delta(function):
    x, y = tensor("x", (B, H), "input"), tensor("y", (B, H), "value")
    dy, dx = tensor("y", y.shape, "delta"), tensor("x", x.shape, "gradient")
    slope = {
        relu: step(x[b, i]),
        sigmoid: (1 - y[b, i]) * y[b, i],
        tanh: 1 - y[b, i] ** 2,
        exp: y[b, i],
    }[function]
    at = ranges((b, B), (i, H))
    Case(
        x, y, dy, dx, forward=[Equation(y[b, i], function(x[b, i]), at)],
        backward=[Equation(dx[b, i], dy[b, i] * slope, at)], sizes={B: 3, H: 4},
    ).check()  # fmt: skip


def alone(rhs, at, *tensors, shape, sizes, lhs=None):
    """A case of one equation."""
    y = tensor("y", shape, "value")
    left = y[lhs or tuple(x for x, _ in at)]
    return Case(*tensors, y, forward=[Equation(left, rhs, at)], sizes=sizes)


X = tensor("x", (H,), "input")
X2 = tensor("x", (H, W), "input")
T = tensor("t", (K1,), "input")
SIZES = {H: 5, W: 4, K1: 3, K2: 2, B: 2, S: 2, D: 3, P: 1}


@pytest.mark.parametrize(
    ("rhs", "at"),
    [
        (X[q] * KroneckerDelta(q, r), ((q, H), (r, W))),
        (KroneckerDelta(q, 2 * r + 1), ((q, H), (r, W))),
        (total(X[i] * KroneckerDelta(q, 2 * i + 3 * m - 1) * T[m], (i, H), (m, K1)), ((q, B),)),
        (total(X[i] * KroneckerDelta(q, S * i + D * m - P), (i, H), (m, K1)), ((q, W),)),
        (total(X[i] * T[m] * KroneckerDelta(q, i + m), (i, H), (m, K1)), ((q, W),)),
        (total(X[i] * T[m] * KroneckerDelta(2 * i, 3 * m), (i, H), (m, K1)), ((q, W),)),
        (
            total(X2[i, m] * KroneckerDelta(q, i) * KroneckerDelta(r, m), (i, H), (m, W)),
            ((q, H), (r, W)),
        ),
        (X[q] * Box(2 * q - 1, W), ((q, H),)),
        (X[q] * Box(q / 2, W), ((q, H),)),
        (total(Box(q - m, H) * T[m], (m, K1)), ((q, W),)),
        (X[q] / total(Box(q + m - 1, H), (m, K1)), ((q, H),)),
        (X[q / Integer(2)] + X[q], ((q, H),)),
        (tanh(X[(q + 1) / Integer(3)]) * 2, ((q, H),)),
        (total(X[(2 * q + 1 - m) / Integer(3)] * T[m], (m, K1)), ((q, H),)),
        (total(X[(q - m) / S] * (1 - X[(q - m) / S] ** 2) * T[m], (m, K1)), ((q, H),)),
        (total((X[(q - m) / S] + X[q - m]) * T[m], (m, K1)), ((q, H),)),
        (total(X[q - m] * T[m] * step(X[q]), (m, K1)), ((q, H),)),
        (total(X[(q - m) / S] * T[m] * step(X[q]), (m, K1)), ((q, H),)),
        (X[2] + X[q] * X[H - 1 - q], ((q, H),)),
        (X2[q, q], ((q, W),)),
        (total(X2[i, i + m] * T[m], (i, H), (m, K1)) + 1, ((q, B),)),
        (total(X[i + m + r], (i, K2), (m, K1)), ((r, W),)),
        (total(X[i + 2 * m - 3 * r + 1] * T[m], (i, K2), (m, K1)), ((r, W),)),
        (MaxOver(X[S * q + m - P], (m, 0, K1 - 1)), ((q, W),)),
        (MaxOver(X[q] * T[m], (m, 0, K1 - 1)) * total(T[m], (m, K1)), ((q, H),)),
        (OneHot(MaxOver(X[q + m], (m, 0, K1 - 1)), r - 1), ((q, K2), (r, W))),
        (total(X[i], (i, H), (m, K1)), ((q, B),)),
        (total(X[i], (i, H)) * total(T[m], (m, K1)), ((q, B),)),
        (total(X[i] * T[m], (i, H), (m, K1)) * X[q], ((q, H),)),
        (total(exp(X[i] - X[q]), (i, H)) ** -1, ((q, H),)),
        (Rational(3, 7) * X[q] - T[q] / 3 + Rational(1, 2), ((q, H),)),
        (-X[q] - 2 * T[q] ** 3 / B, ((q, H),)),
        (total(step(X[i]) * step(T[q]), (i, H)), ((q, K1),)),
        (step(X[q]), ((q, H),)),
    ],
)  # fmt: skip
def test_any_formula(rhs, at):
    used = {str(a.base.label) for a in rhs.atoms(Indexed)}
    two = any(len(a.indices) == 2 for a in rhs.atoms(Indexed))
    known = [t for t in ((X2 if two else X), T) if t.key in used or t.key == "x"]
    dummy = tensor("z", (B,), "value")
    case = alone(rhs, at, *known, shape=tuple(n for _, n in at), sizes=SIZES)
    assert dummy.key not in case.tensors
    case.check()


def affine_at(rng, names):
    """A random index expression, sometimes rational."""
    place = Integer(rng.randint(-2, 3))
    for x in rng.sample(names, rng.randint(1, min(3, len(names)))):
        place += rng.choice([1, 1, 1, 2, 3, -1, -2]) * x
    return place / rng.choice([1, 1, 1, 2, 3])


@pytest.mark.parametrize("seed", range(60))
def test_random_contractions(seed):
    rng = random.Random(seed)
    extents = {x: Integer(rng.randint(1, 4)) for x in (q, r, i, j, m)}
    free, bound = [q, r][: rng.randint(1, 2)], [i, j, m][: rng.randint(1, 3)]
    factors = []
    known = []
    for name in "xtw"[: rng.randint(1, 3)]:
        rank = rng.randint(1, 2)
        t = tensor(name, tuple(Integer(rng.randint(1, 5)) for _ in range(rank)), "input")
        known.append(t)
        factors.append(t[tuple(affine_at(rng, free + bound) for _ in range(rank))])
    if rng.random() < 0.4:
        factors.append(KroneckerDelta(affine_at(rng, free + bound), affine_at(rng, free + bound)))
    if rng.random() < 0.3:
        factors.append(Box(affine_at(rng, free + bound), Integer(3)))
    rhs = total(Mul(*factors), *((x, extents[x]) for x in bound))
    at = tuple((x, extents[x]) for x in free)
    alone(rhs, at, *known, shape=tuple(n for _, n in at), sizes={}).check()


def test_affine_left_sides():
    x = tensor("x", (B, K1), "input")
    for left in (3 * q + r, 2 * q + 1, H - 1 - q, 3 * q - r + 2, 3 * q + 2 * r):
        rhs = x[q, r] if r in left.free_symbols else total(x[q, r], (r, K1))
        at = ((q, B), (r, K1)) if r in left.free_symbols else ((q, B),)
        sizes = {B: 2, K1: 3 if left != 3 * q + 2 * r else 2, H: 6}
        case = alone(rhs, at, x, shape=(H,), sizes=sizes, lhs=(left,))
        case.check()


def test_sigmoid_neither_overflows_nor_loses_its_type():
    x, y = tensor("x", (H,), "input"), tensor("y", (H,), "value")
    case = Case(x, y, forward=[Equation(y[i], sigmoid(x[i]), ((i, H),))], sizes={H: 4})
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        for kind in (np.float32, np.float64):
            found = case.run({"x": np.array([-1e3, -30, 0, 1e3], kind)})["y"]
            assert found.dtype == kind
            np.testing.assert_allclose(found, [0, 9.357622968840175e-14, 0.5, 1], rtol=1e-5)


def test_equal_pieces_are_computed_once():
    case = pooling("maximum", (3, 2, 1, 5, 6))
    backward = case.text.split("def backward")[1]
    assert backward.count("sliding_window_view(") == 1


def test_a_wrong_shape_is_an_error_that_names_the_array():
    case = conv((1, 1, 0), (H, W), (K1, K2), (H - K1 + 1, W - K2 + 1))
    space = loaded(case.text)
    x, w = np.zeros((1, 2, 5, 5)), np.zeros((1, 3, 2, 2))
    with pytest.raises(ValueError, match=r"w has the shape \(1, 3, 2, 2\), not \(1, 2, 2, 2\)"):
        space["forward"](x, w, np.zeros(1))
