"""What of a model has no layer: gathered with its places, and said all at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from symconv.core.errors import SymconvError
from symconv.core.printable import escape_line, quote_text

LONGEST_WORD = 80
"""How much of a name out of a file is repeated."""


class NotImportedError(Exception):
    """An operation, or an option of one, that no layer and no equation stands for."""


MALFORMED = (ArithmeticError, LookupError, TypeError, ValueError)
"""What calculating with the options of a file ends in where they are none: a stride of 0, an axis
that is not there, a list where a number stands."""


@contextmanager
def refuse_malformed() -> Iterator[None]:
    """NotImportedError where options cannot be calculated with."""
    try:
        yield
    except MALFORMED as error:
        raise NotImportedError(f"its options make no sense ({type(error).__name__})") from error


@dataclass
class Refusals:
    """The operations that were refused so far."""

    found: list[str] = field(default_factory=list)

    @contextmanager
    def at(self, place: str) -> Iterator[None]:
        """Gather a refusal of the operation at a place."""
        try:
            with refuse_malformed():
                yield
        except NotImportedError as error:
            self.found.append(escape_line(f"{place}: {error}"))
        except SymconvError as error:
            self.found.append(escape_line(f"{place}: {error.message}"))

    def raise_any(self, source: str) -> None:
        """SymconvError with every refusal, one after the other, where there is any."""
        if not self.found:
            return
        count = len(self.found)
        what = "one operation has" if count == 1 else f"{count} operations have"
        raise ModelError(
            f"the model of {source} cannot be imported, as {what} no layer here:", self.found
        )


MOST_REFUSALS = 100
"""How many refusals are listed: nobody reads on, and a file may have as many as it likes."""


class ModelError(SymconvError):
    """The refusal of a model; `refused` has a line for each operation."""

    def __init__(self, message: str, refused: list[str]) -> None:
        super().__init__(message)
        self.refused = tuple(refused)

    def __str__(self) -> str:
        more = len(self.refused) - MOST_REFUSALS
        lines = [self.message, *(f"  - {line}" for line in self.refused[:MOST_REFUSALS])]
        return "\n".join(lines + ([f"  - and {more} more"] if more > 0 else []))


def quote_name(name: object) -> str:
    """A name out of a file, as a message may show it."""
    return quote_text(str(name), LONGEST_WORD)
