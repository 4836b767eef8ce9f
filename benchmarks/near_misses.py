"""Random near misses of true formulas: does the judge of claims ever call one right?

    python benchmarks/near_misses.py --count 5000 --seed 1

Formulas, their text and their truth are of `formulas` and its neighbours, which share no code with
the judge: a near miss is a true formula with one thing changed, and it counts where PyTorch gives
numbers for which its sides differ. Prints verdicts by layer and by kind, every near miss that is
called right, with these numbers, and what was slow. Exit code 1 where one is called right.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random

from formula_families import Family, all_families, call, positive
from formula_networks import NUMBERS, Hint, draw_sizes, run
from formula_text import STYLES, Writer
from formula_truth import Witness, find_witness, is_clear, output_sizes, with_numbers
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
    entry,
    fold,
    free_names,
    put,
)

from symconv import Network
from symconv.claims import check_claim

SLOW = 2.0
"""Seconds of process time beyond which a verdict is reported."""

MOST_ATTEMPTS = 60
"""How many mutants of one family are drawn for one that is false and clear."""

NETWORKS_OF_NUMBERS = 3
"""How many networks with numbers there are for each text: deriving each takes a while."""

SHARE_OPEN = 0.55
"""How many of the networks have open sizes."""

Paths = list[tuple[Formula, Callable[[Formula], Formula]]]


def nodes(formula: Formula) -> Paths:
    """Every node, with what makes the whole formula from something in its place."""
    found: Paths = [(formula, lambda new: new)]

    def visit(node: Formula, replaced: Callable[[Formula], Formula]) -> None:
        for number, child in enumerate(node.children):

            def at(new: Formula, node: Formula = node, number: int = number) -> Formula:
                seen = iter(range(len(node.children)))
                return replaced(node.rebuild(lambda c: new if next(seen) == number else c))

            found.append((child, at))
            visit(child, at)

    visit(formula, found[0][1])
    return found


@dataclass
class Mutation:
    """One formula to be changed: what the changes need to know."""

    family: Family
    right: Formula
    random: Random
    hints: tuple[Hint, ...] = ()

    @property
    def sizes(self) -> tuple[str, ...]:
        return self.family.template.sizes

    def pick(self, *kinds: type[Formula], where: Callable[[Formula], bool] = lambda _: True
             ) -> tuple[Formula, Callable[[Formula], Formula]] | None:  # fmt: skip
        """A node of some kinds, and what puts another one in its place."""
        found = [x for x in nodes(self.right) if isinstance(x[0], kinds) and where(x[0])]
        return self.random.choice(found) if found else None

    def value(self) -> tuple[Formula, Callable[[Formula], Formula]]:
        """A node that is a number, not an index or a limit."""
        inside = {id(y) for x in self.right.walk() for y in _structure(x)}
        found = [x for x in nodes(self.right) if id(x[0]) not in inside]
        return self.random.choice(found)

    def index(self) -> tuple[Formula, Callable[[Formula], Formula]] | None:
        """An index of an entry."""
        found = self.pick(Entry, where=lambda x: bool(x.indices))  # type: ignore[attr-defined]
        if found is None:
            return None
        node, at = found
        assert isinstance(node, Entry)
        number = self.random.randrange(len(node.indices))

        def put_in(new: Formula) -> Formula:
            changed = list(node.indices)
            changed[number] = new
            return at(replace(node, indices=tuple(changed)))

        return node.indices[number], put_in

    def names(self) -> list[str]:
        """The free indices of the claim."""
        return sorted(free_names(self.family.left) - set(self.sizes) - {"eta"})


def has_entries(formula: Formula) -> bool:
    """Whether a formula is of entries, not of numbers and sizes alone."""
    return any(isinstance(x, Entry) for x in formula.walk())


def _structure(node: Formula) -> Iterator[Formula]:
    """What stands in indices, limits and comparisons of a node."""
    parts: Sequence[Formula] = ()
    if isinstance(node, Entry):
        parts = node.indices
    elif isinstance(node, Total):
        parts = (node.low, node.high)
    elif isinstance(node, Truth | Slope):
        parts = node.children
    for part in parts:
        yield from part.walk()


def change_sign(m: Mutation) -> Formula | None:
    """A factor or a term is negated."""
    node, at = m.value()
    return at(node.body if isinstance(node, Minus) else Minus(node))


def change_factor(m: Mutation) -> Formula | None:
    """A number is changed, or a factor comes in."""
    numbers = m.pick(Number)
    if numbers and m.random.random() < 0.4:
        node, at = numbers
        assert isinstance(node, Number)
        return at(Number(node.value + m.random.choice((-1, 1, 2))))
    node, at = m.value()
    factor = m.random.choice((2, 3, Fraction(1, 2), Fraction(1, 3), -2))
    return at(Times((as_formula(factor), node)))


def change_size_factor(m: Mutation) -> Formula | None:
    """A size comes in as a factor or below a fraction."""
    node, at = m.value()
    size = Name(m.random.choice(m.sizes))
    other = Name(m.random.choice(m.sizes))
    made = m.random.choice((
        Times((size, node)), Quotient(node, size), Times((Quotient(size, other), node)),
        Quotient(node, size + 1), Times((Quotient(size - 1, size), node)),
    ))  # fmt: skip
    return at(made)


def replace_size(m: Mutation) -> Formula | None:
    """Another size, or one more or less."""
    found = m.pick(Name, where=lambda x: x.name in m.sizes)  # type: ignore[attr-defined]
    if found is None:
        return None
    node, at = found
    assert isinstance(node, Name)
    others = [s for s in m.sizes if s != node.name]
    if not others or m.random.random() < 0.3:
        return at(node + m.random.choice((-1, 1)))
    return at(Name(m.random.choice(others)))


def shift_index(m: Mutation) -> Formula | None:
    """An index is off by one or two."""
    found = m.index()
    return found and found[1](fold(found[0] + m.random.choice((-1, 1, -1, 1, 2))))


def swap_indices(m: Mutation) -> Formula | None:
    """Two indices of an entry change places."""
    found = m.pick(Entry, where=lambda x: len(x.indices) > 1)  # type: ignore[attr-defined]
    if found is None:
        return None
    node, at = found
    assert isinstance(node, Entry)
    one, two = m.random.sample(range(len(node.indices)), 2)
    changed = list(node.indices)
    changed[one], changed[two] = changed[two], changed[one]
    return at(replace(node, indices=tuple(changed)))


def replace_index(m: Mutation) -> Formula | None:
    """An index becomes another one."""
    found = m.index()
    bound = [x.index for x in m.right.walk() if isinstance(x, Total)]
    choices = [*m.names(), *bound]
    if found is None or not choices:
        return None
    return found[1](Name(m.random.choice(choices)))


def move_limit(m: Mutation) -> Formula | None:
    """A sum starts too late or ends too early."""
    found = m.pick(Total)
    if found is None:
        return None
    node, at = found
    assert isinstance(node, Total)
    if m.random.random() < 0.4:
        return at(replace(node, low=fold(node.low + m.random.choice((1, 1, 2)))))
    return at(replace(node, high=fold(node.high + m.random.choice((-1, -1, -2)))))


def number_limit(m: Mutation) -> Formula | None:
    """A number stands where a sum ends."""
    found = m.pick(Total)
    if found is None:
        return None
    node, at = found
    high = m.random.choice((0, 1, 2, 3, 4, 5, 6, 7, 9, 12, 20))
    return at(replace(node, high=as_formula(high)))  # type: ignore[type-var]


def change_sliding(m: Mutation) -> Formula | None:
    """A stride, a dilation or a padding in the wrong place of an index."""
    found = m.pick(Entry, where=lambda x: any(len(list(i.walk())) > 2 for i in x.children))
    if found is None:
        return None
    node, at = found
    assert isinstance(node, Entry)
    number = m.random.choice([k for k, i in enumerate(node.indices) if len(list(i.walk())) > 2])
    index = node.indices[number]
    inner = [x for x in nodes(index) if isinstance(x[0], Plus | Times | Minus | Quotient)]
    part, put_in = m.random.choice(inner)
    if isinstance(part, Minus):
        made: Formula = part.body
    elif isinstance(part, Quotient):
        made = m.random.choice((part.over, part.over * part.under))
    else:
        kept = list(part.children)
        chosen = m.random.randrange(len(kept))
        if isinstance(part, Plus) and m.random.random() < 0.5:
            kept[chosen] = Minus(kept[chosen])
        elif m.random.random() < 0.5:
            kept[chosen] = Times((as_formula(2), kept[chosen]))
        else:
            del kept[chosen]
        made = type(part)(tuple(kept))
    changed = list(node.indices)
    changed[number] = fold(put_in(made))
    return at(replace(node, indices=tuple(changed)))


def drop_factor(m: Mutation) -> Formula | None:
    """A factor or a term is left out."""
    found = m.pick(Times, Plus)
    if found is None:
        return None
    node, at = found
    assert isinstance(node, Times | Plus)
    kept = list(node.parts)
    del kept[m.random.randrange(len(kept))]
    return at(type(node)(tuple(kept))) if kept else None


def drop_sum(m: Mutation) -> Formula | None:
    """A sum is left out, its index becoming fixed."""
    found = m.pick(Total)
    if found is None:
        return None
    node, at = found
    assert isinstance(node, Total)
    free = [as_formula(x) for x in m.names()]
    value = m.random.choice([as_formula(0), node.high, as_formula(1), *free])
    return at(put(node.body, node.index, value))


def add_sum(m: Mutation) -> Formula | None:
    """A sum over an index that is fixed, or one that counts a term several times."""
    node, at = m.value()
    size = Name(m.random.choice(m.sizes))
    return at(Total("h", as_formula(0), fold(size - 1), node))


def replace_tensor(m: Mutation) -> Formula | None:
    """An entry of another tensor."""
    found = m.pick(Entry)
    if found is None:
        return None
    node, at = found
    assert isinstance(node, Entry)
    ranks = {x.tensor: len(x.indices) for x in (*m.right.walk(), *m.family.left.walk())
             if isinstance(x, Entry)}  # fmt: skip
    ranks |= {name: len(shape) for name, shape in m.family.template.shapes.items() if name != "t"}
    for name, rank in list(ranks.items()):
        if not name.startswith("dE/d") and name not in {"E", "M"}:
            ranks.setdefault(f"dE/d{name}", rank)
    others = [t for t, rank in ranks.items() if rank == len(node.indices) and t != node.tensor]
    if not others:
        return None
    other = m.random.choice(sorted(others))
    return at(Entry(other, node.indices, delta=other.startswith("dE/d")))


def flip_kernel(m: Mutation) -> Formula | None:
    """One entry is read backwards along the index of a sum."""
    found = m.pick(Total)
    if found is None:
        return None
    node, at = found
    assert isinstance(node, Total)
    uses = [x for x in nodes(node.body) if isinstance(x[0], Entry)
            and node.index in free_names(x[0])]  # fmt: skip
    if not uses:
        return None
    one, put_in = m.random.choice(uses)
    turned = put(one, node.index, node.high - Name(node.index))
    return at(replace(node, body=put_in(fold(turned))))


def other_side(m: Mutation) -> Formula | None:
    """A switch on the wrong side, or gone, or asked of another number."""
    found = m.pick(Truth, Applied)
    if found is None:
        return None
    node, at = found
    if isinstance(node, Truth):
        made: Formula = replace(node, relation=m.random.choice("><=".replace(node.relation, "")))
        if m.random.random() < 0.3:
            made = m.random.choice((as_formula(1), 1 - node))
        return at(made)
    assert isinstance(node, Applied)
    if m.random.random() < 0.5:
        return at(replace(node, arguments=tuple(Minus(a) for a in node.arguments)))
    others = [f for f in ("exp", "tanh", "sigmoid", "relu", "step") if f != node.function]
    return at(call(m.random.choice(others), node.arguments[0]))


def add_vanishing(m: Mutation) -> Formula | None:
    """A product of switches of entries, which is 0 nearly everywhere."""
    name = m.random.choice(["u", *(x for x in ("w", "b") if x in m.family.template.shapes)])
    rank = len(m.family.template.shapes[name])
    parts: list[Formula] = []
    hints: dict[tuple[int, ...], Hint] = {}
    for _ in range(m.random.randint(1, 5)):
        place = tuple(m.random.randint(0, 1 if rank > 1 else 2) for _ in range(rank))
        side = m.random.choice((-1, 1))
        if place in hints:
            continue
        one = entry(name, *place)
        inner = one if side > 0 else Minus(one)
        parts.append(m.random.choice((call("relu", inner), call("step", inner), positive(inner))))
        hints[place] = name, place, side * 1.5
    m.hints = tuple(hints.values())
    extra = Times(tuple(parts)) if len(parts) > 1 else parts[0]
    if m.random.random() < 0.4:
        return m.right * (1 + extra)
    return m.random.choice((m.right + extra, m.right - extra))


def one_entry_only(m: Mutation) -> Formula | None:
    """One entry of a window or of a sum stands for all, or one is left out."""
    found = m.pick(Total)
    if found is None:
        return None
    node, at = found
    assert isinstance(node, Total)
    value = m.random.choice((as_formula(0), as_formula(1), node.high))
    one = put(node.body, node.index, value)
    return at(m.random.choice((one, node - one, node + one)))


def one_case_only(m: Mutation) -> Formula | None:
    """Wrong at one value of a free index, or for one class."""
    names = m.names()
    if not names:
        return None
    value = as_formula(m.random.choice((0, 1, 2, 3, 5, 8)))
    case = Truth(Name(m.random.choice(names)), "=", value)
    node, at = m.value()
    return m.random.choice((m.right + case, m.right - case, at(node * (1 - case))))


def add_polynomial(m: Mutation) -> Formula | None:
    """A polynomial that vanishes at small sizes."""
    size = Name(m.random.choice(m.sizes))
    first = m.random.choice((0, 1, 1, 2, 3))
    parts = [size - k for k in range(first, first + m.random.randint(1, 4))]
    if m.random.random() < 0.3:
        parts.append(size - Name(m.random.choice(m.sizes)))
    extra = fold(Times(tuple(parts)))
    if m.random.random() < 0.4:
        return fold(Times((m.right, 1 + extra)))
    return m.right + extra


def change_power(m: Mutation) -> Formula | None:
    """A power is changed, or comes in."""
    powers = m.pick(Raised)
    if powers and m.random.random() < 0.6:
        node, at = powers
        assert isinstance(node, Raised)
        return at(replace(node, exponent=m.random.choice((1, 3, 4))))
    node, at = m.value()
    return at(m.random.choice((Raised(node, 2), Raised(node, 3))))


def swap_quotient(m: Mutation) -> Formula | None:
    """A fraction is turned over, or made a product."""
    found = m.pick(Quotient)
    if found is None:
        return None
    node, at = found
    assert isinstance(node, Quotient)
    return at(m.random.choice((Quotient(node.under, node.over), node.over, node.over * node.under)))


def product_of_sums(m: Mutation) -> Formula | None:
    """The sum of a product becomes the product of two sums."""
    found = m.pick(Total, where=lambda x: isinstance(x.body, Times))  # type: ignore[attr-defined]
    if found is None:
        return None
    node, at = found
    assert isinstance(node, Total)
    assert isinstance(node.body, Times)
    cut = m.random.randint(1, len(node.body.parts) - 1)
    one, two = (Times(node.body.parts[:cut]), Times(node.body.parts[cut:]))
    second = put(two, node.index, Name("h"))
    return at(fold(Times((replace(node, body=one), replace(node, index="h", body=second)))))


MUTATORS: tuple[Callable[[Mutation], Formula | None], ...] = (
    change_sign, change_factor, change_size_factor, replace_size, shift_index, swap_indices,
    replace_index, move_limit, number_limit, change_sliding, drop_factor, drop_sum, add_sum,
    replace_tensor, flip_kernel, other_side, add_vanishing, one_entry_only, one_case_only,
    add_polynomial, change_power, swap_quotient, product_of_sums,
)  # fmt: skip


@dataclass(frozen=True)
class Claim:
    """A text about a network, what it is made of, and numbers that show it false if it is."""

    family: Family
    change: str
    network: str
    text: str
    witness: Witness | None = None


class Source:
    """Draws claims evenly over layers, then over kinds, then over families."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311
        self.layers: dict[str, dict[str, list[Family]]] = {}
        for family in all_families():
            kinds = self.layers.setdefault(family.template.layer, {})
            kinds.setdefault(family.kind, []).append(family)
        self.order: list[str] = []
        self.turns: Counter[str] = Counter()

    def family(self) -> Family:
        """The next family."""
        if not self.order:
            self.order = list(self.layers)
            self.random.shuffle(self.order)
        kinds = self.layers[self.order.pop()]
        kind = min(kinds, key=lambda k: (self.turns[f"{id(kinds)} {k}"], self.random.random()))
        self.turns[f"{id(kinds)} {kind}"] += 1
        return self.random.choice(kinds[kind])

    def numbers(self, family: Family) -> Mapping[str, int] | None:
        """Numbers for the sizes, or None where they stay open."""
        if self.random.random() < SHARE_OPEN:
            return None
        seed = f"{family.template.text} {self.random.randrange(NETWORKS_OF_NUMBERS)}"
        return draw_sizes(family.template, Random(seed), NUMBERS)  # noqa: S311

    def written(
        self,
        family: Family,
        right: Formula,
        numbers: Mapping[str, int] | None,
        tidy: Callable[[Formula], Formula] = fold,
    ) -> str:
        """The claim in a random style, `tidy` or as it is."""
        left = family.left
        if numbers is not None:
            more = _outputs(family, numbers)
            left, right = (with_numbers(x, {**numbers, **more}) for x in (left, right))
        writer = Writer(self.random.choice(STYLES), partial=self.random.random() < 0.3)
        return writer.equation(fold(left), tidy(right), family.sign)

    def near_miss(self) -> Claim:
        """A near miss of the next family, with numbers that show it false."""
        family = self.family()
        while True:
            for _ in range(MOST_ATTEMPTS):
                mutate = self.random.choice(MUTATORS)
                # Where something is said to be a number, the something is changed.
                turned = isinstance(family.right, Number)
                mutation = Mutation(family, family.left if turned else family.right, self.random)
                wrong = mutate(mutation)
                if wrong is None or not is_clear(wrong) or not has_entries(wrong):
                    continue
                changed, right = family, fold(wrong)
                if turned:
                    changed = replace(family, left=fold(wrong - family.right))
                    right = as_formula(0)
                numbers = self.numbers(family)
                try:
                    witness = find_witness(
                        changed, right, numbers, self.random, hints=mutation.hints
                    )
                except (AmbiguousError, KeyError):
                    continue
                if witness is not None:
                    text = self.written(changed, right, numbers)
                    network = family.template.network(numbers)
                    return Claim(family, mutate.__name__, network, text, witness)
            family = self.family()


def _outputs(family: Family, numbers: Mapping[str, int]) -> Mapping[str, int]:
    """H_z and its like as numbers."""
    return output_sizes(family.template, run(family.template, tuple(sorted(numbers.items())), 0))


@dataclass
class Judged:
    """The verdict on a claim, and what it took."""

    claim: Claim
    verdict: str
    seconds: float
    note: str = ""


class Court:
    """Asks the judge, with one network for each text."""

    def __init__(self, *, explain: bool = False) -> None:
        self.networks: dict[str, Network] = {}
        self.explain = explain

    def judge(self, claim: Claim) -> Judged:
        """The verdict on a claim; a traceback is one, too."""
        if claim.network not in self.networks:
            network = Network.parse(claim.network)
            network.backward()
            self.networks[claim.network] = network
        start = time.process_time()
        try:
            found = check_claim(self.networks[claim.network], claim.text, explain=self.explain)
            verdict, note = found.verdict, "; ".join(map(str, found.notes))
        except Exception:  # noqa: BLE001 - a traceback is what is looked for
            verdict, note = "traceback", traceback.format_exc()
        return Judged(claim, verdict, time.process_time() - start, note)


def table(judged: Sequence[Judged], key: Callable[[Claim], str], title: str) -> str:
    """Verdicts counted by something."""
    verdicts = sorted({j.verdict for j in judged})
    rows: dict[str, Counter[str]] = {}
    for one in judged:
        rows.setdefault(key(one.claim), Counter())[one.verdict] += 1
    rows["all"] = Counter(j.verdict for j in judged)
    short = [v[:14] for v in verdicts]
    lines = [f"{title:24}" + "".join(f"{v:>16}" for v in short)]
    lines += [f"{name:24}" + "".join(f"{rows[name][v]:16}" for v in verdicts) for name in rows]
    return "\n".join(lines)


def show(one: Judged) -> str:
    """One claim with its verdict."""
    claim = one.claim
    parts = [
        f"{one.verdict} ({claim.family.name}; {claim.change}; {one.seconds:.2f} s)",
        f"  {claim.network}", f"  {claim.text}",
    ]  # fmt: skip
    parts += [f"  {claim.witness}"] if claim.witness else []
    parts += [f"  note: {one.note[-600:]}"] if one.note else []
    return "\n".join(parts)


def report(judged: Sequence[Judged], bad: set[str]) -> None:
    """Print the tables, what is bad, what was not read, and what was slow."""
    for one in judged:
        if one.verdict in bad or one.verdict == "traceback":
            print(show(one), flush=True)
    for one in judged:
        if one.seconds > SLOW:
            print("slow:", show(one))
    for key, title in (
        (lambda c: c.family.template.layer, "layer"),
        (lambda c: c.family.kind, "kind"),
        (lambda c: c.change, "change"),
    ):
        print("\n" + table(judged, key, title))


def main() -> int:
    """Judge near misses."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so long")
    parser.add_argument("--show", nargs="*", default=[], help="verdicts that are shown, too")
    options = parser.parse_args()
    source, court = Source(options.seed), Court()
    judged: list[Judged] = []
    start = time.monotonic()
    for number in range(options.count):
        if time.monotonic() - start > options.seconds:
            break
        one = court.judge(source.near_miss())
        judged.append(one)
        if one.verdict.startswith("right") or one.verdict in {"traceback", *options.show}:
            print(f"#{number}", show(one), flush=True)
        if one.seconds > SLOW:
            print(f"#{number} slow:", show(one), flush=True)
    report(judged, set())
    refused = sum(j.verdict in {"unreadable", "not checked"} for j in judged)
    print(f"\n{len(judged)} judged, seed {options.seed}; unread {refused / len(judged):.1%}")
    return int(any(j.verdict == "right" for j in judged))


if __name__ == "__main__":
    sys.exit(main())
