"""Claims about sizes alone: H_h = floor((H - k)/s) + 1, decided for all sizes.

A side is a rational function of the sizes, perhaps with floors. Equal for all sizes is what has one
normal form; different is what some sizes show. A formula without the floor is right where the
strides divide, which is tried at sizes of which that holds, small and large.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from random import Random

from sympy import Expr, Symbol

from symconv.claims.evaluation.comparison import Question
from symconv.claims.evaluation.index_expressions import evaluate_index
from symconv.claims.model import verdict as v
from symconv.claims.model.budget import OPERATION_STEPS, spend
from symconv.claims.model.context import NetworkContext
from symconv.claims.model.evidence import PROVED, TESTED, Evidence
from symconv.claims.model.extents import spell_extent
from symconv.claims.model.substitution import replace_nodes
from symconv.claims.model.syntax_tree import (
    BinaryExpression,
    Exponentiation,
    FunctionCall,
    Identifier,
    Numeral,
    Statement,
    SyntaxNode,
    UnaryMinus,
)
from symconv.claims.model.verdict import Cause, Verdict
from symconv.core.equation import Program, SizeDefinition
from symconv.core.errors import SymconvError
from symconv.semantics.index_arithmetic import evaluate_size
from symconv.semantics.sizes import SizeDraws

from .agreement import Agreement, describe_proof

ROUNDED = {"floor", "ceil"}
SIZE_NODES = (Numeral, Identifier, UnaryMinus, BinaryExpression, Exponentiation, FunctionCall)
PRODUCTS = {"+", "-", "*", "/", ""}
EXACT = Evidence(TESTED, ("the sizes of the network, worked out exactly",), choices=1)
UNDECIDED = "equal at all sizes that were tried; no proof was found that it is so for all sizes"

DRAWS = 60
"""At how many sizes a difference is looked for: wrong formulas differ at most of them."""

DIVIDING, LARGEST = 24, 2**40
"""How many sizes are tried that the strides divide, half of them small and half of them this large.

Two polynomials of degree 10 that differ agree at a random large size once in 2^36.
"""

SMALL, RETRIES = 5, 40
"""Small sizes are at most so large; how many draws may leave a size that is not positive."""

STRIDE_DIVIDES = "stride_divides"


def is_size_claim(statement: Statement, context: NetworkContext) -> bool:
    """Whether every letter of a statement is a size, and there is one."""
    nodes = [n for part in statement.parts for n in part.walk()]
    names = [n for n in nodes if isinstance(n, Identifier)]
    return (
        bool(names)
        and set(statement.marks) == {"="}
        and all(isinstance(n, SIZE_NODES) for n in nodes)
        and all(n.name in context.size_names for n in names)
        and all(n.function in ROUNDED for n in nodes if isinstance(n, FunctionCall))
        and all(n.operator in PRODUCTS for n in nodes if isinstance(n, BinaryExpression))
    )


def judge_sizes(question: Question, agreement: Agreement) -> Verdict:
    """The verdict on a claim about sizes: at the network's own, or at all where they are open."""
    context, parts = question.context, question.statement.parts
    if not context.sizes:
        values = [evaluate_index(p, {}, context) for p in parts]
        off = next((n for n, x in enumerate(values) if x is None or x != values[0]), None)
        if off is None:
            return Verdict(v.RIGHT, evidence=EXACT)
        truth, causes = _write_values(question, values, off), tuple(_other_rounding(question, off))
        return Verdict(v.WRONG, causes=causes, truth=truth)
    covered: list[str] = []
    for n in range(1, len(parts)):
        if agreement.prove(n):
            covered.append(describe_proof(agreement.proofs[n]))
            continue
        return _judge_unproved(question, n)
    return Verdict(v.RIGHT, evidence=Evidence(PROVED, tuple(dict.fromkeys(covered))))


def _other_rounding(question: Question, n: int) -> Iterator[Cause]:
    """That part n rounds the wrong way, where it is right with floor and ceiling exchanged."""
    part, context = question.statement.parts[n], question.context
    rounded = [x for x in part.walk() if isinstance(x, FunctionCall) and x.function in ROUNDED]
    other = {"floor": "ceil", "ceil": "floor"}
    table: dict[SyntaxNode, SyntaxNode] = {
        x: replace(x, function=other[x.function]) for x in rounded
    }
    first = evaluate_index(question.statement.parts[0], {}, context)
    if table and evaluate_index(replace_nodes(part, table), {}, context) == first:
        yield Cause("rounding_direction", "rounded the wrong way: floor and ceiling are exchanged")


def _write_values(question: Question, values: list[Fraction | int | None], off: int) -> str:
    """What the first size of a chain is, and the part that is something else."""
    named = question.statement.parts[0]
    left = spell_extent(named.name) if isinstance(named, Identifier) else "the left side"
    return f"{left} = {values[0]}" + (f", and yours is {values[off]}" if values[off] else "")


def _judge_unproved(question: Question, n: int) -> Verdict:
    example = next(_find_differences(question, n), "")
    if not example:
        return Verdict(v.UNDETERMINED, notes=(UNDECIDED,))
    causes = tuple(_divisibility(question, n))
    return Verdict(
        v.CONDITION if causes else v.WRONG,
        causes=causes,
        truth=_correct_sizes(question),
        counterexample=example,
    )


def _find_differences(question: Question, n: int) -> Iterator[str]:
    """Sizes of the network at which part n is not the first part, as text."""
    draws = SizeDraws(question.context.forward)
    for seed in range(DRAWS):
        try:
            sizes = draws.pick(seed)
        except SymconvError:
            return
        left, right = (_evaluate(question, k, sizes) for k in (0, n))
        if left is None or left != right:
            free = question.context.forward.free_sizes
            where = ", ".join(f"{s} = {sizes[s]}" for s in free)
            yield f"{where}: true {left}, yours {'no number' if right is None else right}"


def _evaluate(question: Question, n: int, sizes: Mapping[Symbol, int]) -> Fraction | int | None:
    """One part at other sizes."""
    context = question.context
    part: SyntaxNode = question.statement.parts[n]
    spend(OPERATION_STEPS * sum(1 for _ in part.walk()))
    names = {str(s).replace("_", ""): value for s, value in sizes.items()}
    stand_ins = {k: e for k, e in context.size_expressions.items() if k not in names}
    with suppress(SymconvError):
        names |= {k: int(evaluate_size(e, sizes)) for k, e in stand_ins.items()}
        return evaluate_index(part, names, context)
    return None


def _divisibility(question: Question, n: int) -> Iterator[Cause]:
    """That the strides divide, where the claim is right at all sizes of which this holds."""
    program = question.context.forward
    used = _definitions_in(question, program)
    if not used:
        return
    for seed in range(DIVIDING):
        sizes = _draw_dividing(program, Random(seed), large=seed % 2 == 1)  # noqa: S311
        if sizes is None:
            return
        left, right = (_evaluate(question, k, sizes) for k in (0, n))
        if left is None or left != right:
            return
    said = " and ".join(f"{d.stride} divides {d.numerator}" for d in used)
    text = f"right where {said}; otherwise this layer rounds down"
    yield Cause(STRIDE_DIVIDES, text, condition=True)


def _definitions_in(question: Question, program: Program) -> list[SizeDefinition]:
    """The definitions of the sizes that a statement speaks of, and of those that they need."""
    nodes = (n for part in question.statement.parts for n in part.walk())
    expressions = question.context.size_expressions
    names = {n.name for n in nodes if isinstance(n, Identifier)}
    symbols = {s for name, e in expressions.items() if name in names for s in _symbols(e)}
    symbols |= {d.symbol for d in program.sizes if str(d.symbol).replace("_", "") in names}
    found = []
    for definition in reversed(program.sizes):
        if definition.symbol in symbols:
            symbols |= _symbols(definition.numerator)
            if definition.stride != 1:
                found.append(definition)
    return found[::-1]


def _draw_dividing(program: Program, random: Random, *, large: bool) -> dict[Symbol, int] | None:
    """Sizes at which every stride divides what it is to divide; None where none are found.

    From the last layer to the first: its output is drawn, and what it slides over follows.
    """
    most = LARGEST if large else SMALL
    defined = {d.symbol for d in program.sizes}
    for _ in range(RETRIES):
        sizes: dict[Symbol, int] = {}
        for definition in reversed(program.sizes):
            sizes.setdefault(definition.symbol, random.randint(1, most))
            if not _solve(definition, sizes, defined, random, most):
                break
        else:
            for symbol in program.free_sizes:
                sizes.setdefault(symbol, random.randint(1, most))
            if all(value >= (1 if s.is_positive else 0) for s, value in sizes.items()):
                return sizes
    return None


def _solve(
    definition: SizeDefinition,
    sizes: dict[Symbol, int],
    defined: set[Symbol],
    random: Random,
    most: int,
) -> bool:
    """Choose the letters of a definition so that its stride divides its numerator."""
    numerator: Expr = definition.numerator
    letters = sorted(_symbols(numerator) | _symbols(definition.stride), key=str)
    apart = _symbols(definition.stride) | sizes.keys()
    alone = [s for s in letters if s not in apart and numerator.coeff(s) == 1]
    solved = next((s for s in alone if s in defined), alone[0] if alone else None)
    for symbol in letters:
        if symbol != solved and symbol not in sizes:
            # A window is smaller than what it slides over.
            least = 1 if symbol.is_positive else 0
            sizes[symbol] = random.randint(least, max(SMALL, int(most**0.25)))
    wanted = evaluate_size(definition.stride, sizes) * (sizes[definition.symbol] - 1)
    if solved is None:
        return evaluate_size(numerator, sizes) == wanted
    sizes[solved] = 0
    sizes[solved] = int(wanted - evaluate_size(numerator, sizes))
    return sizes[solved] > 0


def _symbols(e: Expr) -> set[Symbol]:
    return {s for s in e.free_symbols if isinstance(s, Symbol)}


def _correct_sizes(question: Question) -> str:
    """`H_h = floor((H - a)/s) + 1`, for the size on the left."""
    left, context = question.statement.parts[0], question.context
    if not isinstance(left, Identifier):
        return ""
    symbols = {str(s).replace("_", ""): s for s, _ in context.sizes}
    name = spell_extent(left.name)
    extent = context.size_expressions.get(left.name, symbols.get(left.name))
    for definition in context.forward.sizes:
        if extent == definition.symbol:
            return f"{name} = floor(({definition.numerator})/{definition.stride}) + 1"
    return "" if extent is None else f"{name} = {extent}"
