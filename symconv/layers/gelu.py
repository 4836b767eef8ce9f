"""Gaussian error linear unit."""

from dataclasses import dataclass

from sympy import Expr, Rational, pi, sqrt, tanh

from symconv.core.nodes import erf

from .pointwise import Pointwise

CUBE = Rational(44715, 1000000)


def gelu_with_tanh(x: Expr) -> Expr:
    """x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))."""
    return x / 2 * (1 + tanh(sqrt(2 / pi) * (x + CUBE * x**3)))


@dataclass(frozen=True)
class GELU(Pointwise):
    """y = x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))), the form with tanh.

    With `exact` it is x/2 (1 + erf(x / sqrt(2))), which is x times the normal distribution's share
    below x.

    Hendrycks and Gimpel, Gaussian Error Linear Units, 2016, section 2.
    """

    keyword = "gelu"
    title = "Gaussian error linear unit (GELU)"

    exact: bool = False

    def formula(self, x: Expr) -> Expr:
        return x / 2 * (1 + erf(x / sqrt(2))) if self.exact else gelu_with_tanh(x)
