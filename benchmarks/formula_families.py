"""True formulas, family by family: a layer, a kind of claim, a network, and an equation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from formula_networks import TEMPLATES, WINDOWS, Template
from formulas import Applied, Entry, Formula, Name, Slope, Truth, as_formula, entry, fold, total

LETTERS = [
    "N",
    "Q",
    "F",
    "R",
    "H",
    "W",
    "A",
    "B",
    "S",
    "P",
    "D",
    "K",
    "n",
    "q",
    "f",
    "r",
    "i",
    "j",
    "m",
    "l",
]
N, Q, F, R, H, W, A, B, S, P, D, K, n, q, f, r, i, j, m, l = map(Name, LETTERS)
ETA = Name("eta")
ZERO = as_formula(0)


@dataclass(frozen=True)
class Family:
    """An equation that is true of a network; `sign` is "<-" for an update."""

    kind: str
    template: Template
    left: Formula
    right: Formula
    sign: str = "="
    note: str = ""

    @property
    def name(self) -> str:
        """The layer and the kind."""
        return f"{self.template.layer}: {self.kind}"


def slope(tensor: str, *indices: Formula | int | str) -> Entry:
    """dE/d(an entry)."""
    return Entry(f"dE/d{tensor}", tuple(as_formula(x) for x in indices))


def delta(tensor: str, *indices: Formula | int | str) -> Entry:
    """The error signal of an entry."""
    return Entry(f"dE/d{tensor}", tuple(as_formula(x) for x in indices), delta=True)


def call(function: str, *arguments: Formula) -> Applied:
    """A function of formulas."""
    return Applied(function, arguments)


def same(left: Formula | str, right: Formula | str) -> Truth:
    """1 where two indices agree."""
    return Truth(as_formula(left), "=", as_formula(right))


def positive(x: Formula) -> Truth:
    """1 where a formula is above 0."""
    return Truth(x, ">", ZERO)


def softmax(x: Callable[[Formula], Formula], at: Formula, extent: Formula) -> Formula:
    """exp(x_q) / sum_r exp(x_r)."""
    return call("exp", x(at)) / total(call("exp", x(Name("o"))), ("o", extent))


def convolutions() -> Iterator[Family]:
    """Convolutions in one dimension and in two, with one channel."""
    plain, strided, dilated = TEMPLATES["conv1"], TEMPLATES["conv1s"], TEMPLATES["conv1d"]
    u, w, z = (lambda *x: entry("u", *x)), (lambda *x: entry("w", *x)), (lambda *x: entry("z", *x))
    out = H - A + 1
    yield Family("forward", plain, z(i), total(w(m) * u(i + m), ("m", A)))
    yield Family("dC/dw", plain, slope("w", m), total(delta("z", i) * u(i + m), ("i", out)))
    yield Family("dC/dw", plain, slope("w", m),
                 total((z(i) - entry("t", i)) * u(i + m), ("i", out)))  # fmt: skip
    yield Family("dC/dinput", plain, slope("u", i), total(delta("z", i - m) * w(m), ("m", A)))
    yield Family("dC/dinput", plain, slope("u", j), total(delta("z", i) * w(j - i), ("i", out)))
    yield Family("Jacobian", plain, Slope(z(i), u(j)), w(j - i))
    yield Family("Jacobian", plain, Slope(z(i), w(m)), u(i + m))
    yield Family("update", plain, w(m), w(m) - ETA * total(delta("z", i) * u(i + m), ("i", out)),
                 "<-")  # fmt: skip
    for t, d in ((strided, as_formula(1)), (dilated, D)):
        step = d * m if d is D else m
        place, back = S * i + step - P, (i + P - step) / S
        yield Family("forward", t, z(i), total(w(m) * u(place), ("m", A)))
        yield Family("dC/dw", t, slope("w", m), total(delta("z", i) * u(place), ("i", "H_z")))
        yield Family("dC/dinput", t, slope("u", i), total(delta("z", back) * w(m), ("m", A)))
        yield Family("delta", t, delta("z", i), (2 if t is strided else 1) * (z(i) - entry("t", i)))
    yield Family("Jacobian", strided, Slope(z(i), u(j)), w(j + P - S * i))
    yield Family("dC/dinput", strided, slope("u", j),
                 total(delta("z", i) * w(j + P - S * i), ("i", "H_z")))  # fmt: skip
    two, flipped = TEMPLATES["conv2"], TEMPLATES["conv2f"]
    rows, columns = H - A + 1, W - B + 1
    error = 2 / (rows * columns) * (z(i, j) - entry("t", i, j))
    space, window = (("i", rows), ("j", columns)), (("m", A), ("l", B))
    yield Family("forward", two, z(i, j), total(w(m, l) * u(i + m, j + l), *window) + entry("c"))
    yield Family("dC/dw", two, slope("w", m, l), total(delta("z", i, j) * u(i + m, j + l), *space))
    yield Family("dC/dw", two, slope("w", m, l), total(error * u(i + m, j + l), *space))
    yield Family("dC/db", two, slope("c"), total(delta("z", i, j), *space))
    yield Family("dC/db", two, slope("c"),
                 2 / (rows * columns) * total(z(i, j) - entry("t", i, j), *space))  # fmt: skip
    yield Family("dC/dinput", two, slope("u", i, j),
                 total(delta("z", i - m, j - l) * w(m, l), *window))  # fmt: skip
    yield Family("dC/dinput", two, slope("u", n, r),
                 total(delta("z", i, j) * w(n - i, r - j), *space))  # fmt: skip
    yield Family("delta", two, delta("z", i, j), error)
    yield Family("Jacobian", two, Slope(z(i, j), u(n, r)), w(n - i, r - j))
    yield Family("sizes", two, total(as_formula(1), *space), H * W - H * (B - 1) - W * (A - 1)
                 + (A - 1) * (B - 1))  # fmt: skip
    yield Family(
        "update", two, entry("c"), entry("c") - ETA * total(delta("z", i, j), *space), "<-"
    )
    turned = u(i + A - 1 - m, j + B - 1 - l)
    yield Family("forward", flipped, z(i, j), total(w(m, l) * turned, *window))
    yield Family("dC/dw", flipped, slope("w", m, l), total(delta("z", i, j) * turned, *space))
    yield Family("dC/dinput", flipped, slope("u", i, j),
                 total(delta("z", i - m, j - l) * w(A - 1 - m, B - 1 - l), *window))  # fmt: skip


def channels() -> Iterator[Family]:
    """Convolutions with channels and a batch, strides, paddings, dilations; transposed ones."""
    u, w, z = (lambda *x: entry("u", *x)), (lambda *x: entry("w", *x)), (lambda *x: entry("z", *x))
    t, rows, columns = TEMPLATES["conv4"], H - A + 1, W - B + 1
    space, window = (("n", N), ("i", rows), ("j", columns)), (("m", A), ("l", B))
    gate = positive(z(n, f, i, j))
    read = u(n, q, i + m, j + l)
    yield Family("forward", t, z(n, f, i, j),
                 total(w(f, q, m, l) * read, ("q", Q), *window) + entry("c", f))  # fmt: skip
    yield Family("dC/dw", t, slope("w", f, q, m, l), total(delta("z", n, f, i, j) * read, *space))
    yield Family("dC/dw", t, slope("w", f, q, m, l),
                 total(delta("a", n, f, i, j) * gate * read, *space))  # fmt: skip
    yield Family("dC/db", t, slope("c", f), total(delta("z", n, f, i, j), *space))
    yield Family(
        "dC/db",
        t,
        slope("c", f),
        total((entry("a", n, f, i, j) - entry("t", n, f, i, j)) * gate, *space),
    )
    yield Family(
        "dC/dinput",
        t,
        slope("u", n, q, i, j),
        total(delta("z", n, f, i - m, j - l) * w(f, q, m, l), ("f", F), *window),
    )
    yield Family("delta", t, delta("z", n, f, i, j), delta("a", n, f, i, j) * gate)
    yield Family(
        "update",
        t,
        entry("c", f),
        entry("c", f) - ETA * total(delta("z", n, f, i, j), *space),
        "<-",
    )
    t = TEMPLATES["conv4s"]
    read = u(n, q, S * i + m - P, S * j + l - P)
    space = (("n", N), ("i", "H_z"), ("j", "W_z"))
    yield Family(
        "forward", t, z(n, f, i, j), total(w(f, q, m, l) * read, ("q", Q), *window) + entry("c", f)
    )
    yield Family("dC/dw", t, slope("w", f, q, m, l), total(delta("z", n, f, i, j) * read, *space))
    yield Family("dC/db", t, slope("c", f), total(delta("z", n, f, i, j), *space))
    yield Family(
        "dC/dinput",
        t,
        slope("u", n, q, i, j),
        total(
            delta("z", n, f, (i + P - m) / S, (j + P - l) / S) * w(f, q, m, l), ("f", F), *window
        ),
    )
    t = TEMPLATES["conv2s"]
    read = u(S * i + m, S * j + l)
    space = (("i", "H_z"), ("j", "W_z"))
    yield Family("forward", t, z(i, j), total(w(m, l) * read, *window))
    yield Family("dC/dw", t, slope("w", m, l), total(delta("z", i, j) * read, *space))
    yield Family(
        "dC/dinput",
        t,
        slope("u", i, j),
        total(delta("z", (i - m) / S, (j - l) / S) * w(m, l), *window),
    )
    yield Family("Jacobian", t, Slope(z(i, j), u(n, r)), w(n - S * i, r - S * j))
    t = TEMPLATES["conv2d"]
    read = u(i + D * m - P, j + D * l - P)
    rows, columns = H + 2 * P - D * (A - 1), W + 2 * P - D * (B - 1)
    yield Family("forward", t, z(i, j), total(w(m, l) * read, *window))
    yield Family(
        "dC/dw", t, slope("w", m, l), total(delta("z", i, j) * read, ("i", rows), ("j", columns))
    )
    yield Family(
        "dC/dinput",
        t,
        slope("u", i, j),
        total(delta("z", i + P - D * m, j + P - D * l) * w(m, l), *window),
    )
    t = TEMPLATES["trans1"]
    yield Family("forward", t, z(i), total(w(m) * u((i - m) / S), ("m", A)))
    yield Family("forward", t, z(i), total(w(i - S * j) * u(j), ("j", H)))
    yield Family("dC/dw", t, slope("w", m), total(delta("z", S * i + m) * u(i), ("i", H)))
    yield Family("dC/dinput", t, slope("u", i), total(delta("z", S * i + m) * w(m), ("m", A)))
    yield Family("Jacobian", t, Slope(z(i), u(j)), w(i - S * j))
    t = TEMPLATES["trans4"]
    yield Family(
        "forward",
        t,
        z(n, f, i, j),
        total(w(q, f, m, l) * u(n, q, (i + P - m) / S, (j + P - l) / S), ("q", Q), *window)
        + entry("c", f),
    )
    yield Family(
        "dC/dinput",
        t,
        slope("u", n, q, i, j),
        total(delta("z", n, f, S * i + m - P, S * j + l - P) * w(q, f, m, l), ("f", F), *window),
    )
    yield Family(
        "dC/dw",
        t,
        slope("w", q, f, m, l),
        total(
            delta("z", n, f, S * i + m - P, S * j + l - P) * u(n, q, i, j),
            ("n", N),
            ("i", H),
            ("j", W),
        ),
    )


def dense() -> Iterator[Family]:
    """Dense layers, one sample or a batch, and two of them."""
    u, w, z = (lambda *x: entry("u", *x)), (lambda *x: entry("w", *x)), (lambda *x: entry("z", *x))
    b, goal = (lambda *x: entry("b", *x)), (lambda *x: entry("t", *x))
    t = TEMPLATES["dense"]
    yield Family("forward", t, z(f), total(w(f, q) * u(q), ("q", Q)) + b(f))
    yield Family("dC/dw", t, slope("w", f, q), (z(f) - goal(f)) * u(q))
    yield Family("dC/dw", t, slope("w", f, q), delta("z", f) * u(q))
    yield Family("dC/db", t, slope("b", f), z(f) - goal(f))
    yield Family("dC/dinput", t, slope("u", q), total(delta("z", f) * w(f, q), ("f", F)))
    yield Family("Jacobian", t, Slope(z(f), w(r, q)), same(f, r) * u(q))
    yield Family("Jacobian", t, Slope(z(f), u(q)), w(f, q))
    yield Family("update", t, w(f, q), w(f, q) - ETA * (z(f) - goal(f)) * u(q), "<-")
    yield Family(
        "sums",
        t,
        total(w(f, q) * slope("w", f, q), ("f", F), ("q", Q)),
        total((z(f) - goal(f)) * (z(f) - b(f)), ("f", F)),
    )
    t = TEMPLATES["denseN"]
    yield Family("forward", t, z(n, f), total(w(f, q) * u(n, q), ("q", Q)) + b(f))
    yield Family(
        "dC/dw", t, slope("w", f, q), total(2 * (z(n, f) - goal(n, f)) * u(n, q), ("n", N))
    )
    yield Family("dC/db", t, slope("b", f), 2 * total(z(n, f) - goal(n, f), ("n", N)))
    yield Family("dC/dinput", t, slope("u", n, q), total(delta("z", n, f) * w(f, q), ("f", F)))
    yield Family("Jacobian", t, Slope(z(n, f), u(m, q)), same(n, m) * w(f, q))
    yield Family("update", t, b(f), b(f) - ETA * total(delta("z", n, f), ("n", N)), "<-")
    yield Family(
        "sums",
        t,
        total(slope("w", f, q) * w(f, q), ("q", Q)),
        total(delta("z", n, f) * (z(n, f) - b(f)), ("n", N)),
    )
    t = TEMPLATES["two"]
    a, v, h = (lambda *x: entry("a", *x)), (lambda *x: entry("v", *x)), (lambda *x: entry("h", *x))
    error = 2 / (N * R) * (h(n, r) - goal(n, r))
    back = total(delta("h", n, r) * v(r, f), ("r", R))
    yield Family("dC/dw", t, slope("v", r, f), total(error * a(n, f), ("n", N)))
    yield Family("delta", t, delta("h", n, r), error)
    yield Family("delta", t, delta("a", n, f), back)
    yield Family("delta", t, delta("z", n, f), a(n, f) * (1 - a(n, f)) * back)
    yield Family(
        "dC/dw", t, slope("w", f, q), total(a(n, f) * (1 - a(n, f)) * back * u(n, q), ("n", N))
    )
    yield Family("dC/db", t, slope("b", f), total(a(n, f) * (1 - a(n, f)) * back, ("n", N)))


def activations() -> Iterator[Family]:
    """Activations alone, and behind a dense layer."""
    u, w, z = (lambda *x: entry("u", *x)), (lambda *x: entry("w", *x)), (lambda *x: entry("z", *x))
    a, b, goal = (
        (lambda *x: entry("a", *x)),
        (lambda *x: entry("b", *x)),
        (lambda *x: entry("t", *x)),
    )
    t = TEMPLATES["relu4"]
    error = a(n, q, i) - goal(n, q, i)
    yield Family("forward", t, a(n, q, i), call("relu", u(n, q, i)))
    yield Family("forward", t, a(n, q, i), call("max", ZERO, u(n, q, i)))
    yield Family("delta", t, delta("u", n, q, i), positive(u(n, q, i)) * delta("a", n, q, i))
    yield Family("dC/dinput", t, slope("u", n, q, i), call("step", u(n, q, i)) * error)
    yield Family("dC/dinput", t, slope("u", n, q, i), call("relu'", u(n, q, i)) * error)
    t = TEMPLATES["relu1"]
    yield Family("Jacobian", t, Slope(a(r), u(q)), same(r, q) * positive(u(r)))
    yield Family("dC/dinput", t, slope("u", r), (a(r) - goal(r)) * positive(u(r)))
    yield Family(
        "sums", t, total(u(r) * slope("u", r), ("r", R)), total(a(r) * delta("a", r), ("r", R))
    )
    for key, name, prime in (
        ("relu", "relu", lambda x, _: call("step", x)),
        ("sigm", "sigmoid", lambda _, y: y * (1 - y)),
        ("tanh", "tanh", lambda _, y: 1 - y**2),
    ):
        t = TEMPLATES[key + "D"]
        scale = 2 / (N * F) if key == "sigm" else as_formula(1)
        inner = prime(z(n, f), a(n, f))
        error = scale * (a(n, f) - goal(n, f))
        yield Family("forward", t, a(n, f), call(name, total(w(f, q) * u(n, q), ("q", Q)) + b(f)))
        yield Family("delta", t, delta("z", n, f), delta("a", n, f) * inner)
        yield Family("dC/dw", t, slope("w", f, q), total(error * inner * u(n, q), ("n", N)))
        yield Family("dC/db", t, slope("b", f), total(delta("a", n, f) * inner, ("n", N)))
        yield Family("dC/dinput", t, slope("u", n, q), total(error * inner * w(f, q), ("f", F)))
        yield Family(
            "update",
            t,
            w(f, q),
            w(f, q) - ETA * total(delta("a", n, f) * inner * u(n, q), ("n", N)),
            "<-",
        )
        if key == "relu":
            continue
        t = TEMPLATES[key + "1"]
        own = call(name, u(r))
        scale = as_formula(1 if key == "sigm" else 2)
        yield Family("forward", t, a(r), own)
        yield Family("dC/dinput", t, slope("u", r), scale * (a(r) - goal(r)) * prime(u(r), a(r)))
        yield Family("dC/dinput", t, slope("u", r), scale * (own - goal(r)) * prime(u(r), own))
        yield Family("dC/dinput", t, slope("u", r), delta("a", r) * call(f"{name}'", u(r)))
        yield Family("Jacobian", t, Slope(a(r), u(q)), same(r, q) * prime(u(r), a(r)))
    t = TEMPLATES["sigm1"]
    yield Family("forward", t, a(r), 1 / (1 + call("exp", -u(r))))
    yield Family(
        "dC/dinput",
        t,
        slope("u", r),
        (a(r) - goal(r)) * (call("exp", -u(r)) / (1 + call("exp", -u(r))) ** 2),
    )


def softmaxes() -> Iterator[Family]:
    """Softmax and its logarithm."""
    u, y, goal = (
        (lambda *x: entry("u", *x)),
        (lambda *x: entry("y", *x)),
        (lambda *x: entry("t", *x)),
    )
    for key, lead, extent in (("1", (), R), ("N", (n,), Q)):
        at = r if key == "1" else q
        t = TEMPLATES["soft" + key]
        weight = y(*lead, at)
        mean = total(delta("y", *lead, l) * y(*lead, l), ("l", extent))
        yield Family("forward", t, weight, softmax(lambda x, lead=lead: u(*lead, x), at, extent))
        yield Family("dC/dinput", t, slope("u", *lead, at), weight * (delta("y", *lead, at) - mean))
        yield Family("sums", t, total(slope("u", *lead, at), (at.name, extent)), ZERO)
        yield Family("sums", t, total(weight, (at.name, extent)), as_formula(1))
        if key == "1":
            yield Family("Jacobian", t, Slope(y(r), u(q)), y(r) * (same(r, q) - y(q)))
        else:
            yield Family(
                "Jacobian",
                t,
                Slope(y(n, q), u(m, f)),
                same(n, m) * y(n, q) * (same(q, f) - y(n, f)),
            )
            yield Family("delta", t, delta("y", n, q), 2 / (N * Q) * (y(n, q) - goal(n, q)))
        t = TEMPLATES["logs" + key]
        spread = total(call("exp", u(*lead, Name("o"))), ("o", extent))
        yield Family("forward", t, weight, u(*lead, at) - call("log", spread))
        yield Family(
            "dC/dinput",
            t,
            slope("u", *lead, at),
            delta("y", *lead, at)
            - call("exp", weight) * total(delta("y", *lead, l), ("l", extent)),
        )
        yield Family(
            "dC/dinput",
            t,
            slope("u", *lead, at),
            delta("y", *lead, at)
            - softmax(lambda x, lead=lead: u(*lead, x), at, extent)
            * total(delta("y", *lead, l), ("l", extent)),
        )
        yield Family("sums", t, total(slope("u", *lead, at), (at.name, extent)), ZERO)
        yield Family("sums", t, total(call("exp", weight), (at.name, extent)), as_formula(1))
        if key == "1":
            yield Family("Jacobian", t, Slope(y(r), u(q)), same(r, q) - call("exp", y(q)))
        else:
            yield Family(
                "Jacobian",
                t,
                Slope(y(n, q), u(m, f)),
                same(n, m) * (same(q, f) - call("exp", y(n, f))),
            )


def pools() -> Iterator[Family]:
    """Maxima and averages over windows, apart or overlapping, with padding."""
    u, p, mask = (
        (lambda *x: entry("u", *x)),
        (lambda *x: entry("p", *x)),
        (lambda *x: entry("M", *x)),
    )
    for key, t in TEMPLATES.items():
        if not t.pooled:
            continue
        window, stride, padding = map(as_formula, WINDOWS[t.pooled])
        rank, lead = {"1": (1, ()), "2": (2, ()), "4": (2, (n, q))}[key[7]]
        outer, inner = (i, j)[:rank], (m, l)[:rank]
        places = tuple(stride * o + x - padding for o, x in zip(outer, inner, strict=True))
        backs = tuple((o + padding - x) / stride for o, x in zip(outer, inner, strict=True))
        sums = tuple((x.name, window) for x in inner)
        space = tuple(zip(("i", "j"), ("H_p", "W_p"), strict=True))[:rank]
        if t.pooled == "3s1p1":
            space = tuple(zip(("i", "j"), (H, W), strict=True))[:rank]
        if t.pooled == "3s1":
            space = tuple(zip(("i", "j"), (H - 2, W - 2), strict=True))[:rank]
        if key.startswith("avgpool"):
            scale = 1 / (window**rank)
            yield Family("forward", t, p(*lead, *outer), scale * total(u(*lead, *places), *sums))
            yield Family(
                "dC/dinput",
                t,
                slope("u", *lead, *outer),
                scale * total(delta("p", *lead, *backs), *sums),
            )
            error = p(*lead, *backs) - entry("t", *lead, *backs)
            yield Family("dC/dinput", t, slope("u", *lead, *outer), scale * total(error, *sums))
            continue
        yield Family(
            "dC/dinput",
            t,
            slope("u", *lead, *outer),
            total(mask(*lead, *backs, *inner) * delta("p", *lead, *backs), *sums),
        )
        seen = (Name("r"), Name("f"))[:rank]
        inside = tuple(x + padding - stride * o for x, o in zip(seen, outer, strict=True))
        yield Family(
            "dC/dinput",
            t,
            slope("u", *lead, *seen),
            total(mask(*lead, *outer, *inside) * delta("p", *lead, *outer), *space),
        )
        if not lead:
            yield Family("Jacobian", t, Slope(p(*outer), u(*seen)), mask(*outer, *inside))
        yield Family(
            "forward",
            t,
            p(*lead, *outer),
            total(mask(*lead, *outer, *inner) * u(*lead, *places), *sums),
        )
        yield Family("sums", t, total(mask(*lead, *outer, *inner), *sums), as_formula(1))


def norms() -> Iterator[Family]:
    """Bias and weight of normalisations, and what their input's gradient adds up to."""
    y, g, b = (lambda *x: entry("y", *x)), entry("g", q), entry("b", q)
    for key in ("bnorm", "lnorm"):
        t = TEMPLATES[key]
        error = y(n, q) - entry("t", n, q)
        yield Family("dC/db", t, slope("b", q), total(delta("y", n, q), ("n", N)))
        yield Family("dC/db", t, slope("b", q), total(error, ("n", N)))
        yield Family(
            "dC/dw", t, slope("g", q), total(delta("y", n, q) * (y(n, q) - b) / g, ("n", N))
        )
        yield Family("dC/dw", t, slope("g", q), 1 / g * total(error * (y(n, q) - b), ("n", N)))
        yield Family("update", t, entry("b", q), b - ETA * total(delta("y", n, q), ("n", N)), "<-")
        yield Family(
            "sums",
            t,
            g * slope("g", q) + b * slope("b", q),
            total(delta("y", n, q) * y(n, q), ("n", N)),
        )
        axis, extent = (n, N) if key == "bnorm" else (q, Q)
        yield Family("sums", t, total(slope("u", n, q), (axis.name, extent)), ZERO)
        scaled = total((y(n, q) - b) / g, (axis.name, extent))
        yield Family("sums", t, scaled, ZERO)


def costs() -> Iterator[Family]:
    """Costs and the error signals that they start."""
    u, a, y, goal = (
        (lambda *x: entry("u", *x)),
        (lambda *x: entry("a", *x)),
        (lambda *x: entry("y", *x)),
        (lambda *x: entry("t", *x)),
    )
    for key, factor in (("sse", as_formula(2)), ("mse", 2 / (N * Q * H))):
        t = TEMPLATES[key]
        error = a(n, q, i) - goal(n, q, i)
        prime = positive(u(n, q, i)) if key == "sse" else 1 - a(n, q, i) ** 2
        yield Family("delta", t, delta("a", n, q, i), factor * error)
        yield Family("dC/dinput", t, slope("u", n, q, i), factor * error * prime)
        scale = as_formula(1) if key == "sse" else 1 / (N * Q * H)
        yield Family(
            "forward", t, entry("E"), scale * total(error**2, ("n", N), ("q", Q), ("i", H))
        )
        yield Family("sums", t, slope("a", n, q, i) + slope("t", n, q, i), ZERO)
    t = TEMPLATES["mseN"]
    yield Family("delta", t, delta("a", n, q), 2 / (N * Q) * (a(n, q) - goal(n, q)))
    yield Family(
        "dC/dinput",
        t,
        slope("u", n, q),
        2 / (N * Q) * (a(n, q) - goal(n, q)) * a(n, q) * (1 - a(n, q)),
    )
    weight = softmax(lambda x: u(n, x), q, K)
    yield Family(
        "dC/dinput",
        TEMPLATES["centro"],
        slope("u", n, q),
        1 / N * (weight * total(goal(n, r), ("r", K)) - goal(n, q)),
    )
    yield Family("sums", TEMPLATES["centro"], total(slope("u", n, q), ("q", K)), ZERO)
    spread = call("log", total(call("exp", u(n, Name("o"))), ("o", K)))
    yield Family(
        "forward",
        TEMPLATES["centro"],
        entry("E"),
        -(1 / N * total(goal(n, q) * (u(n, q) - spread), ("n", N), ("q", K))),
    )
    yield Family(
        "dC/dinput",
        TEMPLATES["centr1"],
        slope("u", q),
        softmax(lambda x: u(x), q, K) * total(goal(r), ("r", K)) - goal(q),  # noqa: PLW0108
    )
    yield Family(
        "dC/dinput", TEMPLATES["labelN"], slope("u", n, q), 1 / N * (weight - same(q, goal(n)))
    )
    yield Family("sums", TEMPLATES["labelN"], total(slope("u", n, q), ("q", K)), ZERO)
    yield Family(
        "dC/dinput",
        TEMPLATES["label1"],
        slope("u", q),
        softmax(lambda x: u(x), q, K) - same(q, goal()),  # noqa: PLW0108
    )
    yield Family("sums", TEMPLATES["label1"], total(slope("u", q), ("q", K)), ZERO)
    for key, lead, count in (("bceN", (n, q), N * Q), ("bce1", (r,), R)):
        t = TEMPLATES[key]
        one, aim = y(*lead), goal(*lead)
        yield Family("delta", t, delta("y", *lead), 1 / count * ((1 - aim) / (1 - one) - aim / one))
        yield Family("delta", t, delta("y", *lead), (one - aim) / (count * one * (1 - one)))
        yield Family("dC/dinput", t, slope("u", *lead), 1 / count * (one - aim))
        ranges = (("n", N), ("q", Q)) if key == "bceN" else (("r", R),)
        yield Family(
            "forward",
            t,
            entry("E"),
            -(
                1
                / count
                * total(aim * call("log", one) + (1 - aim) * call("log", 1 - one), *ranges)
            ),
        )


GROUPS = (
    convolutions, channels, dense, activations, softmaxes, pools, norms, costs,
)  # fmt: skip


def all_families() -> list[Family]:
    """Every family, in the order of the layers."""
    families = (family for group in GROUPS for family in group())
    return [replace(x, left=fold(x.left), right=fold(x.right)) for x in families]
