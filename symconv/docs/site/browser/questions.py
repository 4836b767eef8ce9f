"""The questions that the live page offers, and what people wrote: they are answered beforehand."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urlencode

from symconv.network.examples import BY_NAME


@dataclass(frozen=True)
class OfferedQuestion:
    """A network, what is claimed of it, and a title; empty where nothing is claimed."""

    title: str
    network: str
    notation: str
    claim: str = ""
    values: str = ""

    @property
    def key(self) -> str:
        """The question as one text, by which the page finds its answer."""
        return json.dumps([self.network, self.notation, self.claim, self.values])

    @property
    def fragment(self) -> str:
        """The question as the fragment of an address, which never reaches a server."""
        words = {"network": self.network, "notation": self.notation, "claim": self.claim}
        words |= {"values": self.values}
        return urlencode({name: word for name, word in words.items() if word})


def _ask_example(title: str, name: str, claim: str = "", values: str = "") -> OfferedQuestion:
    example = BY_NAME[name]
    return OfferedQuestion(title, example.text, example.notation, claim, values)


FILTER = json.dumps(
    {
        "x": [[1, -1, 0], [0, 1, 0], [0, -1, 1]],
        "w": [[1, -1], [1, 1]],
        "t": [[1, 0], [0, 1]],
    }
)
"""The numbers of the question about one filter and a ReLU."""

ERRORS = json.dumps(
    {
        "a": [["0.58", "0.57"], ["0.65", "0.55"]],
        "W": [["0.61", "0.82", "0.96", "-1"], ["0.02", "-0.5", "0.23", "0.17"]],
        "delta h": ["0.25", "-0.15"],
    }
)
"""The numbers of the question about a max-pooling."""

LENET = BY_NAME["lenet5"].text.replace("Nx1x28x28", "1x1x28x28")
"""One image: what has an open size has no picture."""

OFFERED = (
    _ask_example(
        "Two convolutions: a product of two sums",
        "two-convs",
        "dC/dw_1^1 = (i_1+i_2+i_4+i_5)(w_1^2+w_2^2+w_3^2+w_4^2) 2(o_1^2 - y_1)",
    ),
    _ask_example(
        "Two convolutions: the right answer, in LaTeX",
        "two-convs",
        r"\frac{\partial C}{\partial w_1^1} = "
        r"2(o_1^2 - y_1)(i_1 w_1^2 + i_2 w_2^2 + i_4 w_3^2 + i_5 w_4^2)",
    ),
    _ask_example(
        "Two convolutions: the kernel the wrong way round",
        "two-convs",
        "dC/dw_1^1 = 2(o_1^2 - y_1)(i_1 w_4^2 + i_2 w_3^2 + i_4 w_2^2 + i_5 w_1^2)",
    ),
    _ask_example(
        "Two convolutions: a slip of the pen", "two-convs", "dC/dw_1^1 = 2(o_1^2 - y_1) w_5^2"
    ),
    _ask_example(
        "Max-pooling: an error in numbers",
        "conv-pool-sigmoid-dense",
        r"\delta^p_{0,0} = (0.25*0.61 + -0.15*0.02)*0.58*(1-0.58) = 0.0364182",
        ERRORS,
    ),
    _ask_example(
        "One filter and a ReLU: a gradient in numbers",
        "relu-filter",
        "dC/dw = [[-2, 2], [0, -2]]",
        FILTER,
    ),
    _ask_example(
        "Any convolution: the gradient by its kernel",
        "general-conv",
        r"dC/dw_{m,n} = \sum_{i,j} \delta_{i,j} x_{i+m,j+n}",
    ),
    _ask_example(
        "A flipped kernel: the gradient by the image",
        "general-conv-flipped",
        r"dC/dx_{i,j} = \sum_{m,n} \delta_{i-m,j-n} w_{m,n}",
    ),
    _ask_example("Any stride, padding and dilation", "general-conv-strided"),
    OfferedQuestion("LeNet-5, one image", LENET, BY_NAME["lenet5"].notation),
    OfferedQuestion(
        "A layer of your own: a quadratic form",
        "input x 6 | y[q] = sum(r, v) x[r] A[q,r,v] x[v] for q<3 | half_sse t -> C",
        "ij0",
    ),
    OfferedQuestion(
        "Softmax twice: p - t where the cost has its own",
        "input x 4 | dense W 3 -> h | softmax -> p | cross_entropy t -> C",
        "ij0",
        "dC/dh_0 = p_0 - t_0",
    ),
)
"""The first is what a visitor sees."""
