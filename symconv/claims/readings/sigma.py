r"""`\sigma(x)`: the activation of the network, the logistic function, or softmax."""

from __future__ import annotations

from .ambiguity import Ambiguity

ACTIVATION, LOGISTIC, SOFTMAX = "activation", "sigmoid", "softmax"

SIGMA = Ambiguity(
    "sigma",
    {
        ACTIVATION: "",
        LOGISTIC: "sigma is read as the logistic function 1/(1 + exp(-x))",
        SOFTMAX: "sigma is read as softmax, which this network takes",
    },
)
