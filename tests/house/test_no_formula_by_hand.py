"""Documents say what the rules compute: a fault in a rule changes them, and a check fails."""

import re
from functools import cache

import pytest
from paths import TEMPLATES
from sympy import S

from symconv.api import Network
from symconv.calculus import affine, derivative, rewrite_chain, sifting
from symconv.calculus.sifting import Sifting
from symconv.verify.gradients import check_gradients
from symconv.verify.steps import check_steps

DOCUMENTS = ("text", "markdown", "latex", "html", "json")


def network(name):
    return Network.example(name) if "|" not in name else Network.parse(name)


def documents(name):
    explanation = network(name).derivation()
    return {form: getattr(explanation, form)() for form in DOCUMENTS}


honest_documents = cache(documents)
"""Those that no test has changed a rule of; they are asked for before a rule is changed."""


def failures(name):
    backward = network(name).backward()
    steps = check_steps(backward.program, backward.derivations, draws=2)
    gradients = check_gradients(backward.program, draws=2)
    return [check for check in (*steps, *gradients) if not check.passed]


def replaced(monkeypatch, rule, change):
    rules = tuple(
        (name, change if name == rule else old) for name, old in rewrite_chain.DERIVATIVES
    )
    monkeypatch.setattr(rewrite_chain, "DERIVATIVES", rules)


def wrong_sign(node):
    """The derivative of a function, with the other sign."""
    found = derivative.pointwise_derivative(node)
    return None if found is None else -found


def dropped_factor(node):
    """The derivative of a function without that of the function itself."""
    found = derivative.pointwise_derivative(node)
    return None if found is None else found.xreplace({a: S.One for a in found.args if a.args == ()})


def dropped_term(node):
    """The product rule with its first term only."""
    found = derivative.product_rule(node)
    return found.args[0] if found is not None and found.is_Add else found


def one_bracket(node):
    """The derivative of an entry with a bracket for its last axis only."""
    found = derivative.entry_derivative(node)
    return found.args[-1] if found is not None and found.is_Mul else found


def shifted(original):
    """Sifting that is off by one."""

    def solve(left, right, variable):
        return original(left, right, variable) + 1

    return solve


def unbounded(self, term):
    """No sifting: every bracket that needs a division stays; that is longer, and no less true."""
    return self.rename(term)


FAULTS = [
    ("pointwise derivative", wrong_sign, "relu-filter"),
    ("pointwise derivative", dropped_factor, "input x 3 | sigmoid -> y | half_sse t -> C"),
    ("product rule", dropped_term, "input x 3 | silu -> y | half_sse t -> C"),
    ("derivative of an entry", one_bracket, "general-conv"),
]


@pytest.mark.parametrize(("rule", "fault", "name"), FAULTS, ids=lambda v: getattr(v, "__name__", v))
def test_a_fault_in_a_rule_shows_in_every_document(monkeypatch, rule, fault, name):
    honest = honest_documents(name)
    assert failures(name) == []
    replaced(monkeypatch, rule, fault)
    faulty = documents(name)
    assert all(honest[form] != faulty[form] for form in DOCUMENTS)
    assert failures(name)


def test_a_fault_in_sifting_shows_in_every_document(monkeypatch):
    honest = honest_documents("general-conv")
    monkeypatch.setattr(sifting, "solve", shifted(sifting.solve))
    faulty = documents("general-conv")
    assert all(honest[form] != faulty[form] for form in DOCUMENTS)
    assert failures("general-conv")


def test_a_rule_left_out_shows_and_stays_true(monkeypatch):
    honest = honest_documents("general-conv")
    monkeypatch.setattr(Sifting, "sift", unbounded)
    faulty = documents("general-conv")
    assert all(honest[form] != faulty[form] for form in DOCUMENTS)
    assert failures("general-conv") == []


def test_a_fault_in_a_split_shows_in_every_document(monkeypatch):
    """Flatten tells a channel from a place in it by the digits of a number."""
    name = "conv-pool-sigmoid-dense"
    honest = honest_documents(name)
    split_digits = affine._digit_by_digit

    def crossed(place, digits):
        found = split_digits(place, digits)
        return found.args[0] if found.is_Mul else found

    monkeypatch.setattr(affine, "_digit_by_digit", crossed)
    faulty = documents(name)
    assert all(honest[form] != faulty[form] for form in DOCUMENTS)
    assert failures(name)


def test_templates_hold_no_mathematics():
    signs = re.compile(r"\\(?:sum|frac|partial|delta|int)\b|[∂δ]|<m(?:frac|sub|sup|under)")
    for path in sorted(TEMPLATES.rglob("*.j2")):
        if path.parent.name in {"text", "markdown", "latex", "html"}:
            assert not signs.search(path.read_text(encoding="utf-8")), path.name
