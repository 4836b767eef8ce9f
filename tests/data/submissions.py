"""Submissions of a course by a script: right answers in ten notations, every mistake, some unread.

One network, three questions. Each answer is written with what it has to get, and why.
"""

from dataclasses import dataclass
from random import Random

EXERCISE = """title = "Two convolutions"
network = "two-convs"
notation = "flat1"

[[question]]
id = "a"
wanted = "dC/dw_1^1"
points = 4
explicit = true
[question.mistakes]
sign = { points = 3, hint = "Which way round is the difference?" }
product_of_sums = { points = 1, hint = "How many paths are there, and which belong together?" }
missing_flip = { points = 2 }

[[question]]
id = "b"
wanted = ["dC/dw^2_{k}", "dC/dw^2"]
points = 4
conditions = ["missing_two"]

[[question]]
id = "c"
wanted = "dC/do_1^1"
points = 2
partial = "none"
"""

RIGHT = {
    "a": (
        (
            r"$\frac{\partial C}{\partial w_1^1} = 2(o_1^2 - y_1)"
            r"(i_1 w_1^2 + i_2 w_2^2 + i_4 w_3^2 + i_5 w_4^2)$"
        ),
        "dC/dw_1^1 = -2 (y_1 - o_1^2) (i_5 w_4^2 + i_4 w_3^2 + i_2 w_2^2 + i_1 w_1^2)",
        "∂C/∂w₁¹ = 2·(o₁² − y₁)·(i₁w₁² + i₂w₂² + i₄w₃² + i₅w₄²)",
        (
            r"$$\frac{dC}{dw^1_{1}} = 2 (o^2_1 - y_1)"
            r" \left( i_1 w^2_1 + i_2 w^2_2 + i_4 w^2_3 + i_5 w^2_4 \right)$$"
        ),
        "`dC/dw1_1 = 2*(o2_1 - y1)*(i1*w2_1 + i2*w2_2 + i4*w2_3 + i5*w2_4)`",
    ),
    "b": (
        r"$\frac{\partial C}{\partial w_k^2} = 2 (o_1^2 - y_1) o_k^1$",
        r"$\frac{\partial C}{\partial w^2} = 2 (o_1^2 - y_1)\, o^1$",
        "\n\n".join(f"dC/dw_{n}^2 = 2 (o_1^2 - y_1) o_{n}^1" for n in (1, 2, 3, 4)),
        r"$\frac{\partial C}{\partial w_k^2} = (o_1^2 - y_1) o_k^1$",
    ),
    "c": (
        r"$\frac{\partial C}{\partial o_1^1} = 2 (o_1^2 - y_1) w_1^2$",
        "dC/do_1^1 = 2 w_1^2 o_1^2 - 2 w_1^2 y_1",
        r"\begin{align} \frac{\partial C}{\partial o_1^1} &= 2 (o_1^2 - y_1) w_1^2 \end{align}",
    ),
}
"""Right answers as people write them; the fourth of b is right under a condition it accepts."""

WRONG = {
    "a": (
        ("dC/dw_1^1 = -2(o_1^2 - y_1)(i_1 w_1^2 + i_2 w_2^2 + i_4 w_3^2 + i_5 w_4^2)", 3, "sign"),
        (
            "dC/dw_1^1 = 2(o_1^2 - y_1)(i_1 + i_2 + i_4 + i_5)(w_1^2 + w_2^2 + w_3^2 + w_4^2)",
            1, "product_of_sums",
        ),
        (
            "dC/dw_1^1 = 2(o_1^2-y_1)(i_1 w_4^2 + i_2 w_3^2 + i_4 w_2^2 + i_5 w_1^2)",
            2, "missing_flip",
        ),
        ("dC/dw_1^1 = 2(o_1^2-y_1) i_1 w_1^2", 0, "one_output_only"),
        ("dC/dw_1^1 = i_1 + i_2 + i_4 + i_5", 0, "upstream_forgotten"),
        (r"$\frac{\partial C}{\partial w_1^1} = \frac{\partial C}{\partial w_1^1}$", 0, ""),
        (
            r"$\frac{\partial C}{\partial w_1^1} = \sum_k \frac{\partial C}{\partial o_k^1} i_k$",
            0, "",
        ),
    ),
    "b": (
        ("dC/dw_k^2 = 2(o_1^2 - y_1) o_1^1", 1, ""),
        ("dC/dw_1^2 = 2(o_1^2-y_1) o_1^1\n\ndC/dw_2^2 = 2(o_1^2-y_1) o_2^1", 2, ""),
        ("dC/dw_k^2 = 2(y_1 - o_1^2) o_k^1", 0, "sign"),
    ),
    "c": (
        ("dC/do_1^1 = 2(o_1^2-y_1) w_4^2", 0, "kernel_flip"),
        ("dC/do_1^1 = (o_1^2 - y_1) w_1^2", 0, "missing_two"),
    ),
}  # fmt: skip
UNREAD = (r"$\frac{\partial C}{\partial w_1^1} = \fracc{1}{2}$", "dC/dw_1^1 = (i_1 + i_2")


@dataclass(frozen=True)
class Script:
    """A submission: its text, and for each question the points and the mistake that it has."""

    text: str
    points: dict
    mistakes: dict


def write_script(seed):
    """A submission: of each question a right or a wrong answer, or none; sometimes with markers."""
    draw = Random(seed)
    parts, points, mistakes = [f"Name: student {seed}, semester = {seed % 7}\n"], {}, {}
    marked = draw.random() < 0.5
    for question, most in (("a", 4), ("b", 4), ("c", 2)):
        chance, mistakes[question] = draw.random(), ""
        if chance < 0.1:
            points[question] = 0
            continue
        if chance < 0.15 and question == "a":
            text, points[question] = draw.choice(UNREAD), 0
        elif chance < 0.55:
            text, points[question] = draw.choice(RIGHT[question]), most
        else:
            text, points[question], mistakes[question] = draw.choice(WRONG[question])
        if draw.random() < 0.2 and not marked and question == "c":
            # A first try, which does not count: the last answer does.
            parts.append("First I thought that dC/do_1^1 = 0, but no.\n")
        parts.append(f"<!-- symconv: question {question} -->\n" if marked else "")
        parts.append(f"**{question})** The answer is\n\n{text}\n")
    return Script("\n".join(parts), points, mistakes)
