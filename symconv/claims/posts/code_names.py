"""Names that code gives to things of a network: `d` for an error signal, `gradient` for dC/dw."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from symconv.claims.check import MOST_ECHOED, Checker
from symconv.claims.model.context import NetworkContext
from symconv.claims.model.errors import MOST_CHARACTERS
from symconv.claims.model.verdict import NOT_CHECKED, WRONG, Verdict
from symconv.claims.parsing.printed_arrays import PrintedArray

ASSIGNED = re.compile(r"\s*([A-Za-z_]\w*)\s*=(?!=)\s*(\S.*)", re.DOTALL)
ARRAY = re.compile(r"(?:np\.|numpy\.|torch\.)?(?:array|tensor|asarray)\(|\[")
QUOTED = re.compile(r"('[^']*'|\"[^\"]*\")")
NAME = re.compile(r"(?<![\w.\\])[A-Za-z_]\w*(?!\w|\s*\()")
DECIMAL = re.compile(r"-?\d+\.\d+")
SIGNALS = {
    "d", "delta", "deltas", "dout", "d_out", "error", "err", "errors", "error_signal", "upstream",
    "grad_output", "grad_out", "dlayer", "signal_error",
}  # fmt: skip
GRADIENTS = {
    "gradient", "gradients", "grad", "grads", "grad_w", "grad_kernel", "grad_weights", "w_grad",
    "kernel_grad", "filter_grad", "dweights", "dkernel", "dfilter", "d_w", "weight_gradient",
    "kernel_gradient", "filter_gradient",
}  # fmt: skip
MOST_NUMBERS = 1_000
"""How many decimals of a text are kept to be found again with digits cut off."""

MOST_EXPANSIONS = 8
"""How often names are replaced by what they stand for: a line of code names few steps."""


@dataclass
class CodeNames:
    """What the names of a text's code stand for, learned one line after another."""

    checker: Checker
    expressions: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    numbers: list[str] = field(default_factory=list)
    """Decimals that the text has worked out before."""

    def learn(self, text: str, found: Verdict) -> None:
        """Keep what a line of code assigns, and the numbers that a right line has worked out."""
        match = ASSIGNED.fullmatch(text)
        if match:
            self.expressions[match[1]] = match[2].strip()
        if found and len(self.numbers) < MOST_NUMBERS:
            self.numbers += DECIMAL.findall(text.rpartition("=")[2])

    def verdict(self, text: str, found: Verdict) -> Verdict:
        """The verdict on a line of code whose left name is none of the network's."""
        match = ASSIGNED.fullmatch(text)
        open_ = found.verdict == NOT_CHECKED or found.kind == "definition"
        if match is None or not open_ or match[1] in self.checker.context.layers:
            return found
        name, body = match[1], match[2].strip()
        if name in SIGNALS and ARRAY.match(body):
            return self.as_signal(name, body, found)
        if name.lower() in GRADIENTS:
            return self.as_gradient(body, found)
        return found

    def as_signal(self, name: str, body: str, found: Verdict) -> Verdict:
        """An array of the shape of one value only is the error signal of that value."""
        shape = _measure(body)
        context = self.checker.context
        keys = [t.key for t in context.forward.tensors if t.role == "value"]
        fitting = [k for k in keys if _squeeze(context.shape(context.tensors[k])) == shape]
        if len(fitting) != 1:
            return found
        self.aliases[name] = f"(d{context.cost}/d{fitting[0]})"
        note = f"{name} is read as the error signal of {fitting[0]}, by its name and its shape"
        cut = tuple(describe_cuts(body, self.numbers))
        return replace(found, verdict=NOT_CHECKED, kind="given value", notes=(note, *cut))

    def as_gradient(self, body: str, found: Verdict) -> Verdict:
        """A gradient is one by a parameter: right for one of them, or wrong for all."""
        context = self.checker.context
        said = self.replace_names(body, self.aliases)
        verdicts = [
            self.checker.verdict(f"d{context.cost}/d{key} = {said}")
            for key in _list_parameters(context)
        ]
        right = next((v for v in verdicts if v), None)
        wrong = [v for v in verdicts if v.verdict == WRONG]
        if right is None and (not wrong or len(wrong) < len(verdicts)):
            return found
        return replace(right or wrong[0], text=found.text)

    def judge_printed(self, printed: PrintedArray) -> Verdict | None:
        """Printed numbers against the code that made them, worked out anew; None without code."""
        asked = printed.name in self.expressions
        name = printed.name if asked else next(reversed(self.expressions), "")
        if not name:
            return None
        body = self.expand(self.expressions[name])
        verdict = None if body is None else self.checker.verdict(f"{body} = {printed.literal}")
        if verdict is None or (verdict.verdict != WRONG and not verdict):
            verdict = self.checker.verdict(f"{name} = {printed.literal}")
        text = f"array({printed.literal})"[:MOST_ECHOED]
        return replace(verdict, text=text, line=printed.line, column=printed.column)

    def expand(self, body: str) -> str | None:
        """A line of code with every name replaced by what it was assigned; None where one is not.

        An array stands for itself; anything else stands in brackets.
        """
        for _ in range(MOST_EXPANSIONS):
            if len(body) > MOST_CHARACTERS:
                return None
            table = {n: e if ARRAY.match(e) else f"({e})" for n, e in self.expressions.items()}
            replaced = self.replace_names(body, table)
            if replaced == body:
                return body
            body = replaced
        return None

    def replace_names(self, body: str, table: dict[str, str]) -> str:
        """Code with some names replaced, those in quotes left alone."""
        parts = QUOTED.split(body)
        parts[::2] = [NAME.sub(lambda m: table.get(m.group(), m.group()), p) for p in parts[::2]]
        return "".join(parts)


def describe_cuts(text: str, numbers: list[str]) -> Iterator[str]:
    """The numbers of a text that are longer ones from before with digits cut off, not rounded."""
    for literal in dict.fromkeys(DECIMAL.findall(text)):
        unit = Decimal(1).scaleb(-len(literal.partition(".")[2]))
        for number in numbers:
            whole, given = Decimal(number), Decimal(literal)
            if whole == given or whole.quantize(unit, ROUND_DOWN) != given:
                continue
            rounded = whole.quantize(unit, ROUND_HALF_UP)
            if rounded != given:
                yield f"{literal} is {number} with digits cut off; rounded it is {rounded}"


def _list_parameters(context: NetworkContext) -> list[str]:
    """The parameters that a line of code may mean by the gradient: kernels first."""
    found = [t for t in context.forward.tensors if t.role == "parameter" and len(t.shape) > 1]
    return [t.key for t in sorted(found, key=lambda t: not context.windowed(t))]


def _measure(body: str) -> tuple[int, ...]:
    """The shape of a written array of one or two axes, without axes of extent 1."""
    rows = re.findall(r"[\[(]([^\[\]()]*)[\])]", body)
    counts = {len(row.rstrip(", \n").split(",")) for row in rows if row.strip()}
    return _squeeze((len(rows), counts.pop())) if len(counts) == 1 else ()


def _squeeze(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(n for n in shape if n > 1)
