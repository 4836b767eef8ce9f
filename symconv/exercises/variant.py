"""The variants of an exercise: numbers and questions of each, from one seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from symconv.api import Network
from symconv.core.errors import SymconvError
from symconv.trace import trace_network
from symconv.trace.input_tables import Values
from symconv.trace.record import Trace

from .questions import DrawnQuestion, QuestionMaker, start_draw
from .values import choose_numbers, list_values
from .wrong_answers import MistakeMaker, MistakenValues

MOST_VARIANTS = 500
"""The most variants of one call: more students than a course gives a sheet of their own."""

ATTEMPTS = 5
"""How many numbers are tried at which `check` calls as many answers right as before."""

LARGEST_SEED = 999_999_999
"""Nine digits are more seeds than anybody tries."""


@dataclass(frozen=True)
class Variant:
    """One sheet: its name, such as `07`, its numbers with all that follows, and its questions."""

    name: str
    tables: Values
    trace: Trace
    questions: tuple[DrawnQuestion, ...]


def make_variants(
    network: Network,
    count: int,
    seed: int,
    *,
    told: Callable[[Variant], None] = lambda _variant: None,
) -> list[Variant]:
    """So many variants of an exercise; the same seed makes the same ones on every machine.

    SymconvError where there are none to make: without a cost, with open sizes, for too many.
    """
    names = name_variants(count)
    if not 0 <= seed <= LARGEST_SEED:
        raise SymconvError(f"{seed} is no seed", help=f"a number from 0 to {LARGEST_SEED:,}")
    maker, used, found = MistakeMaker(network), list[Values](), list[Variant]()
    for number, name in enumerate(names, 1):
        for attempt in range(ATTEMPTS):
            again = f" {attempt}" if attempt else ""
            tables = choose_numbers(network, f"numbers {seed} {number}{again}", used)
            used.append(tables)
            trace = trace_network(network, list_values(tables))
            wrong = MistakenValues(maker, tables, trace.values)
            draw = start_draw(f"questions {seed} {number}")
            questions = QuestionMaker(wrong, draw).make_questions()
            # All variants have as many questions, or one file cannot mark them.
            if not found or len(questions) == len(found[0].questions):
                break
        found.append(Variant(name, tables, trace, questions))
        told(found[-1])
    return found


def name_variants(count: int) -> list[str]:
    """The names of so many variants: `01`, `02`; SymconvError for none and for too many."""
    if not 1 <= count <= MOST_VARIANTS:
        raise SymconvError(
            f"{count} variants cannot be made", help=f"take 1 to {MOST_VARIANTS:,}: --variants 30"
        )
    return [f"{n:0{max(2, len(str(count)))}d}" for n in range(1, count + 1)]
