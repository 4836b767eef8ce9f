"""Ten formulas of the kinds that printed books and courses have had wrong, each with its verdict.

The networks, the formulas and the words are our own; what is said of each is what `check` prints.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from symconv.api import Network
from symconv.claims.model.verdict import Verdict, format_verdict


@dataclass(frozen=True)
class Erratum:
    """A formula as it is printed, of a network, with the name of its mistake and how it comes."""

    title: str
    network: str
    formula: str
    mistake: str
    words: str


ERRATA = (
    Erratum(
        "The kernel is not flipped",
        "input x 6x6 | conv w 3x3 -> z | half_sse t -> C",
        r"\frac{\partial C}{\partial x_{i,j}} = \sum_{m,n} w_{m,n}\, \delta_{i+m,j+n}",
        "no_flip",
        "The forward pass reads x[i+m], and the formula for the gradient is written after its "
        "pattern. With a kernel that is its own mirror image, which examples like to have, the "
        "numbers are the right ones and stand in the wrong places.",
    ),
    Erratum(
        "The sum over the batch is forgotten",
        "input x 4x3 | dense w 2 -> z | half_sse t -> C",
        r"\frac{\partial C}{\partial w_{q,r}} = \delta_{n,q}\, x_{n,r}",
        "missing_sum",
        "Derived for one sample, and then the sample gets an index. The index stands on the right "
        "side alone: the two sides do not have the same shape.",
    ),
    Erratum(
        "The condition of the stride is missing",
        "input x 7x7 | conv w 3x3 stride 2 -> z | half_sse t -> C",
        r"\frac{\partial C}{\partial x_{i,j}} = \sum_{m,n} w_{m,n}\,"
        r" \delta_{\lfloor (i-m)/2 \rfloor, \lfloor (j-n)/2 \rfloor}",
        "signal_repeated",
        "Where (i - m)/2 is no whole number there is no output. To round it is to take the "
        "neighbour's error signal a second time.",
    ),
    Erratum(
        "The weights are not transposed",
        "input x 4 | dense w 4 -> z | half_sse t -> C",
        r"\frac{\partial C}{\partial x_r} = \sum_q w_{r,q}\, \delta_q",
        "transposed",
        "Books differ in whether a weight is named from input to output or the other way round, "
        "and a chapter takes its formulas from both kinds. In a square layer no shape objects.",
    ),
    Erratum(
        "The gradient of a bias is left at every position",
        "input x 2x5x5 | conv w 3x3 channels 2 bias b -> z | half_sse t -> C",
        r"\frac{\partial C}{\partial b_f} = \delta_{f,i,j}",
        "bias_not_summed",
        "For a fully connected layer the gradient of the bias is the error signal, and the line is "
        "copied to the convolution. There one bias serves all positions.",
    ),
    Erratum(
        "Softmax by its diagonal alone",
        "input z 4 | softmax -> p | half_sse t -> C",
        r"\frac{\partial C}{\partial z_i} = p_i (1 - p_i) (p_i - t_i)",
        "softmax_diagonal",
        "Softmax is treated as a sigmoid, entry by entry. Its Jacobian has a value at every pair: "
        "raising one logit lowers all other probabilities.",
    ),
    Erratum(
        "Batch norm without the way through the mean",
        "input x 5x3 | batchnorm -> y",
        r"\frac{\partial C}{\partial x_{b,r}} = \frac{1}{\sqrt{\nu_r + \epsilon}}"
        r" \frac{\partial C}{\partial y_{b,r}}"
        r" + \frac{2}{5} \frac{\partial C}{\partial \nu_r} (x_{b,r} - \mu_r)",
        "mean_term_missing",
        "There are three ways from an input to the cost: straight, through the mean, and through "
        "the variance. Whoever takes care of the variance may still take the mean for a constant.",
    ),
    Erratum(
        "Max-pooling without its winner",
        "input x 6x6 | maxpool 2 -> p | half_sse t -> C",
        r"\frac{\partial C}{\partial x_{2u+m,2v+n}} = \delta_{u,v}",
        "pool_spread",
        "Upsampling the error signal is right for a sum. A maximum passes it to one entry of its "
        "window, and nothing to the others.",
    ),
    Erratum(
        "The sign of the cost",
        "input x 3 | dense w 2 -> z | half_sse t -> C",
        r"\frac{\partial C}{\partial w_{q,r}} = (t_q - z_q)\, x_r",
        "sign",
        "Target minus output is the direction in which a weight is moved. Called a gradient, and "
        "then subtracted, it leads uphill.",
    ),
    Erratum(
        "A factor of the mean",
        "input x 3 | dense w 4 -> z | mse t -> C",
        r"\frac{\partial C}{\partial z_q} = 2 (z_q - t_q)",
        "sum_for_mean",
        "The text says mean squared error, and the derivative is that of the sum. The direction is "
        "right, the learning rate of the example is another one.",
    ),
)


COLUMNS = 105
"""How wide the words are: as on the pages that are written by hand."""


@cache
def judge_erratum(erratum: Erratum) -> Verdict:
    """What `check` says of a formula."""
    return Network.parse(erratum.network).check(erratum.formula)


def list_errata() -> str:
    """Every formula in Markdown: how it comes, what is printed, and what `check` prints."""
    return "\n\n".join("\n".join(_describe_erratum(n, e)) for n, e in enumerate(ERRATA, 1))


def _describe_erratum(number: int, erratum: Erratum) -> Iterator[str]:
    yield f"## {number}. {erratum.title}"
    yield f"\n{textwrap.fill(erratum.words, COLUMNS)}\n"
    yield f"```math\n{erratum.formula}\n```\n"
    yield f"```text\n$ symconv check '{erratum.network}' \\\n    '{erratum.formula}'"
    yield f"{format_verdict(judge_erratum(erratum))}\n```"
