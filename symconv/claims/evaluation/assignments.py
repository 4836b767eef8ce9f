"""Worlds to test in: random residues, named entries, small integers, and a person's values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

from symconv.claims.model.errors import MOST_DIGITS, MOST_VALUES, ClaimError
from symconv.claims.model.facts import Facts, Shape
from symconv.claims.model.vocabulary import RATES
from symconv.core.errors import SymconvError
from symconv.core.tensor import Tensor
from symconv.notation.presets import entry_name
from symconv.semantics.places import Place

from .assignment import Partial, World, all_places, classes_of, leaves
from .interval_algebra import Enclosures
from .modular_field import PRIME, Field, Gates, Residue, Undefined
from .polynomial_terms import Named, Terms, atom
from .rational_algebra import Rationals

Values = Mapping[str, Any]
Exact = Rationals | Enclosures
DEEPEST = 8
RATIO = re.compile(r"[+-]?[0-9]{1,18}/[0-9]{1,18}")


@dataclass(frozen=True)
class Cells:
    """Single entries of a tensor, by place."""

    cells: Mapping[Place, Fraction]


def field_world(facts: Facts, seed: int, gates: Gates = "free", kind: type[Field] = Field) -> World:
    """Random residues for everything that is left open; labels take every class seed by seed."""
    random = Random(seed)  # noqa: S311 - test numbers, not secrets
    field = kind(seed, gates)
    given = {
        t.key: {p: field.entry(Residue(random.randrange(PRIME))) for p in all_places(facts, t)}
        for t in leaves(facts)
    }
    for key, count in classes_of(facts).items():
        for number, place in enumerate(given[key]):
            given[key][place] = Residue((seed + number) % count)
    rates = {name: Residue(random.randrange(PRIME)) for name in sorted(RATES)}
    rates["rate"] = rates["eta"]
    world = World(facts, field, given, facts.program, rates)
    if gates in {"open", "shut"}:
        with suppress(Undefined):
            world.table(facts.cost)
    return world


def named_world(facts: Facts, *, signals: bool = True) -> World:
    """Every forward entry is a name; so is the cost's error signal, where `signals` are wanted."""
    given: dict[str, dict[Place, Terms]] = {}
    for tensor in facts.program.tensors:
        if tensor.role in {"input", "parameter", "target", "value", "mask"} or (
            tensor.role == "delta" and facts.equation(tensor.key) is None
        ):
            given[tensor.key] = {
                p: atom(entry_name(tensor, p, facts.notation)) for p in all_places(facts, tensor)
            }
    rates = {name: atom(name) for name in sorted(RATES)} | {"rate": atom("eta")}
    world = World(facts, Named(), given, facts.program, rates)
    if signals:
        _name_cost_signal(world, given)
    return World(facts, Named(), given, facts.program, rates)


def _name_cost_signal(world: World, given: dict[str, dict[Place, Terms]]) -> None:
    """D = c (o - t) becomes a name, and the target t = o - d/c, so that d can be divided out."""
    for target in world.facts.targets:
        for tensor in world.facts.deltas.values():
            if tensor.role != "delta" or tensor.shape != target.shape:
                continue
            table = world.table(tensor.key)
            for place, value in table.items():
                name = entry_name(target, place, world.facts.notation)
                slope = value.table.get(((name, 1),)) if isinstance(value, Terms) else None
                if slope is None or any(name == n and p != 1 for m in value.table for n, p in m):
                    break
                signal = atom(entry_name(tensor, place, world.facts.notation))
                rest = value + atom(name) * -slope
                given[target.key][place] = (signal + rest * -1) * (1 / slope)
                given.setdefault(tensor.key, {})[place] = signal
            break


def rational_world(
    facts: Facts, given: Mapping[str, Mapping[Place, Fraction]], algebra: Exact | None = None
) -> World:
    """Numbers for everything that is left open."""
    rates = {name: Fraction(1, 2) for name in sorted(RATES)} | {"rate": Fraction(1, 2)}
    return World(facts, algebra or Rationals(), given, facts.program, rates)


def values_world(facts: Facts, values: Values, algebra: Exact | None = None) -> World:
    """A person's values: tensors of the network by name, and further arrays."""
    given: dict[str, dict[Place, Fraction]] = {}
    extra: dict[str, tuple[Shape, dict[Place, Fraction]]] = {}
    scalars: dict[str, Fraction] = {}
    for name, value in values.items():
        key = key_for(name, facts)
        if isinstance(value, Cells):
            if key is not None:
                given[key] = _partly(value, facts.program.tensor(key), facts)
            continue
        shape, entries = numbers(name, value)
        if name in RATES and key is None:
            scalars |= {name: entries[0], "rate": entries[0]}
        elif key is None:
            extra[name] = (shape, dict(zip(product(*map(range, shape)), entries, strict=True)))
        else:
            tensor = facts.program.tensor(key)
            given[key] = fitted(name, entries, shape, tensor, facts)
    return World(facts, algebra or Rationals(), given, facts.program, scalars, extra)


def _partly(value: Cells, tensor: Tensor, facts: Facts) -> dict[Place, Fraction]:
    """All entries of a tensor in their order, or those that are known."""
    wanted = all_places(facts, tensor)
    missing = [p for p in wanted if p not in value.cells]
    if missing:
        name = entry_name(tensor, missing[0], facts.notation)
        return Partial(dict(value.cells), name, frozenset(missing))
    return {p: value.cells[p] for p in wanted}


def key_for(name: str, facts: Facts) -> str | None:
    """The tensor behind a name such as `w^1`, `w1`, `delta x`; None for a name of its own."""
    bare = "".join(c for c in name if c.isalnum())
    for key in facts.program.by_key:
        if "".join(c for c in key if c.isalnum()) == bare:
            return key
    if bare.startswith("delta") and bare[5:]:
        plain = {"".join(c for c in k if c.isalnum()): t.key for k, t in facts.deltas.items()}
        return plain.get(bare[5:])
    return None


def fitted(
    name: str, entries: list[Fraction], shape: Shape, tensor: Tensor, facts: Facts
) -> dict[Place, Fraction]:
    """The entries at the places of the tensor, whose size must be the same."""
    want = all_places(facts, tensor)
    if len(want) != len(entries):
        grid, wanted = (" x ".join(map(str, s)) for s in (shape, facts.shape(tensor)))
        said = f"are {grid or 'one number'}, and the tensor is {wanted}"
        raise SymconvError(f"the values of {name[:40]!r} {said}")
    return dict(zip(want, entries, strict=True))


def numbers(name: str, value: Any, depth: int = 0) -> tuple[Shape, list[Fraction]]:
    """Nested lists of numbers (or decimals as text) as exact fractions, row by row."""
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, list | tuple):
        if depth == DEEPEST:
            raise SymconvError(f"the values of {name[:40]!r} are nested too deeply")
        parts = [numbers(name, v, depth + 1) for v in value]
        shapes = {s for s, _ in parts}
        if len(shapes) != 1 or sum(len(e) for _, e in parts) > MOST_VALUES:
            raise SymconvError(f"the values of {name[:40]!r} are no regular array of numbers")
        return (len(parts), *shapes.pop()), [e for _, es in parts for e in es]
    return (), [exact(name, value)]


def exact(name: str, value: Any) -> Fraction:
    """A number of a values file, exactly as it is written."""
    if isinstance(value, Fraction):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise SymconvError(f"the values of {name[:40]!r} hold something that is no number")
    text = str(value)
    body, _, exponent = text.lower().partition("e")
    if RATIO.fullmatch(text) and int(text.partition("/")[2]):
        return Fraction(text)
    good = len(text) <= MOST_DIGITS and all(c in "0123456789+-." for c in body + exponent)
    if not good or len(exponent.lstrip("+-")) > 2:
        raise SymconvError(f"the values of {name[:40]!r} hold a number that is not read")
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise ClaimError(f"the values of {name[:40]!r} hold a number that is not read") from None
