"""Assignments to test in: random residues, variables, rational numbers, a person's values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

from symconv.claims.model.context import NetworkContext, Shape
from symconv.claims.model.errors import MOST_DIGITS, MOST_VALUES, ClaimError
from symconv.claims.model.vocabulary import RATES
from symconv.core.errors import SymconvError
from symconv.core.tensor import Tensor, normalize_name
from symconv.notation.presets import entry_name
from symconv.semantics.index_arithmetic import Place

from .assignment import Assignment, IncompleteTable, all_places, leaf_tensors, list_labels
from .interval_algebra import IntervalAlgebra
from .modular_field import Gates, ModularField, Undefined
from .pattern_algebra import PatternAlgebra
from .polynomial_algebra import Polynomial, PolynomialAlgebra, make_variable
from .rational_algebra import Rationals
from .residues import PRIME
from .summing_targets import make_targets_sum

Values = Mapping[str, Any]
ExactAlgebra = Rationals | IntervalAlgebra
DEEPEST = 8
"""How deep lists of values may be nested. A batch of 3-D images with channels has 5 axes."""

RATIO = re.compile(r"[+-]?[0-9]{1,18}/[0-9]{1,18}")


@dataclass(frozen=True)
class GivenEntries:
    """Single entries of a tensor, by place."""

    cells: Mapping[Place, Fraction]


def assign_residues(  # noqa: PLR0913 - a draw depends on exactly these
    context: NetworkContext,
    seed: int,
    gates: Gates = "free",
    kind: type[ModularField] = ModularField,
    *,
    prime: int = PRIME,
    patterns: bool = False,
    roots: bool = False,
) -> Assignment:
    """Random residues for everything that is left open.

    Labels are every class at once where gates are free, and take the classes seed by seed where
    they are not. With `patterns`, every number depends on the choices that the network makes. With
    `roots`, square roots have values; those of the network do anyway.
    """
    random = Random(seed)  # noqa: S311 - test numbers, not secrets
    modular = kind(seed, gates, prime, roots=roots or context.has_roots)
    field = PatternAlgebra(modular) if patterns else modular

    def draw() -> Any:
        return field.entry(modular.residue(random.randrange(prime)))

    given = {t.key: {p: draw() for p in all_places(context, t)} for t in leaf_tensors(context)}
    for key, labels in list_labels(context).items():
        for number, place in enumerate(given[key]):
            fixed = modular.number(labels[(seed + number) % len(labels)])
            free = gates == "free"
            given[key][place] = field.label((key, place), labels) if free else fixed
    make_targets_sum(context, given, modular.number(1))
    rates = {name: draw() for name in sorted(RATES)}
    rates["rate"] = rates["eta"]
    assignment = Assignment(context, field, given, context.program, rates)
    if gates in {"open", "shut"}:
        # With open and shut gates the first number asked for decides its side, and the network's
        # own run has to ask first, before the claim does.
        last = context.before_cost
        key = context.cost if context.equation(context.cost) is not None or not last else last.key
        with suppress(Undefined):
            assignment.table(key)
    return assignment


def assign_variables(context: NetworkContext, *, signals: bool = True) -> Assignment:
    """Every forward entry is a variable; so is the error signal of the cost, if `signals`."""
    given: dict[str, dict[Place, Polynomial]] = {}
    for tensor in context.program.tensors:
        if tensor.role in {"input", "parameter", "target", "value", "mask"} or (
            tensor.role == "delta" and context.equation(tensor.key) is None
        ):
            given[tensor.key] = {
                p: make_variable(entry_name(tensor, p, context.notation))
                for p in all_places(context, tensor)
            }
    make_targets_sum(context, given, make_variable("one") * 0 + 1)
    rates = {name: make_variable(name) for name in sorted(RATES)} | {"rate": make_variable("eta")}
    assignment = Assignment(context, PolynomialAlgebra(), given, context.program, rates)
    if signals:
        _name_cost_signal(assignment, given)
    return Assignment(context, PolynomialAlgebra(), given, context.program, rates)


def _name_cost_signal(assignment: Assignment, given: dict[str, dict[Place, Polynomial]]) -> None:
    """D = c (o - t) becomes a name, and the target t = o - d/c, so that d can be divided out."""
    for target in assignment.context.targets:
        for tensor in assignment.context.deltas.values():
            if tensor.role != "delta" or tensor.shape != target.shape:
                continue
            targets, signals = dict(given[target.key]), dict[Place, Polynomial]()
            table = assignment.table(tensor.key)
            for place, value in table.items():
                name = entry_name(target, place, assignment.context.notation)
                slope = value.table.get(((name, 1),)) if isinstance(value, Polynomial) else None
                if slope is None or any(name == n and p != 1 for m in value.table for n, p in m):
                    break
                signal = make_variable(entry_name(tensor, place, assignment.context.notation))
                rest = value + make_variable(name) * -slope
                targets[place] = (signal + rest * -1) * (1 / slope)
                signals[place] = signal
            if len(signals) == len(table):
                given |= {target.key: targets, tensor.key: signals}
            break


def assign_rationals(
    context: NetworkContext,
    given: Mapping[str, Mapping[Place, int | Fraction]],
    algebra: ExactAlgebra | None = None,
) -> Assignment:
    """An assignment of the rational numbers `given`; the learning rate is 1/2."""
    rates = {name: Fraction(1, 2) for name in sorted(RATES)} | {"rate": Fraction(1, 2)}
    return Assignment(context, algebra or Rationals(), given, context.program, rates)


def assign_values(
    context: NetworkContext, values: Values, algebra: ExactAlgebra | None = None
) -> Assignment:
    """A person's values: tensors of the network by name, and further arrays."""
    given: dict[str, dict[Place, Fraction]] = {}
    extra: dict[str, tuple[Shape, dict[Place, Fraction]]] = {}
    scalars: dict[str, Fraction] = {}
    for name, value in values.items():
        key = match_tensor_key(name, context)
        if isinstance(value, GivenEntries):
            if key is not None:
                given[key] = _order_given_entries(value, context.program.tensor(key), context)
            continue
        shape, entries = parse_numbers(name, value)
        if name in RATES and key is None:
            scalars |= {name: entries[0], "rate": entries[0]}
        elif key is None:
            extra[name] = (shape, dict(zip(product(*map(range, shape)), entries, strict=True)))
        else:
            tensor = context.program.tensor(key)
            given[key] = fit_entries(name, entries, shape, tensor, context)
    return Assignment(context, algebra or Rationals(), given, context.program, scalars, extra)


def _order_given_entries(
    value: GivenEntries, tensor: Tensor, context: NetworkContext
) -> dict[Place, Fraction]:
    """All entries of a tensor in their order, or those that are known."""
    wanted = all_places(context, tensor)
    missing = [p for p in wanted if p not in value.cells]
    if missing:
        name = entry_name(tensor, missing[0], context.notation)
        return IncompleteTable(dict(value.cells), name, frozenset(missing))
    return {p: value.cells[p] for p in wanted}


def match_tensor_key(name: str, context: NetworkContext) -> str | None:
    """The tensor behind a name such as `w^1`, `w1`, `delta x`; None for a name of its own."""
    bare = normalize_name(name)
    for key in context.program.by_key:
        if normalize_name(key) == bare:
            return key
    if bare.startswith("delta") and bare[5:]:
        plain = {normalize_name(k): t.key for k, t in context.deltas.items()}
        return plain.get(bare[5:])
    return None


def fit_entries(
    name: str, entries: list[Fraction], shape: Shape, tensor: Tensor, context: NetworkContext
) -> dict[Place, Fraction]:
    """The entries at the places of the tensor, whose size must be the same."""
    want = all_places(context, tensor)
    if len(want) != len(entries):
        grid, wanted = (" x ".join(map(str, s)) for s in (shape, context.shape(tensor)))
        said = f"are {grid or 'one number'}, and the tensor is {wanted}"
        raise SymconvError(f"the values of {name[:40]!r} {said}")
    return dict(zip(want, entries, strict=True))


def parse_numbers(name: str, value: Any, depth: int = 0) -> tuple[Shape, list[Fraction]]:
    """Nested lists of numbers (or decimals as text) as exact fractions, row by row."""
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, list | tuple):
        if depth == DEEPEST:
            raise SymconvError(f"the values of {name[:40]!r} are nested too deeply")
        parts = [parse_numbers(name, v, depth + 1) for v in value]
        shapes = {s for s, _ in parts}
        if len(shapes) != 1 or sum(len(e) for _, e in parts) > MOST_VALUES:
            raise SymconvError(f"the values of {name[:40]!r} are no regular array of numbers")
        return (len(parts), *shapes.pop()), [e for _, es in parts for e in es]
    return (), [parse_exact_number(name, value)]


def parse_exact_number(name: str, value: Any) -> Fraction:
    """A number of a values file, exactly as it is written."""
    if isinstance(value, Fraction):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise SymconvError(f"the values of {name[:40]!r} hold something that is no number")
    # Python refuses to write out a whole number of more than 4,300 digits.
    if isinstance(value, int) and abs(value) >= 10**MOST_DIGITS:
        raise SymconvError(f"the values of {name[:40]!r} hold a number that is not read")
    text = str(value)
    body, _, exponent = text.lower().partition("e")
    if RATIO.fullmatch(text) and int(text.partition("/")[2]):
        return Fraction(text)
    # Checked before `Fraction` sees it: Fraction("1e100000000") computes a number of that many
    # digits.
    good = len(text) <= MOST_DIGITS and all(c in "0123456789+-." for c in body + exponent)
    if not good or len(exponent.lstrip("+-")) > 2:
        raise SymconvError(f"the values of {name[:40]!r} hold a number that is not read")
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise ClaimError(f"the values of {name[:40]!r} hold a number that is not read") from None
