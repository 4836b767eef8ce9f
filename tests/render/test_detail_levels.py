"""Terse, normal and full tell the same derivation; changes are marked; every rule is explained."""

import json
from itertools import pairwise

import pytest
from kept_networks import parse_once

from symconv.calculus.endings.chain import ENDINGS
from symconv.calculus.endings.end_derivations import end_derivations
from symconv.calculus.rewrite_chain import REASONS
from symconv.core.errors import SymconvError
from symconv.network.examples import BY_NAME
from symconv.render.document.detail import group_steps
from symconv.render.document.glossary import RULES, rule_examples, rule_formula
from symconv.render.formula.arrange import arrange
from symconv.render.formula.diff_marks import mark_changes
from symconv.render.formula.latex import Latex
from symconv.render.formula.names import collect_names
from symconv.verify.endings import check_endings
from symconv.verify.steps import check_steps

LEVELS = ("terse", "normal", "full")


@pytest.fixture(scope="module")
def strided():
    return parse_once("general-conv-strided").derivation("x")


@pytest.mark.parametrize("name", BY_NAME)
def test_every_level_goes_from_the_same_start_to_the_same_end(name):
    for derivation in parse_once(name).backward().derivations:
        for level in LEVELS:
            shown = group_steps(derivation.steps, level)
            assert shown[0].before == derivation.steps[0].before
            assert shown[-1].after == derivation.equation.rhs
            assert all(a.after == b.before for a, b in pairwise(shown))


def test_terse_keeps_the_chain_rule_the_brackets_and_the_result(strided):
    shown = group_steps(strided.steps, "terse")
    assert [m.rules for m in shown] == [
        ("chain rule",),
        ("definition", "linearity", "derivative of an entry"),
        ("renaming", "sifting", "absorb"),
    ]


def test_normal_names_each_rule_once():
    for derivation in parse_once("conv-pool-sigmoid-dense").backward().derivations:
        rules = [rule for move in group_steps(derivation.steps, "normal") for rule in move.rules]
        assert "exchange of sums" not in rules
        leading = [move.rules[0] for move in group_steps(derivation.steps, "normal")]
        assert len(leading) == len(set(leading))


def test_full_shows_every_step_with_its_side_conditions(strided):
    assert len(group_steps(strided.steps, "full")) == len(strided.steps)
    text = " ".join(strided.text(detail="full").split())
    assert "(j′ + p − d n)/s < W_z and those quotients are integers; 0 elsewhere" in text
    assert "exchange of sums" in text


def test_normal_gives_each_reason_once_a_page():
    text = parse_once("two-convs").derivation().text()
    assert text.count(REASONS["chain rule"]) == 1
    assert text.count("chain rule") > 1
    full = parse_once("two-convs").derivation().text(detail="full")
    assert full.count(REASONS["chain rule"]) > 1


def test_an_unknown_level_is_answered_with_the_nearest(strided):
    with pytest.raises(SymconvError, match="did you mean 'terse'"):
        strided.text(detail="ters")


def test_json_says_its_level(strided):
    data = json.loads(strided.json(detail="terse"))
    assert data["detail"] == "terse"
    assert len(data["backward"][-1]["steps"]) == 3
    assert len(json.loads(strided.json())["backward"][-1]["steps"]) == len(strided.steps)


def test_a_mask_is_one_line_at_every_level():
    for level in LEVELS:
        text = parse_once("conv-pool-sigmoid-dense").derivation("w").text(detail=level)
        section = text.split("Mask M\n------\n")[1].split("Error signal")[0]
        assert len(section.strip().splitlines()) <= 4


# marks


def written(explanation, rule):
    names = collect_names(explanation.forward, explanation.backward.items, explanation.notation)
    step = next(s for s in explanation.steps if s.rule == rule)
    pair = mark_changes(arrange(step.before, names), arrange(step.after, names))
    return [Latex().write(form) for form in pair]


def test_a_step_marks_what_it_rewrites_and_what_it_makes(strided):
    before, after = written(strided, "derivative of an entry")
    assert before.count(r"\derivationold{") == 1
    assert r"\derivationold{\frac{\partial x_{b,c,s i+d m-p,s j+d n-p}}" in before
    assert after.count(r"\derivationnew{") == 4
    assert r"\derivationnew{[b = b']}" in after


def test_only_the_index_that_changes_is_marked(strided):
    before, after = written(strided, "renaming")
    assert r"\delta_{\derivationold{b},f,i,j}" in before
    assert r"\delta_{\derivationnew{b'},f,i,j}" in after
    assert r"\derivationold{\sum_{b=0}^{N-1}}" in before


def test_what_is_only_dropped_has_no_mark_afterwards(strided):
    before, after = written(strided, "absorb")
    assert before.count(r"\derivationold{") == 2
    assert "derivation" not in after


def test_marks_are_never_colour_alone(strided):
    latex = strided.latex(document=True)
    assert r"\newcommand{\derivationnew}[1]{{\color{derivationnew}\boldsymbol{#1}}}" in latex
    assert r"\underline" in latex.split(r"\newcommand{\derivationold}")[1].splitlines()[0]
    assert r"\color" not in strided.markdown()
    assert r"\underline{" in strided.markdown()
    assert "Underlined parts" in strided.markdown()
    assert "Underlined parts" not in strided.text()
    assert "Underlined parts" not in strided.latex(detail="terse")


# glossary


@pytest.mark.parametrize("rule", [r for r in RULES if r != "no dependence"])
def test_every_rule_has_a_formula_and_an_example_that_is_checked(rule):
    assert rule_formula(rule)
    found = rule_examples()[rule]
    ending = end_derivations(found.program, found.backward).get(found.derivation.equation.key)
    assert found.step in (*found.derivation.steps, *(ending.steps if ending else ()))
    assert found.step.before != found.step.after
    checks = list(check_steps(found.backward.program, [found.derivation], draws=2))
    if ending is not None and rule in ENDINGS:
        checks += check_endings(found.backward.program, {"": ending}, draws=2)
    assert all(check.passed for check in checks)


def test_rules_link_to_the_glossary(strided):
    page = strided.html()
    for rule in ("chain-rule", "sifting", "absorb"):
        assert f'href="#rule-{rule}"' in page
        assert f'<div id="rule-{rule}">' in page
    assert r"\derivationterm{sifting}{" in strided.latex(document=True)
    assert r"\derivationterm" not in strided.latex()
