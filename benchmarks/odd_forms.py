"""True formulas in odd forms: does the judge of claims call every one of them right?

    python benchmarks/odd_forms.py --count 1000 --seed 1

The true formulas of `formula_families` are rewritten at random in ways that keep their meaning, and
are compared with PyTorch's numbers once more. Prints verdicts by layer, kind and rewriting, and
every claim that is not called right. Exit code 1 where one is called wrong.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random

from formula_families import Family, positive
from formula_networks import ONES, draw_sizes
from formula_truth import compare, find_witness, is_clear
from formulas import (
    AmbiguousError,
    Applied,
    Entry,
    Formula,
    Minus,
    Name,
    Number,
    Plus,
    Quotient,
    Raised,
    Slope,
    Times,
    Total,
    Truth,
    as_formula,
    fold,
    free_names,
    put,
)
from near_misses import SLOW, Claim, Court, Judged, Mutation, Source, nodes, report, show

FRESH = ("h", "x", "e", "c")
"""Letters for new indices, of which those are taken that the claim does not use."""

MOST_REWRITINGS = 3
"""How many rewritings one claim goes through."""

MOST_ATTEMPTS = 40
"""How many rewritings are drawn for one that applies."""


def shuffle(m: Mutation) -> Formula | None:
    """Terms or factors in another order."""
    found = m.pick(Times, Plus)
    if found is None:
        return None
    node, at = found
    assert isinstance(node, Times | Plus)
    parts = list(node.parts)
    m.random.shuffle(parts)
    return at(type(node)(tuple(parts))) if tuple(parts) != node.parts else None


def _total(m: Mutation) -> tuple[Total, Callable[[Formula], Formula]] | None:
    return m.pick(Total)  # type: ignore[return-value]


def _fresh(m: Mutation) -> str | None:
    used = {x.name for side in (m.right, m.family.left) for x in side.walk()
            if isinstance(x, Name)}  # fmt: skip
    used |= {x.index for x in m.right.walk() if isinstance(x, Total)}
    used |= {x.tensor[-1] for side in (m.right, m.family.left) for x in side.walk()
             if isinstance(x, Entry)}  # fmt: skip
    used |= set(m.family.template.shapes) | {"p"}
    left = [x for x in FRESH if x not in used]
    return left[0] if left else None


def rename(m: Mutation) -> Formula | None:
    """A sum with another letter."""
    found, fresh = _total(m), _fresh(m)
    if found is None or fresh is None:
        return None
    node, at = found
    return at(replace(node, index=fresh, body=put(node.body, node.index, Name(fresh))))


def shift(m: Mutation) -> Formula | None:
    """The index counts from 1, or from somewhere else."""
    found = _total(m)
    if found is None:
        return None
    node, at = found
    by = m.random.choice((1, 1, 2, -1))
    body = put(node.body, node.index, Name(node.index) - by)
    return at(Total(node.index, fold(node.low + by), fold(node.high + by), fold(body)))


def turn(m: Mutation) -> Formula | None:
    """The index runs backwards."""
    found = _total(m)
    if found is None:
        return None
    node, at = found
    body = put(node.body, node.index, node.low + node.high - Name(node.index))
    return at(replace(node, body=fold(body)))


def split_first(m: Mutation) -> Formula | None:
    """The first term of a sum apart."""
    found = _total(m)
    if found is None:
        return None
    node, at = found
    if isinstance(node.high, Number) and node.high == node.low:
        return None
    first = put(node.body, node.index, node.low)
    return at(fold(Plus((first, replace(node, low=node.low + 1)))))


def split_last(m: Mutation) -> Formula | None:
    """The last term of a sum apart."""
    found = _total(m)
    if found is None:
        return None
    node, at = found
    last = put(node.body, node.index, node.high)
    return at(fold(Plus((replace(node, high=node.high - 1), last))))


def reach_beyond(m: Mutation) -> Formula | None:
    """Limits beyond the range, where entries are absent."""
    found = _total(m)
    if found is None:
        return None
    node, at = found
    if any(isinstance(x, Applied | Truth) for x in node.body.walk()):
        return None
    if m.random.random() < 0.5:
        return at(replace(node, high=fold(node.high + m.random.choice((1, 2, 3)))))
    return at(replace(node, low=fold(node.low - m.random.choice((1, 2)))))


def factor_constant(m: Mutation) -> Formula | None:
    """A number is multiplied and divided by."""
    node, at = m.value()
    number = as_formula(m.random.choice((2, 3, 4, 6)))
    inverse = Number(1 / Fraction(number.value))  # type: ignore[attr-defined]
    return at(m.random.choice((
        Times((inverse, Times((number, node)))), Quotient(Times((number, node)), number),
        Times((number, Quotient(node, number))),
    )))  # fmt: skip


def factor_size(m: Mutation) -> Formula | None:
    """A size is multiplied and divided by."""
    node, at = m.value()
    size = Name(m.random.choice(m.sizes))
    return at(m.random.choice((
        Quotient(Times((size, node)), size), Times((size, Quotient(node, size))),
    )))  # fmt: skip


def expand(m: Mutation) -> Formula | None:
    """A product with a sum among its factors."""
    found = m.pick(Times, where=lambda x: any(isinstance(p, Plus) for p in x.children))
    if found is None:
        return None
    node, at = found
    assert isinstance(node, Times)
    number = m.random.choice([k for k, p in enumerate(node.parts) if isinstance(p, Plus)])
    inner = node.parts[number]
    assert isinstance(inner, Plus)
    terms: list[Formula] = []
    for part in inner.parts:
        body = part.body if isinstance(part, Minus) else part
        one = fold(Times((*node.parts[:number], body, *node.parts[number + 1 :])))
        terms.append(Minus(one) if isinstance(part, Minus) else one)
    found_terms = Plus(tuple(terms))
    return at(_apart(found_terms))


def _apart(formula: Formula) -> Formula:
    """The formula with every sum's index used once, so that readers do not mix them up."""
    seen: set[str] = set()
    spare = iter(("h", "x", "e", "g1"))

    def visit(node: Formula) -> Formula:
        if isinstance(node, Total):
            if node.index in seen:
                fresh = next(spare)
                node = replace(node, index=fresh, body=put(node.body, node.index, Name(fresh)))
            seen.add(node.index)
        return node.rebuild(visit)

    return visit(formula)


def nest_quotient(m: Mutation) -> Formula | None:
    """A fraction as a product, or as fractions of fractions."""
    found = m.pick(Quotient)
    if found is None:
        return None
    node, at = found
    assert isinstance(node, Quotient)
    if any(isinstance(x, Name) and x.name in m.names() for x in node.under.children):
        return None
    made = [Times((node.over, Quotient(as_formula(1), node.under)))]
    if isinstance(node.under, Times):
        first, *rest = node.under.parts
        made.append(Quotient(Quotient(node.over, first), fold(Times(tuple(rest)))))  # type: ignore[arg-type]
        made.append(Quotient(node.over / fold(Times(tuple(rest))), first))  # type: ignore[arg-type]
    if isinstance(node.over, Number) and node.over.value != 0:
        made.append(Quotient(as_formula(1), Quotient(node.under, node.over)))  # type: ignore[arg-type]
    return at(m.random.choice(made))


def negate_twice(m: Mutation) -> Formula | None:
    """The negative of the negative."""
    node, at = m.value()
    return at(Minus(Minus(node)))


def turn_difference(m: Mutation) -> Formula | None:
    """a - b as -(b - a)."""
    found = m.pick(Plus)
    if found is None or id(found[0]) not in _values(m):
        return None
    node, at = found
    assert isinstance(node, Plus)
    parts = [p.body if isinstance(p, Minus) else Minus(p) for p in reversed(node.parts)]
    return at(Minus(Plus(tuple(parts))))


def _values(m: Mutation) -> set[int]:
    """The nodes that are no indices and no limits."""
    found: set[int] = set()

    def visit(node: Formula) -> None:
        found.add(id(node))
        if isinstance(node, Total):
            visit(node.body)
        elif not isinstance(node, Entry | Truth):
            for child in node.children:
                visit(child)

    visit(m.right)
    return found


def write_square(m: Mutation) -> Formula | None:
    """A power as a product."""
    found = m.pick(Raised)
    if found is None:
        return None
    node, at = found
    assert isinstance(node, Raised)
    if any(isinstance(x, Total) for x in node.base.walk()):
        return None
    return at(Times((node.base,) * node.exponent))


def swap_sums(m: Mutation) -> Formula | None:
    """Two sums change places."""
    found = m.pick(Total, where=lambda x: isinstance(x.body, Total))  # type: ignore[attr-defined]
    if found is None:
        return None
    node, at = found
    assert isinstance(node, Total)
    assert isinstance(node.body, Total)
    inner = node.body
    return at(replace(inner, body=replace(node, body=inner.body)))


def pull_into_sum(m: Mutation) -> Formula | None:
    """A factor before a sum goes into it."""
    found = m.pick(Times, where=lambda x: isinstance(x.parts[-1], Total))  # type: ignore[attr-defined]
    if found is None:
        return None
    node, at = found
    assert isinstance(node, Times)
    assert isinstance(node.parts[-1], Total)
    inner = node.parts[-1]
    if inner.index in free_names(Times(node.parts[:-1])):
        return None
    return at(replace(inner, body=fold(Times((*node.parts[:-1], inner.body)))))


def pull_out_of_sum(m: Mutation) -> Formula | None:
    """A factor that does not depend on the index goes before the sum."""
    found = m.pick(Total, where=lambda x: isinstance(x.body, Times))  # type: ignore[attr-defined]
    if found is None:
        return None
    node, at = found
    assert isinstance(node, Total)
    assert isinstance(node.body, Times)
    out = [p for p in node.body.parts if node.index not in free_names(p)]
    rest = [p for p in node.body.parts if node.index in free_names(p)]
    if not out or not rest:
        return None
    return at(Times((*out, replace(node, body=fold(Times(tuple(rest)))))))


def split_terms(m: Mutation) -> Formula | None:
    """The sum of a difference becomes the difference of two sums."""
    found = m.pick(Total, where=lambda x: isinstance(x.body, Plus))  # type: ignore[attr-defined]
    if found is None:
        return None
    node, at = found
    assert isinstance(node, Total)
    assert isinstance(node.body, Plus)
    terms = []
    for part in node.body.parts:
        body = part.body if isinstance(part, Minus) else part
        one = replace(node, body=body)
        terms.append(Minus(one) if isinstance(part, Minus) else one)
    return at(_apart(Plus(tuple(terms))))


def rewrite_switch(m: Mutation) -> Formula | None:
    """A switch in another of its forms."""
    found = m.pick(Truth, Applied)
    if found is None:
        return None
    node, at = found
    if isinstance(node, Truth) and node.relation == ">" and node.right == as_formula(0):
        x = node.left
        return at(m.random.choice((
            Applied("step", (x,)), Applied("relu'", (x,)), Truth(as_formula(0), "<", x),
            1 - Truth(x, "<=", as_formula(0)),
        )))  # fmt: skip
    if isinstance(node, Truth) and node.relation == "=":
        return at(Truth(node.right, "=", node.left))
    if isinstance(node, Applied):
        x = node.arguments[0]
        match node.function:
            case "step" | "relu'":
                return at(positive(x))
            case "relu":
                return at(m.random.choice((
                    Applied("max", (as_formula(0), x)), Times((x, positive(x))),
                    Times((x, Applied("step", (x,)))), x + Applied("relu", (Minus(x),)),
                )))  # fmt: skip
    return None


def rewrite_function(m: Mutation) -> Formula | None:
    """A sigmoid, a tanh, an exponential or a logarithm in another of its forms."""
    found = m.pick(Applied)
    if found is None:
        return None
    node, at = found
    assert isinstance(node, Applied)
    x = node.arguments[0]
    if any(isinstance(y, Total) for y in x.walk()):
        return None
    exp = Applied("exp", (x,))
    decay = Applied("exp", (fold(Minus(x)),))
    forms: dict[str, list[Formula]] = {
        "sigmoid": [1 / (1 + decay), exp / (1 + exp), 1 - Applied("sigmoid", (Minus(x),))],
        "tanh": [(exp - decay) / (exp + decay),
                 2 * Applied("sigmoid", (fold(Times((as_formula(2), x))),)) - 1],
        "sigmoid'": [Times((node_s := Applied("sigmoid", (x,)), 1 - node_s)), node_s - node_s**2],
        "tanh'": [1 - Applied("tanh", (x,)) ** 2,
                  Times((1 - Applied("tanh", (x,)), 1 + Applied("tanh", (x,))))],
        "exp": [Quotient(as_formula(1), decay)],
    }  # fmt: skip
    options = forms.get(node.function)
    return at(m.random.choice(options)) if options else None


def rewrite_slope(m: Mutation) -> Formula | None:
    """a (1 - a) as a - a^2, and 1 - a^2 as (1 - a)(1 + a)."""
    one = as_formula(1)
    for node, at in m.random.sample(found := nodes(m.right), len(found)):
        if isinstance(node, Plus) and len(node.parts) == 2:
            left, right = node.parts
            if isinstance(right, Number):
                left, right = right, left
            if left == one and isinstance(right, Minus) and isinstance(right.body, Raised):
                base = right.body.base
                return at(Times((1 - base, 1 + base)))
        if isinstance(node, Times):
            for k, part in enumerate(node.parts):
                rest = [p for j, p in enumerate(node.parts) if j != k]
                inner = [x for x in rest if fold(1 - x) == fold(part) or fold(1 - x) == part]
                if inner:
                    rest.remove(inner[0])
                    slope = Plus((inner[0], Minus(Raised(inner[0], 2))))
                    return at(fold(Times((slope, *rest))) if rest else slope)
    return None


def add_nothing(m: Mutation) -> Formula | None:
    """Something is added and taken away."""
    node, at = m.value()
    entries = [x for x in m.right.walk() if isinstance(x, Entry)
               and free_names(x) <= {*m.names(), *m.sizes}]  # fmt: skip
    if not entries:
        return None
    extra = m.random.choice(entries)
    if free_names(extra) - set(m.names()):
        return None
    return at(Plus((node, extra, Minus(extra))))


REWRITINGS: tuple[Callable[[Mutation], Formula | None], ...] = (
    shuffle, rename, shift, turn, split_first, split_last, reach_beyond, factor_constant,
    factor_size, expand, nest_quotient, negate_twice, turn_difference, write_square, swap_sums,
    pull_into_sum, pull_out_of_sum, split_terms, rewrite_switch, rewrite_function, rewrite_slope,
    add_nothing,
)  # fmt: skip


@dataclass
class OddForms:
    """Draws true claims in odd forms, evenly over layers and kinds."""

    seed: int

    def __post_init__(self) -> None:
        self.source = Source(self.seed)
        self.random: Random = self.source.random

    def rewritten(self, family: Family) -> tuple[Formula, list[str]]:
        """The right side after a few rewritings, with their names."""
        right, names = family.right, []
        for _ in range(self.random.randint(1, MOST_REWRITINGS)):
            for _ in range(MOST_ATTEMPTS):
                change = self.random.choice(REWRITINGS)
                try:
                    new = change(Mutation(family, right, self.random))
                except StopIteration:
                    continue
                if new is not None and is_clear(new):
                    right = new
                    names.append(change.__name__)
                    break
        return right, names

    def claim(self) -> Claim:
        """A true claim of the next family."""
        while True:
            family = self.source.family()
            right, names = self.rewritten(family)
            numbers = self.source.numbers(family)
            try:
                least = draw_sizes(family.template, self.random, ONES)
                if find_witness(family, right, numbers, self.random, draws=3) or (
                    numbers is None and compare(family, right, least, 0, ())
                ):
                    print("not true:", family.name, names, file=sys.stderr)
                    continue
            except (AmbiguousError, KeyError):
                continue
            text = self.source.written(family, right, numbers, tidy_limits)
            change = names[0] if names else "as it is"
            return Claim(family, change, family.template.network(numbers),
                         text)  # fmt: skip


def tidy_limits(formula: Formula) -> Formula:
    """The formula with its limits and indices worked out, and nothing else."""
    if isinstance(formula, Total):
        low, high = fold(formula.low), fold(formula.high)
        return replace(formula, low=low, high=high, body=tidy_limits(formula.body))
    if isinstance(formula, Entry | Slope):
        return fold(formula)
    return formula.rebuild(tidy_limits)


def main() -> int:
    """Judge true claims in odd forms."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so long")
    options = parser.parse_args()
    source, court = OddForms(options.seed), Court()
    judged: list[Judged] = []
    start = time.monotonic()
    for number in range(options.count):
        if time.monotonic() - start > options.seconds:
            break
        one = court.judge(source.claim())
        judged.append(one)
        if one.verdict != "right" or one.seconds > SLOW:
            print(f"#{number}", show(one), flush=True)
    report(judged, set())
    print(f"\n{len(judged)} judged, seed {options.seed}")
    return int(any(j.verdict == "wrong" for j in judged))


if __name__ == "__main__":
    sys.exit(main())
