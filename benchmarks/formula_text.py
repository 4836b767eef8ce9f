r"""A formula as people write it: LaTeX, plain text, Unicode, or with square brackets as in code.

Only the spelling is chosen here: what a formula says is in `formulas`.
"""

from __future__ import annotations

from dataclasses import dataclass

from formulas import (
    Applied,
    Entry,
    Formula,
    Minus,
    Name,
    Number,
    Plus,
    Quotient,
    Raised,
    Slope,
    Times,
    Total,
    Truth,
    as_formula,
    fold,
)

STYLES = ("latex", "plain", "unicode", "code")
LATEX_FUNCTIONS = {"exp", "log", "tanh", "max"}


@dataclass(frozen=True)
class Writer:
    """Writes formulas in one style; `partial` writes error signals as derivatives."""

    style: str
    partial: bool = False

    def equation(self, left: Formula, right: Formula, sign: str = "=") -> str:
        """An equation, or an update."""
        if sign == "<-":
            sign = {"latex": r"\leftarrow", "unicode": "←"}.get(self.style, ":=")
        text = f"{self.sum(left)} {sign} {self.sum(right)}"
        return text.replace("-", "−") if self.style == "unicode" else text

    def sum(self, node: Formula) -> str:
        """A formula where a sum needs no brackets."""
        if isinstance(node, Plus):
            text = self.sum(node.parts[0])
            for part in node.parts[1:]:
                negative = isinstance(part, Minus)
                body = self.product(part.body) if negative else self.product(part)
                if isinstance(part, Number) and part.value < 0:
                    negative, body = True, self.product(Number(-part.value))
                text += f" {'-' if negative else '+'} {body}"
            return text
        if isinstance(node, Minus):
            return f"-{self.product(node.body)}"
        if isinstance(node, Number) and node.value < 0:
            return f"-{self.product(Number(-node.value))}"
        return self.product(node)

    def product(self, node: Formula) -> str:
        """A formula where a product needs no brackets."""
        if isinstance(node, Total):
            return f"{self.sign(node)} {self.product(node.body)}"
        if isinstance(node, Times):
            *before, last = node.parts
            texts = [self.factor(p) for p in before]
            # What follows a sum sign belongs to the sum, so that only the last factor may be one.
            whole = isinstance(last, Total)
            texts.append(self.product(last) if whole else self.factor(last))
            return self.joined(texts)
        if isinstance(node, Quotient) and self.style != "latex":
            return f"{self.factor(node.over)}/{self.factor(node.under)}"
        return self.factor(node)

    def joined(self, texts: list[str]) -> str:
        """Factors side by side, with a sign between them where the style or the reader needs it."""
        sign = {"latex": " ", "unicode": "·"}.get(self.style, "*")
        text = texts[0]
        for one in texts[1:]:
            dotted = self.style == "latex" and (
                one[0] in "([0123456789" or one.startswith(r"\math")
            )
            text += (r" \cdot " if dotted else sign) + one
        return text

    def factor(self, node: Formula) -> str:  # noqa: C901, PLR0911
        """A formula that is one factor, in brackets if it has to be."""
        match node:
            case Number(value) if value >= 0:
                if value.denominator == 1:
                    return str(value.numerator)
                if self.style == "latex":
                    return rf"\frac{{{value.numerator}}}{{{value.denominator}}}"
                return f"({value.numerator}/{value.denominator})"
            case Name(name):
                return name
            case Entry():
                return self.entry(node)
            case Slope(over, under):
                top, low = self.entry(over), self.entry(under)
                if self.style == "latex":
                    return rf"\frac{{\partial {top}}}{{\partial {low}}}"
                return f"∂{top}/∂{low}" if self.style == "unicode" else f"d{top}/d{low}"
            case Quotient(over, under) if self.style == "latex":
                return rf"\frac{{{self.sum(over)}}}{{{self.sum(under)}}}"
            case Raised(base, exponent):
                inner = f"({self.sum(base)})"
                return f"{inner}^{exponent}" if exponent < 10 else f"{inner}^{{{exponent}}}"
            case Applied(function, arguments):
                inside = ", ".join(map(self.sum, arguments))
                slash = "\\" if self.style == "latex" and function in LATEX_FUNCTIONS else ""
                return f"{slash}{function}({inside})"
            case Truth(left, relation, right):
                one = r"\mathbf{1}" if self.style == "latex" else "1"
                return f"{one}[{self.sum(left)} {relation} {self.sum(right)}]"
        return f"({self.sum(node)})"

    def entry(self, node: Entry) -> str:
        """An entry with its indices, a gradient as a derivative or as an error signal."""
        if node.tensor.startswith("dE/d"):
            name = node.tensor.removeprefix("dE/d")
            if node.delta and not self.partial and self.style != "code":
                sign = "δ" if self.style == "unicode" else r"\delta"
                return f"{sign}^{name}{self.indices(node)}"
            inner = f"{name}{self.indices(node)}"
            if self.style == "latex":
                return rf"\frac{{\partial E}}{{\partial {inner}}}"
            return f"∂E/∂{inner}" if self.style == "unicode" else f"dE/d{inner}"
        return f"{node.tensor}{self.indices(node)}"

    def indices(self, node: Entry) -> str:
        """The indices behind a letter."""
        if not node.indices:
            return ""
        inner = ",".join(self.sum(i).replace(r" \cdot ", " ") for i in node.indices)
        return f"[{inner}]" if self.style == "code" else f"_{{{inner}}}"

    def sign(self, node: Total) -> str:
        """A sum sign with its limits."""
        if self.style == "code" and node.low == as_formula(0):
            return f"sum({node.index}<{self.sum(fold(node.high + 1))})"
        word = {"latex": r"\sum", "unicode": "Σ"}.get(self.style, "sum")
        return f"{word}_{{{node.index}={self.sum(node.low)}}}^{{{self.sum(node.high)}}}"
