"""A derivation's JSON form, read with suspicion: every field checked, every size bounded."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeVar

from symconv.core.errors import SymconvError

LONGEST_TEXT = 20_000_000
"""The longest JSON text in characters; that of LeNet-5 has 1.1 million."""

DEEPEST = 60
"""How deep formulas may be nested: those of the examples are at most 10 deep.

Reading and evaluating call themselves once or twice a level, and Python stops at 1,000.
"""

MOST_NODES = 400_000
"""The most parts of all formulas together; LeNet-5 has 10,480."""

LARGEST_NUMBER = 10**12
"""The largest number in a formula.

It is beyond any size or factor that is meant, and calculating with it is quick.
"""

NAME = re.compile(r"[A-Za-z0-9_^' ,()\[\]*+/\u0302-]{1,60}")
WORDS = re.compile(r"[a-z -]{1,60}(, [a-z -]{1,60}){0,20}")
Item = TypeVar("Item")

FUNCTIONS = (
    *("absolute", "cos", "erf", "exp", "log", "relu"),
    *("sigmoid", "sin", "softplus", "step", "tanh"),
)
COUNTS = {
    **dict.fromkeys(FUNCTIONS, (1, 1)),
    **dict.fromkeys(("Pow", "KroneckerDelta", "Box", "Equals", "Partial"), (2, 2)),
    **dict.fromkeys(("Add", "Mul", "entry"), (0, 10_000)),
    **dict.fromkeys(("Sum", "MaxOver", "LogSumExp", "OneHot"), (2, 30)),
    **dict.fromkeys(("Pi", "Exp1"), (0, 0)),
    "limit": (3, 3),
}
"""Every operation with the least and the largest number of its arguments."""


@dataclass(frozen=True)
class JsonTree:
    """A formula: an operation, its arguments, and the name or the number of a leaf."""

    op: str
    args: tuple[JsonTree, ...] = ()
    leaf: str | int | Fraction = ""

    def parts(self) -> Iterator[JsonTree]:
        """The formula and every formula in it."""
        yield self
        for a in self.args:
            yield from a.parts()


class RefusedError(SymconvError):
    """A text that is no derivation: why, and in which field."""

    def __init__(self, reason: str, field: str = "") -> None:
        super().__init__(f"this is no derivation in JSON form: {field}{': ' * bool(field)}{reason}")
        self.reason = reason
        self.field = field


def json_form_error(reason: str) -> SymconvError:
    """The refusal of a text that is no derivation."""
    return RefusedError(reason)


def too_large(reason: str) -> SymconvError:
    """The refusal of a derivation that would take too long."""
    return SymconvError(
        f"this derivation is too large to replay: {reason}",
        help="derive with smaller sizes, or with names for sizes, or by one tensor (--wrt)",
    )


@contextmanager
def within_field(field: str) -> Iterator[None]:
    """Say of a refusal in which field of the text it happened."""
    try:
        yield
    except RefusedError as error:
        place = f"{field}.{error.field}" if error.field else field
        raise RefusedError(error.reason, place) from None


def load_json(text: str) -> Any:
    """The data of a JSON text of acceptable size."""
    if len(text) > LONGEST_TEXT:
        raise json_form_error(f"longer than {LONGEST_TEXT:,} characters")
    try:
        return json.loads(text)
    except RecursionError:
        raise json_form_error("nested too deeply") from None
    except ValueError as error:
        reason = "a number is too long" if "digits" in str(error) else str(error)[:80]
        raise json_form_error(f"not JSON ({reason})") from None


@dataclass
class JsonReader:
    """Reads fields and trees, and counts how many there are."""

    nodes: int = 0

    def field(self, data: Any, name: str, kind: type) -> Any:
        """A field that must be there, of that kind."""
        if not isinstance(data, dict) or not isinstance(data.get(name), kind):
            raise json_form_error(f"a field '{name}' is missing or of the wrong kind")
        return data[name]

    def each(self, data: Any, name: str, parse: Callable[[JsonReader, Any], Item]) -> list[Item]:
        """The items of a list, each parsed; a refusal says which item it was."""
        found = []
        for number, item in enumerate(self.field(data, name, list)):
            with within_field(f"{name}[{number}]"):
                found.append(parse(self, item))
        return found

    def words(self, data: Any, field: str) -> str:
        """A field that holds the names of rules."""
        words: str = self.field(data, field, str)
        if not WORDS.fullmatch(words):
            raise json_form_error(f"'{field}' holds no names of rules: {words[:20]!a}")
        return words

    def name(self, data: Any, field: str) -> str:
        """A field that holds a name."""
        word: str = self.field(data, field, str)
        if not NAME.fullmatch(word):
            raise json_form_error(f"a name in '{field}' is not one: {word[:20]!a}")
        return word

    def tree(self, data: Any, depth: int = 0) -> JsonTree:
        """A formula."""
        self.nodes += 1
        if depth > DEEPEST or self.nodes > MOST_NODES:
            raise json_form_error(f"formulas deeper than {DEEPEST} or of over {MOST_NODES:,} parts")
        op = self.name(data, "op")
        if op == "symbol":
            return JsonTree(op, leaf=self.name(data, "name"))
        if op in {"integer", "rational"}:
            return JsonTree("number", leaf=_parse_number(data.get("value")))
        if op not in COUNTS:
            raise json_form_error(f"no operation is called {op[:20]!a}")
        args = tuple(self.tree(a, depth + 1) for a in self.field(data, "args", list))
        low, high = COUNTS[op]
        if not low <= len(args) <= high or not _well_formed(op, args):
            raise json_form_error(f"the arguments of '{op}' do not fit it")
        return JsonTree(op, args, self.name(data, "tensor") if op == "entry" else "")


def _parse_number(value: Any) -> int | Fraction:
    """An integer, or a numerator with its denominator."""
    parts = value if isinstance(value, list) else [value, 1]
    if len(parts) != 2 or any(type(n) is not int or abs(n) > LARGEST_NUMBER for n in parts):
        raise json_form_error("a number that is none, or too large")
    if parts[1] == 0:
        raise json_form_error("a number divided by 0")
    return parts[0] if parts[1] == 1 else Fraction(parts[0], parts[1])


def _well_formed(op: str, args: tuple[JsonTree, ...]) -> bool:
    """Whether binders bind symbols, and nothing else does."""
    if op in {"Sum", "MaxOver", "LogSumExp"}:
        return args[0].op != "limit" and all(a.op == "limit" for a in args[1:])
    if any(a.op == "limit" for a in args):
        return False
    if op == "limit":
        return args[0].op == "symbol"
    if op == "OneHot":
        return args[0].op == "MaxOver" and len(args) == len(args[0].args)
    return op != "Partial" or args[1].op == "entry"
