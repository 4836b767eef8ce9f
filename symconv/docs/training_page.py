"""The page on training: its example, and what is known of the example's parameters."""

from __future__ import annotations

from symconv.api import Network
from symconv.codegen.python.parameter_roles import find_parameter_role
from symconv.core.equation import Program
from symconv.core.tensor import Tensor
from symconv.output.templates import render_template

STAGES = (
    "input x Nx1x8x8 | conv w 3x3 channels 8 padding 1 bias b | tanh | maxpool 2x2 ",
    "| conv w 3x3 channels 16 padding 1 bias b | tanh | maxpool 2x2 | flatten | dense W 64 bias c ",
    "| tanh | dense W 32 bias c | tanh | dense W 10 bias c | cross_entropy t labels",
)
"""A network as LeNet is, for images of 8 x 8."""

EXAMPLE = (
    ">>> import symconv",
    ">>> from sklearn import datasets, model_selection",
    ">>> images, labels = datasets.load_digits(return_X_y=True)",
    ">>> x, x_test, t, t_test = model_selection.train_test_split(",
    "...     images.reshape(-1, 1, 8, 8) / 16, labels, test_size=0.25, random_state=0)",
    f'>>> net = symconv.Network.parse("{STAGES[0]}"',
    f'... "{STAGES[1]}"',
    f'... "{STAGES[2]}")',
    '>>> run = symconv.train(net.only("parameters").compile("fast"), (x, t), epochs=12,',
    "...     optimizer=symconv.Adam(0.005), validation=(x_test, t_test))",
    ">>> run.history[-1].accuracy > 0.975",
    "True",
)
"""Its training, in the lines of a doctest."""


def training_page() -> str:
    """The page as Markdown."""
    program = Network.parse("".join(STAGES)).program
    rows = [_describe(program, t) for t in program.given if t.role == "parameter"]
    return render_template("markdown", "training.md.j2", example=EXAMPLE, parameters=rows)


def _describe(program: Program, tensor: Tensor) -> tuple[str, ...]:
    """A row of the table of parameters."""
    role = find_parameter_role(program, tensor)
    first = {"weight": f"fan {role.fan}", "bias": "0", "scale": "1"}[role.kind]
    shape = " x ".join(map(str, tensor.shape))
    return f"`{tensor.key.replace('^', '')}`", shape, role.kind, first
