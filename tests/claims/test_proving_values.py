"""The normal form of a sum is worth what the sum is worth, at random sizes and random entries."""

import math
from contextlib import suppress
from fractions import Fraction
from itertools import product
from random import Random

import pytest

from symconv.claims.proving.forms.budget import NotProvedError, ProofBudget
from symconv.claims.proving.forms.index_forms import IndexForm
from symconv.claims.proving.forms.size_facts import SizeFacts
from symconv.claims.proving.forms.size_polynomials import SizePolynomial, make_letter
from symconv.claims.proving.forms.terms import INDEX_VALUE, EntryFactor, FunctionFactor, Term
from symconv.claims.proving.rules.function_rules import FunctionRules
from symconv.claims.proving.rules.normal_form import NormalForms
from symconv.claims.proving.rules.unrolling import write_out

REACH = 9
"""Bound indices are tried from -REACH to REACH; random limits stay within that."""

N, K, S, P = map(make_letter, "nksp")
LEAST = {"n": 1, "k": 1, "s": 1, "p": 0}
SIZES = [dict(zip("nksp", v, strict=True)) for v in product((1, 2, 4), (1, 3), (1, 2, 3), (0, 1))]
CONSTANTS = (0, 0, 0, 1, -1, 2, N - 1, K - 1, N - K, K * -1, P, P * -1, S, 1 - S)
SLOPES = (1, 1, 1, -1, -1, 2, S, S * -1, Fraction(1, 2))
EXTENTS = (N, K, S, 2, 3, 1, N + K - 1)
FUNCTIONS = {
    "exp": lambda x: math.exp(require(x, abs(x) < 40)),
    "sigmoid": lambda x: 1 / (1 + math.exp(-require(x, abs(x) < 40))),
    "step": lambda x: float(require(x, x == 0 or abs(x) > 1e-9) > 0),
    "relu": lambda x: max(x, 0.0),
    "sqrt": lambda x: math.sqrt(require(x, x >= 0)),
    "inverse": lambda x: 1 / require(x, abs(x) > 1e-6),
}


class NoValue(Exception):  # noqa: N818 - what is not compared
    """A root or a quotient that has no value, or one that is lost in rounding."""


def require(x, holds):
    if not holds:
        raise NoValue
    return x


class Drawing:
    """Random terms over the sizes n, k, s >= 1 and p >= 0."""

    def __init__(self, seed):
        self.random = Random(seed)
        self.one_over_s = facts().invert(S)

    def index(self, names):
        chosen = self.random.sample(names, k=min(len(names), self.random.randint(1, 2)))
        slopes = {}
        for name in chosen:
            slopes[name] = self.random.choice((*SLOPES, self.one_over_s))
        return IndexForm(slopes, self.random.choice(CONSTANTS))

    def entry(self, names):
        key = self.random.choice(("a", "b", "c"))
        shape = {"a": (N,), "b": (K, S), "c": (3, N)}[key]
        return EntryFactor(key, shape, tuple(self.index(names) for _ in shape))

    def limits(self, name):
        low, high = self.random.choice(
            [(0, N - 1), (0, K), (0, 2), (-1, 3), (1, N), (0, N - K), (1 - K, K - 1), (0, S - 1)]
        )
        x = IndexForm({name: 1}, 0)
        return [x.shift(low * -1), x.scale(-1).shift(high)]

    def term(self, free, depth=0):
        bound = [f"{'xyz'[depth]}{n}" for n in range(self.random.randint(0, 2 - depth))]
        names = [*bound, *free]
        nonnegative = [e for b in bound for e in self.limits(b)]
        if self.random.random() < 0.3:
            nonnegative.append(self.index(names))
        zero = [self.index(names)] if self.random.random() < 0.3 else []
        whole = [self.index(names)] if self.random.random() < 0.2 else []
        functions = []
        if depth == 0 and self.random.random() < 0.4:
            name = self.random.choice(sorted(FUNCTIONS))
            inner = tuple(self.term(names, 1) for _ in range(self.random.randint(1, 2)))
            functions.append(FunctionFactor(name, inner))
            if self.random.random() < 0.3:
                functions.append(FunctionFactor("inverse", (Term(functions=(functions[0],)),)))
        entries = [self.entry(names) for _ in range(self.random.randint(0, 2))]
        if self.random.random() < 0.2:
            entries.append(EntryFactor(INDEX_VALUE, (), (self.index(names),)))
        number = self.random.choice((1, 1, -1, 2, N, Fraction(1, 2), self.one_over_s))
        return Term(
            number, tuple(bound), tuple(entries), tuple(functions), tuple(nonnegative),
            tuple(zero), tuple(whole),
        )  # fmt: skip


def facts():
    return SizeFacts(least=dict(LEAST))


def letter(name, sizes):
    """The value of a size, or of a letter that stands for one divided by a sum of sizes."""
    if name in sizes:
        return Fraction(sizes[name])
    terms = name.removeprefix("1/").replace("^", "**")
    return 1 / Fraction(eval(terms, {}, dict(sizes))).limit_denominator(10**6)


def number(value, sizes):
    if not isinstance(value, SizePolynomial):
        return Fraction(value)
    return sum(
        (
            c * math.prod((letter(n, sizes) ** e for n, e in m), start=Fraction(1))
            for m, c in value.terms.items()
        ),
        start=Fraction(0),
    )


class Worth:
    """What a form is worth: its sums are written out."""

    def __init__(self, sizes, seed):
        self.sizes = sizes
        self.seed = seed

    def index(self, form, env):
        return sum((number(s, self.sizes) * env[n] for n, s in form.slopes.items()),
                   start=number(form.constant, self.sizes))  # fmt: skip

    def entry(self, factor, env):
        if factor.key == INDEX_VALUE:
            return float(self.index(factor.indices[0], env))
        place = []
        for form, extent in zip(factor.indices, factor.shape, strict=True):
            value = self.index(form, env)
            if value.denominator != 1 or not 0 <= value < number(extent, self.sizes):
                return 0.0
            place.append(int(value))
        return Random(f"{self.seed}{factor.key}{place}").uniform(-2, 2)

    def form(self, terms, env):
        return sum(self.term(t, env) for t in terms)

    def term(self, term, env):
        total = 0.0
        for values in product(range(-REACH, REACH + 1), repeat=len(term.bound)):
            total += self.once(term, {**env, **dict(zip(term.bound, values, strict=True))})
        return float(number(term.coefficient, self.sizes)) * total

    def once(self, term, env):
        if any(self.index(e, env) < 0 for e in term.nonnegative):
            return 0.0
        if any(self.index(e, env) for e in term.zero):
            return 0.0
        if any(self.index(e, env).denominator != 1 for e in term.whole):
            return 0.0
        found = 1.0
        for factor in term.accesses:
            found *= self.entry(factor, env)
        for function in term.functions if found else ():
            found *= FUNCTIONS[function.name](self.form(function.argument, env))
        return found


def normal_terms(form, around):
    sizes = facts()
    rules = NormalForms(sizes, ProofBudget(20_000), FunctionRules(sizes, {}).rewrite)
    return tuple(s.term for s in rules.normalize(form, around))


def compared(seed):
    """Whether a random sum has a normal form; that is worth the same, else the test fails."""
    drawing = Drawing(seed)
    form = tuple(drawing.term(["i"]) for _ in range(drawing.random.randint(1, 2)))
    # A free index that counts an axis of n entries: that may be used, and nothing more.
    around = [IndexForm({"i": 1}, 0), IndexForm({"i": -1}, N - 1)]
    try:
        found = normal_terms(form, around)
    except NotProvedError:
        return False
    for sizes in drawing.random.sample(SIZES, 4):
        worth = Worth(sizes, seed)
        for i in range(sizes["n"]):
            for other in (found, write_out(found) or found):
                with suppress(NoValue):
                    wanted, got = (worth.form(f, {"i": i}) for f in (form, other))
                    assert got == pytest.approx(wanted, rel=1e-6, abs=1e-6), (seed, sizes, i, found)
    return True


def test_the_normal_form_is_worth_what_the_sum_is_worth():
    assert sum(map(compared, range(40))) >= 20


@pytest.mark.long
def test_many_normal_forms_are_worth_what_the_sums_are_worth():
    assert sum(map(compared, range(1000, 4000))) >= 1500


def test_a_size_that_is_what_two_others_differ_by_says_which_is_larger():
    """n = m - k is at least 1, so that m > k; of a padding, which may be 0, nothing is said."""
    m, k = make_letter("m"), make_letter("k")
    for least, shown in ((1, [True, False]), (0, [False, False])):
        sizes = SizeFacts(least={"n": least, "m": 1, "k": 1})
        sizes.substitute("n", m - k)
        assert [sizes.nonnegative(m - k + -low) for low in (1, 2)] == shown
    sizes = SizeFacts(least={"n": 1, "m": 1})
    sizes.substitute("n", m * 2)
    assert sizes.facts == []
