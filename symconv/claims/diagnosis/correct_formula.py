"""The correct formula: for all entries by the derived equation, and for single entries."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from sympy import Mul, Symbol

from symconv.claims.evaluation.assignment import all_places
from symconv.claims.evaluation.comparison import Question
from symconv.claims.evaluation.index_expressions import Environment, resolve_key, resolve_place
from symconv.claims.model.context import NetworkContext
from symconv.claims.model.errors import NotChecked
from symconv.claims.model.syntax_tree import Differential, TensorReference
from symconv.core.equation import Equation
from symconv.core.errors import SymconvError
from symconv.core.tensor import Tensor
from symconv.notation.presets import entry_name, entry_symbol
from symconv.semantics.entrywise import MOST_SCALARS
from symconv.semantics.run import unroll
from symconv.semantics.work import count_terms

MOST_INDEX_LENGTH = 300
"""The longest index formula in characters that is shown beside a verdict.

It is three lines of a terminal; a longer one is left to `symconv derive`.
"""


def write_correct_formula(question: Question, asked: int, env: Environment) -> str:
    """`dC/dw[m', n'] = sum_{i,j} ...; dC/dw_{0,1} = ...`; one entry alone where it is asked for."""
    forward = find_forward_entry(question, asked, env)
    if forward is not None:
        return write_forward_line(question.context, *forward, named=bool(env))
    general, found = "", None
    with suppress(SymconvError):
        found = find_asked_entry(question, asked, [env])
        if found is not None and (known := write_softmax_formula(question.context, found[0])):
            return known
    entry = write_entry_formulas(question, asked, [env])
    with suppress(SymconvError):
        # An entry that is too long to be written is said by the formula of all of them.
        if found is not None and (env or found[1] is None or not entry):
            general = write_index_formula(question.context, found[0].key)
    return "; ".join(text for text in (general, entry) if text)


def find_forward_entry(
    question: Question, asked: int, env: Environment
) -> tuple[Equation, tuple[int, ...] | None] | None:
    """The equation of the value that a statement is about, and the entry where it names one."""
    context, node = question.context, question.statement.parts[asked]
    if not isinstance(node, TensorReference) or node.kind or node.fresh:
        return None
    with suppress(SymconvError, NotChecked):
        key = resolve_key(node, env, context, "")
        equation = context.forward.equation(key)
        if equation is None or node.indices is None:
            return None if equation is None else (equation, None)
        shape = context.shape(context.tensors[key])
        return equation, resolve_place(node.indices, env, shape, question.options.base, context)
    return None


def write_forward_line(
    context: NetworkContext, equation: Equation, place: tuple[int, ...] | None, *, named: bool
) -> str:
    """`h[i] = sum_{m} k[m] u[i+m]; h_0 = k_0 u_0 + k_1 u_1`; the entry alone where it is meant."""
    from symconv.render.formula.names import collect_names
    from symconv.render.formula.scalars import scalar_text, write_left_side

    general = _write_equation(context, equation) if named or place is None else ""
    entry, tensor = "", context.tensors[equation.key]
    few = count_terms(equation.rhs, context.size_map) <= MOST_ENTRY_TERMS
    if place is not None and few and not context.sizes:
        keep = {t.key for t in context.forward.tensors} - {tensor.key}

        def symbol(of: Tensor, at: tuple[int, ...]) -> Symbol:
            return entry_symbol(of, at, context.notation)

        found = unroll(context.forward, {}, [tensor.key], symbol, keep=keep, limit=MOST_SCALARS)
        names = collect_names(context.forward, context.backward.items, context.notation)
        # A maximum of entries has no text of its own; the general line says what it is.
        with suppress(SymconvError):
            right = scalar_text(found[tensor.key][place], names, ascii_only=True)
            left = write_left_side(entry_name(tensor, place, context.notation), context.notation)
            entry = f"{left} = {right}"
    return "; ".join(text for text in (general, entry) if text)[:MOST_ENTRY_LENGTH]


def write_softmax_formula(context: NetworkContext, tensor: Tensor) -> str:
    """`dL/dz = (softmax(z) - t)/N`, for targets that sum to 1; empty for other derivatives.

    The derived equation has to be that: smoothing, weights and other costs make it another one.
    """
    from symconv.structure.softmax import match_softmax_difference

    cost = context.equation(context.cost)
    if (
        not context.summing
        or cost is None
        or tensor.key not in cost.reads
        or tensor.role == "target"
    ):
        return ""
    (target,) = context.probability_targets
    derivation = context.backward.derivation(tensor.key)
    found = derivation and match_softmax_difference(context.program, derivation.equation)
    if not found or found[0] * Mul(*cost.averaged) != 1:
        return ""
    mean = "*".join(str(n) for n in cost.averaged if n != 1)
    body = f"softmax({tensor.key}) - {target}"
    body = f"({body})/{mean}" if mean else body
    return f"d{context.cost}/d{tensor.key} = {body}, for targets that sum to 1"


def write_index_formula(context: NetworkContext, key: str) -> str:
    """The derived equation of a tensor on one line; empty where it is too long."""
    derivation = context.backward.derivation(key)
    return "" if derivation is None else _write_equation(context, derivation.equation)


def _write_equation(context: NetworkContext, equation: Equation) -> str:
    from symconv.render.formula.arrange import arrange
    from symconv.render.formula.names import collect_names
    from symconv.render.formula.plain import PlainText

    names = collect_names(context.forward, context.backward.items, context.notation)
    plain = PlainText(ascii_only=True).in_notation(context.notation)
    sides = (equation.lhs, equation.rhs)
    text = " = ".join(plain.write(arrange(side, names)) for side in sides)
    return text if len(text) <= MOST_INDEX_LENGTH else ""


MOST_ENTRY_LENGTH = 2_000
"""The longest text of formulas of single entries in characters."""

MOST_ENTRY_TERMS = 300
"""Entries of more terms are not written out: their text would be cut off, and takes seconds."""

MOST_SHOWN = 9
"""How many entries are written out: those of a 3 x 3 kernel."""


def find_asked_entry(
    question: Question, asked: int, envs: Sequence[Environment]
) -> tuple[Tensor, tuple[int, ...] | None] | None:
    """The tensor that the question differentiates by, and the entry where it names one."""
    context, env = question.context, envs[0] if envs else {}
    by = _find_asked_reference(question, asked)
    if by is None:
        return None
    key, place = resolve_key(by, env, context, question.options.delta), None
    if by.indices is not None:
        shape = context.shape(context.tensors[key])
        place = resolve_place(by.indices, env, shape, question.options.base, context)
    return context.tensors[key], place


def _find_asked_reference(question: Question, asked: int) -> TensorReference | None:
    """What the cost is differentiated by, or the error signal that is asked for."""
    for n in question.statement.parts[asked].walk():
        by = n.by if isinstance(n, Differential) else n
        if isinstance(n, Differential) and not (
            isinstance(n.of, TensorReference) and n.of.letter == question.context.cost
        ):
            return None
        if isinstance(by, TensorReference) and (isinstance(n, Differential) or by.kind or by.fresh):
            return by
    return None


def name_subject(question: Question, env: Environment) -> str:
    """What a statement differentiates by: `w_1^1`, or `w^1` where no single entry is meant."""
    context, options = question.context, question.options
    for part in range(len(question.statement.parts)):
        by = _find_asked_reference(question, part)
        if by is None:
            continue
        with suppress(SymconvError):
            tensor = context.tensors.get(resolve_key(by, env, context, options.delta))
            if tensor is None:
                continue
            with suppress(SymconvError):
                place = find_asked_entry(question, part, [env] if env else [])
                if place is not None and place[1] is not None and not context.sizes:
                    return entry_name(tensor, place[1], context.notation)
            return tensor.key
    return ""


def count_entry_terms(context: NetworkContext, key: str) -> int:
    """About how many terms an entry of dC/d(tensor) has, the error signals in it written out."""
    result = context.deltas.get(key)
    known: dict[str, int] = {}
    # In the order of the equations every error signal comes after those that it reads.
    for equation in context.program.derivatives:
        terms = count_terms(equation.rhs, context.size_map)
        inner = max((known.get(k, 1) for k in equation.reads), default=1)
        known[equation.key] = max(known.get(equation.key, 1), terms * inner)
    return known.get(result.key, 1) if result is not None else 1


def write_entry_formulas(question: Question, asked: int, envs: Sequence[Environment]) -> str:
    """`dC/dw_1^1 = ...`, entry by entry at concrete sizes."""
    from symconv.render.formula.names import collect_names
    from symconv.render.formula.scalars import scalar_text, write_left_side
    from symconv.semantics.entrywise import EntrywiseGradients

    context = question.context
    with suppress(SymconvError):
        found = find_asked_entry(question, asked, envs)
        if found is None or context.sizes:
            return ""
        tensor, place = found
        if count_entry_terms(context, tensor.key) > MOST_ENTRY_TERMS:
            return ""
        names = collect_names(context.forward, context.backward.items, context.notation)
        shown = [place] if place is not None else all_places(context, tensor)[:MOST_SHOWN]
        entries = EntrywiseGradients(context.backward, context.notation).entries(tensor, only=shown)
        lefts = [f"d{context.cost}/d{entry_name(tensor, p, context.notation)}" for p in shown]
        texts = [
            f"{write_left_side(left, context.notation)} = "
            f"{scalar_text(entries[p], names, ascii_only=True)}"
            for left, p in zip(lefts, shown, strict=True)
        ]
        return "; ".join(texts)[:MOST_ENTRY_LENGTH]
    return ""
