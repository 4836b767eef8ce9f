"""Sums, maxima and their like as loops that keep a running value."""

from __future__ import annotations

from sympy import Expr, Sum
from sympy.tensor.indexed import Indexed

from symconv.codegen.python.layout import TAB
from symconv.codegen.python.module import make_code
from symconv.codegen.python.text import ADD, ATOM, COMPARE, PythonText
from symconv.core.equation import Ranges
from symconv.core.nodes import LogSumExp, MaxOver, OneHot

from .entries import write_entry
from .scalars import write_scalar
from .writer import LoopWriter


def write_reduction(e: Expr, writer: LoopWriter) -> str:
    """The name of the value of a sum, a maximum, a log-sum-exp or a one-hot bracket."""
    match e:
        case Sum():
            # Not at the top: sums hold formulas and formulas hold sums, so that files import each
            # other in a ring.
            from .accumulate import accumulate_terms

            total = writer.fresh("total")
            writer.line(f"{total} = 0")
            accumulate_terms(total, e, writer)
            return total
        case MaxOver():
            return write_maximum(e, writer)
        case OneHot():
            pairs = zip(e.position, write_argmax(e.maximum, writer), strict=True)
            same = " and ".join(f"{writer.size(p).text} == {w}" for p, w in pairs)
            return writer.named("chosen", PythonText(f"1 if {same} else 0", COMPARE)).text
        case LogSumExp():
            top, log = write_log_sum_exp(e, writer)
            return writer.named("log_sum", PythonText(f"{top} + {log}", ADD)).text
    raise AssertionError(e)


def window_ranges(e: MaxOver | LogSumExp) -> Ranges:
    """The indices that a window binds, the outermost first.

    Other than in a sum, the first limit is the outermost: ties go to the first entry, row by row.
    """
    return tuple((v, high + 1) for v, _, high in e.limits)


def write_maximum(e: MaxOver | LogSumExp, writer: LoopWriter) -> str:
    """The largest entry of a window."""
    value = writer.fresh("largest")
    # What is absent under a maximum is -inf, not 0.
    writer.line(f"{value} = -np.inf")
    with writer.loop(window_ranges(e)):
        name, needed = _window_entry(e, writer)
        with writer.guard(list(needed)):
            # Other than `max`, it gives NaN whichever of the two is NaN.
            writer.line(f"{value} = np.maximum({value}, {name})")
    return value


def write_argmax(e: MaxOver, writer: LoopWriter) -> list[str]:
    """The indices of the first largest entry of a window, row by row."""
    value, start = writer.fresh("largest"), "0"
    best = [writer.fresh(f"best_{v.name.rstrip(chr(39))}") for v in e.variables]
    begin, depth = len(writer.body), writer.depth
    with writer.loop(window_ranges(e)):
        name, needed = _window_entry(e, writer)
        # Only what is larger wins: of equal entries the first, as `argmax` has it. NaN is larger
        # than all, and nothing is larger than NaN.
        larger = f"not {name} <= {value}"
        if needed:
            # Minus infinity wins where it is the first entry that is there.
            larger, start = f"({best[0]} < 0 or {larger})", "-1"
        with writer.guard([*needed, larger, f"{value} <= np.inf"]):
            here = [writer.here(v) for v in e.variables]
            writer.line(f"{', '.join((value, *best))} = {', '.join((name, *here))}")
    starts = ", ".join(("-np.inf", *(start for _ in best)))
    line = f"{TAB * depth}{', '.join((value, *best))} = {starts}"
    writer.body.insert(begin, make_code([line]))
    return best


def _window_entry(e: MaxOver | LogSumExp, writer: LoopWriter) -> tuple[str, tuple[str, ...]]:
    """One entry of a window, and the conditions without which it is absent."""
    if isinstance(e.function, Indexed):
        found = write_entry(e.function, writer)
        return found.text, found.conditions
    value = write_scalar(e.function, writer)
    return (value if value.strength == ATOM else writer.named("entry", value)).text, ()


def write_log_sum_exp(e: LogSumExp, writer: LoopWriter) -> tuple[str, str]:
    """The largest entry, and log(sum(exp(entry - largest))): their sum is log(sum(exp(entry))).

    So no exponential overflows. Added up they would have the digits of the largest entry: who
    subtracts them from an entry takes them one by one.

    Two passes over the window, as the largest entry has to be known before the first exponential.
    """
    known = (e, "largest"), (e, "log")
    if known[0] in writer.memory:
        return writer.memory[known[0]], writer.memory[known[1]]
    top, total = write_maximum(e, writer), writer.fresh("total")
    writer.line(f"{total} = 0")
    # The second loop stands behind the first and may have its letters.
    writer.taken -= {writer.indices.pop(v) for v in e.variables}
    with writer.loop(window_ranges(e)):
        name, needed = _window_entry(e, writer)
        with writer.guard(list(needed)):
            writer.line(f"{total} += np.exp({name} - {top})")
    log = writer.named("log_total", PythonText(f"np.log({total})", ATOM)).text
    writer.memory[known[0]], writer.memory[known[1]] = top, log
    return top, log
