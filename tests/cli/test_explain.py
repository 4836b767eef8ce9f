"""A mistake or a rule in words, with an example that symconv computes, and that proves itself."""

import shlex

import pytest
from command import symconv
from grids import slice_of

from symconv.api import Network
from symconv.claims.mistakes import mistakes
from symconv.core.errors import SymconvError
from symconv.explanations import explain_name, list_topics
from symconv.render.document.glossary import RULES

MISTAKES = [m.name for m in mistakes()]


@pytest.mark.parametrize("name", slice_of(MISTAKES, 4))
def test_the_example_of_a_mistake_is_called_by_its_name(name):
    topic = explain_name(name)
    assert topic.kind == "mistake"
    assert topic.verdict.startswith("✗ wrong")
    assert f"\n  cause: {name}: {topic.words}" in topic.verdict
    if not topic.numbers:
        _, command, network, claim = shlex.split(topic.commands[0])
        assert command == "check"
        verdict = Network.parse(network).check(claim)
        assert str(verdict) == topic.verdict
        assert verdict.truth


@pytest.mark.parametrize("name", RULES)
def test_the_example_of_a_rule_is_a_step_of_it(name):
    topic = explain_name(name)
    assert topic.words.startswith(RULES[name])
    number, of = topic.verdict.removeprefix("step ").split(" of the derivation of dC/d")
    document = Network.parse(topic.network).derivation()
    derivation = next(d for d in document.backward.derivations if d.of.key == of)
    ending = document.endings.get(derivation.equation.key)
    step = [*derivation.steps, *(ending.steps if ending else ())][int(number) - 1]
    assert step.rule == name
    left, right = topic.claim.split(" = ", 1)
    assert left != right


def test_a_command_is_what_was_said():
    done = symconv(*shlex.split(explain_name("product_of_sums").commands[0])[1:])
    assert done.returncode == 1
    assert "cause: product_of_sums" in done.stdout


def test_everything_is_listed():
    done = symconv("explain")
    assert done.returncode == 0
    for name in (*MISTAKES, *RULES):
        assert f"\n  {name}: " in done.stdout
    assert set(list_topics()) == {*MISTAKES, *RULES}


@pytest.mark.parametrize("name", ["chain rule", "chain_rule", "chain-rule", " Chain  Rule "])
def test_a_rule_has_one_name_however_it_is_written(name):
    assert explain_name(name).name == "chain rule"


@pytest.mark.parametrize(
    ("name", "help_"),
    [
        ("product_of_sum", "did you mean 'product_of_sums'?"),
        ("chian rule", "did you mean 'chain rule'?"),
        ("xyzzy", "symconv explain lists them"),
        ("\033[2J", "symconv explain lists them"),
        ("", "symconv explain lists them"),
        ("a" * 100_000, "symconv explain lists them"),
    ],
)
def test_an_unknown_name_is_one_message(name, help_):
    done = symconv("explain", name)
    assert (done.returncode, done.stdout) == (2, "")
    first, second = done.stderr.splitlines()
    assert first.endswith("is no mistake and no rule")
    assert second == f"  = help: {help_}"
    assert "\033" not in done.stderr
    with pytest.raises(SymconvError):
        explain_name(name)


def test_a_verdict_says_where_its_mistake_is_explained():
    network, wrong = explain_name("product_of_sums").network, explain_name("product_of_sums").claim
    assert symconv("check", network, wrong).stdout.endswith(
        "more: symconv explain product_of_sums\n"
    )
    assert "more: " not in symconv("check", network, "dC/dz_{0,0} = z_{0,0} - t_{0,0}").stdout
