"""What the program's exit codes say: one table, from which the help and the README have theirs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended."""

    RIGHT = 0
    WRONG = 1
    UNREAD = 2
    OPEN = 3
    NO_FORMULA = 5
    FAULT = 70
    """An internal software error, as in sysexits.h; never 1, which is an answer."""
    INTERRUPTED = 130
    """128 and the number of the signal of Ctrl-C, as shells have it."""
    UNHEARD = 141
    """128 and the number of SIGPIPE, as shells have it: nobody reads on.

    It is not 0, which would say that a claim is right.
    """


MEANINGS = {
    ExitCode.RIGHT: "everything was judged and is right",
    ExitCode.WRONG: "something is wrong, or right under a condition only",
    ExitCode.UNREAD: "something was not read, or the command was not used as it should be",
    ExitCode.OPEN: "something is undetermined, over budget or not checked",
    ExitCode.NO_FORMULA: "a text without any formula",
    ExitCode.FAULT: "a fault of symconv",
    ExitCode.INTERRUPTED: "interrupted",
    ExitCode.UNHEARD: "nobody reads the output",
}
"""The table. Where several apply, to one text or to several, the first of PRECEDENCE is taken."""

PRECEDENCE = (
    ExitCode.FAULT, ExitCode.WRONG, ExitCode.UNREAD, ExitCode.OPEN, ExitCode.NO_FORMULA,
    ExitCode.RIGHT,
)  # fmt: skip


def combine_exit_codes(codes: Iterable[ExitCode]) -> ExitCode:
    """The code of several texts together; that of a text without a formula where there is none."""
    found = set(codes)
    return next((code for code in PRECEDENCE if code in found), ExitCode.NO_FORMULA)


def describe_exit_codes(codes: Sequence[ExitCode] = tuple(MEANINGS)) -> str:
    """`0 everything was judged and is right; 1 ...` in one line."""
    return "; ".join(f"{code.value} {MEANINGS[code]}" for code in codes)
