"""Claims written from the derived formulas, half of them changed, are judged as they should be."""

import re
from collections import Counter
from random import Random

import pytest
from grids import REST
from sympy import Add, Integer, Mul, Pow, Rational, Sum, Symbol, expand
from sympy.tensor.indexed import Indexed

from symconv import Network
from symconv.claims import check_claim
from symconv.claims.judging.size_choices import reading_context
from symconv.claims.mistakes import mistakes
from symconv.core.nodes import Box
from symconv.notation.presets import entry_name
from symconv.semantics.entrywise import EntrywiseGradients

AVERAGE = (
    "input x 4x4 | conv w 1x1 -> z | avgpool 2 -> p | flatten -> v | dense W 2 bias c -> h "
    "| sse t -> C"
)
NETWORKS = {
    "two convolutions": ("input i 3x3 | conv w 2x2 -> o | conv w 2x2 -> o | sse y -> C", "flat1"),
    "sigmoid": ("input i 3x3 | conv w 2x2 -> z | sigmoid -> a | half_sse t -> E", "ij0"),
    "relu": ("input x 3x3 | conv w 2x2 -> z | relu -> y | sse t -> C", "ij1"),
    "pooling": (
        "input o 5x5 | conv w 2x2 bias b -> x | maxpool 2 -> p | tanh -> a | half_sse t -> E",
        "ij0",
    ),
    "stride": ("input x 5x5 | conv w 3x3 stride 2 padding 1 -> z | sse t -> C", "ij0"),
    "channels": (
        "input x 2x2x3x3 | conv w 2x2 channels 2 bias b -> z | relu -> a | mse t -> L",
        "ij0",
    ),
    "average": (AVERAGE, "ij0"),
}
STYLES = ("latex", "lost", "unicode", "plain", "numpy", "superscript first", "expanded")
CASES = [(name, style) for name in NETWORKS for style in STYLES]


def network(name):
    return Network.parse(*NETWORKS[name])


class Writer:
    """Formulas in one of the notations in which people write them."""

    def __init__(self, net, style, random):
        self.net, self.style, self.random = net, style, random
        self.context = reading_context(net)
        self.base = net.notation.index_base

    @property
    def times(self):
        return {"latex": r" \cdot ", "lost": " ", "unicode": "·", "plain": "*", "numpy": "*",
                "superscript first": " ", "expanded": r" \times "}[self.style]  # fmt: skip

    def name(self, letter, layer, indices):
        indices = [str(i) for i in indices]
        sub = ",".join(indices)
        if self.style == "numpy":
            inside = f"[{', '.join(indices)}]" if indices else ""
            return f"{letter}{'' if layer is None else layer}{inside}"
        sub = f"_{{{sub}}}" if sub else ""
        if layer is None:
            return letter + sub
        sup = {"superscript first": f"^{{({layer})}}", "expanded": f"^{{[{layer}]}}"}.get(
            self.style, f"^{{{layer}}}"
        )
        return letter + (sup + sub if self.style == "superscript first" else sub + sup)

    def by(self, text):
        cost = self.context.cost
        if self.style in {"latex", "lost", "superscript first"}:
            return rf"\frac{{\partial {cost}}}{{\partial {text}}}"
        if self.style == "expanded":
            return rf"\dfrac{{d{cost}}}{{d{text}}}"
        return f"∂{cost}/∂{text}" if self.style == "unicode" else f"d{cost}/d{text}"

    def symbol(self, text):
        found = re.fullmatch(r"([A-Za-z]+)(?:_\{?([0-9,]+)\}?)?(?:\^\{?(\d+)\}?)?", text)
        letter, sub, layer = found.groups()
        return self.name(letter, layer, sub.split(",") if sub else [])

    def tensor(self, key, indices):
        kind, _, plain = key.rpartition(" ")
        letter, _, layer = plain.partition("^")
        shape = self.context.shape(self.context.tensors[plain])
        written = [] if shape == (1,) else [self.index(expand(i + self.base)) for i in indices]
        text = self.name(letter, layer or None, written)
        return self.by(text) if kind else text

    def index(self, e):
        """An index in the notation's own numbering: every index symbol counts from the base."""
        moved = expand(e.xreplace({s: s - self.base for s in e.free_symbols}))
        return str(moved).replace(" ", "").replace("*", " ")

    def __call__(self, e):  # noqa: PLR0911
        if isinstance(e, Symbol):
            return self.symbol(str(e))
        if isinstance(e, Rational):
            if e.q == 1:
                return str(e)
            return (
                f"({e.p}/{e.q})"
                if self.style in {"plain", "numpy", "unicode"}
                else rf"\frac{{{e.p}}}{{{e.q}}}"
            )
        if isinstance(e, Indexed):
            return self.tensor(str(e.base.label), e.indices)
        if isinstance(e, Add):
            terms = [self(a) for a in e.args]
            self.random.shuffle(terms)
            return " + ".join(terms).replace("+ -", "- ")
        if isinstance(e, Mul):
            number, rest = e.as_coeff_Mul()
            factors = [self.tight(f) for f in Mul.make_args(rest)]
            self.random.shuffle(factors)
            if self.style == "numpy" or any("sum" in f for f in factors):
                factors.sort(key=lambda f: "sum" in f or "Σ" in f)
            lead = "" if number == 1 else "-" if number == -1 else self(number) + self.times
            return lead + self.times.join(factors)
        if isinstance(e, Pow):
            return (
                f"({self(e.base)})^{e.exp}"
                if self.style != "numpy"
                else f"({self(e.base)})**{e.exp}"
            )
        if isinstance(e, Sum):
            return self.total(e)
        name = type(e).__name__
        name = {"step": "relu'"}.get(name, name)
        return f"{name}({self(e.args[0])})"

    def tight(self, e):
        return (
            f"({self(e)})"
            if isinstance(e, Add) or (isinstance(e, Mul) and e.could_extract_minus_sign())
            else self(e)
        )

    def total(self, e):
        body = self.tight(e.function)
        if self.style == "numpy":
            loops = " ".join(
                f"for {v} in range({lo + self.base}, {hi + 1 + self.base})"
                for v, lo, hi in e.limits
            )
            return f"sum({body} {loops})"
        for v, lo, hi in e.limits:
            if self.style == "unicode":
                body = f"Σ_{{{v}={lo + self.base}}}^{{{hi + self.base}}} {body}"
            else:
                body = rf"\sum_{{{v}={lo + self.base}}}^{{{hi + self.base}}} {body}"
        return body

    def claim(self, left, right):
        text = f"{left} = {right}"
        if self.style == "lost":
            text = re.sub(r"\\(frac|partial|sum)", r"\1", text)
        return text


def entry_claims(net, style, random):
    """Scalar claims: every entry of every gradient."""
    writer = Writer(net, style, random)
    unrolled = EntrywiseGradients(net.backward(), net.notation)
    found = []
    for derivation in net.backward().derivations:
        if derivation.of.role == "value":
            continue
        for place, e in unrolled.entries(derivation.of).items():
            left = writer.by(writer.symbol(entry_name(derivation.of, place, net.notation)))
            found.append((left, expand(e) if style == "expanded" else e))
    return writer, found


def formula_claims(net, style, random):
    """Index formulas: the backward equations themselves."""
    writer = Writer(net, style, random)
    found = []
    for derivation in net.backward().derivations:
        e = derivation.equation
        plain = all(i.is_Symbol or i.is_Integer for i in e.lhs.indices)
        if plain and not e.rhs.has(Box) and len(e.lhs.free_symbols) >= 1:
            found.append((writer.tensor(e.key, e.lhs.indices), e.rhs))
    return writer, found


def mutated(e, random, names):
    """The formula with one entry, sign or factor changed."""
    atoms = sorted(e.atoms(Indexed) or e.atoms(Symbol), key=str)
    way = random.randrange(3)
    if way == 0 or not atoms:
        return e * random.choice([-1, 2, Rational(1, 2), 3])
    culprit = random.choice(atoms)
    if isinstance(culprit, Indexed):
        indices = list(culprit.indices)
        axis = random.randrange(len(indices))
        indices[axis] = indices[axis] + random.choice([-1, 1])
        return e.xreplace({culprit: Indexed(culprit.base, *indices)}) if way == 1 else e + culprit
    return e.xreplace({culprit: random.choice(names)}) if way == 1 else e + culprit


def draw(name, style, count, seed):
    """Claims with what they are: the text, whether it is true."""
    net = network(name)
    random = Random(f"{name} {style} {seed}")
    pools = [formula_claims(net, style, random)]
    if name != "pooling":
        pools.append(entry_claims(net, style, random))
    made = []
    for n in range(count):
        writer, found = pools[n % len(pools)]
        left, e = random.choice(found)
        if n % 4 >= 2:
            names = sorted({s for _, q in found for s in q.free_symbols if s.is_Symbol}, key=str)
            names = [s for s in names if "_" in str(s)] or [Integer(1)]
            made.append((writer.claim(left, writer(mutated(e, random, names))), False))
        else:
            made.append((writer.claim(left, writer(e)), True))
    return net, made


def outcomes(cases, count):
    tally, bad = Counter(), []
    for name, style in cases:
        net, made = draw(name, style, count, 1)
        for text, true in made:
            verdict = check_claim(net, text, explain=False)
            tally["unread" if verdict.verdict == "unreadable" else "read"] += 1
            if true and not verdict:
                bad.append((name, style, text, str(verdict)))
            if not true and verdict and not innocent(net, text):
                bad.append((name, style, text, str(verdict)))
    return tally, bad


def innocent(net, text):
    """A change that changes nothing: numbers from the interpreter's floating point agree."""
    from fractions import Fraction

    from symconv.claims.check import Checker
    from symconv.claims.evaluation.assign import assign_rationals
    from symconv.claims.evaluation.assignment import all_places, leaf_tensors
    from symconv.claims.evaluation.comparison import Question, evaluate_part
    from symconv.claims.evaluation.evaluator import Options
    from symconv.claims.parsing.parser import parse_statement

    checker = Checker(net, {}, {})
    statement = parse_statement(text, checker.table(net.notation.index_base))
    random = Random(5)
    for _ in range(3):
        given = {
            t.key: {
                p: Fraction(random.randrange(-9, 10), 7) for p in all_places(checker.context, t)
            }
            for t in leaf_tensors(checker.context)
        }
        assignment = assign_rationals(checker.context, given)
        question = Question(statement, checker.context, Options(net.notation.index_base))
        for env in question.environments(20):
            a, b = (evaluate_part(question, n, assignment, env) for n in (0, 1))
            if abs(a - b) > Fraction(1, 10**30):
                return False
    return True


@pytest.mark.parametrize("count", [2, pytest.param(5, marks=REST)])
@pytest.mark.parametrize("name", NETWORKS)
def test_a_slice_of_the_round_trip(name, count):
    tally, bad = outcomes([(name, style) for style in STYLES], count)
    assert not bad, bad[:3]
    assert tally["unread"] <= 2


@pytest.mark.long
def test_the_whole_round_trip():
    tally, bad = outcomes(CASES, 48)
    assert not bad, bad[:3]
    assert tally["read"] >= 2000
    assert tally["unread"] <= 0.01 * sum(tally.values())


def broken_claims(name):
    """Claims that follow from one broken rule, written as index formulas."""
    net = network(name)
    writer = Writer(net, "latex", Random(2))
    context = reading_context(net)
    for rule in mistakes():
        for derivation in net.backward().derivations:
            e = derivation.equation
            plain = all(i.is_Symbol or i.is_Integer for i in e.lhs.indices)
            if not plain or e.rhs.has(Box):
                continue
            for rhs in list(rule.ways(e, context))[:2]:
                if rhs != e.rhs and not rhs.has(Box) and rhs.has(Indexed):
                    yield (
                        net,
                        rule.name,
                        writer.claim(writer.tensor(e.key, e.lhs.indices), writer(rhs)),
                    )


@pytest.mark.parametrize("name", NETWORKS)
def test_a_broken_rule_names_itself(name):
    assert unnamed(name, 13) >= 1


@pytest.mark.long
@pytest.mark.parametrize("name", NETWORKS)
def test_every_broken_rule_names_itself(name):
    assert unnamed(name, 1) >= 5


def unnamed(name, pace):
    """Every so many broken claims are judged; each must name its rule. How many were wrong."""
    seen = 0
    for n, (net, rule, text) in enumerate(broken_claims(name)):
        if n % pace:
            continue
        verdict = check_claim(net, text)
        if "is outside" in str(verdict) or "index_base" in verdict.names:
            continue  # the broken rule wrote an index that no entry has
        if verdict or verdict.verdict == "undetermined":
            assert innocent(net, text) or verdict.verdict == "undetermined", text
            continue
        assert rule in verdict.names, (rule, text, str(verdict))
        seen += 1
    return seen
