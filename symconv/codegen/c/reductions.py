"""Sums, maxima and their like as loops that keep a running value."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from sympy import Add, Expr, Mul, Sum, Symbol
from sympy.tensor.indexed import Indexed

from symconv.core.errors import Unsupported
from symconv.core.nodes import Equals, LogSumExp, MaxOver, OneHot

from .blocks import BlockWriter
from .model.index_form import place_text
from .scalars import write_entry, write_product, write_scalar

Ranges = list[tuple[Symbol, int]]


def write_reduction(e: Expr, writer: BlockWriter) -> str:
    """The name of the value of a sum, a maximum or a one-hot bracket."""
    match e:
        case Sum():
            # In double precision, which costs nothing where each addition waits for the one before:
            # a mean of thousands would lose three digits.
            total = writer.name_value("sum", "0", "double").text
            accumulate_terms(total, e, writer)
            return writer.name_value("whole", f"(real){total}").text
        case MaxOver():
            return write_maximum(e, writer)
        case OneHot():
            pairs = zip(e.position, write_winner(e.maximum, writer), strict=True)
            same = (f"{place_text(writer.place(p), writer.letters)} == {w}" for p, w in pairs)
            return writer.name_value("chosen", f"(real)({' && '.join(same)})").text
    raise Unsupported(f"no C form is known for {e}")


def accumulate_terms(target: str, e: Expr, writer: BlockWriter) -> None:
    """Write `target += e`, with loops for sums, each product inside of its conditions."""
    if isinstance(e, Sum):
        # The first limit of a sum of SymPy is its innermost one.
        with _open_loops([(v, int(high) + 1) for v, _, high in reversed(e.limits)], e, writer):
            accumulate_terms(target, e.function, writer)
        return
    for term in Add.make_args(e):
        # A sum under a factor is added up on its own, outside of the loops that it is free of.
        if isinstance(term, Sum):
            accumulate_terms(target, term, writer)
            continue
        product = write_product(Mul.make_args(term), writer)
        with _open_condition(product.conditions, writer):
            writer.line(f"{target} += {product.text.text};")


@contextmanager
def _open_loops(ranges: Ranges, e: Sum, writer: BlockWriter) -> Iterator[None]:
    """Loops over indices; one that only a label chooses is that label."""
    with ExitStack() as stack:
        for v, n in ranges:
            label = _chosen_by(v, e)
            if label is None:
                stack.enter_context(writer.loop(v, n))
                continue
            text, conditions = write_entry(label, writer)
            number = text.removeprefix("(real)")
            if conditions:
                number = f"{' && '.join(conditions)} ? {number} : -1"
            value = writer.name_value("label", number, "const int64_t").text
            stack.enter_context(writer.block(f"if ({value} >= 0 && {value} < {n})", v))
            writer.line(f"const int {writer.bind(v, n)} = (int){value};")
        yield


def _chosen_by(v: Symbol, e: Sum) -> Indexed | None:
    """The label that an index has to equal wherever a sum is not 0, read outside of the sum."""
    for factor in Mul.make_args(e.function):
        if isinstance(factor, Equals) and factor.place == v and isinstance(factor.label, Indexed):
            bound = {w for w, _, _ in e.limits}
            if not factor.label.free_symbols & bound:
                return factor.label
    return None


@contextmanager
def _open_condition(conditions: list[str], writer: BlockWriter) -> Iterator[None]:
    if not conditions:
        yield
        return
    writer.guarded = True
    with writer.block(f"if ({' && '.join(conditions)})"):
        yield


def _window(e: MaxOver | LogSumExp) -> Ranges:
    """The indices of a window, the outermost first: ties go to the first entry, row by row."""
    return [(v, int(high) + 1) for v, _, high in e.limits]


@contextmanager
def _window_entry(e: MaxOver | LogSumExp, writer: BlockWriter) -> Iterator[str]:
    """One entry of a window, inside of the conditions without which it is absent."""
    with ExitStack() as stack:
        for v, n in _window(e):
            stack.enter_context(writer.loop(v, n))
        if isinstance(e.function, Indexed):
            text, conditions = write_entry(e.function, writer)
        else:
            text, conditions = write_scalar(e.function, writer).text, []
        stack.enter_context(_open_condition(conditions, writer))
        yield writer.name_value("entry", text).text


def write_maximum(e: MaxOver | LogSumExp, writer: BlockWriter) -> str:
    """The largest entry of a window; NaN where one is, as it is unequal to itself."""
    top = writer.name_value("largest", "-INFINITY", "real").text
    with _window_entry(e, writer) as entry:
        writer.line(f"{top} = {entry} > {top} || {entry} != {entry} ? {entry} : {top};")
    return top


def write_winner(e: MaxOver, writer: BlockWriter) -> list[str]:
    """The indices of the first largest entry of a window, row by row; NaN is larger than all.

    They are -1 where no entry is there; where all are minus infinity the first one wins.
    """
    top = writer.name_value("largest", "-INFINITY", "real").text
    ranges = _window(e)
    best = [writer.name_value(f"best_{v.name}", "-1", "int").text for v, _ in ranges]
    with _window_entry(e, writer) as entry:
        # No branches: which entry wins is as good as random, and a wrong guess costs 20 cycles.
        test = f"({best[0]} < 0) | (!({entry} <= {top}) & ({top} == {top}))"
        won = writer.name_value("won", test, "const int").text
        writer.line(f"{top} = {won} ? {entry} : {top};")
        for name, (v, _) in zip(best, ranges, strict=True):
            writer.line(f"{name} = {won} ? {writer.letters[v]} : {name};")
    return best


def write_log_sum_exp(e: LogSumExp, writer: BlockWriter) -> tuple[str, str]:
    """The largest entry, and log(sum(exp(entry - largest))): their sum is log(sum(exp(entry))).

    So no exponential overflows. Two passes over the window, as the largest entry has to be known
    before the first exponential.
    """
    known = writer.recall((e, "largest")), writer.recall((e, "log"))
    if known[0] is not None and known[1] is not None:
        return known[0], known[1]
    with writer.outside(e):
        top = write_maximum(e, writer)
        total = writer.name_value("total", "0", "double").text
        with _window_entry(e, writer) as entry:
            writer.line(f"{total} += real_exp({entry} - {top});")
        log = writer.name_value("log_total", f"real_log((real){total})").text
        writer.remember((e, "largest"), top)
        writer.remember((e, "log"), log)
    return top, log
