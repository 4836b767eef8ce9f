"""Layers drawn at random for the C style: odd sizes, halos, strides, groups, own equations.

They are large enough that sums of products are planned, and small enough to be many.
"""

from math import prod
from random import Random

from symconv import Network
from symconv.core.errors import SymconvError

WINDOWS = (
    "conv w {kernel} channels {f} stride {stride} padding {padding} dilation {dilation}{bias}",
    "conv w {kernel} channels {f} padding {padding} padding_after {after} stride {stride}{bias}",
    "conv w {kernel} channels {f} groups {g} padding {padding} stride {stride}{bias}",
    "conv w {kernel} channels {f} padding {padding} flip",
    "conv w {kernel} channels {f} stride {stride} padding {padding} bias b untied",
    "conv w {ones} channels {f}{bias}",
    "conv w {ones} channels {f} stride {stride} groups {g}",
    "transposed_conv w {kernel} channels {f} stride {stride} padding {padding}{bias}",
    "transposed_conv w {kernel} channels {f} stride {stride} dilation {dilation}",
    "transposed_conv w {kernel} channels {f} groups {g} stride {stride}",
    "local w {kernel} channels {f} stride {stride} padding {padding}",
    "maxpool {kernel} stride {stride} padding {little}",
    "maxpool {kernel} stride {stride} padding {little} ceil",
    "maxpool {kernel} stride {stride} dilation {dilation}",
    "avgpool {kernel} stride {stride} padding {little}",
    "avgpool {kernel} stride {stride} padding {little} ceil exclude_padding",
    "conv w {kernel} channels {f} padding {padding}{bias} | relu | maxpool {ones2}",
    "conv w {kernel} channels {f} padding {padding}{bias} | tanh | maxpool {kernel} stride 1",
    "conv w {kernel} channels {f} groups {g} | flatten | dense W {o} | cross_entropy t labels",
    "batchnorm weight g bias b | relu", "layernorm weight g",
    "groupnorm weight g bias b groups {g}", "instancenorm weight g bias b", "upsample 2",
    "pad {padding} mode reflect",
    "conv w {kernel} channels {c} padding same -> z | relu -> a | add x -> s | sse t",
    "conv w {kernel} channels {o} padding same -> z | sigmoid -> a | concat x -> s | sse t",
)  # fmt: skip
OWN = (
    "input x {m}x{n} | y[i,j] = sum(k<{n}) w[i,k]*x[j,k] for i<{o} | sse t",
    "input x {m}x{n} | y[i,j] = sum(k<{m}) w[i,k]*x[k,j] + b[i] for i<{o} | tanh | sse t",
    "input x {m}x{n} | y[i,j,a,b] = sum(k<{q}) x[i,k+j]*w[a,k]*v[b,k] for j<{q}, a<3, b<2",
    "input x {m}x{long} | y[i,j] = sum(k<5) x[i,{s}*j + k]*w[k] for j<{n}",
    "input x {m}x{long} | y[i,j] = sum(k<5) x[i,j + {s}*k]*w[i,k] for j<{n}",
    "input x {m}x{long} | y[i,j] = max(k<3) x[i,{s}*j + k] for j<{n} | sse t",
    "input x {m}x{n} | y[i,j] = sum(k<{n}) [k<=j]*x[i,k]*w[k] for i<{m}, j<{n}",
    "input x {m}x{m} | y[i] = sum(k<{m}) x[i,k]*x[k,i] for i<{m}",
    "input x {m}x{n} | y[i,j] = x[i,{n} - 1 - j]*w[j] + exp(x[i,j]) | sse t",
    "input x {m}x{n} | y[i,j] = sum(k<3, l<3) w[k,l]*x[i+k-1,j+l-1] for i<{m}, j<{n}",
    "input x {m}x{n} | softmax -> p | y[i,j] = sum(k<{n}) p[i,k]*v[k,j] for j<{o}",
    "input x {n} batch {m} | dense w {o} bias b -> h | relu -> a | dense v {q} -> k | sse t",
    "input x {n} batch {m} | dense w {o} bias b | softmax | half_sse t",
    "input x {n} batch {m} | dense w {o} | log_softmax | nll_loss t labels",
    "input x {q}x{o} channels none batch {b} | tanh -> a | matmul x transposed -> y | sse t",
    "input x {b}x{n} | embedding w {m}x{o} -> y | sse t",
    "input x {b}x{q}x{o} | attention Q K V O -> y | sse t",
)
ODD = (1, 2, 3, 4, 5, 7, 8, 9, 11, 13, 15, 16, 17, 19)
"""Sizes on both sides of the lengths of vectors."""

MOST_PRODUCTS = 400_000
"""Of a layer: more would take the sanitizers seconds."""


def draw_text(random):
    """A text that may be no network."""
    if random.random() < 0.3:
        sizes = {c: random.choice(ODD[3:]) for c in "mnoq"}
        sizes |= {"b": random.randint(1, 4), "s": random.randint(1, 3)}
        return random.choice(OWN).format(**sizes, long=3 * sizes["n"] + 13)
    rank = random.choice((1, 2, 2, 2, 2, 3))

    def axes(low, high):
        some = [random.randint(low, high) for _ in range(rank)]
        return "x".join(map(str, some if random.random() < 0.5 else some[:1] * rank))

    g = random.choice((1, 2, 2, 3, 4, 5))
    c, f = g * random.randint(1, 4), g * random.randint(1, 5)
    size = "x".join(str(random.choice(ODD[4:] if rank < 3 else ODD[2:7])) for _ in range(rank))
    # Three numbers could be a sample and its channels, or an image: the batch is said.
    n = random.randint(1, 4)
    shape = f"{size} channels {c} batch {n}" if rank == 1 else f"{n}x{c}x{size}"
    return f"input x {shape} | " + random.choice(WINDOWS).format(
        kernel=axes(1, {1: 7, 2: 5, 3: 3}[rank]), ones="x".join("1" * rank),
        ones2="x".join("2" * rank), stride=axes(1, 3), padding=axes(0, 3), after=axes(0, 3),
        dilation=axes(1, 3), little=axes(0, 1), f=f, c=c, g=g, o=random.randint(2, 9),
        bias=random.choice((" bias b", "")),
    )  # fmt: skip


def draw_layer(seed):
    """The text of a layer, drawn again until it is one that is neither small nor large."""
    random = Random(f"layer {seed}")
    while True:
        text = draw_text(random)
        try:
            network = Network.parse(text)
            tensors = network.backward().program.tensors
        except SymconvError:
            continue
        if max(prod(map(int, t.shape)) for t in tensors) * 30 < MOST_PRODUCTS:
            return network
