"""Gaussian error linear unit."""

from dataclasses import dataclass

from sympy import Expr, Rational, pi, sqrt, tanh

from .pointwise import Pointwise

CUBE = Rational(44715, 1000000)


def gelu_with_tanh(x: Expr) -> Expr:
    """x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))."""
    return x / 2 * (1 + tanh(sqrt(2 / pi) * (x + CUBE * x**3)))


@dataclass(frozen=True)
class GELU(Pointwise):
    """y = x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))), the form with tanh.

    Hendrycks and Gimpel, Gaussian Error Linear Units, 2016, section 2.
    """

    keyword = "gelu"
    title = "Gaussian error linear unit (GELU, with tanh)"

    def formula(self, x: Expr) -> Expr:
        return gelu_with_tanh(x)
