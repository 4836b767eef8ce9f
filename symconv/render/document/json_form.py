"""Derivations as data: every formula as a tree, as text and as LaTeX."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sympy import Expr, Integer, Rational, Symbol
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation, Program, Ranges
from symconv.core.nodes import NamedNumber, Partial
from symconv.core.proof import Derivation, Ending, equation_of, number_equations
from symconv.core.tensor import key_of
from symconv.notation.presets import Notation
from symconv.render.formula.arrange import arrange
from symconv.render.formula.latex import Latex
from symconv.render.formula.names import DisplayNames, collect_names
from symconv.render.formula.plain import PlainText
from symconv.render.formula.scalars import scalar_latex, scalar_text
from symconv.structure.operation_counts import EquationCost

from .detail import Detail, DisplayStep, group_steps
from .endings import add_ending_names
from .markup_settings import TEXT
from .scalar_displays import ScalarEquation
from .symbol_notes import Sentence

Json = dict[str, Any]
Structure = Mapping[str, tuple[Sentence, ...]]


def tree_json(e: Expr) -> Json:  # noqa: PLR0911 - one for every kind of node
    """A formula as `{"op": ..., "args": [...]}`; leaves carry a name or a value instead of args.

    A number with a name, such as epsilon, carries both. Indices start at 0 here whatever the
    notation. The limits of a sum or maximum are its arguments after the body, the innermost first,
    each `{"op": "limit", "args": [variable, first, last]}`.
    """
    if isinstance(e, Symbol):
        return {"op": "symbol", "name": e.name}
    if isinstance(e, Integer):
        return {"op": "integer", "value": int(e)}
    if isinstance(e, Rational):
        return {"op": "rational", "value": [int(e.p), int(e.q)]}
    if isinstance(e, NamedNumber):
        return tree_json(e.value) | {"name": e.name}
    if isinstance(e, Indexed):
        return {"op": "entry", "tensor": key_of(e), "args": [tree_json(i) for i in e.indices]}
    if isinstance(e, ExprWithLimits):
        limits = [
            {"op": "limit", "args": [tree_json(part) for part in limit]} for limit in e.limits
        ]
        return {"op": type(e).__name__, "args": [tree_json(e.function), *limits]}
    arguments = sorted(e.args, key=str) if e.is_Add or e.is_Mul else e.args
    return {"op": e.func.__name__, "args": [tree_json(cast("Expr", a)) for a in arguments]}


def derivation_json(  # noqa: PLR0913 - the words of a document
    program: Program,
    backward: Sequence[Derivation | Equation],
    notation: Notation,
    *,
    title: str,
    conventions: Sequence[str] = (),
    unrolled: Sequence[ScalarEquation] = (),
    detail: Detail = "full",
    structure: Structure | None = None,
    why_sizes: Sequence[Sentence] = (),
    endings: Mapping[str, Ending] | None = None,
    costs: Sequence[EquationCost] = (),
) -> Json:
    """Forward equations and derivations, numbered as in every document."""
    ended = tuple((endings or {}).values())
    names = add_ending_names(collect_names(program, backward, notation), ended)
    numbers = number_equations(program, backward)
    scribe = TEXT.lettered(notation)
    return {
        "title": title,
        "conventions": list(conventions),
        "notation": notation.name,
        "index_base": notation.index_base,
        "index_letters": dict(notation.shown_letters),
        "tensors": tensors_json(program, backward) + named_tensors_json(ended),
        "parameters": parameters_json(program, backward),
        "sizes": [
            {
                "symbol": s.symbol.name,
                "numerator": tree_json(s.numerator),
                "stride": tree_json(s.stride),
            }
            for s in program.sizes
        ],
        "forward": [equation_json(e, names, numbers) for e in program.equations],
        "backward": [
            backward_json(item, names, numbers, detail)
            | {
                "structure": [
                    scribe.mixed(s) for s in (structure or {}).get(equation_of(item).key, ())
                ]
            }
            for item in backward
        ],
        "endings": [ending_json(ending, names, detail) for ending in ended],
        "why_sizes": [scribe.mixed(sentence) for sentence in why_sizes],
        "detail": detail,
        "unrolled": [{"left": left} | scalar_json(e, names) for left, e in unrolled],
    } | ({"costs": [cost_json(c, names, numbers) for c in costs]} if costs else {})


def tensors_json(program: Program, backward: Sequence[Derivation | Equation]) -> list[Json]:
    """Every tensor with its shape and its role, those of the backward pass included."""
    found: dict[str, tuple[str, tuple[Expr, ...]]] = {
        t.key: (t.role, t.shape) for t in program.tensors
    }
    for item in backward:
        equation = equation_of(item)
        formulas = [s.after for s in item.steps] if isinstance(item, Derivation) else []
        for access in {a for e in (equation.lhs, *formulas) for a in e.atoms(Indexed)}:
            key = key_of(access)
            role = key.split(maxsplit=1)[0] if " " in key else "mask"
            found.setdefault(key, (role, access.base.shape))
        if isinstance(item, Derivation) and isinstance(item.steps[0].before, Partial):
            of = item.steps[0].before.of
            cost = key_of(of) if isinstance(of, Indexed) else ""
            found.setdefault(cost, ("cost", (Integer(1),)))
    return [
        {"key": key, "role": role, "shape": [tree_json(n) for n in shape]}
        for key, (role, shape) in sorted(found.items())
    ]


def parameters_json(program: Program, backward: Sequence[Derivation | Equation]) -> list[Json]:
    """The sizes that a person may choose, each with the least value that it may have."""
    equations = (*program.equations, *(equation_of(item) for item in backward))
    shapes = [n for t in program.tensors for n in t.shape]
    shapes += [part for s in program.sizes for part in (s.numerator, s.stride)]
    symbols = {s for n in shapes for s in n.atoms(Symbol)}
    symbols |= {s for e in equations for s in (e.lhs.atoms(Symbol) | e.rhs.atoms(Symbol))}
    defined = {s.symbol for s in program.sizes}
    free = sorted((s for s in symbols - defined if s.is_nonnegative), key=str)
    return [{"symbol": s.name, "least": 1 if s.is_positive else 0} for s in free]


def backward_json(
    item: Derivation | Equation,
    names: DisplayNames,
    numbers: dict[str, int],
    detail: Detail = "full",
) -> Json:
    """A derivation with its steps; a bare equation has none."""
    steps = group_steps(item.steps, detail) if isinstance(item, Derivation) else ()
    of = item.of.key if isinstance(item, Derivation) else None
    via = [e.key for e in item.via] if isinstance(item, Derivation) else []
    result = equation_json(equation_of(item), names, numbers)
    return result | {"of": of, "through": via, "steps": [step_json(s, names) for s in steps]}


def equation_json(equation: Equation, names: DisplayNames, numbers: dict[str, int]) -> Json:
    """An equation: key, number, layer in words, both sides, ranges of the free indices."""
    return {
        "key": equation.key,
        "number": numbers[equation.key],
        "title": equation.title,
        "left": formula_json(equation.lhs, names),
        "right": formula_json(equation.rhs, names),
        "ranges": ranges_json(equation.ranges),
    }


def ranges_json(ranges: Ranges) -> list[Json]:
    """The free indices and their extents."""
    return [{"index": v.name, "extent": tree_json(n)} for v, n in ranges]


def step_json(step: DisplayStep, names: DisplayNames) -> Json:
    """One rule applied, or several that are shown as one."""
    return {
        "rule": ", ".join(step.rules),
        "rules": list(step.rules),
        "before": formula_json(step.before, names),
        "after": formula_json(step.after, names),
        "reason": step.reason,
        "conditions": list(step.conditions),
    }


def cost_json(cost: EquationCost, names: DisplayNames, numbers: dict[str, int]) -> Json:
    """The operations and the bytes of an equation."""
    return {
        "key": cost.equation.key,
        "number": numbers[cost.equation.key],
        "operations": formula_json(cost.operations, names),
        "bytes": formula_json(cost.bytes, names),
    }


def named_tensors_json(endings: Sequence[Ending]) -> list[Json]:
    """What endings give a name to, once each."""
    found = {t.key: t for ending in endings for t in ending.tensors}
    return [
        {"key": key, "role": "named", "shape": [tree_json(n) for n in found[key].shape]}
        for key in sorted(found)
    ]


def ending_json(ending: Ending, names: DisplayNames, detail: Detail = "full") -> Json:
    """The steps from a result to a textbook's last line, and the names in them."""
    return {
        "key": ending.equation.key,
        "definitions": [
            {
                "title": e.title,
                "left": formula_json(e.lhs, names),
                "right": formula_json(e.rhs, names),
                "ranges": ranges_json(e.ranges),
            }
            for e in ending.definitions
        ],
        "unit_sums": [{"tensor": s.key, "axis": s.axis} for s in ending.unit_sums],
        "steps": [step_json(s, names) for s in group_steps(ending.steps, detail)],
        "right": formula_json(ending.equation.rhs, names),
    }


def scalar_json(e: Expr, names: DisplayNames) -> Json:
    """A scalar formula in every form."""
    latex, text = scalar_latex(e, names), scalar_text(e, names)
    return {"tree": tree_json(e), "text": text, "latex": latex}


def formula_json(e: Expr, names: DisplayNames) -> Json:
    """A formula in every form."""
    form = arrange(e, names)
    writers = PlainText().in_notation(names.notation), Latex().in_notation(names.notation)
    text, latex = (writer.write(form) for writer in writers)
    return {"tree": tree_json(e), "text": text, "latex": latex}
