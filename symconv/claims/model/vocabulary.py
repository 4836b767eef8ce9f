"""The words of mathematics that a claim may use, whether or not they kept their backslash."""

from __future__ import annotations

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "Δ": "Delta", "ε": "epsilon",
    "η": "eta", "θ": "theta", "λ": "lambda", "μ": "mu", "ρ": "rho", "σ": "sigma", "φ": "phi",
    "ϕ": "phi", "ζ": "zeta", "ι": "iota", "κ": "kappa", "ν": "nu", "ξ": "xi", "τ": "tau",
    "υ": "upsilon", "χ": "chi", "ψ": "psi", "ω": "omega", "∇": "nabla", "Σ": "sum",
    "∑": "sum", "∂": "partial", "√": "sqrt", "π": "pi",
}  # fmt: skip
LETTERS = {
    "alpha", "beta", "gamma", "delta", "Delta", "epsilon", "varepsilon", "eta", "theta", "lambda",
    "mu", "rho", "sigma", "phi", "varphi", "ell", "nabla", "chi", "Theta", "pi",
}  # fmt: skip
OPERATORS = {
    "cdot": "*", "times": "*", "ast": "conv", "star": "corr", "odot": "had", "circ": "had",
    "circledast": "conv", "div": "/", "bmod": "mod", "mod": "mod", "land": "and", "wedge": "and",
    "lor": "or", "vee": "or", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉",
    "lvert": "|", "rvert": "|", "vert": "|", "mid": "|", "lVert": "||", "rVert": "||",
    "Vert": "||", "colon": ":", "uparrow": "up", "otimes": "otimes",
}  # fmt: skip
SIGNS = {
    "·": "*", "⋅": "*", "×": "*", "−": "-", "–": "-", "—": "-", "∗": "conv", "⋆": "corr",
    "⊛": "conv", "⊙": "had", "∘": "had", "÷": "/", "≡": ":=", "≈": "~", "←": "<-", "′": "'",
    "’": "'", "″": "''", "≤": "<=", "≥": ">=", "≠": "!=", "∈": "in", "{": "{", "}": "}",
    "⌊": "⌊", "⌋": "⌋", "⌈": "⌈", "⌉": "⌉", "‖": "||", "↑": "up", "∧": "and", "∨": "or",
    "⊗": "otimes",
}  # fmt: skip
RELATIONS = {
    "approx": "~", "equiv": ":=", "leftarrow": "<-", "gets": "<-", "coloneqq": ":=", "le": "<=",
    "leq": "<=", "ge": ">=", "geq": ">=", "ne": "!=", "neq": "!=", "lt": "<", "gt": ">",
    "in": "in", "implies": "=>", "Rightarrow": "=>", "triangleq": ":=",
}  # fmt: skip
FUNCTIONS = {
    "relu": "relu", "ReLU": "relu", "ReLu": "relu", "RELU": "relu", "sigmoid": "sigmoid",
    "tanh": "tanh", "exp": "exp", "log": "log", "ln": "log", "max": "max", "min": "min",
    "step": "step", "abs": "absolute", "sqrt": "sqrt", "rot180": "rot180", "rot90": "rot90",
    "flip": "rot180", "transpose": "transpose", "convolve2d": "convolve2d", "square": "square",
    "correlate2d": "correlate2d", "convolve": "convolve2d", "correlate": "correlate2d",
    "outer": "outer", "dot": "dot", "conv": "convolve2d", "corr": "correlate2d", "sum": "sum",
    "softplus": "softplus", "array": "array", "mean": "mean", "conv2d": "correlate2d",
    "dilate": "dilate", "upsample": "dilate", "rotate180": "rot180",
    "maximum": "max", "minimum": "min", "where": "where", "matmul": "dot", "multiply": "multiply",
    "softmax": "softmax", "Softmax": "softmax", "log_softmax": "log_softmax",
    "logsoftmax": "log_softmax", "LogSoftmax": "log_softmax", "logsumexp": "logsumexp",
    "LogSumExp": "logsumexp", "LSE": "logsumexp", "lse": "logsumexp",
    "floor": "floor", "ceil": "ceil", "ceiling": "ceil", "cosh": "cosh", "sinh": "sinh",
    "sech": "sech", "sin": "sin", "cos": "cos", "tan": "tan", "sec": "sec", "erf": "erf",
    "silu": "silu", "SiLU": "silu", "swish": "silu", "Swish": "silu",
    "sgn": "sgn", "sign": "sgn", "diag": "diag", "Diag": "diag",
    "heaviside": "step", "Heaviside": "step",
}  # fmt: skip
COMMANDS = {"frac", "dfrac", "tfrac", "partial", "sum", "begin", "end", "sqrt", "left", "right"}
INDEX_FUNCTIONS = {"floor", "ceil", "modulo", "max", "min", "absolute"}
"""Functions whose value is an index where their arguments are."""

INDICATORS = {"chi", "I"}
"""Letters of an indicator, as in chi_{x > 0} and I[x > 0], where the network has no such tensor."""

STEPS = {"H", "Theta", "theta", "u"}
"""Letters of the step function, as in H(z), where the network has nothing of that name."""

SILENT = {
    "left", "right", "displaystyle", "limits", "nolimits", "quad", "qquad", "big", "Big", "bigg",
    "Bigg", "bigl", "bigr", "Bigl", "Bigr", "textstyle", "nonumber", "notag", "biggl", "biggr",
    "Biggl", "Biggr", "bigm", "Bigm", "middle", "scriptstyle", "relax", "hline", "allowbreak",
}  # fmt: skip
STYLES = {
    "mathbf", "mathrm", "boldsymbol", "text", "mathit", "vec", "bm", "operatorname", "rm", "bf",
    "textbf", "mbox", "textrm", "mathsf", "mathcal", "mathbb", "textit", "textsf",
}  # fmt: skip
HATS = {"hat", "tilde", "widehat", "widetilde"}
BARS = {"bar", "overline"}
ENVIRONMENTS = {"pmatrix", "bmatrix", "matrix", "vmatrix", "smallmatrix", "cases", "array"}
LAYOUTS = {
    "align", "align*", "aligned", "equation", "equation*", "gather", "gather*", "split",
    "eqnarray", "eqnarray*", "gathered", "multline", "multline*",
}  # fmt: skip
SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋ₘₙᵢⱼₖₗₚᵣₛₜᵤᵥ₍₎", "0123456789+-mnijklprstuv()", strict=True))
SUPERSCRIPTS = dict(
    zip(
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ᵀᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ",
        "0123456789+-()Tabcdefghijklmnoprstuvwxyz",
        strict=True,
    )
)
RATES = {"eta", "alpha", "lambda", "lr", "rate", "epsilon", "mu", "gamma", "rho"}
COSTS = ("C", "E", "L", "J", "loss", "Loss", "cost", "Cost", "Error")
TARGETS = ("target", "t", "y", "label", "d")
PROBABILITIES = frozenset({"p", "P", "S", "s", "prob", "probs", "pred", "yhat", "ypred", "phat"})
"""What people call the softmax of the logits; also the target's letter with a hat."""

OUTPUTS = ("output", "out", "prediction", "pred")


def hatted_name(letter: str) -> str:
    """What a letter with a hat is called where the hat is no mark of the network's own."""
    return f"{letter}hat"
