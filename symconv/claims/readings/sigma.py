r"""`\sigma(x)`: the activation of the network, or the logistic function."""

from __future__ import annotations

from .ambiguity import Ambiguity

ACTIVATION, LOGISTIC = "activation", "sigmoid"

SIGMA = Ambiguity(
    "sigma", {ACTIVATION: "", LOGISTIC: "sigma is read as the logistic function 1/(1 + exp(-x))"}
)
