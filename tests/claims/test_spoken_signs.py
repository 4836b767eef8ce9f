"""Formulas with spoken signs, in sentences: read as wholes, or not at all, never up to the word."""

import pytest

from symconv import Network
from symconv.claims.model.verdict import exit_code
from symconv.claims.posts import report_post
from symconv.core.exit_codes import ExitCode

NETWORK = Network.parse("input x 3 batch N | dense w 4 bias b -> z | relu -> a | half_sse t -> C")
RIGHT = (
    r"\delta^z_{n,q} = \delta^a_{n,q} times step(z_{n,q})",
    r"So \delta^z_{n,q} = \delta^a_{n,q} multiplied by step(z_{n,q}), as you said.",
    r"$\delta^z_{n,q}$ = $\delta^a_{n,q}$ times $step(z_{n,q})$.",
    r"\delta^a_{n,q} = a_{n,q} minus t_{n,q}",
    r"I think \delta^a_{n,q} = -t_{n,q} plus a_{n,q} is what you need.",
    r"2 \delta^a_{n,q} = 2 times (a_{n,q} minus t_{n,q})",
    r"\delta^a_{n,q} = (2 a_{n,q} - 2 t_{n,q}) divided by 2",
    r"\delta^a_{n,q} = a_{n,q} plus 3 t_{n,q} minus 4 times t_{n,q}",
    r"dC/db_q = \sum_n \delta^a_{n,q} times step(z_{n,q})",
    r"\delta^a_{n,q} = (2 a_{n,q} - 2 t_{n,q}) over 2",
    r"\delta^a_{n,q} = a_{n,q} less t_{n,q}",
    r"\delta^a_{n,q} = (N a_{n,q} - N t_{n,q}) over N.",
)
WRONG = (
    r"\delta^z_{n,q} = \delta^a_{n,q} times a_{n,q}",
    r"\delta^z_{n,q} = \delta^a_{n,q} times 2 times step(z_{n,q})",
    r"\delta^a_{n,q} = a_{n,q} plus t_{n,q}",
    r"\delta^a_{n,q} = a_{n,q} - t_{n,q} minus t_{n,q}",
    r"\delta^z_{n,q} = \delta^a_{n,q} step(z_{n,q}) times 2",
    r"\delta^z_{n,q} = \delta^a_{n,q} step(z_{n,q}) divided by 2",
    r"\delta^z_{n,q} = \delta^a_{n,q} step(z_{n,q}) plus 1",
    r"\delta^z_{n,q} = \delta^a_{n,q} step(z_{n,q}) over 2",
    r"\delta^a_{n,q} = (a_{n,q} - t_{n,q}) over 3",
    r"\delta^a_{n,q} = a_{n,q} - t_{n,q} less 1",
    r"\delta^a_{n,q} = (a_{n,q} - t_{n,q}) over \sqrt N",
    r"\delta^a_{n,q} = (a_{n,q} - t_{n,q}) over \frac{1}{3}",
)
UNREAD = (
    # What stands before the words is right, and what is said is not.
    r"\delta^a_{n,q} = a_{n,q} - t_{n,q} times three",
    r"\delta^a_{n,q} = a_{n,q} - t_{n,q} divided by the number of samples",
    r"\delta^z_{n,q} = \delta^a_{n,q} step(z_{n,q}) plus a constant",
    r"\delta^z_{n,q} = \delta^a_{n,q} step(z_{n,q}) minus the regularisation",
    r"\delta^z_{n,q} = \delta^a_{n,q} step(z_{n,q}) times something",
    r"\delta^z_{n,q} = \delta^a_{n,q} times the step of z_{n,q}",
    # (a - t) / 2 or a - t / 2: which of them is not said.
    r"\delta^a_{n,q} = a_{n,q} - t_{n,q} divided by 2",
    r"\delta^a_{n,q} = a_{n,q} minus t_{n,q} multiplied by 1",
    r"\delta^a_{n,q} = a_{n,q} - t_{n,q} over N",
    r"\delta^a_{n,q} = a_{n,q} - t_{n,q} over N samples",
    r"dC/db_q = \sum_n \delta^z_{n,q} over N samples",
)
PROSE = (
    r"\delta^a_{n,q} = a_{n,q} - t_{n,q} is used 3 times per step.",
    r"As I said many times, \delta^a_{n,q} = a_{n,q} - t_{n,q}.",
    r"The plus sign is fine: \delta^a_{n,q} = a_{n,q} - t_{n,q}, minus nothing.",
    r"\delta^a_{n,q} = a_{n,q} - t_{n,q}; divided by N it is the mean.",
    r"\delta^a_{n,q} = a_{n,q} - t_{n,q} over the whole batch.",
    r"dC/db_q = \sum_n \delta^z_{n,q} over n.",
    r"\delta^a_{n,q} = a_{n,q} - t_{n,q}, no less than that.",
)


def judge(text):
    report = report_post(NETWORK, text + "\n")
    return exit_code(report.verdicts), [v.verdict for v in report.verdicts]


@pytest.mark.parametrize("text", [*RIGHT, *PROSE])
def test_what_is_right_with_its_words_is_right(text):
    assert judge(text) == (ExitCode.RIGHT, ["right"])


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_with_its_words_is_wrong(text):
    assert judge(text) == (ExitCode.WRONG, ["wrong"])


@pytest.mark.parametrize("text", UNREAD)
def test_words_behind_a_spoken_sign_leave_the_formula_unread(text):
    code, (verdict,) = judge(text)
    assert verdict in {"unreadable", "not checked"}
    assert code not in {ExitCode.RIGHT, ExitCode.WRONG}


@pytest.mark.parametrize("text", [*RIGHT[:1], *RIGHT[3:4], *RIGHT[6:7]])
def test_one_claim_is_read_as_a_text_is(text):
    assert NETWORK.check(text).verdict == "right"
