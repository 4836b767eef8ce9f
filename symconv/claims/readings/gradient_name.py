"""`dw`: the derivative of the cost by w, as programs name it, or the product of d and w."""

from __future__ import annotations

from .ambiguity import Ambiguity

GRADIENT, PRODUCT = "gradient", "product"

GRADIENT_NAME = Ambiguity("gradient name", {GRADIENT: "", PRODUCT: ""})
